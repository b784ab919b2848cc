/* hosts.h
 * The addresses that SIP came from and went to.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#ifndef SX_HOSTS_H
#define SX_HOSTS_H

#include "core/base/pool.h"
#include "core/facts/txn.h"

/* An IP (or other) address; points into the caller's packet. */
struct sx_address {
    const void *bytes;
    uint8_t len;  /* 0 to 16; longer addresses are cut */
    uint8_t type; /* the caller's own number of the family */
    uint16_t port;
};

struct sx_host {
    uint8_t bytes[16];
    uint8_t len;
    uint8_t type;
    uint32_t sent;       /* SIP messages sent */
    uint32_t last_frame; /* the newest SIP message or SYN that it sent */
    /* Frames that show what a capture sees of its requests; each the first of its kind. */
    uint32_t own_invite;      /* an INVITE that it began itself: a user agent or B2BUA */
    uint32_t answered_unseen; /* an INVITE to it got 101 to 299 without a branch seen */
    uint32_t unreadable;      /* a packet from it that may hold SIP: encrypted, or a fragment */
    uint32_t connected;       /* its newest connection to a port for SIP came up */
    uint32_t registers;       /* a REGISTER that it began, for a Contact with its own address */
    bool copied;              /* the capture holds packets from it twice */
    uint8_t stack;       /* index + 1 in sx_stacks, by its first 100; 0: none yet; SX_STACK_NONE */
    uint16_t stack_port; /* the port that this 100 came from */
};

#define SX_STACK_NONE 255 /* its first 100 told nothing */

#define SX_RECENT_HOSTS 64

struct sx_hosts {
    struct sx_pool pool;
    GHashTable *by_address;
    uint32_t recent[SX_RECENT_HOSTS]; /* index + 1, by the last byte of the address */
};

/* True if the host of a SIP URI or "host:port" is this address, written as a number; the port
 * counts where both name one. */
bool sx_address_is_named(struct sx_slice uri, const struct sx_address *address);

void sx_hosts_init(struct sx_hosts *hosts);
void sx_hosts_clear(struct sx_hosts *hosts);

/* The host at an index that one of the two below gave. */
struct sx_host *sx_hosts_at(const struct sx_hosts *hosts, uint32_t nth);

/* The index of an address that is known already. */
bool sx_hosts_find(const struct sx_hosts *hosts, const struct sx_address *address, uint32_t *nth);

/* The index of an address, which is known from then on. */
uint32_t sx_hosts_index(struct sx_hosts *hosts, const struct sx_address *address);

#endif
