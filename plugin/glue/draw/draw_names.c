/* draw_names.c
 * What a message is called and where it went: for scripts, filters and tables.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 *
 * Wireshark's own layers have all of this, but a frame may hold several messages, tunnels and
 * errors that quote. A tree shows it above, so here it is hidden.
 */
#include "glue/compat.h"

#include <epan/to_str.h>

#include "core/read/name_addr.h"
#include "glue/draw/draw.h"

static int hf_method = -1;
static int hf_call_id = -1;
static int hf_from = -1;
static int hf_to = -1;
static int hf_src = -1;
static int hf_dst = -1;

static void add(const struct sx_pen *p, int hf, struct sx_slice value)
{
    if (value.n > 0 && sx_is_wanted(p, hf))
        proto_item_set_hidden(sx_add_string(p, p->tree, hf, sx_text(p->pinfo->pool, value)));
}

static void add_bare(const struct sx_pen *p, int hf, struct sx_slice name_addr)
{
    if (sx_is_wanted(p, hf))
        add(p, hf, sx_name_addr_bare(name_addr));
}

/* "10.0.0.1:5060", "[2001:db8::1]:5060" */
#define MAX_END (WS_INET6_ADDRSTRLEN + sizeof "[]:65535")

static char *put_number(char *out, unsigned n)
{
    char digits[10];
    size_t i = sizeof digits;

    do
        digits[--i] = (char)('0' + n % 10);
    while (n /= 10);
    memcpy(out, digits + i, sizeof digits - i);
    return out + (sizeof digits - i);
}

/* By hand: it is written twice for each message of a tree, and printf costs as much as all else
 * here. */
static void put_end(char out[MAX_END], const address *host, uint32_t port)
{
    const uint8_t *bytes = host->data;

    if (host->type == AT_IPv4) {
        for (unsigned i = 0; i < 4; i++) {
            out = put_number(out, bytes[i]);
            *out++ = i < 3 ? '.' : ':';
        }
    } else {
        *out++ = '[';
        ip6_to_str_buf((const ws_in6_addr *)host->data, out, WS_INET6_ADDRSTRLEN);
        out += strlen(out);
        *out++ = ']';
        *out++ = ':';
    }
    *put_number(out, port) = '\0';
}

static void add_end(const struct sx_pen *p, int hf, const address *host, uint32_t port)
{
    char text[MAX_END];

    if ((host->type != AT_IPv4 && host->type != AT_IPv6) || !sx_is_wanted(p, hf))
        return;
    put_end(text, host, port);
    proto_item_set_hidden(sx_add_string(p, p->tree, hf, text));
}

static void draw(struct sx_pen *p)
{
    const struct sx_sip_msg *msg = p->view->msg;

    add(p, hf_method, msg->method_name);
    add(p, hf_call_id, msg->call_id);
    add_bare(p, hf_from, msg->from);
    add_bare(p, hf_to, msg->to);
    /* The packet that carried a quoted message is another one. */
    if (p->quoted)
        return;
    add_end(p, hf_src, &p->pinfo->src, p->pinfo->srcport);
    add_end(p, hf_dst, &p->pinfo->dst, p->pinfo->destport);
}

static void set_up(int proto, expert_module_t *module G_GNUC_UNUSED)
{
    static hf_register_info hf[] = {
        {&hf_method,
         {"Method", "sipexplain.method", FT_STRING, BASE_NONE, NULL, 0,
          "Of a response, the method of its CSeq", HFILL}},
        {&hf_call_id,
         {"Call-ID", "sipexplain.call_id", FT_STRING, BASE_NONE, NULL, 0, NULL, HFILL}},
        {&hf_from,
         {"From", "sipexplain.from", FT_STRING, BASE_NONE, NULL, 0,
          "The address in From, without its display name and parameters", HFILL}},
        {&hf_to,
         {"To", "sipexplain.to", FT_STRING, BASE_NONE, NULL, 0,
          "The address in To, without its display name and parameters", HFILL}},
        {&hf_src,
         {"Sent by", "sipexplain.src", FT_STRING, BASE_NONE, NULL, 0,
          "Address and port of the packet that carried the message, inside any tunnel", HFILL}},
        {&hf_dst,
         {"Sent to", "sipexplain.dst", FT_STRING, BASE_NONE, NULL, 0,
          "Address and port of the packet that carried the message, inside any tunnel", HFILL}},
    };

    proto_register_field_array(proto, hf, array_length(hf));
}

const struct sx_drawing sx_drawing_names = {.set_up = set_up, .message = draw};
