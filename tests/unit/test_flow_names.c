/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "core/record/flow_names.h"

#include "flow_text.h"

#define SHARED "sip:bob@10.0.0.5"

static uint32_t first(const struct ladder *l, const char *contact)
{
    const struct sx_flows *flows = sx_tracker_flows(l->tracker);

    return sx_flow_names_first(flows, sx_flow_names_contact(flows, sx_slice_str(contact)));
}

/* The newest first, whether the name is one flow's or several ones'. */
static void test_found(void)
{
    static const char *const users[] = {"sip:bob@example.com", "sip:carol@example.com",
                                        "sip:dave@example.com"};
    struct ladder l = ladder_open();
    const struct sx_flows *flows = sx_tracker_flows(l.tracker);

    g_assert_cmpuint(first(&l, SHARED), ==, 0);
    for (unsigned i = 0; i < G_N_ELEMENTS(users); i++) {
        make_flow(&l, i, &(struct reg){.contact = "<" SHARED ">", .to_uri = users[i], .line = i});
        uint32_t found = first(&l, SHARED);
        for (unsigned n = i + 1; n > 0; n--) {
            g_assert_cmpuint(sx_flow_names_flow(flows, found)->number, ==, n);
            found = sx_flow_names_next(flows, found);
        }
        g_assert_cmpuint(found, ==, 0);
    }
    g_assert_cmpuint(first(&l, "sip:bob@10.0.0.6"), ==, 0);
    ladder_close(&l);
}

/* Another Contact of a flow is another name, another spelling of it is none. */
static void test_renamed(void)
{
    static const char *const contacts[] = {"<sip:a@x>;reg-id=1;+sip.instance=\"<urn:x:0>\"",
                                           "<sip:a@X>;reg-id=1;+sip.instance=\"<urn:x:0>\"",
                                           "<sip:b@x>;reg-id=1;+sip.instance=\"<urn:x:0>\""};
    struct ladder l = ladder_open();
    const struct sx_flows *flows = sx_tracker_flows(l.tracker);

    for (unsigned i = 0; i < G_N_ELEMENTS(contacts); i++)
        make_flow(&l, i, &(struct reg){.contact = contacts[i]});
    g_assert_cmpuint(sx_flows_count(flows), ==, 1);
    g_assert_cmpstr(sx_flows_at(flows, 1)->contact, ==, "sip:b@x");
    g_assert_cmpuint(sx_flow_names_flow(flows, first(&l, "sip:b@x"))->number, ==, 1);
    g_assert_cmpuint(sx_flow_names_flow(flows, first(&l, "sip:a@x"))->number, ==, 1);
    g_assert_cmpuint(sx_flow_names_next(flows, first(&l, "sip:a@x")), ==, 0);
    ladder_close(&l);
}

static bool eq(struct sx_fingerprint a, struct sx_fingerprint b)
{
    return sx_fingerprint_eq(a, b);
}

static void test_kinds_never_meet(void)
{
    struct ladder l = ladder_open();
    const struct sx_flows *f = sx_tracker_flows(l.tracker);
    struct sx_slice s = sx_slice_str("sip:bob@example.com");
    const struct sx_fingerprint keys[] = {
        sx_flow_names_aor(f, s),
        sx_flow_names_contact(f, s),
        sx_flow_names_token(f, s),
        sx_flow_names_token_host(f, s),
        sx_flow_names_call(f, s),
        sx_flow_names_outbound(f, sx_flow_names_aor(f, s), s, 0),
        sx_flow_names_instance(f, sx_flow_names_aor(f, s), s),
    };

    for (unsigned a = 0; a < G_N_ELEMENTS(keys); a++)
        for (unsigned b = 0; b < a; b++)
            g_assert_false(eq(keys[a], keys[b]));
    g_assert_true(eq(keys[0], sx_flow_names_aor(f, sx_slice_str("sip:bob@EXAMPLE.com"))));
    g_assert_true(eq(keys[3], sx_flow_names_token_host(f, sx_slice_str("sip:x@Example.com"))));
    g_assert_false(eq(keys[4], sx_flow_names_call(f, sx_slice_str("sip:bob@EXAMPLE.com"))));
    ladder_close(&l);
}

int main(int argc, char **argv)
{
    tests_init(&argc, &argv);
    g_test_add_func("/flow_names/found", test_found);
    g_test_add_func("/flow_names/renamed", test_renamed);
    g_test_add_func("/flow_names/kinds_never_meet", test_kinds_never_meet);
    return g_test_run();
}
