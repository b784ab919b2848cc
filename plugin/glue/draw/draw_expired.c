/* draw_expired.c
 * What waits, on a frame that has nothing else to do with it.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "glue/compat.h"

#include "core/record/call.h"
#include "core/say/say.h"
#include "glue/draw/draw.h"

static int hf_expired = -1;
static int hf_call = -1;
static int hf_transaction = -1;
static int hf_method = -1;
static int hf_call_id = -1;
static int hf_from = -1;
static int hf_to = -1;
static int hf_src = -1;
static int hf_dst = -1;
static int hf_wait = -1;
static int hf_cause = -1;

static int ett_expired = -1;

static void add_text(const struct sx_pen *p, proto_tree *tree, int hf, struct sx_slice text)
{
    if (text.n > 0)
        sx_add_string(p, tree, hf, sx_text(p->pinfo->pool, text));
}

static void add_end(const struct sx_pen *p, proto_tree *tree, int hf, struct sx_endpoint end)
{
    wmem_strbuf_t *text = wmem_strbuf_new(p->pinfo->pool, "");

    sx_say_endpoint(text, p->tracker, end);
    sx_add_string(p, tree, hf, wmem_strbuf_get_str(text));
}

proto_item *sx_add_expired(const struct sx_pen *p, uint32_t frame, const struct sx_txn *txn,
                           int64_t waited_ns, int cause)
{
    proto_item *item = sx_add_frame(p, p->tree, hf_expired, frame);
    /* A read filter may have dropped the frame; the call waits all the same. */
    proto_tree *tree = item ? proto_item_add_subtree(item, ett_expired) : p->tree;
    struct sx_name name;

    sx_add_uint(p, tree, hf_call, sx_call_number(p->tracker, txn));
    sx_add_uint(p, tree, hf_transaction, txn->number);
    sx_add_string(p, tree, hf_method, sx_txn_method_name(txn));
    if (sx_tracker_names(p->tracker, txn->number, &name)) {
        add_text(p, tree, hf_call_id, name.call_id);
        add_text(p, tree, hf_from, name.from);
        add_text(p, tree, hf_to, name.to);
    }
    add_end(p, tree, hf_src, txn->src);
    add_end(p, tree, hf_dst, txn->dst);
    sx_add_time(p, tree, hf_wait, waited_ns);
    if (cause >= 0)
        sx_add_uint(p, tree, hf_cause, (uint32_t)cause);
    return item;
}

static void set_up(int proto, expert_module_t *module G_GNUC_UNUSED)
{
    static hf_register_info hf[] = {
        {&hf_expired,
         {"Waits since frame", "sipexplain.expired", FT_FRAMENUM, BASE_NONE, NULL, 0,
          "The 100, the request, the response or the registration that has waited for too long",
          HFILL}},
        {&hf_call,
         {"Call", "sipexplain.expired.call", FT_UINT32, BASE_DEC, NULL, 0,
          "Number of the call that waits", HFILL}},
        {&hf_transaction,
         {"Transaction", "sipexplain.expired.transaction", FT_UINT32, BASE_DEC, NULL, 0,
          "Number of the transaction that waits", HFILL}},
        {&hf_method,
         {"Method", "sipexplain.expired.method", FT_STRING, BASE_NONE, NULL, 0, NULL, HFILL}},
        {&hf_call_id,
         {"Call-ID", "sipexplain.expired.call_id", FT_STRING, BASE_NONE, NULL, 0, NULL, HFILL}},
        {&hf_from, {"From", "sipexplain.expired.from", FT_STRING, BASE_NONE, NULL, 0, NULL, HFILL}},
        {&hf_to, {"To", "sipexplain.expired.to", FT_STRING, BASE_NONE, NULL, 0, NULL, HFILL}},
        {&hf_src,
         {"Request sent by", "sipexplain.expired.src", FT_STRING, BASE_NONE, NULL, 0,
          "Address and port that the request came from", HFILL}},
        {&hf_dst,
         {"Request sent to", "sipexplain.expired.dst", FT_STRING, BASE_NONE, NULL, 0,
          "Address and port that the request went to", HFILL}},
        {&hf_wait,
         {"Waited (s)", "sipexplain.expired.wait", FT_RELATIVE_TIME, BASE_NONE, NULL, 0, "So far",
          HFILL}},
        {&hf_cause,
         {"Cause", "sipexplain.expired.cause", FT_UINT8, BASE_DEC, VALS(sx_trying_cause_vals), 0,
          "Of a wait after 100 Trying, as far as it is known by then", HFILL}},
    };
    static int *ett[] = {&ett_expired};

    proto_register_field_array(proto, hf, array_length(hf));
    proto_register_subtree_array(ett, array_length(ett));
}

const struct sx_drawing sx_drawing_expired = {.set_up = set_up};
