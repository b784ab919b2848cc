/* postdissect.c
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "glue/compat.h"

#include "glue/packet-sipexplain.h"
#include "glue/postdissect.h"
#include "glue/prefs.h"
#include "glue/sip_source.h"
#include "glue/tcp_watch.h"

/* Seconds that a time stamp may hold so that differences of two fit into 64 bits of nanoseconds. */
#define MAX_SECONDS INT64_C(4500000000)

static struct {
    struct sx_tracker *tracker; /* from init to clean-up: one capture */
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
    int64_t time_ns;
    uint32_t nth;
    bool first_pass;
    bool looked_at;
};

static const struct sx_message *observe(const struct visit *v, const struct sx_sip_span *span)
{
    struct sx_observation obs = {
        .msg = &span->msg,
        .src = address_of(&v->pinfo->src, v->pinfo->srcport),
        .dst = address_of(&v->pinfo->dst, v->pinfo->destport),
        .time_ns = v->time_ns,
        .frame = v->pinfo->num,
        .transport = span->transport,
        .quoted = span->quoted,
    };

    return sx_tracker_observe(state.tracker, &obs);
}

static void on_message(const struct sx_sip_span *span, void *data)
{
    struct visit *v = data;
    const struct sx_message *record =
        v->first_pass ? observe(v, span)
                      : sx_tracker_message(state.tracker, v->pinfo->num, v->nth);

    v->nth++;
    if (!v->looked_at)
        return;
    struct sx_view view = {
        .tracker = state.tracker,
        .record = record,
        .msg = &span->msg,
        .entry = span->msg.is_request ? NULL : sx_catalogue_explain(span->msg.code),
        .tvb = span->tvb,
        .offset = span->offset,
        .length = span->length,
        .time_ns = v->time_ns,
    };
    sx_draw_message(v->tree, v->pinfo, &view);
}

/* What is no SIP but says why SIP stays unanswered. */
static void on_signs(const struct visit *v, const struct sx_frame_signs *signs)
{
    packet_info *pinfo = v->pinfo;

    if (signs->tcp) {
        const struct tcpheader *tcp = sx_tcp_segment();
        if (!tcp || !(tcp->th_flags & (SX_TCP_SYN | SX_TCP_FIN | SX_TCP_RST)))
            return;
        struct sx_address src = address_of(&pinfo->src, tcp->th_sport);
        struct sx_address dst = address_of(&pinfo->dst, tcp->th_dport);
        sx_tracker_tcp(state.tracker, pinfo->num, v->time_ns, &src, &dst, tcp->th_flags);
    } else if (signs->icmp_without_sip) {
        /* The quoted datagram went the other way; its ports are the last ones dissected. */
        struct sx_address src = address_of(&pinfo->dst, pinfo->srcport);
        struct sx_address dst = address_of(&pinfo->src, pinfo->destport);
        sx_tracker_undelivered(state.tracker, pinfo->num, v->time_ns, &src, &dst);
    }
}

static int dissect_sipexplain(tvbuff_t *tvb, packet_info *pinfo, proto_tree *tree,
                              void *data G_GNUC_UNUSED)
{
    struct visit v = {.pinfo = pinfo, .tree = tree, .first_pass = !PINFO_FD_VISITED(pinfo)};
    struct sx_frame_signs signs;

    if (!state.tracker)
        return 0;
    v.time_ns = frame_time(pinfo);
    if (v.first_pass)
        sx_tracker_tick(state.tracker, pinfo->num, v.time_ns);
    v.looked_at = sx_is_looked_at(tree);
    if (v.first_pass || v.looked_at) {
        sx_sip_source_each(pinfo, on_message, &v, &signs);
        if (v.first_pass)
            on_signs(&v, &signs);
    }
    if (v.looked_at && sx_tracker_expiry(state.tracker, pinfo->num, 0))
        sx_draw_expiries(tree, pinfo, tvb, state.tracker);
    return 0;
}

static void capture_opened(void)
{
    uint64_t key[2];
    struct sx_config cfg = sx_prefs_config();

    for (unsigned i = 0; i < G_N_ELEMENTS(key); i++)
        key[i] = (uint64_t)g_random_int() << 32 | g_random_int();
    state.tracker = sx_tracker_new(key, &cfg);
}

static void capture_closed(void)
{
    sx_tracker_free(state.tracker);
    state.tracker = NULL;
}

static void capture_read(void)
{
    if (state.tracker)
        sx_tracker_end(state.tracker);
}

void sx_postdissect_register(int proto)
{
    register_init_routine(capture_opened);
    register_cleanup_routine(capture_closed);
    register_postseq_cleanup_routine(capture_read);
    register_postdissector(register_dissector("sipexplain", dissect_sipexplain, proto));
}

void sx_postdissect_handoff(void)
{
    sx_sip_source_init();
    sx_tcp_watch_init();
}
