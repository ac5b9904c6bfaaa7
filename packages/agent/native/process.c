/* SPDX-License-Identifier: Apache-2.0 */
/* Programs that the agent runs, and its own life in the background. */
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "host.h"

extern char **environ;

/* Where a child keeps the pipe that tells its parent whether it could be executed. */
#define STATUS_FD 3
#define MAX_SIGNAL 64

static void close_all_from(unsigned first) {
#ifdef SYS_close_range
    if (syscall(SYS_close_range, first, ~0U, 0) == 0) return;
#endif
    long limit = sysconf(_SC_OPEN_MAX);
    if (limit < 0 || limit > 65536) limit = 65536;
    for (int fd = (int)first; fd < limit; fd++) close(fd);
}

static void default_signals(void) {
    sigset_t none;
    for (int number = 1; number <= MAX_SIGNAL; number++) signal(number, SIG_DFL);
    sigemptyset(&none);
    sigprocmask(SIG_SETMASK, &none, NULL);
}

struct program {
    const char *file;
    /* with one free place in front, for the shell's name */
    char **argv;
    char **env;
    int standard[3];
    bool session;
};

/* In the child, after a fork of a process with threads: system calls only. */
static _Noreturn void become(const struct program *program, int status) {
    default_signals();
    if (program->session) setsid();
    for (int i = 0; i < 3; i++) {
        int fd = program->standard[i];
        if (fd < 0) fd = open("/dev/null", i == 0 ? O_RDONLY : O_WRONLY);
        if (fd < 0 || dup2(fd, i) < 0) goto failed;
    }
    if (status != STATUS_FD) {
        if (dup3(status, STATUS_FD, O_CLOEXEC) < 0) goto failed;
        status = STATUS_FD;
    }
    close_all_from(STATUS_FD + 1);
    execve(program->file, program->argv + 1, program->env);
    if (errno == ENOEXEC) {
        /* a script without an interpreter line, as execvp(3) does it */
        program->argv[0] = (char *)"/bin/sh";
        program->argv[1] = (char *)program->file;
        execve(program->argv[0], program->argv, program->env);
    }
failed:;
    int error = errno;
    if (write(status, &error, sizeof error) < 0) _exit(126);
    _exit(127);
}

static JSValue fork_program(JSContext *js, const struct program *program) {
    int status[2];
    if (pipe2(status, O_CLOEXEC)) return call_result(js, -1);
    pid_t pid = fork();
    if (pid == 0) become(program, status[1]);
    int error = errno;
    close(status[1]);
    if (pid < 0 || fcntl(status[0], F_SETFL, O_NONBLOCK)) {
        close(status[0]);
        errno = error;
        return call_result(js, -1);
    }
    JSValue result[] = {JS_NewInt32(js, pid), JS_NewInt32(js, status[0])};
    return JS_NewArrayFrom(js, 2, result);
}

/*
 * spawn(file, argv, env or undefined, stdin, stdout, stderr, session), with -1 for /dev/null; answers [pid, status]: when the
 * program runs `status` ends, when it could not be executed an errno comes out of it first.
 */
static PRIMITIVE(spawn) {
    struct program program = {0};
    int64_t standard[3];
    int error;
    if (!get_integers(js, argv + 3, 3, standard)) return JS_EXCEPTION;
    for (int i = 0; i < 3; i++) program.standard[i] = (int)standard[i];
    program.session = JS_ToBool(js, argv[6]) > 0;
    char *file = get_path(js, argv[0], &error);
    if (!file) return error ? JS_NewInt32(js, -error) : JS_EXCEPTION;
    bool own_env = !JS_IsUndefined(argv[2]);
    program.file = file;
    program.argv = get_vector(js, argv[1], 1);
    program.env = own_env ? get_vector(js, argv[2], 0) : environ;
    JSValue result = program.argv && program.env ? fork_program(js, &program) : JS_EXCEPTION;
    free_vector(program.argv, 1);
    if (own_env) free_vector(program.env, 0);
    free(file);
    return result;
}

/* A child that has ended, as [pid, exit code or -1, signal or -1]; undefined when there is none. */
static PRIMITIVE(reap) {
    int status;
    pid_t pid = waitpid(-1, &status, WNOHANG);
    if (pid <= 0) return JS_UNDEFINED;
    JSValue result[] = {JS_NewInt32(js, pid), JS_NewInt32(js, WIFEXITED(status) ? WEXITSTATUS(status) : -1),
                        JS_NewInt32(js, WIFSIGNALED(status) ? WTERMSIG(status) : -1)};
    return JS_NewArrayFrom(js, 3, result);
}

static PRIMITIVE(send_signal) {
    int64_t values[2];
    if (!get_integers(js, argv, 2, values)) return JS_EXCEPTION;
    return call_result(js, kill((pid_t)values[0], (int)values[1]));
}

/* A pipe of which this process keeps one end: [its end, which does not block, the other]. Argument: it keeps the reading end. */
static PRIMITIVE(pipe_ends) {
    int ends[2];
    int own = JS_ToBool(js, argv[0]) > 0 ? 0 : 1;
    if (pipe2(ends, O_CLOEXEC)) return call_result(js, -1);
    if (fcntl(ends[own], F_SETFL, O_NONBLOCK)) {
        JSValue failure = call_result(js, -1);
        close(ends[0]);
        close(ends[1]);
        return failure;
    }
    JSValue result[] = {JS_NewInt32(js, ends[own]), JS_NewInt32(js, ends[1 - own])};
    return JS_NewArrayFrom(js, 2, result);
}

static int ready_fd = -1;

static int replace_standard(int first, int last) {
    int null = open("/dev/null", O_RDWR | O_CLOEXEC);
    if (null < 0) return -1;
    for (int fd = first; fd <= last; fd++) {
        if (dup2(null, fd) < 0) return -1;
    }
    if (null > last) close(null);
    return 0;
}

/*
 * Goes on in the background, in a session of its own. The process that was called waits for `ready` and tells by its exit code
 * whether it came. Standard error stays until then.
 */
static PRIMITIVE(background) {
    int ends[2];
    char byte;
    if (pipe2(ends, O_CLOEXEC)) return call_result(js, -1);
    pid_t pid = fork();
    if (pid < 0) return call_result(js, -1);
    if (pid > 0) {
        close(ends[1]);
        ssize_t count;
        do count = read(ends[0], &byte, 1);
        while (count < 0 && errno == EINTR);
        _exit(count == 1 ? 0 : 1);
    }
    close(ends[0]);
    ready_fd = ends[1];
    setsid();
    umask(077);
    return call_result(js, chdir("/") ? -1 : replace_standard(0, 1));
}

static PRIMITIVE(background_ready) {
    if (ready_fd < 0) return JS_NewInt32(js, 0);
    ssize_t count = write(ready_fd, "", 1);
    close(ready_fd);
    ready_fd = -1;
    return call_result(js, count < 0 ? -1 : replace_standard(2, 2));
}

const JSCFunctionListEntry process_primitives[] = {
    JS_CFUNC_DEF("spawn", 7, spawn),
    JS_CFUNC_DEF("reap", 0, reap),
    JS_CFUNC_DEF("kill", 2, send_signal),
    JS_CFUNC_DEF("pipe", 1, pipe_ends),
    JS_CFUNC_DEF("background", 0, background),
    JS_CFUNC_DEF("ready", 0, background_ready),
};
const int process_primitive_count = sizeof process_primitives / sizeof *process_primitives;
