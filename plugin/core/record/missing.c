/* missing.c
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "core/record/missing.h"

#include "core/record/tracker_state.h"

/* ---- ACKs of 2xx ---- */

/* From one client, for one INVITE of a call. */
static struct sx_fingerprint ack_key(const struct sx_tracker *t, const struct sx_txn *txn)
{
    struct sx_hash h = sx_hash_begin(t->key);

    sx_hash_add_uint(&h, txn->call_hash);
    sx_hash_add_uint(&h, (uint64_t)txn->cseq << 32 | txn->src.host);
    return sx_hash_end(h);
}

void sx_missing_ack(struct sx_tracker *t, const struct sx_txn *ack)
{
    struct sx_fingerprint key = ack_key(t, ack);

    if (ack->in_dialog && ack->call_hash && !sx_fingerprint_map_get(&t->acks, key))
        sx_fingerprint_map_set(&t->acks, key, ack->number);
}

/* The ACK of a 2xx to this INVITE, if there is one up to this frame. */
static const struct sx_txn *ack_of_success(const struct sx_tracker *t, const struct sx_txn *txn,
                                           uint32_t until_frame)
{
    if (txn->method != SX_METHOD_INVITE || !txn->request_frame || !txn->call_hash)
        return NULL;
    const struct sx_txn *ack = sx_txn_at(t, sx_fingerprint_map_get(&t->acks, ack_key(t, txn)));
    return ack && ack->request_frame > txn->request_frame && ack->request_frame <= until_frame
               ? ack
               : NULL;
}

/* ---- what the hop above has ---- */

/* A proxy makes none of these itself, and passes each on at once (RFC 3261 16.7 item 5). */
static bool is_passed_on(unsigned code)
{
    return code == 180 || code == 183 || code / 100 == 2;
}

static bool was_passed_on(const struct sx_tracker *t, const struct sx_txn *txn,
                          uint32_t until_frame, struct sx_missing *missing)
{
    const struct sx_txn *parent = sx_txn_at(t, txn->parent);

    if (!parent || txn->method != SX_METHOD_INVITE || txn->first_response_frame ||
        parent->first_response_frame < txn->request_frame || parent->first_response_frame > until_frame ||
        !is_passed_on(parent->first_response_code) ||
        (parent->branch_answer && parent->branch_answer <= until_frame))
        return false;
    *missing = (struct sx_missing){SX_MISSING_PASSED_ON, parent->first_response_frame, parent->first_response_ns};
    return true;
}

void sx_missing_branch_answer(struct sx_tracker *t, const struct sx_txn *branch)
{
    struct sx_txn *parent = sx_txn_at(t, branch->parent);

    if (parent && branch->first_response_frame && branch->first_response_code < 300 &&
        (!parent->branch_answer || branch->first_response_frame < parent->branch_answer))
        parent->branch_answer = branch->first_response_frame;
}

/* ---- packets that cannot be read ---- */

static int64_t pair_key(uint32_t from, uint32_t to)
{
    return (int64_t)((uint64_t)from << 32 | to);
}

static void free_frames(gpointer frames)
{
    g_array_free(frames, TRUE);
}

GHashTable *sx_missing_packets_new(void)
{
    return g_hash_table_new_full(g_int64_hash, g_int64_equal, g_free, free_frames);
}

static GArray *packets_of(const struct sx_tracker *t, uint32_t from, uint32_t to)
{
    int64_t key = pair_key(from, to);

    return g_hash_table_size(t->unreadable) ? g_hash_table_lookup(t->unreadable, &key) : NULL;
}

static uint32_t last_of(const GArray *frames)
{
    return frames && frames->len ? g_array_index(frames, uint32_t, frames->len - 1) : 0;
}

/* Only the first of those between two SIP messages counts: whatever is asked begins with one. So
 * there are never more of them than messages. */
void sx_missing_packet(struct sx_tracker *t, uint32_t frame, uint32_t from, uint32_t to)
{
    GArray *frames = packets_of(t, from, to);
    const struct sx_message *newest =
        t->messages.count ? sx_pool_at(&t->messages, t->messages.count - 1) : NULL;

    if (!newest || last_of(frames) > newest->frame)
        return;
    if (!frames) {
        int64_t key = pair_key(from, to);
        frames = g_array_new(FALSE, FALSE, sizeof(uint32_t));
        g_hash_table_insert(t->unreadable, g_memdup2(&key, sizeof key), frames);
    }
    g_array_append_val(frames, frame);
}

void sx_missing_reassembled(struct sx_tracker *t, uint32_t from, uint32_t to)
{
    GArray *frames = packets_of(t, from, to);

    if (frames && frames->len)
        g_array_set_size(frames, frames->len - 1);
}

/* The first one behind a frame; 0 if there is none. */
static uint32_t packet_behind(const GArray *frames, uint32_t frame)
{
    guint low = 0, high = frames ? frames->len : 0, end = high;

    while (low < high) {
        guint middle = low + (high - low) / 2;
        if (g_array_index(frames, uint32_t, middle) <= frame)
            low = middle + 1;
        else
            high = middle;
    }
    return low < end ? g_array_index(frames, uint32_t, low) : 0;
}

static uint32_t unreadable_answer(const struct sx_tracker *t, const struct sx_txn *txn,
                                  uint32_t until_frame)
{
    uint32_t since = txn->trying_frame ? txn->trying_frame : txn->request_frame;

    if (txn->first_response_frame && txn->first_response_frame < until_frame)
        until_frame = txn->first_response_frame;
    uint32_t frame = since ? packet_behind(packets_of(t, txn->dst.host, txn->src.host), since) : 0;
    return frame <= until_frame ? frame : 0;
}

struct sx_missing sx_missing_response(const struct sx_tracker *t, const struct sx_txn *txn,
                                    uint32_t until_frame)
{
    struct sx_missing missing = {.sign = SX_MISSING_NONE};
    const struct sx_txn *ack, *stray = sx_txn_at(t, txn->stray);

    /* It is there, and does not match. */
    if (stray && stray->final_frame && stray->final_frame <= until_frame)
        return missing;
    if (!txn->final_frame && txn->ack_frame && txn->ack_frame <= until_frame)
        return (struct sx_missing){SX_MISSING_ACKNOWLEDGED, txn->ack_frame, txn->ack_ns};
    if (!txn->final_frame && (ack = ack_of_success(t, txn, until_frame)) != NULL)
        return (struct sx_missing){SX_MISSING_ACKNOWLEDGED, ack->request_frame, ack->request_ns};
    if (!txn->final_frame && was_passed_on(t, txn, until_frame, &missing))
        return missing;
    missing.frame = unreadable_answer(t, txn, until_frame);
    if (missing.frame)
        missing.sign = SX_MISSING_UNREADABLE;
    return missing;
}
