/* say.h
 * What the verdicts say in plain words.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 *
 * Texts are one line of UTF-8 and go to a string buffer of the caller's scope. What they
 * hold of a packet is numbers, and names that the flows keep cleaned by sx_text_of().
 */
#ifndef SX_SAY_H
#define SX_SAY_H

#include <wsutil/wmem/wmem.h>

#include "core/facts/catalogue.h"
#include "core/judge/flow_story.h"
#include "core/record/evidence.h"
#include "core/record/records.h"
#include "core/judge/registration.h"
#include "core/judge/trying.h"

/* In decimal. */
void sx_say_number(wmem_strbuf_t *out, uint64_t number);

/* "0.005 s", "35.2 s", "3 min 12 s" */
void sx_say_time(wmem_strbuf_t *out, int64_t ns);

/* "stuck for 35.2 s after 100: 10.0.0.3 never answered; ended by 408 in frame 9. ..."; false,
 * and nothing said, if the wait is nothing to flag. */
bool sx_say_trying(wmem_strbuf_t *out, const struct sx_tracker *tracker, const struct sx_txn *txn,
                   const struct sx_trying *verdict);

/* "cancelled in frame 5, which got 200 in frame 6, but no final response came: ..." */
void sx_say_no_end(wmem_strbuf_t *out, const struct sx_tracker *tracker,
                   const struct sx_txn *invite);

/* "10.0.0.2 sent it to 10.0.0.3 7 times over UDP (from frame 3) and got no answer"; false, and
 * nothing said, if the cause cannot be told. */
bool sx_say_cause(wmem_strbuf_t *out, const struct sx_tracker *tracker,
                  const struct sx_trying_chain *chain);

/* "INVITE"; "request" of a method that is not known */
const char *sx_say_method(const struct sx_txn *txn);

/* A reference of the catalogue, "RFC 5626 section 11.5", in the language that is set. */
void sx_say_reference(wmem_strbuf_t *out, const char *reference);

/* ", and 12 more"; nothing for 0 */
void sx_say_more(wmem_strbuf_t *out, uint32_t more);

/* "10.0.0.1" or "2001:db8::1"; "10.0.0.1:5060" or "[2001:db8::1]:5060" */
void sx_say_host_name(wmem_strbuf_t *out, const struct sx_host *host);
void sx_say_host_port(wmem_strbuf_t *out, const struct sx_host *host, uint16_t port);

/* The same of a number of a host. */
void sx_say_host(wmem_strbuf_t *out, const struct sx_tracker *tracker, uint32_t number);

void sx_say_endpoint(wmem_strbuf_t *out, const struct sx_tracker *tracker, struct sx_endpoint end);

/* "answered, but the capture lacks the response: frame 5 acknowledges it". Not for
 * SX_MISSING_NONE. */
void sx_say_missing(wmem_strbuf_t *out, const struct sx_tracker *tracker, const struct sx_txn *txn,
                    const struct sx_missing *missing);

/* ": 10.0.0.2 closed the connection in frame 6", of an INVITE that got no response; or nothing. */
wmem_strbuf_t *sx_say_closed(const wmem_strbuf_t *out, const struct sx_tracker *tracker,
                             const struct sx_txn *txn, struct sx_horizon until);

/* "no response for 32 s, sent 7 times" */
void sx_say_no_response(wmem_strbuf_t *out, const struct sx_tracker *tracker,
                        const struct sx_txn *txn);

/* "cannot tell: no response in the capture, but the client did not send it again ..." */
void sx_say_not_repeated(wmem_strbuf_t *out, const struct sx_txn *txn);

/* "stuck for 32 s after 100: 10.0.0.3 never answered; INVITE in frame 1, 100 in frame 2" and the
 * way */
void sx_say_expiry(wmem_strbuf_t *out, const struct sx_tracker *tracker,
                   const struct sx_expiry *expiry);

/* What, and where the attempt is that it tells of: "what in frame 12"; where the capture lacks its
 * request "what, and the response to that is in frame 13". */
void sx_say_next(wmem_strbuf_t *out, const struct sx_txn *next, const char *what);

/* "normal: the client answers the challenge in frame 12", where that leads on; "too late: 81.9 s
 * after the CANCEL in frame 7; the client gives up 32 s after it". False if there is nothing to
 * say. */
bool sx_say_step(wmem_strbuf_t *out, const struct sx_tracker *tracker, const struct sx_txn *txn,
                 const struct sx_code *entry);

/* ---- say_flow.c ---- */

/* "closed by the client in frame 39: the flow of sip:bob@example.com registered in frame 4 is
 * gone". What is known when the response comes, so the same on any pass. */
void sx_say_flow(wmem_strbuf_t *out, const struct sx_flow_story *story);

/* "another flow was tried in frame 47 and answered 200"; false, and nothing said, if nothing is
 * known of it. "; upstream got 480 in frame 25"; nothing where it does not matter. */
bool sx_say_flow_outcome(wmem_strbuf_t *out, const struct sx_flow_story *story);
void sx_say_flow_upstream(wmem_strbuf_t *out, const struct sx_flow_story *story);

/* All three: what came of it first. */
void sx_say_flow_story(wmem_strbuf_t *out, const struct sx_flow_story *story);

/* What this capture calls for, in place of the catalogue's general advice; false, and nothing
 * said, if the general advice is all there is. */
bool sx_say_flow_advice(wmem_strbuf_t *out, const struct sx_tracker *tracker,
                        const struct sx_flow_story *story);

/* "closed by the client here: the connection of sip:bob@example.com (reg-id 1, registered in frame
 * 4)" */
void sx_say_flow_end(wmem_strbuf_t *out, const struct sx_flow *flow);

/* Of the REGISTER that made a flow: the response by which it failed later. */
void sx_say_flow_failed(wmem_strbuf_t *out, const struct sx_flow_failure *failure);

/* "the edge proxy refuses its own flow token, the one of the registration in frame 4", and what to
 * do about it. Not for SX_TOKEN_NONE. */
void sx_say_token(wmem_strbuf_t *out, enum sx_flow_token token, const struct sx_flow *flow);
void sx_say_token_advice(wmem_strbuf_t *out, enum sx_flow_token token, const struct sx_flow *flow);

/* Of a 439 to REGISTER: "10.0.0.2 sent the REGISTER on without Path", and what to do about it.
 * False, and nothing said, if the capture does not show it. */
bool sx_say_no_outbound(wmem_strbuf_t *out, const struct sx_tracker *tracker,
                        const struct sx_txn *txn);
bool sx_say_no_outbound_advice(wmem_strbuf_t *out, const struct sx_tracker *tracker,
                               const struct sx_txn *txn);

/* "this attempt comes 3 s after the failed one in frame 30, too early: ..." */
void sx_say_too_early(wmem_strbuf_t *out, const struct sx_back_off *back_off);

/* ---- say_registration.c ---- */

/* "UDP"; of an enum sx_transport. */
const char *sx_say_transport(unsigned transport);

/* "transport"; of one of SX_DIFFERS_... Filters compare with it, so it is the same in all
 * languages. */
const char *sx_say_differs(unsigned one);

/* The same in the language that is set. */
const char *sx_say_differs_shown(unsigned one);

/* "sip:bob@example.com registered 20 s earlier (frame 4) over TCP from 10.0.0.2:40001; that
 * connection was closed in frame 6". Of a registration with a flow and a REGISTER. */
void sx_say_registration(wmem_strbuf_t *out, const struct sx_tracker *tracker,
                         const struct sx_registration *registration, const struct sx_txn *txn);

/* "registered 20 s before (frame 4) over a connection closed in frame 6": in few words, for a
 * sentence about something else. Of one that is over (sx_registration_is_over()). */
void sx_say_registered(wmem_strbuf_t *out, const struct sx_registration *registration);

#endif
