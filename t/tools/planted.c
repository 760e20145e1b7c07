/*
 * planted: makes one mistake on order - race, overflow or leak - so that a
 * detector shows that it is at work before its silence about the engine is
 * believed (t/ctrun.t).
 */

#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>


static volatile int shared;


static void *
count(void *unused)
{
    int i;

    for (i = 0; i < 100000; i++) {
        shared++;
    }

    return unused;
}


static int
race(void)
{
    pthread_t thread;

    if (pthread_create(&thread, NULL, count, NULL) != 0) {
        return 2;
    }

    (void) count(NULL);

    return pthread_join(thread, NULL) == 0 ? 0 : 2;
}


static int
overflow(volatile int beyond)
{
    volatile char *p;

    p = calloc(8, 1);

    if (p == NULL) {
        return 2;
    }

    p[7 + beyond] = 1;
    free((void *) p);

    return 0;
}


static int
leak(void)
{
    void *volatile p;

    p = malloc(100);
    p = NULL;

    return p == NULL ? 0 : 2;
}


int
main(int argc, char **argv)
{
    if (argc == 2 && strcmp(argv[1], "race") == 0) {
        return race();
    }

    if (argc == 2 && strcmp(argv[1], "overflow") == 0) {
        return overflow(argc - 1);
    }

    if (argc == 2 && strcmp(argv[1], "leak") == 0) {
        return leak();
    }

    (void) fprintf(stderr, "usage: planted race|overflow|leak\n");

    return 2;
}
