/* stats_columns.h
 * How wide tshark prints the columns of a table.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#ifndef SX_STATS_COLUMNS_H
#define SX_STATS_COLUMNS_H

#include "glue/stats/stats_table.h"

/* Names, formats and texts get the width that they are printed in. What the terminal, or $COLUMNS,
 * has no room for is cut or left out, from the right; without either, nothing is. */
void sx_stats_columns_fit(struct sx_table *table, stat_tap_table *rows);

#endif
