/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "core/say/say.h"

#include "core/base/language.h"

#include "sip_text.h"
#include "say_text.h"

static void test_time(void)
{
    static const struct {
        int64_t ms;
        const char *text;
    } rows[] = {
        {0, "0 s"},        {1, "0.001 s"},        {5, "0.005 s"},         {50, "0.050 s"},
        {500, "0.500 s"},  {1000, "1 s"},         {1001, "1.001 s"},      {9999, "9.999 s"},
        {10000, "10 s"},   {10100, "10.1 s"},     {35200, "35.2 s"},      {35000, "35 s"},
        {179000, "179 s"}, {180000, "3 min 0 s"}, {192000, "3 min 12 s"}, {3600000, "60 min 0 s"},
    };

    for (size_t i = 0; i < G_N_ELEMENTS(rows); i++) {
        wmem_strbuf_t *out = buffer();
        sx_say_time(out, rows[i].ms * SX_NS_PER_MS);
        g_assert_cmpstr(wmem_strbuf_get_str(out), ==, rows[i].text);
        wmem_strbuf_destroy(out);
    }
}

/* Cut, not rounded; what is shorter than a millisecond is not nothing. */
static void test_short_time(void)
{
    static const struct {
        int64_t ns;
        const char *text;
    } rows[] = {
        {-1, "0 s"},
        {0, "0 s"},
        {1, "less than 0.001 s"},
        {999999, "less than 0.001 s"},
        {1000000, "0.001 s"},
        {1999999, "0.001 s"},
        {INT64_C(31999999999), "31.9 s"},
        {INT64_C(179999999999), "179.9 s"},
        {INT64_C(180999999999), "3 min 0 s"},
    };

    for (size_t i = 0; i < G_N_ELEMENTS(rows); i++) {
        wmem_strbuf_t *out = buffer();
        sx_say_time(out, rows[i].ns);
        g_assert_cmpstr(wmem_strbuf_get_str(out), ==, rows[i].text);
        wmem_strbuf_destroy(out);
    }
}

static void test_method(void)
{
    struct ladder l = ladder_open();
    const struct sx_txn *known = txn_of(&l, request(&l, 0, ALICE, P1, "INFO", via("alice a1")));
    const struct sx_txn *other = txn_of(&l, request(&l, 0, ALICE, P1, "FOO", via("alice a2")));

    for (unsigned zh = 0; zh < 2; zh++) {
        sx_language_set(zh ? sx_language_of("zh") : SX_ENGLISH);
        g_assert_cmpstr(sx_say_method(known), ==, "INFO");
        g_assert_cmpstr(sx_say_method(other), ==, zh ? "请求" : "request");
    }
    sx_language_set(SX_ENGLISH);
    ladder_close(&l);
}

static void test_more(void)
{
    wmem_strbuf_t *out = buffer();

    sx_say_more(out, 0);
    g_assert_cmpuint(wmem_strbuf_get_len(out), ==, 0);
    sx_say_more(out, 298);
    assert_says(out, ", and 298 more");
}

/* The largest differences that time stamps can have: the number still reads as one. */
static void test_long_time(void)
{
    wmem_strbuf_t *out = buffer();

    sx_say_time(out, INT64_C(9000000000) * SX_NS_PER_S);
    assert_says(out, "150000000 min 0 s");
}

static void test_reference(void)
{
    static const struct {
        const char *reference, *chinese;
    } rows[] = {
        {"RFC 5626", "RFC 5626"},
        {"RFC 5626 section 11.5", "RFC 5626 \u7b2c 11.5 \u8282"},
        {"RFC 3261 section 21.4.18, RFC 5626", "RFC 3261 \u7b2c 21.4.18 \u8282, RFC 5626"},
    };

    for (size_t i = 0; i < G_N_ELEMENTS(rows); i++) {
        wmem_strbuf_t *out = buffer();
        sx_say_reference(out, rows[i].reference);
        assert_says(out, rows[i].reference);
        out = buffer();
        sx_language_set(sx_language_of("zh"));
        sx_say_reference(out, rows[i].reference);
        sx_language_set(SX_ENGLISH);
        assert_says(out, rows[i].chinese);
    }
}

static void test_no_response(void)
{
    struct ladder l = ladder_open();
    const struct sx_txn *t = txn_of(&l, request(&l, 0.0, ALICE, P1, "OPTIONS", via("alice a1")));
    wmem_strbuf_t *out = buffer();

    other_packet(&l, 31);
    sx_say_no_response(out, l.tracker, t);
    assert_says(out, "no response for 31 s");
    for (unsigned i = 1; i < 7; i++)
        request(&l, 31 + i, ALICE, P1, "OPTIONS", via("alice a1"));
    out = buffer();
    sx_say_no_response(out, l.tracker, t);
    g_assert_nonnull(strstr(wmem_strbuf_get_str(out), "7 times"));
    assert_says(out, "no response for 37 s, sent");
    ladder_close(&l);
}

static void test_no_response_for_its_size(void)
{
    struct ladder l = ladder_open();
    uint32_t txn = request(&l, 0.0, ALICE, P1, "INVITE", via("alice a1"), .bytes = 1500)->txn;
    wmem_strbuf_t *out = buffer();

    too_big(&l, 0.1, ALICE, P1, 1500, 1400);
    request(&l, 0.5, ALICE, P1, "INVITE", via("alice a1"), .bytes = 1500);
    other_packet(&l, 31);
    sx_say_no_response(out, l.tracker, txn_numbered(&l, txn));
    assert_says(out,
                "no response for 31 s, sent 2 times: too large for the way to 10.0.0.2, frame 2");
    ladder_close(&l);
}

static void test_challenge_ignored(void)
{
    struct ladder l = ladder_open();
    const struct sx_txn *t = txn_of(&l, request(&l, 0.0, ALICE, P1, "REGISTER", via("alice a1")));
    wmem_strbuf_t *out = buffer();

    response(&l, 0.1, P1, ALICE, 401, "REGISTER", via("alice a1"));
    request(&l, 30, ALICE, P1, "REGISTER", via("alice a2"), .cseq = 2);
    g_assert_true(sx_say_step(out, l.tracker, t, sx_catalogue_find(401)));
    assert_says(out, "the next attempt, in frame 3, has no credentials");
    ladder_close(&l);
}

static void test_step(void)
{
    struct ladder l = ladder_open();
    const struct sx_txn *t = txn_of(&l, request(&l, 0.0, ALICE, P1, "REGISTER", via("alice a1")));
    wmem_strbuf_t *out = buffer();

    response(&l, 0.1, P1, ALICE, 401, "REGISTER", via("alice a1"));
    g_assert_false(sx_say_step(out, l.tracker, t, sx_catalogue_find(401)));
    assert_says_nothing(out);
    request(&l, 0.2, ALICE, P1, "REGISTER", via("alice a2"), .cseq = 2,
            .more = "Authorization: Digest username=\"alice\", response=\"00\"\r\n");
    out = buffer();
    g_assert_true(sx_say_step(out, l.tracker, t, sx_catalogue_find(401)));
    assert_says(out, "normal: the client answers the challenge in frame 3");
    out = buffer();
    g_assert_false(sx_say_step(out, l.tracker, t, sx_catalogue_find(404)));
    g_assert_false(sx_say_step(out, l.tracker, t, sx_catalogue_find(200)));
    assert_says_nothing(out);
    ladder_close(&l);
}

static void test_step_cancelled(void)
{
    struct ladder l = ladder_open();
    const struct sx_txn *t = txn_of(&l, request(&l, 0.0, ALICE, P1, "INVITE", via("alice a1")));
    wmem_strbuf_t *out = buffer();

    g_assert_false(sx_say_step(out, l.tracker, t, sx_catalogue_find(487)));
    request(&l, 1.0, ALICE, P1, "CANCEL", via("alice a1"));
    g_assert_true(sx_say_step(out, l.tracker, t, sx_catalogue_find(487)));
    assert_says(out, "normal: cancelled in frame 2");
    ladder_close(&l);
}

/* RFC 3261 15, 13.3.1: what else ends an INVITE in a 487. */
static void test_step_ended_without_cancel(void)
{
    static const struct {
        bool bye;
        double end;
        const char *says;
    } rows[] = {
        {true, 5.1, "normal: ended by the BYE in frame 3"},
        {false, 60.1, "normal: its Expires of 60 s ran out"},
        {false, 59.9, ""},
    };

    for (size_t i = 0; i < G_N_ELEMENTS(rows); i++) {
        struct ladder l = ladder_open();
        const struct sx_txn *t = txn_of(&l, request(&l, 0.0, ALICE, BOB, "INVITE", via("alice a1"),
                                                    .more = "Expires: 60\r\n"));
        wmem_strbuf_t *out = buffer();
        response(&l, 0.1, BOB, ALICE, 180, "INVITE", via("alice a1"));
        if (rows[i].bye)
            request(&l, 5.0, ALICE, BOB, "BYE", via("alice a2"), .cseq = 2, .to_tag = "bob");
        response(&l, rows[i].end, BOB, ALICE, 487, "INVITE", via("alice a1"));
        g_assert_true(sx_say_step(out, l.tracker, t, sx_catalogue_find(487)) == !!*rows[i].says);
        assert_says(out, rows[i].says);
        ladder_close(&l);
    }
}

/* RFC 3261 9.1: who cancels waits for 64*T1. */
static void test_step_cancelled_too_late(void)
{
    static const struct {
        double end;
        const char *says;
    } rows[] = {
        {33.0, "normal: cancelled in frame 2"},
        {33.1, "too late: 32.1 s after the CANCEL in frame 2; the client gives up 32 s after it"},
    };

    for (size_t i = 0; i < G_N_ELEMENTS(rows); i++) {
        struct ladder l = ladder_open();
        const struct sx_txn *t = txn_of(&l, request(&l, 0.0, ALICE, P1, "INVITE", via("alice a1")));
        wmem_strbuf_t *out = buffer();
        request(&l, 1.0, ALICE, P1, "CANCEL", via("alice a1"));
        response(&l, rows[i].end, P1, ALICE, 487, "INVITE", via("alice a1"));
        g_assert_true(sx_say_step(out, l.tracker, t, sx_catalogue_find(487)));
        assert_says(out, rows[i].says);
        ladder_close(&l);
    }
}

static void test_host(void)
{
    struct ladder l = ladder_open();
    const struct sx_txn *t = txn_of(&l, request(&l, 0.0, ALICE, P1, "INVITE", via("alice a1")));
    wmem_strbuf_t *out = buffer();

    sx_say_host(out, l.tracker, t->dst.host);
    g_assert_cmpstr(wmem_strbuf_get_str(out), ==, "10.0.0.2");
    wmem_strbuf_destroy(out);
    ladder_close(&l);
}

int main(int argc, char **argv)
{
    tests_init(&argc, &argv);
    g_test_add_func("/say/time", test_time);
    g_test_add_func("/say/short_time", test_short_time);
    g_test_add_func("/say/method", test_method);
    g_test_add_func("/say/more", test_more);
    g_test_add_func("/say/long_time", test_long_time);
    g_test_add_func("/say/reference", test_reference);
    g_test_add_func("/say/no_response", test_no_response);
    g_test_add_func("/say/no_response_for_its_size", test_no_response_for_its_size);
    g_test_add_func("/say/challenge_ignored", test_challenge_ignored);
    g_test_add_func("/say/step", test_step);
    g_test_add_func("/say/step_cancelled", test_step_cancelled);
    g_test_add_func("/say/step_ended_without_cancel", test_step_ended_without_cancel);
    g_test_add_func("/say/step_cancelled_too_late", test_step_cancelled_too_late);
    g_test_add_func("/say/host", test_host);
    return g_test_run();
}
