/* failure.c
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "core/judge/failure.h"

#include "core/facts/catalogue.h"

/* The client had time to act on the response, and did not. */
static bool nothing_followed(const struct sx_tracker *tracker, const struct sx_txn *txn)
{
    return sx_tracker_ended(tracker) && !txn->followed_by &&
           sx_tracker_now(tracker) - txn->final_ns > SX_TIMER_B_NS;
}

static bool was_cancelled(const struct sx_txn *txn)
{
    return txn->cancel_frame != 0 ||
           (txn->expires_s > 0 && txn->final_ns - txn->request_ns >= txn->expires_s * SX_NS_PER_S);
}

bool sx_failure_judge(const struct sx_tracker *tracker, const struct sx_txn *txn, unsigned code,
                      bool stale_nonce)
{
    const struct sx_code *entry = sx_catalogue_explain(code);

    if (!entry)
        return true;
    switch ((enum sx_role)entry->role) {
    case SX_ROLE_PROGRESS:
    case SX_ROLE_SUCCESS:
        return false;
    case SX_ROLE_CHALLENGE:
        if (txn && txn->followed_by)
            return false;
        if (txn && txn->has_credentials && !stale_nonce)
            return true;
        return txn && nothing_followed(tracker, txn);
    case SX_ROLE_REDIRECT:
        return txn && nothing_followed(tracker, txn);
    case SX_ROLE_RETRY:
        return !txn || !txn->followed_by;
    case SX_ROLE_CANCELLED:
        return !txn || !was_cancelled(txn);
    case SX_ROLE_FAILURE:
    default:
        return true;
    }
}

bool sx_failure_stale_nonce(const struct sx_sip_msg *msg)
{
    static const char *const names[] = {"WWW-Authenticate", "Proxy-Authenticate"};

    if (msg->code != 401 && msg->code != 407)
        return false;
    for (unsigned i = 0; i < G_N_ELEMENTS(names); i++) {
        struct sx_field_iter iter = {0};
        struct sx_slice value, part;
        while (sx_sip_msg_field(msg, names[i], &iter, &value))
            while (sx_slice_next(&value, ',', &part))
                if (sx_slice_caseis(part, "stale=true") || sx_slice_caseis(part, "stale=\"true\""))
                    return true;
    }
    return false;
}
