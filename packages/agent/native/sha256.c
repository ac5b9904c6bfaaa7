/* SPDX-License-Identifier: Apache-2.0 */
/* SHA-256 as FIPS 180-4 defines it, for the audit: an interpreter would take a second for a megabyte. */
#include <math.h>
#include <string.h>

#include "host.h"

enum { BLOCK = 64, ROUNDS = 64, WORDS = 8 };

struct hash {
    uint32_t state[WORDS];
    uint8_t block[BLOCK];
    uint64_t length;
};

/* The first 32 bits of the fraction of a number. */
static uint32_t fraction(double number) {
    return (uint32_t)((number - floor(number)) * 4294967296.0);
}

static uint32_t round_constants[ROUNDS], start[WORDS];

/* The constants are the fractions of roots of the first primes. */
static void make_constants(void) {
    int count = 0;
    for (int candidate = 2; count < ROUNDS; candidate++) {
        int divisor = 2;
        while (candidate % divisor != 0) divisor++;
        if (divisor < candidate) continue;
        if (count < WORDS) start[count] = fraction(sqrt(candidate));
        round_constants[count++] = fraction(cbrt(candidate));
    }
}

static uint32_t rotate(uint32_t word, int bits) {
    return word >> bits | word << (32 - bits);
}

static void take_block(uint32_t *state, const uint8_t *block) {
    uint32_t w[ROUNDS], v[WORDS];
    for (int i = 0; i < 16; i++) {
        const uint8_t *at = block + 4 * i;
        w[i] = (uint32_t)at[0] << 24 | (uint32_t)at[1] << 16 | (uint32_t)at[2] << 8 | at[3];
    }
    for (int i = 16; i < ROUNDS; i++) {
        uint32_t a = w[i - 15], b = w[i - 2];
        w[i] = w[i - 16] + (rotate(a, 7) ^ rotate(a, 18) ^ a >> 3) + w[i - 7] + (rotate(b, 17) ^ rotate(b, 19) ^ b >> 10);
    }
    memcpy(v, state, sizeof v);
    for (int i = 0; i < ROUNDS; i++) {
        uint32_t chosen = (v[4] & v[5]) ^ (~v[4] & v[6]), majority = (v[0] & v[1]) ^ (v[0] & v[2]) ^ (v[1] & v[2]);
        uint32_t one = v[7] + (rotate(v[4], 6) ^ rotate(v[4], 11) ^ rotate(v[4], 25)) + chosen + round_constants[i] + w[i];
        uint32_t two = (rotate(v[0], 2) ^ rotate(v[0], 13) ^ rotate(v[0], 22)) + majority;
        memmove(v + 1, v, 7 * sizeof *v);
        v[4] += one;
        v[0] = one + two;
    }
    for (int i = 0; i < WORDS; i++) state[i] += v[i];
}

static void take_bytes_of(struct hash *hash, const uint8_t *bytes, size_t size) {
    for (size_t at = 0; at < size;) {
        size_t filled = hash->length % BLOCK, room = BLOCK - filled, count = size - at < room ? size - at : room;
        memcpy(hash->block + filled, bytes + at, count);
        hash->length += count;
        at += count;
        if (filled + count == BLOCK) take_block(hash->state, hash->block);
    }
}

static void finish(struct hash *hash) {
    static const uint8_t padding[BLOCK] = {0x80};
    uint64_t bits = hash->length * 8;
    uint8_t length[8];
    for (int i = 0; i < 8; i++) length[i] = (uint8_t)(bits >> (56 - 8 * i));
    size_t filled = hash->length % BLOCK;
    take_bytes_of(hash, padding, filled < 56 ? 56 - filled : 56 + BLOCK - filled);
    take_bytes_of(hash, length, sizeof length);
}

static PRIMITIVE(sha256) {
    int64_t count;
    size_t size;
    struct hash hash = {0};
    if (JS_GetLength(js, argv[0], &count)) return JS_EXCEPTION;
    if (round_constants[0] == 0) make_constants();
    memcpy(hash.state, start, sizeof start);
    for (int64_t i = 0; i < count; i++) {
        const uint8_t *bytes = part_at(js, argv[0], i, &size);
        if (!bytes && JS_HasException(js)) return JS_EXCEPTION;
        if (bytes) take_bytes_of(&hash, bytes, size);
    }
    finish(&hash);
    uint8_t *result = js_malloc(js, sizeof hash.state);
    if (!result) return JS_EXCEPTION;
    for (size_t i = 0; i < sizeof hash.state; i++) result[i] = (uint8_t)(hash.state[i / 4] >> (24 - 8 * (i % 4)));
    return take_bytes(js, result, sizeof hash.state);
}

const JSCFunctionListEntry hash_primitives[] = {JS_CFUNC_DEF("sha256", 1, sha256)};
const int hash_primitive_count = sizeof hash_primitives / sizeof *hash_primitives;
