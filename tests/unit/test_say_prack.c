/* test_say_prack.c
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "core/say/say_prack.h"

#include <glib.h>

static void test_words(void)
{
    const struct sx_txn prack = {.request_frame = 4, .final_frame = 5, .final_code = 481};
    struct sx_prack p = {SX_PRACK_REFUSED, &prack};
    wmem_strbuf_t *out = wmem_strbuf_new(NULL, "");

    sx_say_prack(out, &p, 3);
    g_assert_cmpstr(wmem_strbuf_get_str(out), ==,
                    "repeats frame 3, for its PRACK in frame 4 was refused with 481 in frame 5 "
                    "(RFC 3262 3)");
    wmem_strbuf_destroy(out);
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/say_prack/words", test_words);
    return g_test_run();
}
