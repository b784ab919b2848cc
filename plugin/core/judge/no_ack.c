/* no_ack.c
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "core/judge/no_ack.h"

#include "core/base/config.h"
#include "core/record/final_acks.h"
#include "core/record/missing.h"

/* RFC 3261 table 4: the longest time between two repetitions. */
#define T2_NS (4 * SX_NS_PER_S)

/* A server's T1, as clocks and busy hosts have it. */
#define T1_MIN_NS (SX_T1_NS - SX_T1_NS / 5)

/* No round trip takes longer: what comes later did not cross. */
#define CROSSING_NS (2 * SX_T1_NS)

/* So often a server sends a final response in 15.5 s. That long, no capture loses every ACK by
 * chance; some servers stop then for good. */
#define MANY_SENDS 6

/* Enough where something else shows that the ACK did not come. */
#define SOME_SENDS 3

/* Enough where the client hangs up then: by 7.5 s more than one late ACK would be missing. */
#define CLIENT_SENDS 5

/* A server that repeats until it gives up has its last time not before this. */
#define LAST_SEND_NS (23 * SX_NS_PER_S)

/* RFC 3261 13.3.1.4: then it gives up after 64*T1, and hangs up. */
#define GIVES_UP_FROM_NS (30 * SX_NS_PER_S)
#define GIVES_UP_UNTIL_NS (45 * SX_NS_PER_S)

/* Requests of a dialog, dialogs of a Call-ID, hops of a request that are looked through. */
#define MAX_REQUESTS 512
#define MAX_DIALOGS 32
#define MAX_HOPS 70

/* ---- the hops of an INVITE ---- */

static bool has_success(const struct sx_txn *txn)
{
    return txn->final_code / 100 == 2;
}

static const struct sx_txn *answered_child(const struct sx_tracker *t, const struct sx_txn *txn)
{
    const struct sx_txn *child = sx_tracker_txn(t, txn->first_child);

    for (unsigned i = 0; child && i < MAX_REQUESTS; i++) {
        if (has_success(child) && child->final_tag == txn->final_tag)
            return child;
        child = sx_tracker_txn(t, child->next_sibling);
    }
    return NULL;
}

/* The hop that shows the 2xx as the called side sent it, or as near to it as the capture comes. */
static const struct sx_txn *server_hop(const struct sx_tracker *t, const struct sx_txn *invite,
                                       const struct sx_dialog *dialog)
{
    const struct sx_txn *next = invite;

    if (!dialog)
        return invite;
    if (!invite->in_dialog && dialog->invite)
        return sx_tracker_txn(t, dialog->invite);
    for (unsigned i = 0; next && i < MAX_HOPS; i++) {
        invite = next;
        next = answered_child(t, invite);
    }
    return invite;
}

static bool is_hop_above(const struct sx_tracker *t, const struct sx_txn *server,
                         struct sx_endpoint end)
{
    const struct sx_txn *hop = sx_tracker_txn(t, server->parent);

    for (unsigned i = 0; hop && i < MAX_HOPS; i++) {
        if (hop->dst.host == end.host)
            return true;
        hop = sx_tracker_txn(t, hop->parent);
    }
    return false;
}

/* ---- the ACKs of a 2xx ---- */

struct acks {
    const struct sx_txn *here;    /* the first one that takes the INVITE's hop */
    const struct sx_txn *arrives; /* that goes to where the INVITE went */
    const struct sx_txn *leaves;  /* that comes from where the INVITE came from */
    const struct sx_txn *first, *last;
};

static bool is_ack_of(const struct sx_txn *ack, const struct sx_txn *invite)
{
    return ack->method == SX_METHOD_ACK && ack->cseq == invite->cseq &&
           ack->by_called == invite->by_called;
}

/* From the newest to the oldest, so the first ones are set last. */
static void add_ack(struct acks *acks, const struct sx_txn *ack, const struct sx_txn *invite)
{
    bool leaves = ack->src.host == invite->src.host, arrives = ack->dst.host == invite->dst.host;

    if (!acks->last)
        acks->last = ack;
    acks->first = ack;
    if (leaves)
        acks->leaves = ack;
    if (arrives)
        acks->arrives = ack;
    if (leaves && arrives)
        acks->here = ack;
}

static struct acks find_acks(const struct sx_tracker *t, const struct sx_txn *invite,
                             const struct sx_dialog *dialog)
{
    struct acks acks = {.arrives = NULL};
    const struct sx_txn *request = sx_dialog_newest_request(t, dialog);

    for (unsigned i = 0; request && i < MAX_REQUESTS; i++) {
        if (is_ack_of(request, invite))
            add_ack(&acks, request, invite);
        request = sx_dialog_older_request(t, request);
    }
    return acks;
}

static const struct sx_txn *best_ack(const struct acks *acks)
{
    return acks->here      ? acks->here
           : acks->arrives ? acks->arrives
           : acks->leaves  ? acks->leaves
                           : acks->first;
}

/* ---- whether it goes on after the repetitions ---- */

/* When the server would send it again if no ACK came, with some patience. */
static int64_t next_send_ns(const struct sx_resent *r)
{
    int64_t gap = r->sends >= 4 ? T2_NS : SX_T1_NS << (r->sends - 1);

    return r->last_ns + gap + gap / 2;
}

/* The server hangs up for want of the ACK (RFC 3261 13.3.1.4). */
static bool gives_up(const struct sx_resent *r, const struct sx_txn *bye,
                     const struct sx_txn *invite)
{
    int64_t after = bye->request_ns - r->first_ns;

    return bye->by_called != invite->by_called && after >= GIVES_UP_FROM_NS &&
           after <= GIVES_UP_UNTIL_NS;
}

struct aftermath {
    bool ends;    /* a BYE explains why the server stopped */
    bool by_it;   /* ... which is its own: the client's may have come after an ACK */
    bool goes_on; /* the dialog lived on after the server had stopped early */
};

static struct aftermath find_aftermath(const struct sx_tracker *t, const struct sx_txn *invite,
                                       const struct sx_dialog *dialog, const struct sx_resent *r)
{
    struct aftermath after = {.ends = false};
    const struct sx_txn *request = sx_dialog_newest_request(t, dialog);

    for (unsigned i = 0; request && i < MAX_REQUESTS; i++) {
        bool later = request->request_ns > next_send_ns(r);
        if (request->method == SX_METHOD_BYE && request->request_ns >= r->first_ns &&
            (!later || gives_up(r, request, invite))) {
            after.ends = true;
            after.by_it |= request->by_called != invite->by_called;
        } else if (later && request->method != SX_METHOD_ACK) {
            after.goes_on = true;
        }
        request = sx_dialog_older_request(t, request);
    }
    after.goes_on &= !after.ends && r->last_ns - r->first_ns < LAST_SEND_NS;
    return after;
}

/* The capture shows what the client sends: else its ACK may be what is not seen. */
static bool sees_client(const struct sx_tracker *t, const struct sx_txn *invite)
{
    return invite->request_frame || sx_tracker_host(t, invite->src.host)->sent > 0;
}

/* stopped: so often is enough where a BYE shows why the server sent it no more often. */
static bool goes_without_ack(const struct sx_resent *r, const struct aftermath *after,
                             unsigned stopped)
{
    return !after->goes_on && r->sends >= (after->ends ? stopped : MANY_SENDS);
}

/* It was sent again because no ACK had come: no timer of a server waits longer, or less. What comes
 * sooner answers a repeated request, or is a copy that the capture has of it. */
static bool is_timed(const struct sx_resent *r)
{
    int64_t waited = r->again_ns - r->first_ns;

    return waited >= T1_MIN_NS && waited <= T2_NS;
}

/* ---- why: the ACK ---- */

static void blame(struct sx_ack *ack, enum sx_ack_cause cause, uint32_t frame)
{
    ack->cause = cause;
    ack->cause_in = frame;
}

/* Over the transport, and the connection, of the INVITE. */
static bool goes_to_server(const struct sx_txn *ack, const struct sx_txn *server)
{
    return sx_endpoint_eq(ack->dst, server->dst) && ack->transport == server->transport &&
           (ack->transport == SX_TRANSPORT_UDP || ack->src.port == server->src.port);
}

/* One that nobody in the capture sent on is where the ACK was seen last. */
static void blame_ack(const struct sx_tracker *t, const struct sx_txn *server,
                      const struct sx_dialog *dialog, struct sx_ack *v)
{
    const struct sx_txn *request = sx_dialog_newest_request(t, dialog), *last = NULL;
    bool arrives = false;

    for (unsigned i = 0; request && i < MAX_REQUESTS; i++) {
        if (is_ack_of(request, server) && !request->first_child) {
            arrives |= goes_to_server(request, server);
            last = request;
        }
        request = sx_dialog_older_request(t, request);
    }
    if (!last)
        return;
    bool on_way = arrives ||
                  (last->dst.host != server->dst.host && is_hop_above(t, server, last->dst));
    blame(v, on_way ? SX_ACK_CAUSE_LOST : SX_ACK_CAUSE_ASTRAY, last->request_frame);
}

/* It comes from further up, where the capture lacks the 2xx: a hop between may have given that one
 * a To tag of its own, and the ACK may be right. */
static bool is_of_unseen_answer(const struct sx_tracker *t, const struct sx_txn *invite,
                                const struct sx_txn *ack)
{
    const struct sx_txn *hop = invite;

    for (unsigned i = 0; hop && i < MAX_HOPS; i++) {
        if (hop->src.host == ack->src.host)
            return !hop->final_frame;
        hop = sx_tracker_txn(t, hop->parent);
    }
    return false;
}

/* An ACK of this client for this INVITE in a dialog that no 2xx confirmed. */
static const struct sx_txn *ack_elsewhere(const struct sx_tracker *t, const struct sx_txn *invite,
                                          const struct sx_dialog *dialog, uint32_t since_frame)
{
    const struct sx_dialog *other = sx_dialog_newest_of_call(t, invite);
    const struct sx_txn *found = NULL;

    for (unsigned i = 0; other && i < MAX_DIALOGS; i++) {
        const struct sx_txn *request = sx_dialog_newest_request(t, other);
        bool apart = other != dialog && !other->answer_frame;
        for (unsigned n = 0; apart && request && n < MAX_REQUESTS; n++) {
            if (request->method == SX_METHOD_ACK && request->cseq == invite->cseq &&
                request->request_frame > since_frame && !is_of_unseen_answer(t, invite, request) &&
                (!found || request->request_frame < found->request_frame))
                found = request;
            request = sx_dialog_older_request(t, request);
        }
        other = sx_dialog_older_of_call(t, other);
    }
    return found;
}

/* An ACK of this dialog whose CSeq number is that of no INVITE in it (RFC 3261 13.2.2.4). */
static const struct sx_txn *ack_misnumbered(const struct sx_tracker *t, const struct sx_txn *invite,
                                            const struct sx_dialog *dialog, uint32_t since_frame)
{
    const struct sx_txn *request = sx_dialog_newest_request(t, dialog), *found = NULL;
    uint32_t later_invite = 0;

    for (unsigned i = 0; request && i < MAX_REQUESTS; i++) {
        if (request->method == SX_METHOD_INVITE && request->by_called == invite->by_called)
            later_invite = request->cseq;
        if (request->method == SX_METHOD_ACK && request->by_called == invite->by_called &&
            request->cseq != invite->cseq && request->request_frame > since_frame)
            found = request;
        request = sx_dialog_older_request(t, request);
    }
    return later_invite && later_invite != invite->cseq ? NULL : found;
}

/* ---- why: the response ---- */

/* The frame that shows that the client of a hop did not get the response; 0 if none does. Over TCP
 * a response may go over another connection than the request came (RFC 3261 18.2.2). */
static uint32_t lost_at_hop(const struct sx_tracker *t, const struct sx_txn *hop,
                            const struct sx_resent *r)
{
    const struct sx_txn *cancel = sx_tracker_txn(t, sx_txn_rare(hop)->related);
    const struct sx_hangup *gone = sx_tracker_hung_up(t, hop);
    bool astray = hop->request_frame && hop->answer_way != SX_ANSWER_TO_SOURCE &&
                  hop->transport == SX_TRANSPORT_UDP;

    if (sx_txn_rare(hop)->returned_frame)
        return sx_txn_rare(hop)->returned_frame;
    if (sx_txn_sends(hop) > 1 && sx_txn_last_request_ns(hop) > r->first_ns + CROSSING_NS)
        return sx_txn_last_request_frame(hop);
    if (cancel && cancel->request_ns > r->first_ns + CROSSING_NS)
        return cancel->request_frame;
    if (gone)
        return gone->frame;
    return astray || (r->astray && r->txn == hop->number) ? r->frame : 0;
}

/* The hop above had the 2xx and kept it; it is one that the capture sees send, and nothing shows
 * that its client got one all the same. */
static bool was_kept(const struct sx_tracker *t, const struct sx_txn *hop, int64_t until_ns)
{
    const struct sx_txn *above = sx_tracker_txn(t, hop->parent);

    return above && sx_txn_is_next_hop(above, hop) &&
           (!has_success(above) || above->final_ns > until_ns) &&
           (above->responses || sx_tracker_host(t, above->dst.host)->sent > 0) &&
           sx_missing_response(t, above, UINT32_MAX).sign == SX_MISSING_NONE;
}

/* Blames it on the response if something shows that it did not reach the client. */
static void blame_response(const struct sx_tracker *t, const struct sx_txn *server,
                           const struct sx_resent *r, int64_t until_ns, struct sx_ack *v)
{
    const struct sx_txn *hop = server, *kept = NULL;

    /* The ACK of another final response than 2xx is the next hop's. */
    for (unsigned i = 0; hop && i < (r->dialog ? MAX_HOPS : 1); i++) {
        uint32_t frame = lost_at_hop(t, hop, r);
        if (frame) {
            blame(v, SX_ACK_CAUSE_RESPONSE_LOST, frame);
            v->lost_at = hop->src.host;
            return;
        }
        if (!kept && r->dialog && was_kept(t, hop, until_ns))
            kept = hop;
        hop = sx_tracker_txn(t, hop->parent);
    }
    if (!kept)
        return;
    blame(v, SX_ACK_CAUSE_RESPONSE_LOST, r->frame);
    v->lost_at = kept->src.host;
}

/* A request that the client can make only if it has the 2xx: INVITE (RFC 3261 14.1), or one to the
 * Contact that no response before it had. */
static const struct sx_txn *shows_answer(const struct sx_tracker *t, const struct sx_txn *invite,
                                         const struct sx_dialog *dialog, const struct sx_resent *r)
{
    const struct sx_txn *request = sx_dialog_newest_request(t, dialog), *found = NULL;
    uint32_t contact = dialog->contacts[invite->by_called ? SX_SIDE_CALLER : SX_SIDE_CALLED];

    for (unsigned i = 0; request && i < MAX_REQUESTS; i++) {
        bool only_then = request->method == SX_METHOD_INVITE ||
                         (contact && request->uri_hash == contact && !dialog->contact_in_18x);
        if (only_then && request->method != SX_METHOD_ACK && request->request_ns > r->first_ns &&
            request->cseq != invite->cseq && request->by_called == invite->by_called)
            found = request;
        request = sx_dialog_older_request(t, request);
    }
    return found;
}

/* ---- a 2xx ---- */

static void blame_no_ack(const struct sx_tracker *t, const struct sx_txn *server,
                         const struct sx_dialog *dialog, const struct sx_resent *r,
                         struct sx_ack *v)
{
    const struct sx_txn *wrong = ack_elsewhere(t, server, dialog, r->frame);

    if (!wrong)
        wrong = ack_misnumbered(t, server, dialog, r->frame);
    if (wrong) {
        blame(v, SX_ACK_CAUSE_MISMATCH, wrong->request_frame);
        return;
    }
    const struct sx_txn *shows = shows_answer(t, server, dialog, r);
    if (shows)
        blame(v, SX_ACK_CAUSE_NOT_SENT, shows->request_frame);
    else
        blame_response(t, server, r, INT64_MAX, v);
}

static void blame_late(const struct sx_tracker *t, const struct sx_txn *server,
                       const struct sx_dialog *dialog, const struct sx_resent *r, struct sx_ack *v)
{
    struct acks acks = find_acks(t, server, dialog);

    if (acks.first->request_ns < r->again_ns)
        blame(v, SX_ACK_CAUSE_LOST, acks.first->request_frame);
    else
        blame_response(t, server, r, r->again_ns, v);
}

/* Late is an ACK of this hop: one further on may have been lost and made again, after the ACK of a
 * client whose messages the capture lacks. */
static bool came_late(const struct acks *acks, const struct sx_resent *own, bool last_hop)
{
    const struct sx_txn *ack = best_ack(acks);

    return ack && own && (last_hop || acks->leaves) && ack->request_ns > own->again_ns &&
           is_timed(own);
}

static void judge_success(const struct sx_tracker *t, const struct sx_txn *invite,
                          const struct sx_dialog *dialog, struct sx_ack *v)
{
    const struct sx_txn *server = server_hop(t, invite, dialog);
    const struct sx_resent *r = sx_resent_find(t, server, dialog->number);
    const struct sx_resent *own = sx_resent_find(t, invite, dialog->number);
    struct acks acks = find_acks(t, invite, dialog);
    const struct sx_txn *ack = best_ack(&acks);

    if (!r)
        r = own;
    if (ack) {
        v->state = SX_ACK_SENT;
        v->ack_in = ack->request_frame;
    }
    if (!r)
        return;
    v->response_in = r->frame;
    v->sends = r->sends;
    v->lasted_ns = r->last_ns - r->first_ns;
    struct aftermath after = find_aftermath(t, server, dialog, r);
    if (!ack && goes_without_ack(r, &after, after.by_it ? SOME_SENDS : CLIENT_SENDS) &&
        sees_client(t, server)) {
        v->state = SX_ACK_NEVER;
        blame_no_ack(t, server, dialog, r, v);
    } else if (ack && r->after_ack >= SOME_SENDS && goes_without_ack(r, &after, SOME_SENDS)) {
        v->state = SX_ACK_NEVER;
        v->ack_in = 0;
        blame_ack(t, server, dialog, v);
    } else if (came_late(&acks, own, invite == server)) {
        v->state = SX_ACK_LATE;
        blame_late(t, server, dialog, own, v);
    }
}

/* ---- another final response ---- */

/* The client went on: it has the response. */
static const struct sx_txn *next_attempt(const struct sx_tracker *t, const struct sx_txn *invite,
                                         const struct sx_resent *r)
{
    const struct sx_txn *next = sx_tracker_txn(t, invite->followed_by);

    return next && next->src.host == invite->src.host && next->request_ns >= r->first_ns ? next
                                                                                         : NULL;
}

/* One with the tags of this response that matches no transaction: its branch is another. */
static const struct sx_txn *ack_of_other_branch(const struct sx_tracker *t,
                                                const struct sx_txn *invite)
{
    const struct sx_txn *ack = ack_elsewhere(t, invite, NULL, invite->final_frame);

    return ack && ack->src.host == invite->src.host && ack->dst.host == invite->dst.host ? ack
                                                                                         : NULL;
}

static void blame_failure(const struct sx_tracker *t, const struct sx_txn *invite,
                          const struct sx_resent *r, struct sx_ack *v)
{
    const struct sx_txn *wrong = ack_of_other_branch(t, invite), *next = next_attempt(t, invite, r);

    if (wrong)
        blame(v, SX_ACK_CAUSE_MISMATCH, wrong->request_frame);
    else if (next)
        blame(v, SX_ACK_CAUSE_NOT_SENT, next->request_frame);
    else
        blame_response(t, invite, r, INT64_MAX, v);
}

static void judge_failure(const struct sx_tracker *t, const struct sx_txn *invite, struct sx_ack *v)
{
    const struct sx_resent *r = sx_resent_find(t, invite, 0);
    struct sx_final_ack ack = sx_final_acks_find(t, invite, invite->final_tag);

    if (ack.frame) {
        v->state = SX_ACK_SENT;
        v->ack_in = ack.frame;
    }
    if (!r)
        return;
    v->response_in = r->frame;
    v->sends = r->sends;
    v->lasted_ns = r->last_ns - r->first_ns;
    if (!ack.frame) {
        if (r->sends < MANY_SENDS || !sees_client(t, invite))
            return;
        v->state = SX_ACK_NEVER;
        blame_failure(t, invite, r, v);
    } else if (r->after_ack >= SOME_SENDS && r->sends >= MANY_SENDS) {
        v->state = SX_ACK_NEVER;
        v->ack_in = 0;
        blame(v, invite->ack_astray ? SX_ACK_CAUSE_ASTRAY : SX_ACK_CAUSE_LOST, ack.frame);
    } else if (ack.ns > r->again_ns && is_timed(r)) {
        v->state = SX_ACK_LATE;
        blame_response(t, invite, r, r->again_ns, v);
    }
}

struct sx_ack sx_no_ack_judge(const struct sx_tracker *t, const struct sx_txn *invite,
                              const struct sx_dialog *dialog)
{
    struct sx_ack v = {.state = SX_ACK_UNKNOWN};

    if (dialog)
        judge_success(t, invite, dialog, &v);
    else if (invite->final_code >= 300)
        judge_failure(t, invite, &v);
    return v;
}

struct sx_ack sx_no_ack_judge_later(const struct sx_tracker *t, const struct sx_txn *invite,
                                    uint32_t to_tag)
{
    struct sx_final_ack ack = {0, 0};

    /* With one tag in both, one ACK may be either's. */
    if (to_tag != invite->final_tag)
        ack = sx_final_acks_find(t, invite, to_tag);
    return (struct sx_ack){.state = ack.frame ? SX_ACK_SENT : SX_ACK_UNKNOWN, .ack_in = ack.frame};
}

/* ---- overdue ---- */

const struct sx_resent *sx_no_ack_overdue(const struct sx_tracker *t, const struct sx_txn *txn)
{
    const struct sx_dialog *dialog = has_success(txn) ? sx_tracker_dialog(t, txn->dialog) : NULL;
    const struct sx_resent *r = txn->method == SX_METHOD_INVITE && txn->final_frame
                                    ? sx_resent_find(t, txn, dialog ? dialog->number : 0)
                                    : NULL;

    if (!r || r->told || sx_tracker_now(t) - r->first_ns < SX_TIMER_B_NS ||
        r->last_ns - r->first_ns < LAST_SEND_NS || server_hop(t, txn, dialog) != txn ||
        sx_no_ack_judge(t, txn, dialog).state != SX_ACK_NEVER)
        return NULL;
    return r;
}

/* ---- what an ACK acknowledges ---- */

static uint32_t success_at(const struct sx_dialog *dialog, const struct sx_txn *hop)
{
    if (hop->number == dialog->invite)
        return dialog->answer_frame;
    return has_success(hop) ? hop->final_frame : 0;
}

/* How well a hop of the INVITE fits the ACK, which may leave hops out or take others. */
static unsigned fit(const struct sx_txn *ack, const struct sx_txn *invite)
{
    return 1 + (ack->src.host == invite->src.host) + 2 * (ack->dst.host == invite->dst.host);
}

static void take_if_better(struct sx_acknowledged *best, const struct sx_txn *ack,
                           const struct sx_txn *invite, uint32_t frame)
{
    if (frame && (!best->invite || fit(ack, invite) > fit(ack, best->invite)))
        *best = (struct sx_acknowledged){frame, invite};
}

/* Of the hops of the INVITE that began the dialog. */
static struct sx_acknowledged first_success(const struct sx_tracker *t,
                                            const struct sx_dialog *dialog,
                                            const struct sx_txn *ack)
{
    struct sx_acknowledged best = {0, NULL};
    const struct sx_txn *hop = sx_tracker_txn(t, dialog->invite);

    if (!hop || hop->cseq != ack->cseq || ack->by_called)
        return best;
    for (unsigned i = 0; hop && i < MAX_HOPS; i++) {
        take_if_better(&best, ack, hop, success_at(dialog, hop));
        hop = sx_tracker_txn(t, hop->parent);
    }
    return best;
}

static struct sx_acknowledged success_inside(const struct sx_tracker *t,
                                             const struct sx_dialog *dialog,
                                             const struct sx_txn *ack)
{
    struct sx_acknowledged best = {0, NULL};
    const struct sx_txn *request = sx_dialog_newest_request(t, dialog);

    for (unsigned i = 0; request && i < MAX_REQUESTS; i++) {
        if (request->method == SX_METHOD_INVITE && is_ack_of(ack, request) && has_success(request))
            take_if_better(&best, ack, request, request->final_frame);
        request = sx_dialog_older_request(t, request);
    }
    return best;
}

struct sx_acknowledged sx_no_ack_response(const struct sx_tracker *t, const struct sx_txn *txn,
                                          uint32_t to_tag)
{
    const struct sx_dialog *dialog = sx_tracker_dialog(t, txn->dialog);

    if (txn->method == SX_METHOD_INVITE && txn->final_frame) {
        uint32_t frame = sx_tracker_final_with(t, txn, 0, to_tag);
        return (struct sx_acknowledged){frame ? frame : txn->final_frame, txn};
    }
    if (txn->method != SX_METHOD_ACK || !dialog)
        return (struct sx_acknowledged){0, NULL};
    struct sx_acknowledged of = first_success(t, dialog, txn);
    return of.frame ? of : success_inside(t, dialog, txn);
}
