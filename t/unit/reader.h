/*
 * reader: an answer read as the engine reads it, whole or in pieces, for the
 * tests of ct_reader.
 */

#ifndef READER_H
#define READER_H

#include "ct_reader.h"
#include "tap.h"

#define ENTRIES 64

/* What an answer came to. */
typedef struct {
    ct_rc_t  rc;     /* of the last ct_reader_next, then of _end */
    unsigned n;
    uint64_t slow;
    uint64_t index;  /* behind the last one */
    ct_rc_t  fault[ENTRIES];
    uint8_t  hash[ENTRIES][CT_HASH_LEN];
    uint8_t  extra[ENTRIES][CT_HASH_LEN];
    ct_rc_t  extra_rc[ENTRIES];
} answer_t;

static ct_sha256_t *sha;
static ct_arena_t  *arena;
static uint8_t     *room;


static inline void
reader_begin(void)
{
    sha = ct_sha256_create();
    arena = ct_arena_create(256 << 20);
    room = malloc(CT_LIMIT_ENTRY);
}


static inline void
reader_finish(void)
{
    free(room);
    ct_arena_destroy(arena);
    ct_sha256_destroy(sha);
}


static inline void
entry_keep(const ct_reader_t *reader, ct_entry_t *entry, ct_rc_t fault,
    answer_t *answer)
{
    unsigned   i = answer->n++;
    ct_bytes_t parts[2];

    answer->fault[i] = fault;
    ct_entry_leaf_hash(sha, entry, answer->hash[i]);

    ct_arena_reset(arena);
    answer->extra_rc[i] = ct_reader_extra(reader, entry, arena);
    parts[0] = entry->pre_certificate;
    parts[1] = entry->certificates;
    ct_sha256(sha, parts, 2, answer->extra[i]);
}


static inline int
same(const answer_t *a, const answer_t *b)
{
    return memcmp(a, b, sizeof(*a)) == 0;
}


/* As the engine does: what is not eaten is kept until there is more. `cut`
 * bytes at a time, 0: all at once; each time at a page end. */
static inline void
read_pieces(ct_log_type_e type, const ct_ask_t *ask, ct_bytes_t body,
    size_t cut, answer_t *answer)
{
    size_t      have = 0, eaten = 0, len;
    uint8_t    *p;
    ct_rc_t     fault;
    ct_entry_t  entry;
    ct_bytes_t  in;
    ct_reader_t reader;

    memset(answer, 0, sizeof(*answer));
    ct_reader_start(&reader, type, ask, room);

    do {
        have = cut == 0 || body.len - have < cut ? body.len : have + cut;
        len = have - eaten;
        p = tap_guard(body.data + eaten, len);
        in = ct_bytes(p, len);

        while ((answer->rc = ct_reader_next(&reader, &in, &entry, &fault))
               == CT_OK && answer->n < ENTRIES)
        {
            entry_keep(&reader, &entry, fault, answer);
        }

        eaten = have - in.len;

        if (have == body.len
            && (answer->rc == CT_E_SHORT || answer->rc == CT_E_ABSENT))
        {
            answer->rc = ct_reader_end(&reader, in);
        }

        tap_unguard(p, len);

    } while (have < body.len
             && (answer->rc == CT_E_SHORT || answer->rc == CT_E_ABSENT));

    answer->slow = reader.slow;
    answer->index = reader.index;
}


/* `n` times `c` between two strings. Valid until the next call. */
static inline ct_bytes_t
repeated(const char *head, int c, size_t n, const char *tail)
{
    size_t       len = strlen(head);
    static char *text;

    free(text);
    text = malloc(len + n + strlen(tail) + 1);
    memcpy(text, head, len);
    memset(text + len, c, n);
    memcpy(text + len + n, tail, strlen(tail) + 1);

    return ct_bytes(text, len + n + strlen(tail));
}

#endif
