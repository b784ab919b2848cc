/* draw_size.c
 * Requests that are large for UDP.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "glue/compat.h"

#include "core/say/say_size.h"
#include "glue/draw/draw.h"

static int hf_size = -1;
static int hf_bytes = -1;
static int hf_smaller_in = -1;
static int hf_tcp_in = -1;
static int hf_mtu = -1;
static int hf_cause_in = -1;

static int ett_size = -1;

static expert_field ei_lost = EI_INIT;
static expert_field ei_no_tcp = EI_INIT;

static const value_string size_vals[] = {
    {SX_SIZE_MAY_BE_LOST, "It, or fragments of it, may get lost"},
    {SX_SIZE_FRAGMENTS, "Only its first fragments are in the capture"},
    {SX_SIZE_NO_TCP, "TCP was not taken before"},
    {SX_SIZE_FAILED_BY_TCP, "The next hop does not take TCP"},
    {SX_SIZE_TOO_BIG, "Larger than the MTU of the way on, ICMP says"},
    {0, NULL},
};

static void draw(struct sx_pen *p, const struct sx_size *s)
{
    wmem_strbuf_t *words = wmem_strbuf_new(p->pinfo->pool, "");

    sx_say_size(words, p->tracker, s);
    proto_item *item = sx_add_uint(p, p->tree, hf_size, s->kind);
    proto_tree *tree = proto_item_add_subtree(item, ett_size);
    if (s->bytes)
        sx_add_uint(p, tree, hf_bytes, s->bytes);
    sx_add_frame(p, tree, hf_smaller_in, s->smaller_in);
    sx_add_frame(p, tree, hf_tcp_in, s->attempt ? s->attempt->frame : 0);
    if (s->too_big && s->too_big->mtu)
        sx_add_uint(p, tree, hf_mtu, s->too_big->mtu);
    sx_add_frame(p, tree, hf_cause_in, s->too_big ? s->too_big->frame : 0);
    sx_flag(p, item,
            s->kind == SX_SIZE_NO_TCP || s->kind == SX_SIZE_FAILED_BY_TCP ? &ei_no_tcp : &ei_lost,
            wmem_strbuf_get_str(words));
}

/* On the request; on the failure that comes of it, too. */
static void draw_message(struct sx_pen *p)
{
    const struct sx_view *v = p->view;

    if (!sx_has_txn(p) || v->record->repeats || v->record->method != p->txn->method ||
        (!v->msg->is_request && p->txn->final_frame != p->frame))
        return;
    struct sx_size s = sx_size_judge(p->tracker, p->txn);
    if (s.kind == SX_SIZE_NOTHING || (!v->msg->is_request && s.kind != SX_SIZE_FAILED_BY_TCP))
        return;
    draw(p, &s);
}

static void draw_frame(const struct sx_pen *blank)
{
    const struct sx_tracker *tracker = blank->tracker;
    const struct sx_begun_again *again = sx_begun_in(tracker, blank->frame);

    /* Once: where it is first known. */
    if (!again || again->nth != SX_SIZE_SENDS)
        return;
    struct sx_size s = sx_size_of_fragments(tracker, again);
    if (s.kind == SX_SIZE_NOTHING)
        return;
    struct sx_pen p = *blank;
    sx_add_top(&p);
    draw(&p, &s);
    sx_add_verdict(&p, p.flagged, NULL);
}

static void set_up(int proto, expert_module_t *module)
{
    static hf_register_info hf[] = {
        {&hf_size,
         {"Size", "sipexplain.size", FT_UINT8, BASE_DEC, VALS(size_vals), 0,
          "What became of a request that is large for UDP (RFC 3261 18.1.1)", HFILL}},
        {&hf_bytes,
         {"Bytes", "sipexplain.size.bytes", FT_UINT32, BASE_DEC, NULL, 0, "Of the request", HFILL}},
        {&hf_smaller_in,
         {"Smaller one answered in", "sipexplain.size.smaller_in", FT_FRAMENUM, BASE_NONE,
          FRAMENUM_TYPE(FT_FRAMENUM_REQUEST), 0,
          "A smaller request over UDP to the same place that is answered", HFILL}},
        {&hf_tcp_in,
         {"TCP not taken in", "sipexplain.size.tcp_in", FT_FRAMENUM, BASE_NONE, NULL, 0,
          "The reset, or the repeated SYN that nothing answers", HFILL}},
        {&hf_mtu,
         {"MTU", "sipexplain.size.mtu", FT_UINT32, BASE_DEC, NULL, 0,
          "Of the way on, as the ICMP error says", HFILL}},
        {&hf_cause_in,
         {"Cause in", "sipexplain.size.cause_in", FT_FRAMENUM, BASE_NONE, NULL, 0,
          "The ICMP error that says that the request is too large", HFILL}},
    };
    static int *ett[] = {&ett_size};
    static ei_register_info ei[] = {
        {&ei_lost,
         {"sipexplain.too_large", PI_SEQUENCE, PI_WARN,
          "A request that is large for UDP is not answered", EXPFILL}},
        {&ei_no_tcp,
         {"sipexplain.tcp_not_taken", PI_SEQUENCE, PI_NOTE,
          "A large request, and the other side does not take TCP", EXPFILL}},
    };

    proto_register_field_array(proto, hf, array_length(hf));
    proto_register_subtree_array(ett, array_length(ett));
    expert_register_field_array(module, ei, array_length(ei));
}

const struct sx_drawing sx_drawing_size = {.set_up = set_up,
                                           .message = draw_message,
                                           .frame = draw_frame};
