/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "core/record/tracker.h"

#include "sip_text.h"

#define SYN SX_TCP_SYN
#define SYN_ACK (SX_TCP_SYN | SX_TCP_ACK)
#define FIN (SX_TCP_FIN | SX_TCP_ACK)
#define RST SX_TCP_RST

/* Alice's INVITE over TCP from port 40001, and its 100. */
static uint32_t call_begins(struct ladder *l)
{
    uint32_t txn = request(l, 0, ALICE, P1, "INVITE", via("alice a1"), .src_port = 40001,
                           .transport = SX_TRANSPORT_TCP)
                       ->txn;

    response(l, 1, P1, ALICE, 100, "INVITE", via("alice a1"), .dst_port = 40001,
             .transport = SX_TRANSPORT_TCP);
    return txn;
}

static const struct sx_attempt *attempt(const struct ladder *l, uint32_t nth)
{
    return sx_tracker_attempt(l->tracker, 0, nth);
}

/* ---- ICMP ---- */

static void test_undelivered(void)
{
    struct ladder l = ladder_open();
    uint32_t older = request(&l, 0, P1, BOB, "INVITE", via("p1 a"))->txn;
    uint32_t newer = request(&l, 1, P1, BOB, "INVITE", via("p1 b"), .call_id = "2")->txn;

    undelivered(&l, 2, P1, 5061, BOB, 5060); /* another way */
    undelivered(&l, 2, BOB, 5060, P1, 5060);
    undelivered(&l, 2, P1, 5060, DAVE, 5060); /* a host that is not known */
    g_assert_cmpuint(sx_txn_rare(txn_numbered(&l, newer))->unreachable_frame, ==, 0);
    uint32_t frame = undelivered(&l, 2, P1, 5060, BOB, 5060);
    g_assert_cmpuint(sx_txn_rare(txn_numbered(&l, newer))->unreachable_frame, ==, frame);
    g_assert_cmpuint(sx_txn_rare(txn_numbered(&l, older))->unreachable_frame, ==, 0);
    ladder_close(&l);
}

static void test_undelivered_too_late(void)
{
    struct ladder l = ladder_open();
    uint32_t txn = request(&l, 0, P1, BOB, "INVITE", via("p1 a"))->txn;

    undelivered(&l, 41, P1, 5060, BOB, 5060);
    g_assert_cmpuint(sx_txn_rare(txn_numbered(&l, txn))->unreachable_frame, ==, 0);
    response(&l, 42, BOB, P1, 180, "INVITE", via("p1 a"));
    undelivered(&l, 42, P1, 5060, BOB, 5060); /* something else: this one was answered */
    g_assert_cmpuint(sx_txn_rare(txn_numbered(&l, txn))->unreachable_frame, ==, 0);
    ladder_close(&l);
}

/* The beginning of a message, up to so many bytes behind the end of its Call-ID. */
static uint32_t undelivered_with(struct ladder *l, const struct sip_text *m, unsigned more)
{
    static const uint8_t src[4] = {10, 0, 0, P1}, dst[4] = {10, 0, 0, BOB};
    struct sx_address a = address_at(src, 0), b = address_at(dst, 0);
    GString *text = text_of(m);
    struct sx_sip_msg msg;
    const char *call_id = strstr(text->str, "Call-ID: ");

    g_string_truncate(text, (gsize)(strchr(call_id, '\r') - text->str) + more);
    sx_sip_msg_read(sx_slice(text->str, text->len), &msg);
    uint32_t frame = other_packet(l, 2);
    sx_tracker_undelivered(l->tracker, frame, ns_of(2), &a, &b, &msg);
    g_string_free(text, TRUE);
    return frame;
}

/* Of two messages on the way the quote tells which; where its Call-ID may be cut, or the newest is
 * of a method without a name, it tells nothing, and it is the newest. */
static void test_quoted_beginning(void)
{
    static const struct {
        const char *newest;
        unsigned more;
        bool older;
    } rows[] = {{"INVITE", 8, true}, {"INVITE", 0, false}, {"FROB", 8, false}};

    for (size_t i = 0; i < G_N_ELEMENTS(rows); i++) {
        struct ladder l = ladder_open();
        const struct sip_text quoted = {.method = "INVITE", via("p1 a")};
        uint32_t older = request(&l, 0, P1, BOB, "INVITE", via("p1 a"))->txn;
        uint32_t newer = request(&l, 1, P1, BOB, rows[i].newest, via("p1 b"), .call_id = "2")->txn;
        uint32_t frame = undelivered_with(&l, &quoted, rows[i].more);
        g_test_message("row %u", (unsigned)i);
        g_assert_cmpuint(sx_txn_rare(txn_numbered(&l, older))->unreachable_frame, ==,
                         rows[i].older ? frame : 0);
        g_assert_cmpuint(sx_txn_rare(txn_numbered(&l, newer))->unreachable_frame, ==,
                         rows[i].older ? 0 : frame);
        ladder_close(&l);
    }
}

/* What an ICMP error quotes is evidence and no message. */
static void test_quoted(void)
{
    struct ladder l = ladder_open();
    const struct sx_message *invite, *quote;

    invite = request(&l, 0.0, ALICE, BOB, "INVITE", via("alice a1"));
    quote = request(&l, 0.1, ALICE, BOB, "INVITE", via("alice a1"), .quoted = true);
    g_assert_cmpuint(quote->txn, ==, invite->txn);
    g_assert_cmpuint(quote->flags, ==, SX_MESSAGE_QUOTED);
    g_assert_cmpuint(quote->repeats, ==, 0);
    g_assert_cmpuint(sx_txn_sends(txn_of(&l, invite)), ==, 1);
    g_assert_cmpuint(sx_txn_rare(txn_of(&l, invite))->unreachable_frame, ==, 2);
    quote = request(&l, 0.2, ALICE, BOB, "BYE", via("alice a7"), .quoted = true);
    g_assert_cmpuint(quote->txn, ==, 0);
    g_assert_cmpuint(sx_tracker_txn_count(l.tracker), ==, 1);
    ladder_close(&l);
}

/* ---- resets ---- */

static void test_reset(void)
{
    struct ladder l = ladder_open();
    uint32_t txn = request(&l, 0, P1, BOB, "INVITE", via("p1 a"), .src_port = 40001,
                           .transport = SX_TRANSPORT_TCP)
                       ->txn;

    segment(&l, 1, BOB, 5060, P1, 40002, RST);
    segment(&l, 1, BOB, 5060, P1, 40001, SX_TCP_ACK);
    g_assert_cmpuint(sx_txn_rare(txn_numbered(&l, txn))->unreachable_frame, ==, 0);
    uint32_t frame = segment(&l, 1, BOB, 5060, P1, 40001, RST);
    g_assert_cmpuint(sx_txn_rare(txn_numbered(&l, txn))->unreachable_frame, ==, frame);
    ladder_close(&l);
}

/* A reset that answers the client's own FIN did not keep the request from its way. */
static void test_reset_behind_fin(void)
{
    struct ladder l = ladder_open();
    uint32_t txn = request(&l, 0, P1, BOB, "INVITE", via("p1 a"), .src_port = 40001,
                           .transport = SX_TRANSPORT_TCP)
                       ->txn;

    segment(&l, 20, P1, 40001, BOB, 5060, FIN);
    segment(&l, 20, BOB, 5060, P1, 40001, RST);
    g_assert_cmpuint(sx_txn_rare(txn_numbered(&l, txn))->unreachable_frame, ==, 0);
    ladder_close(&l);
}

/* ---- connections that do not come up ---- */

static void test_connect_in_vain(void)
{
    struct ladder l = ladder_open();

    call_begins(&l);
    uint32_t first = segment(&l, 1.010, P1, 34567, BOB, 5060, SYN);
    g_assert_null(attempt(&l, 0));
    uint32_t second = segment(&l, 2.010, P1, 34567, BOB, 5060, SYN);
    segment(&l, 4.010, P1, 34567, BOB, 5060, SYN);
    g_assert_nonnull(attempt(&l, 0));
    g_assert_cmpuint(attempt(&l, 0)->frame, ==, second);
    g_assert_cmpuint(attempt(&l, 0)->since_frame, ==, first);
    g_assert_cmpint(attempt(&l, 0)->since_ns, ==, ns_of(1.010));
    g_assert_cmpuint(attempt(&l, 0)->to.port, ==, 5060);
    g_assert_false(attempt(&l, 0)->came_up);
    g_assert_null(attempt(&l, 1));
    segment(&l, 4.020, BOB, 5060, P1, 34567, SYN_ACK);
    g_assert_true(attempt(&l, 0)->came_up);
    ladder_close(&l);
}

/* The client goes on after its SYN: it has an answer, in sight or not. It does not by giving up,
 * nor over another connection. */
static void test_connect_goes_on(void)
{
    static const struct {
        double at;
        uint16_t port;
        unsigned flags;
        bool came_up;
    } rows[] = {
        {2.020, 34567, SX_TCP_ACK, true},  {2.020, 34567, FIN, true}, {2.020, 34567, RST, false},
        {2.020, 34568, SX_TCP_ACK, false}, {30, 34567, FIN, true},
    };

    for (size_t i = 0; i < G_N_ELEMENTS(rows); i++) {
        struct ladder l = ladder_open();
        call_begins(&l);
        segment(&l, 1.010, P1, 34567, BOB, 5060, SYN);
        segment(&l, 2.010, P1, 34567, BOB, 5060, SYN);
        segment(&l, rows[i].at, P1, rows[i].port, BOB, 5060, rows[i].flags);
        g_test_message("%zu", i);
        g_assert_true(attempt(&l, 0)->came_up == rows[i].came_up);
        ladder_close(&l);
    }
}

/* For three seconds after a SYN that came again. */
static void test_wants_what_goes_on(void)
{
    struct ladder l = ladder_open();

    call_begins(&l);
    segment(&l, 1, P1, 34567, BOB, 5060, SYN);
    g_assert_false(sx_tracker_wants(l.tracker, SX_TCP_ACK, 0));
    segment(&l, 2, P1, 34567, BOB, 5060, SYN);
    g_assert_true(sx_tracker_wants(l.tracker, SX_TCP_ACK, 0));
    other_packet(&l, 4.999);
    g_assert_true(sx_tracker_wants(l.tracker, SX_TCP_ACK, 100));
    other_packet(&l, 5);
    g_assert_false(sx_tracker_wants(l.tracker, SX_TCP_ACK, 0));
    g_assert_false(sx_tracker_wants(l.tracker, SX_TCP_ACK, 100));
    ladder_close(&l);
}

static void test_connect_refused(void)
{
    struct ladder l = ladder_open();
    uint32_t txn = call_begins(&l);

    segment(&l, 1.010, P1, 34567, BOB, 5060, SYN);
    uint32_t frame = segment(&l, 1.011, BOB, 5060, P1, 34567, RST | SX_TCP_ACK);
    g_assert_nonnull(attempt(&l, 0));
    g_assert_cmpuint(attempt(&l, 0)->frame, ==, frame);
    g_assert_cmpuint(sx_txn_rare(txn_numbered(&l, txn))->unreachable_frame, ==, 0);
    segment(&l, 2, P1, 34568, BOB, 5060, SYN);
    frame = undelivered(&l, 2.1, P1, 34568, BOB, 5060);
    g_assert_nonnull(attempt(&l, 1));
    g_assert_cmpuint(attempt(&l, 1)->frame, ==, frame);
    ladder_close(&l);
}

static void test_connect_as_usual(void)
{
    struct ladder l = ladder_open();

    call_begins(&l);
    /* A mirror port shows it twice. */
    segment(&l, 1.010, P1, 34567, BOB, 5060, SYN);
    segment(&l, 1.010, P1, 34567, BOB, 5060, SYN);
    segment(&l, 1.011, BOB, 5060, P1, 34567, SYN_ACK);
    /* The port is used again much later, and the frames of that handshake are out of order. */
    segment(&l, 200, BOB, 5060, P1, 34567, SYN_ACK);
    segment(&l, 200, P1, 34567, BOB, 5060, SYN);
    segment(&l, 400, P1, 34567, BOB, 5060, SYN);
    /* Nobody whom SIP was seen from, and no SIP port. */
    for (unsigned i = 0; i < 2; i++) {
        segment(&l, 500 + i, DAVE, 34567, BOB, 5060, SYN);
        segment(&l, 500 + i, P1, 34567, DAVE, 3306, SYN);
    }
    g_assert_null(attempt(&l, 0));
    ladder_close(&l);
}

/* Ports that SIP was sent to, or that a message names for itself. */
static void test_ports_of_sip(void)
{
    static const struct sip_text none = {.method = "OPTIONS", via("carol n1")};
    static const struct sip_text udp = {.method = "OPTIONS", via("carol n1"), .dst_port = 6060};
    static const struct sip_text tcp = {.method = "OPTIONS",
                                        via("carol n1"),
                                        .dst_port = 6060,
                                        .transport = SX_TRANSPORT_TCP};
    static const struct sip_text sent_by = {.method = "OPTIONS", via("carol:8181 n1")};
    static const struct sip_text zeros = {.method = "OPTIONS", via("carol:008181 n1")};
    static const struct sip_text last = {.method = "OPTIONS", via("carol:65535 n1")};
    static const struct sip_text no_port = {.method = "OPTIONS", via("carol:73717 n1")};
    static const struct sip_text nobody = {.method = "OPTIONS", via("")};
    static const struct sip_text invite = {.method = "INVITE",
                                           via("carol n1"),
                                           .call_id = "n",
                                           .uri = "sip:x@10.0.0.9:7070"};
    static const struct sip_text options = {.method = "OPTIONS",
                                            via("carol n1"),
                                            .uri = "sip:x@10.0.0.9:7070"};
    static const struct sip_text contact = {.method = "REGISTER",
                                            via("carol n1"),
                                            .call_id = "n",
                                            .more = "Contact: <sip:c@10.0.0.6:7171>\r\n"};
    static const struct sip_text no_contact = {.method = "OPTIONS",
                                               via("carol n1"),
                                               .more = "Contact: <sip:c@10.0.0.6:7171>\r\n"};
    static const struct {
        const struct sip_text *before;
        uint16_t port;
        bool known;
    } rows[] = {{&none, 5060, true},    {&none, 5061, true},       {&none, 5059, false},
                {&none, 5062, false},   {&none, 6060, false},      {&udp, 6060, true},
                {&udp, 6059, false},    {&udp, 6061, false},       {&udp, 6124, false},
                {&tcp, 6060, false},    {&sent_by, 8181, true},    {&sent_by, 818, false},
                {&zeros, 8181, true},   {&last, 65535, true},      {&no_port, 8181, false},
                {&nobody, 8181, false}, {&invite, 7070, true},     {&options, 7070, false},
                {&contact, 7171, true}, {&no_contact, 7171, false}};

    for (unsigned i = 0; i < G_N_ELEMENTS(rows); i++) {
        struct ladder l = ladder_open();

        call_begins(&l);
        ladder_send(&l, 1, CAROL, P1, rows[i].before);
        segment(&l, 3, P1, 60001, DAVE, rows[i].port, SYN);
        segment(&l, 4, P1, 60001, DAVE, rows[i].port, SYN);
        g_test_message("row %u", i);
        g_assert_true((attempt(&l, 0) != NULL) == rows[i].known);
        ladder_close(&l);
    }
}

/* However many ports are tried, what is kept of them has an end; a new one is seen all the same. */
static void test_connect_scan(void)
{
    struct ladder l = ladder_open();

    call_begins(&l);
    for (unsigned port = 1; port < 60000; port++)
        segment(&l, 2, P1, (uint16_t)port, BOB, 5060, SYN);
    segment(&l, 3, P1, 60001, BOB, 5060, SYN);
    uint32_t frame = segment(&l, 4, P1, 60001, BOB, 5060, SYN);
    g_assert_nonnull(attempt(&l, 0));
    g_assert_cmpuint(attempt(&l, 0)->frame, ==, frame);
    ladder_close(&l);
}

/* ---- connections that end ---- */

static void assert_hangup(const struct ladder *l, uint32_t txn, uint32_t frame, bool reset)
{
    const struct sx_hangup *hangup = sx_tracker_hung_up(l->tracker, txn_numbered(l, txn));

    g_assert_nonnull(hangup);
    if (!hangup)
        return;
    g_assert_cmpuint(hangup->frame, ==, frame);
    g_assert_true(hangup->reset == reset);
    g_assert_true(sx_tracker_hangup(l->tracker, frame, 0) == hangup);
}

static void test_hangup(void)
{
    for (unsigned reset = 0; reset < 2; reset++) {
        struct ladder l = ladder_open();
        uint32_t txn = call_begins(&l);
        segment(&l, 9, ALICE, 40002, P1, 5060, FIN); /* another connection of hers */
        g_assert_null(sx_tracker_hung_up(l.tracker, txn_numbered(&l, txn)));
        uint32_t frame = segment(&l, 10, ALICE, 40001, P1, 5060, reset ? RST : FIN);
        segment(&l, 11, ALICE, 40001, P1, 5060, RST);
        assert_hangup(&l, txn, frame, reset);
        ladder_close(&l);
    }
}

/* It takes a connection afterwards, or is asked for one and says nothing. */
static void test_hangup_and_still_there(void)
{
    for (unsigned takes = 0; takes < 2; takes++) {
        struct ladder l = ladder_open();
        uint32_t txn = call_begins(&l);
        segment(&l, 10, ALICE, 40001, P1, 5060, FIN);
        segment(&l, 12, P1, 41000, ALICE, 5060, SYN);
        if (takes)
            segment(&l, 12, ALICE, 5060, P1, 41000, SYN_ACK);
        g_assert_true((sx_tracker_hung_up(l.tracker, txn_numbered(&l, txn)) == NULL) == takes);
        ladder_close(&l);
    }
}

static void test_hangup_by_server(void)
{
    struct ladder l = ladder_open();
    uint32_t txn = call_begins(&l);

    segment(&l, 10, P1, 5060, ALICE, 40001, FIN);
    segment(&l, 10, ALICE, 40001, P1, 5060, FIN);
    g_assert_null(sx_tracker_hung_up(l.tracker, txn_numbered(&l, txn)));
    ladder_close(&l);
}

static void test_hangup_of_nobody(void)
{
    struct ladder l = ladder_open();
    uint32_t answered = call_begins(&l), datagram, resent;

    response(&l, 2, P1, ALICE, 180, "INVITE", via("alice a1"));
    datagram =
        request(&l, 3, ALICE, P1, "INVITE", via("alice u1"), .call_id = "2", .src_port = 40001)
            ->txn;
    resent = request(&l, 4, ALICE, P1, "INVITE", via("alice r1"), .call_id = "3", .src_port = 40001,
                     .transport = SX_TRANSPORT_TCP)
                 ->txn;
    segment(&l, 10, ALICE, 40001, P1, 5060, FIN);
    g_assert_nonnull(sx_tracker_hung_up(l.tracker, txn_numbered(&l, resent)));
    request(&l, 12, ALICE, P1, "INVITE", via("alice r1"), .call_id = "3", .src_port = 40002,
            .transport = SX_TRANSPORT_TCP);
    g_assert_null(sx_tracker_hung_up(l.tracker, txn_numbered(&l, resent)));
    g_assert_null(sx_tracker_hung_up(l.tracker, txn_numbered(&l, answered)));
    g_assert_null(sx_tracker_hung_up(l.tracker, txn_numbered(&l, datagram)));
    ladder_close(&l);
}

/* All the calls of a trunk go with its connection, in one frame, and each of them once. */
static void test_hangup_of_a_trunk(void)
{
    struct ladder l = ladder_open();
    uint32_t n = 0;

    for (unsigned round = 0; round < 2; round++) {
        for (unsigned i = 0; i < 100; i++) {
            char branch[24];
            g_snprintf(branch, sizeof branch, "p1 t%u-%u", round, i);
            request(&l, round * 10, P1, P2, "INVITE", via(branch), .src_port = 40001,
                    .transport = SX_TRANSPORT_TLS);
        }
        uint32_t frame = segment(&l, round * 10 + 5, P1, 40001, P2, 5060, RST);
        for (n = 0; sx_tracker_hangup(l.tracker, frame, n); n++)
            ;
        g_assert_cmpuint(n, ==, 100);
    }
    ladder_close(&l);
}

static void test_wants(void)
{
    struct ladder l = ladder_open();

    g_assert_false(sx_tracker_watches_tcp(l.tracker));
    call_begins(&l);
    g_assert_true(sx_tracker_watches_tcp(l.tracker));
    g_assert_true(sx_tracker_wants(l.tracker, SYN, 0));
    g_assert_true(sx_tracker_wants(l.tracker, FIN, 0));
    g_assert_true(sx_tracker_wants(l.tracker, RST, 0));
    g_assert_false(sx_tracker_wants(l.tracker, SX_TCP_ACK, 1400));
    ladder_close(&l);
}

/* Payload counts where phones are registered over a connection, what has none does not. */
static void test_wants_payload(void)
{
    struct ladder l = ladder_open();

    request(&l, 0, ALICE, P1, "REGISTER", via("alice r1"), .more = "Contact: <sip:a@10.0.0.1>\r\n",
            .src_port = 40001, .transport = SX_TRANSPORT_TCP);
    g_assert_true(sx_tracker_wants(l.tracker, SX_TCP_ACK, 1));
    g_assert_false(sx_tracker_wants(l.tracker, SX_TCP_ACK, 0));
    ladder_close(&l);
}

/* ---- both sides of each threshold ---- */

/* RFC 6298 2: a SYN that nothing answered comes again after a second, then after twice as long each
 * time. At once it is a copy; much later the port serves another connection. */
static void test_syn_again_in_time(void)
{
    static const struct {
        double later;
        bool in_vain;
    } rows[] = {{0.199, false}, {0.2, true}, {1, true}, {70, true}, {70.001, false}};

    for (size_t i = 0; i < G_N_ELEMENTS(rows); i++) {
        struct ladder l = ladder_open();
        call_begins(&l);
        segment(&l, 10, P1, 34567, BOB, 5060, SYN);
        segment(&l, 10 + rows[i].later, P1, 34567, BOB, 5060, SYN);
        g_test_message("again %.3f s later", rows[i].later);
        g_assert_true((attempt(&l, 0) != NULL) == rows[i].in_vain);
        ladder_close(&l);
    }
}

/* An error 40 s after a request was last sent may concern it; a later one does not. */
static void test_undelivered_in_time(void)
{
    static const struct {
        double later;
        bool lost;
    } rows[] = {{40, true}, {40.001, false}};

    for (size_t i = 0; i < G_N_ELEMENTS(rows); i++) {
        struct ladder l = ladder_open();
        uint32_t txn = request(&l, 10, P1, BOB, "INVITE", via("p1 a"))->txn;
        uint32_t frame = undelivered(&l, 10 + rows[i].later, P1, 5060, BOB, 5060);
        g_test_message("%.3f s later", rows[i].later);
        g_assert_cmpuint(sx_txn_rare(txn_numbered(&l, txn))->unreachable_frame, ==,
                         rows[i].lost ? frame : 0);
        ladder_close(&l);
    }
}

/* The FIN comes in the packet of the client's last message. */
static void test_hangup_in_one_packet(void)
{
    struct ladder l = ladder_open();
    uint32_t txn = call_begins(&l);

    request(&l, 2, ALICE, P1, "INVITE", via("alice a1"), .src_port = 40001,
            .transport = SX_TRANSPORT_TCP);
    l.frame--;
    uint32_t frame = segment(&l, 2, ALICE, 40001, P1, 5060, FIN);
    const struct sx_hangup *lost = sx_tracker_connection_lost(l.tracker, txn_numbered(&l, txn));
    g_assert_nonnull(lost);
    g_assert_cmpuint(lost->frame, ==, frame);
    g_assert_true(sx_tracker_hung_up(l.tracker, txn_numbered(&l, txn)) == lost);
    ladder_close(&l);
}

/* What goes over a connection is lost with it, and nothing else that has its addresses and ports.
 */
static void test_hangup_of_transports(void)
{
    static const struct {
        enum sx_transport transport;
        bool lost;
    } rows[] = {{SX_TRANSPORT_TCP, true},
                {SX_TRANSPORT_TLS, true},
                {SX_TRANSPORT_WS, true},
                {SX_TRANSPORT_UDP, false}};

    for (size_t i = 0; i < G_N_ELEMENTS(rows); i++) {
        struct ladder l = ladder_open();
        uint32_t txn = request(&l, 0, ALICE, P1, "INVITE", via("alice a1"), .src_port = 40001,
                               .transport = rows[i].transport)
                           ->txn;
        segment(&l, 1, ALICE, 40001, P1, 5060, FIN);
        g_test_message("row %u", (unsigned)i);
        g_assert_true((sx_tracker_connection_lost(l.tracker, txn_numbered(&l, txn)) != NULL) ==
                      rows[i].lost);
        ladder_close(&l);
    }
}

int main(int argc, char **argv)
{
    tests_init(&argc, &argv);
    g_test_add_func("/connections/connect_goes_on", test_connect_goes_on);
    g_test_add_func("/connections/wants_what_goes_on", test_wants_what_goes_on);
    g_test_add_func("/connections/undelivered", test_undelivered);
    g_test_add_func("/connections/too_late", test_undelivered_too_late);
    g_test_add_func("/connections/quoted", test_quoted);
    g_test_add_func("/connections/reset", test_reset);
    g_test_add_func("/connections/reset_behind_fin", test_reset_behind_fin);
    g_test_add_func("/connections/connect_in_vain", test_connect_in_vain);
    g_test_add_func("/connections/connect_refused", test_connect_refused);
    g_test_add_func("/connections/connect_as_usual", test_connect_as_usual);
    g_test_add_func("/connections/ports_of_sip", test_ports_of_sip);
    g_test_add_func("/connections/connect_scan", test_connect_scan);
    g_test_add_func("/connections/hangup", test_hangup);
    g_test_add_func("/connections/hangup_by_server", test_hangup_by_server);
    g_test_add_func("/connections/hangup_and_still_there", test_hangup_and_still_there);
    g_test_add_func("/connections/hangup_of_nobody", test_hangup_of_nobody);
    g_test_add_func("/connections/hangup_of_a_trunk", test_hangup_of_a_trunk);
    g_test_add_func("/connections/wants", test_wants);
    g_test_add_func("/connections/syn_again_in_time", test_syn_again_in_time);
    g_test_add_func("/connections/in_time", test_undelivered_in_time);
    g_test_add_func("/connections/wants_payload", test_wants_payload);
    g_test_add_func("/connections/quoted_beginning", test_quoted_beginning);
    g_test_add_func("/connections/hangup_in_one_packet", test_hangup_in_one_packet);
    g_test_add_func("/connections/hangup_of_transports", test_hangup_of_transports);
    return g_test_run();
}
