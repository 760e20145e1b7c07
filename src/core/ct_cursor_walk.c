/*
 * ct_cursor_walk: heads and entries come, and what they make of a cursor:
 * the target, its root compared with ours, and what the log's manners are.
 */

#include "ct_cursor_part.h"

#include <string.h>


static ct_rc_t ct_cursor_admit(ct_cursor_t *cursor, ct_sha256_t *sha, const
    ct_head_t *head);
static bool ct_cursor_same_size(const ct_head_t *a, const ct_head_t *b);
static void ct_cursor_shrunk(ct_cursor_t *cursor, ct_sha256_t *sha, const
    ct_head_t *head);
static void ct_cursor_refresh(ct_cursor_t *cursor, int64_t now_ms);
static void ct_cursor_await_tail(ct_cursor_t *cursor, int64_t now_ms, const
    ct_rules_t *rules);
static ct_rc_t ct_cursor_tail_tile(ct_cursor_t *cursor, ct_sha256_t *sha,
    const ct_ask_t *ask, ct_bytes_t body, int64_t now_ms, const ct_rules_t
    *rules);
static ct_rc_t ct_cursor_compare(ct_cursor_t *cursor, ct_sha256_t *sha, const
    ct_merkle_t *tree, int64_t now_ms, const ct_rules_t *rules);
static void ct_cursor_learn(ct_cursor_t *cursor, uint64_t asked, uint64_t n);


ct_rc_t
ct_cursor_head(ct_cursor_t *cursor, ct_sha256_t *sha, const ct_head_t *head,
    int64_t now_ms, const ct_rules_t *rules)
{
    ct_rc_t rc;

    cursor->head_busy = 0;
    cursor->head_fails = 0;
    cursor->head_due_ms = now_ms + ct_cursor_spread(rules->interval_ms,
                                                    rules->jitter);

    if (cursor->until) {
        return CT_OK;
    }

    rc = ct_cursor_admit(cursor, sha, head);
    if (rc != CT_OK) {
        return rc;
    }

    switch (cursor->phase) {

    case CT_CURSOR_START:
        return ct_cursor_begin(cursor, sha, now_ms, rules);

    case CT_CURSOR_WALK:
        if (ct_cursor_same_size(&cursor->latest, head)
            && head->timestamp_ms < cursor->latest.timestamp_ms)
        {
            return CT_OK;
        }

        return ct_cursor_walk(cursor, sha, now_ms, rules);

    default:
        return CT_OK;
    }
}


/* Becomes `latest`, or why not. Of two heads of one tree the newer counts. */
static ct_rc_t
ct_cursor_admit(ct_cursor_t *cursor, ct_sha256_t *sha, const ct_head_t *head)
{
    uint8_t    empty[CT_HASH_LEN];
    ct_head_t *latest;

    latest = &cursor->latest;

    if (head->size >= CT_LIMIT_TREE_SIZE) {
        return CT_E_LIMIT;
    }

    ct_sha256(sha, NULL, 0, empty);

    if (head->size == 0 && memcmp(head->root, empty, CT_HASH_LEN) != 0) {
        return CT_E_ROOT;
    }

    if ((ct_cursor_same_size(latest, head)
         && memcmp(latest->root, head->root, CT_HASH_LEN) != 0)
        || (ct_cursor_same_size(&cursor->target, head)
            && memcmp(cursor->target.root, head->root, CT_HASH_LEN) != 0))
    {
        return CT_E_FORK;
    }

    if (head->size < latest->size) {
        ct_cursor_shrunk(cursor, sha, head);
        return CT_E_SHRUNK;
    }

    if (head->size > latest->size
        || head->timestamp_ms >= latest->timestamp_ms)
    {
        *latest = *head;
    }

    return CT_OK;
}


static bool
ct_cursor_same_size(const ct_head_t *a, const ct_head_t *b)
{
    return ct_cursor_known(a) && a->size == b->size;
}


/* To be explained, unless this very tree is what was read, or was explained
 * before. Static logs explain themselves: nobody has to prove anything. */
static void
ct_cursor_shrunk(ct_cursor_t *cursor, ct_sha256_t *sha, const ct_head_t *head)
{
    uint8_t root[CT_HASH_LEN];

    if (cursor->type == CT_LOG_STATIC || head->size == 0 || cursor->until) {
        return;
    }

    if (cursor->smaller == 0
        && memcmp(cursor->smaller_root, head->root, CT_HASH_LEN) == 0)
    {
        return;
    }

    ct_merkle_root(&cursor->verified, sha, root);

    if (head->size == cursor->verified.size
        && memcmp(root, head->root, CT_HASH_LEN) == 0)
    {
        return;
    }

    cursor->smaller = head->size;
    memcpy(cursor->smaller_root, head->root, CT_HASH_LEN);
}


ct_rc_t
ct_cursor_walk(ct_cursor_t *cursor, ct_sha256_t *sha, int64_t now_ms,
    const ct_rules_t *rules)
{
    bool idle;

    idle = cursor->downloaded.size == cursor->verified.size
           && cursor->asked == cursor->downloaded.size && !cursor->busy;

    if (!ct_cursor_known(&cursor->target)
        || (cursor->latest.size > cursor->target.size
            && (cursor->confirmed || idle)))
    {
        ct_cursor_retarget(cursor, now_ms, rules);

    } else {
        ct_cursor_refresh(cursor, now_ms);
        ct_cursor_await_tail(cursor, now_ms, rules);
    }

    if (cursor->downloaded.size == cursor->target.size
        && !cursor->confirmed)
    {
        return ct_cursor_compare(cursor, sha, &cursor->downloaded, now_ms,
                                 rules);
    }

    return CT_OK;
}


/* The head that is the target came again, perhaps newly signed. */
static void
ct_cursor_refresh(ct_cursor_t *cursor, int64_t now_ms)
{
    if (cursor->target.size != cursor->latest.size) {
        return;
    }

    cursor->target = cursor->latest;

    if (!cursor->confirmed) {
        return;
    }

    cursor->verified_ms = now_ms;

    if (cursor->confirmed_ms < cursor->target.timestamp_ms) {
        cursor->confirmed_ms = cursor->target.timestamp_ms;
    }
}


void
ct_cursor_retarget(ct_cursor_t *cursor, int64_t now_ms,
    const ct_rules_t *rules)
{
    if (cursor->target.size / CT_LIMIT_TILE_WIDTH
        != cursor->latest.size / CT_LIMIT_TILE_WIDTH)
    {
        cursor->partial_due_ms = 0;
    }

    cursor->target = cursor->latest;
    cursor->confirmed = 0;
    cursor->try_full = 0;
    ct_cursor_await_tail(cursor, now_ms, rules);
}


/* From when on the entries of the partial tile are wanted: a wait that no
 * clock set wrong can make longer. */
static void
ct_cursor_await_tail(ct_cursor_t *cursor, int64_t now_ms,
    const ct_rules_t *rules)
{
    int64_t due;

    due = now_ms + rules->interval_ms;

    if (ct_cursor_at_tail(cursor)
        && (cursor->partial_due_ms == 0 || cursor->partial_due_ms > due))
    {
        cursor->partial_due_ms = due;
    }
}


ct_rc_t
ct_cursor_hash_tile(ct_cursor_t *cursor, ct_sha256_t *sha,
    const ct_ask_t *ask, ct_bytes_t body, int64_t now_ms,
    const ct_rules_t *rules)
{
    ct_rc_t rc;

    cursor->busy = 0;

    if (cursor->phase == CT_CURSOR_SEED) {
        rc = ct_cursor_seed_tile(cursor, sha, ask, body, now_ms, rules);

    } else {
        rc = ct_cursor_tail_tile(cursor, sha, ask, body, now_ms, rules);
    }

    if (rc != CT_OK) {
        ct_cursor_forget(cursor);
    }

    return rc;
}


/* The hashes of the partial tile complete the tree: is it the signed one? */
static ct_rc_t
ct_cursor_tail_tile(ct_cursor_t *cursor, ct_sha256_t *sha,
    const ct_ask_t *ask, ct_bytes_t body, int64_t now_ms,
    const ct_rules_t *rules)
{
    ct_ask_t    want;
    ct_bytes_t  hash;
    ct_merkle_t tree;

    memset(&want, 0, sizeof(want));
    ct_cursor_ask_tile(cursor, 0,
                       cursor->target.size / CT_LIMIT_TILE_WIDTH, &want);

    if (!ct_cursor_at_tail(cursor)
        || ct_cursor_take_tile(&want, ask, &body) != CT_OK)
    {
        return CT_E_COUNT;
    }

    ct_cursor_progress(cursor);
    tree = cursor->downloaded;
    (void) ct_read_bytes(&body, tree.size % CT_LIMIT_TILE_WIDTH * CT_HASH_LEN,
                         &hash);

    while (ct_read_bytes(&body, CT_HASH_LEN, &hash)) {
        (void) ct_merkle_append(&tree, sha, hash.data);
    }

    return ct_cursor_compare(cursor, sha, &tree, now_ms, rules);
}


ct_rc_t
ct_cursor_take_tile(const ct_ask_t *want, const ct_ask_t *asked,
    ct_bytes_t *body)
{
    const ct_tile_t *tile;

    tile = &asked->tile;

    if (asked->kind != CT_ASK_HASH_TILE || tile->level != want->tile.level
        || tile->index != want->tile.index || asked->count != want->count
        || (tile->width != want->count
            && tile->width != CT_LIMIT_TILE_WIDTH)
        || body->len != (size_t) tile->width * CT_HASH_LEN)
    {
        return CT_E_COUNT;
    }

    body->len = (size_t) want->count * CT_HASH_LEN;

    return CT_OK;
}


/* `tree` is of the target's size, and `downloaded` or more. */
static ct_rc_t
ct_cursor_compare(ct_cursor_t *cursor, ct_sha256_t *sha,
    const ct_merkle_t *tree, int64_t now_ms, const ct_rules_t *rules)
{
    uint8_t root[CT_HASH_LEN];

    ct_merkle_root(tree, sha, root);

    if (memcmp(root, cursor->target.root, CT_HASH_LEN) == 0) {
        ct_cursor_confirm(cursor, now_ms, rules);
        return CT_OK;
    }

    cursor->mismatches += cursor->mismatches < UINT32_MAX;
    cursor->downloaded = cursor->verified;
    cursor->confirmed = 0;
    cursor->try_full = 0;
    cursor->not_before_ms = now_ms + ct_cursor_spread(2 * rules->interval_ms,
                                                      rules->jitter);
    ct_cursor_forget(cursor);

    return CT_E_ROOT;
}


void
ct_cursor_confirm(ct_cursor_t *cursor, int64_t now_ms,
    const ct_rules_t *rules)
{
    cursor->mismatches = 0;
    cursor->confirmed = 1;
    cursor->verified = cursor->downloaded;
    cursor->verified_ms = now_ms;

    if (cursor->confirmed_ms < cursor->target.timestamp_ms) {
        cursor->confirmed_ms = cursor->target.timestamp_ms;
    }

    if (cursor->latest.size > cursor->target.size) {
        ct_cursor_retarget(cursor, now_ms, rules);
    }
}


ct_rc_t
ct_cursor_entries(ct_cursor_t *cursor, ct_sha256_t *sha, const ct_ask_t *ask,
    const ct_merkle_t *tree, int64_t now_ms, const ct_rules_t *rules,
    bool *verified)
{
    ct_rc_t  rc;
    uint64_t n;

    *verified = false;
    n = tree->size - ask->first;

    if (cursor->phase != CT_CURSOR_WALK
        || ask->first != cursor->downloaded.size || tree->size <= ask->first
        || tree->size > cursor->target.size || n > ask->count
        || (n < ask->count && cursor->type == CT_LOG_STATIC))
    {
        ct_cursor_forget(cursor);
        return CT_E_COUNT;
    }

    ct_cursor_progress(cursor);
    cursor->downloaded = *tree;

    if (cursor->type == CT_LOG_RFC6962) {
        ct_cursor_learn(cursor, ask->count, n);
    }

    if (n < ask->count || cursor->asked < tree->size) {
        cursor->asked = tree->size;
    }

    if (tree->size < cursor->target.size) {
        ct_cursor_await_tail(cursor, now_ms, rules);
        return CT_OK;
    }

    rc = ct_cursor_compare(cursor, sha, tree, now_ms, rules);
    *verified = rc == CT_OK;

    return rc;
}


/* How many entries the log gives at once, from one more answer. */
static void
ct_cursor_learn(ct_cursor_t *cursor, uint64_t asked, uint64_t n)
{
    /* more was tried */
    if (asked > cursor->batch) {
        cursor->batch = 0;
    }

    if (n == asked) {
        cursor->batch = n == CT_LIMIT_BATCH ? CT_LIMIT_BATCH : cursor->batch;
        return;
    }

    cursor->batch = cursor->batch == 0 && cursor->short_answer == n
                    ? (uint32_t) n : 0;
    cursor->short_answer = (uint32_t) n;
}


ct_rc_t
ct_cursor_consistency(ct_cursor_t *cursor, ct_sha256_t *sha,
    const ct_ask_t *ask, ct_bytes_t proof)
{
    ct_rc_t rc;
    uint8_t root[CT_HASH_LEN];

    cursor->busy = 0;

    /* what is verified has grown meanwhile: it is asked for once more */
    if (ask->first != cursor->smaller
        || ask->size != cursor->verified.size)
    {
        return CT_OK;
    }

    ct_merkle_root(&cursor->verified, sha, root);
    rc = ct_merkle_verify_consistency(
        sha, cursor->smaller, cursor->verified.size,
        ct_bytes(cursor->smaller_root, CT_HASH_LEN),
        ct_bytes(root, CT_HASH_LEN), proof);

    cursor->smaller = 0;

    if (rc != CT_OK) {
        memset(cursor->smaller_root, 0, CT_HASH_LEN);
        ct_cursor_forget(cursor);
    }

    return rc;
}
