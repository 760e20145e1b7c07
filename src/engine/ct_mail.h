/*
 * ct_mail: one mail, handed to a server by SMTP, on the multi handle of
 * ct_http and in its turns. libcurl makes the connection, with TLS and
 * authentication; what follows is said by ct_smtp, because libcurl would
 * wait for the reply to a mail, and to its QUIT, with the whole thread.
 */

#ifndef CT_MAIL_H
#define CT_MAIL_H

#include "ct_http.h"

typedef struct {
    const char        *url;      /* smtp:// or smtps://, copied */
    const char        *from;     /* this and `to` are borrowed to the end */
    const char *const *to;
    size_t             nto;
    uint16_t           told;     /* bit i: to[i] has it, and is left out */
    const char        *user;     /* NULL: no authentication; copied */
    const char        *password;
    bool               tls;      /* smtp:// is worth nothing without */
    ct_bytes_t         mail;     /* RFC 5322, copied */
    void              *ctx;
    ct_http_done_pt    done;     /* once; see ct_http_ask_t */
} ct_mail_ask_t;


/*
 * As ct_http_start. Of the answer `status` is the code of the reply that
 * decided, 0 when there was none, `told` who has the mail, from before too,
 * and there is no data. CT_OK: one recipient at least has it, and nobody can
 * be expected to take it later; `error` tells of one who was refused, or is
 * empty. CT_E_STATUS: the server did not take it for somebody. CT_E_NETWORK:
 * it takes no mail at all from us, now or with that configuration; no
 * connection as wanted, or not to the end.
 */
ct_rc_t ct_mail_start(ct_http_t *http, const ct_mail_ask_t *ask);

#endif
