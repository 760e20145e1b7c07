/*
 * ctlog: a static CT log (c2sp.org/static-ct-api) as plain files that any
 * web server can serve, made on the spot. DIR/www is what may be seen,
 * DIR/private is not. It can also lie, since that is what tests are for.
 */

#include "ctlog.h"

/* Every option of every command; each command uses what it needs. */
typedef struct {
    log_t       log; /* origin, url and names, for init and adopt */
    const char *key_type;
    const char *encoding;
    const char *chain; /* files, with commas between */
    const char *root;
    note_t      note;
    texts_t     operands;
    texts_t     rfc6962; /* more directories for list */
    int64_t     timestamp;
    int64_t     size;
    int64_t     leaf_len;
    int64_t     entries;
    int64_t     seed;
    int64_t     batch;
    const char *spread;
    bool        no_checkpoint;
    bool        gzip;
    bool        plant; /* says what operands are, no more */
} options_t;

static void     usage(void) __attribute__((noreturn));
static void     options_read(options_t *o, char **argv);
static void     cmd_init(options_t *o);
static void     cmd_add(options_t *o);
static void     cmd_raw(options_t *o);
static void     cmd_checkpoint(options_t *o);
static void     cmd_adopt(options_t *o);
static void     cmd_fill(options_t *o);
static void     cmd_export(options_t *o);
static void     cmd_list(options_t *o);
static void     cmd_info(options_t *o);
static void     init(options_t *o);
static void     add_file(log_t *log, const char *path, const chain_t *chain,
        uint64_t timestamp);
static void     finish(options_t *o, log_t *log);
static void     adopt_tile(log_t *log, const char *tiles, uint64_t n,
        unsigned width);
static bool     adopt_read(const char *tiles, int level, uint64_t n,
        unsigned width, buf_t *tile);
static uint64_t head_time(const options_t *o);

static const struct {
    const char *name;
    void (*run)(options_t *o);
} commands[] = {
    {"init", cmd_init},
    {"add", cmd_add},
    {"raw", cmd_raw},
    {"checkpoint", cmd_checkpoint},
    {"adopt", cmd_adopt},
    {"fill", cmd_fill},
    {"export6962", cmd_export},
    {"list", cmd_list},
    {"info", cmd_info},
    {NULL, NULL},
};


int
main(int argc, char **argv)
{
    static options_t o;
    size_t           i;

    if (argc < 3) {
        usage();
    }

    for (i = 0; commands[i].name != NULL; i++) {
        if (strcmp(commands[i].name, argv[1]) != 0) {
            continue;
        }
        options_read(&o, argv + 2);
        commands[i].run(&o);
        return 0;
    }

    usage();
}


static void
usage(void)
{
    fputs("usage: ctlog init DIR --origin NAME [--url URL] [--key ec|rsa]\n"
          "            [--operator O] [--description D]\n"
          "            [--encoding identity|gzip] [--classic]\n"
          "       ctlog add DIR [--no-checkpoint] [--timestamp MS]\n"
          "            [--chain FILE[,FILE]...] FILE.pem...\n"
          "            (--chain holds for the files after it)\n"
          "       ctlog raw DIR FILE.bin... [--leaf-len N]\n"
          "       ctlog checkpoint DIR [--size N] [--root HEX]\n"
          "            [--timestamp MS] [--origin NAME] [--grease]\n"
          "            [--extra-line TEXT] [--wrong-signature]\n"
          "       ctlog adopt DIR TILEDIR --size N (and as init)\n"
          "       ctlog fill DIR --entries N [--seed S] [--spread MS,MS]\n"
          "            [[--chain FILE[,FILE]...] --plant FILE.pem...]\n"
          "       ctlog export6962 DIR OUT [--batch N] [--gzip]\n"
          "       ctlog list DIR... [--rfc6962 DIR]...\n"
          "       ctlog info DIR\n",
        stderr);
    exit(2);
}


static void
options_read(options_t *o, char **argv)
{
    opt_t table[] = {
        {"origin", OPT_TEXT, &o->log.origin},
        {"url", OPT_TEXT, &o->log.url},
        {"operator", OPT_TEXT, &o->log.operator_name},
        {"description", OPT_TEXT, &o->log.description},
        {"key", OPT_TEXT, &o->key_type},
        {"encoding", OPT_TEXT, &o->encoding},
        {"chain", OPT_TEXT, &o->chain},
        {"root", OPT_TEXT, &o->root},
        {"extra-line", OPT_TEXT, &o->note.extra_line},
        {"timestamp", OPT_NUMBER, &o->timestamp},
        {"size", OPT_NUMBER, &o->size},
        {"leaf-len", OPT_NUMBER, &o->leaf_len},
        {"no-checkpoint", OPT_FLAG, &o->no_checkpoint},
        {"grease", OPT_FLAG, &o->note.grease},
        {"wrong-signature", OPT_FLAG, &o->note.wrong_signature},
        {"rfc6962", OPT_TEXTS, &o->rfc6962},
        {"classic", OPT_FLAG, &o->log.classic},
        {"entries", OPT_NUMBER, &o->entries},
        {"seed", OPT_NUMBER, &o->seed},
        {"spread", OPT_TEXT, &o->spread},
        {"batch", OPT_NUMBER, &o->batch},
        {"gzip", OPT_FLAG, &o->gzip},
        {"plant", OPT_FLAG, &o->plant},
        {NULL, OPT_FLAG, NULL},
    };

    o->key_type = "ec";
    o->encoding = "identity";
    o->size = -1;
    o->leaf_len = -1;
    o->timestamp = -1;
    o->batch = 1000;
    o->log.url = "http://127.0.0.1:8080/log/";
    o->log.operator_name = "Test Operator";
    o->log.description = "Test log";

    opt_read(table, argv, &o->operands, &o->chain);
    if (o->operands.len == 0 && o->rfc6962.len == 0) {
        usage();
    }
}


static void
cmd_init(options_t *o)
{
    init(o);
    finish(o, &o->log);
}


static void
cmd_add(options_t *o)
{
    static log_t   log;
    static chain_t chain;
    const char    *last = NULL;
    uint64_t       timestamp;
    size_t         i;

    log_open(&log, o->operands.item[0], true);
    timestamp = head_time(o);

    for (i = 1; i < o->operands.len; i++) {
        if (o->operands.with[i] != last) {
            last = o->operands.with[i];
            chain_publish(&log, &chain, last);
        }
        add_file(&log, o->operands.item[i], &chain, timestamp);
    }

    finish(o, &log);
}


/* Entries that no honest log would make. */
static void
cmd_raw(options_t *o)
{
    static log_t log;
    uint8_t      hash[HASH];
    buf_t        entry = {0};
    size_t       leaf_len;
    size_t       len;
    size_t       i;

    log_open(&log, o->operands.item[0], true);

    for (i = 1; i < o->operands.len; i++) {
        entry.len = 0;
        file_read(o->operands.item[i], &entry);
        leaf_len = (size_t) o->leaf_len;
        if (o->leaf_len < 0
            && !entry_measure((slice_t){entry.data, entry.len}, &leaf_len,
                &len))
        {
            errx(1, "%s is no TileLeaf and wants --leaf-len",
                o->operands.item[i]);
        }
        if (leaf_len > entry.len) {
            errx(1, "%s is shorter than that", o->operands.item[i]);
        }
        leaf_hash(entry.data, leaf_len, hash);
        buf_put(&log.data, entry.data, entry.len);
        log_push(&log, hash);
    }

    finish(o, &log);
}


static void
cmd_checkpoint(options_t *o)
{
    static log_t  log;
    static edge_t edge;
    uint8_t       root[HASH];
    buf_t         given = {0};
    uint64_t      size;

    o->note.origin = o->log.origin;
    log_open(&log, o->operands.item[0], true);
    size = o->size < 0 ? log.edge.size : (uint64_t) o->size;

    if (o->root == NULL) {
        edge_at(&log, size, &edge);
        edge_root(&edge, root);
    } else {
        buf_unhex(&given, o->root, strlen(o->root));
        if (given.len != HASH) {
            errx(2, "--root wants 64 hexadecimal digits");
        }
        memcpy(root, given.data, HASH);
        buf_free(&given);
    }

    checkpoint_write(&log, size, root, head_time(o), &o->note);
}


/* A log around tiles of another one, under a new key. */
static void
cmd_adopt(options_t *o)
{
    uint64_t left;
    uint64_t n;
    unsigned width;

    if (o->operands.len != 2 || o->size < 0) {
        usage();
    }

    init(o);
    left = (uint64_t) o->size;
    for (n = 0; left > 0; n++) {
        width = left < TILE_WIDTH ? (unsigned) left : TILE_WIDTH;
        adopt_tile(&o->log, o->operands.item[1], n, width);
        left -= width;
    }
    finish(o, &o->log);
}


/* Very many entries, as a real log has them. */
static void
cmd_fill(options_t *o)
{
    static log_t log;
    fill_t       fill = {0};
    char        *comma = NULL;

    fill.entries = (uint64_t) o->entries;
    fill.seed = (uint64_t) o->seed;
    fill.planted = &o->operands;
    fill.to = head_time(o);
    fill.from = fill.to - 30ULL * 86400 * 1000;

    if (o->spread != NULL) {
        fill.from = strtoull(o->spread, &comma, 10);
        fill.to = *comma == ',' ? strtoull(comma + 1, NULL, 10) : 0;
    }
    if (o->entries < (int64_t) o->operands.len - 1 || fill.to < fill.from) {
        usage();
    }

    log_open(&log, o->operands.item[0], true);
    log_fill(&log, &fill);
    finish(o, &log);
}


static void
cmd_export(options_t *o)
{
    static log_t log;

    if (o->operands.len != 2 || o->batch < 1) {
        usage();
    }

    log_open(&log, o->operands.item[0], false);
    log_export(&log, o->operands.item[1], (uint64_t) o->batch, o->gzip);
}


static void
cmd_list(options_t *o)
{
    list_print(&o->operands, &o->rfc6962);
}


static void
cmd_info(options_t *o)
{
    static log_t log;

    log_open(&log, o->operands.item[0], false);
    info_print(&log);
}


static void
init(options_t *o)
{
    if (o->log.origin == NULL) {
        errx(2, "wanted --origin");
    }
    if (strcmp(o->encoding, "gzip") != 0
        && strcmp(o->encoding, "identity") != 0) {
        errx(2, "unknown encoding \"%s\"", o->encoding);
    }

    o->log.dir = o->operands.item[0];
    o->log.gzip = strcmp(o->encoding, "gzip") == 0;
    log_init(&o->log, o->key_type);
}


/* Every certificate of a PEM file becomes an entry. */
static void
add_file(log_t *log, const char *path, const chain_t *chain,
    uint64_t timestamp)
{
    uint8_t hash[HASH];
    buf_t  *cert;
    BIO    *bio;
    size_t  start;
    size_t  leaf_len;

    bio = BIO_new_file(path, "r");
    if (bio == NULL) {
        errx(1, "cannot open %s", path);
    }

    while ((cert = pem_next(bio)) != NULL) {
        start = log->data.len;
        leaf_len = entry_put(&log->data, (slice_t){cert->data, cert->len},
            chain, timestamp, log->classic ? NO_INDEX : log->edge.size);
        leaf_hash(log->data.data + start, leaf_len, hash);
        log_push(log, hash);
        buf_free(cert);
        free(cert);
    }
    BIO_free(bio);
}


/* Tiles and state first, the promise last. */
static void
finish(options_t *o, log_t *log)
{
    uint8_t root[HASH];

    log_flush(log);
    if (o->no_checkpoint) {
        return;
    }

    edge_root(&log->edge, root);
    checkpoint_write(log, log->edge.size, root, head_time(o), NULL);
}


static void
adopt_tile(log_t *log, const char *tiles, uint64_t n, unsigned width)
{
    buf_t    data = {0};
    buf_t    hashes = {0};
    size_t   at = 0;
    size_t   leaf_len;
    size_t   len;
    unsigned i;

    if (!adopt_read(tiles, 0, n, width, &hashes)
        || hashes.len < (size_t) width * HASH
        || !adopt_read(tiles, LEVEL_DATA, n, width, &data))
    {
        errx(1, "%s: tile %llu is missing or short", tiles,
            (unsigned long long) n);
    }
    if (!data_gunzip(&data)) {
        errx(1, "%s: data tile %llu is damaged", tiles,
            (unsigned long long) n);
    }

    /* the entries one by one, since a full tile may stand for a partial */
    for (i = 0; i < width; i++) {
        if (!entry_measure((slice_t){data.data + at, data.len - at}, &leaf_len,
                &len)) {
            errx(1, "%s: data tile %llu is malformed", tiles,
                (unsigned long long) n);
        }
        buf_put(&log->data, data.data + at, len);
        log_push(log, hashes.data + (size_t) i * HASH);
        at += len;
    }

    buf_free(&data);
    buf_free(&hashes);
}


/* A tile below TILEDIR: full, or partial of the width that is needed. */
static bool
adopt_read(const char *tiles, int level, uint64_t n, unsigned width,
    buf_t *tile)
{
    static const char here[] = "/www/tile";
    char              path[TOOL_PATH];
    char              file[TOOL_PATH];

    tile_path(path, "", level, n, 0);
    path_make(file, "%s%s", tiles, path + sizeof(here) - 1);
    if (file_try_read(file, tile)) {
        return true;
    }

    tile_path(path, "", level, n, width);
    path_make(file, "%s%s", tiles, path + sizeof(here) - 1);

    return file_try_read(file, tile);
}


static uint64_t
head_time(const options_t *o)
{
    return o->timestamp < 0 ? now_ms() : (uint64_t) o->timestamp;
}
