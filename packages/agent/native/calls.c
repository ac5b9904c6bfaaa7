/* SPDX-License-Identifier: Apache-2.0 */
/* System calls that do not wait for a disk, made at once on the loop. */
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <unistd.h>

#include "host.h"

#define PARTS_A_WRITE 64
/* preadv2(2): fail rather than wait; not in every C library */
#ifndef RWF_NOWAIT
#define RWF_NOWAIT 8
#endif
/* What one read of a channel can take: as much as a unix socket holds. */
static uint8_t input[256 * 1024];

/* Answers what there is to read as bytes of its own, none at the end. */
static PRIMITIVE(read_chunk) {
    int64_t fd;
    if (!get_integers(js, argv, 1, &fd)) return JS_EXCEPTION;
    ssize_t count = read((int)fd, input, sizeof input);
    if (count < 0) return call_result(js, count);
    JSValue bytes = JS_NewUint8ArrayCopy(js, input, (size_t)count);
    if (!JS_IsException(bytes)) return bytes;
    /* an error of the channel, which then ends: what it had collected is what memory is short of */
    JS_FreeValue(js, JS_GetException(js));
    return JS_NewInt32(js, -ENOMEM);
}

/* Points at the bytes of `parts` beyond the first `from`. Returns how many vectors that takes, or -1 with an exception. */
static int gather(JSContext *js, JSValueConst parts, size_t from, struct iovec *vectors) {
    int64_t length;
    int count = 0;
    if (JS_GetLength(js, parts, &length)) return -1;
    for (int64_t i = 0; i < length && count < PARTS_A_WRITE; i++) {
        JSValue part = JS_GetPropertyInt64(js, parts, i);
        size_t size;
        uint8_t *bytes = JS_GetUint8Array(js, &size, part);
        /* the list keeps it alive */
        JS_FreeValue(js, part);
        if (!bytes && JS_HasException(js)) return -1;
        if (from >= size) {
            from -= size;
            continue;
        }
        vectors[count++] = (struct iovec){bytes + from, size - from};
        from = 0;
    }
    return count;
}

static PRIMITIVE(write_parts) {
    int64_t fd, from;
    if (!get_integers(js, argv, 1, &fd) || !get_integers(js, argv + 2, 1, &from)) return JS_EXCEPTION;
    struct iovec vectors[PARTS_A_WRITE];
    int count = gather(js, argv[1], (size_t)from, vectors);
    if (count < 0) return JS_EXCEPTION;
    return call_result(js, writev((int)fd, vectors, count));
}

/*
 * Reads a file at its position only when that cannot wait: what is in memory already. EAGAIN when it has to be read on another
 * thread. An end of file is not believed: some kernels call a page that is not in memory the end.
 */
static PRIMITIVE(read_cached) {
    int64_t fd;
    size_t size;
    if (!get_integers(js, argv, 1, &fd)) return JS_EXCEPTION;
    uint8_t *bytes = JS_GetUint8Array(js, &size, argv[1]);
    if (!bytes) return JS_HasException(js) ? JS_EXCEPTION : JS_NewInt32(js, -EAGAIN);
    struct iovec vector = {bytes, size};
    long count = syscall(SYS_preadv2, (int)fd, &vector, 1UL, -1L, -1L, RWF_NOWAIT);
    return JS_NewInt64(js, count > 0 ? count : -EAGAIN);
}

static PRIMITIVE(open_now) {
    int64_t flags, mode;
    int error;
    if (!get_integers(js, argv + 1, 1, &flags) || !get_integers(js, argv + 2, 1, &mode)) return JS_EXCEPTION;
    char *path = get_path(js, argv[0], &error);
    if (!path) return error ? JS_NewInt32(js, -error) : JS_EXCEPTION;
    JSValue result = call_result(js, open(path, (int)flags, (mode_t)mode));
    free(path);
    return result;
}

static PRIMITIVE(close_now) {
    int64_t fd;
    if (!get_integers(js, argv, 1, &fd)) return JS_EXCEPTION;
    return call_result(js, close((int)fd));
}

static PRIMITIVE(seek) {
    int64_t values[3];
    if (!get_integers(js, argv, 3, values)) return JS_EXCEPTION;
    off_t position = lseek((int)values[0], (off_t)values[1], (int)values[2]);
    return position < 0 ? call_result(js, position) : JS_NewBigInt64(js, position);
}

/* An ioctl that answers at once: terminals. */
static PRIMITIVE(ioctl_now) {
    int64_t values[2];
    size_t size;
    if (!get_integers(js, argv, 2, values)) return JS_EXCEPTION;
    if (JS_IsUndefined(argv[2])) return call_result(js, ioctl((int)values[0], (unsigned long)values[1], 0L));
    uint8_t *bytes = JS_GetUint8Array(js, &size, argv[2]);
    if (!bytes) return JS_EXCEPTION;
    return call_result(js, ioctl((int)values[0], (unsigned long)values[1], bytes));
}

/* Locks a whole file for this process's life. */
static PRIMITIVE(lock) {
    int64_t fd;
    struct flock whole = {.l_type = F_WRLCK, .l_whence = SEEK_SET};
    if (!get_integers(js, argv, 1, &fd)) return JS_EXCEPTION;
    return call_result(js, fcntl((int)fd, F_SETLK, &whole));
}

static PRIMITIVE(truncate_now) {
    int64_t fd;
    if (!get_integers(js, argv, 1, &fd)) return JS_EXCEPTION;
    return call_result(js, ftruncate((int)fd, 0));
}

static PRIMITIVE(unlink_now) {
    int error;
    char *path = get_path(js, argv[0], &error);
    if (!path) return error ? JS_NewInt32(js, -error) : JS_EXCEPTION;
    JSValue result = call_result(js, unlink(path));
    free(path);
    return result;
}

/* The type and permission bits of a path, symbolic links not followed. */
static PRIMITIVE(mode_of) {
    int error;
    struct stat status;
    char *path = get_path(js, argv[0], &error);
    if (!path) return error ? JS_NewInt32(js, -error) : JS_EXCEPTION;
    JSValue result = call_result(js, lstat(path, &status) ? -1 : (int64_t)status.st_mode);
    free(path);
    return result;
}

static PRIMITIVE(set_umask) {
    int64_t mask;
    if (!get_integers(js, argv, 1, &mask)) return JS_EXCEPTION;
    return JS_NewInt32(js, (int32_t)umask((mode_t)mask));
}

/* ---- sockets; an address is its bytes ---- */

static PRIMITIVE(open_socket) {
    int64_t values[3];
    if (!get_integers(js, argv, 3, values)) return JS_EXCEPTION;
    return call_result(js, socket((int)values[0], (int)values[1], (int)values[2]));
}

/* An integer option of the socket level. */
static PRIMITIVE(socket_option) {
    int64_t values[2];
    int value = 0;
    socklen_t size = sizeof value;
    if (!get_integers(js, argv, 2, values)) return JS_EXCEPTION;
    return call_result(js, getsockopt((int)values[0], SOL_SOCKET, (int)values[1], &value, &size) ? -1 : value);
}

static JSValue with_address(JSContext *js, JSValueConst *argv, int (*call)(int, const struct sockaddr *, socklen_t)) {
    int64_t fd;
    size_t size;
    if (!get_integers(js, argv, 1, &fd)) return JS_EXCEPTION;
    uint8_t *bytes = JS_GetUint8Array(js, &size, argv[1]);
    if (!bytes) return JS_EXCEPTION;
    return call_result(js, call((int)fd, (const struct sockaddr *)(const void *)bytes, (socklen_t)size));
}

static PRIMITIVE(bind_socket) {
    return with_address(js, argv, bind);
}

static PRIMITIVE(connect_socket) {
    return with_address(js, argv, connect);
}

static PRIMITIVE(listen_socket) {
    int64_t values[2];
    if (!get_integers(js, argv, 2, values)) return JS_EXCEPTION;
    return call_result(js, listen((int)values[0], (int)values[1]));
}

/* The second argument gets the peer's address. */
static PRIMITIVE(accept_socket) {
    int64_t fd;
    size_t size;
    if (!get_integers(js, argv, 1, &fd)) return JS_EXCEPTION;
    uint8_t *bytes = JS_GetUint8Array(js, &size, argv[1]);
    if (!bytes) return JS_EXCEPTION;
    struct sockaddr_storage peer = {0};
    socklen_t length = sizeof peer;
    int connection = accept4((int)fd, (struct sockaddr *)&peer, &length, SOCK_NONBLOCK | SOCK_CLOEXEC);
    memcpy(bytes, &peer, size < sizeof peer ? size : sizeof peer);
    return call_result(js, connection);
}

/* The process, user and group at the other end of a unix socket. */
static PRIMITIVE(peer_credentials) {
    int64_t fd;
    struct ucred peer;
    socklen_t length = sizeof peer;
    if (!get_integers(js, argv, 1, &fd)) return JS_EXCEPTION;
    if (getsockopt((int)fd, SOL_SOCKET, SO_PEERCRED, &peer, &length)) return call_result(js, -1);
    JSValue list[] = {JS_NewInt32(js, peer.pid), JS_NewUint32(js, peer.uid), JS_NewUint32(js, peer.gid)};
    return new_list(js, 3, list);
}

const JSCFunctionListEntry call_primitives[] = {
    JS_CFUNC_DEF("read", 1, read_chunk),
    JS_CFUNC_DEF("write", 3, write_parts),
    JS_CFUNC_DEF("readCached", 2, read_cached),
    JS_CFUNC_DEF("open", 3, open_now),
    JS_CFUNC_DEF("close", 1, close_now),
    JS_CFUNC_DEF("lseek", 3, seek),
    JS_CFUNC_DEF("ioctl", 3, ioctl_now),
    JS_CFUNC_DEF("lock", 1, lock),
    JS_CFUNC_DEF("truncate", 1, truncate_now),
    JS_CFUNC_DEF("unlink", 1, unlink_now),
    JS_CFUNC_DEF("modeOf", 1, mode_of),
    JS_CFUNC_DEF("umask", 1, set_umask),
    JS_CFUNC_DEF("socket", 3, open_socket),
    JS_CFUNC_DEF("socketOption", 2, socket_option),
    JS_CFUNC_DEF("bind", 2, bind_socket),
    JS_CFUNC_DEF("connect", 2, connect_socket),
    JS_CFUNC_DEF("listen", 2, listen_socket),
    JS_CFUNC_DEF("accept", 2, accept_socket),
    JS_CFUNC_DEF("peerCredentials", 1, peer_credentials),
};
const int call_primitive_count = sizeof call_primitives / sizeof *call_primitives;
