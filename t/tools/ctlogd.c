/*
 * ctlogd: serves the directories that ctlog writes over RFC 6962 and as
 * static-ct-api, at http://ADDRESS:PORT/NAME/, and lies on request: see
 * ctlogd_lies.c. One thread, poll(); a log that has grown on disk has grown
 * for the next request.
 *
 *   ctlogd --listen 127.0.0.1:8080 --log one=DIR --logs PARENT
 */

#include "ctlogd.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <signal.h>
#include <sys/socket.h>

#define REQUEST_MAX 65536

typedef struct {
    int      fd;
    buf_t    in;
    reply_t  reply;
    size_t   sent;
    uint64_t due;  /* when the next byte may go */
    bool     busy; /* there is a reply, or never will be */
    bool     used; /* had a request before */
} conn_t;

static void usage(void) __attribute__((noreturn));
static int  listen_at(const char *address);
static void turn(int listener);
static int  until_due(void);
static void conn_accept(int listener);
static void conn_turn(conn_t *conn, short events);
static bool conn_read(conn_t *conn);
static bool conn_next(conn_t *conn);
static bool conn_write(conn_t *conn);
static void conn_end(conn_t *conn);

static conn_t       **conns;
static struct pollfd *polled;
static size_t         nconns;


int
main(int argc, char **argv)
{
    texts_t     operands = {0};
    texts_t     named = {0};
    const char *address = NULL;
    const char *parent = NULL;
    char       *equals;
    pid_t       owner = getppid();
    int         listener;
    size_t      i;
    bool        alone = false;
    opt_t       table[] = {
              {"listen", OPT_TEXT, &address},
              {"log", OPT_TEXTS, &named},
              {"logs", OPT_TEXT, &parent},
              {"alone", OPT_FLAG, &alone},
              {NULL, OPT_FLAG, NULL},
    };

    opt_read(table, argv + (argc > 0), &operands, NULL);
    if (operands.len > 0 || address == NULL) {
        usage();
    }

    for (i = 0; i < named.len; i++) {
        equals = strchr(named.item[i], '=');
        if (equals == NULL) {
            usage();
        }
        *equals = '\0';
        logs_add(named.item[i], equals + 1);
    }
    logs_below(parent);

    signal(SIGPIPE, SIG_IGN);
    listener = listen_at(address);
    while (alone || getppid() == owner) {
        turn(listener);
    }

    return 0;
}


static void
usage(void)
{
    fputs("usage: ctlogd --listen ADDRESS:PORT [--log NAME=DIR]...\n"
          "            [--logs PARENT] (each directory in it is a log)\n"
          "            [--alone] (outlives who started it)\n",
        stderr);
    exit(2);
}


static int
listen_at(const char *address)
{
    struct sockaddr_in sin = {0};
    char               host[64];
    const char        *colon = strrchr(address, ':');
    int                one = 1;
    int                fd;

    if (colon == NULL) {
        usage();
    }
    snprintf(host, sizeof(host), "%.*s", (int) (colon - address), address);
    sin.sin_family = AF_INET;
    sin.sin_port = htons((uint16_t) number_read(colon + 1));
    if (inet_pton(AF_INET, host, &sin.sin_addr) != 1) {
        errx(2, "%s is no IPv4 address", host);
    }

    fd = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
    if (fd == -1
        || setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &one, sizeof(one)) != 0
        || bind(fd, (struct sockaddr *) &sin, sizeof(sin)) != 0
        || listen(fd, 512) != 0)
    {
        err(1, "%s", address);
    }

    return fd;
}


/* Waits for something, and deals with all of it. */
static void
turn(int listener)
{
    uint64_t now;
    size_t   n = nconns;
    size_t   i;

    polled = grow(polled, (n + 1) * sizeof(*polled));
    now = now_ms();
    for (i = 0; i < n; i++) {
        polled[i] = (struct pollfd){conns[i]->fd, POLLIN, 0};
        if (conns[i]->busy && !conns[i]->reply.hang && conns[i]->due <= now) {
            polled[i].events |= POLLOUT;
        }
    }
    polled[n] = (struct pollfd){listener, POLLIN, 0};

    if (poll(polled, n + 1, until_due()) == -1 && errno != EINTR) {
        err(1, "poll");
    }

    for (i = n; i-- > 0; /* from the end, since ended ones are removed */) {
        if (polled[i].revents != 0) {
            conn_turn(conns[i], polled[i].revents);
        }
        if (conns[i]->fd == -1) {
            free(conns[i]);
            conns[i] = conns[--nconns];
        }
    }
    if (polled[n].revents != 0) {
        conn_accept(listener);
    }
}


/* Milliseconds until a delayed byte may go, a second at most. */
static int
until_due(void)
{
    uint64_t now = now_ms();
    uint64_t first = now + 1000;
    size_t   i;

    for (i = 0; i < nconns; i++) {
        if (conns[i]->busy && !conns[i]->reply.hang && conns[i]->due > now
            && conns[i]->due < first)
        {
            first = conns[i]->due;
        }
    }

    return (int) (first - now);
}


static void
conn_accept(int listener)
{
    conn_t *conn;
    int     one = 1;
    int     fd;

    fd = accept(listener, NULL, NULL);
    if (fd == -1) {
        return;
    }
    (void) fcntl(fd, F_SETFL, O_NONBLOCK);
    (void) setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &one, sizeof(one));

    conn = grow(NULL, sizeof(*conn));
    memset(conn, 0, sizeof(*conn));
    conn->fd = fd;
    conns = grow(conns, (nconns + 1) * sizeof(conn_t *));
    conns[nconns++] = conn;
}


static void
conn_turn(conn_t *conn, short events)
{
    if ((events & (POLLIN | POLLHUP | POLLERR)) && !conn_read(conn)) {
        conn_end(conn);
        return;
    }

    while (conn_next(conn)) {
        if (!conn_write(conn)) {
            conn_end(conn);
            return;
        }
        if (conn->busy) {
            return;
        }
    }
}


/* False when there is nothing more to come. */
static bool
conn_read(conn_t *conn)
{
    uint8_t bytes[16384];
    ssize_t n;

    n = recv(conn->fd, bytes, sizeof(bytes), 0);
    if (n == -1 && (errno == EAGAIN || errno == EINTR)) {
        return true;
    }
    if (n <= 0 || conn->in.len + (size_t) n > REQUEST_MAX) {
        return false;
    }
    buf_put(&conn->in, bytes, (size_t) n);

    return true;
}


/* Takes the next request, if the one before has been answered; false when
 * there is nothing to send. */
static bool
conn_next(conn_t *conn)
{
    static request_t request;
    char            *end;
    size_t           len;

    if (conn->busy) {
        return !conn->reply.hang;
    }
    end = conn->in.len == 0 ? NULL : strstr(buf_str(&conn->in), "\r\n\r\n");
    if (end == NULL) {
        return false;
    }
    end[2] = '\0';
    len = (size_t) (end + 4 - (char *) conn->in.data);

    memset(&conn->reply, 0, sizeof(conn->reply));
    if (request_read(&request, (char *) conn->in.data)) {
        request.first = !conn->used;
        reply_make(&conn->reply, &request);
    } else {
        buf_text(&conn->reply.bytes,
            "HTTP/1.1 405 No\r\nContent-Length: 0\r\n\r\n");
        conn->reply.close = true;
    }

    memmove(conn->in.data, conn->in.data + len, conn->in.len - len);
    conn->in.len -= len;
    conn->used = true;
    conn->busy = true;
    conn->sent = 0;
    conn->due = now_ms() + conn->reply.delay;

    return !conn->reply.hang;
}


/* Sends what may go now; false when the connection is over. */
static bool
conn_write(conn_t *conn)
{
    static const char blanks[] = "10\r\n                \r\n";
    reply_t          *reply = &conn->reply;
    size_t            len = reply->bytes.len - conn->sent;
    ssize_t           n;

    if (conn->due > now_ms()) {
        return true;
    }

    n = send(conn->fd, reply->bytes.data + conn->sent,
        reply->drip > 0 ? 1 : len, MSG_NOSIGNAL);
    if (n == -1) {
        return errno == EAGAIN || errno == EINTR;
    }
    conn->sent += (size_t) n;
    conn->due += reply->drip;
    if (conn->sent < reply->bytes.len) {
        return true;
    }

    if (reply->endless) {
        reply->bytes.len = 0;
        conn->sent = 0;
        for (len = 0; len < (reply->drip > 0 ? 1 : 1000); len++) {
            buf_text(&reply->bytes, blanks);
        }
        return true;
    }
    conn->busy = false;
    buf_free(&reply->bytes);

    return !reply->close;
}


static void
conn_end(conn_t *conn)
{
    close(conn->fd);
    conn->fd = -1;
    buf_free(&conn->in);
    buf_free(&conn->reply.bytes);
}
