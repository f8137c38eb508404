/* conventions_line.c - the methods line: every convention of a result in one sentence. */
#include "report/builder.h"

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

/* "log", "bpcp (beta product), mid-p". */
static const char *interval_words(const cbk_conventions *conventions)
{
    if (conventions->interval != CBK_INTERVAL_BPCP) {
        return cbk_interval_name(conventions->interval);
    }
    return conventions->is_mid_p ? "bpcp, the beta product confidence procedure, mid-p"
                                 : "bpcp, the beta product confidence procedure";
}

const char *cbk_conventions_line(const cbk_conventions *conventions,
                                 const cbk_style *style, cbk_arena *arena)
{
    const bool is_exponential = conventions->estimate == CBK_SURVIVAL_FLEMING_HARRINGTON;
    return cbk_text_format(
        arena,
        "%s; %s%% interval by %s; median: %s; follow-up by reverse Kaplan-Meier; "
        "profile %s.",
        is_exponential ? "Fleming-Harrington estimate exp(-H), H by Nelson and Aalen; "
                         "standard error of S(t) from that of H"
                       : "Kaplan-Meier estimate; Greenwood standard error of S(t)",
        cbk_print_level(arena, style, conventions->level), interval_words(conventions),
        quantile_words(conventions->survival_quantile),
        cbk_profile_name(conventions->profile));
}
