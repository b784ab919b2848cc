/* What is said of a registration that is not kept up.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later */
#include "core/say/say_registration_health.h"

#include "say_text.h"
#include "sip_text.h"

static void refresh(void)
{
    struct sx_refresh r = {.in = 3,
                           .has_left = true,
                           .left_ns = 20 * SX_NS_PER_S,
                           .refusal = SX_REFRESH_REFUSED};
    wmem_strbuf_t *out = buffer();

    sx_say_refresh(out, &r);
    assert_says(out, "refresh refused; registered in frame 3, which runs out in 20 s");
    r.left_ns = -5 * SX_NS_PER_S;
    r.refusal = SX_REFRESH_CREDENTIALS;
    sx_say_refresh(out = buffer(), &r);
    assert_says(
        out,
        "refresh refused: user name or password; registered in frame 3, which ran out 5 s before");
    r.has_left = false;
    for (int reason = SX_REFRESH_NONCE; reason <= SX_REFRESH_REFUSED; reason++) {
        r.refusal = (enum sx_refresh_refusal)reason;
        g_assert_cmpuint(strlen(sx_say_refusal(r.refusal)), >, 0);
        sx_say_refresh(out = buffer(), &r);
        g_assert_null(strstr(wmem_strbuf_get_str(out), "run"));
        assert_says(out, "refresh refused");
    }
    g_assert_cmpstr(sx_say_refusal(SX_REFRESH_TAKEN), ==, "");
}

static void late(void)
{
    struct sx_late_refresh r = {.before_in = 7,
                                .late_ns = 20 * SX_NS_PER_S,
                                .late = 1,
                                .each = true};
    wmem_strbuf_t *out = buffer();

    sx_say_late_refresh(out, &r);
    g_assert_cmpstr(wmem_strbuf_get_str(out), ==,
                    "it comes 20 s after the registration in frame 7 had run out");
    wmem_strbuf_destroy(out);
    r.late = 3;
    sx_say_late_refresh(out = buffer(), &r);
    assert_says(
        out,
        "it comes 20 s after the registration in frame 7 had run out, as each refresh so far (3)");
    r.each = false;
    sx_say_late_refresh(out = buffer(), &r);
    assert_says(out, "it comes 20 s after the registration in frame 7 had run out; 3 refreshes "
                     "came late so far");
}

static void never(void)
{
    struct ladder l = ladder_open();
    const struct sx_no_refresh r = {.since_ns = 20 * SX_NS_PER_S};
    wmem_strbuf_t *out = buffer();

    sx_say_no_refresh(out, l.tracker, &r);
    assert_says(out, "no refresh in this capture: the registration ran out 20 s ago");
    sx_tracker_end(l.tracker);
    sx_say_no_refresh(out = buffer(), l.tracker, &r);
    assert_says(out, "no refresh in this capture: the registration ran out 20 s before its end");
    ladder_close(&l);
}

static void soon(void)
{
    struct ladder l = ladder_open();
    const char *contact = "Contact: <sip:bob@10.0.0.5>\r\nExpires: 60\r\n";

    for (unsigned i = 0; i < 5; i++) {
        char *branch = g_strdup_printf("bob r%u", i);
        request(&l, i, BOB, P1, "REGISTER", via(branch), .cseq = i + 1, .more = contact);
        response(&l, i, P1, BOB, 200, "REGISTER", via(branch), .cseq = i + 1, .more = contact);
        g_free(branch);
    }
    const struct sx_health_mark *mark = sx_health_mark(sx_tracker_flows(l.tracker), l.frame, 0);
    g_assert_nonnull(mark);
    wmem_strbuf_t *out = buffer();
    sx_say_soon(out, l.tracker, mark);
    assert_says(out, "5 REGISTERs in a row for sip:bob@example.com since frame 1, in 4 s: each "
                     "comes before 10 % of what was granted before is over");
    ladder_close(&l);
}

int main(int argc, char **argv)
{
    tests_init(&argc, &argv);
    g_test_add_func("/say-registration-health/refresh", refresh);
    g_test_add_func("/say-registration-health/late", late);
    g_test_add_func("/say-registration-health/never", never);
    g_test_add_func("/say-registration-health/soon", soon);
    return g_test_run();
}
