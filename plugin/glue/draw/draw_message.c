/* draw_message.c
 * What is drawn of a message, and of a frame.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "glue/compat.h"

#include "core/say/say.h"
#include "core/say/words.h"
#include "glue/draw/draw.h"

void sx_put_repeats(wmem_strbuf_t *out, const struct sx_message *record)
{
    if (record->flags & SX_MESSAGE_TRANSLATED)
        sx_words_draw_same_elsewhere(out, record->repeats);
    else if (record->flags & SX_MESSAGE_DUPLICATE)
        sx_words_draw_same_packet(out, record->repeats);
    else
        sx_words_draw_repeats(out, record->repeats);
}

static void append_all(wmem_strbuf_t *out, const char *joint, const char *text)
{
    wmem_strbuf_append(out, joint);
    wmem_strbuf_append(out, text);
}

/* The verdict of a message that nothing flagged. */
static void say_plain(wmem_strbuf_t *out, const struct sx_pen *p)
{
    const struct sx_view *v = p->view;
    const struct sx_txn *txn = p->txn;

    if (p->quoted) {
        append_all(out, " - ", sx_words_draw_quoted());
    } else if (p->remark) {
        append_all(out, " - ", p->remark);
    } else if (txn && v->record->repeats) {
        wmem_strbuf_append(out, " - ");
        sx_put_repeats(out, v->record);
    } else if (!txn) {
        return;
    } else if (v->msg->is_request) {
        if (!txn->final_frame || v->record->method != txn->method)
            return;
        wmem_strbuf_append(out, " - ");
        sx_words_draw_answered(out, txn->final_code, txn->final_frame);
    } else if (txn->request_frame && v->time_ns >= txn->request_ns) {
        sx_words_draw_after(out, v->time_ns - txn->request_ns);
    }
}

/* Sets how many bytes name the message, and whether the rest is plain. */
static void say_message(wmem_strbuf_t *out, const struct sx_pen *p, struct sx_drawn *drawn)
{
    const struct sx_view *v = p->view;
    const char *method = v->msg->method != SX_METHOD_OTHER
                             ? sx_method_name(v->msg->method)
                             : sx_text(p->pinfo->pool, v->msg->method_name);
    const char *phrase = v->site_phrase && *v->site_phrase ? v->site_phrase
                         : v->entry                        ? v->entry->phrase
                                                           : NULL;
    size_t before;

    if (v->msg->is_request) {
        wmem_strbuf_append(out, method);
    } else if (!phrase) {
        sx_words_draw_no_code(out, v->msg->code);
    } else if (*method) {
        sx_words_draw_response(out, v->msg->code, phrase, method);
    } else {
        sx_say_number(out, v->msg->code);
        append_all(out, " ", phrase);
    }
    before = wmem_strbuf_get_len(out);
    drawn->head = before;
    if (p->flagged) {
        append_all(out, " - ", p->flagged);
        return;
    }
    wmem_strbuf_append(out, " - ");
    if (p->txn && v->msg->code == 439 && sx_say_no_outbound(out, v->tracker, p->txn))
        return;
    if (p->txn && v->entry && v->msg->code >= 300 &&
        sx_say_step(out, v->tracker, p->txn, v->entry)) {
        if (p->remark)
            append_all(out, sx_words_draw_joint(), p->remark);
        return;
    }
    wmem_strbuf_truncate(out, before);
    drawn->plain = !p->quoted && !p->remark;
    say_plain(out, p);
}

/* All that is drawn, in the order of the tree. */
static const struct sx_drawing *const drawings[] = {
    &sx_drawing_response,    &sx_drawing_reason,       &sx_drawing_transaction,
    &sx_drawing_credentials, &sx_drawing_failure,      &sx_drawing_trying,
    &sx_drawing_flow,        &sx_drawing_registration, &sx_drawing_registration_health,
    &sx_drawing_dialog,      &sx_drawing_ack,          &sx_drawing_call_end,
    &sx_drawing_mismatch,    &sx_drawing_session,      &sx_drawing_prack,
    &sx_drawing_overload,    &sx_drawing_size,         &sx_drawing_stack,
    &sx_drawing_expired,     &sx_drawing_names,
};

_Static_assert(G_N_ELEMENTS(drawings) <= 32, "the drawings do not fit into a set");

/* Sets of drawings, a bit for each. */
static struct {
    uint32_t of_requests; /* those that may add to a request */
    uint32_t asked_for;   /* those that have a field that is referenced, while asked */
    bool asked;
} sets;

/* All fields, expert infos included, and whose they are; as long as the fields live. */
static struct {
    const header_field_info *info;
    unsigned drawing;
} * fields;
static unsigned fields_count;

/* Those that were registered since the last call are this drawing's. */
static void own_fields(int proto, unsigned drawing)
{
    static int newest = -1;
    int last = newest;
    void *cookie;

    for (const header_field_info *f = proto_get_first_protocol_field(proto, &cookie); f;
         f = proto_get_next_protocol_field(proto, &cookie)) {
        if (f->id <= last)
            continue;
        newest = MAX(newest, f->id);
        fields = wmem_realloc(wmem_epan_scope(), fields, (fields_count + 1) * sizeof *fields);
        fields[fields_count].info = f;
        fields[fields_count++].drawing = drawing;
    }
}

void sx_draw_set_up(int proto, expert_module_t *module)
{
    sx_draw_register();
    for (unsigned i = 0; i < G_N_ELEMENTS(drawings); i++) {
        drawings[i]->set_up(proto, module);
        own_fields(proto, i);
        sets.of_requests |= (uint32_t)!drawings[i]->responses_only << i;
    }
}

void sx_draw_ask_again(void)
{
    sets.asked = false;
}

static uint32_t asked_for(void)
{
    if (sets.asked)
        return sets.asked_for;
    sets.asked = true;
    sets.asked_for = 0;
    for (unsigned i = 0; i < fields_count; i++)
        if (fields[i].info->ref_type != HF_REF_TYPE_NONE)
            sets.asked_for |= UINT32_C(1) << fields[i].drawing;
    return sets.asked_for;
}

/* The drawings of which something will be seen: most filters and columns ask for a field or two. */
static uint32_t due_drawings(const struct sx_pen *p)
{
    uint32_t of_kind = p->view->msg->is_request ? sets.of_requests : UINT32_MAX;

    if (!p->root || sx_is_shown(p) || p->view->say_wrong || sx_is_verdict_wanted(p) ||
        sx_all_experts_wanted(p))
        return of_kind;
    return of_kind & asked_for();
}

struct sx_drawn sx_draw_message(proto_tree *tree, packet_info *pinfo, const struct sx_view *view)
{
    struct sx_pen p = {
        .pinfo = pinfo,
        .root = tree,
        .tree = tree,
        .tvb = view->tvb,
        .view = view,
        .tracker = view->tracker,
        .frame = view->frame,
        .txn = view->record ? sx_tracker_txn(view->tracker, view->record->txn) : NULL,
        .quoted = view->record && view->record->flags & SX_MESSAGE_QUOTED,
    };
    struct sx_drawn drawn = {0};
    const uint32_t due = due_drawings(&p);

    if (!due)
        return drawn;
    sx_add_top(&p);
    for (unsigned i = 0; i < G_N_ELEMENTS(drawings); i++)
        if (drawings[i]->begin)
            drawings[i]->begin(&p);
    for (unsigned i = 0; i < G_N_ELEMENTS(drawings); i++)
        if (due >> i & 1 && drawings[i]->message)
            drawings[i]->message(&p);
    if (sx_is_verdict_wanted(&p)) {
        wmem_strbuf_t *words = wmem_strbuf_new(pinfo->pool, "");
        say_message(words, &p, &drawn);
        const char *sentence = wmem_strbuf_get_str(words);
        const char *joint = strstr(sentence, " - ") ? sx_words_draw_joint() : " - ";
        drawn.verdict = sx_add_verdict(
            &p, sentence, p.known ? wmem_strdup_printf(pinfo->pool, "%s%s", joint, p.known) : NULL);
    }
    drawn.wrong = sx_shown_frames(&p, p.brief ? p.brief : p.flagged);
    return drawn;
}

void sx_draw_frame(proto_tree *tree, packet_info *pinfo, tvbuff_t *tvb,
                   const struct sx_tracker *tracker)
{
    const struct sx_pen blank = {
        .pinfo = pinfo,
        .root = tree,
        .tvb = tvb,
        .tracker = tracker,
        .frame = sx_tracker_frame_again(tracker, pinfo->num),
    };

    for (unsigned i = 0; i < G_N_ELEMENTS(drawings); i++)
        if (drawings[i]->frame)
            drawings[i]->frame(&blank);
}
