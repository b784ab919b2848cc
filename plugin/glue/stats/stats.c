/* stats.c
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "glue/compat.h"

#include "core/read/name_addr.h"
#include "glue/settings/prefs.h"
#include "glue/stats/stats.h"
#include "glue/stats/stats_table.h"

static int tap_sipexplain = -1;

/* As tables show it: most addresses begin with sip:, and say no more by it. */
static struct sx_slice shown_uri(struct sx_slice value)
{
    struct sx_slice uri = sx_name_addr_bare(value);

    return uri.n > 4 && g_ascii_strncasecmp(uri.p, "sip:", 4) == 0 ? sx_slice_from(uri, 4) : uri;
}

/* A new table adds its line here. */
static struct sx_table *const tables[] = {
    &sx_stats_codes,    &sx_stats_trying, &sx_stats_call_table,
    &sx_stats_requests, &sx_stats_flows,  &sx_stats_registrations,
};

void sx_stats_register(void (*end_capture)(void))
{
    tap_sipexplain = register_tap("sipexplain");
    sx_stats_table_on_end(end_capture);
    sx_prefs_on_language(sx_stats_table_translate);
    for (unsigned i = 0; i < G_N_ELEMENTS(tables); i++)
        sx_stats_table_register(tables[i]);
}

void sx_stats_forget(void)
{
    for (unsigned i = 0; i < G_N_ELEMENTS(tables); i++)
        sx_stats_table_forget(tables[i]);
}

bool sx_stats_wanted(void)
{
    return have_tap_listener(tap_sipexplain);
}

void sx_stats_tell(packet_info *pinfo, const struct sx_tracker *tracker,
                   const struct sx_message *record, const struct sx_sip_msg *msg, int64_t time_ns,
                   bool first_pass)
{
    wmem_allocator_t *pool = pinfo->pool;

    if (!record || record->flags & SX_MESSAGE_QUOTED)
        return;
    const struct sx_txn *txn = sx_tracker_txn(tracker, record->txn);
    bool duplicate = record->flags & SX_MESSAGE_DUPLICATE;
    struct sx_tap_event *event = wmem_new0(pool, struct sx_tap_event);
    *event = (struct sx_tap_event){
        .tracker = tracker,
        .txn = record->txn,
        .code = record->code,
        .method = record->method,
        .first_pass = first_pass,
        .retransmitted = record->repeats && !duplicate,
        .duplicate = duplicate,
        .has_delay = txn && record->code && txn->request_frame &&
                     txn->request_frame <= record->frame && time_ns >= txn->request_ns,
        .method_name = sx_printable(pool, msg->method_name),
        .call_id = sx_printable(pool, msg->call_id),
        .from = sx_printable(pool, shown_uri(msg->from)),
        .to = sx_printable(pool, shown_uri(msg->to)),
    };
    if (event->has_delay)
        event->delay_ns = time_ns - txn->request_ns;
    tap_queue_packet(tap_sipexplain, pinfo, event);
}
