/*
 * replay: runs a fuzz target over the files given, and over the files in
 * the directories given, without a fuzzer: the seeds as an ordinary test.
 * A target that finds something aborts; TAP sees the plan missing.
 */

#include <dirent.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static int replayed;

static void replay_path(const char *path);
static void replay_dir(DIR *dir, const char *path);
static uint8_t *slurp(FILE *f, size_t *len);


int
main(int argc, char **argv)
{
    int i;

    for (i = 1; i < argc; i++) {
        replay_path(argv[i]);
    }

    printf("%sok %d - there were inputs\n1..%d\n", replayed ? "" : "not ",
           replayed + 1, replayed + 1);

    return replayed == 0;
}


static void
replay_path(const char *path)
{
    DIR     *dir;
    FILE    *f;
    size_t   len;
    uint8_t *data;

    dir = opendir(path);
    if (dir != NULL) {
        replay_dir(dir, path);
        closedir(dir);
        return;
    }

    f = fopen(path, "rb");
    data = f != NULL ? slurp(f, &len) : NULL;

    if (f != NULL) {
        fclose(f);
    }

    if (data == NULL) {
        printf("Bail out! cannot read %s\n", path);
        exit(1);
    }

    printf("# %s\n", path);
    fflush(stdout);
    (void) LLVMFuzzerTestOneInput(data, len);
    printf("ok %d - %s\n", ++replayed, path);
    free(data);
}


static void
replay_dir(DIR *dir, const char *path)
{
    char           name[4096];
    struct dirent *e;

    while ((e = readdir(dir)) != NULL) {
        if (e->d_name[0] != '.') {
            snprintf(name, sizeof(name), "%s/%s", path, e->d_name);
            replay_path(name);
        }
    }
}


/* Exactly as large as the file, so that a sanitizer sees every overrun. */
static uint8_t *
slurp(FILE *f, size_t *len)
{
    long     size;
    uint8_t *data;

    if (fseek(f, 0, SEEK_END) != 0 || (size = ftell(f)) < 0
        || fseek(f, 0, SEEK_SET) != 0)
    {
        return NULL;
    }

    *len = (size_t) size;
    data = malloc(*len);

    if (data != NULL && fread(data, 1, *len, f) != *len) {
        free(data);
        return NULL;
    }

    return data;
}
