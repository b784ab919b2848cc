/* SPDX-License-Identifier: GPL-2.0-or-later */
#define _DEFAULT_SOURCE /* MAP_ANONYMOUS */

#include "core/read/sip_msg_head.h"

#include "read_text.h"
#include "sip_text.h"

/* A colon in the value where the long name would have its own. */
static void test_compact_with_a_colon(void)
{
    struct sx_sip_msg m = read_with("i: 2001:db8::1\r\nv:a:SIP/2.0/UDP h;branch=b\r\n"
                                    "f: s:x\r\nt::\r\nl:1\r\n");

    assert_text(m.call_id, "2001:db8::1");
    assert_text(m.via.branch, "b");
    assert_text(m.from, "s:x");
    assert_text(m.to, ":");
    g_assert_cmpuint(m.content_length, ==, 1);
}

static void test_small_fields(void)
{
    struct sx_sip_msg m = read_with(
        "Route: <sip:token@edge.example.com;lr>;x=\"a,b\", <sip:second@x>\r\n"
        "RSeq: 988789\r\nExpires: 0\r\nContent-Length: 7\r\nProxy-Authorization: Digest a=b\r\n");

    assert_text(m.top_route, "<sip:token@edge.example.com;lr>;x=\"a,b\"");
    g_assert_cmpuint(m.rseq, ==, 988789);
    g_assert_true(m.has_expires);
    g_assert_cmpuint(m.expires, ==, 0);
    g_assert_true(m.has_content_length);
    g_assert_cmpuint(m.content_length, ==, 7);
    g_assert_true(m.has_credentials);

    m = read_with("Content-Type: application/sdp\r\nMax-Forwards: 70\r\nContent-Length: 0\r\n");
    g_assert_null(sx_sip_msg_contact(&m).p);
    g_assert_null(m.record_route.p);
    m = read_with("Contact: , \"a, b\" <sip:a@x>;q=1, <sip:b@x>\r\nContact: <sip:c@x>\r\n"
                  "Record-Route: <sip:p;lr>\r\n");
    assert_text(sx_sip_msg_contact(&m), "\"a, b\" <sip:a@x>;q=1");
    g_assert_nonnull(m.record_route.p);
    m = read_with("m: <sip:a@x>\r\n");
    assert_text(sx_sip_msg_contact(&m), "<sip:a@x>");

    m = read_with("Authentication-Info: nextnonce=x\r\nProxy-Authenticate: Digest a=b\r\n"
                  "Content-Length: -999\r\nExpires: never\r\nCSeq: -1 INVITE\r\nRSeq:\r\n");
    g_assert_false(m.has_credentials);
    g_assert_true(m.has_content_length);
    g_assert_cmpuint(m.content_length, ==, 0); /* no number */
    g_assert_false(m.has_expires);
    g_assert_false(m.has_cseq);
    g_assert_cmpuint(m.rseq, ==, 0);
    g_assert_null(m.top_route.p);
    g_assert_true(read_with("Authorization: Digest a=b\r\n").has_credentials);
    g_assert_cmpuint(read_with("Content-Length: 2147483647\r\n").content_length, ==, 2147483647);
    g_assert_false(read_with("Content-Length: 2147483648\r\n").has_content_length);
    g_assert_true(read_with("Content-Length:\r\n").has_content_length);
    g_assert_true(read_with("Content-Length: 0x10\r\n").has_content_length);
}

/* Names in any case, with blanks before the colon and around the value, or none of them. */
static void test_spelling(void)
{
    static const char *const lines[] = {
        "Contact: <sip:a@x>\r\n", "contact:<sip:a@x>\r\n", "CONTACT \t:\t <sip:a@x> \r\n",
        "M:<sip:a@x>\n",          "m : <sip:a@x>\r\n",     "Contact:\r\n <sip:a@x>\r\n",
    };
    static const char *const others[] = {
        "Contacts: <sip:a@x>\r\n", "Contact <sip:a@x>\r\n", " Contact: <sip:a@x>\r\n",
        "Contac: <sip:a@x>\r\n",   "mm: <sip:a@x>\r\n",     "Contact-Type: <sip:a@x>\r\n",
    };

    for (size_t i = 0; i < G_N_ELEMENTS(lines); i++)
        assert_text(read_with(lines[i]).contact, "<sip:a@x>");
    for (size_t i = 0; i < G_N_ELEMENTS(others); i++)
        g_assert_null(read_with(others[i]).contact.p);
    /* where the other field that begins so has the letter that tells it */
    assert_text(read_with("Contact:last\r\n").contact, "last");
}

/* The first one of its name counts. */
static void test_first_counts(void)
{
    struct sx_sip_msg m = read_with(
        "From: <sip:a@x>;tag=1\r\nFrom: <sip:b@x>;tag=2\r\nTo: <sip:c@x>\r\nt: <sip:d@x>;tag=3\r\n"
        "Call-ID: x\r\ni: y\r\nCSeq: 1 INVITE\r\nCSeq: 2 BYE\r\nRoute: <sip:p>\r\nRoute: "
        "<sip:q>\r\n"
        "Session-ID: a\r\nSession-ID: b\r\nx: 90\r\nSession-Expires: 91\r\n");

    assert_text(m.from, "<sip:a@x>;tag=1");
    assert_text(m.from_uri, "sip:a@x");
    assert_text(m.from_tag, "1");
    assert_text(m.to_uri, "sip:c@x");
    assert_text(m.to_tag, NULL);
    assert_text(m.call_id, "x");
    g_assert_cmpuint(m.cseq, ==, 1);
    assert_text(m.cseq_method_name, "INVITE");
    assert_text(m.top_route, "<sip:p>");
    assert_text(m.session_id, "a");
    assert_text(m.session_expires, "90");
}

/* Of these only their presence counts. */
static void test_notes(void)
{
    struct sx_sip_msg m =
        read_with("Reason: SIP;cause=200\r\nretry-after : 5\r\nWarning: 399 a \"b\"\r\n");

    g_assert_true(m.has_reason && m.has_retry_after && m.has_warning);
    m = read_with("Reasons: x\r\nRetry: 5\r\nWarn: x\r\nReplaces: x\r\nRequire: x\r\n");
    g_assert_false(m.has_reason || m.has_retry_after || m.has_warning);
}

int main(int argc, char **argv)
{
    tests_init(&argc, &argv);
    g_test_add_func("/sip_msg_head/compact_with_a_colon", test_compact_with_a_colon);
    g_test_add_func("/sip_msg_head/small_fields", test_small_fields);
    g_test_add_func("/sip_msg_head/spelling", test_spelling);
    g_test_add_func("/sip_msg_head/first_counts", test_first_counts);
    g_test_add_func("/sip_msg_head/notes", test_notes);
    return g_test_run();
}
