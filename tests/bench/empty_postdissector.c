/* empty_postdissector.c
 * The least that any post-dissector costs: one that does nothing.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "glue/compat.h"

#include <ws_symbol_export.h>

WS_DLL_PUBLIC_DEF const char plugin_version[] = "1";
WS_DLL_PUBLIC_DEF const int plugin_want_major = WIRESHARK_VERSION_MAJOR;
WS_DLL_PUBLIC_DEF const int plugin_want_minor = WIRESHARK_VERSION_MINOR;
WS_DLL_PUBLIC void plugin_register(void);
WS_DLL_PUBLIC uint32_t plugin_describe(void);

static int dissect_nothing(tvbuff_t *tvb G_GNUC_UNUSED, packet_info *pinfo G_GNUC_UNUSED,
                           proto_tree *tree G_GNUC_UNUSED, void *data G_GNUC_UNUSED)
{
    return 0;
}

static void register_nothing(void)
{
    int proto = proto_register_protocol("Empty Post-Dissector", "Empty", "emptypost");

    register_postdissector(register_dissector("emptypost", dissect_nothing, proto));
}

uint32_t plugin_describe(void)
{
    return 1;
}

void plugin_register(void)
{
    static proto_plugin plugin;

    plugin.register_protoinfo = register_nothing;
    proto_register_plugin(&plugin);
}
