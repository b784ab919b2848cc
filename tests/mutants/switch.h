/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * What a copy of the core is compiled with that holds all its changes at once: switched.py puts
 * these around what they change, and a file that several processes share says which one is made. It
 * is read before all else, so it includes nothing.
 */

#ifndef SX_SWITCH_H
#define SX_SWITCH_H

#define SX_SWITCHES 65536

struct sx_switches {
    unsigned chosen;                    /* the change that is made, 0 = none */
    unsigned char reached[SX_SWITCHES]; /* whether it would have made a difference so far */
};

/* The file that SX_SWITCHES names, or one of nobody else. Never NULL. */
extern struct sx_switches *sx_switches;

static inline _Bool sx_changed(unsigned number)
{
    sx_switches->reached[number] = 1;
    return sx_switches->chosen == number;
}

static inline _Bool sx_pick(unsigned number, _Bool old, _Bool changed)
{
    if (old != changed)
        sx_switches->reached[number] = 1;
    return sx_switches->chosen == number ? changed : old;
}

/* "a < b" that can become "a <= b". Each side is evaluated once; + 0 makes a value of a bit-field.
 */
#define SX_COMPARE(number, a, old, changed, b)                 \
    __extension__({                                            \
        __auto_type sx_a_ = (a) + 0;                           \
        __auto_type sx_b_ = (b) + 0;                           \
        sx_pick(number, sx_a_ old sx_b_, sx_a_ changed sx_b_); \
    })

/* "a == b" that can become "a != b", or the reverse. */
#define SX_EQUAL(number, a, old, changed, b) (((a)old(b)) != sx_changed(number))

#endif
