/* resent.c
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "core/record/resent.h"

#include "core/record/dialogs.h"
#include "core/record/final_acks.h"
#include "core/record/tracker_state.h"

/* A response that comes so soon after an ACK may have been sent before the ACK arrived: no round
 * trip takes longer (RFC 3261 17.1.1.1: T1 is its estimate). */
#define CROSSING_NS (2 * SX_T1_NS)

/* Requests of a dialog that are looked through for the ACK of the newest INVITE. */
#define MAX_REQUESTS 64

struct sx_resents {
    GHashTable *by_answer; /* key_of() -> struct sx_resent, owned */
};

struct sx_resents *sx_resents_new(void)
{
    struct sx_resents *r = g_new0(struct sx_resents, 1);

    r->by_answer = g_hash_table_new_full(g_int64_hash, g_int64_equal, g_free, g_free);
    return r;
}

void sx_resents_free(struct sx_resents *r)
{
    g_hash_table_destroy(r->by_answer);
    g_free(r);
}

/* Both numbers are the tracker's own: nobody who writes a capture chooses them. */
static int64_t key_of(const struct sx_txn *txn, uint32_t dialog)
{
    return (int64_t)((uint64_t)txn->number << 32 | dialog);
}

const struct sx_resent *sx_resent_find(const struct sx_tracker *t, const struct sx_txn *txn,
                                       uint32_t dialog)
{
    int64_t key = key_of(txn, dialog);

    return g_hash_table_size(t->resents->by_answer)
               ? g_hash_table_lookup(t->resents->by_answer, &key)
               : NULL;
}

static struct sx_resent *writable(const struct sx_tracker *t, uint32_t txn, uint32_t dialog)
{
    return (struct sx_resent *)sx_resent_find(t, sx_txn_at(t, txn), dialog);
}

void sx_resent_overdue(struct sx_tracker *t, const struct sx_resent *resent)
{
    writable(t, resent->txn, resent->dialog)->told = true;
    sx_tracker_add_overdue(t, &(struct sx_overdue){
                                  .since_frame = resent->frame,
                                  .txn = resent->txn,
                                  .dialog = resent->dialog,
                                  .waited_ns = t->now_ns - resent->first_ns,
                                  .due = SX_DUE_ACK,
                              });
}

/* When the first ACK came; INT64_MAX if none did. */
static int64_t acked_at(const struct sx_tracker *t, const struct sx_txn *txn,
                        const struct sx_dialog *dialog)
{
    struct sx_final_ack ack = {0, 0};
    if (!dialog)
        ack = sx_final_acks_find(t, txn, txn->final_tag);
    int64_t first_ns = ack.frame ? ack.ns : INT64_MAX;
    const struct sx_txn *request = dialog ? sx_dialog_newest_request(t, dialog) : NULL;

    for (unsigned i = 0; request && i < MAX_REQUESTS; i++) {
        if (request->method == SX_METHOD_ACK && request->cseq == txn->cseq)
            first_ns = MIN(first_ns, request->request_ns);
        request = sx_dialog_older_request(t, request);
    }
    return first_ns;
}

static struct sx_resent *add(struct sx_tracker *t, const struct sx_txn *txn,
                             const struct sx_dialog *dialog, const struct sx_observation *obs,
                             const struct sx_message *record)
{
    struct sx_resent *r = g_new0(struct sx_resent, 1);
    int64_t key = key_of(txn, dialog ? dialog->number : 0);

    r->txn = txn->number;
    r->dialog = dialog ? dialog->number : 0;
    r->frame = record->repeats;
    r->first_ns = dialog && record->repeats != txn->final_frame ? dialog->answer_ns : txn->final_ns;
    r->again_frame = obs->frame;
    r->again_ns = obs->time_ns;
    r->sends = 1;
    g_hash_table_insert(t->resents->by_answer, g_memdup2(&key, sizeof key), r);
    sx_deadlines_add(&t->deadlines, r->first_ns + SX_TIMER_B_NS, txn->number);
    return r;
}

void sx_resent_note(struct sx_tracker *t, struct sx_txn *txn, const struct sx_observation *obs,
                    const struct sx_message *record)
{
    bool success = obs->msg->code < 300;
    const struct sx_dialog *dialog = success ? sx_dialog_of_message(t, obs->msg) : NULL;

    /* Another than the first failure comes of a server that is out of order. */
    if (success ? !dialog : record->repeats != txn->final_frame)
        return;
    struct sx_resent *r = writable(t, txn->number, dialog ? dialog->number : 0);
    if (!r)
        r = add(t, txn, dialog, obs, record);
    if (r->frame != record->repeats)
        return;
    int64_t acked_ns = acked_at(t, txn, dialog);
    r->astray |= txn->request_frame &&
                 (obs->transport == SX_TRANSPORT_UDP ? !sx_endpoint_eq(obs->to, txn->src)
                                                     : obs->to.host != txn->src.host);
    r->sends++;
    r->last_frame = obs->frame;
    r->last_ns = obs->time_ns;
    if (acked_ns != INT64_MAX && obs->time_ns - acked_ns > CROSSING_NS)
        r->after_ack++;
}
