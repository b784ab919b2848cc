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

#include "core/base/slice.h"

/* RFC 3261 8.1.1.7: a branch that begins so is unique over space and time. */
#define SX_BRANCH_COOKIE "z9hG4bK"

enum sx_method {
    SX_METHOD_OTHER,
    SX_METHOD_ACK,
    SX_METHOD_BYE,
    SX_METHOD_CANCEL,
    SX_METHOD_INFO,
    SX_METHOD_INVITE,
    SX_METHOD_MESSAGE,
    SX_METHOD_NOTIFY,
    SX_METHOD_OPTIONS,
    SX_METHOD_PRACK,
    SX_METHOD_PUBLISH,
    SX_METHOD_REFER,
    SX_METHOD_REGISTER,
    SX_METHOD_SUBSCRIBE,
    SX_METHOD_UPDATE
};

enum sx_head_end {
    SX_HEAD_COMPLETE, /* the empty line was there */
    SX_HEAD_CUT       /* the bytes ended before it */
};

/* One Via value (RFC 3261 20.42). */
struct sx_via {
    struct sx_slice sent_by;  /* host[:port] as written */
    struct sx_slice branch;   /* NULL if there is none */
    struct sx_slice received; /* RFC 3261 18.2.1; NULL if there is none */
    struct sx_slice rport;    /* RFC 3581; NULL if there is none, empty if not filled in */
    bool tls;                 /* "SIP/2.0/TLS": its port is 5061 where none is named */
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
    struct sx_slice from;
    struct sx_slice to;
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

/* Where an iteration over a header field's values stands; begins as {0}. */
struct sx_field_iter {
    size_t at;
    struct sx_slice rest;
};

/* Iterates over whole header fields of one name (the long form; the compact form of RFC 3261 7.3.3
 * is found too), one value per field line. False when there is no further one. */
bool sx_sip_msg_field(const struct sx_sip_msg *msg, const char *name, struct sx_field_iter *iter,
                      struct sx_slice *value);

/* The same over single values: commas between values are resolved. Not for fields whose one value
 * holds commas of its own, such as WWW-Authenticate (RFC 3261 7.3.1). */
bool sx_sip_msg_value(const struct sx_sip_msg *msg, const char *name, struct sx_field_iter *iter,
                      struct sx_slice *value);

/* The Via value at an index, 0 being the topmost. False if there are fewer. Quick for 0 and 1. */
bool sx_sip_msg_via(const struct sx_sip_msg *msg, unsigned nth, struct sx_via *via);

/* How many Via values there are: the hops that a request has taken. */
unsigned sx_sip_msg_via_count(const struct sx_sip_msg *msg);

/* The tags (RFC 3261 19.3); NULL if there is none. */
struct sx_slice sx_sip_msg_from_tag(const struct sx_sip_msg *msg);
struct sx_slice sx_sip_msg_to_tag(const struct sx_sip_msg *msg);

/* The first Contact value, or SX_SLICE_NONE: as sx_sip_msg_first(), but read already. */
struct sx_slice sx_sip_msg_contact(const struct sx_sip_msg *msg);

/* The first value, trimmed, or SX_SLICE_NONE. */
struct sx_slice sx_sip_msg_first(const struct sx_sip_msg *msg, const char *name);

/* RFC 3261 25.1 token: what a method and a header field name are made of. */
bool sx_is_token(char c);

enum sx_method sx_method_of(struct sx_slice name);
const char *sx_method_name(enum sx_method method); /* "" for SX_METHOD_OTHER */

/* The length of the longest known method that ends exactly at the end of the slice, 0 for none:
 * finds a request's start behind binary bytes that happen to be letters. */
size_t sx_method_suffix(struct sx_slice run);

#endif
