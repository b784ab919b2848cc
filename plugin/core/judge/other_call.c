/* other_call.c
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "core/judge/other_call.h"

#include "core/record/dialogs.h"

/* Transactions and dialogs before the request that are looked through. */
#define MAX_BEFORE 64

/* Hops of an INVITE, requests of a Call-ID. */
#define MAX_HOPS 70

/* Nothing in the capture began a call with the request's Call-ID. */
static bool has_no_call(const struct sx_tracker *t, const struct sx_txn *request)
{
    const struct sx_txn *older = sx_tracker_txn(t, request->next_in_call);

    for (unsigned i = 0; older && i < MAX_HOPS; i++) {
        if (older->method != request->method)
            return false;
        older = sx_tracker_txn(t, older->next_in_call);
    }
    return request->call_hash && !older;
}

static bool goes_along(const struct sx_txn *a, const struct sx_txn *b)
{
    return a->src.host == b->src.host && a->dst.host == b->dst.host;
}

/* ---- INVITEs ---- */

static bool waits_for(const struct sx_txn *invite, const struct sx_txn *request)
{
    bool ended = invite->final_frame && invite->final_frame < request->request_frame;

    if (request->method == SX_METHOD_CANCEL)
        return !ended;
    return ended && invite->final_code >= 300 && sx_txn_lacks_ack_before(invite, request);
}

static bool has_its_via(const struct sx_txn *invite, const struct sx_txn *request)
{
    return invite->method == SX_METHOD_INVITE && invite->request_frame &&
           invite->cseq == request->cseq && sx_txn_has_via_of(request, invite);
}

static uint32_t of_invites(const struct sx_tracker *t, const struct sx_txn *request)
{
    for (uint32_t n = request->number; n > 1 && request->number - n < MAX_BEFORE;) {
        const struct sx_txn *txn = sx_tracker_txn(t, --n);
        if (has_its_via(txn, request) && goes_along(txn, request) && waits_for(txn, request))
            return txn->request_frame;
    }
    return 0;
}

/* ---- dialogs ---- */

static bool has_its_tags(const struct sx_dialog *d, const struct sx_txn *request)
{
    const uint32_t *tags = d->tags;

    return request->from_tag && request->to_tag &&
           ((request->from_tag == tags[SX_SIDE_CALLER] &&
             request->to_tag == tags[SX_SIDE_CALLED]) ||
            (request->from_tag == tags[SX_SIDE_CALLED] && request->to_tag == tags[SX_SIDE_CALLER]));
}

/* The answer at the hop of the dialog's INVITE that the request takes, one way or the other. */
static uint32_t answer_at_its_hop(const struct sx_tracker *t, const struct sx_dialog *d,
                                  const struct sx_txn *request)
{
    const struct sx_txn *hop = sx_tracker_txn(t, d->invite);

    for (unsigned i = 0; hop && i < MAX_HOPS; i++) {
        bool back = hop->src.host == request->dst.host && hop->dst.host == request->src.host;
        if (back || goes_along(hop, request))
            return hop->number == d->invite ? d->answer_frame : hop->final_frame;
        hop = sx_tracker_txn(t, hop->parent);
    }
    return 0;
}

/* RFC 3261 15: after a BYE there is nothing more in it. One in the packet of the request may have
 * come before it. */
static bool is_alive(const struct sx_tracker *t, const struct sx_dialog *d,
                     const struct sx_txn *request)
{
    const struct sx_txn *txn = sx_dialog_newest_request(t, d);

    for (unsigned i = 0; txn && i < MAX_BEFORE; i++, txn = sx_dialog_older_request(t, txn))
        if (txn->method == SX_METHOD_BYE && txn->request_frame <= request->request_frame)
            return false;
    return d->answer_frame && d->answer_frame < request->request_frame;
}

/* RFC 3261 19.3: tags are unique. A host that uses the same ones for all calls proves nothing. */
static uint32_t of_dialogs(const struct sx_tracker *t, const struct sx_txn *request)
{
    const struct sx_dialog *found = NULL;

    for (uint32_t n = request->dialog; n > 1 && request->dialog - n < MAX_BEFORE;) {
        const struct sx_dialog *d = sx_tracker_dialog(t, --n);
        const struct sx_txn *txn = sx_dialog_newest_request(t, d);
        bool own = txn && txn->call_hash == request->call_hash;
        if (own || !has_its_tags(d, request))
            continue;
        if (found)
            return 0;
        found = d;
    }
    return found && is_alive(t, found, request) ? answer_at_its_hop(t, found, request) : 0;
}

uint32_t sx_other_call_find(const struct sx_tracker *t, const struct sx_txn *request)
{
    uint32_t frame = 0;

    if (!request->request_frame || !has_no_call(t, request))
        return 0;
    if (request->method == SX_METHOD_CANCEL || request->method == SX_METHOD_ACK)
        frame = of_invites(t, request);
    return frame || request->method == SX_METHOD_CANCEL ? frame : of_dialogs(t, request);
}
