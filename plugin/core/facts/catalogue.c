/* catalogue.c
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "core/facts/catalogue.h"

#include <stdlib.h>
#include <string.h>

#include "core/base/language.h"

static int compare_code(const void *key, const void *entry)
{
    return (int)*(const unsigned *)key - (int)((const struct sx_code *)entry)->code;
}

static int compare_number(const void *key, const void *entry)
{
    return (int)*(const unsigned *)key - (int)((const struct sx_number_text *)entry)->number;
}

const struct sx_code *sx_catalogue_find(unsigned code)
{
    if (code > 999)
        return NULL;
    return bsearch(&code, sx_codes, sx_codes_count, sizeof *sx_codes, compare_code);
}

const struct sx_code *sx_catalogue_explain(unsigned code)
{
    if (code < 100 || code > 699)
        return NULL;
    const struct sx_code *entry = sx_catalogue_find(code);
    return entry ? entry : &sx_class_fallbacks[code / 100];
}

const struct sx_code_texts *sx_catalogue_texts(const struct sx_code *entry)
{
    return &entry->texts[sx_language()];
}

const char *sx_catalogue_fix(const struct sx_code *entry, const char *method, size_t method_len)
{
    const struct sx_advice *advice = sx_catalogue_texts(entry)->fixes;

    for (; advice->method; advice++)
        if (method && strlen(advice->method) == method_len &&
            memcmp(advice->method, method, method_len) == 0)
            break;
    return advice->fix;
}

const char *sx_catalogue_class_name(unsigned status_class)
{
    static const char *const names[] = {NULL,
                                        "Provisional",
                                        "Success",
                                        "Redirection",
                                        "Client Failure",
                                        "Server Failure",
                                        "Global Failure"};

    return status_class < sizeof names / sizeof *names ? names[status_class] : NULL;
}

const struct sx_number_text *sx_catalogue_q850(unsigned cause)
{
    if (cause > UINT16_MAX)
        return NULL;
    return bsearch(&cause, sx_q850_causes[sx_language()], sx_q850_causes_count,
                   sizeof **sx_q850_causes, compare_number);
}

const struct sx_number_text *sx_catalogue_warning(unsigned warn_code)
{
    if (warn_code > UINT16_MAX)
        return NULL;
    return bsearch(&warn_code, sx_warn_codes[sx_language()], sx_warn_codes_count,
                   sizeof **sx_warn_codes, compare_number);
}
