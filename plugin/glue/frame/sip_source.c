/* sip_source.c
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "glue/compat.h"

#include "core/read/start_line.h"
#include "core/read/tcp_header.h"
#include "glue/frame/sip_source.h"

/* Verdicts of one frame: their numbers have one byte. */
#define MAX_VERDICTS 256

/* A frame with no more bytes than this, tunnels included, may be an empty keep-alive over UDP. */
#define MAX_KEEPALIVE_FRAME 160

/* Messages that a segment has room for; more of them take more than one allocation. */
#define USUAL_PIECES 8

/* How much of a segment is looked for in the data that it completed, and how often. */
#define PROBE 16
#define MAX_PROBES 64

/* Bytes of a DATA chunk of SCTP before the user's (RFC 9260 3.3.1). */
#define SCTP_DATA_HEADER 16

/* What a layer is to us. */
enum layer {
    LAYER_OTHER,
    LAYER_SIP,
    LAYER_UDP,
    LAYER_TCP,
    LAYER_TLS,
    LAYER_WS,
    LAYER_SCTP,
    LAYER_ICMP,
    LAYER_STUN,
    LAYER_DATA,
    LAYER_SIGCOMP,
    LAYER_EXPORTED
};

static int proto_sip;
static uint8_t *layer_of; /* enum layer, by the protocol's id; of epan scope */
static unsigned layer_count;

void sx_sip_source_init(void)
{
    static const struct {
        const char *filter;
        enum layer layer;
    } protocols[] = {
        {"sip", LAYER_SIP},   {"udp", LAYER_UDP},         {"tcp", LAYER_TCP},
        {"tls", LAYER_TLS},   {"websocket", LAYER_WS},    {"sctp", LAYER_SCTP},
        {"icmp", LAYER_ICMP}, {"icmpv6", LAYER_ICMP},     {"stun", LAYER_STUN},
        {"data", LAYER_DATA}, {"sigcomp", LAYER_SIGCOMP}, {"exported_pdu", LAYER_EXPORTED},
    };

    proto_sip = proto_get_id_by_filter_name("sip");
    if (layer_of)
        return;
    for (unsigned i = 0; i < G_N_ELEMENTS(protocols); i++)
        layer_count =
            MAX(layer_count, (unsigned)(proto_get_id_by_filter_name(protocols[i].filter) + 1));
    layer_of = wmem_alloc0_array(wmem_epan_scope(), uint8_t, layer_count);
    for (unsigned i = 0; i < G_N_ELEMENTS(protocols); i++) {
        int id = proto_get_id_by_filter_name(protocols[i].filter);
        if (id >= 0)
            layer_of[id] = (uint8_t)protocols[i].layer;
    }
}

/* What the layers and the SIP dissector say of a frame. */
struct frame {
    packet_info *pinfo;
    struct sx_verdict *verdicts; /* of messages that it took, and of messages in their bodies */
    unsigned verdict_count;
    unsigned layers, sip_layers;
    unsigned first_sip; /* number of the layer, from 1 */
    bool continued;     /* the dissector came to bytes that are no message */
    enum sx_transport transport;
    bool stream; /* several messages may follow one another */
    bool tls;
    bool quoted;
    bool keepalive;
    bool compressed;
    bool exported;
};

/* The dissector keeps what it says of a message under the number of the layer that came last: its
 * own, or that of what it found in the body of an earlier message. So one layer of SIP has several,
 * and of the messages between two bodies there is the last one's. The number begins again after
 * 255. The same in all releases from 4.0 to 4.6. */
static void read_verdicts(struct frame *f)
{
    unsigned from = f->first_sip, to = f->pinfo->curr_layer_num;

    if (f->layers > UINT8_MAX) {
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
        if (!f->stream && f->sip_layers == 1)
            return; /* a datagram is one message */
    }
}

static void read_transport(struct frame *f, enum layer layer)
{
    static const uint8_t transports[] = {
        [LAYER_UDP] = SX_TRANSPORT_UDP,   [LAYER_TCP] = SX_TRANSPORT_TCP,
        [LAYER_TLS] = SX_TRANSPORT_TLS,   [LAYER_WS] = SX_TRANSPORT_WS,
        [LAYER_SCTP] = SX_TRANSPORT_SCTP,
    };

    f->transport = (enum sx_transport)transports[layer];
    if (layer == LAYER_TCP || layer == LAYER_SCTP)
        f->stream = true;
    else if (layer == LAYER_UDP)
        f->stream = false;
    else if (layer == LAYER_TLS)
        f->tls = true;
}

static void read_layer(struct frame *f, enum layer layer)
{
    /* What a message carries says nothing of how it travels; SigComp stands below SIP's own port.
     * */
    if (f->sip_layers && layer != LAYER_SIP && layer != LAYER_SIGCOMP)
        return;
    if (layer == LAYER_SIP) {
        if (f->sip_layers++ == 0)
            f->first_sip = f->layers;
    } else if (layer == LAYER_ICMP) {
        f->quoted = true;
    } else if (layer == LAYER_SIGCOMP) {
        f->compressed = true;
    } else if (layer == LAYER_EXPORTED) {
        f->exported = true;
    } else if (layer == LAYER_STUN || layer == LAYER_DATA) {
        f->keepalive = layer == LAYER_STUN || f->pinfo->fd->pkt_len <= MAX_KEEPALIVE_FRAME;
    } else {
        read_transport(f, layer);
    }
}

/* False if the frame holds no whole SIP message. For every frame of a capture, so most of them are
 * done with a look into the table for each layer. */
static inline bool read_layers(struct frame *f)
{
    for (wmem_list_frame_t *l = wmem_list_head(f->pinfo->layers); l; l = wmem_list_frame_next(l)) {
        unsigned id = GPOINTER_TO_UINT(wmem_list_frame_data(l));
        f->layers++;
        if (id < layer_count && layer_of[id] != LAYER_OTHER)
            read_layer(f, (enum layer)layer_of[id]);
    }
    if (!f->sip_layers)
        return false;
    read_verdicts(f);
    return f->verdict_count > 0 || (f->continued && f->stream);
}

/* ---- data sources ---- */

static struct sx_slice source_bytes(tvbuff_t *tvb)
{
    unsigned n = tvb_captured_length(tvb);

    /* Read at once and only during this call; nothing keeps the pointer. */
    return n > 0 ? sx_slice((const char *)tvb_get_ptr(tvb, 0, (int)n), n) : SX_SLICE_NONE;
}

static void tell(const struct frame *f, tvbuff_t *tvb, const struct sx_piece *piece,
                 sx_sip_source_cb cb, void *data)
{
    struct sx_sip_span span = {
        .tvb = tvb,
        .offset = (unsigned)piece->offset,
        .length = (unsigned)piece->length,
        .msg = &piece->msg,
        .transport = f->transport,
        .quoted = f->quoted,
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

/* The message that the only datagram of a frame begins with: quicker than to look for it. */
static bool read_payload(const struct frame *f, struct sx_slice bytes, size_t *at,
                         struct sx_piece *piece)
{
    const packet_info *pinfo = f->pinfo;
    struct sx_slice payload;

    if (f->transport != SX_TRANSPORT_UDP || f->quoted || f->sip_layers > 1 ||
        !sx_udp_payload_find(bytes, address_slice(&pinfo->src), address_slice(&pinfo->dst),
                             (uint16_t)pinfo->srcport, (uint16_t)pinfo->destport, &payload))
        return false;
    *at = (size_t)(payload.p - bytes.p);
    return sx_piece_read(bytes, at, piece) && sx_piece_begins_plainly(bytes, piece) &&
           begins_as_told(f, &piece->msg);
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

    if (read_payload(f, bytes, &at, &piece)) {
        tell(f, tvb, &piece, cb, data);
        found++;
    } else {
        at = 0;
    }
    while (found < f->sip_layers &&
           sx_start_line_find(bytes, &at, false,
                              f->verdicts[MIN(found, f->verdict_count - 1)].method)) {
        size_t start = at;
        if (sx_piece_read(bytes, &at, &piece) && begins_as_told(f, &piece.msg)) {
            tell(f, tvb, &piece, cb, data);
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
    guint sources = g_slist_length(f->pinfo->data_src);
    unsigned found = 0;

    while (sources-- > 0 && found == 0) {
        const struct data_source *source = g_slist_nth_data(f->pinfo->data_src, sources);
        found = each_in_source(f, get_data_source_tvb(source), cb, data);
    }
    return found;
}

static bool is_cut(const packet_info *pinfo)
{
    return pinfo->fd->cap_len < pinfo->fd->pkt_len;
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
    bool sctp = f->transport == SX_TRANSPORT_SCTP;

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
    if (f->pinfo->data_src->next && f->transport == SX_TRANSPORT_WS)
        *unmasked = (first = first_made(f, "Unmasked")) != NULL;
    if (!first && f->pinfo->data_src->next && f->tls)
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
    GSList *source = f->pinfo->data_src;
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
        tell(f, get_data_source_tvb(source->data), &all[i], cb, data);
    }
    *cut = may_hide_more(f, n > 0 ? &all[n - 1] : NULL, get_data_source_tvb(source->data));
    return (unsigned)n;
}

unsigned sx_sip_source_each(packet_info *pinfo, sx_sip_source_cb cb, void *data,
                            struct sx_frame_signs *signs)
{
    struct sx_verdict verdicts[MAX_VERDICTS];
    struct frame f = {.pinfo = pinfo, .verdicts = verdicts};
    bool has_sip = read_layers(&f);

    signs->tcp = f.stream && f.transport != SX_TRANSPORT_SCTP && !f.quoted;
    signs->unreadable = !has_sip && !f.quoted && !f.exported &&
                        (f.transport == SX_TRANSPORT_OTHER || (f.compressed && !f.stream));
    signs->icmp_without_sip = f.quoted && !f.sip_layers;
    signs->udp_keepalive = !has_sip && !f.quoted && f.transport == SX_TRANSPORT_UDP &&
                           (f.sip_layers || f.keepalive) && !f.compressed;
    signs->transport = f.transport;
    signs->has_sip = has_sip;
    signs->cut = !has_sip && f.sip_layers && !f.quoted && is_cut(pinfo);
    if (!has_sip)
        return 0;
    return f.stream && !f.quoted ? each_in_stream(&f, cb, data, &signs->cut)
                                 : each_in_datagram(&f, cb, data);
}
