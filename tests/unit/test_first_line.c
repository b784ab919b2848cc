/* SPDX-License-Identifier: GPL-2.0-or-later */
#define _DEFAULT_SOURCE /* MAP_ANONYMOUS */

#include "core/read/first_line.h"

#include "read_text.h"
#include "sip_text.h"

static void test_requests(void)
{
    static const struct {
        const char *line, *method, *uri;
    } lines[] = {
        {"INVITE sip:bob@x SIP/2.0", "INVITE", "sip:bob@x"},
        {"M u SIP/2.0", "M", "u"},
        {"a.b-c! * sip/2.0", "a.b-c!", "*"},
        {"INVITE  SIP/2.0", NULL, NULL},
        {"INVITE a b SIP/2.0", NULL, NULL},
        {"INVITE sip:bob@x SIP/2.1", NULL, NULL},
        {"INVITE sip:bob@xSIP/2.0", NULL, NULL},
        {" INVITE sip:bob@x SIP/2.0", NULL, NULL},
        {"IN<VITE sip:bob@x SIP/2.0", NULL, NULL},
        {"INVITE", NULL, NULL},
        {"", NULL, NULL},
        {"INVITE sip:bob@x SIP/2.0 ", NULL, NULL},
    };

    for (size_t i = 0; i < G_N_ELEMENTS(lines); i++) {
        struct sx_sip_msg m = {.code = 0};
        g_test_message("%s", lines[i].line);
        g_assert_true(sx_first_line_read(sx_slice_str(lines[i].line), &m) ==
                      (lines[i].uri != NULL));
        if (!lines[i].uri)
            continue;
        g_assert_true(m.is_request);
        assert_text(m.method_name, lines[i].method);
        assert_text(m.uri, lines[i].uri);
    }
}

static void test_responses(void)
{
    static const struct {
        const char *line, *phrase;
        unsigned code;
    } lines[] = {
        {"SIP/2.0 200 OK", "OK", 200}, {"sip/2.0 999  Any  thing ", "Any  thing", 999},
        {"SIP/2.0 000", "", 0},        {"SIP/2.0 100 ", "", 100},
        {"SIP/2.0 20 OK", NULL, 0},    {"SIP/2.0 2000 OK", NULL, 0},
        {"SIP/2.0  200 OK", NULL, 0},  {"SIP/2.0 2x0 OK", NULL, 0},
        {"SIP/2.0", NULL, 0},          {"SIP/2.0 20", NULL, 0},
        {"SIP/2.1 200 OK", NULL, 0},   {"SIP/2.0 200-", NULL, 0},
    };

    for (size_t i = 0; i < G_N_ELEMENTS(lines); i++) {
        struct sx_sip_msg m = {.code = 1};
        g_test_message("%s", lines[i].line);
        g_assert_true(sx_first_line_read(sx_slice_str(lines[i].line), &m) ==
                      (lines[i].phrase != NULL));
        if (!lines[i].phrase)
            continue;
        g_assert_false(m.is_request);
        g_assert_cmpuint(m.code, ==, lines[i].code);
        assert_text(m.phrase, lines[i].phrase);
    }
}

int main(int argc, char **argv)
{
    tests_init(&argc, &argv);
    g_test_add_func("/first_line/requests", test_requests);
    g_test_add_func("/first_line/responses", test_responses);
    return g_test_run();
}
