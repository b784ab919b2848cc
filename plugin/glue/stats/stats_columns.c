/* stats_columns.c
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "glue/compat.h"

#ifndef _WIN32
#include <sys/ioctl.h>
#include <unistd.h>
#endif

#include "core/base/cells.h"
#include "core/say/words.h"
#include "glue/stats/stats_columns.h"

/* Characters between two columns of tshark's tables, and of the least that a column is cut to. */
#define SEPARATOR 2
#define LEAST 8

/* Characters of a line that somebody may ask for; others are no width of a page. */
#define NARROWEST_PAGE 40
#define WIDEST_PAGE 10000

/* What takes more than max cells gets a mark at its end. */
static char *fitted(const char *text, size_t width, size_t max)
{
    size_t length = sx_cells(sx_slice_str(text));

    if (max && length > max) {
        size_t cut = sx_cells_fit(text, max - 1);
        size_t left = max - 1 - sx_cells(sx_slice(text, cut));
        return g_strdup_printf("%.*s~%*s", (int)cut, text, (int)left, "");
    }
    return g_strdup_printf("%s%*s", text, (int)(width - length), "");
}

static size_t digits(unsigned value)
{
    size_t n = 1;

    while (value /= 10)
        n++;
    return n;
}

static size_t column_width(const stat_tap_table *rows, const struct sx_column *column, unsigned at,
                           size_t most)
{
    size_t width = sx_cells(sx_slice_str(sx_words_text(column->name)));

    for (unsigned i = 0; i < rows->num_elements; i++) {
        const stat_tap_table_item_type *cell = &rows->elements[i][at];
        size_t length = column->number ? digits(cell->value.uint_value)
                                       : sx_cells(sx_slice_str(cell->value.string_value));
        width = MAX(width, length);
    }
    return most ? MIN(width, most) : width;
}

/* tshark prints the names as they are and each cell by its format, so both are made to fit.
 * Returns the width. */
static size_t pad_column(struct sx_table *table, stat_tap_table *rows, unsigned at, size_t most)
{
    const struct sx_column *column = &table->columns[at];
    stat_tap_table_item *field = &table->fields[at];
    size_t width = column_width(rows, column, at, most);

    const char *head = sx_words_text(column->name);
    size_t room = width - MIN(width, sx_cells(sx_slice_str(head)));
    g_autofree char *name = column->number ? g_strdup_printf("%*s%s", (int)room, "", head)
                                           : fitted(head, width, width);
    field->column_name = wmem_strdup(wmem_epan_scope(), name);
    if (column->number)
        field->field_format = wmem_strdup_printf(wmem_epan_scope(), "%%%uu", (unsigned)width);
    for (unsigned i = 0; i < rows->num_elements && !column->number; i++) {
        stat_tap_table_item_type *cell = &rows->elements[i][at];
        char *text = (char *)cell->value.string_value;
        cell->value.string_value = fitted(text, width, most);
        g_free(text);
    }
    return width;
}

/* The column that gets what the others leave of the page: the last one, if none is told to. */
static unsigned rest_column(const struct sx_table *table, unsigned count)
{
    unsigned at = 0;

    while (at < count - 1 && table->columns[at].most != SX_REST)
        at++;
    return at;
}

/* Characters of a line: $COLUMNS, else those of the terminal. 0: neither, nothing is cut. */
static size_t page_width(void)
{
    const char *columns = g_getenv("COLUMNS");
    uint32_t width;

    if (columns && sx_slice_uint(sx_slice_str(columns), WIDEST_PAGE, &width) &&
        width >= NARROWEST_PAGE)
        return width;
#ifdef TIOCGWINSZ
    struct winsize size;
    if (isatty(STDOUT_FILENO) && ioctl(STDOUT_FILENO, TIOCGWINSZ, &size) == 0 &&
        size.ws_col >= NARROWEST_PAGE)
        return size.ws_col;
#endif
    return 0;
}

/* tshark prints as many columns as the table says, and of a row those up to the first without a
 * type. */
static void leave_out(struct sx_table *table, stat_tap_table *rows, unsigned kept)
{
    for (unsigned i = 0; i < rows->num_elements; i++)
        sx_row_clear(rows->elements[i] + kept, (unsigned)table->ui.nfields - kept);
    table->ui.nfields = kept;
}

/* The widths of as many columns as the page has room for, from the left; their number. */
static unsigned fit_columns(const struct sx_table *table, const stat_tap_table *rows, size_t page,
                            size_t *widths)
{
    unsigned columns = (unsigned)table->ui.nfields, rest = rest_column(table, columns), n = 0;
    size_t used = 0, natural[SX_MAX_COLUMNS];

    for (unsigned i = 0; i < columns; i++) {
        const struct sx_column *column = &table->columns[i];
        natural[i] = column_width(rows, column, i, column->most == SX_REST ? 0 : column->most);
        widths[i] = i == rest ? MIN(natural[i], LEAST) : natural[i];
    }
    for (; n < columns && used + widths[n] + SEPARATOR <= page; n++)
        used += widths[n] + SEPARATOR;
    if (n < columns && !table->columns[n].number && page - used >= LEAST + SEPARATOR) {
        widths[n] = page - used - SEPARATOR;
        return n + 1;
    }
    if (rest < n)
        widths[rest] = MIN(natural[rest], widths[rest] + page - used);
    return MAX(n, 1);
}

void sx_stats_columns_fit(struct sx_table *table, stat_tap_table *rows)
{
    size_t page = page_width(), widths[SX_MAX_COLUMNS] = {0};

    if (page)
        leave_out(table, rows, fit_columns(table, rows, page, widths));
    for (unsigned i = 0; i < (unsigned)table->ui.nfields; i++)
        pad_column(table, rows, i, widths[i]);
}
