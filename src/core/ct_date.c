/*
 * ct_date: RFC 9110, 5.6.7 and 10.2.3. What is read is more than what may be
 * written: logs sit behind all kinds of gateways, and a date that is not
 * understood would be a wait that is not kept.
 */

#include "ct_date.h"
#include "ct_der.h"

#include <string.h>

#define CT_DATE_DAY_MS 86400000

typedef struct {
    uint64_t year;
    uint64_t month;
    uint64_t day;
    uint64_t hour;
    uint64_t minute;
    uint64_t second;
} ct_date_t;


static bool ct_date_weekday(ct_bytes_t *in);
static bool ct_date_day_month(ct_bytes_t *in, ct_date_t *date);
static bool ct_date_year(ct_bytes_t *in, ct_date_t *date);
static bool ct_date_time(ct_bytes_t *in, ct_date_t *date);
static bool ct_date_zone(ct_bytes_t in, int64_t *offset_ms);
static bool ct_date_utc(const ct_date_t *date, int64_t *ms);

static bool ct_date_month(ct_bytes_t *in, uint64_t *month);
static ct_bytes_t ct_date_word(ct_bytes_t *in);
static size_t ct_date_number(ct_bytes_t *in, uint64_t max, uint64_t *v);
static bool ct_date_eat(ct_bytes_t *in, uint8_t c);
static bool ct_date_blank(ct_bytes_t *in);
static bool ct_date_seconds(ct_bytes_t in, uint64_t *seconds);


bool
ct_date_read(ct_bytes_t text, int64_t *ms)
{
    bool       asctime;
    int64_t    utc, offset_ms;
    ct_date_t  date;
    ct_bytes_t in;

    in = text;
    (void) ct_date_blank(&in);

    if (!ct_date_weekday(&in)) {
        return false;
    }

    asctime = ct_date_month(&in, &date.month);

    if (asctime) {
        if (!ct_date_blank(&in)
            || ct_date_number(&in, 31, &date.day) == 0
            || !ct_date_time(&in, &date)
            || !ct_date_year(&in, &date))
        {
            return false;
        }

    } else if (!ct_date_day_month(&in, &date)
               || !ct_date_year(&in, &date)
               || !ct_date_time(&in, &date))
    {
        return false;
    }

    if (!ct_date_zone(in, &offset_ms) || !ct_date_utc(&date, &utc)) {
        return false;
    }

    *ms = utc - offset_ms;

    return true;
}


/* day-name or day-name-l, "," (not in asctime-date): may be absent, and
 * need not be the right one. A month in its place is left there. */
static bool
ct_date_weekday(ct_bytes_t *in)
{
    static const char days[] = "montuewedthufrisatsun";

    size_t     i;
    ct_bytes_t word, rest;

    rest = *in;
    word = ct_date_word(&rest);

    if (word.len < 3) {
        return word.len == 0;
    }

    word.len = 3;

    for (i = 0; i < 7; i++) {
        if (ct_bytes_equal_nocase(word, ct_bytes(days + i * 3, 3))) {
            (void) ct_date_eat(&rest, ',');
            (void) ct_date_blank(&rest);
            *in = rest;
            break;
        }
    }

    return true;
}


/* date1 and date2: day SP month SP, or day "-" month "-". */
static bool
ct_date_day_month(ct_bytes_t *in, ct_date_t *date)
{
    return ct_date_number(in, 31, &date->day) != 0
           && (ct_date_eat(in, '-') || ct_date_blank(in))
           && ct_date_month(in, &date->month)
           && (ct_date_eat(in, '-') || ct_date_blank(in));
}


/* Two digits are of 1970 to 2069. */
static bool
ct_date_year(ct_bytes_t *in, ct_date_t *date)
{
    size_t digits;

    (void) ct_date_blank(in);
    digits = ct_date_number(in, 9999, &date->year);

    if (digits == 2) {
        date->year += date->year < 70 ? 2000 : 1900;
    }

    return digits == 2 || digits == 4;
}


/* time-of-day, with a blank before it; 60 is a leap second. */
static bool
ct_date_time(ct_bytes_t *in, ct_date_t *date)
{
    return ct_date_blank(in)
           && ct_date_number(in, 23, &date->hour) != 0
           && ct_date_eat(in, ':')
           && ct_date_number(in, 59, &date->minute) == 2
           && ct_date_eat(in, ':')
           && ct_date_number(in, 60, &date->second) == 2;
}


/* All that may stand behind it. */
static bool
ct_date_zone(ct_bytes_t in, int64_t *offset_ms)
{
    bool       east;
    uint64_t   hhmm;
    ct_bytes_t word;

    *offset_ms = 0;
    (void) ct_date_blank(&in);
    word = ct_date_word(&in);

    if (word.len != 0 && !ct_bytes_equal_nocase(word, CT_BYTES("GMT"))
        && !ct_bytes_equal_nocase(word, CT_BYTES("UTC"))
        && !ct_bytes_equal_nocase(word, CT_BYTES("UT"))
        && !ct_bytes_equal_nocase(word, CT_BYTES("Z")))
    {
        return false;
    }

    east = ct_date_eat(&in, '+');

    if (east || ct_date_eat(&in, '-')) {
        if (ct_date_number(&in, 2359, &hhmm) != 4 || hhmm % 100 > 59) {
            return false;
        }

        *offset_ms = (int64_t) (hhmm / 100 * 60 + hhmm % 100) * 60000;
        *offset_ms = east ? *offset_ms : -*offset_ms;
    }

    (void) ct_date_blank(&in);

    return in.len == 0;
}


/* The calendar is asked where it is: in ct_der. */
static bool
ct_date_utc(const ct_date_t *date, int64_t *ms)
{
    size_t         i, k;
    uint8_t        text[sizeof("YYYYMMDDhhmmssZ") - 1];
    ct_der_t       time;
    const uint64_t pairs[] = {date->year / 100, date->year % 100,
                              date->month, date->day, date->hour,
                              date->minute,
                              date->second == 60 ? 59 : date->second};

    k = 0;

    for (i = 0; i < sizeof(pairs) / sizeof(pairs[0]); i++) {
        text[k++] = (uint8_t) ('0' + pairs[i] / 10);
        text[k++] = (uint8_t) ('0' + pairs[i] % 10);
    }

    text[k++] = 'Z';

    time = (ct_der_t) {.tag = CT_DER_GEN_TIME, .value = {text, k}};

    return ct_der_time(&time, ms);
}


static bool
ct_date_month(ct_bytes_t *in, uint64_t *month)
{
    static const char months[] = "janfebmaraprmayjunjulaugsepoctnovdec";

    size_t     i;
    ct_bytes_t word, rest;

    rest = *in;
    word = ct_date_word(&rest);

    for (i = 0; i < 12; i++) {
        if (ct_bytes_equal_nocase(word, ct_bytes(months + i * 3, 3))) {
            *month = i + 1;
            *in = rest;
            return true;
        }
    }

    return false;
}


/* Letters; maybe none. */
static ct_bytes_t
ct_date_word(ct_bytes_t *in)
{
    size_t     n;
    uint8_t    c;
    ct_bytes_t word;

    for (n = 0; n < in->len; n++) {
        c = in->data[n] | 0x20;

        if (c < 'a' || c > 'z') {
            break;
        }
    }

    (void) ct_read_bytes(in, n, &word);

    return word;
}


/* Digits, at most four; returns how many, 0 when there are none or their
 * value is too large. */
static size_t
ct_date_number(ct_bytes_t *in, uint64_t max, uint64_t *v)
{
    size_t     n;
    uint64_t   value;
    ct_bytes_t digits;

    value = 0;

    for (n = 0; n < in->len && n < 4; n++) {
        if (in->data[n] < '0' || in->data[n] > '9') {
            break;
        }

        value = value * 10 + (in->data[n] - '0');
    }

    if (value > max) {
        return 0;
    }

    (void) ct_read_bytes(in, n, &digits);
    *v = value;

    return n;
}


static bool
ct_date_eat(ct_bytes_t *in, uint8_t c)
{
    ct_bytes_t one;

    return in->len != 0 && in->data[0] == c && ct_read_bytes(in, 1, &one);
}


/* Blanks, of which there is one at least. */
static bool
ct_date_blank(ct_bytes_t *in)
{
    bool some;

    for (some = false; ct_date_eat(in, ' ') || ct_date_eat(in, '\t');
         some = true)
    {
        /* void */
    }

    return some;
}


int64_t
ct_date_retry_after(ct_bytes_t text, int64_t now_ms)
{
    int64_t    at_ms;
    uint64_t   seconds;
    ct_bytes_t in;

    in = text;
    (void) ct_date_blank(&in);

    while (in.len != 0 && (in.data[in.len - 1] == ' '
                           || in.data[in.len - 1] == '\t'))
    {
        in.len--;
    }

    if (ct_date_seconds(in, &seconds)) {
        return (int64_t) seconds * 1000;
    }

    if (!ct_date_read(in, &at_ms) || at_ms <= now_ms) {
        return 0;
    }

    return at_ms - now_ms < CT_DATE_DAY_MS ? at_ms - now_ms : CT_DATE_DAY_MS;
}


/* delay-seconds, however many digits; cut at one day. */
static bool
ct_date_seconds(ct_bytes_t in, uint64_t *seconds)
{
    size_t   i;
    uint64_t value;

    value = 0;

    for (i = 0; i < in.len; i++) {
        if (in.data[i] < '0' || in.data[i] > '9') {
            return false;
        }

        value = value * 10 + (in.data[i] - '0');
        value = value < CT_DATE_DAY_MS / 1000 ? value : CT_DATE_DAY_MS / 1000;
    }

    *seconds = value;

    return in.len != 0;
}
