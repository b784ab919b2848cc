/* first_line.c
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "core/read/first_line.h"

#include "core/base/inline.h"

#define VERSION "SIP/2.0"
#define VERSION_LEN (sizeof VERSION - 1)

/* Of VERSION_LEN bytes. */
SX_INLINE bool is_version(const char *p)
{
    return memcmp(p, VERSION, VERSION_LEN) == 0 ||
           sx_slice_caseis(sx_slice(p, VERSION_LEN), VERSION);
}

static bool read_status_line(struct sx_slice line, struct sx_sip_msg *msg)
{
    const char *digits = line.p + VERSION_LEN + 1;

    if (line.n < VERSION_LEN + 4 || line.p[VERSION_LEN] != ' ' || !g_ascii_isdigit(digits[0]) ||
        !g_ascii_isdigit(digits[1]) || !g_ascii_isdigit(digits[2]))
        return false;
    if (line.n > VERSION_LEN + 4 && line.p[VERSION_LEN + 4] != ' ')
        return false;
    msg->is_request = false;
    msg->code = (uint16_t)((digits[0] - '0') * 100 + (digits[1] - '0') * 10 + digits[2] - '0');
    msg->phrase = sx_slice_trim(sx_slice_from(line, VERSION_LEN + 4));
    return true;
}

static bool read_request_line(struct sx_slice line, struct sx_sip_msg *msg)
{
    size_t method_len = 0;

    while (method_len < line.n && ((line.p[method_len] >= 'A' && line.p[method_len] <= 'Z') ||
                                   (line.p[method_len] != ' ' && sx_is_token(line.p[method_len]))))
        method_len++;
    /* "M u SIP/2.0" is the shortest */
    if (method_len == 0 || line.n < method_len + 3 + VERSION_LEN || line.p[method_len] != ' ')
        return false;
    struct sx_slice version = sx_slice_from(line, line.n - VERSION_LEN);
    if (version.p[-1] != ' ' || !is_version(version.p))
        return false;
    msg->is_request = true;
    msg->code = 0;
    msg->phrase = SX_SLICE_NONE;
    msg->method_name = sx_slice(line.p, method_len);
    msg->method = sx_method_of(msg->method_name);
    msg->uri = sx_slice(line.p + method_len + 1, line.n - method_len - 2 - VERSION_LEN);
    return memchr(msg->uri.p, ' ', msg->uri.n) == NULL;
}

bool sx_first_line_read(struct sx_slice line, struct sx_sip_msg *msg)
{
    if (line.n >= VERSION_LEN && is_version(line.p))
        return read_status_line(line, msg);
    return read_request_line(line, msg);
}
