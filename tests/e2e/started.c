/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * Preloaded into tshark or sharkd, it lets the program register its dissectors once, which is most
 * of what a run over a small capture takes. Then each request gets a copy of the process that
 * begins main() anew, with the request's arguments, standard streams and nothing else of another's.
 *
 * SX_STARTED is the descriptor of a SOCK_SEQPACKET socket. A request is one packet: the arguments,
 * each ended by a NUL, with the descriptors of the three streams. The answer is what waitpid() says
 * of the copy.
 */

#define _GNU_SOURCE
#include <dlfcn.h>
#include <setjmp.h>
#include <signal.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#define STREAMS 3
#define MOST_ARGUMENTS 4096

typedef int main_type(int, char **, char **);

static main_type *real_main;
static jmp_buf begin;
static bool started; /* this is a copy */
static char request[1 << 17];
static char *arguments[MOST_ARGUMENTS + 1];
static int count;

/* Weak: setpriv, which starts tshark as another user, has none. */
extern int ws_optind __attribute__((weak)), ws_optreset __attribute__((weak));

/* Waits for a request. False if there will be no more. */
static bool receive(int from, int streams[STREAMS])
{
    union {
        struct cmsghdr header;
        char room[CMSG_SPACE(sizeof(int[STREAMS]))];
    } control;
    struct iovec text = {request, sizeof(request) - 1};
    struct msghdr message = {.msg_iov = &text,
                             .msg_iovlen = 1,
                             .msg_control = &control,
                             .msg_controllen = sizeof(control)};
    ssize_t length = recvmsg(from, &message, 0);
    struct cmsghdr *sent = length > 0 ? CMSG_FIRSTHDR(&message) : NULL;
    if (!sent || sent->cmsg_len != CMSG_LEN(sizeof(int[STREAMS])) ||
        (message.msg_flags & (MSG_TRUNC | MSG_CTRUNC)))
        return false;
    memcpy(streams, CMSG_DATA(sent), sizeof(int[STREAMS]));
    request[length] = '\0';
    count = 1;
    for (char *at = request; at < request + length && count < MOST_ARGUMENTS; at += strlen(at) + 1)
        arguments[count++] = at;
    arguments[count] = NULL;
    return true;
}

static void serve(int socket)
{
    int streams[STREAMS];

    while (receive(socket, streams)) {
        signal(SIGCHLD, SIG_DFL); /* sharkd ignores its children */
        pid_t copy = fork();
        if (copy == 0) {
            for (int i = 0; i < STREAMS; i++)
                dup2(streams[i], i);
        }
        for (int i = 0; i < STREAMS; i++)
            close(streams[i]);
        if (copy == 0) {
            close(socket);
            started = true;
            longjmp(begin, 1);
        }
        int status = 0;
        if (copy < 0 || waitpid(copy, &status, 0) != copy ||
            send(socket, &status, sizeof(status), 0) < 0)
            break;
    }
    _exit(0);
}

/* Dissectors are registered when this has returned. It takes three arguments, or four since 4.6. */
bool epan_init(void *callback, void *data, uintptr_t plugins, void *application)
{
    bool (*real)(void *, void *, uintptr_t, void *) = dlsym(RTLD_NEXT, "epan_init");
    const char *socket = getenv("SX_STARTED");

    if (started)
        return true;
    bool done = real(callback, data, plugins, application);
    if (done && socket)
        serve(atoi(socket));
    return done;
}

void wtap_init(uintptr_t plugins, void *variable, void *more)
{
    void (*real)(uintptr_t, void *, void *) = dlsym(RTLD_NEXT, "wtap_init");

    if (!started)
        real(plugins, variable, more);
}

/* Freeing what was registered would touch, and so copy, most of the memory. */
void epan_cleanup(void)
{
    void (*real)(void) = dlsym(RTLD_NEXT, "epan_cleanup");

    if (!started)
        real();
}

static int again(int argc, char **argv, char **environment)
{
    arguments[0] = argv[0];
    if (setjmp(begin) == 0)
        return real_main(argc, argv, environment);
    ws_optind = 1;
    ws_optreset = 1;
    int code = real_main(count, arguments, environment);
    fflush(NULL);
    _exit(code);
}

int __libc_start_main(main_type *main, int argc, char **argv, void (*init)(void),
                      void (*fini)(void), void (*rtld_fini)(void), void *stack_end)
{
    int (*real)(main_type *, int, char **, void (*)(void), void (*)(void), void (*)(void), void *) =
        dlsym(RTLD_NEXT, "__libc_start_main");

    real_main = main;
    return real(again, argc, argv, init, fini, rtld_fini, stack_end);
}
