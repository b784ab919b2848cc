/* unreadable.c
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "core/record/unreadable.h"

#include "core/record/sizes.h"
#include "core/record/tracker_state.h"

/* So many between two hosts are kept from one SIP message to the next: whatever is asked begins
 * with one, and only the first that nothing takes back counts. */
#define MAX_PER_MESSAGE 8

/* How far back a fragment is looked for whose packet is whole now. */
#define MAX_LOOK_BACK 16

/* The hosts of a packet whose addresses nothing tells: a fragment of a tunnel, without the first.
 * */
#define ANYBODY UINT32_MAX

struct packet {
    uint32_t frame;
    uint32_t id; /* of a fragment */
    int64_t ns;
    enum sx_fragment_holds holds;
    bool fragment;
};

static void free_packets(gpointer packets)
{
    g_array_free(packets, TRUE);
}

GHashTable *sx_unreadable_new(void)
{
    return g_hash_table_new_full(sx_fingerprint_hash, sx_fingerprint_equal, g_free, free_packets);
}

static struct sx_fingerprint pair_key(const struct sx_tracker *t, uint32_t from, uint32_t to)
{
    struct sx_hash h = sx_hash_begin(t->key);

    sx_hash_add_uint(&h, (uint64_t)from << 32 | to);
    return sx_hash_end(h);
}

static GArray *packets_of(const struct sx_tracker *t, uint32_t from, uint32_t to)
{
    if (g_hash_table_size(t->unreadable) == 0)
        return NULL;
    struct sx_fingerprint key = pair_key(t, from, to);
    return g_hash_table_lookup(t->unreadable, &key);
}

static struct packet *packet_at(const GArray *packets, guint i)
{
    return &g_array_index(packets, struct packet, i);
}

static bool is_full(const struct sx_tracker *t, const GArray *packets)
{
    const struct sx_message *newest = sx_pool_at(&t->messages, t->messages.count - 1);

    return packets && packets->len >= MAX_PER_MESSAGE &&
           packet_at(packets, packets->len - MAX_PER_MESSAGE)->frame > newest->frame;
}

static void add(struct sx_tracker *t, uint32_t from, uint32_t to, const struct packet *packet)
{
    GArray *packets = packets_of(t, from, to);

    if (t->messages.count == 0 || is_full(t, packets))
        return;
    if (!packets) {
        struct sx_fingerprint key = pair_key(t, from, to);
        packets = g_array_new(FALSE, FALSE, sizeof(struct packet));
        g_hash_table_insert(t->unreadable, g_memdup2(&key, sizeof key), packets);
    }
    g_array_append_val(packets, *packet);
}

void sx_unreadable_packet(struct sx_tracker *t, uint32_t frame, uint32_t from, uint32_t to)
{
    add(t, from, to, &(struct packet){.frame = frame, .ns = t->now_ns, .holds = SX_HOLDS_OPAQUE});
}

/* ---- fragments ---- */

static void take_back(const struct sx_tracker *t, uint32_t from, uint32_t to, uint32_t id)
{
    GArray *packets = packets_of(t, from, to);

    for (guint n = 0, i = packets ? packets->len : 0; i > 0 && n < MAX_LOOK_BACK; n++) {
        i--;
        if (packet_at(packets, i)->fragment && packet_at(packets, i)->id == id)
            g_array_remove_index(packets, i);
    }
}

static bool find_hosts(const struct sx_tracker *t, const struct sx_address *src,
                       const struct sx_address *dst, uint32_t *from, uint32_t *to)
{
    return sx_hosts_find(&t->hosts, src, from) && sx_hosts_find(&t->hosts, dst, to);
}

static uint64_t hash_of_packet(const struct sx_tracker *t, const struct sx_seen_fragment *f)
{
    struct sx_hash h = sx_hash_begin(t->key);

    sx_hash_add_bytes(&h, sx_slice(f->src.bytes, f->src.len));
    sx_hash_add_bytes(&h, sx_slice(f->dst.bytes, f->dst.len));
    sx_hash_add_uint(&h, f->id);
    return sx_hash_end(h).bits;
}

static bool is_first_known(const struct sx_tracker *t, uint64_t hash)
{
    for (unsigned i = 0; i < SX_FIRST_FRAGMENTS; i++)
        if (t->first_fragments[i] == hash)
            return true;
    return false;
}

void sx_tracker_reassembled(struct sx_tracker *t, const struct sx_seen_fragment *f)
{
    uint32_t from, to;

    if (g_hash_table_size(t->unreadable) == 0)
        return;
    if (find_hosts(t, &f->src, &f->dst, &from, &to))
        take_back(t, from, to, f->id);
    if (find_hosts(t, &f->inner_src, &f->inner_dst, &from, &to))
        take_back(t, from, to, f->id);
    take_back(t, ANYBODY, ANYBODY, f->id);
}

void sx_tracker_fragment(struct sx_tracker *t, const struct sx_seen_fragment *f)
{
    struct packet packet = {
        .frame = f->frame, .id = f->id, .ns = t->now_ns, .holds = f->holds, .fragment = true};
    uint64_t hash = hash_of_packet(t, f);
    uint32_t from, to;

    if (f->first)
        t->first_fragments[t->next_first_fragment++ % SX_FIRST_FRAGMENTS] = hash;
    else if (is_first_known(t, hash))
        return;
    if (f->first && f->holds == SX_HOLDS_OTHER)
        sx_tracker_reassembled(t, f); /* the others of it were no SIP either */
    if (f->holds == SX_HOLDS_OTHER)
        return;
    if (f->request)
        sx_sizes_begun(t, f);
    if (sx_hosts_find(&t->hosts, &f->inner_src, &from)) {
        struct sx_host *host = sx_hosts_at(&t->hosts, from);
        if (host->unreadable == 0)
            host->unreadable = f->frame;
    }
    if (find_hosts(t, &f->inner_src, &f->inner_dst, &from, &to))
        add(t, from, to, &packet);
    else if (!f->first && f->holds == SX_HOLDS_TEXT)
        add(t, ANYBODY, ANYBODY, &packet);
}

/* ---- what is asked ---- */

/* The index of the first one after a frame. */
static guint first_after(const GArray *packets, uint32_t frame)
{
    guint low = 0, high = packets->len;

    while (low < high) {
        guint middle = low + (high - low) / 2;
        if (packet_at(packets, middle)->frame <= frame)
            low = middle + 1;
        else
            high = middle;
    }
    return low;
}

static uint32_t find(const struct sx_tracker *t, uint32_t from, uint32_t to,
                     const struct sx_unreadable_span *span)
{
    const GArray *packets = packets_of(t, from, to);

    for (guint i = packets ? first_after(packets, span->after_frame) : 0;
         packets && i < packets->len; i++) {
        const struct packet *p = packet_at(packets, i);
        if (p->frame > span->until_frame || p->ns > span->until_ns)
            return 0;
        if (p->holds != span->not )
            return p->frame;
    }
    return 0;
}

uint32_t sx_unreadable_between(const struct sx_tracker *t, uint32_t from, uint32_t to,
                               const struct sx_unreadable_span *span)
{
    uint32_t sent = find(t, from, to, span), anybody = find(t, ANYBODY, ANYBODY, span);

    return sent && (!anybody || sent < anybody) ? sent : anybody;
}
