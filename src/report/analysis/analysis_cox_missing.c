/* analysis_cox_missing.c - why a Cox regression has no number where one could be
 * expected: sentences for each output. */
#include "report/analysis/analysis_cox.h"

#include <math.h>

typedef struct listing {
    const cbk_regression *analysis;
    cbk_arena *arena;
    const char **out;
    size_t n_most;
    size_t n;
} listing;

static void say(listing *at, const char *sentence)
{
    if (at->n < at->n_most) {
        at->out[at->n++] = sentence;
    }
}

static void say_of(listing *at, size_t j, const char *rest)
{
    say(at, cbk_text_format(at->arena, "%s: %s", at->analysis->design->columns[j].label,
                            rest));
}

static bool is_infinite(const cbk_cox_coefficient *of)
{
    return of->fate == CBK_COX_RISING || of->fate == CBK_COX_FALLING;
}

/* e to the power of an estimate or a limit that is finite itself. */
static bool is_beyond(double ratio)
{
    return isinf(ratio) || !(ratio > 0.0 || isnan(ratio));
}

static void say_of_estimate(listing *at, size_t j, const cbk_cox *fit)
{
    const cbk_cox_coefficient *of = &fit->coefficients[j];
    const bool is_profile = fit->request.wants_profile || fit->request.is_firth;
    const double lower = is_profile ? of->profile.lower : of->lower;
    const double upper = is_profile ? of->profile.upper : of->upper;
    if (isnan(of->estimate)) {
        return; /* a note says why */
    }
    if (is_beyond(of->hazard_ratio) || is_beyond(lower) || is_beyond(upper)) {
        say_of(at, j,
               "where the hazard ratio or a limit is 0 or open, it is below 10^-308 or "
               "above 10^308; a larger unit of the covariate gives one that can be "
               "printed.");
    }
    if (fit->request.is_robust && isnan(of->robust_se) && !fit->is_far) {
        say_of(at, j,
               "no robust error, since the influences of its rows or clusters cancel out "
               "but for rounding.");
    }
    if (is_profile &&
        (isnan(lower) || isnan(upper) || isnan(of->profile.likelihood_ratio.p))) {
        say_of(at, j,
               "a limit or p of its profile is missing, since the likelihood cannot be "
               "computed so far out.");
    }
}

static void say_of_infinite(listing *at, size_t j, const cbk_cox *fit)
{
    const cbk_cox_profile *of = &fit->coefficients[j].profile;
    if (isnan(of->likelihood_ratio.p)) {
        say_of(at, j,
               "its profile likelihood is missing, since it cannot be computed so far "
               "out.");
        return;
    }
    if (isnan(of->lower) || isnan(of->upper)) {
        say_of(at, j,
               "a limit of its profile is missing, since it cannot be computed so far "
               "out.");
    }
    if (isnan(of->score.p)) {
        say_of(at, j,
               "no score test, since with the other coefficients where the likelihood is "
               "greatest nothing is left to tell its slope by.");
    }
}

static void say_of_instead(listing *at, const cbk_cox *firth)
{
    if ((firth->notes & (cbk_notes)CBK_NOTE_NOT_CONVERGED) != 0) {
        say(at, "Firth's estimates are missing, since their iteration did not reach its "
                "end.");
        return;
    }
    for (size_t j = 0; j < firth->n_covariates; j++) {
        const cbk_cox_coefficient *of = &firth->coefficients[j];
        if (is_infinite(&at->analysis->fit->coefficients[j]) &&
            (is_beyond(of->lower) || is_beyond(of->upper) || isnan(of->lower) ||
             isnan(of->upper))) {
            say_of(
                at, j,
                "where a limit by Firth's likelihood is 0, open or missing, it is below "
                "10^-308 or above 10^308, or too far out to be computed.");
        }
    }
}

static void say_of_tests(listing *at, const cbk_cox *fit)
{
    const bool is_monotone = (fit->notes & (cbk_notes)CBK_NOTE_MONOTONE) != 0;
    const bool has_none = (fit->robust_score.df > 0 && isnan(fit->robust_score.p)) ||
                          (!is_monotone && fit->wald.df > 0 && isnan(fit->wald.p));
    if (fit->is_far) {
        say(at,
            "The hazards of the subjects differ by more than 10^260 times, as where a "
            "value is far from all others: there are no robust errors, residuals, "
            "curves and no test of proportional hazards.");
    }
    if (fit->request.is_robust && has_none && !fit->is_far) {
        say(at, "A robust test of all coefficients is missing, since there are too few "
                "rows or clusters that differ for so many coefficients.");
    }
    for (size_t t = 0; t < fit->n_terms; t++) {
        if (fit->terms[t].df > 0 && isnan(fit->terms[t].p)) {
            say(at, cbk_text_format(
                        at->arena,
                        "%s: no test of proportional hazards, since its effect over time "
                        "cannot be told from its effect.",
                        at->analysis->design->terms[t].label));
        }
    }
    if (isnan(fit->concordance)) {
        say(at, "No concordance, since of no two subjects it is known who had the event "
                "first.");
    }
}

size_t cbk_cox_missing_sentences(const cbk_regression *analysis, cbk_arena *arena,
                                 const char *out[], size_t n_most)
{
    const cbk_cox *fit = analysis->fit;
    listing at = {.analysis = analysis, .arena = arena, .out = out, .n_most = n_most};
    if (fit->n_event == 0 || (fit->notes & (cbk_notes)CBK_NOTE_NOT_CONVERGED) != 0) {
        return 0; /* said as a note */
    }
    for (size_t j = 0; j < fit->n_covariates; j++) {
        if (fit->coefficients[j].fate == CBK_COX_ESTIMATED) {
            say_of_estimate(&at, j, fit);
        } else if (is_infinite(&fit->coefficients[j]) &&
                   (fit->request.wants_instead || fit->request.wants_profile)) {
            say_of_infinite(&at, j, fit);
        }
    }
    if (fit->instead != NULL && fit->instead->firth != NULL) {
        say_of_instead(&at, fit->instead->firth);
    }
    if (fit->request.wants_concordance) {
        say_of_tests(&at, fit);
    }
    return at.n;
}
