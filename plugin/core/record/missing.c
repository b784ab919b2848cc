/* missing.c
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "core/record/missing.h"

#include "core/record/evidence.h"
#include "core/record/strays.h"
#include "core/record/tcp_bytes.h"
#include "core/record/tracker_state.h"

/* INVITEs and ACKs of one client and call, and branches of one request, that are looked through;
 * more than any fork has. */
#define MAX_ALIKE 64

/* Hops above a branch that may have handed its answer on. */
#define MAX_ABOVE 6

/* How long an INVITE may wait after its 100 for the packet that may be its response: a proxy ends a
 * branch that is silent for longer (RFC 3261 16.6 item 11, Timer C). */
#define TIMER_C_NS (200 * SX_NS_PER_S)

/* Whether a sign that there was a response is one for this request. */
enum fit {
    FITS_NOT,
    MAY_FIT, /* or for another one */
    FITS
};

/* ---- To tags ---- */

/* True if the capture holds a response to the request, but a 100, with this To tag. */
static bool has_tag(const struct sx_tracker *t, const struct sx_txn *txn, uint32_t tag)
{
    if (tag == 0)
        return false;
    if ((txn->first_response_frame && sx_txn_first_tag(txn) == tag) ||
        (txn->final_frame && txn->final_tag == tag))
        return true;
    for (uint32_t i = MIN(txn->responses, t->messages.count); i;) {
        const struct sx_message *m = sx_pool_at(&t->messages, i - 1);
        const struct sx_response_between *between = sx_response_between(t, i);
        if (m->txn == txn->number && between && between->to_tag == tag)
            return true;
        i = m->next < i ? m->next : 0;
    }
    return false;
}

/* ---- whose it may be ---- */

/* The frame that shows first that there was a request: of one that the capture lacks its 100 tells.
 * 0: none does. */
static uint32_t begins_in(const struct sx_txn *txn)
{
    return txn->request_frame ? txn->request_frame : sx_txn_more(txn)->trying_frame;
}

/* The client may have had something by this moment that it stopped for. */
static bool may_be_answered(const struct sx_txn *txn, struct sx_horizon by)
{
    bool timed_out = !txn->responses && by.ns - txn->request_ns >= SX_TIMER_B_NS &&
                     sx_evidence_hearing(txn, by) == SX_HEARD_NOTHING;
    uint32_t begin = begins_in(txn);

    return begin && begin < by.frame && sx_txn_last_request_frame(txn) < by.frame && !timed_out &&
           !sx_evidence_unreachable(txn, by);
}

static struct sx_horizon sent_at(const struct sx_txn *request)
{
    return (struct sx_horizon){request->request_frame, request->request_ns};
}

static struct sx_missing shown_by(enum sx_missing_sign sign, struct sx_horizon at)
{
    return (struct sx_missing){.sign = sign, .frame = at.frame, .time_ns = at.ns};
}

/* ---- ACKs of 2xx ---- */

/* From one client, for one INVITE of a call. */
static struct sx_fingerprint alike_key(const struct sx_tracker *t, const struct sx_txn *txn)
{
    struct sx_hash h = sx_hash_begin(t->key);

    sx_hash_add_uint(&h, txn->call_hash);
    sx_hash_add_uint(&h, (uint64_t)txn->cseq << 32 | txn->src.host);
    return sx_hash_end(h);
}

void sx_missing_alike(struct sx_tracker *t, struct sx_txn *txn)
{
    if (!txn->call_hash || (txn->method == SX_METHOD_ACK && !txn->in_dialog))
        return;
    struct sx_fingerprint key = alike_key(t, txn);
    txn->next_alike = sx_fingerprint_map_get(&t->alike, key);
    sx_fingerprint_map_set(&t->alike, key, txn->number);
}

static const struct sx_txn *newest_alike(const struct sx_tracker *t, const struct sx_txn *txn)
{
    return sx_txn_at(t, sx_fingerprint_map_get(&t->alike, alike_key(t, txn)));
}

/* An ACK has the To tag of the 2xx (RFC 3261 12.1.2, 13.2.2.4), a PRACK that of the provisional
 * response. A client may have sent the INVITE to several servers, at once or one after the other.
 */
static enum fit tag_fits(const struct sx_tracker *t, const struct sx_txn *txn, uint32_t tag,
                         struct sx_horizon by)
{
    enum fit fit = FITS;

    if (!may_be_answered(txn, by))
        return FITS_NOT;
    if (has_tag(t, txn, tag))
        return FITS;
    const struct sx_txn *other = newest_alike(t, txn);
    for (unsigned i = 0; other && i < MAX_ALIKE; i++, other = sx_txn_at(t, other->next_alike)) {
        if (other == txn || other->method != SX_METHOD_INVITE)
            continue;
        if (has_tag(t, other, tag))
            return FITS_NOT;
        if (!other->final_frame && !sx_txn_more(other)->ack_frame && may_be_answered(other, by))
            fit = MAY_FIT;
    }
    return fit;
}

/* The same client sent the INVITE of this request, or this INVITE, to that host. */
static bool invite_went_to(const struct sx_tracker *t, const struct sx_txn *txn, uint32_t host)
{
    const struct sx_txn *other = newest_alike(t, txn);

    for (unsigned i = 0; other && i < MAX_ALIKE; i++, other = sx_txn_at(t, other->next_alike))
        if (other->method == SX_METHOD_INVITE && other->dst.host == host)
            return true;
    return false;
}

/* Signs are looked through from the newest to the oldest: of the best the first stays. */
static bool keep_sign(struct sx_missing sign, enum fit fit, enum fit *best,
                      struct sx_missing *missing)
{
    if (fit == FITS_NOT || fit < *best)
        return false;
    *best = fit;
    *missing = sign;
    return true;
}

/* The caller's ACK goes past this client, straight to its server (RFC 3261 13.2.2.4): no proxy has
 * to stay in the way. One that goes to where its own INVITE went acknowledges that one. */
static bool goes_past(const struct sx_tracker *t, const struct sx_txn *txn,
                      const struct sx_txn *ack)
{
    return ack->method == SX_METHOD_ACK && ack->in_dialog && ack->request_frame &&
           ack->parent_key.bits == 0 && ack->cseq == txn->cseq && ack->src.host != txn->src.host &&
           ack->src.host != txn->dst.host && ack->dst.host == txn->dst.host &&
           !invite_went_to(t, ack, ack->dst.host);
}

static enum fit find_ack_past(const struct sx_tracker *t, const struct sx_txn *txn,
                              uint32_t until_frame, struct sx_missing *missing)
{
    const struct sx_txn *ack = sx_tracker_newest_in_call(t, txn->call_hash);
    enum fit best = FITS_NOT;

    /* What its client did not send on is its own to acknowledge; and a hop above that is in sight
     * tells more: find_ack_above(). */
    if (txn->method != SX_METHOD_INVITE || txn->final_frame || txn->parent ||
        txn->parent_key.bits == 0 || !txn->call_hash || !begins_in(txn))
        return FITS_NOT;
    for (unsigned i = 0; ack && i < MAX_ALIKE; i++, ack = sx_txn_at(t, ack->next_in_call)) {
        if (!goes_past(t, txn, ack) || ack->request_frame > until_frame)
            continue;
        enum fit fit = tag_fits(t, txn, ack->to_tag, sent_at(ack));
        keep_sign(shown_by(SX_MISSING_ACKNOWLEDGED, sent_at(ack)), fit, &best, missing);
    }
    return best;
}

/* The first ACK of a 2xx to this INVITE up to this frame. */
static enum fit find_ack(const struct sx_tracker *t, const struct sx_txn *txn, uint32_t until_frame,
                         struct sx_missing *missing, uint32_t *tag)
{
    enum fit best = FITS_NOT;

    if (txn->method != SX_METHOD_INVITE || !begins_in(txn) || !txn->call_hash)
        return FITS_NOT;
    const struct sx_txn *ack = newest_alike(t, txn);
    for (unsigned i = 0; ack && i < MAX_ALIKE; i++, ack = sx_txn_at(t, ack->next_alike)) {
        if (ack->method != SX_METHOD_ACK || ack->request_frame > until_frame)
            continue;
        enum fit fit = tag_fits(t, txn, ack->to_tag, sent_at(ack));
        if (keep_sign(shown_by(SX_MISSING_ACKNOWLEDGED, sent_at(ack)), fit, &best, missing))
            *tag = ack->to_tag;
    }
    return best;
}

/* ---- requests of the dialog that the response made ---- */

/* An ACK has rules of its own, and a CANCEL shows no response. Of a request that the capture lacks
 * its response tells, on the hop where that was made. */
static bool shows_dialog(const struct sx_txn *request)
{
    if (request->method == SX_METHOD_ACK || request->method == SX_METHOD_CANCEL)
        return false;
    return request->request_frame
               ? request->in_dialog
               : sx_txn_needs_dialog(request) && request->final_frame && !request->first_child &&
                     (request->method == SX_METHOD_PRACK || request->final_code / 100 == 2);
}

static struct sx_horizon shown_at(const struct sx_txn *request)
{
    return request->request_frame ? sent_at(request)
                                  : (struct sx_horizon){request->final_frame, request->final_ns};
}

/* It takes the way of another INVITE of this client. */
static bool goes_elsewhere(const struct sx_tracker *t, const struct sx_txn *txn,
                           const struct sx_txn *request)
{
    return request->dst.host != txn->dst.host && invite_went_to(t, txn, request->dst.host);
}

/* What a response says of a request that the capture lacks; it does not keep the From tag. */
static uint32_t to_tag_of(const struct sx_txn *request)
{
    return request->request_frame ? request->to_tag : request->final_tag;
}

/* From its To tag the client has a response but a 100. */
static bool is_of_client(const struct sx_tracker *t, const struct sx_txn *txn,
                         const struct sx_txn *request)
{
    bool of_caller = request->request_frame ? request->from_tag == txn->from_tag
                                            : request->dst.host == txn->dst.host &&
                                                  request->final_tag != txn->from_tag;

    return request->src.host == txn->src.host &&
           (request->method == SX_METHOD_PRACK || (txn->from_tag && of_caller)) &&
           !goes_elsewhere(t, txn, request);
}

/* The other way over this hop. Who takes it knows the dialog; who does not, answers 481 (RFC 3261
 * 12.2.2). */
static enum fit taken_fits(const struct sx_txn *txn, const struct sx_txn *request,
                           uint32_t until_frame)
{
    bool comes = request->src.host == txn->dst.host && request->dst.host == txn->src.host &&
                 txn->from_tag && to_tag_of(request) == txn->from_tag;

    if (!comes)
        return FITS_NOT;
    if (!request->final_frame || request->final_frame > until_frame)
        return MAY_FIT;
    return request->final_code / 100 == 2 ? FITS : request->final_code == 481 ? FITS_NOT : MAY_FIT;
}

/* It may be of another attempt of the client: one that was answered, or may have been. */
static enum fit attempt_fits(const struct sx_tracker *t, const struct sx_txn *txn, uint32_t tag,
                             uint32_t by_frame)
{
    const struct sx_txn *other = sx_tracker_newest_in_call(t, txn->call_hash);
    enum fit fit = FITS;

    for (unsigned i = 0; other && i < MAX_ALIKE; i++, other = sx_txn_at(t, other->next_in_call)) {
        if (other->method != SX_METHOD_INVITE || other->in_dialog || other->cseq == txn->cseq ||
            other->src.host != txn->src.host || begins_in(other) > by_frame)
            continue;
        if (has_tag(t, other, tag))
            return FITS_NOT;
        if (!other->final_frame)
            fit = MAY_FIT;
    }
    return fit;
}

static enum fit request_fits(const struct sx_tracker *t, const struct sx_txn *txn,
                             const struct sx_txn *request, uint32_t until_frame)
{
    bool by_client = is_of_client(t, txn, request);
    enum fit fit = by_client ? FITS : taken_fits(txn, request, until_frame);

    if (fit == FITS_NOT)
        return FITS_NOT;
    uint32_t tag = by_client ? to_tag_of(request) : request->from_tag;
    fit = MIN(fit, tag_fits(t, txn, tag, shown_at(request)));
    return MIN(fit, attempt_fits(t, txn, tag, shown_at(request).frame));
}

/* The first request up to this frame in a dialog, early or confirmed, that the INVITE made: it has
 * a response but a 100. */
static enum fit find_request(const struct sx_tracker *t, const struct sx_txn *txn,
                             uint32_t until_frame, struct sx_missing *missing)
{
    enum fit best = FITS_NOT;

    if (txn->method != SX_METHOD_INVITE || txn->in_dialog || !begins_in(txn) || !txn->call_hash)
        return FITS_NOT;
    const struct sx_txn *request = sx_tracker_newest_in_call(t, txn->call_hash);
    for (unsigned i = 0; request && i < MAX_ALIKE;
         i++, request = sx_txn_at(t, request->next_in_call)) {
        const struct sx_horizon at = shown_at(request);
        if (!shows_dialog(request) || at.frame > until_frame ||
            (txn->first_response_frame && txn->first_response_frame < at.frame))
            continue;
        const struct sx_missing sign = {
            .sign = request->method == SX_METHOD_PRACK ? SX_MISSING_PRACKED : SX_MISSING_IN_DIALOG,
            .frame = at.frame,
            .time_ns = at.ns,
            .by_answer = !request->request_frame,
        };
        keep_sign(sign, request_fits(t, txn, request, until_frame), &best, missing);
    }
    return best;
}

/* ---- what the hop above has ---- */

/* A response that a hop handed on to its own client. */
struct passed {
    uint32_t frame, tag;
    int64_t ns;
    unsigned code;
};

/* A proxy makes none of these itself, and passes each on at once (RFC 3261 16.7 item 5). */
static bool is_passed_on(const struct sx_txn *txn, unsigned code)
{
    return code / 100 == 2 || (txn->method == SX_METHOD_INVITE && (code == 180 || code == 183));
}

/* It is in the capture, before this moment: where two interfaces bring the two sides of a proxy,
 * what it handed on may be the earlier frame. */
static bool came_before(uint32_t frame, int64_t ns, const struct passed *p)
{
    return frame && (frame < p->frame || ns <= p->ns);
}

static bool shows_response(const struct sx_txn *txn, const struct passed *p)
{
    return came_before(txn->first_response_frame, sx_txn_first_response_ns(txn), p);
}

/* It has this answer from another branch, by the To tag, which a proxy leaves alone; or by its
 * code, from one whose tag it does not leave alone. */
static bool is_of_branch(const struct sx_tracker *t, const struct sx_txn *branch,
                         const struct sx_txn *parent, const struct passed *p)
{
    return has_tag(t, branch, p->tag) ||
           (shows_response(branch, p) && sx_txn_first_response_code(branch) == p->code &&
            !has_tag(t, parent, sx_txn_first_tag(branch))) ||
           (came_before(branch->final_frame, branch->final_ns, p) &&
            branch->final_code == p->code && !has_tag(t, parent, branch->final_tag));
}

static enum fit passed_fits(const struct sx_tracker *t, const struct sx_txn *txn,
                            const struct sx_txn *parent, const struct passed *p)
{
    const struct sx_horizon by = {p->frame, p->ns};

    if (has_tag(t, txn, p->tag))
        return FITS;
    if (txn->first_response_frame || !may_be_answered(txn, by))
        return FITS_NOT;
    /* It stopped, and nothing was handed on: what stopped it was not this. */
    bool late = sx_txn_sends(txn) > 1 && !sx_txn_more(txn)->trying_frame &&
                p->ns > sx_evidence_due_ns(txn) + SX_T1_NS / 10;
    enum fit fit = late ? MAY_FIT : FITS;
    const struct sx_txn *b = sx_txn_at(t, parent->first_child);
    for (unsigned i = 0; b && i < MAX_ALIKE; i++, b = sx_txn_at(t, b->next_sibling)) {
        if (b == txn)
            continue;
        if (is_of_branch(t, b, parent, p))
            return FITS_NOT;
        if (!b->first_response_frame && !sx_txn_more(b)->ack_frame && may_be_answered(b, by))
            fit = MAY_FIT;
    }
    return fit;
}

/* What a hop above handed on came by every hop from the branch up to there, unseen. */
static enum fit fits_all_the_way(const struct sx_tracker *t, const struct sx_txn *branch,
                                 const struct sx_txn *above, const struct passed *p)
{
    enum fit fit = FITS;

    while (branch != above && fit != FITS_NOT) {
        const struct sx_txn *parent = sx_txn_at(t, branch->parent);
        fit = shows_response(branch, p) ? FITS_NOT : MIN(fit, passed_fits(t, branch, parent, p));
        branch = parent;
    }
    return fit;
}

/* The first answer that this hop above handed on, if it is of the branch. */
static enum fit find_passed_by(const struct sx_tracker *t, const struct sx_txn *txn,
                               const struct sx_txn *above, uint32_t until_frame,
                               struct sx_missing *missing)
{
    const struct passed answers[] = {
        {above->first_response_frame, sx_txn_first_tag(above), sx_txn_first_response_ns(above),
         sx_txn_first_response_code(above)},
        {above->final_frame, above->final_tag, above->final_ns, above->final_code},
    };
    enum fit best = FITS_NOT;

    for (unsigned i = 0; i < G_N_ELEMENTS(answers) && best != FITS; i++) {
        const struct passed *p = &answers[i];
        if (p->frame <= begins_in(txn) || p->frame > until_frame || !is_passed_on(txn, p->code))
            continue;
        enum fit fit = fits_all_the_way(t, txn, above, p);
        if (fit <= best)
            continue;
        best = fit;
        *missing = shown_by(SX_MISSING_PASSED_ON, (struct sx_horizon){p->frame, p->ns});
    }
    return best;
}

/* The first answer that a hop above handed on before this branch shows one, if it is of this
 * branch; the capture may lack it on the hops between, too. */
static enum fit find_passed(const struct sx_tracker *t, const struct sx_txn *txn,
                            uint32_t until_frame, struct sx_missing *missing)
{
    const struct sx_txn *above = sx_txn_at(t, txn->parent);
    enum fit fit = FITS_NOT;

    for (unsigned i = 0;
         above && fit == FITS_NOT && i < MAX_ABOVE && txn->method != SX_METHOD_CANCEL; i++) {
        fit = find_passed_by(t, txn, above, until_frame, missing);
        above = sx_txn_at(t, above->parent);
    }
    return fit;
}

/* The hop above has a 2xx that the capture lacks, as its ACK shows; no proxy makes one itself. */
static enum fit find_ack_above(const struct sx_tracker *t, const struct sx_txn *txn,
                               uint32_t until_frame, struct sx_missing *missing)
{
    const struct sx_txn *parent = sx_txn_at(t, txn->parent);
    struct passed p = {.code = 200};

    if (!parent || parent->final_frame || txn->method != SX_METHOD_INVITE ||
        find_ack(t, parent, until_frame, missing, &p.tag) != FITS)
        return FITS_NOT;
    p.frame = missing->frame;
    p.ns = missing->time_ns;
    return shows_response(txn, &p) ? FITS_NOT : passed_fits(t, txn, parent, &p);
}

/* ---- packets that cannot be read ---- */

/* When the client gives up what it waits for. */
static int64_t waits_until_ns(const struct sx_tracker *t, const struct sx_txn *txn)
{
    if (sx_txn_more(txn)->trying_frame && txn->method == SX_METHOD_INVITE)
        return sx_txn_more(txn)->trying_ns + MAX(TIMER_C_NS, t->cfg.trying_timeout_ns);
    return (txn->request_frame ? txn->request_ns : sx_txn_more(txn)->trying_ns) + SX_TIMER_B_NS;
}

/* A client that sends the request again has not got it yet (RFC 3261 17.1.1.2). */
static uint32_t unreadable_answer(const struct sx_tracker *t, const struct sx_txn *txn,
                                  uint32_t until_frame)
{
    uint32_t since = MAX(sx_txn_more(txn)->trying_frame, txn->request_frame);

    if (txn->first_response_frame && txn->first_response_frame < until_frame)
        until_frame = txn->first_response_frame;
    if (sx_txn_last_request_frame(txn) > since && sx_txn_last_request_frame(txn) < until_frame)
        since = sx_txn_last_request_frame(txn);
    if (!since)
        return 0;
    return sx_unreadable_between(t, txn->dst.host, txn->src.host,
                                 &(struct sx_unreadable_span){.after_frame = since,
                                                              .until_frame = until_frame,
                                                              .until_ns = waits_until_ns(t, txn),
                                                              .not = SX_HOLDS_REQUEST});
}

/* ---- bytes that TCP counts ---- */

/* The frame that shows them; what comes before the first response in sight is not looked for. */
static uint32_t bytes_of_answer(const struct sx_tracker *t, const struct sx_txn *txn,
                                uint32_t until_frame)
{
    return txn->first_response_frame ? 0 : sx_tcp_bytes_missed(t, txn, until_frame);
}

/* ---- all signs ---- */

/* How far the first such sign up to this frame fits, and the sign. */
typedef enum fit find_sign(const struct sx_tracker *t, const struct sx_txn *txn,
                           uint32_t until_frame, struct sx_missing *missing);

static enum fit find_own_ack(const struct sx_tracker *t, const struct sx_txn *txn,
                             uint32_t until_frame, struct sx_missing *missing)
{
    uint32_t tag;

    return txn->final_frame ? FITS_NOT : find_ack(t, txn, until_frame, missing, &tag);
}

/* Of those that may fit the last counts. */
static find_sign *const signs[] = {
    find_own_ack, find_request, find_passed, find_ack_above, find_ack_past,
};

struct sx_missing sx_missing_response(const struct sx_tracker *t, const struct sx_txn *txn,
                                      uint32_t until_frame)
{
    struct sx_missing missing = {.sign = SX_MISSING_NONE}, found;
    const struct sx_txn *stray = sx_txn_at(t, sx_txn_rare(txn)->stray);

    /* It is there, and does not match. */
    if (stray && stray->final_frame && stray->final_frame <= until_frame)
        return missing;
    if (!txn->final_frame && sx_txn_more(txn)->ack_frame &&
        sx_txn_more(txn)->ack_frame <= until_frame)
        return shown_by(SX_MISSING_REFUSED,
                        (struct sx_horizon){sx_txn_more(txn)->ack_frame, sx_txn_more(txn)->ack_ns});
    for (unsigned i = 0; i < G_N_ELEMENTS(signs); i++) {
        enum fit fit = signs[i](t, txn, until_frame, &found);
        if (fit == FITS)
            return found;
        if (fit == MAY_FIT)
            missing = (struct sx_missing){.sign = SX_MISSING_UNCERTAIN, .frame = found.frame};
    }
    uint32_t frame = unreadable_answer(t, txn, until_frame);
    if (frame)
        return (struct sx_missing){.sign = SX_MISSING_UNREADABLE, .frame = frame};
    frame = bytes_of_answer(t, txn, until_frame);
    return frame ? (struct sx_missing){.sign = SX_MISSING_BYTES, .frame = frame} : missing;
}
