/* conversation_probe.c
 * Preloaded into tshark: prints what each conversation filter of the plugin says of each packet.
 * Only Wireshark's window has a use for them, and no other program shows them.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#define _GNU_SOURCE /* RTLD_NEXT */
#include "glue/compat.h"

#include <dlfcn.h>

#include <epan/epan_dissect.h>

static void print_filters(packet_info *pinfo)
{
    for (GList *l = packet_conv_filter_list; l; l = l->next) {
        const conversation_filter_t *f = l->data;
        if (strcmp(f->proto_name, "sipexplain") != 0)
            continue;
#if SX_WIRESHARK_AT_LEAST(4, 4)
        bool valid = f->is_filter_valid(pinfo, f->user_data);
        char *filter = f->build_filter_string(pinfo, f->user_data);
#else
        bool valid = f->is_filter_valid(pinfo);
        char *filter = f->build_filter_string(pinfo);
#endif
        printf("%u\t%s\t%s\t%s\n", pinfo->num, f->display_name, valid ? "valid" : "",
               filter ? filter : "");
        g_free(filter);
    }
}

/* The arguments differ between releases, but all of them are words; none is looked at but edt. */
typedef void run_function(epan_dissect_t *edt, intptr_t b, intptr_t c, intptr_t d, intptr_t e,
                          intptr_t f);

__attribute__((visibility("default"))) run_function probe __asm__("epan_dissect_run_with_taps");

void probe(epan_dissect_t *edt, intptr_t b, intptr_t c, intptr_t d, intptr_t e, intptr_t f)
{
    union {
        void *found;
        run_function *run;
    } next = {.found = dlsym(RTLD_NEXT, "epan_dissect_run_with_taps")};

    next.run(edt, b, c, d, e, f);
    print_filters(&edt->pi);
}
