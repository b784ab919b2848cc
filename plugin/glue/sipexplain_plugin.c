/* sipexplain_plugin.c
 * Entry points of the plugin built outside Wireshark's tree. Inside it, Wireshark's
 * make-plugin-reg.py writes its own.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "glue/compat.h"

#include <ws_symbol_export.h>

void proto_register_sipexplain(void);
void proto_reg_handoff_sipexplain(void);

WS_DLL_PUBLIC_DEF const char plugin_version[] = SX_VERSION;
WS_DLL_PUBLIC_DEF const int plugin_want_major = WIRESHARK_VERSION_MAJOR;
WS_DLL_PUBLIC_DEF const int plugin_want_minor = WIRESHARK_VERSION_MINOR;
WS_DLL_PUBLIC void plugin_register(void);
WS_DLL_PUBLIC uint32_t plugin_describe(void);

/* Optional, from 4.2 on: 1 is a dissector. */
uint32_t plugin_describe(void)
{
    return 1;
}

void plugin_register(void)
{
    static proto_plugin plugin;

    plugin.register_protoinfo = proto_register_sipexplain;
    plugin.register_handoff = proto_reg_handoff_sipexplain;
    proto_register_plugin(&plugin);
}
