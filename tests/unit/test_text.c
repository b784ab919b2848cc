/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "core/base/text.h"

#define FFFD "\xef\xbf\xbd"

struct row {
    const char *name, *bytes;
    size_t n;
    const char *text;
};

#define ROW(name, bytes, text)               \
    {                                        \
        name, bytes, sizeof(bytes) - 1, text \
    }

static const struct row rows[] = {
    ROW("nothing", "", ""),
    ROW("ASCII", "Busy Here ~!", "Busy Here ~!"),
    ROW("line ends, a tab, NUL and DEL", "a\r\n\tb\0c\x7f", "a   b c "),
    ROW("an escape sequence for a terminal", "\x1b[31mred", " [31mred"),
    ROW("two, three and four bytes", "\xc3\xa4\xe4\xb8\xad\xf0\x9f\x93\x9e",
        "\xc3\xa4\xe4\xb8\xad\xf0\x9f\x93\x9e"),
    ROW("bytes that are none of them", "\xff\xc3(\x80", FFFD FFFD "(" FFFD),
    ROW("a character that is cut", "a\xe4\xb8", "a" FFFD FFFD),
    ROW("a surrogate, and the number past the last one", "\xed\xa0\x80\xf4\x90\x80\x80",
        FFFD FFFD FFFD FFFD FFFD FFFD FFFD),
    ROW("more bytes than needed", "\xc0\xaf", FFFD FFFD),
    ROW("a control character of Latin-1", "\xc2\x85", " "),
    ROW("another writing direction",
        "\xe2\x80\xae"
        "yats",
        FFFD "yats"),
    ROW("an isolate and a zero width joiner", "\xe2\x81\xa6\xe2\x80\x8d", FFFD FFFD),
    ROW("a line separator", "\xe2\x80\xa8", " "),
};

static void test_rows(void)
{
    for (size_t i = 0; i < G_N_ELEMENTS(rows); i++) {
        g_test_message("%s", rows[i].name);
        char *copy = g_memdup2(rows[i].bytes, MAX(rows[i].n, 1));
        char *text = sx_text_of(NULL, sx_slice(copy, rows[i].n), 1000);
        g_assert_cmpstr(text, ==, rows[i].text);
        wmem_free(NULL, text);
        g_free(copy);
    }
}

/* Wherever it stands in a run of plain letters. */
static void test_any_byte_anywhere(void)
{
    for (unsigned c = 0; c < 256; c++) {
        for (size_t at = 0; at < 20; at++) {
            char bytes[] = "abcdefghijklmnopqrst";
            bytes[at] = (char)c;
            char *text = sx_text_of(NULL, sx_slice(bytes, 20), 1000);
            const char *shown = c >= 0x80 ? FFFD : c < 0x20 || c == 0x7f ? " " : NULL;
            char own[] = {(char)c, '\0'};
            char *expected = g_strdup_printf("%.*s%s%s", (int)at, "abcdefghijklmnopqrst",
                                             shown ? shown : own, &"abcdefghijklmnopqrst"[at + 1]);
            g_assert_cmpstr(text, ==, expected);
            g_free(expected);
            wmem_free(NULL, text);
        }
    }
}

static void test_no_more_than_asked(void)
{
    char *text = sx_text_of(NULL, sx_slice("abcdef", 6), 3),
         *none = sx_text_of(NULL, SX_SLICE_NONE, 3);

    g_assert_cmpstr(text, ==, "abc");
    g_assert_cmpstr(none, ==, "");
    wmem_free(NULL, text);
    wmem_free(NULL, none);
}

static void assert_first(const char *sentence, const char *rest)
{
    char *text = g_strconcat(sentence, rest, NULL);

    g_assert_cmpuint(sx_text_first_sentence(text), ==, strlen(sentence));
    g_free(text);
}

static void test_first_sentence(void)
{
    assert_first("Not there.", " Wait.");
    assert_first("Not there in 4.0.", "");
    assert_first("\u4e0d\u5728\u3002", "\u7b49\u3002");
    assert_first("\u4e0d\u5728\u3002", "Kamailio 5. And");
    assert_first("\u4e0d\u3001\u5728\u3002", "\u7b49\u3001");
    assert_first("\u4e0d\u3001\u5728", "");
    assert_first("No.", " \u4e0d\u5728\u3002");
    assert_first("4.0 \u4e0d\u5728", "");
    assert_first("", "");
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/text/any-byte-anywhere", test_any_byte_anywhere);
    g_test_add_func("/text/rows", test_rows);
    g_test_add_func("/text/no_more_than_asked", test_no_more_than_asked);
    g_test_add_func("/text/first_sentence", test_first_sentence);
    return g_test_run();
}
