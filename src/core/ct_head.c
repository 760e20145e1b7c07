/*
 * ct_head: tree heads and the key that signs them. What is signed is always
 * the TreeHeadSignature of RFC 6962, 3.5; the origin of a checkpoint is not
 * covered by it, so the key id, which is, must fit as well.
 */

#include <openssl/crypto.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/x509.h>
#include <string.h>

#include "ct_der.h"
#include "ct_head.h"
#include "ct_json.h"
#include "ct_limits.h"
#include "ct_merkle.h"
#include "ct_utf8.h"

/* RFC 5246, 7.4.1.4.1 */
#define CT_HASH_SHA256     4
#define CT_SIGNATURE_RSA   1
#define CT_SIGNATURE_ECDSA 3

#define CT_RSA_BITS_MIN 2048 /* RFC 6962, 2.1.4 */
#define CT_RSA_BITS_MAX 8192

#define CT_NOTE_KEY_ID      4
#define CT_NOTE_RFC6962     "\n\x05" /* static-ct-api, "Checkpoints" */
#define CT_NOTE_SIGNATURE   (4 + 8 + 4 + CT_RSA_BITS_MAX / 8)
#define CT_NOTE_LINE_PREFIX "\xe2\x80\x94 " /* U+2014 */

struct ct_key_s {
    EVP_PKEY *pkey;
    uint8_t   signature; /* CT_SIGNATURE_* */
    uint8_t   id[CT_HASH_LEN];
};

/* A signed note, cut up; slices of the note. */
typedef struct {
    ct_bytes_t origin;
    ct_bytes_t size;
    ct_bytes_t root;
    ct_bytes_t signatures; /* the lines behind the last blank line */
} ct_note_t;


static uint8_t ct_key_algorithm(ct_bytes_t spki);
static bool ct_key_usable(const ct_key_t *key);

static ct_rc_t ct_note_split(ct_bytes_t in, ct_note_t *note);
static bool ct_note_characters(ct_bytes_t in);
static ct_rc_t ct_note_head(const ct_note_t *note, ct_head_t *head);
static ct_rc_t ct_note_verify(const ct_note_t *note, const ct_key_t *key,
    ct_head_t *head);
static void ct_note_key_id(ct_bytes_t origin, const ct_key_t *key,
    uint8_t out[CT_NOTE_KEY_ID]);
static ct_rc_t ct_note_line(ct_bytes_t *lines, ct_bytes_t *name,
    ct_bytes_t *text);
static bool ct_note_is_own(ct_bytes_t text, const uint8_t *key_id);
static ct_rc_t ct_note_signature(ct_bytes_t text, const ct_key_t *key,
    ct_head_t *head);

static void ct_head_keep(ct_head_t *head, ct_bytes_t digitally_signed);
static void ct_head_base64(ct_json_t *json, const char *name,
    const uint8_t *data, size_t len);
static bool ct_head_verify_bytes(const ct_head_t *head, const ct_key_t *key,
    ct_bytes_t signature);


ct_key_t *
ct_key_create(ct_bytes_t spki)
{
    uint8_t              algorithm;
    ct_key_t            *key;
    const unsigned char *p;

    algorithm = ct_key_algorithm(spki);

    if (algorithm == 0) {
        return NULL;
    }

    key = OPENSSL_zalloc(sizeof(*key));
    if (key == NULL) {
        return NULL;
    }

    key->signature = algorithm;
    ct_sha256_once(spki, key->id);

    /* what OpenSSL has to say about a bad key is of no interest */
    ERR_set_mark();
    p = spki.data;
    key->pkey = d2i_PUBKEY(NULL, &p, (long) spki.len);
    ERR_pop_to_mark();

    if (!ct_key_usable(key) || p != spki.data + spki.len) {
        ct_key_free(key);
        return NULL;
    }

    return key;
}


void
ct_key_free(ct_key_t *key)
{
    if (key != NULL) {
        EVP_PKEY_free(key->pkey);
        OPENSSL_free(key);
    }
}


const uint8_t *
ct_key_id(const ct_key_t *key)
{
    return key->id;
}


/*
 * RFC 6962, 2.1.4: ECDSA or RSA. Told from the AlgorithmIdentifier before
 * OpenSSL sees the key; 0 for any other. RFC 5480, 2.1.1 and 2.1.1.1 for
 * the named curves, RFC 3279, 2.3.1 for RSA.
 */
static uint8_t
ct_key_algorithm(ct_bytes_t spki)
{
    static const char rsa[] =
        "\x06\x09\x2a\x86\x48\x86\xf7\x0d\x01\x01\x01\x05\x00";
    static const char p256[] =
        "\x06\x07\x2a\x86\x48\xce\x3d\x02\x01"
        "\x06\x08\x2a\x86\x48\xce\x3d\x03\x01\x07";
    static const char p384[] =
        "\x06\x07\x2a\x86\x48\xce\x3d\x02\x01\x06\x05\x2b\x81\x04\x00\x22";

    ct_der_t   whole, algorithm, bits;
    ct_bytes_t in;

    if (!ct_der_expect(&spki, CT_DER_SEQUENCE, &whole) || spki.len != 0) {
        return 0;
    }

    in = whole.value;

    /* RFC 5280, 4.1: SubjectPublicKeyInfo */
    if (!ct_der_expect(&in, CT_DER_SEQUENCE, &algorithm) /* algorithm */
        || !ct_der_expect(&in, CT_DER_BIT_STRING, &bits) /* subjectPublicK.. */
        || in.len != 0)
    {
        return 0;
    }

    if (ct_bytes_equal(algorithm.value, CT_BYTES(rsa))) {
        return CT_SIGNATURE_RSA;
    }

    return ct_bytes_equal(algorithm.value, CT_BYTES(p256))
           || ct_bytes_equal(algorithm.value, CT_BYTES(p384))
           ? CT_SIGNATURE_ECDSA : 0;
}


static bool
ct_key_usable(const ct_key_t *key)
{
    int bits;

    if (key->pkey == NULL) {
        return false;
    }

    bits = EVP_PKEY_bits(key->pkey);

    return key->signature == CT_SIGNATURE_ECDSA
           || (bits >= CT_RSA_BITS_MIN && bits <= CT_RSA_BITS_MAX);
}


ct_rc_t
ct_head_read_checkpoint(ct_bytes_t note, ct_bytes_t origin,
    const ct_key_t *key, ct_head_t *head)
{
    ct_rc_t   rc;
    ct_head_t read;
    ct_note_t parts;

    memset(&read, 0, sizeof(read));

    rc = ct_note_split(note, &parts);
    if (rc != CT_OK) {
        return rc;
    }

    if (!ct_bytes_equal(parts.origin, origin)) {
        return CT_E_ORIGIN;
    }

    if (origin.len > CT_LIMIT_ORIGIN) {
        return CT_E_LIMIT;
    }

    rc = ct_note_head(&parts, &read);
    if (rc != CT_OK) {
        return rc;
    }

    rc = ct_note_verify(&parts, key, &read);
    if (rc == CT_OK) {
        *head = read;
    }

    return rc;
}


/* C2SP signed-note, "Format"; static-ct-api, "Checkpoints": three lines of
 * text and no more, a blank line, signature lines. */
static ct_rc_t
ct_note_split(ct_bytes_t in, ct_note_t *note)
{
    size_t     end;
    ct_bytes_t text;

    if (in.len > CT_LIMIT_CHECKPOINT) {
        return CT_E_LIMIT;
    }

    if (!ct_note_characters(in) || in.len < 2
        || in.data[in.len - 1] != '\n')
    {
        return CT_E_ENCODING;
    }

    /* `end` comes to stand behind the last "\n\n" */
    end = in.len;

    while (end > 1 && (in.data[end - 1] != '\n' || in.data[end - 2] != '\n'))
    {
        end--;
    }

    if (end < 2) {
        return CT_E_ENCODING;
    }

    text = ct_bytes(in.data, end - 1);
    note->signatures = ct_bytes(in.data + end, in.len - end);

    if (!ct_read_until(&text, '\n', &note->origin)
        || !ct_read_until(&text, '\n', &note->size)
        || !ct_read_until(&text, '\n', &note->root)
        || text.len != 0)
    {
        return CT_E_ENCODING;
    }

    return CT_OK;
}


/* UTF-8 without ASCII control characters other than newline. */
static bool
ct_note_characters(ct_bytes_t in)
{
    uint32_t code;

    while (in.len != 0) {
        if (!ct_utf8_read(&in, &code) || (code < 0x20 && code != '\n')) {
            return false;
        }
    }

    return true;
}


static ct_rc_t
ct_note_head(const ct_note_t *note, ct_head_t *head)
{
    size_t len;

    len = sizeof(head->root);

    if (!ct_parse_decimal(note->size, &head->size)
        || ct_parse_base64(note->root, head->root, &len) != CT_OK
        || len != sizeof(head->root))
    {
        return CT_E_ENCODING;
    }

    return head->size > CT_LIMIT_TREE_SIZE ? CT_E_LIMIT : CT_OK;
}


/*
 * C2SP signed-note, "Verifying": lines of unknown keys are passed over -
 * grease, witnesses, other algorithms, in any order - and any line of the
 * known key that fails spoils the note.
 */
static ct_rc_t
ct_note_verify(const ct_note_t *note, const ct_key_t *key, ct_head_t *head)
{
    ct_rc_t    rc;
    size_t     n;
    uint8_t    key_id[CT_NOTE_KEY_ID];
    ct_bytes_t lines, name, text;

    ct_note_key_id(note->origin, key, key_id);

    lines = note->signatures;
    rc = CT_E_UNSIGNED;

    for (n = 0; lines.len != 0; n++) {

        if (n == CT_LIMIT_NOTE_LINES) {
            return CT_E_LIMIT;
        }

        if (ct_note_line(&lines, &name, &text) != CT_OK) {
            return CT_E_ENCODING;
        }

        if (!ct_bytes_equal(name, note->origin)
            || !ct_note_is_own(text, key_id))
        {
            continue;
        }

        rc = ct_note_signature(text, key, head);
        if (rc != CT_OK) {
            return rc;
        }
    }

    return rc;
}


/* SHA-256(key name || 0x0A || signature type || LogID), cut to 4 bytes. */
static void
ct_note_key_id(ct_bytes_t origin, const ct_key_t *key,
    uint8_t out[CT_NOTE_KEY_ID])
{
    uint8_t  hash[CT_HASH_LEN];
    uint8_t  room[CT_LIMIT_ORIGIN + sizeof(CT_NOTE_RFC6962) + CT_HASH_LEN];
    ct_buf_t buf;

    ct_buf_fixed(&buf, room, sizeof(room));
    ct_buf_bytes(&buf, origin);
    ct_buf_puts(&buf, CT_NOTE_RFC6962);
    ct_buf_put(&buf, key->id, sizeof(key->id));

    ct_sha256_once(ct_buf_slice(&buf), hash);
    memcpy(out, hash, CT_NOTE_KEY_ID);
}


/* "U+2014, space, key name, space, base64, newline" */
static ct_rc_t
ct_note_line(ct_bytes_t *lines, ct_bytes_t *name, ct_bytes_t *text)
{
    ct_bytes_t dash, line;

    if (!ct_read_until(lines, '\n', &line)
        || !ct_read_bytes(&line, sizeof(CT_NOTE_LINE_PREFIX) - 1, &dash)
        || !ct_bytes_is(dash, CT_NOTE_LINE_PREFIX)
        || !ct_read_until(&line, ' ', name)
        || name->len == 0 || line.len == 0)
    {
        return CT_E_ENCODING;
    }

    *text = line;

    return CT_OK;
}


/* Looks at the key id only: of another key nothing more is known, and its
 * signature may be of any length. */
static bool
ct_note_is_own(ct_bytes_t text, const uint8_t *key_id)
{
    size_t     len;
    uint8_t    out[6];
    ct_bytes_t first;

    len = sizeof(out);

    return ct_read_bytes(&text, 8, &first)
           && ct_parse_base64(first, out, &len) == CT_OK
           && len >= CT_NOTE_KEY_ID
           && memcmp(out, key_id, CT_NOTE_KEY_ID) == 0;
}


/* static-ct-api, "Checkpoints": RFC6962NoteSignature. Of several valid ones
 * the latest gives the time. */
static ct_rc_t
ct_note_signature(ct_bytes_t text, const ct_key_t *key, ct_head_t *head)
{
    ct_rc_t    rc;
    size_t     len;
    uint8_t    room[CT_NOTE_SIGNATURE];
    ct_head_t  signed_head;
    ct_bytes_t in, key_id;

    len = sizeof(room);

    if (ct_parse_base64(text, room, &len) != CT_OK) {
        return CT_E_ENCODING;
    }

    in = ct_bytes(room, len);
    signed_head = *head;

    if (!ct_read_bytes(&in, CT_NOTE_KEY_ID, &key_id)
        || !ct_read_u64(&in, &signed_head.timestamp_ms)) /* timestamp */
    {
        return CT_E_ENCODING;
    }

    rc = ct_head_verify(&signed_head, key, in); /* signature */

    if (rc == CT_OK && signed_head.timestamp_ms >= head->timestamp_ms) {
        head->timestamp_ms = signed_head.timestamp_ms;
        ct_head_keep(head, in);
    }

    return rc;
}


/* One that is too long to be kept verified all the same. */
static void
ct_head_keep(ct_head_t *head, ct_bytes_t digitally_signed)
{
    head->signature_len = 0;

    if (digitally_signed.len <= sizeof(head->signature)) {
        memcpy(head->signature, digitally_signed.data, digitally_signed.len);
        head->signature_len = (uint32_t) digitally_signed.len;
    }
}


void
ct_head_evidence(ct_buf_t *out, const ct_head_t *head,
    const uint8_t log_id[CT_HASH_LEN])
{
    ct_json_t json;

    ct_json_start(&json, out);
    ct_json_object(&json, NULL);

    ct_head_base64(&json, "log_id", log_id, CT_HASH_LEN);
    ct_json_u64(&json, "tree_size", head->size);
    ct_json_u64(&json, "timestamp", head->timestamp_ms);
    ct_head_base64(&json, "sha256_root_hash", head->root, CT_HASH_LEN);
    ct_head_base64(&json, "tree_head_signature", head->signature,
                   head->signature_len);

    ct_json_object_end(&json);
}


static void
ct_head_base64(ct_json_t *json, const char *name, const uint8_t *data,
    size_t len)
{
    uint8_t  room[(CT_LIMIT_SIGNATURE + 4 + 2) / 3 * 4];
    ct_buf_t text;

    ct_buf_fixed(&text, room, sizeof(room));
    ct_buf_base64(&text, data, len);
    ct_json_string(json, name, ct_buf_slice(&text));
}


ct_rc_t
ct_head_verify(const ct_head_t *head, const ct_key_t *key,
    ct_bytes_t digitally_signed)
{
    uint8_t    hash, algorithm;
    ct_bytes_t in, signature;

    in = digitally_signed;

    /* RFC 5246, 4.7: DigitallySigned */
    if (!ct_read_u8(&in, &hash)              /* algorithm.hash */
        || !ct_read_u8(&in, &algorithm)      /* algorithm.signature */
        || !ct_read_vec16(&in, &signature)   /* signature */
        || in.len != 0)
    {
        return CT_E_ENCODING;
    }

    if (hash != CT_HASH_SHA256 || algorithm != key->signature
        || !ct_head_verify_bytes(head, key, signature))
    {
        return CT_E_SIGNATURE;
    }

    return CT_OK;
}


static bool
ct_head_verify_bytes(const ct_head_t *head, const ct_key_t *key,
    ct_bytes_t signature)
{
    int         good;
    size_t      i;
    uint8_t     message[2 + 8 + 8 + CT_HASH_LEN];
    EVP_MD_CTX *ctx;

    /* RFC 6962, 3.5: TreeHeadSignature */
    message[0] = 0; /* version: v1 */
    message[1] = 1; /* signature_type: tree_hash */

    for (i = 0; i < 8; i++) {
        message[2 + i] = (uint8_t) (head->timestamp_ms >> (56 - 8 * i));
        message[10 + i] = (uint8_t) (head->size >> (56 - 8 * i));
    }

    memcpy(message + 18, head->root, CT_HASH_LEN); /* sha256_root_hash */

    ctx = EVP_MD_CTX_new();
    if (ctx == NULL) {
        return false;
    }

    ERR_set_mark();

    good = EVP_DigestVerifyInit(ctx, NULL, EVP_sha256(), NULL, key->pkey) == 1
           && EVP_DigestVerify(ctx, signature.data, signature.len, message,
                               sizeof(message)) == 1;

    ERR_pop_to_mark();
    EVP_MD_CTX_free(ctx);

    return good;
}
