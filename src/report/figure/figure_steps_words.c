/* figure_steps_words.c - what is said of a figure of steps: where its curves are cut,
 * what the counts under the axis are.  Contract: report/figure/figure_steps.h.
 */
#include "report/figure/figure_steps.h"

#include "report/builder.h"

const char *cbk_step_cut_text(const cbk_figure_look *look, cbk_arena *arena)
{
    const char *text =
        look->min_at_risk > 0.0
            ? cbk_text_format(arena, "The curves end where fewer than %s are at risk.",
                              cbk_print_short(arena, look->style, look->min_at_risk))
            : "";
    return text != NULL ? text : "";
}

static bool has_count(const cbk_figure_look *look, cbk_count_kind kind)
{
    for (size_t i = 0; i < look->n_counts; i++) {
        if (look->counts[i] == kind) {
            return true;
        }
    }
    return !look->has_counts;
}

/* "events and censorings", or the one of them that is there; NULL: neither. */
static const char *happenings(const cbk_figure_look *look, const char *censorings,
                              cbk_arena *arena)
{
    const bool has_events = has_count(look, CBK_COUNT_EVENTS);
    const bool has_censored = has_count(look, CBK_COUNT_CENSORED);
    return has_events && has_censored
               ? cbk_text_format(arena, "events and %s", censorings)
           : has_events   ? "events"
           : has_censored ? censorings
                          : NULL;
}

static const char *counts_text(const cbk_figure_look *look, const char *censorings,
                               cbk_arena *arena)
{
    const bool has_risk = has_count(look, CBK_COUNT_AT_RISK);
    const char *others = happenings(look, censorings, arena);
    if (!has_risk && others == NULL) {
        return "";
    }
    const char *text =
        cbk_text_format(arena, " Under the axis stand, at each tick, %s%s%s%s%s.",
                        has_risk ? "the number at risk just before that time" : "",
                        has_risk && others != NULL ? " and " : "",
                        others != NULL ? "the " : "", others != NULL ? others : "",
                        others == NULL ? ""
                        : has_risk     ? " before it"
                                       : " before that time");
    return text != NULL ? text : "";
}

const char *cbk_step_counts_note(const cbk_figure_look *look, const char *censored,
                                 cbk_arena *arena)
{
    const bool has_risk = has_count(look, CBK_COUNT_AT_RISK);
    const char *others = happenings(look, censored, arena);
    if (!has_risk && others == NULL) {
        return "";
    }
    const char *text = cbk_text_format(
        arena, " Under the axis: %s%s%s%s.",
        has_risk ? "at risk, the number under observation just before that time" : "",
        has_risk && others != NULL ? "; " : "", others != NULL ? others : "",
        others == NULL ? ""
        : has_risk     ? ", those before it"
                       : " before that time");
    return text != NULL ? text : "";
}

const char *cbk_step_description(cbk_buffer *text, const cbk_figure_look *look,
                                 const char *test, const char *censorings,
                                 cbk_arena *arena)
{
    if (test != NULL) {
        cbk_buffer_addf(text, " %s.", test);
    }
    if (look->min_at_risk > 0.0) {
        cbk_buffer_addf(text, " %s", cbk_step_cut_text(look, arena));
    }
    cbk_buffer_add(text, counts_text(look, censorings, arena));
    const char *description = cbk_words_take(text, arena);
    return description != NULL ? description : "";
}
