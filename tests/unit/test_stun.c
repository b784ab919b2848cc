/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "core/read/stun.h"

#include "core/read/tcp_header.h"
#include "sip_text.h"

#define HEAD(type, length)         \
    type length "\x21\x12\xa4\x42" \
                "transaction1"

static struct sx_stun read(const char *bytes, size_t n)
{
    /* In a buffer of its own, so that a sanitizer sees its end. */
    char *copy = g_memdup2(bytes, MAX(n, 1));
    struct sx_stun stun = sx_stun_read(sx_slice(copy, n));

    g_free(copy);
    return stun;
}

#define READ(text) read(text, sizeof(text) - 1)

static void test_kinds(void)
{
    g_assert_cmpuint(READ(HEAD("\x00\x01", "\x00\x00")).kind, ==, SX_STUN_REQUEST);
    g_assert_cmpuint(READ(HEAD("\x01\x01", "\x00\x00")).kind, ==, SX_STUN_SUCCESS);
    g_assert_cmpuint(READ(HEAD("\x01\x11", "\x00\x00")).kind, ==, SX_STUN_ERROR);
    g_assert_cmpuint(READ(HEAD("\x00\x11", "\x00\x00")).kind, ==, SX_STUN_NONE); /* indication */
    g_assert_cmpuint(READ("\r\n\r\n").kind, ==, SX_STUN_NONE);
    g_assert_cmpuint(READ("").kind, ==, SX_STUN_NONE);
    g_assert_cmpuint(READ("\x00\x01\x00\x00\x21\x12\xa4\x43transaction1").kind, ==, SX_STUN_NONE);
}

/* RFC 5769 2.2 and 2.3 give these addresses for that transaction. */
static void test_mapped(void)
{
    static const char v4[] =
        "\x01\x01\x00\x14\x21\x12\xa4\x42\xb7\xe7\xa7\x01\xbc\x34\xd6\x86\xfa\x87\xdf\xae"
        "\x80\x22\x00\x03\x61\x62\x63\x20"
        "\x00\x20\x00\x08\x00\x01\xa1\x47\xe1\x12\xa6\x43";
    static const char v6[] =
        "\x01\x01\x00\x18\x21\x12\xa4\x42\xb7\xe7\xa7\x01\xbc\x34\xd6\x86\xfa\x87\xdf\xae"
        "\x00\x20\x00\x14\x00\x02\xa1\x47\x01\x13\xa9\xfa\xa5\xd3\xf1\x79\xbc\x25\xf4\xb5"
        "\xbe\xd2\xb9\xd9";
    struct sx_stun stun = READ(v4);

    g_assert_cmpmem(stun.mapped.bytes, stun.mapped.len, "\x80\x55\xc0\x00\x02\x01", 6);
    stun = READ(v6);
    g_assert_cmpmem(stun.mapped.bytes, stun.mapped.len,
                    "\x80\x55\x20\x01\x0d\xb8\x12\x34\x56\x78\x00\x11\x22\x33\x44\x55\x66\x77", 18);
    for (size_t n = 0; n < sizeof v4 - 1; n++)
        g_assert_cmpuint(read(v4, n).mapped.len, ==, 0);
    for (size_t n = 0; n < sizeof v6 - 1; n++)
        g_assert_cmpuint(read(v6, n).mapped.len, ==, 0);
}

/* ---- the headers before it ---- */

#define IP4(length)                                      \
    "\x45\x00" length "\x00\x00\x40\x00\x40\x11\x00\x00" \
    "\x0a\x00\x00\x01\x0a\x00\x00\x02"

static bool find_udp(const char *frame, size_t n, struct sx_slice *payload)
{
    return sx_udp_payload_find(sx_slice(frame, n), sx_slice("\x0a\x00\x00\x01", 4),
                               sx_slice("\x0a\x00\x00\x02", 4), 40001, 5060, payload);
}

static void test_udp_payload(void)
{
    static const char frame[] = "ethernet......" IP4("\x00\x20") "\x9c\x41\x13\xc4\x00\x0c\x00\x00"
                                                                 "ping"
                                                                 "trailer";
    struct sx_slice payload;

    g_assert_true(find_udp(frame, sizeof frame - 1, &payload));
    g_assert_cmpmem(payload.p, payload.n, "ping", 4);
    g_assert_true(find_udp(frame, 14 + 20 + 8 + 2, &payload)); /* cut by a snap length */
    g_assert_cmpmem(payload.p, payload.n, "pi", 2);
    g_assert_false(find_udp(frame, 14 + 20 + 7, &payload));
    static const char bad[] = IP4("\x00\x20") "\x9c\x41\x13\xc4\x00\x07\x00\x00"
                                              "ping";
    g_assert_false(find_udp(bad, sizeof bad - 1, &payload));
    static const char other[] = IP4("\x00\x20") "\x9c\x42\x13\xc4\x00\x0c\x00\x00"
                                                "ping";
    g_assert_false(find_udp(other, sizeof other - 1, &payload));
}

static void test_tcp_header(void)
{
    static const char frame[] =
        IP4("\x00\x2c") "\x9c\x41\x13\xc4\x01\x02\x03\x04\x05\x06\x07\x08\x50\x18\x00\x00"
                        "\x00\x00\x00\x00"
                        "ping";
    struct sx_tcp_header tcp;

    g_assert_true(sx_tcp_header_find(sx_slice(frame, sizeof frame - 1),
                                     sx_slice("\x0a\x00\x00\x01", 4),
                                     sx_slice("\x0a\x00\x00\x02", 4), 40001, 5060, &tcp));
    g_assert_cmpuint(tcp.payload, ==, 4);
    g_assert_cmpuint(tcp.payload_at, ==, 40);
    g_assert_cmphex(tcp.flags, ==, 0x18);
    g_assert_cmphex(tcp.seq, ==, 0x01020304);
    g_assert_cmphex(tcp.ack, ==, 0x05060708);
}

int main(int argc, char **argv)
{
    tests_init(&argc, &argv);
    g_test_add_func("/stun/kinds", test_kinds);
    g_test_add_func("/stun/mapped", test_mapped);
    g_test_add_func("/stun/udp_payload", test_udp_payload);
    g_test_add_func("/stun/tcp_header", test_tcp_header);
    return g_test_run();
}
