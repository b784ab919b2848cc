/* stats_trying.c
 * sipexplain,trying: each wait after a 100 that was slow, cancelled, stuck or open.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "glue/compat.h"

#include "core/judge/trying.h"
#include "core/say/say.h"
#include "core/say/words.h"
#include "glue/stats/stats_table.h"

struct wait {
    struct sx_noted noted;
    char *call_id;
};

static struct wait *wait_of(struct sx_noted *noted)
{
    return (struct wait *)(void *)noted;
}

/* A CANCEL ends the wait of its INVITE. */
static uint32_t key(struct sx_table *table G_GNUC_UNUSED, const struct sx_tap_event *event)
{
    const struct sx_txn *txn = sx_tracker_txn(event->tracker, event->txn);

    if (!txn)
        return 0;
    return txn->method == SX_METHOD_CANCEL && sx_txn_rare(txn)->related ? sx_txn_rare(txn)->related
                                                                        : txn->number;
}

static void note(struct sx_table *table G_GNUC_UNUSED, struct sx_noted *noted,
                 const struct sx_tap_event *event)
{
    struct wait *w = wait_of(noted);

    if (!w->call_id)
        w->call_id = g_strdup(event->call_id);
}

static const char *state_name(enum sx_trying_state state)
{
    switch (state) {
    case SX_TRYING_SLOW:
        return sx_words_stats_table_slow();
    case SX_TRYING_TIMED_OUT:
        return sx_words_stats_table_stuck();
    case SX_TRYING_CANCELLED:
        return sx_words_stats_table_cancelled();
    case SX_TRYING_OPEN:
        return sx_words_stats_table_open();
    case SX_TRYING_NONE:
    case SX_TRYING_ANSWERED:
    default:
        return NULL;
    }
}

static void end_cell(struct sx_row *row, const struct sx_txn *txn, const struct sx_trying *v)
{
    wmem_strbuf_t *words = wmem_strbuf_new(NULL, "");

    if (!v->ended_in)
        wmem_strbuf_append(words, sx_words_stats_table_nothing());
    else if (v->ended_in == sx_txn_rare(txn)->cancel_frame)
        sx_words_stats_table_cancel_in(words, v->ended_in);
    else if (v->end == SX_END_MISSING)
        sx_words_stats_table_unseen(words, v->ended_in);
    else if (v->end == SX_END_CLOSED || v->end == SX_END_RESET)
        sx_words_stats_table_hang_up(words, v->ended_in);
    else
        sx_words_stats_table_code_in(words, sx_txn_first_response_code(txn), v->ended_in);
    sx_row_words(row, words);
}

static void cause_cell(struct sx_row *row, const struct sx_tracker *tracker,
                       const struct sx_trying *v)
{
    wmem_strbuf_t *words = wmem_strbuf_new(NULL, "");

    if (!sx_say_cause(words, tracker, &v->chain))
        wmem_strbuf_append(words, sx_words_stats_table_cannot_tell_from());
    sx_row_words(row, words);
}

static bool fill(struct sx_table *table, struct sx_noted *noted, struct sx_row *row)
{
    const struct sx_txn *txn = sx_tracker_txn(table->tracker, noted->key);
    struct sx_trying v = sx_trying_judge(table->tracker, txn);
    const char *state = state_name(v.state);
    const char *method = txn ? sx_method_name((enum sx_method)txn->method) : "";

    if (!state)
        return false;
    sx_row_uint(row, txn->request_frame ? txn->request_frame : sx_txn_more(txn)->trying_frame);
    sx_row_text(row, state);
    sx_row_seconds(row, v.wait_ns);
    sx_row_host(row, table->tracker, txn->src);
    sx_row_host(row, table->tracker, txn->dst);
    cause_cell(row, table->tracker, &v);
    end_cell(row, txn, &v);
    sx_row_text(row, *method ? method : sx_words_stats_table_other());
    sx_row_uint(row, sx_txn_more(txn)->trying_frame);
    sx_row_text(row, wait_of(noted)->call_id);
    return true;
}

static void free_wait(struct sx_noted *noted)
{
    g_free(wait_of(noted)->call_id);
}

static const struct sx_column columns[] = {
    {SX_TEXT_STATS_TABLE_FRAME, true, 0},      {SX_TEXT_STATS_TABLE_STATE, false, 0},
    {SX_TEXT_STATS_TABLE_WAIT_S, false, 0},    {SX_TEXT_STATS_TABLE_FROM, false, 21},
    {SX_TEXT_STATS_TABLE_TO, false, 21},       {SX_TEXT_STATS_TABLE_CAUSE, false, SX_REST},
    {SX_TEXT_STATS_TABLE_ENDED_BY, false, 16}, {SX_TEXT_STATS_TABLE_METHOD, false, 10},
    {SX_TEXT_STATS_TABLE_TRYING_IN, true, 0},  {SX_TEXT_STATS_TABLE_CALL_ID, false, 20},
};
SX_ROOM_FOR_COLUMNS(columns);

struct sx_table sx_stats_trying = {
    .ui = {.cli_string = "sipexplain,trying"},
    .title = SX_TEXT_STATS_TABLE_TITLE_TRYING,
    .columns = columns,
    .column_count = G_N_ELEMENTS(columns),
    .noted_size = sizeof(struct wait),
    .key = key,
    .note = note,
    .fill = fill,
    .clear = free_wait,
};
