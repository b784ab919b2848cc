/* call.h
 * Which transactions make one call.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 *
 * In the statistics a call is an attempt to form a dialog. It is named by its first transaction:
 * the first attempt, at the first hop that the capture shows. To it belong the hops and forks below
 * it, by the Via stack, its CANCEL, and the attempts that followed a challenge, a redirection or a
 * repaired request.
 */
#ifndef SX_CALL_H
#define SX_CALL_H

#include "core/record/records.h"

/* Calls numbered by their Call-ID, which proxies leave alone: it ties the requests inside a dialog
 * to the INVITE, as no Via does. Made by the tracker. */
struct sx_call_numbers;

struct sx_call_numbers *sx_call_numbers_new(void);
void sx_call_numbers_free(struct sx_call_numbers *numbers);

/* The number of a transaction's call, from 1 in the order of appearance: the same whenever it is
 * asked for. 0 for NULL and without a Call-ID. Counts the transactions that came since it was
 * asked last, so captures that nobody asks about cost nothing. */
uint32_t sx_call_number(const struct sx_tracker *tracker, const struct sx_txn *txn);

/* The newest transaction of the same Call-ID, whatever its method and whoever sent it, and the next
 * older one. This one is among them. NULL at the end, and without a Call-ID. */
const struct sx_txn *sx_call_newest(const struct sx_tracker *tracker, const struct sx_txn *txn);
const struct sx_txn *sx_call_older(const struct sx_tracker *tracker, const struct sx_txn *txn);

/* The way back from later attempts and from forks whose common upstream transaction is not in the
 * capture. A snapshot: transactions that come later are not in it. */
struct sx_call_index;

struct sx_call_index *sx_call_index_new(const struct sx_tracker *tracker);
void sx_call_index_free(struct sx_call_index *calls);

/* The topmost transaction above this one; needs no index. */
uint32_t sx_call_top(const struct sx_tracker *tracker, uint32_t number);

/* The number of the call that a transaction belongs to; 0 for 0. */
uint32_t sx_call_of(const struct sx_call_index *calls, const struct sx_tracker *tracker,
                    uint32_t number);

/* The transaction that tells how the call went: its newest attempt; among forks at the first hop
 * the one that was answered, else the oldest. */
const struct sx_txn *sx_call_outcome(const struct sx_call_index *calls,
                                     const struct sx_tracker *tracker, uint32_t call);

/* True if this begins a call: an INVITE without a To tag; or, where the capture lacks the INVITE,
 * one that has responses (see sx_call_begins). */
bool sx_call_is_attempt(const struct sx_txn *first);

/* False if the INVITE of which only responses are there is one inside a call: an INVITE of the same
 * Call-ID came before. */
bool sx_call_begins(const struct sx_tracker *tracker, const struct sx_txn *first);

/* True if it is a request outside of dialogs that is no call and gets a response: REGISTER,
 * OPTIONS, SUBSCRIBE, MESSAGE, PUBLISH, REFER, ... */
bool sx_call_is_request(const struct sx_txn *first);

#endif
