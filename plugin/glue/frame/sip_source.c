/* sip_source.c
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "glue/compat.h"

#include "core/read/start_line.h"
#include "core/read/tcp_header.h"
#include "glue/frame/sip_source.h"

/* Verdicts of one frame: their numbers have one byte. */
#define MAX_VERDICTS 256

/* Messages that a segment has room for; more of them take more than one allocation. */
#define USUAL_PIECES 8

/* How much of a segment is looked for in the data that it completed, and how often. */
#define PROBE 16
#define MAX_PROBES 64

/* Bytes of a DATA chunk of SCTP before the user's (RFC 9260 3.3.1). */
#define SCTP_DATA_HEADER 16

static int proto_sip;

void sx_sip_source_init(void)
{
    proto_sip = proto_get_id_by_filter_name("sip");
}

/* What the layers and the SIP dissector say of a frame. */
struct frame {
    packet_info *pinfo;
    const struct sx_layers *layers;
    struct sx_verdict *verdicts; /* of messages that it took, and of messages in their bodies */
    unsigned verdict_count;
    bool continued; /* the dissector came to bytes that are no message */
};

/* The dissector keeps what it says of a message under the number of the layer that came last: its
 * own, or that of what it found in the body of an earlier message. So one layer of SIP has several,
 * and of the messages between two bodies there is the last one's. The number begins again after
 * 255. The same in all releases from 4.0 to 4.6. */
static void read_verdicts(struct frame *f)
{
    unsigned from = f->layers->first_sip, to = f->pinfo->curr_layer_num;

    if (f->layers->count > UINT8_MAX) {
        from = 0;
        to = UINT8_MAX;
    }
    for (unsigned number = from; number <= to; number++) {
        const sip_info_value_t *v = p_get_proto_data(f->pinfo->pool, f->pinfo, proto_sip, number);
        if (!v)
            continue; /* it only waits for the rest, or the number is that of a body */
        if (!v->request_method && !v->response_code) {
            f->continued = true;
            continue;
        }
        f->verdicts[f->verdict_count++] = (struct sx_verdict){
            .method = (const char *)v->request_method,
            .code = v->response_code,
            .call_id = v->tap_call_id,
            .cseq = v->tap_cseq_number,
        };
        if (!f->layers->stream && f->layers->sip == 1)
            return; /* a datagram is one message */
    }
}

/* False if the frame holds no whole SIP message. */
static bool ask_dissector(struct frame *f)
{
    if (!f->layers->sip)
        return false;
    read_verdicts(f);
    return f->verdict_count > 0 || (f->continued && f->layers->stream);
}

/* ---- data sources ---- */

static struct sx_slice source_bytes(tvbuff_t *tvb)
{
    unsigned n = tvb_captured_length(tvb);

    /* Read at once and only during this call; nothing keeps the pointer. */
    return n > 0 ? sx_slice((const char *)tvb_get_ptr(tvb, 0, (int)n), n) : SX_SLICE_NONE;
}

static void tell(const struct frame *f, tvbuff_t *tvb, struct sx_slice bytes,
                 const struct sx_piece *piece, sx_sip_source_cb cb, void *data)
{
    struct sx_sip_span span = {
        .tvb = tvb,
        .bytes = bytes,
        .offset = (unsigned)piece->offset,
        .length = (unsigned)piece->length,
        .msg = &piece->msg,
        .transport = f->layers->transport,
        .quoted = f->layers->quoted,
    };

    cb(&span, data);
}

static bool begins_as_told(const struct frame *f, const struct sx_sip_msg *msg)
{
    for (unsigned i = 0; i < f->verdict_count; i++)
        if (sx_verdict_begins(&f->verdicts[i], msg))
            return true;
    return false;
}

static struct sx_slice address_slice(const address *a)
{
    return sx_slice(a->data, (size_t)MAX(a->len, 0));
}

static bool is_cut(const packet_info *pinfo)
{
    return pinfo->fd->cap_len < pinfo->fd->pkt_len;
}

static struct sx_frame_signs signs_of(const struct sx_layers *l, const packet_info *pinfo,
                                      bool has_sip)
{
    bool is_udp = l->transport == SX_TRANSPORT_UDP;

    return (struct sx_frame_signs){
        .tcp = l->stream && l->transport != SX_TRANSPORT_SCTP && !l->quoted,
        .unreadable = !has_sip && !l->quoted && !l->exported &&
                      (l->transport == SX_TRANSPORT_OTHER || (l->compressed && !l->stream)),
        .icmp_without_sip = l->quoted && !l->sip,
        .udp_keepalive = !has_sip && !l->quoted && is_udp && (l->sip || l->keepalive) &&
                         !l->compressed,
        .cut = !has_sip && l->sip && !l->quoted && is_cut(pinfo),
        .has_sip = has_sip,
        .transport = l->transport,
    };
}

/* The message that the only datagram of a frame begins with: quicker than to look for it. */
static bool read_payload(const packet_info *pinfo, struct sx_slice bytes, struct sx_piece *piece)
{
    struct sx_slice payload;
    size_t at;

    if (!sx_udp_payload_find(bytes, address_slice(&pinfo->src), address_slice(&pinfo->dst),
                             (uint16_t)pinfo->srcport, (uint16_t)pinfo->destport, &payload))
        return false;
    at = (size_t)(payload.p - bytes.p);
    return sx_piece_read(bytes, &at, piece) && sx_piece_begins_plainly(bytes, piece);
}

/* Nearly every frame with SIP over UDP: of the one datagram in it the dissector took the whole for
 * SIP, and that begins with a message whose head is complete. It need not be asked which; but to it
 * a response of code 0 is no message. */
static bool tell_datagram(const struct frame *f, sx_sip_source_cb cb, void *data,
                          struct sx_frame_signs *signs)
{
    const struct sx_layers *layers = f->layers;
    const GSList *source = f->pinfo->data_src;
    struct sx_piece piece;

    if (layers->sip != 1 || layers->transport != SX_TRANSPORT_UDP || layers->quoted || !source ||
        source->next)
        return false;
    tvbuff_t *tvb = get_data_source_tvb(source->data);
    struct sx_slice bytes = source_bytes(tvb);
    if (!read_payload(f->pinfo, bytes, &piece) || piece.msg.end != SX_HEAD_COMPLETE ||
        (!piece.msg.is_request && piece.msg.code == 0))
        return false;
    *signs = signs_of(layers, f->pinfo, true);
    tell(f, tvb, bytes, &piece, cb, data);
    return true;
}

/* A datagram is one message, and one layer of SIP; a frame may hold several datagrams. The body of
 * a message is no place to look for the next one. */
static unsigned each_in_source(const struct frame *f, tvbuff_t *tvb, sx_sip_source_cb cb,
                               void *data)
{
    struct sx_slice bytes = source_bytes(tvb);
    struct sx_piece piece;
    unsigned found = 0;
    size_t at = 0;

    while (found < f->layers->sip &&
           sx_start_line_find(bytes, &at, false,
                              f->verdicts[MIN(found, f->verdict_count - 1)].method)) {
        size_t start = at;
        if (sx_piece_read(bytes, &at, &piece) && begins_as_told(f, &piece.msg)) {
            tell(f, tvb, bytes, &piece, cb, data);
            found++;
        } else {
            at = start + 7;
        }
    }
    return found;
}

static bool is_named(const struct data_source *source, const char *prefix)
{
    char *name = ws_data_source_name(source);
    bool yes = g_str_has_prefix(name, prefix);

    wmem_free(NULL, name);
    return yes;
}

static bool is_reassembled(const struct data_source *source)
{
    return is_named(source, "Reassembled");
}

/* A reassembled datagram comes after the frame that holds its last fragment, so the last data
 * source goes first. */
static unsigned each_in_datagram(const struct frame *f, sx_sip_source_cb cb, void *data)
{
    GSList *first = f->pinfo->data_src;
    unsigned found = 0;

    if (first && !first->next)
        return each_in_source(f, get_data_source_tvb(first->data), cb, data);
    guint sources = g_slist_length(first);
    while (sources-- > 0 && found == 0) {
        const struct data_source *source = g_slist_nth_data(first, sources);
        found = each_in_source(f, get_data_source_tvb(source), cb, data);
    }
    return found;
}

/* Where the payload of a segment begins in its data source: a frame has headers before it. */
static size_t payload_start(const struct frame *f, struct sx_slice bytes, bool is_frame)
{
    const packet_info *pinfo = f->pinfo;
    struct sx_tcp_header tcp;

    if (is_frame &&
        sx_tcp_header_find(bytes, address_slice(&pinfo->src), address_slice(&pinfo->dst),
                           (uint16_t)pinfo->srcport, (uint16_t)pinfo->destport, &tcp))
        return MIN(tcp.payload_at, bytes.n);
    return 0;
}

static bool ends_with(struct sx_slice s, const char *p, size_t n)
{
    return n <= s.n && memcmp(s.p + s.n - n, p, n) == 0;
}

/* Where what is left of a segment begins, after what the reassembled data took of it: all of it,
 * or the longest beginning of it that they end with. */
static size_t after_tail(struct sx_slice bytes, size_t start, struct sx_slice reassembled)
{
    struct sx_slice own = sx_slice_from(bytes, start);

    if (ends_with(reassembled, own.p, own.n))
        return bytes.n;
    size_t probe = MIN(own.n, PROBE), look = 0;
    for (unsigned i = 0; probe == PROBE && i < MAX_PROBES && look < reassembled.n; i++) {
        const char *hit =
            (const char *)ws_memmem(reassembled.p + look, reassembled.n - look, own.p, probe);
        if (!hit)
            break;
        size_t taken = reassembled.n - (size_t)(hit - reassembled.p);
        if (taken <= own.n && ends_with(reassembled, own.p, taken))
            return start + taken;
        look = reassembled.n - taken + 1;
    }
    for (size_t taken = probe; taken > 0; taken--)
        if (ends_with(reassembled, own.p, taken))
            return start + taken;
    return start;
}

/* RFC 9260 3.3.1: the chunk that holds the message here says where it ends. */
static struct sx_slice within_chunk(struct sx_slice bytes, size_t at)
{
    size_t length;

    if (at < SCTP_DATA_HEADER || bytes.p[at - SCTP_DATA_HEADER] != 0)
        return bytes;
    const uint8_t *header = (const uint8_t *)bytes.p + at - SCTP_DATA_HEADER;
    length = (size_t)header[2] << 8 | header[3];
    if (length > SCTP_DATA_HEADER)
        bytes.n = MIN(bytes.n, at - SCTP_DATA_HEADER + length);
    return bytes;
}

/* The messages of a stream; read where they are kept. */
struct pieces {
    wmem_allocator_t *pool;
    struct sx_piece *all;
    size_t count, room;
};

/* Where the next one is read. */
static struct sx_piece *next_piece(struct pieces *pieces)
{
    if (pieces->count == pieces->room) {
        pieces->room = pieces->room ? pieces->room * 2 : USUAL_PIECES;
        pieces->all =
            wmem_realloc(pieces->pool, pieces->all, pieces->room * sizeof(struct sx_piece));
    }
    return &pieces->all[pieces->count];
}

/* at_boundary: a message may begin there. */
static bool read_next(const struct frame *f, struct sx_slice bytes, size_t *at, bool at_boundary,
                      struct sx_piece *piece)
{
    const char *method = f->verdict_count ? f->verdicts[0].method : NULL;
    bool sctp = f->layers->transport == SX_TRANSPORT_SCTP;

    if (at_boundary && !sctp && sx_piece_read(bytes, at, piece)) {
        if (sx_piece_begins_plainly(bytes, piece))
            return true;
        *at = piece->offset;
    }
    for (; sx_start_line_find(bytes, at, at_boundary, method); *at += 7)
        if (sx_piece_read(sctp ? within_chunk(bytes, *at) : bytes, at, piece))
            return true;
    return false;
}

/* at_boundary: a message may begin there; else headers of other layers stand before it. */
static void collect(const struct frame *f, const struct data_source *source, unsigned number,
                    size_t at, bool at_boundary, struct pieces *pieces)
{
    struct sx_slice bytes = source_bytes(get_data_source_tvb(source));

    while (at < bytes.n && read_next(f, bytes, &at, at_boundary, next_piece(pieces))) {
        pieces->all[pieces->count++].source = number;
        at_boundary = true;
    }
}

/* What TLS decrypted and WebSocket unmasked is a data source of its own; what it was made from may
 * show the same bytes, where the cipher is none or the mask zero. NULL: nothing is made. */
static GSList *first_made(const struct frame *f, const char *name)
{
    for (GSList *s = f->pinfo->data_src->next; s; s = s->next)
        if (is_named(s->data, name))
            return s;
    return NULL;
}

static GSList *first_source(const struct frame *f, bool *unmasked)
{
    GSList *first = NULL;

    *unmasked = false;
    if (f->pinfo->data_src->next && f->layers->transport == SX_TRANSPORT_WS)
        *unmasked = (first = first_made(f, "Unmasked")) != NULL;
    if (!first && f->pinfo->data_src->next && f->layers->tls)
        first = first_made(f, "Decrypted");
    return first ? first : f->pinfo->data_src;
}

/* The data sources of a stream hold segments or records, and reassembled messages that come after
 * the segment which completed them but begin before it. */
static void collect_stream(const struct frame *f, struct pieces *pieces)
{
    unsigned number = 0;
    bool unmasked;
    GSList *first = first_source(f, &unmasked);

    for (GSList *s = f->pinfo->data_src; s != first; s = s->next)
        number++;
    for (GSList *s = first; s; s = s->next) {
        const struct data_source *own = s->data;
        unsigned own_number = number++;
        bool is_frame = s == f->pinfo->data_src;
        size_t at = 0;
        while (s->next && is_reassembled(s->next->data)) {
            const struct data_source *whole = s->next->data;
            collect(f, whole, number++, 0, false, pieces);
            struct sx_slice bytes = source_bytes(get_data_source_tvb(own));
            if (at == 0)
                at = payload_start(f, bytes, is_frame);
            at = after_tail(bytes, at, source_bytes(get_data_source_tvb(whole)));
            s = s->next;
        }
        if (!unmasked || !is_named(own, "Decrypted"))
            collect(f, own, own_number, at, at > 0, pieces);
    }
}

/* True if the frame is cut, and not after the end of its last message: another may follow it. */
static bool may_hide_more(const struct frame *f, const struct sx_piece *last, tvbuff_t *tvb)
{
    if (!is_cut(f->pinfo))
        return false;
    return !last || last->msg.end != SX_HEAD_COMPLETE || !last->msg.has_content_length ||
           last->offset + last->msg.head.n + last->msg.content_length < tvb_reported_length(tvb);
}

static unsigned each_in_stream(const struct frame *f, sx_sip_source_cb cb, void *data, bool *cut)
{
    struct pieces pieces = {.pool = f->pinfo->pool};
    GSList *source = f->pinfo->data_src, *read = NULL;
    struct sx_slice bytes = SX_SLICE_NONE;
    unsigned number = 0;

    collect_stream(f, &pieces);
    struct sx_piece *all = pieces.all;
    size_t n = sx_pieces_taken(all, pieces.count, f->verdicts, f->verdict_count, is_cut(f->pinfo),
                               f->continued);
    for (size_t i = 0; i < n; i++) {
        if (all[i].source < number) {
            source = f->pinfo->data_src;
            number = 0;
        }
        for (; number < all[i].source; number++)
            source = source->next;
        tvbuff_t *tvb = get_data_source_tvb(source->data);
        if (read != source)
            bytes = source_bytes(tvb);
        read = source;
        tell(f, tvb, bytes, &all[i], cb, data);
    }
    *cut = may_hide_more(f, n > 0 ? &all[n - 1] : NULL, get_data_source_tvb(source->data));
    return (unsigned)n;
}

unsigned sx_sip_source_each(packet_info *pinfo, const struct sx_layers *layers, sx_sip_source_cb cb,
                            void *data, struct sx_frame_signs *signs)
{
    struct sx_verdict verdicts[MAX_VERDICTS];
    struct frame f = {.pinfo = pinfo, .layers = layers, .verdicts = verdicts};

    if (tell_datagram(&f, cb, data, signs))
        return 1;
    bool has_sip = ask_dissector(&f);
    *signs = signs_of(layers, pinfo, has_sip);
    if (!has_sip)
        return 0;
    return layers->stream && !layers->quoted ? each_in_stream(&f, cb, data, &signs->cut)
                                             : each_in_datagram(&f, cb, data);
}
