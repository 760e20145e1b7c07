/*
 * ct_http_body: the bytes of an answer. libcurl hands them over in pieces of
 * at most 16 KiB. What has no room of a piece is kept here until it has; the
 * next piece is refused, which pauses the transfer, and is offered again
 * when it goes on. gzip is undone here and not by libcurl, which would decode
 * all it has read, a thousandfold at worst, and keep that during the pause.
 */

#include "ct_clock.h"
#include "ct_http_part.h"

#include <stdlib.h>
#include <string.h>


#define CT_HTTP_FIRST (16 * 1024) /* room of a body in the beginning */
#define CT_HTTP_STEP  (16 * 1024) /* decoded at once */
#define CT_HTTP_WASTE_MAX (64 * 1024)


static bool ct_http_body_begin(ct_http_request_t *r, ct_bytes_t piece);
static void ct_http_pause(ct_http_request_t *r);
static bool ct_http_ration(ct_http_request_t *r);
static bool ct_http_body_take(ct_http_request_t *r, ct_bytes_t piece);
static void ct_http_listen(ct_http_request_t *r, ct_bytes_t piece);
static bool ct_http_decode(ct_http_request_t *r, ct_bytes_t *in);
static bool ct_http_copy(ct_http_request_t *r, ct_bytes_t *in);
static bool ct_http_inflate(ct_http_request_t *r, ct_bytes_t *in);
static bool ct_http_inflated(ct_http_request_t *r, int code);
static size_t ct_http_space(ct_http_request_t *r, size_t wanted);
static ct_rc_t ct_http_reserve(ct_http_request_t *r, size_t n);
static size_t ct_http_room_for(const ct_http_request_t *r, size_t wanted);
static bool ct_http_resize(ct_http_request_t *r, size_t room);
static bool ct_http_add(ct_http_request_t *r, size_t n);
static void ct_http_overdrawn(ct_http_request_t *r);


size_t
ct_http_write(char *data, size_t size, size_t n, void *ctx)
{
    ct_bytes_t         piece;
    ct_http_request_t *r;

    r = ctx;
    n *= size;
    piece = ct_bytes(data, n);

    /* a bomb of gzip keeps us busy for longer than a stop may take */
    if (ct_http_stopped(r->http)) {
        ct_http_fail(r, CT_E_STOPPED, "");
        return 0;
    }

    if (n == 0 || (!r->begun && !ct_http_body_begin(r, piece))) {
        return 0;
    }

    if (!ct_http_body_may(r)) {
        ct_http_pause(r);
        return CURL_WRITEFUNC_PAUSE;
    }

    r->came += n;
    r->http->received += n;

    if (!r->post) {
        ct_bucket_take(&r->http->bucket, (int64_t) n);
    }

    return ct_http_body_take(r, piece) ? n : 0;
}


static bool
ct_http_body_begin(ct_http_request_t *r, ct_bytes_t piece)
{
    long status;

    r->begun = true;
    status = 0;
    (void) curl_easy_getinfo(r->easy, CURLINFO_RESPONSE_CODE, &status);

    if (!ct_http_wanted(r, (int) status)) {
        r->coding = CT_HTTP_WASTE;
        return true;
    }

    if (r->coding == CT_HTTP_STRANGE) {
        ct_http_fail(r, CT_E_NETWORK, CT_HTTP_NOT_ASKED);
        return false;
    }

    /* some say gzip and send what was decoded on the way (RFC 1952, 2.3.1) */
    if (r->coding == CT_HTTP_GZIP
        && (piece.data[0] != 0x1f
            || (piece.len > 1 && piece.data[1] != 0x8b)))
    {
        r->coding = CT_HTTP_PLAIN;
    }

    if (r->coding != CT_HTTP_GZIP) {
        return true;
    }

    r->inflate = calloc(1, sizeof(z_stream));

    if (r->inflate == NULL || inflateInit2(r->inflate, 16 + MAX_WBITS) != Z_OK)
    {
        free(r->inflate);
        r->inflate = NULL;
        ct_http_fail(r, CT_E_MEMORY, "out of memory");
        return false;
    }

    return true;
}


static void
ct_http_pause(ct_http_request_t *r)
{
    r->paused = true;
    r->paused_ms = ct_clock_monotonic();
}


/* One piece can wait, so that a window is filled to its last byte. */
bool
ct_http_body_may(ct_http_request_t *r)
{
    return !ct_http_body_pending(r) && ct_http_ration(r);
}


/* The cap of all GETs together. */
static bool
ct_http_ration(ct_http_request_t *r)
{
    if (r->post || r->http->bucket.rate == 0) {
        return true;
    }

    ct_bucket_fill(&r->http->bucket, ct_clock_monotonic());

    return ct_bucket_may(&r->http->bucket);
}


static bool
ct_http_body_take(ct_http_request_t *r, ct_bytes_t piece)
{
    if (r->coding == CT_HTTP_WASTE) {
        if (r->post && r->wasted == 0) {
            ct_http_listen(r, piece);
        }

        r->wasted += piece.len;
        return r->wasted <= CT_HTTP_WASTE_MAX;
    }

    if (!ct_http_decode(r, &piece)) {
        return false;
    }

    if (piece.len == 0) {
        return true;
    }

    r->kept = malloc(piece.len);

    if (r->kept == NULL) {
        ct_http_fail(r, CT_E_MEMORY, "out of memory");
        return false;
    }

    memcpy(r->kept, piece.data, piece.len);
    r->rest = ct_bytes(r->kept, piece.len);

    return true;
}


/* Receivers often say why. It goes to a page and into a log. */
static void
ct_http_listen(ct_http_request_t *r, ct_bytes_t piece)
{
    size_t i, n;

    n = piece.len < sizeof(r->answer.said) ? piece.len
                                           : sizeof(r->answer.said) - 1;

    for (i = 0; i < n; i++) {
        r->answer.said[i] = piece.data[i] < 0x20 || piece.data[i] > 0x7e
                            ? ' ' : (char) piece.data[i];
    }

    while (i > 0 && r->answer.said[i - 1] == ' ') {
        i--;
    }

    r->answer.said[i] = '\0';
}


bool
ct_http_body_pending(const ct_http_request_t *r)
{
    return r->rest.len > 0 || r->more;
}


void
ct_http_body_pump(ct_http_request_t *r)
{
    if (!ct_http_body_pending(r)) {
        return;
    }

    (void) ct_http_decode(r, &r->rest);

    if (r->answer.rc != CT_OK) {
        r->rest.len = 0;
        r->more = false;
    }

    if (r->rest.len == 0) {
        free(r->kept);
        r->kept = NULL;
        r->rest = ct_bytes(NULL, 0);
    }
}


/* What was used of `in` is cut off; the rest had no room. */
static bool
ct_http_decode(ct_http_request_t *r, ct_bytes_t *in)
{
    return r->coding == CT_HTTP_GZIP ? ct_http_inflate(r, in)
                                     : ct_http_copy(r, in);
}


static bool
ct_http_copy(ct_http_request_t *r, ct_bytes_t *in)
{
    size_t n;

    n = ct_http_space(r, in->len);

    if (n > 0) {
        memcpy(r->body.data + r->body.at + r->body.len, in->data, n);
        *in = ct_bytes(in->data + n, in->len - n);
    }

    return ct_http_add(r, n);
}


static bool
ct_http_inflate(ct_http_request_t *r, ct_bytes_t *in)
{
    int       code;
    size_t    room;
    z_stream *z;

    z = r->inflate;
    /* zlib's type, from before const; it does not write there */
    z->next_in = (Bytef *) (uintptr_t) in->data;
    z->avail_in = (uInt) in->len;

    do {
        room = ct_http_space(r, CT_HTTP_STEP);
        r->more = true;

        if (room == 0) {
            break;
        }

        z->next_out = r->body.data + r->body.at + r->body.len;
        z->avail_out = (uInt) room;
        code = inflate(z, Z_SYNC_FLUSH);
        r->more = z->avail_out == 0 && code == Z_OK;

        if (!ct_http_add(r, room - z->avail_out)
            || !ct_http_inflated(r, code))
        {
            return false;
        }
    } while (z->avail_in > 0 || r->more);

    *in = ct_bytes(z->next_in, z->avail_in);

    return r->answer.rc == CT_OK;
}


static bool
ct_http_inflated(ct_http_request_t *r, int code)
{
    if (ct_http_stopped(r->http)) {
        ct_http_fail(r, CT_E_STOPPED, "");
        return false;
    }

    r->whole = code == Z_STREAM_END
               || (r->whole && r->inflate->total_in == 0);

    /* several members in a row are one body (RFC 1952, 2.2) */
    if (code == Z_STREAM_END) {
        code = inflateReset(r->inflate);
    }

    if (code != Z_OK && code != Z_BUF_ERROR) {
        ct_http_fail(r, CT_E_NETWORK, "the answer is not the gzip it claims "
                     "to be");
        return false;
    }

    return true;
}


/* Room for decoded bytes: as much as may come now, 0 when none. One byte
 * more than the limit, or nobody would see that it is exceeded. */
static size_t
ct_http_space(ct_http_request_t *r, size_t wanted)
{
    size_t            space, left;
    ct_http_stream_t *s;

    s = r->stream;
    space = r->body.limit - r->body.total + 1;
    space = space < wanted ? space : wanted;

    if (s != NULL) {
        left = s->window > r->body.len ? s->window - r->body.len : 0;
        space = space < left ? space : left;
    }

    if (s != NULL && s->ahead) {
        left = CT_LIMIT_AHEAD - r->http->ahead;
        space = space < left ? space : left;
    }

    if (space == 0 || ct_http_reserve(r, space) == CT_OK) {
        return space;
    }

    if (s == NULL) {
        ct_http_fail(r, CT_E_MEMORY, "there are too many bytes of answers at "
                     "once");
    }

    return 0;
}


/* Room for n bytes behind the unread ones. CT_E_LIMIT: not now, all bodies
 * together have CT_LIMIT_BODIES. */
static ct_rc_t
ct_http_reserve(ct_http_request_t *r, size_t n)
{
    size_t            room;
    ct_http_t        *http;
    ct_http_body_t   *body;
    ct_http_stream_t *s;

    s = r->stream;
    http = r->http;
    body = &r->body;

    if (body->at + body->len + n <= body->room) {
        return CT_OK;
    }

    if (body->at > 0) {
        memmove(body->data, body->data + body->at, body->len);
        body->at = 0;
    }

    room = ct_http_room_for(r, body->len + n);

    if (http->bytes - body->room + room > CT_LIMIT_BODIES) {
        /* one of those that must go on does, or all would wait for ever */
        if (s == NULL || s->ahead
            || (http->overdraw != NULL && http->overdraw != s))
        {
            return CT_E_LIMIT;
        }

        http->overdraw = s;
    }

    if (!ct_http_resize(r, room)) {
        ct_http_fail(r, CT_E_MEMORY, "out of memory");
        return CT_E_MEMORY;
    }

    return CT_OK;
}


static size_t
ct_http_room_for(const ct_http_request_t *r, size_t wanted)
{
    size_t room, most;

    room = r->body.room;

    if (wanted <= room) {
        return room;
    }

    most = r->stream != NULL ? r->stream->window : r->body.limit;
    room = room == 0 ? CT_HTTP_FIRST : room * 2;
    room = room > most ? most : room;

    return room < wanted ? wanted : room;
}


static bool
ct_http_resize(ct_http_request_t *r, size_t room)
{
    uint8_t *data;

    if (room == r->body.room) {
        return true;
    }

    data = realloc(r->body.data, room);

    if (data == NULL) {
        return false;
    }

    r->http->bytes += room;
    r->http->bytes -= r->body.room;
    r->body.data = data;
    r->body.room = room;

    return true;
}


static bool
ct_http_add(ct_http_request_t *r, size_t n)
{
    r->body.len += n;
    r->body.total += n;

    if (r->stream != NULL) {
        r->http->ahead += r->stream->ahead ? n : 0;
        r->http->news = r->http->news || n > 0;
    }

    if (r->body.total > r->body.limit) {
        ct_http_fail(r, CT_E_LIMIT, "the answer is larger than it may be");
    }

    return r->answer.rc == CT_OK;
}


void
ct_http_body_eat(ct_http_request_t *r, size_t n)
{
    n = n < r->body.len ? n : r->body.len;
    r->body.at += n;
    r->body.len -= n;
    r->body.at = r->body.len == 0 ? 0 : r->body.at;
    r->http->ahead -= r->stream->ahead ? n : 0;

    /* the window was widened for something large that is over now */
    if (r->body.room > CT_LIMIT_WINDOW
        && r->body.len <= CT_LIMIT_WINDOW / 2)
    {
        ct_http_body_trim(r);
    }

    ct_http_overdrawn(r);
}


void
ct_http_body_trim(ct_http_request_t *r)
{
    if (r->body.len == 0) {
        ct_http_body_free(r);
        return;
    }

    memmove(r->body.data, r->body.data + r->body.at, r->body.len);
    r->body.at = 0;
    (void) ct_http_resize(r, r->body.len);
    ct_http_overdrawn(r);
}


void
ct_http_body_free(ct_http_request_t *r)
{
    if (r->stream != NULL && r->stream->ahead) {
        r->http->ahead -= r->body.len;
    }

    r->http->bytes -= r->body.room;
    free(r->body.data);
    r->body.data = NULL;
    r->body.room = 0;
    r->body.at = 0;
    r->body.len = 0;
    ct_http_overdrawn(r);
}


/* Back below the ceiling, or nothing more comes: the next may. */
static void
ct_http_overdrawn(ct_http_request_t *r)
{
    ct_http_t *http;

    http = r->http;

    if (http->overdraw != NULL && http->overdraw == r->stream
        && (http->bytes <= CT_LIMIT_BODIES || r->stream->ended
            || r->body.room == 0))
    {
        http->overdraw = NULL;
    }
}
