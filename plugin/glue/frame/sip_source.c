/* sip_source.c
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "glue/compat.h"

#include "core/read/tcp_header.h"
#include "glue/frame/sip_source.h"

/* A request line may hold a URI of any length; one that is longer hides its own start. */
#define MAX_REQUEST_LINE 65536

/* How far a dissector that first took and then rejected the data moves the layer numbers on. */
#define LAYER_SLACK 4

/* SIP layers looked at: records of one TLS segment, messages in a message's body. */
#define MAX_VERDICTS 8

/* A frame with no more bytes than this, tunnels included, may be an empty keep-alive over UDP. */
#define MAX_KEEPALIVE_FRAME 160

/* Messages that a segment has room for; more of them take more than one allocation. */
#define USUAL_SPANS 4

/* How much of a segment is looked for in the data that it completed, and how often. */
#define PROBE 16
#define MAX_PROBES 64

/* What a layer is to us. */
enum layer { LAYER_OTHER, LAYER_SIP, LAYER_UDP, LAYER_TCP, LAYER_TLS, LAYER_WS, LAYER_SCTP, LAYER_ICMP,
             LAYER_STUN, LAYER_DATA, LAYER_SIGCOMP };

static int proto_sip;
static uint8_t *layer_of;   /* enum layer, by the protocol's id; of epan scope */
static unsigned layer_count;

void sx_sip_source_init(void)
{
    static const struct {
        const char *filter;
        enum layer layer;
    } protocols[] = {
        {"sip", LAYER_SIP},   {"udp", LAYER_UDP},       {"tcp", LAYER_TCP},
        {"tls", LAYER_TLS},   {"websocket", LAYER_WS},  {"sctp", LAYER_SCTP},
        {"icmp", LAYER_ICMP}, {"icmpv6", LAYER_ICMP},  {"stun", LAYER_STUN},
        {"data", LAYER_DATA}, {"sigcomp", LAYER_SIGCOMP},
    };

    proto_sip = proto_get_id_by_filter_name("sip");
    if (layer_of)
        return;
    for (unsigned i = 0; i < G_N_ELEMENTS(protocols); i++)
        layer_count = MAX(layer_count,
                          (unsigned)(proto_get_id_by_filter_name(protocols[i].filter) + 1));
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
    const sip_info_value_t *verdicts[MAX_VERDICTS]; /* the last message of each SIP layer */
    unsigned verdict_count;
    bool continued;                     /* a layer ended in bytes that are no message */
    enum sx_transport transport;
    bool stream;                        /* several messages may follow one another */
    bool quoted;
    bool in_sip;
    bool keepalive;
    bool compressed;
};

static const sip_info_value_t *verdict_of_layer(packet_info *pinfo, unsigned layer)
{
    for (unsigned i = 0; i < LAYER_SLACK; i++) {
        const sip_info_value_t *v = p_get_proto_data(pinfo->pool, pinfo, proto_sip, layer + i);
        if (v)
            return v;
    }
    return NULL;
}

static void add_verdict(struct frame *f, unsigned layer)
{
    const sip_info_value_t *v = verdict_of_layer(f->pinfo, layer);

    if (!v)
        return; /* the segment only waits for its rest */
    if (!v->request_method && !v->response_code)
        f->continued = true;
    else if (f->verdict_count < MAX_VERDICTS)
        f->verdicts[f->verdict_count++] = v;
}

static void read_transport(struct frame *f, enum layer layer)
{
    static const uint8_t transports[] = {
        [LAYER_UDP] = SX_TRANSPORT_UDP, [LAYER_TCP] = SX_TRANSPORT_TCP,
        [LAYER_TLS] = SX_TRANSPORT_TLS, [LAYER_WS] = SX_TRANSPORT_WS,
        [LAYER_SCTP] = SX_TRANSPORT_SCTP,
    };

    f->transport = (enum sx_transport)transports[layer];
    if (layer == LAYER_TCP)
        f->stream = true;
    else if (layer == LAYER_UDP || layer == LAYER_SCTP)
        f->stream = false;
}

static void read_layer(struct frame *f, enum layer layer, unsigned number)
{
    /* What a message carries says nothing of how it travels; SigComp stands below SIP's own port. */
    if (f->in_sip && layer != LAYER_SIP && layer != LAYER_SIGCOMP)
        return;
    if (layer == LAYER_SIP) {
        f->in_sip = true;
        add_verdict(f, number);
    } else if (layer == LAYER_ICMP) {
        f->quoted = true;
    } else if (layer == LAYER_SIGCOMP) {
        f->compressed = true;
    } else if (layer == LAYER_STUN || layer == LAYER_DATA) {
        f->keepalive = layer == LAYER_STUN || f->pinfo->fd->pkt_len <= MAX_KEEPALIVE_FRAME;
    } else {
        read_transport(f, layer);
    }
}

/* False if the frame holds no whole SIP message. For every frame of a capture, so most of them are
 * done with a look into the table for each layer. */
static inline bool read_layers(packet_info *pinfo, struct frame *f)
{
    unsigned number = 0;

    *f = (struct frame){.pinfo = pinfo};
    for (wmem_list_frame_t *l = wmem_list_head(pinfo->layers); l; l = wmem_list_frame_next(l)) {
        unsigned id = GPOINTER_TO_UINT(wmem_list_frame_data(l));
        number++;
        if (id < layer_count && layer_of[id] != LAYER_OTHER)
            read_layer(f, (enum layer)layer_of[id], number);
    }
    return f->verdict_count > 0 || (f->continued && f->stream);
}

static bool same_start(const sip_info_value_t *v, const struct sx_sip_msg *msg)
{
    if (msg->is_request)
        return v->request_method && sx_slice_is(msg->method_name, (const char *)v->request_method);
    return !v->request_method && v->response_code == msg->code;
}

static bool verdict_is(const sip_info_value_t *v, const struct sx_sip_msg *msg)
{
    return same_start(v, msg) &&
           (!v->tap_call_id || !msg->call_id.p ||
            strncmp(v->tap_call_id, msg->call_id.p,
                    MIN(strlen(v->tap_call_id), msg->call_id.n)) == 0);
}

static bool any_verdict_is(const struct frame *f, const struct sx_sip_msg *msg)
{
    for (unsigned i = 0; i < f->verdict_count; i++)
        if (verdict_is(f->verdicts[i], msg))
            return true;
    return false;
}

/* ---- start lines ---- */

static bool begins_status_line(const char *p, size_t n)
{
    return n >= 11 && p[7] == ' ' && g_ascii_isdigit(p[8]) && g_ascii_isdigit(p[9]) &&
           g_ascii_isdigit(p[10]) && (n == 11 || p[11] == ' ' || p[11] == '\r' || p[11] == '\n');
}

/* How long the method is that ends before the Request-URI. Bytes of a binary header before it can
 * look like letters, so what the SIP dissector read goes first, then the known methods. It tells of
 * the last message in a segment only: an ACK there does not make one of a PRACK before it. */
static size_t method_length(struct sx_slice before, bool at_boundary,
                            const sip_info_value_t *verdict)
{
    const char *name = verdict ? (const char *)verdict->request_method : NULL;
    size_t run = 0, n = name ? strlen(name) : 0;
    bool told = n > 0 && n <= before.n && memcmp(before.p + before.n - n, name, n) == 0;

    if (told && (n == before.n || !g_ascii_isupper(before.p[before.n - n - 1])))
        return n;
    while (run < before.n && sx_is_token(before.p[before.n - 1 - run]))
        run++;
    size_t known = sx_method_suffix(sx_slice(before.p + before.n - run, run));
    if (told && n >= known)
        return n;
    if (at_boundary && run == before.n)
        return run;
    return known ? known : run;
}

/* True if nothing but the name of a known method stands before the only blank before the version:
 * how nearly all requests begin. */
static bool is_plain_request(struct sx_slice bytes, size_t from, size_t hit)
{
    size_t n = 0;

    while (from + n < hit && bytes.p[from + n] >= 'A' && bytes.p[from + n] <= 'Z')
        n++;
    if (n == 0 || from + n + 2 >= hit || bytes.p[from + n] != ' ' ||
        sx_method_of(sx_slice(bytes.p + from, n)) == SX_METHOD_OTHER)
        return false;
    struct sx_slice uri = sx_slice(bytes.p + from + n + 1, hit - 1 - (from + n + 1));
    return !memchr(uri.p, ' ', uri.n) && !memchr(uri.p, '\n', uri.n);
}

/* The start of the request line whose version stands at hit; false if there is none. */
static bool request_line_start(struct sx_slice bytes, size_t from, size_t hit, bool at_boundary,
                               const sip_info_value_t *verdict, size_t *start)
{
    size_t end = hit + 7, uri = hit - 1;
    size_t lowest = hit - from > MAX_REQUEST_LINE ? hit - MAX_REQUEST_LINE : from;

    if (hit < from + 4 || bytes.p[hit - 1] != ' ' ||
        (end < bytes.n && bytes.p[end] != '\r' && bytes.p[end] != '\n'))
        return false;
    if (at_boundary && hit - from <= MAX_REQUEST_LINE && is_plain_request(bytes, from, hit)) {
        *start = from;
        return true;
    }
    while (uri > lowest && ((uint8_t)bytes.p[uri - 1] > ' ' ||
                            (bytes.p[uri - 1] != ' ' && bytes.p[uri - 1] != '\n')))
        uri--;
    if (uri <= lowest || bytes.p[uri - 1] != ' ' || uri == hit - 1)
        return false;
    struct sx_slice before = sx_slice(bytes.p + lowest, uri - 1 - lowest);
    size_t method = method_length(before, at_boundary && lowest == from, verdict);
    *start = uri - 1 - method;
    return method > 0;
}

/* The next "SIP/2.0" at or behind an offset; ws_memmem() prepares for longer searches than this. */
static const char *find_version(struct sx_slice bytes, size_t from)
{
    const char *p = bytes.p + from, *end = bytes.p + bytes.n;

    while (end - p >= 7 && (p = memchr(p, 'S', (size_t)(end - p) - 6)) != NULL) {
        if (memcmp(p, "SIP/2.0", 7) == 0)
            return p;
        p++;
    }
    return NULL;
}

/* The next start line at or behind *at. */
static bool find_start(struct sx_slice bytes, size_t *at, bool at_boundary,
                       const sip_info_value_t *verdict)
{
    size_t from = *at, look = from;

    while (look < bytes.n) {
        const char *hit = find_version(bytes, look);
        if (!hit)
            return false;
        size_t h = (size_t)(hit - bytes.p);
        if (begins_status_line(hit, bytes.n - h)) {
            *at = h;
            return true;
        }
        if (request_line_start(bytes, from, h, at_boundary, verdict, at))
            return true;
        look = h + 7;
    }
    return false;
}

/* ---- data sources ---- */

static struct sx_slice source_bytes(tvbuff_t *tvb)
{
    unsigned n = tvb_captured_length(tvb);

    /* Read at once and only during this call; nothing keeps the pointer. */
    return n > 0 ? sx_slice((const char *)tvb_get_ptr(tvb, 0, (int)n), n) : SX_SLICE_NONE;
}

/* Reads the message at *at and moves behind it. *complete: nothing of it is missing. */
static bool read_span(struct sx_slice bytes, size_t *at, struct sx_sip_span *span, bool *complete)
{
    struct sx_slice rest = sx_slice_from(bytes, *at);

    if (!sx_sip_msg_read(rest, &span->msg))
        return false;
    size_t length = rest.n, body = span->msg.content_length;
    *complete = span->msg.end == SX_HEAD_COMPLETE;
    if (*complete && span->msg.has_content_length) {
        *complete = body <= rest.n - span->msg.head.n;
        if (*complete)
            length = span->msg.head.n + body;
    }
    span->offset = (unsigned)*at;
    span->length = (unsigned)length;
    *at += length;
    return true;
}

/* The messages of one data source that the SIP dissector dissected, one for each of its layers: SCTP
 * may bundle several. The body of a message is no place to look for the next one. */
static unsigned each_in_source(const struct frame *f, tvbuff_t *tvb, bool reassembled,
                               sx_sip_source_cb cb, void *data)
{
    struct sx_slice bytes = source_bytes(tvb);
    struct sx_sip_span span;
    unsigned found = 0;
    size_t at = 0;
    bool complete;

    span.tvb = tvb;
    span.transport = f->transport;
    span.quoted = f->quoted;
    span.reassembled = reassembled;

    while (found < f->verdict_count && find_start(bytes, &at, false, f->verdicts[found])) {
        size_t start = at;
        if (read_span(bytes, &at, &span, &complete) && same_start(f->verdicts[found], &span.msg)) {
            cb(&span, data);
            found++;
        } else {
            at = start + 7;
        }
    }
    return found;
}

static bool is_reassembled(const struct data_source *source)
{
    char *name = ws_data_source_name(source);
    bool yes = g_str_has_prefix(name, "Reassembled");

    wmem_free(NULL, name);
    return yes;
}

/* A reassembled datagram comes behind the frame that holds its last fragment, so the last data
 * source goes first. */
static unsigned each_in_datagram(const struct frame *f, sx_sip_source_cb cb, void *data)
{
    guint sources = g_slist_length(f->pinfo->data_src);
    unsigned found = 0;

    while (sources-- > 0 && found == 0) {
        const struct data_source *source = g_slist_nth_data(f->pinfo->data_src, sources);
        found = each_in_source(f, get_data_source_tvb(source),
                               sources > 0 && is_reassembled(source), cb, data);
    }
    return found;
}

/* Where the payload of a segment begins in its data source: a frame has headers before it. */
static size_t payload_start(const struct frame *f, struct sx_slice bytes, bool is_frame)
{
    const packet_info *pinfo = f->pinfo;
    struct sx_tcp_header tcp;

    if (is_frame &&
        sx_tcp_header_find(bytes, sx_slice(pinfo->src.data, (size_t)MAX(pinfo->src.len, 0)),
                           sx_slice(pinfo->dst.data, (size_t)MAX(pinfo->dst.len, 0)),
                           (uint16_t)pinfo->srcport, (uint16_t)pinfo->destport, &tcp))
        return MIN(tcp.payload_at, bytes.n);
    return 0;
}

static bool ends_with(struct sx_slice s, const char *p, size_t n)
{
    return n <= s.n && memcmp(s.p + s.n - n, p, n) == 0;
}

/* Where what is left of a segment begins, behind what the reassembled data took of it: all of it,
 * or the longest beginning of it that they end with. */
static size_t behind_tail(struct sx_slice bytes, size_t start, struct sx_slice reassembled)
{
    struct sx_slice own = sx_slice_from(bytes, start);

    if (ends_with(reassembled, own.p, own.n))
        return bytes.n;
    size_t probe = MIN(own.n, PROBE), look = 0;
    for (unsigned i = 0; probe == PROBE && i < MAX_PROBES && look < reassembled.n; i++) {
        const char *hit = (const char *)ws_memmem(reassembled.p + look, reassembled.n - look,
                                                  own.p, probe);
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

static void collect(const struct frame *f, tvbuff_t *tvb, size_t at, wmem_array_t *spans)
{
    struct sx_slice bytes = source_bytes(tvb);
    struct sx_sip_span span = {.tvb = tvb, .transport = f->transport, .quoted = f->quoted};
    bool complete, at_boundary = at > 0;

    while (find_start(bytes, &at, at_boundary, f->verdicts[0])) {
        if (!read_span(bytes, &at, &span, &complete)) {
            at += 7;
            continue;
        }
        if (complete || any_verdict_is(f, &span.msg))
            wmem_array_append_one(spans, span);
        at_boundary = true;
    }
}

/* The data sources of a stream hold segments or records, and reassembled messages that come
 * behind the segment which completed them but begin before it. */
static void collect_stream(const struct frame *f, wmem_array_t *spans)
{
    for (GSList *s = f->pinfo->data_src; s; s = s->next) {
        tvbuff_t *tvb = get_data_source_tvb(s->data);
        bool is_frame = s == f->pinfo->data_src;
        size_t at = 0;
        while (s->next && is_reassembled(s->next->data)) {
            tvbuff_t *whole = get_data_source_tvb(s->next->data);
            collect(f, whole, 0, spans);
            struct sx_slice own = source_bytes(tvb);
            if (at == 0)
                at = payload_start(f, own, is_frame);
            at = behind_tail(own, at, source_bytes(whole));
            s = s->next;
        }
        collect(f, tvb, at, spans);
    }
}

static unsigned each_in_stream(const struct frame *f, sx_sip_source_cb cb, void *data)
{
    wmem_array_t *spans = wmem_array_sized_new(f->pinfo->pool, sizeof(struct sx_sip_span),
                                               USUAL_SPANS);

    collect_stream(f, spans);
    unsigned n = wmem_array_get_count(spans);
    struct sx_sip_span *all = wmem_array_get_raw(spans);
    /* What stands behind the last message that the SIP dissector took still waits for its rest. */
    while (n > 0 && !f->continued && !any_verdict_is(f, &all[n - 1].msg))
        n--;
    /* Of two Call-IDs in one message the dissector takes the other one. */
    if (n == 0 && wmem_array_get_count(spans) == 1 && f->verdict_count == 1 &&
        same_start(f->verdicts[0], &all[0].msg))
        n = 1;
    for (unsigned i = 0; i < n; i++)
        cb(&all[i], data);
    return n;
}

unsigned sx_sip_source_each(packet_info *pinfo, sx_sip_source_cb cb, void *data,
                            struct sx_frame_signs *signs)
{
    struct frame f;
    bool has_sip = read_layers(pinfo, &f);

    signs->tcp = f.stream && !f.quoted;
    signs->unreadable = !f.quoted && (f.transport == SX_TRANSPORT_OTHER ||
                                      (f.compressed && !has_sip && !f.stream));
    signs->icmp_without_sip = f.quoted && !f.in_sip;
    signs->udp_keepalive = !has_sip && !f.quoted && f.transport == SX_TRANSPORT_UDP &&
                           (f.in_sip || f.keepalive) && !f.compressed;
    signs->transport = f.transport;
    if (!has_sip)
        return 0;
    return f.stream && !f.quoted ? each_in_stream(&f, cb, data) : each_in_datagram(&f, cb, data);
}
