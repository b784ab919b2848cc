/* from_first_packet.c
 * Preloaded under callgrind: it counts from the first packet that is read.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 *
 * To register dissectors and to read lists of names takes most of a run over a small capture, and
 * what is counted runs several times slower than what is not.
 */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <stddef.h>
#include <valgrind/callgrind.h>

/* Releases give it five or six arguments. */
typedef int read_type(void *, void *, void *, void *, void *, void *);

read_type wtap_read;

int wtap_read(void *a, void *b, void *c, void *d, void *e, void *f)
{
    static read_type *real;

    if (!real) {
        real = (read_type *)dlsym(RTLD_NEXT, "wtap_read");
        CALLGRIND_START_INSTRUMENTATION;
    }
    return real(a, b, c, d, e, f);
}
