/* conversation.c
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "glue/compat.h"

#include "glue/conversation.h"
#include "glue/sip_source.h"

static const struct sx_tracker *(*open_tracker)(void);

/* ---- SIP transaction ---- */

/* NULL if no message of the frame names a transaction. */
static char *transaction_filter(const packet_info *pinfo)
{
    const struct sx_tracker *tracker = open_tracker();
    GString *filter = g_string_new(NULL);
    const struct sx_message *m;
    uint32_t last = 0;

    for (uint32_t i = 0; tracker && (m = sx_tracker_message(tracker, pinfo->num, i)); i++) {
        if (m->txn && m->txn != last)
            g_string_append_printf(filter, "%ssipexplain.transaction == %u",
                                   filter->len ? " || " : "", m->txn);
        last = m->txn;
    }
    return g_string_free(filter, filter->len == 0);
}

static ws_bool transaction_valid(WS_CONVERSATION_ARGS)
{
    g_autofree char *filter = transaction_filter(pinfo);

    return filter != NULL;
}

static char *transaction_build(WS_CONVERSATION_ARGS)
{
    return transaction_filter(pinfo);
}

/* ---- SIP call (all hops) ---- */

/* Proxies leave the Call-ID alone, so it names the call on all hops; the requests inside the
 * dialog, which the Via stack does not tie to its INVITE, have it as well. */
static void add_call(const struct sx_sip_span *span, void *data)
{
    GString *filter = data;
    g_autofree char *id = g_strndup(span->msg.call_id.p ? span->msg.call_id.p : "",
                                    span->msg.call_id.n);

    if (!*id || !g_utf8_validate(id, -1, NULL))
        return;
    GString *quoted = g_string_new("sip.Call-ID == \"");
    for (const char *c = id; *c; c++) {
        if (*c == '"' || *c == '\\')
            g_string_append_c(quoted, '\\');
        g_string_append_c(quoted, *c);
    }
    g_string_append_c(quoted, '"');
    if (!strstr(filter->str, quoted->str))
        g_string_append_printf(filter, "%s%s", filter->len ? " || " : "", quoted->str);
    g_string_free(quoted, TRUE);
}

static char *call_filter(packet_info *pinfo)
{
    GString *filter = g_string_new(NULL);
    struct sx_frame_signs signs;

    sx_sip_source_each(pinfo, add_call, filter, &signs);
    return g_string_free(filter, filter->len == 0);
}

static ws_bool call_valid(WS_CONVERSATION_ARGS)
{
    g_autofree char *filter = call_filter(pinfo);

    return filter != NULL;
}

static char *call_build(WS_CONVERSATION_ARGS)
{
    return call_filter(pinfo);
}

void sx_conversation_register(const struct sx_tracker *(*tracker)(void))
{
    open_tracker = tracker;
    ws_register_conversation_filter("sipexplain", "SIP transaction", transaction_valid,
                                    transaction_build);
    ws_register_conversation_filter("sipexplain", "SIP call (all hops)", call_valid, call_build);
}
