/* leak.c
 * A plugin of our name that does what test_memcheck.py must notice: it loses memory, and decides on
 * memory that nothing was written to.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "glue/compat.h"

#include <ws_symbol_export.h>

WS_DLL_PUBLIC_DEF const char plugin_version[] = "0";
WS_DLL_PUBLIC_DEF const int plugin_want_major = WIRESHARK_VERSION_MAJOR;
WS_DLL_PUBLIC_DEF const int plugin_want_minor = WIRESHARK_VERSION_MINOR;
WS_DLL_PUBLIC void plugin_register(void);
WS_DLL_PUBLIC uint32_t plugin_describe(void);

static volatile int decided;

static void lose(void)
{
    int proto = proto_register_protocol("SIP Response Explanation", "SIP Explain", "sipexplain");
    char *volatile lost = malloc((size_t)proto);
    char *volatile unwritten = malloc(8);

    if (lost && unwritten && unwritten[1] > 5)
        decided++;
    free(unwritten);
    lost = NULL;
}

static void nothing(void)
{
}

uint32_t plugin_describe(void)
{
    return 1;
}

void plugin_register(void)
{
    static proto_plugin plugin = {.register_protoinfo = lose, .register_handoff = nothing};

    proto_register_plugin(&plugin);
}
