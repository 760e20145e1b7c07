/*
 * ct_cert: what this project wants to know of a certificate (RFC 5280,
 * 4.1), without OpenSSL: 0.2 us instead of 150, and no name hidden behind
 * a duplicated extension. Slices borrow from the input.
 *
 * Strict about frames, because everything else hangs on them; indifferent
 * to what does not matter here: version, serial, algorithms, dates. It does
 * not verify anything; ct_chain does.
 *
 * Lives in ct_cert.c (reading), ct_names.c, ct_name.c, ct_identity.c and
 * ct_dn.c.
 */

#ifndef CT_CERT_H
#define CT_CERT_H

#include "ct_der.h"
#include "ct_merkle.h"

typedef struct {
    ct_bytes_t tbs;        /* TBSCertificate, whole TLV */
    ct_bytes_t serial;     /* INTEGER contents, sign byte kept */
    ct_bytes_t issuer;     /* Name, whole TLV */
    ct_bytes_t validity;   /* contents of the SEQUENCE */
    ct_bytes_t subject;    /* Name, whole TLV */
    ct_bytes_t spki;       /* SubjectPublicKeyInfo, whole TLV */
    ct_bytes_t extensions; /* contents of the SEQUENCE OF; may be empty */
} ct_cert_t;

/* One Extension. */
typedef struct {
    ct_bytes_t oid;      /* contents of extnID */
    ct_bytes_t value;    /* contents of extnValue */
    bool       critical;
} ct_extension_t;

/* One AttributeTypeAndValue of a Name. */
typedef struct {
    ct_bytes_t oid;   /* contents of type */
    ct_der_t   value;
} ct_attribute_t;

typedef enum {
    CT_NAME_DNS, /* SAN dNSName */
    CT_NAME_IP,  /* SAN iPAddress: 4 or 16 bytes; other lengths skipped */
    CT_NAME_CN,  /* any commonName of the subject, as its bytes */
    CT_NAME_URI, /* the host of a SAN uniformResourceIdentifier */
    CT_NAME_MAIL /* the domain of a SAN rfc822Name, or of an otherName */
} ct_name_kind_e;

typedef struct {
    ct_name_kind_e kind;
    uint8_t        tag; /* string type of a CN: CT_DER_UTF8 ... */
    ct_bytes_t     value;
} ct_name_t;

/* Walks names; opaque, on the caller's stack. */
typedef struct {
    ct_bytes_t extensions; /* not yet walked */
    ct_bytes_t san;        /* rest of the SAN being walked */
    ct_bytes_t subject;    /* RDNs not yet walked */
    ct_bytes_t rdn;        /* rest of the RDN being walked */
    ct_name_t  again;      /* the same up to a NUL; empty: none */
    bool       broken;     /* something could not be read: see below */
} ct_names_t;


/*
 * A TBSCertificate TLV (the leaf of a pre-certificate). CT_E_ENCODING;
 * CT_E_TRAILING for bytes behind it, with `cert` filled all the same.
 */
ct_rc_t ct_cert_read_tbs(ct_bytes_t tbs, ct_cert_t *cert);

/*
 * A whole Certificate. `cert` is filled whenever the TBSCertificate can be
 * read, also when what follows it cannot (CT_E_ENCODING) or when there are
 * bytes behind the end (CT_E_TRAILING); otherwise it is zeroed. So names
 * are there to be walked if, and only if, cert->tbs.len is not 0.
 */
ct_rc_t ct_cert_read(ct_bytes_t der, ct_cert_t *cert);

/* The contents of one Extension or AttributeTypeAndValue SEQUENCE; false,
 * and nothing written, when there is anything amiss in it. */
bool ct_extension_parse(ct_bytes_t in, ct_extension_t *extension);
bool ct_attribute_parse(ct_bytes_t in, ct_attribute_t *attribute);

/*
 * All SAN names (every SAN extension) and all CNs, in order. After the
 * last name, `broken` tells whether anything on the way was unreadable:
 * then the certificate could cover names that were not returned. That is a
 * frame that is not DER, a SAN that is not one SEQUENCE, an alternative
 * that GeneralName does not have or in the wrong form, a CN that is not a
 * string. Linear in the bytes walked; neither allocates nor copies.
 *
 * Of a URI or a mail address it is the host (ct_host.h), if there is one;
 * with a NUL inside, also that of what stands before. Of otherNames those
 * count that have a host: SmtpUTF8Mailbox (RFC 9598), XmppAddr (RFC 6120),
 * SRVName (RFC 4985), NAIRealm (RFC 7585), and Microsoft's principal names.
 * No client takes x400Address, directoryName, ediPartyName, registeredID or
 * another otherName for a host: they are passed over.
 */
void ct_names_start(ct_names_t *names, const ct_cert_t *cert);
bool ct_names_next(ct_names_t *names, ct_name_t *name);

/* As it is kept: in lower case, an address as text, a CN of wide characters
 * in UTF-8; a host of a URI or mail address with "uri:" or "mail:" before it,
 * for it is no name that a server could have the certificate for. Any bytes
 * but for that. From `arena`; false when it is full. */
bool ct_name_text(const ct_name_t *name, ct_arena_t *arena,
    ct_bytes_t *text);

/* The way back, as far as it matters for what it covers: what is no host of a
 * URI or mail address is taken for a dNSName. */
void ct_name_read(ct_bytes_t text, ct_name_t *name);

/* ms since 1970; false when unreadable, outputs then untouched. */
bool ct_cert_validity(const ct_cert_t *cert, int64_t *not_before_ms,
    int64_t *not_after_ms);

/*
 * Identity: SHA-256 of the TBS with the poison (RFC 6962, 3.1) and the SCT
 * list (3.3) extensions spliced out and the lengths around them written
 * anew. A pre-certificate's leaf, its submitted form and the final
 * certificate give the same hash (a leaf under a Precertificate Signing
 * Certificate agrees with the final certificate, not with what was
 * submitted: the issuer differs). CT_E_MEMORY from `scratch`;
 * CT_E_ENCODING only for a `cert` that ct_cert_read did not fill.
 */
ct_rc_t ct_cert_identity(const ct_cert_t *cert, ct_arena_t *scratch,
    uint8_t out[CT_HASH_LEN]);

/* The spliced TBS itself, from `scratch`; borrowed from `cert` when there
 * is nothing to splice out. */
ct_rc_t ct_cert_splice(const ct_cert_t *cert, ct_arena_t *scratch,
    ct_bytes_t *tbs);

/* Does the extension list hold the critical poison? */
bool ct_cert_is_precert(const ct_cert_t *cert);

/*
 * RFC 4514 text of a Name, most specific RDN last as in OpenSSL's oneline:
 * "C=US, O=Let's Encrypt, CN=E7". Control characters (bidirectional ones
 * too), backslash and what is not valid in its string type come out as
 * \xx per byte, so that the text is always valid UTF-8; other than string
 * types as # and hex. Cut at the buffer's end without an error: display
 * only.
 */
void ct_cert_name_text(ct_buf_t *out, ct_bytes_t name);

/* The first value of one attribute type (O: 55 04 0a) as UTF-8 text in
 * the same escaping; false when there is none. */
bool ct_cert_name_attribute(ct_buf_t *out, ct_bytes_t name, ct_bytes_t oid);

#endif
