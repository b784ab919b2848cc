/* answer_way.h
 * Whether a response goes where its topmost Via says.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#ifndef SX_ANSWER_WAY_H
#define SX_ANSWER_WAY_H

#include "core/facts/seen.h"

/* Of a response that does not go where its request came from: SX_ANSWER_BY_VIA if it goes to the
 * address of received or sent-by and the port of rport or sent-by (RFC 3261 18.2.2, RFC 3581 4),
 * SX_ANSWER_ASTRAY if it goes elsewhere. A sent-by that is a name, not an address, fits any
 * address; without one that can be read it is SX_ANSWER_TO_SOURCE, for nothing can be told. */
enum sx_answer_way sx_answer_way_of(const struct sx_observation *obs);

#endif
