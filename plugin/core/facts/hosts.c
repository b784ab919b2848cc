/* hosts.c
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "core/facts/hosts.h"

#include <wsutil/inet_addr.h>

#include "core/read/name_addr.h"

#define MAX_ADDRESS_TEXT 64

/* "10.0.0.1", for which no library is called: every answer asks. */
static bool is_ipv4(struct sx_slice text, const uint8_t bytes[4])
{
    const char *p = text.p, *end = text.p + text.n;

    for (unsigned i = 0; i < 4; i++) {
        const char *begin = p;
        unsigned value = 0, digit;
        for (; p < end && (digit = (unsigned)*p - '0') <= 9; p++)
            value = value * 10 + digit;
        if (p == begin || p - begin > 3 || value != bytes[i])
            return false;
        if (i < 3 && (p == end || *p++ != '.'))
            return false;
    }
    return p == end;
}

static bool is_ipv6(struct sx_slice text, const uint8_t bytes[16])
{
    char copy[MAX_ADDRESS_TEXT];
    ws_in6_addr v6;

    if (text.n == 0 || text.n >= sizeof copy)
        return false;
    memcpy(copy, text.p, text.n);
    copy[text.n] = '\0';
    return ws_inet_pton6(copy, &v6) && memcmp(&v6, bytes, sizeof v6) == 0;
}

bool sx_address_is_named(struct sx_slice uri, const struct sx_address *address)
{
    uint16_t port;
    struct sx_slice host = sx_named_host(uri, &port);

    if (!host.p || (port && address->port && port != address->port))
        return false;
    return (address->len == 4 && is_ipv4(host, address->bytes)) ||
           (address->len == 16 && is_ipv6(host, address->bytes));
}

static guint host_hash(gconstpointer p)
{
    const struct sx_host *host = p;
    guint h = host->type;

    for (unsigned i = 0; i < host->len; i++)
        h = h * 31 + host->bytes[i];
    return h;
}

static gboolean host_equal(gconstpointer x, gconstpointer y)
{
    const struct sx_host *a = x, *b = y;

    return a->type == b->type && a->len == b->len && memcmp(a->bytes, b->bytes, a->len) == 0;
}

void sx_hosts_init(struct sx_hosts *hosts)
{
    *hosts = (struct sx_hosts){.by_address = NULL};
    sx_pool_init(&hosts->pool, sizeof(struct sx_host));
    hosts->by_address = g_hash_table_new(host_hash, host_equal);
}

void sx_hosts_clear(struct sx_hosts *hosts)
{
    g_hash_table_destroy(hosts->by_address);
    sx_pool_clear(&hosts->pool);
}

struct sx_host *sx_hosts_at(const struct sx_hosts *hosts, uint32_t nth)
{
    return sx_pool_at(&hosts->pool, nth);
}

static struct sx_host host_of(const struct sx_address *address)
{
    struct sx_host host = {.len = MIN(address->len, 16), .type = address->type};

    if (host.len > 0)
        memcpy(host.bytes, address->bytes, host.len);
    return host;
}

static bool find(const struct sx_hosts *hosts, const struct sx_host *probe, uint32_t *nth)
{
    gpointer found;

    if (!g_hash_table_lookup_extended(hosts->by_address, probe, NULL, &found))
        return false;
    *nth = GPOINTER_TO_UINT(found);
    return true;
}

bool sx_hosts_find(const struct sx_hosts *hosts, const struct sx_address *address, uint32_t *nth)
{
    struct sx_host probe = host_of(address);

    return find(hosts, &probe, nth);
}

static uint32_t add(struct sx_hosts *hosts, const struct sx_address *address)
{
    struct sx_host probe = host_of(address);
    uint32_t known;

    if (find(hosts, &probe, &known))
        return known;
    struct sx_host *host = sx_pool_add(&hosts->pool);
    *host = probe;
    known = hosts->pool.count - 1;
    g_hash_table_insert(hosts->by_address, host, GUINT_TO_POINTER(known));
    return known;
}

/* The host of an address of n bytes that was met last among those with its last byte. */
static inline uint32_t index_by_recent(struct sx_hosts *hosts, const struct sx_address *address,
                                       unsigned n)
{
    const uint8_t *bytes = address->bytes;
    uint32_t *latest = &hosts->recent[bytes[n - 1] % SX_RECENT_HOSTS];
    const struct sx_host *host = *latest ? sx_hosts_at(hosts, *latest - 1) : NULL;

    if (!host || host->len != n || host->type != address->type ||
        memcmp(host->bytes, bytes, n) != 0)
        *latest = add(hosts, address) + 1;
    return *latest - 1;
}

uint32_t sx_hosts_index(struct sx_hosts *hosts, const struct sx_address *address)
{
    /* To compare a fixed number of bytes takes no call. */
    if (address->len == 4)
        return index_by_recent(hosts, address, 4);
    if (address->len == 16)
        return index_by_recent(hosts, address, 16);
    return add(hosts, address);
}
