/* draw_credentials.c
 * What a challenge says of the credentials in its request.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "glue/compat.h"

#include "core/judge/challenge.h"
#include "core/say/say_credentials.h"
#include "glue/draw/draw.h"

static int hf_credentials = -1;
static int hf_refusals = -1;

static int ett_credentials = -1;

static expert_field ei_refused = EI_INIT;

static const value_string credentials_vals[] = {
    {SX_CHALLENGE_UNKNOWN, "Cannot tell"},
    {SX_CHALLENGE_ASKED, "Asked for"},
    {SX_CHALLENGE_STALE, "The nonce was too old"},
    {SX_CHALLENGE_REFUSED, "Refused"},
    {0, NULL},
};

static void draw_credentials(struct sx_pen *p)
{
    unsigned code = p->view->msg->code;

    if (!sx_has_txn(p) || (code != 401 && code != 407) || p->txn->final_code != code)
        return;
    struct sx_challenge_verdict v = sx_challenge_judge(p->view->tracker, p->txn);
    proto_item *item = sx_add_uint(p, p->tree, hf_credentials, v.state);
    wmem_strbuf_t *words = wmem_strbuf_new(p->pinfo->pool, "");
    if (v.refusals)
        sx_add_uint(p, proto_item_add_subtree(item, ett_credentials), hf_refusals, v.refusals);
    if (!sx_say_credentials(words, &v))
        return;
    if (v.state == SX_CHALLENGE_REFUSED)
        sx_flag(p, item, &ei_refused, wmem_strbuf_get_str(words));
    else
        p->remark = wmem_strbuf_get_str(words);
}

static void set_up(int proto, expert_module_t *module)
{
    static hf_register_info hf[] = {
        {&hf_credentials,
         {"Credentials", "sipexplain.credentials", FT_UINT8, BASE_DEC, VALS(credentials_vals), 0,
          "What the challenge says of the credentials in its request", HFILL}},
        {&hf_refusals,
         {"Refused in a row", "sipexplain.credentials.refusals", FT_UINT32, BASE_DEC, NULL, 0,
          "For this user and realm, this one included", HFILL}},
    };
    static int *ett[] = {&ett_credentials};
    static ei_register_info ei[] = {
        {&ei_refused,
         {"sipexplain.credentials_refused", PI_RESPONSE_CODE, PI_WARN,
          "User name or password refused", EXPFILL}},
    };

    proto_register_field_array(proto, hf, array_length(hf));
    proto_register_subtree_array(ett, array_length(ett));
    expert_register_field_array(module, ei, array_length(ei));
}

const struct sx_drawing sx_drawing_credentials = {.set_up = set_up,
                                                  .message = draw_credentials,
                                                  .responses_only = true};
