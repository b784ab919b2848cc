/* method.c
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "core/read/method.h"

#include <limits.h>

static const struct {
    const char *name;
    uint8_t length;
} methods[] = {
#define METHOD(name) [SX_METHOD_##name] = {#name, sizeof #name - 1}
    [SX_METHOD_OTHER] = {"", 0},
    METHOD(ACK),
    METHOD(BYE),
    METHOD(CANCEL),
    METHOD(INFO),
    METHOD(INVITE),
    METHOD(MESSAGE),
    METHOD(NOTIFY),
    METHOD(OPTIONS),
    METHOD(PRACK),
    METHOD(PUBLISH),
    METHOD(REFER),
    METHOD(REGISTER),
    METHOD(SUBSCRIBE),
    METHOD(UPDATE),
#undef METHOD
};

/* Of names of 3 to 9 letters and one length: four letters at either end, and the one between. */
static inline bool is_name(struct sx_slice name, const char *method)
{
    if (name.n < 4)
        return memcmp(name.p, method, 3) == 0;
    return memcmp(name.p, method, 4) == 0 &&
           name.p[4 - (name.n == 4)] == method[4 - (name.n == 4)] &&
           memcmp(name.p + name.n - 4, method + name.n - 4, 4) == 0;
}

enum sx_method sx_method_of(struct sx_slice name)
{
    /* By the first letter; it is no other method's. */
    static const uint8_t candidates['Z' - 'A' + 1][2] = {
        ['A' - 'A'] = {SX_METHOD_ACK},
        ['B' - 'A'] = {SX_METHOD_BYE},
        ['C' - 'A'] = {SX_METHOD_CANCEL},
        ['I' - 'A'] = {SX_METHOD_INVITE, SX_METHOD_INFO},
        ['M' - 'A'] = {SX_METHOD_MESSAGE},
        ['N' - 'A'] = {SX_METHOD_NOTIFY},
        ['O' - 'A'] = {SX_METHOD_OPTIONS},
        ['P' - 'A'] = {SX_METHOD_PRACK, SX_METHOD_PUBLISH},
        ['R' - 'A'] = {SX_METHOD_REGISTER, SX_METHOD_REFER},
        ['S' - 'A'] = {SX_METHOD_SUBSCRIBE},
        ['U' - 'A'] = {SX_METHOD_UPDATE},
    };
    unsigned letter = name.n ? (uint8_t)name.p[0] - (unsigned)'A' : UINT_MAX;

    if (letter >= G_N_ELEMENTS(candidates))
        return SX_METHOD_OTHER;
    for (unsigned i = 0; i < 2; i++) {
        unsigned m = candidates[letter][i];
        if (name.n == methods[m].length && is_name(name, methods[m].name))
            return (enum sx_method)m;
    }
    return SX_METHOD_OTHER;
}

const char *sx_method_name(enum sx_method method)
{
    return (unsigned)method < G_N_ELEMENTS(methods) ? methods[method].name : "";
}

size_t sx_method_suffix(struct sx_slice run)
{
    size_t best = 0;

    for (unsigned m = SX_METHOD_ACK; m < G_N_ELEMENTS(methods); m++) {
        size_t n = methods[m].length;
        if (n > best && n <= run.n && memcmp(run.p + run.n - n, methods[m].name, n) == 0)
            best = n;
    }
    return best;
}

bool sx_is_token(char c)
{
    return g_ascii_isalnum(c) || (c != '\0' && strchr("-.!%*_+`'~", c) != NULL);
}
