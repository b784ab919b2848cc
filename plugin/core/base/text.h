/* text.h
 * Bytes of a packet -> text that may stand in a sentence of ours.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#ifndef SX_TEXT_H
#define SX_TEXT_H

#include <wsutil/wmem/wmem.h>

#include "core/base/slice.h"

/* One line of UTF-8 from at most max bytes. Control characters become spaces; bytes that are no
 * UTF-8, and characters that show nothing but change how their neighbours are shown (an override of
 * the writing direction would reorder our words), become U+FFFD. Owned by the scope; of a NULL
 * scope to be freed with wmem_free(). */
char *sx_text_of(wmem_allocator_t *scope, struct sx_slice bytes, size_t max);

/* The n bytes, which hold no NUL, with one behind them. Owned by the scope. */
char *sx_text_copy(wmem_allocator_t *scope, const char *text, size_t n);

/* Bytes of the first sentence of a text in any language, with its full stop; all of them if it has
 * only one. */
size_t sx_text_first_sentence(const char *text);

#endif
