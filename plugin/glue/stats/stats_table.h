/* stats_table.h
 * What the statistics tables have in common.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 *
 * Wireshark's tables have a callback for each packet and none for the end, but most rows depend on
 * what comes later. So a table notes on each event what it is about, and makes its rows
 *  - from events of a second look at the packets (Wireshark's window), when the tracker knows all;
 *  - in a listener of its own that is drawn before the table is (tshark, sharkd).
 * Listeners are told of events and drawn from the newest to the oldest. Wireshark has one set of
 * rows for all listeners of a table, so before each of them is drawn its own rows are put there.
 */
#ifndef SX_STATS_TABLE_H
#define SX_STATS_TABLE_H

#include "glue/compat.h"

#include "core/record/call.h"
#include "glue/stats/stats.h"
#include "glue/stats/stats_row.h"

/* What one row is about. The kinds of tables put members of their own behind it. */
struct sx_noted {
    uint32_t key;                  /* not 0 */
    stat_tap_table_item_type *row; /* NULL: there is none (yet) */
};

struct sx_column {
    unsigned name; /* SX_TEXT_..., its head */
    bool number;   /* filled by sx_row_uint(), else by a text */
    uint8_t most;  /* characters in a terminal; 0: all; SX_REST, or the last: what is left */
};

#define SX_REST UINT8_MAX

#define SX_MAX_COLUMNS 14

/* Stands after an array of columns: a table keeps room for so many. */
#define SX_ROOM_FOR_COLUMNS(array)                                                              \
    _Static_assert(G_N_ELEMENTS(array) <= SX_MAX_COLUMNS, "more columns than a table has room " \
                                                          "for")

/* What one listener noted. tshark has one for each -z, sharkd and the window one at a time. */
struct sx_notes {
    struct sx_table *table;
    GPtrArray *noted; /* in the order of appearance */
    GHashTable *by_key;
    bool before; /* a listener of ours comes before it */
};

struct sx_table {
    stat_tap_table_ui ui;
    unsigned title; /* SX_TEXT_... */
    const struct sx_column *columns;
    unsigned column_count;
    size_t noted_size;

    /* What an event is about; 0: nothing for this table. */
    uint32_t (*key)(struct sx_table *table, const struct sx_tap_event *event);
    /* What else it is about, after this key; 0: nothing more. NULL: it is about one thing. */
    uint32_t (*next_key)(struct sx_table *table, const struct sx_tap_event *event, uint32_t key);
    /* Adds an event to what it is about. NULL: there is nothing to add. */
    void (*note)(struct sx_table *table, struct sx_noted *noted, const struct sx_tap_event *event);
    /* Before rows are made after a single pass: keys may have changed. NULL: they cannot. */
    uint32_t (*final_key)(struct sx_table *table, uint32_t key);
    /* Writes the row. False if there is nothing to show. */
    bool (*fill)(struct sx_table *table, struct sx_noted *noted, struct sx_row *row);
    /* Frees the members of its own. NULL: there are none. */
    void (*clear)(struct sx_noted *noted);
    bool changes; /* a row changes with each event */

    /* From here on sx_stats_table_register() and the callbacks fill in. */
    const struct sx_tracker *tracker;
    struct sx_call_index *calls; /* made when first asked for */
    GPtrArray *notes;            /* the oldest listener's first */
    struct sx_notes *turn;       /* the listener that is told of this event next: */
    const void *turn_event;
    uint32_t turn_frame;
    GPtrArray *retired; /* rows that another window may still show */
    stat_tap_table_item fields[SX_MAX_COLUMNS];
    const void *listener; /* the window whose events the table is made of */
    bool stale;           /* the listeners are of a capture that is closed */
    bool pad;             /* tshark prints as it is told, so columns need padding */
};

void sx_stats_table_register(struct sx_table *table);

/* The way to a table's calls, as the tracker knows them now. */
const struct sx_call_index *sx_stats_calls(struct sx_table *table);

/* Titles and heads in the language that is set now. */
void sx_stats_table_translate(void);

/* Before the tables of a single pass are made. */
void sx_stats_table_on_end(void (*callback)(void));

/* Forgets the tracker of a capture that is closed. */
void sx_stats_table_forget(struct sx_table *table);

extern struct sx_table sx_stats_codes, sx_stats_trying, sx_stats_call_table, sx_stats_requests,
    sx_stats_flows, sx_stats_registrations;

#endif
