/*
 * ct_inbox: messages from any process to the engine - a certificate that a
 * worker has sent in a handshake, something that a person wants of it. A few
 * slots in shared memory; nobody ever waits for one.
 */

#ifndef CT_INBOX_H
#define CT_INBOX_H

#include "ct_bytes.h"
#include "ct_limits.h"

/* A process that was killed amid a message gives its slot back after this. */
#define CT_INBOX_PATIENCE 10000 /* ms */

/* Values are those of one nginx binary: never kept. */
typedef enum {
    CT_INBOX_LEARNED = 1, /* parts: certificate, then its chain, DER */
    CT_INBOX_ACKNOWLEDGE, /* parts: scope (1 byte), hash, reason, who */
    CT_INBOX_FORGET,      /* the same */
    CT_INBOX_TEST         /* parts: who; a test event for every channel */
} ct_inbox_kind_e;

typedef struct {
    uint64_t state; /* atomic: ticket << 2 and 0 free, 1 being written,
                       2 written */
    uint64_t watched;    /* the engine's own: a state that it has seen, */
    int64_t  watched_ms; /* and when first */
    uint64_t sum;   /* of kind, len and data */
    uint32_t kind;
    uint32_t len;
    uint8_t  data[CT_LIMIT_INBOX_DATA]; /* parts: u16 length and bytes */
} ct_inbox_slot_t;

typedef struct {
    uint64_t        tickets; /* atomic */
    uint64_t        refused; /* atomic: messages without room */
    ct_inbox_slot_t slots[CT_LIMIT_INBOX];
} ct_inbox_t;

/* A message that was taken: `rest` is walked with ct_read_vec16. */
typedef struct {
    ct_inbox_kind_e kind;
    ct_bytes_t      rest; /* borrows from the caller's room */
} ct_inbox_message_t;


/* Any process. Parts that do not fit any more are left out when `cut`, else
 * the message is refused. False: no room now. */
bool ct_inbox_put(ct_inbox_t *inbox, ct_inbox_kind_e kind,
    const ct_bytes_t *parts, size_t nparts, bool cut);

/* The engine: the oldest message, into `room`; false when there is none.
 * Frees the slots of those who never finished. */
bool ct_inbox_take(ct_inbox_t *inbox, int64_t now_ms,
    uint8_t room[CT_LIMIT_INBOX_DATA], ct_inbox_message_t *message);

/* Messages that found no room since the zone was made. */
uint64_t ct_inbox_refused(const ct_inbox_t *inbox);

#endif
