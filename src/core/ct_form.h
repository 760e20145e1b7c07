/*
 * ct_form: the fields of application/x-www-form-urlencoded, as browsers and
 * curl send them: name=value&..., "+" for a blank, "%XX" for any byte.
 */

#ifndef CT_FORM_H
#define CT_FORM_H

#include "ct_bytes.h"

typedef struct {
    ct_bytes_t name;
    ct_bytes_t value; /* empty as well when there was no "=" */
} ct_form_field_t;


/*
 * The next field, decoded into `room`, a fixed one that the slices borrow
 * from; as many bytes as the form has are always enough. CT_E_ABSENT at the
 * end, CT_E_ENCODING for a "%" without two hex digits, CT_E_LIMIT without
 * room.
 */
ct_rc_t ct_form_next(ct_bytes_t *form, ct_buf_t *room,
    ct_form_field_t *field);

#endif
