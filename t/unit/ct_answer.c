/*
 * ct_answer: what real logs answered - their heads verify, their proofs
 * hold - and the same with one thing wrong.
 */

#include <openssl/evp.h>
#include <openssl/x509.h>

#include "ct_answer.h"
#include "ct_merkle.h"
#include "data.h"
#include "tap.h"

#define HASH "paWlpaWlpaWlpaWlpaWlpaWlpaWlpaWlpaWlpaWlpaU="
#define STH(size, time, root, signature)                                   \
    "{\"tree_size\":" size ",\"timestamp\":" time                         \
    ",\"sha256_root_hash\":" root ",\"tree_head_signature\":" signature "}"

static ct_sha256_t *sha;
static EVP_PKEY    *pkey;
static ct_key_t    *key;


static void test_sth(void);
static void test_sth_wrong(void);
static void test_sth_large(void);
static void test_consistency(void);
static void test_proof(void);
static void test_entry_and_proof(void);
static void test_limit(void);
static void test_argon(void);
static void test_yeti(void);
static ct_key_t *real_key(const char *path);
static int real_head(const char *path, const ct_key_t *key, ct_head_t *head);
static ct_bytes_t hashes(const char *head, int n, const char *tail);
static const char *signature(uint64_t size, uint64_t timestamp_ms);
static ct_rc_t sth(const char *size, const char *time, const char *root,
    const char *sign, ct_head_t *head);


int
main(void)
{
    uint8_t *spki = NULL;
    int      len;

    sha = ct_sha256_create();
    pkey = EVP_EC_gen("P-256");
    len = i2d_PUBKEY(pkey, &spki);
    key = ct_key_create(ct_bytes(spki, (size_t) len));
    OPENSSL_free(spki);

    test_sth();
    test_sth_wrong();
    test_sth_large();
    test_consistency();
    test_proof();
    test_entry_and_proof();
    test_limit();
    test_argon();
    test_yeti();

    ct_key_free(key);
    EVP_PKEY_free(pkey);
    ct_sha256_destroy(sha);

    return done_testing();
}


static void
test_sth(void)
{
    char      text[1024];
    ct_head_t head;

    memset(&head, 0x33, sizeof(head));
    is_int(sth("7", "1790000000123", "\"" HASH "\"",
               signature(7, 1790000000123), &head), CT_OK, "a head");
    ok(head.size == 7 && head.timestamp_ms == 1790000000123
       && head.root[0] == 0xa5 && head.root[31] == 0xa5, "its parts");
    ok(head.signature_len > 60
       && ct_head_verify(&head, key, ct_bytes(head.signature,
                                              head.signature_len)) == CT_OK,
       "its signature is kept");

    snprintf(text, sizeof(text), " {\"x\":{},\"tree_head_signature\": %s,"
             "\"sha256_root_hash\":\"" HASH "\",\"timestamp\":0,"
             "\"tree_size\" :1099511627776}\n",
             signature(CT_LIMIT_TREE_SIZE, 0));
    is_int(ct_answer_sth(ct_bytes_str(text), key, &head), CT_OK,
           "in another order, with more, as large as can be");
    is_int(head.size, CT_LIMIT_TREE_SIZE, "its size");
}


static void
test_sth_wrong(void)
{
    size_t      i;
    ct_head_t   head, before;
    const char *good = signature(7, 8);

    static const struct {
        const char *size, *time, *root, *sign; /* NULL: the good one */
        ct_rc_t     rc;
    } cases[] = {
        {"7", "8", "\"" HASH "\"", NULL, CT_OK},
        {"6", "8", "\"" HASH "\"", NULL, CT_E_SIGNATURE},
        {"7", "9", "\"" HASH "\"", NULL, CT_E_SIGNATURE},
        {"7", "8", "\"AAAlpaWlpaWlpaWlpaWlpaWlpaWlpaWlpaWlpaWlpaU=\"", NULL,
         CT_E_SIGNATURE},
        {"-7", "8", "\"" HASH "\"", NULL, CT_E_ENCODING},
        {"7.0", "8", "\"" HASH "\"", NULL, CT_E_ENCODING},
        {"\"7\"", "8", "\"" HASH "\"", NULL, CT_E_ENCODING},
        {"null", "8", "\"" HASH "\"", NULL, CT_E_ENCODING},
        {"7", "-8", "\"" HASH "\"", NULL, CT_E_ENCODING},
        {"7", "\"8\"", "\"" HASH "\"", NULL, CT_E_ENCODING},
        {"7,\"tree_size\":7", "8", "\"" HASH "\"", NULL, CT_E_ENCODING},
        {"9223372036854775807", "8", "\"" HASH "\"", NULL, CT_E_LIMIT},
        {"1099511627777", "8", "\"" HASH "\"", NULL, CT_E_LIMIT},
        {"18446744073709551617", "8", "\"" HASH "\"", NULL, CT_E_ENCODING},
        {"7", "8", "\"\"", NULL, CT_E_ENCODING},
        {"7", "8", "\"pQ==\"", NULL, CT_E_ENCODING},
        {"7", "8", "\"paWlpaWlpaWlpaWlpaWlpaWlpaWlpaWlpaWlpaWl\"", NULL,
         CT_E_ENCODING},
        {"7", "8", "\"paWlpaWlpaWlpaWlpaWlpaWlpaWlpaWlpaWlpaWlpaWl\"", NULL,
         CT_E_ENCODING},
        {"7", "8", "null", NULL, CT_E_ENCODING},
        {"7", "8", "\"" HASH "\"", "\"\"", CT_E_ENCODING},
        {"7", "8", "\"" HASH "\"", "\"!\"", CT_E_ENCODING},
        {"7", "8", "\"" HASH "\"", "[]", CT_E_ENCODING},
        {"7", "8", "\"" HASH "\"", "\"BAMAAA==\"", CT_E_SIGNATURE},
        {"7", "8", "\"" HASH "\"", "\"BAEAAA==\"", CT_E_SIGNATURE},
    };

    for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        memset(&head, 0x33, sizeof(head));
        before = head;
        is_int(sth(cases[i].size, cases[i].time, cases[i].root,
                   cases[i].sign ? cases[i].sign : good, &head), cases[i].rc,
               "head %zu", i);
        ok((memcmp(&head, &before, sizeof(head)) == 0)
           == (cases[i].rc != CT_OK), "head %zu: untouched on failure", i);
    }

    is_int(ct_answer_sth(CT_BYTES(""), key, &head), CT_E_ENCODING, "nothing");
    is_int(ct_answer_sth(CT_BYTES("[]"), key, &head), CT_E_ENCODING, "[]");
    is_int(ct_answer_sth(CT_BYTES("{}"), key, &head), CT_E_ENCODING, "{}");
    is_int(ct_answer_sth(CT_BYTES("<html>"), key, &head), CT_E_ENCODING,
           "a page");
}


/* What is longer than any signature is refused, not cut. */
static void
test_sth_large(void)
{
    char      text[2048];
    size_t    n;
    ct_head_t head;

    n = (CT_LIMIT_SIGNATURE + 4 + 2) / 3 * 4;
    snprintf(text, sizeof(text), STH("7", "8", "\"" HASH "\"", "\"%0*d\""),
             (int) n + 4, 0);
    is_int(ct_answer_sth(ct_bytes_str(text), key, &head), CT_E_LIMIT,
           "a signature that is too long");
    snprintf(text, sizeof(text), STH("7", "8", "\"" HASH "\"", "\"%0*d\""),
             (int) n - 4, 0);
    is_int(ct_answer_sth(ct_bytes_str(text), key, &head), CT_E_ENCODING,
           "one that is not");
}


static void
test_consistency(void)
{
    size_t     i;
    ct_proof_t proof = {.len = 7};

    static const char *const bad[] = {
        "", "{}", "[]", "{\"consistency\":null}", "{\"consistency\":{}}",
        "{\"consistency\":\"" HASH "\"}", "{\"consistency\":[null]}",
        "{\"consistency\":[\"" HASH "\",\"\"]}",
        "{\"consistency\":[\"" HASH "\",\"pQ==\"]}",
        "{\"consistency\":[\"" HASH HASH "\"]}",
        "{\"consistency\":[\"pa-lpaWlpaWlpaWlpaWlpaWlpaWlpaWlpaWlpaWlpaU="
        "\"]}",
        "{\"consistency\":[],\"consistency\":[]}",
        "{\"consistency\":[]}x", "{\"Consistency\":[]}",
        "{\"consistency\":[\"" HASH "\"",
    };

    for (i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
        ok(ct_answer_consistency(ct_bytes_str(bad[i]), &proof)
           == CT_E_ENCODING && proof.len == 7, "no proof: %s", bad[i]);
    }

    is_int(ct_answer_consistency(CT_BYTES("{\"consistency\":[]}"), &proof),
           CT_OK, "an empty one");
    is_int(proof.len, 0, "has no hash");
    is_int(ct_answer_consistency(hashes("{\"consistency\":[", 64, "]}"),
                                 &proof), CT_OK, "64 hashes");
    ok(proof.len == 64 * 32 && proof.data[0] == 0xa5
       && proof.data[64 * 32 - 1] == 0xa5, "all of them");
    proof.len = 7;
    is_int(ct_answer_consistency(hashes("{\"consistency\":[", 65, "]}"),
                                 &proof), CT_E_LIMIT, "65 hashes");
    is_int(proof.len, 7, "untouched");
}


static void
test_proof(void)
{
    size_t     i;
    uint64_t   index = 9;
    ct_proof_t proof = {.len = 7};

    static const char *const bad[] = {
        "{\"leaf_index\":1}", "{\"audit_path\":[]}",
        "{\"leaf_index\":-1,\"audit_path\":[]}",
        "{\"leaf_index\":\"1\",\"audit_path\":[]}",
        "{\"leaf_index\":1.5,\"audit_path\":[]}",
        "{\"leaf_index\":1,\"audit_path\":[1]}",
        "{\"leaf_index\":1,\"audit_path\":null}",
    };

    for (i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
        ok(ct_answer_proof(ct_bytes_str(bad[i]), &index, &proof)
           == CT_E_ENCODING && index == 9 && proof.len == 7, "no proof: %s",
           bad[i]);
    }

    is_int(ct_answer_proof(CT_BYTES("{\"leaf_index\":3,\"audit_path\":[\""
                                    HASH "\"]}"), &index, &proof), CT_OK,
           "get-proof-by-hash");
    ok(index == 3 && proof.len == 32 && proof.data[31] == 0xa5, "is read");
}


static void
test_entry_and_proof(void)
{
    size_t     i;
    uint8_t    hash[32], want[32], before[32];
    ct_proof_t proof = {.len = 7};

    static const char *const bad[] = {
        "{\"leaf_input\":\"AAAA\"}", "{\"audit_path\":[]}",
        "{\"leaf_input\":null,\"audit_path\":[]}",
        "{\"leaf_input\":\"A\",\"audit_path\":[]}",
        "{\"leaf_input\":\"AAAA\",\"audit_path\":[\"AAAA\"]}",
    };

    memset(hash, 0x33, sizeof(hash));
    memset(before, 0x33, sizeof(before));

    for (i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
        ok(ct_answer_entry_and_proof(ct_bytes_str(bad[i]), sha, hash, &proof)
           == CT_E_ENCODING && memcmp(hash, before, 32) == 0
           && proof.len == 7, "no proof: %s", bad[i]);
    }

    is_int(ct_answer_entry_and_proof(CT_BYTES("{\"leaf_input\":\"AQID\","
               "\"extra_data\":\"\",\"audit_path\":[\"" HASH "\"]}"), sha,
               hash, &proof), CT_OK, "get-entry-and-proof");
    ct_sha256_once(CT_BYTES("\0\1\2\3"), want);
    is_mem(hash, sizeof(hash), want, sizeof(want), "the leaf hash");
    is_int(proof.len, 32, "the path");
}


static void
test_limit(void)
{
    char      *text = malloc(CT_LIMIT_ANSWER + 1);
    uint8_t    hash[32];
    ct_proof_t proof;

    memset(text, ' ', CT_LIMIT_ANSWER + 1);
    memcpy(text, "{\"consistency\":[]}", 18);
    is_int(ct_answer_consistency(ct_bytes(text, CT_LIMIT_ANSWER), &proof),
           CT_OK, "as large as it may be");
    is_int(ct_answer_consistency(ct_bytes(text, CT_LIMIT_ANSWER + 1),
                                 &proof), CT_E_LIMIT, "one byte more");

    memset(text, 'A', CT_LIMIT_ANSWER);
    memcpy(text, "{\"audit_path\":[],\"leaf_input\":\"", 31);
    memcpy(text + 31 + 65500, "\"}", 2);
    is_int(ct_answer_entry_and_proof(ct_bytes(text, 31 + 65500 + 2), sha,
                                     hash, &proof), CT_OK, "a large leaf");
    free(text);
}


static void
test_argon(void)
{
    char      *text;
    size_t     len;
    ct_head_t  first, second;
    ct_key_t  *log = real_key("argon2027h1-2026-10/log.json");
    ct_proof_t proof;

    text = data_read("argon2027h1-2026-10/consistency-384065451-384071894"
                     ".json", &len);
    if (log == NULL || text == NULL) {
        free(text);
        skip("no argon2027h1-2026-10 in %s", data_root());
        return;
    }

    ok(real_head("argon2027h1-2026-10/sth1.json", log, &first)
       && real_head("argon2027h1-2026-10/sth2.json", log, &second),
       "argon: both heads verify");
    ok(first.size == 384065451 && second.size == 384071894
       && second.timestamp_ms == 1791095139948, "of their sizes");

    is_int(ct_answer_consistency(ct_bytes(text, len), &proof), CT_OK,
           "argon: the proof");
    is_int(proof.len, 23 * 32, "has 23 nodes");
    is_int(ct_merkle_verify_consistency(sha, first.size, second.size,
               ct_bytes(first.root, 32), ct_bytes(second.root, 32),
               ct_bytes(proof.data, proof.len)), CT_OK, "and holds");
    proof.data[100] ^= 1;
    is_int(ct_merkle_verify_consistency(sha, first.size, second.size,
               ct_bytes(first.root, 32), ct_bytes(second.root, 32),
               ct_bytes(proof.data, proof.len)), CT_E_ROOT, "or does not");

    ok(!real_head("argon2027h1-2026-10/sth1.json", key, &first),
       "another key");
    ct_key_free(log);
    free(text);
}


static void
test_yeti(void)
{
    ct_head_t head;
    ct_key_t *log = real_key("yeti2022-incident/log.json");

    if (log == NULL) {
        skip("no yeti2022-incident in %s", data_root());
        return;
    }

    ok(real_head("yeti2022-incident/sth1.json", log, &head)
       && head.size == 65551225, "yeti: before the flipped bit");
    ok(real_head("yeti2022-incident/sth2.json", log, &head)
       && head.size == 65569149, "yeti: and behind it, signed as well");
    ct_key_free(log);
}


/* "key" of a log's description; NULL where there is none. */
static ct_key_t *
real_key(const char *path)
{
    char     *text, *from, *to;
    size_t    len;
    uint8_t  *spki;
    ct_key_t *log;

    text = data_read(path, &len);
    from = text != NULL ? strstr(text, "\"MFkw") : NULL;
    to = from != NULL ? strchr(from + 1, '"') : NULL;
    if (to == NULL) {
        free(text);
        return NULL;
    }

    *to = '\0';
    spki = data_base64(from + 1, &len);
    log = ct_key_create(ct_bytes(spki, len));
    free(spki);
    free(text);

    return log;
}


static int
real_head(const char *path, const ct_key_t *log, ct_head_t *head)
{
    int    good;
    char  *text;
    size_t len;

    text = data_read(path, &len);
    good = text != NULL
           && ct_answer_sth(ct_bytes(text, len), log, head) == CT_OK;
    free(text);

    return good;
}


/* HASH `n` times. Valid until the next call. */
static ct_bytes_t
hashes(const char *head, int n, const char *tail)
{
    ct_buf_t    buf;
    static char text[65 * 60 + 100];

    ct_buf_fixed(&buf, text, sizeof(text));
    ct_buf_puts(&buf, head);

    while (n-- > 0) {
        ct_buf_puts(&buf, n == 0 ? "\"" HASH "\"" : "\"" HASH "\",");
    }
    ct_buf_puts(&buf, tail);

    return ct_buf_slice(&buf);
}


/* DigitallySigned over a head of HASH, in base64 with quotes. */
static const char *
signature(uint64_t size, uint64_t timestamp_ms)
{
    size_t      i, len;
    uint8_t     message[50] = {0, 1}, bytes[128] = {4, 3, 0};
    ct_buf_t    buf;
    EVP_MD_CTX *ctx = EVP_MD_CTX_new();
    static char text[256];

    for (i = 0; i < 8; i++) {
        message[2 + i] = (uint8_t) (timestamp_ms >> (56 - 8 * i));
        message[10 + i] = (uint8_t) (size >> (56 - 8 * i));
    }
    memset(message + 18, 0xa5, 32);

    len = sizeof(bytes) - 4;
    EVP_DigestSignInit(ctx, NULL, EVP_sha256(), NULL, pkey);
    EVP_DigestSign(ctx, bytes + 4, &len, message, sizeof(message));
    EVP_MD_CTX_free(ctx);
    bytes[3] = (uint8_t) len;

    ct_buf_fixed(&buf, text, sizeof(text) - 1);
    ct_buf_putc(&buf, '"');
    ct_buf_base64(&buf, bytes, len + 4);
    ct_buf_puts(&buf, "\"");
    text[buf.len] = '\0';

    return text;
}


static ct_rc_t
sth(const char *size, const char *time, const char *root, const char *sign,
    ct_head_t *head)
{
    char text[1024];

    snprintf(text, sizeof(text), STH("%s", "%s", "%s", "%s"), size, time,
             root, sign);

    return ct_answer_sth(ct_bytes_str(text), key, head);
}
