/* analysis_finegray.c - `casebook finegray` as a document: what was read, the two hazard
 * ratios of each covariate side by side, the tests, what they rest on. */
#include "report/analysis/analysis_finegray.h"

#include "report/analysis/analysis_cox.h"
#include "report/regression.h"

#include <math.h>

typedef struct finegray_document {
    cbk_document *document;
    const cbk_competing *both;
    const cbk_fine_gray *fit;
    const cbk_cox *specific;
    const cbk_style *style;
    cbk_arena *arena;
} finegray_document;

/* ---- words ------------------------------------------------------------------------ */

cbk_notes cbk_finegray_notes(const cbk_competing *both)
{
    return both->data->notes | both->fit->notes | both->specific->fit->notes;
}

const char *cbk_finegray_note_sentence(cbk_note note)
{
    return note == CBK_NOTE_NO_EVENTS
               ? "There is no event of this kind, so there is nothing to estimate."
               : cbk_note_sentence(note);
}

const char *cbk_finegray_cause(const cbk_competing *both)
{
    return both->cause > 0 ? both->data->cause_label[both->cause - 1] : "no events";
}

const char *cbk_finegray_fate(const cbk_competing *both, size_t column, bool is_specific,
                              const cbk_style *style, cbk_arena *arena)
{
    const cbk_cox_coefficient *own = &both->fit->coefficients[column];
    const cbk_cox_coefficient *specific = &both->specific->fit->coefficients[column];
    const cbk_cox_coefficient *of = is_specific ? specific : own;
    if (!is_specific && !isnan(own->estimate) && isnan(own->std_error)) {
        return cbk_text_format(
            arena, "Subdistribution hazard, %s: no error, since %s.",
            both->specific->design->columns[column].label,
            both->fit->is_far ? "the maximum is so far out, as where a value is far from "
                                "all others, that none can be computed"
                              : "the influences of its rows cancel out but for rounding");
    }
    if (of->fate == CBK_COX_ESTIMATED || (is_specific && specific->fate == own->fate)) {
        return NULL;
    }
    const char *sentence =
        cbk_cox_fate_sentence(both->specific->design, column, of, style, arena);
    return own->fate == specific->fate
               ? sentence
               : cbk_text_format(arena, "%s hazard, %s",
                                 is_specific ? "Cause-specific" : "Subdistribution",
                                 sentence);
}

static void text_cell(const finegray_document *at, cbk_table_builder *builder, size_t row,
                      size_t column, const char *text)
{
    cbk_analysis_text_cell(at->arena, builder, row, column, text);
}

/* ---- tables ----------------------------------------------------------------------- */

/* "0.972 to 0.994"; the dash where there is no interval. */
static const char *limits_words(const finegray_document *at,
                                const cbk_cox_coefficient *of)
{
    return isnan(of->lower) || isnan(of->upper)
               ? CBK_DASH
               : cbk_text_format(at->arena, "%s%s%s",
                                 cbk_cox_print_ratio(at->arena, at->style, of->lower),
                                 cbk_print_between(at->style, CBK_PRINT_CELL, false),
                                 cbk_cox_print_ratio(at->arena, at->style, of->upper));
}

/* Ratio, limits and p from a column on. */
static void fill_ratio(const finegray_document *at, cbk_table_builder *builder,
                       size_t row, size_t first, const cbk_cox_coefficient *of)
{
    text_cell(at, builder, row, first,
              cbk_cox_print_ratio(at->arena, at->style, of->hazard_ratio));
    text_cell(at, builder, row, first + 1, limits_words(at, of));
    text_cell(at, builder, row, first + 2, cbk_print_p(at->arena, at->style, of->p));
}

static void add_ratios(const finegray_document *at)
{
    const char *interval =
        cbk_text_format(at->arena, "%s%% interval",
                        cbk_print_level(at->arena, at->style, at->fit->level));
    const char *const headers[] = {"Covariate",
                                   "Subdistribution hazard ratio",
                                   interval,
                                   cbk_style_of(at->style)->p_heading,
                                   "Cause-specific hazard ratio",
                                   interval,
                                   cbk_style_of(at->style)->p_heading};
    cbk_table_builder *builder = cbk_analysis_table(
        at->arena,
        cbk_text_format(at->arena, "Hazard ratios: %s", cbk_finegray_cause(at->both)),
        headers, 7, at->fit->n_covariates);
    for (size_t j = 0; builder != NULL && j < at->fit->n_covariates; j++) {
        text_cell(at, builder, j, 0, at->both->specific->design->columns[j].label);
        fill_ratio(at, builder, j, 1, &at->fit->coefficients[j]);
        fill_ratio(at, builder, j, 4, &at->specific->coefficients[j]);
    }
    if (builder != NULL) {
        cbk_document_table(at->document, &builder->block);
    }
}

static void add_coefficients(const finegray_document *at)
{
    const char *const headers[] = {"Covariate", "Subdistribution, coefficient", "SE",
                                   "Cause-specific, coefficient", "SE"};
    cbk_table_builder *builder = cbk_analysis_table(at->arena, "Their logarithms",
                                                    headers, 5, at->fit->n_covariates);
    for (size_t j = 0; builder != NULL && j < at->fit->n_covariates; j++) {
        const cbk_cox_coefficient *own = &at->fit->coefficients[j];
        const cbk_cox_coefficient *specific = &at->specific->coefficients[j];
        text_cell(at, builder, j, 0, at->both->specific->design->columns[j].label);
        text_cell(at, builder, j, 1,
                  cbk_print_statistic(at->arena, at->style, own->estimate, 4));
        text_cell(at, builder, j, 2,
                  cbk_print_statistic(at->arena, at->style, own->std_error, 4));
        text_cell(at, builder, j, 3,
                  cbk_print_statistic(at->arena, at->style, specific->estimate, 4));
        text_cell(at, builder, j, 4,
                  cbk_print_statistic(at->arena, at->style, specific->std_error, 4));
    }
    if (builder != NULL) {
        cbk_document_table(at->document, &builder->block);
    }
}

static void fill_test(const finegray_document *at, cbk_table_builder *builder, size_t row,
                      const char *name, const cbk_cox_test *test)
{
    text_cell(at, builder, row, 0, name);
    text_cell(at, builder, row, 1,
              cbk_print_statistic(at->arena, at->style, test->chisq, 3));
    text_cell(at, builder, row, 2,
              cbk_print_number(at->arena, at->style, (double)test->df, 0));
    text_cell(at, builder, row, 3, cbk_print_p(at->arena, at->style, test->p));
}

static void add_tests(const finegray_document *at)
{
    const char *const headers[] = {"All coefficients 0", "Chi-squared", "df",
                                   cbk_style_of(at->style)->p_heading};
    cbk_table_builder *builder = cbk_analysis_table(at->arena, NULL, headers, 4, 3);
    if (builder != NULL) {
        fill_test(at, builder, 0, "Subdistribution, Wald", &at->fit->wald);
        fill_test(at, builder, 1, "Cause-specific, Wald", &at->specific->wald);
        fill_test(at, builder, 2, "Cause-specific, likelihood ratio",
                  &at->specific->likelihood_ratio);
        cbk_document_table(at->document, &builder->block);
    }
}

/* ---- what it rests on ------------------------------------------------------------- */

static void add_notes(const finegray_document *at)
{
    /* told covariate by covariate */
    const cbk_notes notes = cbk_finegray_notes(at->both) &
                            ~(cbk_notes)(CBK_NOTE_MONOTONE | CBK_NOTE_COVARIATE_DROPPED);
    for (int i = 0; i < CBK_NOTE_COUNT; i++) {
        const cbk_note note = (cbk_note)(1 << i);
        if ((notes & (cbk_notes)note) != 0) {
            cbk_analysis_item(at->document, NULL, cbk_finegray_note_sentence(note));
        }
    }
    for (size_t j = 0; j < at->fit->n_covariates; j++) {
        cbk_analysis_item(at->document, NULL,
                          cbk_finegray_fate(at->both, j, false, at->style, at->arena));
        cbk_analysis_item(at->document, NULL,
                          cbk_finegray_fate(at->both, j, true, at->style, at->arena));
    }
}

static void add_meaning(const finegray_document *at)
{
    cbk_analysis_paragraph(
        at->document,
        "The subdistribution hazard ratio says whether a covariate raises or "
        "lowers the share who have the event by any time; the cause-specific "
        "one how it changes the rate among those who are still free of every "
        "kind of event. A covariate that only hastens a competing event moves "
        "the first and not the second: read both.");
}

static void add_methods(const finegray_document *at)
{
    cbk_analysis_paragraph(
        at->document,
        "Subdistribution: Fine-Gray regression as R's cmprsk::crr; Breslow "
        "ties; censoring by Kaplan-Meier with the event flipped, read just "
        "before each time; robust variance with the estimated censoring; Wald "
        "limits and p. Cause-specific: Cox regression with the other kinds of "
        "event censored; ties by Efron; Wald limits and p.");
}

const cbk_document *cbk_analysis_finegray_document(const cbk_competing *both,
                                                   const cbk_style *style,
                                                   cbk_arena *arena)
{
    const finegray_document at = {
        .document =
            cbk_document_create(arena, cbk_text_format(arena, "Fine-Gray regression: %s",
                                                       cbk_finegray_cause(both))),
        .both = both,
        .fit = both->fit,
        .specific = both->specific->fit,
        .style = style,
        .arena = arena};
    if (at.document == NULL) {
        return NULL;
    }
    cbk_analysis_add_source(at.document, &both->data->source, both->data->request->where);
    cbk_analysis_add_causes(at.document, both->data);
    if (at.fit->n_event > 0) {
        add_meaning(&at);
        add_ratios(&at);
        add_coefficients(&at);
        add_tests(&at);
    }
    add_notes(&at);
    add_methods(&at);
    return cbk_arena_has_failed(arena) ? NULL : at.document;
}
