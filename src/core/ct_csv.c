/*
 * ct_csv: see the header.
 */

#include "ct_csv.h"

#include <string.h>


static ct_bytes_t ct_csv_take(ct_csv_t *csv, size_t len);
static bool ct_csv_quoted(ct_csv_t *csv, ct_bytes_t *cell);
static ct_bytes_t ct_csv_plain(ct_csv_t *csv);
static bool ct_csv_behind(ct_csv_t *csv);


void
ct_csv_start(ct_csv_t *csv, ct_bytes_t text)
{
    memset(csv, 0, sizeof(ct_csv_t));
    csv->in = text;

    if (text.len >= 3 && memcmp(text.data, "\xef\xbb\xbf", 3) == 0) {
        (void) ct_csv_take(csv, 3);
    }
}


bool
ct_csv_row(ct_csv_t *csv)
{
    ct_bytes_t cell;

    while (ct_csv_cell(csv, &cell)) {
        /* what was left of the row before */
    }

    while (csv->in.len > 0
           && (csv->in.data[0] == '\n' || csv->in.data[0] == '\r'))
    {
        (void) ct_csv_take(csv, 1);
    }

    csv->more = csv->in.len > 0 && !csv->broken;
    csv->rows += csv->more;

    return csv->more;
}


bool
ct_csv_cell(ct_csv_t *csv, ct_bytes_t *cell)
{
    if (!csv->more) {
        return false;
    }

    if (csv->in.len == 0 || csv->in.data[0] != '"') {
        *cell = ct_csv_plain(csv);

    } else if (!ct_csv_quoted(csv, cell)) {
        csv->broken = true;
    }

    if (csv->broken || !ct_csv_behind(csv)) {
        csv->more = false;
    }

    return !csv->broken;
}


static ct_bytes_t
ct_csv_take(ct_csv_t *csv, size_t len)
{
    ct_bytes_t taken;

    taken = ct_bytes(csv->in.data, len);
    csv->in.data += len;
    csv->in.len -= len;

    return taken;
}


static bool
ct_csv_quoted(ct_csv_t *csv, ct_bytes_t *cell)
{
    const uint8_t *p, *begin, *end;

    begin = csv->in.data + 1;
    end = csv->in.data + csv->in.len;

    for (p = begin; p < end; p += 2) {
        p = memchr(p, '"', (size_t) (end - p));

        if (p == NULL) {
            return false;
        }

        if (p + 1 == end || p[1] != '"') {
            *cell = ct_bytes(begin, (size_t) (p - begin));
            (void) ct_csv_take(csv, cell->len + 2);
            return true;
        }
    }

    return false;
}


static ct_bytes_t
ct_csv_plain(ct_csv_t *csv)
{
    size_t     i;
    ct_bytes_t cell;

    for (i = 0; i < csv->in.len; i++) {
        if (csv->in.data[i] == ',' || csv->in.data[i] == '\n') {
            break;
        }
    }

    cell = ct_csv_take(csv, i);

    if (cell.len > 0 && cell.data[cell.len - 1] == '\r'
        && (csv->in.len == 0 || csv->in.data[0] == '\n'))
    {
        cell.len--;
    }

    return cell;
}


/* What separates this cell from the next; true when there is a next one. */
static bool
ct_csv_behind(ct_csv_t *csv)
{
    uint8_t c;

    csv->cut = csv->in.len == 0;

    if (csv->cut) {
        return false;
    }

    c = csv->in.data[0];

    if (c != ',' && c != '\n' && c != '\r') {
        csv->broken = true;
        return false;
    }

    (void) ct_csv_take(csv, 1);

    return c == ',';
}


void
ct_csv_text(ct_buf_t *out, ct_bytes_t cell)
{
    size_t i;

    for (i = 0; i < cell.len; i++) {
        ct_buf_putc(out, cell.data[i]);

        if (cell.data[i] == '"' && i + 1 < cell.len
            && cell.data[i + 1] == '"')
        {
            i++;
        }
    }
}
