/* Fuzz target: a checkpoint, of a log whose key was made for this file and
 * thrown away. What verifies says what was signed, in one spelling only;
 * what does not says nothing. */

#include "ct_head.h"

#include <stdlib.h>
#include <string.h>

#define CHECK(cond) ((cond) ? (void) 0 : abort())

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static const char key_base64[] =
    "MFkwEwYHKoZIzj0CAQYIKoZIzj0DAQcDQgAEkhWWtN++eRV6l4IjtCk5vaUeNTeX"
    "d0c3HKDszxIJsw+tqwTJVXcLy42s9daYaRVX/PgHc6Ra9vbwrt8OPrNQtA==";


/* The one text that means `head`. */
static void
check_text(ct_bytes_t note, const ct_head_t *head)
{
    char     text[128];
    ct_buf_t buf;

    ct_buf_fixed(&buf, text, sizeof(text));
    ct_buf_puts(&buf, "fuzz.example/2026h2\n");
    ct_buf_u64(&buf, head->size);
    ct_buf_puts(&buf, "\n");
    ct_buf_base64(&buf, head->root, sizeof(head->root));
    ct_buf_puts(&buf, "\n\n");

    CHECK(!buf.full && note.len > buf.len);
    CHECK(memcmp(note.data, text, buf.len) == 0);
    CHECK(head->size == 300 || head->size == 0);
}


int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static ct_key_t *key;

    ct_head_t head = {.size = 7};
    uint8_t   spki[128];
    size_t    len = sizeof(spki);

    if (key == NULL) {
        (void) ct_parse_base64(ct_bytes_str(key_base64), spki, &len);
        key = ct_key_create(ct_bytes(spki, len));
        CHECK(key != NULL);
    }

    if (ct_head_read_checkpoint(ct_bytes(data, size),
                                CT_BYTES("fuzz.example/2026h2"), key, &head)
        == CT_OK)
    {
        check_text(ct_bytes(data, size), &head);
    } else {
        CHECK(head.size == 7 && head.timestamp_ms == 0);
    }

    /* the signature alone, as get-sth has it */
    (void) ct_head_verify(&head, key, ct_bytes(data, size));

    return 0;
}
