/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "core/record/tracker_state.h"

#include "sip_text.h"

/* Sends a message that the capture holds up to the header field of this name. */
static const struct sx_message *send_cut(struct ladder *l, double seconds, unsigned from,
                                         unsigned to, const char *before, const struct sip_text *m)
{
    const uint8_t src[4] = {10, 0, 0, (uint8_t)from}, dst[4] = {10, 0, 0, (uint8_t)to};
    GString *text = text_of(m);
    struct sx_sip_msg msg;

    /* a line counts only where the next one begins */
    g_string_truncate(text, (gsize)(strstr(text->str, before) - text->str) + 3);
    g_assert_true(sx_sip_msg_read(sx_slice(text->str, text->len), &msg));
    struct sx_observation obs = {
        .msg = &msg,
        .src = address_at(src, 0),
        .dst = address_at(dst, 0),
        .time_ns = ns_of(seconds),
        .frame = other_packet(l, seconds),
        .transport = SX_TRANSPORT_UDP,
    };
    const struct sx_message *record = sx_tracker_observe(l->tracker, &obs);
    g_string_free(text, TRUE);
    return record;
}

#define cut_request(l, seconds, from, to, before, name, ...) \
    send_cut(l, seconds, from, to, before, &(struct sip_text){.method = (name), __VA_ARGS__})
#define cut_response(l, seconds, from, to, before, status, name, ...) \
    send_cut(l, seconds, from, to, before,                            \
             &(struct sip_text){.code = (status), .method = (name), __VA_ARGS__})

static uint32_t hidden(const struct ladder *l, unsigned from, unsigned to)
{
    const uint8_t src[4] = {10, 0, 0, (uint8_t)from}, dst[4] = {10, 0, 0, (uint8_t)to};
    const struct sx_address a = address_at(src, 0), b = address_at(dst, 0);
    uint32_t x, y;

    if (!sx_hosts_find(&l->tracker->hosts, &a, &x) || !sx_hosts_find(&l->tracker->hosts, &b, &y))
        return 0;
    const struct sx_host *host = sx_hosts_at(&l->tracker->hosts, x);
    return host->unreadable;
}

static void test_responses_are_tied_by_branch_and_call(void)
{
    struct ladder l = ladder_open();
    const struct sx_message *invite = request(&l, 0, ALICE, BOB, "INVITE", via("alice a1"));
    const struct sx_message *m;

    m = cut_response(&l, 0.5, BOB, ALICE, "CSeq", 180, "INVITE", via("alice a1"));
    g_assert_cmpuint(m->txn, ==, invite->txn);
    m = cut_response(&l, 2, BOB, ALICE, "CSeq", 200, "INVITE", via("alice a1"));
    g_assert_cmpuint(m->txn, ==, invite->txn);
    g_assert_cmpuint(txn_of(&l, invite)->first_response_frame, ==, 2);
    g_assert_cmpuint(txn_of(&l, invite)->final_frame, ==, 3);
    g_assert_cmpuint(hidden(&l, BOB, ALICE), ==, 0);
    /* another branch, another call, another sent-by */
    g_assert_cmpuint(cut_response(&l, 3, BOB, ALICE, "CSeq", 180, "INVITE", via("alice a2"))->txn,
                     ==, 0);
    g_assert_cmpuint(cut_response(&l, 4, BOB, ALICE, "CSeq", 180, "INVITE", via("alice a1"),
                                  .call_id = "call-2")
                         ->txn,
                     ==, 0);
    g_assert_cmpuint(cut_response(&l, 5, BOB, ALICE, "CSeq", 180, "INVITE", via("bob a1"))->txn, ==,
                     0);
    g_assert_cmpuint(hidden(&l, BOB, ALICE), ==, 4);
    ladder_close(&l);
}

static void test_without_a_call_it_may_be_any(void)
{
    struct ladder l = ladder_open();
    const struct sx_message *invite = request(&l, 0, ALICE, BOB, "INVITE", via("alice a1"));

    g_assert_cmpuint(
        cut_response(&l, 0.5, BOB, ALICE, "Call-ID", 180, "INVITE", via("alice a1"))->txn, ==, 0);
    g_assert_cmpuint(txn_of(&l, invite)->first_response_frame, ==, 0);
    g_assert_cmpuint(hidden(&l, BOB, ALICE), ==, 2);
    /* nor where the cut hides the tags */
    g_assert_cmpuint(cut_response(&l, 0.6, BOB, ALICE, "To:", 180, "INVITE", via("alice a1"))->txn,
                     ==, 0);
    ladder_close(&l);
}

static void test_cancel_shares_the_branch(void)
{
    struct ladder l = ladder_open();
    const struct sx_message *invite = request(&l, 0, ALICE, BOB, "INVITE", via("alice a1"));
    const struct sx_message *cancel = request(&l, 1, ALICE, BOB, "CANCEL", via("alice a1"));

    /* to which of the two? */
    g_assert_cmpuint(cut_response(&l, 1.1, BOB, ALICE, "CSeq", 200, "CANCEL", via("alice a1"))->txn,
                     ==, 0);
    /* a provisional one is none to CANCEL */
    g_assert_cmpuint(cut_response(&l, 1.1, BOB, ALICE, "CSeq", 199, "INVITE", via("alice a1"))->txn,
                     ==, invite->txn);
    g_assert_cmpuint(cut_response(&l, 1.2, BOB, ALICE, "CSeq", 487, "INVITE", via("alice a1"))->txn,
                     ==, invite->txn);
    response(&l, 1.3, BOB, ALICE, 200, "CANCEL", via("alice a1"));
    g_assert_cmpuint(txn_of(&l, cancel)->final_frame, ==, 6);
    ladder_close(&l);
}

static void test_requests(void)
{
    struct ladder l = ladder_open();
    const struct sx_message *invite =
        request(&l, 0, ALICE, BOB, "INVITE", via("alice a1"), .cseq = 7);
    const struct sx_message *m;

    m = cut_request(&l, 0.5, ALICE, BOB, "CSeq", "INVITE", via("alice a1"), .cseq = 7);
    g_assert_cmpuint(m->repeats, ==, 1);
    m = cut_request(&l, 0.7, ALICE, BOB, "CSeq", "CANCEL", via("alice a1"), .cseq = 7);
    g_assert_cmpuint(sx_txn_rare(txn_of(&l, m))->related, ==, invite->txn);
    response(&l, 1, BOB, ALICE, 486, "INVITE", via("alice a1"), .cseq = 7);
    m = cut_request(&l, 1.1, ALICE, BOB, "CSeq", "ACK", via("alice a1"), .cseq = 7,
                    .to_tag = "bob");
    g_assert_cmpuint(m->txn, ==, invite->txn);
    g_assert_cmpuint(hidden(&l, ALICE, BOB), ==, 0);
    /* a new one, whose CSeq nobody knows */
    m = cut_request(&l, 2, ALICE, BOB, "CSeq", "OPTIONS", via("alice o1"));
    g_assert_cmpuint(m->txn, ==, 0);
    g_assert_cmpuint(m->method, ==, SX_METHOD_OPTIONS);
    g_assert_cmpuint(hidden(&l, ALICE, BOB), ==, 6);
    ladder_close(&l);
}

static void test_ack_of_success(void)
{
    struct ladder l = ladder_open();
    const struct sx_message *m;

    request(&l, 0, ALICE, BOB, "INVITE", via("alice a1"), .cseq = 7);
    g_assert_cmpuint(
        cut_request(&l, 0.1, ALICE, BOB, "CSeq", "ACK", via("alice a2"), .cseq = 7)->txn, ==, 0);
    response(&l, 1, BOB, ALICE, 200, "INVITE", via("alice a1"), .cseq = 7);
    m = cut_request(&l, 1.1, BOB, ALICE, "CSeq", "ACK", via("bob a2"), .cseq = 7,
                    .to_tag = "alice");
    g_assert_cmpuint(m->txn, ==, 0);
    m = cut_request(&l, 1.2, ALICE, BOB, "CSeq", "ACK", via("alice a2"), .cseq = 7,
                    .to_tag = "bob");
    g_assert_cmpuint(m->txn, !=, 0);
    g_assert_cmpuint(txn_of(&l, m)->cseq, ==, 7);
    ladder_close(&l);
}

static void test_registrations_are_left_alone(void)
{
    struct ladder l = ladder_open();

    request(&l, 0, ALICE, BOB, "REGISTER", via("alice r1"));
    g_assert_cmpuint(cut_response(&l, 1, BOB, ALICE, "CSeq", 200, "REGISTER", via("alice r1"))->txn,
                     ==, 0);
    ladder_close(&l);
}

/* So many transactions are looked through, and no more. */
static void test_how_far_it_looks(void)
{
    for (unsigned others = 511; others <= 512; others++) {
        struct ladder l = ladder_open();
        const struct sx_message *invite = request(&l, 0, ALICE, BOB, "INVITE", via("alice a1"));
        for (unsigned i = 0; i < others; i++) {
            char branch[32];
            g_snprintf(branch, sizeof branch, "alice o%u", i);
            request(&l, 0.001 * i, ALICE, BOB, "OPTIONS", via(branch), .call_id = "other");
        }
        const struct sx_message *m =
            cut_response(&l, 1, BOB, ALICE, "CSeq", 180, "INVITE", via("alice a1"));
        g_assert_cmpuint(m->txn, ==, others < 512 ? invite->txn : 0);
        ladder_close(&l);
    }
}

int main(int argc, char *argv[])
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/cut/responses are tied by branch and call",
                    test_responses_are_tied_by_branch_and_call);
    g_test_add_func("/cut/without a call it may be any", test_without_a_call_it_may_be_any);
    g_test_add_func("/cut/CANCEL shares the branch", test_cancel_shares_the_branch);
    g_test_add_func("/cut/requests", test_requests);
    g_test_add_func("/cut/ACK of success", test_ack_of_success);
    g_test_add_func("/cut/registrations are left alone", test_registrations_are_left_alone);
    g_test_add_func("/cut/how far it looks", test_how_far_it_looks);
    return g_test_run();
}
