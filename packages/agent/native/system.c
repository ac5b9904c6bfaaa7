/* SPDX-License-Identifier: Apache-2.0 */
/* The machine and the process itself: names, load, clock, environment, memory. */
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/sysinfo.h>
#include <sys/time.h>
#include <sys/utsname.h>
#include <time.h>
#include <unistd.h>

#include "host.h"

static PRIMITIVE(system_names) {
    struct utsname names;
    if (uname(&names)) return call_result(js, -1);
    JSValue list[] = {JS_NewString(js, names.nodename), JS_NewString(js, names.release), JS_NewString(js, names.version),
                      JS_NewString(js, names.machine)};
    return new_list(js, 4, list);
}

static PRIMITIVE(load_averages) {
    struct sysinfo info;
    if (sysinfo(&info)) return call_result(js, -1);
    JSValue list[3];
    for (int i = 0; i < 3; i++) list[i] = JS_NewFloat64(js, (double)info.loads[i] / (1 << SI_LOAD_SHIFT));
    return new_list(js, 3, list);
}

static PRIMITIVE(environment) {
    const char *name = JS_ToCString(js, argv[0]);
    if (!name) return JS_EXCEPTION;
    const char *value = getenv(name);
    JS_FreeCString(js, name);
    return value ? JS_NewString(js, value) : JS_UNDEFINED;
}

/* What is mapped later is not locked: a large request must be able to fail without ending the agent. */
static PRIMITIVE(lock_memory) {
    return call_result(js, JS_ToBool(js, argv[0]) > 0 ? mlockall(MCL_CURRENT) : munlockall());
}

/* Takes a variable out of the environment, also that of programs started later. */
static PRIMITIVE(forget) {
    const char *name = JS_ToCString(js, argv[0]);
    if (!name) return JS_EXCEPTION;
    int result = unsetenv(name);
    JS_FreeCString(js, name);
    return call_result(js, result);
}

static PRIMITIVE(now) {
    struct timespec time;
    clock_gettime(CLOCK_REALTIME, &time);
    return JS_NewBigInt64(js, (int64_t)time.tv_sec * 1000000000 + time.tv_nsec);
}

/* Seconds and microseconds since the epoch. */
static PRIMITIVE(set_time) {
    int64_t values[2];
    if (!get_integers(js, argv, 2, values)) return JS_EXCEPTION;
    struct timeval time = {.tv_sec = (time_t)values[0], .tv_usec = (suseconds_t)values[1]};
    return call_result(js, settimeofday(&time, NULL));
}

static PRIMITIVE(process_id) {
    return JS_NewInt32(js, getpid());
}

const JSCFunctionListEntry system_primitives[] = {
    JS_CFUNC_DEF("uname", 0, system_names),
    JS_CFUNC_DEF("loadAverages", 0, load_averages),
    JS_CFUNC_DEF("environment", 1, environment),
    JS_CFUNC_DEF("lockMemory", 1, lock_memory),
    JS_CFUNC_DEF("forget", 1, forget),
    JS_CFUNC_DEF("now", 0, now),
    JS_CFUNC_DEF("setTime", 2, set_time),
    JS_CFUNC_DEF("pid", 0, process_id),
};
const int system_primitive_count = sizeof system_primitives / sizeof *system_primitives;
