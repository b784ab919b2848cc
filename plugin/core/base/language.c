/* language.c
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "core/base/language.h"

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
