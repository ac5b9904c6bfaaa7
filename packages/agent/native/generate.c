/* SPDX-License-Identifier: Apache-2.0 */
/* Build tool: compiles the bundle to bytecode and prints it as a C source. Same engine as the agent, with its compiler. */
#include <stdio.h>
#include <stdlib.h>

#include "quickjs.h"

static char *read_all(const char *path, size_t *size) {
    FILE *file = fopen(path, "rb");
    if (!file || fseek(file, 0, SEEK_END)) return NULL;
    long length = ftell(file);
    char *text = length < 0 ? NULL : malloc((size_t)length + 1);
    rewind(file);
    if (!text || fread(text, 1, (size_t)length, file) != (size_t)length) return NULL;
    fclose(file);
    text[length] = 0;
    *size = (size_t)length;
    return text;
}

int main(int argc, char **argv) {
    size_t length = 0, size;
    char *text = argc == 2 ? read_all(argv[1], &length) : NULL;
    JSRuntime *runtime = JS_NewRuntime();
    JSContext *js = runtime ? JS_NewContext(runtime) : NULL;
    if (!text || !js) {
        fprintf(stderr, "usage: generate BUNDLE\n");
        return 2;
    }
    JSValue program = JS_Eval(js, text, length, "qemu-ga.js", JS_EVAL_TYPE_GLOBAL | JS_EVAL_FLAG_COMPILE_ONLY);
    if (JS_IsException(program)) {
        fprintf(stderr, "%s\n", JS_ToCString(js, JS_GetException(js)));
        return 1;
    }
    uint8_t *bytes = JS_WriteObject(js, &size, program, JS_WRITE_OBJ_BYTECODE | JS_WRITE_OBJ_STRIP_SOURCE | JS_WRITE_OBJ_STRIP_DEBUG);
    if (!bytes) return 1;
    printf("#include <stddef.h>\n#include <stdint.h>\nconst size_t agent_bytecode_size = %zu;\nconst uint8_t agent_bytecode[] = {", size);
    for (size_t i = 0; i < size; i++) printf("%s%u,", i % 32 ? "" : "\n", bytes[i]);
    printf("\n};\n");
    return 0;
}
