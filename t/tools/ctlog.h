/*
 * ctlog.h: a Certificate Transparency log as plain files, in four parts:
 *
 *   ctlog.c        commands
 *   ctlog_entry.c  a certificate becomes a TileLeaf
 *   ctlog_tree.c   leaf hashes become tiles and a root
 *   ctlog_note.c   a root becomes a signed checkpoint
 *   ctlog_list.c   logs become a log list
 *
 * Written from static-ct-api and RFC 6962 alone, without the module's core:
 * it is the other side of every test.
 */

#ifndef CTLOG_H
#define CTLOG_H

#include "tool.h"

#define HASH 32
#define TILE_WIDTH 256
#define LEVELS 6 /* 256^5 is the largest tree of static-ct-api */

/* The number of a data tile's "level" in paths. */
#define LEVEL_DATA (-1)

/*
 * The right edge of a tree: for each level the hashes of the tile that is
 * not full yet. Level l has (size / 256^l) % 256 of them.
 */
typedef struct {
    uint64_t size;
    uint8_t  hash[LEVELS][TILE_WIDTH][HASH];
} edge_t;

typedef struct {
    const char *dir;
    const char *origin;
    const char *url; /* monitoring prefix, ends in "/" */
    const char *operator_name;
    const char *description;
    bool        gzip; /* data tiles lie compressed */
    EVP_PKEY   *key;
    buf_t       spki;
    uint8_t     id[HASH]; /* SHA-256 of the SPKI */
    edge_t      edge;
    buf_t       data; /* the data tile that is not full yet */
} log_t;

/* The issuers of what is being added. */
typedef struct {
    size_t  len;
    slice_t cert[16];
    uint8_t fingerprint[16][HASH];
    uint8_t issuer_key_hash[HASH]; /* of the CA that really issues */
    bool    psc;         /* chain[0] is a Precertificate Signing CA, then: */
    buf_t   issuer_name; /* Name of the CA above it */
    buf_t   issuer_aki;  /* whole AKI Extension, may be empty */
} chain_t;

/* What ctlog_note_write is asked to do wrong. */
typedef struct {
    const char *origin;     /* NULL: the log's own */
    const char *extra_line; /* NULL: none */
    bool        grease;
    bool        wrong_signature;
} note_t;


/* ctlog_entry.c */

/* Reads the chain of one or more PEM files, with commas between. */
void chain_read(chain_t *chain, const char *paths);

/* Appends the TileLeaf of a certificate to `out`; returns how many of its
 * bytes, from the beginning, are under the leaf hash. */
size_t entry_put(buf_t *out, slice_t cert, const chain_t *chain,
    uint64_t timestamp, uint64_t index);

/* How long the TileLeaf at the start of `in` is, and how much of it is
 * hashed; false when it is not one. */
bool entry_measure(slice_t in, size_t *leaf_len, size_t *len);

/* Next certificate of a PEM file, NULL at the end; the caller frees. */
buf_t *pem_next(BIO *bio);


/* ctlog_tree.c */

void log_init(log_t *log, const char *key_type);
void log_open(log_t *log, const char *dir, bool write);

/* Makes an entry, whose bytes are in log->data already, the next leaf, and
 * writes the tiles that are full now. */
void log_push(log_t *log, const uint8_t hash[HASH]);

/* Writes partial tiles and the state. */
void log_flush(log_t *log);

/* MerkleTreeLeaf hash of TimestampedEntry bytes (RFC 6962, 3.4, 2.1). */
void leaf_hash(const uint8_t *leaf, size_t len, uint8_t out[HASH]);

/* The right edge as it was when the tree had `size` leaves. */
void edge_at(const log_t *log, uint64_t size, edge_t *edge);
void edge_root(const edge_t *edge, uint8_t root[HASH]);

/* "tile/0/x001/x234/067.p/176"; width 0 or 256 is a full tile. */
void tile_path(char path[TOOL_PATH], const char *dir, int level, uint64_t n,
    unsigned width);

/* Undoes gzip when there is any. */
void data_gunzip(buf_t *data);


/* ctlog_note.c */

void checkpoint_write(const log_t *log, uint64_t size,
    const uint8_t root[HASH], uint64_t timestamp, const note_t *note);


/* ctlog_list.c */

/* Writes a v3 log list of "tiled_logs" and "logs". */
void list_print(const texts_t *tiled, const texts_t *rfc6962);
void info_print(const log_t *log);

#endif
