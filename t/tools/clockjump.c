/*
 * clockjump: a wall clock that jumps, to be put into LD_PRELOAD. It is ahead
 * of the system's by the seconds that stand in the file named by CLOCKJUMP,
 * which is written in place: 32 bytes, blanks behind the number. What is
 * monotonic stays so.
 */

#define _GNU_SOURCE

#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <sys/time.h>
#include <time.h>
#include <unistd.h>

#define CLOCKJUMP_LEN 32


static const char *clockjump_file;


/* Before there is a second thread; forks inherit the mapping. */
static void __attribute__((constructor))
clockjump_begin(void)
{
    int         fd;
    void       *map;
    const char *path = getenv("CLOCKJUMP");

    fd = path == NULL ? -1 : open(path, O_RDONLY | O_CLOEXEC);
    if (fd == -1) {
        return;
    }

    map = mmap(NULL, CLOCKJUMP_LEN, PROT_READ, MAP_SHARED, fd, 0);
    close(fd);
    clockjump_file = map == MAP_FAILED ? NULL : map;
}


static time_t
clockjump_seconds(void)
{
    char text[CLOCKJUMP_LEN + 1];

    if (clockjump_file == NULL) {
        return 0;
    }

    memcpy(text, clockjump_file, CLOCKJUMP_LEN);
    text[CLOCKJUMP_LEN] = '\0';

    return (time_t) strtoll(text, NULL, 10);
}


int
clock_gettime(clockid_t id, struct timespec *now)
{
    int rc = (int) syscall(SYS_clock_gettime, id, now);

    if (rc == 0 && (id == CLOCK_REALTIME || id == CLOCK_REALTIME_COARSE)) {
        now->tv_sec += clockjump_seconds();
    }

    return rc;
}


int
gettimeofday(struct timeval *restrict now, void *restrict zone)
{
    struct timespec ts;

    (void) zone;
    clock_gettime(CLOCK_REALTIME, &ts);
    now->tv_sec = ts.tv_sec;
    now->tv_usec = ts.tv_nsec / 1000;

    return 0;
}


time_t
time(time_t *now)
{
    struct timespec ts;

    clock_gettime(CLOCK_REALTIME, &ts);
    if (now != NULL) {
        *now = ts.tv_sec;
    }

    return ts.tv_sec;
}
