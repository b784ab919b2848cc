/* say_size.c
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "core/say/say_size.h"

#include "core/say/words.h"

static wmem_strbuf_t *no_tcp(const wmem_strbuf_t *out, const struct sx_tracker *t,
                             const struct sx_size *s)
{
    wmem_strbuf_t *piece = sx_words_piece(out);

    sx_words_size_tcp(piece, sx_tracker_host(t, s->attempt->to.host), s->attempt->to.port,
                      s->attempt->frame);
    return piece;
}

static wmem_strbuf_t *smaller(const wmem_strbuf_t *out, const struct sx_tracker *t,
                              const struct sx_size *s)
{
    wmem_strbuf_t *piece = sx_words_piece(out);

    sx_words_size_smaller(piece, sx_tracker_host(t, s->to.host), s->smaller_in);
    return piece;
}

static void say_too_big(wmem_strbuf_t *out, const struct sx_tracker *t, const struct sx_too_big *b)
{
    wmem_strbuf_t *mtu = sx_words_piece(out), *bytes = sx_words_piece(out);

    if (b->mtu)
        sx_words_size_mtu(mtu, b->mtu);
    if (b->bytes)
        sx_words_size_has(bytes, b->bytes);
    sx_words_size_too_big(out, sx_tracker_host(t, b->by), mtu, b->frame, bytes);
}

void sx_say_size(wmem_strbuf_t *out, const struct sx_tracker *t, const struct sx_size *s)
{
    switch (s->kind) {
    case SX_SIZE_MAY_BE_LOST:
        if (s->attempt)
            sx_words_size_may_be_lost_no_tcp(out, s->bytes, smaller(out, t, s), no_tcp(out, t, s));
        else
            sx_words_size_may_be_lost(out, s->bytes, smaller(out, t, s));
        break;
    case SX_SIZE_FRAGMENTS:
        if (s->smaller_in)
            sx_words_size_fragments_smaller(out, s->sends, smaller(out, t, s));
        else
            sx_words_size_fragments(out, s->sends);
        break;
    case SX_SIZE_NO_TCP:
        sx_words_size_no_tcp(out, s->bytes, no_tcp(out, t, s));
        break;
    case SX_SIZE_FAILED_BY_TCP:
        sx_words_size_failed_by_tcp(out, no_tcp(out, t, s), SX_MAX_OVER_UDP, s->smaller_in);
        break;
    case SX_SIZE_TOO_BIG:
        say_too_big(out, t, s->too_big);
        break;
    case SX_SIZE_NOTHING:
    default:
        break;
    }
}
