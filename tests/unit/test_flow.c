/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "flow_text.h"

#define R1 (&(struct reg){.reg_id = 1})

/* Of a user who has sent no Contact: *, and of a binding that is only refreshed, it is nothing. */
static void test_nothing_more(void)
{
    struct ladder l = ladder_open();
    const struct sx_flow *flow =
        flow_of(&l, make_flow(&l, 0,
                              &(struct reg){.contact = "<sip:b@x>",
                                            .edge_only = true,
                                            .transport = SX_TRANSPORT_UDP}));
    const struct sx_flows *flows = sx_tracker_flows(l.tracker);
    const struct sx_binding *binding = sx_binding_at(flows, flow->binding);

    g_assert_cmpuint(binding->more, ==, 0);
    g_assert_cmpuint(sx_binding_more(flows, binding)->reg_id, ==, 0);
    g_assert_cmpuint(sx_user_more(flows, flow->user)->removed_in, ==, 0);
    g_assert_cmpint(sx_flow_expires_ns(flows, flow), ==, INT64_MAX);
    g_assert_cmpuint(sx_flow_refreshed_in(flows, flow), ==, 0);
    ladder_close(&l);
}

/* The first response that the capture has is the registrar's. */
static void test_registrar(void)
{
    struct ladder l = ladder_open();
    const struct sx_txn *own = make_flow(&l, 0, &(struct reg){.reg_id = 1, .edge_only = true});
    const struct sx_txn *both = make_flow(&l, 1, &(struct reg){.reg_id = 2});
    const struct sx_txn *core = make_flow(&l, 2, &(struct reg){.reg_id = 3, .core_only = true});
    uint32_t registrar = core->dst.host;

    g_assert_cmpuint(sx_flow_registrar(flow_of(&l, own)), ==, own->dst.host);
    g_assert_cmpuint(sx_flow_brought_by(flow_of(&l, own)), ==, own->src.host);
    g_assert_cmpuint(sx_flow_registrar(flow_of(&l, both)), ==, registrar);
    g_assert_cmpuint(sx_flow_brought_by(flow_of(&l, both)), ==, both->dst.host);
    g_assert_cmpuint(sx_flow_registrar(flow_of(&l, core)), ==, registrar);
    g_assert_cmpuint(sx_flow_brought_by(flow_of(&l, core)), ==, core->src.host);
    /* Not granted yet. */
    core = make_flow(&l, 3, &(struct reg){.reg_id = 4, .core_only = true, .code = 503});
    g_assert_cmpuint(sx_flow_registrar(flow_of(&l, core)), ==, SX_NO_HOST);
    g_assert_cmpuint(sx_flow_brought_by(flow_of(&l, core)), ==, SX_NO_HOST);
    ladder_close(&l);
}

/* ---- hostile captures ---- */

enum { MANY = 100000 };

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

static const struct sx_registering *newest_event(const struct ladder *l, uint32_t binding)
{
    const struct sx_flows *flows = sx_tracker_flows(l->tracker);

    return sx_registering_at(flows, sx_binding_at(flows, binding)->newest_event);
}

/* What the hops say of one REGISTER is one event; and so are a challenge, or a redirection, and
 * what the client makes of it. A refusal is one of its own. */
static void test_events(void)
{
    static const struct {
        unsigned first;
        bool two;
    } rows[] = {{401, false}, {300, false}, {403, true}, {200, true}};

    for (size_t i = 0; i < G_N_ELEMENTS(rows); i++) {
        struct ladder l = ladder_open();
        make_flow(&l, 0, &(struct reg){.code = rows[i].first});
        g_assert_cmpuint(newest_event(&l, 1)->older, ==, 0);
        make_flow(&l, 1, R1);
        g_test_message("%u", rows[i].first);
        g_assert_cmpuint(newest_event(&l, 1)->txn->final_code, ==, 200);
        g_assert_true((newest_event(&l, 1)->older != 0) == rows[i].two);
        g_assert_cmpuint(sx_binding_at(sx_tracker_flows(l.tracker), 1)->granted, ==,
                         rows[i].first == 200 ? 2 : 1);
        ladder_close(&l);
    }
}

/* Of one that names no instance none is known, though the same Contact had one before. */
static void test_without_instance(void)
{
    struct ladder l = ladder_open();
    const struct sx_flow *with =
        flow_of(&l, make_flow(&l, 0,
                              &(struct reg){
                                  .contact = "<sip:bob@x>;+sip.instance=\"<urn:x:0>\"",
                              }));
    const struct sx_flow *without =
        flow_of(&l, make_flow(&l, 1, &(struct reg){.line = 1, .contact = "<sip:bob@x>"}));

    g_assert_cmpuint(with->binding, ==, without->binding);
    g_assert_cmpstr(sx_flow_more(with)->instance, ==, "urn:x:0");
    g_assert_cmpstr(sx_flow_more(without)->instance, ==, "");
    ladder_close(&l);
}

/* One REGISTER adds several Contacts, of which some stand there twice. */
static void test_several_contacts(void)
{
    struct ladder l = ladder_open();
    const struct sx_flows *flows = sx_tracker_flows(l.tracker);

    make_flow(&l, 0,
              &(struct reg){.contact = "<sip:a@x>, <sip:b@x>, <sip:b@x>, <sip:c@x>, <sip:a@x>"});
    g_assert_cmpuint(sx_flows_count(flows), ==, 3);
    for (uint32_t n = 1; n <= 3; n++) {
        g_assert_true(sx_flows_at(flows, n)->accepted);
        g_assert_cmpuint(sx_binding_at(flows, n)->granted, ==, 1);
    }
    ladder_close(&l);
}

/* One REGISTER removes a Contact and adds another. */
static void test_exchanged(void)
{
    struct ladder l = ladder_open();
    const struct sx_flows *flows = sx_tracker_flows(l.tracker);

    make_flow(&l, 0, &(struct reg){.contact = "<sip:a@x>", .edge_only = true});
    uint32_t exchange = l.frame + 1;
    make_flow(&l, 5, &(struct reg){.contact = "<sip:a@x>;expires=0, <sip:b@x>", .edge_only = true});
    g_assert_cmpuint(sx_flows_at(flows, 1)->removed_in, ==, exchange);
    g_assert_true(sx_flows_at(flows, 2)->accepted);
    g_assert_cmpuint(sx_flows_at(flows, 2)->removed_in, ==, 0);
    ladder_close(&l);
}

int main(int argc, char **argv)
{
    tests_init(&argc, &argv);
    g_test_add_func("/flow/nothing_more", test_nothing_more);
    g_test_add_func("/flow/registrar", test_registrar);
    g_test_add_func("/flow/many_connections", test_many_connections);
    g_test_add_func("/flow/many_bindings", test_many_bindings);
    g_test_add_func("/flow/many_users_of_a_connection", test_many_users_of_a_connection);
    g_test_add_func("/flow/events", test_events);
    g_test_add_func("/flow/without_instance", test_without_instance);
    g_test_add_func("/flow/several_contacts", test_several_contacts);
    g_test_add_func("/flow/exchanged", test_exchanged);
    return g_test_run();
}
