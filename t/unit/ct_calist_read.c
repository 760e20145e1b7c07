/* ct_calist_read: the reports as they are, and as they must not be. */

#include "calist.h"
#include "data.h"

static ca_cert_t root, inter, other;


static void
refused(const char *text, const char *want, const char *what)
{
    ok(list_read(ct_bytes_str(text)) == NULL, "%s", what);
    ok(strstr(why, want) != NULL && strlen(why) < CT_LIMIT_ERROR, "%s", why);
}


static void
test_refused(void)
{
    char text[1024];

    const char *no_columns = "no columns \"CA Owner\" and \"SHA-256 Fing";

    refused("", no_columns, "nothing");
    refused("<html>\n<h1>busy, sorry</h1>\n", no_columns, "a page");
    refused("{\"operators\": []}", no_columns, "a log list");
    refused("CA Owner,Country\nA,B\n", no_columns, "another report");
    refused("SHA-256 Fingerprint,PEM\n", no_columns, "without owners");
    refused("CA Owner,Parent SHA-256 Fingerprint\n", no_columns,
            "the parent's is not its own");
    refused(HEAD, "no certificate", "a heading alone");
    refused(HEAD "\"A\",\"B\",\"\",\"\",\"00\"\n", "no certificate",
            "no fingerprint");
    refused("CA Owner,\"SHA-256 Fingerprint\"\nA,\"", "not CSV: see row 2",
            "a quote that is not closed");
    refused("\"CA Owner\"x,\"SHA-256 Fingerprint\"\n", "not CSV: see row 1",
            "a quote amid a cell");

    rows_start(HEAD);
    row_of(&root, "A", "", "Root");
    ct_buf_puts(&row_buf, "\"A\",\"B\",\"\",\"\",\"12\"\n"
                          "\"\",\"B\",\"\",\"\",\"\"\n");
    snprintf(text, sizeof(text), "%.*s", (int) row_buf.len, rows);
    refused(text, "more than half", "two bad rows of three");

    rows_start(HEAD);
    row_of(&root, "A", "", "Root");
    row_of(&inter, "A", "", "Root");
    snprintf(text, sizeof(text), "%.*s", (int) row_buf.len - 68, rows);
    refused(text, "ends within a row", "it was cut");
    snprintf(text, sizeof(text), "%.*s", (int) row_buf.len - 20, rows);
    refused(text, "not CSV: see row 3", "it was cut in a cell");

    ok(list_read(ct_bytes(rows, CT_LIMIT_CA_LIST + 1)) == NULL, "too large");
    ok(strstr(why, "too large") != NULL, "%s", why);
}


/* Other columns, another order, other line ends, no quotes, colons. */
static void
test_forms(void)
{
    char         hex[65], colons[96], text[2048];
    size_t       i;
    ct_calist_t *list;

    hex_of(&inter, hex);

    for (i = 0; i < CT_HASH_LEN; i++) {
        memcpy(colons + 3 * i, hex + 2 * i, 2);
        colons[3 * i + 2] = i + 1 < CT_HASH_LEN ? ':' : '\0';
    }

    snprintf(text, sizeof(text), "\xef\xbb\xbf"
             "x,sha-256 fingerprint,Parent SHA-256 Fingerprint,\"ca owner\""
             "\r\n1,%s,00,The Group\r\n2,%s,,\"Ano\"\"ther\", more\r\n", hex,
             colons);
    list = list_read(ct_bytes_str(text));
    ok(list != NULL, "without quotes: %s", why);
    owner_is(list, &inter, "(none)", "hex and colons are one certificate");
    is_int(ct_calist_certificates(list), 1, "of two owners");

    snprintf(text, sizeof(text), "CA Owner,SHA-256 Fingerprint\n"
             "\"  A \"\"new\"\"\n  and\told\x01 one \",%s", hex);
    list = list_read(ct_bytes_str(text));
    owner_is(list, &inter, "A \"new\" and old one", "quotes, lines, blanks");
    is_int(ct_calist_bad(list), 0, "no line end is wanted at the end");

    snprintf(text, sizeof(text), "CA Owner,SHA-256 Fingerprint\n"
             "caf\xc3\xa9 \xff ,%s\n", hex);
    owner_is(list_read(ct_bytes_str(text)), &inter,
             "caf\xc3\xa9 \xef\xbf\xbd", "what is no UTF-8 is marked");

    snprintf(text, sizeof(text), "CA Owner,SHA-256 Fingerprint\n"
             "%.126s\xc3\xa9,%s\n", "0123456789012345678901234567890123456789"
             "0123456789012345678901234567890123456789012345678901234567890123"
             "4567890123456789012345", hex);
    owner_is(list_read(ct_bytes_str(text)), &inter,
             "0123456789012345678901234567890123456789012345678901234567890123"
             "45678901234567890123456789012345678901234567890123456789012345",
             "cut between characters");
}


static void
test_bad_rows(void)
{
    ct_calist_t *list;

    rows_start(HEAD);
    row_of(&root, "A", "", "Root");
    ct_buf_puts(&row_buf, "\"B\",\"\",\"\",\"\",\"none\"\n");
    row_of(&inter, "", "", "Root");
    row_of(&other, "\n", "B", "Intermediate");
    ct_buf_puts(&row_buf, "short\n");
    row_of(&inter, "C", "", "Root");
    list = list_of_rows();
    is_int(ct_calist_bad(list), 3, "three bad rows");
    is_int(ct_calist_certificates(list), 3, "three good ones");
    owner_is(list, &other, "B", "a subordinate without an owner");
    owner_is(list, &inter, "C", "what comes behind a bad row");
}


static void
pem_of(const ca_cert_t *cert, char *out, size_t room)
{
    BIO       *bio = BIO_new(BIO_s_mem());
    ct_bytes_t pem = ca_pem(bio, cert);

    snprintf(out, room, "%.*s", (int) pem.len, (const char *) pem.data);
    BIO_free(bio);
}


static void
test_pem(void)
{
    char         hex[65], pem[2048], row[4096];
    ct_calist_t *list;

    hex_of(&inter, hex);
    pem_of(&inter, pem, sizeof(pem));
    rows_start("CA Owner,SHA-256 Fingerprint,\"PEM Info\"\n");
    snprintf(row, sizeof(row), "A,%s,\"'%s'\"\n", hex, pem);
    ct_buf_puts(&row_buf, row);
    list = list_of_rows();
    owner_is(list, &inter, "A", "a certificate with its PEM");
    key_is(list, &inter, "A", "its key is the owner's too");
    is_int(ct_calist_certificates(list), 1, "a key is no certificate");

    /* somebody else's PEM */
    pem_of(&other, pem, sizeof(pem));
    snprintf(row, sizeof(row), "A,%s,\"%s\"\n", hex, pem);
    rows_start("CA Owner,SHA-256 Fingerprint,\"PEM Info\"\n");
    ct_buf_puts(&row_buf, row);
    list = list_of_rows();
    owner_is(list, &inter, "A", "a certificate with the PEM of another");
    key_is(list, &inter, "(none)", "its key is not known");
    key_is(list, &other, "(none)", "nor the other's by it");

    ct_buf_puts(&row_buf, "A,");
    ct_buf_puts(&row_buf, hex);
    ct_buf_puts(&row_buf, ",\"-----BEGIN CERTIFICATE-----\nAAAA\n"
                          "-----END CERTIFICATE-----\"\n");
    list = list_of_rows();
    is_int(ct_calist_bad(list), 1, "a PEM that is none");
    owner_is(list, &inter, "A", "costs its key alone");
}


/* Each in another report: owners, keys, where problems go. */
static void
test_reports(void)
{
    char         hex[65], pem[2048], row[4096], longer[400];
    const char  *report;
    ct_calist_t *list;

    rows_start(HEAD);
    row_of(&inter, "The Group", "", "Intermediate");
    row_of(&root, "The Group", "", "Root");
    row_of(&other, "Other", "", "Root");

    hex_of(&inter, hex);
    pem_of(&inter, pem, sizeof(pem));
    snprintf(row, sizeof(row), "\"SHA-256 Fingerprint\",\"X.509 Certificate "
             "(PEM)\"\n%s,\"%s\"\n", hex, pem);
    ct_buf_puts(&row_buf, row);
    memset(longer, 'x', sizeof(longer) - 1);
    longer[sizeof(longer) - 1] = '\0';
    snprintf(row, sizeof(row), "\"CA Owner\",\"Problem Reporting Mechanism\""
             "\n\"the group\",\"abuse@group.test\nor https://group.test/\"\n"
             "\"Unheard of\",\"a@b.test\"\n\"Other\",\"%s\"\n", longer);
    ct_buf_puts(&row_buf, row);
    list = list_of_rows();
    is_int(ct_calist_bad(list), 0, "three reports: %s", why);
    key_is(list, &inter, "The Group", "the key from one, the owner from one");
    is_int(ct_calist_certificates(list), 3, "certificates");

    report = ct_calist_report(list, "The Group");
    is_str(report != NULL ? report : "(none)",
           "abuse@group.test or https://group.test/", "where problems go");
    report = ct_calist_report(list, "Other");
    is_int(report != NULL ? strlen(report) : 0, CT_LIMIT_REPORT - 1,
           "a long one is cut");
    ok(ct_calist_report(list, "Nobody") == NULL, "nobody's");
    ok(ct_calist_report(list, "") == NULL, "nor is a name's that is none");

    rows_start("CA Owner,SHA-256 Fingerprint,Problem Reporting Mechanism\n");
    snprintf(row, sizeof(row), "A,%s,one\nA,%s,two\n", hex, hex);
    ct_buf_puts(&row_buf, row);
    list = list_of_rows();
    is_str(ct_calist_report(list, "A"), "one", "in one report, the first");
}


static void
test_owners(void)
{
    char         row[256];
    size_t       i;
    ct_calist_t *list;

    rows_start(HEAD);
    row_of(&root, "A", "", "Root");

    for (i = 0; i < CT_LIMIT_CA_OWNERS; i++) {
        snprintf(row, sizeof(row), "\"o%zu\",\"\",\"\",\"\",\"%08zx%056x\"\n",
                 i, i << 16, 0);
        ct_buf_puts(&row_buf, row);
    }

    row_of(&inter, "A", "", "Root");
    list = list_of_rows();
    ok(list != NULL, "many owners: %s", why);
    is_int(ct_calist_owners(list), CT_LIMIT_CA_OWNERS, "all there may be");
    is_int(ct_calist_bad(list), 1, "and one more is left out");
    owner_is(list, &inter, "A", "one of before has more");
}


/* Fingerprints that were chosen to come to the same place. */
static void
test_chosen(void)
{
    char   row[256];
    size_t i;

    rows_start(HEAD);

    for (i = 0; i < 4096; i++) {
        snprintf(row, sizeof(row), "\"o\",\"\",\"\",\"\",\"%064zx\"\n", i);
        ct_buf_puts(&row_buf, row);
    }

    ok(list_of_rows() == NULL, "no certificate has such: %s", why);
}


/* What the world's list was once, if it is at hand. */
static void
test_real(void)
{
    const char  *path = getenv("CT_CA_LIST");
    char        *text;
    size_t       len;
    ct_calist_t *list;

    text = path != NULL ? data_slurp(path, &len) : NULL;

    if (text == NULL) {
        skip("CT_CA_LIST names no list");
        return;
    }

    list = list_read(ct_bytes(text, len));
    ok(list != NULL, "%zu certificates, %zu owners, %zu bad rows, %zu KB: %s",
       list != NULL ? ct_calist_certificates(list) : 0,
       list != NULL ? ct_calist_owners(list) : 0,
       list != NULL ? ct_calist_bad(list) : 0,
       ct_arena_used(list_arena) / 1024, why);
    free(text);
}


int
main(void)
{
    root = ca_root("Anchor Ltd", "Root");
    inter = ca_intermediate(&root, "Anchor Ltd", "I1");
    other = ca_root("Other", "Other Root");

    test_refused();
    test_forms();
    test_bad_rows();
    test_pem();
    test_reports();
    test_owners();
    test_chosen();
    test_real();

    ca_free(&other);
    ca_free(&inter);
    ca_free(&root);
    ct_arena_destroy(list_arena);

    return done_testing();
}
