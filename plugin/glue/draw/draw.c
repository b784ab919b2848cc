/* draw.c
 * How items are added.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "glue/compat.h"

#include "core/base/cells.h"
#include "core/base/text.h"
#include "core/say/say.h"
#include "core/say/words.h"
#include "glue/draw/draw.h"

/* A field value of more bytes helps nobody read it. */
#define MAX_TEXT 1024

/* Cells of a long text that are shown in one line. In Wireshark's window the pane of its own layout
 * shows no more, the label included; elsewhere few lines are better, for each is an item. */
#define LINE 200
#define LINE_IN_WINDOW 75

/* Bytes, for Wireshark cuts a line with its label at 239. */
#define LINE_BYTES 200

static int ett_text = -1;

const char *sx_text(wmem_allocator_t *pool, struct sx_slice s)
{
    return sx_text_of(pool, s, MAX_TEXT);
}

const char *sx_quoted_text(wmem_allocator_t *pool, struct sx_slice s)
{
    wmem_strbuf_t *out = wmem_strbuf_new(pool, "");

    for (size_t i = 0; i < s.n; i++) {
        if (s.p[i] == '\\' && i + 1 < s.n)
            i++;
        wmem_strbuf_append_c(out, s.p[i]);
    }
    return sx_text(pool, sx_slice(wmem_strbuf_get_str(out), wmem_strbuf_get_len(out)));
}

proto_item *sx_generated(proto_item *item)
{
    proto_item_set_generated(item);
    return item;
}

proto_item *sx_add_string(const struct sx_pen *p, proto_tree *tree, int hf, const char *value)
{
    return sx_generated(proto_tree_add_string(tree, hf, p->tvb, 0, 0, value));
}

static char *put(char *out, const char *text, size_t n)
{
    memcpy(out, text, n);
    return out + n;
}

char *sx_put_number(char *out, uint32_t n)
{
    char digits[10];
    size_t i = sizeof digits;

    do
        digits[--i] = (char)('0' + n % 10);
    while (n /= 10);
    return put(out, digits + i, sizeof digits - i);
}

/* By hand, for a printf costs as much as all else of an item. */
void sx_set_line(const struct sx_pen *p, proto_item *item, const char *label, const char *text,
                 size_t n, const char *end)
{
    size_t label_n = strlen(label), end_n = strlen(end);
    field_info *info = item ? PITEM_FINFO(item) : NULL;

    if (!info)
        return;
    /* Of what is not shown Wireshark keeps the line of a protocol, where -T fields asks for it. */
    if (!sx_is_shown(p) || !WS_OWN_LABEL_IS_CHEAPER ||
        label_n + strlen(": ") + n + end_n >= ITEM_LABEL_LENGTH) {
        proto_item_set_text(item, "%s: %.*s%s", label, (int)n, text, end);
        return;
    }
    if (!info->rep)
        info->rep = wmem_new(PNODE_POOL(item), item_label_t);
    char *out = info->rep->representation;
    out = put(out, label, label_n);
    out = put(out, ": ", strlen(": "));
    out = put(out, text, n);
    put(out, end, end_n + 1);
}

/* " (4294967295)" */
#define MAX_NUMBER 14

/* What Wireshark would make of the number, but sooner. */
static void set_number_line(const struct sx_pen *p, proto_item *item, int hf, uint32_t value)
{
    if (!item || !sx_is_shown(p) || !WS_OWN_LABEL_IS_CHEAPER)
        return;
    const header_field_info *field = proto_registrar_get_nth((unsigned)hf);
    char number[MAX_NUMBER], *end = sx_put_number(put(number, " (", 2), value);
    bool is_named = field->strings && field->type != FT_FRAMENUM;
    const char *name = is_named ? try_val_to_str(value, field->strings) : NULL;

    if (name) {
        memcpy(end, ")", sizeof ")");
        sx_set_line(p, item, field->name, name, strlen(name), number);
    } else if (!is_named) {
        sx_set_line(p, item, field->name, number + 2, (size_t)(end - number) - 2, "");
    }
}

/* "12.000500000 seconds", likewise */
static void set_time_line(const struct sx_pen *p, proto_item *item, int hf, const nstime_t *t)
{
    char text[sizeof "4294967295.000000000"], *end = text;

    if (!item || !sx_is_shown(p) || !WS_OWN_LABEL_IS_CHEAPER || t->secs < 0 || t->nsecs < 0 ||
        t->secs > INT32_MAX)
        return;
    end = put(sx_put_number(end, (uint32_t)t->secs), ".", 1);
    for (int digit = SX_NS_PER_S / 10; digit > 0; digit /= 10)
        *end++ = (char)('0' + t->nsecs / digit % 10);
    sx_set_line(p, item, proto_registrar_get_name(hf), text, (size_t)(end - text), " seconds");
}

static proto_item *add_uint(const struct sx_pen *p, proto_tree *tree, int hf, uint32_t value)
{
    return sx_generated(proto_tree_add_uint(tree, hf, p->tvb, 0, 0, value));
}

static proto_item *show(const struct sx_pen *p, proto_item *item, int hf, const char *shown)
{
    sx_set_line(p, item, proto_registrar_get_name(hf), shown, strlen(shown), "");
    return item;
}

proto_item *sx_add_shown(const struct sx_pen *p, proto_tree *tree, int hf, const char *value,
                         const char *shown)
{
    if (!WS_OWN_LABEL_IS_CHEAPER)
        return sx_generated(
            proto_tree_add_string_format_value(tree, hf, p->tvb, 0, 0, value, "%s", shown));
    return show(p, sx_add_string(p, tree, hf, value), hf, shown);
}

proto_item *sx_add_shown_uint(const struct sx_pen *p, proto_tree *tree, int hf, uint32_t value,
                              const char *shown)
{
    if (!WS_OWN_LABEL_IS_CHEAPER)
        return sx_generated(
            proto_tree_add_uint_format_value(tree, hf, p->tvb, 0, 0, value, "%s", shown));
    return show(p, add_uint(p, tree, hf, value), hf, shown);
}

proto_item *sx_add_uint(const struct sx_pen *p, proto_tree *tree, int hf, uint32_t value)
{
    proto_item *item = add_uint(p, tree, hf, value);

    set_number_line(p, item, hf, value);
    return item;
}

void sx_add_hidden_uint(const struct sx_pen *p, proto_tree *tree, int hf, uint32_t value)
{
    proto_item_set_hidden(add_uint(p, tree, hf, value));
}

proto_item *sx_add_bool(const struct sx_pen *p, proto_tree *tree, int hf, bool value)
{
    return sx_generated(proto_tree_add_boolean(tree, hf, p->tvb, 0, 0, value));
}

static bool is_window(void)
{
    const char *program = g_get_prgname();

    return program && strcmp(program, "wireshark") == 0;
}

/* The bytes of a text that stand in one line. */
static size_t line_of(const char *text, size_t cells)
{
    return sx_line_break(text, MIN(sx_cells_fit(text, cells), LINE_BYTES));
}

/* In the first one; a little more where that is all of it. */
static size_t first_line_of(const char *text, size_t cells)
{
    size_t n = strlen(text);

    /* No character has more cells than bytes. */
    if (n <= MIN(cells, LINE_BYTES))
        return n;
    size_t all = sx_cells_fit(text, cells + cells / 10);
    return !text[all] && all <= LINE_BYTES + LINE_BYTES / 10 ? all : line_of(text, cells);
}

void sx_add_long_string(const struct sx_pen *p, proto_tree *tree, int hf, int hf_more,
                        const char *text)
{
    if (!sx_is_wanted(p, hf) && !sx_is_wanted(p, hf_more))
        return;
    text = sx_shown_frames(p, text);
    proto_item *item = sx_add_string(p, tree, hf, text);
    if (!sx_is_shown(p) && !sx_is_wanted(p, hf_more))
        return;
    const bool window = is_window();
    size_t cells = window ? LINE_IN_WINDOW : LINE;
    const char *label = proto_registrar_get_name(hf);
    size_t cut = first_line_of(text, window ? cells - sx_cells(sx_slice_str(label)) : cells);
    bool fits = text[cut] == '\0';
    if (!fits || WS_OWN_LABEL_IS_CHEAPER)
        sx_set_line(p, item, label, text, cut, fits ? "" : " ...");
    if (fits)
        return;
    proto_tree *sub = proto_item_add_subtree(item, ett_text);
    for (text += cut; *text; text += cut) {
        text += *text == ' ';
        cut = line_of(text, cells);
        const char *line = sx_text_copy(p->pinfo->pool, text, cut);
        sx_generated(proto_tree_add_string_format(sub, hf_more, p->tvb, 0, 0, line, "%s", line));
    }
}

proto_item *sx_add_named(const struct sx_pen *p, proto_tree *tree, int hf, const char *name,
                         const char *text)
{
    const char *value = wmem_strdup_printf(p->pinfo->pool, "%s: %s", name, text);

    return sx_generated(
        proto_tree_add_string_format_value(tree, hf, p->tvb, 0, 0, value, "%s", text));
}

proto_item *sx_add_frame(const struct sx_pen *p, proto_tree *tree, int hf, uint32_t frame)
{
    uint32_t shown = frame ? sx_tracker_frame_shown(p->tracker, frame) : 0;

    return shown ? sx_add_uint(p, tree, hf, shown) : NULL;
}

void sx_add_sign(struct sx_pen *p, proto_tree *tree, int hf, uint32_t frame)
{
    proto_item *item = sx_add_frame(p, tree, hf, frame);
    unsigned i = 0;

    while (i < G_N_ELEMENTS(p->signs) && p->signs[i] && p->signs[i] != frame)
        i++;
    if (i == G_N_ELEMENTS(p->signs))
        return;
    if (p->signs[i] == frame)
        proto_item_set_hidden(item);
    p->signs[i] = frame;
}

/* The number and what stands around it as they are shown; where it was no number of a frame,
 * nothing of text is taken. */
static const char *add_shown_frame(wmem_strbuf_t *out, const struct sx_tracker *tracker,
                                   const char *text, struct sx_slice before, struct sx_slice after)
{
    uint32_t number = 0;
    const char *rest = text;

    for (; g_ascii_isdigit(*rest); rest++)
        number = number * 10 + (uint32_t)(*rest - '0');
    if (rest == text || strncmp(rest, after.p, after.n) != 0) {
        wmem_strbuf_append_len(out, before.p, before.n);
        return text;
    }
    if (sx_tracker_frame_shown(tracker, number))
        sx_words_say_frame(out, sx_tracker_frame_shown(tracker, number));
    else
        wmem_strbuf_append(out, sx_words_say_dropped_frame());
    return rest + after.n;
}

const char *sx_shown_frames(const struct sx_pen *p, const char *text)
{
    return sx_frames_as_shown(p->pinfo->pool, p->tracker, text);
}

const char *sx_frames_as_shown(wmem_allocator_t *pool, const struct sx_tracker *tracker,
                               const char *text)
{
    struct sx_slice before, after;
    const char *hit;

    if (!text || !sx_tracker_drops_frames(tracker))
        return text;
    sx_words_around_frame(&before, &after);
    const char *word = wmem_strndup(pool, before.p, before.n);
    wmem_strbuf_t *out = wmem_strbuf_new(pool, "");
    for (; (hit = strstr(text, word)); text = hit) {
        wmem_strbuf_append_len(out, text, (size_t)(hit - text));
        hit = add_shown_frame(out, tracker, hit + before.n, before, after);
    }
    wmem_strbuf_append(out, text);
    return wmem_strbuf_get_str(out);
}

void sx_add_time(const struct sx_pen *p, proto_tree *tree, int hf, int64_t ns)
{
    nstime_t t = {.secs = (time_t)(ns / SX_NS_PER_S), .nsecs = (int)(ns % SX_NS_PER_S)};

    set_time_line(p, sx_generated(proto_tree_add_time(tree, hf, p->tvb, 0, 0, &t)), hf, &t);
}

bool sx_is_shown(const struct sx_pen *p)
{
    return p->tree && PTREE_DATA(p->tree)->visible;
}

bool sx_is_wanted(const struct sx_pen *p, int hf)
{
    return proto_field_is_referenced(p->tree, hf);
}

bool sx_is_expert_wanted(const struct sx_pen *p, const expert_field *ei)
{
    return p->experts || sx_is_wanted(p, ei->hf);
}

/* Its label, which is there only where the tree is shown, else NULL. */
static char *label_of(proto_item *item)
{
    field_info *info = item ? PITEM_FINFO(item) : NULL;

    return info && info->rep ? info->rep->representation : NULL;
}

static void end_at(char *text, size_t n)
{
    if (strlen(text) > n)
        text[n] = '\0';
}

void sx_add_expert(const struct sx_pen *p, proto_item *item, expert_field *ei, const char *text,
                   size_t shown)
{
    if (text)
        expert_add_info_format(p->pinfo, item, ei, "%s", text);
    else
        expert_add_info(p->pinfo, item, ei);
    proto_item *info = item ? item->last_child : NULL;
    char *label = label_of(info), *said = label ? strstr(label, "): ") : NULL;
    char *field = info ? label_of(info->first_child) : NULL;
    if (!said || !field)
        return;
    /* The line below says which field to filter on, and need not repeat the text. */
    if (shown) {
        end_at(said + strlen("): "), shown);
        end_at(field, shown);
    } else
        g_strlcpy(field, proto_registrar_get_name(ei->hf), ITEM_LABEL_LENGTH);
}

void sx_hide_severity(proto_item *item)
{
    proto_item *info = item ? item->last_child : NULL;
    proto_item *field = info ? info->first_child : NULL;

    for (proto_item *detail = field ? field->next : NULL; detail; detail = detail->next)
        proto_item_set_hidden(detail);
}

void sx_flag(struct sx_pen *p, proto_item *item, expert_field *ei, const char *text)
{
    char *sentence = wmem_strdup(p->pinfo->pool, sx_shown_frames(p, text));

    /* Wireshark cuts it there, but perhaps within a character. */
    if (strlen(sentence) >= ITEM_LABEL_LENGTH)
        *g_utf8_find_prev_char(sentence, sentence + ITEM_LABEL_LENGTH) = '\0';
    sentence[0] = g_ascii_toupper(sentence[0]);
    sx_add_expert(p, item ? item : p->top, ei, sentence, 0);
    if (!p->flagged)
        p->flagged = text;
}

void sx_draw_register(void)
{
    static int *ett[] = {&ett_text};

    proto_register_subtree_array(ett, array_length(ett));
}
