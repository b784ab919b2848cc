/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "core/record/flow_bindings.h"

#include "core/record/flow_names.h"
#include "flow_text.h"

#define R1 (&(struct reg){.reg_id = 1})
#define R2 (&(struct reg){.reg_id = 2})

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

static uint32_t find(const struct ladder *l, const char *aor, const char *contact)
{
    const struct sx_flows *flows = sx_tracker_flows(l->tracker);
    struct sx_contact c;

    g_assert_true(sx_contact_read(sx_slice_str(contact), &c));
    return sx_flow_bindings_find(flows, &c, sx_flow_names_aor(flows, sx_slice_str(aor)));
}

/* RFC 3261 10.3: a binding is known by its Contact, however that is spelled; RFC 5626 6: an
 * outbound one by instance and reg-id, whatever the Contact is. */
static void test_find(void)
{
    static const struct {
        const char *aor, *contact;
        uint32_t binding;
    } rows[] = {
        {"sip:bob@example.com", "<sip:bob@10.0.0.5>", 1},
        {"sip:bob@EXAMPLE.com", "<sip:%62ob@10.0.0.5>;expires=5", 1},
        {"sip:bob@example.com", "<sip:bob@10.0.0.5:5070>", 0},
        {"sip:carol@example.com", "<sip:bob@10.0.0.5>", 3},
        {"sip:dave@example.com", "<sip:bob@10.0.0.5>", 0},
        {"sip:bob@example.com", "<sip:y>;reg-id=2;+sip.instance=\"<urn:x:0>\"", 2},
        {"sip:bob@example.com", "<sip:y>;reg-id=1;+sip.instance=\"<urn:x:0>\"", 0},
        {"sip:bob@example.com", "<sip:y>;reg-id=2;+sip.instance=\"<urn:x:1>\"", 0},
        {"sip:carol@example.com", "<sip:y>;reg-id=2;+sip.instance=\"<urn:x:0>\"", 0},
    };
    struct ladder l = ladder_open();

    make_flow(&l, 0, &(struct reg){.contact = "<sip:bob@10.0.0.5>"});
    make_flow(&l, 1, R2);
    make_flow(&l, 2,
              &(struct reg){.contact = "<sip:bob@10.0.0.5>", .to_uri = "sip:carol@example.com"});
    for (size_t i = 0; i < G_N_ELEMENTS(rows); i++) {
        g_test_message("row %zu", i);
        g_assert_cmpuint(find(&l, rows[i].aor, rows[i].contact), ==, rows[i].binding);
    }
    g_assert_cmpuint(sx_bindings_count(sx_tracker_flows(l.tracker)), ==, 3);
    ladder_close(&l);
}

int main(int argc, char **argv)
{
    tests_init(&argc, &argv);
    g_test_add_func("/flow_bindings/one_instance", test_one_instance);
    g_test_add_func("/flow_bindings/find", test_find);
    return g_test_run();
}
