/* same_hashes.c
 * Preloaded: Wireshark's hash tables get the same multiplier in every run.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 *
 * It is random, and how many keys collide under it changes a packet's cost by up to one percent,
 * which is as much as the whole of what is measured.
 */
#include <stdint.h>

uint32_t g_random_int(void);

uint32_t g_random_int(void)
{
    return UINT32_C(2654435761);
}
