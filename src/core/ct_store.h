/*
 * ct_store: everything that is known, in one flat piece of memory - a
 * shared zone in nginx, malloc in tests and benches.
 *
 * One writer (the engine's thread), any number of readers in any process.
 * No pointers inside, no allocation after ct_store_create. Every record
 * carries a sequence count that is odd while it is written: readers copy
 * and check, and never wait; a writer may be killed at any instruction,
 * and ct_store_repair puts right what it left behind.
 *
 *   header | status | logs | findings | alerts | events | tables (past,
 *   acknowledgements, channels) | inbox | blocks (texts) | marks
 *
 * Records are multiples of 8 bytes and are copied by relaxed atomic words.
 */

#ifndef CT_STORE_H
#define CT_STORE_H

#include "ct_cursor.h"
#include "ct_inbox.h"
#include "ct_limits.h"
#include "ct_loglist.h"
#include "ct_policy.h"

typedef struct ct_store_s ct_store_t; /* the memory itself */

#define CT_STORE_MIN (512 * 1024) /* bytes; less is refused */

/* Could a browser-trusted certificate be missed right now? See
 * ct_coverage.h. */
typedef enum {
    CT_COVERAGE_STARTING = 0, /* nothing known yet */
    CT_COVERAGE_CATCHING_UP,  /* never was complete so far */
    CT_COVERAGE_COMPLETE,
    CT_COVERAGE_LOST
} ct_coverage_e;

/* What the engine says of itself and of the whole. */
typedef struct {
    int64_t  started_ms;   /* this engine; 0: none has run yet */
    int64_t  heartbeat_ms; /* its last turn */
    int64_t  saved_ms;     /* last snapshot on disk */
    int64_t  since_ms;     /* when monitoring began, across restarts */
    uint64_t generation;   /* engines that have owned this store */
    uint64_t version;      /* grows with every change worth saving */
    uint64_t dropped;      /* findings without room */
    uint64_t alerts_dropped;
    uint64_t alerts_sent;
    uint64_t alerts_failed; /* given up after CT_LIMIT_ATTEMPTS */
    uint64_t watched;      /* names on the watch */
    uint64_t received;     /* bytes, by this engine */
    int64_t  list_ms;      /* log_list_timestamp of the list in force; 0:
                              no list, or it does not say */
    int64_t  list_checked_ms; /* last time it was found good; 0: never */
    int64_t  calist_checked_ms; /* of the CA list, as of the log list */
    uint64_t calist_rows;  /* certificates in it; 0: there is none */
    int64_t  coverage_ms;  /* since when `coverage` holds */
    uint64_t restarts;     /* engines that ended without a word */
    uint64_t restarts_told; /* of them, those that an event has told of */
    int64_t  restarted_ms; /* when it did */
    uint64_t ended;        /* 1: the last engine ended as it should */
    int32_t  pid;
    uint8_t  running;
    uint8_t  coverage;     /* ct_coverage_e */
    uint8_t  has_list;     /* ct_log_list, not ct_log alone */
    uint8_t  list_stale;   /* the list is too old to rely on */
    char     error[CT_LIMIT_ERROR]; /* of engine or state file; empty: none */
    char     list[CT_LIMIT_ERROR];  /* what was read of the log list */
    char     list_error[CT_LIMIT_ERROR]; /* why a newer list was refused or
                                            could not be had; empty: none */
    char     calist[CT_LIMIT_ERROR]; /* what was read of the CA list */
    char     calist_error[CT_LIMIT_ERROR];
    char     coverage_why[CT_LIMIT_ERROR]; /* because of which logs */
} ct_status_t;

/* The grade of a log; see ct_coverage.h for the rules. */
typedef enum {
    CT_FOLLOW_STARTING = 0, /* nothing known yet */
    CT_FOLLOW_FOLLOWING,    /* verified up to the latest head */
    CT_FOLLOW_CATCHING_UP,
    CT_FOLLOW_LAGGING,      /* its head or we are behind the MMD */
    CT_FOLLOW_UNREACHABLE,  /* no good answer for a while */
    CT_FOLLOW_LIMITED,      /* the same, because it refuses (429, 503) */
    CT_FOLLOW_MISBEHAVING,  /* what it serves contradicts what it signs */
    CT_FOLLOW_FINAL,        /* verified to its end; it grows no more */
    CT_FOLLOW_SKIPPED,      /* the list says it need not be; see skip */
    CT_FOLLOW_UNLISTED      /* position kept, not configured any more */
} ct_follow_e;

typedef enum {
    CT_GAP_ABSENT = 1,   /* the log does not give these entries */
    CT_GAP_CONTRADICTED  /* it gives others than it signed */
} ct_gap_e;

/* Entries [from, to) that are not verified though later ones are. `root` is
 * that of the first `to` leaves, so a later reading can close the gap. */
typedef struct {
    uint64_t from;
    uint64_t to;
    int64_t  since_ms;
    int64_t  due_ms; /* next attempt to read them */
    uint8_t  root[CT_HASH_LEN];
    uint32_t kind;   /* ct_gap_e */
    uint32_t tries;
} ct_gap_t;

/*
 * A look back for names added later, from `at` to `to`, beside the tail.
 * `at_root` is the root of the first `at` leaves as they were read: after a
 * restart the frontier there is seeded anew and compared with it.
 */
typedef struct {
    uint64_t from;
    uint64_t at;
    uint64_t to;       /* 0: none */
    int64_t  since_ms; /* how far back in time it reaches */
    uint64_t again;    /* 1: names came since it began; once more then */
    uint8_t  at_root[CT_HASH_LEN];
    uint8_t  to_root[CT_HASH_LEN];
} ct_lookback_t;

typedef struct {
    ct_cursor_t   cursor;
    ct_lookback_t lookback;
    ct_gap_t      gaps[CT_LIMIT_GAPS]; /* to 0: none; by position */
    int64_t       last_success_ms; /* last good answer */
    int64_t       last_error_ms;   /* 0: never */
    int64_t       failing_ms;   /* first failure since; 0: it answers */
    int64_t       state_ms;     /* since when `state` holds */
    int64_t       since_ms;     /* its entries were looked at from this time
                                   on; 0: all of them */
    int64_t       mmd_ms;
    int64_t       end_ms;       /* of its interval; 0: none */
    uint64_t      final_size;   /* readonly: of final_tree_head */
    uint64_t      entries;      /* scanned */
    uint64_t      matches;
    uint64_t      malformed;
    uint64_t      speed;        /* entries a second now, while catching up */
    uint32_t      evidence;     /* pieces kept of its misbehaviour */
    uint8_t       id[CT_HASH_LEN]; /* log_id; with url the identity here */
    uint8_t       type;         /* ct_log_type_e */
    uint8_t       state;        /* ct_follow_e */
    uint8_t       listed;       /* ct_log_state_e */
    uint8_t       limited;      /* the last failure was a refusal */
    uint8_t       accused;      /* 1: it misbehaves; until its entries and a
                                   signed root agree again */
    uint8_t       caught_up;    /* it was FOLLOWING once */
    uint8_t       has_final;
    uint8_t       reserved[5];
    char          url[CT_LIMIT_URL];
    char          description[CT_LIMIT_TEXT];
    char          operator_name[CT_LIMIT_TEXT];
    char          error[CT_LIMIT_ERROR]; /* of the last failure; kept until
                                            the next success */
    char          skip[CT_LIMIT_TEXT];
} ct_log_record_t;

typedef enum {
    CT_EVENT_LOG_MISBEHAVING = 1, /* log.misbehaving */
    CT_EVENT_LOG_UNREACHABLE,     /* log.unreachable: or rate-limited */
    CT_EVENT_LOG_LAGGING,         /* log.lagging */
    CT_EVENT_LOG_RECOVERED,       /* log.recovered: after one of these */
    CT_EVENT_COVERAGE_LOST,       /* coverage.lost */
    CT_EVENT_COVERAGE_RESTORED,   /* coverage.restored */
    CT_EVENT_LIST_STALE,          /* list.stale: refused or too old */
    CT_EVENT_ENGINE_RESTARTED,    /* engine.restarted: after a crash */
    CT_EVENT_TEST                 /* test: somebody wanted one */
} ct_event_e;

#define CT_EVENT_NO_LOG UINT32_MAX

/* Something happened to a log or to the whole: told once. */
typedef struct {
    uint64_t number; /* 1, 2, ...; 0: empty */
    int64_t  time_ms;
    uint32_t kind;   /* ct_event_e */
    uint32_t log;    /* record number or CT_EVENT_NO_LOG */
    uint8_t  evidence[CT_HASH_LEN]; /* SHA-256 of the line in the evidence
                                       file; zero: none */
    char     text[CT_LIMIT_ERROR]; /* one sentence without its stop */
} ct_event_t;

/* Where a certificate was logged. */
typedef struct {
    uint32_t log; /* log record number */
    uint32_t precertificate;
    uint64_t index;
    int64_t  timestamp_ms;
} ct_place_t;

#define CT_FINDING_PRECERT    0x01 /* seen as a pre-certificate */
#define CT_FINDING_FINAL      0x02 /* seen as a final certificate */
#define CT_FINDING_UNVERIFIED 0x04 /* no signed root covers it yet */
#define CT_FINDING_FOREIGN    0x08 /* has names that are not watched */
#define CT_FINDING_ALERTED    0x10 /* its alert was queued */
#define CT_FINDING_NAMES_CUT  0x20 /* more names than could be kept */
#define CT_FINDING_WAS_SERVED 0x40 /* SERVED or OURS once: stays silent */
#define CT_FINDING_BASELINE   0x80 /* logged before monitoring began: it is
                                      listed and does not alarm */
#define CT_FINDING_WILDCARD   0x100 /* one of its names has a "*" */
#define CT_FINDING_OUR_KEY    0x200 /* its key is or was one we serve */
#define CT_FINDING_CONTRADICTED 0x400 /* what was submitted beside the leaf
                                         is not of the same certificate */
#define CT_FINDING_ACKNOWLEDGED 0x800 /* by a row of CT_TABLE_ACK */
#define CT_FINDING_RESOLVED   0x1000 /* alerted, and silent since: that is
                                        to be told */
#define CT_FINDING_OVER       0x2000 /* what is owed of it is that */

typedef struct {
    uint64_t   number; /* 1, 2, ... in order of discovery; 0: empty */
    int64_t    first_seen_ms;
    int64_t    not_before_ms;
    int64_t    not_after_ms;
    int64_t    pending_ms; /* EXPECTED since, later by the time in which
                              nobody looked; 0: it is not, or it has no
                              deadline. UNSERVED keeps it */
    int64_t    judged_ms;  /* when its verdict became what it is */
    uint8_t    identity[CT_HASH_LEN];    /* tbs_sha256, spliced */
    uint8_t    cert_sha256[CT_HASH_LEN]; /* as submitted: final if seen;
                                            zero: it was not given */
    uint8_t    spki_sha256[CT_HASH_LEN];
    uint8_t    issuer_key[CT_HASH_LEN];  /* verified; zero: unknown */
    uint8_t    serial[CT_LIMIT_SERIAL];
    uint16_t   serial_len;
    uint8_t    verdict;  /* ct_verdict_e */
    uint8_t    reason;   /* ct_reason_e */
    uint32_t   flags;
    uint32_t   nnames;   /* in the certificate */
    uint32_t   nplaces;  /* found in; kept: CT_LIMIT_FINDING_LOGS; above
                            that: more, see ct_finding_add_place */
    ct_place_t places[CT_LIMIT_FINDING_LOGS];
    uint32_t   text_len; /* set by the store */
    uint32_t   block;    /* first block of the text; set by the store */
    uint32_t   bucket_next; /* writer only */
    uint32_t   grace_s;  /* EXPECTED: from pending_ms until UNSERVED */
    uint64_t   owed; /* bit i: it is to be told to the receiver in row i of
                        CT_TABLE_CHANNEL, and has no alert there yet */
} ct_finding_t;

/* Its text, one after the other, each u16 length and bytes: issuer DN, CA
 * owner, matched name, server block, where its CA takes problem reports, the
 * certificate (DER) and the path to its anchor (both only while they may be
 * wanted), then names lower case. See ct_finding.h. */

typedef enum {
    CT_ALERT_FIRST = 0, /* of a finding as it is, or of an event */
    CT_ALERT_RESOLVED,  /* its finding became silent */
    CT_ALERT_DIGEST     /* of a silent finding, told with others */
} ct_alert_type_e;

typedef enum {
    CT_ALERT_WAITING = 0,
    CT_ALERT_DEAD /* given up: kept to be seen */
} ct_alert_state_e;

/* Can its receiver have heard of it? Not when there was no connection, or he
 * has answered that he does not take it. */
#define CT_HEARD_MAYBE 1
#define CT_HEARD_SENT  2 /* it is on its way, or was when an engine ended */

/* An alert that is still to be delivered: of a finding or an event, to a
 * channel. There are fewer of them than findings times channels; what has no
 * room is owed, see ct_finding_t. */
typedef struct {
    uint64_t finding;  /* number, or 0 */
    uint64_t event;    /* number, or 0; both 0: free */
    uint64_t channel;  /* hash of the receiver's address */
    int64_t  due_ms;   /* next attempt */
    int64_t  queued_ms;
    uint64_t version;  /* of the store when it was queued: it waits until
                          that is saved; 0 when it was read from there */
    uint32_t attempts;
    int32_t  status;   /* HTTP status of the last one; 0: no answer */
    uint8_t  type;     /* ct_alert_type_e */
    uint8_t  state;    /* ct_alert_state_e */
    uint8_t  refused;  /* attempts in a row that ended with a 4xx */
    uint8_t  heard;    /* CT_HEARD_... */
    uint16_t told;     /* bit i: recipient i of the mail has it already */
    uint8_t  reserved[2];
} ct_alert_t;


/* Tables: rows of one kind, found by looking at all of them. The first eight
 * bytes of a row are 0 when it is empty. */
typedef enum {
    CT_TABLE_PAST = 0, /* ct_past_t */
    CT_TABLE_ACK,      /* ct_ack_t */
    CT_TABLE_CHANNEL,  /* ct_channel_record_t */
    CT_TABLES
} ct_table_e;

typedef enum {
    CT_PAST_CONFIGURED = 0, /* a file of the configuration */
    CT_PAST_LEARNED,        /* from a handshake */
    CT_PAST_KNOWN           /* ct_known_certificate */
} ct_past_source_e;

/* A certificate that was served, remembered for CT_LIMIT_PAST_DAYS, so that
 * yesterday's is no stranger. */
typedef struct {
    int64_t  last_ms; /* when it was seen to be served last; a day's slack */
    int64_t  first_ms;
    int64_t  not_after_ms;
    uint8_t  identity[CT_HASH_LEN];
    uint8_t  cert_sha256[CT_HASH_LEN];
    uint8_t  spki_sha256[CT_HASH_LEN];
    uint8_t  issuer_key[CT_HASH_LEN]; /* verified; zero: unknown */
    char     owner[CT_LIMIT_TEXT];    /* of its anchor; empty: unknown */
    uint8_t  names[CT_LIMIT_PAST_NAMES]; /* each u8 length and bytes */
    uint16_t names_len;
    uint8_t  names_cut; /* there are more, or longer ones */
    uint8_t  source;    /* ct_past_source_e */
    uint8_t  reserved[4];
} ct_past_t;

typedef enum {
    CT_ACK_FINDING = 1, /* hash: identity */
    CT_ACK_KEY,         /* hash: spki_sha256 */
    CT_ACK_ISSUER       /* hash: issuer_key */
} ct_ack_scope_e;

/* "That is all right": said by somebody, for a reason. */
typedef struct {
    int64_t time_ms;
    uint8_t hash[CT_HASH_LEN];
    uint8_t scope;    /* ct_ack_scope_e */
    uint8_t reserved[7];
    char    reason[CT_LIMIT_TEXT];
    char    who[64];  /* user name or address */
} ct_ack_t;

typedef enum {
    CT_CHANNEL_WEBHOOK = 1, /* POST to a URL */
    CT_CHANNEL_MAIL,        /* by SMTP */
    CT_CHANNEL_LOG          /* a line of JSON per event */
} ct_channel_kind_e;

/* What is known of a receiver of alerts, configured or gone. */
typedef struct {
    uint64_t id;              /* names it in alerts */
    int64_t  last_success_ms; /* 0: never */
    int64_t  last_failure_ms;
    int64_t  failing_ms;      /* since; 0: it takes alerts */
    int64_t  rest_ms;         /* nothing is sent before this */
    int64_t  parked_ms;       /* since when it is not configured; 0: it is */
    int64_t  test_ms;         /* last test event; 0: none */
    uint64_t sent;
    uint64_t failed;          /* attempts */
    uint64_t dead;            /* given up */
    uint64_t dropped;         /* without room */
    int32_t  status;          /* of the last answer; 0: none */
    uint8_t  kind;            /* ct_channel_kind_e */
    uint8_t  configured;
    uint8_t  test_ok;
    uint8_t  asked;           /* rest_ms is what it has asked for itself */
    char     name[CT_LIMIT_URL]; /* without secrets */
    char     error[CT_LIMIT_ERROR];
    char     test_answer[CT_LIMIT_ERROR];
} ct_channel_record_t;


/*
 * Writes an empty store into `len` bytes at `mem` (8-byte aligned) and
 * returns it; NULL when len < CT_STORE_MIN. How many of each fit follows
 * from len alone.
 */
ct_store_t *ct_store_create(void *mem, size_t len);

/* The store at `mem` when it is one of this layout and length, else NULL. */
ct_store_t *ct_store_attach(void *mem, size_t len);

size_t ct_store_max_logs(const ct_store_t *store);
size_t ct_store_max_findings(const ct_store_t *store);
size_t ct_store_max_alerts(const ct_store_t *store);


/* Readers: any thread of any process. A copy is whole or the call returns
 * false: empty, out of range, or being written for longer than a few tries. */
bool ct_store_status(const ct_store_t *store, ct_status_t *status);
size_t ct_store_nlogs(const ct_store_t *store);
bool ct_store_log(const ct_store_t *store, size_t i, ct_log_record_t *log);

/* Findings are numbered 1 to ct_store_last(); some in between are gone. */
uint64_t ct_store_last(const ct_store_t *store);
bool ct_store_finding(const ct_store_t *store, uint64_t number,
    ct_finding_t *finding, ct_buf_t *text);
bool ct_store_alert(const ct_store_t *store, size_t i, ct_alert_t *alert);

/* Numbers of the findings above `after` that are owed to the receiver in
 * this row, at most `max` of them, the oldest first; how many. */
size_t ct_store_owed(const ct_store_t *store, size_t row, uint64_t after,
    uint64_t *numbers, size_t max);

/* Does it wake somebody up, now that all is known of it? */
bool ct_finding_alarms(const ct_finding_t *finding);

/* Events are numbered 1 to ct_store_last_event(); the oldest give way. */
size_t ct_store_max_events(const ct_store_t *store);
uint64_t ct_store_last_event(const ct_store_t *store);
bool ct_store_event(const ct_store_t *store, uint64_t number,
    ct_event_t *event);

/* The one in place i of all; false: empty. An alarm that waits to be told
 * keeps its place, so it may be older than those that are numbered in a
 * row. */
bool ct_store_event_at(const ct_store_t *store, size_t i, ct_event_t *event);

/* Rows of a table, and row i of it into `row`, of the table's type; false:
 * empty, out of range, or being written for too long. */
size_t ct_store_rows(const ct_store_t *store, ct_table_e table);
bool ct_store_row(const ct_store_t *store, ct_table_e table, size_t i,
    void *row);

/* The row of CT_TABLE_PAST with this identity, and the one that was seen
 * longest ago; the number of rows when there is none. */
size_t ct_store_past(const ct_store_t *store,
    const uint8_t identity[CT_HASH_LEN], ct_past_t *past);
size_t ct_store_past_oldest(const ct_store_t *store, int64_t *last_ms);

/* The row of the receiver with this id; their number when it has none. */
size_t ct_store_channel(const ct_store_t *store, uint64_t id);

/* Messages from any process to the writer. */
ct_inbox_t *ct_store_inbox(const ct_store_t *store);

/* Blocks in use and in all, for the zone's fill level. */
void ct_store_usage(const ct_store_t *store, size_t *findings,
    size_t *blocks, size_t *max_blocks);


/* The writer, one thread. */

/* After taking over from another writer, dead or alive. */
void ct_store_repair(ct_store_t *store);

/* Everything of another store into an empty one, of whatever size. False,
 * and still empty, when it does not fit or the other's writer was killed
 * amid a record. */
bool ct_store_copy(ct_store_t *to, const ct_store_t *from,
    ct_arena_t *scratch);

/* Empties all but the status: before a snapshot is loaded. */
void ct_store_clear(ct_store_t *store);

void ct_store_set_status(ct_store_t *store, const ct_status_t *status);

/* Number of the log record with this id and url, or a new one;
 * CT_E_FULL. */
ct_rc_t ct_store_log_slot(ct_store_t *store, const uint8_t id[CT_HASH_LEN],
    const char *url, size_t *i);
void ct_store_set_log(ct_store_t *store, size_t i,
    const ct_log_record_t *log);

/* Number of the finding with this identity; 0: none. */
uint64_t ct_store_find(const ct_store_t *store,
    const uint8_t identity[CT_HASH_LEN]);

/*
 * A new finding; the store sets number (unless it is not 0: loading),
 * text_len and block. When full the oldest silent finding gives way, then
 * the oldest whose alert is not waiting; CT_E_FULL when there is none:
 * dropped, and counted in the status by the caller.
 */
ct_rc_t ct_store_add(ct_store_t *store, ct_finding_t *finding,
    ct_bytes_t text);

/* Replaces the fixed part of finding->number; its text stays. */
void ct_store_update(ct_store_t *store, const ct_finding_t *finding);

/* Replaces both. CT_E_FULL when the text does not fit: nothing changes. */
ct_rc_t ct_store_replace(ct_store_t *store, const ct_finding_t *finding,
    ct_bytes_t text);

/* Row i of a table becomes this one; NULL: it becomes empty. */
void ct_store_set_row(ct_store_t *store, ct_table_e table, size_t i,
    const void *row);

/* An empty row of the table; their number when there is none. */
size_t ct_store_free_row(const ct_store_t *store, ct_table_e table);

/* A new event; the store sets its number (unless it is not 0: loading). An
 * alert of the one that gives way is freed, and counted by the caller: its
 * number of alerts is returned. Those of CT_EVENT_COVERAGE_LOST do not give
 * way while one waits, unless there is no other. */
size_t ct_store_add_event(ct_store_t *store, ct_event_t *event);

/*
 * Marks: a 64-bit hash of each name on the watch when the logs were last
 * known to be searched for it, so that a reload can tell which are new.
 * `n` is their number in all; only CT_LIMIT_WATCH_MARKS of them (fewer in a
 * small zone) are kept, the lowest, and then `sum` tells at least whether
 * they changed. A writer killed amid it leaves none and another sum. Marks
 * are sorted. Both by the writer only; the number returned is of those kept.
 */
size_t ct_store_marks(const ct_store_t *store, const uint64_t **marks,
    uint64_t *sum);
void ct_store_set_marks(ct_store_t *store, const uint64_t *marks, size_t n,
    uint64_t sum);

/* Behind the last place that has an alert: for the writer, who would look at
 * all of the empty ones else. */
size_t ct_store_end_alert(const ct_store_t *store);

/* Queues once per (finding or event, channel, type); CT_E_FULL. */
ct_rc_t ct_store_queue(ct_store_t *store, const ct_alert_t *alert);

/* An alert of a larger store or its file. When there is no room for it, its
 * finding owes it. False: it is lost, to be counted. */
bool ct_store_queue_again(ct_store_t *store, const ct_alert_t *alert);
void ct_store_set_alert(ct_store_t *store, size_t i, const ct_alert_t *alert);

#endif
