/* words.c
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "core/say/words.h"

#include <string.h>

#include "core/base/config.h"
#include "core/say/say.h"

/* The bytes of the tables: words.py. */
#define CHOICE 16
#define OTHER 10
#define END 11

/* Leads a UTF-8 sequence of Chinese, or of its punctuation: U+2000 and up. */
#define CHINESE 0xe2

static const char *text_of(unsigned id)
{
    return sx_language_words[sx_language()][id];
}

const char *sx_words_text(unsigned text)
{
    return text_of(text);
}

/* What stands before and behind the only place of a message. */
static void split(unsigned message, struct sx_slice *before, struct sx_slice *after)
{
    const char *text = text_of(message), *place = strchr(text, 1);

    *before = sx_slice(text, (size_t)(place - text));
    *after = sx_slice(place + 1, strlen(place + 1));
}

static void put_slice(wmem_strbuf_t *out, struct sx_slice slice)
{
    wmem_strbuf_append_len(out, slice.p, slice.n);
}

static void put_frame(wmem_strbuf_t *out, uint64_t number)
{
    struct sx_slice before, after;

    split(SX_MESSAGE_SAY_FRAME, &before, &after);
    put_slice(out, before);
    sx_say_number(out, number);
    put_slice(out, after);
}

/* What was measured is a timer. With a point in any locale. */
static void put_timer(wmem_strbuf_t *out, int64_t ns)
{
    char seconds[G_ASCII_DTOSTR_BUF_SIZE];
    struct sx_slice before, after;

    split(SX_MESSAGE_SAY_SECONDS, &before, &after);
    put_slice(out, before);
    wmem_strbuf_append(out,
                       g_ascii_formatd(seconds, sizeof seconds, "%.1f", (double)ns / SX_NS_PER_S));
    put_slice(out, after);
}

static void put_word(wmem_strbuf_t *out, const struct sx_word *word)
{
    switch (word->kind) {
    case SX_WORD_NUMBER:
        sx_say_number(out, word->number);
        break;
    case SX_WORD_FRAME:
        put_frame(out, word->number);
        break;
    case SX_WORD_TIME:
        sx_say_time(out, word->ns);
        break;
    case SX_WORD_TIMER:
        put_timer(out, word->ns);
        break;
    case SX_WORD_TEXT:
        wmem_strbuf_append(out, word->text);
        break;
    case SX_WORD_PIECE:
        if (word->piece)
            wmem_strbuf_append_len(out, wmem_strbuf_get_str(word->piece),
                                   wmem_strbuf_get_len(word->piece));
        break;
    case SX_WORD_HOST:
        sx_say_host_name(out, word->host);
        break;
    case SX_WORD_ENDPOINT:
        sx_say_host_port(out, word->host, word->port);
        break;
    }
}

static bool ends_chinese(const char *text, size_t n)
{
    while (n > 0 && ((unsigned char)text[n - 1] & 0xc0) == 0x80)
        n--;
    return n > 0 && (unsigned char)text[n - 1] >= CHINESE;
}

/* A Chinese sentence has spaces around a place, for what stands there is Latin in most cases. Where
 * it is not, the space at this seam goes. */
static void close_up(wmem_strbuf_t *out, size_t seam)
{
    const char *text = wmem_strbuf_get_str(out);
    size_t space = seam > 0 && text[seam - 1] == ' ' ? seam - 1 : seam;

    if (sx_language() == SX_ENGLISH || text[space] != ' ' ||
        (unsigned char)text[space + 1] < CHINESE || !ends_chinese(text, space))
        return;
    char *rest = g_strdup(text + space + 1);
    wmem_strbuf_truncate(out, space);
    wmem_strbuf_append(out, rest);
    g_free(rest);
}

/* One of two forms; returns what follows them. */
static const char *put_form(wmem_strbuf_t *out, const char *forms, uint64_t number)
{
    const char *other = strchr(forms, OTHER) + 1, *end = strchr(other, END);

    if (number == 1)
        wmem_strbuf_append_len(out, forms, (size_t)(other - 1 - forms));
    else
        wmem_strbuf_append_len(out, other, (size_t)(end - other));
    return end + 1;
}

void sx_words_put(wmem_strbuf_t *out, unsigned message, const struct sx_word *words, unsigned count)
{
    for (const char *text = text_of(message); *text;) {
        size_t n = 0, seam = wmem_strbuf_get_len(out);
        while ((unsigned char)text[n] >= ' ')
            n++;
        wmem_strbuf_append_len(out, text, n);
        close_up(out, seam);
        text += n;
        seam = wmem_strbuf_get_len(out);
        if (*text > CHOICE)
            text = put_form(out, text + 1, words[*text - CHOICE - 1].number);
        else if (*text)
            put_word(out, &words[*text++ - 1]);
        close_up(out, seam);
    }
    for (unsigned i = 0; i < count; i++)
        if (words[i].kind == SX_WORD_PIECE && words[i].piece)
            wmem_strbuf_destroy(words[i].piece);
}

void sx_words_around_frame(struct sx_slice *before, struct sx_slice *after)
{
    split(SX_MESSAGE_SAY_FRAME, before, after);
}
