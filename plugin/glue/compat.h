/* compat.h
 * Every difference between the supported Wireshark releases (4.0, 4.4, 4.6). Include it first;
 * nothing else in the plugin names a version.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#ifndef SX_COMPAT_H
#define SX_COMPAT_H

/* Debian's 4.0 ships no config.h; ws_version.h is there in all of them. */
#include <ws_version.h>

/* 4.4's headers dropped most of their own includes of these. */
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <glib.h>

#include <epan/expert.h>
#include <epan/packet.h>
#include <epan/prefs.h>
#include <epan/proto_data.h>
#include <epan/stat_tap_ui.h>
#include <epan/tap.h>
#include <epan/uat.h>
#include <epan/wmem_scopes.h>
#include <epan/dissectors/packet-sip.h>
#include <wiretap/wtap.h>   /* 4.6's packet_info.h only names its record */
#include <wsutil/wmem/wmem.h>

/* 4.0's takes packet.h for granted. */
#include <epan/conversation_filter.h>

#define SX_WIRESHARK_AT_LEAST(major, minor) \
    (WIRESHARK_VERSION_MAJOR > (major) ||   \
     (WIRESHARK_VERSION_MAJOR == (major) && WIRESHARK_VERSION_MINOR >= (minor)))

/* gboolean, four bytes, became bool, one byte, in callbacks, preferences and records. */
#if SX_WIRESHARK_AT_LEAST(4, 4)
typedef bool ws_bool;
#else
typedef gboolean ws_bool;
#endif
_Static_assert(sizeof(ws_bool) == sizeof(((sip_info_value_t *)0)->resend),
               "ws_bool is not this Wireshark's boolean");

/* 4.0 makes a label of a string's value character by character, which costs more than one that we
 * make; later releases look at each character of those as well. */
#define WS_OWN_LABEL_IS_CHEAPER (!SX_WIRESHARK_AT_LEAST(4, 4))

/* Group of the Telephony menu. */
#if SX_WIRESHARK_AT_LEAST(4, 4)
#define WS_GROUP_TELEPHONY REGISTER_TELEPHONY_GROUP_UNSORTED
#else
#define WS_GROUP_TELEPHONY REGISTER_STAT_GROUP_TELEPHONY
#endif

/* What starts a -z statistic says from 4.6 on whether it could; before, it ends the program. */
#if SX_WIRESHARK_AT_LEAST(4, 6)
typedef bool ws_z_result;
#define WS_Z_RETURN(ok) return (ok)
#else
typedef void ws_z_result;
#define WS_Z_RETURN(ok) \
    do {                \
        if (!(ok))      \
            exit(1);    \
        return;         \
    } while (0)
#endif

/* Callbacks of conversation filters were given user data. */
#if SX_WIRESHARK_AT_LEAST(4, 4)
#define WS_CONVERSATION_ARGS packet_info *pinfo, void *user_data G_GNUC_UNUSED
#define ws_register_conversation_filter(proto, name, valid, build) \
    register_conversation_filter(proto, name, valid, build, NULL)
#else
#define WS_CONVERSATION_ARGS packet_info *pinfo
#define ws_register_conversation_filter(proto, name, valid, build) \
    register_conversation_filter(proto, name, valid, build)
#endif

/* A new string; wmem_free(NULL, ...) it. */
static inline char *ws_data_source_name(const struct data_source *source)
{
#if SX_WIRESHARK_AT_LEAST(4, 6)
    return get_data_source_description(source);
#else
    return get_data_source_name(source);
#endif
}

#endif
