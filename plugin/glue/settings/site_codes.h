/* site_codes.h
 * The table of preferences in which a site says what response codes mean to it.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#ifndef SX_SITE_CODES_H
#define SX_SITE_CODES_H

#include "glue/compat.h"

#include "core/base/slice.h"

/* One row. Its texts are one line of UTF-8 and never NULL; an empty one leaves what the catalogue
 * says. Rows live until the user changes the table: use them during one call. */
struct sx_site_code {
    unsigned code;
    char *method; /* empty: every method */
    char *phrase;
    char *meaning;
    char *fix;
};

/* Registers the table as preference "codes". */
void sx_site_codes_register(module_t *module);

/* The row for this code and method, else the one for this code and every method, else NULL. Of two
 * equal rows the upper one counts. */
const struct sx_site_code *sx_site_code_find(unsigned code, struct sx_slice method);

#endif
