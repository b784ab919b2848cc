/* draw_flow.c
 * Registered flows (RFC 5626): how they fail, and what comes of it.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "glue/compat.h"

#include "core/say/say.h"
#include "core/say/words.h"
#include "glue/draw/draw.h"

/* Users of one connection whose loss is listed. */
#define MAX_LOST_HERE 100

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

static int ett_flow = -1;
static int ett_death = -1;

static expert_field ei_flow_failed = EI_INIT;
static expert_field ei_flow_lost = EI_INIT;
static expert_field ei_flow_failed_later = EI_INIT;
static expert_field ei_flow_closed = EI_INIT;
static expert_field ei_flow_too_early = EI_INIT;

static const value_string flow_outcome_vals[] = {
    {SX_FLOW_UNKNOWN, "Cannot tell"},
    {SX_FLOW_OTHER_ANSWERED, "Another flow answered"},
    {SX_FLOW_OTHERS_FAILED, "Other flows failed too"},
    {SX_FLOW_REREGISTERED, "The client registered again"},
    {SX_FLOW_HANDED_ON, "Handed on to the caller"},
    {SX_FLOW_NOTHING_TRIED, "Nothing was tried"},
    {SX_FLOW_OPEN, "Open when the capture ended"},
    {0, NULL},
};

static const value_string flow_death_vals[] = {
    {SX_DEATH_UNKNOWN, "Cannot tell"},
    {SX_DEATH_CLOSED, "Connection closed or reset"},
    {SX_DEATH_NO_PONG, "Keep-alive not answered"},
    {SX_DEATH_FLOW_TIMER, "Client silent past Flow-Timer"},
    {SX_DEATH_REMOVED, "Registration taken back"},
    {SX_DEATH_EXPIRED, "Registration ran out"},
    {SX_DEATH_UNREACHABLE, "Unreachable (ICMP)"},
    {SX_DEATH_NO_ACK, "TCP not acknowledged"},
    {SX_DEATH_MOVED, "Address changed by NAT"},
    {SX_DEATH_REFUSED, "Keep-alive refused"},
    {SX_DEATH_FORGOTTEN, "Edge proxy no longer knew the connection"},
    {SX_DEATH_ALL_AT_ONCE, "Edge proxy ended all connections at once"},
    {0, NULL},
};

static const value_string flow_return_vals[] = {
    {SX_RETURN_IN_TIME, "In time"},
    {SX_RETURN_TOO_EARLY, "Too early after a failed attempt"},
    {SX_RETURN_NEVER, "Never"},
    {0, NULL},
};

static const value_string flow_token_vals[] = {
    {SX_TOKEN_OWN, "The edge proxy's own"},
    {SX_TOKEN_RESTARTED, "The edge proxy's own, from before a restart"},
    {SX_TOKEN_STRANGE, "Not the one of the registration"},
    {0, NULL},
};

static const value_string flow_transport_vals[] = {
    {SX_TRANSPORT_OTHER, "Other"},
    {SX_TRANSPORT_UDP, "UDP"},
    {SX_TRANSPORT_TCP, "TCP"},
    {SX_TRANSPORT_TLS, "TLS"},
    {SX_TRANSPORT_WS, "WebSocket"},
    {SX_TRANSPORT_SCTP, "SCTP"},
    {0, NULL},
};

static void draw_flow_fields(struct sx_pen *p, proto_tree *tree)
{
    const struct sx_flow_story *story = &p->story;
    const struct sx_flow *flow = story->flow;

    if (flow) {
        sx_add_frame(p, tree, hf_flow_registered_in, flow->registered_in);
        sx_add_string(p, tree, hf_flow_aor, flow->user->aor);
        if (*sx_flow_more(flow)->instance)
            sx_add_string(p, tree, hf_flow_instance, sx_flow_more(flow)->instance);
        if (sx_flow_more(flow)->reg_id)
            sx_add_uint(p, tree, hf_flow_reg_id, sx_flow_more(flow)->reg_id);
    }
    if (flow && sx_flow_more(flow)->link) {
        sx_add_uint(p, tree, hf_flow_transport, sx_flow_more(flow)->link->transport);
        if (sx_flow_more(flow)->link->has_stream)
            sx_add_uint(p, tree, hf_flow_stream, sx_flow_more(flow)->link->stream);
        if (sx_flow_more(flow)->link->closed_in && sx_flow_more(flow)->link->closed_in < p->frame)
            sx_add_sign(p, tree, hf_flow_closed_in, sx_flow_more(flow)->link->closed_in);
        proto_item *death = sx_add_uint(p, tree, hf_flow_death, story->death);
        sx_add_sign(p, proto_item_add_subtree(death, ett_death), hf_flow_death_in, story->death_in);
    }
    if (story->silent_ns >= 0)
        sx_add_time(p, tree, hf_flow_silent, story->silent_ns);
    sx_add_frame(p, tree, hf_flow_retry_in, story->retry_in);
    sx_add_frame(p, tree, hf_flow_reregistered_in, story->reregistered_in);
    if (story->returned != SX_RETURN_UNKNOWN)
        sx_add_uint(p, tree, hf_flow_return, story->returned);
}

/* A 403 by which an edge refuses a flow token. */
static void draw_token(struct sx_pen *p)
{
    wmem_strbuf_t *words = wmem_strbuf_new(p->pinfo->pool, "");

    sx_add_uint(p, p->tree, hf_flow_token, p->token);
    sx_say_token(words, p->token, p->token_flow);
    p->flagged = wmem_strbuf_get_str(words);
    p->brief = NULL;
}

static void flag_lost(struct sx_pen *p, proto_item *item, wmem_strbuf_t *outcome)
{
    sx_say_flow_upstream(outcome, &p->story);
    sx_flag(p, item, &ei_flow_lost, wmem_strbuf_get_str(outcome));
}

static void draw_story(struct sx_pen *p)
{
    const struct sx_flow_story *story = &p->story;
    enum sx_flow_outcome o = story->outcome;
    bool is_430 = p->view->msg->code == 430;

    /* Until the capture has been read to its end, "cannot tell" may only mean "not yet". */
    proto_item *item = sx_add_uint(p, p->tree, hf_flow_outcome, o);
    draw_flow_fields(p, proto_item_add_subtree(item, ett_flow));
    wmem_strbuf_t *facts = wmem_strbuf_new(p->pinfo->pool, "");
    wmem_strbuf_t *outcome = wmem_strbuf_new(p->pinfo->pool, "");
    sx_say_flow(facts, story);
    if (is_430)
        sx_flag(p, item, &ei_flow_failed, wmem_strbuf_get_str(facts));
    if (sx_say_flow_outcome(outcome, story)) {
        if (o == SX_FLOW_OTHERS_FAILED || o == SX_FLOW_HANDED_ON || o == SX_FLOW_NOTHING_TRIED)
            flag_lost(p, item, outcome);
    }
    wmem_strbuf_t *all = wmem_strbuf_new(p->pinfo->pool, "");
    sx_say_flow_story(all, story);
    p->flagged = wmem_strbuf_get_str(all);
    p->brief = NULL;
}

static void begin(struct sx_pen *p)
{
    const struct sx_view *v = p->view;

    if (!p->txn || p->quoted || p->txn->final_code != v->msg->code || v->record->repeats)
        return;
    if (v->msg->code == 403)
        p->token = sx_flow_token_of(v->tracker, p->txn, &p->token_flow);
    if (!sx_flow_is_loss(v->tracker, p->txn, v->msg->code))
        return;
    p->flow_lost = true;
    p->story = sx_flow_tell(v->tracker, p->txn);
}

/* Every 430 is flagged; the first one of its transaction tells of the flow. */
static void flag_untold(struct sx_pen *p)
{
    const struct sx_message *record = p->view->record;
    wmem_strbuf_t *words = wmem_strbuf_new(p->pinfo->pool, "");

    if (record && record->repeats)
        sx_put_repeats(words, record);
    else
        wmem_strbuf_append(words, sx_words_flow_unknown_request());
    sx_flag(p, p->top, &ei_flow_failed, wmem_strbuf_get_str(words));
}

static void draw_flow(struct sx_pen *p)
{
    if (p->flow_lost)
        draw_story(p);
    else if (p->view->msg->code == 430 && !p->quoted)
        flag_untold(p);
    if (p->token != SX_TOKEN_NONE)
        draw_token(p);
}

static void draw_registration(struct sx_pen *p)
{
    const struct sx_flow *flow = sx_flows_at(sx_tracker_flows(p->view->tracker), p->txn->flow);

    if (p->txn->method != SX_METHOD_REGISTER || !p->view->msg->is_request || !flow ||
        p->view->record->repeats)
        return;
    const struct sx_back_off *early =
        sx_flows_too_early(sx_tracker_flows(p->view->tracker), p->frame, flow->number);
    if (early && sx_flow_has_failed(p->view->tracker, early)) {
        wmem_strbuf_t *words = wmem_strbuf_new(p->pinfo->pool, "");
        sx_say_too_early(words, early);
        sx_flag(p, sx_add_frame(p, p->tree, hf_flow_early_after, early->failed_in),
                &ei_flow_too_early, wmem_strbuf_get_str(words));
    }
    const struct sx_flow_failure *failed = flow->registered_in == p->txn->request_frame
                                               ? sx_flow_failed(p->view->tracker, flow)
                                               : NULL;
    if (!failed)
        return;
    proto_item *item = sx_add_uint(p, p->tree, hf_flow_failed_in, failed->frame);
    wmem_strbuf_t *words = wmem_strbuf_new(p->pinfo->pool, "");
    sx_say_flow_failed(words, failed);
    sx_flag(p, item, &ei_flow_failed_later, wmem_strbuf_get_str(words));
}

static void draw_lost_flows(const struct sx_pen *blank)
{
    const struct sx_flows *flows = sx_tracker_flows(blank->tracker);
    const struct sx_flow *flow;
    unsigned n = 0;

    if (!sx_flows_lost_here(flows, blank->frame))
        return;
    struct sx_pen p = *blank;
    wmem_strbuf_t *words = wmem_strbuf_new(p.pinfo->pool, "");
    wmem_strbuf_t *verdict = wmem_strbuf_new(p.pinfo->pool, "");
    for (flow = sx_flows_lost_here(flows, p.frame); flow && n < MAX_LOST_HERE;
         flow = sx_flows_next_lost(flows, flow)) {
        if (!sx_flow_is_lost_by(flows, flow, p.frame))
            continue;
        if (n == 0)
            sx_add_top(&p);
        wmem_strbuf_truncate(words, 0);
        sx_say_flow_end(words, flow);
        proto_item *item = sx_add_string(&p, p.tree, hf_flow_lost_here, flow->user->aor);
        sx_flag(&p, item, &ei_flow_closed, wmem_strbuf_get_str(words));
        if (n == 0)
            wmem_strbuf_append(verdict, wmem_strbuf_get_str(words));
        n++;
    }
    sx_say_more(verdict, MAX(n, 1) - 1);
    if (n > 0)
        sx_add_verdict(&p, wmem_strbuf_get_str(verdict), NULL);
}

static void draw_message(struct sx_pen *p)
{
    if (sx_has_txn(p))
        draw_registration(p);
    draw_flow(p);
}

static void set_up(int proto, expert_module_t *module)
{
    static hf_register_info hf[] = {
        {&hf_flow_outcome,
         {"Lost flow", "sipexplain.flow.outcome", FT_UINT8, BASE_DEC, VALS(flow_outcome_vals), 0,
          "What became of the request", HFILL}},
        {&hf_flow_registered_in,
         {"Registered in", "sipexplain.flow.registered_in", FT_FRAMENUM, BASE_NONE, NULL, 0,
          "The REGISTER that made the flow", HFILL}},
        {&hf_flow_aor,
         {"Address of record", "sipexplain.flow.aor", FT_STRING, BASE_NONE, NULL, 0, NULL, HFILL}},
        {&hf_flow_instance,
         {"Instance", "sipexplain.flow.instance", FT_STRING, BASE_NONE, NULL, 0, NULL, HFILL}},
        {&hf_flow_reg_id,
         {"reg-id", "sipexplain.flow.reg_id", FT_UINT32, BASE_DEC, NULL, 0, NULL, HFILL}},
        {&hf_flow_stream,
         {"TCP stream", "sipexplain.flow.stream", FT_UINT32, BASE_DEC, NULL, 0, NULL, HFILL}},
        {&hf_flow_closed_in,
         {"Closed in", "sipexplain.flow.closed_in", FT_FRAMENUM, BASE_NONE, NULL, 0, "FIN or RST",
          HFILL}},
        {&hf_flow_silent,
         {"Client silent for (s)", "sipexplain.flow.silent", FT_RELATIVE_TIME, BASE_NONE, NULL, 0,
          "Since the flow last carried anything from the client", HFILL}},
        {&hf_flow_retry_in,
         {"Sent over another flow in", "sipexplain.flow.retry_in", FT_FRAMENUM, BASE_NONE, NULL, 0,
          NULL, HFILL}},
        {&hf_flow_reregistered_in,
         {"Registered again in", "sipexplain.flow.reregistered_in", FT_FRAMENUM, BASE_NONE, NULL, 0,
          NULL, HFILL}},
        {&hf_flow_failed_in,
         {"The flow registered here failed in", "sipexplain.flow.failed_in", FT_FRAMENUM, BASE_NONE,
          NULL, 0, NULL, HFILL}},
        {&hf_flow_lost_here,
         {"Flow lost here", "sipexplain.flow.lost_here", FT_STRING, BASE_NONE, NULL, 0,
          "The address of record whose connection ends", HFILL}},
        {&hf_flow_death,
         {"How it died", "sipexplain.flow.death", FT_UINT8, BASE_DEC, VALS(flow_death_vals), 0,
          NULL, HFILL}},
        {&hf_flow_death_in,
         {"Shown in", "sipexplain.flow.death_in", FT_FRAMENUM, BASE_NONE, NULL, 0,
          "The frame that shows how the flow died", HFILL}},
        {&hf_flow_transport,
         {"Transport", "sipexplain.flow.transport", FT_UINT8, BASE_DEC, VALS(flow_transport_vals),
          0, NULL, HFILL}},
        {&hf_flow_return,
         {"New registration", "sipexplain.flow.return", FT_UINT8, BASE_DEC, VALS(flow_return_vals),
          0, "How the client came back, by RFC 5626 4.5", HFILL}},
        {&hf_flow_token,
         {"Refused flow token", "sipexplain.flow.token", FT_UINT8, BASE_DEC, VALS(flow_token_vals),
          0, NULL, HFILL}},
        {&hf_flow_early_after,
         {"Too early after the failed attempt in", "sipexplain.flow.early_after", FT_FRAMENUM,
          BASE_NONE, NULL, 0, NULL, HFILL}},
    };
    static int *ett[] = {&ett_flow, &ett_death};
    static ei_register_info ei[] = {
        {&ei_flow_failed,
         {"sipexplain.flow_failed", PI_RESPONSE_CODE, PI_WARN,
          "The flow to a client is said to be gone", EXPFILL}},
        {&ei_flow_lost,
         {"sipexplain.flow_lost", PI_SEQUENCE, PI_WARN, "A lost flow that nothing put right",
          EXPFILL}},
        {&ei_flow_failed_later,
         {"sipexplain.flow_failed_later", PI_SEQUENCE, PI_NOTE,
          "The flow that was registered here failed later", EXPFILL}},
        {&ei_flow_closed,
         {"sipexplain.flow_closed", PI_SEQUENCE, PI_NOTE,
          "The connection of a registered flow ends", EXPFILL}},
        {&ei_flow_too_early,
         {"sipexplain.flow_too_early", PI_SEQUENCE, PI_NOTE,
          "Registers again sooner than RFC 5626 allows", EXPFILL}},
    };

    proto_register_field_array(proto, hf, array_length(hf));
    proto_register_subtree_array(ett, array_length(ett));
    expert_register_field_array(module, ei, array_length(ei));
}

const struct sx_drawing sx_drawing_flow = {
    .set_up = set_up,
    .begin = begin,
    .message = draw_message,
    .frame = draw_lost_flows,
};
