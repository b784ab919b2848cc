/* test_say_mismatch.c
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "core/say/say_mismatch.h"

#include "core/base/language.h"
#include "core/say/say.h"

#include <glib.h>

#include "both_text.h"

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

/* Of a request: what of it differs, and the rule. */
static void test_request(void)
{
    const struct sx_txn bye = {.method = SX_METHOD_BYE, .request_frame = 6};
    const struct sx_txn cancel = {.method = SX_METHOD_CANCEL, .request_frame = 6};
    struct sx_mismatch m = {.differs = SX_DIFFERS_TO_TAG | SX_DIFFERS_CSEQ_NUMBER,
                            .absent = SX_DIFFERS_TO_TAG,
                            .frame = 4,
                            .of_request = true};

    SAYS_BOTH(
        sx_say_mismatch(out, &bye, &m),
        "frame 6 does not match frame 4: no To tag and another CSeq number (RFC 3261 12.2.1.1)",
        "第 6 帧与第 4 帧不匹配：没有 To tag，CSeq 序号不同（RFC 3261 第 12.2.1.1 节）");
    m = (struct sx_mismatch){.differs = SX_DIFFERS_VIA_BRANCH, .frame = 4};
    SAYS_BOTH(sx_say_mismatch(out, &cancel, &m),
              "does not match frame 4: another branch in its Via (RFC 3261 9.1)",
              "与第 4 帧不匹配：Via 的 branch 不同（RFC 3261 第 9.1 节）");
}

static void test_response(void)
{
    const struct sx_txn bye = {.method = SX_METHOD_BYE, .request_frame = 6};
    struct sx_mismatch m = {.differs = SX_DIFFERS_VIA_MISSING, .frame = 1, .dropped = true};

    SAYS_BOTH(sx_say_mismatch(out, &bye, &m),
              "does not match the request in frame 1: a Via too few; the client must "
              "drop it (RFC 3261 17.1.3, 18.1.2)",
              "与第 1 帧的请求不匹配：少一个 Via；客户端必须丢弃该响应（RFC 3261 第 17.1.3 和 "
              "18.1.2 节）");
    m = (struct sx_mismatch){.differs = SX_DIFFERS_VIA_TOO_MANY, .frame = 1};
    SAYS_BOTH(
        sx_say_mismatch(out, &bye, &m),
        "is not as the request in frame 1: a Via too many; it cannot go on to the hops above "
        "(RFC 3261 8.2.6.2)",
        "与第 1 帧的请求不一致：多一个 Via；它无法继续传给上游各跳（RFC 3261 第 8.2.6.2 节）");
}

/* Each difference has its words. */
static void test_stray(void)
{
    struct sx_txn_rare rare = {.differs = SX_DIFFERS_CALL_ID | SX_DIFFERS_FROM_TAG |
                                          SX_DIFFERS_TO_TAG | SX_DIFFERS_CSEQ_METHOD |
                                          SX_DIFFERS_VIA_SENT_BY};
    struct sx_txn_more more = {.rare = &rare};
    const struct sx_txn stray = {.first_response_frame = 2, .more = &more};

    SAYS_BOTH(
        sx_say_stray(out, &stray),
        "the response in frame 2 is for it and does not match it: another Call-ID and another "
        "From tag and another To tag and another method in CSeq and another sent-by in its "
        "Via; the client must drop it (RFC 3261 17.1.3, 18.1.2)",
        "第 2 帧的响应本是给它的，却与它不匹配：Call-ID 不同，From tag 不同，To tag 不同，"
        "CSeq 中的方法不同，Via 的 sent-by 不同；客户端必须丢弃该响应（RFC 3261 第 17.1.3 和 "
        "18.1.2 节）");
}

/* What filters compare with stays, what is shown does not. */
static void test_shown(void)
{
    g_assert_cmpstr(sx_differs_shown(SX_DIFFERS_CSEQ_NUMBER), ==, "CSeq number");
    sx_language_set(sx_language_of("zh"));
    g_assert_cmpstr(sx_differs_name(SX_DIFFERS_CSEQ_NUMBER), ==, "CSeq number");
    g_assert_cmpstr(sx_differs_shown(SX_DIFFERS_CSEQ_NUMBER), ==, "CSeq \u5e8f\u53f7");
    g_assert_cmpstr(sx_differs_shown(SX_DIFFERS_CALL_ID), ==, "Call-ID");
    g_assert_cmpstr(sx_say_differs_shown(SX_DIFFERS_PORT), ==, "\u7aef\u53e3");
    g_assert_cmpstr(sx_say_differs(SX_DIFFERS_PORT), ==, "port");
    sx_language_set(SX_ENGLISH);
    for (unsigned bit = SX_DIFFERS_TRANSPORT; bit <= SX_DIFFERS_PATH; bit <<= 1)
        g_assert_cmpstr(sx_say_differs_shown(bit), ==, sx_say_differs(bit));
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/say_mismatch/names", test_names);
    g_test_add_func("/say_mismatch/request", test_request);
    g_test_add_func("/say_mismatch/response", test_response);
    g_test_add_func("/say_mismatch/stray", test_stray);
    g_test_add_func("/say_mismatch/shown", test_shown);
    return g_test_run();
}
