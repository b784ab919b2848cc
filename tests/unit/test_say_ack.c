/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "core/say/say_ack.h"

#include "sip_text.h"

static const double sends_at[] = {0, 0.5, 1.5, 3.5, 7.5, 11.5, 15.5, 19.5, 23.5, 27.5, 31.5};

static void says(const struct ladder *l, const struct sx_message *invite, const char *words)
{
    const struct sx_txn *txn = txn_of(l, invite);
    struct sx_ack v = sx_no_ack_judge(l->tracker, txn, sx_tracker_dialog(l->tracker, txn->dialog));
    wmem_strbuf_t *out = wmem_strbuf_new(NULL, "");

    g_assert_true(sx_say_ack(out, l->tracker, txn, &v) == (*words != '\0'));
    g_assert_cmpstr(wmem_strbuf_get_str(out), ==, words);
    wmem_strbuf_destroy(out);
}

static void causes(void)
{
    struct ladder l = ladder_open();
    const struct sx_message *invite = request(&l, 0.0, ALICE, BOB, "INVITE", via("alice a1"));

    says(&l, invite, "");
    for (unsigned i = 0; i < 10; i++)
        response(&l, 1 + sends_at[i], BOB, ALICE, 200, "INVITE", via("alice a1"));
    says(&l, invite, "never acknowledged; sent 10 times in 27.5 s");
    request(&l, 29.0, ALICE, BOB, "ACK", via("alice k1"), .to_tag = "early");
    says(&l, invite,
         "never acknowledged: the ACK in frame 12 names another dialog or transaction; sent "
         "10 times in 27.5 s");
    request(&l, 29.1, ALICE, BOB, "ACK", via("alice k2"), .to_tag = "bob");
    says(&l, invite,
         "acknowledged only in frame 13, after it was repeated; sent 10 times in 27.5 s");
    ladder_close(&l);
}

static void overdue(void)
{
    struct ladder l = ladder_open();

    request(&l, 0.0, ALICE, BOB, "INVITE", via("alice a1"));
    for (unsigned i = 0; i < 10; i++)
        response(&l, 1 + sends_at[i], BOB, ALICE, 200, "INVITE", via("alice a1"));
    uint32_t frame = other_packet(&l, 33.0);
    wmem_strbuf_t *out = wmem_strbuf_new(NULL, "");
    sx_say_ack_overdue(out, l.tracker, sx_tracker_overdue(l.tracker, frame, 0));
    g_assert_cmpstr(wmem_strbuf_get_str(out), ==,
                    "the 200 in frame 2 has no ACK after 32 s; sent 10 times");
    wmem_strbuf_destroy(out);
    ladder_close(&l);
}

int main(int argc, char **argv)
{
    tests_init(&argc, &argv);
    g_test_add_func("/say-ack/causes", causes);
    g_test_add_func("/say-ack/overdue", overdue);
    return g_test_run();
}
