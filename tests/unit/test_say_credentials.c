/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "core/say/say_credentials.h"

static void assert_says(struct sx_challenge_verdict v, const char *expected)
{
    wmem_strbuf_t *out = wmem_strbuf_new(NULL, "");

    g_assert_true(sx_say_credentials(out, &v) == (*expected != '\0'));
    g_assert_cmpstr(wmem_strbuf_get_str(out), ==, expected);
    wmem_strbuf_destroy(out);
}

static void test_states(void)
{
    assert_says((struct sx_challenge_verdict){SX_CHALLENGE_UNKNOWN, 0, 0}, "");
    assert_says((struct sx_challenge_verdict){SX_CHALLENGE_ASKED, 0, 0}, "");
    assert_says((struct sx_challenge_verdict){SX_CHALLENGE_STALE, 0, 0},
                "only the nonce was too old");
    assert_says((struct sx_challenge_verdict){SX_CHALLENGE_REFUSED, 1, 0},
                "the credentials are refused: check user name, password and realm");
    assert_says((struct sx_challenge_verdict){SX_CHALLENGE_REFUSED, 3, 0},
                "the credentials are refused, 3 times in a row for this user and realm");
    assert_says(
        (struct sx_challenge_verdict){SX_CHALLENGE_UNKNOWN, 0, 7},
        "the same credentials were accepted in frame 7: the nonce may be too old, but the server "
        "sent no stale=true");
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/say_credentials/states", test_states);
    return g_test_run();
}
