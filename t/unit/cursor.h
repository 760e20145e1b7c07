/*
 * cursor: a reader that asks the log of log.h what a cursor says, several
 * ranges in flight, as the engine does. After each step the promises that a
 * cursor always keeps are looked at.
 */

#ifndef CURSOR_H
#define CURSOR_H

#include "log.h"

#define SIM_RANGES 6
#define SIM_MINUTE 60000

typedef struct {
    sim_log_t  *log;
    ct_cursor_t c;
    ct_rules_t  rules;
    int64_t     now;
    uint64_t    window;
    uint64_t    next;     /* the entry that has to come next */
    uint32_t    entries;  /* that came */
    uint32_t    broken;   /* promises */
    uint32_t    ahead;    /* most ranges in flight at once */
    ct_ask_t    range[SIM_RANGES];
    unsigned    nranges;
    ct_ask_t    small;
    bool        has_small;
    bool        has_head;
    ct_head_t   head;
    ct_rc_t     last;     /* error */
} sim_t;


static inline void
sim_init(sim_t *s, sim_log_t *log)
{
    memset(s, 0, sizeof(sim_t));
    s->log = log;
    s->now = LOG_BEGAN + (int64_t) LOG_LEAVES * LOG_EVERY;
    s->rules.interval_ms = SIM_MINUTE;
    s->rules.jitter = 32768;
    s->window = 2048;
}


static inline void
sim_drop(sim_t *s)
{
    s->nranges = 0;
    s->has_small = false;
}


/* What holds whatever the log does: all that is verified is what was signed
 * for, and it is the beginning of what is downloaded. */
static inline void
sim_promises(sim_t *s)
{
    hash_t             got, want;
    const ct_cursor_t *c;

    c = &s->c;
    ct_merkle_root(&c->verified, s->log->sha, got);
    log_mth(s->log, 0, c->verified.size, want);
    s->broken += memcmp(got, want, CT_HASH_LEN) != 0;
    s->broken += c->target.size > c->latest.size;

    if (c->phase != CT_CURSOR_WALK) {
        s->next = c->verified.size;
        return;
    }

    s->broken += c->verified.size > c->downloaded.size;
    s->broken += c->downloaded.size > c->target.size;
    s->broken += c->asked < c->downloaded.size;
    s->broken += c->asked > c->target.size;
    s->broken += ct_cursor_done(c) && s->nranges > 0;
}


/* As ct_fetch does it: an error leaves nothing in flight but a head. */
static inline void
sim_result(sim_t *s, const ct_ask_t *ask, ct_rc_t rc, bool seeking)
{
    if (seeking && s->c.phase == CT_CURSOR_WALK) {
        s->next = s->c.downloaded.size;
    }

    if (rc == CT_OK) {
        return;
    }

    s->last = rc;
    sim_drop(s);

    if (rc != CT_E_ROOT) {
        ct_cursor_fail(&s->c, ask, s->now, 0, false,
                       (uint16_t) log_random(65536));
    }

    s->next = s->c.downloaded.size;
}


static inline void
sim_failed(sim_t *s, const ct_ask_t *ask, bool absent)
{
    ct_cursor_fail(&s->c, ask, s->now, 0, absent,
                   (uint16_t) log_random(65536));

    if (ask->kind != CT_ASK_HEAD) {
        sim_drop(s);
    }
}


static inline bool
sim_fails(sim_t *s)
{
    return s->log->fail != 0 && log_random(100) < s->log->fail;
}


static inline void
sim_answer_head(sim_t *s)
{
    ct_rc_t  rc;
    ct_ask_t ask = {.kind = CT_ASK_HEAD};

    s->has_head = false;

    if (sim_fails(s)) {
        sim_failed(s, &ask, false);
        return;
    }

    rc = ct_cursor_head(&s->c, s->log->sha, &s->head, s->now, &s->rules);

    if (rc != CT_OK) {
        s->last = rc;
    }

    sim_promises(s);
}


static inline void
sim_answer_range(sim_t *s)
{
    bool        verified;
    ct_rc_t     rc;
    hash_t      hash;
    uint64_t    n, count;
    ct_ask_t    ask;
    ct_merkle_t tree;

    ask = s->range[0];
    s->nranges--;
    memmove(s->range, s->range + 1, s->nranges * sizeof(ct_ask_t));

    if (s->c.type == CT_LOG_STATIC && !log_has(s->log, &ask.tile)) {
        sim_failed(s, &ask, true);
        return;
    }

    if (sim_fails(s)) {
        sim_failed(s, &ask, false);
        return;
    }

    tree = s->c.downloaded;
    count = s->c.type == CT_LOG_STATIC ? ask.count
                                       : log_cut(s->log, ask.first,
                                                 ask.count);
    for (n = 0; n < count; n++) {
        memcpy(hash, s->log->level[0][ask.first + n], CT_HASH_LEN);
        hash[0] ^= ask.first + n == s->log->flip_leaf;
        (void) ct_merkle_append(&tree, s->log->sha, hash);
    }

    s->broken += ask.first != s->next;
    rc = ct_cursor_entries(&s->c, s->log->sha, &ask, &tree, s->now,
                           &s->rules, &verified);
    s->entries += (uint32_t) count;
    s->next = tree.size;
    s->broken += verified != (rc == CT_OK
                              && s->c.verified.size == tree.size);
    sim_result(s, &ask, rc, false);

    if (s->nranges > 0 && s->range[0].first != s->c.downloaded.size) {
        s->nranges = 0;
        ct_cursor_forget(&s->c);
    }

    sim_promises(s);
}


static inline ct_rc_t
sim_hash_tile(sim_t *s)
{
    size_t   len;
    uint8_t  body[CT_LIMIT_HASH_TILE];
    uint64_t l;

    l = 8 * (uint64_t) s->small.tile.level;
    len = (size_t) s->small.tile.width * CT_HASH_LEN;
    memcpy(body, s->log->level[l][s->small.tile.index * 256], len);

    if (s->log->tiles++ == s->log->flip_tile) {
        body[s->log->flip_byte % len] ^= 4;
    }

    return ct_cursor_hash_tile(&s->c, s->log->sha, &s->small,
                               ct_bytes(body, len), s->now, &s->rules);
}


static inline ct_rc_t
sim_proof(sim_t *s)
{
    size_t          len;
    hash_t          proof[64];
    const ct_ask_t *ask;

    ask = &s->small;

    if (ask->kind == CT_ASK_CONSISTENCY) {
        s->log->consistencies++;
        len = log_subproof(s->log, ask->first, 0, ask->size, true, proof);

    } else {
        len = log_path(s->log, ask->first, 0, ask->size, proof);
    }

    len *= CT_HASH_LEN;

    if (s->log->flip_proof != SIZE_MAX && len != 0) {
        ((uint8_t *) proof)[s->log->flip_proof % len] ^= 32;
    }

    if (ask->kind == CT_ASK_CONSISTENCY) {
        return ct_cursor_consistency(&s->c, s->log->sha, ask,
                                     ct_bytes(proof, len));
    }

    return ct_cursor_proof(&s->c, s->log->sha, ask,
                           s->log->level[0][ask->first],
                           ct_bytes(proof, len), s->now, &s->rules);
}


static inline void
sim_answer_small(sim_t *s)
{
    bool     there, seeking;
    ct_rc_t  rc;
    ct_ask_t ask;

    ask = s->small;
    s->has_small = false;
    seeking = s->c.phase != CT_CURSOR_WALK;
    there = ask.kind == CT_ASK_PROOF ? !s->log->no_proof
            : ask.tile.width == 0 || log_has(s->log, &ask.tile);

    if (!there || sim_fails(s)) {
        sim_failed(s, &ask, !there);
        return;
    }

    switch (ask.kind) {

    case CT_ASK_PROBE:
        s->log->probes++;
        rc = ct_cursor_probe(&s->c, &ask, log_time(ask.first), &s->rules);
        break;

    case CT_ASK_HASH_TILE:
        rc = sim_hash_tile(s);
        break;

    default:
        rc = sim_proof(s);
        break;
    }

    sim_result(s, &ask, rc, seeking);
    sim_promises(s);
}


/* Starts what the cursor says; false: it waits, or nothing more fits. */
static inline bool
sim_ask(sim_t *s, ct_ask_t *ask)
{
    ct_cursor_next(&s->c, s->now, s->window, ask);

    if (ask->kind == CT_ASK_WAIT) {
        s->broken += ask->until_ms <= s->now;
        return false;
    }

    if (ask->kind == CT_ASK_HEAD) {
        s->broken += s->has_head || s->c.until;
        s->has_head = true;
        s->log->heads++;
        log_head(s->log, s->log->size, &s->head);

    } else if (ask->kind == CT_ASK_ENTRIES) {
        if (s->nranges == SIM_RANGES) {
            return false;
        }

        s->broken += s->nranges > 0
                     && ask->first + ask->count - s->c.downloaded.size
                        > s->window;
        s->log->partials += s->c.type == CT_LOG_STATIC
                            && ask->tile.width < 256;
        s->range[s->nranges++] = *ask;
        s->ahead = s->nranges > s->ahead ? s->nranges : s->ahead;

    } else {
        s->broken += s->has_small;
        s->has_small = true;
        s->small = *ask;
    }

    ct_cursor_asked(&s->c, ask);

    return true;
}


/* All that can be had now. The last error. */
static inline ct_rc_t
sim_settle(sim_t *s)
{
    unsigned steps;
    ct_ask_t ask;

    s->last = CT_OK;

    for (steps = 0; steps < 100000; steps++) {
        if (sim_ask(s, &ask)) {
            continue;
        }

        if (s->has_head) {
            sim_answer_head(s);

        } else if (s->has_small) {
            sim_answer_small(s);

        } else if (s->nranges > 0) {
            sim_answer_range(s);

        } else {
            return s->last;
        }
    }

    return CT_E_LIMIT;
}


/* Sleeps whenever told to, for so long in all. The first error. */
static inline ct_rc_t
sim_run(sim_t *s, int64_t ms)
{
    int64_t  end;
    ct_rc_t  rc, first;
    ct_ask_t ask;

    first = CT_OK;

    for (end = s->now + ms; s->now < end; s->now = ask.until_ms) {
        rc = sim_settle(s);
        first = first == CT_OK ? rc : first;
        ct_cursor_next(&s->c, s->now, s->window, &ask);

        if (ask.until_ms >= end) {
            break;
        }
    }

    s->now = end;
    rc = sim_settle(s);

    return first == CT_OK ? rc : first;
}


/* Everything is verified, and it is what a naive reader gets. */
static inline bool
sim_whole(const sim_t *s)
{
    hash_t got, want;

    ct_merkle_root(&s->c.verified, s->log->sha, got);
    log_mth(s->log, 0, s->log->size, want);

    return s->c.verified.size == s->log->size && s->broken == 0
           && memcmp(got, want, CT_HASH_LEN) == 0;
}

#endif
