/* ct_report_pem: a certificate as it was kept, read back by OpenSSL. */

#include "cert.h"
#include "report.h"
#include "tap.h"


static void kept(ct_bytes_t der, const char *file);
static void missing(const char *hex, const char *want);
static uint64_t finding(world_t *w, ct_bytes_t der);

static world_t w;


int
main(void)
{
    cert_t c = {0};

    world_open(&w);
    c.extensions = cert_san(cert_dns(CT_BYTES("a.example")));
    kept(cert_make(&c), "certificate-");
    c.extensions = cert_join(c.extensions, cert_extension(
        OID_POISON, true, CT_BYTES("\x05\x00")));
    kept(cert_make(&c), "precertificate-");
    kept(cert_join(cert_make(&c), CT_BYTES("behind it")), "precertificate-");
    kept(CT_BYTES("no certificate at all"), "certificate-");

    missing("00112233445566778899aabbccddeeff", "there is no such finding");
    (void) finding(&w, CT_BYTES(""));
    missing("0500000000000000abababababababab", "the certificate of this "
            "finding is not kept; the logs that it was found in have it");
    world_close(&w);

    return done_testing();
}


static uint64_t
finding(world_t *world, ct_bytes_t der)
{
    uint64_t          number;
    ct_buf_t          text;
    ct_finding_t      f;
    ct_finding_text_t parts;
    static uint8_t    room[2][CT_LIMIT_FINDING_TEXT];

    number = world_simple(world, CT_VERDICT_UNFAMILIAR, "a.example");
    ct_buf_fixed(&text, room[0], sizeof(room[0]));
    (void) ct_store_finding(world->store, number, &f, &text);
    (void) ct_finding_text_read(ct_buf_slice(&text), &parts);
    parts.der = der;
    ct_buf_fixed(&text, room[1], sizeof(room[1]));
    ct_finding_text_write(&text, &parts);
    (void) ct_store_replace(world->store, &f, ct_buf_slice(&text));

    return number;
}


/* As an answer is made: the name goes into a header. */
static void
kept(ct_bytes_t der, const char *file)
{
    BIO         *bio;
    char        *name, *header, want[128];
    long         len;
    uint8_t     *data = NULL, file_name[CT_LIMIT_TEXT];
    ct_buf_t     out, as;
    uint64_t     number = finding(&w, der);
    const char  *why;
    ct_finding_t f;

    (void) ct_store_finding(w.store, number, &f, NULL);
    ct_buf_init(&out, w.arena, CT_LIMIT_PAGE);
    ct_buf_fixed(&as, file_name, sizeof(file_name));
    why = ct_report_pem(&w.report, f.identity, &out, &as);
    is_str(why != NULL ? why : "", "", "there is one");

    snprintf(want, sizeof(want), "%s%02x00000000000000abababababababab.pem",
             file, (unsigned) number);
    is_mem(as.data, as.len, want, strlen(want), "as %s", want);

    bio = BIO_new_mem_buf(out.data, (int) out.len);
    ok(PEM_read_bio(bio, &name, &header, &data, &len), "it is PEM");
    is_str(name, "CERTIFICATE", "a certificate");
    is_mem(data, (size_t) len, der.data, der.len, "the very same");
    is_int(memcmp(out.data + out.len - 6, "-----\n", 6), 0, "whole lines");
    BIO_free(bio);
    OPENSSL_free(name);
    OPENSSL_free(header);
    OPENSSL_free(data);
}


static void
missing(const char *hex, const char *want)
{
    uint8_t     id[CT_FINDING_ID], file_name[CT_LIMIT_TEXT];
    ct_buf_t    out, as;
    const char *why;

    ok(ct_parse_hex(ct_bytes_str(hex), id, sizeof(id)), "an id");
    ct_buf_init(&out, w.arena, CT_LIMIT_PAGE);
    ct_buf_fixed(&as, file_name, sizeof(file_name));
    why = ct_report_pem(&w.report, id, &out, &as);
    is_str(why != NULL ? why : "", want, "%s", want);
    is_int(out.len + as.len, 0, "nothing else is said");
}
