/* txn.c
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "core/facts/txn.h"

#include "core/base/config.h"

enum { CALL = SX_TXN_CALLING, PROC = SX_TXN_PROCEEDING, COMP = SX_TXN_COMPLETED,
       ACCE = SX_TXN_ACCEPTED, CONF = SX_TXN_CONFIRMED };

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

bool sx_txn_is_over(const struct sx_txn *txn, int64_t now_ns)
{
    /* An unanswered one has no timer that an observer could trust; ten minutes is longer than
     * any Timer C in use. */
    int64_t quiet = txn->final_frame ? SX_TIMER_B_NS : 600 * SX_NS_PER_S;

    return now_ns - txn->last_ns > quiet;
}

bool sx_txn_waits_after_100(const struct sx_txn *txn)
{
    return txn->trying_frame != 0 && txn->first_response_frame == 0 && txn->cancel_frame == 0;
}

bool sx_txn_lacks_answer(const struct sx_txn *txn, bool sees_host)
{
    return txn->request_frame != 0 && txn->method != SX_METHOD_ACK && txn->responses == 0 &&
           !txn->stray &&
           (txn->sends > 1 || (sees_host && txn->transport != SX_TRANSPORT_UDP));
}

bool sx_txn_is_next_hop(const struct sx_txn *parent, const struct sx_txn *branch)
{
    /* Inside a host a request may spiral missing. */
    return branch->src.host == parent->dst.host ||
           sx_fingerprint_eq(branch->parent_key, parent->key);
}

const char *sx_txn_method_name(const struct sx_txn *txn)
{
    const char *name = sx_method_name((enum sx_method)txn->method);

    return *name ? name : "request";
}
