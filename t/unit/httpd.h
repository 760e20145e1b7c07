/*
 * httpd: a small HTTP/1.1 server in threads of the test, that answers well
 * or badly by the path it is asked for: "/name/number". Bodies are made of a
 * pattern, so that every byte can be checked where it arrives.
 */

#ifndef HTTPD_H
#define HTTPD_H

#include <arpa/inet.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <pthread.h>
#include <stdbool.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>
#include <zlib.h>

#include "tap.h"

#define HTTPD_ETAG "\"v-1\""
#define HTTPD_DATE "Wed, 21 Oct 2026 07:28:00 GMT"

#define HTTPD_PERIOD 8191
#define HTTPD_PIECE  7000 /* sent at once */

static uint8_t httpd_table[HTTPD_PERIOD + HTTPD_PIECE];
static int httpd_listen;
static int httpd_accepted; /* atomic */
static unsigned httpd_port;


/* The pattern from `at` on, HTTPD_PIECE bytes of it; it comes again after a
 * prime number of bytes, so no shift by blocks goes unnoticed. */
static inline const uint8_t *
httpd_pattern_at(size_t at)
{
    return httpd_table + at % HTTPD_PERIOD;
}


static inline void
httpd_prepare(void)
{
    size_t i;

    for (i = 0; i < sizeof(httpd_table); i++) {
        httpd_table[i] = (uint8_t) (i % HTTPD_PERIOD * 2654435761U >> 13);
    }
}


static inline bool
httpd_is_pattern(const uint8_t *data, size_t n, size_t at)
{
    size_t i, piece;

    for (i = 0; i < n; i += piece) {
        piece = n - i < HTTPD_PIECE ? n - i : HTTPD_PIECE;

        if (memcmp(data + i, httpd_pattern_at(at + i), piece) != 0) {
            return false;
        }
    }

    return true;
}


static inline bool
httpd_send(int fd, const void *data, size_t n)
{
    ssize_t     sent;
    const char *p;

    for (p = data; n > 0; n -= (size_t) sent, p += sent) {
        sent = send(fd, p, n, MSG_NOSIGNAL);

        if (sent <= 0) {
            return false;
        }
    }

    return true;
}


static inline bool
httpd_say(int fd, const char *text)
{
    return httpd_send(fd, text, strlen(text));
}


static inline bool TAP_PRINTF(2, 3)
httpd_head(int fd, const char *fmt, ...)
{
    char    head[1024];
    va_list args;

    va_start(args, fmt);
    (void) vsnprintf(head, sizeof(head), fmt, args);
    va_end(args);

    return httpd_say(fd, head);
}


static inline void
httpd_rest(int ms)
{
    struct timespec t = { ms / 1000, ms % 1000 * 1000000L };

    (void) nanosleep(&t, NULL);
}


/* `n` bytes of the pattern, in chunks when asked. */
static inline bool
httpd_pattern(int fd, size_t n, bool chunked)
{
    size_t at, piece;

    for (at = 0; at < n; at += piece) {
        piece = n - at < HTTPD_PIECE ? n - at : HTTPD_PIECE;

        if ((chunked && !httpd_head(fd, "%zx\r\n", piece))
            || !httpd_send(fd, httpd_pattern_at(at), piece)
            || (chunked && !httpd_say(fd, "\r\n")))
        {
            return false;
        }
    }

    return !chunked || httpd_say(fd, "0\r\nETag: \"trailer\"\r\n\r\n");
}


/* The pattern of n bytes in two members; malloc memory. */
static inline uint8_t *
httpd_gzip(size_t n, size_t *len)
{
    size_t   i, half, room;
    uint8_t *plain, *out;
    z_stream z;

    room = n + n / 100 + 1000;
    plain = malloc(n + 1);
    out = malloc(room);
    *len = 0;

    for (i = 0; i < n; i++) {
        plain[i] = *httpd_pattern_at(i);
    }

    for (i = 0, half = n / 3; *len == 0 || i < n; i += half, half = n - i) {
        memset(&z, 0, sizeof(z));
        (void) deflateInit2(&z, 6, Z_DEFLATED, 31, 8, Z_DEFAULT_STRATEGY);
        z.next_in = plain + i;
        z.avail_in = (uInt) half;
        z.next_out = out + *len;
        z.avail_out = (uInt) (room - *len);
        (void) deflate(&z, Z_FINISH);
        *len += z.total_out;
        (void) deflateEnd(&z);
    }

    free(plain);

    return out;
}


/* Zeros for ever, a thousand to one. */
static inline void
httpd_bomb(int fd)
{
    bool            alive;
    uint8_t         out[16384];
    z_stream        z;
    static const uint8_t zeros[1 << 16];

    memset(&z, 0, sizeof(z));
    (void) deflateInit2(&z, 9, Z_DEFLATED, 31, 8, Z_DEFAULT_STRATEGY);

    do {
        z.next_in = (Bytef *) (uintptr_t) zeros;
        z.avail_in = sizeof(zeros);
        z.next_out = out;
        z.avail_out = sizeof(out);
        (void) deflate(&z, Z_NO_FLUSH);
        alive = httpd_send(fd, out, sizeof(out) - z.avail_out);
    } while (alive);

    (void) deflateEnd(&z);
}


static inline bool
httpd_compressed(int fd, size_t n, const char *how)
{
    bool     fine;
    size_t   len;
    uint8_t *data;

    data = httpd_gzip(n, &len);
    len = strcmp(how, "cut") == 0 ? len / 2 : len;
    data[len / 2] ^= strcmp(how, "bad") == 0 ? 0xff : 0;
    fine = httpd_head(fd, "HTTP/1.1 200 OK\r\nContent-Encoding: %s\r\n"
                      "Content-Length: %zu\r\n\r\n",
                      strcmp(how, "x") == 0 ? "X-GZip" : "gzip", len)
           && httpd_send(fd, data, len);
    free(data);

    return fine;
}


/* 429 with a Retry-After of some kind. */
static inline bool
httpd_refuse(int fd, const char *kind)
{
    char      text[64];
    time_t    t;
    struct tm tm;

    t = time(NULL) + 90;
    (void) gmtime_r(&t, &tm);

    if (strcmp(kind, "utc") == 0) {
        (void) strftime(text, sizeof(text), "%a, %d %b %Y %T UTC", &tm);
    } else if (strcmp(kind, "date") == 0) {
        (void) strftime(text, sizeof(text), "%a, %d %b %Y %T GMT", &tm);
    } else {
        (void) snprintf(text, sizeof(text), "5\r\nretry-after: \t 90 ");
    }

    return httpd_head(fd, "HTTP/1.1 429 No\r\nRetry-After: %s\r\n"
                      "Content-Length: 4\r\n\r\nslow", text);
}


static inline bool
httpd_condition(int fd, const char *request)
{
    if (strstr(request, "\r\nIf-None-Match: " HTTPD_ETAG "\r\n") != NULL
        && strstr(request, "\r\nIf-Modified-Since: " HTTPD_DATE "\r\n")
           != NULL)
    {
        return httpd_say(fd, "HTTP/1.1 304 Same\r\nETag: " HTTPD_ETAG
                         "\r\n\r\n");
    }

    return httpd_say(fd, "HTTP/1.1 103 Hint\r\nETag: \"other\"\r\n\r\n"
                     "HTTP/1.1 200 OK\r\neTaG:  " HTTPD_ETAG " \r\n"
                     "Last-Modified: " HTTPD_DATE "\r\n"
                     "Content-Length: 4\r\n\r\nbody");
}


static inline void
httpd_drip(int fd)
{
    (void) httpd_say(fd, "HTTP/1.1 200 OK\r\n\r\n");

    while (httpd_say(fd, "x")) {
        httpd_rest(20);
    }
}


static inline void
httpd_heads(int fd)
{
    (void) httpd_say(fd, "HTTP/1.1 200 OK\r\n");

    while (httpd_say(fd, "X-More: and more and more and more\r\n")) {
    }
}


/* What is sent whole; the connection stays. */
static inline bool
httpd_whole(int fd, const char *name, size_t n, const char *request)
{
    char what[10001];

    if (strcmp(name, "fixed") == 0) {
        return httpd_head(fd, "HTTP/1.1 200 OK\r\nContent-Length: %zu\r\n\r\n",
                          n) && httpd_pattern(fd, n, false);
    } else if (strcmp(name, "chunked") == 0) {
        return httpd_say(fd, "HTTP/1.1 200 OK\r\nETag: \"head\"\r\n"
                         "Transfer-Encoding: chunked\r\n\r\n")
               && httpd_pattern(fd, n, true);
    } else if (strncmp(name, "gzip-", 5) == 0) {
        return httpd_compressed(fd, n, name + 5);
    } else if (strcmp(name, "said") == 0) {
        return httpd_head(fd, "HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\n"
                          "Content-Length: %zu\r\n\r\n", n)
               && httpd_pattern(fd, n, false);
    } else if (strncmp(name, "after-", 6) == 0) {
        return httpd_refuse(fd, name + 6);
    } else if (strcmp(name, "condition") == 0) {
        return httpd_condition(fd, request);
    } else if (strcmp(name, "echo") == 0) {
        return httpd_head(fd, "HTTP/1.1 200 OK\r\nContent-Length: %zu\r\n\r\n",
                          strlen(request)) && httpd_say(fd, request);
    } else if (strcmp(name, "moved") == 0) {
        return httpd_say(fd, "HTTP/1.1 302 Found\r\nLocation: /fixed/5\r\n"
                         "Content-Length: 0\r\n\r\n");
    } else if (strcmp(name, "long") == 0) {
        memset(what, 'e', sizeof(what));
        what[sizeof(what) - 1] = '\0';
        return httpd_say(fd, "HTTP/1.1 200 OK\r\nETag: ")
               && httpd_say(fd, what)
               && httpd_say(fd, "\r\nContent-Length: 2\r\n\r\nok");
    } else if (strcmp(name, "hook") == 0) {
        return httpd_say(fd, "HTTP/1.1 201 Thanks\r\nContent-Length: 6\r\n\r\n"
                         "thanks");
    } else if (strcmp(name, "br") == 0 || strcmp(name, "te") == 0) {
        return httpd_head(fd, "HTTP/1.1 200 OK\r\n%s\r\n"
                          "Connection: close\r\n\r\nxxxx", name[0] == 'b'
                          ? "Content-Encoding: br"
                          : "Transfer-Encoding: gzip, chunked") && false;
    }

    return httpd_say(fd, "HTTP/1.1 404 Not here\r\nContent-Length: 5\r\n\r\n"
                     "never");
}


/* False: the connection is over. */
static inline bool
httpd_answer(int fd, const char *request)
{
    char          name[32];
    unsigned long n;

    n = 0;

    if (sscanf(request, "%*s /%31[^/ ]/%lu", name, &n) < 1) {
        return false;
    }

    if (strcmp(name, "endless") == 0) {
        (void) httpd_say(fd, "HTTP/1.1 200 OK\r\n\r\n");
        (void) httpd_pattern(fd, SIZE_MAX / 2, false);
    } else if (strcmp(name, "bomb") == 0) {
        (void) httpd_say(fd, "HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\n"
                         "\r\n");
        httpd_bomb(fd);
    } else if (strcmp(name, "sorry") == 0) {
        (void) httpd_say(fd, "HTTP/1.1 503 Sorry\r\nRetry-After: 7\r\n\r\n");
        (void) httpd_pattern(fd, SIZE_MAX / 2, false);
    } else if (strcmp(name, "drip") == 0) {
        httpd_drip(fd);
    } else if (strcmp(name, "mute") == 0) {
        (void) recv(fd, name, 1, 0);
    } else if (strcmp(name, "heads") == 0) {
        httpd_heads(fd);
    } else if (strcmp(name, "close") == 0 || strcmp(name, "stall") == 0) {
        (void) httpd_head(fd, "HTTP/1.1 200 OK\r\nContent-Length: %lu\r\n\r\n",
                          n * 2);
        (void) httpd_pattern(fd, n, false);
        (void) (name[0] == 's' && recv(fd, name, 1, 0) != 0);
    } else {
        return httpd_whole(fd, name, n, request);
    }

    return false;
}


static inline void *
httpd_serve(void *arg)
{
    int     fd;
    char    request[16384];
    size_t  len;
    ssize_t n;

    fd = (int) (intptr_t) arg;

    do {
        len = 0;
        request[0] = '\0';

        while (strstr(request, "\r\n\r\n") == NULL
               && len < sizeof(request) - 1)
        {
            n = recv(fd, request + len, sizeof(request) - 1 - len, 0);

            if (n <= 0) {
                (void) close(fd);
                return NULL;
            }

            len += (size_t) n;
            request[len] = '\0';
        }
    } while (httpd_answer(fd, request));

    (void) close(fd);

    return NULL;
}


static inline void *
httpd_accept(void *arg)
{
    int       fd, one;
    pthread_t thread;

    (void) arg;
    one = 1;

    while ((fd = accept(httpd_listen, NULL, NULL)) >= 0) {
        (void) setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &one, sizeof(one));
        (void) __atomic_add_fetch(&httpd_accepted, 1, __ATOMIC_RELAXED);

        if (pthread_create(&thread, NULL, httpd_serve,
                           (void *) (intptr_t) fd) == 0)
        {
            (void) pthread_detach(thread);
        }
    }

    return NULL;
}


static inline void
httpd_start(void)
{
    socklen_t          len;
    pthread_t          thread;
    struct sockaddr_in sin;

    httpd_prepare();
    memset(&sin, 0, sizeof(sin));
    sin.sin_family = AF_INET;
    sin.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    len = sizeof(sin);
    httpd_listen = socket(AF_INET, SOCK_STREAM, 0);

    if (bind(httpd_listen, (struct sockaddr *) &sin, len) != 0
        || listen(httpd_listen, 128) != 0
        || getsockname(httpd_listen, (struct sockaddr *) &sin, &len) != 0
        || pthread_create(&thread, NULL, httpd_accept, NULL) != 0)
    {
        printf("Bail out! no server\n");
        exit(1);
    }

    (void) pthread_detach(thread);
    httpd_port = ntohs(sin.sin_port);
}

#endif
