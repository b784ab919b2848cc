/* stats_registrations.c
 * sipexplain,registrations: each binding of the capture, what became of it, and what missed it.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "glue/compat.h"

#include "core/judge/registration.h"
#include "core/say/say.h"
#include "core/say/say_registration_health.h"
#include "core/say/words.h"
#include "glue/stats/stats_table.h"

/* Bindings of one REGISTER. */
#define MAX_BINDINGS 32

static const struct sx_flow *first_flow(const struct sx_tap_event *event)
{
    const struct sx_txn *txn = sx_tracker_txn(event->tracker, event->txn);

    return txn && txn->method == SX_METHOD_REGISTER
               ? sx_flows_at(sx_tracker_flows(event->tracker), txn->flow)
               : NULL;
}

static uint32_t key(struct sx_table *table G_GNUC_UNUSED, const struct sx_tap_event *event)
{
    const struct sx_flow *flow = first_flow(event);

    return flow ? flow->binding : 0;
}

/* The further Contacts of the REGISTER. */
static uint32_t next_key(struct sx_table *table G_GNUC_UNUSED, const struct sx_tap_event *event,
                         uint32_t key)
{
    const struct sx_flows *flows = sx_tracker_flows(event->tracker);
    const struct sx_flow *flow = first_flow(event);

    for (unsigned i = 0; flow && i < MAX_BINDINGS; i++) {
        const struct sx_flow *next = sx_flows_at(flows, sx_flow_more(flow)->also_added);
        if (flow->binding == key)
            return next ? next->binding : 0;
        flow = next;
    }
    return 0;
}

/* Requests that missed each binding, counted once for all rows. */
static struct {
    const struct sx_tracker *tracker;
    uint32_t txns, bindings, last_frame;
    bool ended;
    uint32_t *missed; /* by binding - 1 */
} counted;

static bool is_counted(const struct sx_tracker *tracker)
{
    return counted.missed && counted.tracker == tracker &&
           counted.txns == sx_tracker_txn_count(tracker) &&
           counted.bindings == sx_bindings_count(sx_tracker_flows(tracker)) &&
           counted.last_frame == sx_tracker_last_frame(tracker) &&
           counted.ended == sx_tracker_ended(tracker);
}

/* A request that was forwarded is counted at the last hop that names the binding. */
static bool is_last_hop(const struct sx_tracker *tracker, const struct sx_txn *txn)
{
    const struct sx_txn *child = sx_tracker_txn(tracker, txn->first_child);

    return !child || (!child->flow && !sx_txn_more(child)->callee);
}

static void count_missed(const struct sx_tracker *tracker)
{
    uint32_t txns = sx_tracker_txn_count(tracker);
    struct sx_registration r;

    g_free(counted.missed);
    counted.bindings = sx_bindings_count(sx_tracker_flows(tracker));
    counted.missed = g_new0(uint32_t, counted.bindings + 1);
    counted.tracker = tracker;
    counted.txns = txns;
    counted.last_frame = sx_tracker_last_frame(tracker);
    counted.ended = sx_tracker_ended(tracker);
    for (uint32_t n = 1; n <= txns; n++) {
        const struct sx_txn *txn = sx_tracker_txn(tracker, n);
        if ((txn->flow || sx_txn_more(txn)->callee) && is_last_hop(tracker, txn) &&
            sx_registration_missed(tracker, txn, &r))
            counted.missed[r.flow->binding - 1]++;
    }
}

static const char *state_name(const struct sx_binding *binding, const struct sx_registration *r)
{
    if (binding->granted == 0)
        return sx_words_stats_table_never_granted();
    switch (r->state) {
    case SX_REGISTRATION_CURRENT:
        return sx_words_stats_table_current();
    case SX_REGISTRATION_RUN_OUT:
        return sx_words_stats_table_run_out();
    case SX_REGISTRATION_REMOVED:
        return sx_words_stats_table_removed();
    case SX_REGISTRATION_REPLACED:
        return sx_words_stats_table_replaced();
    case SX_REGISTRATION_LOST:
        return sx_words_stats_table_connection_lost();
    case SX_REGISTRATION_UNKNOWN:
    default:
        return sx_words_stats_table_cannot_tell();
    }
}

static void state_cell(struct sx_row *row, const struct sx_binding *binding,
                       const struct sx_registration *r)
{
    const char *name = state_name(binding, r);
    uint32_t frame = r->state == SX_REGISTRATION_REPLACED ? r->newer_in : r->lost_in;

    if (r->state == SX_REGISTRATION_CURRENT || r->state == SX_REGISTRATION_RUN_OUT)
        frame = 0;
    sx_row_text_in(row, name, frame);
}

static void text_cell(struct sx_row *row, const char *text)
{
    wmem_allocator_t *pool = wmem_allocator_new(WMEM_ALLOCATOR_SIMPLE);

    sx_row_text(row, sx_printable(pool, sx_slice_str(text)));
    wmem_destroy_allocator(pool);
}

static bool fill(struct sx_table *table, struct sx_noted *noted, struct sx_row *row)
{
    const struct sx_binding *binding = sx_binding_at(sx_tracker_flows(table->tracker), noted->key);
    struct sx_registration r = sx_registration_now(table->tracker, noted->key);
    const struct sx_binding_more *more;

    if (!binding || !r.flow)
        return false;
    if (!is_counted(table->tracker))
        count_missed(table->tracker);
    more = sx_binding_more(sx_tracker_flows(table->tracker), binding);
    sx_row_uint(row, binding->first_in);
    text_cell(row, r.flow->user->aor);
    state_cell(row, binding, &r);
    sx_row_uint(row, counted.missed[noted->key - 1]);
    if (r.flow->has_way)
        sx_row_host(row, table->tracker, r.flow->client);
    else
        sx_row_text(row, "");
    sx_row_text(row, r.flow->has_way ? sx_say_transport(r.flow->transport) : "");
    sx_row_uint(row, binding->last_in);
    sx_row_uint(row, binding->granted > 0 ? binding->granted - 1 : 0);
    sx_row_uint(row, sx_registration_refusals(table->tracker, noted->key));
    sx_row_text(row, sx_say_refusal(sx_refresh_refused_last(table->tracker, noted->key)));
    sx_row_uint(row, sx_late_refreshes(table->tracker, noted->key));
    sx_row_uint(row, more->most_soon > 1 ? more->most_soon : 0);
    sx_row_number(row, r.has_expires ? r.expires_s : 0);
    text_cell(row, r.flow->contact ? r.flow->contact : "");
    return true;
}

static const struct sx_column columns[] = {
    {SX_TEXT_STATS_TABLE_FRAME, true, 0},      {SX_TEXT_STATS_TABLE_AOR, false, 30},
    {SX_TEXT_STATS_TABLE_STATE, false, 24},    {SX_TEXT_STATS_TABLE_MISSED, true, 0},
    {SX_TEXT_STATS_TABLE_FROM, false, 22},     {SX_TEXT_STATS_TABLE_OVER, false, 0},
    {SX_TEXT_STATS_TABLE_LAST, true, 0},       {SX_TEXT_STATS_TABLE_REFRESHES, true, 0},
    {SX_TEXT_STATS_TABLE_REFUSED, true, 0},    {SX_TEXT_STATS_TABLE_WHY, false, 0},
    {SX_TEXT_STATS_TABLE_LATE, true, 0},       {SX_TEXT_STATS_TABLE_IN_A_ROW, true, 0},
    {SX_TEXT_STATS_TABLE_EXPIRES_S, false, 0}, {SX_TEXT_STATS_TABLE_CONTACT, false, 44},
};
SX_ROOM_FOR_COLUMNS(columns);

struct sx_table sx_stats_registrations = {
    .ui = {.cli_string = "sipexplain,registrations"},
    .title = SX_TEXT_STATS_TABLE_TITLE_REGISTRATIONS,
    .columns = columns,
    .column_count = G_N_ELEMENTS(columns),
    .noted_size = sizeof(struct sx_noted),
    .key = key,
    .next_key = next_key,
    .fill = fill,
};
