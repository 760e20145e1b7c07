/*
 * ctlogd_api: what can be asked for, by RFC 6962, section 4, below ct/v1/,
 * and by static-ct-api beside it.
 */

#include "ctlogd.h"

#include <dirent.h>

static bool tile_read(target_t *target, const char *path);
static bool digits_read(const char **at, uint64_t *value);
static void get_sth(answer_t *answer, served_t *served);
static void get_entries(answer_t *answer, served_t *served, const char *query,
    body_e lie);
static uint64_t entries_cap(const lies_t *lies, uint64_t start,
    uint64_t count);
static void     get_consistency(answer_t *answer, served_t *served,
        const char *query);
static void     get_hash_proof(answer_t *answer, served_t *served,
        const char *query);
static void     get_entry_proof(answer_t *answer, served_t *served,
        const char *query);
static void     get_roots(answer_t *answer, const served_t *served);
static bool     root_is(const buf_t *der);
static void     get_checkpoint(answer_t *answer, served_t *served);
static void     get_tile(answer_t *answer, served_t *served,
        const target_t *target, body_e lie);
static void     get_issuer(answer_t *answer, const served_t *served,
        const target_t *target);
static void     path_put(buf_t *body, const path_t *path);
static bool     base64_hash(const char *text, uint8_t hash[HASH]);

static const struct {
    const char *path;
    api_e       api;
} apis[] = {
    {"ct/v1/get-sth", API_STH},
    {"ct/v1/get-entries", API_ENTRIES},
    {"ct/v1/get-sth-consistency", API_CONSISTENCY},
    {"ct/v1/get-proof-by-hash", API_HASH_PROOF},
    {"ct/v1/get-entry-and-proof", API_ENTRY_PROOF},
    {"ct/v1/get-roots", API_ROOTS},
    {"checkpoint", API_CHECKPOINT},
};


void
target_read(target_t *target, const char *path)
{
    size_t i;

    memset(target, 0, sizeof(*target));
    target->api = API_OTHER;

    for (i = 0; i < sizeof(apis) / sizeof(*apis); i++) {
        if (strcmp(apis[i].path, path) == 0) {
            target->api = apis[i].api;
        }
    }

    if (tile_read(target, path)) {
        target->api = target->level == LEVEL_DATA ? API_DATA : API_HASHES;
    } else if (strncmp(path, "issuer/", 7) == 0
               && strspn(path + 7, "0123456789abcdef") == 2 * HASH
               && path[7 + 2 * HASH] == '\0')
    {
        target->api = API_ISSUER;
        memcpy(target->issuer, path + 7, 2 * HASH);
    }
}


void
target_span(const target_t *target, const char *query, uint64_t *start,
    uint64_t *asked)
{
    uint64_t end;

    *start = 0;
    *asked = 0;

    if (target->api == API_DATA) {
        *start = target->n * TILE_WIDTH;
        *asked = target->width;
    } else if (target->api == API_ENTRIES && param_number(query, "end", &end)
               && param_number(query, "start", start) && *start <= end)
    {
        *asked = end - *start + 1;
    }
}


void
api_answer(answer_t *answer, served_t *served, const target_t *target,
    const char *query, body_e lie)
{
    answer->status = 200;
    answer->type = "application/json";

    switch (target->api) {
    case API_STH:
        get_sth(answer, served);
        break;

    case API_ENTRIES:
        get_entries(answer, served, query, lie);
        break;

    case API_CONSISTENCY:
        get_consistency(answer, served, query);
        break;

    case API_HASH_PROOF:
        get_hash_proof(answer, served, query);
        break;

    case API_ENTRY_PROOF:
        get_entry_proof(answer, served, query);
        break;

    case API_ROOTS:
        get_roots(answer, served);
        break;

    case API_CHECKPOINT:
        get_checkpoint(answer, served);
        break;

    case API_DATA:
    case API_HASHES:
        get_tile(answer, served, target, lie);
        break;

    case API_ISSUER:
        get_issuer(answer, served, target);
        break;

    default:
        answer_error(answer, 404, "no such thing");
    }
}


void
answer_error(answer_t *answer, unsigned status, const char *why)
{
    answer->status = status;
    answer->type = "text/plain";
    answer->gzip = false;
    answer->body.len = 0;
    buf_text(&answer->body, why);
    buf_text(&answer->body, "\n");
}


/* static-ct-api, "Merkle Tree": tile/<L>/<N>[.p/<W>] */
static bool
tile_read(target_t *target, const char *path)
{
    char        again[TOOL_PATH];
    const char *at = path + 5;
    uint64_t    value = 0;

    if (strncmp(path, "tile/", 5) != 0) {
        return false;
    }

    target->level = LEVEL_DATA;
    if (strncmp(at, "data", 4) == 0) {
        at += 4;
    } else if (digits_read(&at, &value) && value < LEVELS) {
        target->level = (int) value;
    }
    while (*at == '/') {
        at += at[1] == 'x' ? 2 : 1;
        if (!digits_read(&at, &value)) {
            return false;
        }
        target->n = target->n * 1000 + value;
    }
    target->width = TILE_WIDTH;
    if (strncmp(at, ".p/", 3) == 0) {
        at += 3;
        target->width = digits_read(&at, &value) ? (unsigned) value : 0;
    }

    /* only what would be written the same way */
    if (target->width == 0 || target->width > TILE_WIDTH
        || target->n >= 1ULL << 32)
    {
        return false;
    }
    tile_path(again, "", target->level, target->n, target->width);

    return strcmp(again + sizeof("/www/") - 1, path) == 0;
}


static bool
digits_read(const char **at, uint64_t *value)
{
    const char *start = *at;

    for (*value = 0; **at >= '0' && **at <= '9' && *at < start + 9; ++*at) {
        *value = *value * 10 + (uint64_t) (**at - '0');
    }

    return *at > start;
}


static void
get_sth(answer_t *answer, served_t *served)
{
    head_t head;

    if (!served_head(served, &head)) {
        answer_error(answer, 503, "there is no head");
        return;
    }

    head_json(&answer->body, &head);
    buf_free(&head.signature);
}


static void
get_entries(answer_t *answer, served_t *served, const char *query, body_e lie)
{
    const lies_t *lies = &served->lies;
    uint64_t      size = served_size(served);
    uint64_t      start;
    uint64_t      end;
    uint64_t      first = (uint64_t) lies->drop[0];

    if (!param_number(query, "start", &start)
        || !param_number(query, "end", &end) || end < start)
    {
        answer_error(answer, 400, "wanted start and end");
        return;
    }
    if (start >= size) {
        answer_error(answer, 400, "the tree is not that large");
        return;
    }
    if (start >= first && start <= (uint64_t) lies->drop[1]) {
        answer_error(answer, 404, "not found");
        return;
    }

    end = end < size ? end : size - 1;
    end = start < first && end >= first ? first - 1 : end;
    if (!body_entries(&answer->body, served, start,
            entries_cap(lies, start, end - start + 1), lie))
    {
        answer_error(answer, 500, "cannot read the entries");
    }
}


/*
 * No more than `max`. With `align`, a request that gets as much ends before
 * a multiple of it, so that all readers come to ask for the same ranges, as
 * CTFE does.
 */
static uint64_t
entries_cap(const lies_t *lies, uint64_t start, uint64_t count)
{
    uint64_t max = (uint64_t) lies->max;

    if (count < max) {
        return count;
    }
    if (lies->align == 0) {
        return max;
    }

    return max - (start + max) % max;
}


static void
get_consistency(answer_t *answer, served_t *served, const char *query)
{
    path_t   path;
    uint64_t first;
    uint64_t second;

    if (served->lies.cached_proof > 0 && served->proof.len > 0) {
        buf_put(&answer->body, served->proof.data, served->proof.len);
        return;
    }
    if (!param_number(query, "first", &first)
        || !param_number(query, "second", &second) || first > second
        || second > served->tree.size)
    {
        answer_error(answer, 400, "wanted first and second");
        return;
    }

    tree_consistency(&served->tree, first, second, &path);
    buf_text(&answer->body, "{\"consistency\":");
    path_put(&answer->body, &path);
    buf_text(&answer->body, "}");

    if (served->lies.cached_proof > 0) {
        buf_put(&served->proof, answer->body.data, answer->body.len);
    }
}


static void
get_hash_proof(answer_t *answer, served_t *served, const char *query)
{
    char     text[64];
    uint8_t  hash[HASH];
    path_t   path;
    uint64_t size;
    uint64_t index;

    if (!param_text(query, "hash", text, sizeof(text))
        || !base64_hash(text, hash) || !param_number(query, "tree_size", &size)
        || size > served->tree.size)
    {
        answer_error(answer, 400, "wanted hash and tree_size");
        return;
    }
    if (!tree_find(&served->tree, hash, size, &index)) {
        answer_error(answer, 404, "no such leaf");
        return;
    }

    snprintf(text, sizeof(text),
        "{\"leaf_index\":%llu,\"audit_path\":", (unsigned long long) index);
    tree_inclusion(&served->tree, index, size, &path);
    buf_text(&answer->body, text);
    path_put(&answer->body, &path);
    buf_text(&answer->body, "}");
}


static void
get_entry_proof(answer_t *answer, served_t *served, const char *query)
{
    buf_t    leaf_input = {0};
    buf_t    extra_data = {0};
    buf_t    entry;
    path_t   path;
    uint64_t index;
    uint64_t size;
    size_t   leaf_len;

    if (served->lies.no_proof > 0) {
        answer_error(answer, 404, "not found");
        return;
    }
    if (!param_number(query, "leaf_index", &index)
        || !param_number(query, "tree_size", &size) || index >= size
        || size > served->tree.size)
    {
        answer_error(answer, 400, "wanted leaf_index and tree_size");
        return;
    }
    if (!served_entry(served, index, &entry, &leaf_len)) {
        answer_error(answer, 500, "cannot read the entry");
        return;
    }

    reader_split(&served->reader, (slice_t){entry.data, entry.len}, leaf_len,
        &leaf_input, &extra_data);
    entry_json(&answer->body, &leaf_input, &extra_data);
    answer->body.len--; /* reopens the object */
    tree_inclusion(&served->tree, index, size, &path);
    buf_text(&answer->body, ",\"audit_path\":");
    path_put(&answer->body, &path);
    buf_text(&answer->body, "}");

    buf_free(&entry);
    buf_free(&leaf_input);
    buf_free(&extra_data);
}


/* Of the issuers that the log knows, those that are their own. */
static void
get_roots(answer_t *answer, const served_t *served)
{
    char           path[TOOL_PATH];
    struct dirent *file;
    buf_t          der = {0};
    DIR           *dir;
    bool           first = true;

    path_make(path, "%s/www/issuer", served->log.dir);
    dir = opendir(path);
    buf_text(&answer->body, "{\"certificates\":[");

    while (dir != NULL && (file = readdir(dir)) != NULL) {
        der.len = 0;
        path_make(path, "%s/www/issuer/%s", served->log.dir, file->d_name);
        if (!file_get(path, &der) || !root_is(&der)) {
            continue;
        }
        buf_text(&answer->body, first ? "\"" : ",\"");
        buf_base64(&answer->body, der.data, der.len);
        buf_text(&answer->body, "\"");
        first = false;
    }
    buf_text(&answer->body, "]}");

    if (dir != NULL) {
        closedir(dir);
    }
    buf_free(&der);
}


static bool
root_is(const buf_t *der)
{
    X509 *cert =
        d2i_X509(NULL, &(const uint8_t *){der->data}, (long) der->len);
    bool is;

    is = cert != NULL
         && X509_NAME_cmp(X509_get_subject_name(cert),
                X509_get_issuer_name(cert))
                == 0;
    X509_free(cert);
    ERR_clear_error();

    return is;
}


static void
get_checkpoint(answer_t *answer, served_t *served)
{
    head_t head;

    answer->type = "text/plain";

    if (!served_head_lies(served)) {
        if (served->checkpoint.len == 0) {
            answer_error(answer, 404, "no checkpoint");
        }
        buf_put(&answer->body, served->checkpoint.data,
            served->checkpoint.len);
        return;
    }

    if (!served_head(served, &head)) {
        answer_error(answer, 503, "there is no head");
        return;
    }
    checkpoint_text(&answer->body, &served->log, &head, NULL);
    buf_free(&head.signature);
}


static void
get_tile(answer_t *answer, served_t *served, const target_t *target,
    body_e lie)
{
    const lies_t *lies = &served->lies;
    uint64_t      first = target->n * TILE_WIDTH;
    bool          data = target->level == LEVEL_DATA;
    bool          dropped;

    answer->type = "application/octet-stream";
    dropped = data && lies->drop[0] >= 0 && first <= (uint64_t) lies->drop[1]
              && first + target->width > (uint64_t) lies->drop[0];

    if (dropped || (lies->no_partial > 0 && target->width < TILE_WIDTH)
        || (data && !body_tile(answer, served, target, lie))
        || (!data && !body_hashes(&answer->body, served, target)))
    {
        answer_error(answer, 404, "not found");
    }
}


static void
get_issuer(answer_t *answer, const served_t *served, const target_t *target)
{
    char path[TOOL_PATH];

    answer->type = "application/pkix-cert";
    path_make(path, "%s/www/issuer/%s", served->log.dir, target->issuer);
    if (!file_get(path, &answer->body)) {
        answer_error(answer, 404, "not found");
    }
}


static void
path_put(buf_t *body, const path_t *path)
{
    size_t i;

    buf_text(body, "[");
    for (i = 0; i < path->len; i++) {
        buf_text(body, i > 0 ? ",\"" : "\"");
        buf_base64(body, path->hash[i], HASH);
        buf_text(body, "\"");
    }
    buf_text(body, "]");
}


static bool
base64_hash(const char *text, uint8_t hash[HASH])
{
    uint8_t bytes[48];

    if (strlen(text) != 44 || text[43] != '='
        || EVP_DecodeBlock(bytes, (const uint8_t *) text, 44) != 33)
    {
        return false;
    }
    memcpy(hash, bytes, HASH);

    return true;
}
