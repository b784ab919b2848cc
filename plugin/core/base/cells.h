/* cells.h
 * How much room a text takes in a terminal: a Chinese character takes two cells.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#ifndef SX_CELLS_H
#define SX_CELLS_H

#include "core/base/slice.h"

/* The cells of a text in UTF-8; of bytes that are none, one each. */
size_t sx_cells(struct sx_slice text);

/* How many bytes from the beginning of a text take at most so many cells: whole characters. */
size_t sx_cells_fit(const char *text, size_t cells);

/* Where to break a text that goes on in a further line: within at most max bytes at a space, which
 * is left out, or beside a Chinese character, but not in front of punctuation that ends something;
 * else at max, though not within a character. All of a text that fits. */
size_t sx_line_break(const char *text, size_t max);

/* The same for a line of at most so many cells. */
size_t sx_cells_break(const char *text, size_t cells);

#endif
