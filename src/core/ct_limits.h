/*
 * ct_limits: every ceiling in one place. Whatever comes from a log, a list,
 * a receiver, a state file or a request is cut here, not where it hurts.
 */

#ifndef CT_LIMITS_H
#define CT_LIMITS_H

/* formats */
#define CT_LIMIT_CHECKPOINT      (256 * 1024) /* bytes of a signed note */
#define CT_LIMIT_NOTE_LINES      64           /* signature lines read */
#define CT_LIMIT_ORIGIN          256          /* bytes of an origin */
#define CT_LIMIT_TREE_SIZE       (1ULL << 40) /* leaf_index is uint40 */
#define CT_LIMIT_TILE_WIDTH      256          /* hashes or entries of a tile */
#define CT_LIMIT_HASH_TILE       (256 * 32)   /* bytes of a hash tile */
#define CT_LIMIT_DATA_TILE       (64 * 1024 * 1024) /* bytes, decoded */
#define CT_LIMIT_ENTRY           (2 * 1024 * 1024)  /* bytes of one TileLeaf */
#define CT_LIMIT_ENTRY_TEXT      (8 * 1024 * 1024)  /* of one in get-entries */
#define CT_LIMIT_BATCH           1000         /* entries of one get-entries */
#define CT_LIMIT_ANSWER          (64 * 1024)  /* other answers of RFC 6962 */
#define CT_LIMIT_PROOF           64           /* hashes of a proof */
#define CT_LIMIT_SIGNATURE       520          /* DigitallySigned, RSA-4096 */
#define CT_LIMIT_CHAIN           16           /* issuers of one entry */
#define CT_LIMIT_ISSUER          (64 * 1024)  /* bytes of an issuer file */
#define CT_LIMIT_LOG_LIST        (8 * 1024 * 1024) /* bytes of a log list */
#define CT_LIMIT_LOGS            512          /* logs of one list */
#define CT_LIMIT_CA_LIST         (24 * 1024 * 1024) /* bytes of a CA list */
#define CT_LIMIT_CA_ROWS         32768        /* certificates of one */
#define CT_LIMIT_CA_OWNERS       4096         /* in one */
#define CT_LIMIT_REPORT          256          /* where problems go: text */
#define CT_LIMIT_TRUST_BUNDLE    (8 * 1024 * 1024)
#define CT_LIMIT_ANCHORS         2048
#define CT_LIMIT_NAME            253          /* a DNS name, without dot */
#define CT_LIMIT_WATCHED         4000000      /* names to watch */
#define CT_LIMIT_WATCHED_FILE    (128 * 1024 * 1024) /* bytes of names */

/* the store */
#define CT_LIMIT_URL             256
#define CT_LIMIT_TEXT            128          /* description, operator, CA */
#define CT_LIMIT_ERROR           256          /* last error of a log */
#define CT_LIMIT_SERIAL          40           /* bytes kept of a serial */
#define CT_LIMIT_FINDING_TEXT    (64 * 1024)  /* names and DNs of a finding */
#define CT_LIMIT_FINDING_NAMES   4096         /* names kept of a certificate */
#define CT_LIMIT_FINDING_LOGS    12           /* places kept per finding */
#define CT_LIMIT_ATTEMPTS        64           /* deliveries of one alert */
#define CT_LIMIT_GAPS            4            /* kept of a log; more are
                                                 joined */
#define CT_LIMIT_EVENTS          256          /* kept, of logs and coverage */
#define CT_LIMIT_WATCH_MARKS     16384        /* names told apart after a
                                                 reload */
#define CT_LIMIT_CERTIFICATE     (16 * 1024)  /* bytes kept of one, to be
                                                 downloaded */
#define CT_LIMIT_PAST            65536        /* certificates remembered */
#define CT_LIMIT_PAST_NAMES      192          /* bytes of names of such */
#define CT_LIMIT_PAST_DAYS       400          /* since it was served last */
#define CT_LIMIT_WATCH_SHOWN     262144       /* names of such certificates */
#define CT_LIMIT_LEARNED         16384        /* certificates of handshakes */
#define CT_LIMIT_KNOWN           4096         /* of ct_known_certificate */
#define CT_LIMIT_KNOWN_FILE      (256 * 1024) /* bytes of one file */
#define CT_LIMIT_ACKS            256          /* acknowledgements */
#define CT_LIMIT_CHANNELS        64           /* receivers of alerts */
#define CT_LIMIT_SECRETS         8            /* keys of one, in rotation */
#define CT_LIMIT_HEADERS         16           /* of requests to one */
#define CT_LIMIT_RECIPIENTS      16           /* of one mail */
#define CT_LIMIT_INBOX           8            /* messages to the engine */
#define CT_LIMIT_INBOX_DATA      8144         /* bytes of one */

/* the engine */
#define CT_LIMIT_BODIES          (32 * 1024 * 1024) /* all answers at once */
#define CT_LIMIT_AHEAD           (8 * 1024 * 1024)  /* of them, of ranges
                                                       that wait their turn */
#define CT_LIMIT_WINDOW          (128 * 1024) /* bytes unread of one stream */
#define CT_LIMIT_TRANSFERS       64           /* requests in flight, */
#define CT_LIMIT_MESSAGES        128          /* and messages: one, and a
                                                 test, to each receiver */
#define CT_LIMIT_OPERATOR        8            /* of them, to one operator */
#define CT_LIMIT_RANGES          4            /* of them, ranges of one log */
#define CT_LIMIT_EVIDENCE        (16 * 1024 * 1024) /* bytes of that file */
#define CT_LIMIT_WEBHOOKS        16
#define CT_LIMIT_SMTP_REPLY      (16 * 1024)  /* bytes of all its lines */
#define CT_LIMIT_WEBHOOK_ANSWER  (64 * 1024)
#define CT_LIMIT_ISSUER_CACHE    1024         /* issuer certificates kept */
#define CT_LIMIT_LINES           256          /* log lines waiting */
#define CT_LIMIT_LINE            512          /* bytes of a log line */
#define CT_LIMIT_STATE_LINE      (1024 * 1024) /* bytes of one state record */

/* messages */
#define CT_LIMIT_SECRET          128          /* bytes of a signing secret */
#define CT_LIMIT_MESSAGE_ID      128          /* bytes of one's id */
#define CT_LIMIT_MESSAGE         (2 * 1024 * 1024) /* bytes of a message */
#define CT_LIMIT_GROUP           20           /* items of one message */
#define CT_LIMIT_MESSAGE_NAMES   256          /* of an item, for people */

/* the page */
#define CT_LIMIT_PAGE_FINDINGS   100          /* findings in one answer */
#define CT_LIMIT_FORM            4096         /* bytes of what is asked by
                                                 POST */
#define CT_LIMIT_REASON          120          /* bytes of the reason in it */
#define CT_LIMIT_PAGE            (16 * 1024 * 1024) /* bytes of one answer */

#endif
