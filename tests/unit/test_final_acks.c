/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "core/record/final_acks.h"

#include "sip_text.h"

static uint32_t ack_of(const struct ladder *l, const struct sx_txn *invite, const char *tag)
{
    return sx_final_acks_find(l->tracker, invite, tag_hash(tag)).frame;
}

/* The INVITE is frame 1, its 486 frame 2, the second failure frame 3, then come the ACKs. */
static void test_of_two(void)
{
    static const struct {
        const char *acks[3];
        uint32_t first, second;
    } rows[] = {
        {{"x", "y", NULL}, 4, 5},
        {{"y", "x", NULL}, 5, 4},
        {{"y", NULL, NULL}, 0, 4},
        {{"x", NULL, NULL}, 4, 0},
        {{"x", "x", "y"}, 4, 6},
        {{"x", "y", "y"}, 4, 5},
        {{"y", "y", NULL}, 0, 4},
        /* of a client that does not copy the To */
        {{"z", NULL, NULL}, 4, 0},
        {{"z", "x", "y"}, 5, 6},
        {{"", "y", NULL}, 4, 5},
        {{NULL, NULL, NULL}, 0, 0},
    };

    for (size_t i = 0; i < G_N_ELEMENTS(rows); i++) {
        struct ladder l = ladder_open();
        const struct sx_txn *invite =
            txn_of(&l, request(&l, 0, ALICE, P1, "INVITE", via("alice a1")));
        response(&l, 1, P1, ALICE, 486, "INVITE", via("alice a1"), .to_tag = "x");
        response(&l, 1.1, P1, ALICE, 480, "INVITE", via("alice a1"), .to_tag = "y");
        for (unsigned n = 0; n < 3 && rows[i].acks[n]; n++)
            request(&l, 2 + n, ALICE, P1, "ACK", via("alice a1"), .to_tag = rows[i].acks[n]);
        g_test_message("row %zu", i);
        g_assert_cmpuint(ack_of(&l, invite, "x"), ==, rows[i].first);
        g_assert_cmpuint(ack_of(&l, invite, "y"), ==, rows[i].second);
        if (rows[i].first)
            g_assert_cmpint(sx_final_acks_find(l.tracker, invite, tag_hash("x")).ns, ==,
                            ns_of(rows[i].first - 2.0));
        ladder_close(&l);
    }
}

/* Another call's ACK with the same tag is none of this one's. */
static void test_of_another_call(void)
{
    struct ladder l = ladder_open();
    const struct sx_txn *calls[2];

    for (unsigned i = 0; i < 2; i++) {
        char *branch = g_strdup_printf("alice a%u", i);
        calls[i] = txn_of(&l, request(&l, i * 10.0, ALICE, P1, "INVITE", via(branch)));
        response(&l, i * 10.0 + 1, P1, ALICE, 486, "INVITE", via(branch), .to_tag = "x");
        response(&l, i * 10.0 + 2, P1, ALICE, 480, "INVITE", via(branch), .to_tag = "y");
        request(&l, i * 10.0 + 3, ALICE, P1, "ACK", via(branch), .to_tag = "x");
        if (i)
            request(&l, 14, ALICE, P1, "ACK", via(branch), .to_tag = "y");
        g_free(branch);
    }
    g_assert_cmpuint(ack_of(&l, calls[0], "y"), ==, 0);
    g_assert_cmpuint(ack_of(&l, calls[1], "y"), ==, l.frame);
    ladder_close(&l);
}

int main(int argc, char **argv)
{
    tests_init(&argc, &argv);
    g_test_add_func("/final_acks/of_two", test_of_two);
    g_test_add_func("/final_acks/of_another_call", test_of_another_call);
    return g_test_run();
}
