/* flow_names.h
 * What flows, bindings and users are found by.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#ifndef SX_FLOW_NAMES_H
#define SX_FLOW_NAMES_H

#include "core/base/fingerprint.h"
#include "core/record/flow.h"

/* Of an AOR, as RFC 3261 10.3 compares them; of a Contact or Request-URI, as RFC 3261 19.1.4 does;
 * of a flow token; of the host of one; of a Call-ID. Those of different kinds never meet. */
struct sx_fingerprint sx_flow_names_aor(const struct sx_flows *flows, struct sx_slice aor);
struct sx_fingerprint sx_flow_names_contact(const struct sx_flows *flows, struct sx_slice uri);
struct sx_fingerprint sx_flow_names_token(const struct sx_flows *flows, struct sx_slice uri);
struct sx_fingerprint sx_flow_names_token_host(const struct sx_flows *flows, struct sx_slice uri);
struct sx_fingerprint sx_flow_names_call(const struct sx_flows *flows, struct sx_slice call_id);

/* Of an outbound binding (RFC 5626 6), and of a client: an instance of an AOR. */
struct sx_fingerprint sx_flow_names_outbound(const struct sx_flows *flows,
                                             struct sx_fingerprint aor, struct sx_slice instance,
                                             uint32_t reg_id);
struct sx_fingerprint sx_flow_names_instance(const struct sx_flows *flows,
                                             struct sx_fingerprint aor, struct sx_slice instance);

/* The flow is found by this name from now on, a Contact or a flow token. */
void sx_flow_names_add(struct sx_flows *flows, const struct sx_flow *flow,
                       struct sx_fingerprint key);

/* What the newest flow with a name is found by, 0 if there is none; the flow; and what the next
 * older one is found by. */
uint32_t sx_flow_names_first(const struct sx_flows *flows, struct sx_fingerprint key);
struct sx_flow *sx_flow_names_flow(const struct sx_flows *flows, uint32_t found);
uint32_t sx_flow_names_next(const struct sx_flows *flows, uint32_t found);

#endif
