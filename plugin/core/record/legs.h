/* legs.h
 * The two sides of a B2BUA: dialogs that belong to one communication.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 *
 * A B2BUA's sides share no Via and mostly no Call-ID. They are joined by the two UUIDs of
 * Session-ID (RFC 7989), which stand in the one order or the other, or by a Call-ID that the B2BUA
 * kept; never by who calls whom. Three dialogs with the same two UUIDs are a conference, a transfer
 * or a chain, and join nothing.
 */
#ifndef SX_LEGS_H
#define SX_LEGS_H

#include "core/record/dialogs.h"

/* The other side's dialog, as far as the capture was read; NULL if none is known for sure. */
const struct sx_dialog *sx_leg_other(const struct sx_tracker *tracker,
                                     const struct sx_dialog *dialog);

/* ---- the recording, by the dialogs ---- */

struct sx_legs;

void sx_legs_free(struct sx_legs *legs);

/* Notes the Session-ID of a message inside the dialog, or of the 2xx that confirms it. */
void sx_legs_note(struct sx_tracker *tracker, const struct sx_dialog *dialog,
                  const struct sx_sip_msg *msg);

#endif
