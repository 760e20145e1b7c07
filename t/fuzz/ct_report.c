/* Fuzz target: a finding, a log and a receiver made of arbitrary bytes. JSON
 * stays JSON and free of tags; page and metrics have the shape that they have
 * for letters of the same lengths. */

#include "ct_ack.h"
#include "ct_coverage.h"
#include "ct_report.h"

#include <jansson.h>
#include <stdlib.h>
#include <string.h>

#define CHECK(cond) ((cond) ? (void) 0 : abort())
#define MEMORY      ((size_t) 4 * 1024 * 1024)

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

typedef ct_rc_t (*face_pt)(const ct_report_t *report, ct_buf_t *out);

static uint64_t mem[2][CT_STORE_MIN / 8];


/* The first bytes are the fixed part, all of them the texts. */
static void
fill(ct_store_t *store, const uint8_t *text, const uint8_t *data,
    size_t size)
{
    size_t          i = 0, n = size < CT_LIMIT_ERROR ? size : CT_LIMIT_ERROR;
    ct_event_t      event;
    ct_status_t     status;
    ct_finding_t    finding;
    ct_log_record_t log;

    memset(&log, 0, sizeof(log));
    memcpy(log.error, text, n);
    memcpy(log.description, text, n < CT_LIMIT_TEXT ? n : CT_LIMIT_TEXT);
    memcpy(log.operator_name, text, n < CT_LIMIT_TEXT ? n : CT_LIMIT_TEXT);
    log.state = data[0] % (CT_FOLLOW_UNLISTED + 1);
    log.failing_ms = data[2];
    log.speed = data[3];
    log.evidence = data[1];
    log.gaps[data[2] % CT_LIMIT_GAPS].from = data[1];
    log.gaps[data[2] % CT_LIMIT_GAPS].to = data[3];
    log.lookback.to = data[0];
    log.lookback.at = data[1];
    log.cursor.latest.size = (uint64_t) data[2] << 32;
    CHECK(ct_store_log_slot(store, log.id, "u", &i) == CT_OK);
    ct_store_set_log(store, i, &log);

    memset(&event, 0, sizeof(event));
    event.kind = data[0] % 9;
    event.log = data[1] % 2 == 0 ? 0 : CT_EVENT_NO_LOG;
    memcpy(event.text, text, n);
    (void) ct_store_add_event(store, &event);

    memset(&status, 0, sizeof(status));
    status.started_ms = status.heartbeat_ms = 1;
    status.running = 1;
    status.coverage = data[0] % 4;
    memcpy(status.coverage_why, text, n);
    memcpy(status.list_error, text, n);
    ct_store_set_status(store, &status);

    memset(&finding, 0, sizeof(finding));
    memcpy(finding.serial, data, n < 4 ? n : 4);
    finding.serial_len = data[0];
    finding.verdict = data[1];
    finding.reason = data[2];
    finding.flags = data[3] | (uint32_t) data[2] << 8;
    finding.nnames = data[0];
    finding.nplaces = data[1];
    finding.not_after_ms = (int64_t) ((uint64_t) data[2] << 56);
    CHECK(ct_store_add(store, &finding, ct_bytes(text, size)) == CT_OK);
}


/* A receiver, something that was served, and an acknowledgement. */
static void
fill_rows(ct_store_t *store, const uint8_t *text, const uint8_t *data,
    size_t size)
{
    size_t              n = size < CT_LIMIT_TEXT ? size : CT_LIMIT_TEXT;
    ct_ack_t            ack;
    ct_past_t           past;
    ct_channel_record_t channel;

    memset(&channel, 0, sizeof(channel));
    channel.id = 1;
    channel.kind = data[0];
    channel.configured = data[1] & 1;
    channel.failing_ms = data[2] & 1;
    channel.test_ms = data[3];
    memcpy(channel.name, text, n);
    memcpy(channel.error, text, n);
    memcpy(channel.test_answer, text, n);
    ct_store_set_row(store, CT_TABLE_CHANNEL, 0, &channel);

    memset(&past, 0, sizeof(past));
    past.last_ms = 1;
    past.source = data[0];
    memcpy(past.owner, text, n);
    ct_store_set_row(store, CT_TABLE_PAST, 0, &past);

    memset(&ack, 0, sizeof(ack));
    ack.time_ms = 1;
    ack.scope = CT_ACK_FINDING;
    memcpy(ack.reason, text, n);
    memcpy(ack.who, text, n < sizeof(ack.who) ? n : sizeof(ack.who));
    ct_store_set_row(store, CT_TABLE_ACK, 0, &ack);
}


static ct_bytes_t
say(face_pt face, const ct_store_t *store, ct_arena_t *arena)
{
    ct_buf_t       out;
    ct_inventory_t none = {NULL, 0};
    ct_report_t    report = {store, &none, arena, 1, 1, "z", "", 9, 0};

    ct_buf_init(&out, arena, MEMORY);
    CHECK(face(&report, &out) == CT_OK);

    return ct_buf_slice(&out);
}


static size_t
count(ct_bytes_t in, uint8_t c)
{
    size_t     n;
    ct_bytes_t skipped;

    for (n = 0; ct_read_until(&in, c, &skipped); n++) {
        /* the next one */
    }

    return n;
}


/* As many of each character that means something as the twin has. */
static void
same_shape(face_pt face, ct_store_t *const store[2], ct_arena_t *arena,
    const char *marks)
{
    ct_bytes_t a = say(face, store[0], arena);
    ct_bytes_t b = say(face, store[1], arena);

    for (; *marks != '\0'; marks++) {
        CHECK(count(a, (uint8_t) *marks) == count(b, (uint8_t) *marks));
    }
}


static void
is_json(face_pt face, const ct_store_t *store, ct_arena_t *arena)
{
    json_t     *json;
    ct_bytes_t  out;

    out = say(face, store, arena);
    json = json_loadb((const char *) out.data, out.len, JSON_ALLOW_NUL, NULL);
    CHECK(json != NULL && count(out, '<') == 0 && count(out, '>') == 0);
    json_decref(json);
}


int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    size_t      i, part, rest;
    uint8_t    *text[2];
    ct_arena_t *arena;
    ct_store_t *store[2];

    ct_coverage_t            coverage[2];
    static const ct_status_t nothing;

    if (size < 4 || size > 16384) {
        return 0;
    }

    text[0] = malloc(size);
    text[1] = malloc(size);
    memcpy(text[0], data, size);

    /* the second byte says how long a part is; its length comes first */

    part = (size_t) data[1] + 3;

    for (i = 0; i < size; i++) {
        text[1][i] = data[i] == 0 ? 0 : 'a';
    }

    for (i = 0; i + 2 <= size; i += part) {
        rest = size - i < part ? size - i - 2 : part - 2;
        text[0][i] = text[1][i] = (uint8_t) (rest >> 8);
        text[0][i + 1] = text[1][i + 1] = (uint8_t) rest;
    }

    arena = ct_arena_create(4 * MEMORY);

    for (i = 0; i < 2; i++) {
        store[i] = ct_store_create(mem[i], sizeof(mem[i]));
        fill(store[i], text[i], data, size);
        fill_rows(store[i], text[i], data, size);
    }

    same_shape(ct_report_page, store, arena, "<>\"'");
    same_shape(ct_report_metrics, store, arena, "\n");

    is_json(ct_report_json_findings, store[0], arena);
    is_json(ct_report_json_channels, store[0], arena);
    is_json(ct_report_json_certificates, store[0], arena);
    is_json(ct_report_json_logs, store[0], arena);
    is_json(ct_report_json_events, store[0], arena);

    ct_coverage_take(&coverage[0], store[0], &nothing, 1);
    ct_coverage_take(&coverage[1], store[1], &nothing, 1);
    CHECK(coverage[0].coverage == coverage[1].coverage
          && coverage[0].why[0] != '\0'
          && memchr(coverage[0].why, '\0', CT_LIMIT_ERROR) != NULL);

    ct_arena_destroy(arena);
    free(text[0]);
    free(text[1]);

    return 0;
}
