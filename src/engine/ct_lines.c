/*
 * ct_lines: see the header.
 */

#include "ct_lines.h"

#include <stdio.h>
#include <string.h>
#include <sys/eventfd.h>
#include <unistd.h>


static bool ct_lines_put(ct_lines_t *lines, const ct_line_t *line);


bool
ct_lines_init(ct_lines_t *lines)
{
    memset(lines, 0, sizeof(ct_lines_t));
    lines->fd = eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC);

    return lines->fd != -1;
}


void
ct_lines_close(ct_lines_t *lines)
{
    if (lines->fd != -1) {
        (void) close(lines->fd);
        lines->fd = -1;
    }
}


void
ct_lines_say(ct_lines_t *lines, ct_level_e level, const char *fmt, ...)
{
    char     *p;
    va_list   args;
    ct_line_t line;

    line.level = level;
    va_start(args, fmt);
    (void) vsnprintf(line.text, sizeof(line.text), fmt, args);
    va_end(args);

    for (p = line.text; *p != '\0'; p++) {
        if ((unsigned char) *p < 0x20 || *p == 0x7f) {
            *p = '?';
        }
    }

    if (!ct_lines_put(lines, &line)) {
        lines->dropped++;
        return;
    }

    if (lines->dropped > 0) {
        line.level = CT_LINE_WARN;
        (void) snprintf(line.text, sizeof(line.text),
                        "%u log lines were dropped", lines->dropped);
        if (ct_lines_put(lines, &line)) {
            lines->dropped = 0;
        }
    }
}


static bool
ct_lines_put(ct_lines_t *lines, const ct_line_t *line)
{
    uint32_t head;
    uint64_t one;

    head = lines->head;

    if (head - __atomic_load_n(&lines->tail, __ATOMIC_ACQUIRE)
        == CT_LIMIT_LINES)
    {
        return false;
    }

    lines->ring[head % CT_LIMIT_LINES] = *line;
    __atomic_store_n(&lines->head, head + 1, __ATOMIC_RELEASE);

    one = 1;
    (void) !write(lines->fd, &one, sizeof(one));

    return true;
}


bool
ct_lines_next(ct_lines_t *lines, ct_line_t *line)
{
    uint32_t tail;
    uint64_t count;

    tail = lines->tail;

    if (tail == __atomic_load_n(&lines->head, __ATOMIC_ACQUIRE)) {
        (void) !read(lines->fd, &count, sizeof(count));

        /* a line may have come between the look and the read */
        if (tail == __atomic_load_n(&lines->head, __ATOMIC_ACQUIRE)) {
            return false;
        }
    }

    *line = lines->ring[tail % CT_LIMIT_LINES];
    __atomic_store_n(&lines->tail, tail + 1, __ATOMIC_RELEASE);

    return true;
}
