/*
 * ct_message: what is told to people and their programs, in whatever form
 * they want it. A message has one item or, for a burst, several; an item has
 * a stable id, a title, and facts that are the same in every format.
 *
 * Everything is borrowed, from the arena and from the caller, until the
 * message is rendered. Texts of strangers are kept as they are: each format
 * cuts and escapes them for itself, and never lets them mention, notify or
 * link anybody.
 */

#ifndef CT_MESSAGE_H
#define CT_MESSAGE_H

#include "ct_finding.h"

typedef enum {
    CT_FORMAT_JSON = 0,
    CT_FORMAT_CLOUDEVENTS,  /* 1.0, structured mode */
    CT_FORMAT_SLACK,        /* incoming webhook */
    CT_FORMAT_DISCORD,      /* webhook */
    CT_FORMAT_TEAMS,        /* Adaptive Card 1.4 in a message */
    CT_FORMAT_PAGERDUTY,    /* Events API v2 */
    CT_FORMAT_ALERTMANAGER, /* API v2, alerts */
    CT_FORMAT_MAIL          /* RFC 5322 */
} ct_format_e;

#define CT_FORMATS (CT_FORMAT_MAIL + 1)

typedef enum {
    CT_MESSAGE_UNFAMILIAR = 0, /* certificate.unfamiliar */
    CT_MESSAGE_UNSERVED,
    CT_MESSAGE_UNPARSABLE,
    CT_MESSAGE_RESOLVED,
    CT_MESSAGE_SERVED,         /* these three in digests only */
    CT_MESSAGE_OURS,
    CT_MESSAGE_EXPECTED,
    CT_MESSAGE_MISBEHAVING,    /* log.misbehaving */
    CT_MESSAGE_UNREACHABLE,
    CT_MESSAGE_LAGGING,
    CT_MESSAGE_RECOVERED,
    CT_MESSAGE_LOST,           /* coverage.lost */
    CT_MESSAGE_RESTORED,
    CT_MESSAGE_STALE,          /* list.stale */
    CT_MESSAGE_RESTARTED,      /* engine.restarted */
    CT_MESSAGE_TEST            /* test */
} ct_message_type_e;

#define CT_MESSAGE_TYPES (CT_MESSAGE_TEST + 1)

typedef enum {
    CT_SEVERITY_INFO = 0,
    CT_SEVERITY_WARNING,
    CT_SEVERITY_CRITICAL
} ct_severity_e;

typedef enum {
    CT_FACT_TEXT,  /* clauses of ours; strangers may be quoted in them */
    CT_FACT_CODE,  /* words of strangers, hashes and numbers */
    CT_FACT_GIVEN, /* words from the configuration or a list it names */
    CT_FACT_STEPS  /* what to do: sentences with their stops */
} ct_fact_e;

typedef struct {
    const char       *key;   /* "cert_sha256" */
    const char       *label; /* "Certificate SHA-256" */
    ct_fact_e         kind;
    const ct_bytes_t *values;
    size_t            n;
    uint64_t          total; /* that there are; more than n: some are cut */
} ct_fact_t;

#define CT_MESSAGE_FACTS 20

typedef struct {
    ct_message_type_e   type;
    int64_t             time_ms;
    ct_bytes_t          id;     /* stable; of ASCII without dots */
    ct_bytes_t          thread; /* what it is about: the same from an alarm
                                   to its resolution */
    ct_bytes_t          title;  /* without a final stop */
    ct_bytes_t          url;    /* of the finding on the page; may be empty */
    ct_fact_t           facts[CT_MESSAGE_FACTS]; /* the important ones first */
    size_t              nfacts;

    const ct_finding_t *finding; /* one of these or none */
    const ct_event_t   *event;
    ct_bytes_t          text;    /* of the finding, as the store has it */
    ct_bytes_t          note;    /* of what is neither */
} ct_message_item_t;

/* The addresses of a mail: "a@example.com" or "Name <a@example.com>". */
typedef struct {
    const char        *from;
    const char *const *to;
    size_t             nto;
} ct_mail_t;

typedef struct {
    ct_arena_t       *arena;  /* all of these are set by the caller */
    const ct_store_t *store;
    const char       *zone;
    const char       *source; /* the name of this host, or "" */
    const char       *url;    /* of the status page, or "" */
    const char       *key;    /* PagerDuty's routing_key, else NULL */
    const ct_mail_t  *mail;   /* of a mail, else NULL */
    int64_t           now_ms;
    uint64_t          more;   /* items that a cap on their rate kept back */
    bool              digest; /* a list of the day, not an alarm */

    ct_message_item_t *items[CT_LIMIT_GROUP]; /* these are not; begin as 0 */
    size_t             n;
    size_t             weight;
} ct_message_t;


/* "json", "slack" and so on. */
const char *ct_format_name(ct_format_e format);
bool ct_format_read(ct_bytes_t name, ct_format_e *format);

/* "certificate.unfamiliar" and so on. */
const char *ct_message_type_name(ct_message_type_e type);
bool ct_message_type_read(ct_bytes_t name, ct_message_type_e *type);

ct_severity_e ct_message_severity(ct_message_type_e type);
const char *ct_severity_name(ct_severity_e severity);

/* Does it end what another type began? */
bool ct_message_closes(ct_message_type_e type);

/*
 * Each adds an item, and copies the record but not the texts. CT_E_FULL: the
 * message has as much as it may, send it and go on with the next;
 * CT_E_MEMORY; CT_E_TYPE for an unknown event. Time is when it was decided
 * to tell, not when it is sent; 0: now. With `closed` a finding is told to be
 * over whatever its verdict is; one that is acknowledged is so anyway.
 */
ct_rc_t ct_message_finding(ct_message_t *message,
    const ct_finding_t *finding, ct_bytes_t text, int64_t time_ms,
    bool closed);
ct_rc_t ct_message_event(ct_message_t *message, const ct_event_t *event);

/* A test, or what else is in no record; a sentence without its stop. */
ct_rc_t ct_message_note(ct_message_t *message, ct_message_type_e type,
    int64_t time_ms, ct_bytes_t text);

/* Most items of one message; at most CT_LIMIT_GROUP. */
size_t ct_message_group_max(ct_format_e format);

const char *ct_message_content_type(ct_format_e format);

/* That of its only item, or one made of those of all. */
void ct_message_id(ct_buf_t *out, const ct_message_t *message);

/* The whole body, or for a mail everything. A ceiling of CT_LIMIT_MESSAGE is
 * enough for every message. CT_E_MEMORY; CT_E_LIMIT when there is no item or
 * more than the format takes; CT_E_ABSENT for a mail without addresses. */
ct_rc_t ct_message_render(ct_format_e format, const ct_message_t *message,
    ct_buf_t *out);

#endif
