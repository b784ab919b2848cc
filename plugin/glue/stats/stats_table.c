/* stats_table.c
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "glue/compat.h"

#include "core/say/words.h"
#include "glue/stats/stats_columns.h"
#include "glue/stats/stats_table.h"

/* Never queued: its listeners are there to be drawn. */
#define DRAW_TAP "sipexplain.draw"

/* Listeners of one table that are known at a time; nobody asks for more. */
#define MAX_LISTENERS 32

/* Kinds of tables; stats.c lists them. */
#define MAX_TABLES 16

static void (*end_capture)(void);
/* ---- rows ---- */

static void free_retired(struct sx_table *table)
{
    for (unsigned i = 0; i < table->retired->len; i++) {
        sx_row_clear(table->retired->pdata[i], (unsigned)table->ui.nfields);
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
        sx_row_clear(cells, columns);
        return;
    }
    if (noted->row) {
        sx_row_clear(noted->row, columns);
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
        sx_stats_columns_fit(table, rows);
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
