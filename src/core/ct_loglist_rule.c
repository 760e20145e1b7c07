/*
 * ct_loglist_rule: which logs of a list are worth following, and which list
 * may take the place of another. Chrome asks monitors to go on with
 * read-only logs; a retired one owes nothing any more, but while its
 * interval lasts its certificates are valid, and they count towards Chrome's
 * policy, so it is followed as long as it answers. Logs for tests, which
 * never have a state, take certificates of CAs that nobody trusts, such as
 * those of a rehearsed renewal: they are no news to anybody.
 */

#include <string.h>

#include "ct_loglist.h"

#define CT_RULE_SKEW (24 * 60 * 60 * 1000) /* ms */
#define CT_RULE_FEW 4 /* of fewer logs a half says nothing */


static bool ct_rule_is_mimic(const ct_log_t *log);
static bool ct_rule_is_placeholder(const ct_log_t *log);
static bool ct_rule_follows(const ct_loglist_t *list, const uint8_t *id,
    int64_t now_ms);


static const char *const ct_rule_states[] = {
    [CT_LOG_STATE_NONE] = "unlisted",
    [CT_LOG_PENDING] = "pending",
    [CT_LOG_QUALIFIED] = "qualified",
    [CT_LOG_USABLE] = "usable",
    [CT_LOG_READONLY] = "readonly",
    [CT_LOG_RETIRED] = "retired",
    [CT_LOG_REJECTED] = "rejected"
};

/* Logs whose private keys Google has published, on purpose: they appear in
 * copies of the list made for libraries, and anyone can sign for them. */
static const uint8_t ct_rule_mimics[][CT_HASH_LEN] = {
    {0xf4, 0x41, 0x95, 0xd6, 0xf0, 0x0e, 0x2d, 0xb5,
     0x54, 0x35, 0xca, 0xdd, 0x57, 0x78, 0x92, 0xe5,
     0x3e, 0x15, 0xad, 0x41, 0x70, 0x58, 0xf8, 0x78,
     0xe1, 0x4f, 0xf6, 0xb9, 0x18, 0x74, 0x15, 0x89},
    {0xb2, 0x2f, 0x7e, 0xde, 0xb5, 0xaf, 0x6a, 0xfe,
     0x50, 0x3d, 0xe0, 0x40, 0x81, 0xb2, 0xd7, 0x4c,
     0x12, 0x53, 0x84, 0x92, 0xfe, 0xdf, 0x2c, 0xb2,
     0xa5, 0x26, 0x50, 0x3c, 0xef, 0x53, 0xce, 0xd2}
};


const char *
ct_loglist_skip(const ct_log_t *log, int64_t now_ms)
{
    bool has_interval;

    has_interval = log->end_ms != 0;

    if (ct_rule_is_mimic(log)) {
        return "its private key is public";
    }

    if (ct_rule_is_placeholder(log)) {
        return "it is a placeholder";
    }

    if (log->test && log->state == CT_LOG_STATE_NONE) {
        return "it is for tests";
    }

    if (log->state == CT_LOG_PENDING) {
        return "it is not accepted yet";
    }

    if (log->state == CT_LOG_REJECTED) {
        return "it was rejected";
    }

    if (has_interval && log->end_ms <= now_ms) {
        return "its interval ended";
    }

    if (log->state == CT_LOG_RETIRED && !has_interval) {
        return "it is retired";
    }

    return NULL;
}


static bool
ct_rule_is_mimic(const ct_log_t *log)
{
    size_t i;

    for (i = 0; i < sizeof(ct_rule_mimics) / CT_HASH_LEN; i++) {
        if (memcmp(log->id, ct_rule_mimics[i], CT_HASH_LEN) == 0) {
            return true;
        }
    }

    return false;
}


/* The "bogus placeholder logs" of Chrome's list: entries for operators that
 * have tiled logs only, so that older readers know the operator. */
static bool
ct_rule_is_placeholder(const ct_log_t *log)
{
    return strstr(log->url, "/bogus/") != NULL
           || strstr(log->url, "://ct.example.com/") != NULL;
}


/*
 * A signature does not say that a list is the newest, so its time must not
 * go back. And no real change takes most logs away at once: that is a list
 * for another purpose, or one that is meant to blind. A log that is still
 * there but is not to be followed any more is as good as gone.
 */
const char *
ct_loglist_refuse_change(const ct_loglist_t *before, const ct_loglist_t *list,
    int64_t now_ms)
{
    size_t i, n, left;

    if (list->timestamp_ms > now_ms + CT_RULE_SKEW) {
        return "its timestamp lies in the future";
    }

    /* one from the future, taken when there was none, is no measure */
    if (list->timestamp_ms < before->timestamp_ms
        && before->timestamp_ms <= now_ms + CT_RULE_SKEW)
    {
        return list->timestamp_ms == 0 ? "its timestamp is gone"
                                       : "its timestamp went back";
    }

    n = 0;
    left = 0;

    for (i = 0; i < before->nlogs; i++) {
        if (ct_loglist_skip(&before->logs[i], now_ms) == NULL) {
            n++;
            left += ct_rule_follows(list, before->logs[i].id, now_ms);
        }
    }

    if (n > 0 && left == 0) {
        return "all logs that were followed are gone from it";
    }

    if (n >= CT_RULE_FEW && n - left > n / 2) {
        return "more than half of the logs that were followed are gone from "
               "it";
    }

    return NULL;
}


/* By its key alone: a log that moves is a new log, but it is not gone. */
static bool
ct_rule_follows(const ct_loglist_t *list, const uint8_t *id, int64_t now_ms)
{
    size_t i;

    for (i = 0; i < list->nlogs; i++) {
        if (memcmp(list->logs[i].id, id, CT_HASH_LEN) == 0) {
            return ct_loglist_skip(&list->logs[i], now_ms) == NULL;
        }
    }

    return false;
}


const char *
ct_log_state_name(ct_log_state_e state)
{
    return (unsigned) state <= CT_LOG_REJECTED ? ct_rule_states[state]
                                               : "unknown";
}
