/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "core/read/tcp_header.h"

#include <glib.h>

/* 14 bytes of Ethernet, then IP and TCP. */
struct packet {
    uint8_t bytes[256];
    size_t n;
};

static const char v4_a[4] = {10, 0, 0, 1}, v4_b[4] = {10, 0, 0, 2};
static const char v6_a[16] = {0x20, 1, 0xd, (char)0xb8, [15] = 1};
static const char v6_b[16] = {0x20, 1, 0xd, (char)0xb8, [15] = 2};

static void put16(uint8_t *at, unsigned value)
{
    at[0] = (uint8_t)(value >> 8);
    at[1] = (uint8_t)value;
}

static void put_tcp(struct packet *p, unsigned options, unsigned flags, unsigned payload)
{
    uint8_t *tcp = p->bytes + p->n;

    put16(tcp, 40001);
    put16(tcp + 2, 5060);
    tcp[12] = (uint8_t)((20 + options) / 4 << 4);
    tcp[13] = (uint8_t)flags;
    p->n += 20 + options + payload;
}

static struct packet v4_packet(unsigned ip_options, unsigned tcp_options, unsigned flags,
                               unsigned payload)
{
    struct packet p = {.n = 14};
    uint8_t *ip = p.bytes + 14;

    ip[0] = (uint8_t)(0x45 + ip_options / 4);
    put16(ip + 2, 20 + ip_options + 20 + tcp_options + payload);
    memcpy(ip + 12, v4_a, 4);
    memcpy(ip + 16, v4_b, 4);
    p.n += 20 + ip_options;
    put_tcp(&p, tcp_options, flags, payload);
    return p;
}

static struct packet v6_packet(unsigned extension, unsigned flags, unsigned payload)
{
    struct packet p = {.n = 14};
    uint8_t *ip = p.bytes + 14;

    ip[0] = 0x60;
    put16(ip + 4, extension + 20 + payload);
    memcpy(ip + 8, v6_a, 16);
    memcpy(ip + 24, v6_b, 16);
    p.n += 40 + extension;
    put_tcp(&p, 0, flags, payload);
    return p;
}

static bool find(const struct packet *p, size_t n, bool v6, uint16_t src_port,
                 struct sx_tcp_header *header)
{
    /* A copy of its own, so that a sanitizer sees who reads behind the end. */
    char *copy = g_memdup2(p->bytes, n);
    bool found = sx_tcp_header_find(sx_slice(copy, n), v6 ? sx_slice(v6_a, 16) : sx_slice(v4_a, 4),
                                    v6 ? sx_slice(v6_b, 16) : sx_slice(v4_b, 4), src_port, 5060,
                                    header);

    g_free(copy);
    return found;
}

static void test_v4(void)
{
    static const unsigned options[] = {0, 4, 40};
    struct sx_tcp_header header;

    for (size_t i = 0; i < G_N_ELEMENTS(options); i++)
        for (size_t k = 0; k < G_N_ELEMENTS(options); k++) {
            struct packet p = v4_packet(options[i], options[k], 0x11, 7);
            g_assert_true(find(&p, p.n, false, 40001, &header));
            g_assert_cmpuint(header.flags, ==, 0x11);
            g_assert_cmpuint(header.payload, ==, 7);
            g_assert_cmpuint(header.payload_at, ==, p.n - 7);
        }
}

static void test_v6(void)
{
    static const unsigned extensions[] = {0, 8, 40};
    struct sx_tcp_header header;

    for (size_t i = 0; i < G_N_ELEMENTS(extensions); i++) {
        struct packet p = v6_packet(extensions[i], 4, 9);
        g_assert_true(find(&p, p.n, true, 40001, &header));
        g_assert_cmpuint(header.flags, ==, 4);
        g_assert_cmpuint(header.payload, ==, 9);
    }
}

static void test_not_there(void)
{
    struct packet p = v4_packet(0, 0, 2, 0);
    struct sx_tcp_header header;

    g_assert_false(find(&p, p.n, false, 40002, &header));
    g_assert_false(find(&p, p.n, true, 40001, &header));
    g_assert_false(sx_tcp_header_find(sx_slice((char *)p.bytes, p.n), sx_slice(v4_a, 4),
                                      sx_slice(v6_b, 16), 40001, 5060, &header));
    g_assert_false(sx_tcp_header_find(sx_slice((char *)p.bytes, p.n), SX_SLICE_NONE, SX_SLICE_NONE,
                                      40001, 5060, &header));
    /* A header length below 20 is none. */
    p.bytes[14 + 20 + 12] = 0x40;
    g_assert_false(find(&p, p.n, false, 40001, &header));
}

/* The same addresses inside what is tunnelled, or before: the ports tell. */
static void test_behind_a_decoy(void)
{
    struct packet p = {.n = 40}, inner = v4_packet(0, 0, 1, 3);
    struct sx_tcp_header header;

    memcpy(p.bytes + 10, v4_a, 4);
    memcpy(p.bytes + 14, v4_b, 4);
    memcpy(p.bytes + p.n, inner.bytes + 14, inner.n - 14);
    p.n += inner.n - 14;
    g_assert_true(find(&p, p.n, false, 40001, &header));
    g_assert_cmpuint(header.flags, ==, 1);
    g_assert_cmpuint(header.payload, ==, 3);
}

static void test_cut(void)
{
    struct packet p = v4_packet(0, 0, 4, 7);
    struct sx_tcp_header header;

    for (size_t n = 0; n < 14 + 20 + 20; n++)
        g_assert_false(find(&p, n, false, 40001, &header));
    for (size_t n = 14 + 20 + 20; n <= p.n; n++) {
        g_assert_true(find(&p, n, false, 40001, &header));
        g_assert_cmpuint(header.payload, ==, 7); /* by the IP header, not by what is there */
    }
}

/* A total length that is too small for the headers gives no payload, not a huge one. */
static void test_lying_length(void)
{
    struct packet p = v4_packet(0, 0, 4, 7);
    struct sx_tcp_header header;

    for (unsigned length = 0; length <= 40; length++) {
        put16(p.bytes + 14 + 2, length);
        g_assert_true(find(&p, p.n, false, 40001, &header));
        g_assert_cmpuint(header.payload, ==, 0);
    }
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_set_nonfatal_assertions();
    g_test_add_func("/tcp_header/v4", test_v4);
    g_test_add_func("/tcp_header/v6", test_v6);
    g_test_add_func("/tcp_header/not_there", test_not_there);
    g_test_add_func("/tcp_header/behind_a_decoy", test_behind_a_decoy);
    g_test_add_func("/tcp_header/cut", test_cut);
    g_test_add_func("/tcp_header/lying_length", test_lying_length);
    return g_test_run();
}
