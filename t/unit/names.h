/* names: the names of a certificate as one line of text. */

#ifndef NAMES_H
#define NAMES_H

#include "cert.h"


/* What is not printable as %xx. */
static inline void
name_text(ct_buf_t *buf, const ct_name_t *name)
{
    size_t i;

    ct_buf_puts(buf, buf->len ? " " : "");
    ct_buf_puts(buf, name->kind == CT_NAME_DNS    ? "dns:"
                     : name->kind == CT_NAME_IP   ? "ip:"
                     : name->kind == CT_NAME_URI  ? "uri:"
                     : name->kind == CT_NAME_MAIL ? "mail:"
                                                  : "cn");

    if (name->kind == CT_NAME_IP) {
        ct_buf_hex(buf, name->value.data, name->value.len);
        return;
    }

    if (name->kind == CT_NAME_CN) {
        ct_buf_hex(buf, &name->tag, 1);
        ct_buf_puts(buf, ":");
    }

    for (i = 0; i < name->value.len; i++) {
        if (name->value.data[i] > ' ' && name->value.data[i] < 0x7f) {
            ct_buf_putc(buf, name->value.data[i]);
        } else {
            ct_buf_puts(buf, "%");
            ct_buf_hex(buf, name->value.data + i, 1);
        }
    }
}


/* "dns:x cn0c:y ip:7f000001 broken" */
static inline const char *
names_text(const ct_cert_t *cert)
{
    static char text[8192];

    ct_buf_t   buf;
    ct_name_t  name;
    ct_names_t names;

    ct_buf_fixed(&buf, text, sizeof(text) - 1);
    ct_names_start(&names, cert);

    while (ct_names_next(&names, &name)) {
        name_text(&buf, &name);
    }

    if (names.broken) {
        ct_buf_puts(&buf, buf.len ? " broken" : "broken");
    }

    text[buf.len] = '\0';

    return text;
}

#endif
