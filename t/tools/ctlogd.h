/*
 * ctlogd.h: a log over HTTP, in these parts:
 *
 *   ctlogd.c         connections: bytes in, bytes out, and when
 *   ctlogd_http.c    a request becomes an answer, and an accident befalls it
 *   ctlogd_api.c     what is asked for, by RFC 6962, 4 or static-ct-api
 *   ctlogd_body.c    bodies, right and wrong
 *   ctlogd_tree.c    proofs of RFC 6962, 2.1
 *   ctlogd_log.c     the log as it is, and the head and entries it claims
 *   ctlogd_lies.c    what it is told to do wrong, and what it was asked
 *
 * It shares ctlog's reading and signing (ctlog.h) and, like it, nothing of
 * the module.
 */

#ifndef CTLOGD_H
#define CTLOGD_H

#include "ctlog.h"

/* More entries than that are never answered at once. */
#define ASK_MAX 100000

/* What requests ask for; api_name() has the names. */
typedef enum {
    API_STH,
    API_ENTRIES,
    API_CONSISTENCY,
    API_HASH_PROOF,
    API_ENTRY_PROOF,
    API_ROOTS,
    API_CHECKPOINT,
    API_DATA,
    API_HASHES,
    API_ISSUER,
    API_OTHER,
    API_COUNT
} api_e;

typedef enum {
    BODY_HONEST,
    BODY_HTML,
    BODY_TRUNCATED,
    BODY_EMPTY,
    BODY_TAIL,
    BODY_TRAILING,
    BODY_ONE,
    BODY_FEWER,
    BODY_TOOMANY,
    BODY_SHUFFLED,
    BODY_BADBASE64,
    BODY_NOKEYS,
    BODY_EXTRA_MEMBERS,
    BODY_ESCAPED,
    BODY_SPACED,
    BODY_SWAPPED,
    BODY_COUNT
} body_e;

/* All that a log can be told; ctlogd_lies.c says what each one does. */
typedef struct {
    int64_t max;
    int64_t align;
    int64_t gzip;
    int64_t shrink;
    int64_t freeze_time;
    int64_t fresh;
    int64_t fork;
    int64_t wrong_root;
    int64_t wrong_signature;
    int64_t flip;
    int64_t wrong_time;
    int64_t drop[2];
    int64_t no_proof;
    int64_t cached_proof;
    int64_t no_partial;
    int64_t other_partial;
    int64_t bad_level;

    int64_t count;
    int64_t path; /* of api_e, a bit each */
    int64_t status;
    int64_t body; /* body_e */
    int64_t hang;
    int64_t drip;
    int64_t delay;
    int64_t endless;
    int64_t bomb;
    int64_t gzip_unasked;
    int64_t double_gzip;
    int64_t false_gzip;
    int64_t close_after;
    char    retry_after[256];
    char    redirect[1024];
    char    as[256];
} lies_t;

/* One request, as it is remembered. */
typedef struct {
    uint64_t time;
    api_e    api;
    unsigned status; /* 0: never answered */
    uint64_t start;  /* of the entries asked for */
    uint64_t asked;  /* how many */
} visit_t;

#define VISITS 4096

typedef struct {
    uint64_t requests[API_COUNT];
    uint64_t bytes;
    uint64_t connections;
    uint64_t probes;      /* asks for entries far from those before */
    uint64_t largest_ask; /* in entries */
    uint64_t next;        /* index after the last entry asked for */
    uint64_t visits;
    visit_t  visit[VISITS]; /* the last ones, as a ring */
    char     agent[256];
    char     accept[256]; /* Accept-Encoding */
} stats_t;

/* Hashes of all complete subtrees: level[l][i] covers 2^l leaves. */
#define TREE_LEVELS 48

typedef struct {
    uint64_t size;
    buf_t    level[TREE_LEVELS];
} tree_t;

/* A file as it was when it was read. */
typedef struct {
    ino_t           ino;
    struct timespec time;
} stamp_t;

typedef struct {
    const char *name;
    log_t       log;
    reader_t    reader;
    tree_t      tree;
    head_t      head; /* that of the checkpoint */
    bool        has_head;
    buf_t       checkpoint;
    stamp_t     checkpoint_stamp;
    stamp_t     edge_stamp;
    uint64_t    heads; /* asked for since something was set */
    uint64_t    fork_size;
    buf_t       proof; /* the one that is answered for ever */
    lies_t      lies;
    stats_t     stats;
} served_t;

typedef struct {
    char path[4096]; /* after the log's name, decoded; "" for none */
    char name[256];
    char query[4096]; /* as it came */
    bool gzip;        /* the client takes it */
    bool close;
    bool first; /* on its connection */
    char agent[256];
    char accept[256];
} request_t;

/* What is asked for: a tile has a level, a number and a width. */
typedef struct {
    api_e    api;
    int      level;
    uint64_t n;
    unsigned width;                /* 256: full */
    char     issuer[2 * HASH + 1]; /* its fingerprint */
} target_t;

typedef struct {
    unsigned    status;
    const char *type;
    buf_t       body;
    bool        gzip; /* the body is */
} answer_t;

/* What the connection does with the bytes. */
typedef struct {
    buf_t    bytes;
    size_t   head; /* length of the header in it */
    uint64_t delay;
    uint64_t drip; /* ms per byte; 0: at once */
    bool     hang;
    bool     endless;
    bool     close;
} reply_t;


/* ctlogd_http.c */

/* Reads the header of a request; false when it is none. */
bool request_read(request_t *request, char *text);
void reply_make(reply_t *reply, request_t *request);

/* The decimal or text value of a parameter; false when it is not there. */
bool param_text(const char *query, const char *name, char *value, size_t room);
bool param_number(const char *query, const char *name, uint64_t *value);


/* ctlogd_api.c */

void target_read(target_t *target, const char *path);

/* The entries that are asked for: none but in get-entries and data tiles. */
void target_span(const target_t *target, const char *query, uint64_t *start,
    uint64_t *asked);
void api_answer(answer_t *answer, served_t *served, const target_t *target,
    const char *query, body_e lie);
void answer_error(answer_t *answer, unsigned status, const char *why);


/* ctlogd_body.c */

/* False when an entry cannot be read. */
bool body_entries(buf_t *body, served_t *served, uint64_t start,
    uint64_t count, body_e lie);
bool body_tile(answer_t *answer, served_t *served, const target_t *target,
    body_e lie);
bool body_hashes(buf_t *body, const served_t *served, const target_t *target);

/* What can be done to any body: a page, a half of it, other JSON. */
void body_spoil(answer_t *answer, body_e lie);


/* ctlogd_tree.c */

/* A proof. */
typedef struct {
    uint8_t hash[2 * TREE_LEVELS][HASH];
    size_t  len;
} path_t;

void tree_push(tree_t *tree, const uint8_t hash[HASH]);
void tree_clear(tree_t *tree);
void tree_root(const tree_t *tree, uint64_t size, uint8_t root[HASH]);
void tree_inclusion(const tree_t *tree, uint64_t index, uint64_t size,
    path_t *path);
void tree_consistency(const tree_t *tree, uint64_t first, uint64_t second,
    path_t *path);
bool tree_find(const tree_t *tree, const uint8_t hash[HASH], uint64_t size,
    uint64_t *index);


/* ctlogd_log.c */

/* Names a log, or a directory of logs. */
void      logs_add(const char *name, const char *dir);
void      logs_below(const char *dir);
served_t *logs_find(const char *name);

/* Reads again what has changed. */
void served_refresh(served_t *served);

/* The size up to which entries are given. */
uint64_t served_size(const served_t *served);

/* The head that the log claims to have; the caller frees its signature. */
bool served_head(served_t *served, head_t *head);

/* Does that differ from what its checkpoint says? */
bool served_head_lies(const served_t *served);

/* A TileLeaf as the log claims it to be; the caller frees it. */
bool served_entry(served_t *served, uint64_t index, buf_t *entry,
    size_t *leaf_len);

/* A regular file's bytes; false when there is none. */
bool file_get(const char *path, buf_t *out);


/* ctlogd_lies.c */

void        lies_reset(served_t *served);
const char *lies_set(served_t *served,
    const char                *query); /* NULL or why not */

/* Is this request to have an accident? Counts it if so. */
bool lies_due(served_t *served, api_e api);

void stats_visit(served_t *served, const request_t *request, api_e api,
    uint64_t start, uint64_t asked);
void stats_answer(served_t *served, unsigned status, size_t bytes);
void stats_json(const served_t *served, buf_t *out);

#endif
