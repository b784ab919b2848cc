/* begun_text.h
 * First fragments of requests for the tests, on top of sip_text.h.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#ifndef SX_TESTS_BEGUN_TEXT_H
#define SX_TESTS_BEGUN_TEXT_H

#include "sip_text.h"

/* The first fragment of alice's INVITE to p1 with this branch; id: of the packet. Returns its
 * frame. */
static inline uint32_t begin_invite(struct ladder *l, double seconds, const char *branch,
                                    uint32_t id)
{
    const uint8_t src[4] = {10, 0, 0, ALICE}, dst[4] = {10, 0, 0, P1};
    GString *text = text_of(&(struct sip_text){.method = "INVITE", via(branch), .call_id = branch});
    uint32_t frame = other_packet(l, seconds);
    struct sx_address a = address_at(src, 0), b = address_at(dst, 0);
    struct sx_sip_msg msg;

    g_assert_true(sx_sip_msg_read(sx_slice(text->str, text->len), &msg));
    sx_tracker_fragment(l->tracker, &(struct sx_seen_fragment){a, b, a, b, frame, id,
                                                               SX_HOLDS_REQUEST, true, &msg});
    g_string_free(text, TRUE);
    return frame;
}

#endif
