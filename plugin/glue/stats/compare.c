/* compare.c
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "glue/compat.h"

#include "core/base/cells.h"
#include "core/base/labels.h"
#include "core/facts/catalogue.h"
#include "core/say/say.h"
#include "core/base/slice.h"
#include "core/say/words.h"
#include "glue/stats/compare.h"
#include "glue/settings/site_codes.h"

#define COMMAND "sipexplain,compare"

/* Characters. */
#define PAGE 100
#define LABEL 12
#define GAP 3
#define COLUMN ((PAGE - LABEL - GAP) / 2)

struct side {
    unsigned code;
    const struct sx_code *entry;
    const struct sx_site_code *site; /* NULL: the site says nothing of it */
};

/* ---- lines ---- */

/* The part of a text that fits into so many cells; moves *text behind it and the space. */
static struct sx_slice next_line(const char **text, size_t width)
{
    size_t n = sx_cells_break(*text, width);
    struct sx_slice line = sx_slice(*text, n);
    *text += n;
    while (**text == ' ')
        (*text)++;
    return line;
}

static void print_cell(struct sx_slice line, size_t width)
{
    size_t shown = sx_cells(line);

    printf("%.*s%*s", (int)line.n, line.p, (int)(width > shown ? width - shown : 0), "");
}

static void print_row(const char *label, const char *left, const char *right)
{
    do {
        print_cell(sx_slice_str(label), LABEL);
        print_cell(next_line(&left, COLUMN), *right ? COLUMN + GAP : 0);
        print_cell(next_line(&right, COLUMN), 0);
        printf("\n");
        label = "";
    } while (*left || *right);
    printf("\n");
}

static void print_across(const char *label, const char *text)
{
    do {
        print_cell(sx_slice_str(label), LABEL);
        print_cell(next_line(&text, PAGE - LABEL), 0);
        printf("\n");
        label = "";
    } while (*text);
    printf("\n");
}

/* ---- what is compared ---- */

static const char *severity_name(const struct sx_code *entry)
{
    switch ((enum sx_severity)entry->severity) {
    case SX_CHAT:
        return sx_words_compare_chat();
    case SX_NOTE:
        return sx_words_compare_note();
    case SX_WARN:
    default:
        return sx_words_compare_warning();
    }
}

static const char *role_name(const struct sx_code *entry)
{
    switch ((enum sx_role)entry->role) {
    case SX_ROLE_PROGRESS:
        return sx_words_compare_progress();
    case SX_ROLE_SUCCESS:
        return sx_words_compare_success();
    case SX_ROLE_REDIRECT:
        return sx_words_compare_redirect();
    case SX_ROLE_CHALLENGE:
        return sx_words_compare_challenge();
    case SX_ROLE_RETRY:
        return sx_words_compare_retry();
    case SX_ROLE_CANCELLED:
        return sx_words_compare_cancelled();
    case SX_ROLE_FAILURE:
    default:
        return sx_words_compare_failure();
    }
}

static const char *or_site(const char *site, const char *catalogue)
{
    return site && *site ? site : catalogue;
}

static const char *phrase_of(const struct side *s)
{
    return or_site(s->site ? s->site->phrase : NULL, s->entry->phrase);
}

/* In a buffer of no scope, as those below. */
static wmem_strbuf_t *required_by(const struct sx_required *r)
{
    wmem_strbuf_t *text = wmem_strbuf_new(NULL, r->names[0]), *names;

    for (const char *const *name = r->names + 1; *name; name++) {
        names = text;
        text = wmem_strbuf_new(NULL, "");
        sx_words_compare_or(text, names, *name);
    }
    if (!r->method)
        return text;
    names = text;
    text = wmem_strbuf_new(NULL, "");
    sx_words_compare_in_answers(text, names, r->method);
    return text;
}

static wmem_strbuf_t *required_of(const struct sx_code *entry)
{
    const struct sx_required *r = entry->required;

    if (!r || !r->names)
        return wmem_strbuf_new(NULL, sx_words_compare_none());
    wmem_strbuf_t *text = required_by(r);
    while ((++r)->names) {
        wmem_strbuf_t *before = text;
        text = wmem_strbuf_new(NULL, "");
        sx_words_compare_and(text, before, required_by(r));
    }
    return text;
}

static wmem_strbuf_t *methods_of(const struct sx_advice *a)
{
    wmem_strbuf_t *text = wmem_strbuf_new(NULL, a->method);

    while ((++a)->method) {
        wmem_strbuf_t *before = text;
        text = wmem_strbuf_new(NULL, "");
        sx_words_compare_methods(text, before, a->method);
    }
    return text;
}

static wmem_strbuf_t *fix_of(const struct side *s)
{
    wmem_strbuf_t *fix = wmem_strbuf_new(NULL, or_site(s->site ? s->site->fix : NULL,
                                                       sx_catalogue_fix(s->entry, NULL, 0)));

    const struct sx_advice *advice = sx_catalogue_texts(s->entry)->fixes;
    if (!advice->method)
        return fix;
    wmem_strbuf_t *text = wmem_strbuf_new(NULL, "");
    sx_words_compare_other_advice(text, fix, methods_of(advice));
    return text;
}

static const char *contrast_of(const struct side *s, const struct side *other)
{
    const struct sx_contrast *c = sx_catalogue_texts(s->entry)->contrasts;

    for (; c && c->other; c++)
        if (c->other == other->code)
            return c->text;
    return NULL;
}

/* The catalogue describes what sets two codes apart where people confuse them. */
static void print_differences(const struct side *a, const struct side *b)
{
    const char *one = contrast_of(a, b), *two = contrast_of(b, a);

    if (one)
        print_across(sx_words_compare_differences(), one);
    if (two && (!one || strcmp(one, two) != 0))
        print_across(one ? "" : sx_words_compare_differences(), two);
    if (one || two)
        return;
    if (a->code == b->code)
        print_across(sx_words_compare_differences(), sx_words_compare_same_code());
    else if (a->entry == b->entry)
        print_across(sx_words_compare_differences(), sx_words_compare_same_class());
    else if (a->entry->role != b->entry->role)
        print_across(sx_words_compare_differences(), sx_words_compare_other_outcome());
    else
        print_across(sx_words_compare_differences(), sx_words_compare_other_reason());
}

static const char *class_of(const struct side *s)
{
    const char *name = sx_labels_value("sipexplain.class", s->code / 100);

    return name ? name : sx_catalogue_class_name(s->code / 100);
}

static wmem_strbuf_t *reference_of(const struct side *s)
{
    wmem_strbuf_t *text = wmem_strbuf_new(NULL, "");

    sx_say_reference(text, s->entry->reference);
    return text;
}

static void print_comparison(const struct side *a, const struct side *b)
{
    g_autofree char *title_a = g_strdup_printf("%u %s", a->code, phrase_of(a));
    g_autofree char *title_b = g_strdup_printf("%u %s", b->code, phrase_of(b));
    wmem_strbuf_t *required_a = required_of(a->entry), *required_b = required_of(b->entry);
    wmem_strbuf_t *fix_a = fix_of(a), *fix_b = fix_of(b);
    wmem_strbuf_t *reference_a = reference_of(a), *reference_b = reference_of(b);

    print_row("", title_a, title_b);
    print_row(sx_words_compare_class(), class_of(a), class_of(b));
    print_row(sx_words_compare_outcome(), role_name(a->entry), role_name(b->entry));
    print_differences(a, b);
    print_row(sx_words_compare_meaning(),
              or_site(a->site ? a->site->meaning : NULL, sx_catalogue_texts(a->entry)->meaning),
              or_site(b->site ? b->site->meaning : NULL, sx_catalogue_texts(b->entry)->meaning));
    print_row(sx_words_compare_when(), sx_catalogue_texts(a->entry)->when,
              sx_catalogue_texts(b->entry)->when);
    print_row(sx_words_compare_fix(), wmem_strbuf_get_str(fix_a), wmem_strbuf_get_str(fix_b));
    print_row(sx_words_compare_must_have(), wmem_strbuf_get_str(required_a),
              wmem_strbuf_get_str(required_b));
    print_row(sx_words_compare_severity(), severity_name(a->entry), severity_name(b->entry));
    print_row(sx_words_compare_registered(),
              a->entry->registered ? sx_words_compare_yes() : sx_words_compare_no_class(),
              b->entry->registered ? sx_words_compare_yes() : sx_words_compare_no_class());
    print_row(sx_words_compare_reference(), wmem_strbuf_get_str(reference_a),
              wmem_strbuf_get_str(reference_b));
    if (a->site || b->site)
        print_row(sx_words_compare_your_texts(),
                  a->site ? sx_words_compare_yes() : sx_words_compare_no(),
                  b->site ? sx_words_compare_yes() : sx_words_compare_no());
    wmem_strbuf_destroy(required_a);
    wmem_strbuf_destroy(required_b);
    wmem_strbuf_destroy(fix_a);
    wmem_strbuf_destroy(fix_b);
    wmem_strbuf_destroy(reference_a);
    wmem_strbuf_destroy(reference_b);
}

/* ---- the statistic ---- */

static struct side side_of(unsigned code)
{
    return (struct side){
        .code = code,
        .entry = sx_catalogue_explain(code),
        .site = sx_site_code_find(code, SX_SLICE_NONE),
    };
}

/* Both codes in one pointer, which the listener is known by. */
struct pair {
    unsigned a, b;
};

static void draw(void *data)
{
    const struct pair *pair = data;
    struct side a = side_of(pair->a), b = side_of(pair->b);

    printf("\n");
    print_comparison(&a, &b);
}

static bool read_pair(const char *text, struct pair *pair)
{
    struct sx_slice rest = sx_slice_str(text), one, two;
    uint32_t a, b;

    if (!sx_slice_next(&rest, ',', &one) || !sx_slice_next(&rest, ',', &two) || rest.n > 0 ||
        !sx_slice_uint(one, 699, &a) || !sx_slice_uint(two, 699, &b) || a < 100 || b < 100)
        return false;
    *pair = (struct pair){.a = a, .b = b};
    return true;
}

static ws_z_result start(const char *argument, void *data G_GNUC_UNUSED)
{
    const char *codes = argument + strlen(COMMAND);
    struct pair *pair = wmem_new(wmem_epan_scope(), struct pair);
    GString *error;

    if (*codes != ',' || !read_pair(codes + 1, pair)) {
        fprintf(stderr,
                "-z %s: two SIP status codes from 100 to 699 are needed, as in \"-z " COMMAND
                ",100,430\"\n",
                argument);
        WS_Z_RETURN(false);
    }
    /* Listens so as to be drawn; nothing is needed of the packets. */
    error = register_tap_listener("sipexplain.draw", pair, NULL, TL_REQUIRES_NOTHING, NULL, NULL,
                                  draw, NULL);
    if (error) {
        fprintf(stderr, "-z %s: %s\n", argument, error->str);
        g_string_free(error, TRUE);
        WS_Z_RETURN(false);
    }
    WS_Z_RETURN(true);
}

void sx_compare_register(void)
{
    static stat_tap_ui ui = {
        .group = WS_GROUP_TELEPHONY,
        .cli_string = COMMAND,
        .tap_init_cb = start,
    };

    register_stat_tap_ui(&ui, NULL);
}
