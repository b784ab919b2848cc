/* What fields and values are called in other languages.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later */
#include "core/base/labels.h"

#include <string.h>

#include <glib.h>

#include "core/base/language.h"

static void test_english_has_none(void)
{
    g_assert_null(sx_labels_find("sipexplain.code"));
    g_assert_null(sx_labels_value("sipexplain.class", 4));
}

/* Each is found, so they are in order. */
static void test_all(void)
{
    for (unsigned language = 1; language < sx_languages_count; language++) {
        const struct sx_labels *labels = &sx_labels[language];
        const struct sx_value_names *values = &sx_value_names[language];
        sx_language_set(language);
        g_assert_cmpuint(labels->count, >, 100);
        for (size_t i = 0; i < labels->count; i++) {
            g_assert_true(sx_labels_find(labels->rows[i].name) == &labels->rows[i]);
            g_assert_true(g_utf8_validate(labels->rows[i].label, -1, NULL));
        }
        g_assert_cmpuint(values->count, >, 50);
        for (size_t i = 0; i < values->count; i++)
            g_assert_true(sx_labels_value(values->rows[i].name, values->rows[i].number) ==
                          values->rows[i].text);
    }
    sx_language_set(SX_ENGLISH);
}

static void test_unknown(void)
{
    sx_language_set(1);
    static const char *const names[] = {"", "a", "sipexplain.cod", "sipexplain.code.x", "zzz"};
    for (size_t i = 0; i < G_N_ELEMENTS(names); i++)
        g_assert_null(sx_labels_find(names[i]));
    g_assert_nonnull(sx_labels_find("sipexplain.code"));
    g_assert_null(sx_labels_value("sipexplain.class", 0));
    g_assert_nonnull(sx_labels_value("sipexplain.class", 1));
    g_assert_nonnull(sx_labels_value("sipexplain.class", 6));
    g_assert_null(sx_labels_value("sipexplain.class", 7));
    g_assert_null(sx_labels_value("sipexplain.clas", 1));
    sx_language_set(SX_ENGLISH);
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/labels/english_has_none", test_english_has_none);
    g_test_add_func("/labels/all", test_all);
    g_test_add_func("/labels/unknown", test_unknown);
    return g_test_run();
}
