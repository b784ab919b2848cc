/* stats_attempts.c
 * sipexplain,calls: each call at its first hop. sipexplain,requests: the same of what is no call.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 *
 * Times run from the first request, the rounds of a challenge included; only the one to the 100,
 * which goes from hop to hop, runs from the request that it answers.
 */
#include "glue/compat.h"

#include "core/facts/catalogue.h"
#include "core/judge/call_end.h"
#include "core/judge/failure.h"
#include "core/judge/failure_cause.h"
#include "core/judge/silence.h"
#include "core/judge/origin.h"
#include "core/judge/trying.h"
#include "core/read/reason.h"
#include "core/say/say.h"
#include "core/say/say_failure.h"
#include "core/say/words.h"
#include "glue/stats/stats_table.h"

/* Waits that hang from one another, from hop to hop. */
#define MAX_HOPS 70

struct attempt {
    struct sx_noted noted;
    char *from, *to;
};

static struct attempt *attempt_of(struct sx_noted *noted)
{
    return (struct attempt *)(void *)noted;
}

static uint32_t key(struct sx_table *table, const struct sx_tap_event *event)
{
    return event->first_pass ? sx_call_top(event->tracker, event->txn)
                             : sx_call_of(sx_stats_calls(table), event->tracker, event->txn);
}

static uint32_t final_key(struct sx_table *table, uint32_t number)
{
    return sx_call_of(sx_stats_calls(table), table->tracker, number);
}

static void note(struct sx_table *table G_GNUC_UNUSED, struct sx_noted *noted,
                 const struct sx_tap_event *event)
{
    struct attempt *a = attempt_of(noted);

    if (a->from)
        return;
    a->from = g_strdup(event->from);
    a->to = g_strdup(event->to);
}

/* ---- how it went ---- */

struct outcome {
    const struct sx_txn *first, *last;
    struct sx_trying wait;
    bool failed, unanswered;
    bool ran_out;      /* its Expires, and nobody ended it */
    bool missing;      /* answered, but not in the capture */
    bool not_repeated; /* it may be */
};

static bool is_flagged(enum sx_trying_state state)
{
    return state == SX_TRYING_TIMED_OUT || state == SX_TRYING_SLOW || state == SX_TRYING_CANCELLED;
}

static const char *how_it_went(const struct outcome *o)
{
    unsigned status_class = o->last->final_code / 100;

    if (o->unanswered)
        return sx_words_stats_table_no_response();
    if (status_class == 2)
        return o->last->method == SX_METHOD_INVITE ? sx_words_stats_table_answered()
                                                   : sx_words_stats_table_accepted();
    if (o->failed)
        return sx_words_stats_table_failed();
    if (sx_txn_rare(o->last)->cancel_frame)
        return sx_words_stats_table_cancelled();
    if (o->missing)
        return sx_words_stats_table_response_missing();
    if (status_class == 3)
        return sx_words_stats_table_redirected();
    if (o->last->final_code == 487)
        return o->ran_out ? sx_words_stats_table_ran_out() : sx_words_stats_table_cancelled();
    if (o->last->final_code == 401 || o->last->final_code == 407)
        return sx_words_stats_table_challenged();
    if (status_class > 3)
        return sx_words_stats_table_to_be_repaired();
    if (o->last->first_response_frame)
        return sx_words_stats_table_ringing();
    if (o->not_repeated)
        return sx_words_stats_table_cannot_tell();
    return sx_txn_more(o->last)->trying_frame ? sx_words_stats_table_trying()
                                              : sx_words_stats_table_no_response_yet();
}

static void verdict_cell(struct sx_row *row, const struct outcome *o)
{
    const char *went = how_it_went(o);
    wmem_strbuf_t *words = wmem_strbuf_new(NULL, "");
    /* cut, as in the verdict */
    int64_t wait_ns = o->wait.wait_ns - o->wait.wait_ns % (SX_NS_PER_S / 10);

    if (o->wait.state == SX_TRYING_TIMED_OUT)
        sx_words_stats_table_went_stuck(words, went, wait_ns);
    else if (o->wait.state == SX_TRYING_SLOW)
        sx_words_stats_table_went_slow(words, went, wait_ns);
    else if (o->wait.state == SX_TRYING_CANCELLED)
        sx_words_stats_table_went_cancelled(words, wait_ns);
    else
        wmem_strbuf_append(words, went);
    sx_row_words(row, words);
}

/* ---- where it began ---- */

static void stuck_cells(struct sx_row *row, const struct sx_tracker *tracker,
                        const struct outcome *o)
{
    wmem_strbuf_t *words = wmem_strbuf_new(NULL, "");
    bool known = sx_say_cause(words, tracker, &o->wait.chain);

    if (known)
        sx_row_host(row, tracker, sx_trying_cause_place(tracker, &o->wait.chain));
    else
        sx_row_text(row, sx_words_stats_table_cannot_tell());
    if (!known)
        wmem_strbuf_append(words, sx_words_stats_table_cannot_tell_from());
    sx_row_words(row, words);
}

/* The first failure of all, and why it was made: a 480 of the registrar's proxy may come of a 430
 * further on. Both cells name the host that the verdict names. */
static void failure_cells(struct sx_row *row, const struct sx_tracker *tracker,
                          const struct sx_txn *last)
{
    struct sx_failure_cause cause = sx_failure_cause_first(tracker, last);
    const struct sx_code *entry = sx_catalogue_explain(cause.at->final_code);
    wmem_strbuf_t *words = wmem_strbuf_new(NULL, "");
    wmem_strbuf_t *why = sx_words_piece(words), *made = sx_words_piece(words);

    if (sx_say_failure(why, tracker, &cause))
        sx_words_stats_table_made_so(made, why);
    else
        wmem_strbuf_destroy(why);
    sx_words_stats_table_cause_of(words, cause.at->final_code, entry ? entry->phrase : "", made);
    if (cause.kind == SX_FAILURE_UNKNOWN && cause.at == last &&
        sx_origin_find(tracker, last).kind == SX_ORIGIN_UNKNOWN)
        sx_row_text(row, sx_words_stats_table_cannot_tell());
    else
        sx_row_host(row, tracker, sx_failure_cause_place(&cause));
    sx_row_words(row, words);
}

static void silence_cells(struct sx_row *row, const struct sx_tracker *tracker,
                          const struct sx_txn *last)
{
    wmem_strbuf_t *words = wmem_strbuf_new(NULL, "");

    sx_row_host(row, tracker, last->dst);
    sx_say_no_response(words, tracker, last);
    sx_row_words(row, words);
}

static void cause_cells(struct sx_row *row, const struct sx_tracker *tracker,
                        const struct outcome *o)
{
    if (o->unanswered) {
        silence_cells(row, tracker, o->last);
    } else if (is_flagged(o->wait.state)) {
        stuck_cells(row, tracker, o);
    } else if (o->failed) {
        failure_cells(row, tracker, o->last);
    } else {
        sx_row_text(row, "");
        sx_row_text(row, "");
    }
}

/* ---- how it ended ---- */

static const char *ender(const struct sx_call_end *end)
{
    static const unsigned names[] = {
        [SX_ENDER_UNKNOWN] = SX_TEXT_STATS_TABLE_CANNOT_TELL,
        [SX_ENDER_CALLER] = SX_TEXT_STATS_TABLE_CALLER,
        [SX_ENDER_CALLED] = SX_TEXT_STATS_TABLE_CALLED,
        [SX_ENDER_HOP] = SX_TEXT_STATS_TABLE_HOP,
        [SX_ENDER_BOTH] = SX_TEXT_STATS_TABLE_BOTH,
    };

    return end->ended_in ? sx_words_text(names[end->by]) : "";
}

static void end_cells(struct sx_row *row, const struct sx_tracker *tracker,
                      const struct sx_txn *last)
{
    struct sx_call_end end = sx_call_end_of_invite(tracker, last);

    const struct sx_txn *request = sx_tracker_txn(tracker, end.txn);
    unsigned reason = end.ended_in && request ? request->reason : 0;

    sx_row_seconds_if(row, end.has_duration && !end.open, end.duration_ns);
    wmem_strbuf_t *words = wmem_strbuf_new(NULL, "");
    if (end.open)
        sx_words_stats_table_bye_sent(words, ender(&end));
    else if (reason)
        sx_words_stats_table_with_reason(words, ender(&end),
                                         reason & SX_REASON_SIP ? "SIP" : "Q.850",
                                         reason & ~SX_REASON_SIP);
    else
        wmem_strbuf_append(words, ender(&end));
    sx_row_words(row, words);
}

/* ---- the row ---- */

/* When it rang: the first 180 or 183 (RFC 3261 21.1.2, 21.1.5). False if it did not. */
static bool rang(const struct sx_tracker *tracker, const struct sx_txn *txn, int64_t *when_ns)
{
    unsigned code = sx_txn_first_response_code(txn);
    uint32_t ms;

    *when_ns = sx_txn_first_response_ns(txn);
    if (code == 180 || code == 183)
        return true;
    if (code < 101 || code > 199 || !sx_tracker_response_ms(tracker, txn, 180, 183, &ms))
        return false;
    *when_ns += (int64_t)ms * SX_NS_PER_MS;
    return true;
}

static void ringing_cell(struct sx_row *row, const struct sx_tracker *tracker,
                         const struct outcome *o)
{
    int64_t when_ns;
    bool known = rang(tracker, o->last, &when_ns) && o->first->request_frame;

    sx_row_seconds_if(row, known, MAX(when_ns - o->first->request_ns, 0));
}

/* How many attempts it took: those that followed a challenge, a redirection, a repair. */
static uint32_t count_attempts(const struct sx_tracker *tracker, const struct sx_txn *txn)
{
    uint32_t n = 1;

    for (; n < MAX_HOPS && txn->followed_by; n++)
        txn = sx_tracker_txn(tracker, txn->followed_by);
    return n;
}

/* Without the request: the first response. */
static uint32_t first_frame(const struct sx_txn *txn)
{
    if (txn->request_frame)
        return txn->request_frame;
    return sx_txn_more(txn)->trying_frame ? sx_txn_more(txn)->trying_frame
                                          : txn->first_response_frame;
}

static struct outcome find_outcome(struct sx_table *table, const struct sx_txn *first)
{
    const struct sx_tracker *tracker = table->tracker;
    const struct sx_txn *last = sx_call_outcome(sx_stats_calls(table), tracker, first->number);

    return (struct outcome){
        .first = first,
        .last = last,
        .wait = sx_trying_judge(tracker, last),
        .failed = last->final_frame && sx_failure_judge(tracker, last, last->final_code),
        .ran_out = last->final_code == 487 && sx_failure_has_run_out(last) &&
                   !sx_call_end_of_invite(tracker, last).ended_in,
        .unanswered = sx_silence_no_response(tracker, last),
        .not_repeated = sx_silence_not_repeated(tracker, last),
        .missing = !last->final_frame &&
                   sx_missing_is_sure(sx_missing_response(tracker, last, UINT32_MAX).sign),
    };
}

static void fill_row(struct sx_table *table, struct sx_noted *noted, const struct sx_txn *first,
                     struct sx_row *row)
{
    struct outcome o = find_outcome(table, first);
    const struct sx_txn *last = o.last;
    bool is_call = table == &sx_stats_call_table, final = last->final_frame != 0;
    const char *method = sx_method_name((enum sx_method)first->method);

    /* What a narrow terminal has no room for is last. */
    sx_row_uint(row, first_frame(first));
    sx_row_number(row, last->final_code);
    verdict_cell(row, &o);
    sx_row_text(row, attempt_of(noted)->from);
    sx_row_text(row, attempt_of(noted)->to);
    cause_cells(row, table->tracker, &o);
    sx_row_text(row, *method ? method : sx_words_stats_table_other());
    sx_row_seconds_if(row, sx_txn_more(last)->trying_frame && last->request_frame,
                      MAX(sx_txn_more(last)->trying_ns - last->request_ns, 0));
    if (is_call) {
        ringing_cell(row, table->tracker, &o);
        final = last->final_code / 100 == 2;
    }
    sx_row_seconds_if(row, final && first->request_frame,
                      MAX(last->final_ns - first->request_ns, 0));
    if (!is_call)
        sx_row_number(row, count_attempts(table->tracker, first));
    if (is_call)
        end_cells(row, table->tracker, last);
}

static bool fill_call(struct sx_table *table, struct sx_noted *noted, struct sx_row *row)
{
    const struct sx_txn *first = sx_tracker_txn(table->tracker, noted->key);

    if (!first || !sx_call_is_attempt(first) || !sx_call_begins(table->tracker, first))
        return false;
    fill_row(table, noted, first, row);
    return true;
}

static bool fill_request(struct sx_table *table, struct sx_noted *noted, struct sx_row *row)
{
    const struct sx_txn *first = sx_tracker_txn(table->tracker, noted->key);

    if (!first || !sx_call_is_request(first))
        return false;
    fill_row(table, noted, first, row);
    return true;
}

static void free_attempt(struct sx_noted *noted)
{
    g_free(attempt_of(noted)->from);
    g_free(attempt_of(noted)->to);
}

static const struct sx_column call_columns[] = {
    {SX_TEXT_STATS_TABLE_FRAME, true, 0},
    {SX_TEXT_STATS_TABLE_FINAL, false, 0},
    {SX_TEXT_STATS_TABLE_VERDICT, false, 34},
    {SX_TEXT_STATS_TABLE_FROM, false, 20},
    {SX_TEXT_STATS_TABLE_TO, false, 20},
    {SX_TEXT_STATS_TABLE_BEGAN_AT, false, 21},
    {SX_TEXT_STATS_TABLE_FIRST_CAUSE, false, SX_REST},
    {SX_TEXT_STATS_TABLE_METHOD, false, 0},
    {SX_TEXT_STATS_TABLE_TRYING_S, false, 0},
    {SX_TEXT_STATS_TABLE_RINGING_S, false, 0},
    {SX_TEXT_STATS_TABLE_ANSWER_S, false, 0},
    {SX_TEXT_STATS_TABLE_LASTED_S, false, 0},
    {SX_TEXT_STATS_TABLE_ENDED_BY, false, 0},
};
SX_ROOM_FOR_COLUMNS(call_columns);

struct sx_table sx_stats_call_table = {
    .ui = {.cli_string = "sipexplain,calls"},
    .title = SX_TEXT_STATS_TABLE_TITLE_CALLS,
    .columns = call_columns,
    .column_count = G_N_ELEMENTS(call_columns),
    .noted_size = sizeof(struct attempt),
    .key = key,
    .note = note,
    .final_key = final_key,
    .fill = fill_call,
    .clear = free_attempt,
};

static const struct sx_column request_columns[] = {
    {SX_TEXT_STATS_TABLE_FRAME, true, 0},
    {SX_TEXT_STATS_TABLE_FINAL, false, 0},
    {SX_TEXT_STATS_TABLE_VERDICT, false, 34},
    {SX_TEXT_STATS_TABLE_FROM, false, 20},
    {SX_TEXT_STATS_TABLE_TO, false, 20},
    {SX_TEXT_STATS_TABLE_BEGAN_AT, false, 21},
    {SX_TEXT_STATS_TABLE_FIRST_CAUSE, false, SX_REST},
    {SX_TEXT_STATS_TABLE_METHOD, false, 10},
    {SX_TEXT_STATS_TABLE_TRYING_S, false, 0},
    {SX_TEXT_STATS_TABLE_FINAL_S, false, 0},
    {SX_TEXT_STATS_TABLE_ATTEMPTS, false, 0},
};
SX_ROOM_FOR_COLUMNS(request_columns);

struct sx_table sx_stats_requests = {
    .ui = {.cli_string = "sipexplain,requests"},
    .title = SX_TEXT_STATS_TABLE_TITLE_REQUESTS,
    .columns = request_columns,
    .column_count = G_N_ELEMENTS(request_columns),
    .noted_size = sizeof(struct attempt),
    .key = key,
    .note = note,
    .final_key = final_key,
    .fill = fill_request,
    .clear = free_attempt,
};
