/*
 * ct_send: see the header.
 */

#include "ct_send.h"
#include "ct_mail.h"
#include "ct_message.h"
#include "ct_outbox.h"
#include "ct_sign.h"

#include <stdio.h>
#include <string.h>
#include <unistd.h>


#define CT_SEND_TIMEOUT_MS 30000
#define CT_SEND_HEADERS    3 /* of a signature */

/* What SMTP means, in numbers of HTTP, whose classes are the other way
 * round. */
#define CT_SEND_TAKEN      200
#define CT_SEND_REFUSED    400
#define CT_SEND_LATER      503

/* What a receiver is sent, in ctx->scratch. */
typedef struct {
    ct_message_t message;
    ct_mail_t    mail;
    char         source[256];
    ct_format_e  format;
    ct_buf_t     body;
} ct_letter_t;


static ct_format_e ct_send_format(const ct_channel_t *channel);
static void ct_send_open(ct_letter_t *letter, ct_send_t *send);
static ct_rc_t ct_send_add(ct_send_t *send, ct_letter_t *letter,
    const ct_alert_t *alert);
static ct_rc_t ct_send_fill(ct_send_t *send, ct_letter_t *letter,
    ct_group_t *group);
static uint16_t ct_send_told(const ct_group_t *group);
static ct_rc_t ct_send_letter(ct_send_t *send, ct_letter_t *letter);
static ct_rc_t ct_send_post(ct_send_t *send, ct_letter_t *letter);
static ct_rc_t ct_send_mail(ct_send_t *send, ct_letter_t *letter);
static ct_rc_t ct_send_log(ct_send_t *send, ct_letter_t *letter);
static ct_rc_t ct_send_sign(const ct_send_t *send, const ct_letter_t *letter,
    const char **headers, size_t *n);
static ct_rc_t ct_send_header(const ct_send_t *send, const char **headers,
    size_t *n, const char *name, ct_bytes_t value);
static void ct_send_answered(void *arg, ct_http_answer_t *answer);
static void ct_send_mailed(void *arg, ct_http_answer_t *answer);


static ct_format_e
ct_send_format(const ct_channel_t *channel)
{
    switch (channel->kind) {

    case CT_CHANNEL_WEBHOOK:
        return channel->format < CT_FORMATS ? (ct_format_e) channel->format
                                            : CT_FORMAT_JSON;

    case CT_CHANNEL_MAIL:
        return CT_FORMAT_MAIL;

    case CT_CHANNEL_LOG:
        break;
    }

    return CT_FORMAT_JSON;
}


size_t
ct_send_most(const ct_channel_t *channel)
{
    return channel->kind == CT_CHANNEL_LOG
           ? 1 : ct_message_group_max(ct_send_format(channel));
}


/* A program can take whatever comes, and wants all of it. */
bool
ct_send_people(const ct_channel_t *channel)
{
    switch (ct_send_format(channel)) {
    case CT_FORMAT_SLACK:
    case CT_FORMAT_DISCORD:
    case CT_FORMAT_TEAMS:
    case CT_FORMAT_PAGERDUTY:
    case CT_FORMAT_MAIL:
        return true;
    default:
        return false;
    }
}


ct_rc_t
ct_send_group(ct_send_t *send, ct_group_t *group)
{
    ct_rc_t     rc;
    ct_letter_t letter;

    ct_send_open(&letter, send);
    letter.message.digest = group->digest;
    rc = ct_send_fill(send, &letter, group);
    send->told = ct_send_told(group);

    return rc == CT_OK ? ct_send_letter(send, &letter) : rc;
}


ct_rc_t
ct_send_event(ct_send_t *send, const ct_event_t *event)
{
    ct_rc_t     rc;
    ct_letter_t letter;

    ct_send_open(&letter, send);
    rc = ct_message_event(&letter.message, event);

    return rc == CT_OK ? ct_send_letter(send, &letter) : rc;
}


static void
ct_send_open(ct_letter_t *letter, ct_send_t *send)
{
    const ct_channel_t *channel;

    channel = send->channel;
    memset(letter, 0, sizeof(*letter));
    ct_arena_reset(send->ctx->scratch);

    if (gethostname(letter->source, sizeof(letter->source) - 1) != 0) {
        letter->source[0] = '\0';
    }

    letter->format = ct_send_format(channel);
    letter->mail.from = channel->from;
    letter->mail.to = channel->to;
    letter->mail.nto = channel->nto;

    letter->message.arena = send->ctx->scratch;
    letter->message.store = send->ctx->store;
    letter->message.zone = send->ctx->config->zone;
    letter->message.source = letter->source;
    letter->message.url = send->ctx->config->status_url != NULL
                          ? send->ctx->config->status_url : "";
    letter->message.now_ms = send->ctx->now_ms;

    if (letter->format == CT_FORMAT_MAIL) {
        letter->message.mail = &letter->mail;
    }

    if (letter->format == CT_FORMAT_PAGERDUTY && channel->nsecrets > 0) {
        letter->message.key = (const char *) channel->secrets[0].data;
    }
}


/* The first ones are told, of the others how many there are. */
static ct_rc_t
ct_send_fill(ct_send_t *send, ct_letter_t *letter, ct_group_t *group)
{
    size_t  i, kept;
    bool    whole, full;
    ct_rc_t rc;

    kept = 0;
    full = false;
    whole = group->n > group->listed;

    for (i = 0; i < group->n; i++) {
        if (!ct_outbox_stands(send->ctx, &group->items[i].alert)) {
            ct_outbox_remove(send->ctx, group->items[i].at);
            continue;
        }

        if (!full && letter->message.n < group->listed) {
            rc = ct_send_add(send, letter, &group->items[i].alert);
            full = rc == CT_E_FULL;

            if (rc != CT_OK && !full) {
                return rc;
            }
        }

        if (full && !whole) {
            break;
        }

        group->items[kept++] = group->items[i];
    }

    group->n = kept;
    letter->message.more = kept - letter->message.n;

    return kept > 0 ? CT_OK : CT_E_ABSENT;
}


static ct_rc_t
ct_send_add(ct_send_t *send, ct_letter_t *letter, const ct_alert_t *alert)
{
    ct_buf_t     text;
    ct_event_t   event;
    ct_finding_t finding;

    if (alert->event != 0) {
        return ct_store_event(send->ctx->store, alert->event, &event)
               ? ct_message_event(&letter->message, &event) : CT_E_ABSENT;
    }

    ct_buf_init(&text, send->ctx->scratch, CT_LIMIT_FINDING_TEXT);

    if (!ct_store_finding(send->ctx->store, alert->finding, &finding, &text))
    {
        return CT_E_ABSENT;
    }

    return ct_message_finding(&letter->message, &finding, ct_buf_slice(&text),
                              alert->queued_ms,
                              alert->type == CT_ALERT_RESOLVED);
}


/* Who has all of it. */
static uint16_t
ct_send_told(const ct_group_t *group)
{
    size_t   i;
    uint16_t told;

    told = group->n > 0 ? UINT16_MAX : 0;

    for (i = 0; i < group->n; i++) {
        told &= group->items[i].alert.told;
    }

    return told;
}


static ct_rc_t
ct_send_letter(ct_send_t *send, ct_letter_t *letter)
{
    ct_rc_t rc;

    ct_buf_init(&letter->body, send->ctx->scratch, CT_LIMIT_MESSAGE);
    rc = ct_message_render(letter->format, &letter->message, &letter->body);

    if (rc != CT_OK) {
        return rc;
    }

    switch (send->channel->kind) {

    case CT_CHANNEL_WEBHOOK:
        return ct_send_post(send, letter);

    case CT_CHANNEL_MAIL:
        return ct_send_mail(send, letter);

    case CT_CHANNEL_LOG:
        return ct_send_log(send, letter);
    }

    return CT_E_TYPE;
}


static ct_rc_t
ct_send_post(ct_send_t *send, ct_letter_t *letter)
{
    size_t        i, n;
    ct_rc_t       rc;
    const char   *headers[CT_LIMIT_HEADERS + CT_SEND_HEADERS];
    ct_http_ask_t ask;

    n = 0;

    for (i = 0; i < send->channel->nheaders && i < CT_LIMIT_HEADERS; i++) {
        headers[n++] = send->channel->headers[i];
    }

    if (letter->format == CT_FORMAT_JSON
        || letter->format == CT_FORMAT_CLOUDEVENTS)
    {
        rc = ct_send_sign(send, letter, headers, &n);

        if (rc != CT_OK) {
            return rc;
        }
    }

    memset(&ask, 0, sizeof(ask));
    ask.url = send->channel->url;
    ask.post = letter->body.data;
    ask.post_len = letter->body.len;
    ask.type = ct_message_content_type(letter->format);
    ask.headers = headers;
    ask.nheaders = n;
    ask.limit = CT_LIMIT_WEBHOOK_ANSWER;
    ask.timeout_ms = CT_SEND_TIMEOUT_MS;
    ask.ctx = send;
    ask.done = ct_send_answered;

    return ct_http_start(send->ctx->http, &ask);
}


static ct_rc_t
ct_send_mail(ct_send_t *send, ct_letter_t *letter)
{
    ct_mail_ask_t ask;

    memset(&ask, 0, sizeof(ask));
    ask.url = send->channel->url;
    ask.from = send->channel->from;
    ask.to = send->channel->to;
    ask.nto = send->channel->nto;
    ask.told = send->told;
    ask.user = send->channel->user;
    ask.password = send->channel->password;
    ask.tls = send->channel->tls;
    ask.mail = ct_buf_slice(&letter->body);
    ask.ctx = send;
    ask.done = ct_send_mailed;

    return ct_mail_start(send->ctx->http, &ask);
}


static ct_rc_t
ct_send_log(ct_send_t *send, ct_letter_t *letter)
{
    char         error[CT_LIMIT_ERROR];
    ct_outcome_t outcome;

    if (send->log == NULL) {
        return CT_E_MEMORY;
    }

    error[0] = '\0';
    memset(&outcome, 0, sizeof(outcome));
    outcome.error = error;

    if (ct_eventlog_write(send->log, ct_buf_slice(&letter->body),
                          send->ctx->now_ms, error) == CT_OK)
    {
        outcome.status = CT_SEND_TAKEN;
    }

    send->done(send->arg, &outcome);

    return CT_OK;
}


/* As Standard Webhooks has it. The id stays when it is sent again, the time
 * is that of this attempt. */
static ct_rc_t
ct_send_sign(const ct_send_t *send, const ct_letter_t *letter,
    const char **headers, size_t *n)
{
    size_t      i;
    int64_t     seconds;
    uint8_t     room[CT_LIMIT_MESSAGE_ID], number[24], text[1024];
    ct_buf_t    id, time, value;
    ct_rc_t     rc;
    ct_secret_t secrets[CT_LIMIT_SECRETS];

    if (send->channel->nsecrets == 0) {
        return CT_OK;
    }

    for (i = 0; i < send->channel->nsecrets && i < CT_LIMIT_SECRETS; i++) {
        secrets[i].len = send->channel->secrets[i].len < CT_LIMIT_SECRET
                         ? send->channel->secrets[i].len : CT_LIMIT_SECRET;
        memcpy(secrets[i].key, send->channel->secrets[i].data,
               secrets[i].len);
    }

    seconds = send->ctx->now_ms / 1000;
    ct_buf_fixed(&id, room, sizeof(room));
    ct_buf_fixed(&time, number, sizeof(number));
    ct_buf_fixed(&value, text, sizeof(text));
    ct_message_id(&id, &letter->message);
    ct_buf_u64(&time, (uint64_t) seconds);

    rc = ct_sign(&value, secrets, i, ct_buf_slice(&id), seconds,
                 ct_buf_slice(&letter->body));

    if (rc == CT_OK) {
        rc = ct_send_header(send, headers, n, CT_SIGN_ID, ct_buf_slice(&id));
    }

    if (rc == CT_OK) {
        rc = ct_send_header(send, headers, n, CT_SIGN_TIMESTAMP,
                            ct_buf_slice(&time));
    }

    return rc != CT_OK ? rc
                       : ct_send_header(send, headers, n, CT_SIGN_SIGNATURE,
                                        ct_buf_slice(&value));
}


static ct_rc_t
ct_send_header(const ct_send_t *send, const char **headers, size_t *n,
    const char *name, ct_bytes_t value)
{
    ct_buf_t line;

    ct_buf_init(&line, send->ctx->scratch, 2048);
    ct_buf_puts(&line, name);
    ct_buf_puts(&line, ": ");
    ct_buf_bytes(&line, value);
    ct_buf_putc(&line, '\0');

    headers[(*n)++] = (const char *) line.data;

    return line.full ? CT_E_MEMORY : CT_OK;
}


/* A 2xx is an answer, whatever becomes of its page. */
static void
ct_send_answered(void *arg, ct_http_answer_t *answer)
{
    char         error[CT_LIMIT_ERROR];
    ct_send_t   *send;
    ct_outcome_t outcome;

    send = arg;

    if (answer->rc == CT_E_STOPPED && !ct_receiver_took(answer->status)) {
        return;
    }

    (void) snprintf(error, sizeof(error), "%.120s%s%s", answer->error,
                    answer->said[0] != '\0' ? ": " : "", answer->said);

    memset(&outcome, 0, sizeof(outcome));
    outcome.status = answer->status;
    outcome.retry_after_ms = answer->retry_after_ms;
    outcome.error = error;
    outcome.sent = answer->sent;
    send->done(send->arg, &outcome);
}


/* What a server says before it knows what it is to send is not about that. */
static void
ct_send_mailed(void *arg, ct_http_answer_t *answer)
{
    ct_send_t   *send;
    ct_outcome_t outcome;

    send = arg;

    if (answer->rc == CT_E_STOPPED) {
        return;
    }

    memset(&outcome, 0, sizeof(outcome));
    outcome.error = answer->error;
    outcome.sent = answer->sent;
    outcome.told = answer->told;
    outcome.partly = answer->rc == CT_OK && answer->error[0] != '\0';

    if (answer->rc == CT_OK) {
        outcome.status = CT_SEND_TAKEN;

    } else if (answer->rc == CT_E_STATUS && answer->status / 100 == 5) {
        outcome.status = CT_SEND_REFUSED;

    } else if (answer->status != 0) {
        outcome.status = CT_SEND_LATER;
    }

    if (outcome.partly) {
        ct_lines_say(send->ctx->lines, CT_LINE_WARN,
                     "mail \"%s\" was taken, but not for everybody: %s",
                     send->channel->name, answer->error);
    }

    send->done(send->arg, &outcome);
}
