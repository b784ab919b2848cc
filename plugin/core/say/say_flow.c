/* say_flow.c
 * What the verdicts say of flows.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "core/judge/origin.h"
#include "core/say/say.h"
#include "core/say/words.h"

static const char *how_closed(const struct sx_link *link)
{
    if (link->closer_unknown)
        return link->reset ? sx_words_flow_reset() : sx_words_flow_closed();
    if (link->closed_by_client)
        return link->reset ? sx_words_flow_reset_client() : sx_words_flow_closed_client();
    return link->reset ? sx_words_flow_reset_edge() : sx_words_flow_closed_edge();
}

static void say_no_pong(wmem_strbuf_t *out, const struct sx_flow_story *story)
{
    if (sx_flow_more(story->flow)->link &&
        sx_flow_more(story->flow)->link->transport == SX_TRANSPORT_UDP)
        sx_words_flow_no_stun(out, story->death_in);
    else
        sx_words_flow_no_pong(out, story->death_in);
}

static void say_unreachable(wmem_strbuf_t *out, const struct sx_flow_story *story)
{
    if (story->edge_unreachable)
        sx_words_flow_unreachable_edge(out, story->death_in);
    else
        sx_words_flow_unreachable_client(out, story->death_in);
}

/* "closed by the client in frame 39"; nothing if the capture does not show how it died */
static void say_death(wmem_strbuf_t *out, const struct sx_flow_story *story)
{
    const struct sx_flow *flow = story->flow;
    uint32_t frame = story->death_in;

    switch (story->death) {
    case SX_DEATH_CLOSED:
        sx_words_flow_ended(out, how_closed(sx_flow_more(flow)->link), frame);
        break;
    case SX_DEATH_ALL_AT_ONCE:
        sx_words_flow_all_at_once(out, how_closed(sx_flow_more(flow)->link), frame, story->ended);
        break;
    case SX_DEATH_FORGOTTEN:
        sx_words_flow_forgotten(out, how_closed(sx_flow_more(flow)->link), frame);
        break;
    case SX_DEATH_NO_PONG:
        say_no_pong(out, story);
        break;
    case SX_DEATH_NO_ACK:
        sx_words_flow_no_ack(out, story->repeats, frame);
        break;
    case SX_DEATH_UNREACHABLE:
        say_unreachable(out, story);
        break;
    case SX_DEATH_MOVED:
        sx_words_flow_moved(out, frame);
        break;
    case SX_DEATH_REFUSED:
        sx_words_flow_refused(out, frame);
        break;
    case SX_DEATH_FLOW_TIMER:
        sx_words_flow_silent(out, story->silent_ns, story->flow_timer_s);
        break;
    case SX_DEATH_REMOVED:
        sx_words_flow_removed(out, frame);
        break;
    case SX_DEATH_EXPIRED:
        wmem_strbuf_append(out, sx_words_flow_expired());
        break;
    case SX_DEATH_UNKNOWN:
    default:
        break;
    }
}

/* A piece for out; NULL if the capture does not show it. */
static wmem_strbuf_t *death_of(const wmem_strbuf_t *out, const struct sx_flow_story *story)
{
    if (!story->flow || story->death == SX_DEATH_UNKNOWN)
        return NULL;
    wmem_strbuf_t *death = sx_words_piece(out);
    say_death(death, story);
    return death;
}

static void say_without_flow(wmem_strbuf_t *out, const struct sx_flow_story *story)
{
    if (story->to_register)
        wmem_strbuf_append(out, sx_words_flow_to_register());
    else if (story->route_repair)
        wmem_strbuf_append(out, sx_words_flow_route_repair());
    else if (story->in_dialog)
        wmem_strbuf_append(out, sx_words_flow_unregistered_in_dialog());
    else if (story->may_be_over_it)
        wmem_strbuf_append(out, sx_words_flow_unregistered_own());
    else if (story->token_route)
        wmem_strbuf_append(out, sx_words_flow_unregistered());
    else if (story->unseen_request)
        wmem_strbuf_append(out, sx_words_flow_unknown_request());
    else
        wmem_strbuf_append(out, sx_words_flow_no_flow());
}

static void say_delivered(wmem_strbuf_t *out, const struct sx_flow_story *story)
{
    if (story->alive_in) {
        sx_words_flow_works(out, story->alive_code, story->alive_in);
        return;
    }
    wmem_strbuf_t *death = death_of(out, story);
    if (story->client_unseen && !death) {
        sx_words_flow_delivered_unseen(out, story->delivered_in);
        return;
    }
    wmem_strbuf_t *because = sx_words_piece(out);
    if (death)
        sx_words_flow_because(because, death);
    sx_words_flow_delivered(out, story->delivered_in, because);
}

static void say_gone(wmem_strbuf_t *out, const struct sx_flow_story *story)
{
    const struct sx_flow *flow = story->flow;
    const char *token = story->wrong_token ? sx_words_flow_token() : "";
    wmem_strbuf_t *made = sx_words_piece(out), *death = death_of(out, story);

    if (flow->registered_in)
        sx_words_flow_made(made, flow->registered_in);
    if (!death) {
        sx_words_flow_said_gone(out, token, flow->user->aor, made);
        return;
    }
    wmem_strbuf_t *before = sx_words_piece(out);
    sx_words_flow_before(before, death);
    sx_words_flow_gone(out, token, before, flow->user->aor, made);
}

void sx_say_flow(wmem_strbuf_t *out, const struct sx_flow_story *story)
{
    if (story->delivered_in || story->alive_in)
        say_delivered(out, story);
    else if (story->from_client)
        wmem_strbuf_append(out, sx_words_flow_from_client());
    else if (story->over_it)
        wmem_strbuf_append(out, sx_words_flow_over_it());
    else if (!story->flow || story->route_repair)
        say_without_flow(out, story);
    else
        say_gone(out, story);
}

/* ---- what came of it ---- */

static wmem_strbuf_t *result_of_retry(const wmem_strbuf_t *out, const struct sx_flow_story *story)
{
    wmem_strbuf_t *result = sx_words_piece(out);

    if (!story->retry_code)
        wmem_strbuf_append(result, sx_words_flow_no_answer());
    else if (story->outcome == SX_FLOW_OTHER_ANSWERED)
        sx_words_flow_answered(result, story->retry_code);
    else
        sx_words_flow_failed(result, story->retry_code);
    return result;
}

static void say_retry(wmem_strbuf_t *out, const struct sx_flow_story *story)
{
    const char *what = story->wrong_token_in ? sx_words_flow_another_contact()
                                             : sx_words_flow_another_flow();

    if (!story->retried)
        sx_words_flow_failed_before(out, story->earlier_in);
    else if (story->retry_in)
        sx_words_flow_tried(out, what, story->retry_in, result_of_retry(out, story));
    else
        sx_words_flow_tried_unseen(out, what, result_of_retry(out, story));
}

void sx_say_flow_upstream(wmem_strbuf_t *out, const struct sx_flow_story *story)
{
    if (story->upstream_code && story->outcome != SX_FLOW_OTHER_ANSWERED &&
        story->outcome != SX_FLOW_HANDED_ON && story->outcome != SX_FLOW_UNKNOWN)
        sx_words_flow_upstream(out, story->upstream_code, story->upstream_in);
}

bool sx_say_flow_outcome(wmem_strbuf_t *out, const struct sx_flow_story *story)
{
    switch (story->outcome) {
    case SX_FLOW_OTHER_ANSWERED:
    case SX_FLOW_OTHERS_FAILED:
        say_retry(out, story);
        return true;
    case SX_FLOW_REREGISTERED:
        sx_words_flow_registered_again(out, story->reregistered_in, story->reregistered_after_ns);
        return true;
    case SX_FLOW_HANDED_ON:
        wmem_strbuf_append(out, sx_words_flow_handed_on());
        return true;
    case SX_FLOW_NOTHING_TRIED:
        wmem_strbuf_append(out, sx_words_flow_nothing_tried());
        return true;
    case SX_FLOW_OPEN:
        wmem_strbuf_append(out, sx_words_flow_open());
        return true;
    case SX_FLOW_UNKNOWN:
    default:
        return false;
    }
}

void sx_say_flow_story(wmem_strbuf_t *out, const struct sx_flow_story *story)
{
    if (story->outcome == SX_FLOW_UNKNOWN) {
        sx_say_flow(out, story);
        return;
    }
    wmem_strbuf_t *outcome = sx_words_piece(out), *flow = sx_words_piece(out);
    wmem_strbuf_t *upstream = sx_words_piece(out);
    sx_say_flow_outcome(outcome, story);
    sx_say_flow(flow, story);
    sx_say_flow_upstream(upstream, story);
    sx_words_flow_story(out, outcome, flow, upstream);
}

/* ---- advice ---- */

static const char *where_to_look(enum sx_flow_death death)
{
    switch (death) {
    case SX_DEATH_ALL_AT_ONCE:
    case SX_DEATH_FORGOTTEN:
        return sx_words_flow_look_edge();
    case SX_DEATH_NO_PONG:
    case SX_DEATH_NO_ACK:
    case SX_DEATH_MOVED:
        return sx_words_flow_look_network();
    case SX_DEATH_FLOW_TIMER:
        return sx_words_flow_look_keep_alives();
    case SX_DEATH_REMOVED:
    case SX_DEATH_EXPIRED:
        return sx_words_flow_look_binding();
    case SX_DEATH_UNREACHABLE:
        return sx_words_flow_look_program();
    case SX_DEATH_CLOSED:
    case SX_DEATH_REFUSED:
        return "";
    case SX_DEATH_UNKNOWN:
    default:
        return sx_words_flow_look_restart();
    }
}

static wmem_strbuf_t *flow_timer(const wmem_strbuf_t *out, const struct sx_flow_story *story)
{
    wmem_strbuf_t *timer = sx_words_piece(out);

    if (story->flow_timer_s)
        sx_words_flow_timer(timer, story->flow_timer_s);
    return timer;
}

/* How long nothing came from the client before the connection ended, or before the response. */
static void say_silence(wmem_strbuf_t *out, const struct sx_flow_story *story)
{
    if (story->idle_ns >= 0)
        sx_words_flow_idle(out, story->idle_ns, flow_timer(out, story));
    else if (story->silent_ns >= 0 && story->death != SX_DEATH_FLOW_TIMER)
        sx_words_flow_silent_before(out, story->silent_ns, flow_timer(out, story));
}

/* Why the flow dropped, as the thing to look at. */
static void advise_death(wmem_strbuf_t *out, const struct sx_flow_story *story)
{
    wmem_strbuf_t *reg_id = sx_words_piece(out), *silence = sx_words_piece(out);
    wmem_strbuf_t *death = death_of(out, story);

    if (sx_flow_more(story->flow)->reg_id)
        sx_words_flow_with_reg_id(reg_id, sx_flow_more(story->flow)->reg_id);
    say_silence(silence, story);
    if (death)
        sx_words_flow_find_out(out, reg_id, death, silence, where_to_look(story->death));
    else
        sx_words_flow_find_out_said(out, reg_id, silence, where_to_look(story->death));
}

static wmem_strbuf_t *wait_of(const wmem_strbuf_t *out, const struct sx_back_off *b)
{
    wmem_strbuf_t *wait = sx_words_piece(out), *row = sx_words_piece(out);

    if (b->failures > 1)
        sx_words_flow_row(row, b->failures);
    sx_words_flow_wait(wait, b->waited_ns, b->failed_in, row);
    return wait;
}

void sx_say_too_early(wmem_strbuf_t *out, const struct sx_back_off *b)
{
    sx_words_flow_too_early(out, wait_of(out, b), b->least_ns);
}

/* RFC 5626 4.5; the first new attempt may come at once. */
static void advise_return(wmem_strbuf_t *out, const struct sx_flow_story *story)
{
    const struct sx_back_off *b = &story->back_off;

    switch (story->returned) {
    case SX_RETURN_IN_TIME:
        if (b->failures > 0)
            sx_words_flow_back_in_time(out, wait_of(out, b));
        break;
    case SX_RETURN_TOO_EARLY:
        sx_words_flow_back_too_early(out, wait_of(out, b), b->least_ns - b->waited_ns);
        break;
    case SX_RETURN_NEVER:
        sx_words_flow_never_back(out, story->watched_ns);
        break;
    case SX_RETURN_UNKNOWN:
    default:
        break;
    }
}

/* Where the 430 is not about a lost flow. */
static bool advise_no_loss(wmem_strbuf_t *out, const struct sx_flow_story *story)
{
    if (story->alive_later)
        sx_words_flow_advice_works_later(out, story->alive_in, story->code);
    else if (story->alive_in)
        sx_words_flow_advice_works(out, story->alive_in, story->code);
    else if (story->to_register)
        sx_words_flow_advice_to_register(out, story->code);
    else if (story->from_client)
        sx_words_flow_advice_from_client(out, story->code);
    else if (story->over_it)
        sx_words_flow_advice_over_it(out, story->code);
    else if (story->route_repair)
        wmem_strbuf_append(out, sx_words_flow_advice_route_repair());
    else if (story->delivered_in && story->death == SX_DEATH_UNKNOWN && story->client_unseen)
        sx_words_flow_advice_delivered_unseen(out, story->delivered_in, story->code);
    else if (story->delivered_in && story->death == SX_DEATH_UNKNOWN)
        sx_words_flow_advice_delivered(out, story->delivered_in, story->code);
    else if (!story->flow && !story->token_route && !story->in_dialog && !story->unseen_request)
        sx_words_flow_advice_no_flow(out, story->code);
    else
        return false;
    return true;
}

static wmem_strbuf_t *where_retried(const wmem_strbuf_t *out, const struct sx_flow_story *story)
{
    wmem_strbuf_t *where = sx_words_piece(out);

    if (story->retry_in)
        sx_words_flow_where(where, story->retry_in);
    return where;
}

static void advise_others_failed(wmem_strbuf_t *out, const struct sx_flow_story *story)
{
    if (story->wrong_token_in) {
        sx_words_flow_advice_next_token(out, story->wrong_token_in);
        return;
    }
    if (story->wrong_token) {
        wmem_strbuf_append(out, sx_words_flow_advice_token());
        return;
    }
    wmem_strbuf_t *what = sx_words_piece(out);
    if (!story->retried)
        sx_words_flow_last_retry(what, story->earlier_in);
    else if (story->retry_code)
        sx_words_flow_retry_failed(what, where_retried(out, story), story->retry_code);
    else
        sx_words_flow_retry_unanswered(what, where_retried(out, story));
    sx_words_flow_advice_others_failed(out, what);
}

static void advise_outcome(wmem_strbuf_t *out, const struct sx_flow_story *story,
                           int64_t recovery_ns)
{
    switch (story->outcome) {
    case SX_FLOW_OTHER_ANSWERED:
        sx_words_flow_advice_answered(out, story->retry_reg_id,
                                      story->retry_in ? story->retry_in : story->retry_code_in,
                                      story->retry_code);
        break;
    case SX_FLOW_REREGISTERED:
        sx_words_flow_advice_registered_again(out, story->reregistered_in);
        break;
    case SX_FLOW_OTHERS_FAILED:
        advise_others_failed(out, story);
        break;
    case SX_FLOW_HANDED_ON:
        sx_words_flow_advice_handed_on(out, story->code);
        break;
    case SX_FLOW_NOTHING_TRIED:
        if (story->ended_early)
            sx_words_flow_advice_nothing_tried_yet(out, sx_words_flow_two_flows());
        else
            sx_words_flow_advice_nothing_tried(out, recovery_ns, sx_words_flow_two_flows());
        break;
    case SX_FLOW_OPEN:
        wmem_strbuf_append(out, sx_words_flow_advice_open());
        break;
    case SX_FLOW_UNKNOWN:
    default:
        wmem_strbuf_append(out, sx_words_flow_advice_unknown());
        break;
    }
}

bool sx_say_flow_advice(wmem_strbuf_t *out, const struct sx_tracker *tracker,
                        const struct sx_flow_story *story)
{
    if (advise_no_loss(out, story))
        return true;
    if (!story->flow)
        return false;
    advise_outcome(out, story, sx_tracker_config(tracker)->flow_recovery_ns);
    if (story->replaced_in)
        sx_words_flow_out_of_date(out, story->replaced_in);
    advise_return(out, story);
    advise_death(out, story);
    return true;
}

void sx_say_flow_end(wmem_strbuf_t *out, const struct sx_flow *flow)
{
    wmem_strbuf_t *made = sx_words_piece(out), *goodbye = sx_words_piece(out);

    if (flow->registered_in)
        sx_words_flow_end_made(made, flow->registered_in);
    if (sx_flow_more(flow)->link->goodbye_in)
        sx_words_flow_goodbye(goodbye, sx_flow_more(flow)->link->goodbye_in);
    sx_words_flow_end(out, how_closed(sx_flow_more(flow)->link), flow->user->aor,
                      sx_flow_more(flow)->reg_id, made, goodbye);
}

void sx_say_flow_failed(wmem_strbuf_t *out, const struct sx_flow_failure *failure)
{
    if (failure->death == SX_DEATH_UNKNOWN)
        sx_words_flow_said_gone_later(out, failure->frame);
    else
        sx_words_flow_failed_later(out, failure->frame);
}

/* ---- 403 to a flow token ---- */

void sx_say_token(wmem_strbuf_t *out, enum sx_flow_token token, const struct sx_flow *flow)
{
    if (token == SX_TOKEN_STRANGE) {
        sx_words_flow_token_strange(out, flow->registered_in);
        return;
    }
    wmem_strbuf_t *restart = sx_words_piece(out);
    if (token == SX_TOKEN_RESTARTED)
        sx_words_flow_token_restart(restart, sx_flow_more(flow)->link->closed_in);
    sx_words_flow_token_own(out, flow->registered_in, restart);
}

void sx_say_token_advice(wmem_strbuf_t *out, enum sx_flow_token token, const struct sx_flow *flow)
{
    if (token == SX_TOKEN_STRANGE)
        sx_words_flow_advice_token_strange(out, flow->registered_in);
    else if (token == SX_TOKEN_RESTARTED)
        wmem_strbuf_append(out, sx_words_flow_advice_token_restart());
    else
        wmem_strbuf_append(out, sx_words_flow_advice_token_own());
}

/* ---- 439 ---- */

static bool has_first_hop(const struct sx_txn *txn)
{
    return txn->parent_key.bits != 0;
}

/* The REGISTER as the registrar got it; NULL if the capture does not show it. One that was sent on,
 * while no 439 to that is in sight, went to the first hop. */
static const struct sx_txn *at_registrar(const struct sx_tracker *tracker, const struct sx_txn *txn)
{
    txn = sx_origin_find(tracker, txn).txn;
    if (txn->method != SX_METHOD_REGISTER || txn->final_code != 439 || !txn->request_frame ||
        (!has_first_hop(txn) && txn->first_child))
        return NULL;
    return txn;
}

bool sx_say_no_outbound(wmem_strbuf_t *out, const struct sx_tracker *tracker,
                        const struct sx_txn *txn)
{
    const struct sx_txn *at = at_registrar(tracker, txn);

    if (!at)
        return false;
    if (!has_first_hop(at))
        sx_words_flow_one_via(out, at->request_frame, sx_tracker_host(tracker, at->dst.host));
    else if (!at->has_path)
        sx_words_flow_no_path(out, sx_tracker_host(tracker, at->src.host), at->request_frame);
    else if (at->outbound_path)
        sx_words_flow_path_with_ob(out, at->request_frame);
    else
        sx_words_flow_path_without_ob(out, at->request_frame);
    return true;
}

bool sx_say_no_outbound_advice(wmem_strbuf_t *out, const struct sx_tracker *tracker,
                               const struct sx_txn *txn)
{
    const struct sx_txn *at = at_registrar(tracker, txn);
    const struct sx_txn *next = sx_tracker_txn(tracker, txn->followed_by);

    if (!at)
        return false;
    if (!has_first_hop(at))
        wmem_strbuf_append(out, sx_words_flow_advice_one_via());
    else if (at->outbound_path)
        wmem_strbuf_append(out, sx_words_flow_advice_path_with_ob());
    else
        sx_words_flow_advice_first_hop(out, sx_tracker_host(tracker, at->src.host));
    if (next) {
        wmem_strbuf_t *step = sx_words_piece(out), *answer = sx_words_piece(out);
        sx_say_next(step, next, sx_words_flow_client_again());
        if (next->final_code)
            sx_words_flow_answer(answer, next->final_code);
        sx_words_flow_next(out, step, answer);
    } else {
        wmem_strbuf_append(out, sx_words_flow_without_reg_id());
    }
    return true;
}
