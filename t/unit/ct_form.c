/* ct_form: fields as browsers and curl send them, and what is no form. */

#include "ct_form.h"
#include "tap.h"


static void test_fields(void);
static void test_broken(void);
static void test_room(void);
static void fields(const char *form, const char *want, ct_rc_t end);


int
main(void)
{
    test_fields();
    test_broken();
    test_room();

    return done_testing();
}


/* All of a form as <name>[value]..., and how it ended. */
static void
fields(const char *form, const char *want, ct_rc_t end)
{
    char            got[256] = "";
    size_t          at = 0, len = strlen(form);
    ct_rc_t         rc;
    uint8_t         room[256], *guard = tap_guard(form, len);
    ct_buf_t        buf;
    ct_bytes_t      in = ct_bytes(guard, len);
    ct_form_field_t field;

    ct_buf_fixed(&buf, room, len);

    while ((rc = ct_form_next(&in, &buf, &field)) == CT_OK) {
        at += (size_t) snprintf(got + at, sizeof(got) - at, "<%.*s>[%.*s]",
                                (int) field.name.len, field.name.data,
                                (int) field.value.len, field.value.data);
    }

    is_str(got, want, "\"%s\"", form);
    is_int(rc, end, "ends as it should");
    tap_unguard(guard, len);
}


static void
test_fields(void)
{
    fields("", "", CT_E_ABSENT);
    fields("a=b", "<a>[b]", CT_E_ABSENT);
    fields("a=b&c=d", "<a>[b]<c>[d]", CT_E_ABSENT);
    fields("a=b&a=c", "<a>[b]<a>[c]", CT_E_ABSENT);
    fields("a", "<a>[]", CT_E_ABSENT);
    fields("a=", "<a>[]", CT_E_ABSENT);
    fields("=a", "<>[a]", CT_E_ABSENT);
    fields("=", "<>[]", CT_E_ABSENT);
    fields("a=b=c", "<a>[b=c]", CT_E_ABSENT);
    fields("&&a=b&&", "<a>[b]", CT_E_ABSENT);
    fields("a=b+c%20d", "<a>[b c d]", CT_E_ABSENT);
    fields("a=1%2B1%3d2", "<a>[1+1=2]", CT_E_ABSENT);
    fields("%61%26=%25", "<a&>[%]", CT_E_ABSENT);
    fields("a=%c3%A4;c=d", "<a>[\xc3\xa4;c=d]", CT_E_ABSENT);
    fields("{\"a\": 1}", "<{\"a\": 1}>[]", CT_E_ABSENT);
}


static void
test_broken(void)
{
    fields("%", "", CT_E_ENCODING);
    fields("a=%", "", CT_E_ENCODING);
    fields("a=%4", "", CT_E_ENCODING);
    fields("a=%4&b=1", "", CT_E_ENCODING);
    fields("a=%4g", "", CT_E_ENCODING);
    fields("a=%%41", "", CT_E_ENCODING);
    fields("a=b&c=%zz", "<a>[b]", CT_E_ENCODING);
}


static void
test_room(void)
{
    uint8_t         room[8];
    ct_buf_t        buf;
    ct_bytes_t      in = CT_BYTES("abc=defg&h=i");
    ct_form_field_t field;

    ct_buf_fixed(&buf, room, 8);
    is_int(ct_form_next(&in, &buf, &field), CT_OK, "seven of eight");
    is_int(ct_form_next(&in, &buf, &field), CT_E_LIMIT, "two more");

    in = CT_BYTES("a=%00b");
    ct_buf_fixed(&buf, room, 8);
    is_int(ct_form_next(&in, &buf, &field), CT_OK, "a NUL");
    is_mem(field.value.data, field.value.len, "\0b", 2, "is a byte");
}
