/* say_trying.c
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "core/judge/origin.h"
#include "core/record/sizes.h"
#include "core/say/brief.h"
#include "core/say/say.h"
#include "core/say/words.h"

/* ---- how it ended ---- */

/* From whom the response came that ended the wait, where the capture shows it. */
static void say_ending_response(wmem_strbuf_t *out, const struct sx_tracker *tracker,
                                const struct sx_txn *txn, const struct sx_trying *v)
{
    struct sx_origin origin = {.kind = SX_ORIGIN_UNKNOWN};
    unsigned code = sx_txn_first_response_code(txn);

    if (txn->final_frame == v->ended_in)
        origin = sx_origin_find(tracker, txn);
    if (origin.kind == SX_ORIGIN_RELAYED)
        sx_words_trying_ended_relayed(out, code, v->ended_in, origin.frame);
    else if (origin.kind == SX_ORIGIN_HERE)
        sx_words_trying_ended_made(out, code, v->ended_in, sx_tracker_host(tracker, txn->dst.host));
    else
        sx_words_trying_ended(out, code, v->ended_in);
}

/* "frame 5 acknowledges it", "frame 5 acknowledges a failure", "frame 5 is its PRACK", "frame 5
 * answers its PRACK", "frame 5 is a request of the dialog that it made", "frame 5 answers a request
 * of the dialog that it made" */
static wmem_strbuf_t *sign_of(const wmem_strbuf_t *out, const struct sx_tracker *tracker,
                              const struct sx_txn *txn, const struct sx_missing *missing)
{
    wmem_strbuf_t *sign = sx_words_piece(out);

    if (missing->sign == SX_MISSING_ACKNOWLEDGED)
        sx_words_trying_sign_ack(sign, missing->frame);
    else if (missing->sign == SX_MISSING_REFUSED)
        sx_words_trying_sign_ack_of_failure(sign, missing->frame);
    else if (missing->sign == SX_MISSING_PRACKED && missing->by_answer)
        sx_words_trying_sign_prack_answered(sign, missing->frame);
    else if (missing->sign == SX_MISSING_PRACKED)
        sx_words_trying_sign_prack(sign, missing->frame);
    else if (missing->sign == SX_MISSING_IN_DIALOG && missing->by_answer)
        sx_words_trying_sign_in_dialog_answered(sign, missing->frame);
    else if (missing->sign == SX_MISSING_IN_DIALOG)
        sx_words_trying_sign_in_dialog(sign, missing->frame);
    else
        sx_words_trying_sign_passed_on(sign, sx_tracker_host(tracker, txn->src.host),
                                       missing->frame);
    return sign;
}

void sx_say_missing(wmem_strbuf_t *out, const struct sx_tracker *tracker, const struct sx_txn *txn,
                    const struct sx_missing *missing)
{
    if (missing->sign == SX_MISSING_REFUSED)
        sx_words_trying_refused(out, sign_of(out, tracker, txn, missing));
    else if (sx_missing_is_sure(missing->sign))
        sx_words_trying_answered(out, sign_of(out, tracker, txn, missing));
    else if (missing->sign == SX_MISSING_UNCERTAIN)
        sx_words_trying_uncertain(out, missing->frame);
    else if (missing->sign == SX_MISSING_BYTES)
        sx_words_trying_bytes(out, sx_tracker_host(tracker, txn->dst.host), missing->frame);
    else
        sx_words_trying_unreadable(out, missing->frame, sx_tracker_host(tracker, txn->dst.host));
}

static wmem_strbuf_t *loss(const wmem_strbuf_t *out, const struct sx_trying *v)
{
    wmem_strbuf_t *piece = sx_words_piece(out);

    if (v->end == SX_END_RESET)
        sx_words_trying_reset(piece, v->ended_in);
    else
        sx_words_trying_closed(piece, v->ended_in);
    return piece;
}

/* A CANCEL goes the way of its request (RFC 3261 9.1), so one that comes from elsewhere may be
 * forged: the client is not said to have sent it. */
static bool say_strange_cancel(wmem_strbuf_t *out, const struct sx_tracker *tracker,
                               const struct sx_txn *txn, uint32_t in)
{
    const struct sx_txn *cancel = sx_tracker_txn(tracker, sx_txn_rare(txn)->related);

    if (!cancel || cancel->method != SX_METHOD_CANCEL || cancel->request_frame != in ||
        cancel->src.host == txn->src.host)
        return false;
    sx_words_trying_strange_cancel(out, in, sx_tracker_host(tracker, cancel->src.host));
    return true;
}

/* RFC 3261 16.7: a 2xx and a 6xx of one branch end the fork. */
static void say_settled(wmem_strbuf_t *out, const struct sx_txn *by, uint32_t in)
{
    if (by->final_code >= 600)
        sx_words_trying_declined(out, by->final_code, by->final_frame, in);
    else
        sx_words_trying_elsewhere(out, by->final_frame, in);
}

static void say_end(wmem_strbuf_t *out, const struct sx_tracker *tracker, const struct sx_txn *txn,
                    const struct sx_trying *v)
{
    const struct sx_host *client = sx_tracker_host(tracker, txn->src.host);
    uint32_t in = v->ended_in;

    if (say_strange_cancel(out, tracker, txn, in))
        return;
    switch (v->end) {
    case SX_END_NONE:
        wmem_strbuf_append(out, sx_tracker_ended(tracker) ? sx_words_trying_capture_ends()
                                                          : sx_words_trying_so_far());
        break;
    case SX_END_RESPONSE:
        say_ending_response(out, tracker, txn, v);
        break;
    case SX_END_MISSING:
        if (v->missing.sign == SX_MISSING_REFUSED)
            sx_words_trying_ended_refused(out, sign_of(out, tracker, txn, &v->missing));
        else
            sx_words_trying_ended_answered(out, sign_of(out, tracker, txn, &v->missing));
        break;
    case SX_END_CANCEL_EXPIRES:
        sx_words_trying_expires(out, sx_txn_more(txn)->expires_s, in);
        break;
    case SX_END_CANCEL_TIMER_C:
        sx_words_trying_timer_c(out, client, in);
        break;
    case SX_END_CANCEL_PASSED_ON:
        sx_words_trying_passed_on(out, client, in);
        break;
    case SX_END_CANCEL_ELSEWHERE:
        say_settled(out, sx_tracker_txn(tracker, v->elsewhere), in);
        break;
    case SX_END_CANCEL_COMPLETED:
        sx_words_trying_completed(out, in);
        break;
    case SX_END_CANCEL_AFTER_HANGUP:
        sx_words_trying_after_hangup(out, client, in);
        break;
    case SX_END_CLOSED:
    case SX_END_RESET:
        sx_words_trying_client_lost(out, client, loss(out, v));
        break;
    case SX_END_CANCEL:
    default:
        sx_words_trying_gave_up(out, client, in);
        break;
    }
}

/* ---- the cause ---- */

static wmem_strbuf_t *over(const wmem_strbuf_t *out, const struct sx_txn *txn)
{
    wmem_strbuf_t *piece = sx_words_piece(out);

    if (txn->transport != SX_TRANSPORT_OTHER)
        sx_words_trying_transport(piece, sx_say_transport(txn->transport));
    return piece;
}

static wmem_strbuf_t *alike(const wmem_strbuf_t *out, const struct sx_trying_hop *hop)
{
    wmem_strbuf_t *piece = sx_words_piece(out);

    if (hop->alike)
        sx_words_trying_alike(piece, hop->alike);
    return piece;
}

static void say_never_answered(wmem_strbuf_t *out, const struct sx_tracker *tracker,
                               const struct sx_trying_hop *hop)
{
    const struct sx_txn *branch = sx_tracker_txn(tracker, hop->branch);
    const struct sx_host *host = sx_tracker_host(tracker, branch->dst.host);

    if (sx_txn_sends(branch) > 1)
        sx_words_trying_never_answered_often(out, host, sx_txn_sends(branch), over(out, branch),
                                             branch->request_frame, alike(out, hop));
    else
        sx_words_trying_never_answered(out, host, over(out, branch), branch->request_frame,
                                       alike(out, hop));
}

/* Which address, or only which port, if the other is the same. */
static wmem_strbuf_t *place(const wmem_strbuf_t *out, const struct sx_tracker *tracker,
                            struct sx_endpoint end, bool with_host)
{
    wmem_strbuf_t *piece = sx_words_piece(out);

    if (with_host)
        sx_words_trying_host_and_port(piece, sx_tracker_host(tracker, end.host), end.port);
    else
        sx_words_trying_port(piece, end.port);
    return piece;
}

/* Where the answer went, if the request did not come from there (RFC 3261 18.2.2, RFC 3581 4). */
static wmem_strbuf_t *astray(const wmem_strbuf_t *out, const struct sx_tracker *tracker,
                             const struct sx_txn *branch)
{
    wmem_strbuf_t *piece = sx_words_piece(out);
    bool other_host = sx_txn_answer_dst(branch).host != branch->src.host;

    if (branch->answer_way == SX_ANSWER_TO_SOURCE || branch->seen_elsewhere)
        return piece;
    wmem_strbuf_t *to = place(out, tracker, sx_txn_answer_dst(branch), other_host);
    wmem_strbuf_t *from = place(out, tracker, branch->src, other_host);
    if (branch->answer_way == SX_ANSWER_BY_VIA)
        sx_words_trying_astray_by_via(piece, to, from);
    else
        sx_words_trying_astray(piece, to, from);
    return piece;
}

static void say_kept_answer(wmem_strbuf_t *out, const struct sx_tracker *tracker,
                            const struct sx_txn *txn, const struct sx_trying_hop *hop)
{
    const struct sx_txn *branch = sx_tracker_txn(tracker, hop->branch);
    const struct sx_host *host = sx_tracker_host(tracker, branch->dst.host);

    unsigned code = hop->cause_in == branch->final_frame ? branch->final_code
                                                         : sx_txn_first_response_code(branch);

    /* A response that matches no request in sight, though call and CSeq are the same. */
    if (hop->cause_in != branch->first_response_frame && hop->cause_in != branch->final_frame)
        sx_words_trying_stray_not_relayed(out, host, hop->cause_in);
    else if (sx_txn_is_next_hop(txn, branch))
        sx_words_trying_not_relayed(out, code, host, hop->cause_in, astray(out, tracker, branch));
    else
        sx_words_trying_was_sent(out, code, host, hop->cause_in);
}

/* "cannot reach 10.0.0.3 port 5060 (frame 4)" */
static void say_no_way(wmem_strbuf_t *out, const struct sx_tracker *tracker,
                       const struct sx_trying_hop *hop)
{
    const struct sx_txn *branch = sx_tracker_txn(tracker, hop->branch);
    const struct sx_attempt *attempt = branch ? NULL
                                              : sx_tracker_attempt(tracker, hop->cause_in, 0);
    bool reset = branch && branch->transport != SX_TRANSPORT_UDP &&
                 sx_txn_more(branch)->trying_frame;

    if (sx_txn_rare(sx_tracker_txn(tracker, hop->txn))->unreachable_frame == hop->cause_in ||
        (!branch && !attempt)) {
        sx_words_trying_out_of_reach(out, hop->cause_in);
        return;
    }
    struct sx_endpoint to = branch ? branch->dst : attempt->to;
    const struct sx_host *host = sx_tracker_host(tracker, to.host);
    if (reset)
        sx_words_trying_waits_for_reset(out, host, to.port, hop->cause_in);
    else if (branch && sx_too_big_in(tracker, branch, hop->cause_in))
        sx_words_trying_too_large(out, host, to.port, hop->cause_in);
    else if (branch)
        sx_words_trying_cannot_reach(out, host, to.port, hop->cause_in);
    else
        sx_words_trying_cannot_connect(out, host, to.port, hop->cause_in);
}

static void say_100_lost(wmem_strbuf_t *out, const struct sx_tracker *tracker,
                         const struct sx_txn *txn)
{
    const struct sx_host *client = sx_tracker_host(tracker, txn->src.host);

    if (sx_txn_rare(txn)->returned_frame)
        sx_words_trying_lost_100_icmp(out, client, sx_txn_rare(txn)->returned_frame);
    else
        sx_words_trying_lost_100(out, client, sx_txn_rare(txn)->resends_after_100,
                                 sx_txn_last_request_frame(txn));
}

/* How often the call has come by a host up to this step of the chain. */
static bool was_there(const struct sx_tracker *tracker, const struct sx_trying_chain *chain,
                      unsigned step, uint32_t host)
{
    for (unsigned i = 0; i <= step; i++)
        if (sx_tracker_txn(tracker, chain->hops[i].txn)->dst.host == host)
            return true;
    return false;
}

/* A host that comes again would read as if two hosts waited for each other; the call passes it
 * twice, which is legal where something of the request has changed (RFC 3261 16.3 item 4). */
static void say_next_hop(wmem_strbuf_t *out, const struct sx_tracker *tracker,
                         const struct sx_trying_chain *chain, unsigned step)
{
    const struct sx_trying_hop *hop = &chain->hops[step];
    const struct sx_txn *branch = sx_tracker_txn(tracker, hop->branch);
    const struct sx_host *host = sx_tracker_host(tracker, branch->dst.host);

    if (branch->src.host == branch->dst.host)
        sx_words_trying_spiral(out, alike(out, hop));
    else if (was_there(tracker, chain, step, branch->dst.host))
        sx_words_trying_waits_again(out, host, alike(out, hop));
    else
        sx_words_trying_waits(out, host, alike(out, hop));
}

static void say_only_100(wmem_strbuf_t *out, const struct sx_txn *txn,
                         const struct sx_trying_hop *hop, unsigned step)
{
    wmem_strbuf_t *more = sx_words_piece(out);

    if (hop->cause == SX_CAUSE_NOTHING_BEYOND && step == 0)
        wmem_strbuf_append(more, sx_words_trying_nothing_beyond());
    else if (hop->cause == SX_CAUSE_UNKNOWN && hop->cause_in)
        sx_words_trying_stray(more, hop->cause_in);
    sx_words_trying_only_100(out, sx_txn_more(txn)->trying_frame, more);
}

/* What the hop that sent the 100 did, without its name. */
static void say_step_down(wmem_strbuf_t *out, const struct sx_tracker *tracker,
                          const struct sx_trying_chain *chain, unsigned step)
{
    const struct sx_trying_hop *hop = &chain->hops[step];
    const struct sx_txn *txn = sx_tracker_txn(tracker, hop->txn);

    switch (hop->cause) {
    case SX_CAUSE_NOT_FORWARDED:
        sx_words_trying_not_forwarded(out, sx_tracker_sent_on(tracker, txn));
        break;
    case SX_CAUSE_NEVER_ANSWERED:
        say_never_answered(out, tracker, hop);
        break;
    case SX_CAUSE_NEXT_HOP_STUCK:
        say_next_hop(out, tracker, chain, step);
        break;
    case SX_CAUSE_NOT_RELAYED:
        say_kept_answer(out, tracker, txn, hop);
        break;
    case SX_CAUSE_100_LOST:
        say_100_lost(out, tracker, txn);
        break;
    case SX_CAUSE_UNREACHABLE:
        say_no_way(out, tracker, hop);
        break;
    case SX_CAUSE_NOTHING_BEYOND:
    case SX_CAUSE_UNKNOWN:
    default:
        say_only_100(out, txn, hop, step);
        break;
    }
}

/* Puts what was said of the hops before into the sentence about the next one. */
static wmem_strbuf_t *and_hop(const wmem_strbuf_t *out, const struct sx_tracker *tracker,
                              const struct sx_trying_chain *chain, unsigned step,
                              wmem_strbuf_t *before)
{
    const struct sx_txn *txn = sx_tracker_txn(tracker, chain->hops[step].txn);
    const struct sx_txn *branch = sx_tracker_txn(tracker, chain->hops[step].branch);
    bool gap = branch && !sx_txn_is_next_hop(txn, branch);
    const struct sx_host *host = sx_tracker_host(tracker, gap ? branch->src.host : txn->dst.host);
    wmem_strbuf_t *did = sx_words_piece(out), *said = sx_words_piece(out);

    say_step_down(did, tracker, chain, step);
    if (!before)
        sx_words_trying_first_hop(said, host, did);
    else if (gap)
        sx_words_trying_hop_after_gap(said, before, host, did);
    else
        sx_words_trying_next_hop(said, before, did);
    return said;
}

/* NULL if the cause cannot be told. */
static wmem_strbuf_t *cause(const wmem_strbuf_t *out, const struct sx_tracker *tracker,
                            const struct sx_trying_chain *chain)
{
    wmem_strbuf_t *said = NULL;

    if (sx_trying_cause_of(chain) == SX_CAUSE_UNKNOWN && !chain->cause_in)
        return NULL;
    /* Wireshark shows 240 bytes; what a longer chain adds would be cut anyway. */
    for (unsigned i = 0; i < MIN(chain->count, SX_TRYING_HOPS); i++)
        said = and_hop(out, tracker, chain, i, said);
    return said;
}

bool sx_say_cause(wmem_strbuf_t *out, const struct sx_tracker *tracker,
                  const struct sx_trying_chain *chain)
{
    wmem_strbuf_t *said = cause(out, tracker, chain);

    if (!said)
        return false;
    wmem_strbuf_append(out, wmem_strbuf_get_str(said));
    wmem_strbuf_destroy(said);
    return true;
}

/* The first words of a verdict are all that a narrow pane shows: whose fault it is stands there, in
 * full if it is one hop, and way() tells the way to it at the end of the verdict. */
static wmem_strbuf_t *why(const wmem_strbuf_t *out, const struct sx_tracker *tracker,
                          const struct sx_txn *txn, const struct sx_trying_chain *chain)
{
    wmem_strbuf_t *piece = sx_words_piece(out);

    if (chain->count > 1) {
        sx_brief_culprit(piece, tracker, txn, chain);
        return piece;
    }
    wmem_strbuf_t *said = cause(out, tracker, chain);
    if (said)
        sx_words_trying_why(piece, said);
    return piece;
}

/* least: hops that are worth telling. */
static wmem_strbuf_t *way(const wmem_strbuf_t *out, const struct sx_tracker *tracker,
                          const struct sx_trying_chain *chain, unsigned least)
{
    wmem_strbuf_t *piece = sx_words_piece(out);
    wmem_strbuf_t *said = chain->count >= least ? cause(out, tracker, chain) : NULL;

    if (said)
        sx_words_trying_way(piece, said);
    return piece;
}

static wmem_strbuf_t *slow_hop(const wmem_strbuf_t *out, const struct sx_tracker *tracker,
                               const struct sx_txn *txn, const struct sx_trying *v)
{
    const struct sx_txn *hop = sx_trying_slow_hop(tracker, txn, v);
    const struct sx_host *host = sx_tracker_host(tracker, hop->dst.host);
    wmem_strbuf_t *piece = sx_words_piece(out);

    if (hop == txn)
        return piece;
    if (sx_txn_more(hop)->trying_frame)
        sx_words_trying_took(piece, host, sx_trying_took(hop), sx_txn_first_response_code(hop));
    else
        sx_words_trying_took_without_100(piece, host, sx_trying_took(hop),
                                         sx_txn_first_response_code(hop));
    return piece;
}

/* It crossed the answer, or came after it left (RFC 3261 9.1, 15). */
static wmem_strbuf_t *late_cancel(const wmem_strbuf_t *out, const struct sx_txn *txn)
{
    wmem_strbuf_t *piece = sx_words_piece(out);

    if (sx_txn_rare(txn)->cancel_frame && txn->final_code / 100 == 2)
        sx_words_trying_late_cancel(piece, sx_txn_rare(txn)->cancel_frame);
    return piece;
}

static void say_slow(wmem_strbuf_t *out, const struct sx_tracker *tracker, const struct sx_txn *txn,
                     const struct sx_trying *v)
{
    bool failed = sx_txn_first_response_code(txn) >= 300;

    sx_words_trying_slow(out, v->wait_ns, sx_txn_first_response_code(txn), v->ended_in,
                         failed ? why(out, tracker, txn, &v->chain)
                                : slow_hop(out, tracker, txn, v),
                         late_cancel(out, txn), failed ? way(out, tracker, &v->chain, 2) : NULL);
}

static void say_given_up(wmem_strbuf_t *out, const struct sx_tracker *tracker,
                         const struct sx_txn *txn, const struct sx_trying *v)
{
    if (v->end == SX_END_CLOSED || v->end == SX_END_RESET) {
        sx_words_trying_gone(out, sx_tracker_host(tracker, txn->src.host), v->wait_ns, loss(out, v),
                             way(out, tracker, &v->chain, 1));
        return;
    }
    wmem_strbuf_t *end = sx_words_piece(out), *lacking = sx_words_piece(out);
    say_end(end, tracker, txn, v);
    if (sx_trying_lacks_end(tracker, txn))
        wmem_strbuf_append(lacking, sx_words_trying_no_final());
    sx_words_trying_cancelled(out, v->wait_ns, why(out, tracker, txn, &v->chain), end, lacking,
                              way(out, tracker, &v->chain, 2));
}

void sx_say_no_end(wmem_strbuf_t *out, const struct sx_tracker *tracker,
                   const struct sx_txn *invite)
{
    const struct sx_txn *cancel = sx_tracker_txn(tracker, sx_txn_rare(invite)->related);

    sx_words_trying_no_end(out, sx_txn_rare(invite)->cancel_frame, cancel->final_code,
                           cancel->final_frame,
                           sx_tracker_now(tracker) - sx_txn_rare(invite)->cancel_ns);
}

/* Further on the call went on. */
static void say_heard(wmem_strbuf_t *out, const struct sx_tracker *tracker,
                      const struct sx_txn *branch)
{
    uint32_t cancel = sx_txn_rare(branch)->cancel_frame;
    struct sx_missing missing;

    if (!cancel && !branch->first_response_frame) {
        missing = sx_missing_response(tracker, branch, UINT32_MAX);
        sx_words_trying_heard_unseen(out, sx_tracker_host(tracker, branch->dst.host),
                                     sign_of(out, tracker, branch, &missing));
        return;
    }
    if (cancel)
        sx_words_trying_given_up_below(out, sx_tracker_host(tracker, branch->src.host), cancel);
    else
        sx_words_trying_heard(out, sx_tracker_host(tracker, branch->dst.host),
                              sx_txn_first_response_code(branch), branch->first_response_frame);
}

bool sx_say_trying(wmem_strbuf_t *out, const struct sx_tracker *tracker, const struct sx_txn *txn,
                   const struct sx_trying *verdict)
{
    wmem_strbuf_t *end;

    switch (verdict->state) {
    case SX_TRYING_TIMED_OUT:
        end = sx_words_piece(out);
        say_end(end, tracker, txn, verdict);
        sx_words_trying_stuck(out, verdict->wait_ns, why(out, tracker, txn, &verdict->chain), end,
                              way(out, tracker, &verdict->chain, 2));
        return true;
    case SX_TRYING_SLOW:
        say_slow(out, tracker, txn, verdict);
        return true;
    case SX_TRYING_CANCELLED:
        say_given_up(out, tracker, txn, verdict);
        return true;
    case SX_TRYING_OPEN:
        if (verdict->missing.sign != SX_MISSING_NONE)
            sx_say_missing(out, tracker, txn, &verdict->missing);
        else if (verdict->heard)
            say_heard(out, tracker, sx_tracker_txn(tracker, verdict->heard));
        else
            sx_words_trying_too_early(out, verdict->wait_ns);
        return true;
    case SX_TRYING_NONE:
    case SX_TRYING_ANSWERED:
    default:
        return false;
    }
}

/* What was known of it when the request was sent, so the same on any pass. */
static wmem_strbuf_t *registered(const wmem_strbuf_t *out, const struct sx_tracker *tracker,
                                 const struct sx_txn *txn)
{
    struct sx_registration r = sx_registration_find(tracker, txn);
    wmem_strbuf_t *piece = sx_words_piece(out);

    if (!r.flow || !r.in || !sx_registration_is_over(&r))
        return piece;
    wmem_strbuf_t *registration = sx_words_piece(out);
    sx_say_registered(registration, &r);
    sx_words_trying_registered(piece, registration);
    return piece;
}

static void say_expiry_after_100(wmem_strbuf_t *out, const struct sx_tracker *tracker,
                                 const struct sx_txn *txn, const struct sx_expiry *e)
{
    struct sx_trying_chain chain = sx_trying_cause_by(tracker, e);
    const char *method = sx_say_method(txn);
    wmem_strbuf_t *said = why(out, tracker, txn, &chain), *hops = way(out, tracker, &chain, 2);

    if (txn->request_frame)
        sx_words_trying_expired(out, e->waited_ns, said, method, txn->request_frame,
                                sx_txn_more(txn)->trying_frame, hops,
                                registered(out, tracker, txn));
    else
        sx_words_trying_expired_unseen(out, e->waited_ns, said, method,
                                       sx_txn_more(txn)->trying_frame, hops,
                                       registered(out, tracker, txn));
}

void sx_say_expiry(wmem_strbuf_t *out, const struct sx_tracker *tracker, const struct sx_expiry *e)
{
    const struct sx_txn *txn = sx_tracker_txn(tracker, e->txn);

    if (e->after_100)
        say_expiry_after_100(out, tracker, txn, e);
    else if (txn->request_frame)
        sx_words_trying_silent(out, e->waited_ns, sx_say_method(txn), txn->request_frame,
                               sx_say_closed(out, tracker, txn,
                                             (struct sx_horizon){e->frame, INT64_MAX}));
    else
        sx_words_trying_silent_unseen(out, e->waited_ns);
}
