/*
 * logs_rfc6962: entries and proofs (RFC 6962, 4.4 to 4.8).
 */

#include "sim.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>


static bool log_number(const char *path, const char *name, uint64_t *v);
static void log_entries(log_t *log, uint64_t start, uint64_t end,
    reply_t *reply);
static uint64_t log_batch(log_t *log, uint64_t start, uint64_t n);
static void log_entry_and_proof(const log_t *log, uint64_t index,
    uint64_t size, reply_t *reply);
static void log_proof_by_hash(const log_t *log, const char *path,
    uint64_t size, reply_t *reply);
static size_t log_unescape(const char *text, char *out, size_t room);
static void log_hashes(text_t *out, const char *name, const text_t *hashes);
static void log_consistency(const log_t *log, uint64_t first,
    uint64_t second, reply_t *reply);


void
log_answer_rfc6962(log_t *log, const char *path, reply_t *reply)
{
    uint64_t a, b, all;

    all = log->nheads > 0 ? log->heads[0].size : 0;
    reply->status = 200;

    if (log_number(path, "get-entries?start=", &a)
        && log_number(path, "&end=", &b) && a <= b && a < all)
    {
        log_entries(log, a, b < all ? b : all - 1, reply);

    } else if (!log->no_entry_and_proof
               && log_number(path, "get-entry-and-proof?leaf_index=", &a)
               && log_number(path, "&tree_size=", &b) && a < b && b <= all)
    {
        log_entry_and_proof(log, a, b, reply);

    } else if (strstr(path, "get-proof-by-hash?hash=") != NULL
               && log_number(path, "&tree_size=", &b) && b <= all)
    {
        log_proof_by_hash(log, path, b, reply);

    } else if (log_number(path, "get-sth-consistency?first=", &a)
               && log_number(path, "&second=", &b) && a <= b && b <= all)
    {
        log_consistency(log, a, b, reply);

    } else {
        log_status(reply, 400);
    }
}


static bool
log_number(const char *path, const char *name, uint64_t *v)
{
    path = strstr(path, name);

    if (path == NULL) {
        return false;
    }

    *v = strtoull(path + strlen(name), NULL, 10);

    return true;
}


static void
log_entries(log_t *log, uint64_t start, uint64_t end, reply_t *reply)
{
    bool     flip;
    uint64_t i, n;
    fault_t *missing, *fault;

    n = log_batch(log, start, end - start + 1);
    missing = fault_now(log, FAULT_MISSING);

    if (missing != NULL && start <= missing->index
        && missing->index < start + n)
    {
        fault_shown(missing);
        n = missing->index - start;
    }

    if (n == 0) {
        log_status(reply, dice_chance(&log->dice, 50) ? 500 : 404);
        return;
    }

    fault = fault_now(log, FAULT_FLIP);
    text_puts(&reply->body, "{\"entries\":[");

    for (i = start; i < start + n; i++) {
        flip = fault != NULL && fault->index == i;
        text_puts(&reply->body, i > start ? "," : "");
        leaf_json(log, i, flip, &reply->body);

        if (flip) {
            fault_shown(fault);
        }
    }

    text_puts(&reply->body, "]}");
}


/* So many at once. */
static uint64_t
log_batch(log_t *log, uint64_t start, uint64_t n)
{
    uint64_t most;

    most = log->aligned ? log->batch - start % log->batch : log->batch;

    if (log->ragged) {
        most = 1 + dice_roll(&log->dice, log->batch);
    }

    return n < most ? n : most;
}


static void
log_entry_and_proof(const log_t *log, uint64_t index, uint64_t size,
    reply_t *reply)
{
    text_t leaf, proof;

    memset(&leaf, 0, sizeof(leaf));
    memset(&proof, 0, sizeof(proof));
    leaf_input(log, index, false, &leaf);
    tree_path(&log->tree, index, size, &proof);

    text_puts(&reply->body, "{\"leaf_input\":\"");
    text_base64(&reply->body, leaf.data, leaf.len);
    text_puts(&reply->body, "\",\"extra_data\":\"\",");
    log_hashes(&reply->body, "audit_path", &proof);
    text_puts(&reply->body, "}");
    free(leaf.data);
    free(proof.data);
}


static void
log_proof_by_hash(const log_t *log, const char *path, uint64_t size,
    reply_t *reply)
{
    char     text[80];
    size_t   len;
    text_t   proof;
    uint8_t  hash[48];
    uint64_t i;

    len = log_unescape(strstr(path, "hash=") + 5, text, sizeof(text));

    if (len != 44
        || EVP_DecodeBlock(hash, (const uint8_t *) text, (int) len) < 0)
    {
        log_status(reply, 400);
        return;
    }

    for (i = size; i > 0; i--) {
        if (memcmp(tree_node(&log->tree, 0, i - 1), hash, CT_HASH_LEN) == 0) {
            break;
        }
    }

    if (i == 0) {
        log_status(reply, 404);
        return;
    }

    memset(&proof, 0, sizeof(proof));
    tree_path(&log->tree, i - 1, size, &proof);
    text_puts(&reply->body, "{\"leaf_index\":");
    text_number(&reply->body, i - 1);
    text_puts(&reply->body, ",");
    log_hashes(&reply->body, "audit_path", &proof);
    text_puts(&reply->body, "}");
    free(proof.data);
}


static size_t
log_unescape(const char *text, char *out, size_t room)
{
    char   hex[3];
    size_t n;

    for (n = 0; n < room && *text != '&' && *text != '\0'; n++) {
        out[n] = *text++;

        if (out[n] == '%' && text[0] != '\0' && text[1] != '\0') {
            memcpy(hex, text, 2);
            hex[2] = '\0';
            out[n] = (char) strtol(hex, NULL, 16);
            text += 2;
        }
    }

    return n;
}


static void
log_hashes(text_t *out, const char *name, const text_t *hashes)
{
    size_t i;

    text_puts(out, "\"");
    text_puts(out, name);
    text_puts(out, "\":[");

    for (i = 0; i < hashes->len; i += CT_HASH_LEN) {
        text_puts(out, i > 0 ? ",\"" : "\"");
        text_base64(out, hashes->data + i, CT_HASH_LEN);
        text_puts(out, "\"");
    }

    text_puts(out, "]");
}


static void
log_consistency(const log_t *log, uint64_t first, uint64_t second,
    reply_t *reply)
{
    text_t proof;

    memset(&proof, 0, sizeof(proof));
    tree_consistency(&log->tree, first, second, &proof);
    text_puts(&reply->body, "{");
    log_hashes(&reply->body, "consistency", &proof);
    text_puts(&reply->body, "}");
    free(proof.data);
}
