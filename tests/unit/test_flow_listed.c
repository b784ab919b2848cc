/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "core/record/flow_listed.h"

#include "sip_text.h"

#define OWN "<sip:bob@10.0.0.5:40000>"
#define PAD "<sip:bob@10.0.0.6:40000>"

/* BOB asks for a Contact at P1, which answers with this list. */
static void registers(struct ladder *l, double seconds, const char *contact, const char *answer)
{
    static unsigned branch;
    char *via = g_strdup_printf("phone r%u", ++branch);
    char *more = g_strdup_printf("Contact: %s\r\n", contact);

    request(l, seconds, BOB, P1, "REGISTER", via(via), .more = more);
    response(l, seconds, P1, BOB, 200, "REGISTER", via(via), .more = answer);
    g_free(via);
    g_free(more);
}

/* The newest that is listed, of the first user. Never NULL. */
static const struct sx_listed *newest(const struct ladder *l)
{
    static const struct sx_listed nothing;
    const struct sx_flows *flows = sx_tracker_flows(l->tracker);
    const struct sx_user *user = sx_user_at(flows, 1);
    const struct sx_listed *listed =
        user ? sx_listed_at(flows, sx_user_more(flows, user)->newest_listed) : NULL;

    return listed ? listed : &nothing;
}

static void test_news(void)
{
    static const struct {
        const char *answer;
        double until; /* 0: no news */
        uint32_t binding;
    } rows[] = {
        {"Contact: " OWN ";expires=60\r\n", 0, 0},
        {"Expires: 60\r\n", 0, 0},
        {"Contact: " OWN ";expires=60, <sip:bob@10.0.0.9>;expires=90\r\n", 110, 0},
        {"Contact: " OWN ", <sip:bob@10.0.0.9>\r\nExpires: 60\r\n", 80, 0},
        {"Contact: " OWN ";expires=60, <sip:bob@10.0.0.9>;expires=0\r\n", 0, 0},
        /* the longest of those that are not known */
        {"Contact: <sip:bob@10.0.0.9>;expires=90, " OWN ", <sip:bob@10.0.0.8>;expires=70\r\n", 110,
         0},
        /* a hop has given the own one another address */
        {"Contact: <sip:bob@10.0.0.9>;expires=90\r\n", 0, 0},
        {"Contact: <sip:bob@10.0.0.9>;expires=90, <sip:bob@10.0.0.8>;expires=70\r\n", 110, 0},
        /* of the other phone what its own REGISTER was granted is known: 40 s are left */
        {"Contact: " OWN ";expires=60, " PAD ";expires=40\r\n", 0, 0},
        {"Contact: " OWN ";expires=60, " PAD ";expires=42\r\n", 0, 0},
        {"Contact: " OWN ";expires=60, " PAD ";expires=43\r\n", 63, 1},
        {"Contact: " OWN ";expires=60, " PAD "\r\n", 0, 0},
        {"Contact: " OWN ";expires=60, <sip:bob@10.0.0.9>\r\n", 1e10, 0},
    };

    for (size_t i = 0; i < G_N_ELEMENTS(rows); i++) {
        struct ladder l = ladder_open();
        registers(&l, 0, PAD, "Contact: " PAD ";expires=60\r\n");
        registers(&l, 20, OWN, rows[i].answer);
        g_test_message("row %zu", i);
        if (rows[i].until < 1e9)
            g_assert_cmpint(newest(&l)->until_ns, ==, ns_of(rows[i].until));
        else
            g_assert_cmpint(newest(&l)->until_ns, ==, INT64_MAX);
        g_assert_cmpuint(newest(&l)->binding, ==, rows[i].binding);
        g_assert_cmpuint(newest(&l)->frame, ==, rows[i].until > 0 ? 4 : 0);
        ladder_close(&l);
    }
}

/* Of a 2xx that several hops hand on the registrar's own counts: an edge may change the list. */
static void test_first_hop_only(void)
{
    struct ladder l = ladder_open();

    request(&l, 0, BOB, P1, "REGISTER", via("phone r"), .more = "Contact: " OWN "\r\n");
    request(&l, 0.1, P1, P2, "REGISTER", via("p1 x", "phone r"), .more = "Contact: " OWN "\r\n");
    response(&l, 0.2, P2, P1, 200, "REGISTER", via("p1 x", "phone r"),
             .more = "Contact: " OWN ";expires=60\r\n");
    response(&l, 0.3, P1, BOB, 200, "REGISTER", via("phone r"),
             .more = "Contact: " OWN ";expires=60, <sip:bob@10.0.0.9>;expires=90\r\n");
    g_assert_cmpuint(newest(&l)->frame, ==, 0);
    ladder_close(&l);
}

/* What is listed again in time is the same; a list without it ends it, and after its end it is new.
 */
static void test_again(void)
{
    static const char with[] = "Contact: " OWN ";expires=60, <sip:bob@10.0.0.9>;expires=90\r\n";
    static const char without[] = "Contact: " OWN ";expires=60\r\n";
    struct ladder l = ladder_open();

    registers(&l, 0, OWN, with);
    registers(&l, 90, OWN, with);
    g_assert_cmpuint(newest(&l)->frame, ==, 2);
    g_assert_cmpuint(newest(&l)->last_in, ==, 4);
    g_assert_cmpint(newest(&l)->until_ns, ==, ns_of(180));
    registers(&l, 100, OWN, "Expires: 60\r\n"); /* it lists nothing at all */
    g_assert_cmpint(newest(&l)->until_ns, ==, ns_of(180));
    registers(&l, 110, OWN, without);
    g_assert_cmpint(newest(&l)->until_ns, ==, ns_of(110));
    registers(&l, 120, OWN, with);
    g_assert_cmpuint(newest(&l)->frame, ==, 10);
    ladder_close(&l);
}

/* What a removal leaves; some registrars list the removed Contact once more. */
static void test_removed(void)
{
    static const struct {
        const char *answer;
        bool listed;
    } rows[] = {
        {"X: y\r\n", false},
        {"Contact: " OWN "\r\n", false},
        {"Contact: " OWN ";expires=0\r\n", false},
        {"Contact: " OWN ", <sip:bob@10.0.0.9>;expires=90\r\n", true},
        {"Contact: <sip:bob@10.0.0.9>;expires=90\r\n", true},
    };

    for (size_t i = 0; i < G_N_ELEMENTS(rows); i++) {
        struct ladder l = ladder_open();
        registers(&l, 0, OWN, "Contact: " OWN ";expires=60\r\n");
        registers(&l, 20, OWN ";expires=0", rows[i].answer);
        g_test_message("row %zu", i);
        g_assert_cmpuint(newest(&l)->frame, ==, rows[i].listed ? 4 : 0);
        ladder_close(&l);
    }
}

int main(int argc, char **argv)
{
    tests_init(&argc, &argv);
    g_test_add_func("/flow_listed/news", test_news);
    g_test_add_func("/flow_listed/first_hop_only", test_first_hop_only);
    g_test_add_func("/flow_listed/again", test_again);
    g_test_add_func("/flow_listed/removed", test_removed);
    return g_test_run();
}
