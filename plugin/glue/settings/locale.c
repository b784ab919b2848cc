/* locale.c
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "glue/compat.h"

#include <wsutil/filesystem.h>

#include "core/base/language.h"
#include "glue/settings/locale.h"

/* Where the window keeps it; in no profile. */
#define SETTINGS "language"

unsigned sx_locale_language(void)
{
    char *path = get_persconffile_path(SETTINGS, false), *settings = NULL, *of_system = NULL;

    g_file_get_contents(path, &settings, NULL, NULL);
#ifdef _WIN32
    of_system = g_win32_getlocale(); /* its variables first */
#else
    of_system = g_strdup(g_getenv("LANG"));
#endif
    unsigned language =
        sx_language_auto(settings, g_getenv("LC_ALL"), g_getenv("LC_MESSAGES"), of_system);
    g_free(of_system);
    g_free(settings);
    g_free(path);
    return language;
}
