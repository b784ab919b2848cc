/* stats_row.h
 * How a row of a table is written.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#ifndef SX_STATS_ROW_H
#define SX_STATS_ROW_H

#include "glue/compat.h"

#include "core/record/records.h"

/* What a packet holds, cut at 256 bytes, as UTF-8; what a terminal could take for a command is
 * shown as U+FFFD. */
const char *sx_printable(wmem_allocator_t *pool, struct sx_slice s);

/* A row being written, column by column. */
struct sx_row {
    stat_tap_table_item_type *cells;
    unsigned at;
};

void sx_row_uint(struct sx_row *row, uint32_t value);
void sx_row_text(struct sx_row *row, const char *text);                    /* copied */
void sx_row_text_in(struct sx_row *row, const char *text, uint32_t frame); /* 0: in none */
void sx_row_words(struct sx_row *row, wmem_strbuf_t *words);               /* of no scope; freed */
void sx_row_number(struct sx_row *row, uint32_t value);                    /* a text; empty for 0 */
void sx_row_seconds(struct sx_row *row, int64_t ns);                /* "   12.345": texts sort */
void sx_row_seconds_if(struct sx_row *row, bool known, int64_t ns); /* empty if it is not known */
void sx_row_host(struct sx_row *row, const struct sx_tracker *tracker, struct sx_endpoint host);

/* Frees so many cells and leaves them without a type. */
void sx_row_clear(stat_tap_table_item_type *cells, unsigned columns);

#endif
