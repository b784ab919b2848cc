/* signs.c
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "core/record/signs.h"

#include "core/record/tracker_state.h"

const struct sx_sign *sx_tracker_sign(const struct sx_tracker *t, uint32_t frame, uint32_t nth)
{
    return sx_pool_nth(&t->signs, frame, nth);
}

void sx_sign_note(struct sx_tracker *t, const struct sx_sign *sign)
{
    *(struct sx_sign *)sx_pool_add(&t->signs) = *sign;
}
