/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "flow_text.h"

#define R1 (&(struct reg){.reg_id = 1})
#define R2 (&(struct reg){.reg_id = 2})

static void test_routed(void)
{
    struct ladder l = ladder_open();
    uint32_t one = make_flow(&l, 0, R1)->flow, two = make_flow(&l, 1, R2)->flow;

    g_assert_cmpuint(call_phone(&l, 2, R1, 1, 0)->flow, ==, one);
    g_assert_cmpuint(call_phone(&l, 3, R2, 2, 0)->flow, ==, two);
    /* by the Contact alone, where no token is */
    const struct sx_txn *txn = txn_of(&l, request(&l, 4, EDGE, PHONE, "INVITE", via("edge g1"),
                                                  .uri = "sip:bob@10.0.0.5:40002"));
    g_assert_cmpuint(txn->flow, ==, two);
    txn = txn_of(&l, request(&l, 5, EDGE, PHONE, "INVITE", via("edge g2"), .uri = "sip:bob@x"));
    g_assert_cmpuint(txn->flow, ==, 0);
    ladder_close(&l);
}

/* The same Contact on both flows: the Request-URI names neither, the token still does. */
static void test_routed_ambiguous(void)
{
    struct ladder l = ladder_open();
    const char *const both = "<sip:bob@x>;+sip.instance=\"<urn:x:0>\";reg-id=";
    char *c1 = g_strconcat(both, "1", NULL), *c2 = g_strconcat(both, "2", NULL);

    make_flow(&l, 0, &(struct reg){.reg_id = 1, .contact = c1});
    make_flow(&l, 1, &(struct reg){.reg_id = 2, .contact = c2});
    g_assert_cmpuint(
        txn_of(&l, request(&l, 2, EDGE, PHONE, "INVITE", via("edge g1"), .uri = "sip:bob@x"))->flow,
        ==, 0);
    g_assert_cmpuint(call_phone(&l, 3, R2, 1, 0)->flow, ==, 2);
    g_free(c1);
    g_free(c2);
    ladder_close(&l);
}

static void test_strange_token(void)
{
    struct ladder l = ladder_open();
    const struct sx_flows *flows = sx_tracker_flows(l.tracker);
    const struct sx_flow *flow = flow_of(&l, make_flow(&l, 0, R1));

    request(&l, 1, ALICE, CORE, "INVITE", via("alice a1"));
    const struct sx_txn *changed = try_phone(&l, 2, R1, 1, 403, "sip:other@10.0.0.2");
    const struct sx_txn *elsewhere = try_phone(&l, 3, R1, 1, 403, "sip:other@10.0.0.9");
    const struct sx_txn *right = try_phone(&l, 4, R1, 1, 403, NULL);
    g_assert_true(sx_flows_strange_token(flows, changed->number) == flow);
    g_assert_cmpuint(changed->flow, ==, 0);
    g_assert_null(sx_flows_strange_token(flows, elsewhere->number));
    g_assert_null(sx_flows_strange_token(flows, right->number));
    ladder_close(&l);
}

static const struct sx_txn *asks(struct ladder *l, double seconds, const char *uri, const char *to,
                                 const char *more)
{
    char *branch = g_strdup_printf("core q%u", next_branch());
    const struct sx_txn *txn = txn_of(l, request(l, seconds, CORE, EDGE, "MESSAGE", via(branch),
                                                 .uri = uri, .to_uri = to, .more = more));

    g_free(branch);
    return txn;
}

/* RFC 3261 19.1.4: spelled otherwise, it is the same URI; in another case of the user part it is
 * not. */
static void test_equal_uri(void)
{
    struct ladder l = ladder_open();
    uint32_t flow =
        make_flow(&l, 0,
                  &(struct reg){.edge_only = true,
                                .contact = "<sip:bob@Phone.example.com;transport=tcp;ob>;reg-id=1;"
                                           "+sip.instance=\"<urn:x:0>\""})
            ->flow;

    g_assert_cmpuint(asks(&l, 1, "sip:bob@phone.example.com;ob;transport=TCP", NULL, NULL)->flow,
                     ==, flow);
    g_assert_cmpuint(asks(&l, 2, "sip:%62ob@phone.example.com;transport=tcp", NULL, NULL)->flow, ==,
                     flow);
    g_assert_cmpuint(asks(&l, 3, "sip:BOB@phone.example.com;transport=tcp", NULL, NULL)->flow, ==,
                     0);
    ladder_close(&l);
}

/* Two users with one private Contact: the address of record tells them apart, or nothing does. */
static void test_tenants(void)
{
    struct ladder l = ladder_open();
    const char *uri = "sip:100@192.168.1.10";

    make_flow(&l, 0,
              &(struct reg){.edge_only = true,
                            .to_uri = "sip:100@t1.example.com",
                            .contact =
                                "<sip:100@192.168.1.10>;reg-id=1;+sip.instance=\"<urn:x:0>\""});
    g_assert_cmpuint(asks(&l, 1, uri, "sip:100@t1.example.com", NULL)->flow, ==, 1);
    /* the one in the capture need not be the one that is meant */
    g_assert_cmpuint(asks(&l, 2, uri, "sip:100@t2.example.com", NULL)->flow, ==, 0);
    make_flow(&l, 3,
              &(struct reg){.edge_only = true,
                            .line = 1,
                            .to_uri = "sip:100@t2.example.com",
                            .contact =
                                "<sip:100@192.168.1.10>;reg-id=1;+sip.instance=\"<urn:x:1>\""});
    g_assert_cmpuint(asks(&l, 4, uri, "sip:100@t2.example.com", NULL)->flow, ==, 2);
    g_assert_cmpuint(asks(&l, 5, uri, "sip:100@t3.example.com", NULL)->flow, ==, 0);
    ladder_close(&l);
}

/* The newest token and the one before it name the flow; the one of everybody names nobody. */
static void test_tokens(void)
{
    struct ladder l = ladder_open();
    const char *contact = "<sip:bob@10.0.0.5:40001>;reg-id=1;+sip.instance=\"<urn:x:0>\"";
    const char *route = "Route: <sip:old@10.0.0.2;lr>\r\n",
               *new = "Route: <sip:new@10.0.0.2;lr>\r\n";

    make_flow(&l, 0,
              &(struct reg){.edge_only = true,
                            .contact = contact,
                            .answer = "Path: <sip:old@10.0.0.2;lr>\r\n"});
    make_flow(&l, 1,
              &(struct reg){.edge_only = true,
                            .contact = contact,
                            .answer = "Path: <sip:new@10.0.0.2;lr>\r\n"});
    g_assert_cmpuint(asks(&l, 2, "sip:bob@10.0.0.5:40001", NULL, new)->flow, ==, 1);
    g_assert_cmpuint(asks(&l, 3, "sip:bob@10.0.0.5:40001", NULL, route)->flow, ==, 1);
    g_assert_cmpuint(asks(&l, 4, "sip:dave@10.0.0.44", "sip:dave@example.com", new)->flow, ==, 0);
    ladder_close(&l);
}

/* A token below an inner proxy's Route. */
static void test_second_route(void)
{
    struct ladder l = ladder_open();
    const char *const uri = "sip:bob@192.168.1.5:40001";
    uint32_t flow = make_flow(&l, 0,
                              &(struct reg){.contact = "<sip:bob@192.168.1.5:40001>;reg-id=1;"
                                                       "+sip.instance=\"<urn:x:0>\""})
                        ->flow;

    /* by the Contact alone it could be another's */
    g_assert_cmpuint(asks(&l, 1, uri, "sip:else@example.com", NULL)->flow, ==, 0);
    g_assert_cmpuint(asks(&l, 1, uri, "sip:else@example.com",
                          "Route: <sip:in@10.0.0.9;lr>, <sip:token40001@10.0.0.2;lr;ob>\r\n")
                         ->flow,
                     ==, flow);
    ladder_close(&l);
}

/* RFC 5626 5.3.1: the token of the client that sends the request, and of another one. */
static void test_own_token(void)
{
    static const char *const route = "Route: <sip:token40001@10.0.0.2;lr;ob>\r\n";
    struct ladder l = ladder_open();
    uint32_t flow = make_flow(&l, 0, R1)->flow;

    const struct sx_txn *own =
        txn_of(&l, request(&l, 1, PHONE, EDGE, "INFO", via("phone i1"), .to_tag = "x",
                           .uri = "sip:bob@10.0.0.5:40009", .more = route, .src_port = 40001));
    g_assert_cmpuint(own->flow, ==, 0);
    g_assert_false(own->token_known);
    g_assert_true(own->own_token);
    const struct sx_txn *other =
        txn_of(&l, request(&l, 2, PHONE, EDGE, "INFO", via("phone i2"), .to_tag = "x",
                           .uri = "sip:bob@10.0.0.5:40009", .more = route, .src_port = 40002));
    g_assert_cmpuint(other->flow, ==, flow);
    g_assert_false(other->own_token);
    const struct sx_txn *two = txn_of(
        &l, request(&l, 3, PHONE, EDGE, "INFO", via("phone i3"), .to_tag = "x",
                    .uri = "sip:bob@10.0.0.5:40009", .src_port = 40001,
                    .more = "Route: <sip:token40001@10.0.0.2;lr;ob>, <sip:t@10.0.0.9;lr;ob>\r\n"));
    g_assert_false(two->own_token);
    ladder_close(&l);
}

/* The token of one flow and the Contact of another: wrong where both are of one user. */
static void test_wrong_token(void)
{
    struct ladder l = ladder_open();
    const char *const token2 = "Route: <sip:token40002@10.0.0.2;lr;ob>\r\n",
                      *const token13 = "Route: <sip:token40013@10.0.0.2;lr;ob>\r\n";

    make_flow(&l, 0, R1);
    uint32_t second = make_flow(&l, 1, R2)->flow;
    uint32_t other =
        make_flow(&l, 2,
                  &(struct reg){.reg_id = 3, .instance = 1, .to_uri = "sip:carol@example.com"})
            ->flow;
    const struct sx_txn *txn = asks(&l, 3, "sip:bob@10.0.0.5:40001", NULL, token2);
    g_assert_cmpuint(txn->flow, ==, second);
    g_assert_true(txn->wrong_token);
    txn = asks(&l, 4, "sip:bob@10.0.0.5:40002", NULL, token2);
    g_assert_cmpuint(txn->flow, ==, second);
    g_assert_false(txn->wrong_token);
    txn = asks(&l, 5, "sip:bob@10.0.0.5:40001", NULL, token13);
    g_assert_cmpuint(txn->flow, ==, other);
    g_assert_false(txn->wrong_token);
    ladder_close(&l);
}

/* Over this connection, and without an answer. */
static void wants_to_register(struct ladder *l, double seconds, uint16_t port, const char *aor,
                              const char *contact)
{
    char *branch = g_strdup_printf("phone w%u", next_branch());
    char *more = g_strdup_printf("Contact: <%s>\r\n", contact);

    request(l, seconds, PHONE, EDGE, "REGISTER", via(branch), .more = more, .src_port = port,
            .transport = SX_TRANSPORT_TCP, .to_uri = aor);
    g_free(branch);
    g_free(more);
}

#define SHARED "sip:100@phone.example.com"

static void is_registered(struct ladder *l, double seconds, unsigned line, const char *aor)
{
    make_flow(
        l, seconds,
        &(struct reg){.line = line, .edge_only = true, .to_uri = aor, .contact = "<" SHARED ">"});
}

/* Several users have one Contact. The way to the client outweighs all else, then the address of
 * record, then that it is registered. */
static void test_weights(void)
{
    struct ladder l = ladder_open();

    wants_to_register(&l, 0, 41000, "sip:a@example.com", SHARED);
    is_registered(&l, 1, 1, "sip:b@example.com");
    const struct sx_txn *txn =
        txn_of(&l, request(&l, 2, EDGE, PHONE, "INVITE", via("edge g1"), .uri = SHARED,
                           .to_uri = "sip:b@example.com", .dst_port = 41000));
    g_assert_cmpuint(txn->flow, ==, 1);
    g_assert_cmpuint(asks(&l, 3, SHARED, "sip:a@example.com", NULL)->flow, ==, 1);
    g_assert_cmpuint(asks(&l, 4, SHARED, "sip:b@example.com", NULL)->flow, ==, 2);
    g_assert_cmpuint(asks(&l, 5, SHARED, "sip:c@example.com", NULL)->flow, ==, 2);
    ladder_close(&l);
}

/* So many others have the Contact that not all are looked at: only the address of record tells. */
static void many_of_one_contact(unsigned others, bool registered, const char *to, uint32_t flow)
{
    struct ladder l = ladder_open();

    for (unsigned i = 0; i < others; i++) {
        char *aor = g_strdup_printf("sip:other%u@example.com", i);
        wants_to_register(&l, i, (uint16_t)(42000 + i), aor, SHARED);
        g_free(aor);
    }
    if (registered)
        is_registered(&l, 100, 1, "sip:a@example.com");
    else
        wants_to_register(&l, 100, 41000, "sip:a@example.com", SHARED);
    g_assert_cmpuint(asks(&l, 101, SHARED, to, NULL)->flow, ==, flow);
    ladder_close(&l);
}

static void test_many_of_one_contact(void)
{
    many_of_one_contact(62, true, "sip:b@example.com", 63);
    many_of_one_contact(63, true, "sip:b@example.com", 0);
    many_of_one_contact(63, false, "sip:a@example.com", 64);
}

/* A token goes with what a client calls itself, not with that it has no name. */
static void test_token_without_a_user(void)
{
    static const struct {
        const char *contact, *uri;
        uint32_t flow;
    } rows[] = {{"<sip:bob@phone.example.com>", "sip:bob@other.example.com", 1},
                {"<sip:phone.example.com>", "sip:other.example.com", 0}};

    for (size_t i = 0; i < G_N_ELEMENTS(rows); i++) {
        struct ladder l = ladder_open();
        make_flow(&l, 0,
                  &(struct reg){.edge_only = true,
                                .contact = rows[i].contact,
                                .answer = "Path: <sip:new@10.0.0.2;lr>\r\n"});
        g_assert_cmpuint(asks(&l, 1, rows[i].uri, "sip:else@example.com",
                              "Route: <sip:new@10.0.0.2;lr>\r\n")
                             ->flow,
                         ==, rows[i].flow);
        ladder_close(&l);
    }
}

int main(int argc, char **argv)
{
    tests_init(&argc, &argv);
    g_test_add_func("/flow_route/routed", test_routed);
    g_test_add_func("/flow_route/routed_ambiguous", test_routed_ambiguous);
    g_test_add_func("/flow_route/strange_token", test_strange_token);
    g_test_add_func("/flow_route/equal_uri", test_equal_uri);
    g_test_add_func("/flow_route/tenants", test_tenants);
    g_test_add_func("/flow_route/tokens", test_tokens);
    g_test_add_func("/flow_route/second_route", test_second_route);
    g_test_add_func("/flow_route/own_token", test_own_token);
    g_test_add_func("/flow_route/wrong_token", test_wrong_token);
    g_test_add_func("/flow_route/weights", test_weights);
    g_test_add_func("/flow_route/many_of_one_contact", test_many_of_one_contact);
    g_test_add_func("/flow_route/token_without_a_user", test_token_without_a_user);
    return g_test_run();
}
