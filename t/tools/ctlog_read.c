/*
 * ctlog_read: entries that ctlog wrote, one by one, and as RFC 6962 gives
 * them (3.4, 4.6): a TileLeaf has fingerprints where extra_data has the
 * certificates of the chain, which are files below issuer/. Damage on disk,
 * which tests like, makes an entry unreadable and nothing worse.
 */

#include "ctlog.h"

static data_tile_t *tile_get(reader_t *reader, uint64_t n);
static bool         tile_load(data_tile_t *tile, const log_t *log, uint64_t n,
            unsigned width);
static bool         tile_index(data_tile_t *tile);
static bool    tile_is(const data_tile_t *tile, const log_t *log, uint64_t n,
       unsigned width);
static void    chain_put(reader_t *reader, slice_t fingerprints, buf_t *out);
static slice_t issuer_get(reader_t *reader, const uint8_t *fingerprint);
static void    number_put(buf_t *out, const char *name, uint64_t value);


bool
reader_entry(reader_t *reader, uint64_t index, slice_t *entry,
    size_t *leaf_len)
{
    data_tile_t *tile;
    unsigned     i = index % TILE_WIDTH;

    if (index >= reader->log->edge.size) {
        return false;
    }

    tile = tile_get(reader, index / TILE_WIDTH);
    if (tile == NULL || i >= tile->width) {
        return false;
    }

    entry->data = tile->data.data + tile->at[i];
    entry->len = tile->at[i + 1] - tile->at[i];
    *leaf_len = tile->leaf_len[i];

    return true;
}


void
reader_split(reader_t *reader, slice_t entry, size_t leaf_len,
    buf_t *leaf_input, buf_t *extra_data)
{
    slice_t rest = {entry.data + leaf_len, entry.len - leaf_len};
    size_t  len;

    buf_uint(leaf_input, 0, 1); /* version */
    buf_uint(leaf_input, 0, 1); /* leaf_type */
    buf_put(leaf_input, entry.data, leaf_len);

    if (entry.data[9] == 1) { /* precert_entry */
        len = (size_t) rest.data[0] << 16 | (size_t) rest.data[1] << 8
              | rest.data[2];
        buf_put(extra_data, rest.data, 3 + len); /* pre_certificate */
        rest.data += 3 + len;
        rest.len -= 3 + len;
    }
    rest.data += 2;
    rest.len -= 2;
    chain_put(reader, rest, extra_data);
}


void
entry_json(buf_t *out, const buf_t *leaf_input, const buf_t *extra_data)
{
    buf_text(out, "{\"leaf_input\":\"");
    buf_base64(out, leaf_input->data, leaf_input->len);
    buf_text(out, "\",\"extra_data\":\"");
    buf_base64(out, extra_data->data, extra_data->len);
    buf_text(out, "\"}");
}


void
head_json(buf_t *out, const head_t *head)
{
    number_put(out, "{\"tree_size\":", head->size);
    number_put(out, ",\"timestamp\":", head->timestamp);
    buf_text(out, ",\"sha256_root_hash\":\"");
    buf_base64(out, head->root, HASH);
    buf_text(out, "\",\"tree_head_signature\":\"");
    buf_base64(out, head->signature.data, head->signature.len);
    buf_text(out, "\"}");
}


static data_tile_t *
tile_get(reader_t *reader, uint64_t n)
{
    const log_t *log = reader->log;
    data_tile_t *tile;
    unsigned     width;
    size_t       i;

    width = n < log->edge.size / TILE_WIDTH ? TILE_WIDTH
                                            : log->edge.size % TILE_WIDTH;

    for (i = 0; i < sizeof(reader->tile) / sizeof(*reader->tile); i++) {
        if (tile_is(&reader->tile[i], log, n, width)) {
            return &reader->tile[i];
        }
    }

    tile = &reader->tile[reader->next];
    reader->next =
        (reader->next + 1) % (sizeof(reader->tile) / sizeof(*reader->tile));
    tile->width = 0;

    return tile_load(tile, log, n, width) ? tile : NULL;
}


static bool
tile_load(data_tile_t *tile, const log_t *log, uint64_t n, unsigned width)
{
    char        path[TOOL_PATH];
    struct stat st;

    memset(&tile->file, 0, sizeof(tile->file));
    tile->data.len = 0;

    if (width < TILE_WIDTH) { /* not on disk, or not only */
        buf_put(&tile->data, log->data.data, log->data.len);
    } else {
        tile_path(path, log->dir, LEVEL_DATA, n, width);
        if (stat(path, &st) != 0 || !file_try_read(path, &tile->data)) {
            return false;
        }
        tile->file.ino = st.st_ino;
        tile->file.time = st.st_mtim;
    }

    tile->n = n;
    tile->width = width;
    if (!data_gunzip(&tile->data) || !tile_index(tile)) {
        tile->width = 0;
        return false;
    }

    return true;
}


static bool
tile_index(data_tile_t *tile)
{
    slice_t  rest;
    size_t   len;
    unsigned i;

    tile->at[0] = 0;
    for (i = 0; i < tile->width; i++) {
        rest.data = tile->data.data + tile->at[i];
        rest.len = tile->data.len - tile->at[i];
        if (!entry_measure(rest, &tile->leaf_len[i], &len)) {
            return false;
        }
        tile->at[i + 1] = tile->at[i] + len;
    }

    return true;
}


/* Is this what tile_load would load? */
static bool
tile_is(const data_tile_t *tile, const log_t *log, uint64_t n, unsigned width)
{
    char        path[TOOL_PATH];
    struct stat st;

    if (tile->width == 0 || tile->n != n || tile->width != width) {
        return false;
    }
    if (width < TILE_WIDTH) {
        return true;
    }

    tile_path(path, log->dir, LEVEL_DATA, n, width);

    return stat(path, &st) == 0 && st.st_ino == tile->file.ino
           && st.st_mtim.tv_sec == tile->file.time.tv_sec
           && st.st_mtim.tv_nsec == tile->file.time.tv_nsec;
}


/* ASN.1Cert certificate_chain<0..2^24-1> of what is known of it. */
static void
chain_put(reader_t *reader, slice_t fingerprints, buf_t *out)
{
    slice_t cert;
    size_t  total = 0;
    size_t  i;

    for (i = 0; i + HASH <= fingerprints.len; i += HASH) {
        cert = issuer_get(reader, fingerprints.data + i);
        total += cert.len > 0 ? 3 + cert.len : 0;
    }
    buf_uint(out, total, 3);

    for (i = 0; i + HASH <= fingerprints.len; i += HASH) {
        cert = issuer_get(reader, fingerprints.data + i);
        if (cert.len > 0) {
            buf_uint(out, cert.len, 3);
            buf_slice(out, cert);
        }
    }
}


/* Empty when it is not there. */
static slice_t
issuer_get(reader_t *reader, const uint8_t *fingerprint)
{
    char      path[TOOL_PATH];
    buf_t     hex = {0};
    issuer_t *issuer;
    size_t    i;

    for (i = 0; i < reader->nissuers; i++) {
        issuer = &reader->issuer[i];
        if (memcmp(issuer->fingerprint, fingerprint, HASH) == 0) {
            return (slice_t){issuer->der.data, issuer->der.len};
        }
    }

    reader->issuer =
        grow(reader->issuer, (reader->nissuers + 1) * sizeof(*reader->issuer));
    issuer = &reader->issuer[reader->nissuers];
    memset(issuer, 0, sizeof(*issuer));
    memcpy(issuer->fingerprint, fingerprint, HASH);

    buf_hex(&hex, fingerprint, HASH);
    path_make(path, "%s/www/issuer/%s", reader->log->dir, buf_str(&hex));
    buf_free(&hex);
    if (file_try_read(path, &issuer->der)) {
        reader->nissuers++;
    }

    return (slice_t){issuer->der.data, issuer->der.len};
}


static void
number_put(buf_t *out, const char *name, uint64_t value)
{
    char digits[24];

    snprintf(digits, sizeof(digits), "%llu", (unsigned long long) value);
    buf_text(out, name);
    buf_text(out, digits);
}
