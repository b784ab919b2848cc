/* mismatch.c
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "core/judge/mismatch.h"

#include "core/judge/other_call.h"
#include "core/record/dialogs.h"
#include "core/record/strays.h"

/* Dialogs and transactions of a call, the newest first, that are looked through. */
#define MAX_LOOKED_THROUGH 64

/* RFC 3261 13.2.2.4: so long after the first 2xx the early dialogs of a fork are over. */
#define EARLY_NS SX_TIMER_B_NS

static struct sx_mismatch differs_from(unsigned differs, uint32_t frame)
{
    bool any = differs && frame;

    return (struct sx_mismatch){.differs = any ? differs : 0, .frame = any ? frame : 0};
}

/* ---- responses ---- */

/* All Via values of the request are in its response (RFC 3261 8.2.6.2): a hop further up would miss
 * its own. */
static unsigned vias_differ(const struct sx_txn *txn, const struct sx_sip_msg *msg)
{
    unsigned vias = sx_sip_msg_via_count(msg);

    if (!txn->vias || txn->vias == UINT8_MAX || msg->end != SX_HEAD_COMPLETE || vias == txn->vias)
        return 0;
    return vias < txn->vias ? SX_DIFFERS_VIA_MISSING : SX_DIFFERS_VIA_TOO_MANY;
}

static struct sx_mismatch of_response(const struct sx_tracker *tracker, const struct sx_txn *txn,
                                      const struct sx_sip_msg *msg)
{
    const struct sx_txn *meant = sx_tracker_txn(tracker, sx_txn_rare(txn)->meant_for);

    if (meant)
        return (struct sx_mismatch){.differs = sx_txn_rare(txn)->differs,
                                    .frame = meant->request_frame,
                                    .dropped = true};
    return differs_from(txn->request_frame ? vias_differ(txn, msg) : 0, txn->request_frame);
}

/* ---- requests: who else is there ---- */

/* A request, and what its message says of the dialog. */
struct claim {
    const struct sx_tracker *t;
    const struct sx_txn *txn;
    uint32_t from, to; /* hashes of the tags; 0: none */
    enum sx_method method;
    int64_t at_ns; /* when it was sent */
};

static bool came_before(const struct claim *c, const struct sx_txn *other)
{
    return other->request_frame && other->request_frame < c->txn->request_frame;
}

/* The same way between the same hosts. */
static bool goes_along(const struct claim *c, const struct sx_txn *other)
{
    return other->src.host == c->txn->src.host && other->dst.host == c->txn->dst.host;
}

/* The next older INVITE of the call that came before; begins with NULL. *looked bounds it. */
static const struct sx_txn *older_invite(const struct claim *c, const struct sx_txn *after,
                                         unsigned *looked)
{
    const struct sx_txn *txn = after ? sx_tracker_txn(c->t, after->next_in_call)
                                     : sx_tracker_newest_in_call(c->t, c->txn->call_hash);

    for (; txn && (*looked)++ < MAX_LOOKED_THROUGH; txn = sx_tracker_txn(c->t, txn->next_in_call))
        if (txn->method == SX_METHOD_INVITE && came_before(c, txn))
            return txn;
    return NULL;
}

/* Both hosts took part in setting up the call: there is no B2BUA between them whose other side the
 * capture does not show. */
static bool is_among_hosts(const struct claim *c)
{
    const struct sx_txn *txn = NULL;
    bool src = false, dst = false;
    unsigned looked = 0;

    while ((txn = older_invite(c, txn, &looked))) {
        src |= c->txn->src.host == txn->src.host || c->txn->src.host == txn->dst.host;
        dst |= c->txn->dst.host == txn->src.host || c->txn->dst.host == txn->dst.host;
    }
    return src && dst;
}

/* ---- requests: tags ---- */

/* The capture shows how the dialog was made, before the request. */
static bool is_made(const struct claim *c, const struct sx_dialog *d)
{
    return d->invite && d->caller_known && d->first_frame < c->txn->request_frame;
}

static bool is_confirmed(const struct claim *c, const struct sx_dialog *d)
{
    return d->answer_frame && d->answer_frame < c->txn->request_frame;
}

/* Its 2xx was acknowledged before it was due again: the ACK that came sooner was for another. */
static bool has_ack_soon(const struct claim *c, const struct sx_dialog *d, const struct sx_txn *txn)
{
    return c->method == SX_METHOD_ACK && txn->method == SX_METHOD_ACK &&
           txn->request_ns - d->answer_ns < SX_T1_NS;
}

/* The newest response before the request that a PRACK could be for; 0: there is none. */
static uint32_t reliable_before(const struct claim *c, const struct sx_dialog *d)
{
    const struct sx_message *response = sx_tracker_responses(c->t, sx_tracker_txn(c->t, d->invite));

    while (response &&
           (response->frame >= c->txn->request_frame || !(response->flags & SX_MESSAGE_RELIABLE)))
        response = sx_tracker_older_response(c->t, response);
    return response ? response->frame : 0;
}

/* It waits for an ACK, or for the PRACK that this request is. */
static bool is_unacknowledged(const struct claim *c, const struct sx_dialog *d)
{
    enum sx_method awaited = c->method == SX_METHOD_PRACK ? SX_METHOD_PRACK : SX_METHOD_ACK;
    const struct sx_txn *txn = sx_dialog_newest_request(c->t, d);

    if (awaited == SX_METHOD_ACK ? !is_confirmed(c, d) : !reliable_before(c, d))
        return false;
    for (unsigned i = 0; txn && i < MAX_LOOKED_THROUGH; i++) {
        if ((txn->method == awaited && came_before(c, txn)) || has_ack_soon(c, d, txn))
            return false;
        txn = sx_dialog_older_request(c->t, txn);
    }
    return true;
}

/* Which tags are not those of the dialog, whichever side sent the request. */
static unsigned tags_differ(const struct claim *c, const struct sx_dialog *d)
{
    const uint32_t *tags = d->tags;
    bool from_caller = c->from == tags[SX_SIDE_CALLER], to_called = c->to == tags[SX_SIDE_CALLED];
    bool from_called = c->from == tags[SX_SIDE_CALLED], to_caller = c->to == tags[SX_SIDE_CALLER];

    if ((from_caller && to_called) || (from_called && to_caller))
        return 0;
    if (from_caller || from_called)
        return SX_DIFFERS_TO_TAG;
    return to_caller || to_called ? SX_DIFFERS_FROM_TAG : SX_DIFFERS_FROM_TAG | SX_DIFFERS_TO_TAG;
}

/* What the dialogs of the call have to do with the request. */
struct dialogs_of_call {
    const struct sx_dialog *own;     /* with its tags; NULL: none that was made */
    const struct sx_dialog *nearest; /* one tag differs: a confirmed one, else the newest */
    const struct sx_dialog *unacked; /* likewise, and it waits for an ACK; or a PRACK */
    bool named;                      /* an earlier request has its tags */
    bool taken;                      /* a request with its tags got a 2xx */
};

/* By another request than this one on another hop. */
static bool is_named_before(const struct claim *c, const struct sx_dialog *d)
{
    const struct sx_txn *txn = sx_dialog_newest_request(c->t, d);

    for (unsigned i = 0; txn && i < MAX_LOOKED_THROUGH; i++) {
        if (came_before(c, txn) && (txn->method != c->txn->method || txn->cseq != c->txn->cseq))
            return true;
        txn = sx_dialog_older_request(c->t, txn);
    }
    return false;
}

/* By this request or a later one: the other side knows the dialog. */
static bool was_taken(const struct claim *c, const struct sx_dialog *d)
{
    const struct sx_txn *txn = sx_dialog_newest_request(c->t, d);

    for (unsigned i = 0; txn && i < MAX_LOOKED_THROUGH; i++) {
        if (txn->final_code / 100 == 2 && txn->request_frame >= c->txn->request_frame)
            return true;
        txn = sx_dialog_older_request(c->t, txn);
    }
    return false;
}

static void weigh(const struct claim *c, const struct sx_dialog *d, struct dialogs_of_call *all)
{
    unsigned differs = tags_differ(c, d);

    if (differs == 0) {
        all->named = is_named_before(c, d);
        all->taken = was_taken(c, d);
    }
    if (!is_made(c, d))
        return;
    if (differs == 0)
        all->own = d;
    if ((differs != SX_DIFFERS_FROM_TAG && differs != SX_DIFFERS_TO_TAG) ||
        (c->method == SX_METHOD_ACK && !is_confirmed(c, d)))
        return;
    if (!all->nearest || (is_confirmed(c, d) && !is_confirmed(c, all->nearest)))
        all->nearest = d;
    if (!all->unacked && is_unacknowledged(c, d))
        all->unacked = d;
}

static struct dialogs_of_call dialogs_of(const struct claim *c)
{
    const struct sx_dialog *d = sx_dialog_newest_of_call(c->t, c->txn);
    struct dialogs_of_call all = {.nearest = NULL};

    for (unsigned i = 0; d && i < MAX_LOOKED_THROUGH; i++, d = sx_dialog_older_of_call(c->t, d))
        weigh(c, d, &all);
    return all;
}

static bool is_refused(const struct claim *c)
{
    return c->txn->method != SX_METHOD_ACK && c->txn->final_code == 481;
}

/* Its own dialog is an early one, which an answer with another tag has ended: no ACK, and after a
 * while nothing at all, can be meant for it. */
static bool is_out_of_date(const struct claim *c, const struct dialogs_of_call *all)
{
    return all->own && !is_confirmed(c, all->own) && all->nearest &&
           is_confirmed(c, all->nearest) &&
           (c->method == SX_METHOD_ACK || is_refused(c) ||
            c->at_ns - all->nearest->answer_ns > EARLY_NS);
}

/* It has the branch of an INVITE, as the ACK of a failure has (RFC 3261 17.1.1.3), and the capture
 * may lack that failure. */
static bool acknowledges_failure(const struct claim *c)
{
    const struct sx_txn *txn = NULL;
    unsigned looked = 0;

    while (c->method == SX_METHOD_ACK && (txn = older_invite(c, txn, &looked)))
        if (sx_txn_has_via_of(c->txn, txn) && txn->cseq == c->txn->cseq)
            return true;
    return false;
}

/* The capture has no final response to the INVITE of this client, only that of a hop further on,
 * and a host between them may have given it a To tag of its own. */
static bool lacks_own_answer(const struct claim *c)
{
    const struct sx_txn *txn = NULL;
    unsigned looked = 0;

    while (c->method == SX_METHOD_ACK && (txn = older_invite(c, txn, &looked)))
        if (txn->src.host == c->txn->src.host && txn->cseq == c->txn->cseq && !txn->in_dialog)
            return !txn->final_frame || txn->final_frame > c->txn->request_frame;
    return false;
}

/* Its dialog may be one of a fork, whose answer the capture lacks: someone acknowledged it, or this
 * does, and nothing else waits for an ACK; or someone took the request. */
static bool may_be_lost(const struct claim *c, const struct dialogs_of_call *all)
{
    if (!c->from || !c->to || is_refused(c))
        return false;
    return all->taken || acknowledges_failure(c) || lacks_own_answer(c) ||
           ((c->method == SX_METHOD_ACK || c->method == SX_METHOD_PRACK ||
             (all->named && !all->own)) &&
            !all->unacked);
}

/* The message of a dialog that a request differs from: the answer at this hop, or what began it. */
static uint32_t message_of(const struct claim *c, const struct sx_dialog *d)
{
    const struct sx_txn *txn = NULL;
    unsigned looked = 0;

    if (!is_confirmed(c, d)) {
        uint32_t frame = c->method == SX_METHOD_PRACK ? reliable_before(c, d) : 0;
        return frame ? frame : d->first_frame;
    }
    while ((txn = older_invite(c, txn, &looked)))
        if (txn->dialog == d->number && !txn->in_dialog && txn->final_code / 100 == 2 &&
            txn->final_frame < c->txn->request_frame &&
            (goes_along(c, txn) ||
             (txn->src.host == c->txn->dst.host && txn->dst.host == c->txn->src.host)))
            return txn->final_frame;
    return d->answer_frame;
}

static struct sx_mismatch of_tags(const struct claim *c, const struct dialogs_of_call *all)
{
    const struct sx_dialog *meant = all->unacked ? all->unacked : all->nearest;

    if ((all->own && !is_out_of_date(c, all)) || !meant || may_be_lost(c, all) ||
        !is_among_hosts(c))
        return differs_from(0, 0);
    unsigned differs = tags_differ(c, meant);
    return (struct sx_mismatch){
        .differs = differs,
        .frame = message_of(c, meant),
        .absent = (c->from ? 0 : SX_DIFFERS_FROM_TAG) | (c->to ? 0 : SX_DIFFERS_TO_TAG),
    };
}

/* ---- requests: CSeq ---- */

/* The other was done with when the request was sent: no network changed their order. */
static bool was_done(const struct claim *c, const struct sx_txn *other)
{
    return came_before(c, other) && goes_along(c, other) && other->final_frame &&
           other->final_frame < c->txn->request_frame && other->final_ns <= c->at_ns;
}

static const struct sx_txn *higher(const struct claim *c, const struct sx_txn *best,
                                   const struct sx_txn *other)
{
    return was_done(c, other) && other->cseq > (best ? best->cseq : c->txn->cseq) ? other : best;
}

/* RFC 3261 12.2.2: the CSeq number is lower than that of a request before it. */
static struct sx_mismatch of_cseq(const struct claim *c, const struct sx_dialog *d)
{
    const struct sx_txn *txn = sx_dialog_newest_request(c->t, d), *best = NULL;
    unsigned looked = 0;

    for (unsigned i = 0; txn && i < MAX_LOOKED_THROUGH; i++) {
        if (txn->by_called == c->txn->by_called && txn->method != SX_METHOD_ACK)
            best = higher(c, best, txn);
        txn = sx_dialog_older_request(c->t, txn);
    }
    for (txn = NULL; !c->txn->by_called && (txn = older_invite(c, txn, &looked));)
        if (!txn->in_dialog && txn->dialog == d->number)
            best = higher(c, best, txn);
    return best ? differs_from(SX_DIFFERS_CSEQ_NUMBER, best->request_frame) : differs_from(0, 0);
}

/* ---- ACK ---- */

/* An INVITE of the side that sent the ACK, which is answered and not yet acknowledged. */
struct awaiting_ack {
    const struct sx_txn *failed;   /* by a failure: the ACK has its branch (17.1.1.3) */
    const struct sx_txn *answered; /* by 2xx */
    bool own;                      /* one that the ACK fits is there */
};

/* A 2xx without ACK is sent again after T1 (RFC 3261 13.3.1.4): if this one was not, the capture
 * lacks its ACK. */
static bool waits_for_ack(const struct claim *c, const struct sx_txn *invite)
{
    return c->at_ns - invite->final_ns < SX_T1_NS ||
           sx_txn_last_response_ns(invite) > invite->final_ns;
}

/* The CSeq number of the INVITE, or its Via. */
static bool is_near(const struct claim *c, const struct sx_txn *invite)
{
    return invite->cseq == c->txn->cseq || sx_txn_has_via_of(c->txn, invite);
}

static void weigh_invite(const struct claim *c, const struct sx_txn *invite,
                         struct awaiting_ack *found)
{
    bool success = invite->final_code / 100 == 2;

    if (!goes_along(c, invite))
        return;
    bool done = invite->final_frame && invite->final_frame < c->txn->request_frame;
    if (invite->cseq == c->txn->cseq && (success || !done))
        found->own = true;
    else if (done && success && !found->answered && waits_for_ack(c, invite) &&
             c->at_ns - invite->final_ns < SX_TIMER_B_NS)
        found->answered = invite;
    else if (done && !success && !found->failed && is_near(c, invite) &&
             sx_txn_lacks_ack_before(invite, c->txn) && c->at_ns - invite->final_ns < SX_TIMER_B_NS)
        found->failed = invite;
}

/* The capture lacks the INVITE that it is for, and has the 2xx. */
static bool has_unseen_invite(const struct claim *c)
{
    const struct sx_txn *txn = sx_tracker_newest_in_call(c->t, c->txn->call_hash);

    for (unsigned i = 0; txn && i < MAX_LOOKED_THROUGH; i++) {
        if (txn->method == SX_METHOD_INVITE && !txn->request_frame && goes_along(c, txn) &&
            txn->cseq == c->txn->cseq && txn->final_code / 100 == 2)
            return true;
        txn = sx_tracker_txn(c->t, txn->next_in_call);
    }
    return false;
}

static unsigned via_differs(const struct claim *c, const struct sx_txn *invite)
{
    return (c->txn->branch_hash == invite->branch_hash ? 0 : SX_DIFFERS_VIA_BRANCH) |
           (c->txn->sent_by_hash == invite->sent_by_hash ? 0 : SX_DIFFERS_VIA_SENT_BY);
}

static unsigned cseq_differs(const struct claim *c, const struct sx_txn *invite)
{
    return c->txn->cseq == invite->cseq ? 0 : SX_DIFFERS_CSEQ_NUMBER;
}

static bool has_own_ack(const struct claim *c, const struct sx_txn *invite)
{
    const struct sx_dialog *d = sx_tracker_dialog(c->t, invite->dialog);
    const struct sx_txn *txn = d ? sx_dialog_newest_request(c->t, d) : NULL;

    for (unsigned i = 0; txn && i < MAX_LOOKED_THROUGH; i++) {
        if (txn->method == SX_METHOD_ACK && txn->cseq == invite->cseq && came_before(c, txn))
            return true;
        txn = sx_dialog_older_request(c->t, txn);
    }
    return false;
}

static struct sx_mismatch of_ack(const struct claim *c)
{
    struct awaiting_ack found = {.answered = NULL};
    const struct sx_txn *txn = NULL;
    unsigned looked = 0;

    while ((txn = older_invite(c, txn, &looked)))
        weigh_invite(c, txn, &found);
    if (found.own || has_unseen_invite(c))
        return differs_from(0, 0);
    if (found.answered && !has_own_ack(c, found.answered))
        return differs_from(SX_DIFFERS_CSEQ_NUMBER, found.answered->request_frame);
    if (!found.failed)
        return differs_from(0, 0);
    struct sx_mismatch m =
        differs_from(via_differs(c, found.failed) | cseq_differs(c, found.failed),
                     found.failed->request_frame);
    m.of_failure = m.differs != 0;
    return m;
}

/* ---- CANCEL ---- */

/* What of a CANCEL differs from an INVITE that it may be meant for (RFC 3261 9.1). */
static unsigned cancel_differs(const struct claim *c, const struct sx_txn *invite)
{
    return via_differs(c, invite) | cseq_differs(c, invite);
}

/* The client itself began the INVITE: it has no branches but this one. */
static bool is_own_invite(const struct sx_txn *invite)
{
    return invite->vias == 1;
}

static struct sx_mismatch of_cancel(const struct claim *c)
{
    const struct sx_txn *txn = NULL, *pending = NULL;
    unsigned looked = 0, count = 0;

    while ((txn = older_invite(c, txn, &looked))) {
        if (!goes_along(c, txn) || (txn->final_frame && txn->final_frame < c->txn->request_frame))
            continue;
        if (txn->branch_hash == c->txn->branch_hash)
            return differs_from(cancel_differs(c, txn), txn->request_frame);
        pending = txn;
        count++;
    }
    if (count != 1 || (!is_own_invite(pending) && !is_refused(c)))
        return differs_from(0, 0);
    return differs_from(cancel_differs(c, pending), pending->request_frame);
}

/* Its INVITE is found by the Via alone. From and To must be those of the INVITE, with the tags. */
static struct sx_mismatch of_found_cancel(const struct claim *c, const struct sx_txn *invite)
{
    unsigned differs = (c->from == invite->from_tag ? 0 : SX_DIFFERS_FROM_TAG) |
                       (c->to == invite->to_tag ? 0 : SX_DIFFERS_TO_TAG);

    return differs_from(invite->request_frame ? differs : 0, invite->request_frame);
}

/* ---- requests ---- */

static struct sx_mismatch of_dialog(const struct claim *c)
{
    struct dialogs_of_call all = dialogs_of(c);
    struct sx_mismatch m = of_tags(c, &all);

    if (c->txn->tags_swapped && all.own)
        return differs_from(SX_DIFFERS_FROM_TAG | SX_DIFFERS_TO_TAG, message_of(c, all.own));

    if (m.differs)
        return m;
    if (c->method == SX_METHOD_ACK)
        return of_ack(c);
    return all.own ? of_cseq(c, all.own) : m;
}

static struct sx_mismatch of_request(const struct claim *c)
{
    const struct sx_txn *invite = sx_tracker_txn(c->t, sx_txn_rare(c->txn)->related);

    if (c->method != SX_METHOD_CANCEL)
        return of_dialog(c);
    return invite ? of_found_cancel(c, invite) : of_cancel(c);
}

struct sx_mismatch sx_mismatch_of_request(const struct sx_tracker *tracker,
                                          const struct sx_txn *txn)
{
    const struct claim c = {
        .t = tracker,
        .txn = txn,
        .from = txn->from_tag,
        .to = txn->to_tag,
        .method = (enum sx_method)txn->method,
        .at_ns = txn->request_ns,
    };

    if (!txn->request_frame || !(sx_txn_needs_dialog(txn) || c.method == SX_METHOD_CANCEL ||
                                 (c.method == SX_METHOD_INVITE && txn->in_dialog)))
        return differs_from(0, 0);
    struct sx_mismatch m = of_request(&c);
    if (m.differs)
        return m;
    m = differs_from(SX_DIFFERS_CALL_ID, sx_other_call_find(tracker, txn));
    m.of_failure = m.differs && c.method == SX_METHOD_ACK;
    return m;
}

struct sx_mismatch sx_mismatch_judge(const struct sx_tracker *tracker, const struct sx_txn *txn,
                                     const struct sx_sip_msg *msg)
{
    /* The ACK of a failure has found its INVITE. */
    if (msg->is_request)
        return msg->method == txn->method ? sx_mismatch_of_request(tracker, txn)
                                          : differs_from(0, 0);
    struct sx_mismatch m = of_response(tracker, txn, msg);
    if (m.differs || (msg->code != 481 && msg->code != 500))
        return m;
    m = sx_mismatch_of_request(tracker, txn);
    m.of_request = m.differs != 0;
    return m;
}
