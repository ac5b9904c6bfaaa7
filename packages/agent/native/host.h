/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The native host: what the agent's TypeScript needs from the kernel, and nothing that knows the agent. A primitive answers a
 * number; a negative one is an errno. It throws only when it was called wrongly or memory is short.
 */
#ifndef QGA_HOST_H
#define QGA_HOST_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "quickjs.h"

/* The signature of every primitive: QuickJS's own. */
#define PRIMITIVE(name) JSValue name(JSContext *js, JSValueConst self, int argc, JSValueConst *argv)
#define UNUSED __attribute__((unused))

/* heap.c: a runtime of the engine, or nothing when memory is short. */
JSRuntime *heap_runtime(void);

/* loop.c */
int loop_open(void);
/* Runs until `exit` was called; returns its code. */
int loop_run(JSContext *js);
/* Lets go of every callback. Only the build that looks for leaks has it. */
void loop_close(JSContext *js);
/* Calls back into JavaScript; what it throws is printed and goes no further. Frees the arguments, not the function. */
void loop_call(JSContext *js, JSValueConst function, int argc, JSValue *argv);
/* Lets epoll watch a descriptor of the host's own. */
int loop_watch_own(int fd, void (*ready)(JSContext *js));
extern const JSCFunctionListEntry loop_primitives[];
extern const int loop_primitive_count;

/* jobs.c */
int jobs_open(void);
/* Calls back for the jobs that are done. Returns whether there were any. */
bool jobs_deliver(JSContext *js);
/* Whether no job is waiting, at work or undelivered. */
bool jobs_finished(void);
extern const JSCFunctionListEntry job_primitives[];
extern const int job_primitive_count;
/* What a job does, on whatever thread; see file-calls.c. */
struct job;
void job_perform(struct job *job);

/* calls.c, system.c, process.c, kernels.c, outline.c, sha256.c */
extern const JSCFunctionListEntry call_primitives[];
extern const int call_primitive_count;
extern const JSCFunctionListEntry system_primitives[];
extern const int system_primitive_count;
extern const JSCFunctionListEntry process_primitives[];
extern const int process_primitive_count;
extern const JSCFunctionListEntry kernel_primitives[];
extern const int kernel_primitive_count;
/* The end of a run of bytes in [at, to) that are at least 0x20, below `above`, and neither a backslash nor the quote. */
size_t run_end(const uint8_t *bytes, size_t at, size_t to, uint8_t quote, uint8_t above);
extern const JSCFunctionListEntry outline_primitives[];
extern const int outline_primitive_count;
extern const JSCFunctionListEntry hash_primitives[];
extern const int hash_primitive_count;

/* arguments.c */
/* Reads integer arguments, as many as there are pointers; false when an exception is pending. */
bool get_integers(JSContext *js, JSValueConst *argv, int count, int64_t *values);
/* A path as malloc'ed bytes. A NUL in it makes it NULL with *error = ENOENT; memory short or no string: NULL, *error = 0. */
char *get_path(JSContext *js, JSValueConst value, int *error);
/* A list of strings as a malloc'ed, NULL-ended vector with `spare` free places in front. NULL: exception. */
char **get_vector(JSContext *js, JSValueConst list, size_t spare);
void free_vector(char **vector, size_t spare);
/* A list of values, which it takes. */
JSValue new_list(JSContext *js, int count, JSValue *values);
/* The bytes of element `at` of a list of arrays, which keeps them; NULL: empty, or an exception. */
const uint8_t *part_at(JSContext *js, JSValueConst list, int64_t at, size_t *size);
/* Takes a js_malloc'ed block as a Uint8Array; frees it when that fails. */
JSValue take_bytes(JSContext *js, uint8_t *block, size_t length);
/* The result of a system call: itself, or the negative of errno. */
JSValue call_result(JSContext *js, int64_t result);
/* Prints the pending exception to standard error and clears it. */
void report_exception(JSContext *js);

#endif
