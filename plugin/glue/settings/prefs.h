/* prefs.h
 * The preferences. No other file knows their names.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#ifndef SX_PREFS_H
#define SX_PREFS_H

#include "glue/compat.h"

#include "core/base/config.h"

/* Registers them for a protocol. */
void sx_prefs_register(int proto);

/* Sets the language, and the labels of all fields. To call when these are registered; when a
 * preference changes it is done here. */
void sx_prefs_apply_language(void);

/* The same, and what else a preference changes outside this file. To call when a capture is opened.
 */
void sx_prefs_apply(void);

/* Called whenever that was done. One is kept; NULL: none. */
void sx_prefs_on_language(void (*callback)(void));

/* Called then with the value of skip_media. One is kept. */
void sx_prefs_on_skip_media(void (*callback)(bool));

/* Their present values, in the core's units. */
struct sx_config sx_prefs_config(void);
bool sx_prefs_info_column(void);

#endif
