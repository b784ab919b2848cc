/* sofia.c
 * A phone of sofia-sip's nua that calls an address and hangs up after some seconds.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 *
 *   cc sofia.c -o sofia $(pkg-config --cflags --libs sofia-sip-ua)
 *   sofia own-address uri seconds session-seconds
 */
#include <stdio.h>
#include <stdlib.h>

#include <sofia-sip/nua.h>
#include <sofia-sip/sdp.h>
#include <sofia-sip/sip_header.h>
#include <sofia-sip/su_wait.h>

static nua_handle_t *call;

static void on_event(nua_event_t event, int status, char const *phrase, nua_t *nua,
                     nua_magic_t *magic, nua_handle_t *handle, nua_hmagic_t *handle_magic,
                     sip_t const *sip, tagi_t tags[])
{
    (void)nua;
    (void)magic;
    (void)handle;
    (void)handle_magic;
    (void)sip;
    (void)tags;
    printf("%s %d %s\n", nua_event_name(event), status, phrase ? phrase : "");
    fflush(stdout);
}

static void hang_up(su_root_magic_t *magic, su_timer_t *timer, su_timer_arg_t *arg)
{
    (void)magic;
    (void)timer;
    (void)arg;
    nua_bye(call, TAG_END());
}

int main(int argc, char **argv)
{
    if (argc != 5) {
        return 2;
    }
    su_init();
    su_root_t *root = su_root_create(NULL);
    char own[100], sdp[200];
    snprintf(own, sizeof own, "sip:%s:5060", argv[1]);
    snprintf(
        sdp, sizeof sdp,
        "v=0\r\no=alice 1 1 IN IP4 %s\r\ns=-\r\nc=IN IP4 %s\r\nt=0 0\r\nm=audio 6000 RTP/AVP 0\r\n",
        argv[1], argv[1]);
    nua_t *nua = nua_create(root, on_event, NULL, NUTAG_URL(own), NUTAG_MEDIA_ENABLE(1), TAG_END());
    call = nua_handle(nua, NULL, NUTAG_URL(argv[2]), SIPTAG_TO_STR("<sip:bob@example.com>"),
                      TAG_END());
    nua_invite(call, SOATAG_USER_SDP_STR(sdp), NUTAG_SESSION_TIMER(atoi(argv[4])), NUTAG_AUTOACK(1),
               NUTAG_SESSION_REFRESHER(nua_local_refresher), TAG_END());
    su_timer_t *timer = su_timer_create(su_root_task(root), 1000 * atoi(argv[3]));
    su_timer_set(timer, hang_up, NULL);
    printf("ready\n");
    fflush(stdout);
    su_root_run(root);
    return 0;
}
