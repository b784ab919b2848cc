/* glare.c
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "core/judge/glare.h"

#include "core/record/dialogs.h"
#include "core/record/missing.h"

/* Requests of a dialog, the newest first, that are looked through. */
#define MAX_LOOKED_THROUGH 64

static bool makes_offers(const struct sx_txn *txn)
{
    return txn->method == SX_METHOD_INVITE || txn->method == SX_METHOD_UPDATE;
}

/* It was there before the response, and had no final response when the refused request was sent: in
 * a crossing either may be answered first. One that the capture lacks may have come before. */
static bool was_pending(const struct sx_tracker *t, const struct sx_txn *other,
                        const struct sx_txn *txn, uint32_t frame)
{
    if (other == txn || !other->request_frame || other->request_frame >= frame ||
        !makes_offers(other))
        return false;
    return other->final_frame ? other->final_frame > txn->request_frame
                              : sx_missing_response(t, other, UINT32_MAX).sign == SX_MISSING_NONE;
}

/* Offered by the other side, or by the side that is refused. */
static bool is_opposite(const struct sx_txn *other, const struct sx_txn *txn)
{
    return other->by_called != txn->by_called;
}

/* The same request on another hop blocks nothing. */
static bool is_itself(const struct sx_txn *other, const struct sx_txn *txn)
{
    return !is_opposite(other, txn) && other->method == txn->method && other->cseq == txn->cseq;
}

/* RFC 3261 14.2: a request of its own makes a side answer 491; a second one of the other side, 500.
 * Not all servers tell the two apart: the rule's one goes first, then one at this hop. */
static unsigned weight(const struct sx_txn *other, const struct sx_txn *txn, unsigned code)
{
    bool back = other->src.host == txn->dst.host && other->dst.host == txn->src.host;
    bool along = other->src.host == txn->src.host && other->dst.host == txn->dst.host;
    bool by_rule = is_opposite(other, txn) == (code == 491);

    return 1 + 2 * by_rule + (is_opposite(other, txn) ? back : along);
}

struct blocker {
    const struct sx_txn *txn;
    unsigned weight;
};

static void weigh(const struct sx_tracker *t, struct blocker *best, const struct sx_txn *other,
                  const struct sx_txn *txn, unsigned code, uint32_t frame)
{
    if (!other || is_itself(other, txn) || !was_pending(t, other, txn, frame))
        return;
    unsigned w = weight(other, txn, code);
    if (w > best->weight)
        *best = (struct blocker){other, w};
}

const struct sx_txn *sx_glare_blocker(const struct sx_tracker *t, const struct sx_txn *txn,
                                      unsigned code, uint32_t frame, bool retry_after)
{
    const struct sx_dialog *dialog = txn->in_dialog ? sx_tracker_dialog(t, txn->dialog) : NULL;
    struct blocker best = {NULL, 0};

    if (!dialog || !txn->request_frame || !makes_offers(txn) ||
        !(code == 491 || (code == 500 && retry_after)))
        return NULL;
    const struct sx_txn *other = sx_dialog_newest_request(t, dialog);
    for (unsigned i = 0; other && i < MAX_LOOKED_THROUGH; i++) {
        weigh(t, &best, other, txn, code, frame);
        other = sx_dialog_older_request(t, other);
    }
    /* The INVITE that began the call, while it has no answer. */
    weigh(t, &best, sx_tracker_txn(t, dialog->invite), txn, code, frame);
    return best.txn;
}

unsigned sx_glare_times(const struct sx_tracker *t, const struct sx_txn *txn, uint32_t frame)
{
    const struct sx_dialog *dialog = sx_tracker_dialog(t, txn->dialog);
    const struct sx_txn *other = dialog ? sx_dialog_newest_request(t, dialog) : NULL;
    unsigned times = 0;

    for (unsigned i = 0; other && i < MAX_LOOKED_THROUGH; i++) {
        times += other->final_code == 491 && other->final_frame <= frame &&
                 other->src.host == txn->src.host && other->dst.host == txn->dst.host;
        other = sx_dialog_older_request(t, other);
    }
    return times;
}
