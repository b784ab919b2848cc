/* stats_table.c
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "glue/compat.h"

#include <stdarg.h>
#ifndef _WIN32
#include <sys/ioctl.h>
#include <unistd.h>
#endif

#include "core/base/cells.h"
#include "core/base/text.h"
#include "core/say/say.h"
#include "core/say/words.h"
#include "glue/stats/stats_table.h"

/* Never queued: its listeners are there to be drawn. */
#define DRAW_TAP "sipexplain.draw"

/* Characters between two columns of tshark's tables, and of the least that a column is cut to. */
#define SEPARATOR 2
#define LEAST 8

/* Characters of a line that somebody may ask for; others are no width of a page. */
#define NARROWEST_PAGE 40
#define WIDEST_PAGE 10000

/* Listeners of one table that are known at a time; nobody asks for more. */
#define MAX_LISTENERS 32

/* Kinds of tables; stats.c lists them. */
#define MAX_TABLES 16

/* A Call-ID or URI of more bytes helps nobody. */
#define MAX_TEXT 256

static void (*end_capture)(void);

/* ---- rows ---- */

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

static void clear_row(stat_tap_table_item_type *cells, unsigned columns)
{
    for (unsigned i = 0; i < columns; i++)
        if (cells[i].type == TABLE_ITEM_STRING)
            g_free((char *)cells[i].value.string_value);
    memset(cells, 0, columns * sizeof *cells);
}

static void free_retired(struct sx_table *table)
{
    for (unsigned i = 0; i < table->retired->len; i++) {
        clear_row(table->retired->pdata[i], (unsigned)table->ui.nfields);
        g_free(table->retired->pdata[i]);
    }
    g_ptr_array_set_size(table->retired, 0);
}

static stat_tap_table *rows_of(const struct sx_table *table)
{
    GArray *tables = table->ui.tables;

    return tables && tables->len > 0 ? g_array_index(tables, stat_tap_table *, 0) : NULL;
}

/* Wireshark never takes rows away and windows keep pointers to them, so where a second window may
 * show them they live on until the next start with a single window. */
static void remove_rows(struct sx_table *table)
{
    stat_tap_table *rows = rows_of(table);

    if (table->ui.refcount <= 1)
        free_retired(table);
    for (unsigned i = 0; rows && i < rows->num_elements; i++)
        g_ptr_array_add(table->retired, rows->elements[i]);
    if (rows)
        rows->num_elements = 0;
    if (table->ui.refcount == 0)
        free_retired(table);
    for (unsigned i = 0; i < table->notes->len; i++) {
        const struct sx_notes *notes = table->notes->pdata[i];
        for (unsigned j = 0; j < notes->noted->len; j++)
            ((struct sx_noted *)notes->noted->pdata[j])->row = NULL;
    }
}

static void show(struct sx_table *table, struct sx_noted *noted)
{
    stat_tap_table *rows = rows_of(table);
    stat_tap_table_item_type cells[SX_MAX_COLUMNS] = {0};
    struct sx_row row = {.cells = cells};
    unsigned columns = (unsigned)table->ui.nfields;

    if (!rows || (noted->row && !table->changes))
        return;
    if (!table->fill(table, noted, &row)) {
        clear_row(cells, columns);
        return;
    }
    if (noted->row) {
        clear_row(noted->row, columns);
        memcpy(noted->row, cells, columns * sizeof *cells);
        return;
    }
    stat_tap_init_table_row(rows, rows->num_elements, columns, cells);
    noted->row = rows->elements[rows->num_elements - 1];
}

/* ---- what is noted ---- */

static struct sx_notes *newest_notes(const struct sx_table *table)
{
    return table->notes->pdata[table->notes->len - 1];
}

static struct sx_notes *add_notes(struct sx_table *table)
{
    struct sx_notes *notes = g_new0(struct sx_notes, 1);

    notes->table = table;
    notes->noted = g_ptr_array_new();
    notes->by_key = g_hash_table_new(NULL, NULL);
    g_ptr_array_add(table->notes, notes);
    return notes;
}

static void empty_notes(struct sx_notes *notes)
{
    for (unsigned i = 0; i < notes->noted->len; i++) {
        if (notes->table->clear)
            notes->table->clear(notes->noted->pdata[i]);
        g_free(notes->noted->pdata[i]);
    }
    g_ptr_array_set_size(notes->noted, 0);
    g_hash_table_remove_all(notes->by_key);
}

static void empty_all_notes(struct sx_table *table)
{
    for (unsigned i = 0; i < table->notes->len; i++)
        empty_notes(table->notes->pdata[i]);
}

static void free_all_notes(struct sx_table *table)
{
    empty_all_notes(table);
    for (unsigned i = 0; i < table->notes->len; i++) {
        struct sx_notes *notes = table->notes->pdata[i];
        if (notes->before)
            remove_tap_listener(notes);
        g_ptr_array_free(notes->noted, TRUE);
        g_hash_table_destroy(notes->by_key);
        g_free(notes);
    }
    g_ptr_array_set_size(table->notes, 0);
    table->turn = NULL;
}

static void forget_calls(struct sx_table *table)
{
    sx_call_index_free(table->calls);
    table->calls = NULL;
}

const struct sx_call_index *sx_stats_calls(struct sx_table *table)
{
    if (!table->calls)
        table->calls = sx_call_index_new(table->tracker);
    return table->calls;
}

static struct sx_noted *noted_of(struct sx_notes *notes, uint32_t key)
{
    struct sx_noted *noted = g_hash_table_lookup(notes->by_key, GUINT_TO_POINTER(key));

    if (!noted) {
        noted = g_malloc0(notes->table->noted_size);
        noted->key = key;
        g_ptr_array_add(notes->noted, noted);
        g_hash_table_insert(notes->by_key, GUINT_TO_POINTER(key), noted);
    }
    return noted;
}

/* ---- the end ---- */

static int compare_rows(const void *x, const void *y)
{
    unsigned a = (*(stat_tap_table_item_type *const *)x)->value.uint_value;
    unsigned b = (*(stat_tap_table_item_type *const *)y)->value.uint_value;

    return a < b ? -1 : a > b;
}

static void make_rows(const struct sx_notes *notes)
{
    struct sx_table *table = notes->table;
    GHashTable *done = g_hash_table_new(NULL, NULL);
    stat_tap_table *rows = rows_of(table);

    remove_rows(table);
    forget_calls(table);
    for (unsigned i = 0; i < notes->noted->len; i++) {
        struct sx_noted *noted = notes->noted->pdata[i];
        if (table->final_key)
            noted->key = table->final_key(table, noted->key);
        if (g_hash_table_add(done, GUINT_TO_POINTER(noted->key)))
            show(table, noted);
    }
    g_hash_table_destroy(done);
    if (rows->num_elements > 1)
        qsort(rows->elements, rows->num_elements, sizeof(void *), compare_rows);
}

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
        clear_row(rows->elements[i] + kept, (unsigned)table->ui.nfields - kept);
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

static void pad_columns(struct sx_table *table, stat_tap_table *rows)
{
    size_t page = page_width(), widths[SX_MAX_COLUMNS] = {0};

    if (page)
        leave_out(table, rows, fit_columns(table, rows, page, widths));
    for (unsigned i = 0; i < (unsigned)table->ui.nfields; i++)
        pad_column(table, rows, i, widths[i]);
}

static void before_draw(void *data)
{
    const struct sx_notes *notes = data;
    struct sx_table *table = notes->table;
    stat_tap_table *rows = rows_of(table);

    if (!rows || !table->tracker || table->ui.refcount > 0)
        return;
    end_capture();
    table->ui.nfields = table->column_count; /* with those that were left out before */
    make_rows(notes);
    if (table->pad)
        pad_columns(table, rows);
}

/* ---- Wireshark's callbacks ---- */

static tap_packet_status on_turn(void *data, packet_info *pinfo, epan_dissect_t *edt G_GNUC_UNUSED,
                                 const void *event, tap_flags_t flags G_GNUC_UNUSED)
{
    struct sx_notes *notes = data;

    notes->table->turn = notes;
    notes->table->turn_event = event;
    notes->table->turn_frame = pinfo->num;
    return TAP_PACKET_DONT_REDRAW;
}

/* Puts a listener of ours before that of the notes, which must be the newest. */
static void stand_before(struct sx_notes *notes, const char *tap, tap_packet_cb on_packet)
{
    GString *error;

    if (notes->before || notes->table->ui.refcount > 0)
        return;
    error = register_tap_listener(tap, notes, NULL, TL_REQUIRES_NOTHING, NULL, on_packet,
                                  before_draw, NULL);
    notes->before = error == NULL;
    if (error)
        g_string_free(error, TRUE);
}

/* Whose event this is: of the newest listener, until one of ours says that an older one is next. */
static struct sx_notes *notes_of(const struct sx_table *table, const packet_info *pinfo,
                                 const void *event)
{
    bool turned = table->turn && table->turn_event == event && table->turn_frame == pinfo->num;

    return turned ? table->turn : newest_notes(table);
}

/* Two windows with one table. */
static bool is_second_window(struct sx_table *table, const void *listener)
{
    if (table->ui.refcount == 0)
        return false;
    if (!table->listener)
        table->listener = listener;
    return table->listener != listener;
}

static void note_key(struct sx_table *table, struct sx_notes *notes, uint32_t key,
                     const struct sx_tap_event *event)
{
    struct sx_noted *noted = noted_of(notes, key);

    if (table->note)
        table->note(table, noted, event);
    if (table->ui.refcount > 0)
        show(table, noted);
}

static tap_packet_status on_event(void *data, packet_info *pinfo, epan_dissect_t *edt G_GNUC_UNUSED,
                                  const void *event_data, tap_flags_t flags G_GNUC_UNUSED)
{
    stat_data_t *stat = data;
    struct sx_table *table = (struct sx_table *)(void *)stat->stat_tap_data;
    const struct sx_tap_event *event = event_data;

    if (is_second_window(table, stat))
        return TAP_PACKET_FAILED;
    /* Of the three only tshark and the window have data of their own, and only the window counts
     * its tables. */
    table->pad = stat->user_data && table->ui.refcount == 0;
    table->tracker = event->tracker;
    stand_before(newest_notes(table), DRAW_TAP, NULL);
    struct sx_notes *notes = notes_of(table, pinfo, event);
    uint32_t key = table->key(table, event);
    if (!key)
        return TAP_PACKET_DONT_REDRAW;
    for (; key; key = table->next_key ? table->next_key(table, event, key) : 0)
        note_key(table, notes, key, event);
    return TAP_PACKET_REDRAW;
}

static void reset(struct sx_table *table)
{
    remove_rows(table);
    empty_all_notes(table);
    forget_calls(table);
}

static void translate(struct sx_table *table)
{
    table->ui.title = sx_words_text(table->title);
    for (unsigned i = 0; i < table->column_count; i++)
        table->fields[i].column_name = sx_words_text(table->columns[i].name);
}

/* Called before a listener is registered. */
static void start(stat_tap_table_ui *ui)
{
    struct sx_table *table = (struct sx_table *)(void *)ui;

    translate(table);
    if (!rows_of(table))
        stat_tap_add_table(ui, stat_tap_init_table(ui->title, (int)ui->nfields, 0, NULL));
    reset(table);
    if (table->tracker || table->stale || ui->refcount > 0 || table->notes->len >= MAX_LISTENERS)
        free_all_notes(table);
    else if (table->notes->len > 0)
        stand_before(newest_notes(table), ui->tap_name, on_turn);
    add_notes(table);
    table->stale = false;
    table->listener = NULL;
    table->tracker = NULL;
}

/* Callbacks that get the rows alone. */
static struct sx_table *all_tables[MAX_TABLES];

static void on_reset(stat_tap_table *rows)
{
    for (unsigned i = 0; i < G_N_ELEMENTS(all_tables); i++)
        if (all_tables[i] && rows_of(all_tables[i]) == rows)
            reset(all_tables[i]);
}

static void on_free_cell(stat_tap_table *rows G_GNUC_UNUSED, guint row G_GNUC_UNUSED,
                         guint column G_GNUC_UNUSED, stat_tap_table_item_type *cell)
{
    if (cell->type == TABLE_ITEM_STRING)
        g_free((char *)cell->value.string_value);
    cell->type = TABLE_ITEM_NONE;
}

void sx_stats_table_forget(struct sx_table *table)
{
    table->tracker = NULL;
    table->stale = true;
    empty_all_notes(table);
    forget_calls(table);
}

/* Everything, when the program ends. A window that still shows a table keeps its rows. */
static void on_shutdown(void)
{
    for (unsigned i = 0; i < G_N_ELEMENTS(all_tables) && all_tables[i]; i++) {
        struct sx_table *table = all_tables[i];
        sx_stats_table_forget(table);
        if (table->ui.refcount > 0)
            continue;
        remove_rows(table);
        if (table->ui.tables) {
            free_stat_tables(&table->ui);
            g_array_free(table->ui.tables, TRUE);
            table->ui.tables = NULL;
        }
        free_all_notes(table);
        g_ptr_array_free(table->notes, TRUE);
        g_ptr_array_free(table->retired, TRUE);
    }
}

void sx_stats_table_translate(void)
{
    for (unsigned i = 0; i < G_N_ELEMENTS(all_tables) && all_tables[i]; i++)
        translate(all_tables[i]);
}

void sx_stats_table_on_end(void (*callback)(void))
{
    end_capture = callback;
    register_tap(DRAW_TAP);
    register_shutdown_routine(on_shutdown);
}

void sx_stats_table_register(struct sx_table *table)
{
    for (unsigned n = 0; n < table->column_count; n++)
        table->fields[n] = (stat_tap_table_item){
            .type = table->columns[n].number ? TABLE_ITEM_UINT : TABLE_ITEM_STRING,
            .align = table->columns[n].number ? TAP_ALIGN_RIGHT : TAP_ALIGN_LEFT,
            .field_format = table->columns[n].number ? "%u" : "%s",
        };
    table->ui.group = WS_GROUP_TELEPHONY;
    table->ui.tap_name = "sipexplain";
    table->ui.stat_tap_init_cb = start;
    table->ui.packet_func = on_event;
    table->ui.stat_tap_reset_table_cb = on_reset;
    table->ui.stat_tap_free_table_item_cb = on_free_cell;
    table->ui.nfields = table->column_count;
    table->ui.fields = table->fields;
    table->notes = g_ptr_array_new();
    table->retired = g_ptr_array_new();
    for (unsigned i = 0; i < G_N_ELEMENTS(all_tables); i++) {
        if (!all_tables[i]) {
            all_tables[i] = table;
            break;
        }
    }
    translate(table);
    register_stat_tap_table_ui(&table->ui);
}
