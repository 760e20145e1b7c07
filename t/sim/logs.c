/*
 * logs: a log that takes entries as time goes by, and signs a head now and
 * then; what befalls it while it answers is faults.c's word.
 */

#include "sim.h"

#include <openssl/x509.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>


/* How old a head is at most before a new one is signed. */
#define LOG_HEAD_MS   (6 * SIM_MINUTE)

#define LOG_SIGNATURE 71 /* bytes of most of them */

/* An entry of RFC 6962 waits for its head at most so long. */
#define LOG_MERGE_MS  (15 * SIM_MINUTE)

log_t  sim_logs[SIM_LOGS];
size_t sim_nlogs;


static void log_append(log_t *log, int64_t at_ms, uint32_t planting);
static const head_t *log_head(log_t *log, bool *spoil);
static void log_sign(const log_t *log, head_t *head);
static void log_fork(log_t *log, head_t *head);
static void log_answer_head(log_t *log, reply_t *reply);
static void log_checkpoint(const log_t *log, const head_t *head,
    text_t *out);
static void log_sth(const head_t *head, text_t *out);
static bool log_refuses(log_t *log, reply_t *reply);


void
log_create(log_t *log, ct_log_type_e type, unsigned operator_number,
    dice_t *dice)
{
    int      len;
    uint8_t *der;

    memset(log, 0, sizeof(log_t));
    log->type = type;
    log->number = sim_nlogs;
    log->operator_number = operator_number;
    log->dice.state = dice_roll(dice, 0);
    (void) snprintf(log->host, sizeof(log->host), "log%zu.op%u.test",
                    log->number, operator_number);
    (void) snprintf(log->url, sizeof(log->url), "https://%s/", log->host);

    log->key = EVP_EC_gen("P-256");
    der = log->spki;
    len = log->key != NULL ? i2d_PUBKEY(log->key, NULL) : 0;

    if (len <= 0 || (size_t) len > sizeof(log->spki)) {
        sim_die("no key for a log");
    }

    log->spki_len = (size_t) i2d_PUBKEY(log->key, &der);
    ct_sha256_once(ct_bytes(log->spki, log->spki_len), log->id);

    log->mmd_ms = type == CT_LOG_STATIC ? CT_LOG_MMD_STATIC
                                        : CT_LOG_MMD_RFC6962;
    log->listed_ms = SIM_BEGIN;
    log->unlisted_ms = SIM_NEVER;
    log->end_ms = SIM_NEVER;
    log->since_ms = SIM_BEGIN - 30 * SIM_DAY;
    log->pace_ms = SIM_DAY / dice_between(&log->dice, 200, 2000);
    log->batch = 1000;
}


const char *
log_operator(const log_t *log)
{
    static const char *const names[SIM_OPERATORS] = {
        "Alder", "Birch", "Cedar", "Dogwood", "Elm", "Fir", "Gum", "Hazel"
    };

    return names[log->operator_number];
}


log_t *
log_by_url(const char *url)
{
    size_t i;

    for (i = 0; i < sim_nlogs; i++) {
        if (strncmp(url, sim_logs[i].url, strlen(sim_logs[i].url)) == 0) {
            return &sim_logs[i];
        }
    }

    return NULL;
}


void
log_grow(log_t *log, int64_t now_ms)
{
    int64_t   at_ms;
    place_t  *place;

    if (log->next_ms == 0) {
        log->next_ms = log->since_ms;
    }

    for ( ;; ) {
        place = NULL;
        at_ms = log->next_ms;

        if (log->queued < log->nqueue) {
            place = &sim_plants[log->queue[log->queued].plant]
                         .places[log->queue[log->queued].place];
        }

        if (place != NULL && place->at_ms <= at_ms) {
            at_ms = place->at_ms;
        } else {
            place = NULL;
        }

        if (at_ms > now_ms) {
            return;
        }

        if (place != NULL) {
            log->plantings = sim_grow(log->plantings, log->nplantings + 1,
                                      sizeof(planting_t));
            log->plantings[log->nplantings++] = log->queue[log->queued++];
            log_append(log, at_ms, (uint32_t) log->nplantings);
            continue;
        }

        log_append(log, at_ms, 0);

        /* before monitoring began it took in less */
        log->next_ms += 1 + dice_between(&log->dice, 0, 2 * log->pace_ms)
                            * (at_ms < SIM_BEGIN - 2 * SIM_DAY ? 20 : 1);
    }
}


/* The entries of RFC 6962 are not quite in the order of their time. */
static void
log_append(log_t *log, int64_t at_ms, uint32_t planting)
{
    size_t   i;
    place_t *place;
    uint8_t  hash[CT_HASH_LEN];

    i = log->tree.size;

    if (i == log->room) {
        log->room = 2 * log->room + 256;
        log->stamps = sim_grow(log->stamps, log->room, sizeof(int64_t));
        log->planted = sim_grow(log->planted, log->room, sizeof(uint32_t));
    }

    log->stamps[i] = at_ms;
    log->planted[i] = planting;

    if (log->type == CT_LOG_RFC6962 && planting == 0) {
        log->stamps[i] -= dice_between(&log->dice, 0, 20 * SIM_MINUTE);
    }

    leaf_hash(log, i, hash);
    tree_append(&log->tree, hash);

    if (planting != 0) {
        place = &sim_plants[log->plantings[planting - 1].plant]
                     .places[log->plantings[planting - 1].place];
        place->logged = true;
        place->index = i;
        place->stamp_ms = at_ms;
    }
}


void
log_status(reply_t *reply, int status)
{
    reply->rc = CT_E_STATUS;
    reply->status = status;
    (void) snprintf(reply->error, sizeof(reply->error), "HTTP status %d",
                    status);
}


void
log_answer(log_t *log, const char *path, reply_t *reply)
{
    size_t   day;
    fault_t *fault;

    day = (size_t) ((sim_now() - SIM_BEGIN) / SIM_DAY);
    log->requests[day < SIM_DAYS ? day : SIM_DAYS - 1]++;

    if (log_refuses(log, reply)) {
        return;
    }

    if (strcmp(path, "checkpoint") == 0
        || strcmp(path, "ct/v1/get-sth") == 0)
    {
        log_answer_head(log, reply);

    } else if (log->type == CT_LOG_STATIC) {
        log_answer_static(log, path, reply);

    } else {
        log_answer_rfc6962(log, path, reply);
    }

    fault = fault_now(log, FAULT_CUT);

    if (fault != NULL && reply->rc == CT_OK && dice_chance(&log->dice, 50)) {
        fault_shown(fault);
        reply->body.len = dice_roll(&log->dice, reply->body.len + 1);
        reply->cut = dice_chance(&log->dice, 50);
    }
}


/* All that is no answer at all. */
static bool
log_refuses(log_t *log, reply_t *reply)
{
    fault_t *fault;

    fault = fault_now(log, FAULT_DOWN);

    if (fault != NULL || sim_now() >= log->end_ms) {
        reply->rc = CT_E_NETWORK;
        reply->wait_ms = dice_chance(&log->dice, 50) ? 10 * SIM_SECOND : 5;
        (void) snprintf(reply->error, sizeof(reply->error), "%s",
                        fault != NULL ? "Connection timed out"
                                      : "Could not resolve host");
        if (fault != NULL) {
            fault_shown(fault);
        }
        return true;
    }

    fault = fault_now(log, FAULT_SLOW);

    if (fault != NULL) {
        fault_shown(fault);
        reply->wait_ms = dice_between(&log->dice, 5 * SIM_SECOND,
                                      60 * SIM_SECOND);
    }

    fault = fault_now(log, FAULT_LIMITED);

    if (fault != NULL) {
        fault_shown(fault);
        log_status(reply, dice_chance(&log->dice, 80) ? 429 : 503);

        if (dice_chance(&log->dice, 80)) {
            reply->retry_after_ms = dice_between(&log->dice, 5 * SIM_SECOND,
                                                 10 * SIM_MINUTE);
        }
        return true;
    }

    return false;
}


/* A head that is to be shown now; `*spoil`: its signature is to be bad. */
static const head_t *
log_head(log_t *log, bool *spoil)
{
    fault_t      *fault;
    head_t       *head;
    static head_t forked;

    fault = fault_now(log, FAULT_UNSIGNED);
    *spoil = fault != NULL;

    if (fault != NULL) {
        fault_shown(fault);
    }

    fault = fault_now(log, FAULT_FORK);

    if (fault != NULL && log->nheads > 0) {
        if (log->asked++ % 2 == 0) {
            return &log->heads[0];
        }
        fault_shown(fault);
        forked = log->heads[0];
        log_fork(log, &forked);
        return &forked;
    }

    fault = fault_now(log, FAULT_FROZEN);

    if (fault != NULL && log->nheads > 0) {
        fault_shown(fault);
        return &log->heads[0];
    }

    fault = fault_now(log, FAULT_STALE);

    if (fault != NULL && log->nheads > 3 && dice_chance(&log->dice, 50)) {
        fault_shown(fault);
        return &log->heads[1 + dice_roll(&log->dice, log->nheads - 1)];
    }

    if (log->nheads > 0 && sim_now() - log->heads[0].time_ms < LOG_HEAD_MS) {
        return &log->heads[0];
    }

    log_grow(log, sim_now() - (log->type == CT_LOG_RFC6962
                               ? dice_between(&log->dice, 0, LOG_MERGE_MS)
                               : 0));
    memmove(&log->heads[1], &log->heads[0],
            (SIM_HEADS - 1) * sizeof(head_t));
    log->nheads += log->nheads < SIM_HEADS;

    head = &log->heads[0];
    head->size = log->tree.size;
    head->time_ms = sim_now();
    tree_root(&log->tree, head->size, head->root);
    log_sign(log, head);

    return head;
}


static void
log_fork(log_t *log, head_t *head)
{
    head->root[7] ^= 0x40;
    head->time_ms = sim_now();
    log_sign(log, head);
}


/* TreeHeadSignature: RFC 6962, 3.5 */
static void
log_sign(const log_t *log, head_t *head)
{
    size_t      len;
    text_t      message;
    EVP_MD_CTX *ctx;

    memset(&message, 0, sizeof(message));
    text_uint(&message, 1, 2);                        /* version, type */
    text_uint(&message, (uint64_t) head->time_ms, 8); /* timestamp */
    text_uint(&message, head->size, 8);               /* tree_size */
    text_put(&message, head->root, CT_HASH_LEN);      /* root hash */

    /* of one length, so that nothing depends on chance */
    do {
        ctx = EVP_MD_CTX_new();
        len = sizeof(head->signature) - 4;

        if (ctx == NULL
            || EVP_DigestSignInit(ctx, NULL, EVP_sha256(), NULL, log->key)
               != 1
            || EVP_DigestSign(ctx, head->signature + 4, &len, message.data,
                              message.len) != 1)
        {
            sim_die("no signature");
        }

        EVP_MD_CTX_free(ctx);
    } while (len != LOG_SIGNATURE);

    free(message.data);

    head->signature[0] = 4; /* sha256 */
    head->signature[1] = 3; /* ecdsa */
    head->signature[2] = (uint8_t) (len >> 8);
    head->signature[3] = (uint8_t) len;
    head->signature_len = len + 4;
}


static void
log_answer_head(log_t *log, reply_t *reply)
{
    bool   spoil;
    head_t head;

    head = *log_head(log, &spoil);
    reply->status = 200;

    if (spoil) {
        head.signature[head.signature_len - 1] ^= 1;
    }

    if (log->type == CT_LOG_STATIC) {
        log_checkpoint(log, &head, &reply->body);
    } else {
        log_sth(&head, &reply->body);
    }
}


/* static-ct-api, "Checkpoints"; C2SP signed-note */
static void
log_checkpoint(const log_t *log, const head_t *head, text_t *out)
{
    text_t  line;
    uint8_t id[CT_HASH_LEN];

    memset(&line, 0, sizeof(line));
    text_puts(&line, log->host);
    text_puts(&line, "\n\x05");
    text_put(&line, log->id, CT_HASH_LEN);
    ct_sha256_once(ct_bytes(line.data, line.len), id);

    line.len = 0;
    text_put(&line, id, 4);
    text_uint(&line, (uint64_t) head->time_ms, 8);
    text_put(&line, head->signature, head->signature_len);

    text_puts(out, log->host);
    text_puts(out, "\n");
    text_number(out, head->size);
    text_puts(out, "\n");
    text_base64(out, head->root, CT_HASH_LEN);
    text_puts(out, "\n\n\xe2\x80\x94 ");
    text_puts(out, log->host);
    text_puts(out, " ");
    text_base64(out, line.data, line.len);
    text_puts(out, "\n");
    free(line.data);
}


/* RFC 6962, 4.3 */
static void
log_sth(const head_t *head, text_t *out)
{
    text_puts(out, "{\"tree_size\":");
    text_number(out, head->size);
    text_puts(out, ",\"timestamp\":");
    text_number(out, (uint64_t) head->time_ms);
    text_puts(out, ",\"sha256_root_hash\":\"");
    text_base64(out, head->root, CT_HASH_LEN);
    text_puts(out, "\",\"tree_head_signature\":\"");
    text_base64(out, head->signature, head->signature_len);
    text_puts(out, "\"}");
}
