/* labels.h
 * What fields and their values are called in other languages than English.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 *
 * The tables are written by plugin/catalogue/generate.py; they are constant and live as long as the
 * program. In English the plugin names its fields itself.
 */
#ifndef SX_LABELS_H
#define SX_LABELS_H

#include <stddef.h>
#include <stdint.h>

/* Of a field, an expert info or the protocol. */
struct sx_label {
    const char *name; /* its name in filters */
    const char *label;
    const char *description; /* NULL: it has none */
};

struct sx_value_name {
    const char *name; /* of its field in filters */
    uint32_t number;
    const char *text;
};

/* Sorted by name, and number. */
struct sx_labels {
    const struct sx_label *rows;
    size_t count;
};

struct sx_value_names {
    const struct sx_value_name *rows;
    size_t count;
};

/* Of each language; English has none. */
extern const struct sx_labels sx_labels[];
extern const struct sx_value_names sx_value_names[];

/* In the language that is set; NULL where it has none. */
const struct sx_label *sx_labels_find(const char *name);
const char *sx_labels_value(const char *name, uint32_t number);

#endif
