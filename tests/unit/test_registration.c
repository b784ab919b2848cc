/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "core/judge/registration.h"
#include "sip_text.h"

/* The phone registers from port 40000 at P1, over UDP unless another transport is given. */
struct binding {
    const char *contact; /* NULL: its own address and port */
    const char *more;    /* of the REGISTER */
    const char *answer;  /* of its final response; NULL: Expires: 60 */
    const char *to_uri;
    unsigned code; /* 0: 200 */
    uint16_t port; /* 0: 40000 */
    enum sx_transport transport;
    bool v6;
};

static uint32_t register_at(struct ladder *l, double seconds, const struct binding *b)
{
    static unsigned branch;
    char *via = g_strdup_printf("phone r%u", ++branch);
    uint16_t port = b->port ? b->port : 40000;
    char *more = g_strdup_printf("Contact: %s\r\n%s",
                                 b->contact ? b->contact : "<sip:bob@10.0.0.5:40000>",
                                 b->more ? b->more : "");
    const struct sx_message *m = request(l, seconds, BOB, P1, "REGISTER", via(via), .more = more,
                                         .src_port = port, .transport = b->transport,
                                         .to_uri = b->to_uri, .v6 = b->v6);
    uint32_t frame = m->frame;

    response(l, seconds + 0.01, P1, BOB, b->code ? b->code : 200, "REGISTER", via(via),
             .more = b->answer ? b->answer : "Expires: 60\r\n", .dst_port = port,
             .transport = b->transport, .to_uri = b->to_uri, .v6 = b->v6);
    g_free(via);
    g_free(more);
    return frame;
}

#define registers(l, seconds, ...) register_at(l, seconds, &(struct binding){__VA_ARGS__})

struct way {
    const char *uri; /* NULL: that of the phone's own Contact */
    unsigned to;     /* 0: BOB */
    uint16_t port, from_port;
    enum sx_transport transport;
    bool v6;
};

static const struct sx_txn *send_with(struct ladder *l, double seconds, const struct way *w)
{
    static unsigned branch;
    char *via = g_strdup_printf("p1 c%u", ++branch);
    const struct sx_txn *txn =
        txn_of(l, request(l, seconds, P1, w->to ? w->to : BOB, "MESSAGE", via(via),
                          .uri = w->uri ? w->uri : "sip:bob@10.0.0.5:40000",
                          .dst_port = w->port ? w->port : 40000, .src_port = w->from_port,
                          .transport = w->transport, .v6 = w->v6));

    g_free(via);
    return txn;
}

#define sends(l, seconds, ...) send_with(l, seconds, &(struct way){__VA_ARGS__})

static struct sx_registration of(const struct ladder *l, const struct sx_txn *txn)
{
    return sx_registration_find(l->tracker, txn);
}

static void test_current(void)
{
    struct ladder l = ladder_open();
    uint32_t first = registers(&l, 0), again = registers(&l, 50);
    struct sx_registration r = of(&l, sends(&l, 60));

    g_assert_cmpuint(r.state, ==, SX_REGISTRATION_CURRENT);
    g_assert_cmpuint(r.in, ==, again);
    g_assert_cmpuint(again, >, first);
    g_assert_cmpint(r.age_ns, ==, ns_of(10));
    g_assert_true(r.has_expires);
    g_assert_cmpuint(r.expires_s, ==, 60);
    g_assert_cmpuint(r.differs, ==, 0);
    g_assert_cmpuint(r.bindings, ==, 1);
    ladder_close(&l);
}

/* RFC 3261 10.2.4, both sides of the granted time; and what a refused refresh proves. */
static void test_run_out(void)
{
    struct ladder l = ladder_open();

    registers(&l, 0);
    g_assert_cmpuint(of(&l, sends(&l, 60.01)).state, ==, SX_REGISTRATION_CURRENT);
    /* whoever still sends to it may have had a refresh that the capture lacks */
    g_assert_cmpuint(of(&l, sends(&l, 60.011)).state, ==, SX_REGISTRATION_UNKNOWN);
    registers(&l, 61, .code = 403);
    struct sx_registration r = of(&l, sends(&l, 62));
    g_assert_cmpuint(r.state, ==, SX_REGISTRATION_RUN_OUT);
    g_assert_cmpuint(r.refused_code, ==, 403);
    registers(&l, 63);
    r = of(&l, sends(&l, 64));
    g_assert_cmpuint(r.state, ==, SX_REGISTRATION_CURRENT);
    g_assert_cmpuint(r.refused_in, ==, 0);
    ladder_close(&l);
}

static void test_removed(void)
{
    struct ladder l = ladder_open();
    const char *const removals[] = {"<sip:bob@10.0.0.5:40000>", "*"};

    for (size_t i = 0; i < G_N_ELEMENTS(removals); i++) {
        registers(&l, i * 10.0);
        uint32_t gone = registers(&l, i * 10.0 + 1, .contact = removals[i],
                                  .more = "Expires: 0\r\n", .answer = "X: y\r\n");
        struct sx_registration r = of(&l, sends(&l, i * 10.0 + 2));
        g_test_message("%s", removals[i]);
        g_assert_cmpuint(r.state, ==, SX_REGISTRATION_REMOVED);
        g_assert_cmpuint(r.lost_in, ==, gone);
    }
    ladder_close(&l);
}

/* Nobody can tell what became of a REGISTER without a final response: one that takes the
 * registration back may have ended it, any other one cannot. */
static void test_leaving(void)
{
    static const struct {
        const char *more;
        uint32_t cseq;
        unsigned state;
    } rows[] = {
        {"Contact: <sip:bob@10.0.0.5:40000>\r\nExpires: 0\r\n", 2, SX_REGISTRATION_UNKNOWN},
        {"Contact: *\r\nExpires: 0\r\n", 2, SX_REGISTRATION_UNKNOWN},
        {"Contact: <sip:bob@10.0.0.5:40000>\r\n", 2, SX_REGISTRATION_CURRENT},
        {"Contact: <sip:bob@10.0.0.5:40000>\r\nExpires: 0\r\n", 1, SX_REGISTRATION_CURRENT},
    };

    for (size_t i = 0; i < G_N_ELEMENTS(rows); i++) {
        struct ladder l = ladder_open();
        registers(&l, 0);
        const struct sx_txn *before = sends(&l, 1);
        request(&l, 2, BOB, P1, "REGISTER", via("phone x"), .more = rows[i].more, .src_port = 40000,
                .cseq = rows[i].cseq);
        g_test_message("%zu", i);
        g_assert_cmpuint(of(&l, sends(&l, 3)).state, ==, rows[i].state);
        g_assert_cmpuint(of(&l, before).state, ==, SX_REGISTRATION_CURRENT);
        ladder_close(&l);
    }
}

/* The client's hop is not in the capture, and the edge says that the flow is gone. */
static void test_said_to_be_gone(void)
{
    static const unsigned codes[] = {404, 430};

    for (size_t i = 0; i < G_N_ELEMENTS(codes); i++) {
        struct ladder l = ladder_open();
        request(&l, 0, P1, P2, "REGISTER", via("p1 e", "phone r"),
                .more = "Contact: <sip:bob@10.0.0.5:40000>\r\n"
                        "Path: <sip:token@10.0.0.2;lr>\r\n");
        response(&l, 0.01, P2, P1, 200, "REGISTER", via("p1 e", "phone r"),
                 .more = "Expires: 60\r\n");
        const struct sx_txn *txn =
            txn_of(&l,
                   request(&l, 1, P2, P1, "MESSAGE", via("p2 c"), .uri = "sip:bob@10.0.0.5:40000",
                           .more = "Route: <sip:token@10.0.0.2;lr>\r\n"));
        g_assert_cmpuint(of(&l, txn).state, ==, SX_REGISTRATION_CURRENT);
        response(&l, 1.1, P1, P2, codes[i], "MESSAGE", via("p2 c"));
        g_assert_cmpuint(of(&l, txn).state, ==,
                         i ? SX_REGISTRATION_UNKNOWN : SX_REGISTRATION_CURRENT);
        ladder_close(&l);
    }
}

/* The same Contact over another connection; the old one may still be sent to. */
static void test_replaced(void)
{
    struct ladder l = ladder_open();
    const char *contact = "<sip:bob@10.0.0.5:5070;transport=tcp>";
    const char *uri = "sip:bob@10.0.0.5:5070;transport=tcp";

    registers(&l, 0, .contact = contact, .transport = SX_TRANSPORT_TCP);
    uint32_t newer =
        registers(&l, 5, .contact = contact, .transport = SX_TRANSPORT_TCP, .port = 40001);
    struct sx_registration r = of(&l, sends(&l, 6, .uri = uri, .transport = SX_TRANSPORT_TCP));
    g_assert_cmpuint(r.state, ==, SX_REGISTRATION_REPLACED);
    g_assert_cmpuint(r.newer_in, ==, newer);
    g_assert_cmpuint(r.differs, ==, SX_DIFFERS_CONNECTION);
    r = of(&l, sends(&l, 7, .uri = uri, .transport = SX_TRANSPORT_TCP, .port = 40001));
    g_assert_cmpuint(r.state, ==, SX_REGISTRATION_CURRENT);
    g_assert_cmpuint(r.differs, ==, 0);
    ladder_close(&l);
}

/* Flows of which a client's hop is missing are told apart by their tokens alone, and a refresh may
 * bring another one; through another edge it is none. */
static void test_replaced_or_refreshed(void)
{
    static const struct {
        bool first_way, second_way, other_edge;
        unsigned state;
    } rows[] = {
        {false, false, false, SX_REGISTRATION_UNKNOWN},
        {false, false, true, SX_REGISTRATION_REPLACED},
        {true, false, false, SX_REGISTRATION_UNKNOWN},
        {false, true, false, SX_REGISTRATION_UNKNOWN},
        {true, true, false, SX_REGISTRATION_REPLACED},
    };

    for (size_t i = 0; i < G_N_ELEMENTS(rows); i++) {
        struct ladder l = ladder_open();
        for (unsigned n = 0; n < 2; n++) {
            unsigned edge = n && rows[i].other_edge ? CAROL : P1;
            char *more = g_strdup_printf("Contact: <sip:bob@10.0.0.5:40000>;reg-id=1;"
                                         "+sip.instance=\"<urn:uuid:1>\"\r\n"
                                         "Path: <sip:token%u@10.0.0.%u;lr;ob>\r\n",
                                         n, edge);
            const char *const client[] = {"phone r1", "phone r2"}, *const hop[] = {"p1 e1",
                                                                                   "p1 e2"};
            if (n ? rows[i].second_way : rows[i].first_way)
                request(&l, n * 10.0, BOB, edge, "REGISTER", via(client[n]), .more = more,
                        .src_port = (uint16_t)(40000 + n), .cseq = n + 1);
            request(&l, n * 10.0 + 0.1, edge, P2, "REGISTER", via(hop[n], client[n]), .more = more,
                    .cseq = n + 1);
            response(&l, n * 10.0 + 0.2, P2, edge, 200, "REGISTER", via(hop[n], client[n]),
                     .more = "Expires: 60\r\n", .cseq = n + 1);
            g_free(more);
        }
        const struct sx_txn *txn =
            txn_of(&l,
                   request(&l, 20, P2, P1, "MESSAGE", via("p2 c"), .uri = "sip:bob@10.0.0.5:40000",
                           .more = "Route: <sip:token0@10.0.0.2;lr;ob>\r\n"));
        g_test_message("%zu", i);
        g_assert_cmpuint(of(&l, txn).state, ==, rows[i].state);
        g_assert_cmpuint(of(&l, txn).newer_in, !=, 0);
        ladder_close(&l);
    }
}

static void test_lost(void)
{
    struct ladder l = ladder_open();
    const char *uri = "sip:bob@10.0.0.5:40000;transport=tcp";

    registers(&l, 0, .contact = "<sip:bob@10.0.0.5:40000;transport=tcp>",
              .transport = SX_TRANSPORT_TCP);
    const struct sx_txn *before = sends(&l, 1, .uri = uri, .transport = SX_TRANSPORT_TCP);
    uint32_t fin = segment(&l, 2, BOB, 40000, P1, 5060, SX_TCP_FIN | SX_TCP_ACK);
    struct sx_registration r = of(&l, sends(&l, 3, .uri = uri, .transport = SX_TRANSPORT_TCP));
    g_assert_cmpuint(r.state, ==, SX_REGISTRATION_LOST);
    g_assert_cmpuint(r.lost_in, ==, fin);
    /* what comes later does not count */
    g_assert_cmpuint(of(&l, before).state, ==, SX_REGISTRATION_CURRENT);
    g_assert_cmpuint(of(&l, before).lost_in, ==, 0);
    ladder_close(&l);
}

static void test_differs(void)
{
    static const struct {
        struct way way;
        uint8_t differs;
    } rows[] = {
        {{NULL, 0, 0, 0, 0, false}, 0},
        {{NULL, 0, 40001, 0, 0, false}, SX_DIFFERS_PORT},
        {{NULL, CAROL, 0, 0, 0, false}, SX_DIFFERS_ADDRESS},
        {{NULL, CAROL, 5060, 0, 0, false}, SX_DIFFERS_ADDRESS | SX_DIFFERS_PORT},
        {{NULL, 0, 0, 0, SX_TRANSPORT_TCP, false}, SX_DIFFERS_TRANSPORT},
        {{NULL, 0, 0, 5080, 0, false}, 0}, /* over UDP the proxy's own port says nothing */
    };

    for (size_t i = 0; i < G_N_ELEMENTS(rows); i++) {
        struct ladder l = ladder_open();
        registers(&l, 0);
        g_test_message("row %zu", i);
        g_assert_cmpuint(of(&l, send_with(&l, 1, &rows[i].way)).differs, ==, rows[i].differs);
        ladder_close(&l);
    }
}

/* A phone behind no NAT may be sent to at the port of its Contact (RFC 3261 18.1.1). */
static void test_port_of_contact(void)
{
    const unsigned port = SX_DIFFERS_PORT, line = SX_DIFFERS_CONNECTION;
    const struct {
        const char *uri;
        uint16_t port;
        enum sx_transport transport;
        bool v6;
        unsigned differs;
    } rows[] = {
        {"sip:bob@10.0.0.5:5070", 5070, 0, false, 0},
        {"sip:bob@10.0.0.5:5070", 5071, 0, false, port},
        {"sip:bob@10.0.0.6:5070", 5070, 0, false, port},
        {"sip:bob@10.0.0.5", 5060, 0, false, 0},
        {"sip:bob@10.0.0.5", 5059, 0, false, port},
        {"sip:bob@10.0.0.5", 5061, 0, false, port},
        {"sip:bob@10.0.0.5", 5061, SX_TRANSPORT_TLS, false, line},
        {"sip:bob@10.0.0.5", 5060, SX_TRANSPORT_TLS, false, port | line},
        {"sip:bob@10.0.0.5", 5062, SX_TRANSPORT_TLS, false, port | line},
        {"sip:bob@[2001:db8::5]:5070", 5070, 0, true, 0},
        {"sip:bob@[2001:db8::6]:5070", 5070, 0, true, port},
        {"sip:bob@10.0.0.5:5070", 5070, 0, true, port},
        {"sip:bob@[2001:db8::5]:5070", 5070, 0, false, port},
    };

    for (size_t i = 0; i < G_N_ELEMENTS(rows); i++) {
        struct ladder l = ladder_open();
        char *contact = g_strdup_printf("<%s>", rows[i].uri);
        register_at(&l, 0,
                    &(struct binding){.contact = contact,
                                      .transport = rows[i].transport,
                                      .v6 = rows[i].v6});
        const struct sx_txn *txn = sends(&l, 1, .uri = rows[i].uri, .port = rows[i].port,
                                         .transport = rows[i].transport, .v6 = rows[i].v6);
        g_test_message("row %zu", i);
        g_assert_cmpuint(of(&l, txn).differs, ==, rows[i].differs);
        g_free(contact);
        ladder_close(&l);
    }
}

/* ---- what of the REGISTERs the capture lacks ---- */

static enum sx_registration_state state_of_aor(struct ladder *l, double seconds)
{
    const struct sx_txn *txn = txn_of(l, request(l, seconds, ALICE, P1, "INVITE", via("alice a")));

    response(l, seconds + 0.1, P1, ALICE, 404, "INVITE", via("alice a"));
    return of(l, txn).state;
}

/* The grant has CSeq 2; a number after it is left out, or its 2xx is there alone. */
static void test_lacks_one(void)
{
    static const struct {
        uint32_t before, after; /* refused REGISTERs before and after the request; 0: none */
        uint32_t alone;         /* a response without its REGISTER, before it */
        unsigned code, state;
    } rows[] = {
        {0, 0, 0, 0, SX_REGISTRATION_RUN_OUT},   {3, 0, 0, 0, SX_REGISTRATION_RUN_OUT},
        {4, 0, 0, 0, SX_REGISTRATION_UNKNOWN},   {0, 3, 0, 0, SX_REGISTRATION_RUN_OUT},
        {0, 4, 0, 0, SX_REGISTRATION_UNKNOWN},   {3, 4, 0, 0, SX_REGISTRATION_RUN_OUT},
        {3, 5, 0, 0, SX_REGISTRATION_UNKNOWN},   {0, 0, 3, 200, SX_REGISTRATION_UNKNOWN},
        {0, 0, 3, 299, SX_REGISTRATION_UNKNOWN}, {0, 0, 3, 300, SX_REGISTRATION_RUN_OUT},
        {0, 0, 2, 200, SX_REGISTRATION_RUN_OUT}, {1, 0, 0, 0, SX_REGISTRATION_RUN_OUT},
    };

    for (size_t i = 0; i < G_N_ELEMENTS(rows); i++) {
        struct ladder l = ladder_open();
        const char *contact = "Contact: <sip:bob@10.0.0.5:40000>\r\n";
        request(&l, 0, BOB, P1, "REGISTER", via("phone g"), .more = contact, .src_port = 40000,
                .cseq = 2);
        response(&l, 0.1, P1, BOB, 200, "REGISTER", via("phone g"), .more = "Expires: 60\r\n",
                 .dst_port = 40000, .cseq = 2);
        for (unsigned n = 0; n < 2; n++) {
            uint32_t cseq = n ? rows[i].after : rows[i].before;
            const char *branch = n ? "phone y" : "phone x";
            if (cseq) {
                request(&l, n ? 100 : 70, BOB, P1, "REGISTER", via(branch), .more = contact,
                        .src_port = 40000, .cseq = cseq);
                response(&l, n ? 100.1 : 70.1, P1, BOB, 503, "REGISTER", via(branch),
                         .dst_port = 40000, .cseq = cseq);
            }
            if (n == 0 && rows[i].alone)
                response(&l, 80, P1, CAROL, rows[i].code, "REGISTER", via("phone z"),
                         .cseq = rows[i].alone, .to_uri = "sip:carol@example.com");
            if (n == 0)
                state_of_aor(&l, 90);
        }
        const struct sx_txn *invite = NULL;
        for (uint32_t n = 1; n <= sx_tracker_txn_count(l.tracker); n++)
            if (sx_tracker_txn(l.tracker, n)->method == SX_METHOD_INVITE)
                invite = sx_tracker_txn(l.tracker, n);
        g_test_message("%zu", i);
        g_assert_cmpuint(of(&l, invite).state, ==, rows[i].state);
        ladder_close(&l);
    }
}

/* A second phone of the user has sent a REGISTER that has no answer in the capture. Over UDP it
 * would send it again if there was none. */
static void test_other_phone(void)
{
    static const struct {
        enum sx_transport transport;
        unsigned sends, state;
        double at;
    } rows[] = {
        {SX_TRANSPORT_UDP, 0, SX_REGISTRATION_RUN_OUT, 70},
        {SX_TRANSPORT_UDP, 1, SX_REGISTRATION_UNKNOWN, 70},
        {SX_TRANSPORT_UDP, 11, SX_REGISTRATION_RUN_OUT, 70},
        {SX_TRANSPORT_TCP, 1, SX_REGISTRATION_UNKNOWN, 70},
        {SX_TRANSPORT_TCP, 1, SX_REGISTRATION_RUN_OUT, 110},
    };

    for (size_t i = 0; i < G_N_ELEMENTS(rows); i++) {
        struct ladder l = ladder_open();
        registers(&l, 0);
        const struct sx_txn *invite = NULL;
        if (rows[i].at > 105)
            invite = txn_of(&l, request(&l, 105, ALICE, P1, "INVITE", via("alice a")));
        if (rows[i].sends)
            requests(&l, rows[i].sends, rows[i].at, CAROL, P1, "REGISTER", via("pad r"),
                     .more = "Contact: <sip:bob@10.0.0.6>\r\n", .call_id = "call-2",
                     .transport = rows[i].transport);
        g_test_message("%zu", i);
        if (!invite)
            invite = txn_of(&l, request(&l, 105, ALICE, P1, "INVITE", via("alice a")));
        response(&l, 120, P1, ALICE, 404, "INVITE", via("alice a"));
        g_assert_cmpuint(of(&l, invite).state, ==, rows[i].state);
        ladder_close(&l);
    }
}

/* The 2xx of a REGISTER that the capture lacks: of this user, after the grant and before the
 * request, and on no other hop. */
static void test_unseen_grant(void)
{
    static const struct {
        double at;
        const char *aor;
        unsigned code, state;
        bool elsewhere;
    } rows[] = {
        {70, "sip:bob@example.com", 200, SX_REGISTRATION_UNKNOWN, false},
        {70, "sip:carol@example.com", 200, SX_REGISTRATION_RUN_OUT, false},
        {70, "sip:bob@example.com", 300, SX_REGISTRATION_RUN_OUT, false},
        {-1, "sip:bob@example.com", 200, SX_REGISTRATION_RUN_OUT, false},
        {95, "sip:bob@example.com", 200, SX_REGISTRATION_RUN_OUT, false},
        {70, "sip:bob@example.com", 200, SX_REGISTRATION_RUN_OUT, true},
    };

    for (size_t i = 0; i < G_N_ELEMENTS(rows); i++) {
        struct ladder l = ladder_open();
        const struct sx_txn *invite = NULL;
        registers(&l, -10, .code = 403);
        for (unsigned n = 0; n < 3; n++) {
            if (n == (rows[i].at < 0 ? 0 : rows[i].at < 90 ? 1 : 2)) {
                if (rows[i].elsewhere)
                    request(&l, rows[i].at, P2, P1, "REGISTER", via("p2 y", "pad r"),
                            .to_uri = "sip:bob@example.com", .call_id = "call-2", .cseq = 7);
                response(&l, rows[i].at, P1, CAROL, rows[i].code, "REGISTER", via("pad r"),
                         .to_uri = rows[i].aor, .call_id = "call-2", .cseq = 7);
            }
            if (n == 0)
                registers(&l, 0);
            if (n == 1)
                invite = txn_of(&l, request(&l, 90, ALICE, P1, "INVITE", via("alice a")));
        }
        response(&l, 100, P1, ALICE, 404, "INVITE", via("alice a"));
        g_test_message("%zu", i);
        g_assert_cmpuint(of(&l, invite).state, ==, rows[i].state);
        ladder_close(&l);
    }
}

/* Where the host itself says that it knows nobody: only of registrations made there. */
static void test_of_aor(void)
{
    struct ladder l = ladder_open();

    registers(&l, 0);
    const struct sx_txn *here = txn_of(&l, request(&l, 90, ALICE, P1, "INVITE", via("alice a1")));
    response(&l, 90.1, P1, ALICE, 404, "INVITE", via("alice a1"));
    const struct sx_txn *there = txn_of(&l, request(&l, 91, ALICE, P2, "INVITE", via("alice a2")));
    response(&l, 91.1, P2, ALICE, 404, "INVITE", via("alice a2"));
    struct sx_registration r;

    g_assert_true(sx_registration_missed(l.tracker, here, &r));
    g_assert_true(r.by_aor);
    g_assert_cmpuint(r.state, ==, SX_REGISTRATION_RUN_OUT);
    g_assert_false(sx_registration_missed(l.tracker, there, &r));
    ladder_close(&l);
}

/* Which codes say that the host itself has nobody to send it to. */
static void test_says_nobody(void)
{
    static const struct {
        unsigned code;
        bool nobody;
    } rows[] = {{403, false}, {404, true},  {405, false}, {407, false}, {408, true},  {409, false},
                {410, true},  {411, false}, {429, false}, {430, true},  {431, false}, {476, false},
                {477, true},  {478, false}, {479, false}, {480, true},  {481, false}, {499, false},
                {500, true},  {501, false}, {502, false}, {503, true},  {504, false}, {603, false},
                {604, true},  {605, false}};

    for (size_t i = 0; i < G_N_ELEMENTS(rows); i++) {
        struct ladder l = ladder_open();
        struct sx_registration r;
        registers(&l, 0);
        const struct sx_txn *txn = txn_of(&l, request(&l, 90, ALICE, P1, "INVITE", via("alice a")));
        response(&l, 90.1, P1, ALICE, rows[i].code, "INVITE", via("alice a"));
        g_test_message("%u", rows[i].code);
        g_assert_cmpint(sx_registration_missed(l.tracker, txn, &r), ==, rows[i].nobody);
        ladder_close(&l);
    }
}

/* Of two phones the one that can be reached counts, though the other one has registered since. */
static void test_of_aor_of_two(void)
{
    struct ladder l = ladder_open();
    struct sx_registration r;

    registers(&l, 0, .answer = "Expires: 3600\r\n");
    registers(&l, 5, .contact = "<sip:bob@10.0.0.5:40002>", .port = 40002);
    const struct sx_txn *txn = txn_of(&l, request(&l, 90, ALICE, P1, "INVITE", via("alice a1")));
    response(&l, 90.1, P1, ALICE, 404, "INVITE", via("alice a1"));
    g_assert_false(sx_registration_missed(l.tracker, txn, &r));
    r = sx_registration_find(l.tracker, txn);
    g_assert_cmpuint(r.state, ==, SX_REGISTRATION_CURRENT);
    g_assert_cmpuint(r.in, ==, 1);
    ladder_close(&l);
}

/* RFC 3261 10.3 step 8: what the registrar lists, of a phone whose REGISTERs the capture lacks, or
 * of this one's refresh. An INVITE for the user comes after 90 s, as frame 5. */
static void test_listed(void)
{
    static const struct {
        const char *first, *second; /* the 2xx after 0 and 40 s */
        const char *contact;        /* of the second REGISTER */
        unsigned to;                /* 0: P1 */
        unsigned state, bindings;
    } rows[] = {
        {"Contact: <sip:bob@10.0.0.5:40000>;expires=60, <sip:bob@10.0.0.9>;expires=120\r\n", NULL,
         NULL, 0, SX_REGISTRATION_UNKNOWN, 2},
        {"Contact: <sip:bob@10.0.0.5:40000>;expires=60, <sip:bob@10.0.0.9>;expires=89\r\n", NULL,
         NULL, 0, SX_REGISTRATION_RUN_OUT, 1},
        /* another host lists nothing */
        {"Contact: <sip:bob@10.0.0.5:40000>;expires=60, <sip:bob@10.0.0.9>;expires=120\r\n", NULL,
         NULL, P2, SX_REGISTRATION_UNKNOWN, 0},
        /* taken back; the other one stays, or has gone, too */
        {"Expires: 600\r\n", "Contact: <sip:bob@10.0.0.9>;expires=80\r\n",
         "<sip:bob@10.0.0.5:40000>;expires=0", 0, SX_REGISTRATION_UNKNOWN, 2},
        {"Contact: <sip:bob@10.0.0.5:40000>;expires=60, <sip:bob@10.0.0.9>;expires=600\r\n",
         "X: y\r\n", "<sip:bob@10.0.0.5:40000>;expires=0", 0, SX_REGISTRATION_REMOVED, 1},
        /* a second phone's 2xx shows a refresh of the first one, or none */
        {"Expires: 60\r\n",
         "Contact: <sip:bob@10.0.0.6>;expires=10, <sip:bob@10.0.0.5:40000>;expires=90\r\n",
         "<sip:bob@10.0.0.6>", 0, SX_REGISTRATION_UNKNOWN, 2},
        {"Expires: 60\r\n",
         "Contact: <sip:bob@10.0.0.6>;expires=10, <sip:bob@10.0.0.5:40000>;expires=20\r\n",
         "<sip:bob@10.0.0.6>", 0, SX_REGISTRATION_RUN_OUT, 2},
    };

    for (size_t i = 0; i < G_N_ELEMENTS(rows); i++) {
        struct ladder l = ladder_open();
        registers(&l, 0, .answer = rows[i].first);
        if (rows[i].second)
            registers(&l, 40, .answer = rows[i].second, .contact = rows[i].contact);
        const struct sx_txn *txn = txn_of(&l, request(&l, 90, ALICE, rows[i].to ? rows[i].to : P1,
                                                      "INVITE", via("alice a")));
        struct sx_registration r = of(&l, txn);
        g_test_message("row %zu", i);
        g_assert_cmpuint(r.state, ==, rows[i].state);
        g_assert_cmpuint(r.bindings, ==, rows[i].bindings);
        ladder_close(&l);
    }
}

/* Carol asks the registrar what it has of bob, without a Contact (RFC 3261 10.2.3). */
static void asks_for_list(struct ladder *l, double seconds, const char *list)
{
    char *via = g_strdup_printf("carol q%u", l->frame);

    request(l, seconds, CAROL, P1, "REGISTER", via(via), .call_id = "call-2");
    response(l, seconds, P1, CAROL, 200, "REGISTER", via(via), .call_id = "call-2", .more = list);
    g_free(via);
}

/* A list that gives the binding itself more time, to the very end of that. */
static void test_listed_itself(void)
{
    static const struct {
        const char *list;
        unsigned state;
    } rows[] = {
        {"Contact: <sip:bob@10.0.0.5:40000>;expires=51\r\n", SX_REGISTRATION_UNKNOWN},
        {"Contact: <sip:bob@10.0.0.5:40000>;expires=50\r\n", SX_REGISTRATION_RUN_OUT},
        {"Contact: <sip:bob@10.0.0.5:40000>;expires=20\r\n", SX_REGISTRATION_RUN_OUT},
        {"Contact: <sip:bob@10.0.0.5:40000>\r\n", SX_REGISTRATION_RUN_OUT},
    };

    for (size_t i = 0; i < G_N_ELEMENTS(rows); i++) {
        struct ladder l = ladder_open();
        registers(&l, 0);
        asks_for_list(&l, 40, rows[i].list);
        const struct sx_txn *txn = txn_of(&l, request(&l, 90, ALICE, P1, "INVITE", via("alice a")));
        g_test_message("row %zu", i);
        g_assert_cmpuint(of(&l, txn).state, ==, rows[i].state);
        ladder_close(&l);
    }
}

/* A registrar does not know that a connection is lost: only what it lists anew is news. */
static void test_listed_and_lost(void)
{
    static const char list[] = "Contact: <sip:bob@10.0.0.5:40000;transport=tcp>;expires=3000\r\n";

    for (unsigned after = 0; after < 2; after++) {
        struct ladder l = ladder_open();
        registers(&l, 0, .contact = "<sip:bob@10.0.0.5:40000;transport=tcp>",
                  .transport = SX_TRANSPORT_TCP);
        if (!after)
            asks_for_list(&l, 10, list);
        segment(&l, 20, BOB, 40000, P1, 5060, SX_TCP_FIN | SX_TCP_ACK);
        if (after)
            asks_for_list(&l, 30, list);
        const struct sx_txn *txn = txn_of(&l, request(&l, 40, ALICE, P1, "INVITE", via("alice a")));
        g_assert_cmpuint(of(&l, txn).state, ==,
                         after ? SX_REGISTRATION_UNKNOWN : SX_REGISTRATION_LOST);
        ladder_close(&l);
    }
}

/* Whatever the list says of the binding, the flow that it had before is not its own any more. */
static void test_listed_and_replaced(void)
{
    struct ladder l = ladder_open();
    const char *contact = "<sip:bob@10.0.0.5:5070;transport=tcp>";

    registers(&l, 0, .contact = contact, .transport = SX_TRANSPORT_TCP);
    registers(&l, 5, .contact = contact, .transport = SX_TRANSPORT_TCP, .port = 40001);
    asks_for_list(&l, 6, "Contact: <sip:bob@10.0.0.5:5070;transport=tcp>;expires=3000\r\n");
    struct sx_registration r = of(&l, sends(&l, 7, .uri = "sip:bob@10.0.0.5:5070;transport=tcp",
                                            .transport = SX_TRANSPORT_TCP));
    g_assert_cmpuint(r.state, ==, SX_REGISTRATION_REPLACED);
    ladder_close(&l);
}

/* What a registrar answers to a refresh: from 300 on it is refused. */
static void test_refusals(void)
{
    static const unsigned codes[] = {299, 300, 403};

    for (size_t i = 0; i < G_N_ELEMENTS(codes); i++) {
        struct ladder l = ladder_open();
        registers(&l, 0);
        registers(&l, 10, .code = codes[i]);
        other_packet(&l, 100);
        sx_tracker_end(l.tracker);
        g_assert_cmpuint(sx_registration_refusals(l.tracker, 1), ==, i > 0);
        ladder_close(&l);
    }
}

/* The request went wrong, from 300 on; and the phone rang, or its host said the code for it. */
static void test_missed_at_a_proxy(void)
{
    static const struct {
        unsigned provisional, code;
        bool missed;
    } rows[] = {{0, 299, false},   {0, 300, false},  {0, 404, true},  {0, 408, true},
                {0, 410, true},    {0, 430, true},   {0, 477, true},  {0, 480, true},
                {0, 500, true},    {0, 502, true},   {0, 503, true},  {0, 504, true},
                {0, 604, true},    {0, 486, false},  {0, 603, false}, {100, 404, true},
                {101, 404, false}, {199, 404, false}};

    for (size_t i = 0; i < G_N_ELEMENTS(rows); i++) {
        struct ladder l = ladder_open();
        struct sx_registration r;
        registers(&l, 0);
        /* Over another connection than the phone's, by a host that is not its edge. */
        const struct sx_txn *txn = txn_of(&l, request(&l, 1, P2, P1, "MESSAGE", via("p2 c"),
                                                      .uri = "sip:bob@10.0.0.5:40000"));
        if (rows[i].provisional)
            response(&l, 1.1, P1, P2, rows[i].provisional, "MESSAGE", via("p2 c"));
        response(&l, 1.2, P1, P2, rows[i].code, "MESSAGE", via("p2 c"));
        g_test_message("%u, %u: flow %u", rows[i].provisional, rows[i].code, txn->flow);
        g_assert_cmpint(sx_registration_missed(l.tracker, txn, &r), ==, rows[i].missed);
        ladder_close(&l);
    }
}

/* The proxy says how it ended; of the hop to the phone the capture has the request only. */
static void test_missed_further_on(void)
{
    for (unsigned code = 299; code <= 300; code++) {
        struct ladder l = ladder_open();
        struct sx_registration r;
        registers(&l, 0);
        const struct sx_txn *txn = txn_of(&l, request(&l, 1, P2, P1, "MESSAGE", via("p2 c"),
                                                      .uri = "sip:bob@10.0.0.5:40000"));
        request(&l, 1.1, P1, BOB, "MESSAGE", via("p1 d", "p2 c"), .uri = "sip:bob@10.0.0.5:40000",
                .dst_port = 40000);
        response(&l, 1.2, P1, P2, code, "MESSAGE", via("p2 c"));
        g_assert_cmpint(sx_registration_missed(l.tracker, txn, &r), ==, code == 300);
        ladder_close(&l);
    }
}

/* The host kept the request. Whoever asked hung up, so nobody was told that the wait is too long:
 * that it is, counts from the time limit on. */
static void test_missed_by_a_caller_that_is_gone(void)
{
    static const struct {
        double until;
        bool missed;
    } rows[] = {{91 + TEST_TRYING_TIMEOUT_S - 0.001, false}, {91 + TEST_TRYING_TIMEOUT_S, true}};

    for (size_t i = 0; i < G_N_ELEMENTS(rows); i++) {
        struct ladder l = ladder_open();
        struct sx_registration r;
        registers(&l, 0);
        const struct sx_txn *txn =
            txn_of(&l, request(&l, 90, ALICE, P1, "INVITE", via("alice a1"), .src_port = 40009,
                               .transport = SX_TRANSPORT_TCP));
        response(&l, 91, P1, ALICE, 100, "INVITE", via("alice a1"), .dst_port = 40009,
                 .transport = SX_TRANSPORT_TCP);
        segment(&l, 92, ALICE, 40009, P1, 5060, SX_TCP_FIN | SX_TCP_ACK);
        other_packet(&l, rows[i].until);
        g_assert_cmpuint(sx_txn_rare(txn)->expired_frame, ==, 0);
        g_assert_cmpint(sx_registration_missed(l.tracker, txn, &r), ==, rows[i].missed);
        ladder_close(&l);
    }
}

/* An answer of the client shows that it was reached; a cancelled request misses nothing. */
static void test_missed(void)
{
    static const struct {
        unsigned code;
        bool missed;
    } rows[] = {{100, false}, {180, false}, {486, false}, {404, false}, {0, true}};

    for (size_t i = 0; i < G_N_ELEMENTS(rows); i++) {
        struct ladder l = ladder_open();
        struct sx_registration r;
        registers(&l, 0);
        const struct sx_txn *txn =
            txn_of(&l, request(&l, 1, P1, BOB, "MESSAGE", via("p1 c"),
                               .uri = "sip:bob@10.0.0.5:40000", .dst_port = 40000));
        if (rows[i].code)
            response(&l, 1.1, BOB, P1, rows[i].code, "MESSAGE", via("p1 c"), .src_port = 40000);
        else
            for (double s = 1.5; s < 32; s += 4)
                request(&l, s, P1, BOB, "MESSAGE", via("p1 c"), .uri = "sip:bob@10.0.0.5:40000",
                        .dst_port = 40000);
        other_packet(&l, 40);
        g_test_message("%u", rows[i].code);
        g_assert_cmpint(sx_registration_missed(l.tracker, txn, &r), ==, rows[i].missed);
        ladder_close(&l);
    }
}

/* The same instance has another Contact since: its own events before the moment tell, not those
 * after it. */
static void test_moved_on(void)
{
    static const char first[] = "<sip:bob@10.0.0.5:40000>;+sip.instance=\"<urn:x:1>\"",
                      second[] = "<sip:bob@10.0.0.5:40002>;+sip.instance=\"<urn:x:1>\"";
    struct ladder l = ladder_open();

    registers(&l, 0, .contact = first, .answer = "Expires: 3600\r\n");
    const struct sx_txn *before = sends(&l, 1);
    uint32_t newer = registers(&l, 5, .contact = second, .port = 40002);
    const struct sx_txn *between = sends(&l, 6);
    registers(&l, 10, .contact = second, .port = 40002);
    g_assert_cmpuint(of(&l, before).state, ==, SX_REGISTRATION_CURRENT);
    struct sx_registration r = of(&l, between);
    g_assert_cmpuint(r.state, ==, SX_REGISTRATION_REPLACED);
    g_assert_cmpuint(r.newer_in, ==, newer);
    ladder_close(&l);
}

/* One REGISTER with both: neither is the other's successor. */
static void test_two_of_one_instance(void)
{
    static const char both[] = "<sip:bob@10.0.0.5:40000>;+sip.instance=\"<urn:x:1>\", "
                               "<sip:bob@10.0.0.5:40002>;+sip.instance=\"<urn:x:1>\"";
    struct ladder l = ladder_open();

    uint32_t in = registers(&l, 0, .contact = both);
    struct sx_registration first = of(&l, sends(&l, 1)),
                           second =
                               of(&l, sends(&l, 2, .uri = "sip:bob@10.0.0.5:40002", .port = 40002));
    g_assert_cmpuint(first.in, ==, in);
    g_assert_cmpuint(second.in, ==, in);
    g_assert_cmpuint(first.state, ==, SX_REGISTRATION_CURRENT);
    g_assert_cmpuint(second.state, ==, SX_REGISTRATION_CURRENT);
    g_assert_true(first.flow != second.flow);
    ladder_close(&l);
}

/* Over TCP the registrar's 200 and what it has kept for the phone may come in one packet. */
static void test_granted_in_one_packet(void)
{
    struct ladder l = ladder_open();
    const char *uri = "sip:bob@10.0.0.5:40000;transport=tcp";

    uint32_t in = registers(&l, 0, .contact = "<sip:bob@10.0.0.5:40000;transport=tcp>",
                            .transport = SX_TRANSPORT_TCP);
    struct sx_registration r =
        of(&l, txn_of(&l, request(&l, 0.01, P1, BOB, "MESSAGE", via("p1 kept"), .uri = uri,
                                  .dst_port = 40000, .transport = SX_TRANSPORT_TCP,
                                  .same_frame = true)));
    g_assert_cmpuint(r.state, ==, SX_REGISTRATION_CURRENT);
    g_assert_cmpuint(r.in, ==, in);
    ladder_close(&l);
}

/* Two phones register through one connection to a hop, in one packet; the first one is carol's.
 * What counts for bob is his own REGISTER. */
static void test_registers_in_one_packet(void)
{
    for (unsigned open = 0; open < 2; open++) {
        struct ladder l = ladder_open();
        registers(&l, 0);
        request(&l, 70, CAROL, P1, "REGISTER", via("pad r1"), .to_uri = "sip:carol@example.com",
                .more = "Contact: <sip:carol@10.0.0.6>\r\n", .call_id = "call-2",
                .transport = SX_TRANSPORT_TCP);
        request(&l, 70, CAROL, P1, "REGISTER", via("pad r2"), .call_id = "call-3",
                .more = "Contact: <sip:bob@10.0.0.6>\r\n", .transport = SX_TRANSPORT_TCP,
                .same_frame = true);
        response(&l, 70.1, P1, CAROL, open ? 200 : 403, "REGISTER", via(open ? "pad r1" : "pad r2"),
                 .to_uri = open ? "sip:carol@example.com" : NULL,
                 .call_id = open ? "call-2" : "call-3", .transport = SX_TRANSPORT_TCP);
        const struct sx_txn *invite =
            txn_of(&l, request(&l, 105, ALICE, P1, "INVITE", via("alice a")));
        g_assert_cmpuint(of(&l, invite).state, ==,
                         open ? SX_REGISTRATION_UNKNOWN : SX_REGISTRATION_RUN_OUT);
        ladder_close(&l);
    }
}

/* Each of what may differ can be told from all others together. */
static void test_bits(void)
{
    static const unsigned bits[] = {SX_DIFFERS_TRANSPORT, SX_DIFFERS_ADDRESS, SX_DIFFERS_PORT,
                                    SX_DIFFERS_CONNECTION, SX_DIFFERS_PATH};
    unsigned seen = 0;

    for (size_t i = 0; i < G_N_ELEMENTS(bits); i++) {
        g_assert_cmpuint(bits[i], >, 0);
        g_assert_cmpuint(bits[i] & seen, ==, 0);
        seen |= bits[i];
    }
}

int main(int argc, char **argv)
{
    tests_init(&argc, &argv);
    g_test_add_func("/registration/current", test_current);
    g_test_add_func("/registration/run_out", test_run_out);
    g_test_add_func("/registration/removed", test_removed);
    g_test_add_func("/registration/leaving", test_leaving);
    g_test_add_func("/registration/said_to_be_gone", test_said_to_be_gone);
    g_test_add_func("/registration/replaced", test_replaced);
    g_test_add_func("/registration/replaced_or_refreshed", test_replaced_or_refreshed);
    g_test_add_func("/registration/lost", test_lost);
    g_test_add_func("/registration/differs", test_differs);
    g_test_add_func("/registration/port_of_contact", test_port_of_contact);
    g_test_add_func("/registration/of_aor", test_of_aor);
    g_test_add_func("/registration/lacks_one", test_lacks_one);
    g_test_add_func("/registration/other_phone", test_other_phone);
    g_test_add_func("/registration/unseen_grant", test_unseen_grant);
    g_test_add_func("/registration/of_aor_of_two", test_of_aor_of_two);
    g_test_add_func("/registration/listed", test_listed);
    g_test_add_func("/registration/listed_itself", test_listed_itself);
    g_test_add_func("/registration/listed_and_lost", test_listed_and_lost);
    g_test_add_func("/registration/listed_and_replaced", test_listed_and_replaced);
    g_test_add_func("/registration/says_nobody", test_says_nobody);
    g_test_add_func("/registration/refusals", test_refusals);
    g_test_add_func("/registration/missed_further_on", test_missed_further_on);
    g_test_add_func("/registration/missed_at_a_proxy", test_missed_at_a_proxy);
    g_test_add_func("/registration/missed_by_a_caller_that_is_gone",
                    test_missed_by_a_caller_that_is_gone);
    g_test_add_func("/registration/missed", test_missed);
    g_test_add_func("/registration/moved_on", test_moved_on);
    g_test_add_func("/registration/two_of_one_instance", test_two_of_one_instance);
    g_test_add_func("/registration/granted_in_one_packet", test_granted_in_one_packet);
    g_test_add_func("/registration/registers_in_one_packet", test_registers_in_one_packet);
    g_test_add_func("/registration/bits", test_bits);
    return g_test_run();
}
