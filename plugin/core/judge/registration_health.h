/* registration_health.h
 * Whether a registration is kept up: refreshes that are refused, late, missing, or far too many.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#ifndef SX_REGISTRATION_HEALTH_H
#define SX_REGISTRATION_HEALTH_H

#include "core/record/flow_health.h"

/* Why a refresh was refused. */
enum sx_refresh_refusal {
    SX_REFRESH_TAKEN,       /* it was not, or it was no refresh, or the client made it good */
    SX_REFRESH_NONCE,       /* the nonce was too old (RFC 7616 3.3: stale) */
    SX_REFRESH_NO_STALE,    /* the same credentials were accepted before, and the server sent no
                               stale=true */
    SX_REFRESH_CREDENTIALS, /* user name or password refused */
    SX_REFRESH_CHALLENGED,  /* asked for credentials, and none came */
    SX_REFRESH_TOO_BRIEF,   /* 423: the registrar wants a longer interval */
    SX_REFRESH_REFUSED      /* another code */
};

struct sx_refresh {
    enum sx_refresh_refusal refusal;
    const struct sx_flow *flow; /* NULL where refusal is SX_REFRESH_TAKEN */
    uint32_t in;                /* the REGISTER whose registration is not refreshed */
    int64_t left_ns;            /* until that one runs out, where has_left; negative: since then */
    bool has_left;
};

/* Of the final response to a REGISTER. */
struct sx_refresh sx_refresh_judge(const struct sx_tracker *tracker, const struct sx_txn *txn);

/* A refresh that came when the registration had run out. */
struct sx_late_refresh {
    const struct sx_flow *flow; /* NULL: it was not late, or the capture may lack one before it */
    uint32_t before_in;         /* the REGISTER whose registration had run out */
    int64_t late_ns;
    uint32_t late; /* how many refreshes of this binding came late so far */
    bool each;     /* none of them came in time */
};

/* Of a mark SX_HEALTH_LATE. That the capture lacks no REGISTER between shows that the CSeq numbers
 * of the client's Call-ID (RFC 3261 10.2) are all there. */
struct sx_late_refresh sx_late_refresh_judge(const struct sx_tracker *tracker,
                                             const struct sx_health_mark *mark);

/* How many refreshes of a binding came late, of those that can be told; at most 4096. */
uint32_t sx_late_refreshes(const struct sx_tracker *tracker, uint32_t binding);

/* A registration that ran out, and the client has sent no REGISTER for it since. */
struct sx_no_refresh {
    const struct sx_flow *flow; /* NULL: it is none of these */
    int64_t since_ns;           /* how long ago it ran out, by the newest frame */
};

/* Of the REGISTER that was granted last, with this transaction. */
struct sx_no_refresh sx_no_refresh_judge(const struct sx_tracker *tracker,
                                         const struct sx_txn *txn);

/* What a frame finds of a binding whose newest registration has run out. */
struct sx_run_out {
    const struct sx_registering *grant; /* NULL: nothing that could be told */
    uint32_t refused_in;                /* the response that refused the refresh; 0: none came */
    uint16_t refused_code;
    int64_t again_ns; /* the refusal is so new that the client may try again: ask then; 0: don't */
};

/* By the newest frame. */
struct sx_run_out sx_run_out_judge(const struct sx_tracker *tracker, uint32_t binding);

/* Why the newest refresh that was refused was; SX_REFRESH_TAKEN if none was. For tables. */
enum sx_refresh_refusal sx_refresh_refused_last(const struct sx_tracker *tracker, uint32_t binding);

#endif
