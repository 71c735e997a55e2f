/*
 * Records what a process does to the files under some folders, so that the disk can be rebuilt as a loss of power would
 * have left it. Preloaded into the server by `cargo xtask powerloss`; part of no build of the product.
 *
 * ASSENT_SHIM_ROOTS    the folders, absolute, with `:` between them
 * ASSENT_SHIM_JOURNAL  the file to append to
 * ASSENT_SHIM_SYNC_US  how long every sync takes at least, in microseconds: for benchmarks, where the disk of the machine
 *                      is faster than those that a figure is meant for; works without the other two
 *
 * Each call is carried out and recorded under one lock, so that the order of the records is the order of the effects. Only
 * a sync runs outside of the lock, between a record of its start and one of its end: it covers what stands before its
 * start, and it has happened when its end stands there. Calls that cannot be recorded truly are recorded as unsupported,
 * and make the run fail. Records are in the byte order of the machine; see journal.rs.
 */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <pthread.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/types.h>
#include <sys/uio.h>
#include <time.h>
#include <unistd.h>

enum kind { CREATE = 1, WRITE, RESIZE, SYNC_START, SYNC_END, RENAME, UNLINK, MKDIR, LINK, UNSUPPORTED };

struct header {
    uint32_t magic, kind;
    uint64_t node, a, b;
    uint32_t name1_bytes, name2_bytes;
    uint64_t data_bytes;
};

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static char roots[4][PATH_MAX];
static int root_count;
static int journal = -1;
static uint64_t next_token;
static int64_t sync_us;

__attribute__((constructor)) static void start(void) {
    const char *list = getenv("ASSENT_SHIM_ROOTS"), *path = getenv("ASSENT_SHIM_JOURNAL");
    const char *least = getenv("ASSENT_SHIM_SYNC_US");
    if (least) sync_us = strtoll(least, NULL, 10);
    if (!list || !path) return;
    while (*list && root_count < 4) {
        size_t length = strcspn(list, ":");
        if (length >= PATH_MAX) abort();
        memcpy(roots[root_count], list, length);
        roots[root_count++][length] = 0;
        list += length + (list[length] == ':');
    }
    journal = (int)syscall(SYS_openat, AT_FDCWD, path, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600);
    if (journal < 0) abort();
}

/* A process that ends takes its other threads with it, in the middle of whatever they do. What was begun is recorded, and
 * nothing is begun after that. */
__attribute__((destructor)) static void end(void) { pthread_mutex_lock(&lock); }

static int under_roots(const char *path) {
    for (int i = 0; i < root_count; i++) {
        size_t length = strlen(roots[i]);
        if (!strncmp(path, roots[i], length) && (path[length] == '/' || !path[length])) return 1;
    }
    return 0;
}

/* The path that a descriptor was opened by; whether it is one of ours. */
static int tracked(int fd) {
    char link[64], path[PATH_MAX];
    int saved = errno;
    if (journal < 0) return 0;
    snprintf(link, sizeof link, "/proc/self/fd/%d", fd);
    ssize_t length = syscall(SYS_readlinkat, AT_FDCWD, link, path, sizeof path - 1);
    errno = saved;
    if (length < 0) return 0;
    path[length] = 0;
    return under_roots(path);
}

/* The absolute form of a path, without slashes at its end; whether it lies under our folders. */
static int resolve(int dirfd, const char *path, char *full) {
    int saved = errno;
    ssize_t length = 0;
    if (journal < 0 || !path) return 0;
    if (*path != '/') {
        char link[64];
        if (dirfd == AT_FDCWD) snprintf(link, sizeof link, "/proc/self/cwd");
        else snprintf(link, sizeof link, "/proc/self/fd/%d", dirfd);
        length = syscall(SYS_readlinkat, AT_FDCWD, link, full, PATH_MAX - 1);
        errno = saved;
        if (length < 0) return 0;
        full[length++] = '/';
    }
    if (length + strlen(path) + 1 > PATH_MAX) return 0;
    strcpy(full + length, path);
    for (size_t end = strlen(full); end > 1 && full[end - 1] == '/'; end--) full[end - 1] = 0;
    return under_roots(full);
}

static uint64_t node_of(const char *path) {
    struct stat found;
    int saved = errno;
    uint64_t node = lstat(path, &found) ? 0 : (uint64_t)found.st_ino;
    errno = saved;
    return node;
}

static uint64_t node_of_fd(int fd) {
    struct stat found;
    int saved = errno;
    uint64_t node = fstat(fd, &found) ? 0 : (uint64_t)found.st_ino;
    errno = saved;
    return node;
}

static uint64_t parent_of(const char *full) {
    char folder[PATH_MAX];
    strcpy(folder, full);
    *strrchr(folder, '/') = 0;
    return node_of(folder);
}

static const char *name_of(const char *full) { return strrchr(full, '/') + 1; }

/* To be called with the lock held. */
static void record(enum kind kind, uint64_t node, uint64_t a, uint64_t b, const char *name1, const char *name2,
                   const void *data, size_t data_bytes) {
    int saved = errno;
    struct header head = {0x54505352, kind, node, a, b, (uint32_t)strlen(name1), (uint32_t)strlen(name2), data_bytes};
    struct iovec parts[4] = {{&head, sizeof head},
                             {(void *)name1, head.name1_bytes},
                             {(void *)name2, head.name2_bytes},
                             {(void *)data, data_bytes}};
    size_t whole = sizeof head + head.name1_bytes + head.name2_bytes + data_bytes;
    if (syscall(SYS_writev, journal, parts, 4) != (ssize_t)whole) abort();
    errno = saved;
}

static void unsupported(const char *what, const char *path) {
    pthread_mutex_lock(&lock);
    record(UNSUPPORTED, 0, 0, 0, what, path, "", 0);
    pthread_mutex_unlock(&lock);
}

/* Opening */

static int open_as(int dirfd, const char *path, int flags, mode_t mode) {
    char full[PATH_MAX];
    if (!resolve(dirfd, path, full)) return (int)syscall(SYS_openat, dirfd, path, flags, mode);
    if ((flags & O_TMPFILE) == O_TMPFILE || (flags & O_DSYNC)) unsupported("open", full);
    pthread_mutex_lock(&lock);
    uint64_t before = node_of(full);
    int fd = (int)syscall(SYS_openat, dirfd, path, flags, mode);
    if (fd >= 0 && (flags & O_CREAT) && !before)
        record(CREATE, node_of_fd(fd), parent_of(full), 0, name_of(full), "", "", 0);
    else if (fd >= 0 && (flags & O_TRUNC) && (flags & O_ACCMODE) != O_RDONLY)
        record(RESIZE, node_of_fd(fd), 0, 0, "", "", "", 0);
    pthread_mutex_unlock(&lock);
    return fd;
}

#define MODE_OF(flags)                                   \
    mode_t mode = 0;                                     \
    if ((flags) & (O_CREAT | O_TMPFILE)) {               \
        va_list rest;                                    \
        va_start(rest, flags);                           \
        mode = va_arg(rest, mode_t);                     \
        va_end(rest);                                    \
    }

int open(const char *path, int flags, ...) { MODE_OF(flags) return open_as(AT_FDCWD, path, flags, mode); }
int open64(const char *path, int flags, ...) { MODE_OF(flags) return open_as(AT_FDCWD, path, flags, mode); }
int openat(int dirfd, const char *path, int flags, ...) { MODE_OF(flags) return open_as(dirfd, path, flags, mode); }
int openat64(int dirfd, const char *path, int flags, ...) { MODE_OF(flags) return open_as(dirfd, path, flags, mode); }
int creat(const char *path, mode_t mode) { return open_as(AT_FDCWD, path, O_CREAT | O_WRONLY | O_TRUNC, mode); }
int creat64(const char *path, mode_t mode) { return creat(path, mode); }

/* Writing */

static void wrote(int fd, off_t offset, const struct iovec *parts, int count, ssize_t done) {
    uint64_t node = node_of_fd(fd);
    for (int i = 0; i < count && done > 0; i++) {
        size_t part = parts[i].iov_len < (size_t)done ? parts[i].iov_len : (size_t)done;
        record(WRITE, node, (uint64_t)offset, 0, "", "", parts[i].iov_base, part);
        offset += (off_t)part;
        done -= (ssize_t)part;
    }
}

/* At a given offset, or where the descriptor stands if that is negative. */
static ssize_t write_parts(int fd, const struct iovec *parts, int count, off_t offset) {
    if (!tracked(fd))
        return offset < 0 ? syscall(SYS_writev, fd, parts, count)
                          : syscall(SYS_pwritev, fd, parts, count, (long)offset, (long)((uint64_t)offset >> 32));
    pthread_mutex_lock(&lock);
    off_t at = offset;
    int flags = (int)syscall(SYS_fcntl, fd, F_GETFL);
    if (flags & O_APPEND) {
        struct stat found;
        at = fstat(fd, &found) ? 0 : found.st_size;
    } else if (offset < 0) {
        at = lseek(fd, 0, SEEK_CUR);
    }
    ssize_t done = offset < 0 ? syscall(SYS_writev, fd, parts, count)
                              : syscall(SYS_pwritev, fd, parts, count, (long)offset, (long)((uint64_t)offset >> 32));
    if (done > 0) wrote(fd, at, parts, count, done);
    pthread_mutex_unlock(&lock);
    return done;
}

ssize_t write(int fd, const void *data, size_t bytes) {
    struct iovec part = {(void *)data, bytes};
    return tracked(fd) ? write_parts(fd, &part, 1, -1) : syscall(SYS_write, fd, data, bytes);
}
ssize_t pwrite(int fd, const void *data, size_t bytes, off_t offset) {
    struct iovec part = {(void *)data, bytes};
    return write_parts(fd, &part, 1, offset);
}
ssize_t pwrite64(int fd, const void *data, size_t bytes, off_t offset) { return pwrite(fd, data, bytes, offset); }
ssize_t writev(int fd, const struct iovec *parts, int count) { return write_parts(fd, parts, count, -1); }
ssize_t pwritev(int fd, const struct iovec *parts, int count, off_t at) { return write_parts(fd, parts, count, at); }
ssize_t pwritev64(int fd, const struct iovec *parts, int count, off_t at) { return write_parts(fd, parts, count, at); }

/* Sizes */

static void resized(int fd, uint64_t size) { record(RESIZE, node_of_fd(fd), size, 0, "", "", "", 0); }

int ftruncate(int fd, off_t size) {
    if (!tracked(fd)) return (int)syscall(SYS_ftruncate, fd, size);
    pthread_mutex_lock(&lock);
    int result = (int)syscall(SYS_ftruncate, fd, size);
    if (!result) resized(fd, (uint64_t)size);
    pthread_mutex_unlock(&lock);
    return result;
}
int ftruncate64(int fd, off_t size) { return ftruncate(fd, size); }

int truncate(const char *path, off_t size) {
    char full[PATH_MAX];
    if (resolve(AT_FDCWD, path, full)) unsupported("truncate", full);
    return (int)syscall(SYS_truncate, path, size);
}
int truncate64(const char *path, off_t size) { return truncate(path, size); }

int fallocate(int fd, int mode, off_t offset, off_t bytes) {
    if (!tracked(fd)) return (int)syscall(SYS_fallocate, fd, mode, offset, bytes);
    if (mode & ~FALLOC_FL_KEEP_SIZE) unsupported("fallocate", "");
    pthread_mutex_lock(&lock);
    int result = (int)syscall(SYS_fallocate, fd, mode, offset, bytes);
    struct stat found;
    if (!result && !mode && !fstat(fd, &found)) resized(fd, (uint64_t)found.st_size);
    pthread_mutex_unlock(&lock);
    return result;
}
int fallocate64(int fd, int mode, off_t offset, off_t bytes) { return fallocate(fd, mode, offset, bytes); }
int posix_fallocate(int fd, off_t offset, off_t bytes) { return fallocate(fd, 0, offset, bytes) ? errno : 0; }
int posix_fallocate64(int fd, off_t offset, off_t bytes) { return posix_fallocate(fd, offset, bytes); }

/* Names */

int renameat2(int from_fd, const char *from, int to_fd, const char *to, unsigned flags) {
    char old[PATH_MAX], new[PATH_MAX];
    int ours = resolve(from_fd, from, old), theirs = resolve(to_fd, to, new);
    if (!ours && !theirs) return (int)syscall(SYS_renameat2, from_fd, from, to_fd, to, flags);
    if (!ours || !theirs || flags & ~1u) unsupported("rename", ours ? old : new);
    pthread_mutex_lock(&lock);
    uint64_t node = node_of(old);
    int result = (int)syscall(SYS_renameat2, from_fd, from, to_fd, to, flags);
    if (!result && ours && theirs) record(RENAME, node, parent_of(old), parent_of(new), name_of(old), name_of(new), "", 0);
    pthread_mutex_unlock(&lock);
    return result;
}
int renameat(int from_fd, const char *from, int to_fd, const char *to) { return renameat2(from_fd, from, to_fd, to, 0); }
int rename(const char *from, const char *to) { return renameat2(AT_FDCWD, from, AT_FDCWD, to, 0); }

int linkat(int from_fd, const char *from, int to_fd, const char *to, int flags) {
    char old[PATH_MAX], new[PATH_MAX];
    int ours = resolve(from_fd, from, old), theirs = resolve(to_fd, to, new);
    if (!theirs) return (int)syscall(SYS_linkat, from_fd, from, to_fd, to, flags);
    if (!ours) unsupported("link", new);
    pthread_mutex_lock(&lock);
    int result = (int)syscall(SYS_linkat, from_fd, from, to_fd, to, flags);
    if (!result) record(LINK, node_of(new), parent_of(new), 0, name_of(new), "", "", 0);
    pthread_mutex_unlock(&lock);
    return result;
}
int link(const char *from, const char *to) { return linkat(AT_FDCWD, from, AT_FDCWD, to, 0); }

int symlinkat(const char *from, int to_fd, const char *to) {
    char full[PATH_MAX];
    if (resolve(to_fd, to, full)) unsupported("symlink", full);
    return (int)syscall(SYS_symlinkat, from, to_fd, to);
}
int symlink(const char *from, const char *to) { return symlinkat(from, AT_FDCWD, to); }

int unlinkat(int dirfd, const char *path, int flags) {
    char full[PATH_MAX];
    if (!resolve(dirfd, path, full)) return (int)syscall(SYS_unlinkat, dirfd, path, flags);
    pthread_mutex_lock(&lock);
    uint64_t node = node_of(full);
    int result = (int)syscall(SYS_unlinkat, dirfd, path, flags);
    if (!result) record(UNLINK, node, parent_of(full), 0, name_of(full), "", "", 0);
    pthread_mutex_unlock(&lock);
    return result;
}
int unlink(const char *path) { return unlinkat(AT_FDCWD, path, 0); }
int rmdir(const char *path) { return unlinkat(AT_FDCWD, path, AT_REMOVEDIR); }

int mkdirat(int dirfd, const char *path, mode_t mode) {
    char full[PATH_MAX];
    if (!resolve(dirfd, path, full)) return (int)syscall(SYS_mkdirat, dirfd, path, mode);
    pthread_mutex_lock(&lock);
    int result = (int)syscall(SYS_mkdirat, dirfd, path, mode);
    if (!result) record(MKDIR, node_of(full), parent_of(full), 0, name_of(full), "", "", 0);
    pthread_mutex_unlock(&lock);
    return result;
}
int mkdir(const char *path, mode_t mode) { return mkdirat(AT_FDCWD, path, mode); }

/* Syncs */

static int64_t now_us(void) {
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (int64_t)now.tv_sec * 1000000 + now.tv_nsec / 1000;
}

/* The sync itself; it takes as long as was asked for. */
static int sync_now(long call, int fd) {
    int64_t begun = sync_us > 0 ? now_us() : 0;
    int result = (int)syscall(call, fd), failed = errno;
    int64_t left = sync_us > 0 ? sync_us - (now_us() - begun) : 0;
    if (left > 0) {
        struct timespec pause = {left / 1000000, left % 1000000 * 1000};
        while (nanosleep(&pause, &pause) && errno == EINTR) {}
    }
    errno = failed;
    return result;
}

static int sync_as(long call, int fd) {
    if (!tracked(fd)) return sync_now(call, fd);
    pthread_mutex_lock(&lock);
    uint64_t node = node_of_fd(fd), token = ++next_token;
    record(SYNC_START, node, token, 0, "", "", "", 0);
    pthread_mutex_unlock(&lock);
    int result = sync_now(call, fd);
    if (!result) {
        pthread_mutex_lock(&lock);
        record(SYNC_END, node, token, 0, "", "", "", 0);
        pthread_mutex_unlock(&lock);
    }
    return result;
}
int fsync(int fd) { return sync_as(SYS_fsync, fd); }
int fdatasync(int fd) { return sync_as(SYS_fdatasync, fd); }

/* Neither promises what a caller may think it does: what it covers counts as not yet on the disk. */
int sync_file_range(int fd, off64_t offset, off64_t bytes, unsigned flags) {
    return (int)syscall(SYS_sync_file_range, fd, offset, bytes, flags);
}
int msync(void *from, size_t bytes, int flags) { return (int)syscall(SYS_msync, from, bytes, flags); }

/* What changes files without a write: only the index of SQLite's write-ahead log may do so, which is no durable state. */

void *mmap(void *where, size_t bytes, int protection, int flags, int fd, off_t offset) {
    char link[64], path[PATH_MAX];
    if (fd >= 0 && (flags & MAP_SHARED) && (protection & PROT_WRITE) && tracked(fd)) {
        snprintf(link, sizeof link, "/proc/self/fd/%d", fd);
        ssize_t length = syscall(SYS_readlinkat, AT_FDCWD, link, path, sizeof path - 1);
        if (length < 4 || strncmp(path + length - 4, "-shm", 4)) {
            path[length < 0 ? 0 : length] = 0;
            unsupported("mmap", path);
        }
    }
    return (void *)syscall(SYS_mmap, where, bytes, protection, flags, fd, offset);
}
void *mmap64(void *where, size_t bytes, int protection, int flags, int fd, off_t offset) {
    return mmap(where, bytes, protection, flags, fd, offset);
}

ssize_t copy_file_range(int from, off64_t *from_at, int to, off64_t *to_at, size_t bytes, unsigned flags) {
    if (tracked(to)) unsupported("copy_file_range", "");
    return syscall(SYS_copy_file_range, from, from_at, to, to_at, bytes, flags);
}
ssize_t sendfile(int to, int from, off_t *offset, size_t bytes) {
    if (tracked(to)) unsupported("sendfile", "");
    return syscall(SYS_sendfile, to, from, offset, bytes);
}
ssize_t sendfile64(int to, int from, off_t *offset, size_t bytes) { return sendfile(to, from, offset, bytes); }
