/*
 * ct_name: a name of a certificate as it is kept and shown, so that names of
 * logged and of served certificates can be compared as bytes.
 */

#include <arpa/inet.h>
#include <string.h>

#include "ct_cert.h"
#include "ct_utf8.h"

#define CT_NAME_URI_PREFIX  "uri:"
#define CT_NAME_MAIL_PREFIX "mail:"


static ct_bytes_t ct_name_address(ct_bytes_t address,
    char text[INET6_ADDRSTRLEN]);
static void ct_name_wide(ct_buf_t *out, ct_bytes_t value, size_t unit);


bool
ct_name_text(const ct_name_t *name, ct_arena_t *arena, ct_bytes_t *text)
{
    char        room[INET6_ADDRSTRLEN];
    size_t      i, len, unit;
    ct_buf_t    out;
    ct_bytes_t  value;
    const char *prefix;

    value = name->value;
    unit = 1;
    prefix = name->kind == CT_NAME_URI    ? CT_NAME_URI_PREFIX
             : name->kind == CT_NAME_MAIL ? CT_NAME_MAIL_PREFIX
                                          : "";

    if (name->kind == CT_NAME_IP) {
        value = ct_name_address(value, room);

    } else if (name->kind == CT_NAME_CN) {
        unit = name->tag == CT_DER_BMP         ? 2
               : name->tag == CT_DER_UNIVERSAL ? 4
                                               : 1;
    }

    len = strlen(prefix) + (unit == 1 ? value.len
                            : value.len / unit * CT_UTF8_MAX + unit);
    ct_buf_fixed(&out, ct_arena_alloc(arena, len), len);

    if (out.data == NULL) {
        return false;
    }

    ct_buf_puts(&out, prefix);

    if (unit > 1) {
        ct_name_wide(&out, value, unit);
    } else {
        ct_buf_bytes(&out, value);
    }

    for (i = 0; i < out.len; i++) {
        if (out.data[i] >= 'A' && out.data[i] <= 'Z') {
            out.data[i] |= 0x20;
        }
    }

    *text = ct_buf_slice(&out);

    return true;
}


void
ct_name_read(ct_bytes_t text, ct_name_t *name)
{
    size_t     i, len;
    ct_bytes_t prefix;

    static const struct {
        const char    *prefix;
        ct_name_kind_e kind;
    } kinds[] = {
        {CT_NAME_URI_PREFIX, CT_NAME_URI}, {CT_NAME_MAIL_PREFIX, CT_NAME_MAIL}
    };

    *name = (ct_name_t) {.kind = CT_NAME_DNS, .value = text};

    for (i = 0; i < sizeof(kinds) / sizeof(kinds[0]); i++) {
        len = strlen(kinds[i].prefix);

        if (ct_read_bytes(&text, len, &prefix)) {
            if (ct_bytes_is(prefix, kinds[i].prefix)) {
                *name = (ct_name_t) {.kind = kinds[i].kind, .value = text};
                return;
            }

            text = name->value;
        }
    }
}


static ct_bytes_t
ct_name_address(ct_bytes_t address, char text[INET6_ADDRSTRLEN])
{
    return ct_bytes_str(inet_ntop(address.len == 4 ? AF_INET : AF_INET6,
                                  address.data, text, INET6_ADDRSTRLEN));
}


/* As UTF-8; what is no character, and what is left over, as it is. */
static void
ct_name_wide(ct_buf_t *out, ct_bytes_t value, size_t unit)
{
    size_t     len;
    uint8_t    text[CT_UTF8_MAX];
    uint64_t   code;
    ct_bytes_t one;

    while (value.len >= unit) {
        one = ct_bytes(value.data, unit);
        (void) ct_read_uint(&value, unit, &code);
        len = code <= UINT32_MAX ? ct_utf8_write(text, (uint32_t) code) : 0;

        if (len != 0) {
            ct_buf_put(out, text, len);
        } else {
            ct_buf_bytes(out, one);
        }
    }

    ct_buf_bytes(out, value);
}
