/* drive.c
 * Feeds a capture of SIP over UDP from standard input to the core, for numbers of messages that
 * would take tshark hours under callgrind. feed() is what the plugin does with a message in every
 * mode, judge() what it does in addition where someone looks at it.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include <malloc.h>
#include <stdio.h>
#include <stdlib.h>

#include "core/judge/failure.h"
#include "core/judge/silence.h"
#include "core/judge/origin.h"
#include "core/judge/watch.h"
#include "core/judge/trying.h"

/* Raw IPv4 without options, then UDP. */
#define SOURCE 12
#define TARGET 16
#define PORTS 20
#define PAYLOAD 28
#define MAX_PACKET 65536

static struct sx_tracker *tracker;
static uint32_t failures; /* so that no verdict is optimized away */

static uint16_t be16(const uint8_t *p)
{
    return (uint16_t)(p[0] << 8 | p[1]);
}

__attribute__((noinline)) const struct sx_message *feed(const uint8_t *packet, size_t n,
                                                        uint32_t frame, int64_t time_ns);
__attribute__((noinline)) void judge(const struct sx_message *record);

const struct sx_message *feed(const uint8_t *packet, size_t n, uint32_t frame, int64_t time_ns)
{
    struct sx_sip_msg msg;
    struct sx_observation obs = {
        .msg = &msg,
        .src = {packet + SOURCE, 4, 2, be16(packet + PORTS)},
        .dst = {packet + TARGET, 4, 2, be16(packet + PORTS + 2)},
        .time_ns = time_ns,
        .frame = frame,
        .transport = SX_TRANSPORT_UDP,
    };

    sx_watch_tick(tracker, frame, time_ns);
    if (!sx_sip_msg_read(sx_slice((const char *)packet + PAYLOAD, n - PAYLOAD), &msg)) {
        fprintf(stderr, "frame %u is no SIP message\n", frame);
        exit(1);
    }
    return sx_tracker_observe(tracker, &obs);
}

void judge(const struct sx_message *record)
{
    const struct sx_txn *txn = sx_tracker_txn(tracker, record->txn);
    uint32_t frame = record->frame;

    if (!txn)
        return;
    if (!record->repeats &&
        (frame == txn->request_frame || frame == sx_txn_more(txn)->trying_frame ||
         record->flags & SX_MESSAGE_ENDS_WAIT))
        failures += sx_trying_judge(tracker, txn).state == SX_TRYING_TIMED_OUT;
    if (frame == txn->request_frame)
        failures += sx_silence_no_response(tracker, txn);
    if (record->code < 300)
        return;
    failures += sx_failure_judge(tracker, txn, record->code);
    failures += sx_origin_find(tracker, txn).kind == SX_ORIGIN_RELAYED;
}

int main(void)
{
    static const uint64_t key[2] = {1, 2};
    static uint8_t packet[MAX_PACKET];
    struct sx_config cfg = {
        .trying_timeout_ns = 32 * SX_NS_PER_S,
        .trying_slow_ns = 6 * SX_NS_PER_S,
        .flow_recovery_ns = 30 * SX_NS_PER_S,
    };
    uint32_t file_header[6], header[4], frame = 0;

    if (fread(file_header, sizeof file_header, 1, stdin) != 1)
        return 1;
    tracker = sx_tracker_new(key, &cfg);
    while (fread(header, sizeof header, 1, stdin) == 1) {
        size_t n = header[2];
        if (n <= PAYLOAD || n > sizeof packet || fread(packet, n, 1, stdin) != 1)
            return 1;
        judge(feed(packet, n, ++frame, header[0] * SX_NS_PER_S + header[1] * INT64_C(1000)));
    }
    struct mallinfo2 heap = mallinfo2();
    printf("%u messages, %u transactions, %u verdicts, %zu bytes\n", frame,
           sx_tracker_txn_count(tracker), failures, heap.uordblks + heap.hblkhd);
    sx_tracker_free(tracker);
    return 0;
}
