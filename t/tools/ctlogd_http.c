/*
 * ctlogd_http: a request becomes an answer, and the answer bytes, unless an
 * accident befalls them on the way (ctlogd_lies.c has the list). Requests
 * are believed to be small and in one piece of at most 64 KiB.
 */

#include "ctlogd.h"

#include <zlib.h>

/* What is left of the body once all of it went wrong. */
typedef struct {
    const lies_t    *lies; /* NULL: none is due */
    const request_t *request;
    bool             gzip; /* says so */
} way_t;

static void path_read(request_t *request, char *target);
static void header_read(request_t *request, char *line);
static bool text_decode(const char *text, size_t len, char *out, size_t room);
static void control(answer_t *answer, served_t *served,
    const request_t *request);
static void serve(reply_t *reply, served_t *served, const request_t *request);
static void answer_make(answer_t *answer, served_t *served,
    const target_t *target, const request_t *request, const lies_t *due);
static void body_encode(answer_t *answer, way_t *way);
static void bomb_make(buf_t *body);
static void answer_send(reply_t *reply, const answer_t *answer,
    const way_t *way);
static void head_send(reply_t *reply, const answer_t *answer,
    const way_t *way);
static void __attribute__((format(printf, 2, 3)))
buf_format(buf_t *out, const char *format, ...);


bool
request_read(request_t *request, char *text)
{
    char *line = text;
    char *end;
    char *target;

    memset(request, 0, sizeof(*request));
    end = strstr(line, "\r\n");
    if (end == NULL || strncmp(line, "GET ", 4) != 0) {
        return false;
    }
    *end = '\0';

    target = line + 4;
    line = strchr(target, ' ');
    if (line == NULL) {
        return false;
    }
    request->close = strcmp(line, " HTTP/1.1") != 0;
    *line = '\0';
    path_read(request, target);

    for (line = end + 2; (end = strstr(line, "\r\n")) != NULL; line = end + 2)
    {
        *end = '\0';
        header_read(request, line);
    }

    return true;
}


void
reply_make(reply_t *reply, request_t *request)
{
    served_t *served = logs_find(request->name);
    answer_t  answer = {0};
    way_t     way = {NULL, request, false};

    if (served != NULL && strncmp(request->path, "-/", 2) != 0) {
        serve(reply, served, request);
        return;
    }

    if (served == NULL) {
        answer_error(&answer, 404, "no such log");
    } else {
        control(&answer, served, request);
    }
    answer_send(reply, &answer, &way);
    buf_free(&answer.body);
}


bool
param_text(const char *query, const char *name, char *value, size_t room)
{
    size_t len = strlen(name);
    size_t end;

    for (/* void */; *query != '\0';
         query += query[end] == '&' ? end + 1 : end) {
        end = strcspn(query, "&");
        if (end > len && strncmp(query, name, len) == 0 && query[len] == '=') {
            return text_decode(query + len + 1, end - len - 1, value, room);
        }
    }

    return false;
}


bool
param_number(const char *query, const char *name, uint64_t *value)
{
    char  text[32];
    char *end;

    if (!param_text(query, name, text, sizeof(text)) || *text < '0'
        || *text > '9') {
        return false;
    }
    *value = strtoull(text, &end, 10);

    return *end == '\0';
}


/* /name/path?query */
static void
path_read(request_t *request, char *target)
{
    char *query = strchr(target, '?');
    char *path;

    if (query != NULL) {
        *query++ = '\0';
        snprintf(request->query, sizeof(request->query), "%s", query);
    }
    if (*target != '/') {
        return;
    }

    path = strchr(target + 1, '/');
    if (path != NULL) {
        *path++ = '\0';
        snprintf(request->path, sizeof(request->path), "%s", path);
    }
    snprintf(request->name, sizeof(request->name), "%s", target + 1);
}


static void
header_read(request_t *request, char *line)
{
    char *value = strchr(line, ':');

    if (value == NULL) {
        return;
    }
    *value++ = '\0';
    value += strspn(value, " ");

    if (strcasecmp(line, "connection") == 0) {
        request->close = request->close || strcasecmp(value, "close") == 0;
    } else if (strcasecmp(line, "user-agent") == 0) {
        snprintf(request->agent, sizeof(request->agent), "%s", value);
    } else if (strcasecmp(line, "accept-encoding") == 0) {
        snprintf(request->accept, sizeof(request->accept), "%s", value);
        request->gzip = strstr(value, "gzip") != NULL;
    }
}


/* Of a query: %xx, and + for a blank. */
static bool
text_decode(const char *text, size_t len, char *out, size_t room)
{
    char   pair[3] = "";
    char  *end;
    size_t i;
    size_t n = 0;

    for (i = 0; i < len && n + 1 < room; i++) {
        out[n++] = text[i] == '+' ? ' ' : text[i];
        if (text[i] != '%') {
            continue;
        }
        if (len - i < 3) {
            return false;
        }
        memcpy(pair, text + i + 1, 2);
        out[n - 1] = (char) strtoul(pair, &end, 16);
        if (end != pair + 2) {
            return false;
        }
        i += 2;
    }
    out[n] = '\0';

    return i == len;
}


static void
control(answer_t *answer, served_t *served, const request_t *request)
{
    const char *what = request->path + 2;
    const char *why = NULL;

    answer->status = 200;
    answer->type = "application/json";
    served_refresh(served);

    if (strcmp(what, "set") == 0) {
        why = lies_set(served, request->query);
    } else if (strcmp(what, "reset") == 0) {
        lies_reset(served);
    } else if (strcmp(what, "stats") == 0) {
        stats_json(served, &answer->body);
        return;
    } else if (strcmp(what, "forget") == 0) {
        memset(&served->stats, 0, sizeof(served->stats));
    } else {
        why = "wanted set, reset, stats or forget";
    }

    buf_text(&answer->body, "{}\n");
    if (why != NULL) {
        answer_error(answer, 400, why);
    }
}


static void
serve(reply_t *reply, served_t *served, const request_t *request)
{
    target_t target;
    answer_t answer = {0};
    way_t    way = {NULL, request, false};
    lies_t   due;
    uint64_t start;
    uint64_t asked;

    target_read(&target, request->path);
    target_span(&target, request->query, &start, &asked);
    stats_visit(served, request, target.api, start, asked);

    due = served->lies; /* as it is now */
    if (lies_due(served, target.api)) {
        way.lies = &due;
        reply->delay = (uint64_t) due.delay;
        reply->drip = (uint64_t) due.drip;
        reply->hang = due.hang > 0;
        reply->endless = due.endless > 0;
    }
    if (reply->hang) {
        return;
    }

    answer_make(&answer, served, &target, request, way.lies);
    way.gzip = served->lies.gzip > 0 && request->gzip;
    body_encode(&answer, &way);
    answer_send(reply, &answer, &way);
    stats_answer(served, answer.status, reply->bytes.len);
    buf_free(&answer.body);
}


static void
answer_make(answer_t *answer, served_t *served, const target_t *target,
    const request_t *request, const lies_t *due)
{
    body_e    lie = due == NULL ? BODY_HONEST : (body_e) due->body;
    served_t *other =
        *served->lies.as == '\0' ? NULL : logs_find(served->lies.as);

    served_refresh(other == NULL ? served : other);

    if (due != NULL && *due->redirect != '\0') {
        answer_error(answer, 302, "over there");
    } else if (due != NULL && due->status > 0) {
        answer_error(answer, (unsigned) due->status, "told to");
    } else if (due != NULL && due->bomb > 0) {
        answer->status = 200;
        answer->type = target->api == API_DATA ? "application/octet-stream"
                                               : "application/json";
        answer->gzip = true;
        bomb_make(&answer->body);
        return;
    } else {
        api_answer(answer, other == NULL ? served : other, target,
            request->query, lie);
    }
    body_spoil(answer, lie);
}


/* Settles whether the body is gzip, and whether it says so. */
static void
body_encode(answer_t *answer, way_t *way)
{
    const lies_t *lies = way->lies;
    buf_t         packed = {0};
    int           times = way->gzip && !answer->gzip;

    if (lies != NULL && lies->gzip_unasked > 0 && !answer->gzip) {
        times = 1;
    }
    if (lies != NULL && lies->double_gzip > 0) {
        times = answer->gzip ? 1 : 2;
    }
    way->gzip =
        answer->gzip || times > 0 || (lies != NULL && lies->false_gzip > 0);
    if (lies != NULL && lies->false_gzip > 0) {
        times = 0;
        (void) data_gunzip(&answer->body);
    }

    while (times-- > 0) {
        memset(&packed, 0, sizeof(packed));
        data_gzip((slice_t){answer->body.data, answer->body.len}, 1, &packed);
        buf_free(&answer->body);
        answer->body = packed;
    }
}


/* A mebibyte of zeros, deflated so that it can be repeated, 1024 times. */
static void
bomb_make(buf_t *body)
{
    static const char head[] = "\x1f\x8b\x08\0\0\0\0\0\0\xff";
    static uint8_t    zeros[1 << 20];
    static uint8_t    part[1 << 16];
    z_stream          z;
    size_t            len;
    uLong             sum;
    uLong             all = crc32(0, NULL, 0);
    unsigned          i;

    memset(&z, 0, sizeof(z));
    z.next_in = zeros;
    z.avail_in = sizeof(zeros);
    z.next_out = part;
    z.avail_out = sizeof(part);
    if (deflateInit2(&z, 9, Z_DEFLATED, -15, 8, Z_DEFAULT_STRATEGY) != Z_OK
        || deflate(&z, Z_FULL_FLUSH) != Z_OK)
    {
        errx(1, "deflate");
    }
    len = z.total_out;
    deflateEnd(&z);

    sum = crc32(0, zeros, sizeof(zeros));
    buf_put(body, head, sizeof(head) - 1);
    for (i = 0; i < 1024; i++) {
        buf_put(body, part, len);
        all = crc32_combine(all, sum, sizeof(zeros));
    }
    buf_put(body, "\x03\0", 2); /* the last block, empty */
    for (i = 0; i < 4; i++) {
        buf_uint(body, all >> 8 * i & 0xff, 1);
    }
    buf_put(body, "\0\0\0\x40", 4); /* length */
}


static void
answer_send(reply_t *reply, const answer_t *answer, const way_t *way)
{
    const lies_t *lies = way->lies;
    size_t        len = answer->body.len;

    head_send(reply, answer, way);
    reply->head = reply->bytes.len;

    if (reply->endless) {
        len -= len > 0;
        buf_format(&reply->bytes, "%zx\r\n", len);
        buf_put(&reply->bytes, answer->body.data, len);
        buf_text(&reply->bytes, len > 0 ? "\r\n" : "");
        return;
    }
    if (lies != NULL && lies->close_after >= 0
        && (uint64_t) lies->close_after < len)
    {
        len = (size_t) lies->close_after;
        reply->close = true;
    }
    buf_put(&reply->bytes, answer->body.data, len);
}


static void
head_send(reply_t *reply, const answer_t *answer, const way_t *way)
{
    buf_t    *out = &reply->bytes;
    char      date[64];
    struct tm tm;
    time_t    now = (time_t) (now_ms() / 1000);

    gmtime_r(&now, &tm);
    strftime(date, sizeof(date), "%a, %d %b %Y %H:%M:%S GMT", &tm);

    buf_format(out, "HTTP/1.1 %u Answer\r\nServer: ctlogd\r\nDate: %s\r\n",
        answer->status, date);
    buf_format(out, "Content-Type: %s\r\n", answer->type);
    if (way->gzip) {
        buf_text(out, "Content-Encoding: gzip\r\n");
    }
    if (reply->endless) {
        buf_text(out, "Transfer-Encoding: chunked\r\n");
    } else {
        buf_format(out, "Content-Length: %zu\r\n", answer->body.len);
    }
    if (way->lies != NULL && *way->lies->retry_after != '\0') {
        buf_format(out, "Retry-After: %s\r\n", way->lies->retry_after);
    }
    if (answer->status == 302) {
        buf_format(out, "Location: %s\r\n", way->lies->redirect);
    }
    reply->close = way->request->close;
    buf_text(out, reply->close ? "Connection: close\r\n\r\n" : "\r\n");
}


static void
buf_format(buf_t *out, const char *format, ...)
{
    char    text[2048];
    va_list args;

    va_start(args, format);
    vsnprintf(text, sizeof(text), format, args);
    va_end(args);
    buf_text(out, text);
}
