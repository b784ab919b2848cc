/* final_acks.c
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "core/record/final_acks.h"

#include "core/record/tracker_state.h"

struct sx_final_acks {
    GHashTable *by_tag; /* key_of() -> struct sx_final_ack, owned */
};

struct sx_final_acks *sx_final_acks_new(void)
{
    struct sx_final_acks *a = g_new0(struct sx_final_acks, 1);

    a->by_tag = g_hash_table_new_full(g_int64_hash, g_int64_equal, g_free, g_free);
    return a;
}

void sx_final_acks_free(struct sx_final_acks *a)
{
    g_hash_table_destroy(a->by_tag);
    g_free(a);
}

/* The tag's hash has a key that nobody who writes a capture knows. */
static int64_t key_of(const struct sx_txn *invite, uint32_t to_tag)
{
    return (int64_t)((uint64_t)invite->number << 32 | to_tag);
}

static const struct sx_final_ack *noted(const struct sx_tracker *t, const struct sx_txn *invite,
                                        uint32_t to_tag)
{
    int64_t key = key_of(invite, to_tag);

    return g_hash_table_size(t->final_acks->by_tag)
               ? g_hash_table_lookup(t->final_acks->by_tag, &key)
               : NULL;
}

void sx_final_acks_note(struct sx_tracker *t, const struct sx_txn *invite, uint32_t to_tag,
                        struct sx_final_ack ack)
{
    int64_t key = key_of(invite, to_tag);

    if (to_tag != sx_txn_more(invite)->ack_tag && !noted(t, invite, to_tag))
        g_hash_table_insert(t->final_acks->by_tag, g_memdup2(&key, sizeof key),
                            g_memdup2(&ack, sizeof ack));
}

struct sx_final_ack sx_final_acks_find(const struct sx_tracker *t, const struct sx_txn *invite,
                                       uint32_t to_tag)
{
    const struct sx_txn_more *more = sx_txn_more(invite);
    const struct sx_final_ack first = {more->ack_frame, more->ack_ns};

    if (!first.frame || more->ack_tag == to_tag)
        return first;
    const struct sx_final_ack *own = noted(t, invite, to_tag);
    if (own)
        return *own;
    return to_tag == invite->final_tag && !sx_tracker_final_with(t, invite, 0, more->ack_tag)
               ? first
               : (struct sx_final_ack){0, 0};
}
