/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Jobs and the threads that do them. Threads are made when all are busy and end when idle, so an agent at rest has none. A job
 * that a frozen or dead disk holds up holds its thread and nothing else: clients may hold up 16 (bounded-files.ts), and the rest is
 * a reserve for the thaw. Until `threads` is called jobs are done at once: nobody waits yet, and a process that forks has no threads.
 */
#include <errno.h>
#include <pthread.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>
#include <time.h>
#include <unistd.h>

#include "jobs.h"

#define MAX_THREADS 24
#define IDLE_SECONDS 10
#define STACK_SIZE (128 * 1024)

struct queue {
    struct job *first, **end;
};

static struct {
    pthread_mutex_t lock;
    pthread_cond_t work;
    struct queue waiting, done;
    size_t waiting_count;
    int threads, idle;
    /* begun and not yet called back; the loop's alone */
    size_t unfinished;
    int event;
    bool threaded;
} pool = {.lock = PTHREAD_MUTEX_INITIALIZER, .event = -1};

static void put(struct queue *queue, struct job *job) {
    job->next = NULL;
    *queue->end = job;
    queue->end = &job->next;
}

static struct job *take(struct queue *queue) {
    struct job *job = queue->first;
    if (!job) return NULL;
    queue->first = job->next;
    if (!queue->first) queue->end = &queue->first;
    return job;
}

/* Waits for work with the lock held. Returns false when there was none for long. */
static bool await_work(void) {
    struct timespec until;
    clock_gettime(CLOCK_MONOTONIC, &until);
    until.tv_sec += IDLE_SECONDS;
    pool.idle++;
    int late = 0;
    while (!pool.waiting.first && !late) late = pthread_cond_timedwait(&pool.work, &pool.lock, &until);
    pool.idle--;
    return pool.waiting.first != NULL;
}

static void *worker(UNUSED void *nothing) {
    pthread_mutex_lock(&pool.lock);
    while (await_work()) {
        struct job *job = take(&pool.waiting);
        pool.waiting_count--;
        pthread_mutex_unlock(&pool.lock);
        job_perform(job);
        pthread_mutex_lock(&pool.lock);
        bool first = !pool.done.first;
        put(&pool.done, job);
        /* the loop empties the whole list when it is told once; the counter cannot overflow, so this cannot fail */
        if (first && eventfd_write(pool.event, 1)) abort();
    }
    pool.threads--;
    pthread_mutex_unlock(&pool.lock);
    return NULL;
}

/* Starts a thread with all signals blocked. Returns false when the system has no room for one. */
static bool start_thread(void) {
    pthread_attr_t attributes;
    pthread_t thread;
    sigset_t all, before;
    if (pthread_attr_init(&attributes)) return false;
    pthread_attr_setstacksize(&attributes, STACK_SIZE);
    pthread_attr_setdetachstate(&attributes, PTHREAD_CREATE_DETACHED);
    sigfillset(&all);
    pthread_sigmask(SIG_SETMASK, &all, &before);
    int error = pthread_create(&thread, &attributes, worker, NULL);
    pthread_sigmask(SIG_SETMASK, &before, NULL);
    pthread_attr_destroy(&attributes);
    return error == 0;
}

static void submit(struct job *job) {
    pthread_mutex_lock(&pool.lock);
    bool lacking = pool.threaded && (size_t)pool.idle <= pool.waiting_count && pool.threads < MAX_THREADS;
    if (lacking && start_thread()) pool.threads++;
    if (pool.threads > 0) {
        put(&pool.waiting, job);
        pool.waiting_count++;
        pthread_cond_signal(&pool.work);
    } else {
        job_perform(job);
        put(&pool.done, job);
    }
    pthread_mutex_unlock(&pool.lock);
}

bool jobs_finished(void) {
    return pool.unfinished == 0;
}

static void free_job(JSContext *js, struct job *job) {
    JS_FreeValue(js, job->callback);
    for (int i = 0; i < 2; i++) {
        free(job->paths[i]);
        JS_FreeValue(js, job->kept[i]);
    }
    free(job->text);
    free(job);
}

/* Figures become a list of numbers, text (items that each end with a NUL) a list of strings. */
static JSValue details(JSContext *js, const struct job *job) {
    if (job->result < 0 || (!job->text && job->figure_count == 0)) return JS_UNDEFINED;
    JSValue list = JS_NewArray(js);
    int64_t count = 0;
    for (; count < job->figure_count; count++) {
        if (JS_SetPropertyInt64(js, list, count, JS_NewInt64(js, job->figures[count])) < 0) goto failed;
    }
    for (size_t at = 0; job->text && at < job->text_length; count++) {
        size_t length = strlen(job->text + at);
        if (JS_SetPropertyInt64(js, list, count, JS_NewStringLen(js, job->text + at, length)) < 0) goto failed;
        at += length + 1;
    }
    return list;
failed:
    JS_FreeValue(js, list);
    return JS_EXCEPTION;
}

bool jobs_deliver(JSContext *js) {
    pthread_mutex_lock(&pool.lock);
    struct queue done = pool.done;
    pool.done.first = NULL;
    pool.done.end = &pool.done.first;
    pthread_mutex_unlock(&pool.lock);
    if (!done.first) return false;
    for (struct job *job = done.first, *next; job; job = next) {
        next = job->next;
        JSValue values[] = {JS_NewInt64(js, job->result), details(js, job)};
        if (JS_IsException(values[1])) {
            report_exception(js);
            values[0] = JS_NewInt32(js, -ENOMEM);
            values[1] = JS_UNDEFINED;
        }
        loop_call(js, job->callback, 2, values);
        free_job(js, job);
        pool.unfinished--;
    }
    return true;
}

static void jobs_ready(UNUSED JSContext *js) {
    eventfd_t count;
    /* only resets it; the loop delivers next */
    if (eventfd_read(pool.event, &count)) return;
}

int jobs_open(void) {
    pthread_condattr_t attributes;
    pool.waiting.end = &pool.waiting.first;
    pool.done.end = &pool.done.first;
    if (pthread_condattr_init(&attributes) || pthread_condattr_setclock(&attributes, CLOCK_MONOTONIC) ||
        pthread_cond_init(&pool.work, &attributes)) {
        return -1;
    }
    pool.event = eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC);
    return pool.event < 0 ? -1 : loop_watch_own(pool.event, jobs_ready);
}

static PRIMITIVE(threads) {
    pool.threaded = true;
    return JS_UNDEFINED;
}

/* Reads an argument that is a path, bytes or nothing. Returns an errno, or -1 with an exception. */
static int read_argument(JSContext *js, struct job *job, int at, JSValueConst value) {
    int error;
    if (JS_IsUndefined(value)) return 0;
    if (JS_IsString(value)) {
        job->paths[at] = get_path(js, value, &error);
        return job->paths[at] ? 0 : error ? error : -1;
    }
    job->bytes[at] = JS_GetUint8Array(js, &job->lengths[at], value);
    if (!job->bytes[at] && JS_HasException(js)) return -1;
    job->kept[at] = JS_DupValue(js, value);
    return 0;
}

/* job(operation, callback, number, number, number, argument, argument); answers 0, or at once a negative errno. */
static PRIMITIVE(job_start) {
    int64_t operation;
    if (!get_integers(js, argv, 1, &operation)) return JS_EXCEPTION;
    if (operation < 0 || operation >= JOB_OPERATIONS) return JS_ThrowRangeError(js, "no operation %d", (int)operation);
    struct job *job = calloc(1, sizeof *job);
    if (!job) return JS_ThrowOutOfMemory(js);
    job->operation = (enum operation)operation;
    job->kept[0] = job->kept[1] = job->callback = JS_UNDEFINED;
    int error = get_integers(js, argv + 2, JOB_NUMBERS, job->numbers) ? 0 : -1;
    for (int i = 0; i < 2 && !error; i++) error = read_argument(js, job, i, argv[2 + JOB_NUMBERS + i]);
    if (error) {
        free_job(js, job);
        return error < 0 ? JS_EXCEPTION : JS_NewInt32(js, -error);
    }
    job->callback = JS_DupValue(js, argv[1]);
    pool.unfinished++;
    submit(job);
    return JS_NewInt32(js, 0);
}

const JSCFunctionListEntry job_primitives[] = {
    JS_CFUNC_DEF("job", 7, job_start),
    JS_CFUNC_DEF("threads", 0, threads),
};
const int job_primitive_count = sizeof job_primitives / sizeof *job_primitives;
