/* compare.h
 * -z sipexplain,compare,A,B: two response codes side by side.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#ifndef SX_COMPARE_H
#define SX_COMPARE_H

void sx_compare_register(void);

#endif
