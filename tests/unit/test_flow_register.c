/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "core/record/flow_register.h"

#include "flow_text.h"

#define R1 (&(struct reg){.reg_id = 1})
#define R1_AGAIN (&(struct reg){.reg_id = 1, .line = 1})

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
    g_assert_cmpuint(sx_flow_refreshed_in(flows, sx_flows_at(flows, first)), ==, 5);
    g_assert_cmpuint(sx_flow_more(sx_flows_at(flows, first))->newer, ==, next);
    g_assert_cmpuint(sx_flows_newest(flows, sx_flows_at(flows, first))->number, ==, next);
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

int main(int argc, char **argv)
{
    tests_init(&argc, &argv);
    g_test_add_func("/flow_register/without_outbound", test_without_outbound);
    g_test_add_func("/flow_register/refreshed_and_replaced", test_refreshed_and_replaced);
    g_test_add_func("/flow_register/many_contacts", test_many_contacts);
    return g_test_run();
}
