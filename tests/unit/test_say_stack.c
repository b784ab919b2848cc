/* test_say_stack.c
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "core/say/say_stack.h"

#include "both_text.h"
#include "sip_text.h"

static const struct sx_stack_texts texts = {.says = "its timer", .text = "Gives up."};
static const struct sx_stack_fact fact = {.id = "x",
                                          .texts = &texts,
                                          .of_site = true,
                                          .versions = "5.6.3, 6.1.5"};
static const struct sx_stack proxy = {.name = "Proxy", .facts = &fact, .fact_count = 1};

static bool alone;

static void says(enum sx_stack_situation situation, unsigned code, const char *english,
                 const char *chinese)
{
    struct ladder l = ladder_open();

    request(&l, 0, ALICE, P1, "INVITE", via("alice a1"));
    request(&l, 0.1, P1, BOB, "INVITE", via("p1 b1", "alice a1"));
    if (code)
        response(&l, 0.2, BOB, P1, code, "INVITE", via("p1 b1", "alice a1"));
    struct sx_stack_told told = {
        .stack = &proxy,
        .fact = &fact,
        .numbers = {.situation = situation, .number = ns_of(30.04), .code = 486, .over = 503},
        .of = txn_numbered(&l, 2),
    };
    SAYS_BOTH(sx_say_stack(out, l.tracker, txn_numbered(&l, 1), &told, alone), english, chinese);
    ladder_close(&l);
}

static void test_who_gave_up(void)
{
    says(SX_SITUATION_UNANSWERED, 0, "10.0.0.2 (Proxy) gave up after 30.0 s: its timer",
         "10.0.0.2（Proxy）等待 30.0 秒后放弃：its timer");
    says(SX_SITUATION_GAVE_UP, 100, "10.0.0.2 (Proxy) gave up 30.0 s after the 100: its timer",
         "10.0.0.2（Proxy）在 100 之后 30.0 秒放弃：its timer");
    says(SX_SITUATION_GAVE_UP, 180, "10.0.0.2 (Proxy) gave up 30.0 s after the last 18x: its timer",
         "10.0.0.2（Proxy）在最后一个 18x 之后 30.0 秒放弃：its timer");
    says(SX_SITUATION_CANCELLED_UNANSWERED, 100,
         "10.0.0.2 (Proxy) gave up 30.0 s after the 100: its timer",
         "10.0.0.2（Proxy）在 100 之后 30.0 秒放弃：its timer");
    says(SX_SITUATION_GAVE_UP_AFTER_REQUEST, 180,
         "10.0.0.2 (Proxy) gave up 30.0 s after the INVITE: its timer",
         "10.0.0.2（Proxy）在 INVITE 之后 30.0 秒放弃：its timer");
}

static void test_others(void)
{
    says(SX_SITUATION_RANG, 180, "30.0 s of ringing: its timer", "已振铃 30.0 秒：its timer");
    says(SX_SITUATION_FORK, 0, "its timer", "its timer");
    says(SX_SITUATION_TOLD_OTHERWISE, 0, "its timer", "its timer");
    alone = true;
    says(SX_SITUATION_FORK, 0, "chosen over the 503 of 10.0.0.5: its timer",
         "选用了它，没有选用 10.0.0.5 的 503：its timer");
    says(SX_SITUATION_TOLD_OTHERWISE, 0, "made from the 503 of 10.0.0.5: its timer",
         "由 10.0.0.5 的 503 转换而来：its timer");
    says(SX_SITUATION_GLARE, 0, "its timer", "its timer");
    alone = false;
}

static void test_fact(void)
{
    struct sx_stack_told told = {.stack = &proxy, .fact = &fact};

    SAYS_BOTH(sx_say_stack_fact(out, &told), "Proxy: Gives up. [measured with 5.6.3, 6.1.5]",
              "Proxy：Gives up.（实测版本：5.6.3, 6.1.5）");
    struct sx_stack_fact site = fact;
    site.versions = "";
    told.fact = &site;
    SAYS_BOTH(sx_say_stack_fact(out, &told), "Proxy: Gives up.", "Proxy：Gives up.");
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/say_stack/who_gave_up", test_who_gave_up);
    g_test_add_func("/say_stack/others", test_others);
    g_test_add_func("/say_stack/fact", test_fact);
    return g_test_run();
}
