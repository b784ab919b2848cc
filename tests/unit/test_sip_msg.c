/* SPDX-License-Identifier: GPL-2.0-or-later */
#define _DEFAULT_SOURCE /* MAP_ANONYMOUS */

#include "core/read/sip_msg_field.h"

#include "read_text.h"
#include "sip_text.h"

/* ---- what must hold for any bytes ---- */

#define BIG 8192

static bool lies_in(struct sx_slice part, struct sx_slice whole)
{
    return part.p ? part.p >= whole.p && part.p + part.n <= whole.p + whole.n : part.n == 0;
}

static bool fields_lie_in(const struct sx_sip_msg *m, struct sx_slice whole)
{
    static const char *const names[] = {"Via",       "Contact", "Warning", "Reason",
                                        "Supported", "No-Such", "c",       ""};
    bool ok = true;

    for (size_t i = 0; i < G_N_ELEMENTS(names); i++) {
        struct sx_field_iter iter = {0};
        struct sx_slice value;
        size_t values = 0;
        while (sx_sip_msg_value(m, names[i], &iter, &value)) {
            ok &= lies_in(value, whole) && value.n > 0;
            values++;
        }
        ok &= values <= whole.n;
        struct sx_slice first = sx_sip_msg_first(m, names[i]);
        ok &= lies_in(first, whole) && (first.p != NULL) == (values > 0);
        iter = (struct sx_field_iter){0};
        while (sx_sip_msg_field(m, names[i], &iter, &value))
            ok &= lies_in(value, whole);
    }
    return ok;
}

static bool is_sound(const struct sx_sip_msg *m, struct sx_slice whole)
{
    const struct sx_slice parts[] = {
        m->head,
        m->phrase,
        m->method_name,
        m->uri,
        m->call_id,
        m->from,
        m->to,
        sx_sip_msg_from_tag(m),
        sx_sip_msg_to_tag(m),
        m->cseq_method_name,
        m->contact,
        sx_sip_msg_contact(m),
        m->top_route,
        m->more_vias,
        m->via.sent_by,
        m->via.branch,
        m->via.received,
        m->via.rport,
    };
    struct sx_via below;
    bool ok = m->head.p == whole.p && m->code <= 999 &&
              m->is_request == (m->method_name.p && m->uri.p != NULL);

    for (size_t i = 0; i < G_N_ELEMENTS(parts); i++)
        ok &= lies_in(parts[i], whole);
    if (sx_sip_msg_via(m, 1, &below))
        ok &= lies_in(below.sent_by, whole) && lies_in(below.branch, whole) &&
              lies_in(below.received, whole) && lies_in(below.rport, whole);
    if (m->end == SX_HEAD_COMPLETE)
        ok &= m->head.p[m->head.n - 1] == '\n';
    else
        ok &= m->head.n == whole.n;
    return ok && (whole.n > BIG || fields_lie_in(m, whole));
}

/* ---- the torture rows ---- */

struct row {
    const char *name;
    struct sx_slice text;
    bool readable;
    bool is_request;
    unsigned code;
    const char *method;
    unsigned vias;
    const char *sent_by, *branch; /* of the top Via; NULL: none */
    uint32_t cseq;                /* 0: none */
    const char *call_id, *from_tag, *to_tag;
};

#define END "\r\n"
/* Messages stand a header field a line. */
/* clang-format off */
#define T(literal) {literal, sizeof(literal) - 1}

static const struct row rows[] = {
    {"everything folded and spaced, compact and long names mixed",
     T("INVITE sip:vivekg@chair-dnrc.example.com;unknownparam SIP/2.0" END
       "TO :" END " sip:vivekg@chair-dnrc.example.com ;   tag    = 1918181833n" END
       "from   : \"J Rosenberg \\\\\\\"\"       <sip:jdrosen@example.com>" END "  ;" END
       "  tag = 98asjd8" END
       "MaX-fOrWaRdS: 0068" END
       "Call-ID: folded.ndaksdj@192.0.2.1" END
       "Content-Length   : 150" END
       "cseq: 0009" END "  INVITE" END
       "Via  : SIP  /   2.0" END " /UDP" END "    192.0.2.2;branch=390skdjuw" END
       "s :" END
       "NewFangledHeader:   newfangled value" END " continued newfangled value" END
       "UnknownHeaderWithUnusualValue: ;;,,;;,;" END
       "Content-Type: application/sdp" END
       "v:  SIP  / 2.0  / TCP     spindle.example.com   ;" END
       "  branch  =   z9hG4bK9ikj8  ," END
       " SIP  /    2.0   / UDP  192.168.255.111   ; branch=" END " z9hG4bK30239" END
       "m:\"Quoted string \\\"\\\"\" <sip:jdrosen@example.com> ; newparam =" END
       "      newvalue ;" END "  secondparam ; q = 0.33" END END),
     true, true, 0, "INVITE", 3, "192.0.2.2", "390skdjuw", 9, "folded.ndaksdj@192.0.2.1",
     "98asjd8", "1918181833n"},
    {"a method of punctuation, a URI of nearly every character, escapes and a %00",
     T("!interesting-Method0123456789_*+`.%indeed'~ "
       "sip:1_unusual.URI~(to-be!sure)&isn't+it$/crazy?,/;;*:&it+has=1,weird!*pas$wo~d_too.(doesn't"
       "-it)@example.com;a=%00;%01=%22 SIP/2.0" END
       "Via: SIP/2.0/TCP host1.example.com;branch=z9hG4bK-.!%66*_+`'~" END
       "To: \"BEL:\\\x07 NUL:\\\0 DEL:\\\x7f\" <sip:1_unusual.URI~(to-be!sure)@example.com>" END
       "From: token1~` token2'+_ token3*%!.- <sip:mundane@example.com>"
       ";fromParam''~+*_!.-%=\"\xd1\x80\xd0\xb0\xd0\xb1\";tag=_token~1'+`*%!-." END
       "Call-ID: intmeth.word%ZK-!.*_+'@word`~)(><:\\/\"][?}{" END
       "CSeq: 139122385 !interesting-Method0123456789_*+`.%indeed'~" END
       "extensionHeader-!.%*+_`'~: \xef\xbb\xbf\xe5\xa4\xa7\xe5\x81\x9c\xe9\x9b\xbb" END
       "Content-Length: 0" END END),
     true, true, 0, "!interesting-Method0123456789_*+`.%indeed'~", 1, "host1.example.com",
     "z9hG4bK-.!%66*_+`'~", 139122385, "intmeth.word%ZK-!.*_+'@word`~)(><:\\/\"][?}{",
     "_token~1'+`*%!-.", NULL},
    {"a method that is escaped, not equal to REGISTER",
     T("RE%47IST%45R sip:registrar.example.com SIP/2.0" END
       "To: \"%Z%45\" <sip:resource@example.com>" END
       "From: \"%Z%45\" <sip:resource@example.com>;tag=f232jadfj23" END
       "Call-ID: esc02.asdfnqwo34rq23i34jrjasdcnl23nrlknsdf" END
       "Via: SIP/2.0/TCP host.example.com;rport;branch=z9hG4bK209%fzsnel234" END
       "CSeq: 29344 RE%47IST%45R" END "l: 0" END END),
     true, true, 0, "RE%47IST%45R", 1, "host.example.com", "z9hG4bK209%fzsnel234", 29344,
     "esc02.asdfnqwo34rq23i34jrjasdcnl23nrlknsdf", "f232jadfj23", NULL},
    {"schemes nobody knows",
     T("OPTIONS nobodyKnowsThisScheme:totallyopaquecontent SIP/2.0" END
       "To: <isbn:2983792873>" END "From: <http://www.example.com>;tag=3234233" END
       "Call-ID: unkscm" END "CSeq: 1234 OPTIONS" END
       "Via: SIP/2.0/UNKNOWN-PROTO t1.example.com:99999;branch=z9hG4bKkdjuw" END END),
     true, true, 0, "OPTIONS", 1, "t1.example.com:99999", "z9hG4bKkdjuw", 1234, "unkscm",
     "3234233", NULL},
    {"several Via values in one field and in several",
     T("SIP/2.0 200 OK" END
       "Via: SIP/2.0/UDP a.example.com:5070;branch=z9hG4bK-a;received=192.0.2.1;rport=1025,"
       "SIP/2.0/TCP [2001:db8::9:1];branch=z9hG4bK-b;rport" END
       "v: SIP/2.0/TLS c.example.com;branch=z9hG4bK-c" END
       "Via: SIP/2.0/SCTP d;branch=z9hG4bK-d , ,SIP/2.0/WS e" END
       "From: <sip:a@x>;tag=f" END "To: <sip:b@x>;tag=t" END "Call-ID: vias" END
       "CSeq: 1 INVITE" END END),
     true, false, 200, "INVITE", 5, "a.example.com:5070", "z9hG4bK-a", 1, "vias", "f", "t"},
    {"quoted commas and semicolons in Via parameters",
     T("SIP/2.0 180 Ringing" END
       "Via: SIP/2.0/UDP a;note=\"x,y;branch=z9hG4bK-wrong\";branch=z9hG4bK-right" END
       "From: \"a;tag=wrong,<\" <sip:a@x;tag=wrong>;tag=f" END
       "To: \"b\\\";tag=wrong\" <sip:b@x?tag=wrong>;tag=t" END "Call-ID: quoted" END
       "CSeq: 1 INVITE" END END),
     true, false, 180, "INVITE", 1, "a", "z9hG4bK-right", 1, "quoted", "f", "t"},
    {"compact names only, in capitals",
     T("BYE sip:b SIP/2.0" END "V:SIP/2.0/UDP a;branch=z9hG4bK-1" END "F:<sip:a>;tag=f" END
       "T:<sip:b>;tag=t" END "I:compact" END "CSEQ:2 BYE" END "L:0" END END),
     true, true, 0, "BYE", 1, "a", "z9hG4bK-1", 2, "compact", "f", "t"},
    {"line ends without CR",
     T("SIP/2.0 486 Busy Here\nVia: SIP/2.0/UDP a;branch=z9hG4bK-1\nFrom: <sip:a>;tag=f\n"
       "To: <sip:b>;tag=t\nCall-ID: lf\nCSeq: 1\n INVITE\n\n"),
     true, false, 486, "INVITE", 1, "a", "z9hG4bK-1", 1, "lf", "f", "t"},
    {"NUL bytes and bytes that are no UTF-8",
     T("SIP/2.0 180 Ri\0ng\xff\xc0\x80" END
       "Via: SIP/2.0/UDP a\xff;branch=z9hG4bK-\0-\xfe" END
       "\0: x" END "From\0: <sip:no>;tag=no" END "From: <sip:\x80\0>;tag=\xf5" END
       "To: \"\xed\xa0\x80\" <sip:b>" END "Call-ID: \xc3" END "CSeq: 1 INVITE" END END),
     true, false, 180, "INVITE", 1, "a\xff", "z9hG4bK-", 1, "\xc3", "\xf5", NULL},
    {"lines that are no header field",
     T("SIP/2.0 500 x" END " a fold behind the start line" END ": no name" END "no colon" END
       "two words: x" END "(:x" END "Via" END "Via:SIP/2.0/UDP a;branch=z9hG4bK-1" END
       "\tfolded" END "Call-ID:lines" END "\r" END "CSeq:1 BYE" END END),
     true, false, 500, "BYE", 1, "a", "z9hG4bK-1\r\n\tfolded", 1, "lines", NULL, NULL},
    {"a CSeq and a Content-Length beyond every number",
     T("REGISTER sip:x SIP/2.0" END "Via: SIP/2.0/UDP a;branch=z9hG4bK-1" END
       "CSeq: 36893488147419103232 REGISTER" END "Content-Length: 36893488147419103232" END
       "Expires: 10000000000000000000000000000000000000000" END "Call-ID: scalars" END END),
     true, true, 0, "REGISTER", 1, "a", "z9hG4bK-1", 0, "scalars", NULL, NULL},
    {"fields that come twice: the first one counts",
     T("OPTIONS sip:x SIP/2.0" END "Via: SIP/2.0/UDP a;branch=z9hG4bK-1" END "CSeq: 5 OPTIONS" END
       "CSeq: 59 BYE" END "Call-ID: first" END "Call-ID: second" END "To: <sip:b>;tag=t" END
       "To: <sip:c>;tag=u" END "From: <sip:a>;tag=f" END "f: <sip:z>;tag=g" END END),
     true, true, 0, "OPTIONS", 1, "a", "z9hG4bK-1", 5, "first", "f", "t"},
    {"Via values with nothing in them",
     T("SIP/2.0 404 x" END "Via:" END "Via: ,,," END "Via: ;" END "Via: SIP/2.0/UDP" END
       "Via: SIP/2.0/UDP ;branch" END "CSeq: 1 INFO" END END),
     true, false, 404, "INFO", 3, NULL, NULL, 1, NULL, NULL, NULL},
    {"an unknown method and a request without a Via",
     T("NEWMETHOD sip:user@example.com SIP/2.0" END "CSeq: 8 NEWMETHOD" END END),
     true, true, 0, "NEWMETHOD", 0, NULL, NULL, 8, NULL, NULL, NULL},
    {"the shortest heads", T("M u SIP/2.0\n\n"), true, true, 0, "M", 0, NULL, NULL, 0, NULL, NULL,
     NULL},
    {"a status without a phrase", T("SIP/2.0 200" END END), true, false, 200, NULL, 0, NULL, NULL,
     0, NULL, NULL, NULL},
    {"the version in small letters", T("sip/2.0 699 x" END END), true, false, 699, NULL, 0, NULL,
     NULL, 0, NULL, NULL, NULL},
    {"a code of ten digits", T("SIP/2.0 4294967301 better not break" END END), .readable = false},
    {"a code of two digits", T("SIP/2.0 20 x" END END), .readable = false},
    {"another version", T("OPTIONS sip:x SIP/7.0" END END), .readable = false},
    {"two spaces in the request line", T("OPTIONS  sip:x SIP/2.0" END END), .readable = false},
    {"a space in the URI", T("OPTIONS sip:x; lr SIP/2.0" END END), .readable = false},
    {"no URI", T("OPTIONS SIP/2.0" END END), .readable = false},
    {"HTTP", T("GET / HTTP/1.1" END END), .readable = false},
    {"an empty line first", T(END "OPTIONS sip:x SIP/2.0" END END), .readable = false},
    {"a bare LF first", T("\nOPTIONS sip:x SIP/2.0" END END), .readable = false},
    {"a keep-alive", T(END END), .readable = false},
    {"nothing", T(""), .readable = false},
};
/* clang-format on */

static void test_rows(void)
{
    struct cliff c = cliff_new(BIG);

    for (size_t i = 0; i < G_N_ELEMENTS(rows); i++) {
        const struct row *r = &rows[i];
        struct sx_slice bytes = put(&c, r->text);
        struct sx_sip_msg m;
        bool readable = sx_sip_msg_read(bytes, &m);
        g_test_message("%s", r->name);
        g_assert_true(readable == r->readable);
        struct sx_slice first = put_first(&c, r->text);
        g_assert_true(sx_sip_msg_read(first, &m) == readable);
        g_assert_true(!readable || is_sound(&m, first));
        bytes = put(&c, r->text);
        sx_sip_msg_read(bytes, &m);
        if (!readable)
            continue;
        g_assert_true(is_sound(&m, bytes));
        g_assert_cmpint(m.end, ==, SX_HEAD_COMPLETE);
        g_assert_cmpuint(m.head.n, ==, bytes.n);
        g_assert_true(m.is_request == r->is_request);
        g_assert_cmpuint(m.code, ==, r->code);
        assert_text(m.method_name, r->method);
        g_assert_cmpuint(sx_sip_msg_via_count(&m), ==, r->vias);
        assert_text(m.via.sent_by, r->sent_by);
        assert_text(m.via.branch, r->branch);
        g_assert_true(m.has_cseq == (r->cseq > 0));
        g_assert_cmpuint(m.cseq, ==, r->cseq);
        assert_text(m.call_id, r->call_id);
        assert_text(sx_sip_msg_from_tag(&m), r->from_tag);
        assert_text(sx_sip_msg_to_tag(&m), r->to_tag);
    }
    cliff_free(&c);
}

/* ---- heads of any size ---- */

#define BIG_BRANCH "z9hG4bK-0"

static GString *big_begin(void)
{
    return g_string_new("SIP/2.0 180 Ringing\r\nFrom: <sip:a@x>;tag=f\r\nTo: <sip:b@x>;tag=t\r\n"
                        "Call-ID: big\r\nCSeq: 1 INVITE\r\n");
}

static GString *long_header(void)
{
    GString *s = big_begin();

    g_string_append(s, "Via: SIP/2.0/UDP a;branch=" BIG_BRANCH "\r\nX-Long: ");
    for (unsigned i = 0; i < 65536; i++)
        g_string_append_c(s, "abc,;<>\"\\ "[i % 10]);
    g_string_append(s, "\r\n\r\n");
    return s;
}

static GString *folded_header(void)
{
    GString *s = big_begin();

    g_string_append(s, "Via: SIP/2.0/UDP a;branch=" BIG_BRANCH "\r\nX-Folded:");
    for (unsigned i = 0; i < 20000; i++)
        g_string_append(s, "\r\n x");
    g_string_append(s, "\r\n\r\n");
    return s;
}

#define MANY_VIAS 10000

static GString *vias_in_one_field(void)
{
    GString *s = big_begin();

    for (unsigned i = 0; i < MANY_VIAS; i++)
        g_string_append_printf(s, "%sSIP/2.0/UDP a;branch=z9hG4bK-%u", i ? ", " : "Via: ", i);
    g_string_append(s, "\r\n\r\n");
    return s;
}

static GString *vias_in_many_fields(void)
{
    GString *s = big_begin();

    for (unsigned i = 0; i < MANY_VIAS; i++)
        g_string_append_printf(s, "%s: SIP/2.0/UDP a;branch=z9hG4bK-%u\r\n", i % 2 ? "v" : "Via",
                               i);
    g_string_append(s, "\r\n");
    return s;
}

typedef GString *(*maker)(void);
static const maker makers[] = {long_header, folded_header, vias_in_one_field, vias_in_many_fields};

static void test_big(void)
{
    static const unsigned vias[] = {1, 1, MANY_VIAS, MANY_VIAS};

    for (size_t i = 0; i < G_N_ELEMENTS(makers); i++) {
        GString *text = makers[i]();
        struct cliff c = cliff_new(text->len);
        struct sx_slice bytes = put(&c, sx_slice(text->str, text->len)), value;
        struct sx_sip_msg m;
        g_assert_true(sx_sip_msg_read(bytes, &m));
        g_assert_true(is_sound(&m, bytes));
        g_assert_true(fields_lie_in(&m, bytes));
        g_assert_cmpint(m.end, ==, SX_HEAD_COMPLETE);
        g_assert_cmpuint(m.head.n, ==, bytes.n);
        g_assert_cmpuint(sx_sip_msg_via_count(&m), ==, vias[i]);
        assert_text(m.via.branch, BIG_BRANCH);
        assert_text(sx_sip_msg_to_tag(&m), "t");
        struct sx_field_iter iter = {0};
        for (unsigned n = 0; n < vias[i]; n++)
            g_assert_true(sx_sip_msg_value(&m, "Via", &iter, &value));
        g_assert_false(sx_sip_msg_value(&m, "Via", &iter, &value));
        cliff_free(&c);
        g_string_free(text, TRUE);
    }
}

/* ---- every prefix ---- */

static bool is_not_complete(const struct sx_sip_msg *prefix, const struct sx_sip_msg *whole)
{
    (void)whole;
    return prefix->end == SX_HEAD_CUT;
}

static bool says(struct sx_slice part, struct sx_slice whole)
{
    return !part.p || (whole.p && sx_slice_eq(part, whole));
}

/* A value that the cut runs through is not known: half a branch or half a method would name
 * another transaction. */
static bool says_nothing_else(const struct sx_sip_msg *prefix, const struct sx_sip_msg *whole)
{
    bool ok = prefix->is_request == whole->is_request && prefix->code == whole->code &&
              says(prefix->uri, whole->uri) &&
              sx_sip_msg_via_count(prefix) <= sx_sip_msg_via_count(whole) &&
              says(prefix->call_id, whole->call_id) && says(prefix->from, whole->from) &&
              says(prefix->to, whole->to) &&
              says(sx_sip_msg_from_tag(prefix), sx_sip_msg_from_tag(whole)) &&
              says(sx_sip_msg_to_tag(prefix), sx_sip_msg_to_tag(whole)) &&
              says(prefix->top_route, whole->top_route) && says(prefix->contact, whole->contact);

    for (unsigned i = 0; i < 2; i++) {
        struct sx_via known, all;
        if (!sx_sip_msg_via(prefix, i, &known))
            break;
        ok &= sx_sip_msg_via(whole, i, &all) && says(known.sent_by, all.sent_by) &&
              says(known.branch, all.branch) && (known.branch.p != NULL) == (all.branch.p != NULL);
    }
    if (prefix->has_cseq)
        ok &= whole->has_cseq && prefix->cseq == whole->cseq &&
              sx_slice_eq(prefix->cseq_method_name, whole->cseq_method_name);
    if (prefix->has_content_length)
        ok &= prefix->content_length == whole->content_length;
    if (prefix->has_expires)
        ok &= prefix->expires == whole->expires;
    return ok;
}

typedef bool (*prefix_rule)(const struct sx_sip_msg *prefix, const struct sx_sip_msg *whole);

/* Every prefix; of a big text those near both ends and some between. */
static void check_prefixes(struct sx_slice text, const char *name, prefix_rule holds)
{
    struct cliff c = cliff_new(text.n);
    struct sx_sip_msg whole, m;
    size_t near = text.n < BIG ? text.n : 50, step = 1;

    for (size_t n = 0; n < text.n && sx_sip_msg_read(text, &whole); n += step) {
        struct sx_slice bytes = put(&c, sx_slice(text.p, n));
        if (sx_sip_msg_read(bytes, &m) && (!is_sound(&m, bytes) || !holds(&m, &whole))) {
            complain("%s: the first %" G_GSIZE_FORMAT " of %" G_GSIZE_FORMAT " bytes: ...%.*s",
                     name, n, text.n, (int)MIN(n, 20), text.p + n - MIN(n, 20));
            break;
        }
        step = n < near || n + near >= text.n ? 1 : MIN(text.n / 20, text.n - near - n);
    }
    cliff_free(&c);
}

static void check_all_prefixes(prefix_rule holds)
{
    for (size_t i = 0; i < G_N_ELEMENTS(rows); i++)
        check_prefixes(rows[i].text, rows[i].name, holds);
    for (size_t i = 0; i < G_N_ELEMENTS(makers); i++) {
        GString *text = makers[i]();
        check_prefixes(sx_slice(text->str, text->len), "big", holds);
        g_string_free(text, TRUE);
    }
}

static void test_prefix_is_not_complete(void)
{
    check_all_prefixes(is_not_complete);
}

static void test_prefix_says_nothing_else(void)
{
    check_all_prefixes(says_nothing_else);
}

/* What follows the empty line is not the head's. */
static void test_body(void)
{
    static const char text[] = "SIP/2.0 200 OK\r\nCall-ID: x\r\nl: 12\r\n\r\nCSeq: 1 BYE\r\n\r\n";
    struct sx_sip_msg m;

    g_assert_true(sx_sip_msg_read(S(text), &m));
    g_assert_cmpint(m.end, ==, SX_HEAD_COMPLETE);
    g_assert_cmpuint(m.head.n, ==, strstr(text, "CSeq") - text);
    g_assert_false(m.has_cseq);
    g_assert_cmpuint(m.content_length, ==, 12);
    g_assert_null(sx_sip_msg_first(&m, "CSeq").p);
}

/* Rows with bytes changed, cut out and doubled. */
static void test_random(void)
{
    static const char bad[] = "\0\r\n :;,<>\"\\\t=/S\xff";
    GRand *random = g_rand_new_with_seed(1);
    struct cliff c = cliff_new(BIG);

    for (unsigned round = 0; round < 20000 && !g_test_failed(); round++) {
        const struct row *r = &rows[g_rand_int_range(random, 0, G_N_ELEMENTS(rows))];
        GString *text = g_string_new_len(r->text.p, (gssize)r->text.n);
        for (int changes = g_rand_int_range(random, 1, 6); changes && text->len > 0; changes--) {
            gsize at = (gsize)g_rand_int_range(random, 0, (gint32)text->len);
            char byte = bad[g_rand_int_range(random, 0, sizeof bad - 1)];
            switch (g_rand_int_range(random, 0, 3)) {
            case 0:
                text->str[at] = byte;
                break;
            case 1:
                g_string_erase(text, (gssize)at, MIN((gssize)(text->len - at), 7));
                break;
            default:
                g_string_insert_c(text, (gssize)at, byte);
            }
        }
        struct sx_slice bytes = put(&c, sx_slice(text->str, text->len));
        struct sx_sip_msg m;
        if (sx_sip_msg_read(bytes, &m) && !is_sound(&m, bytes)) {
            char *escaped = g_strescape(text->str, NULL);
            complain("round %u: %s", round, escaped);
            g_free(escaped);
        }
        g_string_free(text, TRUE);
    }
    cliff_free(&c);
    g_rand_free(random);
}

/* ---- several Vias ---- */

static void test_via_by_index(void)
{
    struct sx_sip_msg m = read_with("Via: SIP/2.0/UDP h0;branch=z9hG4bK-0,, SIP/2.0/UDP h1\r\n"
                                    "Call-ID: x\r\nv: SIP/2.0/TCP h2;branch=z9hG4bK-2\r\n");
    static const char *const hosts[] = {"h0", "h1", "h2"};
    static const char *const branches[] = {"z9hG4bK-0", NULL};
    struct sx_via one;

    g_assert_cmpuint(sx_sip_msg_via_count(&m), ==, 3);
    for (unsigned i = 0; i < 3; i++) {
        g_assert_true(sx_sip_msg_via(&m, i, &one));
        assert_text(one.sent_by, hosts[i]);
        if (i < 2)
            assert_text(one.branch, branches[i]);
    }
    assert_text(one.branch, "z9hG4bK-2");
    g_assert_false(sx_sip_msg_via(&m, 3, &one));
    g_assert_false(sx_sip_msg_via(&m, UINT_MAX, &one));
}

/* What is no Via value is found by its index as it was found in the head. */
static void test_broken_vias(void)
{
    static const struct {
        const char *lines;
        unsigned values;
    } broken[] = {{"Via:;,;,,\r\n", 1},
                  {"Via: x, SIP/2.0/UDP h;branch=b\r\n", 1},
                  {"v: ////\",,;\",\r\n", 2},
                  {"Via: ,,\r\nVia: a;b=\",c\r\n", 1},
                  {"Via: a/b/c d,,;,a/b/c\r\nVia: /\r\n", 3},
                  {"Via:\r\nv: ,\r\n", 0}};
    struct sx_via one;

    for (size_t i = 0; i < G_N_ELEMENTS(broken); i++) {
        struct sx_sip_msg m = read_with(broken[i].lines);
        unsigned n = 0;
        while (sx_sip_msg_via(&m, n, &one))
            n++;
        g_assert_cmpuint(n, ==, broken[i].values);
        g_assert_cmpuint(sx_sip_msg_via_count(&m), ==, n);
        g_assert_cmpint(m.has_via, ==, n > 0);
        g_assert_cmpint(m.more_vias.p != NULL, ==, n > 1);
    }
}

int main(int argc, char **argv)
{
    tests_init(&argc, &argv);
    g_test_add_func("/sip_msg/rows", test_rows);
    g_test_add_func("/sip_msg/big", test_big);
    g_test_add_func("/sip_msg/prefix_is_not_complete", test_prefix_is_not_complete);
    g_test_add_func("/sip_msg/prefix_says_nothing_else", test_prefix_says_nothing_else);
    g_test_add_func("/sip_msg/body", test_body);
    g_test_add_func("/sip_msg/random", test_random);
    g_test_add_func("/sip_msg/via_by_index", test_via_by_index);
    g_test_add_func("/sip_msg/broken_vias", test_broken_vias);
    return g_test_run();
}
