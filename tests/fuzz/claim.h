/* claim.h
 * What a fuzzer holds against the code beyond "it does not crash".
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#ifndef SX_FUZZ_CLAIM_H
#define SX_FUZZ_CLAIM_H

#include <stdio.h>
#include <stdlib.h>

/* Ends the run with the input as a find. */
#define CLAIM(true_always)                                                              \
    do {                                                                                \
        if (!(true_always)) {                                                           \
            fprintf(stderr, "%s:%d: not true: %s\n", __FILE__, __LINE__, #true_always); \
            abort();                                                                    \
        }                                                                               \
    } while (0)

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

#endif
