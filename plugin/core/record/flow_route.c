/* flow_route.c
 * The binding, and the flow of it, that a request is sent to.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 *
 * A flow token names one flow, unless an edge writes the same into every Path. The Request-URI
 * names a Contact; tenants behind different NATs have the same ones. Where two bindings fit, none
 * is named.
 */
#include "core/read/name_addr.h"
#include "core/read/sip_msg_field.h"
#include "core/read/uri.h"
#include "core/record/flow_names.h"
#include "core/record/flow_state.h"

/* What a request says of where it is to go. */
struct wanted {
    const struct sx_sip_msg *msg;
    const struct sx_txn *txn;
    struct sx_fingerprint contact, token, token_host, to; /* zero: none */
    bool own_token; /* of the sender, which is none of these */
};

/* The one binding that fits, by its best flow; or several. */
struct found {
    struct sx_flow *flow;
    unsigned bindings;
};

static bool is_of_aor(const struct sx_flows *f, const struct sx_flow *flow,
                      struct sx_fingerprint aor)
{
    return aor.bits && sx_user_at(f, sx_fingerprint_map_get(&f->by_aor, aor)) == flow->user;
}

static bool has_token(const struct sx_flow *flow, struct sx_fingerprint token)
{
    return token.bits && (sx_fingerprint_eq(sx_flow_more(flow)->token_key, token) ||
                          sx_fingerprint_eq(sx_flow_more(flow)->token_before, token));
}

static bool has_contact(const struct sx_flow *flow, const struct wanted *w)
{
    return sx_uri_equal(sx_slice_str(flow->contact), w->msg->uri);
}

/* How much speaks for a flow, among those that bear the name. */
static unsigned weight(const struct sx_flows *f, struct sx_flow *flow, const struct wanted *w)
{
    sx_flow_settle(f, flow);
    return (sx_flow_is_to_client(flow, w->txn) ? 8u : 0) + (is_of_aor(f, flow, w->to) ? 4u : 0) +
           (flow->accepted && !flow->removed_in ? 2u : 0) + (flow->accepted ? 1u : 0);
}

typedef bool (*fits)(const struct sx_flow *flow, const struct wanted *w);

/* Whichever fits best of the newest with this name; flows of one binding count as one. */
static struct found find_best(const struct sx_flows *f, struct sx_fingerprint key,
                              const struct wanted *w, fits fit)
{
    struct found found = {NULL, 0};
    unsigned best = 0, seen = 0;

    for (uint32_t n = sx_flow_names_first(f, key); n && seen < SX_MAX_FLOWS;
         n = sx_flow_names_next(f, n), seen++) {
        struct sx_flow *flow = sx_flow_names_flow(f, n);
        if (flow->refused || !fit(flow, w))
            continue;
        unsigned much = weight(f, flow, w);
        bool same = found.flow && flow->binding == found.flow->binding;
        if (!found.flow || much > best) {
            found = (struct found){flow, 1};
            best = much;
        } else if (much == best && !same) {
            found.bindings++;
        }
    }
    /* More than are looked at: who knows. */
    if (seen == SX_MAX_FLOWS && best < 4)
        found.bindings++;
    return found;
}

static bool fits_contact(const struct sx_flow *flow, const struct wanted *w)
{
    return has_contact(flow, w);
}

static bool fits_token(const struct sx_flow *flow, const struct wanted *w)
{
    return has_token(flow, w->token);
}

static bool fits_both(const struct sx_flow *flow, const struct wanted *w)
{
    return has_contact(flow, w) && has_token(flow, w->token);
}

static bool fits_contact_at_edge(const struct sx_flow *flow, const struct wanted *w)
{
    return has_contact(flow, w) && sx_fingerprint_eq(sx_flow_more(flow)->edge_key, w->token_host);
}

static struct sx_flow *only(struct found found)
{
    return found.bindings == 1 ? found.flow : NULL;
}

/* ---- what speaks for one that is alone ---- */

/* RFC 1918, RFC 6598, RFC 3927, RFC 1122, RFC 4193, RFC 4291: used by many at once. */
static bool is_private(struct sx_slice host)
{
    static const char *const begins[] = {"10.",  "192.168.", "127.", "169.254.", "100.",
                                         "172.", "[fd",      "[fc",  "[fe80"};

    for (unsigned i = 0; i < G_N_ELEMENTS(begins); i++) {
        size_t n = strlen(begins[i]);
        if (host.n >= n && g_ascii_strncasecmp(host.p, begins[i], n) == 0)
            return true;
    }
    return false;
}

/* Behind no NAT the Contact is the client's address, and one client's only, where its edge is. */
static bool is_of_its_edge(const struct sx_flow *flow, const struct sx_txn *txn)
{
    return flow->own_address && flow->edge.host == txn->dst.host;
}

/* A Contact that only one binding of the capture has may be another's that the capture lacks. */
static bool is_credible(const struct sx_flows *f, const struct sx_flow *flow,
                        const struct wanted *w)
{
    return flow && (sx_flow_is_to_client(flow, w->txn) || is_of_its_edge(flow, w->txn) ||
                    is_of_aor(f, flow, w->to) || !is_private(sx_uri_read(w->msg->uri).host));
}

/* A token goes with the Contact that was registered through it, or with what a client calls itself
 * else; a constant one goes with any. */
static bool is_token_credible(const struct sx_flows *f, const struct sx_flow *flow,
                              const struct wanted *w)
{
    struct sx_uri own = sx_uri_read(sx_slice_str(flow->contact)), uri = sx_uri_read(w->msg->uri);

    return sx_slice_caseeq(own.host, uri.host) || is_of_aor(f, flow, w->to) ||
           (own.user.n > 0 && sx_slice_eq(own.user, uri.user));
}

/* ---- by name ---- */

/* The request has the token of one flow and the Contact of another of the same AOR. */
static bool has_wrong_token(const struct sx_flows *f, const struct sx_flow *flow,
                            const struct wanted *w)
{
    const struct sx_flow *other = only(find_best(f, w->contact, w, fits_contact));

    return other && sx_flows_of_one_user(other, flow) && other->binding != flow->binding;
}

static struct sx_flow *find_by_token(const struct sx_flows *f, const struct wanted *w, bool *wrong)
{
    struct found both = find_best(f, w->contact, w, fits_both);

    if (both.flow)
        return only(both);
    struct sx_flow *flow = only(find_best(f, w->token, w, fits_token));
    if (!flow)
        return NULL;
    *wrong = has_wrong_token(f, flow, w);
    return *wrong || is_token_credible(f, flow, w) ? flow : NULL;
}

/* RFC 5626 5.3.1: a request that a client sends inside a dialog begins its Route with the token of
 * its own flow; that one is where it comes from, not where it is to go. */
static bool is_own_token(const struct sx_flows *f, struct sx_fingerprint token,
                         const struct sx_txn *txn)
{
    uint32_t found = sx_flow_names_first(f, token);

    for (unsigned i = 0; found && i < SX_MAX_FLOWS; i++, found = sx_flow_names_next(f, found)) {
        const struct sx_flow *flow = sx_flow_names_flow(f, found);
        if (flow->has_way && has_token(flow, token) && sx_endpoint_eq(flow->client, txn->src))
            return true;
    }
    return false;
}

/* The Route value with a token that is known, or else the topmost with a token. */
static void read_route(const struct sx_flows *f, struct wanted *w)
{
    struct sx_field_iter iter = {0};
    struct sx_slice value;

    for (unsigned i = 0; i < SX_MAX_FLOWS && sx_sip_msg_value(w->msg, "Route", &iter, &value);
         i++) {
        struct sx_slice uri = sx_token_uri(value);
        if (!uri.p)
            continue;
        struct sx_fingerprint key = sx_flow_names_token(f, uri);
        bool known = sx_flow_names_first(f, key) != 0;
        if (known && is_own_token(f, key, w->txn)) {
            w->own_token = true;
            continue;
        }
        if (known || !w->token.bits) {
            w->token = key;
            w->token_host = sx_flow_names_token_host(f, uri);
        }
        if (known)
            return;
    }
}

static struct sx_flow *find_by_contact(struct sx_flows *f, const struct wanted *w)
{
    struct sx_flow *flow = only(find_best(f, w->contact, w, fits_contact));

    return is_credible(f, flow, w) ? flow : NULL;
}

/* Who sends to a Contact may drop or change its transport parameter. The one registration of the
 * called user for this user part, host and port. */
static struct sx_flow *find_by_place(const struct sx_flows *f, const struct wanted *w)
{
    struct sx_fingerprint to = sx_flow_names_aor(f, sx_name_addr_bare(w->msg->to));
    const struct sx_user *user = sx_user_at(f, sx_fingerprint_map_get(&f->by_aor, to));
    const struct sx_binding *b = user ? sx_binding_at(f, user->newest_binding) : NULL;
    struct sx_flow *found = NULL;

    for (unsigned i = 0; b && i < SX_MAX_FLOWS; i++, b = sx_binding_at(f, b->next_of_user)) {
        struct sx_flow *flow = sx_flow_numbered(f, b->newest);
        if (!flow || !flow->accepted ||
            !sx_uri_same_place(sx_slice_str(flow->contact), w->msg->uri))
            continue;
        if (found)
            return NULL;
        found = flow;
    }
    return found;
}

static void note_strange(struct sx_flows *f, const struct wanted *w)
{
    struct sx_flow *flow = only(find_best(f, w->contact, w, fits_contact_at_edge));

    if (flow && is_of_aor(f, flow, w->to))
        g_hash_table_insert(f->strange, GUINT_TO_POINTER(w->txn->number), flow);
}

/* True if the edge that the Route names is one which gave tokens to this Contact. */
static bool is_own_edge(const struct sx_flows *f, const struct wanted *w)
{
    return find_best(f, w->contact, w, fits_contact_at_edge).flow != NULL;
}

/* The Request-URI is no Contact that is registered. */
static uint32_t route_unnamed(const struct sx_flows *f, const struct wanted *w, struct sx_txn *txn,
                              uint32_t upstream)
{
    const struct sx_flow *above = sx_flow_numbered(f, upstream), *flow = NULL;

    /* An edge may change the Request-URI where it takes the request to the client. */
    if (above && sx_flow_is_to_client(above, txn))
        txn->flow = upstream;
    else if (!above && !w->token.bits && !txn->in_dialog)
        flow = find_by_place(f, w);
    if (flow)
        txn->flow = flow->number;
    return above || flow
               ? 0
               : sx_fingerprint_map_get(&f->by_aor,
                                        sx_flow_names_aor(f, sx_name_addr_bare(w->msg->uri)));
}

uint32_t sx_flows_route(struct sx_flows *f, const struct sx_sip_msg *msg, struct sx_txn *txn,
                        uint32_t upstream)
{
    struct wanted w = {.msg = msg, .txn = txn, .contact = sx_flow_names_contact(f, msg->uri)};
    const struct sx_flow *flow = NULL, *above = sx_flow_numbered(f, upstream);
    bool wrong = false;

    if (msg->top_route.p)
        read_route(f, &w);
    txn->own_token = w.own_token && !w.token.bits;
    bool known = w.token.bits && sx_flow_names_first(f, w.token);
    if (!known && !sx_flow_names_first(f, w.contact))
        return route_unnamed(f, &w, txn, upstream);
    w.to = sx_flow_names_aor(f, sx_name_addr_bare(msg->to));
    if (known)
        flow = find_by_token(f, &w, &wrong);
    else if (w.token.bits && is_own_edge(f, &w))
        note_strange(f, &w);
    else
        flow = find_by_contact(f, &w);
    if (!flow && above && sx_flow_is_to_client(above, txn))
        flow = above;
    txn->flow = flow ? flow->number : 0;
    if (flow && !txn->in_dialog && txn->request_ns > sx_flow_expires_ns(f, flow))
        sx_flow_numbered(f, flow->number)->routed_late = true;
    txn->token_known = flow && known;
    txn->wrong_token = flow && wrong;
    return 0;
}

const struct sx_flow *sx_flows_strange_token(const struct sx_flows *f, uint32_t txn)
{
    return g_hash_table_lookup(f->strange, GUINT_TO_POINTER(txn));
}
