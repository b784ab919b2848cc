/* session_id.c
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "core/read/session_id.h"

static struct sx_slice not_nil(struct sx_slice uuid)
{
    size_t zeros = 0;

    while (zeros < uuid.n && uuid.p[zeros] == '0')
        zeros++;
    return zeros == uuid.n ? (struct sx_slice){NULL, 0} : uuid;
}

struct sx_session_id sx_session_id_read(struct sx_slice value)
{
    struct sx_slice rest = value, first = {NULL, 0};

    sx_slice_next(&rest, ';', &first);
    return (struct sx_session_id){
        .local = not_nil(first),
        .remote = not_nil(sx_slice_param(value, "remote")),
    };
}
