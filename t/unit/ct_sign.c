/*
 * ct_sign: the vector of the specification's own libraries, secrets in both
 * spellings, several at once, and ids that could be misread.
 */

#include "ct_sign.h"
#include "tap.h"

#include <openssl/evp.h>
#include <openssl/hmac.h>


static void test_secret(void);
static void test_vector(void);
static void test_several(void);
static void test_refused(void);
static void test_twin(void);
static ct_secret_t secret_of(const char *text);


int
main(void)
{
    test_secret();
    test_vector();
    test_several();
    test_refused();
    test_twin();

    return done_testing();
}


static void
test_secret(void)
{
    size_t      i;
    char        room[1024];
    ct_secret_t secret = {"untouched", 9};

    static const struct {
        const char *text;
        ct_rc_t     rc;
        const char *key;
        size_t      len;
    } cases[] = {
        {"whsec_AAEC", CT_OK, "\0\1\2", 3},
        {"whsec_AA==", CT_OK, "\0", 1},
        {"whsec_AA", CT_OK, "\0", 1},
        {"whsec_AAE", CT_OK, "\0\1", 2},
        {"whsec_A", CT_E_ENCODING, NULL, 0},
        {"whsec_AA=", CT_E_ENCODING, NULL, 0},
        {"whsec_A_EC", CT_E_ENCODING, NULL, 0},
        {"whsec_AAEC AAEC", CT_E_ENCODING, NULL, 0},
        {"whsec_", CT_E_SHORT, NULL, 0},
        {"", CT_E_SHORT, NULL, 0},
        {"whsec", CT_OK, "whsec", 5},
        {"WHSEC_AAEC", CT_OK, "WHSEC_AAEC", 10},
        {"plain text, as it is", CT_OK, "plain text, as it is", 20}
    };

    for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        secret = (ct_secret_t) {"untouched", 9};
        is_int(ct_secret_read(ct_bytes_str(cases[i].text), &secret),
               cases[i].rc, "\"%s\"", cases[i].text);

        if (cases[i].rc == CT_OK) {
            is_mem(secret.key, secret.len, cases[i].key, cases[i].len,
                   "its key");
        } else {
            is_mem(secret.key, secret.len, "untouched", 9, "none");
        }
    }

    memset(room, 'A', sizeof(room));
    is_int(ct_secret_read(ct_bytes(room, CT_LIMIT_SECRET), &secret), CT_OK,
           "the longest text");
    is_int(ct_secret_read(ct_bytes(room, CT_LIMIT_SECRET + 1), &secret),
           CT_E_LIMIT, "one more byte");

    memcpy(room, CT_SIGN_PREFIX, sizeof(CT_SIGN_PREFIX) - 1);
    is_int(ct_secret_read(ct_bytes(room, 6 + CT_LIMIT_SECRET / 3 * 4),
                          &secret),
           CT_OK, "the longest in base64");
    is_int(ct_secret_read(ct_bytes(room, 6 + CT_LIMIT_SECRET / 3 * 4 + 8),
                          &secret),
           CT_E_LIMIT, "one that is longer");
    is_int(ct_secret_read(ct_bytes(room, sizeof(room)), &secret), CT_E_LIMIT,
           "much longer");
}


/* Made with the published library for JavaScript. */
static void
test_vector(void)
{
    uint8_t     room[256];
    ct_buf_t    out;
    ct_secret_t secret;

    secret = secret_of("whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw");
    ct_buf_fixed(&out, room, sizeof(room));
    is_int(ct_sign(&out, &secret, 1,
                   CT_BYTES("msg_p5jXN8AQM9LWM0D4loKWxJek"), 1614265330,
                   CT_BYTES("{\"test\": 2432232314}")),
           CT_OK, "signs");
    is_mem(out.data, out.len,
           "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=", 47,
           "as everybody does");
}


static void
test_several(void)
{
    uint8_t     one[256], both[256];
    ct_buf_t    a, b;
    ct_secret_t secrets[2];

    secrets[0] = secret_of("the old one");
    secrets[1] = secret_of("the new one");
    ct_buf_fixed(&a, one, sizeof(one));
    ct_buf_fixed(&b, both, sizeof(both));
    (void) ct_sign(&a, &secrets[0], 1, CT_BYTES("i"), 5, CT_BYTES("body"));
    ct_buf_putc(&a, ' ');
    (void) ct_sign(&a, &secrets[1], 1, CT_BYTES("i"), 5, CT_BYTES("body"));
    is_int(ct_sign(&b, secrets, 2, CT_BYTES("i"), 5, CT_BYTES("body")),
           CT_OK, "two secrets");
    is_mem(b.data, b.len, a.data, a.len, "a signature of each");
}


static void
test_refused(void)
{
    size_t      i;
    uint8_t     room[60];
    ct_buf_t    out;
    char        id[CT_LIMIT_MESSAGE_ID + 1];
    ct_secret_t secrets[2];

    static const char *const ids[] = {"", "a.1", "a b", "a\nb", "a\xff", "\1"};

    secrets[0] = secrets[1] = secret_of("secret");

    for (i = 0; i < sizeof(ids) / sizeof(ids[0]); i++) {
        ct_buf_fixed(&out, room, sizeof(room));
        is_int(ct_sign(&out, secrets, 1, ct_bytes_str(ids[i]), 5,
                       CT_BYTES("body")),
               CT_E_ENCODING, "id %d", (int) i);
        is_int(out.len, 0, "nothing is written");
    }

    memset(id, 'a', sizeof(id));
    ct_buf_fixed(&out, room, sizeof(room));
    is_int(ct_sign(&out, secrets, 1, ct_bytes(id, sizeof(id)), 5,
                   CT_BYTES("")),
           CT_E_ENCODING, "a long id");
    is_int(ct_sign(&out, secrets, 1, ct_bytes(id, sizeof(id) - 1), INT64_MAX,
                   ct_bytes(NULL, 0)),
           CT_OK, "the longest id and time, no body");
    ct_buf_fixed(&out, room, sizeof(room));
    is_int(ct_sign(&out, secrets, 2, CT_BYTES("i"), 5, CT_BYTES("body")),
           CT_E_MEMORY, "no room for both");
    ct_buf_fixed(&out, room, sizeof(room));
    is_int(ct_sign(&out, secrets, 0, CT_BYTES("i"), 5, CT_BYTES("body")),
           CT_E_LIMIT, "no secret");
}


/* Keys and bodies of every length, against OpenSSL's other way to do it. */
static void
test_twin(void)
{
    int         good = 1;
    size_t      i;
    uint8_t     room[128], mac[EVP_MAX_MD_SIZE], data[300], want[64];
    unsigned    len = 0;
    ct_buf_t    out;
    ct_secret_t secret;

    for (i = 1; i < CT_LIMIT_SECRET; i++) {
        memset(secret.key, (int) i, sizeof(secret.key));
        secret.len = i;
        memset(data, (int) (i * 7), sizeof(data));
        memcpy(data, "x.9.", 4);

        ct_buf_fixed(&out, room, sizeof(room));
        (void) ct_sign(&out, &secret, 1, CT_BYTES("x"), 9,
                       ct_bytes(data + 4, i * 2));
        HMAC(EVP_sha256(), secret.key, (int) i, data, 4 + i * 2, mac, &len);
        EVP_EncodeBlock(want, mac, (int) len);
        good = good && out.len == 47 && memcmp(room + 3, want, 44) == 0;
    }

    ok(good, "OpenSSL's HMAC agrees");
}


static ct_secret_t
secret_of(const char *text)
{
    ct_secret_t secret = {.len = 0};

    if (ct_secret_read(ct_bytes_str(text), &secret) != CT_OK) {
        printf("Bail out! no secret\n");
        exit(1);
    }

    return secret;
}
