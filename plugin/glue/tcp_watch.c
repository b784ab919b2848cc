/* tcp_watch.c
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "glue/compat.h"

#include "glue/tcp_watch.h"

static int tap_tcp = -1;

void sx_tcp_watch_init(void)
{
    static int listener;
    GString *error;

    tap_tcp = find_tap_id("tcp");
    /* What is tapped can be fetched while somebody listens. Hand-off may run again. */
    if (listener++)
        return;
    error = register_tap_listener("tcp", &listener, NULL, TL_IS_DISSECTOR_HELPER, NULL, NULL, NULL,
                                  NULL);
    if (error)
        g_string_free(error, TRUE); /* no listener: connections are then not watched */
}

const struct tcpheader *sx_tcp_segment(void)
{
    const struct tcpheader *last = NULL, *next;

    /* One for each TCP layer: an IP tunnel's payload comes last. */
    for (int i = 0; i < 4 && (next = fetch_tapped_data(tap_tcp, i)); i++)
        last = next;
    return last;
}
