/* verdict_say.c - how a verdict names numbers and absences.  Contract: verdict_parts.h.
 */
#include "claims/verdict/verdict_parts.h"

#include <string.h>

#define N(array) (sizeof(array) / sizeof((array)[0]))

void cbk_claim_print_number(double value, int digits, char out[CBK_NUMBER_SIZE])
{
    cbk_number_shortest(cbk_number_round(value, digits + 2, CBK_ROUND_HALF_AWAY), out);
}

const char *cbk_claim_stated_text(const cbk_stated_number *stated, cbk_arena *arena)
{
    static const char *const signs[] = {"", "<", "≤", ">", "≥"};
    char number[CBK_NUMBER_SIZE];
    cbk_number_fixed(stated->value, stated->digits, number);
    return cbk_text_format(arena, "%s%s", signs[stated->comparator], number);
}

const char *cbk_claim_absence(const cbk_quantity *quantity, cbk_arena *arena)
{
    static const cbk_note reasons[] = {
        CBK_NOTE_NO_ROWS,
        CBK_NOTE_NOT_REACHED,
        CBK_NOTE_LIMIT_NOT_REACHED,
        CBK_NOTE_BEYOND_FOLLOW_UP,
        CBK_NOTE_INTERVAL_UNDEFINED,
        CBK_NOTE_SD_UNDEFINED,
        CBK_NOTE_NO_GROUPS,
        CBK_NOTE_NO_EVENTS,
        CBK_NOTE_MONOTONE,
        CBK_NOTE_COVARIATE_DROPPED,
        CBK_NOTE_NOT_CONVERGED,
    };
    const char *all = NULL;
    for (size_t i = 0; i < N(reasons); i++) {
        if ((quantity->notes & (cbk_notes)reasons[i]) == 0) {
            continue;
        }
        const bool is_median = reasons[i] == CBK_NOTE_NOT_REACHED &&
                               strstr(quantity->expression, "median") != NULL;
        const char *sentence = is_median
                                   ? "The records do not support a number: the median is "
                                     "not reached."
                                   : cbk_note_sentence(reasons[i]);
        all = all == NULL ? sentence : cbk_text_format(arena, "%s %s", all, sentence);
    }
    return all == NULL ? "The records give no value." : all;
}
