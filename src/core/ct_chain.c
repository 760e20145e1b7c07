/*
 * ct_chain: climbs from a certificate to an anchor, one verified signature
 * at a time, trying each issuer that bears the right name. Names only
 * choose whom to ask; signatures decide. A self-made chain may be a maze,
 * so depth, issuers and verifications are all bounded.
 *
 * Not done here: dates, revocation, path length, name constraints. All of
 * them say what a certificate may be used for, not who issued it.
 */

#include <string.h>

#include <openssl/core_names.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/objects.h>
#include <openssl/x509v3.h>

#include "ct_anchors.h"
#include "ct_precert.h"

#define CT_CHAIN_VERIFICATIONS 32
#define CT_CHAIN_RSA_BITS      8192 /* of a key, at most */
#define CT_CHAIN_EXPONENT_BITS 32   /* of an RSA key, at most */

typedef struct {
    const ct_anchors_t *anchors;
    X509               *cert;
    X509               *issuer[CT_LIMIT_CHAIN];
    bool                used[CT_LIMIT_CHAIN];
    size_t              nissuers;
    size_t              left;  /* signatures that may still be verified */
    size_t              npath;
    size_t              nbest;
    X509               *path[CT_CA_PATH]; /* where we are */
    X509               *best[CT_CA_PATH]; /* the longest so far */
    const char         *owner; /* NULL: no anchor reached */
} ct_climb_t;


static ct_rc_t ct_chain_start(ct_climb_t *climb, const ct_anchors_t *anchors,
    ct_bytes_t cert, const ct_bytes_t *issuers, size_t nissuers);
static bool ct_chain_again(const ct_bytes_t *issuers, size_t i);
static bool ct_climb_up(ct_climb_t *climb, X509 *cert);
static bool ct_climb_anchor(ct_climb_t *climb, X509 *cert);
static bool ct_climb_issuer(ct_climb_t *climb, X509 *cert);
static void ct_climb_step(ct_climb_t *climb, X509 *issuer);
static ct_rc_t ct_climb_result(const ct_climb_t *climb, size_t skip,
    ct_ca_t *ca);
static void ct_climb_end(ct_climb_t *climb);
static ct_rc_t ct_chain_precert(const ct_climb_t *climb,
    const ct_entry_t *entry, ct_arena_t *scratch, ct_ca_t *ca);
static bool ct_chain_psc(const ct_climb_t *climb, ct_bytes_t issuer);
static bool ct_x509_signed_by(X509 *cert, X509 *issuer);
static bool ct_x509_weak(X509 *cert);
static EVP_PKEY *ct_x509_key(X509 *cert);
static bool ct_key_rsa(EVP_PKEY *key);
static bool ct_key_ec(EVP_PKEY *key);


ct_rc_t
ct_chain_verify(const ct_anchors_t *anchors, ct_bytes_t cert,
    const ct_bytes_t *issuers, size_t nissuers, ct_ca_t *ca)
{
    ct_rc_t    rc;
    ct_climb_t climb;

    memset(ca, 0, sizeof(*ca));

    rc = ct_chain_start(&climb, anchors, cert, issuers, nissuers);

    if (rc == CT_OK) {
        rc = ct_climb_result(&climb, 0, ca);
    }

    ct_climb_end(&climb);

    return rc;
}


ct_rc_t
ct_chain_establish(const ct_anchors_t *anchors, const ct_entry_t *entry,
    const ct_bytes_t *issuers, size_t nissuers, ct_arena_t *scratch,
    ct_ca_t *ca)
{
    ct_rc_t    rc;
    ct_climb_t climb;

    if (entry->type != CT_ENTRY_PRECERT) {
        return ct_chain_verify(anchors, entry->cert, issuers, nissuers, ca);
    }

    memset(ca, 0, sizeof(*ca));

    rc = ct_chain_start(&climb, anchors, entry->pre_certificate, issuers,
                        nissuers);
    if (rc == CT_OK) {
        rc = ct_chain_precert(&climb, entry, scratch, ca);
    }

    ct_climb_end(&climb);

    return rc;
}


/* Decodes everything and climbs. CT_E_CHAIN when `cert` is not readable;
 * issuers that are not are left out. */
static ct_rc_t
ct_chain_start(ct_climb_t *climb, const ct_anchors_t *anchors,
    ct_bytes_t cert, const ct_bytes_t *issuers, size_t nissuers)
{
    X509  *issuer;
    size_t i;

    memset(climb, 0, sizeof(*climb));

    climb->anchors = anchors;
    climb->left = CT_CHAIN_VERIFICATIONS;
    climb->cert = ct_x509_read(cert, CT_LIMIT_ENTRY);

    if (climb->cert == NULL) {
        return CT_E_CHAIN;
    }

    for (i = 0; i < nissuers && i < CT_LIMIT_CHAIN; i++) {
        issuer = ct_chain_again(issuers, i)
                 ? NULL : ct_x509_read(issuers[i], CT_LIMIT_ISSUER);

        if (issuer != NULL) {
            climb->issuer[climb->nissuers++] = issuer;
        }
    }

    (void) ct_climb_up(climb, climb->cert);

    return CT_OK;
}


/* A copy leads nowhere that the first one does not, and would be climbed
 * all the same. */
static bool
ct_chain_again(const ct_bytes_t *issuers, size_t i)
{
    size_t k;

    for (k = 0; k < i; k++) {
        if (ct_bytes_equal(issuers[k], issuers[i])) {
            return true;
        }
    }

    return false;
}


/* True when an anchor was reached. As deep as CT_CA_PATH, no deeper. */
static bool
ct_climb_up(ct_climb_t *climb, X509 *cert)
{
    return climb->npath < CT_CA_PATH
           && (ct_climb_anchor(climb, cert) || ct_climb_issuer(climb, cert));
}


/* An anchor that the log sent along is found here as well: whatever it has
 * signed, the anchor in the bundle has signed. */
static bool
ct_climb_anchor(ct_climb_t *climb, X509 *cert)
{
    const X509_NAME   *name;
    const ct_anchor_t *anchor;

    name = X509_get_issuer_name(cert);
    anchor = ct_anchors_find(climb->anchors, name, NULL);

    while (anchor != NULL && climb->left > 0) {
        climb->left--;

        if (ct_x509_signed_by(cert, anchor->cert)) {
            climb->nbest = 0; /* this way and no other */
            ct_climb_step(climb, anchor->cert);
            climb->owner = anchor->owner;
            return true;
        }

        anchor = ct_anchors_find(climb->anchors, name, anchor);
    }

    return false;
}


static bool
ct_climb_issuer(ct_climb_t *climb, X509 *cert)
{
    X509  *issuer;
    size_t i;

    for (i = 0; i < climb->nissuers && climb->left > 0; i++) {
        issuer = climb->issuer[i];

        if (climb->used[i]
            || X509_NAME_cmp(X509_get_subject_name(issuer),
                             X509_get_issuer_name(cert)) != 0
            || X509_check_ca(issuer) != 1)
        {
            continue;
        }

        climb->left--;

        if (!ct_x509_signed_by(cert, issuer)) {
            continue;
        }

        ct_climb_step(climb, issuer);
        climb->used[i] = true;

        if (ct_climb_up(climb, issuer)) {
            return true;
        }

        climb->used[i] = false;
        climb->npath--;
    }

    return false;
}


static void
ct_climb_step(ct_climb_t *climb, X509 *issuer)
{
    climb->path[climb->npath++] = issuer;

    if (climb->npath > climb->nbest) {
        climb->nbest = climb->npath;
        memcpy(climb->best, climb->path, sizeof(climb->path));
    }
}


/* The path found, without its first `skip` issuers. */
static ct_rc_t
ct_climb_result(const ct_climb_t *climb, size_t skip, ct_ca_t *ca)
{
    size_t i;

    for (i = skip; i < climb->nbest; i++) {
        if (!ct_x509_key_hash(climb->best[i], ca->path_key[ca->npath])
            || !X509_digest(climb->best[i], EVP_sha256(),
                            ca->path_cert[ca->npath], NULL))
        {
            memset(ca, 0, sizeof(*ca));
            return CT_E_CHAIN;
        }

        ca->npath++;
    }

    if (ca->npath > 0) {
        ca->issuer_found = true;
        memcpy(ca->issuer_key, ca->path_key[0], CT_HASH_LEN);
    }

    if (climb->owner == NULL) {
        return CT_E_CHAIN;
    }

    memcpy(ca->organization, climb->owner, sizeof(ca->organization));
    memcpy(ca->owner, climb->owner, sizeof(ca->owner));

    return CT_OK;
}


static void
ct_climb_end(ct_climb_t *climb)
{
    size_t i;

    for (i = 0; i < climb->nissuers; i++) {
        X509_free(climb->issuer[i]);
    }

    X509_free(climb->cert);
    ERR_clear_error();
}


/* RFC 6962, 3.2: the leaf's TBS and issuer_key_hash are all that the log
 * has signed; the path counts only if it is theirs. */
static ct_rc_t
ct_chain_precert(const ct_climb_t *climb, const ct_entry_t *entry,
    ct_arena_t *scratch, ct_ca_t *ca)
{
    size_t    skip;
    uint8_t   key[CT_HASH_LEN], submitted[CT_HASH_LEN], logged[CT_HASH_LEN];
    ct_cert_t pre, leaf;

    (void) ct_cert_read(entry->pre_certificate, &pre);
    (void) ct_cert_read_tbs(entry->cert, &leaf);

    if (pre.tbs.len == 0 || leaf.tbs.len == 0) {
        return CT_E_CHAIN;
    }

    if (ct_cert_identity(&pre, scratch, submitted) != CT_OK
        || ct_cert_identity(&leaf, scratch, logged) != CT_OK)
    {
        return CT_E_MEMORY;
    }

    skip = memcmp(submitted, logged, CT_HASH_LEN) == 0 ? 0 : 1;

    if (skip == 1
        && (!ct_chain_psc(climb, leaf.issuer)
            || !ct_precert_same(&pre, &leaf)))
    {
        return CT_E_CHAIN;
    }

    if (skip >= climb->nbest
        || !ct_x509_key_hash(climb->best[skip], key)
        || !ct_bytes_equal(entry->issuer_key_hash,
                           ct_bytes(key, CT_HASH_LEN)))
    {
        return CT_E_CHAIN;
    }

    return ct_climb_result(climb, skip, ca);
}


/* RFC 6962, 3.1: a Precertificate Signing Certificate, issued by `issuer`
 * itself: CA:true and an extended key usage of its own. */
static bool
ct_chain_psc(const ct_climb_t *climb, ct_bytes_t issuer)
{
    int                 i;
    bool                found;
    size_t              len;
    const uint8_t      *der;
    EXTENDED_KEY_USAGE *usage;

    if (climb->nbest == 0
        || !X509_NAME_get0_der(X509_get_issuer_name(climb->best[0]), &der,
                               &len)
        || !ct_bytes_equal(issuer, ct_bytes(der, len)))
    {
        return false;
    }

    usage = X509_get_ext_d2i(climb->best[0], NID_ext_key_usage, NULL, NULL);
    found = false;

    for (i = 0; i < sk_ASN1_OBJECT_num(usage); i++) {
        found |= OBJ_obj2nid(sk_ASN1_OBJECT_value(usage, i))
                 == NID_ct_precert_signer;
    }

    EXTENDED_KEY_USAGE_free(usage);

    return found;
}


bool
ct_chain_signed_by(ct_bytes_t cert, ct_bytes_t issuer)
{
    X509 *lower, *upper;
    bool  yes;

    lower = ct_x509_read(cert, CT_LIMIT_ENTRY);
    upper = ct_x509_read(issuer, CT_LIMIT_ISSUER);

    yes = lower != NULL && upper != NULL
          && X509_NAME_cmp(X509_get_issuer_name(lower),
                           X509_get_subject_name(upper)) == 0
          && X509_check_ca(upper) != 0
          && ct_x509_signed_by(lower, upper);

    X509_free(lower);
    X509_free(upper);
    ERR_clear_error();

    return yes;
}


/* The signature alone. */
static bool
ct_x509_signed_by(X509 *cert, X509 *issuer)
{
    EVP_PKEY *key;

    key = ct_x509_key(issuer);

    return key != NULL && !ct_x509_weak(cert) && X509_verify(cert, key) == 1;
}


/* Digests for which others than the CA have made certificates. */
static bool
ct_x509_weak(X509 *cert)
{
    int nid;

    nid = X509_get_signature_nid(cert);

    return nid == NID_md2WithRSAEncryption || nid == NID_md4WithRSAEncryption
           || nid == NID_md5WithRSAEncryption || nid == NID_md5WithRSA;
}


/*
 * The public key, if it is of a kind that cannot be made up to fit a
 * signature that already exists. Whoever may choose the parameters - a
 * curve's generator, the primes of DSA, a large RSA exponent - can, and
 * would then own "the key that signed what nginx serves" (duplicate
 * signature key selection; CVE-2020-0601 was one). Borrowed; NULL: no.
 */
static EVP_PKEY *
ct_x509_key(X509 *cert)
{
    EVP_PKEY *key;

    key = X509_get0_pubkey(cert);

    if (key == NULL || EVP_PKEY_is_a(key, "DSA")) {
        return NULL;
    }

    if (EVP_PKEY_is_a(key, "RSA") || EVP_PKEY_is_a(key, "RSA-PSS")) {
        return ct_key_rsa(key) ? key : NULL;
    }

    return !EVP_PKEY_is_a(key, "EC") || ct_key_ec(key) ? key : NULL;
}


static bool
ct_key_rsa(EVP_PKEY *key)
{
    bool    small;
    BIGNUM *exponent;

    exponent = NULL;
    small = EVP_PKEY_get_bits(key) <= CT_CHAIN_RSA_BITS
            && EVP_PKEY_get_bn_param(key, OSSL_PKEY_PARAM_RSA_E, &exponent)
            && BN_num_bits(exponent) <= CT_CHAIN_EXPONENT_BITS;

    BN_free(exponent);

    return small;
}


static bool
ct_key_ec(EVP_PKEY *key)
{
    int explicit;

    return EVP_PKEY_get_int_param(key,
               OSSL_PKEY_PARAM_EC_DECODED_FROM_EXPLICIT_PARAMS, &explicit)
           && explicit == 0;
}
