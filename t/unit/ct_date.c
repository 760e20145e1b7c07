/*
 * ct_date: one moment in every spelling that was seen or may be, and what is
 * no date at all.
 */

#include "ct_date.h"
#include "tap.h"

#define MOMENT 784111777000 /* of RFC 9110, 5.6.7 */
#define DAY_MS 86400000


static void test_forms(void);
static void test_refused(void);
static void test_short(void);
static void test_retry_after(void);


int
main(void)
{
    test_forms();
    test_refused();
    test_short();
    test_retry_after();

    return done_testing();
}


static void
test_forms(void)
{
    size_t  i;
    int64_t ms;

    static const struct {
        const char *text;
        int64_t     ms;
    } cases[] = {
        {"Sun, 06 Nov 1994 08:49:37 GMT", MOMENT},
        {"Sunday, 06-Nov-94 08:49:37 GMT", MOMENT},
        {"Sun Nov  6 08:49:37 1994", MOMENT},
        {"Sun Nov 06 08:49:37 1994 UTC", MOMENT},
        {"Sun, 06 Nov 1994 08:49:37 UTC", MOMENT},
        {"Sun, 06 Nov 1994 08:49:37 UT", MOMENT},
        {"Sun, 06 Nov 1994 08:49:37 Z", MOMENT},
        {"Sun, 06 Nov 1994 08:49:37Z", MOMENT},
        {"Sun, 06 Nov 1994 08:49:37 +0000", MOMENT},
        {"Sun, 06 Nov 1994 08:49:37 -0000", MOMENT},
        {"Sun, 06 Nov 1994 03:49:37 -0500", MOMENT},
        {"Sun, 06 Nov 1994 14:19:37 +0530", MOMENT},
        {"Sun, 06 Nov 1994 14:19:37 GMT+0530", MOMENT},
        {"Sun, 06 Nov 1994 08:49:37", MOMENT},
        {"SUN, 06 NOV 1994 08:49:37 GMT", MOMENT},
        {"sun, 06 nov 1994 08:49:37 gmt", MOMENT},
        {"Sun, 6 Nov 1994 8:49:37 GMT", MOMENT},
        {"Sun, 06-Nov-1994 08:49:37 GMT", MOMENT},
        {"Sun 06 Nov 1994 08:49:37 GMT", MOMENT},
        {"06 Nov 1994 08:49:37 GMT", MOMENT},
        {"  Sun,  06  Nov  1994\t08:49:37  GMT  ", MOMENT},
        {"Mon, 06 Nov 1994 08:49:37 GMT", MOMENT},
        {"Thu, 01 Jan 1970 00:00:00 GMT", 0},
        {"Thursday, 01-Jan-70 00:00:00 GMT", 0},
        {"Wednesday, 31-Dec-69 23:59:59 GMT", 3155759999000},
        {"Tue, 29 Feb 2028 23:59:60 GMT", 1835481599000},
        {"Fri, 31 Dec 9999 23:59:59 GMT", 253402300799000},
    };

    for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        ms = 7;
        ok(ct_date_read(ct_bytes_str(cases[i].text), &ms), "%s",
           cases[i].text);
        is_int(ms, cases[i].ms, "is that moment");
    }
}


static void
test_refused(void)
{
    size_t  i;
    int64_t ms = 7;

    static const char *const bad[] = {
        "", " ", "Sun", "Sun,", "120", "tomorrow", "Sun, 06 Nov 1994",
        "Sun, 06 Nov 1994 08:49 GMT", "Sun, 06 Nov 1994 08:49:37 EST",
        "Sun, 06 Nov 1994 08:49:37 GMT x", "Sun, 06 Nov 1994 08:49:37 +05",
        "Sun, 06 Nov 1994 08:49:37 +0560", "Sun, 06 Nov 1994 08:49:37 +2400",
        "Sun, 06 Nov 1994 08:49:37 +00000", "Sun, 06 Nov 1994 08:49:37.5",
        "Sun, 06 Nov 1994 24:00:00 GMT", "Sun, 06 Nov 1994 08:60:37 GMT",
        "Sun, 06 Nov 1994 08:49:61 GMT", "Sun, 06 Nov 1994 08:9:37 GMT",
        "Sun, 06 Nov 1994 08:49:7 GMT", "Sun, 00 Nov 1994 08:49:37 GMT",
        "Sun, 31 Nov 1994 08:49:37 GMT", "Tue, 29 Feb 2027 08:49:37 GMT",
        "Sun, 32 Nov 1994 08:49:37 GMT", "Sun, 06 Nov 194 08:49:37 GMT",
        "Sun, 06 Nov 19940 08:49:37 GMT", "Sun, 06 Nob 1994 08:49:37 GMT",
        "Sun, 06 November 1994 08:49:37 GMT", "Sun, Nov 1994 08:49:37",
        "Son, 06 Nov 1994 08:49:37 GMT", "Su, 06 Nov 1994 08:49:37 GMT",
        "06 06 1994 08:49:37", "1994-11-06T08:49:37Z",
        "Sun, 06 Nov 1994 08-49-37 GMT", "Sun Nov 6 1994 08:49:37",
        "Sun, -6 Nov 1994 08:49:37 GMT",
    };

    for (i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
        ok(!ct_date_read(ct_bytes_str(bad[i]), &ms) && ms == 7,
           "no date: %s", bad[i]);
    }

    ok(!ct_date_read(CT_BYTES("Sun, 06 Nov 1994 08:49:37 GMT\0"), &ms),
       "nor with a NUL");
    ok(!ct_date_read(ct_bytes(NULL, 0), &ms), "nor nothing");
}


/* Only the zone may be missing; and half a year is a short one. */
static void
test_short(void)
{
    int      good = 1;
    size_t   n, k;
    int64_t  ms;
    uint8_t *p;

    static const struct {
        const char *text;
        size_t      from, to;
    } forms[] = {
        {"Sun, 06 Nov 1994 08:49:37 -0500", 25, 26},
        {"Sunday, 06-Nov-94 08:49:37 GMT", 26, 27},
        {"Sun Nov  6 08:49:37 1994", 22, 22},
    };

    for (k = 0; k < sizeof(forms) / sizeof(forms[0]); k++) {
        for (n = 0; n < strlen(forms[k].text); n++) {
            p = tap_guard(forms[k].text, n);
            good &= ct_date_read(ct_bytes(p, n), &ms)
                    == (n >= forms[k].from && n <= forms[k].to);
            tap_unguard(p, n);
        }
    }

    ok(good, "cut anywhere");
}


static void
test_retry_after(void)
{
    size_t i;

    static const struct {
        const char *text;
        int64_t     ms;
    } cases[] = {
        {"0", 0}, {"1", 1000}, {"120", 120000}, {"007", 7000},
        {" 120 ", 120000}, {"86399", 86399000}, {"86400", DAY_MS},
        {"86401", DAY_MS}, {"99999999999999999999999999999", DAY_MS},
        {"", 0}, {" ", 0}, {"-1", 0}, {"+1", 0}, {"1.5", 0}, {"120s", 0},
        {"soon", 0},
        {"Sun, 06 Nov 1994 08:49:38 GMT", 1000},
        {"Sun, 06 Nov 1994 08:49:38 UTC", 1000},
        {"Sun, 06 Nov 1994 08:50:37", 60000},
        {"Sun, 06 Nov 1994 03:50:37 -0500", 60000},
        {"Sun, 06 Nov 1994 08:49:37 GMT", 0},
        {"Sun, 06 Nov 1994 08:49:36 GMT", 0},
        {"Thu, 01 Jan 1970 00:00:00 GMT", 0},
        {"Mon, 07 Nov 1994 08:49:37 GMT", DAY_MS},
        {"Mon, 07 Nov 1994 08:49:38 GMT", DAY_MS},
        {"Fri, 31 Dec 9999 23:59:59 GMT", DAY_MS},
    };

    for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        is_int(ct_date_retry_after(ct_bytes_str(cases[i].text), MOMENT),
               cases[i].ms, "Retry-After: %s", cases[i].text);
    }
}
