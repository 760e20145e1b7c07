/*
 * ct_eventlog: see the header. The host's descriptor was opened by another
 * user, maybe, who may write where this process may not; so it is kept until
 * a new file at the path can be opened from here. nginx gives such a file to
 * the user of its workers when it reopens its logs.
 */

#ifndef _GNU_SOURCE
#define _GNU_SOURCE /* SOCK_CLOEXEC */
#endif

#include "ct_eventlog.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/uio.h>
#include <time.h>
#include <unistd.h>


#define CT_EVENTLOG_HOST 256

struct ct_eventlog_s {
    const ct_channel_t *channel;
    int                 fd;   /* -1: none */
    bool                own;  /* to be closed */
    bool                torn; /* a line was begun and not ended */
};


static ct_rc_t ct_eventlog_append(ct_eventlog_t *log, ct_bytes_t line,
    char error[CT_LIMIT_ERROR]);
static void ct_eventlog_follow(ct_eventlog_t *log);
static void ct_eventlog_hasten(ct_eventlog_t *log);
static bool ct_eventlog_full(const ct_eventlog_t *log);
static bool ct_eventlog_torn(const char *path);
static void ct_eventlog_use(ct_eventlog_t *log, int fd, bool own);
static ct_rc_t ct_eventlog_send(ct_eventlog_t *log, ct_bytes_t line,
    int64_t now_ms, char error[CT_LIMIT_ERROR]);
static int ct_eventlog_connect(const ct_syslog_t *syslog);
static void ct_eventlog_header(const ct_syslog_t *syslog, int64_t now_ms,
    char *header, size_t len);
static ct_rc_t ct_eventlog_failed(ct_rc_t rc, const char *what,
    char error[CT_LIMIT_ERROR]);


ct_eventlog_t *
ct_eventlog_create(const ct_channel_t *channel)
{
    ct_eventlog_t *log;

    log = calloc(1, sizeof(ct_eventlog_t));

    if (log != NULL) {
        log->channel = channel;
        log->fd = channel->syslog == NULL ? channel->fd : -1;
        ct_eventlog_hasten(log);
    }

    return log;
}


void
ct_eventlog_destroy(ct_eventlog_t *log)
{
    if (log != NULL) {
        ct_eventlog_use(log, -1, false);
        free(log);
    }
}


ct_rc_t
ct_eventlog_write(ct_eventlog_t *log, ct_bytes_t line, int64_t now_ms,
    char error[CT_LIMIT_ERROR])
{
    return log->channel->syslog != NULL
           ? ct_eventlog_send(log, line, now_ms, error)
           : ct_eventlog_append(log, line, error);
}


/* All of it at once, or lines of several writers would mix. A full disk may
 * leave half a line, which the next one must not be glued to. */
static ct_rc_t
ct_eventlog_append(ct_eventlog_t *log, ct_bytes_t line,
    char error[CT_LIMIT_ERROR])
{
    size_t       len;
    ssize_t      n;
    struct iovec parts[3];

    static char end[] = "\n";

    ct_eventlog_follow(log);

    if (log->fd == -1) {
        return ct_eventlog_failed(CT_E_IO, "open()", error);
    }

    parts[0].iov_base = end;
    parts[0].iov_len = log->torn ? 1 : 0;
    /* its type; it is not written there */
    parts[1].iov_base = (void *) (uintptr_t) line.data;
    parts[1].iov_len = line.len;
    parts[2].iov_base = end;
    parts[2].iov_len = 1;
    len = parts[0].iov_len + line.len + 1;

    if (ct_eventlog_full(log)) {
        errno = EAGAIN;
        return ct_eventlog_failed(CT_E_IO, "write()", error);
    }

    do {
        n = writev(log->fd, parts, 3);
    } while (n == -1 && errno == EINTR);

    if (n == -1) {
        return ct_eventlog_failed(CT_E_IO, "write()", error);
    }

    if ((size_t) n != len) {
        log->torn = log->torn || n > 0;
        errno = ENOSPC;
        return ct_eventlog_failed(CT_E_IO, "write()", error);
    }

    log->torn = false;

    return CT_OK;
}


/* To the file that is at the path now, if it is another one and may be
 * opened. Only the host makes files, except when there is none. */
static void
ct_eventlog_follow(ct_eventlog_t *log)
{
    int         fd, flags;
    const char *path;
    struct stat is, was;

    path = log->channel->url;
    flags = O_WRONLY | O_APPEND | O_CLOEXEC | O_NONBLOCK;

    if (log->fd == -1) {
        ct_eventlog_use(log, open(path, flags | O_CREAT, 0644), true);
        return;
    }

    if (fstat(log->fd, &was) != 0 || !S_ISREG(was.st_mode)
        || stat(path, &is) != 0 || !S_ISREG(is.st_mode)
        || (is.st_ino == was.st_ino && is.st_dev == was.st_dev))
    {
        return;
    }

    fd = open(path, flags);

    if (fd != -1) {
        ct_eventlog_use(log, fd, true);
    }
}


/* A pipe that nobody reads would be waited for, with the whole engine. It is
 * opened anew, for with this descriptor the host would not wait either. */
static void
ct_eventlog_hasten(ct_eventlog_t *log)
{
    int         fd;
    char        path[64];
    struct stat st;

    if (log->fd == -1 || fstat(log->fd, &st) != 0 || S_ISREG(st.st_mode)) {
        return;
    }

    (void) snprintf(path, sizeof(path), "/proc/self/fd/%d", log->fd);
    fd = open(path, O_WRONLY | O_APPEND | O_CLOEXEC | O_NONBLOCK);

    if (fd != -1) {
        ct_eventlog_use(log, fd, true);
    }
}


/* What could not be opened anew may be full as well. */
static bool
ct_eventlog_full(const ct_eventlog_t *log)
{
    struct pollfd p;

    p.fd = log->fd;
    p.events = POLLOUT;

    return poll(&p, 1, 0) == 0;
}


static void
ct_eventlog_use(ct_eventlog_t *log, int fd, bool own)
{
    if (log->own && log->fd != -1) {
        (void) close(log->fd);
    }

    log->fd = fd;
    log->own = own;
    log->torn = ct_eventlog_torn(log->channel->url);
}


/* A writer that was killed may have left half a line. */
static bool
ct_eventlog_torn(const char *path)
{
    int  fd;
    bool torn;
    char last;

    fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);

    if (fd == -1) {
        return false;
    }

    torn = lseek(fd, -1, SEEK_END) >= 0 && read(fd, &last, 1) == 1
           && last != '\n';
    (void) close(fd);

    return torn;
}


static ct_rc_t
ct_eventlog_send(ct_eventlog_t *log, ct_bytes_t line, int64_t now_ms,
    char error[CT_LIMIT_ERROR])
{
    char          header[CT_EVENTLOG_HOST + 128];
    ssize_t       n;
    struct iovec  parts[2];
    struct msghdr message;

    if (log->fd == -1) {
        ct_eventlog_use(log, ct_eventlog_connect(log->channel->syslog), true);
    }

    if (log->fd == -1) {
        return ct_eventlog_failed(CT_E_NETWORK, "connect()", error);
    }

    ct_eventlog_header(log->channel->syslog, now_ms, header, sizeof(header));

    memset(&message, 0, sizeof(message));
    message.msg_iov = parts;
    message.msg_iovlen = 2;
    parts[0].iov_base = header;
    parts[0].iov_len = strlen(header);
    /* its type; it is not written there */
    parts[1].iov_base = (void *) (uintptr_t) line.data;
    parts[1].iov_len = line.len;

    do {
        n = sendmsg(log->fd, &message, MSG_DONTWAIT | MSG_NOSIGNAL);
    } while (n == -1 && errno == EINTR);

    if (n == -1) {
        (void) ct_eventlog_failed(CT_E_NETWORK, "send()", error);
        ct_eventlog_use(log, -1, false);
        return CT_E_NETWORK;
    }

    return CT_OK;
}


static int
ct_eventlog_connect(const ct_syslog_t *syslog)
{
    int fd, saved;

    fd = socket(syslog->addr->sa_family,
                SOCK_DGRAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);

    if (fd == -1 || connect(fd, syslog->addr, (socklen_t) syslog->addr_len)
                    == 0)
    {
        return fd;
    }

    saved = errno;
    (void) close(fd);
    errno = saved;

    return -1;
}


/* As nginx writes it (RFC 3164, 4.1), in local time. */
static void
ct_eventlog_header(const ct_syslog_t *syslog, int64_t now_ms, char *header,
    size_t len)
{
    char      host[CT_EVENTLOG_HOST];
    time_t    now;
    struct tm tm;

    static const char months[][4] = {
        "Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct",
        "Nov", "Dec"
    };

    now = (time_t) (now_ms / 1000);
    memset(&tm, 0, sizeof(tm));
    (void) localtime_r(&now, &tm);

    if (syslog->nohostname || gethostname(host, sizeof(host)) != 0) {
        host[0] = '\0';
    }

    host[sizeof(host) - 1] = '\0';

    (void) snprintf(header, len, "<%u>%s %2d %02d:%02d:%02d %s%s%s: ",
                    syslog->priority, months[tm.tm_mon], tm.tm_mday,
                    tm.tm_hour, tm.tm_min, tm.tm_sec, host,
                    host[0] != '\0' ? " " : "", syslog->tag);
}


static ct_rc_t
ct_eventlog_failed(ct_rc_t rc, const char *what, char error[CT_LIMIT_ERROR])
{
    char        text[128];
    const char *why;

    why = strerror_r(errno, text, sizeof(text));
    (void) snprintf(error, CT_LIMIT_ERROR, "%s failed (%s)", what, why);

    return rc;
}
