/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "core/read/payload_signs.h"

#include <glib.h>

/* Records "type:length ..." as bytes; the last one may be cut. */
static GByteArray *records(const unsigned (*list)[2], size_t n)
{
    GByteArray *out = g_byte_array_new();

    for (size_t i = 0; i < n; i++) {
        const guint8 header[5] = {(guint8)list[i][0], 3, 3, (guint8)(list[i][1] >> 8),
                                  (guint8)list[i][1]};
        guint8 *content = g_malloc0(list[i][1] + 1);
        g_byte_array_append(out, header, sizeof header);
        g_byte_array_append(out, content, list[i][1]);
        g_free(content);
    }
    return out;
}

static struct sx_slice slice_of(const GByteArray *bytes)
{
    return sx_slice((const char *)bytes->data, bytes->len);
}

static void test_records(void)
{
    static const struct {
        unsigned list[3][2];
        size_t n;
        bool hides, goodbye;
    } rows[] = {
        {{{23, 400}}, 1, true, false},
        {{{23, 199}}, 1, false, false},
        {{{20, 1}, {23, 69}, {23, 700}}, 3, true, false}, /* a client's first flight */
        {{{22, 512}}, 1, false, false},                   /* a handshake in the open */
        {{{23, 21}}, 1, false, false},                    /* a ping of RFC 5626 */
        {{{23, 19}}, 1, false, true},
        {{{21, 2}}, 1, false, true},
        {{{23, 400}, {21, 26}}, 2, true, true},
    };

    for (size_t i = 0; i < G_N_ELEMENTS(rows); i++) {
        GByteArray *bytes = records(rows[i].list, rows[i].n);
        g_test_message("row %zu", i);
        g_assert_true(sx_payload_may_hide_request(slice_of(bytes)) == rows[i].hides);
        g_assert_true(sx_payload_says_goodbye(slice_of(bytes)) == rows[i].goodbye);
        g_byte_array_free(bytes, TRUE);
    }
}

static void test_close_frame(void)
{
    static const char close_frame[] = "\x88\x82\1\2\3\4\2\352", text[] = "\x81\x82\1\2\3\4ab";
    char *long_one = g_malloc0(200);

    g_assert_true(sx_payload_says_goodbye(sx_slice(close_frame, 8)));
    g_assert_false(sx_payload_says_goodbye(sx_slice(text, 8)));
    g_assert_false(sx_payload_says_goodbye(sx_slice(close_frame, 1)));
    long_one[0] = '\x88';
    g_assert_false(sx_payload_says_goodbye(sx_slice(long_one, 200)));
    g_free(long_one);
}

static void test_other(void)
{
    static const char *const texts[] = {"", "\r\n\r\n", "SIP/2.0 200 OK\r\n\r\n", "\x17\3", "\x17"};

    for (size_t i = 0; i < G_N_ELEMENTS(texts); i++) {
        g_assert_false(sx_payload_says_goodbye(sx_slice_str(texts[i])));
        g_assert_false(sx_payload_may_hide_request(sx_slice_str(texts[i])));
    }
    g_assert_false(sx_payload_says_goodbye(SX_SLICE_NONE));
    /* Cut behind the header: its length is enough. */
    g_assert_true(sx_payload_may_hide_request(sx_slice("\x17\3\3\2\0", 5)));
}

static void test_signs(void)
{
    static const struct {
        const char *payload;
        size_t n;
        enum sx_transport transport;
        enum sx_segment_sign sign;
    } rows[] = {
        {"\r\n\r\n", 4, SX_TRANSPORT_TCP, SX_SEGMENT_PING},
        {"\r\n\r\n", 4, SX_TRANSPORT_TLS, SX_SEGMENT_PING},
        {"\r\n", 2, SX_TRANSPORT_TCP, SX_SEGMENT_PLAIN}, /* a pong */
        {"\1\0", 2, SX_TRANSPORT_TLS, SX_SEGMENT_GOODBYE},
        {"\1\0", 2, SX_TRANSPORT_TCP, SX_SEGMENT_PLAIN},
        {"\1\144", 2, SX_TRANSPORT_TLS, SX_SEGMENT_PLAIN}, /* no_renegotiation */
        {"\x89\0", 2, SX_TRANSPORT_WS, SX_SEGMENT_PING},
        {"\x8a\0", 2, SX_TRANSPORT_WS, SX_SEGMENT_PLAIN}, /* a pong */
        {"\x88\0", 2, SX_TRANSPORT_WS, SX_SEGMENT_GOODBYE},
        {"\x88", 1, SX_TRANSPORT_WS, SX_SEGMENT_PLAIN},
        {"\x88\0", 2, SX_TRANSPORT_TCP, SX_SEGMENT_PLAIN},
    };

    for (size_t i = 0; i < G_N_ELEMENTS(rows); i++) {
        g_test_message("row %zu", i);
        g_assert_cmpint(sx_payload_sign(sx_slice(rows[i].payload, rows[i].n), rows[i].transport),
                        ==, rows[i].sign);
    }
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_set_nonfatal_assertions();
    g_test_add_func("/payload_signs/records", test_records);
    g_test_add_func("/payload_signs/close_frame", test_close_frame);
    g_test_add_func("/payload_signs/other", test_other);
    g_test_add_func("/payload_signs/signs", test_signs);
    return g_test_run();
}
