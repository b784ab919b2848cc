/* stats_flows.c
 * sipexplain,flows: each 430 Flow Failed, or what an edge said in its place, with its flow and what
 * came of it.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "glue/compat.h"

#include "core/judge/flow_story.h"
#include "core/say/words.h"
#include "glue/stats/stats_table.h"

static uint32_t key(struct sx_table *table G_GNUC_UNUSED, const struct sx_tap_event *event)
{
    return event->txn;
}

static const char *death_name(enum sx_flow_death death)
{
    switch (death) {
    case SX_DEATH_CLOSED:
        return sx_words_stats_table_closed();
    case SX_DEATH_NO_PONG:
        return sx_words_stats_table_no_pong();
    case SX_DEATH_FLOW_TIMER:
        return sx_words_stats_table_silent();
    case SX_DEATH_REMOVED:
        return sx_words_stats_table_unregistered();
    case SX_DEATH_EXPIRED:
        return sx_words_stats_table_expired();
    case SX_DEATH_UNREACHABLE:
        return sx_words_stats_table_icmp();
    case SX_DEATH_NO_ACK:
        return sx_words_stats_table_no_tcp_ack();
    case SX_DEATH_MOVED:
        return sx_words_stats_table_moved();
    case SX_DEATH_REFUSED:
        return sx_words_stats_table_stun_error();
    case SX_DEATH_FORGOTTEN:
        return sx_words_stats_table_unknown_to_edge();
    case SX_DEATH_ALL_AT_ONCE:
        return sx_words_stats_table_all_at_once();
    case SX_DEATH_UNKNOWN:
    default:
        return sx_words_stats_table_cannot_tell();
    }
}

static const char *outcome_name(enum sx_flow_outcome outcome)
{
    switch (outcome) {
    case SX_FLOW_OTHER_ANSWERED:
        return sx_words_stats_table_another_answered();
    case SX_FLOW_OTHERS_FAILED:
        return sx_words_stats_table_others_failed();
    case SX_FLOW_REREGISTERED:
        return sx_words_stats_table_registered_again();
    case SX_FLOW_HANDED_ON:
        return sx_words_stats_table_handed_on();
    case SX_FLOW_NOTHING_TRIED:
        return sx_words_stats_table_nothing_tried();
    case SX_FLOW_OPEN:
        return sx_words_stats_table_open();
    case SX_FLOW_UNKNOWN:
    default:
        return sx_words_stats_table_cannot_tell();
    }
}

static void flow_cells(struct sx_row *row, const struct sx_flow *flow)
{
    if (!flow) {
        for (unsigned i = 0; i < 3; i++)
            sx_row_number(row, 0);
        return;
    }
    wmem_allocator_t *pool = wmem_allocator_new(WMEM_ALLOCATOR_SIMPLE);
    sx_row_text(row, sx_printable(pool, sx_slice_str(flow->user->aor)));
    wmem_destroy_allocator(pool);
    sx_row_number(row, sx_flow_more(flow)->reg_id);
    sx_row_number(row, flow->registered_in);
}

static void death_cell(struct sx_row *row, const struct sx_flow_story *story)
{
    sx_row_text_in(row, death_name(story->death), story->death_in);
}

/* The frame that shows what came of it, and the answer in it. */
static void seen_cells(struct sx_row *row, const struct sx_flow_story *story)
{
    uint32_t frame = 0;
    unsigned code = 0;

    switch (story->outcome) {
    case SX_FLOW_OTHER_ANSWERED:
    case SX_FLOW_OTHERS_FAILED:
        frame = story->retry_in ? story->retry_in : story->earlier_in;
        code = story->retry_code;
        break;
    case SX_FLOW_REREGISTERED:
        frame = story->reregistered_in;
        break;
    case SX_FLOW_HANDED_ON:
    case SX_FLOW_NOTHING_TRIED:
    case SX_FLOW_OPEN:
    case SX_FLOW_UNKNOWN:
    default:
        frame = story->upstream_in;
        code = story->upstream_code;
    }
    sx_row_number(row, frame);
    sx_row_number(row, code);
}

static bool fill(struct sx_table *table, struct sx_noted *noted, struct sx_row *row)
{
    const struct sx_txn *txn = sx_tracker_txn(table->tracker, noted->key);

    if (!txn || !txn->final_frame || !sx_flow_is_loss(table->tracker, txn, txn->final_code))
        return false;
    struct sx_flow_story story = sx_flow_tell(table->tracker, txn);
    const char *method = sx_method_name((enum sx_method)txn->method);
    sx_row_uint(row, txn->final_frame);
    sx_row_uint(row, txn->final_code);
    sx_row_text(row, outcome_name(story.outcome));
    death_cell(row, &story);
    flow_cells(row, story.flow);
    sx_row_host(row, table->tracker, txn->dst);
    sx_row_text(row, *method ? method : sx_words_stats_table_other());
    sx_row_seconds_if(row, story.silent_ns >= 0, story.silent_ns);
    seen_cells(row, &story);
    return true;
}

static const struct sx_column columns[] = {
    {SX_TEXT_STATS_TABLE_FRAME, true, 0},        {SX_TEXT_STATS_TABLE_CODE, true, 0},
    {SX_TEXT_STATS_TABLE_OUTCOME, false, 23},    {SX_TEXT_STATS_TABLE_FLOW_DIED, false, 30},
    {SX_TEXT_STATS_TABLE_REGISTERED, false, 40}, {SX_TEXT_STATS_TABLE_REG_ID, false, 6},
    {SX_TEXT_STATS_TABLE_MADE_IN, false, 7},     {SX_TEXT_STATS_TABLE_SAID_BY, false, 25},
    {SX_TEXT_STATS_TABLE_METHOD, false, 10},     {SX_TEXT_STATS_TABLE_SILENT_S, false, 0},
    {SX_TEXT_STATS_TABLE_SEEN_IN, false, 7},     {SX_TEXT_STATS_TABLE_ANSWER, false, 0},
};
SX_ROOM_FOR_COLUMNS(columns);

struct sx_table sx_stats_flows = {
    .ui = {.cli_string = "sipexplain,flows"},
    .title = SX_TEXT_STATS_TABLE_TITLE_FLOWS,
    .columns = columns,
    .column_count = G_N_ELEMENTS(columns),
    .noted_size = sizeof(struct sx_noted),
    .key = key,
    .fill = fill,
};
