/* SPDX-License-Identifier: GPL-2.0-or-later */
#define _DEFAULT_SOURCE /* MAP_ANONYMOUS */

#include "core/read/sip_msg_field.h"

#include "read_text.h"
#include "sip_text.h"

static void test_values(void)
{
    struct sx_sip_msg m = read_with("Warning: 399 a \"one, two\", 370 b \"x\"\r\n"
                                    "Supported: path,, outbound ,\r\n"
                                    "warning:305 c \"y\"\r\n"
                                    "k: 100rel\r\n"
                                    "Supported:\r\n");
    static const char *const warnings[] = {"399 a \"one, two\"", "370 b \"x\"", "305 c \"y\""};
    struct sx_field_iter iter = {0};
    struct sx_slice value;

    for (size_t i = 0; i < G_N_ELEMENTS(warnings); i++) {
        g_assert_true(sx_sip_msg_value(&m, "Warning", &iter, &value));
        assert_text(value, warnings[i]);
    }
    g_assert_false(sx_sip_msg_value(&m, "Warning", &iter, &value));
    g_assert_false(sx_sip_msg_value(&m, "Warning", &iter, &value));
    iter = (struct sx_field_iter){0};
    g_assert_true(sx_sip_msg_field(&m, "Warning", &iter, &value));
    assert_text(value, "399 a \"one, two\", 370 b \"x\"");
    assert_text(sx_sip_msg_first(&m, "Supported"), "path");
    assert_text(sx_sip_msg_first(&m, "Require"), NULL);
}

/* Those of RFC 3261 7.3.3 and section 20, and of the later registrations. */
static void test_compact_forms(void)
{
    static const struct {
        const char *name;
        char compact;
    } forms[] = {
        {"Accept-Contact", 'a'},
        {"Referred-By", 'b'},
        {"Content-Type", 'c'},
        {"Request-Disposition", 'd'},
        {"Content-Encoding", 'e'},
        {"From", 'f'},
        {"Call-ID", 'i'},
        {"Reject-Contact", 'j'},
        {"Supported", 'k'},
        {"Content-Length", 'l'},
        {"Contact", 'm'},
        {"Identity-Info", 'n'},
        {"Event", 'o'},
        {"Refer-To", 'r'},
        {"Subject", 's'},
        {"To", 't'},
        {"Allow-Events", 'u'},
        {"Via", 'v'},
        {"Session-Expires", 'x'},
        {"Identity", 'y'},
    };

    for (size_t i = 0; i < G_N_ELEMENTS(forms); i++) {
        char line[64];
        g_snprintf(line, sizeof line, "%c: value\r\n", forms[i].compact);
        struct sx_sip_msg m = read_with(line);
        g_test_message("%s, %c", forms[i].name, forms[i].compact);
        assert_text(sx_sip_msg_first(&m, forms[i].name), "value");
        assert_text(sx_sip_msg_first(&m, "Require"), NULL);
    }
}

int main(int argc, char **argv)
{
    tests_init(&argc, &argv);
    g_test_add_func("/sip_msg_field/values", test_values);
    g_test_add_func("/sip_msg_field/compact_forms", test_compact_forms);
    return g_test_run();
}
