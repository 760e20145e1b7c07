/*
 * ctlogd_log: a log as its directory has it now, and what it claims when it
 * lies. Heads are signed anew when they lie; else they are the checkpoint's.
 */

#include "ctlogd.h"

static served_t  **all;
static size_t      nall;
static const char *below; /* whose directories are logs, too */

static bool stamp_differs(stamp_t *stamp, const char *path);
static void tree_grow(served_t *served);
static void entry_spoil(const served_t *served, uint64_t index, buf_t *entry,
    size_t leaf_len);


void
logs_add(const char *name, const char *dir)
{
    served_t *served = grow(NULL, sizeof(*served));

    memset(served, 0, sizeof(*served));
    served->name = name;
    log_watch(&served->log, dir);
    served->reader.log = &served->log;
    lies_reset(served);

    all = grow(all, (nall + 1) * sizeof(served_t *));
    all[nall++] = served;
}


void
logs_below(const char *dir)
{
    below = dir;
}


served_t *
logs_find(const char *name)
{
    char   path[TOOL_PATH];
    char  *dir;
    size_t i;

    for (i = 0; i < nall; i++) {
        if (strcmp(all[i]->name, name) == 0) {
            return all[i];
        }
    }

    if (below == NULL || *name == '\0' || *name == '.') {
        return NULL;
    }
    path_make(path, "%s/%s/private/edge.bin", below, name);
    if (!file_exists(path)) {
        return NULL;
    }

    path_make(path, "%s/%s", below, name);
    dir = strdup(path);
    logs_add(strrchr(dir, '/') + 1, dir);

    return all[nall - 1];
}


/* The checkpoint first: what is read after it is no older. */
void
served_refresh(served_t *served)
{
    char path[TOOL_PATH];

    path_make(path, "%s/www/checkpoint", served->log.dir);
    if (stamp_differs(&served->checkpoint_stamp, path)) {
        served->checkpoint.len = 0;
        served->has_head = file_get(path, &served->checkpoint)
                           && checkpoint_read(&served->log,
                               &served->checkpoint, &served->head);
    }

    path_make(path, "%s/private/edge.bin", served->log.dir);
    if (stamp_differs(&served->edge_stamp, path) && file_exists(path)) {
        log_refresh(&served->log);
    }
    tree_grow(served);
}


uint64_t
served_size(const served_t *served)
{
    if (served->has_head && served->head.size < served->tree.size) {
        return served->head.size;
    }

    return served->tree.size;
}


bool
served_head_lies(const served_t *served)
{
    const lies_t *lies = &served->lies;

    return lies->shrink >= 0 || lies->freeze_time >= 0 || lies->fresh > 0
           || lies->fork > 0 || lies->wrong_root > 0
           || lies->wrong_signature > 0;
}


bool
served_head(served_t *served, head_t *head)
{
    const lies_t *lies = &served->lies;

    if (!served->has_head) {
        return false;
    }

    *head = served->head;
    memset(&head->signature, 0, sizeof(head->signature));
    served->heads++;

    if (!served_head_lies(served)) {
        buf_put(&head->signature, served->head.signature.data,
            served->head.signature.len);
        return true;
    }

    if (lies->shrink >= 0 && (uint64_t) lies->shrink <= served->tree.size) {
        head->size = (uint64_t) lies->shrink;
        tree_root(&served->tree, head->size, head->root);
        head->timestamp -= 1000;
    }
    if (lies->fork > 0 && served->heads % (uint64_t) lies->fork == 0) {
        head->size = served->fork_size;
        memset(head->root, 0xf0, HASH);
    }
    if (lies->wrong_root > 0) {
        head->root[0] ^= 0xff;
    }
    if (lies->freeze_time >= 0 || lies->fresh > 0) {
        head->timestamp =
            lies->freeze_time >= 0 ? (uint64_t) lies->freeze_time : now_ms();
    }

    head_sign(&served->log, head);
    if (lies->wrong_signature > 0) {
        head->signature.data[head->signature.len - 1] ^= 1;
    }

    return true;
}


bool
served_entry(served_t *served, uint64_t index, buf_t *entry, size_t *leaf_len)
{
    slice_t bytes;

    memset(entry, 0, sizeof(*entry));
    if (!reader_entry(&served->reader, index, &bytes, leaf_len)) {
        return false;
    }

    buf_slice(entry, bytes);
    entry_spoil(served, index, entry, *leaf_len);

    return true;
}


bool
file_get(const char *path, buf_t *out)
{
    struct stat st;

    return stat(path, &st) == 0 && S_ISREG(st.st_mode)
           && file_try_read(path, out);
}


/* Has the file changed since? ctlog replaces files, so their inodes do. */
static bool
stamp_differs(stamp_t *stamp, const char *path)
{
    struct stat st;
    bool        differs;

    if (stat(path, &st) != 0) {
        memset(&st, 0, sizeof(st));
    }

    differs = stamp->ino != st.st_ino || st.st_ino == 0
              || stamp->time.tv_sec != st.st_mtim.tv_sec
              || stamp->time.tv_nsec != st.st_mtim.tv_nsec;
    stamp->ino = st.st_ino;
    stamp->time = st.st_mtim;

    return differs;
}


/* Adds the leaves that are new, as far as their hashes can be read. */
static void
tree_grow(served_t *served)
{
    static buf_t  tile;
    const edge_t *edge = &served->log.edge;
    tree_t       *tree = &served->tree;
    char          path[TOOL_PATH];
    uint64_t      n;

    if (edge->size < tree->size) { /* the log was made anew */
        tree_clear(tree);
    }

    while (tree->size < edge->size) {
        n = tree->size / TILE_WIDTH;
        tile.len = 0;
        if (n == edge->size / TILE_WIDTH) {
            buf_put(&tile, edge->hash[0], edge->size % TILE_WIDTH * HASH);
        } else {
            tile_path(path, served->log.dir, 0, n, 0);
            if (!file_get(path, &tile) || tile.len != TILE_WIDTH * HASH) {
                return;
            }
        }
        for (n = tree->size % TILE_WIDTH; n * HASH < tile.len; n++) {
            tree_push(tree, tile.data + n * HASH);
        }
    }
}


/* Changes what is under the leaf hash, and leaves it readable. */
static void
entry_spoil(const served_t *served, uint64_t index, buf_t *entry,
    size_t leaf_len)
{
    size_t extensions = served->log.classic ? 2 : 10;

    if ((uint64_t) served->lies.flip == index) {
        entry->data[leaf_len - extensions - 1] ^= 1;
    }
    if ((uint64_t) served->lies.wrong_time == index) {
        entry->data[4] ^= 1; /* 4.6 hours */
    }
}
