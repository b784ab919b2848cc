/* failure.c
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "core/judge/failure.h"

#include "core/facts/catalogue.h"
#include "core/record/missing.h"

/* Branches looked through for the origin of a response; who has more of them made them for us. */
#define MAX_BRANCHES 1024

/* RFC 3261 8.1.1.6: as many hops as a request may take by default. */
#define MAX_HOPS 70

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

bool sx_judge_failure(const struct sx_tracker *tracker, const struct sx_txn *txn, unsigned code,
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

bool sx_judge_stale_nonce(const struct sx_sip_msg *msg)
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

/* What a proxy answers by itself when a branch gives it nothing better. */
static bool is_made_for_silence(unsigned code)
{
    return code == 408 || code == 480 || code == 487 || code == 500 || code == 503 || code == 504;
}

/* A branch whose own final response this capture may have missed. */
static bool may_hide_origin(const struct sx_txn *txn, const struct sx_txn *branch)
{
    if (branch->final_frame && branch->final_frame <= txn->final_frame)
        return false;
    if (branch->first_response_frame && branch->first_response_frame <= txn->final_frame)
        return true;
    return !is_made_for_silence(txn->final_code);
}

enum sx_origin sx_judge_origin(const struct sx_tracker *tracker, const struct sx_txn *txn,
                               uint32_t *frame)
{
    const struct sx_txn *at = txn, *branch = sx_tracker_txn(tracker, txn->first_child);
    bool hidden = txn->request_frame == 0;
    unsigned hops = 0;

    /* Each step goes one hop further on; a branch is never its own ancestor. A chain that is longer
     * than any request may travel is forged, and walking down it for each hop would never end. */
    for (unsigned i = 0; branch; i++) {
        if (i >= MAX_BRANCHES) {
            hidden = true;
            break;
        }
        if (branch->final_frame && branch->final_frame <= at->final_frame &&
            branch->final_code == txn->final_code && branch->final_tag == txn->final_tag) {
            if (++hops > MAX_HOPS)
                return SX_ORIGIN_UNKNOWN;
            at = branch;
            branch = sx_tracker_txn(tracker, at->first_child);
        } else {
            hidden |= may_hide_origin(at, branch);
            branch = sx_tracker_txn(tracker, branch->next_sibling);
        }
    }
    if (at != txn) {
        *frame = at->final_frame;
        return SX_ORIGIN_RELAYED;
    }
    return hidden ? SX_ORIGIN_UNKNOWN : SX_ORIGIN_HERE;
}

bool sx_judge_not_repeated(const struct sx_tracker *tracker, const struct sx_txn *txn)
{
    return txn->request_frame && txn->method != SX_METHOD_ACK && txn->responses == 0 &&
           txn->transport == SX_TRANSPORT_UDP && txn->sends == 1 &&
           sx_tracker_now(tracker) - txn->request_ns >= SX_TIMER_B_NS;
}

bool sx_judge_no_response(const struct sx_tracker *tracker, const struct sx_txn *txn)
{
    return sx_tracker_now(tracker) - txn->request_ns >= SX_TIMER_B_NS &&
           !sx_tracker_hung_up(tracker, txn) &&
           sx_txn_lacks_answer(txn, sx_tracker_host(tracker, txn->dst.host)->sent > 0) &&
           /* What a frame has said stays true. */
           (txn->expired_frame ||
            sx_missing_response(tracker, txn, UINT32_MAX).sign == SX_MISSING_NONE);
}
