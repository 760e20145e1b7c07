/*
 * ct_calist_read: the list from its text, which is walked twice: to count,
 * so that the table can be made, and to fill it. Keys come last, for the
 * report that has the certificates themselves may be another than the one
 * that has their owners.
 */

#include <string.h>

#include "ct_calist_part.h"
#include "ct_cert.h"
#include "ct_csv.h"
#include "ct_utf8.h"

#define CT_CALIST_LEARNED 2048 /* keys that certificates will bring */
#define CT_CALIST_HEADING 64   /* bytes of a column's name, at most */

enum {
    CT_CA_OWNER,
    CT_CA_SUBORDINATE,
    CT_CA_TYPE,
    CT_CA_FINGERPRINT,
    CT_CA_PEM,
    CT_CA_REPORT,
    CT_CA_COLUMNS /* their number, and any other column */
};

/* A certificate and its key. */
typedef struct {
    uint8_t cert[CT_HASH_LEN];
    uint8_t key[CT_HASH_LEN];
} ct_calist_pair_t;

typedef struct {
    ct_csv_t          csv;
    ct_arena_t       *arena;
    ct_calist_t      *list;
    size_t            column[CT_CA_COLUMNS]; /* where it is; SIZE_MAX */
    size_t            width;                 /* of the heading */
    ct_bytes_t        cell[CT_CA_COLUMNS];   /* of this row */
    size_t            ncells;
    size_t            nrows;
    size_t            npems;
    ct_calist_pair_t *pairs;
    size_t            npairs;
    uint8_t          *digits; /* room for a certificate in base64 */
    uint8_t          *der;
} ct_calist_reader_t;


static ct_rc_t ct_calist_refuse(char *why, ct_rc_t rc, const char *text,
    size_t row);
static ct_rc_t ct_calist_count(ct_calist_reader_t *r, ct_bytes_t csv,
    char *why);
static void ct_calist_start(ct_calist_reader_t *r, ct_bytes_t csv);
static bool ct_calist_row(ct_calist_reader_t *r);
static bool ct_calist_heading(ct_calist_reader_t *r, ct_csv_t *row);
static size_t ct_calist_column(ct_bytes_t cell);
static size_t ct_calist_kind(ct_bytes_t cell);
static bool ct_calist_contains(ct_bytes_t cell, const char *word);
static bool ct_calist_rooms(ct_calist_reader_t *r);
static void ct_calist_take(ct_calist_reader_t *r);
static bool ct_calist_hash(ct_bytes_t cell, uint8_t hash[CT_HASH_LEN]);
static bool ct_calist_pem(ct_calist_reader_t *r, ct_calist_pair_t *pair);
static size_t ct_calist_digits(ct_bytes_t pem, uint8_t *out);
static uint16_t ct_calist_whose(ct_calist_reader_t *r, bool *strong);
static void ct_calist_where(ct_calist_reader_t *r, uint16_t owner);
static void ct_calist_text(char *out, size_t room, ct_bytes_t cell);
static void ct_calist_keys(ct_calist_reader_t *r);


ct_rc_t
ct_calist_read(ct_bytes_t csv, ct_arena_t *arena, ct_calist_t **list,
    char *why)
{
    ct_rc_t            rc;
    ct_calist_reader_t r;

    memset(&r, 0, sizeof(r));
    r.arena = arena;
    rc = ct_calist_count(&r, csv, why);

    if (rc != CT_OK) {
        return rc;
    }

    if (!ct_calist_rooms(&r)) {
        return ct_calist_refuse(why, CT_E_MEMORY, ct_strerror(CT_E_MEMORY),
                                0);
    }

    ct_calist_start(&r, csv);

    while (ct_csv_row(&r.csv)) {
        if (!ct_calist_row(&r)) {
            ct_calist_take(&r);
        }
    }

    if (r.list->ncertificates == 0) {
        return ct_calist_refuse(why, CT_E_ENCODING,
                                "there is no certificate in the CA list", 0);
    }

    if (r.list->nbad > r.nrows / 2) {
        return ct_calist_refuse(why, CT_E_ENCODING, "more than half of the "
                                "rows of the CA list cannot be read", 0);
    }

    ct_calist_keys(&r);
    *list = r.list;

    return CT_OK;
}


static ct_rc_t
ct_calist_refuse(char *why, ct_rc_t rc, const char *text, size_t row)
{
    ct_buf_t buf;

    ct_buf_fixed(&buf, why, CT_LIMIT_ERROR - 1);
    ct_buf_puts(&buf, text);

    if (row > 0) {
        ct_buf_puts(&buf, ": see row ");
        ct_buf_u64(&buf, row);
    }

    why[buf.len] = '\0';

    return rc;
}


/* Whatever is wrong with it as a whole is found here. */
static ct_rc_t
ct_calist_count(ct_calist_reader_t *r, ct_bytes_t csv, char *why)
{
    bool short_row;

    if (csv.len > CT_LIMIT_CA_LIST) {
        return ct_calist_refuse(why, CT_E_LIMIT, "the CA list is too large",
                                0);
    }

    ct_calist_start(r, csv);
    short_row = false;

    while (ct_csv_row(&r->csv)) {
        if (ct_calist_row(r)) {
            continue;
        }

        if (r->width == 0) {
            break;
        }

        r->nrows++;
        r->npems += r->cell[CT_CA_PEM].len > 0;
        short_row = r->ncells < r->width;
    }

    if (r->csv.broken) {
        return ct_calist_refuse(why, CT_E_ENCODING, "the CA list is not CSV",
                                r->csv.rows);
    }

    if (r->width == 0) {
        return ct_calist_refuse(why, CT_E_ENCODING, "the CA list has no "
                                "columns \"CA Owner\" and \"SHA-256 "
                                "Fingerprint\"", 0);
    }

    if (r->nrows > CT_LIMIT_CA_ROWS) {
        return ct_calist_refuse(why, CT_E_LIMIT,
                                "the CA list has too many rows", 0);
    }

    if (short_row && r->csv.cut) {
        return ct_calist_refuse(why, CT_E_SHORT,
                                "the CA list ends within a row", 0);
    }

    return CT_OK;
}


static void
ct_calist_start(ct_calist_reader_t *r, ct_bytes_t csv)
{
    ct_csv_start(&r->csv, csv);
    r->width = 0;
}


/* Reads the cells that are wanted; true: it is a heading, and tells what is
 * wanted from now on. */
static bool
ct_calist_row(ct_calist_reader_t *r)
{
    bool       heading;
    size_t     k;
    ct_csv_t   row;
    ct_bytes_t cell;

    row = r->csv;
    heading = false;
    memset(r->cell, 0, sizeof(r->cell));

    for (r->ncells = 0; ct_csv_cell(&r->csv, &cell); r->ncells++) {
        for (k = 0; r->width > 0 && k < CT_CA_COLUMNS; k++) {
            if (r->column[k] == r->ncells) {
                r->cell[k] = cell;
            }
        }

        k = ct_calist_column(cell);
        heading |= k == CT_CA_OWNER || k == CT_CA_FINGERPRINT;
    }

    return heading && ct_calist_heading(r, &row);
}


/* The very first one has to have both of what makes the list. */
static bool
ct_calist_heading(ct_calist_reader_t *r, ct_csv_t *row)
{
    size_t     i, k, column[CT_CA_COLUMNS];
    ct_bytes_t cell;

    for (k = 0; k < CT_CA_COLUMNS; k++) {
        column[k] = SIZE_MAX;
    }

    for (i = 0; ct_csv_cell(row, &cell); i++) {
        k = ct_calist_column(cell);

        if (k == CT_CA_COLUMNS) {
            k = ct_calist_kind(cell);
        }

        if (k != CT_CA_COLUMNS && column[k] == SIZE_MAX) {
            column[k] = i;
        }
    }

    if (r->width == 0 && (column[CT_CA_OWNER] == SIZE_MAX
                          || column[CT_CA_FINGERPRINT] == SIZE_MAX))
    {
        return false;
    }

    memcpy(r->column, column, sizeof(r->column));
    r->width = r->ncells;

    return true;
}


/* Those of an exact name: asked of every cell there is. */
static size_t
ct_calist_column(ct_bytes_t cell)
{
    size_t i;

    static const char *const names[] = {
        "CA Owner", "Subordinate CA Owner", "Certificate Record Type",
        "SHA-256 Fingerprint"
    };
    static const size_t lengths[] = {8, 20, 23, 19};

    for (i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
        if (cell.len == lengths[i]
            && ct_bytes_equal_nocase(cell, ct_bytes_str(names[i])))
        {
            return i;
        }
    }

    return CT_CA_COLUMNS;
}


/* Those that are called differently from report to report. */
static size_t
ct_calist_kind(ct_bytes_t cell)
{
    if (cell.len > CT_CALIST_HEADING) {
        return CT_CA_COLUMNS;
    }

    if (ct_calist_contains(cell, "PEM")) {
        return CT_CA_PEM;
    }

    return ct_calist_contains(cell, "Problem Report") ? CT_CA_REPORT
                                                      : CT_CA_COLUMNS;
}


static bool
ct_calist_contains(ct_bytes_t cell, const char *word)
{
    size_t     i;
    ct_bytes_t want;

    want = ct_bytes_str(word);

    for (i = 0; i + want.len <= cell.len; i++) {
        if (ct_bytes_equal_nocase(ct_bytes(cell.data + i, want.len), want)) {
            return true;
        }
    }

    return false;
}


static bool
ct_calist_rooms(ct_calist_reader_t *r)
{
    r->list = ct_calist_create(r->arena, r->nrows + r->npems
                                         + CT_CALIST_LEARNED);
    r->pairs = ct_arena_calloc(r->arena, r->npems, sizeof(ct_calist_pair_t));
    r->digits = ct_arena_alloc(r->arena, CT_LIMIT_ISSUER / 3 * 4);
    r->der = ct_arena_alloc(r->arena, CT_LIMIT_ISSUER);

    return r->list != NULL && r->pairs != NULL && r->digits != NULL
           && r->der != NULL;
}


/* What a row has depends on the report that it is of. */
static void
ct_calist_take(ct_calist_reader_t *r)
{
    bool             good, strong, known;
    size_t           before;
    uint8_t          hash[CT_HASH_LEN];
    uint16_t         owner;
    ct_calist_pair_t pair;

    owner = ct_calist_whose(r, &strong);
    good = owner != 0 || r->column[CT_CA_OWNER] == SIZE_MAX;
    known = false;

    if (r->cell[CT_CA_PEM].len > 0) {
        known = ct_calist_pem(r, &pair);
        good = good && known;
    }

    if (known) {
        r->pairs[r->npairs++] = pair;
        memcpy(hash, pair.cert, CT_HASH_LEN);
    }

    if (r->column[CT_CA_FINGERPRINT] != SIZE_MAX) {
        known = ct_calist_hash(r->cell[CT_CA_FINGERPRINT], hash);
        good = good && known;
    }

    if (known && owner != 0) {
        before = r->list->nclaims;
        good = ct_calist_claim(r->list, hash, owner, strong) && good;
        r->list->ncertificates += r->list->nclaims - before;
    }

    r->list->nbad += !good;
    ct_calist_where(r, owner);
}


/* Some have colons in them. */
static bool
ct_calist_hash(ct_bytes_t cell, uint8_t hash[CT_HASH_LEN])
{
    size_t  i, n;
    uint8_t digits[2 * CT_HASH_LEN];

    n = 0;

    for (i = 0; i < cell.len; i++) {
        if (cell.data[i] == ':' || cell.data[i] == ' ') {
            continue;
        }

        if (n == sizeof(digits)) {
            return false;
        }

        digits[n++] = cell.data[i];
    }

    return n == sizeof(digits)
           && ct_parse_hex(ct_bytes(digits, n), hash, CT_HASH_LEN);
}


static bool
ct_calist_pem(ct_calist_reader_t *r, ct_calist_pair_t *pair)
{
    size_t    n, len;
    ct_cert_t cert;

    n = ct_calist_digits(r->cell[CT_CA_PEM], r->digits);
    len = CT_LIMIT_ISSUER;

    if (ct_parse_base64(ct_bytes(r->digits, n), r->der, &len) != CT_OK
        || ct_cert_read(ct_bytes(r->der, len), &cert) != CT_OK)
    {
        return false;
    }

    ct_sha256_once(ct_bytes(r->der, len), pair->cert);
    ct_sha256_once(cert.spki, pair->key);

    return true;
}


/* What is between the lines of dashes, without line ends and the single
 * quotes that some reports have around it. */
static size_t
ct_calist_digits(ct_bytes_t pem, uint8_t *out)
{
    size_t  i, n;
    uint8_t c;
    bool    label, dash;

    n = 0;
    label = false;
    dash = false;

    for (i = 0; i < pem.len; i++) {
        c = pem.data[i];

        if (c == '-') {
            label ^= !dash;
            dash = true;
            continue;
        }

        dash = false;

        if (label || c == '\n' || c == '\r' || c == ' ' || c == '\'') {
            continue;
        }

        if (n == CT_LIMIT_ISSUER / 3 * 4) {
            return 0;
        }

        out[n++] = c;
    }

    return n;
}


/* 0: nobody's. */
static uint16_t
ct_calist_whose(ct_calist_reader_t *r, bool *strong)
{
    char name[CT_LIMIT_TEXT];

    ct_calist_text(name, sizeof(name), r->cell[CT_CA_SUBORDINATE]);
    *strong = name[0] != '\0'
              || ct_calist_contains(r->cell[CT_CA_TYPE], "Root");

    if (name[0] == '\0') {
        ct_calist_text(name, sizeof(name), r->cell[CT_CA_OWNER]);
    }

    return ct_calist_intern(r->list, r->arena, name);
}


/* Reports are the owner's business, not the subordinate's. */
static void
ct_calist_where(ct_calist_reader_t *r, uint16_t owner)
{
    char   text[CT_LIMIT_REPORT];
    size_t len;

    ct_calist_text(text, sizeof(text), r->cell[CT_CA_REPORT]);
    len = strlen(text);

    if (owner != 0 && len > 0 && r->list->owners[owner].report == NULL) {
        r->list->owners[owner].report = ct_arena_strdup(r->arena, text, len);
    }
}


/* For people, and to compare by: blanks, line ends and control characters
 * are one blank, none is at the ends; cut between characters. */
static void
ct_calist_text(char *out, size_t room, ct_bytes_t cell)
{
    size_t     len, n;
    uint8_t    bytes[CT_UTF8_MAX];
    uint32_t   code;
    ct_buf_t   buf;
    ct_bytes_t in;

    ct_buf_fixed(&buf, out, room - 1);
    in = cell;

    while (in.len > 0) {
        if (!ct_utf8_read(&in, &code)) {
            code = 0xfffd;
            in.data++;
            in.len--;
        }

        if (code == '"' && in.len > 0 && in.data[0] == '"') {
            continue; /* doubled in the cell */
        }

        if (code <= ' ' || (code >= 0x7f && code < 0xa0)) {
            code = ' ';
        }

        if (code == ' ' && (buf.len == 0 || buf.data[buf.len - 1] == ' ')) {
            continue;
        }

        n = ct_utf8_write(bytes, code);

        if (n > buf.room - buf.len) {
            break;
        }

        ct_buf_put(&buf, bytes, n);
    }

    len = buf.len;
    out[len > 0 && out[len - 1] == ' ' ? len - 1 : len] = '\0';
}


static void
ct_calist_keys(ct_calist_reader_t *r)
{
    size_t                   i;
    const ct_calist_claim_t *claim;

    for (i = 0; i < r->npairs; i++) {
        claim = ct_calist_find(r->list, r->pairs[i].cert);

        if (claim != NULL && !claim->disputed) {
            (void) ct_calist_claim(r->list, r->pairs[i].key, claim->owner,
                                   claim->strong);
        }
    }
}
