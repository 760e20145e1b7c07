/*
 * ctlogd_body: bodies as they are right, and as they have been wrong
 * somewhere: entries in another order or number, JSON that is unusual or no
 * JSON, pages where data was asked for.
 */

#include "ctlogd.h"

static size_t entry_order(body_e lie, size_t count, size_t i);
static size_t entry_count(body_e lie, size_t count);
static void   item_put(buf_t *body, const buf_t *leaf_input,
      const buf_t *extra_data, body_e lie);
static bool   tile_honest(const served_t *served, const target_t *target,
      body_e lie);
static bool   tile_file(buf_t *body, const served_t *served,
      const target_t *target);
static void   json_spoil(buf_t *body, body_e lie);
static void   json_put(buf_t *out, const char *at, body_e lie);
static void   keys_spoil(buf_t *body);


bool
body_entries(buf_t *body, served_t *served, uint64_t start, uint64_t count,
    body_e lie)
{
    static buf_t leaf_input;
    static buf_t extra_data;
    buf_t        entry;
    size_t       leaf_len;
    size_t       i;
    uint64_t     index;

    buf_text(body, "{\"entries\":[");

    for (i = 0; i < entry_count(lie, count); i++) {
        index = start + entry_order(lie, count, i);
        index -= index >= served->tree.size;
        if (!served_entry(served, index, &entry, &leaf_len)) {
            return false;
        }
        leaf_input.len = 0;
        extra_data.len = 0;
        reader_split(&served->reader, (slice_t){entry.data, entry.len},
            leaf_len, &leaf_input, &extra_data);
        buf_free(&entry);
        if (lie == BODY_TRAILING && i == 0) {
            buf_put(&leaf_input, "\xde\xad", 2);
        }
        buf_text(body, i > 0 ? "," : "");
        item_put(body, &leaf_input, &extra_data, lie);
    }
    buf_text(body, "]}");

    return true;
}


bool
body_tile(answer_t *answer, served_t *served, const target_t *target,
    body_e lie)
{
    buf_t    plain = {0};
    buf_t    entry;
    size_t   leaf_len;
    size_t   i;
    uint64_t index;
    uint64_t first = target->n * TILE_WIDTH;

    answer->gzip = served->log.gzip;
    if (tile_honest(served, target, lie)
        && tile_file(&answer->body, served, target))
    {
        return true;
    }
    if (served->lies.shrink < 0 && !tile_file(&plain, served, target))
    { /* not there: honestly not */
        return false;
    }

    plain.len = 0;
    for (i = 0; i < entry_count(lie, target->width); i++) {
        index = first + entry_order(lie, target->width, i);
        index -= index >= served->tree.size;
        if (!served_entry(served, index, &entry, &leaf_len)) {
            buf_free(&plain);
            return false;
        }
        buf_slice(&plain, (slice_t){entry.data, entry.len});
        buf_free(&entry);
    }
    if (served->lies.other_partial > 0 && target->width < TILE_WIDTH) {
        plain.data[4] ^= 1; /* the first timestamp */
    }
    if (lie == BODY_TRAILING) {
        buf_put(&plain, "\xde\xad", 2);
    }

    if (served->log.gzip) {
        data_gzip((slice_t){plain.data, plain.len}, 1, &answer->body);
    } else {
        buf_put(&answer->body, plain.data, plain.len);
    }
    buf_free(&plain);

    return true;
}


bool
body_hashes(buf_t *body, const served_t *served, const target_t *target)
{
    const buf_t *level;
    uint64_t     first = target->n * TILE_WIDTH;
    bool         partial = target->width < TILE_WIDTH;

    if (!tile_file(body, served, target)) {
        level = &served->tree.level[8 * target->level];
        if (served->lies.shrink < 0
            || (first + target->width) * HASH > level->len) {
            return false;
        }
        buf_put(body, level->data + first * HASH,
            (size_t) target->width * HASH);
    }

    if (body->len > 0
        && ((served->lies.bad_level > 0 && target->level > 0)
            || (served->lies.other_partial > 0 && partial)))
    {
        body->data[0] ^= 1;
    }

    return true;
}


void
body_spoil(answer_t *answer, body_e lie)
{
    static const char page[] =
        "<!DOCTYPE html>\n<html><head><title>One moment</title></head>\n"
        "<body><h1>Checking your browser</h1></body></html>\n";
    buf_t *body = &answer->body;

    if (lie == BODY_HTML) {
        body->len = 0;
        buf_text(body, page);
        answer->type = "text/html";
        answer->gzip = false;
    }
    if (answer->status != 200) {
        return;
    }

    if (strcmp(answer->type, "application/json") == 0) {
        json_spoil(body, lie);
    } else if (lie == BODY_EMPTY) {
        body->len = 0;
    }
    if (lie == BODY_TRUNCATED) {
        body->len /= 2;
    } else if (lie == BODY_TAIL) {
        buf_text(body, "\n<!-- -->");
    }
}


/* Which of the entries comes at place `i`. */
static size_t
entry_order(body_e lie, size_t count, size_t i)
{
    return lie == BODY_SHUFFLED ? count - 1 - i : i;
}


static size_t
entry_count(body_e lie, size_t count)
{
    switch (lie) {
    case BODY_EMPTY:
        return 0;

    case BODY_ONE:
        return 1;

    case BODY_FEWER:
        return count - 1;

    case BODY_TOOMANY:
        return count + 1;

    default:
        return count;
    }
}


static void
item_put(buf_t *body, const buf_t *leaf_input, const buf_t *extra_data,
    body_e lie)
{
    if (lie != BODY_SWAPPED) {
        entry_json(body, leaf_input, extra_data);
        return;
    }

    buf_text(body, "{\"extra_data\":\"");
    buf_base64(body, extra_data->data, extra_data->len);
    buf_text(body, "\",\"leaf_input\":\"");
    buf_base64(body, leaf_input->data, leaf_input->len);
    buf_text(body, "\"}");
}


/* Does the file say what is to be said? */
static bool
tile_honest(const served_t *served, const target_t *target, body_e lie)
{
    const lies_t *lies = &served->lies;
    uint64_t      first = target->n * TILE_WIDTH;
    uint64_t      flip = (uint64_t) lies->flip - first;
    uint64_t      time = (uint64_t) lies->wrong_time - first;

    if (lies->other_partial > 0 && target->width < TILE_WIDTH) {
        return false;
    }

    return flip >= target->width && time >= target->width
           && (lie < BODY_TRAILING || lie > BODY_SHUFFLED);
}


static bool
tile_file(buf_t *body, const served_t *served, const target_t *target)
{
    char path[TOOL_PATH];

    tile_path(path, served->log.dir, target->level, target->n, target->width);

    return file_get(path, body);
}


/* Our JSON has nothing but base64 in its strings, which makes this easy. */
static void
json_spoil(buf_t *body, body_e lie)
{
    const char *text = buf_str(body);
    buf_t       out = {0};
    char       *found;

    if (lie == BODY_NOKEYS) {
        keys_spoil(body);
        return;
    }
    if (lie == BODY_BADBASE64) {
        found = strstr((char *) body->data, "\":\"");
        if (found != NULL) {
            found[3] = '!';
        }
        return;
    }
    if (lie == BODY_EMPTY && strncmp(text, "{\"entries\"", 10) != 0) {
        body->len = 0;
        return;
    }
    if (lie != BODY_EXTRA_MEMBERS && lie != BODY_ESCAPED && lie != BODY_SPACED)
    {
        return;
    }

    for (/* void */; *text != '\0'; text++) {
        json_put(&out, text, lie);
    }
    buf_free(body);
    *body = out;
}


/* One character, the unusual way. */
static void
json_put(buf_t *out, const char *at, body_e lie)
{
    static const char members[] = "\"ct_more\":{\"a\":[1,-2.5e3,true,null,"
                                  "\"x\\\"}]{[\\u0000\"]},";

    if (lie == BODY_ESCAPED && *at == '/') {
        buf_text(out, "\\/");
    } else if (lie == BODY_ESCAPED && *at == '+') {
        buf_text(out, "\\u002b");
    } else {
        buf_put(out, at, 1);
    }

    if (lie == BODY_EXTRA_MEMBERS && *at == '{') {
        buf_text(out, members);
    } else if (lie == BODY_SPACED && strchr("{[,:", *at) != NULL) {
        buf_text(out, "\r\n\t ");
    }
}


static void
keys_spoil(buf_t *body)
{
    static const char *const keys[] = {"\"leaf_input\"", "\"tree_size\"",
        "\"consistency\"", "\"audit_path\"", "\"certificates\""};
    char                    *found;
    size_t                   i;

    for (i = 0; i < sizeof(keys) / sizeof(*keys); i++) {
        found = (char *) body->data;
        while ((found = strstr(found, keys[i])) != NULL) {
            found[1] = 'X';
        }
    }
}
