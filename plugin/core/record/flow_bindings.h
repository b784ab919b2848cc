/* flow_bindings.h
 * Which binding of which user a Contact is.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#ifndef SX_FLOW_BINDINGS_H
#define SX_FLOW_BINDINGS_H

#include "core/base/fingerprint.h"
#include "core/read/outbound.h"
#include "core/record/flow.h"

/* The number of the binding; 0 if there is none. aor: sx_flow_names_aor() of the To of the
 * REGISTER. */
uint32_t sx_flow_bindings_find(const struct sx_flows *flows, const struct sx_contact *contact,
                               struct sx_fingerprint aor);

/* The same; makes it, and its user, if there is none. */
uint32_t sx_flow_bindings_for(struct sx_flows *flows, const struct sx_contact *contact,
                              const struct sx_sip_msg *msg, struct sx_fingerprint aor);

#endif
