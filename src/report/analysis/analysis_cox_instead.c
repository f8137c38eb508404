/* analysis_cox_instead.c - what can be said of a coefficient that has no finite estimate,
 * side by side: its profile, the score test, the exact test, Firth's estimate.
 */
#include "report/analysis/analysis_cox.h"

#include "report/regression.h"

#include <math.h>

const char *cbk_cox_no_exact_words(cbk_cox_no_exact why)
{
    switch (why) {
    case CBK_COX_HAS_EXACT:
        break;
    case CBK_COX_NO_EXACT_COVARIATES:
        return "there is more than one covariate";
    case CBK_COX_NO_EXACT_VALUES:
        return "the covariate has more than two values";
    case CBK_COX_NO_EXACT_WEIGHTS:
        return "a weighted row is not one subject";
    case CBK_COX_NO_EXACT_OFFSET:
        return "rows with different offsets cannot be exchanged";
    case CBK_COX_NO_EXACT_CLUSTERS:
        return "rows of one subject cannot be exchanged";
    case CBK_COX_NO_EXACT_ROWS:
        return "there are too many rows to need it";
    }
    return NULL;
}

typedef struct answer {
    const char *method;
    double ratio; /* NaN: none */
    double lower;
    double upper;
    double p;
} answer;

static void fill_answer(cbk_arena *arena, const cbk_style *style,
                        cbk_table_builder *builder, size_t row, const answer *of)
{
    const double number[] = {of->ratio, of->lower, of->upper};
    cbk_analysis_text_cell(arena, builder, row, 0, of->method);
    for (size_t i = 0; i < 3; i++) {
        cbk_analysis_text_cell(arena, builder, row, i + 1,
                               i == 0 && isinf(number[i])
                                   ? "infinite"
                                   : cbk_cox_print_ratio(arena, style, number[i]));
    }
    cbk_analysis_text_cell(arena, builder, row, 4, cbk_print_p(arena, style, of->p));
}

static answer exact_answer(const cbk_cox_instead *instead, cbk_arena *arena)
{
    const double none = (double)NAN;
    answer out = {"Exact test of the log-rank score", none, none, none, none};
    if (instead->exact == NULL) {
        out.method = cbk_text_format(arena, "Exact test: none, since %s",
                                     cbk_cox_no_exact_words(instead->no_exact));
    } else {
        out.p = instead->exact->p;
    }
    return out;
}

/* One table a coefficient. */
static void add_answers(cbk_document *document, const cbk_style *style,
                        const cbk_regression *analysis, size_t j)
{
    cbk_arena *arena = document->arena;
    const cbk_cox *fit = analysis->fit;
    const cbk_cox_instead *instead = fit->instead;
    const cbk_cox_profile *profile = &fit->coefficients[j].profile;
    const cbk_shown_ratio shown = cbk_regression_shown(fit, &fit->coefficients[j]);
    const double none = (double)NAN;
    const char *level = cbk_print_level(arena, style, fit->request.level);
    const char *const headers[] = {"Instead of Wald's", "Hazard ratio",
                                   cbk_text_format(arena, "%s%% from", level), "to",
                                   cbk_style_of(style)->p_heading};
    answer answers[4] = {
        {"Profile likelihood, likelihood-ratio test", shown.ratio, profile->lower,
         profile->upper, profile->likelihood_ratio.p},
        {"Score test", none, none, none, profile->score.p},
    };
    size_t n = 2;
    if (instead != NULL) {
        answers[n++] = exact_answer(instead, arena);
        if (instead->firth != NULL) {
            const cbk_cox_coefficient *of = &instead->firth->coefficients[j];
            answers[n++] = (answer){"Firth's penalised likelihood", of->hazard_ratio,
                                    of->lower, of->upper, of->p};
        }
    }
    cbk_table_builder *builder =
        cbk_analysis_table(arena, analysis->design->columns[j].label, headers, 5, n);
    for (size_t i = 0; builder != NULL && i < n; i++) {
        fill_answer(arena, style, builder, i, &answers[i]);
    }
    if (builder != NULL) {
        cbk_document_table(document, &builder->block);
    }
}

void cbk_cox_add_instead(cbk_document *document, const cbk_style *style,
                         const cbk_regression *analysis)
{
    for (size_t j = 0; j < analysis->fit->n_covariates; j++) {
        const cbk_cox_fate fate = analysis->fit->coefficients[j].fate;
        if (fate == CBK_COX_RISING || fate == CBK_COX_FALLING) {
            add_answers(document, style, analysis, j);
        }
    }
}
