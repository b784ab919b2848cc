/* conversation.c
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "glue/compat.h"

#include "core/record/call.h"
#include "glue/conversation.h"

static const struct sx_tracker *(*open_tracker)(void);

/* A frame may hold several messages. NULL if none of them names what is asked for. */
static char *filter_of(const packet_info *pinfo, const char *field,
                       uint32_t (*number)(const struct sx_tracker *, const struct sx_txn *))
{
    const struct sx_tracker *tracker = open_tracker();
    GString *filter = g_string_new(NULL);
    const struct sx_message *m;
    uint32_t last = 0, frame = tracker ? sx_tracker_frame_again(tracker, pinfo->num) : 0;

    for (uint32_t i = 0; tracker && (m = sx_tracker_message(tracker, frame, i)); i++) {
        uint32_t n = m->txn ? number(tracker, sx_tracker_txn(tracker, m->txn)) : 0;
        if (n && n != last)
            g_string_append_printf(filter, "%s%s == %u", filter->len ? " || " : "", field, n);
        last = n;
    }
    return g_string_free(filter, filter->len == 0);
}

/* ---- SIP transaction ---- */

static uint32_t transaction_number(const struct sx_tracker *tracker G_GNUC_UNUSED,
                                   const struct sx_txn *txn)
{
    return txn->number;
}

static char *transaction_build(WS_CONVERSATION_ARGS)
{
    return filter_of(pinfo, "sipexplain.transaction", transaction_number);
}

static ws_bool transaction_valid(WS_CONVERSATION_ARGS)
{
    g_autofree char *filter = filter_of(pinfo, "sipexplain.transaction", transaction_number);

    return filter != NULL;
}

/* ---- SIP call (all hops) ---- */

static char *call_build(WS_CONVERSATION_ARGS)
{
    return filter_of(pinfo, "sipexplain.call", sx_call_number);
}

static ws_bool call_valid(WS_CONVERSATION_ARGS)
{
    g_autofree char *filter = filter_of(pinfo, "sipexplain.call", sx_call_number);

    return filter != NULL;
}

void sx_conversation_register(const struct sx_tracker *(*tracker)(void))
{
    open_tracker = tracker;
    ws_register_conversation_filter("sipexplain", "SIP transaction", transaction_valid,
                                    transaction_build);
    ws_register_conversation_filter("sipexplain", "SIP call (all hops)", call_valid, call_build);
}
