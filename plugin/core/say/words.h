/* words.h
 * Sentences from the catalogue's words, in the language that is set.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 *
 * catalogue/FORMAT.md tells how messages are written. Of each one the generator makes a function
 * here:
 *
 *     caller: the caller                                 const char *sx_words_session_caller(void)
 *     late: {who:text} came {time:time} late             void sx_words_session_late(wmem_strbuf_t
 * *out, const char *who, int64_t time_ns)
 *
 * A function with places appends to out. A place of type piece takes what was composed before: a
 * buffer of sx_words_piece(), which the function frees; NULL or an empty one says nothing.
 */
#ifndef SX_WORDS_H
#define SX_WORDS_H

#include <stddef.h>
#include <stdint.h>

#include <wsutil/wmem/wmem.h>

#include "core/base/language.h"
#include "core/base/slice.h"
#include "core/facts/hosts.h"

enum sx_word_kind {
    SX_WORD_NUMBER,
    SX_WORD_FRAME, /* "frame 12" */
    SX_WORD_TIME,  /* sx_say_time() */
    SX_WORD_TIMER, /* to a tenth of a second: "30.0 s" */
    SX_WORD_TEXT,
    SX_WORD_PIECE,
    SX_WORD_HOST,
    SX_WORD_ENDPOINT
};

/* What stands in a place. */
struct sx_word {
    enum sx_word_kind kind;
    uint16_t port;
    union {
        uint64_t number;
        int64_t ns;
        const char *text;
        wmem_strbuf_t *piece;
        const struct sx_host *host;
    };
};

/* A text without places: SX_TEXT_... For a choice out of a table; else call its function. */
const char *sx_words_text(unsigned text);

/* For the generated functions: appends SX_MESSAGE_... with count words in its places, and frees the
 * pieces. */
void sx_words_put(wmem_strbuf_t *out, unsigned message, const struct sx_word *words,
                  unsigned count);

/* An empty buffer for a piece of what will be put into out. */
static inline wmem_strbuf_t *sx_words_piece(const wmem_strbuf_t *out)
{
    return wmem_strbuf_new(out->allocator, "");
}

/* What stands before and behind the number of a frame in any text that is shown. */
void sx_words_around_frame(struct sx_slice *before, struct sx_slice *after);

#include "catalogue_words.h"

#endif
