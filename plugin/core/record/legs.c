/* legs.c
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "core/record/legs.h"

#include "core/read/session_id.h"
#include "core/record/tracker_state.h"

/* Dialogs of a Call-ID that are looked through. */
#define MAX_DIALOGS 32

/* A dialog that named both ends of its communication. */
struct leg {
    struct sx_fingerprint pair; /* of the two UUIDs, in either order */
    uint32_t dialog;
    uint32_t older; /* index + 1 of the next older one with this pair */
    bool changed;   /* the ends of the dialog have changed since: a transfer */
};

/* Made for the first Session-ID of the capture. */
struct sx_legs {
    struct sx_pool pool;
    struct sx_fingerprint_map by_dialog; /* dialog -> index + 1 */
    struct sx_fingerprint_map by_pair;   /* pair -> index + 1 of the newest */
};

static struct sx_legs *legs_new(void)
{
    struct sx_legs *legs = g_new0(struct sx_legs, 1);

    sx_pool_init(&legs->pool, sizeof(struct leg));
    sx_fingerprint_map_init(&legs->by_dialog);
    sx_fingerprint_map_init(&legs->by_pair);
    return legs;
}

void sx_legs_free(struct sx_legs *legs)
{
    if (!legs)
        return;
    sx_pool_clear(&legs->pool);
    sx_fingerprint_map_clear(&legs->by_dialog);
    sx_fingerprint_map_clear(&legs->by_pair);
    g_free(legs);
}

static uint64_t uuid_hash(const struct sx_tracker *t, struct sx_slice uuid)
{
    struct sx_hash h = sx_hash_begin(t->key);

    sx_hash_add_bytes_lower(&h, uuid);
    return sx_hash_end(h).bits;
}

/* The map spreads by the low bits. */
static struct sx_fingerprint key_of(const struct sx_dialog *dialog)
{
    return (struct sx_fingerprint){dialog->number};
}

static struct leg *leg_of(const struct sx_legs *legs, const struct sx_dialog *dialog)
{
    uint32_t n = sx_fingerprint_map_get(&legs->by_dialog, key_of(dialog));

    return n ? sx_pool_at(&legs->pool, n - 1) : NULL;
}

void sx_legs_note(struct sx_tracker *t, const struct sx_dialog *dialog,
                  const struct sx_sip_msg *msg)
{
    struct sx_session_id id = sx_session_id_read(msg->session_id);
    struct sx_hash h = sx_hash_begin(t->key);

    if (!id.local.p || !id.remote.p)
        return;
    if (!t->legs)
        t->legs = legs_new();
    uint64_t local = uuid_hash(t, id.local), remote = uuid_hash(t, id.remote);
    sx_hash_add_two(&h, MIN(local, remote), MAX(local, remote));
    struct sx_fingerprint pair = sx_hash_end(h);
    struct leg *leg = leg_of(t->legs, dialog);
    if (leg) {
        leg->changed |= !sx_fingerprint_eq(leg->pair, pair);
        return;
    }
    leg = sx_pool_add(&t->legs->pool);
    *leg = (struct leg){.pair = pair, .dialog = dialog->number};
    leg->older = sx_fingerprint_map_swap(&t->legs->by_pair, pair, t->legs->pool.count);
    sx_fingerprint_map_set(&t->legs->by_dialog, key_of(dialog), t->legs->pool.count);
}

/* The one other dialog that named the same two ends. */
static const struct sx_dialog *by_session(const struct sx_tracker *t,
                                          const struct sx_dialog *dialog)
{
    const struct leg *own = t->legs ? leg_of(t->legs, dialog) : NULL, *leg;
    const struct sx_dialog *other = NULL;

    for (uint32_t n = own ? sx_fingerprint_map_get(&t->legs->by_pair, own->pair) : 0; n;
         n = leg->older) {
        leg = sx_pool_at(&t->legs->pool, n - 1);
        if (leg->changed || (leg != own && other))
            return NULL;
        if (leg != own)
            other = sx_tracker_dialog(t, leg->dialog);
    }
    return other;
}

/* The INVITE of a B2BUA's own that came of the other one: it is no proxy's (RFC 3261 16.6). */
static bool goes_on(const struct sx_txn *first, const struct sx_txn *second)
{
    return first->request_frame && second->request_frame > first->request_frame &&
           !second->parent_key.bits && second->src.host == first->dst.host &&
           second->from_tag != first->from_tag;
}

/* The one other dialog that a kept Call-ID joins. */
static const struct sx_dialog *by_call(const struct sx_tracker *t, const struct sx_dialog *dialog)
{
    const struct sx_txn *own = sx_tracker_txn(t, dialog->invite);
    const struct sx_dialog *d = own ? sx_dialog_newest_of_call(t, own) : NULL, *other = NULL;

    for (unsigned i = 0; d; i++, d = sx_dialog_older_of_call(t, d)) {
        if (d == dialog || !d->answer_frame)
            continue;
        const struct sx_txn *invite = sx_tracker_txn(t, d->invite);
        if (i >= MAX_DIALOGS || other || !invite ||
            (!goes_on(own, invite) && !goes_on(invite, own)))
            return NULL;
        other = d;
    }
    return other;
}

const struct sx_dialog *sx_leg_other(const struct sx_tracker *t, const struct sx_dialog *dialog)
{
    const struct sx_dialog *other = by_session(t, dialog);

    return other ? other : by_call(t, dialog);
}
