/*
 * slowsync: a disk that hangs, to be put into LD_PRELOAD. fsync() does not
 * return as long as there is a file at the path in SLOWSYNC.
 */

#define _GNU_SOURCE

#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>


static const char *slowsync_path;


/* nginx empties its environment. */
static void __attribute__((constructor))
slowsync_begin(void)
{
    const char *path = getenv("SLOWSYNC");

    slowsync_path = path != NULL ? strdup(path) : NULL;
}


int
fsync(int fd)
{
    while (slowsync_path != NULL && access(slowsync_path, F_OK) == 0) {
        (void) usleep(10 * 1000);
    }

    return (int) syscall(SYS_fsync, fd);
}
