/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The benchmark's client: drives any agent over a unix socket, and costs little itself. Each mode prints figures in one line.
 *
 *     client SOCKET ping COUNT          p50 and p99 in microseconds, pings per second
 *     client SOCKET pipeline COUNT      pings per second, many in one write
 *     client SOCKET read PATH SIZE COUNT    bytes per second of the file's content
 *     client SOCKET write PATH SIZE COUNT   the same
 *     client SOCKET exec COUNT          guest-exec of /bin/true and its status, microseconds each (p50)
 *     client SOCKET ask REQUEST COUNT PAUSE   p50, p99, maximum and PAUSE in microseconds; bytes of the last reply
 *     client SOCKET flood REQUEST SECONDS   requests as fast as they go; answered requests per second
 *     client - start PROGRAM ARGS...    microseconds from fork to the first reply; SOCKET is the argument after -p
 *     client - cpu PID                  microseconds of processor time that a process has used
 *     client - unloop NUMBER...         removes loop devices that nobody uses; how many
 */
#include <errno.h>
#include <fcntl.h>
#include <linux/loop.h>
#include <poll.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#define REPLY_ROOM (80 * 1024 * 1024)
/* What is written goes over the same place again after so many bytes, so that no disk fills up. */
#define REWIND (128L * 1024 * 1024)
static char *reply;
static size_t reply_length;

static void die(const char *what) {
    fprintf(stderr, "client: %s: %s\n", what, strerror(errno));
    exit(1);
}

static double now(void) {
    struct timespec time;
    clock_gettime(CLOCK_MONOTONIC, &time);
    return (double)time.tv_sec * 1e6 + (double)time.tv_nsec / 1e3;
}

static int connect_to(const char *path) {
    struct sockaddr_un address = {.sun_family = AF_UNIX};
    int fd = socket(AF_UNIX, SOCK_STREAM, 0);
    if (fd < 0) die("socket");
    snprintf(address.sun_path, sizeof address.sun_path, "%s", path);
    if (connect(fd, (struct sockaddr *)&address, sizeof address) == 0) return fd;
    close(fd);
    return -1;
}

static void send_all(int fd, const char *bytes, size_t size) {
    while (size > 0) {
        ssize_t count = write(fd, bytes, size);
        if (count < 0) die("write");
        bytes += count;
        size -= (size_t)count;
    }
}

/* Reads to the end of a line. */
static void receive(int fd) {
    reply_length = 0;
    do {
        ssize_t count = read(fd, reply + reply_length, REPLY_ROOM - reply_length - 1);
        if (count <= 0) die("read");
        reply_length += (size_t)count;
    } while (reply[reply_length - 1] != '\n');
    reply[reply_length] = 0;
}

static void ask(int fd, const char *request, size_t size) {
    send_all(fd, request, size);
    receive(fd);
    if (strncmp(reply, "{\"error", 7) == 0) {
        fprintf(stderr, "client: %.200s\n", reply);
        exit(1);
    }
}

static int compare(const void *a, const void *b) {
    double x = *(const double *)a, y = *(const double *)b;
    return (x > y) - (x < y);
}

static const char PING[] = "{\"execute\":\"guest-ping\"}\n";

static void ping(int fd, long count) {
    double *times = malloc((size_t)count * sizeof *times), begin = now();
    for (long i = 0; i < count; i++) {
        double start = now();
        ask(fd, PING, sizeof PING - 1);
        times[i] = now() - start;
    }
    double all = now() - begin;
    qsort(times, (size_t)count, sizeof *times, compare);
    printf("%.1f %.1f %.0f\n", times[count / 2], times[count * 99 / 100], (double)count * 1e6 / all);
}

static void pipeline(int fd, long count) {
    enum { BATCH = 64 };
    char batch[BATCH * sizeof PING];
    size_t size = 0;
    for (int i = 0; i < BATCH; i++, size += sizeof PING - 1) memcpy(batch + size, PING, sizeof PING - 1);
    double begin = now();
    for (long done = 0; done < count; done += BATCH) {
        send_all(fd, batch, size);
        for (int lines = 0; lines < BATCH;) {
            ssize_t got = read(fd, reply, REPLY_ROOM);
            if (got <= 0) die("read");
            for (ssize_t i = 0; i < got; i++) lines += reply[i] == '\n';
        }
    }
    printf("%.0f\n", (double)count * 1e6 / (now() - begin));
}

static long open_file(int fd, const char *path, const char *mode) {
    char request[512];
    int size = snprintf(request, sizeof request,
                        "{\"execute\":\"guest-file-open\",\"arguments\":{\"path\":\"%s\",\"mode\":\"%s\"}}\n", path, mode);
    ask(fd, request, (size_t)size);
    return strtol(reply + strlen("{\"return\": "), NULL, 10);
}

static void with_handle(int fd, const char *command, long handle, const char *more) {
    char request[256];
    int size = snprintf(request, sizeof request, "{\"execute\":\"%s\",\"arguments\":{\"handle\":%ld%s}}\n", command, handle, more);
    ask(fd, request, (size_t)size);
}

static void read_file(int fd, const char *path, long size, long count) {
    char more[64];
    long handle = open_file(fd, path, "r");
    snprintf(more, sizeof more, ",\"count\":%ld", size);
    double begin = now();
    for (long i = 0; i < count; i++) with_handle(fd, "guest-file-read", handle, more);
    double all = now() - begin;
    if ((long)reply_length < size) die("short reply");
    printf("%.0f\n", (double)size * (double)count * 1e6 / all);
    with_handle(fd, "guest-file-close", handle, "");
}

static void write_file(int fd, const char *path, long size, long count) {
    long handle = open_file(fd, path, "w");
    size_t letters = (size_t)(size + 2) / 3 * 4;
    char *request = malloc(letters + 256);
    int head = sprintf(request, "{\"execute\":\"guest-file-write\",\"arguments\":{\"handle\":%ld,\"buf-b64\":\"", handle);
    for (size_t i = 0; i < letters; i++) {
        request[(size_t)head + i] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/"[(i * 7 + i / 64) % 64];
    }
    for (long i = 0; i < (3 - size % 3) % 3; i++) request[(size_t)head + letters - 1 - (size_t)i] = '=';
    strcpy(request + (size_t)head + letters, "\"}}\n");
    size_t whole = (size_t)head + letters + 4;
    double begin = now();
    for (long i = 0; i < count; i++) {
        ask(fd, request, whole);
        if ((i + 1) * size % REWIND < size) with_handle(fd, "guest-file-seek", handle, ",\"offset\":0,\"whence\":0");
    }
    printf("%.0f\n", (double)size * (double)count * 1e6 / (now() - begin));
    with_handle(fd, "guest-file-close", handle, "");
}

static void exec_true(int fd, long count) {
    static const char RUN[] = "{\"execute\":\"guest-exec\",\"arguments\":{\"path\":\"/bin/true\"}}\n";
    double *times = malloc((size_t)count * sizeof *times);
    for (long i = 0; i < count; i++) {
        char request[128];
        double start = now();
        ask(fd, RUN, sizeof RUN - 1);
        long pid = strtol(strstr(reply, "\"pid\": ") + 7, NULL, 10);
        int size = snprintf(request, sizeof request, "{\"execute\":\"guest-exec-status\",\"arguments\":{\"pid\":%ld}}\n", pid);
        do ask(fd, request, (size_t)size);
        while (!strstr(reply, "\"exited\": true"));
        times[i] = now() - start;
    }
    qsort(times, (size_t)count, sizeof *times, compare);
    printf("%.1f\n", times[count / 2]);
}

static void ask_often(int fd, const char *text, long count, long pause) {
    double *times = malloc((size_t)count * sizeof *times);
    char *request = malloc(strlen(text) + 2);
    size_t size = (size_t)sprintf(request, "%s\n", text);
    for (long i = 0; i < count; i++) {
        double start = now();
        ask(fd, request, size);
        times[i] = now() - start;
        if (pause > 0) usleep((useconds_t)pause);
    }
    qsort(times, (size_t)count, sizeof *times, compare);
    printf("%.1f %.1f %.1f %zu\n", times[count / 2], times[count * 99 / 100], times[count - 1], reply_length);
}

static void flood(int fd, const char *text, double seconds) {
    enum { BATCH = 256 };
    size_t size = strlen(text) + 1, at = 0, all = size * BATCH;
    char *batch = malloc(all + 1);
    for (int i = 0; i < BATCH; i++) sprintf(batch + (size_t)i * size, "%s\n", text);
    fcntl(fd, F_SETFL, O_NONBLOCK);
    double begin = now(), replies = 0;
    while (now() - begin < seconds * 1e6) {
        struct pollfd wait = {.fd = fd, .events = POLLIN | POLLOUT};
        if (poll(&wait, 1, 100) < 0) die("poll");
        if (wait.revents & POLLOUT) {
            ssize_t put = write(fd, batch + at, all - at);
            if (put < 0 && errno != EAGAIN) die("write");
            if (put > 0) at = (at + (size_t)put) % all;
        }
        if (wait.revents & POLLIN) {
            ssize_t got = read(fd, reply, REPLY_ROOM);
            if (got <= 0) die("read");
            for (ssize_t i = 0; i < got; i++) replies += reply[i] == '\n';
        }
    }
    printf("%.0f\n", replies * 1e6 / (now() - begin));
}

static void cpu(pid_t pid) {
    clockid_t clock;
    struct timespec time;
    if (clock_getcpuclockid(pid, &clock) != 0 || clock_gettime(clock, &time) < 0) die("processor time");
    printf("%.1f\n", (double)time.tv_sec * 1e6 + (double)time.tv_nsec / 1e3);
}

static void remove_loops(char **numbers) {
    int control = open("/dev/loop-control", O_RDWR | O_CLOEXEC), count = 0;
    if (control < 0) die("/dev/loop-control");
    for (; *numbers; numbers++) count += ioctl(control, LOOP_CTL_REMOVE, atol(*numbers)) >= 0;
    printf("%d\n", count);
}

/* Some builds of QEMU's agent do not end when they are asked to. */
static void end_child(pid_t pid) {
    kill(pid, SIGTERM);
    for (int i = 0; i < 300; i++, usleep(10000)) {
        if (waitpid(pid, NULL, WNOHANG) != 0) return;
    }
    kill(pid, SIGKILL);
    waitpid(pid, NULL, 0);
}

static void start(char **command) {
    const char *path = NULL;
    for (int i = 0; command[i]; i++) {
        if (strcmp(command[i], "-p") == 0) path = command[i + 1];
    }
    if (!path) die("no -p");
    unlink(path);
    double begin = now();
    pid_t pid = fork();
    if (pid == 0) {
        execvp(command[0], command);
        _exit(127);
    }
    int fd;
    while ((fd = connect_to(path)) < 0) {
        if (waitpid(pid, NULL, WNOHANG) != 0) die("the agent ended");
        usleep(20);
    }
    ask(fd, PING, sizeof PING - 1);
    printf("%.1f\n", now() - begin);
    end_child(pid);
}

int main(int argc, char **argv) {
    if (argc < 4) die("usage");
    reply = malloc(REPLY_ROOM);
    if (!reply) die("memory");
    const char *mode = argv[2];
    if (strcmp(mode, "start") == 0) return start(argv + 3), 0;
    if (strcmp(mode, "unloop") == 0) return remove_loops(argv + 3), 0;
    if (strcmp(mode, "cpu") == 0) return cpu(atoi(argv[3])), 0;
    int fd = connect_to(argv[1]);
    if (fd < 0) die("connect");
    /* On a virtio port the agent has yet to notice that somebody came. */
    ask(fd, PING, sizeof PING - 1);
    if (strcmp(mode, "ping") == 0) ping(fd, atol(argv[3]));
    else if (strcmp(mode, "pipeline") == 0) pipeline(fd, atol(argv[3]));
    else if (strcmp(mode, "exec") == 0) exec_true(fd, atol(argv[3]));
    else if (strcmp(mode, "read") == 0 && argc == 6) read_file(fd, argv[3], atol(argv[4]), atol(argv[5]));
    else if (strcmp(mode, "write") == 0 && argc == 6) write_file(fd, argv[3], atol(argv[4]), atol(argv[5]));
    else if (strcmp(mode, "ask") == 0 && argc == 6) ask_often(fd, argv[3], atol(argv[4]), atol(argv[5]));
    else if (strcmp(mode, "flood") == 0 && argc == 5) flood(fd, argv[3], atof(argv[4]));
    else die("usage");
    return 0;
}
