/* test_stacks.c
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "core/facts/stacks.h"

#include "core/base/language.h"

#include "sip_text.h"

#define TAG "7adce5dee6e941022d010f4531a981c6"

/* The software of a message with these header lines; "" for none. */
static const char *software(bool request, const char *to_tag, const char *more)
{
    struct sip_text m = {.code = request ? 0 : 486,
                         .method = "INVITE",
                         via("alice a1"),
                         .to_tag = to_tag,
                         .more = more};
    GString *text = text_of(&m);
    struct sx_sip_msg msg;

    g_assert_true(sx_sip_msg_read(sx_slice(text->str, text->len), &msg));
    const struct sx_stack *stack = sx_stacks_of(&msg);
    g_string_free(text, TRUE);
    return stack ? stack->name : "";
}

static void test_by_its_name(void)
{
    g_assert_cmpstr(software(true, "", "User-Agent: baresip v1.0.0 (x86_64/linux)\r\n"), ==,
                    "baresip");
    g_assert_cmpstr(software(false, "x", "Server: kamailio (5.6.3 (x86_64/linux))\r\n"), ==,
                    "Kamailio");
    g_assert_cmpstr(software(false, "x", "Server: KAMAILIO\r\n"), ==, "Kamailio");
    /* linphonec says User-Agent in responses, too. */
    g_assert_cmpstr(software(false, "x", "User-Agent: Linphonec/5.1.65\r\n"), ==, "linphone");
    g_assert_cmpstr(software(true, "", "Server: SIP.js/0.21.1\r\n"), ==, "SIP.js");
    g_assert_cmpstr(software(false, "x", "Server: Asterisk PBX 22.10.1\r\nUser-Agent: baresip\r\n"),
                    ==, "Asterisk");
}

static void test_not_by_another_name(void)
{
    g_assert_cmpstr(software(true, "", "User-Agent: baresipX/1\r\n"), ==, "");
    g_assert_cmpstr(software(true, "", "User-Agent: my baresip v1\r\n"), ==, "");
    g_assert_cmpstr(software(true, "", "User-Agent: baresi\r\n"), ==, "");
    g_assert_cmpstr(software(true, "", "User-Agent: \r\n"), ==, "");
    g_assert_cmpstr(software(true, "", NULL), ==, "");
    g_assert_cmpstr(software(true, "", "X-User-Agent: baresip\r\n"), ==, "");
}

/* White space, case, and what stands around it. */
static void test_forms_of_the_field(void)
{
    g_assert_cmpstr(software(true, "", "user-AGENT \t:\tbaresip\r\n"), ==, "baresip");
    g_assert_cmpstr(software(true, "", "User-Agent:baresip\r\nX: y\r\n"), ==, "baresip");
    g_assert_cmpstr(software(true, "", "User-Agents: baresip\r\n"), ==, "");
    g_assert_cmpstr(software(true, "", "User-Agent baresip\r\n"), ==, "");
    g_assert_cmpstr(software(true, "", "Subject: x\r\nUser-Agent: baresip\r\n"), ==, "baresip");
    g_assert_cmpstr(software(true, "", "Server: JsSIP\r\nUser-Agent: baresip\r\n"), ==, "baresip");
    g_assert_cmpstr(software(true, "", "Server: JsSIP\r\nServer: baresip\r\n"), ==, "JsSIP");
}

/* With these tags: the one that the sender gives itself, and the other side's. */
static const char *by_own_tag(bool request, const char *own, const char *other, const char *more)
{
    struct sip_text m = {.code = request ? 0 : 200,
                         .method = "INVITE",
                         via("alice a1"),
                         .from_tag = request ? own : other,
                         .to_tag = request ? other : own,
                         .more = more};
    GString *text = text_of(&m);
    struct sx_sip_msg msg;

    g_assert_true(sx_sip_msg_read(sx_slice(text->str, text->len), &msg));
    const struct sx_stack *stack = sx_stacks_of(&msg);
    g_string_free(text, TRUE);
    return stack ? stack->name : "";
}

static void test_by_its_own_tag(void)
{
    for (int request = 0; request < 2; request++) {
        g_assert_cmpstr(by_own_tag(request, "1234SIPpTag001", "x", NULL), ==, "SIPp");
        g_assert_cmpstr(by_own_tag(request, "1234SIPpTag012", "x", NULL), ==, "SIPp");
        g_assert_cmpstr(by_own_tag(request, "x", "1234SIPpTag001", NULL), ==, "");
        g_assert_cmpstr(by_own_tag(request, "1234SIPpTa0", "x", NULL), ==, "");
        g_assert_cmpstr(by_own_tag(request, "", "x", NULL), ==, "");
        /* Another one's word counts more. */
        g_assert_cmpstr(by_own_tag(request, "1234SIPpTag001", "x", "User-Agent: X\r\n"), ==, "");
        g_assert_cmpstr(by_own_tag(request, "1234SIPpTag001", "x", "User-Agent: baresip\r\n"), ==,
                        "baresip");
    }
}

static void test_by_its_tag(void)
{
    g_assert_cmpstr(software(false, TAG "-40713002", NULL), ==, "Kamailio");
    g_assert_cmpstr(software(false, TAG ".40713002", NULL), ==, "Kamailio");
    g_assert_cmpstr(software(false, TAG "_40713002", NULL), ==, "");
    g_assert_cmpstr(software(false, TAG "-4071300", NULL), ==, "");
    g_assert_cmpstr(software(false, TAG "-407130022", NULL), ==, "");
    g_assert_cmpstr(software(false, TAG "-4071300g", NULL), ==, "");
    g_assert_cmpstr(software(false, "g" TAG "-40713002", NULL), ==, "");
    g_assert_cmpstr(software(false, "gadce5dee6e941022d010f4531a981c6-40713002", NULL), ==, "");
    /* A request's tag is the other side's; who names itself is not known by its tag. */
    g_assert_cmpstr(software(true, TAG "-40713002", NULL), ==, "");
    g_assert_cmpstr(software(false, TAG "-40713002", "Server: OtherProxy/1\r\n"), ==, "");
}

/* Both sides of each bound. */
static void test_numbers(void)
{
    static const uint16_t codes[] = {408, 430, 0}, over[] = {486, 0};
    const struct sx_stack_fact fact = {.situation = SX_SITUATION_GAVE_UP,
                                       .codes = codes,
                                       .low = 100,
                                       .high = 200};
    struct sx_stack_numbers n = {.situation = SX_SITUATION_GAVE_UP, .number = 100, .code = 408};
    struct sx_stack_fact other = fact;

    g_assert_true(sx_stacks_fits(&fact, &n));
    n.number = 99;
    g_assert_false(sx_stacks_fits(&fact, &n));
    n.number = 200;
    g_assert_true(sx_stacks_fits(&fact, &n));
    n.number = 201;
    g_assert_false(sx_stacks_fits(&fact, &n));
    other.high = 0;
    g_assert_true(sx_stacks_fits(&other, &n));
    n.number = 0;
    g_assert_false(sx_stacks_fits(&other, &n));
    other.low = 0;
    g_assert_true(sx_stacks_fits(&other, &n));
    /* Without a number any is right; a bound of 0 is one. */
    n.number = -5;
    g_assert_true(sx_stacks_fits(&other, &n));
    other.high = 100;
    g_assert_false(sx_stacks_fits(&other, &n));
    n.number = 101;
    g_assert_false(sx_stacks_fits(&other, &n));
    n.number = 100;
    g_assert_true(sx_stacks_fits(&other, &n));
    other.high = 0;
    n.code = 409;
    g_assert_false(sx_stacks_fits(&other, &n));
    n.code = 430;
    g_assert_true(sx_stacks_fits(&other, &n));
    n.situation = SX_SITUATION_UNANSWERED;
    g_assert_false(sx_stacks_fits(&other, &n));
    n.situation = SX_SITUATION_GAVE_UP;
    other.over = over;
    g_assert_false(sx_stacks_fits(&other, &n));
    n.over = 486;
    g_assert_true(sx_stacks_fits(&other, &n));
    other.times = 2;
    n.times = 3;
    g_assert_false(sx_stacks_fits(&other, &n));
    n.times = 2;
    g_assert_true(sx_stacks_fits(&other, &n));
}

static void test_phrase(void)
{
    const struct sx_stack_fact fact = {.situation = SX_SITUATION_GLARE, .phrase = "(2/TM)"};
    struct sx_stack_numbers n = {.situation = SX_SITUATION_GLARE,
                                 .phrase = sx_slice_str("No error (2/TM)")};

    g_assert_true(sx_stacks_fits(&fact, &n));
    n.phrase = sx_slice_str("No error (2/TM");
    g_assert_false(sx_stacks_fits(&fact, &n));
    n.phrase = SX_SLICE_NONE;
    g_assert_false(sx_stacks_fits(&fact, &n));
    n.phrase = sx_slice_str("(2/TM) and more");
    g_assert_true(sx_stacks_fits(&fact, &n));
}

/* The texts of the catalogue are in the language that is set, a site's as it wrote them. */
static void test_languages(void)
{
    const struct sx_stack_fact *fact = sx_stacks[0].facts;
    const char *english = sx_stacks_texts(fact)->says;
    const struct sx_stack_texts own = {.says = "its own", .text = "Has its own."};
    const struct sx_stack_fact site = {.texts = &own, .of_site = true};

    for (unsigned i = 1; i < sx_languages_count; i++) {
        sx_language_set(i);
        g_assert_cmpstr(sx_stacks_texts(fact)->says, !=, english);
        g_assert_cmpstr(sx_stacks_texts(&site)->says, ==, "its own");
    }
    sx_language_set(SX_ENGLISH);
    g_assert_cmpstr(sx_stacks_texts(fact)->says, ==, english);
}

/* What generate.py promises. */
static void test_the_table(void)
{
    g_assert_cmpuint(sx_stacks_count, >=, 7);
    g_assert_cmpuint(sx_stacks_count, <, 255);
    g_assert_null(sx_stacks[sx_stacks_count].name);
    for (size_t i = 0; i < sx_stacks_count; i++) {
        const struct sx_stack *stack = &sx_stacks[i];
        g_assert_true(stack->agents[0] || stack->own_tag);
        g_assert_cmpuint(stack->fact_count, >, 0);
        for (size_t k = 0; k < stack->fact_count; k++) {
            const struct sx_stack_fact *fact = &stack->facts[k];
            g_assert_cmpuint(fact->situation, <, SX_SITUATIONS);
            g_assert_true(fact->high == 0 || fact->low <= fact->high);
            g_assert_cmpuint(strlen(fact->versions), >, 0);
            g_assert_true(g_utf8_validate(sx_stacks_texts(fact)->text, -1, NULL));
        }
    }
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/stacks/by_its_own_tag", test_by_its_own_tag);
    g_test_add_func("/stacks/by_its_name", test_by_its_name);
    g_test_add_func("/stacks/not_by_another_name", test_not_by_another_name);
    g_test_add_func("/stacks/forms_of_the_field", test_forms_of_the_field);
    g_test_add_func("/stacks/by_its_tag", test_by_its_tag);
    g_test_add_func("/stacks/numbers", test_numbers);
    g_test_add_func("/stacks/phrase", test_phrase);
    g_test_add_func("/stacks/languages", test_languages);
    g_test_add_func("/stacks/the_table", test_the_table);
    return g_test_run();
}
