/* compare.c
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "glue/compat.h"

#include "core/facts/catalogue.h"
#include "core/base/slice.h"
#include "core/say/say.h"
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

/* The part of a text that fits into so many characters; moves *text behind it and the space. */
static struct sx_slice next_line(const char **text, size_t width)
{
    const char *limit = *text;

    for (size_t i = 0; i < width && *limit; i++)
        limit = g_utf8_next_char(limit);
    size_t n = sx_line_break(*text, (size_t)(limit - *text));
    struct sx_slice line = sx_slice(*text, n);
    *text += n;
    while (**text == ' ')
        (*text)++;
    return line;
}

static void print_cell(struct sx_slice line, size_t width)
{
    size_t shown = (size_t)g_utf8_strlen(line.p, (gssize)line.n);

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
        return "Chat: usual";
    case SX_NOTE:
        return "Note: common";
    case SX_WARN:
    default:
        return "Warning: worth a look";
    }
}

static const char *role_name(const struct sx_code *entry)
{
    switch ((enum sx_role)entry->role) {
    case SX_ROLE_PROGRESS:
        return "Provisional: the request is still being worked on, a final response has to follow";
    case SX_ROLE_SUCCESS:
        return "Final: success";
    case SX_ROLE_REDIRECT:
        return "Final: the client may try the address given";
    case SX_ROLE_CHALLENGE:
        return "Final: the client sends the request again, with credentials";
    case SX_ROLE_RETRY:
        return "Final: the client can repair the request and send it again";
    case SX_ROLE_CANCELLED:
        return "Final: the wanted end of a request that was cancelled";
    case SX_ROLE_FAILURE:
    default:
        return "Final: failure";
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

static char *required_of(const struct sx_code *entry)
{
    GString *text = g_string_new(NULL);

    for (const struct sx_required *r = entry->required; r && r->names; r++) {
        g_string_append(text, text->len ? ", " : "");
        for (const char *const *name = r->names; *name; name++)
            g_string_append_printf(text, "%s%s", name == r->names ? "" : " or ", *name);
        if (r->method)
            g_string_append_printf(text, " (in answers to %s)", r->method);
    }
    return g_string_free(g_string_append(text, text->len ? "" : "none of its own"), FALSE);
}

static char *fix_of(const struct side *s)
{
    GString *text =
        g_string_new(or_site(s->site ? s->site->fix : NULL, sx_catalogue_fix(s->entry, NULL, 0)));
    const struct sx_advice *a = s->entry->fixes;

    if (a->method)
        g_string_append(text, " (Other advice for ");
    for (; a->method; a++)
        g_string_append_printf(text, "%s%s", a->method, a[1].method ? ", " : ".)");
    return g_string_free(text, FALSE);
}

static const char *contrast_of(const struct side *s, const struct side *other)
{
    const struct sx_contrast *c = s->entry->contrasts;

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
        print_across("Differences", one);
    if (two && (!one || strcmp(one, two) != 0))
        print_across(one ? "" : "Differences", two);
    if (one || two)
        return;
    if (a->code == b->code)
        print_across("Differences", "These are the same code.");
    else if (a->entry == b->entry)
        print_across("Differences", "Neither is registered and both are of one class, so a client "
                                    "treats them alike.");
    else if (a->entry->role != b->entry->role)
        print_across("Differences", "Another outcome: see \"Outcome\".");
    else
        print_across("Differences", "The same kind of outcome for another reason: see \"Meaning\" "
                                    "and \"When\".");
}

static void print_comparison(const struct side *a, const struct side *b)
{
    g_autofree char *title_a = g_strdup_printf("%u %s", a->code, phrase_of(a));
    g_autofree char *title_b = g_strdup_printf("%u %s", b->code, phrase_of(b));
    g_autofree char *required_a = required_of(a->entry), *required_b = required_of(b->entry);
    g_autofree char *fix_a = fix_of(a), *fix_b = fix_of(b);

    print_row("", title_a, title_b);
    print_row("Class", sx_catalogue_class_name(a->code / 100),
              sx_catalogue_class_name(b->code / 100));
    print_row("Outcome", role_name(a->entry), role_name(b->entry));
    print_differences(a, b);
    print_row("Meaning", or_site(a->site ? a->site->meaning : NULL, a->entry->meaning),
              or_site(b->site ? b->site->meaning : NULL, b->entry->meaning));
    print_row("When", a->entry->when, b->entry->when);
    print_row("Fix", fix_a, fix_b);
    print_row("Must have", required_a, required_b);
    print_row("Severity", severity_name(a->entry), severity_name(b->entry));
    print_row("Registered", a->entry->registered ? "yes" : "no: treated as its class",
              b->entry->registered ? "yes" : "no: treated as its class");
    print_row("Reference", a->entry->reference, b->entry->reference);
    if (a->site || b->site)
        print_row("Your texts", a->site ? "yes" : "no", b->site ? "yes" : "no");
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
