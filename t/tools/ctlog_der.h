/*
 * ctlog_der.h: DER that is written from its end to its beginning, so that
 * every length is known when it is due, and dice.
 */

#ifndef CTLOG_DER_H
#define CTLOG_DER_H

#include "ctlog.h"

#define DER_ROOM 65536

/* Bytes from `at` to the end are written. */
typedef struct {
    uint8_t byte[DER_ROOM];
    size_t  at;
} der_t;

void dice_noise(der_t *der, dice_t *dice, size_t len);
void der_put(der_t *der, const void *data, size_t len);
void der_text(der_t *der, unsigned tag, const char *text);

/* Tag and length before what was written since `end`. */
void    der_wrap(der_t *der, unsigned tag, size_t end);
slice_t der_rest(const der_t *der);

#endif
