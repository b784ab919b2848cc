/* fuzz_tracker.c
 * A capture for the tracker, and every judge and every word on what it made of it.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 *
 * Input: events, separated by bytes 0xff, which no SIP head needs. An event is
 *
 *     kind, time unit, time steps, source, destination, ports, then what the kind takes:
 *
 *     't'  nothing: a frame that says nothing to the tracker
 *     'm'  the bytes of a SIP message; 'q' the same, quoted by an ICMP error
 *     'M'  choices of which a SIP message is made, see make_message(); 'Q' quoted
 *     's'  flags, payload, sign, sequence and acknowledgement number of a TCP segment
 *     'd'  the bytes of a UDP datagram without SIP
 *     'u'  nothing: an ICMP error that names no transaction
 *     'x'  nothing: a packet that cannot be read; it may be SIP
 *     'e'  nothing: the capture was read to its end, or so it seems
 *     'R'  nothing: the next frame has the number of this one (tshark -2 -R)
 *
 * Every byte that is missing is 0, and any byte is legal anywhere. Lower bits only are used, so
 * that readable seeds can be written: the digits are small numbers.
 */
#include <wsutil/wmem/wmem.h>

#include "core/record/call.h"
#include "core/judge/failure.h"
#include "core/judge/silence.h"
#include "core/judge/origin.h"
#include "core/judge/watch.h"
#include "core/say/say.h"
#include "core/say/say_overload.h"
#include "core/say/say_registration_health.h"
#include "core/say/say_size.h"

#include "claim.h"

/* Hosts are few, so that events meet. */
enum { HOSTS = 8 };

struct input {
    const uint8_t *p;
    size_t n;
};

static uint8_t next_byte(struct input *in)
{
    if (in->n == 0)
        return 0;
    in->n--;
    return *in->p++;
}

/* One run over the input. What it says is gathered, to compare it with another run's. */
struct run {
    struct sx_tracker *tracker;
    wmem_strbuf_t *said;
    int64_t time_ns;
    uint32_t frame;
};

/* ---- events ---- */

/* As far as the plugin's own limit on time stamps lets through. */
#define LATEST_NS (INT64_C(4500000000) * SX_NS_PER_S)

static void move_time(struct run *r, uint8_t unit, uint8_t steps)
{
    static const int64_t units[] = {
        SX_NS_PER_MS,     100 * SX_NS_PER_MS, SX_NS_PER_S,  10 * SX_NS_PER_S,
        60 * SX_NS_PER_S, 600 * SX_NS_PER_S,  -SX_NS_PER_S, 1,
    };

    if (unit & 0x80)
        r->time_ns = (steps & 1 ? -1 : 1) * (steps & 2 ? LATEST_NS : 0);
    else
        r->time_ns += units[unit & 7] * (steps & 0x0f);
    r->time_ns = CLAMP(r->time_ns, -LATEST_NS, LATEST_NS);
}

/* Addresses of 0, 4, 16 and 20 bytes; their bytes live as long as the program. */
static struct sx_address address_of(uint8_t host, uint8_t ports)
{
    static uint8_t bytes[HOSTS][20];
    static const uint8_t lengths[HOSTS] = {4, 4, 4, 4, 4, 16, 0, 20};
    static const uint16_t all_ports[] = {5060, 5061, 40000, 0};

    host &= HOSTS - 1;
    bytes[host][0] = host;
    return (struct sx_address){
        .bytes = lengths[host] ? bytes[host] : NULL,
        .len = MIN(lengths[host], 16),
        .type = lengths[host],
        .port = all_ports[ports & 3],
    };
}

static const char *const methods[] = {
    "INVITE", "ACK", "CANCEL", "REGISTER", "MESSAGE", "BYE", "PRACK", "SHOUT",
};

static const unsigned codes[] = {
    100, 180, 183, 199, 200, 202, 302, 401, 407, 403, 408, 430, 477, 480, 481, 486,
    487, 491, 500, 503, 603, 99,  0,   700, 999, 422, 423, 494, 101, 305, 600, 299,
};

enum {
    HAS_EXPIRES_1 = 1,
    HAS_EXPIRES_MAX = 2,
    HAS_CREDENTIALS = 4,
    HAS_TOKEN = 8,
    HAS_INSTANCE = 16,
    HAS_OUTBOUND = 32,
    EXPIRES_0 = 64,
};

static void add_vias(GString *out, struct input *in, unsigned count)
{
    for (unsigned i = 0; i < count; i++) {
        uint8_t via = next_byte(in);
        g_string_append_printf(out, "Via: SIP/2.0/UDP h%u;branch=%s%u\r\n", via & 3,
                               via & 0x40 ? "" : SX_BRANCH_COOKIE, via >> 2 & 15);
    }
}

/* Choices: code (0x40: a request), method, count of Via values, as many of them, CSeq and Call-ID,
 * tags, fields. */
static GString *make_message(struct input *in)
{
    GString *out = g_string_new(NULL);
    uint8_t code = next_byte(in);
    const char *method = methods[next_byte(in) & 7];
    uint8_t vias = next_byte(in);

    if (code & 0x40)
        g_string_append_printf(out, "%s sip:bob@h%u SIP/2.0\r\n", method, code & 3);
    else
        g_string_append_printf(out, "SIP/2.0 %03u x\r\n", codes[code & 31]);
    add_vias(out, in, vias & 0x40 ? 17 : vias & 3);
    uint8_t cseq = next_byte(in), tags = next_byte(in), fields = next_byte(in);
    g_string_append_printf(out, "CSeq: %u %s\r\nCall-ID: c%u\r\n", cseq & 3, method, cseq >> 2 & 1);
    g_string_append_printf(out, "From: <sip:a@h>;tag=%u\r\nTo: <sip:b%u@h>", tags & 1,
                           tags >> 4 & 1);
    if (tags >> 1 & 3)
        g_string_append_printf(out, ";tag=%u", tags >> 1 & 3);
    g_string_append(out, "\r\n");
    if (fields & HAS_EXPIRES_1)
        g_string_append(out, "Expires: 1\r\nRetry-After: 100\r\n");
    if (fields & HAS_EXPIRES_MAX)
        g_string_append(
            out, "Expires: 4294967295\r\nRetry-After: 4294967295\r\nFlow-Timer: 4294967295\r\n");
    if (fields & EXPIRES_0)
        g_string_append(out, "Expires: 0\r\n");
    if (fields & HAS_CREDENTIALS)
        g_string_append(out, "Authorization: x\r\n");
    if (fields & HAS_TOKEN)
        g_string_append_printf(out, "Route: <sip:t%u@e>\r\nPath: <sip:t%u@e>\r\n", tags >> 5 & 3,
                               tags >> 5 & 3);
    if (fields & HAS_INSTANCE)
        g_string_append_printf(out, "Contact: <sip:bob@h%u>;+sip.instance=\"<u%u>\";reg-id=%u\r\n",
                               tags >> 3 & 3, tags >> 5 & 1, 1 + (tags >> 6));
    if (fields & HAS_OUTBOUND)
        g_string_append(out, "Require: outbound\r\nFlow-Timer: 1\r\n");
    g_string_append(out, "\r\n");
    return out;
}

/* ---- what is said ---- */

static bool is_one_line(const char *text, size_t n)
{
    return g_utf8_validate(text, (gssize)n, NULL) && !memchr(text, '\n', n) &&
           !memchr(text, '\r', n);
}

/* A function of the words that may say nothing: then it must have said nothing. */
#define SAY(r, call)                                                                    \
    do {                                                                                \
        size_t before_ = wmem_strbuf_get_len((r)->said);                                \
        bool spoke_ = call;                                                             \
        size_t after_ = wmem_strbuf_get_len((r)->said);                                 \
        CLAIM(spoke_ ? after_ > before_ : after_ == before_);                           \
        CLAIM(is_one_line(wmem_strbuf_get_str((r)->said) + before_, after_ - before_)); \
        wmem_strbuf_append_c((r)->said, '\n');                                          \
    } while (0)

#define SAY_ALWAYS(r, call)                                                             \
    do {                                                                                \
        size_t before_ = wmem_strbuf_get_len((r)->said);                                \
        call;                                                                           \
        size_t after_ = wmem_strbuf_get_len((r)->said);                                 \
        CLAIM(after_ > before_);                                                        \
        CLAIM(is_one_line(wmem_strbuf_get_str((r)->said) + before_, after_ - before_)); \
        wmem_strbuf_append_c((r)->said, '\n');                                          \
    } while (0)

static void say_trying(struct run *r, const struct sx_txn *txn)
{
    struct sx_trying v = sx_trying_judge(r->tracker, txn);

    CLAIM(v.wait_ns >= 0);
    CLAIM(v.ended_in <= r->frame && v.chain.cause_in <= r->frame);
    CLAIM((v.ended_in != 0) == (v.end != SX_END_NONE));
    CLAIM(v.chain.last.branch <= sx_tracker_txn_count(r->tracker));
    CLAIM((v.missing.sign != SX_MISSING_NONE) == (v.missing.frame != 0));
    CLAIM(v.missing.frame <= r->frame);
    /* What may have been answered is no timeout, unless a frame has said so before. */
    CLAIM(v.state != SX_TRYING_TIMED_OUT || v.missing.sign == SX_MISSING_NONE ||
          txn->expired_after_100);
    SAY(r, sx_say_trying(r->said, r->tracker, txn, &v));
    SAY(r, sx_say_cause(r->said, r->tracker, &v.chain));
    if (v.state != SX_TRYING_NONE)
        CLAIM(sx_trying_slow_hop(r->tracker, txn, &v) != NULL);
    wmem_strbuf_append_printf(r->said, "%u %u %u %u\n", v.state, v.end, v.ended_in,
                              v.chain.cause_in);
}

static void say_flow(struct run *r, const struct sx_txn *txn, unsigned code)
{
    struct sx_flow_story story = sx_flow_tell(r->tracker, txn);

    CLAIM(story.silent_ns >= -1);
    CLAIM(story.death != SX_DEATH_CLOSED || (story.flow && story.death_in));
    CLAIM(story.death != SX_DEATH_ALL_AT_ONCE || story.ended > 1);
    CLAIM(story.death_in <= r->frame && story.reregistered_in <= r->frame);
    CLAIM(story.returned != SX_RETURN_TOO_EARLY || story.back_off.failures > 0);
    SAY_ALWAYS(r, sx_say_flow(r->said, &story));
    SAY(r, sx_say_flow_outcome(r->said, &story));
    SAY(r, sx_say_flow_advice(r->said, r->tracker, &story));
    wmem_strbuf_append_printf(r->said, "loss %d\n", sx_flow_is_loss(r->tracker, txn, code));
    const struct sx_flow *flow;
    enum sx_flow_token token = sx_flow_token_of(r->tracker, txn, &flow);
    if (token != SX_TOKEN_NONE) {
        SAY_ALWAYS(r, sx_say_token(r->said, token, flow));
        SAY_ALWAYS(r, sx_say_token_advice(r->said, token, flow));
    }
    SAY(r, sx_say_no_outbound(r->said, r->tracker, txn));
    SAY(r, sx_say_no_outbound_advice(r->said, r->tracker, txn));
}

static void say_registration(struct run *r, const struct sx_txn *txn)
{
    struct sx_registration reg = sx_registration_find(r->tracker, txn);

    CLAIM(!reg.flow == !reg.bindings && (reg.flow || !reg.in));
    CLAIM(reg.in <= r->frame && reg.lost_in <= r->frame && reg.newer_in <= r->frame);
    CLAIM(reg.state != SX_REGISTRATION_LOST || (sx_flow_more(reg.flow)->link && reg.lost_in));
    CLAIM(reg.state != SX_REGISTRATION_REPLACED || reg.newer_in);
    wmem_strbuf_append_printf(r->said, "reg %u %u %u %x\n", reg.state, reg.in, reg.lost_in,
                              reg.differs);
    if (sx_registration_missed(r->tracker, txn, &reg))
        SAY_ALWAYS(r, sx_say_registration(r->said, r->tracker, &reg, txn));
}

static void say_overload(struct run *r, const struct sx_txn *txn)
{
    const struct sx_pause *pause = sx_pause_of(r->tracker, txn);
    const struct sx_hurry *hurry = sx_hurry_of(r->tracker, txn);
    const struct sx_refusal *refusal = sx_refusal_of(r->tracker, txn);
    struct sx_retries retries = sx_retries_count(r->tracker, txn);
    struct sx_size size = sx_size_judge(r->tracker, txn);

    if (pause)
        SAY_ALWAYS(r, sx_say_pause(r->said, pause));
    if (hurry) {
        CLAIM(sx_pause_at(r->tracker, hurry->pause) && sx_pressure_left_ns(r->tracker, hurry) > 0);
        SAY_ALWAYS(r, sx_say_hurry(r->said, r->tracker, hurry));
    }
    if (refusal && refusal->run)
        SAY_ALWAYS(r, sx_say_storm(r->said, r->tracker, refusal));
    CLAIM(!retries.tries == !retries.at && retries.levels <= SX_MAX_RETRIERS);
    if (retries.tries)
        SAY_ALWAYS(r, sx_say_retries(r->said, r->tracker, &retries));
    if (size.kind != SX_SIZE_NOTHING)
        SAY_ALWAYS(r, sx_say_size(r->said, r->tracker, &size));
}

static void say_health(struct run *r, const struct sx_txn *txn)
{
    struct sx_refresh refresh = sx_refresh_judge(r->tracker, txn);
    struct sx_no_refresh none = sx_no_refresh_judge(r->tracker, txn);

    CLAIM((refresh.refusal == SX_REFRESH_TAKEN) == !refresh.flow);
    if (refresh.flow)
        SAY_ALWAYS(r, sx_say_refresh(r->said, &refresh));
    if (none.flow)
        SAY_ALWAYS(r, sx_say_no_refresh(r->said, r->tracker, &none));
}

static void say_marks(struct run *r, uint32_t frame)
{
    const struct sx_health_mark *mark;

    for (uint32_t n = 0; (mark = sx_health_mark(sx_tracker_flows(r->tracker), frame, n)); n++) {
        struct sx_late_refresh late = sx_late_refresh_judge(r->tracker, mark);
        if (late.flow)
            SAY_ALWAYS(r, sx_say_late_refresh(r->said, &late));
        if (mark->kind == SX_HEALTH_SOON)
            SAY_ALWAYS(r, sx_say_soon(r->said, r->tracker, mark));
    }
}

static void say_txn(struct run *r, const struct sx_txn *txn, unsigned code)
{
    const struct sx_code *entry = sx_catalogue_explain(code);

    CLAIM(txn->state < SX_TXN_STATES);
    say_trying(r, txn);
    say_registration(r, txn);
    say_overload(r, txn);
    say_health(r, txn);
    bool failed = sx_failure_judge(r->tracker, txn, code);
    bool silent = sx_silence_no_response(r->tracker, txn);
    CLAIM(!silent || txn->responses == 0);
    struct sx_missing unseen = sx_missing_response(r->tracker, txn, UINT32_MAX);
    CLAIM(unseen.frame <= r->frame);
    if (unseen.sign != SX_MISSING_NONE)
        SAY_ALWAYS(r, sx_say_missing(r->said, r->tracker, txn, &unseen));
    if (silent)
        SAY_ALWAYS(r, sx_say_no_response(r->said, r->tracker, txn));
    if (txn->final_frame) {
        struct sx_origin origin = sx_origin_find(r->tracker, txn);
        CLAIM((origin.kind == SX_ORIGIN_RELAYED) == (origin.frame != 0));
        CLAIM(origin.frame <= r->frame && origin.txn != NULL);
        wmem_strbuf_append_printf(r->said, "origin %u %u\n", origin.kind, origin.frame);
        say_flow(r, txn, code);
    }
    if (entry)
        SAY(r, sx_say_step(r->said, r->tracker, txn, entry));
    wmem_strbuf_append_printf(r->said, "%u %d%d\n", txn->number, failed, silent);
}

static void say_frame(struct run *r, uint32_t frame)
{
    const struct sx_message *m;
    const struct sx_expiry *e;
    const struct sx_flow *flow;

    for (uint32_t i = 0; (m = sx_tracker_message(r->tracker, frame, i)); i++) {
        CLAIM(m->frame == frame && m->repeats <= frame);
        CLAIM(m->txn <= sx_tracker_txn_count(r->tracker));
        wmem_strbuf_append_printf(r->said, "%u: %u %u %u\n", frame, m->txn, m->repeats, m->flags);
        if (m->txn)
            say_txn(r, sx_tracker_txn(r->tracker, m->txn), m->code);
    }
    for (uint32_t i = 0; (e = sx_tracker_expiry(r->tracker, frame, i)); i++)
        SAY_ALWAYS(r, sx_say_expiry(r->said, r->tracker, e));
    say_marks(r, frame);
    const struct sx_flows *flows = sx_tracker_flows(r->tracker);
    for (flow = sx_flows_lost_here(flows, frame); flow; flow = sx_flows_next_lost(flows, flow))
        SAY_ALWAYS(r, sx_say_flow_end(r->said, flow));
    for (uint32_t n = 1; n <= sx_flows_count(flows); n++) {
        const struct sx_back_off *early = sx_flows_too_early(flows, frame, n);
        if (early)
            SAY_ALWAYS(r, sx_say_too_early(r->said, early));
        const struct sx_flow_failure *failed = sx_flow_failed(r->tracker, sx_flows_at(flows, n));
        if (failed)
            SAY_ALWAYS(r, sx_say_flow_failed(r->said, failed));
    }
    for (uint32_t n = 1; n <= sx_bindings_count(flows); n++) {
        struct sx_registration reg = sx_registration_now(r->tracker, n);
        CLAIM(reg.flow && reg.flow->binding == n);
        wmem_strbuf_append_printf(r->said, "binding %u: %u %u\n", n, reg.state,
                                  sx_registration_refusals(r->tracker, n));
    }
}

/* The transactions form trees: no list of siblings and no way up goes on for ever. */
static void check_tree(const struct run *r)
{
    uint32_t count = sx_tracker_txn_count(r->tracker);

    for (uint32_t n = 1; n <= count; n++) {
        const struct sx_txn *txn = sx_tracker_txn(r->tracker, n);
        uint32_t steps = 0;
        CLAIM(txn->number == n);
        for (uint32_t c = txn->first_child; c; c = sx_tracker_txn(r->tracker, c)->next_sibling) {
            CLAIM(sx_tracker_txn(r->tracker, c)->parent == n);
            CLAIM(++steps <= count);
        }
        steps = 0;
        for (const struct sx_txn *s = sx_tracker_siblings(r->tracker, txn); s;
             s = sx_tracker_next_sibling(r->tracker, s))
            CLAIM(++steps <= count);
        steps = 0;
        for (const struct sx_txn *up = txn; up; up = sx_tracker_txn(r->tracker, up->parent))
            CLAIM(++steps <= count);
    }
}

static void say_calls(struct run *r)
{
    struct sx_call_index *index = sx_call_index_new(r->tracker);
    uint32_t count = sx_tracker_txn_count(r->tracker);

    for (uint32_t n = 0; n <= count; n++) {
        uint32_t call = sx_call_of(index, r->tracker, n);
        const struct sx_txn *outcome = sx_call_outcome(index, r->tracker, call);
        CLAIM((n == 0) == (call == 0) && call <= count);
        CLAIM((n == 0) == (outcome == NULL));
        wmem_strbuf_append_printf(r->said, "call %u %d\n", call,
                                  n ? sx_call_is_attempt(sx_tracker_txn(r->tracker, n)) : 0);
    }
    sx_call_index_free(index);
}

static void say_all(struct run *r)
{
    check_tree(r);
    say_calls(r);
    for (uint32_t frame = 0; frame <= r->frame; frame++)
        say_frame(r, frame);
    for (uint32_t n = 1; n <= sx_tracker_txn_count(r->tracker); n++) {
        const struct sx_txn *txn = sx_tracker_txn(r->tracker, n);
        SAY_ALWAYS(r, sx_say_host(r->said, r->tracker, txn->dst.host));
        say_txn(r, txn, txn->final_code);
    }
}

/* ---- the run ---- */

struct event {
    struct sx_address src, dst;
    uint8_t kind, ports;
};

static void observe(struct run *r, const struct event *e, struct sx_slice bytes)
{
    struct sx_sip_msg msg;

    if (!sx_sip_msg_read(bytes, &msg))
        return;
    struct sx_observation obs = {
        .msg = &msg,
        .src = e->src,
        .dst = e->dst,
        .time_ns = r->time_ns,
        .frame = r->frame,
        .transport = (enum sx_transport)((e->ports >> 4 & 7) % 6),
        .stream = e->ports & 3,
        .has_stream = e->ports & 0x80,
        .quoted = e->kind == 'q' || e->kind == 'Q',
        .bytes = e->ports & 8 ? 2 * SX_MAX_OVER_UDP : 0,
    };
    const struct sx_message *record = sx_tracker_observe(r->tracker, &obs);
    CLAIM(record->frame == r->frame);
    /* A CANCEL's ACK and the like have no transaction; what is known is found again, but for what
     * is cut before the fields that name its transaction. */
    if (record->txn && !obs.quoted && msg.is_request && msg.has_via && msg.has_cseq)
        CLAIM(sx_tracker_find(r->tracker, &msg) != 0);
}

static void on_event(struct run *r, struct input in)
{
    struct event e = {.kind = next_byte(&in)};
    uint8_t unit = next_byte(&in), steps = next_byte(&in);
    uint8_t src = next_byte(&in), dst = next_byte(&in);

    e.ports = next_byte(&in);
    e.src = address_of(src, e.ports);
    e.dst = address_of(dst, e.ports >> 2);
    move_time(r, unit, steps);
    sx_watch_tick(r->tracker, ++r->frame, r->time_ns);
    if (e.kind == 'm' || e.kind == 'q') {
        /* A buffer of its own that is gone at once: nothing may be kept of a message. */
        char *bytes = g_memdup2(in.n ? in.p : (const uint8_t *)"", MAX(in.n, 1));
        observe(r, &e, sx_slice(bytes, in.n));
        g_free(bytes);
    } else if (e.kind == 'M' || e.kind == 'Q') {
        GString *text = make_message(&in);
        observe(r, &e, sx_slice(text->str, text->len));
        g_string_free(text, TRUE);
    } else if (e.kind == 's') {
        struct sx_segment segment = {
            .src = e.src,
            .dst = e.dst,
            .time_ns = r->time_ns,
            .frame = r->frame,
            .flags = next_byte(&in),
            .payload = next_byte(&in) & 7,
            .sign = (enum sx_segment_sign)((next_byte(&in) & 0xf) % 3),
        };
        segment.seq = next_byte(&in);
        segment.ack = next_byte(&in);
        if (sx_tracker_wants(r->tracker, segment.flags, segment.payload))
            sx_tracker_tcp(r->tracker, &segment);
    } else if (e.kind == 'd') {
        char *bytes = g_memdup2(in.n ? in.p : (const uint8_t *)"", MAX(in.n, 1));
        struct sx_datagram datagram = {
            .src = e.src,
            .dst = e.dst,
            .time_ns = r->time_ns,
            .frame = r->frame,
            .payload = sx_slice(bytes, in.n),
        };
        if (sx_tracker_watches_udp(r->tracker))
            sx_tracker_udp(r->tracker, &datagram);
        g_free(bytes);
    } else if (e.kind == 'u') {
        sx_tracker_undelivered(r->tracker, r->frame, r->time_ns, &e.src, &e.dst, NULL);
    } else if (e.kind == 'x') {
        sx_tracker_unreadable(r->tracker, r->frame, &e.src, e.ports & 0x40 ? NULL : &e.dst);
    } else if (e.kind == 'e') {
        sx_tracker_end(r->tracker);
    }
    say_frame(r, r->frame);
    if (e.kind == 'R')
        r->frame--;
}

static char *run_with(const uint64_t key[2], const uint8_t *data, size_t size)
{
    static const struct sx_config cfg = {
        .trying_timeout_ns = 32 * SX_NS_PER_S,
        .trying_slow_ns = 4 * SX_NS_PER_S,
        .flow_recovery_ns = 32 * SX_NS_PER_S,
    };
    struct run r = {
        .tracker = sx_tracker_new(key, &cfg),
        .said = wmem_strbuf_new(NULL, ""),
    };

    while (size > 0) {
        const uint8_t *end = memchr(data, 0xff, size);
        size_t n = end ? (size_t)(end - data) : size;
        on_event(&r, (struct input){data, n});
        n += end != NULL;
        data += n;
        size -= n;
    }
    say_all(&r);
    sx_tracker_end(r.tracker);
    say_all(&r);
    sx_tracker_free(r.tracker);
    return wmem_strbuf_finalize(r.said);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static const uint64_t keys[2][2] = {{1, 2}, {UINT64_C(0xfedcba9876543210), 77}};

    /* The key is random in real life: no verdict may hang on it. */
    char *said = run_with(keys[0], data, size), *again = run_with(keys[1], data, size);
    CLAIM(strcmp(said, again) == 0);
    wmem_free(NULL, said);
    wmem_free(NULL, again);
    return 0;
}
