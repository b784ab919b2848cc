/* until_read.c
 * Preloaded: Wireshark ends as soon as its window has read a capture to the end.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 *
 * Time stands still for the progress bar: how often it is drawn depends on the machine.
 */
#include <unistd.h>

void wtap_sequential_close(void *wth);
double g_timer_elapsed(void *timer, unsigned long *microseconds);

void wtap_sequential_close(void *wth)
{
    (void)wth;
    _exit(0);
}

double g_timer_elapsed(void *timer, unsigned long *microseconds)
{
    (void)timer;
    if (microseconds)
        *microseconds = 0;
    return 0;
}
