/* Fuzz target: findings, an event and settings made of arbitrary bytes, in
 * every format. JSON stays JSON, a mail stays one mail, and no published
 * limit is broken (fault_of in t/unit/message.h). */

#include "../unit/message.h"

#define CHECK(cond) ((cond) ? (void) 0 : abort())

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static uint64_t mem[CT_STORE_MIN / 8];


/* `part` says how long a part of the text is; its length comes first. */
static ct_bytes_t
text_of(ct_arena_t *arena, ct_bytes_t in, size_t part)
{
    size_t   i, rest;
    uint8_t *text = ct_arena_alloc(arena, in.len + 2);

    memcpy(text, in.data, in.len);

    for (i = 0; i + 2 <= in.len; i += part) {
        rest = in.len - i < part ? in.len - i - 2 : part - 2;
        text[i] = (uint8_t) (rest >> 8);
        text[i + 1] = (uint8_t) rest;
    }

    return ct_bytes(text, in.len);
}


static void
fill(ct_message_t *message, ct_bytes_t in, const uint8_t *data, size_t most)
{
    size_t       i;
    ct_event_t   event;
    ct_finding_t finding;

    memset(&finding, 0, sizeof(finding));
    memcpy(finding.identity, data, 4);
    memcpy(finding.serial, data, 4);
    finding.serial_len = data[0];
    finding.reason = data[2];
    finding.flags = (uint32_t) data[3] << (data[2] % 6);
    finding.nnames = (uint32_t) data[0] << (data[1] % 24);
    finding.nplaces = data[1];
    finding.not_after_ms = (int64_t) ((uint64_t) data[2] << 56);

    memset(&event, 0, sizeof(event));
    event.time_ms = data[0];
    event.kind = 1 + data[1] % 7;
    event.log = data[0] % 2 == 0 ? 0 : CT_EVENT_NO_LOG;
    memcpy(event.text, in.data,
           in.len < CT_LIMIT_ERROR ? in.len : CT_LIMIT_ERROR);

    message->n = 0;
    message->weight = 0;

    for (i = 0; i < most; i++) {
        finding.verdict = (uint8_t) (data[i % 4] % 8);

        if (i % 3 == 1) {
            CHECK(ct_message_event(message, &event) == CT_OK);
        } else {
            (void) ct_message_finding(
                message, &finding,
                text_of(message->arena, in, (size_t) data[1] * 8 + 3),
                data[3], data[i % 4] % 16 == 0);
        }
    }
}


static void
say(ct_message_t *message, ct_format_e format)
{
    ct_buf_t    out;
    const char *fault;

    ct_buf_init(&out, message->arena, CT_LIMIT_MESSAGE);
    CHECK(ct_message_render(format, message, &out) == CT_OK);

    fault = fault_of(format, ct_buf_slice(&out));

    if (fault != NULL) {
        fprintf(stderr, "%s: %s\n%.*s\n", ct_format_name(format), fault,
                (int) out.len, (const char *) out.data);
        abort();
    }
}


int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    int             format;
    char           *words;
    size_t          i = 0, most;
    ct_mail_t       mail;
    ct_bytes_t      in;
    ct_message_t    message;
    ct_log_record_t log;

    if (size < 4 || size > 8192) {
        return 0;
    }

    memset(&message, 0, sizeof(message));
    message.arena = ct_arena_create(MESSAGE_MEMORY);
    message.store = ct_store_create(mem, sizeof(mem));
    in = ct_bytes(data, size);

    memset(&log, 0, sizeof(log));
    memcpy(log.description, data, size < CT_LIMIT_TEXT ? size
                                                       : CT_LIMIT_TEXT);
    CHECK(ct_store_log_slot((ct_store_t *) (void *) mem, log.id, "u", &i)
          == CT_OK);
    ct_store_set_log((ct_store_t *) (void *) mem, i, &log);

    words = ct_arena_strdup(message.arena, data, size < 600 ? size : 600);
    mail = (ct_mail_t) {words, (const char *const *) &words, 1};
    message.zone = words;
    message.source = data[0] % 2 == 0 ? words : "";
    message.url = data[1] % 2 == 0 ? "https://www.example.com/ct/" : words;
    message.key = "key";
    message.mail = &mail;
    message.now_ms = REPORT_NOW;
    message.more = data[2] % 3;
    message.digest = data[3] % 5 == 0;

    for (format = 0; format < CT_FORMATS; format++) {
        most = 1 + data[0] % 8 % ct_message_group_max((ct_format_e) format);
        fill(&message, in, data, most);
        say(&message, (ct_format_e) format);
    }

    ct_arena_destroy(message.arena);

    return 0;
}
