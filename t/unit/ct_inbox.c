/*
 * ct_inbox: messages come out as they went in, once, the oldest first; a
 * full one refuses; who dies amid a message blocks nothing for long, and who
 * was taken for dead does no harm.
 */

#include "ct_inbox.h"
#include "tap.h"

#include <stdlib.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>


static uint8_t room[CT_LIMIT_INBOX_DATA];


static ct_inbox_t *
make(void)
{
    return mmap(NULL, sizeof(ct_inbox_t), PROT_READ | PROT_WRITE,
                MAP_SHARED | MAP_ANONYMOUS, -1, 0);
}


static bool
put(ct_inbox_t *inbox, const char *text)
{
    ct_bytes_t parts[2] = {ct_bytes_str(text), CT_BYTES("second")};

    return ct_inbox_put(inbox, CT_INBOX_TEST, parts, 2, false);
}


static bool
take(ct_inbox_t *inbox, int64_t now_ms, const char *text)
{
    ct_bytes_t         part;
    ct_inbox_message_t message;

    return ct_inbox_take(inbox, now_ms, room, &message)
           && message.kind == CT_INBOX_TEST
           && ct_read_vec16(&message.rest, &part)
           && ct_bytes_equal(part, ct_bytes_str(text))
           && ct_read_vec16(&message.rest, &part)
           && ct_bytes_is(part, "second")
           && message.rest.len == 0;
}


static void
test_order(void)
{
    size_t             i;
    char               text[32];
    ct_inbox_t        *inbox;
    ct_inbox_message_t message;

    inbox = make();
    ok(!ct_inbox_take(inbox, 0, room, &message), "empty");

    ok(put(inbox, "one") && put(inbox, "two"), "two messages");
    ok(take(inbox, 0, "one"), "the first comes first");
    ok(put(inbox, "three"), "a third, in the first one's slot");
    ok(take(inbox, 0, "two") && take(inbox, 0, "three"), "in their order");
    ok(!ct_inbox_take(inbox, 0, room, &message), "each once");

    for (i = 0; i < CT_LIMIT_INBOX; i++) {
        (void) snprintf(text, sizeof(text), "%zu", i);
        (void) put(inbox, text);
    }

    ok(!put(inbox, "more"), "full");
    is_int(ct_inbox_refused(inbox), 1, "which is counted");
    ok(take(inbox, 0, "0") && put(inbox, "again"), "until one is taken");
}


static void
test_sizes(void)
{
    uint8_t           *large;
    ct_bytes_t         parts[3], part;
    ct_inbox_t        *inbox;
    ct_inbox_message_t message;

    inbox = make();
    large = calloc(1, 70000);
    parts[0] = ct_bytes(large, 5000);
    parts[1] = ct_bytes(large, 5000);
    parts[2] = ct_bytes(large, 100);

    ok(!ct_inbox_put(inbox, CT_INBOX_LEARNED, parts, 3, false),
       "what does not fit is refused");
    ok(!ct_inbox_take(inbox, 0, room, &message), "and leaves nothing");
    ok(ct_inbox_put(inbox, CT_INBOX_LEARNED, parts, 3, true), "or cut");
    ok(ct_inbox_take(inbox, 0, room, &message)
       && ct_read_vec16(&message.rest, &part) && part.len == 5000
       && message.rest.len == 0, "behind the last part that fits");

    parts[0] = ct_bytes(large, 70000);
    ok(!ct_inbox_put(inbox, CT_INBOX_LEARNED, parts, 1, true),
       "the first has to fit");
    parts[0] = ct_bytes(large, CT_LIMIT_INBOX_DATA - 2);
    ok(ct_inbox_put(inbox, CT_INBOX_LEARNED, parts, 1, false)
       && ct_inbox_take(inbox, 0, room, &message)
       && ct_read_vec16(&message.rest, &part)
       && part.len == CT_LIMIT_INBOX_DATA - 2, "to the last byte");
    ok(ct_inbox_put(inbox, CT_INBOX_TEST, NULL, 0, false)
       && ct_inbox_take(inbox, 0, room, &message)
       && message.kind == CT_INBOX_TEST && message.rest.len == 0,
       "and to none");
    free(large);
}


static void
test_death(void)
{
    uint64_t           state;
    ct_inbox_t        *inbox;
    ct_inbox_message_t message;

    inbox = make();

    /* killed after it had claimed the first slot */
    state = 99 << 2 | 1;
    inbox->slots[0].state = state;

    ok(put(inbox, "one") && take(inbox, 1000, "one"), "others go on");
    ok(!ct_inbox_take(inbox, 1000 + CT_INBOX_PATIENCE, room, &message)
       && inbox->slots[0].state == state, "it may still come");
    ok(!ct_inbox_take(inbox, 1001 + CT_INBOX_PATIENCE, room, &message)
       && (inbox->slots[0].state & 3) == 0, "but not for ever");

    inbox->slots[0].state = state + 4;
    (void) ct_inbox_take(inbox, 50000, room, &message);
    (void) ct_inbox_take(inbox, 10, room, &message);
    is_int(inbox->slots[0].state & 3, 0, "a clock that was set back counts");

    ok(put(inbox, "one"), "a message");
    inbox->slots[0].data[4] ^= 1;
    ok(!ct_inbox_take(inbox, 0, room, &message),
       "somebody wrote into it: thrown away");
    ok(put(inbox, "two") && take(inbox, 0, "two"), "the next is whole");
}


/* Four processes put, this one takes: nothing is torn, nothing comes twice.
 * Who is just being looked for may be overtaken, so their order is not. */
static void
test_race(void)
{
    int                i, n, status, bad, len, want, got[4];
    char               text[300];
    pid_t              pid[4];
    ct_bytes_t         part;
    ct_inbox_t        *inbox;
    ct_inbox_message_t message;

    inbox = make();
    bad = 0;
    len = 0;
    memset(got, 0, sizeof(got));

    for (i = 0; i < 4; i++) {
        pid[i] = fork();

        if (pid[i] == 0) {
            memset(text, 'a' + i, sizeof(text));

            for (n = 0; n < 2000; /* void */) {
                part = ct_bytes(text, 1 + (size_t) n % sizeof(text));
                n += ct_inbox_put(inbox, CT_INBOX_TEST, &part, 1, false);
            }
            _exit(0);
        }
    }

    while (got[0] + got[1] + got[2] + got[3] < 8000) {
        if (!ct_inbox_take(inbox, 0, room, &message)) {
            continue;
        }

        if (!ct_read_vec16(&message.rest, &part) || part.len == 0) {
            bad++;
            break;
        }

        i = part.data[0] - 'a';
        bad += i < 0 || i > 3 || part.len > sizeof(text)
               || part.data[part.len - 1] != part.data[0];
        got[i & 3]++;
        len += (int) part.len;
    }

    for (i = 0; i < 4; i++) {
        (void) waitpid(pid[i], &status, 0);
    }

    for (n = 0, want = 0; n < 2000; n++) {
        want += 4 * (1 + n % (int) sizeof(text));
    }

    is_int(bad, 0, "8000 messages of four processes, none of them torn");
    is_int(len, want, "each of them once");
    ok(got[0] == 2000 && got[1] == 2000 && got[2] == 2000, "from each");
    ok(!ct_inbox_take(inbox, 0, room, &message), "and no more");
}


int
main(void)
{
    test_order();
    test_sizes();
    test_death();
    test_race();

    return done_testing();
}
