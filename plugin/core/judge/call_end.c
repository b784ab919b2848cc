/* call_end.c
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "core/judge/call_end.h"

#include "core/base/config.h"
#include "core/judge/failure.h"
#include "core/judge/silence.h"
#include "core/record/call.h"
#include "core/record/evidence.h"

/* Requests of a dialog, dialogs of a Call-ID, hops of a request that are looked through. */
#define MAX_REQUESTS 512
#define MAX_DIALOGS 32
#define MAX_HOPS 70

/* BYEs of both sides cross only if the second comes before the first is answered; where the first
 * stays unanswered, so soon: a client has sent it four times by then (RFC 3261 17.1.2.1, T2). */
#define CROSSING_NS (4 * SX_NS_PER_S)

/* A program that has its 481 ends the call at once, a person does not hang up so soon. */
#define AT_ONCE_NS (500 * SX_NS_PER_MS)

/* ---- hops ---- */

static const struct sx_txn *top_of(const struct sx_tracker *t, const struct sx_txn *txn)
{
    for (unsigned i = 0; txn->parent && i < MAX_HOPS; i++)
        txn = sx_tracker_txn(t, txn->parent);
    return txn;
}

static bool is_at_or_above(const struct sx_tracker *t, const struct sx_txn *above,
                           const struct sx_txn *txn)
{
    for (unsigned i = 0; txn && i < MAX_HOPS; i++) {
        if (txn == above)
            return true;
        txn = sx_tracker_txn(t, txn->parent);
    }
    return false;
}

/* A second Via: it was sent on by the host that it comes from. */
static bool was_sent_on(const struct sx_txn *txn)
{
    return txn->parent_key.bits != 0;
}

static bool is_sender(const struct sx_txn *txn, struct sx_endpoint end)
{
    return txn->transport == SX_TRANSPORT_UDP ? sx_endpoint_eq(txn->src, end)
                                              : txn->src.host == end.host;
}

static bool is_handed_over_inside(const struct sx_txn *branch, struct sx_endpoint end)
{
    return was_sent_on(branch) && branch->src.host == end.host && branch->src.port != end.port &&
           sx_endpoint_eq(branch->dst, end);
}

/* A phone on the machine of its proxy: the INVITE went from the one to the other's port. */
static bool is_beside_proxy(const struct sx_tracker *t, const struct sx_txn *invite,
                            struct sx_endpoint end)
{
    const struct sx_txn *branch = invite;

    for (unsigned i = 0; branch && i < MAX_HOPS; i++) {
        if (is_handed_over_inside(branch, end))
            return true;
        branch = sx_tracker_txn(t, branch == invite || !branch->next_sibling
                                       ? branch->first_child
                                       : branch->next_sibling);
    }
    return false;
}

/* The INVITE went on from there, though the capture may lack what came back. */
static bool sent_on_below(const struct sx_tracker *t, const struct sx_txn *invite,
                          struct sx_endpoint end)
{
    const struct sx_txn *branch = sx_tracker_txn(t, invite->first_child);

    for (unsigned i = 0; branch && i < MAX_HOPS; i++) {
        if (is_sender(branch, end))
            return !is_beside_proxy(t, invite, end);
        branch =
            sx_tracker_txn(t, branch->next_sibling ? branch->next_sibling : branch->first_child);
    }
    return false;
}

/* A request of the dialog came through there; the capture may lack how the dialog was made. */
static bool sent_on_inside(const struct sx_tracker *t, const struct sx_dialog *dialog,
                           struct sx_endpoint end)
{
    const struct sx_txn *request = sx_dialog_newest_request(t, dialog);

    for (unsigned i = 0; request && i < MAX_REQUESTS; i++) {
        if (was_sent_on(request) && sx_endpoint_eq(request->src, end))
            return true;
        request = sx_dialog_older_request(t, request);
    }
    return false;
}

/* True if the capture shows that this end handed the dialog's INVITE or its 2xx on, or what came
 * after them. */
static bool is_proxy(const struct sx_tracker *t, const struct sx_dialog *dialog,
                     struct sx_endpoint end)
{
    const struct sx_txn *first = sx_tracker_txn(t, dialog->invite), *hop = first;

    for (unsigned i = 0; hop && i < MAX_HOPS; i++) {
        if (!was_sent_on(hop) && is_sender(hop, end))
            return false;
        if ((was_sent_on(hop) && is_sender(hop, end)) ||
            (hop != first && sx_endpoint_eq(hop->dst, end)))
            return true;
        hop = sx_tracker_txn(t, hop->parent);
    }
    return (dialog->router == end.host + 1 && !is_beside_proxy(t, first, end)) ||
           (first && sent_on_below(t, first, end)) || sent_on_inside(t, dialog, end);
}

/* ---- BYE ---- */

static enum sx_ender sender_of(const struct sx_tracker *t, const struct sx_dialog *dialog,
                               const struct sx_txn *bye)
{
    if (!was_sent_on(bye) && is_proxy(t, dialog, bye->src))
        return SX_ENDER_HOP;
    /* Who is next to the caller may be the called side or a proxy: without the 2xx, and where it
     * has another name than the called side has in its Contact. */
    if (!dialog->caller_known ||
        (bye->by_called && !was_sent_on(bye) && (!dialog->answer_frame || bye->other_host)))
        return SX_ENDER_UNKNOWN;
    return bye->by_called ? SX_ENDER_CALLED : SX_ENDER_CALLER;
}

/* RFC 3261 15.1.1: with 481, 408 or no response the session is over, too. */
static bool is_effective(const struct sx_txn *bye)
{
    return bye->final_code < 300 || bye->final_code == 408 || bye->final_code == 481;
}

/* The oldest effective BYE at its first hop, of one side or of both; and after another one. */
static const struct sx_txn *find_bye(const struct sx_tracker *t, const struct sx_dialog *dialog,
                                     const struct sx_txn *not_of_side)
{
    const struct sx_txn *request = sx_dialog_newest_request(t, dialog), *found = NULL;

    for (unsigned i = 0; request && i < MAX_REQUESTS; i++) {
        if (request->method == SX_METHOD_BYE && !request->parent && is_effective(request) &&
            (!not_of_side || request->by_called != not_of_side->by_called) &&
            (!found || request->request_ns <= found->request_ns))
            found = request;
        request = sx_dialog_older_request(t, request);
    }
    return found;
}

static bool cross(const struct sx_txn *bye, const struct sx_txn *other)
{
    return bye->final_frame ? other->request_ns < bye->final_ns
                            : other->request_ns - bye->request_ns < CROSSING_NS;
}

/* Which side of the dialog of a BYE sent another one. */
enum sender { OTHER_DIALOG, SAME_SIDE, OTHER_SIDE };

/* Of the side that it goes to. Without its request a BYE is in no dialog: To of the response is
 * what is known of it. */
static uint32_t tag_of_receiver(const struct sx_txn *bye)
{
    return bye->request_frame ? bye->to_tag : bye->final_tag;
}

static enum sender sender_by_tags(const struct sx_txn *bye, const struct sx_txn *other)
{
    uint32_t to = tag_of_receiver(bye), other_to = tag_of_receiver(other);

    if (to == other_to)
        return SAME_SIDE;
    return (bye->request_frame && bye->from_tag == other_to) ||
                   (other->request_frame && other->from_tag == to)
               ? OTHER_SIDE
               : OTHER_DIALOG;
}

static enum sender sender_beside(const struct sx_txn *bye, const struct sx_txn *other)
{
    if (other->method != SX_METHOD_BYE || other == bye)
        return OTHER_DIALOG;
    if (!bye->request_frame || !other->request_frame)
        return sender_by_tags(bye, other);
    if (!bye->dialog || bye->dialog != other->dialog)
        return OTHER_DIALOG;
    return bye->by_called == other->by_called ? SAME_SIDE : OTHER_SIDE;
}

/* The other side hung up as well: before this one, or after it had its BYE? */
static bool other_hung_up_unseen(const struct sx_tracker *t, const struct sx_txn *bye)
{
    const struct sx_txn *other = sx_call_newest(t, bye);

    for (unsigned i = 0; other && i < MAX_REQUESTS; i++, other = sx_call_older(t, other))
        if (!other->request_frame && sender_beside(bye, other) == OTHER_SIDE)
            return true;
    return false;
}

/* No side sends BYE both ways: a hop between them made the two. Two phones may have one address, of
 * a host or a NAT; what they send does not go to two places. */
static bool are_of_one_hop(const struct sx_txn *bye, const struct sx_txn *other)
{
    return !was_sent_on(bye) && !was_sent_on(other) && is_sender(other, bye->src) &&
           !sx_endpoint_eq(bye->dst, other->dst) && bye->dst.host != bye->src.host &&
           other->dst.host != other->src.host;
}

static enum sx_ender sender_of_both(const struct sx_tracker *t, const struct sx_dialog *dialog,
                                    const struct sx_txn *bye, const struct sx_txn *other)
{
    return sender_of(t, dialog, other) == SX_ENDER_HOP || are_of_one_hop(bye, other)
               ? SX_ENDER_HOP
               : SX_ENDER_BOTH;
}

static void set_sender(const struct sx_tracker *t, const struct sx_dialog *dialog,
                       const struct sx_txn *bye, struct sx_call_end *end)
{
    const struct sx_txn *other = find_bye(t, dialog, bye);

    end->by = sender_of(t, dialog, bye);
    end->unsure = end->by == SX_ENDER_UNKNOWN && dialog->caller_known;
    if (!other && end->by != SX_ENDER_HOP && other_hung_up_unseen(t, bye)) {
        end->by = SX_ENDER_UNKNOWN;
        end->unsure = true;
    }
    if (!other || !cross(bye, other))
        return;
    end->other = other->number;
    end->unsure = false;
    if (end->by != SX_ENDER_HOP)
        end->by = sender_of_both(t, dialog, bye, other);
}

/* RFC 3261 12.2.1.2: the other side does not know the dialog, or says nothing any more. */
static bool made_hang_up(const struct sx_txn *request, const struct sx_txn *bye)
{
    return request->method != SX_METHOD_BYE && request->by_called == bye->by_called &&
           request->src.host == bye->src.host &&
           (request->final_code == 481 || request->final_code == 408) &&
           request->final_frame < bye->request_frame && bye->request_ns >= request->final_ns &&
           bye->request_ns - request->final_ns <= AT_ONCE_NS;
}

static uint32_t find_forgotten(const struct sx_tracker *t, const struct sx_dialog *dialog,
                               const struct sx_txn *bye)
{
    const struct sx_txn *request = sx_dialog_newest_request(t, dialog);

    for (unsigned i = 0; request && i < MAX_REQUESTS; i++) {
        if (made_hang_up(request, bye))
            return request->number;
        request = sx_dialog_older_request(t, request);
    }
    return 0;
}

/* RFC 3261 12.3: a failure of its INVITE ended the early dialog before. */
static bool was_never_a_call(const struct sx_tracker *t, const struct sx_dialog *dialog,
                             const struct sx_txn *bye)
{
    const struct sx_txn *invite = sx_tracker_txn(t, dialog->invite);

    return !dialog->answer_frame && invite && invite->final_code >= 300 &&
           invite->final_frame < bye->request_frame;
}

static bool has_effective_bye(const struct sx_tracker *t, const struct sx_dialog *dialog)
{
    const struct sx_txn *request = sx_dialog_newest_request(t, dialog);

    for (unsigned i = 0; request && i < MAX_REQUESTS; i++) {
        if (request->method == SX_METHOD_BYE && request->final_frame && is_effective(request))
            return true;
        request = sx_dialog_older_request(t, request);
    }
    return false;
}

/* At no hop and of no side has one a response, and the client may still wait for it. */
static bool is_open(const struct sx_tracker *t, const struct sx_dialog *dialog,
                    const struct sx_txn *bye)
{
    return sx_tracker_ended(t) && sx_tracker_now(t) - bye->request_ns < SX_TIMER_B_NS &&
           !has_effective_bye(t, dialog);
}

struct sx_call_end sx_call_end_of_dialog(const struct sx_tracker *t, const struct sx_dialog *dialog)
{
    struct sx_call_end end = {.ended_in = 0};
    const struct sx_txn *bye = find_bye(t, dialog, NULL);

    if (!bye || was_never_a_call(t, dialog, bye))
        return end;
    end.ended_in = bye->request_frame;
    end.txn = bye->number;
    end.open = is_open(t, dialog, bye);
    set_sender(t, dialog, bye, &end);
    end.forgotten = end.other ? 0 : find_forgotten(t, dialog, bye);
    /* A 2xx whose INVITE the capture lacks may be one sent again, or of a re-INVITE. */
    end.has_duration = dialog->answer_frame && dialog->caller_known &&
                       bye->request_ns >= dialog->answer_ns;
    end.duration_ns = end.has_duration ? bye->request_ns - dialog->answer_ns : 0;
    return end;
}

bool sx_call_end_is_by(const struct sx_tracker *t, const struct sx_call_end *end,
                       const struct sx_txn *request)
{
    const struct sx_txn *top = top_of(t, request);

    return end->ended_in && (top->number == end->txn || top->number == end->other);
}

/* ---- the INVITE ---- */

/* A CANCEL of the first hop that has its 487. Where the INVITE was sent on to there, it may be one
 * of several branches, of which another is answered. */
static struct sx_call_end cancelled(const struct sx_tracker *t, const struct sx_txn *invite)
{
    const struct sx_txn *top = top_of(t, invite),
                        *cancel = sx_tracker_txn(t, sx_txn_rare(top)->related);

    if (!sx_txn_rare(top)->cancel_frame || top->final_code != 487 || was_sent_on(top) || !cancel)
        return (struct sx_call_end){.ended_in = 0};
    return (struct sx_call_end){
        .ended_in = sx_txn_rare(top)->cancel_frame,
        .by = SX_ENDER_CALLER,
        .cancelled = true,
        .txn = cancel->number,
    };
}

/* The later end; that of a dialog that goes on is the latest. */
static bool outlasts(const struct sx_call_end *a, const struct sx_call_end *b)
{
    return b->ended_in && (!a->ended_in || a->ended_in > b->ended_in);
}

static struct sx_call_end end_of_dialogs(const struct sx_tracker *t, const struct sx_txn *invite,
                                         bool confirmed)
{
    const struct sx_dialog *dialog = sx_dialog_newest_of_call(t, invite);
    struct sx_call_end end = {.ended_in = 0};
    bool any = false;

    for (unsigned i = 0; dialog && i < MAX_DIALOGS; i++) {
        const struct sx_txn *maker = sx_tracker_txn(t, dialog->invite);
        if (maker && (dialog->answer_frame != 0) == confirmed && is_at_or_above(t, invite, maker)) {
            struct sx_call_end other = sx_call_end_of_dialog(t, dialog);
            if (!any || outlasts(&other, &end))
                end = other;
            any = true;
        }
        dialog = sx_dialog_older_of_call(t, dialog);
    }
    return end;
}

struct sx_call_end sx_call_end_of_invite(const struct sx_tracker *t, const struct sx_txn *invite)
{
    for (unsigned i = 0; invite->followed_by && i < MAX_HOPS; i++)
        invite = sx_tracker_txn(t, invite->followed_by);
    if (invite->method != SX_METHOD_INVITE || invite->in_dialog)
        return (struct sx_call_end){.ended_in = 0};
    if (invite->final_code / 100 == 2)
        return end_of_dialogs(t, invite, true);
    /* Any other failure is its end by itself. */
    if (invite->final_code != 487)
        return (struct sx_call_end){.ended_in = 0};
    struct sx_call_end end = cancelled(t, invite);
    return end.ended_in ? end : end_of_dialogs(t, invite, false);
}

/* ---- BYE that fails ---- */

/* When it was sent, at the latest. */
static int64_t sent_by_ns(const struct sx_txn *bye)
{
    return bye->request_frame ? bye->request_ns : sx_txn_first_response_ns(bye);
}

/* Likewise, at the earliest: nobody waits longer for a response (RFC 3261 Timer F). */
static int64_t sent_from_ns(const struct sx_txn *bye)
{
    return bye->request_frame ? bye->request_ns : sx_txn_first_response_ns(bye) - SX_TIMER_B_NS;
}

/* The dialog was over by then: the other side had hung up as well, or this one before. */
static bool was_over(const struct sx_tracker *t, const struct sx_txn *bye)
{
    const struct sx_txn *other = sx_call_newest(t, bye);
    int64_t until_ns = bye->final_frame ? bye->final_ns : bye->request_ns + SX_TIMER_B_NS;

    for (unsigned i = 0; other && i < MAX_REQUESTS; i++, other = sx_call_older(t, other)) {
        enum sender sender = sender_beside(bye, other);
        if ((sender == OTHER_SIDE && sent_from_ns(other) < until_ns) ||
            (sender == SAME_SIDE && other->final_code / 100 == 2 &&
             other->final_ns < sent_by_ns(bye)))
            return true;
    }
    return false;
}

/* Or it may have been: the capture lacks the response. */
static bool was_taken(const struct sx_tracker *t, const struct sx_txn *bye)
{
    return bye->final_frame ? bye->final_code / 100 == 2 : !sx_silence_no_response(t, bye);
}

/* The same side has sent another one soon, and it was taken. */
static bool was_sent_anew(const struct sx_tracker *t, const struct sx_txn *bye)
{
    const struct sx_txn *other = sx_call_newest(t, bye);

    for (unsigned i = 0; other && i < MAX_REQUESTS; i++, other = sx_call_older(t, other)) {
        if (sender_beside(bye, other) == SAME_SIDE && sent_by_ns(other) > bye->final_ns &&
            sent_from_ns(other) - bye->final_ns <= SX_TIMER_B_NS && was_taken(t, other))
            return true;
    }
    return false;
}

enum sx_bye_fault sx_call_end_bye_fault(const struct sx_tracker *t, const struct sx_txn *bye)
{
    bool refused = bye->final_frame && sx_failure_judge(t, bye, bye->final_code);
    bool unanswered = !bye->final_frame && sx_silence_no_response(t, bye);

    if (bye->method != SX_METHOD_BYE || (!refused && !unanswered))
        return SX_BYE_FINE;
    if ((unanswered || bye->final_code == 481) && was_over(t, bye))
        return SX_BYE_FINE;
    if (refused && was_sent_anew(t, bye))
        return SX_BYE_FINE;
    return refused ? SX_BYE_REFUSED : SX_BYE_UNANSWERED;
}

bool sx_call_end_cancels_too_soon(const struct sx_txn *cancel, const struct sx_txn *invite)
{
    uint32_t first = sx_txn_more(invite)->trying_frame ? sx_txn_more(invite)->trying_frame
                                                       : invite->first_response_frame;
    struct sx_horizon then = {cancel->request_frame, cancel->request_ns};

    if (first && first < cancel->request_frame)
        return false;
    return sx_txn_more(invite)->trying_frame ||
           sx_evidence_hearing(invite, then) == SX_HEARD_NOTHING;
}

bool sx_call_end_shows_answers(const struct sx_tracker *t, const struct sx_txn *cancel,
                               const struct sx_txn *invite)
{
    struct sx_horizon then = {cancel->request_frame, cancel->request_ns};

    return !sx_tracker_ended(t) || sx_evidence_hearing(invite, then) == SX_HEARD_NOTHING ||
           sx_evidence_sees_answers(t, invite, sx_evidence_now(t));
}
