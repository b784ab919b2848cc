/* hosts.c
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "core/hosts.h"

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

static inline uint32_t *recent(struct sx_hosts *hosts, const struct sx_address *address)
{
    unsigned n = MIN(address->len, 16);

    return &hosts->recent[n > 0 ? ((const uint8_t *)address->bytes)[n - 1] % SX_RECENT_HOSTS : 0];
}

static inline bool is_host(const struct sx_host *host, const struct sx_address *address)
{
    unsigned n = MIN(address->len, 16);

    /* Of a fixed length it is no call. */
    return host->type == address->type && host->len == n &&
           (n == 4 ? memcmp(host->bytes, address->bytes, 4) == 0
                   : n == 0 || memcmp(host->bytes, address->bytes, n) == 0);
}

bool sx_hosts_find(const struct sx_hosts *hosts, const struct sx_address *address, uint32_t *nth)
{
    struct sx_host probe = host_of(address);

    return find(hosts, &probe, nth);
}

uint32_t sx_hosts_index(struct sx_hosts *hosts, const struct sx_address *address)
{
    uint32_t *latest = recent(hosts, address), known;

    if (*latest && is_host(sx_hosts_at(hosts, *latest - 1), address))
        return *latest - 1;
    struct sx_host probe = host_of(address);
    if (!find(hosts, &probe, &known)) {
        struct sx_host *host = sx_pool_add(&hosts->pool);
        *host = probe;
        known = hosts->pool.count - 1;
        g_hash_table_insert(hosts->by_address, host, GUINT_TO_POINTER(known));
    }
    *latest = known + 1;
    return known;
}
