/* Reason values of requests.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later */
#include "core/read/reason.h"

static void assert_reads(const char *lines, unsigned sip, unsigned q850, unsigned number)
{
    char *text = g_strdup_printf("BYE sip:b@x SIP/2.0\r\nCSeq: 1 BYE\r\n%s\r\n", lines);
    struct sx_sip_msg msg;

    g_assert_true(sx_sip_msg_read(sx_slice(text, strlen(text)), &msg));
    struct sx_reason reason = sx_reason_read(&msg);
    g_assert_cmpuint(reason.sip, ==, sip);
    g_assert_cmpuint(reason.q850, ==, q850);
    g_assert_cmpuint(sx_reason_number(reason), ==, number);
    g_free(text);
}

static void values(void)
{
    assert_reads("", 0, 0, 0);
    assert_reads("Reason: Q.850;cause=16;text=\"Normal call clearing\"\r\n", 0, 16, 16);
    assert_reads("reason: sip ; cause=503\r\n", 503, 0, SX_REASON_SIP | 503);
    assert_reads("Reason: SIP;cause=480, q.850;cause=18\r\n", 480, 18, 18);
    assert_reads("Reason: SIP;cause=487\r\nReason: SIP;cause=200\r\n", 200, 0, SX_REASON_SIP | 200);
    assert_reads("Reason: SIP;cause=200\r\nReason: SIP;cause=487\r\n", 200, 0, SX_REASON_SIP | 200);
    assert_reads("Reason: Q.850;cause=127\r\n", 0, 127, 127);
    assert_reads("Reason: Q.850;cause=128\r\n", 0, 0, 0);
    assert_reads("Reason: SIP;cause=99\r\n", 0, 0, 0);
    assert_reads("Reason: SIP;cause=100\r\n", 100, 0, SX_REASON_SIP | 100);
    assert_reads("Reason: SIP;cause=699\r\n", 699, 0, SX_REASON_SIP | 699);
    assert_reads("Reason: SIP;cause=700\r\n", 0, 0, 0);
    assert_reads("Reason: SIP;text=\"x\"\r\nReason: preemption;cause=1\r\nReason: ;cause=3\r\n", 0,
                 0, 0);
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/reason/values", values);
    return g_test_run();
}
