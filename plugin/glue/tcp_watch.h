/* tcp_watch.h
 * The TCP segment of the frame under dissection.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 *
 * The TCP dissector taps its header anyway. Fetching that, as SMB2 does with NTLMSSP's, costs a
 * look-up; tcp.* fields would make Wireshark build a tree for every packet.
 */
#ifndef SX_TCP_WATCH_H
#define SX_TCP_WATCH_H

#include "glue/compat.h"

#include <epan/dissectors/packet-tcp.h>

/* Once, at hand-off. */
void sx_tcp_watch_init(void);

/* The last TCP header dissected in this frame; NULL if there is none. Lives as long as the
 * packet. */
const struct tcpheader *sx_tcp_segment(void);

#endif
