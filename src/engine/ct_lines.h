/*
 * ct_lines: lines from the engine's thread to the host's log. One producer,
 * one consumer, a ring of fixed size: nobody ever waits. Full means drop
 * and count.
 */

#ifndef CT_LINES_H
#define CT_LINES_H

#include "ct_engine.h"

#include <stdarg.h>

typedef struct {
    ct_line_t ring[CT_LIMIT_LINES];
    uint32_t  head;    /* producer */
    uint32_t  tail;    /* consumer */
    uint32_t  dropped; /* producer */
    int       fd;      /* eventfd; readable when there is something */
} ct_lines_t;


bool ct_lines_init(ct_lines_t *lines);
void ct_lines_close(ct_lines_t *lines);

/* Producer. printf-like; control bytes become "?". */
void ct_lines_say(ct_lines_t *lines, ct_level_e level, const char *fmt, ...)
    __attribute__((format(printf, 3, 4)));

/* Consumer. */
bool ct_lines_next(ct_lines_t *lines, ct_line_t *line);

#endif
