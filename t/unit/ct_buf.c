/*
 * ct_buf, the output half of ct_bytes.h: it keeps its ceiling, writes whole
 * pieces only, and has the C library's calendar.
 */

#include "ct_bytes.h"
#include "tap.h"

#include <time.h>


static void test_buf_fixed(void);
static void test_buf_arena(void);
static void test_time(void);
static void time_is(int64_t ms, const char *want);


int
main(void)
{
    test_buf_fixed();
    test_buf_arena();
    test_time();

    return done_testing();
}


static void
test_buf_fixed(void)
{
    uint8_t   room[8];
    ct_buf_t  buf;
    ct_bytes_t s;

    ct_buf_fixed(&buf, room, sizeof(room));
    ct_buf_puts(&buf, "abc");
    ct_buf_u64(&buf, 0);
    ct_buf_putc(&buf, '!');
    s = ct_buf_slice(&buf);
    is_mem(s.data, s.len, "abc0!", 5, "writes");

    ct_buf_hex(&buf, "\x01\xfe", 2);
    ok(buf.full && buf.len == 5, "what does not fit is not begun");
    ct_buf_putc(&buf, 'x');
    is_int(buf.len, 5, "and after it nothing is written");
    is_int(ct_buf_slice(&buf).len, 0, "a full buffer has no slice");

    ct_buf_fixed(&buf, room, sizeof(room));
    ct_buf_hex(&buf, "\x01\xfe\xab\x9c", 4);
    s = ct_buf_slice(&buf);
    is_mem(s.data, s.len, "01feab9c", 8, "hex, up to the last byte");
    ct_buf_put(&buf, NULL, 0);
    ok(!buf.full, "nothing always fits");
    ct_buf_putc(&buf, 'x');
    ok(buf.full, "one more does not");

    ct_buf_fixed(&buf, room, sizeof(room));
    ct_buf_base64(&buf, "1234567", 7);
    ok(buf.full && buf.len == 0, "base64 of 12 characters in 8");
    ct_buf_fixed(&buf, room, sizeof(room));
    ct_buf_hex(&buf, room, SIZE_MAX / 2 + 1);
    ok(buf.full, "hex of a length that doubles to 0");
    ct_buf_fixed(&buf, room, sizeof(room));
    ct_buf_base64(&buf, room, (SIZE_MAX / 4 + 1) * 3 - 2);
    ok(buf.full, "base64 of a length that comes out as 0");
    ct_buf_fixed(&buf, room, sizeof(room));
    ct_buf_time(&buf, 0);
    ok(buf.full && buf.len == 0, "no half of a time");
}


static void
test_buf_arena(void)
{
    int         i, good;
    char        text[24];
    ct_buf_t    buf;
    ct_bytes_t  s;
    ct_arena_t *arena;

    arena = ct_arena_create(1024 * 1024);
    ct_buf_init(&buf, arena, 10000);
    is_int(ct_buf_slice(&buf).len, 0, "nothing yet");

    for (i = 0; i < 2500; i++) {
        ct_buf_put(&buf, "abcd", 4);
    }

    s = ct_buf_slice(&buf);
    is_int(s.len, 10000, "grows to its ceiling");

    good = !buf.full;

    for (i = 0; i < 2500; i++) {
        good &= s.len == 10000 && memcmp(s.data + 4 * i, "abcd", 4) == 0;
    }

    ok(good, "and keeps what it holds");
    ct_buf_putc(&buf, 'x');
    ok(buf.full, "but not beyond");

    ct_buf_init(&buf, arena, 64);
    ct_buf_u64(&buf, UINT64_MAX);
    snprintf(text, sizeof(text), "%llu", ~0ULL);
    s = ct_buf_slice(&buf);
    is_mem(s.data, s.len, text, strlen(text), "2^64 - 1");
    is_int(buf.room, 64, "a small ceiling takes little memory");
    ct_arena_destroy(arena);

    /* 256 and 400 bytes fit, 512 do not */
    arena = ct_arena_create(700);
    ct_buf_init(&buf, arena, 100000);

    for (i = 0; i < 100; i++) {
        ct_buf_put(&buf, "abcd", 4);
    }

    is_int(buf.len, 260, "no memory to double: just enough, once");
    ok(buf.full, "then full");
    ct_arena_destroy(arena);
}


static void
test_time(void)
{
    int         good;
    char        want[32];
    time_t      t;
    int64_t     day;
    uint8_t     room[32];
    ct_buf_t    buf;
    struct tm   tm;

    time_is(0, "1970-01-01T00:00:00Z");
    time_is(1795366140000, "2026-11-22T16:49:00Z");
    time_is(999, "1970-01-01T00:00:00Z");
    time_is(-1, "1969-12-31T23:59:59Z");
    time_is(-1000, "1969-12-31T23:59:59Z");
    time_is(-1001, "1969-12-31T23:59:58Z");
    time_is(951782400000, "2000-02-29T00:00:00Z");
    time_is(4107542400000, "2100-03-01T00:00:00Z");
    time_is(253402300799999, "9999-12-31T23:59:59Z");
    time_is(253402300800000, "9999-12-31T23:59:59Z");
    time_is(INT64_MAX, "9999-12-31T23:59:59Z");
    time_is(-62167219200000, "0000-01-01T00:00:00Z");
    time_is(-62167219200001, "0000-01-01T00:00:00Z");
    time_is(INT64_MIN, "0000-01-01T00:00:00Z");

    good = 1;

    for (day = -719528; day < 2932897; day += 13) {
        t = (time_t) (day * 86400 + (day * 7919 & 65535));
        strftime(want, sizeof(want), "T%H:%M:%SZ", gmtime_r(&t, &tm));
        memmove(want + 10, want, strlen(want) + 1);
        want[0] = (char) ('0' + (tm.tm_year + 1900) / 1000);
        want[1] = (char) ('0' + (tm.tm_year + 1900) / 100 % 10);
        want[2] = (char) ('0' + (tm.tm_year + 1900) / 10 % 10);
        want[3] = (char) ('0' + (tm.tm_year + 1900) % 10);
        strftime(want + 4, 7, "-%m-%d", &tm);
        want[10] = 'T';

        ct_buf_fixed(&buf, room, sizeof(room));
        ct_buf_time(&buf, (int64_t) t * 1000);
        good &= ct_bytes_is(ct_buf_slice(&buf), want);
    }

    ok(good, "every 13th day of ten thousand years is the C library's");
}


static void
time_is(int64_t ms, const char *want)
{
    uint8_t    room[32];
    ct_buf_t   buf;
    ct_bytes_t s;

    ct_buf_fixed(&buf, room, sizeof(room));
    ct_buf_time(&buf, ms);
    s = ct_buf_slice(&buf);
    is_mem(s.data, s.len, want, strlen(want), "time %lld", (long long) ms);
}
