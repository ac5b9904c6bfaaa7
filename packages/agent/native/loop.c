/* SPDX-License-Identifier: Apache-2.0. The event loop: watched descriptors, timers, signals, the end. */
#include <errno.h>
#include <math.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/epoll.h>
#include <sys/signalfd.h>
#include <time.h>
#include <unistd.h>

#include "host.h"

#define EVENTS_A_TURN 32
#define DELIVERIES_A_TURN 16
#define MAX_SIGNAL 64

enum { READABLE = 1, WRITABLE = 2 };

/* A watched descriptor. The generation tells events of an earlier descriptor of the same number from its own. */
struct watch {
    JSValue callback;
    void (*own)(JSContext *js);
    uint32_t generation;
    bool used, registered;
};

struct timer {
    double deadline;
    JSValue callback;
    int64_t id;
};

static struct {
    int epoll;
    struct watch *watches;
    size_t watch_count;
    uint32_t generation;
    struct timer *timers;
    size_t timer_count, timer_room;
    int64_t timer_id;
    int signal_fd;
    sigset_t signals;
    JSValue signal_callbacks[MAX_SIGNAL + 1];
    bool ended;
    int code;
} loop = {.epoll = -1, .signal_fd = -1};

static double monotonic(void) {
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (double)now.tv_sec * 1e3 + (double)now.tv_nsec / 1e6;
}

static void drain(JSContext *js) {
    JSContext *of;
    int result;
    while ((result = JS_ExecutePendingJob(JS_GetRuntime(js), &of)) != 0) {
        if (result < 0) report_exception(js);
    }
}

void loop_call(JSContext *js, JSValueConst function, int argc, JSValue *argv) {
    /* the callback may remove what it was called for, and the function with it */
    JSValue held = JS_DupValue(js, function);
    JSValue result = JS_Call(js, held, JS_UNDEFINED, argc, (JSValueConst *)argv);
    for (int i = 0; i < argc; i++) JS_FreeValue(js, argv[i]);
    JS_FreeValue(js, held);
    if (JS_IsException(result)) report_exception(js);
    else JS_FreeValue(js, result);
    drain(js);
}

int loop_open(void) {
    sigemptyset(&loop.signals);
    for (int i = 0; i <= MAX_SIGNAL; i++) loop.signal_callbacks[i] = JS_UNDEFINED;
    loop.epoll = epoll_create1(EPOLL_CLOEXEC);
    return loop.epoll;
}

/* ---- descriptors ---- */

static struct watch *watch_of(int64_t fd) {
    return fd >= 0 && (uint64_t)fd < loop.watch_count && loop.watches[fd].used ? &loop.watches[fd] : NULL;
}

static struct watch *watch_add(int fd) {
    if (fd < 0 || watch_of(fd)) return NULL;
    if ((size_t)fd >= loop.watch_count) {
        size_t count = (size_t)fd + 16;
        struct watch *grown = realloc(loop.watches, count * sizeof *grown);
        if (!grown) return NULL;
        for (size_t i = loop.watch_count; i < count; i++) grown[i] = (struct watch){.callback = JS_UNDEFINED};
        loop.watches = grown;
        loop.watch_count = count;
    }
    struct watch *watch = &loop.watches[fd];
    *watch = (struct watch){.callback = JS_UNDEFINED, .used = true, .generation = ++loop.generation};
    return watch;
}

/* Without interest a descriptor leaves the set: a hang-up would be reported again and again. */
static int watch_set(struct watch *watch, int fd, int64_t interest) {
    struct epoll_event event = {.data.u64 = (uint64_t)watch->generation << 32 | (uint32_t)fd};
    if (interest & READABLE) event.events |= EPOLLIN | EPOLLRDHUP;
    if (interest & WRITABLE) event.events |= EPOLLOUT;
    int operation = !watch->registered ? EPOLL_CTL_ADD : event.events ? EPOLL_CTL_MOD : EPOLL_CTL_DEL;
    if (operation == EPOLL_CTL_ADD && !event.events) return 0;
    if (epoll_ctl(loop.epoll, operation, fd, &event)) return -1;
    watch->registered = event.events != 0;
    return 0;
}

int loop_watch_own(int fd, void (*ready)(JSContext *js)) {
    struct watch *watch = watch_add(fd);
    if (!watch) return -1;
    watch->own = ready;
    return watch_set(watch, fd, READABLE);
}

static PRIMITIVE(watch) {
    int64_t fd;
    if (!get_integers(js, argv, 1, &fd)) return JS_EXCEPTION;
    struct watch *watch = watch_add((int)fd);
    if (!watch) return JS_ThrowInternalError(js, "descriptor %d cannot be watched", (int)fd);
    watch->callback = JS_DupValue(js, argv[1]);
    return JS_UNDEFINED;
}

static PRIMITIVE(interest) {
    int64_t values[2];
    if (!get_integers(js, argv, 2, values)) return JS_EXCEPTION;
    struct watch *watch = watch_of(values[0]);
    if (!watch) return JS_ThrowInternalError(js, "descriptor %d is not watched", (int)values[0]);
    return call_result(js, watch_set(watch, (int)values[0], values[1]));
}

static PRIMITIVE(unwatch) {
    int64_t fd;
    if (!get_integers(js, argv, 1, &fd)) return JS_EXCEPTION;
    struct watch *watch = watch_of(fd);
    if (!watch) return JS_UNDEFINED;
    if (watch->registered) watch_set(watch, (int)fd, 0);
    watch->used = false;
    JSValue callback = watch->callback;
    watch->callback = JS_UNDEFINED;
    JS_FreeValue(js, callback);
    return JS_UNDEFINED;
}

static void dispatch(JSContext *js, const struct epoll_event *event) {
    struct watch *watch = watch_of((uint32_t)event->data.u64);
    if (!watch || watch->generation != event->data.u64 >> 32) return;
    if (watch->own) watch->own(js);
    else loop_call(js, watch->callback, 0, NULL);
}

/* ---- timers: a handful at a time, so a plain array ---- */

static PRIMITIVE(after) {
    double delay;
    if (JS_ToFloat64(js, &delay, argv[0])) return JS_EXCEPTION;
    if (loop.timer_count == loop.timer_room) {
        size_t room = loop.timer_room + 16;
        struct timer *grown = realloc(loop.timers, room * sizeof *grown);
        if (!grown) return JS_ThrowOutOfMemory(js);
        loop.timers = grown;
        loop.timer_room = room;
    }
    struct timer timer = {monotonic() + (delay > 0 ? delay : 0), JS_DupValue(js, argv[1]), ++loop.timer_id};
    loop.timers[loop.timer_count++] = timer;
    return JS_NewInt64(js, timer.id);
}

static JSValue timer_take(size_t at) {
    JSValue callback = loop.timers[at].callback;
    loop.timers[at] = loop.timers[--loop.timer_count];
    return callback;
}

static PRIMITIVE(cancel) {
    int64_t id;
    if (!get_integers(js, argv, 1, &id)) return JS_EXCEPTION;
    for (size_t at = loop.timer_count; at-- > 0;) {
        if (loop.timers[at].id != id) continue;
        JS_FreeValue(js, timer_take(at));
        break;
    }
    return JS_UNDEFINED;
}

/* The timer that is due first, or timer_count. */
static size_t timer_next(void) {
    size_t next = loop.timer_count;
    for (size_t at = 0; at < loop.timer_count; at++) {
        if (next == loop.timer_count || loop.timers[at].deadline < loop.timers[next].deadline) next = at;
    }
    return next;
}

static int time_left(void) {
    size_t next = timer_next();
    if (next == loop.timer_count) return -1;
    double left = ceil(loop.timers[next].deadline - monotonic());
    return left <= 0 ? 0 : left > 1e6 ? 1000000 : (int)left;
}

/* Timers that a timer sets wait for the next turn, or one of 0 ms would keep descriptors waiting for ever. */
static void run_timers(JSContext *js) {
    int64_t last = loop.timer_id;
    double now = monotonic();
    for (;;) {
        size_t next = timer_next();
        if (next == loop.timer_count || loop.timers[next].deadline > now || loop.timers[next].id > last) return;
        JSValue callback = timer_take(next);
        loop_call(js, callback, 0, NULL);
        JS_FreeValue(js, callback);
    }
}

/* ---- signals ---- */

static void signals_ready(JSContext *js) {
    struct signalfd_siginfo info;
    while (read(loop.signal_fd, &info, sizeof info) == (ssize_t)sizeof info) {
        if (info.ssi_signo > MAX_SIGNAL) continue;
        JSValue number = JS_NewInt32(js, (int32_t)info.ssi_signo);
        loop_call(js, loop.signal_callbacks[info.ssi_signo], 1, &number);
    }
}

static PRIMITIVE(on_signal) {
    int64_t number;
    if (!get_integers(js, argv, 1, &number)) return JS_EXCEPTION;
    if (number < 1 || number > MAX_SIGNAL) return JS_ThrowRangeError(js, "no signal %d", (int)number);
    bool first = loop.signal_fd < 0;
    sigaddset(&loop.signals, (int)number);
    int fd = signalfd(loop.signal_fd, &loop.signals, SFD_NONBLOCK | SFD_CLOEXEC);
    if (fd < 0 || sigprocmask(SIG_BLOCK, &loop.signals, NULL)) return call_result(js, -1);
    loop.signal_fd = fd;
    JS_FreeValue(js, loop.signal_callbacks[number]);
    loop.signal_callbacks[number] = JS_DupValue(js, argv[1]);
    return call_result(js, first ? loop_watch_own(fd, signals_ready) : 0);
}

/* ---- the loop ---- */

int loop_run(JSContext *js) {
    struct epoll_event events[EVENTS_A_TURN];
    drain(js);
    while (!loop.ended) {
        /* jobs lead to jobs, and before the channel is open those are done already; yet they must not keep descriptors waiting */
        int deliveries = 0;
        while (deliveries < DELIVERIES_A_TURN && !loop.ended && jobs_deliver(js)) deliveries++;
        if (loop.ended) break;
        int count = epoll_wait(loop.epoll, events, EVENTS_A_TURN, deliveries == DELIVERIES_A_TURN ? 0 : time_left());
        if (count < 0 && errno != EINTR) {
            perror("qemu-ga: epoll_wait");
            return 1;
        }
        for (int i = 0; i < count && !loop.ended; i++) dispatch(js, &events[i]);
        if (!loop.ended) run_timers(js);
    }
    return loop.code;
}

#ifdef __SANITIZE_ADDRESS__
void loop_close(JSContext *js) {
    for (size_t fd = 0; fd < loop.watch_count; fd++) JS_FreeValue(js, loop.watches[fd].callback);
    while (loop.timer_count > 0) JS_FreeValue(js, timer_take(0));
    for (int i = 0; i <= MAX_SIGNAL; i++) JS_FreeValue(js, loop.signal_callbacks[i]);
}
#endif

static PRIMITIVE(exit_loop) {
    int64_t code;
    if (!get_integers(js, argv, 1, &code)) return JS_EXCEPTION;
    loop.ended = true;
    loop.code = (int)code;
    return JS_UNDEFINED;
}

static PRIMITIVE(now_monotonic) {
    return JS_NewFloat64(js, monotonic());
}

const JSCFunctionListEntry loop_primitives[] = {
    JS_CFUNC_DEF("watch", 2, watch),
    JS_CFUNC_DEF("interest", 2, interest),
    JS_CFUNC_DEF("unwatch", 1, unwatch),
    JS_CFUNC_DEF("after", 2, after),
    JS_CFUNC_DEF("cancel", 1, cancel),
    JS_CFUNC_DEF("onSignal", 2, on_signal),
    JS_CFUNC_DEF("monotonic", 0, now_monotonic),
    JS_CFUNC_DEF("exit", 1, exit_loop),
};
const int loop_primitive_count = sizeof loop_primitives / sizeof *loop_primitives;
