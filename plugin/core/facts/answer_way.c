/* answer_way.c
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "core/facts/answer_way.h"

#include <wsutil/inet_addr.h>

#define MAX_ADDRESS_TEXT 64

/* "[2001:db8::1]:5060" -> "2001:db8::1", "5060"; the port is NULL if there is none */
static void split_host_port(struct sx_slice text, struct sx_slice *host, struct sx_slice *port)
{
    const char *end = text.n > 0 && text.p[0] == '[' ? memchr(text.p, ']', text.n) : NULL;
    size_t n = 0;

    *port = SX_SLICE_NONE;
    if (end) {
        *host = sx_slice(text.p + 1, (size_t)(end - text.p) - 1);
        n = host->n + 2;
    } else {
        while (n < text.n && text.p[n] != ':')
            n++;
        *host = sx_slice(text.p, n);
    }
    *host = sx_slice_trim(*host);
    struct sx_slice rest = sx_slice_trim(sx_slice_from(text, n));
    if (rest.n > 1 && rest.p[0] == ':')
        *port = sx_slice_trim(sx_slice_from(rest, 1));
}

/* True as well if the text is no address of this family: a name may mean any. */
static bool may_be(struct sx_slice text, const struct sx_address *address)
{
    char copy[MAX_ADDRESS_TEXT];
    ws_in4_addr v4;
    ws_in6_addr v6;

    if (text.n == 0 || text.n >= sizeof copy)
        return true;
    memcpy(copy, text.p, text.n);
    copy[text.n] = '\0';
    if (address->len == sizeof v4 && ws_inet_pton4(copy, &v4))
        return memcmp(&v4, address->bytes, sizeof v4) == 0;
    if (address->len == sizeof v6 && ws_inet_pton6(copy, &v6))
        return memcmp(&v6, address->bytes, sizeof v6) == 0;
    return true;
}

enum sx_answer_way sx_answer_way_of(const struct sx_observation *obs)
{
    const struct sx_via *via = &obs->msg->via;
    struct sx_slice host, port, ignored;
    uint32_t number = obs->transport == SX_TRANSPORT_TLS ? 5061 : 5060;

    split_host_port(via->sent_by, &host, &port);
    if (via->received.n > 0)
        split_host_port(via->received, &host, &ignored);
    /* An IPv6 address in received may stand without brackets. */
    if (via->received.n > 0 && memchr(via->received.p, ':', via->received.n) &&
        via->received.p[0] != '[')
        host = via->received;
    if (host.n == 0)
        return SX_ANSWER_TO_SOURCE;
    if (via->rport.n > 0)
        port = via->rport;
    if (port.p && !sx_slice_uint(port, UINT16_MAX, &number))
        return SX_ANSWER_TO_SOURCE;
    return number == obs->dst.port && may_be(host, &obs->dst) ? SX_ANSWER_BY_VIA : SX_ANSWER_ASTRAY;
}
