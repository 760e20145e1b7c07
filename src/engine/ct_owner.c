/*
 * ct_owner: see the header.
 */

#include "ct_owner.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <pthread.h>
#include <stdio.h>
#include <string.h>
#include <sys/file.h>
#include <unistd.h>


_Static_assert(sizeof(pthread_mutex_t) <= CT_OWNER_SIZE,
    "the mutex has its place in the zone");


static ct_rc_t ct_owner_lock_file(ct_owner_t *owner, const char *state);


bool
ct_owner_init(void *zone)
{
    bool                ok;
    pthread_mutexattr_t attr;

    memset(zone, 0, CT_OWNER_SIZE);

    if (pthread_mutexattr_init(&attr) != 0) {
        return false;
    }

    ok = pthread_mutexattr_setpshared(&attr, PTHREAD_PROCESS_SHARED) == 0
         && pthread_mutexattr_setrobust(&attr, PTHREAD_MUTEX_ROBUST) == 0
         && pthread_mutex_init(zone, &attr) == 0;

    (void) pthread_mutexattr_destroy(&attr);

    return ok;
}


ct_rc_t
ct_owner_take(ct_owner_t *owner, void *zone, const char *state)
{
    int rc;

    if (!owner->held) {
        memset(owner, 0, sizeof(ct_owner_t));
        owner->zone = zone;
        owner->file = -1;

        rc = pthread_mutex_trylock(zone);

        if (rc == EOWNERDEAD) {
            owner->inherited = true;
            rc = pthread_mutex_consistent(zone);
        }

        if (rc != 0) {
            return CT_E_FULL;
        }

        owner->held = true;
    }

    return state == NULL ? CT_OK : ct_owner_lock_file(owner, state);
}


/* The zone is ours already; what another zone's engine holds is the file. */
static ct_rc_t
ct_owner_lock_file(ct_owner_t *owner, const char *state)
{
    int  n;
    char path[PATH_MAX];

    if (owner->file == -1) {
        n = snprintf(path, sizeof(path), "%s.lock", state);

        if (n < 0 || (size_t) n >= sizeof(path)) {
            errno = ENAMETOOLONG;
            return CT_E_IO;
        }

        owner->file = open(path, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW,
                           0600);
        if (owner->file == -1) {
            return CT_E_IO;
        }
    }

    if (flock(owner->file, LOCK_EX | LOCK_NB) == 0) {
        return CT_OK;
    }

    return errno == EWOULDBLOCK ? CT_E_FULL : CT_E_IO;
}


void
ct_owner_give(ct_owner_t *owner)
{
    if (owner->file != -1) {
        (void) close(owner->file);
        owner->file = -1;
    }

    if (owner->held) {
        (void) pthread_mutex_unlock(owner->zone);
        owner->held = false;
    }
}
