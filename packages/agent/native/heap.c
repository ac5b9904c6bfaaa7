/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The engine's memory. What the start needs comes from one stretch of the program's own: musl makes some ninety mappings for it,
 * and every page is a fault. What is large, or comes when the stretch is used up, is malloc's, so the stretch is all that is
 * never given back to the system.
 */
#include <malloc.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>

#include "host.h"

#ifndef __SANITIZE_ADDRESS__

/* musl does not have its name yet */
#ifndef MADV_POPULATE_WRITE
#define MADV_POPULATE_WRITE 23
#endif

/* Room for what the idle agent holds; more would only keep pages that malloc gives back. */
#define STRETCH (1152 * 1024)
/* What every start touches: one call to the kernel instead of a fault a page. */
#define TOUCHED (1072 * 1024)
#define GRANULE 32
/* The engine asks for its small values 4 KiB at a time. */
#define LARGEST 4128
#define KINDS (LARGEST / GRANULE + 1)

/* A piece: its length in granules, then what the engine gets; in a free piece, the next one of its length. */
struct piece {
    size_t granules;
    struct piece *next;
};
#define HEAD offsetof(struct piece, next)

static _Alignas(4096) uint8_t stretch[STRETCH];
static size_t used;
static struct piece *unused[KINDS];

static bool is_ours(const void *pointer) {
    return (uintptr_t)pointer - (uintptr_t)stretch < STRETCH;
}

static struct piece *piece_of(const void *pointer) {
    return (struct piece *)((uintptr_t)pointer - HEAD);
}

static void *heap_malloc(void *opaque, size_t size) {
    if (size > LARGEST - HEAD) return malloc(size);
    size_t granules = (size + HEAD + GRANULE - 1) / GRANULE;
    struct piece *piece = unused[granules];
    if (piece) {
        unused[granules] = piece->next;
    } else {
        if (STRETCH - used < granules * GRANULE) return malloc(size);
        piece = (struct piece *)(stretch + used);
        used += granules * GRANULE;
    }
    piece->granules = granules;
    return &piece->next;
}

static void heap_free(void *opaque, void *pointer) {
    if (!is_ours(pointer)) {
        free(pointer);
        return;
    }
    struct piece *piece = piece_of(pointer);
    size_t granules = piece->granules;
    /* zero while it is free: the second free of a piece, or one that was written over, ends the program as malloc would */
    if (!granules || granules >= KINDS) abort();
    piece->granules = 0;
    piece->next = unused[granules];
    unused[granules] = piece;
}

static size_t heap_size(const void *pointer) {
    if (!is_ours(pointer)) return malloc_usable_size((void *)pointer);
    return piece_of(pointer)->granules * GRANULE - HEAD;
}

static void *heap_calloc(void *opaque, size_t count, size_t size) {
    size_t bytes;
    if (__builtin_mul_overflow(count, size, &bytes)) return NULL;
    if (bytes > LARGEST - HEAD) return calloc(count, size);
    void *pointer = heap_malloc(opaque, bytes);
    return pointer ? memset(pointer, 0, bytes) : NULL;
}

static void *heap_realloc(void *opaque, void *pointer, size_t size) {
    if (pointer && !is_ours(pointer)) return realloc(pointer, size);
    size_t old = pointer ? heap_size(pointer) : 0;
    if (pointer && size <= old) return pointer;
    void *moved = heap_malloc(opaque, size);
    if (!moved || !pointer) return moved;
    memcpy(moved, pointer, old);
    heap_free(opaque, pointer);
    return moved;
}

JSRuntime *heap_runtime(void) {
    static const JSMallocFunctions functions = {heap_calloc, heap_malloc, heap_free, heap_realloc, heap_size};
    /* a kernel before 5.14 does not know it: then there is a fault a page */
    madvise(stretch, TOUCHED, MADV_POPULATE_WRITE);
    return JS_NewRuntime2(&functions, NULL);
}

#else

/* The sanitizer has to see every piece. */
JSRuntime *heap_runtime(void) {
    return JS_NewRuntime();
}

#endif
