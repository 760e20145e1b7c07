/*
 * ctlog_note: signs tree heads as checkpoints (static-ct-api,
 * "Checkpoints"; C2SP signed-note), and, on request, wrongly.
 */

#include "ctlog.h"

#include <openssl/rand.h>

static void note_body(buf_t *body, const char *origin, const head_t *head,
    const char *extra_line);
static void note_key_id(const log_t *log, const char *origin, uint8_t id[4]);
static void note_signature(buf_t *line, const log_t *log, const char *origin,
    const head_t *head, bool wrong);
static void note_line(buf_t *out, const char *name, const buf_t *bytes);
static void note_noise(buf_t *out, const char *name, size_t len);
static void sign(const log_t *log, const buf_t *message, buf_t *signature);
static bool body_read(char *text, const char *origin, head_t *head);
static bool signature_read(const log_t *log, char *line, head_t *head);
static bool base64_read(const char *text, buf_t *out);


void
checkpoint_write(const log_t *log, uint64_t size, const uint8_t root[HASH],
    uint64_t timestamp, const note_t *note)
{
    char   path[TOOL_PATH];
    head_t head = {0};
    buf_t  text = {0};

    head.size = size;
    head.timestamp = timestamp;
    memcpy(head.root, root, HASH);
    head_sign(log, &head);
    checkpoint_text(&text, log, &head, note);

    path_make(path, "%s/www/checkpoint", log->dir);
    file_write(path, text.data, text.len, 0644);
    buf_free(&head.signature);
    buf_free(&text);
}


void
checkpoint_text(buf_t *text, const log_t *log, const head_t *head,
    const note_t *note)
{
    static const note_t honest;
    const char         *origin;

    note = note == NULL ? &honest : note;
    origin = note->origin == NULL ? log->origin : note->origin;

    note_body(text, origin, head, note->extra_line);

    /* what real checkpoints have around the line that counts: grease, an
     * unknown key under the same name, a post-quantum signature, a witness */
    if (note->grease) {
        note_noise(text, "grease.invalid", 33);
        note_noise(text, origin, 68);
    }
    note_signature(text, log, origin, head, note->wrong_signature);
    if (note->grease) {
        note_noise(text, origin, 2432);
        note_noise(text, "witness.example.test", 76);
    }
}


bool
checkpoint_read(const log_t *log, buf_t *text, head_t *head)
{
    char *all = grow(NULL, text->len + 1);
    char *lines;
    char *line;
    char *end;
    bool  found = false;

    memcpy(all, buf_str(text), text->len + 1);
    lines = strstr(all, "\n\n");
    if (lines == NULL || !body_read(all, log->origin, head)) {
        free(all);
        return false;
    }

    for (line = lines + 2; !found && *line != '\0'; line = end) {
        end = line + strcspn(line, "\n");
        if (*end == '\n') {
            *end++ = '\0';
        }
        found = signature_read(log, line, head);
    }
    free(all);

    return found;
}


void
head_sign(const log_t *log, head_t *head)
{
    buf_t message = {0};
    buf_t signature = {0};

    buf_uint(&message, 0, 1);               /* version */
    buf_uint(&message, 1, 1);               /* signature_type: tree_hash */
    buf_uint(&message, head->timestamp, 8); /* timestamp */
    buf_uint(&message, head->size, 8);      /* tree_size */
    buf_put(&message, head->root, HASH);    /* sha256_root_hash */
    sign(log, &message, &signature);

    head->signature.len = 0;
    buf_uint(&head->signature, 4, 1); /* hash: sha256 */
    buf_uint(&head->signature, EVP_PKEY_is_a(log->key, "RSA") ? 1 : 3, 1);
    buf_uint(&head->signature, signature.len, 2);
    buf_put(&head->signature, signature.data, signature.len);

    buf_free(&message);
    buf_free(&signature);
}


static void
note_body(buf_t *body, const char *origin, const head_t *head,
    const char *extra_line)
{
    char number[32];

    snprintf(number, sizeof(number), "\n%llu\n",
        (unsigned long long) head->size);
    buf_text(body, origin);
    buf_text(body, number);
    buf_base64(body, head->root, HASH);
    buf_text(body, "\n");
    if (extra_line != NULL) {
        buf_text(body, extra_line);
        buf_text(body, "\n");
    }
    buf_text(body, "\n");
}


static void
note_key_id(const log_t *log, const char *origin, uint8_t id[4])
{
    uint8_t hash[HASH];
    buf_t   name = {0};

    buf_text(&name, origin);
    buf_text(&name, "\n\x05");
    buf_put(&name, log->id, HASH);
    sha256(name.data, name.len, hash);
    memcpy(id, hash, 4);
    buf_free(&name);
}


static void
note_signature(buf_t *line, const log_t *log, const char *origin,
    const head_t *head, bool wrong)
{
    uint8_t id[4];
    buf_t   bytes = {0};

    note_key_id(log, origin, id);
    buf_put(&bytes, id, 4);
    buf_uint(&bytes, head->timestamp, 8);
    buf_put(&bytes, head->signature.data, head->signature.len);
    if (wrong) {
        bytes.data[bytes.len - 1] ^= 1;
    }
    note_line(line, origin, &bytes);
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


/* Origin, size and root, of which the last two are kept. */
static bool
body_read(char *text, const char *origin, head_t *head)
{
    size_t len = strlen(origin);
    buf_t  root = {0};
    char  *end;
    bool   ok;

    if (strncmp(text, origin, len) != 0 || text[len] != '\n') {
        return false;
    }

    head->size = strtoull(text + len + 1, &end, 10);
    ok = *end == '\n' && base64_read(end + 1, &root) && root.len == HASH;
    if (ok) {
        memcpy(head->root, root.data, HASH);
    }
    buf_free(&root);

    return ok;
}


/* A line of the log's own key. */
static bool
signature_read(const log_t *log, char *line, head_t *head)
{
    uint8_t id[4];
    buf_t   bytes = {0};
    size_t  len = strlen(log->origin);
    size_t  i;
    bool    ok;

    if (strncmp(line, "\xe2\x80\x94 ", 4) != 0
        || strncmp(line + 4, log->origin, len) != 0 || line[4 + len] != ' ')
    {
        return false;
    }

    note_key_id(log, log->origin, id);
    ok = base64_read(line + 5 + len, &bytes) && bytes.len > 12
         && memcmp(bytes.data, id, 4) == 0;
    if (ok) {
        for (head->timestamp = 0, i = 4; i < 12; i++) {
            head->timestamp = head->timestamp << 8 | bytes.data[i];
        }
        head->signature.len = 0;
        buf_put(&head->signature, bytes.data + 12, bytes.len - 12);
    }
    buf_free(&bytes);

    return ok;
}


/* As many characters as there are of base64. */
static bool
base64_read(const char *text, buf_t *out)
{
    static const char digits[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnop"
                                 "qrstuvwxyz0123456789+/";
    size_t            len = strspn(text, digits);
    size_t            pad = strspn(text + len, "=");
    uint8_t          *bytes = grow(NULL, len + pad + 1);
    int               n;

    n = EVP_DecodeBlock(bytes, (const uint8_t *) text, (int) (len + pad));
    if (n >= 0 && pad <= 2) {
        buf_put(out, bytes, (size_t) n - pad);
    }
    free(bytes);

    return n >= 0 && pad <= 2;
}
