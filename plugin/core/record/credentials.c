/* credentials.c
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "core/record/credentials.h"

#include "core/read/digest.h"
#include "core/read/sip_msg_field.h"
#include "core/record/tracker_state.h"

/* Values of one message that are looked at: one for each realm, and for each algorithm. */
#define MAX_VALUES 8

/* A nonce that is used so soon after it was given is not too old: no server forgets one in the time
 * in which a client gives up its request (RFC 3261 17.1.2.2, Timer F). */
#define FRESH_NS SX_TIMER_B_NS

/* Credentials of a request, or what a response asks for, in one realm. */
struct value {
    uint32_t next; /* index + 1 of another one of the same message; 0: none */
    uint32_t realm, nonce;
    uint32_t user;     /* credentials only */
    bool proxy;        /* Proxy-Authorization and Proxy-Authenticate */
    bool empty, fresh; /* as struct sx_challenge has them */
    bool stale;        /* challenges only */
};

/* What a transaction has of them. */
struct auth {
    uint32_t sent, asked; /* index + 1 of the first value */
    struct sx_challenge challenge;
};

/* A user in a realm. */
struct account {
    struct sx_fingerprint key;
    uint64_t last_attempt; /* Call-ID and CSeq: the hops of one request are one attempt */
    uint32_t in_row;
    uint32_t accepted_nonce, accepted_in;
};

void sx_credentials_init(struct sx_tracker *t)
{
    sx_pool_init(&t->auths, sizeof(struct auth));
    sx_pool_init(&t->auth_values, sizeof(struct value));
    t->accounts = g_hash_table_new_full(sx_fingerprint_hash, sx_fingerprint_equal, g_free, NULL);
}

void sx_credentials_clear(struct sx_tracker *t)
{
    sx_pool_clear(&t->auths);
    sx_pool_clear(&t->auth_values);
    g_hash_table_destroy(t->accounts);
}

static struct auth *auth_of(const struct sx_tracker *t, const struct sx_txn *txn)
{
    return txn->auth && txn->auth <= t->auths.count ? sx_pool_at(&t->auths, txn->auth - 1) : NULL;
}

static struct auth *auth_for(struct sx_tracker *t, struct sx_txn *txn)
{
    if (!auth_of(t, txn)) {
        sx_pool_add(&t->auths);
        txn->auth = t->auths.count;
    }
    return auth_of(t, txn);
}

static struct value *value_at(const struct sx_tracker *t, uint32_t number)
{
    return number ? sx_pool_at(&t->auth_values, number - 1) : NULL;
}

/* Adds the values of one header field to a list; the number of its first one. */
static uint32_t read_values(struct sx_tracker *t, const struct sx_sip_msg *msg, const char *field,
                            bool proxy, uint32_t list)
{
    struct sx_field_iter iter = {0};
    struct sx_slice text;

    for (unsigned i = 0; i < MAX_VALUES && sx_sip_msg_field(msg, field, &iter, &text); i++) {
        struct sx_digest d = sx_digest_read(text);
        struct value *v = sx_pool_add(&t->auth_values);
        *v = (struct value){
            .next = list,
            .realm = sx_txn_hash(t, d.realm),
            .nonce = d.nonce.n ? sx_txn_hash(t, d.nonce) : 0,
            .user = sx_txn_hash(t, d.username),
            .proxy = proxy,
            .empty = sx_digest_is_empty(&d),
            .stale = d.stale,
        };
        list = t->auth_values.count;
    }
    return list;
}

static const struct value *in_realm(const struct sx_tracker *t, uint32_t list,
                                    const struct value *like)
{
    const struct value *v = value_at(t, list);

    while (v && (v->realm != like->realm || v->proxy != like->proxy))
        v = value_at(t, v->next);
    return v;
}

/* ---- requests ---- */

/* True if a challenge of the attempt before gave this nonce. */
static bool answers(const struct sx_tracker *t, const struct auth *before, const struct value *sent)
{
    for (const struct value *v = value_at(t, before->asked); v; v = value_at(t, v->next))
        if (v->realm == sent->realm && v->proxy == sent->proxy && v->nonce == sent->nonce)
            return true;
    return false;
}

void sx_credentials_sent(struct sx_tracker *t, struct sx_txn *txn, const struct sx_txn *before,
                         const struct sx_sip_msg *msg)
{
    struct auth *auth = auth_for(t, txn);
    const struct auth *old = before ? auth_of(t, before) : NULL;
    bool soon = before && txn->request_ns - before->final_ns <= FRESH_NS;

    auth->sent = read_values(t, msg, "Authorization", false, 0);
    auth->sent = read_values(t, msg, "Proxy-Authorization", true, auth->sent);
    for (struct value *v = value_at(t, auth->sent); v; v = value_at(t, v->next))
        v->fresh = old && soon && answers(t, old, v);
}

/* ---- responses ---- */

static struct account *account_of(struct sx_tracker *t, const struct value *v)
{
    struct sx_hash h = sx_hash_begin(t->key);

    sx_hash_add_uint(&h, (uint64_t)v->realm << 32 | v->user);
    struct sx_fingerprint key = sx_hash_end(h);
    struct account *account = g_hash_table_lookup(t->accounts, &key);
    if (!account) {
        account = g_new0(struct account, 1);
        account->key = key;
        g_hash_table_add(t->accounts, account);
    }
    return account;
}

static void accepted(struct sx_tracker *t, const struct value *v, uint32_t frame)
{
    struct account *account = account_of(t, v);

    account->in_row = 0;
    account->accepted_nonce = v->nonce;
    account->accepted_in = frame;
}

static void refused(struct sx_tracker *t, const struct sx_txn *txn, const struct value *v,
                    struct sx_challenge *challenge)
{
    struct account *account = account_of(t, v);
    uint64_t attempt = txn->call_hash + txn->cseq;

    challenge->fresh = v->fresh;
    if (account->accepted_in && account->accepted_nonce == v->nonce)
        challenge->accepted_in = account->accepted_in;
    if (challenge->stale || challenge->accepted_in || !v->fresh)
        return;
    if (account->in_row == 0 || account->last_attempt != attempt)
        account->in_row++;
    account->last_attempt = attempt;
    challenge->in_row = account->in_row;
}

/* What is asked for in a realm for which the request had credentials counts before what is asked
 * for in another: a fork's challenges come in one response (RFC 3261 16.7 item 7). */
static void challenged(struct sx_tracker *t, const struct sx_txn *txn, struct auth *auth)
{
    struct sx_challenge *c = &auth->challenge;
    const struct value *found = NULL, *asked;

    for (asked = value_at(t, auth->asked); asked; asked = value_at(t, asked->next)) {
        const struct value *sent = in_realm(t, auth->sent, asked);
        if (!sent)
            continue;
        if (!found || (found->empty && !sent->empty))
            found = sent;
        c->stale |= asked->stale;
    }
    c->sent = found != NULL;
    c->empty = found && found->empty;
    if (found && !found->empty)
        refused(t, txn, found, c);
}

void sx_credentials_answered(struct sx_tracker *t, struct sx_txn *txn, const struct sx_sip_msg *msg,
                             uint32_t frame)
{
    if (msg->code == 401 || msg->code == 407) {
        struct auth *auth = auth_for(t, txn);
        auth->asked = read_values(t, msg, "WWW-Authenticate", false, 0);
        auth->asked = read_values(t, msg, "Proxy-Authenticate", true, auth->asked);
        challenged(t, txn, auth);
        txn->bad_credentials = auth->challenge.in_row > 0;
    }
    const struct auth *auth = auth_of(t, txn);
    if (!auth || msg->code / 100 != 2)
        return;
    for (const struct value *v = value_at(t, auth->sent); v; v = value_at(t, v->next))
        if (!v->empty)
            accepted(t, v, frame);
}

const struct sx_challenge *sx_tracker_challenge(const struct sx_tracker *t,
                                                const struct sx_txn *txn)
{
    const struct auth *auth = auth_of(t, txn);

    return auth && (txn->final_code == 401 || txn->final_code == 407) ? &auth->challenge : NULL;
}

bool sx_tracker_has_credentials(const struct sx_tracker *t, const struct sx_txn *txn)
{
    const struct auth *auth = auth_of(t, txn);

    return auth && auth->sent;
}
