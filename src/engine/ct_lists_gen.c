/*
 * ct_lists_gen: one generation of the log list, in memory of its own, so
 * that the next one can be read while this one is followed.
 */

#include "ct_lists_part.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>


#define CT_LISTS_ARENA (8 * 1024 * 1024)


static bool ct_lists_gen_given(const ct_config_t *config,
    const ct_log_t *log);


ct_lists_gen_t *
ct_lists_gen_read(ct_bytes_t json, char *why)
{
    ct_lists_gen_t *gen;

    gen = ct_lists_gen_create();

    if (gen == NULL) {
        (void) snprintf(why, CT_LIMIT_ERROR, "%s", ct_strerror(CT_E_MEMORY));
        return NULL;
    }

    if (ct_loglist_read(json, gen->arena, &gen->list, why) != CT_OK) {
        ct_lists_gen_destroy(gen);
        return NULL;
    }

    gen->has = true;

    return gen;
}


ct_lists_gen_t *
ct_lists_gen_create(void)
{
    ct_lists_gen_t *gen;

    gen = calloc(1, sizeof(ct_lists_gen_t));

    if (gen == NULL) {
        return NULL;
    }

    gen->arena = ct_arena_create(CT_LISTS_ARENA);

    if (gen->arena == NULL) {
        free(gen);
        return NULL;
    }

    return gen;
}


bool
ct_lists_gen_merge(ct_lists_gen_t *gen, const ct_config_t *config)
{
    size_t i;

    gen->nlogs = 0;
    gen->logs = ct_arena_calloc(gen->arena,
                                config->nlogs + gen->list.nlogs + 1,
                                sizeof(ct_log_t));
    if (gen->logs == NULL) {
        return false;
    }

    for (i = 0; i < config->nlogs; i++) {
        gen->logs[gen->nlogs++] = config->logs[i];
    }

    for (i = 0; i < gen->list.nlogs; i++) {
        if (!ct_lists_gen_given(config, &gen->list.logs[i])) {
            gen->logs[gen->nlogs++] = gen->list.logs[i];
        }
    }

    return true;
}


static bool
ct_lists_gen_given(const ct_config_t *config, const ct_log_t *log)
{
    size_t i;

    for (i = 0; i < config->nlogs; i++) {
        if (memcmp(config->logs[i].id, log->id, CT_HASH_LEN) == 0
            && strcmp(config->logs[i].url, log->url) == 0)
        {
            return true;
        }
    }

    return false;
}


void
ct_lists_gen_destroy(ct_lists_gen_t *gen)
{
    if (gen != NULL) {
        ct_arena_destroy(gen->arena);
        free(gen);
    }
}


void
ct_lists_gen_text(const ct_lists_gen_t *gen, const char *from, char *text)
{
    char                more[64];
    const ct_loglist_t *list;

    list = &gen->list;
    more[0] = '\0';

    if (list->nbad > 0) {
        (void) snprintf(more, sizeof(more), ", %zu more could not be read",
                        list->nbad);
    }

    (void) snprintf(text, CT_LIMIT_ERROR, "%zu log%s%s%s%s, from %s",
                    list->nlogs, list->nlogs == 1 ? "" : "s", more,
                    list->version[0] != '\0' ? ", version " : "",
                    list->version, from);
}
