/* requests.h
 * What a request changes.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#ifndef SX_REQUESTS_H
#define SX_REQUESTS_H

#include "core/record/tracker_state.h"

/* Adds a request and returns its transaction; record: its message. */
struct sx_txn *sx_requests_observe(struct sx_tracker *tracker, const struct sx_observation *obs,
                                   struct sx_message *record);

#endif
