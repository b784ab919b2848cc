/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "core/read/uri.h"

static uint64_t hash_of(const char *text)
{
    static const uint64_t key[2] = {1, 2};
    struct sx_hash h = sx_hash_begin(key);
    struct sx_uri uri = sx_uri_read(sx_slice_str(text));

    sx_uri_hash(&h, &uri);
    return sx_hash_end(h).bits;
}

/* RFC 3261 19.1.4, its examples among them. Equal ones have one hash, whichever comes first. */
static void test_same_place(void)
{
    static const struct {
        const char *a, *b;
        bool same;
    } rows[] = {
        {"sip:bob@h:5080", "sip:bob@h:5080;transport=tcp", true},
        {"sip:bob@h;transport=tcp;ob", "sip:%62ob@H;transport=udp", true},
        {"sip:bob@[2001:DB8::1]", "sip:bob@[2001:db8:0::1];transport=tcp", true},
        {"sip:bob@h", "sip:Bob@h;transport=tcp", false},
        {"sip:bob@h", "sip:bob@i", false},
        {"sip:bob@h", "sip:bob@h:5060", false},
        {"sip:bob@h:5060", "sip:bob@h:5061", false},
        {"sip:bob@h", "sips:bob@h", false},
        {"sip:h", "sip:@h", false},
        {"tel:+1234", "tel:+1234", false},
    };

    for (size_t i = 0; i < G_N_ELEMENTS(rows); i++) {
        g_test_message("%s %s", rows[i].a, rows[i].b);
        struct sx_slice a = sx_slice_str(rows[i].a), b = sx_slice_str(rows[i].b);
        g_assert_cmpint(sx_uri_same_place(a, b), ==, rows[i].same);
        g_assert_cmpint(sx_uri_same_place(b, a), ==, rows[i].same);
    }
}

static void test_equal(void)
{
    static const struct {
        const char *a, *b;
        bool equal;
    } rows[] = {
        {"sip:%61lice@atlanta.com;transport=TCP", "sip:alice@AtLanTa.CoM;Transport=tcp", true},
        {"sip:carol@chicago.com", "sip:carol@chicago.com;newparam=5", true},
        {"sip:carol@chicago.com", "sip:carol@chicago.com;security=on", true},
        {"sip:carol@chicago.com;newparam=5", "sip:carol@chicago.com;security=on", true},
        {"sip:alice@atlanta.com?subject=project%20x&priority=urgent",
         "sip:alice@atlanta.com?subject=project%20x&priority=urgent", true},
        {"SIP:ALICE@AtLanTa.CoM;Transport=udp", "sip:alice@AtLanTa.CoM;Transport=UDP", false},
        {"sip:bob@biloxi.com", "sip:bob@biloxi.com:5060", false},
        {"sip:bob@biloxi.com", "sip:bob@biloxi.com;transport=udp", false},
        {"sip:bob@biloxi.com", "sip:bob@biloxi.com:6000;transport=tcp", false},
        {"sip:carol@chicago.com", "sip:carol@chicago.com?Subject=next%20meeting", false},
        {"sip:carol@chicago.com;security=on", "sip:carol@chicago.com;security=off", false},
        {"sip:bob@h;a=1;b=2", "sip:bob@h;b=2;a=1", true},
        {"sip:bob@h;ob;transport=tcp", "sip:bob@h;transport=tcp;ob", true},
        {"sip:bob@h;rinstance=1", "sip:bob@h;rinstance=2", false},
        {"sip:h", "sip:@h", false},
        {"sip:bob@h", "sips:bob@h", false},
        {"sip:bob@[2001:DB8::1]:5060", "sip:bob@[2001:db8::1]:5060", true},
        {"sip:bob@[2001:DB8:0:0::1]", "sip:bob@[2001:0db8::0001]", true},
        {"sip:bob@[2001:db8::4141]", "sip:bob@[2001:db8::6161]", false},
        {"sip:bob@[2001:db8::1]", "sip:bob@[2001:db8::1]:5060", false},
        {"sip:bob:pass@h", "sip:bob:PASS@h", false},
        {"sip:bob;x=1@h", "sip:bob;X=1@h", false},
        {"sip:bo%40b@h", "sip:bo@b@h", false},
        {"sip:bob@h;maddr=1.2.3.4", "sip:bob@h", false},
        {"tel:+1234", "tel:+1234", true},
        {"tel:+1234", "TEL:+1234", false},
        {"", "sip:", false},
    };

    for (size_t i = 0; i < G_N_ELEMENTS(rows); i++) {
        g_test_message("%s %s", rows[i].a, rows[i].b);
        struct sx_slice a = sx_slice_str(rows[i].a), b = sx_slice_str(rows[i].b);
        g_assert_cmpint(sx_uri_equal(a, b), ==, rows[i].equal);
        g_assert_cmpint(sx_uri_equal(b, a), ==, rows[i].equal);
        if (rows[i].equal)
            g_assert_cmpuint(hash_of(rows[i].a), ==, hash_of(rows[i].b));
    }
}

static void test_parts(void)
{
    struct sx_uri uri = sx_uri_read(sx_slice_str(" sip:bob;x:y@[::1]:99;lr;a=b?h=1 "));

    g_assert_true(uri.is_sip);
    g_assert_true(sx_slice_is(uri.user, "bob;x:y"));
    g_assert_true(sx_slice_is(uri.host, "[::1]"));
    g_assert_true(sx_slice_is(uri.port, "99"));
    g_assert_true(sx_slice_is(uri.params, "lr;a=b"));
    g_assert_true(sx_slice_is(uri.headers, "h=1"));
    g_assert_nonnull(sx_uri_param(&uri, "LR").p);
    g_assert_true(sx_slice_is(sx_uri_param(&uri, "a"), "b"));
    g_assert_null(sx_uri_param(&uri, "b").p);
    g_assert_false(sx_uri_read(SX_SLICE_NONE).is_sip);
    g_assert_null(sx_uri_read(sx_slice_str("sip:h")).user.p);
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_set_nonfatal_assertions();
    g_test_add_func("/uri/equal", test_equal);
    g_test_add_func("/uri/same_place", test_same_place);
    g_test_add_func("/uri/parts", test_parts);
    return g_test_run();
}
