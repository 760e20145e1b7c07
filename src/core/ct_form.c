/*
 * ct_form: see the header. The rules are those of the URL Standard, 5.1, but
 * for a "%" that is none: it is refused, for nobody could tell what was
 * meant.
 */

#include "ct_form.h"


static bool ct_form_decode(ct_bytes_t text, ct_buf_t *room, ct_bytes_t *out);


ct_rc_t
ct_form_next(ct_bytes_t *form, ct_buf_t *room, ct_form_field_t *field)
{
    ct_bytes_t pair, name, value;

    do {
        if (form->len == 0) {
            return CT_E_ABSENT;
        }

        if (!ct_read_until(form, '&', &pair)) {
            pair = *form;
            form->len = 0;
        }
    } while (pair.len == 0);

    value = pair;

    if (!ct_read_until(&value, '=', &name)) {
        name = pair;
        value.len = 0;
    }

    if (!ct_form_decode(name, room, &field->name)
        || !ct_form_decode(value, room, &field->value))
    {
        return CT_E_ENCODING;
    }

    return room->full ? CT_E_LIMIT : CT_OK;
}


/* False for a "%" that no byte follows. */
static bool
ct_form_decode(ct_bytes_t text, ct_buf_t *room, ct_bytes_t *out)
{
    size_t     start;
    uint8_t    c;
    ct_bytes_t hex;

    start = room->len;

    while (ct_read_u8(&text, &c)) {
        if (c == '+') {
            c = ' ';

        } else if (c == '%'
                   && (!ct_read_bytes(&text, 2, &hex)
                       || !ct_parse_hex(hex, &c, 1)))
        {
            return false;
        }

        ct_buf_putc(room, c);
    }

    *out = ct_bytes(room->data + start, room->len - start);

    return true;
}
