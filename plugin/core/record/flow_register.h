/* flow_register.h
 * What a REGISTER asks for: the flows that it makes, refreshes and removes.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#ifndef SX_FLOW_REGISTER_H
#define SX_FLOW_REGISTER_H

#include "core/record/flow.h"

/* A REGISTER with its transaction, on the first pass; upstream: the flow of the transaction it was
 * forwarded from, or 0. Returns the number of the first flow that it makes, refreshes or removes;
 * 0 if it is none. */
uint32_t sx_flow_register(struct sx_flows *flows, const struct sx_observation *obs,
                          struct sx_txn *txn, uint32_t upstream);

#endif
