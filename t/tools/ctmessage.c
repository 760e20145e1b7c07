/*
 * ctmessage: prints a sample message in a format, for the validators that
 * others have published (t/ct_message.t).
 *
 *   ctmessage FORMAT SAMPLE     the body
 *   ctmessage sign ID SECONDS SECRET...   webhook-signature of standard input
 */

#include "../unit/sample.h"

#include "ct_sign.h"

#include <err.h>

static int
sign(char **argv)
{
    size_t        n, len = 0;
    uint8_t       room[1024];
    ct_buf_t      out;
    ct_secret_t   secrets[8];
    static uint8_t body[CT_LIMIT_MESSAGE];

    for (n = 0; n < 8 && argv[n + 2] != NULL; n++) {
        if (ct_secret_read(ct_bytes_str(argv[n + 2]), &secrets[n]) != CT_OK) {
            errx(1, "not a secret: %s", argv[n + 2]);
        }
    }

    len = fread(body, 1, sizeof(body), stdin);
    ct_buf_fixed(&out, room, sizeof(room));

    if (ct_sign(&out, secrets, n, ct_bytes_str(argv[0]),
                strtoll(argv[1], NULL, 10), ct_bytes(body, len)) != CT_OK)
    {
        errx(1, "cannot be signed");
    }

    printf("%.*s\n", (int) out.len, (const char *) out.data);

    return 0;
}


int
main(int argc, char **argv)
{
    letter_t    l;
    ct_bytes_t  body;
    ct_format_e format;

    if (argc > 4 && strcmp(argv[1], "sign") == 0) {
        return sign(argv + 2);
    }

    if (argc != 3 || !ct_format_read(ct_bytes_str(argv[1]), &format)) {
        errx(2, "usage: ctmessage FORMAT SAMPLE | sign ID SECONDS SECRET");
    }

    letter_open(&l);

    if (!sample_fill(&l, argv[2], ct_message_group_max(format))) {
        errx(2, "no sample \"%s\"", argv[2]);
    }

    body = letter_say(&l, format);
    (void) fwrite(body.data, 1, body.len, stdout);
    letter_close(&l);

    return body.len == 0;
}
