/*
 * ct_smtp: see the header. Nothing is sent before the reply to what was sent
 * before: pipelining would save a second once in a while, and make it hard
 * to tell which recipient was refused.
 */

#include "ct_smtp.h"

#include <string.h>


static bool ct_smtp_line(ct_smtp_t *smtp);
static void ct_smtp_keep(ct_smtp_t *smtp, ct_bytes_t text);
static void ct_smtp_reply(ct_smtp_t *smtp);
static void ct_smtp_recipient(ct_smtp_t *smtp);
static void ct_smtp_next(ct_smtp_t *smtp);
static void ct_smtp_done(ct_smtp_t *smtp);
static void ct_smtp_refused(ct_smtp_t *smtp);
static void ct_smtp_note(ct_smtp_t *smtp);
static size_t ct_smtp_put(uint8_t *out, size_t n, const char *text);


void
ct_smtp_init(ct_smtp_t *smtp, const char *from, const char *const *to,
    size_t nto, uint16_t told)
{
    memset(smtp, 0, sizeof(ct_smtp_t));

    smtp->from = from;
    smtp->to = to;
    smtp->nto = nto;

    if ((told & ((1U << nto) - 1)) != (1U << nto) - 1) {
        smtp->told = told;
    }
}


void
ct_smtp_say(const ct_smtp_t *smtp, ct_buf_t *out)
{
    switch (smtp->step) {

    case CT_SMTP_MAIL:
        ct_buf_puts(out, "MAIL FROM:<");
        ct_buf_puts(out, smtp->from);
        ct_buf_puts(out, ">\r\n");
        break;

    case CT_SMTP_RCPT:
        ct_buf_puts(out, "RCPT TO:<");
        ct_buf_puts(out, smtp->to[smtp->at]);
        ct_buf_puts(out, ">\r\n");
        break;

    case CT_SMTP_DATA:
        ct_buf_puts(out, "DATA\r\n");
        break;

    case CT_SMTP_TEXT:
        break;

    case CT_SMTP_END:
        ct_buf_puts(out, "QUIT\r\n");
        break;
    }
}


bool
ct_smtp_hear(ct_smtp_t *smtp, ct_bytes_t *in)
{
    uint8_t c;

    while (smtp->step != CT_SMTP_END && ct_read_u8(in, &c)) {

        if (++smtp->bytes > CT_LIMIT_SMTP_REPLY) {
            ct_smtp_fail(smtp, "the server talks without end");
            return true;
        }

        if (c != '\n') {
            if (smtp->len < sizeof(smtp->line)) {
                smtp->line[smtp->len] = c;
            }

            smtp->len++;
            continue;
        }

        if (ct_smtp_line(smtp)) {
            return true;
        }
    }

    return false;
}


/* One line of a reply, such as "250-SIZE" or "250 OK" (RFC 5321, 4.2); true
 * when it was the last. */
static bool
ct_smtp_line(ct_smtp_t *smtp)
{
    bool       more;
    size_t     i, len;
    ct_bytes_t line;
    uint64_t   code;

    len = smtp->len < sizeof(smtp->line) ? smtp->len : sizeof(smtp->line);
    smtp->len = 0;

    if (len > 0 && smtp->line[len - 1] == '\r') {
        len--;
    }

    line = ct_bytes(smtp->line, len);

    for (i = 0; i < 3 && i < len; i++) {
        if (line.data[i] < '0' || line.data[i] > '9') {
            break;
        }
    }

    if (i < 3 || !ct_parse_decimal(ct_bytes(line.data, 3), &code)
        || code < 200 || code > 599
        || (smtp->code != 0 && smtp->code != (int) code)
        || (len > 3 && line.data[3] != ' ' && line.data[3] != '-'))
    {
        ct_smtp_fail(smtp, "the server does not answer in SMTP");
        return true;
    }

    more = len > 3 && line.data[3] == '-';
    smtp->code = (int) code;
    ct_smtp_keep(smtp, len > 4 ? ct_bytes(line.data + 4, len - 4)
                               : ct_bytes(NULL, 0));

    if (more) {
        return false;
    }

    ct_smtp_reply(smtp);

    smtp->code = 0;
    smtp->bytes = 0;
    smtp->nsaid = 0;

    return true;
}


/* What is no printable ASCII goes to log lines and pages as "?". */
static void
ct_smtp_keep(ct_smtp_t *smtp, ct_bytes_t text)
{
    size_t i;

    if (smtp->nsaid > 0 && smtp->nsaid < sizeof(smtp->said)) {
        smtp->said[smtp->nsaid++] = ' ';
    }

    for (i = 0; i < text.len && smtp->nsaid < sizeof(smtp->said); i++) {
        smtp->said[smtp->nsaid++] = (char) (text.data[i] < 0x20
                                            || text.data[i] > 0x7e
                                            ? '?' : text.data[i]);
    }
}


static void
ct_smtp_reply(ct_smtp_t *smtp)
{
    /* the server goes away, whatever it was asked */
    if (smtp->code == 421) {
        ct_smtp_refused(smtp);
        return;
    }

    switch (smtp->step) {

    case CT_SMTP_MAIL:
        if (smtp->code / 100 == 2) {
            smtp->known = true;
            ct_smtp_next(smtp);
            return;
        }

        break;

    case CT_SMTP_RCPT:
        ct_smtp_recipient(smtp);
        return;

    case CT_SMTP_DATA:
        if (smtp->code == 354) {
            smtp->step = CT_SMTP_TEXT;
            smtp->sent = true;
            return;
        }

        break;

    case CT_SMTP_TEXT:
        if (smtp->code / 100 == 2) {
            smtp->told |= smtp->taken;
            ct_smtp_done(smtp);
            return;
        }

        break;

    case CT_SMTP_END:
        return;
    }

    ct_smtp_refused(smtp);
}


/* Of those who are not taken the one that may be another time decides. */
static void
ct_smtp_recipient(ct_smtp_t *smtp)
{
    if (smtp->code / 100 == 2) {
        smtp->taken |= (uint16_t) (1U << smtp->at);

    } else if (smtp->status == 0
               || (smtp->status / 100 == 5 && smtp->code / 100 == 4))
    {
        ct_smtp_note(smtp);
    }

    smtp->later |= smtp->code / 100 == 4;
    smtp->at++;
    ct_smtp_next(smtp);
}


/* The next recipient that has not got it, or what comes behind them. */
static void
ct_smtp_next(ct_smtp_t *smtp)
{
    while (smtp->at < smtp->nto && (smtp->told >> smtp->at & 1)) {
        smtp->at++;
    }

    if (smtp->at < smtp->nto) {
        smtp->step = CT_SMTP_RCPT;

    } else if (smtp->taken != 0) {
        smtp->step = CT_SMTP_DATA;

    } else {
        ct_smtp_done(smtp);
    }
}


static void
ct_smtp_done(ct_smtp_t *smtp)
{
    smtp->ok = smtp->told != 0 && !smtp->later;
    smtp->status = smtp->ok ? smtp->code : smtp->status;
    smtp->step = CT_SMTP_END;
}


static void
ct_smtp_refused(ct_smtp_t *smtp)
{
    ct_smtp_note(smtp);
    smtp->step = CT_SMTP_END;
}


/* "RCPT TO:<...> was answered with 550 No such user" */
static void
ct_smtp_note(ct_smtp_t *smtp)
{
    ct_buf_t   out;
    uint8_t    command[CT_LIMIT_URL + 32];
    ct_bytes_t name;

    ct_buf_fixed(&out, command, sizeof(command));
    ct_smtp_say(smtp, &out);
    name = ct_buf_slice(&out);
    name = name.len > 2 ? ct_bytes(name.data, name.len - 2)
                        : CT_BYTES("the mail");

    /* room for the number and the words between */
    if (name.len > sizeof(smtp->error) - 64) {
        name.len = sizeof(smtp->error) - 64;
    }

    ct_buf_fixed(&out, smtp->error, sizeof(smtp->error) - 1);
    ct_buf_bytes(&out, name);
    ct_buf_puts(&out, " was answered with ");
    ct_buf_u64(&out, (uint64_t) smtp->code);
    ct_buf_puts(&out, " ");
    ct_buf_put(&out, smtp->said, smtp->nsaid < out.room - out.len
                                 ? smtp->nsaid : out.room - out.len);
    smtp->error[out.len] = '\0';
    smtp->status = smtp->code;
}


void
ct_smtp_fail(ct_smtp_t *smtp, const char *why)
{
    size_t len;

    len = strlen(why);
    len = len < sizeof(smtp->error) ? len : sizeof(smtp->error) - 1;
    memcpy(smtp->error, why, len);
    smtp->error[len] = '\0';
    smtp->status = 0;
    smtp->step = CT_SMTP_END;
}


size_t
ct_smtp_text(ct_bytes_t mail, uint8_t *out)
{
    bool    begins;
    size_t  n;
    uint8_t c, before;

    n = 0;
    c = '\n';
    begins = true;

    while (mail.len > 0) {
        before = c;
        (void) ct_read_u8(&mail, &c);

        if (c == '\n' && before == '\r') {
            continue;
        }

        if (c == '\r' || c == '\n') {
            n = ct_smtp_put(out, n, "\r\n");
            begins = true;
            continue;
        }

        if (c == '.' && begins) {
            n = ct_smtp_put(out, n, ".");
        }

        if (out != NULL) {
            out[n] = c;
        }

        n++;
        begins = false;
    }

    if (!begins) {
        n = ct_smtp_put(out, n, "\r\n");
    }

    return ct_smtp_put(out, n, ".\r\n");
}


static size_t
ct_smtp_put(uint8_t *out, size_t n, const char *text)
{
    size_t len;

    len = strlen(text);

    if (out != NULL) {
        memcpy(out + n, text, len);
    }

    return n + len;
}
