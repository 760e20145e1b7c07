/*
 * ct_csv: comma-separated values (RFC 4180), cell by cell, as slices of the
 * input. A cell in quotes may have commas, line ends and doubled quotes in
 * it; rows end in LF or CRLF; empty lines are passed over, and so is a byte
 * order mark. Linear; neither allocates nor copies.
 */

#ifndef CT_CSV_H
#define CT_CSV_H

#include "ct_bytes.h"

/* Opaque, on the caller's stack. */
typedef struct {
    ct_bytes_t in;     /* not read yet */
    size_t     rows;   /* begun so far */
    bool       more;   /* this row has cells that are not read yet */
    bool       cut;    /* the row ended with the input, not with a line */
    bool       broken; /* a quote that is not closed, or closed amid a cell:
                          there are no more rows */
} ct_csv_t;


void ct_csv_start(ct_csv_t *csv, ct_bytes_t text);

/* Goes to the next row; false at the end, or when it is broken. */
bool ct_csv_row(ct_csv_t *csv);

/* The next cell of this row, without the quotes around it, but with those
 * doubled in it; false when there is none. */
bool ct_csv_cell(ct_csv_t *csv, ct_bytes_t *cell);

/* A cell with its quotes single again. */
void ct_csv_text(ct_buf_t *out, ct_bytes_t cell);

#endif
