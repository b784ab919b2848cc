/* say_flow.c
 * What the verdicts say of flows.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include <inttypes.h>

#include "core/judge/origin.h"
#include "core/say/say.h"

static void say_closed(wmem_strbuf_t *out, const struct sx_link *link)
{
    wmem_strbuf_append_printf(out, "%s by the %s", link->reset ? "reset" : "closed",
                              link->closed_by_client ? "client" : "edge proxy");
}

static void say_no_pong(wmem_strbuf_t *out, const struct sx_flow_story *story)
{
    if (story->flow->link && story->flow->link->transport == SX_TRANSPORT_UDP)
        wmem_strbuf_append_printf(out,
                                  "the STUN keep-alive in frame %" PRIu32
                                  " got no response for more than 39.5 s",
                                  story->death_in);
    else
        wmem_strbuf_append_printf(out,
                                  "the keep-alive in frame %" PRIu32
                                  " got no pong for more than 10 s",
                                  story->death_in);
}

/* "closed by the client in frame 39"; false if the capture does not show how it died */
static bool say_death(wmem_strbuf_t *out, const struct sx_flow_story *story)
{
    const struct sx_flow *flow = story->flow;
    uint32_t frame = story->death_in;

    switch (story->death) {
    case SX_DEATH_CLOSED:
        say_closed(out, flow->link);
        wmem_strbuf_append_printf(out, " in frame %" PRIu32, frame);
        return true;
    case SX_DEATH_ALL_AT_ONCE:
        say_closed(out, flow->link);
        wmem_strbuf_append_printf(out,
                                  " in frame %" PRIu32 ", with all its %" PRIu32
                                  " connections at once, as a restart does",
                                  frame, story->ended);
        return true;
    case SX_DEATH_FORGOTTEN:
        say_closed(out, flow->link);
        wmem_strbuf_append_printf(out,
                                  " in frame %" PRIu32 ": it no longer knew the connection, as "
                                  "after a restart",
                                  frame);
        return true;
    case SX_DEATH_NO_PONG:
        say_no_pong(out, story);
        return true;
    case SX_DEATH_NO_ACK:
        wmem_strbuf_append_printf(out,
                                  "TCP repeats the same bytes %" PRIu32 " times from frame %" PRIu32
                                  " on and nothing acknowledges them",
                                  story->repeats, frame);
        return true;
    case SX_DEATH_UNREACHABLE:
        wmem_strbuf_append_printf(out,
                                  "ICMP in frame %" PRIu32 " says that the %s cannot be "
                                  "reached",
                                  frame, story->edge_unreachable ? "edge proxy" : "client");
        return true;
    case SX_DEATH_MOVED:
        wmem_strbuf_append_printf(out,
                                  "the NAT has given the client another address or port (STUN "
                                  "in frame %" PRIu32 ")",
                                  frame);
        return true;
    case SX_DEATH_REFUSED:
        wmem_strbuf_append_printf(out,
                                  "the edge proxy answered the STUN keep-alive with an error in "
                                  "frame %" PRIu32,
                                  frame);
        return true;
    case SX_DEATH_FLOW_TIMER:
        wmem_strbuf_append(out, "the client was silent for ");
        sx_say_time(out, story->silent_ns);
        wmem_strbuf_append_printf(out, ", its Flow-Timer is %" PRIu32 " s", story->flow_timer_s);
        return true;
    case SX_DEATH_REMOVED:
        wmem_strbuf_append_printf(out, "the client took the registration back in frame %" PRIu32,
                                  frame);
        return true;
    case SX_DEATH_EXPIRED:
        wmem_strbuf_append(out, "the registration had run out");
        return true;
    case SX_DEATH_UNKNOWN:
    default:
        return false;
    }
}

static void say_detail(wmem_strbuf_t *out, const struct sx_flow_story *story, const char *before)
{
    size_t length = wmem_strbuf_get_len(out);

    wmem_strbuf_append(out, before);
    if (!story->flow || !say_death(out, story))
        wmem_strbuf_truncate(out, length);
}

static void say_without_flow(wmem_strbuf_t *out, const struct sx_flow_story *story)
{
    if (story->to_register)
        wmem_strbuf_append(out, "it answers a REGISTER, and before that no flow has been made that "
                                "could be gone");
    else if (story->route_repair)
        wmem_strbuf_append(out, "Microsoft's route repair (P-Dialog-Recovery-Action): the route of "
                                "this dialog is stale, no flow is lost");
    else if (story->in_dialog)
        wmem_strbuf_append(out, "no registration of this flow in the capture; inside a dialog it "
                                "may be a stale route");
    else if (story->token_route)
        wmem_strbuf_append(out, "no registration of this flow in the capture");
    else
        wmem_strbuf_append(out, "nothing shows that a flow was lost: no flow token in Route and no "
                                "registration of a flow in the capture");
}

static void say_delivered(wmem_strbuf_t *out, const struct sx_flow_story *story)
{
    if (story->alive_in)
        wmem_strbuf_append_printf(out,
                                  "the flow works: the client answered %" PRIu32
                                  " in frame %" PRIu32,
                                  story->alive_code, story->alive_in);
    else {
        wmem_strbuf_append_printf(out,
                                  "sent over the flow in frame %" PRIu32
                                  ", and the client did not answer",
                                  story->delivered_in);
        say_detail(out, story, ": ");
    }
}

void sx_say_flow(wmem_strbuf_t *out, const struct sx_flow_story *story)
{
    const struct sx_flow *flow = story->flow;

    if (story->delivered_in) {
        say_delivered(out, story);
    } else if (story->from_client) {
        wmem_strbuf_append(out, "the client itself says so, over a flow that works");
    } else if (!flow || story->route_repair) {
        say_without_flow(out, story);
    } else {
        if (story->wrong_token)
            wmem_strbuf_append(
                out, "the request is for another device, but has this one's flow token: ");
        if (say_death(out, story))
            wmem_strbuf_append(out, ": ");
        wmem_strbuf_append_printf(out, "the flow of %s", flow->aor);
        if (flow->registered_in)
            wmem_strbuf_append_printf(out, " registered in frame %" PRIu32, flow->registered_in);
        wmem_strbuf_append(out, " is gone");
    }
}

/* ---- what came of it ---- */

static void say_retry(wmem_strbuf_t *out, const struct sx_flow_story *story)
{
    if (!story->retried) {
        wmem_strbuf_append_printf(out,
                                  "another flow had failed before (frame %" PRIu32
                                  "), and no further one was tried",
                                  story->earlier_in);
        return;
    }
    if (story->wrong_token_in)
        wmem_strbuf_append(out, "another device was tried with the flow token of this one");
    else
        wmem_strbuf_append(out, "another flow was tried");
    if (story->retry_in)
        wmem_strbuf_append_printf(out, " in frame %" PRIu32, story->retry_in);
    else
        wmem_strbuf_append(out, " (the capture lacks the request)");
    if (!story->retry_code)
        wmem_strbuf_append(out, " and got no answer");
    else
        wmem_strbuf_append_printf(out, " and %s %" PRIu32,
                                  story->outcome == SX_FLOW_OTHER_ANSWERED ? "answered"
                                                                           : "failed with",
                                  story->retry_code);
}

void sx_say_flow_upstream(wmem_strbuf_t *out, const struct sx_flow_story *story)
{
    if (story->upstream_code && story->outcome != SX_FLOW_OTHER_ANSWERED &&
        story->outcome != SX_FLOW_HANDED_ON && story->outcome != SX_FLOW_UNKNOWN)
        wmem_strbuf_append_printf(out, "; upstream got %u in frame %" PRIu32, story->upstream_code,
                                  story->upstream_in);
}

bool sx_say_flow_outcome(wmem_strbuf_t *out, const struct sx_flow_story *story)
{
    switch (story->outcome) {
    case SX_FLOW_OTHER_ANSWERED:
    case SX_FLOW_OTHERS_FAILED:
        say_retry(out, story);
        return true;
    case SX_FLOW_REREGISTERED:
        wmem_strbuf_append_printf(out, "the client registered again in frame %" PRIu32 ", ",
                                  story->reregistered_in);
        sx_say_time(out, story->reregistered_after_ns);
        wmem_strbuf_append(out, " later");
        return true;
    case SX_FLOW_HANDED_ON:
        wmem_strbuf_append(out, "handed on to the caller");
        return true;
    case SX_FLOW_NOTHING_TRIED:
        wmem_strbuf_append(out, "nothing was tried");
        return true;
    case SX_FLOW_OPEN:
        wmem_strbuf_append(out, "the capture ends too early to see a repair");
        return true;
    case SX_FLOW_UNKNOWN:
    default:
        return false;
    }
}

void sx_say_flow_story(wmem_strbuf_t *out, const struct sx_flow_story *story)
{
    if (sx_say_flow_outcome(out, story))
        wmem_strbuf_append(out, "; ");
    sx_say_flow(out, story);
    sx_say_flow_upstream(out, story);
}

/* ---- advice ---- */

static const char *where_to_look(enum sx_flow_death death)
{
    switch (death) {
    case SX_DEATH_ALL_AT_ONCE:
    case SX_DEATH_FORGOTTEN:
        return " Look at the edge proxy's log for that moment.";
    case SX_DEATH_NO_PONG:
    case SX_DEATH_NO_ACK:
    case SX_DEATH_MOVED:
        return " Look at the client's network, and for a NAT or firewall that forgets connections "
               "sooner than the client sends keep-alives.";
    case SX_DEATH_FLOW_TIMER:
        return " Look why the client sends no keep-alives, or lets the network swallow them.";
    case SX_DEATH_REMOVED:
    case SX_DEATH_EXPIRED:
        return " Look why the registrar still used this binding.";
    case SX_DEATH_UNREACHABLE:
        return " Look whether the client's program still runs, and has kept its port.";
    case SX_DEATH_CLOSED:
    case SX_DEATH_REFUSED:
        return "";
    case SX_DEATH_UNKNOWN:
    default:
        return " Look at the edge proxy's log for a restart or a lost connection.";
    }
}

/* How long nothing came from the client before the connection ended, or before the response. */
static void say_silence(wmem_strbuf_t *out, const struct sx_flow_story *story)
{
    if (story->idle_ns >= 0) {
        wmem_strbuf_append(out, ", ");
        sx_say_time(out, story->idle_ns);
        wmem_strbuf_append(out, " after the client's last bytes");
    } else if (story->silent_ns >= 0 && story->death != SX_DEATH_FLOW_TIMER) {
        wmem_strbuf_append(out, ". The client had been silent for ");
        sx_say_time(out, story->silent_ns);
    } else {
        return;
    }
    if (story->flow_timer_s)
        wmem_strbuf_append_printf(out, "; its Flow-Timer is %" PRIu32 " s", story->flow_timer_s);
}

/* Why the flow dropped, as the thing to look at. */
static void advise_death(wmem_strbuf_t *out, const struct sx_flow_story *story)
{
    const struct sx_flow *flow = story->flow;

    wmem_strbuf_append(out, " Find out why the flow");
    if (flow->reg_id)
        wmem_strbuf_append_printf(out, " with reg-id %" PRIu32, flow->reg_id);
    wmem_strbuf_append(out, " dropped: ");
    if (!say_death(out, story))
        wmem_strbuf_append(out, "the capture does not show it");
    say_silence(out, story);
    wmem_strbuf_append_c(out, '.');
    wmem_strbuf_append(out, where_to_look(story->death));
}

static void say_wait(wmem_strbuf_t *out, const struct sx_back_off *b)
{
    sx_say_time(out, b->waited_ns);
    wmem_strbuf_append_printf(out, " after the failed one in frame %" PRIu32, b->failed_in);
    if (b->failures > 1)
        wmem_strbuf_append_printf(out, " (%" PRIu32 " failed in a row)", b->failures);
}

void sx_say_too_early(wmem_strbuf_t *out, const struct sx_back_off *b)
{
    wmem_strbuf_append(out, "this attempt comes ");
    say_wait(out, b);
    wmem_strbuf_append(out, ", too early: RFC 5626 4.5 asks for at least ");
    sx_say_time(out, b->least_ns);
}

/* RFC 5626 4.5; the first new attempt may come at once. */
static void advise_return(wmem_strbuf_t *out, const struct sx_flow_story *story)
{
    const struct sx_back_off *b = &story->back_off;

    switch (story->returned) {
    case SX_RETURN_IN_TIME:
        if (b->failures == 0)
            return;
        wmem_strbuf_append(out, " Its last attempt came ");
        say_wait(out, b);
        wmem_strbuf_append(out, ", in keeping with RFC 5626 4.5.");
        break;
    case SX_RETURN_TOO_EARLY:
        wmem_strbuf_append(out, " It does not keep to RFC 5626 4.5: an attempt came ");
        say_wait(out, b);
        wmem_strbuf_append(out, ", too early by ");
        sx_say_time(out, b->least_ns - b->waited_ns);
        wmem_strbuf_append(out,
                           ". When an edge proxy with many clients restarts, that overloads it.");
        break;
    case SX_RETURN_NEVER:
        wmem_strbuf_append(out, " The client could see the loss and sent no new REGISTER in the ");
        sx_say_time(out, story->watched_ns);
        wmem_strbuf_append(out, " that the capture goes on: look at its log, or restart it.");
        break;
    case SX_RETURN_UNKNOWN:
    default:
        break;
    }
}

/* Where the 430 is not about a lost flow. */
static bool advise_no_loss(wmem_strbuf_t *out, const struct sx_flow_story *story)
{
    if (story->alive_in) {
        wmem_strbuf_append_printf(
            out,
            "The flow is not the trouble: the client answered the same request in frame %" PRIu32
            ". Look there for the real answer, and at the edge proxy for why it says %u instead.",
            story->alive_in, story->code);
    } else if (story->to_register) {
        wmem_strbuf_append_printf(
            out,
            "%u is for requests along a flow, not for the REGISTER that "
            "makes one (RFC 5626 11.5). Read the log of the host that sent it, "
            "and treat it as 400.",
            story->code);
    } else if (story->from_client) {
        wmem_strbuf_append_printf(out,
                                  "The client itself answers %u, over a flow that works: read "
                                  "the client's log, and treat it as 400.",
                                  story->code);
    } else if (story->route_repair) {
        wmem_strbuf_append(out,
                           "Leave it to the client (Lync, Skype for Business): it refreshes the "
                           "route of the dialog, if need be after registering anew, and sends "
                           "again. Only if the request does not come again look at the client.");
    } else if (story->delivered_in && story->death == SX_DEATH_UNKNOWN) {
        wmem_strbuf_append_printf(
            out,
            "The edge proxy had a connection to send it over (frame %" PRIu32
            "); it is the client that did not answer, or its network. Look at "
            "the client. An edge proxy should leave this to a timeout (408) "
            "instead of %u.",
            story->delivered_in, story->code);
    } else if (!story->flow && !story->token_route && !story->in_dialog) {
        wmem_strbuf_append_printf(
            out,
            "Nothing here speaks of SIP outbound (RFC 5626): no flow token "
            "in Route, no registration with reg-id. Read the sender's log for "
            "what it means by %u, and treat it as 400.",
            story->code);
    } else {
        return false;
    }
    return true;
}

static void advise_outcome(wmem_strbuf_t *out, const struct sx_flow_story *story,
                           int64_t recovery_ns)
{
    switch (story->outcome) {
    case SX_FLOW_OTHER_ANSWERED:
        wmem_strbuf_append_printf(out,
                                  "Nothing to do for this request: it went out again over "
                                  "another flow (reg-id %" PRIu32 ") in frame %" PRIu32
                                  " and got %u.",
                                  story->retry_reg_id,
                                  story->retry_in ? story->retry_in : story->retry_code_in,
                                  story->retry_code);
        break;
    case SX_FLOW_REREGISTERED:
        wmem_strbuf_append_printf(out,
                                  "The client put it right itself: it registered again in "
                                  "frame %" PRIu32 "; requests reach it again.",
                                  story->reregistered_in);
        break;
    case SX_FLOW_OTHERS_FAILED:
        if (story->wrong_token_in) {
            wmem_strbuf_append_printf(out,
                                      "The next attempt, in frame %" PRIu32 ", names another "
                                      "device's Contact but has the flow token of this one, so it "
                                      "met the same dead flow. Look at the registrar: it must send "
                                      "each Contact with the Path of its own registration (RFC "
                                      "3327 5.1).",
                                      story->wrong_token_in);
            break;
        }
        if (story->wrong_token) {
            wmem_strbuf_append(out, "This attempt names another device's Contact but has the flow "
                                    "token of a flow that is gone. Look at the registrar: it must "
                                    "send each Contact with the Path of its own registration (RFC "
                                    "3327 5.1).");
            break;
        }
        if (!story->retried)
            wmem_strbuf_append_printf(out,
                                      "This was the retry; the flow tried before failed in "
                                      "frame %" PRIu32,
                                      story->earlier_in);
        else
            wmem_strbuf_append_printf(out, "The retry over another flow in frame %" PRIu32,
                                      story->retry_in);
        if (story->retried && story->retry_code)
            wmem_strbuf_append_printf(out, " failed too (%u)", story->retry_code);
        else if (story->retried)
            wmem_strbuf_append(out, " got no answer");
        wmem_strbuf_append(out, ": the client has lost its network or all its edge proxies. It can "
                                "be reached when it registers again.");
        break;
    case SX_FLOW_HANDED_ON:
        wmem_strbuf_append_printf(out,
                                  "The %u reached the caller. A proxy between the edge proxy "
                                  "and the caller should have tried another flow of the client or "
                                  "answered 480 (RFC 5626 7); look at its handling of %u.",
                                  story->code, story->code);
        break;
    case SX_FLOW_NOTHING_TRIED:
        if (story->ended_early) {
            wmem_strbuf_append(out, "No other flow was tried. The capture ends too early to see "
                                    "whether the client registers again. ");
        } else {
            wmem_strbuf_append(out,
                               "No other flow was tried, and the client did not register again "
                               "within ");
            sx_say_time(out, recovery_ns);
            wmem_strbuf_append(out, ". ");
        }
        wmem_strbuf_append(out, "Let the client register two flows, and make it notice a dead one "
                                "by keep-alives.");
        break;
    case SX_FLOW_OPEN:
        wmem_strbuf_append(out, "The capture ends too early to see a repair: see whether the "
                                "client registers again.");
        break;
    case SX_FLOW_UNKNOWN:
    default:
        wmem_strbuf_append(out, "See whether the request goes out again over another flow, or the "
                                "client registers again.");
        break;
    }
}

bool sx_say_flow_advice(wmem_strbuf_t *out, const struct sx_tracker *tracker,
                        const struct sx_flow_story *story)
{
    if (advise_no_loss(out, story))
        return true;
    if (!story->flow)
        return false;
    advise_outcome(out, story, sx_tracker_config(tracker)->flow_recovery_ns);
    if (story->replaced_in)
        wmem_strbuf_append_printf(out,
                                  " This flow was out of date: the client had registered another "
                                  "in its place in frame %" PRIu32 ". Look why the registrar still "
                                  "used the old binding.",
                                  story->replaced_in);
    advise_return(out, story);
    advise_death(out, story);
    return true;
}

void sx_say_flow_end(wmem_strbuf_t *out, const struct sx_flow *flow)
{
    say_closed(out, flow->link);
    wmem_strbuf_append_printf(out, " here: the connection of %s (reg-id %" PRIu32, flow->aor,
                              flow->reg_id);
    if (flow->registered_in)
        wmem_strbuf_append_printf(out, ", registered in frame %" PRIu32, flow->registered_in);
    wmem_strbuf_append_c(out, ')');
    if (flow->link->goodbye_in)
        wmem_strbuf_append_printf(out, ", after its goodbye in frame %" PRIu32,
                                  flow->link->goodbye_in);
}

/* ---- 403 to a flow token ---- */

void sx_say_token(wmem_strbuf_t *out, enum sx_flow_token token, const struct sx_flow *flow)
{
    if (token == SX_TOKEN_STRANGE) {
        wmem_strbuf_append_printf(out,
                                  "the flow token in Route is not the one that the edge proxy "
                                  "gave for this Contact in frame %" PRIu32
                                  ": changed on the way, or out of date",
                                  flow->registered_in);
        return;
    }
    wmem_strbuf_append_printf(out,
                              "the edge proxy refuses its own flow token, that of the "
                              "registration in frame %" PRIu32,
                              flow->registered_in);
    if (token == SX_TOKEN_RESTARTED)
        wmem_strbuf_append_printf(out,
                                  "; it closed the connection in frame %" PRIu32
                                  " and so has restarted with a new secret",
                                  flow->link->closed_in);
}

void sx_say_token_advice(wmem_strbuf_t *out, enum sx_flow_token token, const struct sx_flow *flow)
{
    if (token == SX_TOKEN_STRANGE)
        wmem_strbuf_append_printf(out,
                                  "Compare the top Route of the request with Path in frame %" PRIu32
                                  " and in its "
                                  "2xx: an edge proxy refuses a token that it did not make (RFC "
                                  "5626 5.3.1). Find the hop "
                                  "that changed the user part, or why the registrar keeps an old "
                                  "Path. The caller's rights "
                                  "have nothing to do with it.",
                                  flow->registered_in);
    else if (token == SX_TOKEN_RESTARTED)
        wmem_strbuf_append(
            out,
            "The flow went with the old process. The client must register again; give the edge "
            "proxy a secret for its flow tokens that outlives a restart, so that it can answer 430 "
            "and another flow is tried. The caller's rights have nothing to do with it.");
    else
        wmem_strbuf_append(
            out,
            "See whether the edge proxy was given a new secret for its flow tokens, or whether "
            "several edge proxies behind one address have different ones. The client must register "
            "again to get a token that is accepted.");
}

/* ---- 439 ---- */

/* The REGISTER as the registrar got it; NULL if the capture does not show it. */
static const struct sx_txn *at_registrar(const struct sx_tracker *tracker, const struct sx_txn *txn)
{
    txn = sx_origin_find(tracker, txn).txn;
    return txn->method == SX_METHOD_REGISTER && txn->final_code == 439 && txn->request_frame ? txn
                                                                                             : NULL;
}

static bool has_first_hop(const struct sx_txn *txn)
{
    return txn->parent_key.bits != 0;
}

bool sx_say_no_outbound(wmem_strbuf_t *out, const struct sx_tracker *tracker,
                        const struct sx_txn *txn)
{
    const struct sx_txn *at = at_registrar(tracker, txn);

    if (!at)
        return false;
    if (!has_first_hop(at)) {
        wmem_strbuf_append_printf(out,
                                  "the REGISTER in frame %" PRIu32
                                  " has one Via: no proxy is between the client and ",
                                  at->request_frame);
        sx_say_host(out, tracker, at->dst.host);
        return true;
    }
    if (!at->has_path) {
        sx_say_host(out, tracker, at->src.host);
        wmem_strbuf_append_printf(out, " sent the REGISTER on without Path (frame %" PRIu32 ")",
                                  at->request_frame);
    } else {
        wmem_strbuf_append_printf(out, "Path in frame %" PRIu32 " has %s", at->request_frame,
                                  at->outbound_path ? "ob, and the registrar refuses all the same"
                                                    : "no ob: the first hop keeps no flow");
    }
    return true;
}

bool sx_say_no_outbound_advice(wmem_strbuf_t *out, const struct sx_tracker *tracker,
                               const struct sx_txn *txn)
{
    const struct sx_txn *at = at_registrar(tracker, txn);
    const struct sx_txn *next = sx_tracker_txn(tracker, txn->followed_by);

    if (!at)
        return false;
    if (!has_first_hop(at))
        wmem_strbuf_append(out,
                           "The registrar is the first hop itself and should not ask for Path: "
                           "look at its outbound settings.");
    else if (at->outbound_path)
        wmem_strbuf_append(out,
                           "Path is as it should be: look at the registrar's outbound settings, "
                           "and whether it takes the right Path value for the first hop's.");
    else {
        wmem_strbuf_append(out, "Switch outbound on at the first hop, ");
        sx_say_host(out, tracker, at->src.host);
        wmem_strbuf_append(out, ": it has to add Path with a flow token and ob.");
    }
    if (next) {
        sx_say_next(out, next, " The client registered again");
        wmem_strbuf_append_printf(out, " (%u).", next->final_code);
    } else {
        wmem_strbuf_append(out, " Or let the client register without reg-id.");
    }
    return true;
}
