/* The language of all texts.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later */
#include "core/base/language.h"

#include <glib.h>

static void test_codes(void)
{
    g_assert_cmpstr(sx_languages[SX_ENGLISH], ==, "en");
    for (unsigned i = 0; i < sx_languages_count; i++)
        g_assert_cmpuint(sx_language_of(sx_languages[i]), ==, i);
}

static void test_of_a_locale(void)
{
    unsigned chinese = sx_language_of("zh");

    g_assert_cmpuint(chinese, !=, SX_ENGLISH);
    g_assert_cmpuint(sx_language_of("zh_CN.UTF-8"), ==, chinese);
    g_assert_cmpuint(sx_language_of("zh-Hans"), ==, chinese);
    g_assert_cmpuint(sx_language_of("ZH_cn"), ==, chinese);
    static const char *const english[] = {"", "C", "POSIX", "en_US.UTF-8", "z", "zha_CN", "xx_zh"};
    for (size_t i = 0; i < G_N_ELEMENTS(english); i++)
        g_assert_cmpuint(sx_language_of(english[i]), ==, SX_ENGLISH);
    g_assert_cmpuint(sx_language_of(NULL), ==, SX_ENGLISH);
}

/* Wireshark's own setting goes before the environment, unless it leaves it to the system. */
static void test_auto(void)
{
    static const char *const of_system[] = {NULL,
                                            "",
                                            "# comment\n",
                                            "language: system\n",
                                            "language: \n",
                                            "language: auto\n",
                                            "language: (null)\n",
                                            "languages: en\n",
                                            "# language: en\n"};
    unsigned chinese = sx_language_of("zh");

    for (size_t i = 0; i < G_N_ELEMENTS(of_system); i++) {
        const char *settings = of_system[i];
        g_test_message("%s", settings);
        g_assert_cmpuint(sx_language_auto(settings, "zh_CN", "en", "en"), ==, chinese);
        g_assert_cmpuint(sx_language_auto(settings, "C", "zh_CN", "zh_CN"), ==, SX_ENGLISH);
        g_assert_cmpuint(sx_language_auto(settings, NULL, "zh_CN", "en"), ==, chinese);
        g_assert_cmpuint(sx_language_auto(settings, "", "en_US", "zh_CN"), ==, SX_ENGLISH);
        g_assert_cmpuint(sx_language_auto(settings, "", "", "zh_CN.UTF-8"), ==, chinese);
        g_assert_cmpuint(sx_language_auto(settings, NULL, NULL, NULL), ==, SX_ENGLISH);
    }
    static const char *const set[] = {"language: zh_CN\n", "# x\n\nlanguage: zh_CN\r\n",
                                      "language:zh_CN", "ui_language.language: zh_CN\n"};
    for (size_t i = 0; i < G_N_ELEMENTS(set); i++)
        g_assert_cmpuint(sx_language_auto(set[i], "C", "en", "de"), ==, chinese);
    g_assert_cmpuint(sx_language_auto("language: en\n", "zh_CN", "zh_CN", "zh_CN"), ==, SX_ENGLISH);
}

static void test_set(void)
{
    g_assert_cmpuint(sx_language(), ==, SX_ENGLISH);
    sx_language_set(1);
    g_assert_cmpuint(sx_language(), ==, 1);
    sx_language_set(sx_languages_count);
    g_assert_cmpuint(sx_language(), ==, SX_ENGLISH);
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/language/codes", test_codes);
    g_test_add_func("/language/of_a_locale", test_of_a_locale);
    g_test_add_func("/language/auto", test_auto);
    g_test_add_func("/language/set", test_set);
    return g_test_run();
}
