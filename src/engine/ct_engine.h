/*
 * ct_engine: the one thread that does everything slow - HTTP, JSON, hashing,
 * OpenSSL, disk - scheduled as SCHED_IDLE so that it runs in what requests
 * leave over. The host (an nginx worker, a bench, a test) starts it, hears
 * its lines, stops and joins it; nothing else.
 *
 * The configuration is borrowed and must outlive the join.
 */

#ifndef CT_ENGINE_H
#define CT_ENGINE_H

#include "ct_store.h"
#include "ct_watch.h"

struct sockaddr;

typedef struct ct_engine_s ct_engine_t;

/* What a channel wants to hear of: a mask of these. */
#define CT_ON_UNFAMILIAR 0x001U /* certificate.unfamiliar */
#define CT_ON_UNSERVED   0x002U
#define CT_ON_UNPARSABLE 0x004U
#define CT_ON_RESOLVED   0x008U
#define CT_ON_LOG        0x010U /* log.* */
#define CT_ON_COVERAGE   0x020U /* coverage.* */
#define CT_ON_LIST       0x040U /* list.stale */
#define CT_ON_ENGINE     0x080U /* engine.restarted */
#define CT_ON_DIGEST     0x100U /* once a day: what was silent */
#define CT_ON_ALL        0x0ffU /* the default; tests always come */

/* A server that takes datagrams (RFC 3164), as nginx has it. */
typedef struct {
    const struct sockaddr *addr;
    size_t                 addr_len;
    unsigned               priority; /* facility and severity */
    const char            *tag;
    bool                   nohostname;
} ct_syslog_t;

/* A receiver of alerts. */
typedef struct {
    ct_channel_kind_e  kind;
    uint64_t           id;     /* ct_channel_id(url): names it in the store */
    const char        *url;    /* http:// or https://; smtp:// or smtps://;
                                  of a log a path or "syslog:..." */
    const char        *name;   /* the same for people: without secrets */
    uint32_t           format; /* ct_format_e, of a webhook */
    uint32_t           events; /* CT_ON_... */
    uint32_t           server; /* its findings alone: their owner in
                                  ct_watch; 0: all */
    const char *const *headers; /* "Name: value", of a webhook */
    size_t             nheaders;
    const ct_bytes_t  *secrets; /* keys of signatures, the newest first */
    size_t             nsecrets;
    const char *const *to;     /* of mail: addresses */
    size_t             nto;
    const char        *from;
    const char        *user;   /* NULL: no authentication */
    const char        *password;
    bool               tls;    /* of mail: STARTTLS is required */
    int                fd;     /* of a log: to append to, the host's; -1:
                                  `url` is to be opened */
    const ct_syslog_t *syslog; /* of a log; NULL: a file */
} ct_channel_t;

typedef struct {
    ct_store_t           *store;
    void                 *owner; /* CT_OWNER_SIZE bytes in the same zone,
                                    prepared by ct_owner_init */
    const char           *zone;  /* its name, for alerts */
    const ct_log_t       *logs;  /* of ct_log */
    size_t                nlogs;
    const char           *list;  /* ct_log_list: absolute path, http:// or
                                    https:// URL; NULL: no list */
    const ct_loglist_t   *list_read; /* of a path: as it was when the
                                        configuration was read; else NULL */
    const char           *list_sig; /* where its signature is; path or URL;
                                       NULL: not to be checked */
    ct_bytes_t            list_key; /* PEM, with list_sig */
    const char           *calist;  /* ct_ca_list: as `list`; NULL: none */
    const ct_watch_t     *watch; /* its owners are servers, from 1 on */
    bool                  watch_shown; /* and names of certificates that are
                                          learned or known */
    const char *const    *servers; /* their names; may be NULL */
    size_t                nservers;
    const ct_inventory_t *inventory;
    const ct_issuer_t    *issuers; /* ct_issuer */
    size_t                nissuers;
    const char *const    *known; /* ct_known_certificate: absolute paths, of
                                    files or with wildcards as in glob(3) */
    size_t                nknown;
    const ct_channel_t   *channels; /* ct_webhook, ct_mail, ct_event_log */
    size_t                nchannels;
    const char           *status_url; /* ct_status_url: of the page, with a
                                         slash at its end; NULL: unknown */
    int64_t               grace_ms; /* ct_grace: how long an expected
                                       certificate may not be served */
    const char           *state;   /* path of the snapshot; NULL: none */
    const char           *trusted; /* PEM bundle; NULL: no trust anchors */
    const char           *contact; /* for User-Agent; NULL: none */
    const char           *proxy;   /* ct_proxy: URL; NULL: none */
    int64_t               interval_ms;
    int64_t               since_ms; /* ct_since: CT_SINCE_NOW, 0 (all), or
                                       ms since 1970 */
    int64_t               rate;     /* ct_rate: bytes a second; 0: no cap */
} ct_config_t;

#define CT_SINCE_NOW INT64_MAX

/* As nginx counts them. */
typedef enum {
    CT_LINE_ALERT = 2,
    CT_LINE_ERROR = 4,
    CT_LINE_WARN = 5,
    CT_LINE_NOTICE = 6,
    CT_LINE_INFO = 7
} ct_level_e;

typedef struct {
    ct_level_e level;
    char       text[CT_LIMIT_LINE]; /* one line, printable, no prefix */
} ct_line_t;


uint64_t ct_channel_id(const char *url);

/* Starts the thread with all signals blocked. NULL when the system refuses
 * (errno); nothing is left behind. */
ct_engine_t *ct_engine_start(const ct_config_t *config);

/* Readable when lines wait; level-triggered until they are drained. */
int ct_engine_fd(const ct_engine_t *engine);

/* The next line for the host's log; false when there is none. Never
 * blocks. Lines without room are dropped and counted in a later line. */
bool ct_engine_line(ct_engine_t *engine, ct_line_t *line);

/* Asks it to stop: returns at once, breaks off transfers, wakes it. */
void ct_engine_stop(ct_engine_t *engine);

/* Waits for the end, at most timeout_ms; true: joined, lines may still be
 * read until ct_engine_free. False: it hangs; leave everything alone. */
bool ct_engine_join(ct_engine_t *engine, int timeout_ms);

/* Only after a join. */
void ct_engine_free(ct_engine_t *engine);

#endif
