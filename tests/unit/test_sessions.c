/* test_sessions.c
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "core/record/sessions.h"

#include "sip_text.h"

static void assert_reads(const char *field, bool agrees, uint32_t seconds, enum sx_refresher who)
{
    char *text = g_strdup_printf("SIP/2.0 200 OK\r\nCall-ID: c\r\nCSeq: 1 INVITE\r\n%s\r\n", field);
    struct sx_sip_msg msg;
    enum sx_refresher refresher = SX_REFRESHER_UNKNOWN;
    uint32_t expires_s = 0;

    g_assert_true(sx_sip_msg_read(sx_slice_str(text), &msg));
    g_assert_true(sx_session_read(&msg, &expires_s, &refresher) == agrees);
    if (agrees) {
        g_assert_cmpuint(expires_s, ==, seconds);
        g_assert_cmpint(refresher, ==, who);
    }
    g_free(text);
}

/* RFC 4028 4: the compact form is x, tokens have any case. */
static void test_read(void)
{
    assert_reads("Session-Expires: 1800;refresher=uac\r\n", true, 1800, SX_REFRESHER_UAC);
    assert_reads("x:90 ;x=y; Refresher = UAS\r\n", true, 90, SX_REFRESHER_UAS);
    assert_reads("Session-Expires: 90\r\n", true, 90, SX_REFRESHER_UNKNOWN);
    assert_reads("Session-Expires: 90;refresher=proxy\r\n", true, 90, SX_REFRESHER_UNKNOWN);
    assert_reads("Session-Expires: 0;refresher=uac\r\n", false, 0, SX_REFRESHER_UNKNOWN);
    assert_reads("Session-Expires: 99999999999;refresher=uac\r\n", false, 0, SX_REFRESHER_UNKNOWN);
    assert_reads("Session-Expires:\r\n", false, 0, SX_REFRESHER_UNKNOWN);
    assert_reads("", false, 0, SX_REFRESHER_UNKNOWN);
}

/* RFC 4028 10: the lesser of 32 s and a third. */
static void test_due(void)
{
    const struct sx_session at_95 = {.expires_s = 95, .time_ns = 0}, at_97 = {.expires_s = 97};

    g_assert_cmpint(sx_session_due_ns(&at_95), ==, 95 * SX_NS_PER_S - 95 * SX_NS_PER_S / 3);
    g_assert_cmpint(sx_session_due_ns(&at_97), ==, 65 * SX_NS_PER_S);
}

/* No longer than time can be told. */
static void test_longest(void)
{
    const struct sx_session longest = {.expires_s = UINT32_MAX,
                                       .time_ns = INT64_C(4000000000) * SX_NS_PER_S};

    g_assert_cmpint(sx_session_due_ns(&longest), >, longest.time_ns);
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/sessions/read", test_read);
    g_test_add_func("/sessions/due", test_due);
    g_test_add_func("/sessions/longest", test_longest);
    return g_test_run();
}
