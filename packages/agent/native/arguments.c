/* SPDX-License-Identifier: Apache-2.0 */
/* Arguments of primitives, from JavaScript to C, and results back; what JavaScript throws. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "host.h"

bool get_integers(JSContext *js, JSValueConst *argv, int count, int64_t *values) {
    for (int i = 0; i < count; i++) {
        if (JS_ToInt64Ext(js, &values[i], argv[i])) return false;
    }
    return true;
}

char *get_path(JSContext *js, JSValueConst value, int *error) {
    size_t length;
    const char *text = JS_ToCStringLen(js, &length, value);
    *error = 0;
    if (!text) return NULL;
    char *copy = NULL;
    if (strlen(text) != length) {
        *error = ENOENT;
    } else {
        copy = strdup(text);
        if (!copy) JS_ThrowOutOfMemory(js);
    }
    JS_FreeCString(js, text);
    return copy;
}

void free_vector(char **vector, size_t spare) {
    if (!vector) return;
    for (size_t i = spare; vector[i]; i++) free(vector[i]);
    free(vector);
}

char **get_vector(JSContext *js, JSValueConst list, size_t spare) {
    int64_t length;
    if (JS_GetLength(js, list, &length)) return NULL;
    if (length < 0 || length > 1000000) {
        JS_ThrowRangeError(js, "a list of %lld strings", (long long)length);
        return NULL;
    }
    char **vector = calloc(spare + (size_t)length + 1, sizeof *vector);
    if (!vector) {
        JS_ThrowOutOfMemory(js);
        return NULL;
    }
    for (int64_t i = 0; i < length; i++) {
        JSValue item = JS_GetPropertyInt64(js, list, i);
        const char *text = JS_IsException(item) ? NULL : JS_ToCString(js, item);
        JS_FreeValue(js, item);
        char *copy = text ? strdup(text) : NULL;
        if (text) JS_FreeCString(js, text);
        if (!copy) {
            if (text) JS_ThrowOutOfMemory(js);
            free_vector(vector, spare);
            return NULL;
        }
        vector[spare + (size_t)i] = copy;
    }
    return vector;
}

static void free_block(JSRuntime *runtime, UNUSED void *opaque, void *block) {
    js_free_rt(runtime, block);
}

JSValue take_bytes(JSContext *js, uint8_t *block, size_t length) {
    JSValue array = JS_NewUint8Array(js, block, length, free_block, NULL, false);
    if (JS_IsException(array)) js_free(js, block);
    return array;
}

JSValue call_result(JSContext *js, int64_t result) {
    return JS_NewInt64(js, result < 0 ? -(int64_t)errno : result);
}

const uint8_t *part_at(JSContext *js, JSValueConst list, int64_t at, size_t *size) {
    JSValue part = JS_GetPropertyInt64(js, list, at);
    const uint8_t *bytes = JS_GetUint8Array(js, size, part);
    JS_FreeValue(js, part);
    return bytes;
}

void report_exception(JSContext *js) {
    JSValue exception = JS_GetException(js);
    const char *text = JS_ToCString(js, exception);
    fprintf(stderr, "qemu-ga: internal error: %s\n", text ? text : "(no text)");
    if (text) JS_FreeCString(js, text);
    JSValue stack = JS_GetPropertyStr(js, exception, "stack");
    const char *where = JS_IsString(stack) ? JS_ToCString(js, stack) : NULL;
    if (where) {
        fputs(where, stderr);
        JS_FreeCString(js, where);
    }
    JS_FreeValue(js, stack);
    JS_FreeValue(js, exception);
}

JSValue new_list(JSContext *js, int count, JSValue *values) {
    return JS_NewArrayFrom(js, count, values);
}
