/* packet-sipexplain.c
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "glue/compat.h"

#include <epan/charsets.h>

#include "core/judge.h"
#include "core/trying.h"
#include "core/words.h"
#include "glue/packet-sipexplain.h"
#include "glue/postdissect.h"
#include "glue/prefs.h"

/* A field value of more bytes helps nobody read it. */
#define MAX_TEXT 1024

/* Users of one connection whose loss is listed. */
#define MAX_LOST_HERE 100

/* Bytes of a long text that are shown in one line. */
#define MAX_LINE 160

void proto_register_sipexplain(void);
void proto_reg_handoff_sipexplain(void);

/* -1: 4.0 refuses an id that is not. */
static int proto_sipexplain = -1;
static int tap_expert = -1;

/* Explanation */
static int hf_code = -1;
static int hf_phrase = -1;
static int hf_class = -1;
static int hf_meaning = -1;
static int hf_when = -1;
static int hf_fix = -1;
static int hf_meaning_more = -1;
static int hf_when_more = -1;
static int hf_fix_more = -1;
static int hf_reference = -1;
static int hf_registered = -1;
static int hf_phrase_differs = -1;
static int hf_missing_header = -1;
static int hf_reason_protocol = -1;
static int hf_reason_cause = -1;
static int hf_reason_text = -1;
static int hf_reason_meaning = -1;
static int hf_warning_code = -1;
static int hf_warning_text = -1;
static int hf_warning_meaning = -1;
static int hf_retry_after = -1;
static int hf_failure = -1;

/* Transaction */
static int hf_transaction = -1;
static int hf_parent = -1;
static int hf_request_in = -1;
static int hf_response_in = -1;
static int hf_time = -1;
static int hf_retransmission_of = -1;
static int hf_duplicate_of = -1;
static int hf_cancelled_in = -1;
static int hf_cancels = -1;
static int hf_origin = -1;
static int hf_origin_in = -1;

/* The 100 timeout */
static int hf_trying_state = -1;
static int hf_trying_wait = -1;
static int hf_trying_ended_in = -1;
static int hf_trying_cause = -1;
static int hf_trying_cause_in = -1;
static int hf_trying_ended = -1;
static int hf_expired = -1;

/* The 430 flow failure */
static int hf_flow_outcome = -1;
static int hf_flow_registered_in = -1;
static int hf_flow_aor = -1;
static int hf_flow_instance = -1;
static int hf_flow_reg_id = -1;
static int hf_flow_stream = -1;
static int hf_flow_closed_in = -1;
static int hf_flow_silent = -1;
static int hf_flow_retry_in = -1;
static int hf_flow_reregistered_in = -1;
static int hf_flow_failed_in = -1;
static int hf_flow_lost_here = -1;
static int hf_flow_death = -1;
static int hf_flow_death_in = -1;
static int hf_flow_transport = -1;
static int hf_flow_return = -1;
static int hf_flow_token = -1;
static int hf_flow_early_after = -1;

static int ett_sipexplain = -1;
static int ett_response = -1;
static int ett_text = -1;
static int ett_reason = -1;
static int ett_warning = -1;
static int ett_transaction = -1;
static int ett_trying = -1;
static int ett_flow = -1;

static expert_field ei_explain_other = EI_INIT;
static expert_field ei_trying_timeout = EI_INIT;
static expert_field ei_trying_slow = EI_INIT;
static expert_field ei_trying_cancelled = EI_INIT;
static expert_field ei_no_response = EI_INIT;
static expert_field ei_flow_failed = EI_INIT;
static expert_field ei_flow_lost = EI_INIT;
static expert_field ei_flow_failed_later = EI_INIT;
static expert_field ei_flow_closed = EI_INIT;
static expert_field ei_flow_too_early = EI_INIT;
static expert_field ei_phrase_differs = EI_INIT;
static expert_field ei_missing_header = EI_INIT;
static expert_field *ei_explain;    /* one for each entry of the catalogue, in its order */

static const value_string class_vals[] = {
    { 1, "Provisional" },
    { 2, "Success" },
    { 3, "Redirection" },
    { 4, "Client Failure" },
    { 5, "Server Failure" },
    { 6, "Global Failure" },
    { 0, NULL }
};

static const value_string origin_vals[] = {
    { SX_ORIGIN_UNKNOWN, "Cannot tell" },
    { SX_ORIGIN_HERE, "First sent here" },
    { SX_ORIGIN_RELAYED, "Relayed" },
    { 0, NULL }
};

static const value_string trying_state_vals[] = {
    { SX_TRYING_ANSWERED, "Answered in time" },
    { SX_TRYING_SLOW, "Slow" },
    { SX_TRYING_TIMED_OUT, "Timed out" },
    { SX_TRYING_CANCELLED, "Cancelled while trying" },
    { SX_TRYING_OPEN, "Open when the capture ended" },
    { 0, NULL }
};

static const value_string trying_cause_vals[] = {
    { SX_CAUSE_UNKNOWN, "Cannot tell from this capture" },
    { SX_CAUSE_NOT_FORWARDED, "Not forwarded" },
    { SX_CAUSE_NEVER_ANSWERED, "Forwarded and never answered" },
    { SX_CAUSE_NEXT_HOP_STUCK, "The next hop is stuck too" },
    { SX_CAUSE_NOT_RELAYED, "Answered but not relayed back" },
    { SX_CAUSE_100_LOST, "The 100 does not reach the caller" },
    { SX_CAUSE_UNREACHABLE, "The next hop is unreachable" },
    { 0, NULL }
};

static const value_string flow_outcome_vals[] = {
    { SX_FLOW_UNKNOWN, "Cannot tell" },
    { SX_FLOW_OTHER_ANSWERED, "Another flow answered" },
    { SX_FLOW_OTHERS_FAILED, "Other flows failed too" },
    { SX_FLOW_REREGISTERED, "The client registered again" },
    { SX_FLOW_HANDED_ON, "Handed on to the caller" },
    { SX_FLOW_NOTHING_TRIED, "Nothing was tried" },
    { SX_FLOW_OPEN, "Open when the capture ended" },
    { 0, NULL }
};

static const value_string flow_death_vals[] = {
    { SX_DEATH_UNKNOWN, "Cannot tell" },
    { SX_DEATH_CLOSED, "Connection closed or reset" },
    { SX_DEATH_NO_PONG, "Keep-alive not answered" },
    { SX_DEATH_FLOW_TIMER, "Client silent past Flow-Timer" },
    { SX_DEATH_REMOVED, "Registration taken back" },
    { SX_DEATH_EXPIRED, "Registration ran out" },
    { SX_DEATH_UNREACHABLE, "Unreachable (ICMP)" },
    { SX_DEATH_NO_ACK, "TCP not acknowledged" },
    { SX_DEATH_MOVED, "Address changed by NAT" },
    { SX_DEATH_REFUSED, "Keep-alive refused" },
    { SX_DEATH_FORGOTTEN, "Edge proxy no longer knew the connection" },
    { SX_DEATH_ALL_AT_ONCE, "Edge proxy ended all connections at once" },
    { 0, NULL }
};

static const value_string flow_return_vals[] = {
    { SX_RETURN_IN_TIME, "In time" },
    { SX_RETURN_TOO_EARLY, "Too early after a failed attempt" },
    { SX_RETURN_NEVER, "Never" },
    { 0, NULL }
};

static const value_string flow_token_vals[] = {
    { SX_TOKEN_OWN, "The edge proxy's own" },
    { SX_TOKEN_RESTARTED, "The edge proxy's own, from before a restart" },
    { SX_TOKEN_STRANGE, "Not the one of the registration" },
    { 0, NULL }
};

static const value_string flow_transport_vals[] = {
    { SX_TRANSPORT_OTHER, "Other" }, { SX_TRANSPORT_UDP, "UDP" },
    { SX_TRANSPORT_TCP, "TCP" },     { SX_TRANSPORT_TLS, "TLS" },
    { SX_TRANSPORT_WS, "WebSocket" }, { SX_TRANSPORT_SCTP, "SCTP" },
    { 0, NULL }
};

/* ---- drawing ---- */

/* What the drawing of one message needs everywhere. */
struct pen {
    packet_info *pinfo;
    proto_tree *tree;
    tvbuff_t *tvb;
    const struct sx_view *view;
    const struct sx_txn *txn;   /* NULL if the message names none */
    const char *flagged;        /* what a flag said first */
    bool flow_lost;             /* the response says that a flow is gone: story */
    struct sx_flow_story story;
    enum sx_flow_token token;   /* what a 403 has to do with the flow token of token_flow */
    const struct sx_flow *token_flow;
};

/* One line of valid UTF-8 of what a packet holds. */
static const char *text_of(wmem_allocator_t *pool, struct sx_slice s)
{
    char *copy = wmem_strndup(pool, s.n ? s.p : "", MIN(s.n, MAX_TEXT));

    for (size_t i = 0; i < MIN(s.n, MAX_TEXT); i++) {
        copy[i] = s.p[i];
        if ((unsigned char)copy[i] < 0x20 || copy[i] == 0x7f)
            copy[i] = ' ';
    }
    return (const char *)get_utf_8_string(pool, (const uint8_t *)copy, (int)MIN(s.n, MAX_TEXT));
}

static proto_item *generated(proto_item *item)
{
    proto_item_set_generated(item);
    return item;
}

static proto_item *add_string(const struct pen *p, proto_tree *tree, int hf, const char *value)
{
    return generated(proto_tree_add_string(tree, hf, p->tvb, 0, 0, value));
}

static proto_item *add_uint(const struct pen *p, proto_tree *tree, int hf, uint32_t value)
{
    return generated(proto_tree_add_uint(tree, hf, p->tvb, 0, 0, value));
}

static proto_item *add_bool(const struct pen *p, proto_tree *tree, int hf, bool value)
{
    return generated(proto_tree_add_boolean(tree, hf, p->tvb, 0, 0, value));
}

/* The field holds the whole text, but Wireshark shows no more than 240 bytes of an item: what does
 * not fit follows in lines of its own below it. */
static void add_long_string(const struct pen *p, proto_tree *tree, int hf, int hf_more,
                            const char *text)
{
    size_t length = strlen(text);

    if (length <= MAX_LINE + MAX_LINE / 4) {
        add_string(p, tree, hf, text);
        return;
    }
    size_t cut = sx_line_break(text, MAX_LINE);
    proto_item *item = generated(proto_tree_add_string_format_value(
        tree, hf, p->tvb, 0, 0, text, "%.*s ...", (int)cut, text));
    proto_tree *sub = proto_item_add_subtree(item, ett_text);
    for (text += cut; *text; text += cut) {
        text += *text == ' ';
        cut = sx_line_break(text, MAX_LINE);
        const char *line = wmem_strndup(p->pinfo->pool, text, cut);
        generated(proto_tree_add_string_format(sub, hf_more, p->tvb, 0, 0, line, "%s", line));
    }
}

static void add_frame(const struct pen *p, proto_tree *tree, int hf, uint32_t frame)
{
    if (frame)
        add_uint(p, tree, hf, frame);
}

static void add_time(const struct pen *p, proto_tree *tree, int hf, int64_t ns)
{
    nstime_t t = { .secs = (time_t)(ns / SX_NS_PER_S), .nsecs = (int)(ns % SX_NS_PER_S) };

    generated(proto_tree_add_time(tree, hf, p->tvb, 0, 0, &t));
}

static proto_item *add_top(struct pen *p, proto_tree *tree)
{
    proto_item *top = generated(
        proto_tree_add_protocol_format(tree, proto_sipexplain, p->tvb, 0, 0, "SIP Explain"));

    p->tree = proto_item_add_subtree(top, ett_sipexplain);
    return top;
}

/* ---- explanation ---- */

static expert_field *explain_field(const struct sx_code *entry)
{
    return entry->registered ? &ei_explain[entry - sx_codes] : &ei_explain_other;
}

/* Case and white space apart; "(Deprecated)" is the registry's remark, not part of the phrase. */
static bool same_phrase(struct sx_slice wire, const char *registered)
{
    size_t i = 0;

    for (; *registered && *registered != '('; registered++) {
        if (*registered == ' ')
            continue;
        while (i < wire.n && sx_is_lws(wire.p[i]))
            i++;
        if (i >= wire.n || g_ascii_tolower(wire.p[i++]) != g_ascii_tolower(*registered))
            return false;
    }
    return sx_slice_trim(sx_slice_from(wire, i)).n == 0;
}

static void draw_phrase(struct pen *p, proto_tree *tree)
{
    const struct sx_view *v = p->view;

    if (!v->entry->registered || !v->msg->phrase.p || same_phrase(v->msg->phrase, v->entry->phrase))
        return;
    proto_item *item = add_bool(p, tree, hf_phrase_differs, true);
    expert_add_info_format(p->pinfo, item, &ei_phrase_differs,
                           "Reason phrase is \"%s\", registered is \"%s\"",
                           text_of(p->pinfo->pool, v->msg->phrase), v->entry->phrase);
}

static void missing_header(const struct pen *p, proto_tree *tree, const char *name)
{
    proto_item *item = add_string(p, tree, hf_missing_header, name);

    expert_add_info_format(p->pinfo, item, &ei_missing_header, "%u without %s", p->view->msg->code,
                           name);
}

static bool has_any(const struct sx_sip_msg *msg, const char *const *names)
{
    for (; *names; names++) {
        struct sx_field_iter iter = {0};
        struct sx_slice value;
        if (sx_sip_msg_field(msg, *names, &iter, &value))
            return true;
    }
    return false;
}

static const char *joined(wmem_allocator_t *pool, const char *const *names)
{
    wmem_strbuf_t *out = wmem_strbuf_new(pool, *names);

    while (*++names)
        wmem_strbuf_append_printf(out, " or %s", *names);
    return wmem_strbuf_get_str(out);
}

static void draw_missing_headers(const struct pen *p, proto_tree *tree)
{
    const struct sx_sip_msg *msg = p->view->msg;
    const struct sx_required *r = p->view->entry->required;

    /* What the snapshot length cut off may have held it. */
    if (msg->end != SX_HEAD_COMPLETE)
        return;
    for (; r && r->names; r++)
        if ((!r->method || sx_slice_is(msg->method_name, r->method)) && !has_any(msg, r->names))
            missing_header(p, tree, joined(p->pinfo->pool, r->names));
    /* RFC 3261 8.2.6.2: in every response */
    if (!msg->has_via)
        missing_header(p, tree, "Via");
    if (!msg->from.p)
        missing_header(p, tree, "From");
    if (!msg->to.p)
        missing_header(p, tree, "To");
    if (!msg->call_id.p)
        missing_header(p, tree, "Call-ID");
    static const char *const cseq[] = { "CSeq", NULL };
    if (!msg->has_cseq && !has_any(msg, cseq))
        missing_header(p, tree, "CSeq");
}

/* RFC 3326, RFC 6432: "Q.850;cause=16;text="..."" */
static void draw_reason(const struct pen *p, proto_tree *tree, struct sx_slice value)
{
    wmem_allocator_t *pool = p->pinfo->pool;
    struct sx_slice rest = value, protocol;
    uint32_t cause;

    if (!sx_slice_next(&rest, ';', &protocol))
        return;
    proto_item *item = add_string(p, tree, hf_reason_protocol, text_of(pool, protocol));
    proto_tree *sub = proto_item_add_subtree(item, ett_reason);
    struct sx_slice text = sx_slice_param(value, "text");
    if (sx_slice_uint(sx_slice_param(value, "cause"), UINT16_MAX, &cause)) {
        const struct sx_number_text *q850 =
            sx_slice_caseis(protocol, "Q.850") ? sx_catalogue_q850(cause) : NULL;
        const struct sx_code *sip =
            sx_slice_caseis(protocol, "SIP") ? sx_catalogue_explain(cause) : NULL;
        add_uint(p, sub, hf_reason_cause, cause);
        if (q850)
            add_string(p, sub, hf_reason_meaning,
                       wmem_strdup_printf(pool, "%s: %s", q850->name, q850->meaning));
        else if (sip)
            add_string(p, sub, hf_reason_meaning,
                       wmem_strdup_printf(pool, "%s: %s", sip->phrase, sip->meaning));
        proto_item_append_text(item, ", cause %u%s%s", cause, q850 || sip ? " " : "",
                               q850 ? q850->name : sip ? sip->phrase : "");
    }
    if (text.p)
        add_string(p, sub, hf_reason_text, text_of(pool, text));
}

static void draw_reasons(const struct pen *p, proto_tree *tree)
{
    struct sx_field_iter iter = {0};
    struct sx_slice value;

    while (sx_sip_msg_value(p->view->msg, "Reason", &iter, &value))
        draw_reason(p, tree, value);
}

/* RFC 3261 20.43: 399 host "text" */
static void draw_warnings(const struct pen *p, proto_tree *tree)
{
    struct sx_field_iter iter = {0};
    struct sx_slice value;
    uint32_t code;

    while (sx_sip_msg_value(p->view->msg, "Warning", &iter, &value)) {
        if (value.n < 4 || !sx_is_lws(value.p[3]) ||
            !sx_slice_uint(sx_slice(value.p, 3), 999, &code))
            continue;
        proto_item *item = add_uint(p, tree, hf_warning_code, code);
        proto_tree *sub = proto_item_add_subtree(item, ett_warning);
        const struct sx_number_text *known = sx_catalogue_warning(code);
        const char *quote = memchr(value.p, '"', value.n);
        if (quote) {
            struct sx_slice text = sx_slice_from(value, (size_t)(quote - value.p) + 1);
            if (text.n > 0 && text.p[text.n - 1] == '"')
                text.n--;
            add_string(p, sub, hf_warning_text, text_of(p->pinfo->pool, text));
        }
        if (known) {
            add_string(p, sub, hf_warning_meaning,
                       wmem_strdup_printf(p->pinfo->pool, "%s: %s", known->name, known->meaning));
            proto_item_append_text(item, " %s", known->name);
        }
    }
}

/* RFC 3261 20.33: 18000;duration=3600 (comment) */
static void draw_retry_after(const struct pen *p, proto_tree *tree)
{
    struct sx_slice value = sx_sip_msg_first(p->view->msg, "Retry-After");
    size_t digits = 0;
    uint32_t seconds;

    while (digits < value.n && g_ascii_isdigit(value.p[digits]))
        digits++;
    if (sx_slice_uint(sx_slice(value.p, digits), UINT32_MAX, &seconds))
        proto_item_append_text(add_uint(p, tree, hf_retry_after, seconds), " s");
}

/* RFC 3261 22.4, RFC 7616 3.3: the nonce was too old, the credentials may be right. */
static bool has_stale_nonce(const struct sx_sip_msg *msg)
{
    static const char *const names[] = { "WWW-Authenticate", "Proxy-Authenticate" };

    for (unsigned i = 0; i < G_N_ELEMENTS(names); i++) {
        struct sx_field_iter iter = {0};
        struct sx_slice value, part;
        while (sx_sip_msg_field(msg, names[i], &iter, &value))
            while (sx_slice_next(&value, ',', &part))
                if (sx_slice_caseis(part, "stale=true") || sx_slice_caseis(part, "stale=\"true\""))
                    return true;
    }
    return false;
}

static const char *site_or(const char *site, const char *catalogue)
{
    return site && *site ? site : catalogue;
}

/* The site's advice, else what this capture calls for, else the catalogue's. */
static const char *fix_of(const struct pen *p)
{
    const struct sx_view *v = p->view;

    if (p->txn && !(v->site_fix && *v->site_fix)) {
        wmem_strbuf_t *words = wmem_strbuf_new(p->pinfo->pool, "");
        if (p->token != SX_TOKEN_NONE)
            sx_say_token_advice(words, p->token, p->token_flow);
        if (p->flow_lost && wmem_strbuf_get_len(words) == 0)
            sx_say_flow_advice(words, v->tracker, &p->story);
        if (v->msg->code == 439)
            sx_say_no_outbound_advice(words, v->tracker, p->txn);
        if (wmem_strbuf_get_len(words) > 0)
            return wmem_strbuf_get_str(words);
    }
    return site_or(v->site_fix, sx_catalogue_fix(v->entry, v->msg->method_name.p,
                                                 v->msg->method_name.n));
}

static void draw_explanation(struct pen *p, proto_tree *tree)
{
    const struct sx_view *v = p->view;
    const struct sx_code *entry = v->entry;
    proto_item *item = add_uint(p, tree, hf_code, v->msg->code);

    if (!entry)
        return;
    const char *phrase = site_or(v->site_phrase, entry->phrase);
    const char *meaning = site_or(v->site_meaning, entry->meaning);
    proto_item_append_text(item, " %s", phrase);
    proto_tree *sub = proto_item_add_subtree(item, ett_response);
    add_string(p, sub, hf_phrase, entry->registered ? entry->phrase
                                                     : sx_catalogue_class_name(v->msg->code / 100));
    add_uint(p, sub, hf_class, v->msg->code / 100);
    add_string(p, sub, hf_reference, entry->reference);
    add_bool(p, sub, hf_registered, entry->registered);
    draw_phrase(p, sub);
    expert_add_info_format(p->pinfo, item, explain_field(entry), "%u %s: %s", v->msg->code, phrase,
                           meaning);
    add_long_string(p, tree, hf_meaning, hf_meaning_more, meaning);
    add_long_string(p, tree, hf_when, hf_when_more, entry->when);
    add_long_string(p, tree, hf_fix, hf_fix_more, fix_of(p));
    draw_missing_headers(p, tree);
    draw_warnings(p, tree);
    draw_retry_after(p, tree);
    if (v->msg->code >= 200)
        add_bool(p, tree, hf_failure,
                 sx_judge_failure(v->tracker, p->txn, v->msg->code, has_stale_nonce(v->msg)));
}

/* ---- transaction ---- */

static void draw_request_links(const struct pen *p, proto_tree *tree)
{
    const struct sx_txn *txn = p->txn;
    const struct sx_txn *related = sx_tracker_txn(p->view->tracker, txn->related);

    if (txn->method == SX_METHOD_CANCEL && related)
        add_frame(p, tree, hf_cancels, related->request_frame);
    if (p->view->record->method == SX_METHOD_ACK && txn->method != SX_METHOD_ACK)
        add_frame(p, tree, hf_request_in, txn->request_frame);
    else
        add_frame(p, tree, hf_response_in, txn->final_frame);
    if (txn->method == SX_METHOD_INVITE && p->view->record->method == SX_METHOD_INVITE)
        add_frame(p, tree, hf_cancelled_in, txn->cancel_frame);
}

static void draw_origin(const struct pen *p, proto_tree *tree)
{
    uint32_t frame = 0;

    if (p->view->msg->code < 200 || p->txn->final_code != p->view->msg->code)
        return;
    add_uint(p, tree, hf_origin, sx_judge_origin(p->view->tracker, p->txn, &frame));
    add_frame(p, tree, hf_origin_in, frame);
}

static void draw_response_links(const struct pen *p, proto_tree *tree)
{
    const struct sx_txn *txn = p->txn;

    /* A request that the capture shows behind its response is no start to measure from. */
    if (txn->request_frame && txn->request_frame <= p->pinfo->num) {
        add_frame(p, tree, hf_request_in, txn->request_frame);
        if (p->view->time_ns >= txn->request_ns)
            add_time(p, tree, hf_time, p->view->time_ns - txn->request_ns);
    }
    draw_origin(p, tree);
}

static void draw_transaction(const struct pen *p)
{
    const struct sx_message *record = p->view->record;
    bool duplicate = record->flags & SX_MESSAGE_DUPLICATE;
    proto_item *item = add_uint(p, p->tree, hf_transaction, p->txn->number);
    proto_tree *tree = proto_item_add_subtree(item, ett_transaction);

    if (p->txn->parent)
        add_uint(p, tree, hf_parent, p->txn->parent);
    if (p->view->msg->is_request)
        draw_request_links(p, tree);
    else
        draw_response_links(p, tree);
    add_frame(p, tree, duplicate ? hf_duplicate_of : hf_retransmission_of, record->repeats);
}

/* ---- the 100 timeout ---- */

static void flag(struct pen *p, proto_item *item, expert_field *ei, const char *text)
{
    char *sentence = wmem_strdup(p->pinfo->pool, text);

    sentence[0] = g_ascii_toupper(sentence[0]);
    expert_add_info_format(p->pinfo, item, ei, "%s", sentence);
    if (!p->flagged)
        p->flagged = text;
}

static expert_field *trying_expert(enum sx_trying_state trying_state)
{
    switch (trying_state) {
    case SX_TRYING_TIMED_OUT:
        return &ei_trying_timeout;
    case SX_TRYING_SLOW:
        return &ei_trying_slow;
    case SX_TRYING_CANCELLED:
        return &ei_trying_cancelled;
    case SX_TRYING_NONE:
    case SX_TRYING_ANSWERED:
    case SX_TRYING_OPEN:
    default:
        return NULL;
    }
}

/* On the request, the 100 and the message that ended the wait. */
static void draw_trying(struct pen *p)
{
    const struct sx_txn *txn = p->txn;
    uint32_t frame = p->pinfo->num;
    bool waits = frame == txn->request_frame || frame == txn->trying_frame;
    bool ends = p->view->record->flags & SX_MESSAGE_ENDS_WAIT;

    /* A CANCEL ends the wait of its INVITE. */
    if (ends && txn->method == SX_METHOD_CANCEL)
        txn = sx_tracker_txn(p->view->tracker, txn->related);
    else if (!waits && !ends)
        return;
    if (!txn || p->view->record->repeats || (p->view->msg->is_request && txn->method == SX_METHOD_ACK))
        return;
    struct sx_trying v = sx_trying_judge(p->view->tracker, txn);
    if (v.state == SX_TRYING_NONE)
        return;
    proto_item *item;
    if (ends) {
        item = add_uint(p, p->tree, hf_trying_ended, txn->trying_frame);
    } else {
        item = add_uint(p, p->tree, hf_trying_state, v.state);
        proto_tree *tree = proto_item_add_subtree(item, ett_trying);
        add_time(p, tree, hf_trying_wait, v.wait_ns);
        add_frame(p, tree, hf_trying_ended_in, v.ended_in);
        if (v.state != SX_TRYING_ANSWERED) {
            add_uint(p, tree, hf_trying_cause, v.cause);
            add_frame(p, tree, hf_trying_cause_in, v.cause_in);
        }
    }
    wmem_strbuf_t *words = wmem_strbuf_new(p->pinfo->pool, "");
    expert_field *ei = trying_expert(v.state);
    if (ei && sx_say_trying(words, p->view->tracker, txn, &v))
        flag(p, item, ei, wmem_strbuf_get_str(words));
}

static void draw_no_response(struct pen *p, proto_item *top)
{
    if (p->pinfo->num != p->txn->request_frame || !p->view->msg->is_request ||
        !sx_judge_no_response(p->view->tracker, p->txn))
        return;
    wmem_strbuf_t *words = wmem_strbuf_new(p->pinfo->pool, "");
    sx_say_no_response(words, p->view->tracker, p->txn);
    flag(p, top, &ei_no_response, wmem_strbuf_get_str(words));
}

void sx_draw_expiries(proto_tree *tree, packet_info *pinfo, tvbuff_t *tvb,
                      const struct sx_tracker *tracker)
{
    const struct sx_expiry *e;
    struct pen p = { .pinfo = pinfo, .tvb = tvb };
    wmem_strbuf_t *words = wmem_strbuf_new(pinfo->pool, "");
    proto_item *top = add_top(&p, tree);

    for (uint32_t i = 0; (e = sx_tracker_expiry(tracker, pinfo->num, i)); i++) {
        const struct sx_txn *txn = sx_tracker_txn(tracker, e->txn);
        wmem_strbuf_truncate(words, 0);
        sx_say_expiry(words, tracker, e);
        proto_item *item = add_uint(&p, p.tree, hf_expired, e->after_100 ? txn->trying_frame : txn->request_frame);
        /* The message that ends the wait says so itself. */
        if (txn->moved_frame != pinfo->num && txn->cancel_frame != pinfo->num)
            flag(&p, item, e->after_100 ? &ei_trying_timeout : &ei_no_response,
                 wmem_strbuf_get_str(words));
        if (i == 0)
            proto_item_append_text(top, ": %s", wmem_strbuf_get_str(words));
        else if (i == 1)
            proto_item_append_text(top, ", and others");
    }
}

/* The frame that ends the connection over which the caller waited. */
void sx_draw_hangups(proto_tree *tree, packet_info *pinfo, tvbuff_t *tvb,
                     const struct sx_tracker *tracker)
{
    const struct sx_hangup *hangup;
    struct pen p = { .pinfo = pinfo, .tvb = tvb };
    wmem_strbuf_t *words = wmem_strbuf_new(pinfo->pool, "");
    proto_item *top = NULL;

    for (uint32_t i = 0; (hangup = sx_tracker_hangup(tracker, pinfo->num, i)); i++) {
        const struct sx_txn *txn = sx_tracker_txn(tracker, hangup->txn);
        struct sx_trying v = sx_trying_judge(tracker, txn);
        expert_field *ei = trying_expert(v.state);
        wmem_strbuf_truncate(words, 0);
        if (txn->trying_frame == 0 || txn->trying_frame > pinfo->num)
            continue;
        bool first = !top;
        if (first)
            top = add_top(&p, tree);
        /* Who went on over another connection did not hang up. */
        if (v.ended_in == pinfo->num && ei && sx_say_trying(words, tracker, txn, &v))
            flag(&p, add_uint(&p, p.tree, hf_trying_ended, txn->trying_frame), ei,
                 wmem_strbuf_get_str(words));
        else
            wmem_strbuf_append_printf(words, "the connection of the INVITE in frame %u ends, and "
                                      "the call goes on over another one", txn->request_frame);
        proto_item_append_text(top, "%s%s", first ? ": " : "; ", wmem_strbuf_get_str(words));
    }
}

/* ---- the 430 flow failure ---- */

static void draw_flow_fields(const struct pen *p, proto_tree *tree)
{
    const struct sx_flow_story *story = &p->story;
    const struct sx_flow *flow = story->flow;

    if (flow) {
        add_frame(p, tree, hf_flow_registered_in, flow->registered_in);
        add_string(p, tree, hf_flow_aor, flow->aor);
        add_string(p, tree, hf_flow_instance, flow->instance);
        add_uint(p, tree, hf_flow_reg_id, flow->reg_id);
    }
    if (flow && flow->link) {
        add_uint(p, tree, hf_flow_transport, flow->link->transport);
        if (flow->link->has_stream)
            add_uint(p, tree, hf_flow_stream, flow->link->stream);
        if (flow->link->closed_in && flow->link->closed_in < p->pinfo->num)
            add_frame(p, tree, hf_flow_closed_in, flow->link->closed_in);
        add_uint(p, tree, hf_flow_death, story->death);
        add_frame(p, tree, hf_flow_death_in, story->death_in);
    }
    if (story->silent_ns >= 0)
        add_time(p, tree, hf_flow_silent, story->silent_ns);
    add_frame(p, tree, hf_flow_retry_in, story->retry_in);
    add_frame(p, tree, hf_flow_reregistered_in, story->reregistered_in);
    if (story->returned != SX_RETURN_UNKNOWN)
        add_uint(p, tree, hf_flow_return, story->returned);
}

static void draw_flow(struct pen *p)
{
    const struct sx_flow_story *story = &p->story;
    enum sx_flow_outcome o = story->outcome;
    bool is_430 = p->view->msg->code == 430;

    /* Until the capture has been read to its end, "cannot tell" may only mean "not yet". */
    proto_item *item = add_uint(p, p->tree, hf_flow_outcome, o);
    draw_flow_fields(p, proto_item_add_subtree(item, ett_flow));
    wmem_strbuf_t *facts = wmem_strbuf_new(p->pinfo->pool, "");
    wmem_strbuf_t *outcome = wmem_strbuf_new(p->pinfo->pool, "");
    sx_say_flow(facts, story);
    if (is_430)
        flag(p, item, &ei_flow_failed, wmem_strbuf_get_str(facts));
    if (sx_say_flow_outcome(outcome, story)) {
        if (o == SX_FLOW_OTHERS_FAILED || o == SX_FLOW_HANDED_ON || o == SX_FLOW_NOTHING_TRIED)
            flag(p, item, &ei_flow_lost, wmem_strbuf_get_str(outcome));
        wmem_strbuf_append_printf(facts, "; %s", wmem_strbuf_get_str(outcome));
    }
    p->flagged = wmem_strbuf_get_str(facts);
}

/* A 403 by which an edge refuses a flow token. */
static void draw_token(struct pen *p)
{
    wmem_strbuf_t *words = wmem_strbuf_new(p->pinfo->pool, "");

    add_uint(p, p->tree, hf_flow_token, p->token);
    sx_say_token(words, p->token, p->token_flow);
    p->flagged = wmem_strbuf_get_str(words);
}

/* On a REGISTER that comes too early, and on the one that made a flow which a later response calls
 * gone. */
static void draw_registration(struct pen *p)
{
    const struct sx_flow *flow =
        sx_flows_at(sx_tracker_flows(p->view->tracker), p->txn->flow);

    if (p->txn->method != SX_METHOD_REGISTER || !p->view->msg->is_request || !flow ||
        p->view->record->repeats)
        return;
    const struct sx_back_off *early = sx_flows_too_early(sx_tracker_flows(p->view->tracker),
                                                         p->pinfo->num, flow->number);
    if (early) {
        wmem_strbuf_t *words = wmem_strbuf_new(p->pinfo->pool, "");
        sx_say_too_early(words, early);
        flag(p, add_uint(p, p->tree, hf_flow_early_after, early->failed_in), &ei_flow_too_early,
             wmem_strbuf_get_str(words));
    }
    if (!flow->failed_in || flow->registered_in != p->txn->request_frame)
        return;
    proto_item *item = add_uint(p, p->tree, hf_flow_failed_in, flow->failed_in);
    flag(p, item, &ei_flow_failed_later,
         wmem_strdup_printf(p->pinfo->pool, "the flow registered here failed in frame %u",
                            flow->failed_in));
}

void sx_draw_lost_flows(proto_tree *tree, packet_info *pinfo, tvbuff_t *tvb,
                        const struct sx_tracker *tracker)
{
    const struct sx_flows *flows = sx_tracker_flows(tracker);
    const struct sx_flow *flow;
    struct pen p = { .pinfo = pinfo, .tvb = tvb };
    proto_item *top = add_top(&p, tree);
    wmem_strbuf_t *words = wmem_strbuf_new(pinfo->pool, "");

    unsigned n = 0;

    for (flow = sx_flows_lost_here(flows, pinfo->num); flow && n < MAX_LOST_HERE;
         flow = sx_flows_next_lost(flows, flow)) {
        if (!flow->accepted)
            continue;
        wmem_strbuf_truncate(words, 0);
        sx_say_flow_end(words, flow);
        proto_item *item = add_string(&p, p.tree, hf_flow_lost_here, flow->aor);
        /* Who takes the registration back first loses nothing. */
        if (!flow->removed_in || flow->removed_in > pinfo->num)
            flag(&p, item, &ei_flow_closed, wmem_strbuf_get_str(words));
        if (n == 0)
            proto_item_append_text(top, ": %s", wmem_strbuf_get_str(words));
        else if (n == 1)
            proto_item_append_text(top, ", and others");
        n++;
    }
}

/* ---- one message ---- */

/* The verdict of a message that nothing flagged. */
static void say_plain(wmem_strbuf_t *out, const struct pen *p)
{
    const struct sx_view *v = p->view;
    const struct sx_txn *txn = p->txn;

    if (v->record && v->record->flags & SX_MESSAGE_QUOTED)
        wmem_strbuf_append(out, " - quoted by an ICMP error: it did not arrive");
    else if (txn && v->record->repeats) {
        wmem_strbuf_append_printf(out, " - %s frame %u",
                                  v->record->flags & SX_MESSAGE_DUPLICATE ? "the same packet as"
                                                                          : "repeats",
                                  v->record->repeats);
    } else if (!txn) {
        return;
    } else if (v->msg->is_request) {
        if (txn->final_frame && v->record->method == txn->method)
            wmem_strbuf_append_printf(out, " - %u in frame %u", txn->final_code, txn->final_frame);
    } else if (txn->request_frame && v->time_ns >= txn->request_ns) {
        wmem_strbuf_append(out, " after ");
        sx_say_time(out, v->time_ns - txn->request_ns);
    }
}

static void say_message(wmem_strbuf_t *out, const struct pen *p)
{
    const struct sx_view *v = p->view;
    const char *method = text_of(p->pinfo->pool, v->msg->method_name);
    size_t before;

    if (v->msg->is_request)
        wmem_strbuf_append(out, method);
    else if (!v->entry)
        wmem_strbuf_append_printf(out, "%u is no SIP status code (100 to 699)", v->msg->code);
    else
        wmem_strbuf_append_printf(out, "%u %s%s%s", v->msg->code, v->entry->phrase,
                                  *method ? " to " : "", method);
    if (p->flagged) {
        wmem_strbuf_append_printf(out, " - %s", p->flagged);
        return;
    }
    before = wmem_strbuf_get_len(out);
    wmem_strbuf_append(out, " - ");
    if (p->txn && v->msg->code == 439 && sx_say_no_outbound(out, v->tracker, p->txn))
        return;
    if (p->txn && v->entry && v->msg->code >= 300 &&
        sx_say_step(out, v->tracker, p->txn, v->entry))
        return;
    wmem_strbuf_truncate(out, before);
    say_plain(out, p);
}

const char *sx_draw_message(proto_tree *tree, packet_info *pinfo, const struct sx_view *view)
{
    struct pen p = {
        .pinfo = pinfo,
        .tvb = view->tvb,
        .view = view,
        .txn = view->record ? sx_tracker_txn(view->tracker, view->record->txn) : NULL,
    };
    bool quoted = view->record && view->record->flags & SX_MESSAGE_QUOTED;
    proto_item *top = add_top(&p, tree);

    if (p.txn && !quoted && p.txn->final_code == view->msg->code && !view->record->repeats &&
        sx_flow_is_loss(view->tracker, p.txn, view->msg->code)) {
        p.flow_lost = true;
        p.story = sx_flow_tell(view->tracker, p.txn);
    }
    if (p.txn && !quoted && view->msg->code == 403 && p.txn->final_code == 403 &&
        !view->record->repeats)
        p.token = sx_flow_token_of(view->tracker, p.txn, &p.token_flow);
    if (!view->msg->is_request)
        draw_explanation(&p, p.tree);
    draw_reasons(&p, p.tree);
    if (p.txn && quoted) {
        add_frame(&p, p.tree, hf_request_in, p.txn->request_frame);
    } else if (p.txn) {
        draw_transaction(&p);
        draw_trying(&p);
        draw_no_response(&p, top);
        draw_registration(&p);
        if (p.flow_lost)
            draw_flow(&p);
        if (p.token != SX_TOKEN_NONE)
            draw_token(&p);
    }
    if (view->msg->code == 430 && !p.flow_lost && !quoted)
        flag(&p, top, &ei_flow_failed, "the flow to the client is gone");
    wmem_strbuf_t *words = wmem_strbuf_new(pinfo->pool, "");
    say_message(words, &p);
    proto_item_append_text(top, ": %s", wmem_strbuf_get_str(words));
    return p.flagged ? wmem_strbuf_get_str(words) : NULL;
}

bool sx_is_looked_at(proto_tree *tree)
{
    /* Registered only when the first capture is opened. */
    if (tap_expert <= 0)
        tap_expert = find_tap_id("expert");
    return proto_field_is_referenced(tree, proto_sipexplain) ||
           proto_field_is_referenced(tree, proto_expert) || have_tap_listener(tap_expert);
}

/* ---- registration ---- */

static void register_experts(void)
{
    static ei_register_info ei[] = {
        { &ei_explain_other, { "sipexplain.explain.other", PI_RESPONSE_CODE, PI_NOTE,
          "Unregistered response code", EXPFILL } },
        { &ei_trying_timeout, { "sipexplain.trying_timeout", PI_SEQUENCE, PI_WARN,
          "No response for too long after 100 Trying", EXPFILL } },
        { &ei_trying_slow, { "sipexplain.trying_slow", PI_SEQUENCE, PI_NOTE,
          "Slow response after 100 Trying", EXPFILL } },
        { &ei_trying_cancelled, { "sipexplain.trying_cancelled", PI_SEQUENCE, PI_NOTE,
          "Cancelled after nothing but 100 Trying", EXPFILL } },
        { &ei_no_response, { "sipexplain.no_response", PI_SEQUENCE, PI_WARN,
          "No response at all to a request", EXPFILL } },
        { &ei_flow_failed, { "sipexplain.flow_failed", PI_RESPONSE_CODE, PI_WARN,
          "430 Flow Failed", EXPFILL } },
        { &ei_flow_lost, { "sipexplain.flow_lost", PI_SEQUENCE, PI_WARN,
          "A lost flow that nothing put right", EXPFILL } },
        { &ei_flow_failed_later, { "sipexplain.flow_failed_later", PI_SEQUENCE, PI_NOTE,
          "The flow that was registered here failed later", EXPFILL } },
        { &ei_flow_closed, { "sipexplain.flow_closed", PI_SEQUENCE, PI_NOTE,
          "The connection of a registered flow ends", EXPFILL } },
        { &ei_flow_too_early, { "sipexplain.flow_too_early", PI_SEQUENCE, PI_NOTE,
          "Registers again sooner than RFC 5626 allows", EXPFILL } },
        { &ei_phrase_differs, { "sipexplain.phrase_differs", PI_PROTOCOL, PI_NOTE,
          "Reason phrase differs from the registered one", EXPFILL } },
        { &ei_missing_header, { "sipexplain.missing_header_expert", PI_PROTOCOL, PI_WARN,
          "A header field that the response must carry is missing", EXPFILL } },
    };
    static const int severities[] = { [SX_CHAT] = PI_CHAT, [SX_NOTE] = PI_NOTE, [SX_WARN] = PI_WARN };
    wmem_allocator_t *scope = wmem_epan_scope();
    expert_module_t *module = expert_register_protocol(proto_sipexplain);
    ei_register_info *codes = wmem_alloc0_array(scope, ei_register_info, sx_codes_count);

    int n = 0;

    ei_explain = wmem_alloc0_array(scope, expert_field, sx_codes_count);
    for (size_t i = 0; i < sx_codes_count; i++) {
        if (!sx_codes[i].registered)
            continue;
        ei_explain[i] = (expert_field)EI_INIT;
        codes[n++] = (ei_register_info){ &ei_explain[i], { sx_codes[i].filter, PI_RESPONSE_CODE,
            severities[sx_codes[i].severity], sx_codes[i].summary, EXPFILL } };
    }
    expert_register_field_array(module, ei, array_length(ei));
    expert_register_field_array(module, codes, n);
}

void proto_register_sipexplain(void)
{
    static hf_register_info hf[] = {
        { &hf_code,
          { "Status code", "sipexplain.code", FT_UINT16, BASE_DEC, NULL, 0,
            NULL, HFILL } },
        { &hf_phrase,
          { "Registered phrase", "sipexplain.phrase", FT_STRING, BASE_NONE, NULL, 0,
            NULL, HFILL } },
        { &hf_class,
          { "Class", "sipexplain.class", FT_UINT8, BASE_DEC, VALS(class_vals), 0,
            NULL, HFILL } },
        { &hf_meaning,
          { "Meaning", "sipexplain.meaning", FT_STRING, BASE_NONE, NULL, 0,
            NULL, HFILL } },
        { &hf_when,
          { "When it appears", "sipexplain.when", FT_STRING, BASE_NONE, NULL, 0,
            NULL, HFILL } },
        { &hf_fix,
          { "How to fix it", "sipexplain.fix", FT_STRING, BASE_NONE, NULL, 0,
            "Advice for the method of the request", HFILL } },
        { &hf_meaning_more,
          { "Continued", "sipexplain.meaning.more", FT_STRING, BASE_NONE, NULL, 0,
            "A further line of the text above", HFILL } },
        { &hf_when_more,
          { "Continued", "sipexplain.when.more", FT_STRING, BASE_NONE, NULL, 0,
            "A further line of the text above", HFILL } },
        { &hf_fix_more,
          { "Continued", "sipexplain.fix.more", FT_STRING, BASE_NONE, NULL, 0,
            "A further line of the text above", HFILL } },
        { &hf_reference,
          { "Reference", "sipexplain.reference", FT_STRING, BASE_NONE, NULL, 0,
            NULL, HFILL } },
        { &hf_registered,
          { "Registered", "sipexplain.registered", FT_BOOLEAN, BASE_NONE, NULL, 0,
            "The code is in the IANA registry", HFILL } },
        { &hf_phrase_differs,
          { "Phrase differs", "sipexplain.phrase.differs", FT_BOOLEAN, BASE_NONE, NULL, 0,
            "The reason phrase on the wire is not the registered one", HFILL } },
        { &hf_missing_header,
          { "Missing header field", "sipexplain.missing_header", FT_STRING, BASE_NONE, NULL, 0,
            "A header field that this response must carry and does not", HFILL } },
        { &hf_reason_protocol,
          { "Reason", "sipexplain.reason.protocol", FT_STRING, BASE_NONE, NULL, 0,
            "Protocol of a Reason header field value", HFILL } },
        { &hf_reason_cause,
          { "Cause", "sipexplain.reason.cause", FT_UINT16, BASE_DEC, NULL, 0,
            NULL, HFILL } },
        { &hf_reason_text,
          { "Text", "sipexplain.reason.text", FT_STRING, BASE_NONE, NULL, 0,
            NULL, HFILL } },
        { &hf_reason_meaning,
          { "Meaning", "sipexplain.reason.meaning", FT_STRING, BASE_NONE, NULL, 0,
            NULL, HFILL } },
        { &hf_warning_code,
          { "Warning", "sipexplain.warning.code", FT_UINT16, BASE_DEC, NULL, 0,
            NULL, HFILL } },
        { &hf_warning_text,
          { "Text", "sipexplain.warning.text", FT_STRING, BASE_NONE, NULL, 0,
            NULL, HFILL } },
        { &hf_warning_meaning,
          { "Meaning", "sipexplain.warning.meaning", FT_STRING, BASE_NONE, NULL, 0,
            NULL, HFILL } },
        { &hf_retry_after,
          { "Retry after", "sipexplain.retry_after", FT_UINT32, BASE_DEC, NULL, 0,
            "Seconds", HFILL } },
        { &hf_failure,
          { "Real failure", "sipexplain.failure", FT_BOOLEAN, BASE_NONE, NULL, 0,
            "False where the final response is a step of normal work", HFILL } },

        { &hf_transaction,
          { "Transaction", "sipexplain.transaction", FT_UINT32, BASE_DEC, NULL, 0,
            "Number of the transaction in the capture", HFILL } },
        { &hf_parent,
          { "Forwarded from transaction", "sipexplain.parent", FT_UINT32, BASE_DEC, NULL, 0,
            "The upstream transaction, by the Via stack", HFILL } },
        { &hf_request_in,
          { "Request in", "sipexplain.request_in", FT_FRAMENUM, BASE_NONE,
            FRAMENUM_TYPE(FT_FRAMENUM_REQUEST), 0, NULL, HFILL } },
        { &hf_response_in,
          { "Final response in", "sipexplain.response_in", FT_FRAMENUM, BASE_NONE,
            FRAMENUM_TYPE(FT_FRAMENUM_RESPONSE), 0, NULL, HFILL } },
        { &hf_time,
          { "Time since the request", "sipexplain.time", FT_RELATIVE_TIME, BASE_NONE, NULL, 0,
            NULL, HFILL } },
        { &hf_retransmission_of,
          { "Retransmission of", "sipexplain.retransmission_of", FT_FRAMENUM, BASE_NONE,
            FRAMENUM_TYPE(FT_FRAMENUM_RETRANS_PREV), 0, NULL, HFILL } },
        { &hf_duplicate_of,
          { "Same packet as", "sipexplain.duplicate_of", FT_FRAMENUM, BASE_NONE,
            FRAMENUM_TYPE(FT_FRAMENUM_DUP_ACK), 0, "The capture holds this packet twice", HFILL } },
        { &hf_cancelled_in,
          { "Cancelled in", "sipexplain.cancelled_in", FT_FRAMENUM, BASE_NONE, NULL, 0,
            NULL, HFILL } },
        { &hf_cancels,
          { "Cancels the request in", "sipexplain.cancels", FT_FRAMENUM, BASE_NONE, NULL, 0,
            NULL, HFILL } },
        { &hf_origin,
          { "Origin", "sipexplain.origin", FT_UINT8, BASE_DEC, VALS(origin_vals), 0,
            "Who made this final response", HFILL } },
        { &hf_origin_in,
          { "First sent in", "sipexplain.origin_in", FT_FRAMENUM, BASE_NONE, NULL, 0,
            NULL, HFILL } },

        { &hf_trying_state,
          { "Wait after 100 Trying", "sipexplain.trying.state", FT_UINT8, BASE_DEC,
            VALS(trying_state_vals), 0, NULL, HFILL } },
        { &hf_trying_wait,
          { "Waited", "sipexplain.trying.wait", FT_RELATIVE_TIME, BASE_NONE, NULL, 0,
            NULL, HFILL } },
        { &hf_trying_ended_in,
          { "Ended in", "sipexplain.trying.ended_in", FT_FRAMENUM, BASE_NONE, NULL, 0,
            NULL, HFILL } },
        { &hf_trying_cause,
          { "Cause", "sipexplain.trying.cause", FT_UINT8, BASE_DEC, VALS(trying_cause_vals), 0,
            NULL, HFILL } },
        { &hf_trying_cause_in,
          { "Cause in", "sipexplain.trying.cause_in", FT_FRAMENUM, BASE_NONE, NULL, 0,
            NULL, HFILL } },
        { &hf_trying_ended,
          { "Ends the wait after 100 Trying in", "sipexplain.trying.ended", FT_FRAMENUM, BASE_NONE,
            NULL, 0, NULL, HFILL } },
        { &hf_expired,
          { "Still waiting", "sipexplain.expired", FT_FRAMENUM, BASE_NONE, NULL, 0,
            "The 100 or the request that has waited for too long", HFILL } },

        { &hf_flow_outcome,
          { "Lost flow", "sipexplain.flow.outcome", FT_UINT8, BASE_DEC, VALS(flow_outcome_vals), 0,
            "What became of the request", HFILL } },
        { &hf_flow_registered_in,
          { "Registered in", "sipexplain.flow.registered_in", FT_FRAMENUM, BASE_NONE, NULL, 0,
            "The REGISTER that made the flow", HFILL } },
        { &hf_flow_aor,
          { "Address of record", "sipexplain.flow.aor", FT_STRING, BASE_NONE, NULL, 0,
            NULL, HFILL } },
        { &hf_flow_instance,
          { "Instance", "sipexplain.flow.instance", FT_STRING, BASE_NONE, NULL, 0,
            NULL, HFILL } },
        { &hf_flow_reg_id,
          { "reg-id", "sipexplain.flow.reg_id", FT_UINT32, BASE_DEC, NULL, 0,
            NULL, HFILL } },
        { &hf_flow_stream,
          { "TCP stream", "sipexplain.flow.stream", FT_UINT32, BASE_DEC, NULL, 0,
            NULL, HFILL } },
        { &hf_flow_closed_in,
          { "Closed in", "sipexplain.flow.closed_in", FT_FRAMENUM, BASE_NONE, NULL, 0,
            "FIN or RST", HFILL } },
        { &hf_flow_silent,
          { "Client silent for", "sipexplain.flow.silent", FT_RELATIVE_TIME, BASE_NONE, NULL, 0,
            "Since the flow last carried anything from the client", HFILL } },
        { &hf_flow_retry_in,
          { "Sent over another flow in", "sipexplain.flow.retry_in", FT_FRAMENUM, BASE_NONE, NULL, 0,
            NULL, HFILL } },
        { &hf_flow_reregistered_in,
          { "Registered again in", "sipexplain.flow.reregistered_in", FT_FRAMENUM, BASE_NONE, NULL, 0,
            NULL, HFILL } },
        { &hf_flow_failed_in,
          { "The flow registered here failed in", "sipexplain.flow.failed_in", FT_FRAMENUM, BASE_NONE,
            NULL, 0, NULL, HFILL } },
        { &hf_flow_lost_here,
          { "Flow lost here", "sipexplain.flow.lost_here", FT_STRING, BASE_NONE, NULL, 0,
            "The address of record whose connection ends", HFILL } },
        { &hf_flow_death,
          { "How it died", "sipexplain.flow.death", FT_UINT8, BASE_DEC, VALS(flow_death_vals), 0,
            NULL, HFILL } },
        { &hf_flow_death_in,
          { "Shown in", "sipexplain.flow.death_in", FT_FRAMENUM, BASE_NONE, NULL, 0,
            "The frame that shows how the flow died", HFILL } },
        { &hf_flow_transport,
          { "Transport", "sipexplain.flow.transport", FT_UINT8, BASE_DEC, VALS(flow_transport_vals), 0,
            NULL, HFILL } },
        { &hf_flow_return,
          { "New registration", "sipexplain.flow.return", FT_UINT8, BASE_DEC, VALS(flow_return_vals),
            0, "How the client came back, by RFC 5626 4.5", HFILL } },
        { &hf_flow_token,
          { "Refused flow token", "sipexplain.flow.token", FT_UINT8, BASE_DEC, VALS(flow_token_vals),
            0, NULL, HFILL } },
        { &hf_flow_early_after,
          { "Too early after the failed attempt in", "sipexplain.flow.early_after", FT_FRAMENUM,
            BASE_NONE, NULL, 0, NULL, HFILL } },
    };
    static int *ett[] = {
        &ett_sipexplain,
        &ett_response,
        &ett_text,
        &ett_reason,
        &ett_warning,
        &ett_transaction,
        &ett_trying,
        &ett_flow,
    };

    proto_sipexplain = proto_register_protocol("SIP Response Explanation", "SIP Explain", "sipexplain");
    proto_register_field_array(proto_sipexplain, hf, array_length(hf));
    proto_register_subtree_array(ett, array_length(ett));
    register_experts();
    sx_prefs_register(proto_sipexplain);
    sx_postdissect_register(proto_sipexplain);
}

void proto_reg_handoff_sipexplain(void)
{
    sx_postdissect_handoff();
}
