/* registration.h
 * The registration that a request was sent to, or should have been, as it was when it was sent.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 *
 * Only what came before the request counts, so the answer is the same on any pass.
 */
#ifndef SX_REGISTRATION_H
#define SX_REGISTRATION_H

#include "core/record/flow.h"

enum sx_registration_state {
    SX_REGISTRATION_UNKNOWN,
    SX_REGISTRATION_CURRENT,
    SX_REGISTRATION_RUN_OUT,
    SX_REGISTRATION_REMOVED,
    SX_REGISTRATION_REPLACED, /* by a newer one from elsewhere */
    SX_REGISTRATION_LOST      /* its connection is */
};

/* What of a request differs from the binding that it is sent to; any number of these. */
enum {
    SX_DIFFERS_TRANSPORT = 1,
    SX_DIFFERS_ADDRESS = 2,
    SX_DIFFERS_PORT = 4,
    SX_DIFFERS_CONNECTION = 8,
    SX_DIFFERS_PATH = 16
};

struct sx_registration {
    const struct sx_flow *flow; /* NULL: none is known, or more than one fits */
    unsigned bindings;          /* how many fit; one more where the registrar lists others */
    enum sx_registration_state state;
    uint32_t in;         /* the REGISTER that made or last refreshed it */
    uint32_t granted_in; /* its 2xx */
    int64_t age_ns;      /* from that REGISTER to the request */
    uint32_t expires_s;  /* granted, where has_expires */
    uint32_t lost_in;    /* FIN, RST, ICMP error or REGISTER that shows the loss; 0: none */
    uint32_t newer_in;   /* the newer REGISTER; 0: none */
    uint32_t refused_in; /* a refresh since then that was refused; 0: none */
    uint16_t refused_code;
    uint8_t differs; /* SX_DIFFERS_... */
    bool has_expires;
    bool by_aor; /* the request has the AOR: no Contact was found for it */
};

/* The registration of the Contact or flow token that the request of a transaction has; or of the
 * AOR that its Request-URI is, at the host that it went to. If a user has several there, those that
 * work go first; flow is NULL where none can be named. */
struct sx_registration sx_registration_find(const struct sx_tracker *tracker,
                                            const struct sx_txn *txn);

/* True if the request of a transaction was to reach a registered client, and nothing shows that it
 * did: it failed, stayed unanswered or got stuck. Of an AOR only where the host that it went to
 * said so itself or says nothing more, and a registration that no longer works may be why. */
bool sx_registration_missed(const struct sx_tracker *tracker, const struct sx_txn *txn,
                            struct sx_registration *registration);

/* True if something had become of it when the request was sent: it ran out, was removed, replaced
 * or lost. */
bool sx_registration_is_over(const struct sx_registration *registration);

/* What became of a binding by the newest frame, and the flow that it was registered over last. */
struct sx_registration sx_registration_now(const struct sx_tracker *tracker, uint32_t binding);

/* How many REGISTERs for a binding were refused, a challenge that the client answered not among
 * them. */
uint32_t sx_registration_refusals(const struct sx_tracker *tracker, uint32_t binding);

#endif
