/* What is said of large requests.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later */
#include "core/say/say_size.h"

#include "say_text.h"
#include "sip_text.h"

static void sentences(void)
{
    struct ladder l = ladder_open();
    const struct sx_txn *txn = txn_of(&l, request(&l, 0, ALICE, P1, "INVITE", via("alice a")));
    const struct sx_attempt attempt = {.frame = 9, .to = txn->dst};
    struct sx_size s = {
        .kind = SX_SIZE_MAY_BE_LOST, .bytes = 1800, .sends = 7, .smaller_in = 3, .to = txn->dst};
    wmem_strbuf_t *out = buffer();

    sx_say_size(out, l.tracker, &s);
    g_assert_cmpstr(
        wmem_strbuf_get_str(out), ==,
        "it has 1800 bytes over UDP, and 10.0.0.2 answers smaller ones (frame 3): it, or "
        "fragments of it, may get lost on the way");
    wmem_strbuf_destroy(out);
    s.attempt = &attempt;
    sx_say_size(out = buffer(), l.tracker, &s);
    assert_says(
        out, "it has 1800 bytes over UDP, and 10.0.0.2 answers smaller ones (frame 3): it, or "
             "fragments of it, may get lost on the way; 10.0.0.2 did not take a TCP connection to "
             "port 5060 (frame 9)");
    s.kind = SX_SIZE_NO_TCP;
    sx_say_size(out = buffer(), l.tracker, &s);
    assert_says(
        out, "1800 bytes over UDP: 10.0.0.2 did not take a TCP connection to port 5060 (frame 9)");
    s.kind = SX_SIZE_FAILED_BY_TCP;
    sx_say_size(out = buffer(), l.tracker, &s);
    assert_says(
        out, "10.0.0.2 did not take a TCP connection to port 5060 (frame 9), as a request of more "
             "than 1300 bytes needs it; over UDP it answers smaller ones (frame 3)");
    s.kind = SX_SIZE_FRAGMENTS;
    sx_say_size(out = buffer(), l.tracker, &s);
    assert_says(
        out,
        "only the first fragment of this request is in the capture, 7 times, and no answer so far; "
        "10.0.0.2 answers smaller ones (frame 3): the others get lost on the way, or a capture "
        "filter drops them");
    s.smaller_in = 0;
    sx_say_size(out = buffer(), l.tracker, &s);
    assert_says(
        out,
        "only the first fragment of this request is in the capture, 7 times, and no answer so far: "
        "the others get lost on the way, or a capture filter drops them");
    s.kind = SX_SIZE_NOTHING;
    sx_say_size(out = buffer(), l.tracker, &s);
    assert_says_nothing(out);
    ladder_close(&l);
}

static void too_large_for_the_way(void)
{
    struct ladder l = ladder_open();
    const struct sx_txn *txn = txn_of(&l, request(&l, 0, ALICE, P1, "INVITE", via("alice a")));
    struct sx_too_big big = {.frame = 4, .bytes = 1500, .mtu = 1400, .by = txn->dst.host};
    const struct sx_size s = {.kind = SX_SIZE_TOO_BIG, .too_big = &big};
    wmem_strbuf_t *out = buffer();

    sx_say_size(out, l.tracker, &s);
    assert_says(out, "10.0.0.2 says that it is too large for the way on, MTU 1400 (frame 4); it "
                     "has 1500 bytes over UDP, and nothing answered");
    big.mtu = big.bytes = 0;
    sx_say_size(out = buffer(), l.tracker, &s);
    assert_says(out, "10.0.0.2 says that it is too large for the way on (frame 4), and nothing "
                     "answered");
    ladder_close(&l);
}

int main(int argc, char **argv)
{
    tests_init(&argc, &argv);
    g_test_add_func("/say-size/sentences", sentences);
    g_test_add_func("/say-size/too-large-for-the-way", too_large_for_the_way);
    return g_test_run();
}
