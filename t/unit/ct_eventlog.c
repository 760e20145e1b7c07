/* Lines to a file that is renamed, full or away, and to a syslog server. */

#include "ct_eventlog.h"

#include "tap.h"

#include <arpa/inet.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <signal.h>

static char         dir[] = "/tmp/ct-eventlog-XXXXXX";
static char         path[64], other[64];
static ct_channel_t channel;
static char         error[CT_LIMIT_ERROR];


static ct_rc_t
put(ct_eventlog_t *log, const char *line)
{
    error[0] = '\0';

    return ct_eventlog_write(log, ct_bytes_str(line), 1767225600000, error);
}


static void
holds(const char *file, const char *want)
{
    int     fd;
    char    text[1024];
    ssize_t n;

    fd = open(file, O_RDONLY);
    n = fd == -1 ? -1 : read(fd, text, sizeof(text) - 1);
    text[n > 0 ? n : 0] = '\0';
    is_str(text, want, "%s", file + sizeof(dir));

    if (fd != -1) {
        (void) close(fd);
    }
}


static void
begin(int fd)
{
    (void) unlink(path);
    (void) unlink(other);
    memset(&channel, 0, sizeof(channel));
    channel.kind = CT_CHANNEL_LOG;
    channel.url = path;
    channel.fd = fd;
}


static void
test_path(void)
{
    ct_eventlog_t *log;

    begin(-1);
    log = ct_eventlog_create(&channel);
    is_int(put(log, "{1}"), CT_OK, "made when it is not there");
    is_int(put(log, "{2}"), CT_OK, "and again");
    holds(path, "{1}\n{2}\n");
    ct_eventlog_destroy(log);

    log = ct_eventlog_create(&channel);
    is_int(put(log, "{3}"), CT_OK, "appended");
    holds(path, "{1}\n{2}\n{3}\n");
    ct_eventlog_destroy(log);

    channel.url = "/nonexistent/events.log";
    log = ct_eventlog_create(&channel);
    is_int(put(log, "{4}"), CT_E_IO, "nowhere to write");
    is_str(error, "open() failed (No such file or directory)", "and why");
    ct_eventlog_destroy(log);
}


/* As with logrotate: renamed, then made anew when the host reopens. */
static void
test_rotate(void)
{
    int            fd;
    ct_eventlog_t *log;

    begin(-1);
    fd = open(path, O_WRONLY | O_APPEND | O_CREAT, 0644);
    channel.fd = fd;
    log = ct_eventlog_create(&channel);
    is_int(put(log, "{1}"), CT_OK, "to the host's file");
    ok(rename(path, other) == 0, "renamed");
    is_int(put(log, "{2}"), CT_OK, "still to it");
    ok(access(path, F_OK) != 0, "nothing is made in its place");
    (void) close(open(path, O_WRONLY | O_CREAT, 0644));
    is_int(put(log, "{3}"), CT_OK, "to the new one");
    ok(fcntl(fd, F_GETFD) != -1, "the host's descriptor is left alone");
    holds(other, "{1}\n{2}\n");
    holds(path, "{3}\n");
    ok(rename(path, other) == 0, "renamed again");
    ok(mkdir(path, 0700) == 0, "and something else in its place");
    is_int(put(log, "{4}"), CT_OK, "to the old one");
    holds(other, "{3}\n{4}\n");
    (void) rmdir(path);
    ct_eventlog_destroy(log);
    (void) close(fd);
}


static void
test_full(void)
{
    struct rlimit  limit, was;
    ct_eventlog_t *log;

    begin(-1);
    (void) signal(SIGXFSZ, SIG_IGN);
    (void) getrlimit(RLIMIT_FSIZE, &was);
    limit = was;
    limit.rlim_cur = 6;
    log = ct_eventlog_create(&channel);
    is_int(put(log, "{1}"), CT_OK, "room");
    (void) setrlimit(RLIMIT_FSIZE, &limit);
    is_int(put(log, "{2}"), CT_E_IO, "half of it");
    is_int(put(log, "{2}"), CT_E_IO, "nothing");
    ok(strncmp(error, "write() failed (", 16) == 0, "why: %s", error);
    (void) setrlimit(RLIMIT_FSIZE, &was);
    is_int(put(log, "{2}"), CT_OK, "room again");
    holds(path, "{1}\n{2\n{2}\n");
    ct_eventlog_destroy(log);
}


/* A reader that does not read is not waited for. */
static void
test_pipe(void)
{
    int            ends[2];
    char           line[3000];
    ct_rc_t        rc;
    unsigned       i;
    ct_eventlog_t *log;

    if (pipe(ends) != 0) {
        return;
    }

    begin(ends[1]);
    memset(line, 'x', sizeof(line));
    line[sizeof(line) - 1] = '\0';
    log = ct_eventlog_create(&channel);
    (void) alarm(10);

    for (i = 0, rc = CT_OK; rc == CT_OK && i < 10000; i++) {
        rc = put(log, line);
    }

    (void) alarm(0);
    ok(i > 10, "%u lines find room in a pipe", i);
    is_int(rc, CT_E_IO, "and then none");
    ok(!(fcntl(ends[1], F_GETFL) & O_NONBLOCK), "the host's is what it was");
    ok(read(ends[0], line, sizeof(line)) == (ssize_t) sizeof(line)
       && read(ends[0], line, sizeof(line)) == (ssize_t) sizeof(line),
       "when it is read");
    is_int(put(log, "{1}"), CT_OK, "there is room again");
    ct_eventlog_destroy(log);
    (void) close(ends[0]);
    (void) close(ends[1]);
}


static void
test_syslog(void)
{
    int                fd;
    char               text[512];
    ssize_t            n;
    socklen_t          len;
    ct_syslog_t        syslog;
    ct_eventlog_t     *log;
    struct sockaddr_in addr;

    begin(-1);
    memset(&addr, 0, sizeof(addr));
    addr.sin_family = AF_INET;
    addr.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    len = sizeof(addr);
    fd = socket(AF_INET, SOCK_DGRAM, 0);
    ok(bind(fd, (struct sockaddr *) &addr, len) == 0
       && getsockname(fd, (struct sockaddr *) &addr, &len) == 0, "a server");

    memset(&syslog, 0, sizeof(syslog));
    syslog.addr = (struct sockaddr *) &addr;
    syslog.addr_len = len;
    syslog.priority = 190;
    syslog.tag = "ct";
    syslog.nohostname = true;
    channel.syslog = &syslog;
    log = ct_eventlog_create(&channel);
    is_int(put(log, "{1}"), CT_OK, "a datagram");
    n = recv(fd, text, sizeof(text) - 1, 0);
    text[n > 0 ? n : 0] = '\0';
    is_str(text, "<190>Jan  1 00:00:00 ct: {1}", "as nginx has it");

    syslog.nohostname = false;
    is_int(put(log, "{2}"), CT_OK, "another");
    n = recv(fd, text, sizeof(text) - 1, 0);
    text[n > 0 ? n : 0] = '\0';
    ok(strstr(text, " ct: {2}") != NULL && strlen(text) > 30, "%s", text);

    (void) close(fd);
    (void) put(log, "{3}");
    is_int(put(log, "{3}"), CT_E_NETWORK, "nobody listens");
    is_str(error, "send() failed (Connection refused)", "and why");
    ct_eventlog_destroy(log);
}


static void
test_socket(void)
{
    int                fd;
    char               text[64];
    ssize_t            n;
    ct_syslog_t        syslog;
    ct_eventlog_t     *log;
    struct sockaddr_un addr;

    begin(-1);
    memset(&addr, 0, sizeof(addr));
    addr.sun_family = AF_UNIX;
    memcpy(addr.sun_path, path, strlen(path));
    memset(&syslog, 0, sizeof(syslog));
    syslog.addr = (struct sockaddr *) &addr;
    syslog.addr_len = sizeof(addr);
    syslog.tag = "ct";
    syslog.nohostname = true;
    channel.syslog = &syslog;
    log = ct_eventlog_create(&channel);
    is_int(put(log, "{1}"), CT_E_NETWORK, "no socket yet");
    is_str(error, "connect() failed (No such file or directory)", "and why");

    fd = socket(AF_UNIX, SOCK_DGRAM, 0);
    ok(bind(fd, (struct sockaddr *) &addr, sizeof(addr)) == 0, "a socket");
    is_int(put(log, "{1}"), CT_OK, "now there is one");
    n = recv(fd, text, sizeof(text) - 1, 0);
    ok(n > 4 && memcmp(text + n - 3, "{1}", 3) == 0, "it came");
    ct_eventlog_destroy(log);
    (void) close(fd);
}


int
main(void)
{
    (void) setenv("TZ", "UTC", 1);
    ok(mkdtemp(dir) != NULL, "a directory");
    (void) snprintf(path, sizeof(path), "%s/events.log", dir);
    (void) snprintf(other, sizeof(other), "%s/events.log.1", dir);

    test_path();
    test_rotate();
    test_full();
    test_pipe();
    test_syslog();
    test_socket();

    (void) unlink(path);
    (void) unlink(other);
    (void) rmdir(dir);

    return done_testing();
}
