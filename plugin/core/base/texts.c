/* texts.c
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "core/base/texts.h"

#include "core/base/text.h"

/* Longer than any text: of each byte at most one character of three bytes is made. */
#define BLOCK_BYTES ((size_t)64 * 1024)

void sx_texts_init(struct sx_texts *texts)
{
    *texts = (struct sx_texts){.blocks = g_ptr_array_new_with_free_func(g_free)};
}

void sx_texts_clear(struct sx_texts *texts)
{
    g_ptr_array_free(texts->blocks, TRUE);
    *texts = (struct sx_texts){.blocks = NULL};
}

const char *sx_texts_add(struct sx_texts *texts, struct sx_slice bytes, size_t max)
{
    char *text = sx_text_of(NULL, bytes, max);
    size_t n = strlen(text) + 1;

    if (texts->blocks->len == 0 || texts->used + n > BLOCK_BYTES) {
        g_ptr_array_add(texts->blocks, g_malloc(BLOCK_BYTES));
        texts->used = 0;
    }
    char *block = g_ptr_array_index(texts->blocks, texts->blocks->len - 1);
    char *kept = memcpy(block + texts->used, text, n);
    texts->used += n;
    wmem_free(NULL, text);
    return kept;
}
