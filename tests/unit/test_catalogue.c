/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "core/facts/catalogue.h"

#include "core/base/language.h"

#include "sip_text.h"

static const char *const methods[] = {"ACK",     "BYE",      "CANCEL",    "INFO",   "INVITE",
                                      "MESSAGE", "NOTIFY",   "OPTIONS",   "PRACK",  "PUBLISH",
                                      "REFER",   "REGISTER", "SUBSCRIBE", "UPDATE", "NOSUCH"};

static void assert_line(const char *text)
{
    g_assert_nonnull(text);
    if (!text)
        return;
    g_assert_cmpuint(strlen(text), >, 0);
    g_assert_true(g_utf8_validate(text, -1, NULL));
    g_assert_null(strpbrk(text, "\r\n\t"));
}

static bool role_fits(const struct sx_code *entry, unsigned code)
{
    switch (code / 100) {
    case 1:
        return entry->role == SX_ROLE_PROGRESS;
    case 2:
        return entry->role == SX_ROLE_SUCCESS;
    case 3:
        return entry->role == SX_ROLE_REDIRECT || entry->role == SX_ROLE_FAILURE;
    default:
        return entry->role >= SX_ROLE_CHALLENGE && entry->role <= SX_ROLE_FAILURE;
    }
}

static void test_every_code_of(unsigned language)
{
    sx_language_set(language);
    for (unsigned code = 100; code <= 699; code++) {
        const struct sx_code *entry = sx_catalogue_explain(code);
        g_test_message("%u", code);
        g_assert_nonnull(entry);
        if (!entry)
            return;
        g_assert_true(entry->code == code || entry == &sx_class_fallbacks[code / 100]);
        g_assert_true(sx_catalogue_find(code) == (entry->code ? entry : NULL));
        g_assert_true(role_fits(entry, code));
        g_assert_cmpuint(entry->severity, <=, SX_WARN);
        assert_line(entry->phrase);
        assert_line(entry->reference);
        assert_line(sx_catalogue_texts(entry)->meaning);
        assert_line(sx_catalogue_texts(entry)->when);
        assert_line(sx_catalogue_texts(entry)->summary);
        assert_line(entry->filter);
        g_assert_true(g_str_has_prefix(entry->filter, "sipexplain.explain."));
        for (size_t m = 0; m < G_N_ELEMENTS(methods); m++)
            assert_line(sx_catalogue_fix(entry, methods[m], strlen(methods[m])));
        assert_line(sx_catalogue_fix(entry, NULL, 0));
    }
}

static void test_every_code(void)
{
    for (unsigned i = 0; i < sx_languages_count; i++)
        test_every_code_of(i);
    sx_language_set(SX_ENGLISH);
}

/* Texts change with the language; what filters and other code know a code by does not. */
static void test_languages(void)
{
    const struct sx_code *entry = sx_catalogue_find(430);
    const struct sx_code_texts english = *sx_catalogue_texts(entry);

    g_assert_cmpstr(english.summary, ==, "430 Flow Failed");
    sx_language_set(sx_language_of("zh"));
    const struct sx_code_texts *chinese = sx_catalogue_texts(entry);
    g_assert_cmpstr(chinese->meaning, !=, english.meaning);
    g_assert_cmpstr(chinese->when, !=, english.when);
    g_assert_cmpstr(chinese->contrasts->text, !=, english.contrasts->text);
    g_assert_cmpuint(chinese->contrasts->other, ==, english.contrasts->other);
    g_assert_cmpstr(sx_catalogue_fix(entry, "INVITE", 6), !=, english.fixes->fix);
    g_assert_cmpstr(chinese->summary, ==, english.summary);
    g_assert_true(
        g_str_has_prefix(sx_catalogue_texts(sx_catalogue_find(100))->summary, "100 Trying\uff1a"));
    g_assert_cmpstr(sx_catalogue_q850(16)->name, !=, "Normal call clearing");
    g_assert_cmpuint(sx_catalogue_q850(16)->number, ==, 16);
    g_assert_cmpstr(sx_catalogue_warning(399)->name, !=, "Miscellaneous warning");
    g_assert_true(sx_catalogue_explain(430) == entry);
    sx_language_set(SX_ENGLISH);
    g_assert_cmpstr(sx_catalogue_q850(16)->name, ==, "Normal call clearing");
}

static void test_no_other_code(void)
{
    static const unsigned codes[] = {0, 1, 99, 700, 999, 1000, 65536 + 200, UINT_MAX};

    for (size_t i = 0; i < G_N_ELEMENTS(codes); i++) {
        g_assert_null(sx_catalogue_find(codes[i]));
        g_assert_null(sx_catalogue_explain(codes[i]));
    }
}

static void test_order(void)
{
    g_assert_cmpuint(sx_codes_count, >, 75);
    for (size_t i = 0; i < sx_codes_count; i++) {
        g_assert_true(sx_catalogue_find(sx_codes[i].code) == &sx_codes[i]);
        if (i > 0)
            g_assert_cmpuint(sx_codes[i - 1].code, <, sx_codes[i].code);
    }
}

static void test_classes(void)
{
    static const char *const names[] = {"Provisional",    "Success",        "Redirection",
                                        "Client Failure", "Server Failure", "Global Failure"};

    for (unsigned c = 1; c <= 6; c++) {
        g_assert_cmpstr(sx_catalogue_class_name(c), ==, names[c - 1]);
        g_assert_cmpuint(sx_class_fallbacks[c].code, ==, 0);
        g_assert_false(sx_class_fallbacks[c].registered);
        g_assert_cmpstr(sx_class_fallbacks[c].filter, ==, "sipexplain.explain.other");
    }
    g_assert_null(sx_catalogue_class_name(0));
    g_assert_null(sx_catalogue_class_name(7));
    g_assert_null(sx_catalogue_class_name(UINT_MAX));
}

/* Filters may name the number of a registered code only. */
static void test_filters(void)
{
    for (size_t i = 0; i < sx_codes_count; i++) {
        char *filter = sx_codes[i].registered
                           ? g_strdup_printf("sipexplain.explain.%u", sx_codes[i].code)
                           : g_strdup("sipexplain.explain.other");
        g_assert_cmpstr(sx_codes[i].filter, ==, filter);
        g_free(filter);
    }
}

static void test_advice_by_method(void)
{
    const struct sx_code *entry = sx_catalogue_find(430);
    const char *general = sx_catalogue_fix(entry, NULL, 0);
    const char *invite = sx_catalogue_fix(entry, "INVITE", 6);

    g_assert_cmpstr(invite, !=, general);
    g_assert_cmpstr(sx_catalogue_fix(entry, "REGISTER", 8), !=, general);
    g_assert_cmpstr(sx_catalogue_fix(entry, "REGISTER", 8), !=, invite);
    g_assert_cmpstr(sx_catalogue_fix(entry, "NOSUCH", 6), ==, general);
    g_assert_cmpstr(sx_catalogue_fix(entry, "", 0), ==, general);
    /* a method is a piece of a packet: it ends in no NUL, and its case counts */
    g_assert_cmpstr(sx_catalogue_fix(entry, "INVITE sip:bob", 6), ==, invite);
    g_assert_cmpstr(sx_catalogue_fix(entry, "INVITED", 7), ==, general);
    g_assert_cmpstr(sx_catalogue_fix(entry, "INVI", 4), ==, general);
    g_assert_cmpstr(sx_catalogue_fix(entry, "invite", 6), ==, general);
    g_assert_cmpstr(sx_catalogue_fix(entry, "INVITE\0", 7), ==, general);
}

/* Each method has at most one advice, and the general one is the last. */
static void test_advice_lists(void)
{
    for (size_t i = 0; i < sx_codes_count; i++) {
        const struct sx_advice *a = sx_catalogue_texts(&sx_codes[i])->fixes;
        for (; a->method; a++) {
            g_assert_cmpstr(sx_catalogue_fix(&sx_codes[i], a->method, strlen(a->method)), ==,
                            a->fix);
            for (const struct sx_advice *b = a + 1; b->method; b++)
                g_assert_cmpstr(a->method, !=, b->method);
        }
        g_assert_nonnull(a->fix);
    }
}

static bool contrasts_with(const struct sx_code *entry, unsigned other, const char *text)
{
    for (const struct sx_contrast *c = sx_catalogue_texts(entry)->contrasts; c && c->other; c++)
        if (c->other == other)
            return strcmp(c->text, text) == 0;
    return false;
}

/* What a code names exists, and what sets two codes apart is shown with both. */
static void test_related_codes(void)
{
    for (size_t i = 0; i < sx_codes_count; i++) {
        const struct sx_code *entry = &sx_codes[i];
        g_test_message("%u", entry->code);
        for (const uint16_t *see = entry->see; see && *see; see++)
            g_assert_nonnull(sx_catalogue_find(*see));
        for (const struct sx_contrast *c = sx_catalogue_texts(entry)->contrasts; c && c->other;
             c++) {
            const struct sx_code *other = sx_catalogue_find(c->other);
            assert_line(c->text);
            g_assert_nonnull(other);
            g_assert_true(other && contrasts_with(other, entry->code, c->text));
        }
    }
    g_assert_nonnull(sx_catalogue_texts(sx_catalogue_find(100))->contrasts);
}

static void test_required(void)
{
    const struct sx_required *r = sx_catalogue_find(401)->required;

    g_assert_nonnull(r);
    g_assert_cmpstr(r->names[0], ==, "WWW-Authenticate");
    g_assert_null(r->names[1]);
    g_assert_null(r[1].names);
    for (size_t i = 0; i < sx_codes_count; i++)
        for (r = sx_codes[i].required; r && r->names; r++)
            for (const char *const *name = r->names; *name; name++)
                for (const char *c = *name; *c; c++)
                    g_assert_true(sx_is_token(*c));
}

static void test_roles(void)
{
    static const struct {
        unsigned code;
        enum sx_role role;
    } rows[] = {
        {100, SX_ROLE_PROGRESS},  {200, SX_ROLE_SUCCESS},   {302, SX_ROLE_REDIRECT},
        {401, SX_ROLE_CHALLENGE}, {407, SX_ROLE_CHALLENGE}, {422, SX_ROLE_RETRY},
        {423, SX_ROLE_RETRY},     {487, SX_ROLE_CANCELLED}, {404, SX_ROLE_FAILURE},
        {430, SX_ROLE_FAILURE},   {503, SX_ROLE_FAILURE},   {603, SX_ROLE_FAILURE},
    };

    for (size_t i = 0; i < G_N_ELEMENTS(rows); i++)
        g_assert_cmpuint(sx_catalogue_find(rows[i].code)->role, ==, rows[i].role);
}

static void assert_numbers_of(const struct sx_number_text *all, size_t n,
                              const struct sx_number_text *(*find)(unsigned))
{
    g_assert_cmpuint(n, >, 0);
    for (size_t i = 0; i < n; i++) {
        g_assert_true(find(all[i].number) == &all[i]);
        assert_line(all[i].name);
        assert_line(all[i].meaning);
        if (i > 0)
            g_assert_cmpuint(all[i - 1].number, <, all[i].number);
    }
    for (unsigned number = 0; number < 70000; number++) {
        const struct sx_number_text *entry = find(number);
        if (entry)
            g_assert_cmpuint(entry->number, ==, number);
    }
    g_assert_null(find(65536 + all[0].number));
    g_assert_null(find(UINT_MAX));
}

static void assert_numbers(const struct sx_number_text *const *languages, size_t n,
                           const struct sx_number_text *(*find)(unsigned))
{
    for (unsigned i = 0; i < sx_languages_count; i++) {
        sx_language_set(i);
        assert_numbers_of(languages[i], n, find);
    }
    sx_language_set(SX_ENGLISH);
}

static void test_q850(void)
{
    assert_numbers(sx_q850_causes, sx_q850_causes_count, sx_catalogue_q850);
    g_assert_cmpstr(sx_catalogue_q850(16)->name, ==, "Normal call clearing");
    g_assert_cmpstr(sx_catalogue_q850(17)->name, ==, "User busy");
    g_assert_nonnull(sx_catalogue_q850(127));
    g_assert_null(sx_catalogue_q850(0));
    g_assert_null(sx_catalogue_q850(128));
}

static void test_warnings(void)
{
    assert_numbers(sx_warn_codes, sx_warn_codes_count, sx_catalogue_warning);
    g_assert_cmpstr(sx_catalogue_warning(305)->name, ==, "Incompatible media format");
    g_assert_cmpstr(sx_catalogue_warning(399)->name, ==, "Miscellaneous warning");
    g_assert_null(sx_catalogue_warning(0));
    g_assert_null(sx_catalogue_warning(400));
}

int main(int argc, char **argv)
{
    tests_init(&argc, &argv);
    g_test_add_func("/catalogue/every_code", test_every_code);
    g_test_add_func("/catalogue/languages", test_languages);
    g_test_add_func("/catalogue/no_other_code", test_no_other_code);
    g_test_add_func("/catalogue/order", test_order);
    g_test_add_func("/catalogue/classes", test_classes);
    g_test_add_func("/catalogue/filters", test_filters);
    g_test_add_func("/catalogue/advice_by_method", test_advice_by_method);
    g_test_add_func("/catalogue/advice_lists", test_advice_lists);
    g_test_add_func("/catalogue/related_codes", test_related_codes);
    g_test_add_func("/catalogue/required", test_required);
    g_test_add_func("/catalogue/roles", test_roles);
    g_test_add_func("/catalogue/q850", test_q850);
    g_test_add_func("/catalogue/warnings", test_warnings);
    return g_test_run();
}
