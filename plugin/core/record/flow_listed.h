/* flow_listed.h
 * Bindings that a registrar lists, and that no REGISTER in the capture made.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 *
 * RFC 3261 10.3 step 8: a 2xx to REGISTER lists all bindings of the AOR, with the time that is left
 * to each. Where the capture lacks a phone's REGISTERs, or only its last refresh, this is all that
 * it shows of them. Only what is news costs anything.
 */
#ifndef SX_FLOW_LISTED_H
#define SX_FLOW_LISTED_H

#include "core/record/flow.h"

/* The first 2xx to a REGISTER in the capture, after sx_flow_answers_granted() was told of it.
 * register_in: the frame of the REGISTER; 0: the capture lacks it. */
void sx_flow_listed_note(struct sx_flows *flows, const struct sx_observation *obs,
                         const struct sx_txn *txn, uint32_t register_in);

#endif
