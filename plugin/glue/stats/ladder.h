/* ladder.h
 * -z sipexplain,ladder[,CALL]: a call as plain text, for a ticket.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#ifndef SX_LADDER_H
#define SX_LADDER_H

void sx_ladder_register(void);

#endif
