/* postdissect.h
 * The life of a frame, and what is kept of the open capture.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#ifndef SX_POSTDISSECT_H
#define SX_POSTDISSECT_H

void sx_postdissect_register(int proto);
void sx_postdissect_handoff(void);

#endif
