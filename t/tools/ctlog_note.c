/*
 * ctlog_note: signs tree heads as checkpoints (static-ct-api,
 * "Checkpoints"; C2SP signed-note), and, on request, wrongly.
 */

#include "ctlog.h"

#include <openssl/rand.h>

static void note_body(buf_t *body, const char *origin, uint64_t size,
    const uint8_t root[HASH], const char *extra_line);
static void note_signature(buf_t *line, const log_t *log, const char *origin,
    uint64_t size, const uint8_t root[HASH], uint64_t timestamp, bool wrong);
static void note_line(buf_t *out, const char *name, const buf_t *bytes);
static void note_noise(buf_t *out, const char *name, size_t len);
static void sign(const log_t *log, const buf_t *message, buf_t *signature);


void
checkpoint_write(const log_t *log, uint64_t size, const uint8_t root[HASH],
    uint64_t timestamp, const note_t *note)
{
    static const note_t honest;
    char                path[TOOL_PATH];
    buf_t               text = {0};
    const char         *origin;

    note = note == NULL ? &honest : note;
    origin = note->origin == NULL ? log->origin : note->origin;

    note_body(&text, origin, size, root, note->extra_line);

    /* what real checkpoints have around the line that counts: grease, an
     * unknown key under the same name, a post-quantum signature, a witness */
    if (note->grease) {
        note_noise(&text, "grease.invalid", 33);
        note_noise(&text, origin, 68);
    }
    note_signature(&text, log, origin, size, root, timestamp,
        note->wrong_signature);
    if (note->grease) {
        note_noise(&text, origin, 2432);
        note_noise(&text, "witness.example.test", 76);
    }

    path_make(path, "%s/www/checkpoint", log->dir);
    file_write(path, text.data, text.len, 0644);
    buf_free(&text);
}


static void
note_body(buf_t *body, const char *origin, uint64_t size,
    const uint8_t root[HASH], const char *extra_line)
{
    char number[32];

    snprintf(number, sizeof(number), "\n%llu\n", (unsigned long long) size);
    buf_text(body, origin);
    buf_text(body, number);
    buf_base64(body, root, HASH);
    buf_text(body, "\n");
    if (extra_line != NULL) {
        buf_text(body, extra_line);
        buf_text(body, "\n");
    }
    buf_text(body, "\n");
}


static void
note_signature(buf_t *line, const log_t *log, const char *origin,
    uint64_t size, const uint8_t root[HASH], uint64_t timestamp, bool wrong)
{
    uint8_t hash[HASH];
    buf_t   name = {0};
    buf_t   head = {0};
    buf_t   signature = {0};
    buf_t   bytes = {0};

    buf_text(&name, origin);
    buf_text(&name, "\n\x05");
    buf_put(&name, log->id, HASH);
    sha256(name.data, name.len, hash);

    buf_uint(&head, 0, 1);         /* version */
    buf_uint(&head, 1, 1);         /* signature_type: tree_hash */
    buf_uint(&head, timestamp, 8); /* timestamp */
    buf_uint(&head, size, 8);      /* tree_size */
    buf_put(&head, root, HASH);    /* sha256_root_hash */
    sign(log, &head, &signature);
    if (wrong) {
        signature.data[signature.len - 1] ^= 1;
    }

    buf_put(&bytes, hash, 4); /* key id */
    buf_uint(&bytes, timestamp, 8);
    buf_uint(&bytes, 4, 1); /* hash: sha256 */
    buf_uint(&bytes, EVP_PKEY_is_a(log->key, "RSA") ? 1 : 3, 1);
    buf_uint(&bytes, signature.len, 2);
    buf_put(&bytes, signature.data, signature.len);
    note_line(line, origin, &bytes);

    buf_free(&name);
    buf_free(&head);
    buf_free(&signature);
    buf_free(&bytes);
}


static void
note_line(buf_t *out, const char *name, const buf_t *bytes)
{
    buf_text(out, "\xe2\x80\x94 "); /* em dash */
    buf_text(out, name);
    buf_text(out, " ");
    buf_base64(out, bytes->data, bytes->len);
    buf_text(out, "\n");
}


/* A signature line with a random key id and random bytes. */
static void
note_noise(buf_t *out, const char *name, size_t len)
{
    uint8_t noise[4096];
    buf_t   bytes = {0};

    if (RAND_bytes(noise, (int) len) != 1) {
        die_ssl("RAND_bytes");
    }
    buf_put(&bytes, noise, len);
    note_line(out, name, &bytes);
    buf_free(&bytes);
}


static void
sign(const log_t *log, const buf_t *message, buf_t *signature)
{
    EVP_MD_CTX *ctx;
    uint8_t     bytes[1024];
    size_t      len = sizeof(bytes);

    ctx = EVP_MD_CTX_new();
    if (ctx == NULL
        || EVP_DigestSignInit(ctx, NULL, EVP_sha256(), NULL, log->key) != 1
        || EVP_DigestSign(ctx, bytes, &len, message->data, message->len) != 1)
    {
        die_ssl("signing the tree head");
    }
    buf_put(signature, bytes, len);
    EVP_MD_CTX_free(ctx);
}
