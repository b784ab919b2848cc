/* txn.c
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "core/facts/txn.h"

#include "core/base/config.h"

const struct sx_txn_more sx_txn_no_more = {.rare = NULL};
const struct sx_txn_rare sx_txn_no_rare = {.cancel_ns = 0};

enum {
    CALL = SX_TXN_CALLING,
    PROC = SX_TXN_PROCEEDING,
    COMP = SX_TXN_COMPLETED,
    ACCE = SX_TXN_ACCEPTED,
    CONF = SX_TXN_CONFIRMED
};

/* RFC 3261 figure 6 and RFC 6026 7.2 for those of a non-INVITE, RFC 3261 figure 5 and RFC 6026
 * figure 3 for INVITE. */
/* clang-format off */
static const uint8_t next_state[2][SX_TXN_STATES][SX_TXN_EVENTS] = {
    /* non-INVITE                  request provis. success failure ACK */
    {   [SX_TXN_CALLING]    =    { CALL,   PROC,   COMP,   COMP,   CALL },
        [SX_TXN_PROCEEDING] =    { PROC,   PROC,   COMP,   COMP,   PROC },
        [SX_TXN_COMPLETED]  =    { COMP,   COMP,   COMP,   COMP,   COMP },
        [SX_TXN_ACCEPTED]   =    { ACCE,   ACCE,   ACCE,   ACCE,   ACCE },
        [SX_TXN_CONFIRMED]  =    { CONF,   CONF,   CONF,   CONF,   CONF } },
    /* INVITE */
    {   [SX_TXN_CALLING]    =    { CALL,   PROC,   ACCE,   COMP,   CALL },
        [SX_TXN_PROCEEDING] =    { PROC,   PROC,   ACCE,   COMP,   PROC },
        [SX_TXN_COMPLETED]  =    { COMP,   COMP,   ACCE,   COMP,   CONF },
        [SX_TXN_ACCEPTED]   =    { ACCE,   ACCE,   ACCE,   ACCE,   ACCE },
        [SX_TXN_CONFIRMED]  =    { CONF,   CONF,   ACCE,   CONF,   CONF } },
};
/* clang-format on */

enum sx_txn_state sx_txn_next(bool invite, enum sx_txn_state state, enum sx_txn_event event)
{
    return (enum sx_txn_state)next_state[invite][state][event];
}

/* RFC 3261 table 4: how long the network may hold a message; the longest gap between two sends of a
 * request that is not INVITE. */
#define T4_NS (5 * SX_NS_PER_S)
#define T2_NS (4 * SX_NS_PER_S)

static bool is_reliable(const struct sx_txn *txn)
{
    return txn->transport == SX_TRANSPORT_TCP || txn->transport == SX_TRANSPORT_TLS ||
           txn->transport == SX_TRANSPORT_WS || txn->transport == SX_TRANSPORT_SCTP;
}

/* Timer L after a 2xx, H until the ACK of a failure, I after it. */
static bool is_invite_over(const struct sx_txn *txn, int64_t now_ns)
{
    if (txn->final_code >= 300 && sx_txn_more(txn)->ack_frame)
        return is_reliable(txn) || now_ns - sx_txn_more(txn)->ack_ns > T4_NS;
    return now_ns - txn->final_ns > SX_TIMER_B_NS && now_ns - sx_txn_last_ns(txn) > SX_TIMER_B_NS;
}

/* Timer J. A client with a longer T1 goes on for longer, but never with longer gaps. */
static bool is_other_over(const struct sx_txn *txn, int64_t now_ns)
{
    return is_reliable(txn) || (now_ns - txn->final_ns > SX_TIMER_B_NS &&
                                now_ns - sx_txn_last_request_ns(txn) > T2_NS + SX_NS_PER_S);
}

/* Nobody waits for so long to send it again; with a 1xx there is no need to. Ten minutes is longer
 * than any Timer C in use. */
static bool is_unanswered_over(const struct sx_txn *txn, int64_t now_ns)
{
    bool waits = txn->method == SX_METHOD_INVITE || txn->method == SX_METHOD_ACK ||
                 txn->responses != 0;

    return now_ns - sx_txn_last_ns(txn) > (waits ? 600 * SX_NS_PER_S : SX_TIMER_B_NS);
}

bool sx_txn_is_over(const struct sx_txn *txn, int64_t now_ns)
{
    if (!txn->final_frame)
        return is_unanswered_over(txn, now_ns);
    if (!txn->request_frame)
        return now_ns - sx_txn_last_ns(txn) > SX_TIMER_B_NS;
    return txn->method == SX_METHOD_INVITE ? is_invite_over(txn, now_ns)
                                           : is_other_over(txn, now_ns);
}

bool sx_txn_waits_after_100(const struct sx_txn *txn)
{
    return sx_txn_more(txn)->trying_frame != 0 && txn->first_response_frame == 0 &&
           (sx_txn_rare(txn)->cancel_frame == 0 ||
            sx_txn_rare(txn)->cancel_frame < sx_txn_more(txn)->trying_frame);
}

bool sx_txn_is_next_hop(const struct sx_txn *parent, const struct sx_txn *branch)
{
    /* Inside a host a request may spiral missing. */
    return branch->src.host == parent->dst.host ||
           sx_fingerprint_eq(branch->parent_key, parent->key);
}

static inline uint64_t mixed(uint64_t h, uint64_t word)
{
    h = (h ^ word) * UINT64_C(0xff51afd7ed558ccd);
    return h ^ h >> 32;
}

/* A word at a time; the last word overlaps the one before it. */
uint32_t sx_txn_tag_hash(struct sx_slice tag)
{
    uint64_t h = tag.n * UINT64_C(0x9e3779b97f4a7c15);

    if (tag.n == 0)
        return 0;
    for (size_t i = 0; i + 8 < tag.n; i += 8)
        h = mixed(h, sx_word_at(tag.p + i));
    h = mixed(h, tag.n < 8 ? sx_short_word(tag) : sx_word_at(tag.p + tag.n - 8));
    return (uint32_t)h ? (uint32_t)h : 1;
}

const char *sx_txn_method_name(const struct sx_txn *txn)
{
    const char *name = sx_method_name((enum sx_method)txn->method);

    return *name ? name : "request";
}
