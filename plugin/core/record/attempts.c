/* attempts.c
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "core/record/attempts.h"

#include "core/facts/catalogue.h"

/* RFC 3261 22.2: the next attempt has the same Call-ID and a higher CSeq number. It ought to keep
 * the From tag, and many phones do not; in a dialog it must, and a proxy sends there what either
 * side asks. Each hop sees an attempt of its own, from the same client. */
static struct sx_fingerprint attempt_key(const struct sx_tracker *t, const struct sx_sip_msg *msg,
                                         uint32_t client, bool in_dialog)
{
    struct sx_hash h = sx_hash_begin(t->key);

    sx_hash_add(&h, msg->call_id);
    sx_hash_add(&h, msg->cseq_method_name);
    sx_hash_add_uint(&h, (uint64_t)sx_sip_msg_via_count(msg) << 32 | client);
    if (in_dialog)
        sx_hash_add_uint(&h, sx_txn_tag_hash(sx_sip_msg_from_tag(msg)));
    return sx_hash_end(h);
}

/* RFC 3261 14.2, RFC 3311 5.2: a second request of one side while the first has no answer; the
 * server says when to come again. */
static bool is_for_later(const struct sx_txn *txn, const struct sx_sip_msg *response)
{
    return response->code == 500 && response->has_retry_after && txn->in_dialog;
}

void sx_attempts_await(struct sx_tracker *t, struct sx_txn *txn, const struct sx_sip_msg *response)
{
    const struct sx_code *entry = sx_catalogue_explain(response->code);

    if (!entry || (entry->role != SX_ROLE_CHALLENGE && entry->role != SX_ROLE_REDIRECT &&
                   entry->role != SX_ROLE_RETRY && !is_for_later(txn, response)))
        return;
    struct sx_fingerprint key = attempt_key(t, response, txn->src.host, txn->in_dialog);
    g_hash_table_replace(t->awaiting, g_memdup2(&key, sizeof key), txn);
    if (entry->role == SX_ROLE_REDIRECT && txn->parent)
        sx_txn_at(t, txn->parent)->redirected_child = true;
}

/* Of a request that the capture lacks it is not known whether it was in a dialog. */
static struct sx_txn *find_awaiting(const struct sx_tracker *t, const struct sx_txn *txn,
                                    const struct sx_sip_msg *msg, struct sx_fingerprint *key)
{
    *key = attempt_key(t, msg, txn->src.host, txn->in_dialog);
    struct sx_txn *old = g_hash_table_lookup(t->awaiting, key);
    if (old || (txn->request_frame && !txn->in_dialog))
        return old;
    *key = attempt_key(t, msg, txn->src.host, !txn->in_dialog);
    old = g_hash_table_lookup(t->awaiting, key);
    return old && !(old->request_frame && txn->request_frame) ? old : NULL;
}

const struct sx_txn *sx_attempts_follow(struct sx_tracker *t, const struct sx_txn *txn,
                                        const struct sx_sip_msg *msg)
{
    struct sx_fingerprint key;

    if (g_hash_table_size(t->awaiting) == 0)
        return NULL;
    struct sx_txn *old = find_awaiting(t, txn, msg, &key);
    if (!old || old->cseq >= msg->cseq)
        return NULL;
    old->followed_by = txn->number;
    g_hash_table_remove(t->awaiting, &key);
    return old;
}
