/* call.c
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "core/record/call.h"

#include "core/record/strays.h"

/* RFC 3261 8.1.1.6: Max-Forwards starts at 70; what is longer is forged. */
#define MAX_STEPS 256

/* Transactions looked through, the newest first, for an earlier one of a call. */
#define MAX_LOOK_BACK 4096

/* Transactions whose upstream transaction is the same one and not in the capture. */
struct fork {
    uint32_t oldest, newest;
};

struct sx_call_numbers {
    GHashTable *by_hash; /* call_hash of a transaction -> number */
    uint32_t counted;    /* transactions that are in it */
};

struct sx_call_index {
    GHashTable *earlier; /* number -> number of the attempt before it */
    GHashTable *forks;   /* parent_key -> struct fork */
};

/* ---- numbers ---- */

struct sx_call_numbers *sx_call_numbers_new(void)
{
    return g_new0(struct sx_call_numbers, 1);
}

void sx_call_numbers_free(struct sx_call_numbers *numbers)
{
    if (numbers->by_hash)
        g_hash_table_destroy(numbers->by_hash);
    g_free(numbers);
}

static void count_calls(struct sx_call_numbers *numbers, const struct sx_tracker *tracker)
{
    if (!numbers->by_hash)
        numbers->by_hash = g_hash_table_new(g_int64_hash, g_int64_equal);
    while (numbers->counted < sx_tracker_txn_count(tracker)) {
        const struct sx_txn *txn = sx_tracker_txn(tracker, ++numbers->counted);
        if (txn->call_hash && !g_hash_table_contains(numbers->by_hash, &txn->call_hash))
            g_hash_table_insert(numbers->by_hash, (gpointer)&txn->call_hash,
                                GUINT_TO_POINTER(g_hash_table_size(numbers->by_hash) + 1));
    }
}

uint32_t sx_call_number(const struct sx_tracker *tracker, const struct sx_txn *txn)
{
    struct sx_call_numbers *numbers = sx_tracker_call_numbers(tracker);

    if (!txn || !txn->call_hash)
        return 0;
    if (txn->number > numbers->counted)
        count_calls(numbers, tracker);
    return GPOINTER_TO_UINT(g_hash_table_lookup(numbers->by_hash, &txn->call_hash));
}

const struct sx_txn *sx_call_newest(const struct sx_tracker *tracker, const struct sx_txn *txn)
{
    return sx_tracker_newest_in_call(tracker, txn->call_hash);
}

const struct sx_txn *sx_call_older(const struct sx_tracker *tracker, const struct sx_txn *txn)
{
    return sx_tracker_txn(tracker, txn->next_in_call);
}

/* ---- attempts ---- */

static bool is_orphan(const struct sx_txn *txn)
{
    return txn->parent == 0 && txn->parent_key.bits != 0;
}

static void add_orphan(struct sx_call_index *calls, const struct sx_txn *txn)
{
    struct fork *fork = g_hash_table_lookup(calls->forks, &txn->parent_key);

    if (!fork) {
        fork = g_new(struct fork, 1);
        fork->oldest = txn->number;
        g_hash_table_insert(calls->forks, (gpointer)&txn->parent_key, fork);
    }
    fork->newest = txn->number;
}

struct sx_call_index *sx_call_index_new(const struct sx_tracker *tracker)
{
    struct sx_call_index *calls = g_new(struct sx_call_index, 1);

    calls->earlier = g_hash_table_new(NULL, NULL);
    calls->forks = g_hash_table_new_full(sx_fingerprint_hash, sx_fingerprint_equal, NULL, g_free);
    for (uint32_t n = 1; n <= sx_tracker_txn_count(tracker); n++) {
        const struct sx_txn *txn = sx_tracker_txn(tracker, n);
        if (txn->followed_by)
            g_hash_table_insert(calls->earlier, GUINT_TO_POINTER(txn->followed_by),
                                GUINT_TO_POINTER(n));
        if (is_orphan(txn))
            add_orphan(calls, txn);
    }
    return calls;
}

void sx_call_index_free(struct sx_call_index *calls)
{
    if (!calls)
        return;
    g_hash_table_destroy(calls->earlier);
    g_hash_table_destroy(calls->forks);
    g_free(calls);
}

uint32_t sx_call_top(const struct sx_tracker *tracker, uint32_t number)
{
    const struct sx_txn *txn = sx_tracker_txn(tracker, number);

    for (unsigned i = 0; txn && i < MAX_STEPS; i++) {
        uint32_t up = txn->method == SX_METHOD_CANCEL ? sx_txn_rare(txn)->related : txn->parent;
        if (!up)
            break;
        txn = sx_tracker_txn(tracker, up);
    }
    return txn ? txn->number : 0;
}

static const struct fork *fork_of(const struct sx_call_index *calls, const struct sx_txn *txn)
{
    return is_orphan(txn) ? g_hash_table_lookup(calls->forks, &txn->parent_key) : NULL;
}

uint32_t sx_call_of(const struct sx_call_index *calls, const struct sx_tracker *tracker,
                    uint32_t number)
{
    for (unsigned i = 0; number && i < MAX_STEPS; i++) {
        number = sx_call_top(tracker, number);
        const struct fork *fork = fork_of(calls, sx_tracker_txn(tracker, number));
        if (fork)
            number = fork->oldest;
        uint32_t before =
            GPOINTER_TO_UINT(g_hash_table_lookup(calls->earlier, GUINT_TO_POINTER(number)));
        if (!before)
            break;
        number = before;
    }
    return number;
}

static const struct sx_txn *newest_attempt(const struct sx_tracker *tracker,
                                           const struct sx_txn *txn)
{
    for (unsigned i = 0; i < MAX_STEPS && txn->followed_by; i++)
        txn = sx_tracker_txn(tracker, txn->followed_by);
    return txn;
}

static bool is_answered(const struct sx_txn *txn)
{
    return txn->final_code / 100 == 2;
}

/* Orphans of one parent are linked from the newest to the oldest. */
static const struct sx_txn *answered_fork(const struct sx_tracker *tracker, const struct fork *fork)
{
    const struct sx_txn *txn = sx_tracker_txn(tracker, fork->newest);

    for (unsigned i = 0; txn && i < MAX_STEPS; i++) {
        if (is_answered(txn))
            return txn;
        txn = sx_tracker_next_sibling(tracker, txn);
    }
    return NULL;
}

const struct sx_txn *sx_call_outcome(const struct sx_call_index *calls,
                                     const struct sx_tracker *tracker, uint32_t call)
{
    const struct sx_txn *first = sx_tracker_txn(tracker, call);

    if (!first)
        return NULL;
    const struct sx_txn *last = newest_attempt(tracker, first);
    const struct fork *fork = fork_of(calls, last);
    const struct sx_txn *answered = fork ? answered_fork(tracker, fork) : NULL;
    return answered ? answered : last;
}

bool sx_call_is_attempt(const struct sx_txn *first)
{
    return first->method == SX_METHOD_INVITE && !first->in_dialog &&
           (first->request_frame || first->responses);
}

bool sx_call_begins(const struct sx_tracker *tracker, const struct sx_txn *first)
{
    if (first->request_frame)
        return true;
    for (uint32_t n = first->number - 1; n > 0 && first->number - n < MAX_LOOK_BACK; n--) {
        const struct sx_txn *txn = sx_tracker_txn(tracker, n);
        if (txn->method == SX_METHOD_INVITE && txn->call_hash == first->call_hash &&
            txn->cseq != first->cseq)
            return false;
    }
    return true;
}

/* Without the request it may be one inside a dialog. */
bool sx_call_is_request(const struct sx_txn *first)
{
    return first->request_frame && !first->in_dialog && first->method != SX_METHOD_INVITE &&
           first->method != SX_METHOD_ACK && first->method != SX_METHOD_CANCEL &&
           first->method != SX_METHOD_BYE && first->method != SX_METHOD_PRACK;
}
