/* Retry-After values.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later */
#include "core/read/retry_after.h"

static void assert_reads(const char *line, bool there, uint32_t expected)
{
    char *text = g_strdup_printf("SIP/2.0 503 X\r\nCSeq: 1 INVITE\r\n%s\r\n", line);
    struct sx_sip_msg msg;
    uint32_t seconds = 77;

    g_assert_true(sx_sip_msg_read(sx_slice(text, strlen(text)), &msg));
    g_assert_cmpint(sx_retry_after_read(&msg, &seconds), ==, there);
    g_assert_cmpuint(seconds, ==, there ? expected : 77);
    g_free(text);
}

static void values(void)
{
    assert_reads("Retry-After: 120\r\n", true, 120);
    assert_reads("retry-after:0\r\n", true, 0);
    assert_reads("Retry-After: 18000;duration=3600\r\n", true, 18000);
    assert_reads("Retry-After: 120 (I'm in a meeting)\r\n", true, 120);
    assert_reads("Retry-After: 4294967295\r\n", true, UINT32_MAX);
    assert_reads("Retry-After: 4294967296\r\n", false, 0);
    assert_reads("Retry-After: soon\r\n", false, 0);
    assert_reads("Retry-After: -1\r\n", false, 0);
    assert_reads("Retry-After:\r\n", false, 0);
    assert_reads("", false, 0);
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/retry-after/values", values);
    return g_test_run();
}
