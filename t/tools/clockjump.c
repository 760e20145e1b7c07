/*
 * clockjump: clocks that are ahead, to be put into LD_PRELOAD. The wall clock
 * jumps by the seconds that stand in the file named by CLOCKJUMP, which is
 * written in place: 32 bytes, blanks behind the number. What is monotonic
 * stays so. By those in the file named by CLOCKPASS all clocks are ahead: time
 * has passed, and nothing has jumped.
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


static const char *clockjump_wall, *clockjump_all;


static const char *
clockjump_map(const char *path)
{
    int   fd;
    void *map;

    fd = path == NULL ? -1 : open(path, O_RDONLY | O_CLOEXEC);
    if (fd == -1) {
        return NULL;
    }

    map = mmap(NULL, CLOCKJUMP_LEN, PROT_READ, MAP_SHARED, fd, 0);
    close(fd);

    return map == MAP_FAILED ? NULL : map;
}


/* Before there is a second thread; forks inherit the mappings. */
static void __attribute__((constructor))
clockjump_begin(void)
{
    clockjump_wall = clockjump_map(getenv("CLOCKJUMP"));
    clockjump_all = clockjump_map(getenv("CLOCKPASS"));
}


static time_t
clockjump_seconds(const char *file)
{
    char text[CLOCKJUMP_LEN + 1];

    if (file == NULL) {
        return 0;
    }

    memcpy(text, file, CLOCKJUMP_LEN);
    text[CLOCKJUMP_LEN] = '\0';

    return (time_t) strtoll(text, NULL, 10);
}


int
clock_gettime(clockid_t id, struct timespec *now)
{
    int rc = (int) syscall(SYS_clock_gettime, id, now);

    if (rc == 0 && (id == CLOCK_REALTIME || id == CLOCK_REALTIME_COARSE)) {
        now->tv_sec += clockjump_seconds(clockjump_wall)
                       + clockjump_seconds(clockjump_all);
    }

    if (rc == 0 && (id == CLOCK_MONOTONIC || id == CLOCK_MONOTONIC_COARSE)) {
        now->tv_sec += clockjump_seconds(clockjump_all);
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
