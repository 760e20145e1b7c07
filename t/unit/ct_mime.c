/*
 * ct_mime: headers that stay in their line, quoted-printable by its rules,
 * dates against those of the C library.
 */

#include "ct_date.h"
#include "ct_mime.h"
#include "tap.h"

#include <time.h>


static void test_plain(void);
static void test_encoded(void);
static void test_addresses(void);
static void test_date(void);
static void test_quoted(void);
static void test_domain(void);
static void test_every_line(void);
static bool lines_fit(const char *p, bool one);
static const char *header(const char *text);
static const char *quoted(const char *text);


int
main(void)
{
    test_plain();
    test_encoded();
    test_addresses();
    test_date();
    test_quoted();
    test_domain();
    test_every_line();

    return done_testing();
}


static char     room[65536];
static ct_buf_t out;


static void
test_plain(void)
{
    is_str(header("hello"), "Subject: hello\r\n", "as it is");
    is_str(header(""), "Subject: \r\n", "empty");
    is_str(header("a  b "), "Subject: a  b \r\n", "blanks");
    is_str(header("aaaaaaaaaa bbbbbbbbbb cccccccccc dddddddddd eeeeeeeeee "
                  "ffffffffff gggggggggg"),
           "Subject: aaaaaaaaaa bbbbbbbbbb cccccccccc dddddddddd eeeeeeeeee "
           "ffffffffff\r\n gggggggggg\r\n", "folded");
    is_str(header("aaaaaaaaaa bbbbbbbbbb cccccccccc dddddddddd eeeeeeeeee "
                  "ffffffffff             "),
           "Subject: aaaaaaaaaa bbbbbbbbbb cccccccccc dddddddddd eeeeeeeeee "
           "ffffffffff             \r\n", "never before blanks alone");
}


static void
test_encoded(void)
{
    is_str(header("\xc3\xa9"), "Subject: =?UTF-8?B?w6k=?=\r\n", "not ASCII");
    is_str(header("a\r\nBcc: b"), "Subject: =?UTF-8?B?YQ0KQmNjOiBi?=\r\n",
           "lines");
    is_str(header("=?utf-8?q?x?="),
           "Subject: =?UTF-8?B?PT91dGYtOD9xP3g/PQ==?=\r\n",
           "what looks encoded");
    is_str(header("a = b ? c"), "Subject: a = b ? c\r\n", "what does not");
    is_str(header("aaaaaaaaaabbbbbbbbbbccccccccccddddd\xc3\xa9"
                  "eeeeeeeeeeffffffffff"),
           "Subject: =?UTF-8?B?"
           "YWFhYWFhYWFhYWJiYmJiYmJiYmJjY2NjY2NjY2NjZGRkZGQ=?=\r\n"
           " =?UTF-8?B?w6llZWVlZWVlZWVlZmZmZmZmZmZmZg==?=\r\n",
           "between characters");
}


static void
test_addresses(void)
{
    static const char *const all[] = {"a@b.c", "N <d@e.f>", "x\r\ny\xff"};

    ct_buf_fixed(&out, room, sizeof(room));
    ct_mime_addresses(&out, "To", all, 3);
    ct_buf_putc(&out, '\0');
    is_str(room, "To: a@b.c,\r\n N <d@e.f>,\r\n x??y?\r\n", "addresses");
}


/* Our own reader and the C library agree. */
static void
test_date(void)
{
    int       good = 1;
    char      want[64];
    time_t    t;
    int64_t   ms, back = 0;
    struct tm tm;

    for (ms = 0; ms < 4102444800000LL; ms += 86400000LL * 13 + 12345678) {
        ct_buf_fixed(&out, room, sizeof(room));
        ct_mime_date(&out, "Date", ms);
        ct_buf_putc(&out, '\0');
        t = (time_t) (ms / 1000);
        strftime(want, sizeof(want), "Date: %a, %d %b %Y %H:%M:%S +0000\r\n",
                 gmtime_r(&t, &tm));
        good = good && strcmp(want, room) == 0
               && ct_date_read(ct_bytes(room + 6, strlen(room) - 8), &back)
               && back == ms / 1000 * 1000;
    }

    ok(good, "dates");
}


static void
test_quoted(void)
{
    is_str(quoted("a=b\n"), "a=3Db\r\n", "an equals sign");
    is_str(quoted("a"), "a\r\n", "a line is ended");
    is_str(quoted("a b \n\n"), "a b=20\r\n\r\n", "a blank at the end");
    is_str(quoted(".\nFrom\nfrom\n"), "=2E\r\n=46rom\r\nfrom\r\n",
           "beginnings that mean something");
    is_str(quoted("\xc3\xa9\r\t"), "=C3=A9=0D=09\r\n", "other bytes");
    is_str(quoted("aaaaaaaaaabbbbbbbbbbccccccccccddddddddddeeeeeeeeee"
                  "ffffffffffgggggggggghhhhhi"),
           "aaaaaaaaaabbbbbbbbbbccccccccccddddddddddeeeeeeeeee"
           "ffffffffffgggggggggghhhhh=\r\ni\r\n", "a soft break");
    is_str(quoted("aaaaaaaaaabbbbbbbbbbccccccccccddddddddddeeeeeeeeee"
                  "ffffffffffgggggggggghhhh\xc3\xa9"),
           "aaaaaaaaaabbbbbbbbbbccccccccccddddddddddeeeeeeeeee"
           "ffffffffffgggggggggghhhh=\r\n=C3=A9\r\n", "not amid an escape");
}


static void
test_domain(void)
{
    size_t i;

    static const char *const cases[][2] = {
        {"a@b.example", "b.example"}, {"N <a@b.example>", "b.example"},
        {"\"x@y\" <a@b.example>", "b.example"}, {"nobody", "localhost"},
        {"a@", "localhost"}, {"a@>", "localhost"}, {"", "localhost"},
        {"a@b\r\nX: y", "b--X--y"}
    };

    for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        ct_buf_fixed(&out, room, sizeof(room));
        ct_mime_domain(&out, cases[i][0]);
        ct_buf_putc(&out, '\0');
        is_str(room, cases[i][1], "domain %d", (int) i);
    }
}


/* Whatever the bytes: printable ASCII, short lines, CR LF. */
static void
test_every_line(void)
{
    int    good = 1;
    size_t i, j;
    char   text[300];

    for (i = 0; i < 2000; i++) {
        for (j = 0; j < sizeof(text) - 1; j++) {
            text[j] = (char) (1 + (i * 7919 + j * j * 104729 + j) % 255);
        }

        text[i % sizeof(text)] = '\0';

        good = good && lines_fit(header(text), true)
               && lines_fit(quoted(text), false);
    }

    ok(good, "every line");
}


/* Printable and short; those of a header are one. */
static bool
lines_fit(const char *p, bool one)
{
    size_t len;

    for (len = 0; *p != '\0'; p++) {
        if (p[0] == '\r' && p[1] == '\n') {
            p++;
            len = 0;

            if (one && p[1] != ' ' && p[1] != '\0') {
                return false;
            }

        } else if (*p < ' ' || *p >= 0x7f || ++len > 76) {
            return false;
        }
    }

    return true;
}


static const char *
header(const char *text)
{
    ct_buf_fixed(&out, room, sizeof(room));
    ct_mime_header(&out, "Subject", ct_bytes_str(text));
    ct_buf_putc(&out, '\0');

    return room;
}


static const char *
quoted(const char *text)
{
    ct_buf_fixed(&out, room, sizeof(room));
    ct_mime_quoted(&out, ct_bytes_str(text));
    ct_buf_putc(&out, '\0');

    return room;
}
