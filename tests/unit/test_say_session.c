/* test_say_session.c
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "core/say/say_session.h"

#include "sip_text.h"

static void test_words(void)
{
    struct ladder l = ladder_open();
    wmem_strbuf_t *out = wmem_strbuf_new(NULL, "");

    request(&l, -1.0, ALICE, BOB, "INVITE", via("alice a1"));
    const struct sx_message *ok = response(&l, 0.0, BOB, ALICE, 200, "INVITE", via("alice a1"),
                                           .more = "Session-Expires: 1800;refresher=uas\r\n");
    request(&l, 0.1, ALICE, BOB, "ACK", via("alice a2"), .to_tag = "bob");
    request(&l, 900, BOB, ALICE, "UPDATE", via("bob b1"), .from_tag = "bob", .to_tag = "alice");
    response(&l, 900.1, ALICE, BOB, 481, "UPDATE", via("bob b1"), .from_tag = "bob",
             .to_tag = "alice");
    request(&l, 1770, ALICE, BOB, "BYE", via("alice a3"), .cseq = 2, .to_tag = "bob");
    const struct sx_session *session = sx_tracker_session_of(l.tracker, ok);
    struct sx_session_verdict v = sx_session_judge(l.tracker, session);
    sx_say_session(out, l.tracker, session, &v);
    g_assert_cmpstr(
        wmem_strbuf_get_str(out), ==,
        "the called side did not refresh the session within 29 min 28 s (RFC 4028 10): the "
        "UPDATE in frame 4 was refused with 481 in frame 5; 1800 s were agreed on in frame "
        "2; BYE in frame 6 at 29 min 30 s");
    wmem_strbuf_destroy(out);
    ladder_close(&l);
}

static void test_no_connection(void)
{
    struct ladder l = ladder_open();
    wmem_strbuf_t *out = wmem_strbuf_new(NULL, "");

    request(&l, -1.0, ALICE, BOB, "INVITE", via("alice a1"), .transport = SX_TRANSPORT_TCP);
    const struct sx_message *ok = response(&l, 0.0, BOB, ALICE, 200, "INVITE", via("alice a1"),
                                           .transport = SX_TRANSPORT_TCP,
                                           .more = "Session-Expires: 90;refresher=uac\r\n");
    request(&l, 0.1, ALICE, BOB, "ACK", via("alice a2"), .to_tag = "bob",
            .transport = SX_TRANSPORT_TCP);
    segment(&l, 45, ALICE, 40001, BOB, 5060, SX_TCP_SYN);
    segment(&l, 45.1, BOB, 5060, ALICE, 40001, SX_TCP_RST | SX_TCP_ACK);
    other_packet(&l, 100);
    const struct sx_session *session = sx_tracker_session_of(l.tracker, ok);
    struct sx_session_verdict v = sx_session_judge(l.tracker, session);
    sx_say_session(out, l.tracker, session, &v);
    g_assert_cmpstr(
        wmem_strbuf_get_str(out), ==,
        "the caller did not refresh the session within 60 s (RFC 4028 10): 10.0.0.1 cannot "
        "connect to 10.0.0.5 port 5060 (frame 5); 90 s were agreed on in frame 2");
    wmem_strbuf_destroy(out);
    ladder_close(&l);
}

static void test_given_up(void)
{
    struct ladder l = ladder_open();
    wmem_strbuf_t *out = wmem_strbuf_new(NULL, "");

    request(&l, -1.0, ALICE, BOB, "INVITE", via("alice a1"));
    const struct sx_message *ok = response(&l, 0.0, BOB, ALICE, 200, "INVITE", via("alice a1"),
                                           .more = "Session-Expires: 1800;refresher=uac\r\n");
    request(&l, 0.1, ALICE, BOB, "ACK", via("alice a2"), .to_tag = "bob");
    request(&l, 900, ALICE, BOB, "UPDATE", via("alice a3"), .cseq = 2, .to_tag = "bob");
    response(&l, 900.1, BOB, ALICE, 481, "UPDATE", via("alice a3"), .cseq = 2);
    request(&l, 900.2, ALICE, BOB, "BYE", via("alice a4"), .cseq = 3, .to_tag = "bob");
    const struct sx_session *session = sx_tracker_session_of(l.tracker, ok);
    struct sx_session_verdict v = sx_session_judge(l.tracker, session);
    sx_say_session(out, l.tracker, session, &v);
    g_assert_cmpstr(wmem_strbuf_get_str(out), ==,
                    "the caller could not refresh the session (RFC 4028 10): the UPDATE in frame 4 "
                    "was refused with 481 in frame 5; 1800 s were agreed on in frame 2; BYE in "
                    "frame 6 at 15 min 0 s");
    wmem_strbuf_destroy(out);
    ladder_close(&l);
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/say_session/words", test_words);
    g_test_add_func("/say_session/no_connection", test_no_connection);
    g_test_add_func("/say_session/given_up", test_given_up);
    return g_test_run();
}
