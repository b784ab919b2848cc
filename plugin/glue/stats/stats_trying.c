/* stats_trying.c
 * sipexplain,trying: each wait after a 100 that was slow, cancelled, stuck or open.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "glue/compat.h"

#include "core/judge/trying.h"
#include "core/say/say.h"
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
    return txn->method == SX_METHOD_CANCEL && txn->related ? txn->related : txn->number;
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
        return "slow";
    case SX_TRYING_TIMED_OUT:
        return "stuck";
    case SX_TRYING_CANCELLED:
        return "cancelled";
    case SX_TRYING_OPEN:
        return "open";
    case SX_TRYING_NONE:
    case SX_TRYING_ANSWERED:
    default:
        return NULL;
    }
}

static void end_cell(struct sx_row *row, const struct sx_txn *txn, const struct sx_trying *v)
{
    if (!v->ended_in)
        sx_row_text(row, "nothing");
    else if (v->ended_in == txn->cancel_frame)
        sx_row_textf(row, "CANCEL in %u", v->ended_in);
    else if (v->end == SX_END_MISSING)
        sx_row_textf(row, "unseen, by %u", v->ended_in);
    else if (v->end == SX_END_CLOSED || v->end == SX_END_RESET)
        sx_row_textf(row, "hang-up in %u", v->ended_in);
    else
        sx_row_textf(row, "%u in %u", txn->first_response_code, v->ended_in);
}

static void cause_cell(struct sx_row *row, const struct sx_tracker *tracker,
                       const struct sx_trying *v)
{
    wmem_strbuf_t *words = wmem_strbuf_new(NULL, "");

    if (!sx_say_cause(words, tracker, &v->chain))
        wmem_strbuf_append(words, "cannot tell from this capture");
    sx_row_text(row, wmem_strbuf_get_str(words));
    wmem_strbuf_destroy(words);
}

static bool fill(struct sx_table *table, struct sx_noted *noted, struct sx_row *row)
{
    const struct sx_txn *txn = sx_tracker_txn(table->tracker, noted->key);
    struct sx_trying v = sx_trying_judge(table->tracker, txn);
    const char *state = state_name(v.state);
    const char *method = txn ? sx_method_name((enum sx_method)txn->method) : "";

    if (!state)
        return false;
    sx_row_uint(row, txn->request_frame ? txn->request_frame : txn->trying_frame);
    sx_row_text(row, state);
    sx_row_seconds(row, v.wait_ns);
    sx_row_host(row, table->tracker, txn->src);
    sx_row_host(row, table->tracker, txn->dst);
    cause_cell(row, table->tracker, &v);
    end_cell(row, txn, &v);
    sx_row_text(row, *method ? method : "other");
    sx_row_uint(row, txn->trying_frame);
    sx_row_text(row, wait_of(noted)->call_id);
    return true;
}

static void free_wait(struct sx_noted *noted)
{
    g_free(wait_of(noted)->call_id);
}

static const struct sx_column columns[] = {
    {"Frame", true, 0},  {"State", false, 0},       {"Wait s", false, 0},    {"From", false, 21},
    {"To", false, 21},   {"Cause", false, SX_REST}, {"Ended by", false, 16}, {"Method", false, 10},
    {"100 in", true, 0}, {"Call-ID", false, 20},    {NULL, false, 0},
};
SX_ROOM_FOR_COLUMNS(columns);

struct sx_table sx_stats_trying = {
    .ui = {.title = "SIP Explain: Waits After 100 Trying", .cli_string = "sipexplain,trying"},
    .columns = columns,
    .noted_size = sizeof(struct wait),
    .key = key,
    .note = note,
    .fill = fill,
    .clear = free_wait,
};
