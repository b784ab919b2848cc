/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "core/read/session_id.h"

#include <glib.h>

#define A "ab30317f1a784dc48ff824d0d3715d86"
#define B "47755a9de7794ba387653f2099600ef2"
#define NIL "00000000000000000000000000000000"

static void assert_reads(const char *value, const char *local, const char *remote)
{
    struct sx_session_id id = sx_session_id_read(sx_slice_str(value));

    g_test_message("%s", value);
    g_assert_cmpmem(id.local.p ? id.local.p : "", id.local.n, local, strlen(local));
    g_assert_cmpmem(id.remote.p ? id.remote.p : "", id.remote.n, remote, strlen(remote));
    g_assert_true((id.local.p == NULL) == (*local == '\0'));
    g_assert_true((id.remote.p == NULL) == (*remote == '\0'));
}

static void values(void)
{
    assert_reads(A ";remote=" B, A, B);
    assert_reads(A " ; Remote = " B " ;x=y", A, B);
    assert_reads(A, A, "");
    assert_reads(A ";remote=" NIL, A, "");
    assert_reads(NIL ";remote=" B, "", B);
    assert_reads("0", "", "");
    assert_reads("01;remote=10", "01", "10");
    assert_reads("", "", "");
    assert_reads(";remote=" B, "", B);
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_set_nonfatal_assertions();
    g_test_add_func("/session_id/values", values);
    return g_test_run();
}
