/* Loaded with LD_PRELOAD: writes down what a process does to the files of one folder, so that a power cut can be
 * played afterwards with everything lost that was not synced, and what it sends, so that this can be played at each
 * such moment. A step is written down after it succeeded, hence a kill in between loses it, which a power cut may do
 * as well; what is sent is written down before it is. The folder has one writing thread: of two, a write that ended
 * while the other synced would count as synced.
 *
 * A record: operation, length of the path, length of the data, offset; then path and data. */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <fcntl.h>
#include <limits.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <unistd.h>

struct record {
    uint32_t operation, path, data;
    int64_t offset;
} __attribute__((packed));

static char folder[PATH_MAX];
static size_t folder_length;
static int journal = -1;

int power_begin(const char *watched, const char *file) {
    if (realpath(watched, folder) == NULL) return -1;
    folder_length = strlen(folder);
    return journal = open(file, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600);
}

static int watched(const char *path) {
    return journal >= 0 && strncmp(path, folder, folder_length) == 0 && path[folder_length] == '/';
}

static void note(char operation, const char *path, const void *data, size_t length, int64_t offset) {
    struct record head = {(uint32_t)operation, (uint32_t)strlen(path), (uint32_t)length, offset};
    struct iovec parts[] = {{&head, sizeof head}, {(void *)path, head.path}, {(void *)data, length}};
    syscall(SYS_writev, journal, parts, 3); /* one call: records of several threads stay whole */
}

/* The watched path behind a descriptor, or NULL. */
static const char *path_of(int fd, char *path) {
    char link[32];
    if (journal < 0 || fd == journal) return NULL;
    snprintf(link, sizeof link, "/proc/self/fd/%d", fd);
    ssize_t length = readlink(link, path, PATH_MAX - 1);
    if (length < 0) return NULL;
    path[length] = 0;
    return strcmp(path, folder) == 0 || watched(path) ? path : NULL;
}

static const char *absolute(const char *path, char *out) {
    char parent[PATH_MAX], real[PATH_MAX];
    const char *name = strrchr(path, '/');
    snprintf(parent, sizeof parent, "%.*s", name ? (int)(name - path) : 1, name ? path : ".");
    if (journal < 0 || realpath(parent, real) == NULL) return NULL;
    if (snprintf(out, PATH_MAX, "%s/%s", real, name ? name + 1 : path) >= PATH_MAX) return NULL;
    return watched(out) ? out : NULL;
}

#define REAL(name) ((__typeof__(&name))dlsym(RTLD_NEXT, #name))

#define OPEN(name)                                                                         \
    int name(const char *path, int flags, ...) {                                           \
        int mode = 0;                                                                      \
        if ((flags & O_CREAT) || (flags & O_TMPFILE) == O_TMPFILE) {                       \
            va_list more;                                                                  \
            va_start(more, flags);                                                         \
            mode = va_arg(more, int);                                                      \
            va_end(more);                                                                  \
        }                                                                                  \
        char out[PATH_MAX];                                                                \
        const char *known = (flags & (O_CREAT | O_TRUNC)) ? absolute(path, out) : NULL;    \
        int made = known && access(known, F_OK) != 0;                                      \
        int fd = REAL(name)(path, flags, mode);                                            \
        if (fd >= 0 && made) note('C', known, "", 0, 0);                                   \
        if (fd >= 0 && known && !made && (flags & O_TRUNC)) note('T', known, "", 0, 0);    \
        return fd;                                                                         \
    }
OPEN(open)
OPEN(open64)

#define PWRITE(name, offset_type)                                              \
    ssize_t name(int fd, const void *data, size_t length, offset_type offset) { \
        char path[PATH_MAX];                                                   \
        ssize_t done = REAL(name)(fd, data, length, offset);                   \
        if (done > 0 && path_of(fd, path)) note('W', path, data, done, offset); \
        return done;                                                           \
    }
PWRITE(pwrite, off_t)
PWRITE(pwrite64, off64_t)

static void sent(const void *data, size_t length) {
    if (journal >= 0) note('X', "", data, length < 65536 ? length : 65536, 0);
}

ssize_t write(int fd, const void *data, size_t length) {
    char path[PATH_MAX];
    if (journal >= 0 && isatty(fd)) sent(data, length); /* a serial line */
    ssize_t done = REAL(write)(fd, data, length);
    if (done > 0 && path_of(fd, path)) note('W', path, data, done, lseek(fd, 0, SEEK_CUR) - done);
    return done;
}

ssize_t send(int fd, const void *data, size_t length, int flags) {
    sent(data, length);
    return REAL(send)(fd, data, length, flags);
}

#define TRUNCATE(name, offset_type)                                      \
    int name(int fd, offset_type length) {                               \
        char path[PATH_MAX];                                             \
        int failed = REAL(name)(fd, length);                             \
        if (!failed && path_of(fd, path)) note('T', path, "", 0, length); \
        return failed;                                                   \
    }
TRUNCATE(ftruncate, off_t)
TRUNCATE(ftruncate64, off64_t)

#define SYNC(name)                                                  \
    int name(int fd) {                                              \
        char path[PATH_MAX];                                        \
        int failed = REAL(name)(fd);                                \
        if (!failed && path_of(fd, path)) note('S', path, "", 0, 0); \
        return failed;                                              \
    }
SYNC(fsync)
SYNC(fdatasync)

int unlink(const char *path) {
    char out[PATH_MAX];
    const char *known = absolute(path, out);
    int failed = REAL(unlink)(path);
    if (!failed && known) note('U', known, "", 0, 0);
    return failed;
}

int rename(const char *from, const char *to) {
    char out[PATH_MAX], there[PATH_MAX];
    const char *known = absolute(from, out), *target = absolute(to, there);
    int failed = REAL(rename)(from, to);
    if (!failed && known && target) note('R', known, target, strlen(target), 0);
    return failed;
}
