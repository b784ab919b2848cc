/* language.c
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "core/base/language.h"

#include <stdbool.h>
#include <string.h>

#include <glib.h>

static unsigned current = SX_ENGLISH;

unsigned sx_language(void)
{
    return current;
}

void sx_language_set(unsigned language)
{
    current = language < sx_languages_count ? language : SX_ENGLISH;
}

unsigned sx_language_of(const char *locale)
{
    for (unsigned i = 0; locale && i < sx_languages_count; i++) {
        size_t length = strlen(sx_languages[i]);
        if (!g_ascii_strncasecmp(locale, sx_languages[i], length) &&
            !g_ascii_isalpha(locale[length]))
            return i;
    }
    return SX_ENGLISH;
}

/* The value of "language: " in its line, also where a module's name and a point stand before it;
 * NULL if there is none. Owned by the caller. */
static char *value_of(const char *line)
{
    const char *colon = strchr(line, ':');

    if (!colon || *line == '#')
        return NULL;
    char *key = g_strndup(line, (size_t)(colon - line)), *name = strrchr(key, '.');
    bool found = !strcmp(name ? name + 1 : key, "language");
    g_free(key);
    return found ? g_strstrip(g_strdup(colon + 1)) : NULL;
}

/* Wireshark itself takes all of these for the system's language. */
static bool is_of_system(const char *value)
{
    return !*value || !strcmp(value, "system") || !strcmp(value, "auto") ||
           !strcmp(value, "(null)");
}

unsigned sx_language_auto(const char *settings, const char *lc_all, const char *lc_messages,
                          const char *lang)
{
    char **lines = g_strsplit(settings ? settings : "", "\n", -1), *value = NULL;
    const char *variables[] = {lc_all, lc_messages, lang}, *locale = NULL;

    for (size_t i = 0; lines[i] && !value; i++)
        value = value_of(lines[i]);
    if (value && !is_of_system(value))
        locale = value;
    for (size_t i = 0; !locale && i < G_N_ELEMENTS(variables); i++)
        if (variables[i] && *variables[i])
            locale = variables[i];
    unsigned language = sx_language_of(locale);
    g_free(value);
    g_strfreev(lines);
    return language;
}
