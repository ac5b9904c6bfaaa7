/* SPDX-License-Identifier: Apache-2.0 */
/* A job: one call that the kernel may hold up, made on a thread of its own choosing. */
#ifndef QGA_JOBS_H
#define QGA_JOBS_H

#include "host.h"

/* In the order of `Operation` in src/native/primitives.ts. */
enum operation {
    JOB_OPEN,
    JOB_CLOSE,
    JOB_READ,
    JOB_WRITE,
    JOB_FSTAT,
    JOB_STAT,
    JOB_FCHMOD,
    JOB_FCHOWN,
    JOB_FSYNC,
    JOB_RENAME,
    JOB_UNLINK,
    JOB_MKDIR,
    JOB_READDIR,
    JOB_READLINK,
    JOB_REALPATH,
    JOB_STATVFS,
    JOB_EXECUTABLE,
    JOB_IOCTL,
    JOB_READ_SMALL,
    JOB_OPERATIONS,
};

#define JOB_NUMBERS 3
#define JOB_FIGURES 5

struct job {
    struct job *next;
    enum operation operation;
    int64_t numbers[JOB_NUMBERS];
    /* two more arguments, each a path or bytes of an array that JavaScript holds still */
    char *paths[2];
    uint8_t *bytes[2];
    size_t lengths[2];
    JSValue kept[2];
    JSValue callback;
    /* the outcome: what the call returned or a negative errno, and text or figures where it has more to say */
    int64_t result;
    char *text;
    size_t text_length;
    int64_t figures[JOB_FIGURES];
    int figure_count;
};

#endif
