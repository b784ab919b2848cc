/* Sentences from the catalogue's words.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later */
#include "core/say/words.h"

#include "core/say/say.h"

#include "say_text.h"

static const struct sx_host four = {.bytes = {10, 0, 0, 2}, .len = 4};
static const struct sx_host six = {.bytes = {0x20, 1, 0xd, 0xb8, [15] = 1}, .len = 16};

static void in_chinese(void)
{
    sx_language_set(sx_language_of("zh"));
    g_assert_cmpuint(sx_language(), !=, SX_ENGLISH);
}

static void assert_put(wmem_strbuf_t *out, const char *text)
{
    g_assert_cmpstr(wmem_strbuf_get_str(out), ==, text);
    wmem_strbuf_destroy(out);
}

static void test_without_places(void)
{
    g_assert_cmpstr(sx_words_session_caller(), ==, "the caller");
    g_assert_cmpstr(sx_words_text(SX_TEXT_SESSION_CALLER), ==, "the caller");
    in_chinese();
    g_assert_cmpstr(sx_words_session_caller(), ==, "\u4e3b\u53eb");
    sx_language_set(SX_ENGLISH);
}

/* A translation puts the places where it needs them. */
static void test_order(void)
{
    wmem_strbuf_t *out = buffer();

    sx_words_session_bye(out, 12, INT64_C(35000000000));
    assert_put(out, "; BYE in frame 12 at 35 s");
    in_chinese();
    sx_words_session_bye(out = buffer(), 12, INT64_C(35000000000));
    assert_put(out,
               "\uff1b\u5230 35 \u79d2\u65f6\u53d1\u51fa\u4e86 BYE\uff08\u7b2c 12 \u5e27\uff09");
    sx_language_set(SX_ENGLISH);
}

static void test_forms(void)
{
    for (unsigned n = 1; n <= 2; n++) {
        wmem_strbuf_t *out = buffer(), *who = sx_words_piece(out);
        wmem_strbuf_append(who, "X");
        sx_words_overload_retries_of(out, who, n, 5, &four, 3);
        assert_put(
            out,
            n == 1
                ? "X tries again: tried 5 times at 10.0.0.2 so far (first refused in frame 3)"
                : "X each try again: tried 5 times at 10.0.0.2 so far (first refused in frame 3)");
    }
}

/* A piece that is missing is as an empty one; others are freed, which the sanitizer checks. */
static void test_pieces(void)
{
    wmem_strbuf_t *out = buffer(), *sends = sx_words_piece(out);

    sx_words_say_sends(sends, 7);
    sx_words_say_no_response(out, INT64_C(32000000000), sends, NULL);
    sx_words_say_no_response(out, 0, sx_words_piece(out), sx_words_piece(out));
    assert_put(out, "no response for 32 s, sent 7 timesno response for 0 s");
}

static void test_addresses(void)
{
    static const struct {
        enum sx_word_kind kind;
        const struct sx_host *host;
        const char *says;
    } rows[] = {
        {SX_WORD_HOST, &four, "and 10.0.0.2"},
        {SX_WORD_HOST, &six, "and 2001:db8::1"},
        {SX_WORD_ENDPOINT, &four, "and 10.0.0.2:5060"},
        {SX_WORD_ENDPOINT, &six, "and [2001:db8::1]:5060"},
    };

    for (size_t i = 0; i < G_N_ELEMENTS(rows); i++) {
        wmem_strbuf_t *out = buffer();
        struct sx_word words[] = {{.kind = SX_WORD_TEXT, .text = "and"},
                                  {.kind = rows[i].kind, .port = 5060, .host = rows[i].host}};
        sx_words_put(out, SX_MESSAGE_OVERLOAD_LAST, words, G_N_ELEMENTS(words));
        char *says = g_strdup_printf("and %s", rows[i].says);
        assert_put(out, says);
        g_free(says);
    }
}

/* Between two Chinese characters no space is left, before a place or behind it. */
static void test_seams(void)
{
    static const struct sx_host other = {.len = 1}; /* "the next hop" */
    wmem_strbuf_t *out = buffer();

    in_chinese();
    sx_words_say_no_response(out, 1, NULL, NULL);
    assert_put(out, "等待不到 0.001 秒，没有收到响应");
    sx_words_say_unreachable(out = buffer(), &other, 3);
    assert_put(out, "：下一跳不可达（第 3 帧）");
    sx_words_say_unreachable(out = buffer(), &four, 3);
    assert_put(out, "：10.0.0.2 不可达（第 3 帧）");
    wmem_strbuf_t *before = sx_words_piece(out = buffer());
    sx_say_host_name(before, &other);
    sx_words_overload_last(out, before, &other);
    assert_put(out, "下一跳和下一跳");
    /* A packet's own letters are no Chinese. */
    sx_words_session_unanswered(out = buffer(), "\u00e9", 2);
    assert_put(out, "：第 2 帧的 \u00e9 始终没有收到响应");
    sx_language_set(SX_ENGLISH);
}

static void test_timer(void)
{
    wmem_strbuf_t *out = buffer();
    struct sx_word words[] = {{.kind = SX_WORD_TEXT, .text = "a"},
                              {.kind = SX_WORD_TIMER, .ns = INT64_C(29980000000)}};

    sx_words_put(out, SX_MESSAGE_OVERLOAD_LAST, words, G_N_ELEMENTS(words));
    assert_put(out, "a and 30.0 s");
}

static void test_around_frame(void)
{
    struct sx_slice before, after;

    sx_words_around_frame(&before, &after);
    g_assert_true(sx_slice_is(before, "frame "));
    g_assert_true(sx_slice_is(after, ""));
    in_chinese();
    sx_words_around_frame(&before, &after);
    g_assert_true(sx_slice_is(before, "\u7b2c "));
    g_assert_true(sx_slice_is(after, " \u5e27"));
    sx_language_set(SX_ENGLISH);
}

/* All messages of all languages: valid UTF-8, and nothing but places among the bytes below a space.
 */
static void test_tables(void)
{
    for (unsigned language = 0; language < sx_languages_count; language++) {
        for (unsigned i = 0; i < SX_WORDS_COUNT; i++) {
            const char *text = sx_language_words[language][i];
            g_assert_true(g_utf8_validate(text, -1, NULL));
            g_assert_cmpuint(strlen(text), >, 0);
        }
        g_assert_null(sx_language_words[language][SX_WORDS_COUNT]);
    }
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/words/without_places", test_without_places);
    g_test_add_func("/words/order", test_order);
    g_test_add_func("/words/forms", test_forms);
    g_test_add_func("/words/pieces", test_pieces);
    g_test_add_func("/words/addresses", test_addresses);
    g_test_add_func("/words/seams", test_seams);
    g_test_add_func("/words/timer", test_timer);
    g_test_add_func("/words/around_frame", test_around_frame);
    g_test_add_func("/words/tables", test_tables);
    return g_test_run();
}
