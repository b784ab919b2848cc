/* sizes.c
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "core/record/sizes.h"

#include "core/record/tracker_state.h"

struct sx_sizes {
    struct sx_pool large, begun, again, too_big;
    struct sx_fingerprint_map by_key; /* of the transaction -> begun, index + 1 */
};

struct sx_sizes *sx_sizes_new(void)
{
    struct sx_sizes *s = g_new0(struct sx_sizes, 1);

    sx_pool_init(&s->large, sizeof(struct sx_large));
    sx_pool_init(&s->begun, sizeof(struct sx_begun));
    sx_pool_init(&s->again, sizeof(struct sx_begun_again));
    sx_pool_init(&s->too_big, sizeof(struct sx_too_big));
    sx_fingerprint_map_init(&s->by_key);
    return s;
}

void sx_sizes_free(struct sx_sizes *s)
{
    sx_pool_clear(&s->large);
    sx_pool_clear(&s->begun);
    sx_pool_clear(&s->again);
    sx_pool_clear(&s->too_big);
    sx_fingerprint_map_clear(&s->by_key);
    g_free(s);
}

void sx_sizes_frame_again(struct sx_sizes *s, uint32_t frame)
{
    sx_pool_truncate(&s->large, sx_pool_lower_bound(&s->large, frame));
    sx_pool_truncate(&s->begun, sx_pool_lower_bound(&s->begun, frame));
    sx_pool_truncate(&s->again, sx_pool_lower_bound(&s->again, frame));
    sx_pool_truncate(&s->too_big, sx_pool_lower_bound(&s->too_big, frame));
}

const struct sx_large *sx_large_of(const struct sx_tracker *t, const struct sx_txn *txn)
{
    const struct sx_large *l;

    for (uint32_t n = 0; (l = sx_pool_nth(&t->sizes->large, txn->request_frame, n)); n++)
        if (l->txn == txn->number)
            return l;
    return NULL;
}

static struct sx_begun *numbered(const struct sx_tracker *t, uint32_t number)
{
    const struct sx_pool *pool = &t->sizes->begun;

    return number > 0 && number <= pool->count ? sx_pool_at(pool, number - 1) : NULL;
}

const struct sx_begun_again *sx_begun_in(const struct sx_tracker *t, uint32_t frame)
{
    return sx_pool_nth(&t->sizes->again, frame, 0);
}

const struct sx_begun *sx_begun_at(const struct sx_tracker *t, uint32_t number)
{
    return numbered(t, number);
}

const struct sx_txn *sx_begun_txn(const struct sx_tracker *t, const struct sx_begun *begun)
{
    return sx_txn_find(t, begun->key);
}

/* It met the ICMP error in one of these frames, or in none; in each of them is one at most. */
const struct sx_too_big *sx_too_big_of(const struct sx_tracker *t, const struct sx_txn *txn)
{
    const struct sx_too_big *b =
        sx_pool_nth(&t->sizes->too_big, sx_txn_rare(txn)->too_big_frame, 0);

    return b && b->txn == txn->number ? b : NULL;
}

bool sx_too_big_in(const struct sx_tracker *t, const struct sx_txn *txn, uint32_t frame)
{
    const struct sx_too_big *b = sx_too_big_of(t, txn);

    return b && b->frame == frame;
}

bool sx_sizes_is_too_big(const struct sx_seen_too_big *big)
{
    uint32_t headers = big->by.len == 16 ? 40 + 8 : 20 + 8;

    return big->mtu == 0 || big->bytes == 0 || big->bytes + headers > big->mtu;
}

void sx_sizes_too_big(struct sx_tracker *t, const struct sx_txn *txn,
                      const struct sx_seen_too_big *big)
{
    const struct sx_large *large = sx_large_of(t, txn);

    if (sx_too_big_of(t, txn))
        return;
    sx_txn_give_rare(t, sx_txn_at(t, txn->number))->too_big_frame = big->frame;
    *(struct sx_too_big *)sx_pool_add(&t->sizes->too_big) = (struct sx_too_big){
        .frame = big->frame,
        .txn = txn->number,
        .bytes = big->bytes || !large ? big->bytes : large->bytes,
        .mtu = big->mtu,
        .by = sx_hosts_index(&t->hosts, &big->by),
    };
}

void sx_sizes_large(struct sx_tracker *t, const struct sx_txn *txn, uint32_t bytes)
{
    *(struct sx_large *)sx_pool_add(&t->sizes->large) =
        (struct sx_large){.frame = txn->request_frame, .txn = txn->number, .bytes = bytes};
}

static struct sx_begun *new_begun(struct sx_tracker *t, const struct sx_seen_fragment *f,
                                  struct sx_fingerprint key)
{
    struct sx_begun *b = sx_pool_add(&t->sizes->begun);

    *b = (struct sx_begun){
        .frame = f->frame,
        .key = key,
        .src = {sx_hosts_index(&t->hosts, &f->inner_src), f->inner_src.port},
        .dst = {sx_hosts_index(&t->hosts, &f->inner_dst), f->inner_dst.port},
        .ns = t->now_ns,
        .method = (uint8_t)f->request->method,
    };
    sx_fingerprint_map_set(&t->sizes->by_key, key, t->sizes->begun.count);
    return b;
}

void sx_sizes_begun(struct sx_tracker *t, const struct sx_seen_fragment *f)
{
    const struct sx_sip_msg *msg = f->request;

    /* The rest of its head is in the fragments that are missing. */
    if (!msg->has_via || !msg->has_cseq || !msg->call_id.p)
        return;
    struct sx_names names = sx_txn_names(t, msg);
    struct sx_fingerprint key = sx_txn_key(t, msg, &names, msg->method);
    uint32_t number = sx_fingerprint_map_get(&t->sizes->by_key, key);
    struct sx_begun *b = numbered(t, number);
    if (!b || !sx_fingerprint_eq(b->key, key)) {
        b = new_begun(t, f, key);
        number = t->sizes->begun.count;
    }
    if (b->sends > 0 && b->id == f->id)
        return;
    b->sends++;
    b->id = f->id;
    *(struct sx_begun_again *)sx_pool_add(&t->sizes->again) =
        (struct sx_begun_again){.frame = f->frame,
                                .begun = number,
                                .nth = b->sends,
                                .txns = t->txns.count,
                                .ns = t->now_ns};
}
