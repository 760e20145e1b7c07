/*
 * ct_message_item: what there is to say about a finding, an event or a test:
 * the title and the facts, once for all formats.
 */

#include "ct_message_part.h"
#include "ct_page.h"
#include "ct_report_part.h"

#include <string.h>

/* Bytes of a title's name. */
#define CT_ITEM_NAME 120

/* What an item may come to in JSON, whatever is in it: its text, twelve logs
 * with long names and what there is to do, every byte escaped. */
#define CT_ITEM_WEIGHT(len) (80 * 1024 + 6 * (len))

#define CT_MESSAGE_WEIGHT ((size_t) CT_LIMIT_MESSAGE - 64 * 1024)


static ct_rc_t ct_item_start(ct_making_t *making, ct_message_t *message,
    ct_message_type_e type, int64_t time_ms, size_t len);
static ct_rc_t ct_item_done(ct_making_t *making);
static ct_message_type_e ct_item_verdict_type(const ct_message_t *message,
    const ct_finding_t *finding, bool closed);
static const void *ct_item_copy(ct_making_t *making, const void *data,
    size_t len);
static void ct_item_log(ct_making_t *making, const ct_event_t *event);
static void ct_item_url(ct_making_t *making, const char *prefix);


ct_rc_t
ct_message_finding(ct_message_t *message, const ct_finding_t *finding,
    ct_bytes_t text, int64_t time_ms, bool closed)
{
    ct_rc_t            rc;
    uint8_t            room[CT_LIMIT_MESSAGE_ID];
    ct_buf_t           id;
    ct_making_t        making;
    ct_finding_text_t  parts;
    ct_message_type_e  type;
    ct_message_item_t *item;

    if (!ct_finding_text_read(text, &parts)) {
        memset(&parts, 0, sizeof(parts));
    }

    type = ct_item_verdict_type(message, finding, closed);
    rc = ct_item_start(&making, message, type, time_ms,
                       text.len - parts.der.len - parts.path.len);
    if (rc != CT_OK) {
        return rc;
    }

    item = making.item;
    item->finding = ct_item_copy(&making, finding, sizeof(*finding));
    item->text = text;

    if (item->finding == NULL) {
        return CT_E_MEMORY;
    }

    ct_buf_fixed(&id, room, sizeof(room));
    ct_finding_id(&id, finding);
    item->thread = ct_item_kept(&making, &id);
    ct_buf_puts(&id, type == CT_MESSAGE_RESOLVED ? "-resolved" : "");
    item->id = ct_item_kept(&making, &id);

    ct_item_url(&making, "#f-");
    ct_item_finding_facts(&making, &parts);

    return ct_item_done(&making);
}


ct_rc_t
ct_message_event(ct_message_t *message, const ct_event_t *event)
{
    ct_rc_t            rc;
    uint8_t            room[CT_LIMIT_MESSAGE_ID];
    ct_buf_t           id;
    ct_making_t        making;
    ct_message_type_e  type;
    ct_message_item_t *item;

    if (!ct_message_type_read(ct_bytes_str(ct_report_event_type(event->kind)),
                              &type))
    {
        return CT_E_TYPE;
    }

    rc = ct_item_start(&making, message, type, event->time_ms,
                       sizeof(event->text));
    if (rc != CT_OK) {
        return rc;
    }

    item = making.item;
    item->event = ct_item_copy(&making, event, sizeof(*event));

    if (item->event == NULL) {
        return CT_E_MEMORY;
    }

    event = item->event;
    ct_buf_fixed(&id, room, sizeof(room));
    ct_report_event_id(&id, event);
    item->id = ct_item_kept(&making, &id);

    ct_item_url(&making, NULL);
    ct_item_one(&making, CT_FACT_TEXT, "text", "What",
                CT_SUMMARY_TEXT(event->text));
    ct_item_log(&making, event);
    ct_item_hash(&making, "evidence_sha256", "Evidence SHA-256",
                 event->evidence);

    return ct_item_done(&making);
}


ct_rc_t
ct_message_note(ct_message_t *message, ct_message_type_e type,
    int64_t time_ms, ct_bytes_t text)
{
    ct_rc_t            rc;
    uint8_t            room[CT_LIMIT_MESSAGE_ID];
    ct_buf_t           id;
    ct_making_t        making;
    ct_message_item_t *item;

    rc = ct_item_start(&making, message, type, time_ms, text.len);
    if (rc != CT_OK) {
        return rc;
    }

    item = making.item;
    item->note = text;
    item->thread = type == CT_MESSAGE_TEST ? CT_BYTES("test")
                                           : CT_BYTES("engine");

    ct_buf_fixed(&id, room, sizeof(room));
    ct_buf_bytes(&id, item->thread);
    ct_buf_putc(&id, '-');
    ct_buf_u64(&id, time_ms > 0 ? (uint64_t) time_ms : 0);
    item->id = ct_item_kept(&making, &id);

    ct_item_title(&making, ct_bytes(NULL, 0));
    ct_item_url(&making, NULL);
    ct_item_one(&making, CT_FACT_TEXT, "text", "What", text);

    return ct_item_done(&making);
}


static ct_rc_t
ct_item_start(ct_making_t *making, ct_message_t *message,
    ct_message_type_e type, int64_t time_ms, size_t len)
{
    size_t weight;

    weight = CT_ITEM_WEIGHT(len);

    if (message->n == CT_LIMIT_GROUP
        || (message->n != 0 && message->weight + weight > CT_MESSAGE_WEIGHT))
    {
        return CT_E_FULL;
    }

    *making = (ct_making_t) {.message = message, .arena = message->arena};
    making->item = ct_arena_calloc(message->arena, 1,
                                   sizeof(ct_message_item_t));
    if (making->item == NULL) {
        return CT_E_MEMORY;
    }

    making->item->type = type;
    making->item->time_ms = time_ms > 0 ? time_ms : message->now_ms;
    message->weight += weight;

    return CT_OK;
}


static ct_rc_t
ct_item_done(ct_making_t *making)
{
    ct_message_t *message;

    if (making->failed) {
        return CT_E_MEMORY;
    }

    message = making->message;
    message->items[message->n++] = making->item;

    return CT_OK;
}


static ct_message_type_e
ct_item_verdict_type(const ct_message_t *message,
    const ct_finding_t *finding, bool closed)
{
    closed = closed || (finding->flags & CT_FINDING_ACKNOWLEDGED) != 0;

    if (!closed) {
        switch ((ct_verdict_e) finding->verdict) {

        case CT_VERDICT_UNFAMILIAR:
            return CT_MESSAGE_UNFAMILIAR;

        case CT_VERDICT_UNSERVED:
            return CT_MESSAGE_UNSERVED;

        case CT_VERDICT_UNPARSABLE:
            return CT_MESSAGE_UNPARSABLE;

        default:
            break;
        }
    }

    if (!message->digest || closed) {
        return CT_MESSAGE_RESOLVED;
    }

    return finding->verdict == CT_VERDICT_SERVED ? CT_MESSAGE_SERVED
           : finding->verdict == CT_VERDICT_OURS ? CT_MESSAGE_OURS
                                                 : CT_MESSAGE_EXPECTED;
}


ct_bytes_t *
ct_item_values(ct_making_t *making, size_t n)
{
    ct_bytes_t *values;

    values = ct_arena_calloc(making->arena, n, sizeof(ct_bytes_t));
    making->failed = making->failed || values == NULL;

    return values;
}


/* Of a record: the caller may read the next one into its place. */
static const void *
ct_item_copy(ct_making_t *making, const void *data, size_t len)
{
    void *copy;

    copy = ct_arena_alloc(making->arena, len);

    if (copy != NULL) {
        memcpy(copy, data, len);
    }

    return copy;
}


/* A copy of what is in `buf`. */
ct_bytes_t
ct_item_kept(ct_making_t *making, const ct_buf_t *buf)
{
    char *copy;

    copy = ct_arena_strdup(making->arena, buf->data, buf->len);

    if (copy == NULL) {
        making->failed = true;
        return ct_bytes(NULL, 0);
    }

    return ct_bytes(copy, buf->len);
}


void
ct_item_fact(ct_making_t *making, ct_fact_e kind, const char *key,
    const char *label, const ct_bytes_t *values, size_t n, uint64_t total)
{
    ct_message_item_t *item;

    item = making->item;

    if (values == NULL || n == 0 || item->nfacts == CT_MESSAGE_FACTS) {
        return;
    }

    item->facts[item->nfacts++] = (ct_fact_t) {
        key, label, kind, values, n, total > n ? total : n
    };
}


/* Nothing when there is nothing to say. */
void
ct_item_one(ct_making_t *making, ct_fact_e kind, const char *key,
    const char *label, ct_bytes_t value)
{
    ct_bytes_t *values;

    if (value.len == 0) {
        return;
    }

    values = ct_item_values(making, 1);

    if (values != NULL) {
        values[0] = value;
        ct_item_fact(making, kind, key, label, values, 1, 1);
    }
}


void
ct_item_hash(ct_making_t *making, const char *key, const char *label,
    const uint8_t hash[CT_HASH_LEN])
{
    uint8_t  room[2 * CT_HASH_LEN];
    ct_buf_t hex;

    static const uint8_t zero[CT_HASH_LEN];

    if (memcmp(hash, zero, CT_HASH_LEN) == 0) {
        return;
    }

    ct_buf_fixed(&hex, room, sizeof(room));
    ct_buf_hex(&hex, hash, CT_HASH_LEN);
    ct_item_one(making, CT_FACT_CODE, key, label, ct_item_kept(making, &hex));
}


/* The log of an event, and with it thread and title. */
static void
ct_item_log(ct_making_t *making, const ct_event_t *event)
{
    uint8_t            room[CT_LIMIT_MESSAGE_ID];
    ct_buf_t           text;
    ct_log_record_t    log;
    ct_message_item_t *item;

    memset(&log, 0, sizeof(log));
    item = making->item;

    if (event->log != CT_EVENT_NO_LOG
        && ct_store_log(making->message->store, event->log, &log))
    {
        ct_buf_fixed(&text, room, sizeof(room));
        ct_buf_puts(&text, "log-");
        ct_buf_hex(&text, log.id, CT_HASH_LEN);
        item->thread = ct_item_kept(making, &text);

        ct_buf_fixed(&text, room, sizeof(room));
        ct_buf_bytes(&text, CT_SUMMARY_TEXT(log.description));
        ct_item_one(making, CT_FACT_CODE, "log", "Log",
                    ct_item_kept(making, &text));

        ct_buf_fixed(&text, room, sizeof(room));
        ct_buf_bytes(&text, CT_SUMMARY_TEXT(log.operator_name));
        ct_item_one(making, CT_FACT_CODE, "operator", "Operator",
                    ct_item_kept(making, &text));
        ct_item_hash(making, "log_id", "Log ID", log.id);

    } else {
        item->thread = item->type == CT_MESSAGE_LOST
                       || item->type == CT_MESSAGE_RESTORED
                       ? CT_BYTES("coverage")
                       : item->type == CT_MESSAGE_STALE ? CT_BYTES("list")
                       : item->type == CT_MESSAGE_RESTARTED
                       ? CT_BYTES("engine") : item->type == CT_MESSAGE_TEST
                       ? CT_BYTES("test") : CT_BYTES("log");
    }

    ct_item_title(making, CT_SUMMARY_TEXT(log.description));
}


void
ct_item_title(ct_making_t *making, ct_bytes_t name)
{
    size_t     i;
    uint8_t    room[CT_REPORT_CUT];
    ct_buf_t   title;
    ct_bytes_t cut;

    static const struct {
        const char *before;
        const char *nobody; /* without a name; NULL: it has none */
        const char *after;
    } words[CT_MESSAGE_TYPES] = {
        {"Certificate of an unfamiliar CA for ", "a watched name", ""},
        {"Certificate for ", "a watched name", " is not served here"},
        {"Certificate that cannot be read, maybe for ", "a watched name", ""},
        {"Certificate for ", "a watched name", " is settled"},
        {"Certificate for ", "a watched name", " is served"},
        {"Certificate for ", "a watched name", " has a key of yours"},
        {"Certificate for ", "a watched name", " waits to be installed"},
        {"", "A log", " contradicts what it has signed"},
        {"", "A log", " cannot be read"},
        {"", "A log", " lags behind"},
        {"", "A log", " can be relied upon again"},
        {"Certificates could be missed", NULL, ""},
        {"No certificate can be missed any more", NULL, ""},
        {"The log list is too old to rely on", NULL, ""},
        {"The monitor has started again", NULL, ""},
        {"A test: nothing has happened", NULL, ""}
    };

    i = making->item->type;
    cut = ct_report_cut(name, CT_ITEM_NAME);
    ct_buf_fixed(&title, room, sizeof(room));
    ct_buf_puts(&title, words[i].before);

    if (words[i].nobody != NULL) {
        ct_buf_bytes(&title, cut.len != 0 ? cut
                                          : ct_bytes_str(words[i].nobody));
        ct_buf_puts(&title, cut.len < name.len ? "\xe2\x80\xa6" : "");
    }

    ct_buf_puts(&title, words[i].after);
    making->item->title = ct_item_kept(making, &title);
}


/* The page's address as it was configured, made harmless in any format; none
 * when it is not one of the web. */
static void
ct_item_url(ct_making_t *making, const char *prefix)
{
    size_t     i;
    uint8_t    c, room[4 * CT_LIMIT_URL];
    ct_buf_t   url;
    ct_bytes_t in;

    static const char unsafe[] = "\"'()<>[]\\^`{|}";

    in = ct_bytes_str(making->message->url);
    ct_buf_fixed(&url, room, sizeof(room));

    for (i = 0; i < in.len && in.data[i] != '#'; i++) {
        c = in.data[i];

        if (c <= ' ' || c >= 0x7f
            || memchr(unsafe, c, sizeof(unsafe) - 1) != NULL)
        {
            ct_buf_putc(&url, '%');
            ct_buf_hex(&url, &c, 1);
        } else {
            ct_buf_putc(&url, c);
        }
    }

    if (prefix != NULL) {
        ct_buf_puts(&url, prefix);
        ct_buf_bytes(&url, making->item->thread);
    }

    if (!url.full
        && ((in.len > 7 && memcmp(in.data, "http://", 7) == 0)
            || (in.len > 8 && memcmp(in.data, "https://", 8) == 0)))
    {
        making->item->url = ct_item_kept(making, &url);
    }
}
