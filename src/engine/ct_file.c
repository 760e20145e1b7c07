/*
 * ct_file: see the header.
 */

#include "ct_file.h"

#include <errno.h>
#include <fcntl.h>
#include <libgen.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>


static ct_file_mark_t ct_file_mark_of(const struct stat *st);
static ct_rc_t ct_file_read_fd(int fd, size_t limit, uint8_t **data,
    size_t *len, ct_file_mark_t *mark);
static bool ct_file_write(const char *path, ct_bytes_t bytes);
static bool ct_file_write_all(int fd, ct_bytes_t bytes);
static bool ct_file_sync_dir(const char *path);


ct_file_mark_t
ct_file_mark(const char *path)
{
    struct stat st;

    if (stat(path, &st) != 0) {
        return (ct_file_mark_t) {0};
    }

    return ct_file_mark_of(&st);
}


static ct_file_mark_t
ct_file_mark_of(const struct stat *st)
{
    return (ct_file_mark_t) {
        .mtime_ns = (int64_t) st->st_mtim.tv_sec * 1000000000
                    + st->st_mtim.tv_nsec,
        .size = (int64_t) st->st_size,
        .inode = (uint64_t) st->st_ino,
        .there = true
    };
}


bool
ct_file_same(const ct_file_mark_t *a, const ct_file_mark_t *b)
{
    return a->there == b->there && a->mtime_ns == b->mtime_ns
           && a->size == b->size && a->inode == b->inode;
}


ct_rc_t
ct_file_read(const char *path, size_t limit, uint8_t **data, size_t *len,
    ct_file_mark_t *mark)
{
    int     fd, error;
    ct_rc_t rc;

    *data = NULL;
    *len = 0;

    /* not blocking: the path may have become a pipe */
    fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);

    if (fd == -1) {
        return errno == ENOENT ? CT_E_ABSENT : CT_E_IO;
    }

    rc = ct_file_read_fd(fd, limit, data, len, mark);

    error = errno;
    (void) close(fd);
    errno = error;

    return rc;
}


static ct_rc_t
ct_file_read_fd(int fd, size_t limit, uint8_t **data, size_t *len,
    ct_file_mark_t *mark)
{
    size_t      done, size;
    ssize_t     n;
    uint8_t    *room;
    struct stat st;

    if (fstat(fd, &st) != 0) {
        return CT_E_IO;
    }

    if (!S_ISREG(st.st_mode)) {
        return CT_E_TYPE;
    }

    if (st.st_size > (off_t) limit) {
        return CT_E_LIMIT;
    }

    size = (size_t) st.st_size;
    room = malloc(size + 1);

    if (room == NULL) {
        return CT_E_MEMORY;
    }

    /* when it shrinks meanwhile, then it is shorter */
    for (done = 0; done < size; done += (size_t) n) {
        n = read(fd, room + done, size - done);

        if (n < 0) {
            free(room);
            return CT_E_IO;
        }

        if (n == 0) {
            break;
        }
    }

    *data = room;
    *len = done;
    *mark = ct_file_mark_of(&st);

    return CT_OK;
}


ct_rc_t
ct_file_replace(const char *path, ct_bytes_t bytes)
{
    int  n, error;
    char tmp[PATH_MAX];

    n = snprintf(tmp, sizeof(tmp), "%s.tmp", path);

    if (n < 0 || n >= (int) sizeof(tmp)) {
        errno = ENAMETOOLONG;
        return CT_E_IO;
    }

    if (ct_file_write(tmp, bytes) && rename(tmp, path) == 0) {
        return ct_file_sync_dir(path) ? CT_OK : CT_E_IO;
    }

    error = errno;
    (void) unlink(tmp);
    errno = error;

    return CT_E_IO;
}


static bool
ct_file_write(const char *path, ct_bytes_t bytes)
{
    int  fd, error;
    bool ok;

    fd = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC | O_NOFOLLOW,
              0600);
    if (fd == -1) {
        return false;
    }

    ok = ct_file_write_all(fd, bytes) && fsync(fd) == 0;

    error = errno;

    if (close(fd) != 0 && ok) {
        return false;
    }

    errno = error;

    return ok;
}


static bool
ct_file_write_all(int fd, ct_bytes_t bytes)
{
    ssize_t n;

    while (bytes.len > 0) {
        n = write(fd, bytes.data, bytes.len);

        if (n < 0) {
            return false;
        }

        bytes = ct_bytes(bytes.data + n, bytes.len - (size_t) n);
    }

    return true;
}


static bool
ct_file_sync_dir(const char *path)
{
    int  fd;
    bool ok;
    char copy[PATH_MAX];

    (void) snprintf(copy, sizeof(copy), "%s", path);
    fd = open(dirname(copy), O_RDONLY | O_DIRECTORY | O_CLOEXEC);

    if (fd == -1) {
        return false;
    }

    ok = fsync(fd) == 0;
    (void) close(fd);

    return ok;
}


void
ct_file_touch(const char *path, int64_t ms)
{
    struct timespec times[2];

    times[0].tv_sec = 0;
    times[0].tv_nsec = UTIME_OMIT;
    times[1].tv_sec = (time_t) (ms / 1000);
    times[1].tv_nsec = (long) (ms % 1000) * 1000000;

    (void) utimensat(AT_FDCWD, path, times, 0);
}
