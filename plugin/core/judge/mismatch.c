/* mismatch.c
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "core/judge/mismatch.h"

/* All Via values of the request are in its response (RFC 3261 8.2.6.2): a hop further up would miss
 * its own. */
static unsigned vias_differ(const struct sx_txn *txn, const struct sx_sip_msg *msg)
{
    unsigned vias = sx_sip_msg_via_count(msg);

    if (!txn->vias || txn->vias == UINT8_MAX || msg->end != SX_HEAD_COMPLETE || vias == txn->vias)
        return 0;
    return vias < txn->vias ? SX_DIFFERS_VIA_MISSING : SX_DIFFERS_VIA_TOO_MANY;
}

struct sx_mismatch sx_mismatch_response(const struct sx_tracker *tracker, const struct sx_txn *txn,
                                        const struct sx_sip_msg *msg)
{
    const struct sx_txn *meant = sx_tracker_txn(tracker, txn->meant_for);

    if (meant)
        return (struct sx_mismatch){.differs = txn->differs, .frame = meant->request_frame,
                                    .dropped = true};
    unsigned differs = txn->request_frame ? vias_differ(txn, msg) : 0;
    return (struct sx_mismatch){.differs = differs, .frame = differs ? txn->request_frame : 0};
}
