/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "core/say/say.h"
#include "core/say/say_failure.h"
#include "flow_text.h"

#define R1 (&(struct reg){.reg_id = 1})

static struct sx_flow_story story_of(const struct ladder *l, const struct sx_txn *txn)
{
    return sx_flow_tell(l->tracker, txn);
}

/* One flow, reset by the client in frame 5; a call at 10 s that its edge answers with a code. */
static const struct sx_txn *lost(struct ladder *l, unsigned code)
{
    make_flow(l, 0, R1);
    segment(l, 9, PHONE, EDGE, SX_TCP_RST, 0);
    return call_phone(l, 10, R1, 1, code);
}

static void assert_contains(wmem_strbuf_t *out, const char *text)
{
    if (!strstr(wmem_strbuf_get_str(out), text))
        complain("\"%s\" is not in: %s", text, wmem_strbuf_get_str(out));
    wmem_strbuf_destroy(out);
}

static void test_words(void)
{
    struct ladder l = ladder_open();
    const struct sx_txn *txn = lost(&l, 430);
    wmem_strbuf_t *out = wmem_strbuf_new(NULL, "");

    tell_alice(&l, 10.02, 1, 480);
    other_packet(&l, 60);
    struct sx_flow_story s = story_of(&l, txn);
    sx_say_flow(out, &s);
    assert_contains(out,
                    "reset by the client in frame 5: the flow of sip:bob@example.com registered "
                    "in frame 1 is gone");
    out = wmem_strbuf_new(NULL, "");
    g_assert_true(sx_say_flow_outcome(out, &s));
    g_assert_cmpstr(wmem_strbuf_get_str(out), ==, "nothing was tried");
    sx_say_flow_upstream(out, &s);
    assert_contains(out, "nothing was tried; upstream got 480 in frame");
    out = wmem_strbuf_new(NULL, "");
    sx_say_flow_story(out, &s);
    assert_contains(out, "nothing was tried; reset by the client in frame 5: the flow of "
                         "sip:bob@example.com registered in frame 1 is gone; upstream got 480");
    out = wmem_strbuf_new(NULL, "");
    g_assert_true(sx_say_flow_advice(out, l.tracker, &s));
    assert_contains(out, "did not register again within 32 s");
    ladder_close(&l);
}

/* The failure that the caller sees has the story and the advice of the flow that it was made from.
 * */
static void test_told_under_another_code(void)
{
    struct ladder l = ladder_open();
    const struct sx_txn *txn = lost(&l, 430);
    wmem_strbuf_t *out = wmem_strbuf_new(NULL, "");

    tell_alice(&l, 10.02, 1, 480);
    other_packet(&l, 60);
    const struct sx_txn *upstream = sx_tracker_txn(l.tracker, txn->parent);
    struct sx_failure_cause cause = sx_failure_cause_find(l.tracker, upstream);
    g_assert_true(sx_say_failure(out, l.tracker, &cause));
    assert_contains(
        out, "; reset by the client in frame 5: the flow of sip:bob@example.com registered in "
             "frame 1 is gone");
    out = wmem_strbuf_new(NULL, "");
    g_assert_true(sx_say_failure_advice(out, l.tracker, upstream, sx_slice_str("INVITE")));
    g_assert_true(
        g_str_has_prefix(wmem_strbuf_get_str(out), "This was made from the 430 in frame "));
    assert_contains(out, ": No other flow was tried");
    ladder_close(&l);
}

/* Every death has words of its own, and every advice ends. */
static void test_words_of_deaths(void)
{
    struct ladder l = ladder_open();
    struct sx_flow_story s = story_of(&l, lost(&l, 430));
    GHashTable *said = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);

    for (unsigned death = SX_DEATH_UNKNOWN; death <= SX_DEATH_ALL_AT_ONCE; death++) {
        wmem_strbuf_t *out = wmem_strbuf_new(NULL, "");
        s.death = (enum sx_flow_death)death;
        sx_say_flow(out, &s);
        g_assert_true(g_hash_table_add(said, g_strdup(wmem_strbuf_get_str(out))));
        wmem_strbuf_destroy(out);
        out = wmem_strbuf_new(NULL, "");
        g_assert_true(sx_say_flow_advice(out, l.tracker, &s));
        g_assert_true(g_str_has_suffix(wmem_strbuf_get_str(out), "."));
        wmem_strbuf_destroy(out);
    }
    g_hash_table_destroy(said);
    ladder_close(&l);
}

static void test_words_of_439(void)
{
    static const struct {
        const char *path, *says;
    } rows[] = {
        {NULL, "10.0.0.2 sent the REGISTER on without Path (frame 2)"},
        {"Path: <sip:t@10.0.0.2;lr>\r\n", "Path in frame 2 has no ob"},
        {"Path: <sip:t@10.0.0.2;lr;ob>\r\n", "the registrar refuses all the same"},
    };

    for (size_t i = 0; i < G_N_ELEMENTS(rows); i++) {
        struct ladder l = ladder_open();
        wmem_strbuf_t *out = wmem_strbuf_new(NULL, "");
        const struct sx_message *m = request(&l, 0, BOB, EDGE, "REGISTER", via("bob r"));
        request(&l, 1, EDGE, CORE, "REGISTER", via("edge r", "bob r"), .more = rows[i].path);
        response(&l, 2, CORE, EDGE, 439, "REGISTER", via("edge r", "bob r"));
        response(&l, 3, EDGE, BOB, 439, "REGISTER", via("bob r"));
        g_assert_true(sx_say_no_outbound(out, l.tracker, txn_of(&l, m)));
        assert_contains(out, rows[i].says);
        ladder_close(&l);
    }
}

int main(int argc, char **argv)
{
    tests_init(&argc, &argv);
    g_test_add_func("/say_flow/words", test_words);
    g_test_add_func("/say_flow/told-under-another-code", test_told_under_another_code);
    g_test_add_func("/say_flow/words_of_deaths", test_words_of_deaths);
    g_test_add_func("/say_flow/words_of_439", test_words_of_439);
    return g_test_run();
}
