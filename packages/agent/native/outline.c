/* SPDX-License-Identifier: Apache-2.0 */
/* The outline of plain JSON: ByteKernels.outline, with the results of packages/protocol/src/outline.ts to the last number. */
#include <string.h>

#include "host.h"

#define OUTLINE_DEPTH 16
#define OUTLINE_FIELDS 3
#define SAFE_INTEGER 15

struct outline {
    const uint8_t *bytes;
    size_t size;
    int32_t *into;
    size_t count, room;
};

/* Functions that take a part give the position behind it, or 0 when it is not plain or not whole. */
static size_t take_value(struct outline *outline, size_t at, int depth);

static uint8_t byte_at(const struct outline *outline, size_t at) {
    return at < outline->size ? outline->bytes[at] : 0;
}

static size_t skip_blanks(const struct outline *outline, size_t at) {
    for (;; at++) {
        uint8_t byte = byte_at(outline, at);
        if (byte != ' ' && byte != '\n' && byte != '\r' && byte != '\t') return at;
    }
}

/* Adds a token. Returns `behind`, or 0 when there is no room. */
static size_t add(struct outline *outline, uint8_t kind, size_t from, size_t to, size_t behind) {
    if (outline->count == outline->room) return 0;
    int32_t *fields = outline->into + outline->count++ * OUTLINE_FIELDS;
    fields[0] = kind;
    fields[1] = (int32_t)from;
    fields[2] = (int32_t)to;
    return behind;
}

static size_t take_string(struct outline *outline, size_t at) {
    if (byte_at(outline, at) != '"') return 0;
    size_t end = run_end(outline->bytes, at + 1, outline->size, '"', 0x80);
    return byte_at(outline, end) == '"' ? add(outline, '"', at + 1, end, end + 1) : 0;
}

static size_t take_word(struct outline *outline, size_t at, const char *word) {
    size_t length = strlen(word);
    if (outline->size - at < length || memcmp(outline->bytes + at, word, length) != 0) return 0;
    return add(outline, (uint8_t)word[0], at, at + length, at + length);
}

/* What goes on as a fraction or exponent fails at what follows: no comma, no bracket. */
static size_t take_integer(struct outline *outline, size_t start) {
    size_t first = start + (byte_at(outline, start) == '-'), at = first;
    while (byte_at(outline, at) >= '0' && byte_at(outline, at) <= '9') at++;
    bool leading_zero = byte_at(outline, first) == '0' && at > first + 1;
    if (at == first || leading_zero || at - start > SAFE_INTEGER) return 0;
    return add(outline, '0', start, at, at);
}

static size_t take_member(struct outline *outline, size_t start, int depth) {
    size_t at = take_string(outline, start);
    if (at == 0) return 0;
    at = skip_blanks(outline, at);
    return byte_at(outline, at) == ':' ? take_value(outline, skip_blanks(outline, at + 1), depth) : 0;
}

/* An object or array, by its bracket. */
static size_t take_members(struct outline *outline, size_t start, int depth) {
    bool is_object = byte_at(outline, start) == '{';
    uint8_t close = is_object ? '}' : ']';
    if (depth == OUTLINE_DEPTH || !add(outline, byte_at(outline, start), start, start + 1, 1)) return 0;
    size_t at = skip_blanks(outline, start + 1);
    for (bool first = true; !first || byte_at(outline, at) != close; first = false) {
        at = is_object ? take_member(outline, at, depth) : take_value(outline, at, depth);
        if (at == 0) return 0;
        at = skip_blanks(outline, at);
        if (byte_at(outline, at) == close) break;
        if (byte_at(outline, at) != ',') return 0;
        at = skip_blanks(outline, at + 1);
    }
    return add(outline, close, at, at + 1, at + 1);
}

static size_t take_value(struct outline *outline, size_t at, int depth) {
    switch (byte_at(outline, at)) {
    case '"': return take_string(outline, at);
    case '{':
    case '[': return take_members(outline, at, depth + 1);
    case 't': return take_word(outline, at, "true");
    case 'f': return take_word(outline, at, "false");
    case 'n': return take_word(outline, at, "null");
    default: return take_integer(outline, at);
    }
}

static PRIMITIVE(outline) {
    struct outline outline = {0};
    size_t offset, length, unit, size;
    int64_t from;
    outline.bytes = JS_GetUint8Array(js, &outline.size, argv[0]);
    if (!outline.bytes && JS_HasException(js)) return JS_EXCEPTION;
    if (!get_integers(js, argv + 1, 1, &from)) return JS_EXCEPTION;
    JSValue buffer = JS_GetTypedArrayBuffer(js, argv[2], &offset, &length, &unit);
    if (JS_IsException(buffer)) return JS_EXCEPTION;
    uint8_t *into = JS_GetArrayBuffer(js, &size, buffer);
    /* the array keeps it alive */
    JS_FreeValue(js, buffer);
    if (!into || unit != sizeof *outline.into || offset % unit != 0) return JS_ThrowTypeError(js, "not an Int32Array");
    outline.into = (int32_t *)(void *)(into + offset);
    outline.room = length / unit / OUTLINE_FIELDS;
    /* positions are 32 bits wide; no chunk comes near */
    if (from < 0 || (uint64_t)from > outline.size || outline.size > INT32_MAX) return JS_NewInt32(js, 0);
    size_t start = skip_blanks(&outline, (size_t)from);
    bool plain = byte_at(&outline, start) == '{' && take_members(&outline, start, 0) > 0;
    return JS_NewInt64(js, plain ? (int64_t)outline.count : 0);
}

const JSCFunctionListEntry outline_primitives[] = {
    JS_CFUNC_DEF("outline", 3, outline),
};
const int outline_primitive_count = sizeof outline_primitives / sizeof *outline_primitives;
