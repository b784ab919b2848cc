/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "core/read/start_line.h"

#define REQUEST "INVITE sip:bob@example.com SIP/2.0\r\n"
#define STATUS "SIP/2.0 180 Ringing\r\n"
#define HEAD "Call-ID: a@b\r\nCSeq: 1 INVITE\r\n"
#define NO_BODY "Content-Length: 0\r\n\r\n"
#define BODY "Content-Length: 5\r\n\r\nhello"

static struct sx_slice text(const char *s)
{
    return sx_slice(s, strlen(s));
}

/* ---- start lines ---- */

/* Where the next start line is, or -1. */
static int found(const char *s, size_t from, bool at_boundary, const char *method)
{
    size_t at = from;

    return sx_start_line_find(text(s), &at, at_boundary, method) ? (int)at : -1;
}

static void test_at_the_beginning(void)
{
    g_assert_cmpint(found(REQUEST, 0, true, NULL), ==, 0);
    g_assert_cmpint(found(REQUEST, 0, false, NULL), ==, 0);
    g_assert_cmpint(found(STATUS, 0, true, NULL), ==, 0);
    g_assert_cmpint(found("SIP/2.0 200", 0, true, NULL), ==, 0);
    g_assert_cmpint(found("A b SIP/2.0", 0, true, NULL), ==, 0);
    g_assert_cmpint(found("TOKEN.x-1 sip:b SIP/2.0\r\n", 0, true, NULL), ==, 0);
}

static void test_none(void)
{
    static const char *const texts[] = {
        "",
        "S",
        "SIP/2.",
        "SIP/2.0",
        "SIP/2.0 20",
        "SIP/2.0 2000",
        "SIP/2.0 200OK",
        "SIP/2.0 2x0 ",
        "INVITE SIP/2.0\r\n",
        "INVITE  SIP/2.0\r\n",
        "INVITE sip:b SIP/2.01",
        "INVITE sip:b SIP/2.0 x",
        "Via: SIP/2.0/TCP a;branch=z\r\n",
        " sip:b SIP/2.0\r\n",
        "\r\nsip:b SIP/2.0\r\n",
        "INVITE sip:b\r\n SIP/2.0\r\n",
        "sip/2.0 200 OK",
    };

    for (unsigned i = 0; i < G_N_ELEMENTS(texts); i++) {
        g_assert_cmpint(found(texts[i], 0, true, NULL), ==, -1);
        g_assert_cmpint(found(texts[i], 0, false, NULL), ==, -1);
    }
}

static void test_after_other_bytes(void)
{
    g_assert_cmpint(found("\x01\x02" REQUEST, 0, false, NULL), ==, 2);
    g_assert_cmpint(found("\r\n\r\n" STATUS, 0, true, NULL), ==, 4);
    /* the last bytes of a binary header may be letters */
    g_assert_cmpint(found("\x01xyINVITE sip:b SIP/2.0\r\n", 0, false, NULL), ==, 3);
    g_assert_cmpint(found("\x01xyTOKEN sip:b SIP/2.0\r\n", 0, false, NULL), ==, 1);
    g_assert_cmpint(found("\x01xyTOKEN sip:b SIP/2.0\r\n", 0, false, "TOKEN"), ==, 3);
    g_assert_cmpint(found("\x01PRACK sip:b SIP/2.0\r\n", 0, false, "ACK"), ==, 1);
    g_assert_cmpint(found("AACK sip:b SIP/2.0\r\n", 0, false, "ACK"), ==, 1);
    g_assert_cmpint(found("AACK sip:b SIP/2.0\r\n", 0, true, NULL), ==, 0);
    g_assert_cmpint(found(REQUEST STATUS, 1, true, NULL), ==, 1);
    g_assert_cmpint(found(REQUEST STATUS, 7, true, NULL), ==, (int)strlen(REQUEST));
    /* a Request-URI that spells a version */
    g_assert_cmpint(found("INVITE sip:SIP/2.0 SIP/2.0\r\n", 0, true, NULL), ==, 0);
}

static void test_longest_request_line(void)
{
    for (unsigned uri = 65536 - 8; uri <= 65536 + 2; uri++) {
        GString *s = g_string_new("INVITE ");
        for (unsigned i = 0; i < uri; i++)
            g_string_append_c(s, 'u');
        g_string_append(s, " SIP/2.0\r\n");
        /* of 65,536 bytes before the version all are looked at */
        int expected = 7 + uri + 1 <= 65536 ? 0 : -1;
        g_assert_cmpint(found(s->str, 0, true, NULL), ==, expected);
        g_string_free(s, TRUE);
    }
}

static void test_may_begin(void)
{
    static const char *const yes[] = {"S",      "SIP/2.0 ", "SIP/2.0 18",        "I",
                                      "INVITE", "INVITE ",  "INVITE sip:b@c SI", "X-Y z"};
    static const char *const no[] = {"",           "\x80\x08",       "invite sip:b", " INVITE",
                                     "INVITE\r\n", "INVITE sip:b\n", "SIP/2.0\t",    "\r\n\r\n"};

    for (unsigned i = 0; i < G_N_ELEMENTS(yes); i++)
        g_assert_true(sx_start_line_may_begin(text(yes[i])));
    for (unsigned i = 0; i < G_N_ELEMENTS(no); i++)
        g_assert_false(sx_start_line_may_begin(text(no[i])));
}

/* ---- pieces ---- */

#define MAX_PIECES 16

/* All that stands in the bytes, one after the other. */
static size_t cut_up(const char *s, struct sx_piece *pieces)
{
    struct sx_slice bytes = text(s);
    size_t at = 0, n = 0;

    while (n < MAX_PIECES && sx_start_line_find(bytes, &at, true, NULL)) {
        g_assert_true(sx_piece_read(bytes, &at, &pieces[n]));
        n++;
    }
    return n;
}

static void test_pieces(void)
{
    struct sx_piece p[MAX_PIECES];

    g_assert_cmpuint(cut_up(REQUEST HEAD BODY STATUS HEAD NO_BODY "\r\n" REQUEST HEAD BODY, p), ==,
                     3);
    g_assert_cmpuint(p[0].offset, ==, 0);
    g_assert_cmpuint(p[0].length, ==, strlen(REQUEST HEAD BODY));
    g_assert_true(p[0].complete && p[1].complete && p[2].complete);
    g_assert_cmpuint(p[1].offset, ==, p[0].length);
    g_assert_cmpuint(p[1].msg.code, ==, 180);
    g_assert_cmpuint(p[2].offset, ==, p[1].offset + p[1].length + 2);

    /* what a body says is no message */
    g_assert_cmpuint(cut_up(STATUS "Content-Length: 16\r\n\r\nSIP/2.0 100 Xyz\n" REQUEST "\r\n", p),
                     ==, 2);
    g_assert_cmpuint(p[1].msg.method, ==, SX_METHOD_INVITE);
    /* without a length the rest is the body */
    g_assert_cmpuint(cut_up(REQUEST HEAD "\r\n" STATUS HEAD NO_BODY, p), ==, 1);
    g_assert_true(p[0].complete);
    g_assert_cmpuint(p[0].length, ==, strlen(REQUEST HEAD "\r\n" STATUS HEAD NO_BODY));
    /* the end of the bytes, in the head and in the body */
    g_assert_cmpuint(cut_up(REQUEST HEAD BODY STATUS HEAD, p), ==, 2);
    g_assert_true(p[0].complete && !p[1].complete);
    g_assert_cmpuint(cut_up(REQUEST HEAD "Content-Length: 6\r\n\r\nhello", p), ==, 1);
    g_assert_false(p[0].complete);
}

/* ---- what a dissector took ---- */

static struct sx_verdict request_verdict(const char *method, const char *call_id, uint32_t cseq)
{
    return (struct sx_verdict){.method = method, .call_id = call_id, .cseq = cseq};
}

static struct sx_verdict response_verdict(unsigned code, const char *call_id, uint32_t cseq)
{
    return (struct sx_verdict){.code = code, .call_id = call_id, .cseq = cseq};
}

#define RING(call_id, cseq) STATUS "Call-ID: " call_id "\r\nCSeq: " cseq " INVITE\r\n"
#define CALL(call_id, cseq) REQUEST "Call-ID: " call_id "\r\nCSeq: " cseq " INVITE\r\n"

/* How many of the pieces of the bytes were taken; *last: where the last of them begins. */
static size_t taken(const char *s, const struct sx_verdict *verdicts, size_t count, bool cut,
                    bool all, size_t *last)
{
    struct sx_piece pieces[MAX_PIECES];
    struct sx_verdict copy[MAX_PIECES];

    if (count > 0)
        memcpy(copy, verdicts, count * sizeof *verdicts);
    size_t n = sx_pieces_taken(pieces, cut_up(s, pieces), copy, count, cut, all);
    if (last)
        *last = n > 0 ? pieces[n - 1].offset : 0;
    return n;
}

#define TAKEN(s, ...)                                                                           \
    taken(s, (struct sx_verdict[]){__VA_ARGS__},                                                \
          sizeof((struct sx_verdict[]){__VA_ARGS__}) / sizeof(struct sx_verdict), false, false, \
          NULL)

static void test_last_verdict_counts(void)
{
    /* between two bodies there is one verdict only, of the last message */
    g_assert_cmpuint(TAKEN(CALL("a", "1") NO_BODY RING("b", "2") NO_BODY CALL("c", "3") BODY,
                           request_verdict("INVITE", "c", 3)),
                     ==, 3);
    g_assert_cmpuint(TAKEN(CALL("a", "1") BODY RING("b", "2") NO_BODY CALL("c", "3") NO_BODY,
                           request_verdict("INVITE", "a", 1), request_verdict("INVITE", "c", 3)),
                     ==, 3);
    /* in a body */
    g_assert_cmpuint(TAKEN(CALL("a", "1") BODY, request_verdict("INVITE", "a", 1),
                           request_verdict("OPTIONS", "inner", 9)),
                     ==, 1);
    g_assert_cmpuint(TAKEN(CALL("a", "1") NO_BODY RING("b", "2") NO_BODY,
                           request_verdict("INVITE", "a", 1)),
                     ==, 1);
    g_assert_cmpuint(TAKEN(CALL("a", "1") NO_BODY, response_verdict(200, "a", 1)), ==, 0);
}

static void test_what_waits_is_left_out(void)
{
    g_assert_cmpuint(TAKEN(CALL("a", "1") NO_BODY RING("b", "2"),
                           request_verdict("INVITE", "a", 1)),
                     ==, 1);
    /* it looks like the one that was taken */
    g_assert_cmpuint(TAKEN(RING("a", "1") NO_BODY RING("a", "1"), response_verdict(180, "a", 1)),
                     ==, 1);
    g_assert_cmpuint(TAKEN(RING("a", "1") NO_BODY STATUS, response_verdict(180, "a", 1)), ==, 1);
    g_assert_cmpuint(TAKEN(RING("a", "1") NO_BODY RING("a", "2") "X: y\r\n",
                           response_verdict(180, "a", 1)),
                     ==, 1);
    /* and here it was taken as it is */
    g_assert_cmpuint(TAKEN(RING("a", "1") NO_BODY RING("a", "2") "X: y\r\n",
                           response_verdict(180, "a", 2)),
                     ==, 2);
    g_assert_cmpuint(TAKEN(RING("a", "1"), response_verdict(180, "a", 1)), ==, 1);
}

static void test_cut_frame(void)
{
    const struct sx_verdict v[] = {response_verdict(180, NULL, 0)};
    size_t last;

    g_assert_cmpuint(taken(CALL("a", "1") NO_BODY STATUS, v, 1, true, false, &last), ==, 2);
    g_assert_cmpuint(last, ==, strlen(CALL("a", "1") NO_BODY));
    g_assert_cmpuint(taken(RING("a", "1") NO_BODY STATUS, v, 1, true, false, NULL), ==, 2);
    g_assert_cmpuint(taken(RING("a", "1") NO_BODY STATUS, v, 1, false, false, NULL), ==, 1);
}

static void test_what_is_continued(void)
{
    g_assert_cmpuint(taken(CALL("a", "1") NO_BODY RING("b", "2") NO_BODY STATUS, NULL, 0, false,
                           true, NULL),
                     ==, 2);
    g_assert_cmpuint(taken(CALL("a", "1") NO_BODY, NULL, 0, false, false, NULL), ==, 0);
}

static void test_fields_that_are_read_otherwise(void)
{
    /* the other one of two; what ends at a NUL; what is no UTF-8 */
    g_assert_cmpuint(TAKEN(CALL("a", "1") BODY CALL("x\r\nCall-ID: b", "2") NO_BODY,
                           request_verdict("INVITE", "a", 1), request_verdict("INVITE", "b", 2)),
                     ==, 2);
    g_assert_cmpuint(TAKEN(CALL("a\xe9"
                                "b",
                                "1") NO_BODY,
                           request_verdict("INVITE",
                                           "a\xef\xbf\xbd"
                                           "b",
                                           1)),
                     ==, 1);
    g_assert_cmpuint(TAKEN(CALL("ab", "1") NO_BODY, request_verdict("INVITE", "a", 1)), ==, 1);
    struct sx_piece p;
    size_t at = 0;
    static const char nul[] = REQUEST "Call-ID: a\0b\r\nCSeq: 1 INVITE\r\n" NO_BODY;
    g_assert_true(sx_piece_read(sx_slice(nul, sizeof nul - 1), &at, &p));
    struct sx_verdict v = request_verdict("INVITE", "a", 1);
    g_assert_cmpuint(sx_pieces_taken(&p, 1, &v, 1, false, false), ==, 1);
}

int main(int argc, char *argv[])
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/start_line/at the beginning", test_at_the_beginning);
    g_test_add_func("/start_line/none", test_none);
    g_test_add_func("/start_line/after other bytes", test_after_other_bytes);
    g_test_add_func("/start_line/longest request line", test_longest_request_line);
    g_test_add_func("/start_line/may begin", test_may_begin);
    g_test_add_func("/start_line/pieces", test_pieces);
    g_test_add_func("/start_line/last verdict counts", test_last_verdict_counts);
    g_test_add_func("/start_line/what waits is left out", test_what_waits_is_left_out);
    g_test_add_func("/start_line/cut frame", test_cut_frame);
    g_test_add_func("/start_line/what is continued", test_what_is_continued);
    g_test_add_func("/start_line/fields that are read otherwise",
                    test_fields_that_are_read_otherwise);
    return g_test_run();
}
