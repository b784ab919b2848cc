/* dialogs.c
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "core/record/dialogs.h"

#include "core/read/name_addr.h"
#include "core/read/sip_msg_field.h"
#include "core/record/tracker_state.h"

/* Most Call-IDs have one dialog, which the Call-ID alone finds; older ones need their tags. */
struct sx_dialogs {
    struct sx_pool pool;
    struct sx_fingerprint_map newest; /* by the Call-ID */
    struct sx_fingerprint_map older;  /* by sx_dialog.key: those that are not the newest */
};

struct sx_dialogs *sx_dialogs_new(void)
{
    struct sx_dialogs *d = g_new0(struct sx_dialogs, 1);

    sx_pool_init(&d->pool, sizeof(struct sx_dialog));
    sx_fingerprint_map_init(&d->newest);
    sx_fingerprint_map_init(&d->older);
    return d;
}

void sx_dialogs_free(struct sx_dialogs *d)
{
    sx_pool_clear(&d->pool);
    sx_fingerprint_map_clear(&d->newest);
    sx_fingerprint_map_clear(&d->older);
    g_free(d);
}

static struct sx_dialog *dialog_at(const struct sx_dialogs *d, uint32_t number)
{
    return number > 0 && number <= d->pool.count ? sx_pool_at(&d->pool, number - 1) : NULL;
}

const struct sx_dialog *sx_tracker_dialog(const struct sx_tracker *t, uint32_t number)
{
    return dialog_at(t->dialogs, number);
}

uint32_t sx_tracker_dialog_count(const struct sx_tracker *t)
{
    return t->dialogs->pool.count;
}

/* ---- names ---- */

/* What a message says of its dialog: Call-ID and tags as hashes. */
struct name {
    struct sx_fingerprint call, key;
    uint32_t from, to; /* tags */
};

/* The tags come in either order: a request of the other side has them the other way round. */
static struct name name_of(const struct sx_tracker *t, uint64_t call_hash, uint32_t from,
                           uint32_t to)
{
    struct sx_hash h = sx_hash_begin(t->key);

    sx_hash_add_two(&h, call_hash, (uint64_t)MIN(from, to) << 32 | MAX(from, to));
    return (struct name){
        .call = {call_hash},
        .key = sx_hash_end(h),
        .from = from,
        .to = to,
    };
}

static struct sx_dialog *find(const struct sx_dialogs *d, const struct name *name)
{
    struct sx_dialog *newest = dialog_at(d, sx_fingerprint_map_get(&d->newest, name->call));

    if (!newest || sx_fingerprint_eq(newest->key, name->key))
        return newest;
    return dialog_at(d, sx_fingerprint_map_get(&d->older, name->key));
}

static struct sx_dialog *add(struct sx_dialogs *d, const struct name *name, uint32_t frame)
{
    struct sx_dialog *dialog = sx_pool_add(&d->pool);
    const struct sx_dialog *before = dialog_at(d, sx_fingerprint_map_get(&d->newest, name->call));

    dialog->number = d->pool.count;
    dialog->key = name->key;
    dialog->first_frame = frame;
    dialog->tags[SX_SIDE_CALLER] = name->from;
    dialog->tags[SX_SIDE_CALLED] = name->to;
    if (before) {
        dialog->next_of_call = before->number;
        sx_fingerprint_map_set(&d->older, before->key, before->number);
    }
    sx_fingerprint_map_set(&d->newest, name->call, dialog->number);
    return dialog;
}

static struct sx_dialog *find_or_add(struct sx_tracker *t, const struct name *name, uint32_t frame)
{
    struct sx_dialog *dialog = find(t->dialogs, name);

    return dialog ? dialog : add(t->dialogs, name, frame);
}

const struct sx_dialog *sx_dialog_of_message(const struct sx_tracker *t,
                                             const struct sx_sip_msg *msg)
{
    struct sx_slice from = sx_sip_msg_from_tag(msg), to = sx_sip_msg_to_tag(msg);

    if (!to.p || msg->call_id.n == 0)
        return NULL;
    struct name name =
        name_of(t, sx_txn_call_hash(t, msg->call_id), sx_txn_tag_hash(from), sx_txn_tag_hash(to));
    return find(t->dialogs, &name);
}

const struct sx_dialog *sx_dialog_newest_of_call(const struct sx_tracker *t,
                                                 const struct sx_txn *txn)
{
    struct sx_fingerprint call = {txn->call_hash};

    return txn->call_hash ? dialog_at(t->dialogs, sx_fingerprint_map_get(&t->dialogs->newest, call))
                          : NULL;
}

const struct sx_dialog *sx_dialog_older_of_call(const struct sx_tracker *t,
                                                const struct sx_dialog *dialog)
{
    return dialog_at(t->dialogs, dialog->next_of_call);
}

const struct sx_txn *sx_dialog_newest_request(const struct sx_tracker *t,
                                              const struct sx_dialog *dialog)
{
    return sx_txn_at(t, dialog->requests);
}

const struct sx_txn *sx_dialog_older_request(const struct sx_tracker *t,
                                             const struct sx_txn *request)
{
    return sx_txn_at(t, request->next_in_dialog);
}

/* ---- what messages say of a dialog ---- */

static bool is_kept(enum sx_method method)
{
    return method == SX_METHOD_INVITE || method == SX_METHOD_ACK || method == SX_METHOD_BYE ||
           method == SX_METHOD_UPDATE || method == SX_METHOD_PRACK || method == SX_METHOD_INFO;
}

static uint32_t contact_hash(const struct sx_tracker *t, const struct sx_sip_msg *msg)
{
    struct sx_slice contact = sx_sip_msg_contact(msg);

    return contact.p ? sx_txn_hash(t, sx_name_addr_uri(contact)) : 0;
}

static void note_contact(const struct sx_tracker *t, struct sx_dialog *dialog, enum sx_side side,
                         const struct sx_sip_msg *msg)
{
    uint32_t hash = contact_hash(t, msg);

    if (hash)
        dialog->contacts[side] = hash;
}

static uint16_t host_hash(const struct sx_tracker *t, struct sx_slice host)
{
    return (uint16_t)(sx_txn_hash(t, host) | 1);
}

static bool is_number(struct sx_slice host)
{
    for (size_t i = 0; i < host.n; i++)
        if (host.p[i] == ':')
            return true;
        else if (host.p[i] != '.' && !g_ascii_isdigit(host.p[i]))
            return false;
    return host.n > 0;
}

/* The 2xx comes from another address than its Contact names: a proxy or a NAT is between. */
static void note_called_host(const struct sx_tracker *t, struct sx_dialog *dialog,
                             const struct sx_observation *obs)
{
    struct sx_slice uri = sx_name_addr_uri(sx_sip_msg_contact(obs->msg));
    struct sx_address from = obs->src;
    uint16_t port;
    struct sx_slice host = sx_named_host(uri, &port);

    from.port = 0;
    if (is_number(host) && !sx_address_is_named(uri, &from))
        dialog->called_host = host_hash(t, host);
}

static bool is_other_host(const struct sx_tracker *t, const struct sx_dialog *dialog,
                          const struct sx_sip_msg *msg)
{
    uint16_t port;

    return msg->method == SX_METHOD_BYE && dialog->called_host &&
           host_hash(t, sx_named_host(msg->via.sent_by, &port)) != dialog->called_host;
}

static enum sx_side side_of(const struct sx_dialog *dialog, uint32_t tag)
{
    return tag == dialog->tags[SX_SIDE_CALLER] ? SX_SIDE_CALLER : SX_SIDE_CALLED;
}

/* INVITEs of a call that are looked through for the way that they took. */
#define MAX_WAYS 64

static bool begins_call(const struct sx_txn *txn)
{
    return txn->method == SX_METHOD_INVITE && !txn->in_dialog && txn->request_frame;
}

static bool same_way(const struct sx_txn *a, struct sx_endpoint from, struct sx_endpoint to)
{
    return sx_endpoint_eq(a->src, from) && sx_endpoint_eq(a->dst, to);
}

/* A side that is known by its address, for the INVITE went from there, or there, and never the
 * other way round as it does in a circle, names the other side's tag as its own. */
static bool are_tags_swapped(struct sx_tracker *t, const struct sx_txn *bye, enum sx_side side)
{
    const struct sx_txn *o = sx_txn_at(t, bye->next_in_call);
    bool there = false, back = false;

    for (unsigned i = 0; o; i++, o = sx_txn_at(t, o->next_in_call)) {
        if (i >= MAX_WAYS)
            return false;
        if (!begins_call(o))
            continue;
        there |= same_way(o, bye->src, bye->dst);
        back |= same_way(o, bye->dst, bye->src);
    }
    return there != back && there == (side == SX_SIDE_CALLED);
}

/* Requests of a dialog that are looked through when its sides turn out to be the other way round.
 * */
#define MAX_SWAPPED 64

/* ACKs of one INVITE that are looked through. */
#define MAX_ALIKE 64

/* What was taken for the caller is the called side: its NOTIFY overtook the response. */
static void swap_sides(struct sx_tracker *t, struct sx_dialog *dialog)
{
    uint32_t *const pairs[] = {dialog->tags, dialog->contacts, dialog->cseqs};
    struct sx_txn *txn = sx_txn_at(t, dialog->requests);

    for (unsigned i = 0; i < G_N_ELEMENTS(pairs); i++) {
        uint32_t first = pairs[i][0];
        pairs[i][0] = pairs[i][1];
        pairs[i][1] = first;
    }
    for (unsigned i = 0; txn && i < MAX_SWAPPED; i++, txn = sx_txn_at(t, txn->next_in_dialog))
        txn->by_called = !txn->by_called;
}

static void know_caller(struct sx_tracker *t, struct sx_dialog *dialog, uint32_t tag)
{
    if (dialog->caller_known)
        return;
    dialog->caller_known = true;
    if (dialog->tags[SX_SIDE_CALLER] != tag)
        swap_sides(t, dialog);
}

/* The capture lacks the response that made the dialog. Its INVITE tells who began the call. */
static void ask_invites(struct sx_tracker *t, struct sx_dialog *dialog,
                        const struct sx_txn *request)
{
    const struct sx_txn *o = sx_txn_at(t, request->next_in_call);

    for (unsigned i = 0; o && i < MAX_WAYS; i++, o = sx_txn_at(t, o->next_in_call)) {
        if (!begins_call(o) || !o->from_tag)
            continue;
        if (o->from_tag == dialog->tags[SX_SIDE_CALLER] ||
            o->from_tag == dialog->tags[SX_SIDE_CALLED])
            know_caller(t, dialog, o->from_tag);
    }
}

void sx_dialogs_request(struct sx_tracker *t, struct sx_txn *txn, const struct sx_observation *obs)
{
    const struct sx_sip_msg *msg = obs->msg;

    /* An ACK without a To tag is kept apart so, under an empty one. */
    if ((!txn->in_dialog && msg->method != SX_METHOD_ACK) || !txn->call_hash ||
        msg->method == SX_METHOD_CANCEL || msg->method == SX_METHOD_REGISTER)
        return;
    struct name name = name_of(t, txn->call_hash, obs->names.from_tag, obs->names.to_tag);
    struct sx_dialog *dialog = find_or_add(t, &name, obs->frame);
    if (!dialog->caller_known && dialog->first_frame == obs->frame)
        ask_invites(t, dialog, txn);
    enum sx_side side = side_of(dialog, name.from);

    txn->tags_swapped = msg->method == SX_METHOD_BYE && dialog->caller_known &&
                        are_tags_swapped(t, txn, side);
    txn->by_called = (side == SX_SIDE_CALLED) != txn->tags_swapped;
    txn->other_host = is_other_host(t, dialog, msg);
    dialog->cseqs[side] = MAX(dialog->cseqs[side], msg->cseq);
    if (!txn->dialog && is_kept(msg->method)) {
        txn->next_in_dialog = dialog->requests;
        dialog->requests = txn->number;
    }
    txn->dialog = dialog->number;
    if (!txn->old_branch && msg->method != SX_METHOD_ACK)
        txn->uri_hash = sx_txn_hash(t, msg->uri);
    if (msg->method == SX_METHOD_INVITE)
        note_contact(t, dialog, side, msg);
    if (msg->session_id.p)
        sx_legs_note(t, dialog, msg);
}

/* One that the capture lacks does not say whether it began the call. */
static bool tells_caller(const struct sx_txn *txn)
{
    return txn->method == SX_METHOD_INVITE && txn->request_frame;
}

void sx_dialogs_ack(struct sx_tracker *t, const struct sx_txn *ack)
{
    struct sx_dialog *dialog = dialog_at(t->dialogs, ack->dialog);
    const struct sx_txn *invite = sx_txn_at(t, ack->next_alike);

    for (unsigned i = 0; invite && !tells_caller(invite) && i < MAX_ALIKE; i++)
        invite = sx_txn_at(t, invite->next_alike);
    if (dialog && invite && tells_caller(invite) && !invite->in_dialog)
        know_caller(t, dialog, ack->from_tag);
}

static bool makes_dialogs(enum sx_method method)
{
    return method == SX_METHOD_INVITE || method == SX_METHOD_SUBSCRIBE || method == SX_METHOD_REFER;
}

/* RFC 3261 12.1. The CSeq number of the request is the caller's first. */
static void make(struct sx_tracker *t, struct sx_dialog *dialog, struct sx_txn *txn,
                 const struct sx_observation *obs, uint32_t from_tag)
{
    const struct sx_dialog *other = dialog_at(t->dialogs, txn->dialog);
    bool confirms = obs->msg->code >= 200 && !dialog->answer_frame;

    /* Two interfaces may bring the hops in the wrong order: the last hop makes it. */
    if (!dialog->invite || confirms || txn->parent == dialog->invite)
        dialog->invite = txn->number;
    if (confirms) {
        dialog->answer_frame = obs->frame;
        dialog->answer_ns = obs->time_ns;
    }
    if (txn->request_frame)
        know_caller(t, dialog, from_tag);
    dialog->cseqs[SX_SIDE_CALLER] = MAX(dialog->cseqs[SX_SIDE_CALLER], txn->cseq);
    if (!other || obs->msg->code >= 200 || !other->answer_frame)
        txn->dialog = dialog->number;
}

static bool names(struct sx_slice route, const struct sx_address *host)
{
    struct sx_slice value;

    while (sx_slice_next(&route, ',', &value))
        if (sx_address_is_named(sx_name_addr_uri(value), host))
            return true;
    return false;
}

/* RFC 3261 16.6 item 4: a proxy that stays in the way names itself, mostly in the first line. */
static void note_route(struct sx_dialog *dialog, const struct sx_observation *obs)
{
    struct sx_field_iter iter = {0};
    struct sx_address host = obs->src;
    struct sx_slice line = obs->msg->record_route;

    host.port = 0;
    dialog->record_route = true;
    if (dialog->router == obs->from.host + 1)
        return;
    bool named = names(line, &host);
    while (!named && sx_sip_msg_field(obs->msg, "Record-Route", &iter, &line))
        named = names(line, &host);
    if (named)
        dialog->router = obs->from.host + 1;
}

static void note_answer(const struct sx_tracker *t, struct sx_dialog *dialog,
                        const struct sx_txn *txn, const struct sx_observation *obs, uint32_t to_tag)
{
    const struct sx_sip_msg *msg = obs->msg;

    if (msg->code < 200) {
        dialog->contact_in_18x |= msg->contact.p != NULL;
        return;
    }
    note_contact(t, dialog, side_of(dialog, to_tag), msg);
    if (dialog->answer_frame == obs->frame)
        note_called_host(t, dialog, obs);
    /* The called side is no router of its own call. */
    if (msg->record_route.p && !txn->own_contact)
        note_route(dialog, obs);
}

void sx_dialogs_response(struct sx_tracker *t, struct sx_txn *txn, const struct sx_observation *obs)
{
    const struct sx_sip_msg *msg = obs->msg;

    if (msg->code <= 100 || msg->code >= 300 || !sx_sip_msg_to_tag(msg).p || !txn->call_hash ||
        !makes_dialogs(msg->method))
        return;
    struct name name = name_of(t, txn->call_hash, obs->names.from_tag, obs->names.to_tag);
    struct sx_dialog *dialog = find_or_add(t, &name, obs->frame);
    if (!txn->in_dialog)
        make(t, dialog, txn, obs, name.from);
    if (msg->method == SX_METHOD_INVITE)
        note_answer(t, dialog, txn, obs, name.to);
    if (msg->code >= 200 && msg->session_id.p)
        sx_legs_note(t, dialog, msg);
}
