/* prefs.c
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "glue/compat.h"

#include "core/say/words.h"
#include "glue/settings/field_labels.h"
#include "glue/settings/locale.h"
#include "glue/settings/prefs.h"
#include "glue/settings/site_codes.h"
#include "glue/settings/site_stacks.h"

#define LANGUAGE_AUTO (-1) /* else an index in sx_languages */

static unsigned trying_timeout_ms = 32000;
static unsigned trying_slow_ms = 6000;
static unsigned flow_recovery_ms = 120000;
static ws_bool info_column = false;
static ws_bool skip_media = false;
static int language = LANGUAGE_AUTO;
static int proto_sipexplain;
static void (*on_language)(void);
static void (*on_skip_media)(bool);

void sx_prefs_on_skip_media(void (*callback)(bool))
{
    on_skip_media = callback;
}

void sx_prefs_on_language(void (*callback)(void))
{
    on_language = callback;
}

void sx_prefs_apply_language(void)
{
    sx_language_set(language == LANGUAGE_AUTO ? sx_locale_language() : (unsigned)language);
    sx_field_labels_show(proto_sipexplain);
    if (on_language)
        on_language();
}

void sx_prefs_apply(void)
{
    sx_prefs_apply_language();
    if (on_skip_media)
        on_skip_media(skip_media);
}

static void register_language(module_t *module)
{
    enum_val_t *values =
        wmem_alloc0_array(wmem_epan_scope(), enum_val_t, (size_t)sx_languages_count + 2);

    values[0] = (enum_val_t){"auto", "As Wireshark", LANGUAGE_AUTO};
    for (unsigned i = 0; i < sx_languages_count; i++)
        values[i + 1] =
            (enum_val_t){sx_languages[i], sx_language_words[i][SX_TEXT_SAY_LANGUAGE], (int)i};
    prefs_register_enum_preference(
        module, "language", "Language",
        "The language of verdicts, explanations and labels: that of Wireshark's window (its own "
        "setting, else LC_ALL, LC_MESSAGES or LANG), or one of your choice. Names in filters, "
        "numbers and the keys of exports are the same in all languages.",
        &language, values, false);
}

void sx_prefs_register(int proto)
{
    module_t *module = prefs_register_protocol(proto, sx_prefs_apply);

    proto_sipexplain = proto;
    register_language(module);
    prefs_register_uint_preference(
        module, "trying_timeout_ms", "Stuck after 100 Trying (ms)",
        "A transaction that got 100 Trying and then no other response for this long is flagged as "
        "stuck. 32000 ms is 64*T1 of RFC 3261, the time that a client waits without a 100. "
        "Slow networks and long call set-ups (PSTN, satellite) may need more.",
        10, &trying_timeout_ms);
    prefs_register_uint_preference(
        module, "trying_slow_ms", "Slow after 100 Trying (ms)",
        "A transaction whose next response after 100 Trying took this long is flagged as slow. "
        "6000 ms is the 95 % target of ITU-T E.721 for a local call (8000 ms toll, 11000 ms "
        "international).",
        10, &trying_slow_ms);
    prefs_register_uint_preference(
        module, "flow_recovery_ms", "Recovery after 430 Flow Failed (ms)",
        "A retry over another flow or a new registration counts as the repair of a 430 Flow Failed "
        "if it comes within this time after it.",
        10, &flow_recovery_ms);
    prefs_register_bool_preference(
        module, "info_column", "Append verdicts to the Info column",
        "Append a few words to the Info column of messages that something is wrong with: stuck, "
        "slow, cancelled, unanswered, flow failed. In tshark without -2 only what is known by "
        "then.",
        &info_column);
    prefs_register_bool_preference(
        module, "skip_media", "Do not dissect media (for triage)",
        "Leave out UDP datagrams that begin as RTP and RTCP do, between ports of no protocol. A "
        "large capture is read in about half the time; no verdict rests on them, but fields, "
        "statistics and players of UDP, RTP and RTCP lack them.",
        &skip_media);
    sx_site_codes_register(module);
    sx_site_stacks_register(module);
}

struct sx_config sx_prefs_config(void)
{
    return (struct sx_config){
        .trying_timeout_ns = trying_timeout_ms * SX_NS_PER_MS,
        .trying_slow_ns = trying_slow_ms * SX_NS_PER_MS,
        .flow_recovery_ns = flow_recovery_ms * SX_NS_PER_MS,
    };
}

bool sx_prefs_info_column(void)
{
    return info_column;
}
