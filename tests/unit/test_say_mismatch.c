/* test_say_mismatch.c
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "core/say/say_mismatch.h"

#include <glib.h>

static void test_names(void)
{
    /* the names that filters are written against */
    g_assert_cmpstr(sx_differs_name(SX_DIFFERS_FROM_TAG), ==, "From tag");
    g_assert_cmpstr(sx_differs_name(SX_DIFFERS_TO_TAG), ==, "To tag");
    g_assert_cmpstr(sx_differs_name(SX_DIFFERS_CSEQ_NUMBER), ==, "CSeq number");
    g_assert_cmpstr(sx_differs_name(SX_DIFFERS_CSEQ_METHOD), ==, "CSeq method");
    g_assert_cmpstr(sx_differs_name(SX_DIFFERS_VIA_BRANCH), ==, "Via branch");
    g_assert_cmpstr(sx_differs_name(SX_DIFFERS_VIA_SENT_BY), ==, "Via sent-by");
    g_assert_cmpstr(sx_differs_name(SX_DIFFERS_VIA_MISSING), ==, "Via missing");
    g_assert_cmpstr(sx_differs_name(SX_DIFFERS_VIA_TOO_MANY), ==, "Via too many");
    g_assert_cmpstr(sx_differs_name(SX_DIFFERS_CALL_ID), ==, "Call-ID");
    g_assert_null(sx_differs_name(0));
}

static void test_words(void)
{
    const struct sx_txn bye = {.method = SX_METHOD_BYE, .request_frame = 6};
    struct sx_mismatch m = {.differs = SX_DIFFERS_TO_TAG | SX_DIFFERS_CSEQ_NUMBER,
                            .absent = SX_DIFFERS_TO_TAG,
                            .frame = 4,
                            .of_request = true};
    wmem_strbuf_t *out = wmem_strbuf_new(NULL, "");

    sx_say_mismatch(out, &bye, &m);
    g_assert_cmpstr(
        wmem_strbuf_get_str(out), ==,
        "frame 6 does not match frame 4: no To tag and another CSeq number (RFC 3261 12.2.1.1)");
    wmem_strbuf_truncate(out, 0);
    m = (struct sx_mismatch){.differs = SX_DIFFERS_VIA_MISSING, .frame = 1, .dropped = true};
    sx_say_mismatch(out, &bye, &m);
    g_assert_cmpstr(wmem_strbuf_get_str(out), ==,
                    "does not match the request in frame 1: a Via too few; the client must "
                    "drop it (RFC 3261 17.1.3, 18.1.2)");
    wmem_strbuf_destroy(out);
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/say_mismatch/names", test_names);
    g_test_add_func("/say_mismatch/words", test_words);
    return g_test_run();
}
