/* fuzz_start_line.c
 * The search for SIP messages in the bytes of a stream, and which of them a dissector took. Input:
 * a byte of options, a byte for each of 8 verdicts, then the bytes.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "core/read/start_line.h"

#include "claim.h"

enum { AT_BOUNDARY = 1, CUT = 2, ALL = 4, TOLD = 8 };

#define VERDICTS 8
#define MAX_PIECES 256

static const char *text_of(struct sx_slice s)
{
    return s.p ? g_strndup(s.p, s.n) : NULL;
}

/* Of one of the pieces, as a dissector could have read it: each bit changes one thing. */
static struct sx_verdict verdict_of(const struct sx_piece *p, uint8_t change)
{
    return (struct sx_verdict){
        .method = p->msg.is_request && !(change & 64) ? text_of(p->msg.method_name) : NULL,
        .code = p->msg.code + (change >> 7),
        .call_id = change & 32 ? NULL : text_of(p->msg.call_id),
        .cseq = p->msg.cseq + (change >> 4 & 1),
    };
}

static size_t cut_up(struct sx_slice bytes, uint8_t options, struct sx_piece *pieces)
{
    bool at_boundary = options & AT_BOUNDARY;
    size_t at = 0, n = 0, end = 0;

    while (n < MAX_PIECES &&
           sx_start_line_find(bytes, &at, at_boundary, options & TOLD ? "INVITE" : NULL)) {
        CLAIM(at >= end && at < bytes.n);
        size_t start = at;
        if (!sx_piece_read(bytes, &at, &pieces[n])) {
            CLAIM(at == start);
            at += 7;
            continue;
        }
        CLAIM(pieces[n].offset == start && pieces[n].length > 0);
        CLAIM(at == start + pieces[n].length && at <= bytes.n);
        CLAIM(pieces[n].msg.head.n <= pieces[n].length);
        end = at;
        at_boundary = true;
        n++;
    }
    return n;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct sx_verdict verdicts[VERDICTS];

    if (size < 1 + VERDICTS)
        return 0;
    size_t n = size - 1 - VERDICTS;
    /* In a buffer of its own, so that a sanitizer sees its end. */
    char *bytes = g_malloc(MAX(n, 1));
    if (n > 0)
        memcpy(bytes, data + 1 + VERDICTS, n);
    struct sx_piece *pieces = g_new(struct sx_piece, MAX_PIECES);
    size_t count = cut_up(sx_slice(bytes, n), data[0], pieces), told = count > 0 ? VERDICTS : 0;
    sx_start_line_may_begin(sx_slice(bytes, n));
    for (size_t i = 0; i < told; i++)
        verdicts[i] = verdict_of(&pieces[(data[1 + i] & 15) % count], data[1 + i]);
    size_t taken = sx_pieces_taken(pieces, count, verdicts, told, data[0] & CUT, data[0] & ALL);
    CLAIM(taken <= count);
    for (size_t i = 1; i < taken; i++)
        CLAIM(pieces[i].offset >= pieces[i - 1].offset + pieces[i - 1].length);
    for (size_t i = 0; i < told; i++) {
        g_free((char *)verdicts[i].method);
        g_free((char *)verdicts[i].call_id);
    }
    g_free(pieces);
    g_free(bytes);
    return 0;
}
