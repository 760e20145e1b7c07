/*
 * ct_policy: the verdict, from what nginx serves - exact certificate, key,
 * then CA - and never from issuer text, which anyone can write.
 */

#ifndef CT_POLICY_H
#define CT_POLICY_H

#include "ct_calist.h"

/* Values are kept in zone and state file: only append. First hit decides. */
typedef enum {
    CT_VERDICT_NONE = 0,
    CT_VERDICT_SERVED = 1,     /* nginx serves it */
    CT_VERDICT_OURS = 2,       /* a key nginx serves, for names it serves */
    CT_VERDICT_EXPECTED = 3,   /* our CA: not served here yet */
    CT_VERDICT_UNSERVED = 4,   /* expected, and not served in time: alert.
                                  Given by time, not by the policy */
    CT_VERDICT_UNFAMILIAR = 5, /* a CA that is not ours: alert */
    CT_VERDICT_UNPARSABLE = 6  /* cannot be read, may cover us: alert */
} ct_verdict_e;

/* Why, for people; only append, before CT_REASONS. */
typedef enum {
    CT_REASON_NONE = 0,
    CT_REASON_IDENTITY,   /* its TBS is that of a served certificate */
    CT_REASON_KEY,        /* its key is served for all of its names */
    CT_REASON_OWNER,      /* its CA's owner issued a served one */
    CT_REASON_ISSUER_KEY, /* the key that signed it signed a served one */
    CT_REASON_CONFIGURED, /* ct_issuer names its owner, key or certificate */
    CT_REASON_STRANGER,   /* a known anchor, but none of ours */
    CT_REASON_NO_ANCHOR,  /* the chain leads to no trusted anchor */
    CT_REASON_IMPOSTOR,   /* it copies our CA's name, and is another's */
    CT_REASON_NO_CHAIN,   /* the log did not give the issuers */
    CT_REASON_UNREADABLE, /* the entry cannot be parsed */
    CT_REASON_BYGONE,     /* our CA, before monitoring began, and over */
    CT_REASON_PAST,       /* its TBS is that of one that was served once */
    CT_REASON_KNOWN,      /* its TBS is that of one in ct_known_certificate */
    CT_REASONS            /* their number */
} ct_reason_e;

/* What of nginx serves a certificate. */
#define CT_SERVED_HTTP   0x01U
#define CT_SERVED_STREAM 0x02U
#define CT_SERVED_MAIL   0x04U

/* How it is known that a certificate is ours. */
typedef enum {
    CT_ORIGIN_CONFIGURED = 0, /* nginx has loaded it */
    CT_ORIGIN_LEARNED,        /* it was sent in a handshake */
    CT_ORIGIN_KNOWN,          /* ct_known_certificate */
    CT_ORIGIN_PAST            /* it was one of these once; see ct_past.h */
} ct_origin_e;

/* A certificate that nginx serves. Everything borrowed from the inventory's
 * owner (a configuration cycle) and never changed. */
typedef struct {
    ct_bytes_t        der;
    const ct_bytes_t *chain;     /* DER issuers that nginx sends with it */
    size_t            nchain;
    const ct_bytes_t *names;     /* lower case: SAN dNSNames, CNs; then
                                    the names of the servers that use it */
    size_t            nnames;
    size_t            ncert_names; /* the first of them: the certificate's */
    const char       *file;      /* as configured; never NULL */
    uint32_t          places;    /* CT_SERVED_HTTP ... */
    const uint32_t   *servers;   /* of http that use it, by their numbers */
    size_t            nservers;
    ct_origin_e       origin;
    ct_origin_e       was;       /* CT_ORIGIN_PAST: which of the others */
    int64_t           seen_ms;   /* the same: when last, a day's slack */
    const char       *owner;     /* CT_ORIGIN_PAST: of its CA, else NULL */
    const uint8_t    *issuer_key; /* the same; NULL: unknown */
    int64_t           not_before_ms;
    int64_t           not_after_ms;
    uint8_t           identity[CT_HASH_LEN];
    uint8_t           cert_sha256[CT_HASH_LEN];
    uint8_t           spki_sha256[CT_HASH_LEN];
} ct_served_t;

typedef struct {
    const ct_served_t *served;
    size_t             nserved;
} ct_inventory_t;

/* One argument of ct_issuer: the name of an owner or of an anchor's
 * organization, or the SHA-256 of a key or certificate on the way there. */
typedef struct {
    ct_bytes_t owner; /* empty: hash */
    uint8_t    hash[CT_HASH_LEN];
} ct_issuer_t;

/* What is known of a logged certificate when it is judged. */
typedef struct {
    const uint8_t    *identity;
    const uint8_t    *spki_sha256;
    ct_bytes_t        issuer;     /* Name, whole TLV; may be empty */
    const ct_bytes_t *names;      /* all of them, lower case */
    size_t            nnames;
    bool              names_cut;  /* there are more than `names` */
    const ct_ca_t    *ca;         /* NULL: not established yet */
    const ct_bytes_t *issuers;    /* DER; to ask private CAs; may be empty */
    size_t            nissuers;
    bool              chain_missing; /* the log would not give issuers */
    bool              unreadable; /* there may be names that nobody saw */
    bool              before;     /* logged before monitoring began */
    bool              expired;
    int64_t           not_before_ms;
} ct_facts_t;

/* The CAs that are ours, learned once per configuration from the inventory:
 * owners of served certificates and keys that issued them. */
typedef struct ct_policy_s ct_policy_t;


/*
 * Fills what can be computed of a served certificate from `der`: identity,
 * hashes, validity, and its names lower-cased from `arena`. Then appends
 * `extra` (server names). CT_E_ENCODING, CT_E_MEMORY.
 */
ct_rc_t ct_served_read(ct_served_t *served, ct_bytes_t der,
    const ct_bytes_t *extra, size_t nextra, ct_arena_t *arena);

/* "http", "stream", "mail" of CT_SERVED_HTTP ... */
const char *ct_served_place(uint32_t place);

/* Borrows all arguments; the CA list may be NULL. It is of use once all its
 * turns are taken. NULL: memory. */
ct_policy_t *ct_policy_start(ct_arena_t *arena,
    const ct_inventory_t *inventory, const ct_anchors_t *anchors,
    ct_calist_t *list, const ct_issuer_t *issuers, size_t nissuers);

/* Verifies one more served certificate's own chain, from which the CA list
 * learns, to establish its CA: some ms. True once all are. */
bool ct_policy_turn(ct_policy_t *policy);

/* All at once. */
ct_policy_t *ct_policy_create(ct_arena_t *arena,
    const ct_inventory_t *inventory, const ct_anchors_t *anchors,
    ct_calist_t *list, const ct_issuer_t *issuers, size_t nissuers);

/* SERVED or OURS when identity or key say so, NONE otherwise: needs no
 * chain, so it is asked first. */
ct_verdict_e ct_policy_quick(const ct_policy_t *policy,
    const ct_facts_t *facts, ct_reason_e *reason);

/* Is it the key of a certificate that nginx serves? */
bool ct_policy_our_key(const ct_policy_t *policy, const uint8_t *spki_sha256);

/* The whole verdict; never NONE, nor UNSERVED. */
ct_verdict_e ct_policy_judge(const ct_policy_t *policy,
    const ct_facts_t *facts, ct_reason_e *reason);

/* Owner established for served certificate i; "" when none was. */
const char *ct_policy_served_owner(const ct_policy_t *policy, size_t i);

/* SHA-256 of the key that signed it; NULL when that is unknown. */
const uint8_t *ct_policy_served_key(const ct_policy_t *policy, size_t i);

/* "served" ... "unparsable"; "none". */
const char *ct_verdict_name(ct_verdict_e verdict);

/* Does this verdict wake somebody up? */
bool ct_verdict_alarms(ct_verdict_e verdict);

/* The why, a sentence for people; `ca` and `issuer` are put into it. */
void ct_reason_text(ct_buf_t *out, ct_reason_e reason, ct_bytes_t ca,
    ct_bytes_t issuer);

/* The same of an UNSERVED one. */
void ct_reason_unserved(ct_buf_t *out, ct_bytes_t ca, int64_t logged_ms,
    uint32_t grace_s);

/* The same of one that was served once, or was in ct_known_certificate. */
void ct_reason_past(ct_buf_t *out, bool known, int64_t until_ms);

/* "24 hours" */
void ct_reason_duration(ct_buf_t *out, uint32_t seconds);

#endif
