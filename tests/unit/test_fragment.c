/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "core/read/fragment.h"

#include <glib.h>

#define ETHERNET "\1\2\3\4\5\6\6\5\4\3\2\1\x08\0"
#define V4(total, id, frag, proto, src, dst)   \
    "\x45\0" total id frag "\x40" proto "\0\0" \
    "\x0a\0\0" src "\x0a\0\0" dst
#define UDP "\x13\xc4\x13\xc4\x05\0\0\0"

static struct sx_slice bytes(const char *p, size_t n)
{
    return sx_slice(p, n);
}

#define FIND(text, f) sx_fragment_find(bytes(text, sizeof(text) - 1), f)

static void test_first(void)
{
    struct sx_fragment f;

    g_assert_true(FIND(ETHERNET V4("\x02\0", "\0\7", "\x20\0", "\x11", "\1", "\2") UDP
                       "SIP/2.0 200 OK\r\n",
                       &f));
    g_assert_true(f.first);
    g_assert_cmpuint(f.id, ==, 7);
    g_assert_cmpint(f.holds, ==, SX_HOLDS_RESPONSE);
    g_assert_cmpint(f.src.p[3], ==, 1);
    g_assert_cmpint(f.inner_dst.p[3], ==, 2);

    g_assert_true(FIND(V4("\x02\0", "\0\7", "\x20\0", "\x11", "\1", "\2") UDP
                       "INVITE sip:bob@example.com SIP/2.0\r\n",
                       &f));
    g_assert_cmpint(f.holds, ==, SX_HOLDS_REQUEST);
    g_assert_cmpuint(f.payload.n, ==, 36);
    g_assert_cmpint(f.payload.p[0], ==, 'I');
    g_assert_cmpuint(f.src_port, ==, 5060);
    g_assert_cmpuint(f.dst_port, ==, 5060);
    g_assert_true(
        FIND(V4("\x02\0", "\0\7", "\x20\0", "\x11", "\1", "\2") UDP "\x80\x08\0\1\0\0", &f));
    g_assert_cmpint(f.holds, ==, SX_HOLDS_OTHER);
    g_assert_null(f.payload.p);
    g_assert_true(FIND(V4("\x02\0", "\0\7", "\x20\0", "\x11", "\1", "\2") UDP "\xf8\xa1\0\1", &f));
    g_assert_cmpint(f.holds, ==, SX_HOLDS_OPAQUE); /* SigComp */
    g_assert_true(FIND(V4("\x02\0", "\0\7", "\x20\0", "\x32", "\1", "\2") "\1\2\3\4\5\6\7\10", &f));
    g_assert_cmpint(f.holds, ==, SX_HOLDS_OPAQUE); /* ESP */
}

static void test_later(void)
{
    struct sx_fragment f;

    g_assert_true(
        FIND(ETHERNET V4("\0\x1e", "\0\7", "\0\x20", "\x11", "\1", "\2") "a=sendrecv", &f));
    g_assert_false(f.first);
    g_assert_cmpint(f.holds, ==, SX_HOLDS_TEXT);
    g_assert_true(
        FIND(ETHERNET V4("\0\x1e", "\0\7", "\0\x20", "\x11", "\1", "\2") "a=send\0ecv", &f));
    g_assert_cmpint(f.holds, ==, SX_HOLDS_OTHER);
}

/* GRE: the addresses that count are those inside. */
static void test_tunnel(void)
{
    struct sx_fragment f;

    g_assert_true(FIND(ETHERNET V4("\x02\0", "\0\7", "\x20\0", "\x2f", "\x65",
                                   "\x66") "\0\0\x08\0" V4("\x02\0", "\0\x9", "\0\0", "\x11", "\1",
                                                           "\2") UDP "SIP/2.0 200 OK\r\n",
                       &f));
    g_assert_cmpint(f.holds, ==, SX_HOLDS_RESPONSE);
    g_assert_cmpint(f.src.p[3], ==, 0x65);
    g_assert_cmpint(f.inner_src.p[3], ==, 1);
    g_assert_cmpint(f.inner_dst.p[3], ==, 2);
}

static void test_none(void)
{
    struct sx_fragment f;

    g_assert_false(
        FIND(ETHERNET V4("\x02\0", "\0\7", "\0\0", "\x11", "\1", "\2") UDP "SIP/2.0", &f));
    g_assert_false(FIND("", &f));
    g_assert_false(FIND("\x45", &f));
    g_assert_false(FIND(ETHERNET "\x4f\0\0\x14\0\7\x20\0\x40\x11", &f));
}

/* However it is cut, it reads nothing that is not there. */
static void test_cut(void)
{
    static const char whole[] =
        ETHERNET V4("\x02\0", "\0\7", "\x20\0", "\x2f", "\x65",
                    "\x66") "\0\0\x08\0" V4("\x02\0", "\0\x9", "\0\0", "\x11", "\1", "\2") UDP
        "SIP/2.0 200 OK\r\n";

    for (size_t n = 0; n < sizeof whole; n++) {
        char *copy = g_memdup2(whole, n);
        struct sx_fragment f;
        sx_fragment_find(sx_slice(copy, n), &f);
        g_free(copy);
    }
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/fragment/first", test_first);
    g_test_add_func("/fragment/later", test_later);
    g_test_add_func("/fragment/tunnel", test_tunnel);
    g_test_add_func("/fragment/none", test_none);
    g_test_add_func("/fragment/cut", test_cut);
    return g_test_run();
}
