/*
 * ct_scan: what decoding, leaf hash, tree, names and matching cost an entry
 * on one core, in memory, for 10, 10,000 and 1,000,000 watched names; and
 * beside it, interleaved with it, the limit that physics sets: SHA-256 of
 * the same leaf bytes and of one node for each entry, without a thought.
 *
 *   ct_scan LABEL FILE...
 *   ct_scan --json LABEL FILE...
 *   ct_scan --limit FILE...
 *
 * The files are the data tiles of a log from the first on, each named as
 * static-ct-api names it. Prints one JSON line; t/bench/run makes a table.
 * With --json their entries are read from get-entries bodies (RFC 6962, 4.6)
 * made of them. With --limit the limit alone, once, for what else is
 * measured beside it; to inflate tiles that lie compressed is part of it.
 */

#include "ct_limits.h"
#include "ct_reader.h"
#include "ct_scan.h"

#include <openssl/evp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <zlib.h>

#define REPEATS 15
#define LISTS 3
#define ENTRIES 20000 /* at least so many in one measurement */
#define LEAF 3        /* bytes before a leaf: RFC 6962, 2.1 and 3.4 */
#define PIECE 16384   /* bytes that arrive at once */

typedef struct {
    ct_bytes_t file;
    ct_bytes_t body; /* the same when it lay there as it is */
    ct_bytes_t json; /* the same as get-entries has it */
    unsigned   width;
} tile_t;

typedef struct {
    tile_t      *tiles;
    size_t       ntiles;
    size_t       nentries;
    size_t       passes;
    uint8_t     *leaves; /* all of them, each with what precedes it */
    size_t      *ends;
    uint64_t     nnames;
    ct_sha256_t *sha;
    EVP_MD_CTX  *md;
    uint8_t      root[CT_HASH_LEN];
    bool         json;
    size_t       bytes; /* of the answers that are read */
} bench_t;

typedef struct {
    size_t      count;
    ct_arena_t *arena;
    ct_watch_t *watch;
    uint64_t    matches;
    double      ns[REPEATS];
    double      ratio[REPEATS];  /* of the limit */
    double      growth[REPEATS]; /* against the shortest list */
} list_t;

static void   tile_read(bench_t *b, const char *path);
static size_t tile_inflate(ct_bytes_t file, uint8_t *out);
static void   leaves_gather(bench_t *b);
static void   leaf_keep(bench_t *b, const ct_entry_t *entry, size_t at);
static void   json_make(bench_t *b, tile_t *tile);
static void   json_entry(ct_buf_t *out, const ct_entry_t *entry);
static void   put_vec24(ct_buf_t *buf, size_t more, ct_bytes_t bytes);
static void   list_make(list_t *list);
static size_t name_put(char *text, size_t i);
static double measure_limit(bench_t *b);
static double measure_inflate(bench_t *b);
static double measure_scan(bench_t *b, list_t *list);
static void   scan_all(bench_t *b, list_t *list, ct_scan_t *scan);
static void   scan_one(bench_t *b, const tile_t *tile, list_t *list,
      ct_scan_t *scan, ct_merkle_t *tree);
static double cpu_ns(void);
static double median(const double *values);
static int    double_compare(const void *a, const void *b);
static void   report(const bench_t *b, const char *label, const double *limit,
      list_t *lists);
static void   die(const char *what) __attribute__((noreturn));


int
main(int argc, char **argv)
{
    static list_t  lists[LISTS] = {{.count = 10}, {.count = 10000},
         {.count = 1000000}};
    static bench_t b;
    double         limit[REPEATS];
    int            i, r, n;

    if (argc > 1 && strcmp(argv[1], "--json") == 0) {
        b.json = true;
        argc--;
        argv++;
    }

    if (argc < 3) {
        die("usage: ct_scan [--json] LABEL FILE...");
    }

    b.sha = ct_sha256_create();
    b.md = EVP_MD_CTX_new();
    b.tiles = calloc((size_t) argc, sizeof(tile_t));
    if (b.sha == NULL || b.md == NULL || b.tiles == NULL) {
        die("out of memory");
    }

    for (i = 2; i < argc; i++) {
        tile_read(&b, argv[i]);
    }
    leaves_gather(&b);

    if (strcmp(argv[1], "--limit") == 0) {
        printf("{\"limit_ns\":%.1f}\n",
            measure_limit(&b) + measure_inflate(&b));
        return 0;
    }

    for (i = 0; b.json && i < (int) b.ntiles; i++) {
        json_make(&b, &b.tiles[i]);
    }

    for (i = 0; i < LISTS; i++) {
        list_make(&lists[i]);
    }

    /* one turn to warm up; then each turn begins with another of them */
    for (r = -1; r < REPEATS; r++) {
        for (i = 0; i <= LISTS; i++) {
            n = (i + r + 1) % (LISTS + 1);
            if (n == LISTS) {
                limit[r < 0 ? 0 : r] = measure_limit(&b);
            } else {
                lists[n].ns[r < 0 ? 0 : r] = measure_scan(&b, &lists[n]);
            }
        }
    }

    report(&b, argv[1], limit, lists);

    return 0;
}


static void
tile_read(bench_t *b, const char *path)
{
    const char *part;
    uint8_t    *data;
    tile_t     *tile;
    FILE       *file;

    data = malloc(CT_LIMIT_DATA_TILE);
    file = fopen(path, "re");
    if (data == NULL || file == NULL) {
        die(path);
    }

    tile = &b->tiles[b->ntiles++];
    tile->file = ct_bytes(data, fread(data, 1, CT_LIMIT_DATA_TILE, file));
    tile->body = tile->file;
    fclose(file);

    if (tile->file.len > 2 && memcmp(data, "\x1f\x8b", 2) == 0) {
        data = malloc(CT_LIMIT_DATA_TILE);
        tile->body = ct_bytes(data, tile_inflate(tile->file, data));
    }

    part = strstr(path, ".p/");
    tile->width = CT_LIMIT_TILE_WIDTH;
    if (part != NULL) {
        tile->width = (unsigned) strtoul(part + 3, NULL, 10);
    }

    b->nentries += tile->width;
}


static size_t
tile_inflate(ct_bytes_t file, uint8_t *out)
{
    z_stream z;

    memset(&z, 0, sizeof(z));
    z.next_in = (Bytef *) file.data;
    z.avail_in = (uInt) file.len;
    z.next_out = out;
    z.avail_out = CT_LIMIT_DATA_TILE;

    if (out == NULL || inflateInit2(&z, 31) != Z_OK
        || inflate(&z, Z_FINISH) != Z_STREAM_END)
    {
        die("not a gzip file");
    }
    inflateEnd(&z);

    return z.total_out;
}


/* Everything that the tree hashes, in one piece of memory. */
static void
leaves_gather(bench_t *b)
{
    size_t     i, len = 0, n = 0;
    ct_bytes_t body;
    ct_entry_t entry;

    for (i = 0; i < b->ntiles; i++) {
        len += b->tiles[i].body.len;
    }
    b->bytes = b->json ? 0 : len;

    b->leaves = malloc(len + b->nentries * LEAF);
    b->ends = calloc(b->nentries + 1, sizeof(size_t));
    if (b->leaves == NULL || b->ends == NULL) {
        die("out of memory");
    }

    for (i = 0; i < b->ntiles; i++) {
        body = b->tiles[i].body;
        while (body.len != 0) {
            if (n == b->nentries || ct_entry_read(&body, &entry) != CT_OK) {
                die("not a data tile");
            }
            leaf_keep(b, &entry, n++);
        }
    }

    b->passes = ENTRIES / b->nentries + 1;
}


static void
leaf_keep(bench_t *b, const ct_entry_t *entry, size_t at)
{
    uint8_t   *p = b->leaves + (at == 0 ? 0 : b->ends[at - 1]);
    ct_cert_t  cert;
    ct_name_t  name;
    ct_names_t names;

    memset(p, 0, LEAF);
    memcpy(p + LEAF, entry->leaf.data, entry->leaf.len);
    b->ends[at] = (size_t) (p - b->leaves) + LEAF + entry->leaf.len;

    if (entry->type == CT_ENTRY_PRECERT) {
        (void) ct_cert_read_tbs(entry->cert, &cert);
    } else {
        (void) ct_cert_read(entry->cert, &cert);
    }

    ct_names_start(&names, &cert);
    while (ct_names_next(&names, &name)) {
        b->nnames++;
    }
}


/* As dense as logs write it. The chain of an entry is two certificates of
 * its own size, for only their fingerprints are known here. */
static void
json_make(bench_t *b, tile_t *tile)
{
    ct_buf_t   out;
    ct_bytes_t body = tile->body;
    ct_entry_t entry;

    ct_buf_fixed(&out, malloc(body.len * 16), body.len * 16);
    ct_buf_puts(&out, "{\"entries\":[");

    while (body.len != 0 && ct_entry_read(&body, &entry) == CT_OK) {
        json_entry(&out, &entry);
        ct_buf_puts(&out, body.len != 0 ? "," : "]}");
    }

    tile->json = ct_buf_slice(&out);
    b->bytes += tile->json.len;
}


static void
json_entry(ct_buf_t *out, const ct_entry_t *entry)
{
    static uint8_t room[4 * 1024 * 1024];
    ct_buf_t   buf;
    ct_bytes_t cert = entry->cert;

    ct_buf_fixed(&buf, room, sizeof(room));
    ct_buf_put(&buf, "\0\0", 2);
    ct_buf_bytes(&buf, entry->leaf);
    ct_buf_puts(out, "{\"leaf_input\":\"");
    ct_buf_base64(out, buf.data, buf.len);

    ct_buf_fixed(&buf, room, sizeof(room));
    if (entry->type == CT_ENTRY_PRECERT) {
        put_vec24(&buf, 0, entry->pre_certificate);
        cert = entry->pre_certificate;
    }
    put_vec24(&buf, 2 * (cert.len + 3), ct_bytes(NULL, 0));
    put_vec24(&buf, 0, cert);
    put_vec24(&buf, 0, cert);
    ct_buf_puts(out, "\",\"extra_data\":\"");
    ct_buf_base64(out, buf.data, buf.len);
    ct_buf_puts(out, "\"}");
}


/* A length of 24 bits, of `more` bytes as well, and the bytes. */
static void
put_vec24(ct_buf_t *buf, size_t more, ct_bytes_t bytes)
{
    ct_buf_putc(buf, (uint8_t) ((bytes.len + more) >> 16));
    ct_buf_putc(buf, (uint8_t) ((bytes.len + more) >> 8));
    ct_buf_putc(buf, (uint8_t) (bytes.len + more));
    ct_buf_bytes(buf, bytes);
}


/* Names as people have them. One in a thousand is what the generated log
 * holds; the others share no more than their ends with what is logged. */
static void
list_make(list_t *list)
{
    ct_bytes_t *names;
    char       *text, *p;
    size_t      i;

    list->arena = ct_arena_create((size_t) 1024 * 1024 * 1024);
    names = calloc(list->count, sizeof(ct_bytes_t));
    text = malloc(list->count * 64);
    if (list->arena == NULL || names == NULL || text == NULL) {
        die("out of memory");
    }

    for (i = 0, p = text; i < list->count; i++, p += 64) {
        names[i] = ct_bytes(p, name_put(p, i));
    }

    list->watch = ct_watch_compile(list->arena, names, list->count, 12345);
    if (list->watch == NULL || ct_watch_count(list->watch) != list->count) {
        die("not all names are watched");
    }

    free(names);
    free(text);
}


static size_t
name_put(char *text, size_t i)
{
    static const char *const tops[] = {"com", "net", "org", "de", "co.uk",
        "io", "com.br", "dev"};
    uint64_t                 hash = (i + 1) * 0x9e3779b97f4a7c15ULL;
    size_t                   k, len = 6 + (hash >> 60);

    if (i % 1000 == 1) {
        return (size_t) snprintf(text, 64, "shop%05zu.com", i / 1000);
    }

    for (k = 0; k < len; k++) {
        hash ^= hash >> 29;
        hash *= 0xbf58476d1ce4e5b9ULL;
        text[k] = (char) ('a' + (hash >> 56) % 26);
    }

    return len
           + (size_t) snprintf(text + len, 64 - len, "%zu.%s", i % 10,
               tops[i % (sizeof(tops) / sizeof(tops[0]))]);
}


static double
measure_limit(bench_t *b)
{
    static const uint8_t node[1 + 2 * CT_HASH_LEN] = {1};
    uint8_t              hash[CT_HASH_LEN];
    EVP_MD              *sha256;
    double               start;
    size_t               pass, i, from;

    sha256 = EVP_MD_fetch(NULL, "SHA2-256", NULL);
    if (sha256 == NULL || EVP_DigestInit_ex2(b->md, sha256, NULL) != 1) {
        die("SHA-256");
    }

    start = cpu_ns();

    for (pass = 0; pass < b->passes; pass++) {
        for (i = 0, from = 0; i < b->nentries; from = b->ends[i++]) {
            EVP_DigestInit_ex2(b->md, NULL, NULL);
            EVP_DigestUpdate(b->md, b->leaves + from, b->ends[i] - from);
            EVP_DigestFinal_ex(b->md, hash, NULL);

            EVP_DigestInit_ex2(b->md, NULL, NULL);
            EVP_DigestUpdate(b->md, node, sizeof(node));
            EVP_DigestFinal_ex(b->md, hash, NULL);
        }
    }

    start = cpu_ns() - start;
    EVP_MD_free(sha256);

    return start / (double) (b->passes * b->nentries);
}


static double
measure_inflate(bench_t *b)
{
    uint8_t *out;
    double   start;
    size_t   pass, i;

    out = malloc(CT_LIMIT_DATA_TILE);
    start = cpu_ns();

    for (pass = 0; pass < b->passes; pass++) {
        for (i = 0; i < b->ntiles; i++) {
            if (b->tiles[i].file.data != b->tiles[i].body.data) {
                (void) tile_inflate(b->tiles[i].file, out);
            }
        }
    }

    start = cpu_ns() - start;
    free(out);

    return start / (double) (b->passes * b->nentries);
}


static double
measure_scan(bench_t *b, list_t *list)
{
    ct_scan_t scan;
    double    start;
    size_t    pass;

    ct_scan_init(&scan, b->sha, list->watch);
    start = cpu_ns();

    for (pass = 0; pass < b->passes; pass++) {
        list->matches = 0;
        scan_all(b, list, &scan);
    }

    start = cpu_ns() - start;
    if (scan.entries != b->passes * b->nentries) {
        die("entries are missing");
    }

    return start / (double) (b->passes * b->nentries);
}


/* The whole log, as the engine would take it; always with the same root. */
static void
scan_all(bench_t *b, list_t *list, ct_scan_t *scan)
{
    static const uint8_t none[CT_HASH_LEN];
    uint8_t              root[CT_HASH_LEN];
    ct_merkle_t          tree;
    size_t               i;

    ct_merkle_init(&tree);

    for (i = 0; i < b->ntiles; i++) {
        scan_one(b, &b->tiles[i], list, scan, &tree);
    }

    ct_merkle_root(&tree, b->sha, root);
    if (memcmp(b->root, none, CT_HASH_LEN) == 0) {
        memcpy(b->root, root, CT_HASH_LEN);
    }
    if (memcmp(b->root, root, CT_HASH_LEN) != 0) {
        die("the root changed");
    }
}


/* One answer, piece by piece. */
static void
scan_one(bench_t *b, const tile_t *tile, list_t *list, ct_scan_t *scan,
    ct_merkle_t *tree)
{
    static uint8_t room[CT_LIMIT_ENTRY];
    ct_bytes_t  body = b->json ? tile->json : tile->body, in;
    ct_ask_t    ask = {.kind = CT_ASK_ENTRIES, .first = tree->size,
         .count = tile->width, .tile = {.width = tile->width}};
    ct_rc_t     rc, fault;
    ct_entry_t  entry;
    ct_match_t  match;
    ct_reader_t reader;
    size_t      have = 0;

    ct_reader_start(&reader, b->json ? CT_LOG_RFC6962 : CT_LOG_STATIC, &ask,
        room);
    in = ct_bytes(body.data, 0);

    do {
        have = body.len - have < PIECE ? body.len : have + PIECE;
        in.len = (size_t) (body.data + have - in.data);

        while ((rc = ct_reader_next(&reader, &in, &entry, &fault)) == CT_OK) {
            list->matches += ct_scan_entry(scan, &entry, reader.index - 1,
                fault != CT_OK, &match);
            if (ct_scan_append(scan, tree, &entry) != CT_OK) {
                die("an entry was refused");
            }
        }
    } while (rc == CT_E_SHORT && have < body.len);

    if (rc != CT_E_ABSENT || ct_reader_end(&reader, in) || reader.slow != 0) {
        die("an answer was refused");
    }
}


static double
cpu_ns(void)
{
    struct timespec t;

    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &t);

    return (double) t.tv_sec * 1e9 + (double) t.tv_nsec;
}


static double
median(const double *values)
{
    double sorted[REPEATS];

    memcpy(sorted, values, sizeof(sorted));
    qsort(sorted, REPEATS, sizeof(double), double_compare);

    return sorted[REPEATS / 2];
}


static int
double_compare(const void *a, const void *b)
{
    double x = *(const double *) a, y = *(const double *) b;

    return (x > y) - (x < y);
}


/* Ratios are of measurements of one turn, so that a neighbour's burst that
 * lasts longer is in both. */
static void
report(const bench_t *b, const char *label, const double *limit, list_t *lists)
{
    list_t *list;
    int     i, r;

    printf("{\"bench\":\"scan\",\"log\":\"%s\",\"form\":\"%s\","
           "\"entries\":%zu,\"bytes\":%.0f,\"leaf_bytes\":%.0f,"
           "\"names\":%.2f,\"repeats\":%d,\"limit_ns\":%.1f,\"lists\":[",
        label, b->json ? "get-entries" : "data tiles", b->nentries,
        (double) b->bytes / (double) b->nentries,
        (double) b->ends[b->nentries - 1] / (double) b->nentries - LEAF,
        (double) b->nnames / (double) b->nentries, REPEATS, median(limit));

    for (i = 0; i < LISTS; i++) {
        list = &lists[i];
        for (r = 0; r < REPEATS; r++) {
            list->ratio[r] = limit[r] / list->ns[r];
            list->growth[r] = list->ns[r] / lists[0].ns[r];
        }
        printf("%s{\"watched\":%zu,\"ns\":%.1f,\"entries_per_s\":%.0f,"
               "\"of_limit\":%.3f,\"growth\":%.3f,\"matches\":%lu}",
            i == 0 ? "" : ",", list->count, median(list->ns),
            1e9 / median(list->ns), median(list->ratio), median(list->growth),
            (unsigned long) list->matches);
    }

    printf("]}\n");
}


static void
die(const char *what)
{
    (void) fprintf(stderr, "ct_scan: %s\n", what);
    exit(2);
}
