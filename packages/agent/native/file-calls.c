/* SPDX-License-Identifier: Apache-2.0 */
/* What the jobs do: calls on files, any of which a disk can hold up. They touch neither JavaScript nor the loop. */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <unistd.h>

#include "jobs.h"

static int64_t status_of(struct job *job, const struct stat *status) {
    job->figures[0] = status->st_mode;
    job->figures[1] = status->st_size;
    job->figures[2] = status->st_uid;
    job->figures[3] = status->st_gid;
    job->figures[4] = (int64_t)status->st_rdev;
    job->figure_count = 5;
    return 0;
}

static int64_t room_of(struct job *job) {
    struct statvfs room;
    if (statvfs(job->paths[0], &room)) return -1;
    job->figures[0] = (int64_t)room.f_frsize;
    job->figures[1] = (int64_t)room.f_blocks;
    job->figures[2] = (int64_t)room.f_bfree;
    job->figures[3] = (int64_t)room.f_bavail;
    job->figure_count = 4;
    return 0;
}

/* Appends a name with its NUL. */
static int add_name(struct job *job, size_t *room, const char *name) {
    size_t size = strlen(name) + 1;
    if (job->text_length + size > *room) {
        size_t more = (*room + size) * 2;
        char *grown = realloc(job->text, more);
        if (!grown) return -1;
        job->text = grown;
        *room = more;
    }
    memcpy(job->text + job->text_length, name, size);
    job->text_length += size;
    return 0;
}

static int64_t read_directory(struct job *job) {
    size_t room = 256;
    DIR *directory = opendir(job->paths[0]);
    if (!directory) return -1;
    job->text = malloc(room);
    int error = job->text ? 0 : ENOMEM;
    while (!error) {
        errno = 0;
        const struct dirent *entry = readdir(directory);
        if (!entry) {
            error = errno;
            break;
        }
        if (strcmp(entry->d_name, ".") == 0 || strcmp(entry->d_name, "..") == 0) continue;
        if (add_name(job, &room, entry->d_name)) error = ENOMEM;
    }
    closedir(directory);
    errno = error;
    return error ? -1 : 0;
}

static int64_t set_text(struct job *job, const char *text) {
    job->text = strdup(text);
    if (!job->text) return -1;
    job->text_length = strlen(text) + 1;
    return 0;
}

static int64_t read_link(struct job *job) {
    char target[PATH_MAX + 1];
    ssize_t length = readlink(job->paths[0], target, PATH_MAX);
    if (length < 0) return -1;
    target[length] = 0;
    return set_text(job, target);
}

static int64_t real_path(struct job *job) {
    char path[PATH_MAX];
    return realpath(job->paths[0], path) ? set_text(job, path) : -1;
}

/* numbers: descriptor, request, where the address of the second bytes belongs in the first */
static int64_t control(struct job *job) {
    int fd = (int)job->numbers[0];
    unsigned long request = (unsigned long)job->numbers[1];
    size_t at = (size_t)job->numbers[2];
    if (!job->bytes[0]) return ioctl(fd, request, 0L);
    if (job->bytes[1]) {
        uint64_t address = (uintptr_t)job->bytes[1];
        if (job->lengths[0] < sizeof address || at > job->lengths[0] - sizeof address) {
            errno = EINVAL;
            return -1;
        }
        memcpy(job->bytes[0] + at, &address, sizeof address);
    }
    return ioctl(fd, request, job->bytes[0]);
}

/* A file that fits, in one job: the way to another thread and back costs more than all of its calls. */
static int64_t read_small(struct job *job) {
    int fd = open(job->paths[0], O_RDONLY | O_CLOEXEC);
    if (fd < 0) return -1;
    size_t used = 0;
    ssize_t count = 1;
    while (used < job->lengths[1] && count > 0) {
        count = read(fd, job->bytes[1] + used, job->lengths[1] - used);
        if (count > 0) used += (size_t)count;
    }
    int error = errno;
    close(fd);
    errno = error;
    return count < 0 ? -1 : (int64_t)used;
}

static int64_t perform_on_path(struct job *job) {
    struct stat status;
    const int64_t *numbers = job->numbers;
    const char *path = job->paths[0];
    switch (job->operation) {
    case JOB_OPEN: return open(path, (int)numbers[0], (mode_t)numbers[1]);
    case JOB_STAT: return stat(path, &status) ? -1 : status_of(job, &status);
    case JOB_RENAME: return rename(path, job->paths[1] ? job->paths[1] : "");
    case JOB_UNLINK: return unlink(path);
    case JOB_MKDIR: return mkdir(path, (mode_t)numbers[0]);
    case JOB_READDIR: return read_directory(job);
    case JOB_READLINK: return read_link(job);
    case JOB_REALPATH: return real_path(job);
    case JOB_STATVFS: return room_of(job);
    case JOB_EXECUTABLE: return access(path, X_OK);
    case JOB_READ_SMALL: return read_small(job);
    default: errno = ENOSYS; return -1;
    }
}

static int64_t perform_on_file(struct job *job) {
    struct stat status;
    const int64_t *numbers = job->numbers;
    int fd = (int)numbers[0];
    switch (job->operation) {
    case JOB_CLOSE: return close(fd);
    case JOB_READ: return read(fd, job->bytes[0], job->lengths[0]);
    case JOB_WRITE: return write(fd, job->bytes[0], job->lengths[0]);
    case JOB_FSTAT: return fstat(fd, &status) ? -1 : status_of(job, &status);
    case JOB_FCHMOD: return fchmod(fd, (mode_t)numbers[1]);
    case JOB_FCHOWN: return fchown(fd, (uid_t)numbers[1], (gid_t)numbers[2]);
    case JOB_FSYNC: return fsync(fd);
    case JOB_IOCTL: return control(job);
    default: errno = ENOSYS; return -1;
    }
}

void job_perform(struct job *job) {
    job->result = job->paths[0] ? perform_on_path(job) : perform_on_file(job);
    if (job->result < 0) job->result = -(int64_t)errno;
}
