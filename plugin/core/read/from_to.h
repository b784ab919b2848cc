/* from_to.h
 * Who is named in From or To, and the tag (RFC 3261 20.20, 20.39).
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 *
 * Pure; slices point into the value.
 */
#ifndef SX_FROM_TO_H
#define SX_FROM_TO_H

#include "core/base/slice.h"

/* Reads the value of the field. limit: where the bytes end that it stands in; the more stands
 * behind it, the quicker. *uri: as of sx_name_addr_uri(). *tag: NULL if there is none. */
void sx_from_to_read(struct sx_slice value, const char *limit, struct sx_slice *uri,
                     struct sx_slice *tag);

#endif
