/* locale.h
 * The language that Wireshark's window has.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#ifndef SX_LOCALE_H
#define SX_LOCALE_H

/* As core/base/language.h numbers them. Reads the window's own setting, also in tshark and sharkd:
 * what they say agrees with what the window says. */
unsigned sx_locale_language(void);

#endif
