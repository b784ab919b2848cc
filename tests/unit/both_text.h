/* both_text.h
 * What is said, in English and in Chinese.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#ifndef SX_BOTH_TEXT_H
#define SX_BOTH_TEXT_H

#include <stdbool.h>

#include <glib.h>
#include <wsutil/wmem/wmem.h>

#include "core/base/language.h"

static inline void speak_chinese(bool chinese)
{
    sx_language_set(chinese ? sx_language_of("zh") : SX_ENGLISH);
    g_assert_true((sx_language() != SX_ENGLISH) == chinese);
}

/* call appends to a buffer of the name `out`: once in each language, and that is all it says. */
#define SAYS_BOTH(call, english, chinese)                       \
    do {                                                        \
        wmem_strbuf_t *out = wmem_strbuf_new(NULL, "");         \
        call;                                                   \
        g_assert_cmpstr(wmem_strbuf_get_str(out), ==, english); \
        wmem_strbuf_truncate(out, 0);                           \
        speak_chinese(true);                                    \
        call;                                                   \
        speak_chinese(false);                                   \
        g_assert_cmpstr(wmem_strbuf_get_str(out), ==, chinese); \
        wmem_strbuf_destroy(out);                               \
    } while (0)

#endif
