/* SPDX-License-Identifier: GPL-2.0-or-later */
#define _DEFAULT_SOURCE /* MAP_ANONYMOUS */

#include "core/read/from_to.h"

#include "core/read/name_addr.h"
#include "read_text.h"
#include "sip_text.h"

struct value {
    const char *text, *uri, *tag;
};

static const struct value values[] = {
    {"\"Alice\" <sip:alice@example.com>;tag=1928301774", "sip:alice@example.com", "1928301774"},
    {"<sip:bob@example.com>", "sip:bob@example.com", NULL},
    {"<sip:bob@example.com>;tag=a6c85cf", "sip:bob@example.com", "a6c85cf"},
    {"Bob Work  <sip:bob@example.com;x=1> ; x=2 ; tag = a6 ", "sip:bob@example.com;x=1", "a6"},
    {"sip:bob@example.com;tag=a6", "sip:bob@example.com", "a6"},
    {"\"a > b\\\" < c\" <sip:bob@x>;tag=1;other=2", "sip:bob@x", "1"},
    {"\";tag=forged\" <sip:bob@x>", "sip:bob@x", NULL},
    {"<sip:bob@x>;x=\";tag=forged\";tag=2", "sip:bob@x", "2"},
    {"<sip:bob@x>;tag=\"q\"", "sip:bob@x", "q"},
    {"<sip:bob@x>;TAG=1", "sip:bob@x", "1"},
    {"<sip:bob@x>;tag", "sip:bob@x", ""},
    {"\"open <sip:bob@x>;tag=1", "\"open <sip:bob@x>", NULL},
    {"<sip:bob@x;tag=1", "sip:bob@x;tag=1", NULL},
    {"< sip:bob@x >;tag=1", "sip:bob@x", "1"},
    {"<>;tag=1", "", "1"},
    {"", "", NULL},
};

/* What stands behind the value, and how far away the end of the bytes is, changes nothing. */
static void test_values(void)
{
    for (size_t i = 0; i < G_N_ELEMENTS(values); i++) {
        struct sx_slice text = sx_slice_str(values[i].text), uri, tag;
        struct cliff c = cliff_new(256);
        g_test_message("%s", values[i].text);
        for (size_t behind = 0; behind < 40; behind++) {
            char *at = c.pages + c.room - behind - text.n;
            memset(at + text.n, i % 2 ? '>' : ';', behind);
            sx_from_to_read(put_at(at, text), at + text.n + behind, &uri, &tag);
            assert_text(uri, values[i].uri);
            assert_text(tag, values[i].tag);
        }
        cliff_free(&c);
    }
}

/* The URI is the one that is read of all other fields. */
static void test_as_name_addr(void)
{
    for (size_t i = 0; i < G_N_ELEMENTS(values); i++) {
        struct sx_slice text = sx_slice_str(values[i].text), uri, tag;
        sx_from_to_read(text, text.p + text.n, &uri, &tag);
        g_assert_true(sx_slice_eq(uri, sx_name_addr_uri(text)));
    }
}

int main(int argc, char **argv)
{
    tests_init(&argc, &argv);
    g_test_add_func("/from_to/values", test_values);
    g_test_add_func("/from_to/as_name_addr", test_as_name_addr);
    return g_test_run();
}
