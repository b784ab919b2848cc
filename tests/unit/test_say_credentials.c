/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "core/say/say_credentials.h"

#include "both_text.h"

static void assert_says(struct sx_challenge_verdict v, const char *english, const char *chinese)
{
    SAYS_BOTH(g_assert_true(sx_say_credentials(out, &v) == (*english != '\0')), english, chinese);
}

static void test_states(void)
{
    assert_says((struct sx_challenge_verdict){SX_CHALLENGE_UNKNOWN, 0, 0}, "", "");
    assert_says((struct sx_challenge_verdict){SX_CHALLENGE_ASKED, 0, 0}, "", "");
    assert_says((struct sx_challenge_verdict){SX_CHALLENGE_STALE, 0, 0},
                "only the nonce was too old", "只是 nonce 太旧");
    assert_says((struct sx_challenge_verdict){SX_CHALLENGE_REFUSED, 1, 0},
                "the credentials are refused: check user name, password and realm",
                "凭证被拒绝：请检查用户名、密码和 realm");
    assert_says((struct sx_challenge_verdict){SX_CHALLENGE_REFUSED, 3, 0},
                "the credentials are refused, 3 times in a row for this user and realm",
                "凭证被拒绝：该用户和该 realm 已连续被拒绝 3 次");
    assert_says(
        (struct sx_challenge_verdict){SX_CHALLENGE_UNKNOWN, 0, 7},
        "the same credentials were accepted in frame 7: the nonce may be too old, but the server "
        "sent no stale=true",
        "同样的凭证在第 7 帧曾被接受：nonce 可能太旧，但服务器没有写 stale=true");
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/say_credentials/states", test_states);
    return g_test_run();
}
