/* say_registration.c
 * What the verdicts say of the registration that a request was sent to.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "core/say/say.h"
#include "core/say/words.h"

const char *sx_say_transport(unsigned transport)
{
    switch ((enum sx_transport)transport) {
    case SX_TRANSPORT_UDP:
        return "UDP";
    case SX_TRANSPORT_TCP:
        return "TCP";
    case SX_TRANSPORT_TLS:
        return "TLS";
    case SX_TRANSPORT_WS:
        return "WebSocket";
    case SX_TRANSPORT_SCTP:
        return "SCTP";
    case SX_TRANSPORT_OTHER:
    default:
        return sx_words_registration_other_transport();
    }
}

/* What showed that it is lost; else ICMP did. */
static bool is_closed(const struct sx_registration *r)
{
    return sx_flow_more(r->flow)->link && sx_flow_more(r->flow)->link->closed_in == r->lost_in;
}

static void say_state(wmem_strbuf_t *out, const struct sx_registration *r)
{
    switch (r->state) {
    case SX_REGISTRATION_RUN_OUT:
        sx_words_registration_run_out(out, r->expires_s);
        break;
    case SX_REGISTRATION_REMOVED:
        sx_words_registration_removed(out, r->lost_in);
        break;
    case SX_REGISTRATION_REPLACED:
        sx_words_registration_replaced(out, r->newer_in);
        break;
    case SX_REGISTRATION_LOST:
        if (is_closed(r))
            sx_words_registration_closed(out, r->lost_in);
        else
            sx_words_registration_unreachable(out, r->lost_in);
        break;
    case SX_REGISTRATION_CURRENT:
    case SX_REGISTRATION_UNKNOWN:
    default:
        break;
    }
}

const char *sx_say_differs(unsigned one)
{
    switch (one) {
    case SX_DIFFERS_TRANSPORT:
        return "transport";
    case SX_DIFFERS_ADDRESS:
        return "address";
    case SX_DIFFERS_PORT:
        return "port";
    case SX_DIFFERS_CONNECTION:
        return "connection";
    case SX_DIFFERS_PATH:
        return "path";
    default:
        return "";
    }
}

const char *sx_say_differs_shown(unsigned one)
{
    switch (one) {
    case SX_DIFFERS_TRANSPORT:
        return sx_words_registration_few_transport();
    case SX_DIFFERS_ADDRESS:
        return sx_words_registration_few_address();
    case SX_DIFFERS_PORT:
        return sx_words_registration_few_port();
    case SX_DIFFERS_CONNECTION:
        return sx_words_registration_few_connection();
    case SX_DIFFERS_PATH:
        return sx_words_registration_few_path();
    default:
        return "";
    }
}

static void say_difference(wmem_strbuf_t *out, const struct sx_tracker *tracker,
                           const struct sx_registration *r, const struct sx_txn *txn)
{
    if (r->differs & SX_DIFFERS_PATH)
        wmem_strbuf_append(out, sx_words_registration_not_by_path());
    else if (r->differs & SX_DIFFERS_TRANSPORT)
        sx_words_registration_goes_over(out, sx_say_transport(txn->transport));
    else if (r->differs & (SX_DIFFERS_ADDRESS | SX_DIFFERS_PORT))
        sx_words_registration_goes_to(out, sx_tracker_host(tracker, txn->dst.host), txn->dst.port);
    else if (r->differs & SX_DIFFERS_CONNECTION && r->state != SX_REGISTRATION_REPLACED)
        wmem_strbuf_append(out, sx_words_registration_other_connection());
}

void sx_say_registration(wmem_strbuf_t *out, const struct sx_tracker *tracker,
                         const struct sx_registration *r, const struct sx_txn *txn)
{
    const struct sx_flow *flow = r->flow;
    wmem_strbuf_t *way = sx_words_piece(out), *state = sx_words_piece(out);
    wmem_strbuf_t *refused = sx_words_piece(out), *difference = sx_words_piece(out);

    if (flow->has_way)
        sx_words_registration_way(way, sx_say_transport(flow->transport),
                                  sx_tracker_host(tracker, flow->client.host), flow->client.port);
    say_state(state, r);
    if (r->refused_in && r->state != SX_REGISTRATION_REPLACED)
        sx_words_registration_refused(refused, r->refused_code, r->refused_in);
    say_difference(difference, tracker, r, txn);
    sx_words_registration_registered(out, flow->user->aor, r->age_ns, r->in, way, state, refused,
                                     difference);
}

void sx_say_registered(wmem_strbuf_t *out, const struct sx_registration *r)
{
    wmem_strbuf_t *over = sx_words_piece(out);

    switch (r->state) {
    case SX_REGISTRATION_RUN_OUT:
        sx_words_registration_before_run_out(over, r->expires_s);
        break;
    case SX_REGISTRATION_REMOVED:
        sx_words_registration_before_removed(over, r->lost_in);
        break;
    case SX_REGISTRATION_REPLACED:
        sx_words_registration_before_replaced(over, r->newer_in);
        break;
    case SX_REGISTRATION_LOST:
        if (is_closed(r))
            sx_words_registration_before_closed(over, r->lost_in);
        else
            sx_words_registration_before_unreachable(over, r->lost_in);
        break;
    case SX_REGISTRATION_UNKNOWN:
    case SX_REGISTRATION_CURRENT:
    default:
        break;
    }
    sx_words_registration_before(out, r->age_ns, r->in, over);
}
