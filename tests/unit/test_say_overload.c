/* What is said of servers that refuse.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later */
#include "core/say/say_overload.h"

#include "say_text.h"
#include "sip_text.h"

static uint32_t refused(struct ladder *l, double at, const char *branch, uint32_t cseq,
                        const char *more)
{
    uint32_t txn = request(l, at, ALICE, BOB, "INVITE", via(branch), .cseq = cseq)->txn;

    response(l, at, BOB, ALICE, 503, "INVITE", via(branch), .cseq = cseq, .more = more);
    request(l, at, ALICE, BOB, "ACK", via(branch), .cseq = cseq, .to_tag = "bob");
    return txn;
}

static void pause_and_hurry(void)
{
    struct ladder l = ladder_open();
    uint32_t first = refused(&l, 0, "alice a", 1, "Retry-After: 30\r\n");
    uint32_t second = refused(&l, 10, "alice b", 2, NULL);
    const struct sx_pause *pause = sx_pause_of(l.tracker, txn_numbered(&l, first));

    wmem_strbuf_t *out = buffer();
    sx_say_hurry(out, l.tracker, sx_hurry_of(l.tracker, txn_numbered(&l, second)));
    assert_says(out, "the 503 in frame 2 asks this client to send nothing to 10.0.0.5 for 30 s; 20 "
                     "s of them are left");
    sx_say_pause(out = buffer(), pause);
    g_assert_cmpstr(wmem_strbuf_get_str(out), ==,
                    "the client is to stay away for 30 s, and comes back in frame 4");
    wmem_strbuf_destroy(out);
    refused(&l, 11, "alice c", 3, NULL);
    sx_say_pause(out = buffer(), pause);
    assert_says(
        out,
        "the client is to stay away for 30 s, and comes back in frame 4, with 2 requests in all");
    ladder_close(&l);
}

static void retries(void)
{
    struct ladder l = ladder_open();

    refused(&l, 0, "alice a", 1, NULL);
    struct sx_retries r =
        sx_retries_count(l.tracker, txn_numbered(&l, refused(&l, 10, "alice b", 2, NULL)));
    wmem_strbuf_t *out = buffer();
    sx_say_retries(out, l.tracker, &r);
    assert_says(
        out, "10.0.0.1 tries again: tried 2 times at 10.0.0.5 so far (first refused in frame 2)");
    r.levels = 3;
    r.hosts[1] = r.hosts[2] = r.at->dst.host;
    sx_say_retries(out = buffer(), l.tracker, &r);
    assert_says(out, "10.0.0.1, 10.0.0.5 and 10.0.0.5 each try again: tried 2 times at 10.0.0.5 so "
                     "far (first refused in frame 2)");
    r.levels = 0;
    sx_say_retries(out = buffer(), l.tracker, &r);
    g_assert_cmpstr(wmem_strbuf_get_str(out), ==,
                    "tried 2 times at 10.0.0.5 so far (first refused in frame 2)");
    wmem_strbuf_destroy(out);
    ladder_close(&l);
}

static void storm(void)
{
    struct ladder l = ladder_open();
    uint32_t txn = 0;

    for (unsigned i = 0; i < SX_STORM_REFUSALS; i++) {
        char *branch = g_strdup_printf("alice s%u", i);
        txn = refused(&l, 0.1 * i, branch, i + 1, NULL);
        g_free(branch);
    }
    wmem_strbuf_t *out = buffer();
    sx_say_storm(out, l.tracker, sx_refusal_of(l.tracker, txn_numbered(&l, txn)));
    assert_says(out, "10.0.0.5 has refused 20 requests with 503 in 1.900 s (since frame 2)");
    ladder_close(&l);
}

int main(int argc, char **argv)
{
    tests_init(&argc, &argv);
    g_test_add_func("/say-overload/pause-and-hurry", pause_and_hurry);
    g_test_add_func("/say-overload/retries", retries);
    g_test_add_func("/say-overload/storm", storm);
    return g_test_run();
}
