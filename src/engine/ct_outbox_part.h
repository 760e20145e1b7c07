/*
 * ct_outbox_part: what the files of ct_outbox share, and nobody else.
 *
 * ct_outbox.c      who is told what
 * ct_outbox_row.c  the rows and shares of receivers
 * ct_outbox_room.c who gets a place, and who gives way
 */

#ifndef CT_OUTBOX_PART_H
#define CT_OUTBOX_PART_H

#include "ct_outbox.h"

#define CT_OUTBOX_FILL_MS 1000 /* between two looks at what is owed */
#define CT_OUTBOX_PARK_MS ((int64_t) 30 * 24 * 60 * 60 * 1000)

/* A row of CT_TABLE_CHANNEL. */
typedef struct {
    uint64_t id;         /* 0: empty */
    size_t   held;       /* places */
    bool     configured;
} ct_outbox_row_t;

struct ct_outbox_s {
    ct_outbox_row_t rows[CT_LIMIT_CHANNELS];
    size_t          nrows;
    size_t          of[CT_LIMIT_CHANNELS]; /* the row of each receiver */
    size_t          share;   /* places that a row may hold */
    uint8_t        *text;    /* of a finding, while we ask whose it is */
    bool            behind;  /* findings owe something */
    int64_t         fill_ms;
};


/* ct_outbox_row.c */

/* Counts the places of all rows anew. */
void ct_outbox_census(ct_context_t *ctx);

/* So many alerts of this row are lost. */
void ct_outbox_lost(ct_context_t *ctx, size_t row, size_t n);

/* ct_outbox_room.c */

/* Queues it; false: there is no place, and nothing that gives way to it. */
bool ct_outbox_put(ct_context_t *ctx, size_t row, ct_alert_t *alert);

/* A certificate's alarm goes back to its finding. */
void ct_outbox_take_back(ct_context_t *ctx, size_t row, size_t i);

/* Takes back what the row holds beyond its share. */
void ct_outbox_trim(ct_context_t *ctx, size_t row);

#endif
