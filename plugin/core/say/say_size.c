/* say_size.c
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "core/say/say_size.h"

#include <inttypes.h>

#include "core/say/say.h"

static void say_tcp(wmem_strbuf_t *out, const struct sx_tracker *t, const struct sx_size *s)
{
    sx_say_host(out, t, s->attempt->to.host);
    wmem_strbuf_append_printf(out, " did not take a TCP connection to port %u (frame %" PRIu32 ")",
                              s->attempt->to.port, s->attempt->frame);
}

static void say_smaller(wmem_strbuf_t *out, const struct sx_tracker *t, const struct sx_size *s)
{
    sx_say_host(out, t, s->to.host);
    wmem_strbuf_append_printf(out, " answers smaller ones (frame %" PRIu32 ")", s->smaller_in);
}

static void say_fragments(wmem_strbuf_t *out, const struct sx_tracker *t, const struct sx_size *s)
{
    wmem_strbuf_append_printf(out,
                              "only the first fragment of this request is in the capture, %" PRIu32
                              " times, and no answer so far",
                              s->sends);
    if (s->smaller_in) {
        wmem_strbuf_append(out, "; ");
        say_smaller(out, t, s);
    }
    wmem_strbuf_append(out, ": the others get lost on the way, or a capture filter drops them");
}

void sx_say_size(wmem_strbuf_t *out, const struct sx_tracker *t, const struct sx_size *s)
{
    switch (s->kind) {
    case SX_SIZE_MAY_BE_LOST:
        wmem_strbuf_append_printf(out, "it has %" PRIu32 " bytes over UDP, and ", s->bytes);
        say_smaller(out, t, s);
        wmem_strbuf_append(out, ": it, or fragments of it, may get lost on the way");
        if (s->attempt) {
            wmem_strbuf_append(out, "; ");
            say_tcp(out, t, s);
        }
        break;
    case SX_SIZE_FRAGMENTS:
        say_fragments(out, t, s);
        break;
    case SX_SIZE_NO_TCP:
        wmem_strbuf_append_printf(out, "%" PRIu32 " bytes over UDP: ", s->bytes);
        say_tcp(out, t, s);
        break;
    case SX_SIZE_FAILED_BY_TCP:
        say_tcp(out, t, s);
        wmem_strbuf_append_printf(
            out,
            ", as a request of more than %d bytes needs it; over UDP it answers "
            "smaller ones (frame %" PRIu32 ")",
            SX_MAX_OVER_UDP, s->smaller_in);
        break;
    case SX_SIZE_NOTHING:
    default:
        break;
    }
}
