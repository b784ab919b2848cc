/* sip_text.h
 * SIP messages and ladders for the tests: one line of C is one arrow of the ladder.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 *
 *     struct ladder l = ladder_open();
 *     request(&l, 0.000, ALICE, P1, "INVITE", via("alice a1"));
 *     request(&l, 0.010, P1, BOB, "INVITE", via("p1 b1", "alice a1"));
 *     response(&l, 0.050, BOB, P1, 180, "INVITE", via("p1 b1", "alice a1"));
 *     ladder_close(&l);
 *
 * A Via is "sent-by branch"; the magic cookie is put before the branch. The text of a message is
 * freed as soon as it was observed, so that a sanitizer sees who keeps a pointer into it.
 */
#ifndef SX_TESTS_SIP_TEXT_H
#define SX_TESTS_SIP_TEXT_H

#include "core/judge/watch.h"

/* The last byte of the address. */
enum { ALICE = 1, P1, P2, P3, BOB, CAROL, DAVE };

#define MAX_TEXT_VIAS 8

struct sip_text {
    const char *via[MAX_TEXT_VIAS]; /* top first; "alice a1", or "alice" for no branch at all */
    unsigned code;                  /* 0: a request */
    const char *method;
    const char *uri;
    const char *call_id;
    const char *to_uri;
    const char *from_tag;
    const char *to_tag; /* responses but 100 have "bob" unless they say otherwise */
    const char *more;   /* further header lines, each with its CR LF */
    uint32_t cseq;      /* 0: 1 */
    uint32_t body;      /* Content-Length */
    uint32_t bytes;     /* of the message; 0: not said */
    bool old_branch;    /* without the magic cookie */
    bool same_frame;    /* as the message before it */
    bool quoted;
    bool v6;                     /* from 2001:db8::from to 2001:db8::to */
    uint16_t src_port, dst_port; /* 0: 5060 */
    enum sx_transport transport;
    struct sx_packet_marks packet;
};

struct ladder {
    struct sx_tracker *tracker;
    uint32_t frame; /* the newest; take one off to use its number again */
};

#define via(...) .via = {__VA_ARGS__}

#define request(l, seconds, from, to, name, ...) \
    ladder_send(l, seconds, from, to, &(struct sip_text){.method = (name), __VA_ARGS__})

#define response(l, seconds, from, to, status, name, ...) \
    ladder_send(l, seconds, from, to,                     \
                &(struct sip_text){.code = (status), .method = (name), __VA_ARGS__})

#define TEST_TRYING_TIMEOUT_S 32
#define TEST_TRYING_SLOW_S 4

static inline uint32_t tag_hash(const char *tag)
{
    return sx_txn_tag_hash(sx_slice_str(tag));
}

static inline struct ladder ladder_open(void)
{
    static const uint64_t key[2] = {UINT64_C(0x0706050403020100), UINT64_C(0x0f0e0d0c0b0a0908)};
    const struct sx_config cfg = {
        .trying_timeout_ns = TEST_TRYING_TIMEOUT_S * SX_NS_PER_S,
        .trying_slow_ns = TEST_TRYING_SLOW_S * SX_NS_PER_S,
        .flow_recovery_ns = 32 * SX_NS_PER_S,
    };

    return (struct ladder){.tracker = sx_tracker_new(key, &cfg)};
}

static inline void ladder_close(struct ladder *l)
{
    sx_tracker_free(l->tracker);
    l->tracker = NULL;
}

/* Whole milliseconds: a double cannot hold today's time in nanoseconds. */
static inline int64_t ns_of(double seconds)
{
    return (int64_t)(seconds * 1000 + (seconds < 0 ? -0.5 : 0.5)) * SX_NS_PER_MS;
}

static inline void text_via(GString *out, const char *value, bool old_branch)
{
    const char *space = strchr(value, ' ');

    if (!space) {
        g_string_append_printf(out, "Via: SIP/2.0/UDP %s\r\n", value);
        return;
    }
    g_string_append_printf(out, "Via: SIP/2.0/UDP %.*s;branch=%s%s\r\n", (int)(space - value),
                           value, old_branch ? "" : SX_BRANCH_COOKIE, space + 1);
}

static inline GString *text_of(const struct sip_text *m)
{
    GString *out = g_string_new(NULL);
    const char *to_tag = m->to_tag ? m->to_tag : m->code > 100 ? "bob" : "";

    if (m->code)
        g_string_append_printf(out, "SIP/2.0 %03u Phrase\r\n", m->code);
    else
        g_string_append_printf(out, "%s %s SIP/2.0\r\n", m->method,
                               m->uri ? m->uri : "sip:bob@example.com");
    for (unsigned i = 0; i < MAX_TEXT_VIAS && m->via[i]; i++)
        text_via(out, m->via[i], m->old_branch);
    g_string_append_printf(out,
                           "From: \"Alice; <a>\" <sip:alice@example.com;tag=no>;tag=%s\r\n"
                           "To: <%s>%s%s\r\n"
                           "Call-ID: %s\r\n"
                           "CSeq: %u %s\r\n",
                           m->from_tag ? m->from_tag : "alice",
                           m->to_uri ? m->to_uri : "sip:bob@example.com", *to_tag ? ";tag=" : "",
                           to_tag, m->call_id ? m->call_id : "call-1", m->cseq ? m->cseq : 1,
                           m->method);
    g_string_append_printf(out, "%sContent-Length: %u\r\n\r\n", m->more ? m->more : "", m->body);
    return out;
}

static inline struct sx_address address_at(const uint8_t ip[4], uint16_t port)
{
    return (struct sx_address){.bytes = ip, .len = 4, .type = 2, .port = port ? port : 5060};
}

static inline struct sx_address address_v6(const uint8_t ip[16], uint16_t port)
{
    return (struct sx_address){.bytes = ip, .len = 16, .type = 3, .port = port ? port : 5060};
}

/* A packet that is no SIP. Returns its frame. */
static inline uint32_t other_packet(struct ladder *l, double seconds)
{
    sx_watch_tick(l->tracker, ++l->frame, ns_of(seconds));
    return l->frame;
}

static inline const struct sx_message *ladder_send(struct ladder *l, double seconds, unsigned from,
                                                   unsigned to, const struct sip_text *m)
{
    const uint8_t src[4] = {10, 0, 0, (uint8_t)from}, dst[4] = {10, 0, 0, (uint8_t)to};
    const uint8_t src6[16] = {0x20, 0x01, 0x0d, 0xb8, [15] = (uint8_t)from};
    const uint8_t dst6[16] = {0x20, 0x01, 0x0d, 0xb8, [15] = (uint8_t)to};
    GString *text = text_of(m);
    struct sx_sip_msg msg;

    if (!sx_sip_msg_read(sx_slice(text->str, text->len), &msg))
        g_error("no SIP message: %s", text->str);
    if (!m->same_frame)
        other_packet(l, seconds);
    struct sx_observation obs = {
        .msg = &msg,
        .src = m->v6 ? address_v6(src6, m->src_port) : address_at(src, m->src_port),
        .dst = m->v6 ? address_v6(dst6, m->dst_port) : address_at(dst, m->dst_port),
        .time_ns = ns_of(seconds),
        .frame = l->frame,
        .transport = m->transport ? m->transport : SX_TRANSPORT_UDP,
        .quoted = m->quoted,
        .packet = m->packet,
        .bytes = m->bytes,
    };
    const struct sx_message *record = sx_tracker_observe(l->tracker, &obs);
    g_string_free(text, TRUE);
    return record;
}

/* When a client over UDP sends a request for the nth time, from 0, while it hears nothing: seconds
 * after the first (RFC 3261 17.1.1.2, 17.1.2.2). */
static inline double send_time(const char *method, unsigned nth)
{
    double at = 0, gap = 0.5;

    for (; nth > 0; nth--, gap *= 2) {
        if (gap > 4 && strcmp(method, "INVITE") != 0)
            gap = 4;
        at += gap;
    }
    return at;
}

/* The same request n times, by these timers. */
#define requests(l, n, seconds, from, to, name, ...) \
    ladder_send_often(l, n, seconds, from, to, &(struct sip_text){.method = (name), __VA_ARGS__})

/* Returns the number of its transaction. */
static inline uint32_t ladder_send_often(struct ladder *l, unsigned n, double seconds,
                                         unsigned from, unsigned to, const struct sip_text *m)
{
    uint32_t txn = 0;

    for (unsigned i = 0; i < n; i++)
        txn = ladder_send(l, seconds + send_time(m->method, i), from, to, m)->txn;
    return txn;
}

/* A TCP segment without payload. Returns its frame. */
static inline uint32_t segment(struct ladder *l, double seconds, unsigned from, uint16_t from_port,
                               unsigned to, uint16_t to_port, unsigned flags)
{
    const uint8_t src[4] = {10, 0, 0, (uint8_t)from}, dst[4] = {10, 0, 0, (uint8_t)to};
    uint32_t frame = other_packet(l, seconds);

    sx_tracker_tcp(l->tracker, &(struct sx_segment){
                                   .src = address_at(src, from_port),
                                   .dst = address_at(dst, to_port),
                                   .time_ns = ns_of(seconds),
                                   .frame = frame,
                                   .flags = flags,
                               });
    return frame;
}

/* An ICMP error that quotes the ports of a packet. Returns its frame. */
static inline uint32_t undelivered(struct ladder *l, double seconds, unsigned from,
                                   uint16_t from_port, unsigned to, uint16_t to_port)
{
    const uint8_t src[4] = {10, 0, 0, (uint8_t)from}, dst[4] = {10, 0, 0, (uint8_t)to};
    uint32_t frame = other_packet(l, seconds);
    struct sx_address a = address_at(src, from_port), b = address_at(dst, to_port);

    sx_tracker_undelivered(l->tracker, frame, ns_of(seconds), &a, &b, NULL);
    return frame;
}

/* An ICMP error of P3 that says that a packet is too large. Returns its frame. */
static inline uint32_t too_big(struct ladder *l, double seconds, unsigned from, unsigned to,
                               uint32_t bytes, uint32_t mtu)
{
    const uint8_t src[4] = {10, 0, 0, (uint8_t)from}, dst[4] = {10, 0, 0, (uint8_t)to};
    const uint8_t by[4] = {10, 0, 0, P3};
    uint32_t frame = other_packet(l, seconds);

    sx_tracker_too_big(l->tracker, &(struct sx_seen_too_big){.src = address_at(src, 5060),
                                                             .dst = address_at(dst, 5060),
                                                             .by = address_at(by, 0),
                                                             .time_ns = ns_of(seconds),
                                                             .frame = frame,
                                                             .bytes = bytes,
                                                             .mtu = mtu});
    return frame;
}

/* A fragment of an IP packet. Returns its frame. */
static inline uint32_t fragment(struct ladder *l, double seconds, unsigned from, unsigned to,
                                uint32_t id, enum sx_fragment_holds holds, bool first)
{
    const uint8_t src[4] = {10, 0, 0, (uint8_t)from}, dst[4] = {10, 0, 0, (uint8_t)to};
    uint32_t frame = other_packet(l, seconds);
    struct sx_address a = address_at(src, 0), b = address_at(dst, 0);

    sx_tracker_fragment(l->tracker,
                        &(struct sx_seen_fragment){a, b, a, b, frame, id, holds, first, NULL});
    return frame;
}

/* The packet whose fragments have this number is whole. */
static inline void reassembled(struct ladder *l, unsigned from, unsigned to, uint32_t id)
{
    const uint8_t src[4] = {10, 0, 0, (uint8_t)from}, dst[4] = {10, 0, 0, (uint8_t)to};
    struct sx_address a = address_at(src, 0), b = address_at(dst, 0);

    sx_tracker_reassembled(l->tracker, &(struct sx_seen_fragment){a, b, a, b, l->frame, id,
                                                                  SX_HOLDS_TEXT, false, NULL});
}

/* Never NULL: a test that expects a transaction where there is none reads zeros and fails. */
static inline const struct sx_txn *txn_numbered(const struct ladder *l, uint32_t number)
{
    static const struct sx_txn nothing;
    const struct sx_txn *txn = sx_tracker_txn(l->tracker, number);

    return txn ? txn : &nothing;
}

static inline const struct sx_txn *txn_of(const struct ladder *l, const struct sx_message *message)
{
    return txn_numbered(l, message->txn);
}

/* How many transactions the parent lists as its children; -1 if the list does not end. */
static inline int count_children(const struct ladder *l, const struct sx_txn *parent)
{
    int n = 0, most = (int)sx_tracker_txn_count(l->tracker);

    for (uint32_t c = parent->first_child; c; c = txn_numbered(l, c)->next_sibling)
        if (++n > most)
            return -1;
    return n;
}

/* Fails the test and says why, also from a process of its own. */
#define complain(...)                                   \
    G_STMT_START                                        \
    {                                                   \
        char *complaint = g_strdup_printf(__VA_ARGS__); \
        if (g_test_subprocess())                        \
            g_printerr("%s\n", complaint);              \
        else                                            \
            g_test_message("%s", complaint);            \
        g_free(complaint);                              \
        g_test_fail();                                  \
    }                                                   \
    G_STMT_END

/* Runs the test that calls this in a process of its own; true in the parent, where all is done.
 * For what could end in a loop without end: that then fails here and holds up no other test. */
static inline bool ran_apart(void)
{
    if (g_test_subprocess())
        return false;
    g_test_trap_subprocess(NULL, 60 * G_USEC_PER_SEC, (GTestSubprocessFlags)0);
    if (g_test_trap_reached_timeout())
        complain("it did not end");
    g_test_trap_assert_passed();
    return true;
}

/* All assertions of a test run, even behind a failed one. */
static inline void tests_init(int *argc, char ***argv)
{
    g_test_init(argc, argv, NULL);
    g_test_set_nonfatal_assertions();
}

#endif
