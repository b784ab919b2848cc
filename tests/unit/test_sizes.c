/* Requests that are large for UDP, and first fragments.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later */
#include "core/record/sizes.h"

#include "begun_text.h"

static const struct sx_large *sent(struct ladder *l, const char *branch, uint32_t bytes)
{
    return sx_large_of(l->tracker,
                       txn_of(l, request(l, 0, ALICE, P1, "INVITE", via(branch), .bytes = bytes)));
}

static void large(void)
{
    struct ladder l = ladder_open();

    g_assert_null(sent(&l, "alice a", 1300));
    const struct sx_large *large = sent(&l, "alice b", 1301);
    g_assert_nonnull(large);
    g_assert_cmpuint(large->bytes, ==, 1301);
    g_assert_cmpuint(large->frame, ==, 2);
    ladder_close(&l);
}

static void begun(void)
{
    struct ladder l = ladder_open();

    request(&l, 0, ALICE, P1, "OPTIONS", via("alice o"));
    begin_invite(&l, 1, "alice a", 7);
    g_assert_null(sx_begun_in(l.tracker, begin_invite(&l, 1, "alice a", 7))); /* captured twice */
    uint32_t frame = begin_invite(&l, 1.5, "alice a", 8);
    begin_invite(&l, 2, "alice b", 9);
    const struct sx_begun_again *again = sx_begun_in(l.tracker, frame);
    g_assert_nonnull(again);
    g_assert_cmpuint(again->nth, ==, 2);
    const struct sx_begun *b = sx_begun_at(l.tracker, again->begun);
    g_assert_nonnull(b);
    g_assert_cmpuint(b->sends, ==, 2);
    g_assert_cmpuint(b->frame, ==, 2);
    g_assert_cmpuint(b->src.port, ==, 5060);
    g_assert_cmpint(again->ns - b->ns, ==, 500 * SX_NS_PER_MS);
    g_assert_cmpuint(again->txns, ==, 1);
    g_assert_null(sx_begun_txn(l.tracker, b));
    response(&l, 3, P1, ALICE, 183, "INVITE", via("alice a"), .call_id = "alice a");
    g_assert_nonnull(sx_begun_txn(l.tracker, b));
    g_assert_null(sx_begun_in(l.tracker, 1));
    g_assert_null(sx_begun_at(l.tracker, 0));
    g_assert_null(sx_begun_at(l.tracker, 3));
    ladder_close(&l);
}

static void cut_head(void)
{
    struct ladder l = ladder_open();
    const uint8_t ip[4] = {10, 0, 0, ALICE};
    const char *text =
        "INVITE sip:bob@example.com SIP/2.0\r\nVia: SIP/2.0/UDP a;branch=z9hG4bKx\r\nCall-";
    struct sx_address a = address_at(ip, 0);
    struct sx_sip_msg msg;

    g_assert_true(sx_sip_msg_read(sx_slice(text, strlen(text)), &msg));
    uint32_t frame = other_packet(&l, 0);
    sx_tracker_fragment(l.tracker, &(struct sx_seen_fragment){a, a, a, a, frame, 1,
                                                              SX_HOLDS_REQUEST, true, &msg});
    g_assert_null(sx_begun_in(l.tracker, frame));
    ladder_close(&l);
}

/* An identification of 0 is one like any other: the first packet counts. */
static void identified_by_zero(void)
{
    struct ladder l = ladder_open();

    request(&l, 0, ALICE, P1, "OPTIONS", via("alice o"));
    uint32_t frame = begin_invite(&l, 1, "alice a", 0);
    g_assert_nonnull(sx_begun_in(l.tracker, frame));
    ladder_close(&l);
}

int main(int argc, char **argv)
{
    tests_init(&argc, &argv);
    g_test_add_func("/sizes/large", large);
    g_test_add_func("/sizes/begun", begun);
    g_test_add_func("/sizes/cut-head", cut_head);
    g_test_add_func("/sizes/identified-by-zero", identified_by_zero);
    return g_test_run();
}
