/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "core/base/fingerprint.h"

#include "sip_text.h"

#define S(literal) sx_slice(literal, sizeof(literal) - 1)

static const uint64_t key[2] = {UINT64_C(0x0706050403020100), UINT64_C(0x0f0e0d0c0b0a0908)};

static struct sx_fingerprint of(const uint64_t with[2], struct sx_slice a, struct sx_slice b)
{
    struct sx_hash h = sx_hash_begin(with);

    sx_hash_add(&h, a);
    sx_hash_add(&h, b);
    return sx_hash_end(h);
}

/* The product of two words against one that is made bit by bit. */
static void test_folded_product(void)
{
    GRand *random = g_rand_new_with_seed(1);

    for (unsigned i = 0; i < 1000; i++) {
        uint64_t x = (uint64_t)g_rand_int(random) << 32 | g_rand_int(random);
        uint64_t y = (uint64_t)g_rand_int(random) << 32 | g_rand_int(random);
        uint64_t high = 0, low = 0;
        if (i % 4 == 0)
            x |= UINT64_C(0xffffffff00000000);
        if (i % 8 == 0)
            y = UINT64_MAX;
        for (int bit = 63; bit >= 0; bit--) {
            high = high << 1 | low >> 63;
            low <<= 1;
            if (y >> bit & 1) {
                low += x;
                high += low < x;
            }
        }
        g_assert_cmphex(sx_folded_product(x, y), ==, high ^ low);
    }
    g_rand_free(random);
}

/* Flipping one bit of what goes in flips about half of the bits that come out. */
static void test_bits_spread(void)
{
    char text[32] = {0};

    for (unsigned bit = 0; bit < 8 * sizeof text; bit++) {
        unsigned flips[64] = {0};
        for (unsigned i = 0; i < 256; i++) {
            memset(text, (int)i, sizeof text);
            uint64_t before = of(key, sx_slice(text, sizeof text), S("")).bits;
            text[bit / 8] = (char)(text[bit / 8] ^ (1 << (bit % 8)));
            uint64_t change = before ^ of(key, sx_slice(text, sizeof text), S("")).bits;
            for (unsigned out = 0; out < 64; out++)
                flips[out] += change >> out & 1;
        }
        for (unsigned out = 0; out < 64; out++) {
            g_assert_cmpuint(flips[out], >, 128 - 5 * 8); /* five standard deviations */
            g_assert_cmpuint(flips[out], <, 128 + 5 * 8);
        }
    }
}

static void test_same_in_same_out(void)
{
    char copy[] = "xbranch";

    /* where the bytes lie does not matter */
    g_assert_true(sx_fingerprint_eq(of(key, S("branch"), S("host")),
                                    of(key, sx_slice(copy + 1, 6), S("host"))));
    g_assert_false(
        sx_fingerprint_eq(of(key, S("branch"), S("host")), of(key, S("host"), S("branch"))));
}

static void test_key_matters(void)
{
    struct sx_fingerprint f = of(key, S("branch"), S("host"));

    for (unsigned bit = 0; bit < 128; bit++) {
        if (bit == 64) /* always set */
            continue;
        uint64_t other[2] = {key[0], key[1]};
        other[bit / 64] ^= UINT64_C(1) << (bit % 64);
        struct sx_fingerprint g = of(other, S("branch"), S("host"));
        g_assert_true(f.bits != g.bits);
    }
}

static void test_every_byte_matters(void)
{
    char text[41];

    for (unsigned n = 1; n < sizeof text; n++) {
        memset(text, 'x', n);
        struct sx_fingerprint f = of(key, sx_slice(text, n), S(""));
        for (unsigned bit = 0; bit < 8 * n; bit++) {
            text[bit / 8] = (char)(text[bit / 8] ^ (1 << (bit % 8)));
            g_assert_false(sx_fingerprint_eq(f, of(key, sx_slice(text, n), S(""))));
            text[bit / 8] = (char)(text[bit / 8] ^ (1 << (bit % 8)));
        }
    }
}

/* False if the set has it already. */
static bool is_new(GHashTable *set, struct sx_fingerprint f)
{
    return g_hash_table_add(set, g_memdup2(&f, sizeof f));
}

/* Every way to cut runs of 'a' and NUL of up to 18 bytes in three: NUL is what short words are
 * padded with, and 18 bytes span three words. */
static void test_cuts_matter(void)
{
    GHashTable *seen =
        g_hash_table_new_full(sx_fingerprint_hash, sx_fingerprint_equal, g_free, NULL);
    static const char fillers[] = {'a', '\0'};
    unsigned same = 0;

    for (unsigned f = 0; f < sizeof fillers; f++) {
        char text[18];
        memset(text, fillers[f], sizeof text);
        for (unsigned x = 0; x <= sizeof text; x++)
            for (unsigned y = 0; x + y <= sizeof text; y++)
                for (unsigned z = 0; x + y + z <= sizeof text; z++) {
                    struct sx_hash h;
                    if (f == 1 && x + y + z == 0)
                        continue;
                    h = sx_hash_begin(key);
                    sx_hash_add(&h, sx_slice(text, x));
                    sx_hash_add(&h, sx_slice(text + x, y));
                    sx_hash_add(&h, sx_slice(text + x + y, z));
                    same += !is_new(seen, sx_hash_end(h));
                }
    }
    g_assert_cmpuint(same, ==, 0);
    g_assert_cmpuint(g_hash_table_size(seen), ==, 2 * 1330 - 1);
    g_hash_table_destroy(seen);
}

/* An absent string counts as an empty one, not as no string. */
static void test_number_of_strings_matters(void)
{
    struct sx_hash h = sx_hash_begin(key);

    sx_hash_add(&h, S("a"));
    struct sx_fingerprint one = sx_hash_end(h);
    g_assert_false(sx_fingerprint_eq(one, of(key, S("a"), S(""))));
    g_assert_false(sx_fingerprint_eq(one, of(key, S(""), S("a"))));
    g_assert_true(sx_fingerprint_eq(of(key, S("a"), S("")), of(key, S("a"), SX_SLICE_NONE)));
}

static struct sx_fingerprint lower(struct sx_slice s)
{
    struct sx_hash h = sx_hash_begin(key);

    sx_hash_add_uint(&h, s.n);
    sx_hash_add_bytes_lower(&h, s);
    return sx_hash_end(h);
}

static void test_lower(void)
{
    g_assert_true(
        sx_fingerprint_eq(lower(S("Proxy.EXAMPLE.com:5060")), lower(S("proxy.example.COM:5060"))));
    g_assert_false(sx_fingerprint_eq(lower(S("proxy.example.com")), lower(S("proxy.example.co"))));
    g_assert_false(sx_fingerprint_eq(lower(S("a\0b")), lower(S("a\0c"))));
    g_assert_false(sx_fingerprint_eq(lower(S("@")), lower(S("`")))); /* 0x40, 0x60 */
    g_assert_false(sx_fingerprint_eq(lower(S("\xc4")), lower(S("\xe4"))));
    g_assert_false(sx_fingerprint_eq(lower(S("")), lower(S("\0"))));
}

/* The tables take the low 32 bits for their bucket: branches that differ in a counter must
 * spread. A right hash leaves this range with a probability below 10^-9. */
static void test_spread(void)
{
    GHashTable *seen =
        g_hash_table_new_full(sx_fingerprint_hash, sx_fingerprint_equal, g_free, NULL);
    unsigned buckets[256] = {0}, same = 0;

    for (unsigned i = 0; i < 65536; i++) {
        char branch[32];
        int n = g_snprintf(branch, sizeof branch, "z9hG4bK-%u", i);
        struct sx_fingerprint f = of(key, sx_slice(branch, (size_t)n), S("host"));
        buckets[f.bits & 0xff]++;
        same += !is_new(seen, f);
    }
    g_assert_cmpuint(same, ==, 0);
    for (unsigned i = 0; i < G_N_ELEMENTS(buckets); i++) {
        g_assert_cmpuint(buckets[i], >, 256 - 8 * 16);
        g_assert_cmpuint(buckets[i], <, 256 + 8 * 16);
    }
    g_hash_table_destroy(seen);
}

int main(int argc, char **argv)
{
    tests_init(&argc, &argv);
    g_test_add_func("/fingerprint/folded_product", test_folded_product);
    g_test_add_func("/fingerprint/bits_spread", test_bits_spread);
    g_test_add_func("/fingerprint/same_in_same_out", test_same_in_same_out);
    g_test_add_func("/fingerprint/key_matters", test_key_matters);
    g_test_add_func("/fingerprint/every_byte_matters", test_every_byte_matters);
    g_test_add_func("/fingerprint/cuts_matter", test_cuts_matter);
    g_test_add_func("/fingerprint/number_of_strings_matters", test_number_of_strings_matters);
    g_test_add_func("/fingerprint/lower", test_lower);
    g_test_add_func("/fingerprint/spread", test_spread);
    return g_test_run();
}
