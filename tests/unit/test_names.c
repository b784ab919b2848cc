/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "core/record/names.h"

#include <string.h>

#include "sip_text.h"

static struct sx_slice text(const char *s)
{
    return sx_slice(s, strlen(s));
}

static struct sx_sip_msg called(const char *call_id)
{
    return (struct sx_sip_msg){
        .call_id = text(call_id),
        .from_uri = text("sip:alice@example.com;x=1"),
        .to_uri = text("sips:bob@example.com"),
    };
}

static void assert_is(struct sx_slice s, const char *expected)
{
    char *found = g_strndup(s.p, s.n);

    g_assert_cmpstr(found, ==, expected);
    g_free(found);
}

static void keeps_what_is_overdue(void)
{
    struct sx_waiting_names *names = sx_names_new();
    struct sx_sip_msg first = called("one"), second = called("two");
    uint32_t one = sx_names_note(names, &first, 1), two = sx_names_note(names, &second, 2);
    struct sx_name name;

    g_assert_cmpuint(one, !=, 0);
    g_assert_false(sx_names_of(names, 1, &name));
    sx_names_keep(names, one, 1);
    g_assert_true(sx_names_of(names, 1, &name));
    assert_is(name.call_id, "one");
    assert_is(name.from, "sip:alice@example.com");
    assert_is(name.to, "sips:bob@example.com");
    g_assert_false(sx_names_of(names, 2, &name));
    /* Another one's place, or none. */
    sx_names_keep(names, two, 3);
    sx_names_keep(names, 0, 4);
    sx_names_keep(names, two + 1000, 5);
    for (uint32_t owner = 2; owner <= 5; owner++)
        g_assert_false(sx_names_of(names, owner, &name));
    sx_names_free(names);
}

static void lengths(void)
{
    struct sx_waiting_names *names = sx_names_new();
    char longest[256], longer[257];
    struct sx_name name;

    memset(longest, 'c', 255);
    longest[255] = '\0';
    memset(longer, 'c', 256);
    longer[256] = '\0';
    struct sx_sip_msg fits = called(longest), fits_not = called(longer), empty = {0};
    sx_names_keep(names, sx_names_note(names, &fits, 1), 1);
    sx_names_keep(names, sx_names_note(names, &fits_not, 2), 2);
    sx_names_keep(names, sx_names_note(names, &empty, 3), 3);
    g_assert_true(sx_names_of(names, 1, &name));
    assert_is(name.call_id, longest);
    g_assert_true(sx_names_of(names, 2, &name));
    g_assert_cmpuint(name.call_id.n, ==, 0);
    assert_is(name.to, "sips:bob@example.com");
    g_assert_true(sx_names_of(names, 3, &name));
    g_assert_cmpuint(name.call_id.n + name.from.n + name.to.n, ==, 0);
    sx_names_free(names);
}

/* The buffer goes round: an old place is somebody else's by then. */
static void forgets_the_oldest(void)
{
    struct sx_waiting_names *names = sx_names_new();
    uint32_t places[2] = {0, 0}, last = 3 * SX_NAMES_MAX / 64;
    struct sx_name name;

    for (uint32_t owner = 1; owner <= last; owner++) {
        char call_id[16];
        g_snprintf(call_id, sizeof call_id, "call-%u", owner);
        struct sx_sip_msg msg = called(call_id);
        places[1] = sx_names_note(names, &msg, owner);
        if (owner == 1)
            places[0] = places[1];
    }
    sx_names_keep(names, places[0], 1);
    g_assert_false(sx_names_of(names, 1, &name));
    sx_names_keep(names, places[1], last);
    g_assert_true(sx_names_of(names, last, &name));
    char expected[16];
    g_snprintf(expected, sizeof expected, "call-%u", last);
    assert_is(name.call_id, expected);
    sx_names_free(names);
}

static void of_a_stuck_call(void)
{
    struct ladder l = ladder_open();
    struct sx_name name;

    request(&l, 0.0, ALICE, P1, "INVITE", via("alice a1"), .call_id = "stuck");
    response(&l, 0.1, P1, ALICE, 100, "INVITE", via("alice a1"), .call_id = "stuck");
    g_assert_false(sx_tracker_names(l.tracker, 1, &name));
    request(&l, 40.0, BOB, P1, "OPTIONS", via("bob o1"), .call_id = "other");
    g_assert_true(sx_tracker_names(l.tracker, 1, &name));
    assert_is(name.call_id, "stuck");
    g_assert_false(sx_tracker_names(l.tracker, 2, &name));
    ladder_close(&l);
}

/* The capture begins after the INVITE. */
static void of_a_100_alone(void)
{
    struct ladder l = ladder_open();
    struct sx_name name;

    response(&l, 0.1, P1, ALICE, 100, "INVITE", via("alice a1"), .call_id = "stuck");
    request(&l, 40.0, BOB, P1, "OPTIONS", via("bob o1"), .call_id = "other");
    g_assert_true(sx_tracker_names(l.tracker, 1, &name));
    assert_is(name.call_id, "stuck");
    ladder_close(&l);
}

/* Each takes 64 bytes, and the first unit of the buffer is free: the first one stands there until
 * the one that goes round to its place. */
static void first_of(uint32_t count, bool kept)
{
    struct sx_waiting_names *names = sx_names_new();
    struct sx_name name;
    uint32_t first = 0;

    for (uint32_t owner = 1; owner <= count; owner++) {
        char call_id[16];
        g_snprintf(call_id, sizeof call_id, "call-%06u", owner);
        struct sx_sip_msg msg = called(call_id);
        uint32_t place = sx_names_note(names, &msg, owner);
        first = owner == 1 ? place : first;
    }
    sx_names_keep(names, first, 1);
    g_assert_true(sx_names_of(names, 1, &name) == kept);
    sx_names_free(names);
}

static void how_many(void)
{
    first_of(SX_NAMES_MAX / 64 - 1, true);
    first_of(SX_NAMES_MAX / 64, false);
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/names/keeps-what-is-overdue", keeps_what_is_overdue);
    g_test_add_func("/names/lengths", lengths);
    g_test_add_func("/names/forgets-the-oldest", forgets_the_oldest);
    g_test_add_func("/names/of-a-stuck-call", of_a_stuck_call);
    g_test_add_func("/names/of-a-100-alone", of_a_100_alone);
    g_test_add_func("/names/how-many", how_many);
    return g_test_run();
}
