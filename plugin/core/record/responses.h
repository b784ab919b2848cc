/* responses.h
 * What a response changes.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#ifndef SX_RESPONSES_H
#define SX_RESPONSES_H

#include "core/record/tracker_state.h"

/* Adds a response and returns its transaction; record: its message. NULL: it belongs to none. */
struct sx_txn *sx_responses_observe(struct sx_tracker *tracker, const struct sx_observation *obs,
                                    struct sx_message *record);

#endif
