/* read_text.h
 * For tests of what reads text.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 *
 * A text that is put at the cliff ends at the end of a page that has nothing readable behind it, or
 * begins where nothing is readable before it: a read outside is a crash, with or without a
 * sanitizer.
 */
#ifndef SX_TESTS_READ_TEXT_H
#define SX_TESTS_READ_TEXT_H

#include <sys/mman.h>
#include <unistd.h>

#include "core/read/sip_msg.h"

#define S(literal) sx_slice(literal, sizeof(literal) - 1)

struct cliff {
    char *pages; /* where the readable ones begin */
    size_t page, room;
};

static inline struct cliff cliff_new(size_t most)
{
    size_t page = (size_t)sysconf(_SC_PAGESIZE);
    struct cliff c = {.page = page, .room = (most + page - 1) / page * page};
    char *all = mmap(NULL, c.room + 2 * page, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

    if (all == MAP_FAILED || mprotect(all + page, c.room, PROT_READ | PROT_WRITE) != 0)
        g_error("no memory");
    c.pages = all + page;
    return c;
}

static inline void cliff_free(struct cliff *c)
{
    munmap(c->pages - c->page, c->room + 2 * c->page);
}

static inline struct sx_slice put_at(char *at, struct sx_slice bytes)
{
    if (bytes.n > 0)
        memcpy(at, bytes.p, bytes.n);
    return sx_slice(at, bytes.n);
}

/* A copy of the bytes that ends at the cliff. */
static inline struct sx_slice put(const struct cliff *c, struct sx_slice bytes)
{
    return put_at(c->pages + c->room - bytes.n, bytes);
}

/* A copy that begins at it. */
static inline struct sx_slice put_first(const struct cliff *c, struct sx_slice bytes)
{
    return put_at(c->pages, bytes);
}

static inline void assert_text(struct sx_slice got, const char *want)
{
    char *text = g_strndup(got.p ? got.p : "", got.n);

    g_assert_true((got.p != NULL) == (want != NULL));
    g_assert_cmpstr(text, ==, want ? want : "");
    g_free(text);
}

/* An INVITE with these lines. */
static inline struct sx_sip_msg read_with(const char *lines)
{
    static char text[2048];
    struct sx_sip_msg m;
    int n = g_snprintf(text, sizeof text, "INVITE sip:bob@x SIP/2.0\r\n%s\r\n", lines);

    g_assert_true(sx_sip_msg_read(sx_slice(text, (size_t)n), &m));
    return m;
}

#endif
