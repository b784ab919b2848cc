/* draw_registration_health.c
 * Whether a registration is kept up.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "glue/compat.h"

#include "core/say/say_registration_health.h"
#include "glue/draw/draw.h"

static int hf_refused = -1;
static int hf_late = -1;
static int hf_late_times = -1;
static int hf_before_in = -1;
static int hf_in_row = -1;
static int hf_in_row_since = -1;
static int hf_run_out = -1;

static int ett_health = -1;

static expert_field ei_refused = EI_INIT;
static expert_field ei_late = EI_INIT;
static expert_field ei_storm = EI_INIT;
static expert_field ei_not_refreshed = EI_INIT;

static const value_string refused_vals[] = {
    {SX_REFRESH_NONCE, "The nonce was too old"},
    {SX_REFRESH_NO_STALE, "The server sends no stale=true"},
    {SX_REFRESH_CREDENTIALS, "The credentials were refused"},
    {SX_REFRESH_CHALLENGED, "No credentials were sent"},
    {SX_REFRESH_TOO_BRIEF, "The interval is too brief"},
    {SX_REFRESH_REFUSED, "Another code"},
    {0, NULL},
};

static wmem_strbuf_t *words_for(const struct sx_pen *p)
{
    return wmem_strbuf_new(p->pinfo->pool, "");
}

static void draw_refusal(struct sx_pen *p)
{
    struct sx_refresh r = sx_refresh_judge(p->tracker, p->txn);

    if (r.refusal == SX_REFRESH_TAKEN)
        return;
    wmem_strbuf_t *words = words_for(p);
    sx_say_refresh(words, &r);
    proto_item *item = sx_add_uint(p, p->tree, hf_refused, r.refusal);
    sx_add_frame(p, proto_item_add_subtree(item, ett_health), hf_before_in, r.in);
    sx_flag(p, item, &ei_refused, wmem_strbuf_get_str(words));
}

static void draw_late(struct sx_pen *p, const struct sx_health_mark *mark)
{
    struct sx_late_refresh r = sx_late_refresh_judge(p->tracker, mark);

    if (!r.flow)
        return;
    wmem_strbuf_t *words = words_for(p);
    sx_say_late_refresh(words, &r);
    sx_add_time(p, p->tree, hf_late, r.late_ns);
    sx_add_uint(p, p->tree, hf_late_times, r.late);
    sx_add_frame(p, p->tree, hf_before_in, r.before_in);
    sx_flag(p, NULL, &ei_late, wmem_strbuf_get_str(words));
}

static void draw_storm(struct sx_pen *p, const struct sx_health_mark *mark)
{
    const struct sx_registering *first =
        sx_registering_at(sx_tracker_flows(p->tracker), mark->before);
    wmem_strbuf_t *words = words_for(p);

    sx_say_soon(words, p->tracker, mark);
    proto_item *item = sx_add_uint(p, p->tree, hf_in_row, mark->count);
    if (first)
        sx_add_frame(p, proto_item_add_subtree(item, ett_health), hf_in_row_since,
                     first->register_in);
    sx_flag(p, item, &ei_storm, wmem_strbuf_get_str(words));
}

static void draw_marks(struct sx_pen *p)
{
    const struct sx_flows *flows = sx_tracker_flows(p->tracker);
    const struct sx_health_mark *mark;

    for (uint32_t n = 0; (mark = sx_health_mark(flows, p->frame, n)); n++) {
        if (mark->txn != p->txn->number)
            continue;
        if (mark->kind == SX_HEALTH_LATE)
            draw_late(p, mark);
        else
            draw_storm(p, mark);
    }
}

static void draw_end(struct sx_pen *p)
{
    struct sx_no_refresh r = sx_no_refresh_judge(p->tracker, p->txn);

    if (!r.flow)
        return;
    wmem_strbuf_t *words = words_for(p);
    sx_say_no_refresh(words, p->tracker, &r);
    sx_add_time(p, p->tree, hf_run_out, r.since_ns);
    sx_flag(p, NULL, &ei_not_refreshed, wmem_strbuf_get_str(words));
}

static void draw_message(struct sx_pen *p)
{
    const struct sx_view *v = p->view;

    if (!sx_has_txn(p) || p->txn->method != SX_METHOD_REGISTER || v->msg->is_request ||
        p->txn->final_frame != p->frame || v->msg->code != p->txn->final_code)
        return;
    draw_refusal(p);
    draw_marks(p);
    draw_end(p);
}

/* Registrations that this frame finds run out. */
static void draw_frame(const struct sx_pen *blank)
{
    const struct sx_tracker *tracker = blank->tracker;
    const struct sx_overdue *o;

    if (!sx_tracker_overdue(tracker, blank->frame, 0))
        return;
    struct sx_pen p = *blank;
    for (uint32_t i = 0; (o = sx_tracker_overdue(tracker, p.frame, i)); i++) {
        if (o->due != SX_DUE_REFRESH)
            continue;
        if (!p.top)
            sx_add_top(&p);
        wmem_strbuf_t *words = words_for(&p);
        sx_say_run_out(words, tracker, o);
        sx_flag(&p,
                sx_add_expired(&p, o->since_frame, sx_tracker_txn(tracker, o->txn), o->waited_ns,
                               -1),
                o->refused_in ? &ei_refused : &ei_not_refreshed, wmem_strbuf_get_str(words));
    }
    if (p.top)
        sx_add_verdict(&p, p.flagged, NULL);
}

static void set_up(int proto, expert_module_t *module)
{
    static hf_register_info hf[] = {
        {&hf_refused,
         {"Refresh refused", "sipexplain.registration.refused", FT_UINT8, BASE_DEC,
          VALS(refused_vals), 0, "Why the refresh of a registration was refused", HFILL}},
        {&hf_late,
         {"Too late by (s)", "sipexplain.registration.late", FT_RELATIVE_TIME, BASE_NONE, NULL, 0,
          "Time from when the registration had run out to this refresh", HFILL}},
        {&hf_late_times,
         {"Late refreshes so far", "sipexplain.registration.late_times", FT_UINT32, BASE_DEC, NULL,
          0, NULL, HFILL}},
        {&hf_before_in,
         {"Registered before in", "sipexplain.registration.before_in", FT_FRAMENUM, BASE_NONE, NULL,
          0, "The REGISTER of the registration that is to be refreshed", HFILL}},
        {&hf_in_row,
         {"REGISTERs in a row", "sipexplain.registration.in_row", FT_UINT32, BASE_DEC, NULL, 0,
          "Each soon after the one before was granted", HFILL}},
        {&hf_in_row_since,
         {"Since", "sipexplain.registration.in_row_since", FT_FRAMENUM, BASE_NONE,
          FRAMENUM_TYPE(FT_FRAMENUM_REQUEST), 0, "The first of these REGISTERs", HFILL}},
        {&hf_run_out,
         {"Run out without a refresh (s)", "sipexplain.registration.run_out", FT_RELATIVE_TIME,
          BASE_NONE, NULL, 0, "How long the registration had run out when the capture ended",
          HFILL}},
    };
    static int *ett[] = {&ett_health};
    static ei_register_info ei[] = {
        {&ei_refused,
         {"sipexplain.registration_refused", PI_RESPONSE_CODE, PI_WARN,
          "The refresh of a registration was refused", EXPFILL}},
        {&ei_late,
         {"sipexplain.registration_late", PI_SEQUENCE, PI_WARN,
          "The registration had run out before it was refreshed", EXPFILL}},
        {&ei_storm,
         {"sipexplain.registration_storm", PI_SEQUENCE, PI_WARN,
          "One REGISTER after the other for one binding", EXPFILL}},
        {&ei_not_refreshed,
         {"sipexplain.registration_not_refreshed", PI_SEQUENCE, PI_NOTE,
          "The registration ran out, and the capture has no refresh", EXPFILL}},
    };

    proto_register_field_array(proto, hf, array_length(hf));
    proto_register_subtree_array(ett, array_length(ett));
    expert_register_field_array(module, ei, array_length(ei));
}

const struct sx_drawing sx_drawing_registration_health = {.set_up = set_up,
                                                          .message = draw_message,
                                                          .frame = draw_frame};
