/* site_stacks.h
 * The table of preferences in which a site says what its own software does.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#ifndef SX_SITE_STACKS_H
#define SX_SITE_STACKS_H

#include "glue/compat.h"

#include "core/facts/stacks.h"

/* Registers the table as preference "stacks". */
void sx_site_stacks_register(module_t *module);

/* The rows that are in order, each as software with one fact. They live until the user changes the
 * table: use them during one call. */
const struct sx_stack *sx_site_stacks(size_t *count);

#endif
