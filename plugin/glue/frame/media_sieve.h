/* media_sieve.h
 * A short way past media: datagrams that begin as RTP and RTCP do are not dissected.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 *
 * No verdict rests on media, and in a capture of calls they are most of the packets. RFC 7983 7: a
 * first byte of 128 to 191 is RTP or RTCP; neither SIP nor STUN begins so. Other protocols may, so
 * both ports must be such that Wireshark has no dissector for them, and not below 1024.
 */
#ifndef SX_MEDIA_SIEVE_H
#define SX_MEDIA_SIEVE_H

#include "glue/compat.h"

/* Once, when all dissectors are registered. */
void sx_media_sieve_init(void);

/* Puts it before Wireshark's dissector of UDP, or takes it away. At first it is not there. */
void sx_media_sieve_set(bool on);

#endif
