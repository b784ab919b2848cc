/* draw_session.c
 * Session timers (RFC 4028), and requests that block one another (RFC 3261 14).
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "glue/compat.h"

#include "core/judge/glare.h"
#include "core/say/say.h"
#include "core/say/say_session.h"
#include "core/say/words.h"
#include "glue/draw/draw.h"

static int hf_expires = -1;
static int hf_refresher = -1;
static int hf_refreshed_in = -1;
static int hf_agreed_in = -1;
static int hf_blocked_by = -1;

static expert_field ei_not_refreshed = EI_INIT;

static const value_string refresher_vals[] = {
    {SX_REFRESHER_UAC, "uac"},
    {SX_REFRESHER_UAS, "uas"},
    {0, NULL},
};

static void flag_overdue(struct sx_pen *p, proto_item *item, const struct sx_tracker *tracker,
                         const struct sx_session *session, const struct sx_session_verdict *v)
{
    wmem_strbuf_t *words = wmem_strbuf_new(p->pinfo->pool, "");

    sx_say_session(words, tracker, session, v);
    sx_flag(p, item, &ei_not_refreshed, wmem_strbuf_get_str(words));
}

/* The 2xx that agrees on one. */
static void draw_agreement(struct sx_pen *p)
{
    const struct sx_tracker *t = p->view->tracker;
    const struct sx_session *session = sx_tracker_session_of(t, p->view->record);

    if (!session)
        return;
    struct sx_session_verdict v = sx_session_judge(t, session);
    proto_item *item = sx_add_uint(p, p->tree, hf_expires, session->expires_s);
    if (session->refresher != SX_REFRESHER_UNKNOWN)
        sx_add_uint(p, p->tree, hf_refresher, session->refresher);
    if (v.refresh)
        sx_add_frame(p, p->tree, hf_refreshed_in, v.refresh->request_frame);
    if (v.state == SX_SESSION_OVERDUE || v.state == SX_SESSION_REFUSED)
        flag_overdue(p, item, t, session, &v);
}

/* The BYE after a session timer that had run out. */
static void draw_bye(struct sx_pen *p)
{
    const struct sx_tracker *t = p->view->tracker;
    const struct sx_session *session =
        p->frame == p->txn->request_frame ? sx_session_ended_by(t, p->txn) : NULL;

    if (!session)
        return;
    struct sx_session_verdict v = sx_session_judge(t, session);
    flag_overdue(p, sx_add_uint(p, p->tree, hf_agreed_in, session->frame), t, session, &v);
}

/* "blocked by the INVITE of 10.0.0.1 in frame 6" */
static void draw_blocked(struct sx_pen *p)
{
    const struct sx_tracker *t = p->view->tracker;
    const struct sx_sip_msg *msg = p->view->msg;
    uint32_t frame = p->frame;
    const struct sx_txn *blocker =
        sx_glare_blocker(t, p->txn, msg->code, frame, msg->has_retry_after);

    if (!blocker)
        return;
    sx_add_frame(p, p->tree, hf_blocked_by, blocker->request_frame);
    unsigned times = sx_glare_times(t, p->txn, frame);
    wmem_strbuf_t *words = wmem_strbuf_new(p->pinfo->pool, "");
    wmem_strbuf_t *again = sx_words_piece(words);
    const char *rule = p->txn->method == SX_METHOD_UPDATE ? sx_words_draw_blocked_rule_update()
                                                          : sx_words_draw_blocked_rule();
    if (times > 1)
        sx_words_draw_blocked_times(again, times);
    sx_words_draw_blocked(words, sx_say_method(blocker), sx_tracker_host(t, blocker->src.host),
                          blocker->request_frame, rule, again);
    p->remark = wmem_strbuf_get_str(words);
}

static void draw_message(struct sx_pen *p)
{
    if (!sx_has_txn(p))
        return;
    if (p->view->msg->is_request) {
        if (p->txn->method == SX_METHOD_BYE)
            draw_bye(p);
    } else if (p->view->msg->code / 100 == 2) {
        draw_agreement(p);
    } else {
        draw_blocked(p);
    }
}

/* The nth one that this frame found over, unless what came since shows that the capture may lack
 * its refresh. */
static const struct sx_session *overdue_in(const struct sx_tracker *tracker, uint32_t frame,
                                           uint32_t *nth)
{
    const struct sx_session *session;

    while ((session = sx_tracker_session_due(tracker, frame, (*nth)++)))
        if (!sx_session_judge(tracker, session).unseen)
            return session;
    return NULL;
}

/* The frame that found the whole interval over. */
static void draw_frame(const struct sx_pen *blank)
{
    const struct sx_tracker *tracker = blank->tracker;
    uint32_t nth = 0;
    const struct sx_session *session = overdue_in(tracker, blank->frame, &nth);

    if (!session)
        return;
    struct sx_pen p = *blank;
    sx_add_top(&p);
    for (; session; session = overdue_in(tracker, p.frame, &nth)) {
        struct sx_session_verdict v = sx_session_judge(tracker, session);
        /* As it was when the frame came. */
        if (v.bye && v.bye->request_frame >= p.frame)
            v.bye = NULL;
        if (v.refused && v.refused->request_frame >= p.frame)
            v.refused = NULL;
        flag_overdue(&p, sx_add_uint(&p, p.tree, hf_agreed_in, session->frame), tracker, session,
                     &v);
    }
    sx_add_verdict(&p, p.flagged, NULL);
}

static void set_up(int proto, expert_module_t *module)
{
    static hf_register_info hf[] = {
        {&hf_expires,
         {"Session interval (s)", "sipexplain.session.expires", FT_UINT32, BASE_DEC, NULL, 0,
          "As agreed on by this response (RFC 4028)", HFILL}},
        {&hf_refresher,
         {"Who refreshes", "sipexplain.session.refresher", FT_UINT8, BASE_DEC, VALS(refresher_vals),
          0, NULL, HFILL}},
        {&hf_refreshed_in,
         {"Refreshed in", "sipexplain.session.refreshed_in", FT_FRAMENUM, BASE_NONE, NULL, 0, NULL,
          HFILL}},
        {&hf_agreed_in,
         {"Session timer agreed on in", "sipexplain.session.agreed_in", FT_FRAMENUM, BASE_NONE,
          NULL, 0, "The session timer that ran out", HFILL}},
        {&hf_blocked_by,
         {"Blocked by", "sipexplain.blocked_by", FT_FRAMENUM, BASE_NONE,
          FRAMENUM_TYPE(FT_FRAMENUM_REQUEST), 0, "The pending request that made this response",
          HFILL}},
    };
    static ei_register_info ei[] = {
        {&ei_not_refreshed,
         {"sipexplain.session_not_refreshed", PI_SEQUENCE, PI_WARN,
          "A session timer ran out without a refresh", EXPFILL}},
    };

    proto_register_field_array(proto, hf, array_length(hf));
    expert_register_field_array(module, ei, array_length(ei));
}

const struct sx_drawing sx_drawing_session = {
    .set_up = set_up,
    .message = draw_message,
    .frame = draw_frame,
};
