/* cut.c
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "core/record/tracker_state.h"

/* Transactions, the newest first, that a message which is cut may belong to. */
#define MAX_LOOK_BACK 512

/* A response to INVITE, and not to the CANCEL that has the same branch. */
static bool is_to_invite(const struct sx_tracker *t, const struct sx_txn *invite, unsigned code)
{
    const struct sx_txn *cancel = sx_tracker_txn(t, sx_txn_rare(invite)->related);

    return !cancel || cancel->final_frame || code < 200 || code == 487;
}

/* What a message may be whose CSeq is not there. */
struct guess {
    struct sx_sip_msg msg;
    struct sx_names names;
};

/* True if the head, with this CSeq, has the key of the transaction. */
static bool is_of(const struct sx_tracker *t, struct guess *guess, const struct sx_txn *txn,
                  enum sx_method method)
{
    guess->msg.cseq = txn->cseq;
    return sx_fingerprint_eq(sx_txn_key(t, &guess->msg, &guess->names, method), txn->key);
}

static bool is_answer_of(const struct sx_tracker *t, struct guess *guess, const struct sx_txn *txn)
{
    return txn->method != SX_METHOD_CANCEL && is_of(t, guess, txn, (enum sx_method)txn->method) &&
           (txn->method != SX_METHOD_INVITE || is_to_invite(t, txn, guess->msg.code));
}

static bool is_request_of(const struct sx_tracker *t, struct guess *guess, const struct sx_txn *txn)
{
    enum sx_method method = guess->msg.method;

    return is_of(t, guess, txn, method) ||
           ((method == SX_METHOD_ACK || method == SX_METHOD_CANCEL) &&
            is_of(t, guess, txn, SX_METHOD_INVITE));
}

/* RFC 3261 13.2.2.4: the ACK of a 2xx is a transaction of its own. */
static bool is_acknowledged_by(const struct sx_txn *txn, const struct sx_observation *obs)
{
    return obs->msg->is_request && obs->msg->method == SX_METHOD_ACK &&
           txn->method == SX_METHOD_INVITE && txn->final_code / 100 == 2 &&
           txn->src.host == obs->from.host;
}

/* The transaction whose CSeq number the message has. */
static const struct sx_txn *find(const struct sx_tracker *t, const struct sx_observation *obs)
{
    struct guess guess = {*obs->msg, sx_txn_names(t, obs->msg)};
    const struct sx_txn *acknowledged = NULL;
    uint32_t newest = t->txns.count, oldest = newest > MAX_LOOK_BACK ? newest - MAX_LOOK_BACK : 0;

    for (uint32_t number = newest; number > oldest; number--) {
        const struct sx_txn *txn = sx_tracker_txn(t, number);
        if (!txn->call_hash || txn->call_hash != guess.names.call || txn->method == SX_METHOD_OTHER)
            continue;
        if (guess.msg.is_request ? is_request_of(t, &guess, txn) : is_answer_of(t, &guess, txn))
            return txn;
        if (!acknowledged && is_acknowledged_by(txn, obs))
            acknowledged = txn;
    }
    return acknowledged;
}

bool sx_cut_complete(const struct sx_tracker *t, const struct sx_observation *obs,
                     struct sx_sip_msg *whole)
{
    const struct sx_sip_msg *msg = obs->msg;

    /* What is not there may have been cut off, so tags that are missing would tell nothing. */
    if (msg->end != SX_HEAD_CUT || !msg->has_via || !msg->call_id.p || !msg->from.p || !msg->to.p)
        return false;
    const struct sx_txn *txn = find(t, obs);
    /* Which bindings it is about stands further down. */
    if (!txn || txn->method == SX_METHOD_REGISTER)
        return false;
    *whole = *msg;
    whole->cseq = txn->cseq;
    whole->has_cseq = true;
    if (!msg->is_request)
        whole->method = (enum sx_method)txn->method;
    whole->cseq_method = whole->method;
    whole->method_name = whole->cseq_method_name =
        sx_slice(sx_method_name(whole->method), strlen(sx_method_name(whole->method)));
    return true;
}

void sx_cut_unknown(struct sx_tracker *t, const struct sx_observation *obs)
{
    struct sx_host *host = sx_hosts_at(&t->hosts, obs->from.host);

    if (host->unreadable == 0)
        host->unreadable = obs->frame;
    sx_unreadable_packet(t, obs->frame, obs->from.host, obs->to.host);
}
