/* SPDX-License-Identifier: Apache-2.0 */
/* Work on single bytes, which an interpreter must not do: ByteKernels of packages/protocol/src/bytes.ts says what each means. */
#include <string.h>

#include "host.h"

/* A block of bytes is looked at as a whole: the compiler makes vector code of such loops. */
#define BLOCK 32

/* Whether a byte ends a run of ordinary characters; `above` is the first that is too large for one. */
static bool ends_run(uint8_t byte, uint8_t quote, uint8_t above) {
    return byte < 0x20 || byte == quote || byte == '\\' || byte >= above;
}

size_t run_end(const uint8_t *bytes, size_t at, size_t to, uint8_t quote, uint8_t above) {
    while (at + BLOCK <= to) {
        uint8_t found = 0;
        for (int i = 0; i < BLOCK; i++) found |= ends_run(bytes[at + i], quote, above);
        if (found) break;
        at += BLOCK;
    }
    while (at < to && !ends_run(bytes[at], quote, above)) at++;
    return at;
}

static PRIMITIVE(string_end) {
    int64_t values[3];
    size_t size;
    const uint8_t *bytes = JS_GetUint8Array(js, &size, argv[0]);
    if (!bytes || !get_integers(js, argv + 1, 3, values)) return JS_EXCEPTION;
    size_t to = (size_t)values[1];
    return JS_NewInt64(js, (int64_t)run_end(bytes, (size_t)values[0], to < size ? to : size, (uint8_t)values[2], 0xfe));
}

static bool all_ascii(const uint8_t *bytes, size_t size) {
    uint8_t all = 0;
    for (size_t at = 0; at < size; at++) all |= bytes[at];
    return all < 0x80;
}

static PRIMITIVE(is_ascii) {
    size_t size;
    const uint8_t *bytes = JS_GetUint8Array(js, &size, argv[0]);
    if (!bytes && JS_HasException(js)) return JS_EXCEPTION;
    return JS_NewBool(js, all_ascii(bytes, size));
}

/* A part that does not lie within the bytes is empty. */
static PRIMITIVE(ascii_to_text) {
    size_t size;
    const uint8_t *bytes = JS_GetUint8Array(js, &size, argv[0]);
    int64_t range[2] = {0, (int64_t)size};
    if (!bytes && JS_HasException(js)) return JS_EXCEPTION;
    for (int i = 0; i < 2; i++) {
        if (!JS_IsUndefined(argv[i + 1]) && !get_integers(js, argv + i + 1, 1, &range[i])) return JS_EXCEPTION;
    }
    if (range[0] < 0 || range[1] < range[0] || (uint64_t)range[1] > size) range[0] = range[1] = 0;
    return JS_NewStringLen(js, (const char *)bytes + range[0], (size_t)(range[1] - range[0]));
}

static PRIMITIVE(text_to_ascii) {
    size_t size;
    const char *text = JS_ToCStringLen(js, &size, argv[0]);
    if (!text) return JS_EXCEPTION;
    JSValue bytes = JS_NewUint8ArrayCopy(js, (const uint8_t *)text, size);
    JS_FreeCString(js, text);
    return bytes;
}

/* ---- UTF-8 as QEMU reads it ---- */

static bool is_character(uint32_t code) {
    if (code > 0x10ffff || (code >= 0xd800 && code <= 0xdfff)) return false;
    return (code & 0xfffe) != 0xfffe && !(code >= 0xfdd0 && code <= 0xfdef);
}

/* Length of the sequence at `at`, or 0 when it is not valid. */
static size_t sequence(const uint8_t *at, const uint8_t *end) {
    static const uint32_t smallest[] = {0, 0, 0x80, 0x800, 0x10000};
    uint8_t lead = *at;
    if (lead < 0x80) return 1;
    size_t length = lead < 0xc0 ? 0 : lead < 0xe0 ? 2 : lead < 0xf0 ? 3 : lead < 0xf5 ? 4 : 0;
    if (length == 0 || (size_t)(end - at) < length) return 0;
    uint32_t code = lead & (0x7fU >> length);
    for (size_t i = 1; i < length; i++) {
        if ((at[i] & 0xc0) != 0x80) return 0;
        code = code << 6 | (at[i] & 0x3fU);
    }
    bool modified_nul = code == 0 && length == 2;
    return (code < smallest[length] && !modified_nul) || !is_character(code) ? 0 : length;
}

static PRIMITIVE(decode_utf8) {
    size_t size, length, to = 0;
    const uint8_t *bytes = JS_GetUint8Array(js, &size, argv[0]);
    if (!bytes && JS_HasException(js)) return JS_EXCEPTION;
    if (all_ascii(bytes, size)) return JS_NewStringLen(js, (const char *)bytes, size);
    /* a copy, because C0 80 becomes a NUL */
    char *text = js_malloc(js, size);
    if (!text) return JS_EXCEPTION;
    for (size_t at = 0; at < size; at += length) {
        length = sequence(bytes + at, bytes + size);
        if (length == 0) {
            js_free(js, text);
            return JS_UNDEFINED;
        }
        if (bytes[at] == 0xc0) {
            text[to++] = 0;
        } else {
            memcpy(text + to, bytes + at, length);
            to += length;
        }
    }
    JSValue result = JS_NewStringLen(js, text, to);
    js_free(js, text);
    return result;
}

/* ---- base64 ---- */

static const char letters[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
/* two letters for twelve bits */
static char pairs[4096][2];

enum { SKIPPED = 0x40, INVALID = 0x80, PAD = 0xc0 };
static uint8_t values_of[256];

void kernels_open(void) {
    for (int i = 0; i < 4096; i++) {
        pairs[i][0] = letters[i >> 6];
        pairs[i][1] = letters[i & 0x3f];
    }
    memset(values_of, INVALID, sizeof values_of);
    for (int i = 0; i < 64; i++) values_of[(uint8_t)letters[i]] = (uint8_t)i;
    values_of['\n'] = SKIPPED;
    values_of['='] = PAD;
}

static PRIMITIVE(encode_base64) {
    size_t size;
    const uint8_t *bytes = JS_GetUint8Array(js, &size, argv[0]);
    if (!bytes && JS_HasException(js)) return JS_EXCEPTION;
    size_t length = (size + 2) / 3 * 4, at = 0;
    char *text = js_malloc(js, length ? length : 1), *to = text;
    if (!text) return JS_EXCEPTION;
    for (; at + 3 <= size; at += 3, to += 4) {
        uint32_t group = (uint32_t)bytes[at] << 16 | (uint32_t)bytes[at + 1] << 8 | bytes[at + 2];
        memcpy(to, pairs[group >> 12], 2);
        memcpy(to + 2, pairs[group & 0xfff], 2);
    }
    if (at < size) {
        bool two = size - at == 2;
        uint32_t group = (uint32_t)bytes[at] << 16 | (two ? (uint32_t)bytes[at + 1] << 8 : 0);
        memcpy(to, pairs[group >> 12], 2);
        to[2] = two ? letters[group >> 6 & 0x3f] : '=';
        to[3] = '=';
    }
    return take_bytes(js, (uint8_t *)text, length);
}

/* A decoder between two parts: the group at hand. */
struct group {
    uint32_t bits;
    int filled;
    bool third_is_pad;
};

/* Decodes GLib's lenient way. Returns the end of what it wrote, or NULL at a character that is not allowed. */
static uint8_t *decode_part(struct group *group, const uint8_t *text, size_t size, uint8_t *to) {
    for (size_t at = 0; at < size; at++) {
        while (group->filled == 0 && at + 4 <= size) {
            uint8_t a = values_of[text[at]], b = values_of[text[at + 1]], c = values_of[text[at + 2]], d = values_of[text[at + 3]];
            if ((a | b | c | d) & 0xc0) break;
            uint32_t bits = (uint32_t)a << 18 | (uint32_t)b << 12 | (uint32_t)c << 6 | d;
            to[0] = (uint8_t)(bits >> 16);
            to[1] = (uint8_t)(bits >> 8);
            to[2] = (uint8_t)bits;
            to += 3;
            at += 4;
        }
        if (at == size) break;
        uint8_t value = values_of[text[at]];
        if (value == SKIPPED) continue;
        if (value == INVALID) return NULL;
        bool pad = value == PAD;
        group->bits = group->bits << 6 | (pad ? 0 : value);
        group->filled++;
        if (group->filled == 3) group->third_is_pad = pad;
        if (group->filled < 4) continue;
        *to++ = (uint8_t)(group->bits >> 16);
        if (!group->third_is_pad) *to++ = (uint8_t)(group->bits >> 8);
        if (!pad) *to++ = (uint8_t)group->bits;
        *group = (struct group){0};
    }
    return to;
}

static PRIMITIVE(decode_base64) {
    int64_t count;
    size_t size, total = 0;
    struct group group = {0};
    if (JS_GetLength(js, argv[0], &count)) return JS_EXCEPTION;
    for (int64_t i = 0; i < count; i++) {
        if (!part_at(js, argv[0], i, &size) && JS_HasException(js)) return JS_EXCEPTION;
        total += size;
    }
    uint8_t *bytes = js_malloc(js, total / 4 * 3 + 3), *to = bytes;
    if (!bytes) return JS_EXCEPTION;
    for (int64_t i = 0; i < count && to; i++) {
        const uint8_t *text = part_at(js, argv[0], i, &size);
        to = decode_part(&group, text, size, to);
    }
    if (to) return take_bytes(js, bytes, (size_t)(to - bytes));
    js_free(js, bytes);
    return JS_UNDEFINED;
}

const JSCFunctionListEntry kernel_primitives[] = {
    JS_CFUNC_DEF("stringEnd", 4, string_end),
    JS_CFUNC_DEF("isAscii", 1, is_ascii),
    JS_CFUNC_DEF("asciiToText", 3, ascii_to_text),
    JS_CFUNC_DEF("textToAscii", 1, text_to_ascii),
    JS_CFUNC_DEF("decodeUtf8", 1, decode_utf8),
    JS_CFUNC_DEF("encodeBase64", 1, encode_base64),
    JS_CFUNC_DEF("decodeBase64", 1, decode_base64),
};
const int kernel_primitive_count = sizeof kernel_primitives / sizeof *kernel_primitives;
