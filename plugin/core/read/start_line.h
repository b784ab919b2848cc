/* start_line.h
 * Where SIP messages begin and end in a run of bytes (RFC 3261 7, 18.3).
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 *
 * The bytes may be a whole frame: headers of any kind may stand before the first message. Pure:
 * allocates nothing, keeps nothing, and any bytes are legal input.
 */
#ifndef SX_START_LINE_H
#define SX_START_LINE_H

#include "core/read/sip_msg.h"

/* Longer Request-URIs take the long way. */
#define SX_MAX_PLAIN_URI 1024

/* A SIP message in a run of bytes. */
struct sx_piece {
    size_t offset, length; /* bytes */
    bool complete;         /* nothing of it is missing, as far as its head tells */
    bool taken;            /* for sx_pieces_taken() */
    unsigned source;       /* for the caller */
    struct sx_sip_msg msg; /* points into the bytes */
};

/* What a dissector read of a message, or NULL where it read nothing. */
struct sx_verdict {
    const char *method;  /* requests; else NULL */
    unsigned code;       /* responses; else 0 */
    const char *call_id; /* its text: what is no UTF-8 is replaced, and it ends at a NUL */
    uint32_t cseq;
    size_t last, last_alike; /* for sx_pieces_taken() */
};

/* The next "SIP/2.0" at or after an offset; NULL if there is none. For so short a text this is
 * quicker than a search that prepares. */
static inline const char *sx_version_find(struct sx_slice bytes, size_t from)
{
    const char *p = bytes.p + from, *end = bytes.p + bytes.n;

    while (end - p >= 7 && (p = memchr(p, 'S', (size_t)(end - p) - 6)) != NULL) {
        if (memcmp(p, "SIP/2.0", 7) == 0)
            return p;
        p++;
    }
    return NULL;
}

/* True if a status line begins here; n: bytes that are left, at least 7. */
static inline bool sx_status_line_begins(const char *p, size_t n)
{
    return n >= 11 && p[7] == ' ' && g_ascii_isdigit(p[8]) && g_ascii_isdigit(p[9]) &&
           g_ascii_isdigit(p[10]) && (n == 11 || p[11] == ' ' || p[11] == '\r' || p[11] == '\n');
}

/* The start of the request line whose version stands at hit, not before `from`; false if there is
 * none. at_boundary: a message may begin at `from`; else bytes of another kind may stand before it.
 * method: of a request that is known to be in the bytes, or NULL. */
bool sx_request_line_start(struct sx_slice bytes, size_t from, size_t hit, bool at_boundary,
                           const char *method, size_t *start);

/* Moves *at to the next start line at or after it; false if there is none. */
static inline bool sx_start_line_find(struct sx_slice bytes, size_t *at, bool at_boundary,
                                      const char *method)
{
    size_t from = *at, look = from;

    while (look < bytes.n) {
        const char *hit = sx_version_find(bytes, look);
        if (!hit)
            return false;
        size_t h = (size_t)(hit - bytes.p);
        if (sx_status_line_begins(hit, bytes.n - h)) {
            *at = h;
            return true;
        }
        if (sx_request_line_start(bytes, from, h, at_boundary, method, at))
            return true;
        look = h + 7;
    }
    return false;
}

/* True if the bytes could be the first ones of a SIP message that goes on after them. */
bool sx_start_line_may_begin(struct sx_slice bytes);

/* Reads the message at *at and moves after it: by its Content-Length, or without one to the end
 * (RFC 3261 18.3). False if no start line is there; *at then stays. */
static inline bool sx_piece_read(struct sx_slice bytes, size_t *at, struct sx_piece *piece)
{
    struct sx_slice rest = sx_slice_from(bytes, *at);

    if (!sx_sip_msg_read(rest, &piece->msg))
        return false;
    size_t length = rest.n, body = piece->msg.content_length;
    piece->complete = piece->msg.end == SX_HEAD_COMPLETE;
    if (piece->complete && piece->msg.has_content_length) {
        piece->complete = body <= rest.n - piece->msg.head.n;
        if (piece->complete)
            length = piece->msg.head.n + body;
    }
    piece->offset = *at;
    piece->length = length;
    *at += length;
    return true;
}

/* True if the start line of a piece is one that sx_start_line_find() finds where the piece begins,
 * and a message may begin there: how nearly all begin. */
static inline bool sx_piece_begins_plainly(struct sx_slice bytes, const struct sx_piece *piece)
{
    const struct sx_sip_msg *msg = &piece->msg;

    if (!msg->is_request)
        return memcmp(bytes.p + piece->offset, "SIP/2.0", 7) == 0;
    return msg->method != SX_METHOD_OTHER && msg->uri.n < SX_MAX_PLAIN_URI &&
           memcmp(msg->uri.p + msg->uri.n + 1, "SIP/2.0", 7) == 0;
}

/* True if the message begins as the dissector says: with this method or code. */
bool sx_verdict_begins(const struct sx_verdict *verdict, const struct sx_sip_msg *msg);

/* Keeps of the pieces of a stream those that the dissector took, by what it says of some of them,
 * the last one included; returns how many. It waits for the rest of a message that is not complete,
 * unless the rest will never come: because the frame is cut, or because it was told not to wait.
 * all: it took all that are complete. Time: pieces times verdicts. */
size_t sx_pieces_taken(struct sx_piece *pieces, size_t count, struct sx_verdict *verdicts,
                       size_t verdict_count, bool cut, bool all);

#endif
