/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "core/base/slice.h"

#include "sip_text.h"

#define S(literal) sx_slice(literal, sizeof(literal) - 1)

static void assert_slice(struct sx_slice got, const char *want)
{
    char *text = g_strndup(got.p ? got.p : "", got.n);

    g_assert_cmpstr(text, ==, want);
    g_free(text);
}

static void test_compare(void)
{
    g_assert_true(sx_slice_eq(S("a\0b"), S("a\0b")));
    g_assert_false(sx_slice_eq(S("a\0b"), S("a\0c")));
    g_assert_false(sx_slice_eq(S("ab"), S("abc")));
    g_assert_false(sx_slice_eq(S("Ab"), S("ab")));
    g_assert_true(sx_slice_eq(SX_SLICE_NONE, S("")));
    g_assert_true(sx_slice_is(S("tag"), "tag"));
    g_assert_false(sx_slice_is(S("tag\0"), "tag"));
    g_assert_true(sx_slice_caseeq(S("Via"), S("vIA")));
    g_assert_false(sx_slice_caseeq(S("Via"), S("Vib")));
    g_assert_true(sx_slice_caseis(S("BRANCH"), "branch"));
    g_assert_true(sx_slice_caseeq(SX_SLICE_NONE, SX_SLICE_NONE));
    /* bytes beyond ASCII have no case here: 0xc4 and 0xe4 are a letter in Latin-1 only */
    g_assert_false(sx_slice_caseeq(S("\xc4"), S("\xe4")));
}

/* A slice may hold any byte, so NUL does not end a comparison. */
static void test_compare_behind_nul(void)
{
    g_assert_false(sx_slice_caseeq(S("a\0b"), S("a\0c")));
    g_assert_true(sx_slice_caseeq(S("a\0b"), S("A\0B")));
    g_assert_false(sx_slice_caseis(S("tag\0"), "tag"));
    g_assert_false(sx_slice_caseis(S("ta\0"), "tag"));
}

static void test_trim(void)
{
    assert_slice(sx_slice_trim(S(" \t\r\n a b \r\n\t")), "a b");
    assert_slice(sx_slice_trim(S("")), "");
    g_assert_cmpuint(sx_slice_trim(S(" \r\n ")).n, ==, 0);
    g_assert_null(sx_slice_trim(SX_SLICE_NONE).p);
    g_assert_cmpuint(sx_slice_trim(S("\0a\0")).n, ==, 3);
}

static void test_from(void)
{
    assert_slice(sx_slice_from(S("abc"), 1), "bc");
    g_assert_cmpuint(sx_slice_from(S("abc"), 3).n, ==, 0);
    g_assert_cmpuint(sx_slice_from(S("abc"), 4).n, ==, 0);
    g_assert_cmpuint(sx_slice_from(S("abc"), SIZE_MAX).n, ==, 0);
    g_assert_null(sx_slice_from(SX_SLICE_NONE, 5).p);
    g_assert_null(sx_slice_from(SX_SLICE_NONE, 0).p);
}

static void test_uint(void)
{
    static const struct {
        const char *text;
        uint32_t max;
        bool ok;
        uint32_t value;
    } rows[] = {
        {"0", 9, true, 0},
        {"0009", 9, true, 9},
        {"10", 9, false, 0},
        {"4294967295", UINT32_MAX, true, UINT32_MAX},
        {"4294967296", UINT32_MAX, false, 0},
        {"36893488147419103233", UINT32_MAX, false, 0}, /* 2^65 + 1 */
        {"000000000000000000000000000000000000001", UINT32_MAX, true, 1},
        {"", 9, false, 0},
        {"-1", 9, false, 0},
        {"+1", 9, false, 0},
        {" 1", 9, false, 0},
        {"1 ", 9, false, 0},
        {"1a", 99, false, 0},
        {"0x1", 99, false, 0},
    };

    for (size_t i = 0; i < G_N_ELEMENTS(rows); i++) {
        uint32_t value = 77;
        bool ok = sx_slice_uint(sx_slice_str(rows[i].text), rows[i].max, &value);
        g_test_message("\"%s\"", rows[i].text);
        g_assert_true(ok == rows[i].ok);
        g_assert_cmpuint(value, ==, ok ? rows[i].value : 77);
    }
}

static void assert_list(const char *list, char separator, const char *want)
{
    GString *got = g_string_new(NULL);
    struct sx_slice rest = sx_slice_str(list), element;

    while (sx_slice_next(&rest, separator, &element)) {
        g_string_append_c(got, '|');
        g_string_append_len(got, element.p, (gssize)element.n);
    }
    g_assert_cmpstr(got->str, ==, want);
    g_string_free(got, TRUE);
}

static void test_next(void)
{
    assert_list("", ',', "");
    assert_list("a", ',', "|a");
    assert_list(" a , b ,c", ',', "|a|b|c");
    assert_list(",a,,b,", ',', "||a||b");
    assert_list("a\r\n ,\r\n b", ',', "|a|b");
    assert_list("\"a,b\",c", ',', "|\"a,b\"|c");
    assert_list("\"a\\\",b\",c", ',', "|\"a\\\",b\"|c");
    assert_list("\"a\\\\\",b", ',', "|\"a\\\\\"|b");
    assert_list("<sip:a,b;c>;d,e", ',', "|<sip:a,b;c>;d|e");
    assert_list("<sip:a,b;c>;d,e", ';', "|<sip:a,b;c>|d,e");
    assert_list("\"<\" <sip:a>,b", ',', "|\"<\" <sip:a>|b");
    assert_list("<a\"b>,c", ',', "|<a\"b>|c");
    assert_list("\"open, never closed", ',', "|\"open, never closed");
    assert_list("<open, never closed", ',', "|<open, never closed");
    assert_list("\"ends in a backslash\\", ',', "|\"ends in a backslash\\");
}

static void test_param(void)
{
    static const struct {
        const char *value, *name, *want; /* NULL: not there */
    } rows[] = {
        {"<sip:a@b>;tag=1", "tag", "1"},
        {"<sip:a@b>;TAG=1", "tag", "1"},
        {"<sip:a@b;tag=uri>", "tag", NULL},
        {"<sip:a@b;tag=uri>;tag=field", "tag", "field"},
        {"\"x;tag=name\" <sip:a@b>;tag=field", "tag", "field"},
        {"sip:a@b;tag=1", "tag", "1"},
        {"<sip:a@b> ; tag = 1 ; x = 2", "tag", "1"},
        {"<sip:a@b>\r\n ;\r\n tag\r\n =\r\n 1", "tag", "1"},
        {"<sip:a@b>;tag=1;tag=2", "tag", "1"},
        {"<sip:a@b>;tagged=1;xtag=2", "tag", NULL},
        {"<sip:a@b>;lr", "lr", ""},
        {"<sip:a@b>;tag=", "tag", ""},
        {"<sip:a@b>;text=\"a;b=c\";tag=1", "text", "a;b=c"},
        {"<sip:a@b>;text=\"a;tag=c\";tag=1", "tag", "1"},
        {"<sip:a@b>;text=\"", "text", "\""},
        {"<sip:a@b>;a=b=c", "a", "b=c"},
        {"tag=1", "tag", NULL},
        {"", "tag", NULL},
        {";;;=;=x", "tag", NULL},
    };

    for (size_t i = 0; i < G_N_ELEMENTS(rows); i++) {
        struct sx_slice got = sx_slice_param(sx_slice_str(rows[i].value), rows[i].name);
        g_test_message("%s of %s", rows[i].name, rows[i].value);
        g_assert_true((got.p != NULL) == (rows[i].want != NULL));
        if (rows[i].want)
            assert_slice(got, rows[i].want);
    }
    g_assert_null(sx_slice_param(SX_SLICE_NONE, "tag").p);
}

/* Whatever the bytes: the elements come in order, lie in the list, and the list ends. */
static void test_next_random(void)
{
    static const char alphabet[] = "ab,;<>\"\\ =\r\n";
    GRand *random = g_rand_new_with_seed(1);

    for (unsigned round = 0; round < 20000; round++) {
        char bytes[24];
        size_t n = (size_t)g_rand_int_range(random, 0, sizeof bytes);
        for (size_t i = 0; i < n; i++)
            bytes[i] = alphabet[g_rand_int_range(random, 0, sizeof alphabet)]; /* NUL too */
        struct sx_slice rest = sx_slice(bytes, n), element;
        const char *behind = bytes;
        unsigned elements = 0;
        while (sx_slice_next(&rest, ',', &element)) {
            if (++elements > n || element.p < behind || element.p + element.n > rest.p ||
                rest.p + rest.n != bytes + n) {
                g_test_fail();
                goto out;
            }
            behind = element.p + element.n;
        }
        sx_slice_param(sx_slice(bytes, n), "a");
    }
out:
    g_rand_free(random);
}

int main(int argc, char **argv)
{
    tests_init(&argc, &argv);
    g_test_add_func("/slice/compare", test_compare);
    g_test_add_func("/slice/compare_behind_nul", test_compare_behind_nul);
    g_test_add_func("/slice/trim", test_trim);
    g_test_add_func("/slice/from", test_from);
    g_test_add_func("/slice/uint", test_uint);
    g_test_add_func("/slice/next", test_next);
    g_test_add_func("/slice/next_random", test_next_random);
    g_test_add_func("/slice/param", test_param);
    return g_test_run();
}
