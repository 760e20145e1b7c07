/* Fuzz target: a certificate. No dNSName or CN that OpenSSL finds is
 * missed, unless something is said to be broken; a splice is final. */

#include "ct_cert.h"

#include <openssl/x509v3.h>
#include <stdlib.h>

#define CHECK(cond) ((cond) ? (void) 0 : abort())

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);


static void
check_found(const ct_cert_t *cert, int kind, const ASN1_STRING *value)
{
    ct_name_t  name;
    ct_names_t names;
    bool       found = false;
    ct_bytes_t want = {value->data, (size_t) value->length};

    for (ct_names_start(&names, cert); ct_names_next(&names, &name); ) {
        found |= (int) name.kind == kind && ct_bytes_equal(name.value, want);
    }

    CHECK(found || names.broken);
}


static void
check_openssl(const ct_cert_t *cert, X509 *x)
{
    int            i;
    GENERAL_NAME  *name;
    X509_NAME     *subject = X509_get_subject_name(x);
    GENERAL_NAMES *san = X509_get_ext_d2i(x, NID_subject_alt_name, 0, 0);

    for (i = 0; i < sk_GENERAL_NAME_num(san) && i < 64; i++) {
        name = sk_GENERAL_NAME_value(san, i);
        if (name->type == GEN_DNS) {
            check_found(cert, CT_NAME_DNS, name->d.dNSName);
        }
    }

    for (i = -1;
         (i = X509_NAME_get_index_by_NID(subject, NID_commonName, i)) >= 0; )
    {
        check_found(cert, CT_NAME_CN, X509_NAME_ENTRY_get_data(
                        X509_NAME_get_entry(subject, i)));
    }

    GENERAL_NAMES_free(san);
}


int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    X509       *x = d2i_X509(NULL, &(const uint8_t *) {data}, (long) size);
    ct_cert_t   cert, spliced;
    ct_bytes_t  tbs, again;
    ct_arena_t *arena = ct_arena_create(4 * size + 64);

    (void) ct_cert_read(ct_bytes(data, size), &cert);

    if (cert.tbs.len != 0) {
        CHECK(ct_cert_splice(&cert, arena, &tbs) == CT_OK);
        CHECK(ct_cert_read_tbs(tbs, &spliced) == CT_OK);
        CHECK(ct_cert_splice(&spliced, arena, &again) == CT_OK);
        CHECK(ct_bytes_equal(tbs, again) && !ct_cert_is_precert(&spliced));
    }

    if (x != NULL && cert.tbs.len != 0) {
        check_openssl(&cert, x);
    }

    ct_arena_destroy(arena);
    X509_free(x);

    return 0;
}
