/*
 * ct_cursor_seek: where a cursor begins. Where that is not entry 0, nor has
 * to be searched for by time (ct_cursor_search), its frontier is seeded:
 *
 *   RFC 6962   the audit path of the last entry before (RFC 6962, 2.1.1)
 *   static     hash tiles (static-ct-api, "Merkle Tree"): first the right
 *              edge of the target's tree, whose root is signed; then from
 *              its top down to where we begin, each tile known by its hash
 *              in the one above or by its place on that edge
 *
 * Nothing of it is believed before it came to the signed root.
 */

#include "ct_cursor_part.h"

#include <string.h>


#define CT_CURSOR_TILE_BITS   8
#define CT_CURSOR_TILE_LEVELS 5 /* 256^5 = 2^40 leaves */


static ct_rc_t ct_cursor_start_at(ct_cursor_t *cursor, ct_sha256_t *sha,
    uint64_t size, int64_t now_ms, const ct_rules_t *rules);
static uint64_t ct_cursor_proof_leaf(const ct_cursor_t *cursor);
static bool ct_cursor_edge_next(ct_cursor_t *cursor, unsigned level);
static bool ct_cursor_path_next(ct_cursor_t *cursor, unsigned levels);
static ct_rc_t ct_cursor_edge_tile(ct_cursor_t *cursor, ct_sha256_t *sha,
    ct_bytes_t hashes, bool *more);
static ct_rc_t ct_cursor_path_tile(ct_cursor_t *cursor, ct_sha256_t *sha,
    ct_bytes_t hashes, bool *more);
static bool ct_cursor_authentic(const ct_cursor_t *cursor, ct_sha256_t *sha,
    ct_bytes_t hashes);
static ct_rc_t ct_cursor_seeded(ct_cursor_t *cursor, ct_sha256_t *sha,
    int64_t now_ms, const ct_rules_t *rules);
static void ct_cursor_contradicted(ct_cursor_t *cursor, int64_t now_ms,
    const ct_rules_t *rules);


ct_rc_t
ct_cursor_begin(ct_cursor_t *cursor, ct_sha256_t *sha, int64_t now_ms,
    const ct_rules_t *rules)
{
    int64_t  aim_ms;
    uint64_t size, index;

    ct_cursor_retarget(cursor, now_ms, rules);
    size = cursor->target.size;

    switch (cursor->from) {

    case CT_FROM_HEAD:
        /* this head, even when it takes another engine to get there */
        cursor->from = CT_FROM_INDEX;
        return ct_cursor_start_at(cursor, sha, size, now_ms, rules);

    case CT_FROM_INDEX:
        index = cursor->seek < size ? cursor->seek : size;

        if (cursor->type == CT_LOG_STATIC && index != size
            && !cursor->leaping)
        {
            index -= index % CT_LIMIT_TILE_WIDTH;
        }

        return ct_cursor_start_at(cursor, sha, index, now_ms, rules);

    case CT_FROM_TIME:
        aim_ms = cursor->since_ms - rules->slack_ms;

        if (aim_ms > 0 && cursor->target.timestamp_ms < (uint64_t) aim_ms) {
            return ct_cursor_start_at(cursor, sha, size, now_ms, rules);
        }

        if (aim_ms > 0 && size > CT_CURSOR_NEAR) {
            ct_cursor_search(cursor);
            return CT_OK;
        }

        break;

    default:
        break;
    }

    return ct_cursor_start_at(cursor, sha, 0, now_ms, rules);
}


static ct_rc_t
ct_cursor_start_at(ct_cursor_t *cursor, ct_sha256_t *sha, uint64_t size,
    int64_t now_ms, const ct_rules_t *rules)
{
    if (size != 0) {
        ct_cursor_seed(cursor, size);
        return CT_OK;
    }

    ct_cursor_from_zero(cursor);

    return ct_cursor_walk(cursor, sha, now_ms, rules);
}


void
ct_cursor_from_zero(ct_cursor_t *cursor)
{
    ct_merkle_init(&cursor->downloaded);
    ct_merkle_init(&cursor->verified);
    cursor->phase = CT_CURSOR_WALK;
    cursor->start = 0;
    cursor->leaping = 0;
    ct_cursor_forget(cursor);
}


void
ct_cursor_seek_next(const ct_cursor_t *cursor, ct_ask_t *ask)
{
    uint64_t end;
    unsigned level;

    if (cursor->phase == CT_CURSOR_SEARCH) {
        ask->kind = CT_ASK_PROBE;
        ask->first = cursor->seek;

        if (cursor->type == CT_LOG_STATIC) {
            ct_cursor_ask_tile(cursor, CT_TILE_DATA,
                               cursor->seek / CT_LIMIT_TILE_WIDTH, ask);
            ask->skip = (unsigned) (cursor->seek % CT_LIMIT_TILE_WIDTH);
        }

        ask->count = 1;
        return;
    }

    if (cursor->type == CT_LOG_STATIC) {
        level = cursor->seed_level;
        end = cursor->seed_edge ? cursor->target.size : cursor->seek;
        ask->kind = CT_ASK_HASH_TILE;
        ct_cursor_ask_tile(cursor, (int) level,
                           end >> CT_CURSOR_TILE_BITS * (level + 1), ask);
        return;
    }

    ask->kind = cursor->proof_by_hash ? CT_ASK_LEAF : CT_ASK_PROOF;
    ask->first = ct_cursor_proof_leaf(cursor);
    ask->count = 1;
    ask->size = cursor->target.size;
}


/* The path of the leaf behind the frontier gives it as well as that of the
 * last one inside, which may be what cannot be had. */
static uint64_t
ct_cursor_proof_leaf(const ct_cursor_t *cursor)
{
    return cursor->seek < cursor->target.size ? cursor->seek
                                              : cursor->seek - 1;
}


void
ct_cursor_seed(ct_cursor_t *cursor, uint64_t size)
{
    cursor->phase = CT_CURSOR_SEED;
    cursor->seek = size;
    cursor->confirmed = 0;
    cursor->try_full = 0;
    cursor->seed_edge = 1;
    ct_merkle_seed(&cursor->downloaded, size);
    ct_cursor_forget(cursor);
    (void) ct_cursor_edge_next(cursor, 0);
}


/* The next level, from this one up, whose last tile is partial. */
static bool
ct_cursor_edge_next(ct_cursor_t *cursor, unsigned level)
{
    while (level < CT_CURSOR_TILE_LEVELS
           && ct_merkle_seed_width(cursor->target.size, level) == 0)
    {
        level++;
    }

    cursor->seed_level = (uint8_t) level;

    return level < CT_CURSOR_TILE_LEVELS;
}


/*
 * The next of the `levels` lowest, from above, whose tile on the way to the
 * frontier is needed. Where that tile is beyond the tree we are on its right
 * edge, and neither has anything there. Below the last bit of our size there
 * is nothing to know.
 */
static bool
ct_cursor_path_next(ct_cursor_t *cursor, unsigned levels)
{
    uint64_t index;
    unsigned shift;

    while (levels > 0) {
        shift = CT_CURSOR_TILE_BITS * levels;
        levels--;
        index = cursor->seek >> shift;

        if (cursor->seek == index << shift) {
            return false;
        }

        if (ct_tile_width(cursor->target.size, (int) levels, index) != 0) {
            cursor->seed_level = (uint8_t) levels;
            return true;
        }
    }

    return false;
}


ct_rc_t
ct_cursor_seed_tile(ct_cursor_t *cursor, ct_sha256_t *sha,
    const ct_ask_t *ask, ct_bytes_t body, int64_t now_ms,
    const ct_rules_t *rules)
{
    bool     more;
    ct_rc_t  rc;
    ct_ask_t want;

    memset(&want, 0, sizeof(want));
    ct_cursor_seek_next(cursor, &want);

    if (cursor->type != CT_LOG_STATIC
        || ct_cursor_take_tile(&want, ask, &body) != CT_OK)
    {
        return CT_E_COUNT;
    }

    ct_cursor_progress(cursor);

    rc = cursor->seed_edge ? ct_cursor_edge_tile(cursor, sha, body, &more)
                           : ct_cursor_path_tile(cursor, sha, body, &more);

    if (rc != CT_OK) {
        ct_cursor_contradicted(cursor, now_ms, rules);
        return rc;
    }

    return more ? CT_OK : ct_cursor_seeded(cursor, sha, now_ms, rules);
}


/* `downloaded` holds nodes of the target's right edge, until those of its
 * own take their place, level by level from above. */
static ct_rc_t
ct_cursor_edge_tile(ct_cursor_t *cursor, ct_sha256_t *sha, ct_bytes_t hashes,
    bool *more)
{
    ct_rc_t      rc;
    uint8_t      root[CT_HASH_LEN];
    ct_merkle_t *tree;

    tree = &cursor->downloaded;
    tree->size = cursor->target.size;
    rc = ct_merkle_seed_tile(tree, sha, cursor->seed_level, hashes);
    *more = ct_cursor_edge_next(cursor, cursor->seed_level + 1U);

    if (rc == CT_OK && !*more) {
        ct_merkle_root(tree, sha, root);
        rc = memcmp(root, cursor->target.root, CT_HASH_LEN) == 0 ? CT_OK
                                                                 : CT_E_ROOT;
        cursor->seed_edge = 0;
        *more = cursor->seek != tree->size
                && ct_cursor_path_next(cursor, CT_CURSOR_TILE_LEVELS);
    }

    tree->size = cursor->seek;

    return rc;
}


static ct_rc_t
ct_cursor_path_tile(ct_cursor_t *cursor, ct_sha256_t *sha, ct_bytes_t hashes,
    bool *more)
{
    ct_rc_t  rc;
    size_t   left;
    unsigned level;

    if (!ct_cursor_authentic(cursor, sha, hashes)) {
        return CT_E_ROOT;
    }

    level = cursor->seed_level;
    left = ct_merkle_seed_width(cursor->seek, level) * (size_t) CT_HASH_LEN;

    /* otherwise the way goes on along the right edge */
    if (left < hashes.len) {
        memcpy(cursor->expect, hashes.data + left, CT_HASH_LEN);
    }

    hashes.len = left;
    rc = ct_merkle_seed_tile(&cursor->downloaded, sha, level, hashes);
    *more = ct_cursor_path_next(cursor, level);

    return rc;
}


/* Is this tile of the way in the signed tree? */
static bool
ct_cursor_authentic(const ct_cursor_t *cursor, ct_sha256_t *sha,
    ct_bytes_t hashes)
{
    uint64_t       at, end;
    unsigned       bit, shift;
    ct_bytes_t     hash;
    ct_merkle_t    tile;
    const uint8_t *node;

    ct_merkle_init(&tile);

    while (ct_read_bytes(&hashes, CT_HASH_LEN, &hash)) {
        (void) ct_merkle_append(&tile, sha, hash.data);
    }

    shift = CT_CURSOR_TILE_BITS * (cursor->seed_level + 1U);
    at = cursor->seek >> shift;
    end = cursor->target.size >> shift;

    if (at != end) {
        return tile.size == CT_LIMIT_TILE_WIDTH
               && memcmp(tile.node[CT_CURSOR_TILE_BITS], cursor->expect,
                         CT_HASH_LEN) == 0;
    }

    for (bit = 0; bit < CT_CURSOR_TILE_BITS; bit++) {
        node = cursor->downloaded.node[shift - CT_CURSOR_TILE_BITS + bit];

        if ((tile.size >> bit & 1)
            && memcmp(tile.node[bit], node, CT_HASH_LEN) != 0)
        {
            return false;
        }
    }

    return true;
}


ct_rc_t
ct_cursor_proof(ct_cursor_t *cursor, ct_sha256_t *sha, const ct_ask_t *ask,
    const uint8_t leaf_hash[CT_HASH_LEN], ct_bytes_t proof, int64_t now_ms,
    const ct_rules_t *rules)
{
    ct_rc_t rc;

    ct_cursor_forget(cursor);

    if (cursor->phase != CT_CURSOR_SEED || cursor->type == CT_LOG_STATIC
        || ask->first != ct_cursor_proof_leaf(cursor)
        || ask->size != cursor->target.size)
    {
        return CT_E_COUNT;
    }

    if (ask->first < cursor->seek) {
        rc = ct_merkle_seed_path(&cursor->downloaded, sha, ask->first,
                                 ask->size, leaf_hash, proof,
                                 cursor->target.root);
    } else {
        rc = ct_merkle_seed_before(&cursor->downloaded, sha, ask->first,
                                   ask->size, leaf_hash, proof,
                                   cursor->target.root);
    }

    if (rc == CT_E_ROOT) {
        ct_cursor_progress(cursor);
        ct_cursor_contradicted(cursor, now_ms, rules);
    }

    if (rc != CT_OK) {
        return rc;
    }

    ct_cursor_progress(cursor);

    return ct_cursor_seeded(cursor, sha, now_ms, rules);
}


/* The frontier is proven inside of a signed tree. */
static ct_rc_t
ct_cursor_seeded(ct_cursor_t *cursor, ct_sha256_t *sha, int64_t now_ms,
    const ct_rules_t *rules)
{
    unsigned     level;
    ct_merkle_t *tree;

    tree = &cursor->downloaded;

    for (level = 0; level < CT_MERKLE_LEVELS; level++) {
        if ((tree->size >> level & 1) == 0) {
            memset(tree->node[level], 0, CT_HASH_LEN);
        }
    }

    if (!cursor->leaping) {
        cursor->start = tree->size;
    }

    cursor->phase = CT_CURSOR_WALK;
    cursor->leaping = 0;
    cursor->mismatches = 0;
    cursor->verified = *tree;
    ct_cursor_forget(cursor);

    if (tree->size == cursor->target.size) {
        ct_cursor_confirm(cursor, now_ms, rules);
        return CT_OK;
    }

    return ct_cursor_walk(cursor, sha, now_ms, rules);
}


/* With a new head from the beginning, but not at once; to an end that is
 * given there is no other way. */
static void
ct_cursor_contradicted(ct_cursor_t *cursor, int64_t now_ms,
    const ct_rules_t *rules)
{
    cursor->mismatches += cursor->mismatches < UINT32_MAX;

    if (cursor->until) {
        ct_cursor_seed(cursor, cursor->seek);
        cursor->not_before_ms = now_ms
                                + ct_cursor_spread(2 * rules->interval_ms,
                                                   rules->jitter);
        return;
    }

    cursor->phase = CT_CURSOR_START;
    cursor->downloaded = cursor->verified;
    cursor->try_full = 0;
    cursor->head_due_ms = now_ms + ct_cursor_spread(rules->interval_ms,
                                                    rules->jitter);
    ct_cursor_forget(cursor);
}
