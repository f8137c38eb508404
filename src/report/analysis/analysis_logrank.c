/* analysis_logrank.c - `casebook logrank` as a document: what was read, the groups, the
 * tests, what they rest on. */
#include "report/analysis/analysis_logrank.h"

#include <math.h>
#include <string.h>

typedef struct logrank_analysis {
    cbk_document *document;
    const cbk_followup_data *data;
    const cbk_log_rank *fit;
    const cbk_style *style;
    cbk_arena *arena;
} logrank_analysis;

/* ---- words ------------------------------------------------------------------------ */

const char *cbk_logrank_title(const cbk_log_rank_request *request, const cbk_style *style,
                              cbk_arena *arena)
{
    switch (request->method) {
    case CBK_LOG_RANK:
        break;
    case CBK_LOG_RANK_GEHAN:
        return "Gehan test";
    case CBK_LOG_RANK_TARONE_WARE:
        return "Tarone-Ware test";
    case CBK_LOG_RANK_PETO:
        return "Peto-Peto test";
    case CBK_LOG_RANK_FLEMING_HARRINGTON:
        return cbk_text_format(arena, "Fleming-Harrington test (rho = %s, gamma = %s)",
                               cbk_print_number(arena, style, request->rho, -1),
                               cbk_print_number(arena, style, request->gamma, -1));
    }
    return "Log-rank test";
}

const char *cbk_logrank_validity(const cbk_log_rank *fit)
{
    return fit->is_late
               ? "The permutation test is valid where neither censoring nor entry "
                 "depends "
                 "on the group."
               : "The permutation test is valid where censoring does not depend on the "
                 "group.";
}

/* ---- what was read ---------------------------------------------------------------- */

static void add_coding(const logrank_analysis *analysis)
{
    const cbk_log_rank *fit = analysis->fit;
    size_t n = 0;
    size_t n_event = 0;
    for (size_t g = 0; g < fit->n_groups; g++) {
        n += fit->groups[g].n;
        n_event += fit->groups[g].n_event;
    }
    const cbk_followup_data *data = analysis->data;
    cbk_analysis_add_coding(analysis->document,
                            &(cbk_event_coding){.event = data->event,
                                                .endpoint = data->endpoint,
                                                .is_of_file = data->name == NULL,
                                                .n = n,
                                                .n_event = n_event});
}

/* ---- tables ----------------------------------------------------------------------- */

static void number_cell(const logrank_analysis *analysis, cbk_table_builder *builder,
                        size_t row, size_t column, double value, int digits)
{
    cbk_analysis_number_cell(analysis->arena, analysis->style, builder, row, column,
                             value, digits, CBK_DASH);
}

static void add_groups(const logrank_analysis *analysis)
{
    const cbk_log_rank *fit = analysis->fit;
    const cbk_followup_request *request = analysis->data->request;
    const bool is_weighted = fit->request.method == CBK_LOG_RANK_PETO ||
                             fit->request.method == CBK_LOG_RANK_FLEMING_HARRINGTON;
    const char *const headers[] = {
        cbk_analysis_group_header(analysis->arena, analysis->data->protocol, request->by,
                                  request->n_by),
        "n", "Events", is_weighted ? "Weighted observed" : "Observed",
        is_weighted ? "Weighted expected" : "Expected"};
    cbk_table_builder *builder =
        cbk_analysis_table(analysis->arena,
                           cbk_words_label_unit(analysis->arena, analysis->data->label,
                                                analysis->data->unit),
                           headers, 5, fit->n_groups);
    for (size_t g = 0; builder != NULL && g < fit->n_groups; g++) {
        const cbk_log_rank_group *group = &fit->groups[g];
        cbk_analysis_text_cell(analysis->arena, builder, g, 0,
                               analysis->data->by_label[g]);
        number_cell(analysis, builder, g, 1, (double)group->n, 0);
        number_cell(analysis, builder, g, 2, (double)group->n_event, 0);
        number_cell(analysis, builder, g, 3, group->observed, is_weighted ? 3 : 0);
        number_cell(analysis, builder, g, 4, group->expected, 3);
    }
    if (builder != NULL) {
        cbk_document_table(analysis->document, &builder->block);
    }
}

/* Chi-squared, df and p from `column` on. */
static void fill_test(const logrank_analysis *analysis, cbk_table_builder *builder,
                      size_t row, size_t column, const cbk_log_rank_test *test)
{
    number_cell(analysis, builder, row, column, test->chisq, 3);
    number_cell(analysis, builder, row, column + 1, (double)test->df, 0);
    cbk_analysis_text_cell(analysis->arena, builder, row, column + 2,
                           cbk_print_p(analysis->arena, analysis->style, test->p));
}

static void add_tests(const logrank_analysis *analysis)
{
    const cbk_log_rank *fit = analysis->fit;
    const char *const headers[] = {"Test", "Chi-squared", "df",
                                   cbk_style_of(analysis->style)->p_heading};
    const char *title =
        cbk_logrank_title(&fit->request, analysis->style, analysis->arena);
    cbk_table_builder *builder = cbk_analysis_table(analysis->arena, NULL, headers, 4,
                                                    fit->request.wants_trend ? 2 : 1);
    if (builder == NULL) {
        return;
    }
    cbk_analysis_text_cell(analysis->arena, builder, 0, 0, title);
    fill_test(analysis, builder, 0, 1, &fit->test);
    if (fit->request.wants_trend) {
        cbk_analysis_text_cell(analysis->arena, builder, 1, 0,
                               cbk_text_format(analysis->arena, "%s for trend", title));
        fill_test(analysis, builder, 1, 1, &fit->trend);
    }
    cbk_document_table(analysis->document, &builder->block);
}

static void add_pairs(const logrank_analysis *analysis)
{
    const cbk_log_rank *fit = analysis->fit;
    const char *const headers[] = {
        "Pair", "Chi-squared", "df", cbk_style_of(analysis->style)->p_heading,
        cbk_text_format(analysis->arena, "%s by Holm",
                        cbk_style_of(analysis->style)->p_heading)};
    if (!fit->request.wants_pairs) {
        return;
    }
    cbk_table_builder *builder = cbk_analysis_table(
        analysis->arena, "Each pair of groups alone", headers, 5, fit->n_pairs);
    for (size_t k = 0; builder != NULL && k < fit->n_pairs; k++) {
        const cbk_log_rank_pair *pair = &fit->pairs[k];
        cbk_analysis_text_cell(analysis->arena, builder, k, 0,
                               cbk_text_format(analysis->arena, "%s and %s",
                                               analysis->data->by_label[pair->first],
                                               analysis->data->by_label[pair->second]));
        fill_test(analysis, builder, k, 1, &pair->test);
        cbk_analysis_text_cell(
            analysis->arena, builder, k, 4,
            cbk_print_p(analysis->arena, analysis->style, pair->p_holm));
    }
    if (builder != NULL) {
        cbk_document_table(analysis->document, &builder->block);
    }
}

/* ---- the permutation test --------------------------------------------------------- */

static void add_exact(const logrank_analysis *analysis)
{
    const cbk_log_rank_exact *exact = analysis->fit->exact;
    cbk_arena *arena = analysis->arena;
    if (exact == NULL) {
        return;
    }
    const char *far = "at least as far from the mean score as the observed one";
    const char *found =
        exact->is_complete
            ? cbk_text_format(arena,
                              "Exact permutation test: of all %llu labelings of the rows "
                              "%llu are %s: %s.",
                              (unsigned long long)exact->n_permutations,
                              (unsigned long long)exact->n_extreme, far,
                              cbk_print_p_equation(arena, analysis->style, exact->p))
            : cbk_text_format(
                  arena,
                  "Permutation test: of %llu labelings drawn at random (seed %llu) %llu "
                  "are %s: %s, standard error %s.",
                  (unsigned long long)exact->n_permutations,
                  (unsigned long long)analysis->fit->request.seed,
                  (unsigned long long)exact->n_extreme, far,
                  cbk_print_p_equation(arena, analysis->style, exact->p),
                  cbk_print_number(arena, analysis->style, exact->std_error, 4));
    cbk_analysis_paragraph(
        analysis->document,
        cbk_text_format(arena, "%s %s", found, cbk_logrank_validity(analysis->fit)));
}

/* ---- notes and methods ------------------------------------------------------------ */

cbk_notes cbk_logrank_notes(const cbk_followup_data *data, const cbk_log_rank *fit)
{
    cbk_notes notes = data->notes | fit->notes | fit->test.notes;
    return notes | (fit->request.wants_trend ? fit->trend.notes : 0);
}

static void add_notes(const logrank_analysis *analysis)
{
    const cbk_notes notes = cbk_logrank_notes(analysis->data, analysis->fit);
    for (int i = 0; i < CBK_NOTE_COUNT; i++) {
        const cbk_note note = (cbk_note)(1 << i);
        if ((notes & (cbk_notes)note) != 0) {
            cbk_text_run run = {0};
            cbk_run_text(&run, analysis->arena, cbk_note_sentence(note));
            cbk_document_item(analysis->document, run);
        }
    }
}

static void add_methods(const logrank_analysis *analysis)
{
    const cbk_log_rank *fit = analysis->fit;
    const cbk_followup_request *request = analysis->data->request;
    cbk_arena *arena = analysis->arena;
    cbk_text_run run = {0};
    cbk_run_text(&run, arena, cbk_logrank_title(&fit->request, analysis->style, arena));
    if (request->n_strata > 0) {
        cbk_run_textf(
            &run, arena, ", stratified by %s",
            cbk_words_list(analysis->arena, request->strata, request->n_strata));
    }
    cbk_run_text(&run, arena, "; hypergeometric variance; p: upper tail of chi-squared");
    if (fit->request.wants_trend) {
        cbk_run_text(&run, arena, "; trend with scores ");
        for (size_t g = 0; g < fit->n_groups; g++) {
            cbk_run_textf(
                &run, arena, "%s%s", g > 0 ? ", " : "",
                cbk_print_number(arena, analysis->style, fit->request.scores[g], -1));
        }
    }
    if (fit->request.wants_pairs) {
        cbk_run_text(&run, arena, "; pairs adjusted by Holm");
    }
    cbk_run_text(&run, arena, ".");
    cbk_document_paragraph(analysis->document, run);
}

const cbk_document *cbk_analysis_logrank_document(const cbk_followup_data *data,
                                                  const cbk_log_rank *fit,
                                                  const cbk_style *style,
                                                  cbk_arena *arena)
{
    const char *title = cbk_text_format(
        arena, "%s: %s", cbk_logrank_title(&fit->request, style, arena), data->label);
    const logrank_analysis analysis = {.document = cbk_document_create(arena, title),
                                       .data = data,
                                       .fit = fit,
                                       .style = style,
                                       .arena = arena};
    if (analysis.document == NULL) {
        return NULL;
    }
    cbk_analysis_add_source(analysis.document, &analysis.data->source,
                            analysis.data->request->where);
    add_coding(&analysis);
    if (fit->n_groups > 0) {
        add_groups(&analysis);
        add_tests(&analysis);
        add_pairs(&analysis);
        add_exact(&analysis);
    }
    add_notes(&analysis);
    add_methods(&analysis);
    return cbk_arena_has_failed(arena) ? NULL : analysis.document;
}
