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
#include <epan/to_str.h>
#include <epan/uat.h>
#include <epan/wmem_scopes.h>
#include <epan/dissectors/packet-sip.h>
#include <wiretap/wtap.h> /* 4.6's packet_info.h only names its record */
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

/* Flow graphs. Wireshark exports these functions, but no release installs their header. Declared
 * here is the beginning of each struct that 4.0, 4.4 and 4.6 share, but for the size of their
 * booleans; the library itself makes them. */
#if defined(__has_include)
#if __has_include(<epan/sequence_analysis.h>)
#include <epan/sequence_analysis.h>
#define WS_HAS_SEQUENCE_ANALYSIS
#endif
#endif
#ifndef WS_HAS_SEQUENCE_ANALYSIS
typedef struct {
    uint32_t frame_number;
    address src_addr;
    uint16_t port_src;
    address dst_addr;
    uint16_t port_dst;
    char *frame_label; /* these three are g_free()d */
    char *time_str;
    char *comment;
    uint16_t conv_num;
    unsigned fg_color; /* 0xRRGGBB */
    unsigned bg_color;
    ws_bool has_color_filter;
    ws_bool display;
    unsigned src_node;
    unsigned dst_node;
    uint16_t line_style;
} seq_analysis_item_t;

typedef struct {
    const char *name;
    ws_bool any_addr;
    int nconv;
    GQueue *items; /* seq_analysis_item_t */
} seq_analysis_info_t;

void register_seq_analysis(const char *name, const char *ui_name, const int proto_id,
                           const char *tap_listener, unsigned tap_flags, tap_packet_cb tap_func);
seq_analysis_item_t *sequence_analysis_create_sai_with_addresses(packet_info *pinfo,
                                                                 seq_analysis_info_t *sainfo);
void sequence_analysis_use_color_filter(packet_info *pinfo, seq_analysis_item_t *sai);
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
