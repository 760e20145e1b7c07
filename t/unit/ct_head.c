/* ct_head: checkpoints made here with keys made here, and every way to spoil
 * one. The real ones: ct_head_real.c. */

#include <openssl/ec.h>
#include <openssl/evp.h>
#include <openssl/rsa.h>
#include <openssl/x509.h>

#include "ct_head.h"
#include "ct_limits.h"
#include "ct_merkle.h"
#include "tap.h"

#define ORIGIN CT_BYTES("log.example/2026h2")

/* A log that signs. */
typedef struct {
    EVP_PKEY *pkey;
    ct_key_t *key;
    uint8_t   spki[1200];
    size_t    spki_len;
} signer_t;


static void signer_make(signer_t *signer, EVP_PKEY *pkey);
static void signer_free(signer_t *signer);
static void test_keys(void);
static void key_refused(const char *why, EVP_PKEY *pkey);
static ct_bytes_t sign(const signer_t *signer, const ct_head_t *head);
static void line_put(ct_buf_t *note, const signer_t *signer,
    const ct_head_t *head);
static void text_put(ct_buf_t *note, const ct_head_t *head);
static void test_good(signer_t *signer, const char *why);
static void test_lines(void);
static void test_note_limits(void);
static void checkpoint_is(const char *why, const ct_buf_t *note, ct_rc_t rc);
static void test_text(void);
static void text_is(const char *why, ct_bytes_t text, ct_rc_t rc);
static void test_flips(void);
static void test_digitally_signed(void);
static void test_evidence(void);
static void test_evidence_long(void);
static EVP_PKEY *rsa_make(unsigned bits);


static signer_t  ec;
static ct_head_t sample = {.size = 1587930800,
                           .timestamp_ms = 1790000000123};


int
main(void)
{
    signer_t rsa, p384;

    memset(sample.root, 0xa5, sizeof(sample.root));

    signer_make(&ec, EVP_EC_gen("P-256"));
    signer_make(&p384, EVP_EC_gen("P-384"));
    signer_make(&rsa, EVP_RSA_gen(2048));

    test_keys();
    test_good(&ec, "ECDSA P-256");
    test_good(&p384, "ECDSA P-384");
    test_good(&rsa, "RSA");
    test_lines();
    test_note_limits();
    test_text();
    test_flips();
    test_digitally_signed();
    test_evidence();
    test_evidence_long();

    signer_free(&ec);
    signer_free(&p384);
    signer_free(&rsa);

    return done_testing();
}


static void
signer_make(signer_t *signer, EVP_PKEY *pkey)
{
    uint8_t *p = signer->spki;

    signer->pkey = pkey;
    signer->spki_len = (size_t) i2d_PUBKEY(pkey, &p);
    signer->key = ct_key_create(ct_bytes(signer->spki, signer->spki_len));
}


static void
signer_free(signer_t *signer)
{
    ct_key_free(signer->key);
    EVP_PKEY_free(signer->pkey);
}


static void
test_keys(void)
{
    uint8_t  hash[CT_HASH_LEN], spki[1200];
    ct_key_t *key;

    ct_sha256_once(ct_bytes(ec.spki, ec.spki_len), hash);
    is_mem(ct_key_id(ec.key), (size_t) CT_HASH_LEN, hash, sizeof(hash),
           "the log id is the hash of the key");

    memcpy(spki, ec.spki, ec.spki_len);
    spki[ec.spki_len] = 0;
    key = ct_key_create(ct_bytes(spki, ec.spki_len + 1));
    ok(key == NULL, "a byte behind the key");
    key = ct_key_create(ct_bytes(spki, ec.spki_len - 1));
    ok(key == NULL, "a byte less");
    spki[ec.spki_len - 1] ^= 1;
    key = ct_key_create(ct_bytes(spki, ec.spki_len));
    ok(key == NULL, "a point that is not on the curve");
    key = ct_key_create(CT_BYTES(""));
    ok(key == NULL, "nothing");

    key_refused("P-521", EVP_EC_gen("P-521"));
    key_refused("Ed25519", EVP_PKEY_Q_keygen(NULL, NULL, "ED25519"));
    key_refused("RSA 1024", EVP_RSA_gen(1024));

    ct_key_free(NULL);
    ok(1, "freeing nothing");
}


static void
key_refused(const char *why, EVP_PKEY *pkey)
{
    signer_t signer;

    signer_make(&signer, pkey);
    ok(signer.key == NULL, "refused: %s", why);
    signer_free(&signer);
}


/* DigitallySigned, in static memory. */
static ct_bytes_t
sign(const signer_t *signer, const ct_head_t *head)
{
    static uint8_t out[4 + 1024];

    int         i;
    size_t      len = sizeof(out) - 4;
    uint8_t     message[50] = {0, 1};
    EVP_MD_CTX *ctx = EVP_MD_CTX_new();

    for (i = 0; i < 8; i++) {
        message[2 + i] = (uint8_t) (head->timestamp_ms >> (56 - 8 * i));
        message[10 + i] = (uint8_t) (head->size >> (56 - 8 * i));
    }
    memcpy(message + 18, head->root, sizeof(head->root));

    EVP_DigestSignInit(ctx, NULL, EVP_sha256(), NULL, signer->pkey);
    EVP_DigestSign(ctx, out + 4, &len, message, sizeof(message));
    EVP_MD_CTX_free(ctx);

    out[0] = 4;
    out[1] = EVP_PKEY_base_id(signer->pkey) == EVP_PKEY_RSA ? 1 : 3;
    out[2] = (uint8_t) (len >> 8);
    out[3] = (uint8_t) len;

    return ct_bytes(out, len + 4);
}


static void
text_put(ct_buf_t *note, const ct_head_t *head)
{
    ct_buf_bytes(note, ORIGIN);
    ct_buf_puts(note, "\n");
    ct_buf_u64(note, head->size);
    ct_buf_puts(note, "\n");
    ct_buf_base64(note, head->root, sizeof(head->root));
    ct_buf_puts(note, "\n\n");
}


static void
line_put(ct_buf_t *note, const signer_t *signer, const ct_head_t *head)
{
    int        i;
    char       raw[2048];
    uint8_t    hash[CT_HASH_LEN];
    ct_buf_t   buf;

    ct_buf_fixed(&buf, raw, sizeof(raw));
    ct_buf_bytes(&buf, ORIGIN);
    ct_buf_puts(&buf, "\n\x05");
    ct_sha256_once(ct_bytes(signer->spki, signer->spki_len), hash);
    ct_buf_put(&buf, hash, sizeof(hash));
    ct_sha256_once(ct_buf_slice(&buf), hash);

    ct_buf_fixed(&buf, raw, sizeof(raw));
    ct_buf_put(&buf, hash, 4);
    for (i = 0; i < 8; i++) {
        ct_buf_putc(&buf, (uint8_t) (head->timestamp_ms >> (56 - 8 * i)));
    }
    ct_buf_bytes(&buf, sign(signer, head));

    ct_buf_puts(note, "\xe2\x80\x94 ");
    ct_buf_bytes(note, ORIGIN);
    ct_buf_puts(note, " ");
    ct_buf_base64(note, raw, buf.len);
    ct_buf_puts(note, "\n");
}


static void
test_good(signer_t *signer, const char *why)
{
    char      room[4096];
    uint8_t  *guarded;
    ct_buf_t  note;
    ct_head_t head;

    ct_buf_fixed(&note, room, sizeof(room));
    text_put(&note, &sample);
    line_put(&note, signer, &sample);

    guarded = tap_guard(note.data, note.len);
    is_int(ct_head_read_checkpoint(ct_bytes(guarded, note.len), ORIGIN,
                                   signer->key, &head), CT_OK, "%s", why);
    ok(head.size == sample.size && head.timestamp_ms == sample.timestamp_ms
       && memcmp(head.root, sample.root, CT_HASH_LEN) == 0,
       "size, time and root");
    tap_unguard(guarded, note.len);

    is_int(ct_head_verify(&sample, signer->key, sign(signer, &sample)),
           CT_OK, "and the form of get-sth");

    if (signer != &ec) {
        is_int(ct_head_read_checkpoint(ct_buf_slice(&note), ORIGIN, ec.key,
                                       &head), CT_E_UNSIGNED,
               "unknown to another key");
    }
}


static void
checkpoint_is(const char *why, const ct_buf_t *note, ct_rc_t rc)
{
    uint8_t  *guarded = tap_guard(note->data, note->len);
    ct_head_t head, before;

    memset(&head, 0x5a, sizeof(head));
    before = head;

    is_int(ct_head_read_checkpoint(ct_bytes(guarded, note->len), ORIGIN,
                                   ec.key, &head), rc, "%s", why);

    if (rc == CT_OK) {
        is_int(head.size, sample.size, "and is read");
    } else {
        ok(memcmp(&head, &before, sizeof(head)) == 0, "and says nothing");
    }

    tap_unguard(guarded, note->len);
}


/* ct.md 1.4: what live checkpoints have below the text. */
static void
test_lines(void)
{
    int       i;
    char     *room;
    size_t    own;
    ct_buf_t  note;
    ct_head_t later = sample, head;

    static const char others[] =
        "\xe2\x80\x94 grease.invalid lbCd1oRYil3zhIcUyx7k+ANsprx2of9i\n"
        "\xe2\x80\x94 log.example/2026h2 9GML/h7sNIwGg9X5v6KIy9R9uFlafACc\n"
        "\xe2\x80\x94 log.example/2026h2 AAAA\n"
        "\xe2\x80\x94 log.example/2026h2 !\n"
        "\xe2\x80\x94 witn\xc3\xa9ss.example uKLPIA==\n";

    static const char *const bad_lines[] = {
        "\n", "x\n", "- log.example/2026h2 AAAAAAAA\n",
        "\xe2\x80\x94log.example/2026h2 AAAAAAAA\n", "\xe2\x80\x94 \n",
        "\xe2\x80\x94 log.example/2026h2\n", "\xe2\x80\x94  AAAA\n",
        "\xe2\x80\x94 log.example/2026h2 \n",
        "\xe2\x80\x94 log.example/2026h2 AAAA", "\t\n", "\xff\n",
    };

    room = malloc(CT_LIMIT_CHECKPOINT + 16);
    ct_buf_fixed(&note, room, CT_LIMIT_CHECKPOINT + 16);
    text_put(&note, &sample);

    checkpoint_is("no line", &note, CT_E_UNSIGNED);
    ct_buf_puts(&note, others);
    checkpoint_is("other lines only", &note, CT_E_UNSIGNED);
    line_put(&note, &ec, &sample);
    checkpoint_is("its own line last", &note, CT_OK);
    own = note.len;
    ct_buf_puts(&note, others);
    checkpoint_is("in the middle", &note, CT_OK);

    /* once more, later: both hold, the later time counts */
    later.timestamp_ms += 5;
    line_put(&note, &ec, &later);
    checkpoint_is("twice", &note, CT_OK);
    (void) ct_head_read_checkpoint(ct_buf_slice(&note), ORIGIN, ec.key,
                                   &head);
    is_int(head.timestamp_ms, later.timestamp_ms, "the later time");
    line_put(&note, &ec, &sample);
    checkpoint_is("three times", &note, CT_OK);
    (void) ct_head_read_checkpoint(ct_buf_slice(&note), ORIGIN, ec.key,
                                   &head);
    is_int(head.timestamp_ms, later.timestamp_ms, "in any order");

    later.size++;
    line_put(&note, &ec, &later);
    checkpoint_is("one of them over something else", &note, CT_E_SIGNATURE);

    for (i = 0; i < (int) (sizeof(bad_lines) / sizeof(bad_lines[0])); i++) {
        note.len = own;
        ct_buf_puts(&note, bad_lines[i]);
        checkpoint_is("a line that is none", &note, CT_E_ENCODING);
    }

    note.len = own - 1;
    checkpoint_is("no newline at the end", &note, CT_E_ENCODING);
    note.len = own;
    note.data[own - 2] = '!';
    checkpoint_is("base64 that is none", &note, CT_E_ENCODING);

    free(room);
}


static void
test_note_limits(void)
{
    int       i;
    char     *room, *long_line;
    size_t    text;
    ct_buf_t  note;

    room = malloc(CT_LIMIT_CHECKPOINT + 16);
    ct_buf_fixed(&note, room, CT_LIMIT_CHECKPOINT + 16);
    text_put(&note, &sample);
    text = note.len;

    for (i = 0; i < CT_LIMIT_NOTE_LINES - 1; i++) {
        ct_buf_puts(&note, "\xe2\x80\x94 w.example AAAAAAAA\n");
    }
    line_put(&note, &ec, &sample);
    checkpoint_is("as many lines as allowed", &note, CT_OK);
    ct_buf_puts(&note, "\xe2\x80\x94 w.example AAAAAAAA\n");
    checkpoint_is("one more", &note, CT_E_LIMIT);

    /* as large as allowed: one long line of somebody else */
    note.len = text;
    line_put(&note, &ec, &sample);
    ct_buf_puts(&note, "\xe2\x80\x94 w.example ");
    i = (int) (CT_LIMIT_CHECKPOINT - note.len - 1);
    long_line = calloc(1, (size_t) i + 3);
    memset(long_line, 'A', (size_t) i);
    long_line[i] = '\n';
    ct_buf_puts(&note, long_line);
    checkpoint_is("as large as allowed", &note, CT_OK);
    long_line[i] = 'A';
    long_line[i + 1] = '\n';
    note.len -= (size_t) i + 1;
    ct_buf_puts(&note, long_line);
    checkpoint_is("one byte more", &note, CT_E_LIMIT);

    free(long_line);
    free(room);
}


#define ROOT "paWlpaWlpaWlpaWlpaWlpaWlpaWlpaWlpaWlpaWlpaU="
#define SIZE "1587930800\n"
#define NAME "log.example/2026h2\n"

static void
test_text(void)
{
    text_is("as it should be", CT_BYTES(NAME SIZE ROOT "\n\n"), CT_OK);
    text_is("another log", CT_BYTES("x" NAME SIZE ROOT "\n\n"), CT_E_ORIGIN);
    text_is("a shorter name", CT_BYTES("log.example\n" SIZE ROOT "\n\n"),
            CT_E_ORIGIN);
    text_is("no name", CT_BYTES("\n" SIZE ROOT "\n\n"), CT_E_ORIGIN);
    text_is("another size", CT_BYTES(NAME "1587930801\n" ROOT "\n\n"),
            CT_E_SIGNATURE);
    text_is("leading zero", CT_BYTES(NAME "0" SIZE ROOT "\n\n"),
            CT_E_ENCODING);
    text_is("a sign", CT_BYTES(NAME "+" SIZE ROOT "\n\n"), CT_E_ENCODING);
    text_is("no size", CT_BYTES(NAME "\n" ROOT "\n\n"), CT_E_ENCODING);
    text_is("2^64 entries", CT_BYTES(NAME "18446744073709551616\n" ROOT
                                     "\n\n"), CT_E_ENCODING);
    text_is("2^40 entries", CT_BYTES(NAME "1099511627776\n" ROOT "\n\n"),
            CT_E_SIGNATURE);
    text_is("more", CT_BYTES(NAME "1099511627777\n" ROOT "\n\n"),
            CT_E_LIMIT);
    text_is("root of 33 bytes", CT_BYTES(NAME SIZE "paWlpaWlpaWlpaWlpaWlpaWl"
            "paWlpaWlpaWlpaWlpaWl\n\n"), CT_E_ENCODING);
    text_is("root of 31 bytes", CT_BYTES(NAME SIZE "paWlpaWlpaWlpaWlpaWlpaWl"
            "paWlpaWlpaWlpaWlpQ==\n\n"), CT_E_ENCODING);
    text_is("another spelling of the root", CT_BYTES(NAME SIZE
            "paWlpaWlpaWlpaWlpaWlpaWlpaWlpaWlpaWlpaWlpaV=\n\n"),
            CT_E_ENCODING);
    text_is("an extension line", CT_BYTES(NAME SIZE ROOT "\nmore\n\n"),
            CT_E_ENCODING);
    text_is("an empty one", CT_BYTES(NAME SIZE ROOT "\n\n\n"),
            CT_E_ENCODING);
    text_is("two lines", CT_BYTES(NAME SIZE "\n"), CT_E_ENCODING);
    text_is("one line", CT_BYTES(NAME "\n"), CT_E_ENCODING);
    text_is("nothing", CT_BYTES("\n\n"), CT_E_ENCODING);
    text_is("no blank line", CT_BYTES(NAME SIZE ROOT "\n"), CT_E_ENCODING);
    text_is("CRLF", CT_BYTES(NAME SIZE ROOT "\r\n\n"), CT_E_ENCODING);
    text_is("NUL", CT_BYTES(NAME SIZE ROOT "\0\n\n"), CT_E_ENCODING);
    text_is("not UTF-8", CT_BYTES("\xff" NAME SIZE ROOT "\n\n"),
            CT_E_ENCODING);
}


/* `text` above a signature line that is right for the sample. */
static void
text_is(const char *why, ct_bytes_t text, ct_rc_t rc)
{
    char     room[4096];
    ct_buf_t note;

    ct_buf_fixed(&note, room, sizeof(room));
    ct_buf_bytes(&note, text);
    line_put(&note, &ec, &sample);
    checkpoint_is(why, &note, rc);
}


/* Not one bit of a note with one line can be changed, and no byte taken. */
static void
test_flips(void)
{
    char      room[1024];
    size_t    i, bit, wrong = 0;
    ct_buf_t  note;
    ct_head_t head;

    ct_buf_fixed(&note, room, sizeof(room));
    text_put(&note, &sample);
    line_put(&note, &ec, &sample);

    for (i = 0; i < note.len; i++) {
        bit = i % 8;
        room[i] = (char) (room[i] ^ (1 << bit));
        wrong += ct_head_read_checkpoint(ct_buf_slice(&note), ORIGIN, ec.key,
                                         &head) == CT_OK;
        room[i] = (char) (room[i] ^ (1 << bit));
        wrong += ct_head_read_checkpoint(ct_bytes(room, i), ORIGIN, ec.key,
                                         &head) == CT_OK;
    }

    is_int(wrong, 0, "%zu bytes, none changed or cut", note.len);
    is_int(ct_head_read_checkpoint(ct_buf_slice(&note), ORIGIN, ec.key,
                                   &head), CT_OK, "as it was");
}


static void
test_digitally_signed(void)
{
    size_t     i, len, wrong = 0;
    uint8_t    room[128];
    ct_head_t  head = sample;
    ct_bytes_t good = sign(&ec, &sample);

    len = good.len;
    memcpy(room, good.data, len);
    good.data = room;

    for (i = 0; i < len; i++) {
        wrong += ct_head_verify(&sample, ec.key, ct_bytes(room, i))
                 != CT_E_ENCODING;
    }
    is_int(wrong, 0, "no prefix of it");

    room[len] = 0;
    is_int(ct_head_verify(&sample, ec.key, ct_bytes(room, len + 1)),
           CT_E_ENCODING, "a byte behind");
    room[0] = 2;
    is_int(ct_head_verify(&sample, ec.key, good), CT_E_SIGNATURE, "SHA-1");
    room[0] = 4;
    room[1] = 1;
    is_int(ct_head_verify(&sample, ec.key, good), CT_E_SIGNATURE, "RSA");
    room[1] = 3;
    is_int(ct_head_verify(&sample, ec.key, good), CT_OK, "as it was");

    head.timestamp_ms++;
    is_int(ct_head_verify(&head, ec.key, good), CT_E_SIGNATURE, "time");
    head = sample;
    head.size--;
    is_int(ct_head_verify(&head, ec.key, good), CT_E_SIGNATURE, "size");
    head = sample;
    head.root[31] ^= 1;
    is_int(ct_head_verify(&head, ec.key, good), CT_E_SIGNATURE, "root");
}


/* What a checkpoint left behind is enough to show it to others. */
static void
test_evidence(void)
{
    char      room[1024], text[1024];
    ct_buf_t  note, out, want;
    ct_head_t head, later = sample;

    ct_buf_fixed(&note, room, sizeof(room));
    text_put(&note, &sample);
    line_put(&note, &ec, &sample);
    later.timestamp_ms += 5;
    line_put(&note, &ec, &later);
    line_put(&note, &ec, &sample);
    is_int(ct_head_read_checkpoint(ct_buf_slice(&note), ORIGIN, ec.key,
                                   &head), CT_OK, "signed three times");
    is_int(ct_head_verify(&head, ec.key, ct_bytes(head.signature,
                                                  head.signature_len)),
           CT_OK, "the signature that fits the time is kept");

    ct_buf_fixed(&out, text, sizeof(text));
    ct_head_evidence(&out, &head, ct_key_id(ec.key));

    ct_buf_fixed(&want, room, sizeof(room));
    ct_buf_puts(&want, "{\"log_id\":\"");
    ct_buf_base64(&want, ct_key_id(ec.key), CT_HASH_LEN);
    ct_buf_puts(&want, "\",\"tree_size\":1587930800,\"timestamp\":"
                "1790000000128,\"sha256_root_hash\":\"" ROOT
                "\",\"tree_head_signature\":\"");
    ct_buf_base64(&want, head.signature, head.signature_len);
    ct_buf_puts(&want, "\"}");
    is_mem(out.data, out.len, want.data, want.len, "as get-sth gives it");

    head.signature_len = 0;
    out.len = 0;
    ct_head_evidence(&out, &head, ct_key_id(ec.key));
    ok(out.len > 30 && memcmp(out.data + out.len - 4, ":\"\"}", 4) == 0,
       "without a signature");

    ct_buf_fixed(&out, text, 100);
    ct_head_evidence(&out, &head, ct_key_id(ec.key));
    ok(out.full, "no room for it");
}


/* A signature above CT_LIMIT_SIGNATURE counts, and is not kept; that of
 * RSA-4096 is. */
static void
test_evidence_long(void)
{
    int       i;
    char      room[4096];
    signer_t  signer;
    ct_buf_t  note;
    ct_head_t head;

    static const struct {
        unsigned bits;
        uint32_t kept;
    } cases[] = {{4096, 4 + 512}, {4224, 0}};

    for (i = 0; i < 2; i++) {
        signer_make(&signer, rsa_make(cases[i].bits));
        ct_buf_fixed(&note, room, sizeof(room));
        text_put(&note, &sample);
        line_put(&note, &signer, &sample);
        is_int(ct_head_read_checkpoint(ct_buf_slice(&note), ORIGIN,
                                       signer.key, &head), CT_OK, "RSA %u",
               cases[i].bits);
        is_int(head.signature_len, cases[i].kept, "what is kept of it");
        signer_free(&signer);
    }
}


/* Of four primes, which are found sooner than two. */
static EVP_PKEY *
rsa_make(unsigned bits)
{
    EVP_PKEY     *made = NULL;
    EVP_PKEY_CTX *ctx = EVP_PKEY_CTX_new_id(EVP_PKEY_RSA, NULL);

    (void) EVP_PKEY_keygen_init(ctx);
    (void) EVP_PKEY_CTX_set_rsa_keygen_bits(ctx, (int) bits);
    (void) EVP_PKEY_CTX_set_rsa_keygen_primes(ctx, 4);
    (void) EVP_PKEY_keygen(ctx, &made);
    EVP_PKEY_CTX_free(ctx);

    return made;
}
