/*
 * sim: a week of seventy logs in some seconds. The engine is the real one;
 * its clock, its network and its dice are these:
 *
 *   clock.c      time, which passes only while the engine waits
 *   transport.c  ct_http.h: requests that are answered after a while
 *   world.c      what there is: operators, logs, shards, what happens when
 *   logs.c       a log that grows, signs heads and answers (logs_rfc6962.c,
 *                logs_static.c)
 *   tree.c       its Merkle tree, without the module's core
 *   leaf.c       its entries
 *   planted.c    certificates that are to be found, or not
 *   faults.c     what goes wrong, when, and what may be said of it
 *   lists.c      the log list, and what becomes of it
 *   hook.c       the receiver of alerts
 *   watcher.c    events and lines as they come
 *   verdict.c    what is asked of all that in the end
 *   week.c       starts and stops the engine
 *
 * The same seed gives the same week. All but week.c runs in the engine's
 * thread; both never run at once.
 */

#ifndef SIM_H
#define SIM_H

#include "ct_engine.h"
#include "ct_http.h"

#include <openssl/evp.h>
#include <stdbool.h>
#include <stdint.h>

#define SIM_SECOND ((int64_t) 1000)
#define SIM_MINUTE (60 * SIM_SECOND)
#define SIM_HOUR   (60 * SIM_MINUTE)
#define SIM_DAY    (24 * SIM_HOUR)
#define SIM_NEVER  INT64_MAX

#define SIM_BEGIN    ((int64_t) 1772409600000) /* Monday, 2 March 2026 */
#define SIM_INTERVAL (10 * SIM_MINUTE)
#define SIM_LIST     "https://list.test/list.json"
#define SIM_HOOK     "https://hook.test/alerts"

#define SIM_LOGS      96
#define SIM_OPERATORS 8
#define SIM_DAYS      16
#define SIM_HEADS     8
#define SIM_LEVELS    24
#define SIM_PLACES    6
#define SIM_PLANTED   4096
#define SIM_FAULTS    2048
#define SIM_EVENTS    4096


/* dice: in sim.c */

typedef struct {
    uint64_t state;
} dice_t;

uint64_t dice_roll(dice_t *dice, uint64_t sides);
int64_t dice_between(dice_t *dice, int64_t from, int64_t to);
bool dice_chance(dice_t *dice, unsigned percent);
void *sim_grow(void *old, size_t n, size_t size);
void sim_die(const char *why) __attribute__((noreturn));


/* A text or body that grows. */
typedef struct {
    uint8_t *data;
    size_t   len;
    size_t   room;
} text_t;

void text_put(text_t *text, const void *data, size_t len);
void text_puts(text_t *text, const char *s);
void text_uint(text_t *text, uint64_t v, unsigned width);
void text_number(text_t *text, uint64_t v);
void text_base64(text_t *text, const void *data, size_t len);


/* clock.c: true time, ms since 1970; the engine's wall clock may be off. */

int64_t sim_now(void);
void sim_advance(int64_t ms);
void sim_skew(int64_t ms);


/* tree.c */

typedef struct {
    uint64_t  size;
    uint8_t (*level[SIM_LEVELS])[CT_HASH_LEN]; /* of perfect subtrees */
    size_t    room[SIM_LEVELS];
} tree_t;

void tree_append(tree_t *tree, const uint8_t hash[CT_HASH_LEN]);
void tree_root(const tree_t *tree, uint64_t size, uint8_t out[CT_HASH_LEN]);

/* Hash `i` of tile level `level`; the subtree must be whole. */
const uint8_t *tree_node(const tree_t *tree, unsigned level, uint64_t i);

/* RFC 6962, 2.1.1 and 2.1.2; hashes are appended to `out`. */
void tree_path(const tree_t *tree, uint64_t index, uint64_t size,
    text_t *out);
void tree_consistency(const tree_t *tree, uint64_t from, uint64_t size,
    text_t *out);


/* planted.c */

typedef enum {
    PLANT_WATCHED,   /* to be found */
    PLANT_ELSEWHERE, /* for a name nobody watches */
    PLANT_LATER,     /* for the name that is added later */
    PLANT_BEFORE     /* logged long before monitoring began */
} plant_kind_e;

typedef struct {
    size_t   log;
    int64_t  at_ms;    /* it is logged */
    bool     precert;
    bool     logged;
    uint64_t index;
    int64_t  stamp_ms;
} place_t;

typedef struct {
    plant_kind_e kind;
    int64_t      at_ms;
    size_t       nplaces;
    place_t      places[SIM_PLACES];
    ct_bytes_t   final;   /* DER */
    ct_bytes_t   precert; /* as submitted */
    ct_bytes_t   tbs;     /* as logged */
    unsigned     found;   /* findings */
    unsigned     alerts;  /* bodies that came */
    unsigned     misplaced;
} plant_t;

typedef struct {
    uint32_t plant;
    uint32_t place;
} planting_t;

extern plant_t *sim_plants;
extern size_t sim_nplants;

void planted_plan(dice_t *dice);
ct_bytes_t planted_issuer(unsigned i); /* 0: intermediate, 1: root */
const uint8_t *planted_issuer_hash(unsigned i);
const uint8_t *planted_issuer_key(void);
plant_t *planted_by_serial(const uint8_t *serial, size_t len);


/* logs.c */

typedef struct {
    uint64_t size;
    int64_t  time_ms;
    uint8_t  root[CT_HASH_LEN];
    uint8_t  signature[80];
    size_t   signature_len;
} head_t;

typedef struct {
    ct_log_type_e type;
    size_t        number;
    unsigned      operator_number;
    char          host[48];
    char          url[64];
    EVP_PKEY     *key;
    uint8_t       spki[128];
    size_t        spki_len;
    uint8_t       id[CT_HASH_LEN];
    dice_t        dice;

    tree_t        tree;    /* of all entries, also those no head covers */
    int64_t      *stamps;
    uint32_t     *planted; /* 0: filler, else 1 + number of the planting */
    size_t        room;
    int64_t       pace_ms; /* between two entries, on average */
    int64_t       next_ms;
    planting_t   *queue;   /* what is to be logged, by time */
    size_t        nqueue;
    size_t        queued;
    planting_t   *plantings;
    size_t        nplantings;

    head_t        heads[SIM_HEADS]; /* the newest first */
    size_t        nheads;
    unsigned      asked;   /* heads, while it forks */

    int64_t       since_ms;  /* it takes entries */
    int64_t       mmd_ms;
    int64_t       end_ms;    /* its interval; then it is gone */
    int64_t       listed_ms;
    int64_t       unlisted_ms;
    unsigned      batch;     /* RFC 6962: entries of an answer */
    bool          aligned;
    bool          ragged;    /* any number of them */
    bool          no_entry_and_proof;

    int64_t       silent_ms; /* Retry-After until then */
    unsigned      silent_run; /* at which engine */
    uint32_t      requests[SIM_DAYS];
} log_t;

typedef struct {
    ct_rc_t  rc;
    int      status;
    int64_t  retry_after_ms;
    bool     unchanged;
    char     etag[32];
    char     error[64];
    text_t   body;
    bool     cut;     /* the connection breaks at the end of body */
    int64_t  wait_ms; /* until it begins */
} reply_t;

extern log_t sim_logs[SIM_LOGS];
extern size_t sim_nlogs;

void log_create(log_t *log, ct_log_type_e type, unsigned operator_number,
    dice_t *dice);
void log_grow(log_t *log, int64_t now_ms);
void log_answer(log_t *log, const char *path, reply_t *reply);
log_t *log_by_url(const char *url);
const char *log_operator(const log_t *log);

/* logs_static.c, logs_rfc6962.c: what is asked for but heads. */
void log_answer_static(log_t *log, const char *path, reply_t *reply);
void log_answer_rfc6962(log_t *log, const char *path, reply_t *reply);
void log_status(reply_t *reply, int status);

/* leaf.c: of the entry `index`. `flip`: one byte of it is another. */
void leaf_hash(const log_t *log, uint64_t index, uint8_t out[CT_HASH_LEN]);
void leaf_tile(const log_t *log, uint64_t index, bool flip, text_t *out);
void leaf_json(const log_t *log, uint64_t index, bool flip, text_t *out);
void leaf_input(const log_t *log, uint64_t index, bool flip, text_t *out);


/* faults.c */

typedef enum {
    FAULT_DOWN,     /* no answer */
    FAULT_LIMITED,  /* 429 and Retry-After */
    FAULT_STALE,    /* heads from a front end that lags */
    FAULT_FORK,     /* two heads of one size */
    FAULT_FLIP,     /* one entry is another than was signed */
    FAULT_MISSING,  /* one entry does not come */
    FAULT_UNSIGNED, /* signatures do not verify */
    FAULT_SLOW,
    FAULT_CUT,      /* answers break off */
    FAULT_HASHES,   /* hash tiles do not fit */
    FAULT_ISSUER,   /* issuers are not there */
    FAULT_FROZEN,   /* no new head */
    FAULT_KINDS
} fault_kind_e;

typedef struct {
    fault_kind_e kind;
    size_t       log;
    int64_t      from_ms;
    int64_t      to_ms;   /* SIM_NEVER: for ever */
    uint64_t     index;   /* FLIP, MISSING */
    bool         begun;
    unsigned     shown;   /* answers that it spoiled */
    int64_t      first_ms;
    int64_t      last_ms;
    unsigned     alarms;  /* of its kind */
} fault_t;

extern fault_t sim_faults[SIM_FAULTS];
extern size_t sim_nfaults;

void faults_plan(dice_t *dice);

/* The fault of this kind that befalls the log now; NULL. */
fault_t *fault_now(const log_t *log, fault_kind_e kind);
void fault_shown(fault_t *fault);
const char *fault_name(fault_kind_e kind);

/* Is an alarm due for it, after how it was met? */
bool fault_due(const fault_t *fault);

/* Something that explains an event of this kind about the log (NULL: about
 * the whole), at that time; NULL. */
const char *fault_cause(ct_event_e kind, const log_t *log, int64_t at_ms);


/* lists.c */

typedef struct {
    const char *what;
    int64_t     from_ms;
    int64_t     to_ms;    /* at least; and until it was seen */
    int64_t     linger_ms; /* after it was seen first */
    int64_t     seen_ms;
    unsigned    alarms;
} list_fault_t;

extern list_fault_t sim_list_faults[8];
extern size_t sim_nlist_faults;

void lists_plan(void);
void list_answer(const ct_http_ask_t *ask, reply_t *reply);
const list_fault_t *list_cause(int64_t at_ms);


/* hook.c */

typedef struct {
    char     id[80];
    unsigned count;
    int64_t  first_ms;
    int64_t  last_ms;
} post_t;

extern post_t *sim_posts;
extern size_t sim_nposts;

void hook_answer(const ct_http_ask_t *ask, reply_t *reply);
const post_t *hook_find(const char *id);


/* watcher.c */

typedef struct {
    ct_event_t  event;
    const log_t *log;
    const char *cause;
    int64_t     at_ms; /* true time */
    unsigned    run;   /* which engine said it */
} seen_t;

extern seen_t sim_events[SIM_EVENTS];
extern size_t sim_nevents;

/* Takes in what the engine has said. */
void watcher_look(ct_engine_t *engine, ct_store_t *store);
extern unsigned sim_run;
extern int sim_verbose;


/* world.c */

typedef enum {
    STOP_SAME,  /* the same store */
    STOP_FRESH, /* a new one, from the state file */
    STOP_CRASH, /* a new one, from the state file before the end */
    STOP_END
} stop_e;

typedef struct {
    stop_e  how;
    int64_t at_ms;
    bool    names; /* names are added */
} stop_t;

extern int64_t sim_end_ms;
extern int64_t sim_since_ms; /* of the names that are added */
extern stop_t sim_stops[32];
extern size_t sim_nstops;

void world_plan(uint64_t seed, unsigned days, size_t logs);
void world_answer(const ct_http_ask_t *ask, reply_t *reply);

/* Once a second: clocks are set wrong, logs grow. */
void world_tick(void);

/* How many engines ended in between. */
unsigned world_restarts(int64_t from_ms, int64_t to_ms);


/* transport.c */

extern uint64_t sim_requests;
extern uint64_t sim_turns;
extern uint64_t sim_idle_turns; /* that let no time pass, for nothing */
extern unsigned sim_impatient;  /* requests in spite of Retry-After */
extern unsigned sim_crowds;     /* more than CT_LIMIT_OPERATOR at once */

/* Lets the engine run until then. */
void transport_run(ct_engine_t *engine, ct_store_t *store, int64_t until_ms);

/* Stops it there. */
void transport_stop(ct_engine_t *engine);


/* verdict.c */

int verdict(ct_store_t *store, double real);

#endif
