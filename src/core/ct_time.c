/*
 * ct_time: RFC 3339, 5.6, read. Writing is ct_buf_time() in ct_bytes.c.
 */

#include "ct_der.h"
#include "ct_time.h"

#include <string.h>


static bool ct_time_zone(ct_bytes_t in, int64_t *ms);
static bool ct_time_two(const uint8_t *p, int64_t max, int64_t *v);


/* The same digits without punctuation are a GeneralizedTime, so the
 * calendar is asked there. */
bool
ct_time_rfc3339(ct_bytes_t in, int64_t *ms)
{
    static const char form[] = "dddd-dd-ddTdd:dd:dd";

    size_t     i, n;
    int64_t    utc;
    uint8_t    digits[sizeof("YYYYMMDDhhmmssZ") - 1];
    ct_der_t   time;
    ct_bytes_t date;

    if (!ct_read_bytes(&in, sizeof(form) - 1, &date)) {
        return false;
    }

    n = 0;

    for (i = 0; i < date.len; i++) {
        if (form[i] == 'd') {
            digits[n++] = date.data[i];

        } else if (date.data[i] != (uint8_t) form[i]) {
            return false;
        }
    }

    digits[n++] = 'Z';

    time = (ct_der_t) {.tag = CT_DER_GEN_TIME, .value = {digits, n}};

    if (!ct_der_time(&time, &utc) || !ct_time_zone(in, &utc)) {
        return false;
    }

    *ms = utc;

    return true;
}


/* [ "." 1*DIGIT ] ( "Z" / ( "+" / "-" ) hour ":" minute ); the fraction is
 * dropped. */
static bool
ct_time_zone(ct_bytes_t in, int64_t *ms)
{
    bool    fraction;
    size_t  i;
    int64_t hour, minute, offset;

    fraction = in.len != 0 && in.data[0] == '.';

    for (i = fraction; i < in.len && in.data[i] >= '0' && in.data[i] <= '9';
         i++)
    {
        /* void */
    }

    if ((fraction && i == 1) || (!fraction && i != 0)) {
        return false;
    }

    in = ct_bytes(in.data + i, in.len - i);

    if (ct_bytes_is(in, "Z")) {
        return true;
    }

    if (in.len != 6 || (in.data[0] != '+' && in.data[0] != '-')
        || !ct_time_two(in.data + 1, 23, &hour)
        || in.data[3] != ':'
        || !ct_time_two(in.data + 4, 59, &minute))
    {
        return false;
    }

    offset = (hour * 60 + minute) * 60000;
    *ms += in.data[0] == '+' ? -offset : offset;

    return true;
}


static bool
ct_time_two(const uint8_t *p, int64_t max, int64_t *v)
{
    if (p[0] < '0' || p[0] > '9' || p[1] < '0' || p[1] > '9') {
        return false;
    }

    *v = (p[0] - '0') * 10 + (p[1] - '0');

    return *v <= max;
}
