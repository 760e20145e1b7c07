/*
 * ctlogd_lies: what a log is told to do wrong, and what it was asked.
 *
 *   GET /NAME/-/set?key=value&...   as below; an unknown key is refused
 *   GET /NAME/-/reset               honest again
 *   GET /NAME/-/stats               what was asked, as JSON
 *   GET /NAME/-/forget              nothing was asked
 *
 * Manners hold until they are set otherwise or reset. "head" is the answer
 * to get-sth and the checkpoint, "entries" those of get-entries and of data
 * tiles; every lie is told in both protocols, where both have the thing.
 *
 *   max=N              get-entries gives at most N entries (1000)
 *   align=1            ... and ends before a multiple of max, as CTFE does
 *   gzip=1             answers are gzip for whoever accepts it
 *   shrink=N           the head is that of the first N entries, signed well,
 *                      a second older; partial tiles of that size are there
 *   freeze_time=MS     the head's timestamp
 *   fresh=1            the head's timestamp is that of the request
 *   fork=N             every N-th head has the size that it had when this
 *                      was set, another root, and a good signature
 *   wrong_root=1       the head has a root of no tree, signed well
 *   wrong_signature=1  the head's signature does not verify
 *   flip=INDEX         a bit of that certificate (or TBS) is another
 *   wrong_time=INDEX   so is one of its timestamp
 *   drop=FIRST..LAST   404 for asks that begin there and for data tiles that
 *                      have some of it; an ask before it ends before it
 *   no_proof=1         get-entry-and-proof is 404
 *   cached_proof=1     get-sth-consistency always gives its first answer
 *   no_partial=1       partial tiles are 404
 *   other_partial=1    partial tiles begin differently from full ones
 *   bad_level=1        hash tiles above level 0 do not fit those below
 *   as=NAME            all is as another log of this server has it, but for
 *                      the accidents: a rewritten history
 *
 * Accidents are those of the last set that names one of them. They befall
 *
 *   count=N            the next N requests only
 *   path=WHAT          only requests for sth (heads), entries (get-entries,
 *                      data tiles), proof (the three), tile (data and hash
 *                      tiles), hash (hash tiles), issuer, roots, all
 *
 *   status=CODE        that, with a line of text
 *   retry_after=TEXT   a Retry-After, as it is written
 *   redirect=URL       302
 *   delay=MS           the answer comes later
 *   drip=MS            it comes byte by byte, so far apart
 *   hang=1             it never comes
 *   endless=1          it never ends: its last byte is preceded by blanks
 *   close_after=N      the connection ends after N bytes of the body
 *   bomb=1             the body is gzip of 1 GiB of zeros
 *   gzip_unasked=1     the body is gzip whether accepted or not
 *   double_gzip=1      it is gzip of gzip, and says so once
 *   false_gzip=1       it says gzip and is not
 *   body=html          a page, also beside a status
 *   body=truncated     the first half
 *   body=empty         no entries; of anything else no bytes
 *   body=tail          bytes after the end
 *   body=trailing      bytes after the end of the first leaf_input, or of a
 *                      data tile before it is compressed
 *   body=one           one entry (of a get-entries, well-behaved)
 *   body=fewer         one entry less (likewise)
 *   body=toomany       one entry more
 *   body=shuffled      the entries backwards
 *   body=badbase64     a character that base64 does not have
 *   body=nokeys        JSON without the member that matters
 *   body=extra_members, escaped, spaced, swapped
 *                      JSON as it may be, but seldom is: unknown members,
 *                      escapes, blanks, extra_data before leaf_input
 */

#include "ctlogd.h"

#include <stddef.h>

/* An ask this far from the one before is a probe. */
#define PROBE_DISTANCE 16384

#define API_BIT(api) (1 << (api))
#define API_HEADS (API_BIT(API_STH) | API_BIT(API_CHECKPOINT))
#define API_TILES (API_BIT(API_DATA) | API_BIT(API_HASHES))
#define API_PROOFS                                      \
    (API_BIT(API_CONSISTENCY) | API_BIT(API_HASH_PROOF) \
        | API_BIT(API_ENTRY_PROOF))

typedef enum {
    ORDER_NUMBER,
    ORDER_TEXT,
    ORDER_RANGE,
    ORDER_BODY,
    ORDER_PATH
} order_kind_e;

typedef struct {
    const char  *name;
    order_kind_e kind;
    size_t       offset;
} order_t;

static const char    *order_take(lies_t *lies, const char *name,
       const char *value);
static const order_t *order_find(const order_t *table, const char *name);
static bool order_set(lies_t *lies, const order_t *order, const char *value);
static bool number_set(int64_t *number, const char *value);
static bool range_set(int64_t range[2], const char *value);
static bool name_set(int64_t *to, const char *const *names,
    const int64_t *values, const char *value);
static bool accident_in(const char *query);
static void accidents_reset(lies_t *lies);
static void number_json(buf_t *out, const char *name, uint64_t value);
static void text_json(buf_t *out, const char *name, const char *text);
static void visits_json(const stats_t *stats, buf_t *out);

static const order_t manners[] = {
    {"max", ORDER_NUMBER, offsetof(lies_t, max)},
    {"align", ORDER_NUMBER, offsetof(lies_t, align)},
    {"gzip", ORDER_NUMBER, offsetof(lies_t, gzip)},
    {"shrink", ORDER_NUMBER, offsetof(lies_t, shrink)},
    {"freeze_time", ORDER_NUMBER, offsetof(lies_t, freeze_time)},
    {"fresh", ORDER_NUMBER, offsetof(lies_t, fresh)},
    {"fork", ORDER_NUMBER, offsetof(lies_t, fork)},
    {"wrong_root", ORDER_NUMBER, offsetof(lies_t, wrong_root)},
    {"wrong_signature", ORDER_NUMBER, offsetof(lies_t, wrong_signature)},
    {"flip", ORDER_NUMBER, offsetof(lies_t, flip)},
    {"wrong_time", ORDER_NUMBER, offsetof(lies_t, wrong_time)},
    {"drop", ORDER_RANGE, offsetof(lies_t, drop)},
    {"no_proof", ORDER_NUMBER, offsetof(lies_t, no_proof)},
    {"cached_proof", ORDER_NUMBER, offsetof(lies_t, cached_proof)},
    {"no_partial", ORDER_NUMBER, offsetof(lies_t, no_partial)},
    {"other_partial", ORDER_NUMBER, offsetof(lies_t, other_partial)},
    {"bad_level", ORDER_NUMBER, offsetof(lies_t, bad_level)},
    {"as", ORDER_TEXT, offsetof(lies_t, as)},
    {NULL, ORDER_NUMBER, 0},
};

static const order_t accidents[] = {
    {"count", ORDER_NUMBER, offsetof(lies_t, count)},
    {"path", ORDER_PATH, offsetof(lies_t, path)},
    {"status", ORDER_NUMBER, offsetof(lies_t, status)},
    {"retry_after", ORDER_TEXT, offsetof(lies_t, retry_after)},
    {"redirect", ORDER_TEXT, offsetof(lies_t, redirect)},
    {"delay", ORDER_NUMBER, offsetof(lies_t, delay)},
    {"drip", ORDER_NUMBER, offsetof(lies_t, drip)},
    {"hang", ORDER_NUMBER, offsetof(lies_t, hang)},
    {"endless", ORDER_NUMBER, offsetof(lies_t, endless)},
    {"close_after", ORDER_NUMBER, offsetof(lies_t, close_after)},
    {"bomb", ORDER_NUMBER, offsetof(lies_t, bomb)},
    {"gzip_unasked", ORDER_NUMBER, offsetof(lies_t, gzip_unasked)},
    {"double_gzip", ORDER_NUMBER, offsetof(lies_t, double_gzip)},
    {"false_gzip", ORDER_NUMBER, offsetof(lies_t, false_gzip)},
    {"body", ORDER_BODY, offsetof(lies_t, body)},
    {NULL, ORDER_NUMBER, 0},
};

static const char *const api_names[API_COUNT] = {"get-sth", "get-entries",
    "get-sth-consistency", "get-proof-by-hash", "get-entry-and-proof",
    "get-roots", "checkpoint", "data", "hash", "issuer", "other"};

static const char *const body_names[] = {"honest", "html", "truncated",
    "empty", "tail", "trailing", "one", "fewer", "toomany", "shuffled",
    "badbase64", "nokeys", "extra_members", "escaped", "spaced", "swapped",
    NULL};

static const char *const path_names[] = {"sth", "entries", "proof", "tile",
    "hash", "issuer", "roots", "all", NULL};

static const int64_t path_bits[] = {API_HEADS,
    API_BIT(API_ENTRIES) | API_BIT(API_DATA), API_PROOFS, API_TILES,
    API_BIT(API_HASHES), API_BIT(API_ISSUER), API_BIT(API_ROOTS), -1};


void
lies_reset(served_t *served)
{
    lies_t *lies = &served->lies;

    memset(lies, 0, sizeof(*lies));
    lies->max = 1000;
    lies->shrink = -1;
    lies->freeze_time = -1;
    lies->flip = -1;
    lies->wrong_time = -1;
    lies->drop[0] = -1;
    lies->drop[1] = -1;
    accidents_reset(lies);
    served->proof.len = 0;
}


const char *
lies_set(served_t *served, const char *query)
{
    char        name[64];
    char        value[1024];
    const char *at = query;
    const char *why;
    size_t      len;
    lies_t      lies = served->lies;

    if (accident_in(query)) {
        accidents_reset(&lies);
    }

    for (/* void */; *at != '\0'; at += *at == '&') {
        len = strcspn(at, "=&");
        snprintf(name, sizeof(name), "%.*s", (int) len, at);
        if (!param_text(query, name, value, sizeof(value))) {
            return "wanted key=value";
        }
        why = order_take(&lies, name, value);
        if (why != NULL) {
            return why;
        }
        at += strcspn(at, "&");
    }

    if (lies.max < 1 || lies.max > ASK_MAX) {
        return "max is out of range";
    }
    if (lies.fork != served->lies.fork) {
        served->fork_size = served->head.size;
        served->heads = 0;
    }
    served->proof.len = 0;
    served->lies = lies;

    return NULL;
}


bool
lies_due(served_t *served, api_e api)
{
    lies_t *lies = &served->lies;

    if (lies->count == 0 || (lies->path & API_BIT(api)) == 0) {
        return false;
    }
    lies->count -= lies->count > 0;

    return true;
}


void
stats_visit(served_t *served, const request_t *request, api_e api,
    uint64_t start, uint64_t asked)
{
    stats_t *stats = &served->stats;
    visit_t *visit = &stats->visit[stats->visits++ % VISITS];
    uint64_t gap;

    stats->requests[api]++;
    stats->connections += request->first;
    memcpy(stats->agent, request->agent, sizeof(stats->agent));
    memcpy(stats->accept, request->accept, sizeof(stats->accept));
    *visit = (visit_t){now_ms(), api, 0, start, asked};

    if (asked == 0) {
        return;
    }
    gap = start > stats->next ? start - stats->next : stats->next - start;
    stats->probes += gap > PROBE_DISTANCE;
    stats->next = start + asked;
    if (asked > stats->largest_ask) {
        stats->largest_ask = asked;
    }
}


void
stats_answer(served_t *served, unsigned status, size_t bytes)
{
    stats_t *stats = &served->stats;

    stats->bytes += bytes;
    if (stats->visits > 0) {
        stats->visit[(stats->visits - 1) % VISITS].status = status;
    }
}


void
stats_json(const served_t *served, buf_t *out)
{
    const stats_t *stats = &served->stats;
    unsigned       api;

    buf_text(out, "{\"requests\":{");
    for (api = 0; api < API_COUNT; api++) {
        buf_text(out, api > 0 ? "," : "");
        number_json(out, api_names[api], stats->requests[api]);
    }
    buf_text(out, "},");
    number_json(out, "bytes", stats->bytes);
    buf_text(out, ",");
    number_json(out, "connections", stats->connections);
    buf_text(out, ",");
    number_json(out, "probes", stats->probes);
    buf_text(out, ",");
    number_json(out, "largest_ask", stats->largest_ask);
    buf_text(out, ",");
    text_json(out, "agent", stats->agent);
    buf_text(out, ",");
    text_json(out, "accept_encoding", stats->accept);
    buf_text(out, ",\"visits\":[");
    visits_json(stats, out);
    buf_text(out, "]}\n");
}


/* NULL, or why not. */
static const char *
order_take(lies_t *lies, const char *name, const char *value)
{
    const order_t *order = order_find(manners, name);

    if (order == NULL) {
        order = order_find(accidents, name);
    }
    if (order == NULL) {
        return "unknown key";
    }

    return order_set(lies, order, value) ? NULL : "bad value";
}


static const order_t *
order_find(const order_t *table, const char *name)
{
    for (/* void */; table->name != NULL; table++) {
        if (strcmp(table->name, name) == 0) {
            return table;
        }
    }

    return NULL;
}


static bool
order_set(lies_t *lies, const order_t *order, const char *value)
{
    void  *to = (char *) lies + order->offset;
    size_t room;

    switch (order->kind) {
    case ORDER_NUMBER:
        return number_set(to, value);

    case ORDER_RANGE:
        return range_set(to, value);

    case ORDER_BODY:
        return name_set(to, body_names, NULL, value);

    case ORDER_PATH:
        return name_set(to, path_names, path_bits, value);

    case ORDER_TEXT:
        break;
    }

    room = to == (void *) lies->redirect ? sizeof(lies->redirect)
                                         : sizeof(lies->as);

    return (size_t) snprintf(to, room, "%s", value) < room;
}


static bool
number_set(int64_t *number, const char *value)
{
    char *end;

    *number = strtoll(value, &end, 10);

    return end > value && *end == '\0';
}


static bool
range_set(int64_t range[2], const char *value)
{
    char *end;

    range[0] = strtoll(value, &end, 10);

    return strncmp(end, "..", 2) == 0 && number_set(&range[1], end + 2);
}


/* One of the names; its value, or its place. */
static bool
name_set(int64_t *to, const char *const *names, const int64_t *values,
    const char *value)
{
    int64_t i;

    for (i = 0; names[i] != NULL; i++) {
        if (strcmp(names[i], value) == 0) {
            *to = values == NULL ? i : values[i];
            return true;
        }
    }

    return false;
}


static bool
accident_in(const char *query)
{
    const order_t *order;
    char           value[1024];

    for (order = accidents; order->name != NULL; order++) {
        if (param_text(query, order->name, value, sizeof(value))) {
            return true;
        }
    }

    return false;
}


static void
accidents_reset(lies_t *lies)
{
    memset((char *) lies + offsetof(lies_t, count), 0,
        offsetof(lies_t, as) - offsetof(lies_t, count));
    lies->count = -1;
    lies->path = -1;
    lies->close_after = -1;
}


static void
number_json(buf_t *out, const char *name, uint64_t value)
{
    char text[96];

    snprintf(text, sizeof(text), "\"%s\":%llu", name,
        (unsigned long long) value);
    buf_text(out, text);
}


/* Whatever would have to be escaped becomes a question mark. */
static void
text_json(buf_t *out, const char *name, const char *text)
{
    buf_text(out, "\"");
    buf_text(out, name);
    buf_text(out, "\":\"");
    for (/* void */; *text != '\0'; text++) {
        buf_put(out, *text < ' ' || *text == '"' || *text == '\\' ? "?" : text,
            1);
    }
    buf_text(out, "\"");
}


/* [time, what, status, first entry, entries], the oldest first */
static void
visits_json(const stats_t *stats, buf_t *out)
{
    const visit_t *visit;
    char           text[160];
    uint64_t       i;

    i = stats->visits > VISITS ? stats->visits - VISITS : 0;
    for (/* void */; i < stats->visits; i++) {
        visit = &stats->visit[i % VISITS];
        snprintf(text, sizeof(text), "[%llu,\"%s\",%u,%llu,%llu]%s",
            (unsigned long long) visit->time, api_names[visit->api],
            visit->status, (unsigned long long) visit->start,
            (unsigned long long) visit->asked,
            i + 1 < stats->visits ? "," : "");
        buf_text(out, text);
    }
}
