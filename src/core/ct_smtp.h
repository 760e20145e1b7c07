/*
 * ct_smtp: the client's side of one mail (RFC 5321), from MAIL to the reply
 * to its text: what to say next, and what became of it. The connection, TLS
 * and who one is are somebody else's.
 *
 *   ct_smtp_say    the next command; in between the text of the mail
 *   ct_smtp_hear   the reply to it
 *
 * A mail goes to all recipients that the server takes. It is done with when
 * one has it and none is left who may be taken another time; who was not
 * taken for good does without, and `error` says so.
 */

#ifndef CT_SMTP_H
#define CT_SMTP_H

#include "ct_bytes.h"
#include "ct_limits.h"

typedef enum {
    CT_SMTP_MAIL = 0,
    CT_SMTP_RCPT,
    CT_SMTP_DATA,
    CT_SMTP_TEXT,
    CT_SMTP_END
} ct_smtp_step_e;

typedef struct {
    const char        *from; /* all of these are borrowed */
    const char *const *to;
    size_t             nto;

    ct_smtp_step_e     step;
    size_t             at;    /* the recipient being asked for */
    uint16_t           taken; /* recipients, a bit for each */
    uint16_t           told;  /* of them, those who have the mail */
    bool               later; /* one may be taken another time */
    bool               known; /* the server knows who it is from */
    bool               sent;  /* it was asked to send the text */

    /* the reply under way */
    uint8_t            line[CT_LIMIT_ERROR]; /* the beginning of its line */
    size_t             len;   /* of all of that line */
    size_t             bytes; /* of all its lines */
    int                code;  /* 0: no line is whole */
    char               said[CT_LIMIT_ERROR]; /* its text, for people */
    size_t             nsaid;

    /* the end */
    bool               ok;
    int                status; /* code of the reply that decided; 0: none */
    char               error[CT_LIMIT_ERROR]; /* a clause; with `ok` about
                                                 the recipients refused */
} ct_smtp_t;


/* Addresses were checked where they were configured. `told`: bit i, to[i] has
 * it from an earlier attempt and is left out. */
void ct_smtp_init(ct_smtp_t *smtp, const char *from, const char *const *to,
    size_t nto, uint16_t told);

/* The next command with its end; at CT_SMTP_TEXT nothing, for it is the
 * mail's turn. */
void ct_smtp_say(const ct_smtp_t *smtp, ct_buf_t *out);

/* Eats what belongs to the reply; true: that was all of it, and `step` is
 * the next. What is no reply leads to CT_SMTP_END. */
bool ct_smtp_hear(ct_smtp_t *smtp, ct_bytes_t *in);

/* It came to an end for another reason. */
void ct_smtp_fail(ct_smtp_t *smtp, const char *why);

/* The mail as it is sent: lines end in CR LF whatever they ended in, a point
 * at their beginning is doubled, and a line with a point ends all. Returns
 * its length; with `out` NULL it is only measured. */
size_t ct_smtp_text(ct_bytes_t mail, uint8_t *out);

#endif
