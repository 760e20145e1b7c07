/* Fuzz target: what a mail server says. Whatever it is, the dialogue comes
 * to an end, in pieces as well as at once, and says something printable. */

#include "ct_smtp.h"

#include <stdlib.h>
#include <string.h>

#define CHECK(cond) ((cond) ? (void) 0 : abort())

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static const char *const to[] = { "a@x.test", "b@x.test", "c@x.test" };


static void
converse(ct_smtp_t *smtp, ct_bytes_t in, size_t piece)
{
    size_t     replies;
    char       command[CT_LIMIT_URL + 32];
    ct_buf_t   out;
    ct_bytes_t some;

    replies = 0;
    ct_smtp_init(smtp, "ct@x.test", to, 3, 0);

    while (in.len > 0 && smtp->step != CT_SMTP_END) {
        some = ct_bytes(in.data, piece < in.len ? piece : in.len);
        in = ct_bytes(in.data + some.len, in.len - some.len);

        while (ct_smtp_hear(smtp, &some)) {
            replies++;
            ct_buf_fixed(&out, command, sizeof(command));
            ct_smtp_say(smtp, &out);
            CHECK(!out.full);
        }

        CHECK(smtp->step == CT_SMTP_END || some.len == 0);
    }

    CHECK(replies <= 6 && smtp->taken <= 7 && smtp->at <= 3);
}


static void
check_end(const ct_smtp_t *smtp)
{
    size_t i, len;

    len = strnlen(smtp->error, sizeof(smtp->error));
    CHECK(len < sizeof(smtp->error));

    for (i = 0; i < len; i++) {
        CHECK(smtp->error[i] >= 0x20 && smtp->error[i] < 0x7f);
    }

    if (smtp->ok) {
        CHECK(smtp->step == CT_SMTP_END && smtp->taken > 0
              && smtp->status / 100 == 2);
    }
}


/* No line of it may end the mail early. */
static void
check_text(ct_bytes_t mail)
{
    size_t   i, len;
    uint8_t *text;

    len = ct_smtp_text(mail, NULL);
    text = malloc(len);
    CHECK(text != NULL && ct_smtp_text(mail, text) == len && len >= 3);
    CHECK(memcmp(text + len - 3, ".\r\n", 3) == 0);

    for (i = 0; i < len; i++) {
        CHECK(text[i] != '\r' || (i + 1 < len && text[i + 1] == '\n'));
        CHECK(text[i] != '\n' || (i > 0 && text[i - 1] == '\r'));
        CHECK(text[i] != '.' || (i > 0 && text[i - 1] != '\n')
              || i == len - 3 || text[i + 1] == '.');
    }

    free(text);
}


int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    ct_smtp_t whole, pieces;

    converse(&whole, ct_bytes(data, size), size + 1);
    check_end(&whole);
    converse(&pieces, ct_bytes(data, size), 1);
    check_end(&pieces);
    CHECK(whole.step == pieces.step && whole.ok == pieces.ok
          && whole.status == pieces.status
          && strcmp(whole.error, pieces.error) == 0);
    check_text(ct_bytes(data, size));

    return 0;
}
