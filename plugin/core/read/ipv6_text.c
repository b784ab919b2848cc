/* ipv6_text.c
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "core/read/ipv6_text.h"

#include <wsutil/inet_addr.h>

/* Eight groups of four digits, or six and an IPv4 address, and a NUL. */
#define MAX_TEXT 46

bool sx_ipv6_text_read(struct sx_slice text, uint8_t bytes[SX_IPV6_LENGTH], struct sx_slice *rest)
{
    const char *close = text.n > 2 && text.p[0] == '[' ? memchr(text.p, ']', text.n) : NULL;
    size_t n = close ? (size_t)(close - text.p) - 1 : 0;
    char copy[MAX_TEXT];
    ws_in6_addr address;

    if (n == 0 || n >= sizeof copy)
        return false;
    memcpy(copy, text.p + 1, n);
    copy[n] = '\0';
    if (strlen(copy) != n || !ws_inet_pton6(copy, &address))
        return false;
    memcpy(bytes, &address, SX_IPV6_LENGTH);
    *rest = sx_slice_from(text, n + 2);
    return true;
}

struct sx_slice sx_ipv6_text_plain(struct sx_slice host, uint8_t buffer[SX_IPV6_LENGTH])
{
    uint8_t bytes[SX_IPV6_LENGTH];
    struct sx_slice rest;

    if (!sx_ipv6_text_read(host, bytes, &rest) || rest.n > 0)
        return host;
    memcpy(buffer, bytes, SX_IPV6_LENGTH);
    return sx_slice((const char *)buffer, SX_IPV6_LENGTH);
}
