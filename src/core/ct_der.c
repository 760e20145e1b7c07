/*
 * ct_der: one tag-length-value after another (X.690, 8.1.2, 8.1.3, 10.1).
 * The walk over a certificate spends its time in ct_der_read, so that is
 * inline in the header, for short lengths; the rest is here.
 */

#include "ct_der.h"

#define CT_DER_LENGTH_OCTETS 4 /* 4 GiB; nothing here comes near */


static bool ct_der_digits(ct_bytes_t *in, size_t n, int *v);
static int64_t ct_der_days(int year, int month, int day);


/* X.690, 8.1.3.5 and 10.1: definite, in the fewest octets possible. */
ct_der_extent_t
ct_der_long_extent(const uint8_t *p, size_t room)
{
    size_t          i, octets;
    ct_der_extent_t extent;

    octets = p[1] & 0x7f;
    extent = (ct_der_extent_t) {2 + octets, 0};

    if (octets == 0 || octets > CT_DER_LENGTH_OCTETS || extent.head > room
        || p[2] == 0)
    {
        return (ct_der_extent_t) {0, 0};
    }

    for (i = 2; i < extent.head; i++) {
        extent.len = extent.len << 8 | p[i];
    }

    if (extent.len < 0x80 || extent.len > room - extent.head) {
        return (ct_der_extent_t) {0, 0};
    }

    return extent;
}


size_t
ct_der_header_len(size_t len)
{
    size_t n;

    n = 2;

    if (len > 0x7f) {
        for ( /* void */ ; len != 0; len >>= 8) {
            n++;
        }
    }

    return n;
}


void
ct_der_header(ct_buf_t *out, uint8_t tag, size_t len)
{
    size_t octets;

    ct_buf_putc(out, tag);

    octets = ct_der_header_len(len) - 2;

    if (octets == 0) {
        ct_buf_putc(out, (uint8_t) len);
        return;
    }

    ct_buf_putc(out, (uint8_t) (0x80 | octets));

    while (octets-- > 0) {
        ct_buf_putc(out, (uint8_t) (len >> (8 * octets)));
    }
}


/*
 * YYMMDDhhmm[ss]Z or YYYYMMDDhhmm[ss]Z. RFC 5280 wants the seconds, but
 * certificates without them exist; offsets from UTC are refused.
 */
bool
ct_der_time(const ct_der_t *item, int64_t *ms)
{
    int        year, month, day, hour, minute, second;
    ct_bytes_t in;

    in = item->value;
    second = 0;

    if (item->tag != CT_DER_UTC_TIME && item->tag != CT_DER_GEN_TIME) {
        return false;
    }

    if (!ct_der_digits(&in, item->tag == CT_DER_UTC_TIME ? 2 : 4, &year)
        || !ct_der_digits(&in, 2, &month)
        || !ct_der_digits(&in, 2, &day)
        || !ct_der_digits(&in, 2, &hour)
        || !ct_der_digits(&in, 2, &minute)
        || (in.len > 1 && !ct_der_digits(&in, 2, &second))
        || !ct_bytes_is(in, "Z"))
    {
        return false;
    }

    /* RFC 5280, 4.1.2.5.1: 50 is 1950, 49 is 2049 */
    if (item->tag == CT_DER_UTC_TIME) {
        year += year < 50 ? 2000 : 1900;
    }

    if (month < 1 || month > 12 || day < 1
        || ct_der_days(year, month, day)
           >= ct_der_days(year + month / 12, month % 12 + 1, 1)
        || hour > 23 || minute > 59 || second > 59)
    {
        return false;
    }

    *ms = ((ct_der_days(year, month, day) * 24 + hour) * 60 + minute) * 60000
          + second * 1000;

    return true;
}


static bool
ct_der_digits(ct_bytes_t *in, size_t n, int *v)
{
    int    value;
    size_t i;

    if (in->len < n) {
        return false;
    }

    value = 0;

    for (i = 0; i < n; i++) {
        if (in->data[i] < '0' || in->data[i] > '9') {
            return false;
        }
        value = value * 10 + (in->data[i] - '0');
    }

    *v = value;
    *in = ct_bytes(in->data + n, in->len - n);

    return true;
}


/*
 * Days from 1970-01-01 in the Gregorian calendar, extended to year 0. The
 * year is counted from March, so that the leap day is its last one and
 * month lengths follow the 153-days-in-five-months pattern.
 */
static int64_t
ct_der_days(int year, int month, int day)
{
    int64_t y, m;

    m = (month + 9) % 12;       /* March is 0 */
    y = (int64_t) year + 400 - (month < 3);

    return y * 365 + y / 4 - y / 100 + y / 400 + (m * 153 + 2) / 5 + day - 1
           - 719468 - 146097;   /* 1970-01-01; the 400 years added above */
}
