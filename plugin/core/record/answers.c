/* answers.c
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "core/record/answers.h"

void sx_answers_expect(struct sx_tracker *t, struct sx_txn *txn, const struct sx_sip_msg *msg,
                       int64_t due_ns)
{
    if (txn->method == SX_METHOD_ACK)
        return;
    sx_deadlines_add(&t->deadlines, due_ns, txn->number);
    if (txn->names == 0)
        txn->names = sx_names_note(t->names, msg, txn->number);
}

void sx_answers_note_dst(struct sx_tracker *t, struct sx_txn *txn, struct sx_endpoint dst)
{
    struct sx_txn_rare *rare = sx_txn_give_rare(t, txn);

    rare->answer_dst = dst;
    rare->answered_aside = true;
}
