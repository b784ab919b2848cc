/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "core/fingerprint.h"

#include "sip_text.h"

#define S(literal) sx_slice(literal, sizeof(literal) - 1)

static const uint64_t key[2] = {UINT64_C(0x0706050403020100), UINT64_C(0x0f0e0d0c0b0a0908)};

/* The message of SipHash's own test vectors, 0, 1, 2 ... n - 1, as the words that the reference
 * makes of it: the last one is padded and carries the length. */
static struct sx_fingerprint standard_siphash(unsigned n)
{
    struct sx_hash h;
    uint64_t word = 0;

    h = sx_hash_begin(key);
    for (unsigned i = 0; i < n; i++) {
        word |= (uint64_t)i << (8 * (i % 8));
        if (i % 8 == 7) {
            sx_hash_add_uint(&h, word);
            word = 0;
        }
    }
    sx_hash_add_uint(&h, word | (uint64_t)n << 56);
    return sx_hash_end(h);
}

/* Known answers of SipHash-1-3, from OpenSSL 3.0: mac -macopt size:8 -macopt c-rounds:1
 * -macopt d-rounds:3 -macopt hexkey:000102030405060708090a0b0c0d0e0f SIPHASH, which prints the
 * lowest byte first. */
static void test_known_answers(void)
{
    static const struct {
        unsigned n;
        uint64_t answer;
    } rows[] = {
        {0, UINT64_C(0xdcc40f055801acab)},  {1, UINT64_C(0x93ca577df39bf4c9)},
        {7, UINT64_C(0x4011b19b987d92d3)},  {8, UINT64_C(0x8e9a298d11959036)},
        {9, UINT64_C(0xe43d066cb38ea425)},  {15, UINT64_C(0x5699512a6dd820d3)},
        {16, UINT64_C(0x668b907d1add4fcc)}, {63, UINT64_C(0xa8b3bbb76290199d)},
    };

    for (size_t i = 0; i < G_N_ELEMENTS(rows); i++) {
        g_test_message("%u bytes", rows[i].n);
        g_assert_cmphex(GUINT64_SWAP_LE_BE(standard_siphash(rows[i].n).bits), ==, rows[i].answer);
    }
}

static struct sx_fingerprint of(const uint64_t with[2], struct sx_slice a, struct sx_slice b)
{
    struct sx_hash h = sx_hash_begin(with);

    sx_hash_add(&h, a);
    sx_hash_add(&h, b);
    return sx_hash_end(h);
}

static void test_same_in_same_out(void)
{
    char copy[] = "xbranch";

    /* where the bytes lie does not matter */
    g_assert_true(sx_fingerprint_eq(of(key, S("branch"), S("host")),
                                    of(key, sx_slice(copy + 1, 6), S("host"))));
    g_assert_false(sx_fingerprint_eq(of(key, S("branch"), S("host")),
                                     of(key, S("host"), S("branch"))));
}

static void test_key_matters(void)
{
    struct sx_fingerprint f = of(key, S("branch"), S("host"));

    for (unsigned bit = 0; bit < 128; bit++) {
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

static guint fingerprint_hash(gconstpointer p)
{
    return (guint)((const struct sx_fingerprint *)p)->bits;
}

static gboolean fingerprint_equal(gconstpointer x, gconstpointer y)
{
    return sx_fingerprint_eq(*(const struct sx_fingerprint *)x, *(const struct sx_fingerprint *)y);
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
    GHashTable *seen = g_hash_table_new_full(fingerprint_hash, fingerprint_equal, g_free, NULL);
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
    g_assert_true(sx_fingerprint_eq(lower(S("Proxy.EXAMPLE.com:5060")),
                                    lower(S("proxy.example.COM:5060"))));
    g_assert_false(sx_fingerprint_eq(lower(S("proxy.example.com")), lower(S("proxy.example.co"))));
    g_assert_false(sx_fingerprint_eq(lower(S("a\0b")), lower(S("a\0c"))));
    g_assert_false(sx_fingerprint_eq(lower(S("@")), lower(S("`"))));     /* 0x40, 0x60 */
    g_assert_false(sx_fingerprint_eq(lower(S("\xc4")), lower(S("\xe4"))));
    g_assert_false(sx_fingerprint_eq(lower(S("")), lower(S("\0"))));
}

/* The tables take the low 32 bits for their bucket: branches that differ in a counter must
 * spread. A right hash leaves this range with a probability below 10^-9. */
static void test_spread(void)
{
    GHashTable *seen = g_hash_table_new_full(fingerprint_hash, fingerprint_equal, g_free, NULL);
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
    g_test_add_func("/fingerprint/known_answers", test_known_answers);
    g_test_add_func("/fingerprint/same_in_same_out", test_same_in_same_out);
    g_test_add_func("/fingerprint/key_matters", test_key_matters);
    g_test_add_func("/fingerprint/every_byte_matters", test_every_byte_matters);
    g_test_add_func("/fingerprint/cuts_matter", test_cuts_matter);
    g_test_add_func("/fingerprint/number_of_strings_matters", test_number_of_strings_matters);
    g_test_add_func("/fingerprint/lower", test_lower);
    g_test_add_func("/fingerprint/spread", test_spread);
    return g_test_run();
}
