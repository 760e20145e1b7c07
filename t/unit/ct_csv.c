/* ct_csv: rows and cells, told from the same text put together again. */

#include "ct_csv.h"
#include "tap.h"

#include <string.h>


/* The cells, each in brackets, a bar between rows; a "!" when broken, a "~"
 * when the last row had no line end. */
static const char *
read_all(ct_bytes_t text)
{
    static char out[4096];

    ct_csv_t   csv;
    ct_buf_t   buf;
    ct_bytes_t cell;

    ct_buf_fixed(&buf, out, sizeof(out) - 1);
    ct_csv_start(&csv, text);

    while (ct_csv_row(&csv)) {
        while (ct_csv_cell(&csv, &cell)) {
            ct_buf_putc(&buf, '[');
            ct_csv_text(&buf, cell);
            ct_buf_putc(&buf, ']');
        }
        ct_buf_putc(&buf, '|');
    }

    ct_buf_puts(&buf, csv.broken ? "!" : csv.cut ? "~" : "");
    out[buf.len] = '\0';

    return out;
}


static void
test_cells(void)
{
    size_t i;

    const struct {
        const char *text;
        const char *want;
    } cases[] = {
        {"", ""},
        {"\n\r\n\n", ""},
        {"a,b\n", "[a][b]|"},
        {"a,b", "[a][b]|~"},
        {"a,b\r\nc,d\r\n", "[a][b]|[c][d]|"},
        {"a,b\n\n\nc\n", "[a][b]|[c]|"},
        {",\n", "[][]|"},
        {",", "[][]|~"},
        {"\"\"\n", "[]|"},
        {"\"a\",\"b\"\n", "[a][b]|"},
        {"\"a\",\"b\"", "[a][b]|~"},
        {"\"a,b\",c\n", "[a,b][c]|"},
        {"\"a\nb\r\nc\",d\n", "[a\nb\r\nc][d]|"},
        {"\"say \"\"hello\"\"\",x\n", "[say \"hello\"][x]|"},
        {"\"\"\"\"\n", "[\"]|"},
        {"\"\"\"\",\"\"\n", "[\"][]|"},
        {"a\"b,c\n", "[a\"b][c]|"},
        {"a\rb,c\n", "[a\rb][c]|"},
        {"a,b\r", "[a][b]|~"},
        {"\xef\xbb\xbf\"a\",b\n", "[a][b]|"},
        {"a\n\xef\xbb\xbf", "[a]|[\xef\xbb\xbf]|~"},
        {" \"a\"\n", "[ \"a\"]|"},
        {"a\n\"b", "[a]||!"},
        {"\"", "|!"},
        {"\"a\"b\nc\n", "|!"},
        {"\"a\" ,b\n", "|!"},
        {"a\n\"\"\"", "[a]||!"},
    };

    for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        is_str(read_all(ct_bytes_str(cases[i].text)), cases[i].want,
               "case %zu", i);
    }

    is_str(read_all(ct_bytes(NULL, 0)), "", "nothing at all");
    ok(strlen(read_all(ct_bytes("a\0b,c\n", 6))) == 2,
       "a NUL is a byte like others");
}


/* A row that is left before its end. */
static void
test_skip(void)
{
    ct_csv_t   csv;
    ct_bytes_t cell;

    ct_csv_start(&csv, CT_BYTES("a,\"b\n,\"\nc,d\n"));
    ok(!ct_csv_cell(&csv, &cell), "no row has begun");
    ok(ct_csv_row(&csv) && ct_csv_cell(&csv, &cell)
       && ct_bytes_is(cell, "a"), "the first cell");
    ok(ct_csv_row(&csv) && ct_csv_cell(&csv, &cell)
       && ct_bytes_is(cell, "c"), "the first of the next row");
    is_int(csv.rows, 2, "two rows");
    ok(!ct_csv_row(&csv) && !ct_csv_row(&csv), "the end, and again");
    ok(!ct_csv_cell(&csv, &cell), "no cell is behind it");
}


/* Every text of up to six of these characters ends, and gives no more cells
 * than it has commas and line ends. */
static void
test_all(void)
{
    char       text[6];
    size_t     len, n, k, rows;
    ct_csv_t   csv;
    ct_bytes_t cell;
    size_t     bad = 0;

    static const char chars[] = "a,\"\n\r";

    for (n = 0; n < 5 * 5 * 5 * 5 * 5 * 5; n++) {
        for (len = 0, k = n; len < sizeof(text); len++, k /= 5) {
            text[len] = chars[k % 5];
        }

        ct_csv_start(&csv, ct_bytes(text, sizeof(text)));

        for (k = 0, rows = 0; ct_csv_row(&csv); rows++) {
            while (ct_csv_cell(&csv, &cell)) {
                bad += cell.data < (uint8_t *) text
                       || cell.data + cell.len > (uint8_t *) text + len;
                k++;
            }
        }

        bad += rows != csv.rows || k > sizeof(text) + 1 || csv.in.len > len
               || (!csv.broken && csv.in.len != 0);
    }

    is_int(bad, 0, "%zu texts", n);
}


int
main(void)
{
    test_cells();
    test_skip();
    test_all();

    return done_testing();
}
