/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "core/record/resent.h"

#include "sip_text.h"

static const struct sx_message *answered(struct ladder *l, unsigned code)
{
    const struct sx_message *invite = request(l, 0.0, ALICE, BOB, "INVITE", via("alice a1"));

    response(l, 1.0, BOB, ALICE, code, "INVITE", via("alice a1"));
    return invite;
}

static const struct sx_resent *resent_of(const struct ladder *l, const struct sx_message *invite)
{
    const struct sx_txn *txn = txn_of(l, invite);

    return sx_resent_find(l->tracker, txn, txn->final_code < 300 ? txn->dialog : 0);
}

static void times(unsigned code)
{
    struct ladder l = ladder_open();
    const struct sx_message *invite = answered(&l, code);

    g_assert_null(resent_of(&l, invite));
    response(&l, 1.5, BOB, ALICE, code, "INVITE", via("alice a1"));
    response(&l, 2.5, BOB, ALICE, code, "INVITE", via("alice a1"));
    const struct sx_resent *r = resent_of(&l, invite);
    g_assert_nonnull(r);
    g_assert_cmpuint(r->frame, ==, 2);
    g_assert_cmpuint(r->again_frame, ==, 3);
    g_assert_cmpuint(r->last_frame, ==, 4);
    g_assert_cmpuint(r->sends, ==, 3);
    g_assert_cmpuint(r->after_ack, ==, 0);
    g_assert_cmpint(r->first_ns, ==, ns_of(1.0));
    g_assert_cmpint(r->again_ns, ==, ns_of(1.5));
    g_assert_cmpint(r->last_ns, ==, ns_of(2.5));
    g_assert_false(r->astray || r->told);
    ladder_close(&l);
}

static void success(void)
{
    times(200);
    times(299);
}

static void failure(void)
{
    times(300);
    times(486);
}

/* A round trip takes no more than 1 s: what comes later did not cross the ACK. */
static void after_the_ack(double at, unsigned after)
{
    struct ladder l = ladder_open();
    const struct sx_message *invite = answered(&l, 200);

    request(&l, 1.5, ALICE, BOB, "ACK", via("alice k1"), .to_tag = "bob");
    response(&l, at, BOB, ALICE, 200, "INVITE", via("alice a1"));
    g_assert_cmpuint(resent_of(&l, invite)->after_ack, ==, after);
    ladder_close(&l);
}

static void crossing(void)
{
    after_the_ack(2.49, 0);
    after_the_ack(2.5, 0);
    after_the_ack(2.51, 1);
}

static void forks_are_apart(void)
{
    struct ladder l = ladder_open();
    const struct sx_message *invite = answered(&l, 200);

    response(&l, 1.2, BOB, ALICE, 200, "INVITE", via("alice a1"), .to_tag = "carol");
    response(&l, 1.7, BOB, ALICE, 200, "INVITE", via("alice a1"), .to_tag = "carol");
    g_assert_null(sx_resent_find(l.tracker, txn_of(&l, invite), 1));
    const struct sx_resent *r = sx_resent_find(l.tracker, txn_of(&l, invite), 2);
    g_assert_nonnull(r);
    g_assert_cmpuint(r->frame, ==, 3);
    g_assert_cmpint(r->first_ns, ==, ns_of(1.2));
    ladder_close(&l);
}

static void goes_elsewhere(uint16_t port, enum sx_transport transport, bool astray)
{
    struct ladder l = ladder_open();
    const struct sx_message *invite =
        request(&l, 0.0, ALICE, BOB, "INVITE", via("alice a1"), .transport = transport);

    for (unsigned i = 0; i < 2; i++)
        response(&l, 1.0 + i, BOB, ALICE, 200, "INVITE", via("alice a1"), .dst_port = port,
                 .transport = transport);
    g_assert_true(resent_of(&l, invite)->astray == astray);
    ladder_close(&l);
}

static void elsewhere(void)
{
    goes_elsewhere(0, SX_TRANSPORT_UDP, false);
    goes_elsewhere(5070, SX_TRANSPORT_UDP, true);
    goes_elsewhere(5070, SX_TRANSPORT_TCP, false); /* another connection (RFC 3261 18.2.2) */
}

static void other_methods(void)
{
    struct ladder l = ladder_open();
    const struct sx_message *options = request(&l, 0.0, ALICE, BOB, "OPTIONS", via("alice a1"));

    response(&l, 1.0, BOB, ALICE, 200, "OPTIONS", via("alice a1"));
    response(&l, 2.0, BOB, ALICE, 200, "OPTIONS", via("alice a1"));
    g_assert_null(resent_of(&l, options));
    ladder_close(&l);
}

/* A provisional response that comes again is none of these, and hides none. */
static void provisional(void)
{
    struct ladder l = ladder_open();
    const struct sx_message *invite = request(&l, 0.0, ALICE, BOB, "INVITE", via("alice a1"));

    response(&l, 1.0, BOB, ALICE, 199, "INVITE", via("alice a1"));
    response(&l, 1.5, BOB, ALICE, 199, "INVITE", via("alice a1"));
    uint32_t frame = response(&l, 2.0, BOB, ALICE, 200, "INVITE", via("alice a1"))->frame;
    g_assert_null(resent_of(&l, invite));
    response(&l, 2.5, BOB, ALICE, 200, "INVITE", via("alice a1"));
    g_assert_nonnull(resent_of(&l, invite));
    g_assert_cmpuint(resent_of(&l, invite)->frame, ==, frame);
    ladder_close(&l);
}

int main(int argc, char **argv)
{
    tests_init(&argc, &argv);
    g_test_add_func("/resent/success", success);
    g_test_add_func("/resent/failure", failure);
    g_test_add_func("/resent/crossing", crossing);
    g_test_add_func("/resent/forks-are-apart", forks_are_apart);
    g_test_add_func("/resent/elsewhere", elsewhere);
    g_test_add_func("/resent/other-methods", other_methods);
    g_test_add_func("/resent/provisional", provisional);
    return g_test_run();
}
