/* names.c
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "core/record/names.h"

#include <string.h>

#include "core/read/name_addr.h"

#define FIRST_SIZE (16u << 10)

/* Places are counted in these, so that 32 bits of them do not come round again. */
#define UNIT 8u

enum { CALL_ID, FROM, TO, PARTS };

/* Stands before the bytes of its parts. */
struct entry {
    uint32_t owner;
    uint8_t length[PARTS];
};

struct sx_waiting_names {
    char *ring;
    uint32_t size;    /* bytes, a multiple of UNIT */
    uint64_t next;    /* where the next entry begins: bytes since the beginning */
    GHashTable *kept; /* owner -> struct entry with its bytes */
};

struct sx_waiting_names *sx_names_new(void)
{
    struct sx_waiting_names *n = g_new0(struct sx_waiting_names, 1);

    /* The first unit stays free: place 0 is none. */
    n->next = UNIT;
    n->kept = g_hash_table_new_full(NULL, NULL, NULL, g_free);
    return n;
}

void sx_names_free(struct sx_waiting_names *n)
{
    if (!n)
        return;
    g_hash_table_destroy(n->kept);
    g_free(n->ring);
    g_free(n);
}

/* Room for so many bytes in one piece. */
static char *make_room(struct sx_waiting_names *n, uint32_t bytes)
{
    if (n->next + bytes > n->size && n->size < SX_NAMES_MAX) {
        n->size = n->size ? 2 * n->size : FIRST_SIZE;
        n->ring = g_realloc(n->ring, n->size);
    }
    if (n->next % n->size + bytes > n->size)
        n->next += n->size - n->next % n->size;
    return n->ring + n->next % n->size;
}

static char *append(char *at, struct sx_slice part)
{
    if (part.n > 0)
        memcpy(at, part.p, part.n);
    return at + part.n;
}

static struct sx_slice if_short(struct sx_slice part)
{
    return part.n <= UINT8_MAX ? part : (struct sx_slice){0};
}

uint32_t sx_names_note(struct sx_waiting_names *n, const struct sx_sip_msg *msg, uint32_t owner)
{
    struct sx_slice call_id = if_short(msg->call_id);
    const char *limit = msg->head.p + msg->head.n;
    struct sx_slice from = if_short(sx_uri_bare(msg->from_uri, limit));
    struct sx_slice to = if_short(sx_uri_bare(msg->to_uri, limit));
    struct entry entry = {
        .owner = owner,
        .length = {(uint8_t)call_id.n, (uint8_t)from.n, (uint8_t)to.n},
    };
    uint32_t bytes = (uint32_t)(sizeof entry + call_id.n + from.n + to.n + UNIT - 1) / UNIT * UNIT;
    char *at = make_room(n, bytes);
    uint32_t place = (uint32_t)(n->next / UNIT);

    memcpy(at, &entry, sizeof entry);
    append(append(append(at + sizeof entry, call_id), from), to);
    n->next += bytes;
    return place;
}

void sx_names_keep(struct sx_waiting_names *n, uint32_t place, uint32_t owner)
{
    /* As far back as that place lies, in units; also where their count has passed 32 bits. */
    uint64_t back = (uint64_t)(uint32_t)((uint32_t)(n->next / UNIT) - place) * UNIT;
    struct entry entry;

    if (place == 0 || back > n->size || back > n->next)
        return;
    const char *at = n->ring + (n->next - back) % n->size;
    memcpy(&entry, at, sizeof entry);
    if (entry.owner != owner)
        return;
    size_t bytes = sizeof entry + entry.length[CALL_ID] + entry.length[FROM] + entry.length[TO];
    g_hash_table_insert(n->kept, GUINT_TO_POINTER(owner), g_memdup2(at, bytes));
}

bool sx_names_of(const struct sx_waiting_names *n, uint32_t owner, struct sx_name *name)
{
    const struct entry *entry = g_hash_table_lookup(n->kept, GUINT_TO_POINTER(owner));

    if (!entry)
        return false;
    const char *at = (const char *)(entry + 1);
    name->call_id = sx_slice(at, entry->length[CALL_ID]);
    name->from = sx_slice(at + name->call_id.n, entry->length[FROM]);
    name->to = sx_slice(name->from.p + name->from.n, entry->length[TO]);
    return true;
}
