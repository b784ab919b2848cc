/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "core/base/texts.h"

/* Every text stays where it is and as it was, over many blocks. */
static void test_stays(void)
{
    enum { COUNT = 20000 };
    struct sx_texts texts;
    const char **kept = g_new(const char *, COUNT);

    sx_texts_init(&texts);
    for (unsigned i = 0; i < COUNT; i++) {
        char *text = g_strdup_printf("sip:%u@example.com", i);
        kept[i] = sx_texts_add(&texts, sx_slice_str(text), 255);
        g_free(text);
    }
    g_assert_cmpstr(kept[0], ==, "sip:0@example.com");
    g_assert_cmpstr(kept[COUNT - 1], ==, "sip:19999@example.com");
    sx_texts_clear(&texts);
    g_free(kept);
}

static void test_cut(void)
{
    struct sx_texts texts;

    sx_texts_init(&texts);
    g_assert_cmpstr(sx_texts_add(&texts, sx_slice_str("abcdef"), 3), ==, "abc");
    g_assert_cmpstr(sx_texts_add(&texts, SX_SLICE_NONE, 3), ==, "");
    g_assert_cmpstr(sx_texts_add(&texts, sx_slice("a\n\xff", 3), 255), ==, "a \xef\xbf\xbd");
    sx_texts_clear(&texts);
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/texts/stays", test_stays);
    g_test_add_func("/texts/cut", test_cut);
    return g_test_run();
}
