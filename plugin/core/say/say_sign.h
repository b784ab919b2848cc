/* say_sign.h
 * What a packet without SIP has to do with SIP.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#ifndef SX_SAY_SIGN_H
#define SX_SAY_SIGN_H

#include "core/say/say.h"

/* What such a packet belongs to. */
struct sx_sign_of {
    uint32_t txn;       /* 0: no transaction */
    uint32_t failed_in; /* the response by which the flow failed that is lost here; 0: none */
};

/* "about the INVITE in frame 3, not answered yet, sent to 10.0.0.3:5060", "closes the connection of
 * the INVITE in frame 3", "10.0.0.2 cannot connect to 10.0.0.3:5060", "the connection of
 * sip:bob@example.com ... ends here". False, and nothing said, of a frame that shows none of it. */
bool sx_say_sign(wmem_strbuf_t *out, const struct sx_tracker *tracker, uint32_t frame,
                 struct sx_sign_of *of);

#endif
