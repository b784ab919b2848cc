/* transport.h
 * What carries SIP (RFC 3261 18, RFC 4168, RFC 7118).
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#ifndef SX_TRANSPORT_H
#define SX_TRANSPORT_H

enum sx_transport {
    SX_TRANSPORT_OTHER,
    SX_TRANSPORT_UDP,
    SX_TRANSPORT_TCP,
    SX_TRANSPORT_TLS,
    SX_TRANSPORT_WS,
    SX_TRANSPORT_SCTP
};

#endif
