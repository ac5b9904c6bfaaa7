/* SPDX-License-Identifier: Apache-2.0 */
/* The program: an engine without a compiler, the primitives, and the agent's bytecode. */
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <unistd.h>

#include "host.h"

/* The agent, made by generate.c from the bundle. */
extern const uint8_t agent_bytecode[];
extern const size_t agent_bytecode_size;

void kernels_open(void);

#define MIB (1024UL * 1024)
/* What JavaScript may use. A few clients can each have the longest message at hand; past it a command answers an error. */
#define MEMORY_LIMIT (768 * MIB)
#define STACK_LIMIT (6 * MIB)
/* The start makes no cycles worth looking for; afterwards the engine goes by what was left. */
#define FIRST_COLLECTION (3 * MIB / 2)

/* Files opened later must not take the place of closed standard descriptors. */
static int fill_standard(void) {
    int fd;
    do fd = open("/dev/null", O_RDWR);
    while (fd >= 0 && fd <= 2);
    if (fd > 2) close(fd);
    /* no /dev yet: a directory keeps the places just as well */
    while (fd < 0 && fcntl(2, F_GETFD) < 0) {
        if (open("/", O_RDONLY) < 0) return -1;
    }
    return 0;
}

/* A quarter of the stack is left to C. */
static size_t stack_limit(void) {
    struct rlimit limit;
    if (getrlimit(RLIMIT_STACK, &limit) || limit.rlim_cur == RLIM_INFINITY) return STACK_LIMIT;
    return limit.rlim_cur / 4 * 3 < STACK_LIMIT ? limit.rlim_cur / 4 * 3 : STACK_LIMIT;
}

/* Only what the agent uses; above all no eval: nothing at run time can turn text into a program. */
static JSContext *new_context(JSRuntime *runtime) {
    JSContext *js = JS_NewContextRaw(runtime);
    if (!js) return NULL;
    if (JS_AddIntrinsicBaseObjects(js) || JS_AddIntrinsicRegExp(js) || JS_AddIntrinsicMapSet(js) ||
        JS_AddIntrinsicTypedArrays(js) || JS_AddIntrinsicPromise(js) ||
        JS_AddIntrinsicDate(js) || JS_AddIntrinsicJSON(js)) {
        return NULL;
    }
    return js;
}

/* Gives the program its primitives, as the global `primitives`, with the arguments as `argv`. */
static int offer_primitives(JSContext *js, int argc, char **argv) {
    JSValue primitives = JS_NewObject(js);
    JSValue arguments = JS_NewArray(js);
    if (JS_SetPropertyFunctionList(js, primitives, loop_primitives, loop_primitive_count) ||
        JS_SetPropertyFunctionList(js, primitives, job_primitives, job_primitive_count) ||
        JS_SetPropertyFunctionList(js, primitives, call_primitives, call_primitive_count) ||
        JS_SetPropertyFunctionList(js, primitives, system_primitives, system_primitive_count) ||
        JS_SetPropertyFunctionList(js, primitives, process_primitives, process_primitive_count) ||
        JS_SetPropertyFunctionList(js, primitives, kernel_primitives, kernel_primitive_count) ||
        JS_SetPropertyFunctionList(js, primitives, outline_primitives, outline_primitive_count) ||
        JS_SetPropertyFunctionList(js, primitives, hash_primitives, hash_primitive_count)) {
        return -1;
    }
    for (int i = 1; i < argc; i++) {
        if (JS_SetPropertyInt64(js, arguments, i - 1, JS_NewString(js, argv[i])) < 0) return -1;
    }
    if (JS_SetPropertyStr(js, primitives, "argv", arguments) < 0) return -1;
    JSValue global = JS_GetGlobalObject(js);
    int result = JS_SetPropertyStr(js, global, "primitives", primitives);
    JS_FreeValue(js, global);
    return result < 0 ? -1 : 0;
}

/* The engine has a copy of its own: the pages of the file need not stay in memory. */
static void forget_bytecode(void) {
    const uintptr_t page = 4096;
    uintptr_t start = ((uintptr_t)agent_bytecode + page - 1) / page * page;
    uintptr_t end = ((uintptr_t)agent_bytecode + agent_bytecode_size) / page * page;
    madvise((void *)start, end - start, MADV_DONTNEED);
}

static int start_program(JSContext *js) {
    JSValue program = JS_ReadObject(js, agent_bytecode, agent_bytecode_size, JS_READ_OBJ_BYTECODE);
    if (JS_IsException(program)) return -1;
    forget_bytecode();
    JSValue result = JS_EvalFunction(js, program);
    if (JS_IsException(result)) return -1;
    JS_FreeValue(js, result);
    return 0;
}

int main(int argc, char **argv) {
    if (fill_standard()) return 1;
    signal(SIGPIPE, SIG_IGN);
    /* a parent that ignores it hands that down, and the kernel would tell nobody how a child ended */
    signal(SIGCHLD, SIG_DFL);
    kernels_open();
    JSRuntime *runtime = heap_runtime();
    if (!runtime) return 1;
    JS_SetMemoryLimit(runtime, MEMORY_LIMIT);
    JS_SetMaxStackSize(runtime, stack_limit());
    JS_SetGCThreshold(runtime, FIRST_COLLECTION);
    JSContext *js = new_context(runtime);
    if (!js || loop_open() < 0 || jobs_open() < 0) {
        perror("qemu-ga: cannot start");
        return 1;
    }
    if (offer_primitives(js, argc, argv) || start_program(js)) {
        report_exception(js);
        return 1;
    }
    int code = loop_run(js);
    fflush(stderr);
#ifdef __SANITIZE_ADDRESS__
    /* what is in use is given back: the rest is a leak, which the engine's assertions and the sanitizer find */
    if (jobs_finished()) {
        setvbuf(stdout, NULL, _IONBF, 0);
        JS_SetDumpFlags(runtime, JS_DUMP_LEAKS | JS_ABORT_ON_LEAKS);
        loop_close(js);
        JS_FreeContext(js);
        JS_FreeRuntime(runtime);
        exit(code);
    }
#endif
    /* a thread may be held up by a disk: nothing is waited for or freed */
    _exit(code);
}
