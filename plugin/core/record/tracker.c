/* tracker.c
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "core/record/tracker.h"

#include "core/record/call.h"
#include "core/record/copies.h"
#include "core/record/final_acks.h"
#include "core/record/flow_health.h"
#include "core/record/riding.h"
#include "core/record/tracker_state.h"
#include "core/record/signs.h"
#include "core/record/missing.h"
#include "core/record/overload.h"
#include "core/record/sizes.h"
#include "core/record/strays.h"
#include "core/record/resent.h"
#include "core/record/sessions.h"
#include "core/record/tcp_bytes.h"

/* Transactions of a call, the newest first, that are looked through. */
#define MAX_OF_CALL 64

struct sx_tracker *sx_tracker_new(const uint64_t key[2], const struct sx_config *cfg)
{
    struct sx_tracker *t = g_new0(struct sx_tracker, 1);

    t->cfg = *cfg;
    memcpy(t->key, key, sizeof t->key);
    sx_pool_init(&t->txns, sizeof(struct sx_txn));
    sx_pool_init(&t->mores, sizeof(struct sx_txn_more));
    sx_pool_init(&t->rares, sizeof(struct sx_txn_rare));
    sx_pool_init(&t->between, sizeof(struct sx_response_between));
    sx_pool_init(&t->messages, sizeof(struct sx_message));
    sx_hosts_init(&t->hosts);
    sx_pool_init(&t->expiries, sizeof(struct sx_expiry));
    sx_pool_init(&t->hangups, sizeof(struct sx_hangup));
    sx_pool_init(&t->attempts, sizeof(struct sx_attempt));
    sx_pool_init(&t->signs, sizeof(struct sx_sign));
    sx_fingerprint_map_init(&t->by_key);
    sx_fingerprint_map_init(&t->waiting);
    sx_fingerprint_map_init(&t->sent_on);
    sx_fingerprint_map_init(&t->by_call);
    sx_fingerprint_map_init(&t->alike);
    t->unreadable = sx_unreadable_new();
    t->awaiting = g_hash_table_new_full(sx_fingerprint_hash, sx_fingerprint_equal, g_free, NULL);
    t->connecting = g_hash_table_new_full(sx_way_hash, sx_way_equal, g_free, NULL);
    t->riding = sx_riding_new();
    sx_tcp_bytes_init(t);
    sx_copies_init(t);
    sx_credentials_init(t);
    sx_deadlines_init(&t->deadlines);
    t->sessions = sx_sessions_new();
    t->flows = sx_flows_new(key, &t->deadlines);
    t->dialogs = sx_dialogs_new();
    t->resents = sx_resents_new();
    t->final_acks = sx_final_acks_new();
    t->overload = sx_overload_new();
    t->sizes = sx_sizes_new();
    t->paused_until_ns = t->connects_until_ns = INT64_MIN;
    sx_pool_init(&t->overdues, sizeof(struct sx_overdue));
    t->calls = sx_call_numbers_new();
    t->names = sx_names_new();
    return t;
}

void sx_tracker_free(struct sx_tracker *t)
{
    if (!t)
        return;
    sx_fingerprint_map_clear(&t->by_key);
    sx_fingerprint_map_clear(&t->waiting);
    sx_fingerprint_map_clear(&t->sent_on);
    sx_fingerprint_map_clear(&t->by_call);
    sx_fingerprint_map_clear(&t->alike);
    g_hash_table_destroy(t->unreadable);
    g_hash_table_destroy(t->awaiting);
    g_hash_table_destroy(t->connecting);
    g_hash_table_destroy(t->riding);
    sx_pool_clear(&t->txns);
    sx_pool_clear(&t->mores);
    sx_pool_clear(&t->rares);
    sx_pool_clear(&t->between);
    sx_pool_clear(&t->messages);
    sx_hosts_clear(&t->hosts);
    sx_pool_clear(&t->expiries);
    sx_pool_clear(&t->hangups);
    sx_pool_clear(&t->attempts);
    sx_pool_clear(&t->signs);
    sx_tcp_bytes_clear(t);
    sx_copies_clear(t);
    sx_credentials_clear(t);
    sx_deadlines_clear(&t->deadlines);
    sx_frame_numbers_clear(&t->numbers);
    sx_sessions_free(t->sessions);
    sx_flows_free(t->flows);
    sx_dialogs_free(t->dialogs);
    sx_legs_free(t->legs);
    sx_resents_free(t->resents);
    sx_final_acks_free(t->final_acks);
    sx_overload_free(t->overload);
    sx_sizes_free(t->sizes);
    sx_pool_clear(&t->overdues);
    sx_call_numbers_free(t->calls);
    sx_names_free(t->names);
    g_free(t);
}

const struct sx_config *sx_tracker_config(const struct sx_tracker *t)
{
    return &t->cfg;
}

const struct sx_txn *sx_tracker_txn(const struct sx_tracker *t, uint32_t number)
{
    return sx_txn_at(t, number);
}

uint32_t sx_tracker_txn_count(const struct sx_tracker *t)
{
    return t->txns.count;
}

const struct sx_host *sx_tracker_host(const struct sx_tracker *t, uint32_t host)
{
    return sx_hosts_at(&t->hosts, host);
}

/* Older records have lower numbers, also where dropped frames (tshark -2 -R) left some out. */
static const struct sx_message *response_at(const struct sx_tracker *t, uint32_t place,
                                            uint32_t txn)
{
    const struct sx_message *m =
        place > 0 && place <= t->messages.count ? sx_pool_at(&t->messages, place - 1) : NULL;

    return m && m->txn == txn ? m : NULL;
}

const struct sx_message *sx_tracker_responses(const struct sx_tracker *t, const struct sx_txn *txn)
{
    return response_at(t, txn->responses, txn->number);
}

const struct sx_message *sx_tracker_older_response(const struct sx_tracker *t,
                                                   const struct sx_message *response)
{
    const struct sx_message *older = response_at(t, response->next, response->txn);

    return older && older->frame <= response->frame && older != response ? older : NULL;
}

static uint32_t final_between(const struct sx_tracker *t, const struct sx_txn *txn, unsigned least,
                              unsigned most, uint32_t to_tag)
{
    uint32_t first = 0;

    if (txn->final_frame && txn->final_tag == to_tag && txn->final_code >= least &&
        txn->final_code <= most)
        return txn->final_frame;
    /* The newest first; see struct sx_message. */
    for (uint32_t i = MIN(txn->responses, t->messages.count); i;) {
        const struct sx_message *m = sx_pool_at(&t->messages, i - 1);
        const struct sx_response_between *between = sx_response_between(t, i);
        if (m->txn == txn->number && between && between->to_tag == to_tag && m->code >= least &&
            m->code <= most)
            first = m->frame;
        i = m->next < i ? m->next : 0;
    }
    return first;
}

uint32_t sx_tracker_final_with(const struct sx_tracker *t, const struct sx_txn *txn, unsigned code,
                               uint32_t to_tag)
{
    return final_between(t, txn, code ? code : 200, code ? code : UINT_MAX, to_tag);
}

uint32_t sx_tracker_failure_with(const struct sx_tracker *t, const struct sx_txn *txn,
                                 uint32_t to_tag)
{
    return final_between(t, txn, 300, UINT_MAX, to_tag);
}

void sx_tracker_end(struct sx_tracker *t)
{
    t->ended = true;
}

bool sx_tracker_ended(const struct sx_tracker *t)
{
    return t->ended;
}

uint32_t sx_tracker_last_frame(const struct sx_tracker *t)
{
    return t->last_frame;
}

int64_t sx_tracker_now(const struct sx_tracker *t)
{
    return t->now_ns;
}

const struct sx_flows *sx_tracker_flows(const struct sx_tracker *t)
{
    return t->flows;
}

struct sx_call_numbers *sx_tracker_call_numbers(const struct sx_tracker *t)
{
    return t->calls;
}

uint32_t sx_tracker_next_frame(struct sx_tracker *t, uint32_t frame_number)
{
    return sx_frame_numbers_add(&t->numbers, frame_number);
}

uint32_t sx_tracker_frame_again(const struct sx_tracker *t, uint32_t frame_number)
{
    return sx_frame_numbers_own(&t->numbers, frame_number);
}

uint32_t sx_tracker_frame_shown(const struct sx_tracker *t, uint32_t frame)
{
    return sx_frame_numbers_shown(&t->numbers, frame);
}

bool sx_tracker_drops_frames(const struct sx_tracker *t)
{
    return t->numbers.dropped != NULL;
}

bool sx_tracker_tick(struct sx_tracker *t, uint32_t frame, int64_t time_ns)
{
    /* A read filter (tshark -2 -R) dropped the frame that bore this number before. */
    if (frame <= t->last_frame) {
        sx_pool_truncate(&t->messages, sx_pool_lower_bound(&t->messages, frame));
        sx_pool_truncate(&t->between, sx_pool_lower_bound(&t->between, t->messages.count + 1));
        sx_pool_truncate(&t->expiries, sx_pool_lower_bound(&t->expiries, frame));
        sx_pool_truncate(&t->overdues, sx_pool_lower_bound(&t->overdues, frame));
        sx_pool_truncate(&t->hangups, sx_pool_lower_bound(&t->hangups, frame));
        sx_pool_truncate(&t->attempts, sx_pool_lower_bound(&t->attempts, frame));
        sx_pool_truncate(&t->signs, sx_pool_lower_bound(&t->signs, frame));
        sx_tcp_bytes_frame_again(t, frame);
        sx_sessions_frame_again(t->sessions, frame);
        sx_flows_frame_again(t->flows, frame);
        sx_overload_frame_again(t->overload, frame);
        sx_sizes_frame_again(t->sizes, frame);
    }
    t->last_frame = frame;
    t->now_ns = time_ns;
    t->ended = false;
    return time_ns >= t->deadlines.earliest_ns;
}

uint32_t sx_tracker_due(struct sx_tracker *t)
{
    struct sx_deadline due;

    return sx_deadlines_pop(&t->deadlines, t->now_ns, &due) ? due.what : 0;
}

bool sx_tracker_binding_due(struct sx_tracker *t, uint32_t binding)
{
    return sx_health_is_due(t->flows, binding, t->now_ns);
}

void sx_tracker_watch_binding(struct sx_tracker *t, uint32_t binding, int64_t due_ns)
{
    sx_health_watch_until(t->flows, binding, due_ns);
}

void sx_tracker_expired(struct sx_tracker *t, uint32_t number, bool after_100)
{
    struct sx_txn *txn = sx_txn_at(t, number);

    sx_txn_give_rare(t, txn)->expired_frame = t->last_frame;
    txn->expired_after_100 = after_100;
    sx_names_keep(t->names, txn->names, number);
    *(struct sx_expiry *)sx_pool_add(&t->expiries) = (struct sx_expiry){
        .frame = t->last_frame,
        .txn = number,
        .waited_ns = t->now_ns - (after_100 ? sx_txn_more(txn)->trying_ns : txn->request_ns),
        .after_100 = after_100,
    };
}

static void take_back(struct sx_tracker *t, struct sx_txn *txn)
{
    sx_txn_give_rare(t, txn)->expired_frame = 0;
    txn->expired_after_100 = false;
}

/* Those that the newest frame reports. */
static void take_back_here(struct sx_tracker *t)
{
    uint32_t kept = sx_pool_lower_bound(&t->expiries, t->last_frame), count = t->expiries.count;

    for (uint32_t i = kept; i < count; i++) {
        const struct sx_expiry *e = sx_pool_at(&t->expiries, i);
        struct sx_txn *txn = sx_txn_at(t, e->txn);
        if (sx_missing_response(t, txn, t->last_frame).sign == SX_MISSING_NONE)
            *(struct sx_expiry *)sx_pool_at(&t->expiries, kept++) = *e;
        else
            take_back(t, txn);
    }
    sx_pool_truncate(&t->expiries, kept);
}

void sx_tracker_answer_shown(struct sx_tracker *t, const struct sx_txn *by)
{
    take_back_here(t);
    if (!by->in_dialog || by->method == SX_METHOD_ACK || !by->call_hash)
        return;
    const struct sx_txn *txn = sx_tracker_newest_in_call(t, by->call_hash);
    for (unsigned i = 0; txn && i < MAX_OF_CALL; i++, txn = sx_txn_at(t, txn->next_in_call))
        if (sx_txn_rare(txn)->expired_frame &&
            sx_missing_response(t, txn, t->last_frame).sign == SX_MISSING_IN_DIALOG)
            take_back(t, sx_txn_at(t, txn->number));
}

void sx_tracker_add_overdue(struct sx_tracker *t, const struct sx_overdue *overdue)
{
    struct sx_overdue *added = sx_pool_add(&t->overdues);

    *added = *overdue;
    added->frame = t->last_frame;
    if (overdue->txn)
        sx_names_keep(t->names, sx_txn_at(t, overdue->txn)->names, overdue->txn);
}

/* The nth of the newest frame; NULL if there is no such. */
static struct sx_overdue *overdue_here(const struct sx_tracker *t, uint32_t nth)
{
    struct sx_overdue *o =
        nth < t->overdues.count ? sx_pool_at(&t->overdues, t->overdues.count - 1 - nth) : NULL;

    return o && o->frame == t->last_frame ? o : NULL;
}

void sx_tracker_refresh_came(struct sx_tracker *t)
{
    struct sx_overdue *o;

    for (uint32_t n = 0; (o = overdue_here(t, n)); n++) {
        if (o->due == SX_DUE_REFRESH &&
            sx_flows_asks_in(t->flows, sx_registering_at(t->flows, o->registering), o->frame))
            o->due = SX_DUE_NOTHING;
    }
}

bool sx_tracker_names(const struct sx_tracker *t, uint32_t txn, struct sx_name *name)
{
    return sx_names_of(t->names, txn, name);
}

const struct sx_overdue *sx_tracker_overdue(const struct sx_tracker *t, uint32_t frame,
                                            uint32_t nth)
{
    return sx_pool_nth(&t->overdues, frame, nth);
}

const struct sx_message *sx_tracker_message(const struct sx_tracker *t, uint32_t frame,
                                            uint32_t nth)
{
    return sx_pool_nth(&t->messages, frame, nth);
}

const struct sx_txn *sx_tracker_next_register(const struct sx_tracker *t, uint32_t frame,
                                              uint32_t *nth)
{
    const struct sx_message *m;

    while ((m = sx_tracker_message(t, frame, (*nth)++))) {
        const struct sx_txn *txn = sx_tracker_txn(t, m->txn);
        if (txn && txn->method == SX_METHOD_REGISTER)
            return txn;
    }
    return NULL;
}

const struct sx_expiry *sx_tracker_expiry(const struct sx_tracker *t, uint32_t frame, uint32_t nth)
{
    return sx_pool_nth(&t->expiries, frame, nth);
}

const struct sx_hangup *sx_tracker_hangup(const struct sx_tracker *t, uint32_t frame, uint32_t nth)
{
    return sx_pool_nth(&t->hangups, frame, nth);
}

const struct sx_hangup *sx_tracker_connection_lost(const struct sx_tracker *t,
                                                   const struct sx_txn *txn)
{
    if (sx_txn_rare(txn)->hangup == 0 || sx_txn_rare(txn)->hangup > t->hangups.count)
        return NULL;
    const struct sx_hangup *hangup = sx_pool_at(&t->hangups, sx_txn_rare(txn)->hangup - 1);
    return hangup->txn == txn->number && sx_txn_last_request_frame(txn) <= hangup->frame ? hangup
                                                                                         : NULL;
}

const struct sx_hangup *sx_tracker_hung_up(const struct sx_tracker *t, const struct sx_txn *txn)
{
    const struct sx_hangup *hangup = sx_tracker_connection_lost(t, txn);

    return hangup && sx_hosts_at(&t->hosts, txn->src.host)->last_frame <= hangup->frame ? hangup
                                                                                        : NULL;
}

const struct sx_attempt *sx_tracker_attempt(const struct sx_tracker *t, uint32_t frame,
                                            uint32_t nth)
{
    uint32_t i = sx_pool_lower_bound(&t->attempts, frame);

    return nth < t->attempts.count - i ? sx_pool_at(&t->attempts, i + nth) : NULL;
}

/* When a distinct response of the transaction came; see struct sx_response_between. */
static uint32_t response_ms(const struct sx_tracker *t, const struct sx_txn *txn, uint32_t message)
{
    const struct sx_message *m = sx_pool_at(&t->messages, message - 1);
    const struct sx_response_between *between = sx_response_between(t, message);

    if (between)
        return between->ms;
    int64_t ns = m->frame == txn->final_frame ? txn->final_ns : sx_txn_first_response_ns(txn);
    return (uint32_t)(ns / SX_NS_PER_MS);
}

bool sx_tracker_response_ms(const struct sx_tracker *t, const struct sx_txn *txn, unsigned code,
                            unsigned or_code, uint32_t *ms)
{
    uint32_t from_ms = 0, then_ms = 0;
    bool begun = false, found = false;

    /* The newest first; see struct sx_message. */
    for (uint32_t i = MIN(txn->responses, t->messages.count); i;) {
        const struct sx_message *m = sx_pool_at(&t->messages, i - 1);
        if (m->txn != txn->number)
            break;
        if (m->frame == txn->first_response_frame && m->code == sx_txn_first_response_code(txn)) {
            from_ms = response_ms(t, txn, i);
            begun = true;
        }
        if (m->code == code || m->code == or_code) {
            then_ms = response_ms(t, txn, i);
            found = true;
        }
        i = m->next < i ? m->next : 0;
    }
    *ms = then_ms - from_ms;
    return begun && found;
}
