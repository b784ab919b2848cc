/* say_text.h
 * What the tests of what is said share.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#ifndef SX_SAY_TEXT_H
#define SX_SAY_TEXT_H

/* Frees the buffer and checks what is true of every text. */
static inline void assert_says(wmem_strbuf_t *out, const char *begins)
{
    const char *text = wmem_strbuf_get_str(out);

    g_assert_true(g_utf8_validate(text, -1, NULL));
    g_assert_null(strpbrk(text, "\r\n\t"));
    if (!g_str_has_prefix(text, begins))
        g_assert_cmpstr(text, ==, begins);
    wmem_strbuf_destroy(out);
}

static inline void assert_says_nothing(wmem_strbuf_t *out)
{
    g_assert_cmpstr(wmem_strbuf_get_str(out), ==, "");
    wmem_strbuf_destroy(out);
}

static inline wmem_strbuf_t *buffer(void)
{
    return wmem_strbuf_new(NULL, "");
}

#endif
