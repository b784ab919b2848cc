/* stats_flows.c
 * sipexplain,flows: each 430 Flow Failed, or what an edge said in its place, with its flow and what
 * came of it.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "glue/compat.h"

#include "core/judge/flow_story.h"
#include "glue/stats/stats_table.h"

static uint32_t key(struct sx_table *table G_GNUC_UNUSED, const struct sx_tap_event *event)
{
    return event->txn;
}

static const char *death_name(enum sx_flow_death death)
{
    switch (death) {
    case SX_DEATH_CLOSED:
        return "closed";
    case SX_DEATH_NO_PONG:
        return "no pong";
    case SX_DEATH_FLOW_TIMER:
        return "silent past Flow-Timer";
    case SX_DEATH_REMOVED:
        return "unregistered";
    case SX_DEATH_EXPIRED:
        return "expired";
    case SX_DEATH_UNREACHABLE:
        return "ICMP";
    case SX_DEATH_NO_ACK:
        return "TCP not acknowledged";
    case SX_DEATH_MOVED:
        return "address changed";
    case SX_DEATH_REFUSED:
        return "STUN error";
    case SX_DEATH_FORGOTTEN:
        return "unknown to the edge";
    case SX_DEATH_ALL_AT_ONCE:
        return "closed with all others";
    case SX_DEATH_UNKNOWN:
    default:
        return "cannot tell";
    }
}

static const char *outcome_name(enum sx_flow_outcome outcome)
{
    switch (outcome) {
    case SX_FLOW_OTHER_ANSWERED:
        return "another flow answered";
    case SX_FLOW_OTHERS_FAILED:
        return "other flows failed too";
    case SX_FLOW_REREGISTERED:
        return "registered again";
    case SX_FLOW_HANDED_ON:
        return "handed on to the caller";
    case SX_FLOW_NOTHING_TRIED:
        return "nothing was tried";
    case SX_FLOW_OPEN:
        return "open";
    case SX_FLOW_UNKNOWN:
    default:
        return "cannot tell";
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
    sx_row_text(row, sx_printable(pool, sx_slice_str(flow->aor ? flow->aor : "")));
    wmem_destroy_allocator(pool);
    sx_row_number(row, flow->reg_id);
    sx_row_number(row, flow->registered_in);
}

static void death_cell(struct sx_row *row, const struct sx_flow_story *story)
{
    if (story->death_in)
        sx_row_textf(row, "%s in %u", death_name(story->death), story->death_in);
    else
        sx_row_text(row, death_name(story->death));
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
    sx_row_text(row, *method ? method : "other");
    sx_row_seconds_if(row, story.silent_ns >= 0, story.silent_ns);
    seen_cells(row, &story);
    return true;
}

static const struct sx_column columns[] = {
    {"Frame", true, 0},       {"Code", true, 0},         {"Outcome", false, 23},
    {"Flow died", false, 30}, {"Registered", false, 40}, {"Reg-id", false, 6},
    {"Made in", false, 7},    {"Said by", false, 25},    {"Method", false, 10},
    {"Silent s", false, 0},   {"Seen in", false, 7},     {"Answer", false, 0},
    {NULL, false, 0},
};
SX_ROOM_FOR_COLUMNS(columns);

struct sx_table sx_stats_flows = {
    .ui = {.title = "SIP Explain: Failed Flows", .cli_string = "sipexplain,flows"},
    .columns = columns,
    .noted_size = sizeof(struct sx_noted),
    .key = key,
    .fill = fill,
};
