/*
 * tap: the Test Anything Protocol for the C tests, one program per file of
 * the core. No plan beforehand; a test ends with `return done_testing();`.
 */

#ifndef TAP_H
#define TAP_H

#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#define TAP_PAGE ((size_t) sysconf(_SC_PAGESIZE))
#define TAP_ROOM(len) (((len) + TAP_PAGE - 1) / TAP_PAGE * TAP_PAGE)

#define TAP_PRINTF(n, m) __attribute__((format(printf, n, m)))

#define ok(cond, ...) tap_ok((cond) ? 1 : 0, __LINE__, __VA_ARGS__)
#define skip(...) tap_ok(1, __LINE__, "# skip " __VA_ARGS__)
#define is_int(got, want, ...)                                             \
    tap_int((long long) (got), (long long) (want), __LINE__, __VA_ARGS__)
#define is_mem(got, len, want, want_len, ...)                              \
    tap_mem(got, len, want, want_len, __LINE__, __VA_ARGS__)
#define is_str(got, want, ...)                                             \
    tap_mem(got, strlen(got), want, strlen(want), __LINE__, __VA_ARGS__)

static int tap_count, tap_failed;


static inline int
tap_line(int good, int line, const char *fmt, va_list args)
{
    printf("%s %d - ", good ? "ok" : "not ok", ++tap_count);
    vprintf(fmt, args);
    printf("\n");

    if (!good) {
        tap_failed++;
        printf("# failed at line %d\n", line);
    }

    fflush(stdout);

    return good;
}


static inline int TAP_PRINTF(3, 4)
tap_ok(int good, int line, const char *fmt, ...)
{
    va_list args;

    va_start(args, fmt);
    tap_line(good, line, fmt, args);
    va_end(args);

    return good;
}


static inline int TAP_PRINTF(4, 5)
tap_int(long long got, long long want, int line, const char *fmt, ...)
{
    va_list args;

    va_start(args, fmt);

    if (!tap_line(got == want, line, fmt, args)) {
        printf("#    got %lld\n# wanted %lld\n", got, want);
    }

    va_end(args);

    return got == want;
}


static inline void
tap_show(const char *label, const uint8_t *p, size_t len)
{
    size_t i;

    printf("%s", label);

    for (i = 0; i < len; i++) {
        printf(p[i] >= 0x20 && p[i] < 0x7f ? "%c" : "\\x%02x", p[i]);
    }

    printf("\n");
}


static inline int TAP_PRINTF(6, 7)
tap_mem(const void *got, size_t len, const void *want, size_t want_len,
    int line, const char *fmt, ...)
{
    int     good;
    va_list args;

    va_start(args, fmt);
    good = len == want_len && (len == 0 || memcmp(got, want, len) == 0);

    if (!tap_line(good, line, fmt, args)) {
        tap_show("#    got ", got, len);
        tap_show("# wanted ", want, want_len);
    }

    va_end(args);

    return good;
}


static inline int
done_testing(void)
{
    printf("1..%d\n", tap_count);

    return tap_failed != 0;
}


/* A copy that ends where a page without access begins: reading one byte
 * too far is a SIGSEGV. tap_unguard() gives it back. */
static inline uint8_t *
tap_guard(const void *data, size_t len)
{
    uint8_t *end;

    end = mmap(NULL, TAP_ROOM(len) + TAP_PAGE, PROT_READ | PROT_WRITE,
               MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

    if (end == MAP_FAILED
        || mprotect(end + TAP_ROOM(len), TAP_PAGE, PROT_NONE) != 0)
    {
        printf("Bail out! no memory for a guard page\n");
        exit(1);
    }

    end += TAP_ROOM(len);

    return len != 0 ? memcpy(end - len, data, len) : end;
}


static inline void
tap_unguard(uint8_t *p, size_t len)
{
    (void) munmap(p + len - TAP_ROOM(len), TAP_ROOM(len) + TAP_PAGE);
}

#endif
