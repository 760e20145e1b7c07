/*
 * ct_snapshot: rows of the store's tables as lines, both ways. A row goes to
 * the first free place of its table; where there is none left, the zone has
 * become smaller, and it is left out.
 */

#include "ct_snapshot_part.h"

#include <string.h>


static void ct_row_text(ct_json_t *json, const char *name, const char *text,
    size_t room);
static bool ct_row_put(ct_store_t *store, ct_table_e table, const void *row);


void
ct_snapshot_past(ct_json_t *json, const ct_past_t *past)
{
    uint8_t  encoded[4 * ((CT_LIMIT_PAST_NAMES + 2) / 3)];
    ct_buf_t names;

    ct_buf_fixed(&names, encoded, sizeof(encoded));
    ct_buf_base64(&names, past->names, past->names_len);

    ct_json_object(json, NULL);
    ct_json_object(json, "past");
    ct_snapshot_ms(json, "last_ms", past->last_ms);
    ct_snapshot_ms(json, "first_ms", past->first_ms);
    ct_snapshot_ms(json, "not_after_ms", past->not_after_ms);
    ct_json_hex(json, "identity", past->identity, CT_HASH_LEN);
    ct_json_hex(json, "cert_sha256", past->cert_sha256, CT_HASH_LEN);
    ct_json_hex(json, "spki_sha256", past->spki_sha256, CT_HASH_LEN);
    ct_json_hex(json, "issuer_key", past->issuer_key, CT_HASH_LEN);
    ct_row_text(json, "owner", past->owner, sizeof(past->owner));
    ct_json_string(json, "names", ct_buf_slice(&names));
    ct_json_bool(json, "names_cut", past->names_cut);
    ct_json_u64(json, "source", past->source);
    ct_json_object_end(json);
    ct_json_object_end(json);
}


bool
ct_snapshot_read_past(const json_t *line, ct_store_t *store)
{
    size_t        len;
    ct_past_t     past;
    const json_t *o;

    memset(&past, 0, sizeof(past));
    o = json_object_get(line, "past");
    len = sizeof(past.names);

    if (!ct_get_ms(o, "last_ms", &past.last_ms) || past.last_ms == 0
        || !ct_get_ms(o, "first_ms", &past.first_ms)
        || !ct_get_ms(o, "not_after_ms", &past.not_after_ms)
        || !ct_get_hex(o, "identity", past.identity, CT_HASH_LEN)
        || !ct_get_hex(o, "cert_sha256", past.cert_sha256, CT_HASH_LEN)
        || !ct_get_hex(o, "spki_sha256", past.spki_sha256, CT_HASH_LEN)
        || !ct_get_hex(o, "issuer_key", past.issuer_key, CT_HASH_LEN)
        || !ct_get_text(o, "owner", past.owner, sizeof(past.owner))
        || !ct_get_base64(json_object_get(o, "names"), past.names, &len)
        || !ct_get_bool(o, "names_cut", &past.names_cut)
        || !ct_get_u8(o, "source", CT_PAST_KNOWN, &past.source))
    {
        return false;
    }

    past.names_len = (uint16_t) len;

    return ct_row_put(store, CT_TABLE_PAST, &past);
}


void
ct_snapshot_ack(ct_json_t *json, const ct_ack_t *ack)
{
    ct_json_object(json, NULL);
    ct_json_object(json, "acknowledged");
    ct_snapshot_ms(json, "time_ms", ack->time_ms);
    ct_json_u64(json, "scope", ack->scope);
    ct_json_hex(json, "hash", ack->hash, CT_HASH_LEN);
    ct_row_text(json, "reason", ack->reason, sizeof(ack->reason));
    ct_row_text(json, "who", ack->who, sizeof(ack->who));
    ct_json_object_end(json);
    ct_json_object_end(json);
}


bool
ct_snapshot_read_ack(const json_t *line, ct_store_t *store)
{
    ct_ack_t      ack;
    const json_t *o;

    memset(&ack, 0, sizeof(ack));
    o = json_object_get(line, "acknowledged");

    return ct_get_ms(o, "time_ms", &ack.time_ms) && ack.time_ms != 0
           && ct_get_u8(o, "scope", CT_ACK_ISSUER, &ack.scope)
           && ack.scope >= CT_ACK_FINDING
           && ct_get_hex(o, "hash", ack.hash, CT_HASH_LEN)
           && ct_get_text(o, "reason", ack.reason, sizeof(ack.reason))
           && ct_get_text(o, "who", ack.who, sizeof(ack.who))
           && ct_row_put(store, CT_TABLE_ACK, &ack);
}


void
ct_snapshot_channel(ct_json_t *json, const ct_channel_record_t *channel)
{
    ct_json_object(json, NULL);
    ct_json_object(json, "channel");
    ct_json_hex(json, "id", (const uint8_t *) &channel->id,
                sizeof(channel->id));
    ct_json_u64(json, "kind", channel->kind);
    ct_row_text(json, "name", channel->name, sizeof(channel->name));
    ct_snapshot_ms(json, "last_success_ms", channel->last_success_ms);
    ct_snapshot_ms(json, "last_failure_ms", channel->last_failure_ms);
    ct_snapshot_ms(json, "failing_ms", channel->failing_ms);
    ct_snapshot_ms(json, "rest_ms", channel->rest_ms);
    ct_json_bool(json, "asked", channel->asked);
    ct_snapshot_ms(json, "parked_ms", channel->parked_ms);
    ct_snapshot_ms(json, "test_ms", channel->test_ms);
    ct_json_bool(json, "test_ok", channel->test_ok);
    ct_json_u64(json, "sent", channel->sent);
    ct_json_u64(json, "failed", channel->failed);
    ct_json_u64(json, "dead", channel->dead);
    ct_json_u64(json, "dropped", channel->dropped);
    ct_json_u64(json, "status", channel->status > 0
                                ? (uint64_t) channel->status : 0);
    ct_row_text(json, "error", channel->error, sizeof(channel->error));
    ct_row_text(json, "test_answer", channel->test_answer,
                sizeof(channel->test_answer));
    ct_json_object_end(json);
    ct_json_object_end(json);
}


bool
ct_snapshot_read_channel(const json_t *line, ct_store_t *store)
{
    uint64_t            status;
    const json_t       *o;
    ct_channel_record_t c;

    memset(&c, 0, sizeof(c));
    o = json_object_get(line, "channel");

    if (!ct_get_hex(o, "id", (uint8_t *) &c.id, sizeof(c.id)) || c.id == 0
        || !ct_get_u8(o, "kind", UINT8_MAX, &c.kind)
        || !ct_get_text(o, "name", c.name, sizeof(c.name))
        || !ct_get_ms(o, "last_success_ms", &c.last_success_ms)
        || !ct_get_ms(o, "last_failure_ms", &c.last_failure_ms)
        || !ct_get_ms(o, "failing_ms", &c.failing_ms)
        || !ct_get_ms(o, "rest_ms", &c.rest_ms)
        || !ct_get_bool(o, "asked", &c.asked)
        || !ct_get_ms(o, "parked_ms", &c.parked_ms)
        || !ct_get_ms(o, "test_ms", &c.test_ms)
        || !ct_get_bool(o, "test_ok", &c.test_ok)
        || !ct_get_u64(o, "sent", INT64_MAX, &c.sent)
        || !ct_get_u64(o, "failed", INT64_MAX, &c.failed)
        || !ct_get_u64(o, "dead", INT64_MAX, &c.dead)
        || !ct_get_u64(o, "dropped", INT64_MAX, &c.dropped)
        || !ct_get_u64(o, "status", 999, &status)
        || !ct_get_text(o, "error", c.error, sizeof(c.error))
        || !ct_get_text(o, "test_answer", c.test_answer,
                        sizeof(c.test_answer)))
    {
        return false;
    }

    c.status = (int32_t) status;

    return ct_row_put(store, CT_TABLE_CHANNEL, &c);
}


static void
ct_row_text(ct_json_t *json, const char *name, const char *text, size_t room)
{
    ct_json_string(json, name, ct_bytes(text, strnlen(text, room)));
}


static bool
ct_row_put(ct_store_t *store, ct_table_e table, const void *row)
{
    ct_store_set_row(store, table, ct_store_free_row(store, table), row);

    return true;
}
