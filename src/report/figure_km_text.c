/* figure_km_text.c - a Kaplan-Meier figure in words: names, values, the description for
 * those who do not see it.
 */
#include "report/figure_km.h"

#include "report/parts.h"

#include <math.h>

enum { FEW = 100 }; /* below this many patients a percentage has no decimals */

static const char *or_empty(const char *text)
{
    return text != NULL ? text : "";
}

const char *cbk_km_percent(const cbk_curve *curve, double share, cbk_arena *arena)
{
    char text[CBK_NUMBER_SIZE];
    cbk_number_fixed(100.0 * share, curve->km->n < FEW ? 0 : 1, text);
    return or_empty(cbk_text_copy(arena, text));
}

const char *cbk_km_name_of(const cbk_curves *curves, size_t curve)
{
    const char *name = or_empty(curves->curves[curve].label);
    return *name == '\0' && curves->n_curves > 1 ? "(no name)" : name;
}

/* " (95% CI 52% to 100%)", or nothing where there is no interval. */
static const char *interval_text(const cbk_curves *curves, const cbk_curve *curve,
                                 const cbk_km_at *at, cbk_arena *arena)
{
    if (!isfinite(at->lower) || !isfinite(at->upper)) {
        return "";
    }
    const char *level = cbk_axis_number(100.0 * curves->conventions.level, arena);
    return or_empty(cbk_text_format(arena, " (%s%% CI %s%% to %s%%)", level,
                                    cbk_km_percent(curve, at->lower, arena),
                                    cbk_km_percent(curve, at->upper, arena)));
}

const char *cbk_km_value_text(const cbk_curves *curves, const cbk_curve *curve,
                              const cbk_km_at *at, bool has_level, cbk_arena *arena)
{
    const char *value = cbk_km_percent(curve, at->survival, arena);
    if (!(at->upper > at->lower)) {
        return or_empty(cbk_text_format(arena, "%s%%", value));
    }
    const char *level = cbk_axis_number(100.0 * curves->conventions.level, arena);
    return or_empty(cbk_text_format(arena, "%s%% (%s%s%s–%s)", value,
                                    has_level ? level : "", has_level ? "% CI " : "",
                                    cbk_km_percent(curve, at->lower, arena),
                                    cbk_km_percent(curve, at->upper, arena)));
}

const char *cbk_km_mark_text(const cbk_curves *curves, const cbk_curve *curve,
                             double time, cbk_arena *arena)
{
    const char *when = cbk_axis_value(time, curves->unit, arena);
    cbk_km_at at;
    if (!cbk_km_has_value(curve, time, &at)) {
        return or_empty(cbk_text_format(arena, "%s: not estimable", when));
    }
    return or_empty(cbk_text_format(arena, "%s: %s%%%s, %.0f at risk", when,
                                    cbk_km_percent(curve, at.survival, arena),
                                    interval_text(curves, curve, &at, arena), at.n_risk));
}

static void describe_median(cbk_buffer *text, const cbk_curves *curves, const cbk_km *km,
                            cbk_arena *arena)
{
    if (isfinite(km->median.estimate)) {
        cbk_buffer_addf(text, " Median %s.",
                        cbk_axis_value(km->median.estimate, curves->unit, arena));
    } else {
        cbk_buffer_add(text, " Median not reached.");
    }
}

static void describe_curve(cbk_buffer *text, const cbk_curves *curves, size_t i,
                           const double *marks, size_t n_marks, cbk_arena *arena)
{
    const cbk_curve *curve = &curves->curves[i];
    const cbk_km *km = curve->km;
    const char *name = cbk_km_name_of(curves, i);
    cbk_buffer_addf(text, " %s%s%zu %s, %zu %s.", name, *name != '\0' ? ": " : "", km->n,
                    km->n == 1 ? "patient" : "patients", km->n_event,
                    km->n_event == 1 ? "event" : "events");
    if (km->n_rows == 0) {
        return;
    }
    for (size_t m = 0; m < n_marks; m++) {
        if (isfinite(marks[m])) {
            cbk_buffer_addf(text, " At %s.",
                            cbk_km_mark_text(curves, curve, marks[m], arena));
        }
    }
    describe_median(text, curves, km, arena);
}

const char *cbk_km_description(const cbk_curves *curves, const double *marks,
                               size_t n_marks, cbk_arena *arena)
{
    cbk_buffer text = {0};
    cbk_buffer_addf(&text, "Kaplan-Meier curve%s%s%s.", curves->n_curves == 1 ? "" : "s",
                    curves->label != NULL ? ": " : "", or_empty(curves->label));
    for (size_t i = 0; i < curves->n_curves; i++) {
        describe_curve(&text, curves, i, marks, n_marks, arena);
    }
    cbk_buffer_add(&text, " Under the axis stand, at each tick, the number at risk just "
                          "before that time and the events and censorings before it.");
    return or_empty(cbk_words_take(&text, arena));
}
