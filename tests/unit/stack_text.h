/* stack_text.h
 * A message of a ladder together with the bytes that it was read from, for what judges by both.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#ifndef SX_STACK_TEXT_H
#define SX_STACK_TEXT_H

#include "core/judge/stack_cases.h"

#include "sip_text.h"

struct asked {
    GString *text;
    struct sx_sip_msg msg;
    struct sx_stack_message message;
};

/* Sends it. It is judged when it is asked about, so what comes later counts. */
static inline struct asked send_asked(struct ladder *l, double seconds, unsigned from, unsigned to,
                                      const struct sip_text *m)
{
    struct asked a = {.text = text_of(m)};
    const struct sx_message *record = ladder_send(l, seconds, from, to, m);

    g_assert_true(sx_sip_msg_read(sx_slice(a.text->str, a.text->len), &a.msg));
    a.message = (struct sx_stack_message){.tracker = l->tracker,
                                          .txn = txn_of(l, record),
                                          .record = record};
    return a;
}

#define asked_request(l, seconds, from, to, name, ...) \
    send_asked(l, seconds, from, to, &(struct sip_text){.method = (name), __VA_ARGS__})

#define asked_response(l, seconds, from, to, status, name, ...) \
    send_asked(l, seconds, from, to,                            \
               &(struct sip_text){.code = (status), .method = (name), __VA_ARGS__})

/* The records may have moved. */
static inline const struct sx_stack_message *now(struct asked *a, uint32_t frame)
{
    a->message.record = sx_tracker_message(a->message.tracker, frame, 0);
    a->message.txn = sx_tracker_txn(a->message.tracker, a->message.record->txn);
    a->message.msg = &a->msg;
    return &a->message;
}

/* What the message in this frame shows of a situation; one of SX_SITUATIONS: nothing. */
static inline struct sx_stack_case case_of(struct asked *a, uint32_t frame,
                                           enum sx_stack_situation situation)
{
    struct sx_stack_cases cases = sx_stack_cases_of(now(a, frame));

    g_assert_cmpuint(cases.count, <, SX_STACK_CASES);
    for (unsigned i = 0; i < cases.count; i++)
        if (cases.list[i].numbers.situation == situation)
            return cases.list[i];
    return (struct sx_stack_case){.numbers = {.situation = SX_SITUATIONS}};
}

static inline void forget(struct asked *a)
{
    g_string_free(a->text, TRUE);
}

#define TO_BOB via("p1 b1", "alice a1")
#define TO_CAROL via("p1 c1", "alice a1")
#define FROM_ALICE via("alice a1")
#define NOTHING -1000.0

/* Seconds, or NOTHING; ends the ladder. */
static inline double ask(struct ladder *l, struct asked *a, uint32_t frame,
                         enum sx_stack_situation situation)
{
    struct sx_stack_case c = case_of(a, frame, situation);

    forget(a);
    ladder_close(l);
    return c.numbers.situation == situation ? (double)c.numbers.number / SX_NS_PER_S : NOTHING;
}

#define assert_seconds(found, seconds) g_assert_cmpfloat_with_epsilon(found, seconds, 0.0005)

#endif
