/*
 * message: messages for the tests of ct_message*.c, and the published limits
 * of each format as code that knows nothing of how they are kept.
 */

#ifndef MESSAGE_H
#define MESSAGE_H

#include <ctype.h>

#include "report.h"

#include "ct_message.h"
#include "ct_utf8.h"

#define MESSAGE_MEMORY ((size_t) 64 * 1024 * 1024)

typedef struct {
    world_t      w;
    ct_arena_t  *arena;
    ct_message_t message;
    ct_mail_t    mail;
    ct_buf_t     out;
} letter_t;


static inline void
letter_open(letter_t *l)
{
    static const char *const to[] = {"ops@example.com",
                                     "Security <sec@example.com>"};

    memset(l, 0, sizeof(letter_t));
    world_open(&l->w);
    world_log(&l->w, 0x11, "Example 'Argon2026h2' log", CT_FOLLOW_FOLLOWING,
              10, 10);
    l->arena = ct_arena_create(MESSAGE_MEMORY);
    l->mail = (ct_mail_t) {"Monitor <ct@example.com>", to, 2};
    l->message = (ct_message_t) {
        .arena = l->arena, .store = l->w.store, .zone = "ct",
        .source = "www1.example.com", .url = "https://www.example.com/ct/",
        .key = "0123456789abcdef0123456789abcdef", .mail = &l->mail,
        .now_ms = REPORT_NOW
    };
}


static inline void
letter_close(letter_t *l)
{
    ct_arena_destroy(l->arena);
    world_close(&l->w);
}


/* Forgets the items, keeps store and settings. */
static inline void
letter_again(letter_t *l)
{
    memset(l->message.items, 0, sizeof(l->message.items));
    l->message.n = 0;
    l->message.weight = 0;
    ct_arena_reset(l->arena);
}


/* The finding with this number as an item. */
static inline ct_rc_t
letter_finding(letter_t *l, uint64_t number, bool closed)
{
    ct_buf_t     text;
    ct_finding_t finding;

    ct_buf_init(&text, l->arena, CT_LIMIT_FINDING_TEXT);

    if (!ct_store_finding(l->w.store, number, &finding, &text)) {
        printf("Bail out! no finding %u\n", (unsigned) number);
        exit(1);
    }

    return ct_message_finding(&l->message, &finding, ct_buf_slice(&text),
                              REPORT_NOW - 5000, closed);
}


/* A finding with such names, kept and in all. */
static inline uint64_t
letter_names(letter_t *l, ct_verdict_e verdict, const ct_bytes_t *names,
    size_t n, uint32_t total, ct_bytes_t issuer)
{
    uint64_t     number;
    ct_finding_t finding;

    number = world_finding(&l->w, verdict, CT_FINDING_PRECERT
                           | CT_FINDING_FOREIGN, issuer, names, n);
    (void) ct_store_finding(l->w.store, number, &finding, NULL);
    finding.nnames = total;
    ct_store_update(l->w.store, &finding);

    return number;
}


static inline void
letter_event(letter_t *l, ct_event_e kind, const char *text)
{
    ct_event_t event;

    memset(&event, 0, sizeof(event));
    event.kind = (uint32_t) kind;
    event.time_ms = REPORT_NOW - 7000;
    event.log = kind <= CT_EVENT_LOG_RECOVERED ? 0 : CT_EVENT_NO_LOG;
    event.evidence[0] = kind == CT_EVENT_LOG_MISBEHAVING;
    snprintf(event.text, sizeof(event.text), "%s", text);
    (void) ct_store_add_event(l->w.store, &event);
    (void) ct_message_event(&l->message, &event);
}


/* Rendered; empty when it could not be. */
static inline ct_bytes_t
letter_say(letter_t *l, ct_format_e format)
{
    ct_rc_t rc;

    ct_buf_init(&l->out, l->arena, CT_LIMIT_MESSAGE);
    rc = ct_message_render(format, &l->message, &l->out);

    if (rc != CT_OK) {
        printf("# %s: %s\n", ct_format_name(format), ct_strerror(rc));
        return ct_bytes("", 0);
    }

    return ct_buf_slice(&l->out);
}


static inline json_t *
letter_json(letter_t *l, ct_format_e format)
{
    ct_bytes_t body = letter_say(l, format);

    return json_loadb((const char *) body.data, body.len, JSON_ALLOW_NUL,
                      NULL);
}


/* ---- what a format must never be; NULL when it is not */

/* UTF-16 units, of which no service counts more. */
static inline size_t
units(const json_t *string)
{
    size_t     n = 0;
    uint32_t   code;
    ct_bytes_t in = ct_bytes(json_string_value(string),
                             string == NULL ? 0
                                            : json_string_length(string));

    while (ct_utf8_read(&in, &code)) {
        n += code > 0xffff ? 2 : 1;
    }

    return n;
}


/* All strings are seen as they are. */
static inline const char *
fault_hidden(const json_t *value)
{
    size_t      i;
    uint32_t    code;
    json_t     *member;
    ct_bytes_t  in;
    const char *key, *fault = NULL;

    if (json_is_string(value)) {
        in = ct_bytes(json_string_value(value), json_string_length(value));

        while (ct_utf8_read(&in, &code)) {
            fault = ct_utf8_shown(code) || code == '\n' ? fault : "hidden";
        }

        return fault;
    }

    json_array_foreach(value, i, member) {
        fault = fault == NULL ? fault_hidden(member) : fault;
    }

    json_object_foreach((json_t *) value, key, member) {
        fault = fault == NULL ? fault_hidden(member) : fault;
    }

    return fault;
}


/* Every backtick has its partner in the line; `escaped` by a backslash do
 * not count. */
static inline bool
in_pairs(const char *text, bool escapes)
{
    bool open = false;

    for (; *text != '\0'; text++) {
        if (escapes && !open && *text == '\\' && text[1] != '\0') {
            text++;
        } else if (*text == '`') {
            open = !open;
        } else if (*text == '\n' && open) {
            return false;
        }
    }

    return !open;
}


static inline const char *
fault_mrkdwn(json_t *text)
{
    const char *p, *end, *s = json_text(text, "text");

    if (!json_is_true(json_at(text, "verbatim"))
        || strcmp(json_text(text, "type"), "mrkdwn") != 0)
    {
        return "not verbatim";
    }

    if (strchr(s, '@') != NULL && strstr(s, "<@") != NULL) {
        return "a mention";
    }

    for (p = strchr(s, '<'); p != NULL; p = strchr(p + 1, '<')) {
        end = strchr(p, '>');
        if (strncmp(p, "<https://www.example.com/ct/", 28) != 0
            || end == NULL || strncmp(end - 24, "|Open on the status page", 24)
                              != 0)
        {
            return "markup";
        }
    }

    for (p = strchr(s, '&'); p != NULL; p = strchr(p + 1, '&')) {
        if (strncmp(p, "&amp;", 5) != 0 && strncmp(p, "&lt;", 4) != 0
            && strncmp(p, "&gt;", 4) != 0)
        {
            return "half an entity";
        }
    }

    return in_pairs(s, false) ? NULL : "half a code";
}


static inline const char *
fault_slack(json_t *root)
{
    size_t      i, total = 0;
    json_t     *block, *text, *blocks = json_at(root, "blocks");
    const char *type, *fault = NULL;

    if (units(json_at(root, "text")) > 4000 || json_array_size(blocks) > 50) {
        return "text or blocks";
    }

    json_array_foreach(blocks, i, block) {
        type = json_text(block, "type");
        text = json_at(block, strcmp(type, "context") == 0 ? "elements.0"
                                                           : "text");
        total += units(json_at(text, "text"));

        if (units(json_at(text, "text")) == 0
            || units(json_at(text, "text"))
               > (strcmp(type, "header") == 0 ? 150 : 3000))
        {
            return "length";
        }

        if (strcmp(type, "header") != 0 && fault == NULL) {
            fault = fault_mrkdwn(text);
        }
    }

    return total > 13000 ? "all blocks" : fault;
}


static inline const char *
fault_discord(json_t *root)
{
    size_t      i, total = 0;
    json_t     *embed, *embeds = json_at(root, "embeds");
    const char *description;

    if (units(json_at(root, "content")) > 2000
        || json_array_size(embeds) > 10
        || json_array_size(json_at(root, "allowed_mentions.parse")) != 0
        || !json_is_array(json_at(root, "allowed_mentions.parse")))
    {
        return "content, embeds or mentions";
    }

    json_array_foreach(embeds, i, embed) {
        description = json_text(embed, "description");
        total += units(json_at(embed, "title"))
                 + units(json_at(embed, "description"))
                 + units(json_at(embed, "footer.text"));

        if (units(json_at(embed, "title")) > 256
            || units(json_at(embed, "title")) == 0
            || units(json_at(embed, "description")) > 4096
            || units(json_at(embed, "footer.text")) > 2048)
        {
            return "length";
        }

        if (!in_pairs(description, true)) {
            return "half a code";
        }
    }

    return total > 6000 ? "all embeds" : NULL;
}


/* Text in runs only, that is: nowhere is there markdown. */
static inline const char *
fault_card(json_t *value)
{
    size_t      i;
    json_t     *member;
    const char *key, *fault = NULL;

    if (json_is_object(value) && json_at(value, "text") != NULL
        && strcmp(json_text(value, "type"), "TextRun") != 0)
    {
        return "a text that is no run";
    }

    if (json_is_object(value)
        && strcmp(json_text(value, "type"), "TextRun") == 0
        && units(json_at(value, "text")) == 0)
    {
        return "a run without text";
    }

    json_array_foreach(value, i, member) {
        fault = fault == NULL ? fault_card(member) : fault;
    }

    json_object_foreach(value, key, member) {
        fault = fault == NULL ? fault_card(member) : fault;
    }

    return fault;
}


static inline const char *
fault_pagerduty(json_t *root)
{
    bool resolve = strcmp(json_text(root, "event_action"), "resolve") == 0;

    if (units(json_at(root, "dedup_key")) == 0
        || units(json_at(root, "dedup_key")) > 255
        || json_at(root, "routing_key") == NULL)
    {
        return "a key";
    }

    return resolve ? NULL
           : strcmp(json_text(root, "event_action"), "trigger") != 0
           ? "neither trigger nor resolve"
           : units(json_at(root, "payload.summary")) == 0
             || units(json_at(root, "payload.summary")) > 1024
           ? "summary" : units(json_at(root, "payload.source")) == 0
           ? "source" : strstr("critical error warning info",
                               json_text(root, "payload.severity")) == NULL
           ? "severity" : NULL;
}


static inline const char *
fault_alerts(json_t *root)
{
    size_t      i;
    json_t     *alert, *value;
    const char *key;

    json_array_foreach(root, i, alert) {
        if (strcmp(json_text(alert, "labels.alertname"), "(no string)") == 0
            || json_at(alert, "endsAt") == NULL)
        {
            return "no name or end";
        }

        json_object_foreach(json_at(alert, "annotations"), key, value) {
            if (!json_is_string(value) || !isalpha((unsigned char) key[0])
                || strspn(key, "abcdefghijklmnopqrstuvwxyz_0123456789")
                   != strlen(key))
            {
                return "an annotation";
            }
        }
    }

    return json_array_size(root) == 0 ? "no alert" : NULL;
}


/* One line of a header: ours, or the rest of one. */
static inline bool
header_known(const char *line, size_t len)
{
    size_t i, n;

    static const char *const known[] = {
        " ", "Date: ", "From: ", "To: ", "Subject: ", "Message-ID: ",
        "In-Reply-To:", "References:", "Importance: high", "Auto-Submitted: ",
        "MIME-Version: ", "Content-Type: "
    };

    for (i = 0; i < sizeof(known) / sizeof(known[0]); i++) {
        n = strlen(known[i]);

        if (len >= n && strncmp(line, known[i], n) == 0) {
            return true;
        }
    }

    return false;
}


static inline const char *
fault_mail(ct_bytes_t body)
{
    size_t     i, parts = 0;
    bool       head = true;
    ct_bytes_t line;

    while (ct_read_until(&body, '\n', &line)) {
        if (line.len == 0 || line.data[--line.len] != '\r'
            || line.len > (head ? 998 : 78))
        {
            return "a line";
        }

        for (i = 0; i < line.len; i++) {
            if (line.data[i] < ' ' || line.data[i] >= 0x7f) {
                return "a byte";
            }
        }

        parts += line.len > 6 && memcmp(line.data, "--=_ct-", 7) == 0;

        if (head && line.len != 0
            && !header_known((const char *) line.data, line.len))
        {
            return "a header";
        }

        head = head && line.len != 0;
    }

    return body.len != 0 ? "an end" : head ? "no body"
           : parts != 3 ? "parts" : NULL;
}


static inline const char *
fault_of(ct_format_e format, ct_bytes_t body)
{
    json_t     *root;
    const char *fault = NULL;

    if (format == CT_FORMAT_MAIL) {
        return fault_mail(body);
    }

    root = json_loadb((const char *) body.data, body.len, JSON_ALLOW_NUL,
                      NULL);
    if (root == NULL) {
        return "no JSON";
    }

    if (memchr(body.data, '<', body.len) != NULL) {
        return "a tag";
    }

    switch (format) {
    case CT_FORMAT_JSON:
    case CT_FORMAT_MAIL:
        break;
    case CT_FORMAT_CLOUDEVENTS:
        fault = units(json_at(root, "id")) == 0
                || units(json_at(root, "source")) == 0
                || units(json_at(root, "type")) == 0
                || strcmp(json_text(root, "specversion"), "1.0") != 0
                ? "an attribute" : NULL;
        break;
    case CT_FORMAT_SLACK:
        fault = fault_slack(root);
        break;
    case CT_FORMAT_DISCORD:
        fault = fault_discord(root);
        break;
    case CT_FORMAT_TEAMS:
        fault = body.len > 21000 ? "too large" : fault_card(root);
        break;
    case CT_FORMAT_PAGERDUTY:
        fault = body.len > 512 * 1024 ? "too large" : fault_pagerduty(root);
        break;
    case CT_FORMAT_ALERTMANAGER:
        fault = fault_alerts(root);
        break;
    }

    if (fault == NULL && format != CT_FORMAT_JSON
        && format != CT_FORMAT_CLOUDEVENTS)
    {
        fault = fault_hidden(root);
    }

    json_decref(root);

    return fault;
}

#endif
