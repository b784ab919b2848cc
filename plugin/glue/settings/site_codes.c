/* site_codes.c
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "glue/compat.h"

#include "core/read/sip_msg.h"
#include "glue/settings/site_codes.h"

static struct sx_site_code *site_codes;
static unsigned site_codes_count;

UAT_DEC_CB_DEF(site_codes, code, struct sx_site_code)
UAT_CSTRING_CB_DEF(site_codes, method, struct sx_site_code)
UAT_CSTRING_CB_DEF(site_codes, phrase, struct sx_site_code)
UAT_CSTRING_CB_DEF(site_codes, meaning, struct sx_site_code)
UAT_CSTRING_CB_DEF(site_codes, fix, struct sx_site_code)

/* Wireshark gives NULL for what was never typed. */
static char *text_of(const char *text)
{
    return g_strdup(text ? text : "");
}

static void *copy_row(void *to, const void *from, size_t size G_GNUC_UNUSED)
{
    const struct sx_site_code *old = from;
    struct sx_site_code *row = to;

    *row = (struct sx_site_code){
        .code = old->code,
        .method = text_of(old->method),
        .phrase = text_of(old->phrase),
        .meaning = text_of(old->meaning),
        .fix = text_of(old->fix),
    };
    return row;
}

static void free_row(void *data)
{
    struct sx_site_code *row = data;

    g_free(row->method);
    g_free(row->phrase);
    g_free(row->meaning);
    g_free(row->fix);
}

static bool is_line(const char *text)
{
    if (!g_utf8_validate(text, -1, NULL))
        return false;
    for (; *text; text = g_utf8_next_char(text))
        if (g_unichar_iscntrl(g_utf8_get_char(text)))
            return false;
    return true;
}

static bool is_method(const char *text)
{
    for (; *text; text++)
        if (!sx_is_token(*text))
            return false;
    return true;
}

/* NULL if nothing is wrong. */
static const char *why_wrong(const struct sx_site_code *row)
{
    if (row->code < 100 || row->code > 699)
        return "a SIP status code is 100 to 699";
    if (!is_method(row->method))
        return "the method is one word such as INVITE, or empty for every method";
    if (!*row->phrase && !*row->meaning && !*row->fix)
        return "phrase, meaning and fix are all empty, so the row would change nothing";
    if (!is_line(row->phrase) || !is_line(row->meaning) || !is_line(row->fix))
        return "each text is one line of UTF-8 without control characters";
    return NULL;
}

static ws_bool check_row(void *data, char **error)
{
    const struct sx_site_code *row = data;
    const char *wrong = why_wrong(row);

    *error = wrong ? g_strdup_printf("code %u: %s", row->code, wrong) : NULL;
    return wrong == NULL;
}

const struct sx_site_code *sx_site_code_find(unsigned code, struct sx_slice method)
{
    const struct sx_site_code *general = NULL;

    for (unsigned i = 0; i < site_codes_count; i++) {
        const struct sx_site_code *row = &site_codes[i];
        /* Wireshark adds the rows of a file before it has them checked. */
        if (row->code != code || why_wrong(row))
            continue;
        if (*row->method && sx_slice_is(method, row->method))
            return row;
        if (!*row->method && !general)
            general = row;
    }
    return general;
}

void sx_site_codes_register(module_t *module)
{
    static uat_field_t fields[] = {
        UAT_FLD_DEC(site_codes, code, "Code", "Status code, 100 to 699; it need not be registered"),
        UAT_FLD_CSTRING(site_codes, method, "Method",
                        "Method of the request, such as INVITE; empty for every method"),
        UAT_FLD_CSTRING(site_codes, phrase, "Phrase",
                        "What this code is called here; empty: as in the catalogue"),
        UAT_FLD_CSTRING(site_codes, meaning, "Meaning",
                        "What it says here; empty: as in the catalogue"),
        UAT_FLD_CSTRING(site_codes, fix, "Fix",
                        "What to do about it here; empty: as in the catalogue"),
        UAT_END_FIELDS};
    uat_t *table = uat_new("SIP Explain codes", sizeof(struct sx_site_code), "sipexplain_codes",
                           TRUE, &site_codes, &site_codes_count, UAT_AFFECTS_DISSECTION, NULL,
                           copy_row, check_row, free_row, NULL, NULL, fields);

    prefs_register_uat_preference(
        module, "codes", "Codes of your own",
        "What response codes mean at your site or to your carrier: unregistered codes, and other "
        "texts for registered ones, for every method or for one. A row for one method goes before "
        "the row for every method; of two equal rows the upper one counts. How severe a code is "
        "can be set in Wireshark's own Expert preferences.",
        table);
}
