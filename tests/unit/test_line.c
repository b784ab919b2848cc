/* SPDX-License-Identifier: GPL-2.0-or-later */
#define _DEFAULT_SOURCE /* MAP_ANONYMOUS */

#include "core/read/line.h"

#include "read_text.h"
#include "sip_text.h"

static void test_lines(void)
{
    static const struct {
        const char *text, *line;
        size_t at, next;
    } rows[] = {
        {"a\r\nb", "a", 0, 3},    {"a\r\nb", "b", 3, 4},    {"a\nb", "a", 0, 2},
        {"a\rb\n", "a\rb", 0, 4}, {"\r\n", "", 0, 2},       {"\n", "", 0, 1},
        {"a\r", "a", 0, 2},       {"\n\r\n", "", 1, 3},     {"x\n\ny", "", 2, 3},
        {"", "", 0, 0},           {"a\r\r\n", "a\r", 0, 4},
    };

    for (size_t i = 0; i < G_N_ELEMENTS(rows); i++) {
        size_t next;
        assert_text(sx_line_at(sx_slice_str(rows[i].text), rows[i].at, &next), rows[i].line);
        g_assert_cmpuint(next, ==, rows[i].next);
    }
}

int main(int argc, char **argv)
{
    tests_init(&argc, &argv);
    g_test_add_func("/line/lines", test_lines);
    return g_test_run();
}
