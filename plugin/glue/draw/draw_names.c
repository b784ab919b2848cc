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

/* By hand, for printf costs as much as all else here. */
static void put_end(char out[MAX_END], const address *host, uint32_t port)
{
    const uint8_t *bytes = host->data;

    if (host->type == AT_IPv4) {
        for (unsigned i = 0; i < 4; i++) {
            out = sx_put_number(out, bytes[i]);
            *out++ = i < 3 ? '.' : ':';
        }
    } else {
        *out++ = '[';
        ip6_to_str_buf((const ws_in6_addr *)host->data, out, WS_INET6_ADDRSTRLEN);
        out += strlen(out);
        *out++ = ']';
        *out++ = ':';
    }
    *sx_put_number(out, port) = '\0';
}

/* The end's text; those of late are kept, for a message goes between the ends that the one before
 * went between. */
static const char *end_text(const address *host, uint32_t port)
{
    static struct {
        uint32_t host, port; /* port 0: none is kept */
        char text[MAX_END];
    } kept[16], other;
    uint32_t v4;

    if (host->type != AT_IPv4 || port == 0) {
        put_end(other.text, host, port);
        return other.text;
    }
    memcpy(&v4, host->data, sizeof v4);
    unsigned i = (v4 ^ v4 >> 16 ^ v4 >> 24 ^ port) % G_N_ELEMENTS(kept);
    if (kept[i].host != v4 || kept[i].port != port) {
        kept[i].host = v4;
        kept[i].port = port;
        put_end(kept[i].text, host, port);
    }
    return kept[i].text;
}

static void add_end(const struct sx_pen *p, int hf, const address *host, uint32_t port)
{
    if ((host->type == AT_IPv4 || host->type == AT_IPv6) && sx_is_wanted(p, hf))
        proto_item_set_hidden(sx_add_string(p, p->tree, hf, end_text(host, port)));
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
