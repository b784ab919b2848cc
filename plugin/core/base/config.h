/* config.h
 * What the user can set, as plain values.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#ifndef SX_CONFIG_H
#define SX_CONFIG_H

#include <stdint.h>

#define SX_NS_PER_MS INT64_C(1000000)
#define SX_NS_PER_S INT64_C(1000000000)

/* RFC 3261 17.1.1.1 and table 4. */
#define SX_T1_NS (500 * SX_NS_PER_MS)
#define SX_TIMER_B_NS (64 * SX_T1_NS)

struct sx_config {
    int64_t trying_timeout_ns;
    int64_t trying_slow_ns;
    int64_t flow_recovery_ns;
};

#endif
