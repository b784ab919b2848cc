/* test_stack.c
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "core/judge/stack.h"

#include "stack_text.h"

#define KAMAILIO "Server: kamailio (5.6.3 (x86_64/linux))\r\n"
#define TO_BOB via("p1 b1", "alice a1")
#define TO_CAROL via("p1 c1", "alice a1")

/* The id of the one fact that is told; "" for none. */
static const char *fact_of(struct asked *a, uint32_t frame)
{
    struct sx_stack_verdict v = sx_stack_judge(now(a, frame));

    g_assert_cmpuint(v.count, <=, 1);
    return v.count ? v.told[0].fact->id : "";
}

/* Alice's INVITE reaches P1, which sends it on to Bob, who never answers, and says 408. */
static const char *given_up_after(double seconds, const char *server)
{
    struct ladder l = ladder_open();

    request(&l, 0, ALICE, P1, "INVITE", via("alice a1"));
    requests(&l, 6, 0.1, P1, BOB, "INVITE", TO_BOB);
    struct asked a = asked_response(&l, 0.1 + seconds, P1, ALICE, 408, "INVITE", via("alice a1"),
                                    .to_tag = "p1", .more = server);
    const char *id = fact_of(&a, l.frame);
    forget(&a);
    ladder_close(&l);
    return id;
}

static void test_number_and_software(void)
{
    g_assert_cmpstr(given_up_after(30.0, KAMAILIO), ==, "fr-timer");
    g_assert_cmpstr(given_up_after(29.5, KAMAILIO), ==, "fr-timer");
    g_assert_cmpstr(given_up_after(29.499, KAMAILIO), ==, "");
    g_assert_cmpstr(given_up_after(30.5, KAMAILIO), ==, "fr-timer");
    g_assert_cmpstr(given_up_after(30.501, KAMAILIO), ==, "");
    g_assert_cmpstr(given_up_after(30.0, "Server: OtherProxy/5.6.3\r\n"), ==, "");
    g_assert_cmpstr(given_up_after(30.0, NULL), ==, "");
    /* Its own fact is about 32 s. */
    g_assert_cmpstr(given_up_after(30.0, "Server: Asterisk PBX 22\r\n"), ==, "");
}

static const struct sx_stack_fact *shipped(const char *name, const char *id)
{
    for (size_t i = 0; i < sx_stacks_count; i++)
        for (size_t k = 0; k < sx_stacks[i].fact_count && g_str_equal(sx_stacks[i].name, name); k++)
            if (g_str_equal(sx_stacks[i].facts[k].id, id))
                return &sx_stacks[i].facts[k];
    g_assert_not_reached();
}

/* Right below and right above what was measured it is none of it; another code or count is not,
 * either. */
static void test_bounds_of_the_table(void)
{
    static const struct {
        const char *stack, *id;
        enum sx_stack_situation situation;
        unsigned code, over, times;
        int64_t low, high; /* milliseconds or per mille; high 0: no limit */
    } facts[] = {
        {"SIPp", "unanswered", SX_SITUATION_NEVER_ANSWERED, 0, 0, 6, 15200, 15800},
        {"SIPp", "ack-never", SX_SITUATION_ANSWER_NO_ACK, 200, 0, 10, 27200, 27800},
        {"SIPp", "cancel-after-181", SX_SITUATION_CANCEL_AFTER, 181, 0, 0, -20, 20},
        {"Kamailio", "icmp-ignored", SX_SITUATION_UNREACHABLE, 408, 0, 0, 29500, 30500},
        {"Kamailio", "next-gateway", SX_SITUATION_TRIES_NEXT, 0, 0, 0, 29500, 30500},
        {"Kamailio", "cancel-with-a-silent-branch", SX_SITUATION_CANCELLED_SILENT, 487, 0, 0, 29500,
         30500},
        {"Kamailio", "fork-challenge", SX_SITUATION_FORK, 401, 486, 0, 0, 0},
        {"Asterisk", "refresh-408", SX_SITUATION_DIALOG_REFUSED, 408, 0, 0, 0, 20},
        {"Asterisk", "refresh-again", SX_SITUATION_REFUSED_AGAIN, 405, 0, 0, 0, 20},
        {"JsSIP", "session-over", SX_SITUATION_SESSION_OVER, 0, 0, 0, 1090, 1110},
        {"JsSIP", "refresh-by-update", SX_SITUATION_REFRESH, 0, 0, 0, 490, 510},
        {"JsSIP", "refresh-481", SX_SITUATION_DIALOG_REFUSED, 481, 0, 0, 0, 40},
        {"JsSIP", "refresh-refused", SX_SITUATION_REFUSED_KEPT, 422, 0, 0, 30000, 0},
        {"SIP.js", "reinvite-481", SX_SITUATION_REFUSED_KEPT, 481, 0, 0, 8000, 0},
        {"linphone", "reinvite-481", SX_SITUATION_REFUSED_KEPT, 481, 0, 0, 8000, 0},
    };

    for (size_t i = 0; i < G_N_ELEMENTS(facts); i++) {
        const struct sx_stack_fact *fact = shipped(facts[i].stack, facts[i].id);
        bool per_mille = facts[i].low > 100 && facts[i].high < 2000 && facts[i].high > 0;
        int64_t unit = per_mille ? 1 : SX_NS_PER_MS;
        struct sx_stack_numbers n = {.situation = facts[i].situation,
                                     .code = facts[i].code,
                                     .over = facts[i].over,
                                     .times = facts[i].times,
                                     .number = facts[i].low * unit};
        g_assert_true(sx_stacks_fits(fact, &n));
        n.number = facts[i].low * unit - 1;
        g_assert_true(sx_stacks_fits(fact, &n) == (facts[i].over != 0));
        n.number = facts[i].high ? facts[i].high * unit : INT64_MAX;
        g_assert_true(sx_stacks_fits(fact, &n));
        n.number = facts[i].high * unit + 1;
        g_assert_true(sx_stacks_fits(fact, &n) == (facts[i].over != 0));
        n.number = facts[i].low * unit;
        n.code += facts[i].code ? 100 : 0;
        n.times += facts[i].times ? 1 : 0;
        if (facts[i].code != 200 && (facts[i].code || facts[i].times))
            g_assert_false(sx_stacks_fits(fact, &n));
    }
}

/* p1 tries Bob, who is silent, then Carol; the INVITE is Alice's, and its User-Agent says so. */
static const char *tried_next(double seconds, const char *trying)
{
    struct ladder l = ladder_open();

    request(&l, 0, ALICE, P1, "INVITE", via("alice a1"));
    response(&l, 0.01, P1, ALICE, 100, "INVITE", via("alice a1"), .to_tag = "", .more = trying);
    request(&l, 0.1, P1, BOB, "INVITE", TO_BOB);
    struct asked a = asked_request(&l, 0.1 + seconds, P1, CAROL, "INVITE", TO_CAROL,
                                   .more = "User-Agent: baresip\r\n");
    const char *id = fact_of(&a, l.frame);
    forget(&a);
    ladder_close(&l);
    return id;
}

static void test_what_a_hop_does_to_a_request(void)
{
    g_assert_cmpstr(tried_next(30, KAMAILIO), ==, "next-gateway");
    g_assert_cmpstr(tried_next(29.4, KAMAILIO), ==, "");
    g_assert_cmpstr(tried_next(30, "Server: OtherProxy\r\n"), ==, "");
    g_assert_cmpstr(tried_next(30, NULL), ==, "");
}

/* Bob is busy, Carol's branch says 430; P1 hands on the 430, whose Server is another one's. */
static const char *forked(const char *trying, bool stateless, uint16_t port, struct ladder *l)
{
    *l = ladder_open();
    request(l, 0, ALICE, P1, "INVITE", via("alice a1"));
    if (stateless) {
        request(l, 0.01, P1, BOB, "INVITE", TO_BOB);
        response(l, 0.02, BOB, P1, 100, "INVITE", TO_BOB, .to_tag = "", .more = trying);
    }
    response(l, 0.03, P1, ALICE, 100, "INVITE", via("alice a1"), .to_tag = "", .more = trying,
             .src_port = port);
    if (!stateless)
        request(l, 0.04, P1, BOB, "INVITE", TO_BOB);
    request(l, 0.05, P1, CAROL, "INVITE", TO_CAROL);
    response(l, 0.1, BOB, P1, 486, "INVITE", TO_BOB, .to_tag = "bob");
    response(l, 0.2, CAROL, P1, 430, "INVITE", TO_CAROL, .to_tag = "carol");
    struct asked a = asked_response(l, 0.3, P1, ALICE, 430, "INVITE", via("alice a1"),
                                    .to_tag = "carol", .more = "Server: baresip\r\n");
    const char *id = fact_of(&a, l->frame);
    struct sx_stack_verdict v = sx_stack_judge(&a.message);
    g_assert_cmpstr(v.stack->name, ==, "baresip");
    forget(&a);
    ladder_close(l);
    return id;
}

static void test_by_the_100_of_the_hop(void)
{
    struct ladder l;

    g_assert_cmpstr(forked(KAMAILIO, false, 5060, &l), ==, "fork-430");
    g_assert_cmpstr(forked("Server: OtherProxy\r\n", false, 5060, &l), ==, "");
    g_assert_cmpstr(forked(NULL, false, 5060, &l), ==, "");
    /* Two programs on one host. */
    g_assert_cmpstr(forked(KAMAILIO, false, 5080, &l), ==, "");
    /* It may have handed on the 100 of the next hop. */
    g_assert_cmpstr(forked(KAMAILIO, true, 5060, &l), ==, "");
}

static void test_repeats_say_nothing(void)
{
    struct ladder l = ladder_open();

    request(&l, 0, ALICE, BOB, "INVITE", via("alice a1"));
    response(&l, 0.1, BOB, ALICE, 180, "INVITE", via("alice a1"));
    struct asked a = asked_response(&l, 120.1, BOB, ALICE, 486, "INVITE", via("alice a1"),
                                    .more = "Server: baresip v1.0.0\r\n");
    g_assert_cmpstr(fact_of(&a, 3), ==, "nobody-picks-up");
    forget(&a);
    a = asked_response(&l, 120.6, BOB, ALICE, 486, "INVITE", via("alice a1"),
                       .more = "Server: baresip v1.0.0\r\n");
    g_assert_cmpstr(fact_of(&a, 4), ==, "");
    forget(&a);
    ladder_close(&l);
}

/* A site's own fact: by its User-Agent alone, beside those of the catalogue. */
static void test_site(void)
{
    static const char *const agents[] = {"MyPhone", NULL};
    static const uint16_t codes[] = {486, 0};
    static const struct sx_stack_texts texts = {.says = "it", .text = "it"};
    static const struct sx_stack_fact fact = {.situation = SX_SITUATION_RANG,
                                              .codes = codes,
                                              .low = 9 * SX_NS_PER_S,
                                              .high = 11 * SX_NS_PER_S,
                                              .id = "site",
                                              .texts = &texts,
                                              .of_site = true,
                                              .versions = ""};
    static const struct sx_stack site = {.name = "MyPhone",
                                         .agents = agents,
                                         .facts = &fact,
                                         .fact_count = 1};
    static const char *const servers[] = {"Server: myphone/2\r\n", "Server: phone/2\r\n"};

    for (unsigned i = 0; i < 2; i++) {
        struct ladder l = ladder_open();
        request(&l, 0, ALICE, BOB, "INVITE", via("alice a1"));
        response(&l, 0.1, BOB, ALICE, 180, "INVITE", via("alice a1"));
        struct asked a = asked_response(&l, 10.1, BOB, ALICE, 486, "INVITE", via("alice a1"),
                                        .more = servers[i]);
        g_assert_cmpstr(fact_of(&a, 3), ==, "");
        a.message.sites = &site;
        a.message.site_count = 1;
        g_assert_cmpstr(fact_of(&a, 3), ==, i == 0 ? "site" : "");
        struct sx_stack_verdict v = sx_stack_judge(&a.message);
        g_assert_true((v.stack == &site) == (i == 0));
        forget(&a);
        ladder_close(&l);
    }
}

static const struct sx_stack_texts said = {.says = "it", .text = "it"};
static const char *const my_proxy[] = {"MyProxy", NULL};

/* The id of the fact of a site's own software, MyProxy, in such a situation; ends the ladder. */
static const char *of_my_proxy(struct ladder *l, struct asked *a, enum sx_stack_situation situation)
{
    const struct sx_stack_fact fact = {.situation = situation,
                                       .low = 0,
                                       .high = 60 * SX_NS_PER_S,
                                       .id = "site",
                                       .texts = &said,
                                       .of_site = true,
                                       .versions = ""};
    const struct sx_stack site = {.name = "MyProxy",
                                  .agents = my_proxy,
                                  .facts = &fact,
                                  .fact_count = 1};

    a->message.sites = &site;
    a->message.site_count = 1;
    g_autofree char *id = g_strdup(fact_of(a, l->frame));
    forget(a);
    ladder_close(l);
    return g_intern_string(id);
}

/* A hop's own doing is that of the software that the request names only in a CANCEL: the INVITE is
 * another one's, which the hop sends on. */
static void test_site_and_what_a_hop_does(void)
{
    struct ladder l = ladder_open();

    request(&l, 0, ALICE, P1, "INVITE", via("alice a1"));
    request(&l, 0.1, P1, BOB, "INVITE", TO_BOB);
    struct asked a =
        asked_request(&l, 30.1, P1, CAROL, "INVITE", TO_CAROL, .more = "User-Agent: MyProxy\r\n");
    g_assert_cmpint(case_of(&a, l.frame, SX_SITUATION_TRIES_NEXT).numbers.situation, ==,
                    SX_SITUATION_TRIES_NEXT);
    g_assert_cmpstr(of_my_proxy(&l, &a, SX_SITUATION_TRIES_NEXT), ==, "");
    l = ladder_open();
    request(&l, 0, P1, BOB, "INVITE", TO_BOB);
    response(&l, 0.1, BOB, P1, 180, "INVITE", TO_BOB);
    a = asked_request(&l, 2, P1, BOB, "CANCEL", via("p1 b1"),
                      .more = "User-Agent: MyProxy\r\nReason: SIP;cause=200\r\n");
    g_assert_cmpstr(of_my_proxy(&l, &a, SX_SITUATION_ANSWERED_ELSEWHERE), ==, "site");
}

/* However many facts of a site fit, the first four are told. */
static void test_no_more_than_four(void)
{
    static const char *const ids[] = {"1", "2", "3", "4", "5"};
    struct sx_stack_fact facts[G_N_ELEMENTS(ids)];
    const struct sx_stack site = {.name = "MyProxy",
                                  .agents = my_proxy,
                                  .facts = facts,
                                  .fact_count = G_N_ELEMENTS(facts)};
    struct ladder l = ladder_open();

    for (unsigned i = 0; i < G_N_ELEMENTS(ids); i++)
        facts[i] = (struct sx_stack_fact){.situation = SX_SITUATION_RANG,
                                          .high = 60 * SX_NS_PER_S,
                                          .id = ids[i],
                                          .texts = &said,
                                          .of_site = true,
                                          .versions = ""};
    request(&l, 0, ALICE, BOB, "INVITE", via("alice a1"));
    response(&l, 0.1, BOB, ALICE, 180, "INVITE", via("alice a1"));
    struct asked a = asked_response(&l, 10.1, BOB, ALICE, 486, "INVITE", via("alice a1"),
                                    .more = "Server: MyProxy\r\n");
    a.message.sites = &site;
    a.message.site_count = 1;
    struct sx_stack_verdict v = sx_stack_judge(now(&a, l.frame));
    g_assert_cmpuint(v.count, ==, 4);
    for (unsigned i = 0; i < v.count; i++)
        g_assert_cmpstr(v.told[i].fact->id, ==, ids[i]);
    forget(&a);
    ladder_close(&l);
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/stack/number_and_software", test_number_and_software);
    g_test_add_func("/stack/bounds_of_the_table", test_bounds_of_the_table);
    g_test_add_func("/stack/what_a_hop_does_to_a_request", test_what_a_hop_does_to_a_request);
    g_test_add_func("/stack/by_the_100_of_the_hop", test_by_the_100_of_the_hop);
    g_test_add_func("/stack/repeats_say_nothing", test_repeats_say_nothing);
    g_test_add_func("/stack/site", test_site);
    g_test_add_func("/stack/site_and_what_a_hop_does", test_site_and_what_a_hop_does);
    g_test_add_func("/stack/no_more_than_four", test_no_more_than_four);
    return g_test_run();
}
