/* retries.c
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "core/judge/retries.h"

#include "core/record/overload.h"
#include "core/record/strays.h"

/* Transactions of a call that are looked at, the newest first. */
#define MAX_TXNS 128

/* Branches of one request, and hops, that are looked at. */
#define MAX_BRANCHES 64
#define MAX_HOPS 70

struct tries {
    const struct sx_txn *list[MAX_TXNS];
    unsigned count;
};

/* It had failed by the time of the response: at the server, or on a hop before it. */
static bool has_failed(const struct sx_txn *txn, const struct sx_txn *asked)
{
    return txn->method == asked->method && txn->request_frame && txn->final_frame &&
           txn->final_frame <= asked->final_frame &&
           (txn->final_code == 503 || txn->final_code == 500);
}

/* The same request at the same hop. */
static bool is_alike(const struct sx_txn *a, const struct sx_txn *b)
{
    return sx_endpoint_eq(a->dst, b->dst) && a->uri_hash == b->uri_hash;
}

/* The one was sent because the other had failed, and not when its Retry-After was over. */
static bool is_again(const struct sx_tracker *t, const struct sx_txn *txn,
                     const struct sx_txn *before)
{
    const struct sx_pause *pause = sx_pause_of(t, before);

    return txn->request_frame > before->final_frame && is_alike(txn, before) &&
           !(pause && txn->request_ns - before->final_ns >= sx_pause_length_ns(pause));
}

static struct tries collect(const struct sx_tracker *t, const struct sx_txn *asked)
{
    struct tries all = {.count = 0};
    const struct sx_txn *txn = sx_tracker_newest_in_call(t, asked->call_hash);

    for (unsigned i = 0; txn && i < MAX_TXNS; i++, txn = sx_tracker_txn(t, txn->next_in_call))
        if (has_failed(txn, asked))
            all.list[all.count++] = txn;
    return all;
}

/* Nothing further on shows the 503 before it. */
static bool is_made_there(const struct tries *all, const struct sx_txn *txn)
{
    for (unsigned i = 0; i < all->count; i++)
        if (all->list[i]->parent == txn->number)
            return false;
    return txn->final_code == 503;
}

/* A failure that this one is the next try after; by_hop: of the same hop, for the same request of
 * its own client. */
static bool is_next_try(const struct sx_tracker *t, const struct tries *all,
                        const struct sx_txn *txn, bool by_hop)
{
    for (unsigned i = 0; i < all->count; i++) {
        const struct sx_txn *before = all->list[i];
        if (by_hop && (before->src.host != txn->src.host ||
                       !sx_fingerprint_eq(before->parent_key, txn->parent_key)))
            continue;
        if (is_again(t, txn, before))
            return true;
    }
    return false;
}

/* An earlier failure of the same request at the same hop was over by then. */
static bool comes_after(const struct tries *all, const struct sx_txn *txn)
{
    for (unsigned i = 0; i < all->count; i++)
        if (txn->request_frame > all->list[i]->final_frame && is_alike(txn, all->list[i]))
            return true;
    return false;
}

/* A try that waited as it was asked to begins anew; a branch beside the others is none. */
static void count_try(const struct sx_tracker *t, const struct tries *all, const struct sx_txn *txn,
                      struct sx_retries *r)
{
    if (r->tries > 0 && is_next_try(t, all, txn, false))
        r->tries++;
    else if (r->tries == 0 || comes_after(all, txn))
        *r = (struct sx_retries){.tries = 1, .first_in = txn->final_frame};
}

static void add_host(struct sx_retries *r, uint32_t host)
{
    for (unsigned i = 0; i < MIN(r->levels, SX_MAX_RETRIERS); i++)
        if (r->hosts[i] == host)
            return;
    if (r->levels < SX_MAX_RETRIERS)
        r->hosts[r->levels++] = host;
}

/* The newest branch below that ended in 503 by then. */
static const struct sx_txn *refused_branch(const struct sx_tracker *t, const struct sx_txn *txn)
{
    const struct sx_txn *b = sx_tracker_txn(t, txn->first_child), *newest = NULL;

    for (unsigned i = 0; b && i < MAX_BRANCHES; i++, b = sx_tracker_txn(t, b->next_sibling))
        if (b->final_code == 503 && b->final_frame <= txn->final_frame && b->request_frame &&
            (!newest || b->final_frame > newest->final_frame))
            newest = b;
    return newest;
}

/* Where the 503 was made, as far as the capture shows it; NULL: it comes of no 503. */
static const struct sx_txn *server_of(const struct sx_tracker *t, const struct sx_txn *txn)
{
    for (unsigned i = 0; i < MAX_HOPS; i++) {
        const struct sx_txn *below = refused_branch(t, txn);
        if (!below)
            break;
        txn = below;
    }
    return txn->final_code == 503 ? txn : NULL;
}

struct sx_retries sx_retries_count(const struct sx_tracker *t, const struct sx_txn *txn)
{
    struct sx_retries r = {.tries = 0};
    const struct sx_txn *server;

    if ((txn->final_code != 503 && txn->final_code != 500) || !txn->request_frame ||
        !(server = server_of(t, txn)))
        return r;
    struct tries all = collect(t, txn);
    for (unsigned i = all.count; i > 0; i--) {
        const struct sx_txn *one = all.list[i - 1];
        if (is_alike(one, server) && is_made_there(&all, one))
            count_try(t, &all, one, &r);
        if (is_next_try(t, &all, one, true))
            add_host(&r, one->src.host);
    }
    if (r.tries == 0)
        return (struct sx_retries){.tries = 0};
    r.at = server;
    return r;
}
