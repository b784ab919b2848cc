/* The room that texts take, and where they are broken.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later */
#include "core/base/cells.h"

#include "core/base/language.h"

#include <string.h>

#include <glib.h>

#include "core/facts/catalogue.h"

#define ZH1 "\xe5\x93\x8d" /* a Chinese character, and another one */
#define ZH2 "\xe5\xba\x94"
#define COMMA "\xef\xbc\x8c"
#define OPEN "\xef\xbc\x88"
#define ACUTE "\xcc\x81" /* goes on top of the letter before it */

static void test_cells(void)
{
    g_assert_cmpuint(sx_cells(SX_SLICE_NONE), ==, 0);
    g_assert_cmpuint(sx_cells(sx_slice_str("abc")), ==, 3);
    g_assert_cmpuint(sx_cells(sx_slice_str(ZH1 "a" COMMA)), ==, 5);
    g_assert_cmpuint(sx_cells(sx_slice_str("e" ACUTE "x")), ==, 2);
    g_assert_cmpuint(sx_cells(sx_slice_str("\xff\xe5\x93")), ==, 3);
}

static void test_fit(void)
{
    g_assert_cmpuint(sx_cells_fit("", 5), ==, 0);
    g_assert_cmpuint(sx_cells_fit("abc", 2), ==, 2);
    g_assert_cmpuint(sx_cells_fit("abc", 3), ==, 3);
    g_assert_cmpuint(sx_cells_fit(ZH1 ZH2, 1), ==, 0);
    g_assert_cmpuint(sx_cells_fit(ZH1 ZH2, 2), ==, 3);
    g_assert_cmpuint(sx_cells_fit(ZH1 ZH2, 3), ==, 3);
    g_assert_cmpuint(sx_cells_fit(ZH1 ZH2, 4), ==, 6);
    g_assert_cmpuint(sx_cells_fit("e" ACUTE "x", 1), ==, 3);
}

static void test_chinese_breaks(void)
{
    static const struct {
        const char *text;
        size_t max, cut;
    } rows[] = {
        {ZH1 ZH2 ZH1, 8, 6},       {ZH1 ZH2 ZH1, 6, 6},       {ZH1 ZH2 ZH1, 5, 3},
        {ZH1 ZH2 COMMA ZH1, 8, 3},                           /* no line begins with a comma */
        {ZH1 ZH2 COMMA ZH1, 9, 9}, {ZH1 OPEN ZH2 ZH1, 7, 3}, /* nor ends with a bracket that opens
                                                              */
        {ZH1 OPEN ZH2 ZH1, 9, 9},  {ZH1 " 100 Trying", 6, 3}, {ZH1 " 100 Trying", 7, 7},
        {"frame" ZH1 ZH2, 6, 5},
    };

    for (size_t i = 0; i < G_N_ELEMENTS(rows); i++) {
        g_test_message("%s, %d", rows[i].text, (int)rows[i].max);
        g_assert_cmpuint(sx_line_break(rows[i].text, rows[i].max), ==, rows[i].cut);
    }
}

static void test_line_break(void)
{
    static const struct {
        const char *text;
        size_t max, cut;
    } rows[] = {
        {"", 5, 0},
        {"short", 5, 5},
        {"short", 80, 5},
        {"two words", 5, 3},
        {"two words", 8, 3},
        {"two words", 3, 3},
        {"one two three", 7, 7},
        {"unbreakable", 5, 5},
        {"\xc3\xa4\xc3\xa4\xc3\xa4", 5, 4},          /* a letter of 2 bytes three times */
        {"a\xe2\x82\xac\xe2\x82\xac", 5, 4},         /* 3 bytes */
        {"a\xf0\x9f\x93\x9e\xf0\x9f\x93\x9e", 8, 5}, /* 4 bytes */
    };

    for (size_t i = 0; i < G_N_ELEMENTS(rows); i++) {
        g_test_message("\"%s\", %d", rows[i].text, (int)rows[i].max);
        g_assert_cmpuint(sx_line_break(rows[i].text, rows[i].max), ==, rows[i].cut);
    }
}

/* Every text of the catalogue breaks into lines that give the text again, each valid UTF-8. */
static void assert_lines(const char *text, size_t max)
{
    size_t steps = 0;

    while (*text && ++steps < 10000) {
        size_t n = sx_line_break(text, max);
        g_assert_cmpuint(n, >, 0);
        g_assert_cmpuint(n, <=, max);
        g_assert_true(g_utf8_validate(text, (gssize)n, NULL));
        if (g_test_failed())
            return;
        text += n;
        while (*text == ' ')
            text++;
    }
    g_assert_cmpuint(strlen(text), ==, 0);
}

static void test_line_breaks(void)
{
    static const size_t widths[] = {4, 5, 10, 79, 239};

    for (size_t w = 0; w < G_N_ELEMENTS(widths); w++) {
        assert_lines("\xf0\x9f\x93\x9e\xe2\x82\xac\xc3\xa4x\xe2\x82\xac \xc3\xa4\xf0\x9f\x93\x9e",
                     widths[w]);
        for (size_t i = 0; i < sx_codes_count && !g_test_failed(); i++) {
            for (unsigned n = 0; n < sx_languages_count; n++) {
                assert_lines(sx_codes[i].texts[n].meaning, widths[w]);
                assert_lines(sx_codes[i].texts[n].when, widths[w]);
            }
        }
    }
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/cells/cells", test_cells);
    g_test_add_func("/cells/fit", test_fit);
    g_test_add_func("/cells/line_break", test_line_break);
    g_test_add_func("/cells/chinese_breaks", test_chinese_breaks);
    g_test_add_func("/cells/line_breaks", test_line_breaks);
    return g_test_run();
}
