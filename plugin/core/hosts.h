/* hosts.h
 * The addresses that SIP came from and went to.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#ifndef SX_HOSTS_H
#define SX_HOSTS_H

#include "core/pool.h"
#include "core/txn.h"

/* An IP (or other) address; points into the caller's packet. */
struct sx_address {
    const void *bytes;
    uint8_t len;    /* 0 to 16; longer addresses are cut */
    uint8_t type;   /* the caller's own number of the family */
    uint16_t port;
};

struct sx_host {
    uint8_t bytes[16];
    uint8_t len;
    uint8_t type;
    uint32_t sent;              /* SIP messages sent */
    uint32_t forwarded_invite;  /* frame of the first INVITE that it sent on, by the Via stack */
    uint32_t forwarded_other;   /* frame of the first other request that it sent on */
    /* The newest connection to a SIP port that did not come up. */
    int64_t no_connect_ns;
    uint32_t no_connect_frame;  /* the reset, or the second SYN that nothing answered */
    struct sx_endpoint no_connect_to;
};

#define SX_RECENT_HOSTS 64

struct sx_hosts {
    struct sx_pool pool;
    GHashTable *by_address;
    uint32_t recent[SX_RECENT_HOSTS];   /* index + 1, by the last byte of the address */
};

void sx_hosts_init(struct sx_hosts *hosts);
void sx_hosts_clear(struct sx_hosts *hosts);

/* The host at an index that one of the two below gave. */
struct sx_host *sx_hosts_at(const struct sx_hosts *hosts, uint32_t index);

/* The index of an address that is known already. */
bool sx_hosts_find(const struct sx_hosts *hosts, const struct sx_address *address, uint32_t *index);

/* The index of an address, which is known from then on. */
uint32_t sx_hosts_index(struct sx_hosts *hosts, const struct sx_address *address);

#endif
