/* matching.c
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "core/read/ipv6_text.h"
#include "core/record/tracker_state.h"

/* Hops that a request may take, at the most (RFC 3261 20.22: Max-Forwards). */
#define MAX_DEPTH 255

/* Branches looked through for one that goes elsewhere; only merged captures need it. */
#define MAX_UNLINK 1024

/* Branches, the newest first, looked through for redirected ones that a new one follows; more than
 * any fork has beside each other. */
#define MAX_REDIRECTED 32

/* A request that is sent on at once comes so soon after its own, give or take what clocks that are
 * kept in step may differ by. Where two clocks are apart it does not. */
#define PROMPT_NS (2 * SX_NS_PER_S)
#define PROMPT_BEFORE_NS (50 * SX_NS_PER_MS)

/* Of a sent-by that is written with blanks in it. */
#define MAX_SENT_BY 256

/* ---- keys ---- */

static bool has_cookie(struct sx_slice branch)
{
    size_t n = sizeof SX_BRANCH_COOKIE - 1;

    return branch.n > n && (memcmp(branch.p, SX_BRANCH_COOKIE, n) == 0 ||
                            g_ascii_strncasecmp(branch.p, SX_BRANCH_COOKIE, n) == 0);
}

struct sx_slice sx_via_sent_by(const struct sx_via *via)
{
    struct sx_slice s = via->sent_by;

    if (s.n > 5 && memcmp(s.p + s.n - 5, via->tls ? ":5061" : ":5060", 5) == 0) {
        s.n -= 5;
        while (s.n > 0 && sx_is_lws(s.p[s.n - 1]))
            s.n--;
    }
    return s;
}

/* Of a run of bytes whose length counts. */
static inline uint64_t hash_of(const struct sx_tracker *t, struct sx_slice s)
{
    struct sx_hash h = sx_hash_begin(t->key);

    sx_hash_add(&h, s);
    return sx_hash_end(h).bits;
}

/* The same with ASCII letters as lower case. */
static inline uint64_t hash_of_lower(const struct sx_tracker *t, struct sx_slice s)
{
    struct sx_hash h = sx_hash_begin(t->key);

    sx_hash_add_bytes_lower(&h, s);
    sx_hash_add_uint(&h, s.n);
    return sx_hash_end(h).bits;
}

/* RFC 5954 4.2: an IPv6 address may be written in several ways. */
static inline uint64_t hash_of_host_port(const struct sx_tracker *t, struct sx_slice s)
{
    struct sx_slice rest;
    uint8_t address[SX_IPV6_LENGTH];

    if (s.n == 0 || s.p[0] != '[' || !sx_ipv6_text_read(s, address, &rest))
        return hash_of_lower(t, s);
    struct sx_hash h = sx_hash_begin(t->key);
    sx_hash_add(&h, sx_slice((const char *)address, sizeof address));
    sx_hash_add(&h, rest);
    return sx_hash_end(h).bits;
}

/* A blank stands before the port, or before its colon. */
static inline bool is_spaced(struct sx_slice s)
{
    size_t n = s.n;

    while (n > 0 && s.p[n - 1] >= '0' && s.p[n - 1] <= '9')
        n--;
    return n > 1 && n < s.n && (sx_is_lws(s.p[n - 1]) || sx_is_lws(s.p[n - 2]));
}

/* RFC 3261 25.1: around the colon blanks may stand, and on one hop other ones than on the next. */
SX_COLD uint64_t hash_without_blanks(const struct sx_tracker *t, const struct sx_via *via)
{
    char text[MAX_SENT_BY];
    struct sx_via plain = {.tls = via->tls};
    size_t n = 0;

    for (size_t i = 0; i < via->sent_by.n && n < sizeof text; i++)
        if (!sx_is_lws(via->sent_by.p[i]))
            text[n++] = via->sent_by.p[i];
    plain.sent_by = sx_slice(text, n);
    return hash_of_host_port(t, sx_via_sent_by(&plain));
}

static inline uint64_t hash_of_sent_by(const struct sx_tracker *t, const struct sx_via *via)
{
    struct sx_slice s = sx_via_sent_by(via);

    return s.n == via->sent_by.n && is_spaced(s) ? hash_without_blanks(t, via)
                                                 : hash_of_host_port(t, s);
}

uint64_t sx_txn_call_hash(const struct sx_tracker *t, struct sx_slice call_id)
{
    return call_id.n > 0 ? hash_of(t, call_id) : 0;
}

uint32_t sx_txn_hash(const struct sx_tracker *t, struct sx_slice s)
{
    return (uint32_t)hash_of(t, s);
}

struct sx_names sx_txn_names(const struct sx_tracker *t, const struct sx_sip_msg *msg)
{
    return (struct sx_names){
        .call = sx_txn_call_hash(t, msg->call_id),
        .branch = hash_of(t, msg->via.branch),
        .sent_by = hash_of_sent_by(t, &msg->via),
        .from_tag = sx_txn_tag_hash(sx_sip_msg_from_tag(msg)),
        .to_tag = sx_txn_tag_hash(sx_sip_msg_to_tag(msg)),
    };
}

/* Of the Via whose branch and sent-by the names have. */
static inline struct sx_fingerprint key_of(const struct sx_tracker *t, const struct sx_sip_msg *msg,
                                           const struct sx_names *names, const struct sx_via *via,
                                           enum sx_method method)
{
    struct sx_hash h = sx_hash_begin(t->key);

    sx_hash_add_two(&h, names->call, names->branch);
    sx_hash_add_two(&h, names->sent_by, (uint64_t)msg->cseq << 8 | method);
    if (method == SX_METHOD_OTHER)
        sx_hash_add(&h, msg->cseq_method_name);
    if (!has_cookie(via->branch))
        sx_hash_add_uint(&h, names->from_tag);
    return sx_hash_end(h);
}

/* RFC 3261 17.1.3 and 17.2.3. Call-ID and CSeq number are not part of the rule for branches with
 * the magic cookie; they keep apart what a client with poor random numbers lets collide. */
struct sx_fingerprint sx_txn_key(const struct sx_tracker *t, const struct sx_sip_msg *msg,
                                 const struct sx_names *names, enum sx_method method)
{
    return key_of(t, msg, names, &msg->via, method);
}

struct sx_fingerprint sx_txn_key_of(const struct sx_tracker *t, const struct sx_sip_msg *msg,
                                    const struct sx_names *names, const struct sx_via *via)
{
    struct sx_names other = *names;

    other.branch = hash_of(t, via->branch);
    other.sent_by = hash_of_sent_by(t, via);
    return key_of(t, msg, &other, via, msg->method);
}

struct sx_txn *sx_txn_find(const struct sx_tracker *t, struct sx_fingerprint key)
{
    return sx_txn_at(t, sx_fingerprint_map_get(&t->by_key, key));
}

/* An ACK to a non-2xx belongs to its INVITE (RFC 3261 17.1.1.3), also where a fork sends a 2xx
 * before or after it (16.7); an ACK to a 2xx is a transaction of its own (RFC 3261 13.2.2.4), even
 * of clients that use the INVITE's branch again. */
struct sx_txn *sx_txn_find_ack(const struct sx_tracker *t, const struct sx_sip_msg *msg,
                               const struct sx_names *names)
{
    struct sx_txn *invite = sx_txn_find(t, sx_txn_key(t, msg, names, SX_METHOD_INVITE));

    if (invite && invite->state == SX_TXN_ACCEPTED &&
        !sx_tracker_failure_with(t, invite, names->to_tag))
        return NULL;
    return invite;
}

uint32_t sx_tracker_find(const struct sx_tracker *t, const struct sx_sip_msg *msg)
{
    if (!msg->has_via || !msg->has_cseq)
        return 0;
    struct sx_names names = sx_txn_names(t, msg);
    struct sx_txn *txn = NULL;
    if (msg->is_request && msg->method == SX_METHOD_ACK)
        txn = sx_txn_find_ack(t, msg, &names);
    if (!txn)
        txn = sx_txn_find(t, sx_txn_key(t, msg, &names, msg->method));
    return txn ? txn->number : 0;
}

/* ---- the tree of transactions ---- */

/* Where a request came in, from where, and for whom it is. Another VLAN or tunnel may have another
 * host with this address. */
static struct sx_fingerprint target_key(const struct sx_tracker *t, const struct sx_txn *txn)
{
    struct sx_hash h = sx_hash_begin(t->key);

    sx_hash_add_uint(&h, (uint64_t)txn->dst.host << 16 | txn->dst.port);
    sx_hash_add_uint(&h, (uint64_t)txn->network << 32 | txn->uri_hash);
    return sx_hash_end(h);
}

void sx_txn_mark_forwarded(struct sx_tracker *t, const struct sx_txn *txn)
{
    const struct sx_txn *parent = sx_txn_at(t, txn->parent);

    if (!parent || txn->method != SX_METHOD_INVITE || !parent->request_frame ||
        !sx_txn_is_next_hop(parent, txn))
        return;
    int64_t took = txn->request_ns - parent->request_ns;
    if (took < -PROMPT_BEFORE_NS || took > PROMPT_NS)
        return;
    struct sx_fingerprint key = target_key(t, parent);
    if (!sx_fingerprint_map_get(&t->sent_on, key))
        sx_fingerprint_map_set(&t->sent_on, key, txn->number);
}

uint32_t sx_tracker_sent_on(const struct sx_tracker *t, const struct sx_txn *txn)
{
    const struct sx_txn *first =
        sx_txn_at(t, sx_fingerprint_map_get(&t->sent_on, target_key(t, txn)));

    return first ? first->request_frame : 0;
}

/* A new attempt after a redirection goes to the branches that ended in 3xx. */
static void follow_redirected(struct sx_tracker *t, struct sx_txn *parent,
                              const struct sx_txn *child)
{
    struct sx_txn *sibling = sx_txn_at(t, child->next_sibling);

    for (unsigned i = 0; sibling && i < MAX_REDIRECTED; i++) {
        if (sibling->final_code / 100 == 3 && !sibling->followed_by)
            sibling->followed_by = child->number;
        sibling = sx_txn_at(t, sibling->next_sibling);
    }
    parent->redirected_child = false;
}

static void link_child(struct sx_tracker *t, struct sx_txn *parent, struct sx_txn *child)
{
    child->parent = parent->number;
    child->next_sibling = parent->first_child;
    parent->first_child = child->number;
    sx_txn_mark_forwarded(t, child);
    if (parent->redirected_child)
        follow_redirected(t, parent, child);
}

/* A forged pair of Via stacks could make two transactions each other's parent; a chain that is
 * longer than any request may travel counts as such a ring. */
static bool is_below(const struct sx_tracker *t, const struct sx_txn *txn,
                     const struct sx_txn *ancestor)
{
    for (unsigned i = 0; txn && i < MAX_DEPTH; i++) {
        if (txn == ancestor)
            return true;
        txn = sx_txn_at(t, txn->parent);
    }
    return txn != NULL;
}

/* It was linked to a hop further up while its parent was not seen. */
static void unlink_child(struct sx_tracker *t, struct sx_txn *child)
{
    struct sx_txn *parent = sx_txn_at(t, child->parent);
    uint32_t *at = &parent->first_child;

    for (unsigned i = 0; *at && *at != child->number; i++) {
        if (i >= MAX_UNLINK)
            return;
        at = &sx_txn_at(t, *at)->next_sibling;
    }
    *at = child->next_sibling;
    child->next_sibling = 0;
    child->parent = 0;
}

static void adopt_waiting(struct sx_tracker *t, struct sx_txn *parent)
{
    struct sx_txn *child = sx_txn_at(t, sx_fingerprint_map_get(&t->waiting, parent->key));

    if (!child)
        return;
    sx_fingerprint_map_set(&t->waiting, parent->key, 0);
    while (child) {
        struct sx_txn *next = sx_txn_at(t, sx_txn_rare(child)->next_waiting);
        if (child->more && child->more->rare)
            child->more->rare->next_waiting = 0;
        if (!is_below(t, parent, child)) {
            if (child->parent)
                unlink_child(t, child);
            if (!child->parent)
                link_child(t, parent, child);
        }
        child = next;
    }
}

/* The nearest upstream transaction in the capture above the immediate one: a spiral inside a proxy,
 * or a hop that was not captured, leaves Via values between that belong to none. */
static struct sx_txn *find_ancestor(const struct sx_tracker *t, const struct sx_observation *obs)
{
    struct sx_txn *ancestor = NULL;
    struct sx_via via;

    for (unsigned i = 2; !ancestor && i < SX_MAX_HOPS_UP && sx_sip_msg_via(obs->msg, i, &via); i++)
        ancestor = sx_txn_find(t, sx_txn_key_of(t, obs->msg, &obs->names, &via));
    return ancestor;
}

const struct sx_txn *sx_tracker_siblings(const struct sx_tracker *t, const struct sx_txn *txn)
{
    const struct sx_txn *parent = sx_txn_at(t, txn->parent);

    if (parent)
        return sx_txn_at(t, parent->first_child);
    return sx_txn_at(t, sx_fingerprint_map_get(&t->waiting, txn->parent_key));
}

const struct sx_txn *sx_tracker_next_sibling(const struct sx_tracker *t,
                                             const struct sx_txn *sibling)
{
    return sx_txn_at(t,
                     sibling->parent ? sibling->next_sibling : sx_txn_rare(sibling)->next_waiting);
}

static void link_parent(struct sx_tracker *t, struct sx_txn *txn, const struct sx_observation *obs)
{
    struct sx_via upstream;

    if (!sx_sip_msg_via(obs->msg, 1, &upstream))
        return;
    txn->parent_key = sx_txn_key_of(t, obs->msg, &obs->names, &upstream);
    struct sx_txn *parent = sx_txn_find(t, txn->parent_key);
    if (!parent) {
        uint32_t waits = sx_fingerprint_map_swap(&t->waiting, txn->parent_key, txn->number);
        if (waits)
            sx_txn_give_rare(t, txn)->next_waiting = waits;
        parent = find_ancestor(t, obs);
    }
    if (parent && parent != txn)
        link_child(t, parent, txn);
}

void sx_txn_place(struct sx_tracker *t, struct sx_txn *txn, const struct sx_observation *obs)
{
    link_parent(t, txn, obs);
    adopt_waiting(t, txn);
}

struct sx_txn_more *sx_txn_give_more(struct sx_tracker *t, struct sx_txn *txn)
{
    if (txn->more)
        return txn->more;
    struct sx_txn_more *more = sx_pool_add(&t->mores);
    more->first_response_ns = sx_txn_first_response_ns(txn);
    more->first_response_code = (uint16_t)sx_txn_first_response_code(txn);
    more->first_tag = sx_txn_first_tag(txn);
    more->last_response_ns = sx_txn_last_response_ns(txn);
    more->last_ns = sx_txn_last_ns(txn);
    return txn->more = more;
}

struct sx_txn_rare *sx_txn_give_rare(struct sx_tracker *t, struct sx_txn *txn)
{
    struct sx_txn_more *more = sx_txn_give_more(t, txn);

    return more->rare ? more->rare : (more->rare = sx_pool_add(&t->rares));
}

void sx_txn_note_message(struct sx_tracker *t, struct sx_txn *txn, int64_t time_ns)
{
    if (sx_txn_last_ns(txn) != time_ns)
        sx_txn_give_more(t, txn)->last_ns = time_ns;
}

void sx_txn_note_response(struct sx_tracker *t, struct sx_txn *txn, int64_t time_ns)
{
    if (sx_txn_last_response_ns(txn) != time_ns)
        sx_txn_give_more(t, txn)->last_response_ns = time_ns;
}

struct sx_txn *sx_txn_add(struct sx_tracker *t, const struct sx_observation *obs,
                          struct sx_fingerprint key)
{
    struct sx_txn *txn = sx_pool_add(&t->txns);
    bool request = obs->msg->is_request;

    txn->number = t->txns.count;
    txn->key = key;
    txn->call_hash = obs->names.call;
    txn->method = (uint8_t)obs->msg->method;
    txn->transport = (uint8_t)obs->transport;
    txn->old_branch = !has_cookie(obs->msg->via.branch);
    txn->src = request ? obs->from : obs->to;
    txn->dst = request ? obs->to : obs->from;
    return txn;
}

struct sx_txn *sx_txn_new(struct sx_tracker *t, const struct sx_observation *obs,
                          struct sx_fingerprint key)
{
    struct sx_txn *txn = sx_txn_add(t, obs, key);

    sx_fingerprint_map_set(&t->by_key, key, txn->number);
    sx_stray_list(t, txn, &obs->names);
    return txn;
}
