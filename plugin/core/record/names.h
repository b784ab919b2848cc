/* names.h
 * What the requests are called that wait: for when the wait is told on another frame.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 *
 * Nothing of a packet is kept but this. Most requests are answered at once, so what the newest ones
 * are called goes round in a buffer of at most SX_NAMES_MAX bytes, and only what is found overdue
 * is kept. Where so many requests came meanwhile that it was overwritten, there are no names.
 */
#ifndef SX_NAMES_H
#define SX_NAMES_H

#include <stdbool.h>

#include <glib.h>

#include "core/read/sip_msg.h"

#define SX_NAMES_MAX (4u << 20)

struct sx_waiting_names;

/* Bytes of a packet. From and To are the addresses, with their scheme (RFC 3261 20.20, 20.39). An
 * empty one was not there, or is longer than 255 bytes. */
struct sx_name {
    struct sx_slice call_id, from, to;
};

struct sx_waiting_names *sx_names_new(void);
void sx_names_free(struct sx_waiting_names *names);

/* Notes the names of a request, or of a response to one that was not seen, and returns where they
 * stand; never 0. owner: the number of its transaction. On the first pass. */
uint32_t sx_names_note(struct sx_waiting_names *names, const struct sx_sip_msg *msg,
                       uint32_t owner);

/* Keeps what stands there, if it is the owner's still. */
void sx_names_keep(struct sx_waiting_names *names, uint32_t place, uint32_t owner);

/* False if nothing of the owner is kept. The slices live until sx_names_free(). */
bool sx_names_of(const struct sx_waiting_names *names, uint32_t owner, struct sx_name *name);

#endif
