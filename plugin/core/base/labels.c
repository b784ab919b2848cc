/* labels.c
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "core/base/labels.h"

#include <stdlib.h>
#include <string.h>

#include "core/base/language.h"

static int compare_label(const void *key, const void *row)
{
    return strcmp(key, ((const struct sx_label *)row)->name);
}

static int compare_value(const void *key, const void *row)
{
    const struct sx_value_name *a = key, *b = row;
    int order = strcmp(a->name, b->name);

    return order ? order : (a->number > b->number) - (a->number < b->number);
}

const struct sx_label *sx_labels_find(const char *name)
{
    const struct sx_labels *all = &sx_labels[sx_language()];

    return all->count ? bsearch(name, all->rows, all->count, sizeof *all->rows, compare_label)
                      : NULL;
}

const char *sx_labels_value(const char *name, uint32_t number)
{
    const struct sx_value_names *all = &sx_value_names[sx_language()];
    const struct sx_value_name key = {.name = name, .number = number}, *row = NULL;

    if (all->count)
        row = bsearch(&key, all->rows, all->count, sizeof *all->rows, compare_value);
    return row ? row->text : NULL;
}
