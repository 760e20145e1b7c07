/*
 * ctlog.h: a Certificate Transparency log as plain files, in these parts:
 *
 *   ctlog.c         commands
 *   ctlog_entry.c   a certificate becomes a TileLeaf
 *   ctlog_tree.c    leaf hashes become tiles and a root
 *   ctlog_gzip.c    tiles become smaller
 *   ctlog_note.c    a root becomes a signed checkpoint
 *   ctlog_list.c    logs become a log list
 *   ctlog_read.c    a TileLeaf becomes leaf_input and extra_data
 *   ctlog_export.c  a log becomes files as RFC 6962 would answer
 *   ctlog_fill.c    nothing becomes a log of very many entries, ...
 *   ctlog_forge.c   ... of certificates that nobody signed
 *   ctlog_der.c     ... in DER that is written backwards
 *
 * ctlogd (ctlogd.h) serves what ctlog wrote and shares some of the parts.
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

/* The index of an entry that has none: a log of classic RFC 6962. */
#define NO_INDEX UINT64_MAX

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
    bool        gzip;    /* data tiles lie compressed */
    bool        classic; /* entries have no extensions: RFC 6962 alone */
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

/* A TimestampedEntry and what stands beside it in a data tile. */
typedef struct {
    uint64_t       timestamp;
    uint64_t       index;
    slice_t        signed_entry;    /* certificate or TBSCertificate */
    slice_t        pre_certificate; /* empty: this is an x509_entry */
    const uint8_t *issuer_key_hash;
    const uint8_t (*fingerprint)[HASH];
    size_t nfingerprints;
} leaf_t;

/* A signed tree head. */
typedef struct {
    uint64_t size;
    uint64_t timestamp;
    uint8_t  root[HASH];
    buf_t    signature; /* DigitallySigned of RFC 5246 */
} head_t;

/* What checkpoint_write is asked to do wrong. */
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

/* The same from its parts. */
size_t leaf_put(buf_t *out, const leaf_t *leaf);

/* How long the TileLeaf at the start of `in` is, and how much of it is
 * hashed; false when it is not one. */
bool entry_measure(slice_t in, size_t *leaf_len, size_t *len);

/* Next certificate of a PEM file, NULL at the end; the caller frees. */
buf_t *pem_next(BIO *bio);


/* ctlog_tree.c */

void log_init(log_t *log, const char *key_type);

/* Keeps writers out until the program ends. */
void log_open(log_t *log, const char *dir, bool write);

/* Keeps nobody out; what ctlog replaces, it replaces in one step. */
void log_watch(log_t *log, const char *dir);

/* Reads again how far a watched log has grown. */
void log_refresh(log_t *log);

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
void node_hash(const uint8_t *left, const uint8_t *right, uint8_t out[HASH]);

/* "tile/0/x001/x234/067.p/176"; width 0 or 256 is a full tile. */
void tile_path(char path[TOOL_PATH], const char *dir, int level, uint64_t n,
    unsigned width);


/* ctlog_gzip.c */

void data_gzip(slice_t data, int level, buf_t *out);

/* Undoes gzip when there is any; false when that is damaged. */
bool data_gunzip(buf_t *data);


/* ctlog_note.c */

void checkpoint_write(const log_t *log, uint64_t size,
    const uint8_t root[HASH], uint64_t timestamp, const note_t *note);
void checkpoint_text(buf_t *text, const log_t *log, const head_t *head,
    const note_t *note);

/* The head that a checkpoint says, unverified; false when there is no line
 * of the log. */
bool checkpoint_read(const log_t *log, buf_t *text, head_t *head);

/* Fills in the signature. */
void head_sign(const log_t *log, head_t *head);


/* ctlog_list.c */

/* Writes a v3 log list of "tiled_logs" and "logs". */
void list_print(const texts_t *tiled, const texts_t *rfc6962);
void info_print(const log_t *log);


/* ctlog_read.c */

/* A data tile in memory, and where its entries begin. */
typedef struct {
    uint64_t n;
    unsigned width; /* 0: none */
    struct {
        ino_t           ino;
        struct timespec time;
    } file;
    buf_t  data;
    size_t at[TILE_WIDTH + 1];
    size_t leaf_len[TILE_WIDTH];
} data_tile_t;

typedef struct {
    uint8_t fingerprint[HASH];
    buf_t   der;
} issuer_t;

typedef struct {
    const log_t *log;
    data_tile_t  tile[6];
    unsigned     next; /* to be replaced */
    issuer_t    *issuer;
    size_t       nissuers;
} reader_t;

/* The TileLeaf of an entry, valid until five other tiles were read; false
 * when it is not there or is none. */
bool reader_entry(reader_t *reader, uint64_t index, slice_t *entry,
    size_t *leaf_len);

/* Appends what RFC 6962, 4.6 calls leaf_input and extra_data. */
void reader_split(reader_t *reader, slice_t entry, size_t leaf_len,
    buf_t *leaf_input, buf_t *extra_data);

/* {"leaf_input":"...","extra_data":"..."} */
void entry_json(buf_t *out, const buf_t *leaf_input, const buf_t *extra_data);

/* The answer to get-sth. */
void head_json(buf_t *out, const head_t *head);


/* ctlog_export.c */

/* DIR/entries/<start>.json with `batch` entries each, DIR/get-sth.json, and
 * the same with .gz. */
void log_export(log_t *log, const char *dir, uint64_t batch, bool gzip);


/* ctlog_fill.c */

typedef struct {
    uint64_t       entries;
    uint64_t       seed;
    uint64_t       from; /* timestamps, ms */
    uint64_t       to;
    const texts_t *planted; /* PEM files, with their chains; from item 1 */
} fill_t;

/* Appends entries, and prints where the planted ones are, as JSON lines. */
void log_fill(log_t *log, const fill_t *fill);

/* Reads and publishes the chain of what is added next. */
void chain_publish(const log_t *log, chain_t *chain, const char *paths);
void issuer_publish(const log_t *log, const uint8_t fingerprint[HASH],
    slice_t cert);


/* ctlog_forge.c */

/* Pseudo-random, the same for the same seed. */
typedef struct {
    uint64_t state;
} dice_t;

uint64_t dice_roll(dice_t *dice, uint64_t sides);

#define FORGE_ISSUERS 8

/* An intermediate and the root above it. */
typedef struct {
    slice_t cert[2];
    uint8_t fingerprint[2][HASH];
    uint8_t key_hash[HASH];
    buf_t   name; /* DER of the intermediate's Name */
    bool    ec;
} forge_issuer_t;

/* What is not in use stays empty. */
typedef struct {
    buf_t cert; /* final certificate or pre-certificate */
    buf_t tbs;  /* of a pre-certificate, without the poison */
} forged_t;

void forge_issuers(forge_issuer_t issuer[FORGE_ISSUERS], dice_t *dice);
void forge_leaf(forged_t *out, const forge_issuer_t *issuer, dice_t *dice,
    uint64_t timestamp, bool precert);

#endif
