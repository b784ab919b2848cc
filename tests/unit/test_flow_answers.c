/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "core/record/flow_answers.h"

#include "flow_text.h"

#define R1 (&(struct reg){.reg_id = 1})
#define R2 (&(struct reg){.reg_id = 2})

static void test_registered(void)
{
    struct ladder l = ladder_open();
    const struct sx_txn *txn =
        make_flow(&l, 1.0,
                  &(struct reg){.reg_id = 7, .answer = "Flow-Timer: 120\r\nExpires: 600\r\n"});
    const struct sx_flow *flow = flow_of(&l, txn);

    g_assert_cmpuint(sx_flows_count(sx_tracker_flows(l.tracker)), ==, 1);
    g_assert_cmpstr(flow->user->aor, ==, "sip:bob@example.com");
    g_assert_cmpstr(sx_flow_more(flow)->instance, ==, "urn:x:0");
    g_assert_cmpuint(sx_flow_more(flow)->reg_id, ==, 7);
    g_assert_cmpuint(flow->registered_in, ==, 1);
    g_assert_cmpuint(sx_flow_more(flow)->flow_timer_s, ==, 120);
    g_assert_cmpint(sx_flow_expires_ns(sx_tracker_flows(l.tracker), flow), ==, ns_of(601.002));
    g_assert_true(flow->accepted);
    g_assert_nonnull(sx_flow_more(flow)->link);
    g_assert_cmpuint(sx_flow_more(flow)->link->ends.client.port, ==, 40007);
    g_assert_cmpuint(sx_flow_more(flow)->link->ends.edge.port, ==, 5060);
    ladder_close(&l);
}

/* Of a phone that registers at its registrar nothing more is kept; Path in the 2xx is its flow's.
 */
static void test_path_or_none(void)
{
    for (unsigned path = 0; path < 2; path++) {
        struct ladder l = ladder_open();
        const struct sx_txn *txn =
            txn_of(&l, request(&l, 0, PHONE, CORE, "REGISTER", via("phone r"),
                               .more = "Contact: <sip:bob@10.0.0.5>\r\n"));

        response(&l, 0.1, CORE, PHONE, 200, "REGISTER", via("phone r"),
                 .more = path ? "Contact: <sip:bob@10.0.0.5>\r\nPath: <sip:10.0.0.2;lr>\r\n"
                              : "Contact: <sip:bob@10.0.0.5>\r\n");
        g_assert_true(flow_of(&l, txn)->accepted);
        g_assert_cmpint(flow_of(&l, txn)->has_path, ==, path);
        if (!path)
            g_assert_null(flow_of(&l, txn)->more);
        g_assert_cmpuint(sx_flow_registrar(flow_of(&l, txn)), ==, txn->dst.host);
        ladder_close(&l);
    }
}

/* The registrar may grant this binding less than the Expires header field says. */
static void test_expires_of_contact(void)
{
    struct ladder l = ladder_open();
    const struct sx_txn *txn = make_flow(
        &l, 0.0,
        &(struct reg){
            .edge_only = true,
            .answer =
                "Contact: <sip:x>;reg-id=2;+sip.instance=\"<urn:x:0>\";expires=9, "
                "<sip:y>;reg-id=1;+sip.instance=\"<urn:x:0>\";expires=60\r\nExpires: 600\r\n"});

    g_assert_cmpint(sx_flow_expires_ns(sx_tracker_flows(l.tracker), flow_of(&l, txn)), ==,
                    ns_of(60.003));
    ladder_close(&l);
}

static void test_refused(void)
{
    struct ladder l = ladder_open();
    const struct sx_txn *txn = make_flow(&l, 0, &(struct reg){.code = 503});

    g_assert_false(flow_of(&l, txn)->accepted);
    g_assert_cmpuint(flow_of(&l, txn)->registered_in, ==, 0);
    ladder_close(&l);
}

static void test_removed(void)
{
    static const struct {
        const char *contact, *expires;
        unsigned code;
        bool first, second; /* removed */
    } rows[] = {
        {NULL, "Expires: 0\r\n", 200, true, false},
        {NULL, "Expires: 0\r\n", 403, false, false},
        {NULL, "Expires: 600\r\n", 200, false, false},
        {"<sip:x>;expires=0;reg-id=2;+sip.instance=\"<urn:x:0>\"", "Expires: 600\r\n", 200, false,
         true},
        {"<sip:x>;expires=5;reg-id=2;+sip.instance=\"<urn:x:0>\"", "Expires: 0\r\n", 200, false,
         false},
        {"<sip:x>;reg-id=1;+sip.instance=\"<urn:x:0>\", "
         "<sip:y>;reg-id=2;+sip.instance=\"<urn:x:0>\"",
         "Expires: 0\r\n", 200, true, true},
        {"<sip:x>;reg-id=1;+sip.instance=\"<urn:x:8>\"", "Expires: 0\r\n", 200, false, false},
        {"*", "Expires: 0\r\n", 200, true, true},
        {"*", "Expires: 0\r\n", 403, false, false},
        {"*", "Expires: 1\r\n", 200, false, false}, /* RFC 3261 10.2.2 forbids it */
        {"*", NULL, 200, false, false},
    };

    for (size_t i = 0; i < G_N_ELEMENTS(rows); i++) {
        struct ladder l = ladder_open();
        make_flow(&l, 0, R1);
        make_flow(&l, 1, R2);
        uint32_t frame = l.frame + 1;
        make_flow(&l, 2,
                  &(struct reg){.contact = rows[i].contact,
                                .expires = rows[i].expires,
                                .code = rows[i].code});
        const struct sx_txn *one = call_phone(&l, 10, R1, 1, 430);
        const struct sx_txn *two = call_phone(&l, 20, R2, 2, 430);
        g_test_message("row %zu", i);
        g_assert_cmpuint(failure_of(&l, one)->death, ==,
                         rows[i].first ? SX_DEATH_REMOVED : SX_DEATH_UNKNOWN);
        g_assert_cmpuint(failure_of(&l, two)->death, ==,
                         rows[i].second ? SX_DEATH_REMOVED : SX_DEATH_UNKNOWN);
        g_assert_cmpuint(failure_of(&l, one)->death_in, ==, rows[i].first ? frame : 0);
        g_assert_cmpuint(failure_of(&l, two)->death_in, ==, rows[i].second ? frame : 0);
        ladder_close(&l);
    }
}

/* Contact: * is a matter of one AOR, and what is registered after it stays. */
static void test_star_of_one_user(void)
{
    struct ladder l = ladder_open();

    make_flow(&l, 0, R1);
    make_flow(&l, 1,
              &(struct reg){.line = 2,
                            .contact = "*",
                            .expires = "Expires: 0\r\n",
                            .to_uri = "sip:carol@example.com"});
    g_assert_cmpuint(failure_of(&l, call_phone(&l, 2, R1, 1, 430))->death, ==, SX_DEATH_UNKNOWN);
    make_flow(&l, 3, &(struct reg){.contact = "*", .expires = "Expires: 0\r\n"});
    g_assert_cmpuint(failure_of(&l, call_phone(&l, 4, R1, 2, 430))->death, ==, SX_DEATH_REMOVED);
    make_flow(&l, 5, R1);
    g_assert_cmpuint(failure_of(&l, call_phone(&l, 6, R1, 3, 430))->death, ==, SX_DEATH_UNKNOWN);
    ladder_close(&l);
}

int main(int argc, char **argv)
{
    tests_init(&argc, &argv);
    g_test_add_func("/flow_answers/registered", test_registered);
    g_test_add_func("/flow_answers/path_or_none", test_path_or_none);
    g_test_add_func("/flow_answers/expires_of_contact", test_expires_of_contact);
    g_test_add_func("/flow_answers/refused", test_refused);
    g_test_add_func("/flow_answers/removed", test_removed);
    g_test_add_func("/flow_answers/star_of_one_user", test_star_of_one_user);
    return g_test_run();
}
