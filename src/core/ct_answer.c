/*
 * ct_answer: get-sth, get-sth-consistency, get-proof-by-hash and
 * get-entry-and-proof of RFC 6962, 4.3 to 4.5 and 4.8. They are small, and
 * asked for so rarely that a JSON library may have them whole. Nothing of an
 * answer that is not right in all that is asked of it gets out of here.
 */

#include <jansson.h>
#include <string.h>

#include "ct_answer.h"


static ct_rc_t ct_answer_load(ct_bytes_t text, json_t **json);
static ct_rc_t ct_answer_head(const json_t *json, const ct_key_t *key,
    ct_head_t *head);
static ct_rc_t ct_answer_leaf(const json_t *json, ct_sha256_t *sha,
    uint8_t leaf_hash[CT_HASH_LEN]);
static ct_rc_t ct_answer_hashes(const json_t *json, const char *name,
    ct_proof_t *proof);
static bool ct_answer_u64(const json_t *json, const char *name, uint64_t *v);
static bool ct_answer_hash(const json_t *text, uint8_t out[CT_HASH_LEN]);
static ct_rc_t ct_answer_base64(const json_t *text, uint8_t *out,
    size_t *len);


ct_rc_t
ct_answer_sth(ct_bytes_t json, const ct_key_t *key, ct_head_t *head)
{
    json_t   *root;
    ct_rc_t   rc;
    ct_head_t read;

    rc = ct_answer_load(json, &root);
    if (rc != CT_OK) {
        return rc;
    }

    memset(&read, 0, sizeof(read));
    rc = ct_answer_head(root, key, &read);
    json_decref(root);

    if (rc == CT_OK) {
        *head = read;
    }

    return rc;
}


static ct_rc_t
ct_answer_head(const json_t *json, const ct_key_t *key, ct_head_t *head)
{
    size_t  len;
    ct_rc_t rc;

    len = sizeof(head->signature);

    /* RFC 6962, 4.3 */
    if (!ct_answer_u64(json, "tree_size", &head->size)
        || !ct_answer_u64(json, "timestamp", &head->timestamp_ms)
        || !ct_answer_hash(json_object_get(json, "sha256_root_hash"),
                           head->root))
    {
        return CT_E_ENCODING;
    }

    rc = ct_answer_base64(json_object_get(json, "tree_head_signature"),
                          head->signature, &len);
    if (rc != CT_OK) {
        return rc;
    }

    if (head->size > CT_LIMIT_TREE_SIZE) {
        return CT_E_LIMIT;
    }

    head->signature_len = (uint32_t) len;

    return ct_head_verify(head, key, ct_bytes(head->signature, len));
}


ct_rc_t
ct_answer_consistency(ct_bytes_t json, ct_proof_t *proof)
{
    json_t    *root;
    ct_rc_t    rc;
    ct_proof_t read;

    rc = ct_answer_load(json, &root);
    if (rc != CT_OK) {
        return rc;
    }

    rc = ct_answer_hashes(root, "consistency", &read);
    json_decref(root);

    if (rc == CT_OK) {
        *proof = read;
    }

    return rc;
}


ct_rc_t
ct_answer_proof(ct_bytes_t json, uint64_t *leaf_index, ct_proof_t *proof)
{
    json_t    *root;
    ct_rc_t    rc;
    uint64_t   index;
    ct_proof_t read;

    rc = ct_answer_load(json, &root);
    if (rc != CT_OK) {
        return rc;
    }

    index = 0;
    rc = ct_answer_hashes(root, "audit_path", &read);

    if (rc == CT_OK && !ct_answer_u64(root, "leaf_index", &index)) {
        rc = CT_E_ENCODING;
    }

    json_decref(root);

    if (rc == CT_OK) {
        *leaf_index = index;
        *proof = read;
    }

    return rc;
}


ct_rc_t
ct_answer_entry_and_proof(ct_bytes_t json, ct_sha256_t *sha,
    uint8_t leaf_hash[CT_HASH_LEN], ct_proof_t *proof)
{
    json_t    *root;
    ct_rc_t    rc;
    uint8_t    hash[CT_HASH_LEN];
    ct_proof_t read;

    rc = ct_answer_load(json, &root);
    if (rc != CT_OK) {
        return rc;
    }

    rc = ct_answer_hashes(root, "audit_path", &read);

    if (rc == CT_OK) {
        rc = ct_answer_leaf(root, sha, hash);
    }

    json_decref(root);

    if (rc == CT_OK) {
        memcpy(leaf_hash, hash, CT_HASH_LEN);
        *proof = read;
    }

    return rc;
}


/* RFC 6962, 2.1: the hash of a leaf, whatever is in it. */
static ct_rc_t
ct_answer_leaf(const json_t *json, ct_sha256_t *sha,
    uint8_t leaf_hash[CT_HASH_LEN])
{
    size_t     len;
    ct_rc_t    rc;
    uint8_t    leaf[CT_LIMIT_ANSWER / 4 * 3];
    ct_bytes_t parts[2];

    len = sizeof(leaf);

    rc = ct_answer_base64(json_object_get(json, "leaf_input"), leaf, &len);
    if (rc != CT_OK) {
        return rc;
    }

    parts[0] = CT_BYTES("\0");
    parts[1] = ct_bytes(leaf, len);
    ct_sha256(sha, parts, 2, leaf_hash);

    return CT_OK;
}


/* A member that is there twice is there for two readers to differ. */
static ct_rc_t
ct_answer_load(ct_bytes_t text, json_t **json)
{
    if (text.len > CT_LIMIT_ANSWER) {
        return CT_E_LIMIT;
    }

    *json = text.len == 0 ? NULL
            : json_loadb((const char *) text.data, text.len,
                         JSON_REJECT_DUPLICATES | JSON_ALLOW_NUL, NULL);

    return *json != NULL ? CT_OK : CT_E_ENCODING;
}


static ct_rc_t
ct_answer_hashes(const json_t *json, const char *name, ct_proof_t *proof)
{
    size_t        i, n;
    const json_t *array;

    array = json_object_get(json, name);
    n = json_array_size(array);

    if (!json_is_array(array)) {
        return CT_E_ENCODING;
    }

    if (n > CT_LIMIT_PROOF) {
        return CT_E_LIMIT;
    }

    for (i = 0; i < n; i++) {
        if (!ct_answer_hash(json_array_get(array, i),
                            proof->data + i * CT_HASH_LEN))
        {
            return CT_E_ENCODING;
        }
    }

    proof->len = n * CT_HASH_LEN;

    return CT_OK;
}


static bool
ct_answer_u64(const json_t *json, const char *name, uint64_t *v)
{
    const json_t *number;

    number = json_object_get(json, name);

    if (!json_is_integer(number) || json_integer_value(number) < 0) {
        return false;
    }

    *v = (uint64_t) json_integer_value(number);

    return true;
}


static bool
ct_answer_hash(const json_t *text, uint8_t out[CT_HASH_LEN])
{
    size_t len;

    len = CT_HASH_LEN;

    return ct_answer_base64(text, out, &len) == CT_OK && len == CT_HASH_LEN;
}


static ct_rc_t
ct_answer_base64(const json_t *text, uint8_t *out, size_t *len)
{
    if (!json_is_string(text)) {
        return CT_E_ENCODING;
    }

    return ct_parse_base64(ct_bytes(json_string_value(text),
                                    json_string_length(text)), out, len);
}
