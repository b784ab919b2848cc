/* trying.c
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "core/trying.h"

static enum sx_trying_state ended_state(const struct sx_config *cfg, int64_t wait_ns,
                                        bool by_cancel)
{
    if (wait_ns >= cfg->trying_timeout_ns)
        return SX_TRYING_TIMED_OUT;
    if (by_cancel)
        return SX_TRYING_CANCELLED;
    return wait_ns >= cfg->trying_slow_ns ? SX_TRYING_SLOW : SX_TRYING_ANSWERED;
}

struct sx_trying sx_trying_judge(const struct sx_tracker *tracker, const struct sx_txn *txn)
{
    const struct sx_config *cfg = sx_tracker_config(tracker);
    struct sx_trying v = {.state = SX_TRYING_NONE};

    if (!txn || !txn->trying_frame)
        return v;
    bool by_cancel = txn->cancel_frame && (!txn->moved_frame || txn->cancel_frame < txn->moved_frame);
    if (by_cancel || txn->moved_frame) {
        v.ended_in = by_cancel ? txn->cancel_frame : txn->moved_frame;
        v.wait_ns = MAX((by_cancel ? txn->cancel_ns : txn->moved_ns) - txn->trying_ns, 0);
        v.state = ended_state(cfg, v.wait_ns, by_cancel);
    } else {
        v.wait_ns = MAX(sx_tracker_now(tracker) - txn->trying_ns, 0);
        if (v.wait_ns >= cfg->trying_timeout_ns)
            v.state = SX_TRYING_TIMED_OUT;
        else if (sx_tracker_ended(tracker))
            v.state = SX_TRYING_OPEN;
    }
    return v;
}
