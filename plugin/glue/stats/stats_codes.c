/* stats_codes.c
 * sipexplain,codes: each response code of the capture.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 *
 * A response counts once for each hop it was seen on; retransmissions are counted apart and copies
 * of one packet not at all.
 */
#include "glue/compat.h"

#include "core/facts/catalogue.h"
#include "core/judge/failure.h"
#include "core/say/words.h"
#include "glue/settings/site_codes.h"
#include "glue/stats/stats_table.h"

/* The column of methods grows no longer. */
#define MAX_METHODS 60

struct code {
    struct sx_noted noted;
    uint32_t count, retransmitted, delays;
    int64_t shortest_ns, longest_ns;
    double sum_ns;
    GString *methods;
    GArray *finals; /* transactions: whether they failed only the end of the capture can tell */
};

static struct code *code_of(struct sx_noted *noted)
{
    return (struct code *)(void *)noted;
}

static uint32_t key(struct sx_table *table G_GNUC_UNUSED, const struct sx_tap_event *event)
{
    return event->duplicate ? 0 : event->code;
}

static void add_method(GString *methods, const char *name)
{
    g_autofree char *listed = g_strdup_printf(", %s, ", name);
    g_autofree char *list = g_strdup_printf(", %s, ", methods->str);

    if (!*name || strstr(list, listed) || g_str_has_suffix(methods->str, "..."))
        return;
    bool room = methods->len + strlen(name) <= MAX_METHODS;
    g_string_append_printf(methods, "%s%s", methods->len ? ", " : "", room ? name : "...");
}

static void note(struct sx_table *table G_GNUC_UNUSED, struct sx_noted *noted,
                 const struct sx_tap_event *event)
{
    struct code *c = code_of(noted);

    if (!c->methods) {
        c->methods = g_string_new(NULL);
        c->finals = g_array_new(FALSE, FALSE, sizeof(uint32_t));
    }
    if (event->retransmitted) {
        c->retransmitted++;
        return;
    }
    c->count++;
    add_method(c->methods, event->method_name);
    if (event->code >= 300)
        g_array_append_val(c->finals, event->txn);
    if (!event->has_delay)
        return;
    c->shortest_ns = c->delays ? MIN(c->shortest_ns, event->delay_ns) : event->delay_ns;
    c->longest_ns = MAX(c->longest_ns, event->delay_ns);
    c->sum_ns += (double)event->delay_ns;
    c->delays++;
}

static uint32_t failures(const struct sx_table *table, const struct code *c)
{
    uint32_t n = 0;

    for (unsigned i = 0; i < c->finals->len; i++)
        n += sx_failure_judge(table->tracker,
                              sx_tracker_txn(table->tracker, g_array_index(c->finals, uint32_t, i)),
                              c->noted.key);
    return n;
}

static bool fill(struct sx_table *table, struct sx_noted *noted, struct sx_row *row)
{
    const struct code *c = code_of(noted);
    const struct sx_code *entry = sx_catalogue_explain(noted->key);
    const struct sx_site_code *site = sx_site_code_find(noted->key, SX_SLICE_NONE);

    sx_row_uint(row, noted->key);
    sx_row_text(row, site && *site->phrase ? site->phrase
                     : entry               ? entry->phrase
                                           : sx_words_stats_table_no_code());
    sx_row_uint(row, c->count);
    sx_row_uint(row, c->retransmitted);
    sx_row_uint(row, failures(table, c));
    sx_row_seconds_if(row, c->delays > 0, c->shortest_ns);
    sx_row_seconds_if(row, c->delays > 0, c->delays ? (int64_t)(c->sum_ns / c->delays) : 0);
    sx_row_seconds_if(row, c->delays > 0, c->longest_ns);
    sx_row_text(row, c->methods->str);
    return true;
}

static void free_code(struct sx_noted *noted)
{
    struct code *c = code_of(noted);

    if (!c->methods)
        return;
    g_string_free(c->methods, TRUE);
    g_array_free(c->finals, TRUE);
}

static const struct sx_column columns[] = {
    {SX_TEXT_STATS_TABLE_CODE, true, 0},     {SX_TEXT_STATS_TABLE_PHRASE, false, 60},
    {SX_TEXT_STATS_TABLE_COUNT, true, 0},    {SX_TEXT_STATS_TABLE_REPEATS, true, 0},
    {SX_TEXT_STATS_TABLE_FAILURES, true, 0}, {SX_TEXT_STATS_TABLE_MIN_S, false, 0},
    {SX_TEXT_STATS_TABLE_AVG_S, false, 0},   {SX_TEXT_STATS_TABLE_MAX_S, false, 0},
    {SX_TEXT_STATS_TABLE_METHODS, false, 0},
};
SX_ROOM_FOR_COLUMNS(columns);

struct sx_table sx_stats_codes = {
    .ui = {.cli_string = "sipexplain,codes"},
    .title = SX_TEXT_STATS_TABLE_TITLE_CODES,
    .columns = columns,
    .column_count = G_N_ELEMENTS(columns),
    .noted_size = sizeof(struct code),
    .key = key,
    .note = note,
    .fill = fill,
    .clear = free_code,
    .changes = true,
};
