/* reason.c
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "core/read/reason.h"

#include "core/read/sip_msg_field.h"

#define MAX_Q850 127

struct sx_reason sx_reason_read(const struct sx_sip_msg *msg)
{
    struct sx_reason reason = {0, 0};
    struct sx_field_iter iter = {0};
    struct sx_slice value, protocol;
    uint32_t cause;

    while (msg->has_reason && sx_sip_msg_value(msg, "Reason", &iter, &value)) {
        struct sx_slice rest = value;
        if (!sx_slice_next(&rest, ';', &protocol) ||
            !sx_slice_uint(sx_slice_param(value, "cause"), UINT16_MAX, &cause))
            continue;
        protocol = sx_slice_trim(protocol);
        if ((!reason.sip || cause == 200) && cause >= 100 && cause < 700 &&
            sx_slice_caseis(protocol, "SIP"))
            reason.sip = (uint16_t)cause;
        else if (!reason.q850 && cause <= MAX_Q850 && sx_slice_caseis(protocol, "Q.850"))
            reason.q850 = (uint16_t)cause;
    }
    return reason;
}

/* What the telephone network says is what the SIP code was made of (RFC 6432). */
uint16_t sx_reason_number(struct sx_reason reason)
{
    return (uint16_t)(reason.q850 ? reason.q850 : reason.sip ? SX_REASON_SIP | reason.sip : 0);
}
