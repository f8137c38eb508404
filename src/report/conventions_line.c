/* conventions_line.c - the methods line: every convention of a result in one sentence. */
#include "report/parts.h"

static const char *quantile_words(cbk_survival_quantile rule)
{
    switch (rule) {
    case CBK_SURVIVAL_QUANTILE_MIDPOINT:
        return "the midpoint of the flat where the curve equals one half, else the first "
               "time below it";
    case CBK_SURVIVAL_QUANTILE_MIDPOINT_EVENT:
        return "the midpoint between the time the curve equals one half and the next "
               "event, else the first time below it";
    case CBK_SURVIVAL_QUANTILE_FIRST:
        return "the first time the curve is at or below one half";
    }
    return cbk_survival_quantile_name(rule);
}

const char *cbk_conventions_line(const cbk_conventions *conventions, cbk_arena *arena)
{
    return cbk_text_format(
        arena,
        "Kaplan-Meier estimate; Greenwood standard error of S(t); %s%% interval by %s; "
        "median: %s; follow-up by reverse Kaplan-Meier; profile %s.",
        cbk_print_number(arena, 100.0 * conventions->level, -1),
        cbk_interval_name(conventions->interval),
        quantile_words(conventions->survival_quantile),
        cbk_profile_name(conventions->profile));
}
