/* say_registration.c
 * What the verdicts say of the registration that a request was sent to.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include <inttypes.h>

#include "core/say/say.h"

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
        return "another transport";
    }
}

static void say_state(wmem_strbuf_t *out, const struct sx_registration *r)
{
    switch (r->state) {
    case SX_REGISTRATION_RUN_OUT:
        wmem_strbuf_append_printf(out, "; it was good for %" PRIu32 " s and has run out",
                                  r->expires_s);
        break;
    case SX_REGISTRATION_REMOVED:
        wmem_strbuf_append_printf(out, "; it was taken back in frame %" PRIu32, r->lost_in);
        break;
    case SX_REGISTRATION_REPLACED:
        wmem_strbuf_append_printf(out, "; a newer one from elsewhere came in frame %" PRIu32,
                                  r->newer_in);
        break;
    case SX_REGISTRATION_LOST:
        wmem_strbuf_append_printf(out, "; %s in frame %" PRIu32,
                                  r->flow->link && r->flow->link->closed_in == r->lost_in
                                      ? "that connection was closed"
                                      : "ICMP says that the client cannot be reached",
                                  r->lost_in);
        break;
    case SX_REGISTRATION_CURRENT:
    case SX_REGISTRATION_UNKNOWN:
    default:
        break;
    }
    if (r->refused_in && r->state != SX_REGISTRATION_REPLACED)
        wmem_strbuf_append_printf(out, "; a refresh was refused with %u in frame %" PRIu32,
                                  r->refused_code, r->refused_in);
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

static void say_difference(wmem_strbuf_t *out, const struct sx_tracker *tracker,
                           const struct sx_registration *r, const struct sx_txn *txn)
{
    if (r->differs & SX_DIFFERS_PATH)
        wmem_strbuf_append(out, ". The request does not go by the Path of this registration");
    else if (r->differs & SX_DIFFERS_TRANSPORT)
        wmem_strbuf_append_printf(out, ". The request goes over %s",
                                  sx_say_transport(txn->transport));
    else if (r->differs & (SX_DIFFERS_ADDRESS | SX_DIFFERS_PORT)) {
        wmem_strbuf_append(out, ". The request goes to ");
        sx_say_endpoint(out, tracker, txn->dst);
    } else if (r->differs & SX_DIFFERS_CONNECTION && r->state != SX_REGISTRATION_REPLACED)
        wmem_strbuf_append(out, ". The request goes over another connection");
}

void sx_say_registration(wmem_strbuf_t *out, const struct sx_tracker *tracker,
                         const struct sx_registration *r, const struct sx_txn *txn)
{
    const struct sx_flow *flow = r->flow;

    wmem_strbuf_append_printf(out, "%s registered ", flow->aor);
    sx_say_time(out, r->age_ns);
    wmem_strbuf_append_printf(out, " earlier (frame %" PRIu32 ")", r->in);
    if (flow->has_way) {
        wmem_strbuf_append_printf(out, " over %s from ", sx_say_transport(flow->transport));
        sx_say_endpoint(out, tracker, flow->client);
    }
    say_state(out, r);
    say_difference(out, tracker, r, txn);
}

void sx_say_registered(wmem_strbuf_t *out, const struct sx_registration *r)
{
    wmem_strbuf_append(out, "registered ");
    sx_say_time(out, r->age_ns);
    wmem_strbuf_append_printf(out, " before (frame %" PRIu32 ")", r->in);
    switch (r->state) {
    case SX_REGISTRATION_RUN_OUT:
        wmem_strbuf_append_printf(out, " for %" PRIu32 " s", r->expires_s);
        break;
    case SX_REGISTRATION_REMOVED:
        wmem_strbuf_append_printf(out, ", taken back in frame %" PRIu32, r->lost_in);
        break;
    case SX_REGISTRATION_REPLACED:
        wmem_strbuf_append_printf(out, ", elsewhere since frame %" PRIu32, r->newer_in);
        break;
    case SX_REGISTRATION_LOST:
        wmem_strbuf_append_printf(out, "%s in frame %" PRIu32,
                                  r->flow->link && r->flow->link->closed_in == r->lost_in
                                      ? " over a connection closed"
                                      : "; ICMP says it is unreachable",
                                  r->lost_in);
        break;
    case SX_REGISTRATION_UNKNOWN:
    case SX_REGISTRATION_CURRENT:
    default:
        break;
    }
}
