/*
 * ct_snapshot, rows: they go out and come back, all of them, and what the
 * writer would not have written is refused.
 */

#include "snapshot.h"


static void
past_fill(ct_past_t *past)
{
    memset(past, 0, sizeof(*past));
    past->last_ms = 1790000000000;
    past->first_ms = 1780000000000;
    past->not_after_ms = 1800000000000;
    memset(past->identity, 1, CT_HASH_LEN);
    memset(past->spki_sha256, 2, CT_HASH_LEN);
    memset(past->issuer_key, 3, CT_HASH_LEN);
    memcpy(past->owner, "Owner", 5);
    memcpy(past->names, "\6a.test", 7);
    past->names_len = 7;
    past->source = CT_PAST_LEARNED;
}


static void
test_past(void)
{
    size_t    i;
    json_t   *line, *o;
    ct_buf_t  buf;
    ct_json_t json;
    ct_past_t past, back;

    static const struct {
        const char *member;
        const char *value;
    } cases[] = {
        {"last_ms", "0"}, {"last_ms", "-1"}, {"identity", "\"00\""},
        {"names", "\"!\""}, {"names_cut", "1"}, {"source", "3"},
        {"owner", "7"}, {"issuer_key", "null"}, {"first_ms", "\"x\""}
    };

    past_fill(&past);
    ct_snapshot_past(start(&json, &buf), &past);
    line = written(&buf);
    ok(ct_snapshot_read_past(line, store), "a certificate of the past");
    ok(ct_store_row(store, CT_TABLE_PAST, 0, &back)
       && memcmp(&past, &back, sizeof(past)) == 0, "comes back");
    json_decref(line);

    for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        ct_snapshot_past(start(&json, &buf), &past);
        line = written(&buf);
        o = json_object_get(line, "past");
        (void) json_object_set_new(o, cases[i].member,
            json_loads(cases[i].value, JSON_DECODE_ANY, NULL));
        ok(!ct_snapshot_read_past(line, store), "%s %s is refused",
           cases[i].member, cases[i].value);
        json_decref(line);
    }

    is_int(ct_store_free_row(store, CT_TABLE_PAST), 1, "nothing of it stays");

    memset(past.names, 0xff, sizeof(past.names));
    past.names_len = sizeof(past.names);
    past.names_cut = 1;
    ct_snapshot_past(start(&json, &buf), &past);
    line = written(&buf);
    ok(ct_snapshot_read_past(line, store)
       && ct_store_row(store, CT_TABLE_PAST, 1, &back)
       && memcmp(&past, &back, sizeof(past)) == 0, "with all of its names");
    json_decref(line);

    ct_snapshot_past(start(&json, &buf), &past);
    line = written(&buf);

    for (i = 2; i <= ct_store_rows(store, CT_TABLE_PAST) + 1; i++) {
        (void) ct_snapshot_read_past(line, store);
    }

    ok(ct_snapshot_read_past(line, store),
       "more than there is room for is left out");
    json_decref(line);
}


static void
test_ack(void)
{
    json_t   *line;
    ct_ack_t  ack, back;
    ct_buf_t  buf;
    ct_json_t json;

    memset(&ack, 0, sizeof(ack));
    ack.time_ms = 1790000000000;
    ack.scope = CT_ACK_KEY;
    memset(ack.hash, 9, CT_HASH_LEN);
    memcpy(ack.reason, "the mail server's", 17);
    memcpy(ack.who, "admin", 5);
    ct_snapshot_ack(start(&json, &buf), &ack);
    line = written(&buf);
    ok(ct_snapshot_read_ack(line, store), "an acknowledgement");
    ok(ct_store_row(store, CT_TABLE_ACK, 0, &back)
       && memcmp(&ack, &back, sizeof(ack)) == 0, "comes back");
    (void) json_object_set_new(json_object_get(line, "acknowledged"),
                               "scope", json_integer(4));
    ok(!ct_snapshot_read_ack(line, store), "of scope 4: refused");
    (void) json_object_set_new(json_object_get(line, "acknowledged"),
                               "scope", json_integer(0));
    ok(!ct_snapshot_read_ack(line, store), "of none: refused");
    json_decref(line);
}


static void
test_channel(void)
{
    json_t             *line;
    ct_buf_t            buf;
    ct_json_t           json;
    ct_channel_record_t channel, back;

    memset(&channel, 0, sizeof(channel));
    channel.id = 0xfedcba9876543210ULL;
    channel.sent = 5;
    channel.dead = 1;
    channel.status = 503;
    channel.rest_ms = 1790000000000;
    channel.asked = 1;
    channel.parked_ms = 1780000000000;
    memcpy(channel.name, "https://hook.test/", 18);
    memcpy(channel.error, "HTTP status 503", 15);
    ct_snapshot_channel(start(&json, &buf), &channel);
    line = written(&buf);
    ok(ct_snapshot_read_channel(line, store), "a channel");
    ok(ct_store_row(store, CT_TABLE_CHANNEL, 0, &back)
       && memcmp(&channel, &back, sizeof(channel)) == 0, "comes back");
    (void) json_object_set_new(json_object_get(line, "channel"), "id",
                               json_string("0000000000000000"));
    ok(!ct_snapshot_read_channel(line, store), "without an id: refused");
    json_decref(line);
}


/* More than one line of them, and one whose receiver has no row. */
static void
test_owed(void)
{
    size_t       i;
    json_t      *line;
    uint64_t     numbers[3], back[3];
    ct_buf_t     buf;
    ct_json_t    json;
    ct_finding_t f;

    for (i = 0; i < 3; i++) {
        memset(&f, 0, sizeof(f));
        f.identity[0] = (uint8_t) (i + 1);
        f.owed = 0x8000000000000000ULL;
        ok(ct_store_add(store, &f, CT_BYTES("text")) == CT_OK,
           "a finding, owed to another");
        numbers[i] = f.number;
    }

    ct_snapshot_owed(start(&json, &buf), 0xfedcba9876543210ULL, numbers, 2);
    line = written(&buf);
    ok(ct_snapshot_read_owed(line, store), "what is owed");
    is_int(ct_store_owed(store, 0, 0, back, 3), 2, "comes back");
    ok(back[0] == numbers[0] && back[1] == numbers[1], "in order");
    is_int(ct_store_owed(store, 0, numbers[0], back, 3), 1, "from there on");
    is_int(ct_store_owed(store, 63, 0, back, 3), 3, "others stay");
    (void) json_array_append_new(
        json_object_get(json_object_get(line, "owed"), "findings"),
        json_integer(0));
    ok(!ct_snapshot_read_owed(line, store), "no number: refused");
    json_decref(line);

    numbers[2] = 777;
    ct_snapshot_owed(start(&json, &buf), 0xfedcba9876543210ULL, numbers, 3);
    line = written(&buf);
    ok(ct_snapshot_read_owed(line, store), "a finding that is gone");
    json_decref(line);

    ct_snapshot_owed(start(&json, &buf), 1, numbers, 2);
    line = written(&buf);
    ok(ct_snapshot_read_owed(line, store), "a receiver without a row");
    json_decref(line);
    is_int(ct_store_owed(store, 0, 0, back, 3), 2, "change nothing");
}


int
main(void)
{
    snapshot_open();
    test_past();
    test_ack();
    test_channel();
    test_owed();
    snapshot_close();

    return done_testing();
}
