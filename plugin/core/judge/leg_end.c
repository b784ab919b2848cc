/* leg_end.c
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "core/judge/leg_end.h"

#include "core/base/config.h"
#include "core/judge/no_ack.h"
#include "core/judge/session.h"
#include "core/record/legs.h"

/* A B2BUA hands a BYE on at once, or sends its own to both sides. */
#define AT_ONCE_NS (2 * SX_NS_PER_S)

/* RFC 3261 13.3.1.4: who gets no ACK ends the session after 64*T1, give or take its clock. */
#define LEAST_NO_ACK_NS (28 * SX_NS_PER_S)
#define MOST_NO_ACK_NS (40 * SX_NS_PER_S)

/* The two sides of a B2BUA as one of its BYEs shows them. */
struct legs {
    const struct sx_dialog *other;
    const struct sx_txn *bye;       /* of this side */
    const struct sx_txn *other_bye; /* the first of the other one; NULL: none */
    enum sx_side theirs;            /* what the B2BUA is on the other side */
};

static bool at_once(const struct sx_txn *bye, const struct sx_txn *other)
{
    return ABS(bye->request_ns - other->request_ns) <= AT_ONCE_NS;
}

/* The B2BUA is called on the side whose INVITE came first, and calls on the other one. False where
 * the capture does not show which is which, or the BYE is not the B2BUA's. */
static bool find_sides(const struct sx_tracker *t, const struct sx_dialog *dialog,
                       struct legs *legs)
{
    const struct sx_txn *own = sx_tracker_txn(t, dialog->invite),
                        *other = sx_tracker_txn(t, legs->other->invite);

    if (!own || !other || !own->request_frame || !other->request_frame || !dialog->caller_known ||
        !legs->other->caller_known)
        return false;
    bool second = own->request_frame > other->request_frame;
    legs->theirs = second ? SX_SIDE_CALLED : SX_SIDE_CALLER;
    return sx_dialog_sender(legs->bye) == (second ? SX_SIDE_CALLER : SX_SIDE_CALLED);
}

static bool was_hung_up(const struct legs *legs)
{
    return legs->other_bye && sx_dialog_sender(legs->other_bye) != legs->theirs &&
           legs->other_bye->request_frame < legs->bye->request_frame &&
           at_once(legs->bye, legs->other_bye);
}

/* The other side lives on, or the B2BUA ended it as well. */
static bool has_own_end(const struct legs *legs)
{
    return legs->other_bye && (sx_dialog_sender(legs->other_bye) != legs->theirs ||
                               !at_once(legs->bye, legs->other_bye));
}

static bool lacks_ack(const struct sx_tracker *t, const struct legs *legs)
{
    const struct sx_txn *invite = sx_tracker_txn(t, legs->other->invite);
    int64_t after_ns = legs->bye->request_ns - legs->other->answer_ns;

    return legs->other->answer_frame && after_ns >= LEAST_NO_ACK_NS && after_ns <= MOST_NO_ACK_NS &&
           sx_no_ack_judge(t, invite, legs->other).state == SX_ACK_NEVER;
}

static struct sx_leg_end cause_of(const struct sx_tracker *t, const struct legs *legs)
{
    struct sx_leg_end none = {.cause = SX_LEG_NONE};

    if (was_hung_up(legs))
        return (struct sx_leg_end){
            .cause = SX_LEG_HUNG_UP,
            .frame = legs->other_bye->request_frame,
            .by = sx_dialog_sender(legs->other_bye),
        };
    if (has_own_end(legs))
        return none;
    if (lacks_ack(t, legs))
        return (struct sx_leg_end){
            .cause = SX_LEG_NO_ACK,
            .frame = legs->other->answer_frame,
            .code = sx_tracker_txn(t, legs->other->invite)->final_code,
        };
    const struct sx_session *session = legs->other_bye ? sx_session_ended_by(t, legs->other_bye)
                                                       : NULL;
    return session ? (struct sx_leg_end){.cause = SX_LEG_NOT_REFRESHED, .frame = session->frame}
                   : none;
}

struct sx_leg_end sx_leg_end_find(const struct sx_tracker *t, const struct sx_call_end *end)
{
    struct legs legs = {.bye = sx_tracker_txn(t, end->txn)};
    const struct sx_dialog *dialog = legs.bye ? sx_tracker_dialog(t, legs.bye->dialog) : NULL;

    if (!end->ended_in || end->cancelled || end->other || end->forgotten || !dialog)
        return (struct sx_leg_end){.cause = SX_LEG_NONE};
    legs.other = sx_leg_other(t, dialog);
    if (!legs.other || !find_sides(t, dialog, &legs))
        return (struct sx_leg_end){.cause = SX_LEG_NONE};
    struct sx_call_end other = sx_call_end_of_dialog(t, legs.other);
    legs.other_bye = sx_tracker_txn(t, other.txn);
    return cause_of(t, &legs);
}
