/* stats.h
 * The tap "sipexplain" and the statistics tables that listen to it.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#ifndef SX_STATS_H
#define SX_STATS_H

#include "glue/compat.h"

#include "core/record/records.h"

/* One SIP message, not one that an ICMP error quotes. Of packet scope, as its strings are. */
struct sx_tap_event {
    const struct sx_tracker *tracker;
    uint32_t txn;    /* 0 if the message names none */
    uint16_t code;   /* 0 on requests */
    uint8_t method;  /* enum sx_method; of CSeq on responses */
    bool first_pass; /* the tracker does not know yet what follows */
    bool retransmitted;
    bool duplicate; /* the same packet, captured twice */
    bool has_delay;
    int64_t delay_ns;        /* since the first request */
    const char *method_name; /* these four are printable UTF-8, "" if the message has none */
    const char *call_id;
    const char *from, *to; /* URIs without "sip:" and parameters */
};

/* Registers the tap and the tables. end_capture is called before the tables are drawn after a
 * single pass, which nothing else tells that the capture is over. */
void sx_stats_register(void (*end_capture)(void));

/* The capture was closed: its tracker is no more. */
void sx_stats_forget(void);

/* True if anyone listens. */
bool sx_stats_wanted(void);

/* Tells the listeners of a message. record: what the tracker keeps of it; NULL is not told. */
void sx_stats_tell(packet_info *pinfo, const struct sx_tracker *tracker,
                   const struct sx_message *record, const struct sx_sip_msg *msg, int64_t time_ns,
                   bool first_pass);

#endif
