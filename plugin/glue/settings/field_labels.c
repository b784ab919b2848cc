/* field_labels.c
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "glue/compat.h"

#include <epan/tfs.h>

#include "core/base/labels.h"
#include "core/base/language.h"
#include "core/facts/catalogue.h"
#include "core/say/words.h"
#include "glue/settings/field_labels.h"

#define OF_A_CODE "sipexplain.explain."

/* A field as it was registered, in English, and the names of its values in each language: a
 * value_string, or a true_false_string. */
struct original {
    const char *name, *blurb;
    const void *strings;
    const void **values;
};

/* header_field_info -> struct original. The fields are the plugin's own and live as long. */
static GHashTable *originals;

static struct original *original_of(const header_field_info *field)
{
    struct original *known = g_hash_table_lookup(originals, field);

    if (!known) {
        wmem_allocator_t *scope = wmem_epan_scope();
        known = wmem_new(scope, struct original);
        *known = (struct original){
            .name = field->name,
            .blurb = field->blurb,
            .strings = field->strings,
            .values = wmem_alloc0_array(scope, const void *, sx_languages_count),
        };
        g_hash_table_insert(originals, (void *)field, known);
    }
    return known;
}

/* That of a code's expert info is in the catalogue of codes. */
static const char *label_of(const char *name, const struct sx_label *label)
{
    if (label)
        return label->label;
    if (!g_str_has_prefix(name, OF_A_CODE))
        return NULL;
    const struct sx_code *entry =
        sx_catalogue_find((unsigned)strtoul(name + strlen(OF_A_CODE), NULL, 10));
    return entry ? sx_catalogue_texts(entry)->summary : NULL;
}

/* The names of values, and the English ones behind them: a filter may go on to name those. */
static const void *values_of(const char *name, const value_string *english)
{
    size_t n = 0;

    while (english[n].strptr)
        n++;
    value_string *values = wmem_alloc0_array(wmem_epan_scope(), value_string, 2 * n + 1);
    for (size_t i = 0; i < n; i++) {
        const char *text = sx_labels_value(name, english[i].value);
        values[i] = (value_string){english[i].value, text ? text : english[i].strptr};
        values[n + i] = english[i];
    }
    return values;
}

static const void *true_false(void)
{
    true_false_string *both = wmem_new(wmem_epan_scope(), true_false_string);

    *both = (true_false_string){sx_words_say_true(), sx_words_say_false()};
    return both;
}

/* What strings the field has in the language that is set. */
static const void *strings_of(const header_field_info *field, struct original *english)
{
    const void **known = &english->values[sx_language()];

    if (sx_language() == SX_ENGLISH)
        return english->strings;
    if (*known)
        return *known;
    if (field->type == FT_BOOLEAN)
        *known = true_false();
    else if (english->strings && (field->type == FT_UINT8 || field->type == FT_UINT16))
        *known = values_of(field->abbrev, english->strings);
    else
        *known = english->strings; /* a protocol's, a frame number's */
    return *known;
}

static void show(header_field_info *field)
{
    struct original *english = original_of(field);
    const struct sx_label *label = sx_labels_find(field->abbrev);
    const char *text = sx_language() == SX_ENGLISH ? NULL : label_of(field->abbrev, label);

    field->name = text ? text : english->name;
    field->blurb = label && label->description ? label->description : english->blurb;
    field->strings = strings_of(field, english);
}

void sx_field_labels_show(int proto)
{
    void *cookie;

    if (!originals) {
        if (sx_language() == SX_ENGLISH)
            return;
        originals = g_hash_table_new(NULL, NULL);
    }
    show(proto_registrar_get_nth((unsigned)proto));
    for (header_field_info *field = proto_get_first_protocol_field(proto, &cookie); field;
         field = proto_get_next_protocol_field(proto, &cookie))
        show(field);
}
