/* sip_msg.h
 * Bytes -> the head of one SIP message (RFC 3261 7, 25.1).
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 *
 * Pure: allocates nothing, keeps nothing, and any bytes are legal input. What it returns points
 * into the bytes it was given and lives no longer than they do.
 */
#ifndef SX_SIP_MSG_H
#define SX_SIP_MSG_H

#include "core/read/method.h"
#include "core/read/via.h"

enum sx_head_end {
    SX_HEAD_COMPLETE, /* the empty line was there */
    SX_HEAD_CUT       /* the bytes ended before it */
};

struct sx_sip_msg {
    struct sx_slice head; /* start line, header fields and the empty line */
    enum sx_head_end end;
    bool is_request;
    uint16_t code;          /* responses: 0 to 999 as on the wire */
    struct sx_slice phrase; /* responses; NULL where the bytes end before it does */
    enum sx_method method;  /* requests: of the start line; responses: of CSeq */
    struct sx_slice method_name;
    struct sx_slice uri; /* requests */
    struct sx_slice call_id;
    struct sx_slice from, to;         /* whole values */
    struct sx_slice from_uri, to_uri; /* without the brackets */
    struct sx_slice from_tag, to_tag; /* RFC 3261 19.3; NULL if there is none */
    uint32_t cseq;
    bool has_cseq;
    enum sx_method cseq_method;
    struct sx_slice cseq_method_name;
    bool has_via;
    struct sx_via via;         /* the topmost value */
    struct sx_slice more_vias; /* begins with the value below it; NULL if there is none */
    struct sx_slice contact;   /* the first Contact field, all its values; NULL if there is none */
    uint32_t via_count;        /* values, if no line has several of them */
    bool vias_in_line;
    struct sx_slice session_expires; /* RFC 4028 4; NULL if there is none */
    struct sx_slice session_id;      /* RFC 7989; likewise */
    struct sx_slice top_route;       /* first Route value; NULL if there is none */
    bool has_credentials;            /* Authorization or Proxy-Authorization */
    bool has_reason;                 /* what is there need not be looked for */
    bool has_retry_after;
    bool has_warning;
    struct sx_slice record_route; /* the first line of it; NULL if there is none */
    uint32_t rseq;                /* RFC 3262 7.1; 0 if there is none */
    uint32_t expires;             /* seconds; 0 if there is none */
    bool has_expires;
    bool has_content_length;
    uint32_t content_length; /* bytes */
};

/* Reads the head at the front of the bytes. False if no start line is there; then *msg is not to
 * be used. A head that the bytes cut short is read as far as it goes. */
bool sx_sip_msg_read(struct sx_slice bytes, struct sx_sip_msg *msg);

/* The Via value at an index, 0 being the topmost. False if there are fewer. Quick for 0 and 1. */
bool sx_sip_msg_via(const struct sx_sip_msg *msg, unsigned nth, struct sx_via *via);

/* How many Via values there are: the hops that a request has taken. */
unsigned sx_sip_msg_via_count(const struct sx_sip_msg *msg);

/* The tags (RFC 3261 19.3); NULL if there is none. */
struct sx_slice sx_sip_msg_from_tag(const struct sx_sip_msg *msg);
struct sx_slice sx_sip_msg_to_tag(const struct sx_sip_msg *msg);

/* The first Contact value, or SX_SLICE_NONE: as sx_sip_msg_first(), but read already. */
struct sx_slice sx_sip_msg_contact(const struct sx_sip_msg *msg);

#endif
