/* ct_head: the checkpoints and tree heads of real logs. */

#include <jansson.h>

#include "ct_head.h"
#include "ct_merkle.h"
#include "data.h"
#include "tap.h"


static void test_real_checkpoints(void);
static void real_checkpoint(const char *path, const char *origin,
    const char *key, ct_rc_t want, uint64_t size, uint64_t timestamp_ms);
static void test_real_heads(void);
static void real_head(const char *log, const char *sth);
static json_t *json_read(const char *path);


int
main(void)
{
    test_real_checkpoints();
    test_real_heads();

    return done_testing();
}


static void
test_real_checkpoints(void)
{
    size_t      i;
    json_t     *keys, *log;
    const char *origin, *key;

    static const struct {
        const char *name;
        ct_rc_t     rc;
        uint64_t    size;
        uint64_t    timestamp_ms;
    } cases[] = {
        {"luoshu2027.checkpoint", CT_OK, 160598866, 0x1a0e4def845},
        {"parcelyard2026h2.checkpoint", CT_OK, 1587930800, 0x1a114999a44},
        {"sycamore2026h1.checkpoint", CT_E_SIGNATURE, 0, 0},
    };

    keys = json_read("real-checkpoints/keys.json");
    if (keys == NULL) {
        skip("no real data");
        return;
    }

    for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        char path[256];

        log = json_object_get(keys, cases[i].name);
        origin = json_string_value(json_object_get(log, "origin"));
        key = json_string_value(json_object_get(log, "key"));
        snprintf(path, sizeof(path), "real-checkpoints/%s", cases[i].name);
        real_checkpoint(path, origin, key, cases[i].rc, cases[i].size,
                        cases[i].timestamp_ms);
    }

    real_checkpoint("real-checkpoints/luoshu2027.checkpoint",
                    "luoshu2027.trustasia.com/luoshu2027",
                    json_string_value(json_object_get(json_object_get(keys,
                        "parcelyard2026h2.checkpoint"), "key")),
                    CT_E_UNSIGNED, 0, 0);
    json_decref(keys);

    log = json_read("synthetic-rome300/log.v3.json");
    key = json_string_value(json_object_get(log, "key"));
    real_checkpoint("synthetic-rome300/checkpoint-log",
                    "rome2026h1.example.org", key, CT_OK, 300,
                    1767139200000);
    real_checkpoint("synthetic-rome300/checkpoint-cosigned",
                    "rome2026h1.example.org", key, CT_OK, 300,
                    1767139200000);
    real_checkpoint("synthetic-rome300/checkpoint-log",
                    "rome2026h2.example.org", key, CT_E_ORIGIN, 0, 0);
    json_decref(log);
}


static void
real_checkpoint(const char *path, const char *origin, const char *key,
    ct_rc_t want, uint64_t size, uint64_t timestamp_ms)
{
    char     *note;
    size_t    note_len = 0, spki_len = 0;
    uint8_t  *spki;
    ct_key_t *parsed;
    ct_head_t head = {0};

    note = data_read(path, &note_len);
    spki = data_base64(key, &spki_len);
    parsed = ct_key_create(ct_bytes(spki, spki_len));

    ok(parsed != NULL, "the key of %s", origin);
    is_int(ct_head_read_checkpoint(ct_bytes(note, note_len),
                                   ct_bytes_str(origin), parsed, &head),
           want, "%s", path);
    is_int(head.size, size, "its size");
    is_int(head.timestamp_ms, timestamp_ms, "its time");

    ct_key_free(parsed);
    free(spki);
    free(note);
}


static void
test_real_heads(void)
{
    real_head("argon2027h1-2026-10/log.json", "argon2027h1-2026-10/sth1.json");
    real_head("argon2027h1-2026-10/log.json", "argon2027h1-2026-10/sth2.json");
    real_head("yeti2022-incident/log.json", "yeti2022-incident/sth1.json");
    real_head("yeti2022-incident/log.json", "yeti2022-incident/sth2.json");
}


static void
real_head(const char *log, const char *sth)
{
    size_t      spki_len, signature_len, root_len = CT_HASH_LEN;
    uint8_t    *spki, *signature;
    json_t     *key_json, *json;
    ct_key_t   *key;
    ct_head_t   head;
    const char *root;

    key_json = json_read(log);
    json = json_read(sth);
    if (json == NULL || key_json == NULL) {
        skip("no real data");
        return;
    }

    spki = data_base64(json_string_value(json_object_get(key_json, "key")),
                       &spki_len);
    signature = data_base64(json_string_value(
        json_object_get(json, "tree_head_signature")), &signature_len);
    root = json_string_value(json_object_get(json, "sha256_root_hash"));
    head.size = (uint64_t) json_integer_value(
        json_object_get(json, "tree_size"));
    head.timestamp_ms = (uint64_t) json_integer_value(
        json_object_get(json, "timestamp"));
    (void) ct_parse_base64(ct_bytes_str(root), head.root, &root_len);

    key = ct_key_create(ct_bytes(spki, spki_len));
    is_int(ct_head_verify(&head, key, ct_bytes(signature, signature_len)),
           CT_OK, "%s verifies", sth);
    head.size++;
    is_int(ct_head_verify(&head, key, ct_bytes(signature, signature_len)),
           CT_E_SIGNATURE, "not with one entry more");

    ct_key_free(key);
    free(spki);
    free(signature);
    json_decref(json);
    json_decref(key_json);
}


static json_t *
json_read(const char *path)
{
    char   *text;
    size_t  len;
    json_t *json = NULL;

    text = data_read(path, &len);
    if (text != NULL) {
        json = json_loadb(text, len, 0, NULL);
        free(text);
    }

    return json;
}
