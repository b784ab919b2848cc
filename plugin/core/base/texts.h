/* texts.h
 * Many short texts that live as long as a capture.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 *
 * They lie one after the other in large blocks: an allocation of its own for each would cost as
 * much again as most of them hold.
 */
#ifndef SX_TEXTS_H
#define SX_TEXTS_H

#include "core/base/slice.h"

struct sx_texts {
    GPtrArray *blocks;
    size_t used; /* bytes of the newest block */
};

void sx_texts_init(struct sx_texts *texts);
void sx_texts_clear(struct sx_texts *texts);

/* What sx_text_of() makes of at most max bytes, max being below 1024. Lives until the texts are
 * cleared. */
const char *sx_texts_add(struct sx_texts *texts, struct sx_slice bytes, size_t max);

#endif
