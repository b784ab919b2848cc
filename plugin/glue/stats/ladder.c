/* ladder.c
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "glue/compat.h"

#include "core/base/cells.h"
#include "core/base/slice.h"
#include "core/read/name_addr.h"
#include "core/say/say.h"
#include "core/say/words.h"
#include "glue/stats/flow_graph.h"
#include "glue/stats/ladder.h"
#include "glue/stats/stats_table.h"

#define COMMAND "sipexplain,ladder"

/* Characters. A line begins with the frame and the time. */
#define PAGE 100
#define BEGIN 18
#define ROOM (PAGE - BEGIN - 1)
#define WIDEST_HOP 28
#define NARROWEST_HOP 11
#define MAX_HOPS (ROOM / NARROWEST_HOP)
#define GUTTER 12

struct line {
    uint32_t frame, call, failed_in;
    unsigned at; /* among all lines */
    double seconds;
    bool first_pass;
    unsigned src, dst; /* of hops */
    struct sx_end {
        char *address;
        uint16_t port;
    } from, to;
    char *label, *words;
    char *call_id, *caller, *called; /* NULL where the packet holds no SIP */
};

/* What one -z listens for. */
struct listener {
    uint32_t call; /* 0: all */
    GPtrArray *lines;
};

static void free_line(gpointer data)
{
    struct line *l = data;

    g_free(l->from.address);
    g_free(l->to.address);
    g_free(l->label);
    g_free(l->words);
    g_free(l->call_id);
    g_free(l->caller);
    g_free(l->called);
    g_free(l);
}

static char *address_text(packet_info *pinfo, const address *a)
{
    return g_strdup(address_to_str(pinfo->pool, a));
}

static tap_packet_status note(void *data, packet_info *pinfo, epan_dissect_t *edt G_GNUC_UNUSED,
                              const void *told, tap_flags_t flags G_GNUC_UNUSED)
{
    struct listener *listener = data;
    const struct sx_arrow *arrow = told;
    struct line *l = g_new0(struct line, 1);

    l->at = listener->lines->len;
    l->frame = pinfo->num;
    l->call = arrow->call;
    l->failed_in = arrow->failed_in;
    l->first_pass = arrow->first_pass;
    l->seconds = nstime_to_sec(&pinfo->rel_ts);
    l->from = (struct sx_end){address_text(pinfo, &pinfo->src), (uint16_t)pinfo->srcport};
    l->to = (struct sx_end){address_text(pinfo, &pinfo->dst), (uint16_t)pinfo->destport};
    l->label = g_strdup(arrow->label);
    l->words = g_strdup(arrow->plain ? "" : arrow->comment);
    if (arrow->msg) {
        l->call_id = g_strdup(sx_printable(pinfo->pool, arrow->msg->call_id));
        l->caller = g_strdup(sx_printable(pinfo->pool, sx_name_addr_bare(arrow->msg->from)));
        l->called = g_strdup(sx_printable(pinfo->pool, sx_name_addr_bare(arrow->msg->to)));
    }
    g_ptr_array_add(listener->lines, l);
    return TAP_PACKET_REDRAW;
}

/* ---- which lines ---- */

static bool is_of_ends(const struct line *l, const GPtrArray *lines)
{
    for (unsigned i = 0; i < lines->len; i++) {
        const struct line *other = lines->pdata[i];
        if (strcmp(other->from.address, l->from.address) == 0 &&
            strcmp(other->to.address, l->to.address) == 0)
            return true;
        if (strcmp(other->from.address, l->to.address) == 0 &&
            strcmp(other->to.address, l->from.address) == 0)
            return true;
    }
    return false;
}

static bool has_frame(const GPtrArray *lines, uint32_t frame)
{
    for (unsigned i = 0; frame && i < lines->len; i++)
        if (((const struct line *)lines->pdata[i])->frame == frame)
            return true;
    return false;
}

/* A line of no call that a call may rest on. */
static bool may_belong(const struct line *l)
{
    return l->failed_in || (!l->call && !l->call_id);
}

/* Of packets without SIP a call rests on the loss of the flow that failed in it, and on what comes
 * of no call meanwhile between two of its hops. */
static bool rests_on(const GPtrArray *messages, const struct line *l)
{
    const struct line *first = messages->pdata[0], *last = messages->pdata[messages->len - 1];

    if (l->failed_in)
        return has_frame(messages, l->failed_in);
    return l->frame > first->frame && l->frame < last->frame && is_of_ends(l, messages);
}

/* The lines of a call, in order: its own, and those of the others that it rests on. */
static GPtrArray *lines_of(const GPtrArray *messages, const GPtrArray *others)
{
    GPtrArray *lines = g_ptr_array_new();
    uint32_t call = ((const struct line *)messages->pdata[0])->call;
    unsigned next = 0;

    for (unsigned i = 0; i < others->len; i++) {
        struct line *other = others->pdata[i];
        if (other->call == call || !rests_on(messages, other))
            continue;
        while (next < messages->len && ((const struct line *)messages->pdata[next])->at < other->at)
            g_ptr_array_add(lines, messages->pdata[next++]);
        g_ptr_array_add(lines, other);
    }
    while (next < messages->len)
        g_ptr_array_add(lines, messages->pdata[next++]);
    return lines;
}

/* ---- hops ---- */

/* A host that sends to itself is several hops, told apart by their ports. */
static bool sends_to_itself(const GPtrArray *lines, const char *host)
{
    for (unsigned i = 0; i < lines->len; i++) {
        const struct line *l = lines->pdata[i];
        if (strcmp(l->from.address, host) == 0 && strcmp(l->to.address, host) == 0)
            return true;
    }
    return false;
}

static unsigned hop_of(GPtrArray *hops, const GPtrArray *lines, const struct sx_end *end)
{
    char *name = !sends_to_itself(lines, end->address) ? g_strdup(end->address)
                 : strchr(end->address, ':') ? g_strdup_printf("[%s]:%u", end->address, end->port)
                                             : g_strdup_printf("%s:%u", end->address, end->port);

    for (unsigned i = 0; i < hops->len; i++) {
        if (strcmp(hops->pdata[i], name) == 0) {
            g_free(name);
            return i;
        }
    }
    g_ptr_array_add(hops, name);
    return hops->len - 1;
}

static GPtrArray *hops_of(const GPtrArray *lines)
{
    GPtrArray *hops = g_ptr_array_new_with_free_func(g_free);

    /* Those of the call first, from its caller on. */
    for (unsigned sip = 2; sip-- > 0;) {
        for (unsigned i = 0; i < lines->len; i++) {
            struct line *l = lines->pdata[i];
            if ((l->call_id != NULL) != sip)
                continue;
            l->src = hop_of(hops, lines, &l->from);
            l->dst = hop_of(hops, lines, &l->to);
        }
    }
    return hops;
}

/* ---- drawing ---- */

/* As many characters of a text as fit; the rest is marked. */
static char *cut(const char *text, size_t width)
{
    if (sx_cells(sx_slice_str(text)) <= width)
        return g_strdup(text);
    return g_strdup_printf("%.*s~", (int)sx_cells_fit(text, width - 1), text);
}

static size_t place(unsigned hop, size_t width)
{
    return hop * width + width / 2;
}

/* The bars below all hops, in one character each. */
static void draw_bars(GString *out, unsigned hops, size_t width)
{
    for (unsigned i = 0; i < hops; i++)
        g_string_append_printf(out, "%*s|%*s", (int)(width / 2), "", (int)(width - width / 2 - 1),
                               "");
}

/* Puts a text over what stands there; the line was ASCII up to its end. */
static void put(GString *line, size_t at, const char *text)
{
    g_string_erase(line, (gssize)at, (gssize)MIN(sx_cells(sx_slice_str(text)), line->len - at));
    g_string_insert(line, (gssize)at, text);
}

static void trim(GString *line)
{
    while (line->len > 0 && line->str[line->len - 1] == ' ')
        g_string_truncate(line, line->len - 1);
}

static void draw_arrow(const struct line *l, unsigned hops, size_t width)
{
    GString *line = g_string_new(NULL);
    size_t left = place(MIN(l->src, l->dst), width), right = place(MAX(l->src, l->dst), width);
    size_t span = right - left;

    draw_bars(line, hops, width);
    if (span == 0) {
        g_autofree char *label = cut(l->label, width / 2 - 1);
        put(line, left + 1, label);
    } else {
        /* "--- label -->", between the two bars */
        g_autofree char *shown = cut(l->label, span - 5);
        g_autofree char *label = g_strdup_printf(" %s ", shown);
        for (size_t i = left + 1; i < right; i++)
            line->str[i] = '-';
        line->str[l->src < l->dst ? right - 1 : left + 1] = l->src < l->dst ? '>' : '<';
        size_t n = sx_cells(sx_slice_str(label));
        put(line, left + 1 + (span - 1 - n) / 2, label);
    }
    trim(line);
    printf("%6u %9.3f  %s\n", l->frame, l->seconds, line->str);
    g_string_free(line, TRUE);
}

/* Where a name has no room above its bar, a letter stands for it. */
static bool need_letters(const GPtrArray *hops, size_t width)
{
    for (unsigned i = 0; i < hops->len; i++)
        if (strlen(hops->pdata[i]) >= width)
            return true;
    return false;
}

static void print_right(const char *text, size_t width)
{
    size_t cells = sx_cells(sx_slice_str(text));

    printf("%*s%s", (int)(width - MIN(width, cells)), "", text);
}

static void draw_head(const GPtrArray *hops, size_t width)
{
    bool letters = need_letters(hops, width);
    GString *line = g_string_new(NULL);

    for (unsigned i = 0; letters && i < hops->len; i++)
        printf("%*s%c  %s\n", BEGIN, "", 'A' + (int)i, (char *)hops->pdata[i]);
    g_string_append_printf(line, "%*s", (int)(hops->len * width), "");
    for (unsigned i = 0; i < hops->len; i++) {
        char letter[] = {(char)('A' + i), '\0'};
        const char *name = letters ? letter : hops->pdata[i];
        size_t n = strlen(name), at = place(i, width);
        put(line, at > n / 2 ? at - n / 2 : 0, name);
    }
    trim(line);
    print_right(sx_words_ladder_frame(), 6);
    print_right(sx_words_ladder_seconds(), 10);
    printf("  %s\n", line->str);
    g_string_truncate(line, 0);
    draw_bars(line, hops->len, width);
    trim(line);
    printf("%*s%s\n", BEGIN, "", line->str);
    g_string_free(line, TRUE);
}

/* More hops than a page has room for: each line names its two. */
static void draw_list(const GPtrArray *lines, const GPtrArray *hops)
{
    for (unsigned i = 0; i < lines->len; i++) {
        const struct line *l = lines->pdata[i];
        const char *from = hops->pdata[l->src], *to = hops->pdata[l->dst];
        size_t ends = strlen(from) + strlen(to) + 6;
        g_autofree char *label =
            cut(l->label, ends + NARROWEST_HOP < PAGE - BEGIN ? PAGE - BEGIN - ends : PAGE - BEGIN);
        printf("%6u %9.3f  %s\n%*s%s > %s\n", l->frame, l->seconds, label, BEGIN, "", from, to);
    }
}

/* ---- what it means ---- */

/* Frames with the same words, in one go. */
static void print_words(const GPtrArray *lines, unsigned at)
{
    const struct line *l = lines->pdata[at];
    GString *frames = g_string_new(NULL);

    for (unsigned i = 0; i < lines->len; i++) {
        const struct line *other = lines->pdata[i];
        if (strcmp(other->words, l->words) != 0)
            continue;
        if (i < at) { /* said before */
            g_string_free(frames, TRUE);
            return;
        }
        g_string_append_printf(frames, "%s%u", frames->len ? ", " : "", other->frame);
    }
    const char *rest = l->words;
    if (frames->len > GUTTER - 2) {
        for (const char *list = frames->str; *list;) {
            size_t n = sx_cells_break(list, PAGE);
            printf("%.*s\n", (int)n, list);
            list += n + (list[n] == ' ');
        }
        g_string_truncate(frames, 0);
    }
    while (*rest) {
        size_t n = sx_cells_break(rest, PAGE - GUTTER);
        printf("%-*s%.*s\n", GUTTER, frames->str, (int)n, rest);
        g_string_truncate(frames, 0);
        rest += n + (rest[n] == ' ');
    }
    g_string_free(frames, TRUE);
}

static void print_title(const GPtrArray *lines, uint32_t call)
{
    for (unsigned i = 0; i < lines->len; i++) {
        const struct line *l = lines->pdata[i];
        if (!l->call_id)
            continue;
        wmem_strbuf_t *ends = wmem_strbuf_new(NULL, "");
        sx_words_ladder_title(ends, call, l->caller, l->called);
        g_autofree char *title = cut(wmem_strbuf_get_str(ends), PAGE);
        wmem_strbuf_destroy(ends);
        g_autofree char *id = g_strdup_printf("Call-ID %s", l->call_id);
        g_autofree char *shown = cut(id, PAGE);
        printf("\n%s\n%s\n\n", title, shown);
        return;
    }
}

static void draw_call(const GPtrArray *messages, const GPtrArray *others)
{
    GPtrArray *lines = lines_of(messages, others), *hops = hops_of(lines);

    print_title(lines, ((const struct line *)messages->pdata[0])->call);
    if (hops->len > MAX_HOPS) {
        draw_list(lines, hops);
    } else {
        size_t width = MIN(WIDEST_HOP, ROOM / hops->len);
        draw_head(hops, width);
        for (unsigned i = 0; i < lines->len; i++)
            draw_arrow(lines->pdata[i], hops->len, width);
    }
    printf("\n");
    for (unsigned i = 0; i < lines->len; i++)
        if (*((struct line *)lines->pdata[i])->words)
            print_words(lines, i);
    g_ptr_array_free(hops, TRUE);
    g_ptr_array_free(lines, TRUE);
}

/* Call number -> its own lines. */
static GHashTable *messages_by_call(const GPtrArray *all)
{
    GHashTable *calls = g_hash_table_new_full(NULL, NULL, NULL, (GDestroyNotify)g_ptr_array_unref);

    for (unsigned i = 0; i < all->len; i++) {
        struct line *l = all->pdata[i];
        GPtrArray *messages = g_hash_table_lookup(calls, GUINT_TO_POINTER(l->call));
        if (!messages) {
            messages = g_ptr_array_new();
            g_hash_table_insert(calls, GUINT_TO_POINTER(l->call), messages);
        }
        g_ptr_array_add(messages, l);
    }
    return calls;
}

static void draw(void *data)
{
    const struct listener *listener = data;
    GHashTable *calls = messages_by_call(listener->lines);
    GPtrArray *others = g_ptr_array_new();
    bool first_pass = false, drawn = false;

    for (unsigned i = 0; i < listener->lines->len; i++)
        if (may_belong(listener->lines->pdata[i]))
            g_ptr_array_add(others, listener->lines->pdata[i]);
    for (unsigned i = 0; i < listener->lines->len; i++) {
        const struct line *l = listener->lines->pdata[i];
        const GPtrArray *messages = g_hash_table_lookup(calls, GUINT_TO_POINTER(l->call));
        first_pass |= l->first_pass;
        if (l->call && (!listener->call || listener->call == l->call) && messages->pdata[0] == l) {
            draw_call(messages, others);
            drawn = true;
        }
    }
    if (!drawn)
        printf("\n%s\n", sx_words_ladder_no_such_call());
    else if (first_pass)
        printf("\n%s\n", sx_words_ladder_one_pass());
    g_ptr_array_free(others, TRUE);
    g_hash_table_destroy(calls);
}

static void reset(void *data)
{
    g_ptr_array_set_size(((struct listener *)data)->lines, 0);
}

static void finish(void *data)
{
    struct listener *listener = data;

    g_ptr_array_free(listener->lines, TRUE);
    g_free(listener);
}

/* Nothing, ",3" or ",a display filter". */
static const char *read_argument(const char *argument, uint32_t *call)
{
    const char *rest = argument + strlen(COMMAND);

    *call = 0;
    if (*rest != ',')
        return NULL;
    rest++;
    return sx_slice_uint(sx_slice_str(rest), UINT32_MAX, call) ? NULL : rest;
}

static ws_z_result start(const char *argument, void *data G_GNUC_UNUSED)
{
    struct listener *listener = g_new0(struct listener, 1);
    const char *filter = read_argument(argument, &listener->call);

    listener->lines = g_ptr_array_new_with_free_func(free_line);
    GString *error = register_tap_listener(SX_FLOW_TAP, listener, filter, TL_REQUIRES_NOTHING,
                                           reset, note, draw, finish);
    if (error) {
        fprintf(stderr, "-z %s: %s\n", argument, error->str);
        g_string_free(error, TRUE);
        finish(listener);
        WS_Z_RETURN(false);
    }
    WS_Z_RETURN(true);
}

void sx_ladder_register(void)
{
    static stat_tap_ui ui = {
        .group = WS_GROUP_TELEPHONY,
        .cli_string = COMMAND,
        .tap_init_cb = start,
    };

    register_stat_tap_ui(&ui, NULL);
}
