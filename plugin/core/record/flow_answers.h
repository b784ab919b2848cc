/* flow_answers.h
 * What comes of a REGISTER.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 *
 * On the first pass. txn->flow is what sx_flow_register() returned; register_in the frame of the
 * first hop of the REGISTER in the capture.
 */
#ifndef SX_FLOW_ANSWERS_H
#define SX_FLOW_ANSWERS_H

#include "core/record/flow.h"

/* A 2xx. */
void sx_flow_answers_granted(struct sx_flows *flows, const struct sx_observation *obs,
                             const struct sx_txn *txn, uint32_t register_in);

/* A 2xx whose REGISTER the capture lacks. */
void sx_flow_answers_unseen(struct sx_flows *flows, const struct sx_observation *obs);

/* A final response that is no 2xx. */
void sx_flow_answers_refused(struct sx_flows *flows, const struct sx_observation *obs,
                             const struct sx_txn *txn, uint32_t register_in);

#endif
