/*
 * ctlog_tree: the Merkle tree of RFC 6962, 2.1, kept as the tiles of
 * static-ct-api, "Merkle Tree".
 *
 *   private/config.json  what init was told
 *   private/key.pem      the log's key
 *   private/edge.bin     u64 size, edge hashes from level 0 up, data bytes
 *   www/                 what a web server may show
 *
 * Appending needs the edge alone. It is written after the tiles and before
 * the checkpoint, so that a killed ctlog leaves a log that can go on.
 */

#include "ctlog.h"

#include <jansson.h>
#include <sys/file.h>

static void        key_public(log_t *log);
static void        edge_save(const log_t *log);
static void        edge_load(log_t *log);
static unsigned    edge_len(uint64_t size, unsigned level);
static void        edge_push(log_t *log, unsigned level, uint64_t n,
           const uint8_t hash[HASH]);
static void        edge_tile(const log_t *log, unsigned level, uint64_t n,
           unsigned width);
static void        data_tile(const log_t *log, uint64_t n, unsigned width);
static void        subtree(const uint8_t (*hash)[HASH], unsigned len,
           uint8_t out[HASH]);
static const char *config_text(const json_t *config, const char *name);


void
log_init(log_t *log, const char *key_type)
{
    char    path[TOOL_PATH];
    json_t *config;
    char   *text;

    path_make(path, "%s/private/key.pem", log->dir);
    if (file_exists(path)) {
        errx(1, "%s is a log already", log->dir);
    }
    file_parents(path);

    log->key = key_make(key_type);
    key_write(log->key, path);
    key_public(log);

    config = json_pack("{s:s, s:s, s:s, s:s, s:s, s:b}", "origin", log->origin,
        "url", log->url, "operator", log->operator_name, "description",
        log->description, "encoding", log->gzip ? "gzip" : "identity",
        "classic", (int) log->classic);
    text = json_dumps(config, JSON_INDENT(2));
    if (text == NULL) {
        errx(1, "names must be UTF-8");
    }

    path_make(path, "%s/private/config.json", log->dir);
    file_write(path, text, strlen(text), 0644);
    free(text);
    json_decref(config);

    path_make(path, "%s/private/lock", log->dir);
    file_write(path, "", 0, 0644);
    edge_save(log);
}


void
log_open(log_t *log, const char *dir, bool write)
{
    char path[TOOL_PATH];
    int  fd;

    path_make(path, "%s/private/lock", dir);
    fd = open(path, O_RDONLY | O_CLOEXEC);
    if (fd == -1 || flock(fd, write ? LOCK_EX : LOCK_SH) != 0) {
        err(1, "%s", path);
    }

    log_watch(log, dir);
}


void
log_watch(log_t *log, const char *dir)
{
    char         path[TOOL_PATH];
    json_t      *config;
    json_error_t error;

    memset(log, 0, sizeof(*log));
    log->dir = dir;

    path_make(path, "%s/private/config.json", dir);
    config = json_load_file(path, 0, &error);
    if (config == NULL) {
        errx(1, "%s: %s", path, error.text);
    }
    log->origin = config_text(config, "origin");
    log->url = config_text(config, "url");
    log->operator_name = config_text(config, "operator");
    log->description = config_text(config, "description");
    log->gzip = strcmp(config_text(config, "encoding"), "gzip") == 0;
    log->classic = json_is_true(json_object_get(config, "classic"));

    path_make(path, "%s/private/key.pem", dir);
    log->key = key_read(path);
    key_public(log);
    edge_load(log);
}


void
log_refresh(log_t *log)
{
    memset(&log->edge, 0, sizeof(log->edge));
    log->data.len = 0;
    edge_load(log);
}


void
log_push(log_t *log, const uint8_t hash[HASH])
{
    uint64_t n = log->edge.size;

    if (n % TILE_WIDTH == TILE_WIDTH - 1) {
        data_tile(log, n / TILE_WIDTH, TILE_WIDTH);
        log->data.len = 0;
    }

    edge_push(log, 0, n, hash);
    log->edge.size++;
}


void
log_flush(log_t *log)
{
    uint64_t n = log->edge.size;
    unsigned level;

    if (n % TILE_WIDTH != 0) {
        data_tile(log, n / TILE_WIDTH, n % TILE_WIDTH);
    }

    for (level = 0; level < LEVELS; level++, n /= TILE_WIDTH) {
        if (n % TILE_WIDTH != 0) {
            edge_tile(log, level, n / TILE_WIDTH, n % TILE_WIDTH);
        }
    }

    edge_save(log);
}


void
leaf_hash(const uint8_t *leaf, size_t len, uint8_t out[HASH])
{
    buf_t bytes = {0};

    buf_uint(&bytes, 0, 1); /* leaf prefix of RFC 6962, 2.1 */
    buf_uint(&bytes, 0, 1); /* version */
    buf_uint(&bytes, 0, 1); /* leaf_type */
    buf_put(&bytes, leaf, len);
    sha256(bytes.data, bytes.len, out);
    buf_free(&bytes);
}


void
edge_at(const log_t *log, uint64_t size, edge_t *edge)
{
    char     path[TOOL_PATH];
    buf_t    tile = {0};
    uint64_t n = size;
    uint64_t end = log->edge.size;
    unsigned level;

    if (size > end) {
        errx(1, "the tree has %llu entries only", (unsigned long long) end);
    }

    memset(edge, 0, sizeof(*edge));
    edge->size = size;

    for (level = 0; level < LEVELS; level++) {
        if (n / TILE_WIDTH == end / TILE_WIDTH) {
            memcpy(edge->hash[level], log->edge.hash[level],
                n % TILE_WIDTH * HASH);
        } else if (n % TILE_WIDTH != 0) {
            tile.len = 0;
            tile_path(path, log->dir, (int) level, n / TILE_WIDTH, 0);
            file_read(path, &tile);
            if (tile.len != TILE_WIDTH * HASH) {
                errx(1, "%s has a wrong length", path);
            }
            memcpy(edge->hash[level], tile.data, n % TILE_WIDTH * HASH);
        }
        n /= TILE_WIDTH;
        end /= TILE_WIDTH;
    }
    buf_free(&tile);
}


/*
 * MTH of the whole tree. The edge holds the roots of complete subtrees, the
 * largest at the top level's left; RFC 6962, 2.1 joins them from the right.
 */
void
edge_root(const edge_t *edge, uint8_t root[HASH])
{
    uint8_t  part[HASH];
    unsigned level;
    unsigned bit;
    unsigned left;
    bool     first = true;

    sha256("", 0, root); /* of the empty tree */

    for (level = 0; level < LEVELS; level++) {
        left = edge_len(edge->size, level);
        for (bit = 1; left > 0; bit *= 2) {
            if ((left & bit) == 0) {
                continue;
            }
            left -= bit;
            subtree(edge->hash[level] + left, bit, part);
            if (first) {
                memcpy(root, part, HASH);
                first = false;
            } else {
                node_hash(part, root, root);
            }
        }
    }
}


/* static-ct-api, "Merkle Tree": groups of three digits, all but the last
 * with an x before them. */
void
tile_path(char path[TOOL_PATH], const char *dir, int level, uint64_t n,
    unsigned width)
{
    char     name[12];
    char     number[64];
    char     tail[16] = "";
    size_t   at = sizeof(number) - 1;
    unsigned group = 0;

    number[at] = '\0';
    do {
        snprintf(name, sizeof(name), "%s%03u%s", group > 0 ? "x" : "",
            (unsigned) (n % 1000), group > 0 ? "/" : "");
        at -= strlen(name);
        memcpy(number + at, name, strlen(name));
        n /= 1000;
        group++;
    } while (n > 0);

    if (width > 0 && width < TILE_WIDTH) {
        snprintf(tail, sizeof(tail), ".p/%u", width);
    }
    snprintf(name, sizeof(name), "%d", level);
    path_make(path, "%s/www/tile/%s/%s%s", dir,
        level == LEVEL_DATA ? "data" : name, number + at, tail);
}


static void
key_public(log_t *log)
{
    uint8_t *der = NULL;
    int      len;

    len = i2d_PUBKEY(log->key, &der);
    if (len <= 0) {
        die_ssl("public key");
    }
    buf_put(&log->spki, der, (size_t) len);
    OPENSSL_free(der);
    sha256(log->spki.data, log->spki.len, log->id);
}


static void
edge_save(const log_t *log)
{
    char     path[TOOL_PATH];
    buf_t    state = {0};
    unsigned level;

    buf_uint(&state, log->edge.size, 8);
    for (level = 0; level < LEVELS; level++) {
        buf_put(&state, log->edge.hash[level],
            edge_len(log->edge.size, level) * HASH);
    }
    buf_put(&state, log->data.data, log->data.len);

    path_make(path, "%s/private/edge.bin", log->dir);
    file_write(path, state.data, state.len, 0644);
    buf_free(&state);
}


static void
edge_load(log_t *log)
{
    char     path[TOOL_PATH];
    buf_t    state = {0};
    size_t   at = 8;
    size_t   len;
    unsigned i;

    path_make(path, "%s/private/edge.bin", log->dir);
    file_read(path, &state);

    for (i = 0; i < 8 && i < state.len; i++) {
        log->edge.size = log->edge.size << 8 | state.data[i];
    }
    for (i = 0; i < LEVELS; i++) {
        len = edge_len(log->edge.size, i) * HASH;
        if (at + len > state.len) {
            errx(1, "%s is damaged", path);
        }
        memcpy(log->edge.hash[i], state.data + at, len);
        at += len;
    }

    buf_put(&log->data, state.data + at, state.len - at);
    buf_free(&state);
}


/* How many hashes the unfinished tile of a level has. */
static unsigned
edge_len(uint64_t size, unsigned level)
{
    return (unsigned) (size >> 8 * level) % TILE_WIDTH;
}


/* Sets hash `n` of a level. A tile that is full is written, and its root
 * becomes a hash of the level above. */
static void
edge_push(log_t *log, unsigned level, uint64_t n, const uint8_t hash[HASH])
{
    uint8_t root[HASH];

    if (level == LEVELS) {
        errx(1, "the tree is full");
    }

    memcpy(log->edge.hash[level][n % TILE_WIDTH], hash, HASH);
    if (n % TILE_WIDTH != TILE_WIDTH - 1) {
        return;
    }

    edge_tile(log, level, n / TILE_WIDTH, TILE_WIDTH);
    subtree(log->edge.hash[level], TILE_WIDTH, root);
    edge_push(log, level + 1, n / TILE_WIDTH, root);
}


static void
edge_tile(const log_t *log, unsigned level, uint64_t n, unsigned width)
{
    char path[TOOL_PATH];

    tile_path(path, log->dir, (int) level, n, width);
    file_write(path, log->edge.hash[level], width * HASH, 0644);
}


static void
data_tile(const log_t *log, uint64_t n, unsigned width)
{
    char  path[TOOL_PATH];
    buf_t packed = {0};

    tile_path(path, log->dir, LEVEL_DATA, n, width);
    if (!log->gzip) {
        file_write(path, log->data.data, log->data.len, 0644);
        return;
    }

    data_gzip((slice_t){log->data.data, log->data.len}, 6, &packed);
    file_write(path, packed.data, packed.len, 0644);
    buf_free(&packed);
}


void
node_hash(const uint8_t *left, const uint8_t *right, uint8_t out[HASH])
{
    uint8_t bytes[1 + 2 * HASH];

    bytes[0] = 1; /* node prefix of RFC 6962, 2.1 */
    memcpy(bytes + 1, left, HASH);
    memcpy(bytes + 1 + HASH, right, HASH);
    sha256(bytes, sizeof(bytes), out);
}


/* MTH over hashes of equal subtrees; `len` is a power of two. */
static void
subtree(const uint8_t (*hash)[HASH], unsigned len, uint8_t out[HASH])
{
    uint8_t left[HASH];
    uint8_t right[HASH];

    if (len == 1) {
        memcpy(out, hash[0], HASH);
        return;
    }

    subtree(hash, len / 2, left);
    subtree(hash + len / 2, len / 2, right);
    node_hash(left, right, out);
}


static const char *
config_text(const json_t *config, const char *name)
{
    const char *text;

    text = json_string_value(json_object_get(config, name));
    if (text == NULL) {
        errx(1, "config.json has no \"%s\"", name);
    }

    return text;
}
