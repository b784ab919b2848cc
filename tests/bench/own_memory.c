/* own_memory.c
 * Preloaded: tshark says how much memory of its own it holds once it has read a capture, and ends.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 *
 * Peak resident memory also counts pages of libraries and of the capture, which come and go by
 * hundreds of kilobytes from run to run and from machine to machine.
 */
#include <stdio.h>
#include <unistd.h>

void wtap_close(void *wth);

void wtap_close(void *wth)
{
    FILE *status = fopen("/proc/self/status", "r");
    char line[256];
    unsigned long kilobytes;

    (void)wth;
    while (status && fgets(line, sizeof line, status))
        if (sscanf(line, "RssAnon: %lu kB", &kilobytes) == 1)
            fprintf(stderr, "Own memory: %lu kB\n", kilobytes);
    fflush(stderr);
    _exit(0);
}
