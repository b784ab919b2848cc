/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "core/read/digest.h"

static struct sx_digest read(const char *text)
{
    return sx_digest_read(sx_slice_str(text));
}

static void test_challenge(void)
{
    struct sx_digest d = read("Digest realm=\"a, b\", qop=\"auth\", nonce=\"n=1\", stale=TRUE");

    g_assert_true(sx_slice_is(d.realm, "a, b"));
    g_assert_true(sx_slice_is(d.nonce, "n=1"));
    g_assert_true(d.stale);
    g_assert_null(d.username.p);
    g_assert_true(read("Digest stale=\"true\", realm=\"r\"").stale);
    g_assert_false(read("Digest realm=\"r\", stale=false").stale);
    g_assert_false(read("Digest realm=\"stale=true\"").stale);
}

static void test_credentials(void)
{
    struct sx_digest d = read(
        "Digest  username=\"alice\",realm=\"r\" , nonce=\"n\",uri=\"sip:x,y\", response=\"0f\"");

    g_assert_true(sx_slice_is(d.username, "alice"));
    g_assert_true(sx_slice_is(d.realm, "r"));
    g_assert_true(sx_slice_is(d.response, "0f"));
    g_assert_false(sx_digest_is_empty(&d));
}

/* 3GPP TS 24.229 5.1.1.2: the first REGISTER names the user; RFC 3310 3.4: auts asks for another
 * challenge. */
static void test_empty(void)
{
    static const struct {
        const char *text;
        bool empty;
    } rows[] = {
        {"Digest username=\"a\", realm=\"r\", nonce=\"\", uri=\"sip:r\", response=\"\"", true},
        {"Digest username=\"a\", realm=\"r\", nonce=\"\", response=\"0f\"", true},
        {"Digest username=\"a\", realm=\"r\", nonce=\"n\", response=\"\"", true},
        {"Digest username=\"a\", realm=\"r\", nonce=\"n\", response=\"0f\", auts=\"x\"", true},
        {"Digest username=\"a\", realm=\"r\", nonce=\"n\", response=\"0f\"", false},
        {"Bearer abc", false},
        {"Basic YTpi", false},
    };

    for (size_t i = 0; i < G_N_ELEMENTS(rows); i++) {
        struct sx_digest d = read(rows[i].text);
        g_test_message("%s", rows[i].text);
        g_assert_true(sx_digest_is_empty(&d) == rows[i].empty);
    }
}

static void test_odd(void)
{
    static const char *const rows[] = {"",    "Digest", "Digest ",   "=",
                                       ",,,", "realm",  "Digest =x", "Digest realm=\""};

    for (size_t i = 0; i < G_N_ELEMENTS(rows); i++)
        g_assert_false(read(rows[i]).stale);
    g_assert_true(sx_slice_is(read("realm=\"r\"").realm, "r")); /* no scheme */
    g_assert_true(sx_slice_is(read("Digest realm=r, realm=s").realm, "r"));
    g_assert_null(sx_digest_read(SX_SLICE_NONE).realm.p);
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/digest/challenge", test_challenge);
    g_test_add_func("/digest/credentials", test_credentials);
    g_test_add_func("/digest/empty", test_empty);
    g_test_add_func("/digest/odd", test_odd);
    return g_test_run();
}
