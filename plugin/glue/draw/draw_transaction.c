/* draw_transaction.c
 * The transaction of a message, and its other messages.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "glue/compat.h"

#include "core/record/call.h"
#include "core/judge/origin.h"
#include "core/say/words.h"
#include "glue/draw/draw.h"

static int hf_transaction = -1;
static int hf_call = -1;
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

static int ett_transaction = -1;

static const value_string origin_vals[] = {
    {SX_ORIGIN_UNKNOWN, "Cannot tell"},
    {SX_ORIGIN_HERE, "First sent here"},
    {SX_ORIGIN_RELAYED, "Relayed"},
    {0, NULL},
};

static void draw_request_links(const struct sx_pen *p, proto_tree *tree)
{
    const struct sx_txn *txn = p->txn;
    const struct sx_txn *related = sx_tracker_txn(p->view->tracker, sx_txn_rare(txn)->related);

    if (txn->method == SX_METHOD_CANCEL && related)
        sx_add_frame(p, tree, hf_cancels, related->request_frame);
    if (p->view->record->method == SX_METHOD_ACK && txn->method != SX_METHOD_ACK)
        sx_add_frame(p, tree, hf_request_in, txn->request_frame);
    else
        sx_add_frame(p, tree, hf_response_in, txn->final_frame);
    if (txn->method == SX_METHOD_INVITE && p->view->record->method == SX_METHOD_INVITE)
        sx_add_frame(p, tree, hf_cancelled_in, sx_txn_rare(txn)->cancel_frame);
}

static void draw_origin(const struct sx_pen *p, proto_tree *tree)
{
    if (p->view->msg->code < 200 || !p->txn->final_frame)
        return;
    struct sx_origin origin = sx_origin_of(p->view->tracker, p->txn, p->view->msg->code,
                                           sx_txn_tag_hash(sx_sip_msg_to_tag(p->view->msg)));
    sx_add_uint(p, tree, hf_origin, origin.kind);
    sx_add_frame(p, tree, hf_origin_in, origin.frame);
}

static void draw_response_links(const struct sx_pen *p, proto_tree *tree)
{
    const struct sx_txn *txn = p->txn;

    /* A request that the capture shows behind its response is no start to measure from. */
    if (txn->request_frame && txn->request_frame <= p->frame) {
        sx_add_frame(p, tree, hf_request_in, txn->request_frame);
        if (p->view->time_ns >= txn->request_ns)
            sx_add_time(p, tree, hf_time, p->view->time_ns - txn->request_ns);
    }
    draw_origin(p, tree);
}

/* In the tree it stands in the line of the transaction. */
static void add_call(const struct sx_pen *p, proto_tree *tree, uint32_t call)
{
    if (call && sx_is_wanted(p, hf_call))
        sx_add_hidden_uint(p, tree, hf_call, call);
}

static proto_tree *add_transaction(const struct sx_pen *p, uint32_t call)
{
    uint32_t number = p->txn->number;
    wmem_strbuf_t *words;

    if (!call || !sx_is_shown(p))
        return proto_item_add_subtree(sx_add_uint(p, p->tree, hf_transaction, number),
                                      ett_transaction);
    words = wmem_strbuf_new(p->pinfo->pool, "");
    sx_words_draw_transaction(words, number, call);
    return proto_item_add_subtree(sx_add_shown_uint(p, p->tree, hf_transaction, number,
                                                    wmem_strbuf_get_str(words)),
                                  ett_transaction);
}

static void draw_transaction(struct sx_pen *p)
{
    const struct sx_message *record = p->view->record;

    if (!p->txn)
        return;
    uint32_t call = sx_is_wanted(p, hf_call) ? sx_call_number(p->view->tracker, p->txn) : 0;
    if (p->quoted) {
        add_call(p, p->tree, call);
        sx_add_frame(p, p->tree, hf_request_in, p->txn->request_frame);
        return;
    }
    proto_tree *tree = add_transaction(p, call);

    add_call(p, tree, call);
    if (p->txn->parent)
        sx_add_uint(p, tree, hf_parent, p->txn->parent);
    if (p->view->msg->is_request)
        draw_request_links(p, tree);
    else
        draw_response_links(p, tree);
    sx_add_frame(p, tree,
                 record->flags & SX_MESSAGE_DUPLICATE ? hf_duplicate_of : hf_retransmission_of,
                 record->repeats);
}

static void set_up(int proto, expert_module_t *module G_GNUC_UNUSED)
{
    static hf_register_info hf[] = {
        {&hf_transaction,
         {"Transaction", "sipexplain.transaction", FT_UINT32, BASE_DEC, NULL, 0,
          "Number of the transaction in the capture", HFILL}},
        {&hf_call,
         {"Call", "sipexplain.call", FT_UINT32, BASE_DEC, NULL, 0,
          "Number of the call in the capture: all messages with its Call-ID, on all hops and of "
          "all forks, its BYE included. A B2BUA that makes a new Call-ID makes another call",
          HFILL}},
        {&hf_parent,
         {"Forwarded from transaction", "sipexplain.parent", FT_UINT32, BASE_DEC, NULL, 0,
          "The upstream transaction, by the Via stack", HFILL}},
        {&hf_request_in,
         {"Request in", "sipexplain.request_in", FT_FRAMENUM, BASE_NONE,
          FRAMENUM_TYPE(FT_FRAMENUM_REQUEST), 0, NULL, HFILL}},
        {&hf_response_in,
         {"Final response in", "sipexplain.response_in", FT_FRAMENUM, BASE_NONE,
          FRAMENUM_TYPE(FT_FRAMENUM_RESPONSE), 0, NULL, HFILL}},
        {&hf_time,
         {"Time since the request (s)", "sipexplain.time", FT_RELATIVE_TIME, BASE_NONE, NULL, 0,
          NULL, HFILL}},
        {&hf_retransmission_of,
         {"Retransmission of", "sipexplain.retransmission_of", FT_FRAMENUM, BASE_NONE,
          FRAMENUM_TYPE(FT_FRAMENUM_RETRANS_PREV), 0, NULL, HFILL}},
        {&hf_duplicate_of,
         {"Same packet as", "sipexplain.duplicate_of", FT_FRAMENUM, BASE_NONE,
          FRAMENUM_TYPE(FT_FRAMENUM_DUP_ACK), 0,
          "The capture holds this packet twice: a mirror port, several interfaces, or both "
          "sides of a NAT",
          HFILL}},
        {&hf_cancelled_in,
         {"Cancelled in", "sipexplain.cancelled_in", FT_FRAMENUM, BASE_NONE, NULL, 0, NULL, HFILL}},
        {&hf_cancels,
         {"Cancels the request in", "sipexplain.cancels", FT_FRAMENUM, BASE_NONE, NULL, 0, NULL,
          HFILL}},
        {&hf_origin,
         {"Origin", "sipexplain.origin", FT_UINT8, BASE_DEC, VALS(origin_vals), 0,
          "Who made this final response", HFILL}},
        {&hf_origin_in,
         {"First sent in", "sipexplain.origin_in", FT_FRAMENUM, BASE_NONE, NULL, 0, NULL, HFILL}},
    };
    static int *ett[] = {&ett_transaction};

    proto_register_field_array(proto, hf, array_length(hf));
    proto_register_subtree_array(ett, array_length(ett));
}

const struct sx_drawing sx_drawing_transaction = {.set_up = set_up, .message = draw_transaction};
