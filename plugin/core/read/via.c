/* via.c
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "core/read/via.h"

#include "core/base/scan.h"

static size_t skip_lws(struct sx_slice s, size_t i)
{
    while (i < s.n && sx_is_lws(s.p[i]))
        i++;
    return i;
}

/* The end of a Via parameter, or of the sent-by: quoted strings may hold anything. */
static size_t via_part_end(struct sx_slice s, size_t i)
{
    for (; i < s.n && s.p[i] != ';' && s.p[i] != ','; i++) {
        if (s.p[i] == '"')
            for (i++; i < s.n && s.p[i] != '"'; i++)
                i += s.p[i] == '\\';
    }
    return MIN(i, s.n);
}

static bool param_is(struct sx_slice param, const char *name, size_t n, struct sx_slice *value)
{
    if (param.n < n || !sx_slice_caseeq(sx_slice(param.p, n), sx_slice(name, n)))
        return false;
    struct sx_slice rest = sx_slice_trim(sx_slice_from(param, n));
    if (rest.n > 0 && rest.p[0] != '=')
        return false;
    *value = rest.n ? sx_slice_trim(sx_slice_from(rest, 1)) : rest;
    return true;
}

/* Spelled in any way. */
SX_COLD void read_any_param(struct sx_slice param, struct sx_via *via)
{
    switch (param.n ? sx_lower(param.p[0]) : 0) {
    case 'b':
        param_is(param, "branch", 6, &via->branch);
        break;
    case 'r':
        if (!param_is(param, "rport", 5, &via->rport))
            param_is(param, "received", 8, &via->received);
        break;
    default:
        break;
    }
}

/* As nearly all are spelled. */
SX_INLINE void read_via_param(struct sx_slice param, struct sx_via *via)
{
    if (param.n > 7 && memcmp(param.p, "branch=", 7) == 0 && !sx_is_lws(param.p[7]))
        via->branch = sx_slice_from(param, 7);
    else if (param.n == 5 && memcmp(param.p, "rport", 5) == 0)
        via->rport = sx_slice(param.p + 5, 0);
    else
        read_any_param(param, via);
}

/* Behind "SIP/2.0/UDP": LWS is allowed nearly everywhere. */
static size_t skip_sent_protocol(struct sx_slice value, size_t i)
{
    unsigned slashes = 0;

    while (i < value.n && slashes < 2)
        slashes += value.p[i++] == '/';
    i = skip_lws(value, i);
    while (i < value.n && !sx_is_lws(value.p[i]) && value.p[i] != ';' && value.p[i] != ',')
        i++;
    return skip_lws(value, i);
}

/* "SIP/2.0/UDP host:port;branch=...;received=...". Returns where the value ends: at a comma or the
 * end. */
SX_COLD size_t read_any_via(struct sx_slice value, size_t i, struct sx_via *via)
{
    size_t protocol = i;

    *via = (struct sx_via){.sent_by = SX_SLICE_NONE};
    i = skip_sent_protocol(value, i);
    via->tls = i - protocol > 11 && sx_lower(value.p[protocol + 8]) == 't' &&
               sx_lower(value.p[protocol + 9]) == 'l';
    size_t end = via_part_end(value, i);
    if (end > i)
        via->sent_by = sx_slice_trim(sx_slice(value.p + i, end - i));
    for (i = end; i < value.n && value.p[i] == ';'; i = end) {
        i = skip_lws(value, i + 1);
        end = MAX(via_part_end(value, i), i);
        read_via_param(sx_slice_trim(sx_slice(value.p + i, end - i)), via);
    }
    return end;
}

/* True for a protocol that is written as nearly all write it, with a blank after it. */
SX_INLINE bool is_plain_protocol(const char *p)
{
    return memcmp(p, "SIP/2.0/", 8) == 0 &&
           (memcmp(p + 8, "UDP ", 4) == 0 || memcmp(p + 8, "TCP ", 4) == 0 ||
            memcmp(p + 8, "TLS ", 4) == 0);
}

#define PROTOCOL_LEN 12

SX_INLINE struct sx_slice trimmed(const char *p, const char *end)
{
    return sx_slice_trim(sx_slice(p, (size_t)(end - p)));
}

/* A part of what stands behind the protocol: the sent-by goes first. */
SX_INLINE void read_part(const char *p, const char *end, bool is_first, struct sx_via *via)
{
    struct sx_slice part = trimmed(p, end);

    if (!is_first)
        read_via_param(part, via);
    else if (part.n > 0)
        via->sent_by = part;
}

/* What stands behind a plain protocol, up to the end of the field; false if it is to be read with
 * more care: for a quote or a comma in it, or too few bytes behind it to look at many at once. */
SX_INLINE bool read_plain_via(const char *first, const char *end, const char *limit,
                              struct sx_via *via)
{
    const char *p = first;

    for (const char *block = first; block < end; block += SX_SCAN_BLOCK) {
        if (limit - block < SX_SCAN_BLOCK)
            return false;
        for (uint64_t left = sx_scan_block(block, ';', ',', '"'); left; left &= left - 1) {
            const char *hit = block + sx_scan_lowest(left);
            if (hit >= end)
                break;
            if (*hit != ';')
                return false;
            read_part(p, hit, p == first, via);
            p = hit + 1;
        }
    }
    read_part(p, end, p == first, via);
    return true;
}

size_t sx_via_read(struct sx_slice field, size_t at, const char *limit, struct sx_via *via)
{
    const char *p = field.p + at, *end = field.p + field.n;

    if (end - p > PROTOCOL_LEN && is_plain_protocol(p)) {
        *via = (struct sx_via){.tls = p[9] == 'L'};
        if (read_plain_via(p + PROTOCOL_LEN, end, limit, via))
            return field.n;
    }
    return read_any_via(field, at, via);
}
