/* Fuzz target: a get-entries body. However it is cut, ct_reader gives what
 * jansson makes of the whole body: the same leaves with the same extra_data,
 * or nothing. The first byte says how it is cut. */

#include "ct_reader.h"

#include <jansson.h>
#include <stdlib.h>
#include <string.h>

#define CHECK(cond) ((cond) ? (void) 0 : abort())

#define ENTRIES 64 /* asked for */
#define TEXT    65536
#define BRACKETS 30 /* with less of them, no limit of nesting is met */

/* What an answer came to. */
typedef struct {
    ct_rc_t rc;
    size_t  n;
    uint8_t leaf[ENTRIES][CT_HASH_LEN];
    uint8_t extra[ENTRIES][CT_HASH_LEN]; /* of both parts; 0: no good */
} answer_t;

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static ct_sha256_t *sha;
static ct_arena_t  *arena;
static uint8_t      room[CT_LIMIT_ENTRY];


static void
entry_keep(answer_t *answer, const ct_entry_t *entry, ct_rc_t extra)
{
    ct_bytes_t parts[2];

    ct_entry_leaf_hash(sha, entry, answer->leaf[answer->n]);

    if (extra == CT_OK) {
        parts[0] = entry->pre_certificate;
        parts[1] = entry->certificates;
        ct_sha256(sha, parts, 2, answer->extra[answer->n]);
    } else {
        CHECK(entry->pre_certificate.len == 0);
        CHECK(entry->certificates.len == 0);
    }

    answer->n++;
}


/* jansson has no say about an extra_data that was not looked into and is no
 * base64 anyway: the text of such a one becomes harmless. */
static void
harmless(const ct_reader_t *reader, ct_bytes_t in, uint8_t *body, size_t end)
{
    size_t     i;
    ct_bytes_t text = reader->extra;

    if (reader->whole || text.len == 0) {
        return;
    }

    /* but a string it is, that ends where it was said to end */
    CHECK(memchr(text.data, '"', text.len) == NULL);
    CHECK(text.data[text.len - 1] != '\\');

    for (i = 0; i < text.len; i++) {
        body[end - (size_t) (in.data - text.data) + i] = '!';
    }
}


/* `body` in pieces of `cut` bytes, each in memory of its own. */
static void
read_pieces(uint8_t *body, size_t size, size_t cut, answer_t *answer)
{
    size_t      have = 0, eaten = 0;
    uint8_t    *piece;
    ct_ask_t    ask = {.kind = CT_ASK_ENTRIES, .count = ENTRIES};
    ct_rc_t     fault, extra;
    ct_bytes_t  in;
    ct_entry_t  entry;
    ct_reader_t reader;

    ct_reader_start(&reader, CT_LOG_RFC6962, &ask, room);

    do {
        have = size - have < cut ? size : have + cut;
        piece = malloc(have - eaten + 1);
        memcpy(piece, body + eaten, have - eaten);
        in = ct_bytes(piece, have - eaten);

        while ((answer->rc = ct_reader_next(&reader, &in, &entry, &fault))
               == CT_OK)
        {
            ct_arena_reset(arena);
            extra = ct_reader_extra(&reader, &entry, arena);
            entry_keep(answer, &entry, extra);
            if (extra == CT_E_ENCODING) {
                harmless(&reader, in, body, have - in.len);
            }
        }

        eaten = have - in.len;
        if (have == size
            && (answer->rc == CT_E_SHORT || answer->rc == CT_E_ABSENT))
        {
            answer->rc = ct_reader_end(&reader, in);
        }
        free(piece);

    } while (have < size
             && (answer->rc == CT_E_SHORT || answer->rc == CT_E_ABSENT));
}


/* Both members decoded; false where the answer is refused for them. */
static bool
twin_entry(const json_t *item, answer_t *answer)
{
    size_t         len = TEXT;
    ct_rc_t        rc;
    json_t        *leaf = json_object_get(item, "leaf_input");
    json_t        *extra = json_object_get(item, "extra_data");
    ct_entry_t     entry;
    static uint8_t bytes[TEXT], more[TEXT];

    if (!json_is_string(leaf) || !json_is_string(extra)
        || answer->n == ENTRIES
        || ct_parse_base64(ct_bytes_str(json_string_value(leaf)), bytes,
                           &len) != CT_OK)
    {
        return false;
    }

    (void) ct_entry_read_leaf(ct_bytes(bytes, len), &entry);

    len = TEXT;
    rc = ct_parse_base64(ct_bytes_str(json_string_value(extra)), more, &len);
    if (rc == CT_OK) {
        rc = ct_entry_read_extra(ct_bytes(more, len), &entry);
    }
    entry_keep(answer, &entry, rc);

    return true;
}


/* The whole body, a tree in memory. */
static bool
twin(const uint8_t *body, size_t size, size_t flags, answer_t *answer)
{
    bool    good;
    size_t  i;
    json_t *json, *entries;

    json = json_loadb((const char *) body, size,
                      JSON_DECODE_INT_AS_REAL | flags, NULL);
    entries = json_object_get(json, "entries");
    good = json_array_size(entries) != 0;

    for (i = 0; good && i < json_array_size(entries); i++) {
        good = twin_entry(json_array_get(entries, i), answer);
    }

    json_decref(json);

    return good;
}


static bool
same(const answer_t *a, const answer_t *b)
{
    return a->n == b->n && memcmp(a->leaf, b->leaf, sizeof(a->leaf)) == 0
           && memcmp(a->extra, b->extra, sizeof(a->extra)) == 0;
}


static size_t
brackets(const uint8_t *body, size_t size)
{
    size_t n = 0;

    while (size-- > 0) {
        n += body[size] == '{' || body[size] == '[' || body[size] == ',';
    }

    return n;
}


int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    bool     good;
    uint8_t *body, *patched;
    answer_t whole = {0}, pieces = {0}, strict = {0}, loose = {0};

    if (size == 0 || size > TEXT) {
        return 0;
    }

    if (sha == NULL) {
        sha = ct_sha256_create();
        arena = ct_arena_create(4 << 20);
    }

    size--;
    body = malloc(size + 1);
    patched = malloc(size + 1);
    memcpy(body, data + 1, size);
    memcpy(patched, body, size);

    read_pieces(patched, size, size + 1, &whole);
    read_pieces(body, size, data[0] + 1U, &pieces);
    CHECK(whole.rc == pieces.rc && same(&whole, &pieces));

    /* duplicates of what nobody asked for are not seen */
    good = twin(patched, size, JSON_REJECT_DUPLICATES, &strict);
    CHECK(!good || (whole.rc == CT_OK && same(&whole, &strict))
          || (whole.rc == CT_E_LIMIT && brackets(data, size) > BRACKETS));
    CHECK(whole.rc != CT_OK
          || (twin(patched, size, 0, &loose) && same(&whole, &loose)));

    free(body);
    free(patched);

    return 0;
}
