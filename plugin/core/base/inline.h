/* inline.h
 * Functions on every message's path that are not worth a call.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#ifndef SX_INLINE_H
#define SX_INLINE_H

#if defined(__GNUC__)
#define SX_INLINE static inline __attribute__((always_inline))
#define SX_COLD static __attribute__((noinline, cold)) /* what few messages need */
#define SX_LIKELY(x) __builtin_expect(!!(x), 1)
#else
#define SX_INLINE static inline
#define SX_COLD static
#define SX_LIKELY(x) (x)
#endif

#endif
