/* stack_facts.h
 * The table of what software does, as measured.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 *
 * It is written by plugin/catalogue/generate.py from plugin/catalogue/stacks/; it is constant and
 * lives as long as the program. Every string is valid UTF-8 on a single line.
 */
#ifndef SX_STACK_FACTS_H
#define SX_STACK_FACTS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* On which message, and what its number counts; plugin/catalogue/FORMAT.md says more. */
enum sx_stack_situation {
    /* On a final failure. */
    SX_SITUATION_UNANSWERED,            /* from the request that it sent on and nobody answered */
    SX_SITUATION_UNREACHABLE,           /* likewise, an ICMP error met it */
    SX_SITUATION_GAVE_UP,               /* from the last provisional response of the next hop */
    SX_SITUATION_GAVE_UP_AFTER_REQUEST, /* likewise, from the request */
    SX_SITUATION_CANCELLED_UNANSWERED,  /* 487; likewise, the next hop sent none after the CANCEL */
    SX_SITUATION_CANCELLED_SILENT,      /* 487; from an INVITE sent on that nobody answers */
    SX_SITUATION_CONNECTION_GONE,       /* of the registered client */
    SX_SITUATION_FORK,                  /* a fork chose it over another one */
    SX_SITUATION_TOLD_OTHERWISE,        /* made from another code */
    SX_SITUATION_RANG,                  /* from the 18x of the same phone */
    SX_SITUATION_FINAL,                 /* from the request */
    SX_SITUATION_NO_PRACK,              /* from the reliable response */
    SX_SITUATION_FAILURE_NO_ACK,        /* how long it was repeated; times: how often it was sent */
    /* On a 2xx to INVITE. */
    SX_SITUATION_ANSWER_NO_ACK, /* likewise */
    /* On any final response. */
    SX_SITUATION_CROSSING_BYE, /* both sides sent BYE */
    SX_SITUATION_GLARE,        /* a request of its own is pending */
    SX_SITUATION_OLD_CSEQ,     /* the request has a lower CSeq number than one before it */
    /* On BYE. */
    SX_SITUATION_NO_ACK,             /* from the 2xx that nobody acknowledged */
    SX_SITUATION_SESSION_OVER,       /* per mille of the interval that nobody refreshed */
    SX_SITUATION_DIALOG_REFUSED,     /* from the failure of a request of its own */
    SX_SITUATION_REFRESH_UNANSWERED, /* from its refresh */
    SX_SITUATION_HOP_ENDS_CALL,      /* between the BYEs to both sides */
    /* On INVITE. */
    SX_SITUATION_NEVER_ANSWERED, /* how long it was repeated; times: how often it was sent */
    SX_SITUATION_TRIES_NEXT,     /* from the INVITE of the branch before, which nobody answered */
    /* On INVITE and UPDATE inside a dialog. */
    SX_SITUATION_REFUSED_AGAIN, /* from the failure of the one before */
    SX_SITUATION_REFUSED_KEPT,  /* from its failure to the newest frame, nothing came of it */
    SX_SITUATION_GLARE_RETRY,   /* from the 491 */
    SX_SITUATION_REFRESH,       /* per mille of the interval */
    /* On CANCEL. */
    SX_SITUATION_CANCEL_WITH_TRYING, /* from the 100, the INVITE was sent more than once before */
    SX_SITUATION_ANSWERED_ELSEWHERE, /* Reason: SIP;cause=200 */
    SX_SITUATION_HUNG_UP,            /* from the 100, and no other response came */
    SX_SITUATION_CANCEL_AFTER,       /* from the first provisional response that is no 100 */
    /* On REGISTER. */
    SX_SITUATION_REGISTERS_AGAIN, /* from the failure before; times: failures in a row */
    SX_SITUATION_NEVER_REGISTERS, /* from its own failure to the newest frame */
    SX_SITUATION_RECONNECTS,      /* from the end of the connection that it was registered over */
    SX_SITUATIONS
};

/* What is said of a fact in one language. */
struct sx_stack_texts {
    const char *says; /* in few words: "its fr_timer" */
    const char *text; /* in a sentence without a subject */
};

struct sx_stack_fact {
    uint8_t situation;     /* enum sx_stack_situation */
    uint8_t times;         /* 0: it does not count */
    const uint16_t *codes; /* of the response, or of the one before; ended by 0; NULL: any */
    const uint16_t *over;  /* the other code; likewise */
    int64_t low, high;     /* nanoseconds or per mille; high 0: no limit; both 0: no number */
    const char *id;
    const char *phrase;                 /* a part of the reason phrase; NULL: any */
    const struct sx_stack_texts *texts; /* of each language, or of a site one; sx_stacks_texts() */
    bool of_site;                       /* the texts are what a site wrote */
    const char *versions;               /* that it was measured with: "5.6.3, 6.1.5" */
};

struct sx_stack {
    const char *name;
    const char *const
        *agents; /* what User-Agent or Server begins with, maybe nothing; ended by NULL */
    const struct sx_stack_fact *facts;
    size_t fact_count;
    uint8_t tag_first; /* its To tags: so many hexadecimal digits, one of tag_between, so many */
    const char *tag_between; /* more; NULL: its tags tell nothing */
    uint8_t tag_second;
    const char *own_tag; /* a part of each tag that it gives itself; NULL: they tell nothing */
};

/* In the order of their names' files; one with name NULL ends it. */
extern const struct sx_stack sx_stacks[];
extern const size_t sx_stacks_count;

#endif
