/* stats_row.c
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "glue/compat.h"

#include <stdarg.h>

#include "core/base/text.h"
#include "core/say/say.h"
#include "core/say/words.h"
#include "glue/stats/stats_row.h"

/* A Call-ID or URI of more bytes helps nobody. */
#define MAX_TEXT 256

const char *sx_printable(wmem_allocator_t *pool, struct sx_slice s)
{
    return sx_text_of(pool, s, MAX_TEXT);
}

static stat_tap_table_item_type *next_cell(struct sx_row *row, stat_tap_table_item_enum type)
{
    stat_tap_table_item_type *cell = &row->cells[row->at++];

    cell->type = type;
    return cell;
}

void sx_row_uint(struct sx_row *row, uint32_t value)
{
    next_cell(row, TABLE_ITEM_UINT)->value.uint_value = value;
}

void sx_row_text(struct sx_row *row, const char *text)
{
    next_cell(row, TABLE_ITEM_STRING)->value.string_value = g_strdup(text);
}

void sx_row_words(struct sx_row *row, wmem_strbuf_t *words)
{
    sx_row_text(row, wmem_strbuf_get_str(words));
    wmem_strbuf_destroy(words);
}

void sx_row_text_in(struct sx_row *row, const char *text, uint32_t frame)
{
    wmem_strbuf_t *words = wmem_strbuf_new(NULL, "");

    if (frame)
        sx_words_stats_table_in(words, text, frame);
    else
        wmem_strbuf_append(words, text);
    sx_row_words(row, words);
}

static void row_textf(struct sx_row *row, const char *format, ...)
{
    va_list args;

    va_start(args, format);
    next_cell(row, TABLE_ITEM_STRING)->value.string_value = g_strdup_vprintf(format, args);
    va_end(args);
}

void sx_row_seconds(struct sx_row *row, int64_t ns)
{
    /* Texts are compared byte by byte, and a space comes before the digits. */
    row_textf(row, "%9.3f", (double)ns / (double)SX_NS_PER_S);
}

void sx_row_seconds_if(struct sx_row *row, bool known, int64_t ns)
{
    if (known)
        sx_row_seconds(row, ns);
    else
        sx_row_text(row, "");
}

void sx_row_number(struct sx_row *row, uint32_t value)
{
    if (value)
        row_textf(row, "%u", value);
    else
        sx_row_text(row, "");
}

void sx_row_host(struct sx_row *row, const struct sx_tracker *tracker, struct sx_endpoint host)
{
    wmem_strbuf_t *text = wmem_strbuf_new(NULL, "");

    sx_say_host(text, tracker, host.host);
    bool colons = strchr(wmem_strbuf_get_str(text), ':') != NULL;
    row_textf(row, colons ? "[%s]:%u" : "%s:%u", wmem_strbuf_get_str(text), host.port);
    wmem_strbuf_destroy(text);
}

void sx_row_clear(stat_tap_table_item_type *cells, unsigned columns)
{
    for (unsigned i = 0; i < columns; i++)
        if (cells[i].type == TABLE_ITEM_STRING)
            g_free((char *)cells[i].value.string_value);
    memset(cells, 0, columns * sizeof *cells);
}
