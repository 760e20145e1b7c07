/*
 * judge: an engine's context without its thread, for the tests of ct_judge*:
 * a zone, one receiver, "shop.test" on the watch, and nothing served unless
 * a test says so.
 */

#ifndef JUDGE_H
#define JUDGE_H

#include "ca.h"
#include "ct_judge.h"
#include "ct_outbox.h"
#include "tap.h"

#define ZONE   (1024 * 1024)
#define MINUTE (60 * 1000)
#define HOUR   (60 * MINUTE)
#define DAY    ((int64_t) 24 * HOUR)
#define START  1790000000000 /* 2026-09-21T14:13:20Z */

static ct_context_t   ctx;
static ct_config_t    config;
static ct_channel_t   channel;
static ct_inventory_t inventory;
static bool           stop;

static ct_log_record_t record; /* without gaps */


static inline void
setup(void)
{
    ct_bytes_t pattern;

    pattern = CT_BYTES("shop.test");
    memset(&ctx, 0, sizeof(ctx));
    memset(&config, 0, sizeof(config));
    channel.url = "http://hook.test/";
    channel.name = channel.url;
    channel.events = CT_ON_ALL;
    channel.id = 7;
    config.channels = &channel;
    config.nchannels = 1;
    config.inventory = &inventory;
    config.zone = "ct";
    config.grace_ms = DAY;
    config.since_ms = CT_SINCE_NOW;

    ctx.config = &config;
    ctx.stop = &stop;
    ctx.arena = ct_arena_create((size_t) 4 * 1024 * 1024);
    ctx.scratch = ct_arena_create((size_t) 4 * 1024 * 1024);
    ctx.store = ct_store_create(calloc(1, ZONE), ZONE);
    ctx.sha = ct_sha256_create();
    ctx.issuers = ct_issuers_create();
    inventory = (ct_inventory_t) {NULL, 0};
    ctx.lines = calloc(1, sizeof(ct_lines_t));
    ctx.now_ms = START;
    ctx.status.since_ms = START - DAY;
    ctx.inventory = &inventory;
    ctx.policy = ct_policy_create(ctx.arena, &inventory, NULL, NULL,
                                  NULL, 0);
    config.watch = ct_watch_compile(ctx.arena, &pattern, 1, 1);
    ctx.scan.watch = config.watch;
    (void) ct_lines_init(ctx.lines);
    (void) ct_outbox_create(&ctx);
}


static inline void
teardown(void)
{
    ct_outbox_destroy(ctx.outbox);
    ct_lines_close(ctx.lines);
    ct_issuers_destroy(ctx.issuers);
    ct_sha256_destroy(ctx.sha);
    ct_arena_destroy(ctx.scratch);
    ct_arena_destroy(ctx.arena);
    free(ctx.lines);
    free(ctx.store);
}


static inline size_t
waiting(void)
{
    size_t     i, n;
    ct_alert_t alert;

    n = 0;

    for (i = 0; i < ct_store_max_alerts(ctx.store); i++) {
        n += ct_store_alert(ctx.store, i, &alert);
    }

    return n;
}


static inline void
match_of(ct_match_t *match, ct_bytes_t der, ct_bytes_t chain, uint64_t index)
{
    memset(match, 0, sizeof(*match));
    match->entry.type = CT_ENTRY_X509;
    match->entry.cert = der;
    match->entry.chain = chain;
    match->index = index;
    match->entry.timestamp_ms = (uint64_t) ctx.now_ms;
    match->matched = CT_BYTES("shop.test");
}


/* The issuer is put where it would be after a fetch. */
static inline void
fetched(const ca_cert_t *ca, uint8_t fingerprint[CT_HASH_LEN])
{
    uint8_t *copy;

    ct_sha256_once(ca->der, fingerprint);
    copy = malloc(ca->der.len);
    memcpy(copy, ca->der.data, ca->der.len);
    is_int(ct_issuers_put(ctx.issuers, fingerprint, copy, ca->der.len),
           CT_OK, "the issuer is there now");
}


/* nginx serves these from now on; all of them lead to an anchor. */
static inline void
serving(const ca_cert_t *const *leaf, size_t n, const ca_cert_t *ca,
    const ct_anchors_t *anchors)
{
    size_t       i;
    ct_served_t *served;

    served = ct_arena_calloc(ctx.arena, n + 1, sizeof(ct_served_t));

    for (i = 0; i < n; i++) {
        served[i].file = "served.pem";
        served[i].chain = &ca->der;
        served[i].nchain = 1;
        ca_need(ct_served_read(&served[i], leaf[i]->der, NULL, 0, ctx.arena)
                == CT_OK, "served");
    }

    inventory = (ct_inventory_t) {served, n};
    ctx.inventory = &inventory;
    ctx.policy = ct_policy_create(ctx.arena, &inventory, anchors, ctx.calist,
                                  NULL, 0);
    ctx.anchors = (ct_anchors_t *) (uintptr_t) anchors;
}


/* `leaf` is in log 0, with its issuer beside it, at a time. */
static inline ct_finding_t
logged(const ca_cert_t *leaf, const ca_cert_t *ca, uint64_t index,
    int64_t at_ms)
{
    uint8_t     *row, missing[CT_HASH_LEN];
    size_t       len = ca->der.len;
    ct_match_t   match;
    ct_finding_t f;

    row = malloc(len + 3);
    row[0] = (uint8_t) (len >> 16);
    row[1] = (uint8_t) (len >> 8);
    row[2] = (uint8_t) len;
    memcpy(row + 3, ca->der.data, len);

    match_of(&match, leaf->der, ct_bytes(NULL, 0), index);
    match.entry.leaf_input = leaf->der;
    match.entry.certificates = ct_bytes(row, len + 3);
    match.entry.timestamp_ms = (uint64_t) at_ms;
    ca_need(ct_judge_match(&ctx, &match, 0, missing) == CT_OK, "a match");
    free(row);

    memset(&f, 0, sizeof(f));
    (void) ct_store_finding(ctx.store, ct_store_last(ctx.store), &f, NULL);

    return f;
}


/* A signed root covers all of log 0. */
static inline void
verified(void)
{
    ct_judge_verified(&ctx, 0, &record, 0, 1000000);
}


static inline ct_finding_t
finding(uint64_t number)
{
    ct_finding_t f;

    memset(&f, 0, sizeof(f));
    (void) ct_store_finding(ctx.store, number, &f, NULL);

    return f;
}


static inline ct_finding_text_t
text_of(uint64_t number)
{
    ct_buf_t          buf;
    ct_finding_t      f;
    ct_finding_text_t parts;
    static uint8_t    room[CT_LIMIT_FINDING_TEXT];

    memset(&parts, 0, sizeof(parts));
    ct_buf_fixed(&buf, room, sizeof(room));
    (void) (ct_store_finding(ctx.store, number, &f, &buf)
            && ct_finding_text_read(ct_buf_slice(&buf), &parts));

    return parts;
}

#endif
