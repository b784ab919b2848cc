/* test_say_prack.c
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "core/say/say_prack.h"

#include <glib.h>

#include "both_text.h"

static void test_words(void)
{
    static const struct {
        enum sx_prack_state state;
        const char *english, *chinese;
    } rows[] = {
        {SX_PRACK_NOT_SEEN, "repeats frame 3; no PRACK for it is in the capture (RFC 3262 3)",
         "重传第 3 帧：抓包中没有它的 PRACK（RFC 3262 第 3 节）"},
        {SX_PRACK_NOT_HERE,
         "repeats frame 3, for its PRACK in frame 4 is not in sight on this hop (RFC 3262 3)",
         "重传第 3 帧：它的 PRACK（第 4 帧）在这一跳看不到（RFC 3262 第 3 节）"},
        {SX_PRACK_UNANSWERED,
         "repeats frame 3; its PRACK in frame 4 has no final response yet (RFC 3262 3)",
         "重传第 3 帧：它的 PRACK（第 4 帧）尚未收到最终响应（RFC 3262 第 3 节）"},
        {SX_PRACK_REFUSED,
         "repeats frame 3, for its PRACK in frame 4 was refused with 481 in frame 5 (RFC 3262 3)",
         "重传第 3 帧：它的 PRACK（第 4 帧）在第 5 帧被 481 拒绝（RFC 3262 第 3 节）"},
        {SX_PRACK_ANSWERED,
         "repeats frame 3 although its PRACK in frame 4 was answered 481 in frame 5 (RFC 3262 3)",
         "重传第 3 帧，虽然它的 PRACK（第 4 帧）已在第 5 帧得到 481（RFC 3262 第 3 节）"},
    };
    const struct sx_txn prack = {.request_frame = 4, .final_frame = 5, .final_code = 481};

    for (unsigned i = 0; i < G_N_ELEMENTS(rows); i++) {
        struct sx_prack p = {rows[i].state, rows[i].state == SX_PRACK_NOT_SEEN ? NULL : &prack};
        SAYS_BOTH(sx_say_prack(out, &p, 3), rows[i].english, rows[i].chinese);
    }
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/say_prack/words", test_words);
    return g_test_run();
}
