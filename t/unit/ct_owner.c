/*
 * ct_owner: one at a time, whoever dies and however.
 */

#include "ct_owner.h"
#include "tap.h"

#include <pthread.h>
#include <signal.h>
#include <sys/wait.h>


static char path[64];


static void
test_threads(void *zone)
{
    ct_owner_t a, b;

    memset(&a, 0, sizeof(a));
    memset(&b, 0, sizeof(b));
    a.file = b.file = -1;

    is_int(ct_owner_take(&a, zone, path), CT_OK, "free: taken");
    ok(!a.inherited, "from nobody");
    is_int(ct_owner_take(&b, zone, path), CT_E_FULL, "held: not twice");
    ct_owner_give(&a);
    is_int(ct_owner_take(&b, zone, path), CT_OK, "given: taken");
    ct_owner_give(&b);
    ct_owner_give(&b);
    ok(1, "giving twice is harmless");
}


/* Takes it in another process; killed when *fd is closed. */
static pid_t
child(void *zone, const char *state)
{
    int        fd[2];
    char       c;
    pid_t      pid;
    ct_owner_t owner;

    (void) !pipe(fd);
    pid = fork();

    if (pid == 0) {
        memset(&owner, 0, sizeof(owner));
        owner.file = -1;
        c = ct_owner_take(&owner, zone, state) == CT_OK ? 'y' : 'n';
        (void) !write(fd[1], &c, 1);
        (void) pause();
        _exit(0);
    }

    c = '?';
    (void) !read(fd[0], &c, 1);
    ok(c == 'y', "another process has it");
    (void) close(fd[0]);
    (void) close(fd[1]);

    return pid;
}


static void
test_killed(void *zone, void *second)
{
    pid_t      pid;
    ct_owner_t a;

    memset(&a, 0, sizeof(a));
    a.file = -1;

    pid = child(zone, path);
    is_int(ct_owner_take(&a, zone, path), CT_E_FULL, "so it is held");
    is_int(ct_owner_take(&a, second, path), CT_E_FULL,
           "by way of another zone too: the file is");
    ct_owner_give(&a);
    (void) kill(pid, SIGKILL);
    (void) waitpid(pid, NULL, 0);

    is_int(ct_owner_take(&a, zone, path), CT_OK, "killed: taken over");
    ok(a.inherited, "and told that it was the dead one's");
    ct_owner_give(&a);

    is_int(ct_owner_take(&a, zone, "/proc/no/such/state"), CT_E_IO,
           "no lock file: told");
    ok(a.held, "the zone is ours all the same");
    ct_owner_give(&a);
}


int
main(void)
{
    int   fd;
    void *zone, *second;

    zone = mmap(NULL, 4096, PROT_READ | PROT_WRITE,
                MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    second = mmap(NULL, 4096, PROT_READ | PROT_WRITE,
                  MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    (void) snprintf(path, sizeof(path), "/tmp/ct-owner-XXXXXX");
    fd = mkstemp(path);
    ok(ct_owner_init(zone) && ct_owner_init(second), "two zones");

    test_threads(zone);
    test_killed(zone, second);

    (void) close(fd);
    (void) unlink(path);
    strncat(path, ".lock", sizeof(path) - strlen(path) - 1);
    (void) unlink(path);

    return done_testing();
}
