/*
 * ct_entry: TileLeaf of static-ct-api, "Log Entries", and MerkleTreeLeaf and
 * extra_data of RFC 6962, 3.4 and 4.6; the TimestampedEntry in them is the
 * same. Framing only: what is in a certificate is for ct_cert, whether
 * leaf_index is the position for whoever knows the position. Nothing is
 * copied.
 */

#include "ct_entry.h"
#include "ct_limits.h"

#include <stddef.h>
#include <string.h>

/* RFC 6962, 3.4: enum Version, MerkleLeafType */
#define CT_LEAF_V1          0
#define CT_LEAF_TIMESTAMPED 0

/* static-ct-api, "Extensions": enum { leaf_index(0), (255) } */
#define CT_EXT_LEAF_INDEX     0
#define CT_EXT_LEAF_INDEX_LEN 5


static ct_rc_t ct_entry_frame(ct_bytes_t *in, ct_entry_t *entry,
    ct_bytes_t *extensions);
static ct_rc_t ct_entry_timestamped(ct_bytes_t *in, ct_entry_t *entry,
    ct_bytes_t *extensions);
static bool ct_entry_signed(ct_bytes_t *in, ct_entry_t *entry);
static ct_rc_t ct_entry_extensions(ct_bytes_t in, uint64_t *leaf_index);

static ct_rc_t ct_entry_merkle_leaf(ct_bytes_t *in, ct_entry_t *entry,
    ct_bytes_t *extensions);
static ct_rc_t ct_entry_chain_entry(ct_bytes_t in, ct_entry_type_e type,
    ct_bytes_t *pre_certificate, ct_bytes_t *certificates);


ct_rc_t
ct_entry_read(ct_bytes_t *in, ct_entry_t *entry)
{
    size_t     len;
    ct_rc_t    rc, ext;
    ct_entry_t e;
    ct_bytes_t rest, extensions;

    rest = *in;
    rc = ct_entry_frame(&rest, &e, &extensions);
    if (rc != CT_OK) {
        return rc;
    }

    /* From here the next entry can be found, so the reader goes on. */

    len = in->len - rest.len;
    ext = ct_entry_extensions(extensions, &e.leaf_index);

    if (e.chain.len % CT_HASH_LEN != 0) {
        e.chain.len = 0;
        ext = CT_E_ENCODING;
    }

    *in = rest;
    *entry = e;

    return len > CT_LIMIT_ENTRY ? CT_E_LIMIT : ext;
}


/* TimestampedEntry, then the rest of TileLeaf. */
static ct_rc_t
ct_entry_frame(ct_bytes_t *in, ct_entry_t *entry, ct_bytes_t *extensions)
{
    ct_rc_t rc;

    rc = ct_entry_timestamped(in, entry, extensions);
    if (rc != CT_OK) {
        return rc;
    }

    entry->leaf_input = ct_bytes(NULL, 0);
    entry->pre_certificate = ct_bytes(NULL, 0);
    entry->certificates = ct_bytes(NULL, 0);

    if ((entry->type == CT_ENTRY_PRECERT
         && !ct_read_vec24(in, &entry->pre_certificate)) /* pre_certificate */
        || !ct_read_vec16(in, &entry->chain)) /* certificate_chain */
    {
        return CT_E_SHORT;
    }

    return CT_OK;
}


/* RFC 6962, 3.4: TimestampedEntry. */
static ct_rc_t
ct_entry_timestamped(ct_bytes_t *in, ct_entry_t *entry,
    ct_bytes_t *extensions)
{
    uint16_t       type;
    const uint8_t *start;

    start = in->data;

    if (!ct_read_u64(in, &entry->timestamp_ms) /* timestamp */
        || !ct_read_u16(in, &type))            /* entry_type */
    {
        return CT_E_SHORT;
    }

    if (type != CT_ENTRY_X509 && type != CT_ENTRY_PRECERT) {
        return CT_E_TYPE;
    }

    entry->type = (ct_entry_type_e) type;

    if (!ct_entry_signed(in, entry)          /* signed_entry */
        || !ct_read_vec16(in, extensions))   /* extensions */
    {
        return CT_E_SHORT;
    }

    entry->leaf = ct_bytes(start, (size_t) (in->data - start));

    return CT_OK;
}


/* RFC 6962, 3.2: ASN.1Cert or PreCert. */
static bool
ct_entry_signed(ct_bytes_t *in, ct_entry_t *entry)
{
    if (entry->type == CT_ENTRY_X509) {
        entry->issuer_key_hash = ct_bytes(NULL, 0);
        return ct_read_vec24(in, &entry->cert);
    }

    return ct_read_bytes(in, CT_HASH_LEN,
                         &entry->issuer_key_hash) /* issuer_key_hash */
           && ct_read_vec24(in, &entry->cert);    /* tbs_certificate */
}


/*
 * static-ct-api, "Extensions": each type at most once, unknown ones are
 * skipped. A list with a fault anywhere gives no leaf_index at all.
 */
static ct_rc_t
ct_entry_extensions(ct_bytes_t in, uint64_t *leaf_index)
{
    uint8_t    type;
    uint64_t   seen[256 / 64] = {0}, index;
    ct_bytes_t data;

    *leaf_index = CT_ENTRY_NO_INDEX;
    index = CT_ENTRY_NO_INDEX;

    while (in.len != 0) {
        if (!ct_read_u8(&in, &type)            /* extension_type */
            || !ct_read_vec16(&in, &data)      /* extension_data */
            || seen[type / 64] >> type % 64 & 1)
        {
            return CT_E_ENCODING;
        }

        seen[type / 64] |= 1ULL << type % 64;

        if (type != CT_EXT_LEAF_INDEX) {
            continue;
        }

        if (data.len != CT_EXT_LEAF_INDEX_LEN
            || !ct_read_u40(&data, &index))    /* leaf_index */
        {
            return CT_E_ENCODING;
        }
    }

    *leaf_index = index;

    return index == CT_ENTRY_NO_INDEX ? CT_E_INDEX : CT_OK;
}


ct_rc_t
ct_entry_read_leaf(ct_bytes_t leaf_input, ct_entry_t *entry)
{
    ct_rc_t    rc;
    ct_entry_t e;
    ct_bytes_t in, extensions, rest;

    memset(&e, 0, sizeof(e));

    /* an empty one is still one */
    if (leaf_input.data == NULL) {
        leaf_input = CT_BYTES("");
    }

    in = leaf_input;
    rc = ct_entry_merkle_leaf(&in, &e, &extensions);

    if (rc != CT_OK) {

        /* there is no telling what it is: all of it may be searched */

        rest = leaf_input;
        (void) ct_read_bytes(&rest, rest.len < 2 ? rest.len : 2, &in);

        *entry = (ct_entry_t) {
            .type = CT_ENTRY_X509,
            .leaf_index = CT_ENTRY_NO_INDEX,
            .leaf = rest,
            .leaf_input = leaf_input,
            .cert = rest,
        };

        return rc;
    }

    rc = ct_entry_extensions(extensions, &e.leaf_index);
    e.leaf_input = leaf_input;
    *entry = e;

    if (in.len != 0) {
        return CT_E_TRAILING;
    }

    return rc == CT_E_INDEX ? CT_OK : rc;
}


/* RFC 6962, 3.4: MerkleTreeLeaf. */
static ct_rc_t
ct_entry_merkle_leaf(ct_bytes_t *in, ct_entry_t *entry,
    ct_bytes_t *extensions)
{
    uint8_t version, leaf_type;

    if (!ct_read_u8(in, &version)       /* version */
        || !ct_read_u8(in, &leaf_type)) /* leaf_type */
    {
        return CT_E_SHORT;
    }

    if (version != CT_LEAF_V1 || leaf_type != CT_LEAF_TIMESTAMPED) {
        return CT_E_TYPE;
    }

    return ct_entry_timestamped(in, entry, extensions); /* timestamped_entry */
}


ct_rc_t
ct_entry_read_extra(ct_bytes_t extra_data, ct_entry_t *entry)
{
    ct_rc_t    rc;
    ct_bytes_t pre_certificate, certificates;

    entry->pre_certificate = ct_bytes(NULL, 0);
    entry->certificates = ct_bytes(NULL, 0);

    rc = ct_entry_chain_entry(extra_data, entry->type, &pre_certificate,
                              &certificates);

    if (rc == CT_OK) {
        entry->pre_certificate = pre_certificate;
        entry->certificates = certificates;
    }

    return rc;
}


/* RFC 6962, 3.1: PrecertChainEntry; of X509ChainEntry 4.6 gives all but the
 * leaf_certificate. ASN.1Cert has one byte at least. */
static ct_rc_t
ct_entry_chain_entry(ct_bytes_t in, ct_entry_type_e type,
    ct_bytes_t *pre_certificate, ct_bytes_t *certificates)
{
    ct_bytes_t chain, der;

    *pre_certificate = ct_bytes(NULL, 0);

    if ((type == CT_ENTRY_PRECERT
         && !ct_read_vec24(&in, pre_certificate)) /* pre_certificate */
        || !ct_read_vec24(&in, certificates))     /* certificate_chain */
    {
        return CT_E_SHORT;
    }

    if (in.len != 0) {
        return CT_E_TRAILING;
    }

    if (type == CT_ENTRY_PRECERT && pre_certificate->len == 0) {
        return CT_E_ENCODING;
    }

    chain = *certificates;

    while (ct_entry_certificate(&chain, &der)) {
        if (der.len == 0) {
            return CT_E_ENCODING;
        }
    }

    return chain.len == 0 ? CT_OK : CT_E_SHORT;
}


bool
ct_entry_certificate(ct_bytes_t *certificates, ct_bytes_t *der)
{
    return ct_read_vec24(certificates, der);
}


void
ct_entry_leaf_hash(ct_sha256_t *sha, const ct_entry_t *entry,
    uint8_t out[CT_HASH_LEN])
{
    ct_bytes_t parts[2];

    /* the leaf prefix of RFC 6962, 2.1; v1(0); timestamped_entry(0) */
    parts[0] = CT_BYTES("\0\0\0");
    parts[1] = entry->leaf;

    if (entry->leaf_input.data != NULL) {
        parts[0] = CT_BYTES("\0");
        parts[1] = entry->leaf_input;
    }

    ct_sha256(sha, parts, 2, out);
}
