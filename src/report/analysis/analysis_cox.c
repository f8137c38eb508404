/* analysis_cox.c - `casebook cox` as a document: what was read, the coefficients, the
 * tests, what they rest on. */
#include "report/analysis/analysis_cox.h"
#include "report/regression.h"
#include "study/analysis/prediction.h"

#include <math.h>
#include <string.h>

typedef struct cox_document {
    cbk_document *document;
    const cbk_regression *analysis;
    const cbk_followup_data *data;
    const cbk_cox *fit;
    const cbk_style *style;
    cbk_arena *arena;
} cox_document;

/* ---- words ------------------------------------------------------------------------ */

cbk_notes cbk_cox_notes(const cbk_regression *analysis)
{
    return analysis->data->notes | analysis->fit->notes;
}

static const char *level_words(const cox_document *at, const char *end)
{
    return cbk_text_format(at->arena, "%s%% %s",
                           cbk_print_level(at->arena, at->style, at->fit->request.level),
                           end);
}

/* ---- what was read ---------------------------------------------------------------- */

static void add_coding(const cox_document *at)
{
    cbk_analysis_add_coding(at->document,
                            &(cbk_event_coding){.event = at->data->event,
                                                .endpoint = at->data->endpoint,
                                                .is_of_file = at->data->name == NULL,
                                                .n = at->fit->n,
                                                .n_event = at->fit->n_event});
}

/* ---- tables ----------------------------------------------------------------------- */

static void add_coefficients(const cox_document *at)
{
    const char *const headers[] = {"Covariate",
                                   "Hazard ratio",
                                   level_words(at, "from"),
                                   "to",
                                   cbk_style_of(at->style)->p_heading,
                                   "Coefficient",
                                   at->fit->request.is_robust ? "Robust SE" : "SE"};
    cbk_table_builder *builder = cbk_analysis_table(
        at->arena, cbk_words_label_unit(at->arena, at->data->label, at->data->unit),
        headers, 7, at->fit->n_covariates);
    for (size_t j = 0; builder != NULL && j < at->fit->n_covariates; j++) {
        const cbk_cox_coefficient *of = &at->fit->coefficients[j];
        const cbk_shown_ratio shown = cbk_regression_shown(at->fit, of);
        const bool has_limits = !shown.is_infinite; /* these are told beside it */
        cbk_analysis_text_cell(at->arena, builder, j, 0,
                               at->analysis->design->columns[j].label);
        cbk_analysis_text_cell(
            at->arena, builder, j, 1,
            cbk_cox_print_ratio(at->arena, at->style, of->hazard_ratio));
        cbk_analysis_text_cell(
            at->arena, builder, j, 2,
            cbk_cox_print_ratio(at->arena, at->style,
                                has_limits ? shown.lower : (double)NAN));
        cbk_analysis_text_cell(
            at->arena, builder, j, 3,
            cbk_cox_print_ratio(at->arena, at->style,
                                has_limits ? shown.upper : (double)NAN));
        cbk_analysis_text_cell(
            at->arena, builder, j, 4,
            cbk_print_p(at->arena, at->style, has_limits ? shown.p : (double)NAN));
        cbk_analysis_text_cell(
            at->arena, builder, j, 5,
            cbk_print_statistic(at->arena, at->style, of->estimate, 4));
        cbk_analysis_text_cell(
            at->arena, builder, j, 6,
            cbk_print_statistic(
                at->arena, at->style,
                at->fit->request.is_robust ? of->robust_se : of->std_error, 4));
    }
    if (builder != NULL) {
        cbk_document_table(at->document, &builder->block);
    }
}

/* Each covariate alone and all together, as a paper prints them. */
static void add_side_by_side(const cox_document *at)
{
    cbk_table_builder *builder =
        cbk_regression_table(at->analysis, NULL, at->style, at->arena);
    if (builder != NULL) {
        builder->block.title = "Univariable and multivariable";
        cbk_document_table(at->document, &builder->block);
    }
}

static void fill_test(const cox_document *at, cbk_table_builder *builder, size_t row,
                      const char *name, const cbk_cox_test *test)
{
    cbk_analysis_text_cell(at->arena, builder, row, 0, name);
    cbk_analysis_text_cell(at->arena, builder, row, 1,
                           cbk_print_statistic(at->arena, at->style, test->chisq, 3));
    cbk_analysis_text_cell(at->arena, builder, row, 2,
                           cbk_print_number(at->arena, at->style, (double)test->df, 0));
    cbk_analysis_text_cell(at->arena, builder, row, 3,
                           cbk_print_p(at->arena, at->style, test->p));
}

static void add_tests(const cox_document *at)
{
    const cbk_cox *fit = at->fit;
    const char *const headers[] = {"All coefficients 0", "Chi-squared", "df",
                                   cbk_style_of(at->style)->p_heading};
    const bool is_firth = fit->request.is_firth;
    const bool is_robust = fit->request.is_robust;
    cbk_table_builder *builder = cbk_analysis_table(at->arena, NULL, headers, 4,
                                                    is_firth    ? 2
                                                    : is_robust ? 4
                                                                : 3);
    if (builder == NULL) {
        return;
    }
    size_t row = 0;
    fill_test(at, builder, row++,
              is_firth ? "Penalised likelihood ratio" : "Likelihood ratio",
              &fit->likelihood_ratio);
    fill_test(at, builder, row++, is_robust ? "Wald, robust" : "Wald", &fit->wald);
    if (!is_firth) {
        fill_test(at, builder, row++, "Score", &fit->score);
    }
    if (is_robust) {
        fill_test(at, builder, row, "Score, robust", &fit->robust_score);
    }
    cbk_document_table(at->document, &builder->block);
}

static void add_proportional(const cox_document *at)
{
    const cbk_cox *fit = at->fit;
    const char *const headers[] = {"Proportional hazards", "Chi-squared", "df",
                                   cbk_style_of(at->style)->p_heading};
    if (fit->n_terms == 0) {
        return;
    }
    cbk_table_builder *builder =
        cbk_analysis_table(at->arena, NULL, headers, 4, fit->n_terms + 1);
    for (size_t t = 0; builder != NULL && t < fit->n_terms; t++) {
        fill_test(at, builder, t, at->analysis->design->terms[t].label, &fit->terms[t]);
    }
    if (builder != NULL) {
        fill_test(at, builder, fit->n_terms, "All together", &fit->global);
        cbk_document_table(at->document, &builder->block);
    }
}

/* ---- what it rests on ------------------------------------------------------------- */

static void add_concordance(const cox_document *at)
{
    const cbk_cox *fit = at->fit;
    if (isnan(fit->concordance) || fit->likelihood_ratio.df == 0) {
        return; /* the same for all where there is no coefficient */
    }
    cbk_analysis_paragraph(
        at->document,
        cbk_text_format(at->arena, "Concordance %s (standard error %s).",
                        cbk_print_number(at->arena, at->style, fit->concordance, 3),
                        cbk_print_number(at->arena, at->style, fit->concordance_se, 3)));
}

static void add_notes(const cox_document *at)
{
    /* told covariate by covariate */
    const cbk_notes notes = cbk_cox_notes(at->analysis) &
                            ~(cbk_notes)(CBK_NOTE_MONOTONE | CBK_NOTE_COVARIATE_DROPPED);
    for (int i = 0; i < CBK_NOTE_COUNT; i++) {
        const cbk_note note = (cbk_note)(1 << i);
        if ((notes & (cbk_notes)note) != 0) {
            cbk_analysis_item(at->document, NULL, cbk_note_sentence(note));
        }
    }
    for (size_t j = 0; j < at->fit->n_covariates; j++) {
        if (at->fit->coefficients[j].fate != CBK_COX_ESTIMATED) {
            cbk_analysis_item(at->document, NULL,
                              cbk_cox_fate_sentence(at->analysis->design, j,
                                                    &at->fit->coefficients[j], at->style,
                                                    at->arena));
        }
    }
    const char *missing[CBK_COX_MISSING_MAX];
    const size_t n_missing =
        cbk_cox_missing_sentences(at->analysis, at->arena, missing, CBK_COX_MISSING_MAX);
    for (size_t i = 0; i < n_missing; i++) {
        cbk_analysis_item(at->document, NULL, missing[i]);
    }
    if (cbk_cox_no_curve_sentence(at->analysis) != NULL) {
        cbk_analysis_item(at->document, NULL, cbk_cox_no_curve_sentence(at->analysis));
    }
    for (size_t k = 0; k < at->analysis->design->n_variables; k++) {
        const char *empty = cbk_cox_empty_sentence(at->analysis->design, k, at->arena);
        if (empty != NULL) {
            cbk_analysis_item(at->document, NULL, empty);
        }
    }
}

/* "; reference Resection margin: Negative", once a category. */
static void add_references(const cox_document *at, cbk_text_run *run)
{
    const cbk_design *design = at->analysis->design;
    const char *before = "; reference ";
    for (size_t k = 0; k < design->n_variables; k++) {
        const cbk_design_variable *variable = &design->variables[k];
        if (variable->is_category && variable->n_levels > 1) {
            cbk_run_textf(run, at->arena, "%s%s: %s", before, variable->label,
                          variable->level_label[variable->reference]);
            before = ", ";
        }
    }
}

static void add_methods(const cox_document *at)
{
    const cbk_followup_request *request = at->data->request;
    const cbk_cox_request *asked = &at->fit->request;
    cbk_text_run run = {0};
    cbk_run_textf(&run, at->arena, "Cox regression; ties by %s",
                  cbk_cox_ties_words(asked->ties));
    add_references(at, &run);
    for (size_t i = 0; i < request->n_strata; i++) {
        cbk_run_textf(&run, at->arena, "%s%s", i == 0 ? "; stratified by " : ", ",
                      request->strata[i]);
    }
    if (request->weight != NULL) {
        cbk_run_textf(&run, at->arena, "; weighted by %s", request->weight);
    }
    if (request->offset != NULL) {
        cbk_run_textf(&run, at->arena, "; offset %s", request->offset);
    }
    if (asked->is_firth) {
        cbk_run_text(&run, at->arena,
                     "; Firth's penalised likelihood, limits and p by its profile");
    } else {
        cbk_run_text(&run, at->arena,
                     asked->wants_profile ? "; profile-likelihood limits, p by the "
                                            "likelihood ratio"
                     : asked->is_robust   ? "; robust variance, Wald limits and p"
                                          : "; Wald limits and p");
    }
    if (at->analysis->predictions != NULL &&
        cbk_cox_no_curve_sentence(at->analysis) == NULL) {
        cbk_run_textf(&run, at->arena,
                      "; predicted survival is exp(-H), its limits by %s",
                      cbk_interval_name(at->analysis->predictions->interval));
    }
    if (request->cluster != NULL) {
        cbk_run_textf(&run, at->arena, "; clusters by %s", request->cluster);
    }
    cbk_run_text(&run, at->arena,
                 at->fit->n_terms > 0 ? "; proportional hazards by the score test of "
                                        "Grambsch and Therneau, transform km."
                                      : ".");
    cbk_document_paragraph(at->document, run);
}

const cbk_document *cbk_analysis_cox_document(const cbk_regression *analysis,
                                              const cbk_style *style, cbk_arena *arena)
{
    const cox_document at = {
        .document = cbk_document_create(
            arena, cbk_text_format(arena, "Cox regression: %s", analysis->data->label)),
        .analysis = analysis,
        .data = analysis->data,
        .fit = analysis->fit,
        .style = style,
        .arena = arena};
    if (at.document == NULL) {
        return NULL;
    }
    cbk_analysis_add_source(at.document, &at.data->source, at.data->request->where);
    add_coding(&at);
    if (analysis->alone != NULL) {
        add_side_by_side(&at);
    }
    if (analysis->fit->n_event > 0) {
        add_coefficients(&at);
        cbk_cox_add_instead(at.document, style, analysis);
        add_tests(&at);
        add_concordance(&at);
        add_proportional(&at);
    }
    cbk_cox_add_curves(at.document, style, analysis);
    add_notes(&at);
    add_methods(&at);
    return cbk_arena_has_failed(arena) ? NULL : at.document;
}
