/*
 * ct_rc: the sentences behind the return codes. They end up in log lines
 * and on the status page, after "ct: <log>: " or the like, so each is a
 * clause that can stand behind a colon.
 */

#include "ct_rc.h"


const char *
ct_strerror(ct_rc_t rc)
{
    switch (rc) {
    case CT_OK:
        return "no error";
    case CT_E_MEMORY:
        return "a memory ceiling was reached";
    case CT_E_SHORT:
        return "the input ends inside a field";
    case CT_E_TRAILING:
        return "the input goes on after its last field";
    case CT_E_LIMIT:
        return "a length or count is above its limit";
    case CT_E_ENCODING:
        return "the encoding is malformed";
    case CT_E_TYPE:
        return "the type or version is unknown";
    case CT_E_INDEX:
        return "the index is missing or out of place";
    case CT_E_COUNT:
        return "there are fewer or more items than expected";
    case CT_E_ORIGIN:
        return "the checkpoint belongs to another log";
    case CT_E_UNSIGNED:
        return "there is no signature by the log's key";
    case CT_E_SIGNATURE:
        return "the log's signature does not verify";
    case CT_E_ROOT:
        return "the hashes do not lead to the signed root";
    case CT_E_FORK:
        return "two signed tree heads of one size have different roots";
    case CT_E_SHRUNK:
        return "the tree is smaller than it was before";
    case CT_E_NETWORK:
        return "there was no answer";
    case CT_E_STATUS:
        return "the answer was not 200";
    case CT_E_STOPPED:
        return "the engine is stopping";
    case CT_E_CHAIN:
        return "the chain does not verify to a trust anchor";
    case CT_E_DAMAGED:
        return "the state file is damaged";
    case CT_E_IO:
        return "the file system refused";
    case CT_E_ABSENT:
        return "there is no such thing";
    case CT_E_FULL:
        return "the zone is full";
    }

    return "unknown error";
}
