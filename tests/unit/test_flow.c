/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "flow_text.h"

#define R1 (&(struct reg){.reg_id = 1})
#define R2 (&(struct reg){.reg_id = 2})
#define R1_AGAIN (&(struct reg){.reg_id = 1, .line = 1})

/* ---- registration ---- */

static void test_registered(void)
{
    struct ladder l = ladder_open();
    const struct sx_txn *txn =
        make_flow(&l, 1.0,
                  &(struct reg){.reg_id = 7, .answer = "Flow-Timer: 120\r\nExpires: 600\r\n"});
    const struct sx_flow *flow = flow_of(&l, txn);

    g_assert_cmpuint(sx_flows_count(sx_tracker_flows(l.tracker)), ==, 1);
    g_assert_cmpstr(flow->aor, ==, "sip:bob@example.com");
    g_assert_cmpstr(sx_flow_more(flow)->instance, ==, "urn:x:0");
    g_assert_cmpuint(sx_flow_more(flow)->reg_id, ==, 7);
    g_assert_cmpuint(flow->registered_in, ==, 1);
    g_assert_cmpuint(sx_flow_more(flow)->flow_timer_s, ==, 120);
    g_assert_cmpint(flow->expires_ns, ==, ns_of(601.002) + SX_NS_PER_MS);
    g_assert_true(flow->accepted);
    g_assert_nonnull(sx_flow_more(flow)->link);
    g_assert_cmpuint(sx_flow_more(flow)->link->ends.client.port, ==, 40007);
    g_assert_cmpuint(sx_flow_more(flow)->link->ends.edge.port, ==, 5060);
    ladder_close(&l);
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

    g_assert_cmpint(flow_of(&l, txn)->expires_ns, ==, ns_of(60.003));
    ladder_close(&l);
}

/* Without SIP outbound (RFC 5626 6, 10) it is a binding of a Contact all the same. */
static void test_without_outbound(void)
{
    static const char *const contacts[] = {
        "<sip:bob@10.0.0.5>",
        "<sip:bob@10.0.0.5>;reg-id=1",
        "<sip:bob@10.0.0.5>;+sip.instance=\"<urn:x:0>\"",
        "<sip:bob@10.0.0.5>;reg-id=0;+sip.instance=\"<urn:x:0>\"",
        "<sip:bob@10.0.0.5>;reg-id=2147483648;+sip.instance=\"<urn:x:0>\"",
        "<sip:bob@10.0.0.5>;reg-id=x;+sip.instance=\"<urn:x:0>\"",
    };

    for (size_t i = 0; i < G_N_ELEMENTS(contacts); i++) {
        struct ladder l = ladder_open();
        const struct sx_flow *flow =
            flow_of(&l, make_flow(&l, 0, &(struct reg){.contact = contacts[i]}));
        g_assert_cmpuint(flow->number, ==, 1);
        g_assert_cmpuint(sx_flow_more(flow)->reg_id, ==, 0);
        g_assert_cmpstr(flow->contact, ==, "sip:bob@10.0.0.5");
        ladder_close(&l);
    }
}

static void test_refused(void)
{
    struct ladder l = ladder_open();
    const struct sx_txn *txn = make_flow(&l, 0, &(struct reg){.code = 503});

    g_assert_false(flow_of(&l, txn)->accepted);
    g_assert_cmpuint(flow_of(&l, txn)->registered_in, ==, 0);
    ladder_close(&l);
}

/* The same binding over the same connection is one flow, over another connection a new one. */
static void test_refreshed_and_replaced(void)
{
    struct ladder l = ladder_open();
    uint32_t first = make_flow(&l, 0, R1)->flow;
    uint32_t again = make_flow(&l, 100, R1)->flow;
    uint32_t next = make_flow(&l, 200, R1_AGAIN)->flow;
    const struct sx_flows *flows = sx_tracker_flows(l.tracker);

    g_assert_cmpuint(again, ==, first);
    g_assert_cmpuint(next, !=, first);
    g_assert_cmpuint(sx_flows_at(flows, first)->registered_in, ==, 1);
    g_assert_cmpuint(sx_flows_at(flows, first)->refreshed_in, ==, 5);
    g_assert_cmpuint(sx_flow_more(sx_flows_at(flows, first))->newer, ==, next);
    g_assert_cmpuint(sx_flows_newest(flows, sx_flows_at(flows, first))->number, ==, next);
    ladder_close(&l);
}

static void test_one_instance(void)
{
    struct ladder l = ladder_open();
    const struct sx_flow *one = flow_of(&l, make_flow(&l, 0, R1));
    const struct sx_flow *two = flow_of(&l, make_flow(&l, 1, R2));
    const struct sx_flow *other = flow_of(&l, make_flow(&l, 2, &(struct reg){.instance = 9}));
    const struct sx_flow *carol =
        flow_of(&l, make_flow(&l, 3, &(struct reg){.line = 3, .to_uri = "sip:carol@example.com"}));
    const struct sx_flows *flows = sx_tracker_flows(l.tracker);

    g_assert_true(sx_flows_of_one_instance(flows, one, two));
    g_assert_false(sx_flows_of_one_instance(flows, one, other));
    g_assert_false(sx_flows_of_one_instance(flows, one, carol));
    ladder_close(&l);
}

/* ---- removal ---- */

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

/* ---- hostile captures ---- */

static GString *many_contacts(unsigned n, const char *more)
{
    GString *text = g_string_new("Contact: ");

    for (unsigned i = 0; i < n; i++)
        g_string_append_printf(text, "%s<sip:b%u@x>;reg-id=%u;+sip.instance=\"<urn:x:0>\"%s",
                               i ? ", " : "", i, i + 1, more);
    g_string_append(text, "\r\n");
    return text;
}

enum { MANY = 100000 };

/* One REGISTER makes one flow, however many Contacts it has. */
static void test_many_contacts(void)
{
    struct ladder l;

    if (ran_apart())
        return;
    l = ladder_open();
    GString *add = many_contacts(MANY, ""), *gone = many_contacts(MANY, ";expires=0");
    request(&l, 0, PHONE, EDGE, "REGISTER", via("phone r1"), .more = add->str);
    response(&l, 1, EDGE, PHONE, 200, "REGISTER", via("phone r1"), .more = add->str);
    g_assert_cmpuint(sx_flows_count(sx_tracker_flows(l.tracker)), ==, 1);
    request(&l, 2, PHONE, EDGE, "REGISTER", via("phone r2"), .more = gone->str);
    response(&l, 3, EDGE, PHONE, 200, "REGISTER", via("phone r2"));
    g_assert_cmpuint(sx_flows_at(sx_tracker_flows(l.tracker), 1)->removed_in, ==, 3);
    g_string_free(add, TRUE);
    g_string_free(gone, TRUE);
    ladder_close(&l);
}

static void register_number(struct ladder *l, unsigned n, bool one_binding, bool one_connection)
{
    char *branch = g_strdup_printf("phone m%u", n);
    char *more = g_strdup_printf("Contact: <sip:b@x>;reg-id=%u;+sip.instance=\"<urn:x:0>\"\r\n",
                                 one_binding ? 1 : n + 1);
    uint16_t port = (uint16_t)(one_connection ? 5 : 1024 + n % 60000);

    request(l, n * 0.01, PHONE, EDGE, "REGISTER", via(branch), .more = more, .src_port = port,
            .transport = SX_TRANSPORT_TCP);
    response(l, n * 0.01 + 0.001, EDGE, PHONE, 200, "REGISTER", via(branch), .dst_port = port,
             .transport = SX_TRANSPORT_TCP);
    g_free(branch);
    g_free(more);
}

/* No chain is walked for each registration, segment, removal or call. */
static void many_registrations(bool one_binding, bool one_connection)
{
    struct ladder l = ladder_open();
    const uint8_t phone[4] = {10, 0, 0, PHONE}, edge[4] = {10, 0, 0, EDGE};
    struct sx_segment s = {.src = address_at(phone, 5),
                           .dst = address_at(edge, 5060),
                           .payload = 4,
                           .sign = SX_SEGMENT_PING};

    for (unsigned n = 0; n < MANY; n++) {
        register_number(&l, n, one_binding, one_connection);
        s.frame = other_packet(&l, n * 0.01 + 0.002);
        s.time_ns = ns_of(n * 0.01 + 0.002);
        sx_tracker_tcp(l.tracker, &s);
        if (n % 10 == 0) {
            char *branch = g_strdup_printf("core c%u", n);
            request(&l, n * 0.01 + 0.003, CORE, EDGE, "INVITE", via(branch, "alice a1"),
                    .uri = "sip:b@x");
            response(&l, n * 0.01 + 0.004, EDGE, CORE, 430, "INVITE", via(branch, "alice a1"));
            g_free(branch);
            make_flow(&l, n * 0.01 + 0.005,
                      &(struct reg){.contact = "*",
                                    .edge_only = true,
                                    .expires = "Expires: 0\r\n"});
        }
    }
    ladder_close(&l);
}

static void test_many_connections(void)
{
    if (!ran_apart())
        many_registrations(true, false);
}

static void test_many_bindings(void)
{
    if (!ran_apart())
        many_registrations(false, false);
}

static void test_many_users_of_a_connection(void)
{
    if (!ran_apart())
        many_registrations(false, true);
}

int main(int argc, char **argv)
{
    tests_init(&argc, &argv);
    g_test_add_func("/flow/registered", test_registered);
    g_test_add_func("/flow/expires_of_contact", test_expires_of_contact);
    g_test_add_func("/flow/without_outbound", test_without_outbound);
    g_test_add_func("/flow/refused", test_refused);
    g_test_add_func("/flow/refreshed_and_replaced", test_refreshed_and_replaced);
    g_test_add_func("/flow/one_instance", test_one_instance);
    g_test_add_func("/flow/removed", test_removed);
    g_test_add_func("/flow/star_of_one_user", test_star_of_one_user);
    g_test_add_func("/flow/many_contacts", test_many_contacts);
    g_test_add_func("/flow/many_connections", test_many_connections);
    g_test_add_func("/flow/many_bindings", test_many_bindings);
    g_test_add_func("/flow/many_users_of_a_connection", test_many_users_of_a_connection);
    return g_test_run();
}
