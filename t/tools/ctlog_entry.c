/*
 * ctlog_entry: makes a TileLeaf (static-ct-api, "Log Entries") of a
 * certificate. A pre-certificate's TBSCertificate is cut out of its DER
 * byte by byte (RFC 6962, 3.2), never encoded anew; what is no DER at all
 * is logged as an x509_entry, since real logs hold such things too.
 */

#include "ctlog.h"

#include <openssl/x509v3.h>

#define TAG_SEQUENCE 0x30
#define TAG_VERSION 0xa0    /* [0] */
#define TAG_EXTENSIONS 0xa3 /* [3] */

/* One DER value: all of it, and what is in it. */
typedef struct {
    unsigned tag;
    slice_t  whole;
    slice_t  body;
} tlv_t;

static void chain_precert_signing(chain_t *chain, X509 *signer);
static void key_hash(X509 *cert, uint8_t out[HASH]);
static bool precert_tbs(slice_t cert, const chain_t *chain, buf_t *tbs);
static bool tbs_put(buf_t *tbs, slice_t in, const chain_t *chain,
    bool *poisoned);
static bool extensions_put(buf_t *out, slice_t in, const chain_t *chain,
    bool *poisoned);
static bool extension_is(slice_t extension, const char *oid, size_t len);
static bool tlv_read(slice_t *in, tlv_t *tlv);
static void tlv_put(buf_t *out, unsigned tag, const buf_t *body);
static bool skip(slice_t *in, size_t len);
static bool skip_vector(slice_t *in, unsigned width);


void
chain_read(chain_t *chain, const char *paths)
{
    char        path[TOOL_PATH];
    const char *comma;
    buf_t      *cert;
    BIO        *bio;
    X509       *first = NULL;

    memset(chain, 0, sizeof(*chain));

    for (/* void */; paths != NULL; paths = comma ? comma + 1 : NULL) {
        comma = strchr(paths, ',');
        path_make(path, "%.*s",
            (int) (comma ? (size_t) (comma - paths) : strlen(paths)), paths);
        bio = BIO_new_file(path, "r");
        if (bio == NULL) {
            errx(1, "cannot open %s", path);
        }
        while ((cert = pem_next(bio)) != NULL) {
            if (chain->len == 16) {
                errx(1, "%s: more than 16 certificates", path);
            }
            chain->cert[chain->len].data = cert->data;
            chain->cert[chain->len].len = cert->len;
            sha256(cert->data, cert->len, chain->fingerprint[chain->len++]);
        }
        BIO_free(bio);
    }

    if (chain->len > 0) {
        first = d2i_X509(NULL, &(const uint8_t *){chain->cert[0].data},
            (long) chain->cert[0].len);
    }
    if (first == NULL) {
        return;
    }

    key_hash(first, chain->issuer_key_hash);
    chain_precert_signing(chain, first);
    X509_free(first);
}


/* RFC 6962, 3.1: chain[0] may be a CA that only signs pre-certificates. */
static void
chain_precert_signing(chain_t *chain, X509 *signer)
{
    EXTENDED_KEY_USAGE *usages;
    uint8_t            *der = NULL;
    X509               *above;
    int                 i;
    int                 len;

    usages = X509_get_ext_d2i(signer, NID_ext_key_usage, NULL, NULL);
    for (i = 0; i < sk_ASN1_OBJECT_num(usages); i++) {
        chain->psc = chain->psc
                     || OBJ_obj2nid(sk_ASN1_OBJECT_value(usages, i))
                            == NID_ct_precert_signer;
    }
    EXTENDED_KEY_USAGE_free(usages);
    if (!chain->psc) {
        return;
    }
    if (chain->len < 2) {
        errx(1, "a precertificate signing CA without its issuer");
    }

    above = d2i_X509(NULL, &(const uint8_t *){chain->cert[1].data},
        (long) chain->cert[1].len);
    if (above == NULL) {
        die_ssl("chain[1]");
    }
    key_hash(above, chain->issuer_key_hash);
    X509_free(above);

    len = i2d_X509_NAME(X509_get_issuer_name(signer), &der);
    buf_put(&chain->issuer_name, der, (size_t) len);

    i = X509_get_ext_by_NID(signer, NID_authority_key_identifier, -1);
    if (i >= 0) {
        der = NULL;
        len = i2d_X509_EXTENSION(X509_get_ext(signer, i), &der);
        buf_put(&chain->issuer_aki, der, (size_t) len);
    }
}


/* issuer_key_hash: SHA-256 of the SubjectPublicKeyInfo. */
static void
key_hash(X509 *cert, uint8_t out[HASH])
{
    uint8_t *der = NULL;
    int      len;

    len = i2d_X509_PUBKEY(X509_get_X509_PUBKEY(cert), &der);
    if (len <= 0) {
        die_ssl("SubjectPublicKeyInfo");
    }
    sha256(der, (size_t) len, out);
    OPENSSL_free(der);
}


size_t
entry_put(buf_t *out, slice_t cert, const chain_t *chain, uint64_t timestamp,
    uint64_t index)
{
    leaf_t leaf = {0};
    buf_t  tbs = {0};
    size_t leaf_len;

    leaf.timestamp = timestamp;
    leaf.index = index;
    leaf.signed_entry = cert;
    leaf.issuer_key_hash = chain->issuer_key_hash;
    leaf.fingerprint = chain->fingerprint;
    leaf.nfingerprints = chain->len;

    if (precert_tbs(cert, chain, &tbs)) {
        if (chain->len == 0) {
            errx(1, "a pre-certificate wants --chain");
        }
        leaf.signed_entry = (slice_t){tbs.data, tbs.len};
        leaf.pre_certificate = cert;
    }

    leaf_len = leaf_put(out, &leaf);
    buf_free(&tbs);

    return leaf_len;
}


size_t
leaf_put(buf_t *out, const leaf_t *leaf)
{
    size_t start = out->len;
    size_t leaf_len;
    size_t i;
    bool   precert = leaf->pre_certificate.len > 0;

    buf_uint(out, leaf->timestamp, 8); /* timestamp */
    buf_uint(out, precert, 2);         /* entry_type */
    if (precert) {
        buf_put(out, leaf->issuer_key_hash, HASH); /* issuer_key_hash */
    }
    buf_uint(out, leaf->signed_entry.len, 3);
    buf_slice(out, leaf->signed_entry); /* signed_entry */
    if (leaf->index == NO_INDEX) {
        buf_uint(out, 0, 2); /* extensions */
    } else {
        buf_uint(out, 8, 2); /* extensions */
        buf_uint(out, 0, 1); /* leaf_index */
        buf_uint(out, 5, 2);
        buf_uint(out, leaf->index, 5);
    }
    leaf_len = out->len - start;

    if (precert) {
        buf_uint(out, leaf->pre_certificate.len, 3);
        buf_slice(out, leaf->pre_certificate); /* pre_certificate */
    }
    buf_uint(out, leaf->nfingerprints * HASH, 2); /* certificate_chain */
    for (i = 0; i < leaf->nfingerprints; i++) {
        buf_put(out, leaf->fingerprint[i], HASH);
    }

    return leaf_len;
}


bool
entry_measure(slice_t in, size_t *leaf_len, size_t *len)
{
    size_t   all = in.len;
    unsigned type;

    if (in.len < 10) {
        return false;
    }
    type = (unsigned) in.data[8] << 8 | in.data[9];
    if (type > 1 || !skip(&in, type == 1 ? 10 + HASH : 10)
        || !skip_vector(&in, 3)  /* signed_entry */
        || !skip_vector(&in, 2)) /* extensions */
    {
        return false;
    }
    *leaf_len = all - in.len;

    if ((type == 1 && !skip_vector(&in, 3)) /* pre_certificate */
        || !skip_vector(&in, 2))            /* certificate_chain */
    {
        return false;
    }
    *len = all - in.len;

    return true;
}


buf_t *
pem_next(BIO *bio)
{
    uint8_t *data;
    buf_t   *cert;
    char    *name;
    char    *header;
    long     len;
    bool     found = false;

    while (!found) {
        if (!PEM_read_bio(bio, &name, &header, &data, &len)) {
            if (ERR_GET_REASON(ERR_peek_last_error()) != PEM_R_NO_START_LINE) {
                die_ssl("PEM");
            }
            ERR_clear_error();
            return NULL;
        }
        found = strcmp(name, PEM_STRING_X509) == 0;
        OPENSSL_free(name);
        OPENSSL_free(header);
        if (!found) {
            OPENSSL_free(data);
        }
    }

    cert = grow(NULL, sizeof(*cert));
    memset(cert, 0, sizeof(*cert));
    buf_put(cert, data, (size_t) len);
    OPENSSL_free(data);

    return cert;
}


/* The logged TBSCertificate; false when this is no pre-certificate. */
static bool
precert_tbs(slice_t cert, const chain_t *chain, buf_t *tbs)
{
    bool  poisoned = false;
    tlv_t outer;
    tlv_t inner;

    if (!tlv_read(&cert, &outer) || outer.tag != TAG_SEQUENCE
        || !tlv_read(&outer.body, &inner) || inner.tag != TAG_SEQUENCE)
    {
        return false;
    }

    return tbs_put(tbs, inner.body, chain, &poisoned) && poisoned;
}


static bool
tbs_put(buf_t *tbs, slice_t in, const chain_t *chain, bool *poisoned)
{
    buf_t    body = {0};
    tlv_t    field;
    tlv_t    list;
    unsigned position = 0; /* not counting version, which is optional */
    bool     ok = true;

    while (ok && in.len > 0) {
        ok = tlv_read(&in, &field);
        if (!ok) {
            break;
        }
        position += field.tag != TAG_VERSION;
        if (chain->psc && position == 3 /* issuer */) {
            buf_put(&body, chain->issuer_name.data, chain->issuer_name.len);
        } else if (field.tag != TAG_EXTENSIONS) {
            buf_slice(&body, field.whole);
        } else {
            ok = tlv_read(&field.body, &list)
                 && extensions_put(&body, list.body, chain, poisoned);
        }
    }

    tlv_put(tbs, TAG_SEQUENCE, &body);
    buf_free(&body);

    return ok;
}


/* Extensions without the poison; nothing when it was the only one. */
static bool
extensions_put(buf_t *out, slice_t in, const chain_t *chain, bool *poisoned)
{
    static const char poison[] = "\x06\x0a\x2b\x06\x01\x04\x01\xd6\x79\x02"
                                 "\x04\x03";
    static const char aki[] = "\x06\x03\x55\x1d\x23";
    buf_t             list = {0};
    buf_t             sequence = {0};
    tlv_t             one;

    while (in.len > 0) {
        if (!tlv_read(&in, &one)) {
            buf_free(&list);
            return false;
        }
        if (extension_is(one.body, poison, sizeof(poison) - 1)) {
            *poisoned = true;
        } else if (chain->psc && extension_is(one.body, aki, 5)) {
            buf_put(&list, chain->issuer_aki.data, chain->issuer_aki.len);
        } else {
            buf_slice(&list, one.whole);
        }
    }

    if (list.len > 0) {
        tlv_put(&sequence, TAG_SEQUENCE, &list);
        tlv_put(out, TAG_EXTENSIONS, &sequence);
    }
    buf_free(&list);
    buf_free(&sequence);

    return true;
}


static bool
extension_is(slice_t extension, const char *oid, size_t len)
{
    return extension.len > len && memcmp(extension.data, oid, len) == 0;
}


/* DER with one-byte tags and lengths below 2^24, which is all of X.509. */
static bool
tlv_read(slice_t *in, tlv_t *tlv)
{
    size_t head = 2;
    size_t len;
    size_t i;

    if (in->len < 2 || (in->data[0] & 0x1f) == 0x1f) {
        return false;
    }

    len = in->data[1];
    if (len >= 0x80) {
        head += len & 0x7f;
        if (head == 2 || head > 5 || in->len < head) {
            return false;
        }
        for (len = 0, i = 2; i < head; i++) {
            len = len << 8 | in->data[i];
        }
    }
    if (in->len - head < len) {
        return false;
    }

    tlv->tag = in->data[0];
    tlv->whole = (slice_t){in->data, head + len};
    tlv->body = (slice_t){in->data + head, len};

    return skip(in, head + len);
}


static void
tlv_put(buf_t *out, unsigned tag, const buf_t *body)
{
    unsigned width;

    width = body->len < 0x80      ? 0
            : body->len < 0x100   ? 1
            : body->len < 0x10000 ? 2
                                  : 3;

    buf_uint(out, tag, 1);
    if (width > 0) {
        buf_uint(out, 0x80 | width, 1);
    }
    buf_uint(out, body->len, width == 0 ? 1 : width);
    buf_put(out, body->data, body->len);
}


static bool
skip(slice_t *in, size_t len)
{
    if (in->len < len) {
        return false;
    }
    in->data += len;
    in->len -= len;

    return true;
}


/* A TLS vector with a length of `width` bytes. */
static bool
skip_vector(slice_t *in, unsigned width)
{
    size_t   len = 0;
    unsigned i;

    if (in->len < width) {
        return false;
    }
    for (i = 0; i < width; i++) {
        len = len << 8 | in->data[i];
    }

    return skip(in, width + len);
}
