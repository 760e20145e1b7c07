/*
 * logs_static: tiles and issuers (static-ct-api, "APIs").
 */

#include "sim.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>


static bool log_tile(const char *path, int *level, uint64_t *index,
    unsigned *width);
static void log_data_tile(log_t *log, uint64_t index, unsigned width,
    reply_t *reply);
static void log_hash_tile(log_t *log, int level, uint64_t index,
    unsigned width, reply_t *reply);
static void log_issuer(log_t *log, const char *hex, reply_t *reply);


void
log_answer_static(log_t *log, const char *path, reply_t *reply)
{
    int      level;
    unsigned width;
    uint64_t index, all;

    if (strncmp(path, "issuer/", 7) == 0) {
        log_issuer(log, path + 7, reply);
        return;
    }

    all = log->nheads > 0 ? log->heads[0].size : 0;

    if (!log_tile(path, &level, &index, &width)
        || ((index * 256 + width) << (level > 0 ? 8 * level : 0)) > all)
    {
        log_status(reply, 404);
        return;
    }

    reply->status = 200;

    if (level < 0) {
        log_data_tile(log, index, width, reply);
    } else {
        log_hash_tile(log, level, index, width, reply);
    }
}


/* "tile/data/x001/234.p/5", "tile/0/000" */
static bool
log_tile(const char *path, int *level, uint64_t *index, unsigned *width)
{
    char *end;

    if (strncmp(path, "tile/", 5) != 0) {
        return false;
    }

    path += 5;
    *index = 0;
    *width = 256;

    if (strncmp(path, "data", 4) == 0) {
        *level = -1;
        path += 4;

    } else {
        *level = (int) strtol(path, &end, 10);
        path = end;
    }

    while (*path == '/') {
        path += path[1] == 'x' ? 2 : 1;
        *index = *index * 1000 + strtoul(path, &end, 10);
        path = end;
    }

    if (strncmp(path, ".p/", 3) == 0) {
        *width = (unsigned) strtoul(path + 3, &end, 10);
        path = end;
    }

    return *path == '\0' && *width > 0 && *width <= 256;
}


static void
log_data_tile(log_t *log, uint64_t index, unsigned width, reply_t *reply)
{
    bool     flip;
    uint64_t i;
    fault_t *fault;

    fault = fault_now(log, FAULT_MISSING);

    if (fault != NULL && fault->index / 256 == index) {
        fault_shown(fault);
        log_status(reply, 404);
        return;
    }

    fault = fault_now(log, FAULT_FLIP);

    for (i = index * 256; i < index * 256 + width; i++) {
        flip = fault != NULL && fault->index == i;
        leaf_tile(log, i, flip, &reply->body);

        if (flip) {
            fault_shown(fault);
        }
    }
}


static void
log_hash_tile(log_t *log, int level, uint64_t index, unsigned width,
    reply_t *reply)
{
    unsigned i;
    fault_t *fault;

    for (i = 0; i < width; i++) {
        text_put(&reply->body,
                 tree_node(&log->tree, (unsigned) level, index * 256 + i),
                 CT_HASH_LEN);
    }

    fault = fault_now(log, FAULT_HASHES);

    if (fault != NULL) {
        fault_shown(fault);
        reply->body.data[reply->body.len - 1] ^= 1;
    }
}


static void
log_issuer(log_t *log, const char *hex, reply_t *reply)
{
    char     name[2 * CT_HASH_LEN + 1];
    size_t   n;
    unsigned i;
    fault_t *fault;

    fault = fault_now(log, FAULT_ISSUER);

    if (fault != NULL) {
        fault_shown(fault);
        log_status(reply, dice_chance(&log->dice, 50) ? 404 : 500);
        return;
    }

    log_status(reply, 404);

    for (i = 0; i < 2; i++) {
        for (n = 0; n < CT_HASH_LEN; n++) {
            (void) snprintf(name + 2 * n, 3, "%02x",
                            planted_issuer_hash(i)[n]);
        }

        if (strcmp(hex, name) == 0) {
            reply->rc = CT_OK;
            reply->status = 200;
            reply->error[0] = '\0';
            text_put(&reply->body, planted_issuer(i).data,
                     planted_issuer(i).len);
        }
    }
}
