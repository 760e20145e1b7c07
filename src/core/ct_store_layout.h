/*
 * ct_store_layout: how the store lies in memory; private to ct_store*.c.
 *
 * Every record is a slot: a sequence count and a payload. Payloads are only
 * ever copied word by word with relaxed atomics, so a reader in another
 * process sees old or new words, never a torn one, and the count tells
 * whether they belong together.
 *
 * The journal holds the previous payload of the one slot being rewritten:
 * a writer killed in between leaves an odd count there, and the next one
 * puts the old payload back.
 */

#ifndef CT_STORE_LAYOUT_H
#define CT_STORE_LAYOUT_H

#include "ct_store.h"

#define CT_STORE_MAGIC  0x6e67785f63743031ULL
#define CT_STORE_LAYOUT 3
#define CT_BLOCK_DATA   248
#define CT_STORE_WORDS(type) (sizeof(type) / 8)

typedef struct {
    uint64_t seq;
    ct_status_t status;
} ct_slot_status_t;

typedef struct {
    uint64_t        seq;
    ct_log_record_t log;
} ct_slot_log_t;

typedef struct {
    uint64_t     seq;
    ct_finding_t finding;
} ct_slot_finding_t;

typedef struct {
    uint64_t   seq;
    ct_alert_t alert;
} ct_slot_alert_t;

typedef struct {
    uint64_t   seq;
    ct_event_t event;
} ct_slot_event_t;

/* A piece of text; `next` is number + 1 of the next one, 0 at the end. */
typedef struct {
    uint32_t next;
    uint32_t used; /* writer only, while repairing */
    uint8_t  data[CT_BLOCK_DATA];
} ct_block_t;

struct ct_store_s {
    uint64_t magic;
    uint64_t layout;
    uint64_t len;

    /* fixed at creation */
    uint64_t max_logs;
    uint64_t max_findings;
    uint64_t max_alerts;
    uint64_t max_events;
    uint64_t max_blocks;
    uint64_t max_marks;
    uint64_t max_rows[CT_TABLES];

    /* atomic; readers look at them */
    uint64_t nlogs;
    uint64_t last;
    uint64_t last_event;
    uint64_t nfindings;
    uint64_t nfree; /* blocks */

    /* writer only */
    uint64_t free_block; /* number + 1; 0: none */
    uint64_t end_alert;  /* behind the last alert */
    uint64_t journal_slot; /* byte offset of the slot; 0: none */
    uint64_t journal_words; /* of the payload; 0: it was being filled */
    uint64_t journal[CT_STORE_WORDS(ct_log_record_t)];

    /* of the marks; odd while they are written */
    uint64_t marks_seq;
    uint64_t nmarks;
    uint64_t marks_sum;

    ct_slot_status_t status;
};


ct_slot_log_t *ct_store_logs(const ct_store_t *store);
ct_slot_finding_t *ct_store_findings(const ct_store_t *store);
ct_slot_alert_t *ct_store_alerts(const ct_store_t *store);
ct_slot_event_t *ct_store_events(const ct_store_t *store);
ct_block_t *ct_store_blocks(const ct_store_t *store);

/* A row is a slot like any other: the count, then the payload. */
uint64_t *ct_store_row_slot(const ct_store_t *store, ct_table_e table,
    size_t i);
size_t ct_store_row_words(ct_table_e table);
uint64_t *ct_store_mark_room(const ct_store_t *store);

/* Heads of the identity chains: slot + 1, max_findings of them. */
uint32_t *ct_store_buckets(const ct_store_t *store);

/* The slot a finding's number lives in. */
ct_slot_finding_t *ct_store_home(const ct_store_t *store, uint64_t number);

void ct_words_copy(void *to, const void *from, size_t words);

/* Copies a payload that is whole; false when it is being written for too
 * long. */
bool ct_slot_read(const uint64_t *seq, const void *payload, void *out,
    size_t words);

/* Writer only. Between begin and end the count is odd. */
void ct_slot_begin(uint64_t *seq);
void ct_slot_end(uint64_t *seq);
void ct_slot_write(ct_store_t *store, uint64_t *seq, void *payload,
    const void *from, size_t words);
void ct_store_publish(uint64_t *shared, uint64_t value);

void ct_store_clear_events(ct_store_t *store);
void ct_store_clear_rows(ct_store_t *store);

/* Frees the alerts of event `number`; how many there were. */
size_t ct_store_forget_event(ct_store_t *store, uint64_t number);

/* None, and a sum that no list has. */
void ct_store_lose_marks(ct_store_t *store);

/* Puts a filled slot at the head of its identity's chain. */
void ct_store_link(ct_store_t *store, ct_slot_finding_t *slot);

#endif
