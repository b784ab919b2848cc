/* retry_after.c
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "core/read/retry_after.h"

#include "core/read/sip_msg_field.h"

bool sx_retry_after_read(const struct sx_sip_msg *msg, uint32_t *seconds)
{
    struct sx_slice value;
    size_t digits = 0;

    if (!msg->has_retry_after)
        return false;
    value = sx_sip_msg_first(msg, "Retry-After");
    while (digits < value.n && g_ascii_isdigit(value.p[digits]))
        digits++;
    return sx_slice_uint(sx_slice(value.p, digits), UINT32_MAX, seconds);
}
