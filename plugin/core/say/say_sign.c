/* say_sign.c
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "core/say/say_sign.h"

#include "core/record/signs.h"
#include "core/say/words.h"

/* Each says the first of its kind and returns how many there are. */

static uint32_t say_lost_flows(wmem_strbuf_t *out, const struct sx_tracker *tracker, uint32_t frame,
                               struct sx_sign_of *of)
{
    const struct sx_flows *flows = sx_tracker_flows(tracker);
    const struct sx_flow *flow = sx_flows_lost_here(flows, frame);
    uint32_t n = 0;

    for (; flow; flow = sx_flows_next_lost(flows, flow))
        if (sx_flow_is_lost_by(flows, flow, frame) && n++ == 0) {
            const struct sx_flow_failure *failure = sx_flow_failed(tracker, flow);
            sx_say_flow_end(out, flow);
            of->failed_in = failure ? failure->frame : 0;
        }
    return n;
}

static uint32_t say_hangups(wmem_strbuf_t *out, const struct sx_tracker *tracker, uint32_t frame,
                            struct sx_sign_of *of)
{
    const struct sx_hangup *hangup = sx_tracker_hangup(tracker, frame, 0);
    uint32_t n = 1;

    if (!hangup)
        return 0;
    uint32_t request = sx_tracker_txn(tracker, hangup->txn)->request_frame;
    if (hangup->reset)
        sx_words_sign_resets(out, request);
    else
        sx_words_sign_closes(out, request);
    of->txn = hangup->txn;
    while (sx_tracker_hangup(tracker, frame, n))
        n++;
    return n;
}

static uint32_t say_signs(wmem_strbuf_t *out, const struct sx_tracker *tracker, uint32_t frame,
                          struct sx_sign_of *of)
{
    const struct sx_sign *sign = sx_tracker_sign(tracker, frame, 0);
    uint32_t n = 1;

    if (!sign)
        return 0;
    const struct sx_txn *txn = sx_tracker_txn(tracker, sign->txn);
    of->txn = sign->txn;
    struct sx_endpoint to = sign->response ? txn->src : txn->dst;
    if (sign->response)
        sx_words_sign_response(out, sx_say_method(txn), txn->request_frame,
                               sx_tracker_host(tracker, to.host), to.port);
    else
        sx_words_sign_request(out, sx_say_method(txn), txn->request_frame,
                              sx_tracker_host(tracker, to.host), to.port);
    while (sx_tracker_sign(tracker, frame, n))
        n++;
    return n;
}

static uint32_t say_attempt(wmem_strbuf_t *out, const struct sx_tracker *tracker, uint32_t frame)
{
    const struct sx_attempt *attempt = sx_tracker_attempt(tracker, frame, 0);

    if (!attempt || attempt->frame != frame)
        return 0;
    sx_words_sign_no_connection(out, sx_tracker_host(tracker, attempt->from.host),
                                sx_tracker_host(tracker, attempt->to.host), attempt->to.port,
                                attempt->since_frame);
    return 1;
}

bool sx_say_sign(wmem_strbuf_t *out, const struct sx_tracker *tracker, uint32_t frame,
                 struct sx_sign_of *of)
{
    *of = (struct sx_sign_of){0};
    uint32_t n = say_lost_flows(out, tracker, frame, of);

    n = n ? n : say_hangups(out, tracker, frame, of);
    n = n ? n : say_signs(out, tracker, frame, of);
    n = n ? n : say_attempt(out, tracker, frame);
    sx_say_more(out, MAX(n, 1) - 1);
    return n > 0;
}
