/* strays.c
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "core/record/strays.h"

#include "core/record/tracker_state.h"

/* Transactions of a call, the newest first, that are looked through: more than a fork has branches,
 * fewer than a hostile call has. */
#define MAX_LOOKED_THROUGH 64

/* ---- the transactions of a call ---- */

void sx_stray_list(struct sx_tracker *t, struct sx_txn *txn, const struct sx_names *names)
{
    struct sx_fingerprint call = {txn->call_hash};

    txn->branch_hash = (uint32_t)names->branch;
    txn->sent_by_hash = (uint32_t)names->sent_by;
    if (txn->call_hash)
        txn->next_in_call = sx_fingerprint_map_swap(&t->by_call, call, txn->number);
}

const struct sx_txn *sx_tracker_newest_in_call(const struct sx_tracker *t, uint64_t call_hash)
{
    struct sx_fingerprint call = {call_hash};

    return call_hash ? sx_txn_at(t, sx_fingerprint_map_get(&t->by_call, call)) : NULL;
}

/* ---- whose response it is ---- */

struct search {
    const struct sx_tracker *t;
    const struct sx_observation *obs;
    const struct sx_txn *matched; /* by its key, but of another hop; NULL: none */
    struct sx_fingerprint key;    /* of the topmost Via */
    struct sx_fingerprint second; /* of the one below; zero if there is none */
    uint32_t branch, sent_by;     /* of the topmost Via */
};

/* It answers a request between the same hosts, the other way round. */
static bool is_way_back(const struct sx_txn *txn, const struct sx_observation *obs)
{
    return txn->request_frame && txn->src.host == obs->to.host && txn->dst.host == obs->from.host;
}

/* The request came down from the hop whose transaction the topmost Via names. */
static bool is_below(const struct sx_tracker *t, const struct sx_txn *txn,
                     const struct sx_txn *above)
{
    for (unsigned i = 0; above && txn->parent && i < SX_MAX_HOPS_UP; i++) {
        txn = sx_txn_at(t, txn->parent);
        if (txn == above)
            return true;
    }
    return false;
}

/* It is waiting for its first response. */
static bool is_waiting(const struct sx_txn *txn)
{
    return txn->first_response_frame == 0 && sx_txn_rare(txn)->cancel_frame == 0;
}

/* The same Call-ID and CSeq: what of the Via values differs, and proves whose response it is. */
static unsigned via_differs(const struct search *s, const struct sx_txn *txn)
{
    if (!s->obs->msg->has_via || sx_fingerprint_eq(txn->parent_key, s->key) ||
        is_below(s->t, txn, s->matched))
        return SX_DIFFERS_VIA_MISSING;
    if (sx_fingerprint_eq(txn->key, s->second))
        return SX_DIFFERS_VIA_TOO_MANY;
    return !s->matched && txn->branch_hash == s->branch ? SX_DIFFERS_VIA_SENT_BY : 0;
}

/* The same Via: a client takes no response with another method (RFC 3261 17.1.3). CANCEL and the
 * ACK of a failure share the Via of the INVITE. */
static unsigned cseq_differs(const struct search *s, const struct sx_txn *txn)
{
    const struct sx_sip_msg *msg = s->obs->msg;

    if (s->matched || txn->old_branch || txn->branch_hash != s->branch ||
        txn->sent_by_hash != s->sent_by || !is_waiting(txn) || msg->method == SX_METHOD_CANCEL ||
        txn->method == SX_METHOD_CANCEL || txn->method == SX_METHOD_ACK)
        return 0;
    if (txn->method == msg->method)
        return SX_DIFFERS_CSEQ_NUMBER;
    return txn->cseq == msg->cseq ? SX_DIFFERS_CSEQ_METHOD : 0;
}

/* The one request of its kind between these hosts, and it waits for a response: this must be it. A
 * proxy may have sent another branch there, which the capture lacks. */
static unsigned branch_differs(const struct search *s, const struct sx_txn *txn)
{
    if (s->matched || !is_waiting(txn) || txn->vias != 1 ||
        !sx_fingerprint_eq(txn->parent_key, s->second))
        return 0;
    return SX_DIFFERS_VIA_BRANCH | (txn->sent_by_hash == s->sent_by ? 0 : SX_DIFFERS_VIA_SENT_BY);
}

/* ---- of another Call-ID ---- */

/* No request in the capture has the response's Call-ID. */
static bool is_of_no_call(const struct search *s)
{
    const struct sx_txn *txn = sx_tracker_newest_in_call(s->t, s->obs->names.call);

    for (unsigned i = 0; txn && i < MAX_LOOKED_THROUGH; i++) {
        if (txn->request_frame)
            return false;
        txn = sx_txn_at(s->t, txn->next_in_call);
    }
    return !s->matched && s->obs->msg->has_via && !txn;
}

/* A request before it with the same Via and CSeq that waits for its response. */
static const struct sx_txn *find_of_other_call(const struct search *s)
{
    const struct sx_sip_msg *msg = s->obs->msg;
    uint32_t count = sx_tracker_txn_count(s->t);

    for (uint32_t n = count; n > 0 && count - n < MAX_LOOKED_THROUGH; n--) {
        const struct sx_txn *txn = sx_txn_at(s->t, n);
        if (txn->branch_hash == s->branch && txn->sent_by_hash == s->sent_by &&
            txn->method == msg->method && txn->cseq == msg->cseq && !txn->old_branch &&
            is_way_back(txn, s->obs) && is_waiting(txn))
            return txn;
    }
    return NULL;
}

static const struct sx_txn *find_meant(const struct search *s, uint64_t call_hash,
                                       unsigned *differs)
{
    const struct sx_txn *txn = sx_tracker_newest_in_call(s->t, call_hash), *only = NULL;
    unsigned like_it = 0;

    for (unsigned i = 0; txn && i < MAX_LOOKED_THROUGH; i++) {
        if (txn != s->matched && txn->src.host != txn->dst.host && is_way_back(txn, s->obs)) {
            bool same = txn->method == s->obs->msg->method && txn->cseq == s->obs->msg->cseq;
            *differs = same ? via_differs(s, txn) : cseq_differs(s, txn);
            if (*differs)
                return txn;
            like_it += same;
            only = same ? txn : only;
        }
        txn = sx_txn_at(s->t, txn->next_in_call);
    }
    *differs = like_it == 1 ? branch_differs(s, only) : 0;
    return *differs ? only : NULL;
}

/* ---- where it is kept ---- */

/* The strays of a request that differ in the same are responses of one transaction, which no key
 * leads to. */
static struct sx_txn *kept_with(struct sx_tracker *t, const struct sx_observation *obs,
                                struct sx_txn *meant, unsigned differs, struct sx_fingerprint key)
{
    struct sx_txn *kept = sx_txn_at(t, sx_txn_rare(meant)->stray);

    if (kept && sx_txn_rare(kept)->differs == differs)
        return kept;
    kept = sx_txn_add(t, obs, key);
    kept->cseq = obs->msg->cseq;
    sx_txn_give_rare(t, kept)->meant_for = meant->number;
    kept->more->rare->differs = (uint16_t)differs;
    sx_txn_give_rare(t, meant)->stray = kept->number;
    return kept;
}

/* A response that came the way it should. */
static bool fits(const struct sx_txn *txn, const struct sx_observation *obs)
{
    return !txn->request_frame || is_way_back(txn, obs);
}

struct sx_txn *sx_stray_find(struct sx_tracker *t, const struct sx_observation *obs,
                             struct sx_fingerprint key, const struct sx_txn *matched)
{
    const struct sx_sip_msg *msg = obs->msg;
    struct sx_via below;
    unsigned differs;

    if (matched && fits(matched, obs))
        return NULL;
    struct search s = {
        .t = t,
        .obs = obs,
        .matched = matched,
        .key = key,
        .branch = (uint32_t)obs->names.branch,
        .sent_by = (uint32_t)obs->names.sent_by,
    };
    if (sx_sip_msg_via(msg, 1, &below))
        s.second = sx_txn_key_of(t, msg, &obs->names, &below);
    const struct sx_txn *meant = find_meant(&s, obs->names.call, &differs);
    if (!meant && is_of_no_call(&s)) {
        meant = find_of_other_call(&s);
        differs = SX_DIFFERS_CALL_ID;
    }
    return meant ? kept_with(t, obs, sx_txn_at(t, meant->number), differs, key) : NULL;
}

void sx_stray_note(struct sx_tracker *t, struct sx_txn *kept, const struct sx_observation *obs)
{
    if (!kept->first_response_frame && obs->msg->code >= 100 && obs->msg->code < 700) {
        kept->first_response_frame = obs->frame;
        struct sx_txn_more *more = sx_txn_give_more(t, kept);
        more->first_response_ns = obs->time_ns;
        more->first_response_code = obs->msg->code;
    }
    if (kept->final_frame || obs->msg->code < 200 || obs->msg->code >= 700)
        return;
    kept->final_frame = obs->frame;
    kept->final_ns = obs->time_ns;
    kept->final_code = obs->msg->code;
}
