/*
 * report: a store, an inventory and a clock for the tests of ct_report*.c.
 */

#ifndef REPORT_H
#define REPORT_H

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <jansson.h>

#include "ct_report.h"

#define REPORT_NOW    1795366140000LL /* 2026-11-22T16:49:00Z */
#define REPORT_DAY    86400000LL
#define REPORT_STORE  ((size_t) 16 * 1024 * 1024)
#define REPORT_MEMORY ((size_t) 64 * 1024 * 1024)

typedef struct {
    void          *mem;
    ct_store_t    *store;
    ct_arena_t    *arena;
    ct_status_t    status;
    ct_inventory_t inventory;
    ct_report_t    report;
} world_t;

typedef ct_rc_t (*face_pt)(const ct_report_t *report, ct_buf_t *out);


/* An engine that turns, and nothing else. */
static inline void
world_open(world_t *w)
{
    memset(w, 0, sizeof(world_t));
    w->mem = aligned_alloc(64, REPORT_STORE);
    w->store = ct_store_create(w->mem, REPORT_STORE);
    w->arena = ct_arena_create(REPORT_MEMORY);

    w->status.started_ms = REPORT_NOW - REPORT_DAY;
    w->status.heartbeat_ms = REPORT_NOW - 500;
    w->status.running = 1;
    w->status.generation = 3;
    w->status.pid = 4711;
    w->status.watched = 2;
    w->status.coverage = CT_COVERAGE_COMPLETE;
    w->status.coverage_ms = REPORT_NOW - 7200000;
    w->status.has_list = 1;
    snprintf(w->status.coverage_why, sizeof(w->status.coverage_why),
             "Complete: all of it");
    ct_store_set_status(w->store, &w->status);

    w->report = (ct_report_t) {
        .store = w->store, .inventory = &w->inventory, .arena = w->arena,
        .now_ms = REPORT_NOW, .interval_ms = 60000, .zone = "ct",
        .links = "", .limit = 20
    };
}


static inline void
world_close(world_t *w)
{
    ct_arena_destroy(w->arena);
    free(w->mem);
}


static inline void
world_status(world_t *w)
{
    ct_store_set_status(w->store, &w->status);
}


/* A log whose id begins with `seed`; `size` entries, `verified` of them. */
static inline size_t
world_log(world_t *w, uint8_t seed, const char *name, ct_follow_e state,
    uint64_t size, uint64_t verified)
{
    size_t          i = 0;
    ct_log_record_t log;

    memset(&log, 0, sizeof(log));
    memset(log.id, seed, CT_HASH_LEN);
    snprintf(log.url, sizeof(log.url), "https://log%u.example/", seed);
    snprintf(log.description, sizeof(log.description), "%s", name);
    snprintf(log.operator_name, sizeof(log.operator_name), "Operator");

    if (ct_store_log_slot(w->store, log.id, log.url, &i) != CT_OK) {
        printf("Bail out! no room for a log\n");
        exit(1);
    }

    log.state = (uint8_t) state;
    log.type = seed % 2 == 1 ? CT_LOG_RFC6962 : CT_LOG_STATIC;
    log.listed = CT_LOG_USABLE;
    log.mmd_ms = 60000;
    log.state_ms = REPORT_NOW - REPORT_DAY;
    log.cursor.latest.size = size;
    log.cursor.latest.timestamp_ms = size != 0 ? REPORT_NOW - 30000 : 0;
    log.cursor.verified.size = verified;
    log.cursor.downloaded.size = verified;
    log.cursor.phase = CT_CURSOR_WALK;
    log.last_success_ms = REPORT_NOW - 14000;

    if (state >= CT_FOLLOW_LAGGING && state <= CT_FOLLOW_MISBEHAVING) {
        snprintf(log.error, sizeof(log.error), "there was no answer");
        log.failing_ms = REPORT_NOW - 3600000;
    }

    if (state == CT_FOLLOW_SKIPPED) {
        snprintf(log.skip, sizeof(log.skip), "it is retired");
    }

    ct_store_set_log(w->store, i, &log);

    return i;
}


static inline void
world_put(ct_buf_t *out, ct_bytes_t part)
{
    ct_buf_putc(out, (uint8_t) (part.len >> 8));
    ct_buf_putc(out, (uint8_t) part.len);
    ct_buf_bytes(out, part);
}


/* The text of a finding as ct_store keeps it. */
static inline void
world_text(ct_buf_t *out, ct_bytes_t issuer, ct_bytes_t ca,
    ct_bytes_t matched, const ct_bytes_t *names, size_t n)
{
    size_t i;

    world_put(out, issuer);
    world_put(out, ca);
    world_put(out, matched);
    world_put(out, CT_BYTES("")); /* server block */
    world_put(out, CT_BYTES("")); /* where to report */
    world_put(out, CT_BYTES("")); /* certificate */
    world_put(out, CT_BYTES("")); /* path */

    for (i = 0; i < n; i++) {
        world_put(out, names[i]);
    }
}


/* A finding in log 0; its number makes it unique. */
static inline uint64_t
world_finding(world_t *w, ct_verdict_e verdict, uint32_t flags,
    ct_bytes_t issuer, const ct_bytes_t *names, size_t n)
{
    uint64_t       number = ct_store_last(w->store) + 1;
    ct_buf_t       text;
    ct_finding_t   f;
    static uint8_t room[CT_LIMIT_FINDING_TEXT];

    memset(&f, 0, sizeof(f));
    memset(f.identity, 0xab, CT_HASH_LEN);
    memcpy(f.identity, &number, sizeof(number));
    memset(f.cert_sha256, 0xce, CT_HASH_LEN);
    memset(f.spki_sha256, 0x5f, CT_HASH_LEN);
    memcpy(f.serial, "\x0f\xa0\x01", 3);
    f.serial_len = 3;
    f.verdict = (uint8_t) verdict;
    f.reason = CT_REASON_STRANGER;
    f.flags = flags;
    f.nnames = (uint32_t) n;
    f.first_seen_ms = REPORT_NOW - 60000;
    f.not_before_ms = REPORT_NOW - REPORT_DAY;
    f.not_after_ms = REPORT_NOW + REPORT_DAY;
    f.nplaces = 1;
    f.places[0] = (ct_place_t) {0, 1, 1234567, REPORT_NOW - 90000};

    ct_buf_fixed(&text, room, sizeof(room));
    world_text(&text, issuer, CT_BYTES("Some CA"), names[0], names, n);

    if (text.full
        || ct_store_add(w->store, &f, ct_buf_slice(&text)) != CT_OK)
    {
        printf("Bail out! no room for a finding\n");
        exit(1);
    }

    return f.number;
}


static inline uint64_t
world_simple(world_t *w, ct_verdict_e verdict, const char *name)
{
    ct_bytes_t names = ct_bytes_str(name);

    return world_finding(w, verdict, CT_FINDING_FINAL,
                         CT_BYTES("C=US, O=Some CA, CN=R1"), &names, 1);
}


/* A receiver of alerts in a row; failing since so many ms, or 0. */
static inline void
world_receiver(world_t *w, size_t row, uint64_t id, const char *name,
    bool configured, int64_t failing_ms)
{
    ct_channel_record_t c;

    memset(&c, 0, sizeof(c));
    c.id = id;
    c.kind = CT_CHANNEL_WEBHOOK;
    c.configured = configured;
    c.failing_ms = failing_ms != 0 ? REPORT_NOW - failing_ms : 0;
    snprintf(c.name, sizeof(c.name), "%s", name);
    ct_store_set_row(w->store, CT_TABLE_CHANNEL, row, &c);
}


/* An alert of an event in place i of all. */
static inline void
world_alert(world_t *w, size_t i, uint64_t channel, ct_alert_type_e type,
    ct_alert_state_e state, int64_t age_ms)
{
    ct_alert_t alert;

    memset(&alert, 0, sizeof(alert));
    alert.event = i + 1;
    alert.channel = channel;
    alert.type = (uint8_t) type;
    alert.state = (uint8_t) state;
    alert.queued_ms = REPORT_NOW - age_ms;
    ct_store_set_alert(w->store, i, &alert);
}


/* One that was served once. */
static inline void
world_past(world_t *w, size_t row, ct_past_source_e source, uint8_t seed,
    const char *name, int64_t age_ms)
{
    ct_past_t past;

    memset(&past, 0, sizeof(past));
    past.last_ms = REPORT_NOW - age_ms;
    past.first_ms = past.last_ms;
    past.not_after_ms = REPORT_NOW + REPORT_DAY;
    past.source = (uint8_t) source;
    memset(past.identity, seed, CT_HASH_LEN);
    memset(past.cert_sha256, seed, CT_HASH_LEN);
    snprintf(past.owner, sizeof(past.owner), "Owner %u", seed);
    past.names_len = (uint16_t) (1 + strlen(name));
    past.names[0] = (uint8_t) strlen(name);
    memcpy(past.names + 1, name, strlen(name));
    ct_store_set_row(w->store, CT_TABLE_PAST, row, &past);
}


/* What a face says, NUL-terminated; valid until the arena is reset. */
static inline char *
world_say(world_t *w, face_pt face)
{
    ct_rc_t  rc;
    ct_buf_t out;

    ct_buf_init(&out, w->arena, CT_LIMIT_PAGE);
    rc = face(&w->report, &out);

    if (rc != CT_OK) {
        printf("# face: %s\n", ct_strerror(rc));
        return ct_arena_strdup(w->arena, "", 0);
    }

    return ct_arena_strdup(w->arena, out.data, out.len);
}


static inline json_t *
world_json(world_t *w, face_pt face)
{
    json_t      *root;
    json_error_t error;

    root = json_loads(world_say(w, face), JSON_ALLOW_NUL, &error);

    if (root == NULL) {
        printf("# JSON: %s at %d\n", error.text, error.position);
    }

    return root;
}


/* "a.b.0.c"; NULL when there is no such thing. */
static inline json_t *
json_at(json_t *root, const char *path)
{
    size_t n;
    char   name[64];

    while (root != NULL && *path != '\0') {
        n = strcspn(path, ".");
        snprintf(name, sizeof(name), "%.*s", (int) n, path);
        root = json_is_array(root)
               ? json_array_get(root, (size_t) strtoul(name, NULL, 10))
               : json_object_get(root, name);
        path += n + (path[n] == '.');
    }

    return root;
}


static inline const char *
json_text(json_t *root, const char *path)
{
    json_t *value = json_at(root, path);

    return json_is_string(value) ? json_string_value(value)
           : json_is_null(value) ? "(null)" : "(no string)";
}


static inline json_int_t
json_number(json_t *root, const char *path)
{
    json_t *value = json_at(root, path);

    return json_is_integer(value) ? json_integer_value(value) : -1;
}

#endif
