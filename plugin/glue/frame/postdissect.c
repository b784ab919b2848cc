/* postdissect.c
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "glue/compat.h"

#include <epan/dissectors/packet-tcp.h>

#include "core/read/icmp_quote.h"
#include "core/read/ip_header.h"
#include "core/read/payload_signs.h"
#include "core/read/start_line.h"
#include "core/judge/watch.h"
#include "core/read/tcp_header.h"
#include "core/record/call.h"
#include "core/say/say_sign.h"
#include "glue/stats/compare.h"
#include "glue/stats/flow_graph.h"
#include "glue/stats/ladder.h"
#include "glue/conversation.h"
#include "glue/packet-sipexplain.h"
#include "glue/frame/media_sieve.h"
#include "glue/frame/postdissect.h"
#include "glue/settings/prefs.h"
#include "glue/frame/sip_source.h"
#include "glue/settings/site_codes.h"
#include "glue/stats/stats.h"

/* Seconds that a time stamp may hold so that differences of two fit into 64 bits of nanoseconds. */
#define MAX_SECONDS INT64_C(4500000000)

/* Bytes of a ping or a goodbye: up to 125 in WebSocket, with its header, in a TLS record. */
#define MAX_SIGN 256

/* More than what receivers announce, but so little of all sequence numbers that nobody guesses one.
 * */
#define MAX_WINDOW (UINT32_C(1) << 20)

static struct {
    struct sx_tracker *tracker; /* from init to clean-up: one capture */
    protocol_t *protocol;
    uint32_t frames; /* of the capture before; 0: it was not read to its end */
    struct {
        uint32_t frame;
        bool first_pass;
        bool enabled, for_stats, for_graph, for_experts;
    } asked;
} state;

static int64_t frame_time(const packet_info *pinfo)
{
    if (!(pinfo->presence_flags & PINFO_HAS_TS))
        return sx_tracker_now(state.tracker);
    int64_t seconds = CLAMP((int64_t)pinfo->abs_ts.secs, -MAX_SECONDS, MAX_SECONDS);
    return seconds * SX_NS_PER_S + CLAMP(pinfo->abs_ts.nsecs, 0, 999999999);
}

static struct sx_address address_of(const address *a, uint32_t port)
{
    return (struct sx_address){
        .bytes = a->data,
        .len = (uint8_t)CLAMP(a->len, 0, 16),
        .type = (uint8_t)a->type,
        .port = (uint16_t)port,
    };
}

struct visit {
    packet_info *pinfo;
    proto_tree *tree;
    tvbuff_t *frame;
    int64_t time_ns;
    uint32_t number; /* of the frame, as the tracker names it */
    uint32_t nth;
    struct sx_frame_signs signs;
    bool first_pass;
    bool looked_at;
    bool tapped;
    bool graphed;
    bool in_info;      /* the Info column gets the verdict */
    bool packet_found; /* packet, and tcp where packet.exact */
    struct sx_packet_marks packet;
    struct sx_tcp_header tcp;
};

static struct sx_slice address_slice(const address *a)
{
    return sx_slice(a->data, (size_t)MAX(a->len, 0));
}

/* Read at once; nothing keeps the pointer. */
static struct sx_slice frame_bytes(tvbuff_t *frame)
{
    unsigned n = tvb_captured_length(frame);

    return sx_slice((const char *)tvb_get_ptr(frame, 0, (int)n), n);
}

/* What tells the packet of this frame from others; found once for all its messages. */
static void find_packet(struct visit *v, const struct sx_sip_span *span)
{
    packet_info *pinfo = v->pinfo;
    struct sx_slice src = address_slice(&pinfo->src), dst = address_slice(&pinfo->dst);
    struct sx_slice bytes = span->tvb == v->frame ? span->bytes : frame_bytes(v->frame);
    uint16_t in = 0;
    struct sx_ip_header ip;

    v->packet_found = true;
    if (!sx_ip_header_find(bytes, src, dst, &ip))
        return;
    if (pinfo->rec && pinfo->rec->presence_flags & WTAP_HAS_INTERFACE_ID)
        in = (uint16_t)(pinfo->rec->rec_header.packet_header.interface_id << 8);
    v->packet.id = ip.id;
    v->packet.place = ip.place ^ in;
    v->packet.network = ip.network ^ in;
    if (v->signs.tcp)
        v->packet.exact = sx_tcp_header_find(bytes, src, dst, (uint16_t)pinfo->srcport,
                                             (uint16_t)pinfo->destport, &v->tcp);
}

/* Several messages of one segment begin at bytes of their own. */
static struct sx_packet_marks packet_marks(struct visit *v, const struct sx_sip_span *span)
{
    if (!v->packet_found)
        find_packet(v, span);
    struct sx_packet_marks marks = v->packet;
    if (marks.exact) {
        marks.ack = v->tcp.ack;
        marks.end = v->tcp.seq + v->tcp.payload;
        marks.id = v->tcp.seq + span->offset - (span->tvb == v->frame ? v->tcp.payload_at : 0);
        marks.id += marks.id == 0;
    }
    return marks;
}

static bool find_quote(const struct visit *v, struct sx_icmp_quote *quote)
{
    return sx_icmp_quote_find(frame_bytes(v->frame), address_slice(&v->pinfo->src),
                              address_slice(&v->pinfo->dst), quote);
}

static bool says_too_big(const struct visit *v, const struct sx_sip_span *span)
{
    struct sx_icmp_quote quote;

    return span->quoted && find_quote(v, &quote) && quote.too_big;
}

static const struct sx_message *observe(struct visit *v, const struct sx_sip_span *span)
{
    struct sx_observation obs = {
        .msg = span->msg,
        .src = address_of(&v->pinfo->src, v->pinfo->srcport),
        .dst = address_of(&v->pinfo->dst, v->pinfo->destport),
        .time_ns = v->time_ns,
        .frame = v->number,
        .transport = span->transport,
        .quoted = span->quoted,
        .too_big = says_too_big(v, span),
        .packet = packet_marks(v, span),
        .bytes = span->length,
    };

    /* Only registrations keep the number of their connection. */
    if (v->signs.tcp && span->msg->is_request && span->msg->method == SX_METHOD_REGISTER) {
        const struct tcp_analysis *tcp = get_tcp_conversation_data(NULL, v->pinfo);
        obs.has_stream = tcp != NULL;
        obs.stream = tcp ? tcp->stream : 0;
    }

    return sx_tracker_observe(state.tracker, &obs);
}

/* RFC 1191, RFC 8201: TCP sends smaller segments then. */
static void on_too_big(const struct visit *v, const struct sx_icmp_quote *quote,
                       struct sx_seen_too_big *big)
{
    big->by = address_of(&v->pinfo->src, 0);
    big->bytes = quote->bytes;
    big->mtu = quote->mtu;
    if (quote->udp)
        sx_tracker_too_big(state.tracker, big);
}

/* msg: what it holds of a message, or NULL; known: whose that is, is known. */
static void on_icmp(const struct visit *v, const struct sx_sip_msg *msg, bool known)
{
    const packet_info *pinfo = v->pinfo;
    struct sx_icmp_quote quote;

    if (!find_quote(v, &quote))
        return;
    struct sx_seen_too_big big = {.src = address_of(&pinfo->src, quote.src_port),
                                  .dst = address_of(&pinfo->dst, quote.dst_port),
                                  .time_ns = v->time_ns,
                                  .frame = v->number,
                                  .quote = msg};
    big.src.bytes = quote.src.p;
    big.dst.bytes = quote.dst.p;
    if (quote.too_big)
        on_too_big(v, &quote, &big);
    else if (!known)
        sx_tracker_undelivered(state.tracker, v->number, v->time_ns, &big.src, &big.dst, msg);
}

/* There is little room above an arrow, and most responses are to INVITE. */
static void graph_message(const struct visit *v, const struct sx_drawn *drawn,
                          const struct sx_sip_span *span, const struct sx_message *record)
{
    packet_info *pinfo = v->pinfo;
    static const char gap[] = " - ", usual[] = " to INVITE";
    const char *rest = drawn->verdict + drawn->head;
    const char *end = g_str_has_prefix(rest - MIN(drawn->head, strlen(usual)), usual)
                          ? rest - strlen(usual)
                          : rest;

    sx_flow_graph_tell(
        pinfo,
        &(struct sx_arrow){
            .label = wmem_strdup_printf(pinfo->pool, "%s%.*s", span->quoted ? "ICMP: " : "",
                                        (int)(end - drawn->verdict), drawn->verdict),
            .comment = g_str_has_prefix(rest, gap) ? rest + strlen(gap) : rest + strspn(rest, " "),
            .flagged = drawn->wrong != NULL,
            .plain = drawn->plain,
            .first_pass = v->first_pass,
            .call = record
                        ? sx_call_number(state.tracker, sx_tracker_txn(state.tracker, record->txn))
                        : 0,
            .msg = span->msg,
        });
}

static void on_message(const struct sx_sip_span *span, void *data)
{
    struct visit *v = data;
    const struct sx_message *record =
        v->first_pass ? observe(v, span) : sx_tracker_message(state.tracker, v->number, v->nth);

    if (v->first_pass && span->quoted)
        on_icmp(v, span->msg, record->txn != 0);
    v->nth++;
    if (v->tapped)
        sx_stats_tell(v->pinfo, state.tracker, record, span->msg, v->time_ns, v->first_pass);
    if (!v->looked_at && !v->in_info && !v->graphed)
        return;
    const struct sx_site_code *site =
        span->msg->is_request ? NULL : sx_site_code_find(span->msg->code, span->msg->method_name);
    struct sx_view view = {
        .tracker = state.tracker,
        .frame = v->number,
        .record = record,
        .msg = span->msg,
        .entry = span->msg->is_request ? NULL : sx_catalogue_explain(span->msg->code),
        .site_phrase = site ? site->phrase : NULL,
        .site_meaning = site ? site->meaning : NULL,
        .site_fix = site ? site->fix : NULL,
        .tvb = span->tvb,
        .offset = span->offset,
        .length = span->length,
        .time_ns = v->time_ns,
        .say_verdict = v->graphed,
        .say_wrong = v->in_info,
    };
    const struct sx_drawn drawn = sx_draw_message(v->tree, v->pinfo, &view);
    if (drawn.wrong && v->in_info)
        col_append_fstr(v->pinfo->cinfo, COL_INFO, " [%s]", drawn.wrong);
    if (v->graphed)
        graph_message(v, &drawn, span, record);
}

/* Of the segment itself, or of what was decrypted or unmasked of it. */
static enum sx_segment_sign find_sign(const struct visit *v, struct sx_slice payload)
{
    enum sx_segment_sign sign = sx_payload_sign(payload, v->signs.transport);
    GSList *s = v->pinfo->data_src ? v->pinfo->data_src->next : NULL;

    for (; s && sign == SX_SEGMENT_PLAIN; s = s->next) {
        tvbuff_t *tvb = get_data_source_tvb(s->data);
        unsigned n = tvb_captured_length(tvb);
        if (n > 0 && n <= MAX_SIGN)
            sign = sx_payload_sign(sx_slice((const char *)tvb_get_ptr(tvb, 0, (int)n), n),
                                   v->signs.transport);
    }
    return sign;
}

static void read_signs(const struct visit *v, struct sx_slice payload, struct sx_segment *segment)
{
    const GSList *sources = v->pinfo->data_src;

    if (sx_payload_says_goodbye(payload))
        segment->flags |= SX_TCP_GOODBYE;
    /* What Wireshark can decrypt is a data source of its own. */
    if ((!sources || !sources->next) && sx_payload_may_hide_request(payload))
        sx_tracker_unreadable(state.tracker, segment->frame, &segment->src, NULL);
}

/* RFC 9293 3.5.3: a reset counts only if its sequence number is in the receive window, which begins
 * at what the other end acknowledged last. True if that is not known. */
static bool is_reset_valid(packet_info *pinfo, uint32_t seq)
{
    const struct tcp_analysis *tcp = get_tcp_conversation_data(NULL, pinfo);
    const tcp_analyze_seq_flow_info_t *other = tcp && tcp->rev ? tcp->rev->tcp_analyze_seq_info
                                                               : NULL;

    return !other || other->lastack == 0 || seq - other->lastack < MAX_WINDOW;
}

static void on_tcp(const struct visit *v, tvbuff_t *frame)
{
    packet_info *pinfo = v->pinfo;
    struct sx_tcp_header tcp;
    struct sx_segment segment = {
        .src = address_of(&pinfo->src, pinfo->srcport),
        .dst = address_of(&pinfo->dst, pinfo->destport),
        .time_ns = v->time_ns,
        .frame = v->number,
    };

    struct sx_slice bytes = frame_bytes(frame);
    if (v->packet.exact)
        tcp = v->tcp;
    else if (!sx_tcp_header_find(bytes, address_slice(&pinfo->src), address_slice(&pinfo->dst),
                                 segment.src.port, segment.dst.port, &tcp))
        return;
    segment.flags = tcp.flags;
    segment.payload = tcp.payload;
    segment.seq = tcp.seq;
    segment.ack = tcp.ack;
    if (tcp.flags & SX_TCP_RST && !is_reset_valid(pinfo, tcp.seq))
        return;
    if (tcp.payload > 0)
        read_signs(v, sx_slice_from(bytes, tcp.payload_at), &segment);
    if (!sx_tracker_wants(state.tracker, segment.flags, tcp.payload))
        return;
    if (tcp.payload > 0 && tcp.payload <= MAX_SIGN) {
        struct sx_slice payload = sx_slice_from(bytes, tcp.payload_at);
        payload.n = MIN(payload.n, tcp.payload);
        segment.sign = find_sign(v, payload);
    }
    sx_tracker_tcp(state.tracker, &segment);
}

static void on_udp(const struct visit *v, tvbuff_t *frame)
{
    packet_info *pinfo = v->pinfo;
    struct sx_datagram datagram = {
        .src = address_of(&pinfo->src, pinfo->srcport),
        .dst = address_of(&pinfo->dst, pinfo->destport),
        .time_ns = v->time_ns,
        .frame = v->number,
    };

    if (sx_udp_payload_find(frame_bytes(frame), address_slice(&pinfo->src),
                            address_slice(&pinfo->dst), datagram.src.port, datagram.dst.port,
                            &datagram.payload))
        sx_tracker_udp(state.tracker, &datagram);
}

static struct sx_address address_in(struct sx_slice bytes)
{
    return (struct sx_address){
        .bytes = bytes.p,
        .len = (uint8_t)bytes.n,
        .type = bytes.n == 4 ? AT_IPv4 : AT_IPv6,
    };
}

/* msg: for the request that the fragment begins. */
static bool find_fragment(const struct visit *v, tvbuff_t *frame, struct sx_seen_fragment *seen,
                          struct sx_sip_msg *msg)
{
    struct sx_fragment f;

    if (!sx_fragment_find(frame_bytes(frame), &f))
        return false;
    *seen = (struct sx_seen_fragment){
        .src = address_in(f.src),
        .dst = address_in(f.dst),
        .inner_src = address_in(f.inner_src),
        .inner_dst = address_in(f.inner_dst),
        .frame = v->number,
        .id = f.id,
        .holds = f.holds,
        .first = f.first,
    };
    if (f.holds == SX_HOLDS_REQUEST && f.payload.p && sx_sip_msg_read(f.payload, msg)) {
        seen->request = msg;
        seen->inner_src.port = f.src_port;
        seen->inner_dst.port = f.dst_port;
    }
    return true;
}

/* No TCP, UDP or SCTP in it, or SigComp. */
static void on_unreadable(const struct visit *v, tvbuff_t *frame)
{
    const packet_info *pinfo = v->pinfo;
    struct sx_address src = address_of(&pinfo->src, 0), dst = address_of(&pinfo->dst, 0);
    struct sx_seen_fragment fragment;
    struct sx_sip_msg request;

    if (find_fragment(v, frame, &fragment, &request))
        sx_tracker_fragment(state.tracker, &fragment);
    else
        sx_tracker_unreadable(state.tracker, v->number, &src, &dst);
}

/* A frame that makes a packet whole has it for its second data source. */
static void on_reassembled(const struct visit *v, tvbuff_t *frame)
{
    const packet_info *pinfo = v->pinfo;
    struct sx_seen_fragment fragment;
    struct sx_sip_msg request;

    if (!find_fragment(v, frame, &fragment, &request))
        return;
    fragment.inner_src = address_of(&pinfo->src, 0);
    fragment.inner_dst = address_of(&pinfo->dst, 0);
    sx_tracker_reassembled(state.tracker, &fragment);
}

/* The payload of the datagram or segment, as far as the frame holds it. */
static struct sx_slice payload_of(const packet_info *pinfo, struct sx_slice frame, bool tcp)
{
    struct sx_slice src = address_slice(&pinfo->src), dst = address_slice(&pinfo->dst);
    uint16_t src_port = (uint16_t)pinfo->srcport, dst_port = (uint16_t)pinfo->destport;
    struct sx_slice payload = SX_SLICE_NONE;
    struct sx_tcp_header header;

    if (!tcp)
        sx_udp_payload_find(frame, src, dst, src_port, dst_port, &payload);
    else if (sx_tcp_header_find(frame, src, dst, src_port, dst_port, &header))
        payload = sx_slice_from(frame, MIN(header.payload_at, frame.n));
    return payload;
}

/* The snapshot length left out what the frame held, and that may have been SIP. */
static void on_cut(const struct visit *v, tvbuff_t *frame)
{
    const packet_info *pinfo = v->pinfo;
    struct sx_address src = address_of(&pinfo->src, 0), dst = address_of(&pinfo->dst, 0);

    if (!v->signs.cut &&
        (v->signs.icmp_without_sip || (v->signs.transport != SX_TRANSPORT_UDP && !v->signs.tcp)))
        return;
    struct sx_slice bytes = frame_bytes(frame);
    if (v->signs.cut || sx_start_line_may_begin(payload_of(pinfo, bytes, v->signs.tcp)))
        sx_tracker_unreadable(state.tracker, v->number, &src, &dst);
}

/* What is no SIP but says why SIP stays unanswered. */
static void on_signs(const struct visit *v, tvbuff_t *frame)
{
    packet_info *pinfo = v->pinfo;

    if (pinfo->data_src && pinfo->data_src->next && sx_tracker_watches_tcp(state.tracker))
        on_reassembled(v, frame);
    if (pinfo->fd->cap_len < pinfo->fd->pkt_len && (v->signs.cut || !v->signs.has_sip))
        on_cut(v, frame);
    if (v->signs.tcp) {
        if (sx_tracker_watches_tcp(state.tracker))
            on_tcp(v, frame);
    } else if (v->signs.udp_keepalive) {
        if (sx_tracker_watches_udp(state.tracker))
            on_udp(v, frame);
    } else if (v->signs.icmp_without_sip) {
        on_icmp(v, NULL, false);
    } else if (v->signs.unreadable && sx_tracker_watches_tcp(state.tracker)) {
        on_unreadable(v, frame);
    }
}

static const char *sign_label(const struct visit *v, tvbuff_t *frame)
{
    const packet_info *pinfo = v->pinfo;
    struct sx_tcp_header tcp;

    if (!v->signs.tcp)
        return "ICMP error";
    if (!sx_tcp_header_find(frame_bytes(frame), address_slice(&pinfo->src),
                            address_slice(&pinfo->dst), (uint16_t)pinfo->srcport,
                            (uint16_t)pinfo->destport, &tcp))
        return "TCP";
    return tcp.flags & SX_TCP_RST   ? "TCP RST"
           : tcp.flags & SX_TCP_FIN ? "TCP FIN"
           : tcp.flags & SX_TCP_SYN ? "TCP SYN"
                                    : "TCP";
}

/* An arrow for what is no SIP and says why SIP stays unanswered, or ends a connection of it. */
static void graph_sign(const struct visit *v, tvbuff_t *frame)
{
    wmem_strbuf_t *words = wmem_strbuf_new(v->pinfo->pool, "");
    struct sx_sign_of of;

    if (sx_say_sign(words, state.tracker, v->number, &of))
        sx_flow_graph_tell(v->pinfo,
                           &(struct sx_arrow){
                               .label = sign_label(v, frame),
                               .comment = sx_frames_as_shown(v->pinfo->pool, state.tracker,
                                                             wmem_strbuf_get_str(words)),
                               .flagged = true,
                               .first_pass = v->first_pass,
                               .call = sx_call_number(state.tracker,
                                                      sx_tracker_txn(state.tracker, of.txn)),
                               .failed_in = sx_tracker_frame_shown(state.tracker, of.failed_in),
                           });
}

/* Asks who wants to know: not while frame after frame is read for the first time, for whoever comes
 * meanwhile has all of them dissected again. */
static inline void ask(const packet_info *pinfo, bool first_pass)
{
    if (!first_pass || !state.asked.first_pass || pinfo->num != state.asked.frame + 1) {
        sx_draw_ask_again();
        state.asked.enabled = proto_is_protocol_enabled(state.protocol);
        state.asked.for_stats = sx_stats_wanted();
        state.asked.for_graph = sx_flow_graph_wanted();
        state.asked.for_experts = sx_experts_wanted();
    }
    state.asked.frame = pinfo->num;
    state.asked.first_pass = first_pass;
}

/* What there is to do for a frame, if anything is. */
static void look(struct visit *v, const struct sx_layers *layers)
{
    sx_sip_source_each(v->pinfo, layers, on_message, v, &v->signs);
    if (v->first_pass)
        on_signs(v, v->frame);
    if (v->looked_at)
        sx_draw_frame(v->tree, v->pinfo, v->frame, state.tracker);
    if (v->graphed)
        graph_sign(v, v->frame);
}

/* True if all of the frame is there and it can tell nothing: so it is with most frames of most
 * captures. */
static inline bool is_foreign(const packet_info *pinfo, const struct sx_layers *layers)
{
    return sx_layers_are_foreign(layers, sx_tracker_watches_tcp(state.tracker)) &&
           !(pinfo->data_src && pinfo->data_src->next) && pinfo->fd->cap_len >= pinfo->fd->pkt_len;
}

/* The frame begins. Returns its number, as the tracker names it. */
static inline uint32_t begin_frame(const packet_info *pinfo, bool first_pass, int64_t time_ns)
{
    if (!first_pass) {
        if (sx_tracker_last_frame(state.tracker) == state.frames)
            sx_tracker_end(state.tracker);
        return sx_tracker_frame_again(state.tracker, pinfo->num);
    }
    uint32_t number = sx_tracker_next_frame(state.tracker, pinfo->num);
    sx_watch_tick(state.tracker, number, time_ns);
    return number;
}

static int dissect_sipexplain(tvbuff_t *tvb, packet_info *pinfo, proto_tree *tree,
                              void *data G_GNUC_UNUSED)
{
    bool first_pass = !PINFO_FD_VISITED(pinfo);
    struct sx_layers layers;

    if (!state.tracker)
        return 0;
    ask(pinfo, first_pass);
    if (!state.asked.enabled)
        return 0;
    /* As the caller would for a dissector of the protocol, and it takes it back: expert infos bear
     * the name. */
    pinfo->current_proto = "SIP Explain";
    int64_t time_ns = frame_time(pinfo);
    uint32_t number = begin_frame(pinfo, first_pass, time_ns);
    bool looked_at = state.asked.for_experts || sx_is_looked_at(tree);
    bool in_info = sx_prefs_info_column() && col_get_writable(pinfo->cinfo, COL_INFO);
    bool shown = looked_at || state.asked.for_graph;
    if (!first_pass && !shown && !state.asked.for_stats && !in_info)
        return 0;
    sx_layers_read(pinfo, &layers);
    if (!shown && is_foreign(pinfo, &layers))
        return 0;
    struct visit v = {
        .pinfo = pinfo,
        .tree = tree,
        .frame = tvb,
        .time_ns = time_ns,
        .number = number,
        .first_pass = first_pass,
        .looked_at = looked_at,
        .tapped = state.asked.for_stats,
        .graphed = state.asked.for_graph,
        .in_info = in_info,
    };
    look(&v, &layers);
    return 0;
}

static void capture_opened(void)
{
    uint64_t key[2];
    struct sx_config cfg = sx_prefs_config();

    for (unsigned i = 0; i < G_N_ELEMENTS(key); i++)
        key[i] = (uint64_t)g_random_int() << 32 | g_random_int();
    sx_prefs_apply(); /* sharkd's setconf tells nobody that it changed one */
    state.tracker = sx_tracker_new(key, &cfg);
    state.asked.frame = UINT32_MAX; /* none comes behind it */
}

/* When a preference changes, the window dissects the open capture anew, and does not tell when it
 * is through: it is when it has as many frames as before, and one of them is looked at again. */
static void capture_closed(void)
{
    state.frames =
        state.tracker && sx_tracker_ended(state.tracker) ? sx_tracker_last_frame(state.tracker) : 0;
    sx_stats_forget();
    sx_tracker_free(state.tracker);
    state.tracker = NULL;
}

static void capture_read(void)
{
    if (state.tracker)
        sx_tracker_end(state.tracker);
}

static const struct sx_tracker *open_tracker(void)
{
    return state.tracker;
}

void sx_postdissect_register(int proto)
{
    sx_stats_register(capture_read);
    sx_compare_register();
    sx_flow_graph_register(proto);
    sx_ladder_register();
    sx_conversation_register(open_tracker);
    register_init_routine(capture_opened);
    register_cleanup_routine(capture_closed);
    register_postseq_cleanup_routine(capture_read);
    /* A dissector of a protocol is entered in the frame's layers and taken out again, for every
     * frame of the capture: a third of what an idle post-dissector costs. This one is of none, so
     * it looks itself whether its protocol is enabled. */
    state.protocol = find_protocol_by_id(proto);
    register_postdissector(create_dissector_handle(dissect_sipexplain, -1));
}

void sx_postdissect_handoff(void)
{
    sx_layers_init();
    sx_sip_source_init();
    sx_media_sieve_init();
    sx_prefs_on_skip_media(sx_media_sieve_set);
}
