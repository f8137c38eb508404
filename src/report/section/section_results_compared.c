/* section_results_compared.c - the results in words, second half: groups side by side,
 * regressions, events that come back; only what the protocol declares.
 */
#include "report/section/section_results.h"

#include "report/regression.h"
#include "report/section/section_methods.h"
#include "report/table/summary.h"
#include "study/sql/sql_text.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { FEW_TESTS = 4, RATIOS_MAX = 12 };

/* ---- small things ------------------------------------------------------------------ */

/* " (Figure 3)", and nothing where it has no number or is not in the report. */
static void add_reference(cbk_report *report, cbk_text_run *run, bool is_table,
                          const char *id)
{
    const char *number = cbk_block_number(id);
    const char *word = is_table ? "table" : "figure";
    if (number == NULL ||
        !cbk_report_prints(report, is_table ? CBK_SECTION_TABLE : CBK_SECTION_FIGURE,
                           id)) {
        return;
    }
    cbk_run_text(run, report->arena, " (");
    cbk_run_span(
        run, report->arena,
        (cbk_span){.kind = CBK_SPAN_LINK,
                   .text = cbk_text_format(report->arena, "%s %s",
                                           is_table ? "Table" : "Figure", number),
                   .target = cbk_text_format(report->arena, "#%s-%s", word, id)});
    cbk_run_text(run, report->arena, ")");
}

/* " among those recorded as “stage: I”"; nothing where it is everybody. */
static void add_among(cbk_report *report, cbk_text_run *run, const char *among)
{
    if (among != NULL) {
        cbk_run_text(run, report->arena, " among those recorded as ");
        cbk_methods_condition(report, run, among);
    }
}

/* "p = 0.04", "p <0.001". */
static void add_p(cbk_report *report, cbk_text_run *run, const cbk_quantity *p)
{
    const char *printed =
        cbk_print_p_equation(report->arena, report->style, p->value.number);
    cbk_run_number(run, report->arena,
                   cbk_run_p_letter(run, report->arena, report->style, printed),
                   cbk_report_provenance(report, p));
}

static const char *variable_words(cbk_report *report, const char *name)
{
    const cbk_field *field = cbk_protocol_variable(report->protocol, name);
    return cbk_words_lower_first(report->arena, field != NULL ? field->label : name);
}

/* ---- groups of a figure -------------------------------------------------------------
 */

/* Until when every group was observed. */
static double last_common_time(const cbk_curves *curves)
{
    double last = (double)INFINITY;
    for (size_t i = 0; i < curves->n_curves; i++) {
        const cbk_km *km = curves->curves[i].km;
        last = fmin(last, km->n_rows > 0 ? km->risk->time[km->n_rows - 1] : 0.0);
    }
    return last;
}

/* The time to compare groups at: the last mark that all of them have, else the first;
 * NaN: there is none. */
static cbk_status choose_mark(cbk_report *report, const cbk_figure_spec *figure,
                              const cbk_endpoint *endpoint, const cbk_curves *curves,
                              double *out, cbk_error *err)
{
    double marks[CBK_MARKS_MAX];
    const double *at = figure->marks;
    size_t n = figure->n_marks;
    if (n == 0) {
        CBK_TRY(cbk_report_marks(report, endpoint, marks, &n, err));
        at = marks;
    }
    const double last = last_common_time(curves);
    *out = n > 0 ? at[0] : (double)NAN;
    for (size_t i = 1; i < n; i++) {
        *out = at[i] <= last && (at[i] > *out || *out > last) ? at[i] : *out;
    }
    return CBK_OK;
}

/* All groups of a sentence are printed with the decimals of the smallest. */
static size_t smallest_group(const cbk_curves *curves)
{
    size_t n = curves->curves[0].n_records;
    for (size_t i = 1; i < curves->n_curves; i++) {
        n = curves->curves[i].n_records < n ? curves->curves[i].n_records : n;
    }
    return n;
}

/* Whether the protocol writes a choice small where it can: `negative: Negative`, `f:
 * Female`.  `ber: Berlin` may be a name. */
static bool is_written_small(const cbk_code *choice, const char *small)
{
    return strncmp(choice->code, small, strcspn(small, " ,")) == 0 ||
           (choice->code[0] == small[0] && choice->code[1] == '\0');
}

/* A choice's label within a sentence, small where the field has one that is written so.
 */
static const char *choice_words(cbk_report *report, const cbk_field *field,
                                const char *label)
{
    bool is_choice = false;
    for (size_t i = 0; field != NULL && i < field->n_choices; i++) {
        const cbk_code *choice = &field->choices[i];
        const char *small = cbk_words_lower_first(report->arena, choice->label);
        if (small == NULL || is_written_small(choice, small)) {
            return cbk_words_lower_first(report->arena, label);
        }
        is_choice = is_choice || strcmp(choice->label, label) == 0;
    }
    return is_choice ? label : cbk_words_lower_first(report->arena, label);
}

/* "negative"; of "Bile leak: No" behind "By bile leak" only "no". */
static const char *group_words(cbk_report *report, const char *by, const char *label)
{
    const cbk_field *field = cbk_protocol_variable(report->protocol, by);
    const size_t n = field != NULL ? strlen(field->label) : 0;
    const bool is_prefixed =
        n > 0 && strncmp(label, field->label, n) == 0 && label[n] == ':';
    return choice_words(report, field, is_prefixed ? label + n + 2 : label);
}

/* "75% (95% CI …) for negative (n = 4)". */
static cbk_status add_group(cbk_report *report, cbk_text_run *run,
                            const cbk_figure_spec *figure, const cbk_endpoint *endpoint,
                            const cbk_curves *curves, size_t i, double time,
                            cbk_error *err)
{
    const cbk_curve *curve = &curves->curves[i];
    const cbk_results_share share = {
        .endpoint = endpoint,
        .among = cbk_report_curve_condition(report, curves, curve),
        .n = smallest_group(curves),
        .is_incidence = figure->kind == CBK_FIGURE_CUMINC};
    CBK_TRY(cbk_results_at(report, run, &share, time, err));
    cbk_run_textf(run, report->arena, " for %s (n%s",
                  group_words(report, figure->by, curve->label),
                  cbk_style_of(report->style)->equals);
    CBK_TRY(
        cbk_report_number(report, run,
                          cbk_text_format(report->arena, "count(%s)",
                                          cbk_sql_name(report->arena, endpoint->name)),
                          NULL, share.among, 0, NULL, err));
    cbk_run_text(run, report->arena, ")");
    return CBK_OK;
}

/* "; log-rank test, p = 0.43". */
static cbk_status add_test(cbk_report *report, cbk_text_run *run,
                           const cbk_figure_spec *figure, cbk_error *err)
{
    const bool is_gray = figure->kind == CBK_FIGURE_CUMINC;
    cbk_quantity p;
    CBK_TRY(cbk_report_evaluate(
        report,
        cbk_text_format(report->arena, "%s(%s, %s)", is_gray ? "gray_p" : "logrank_p",
                        cbk_sql_name(report->arena, figure->endpoint),
                        cbk_sql_name(report->arena, figure->by)),
        NULL, figure->among, &p, err));
    if (cbk_quantity_has_number(&p)) {
        cbk_run_text(run, report->arena,
                     is_gray ? "; Gray's test, " : "; log-rank test, ");
        add_p(report, run, &p);
    } else {
        const bool is_eventless = (p.notes & (cbk_notes)CBK_NOTE_NO_EVENTS) != 0;
        cbk_run_text(run, report->arena,
                     is_eventless ? "; nobody had the event, so that no test is possible"
                                  : "; no test is possible");
    }
    return CBK_OK;
}

/* "By resection margin (Figure 2), overall survival at 60 months was 75% (…) for negative
 * (n = 4) and 100% (…) for positive (n = 2); log-rank test, p = 0.43." */
static cbk_status add_groups(cbk_report *report, const cbk_figure_spec *figure,
                             cbk_error *err)
{
    const cbk_endpoint *endpoint =
        cbk_protocol_endpoint(report->protocol, figure->endpoint);
    const cbk_curves *curves = NULL;
    cbk_text_run run = {0};
    double time = 0.0;
    CBK_TRY(cbk_curves_of_study(report->study, figure->endpoint, &figure->by, 1,
                                figure->among, &report->conventions, report->arena,
                                &curves, err));
    if (curves->n_curves < 2) {
        return CBK_OK;
    }
    CBK_TRY(choose_mark(report, figure, endpoint, curves, &time, err));
    if (isnan(time)) {
        return CBK_OK;
    }
    cbk_run_textf(&run, report->arena, "By %s", variable_words(report, figure->by));
    add_among(report, &run, figure->among);
    add_reference(report, &run, false, figure->id);
    cbk_run_textf(&run, report->arena, ", %s%s at %s was ",
                  figure->kind == CBK_FIGURE_CUMINC ? "the cumulative incidence of " : "",
                  figure->kind == CBK_FIGURE_CUMINC
                      ? cbk_results_event_words(report, endpoint)
                      : cbk_results_curve_words(report, endpoint),
                  cbk_words_duration(report->arena, report->style, time, endpoint->unit));
    for (size_t i = 0; i < curves->n_curves; i++) {
        const char *before = i == 0 ? "" : i + 1 == curves->n_curves ? " and " : ", ";
        cbk_run_text(&run, report->arena, before);
        CBK_TRY(add_group(report, &run, figure, endpoint, curves, i, time, err));
    }
    if (!figure->look.is_without_p) {
        CBK_TRY(add_test(report, &run, figure, err));
    }
    cbk_run_text(&run, report->arena, ".");
    cbk_document_paragraph(report->document, run);
    return CBK_OK;
}

/* ---- tests of a table ---------------------------------------------------------------
 */

typedef struct tested {
    const char *label;
    cbk_quantity p;
} tested;

/* The rows that have a p. */
static cbk_status find_tests(cbk_summary *table, tested *out, size_t *n, cbk_error *err)
{
    *n = 0;
    for (size_t i = 0; i < table->n_rows; i++) {
        const cbk_summary_row *row = &table->rows[i];
        if (row->tested == NULL) {
            continue;
        }
        tested *found = &out[*n];
        CBK_TRY(cbk_report_evaluate(table->report, cbk_summary_test_sql(table, row, "p"),
                                    table->spec->from, table->spec->among, &found->p,
                                    err));
        found->label = cbk_protocol_variable(table->report->protocol, row->tested) != NULL
                           ? variable_words(table->report, row->tested)
                           : row->label;
        *n += cbk_quantity_has_number(&found->p);
    }
    return CBK_OK;
}

/* "age (p = 0.53) and sex (p = 0.33) were compared"; of many the smallest p. */
static void add_tests(cbk_report *report, cbk_text_run *run, const tested *tests,
                      size_t n)
{
    size_t smallest = 0;
    for (size_t i = 1; i < n; i++) {
        if (tests[i].p.value.number < tests[smallest].p.value.number) {
            smallest = i;
        }
    }
    const bool is_few = n <= FEW_TESTS;
    if (!is_few) {
        cbk_run_text(run, report->arena, "the smallest ");
        cbk_run_text(run, report->arena,
                     cbk_run_p_letter(run, report->arena, report->style,
                                      cbk_style_of(report->style)->p));
        cbk_run_text(run, report->arena,
                     " of all characteristics compared was that of ");
    }
    for (size_t i = is_few ? 0 : smallest; i < (is_few ? n : smallest + 1); i++) {
        const char *before = !is_few || i == 0 ? "" : i + 1 == n ? " and " : ", ";
        cbk_run_textf(run, report->arena, "%s%s (", before,
                      cbk_words_lower_first(report->arena, tests[i].label));
        add_p(report, run, &tests[i].p);
        cbk_run_text(run, report->arena, ")");
    }
    cbk_run_text(run, report->arena,
                 !is_few  ? ""
                 : n == 1 ? " was compared"
                          : " were compared");
}

static cbk_status add_tested(cbk_report *report, const cbk_table_spec *spec,
                             cbk_error *err)
{
    cbk_summary table = {.report = report, .spec = spec};
    size_t n = 0;
    CBK_TRY(cbk_summary_plan(&table, err));
    tested *tests = CBK_NEW(report->arena, tested, table.n_rows + 1);
    CBK_TRY(cbk_report_done(report, err));
    if (table.is_tested) {
        CBK_TRY(find_tests(&table, tests, &n, err));
    }
    if (n == 0) {
        return CBK_OK;
    }
    cbk_text_run run = {0};
    cbk_run_textf(&run, report->arena, "By %s", variable_words(report, spec->by));
    add_among(report, &run, spec->among);
    add_reference(report, &run, true, spec->id);
    cbk_run_text(&run, report->arena, ", ");
    add_tests(report, &run, tests, n);
    cbk_run_text(&run, report->arena, ".");
    cbk_document_paragraph(report->document, run);
    return CBK_OK;
}

/* ---- regressions --------------------------------------------------------------------
 */

/* The p of a table as it stands in a sentence; one without an estimate is not bound. */
static void add_p_of(cbk_report *report, cbk_text_run *run, const cbk_span *p,
                     const char *printed)
{
    const bool is_bound = p->kind == CBK_SPAN_NUMBER;
    const char *equation =
        is_bound ? cbk_print_p_equation(report->arena, report->style,
                                        strtod(p->provenance->value, NULL))
                 : cbk_print_p_relation(report->arena, report->style, printed);
    const char *rest = cbk_run_p_letter(run, report->arena, report->style, equation);
    if (is_bound) {
        cbk_run_number(run, report->arena, rest, p->provenance);
    } else {
        cbk_run_text(run, report->arena, rest);
    }
}

/* Adds "1.02 (1.00–1.04), p = 0.04, for age". */
static void add_ratio(cbk_report *report, cbk_text_run *run,
                      const cbk_regression *regression, const cbk_regression_row *row,
                      const char *what, bool is_alone)
{
    cbk_text_run ratio = {0};
    cbk_text_run p = {0};
    cbk_regression_add_ratio(regression, report, row->column, is_alone, &ratio, &p);
    const char *printed = cbk_run_plain(&p, report->arena);
    const char *estimate = cbk_run_plain(&ratio, report->arena);
    if (estimate != NULL && strcmp(estimate, CBK_DASH) == 0) {
        cbk_run_text(run, report->arena, "not estimable");
    } else {
        cbk_run_append(run, &ratio);
    }
    if (printed != NULL && strcmp(printed, CBK_DASH) != 0) {
        cbk_run_text(run, report->arena, ", ");
        add_p_of(report, run, p.first, printed);
        cbk_run_text(run, report->arena, ",");
    }
    cbk_run_textf(run, report->arena, " for %s", what);
}

/* "sex, male against female", "age, years". */
static const char *row_words(cbk_report *report, const cbk_regression *regression,
                             const cbk_regression_row *row, const char *header,
                             const char *reference)
{
    cbk_arena *arena = report->arena;
    const cbk_field *field =
        row->is_product || !row->is_indented
            ? NULL
            : cbk_protocol_variable(report->protocol,
                                    regression->design->variables[row->variable].name);
    const char *label = choice_words(report, field, row->label);
    if (header == NULL || !row->is_indented) {
        return label;
    }
    return reference == NULL
               ? cbk_text_format(arena, "%s, %s", cbk_words_lower_first(arena, header),
                                 label)
               : cbk_text_format(arena, "%s, %s against %s",
                                 cbk_words_lower_first(arena, header), label,
                                 choice_words(report, field, reference));
}

static void add_ratios(cbk_report *report, cbk_text_run *run,
                       const cbk_regression *regression, bool is_alone)
{
    size_t n = 0;
    size_t n_added = 0;
    const cbk_regression_row *rows = cbk_regression_rows(regression, report->arena, &n);
    const char *header = NULL;
    const char *reference = NULL;
    for (size_t i = 0; rows != NULL && i < n; i++) {
        if (rows[i].kind == CBK_REGRESSION_HEADER) {
            header = rows[i].label;
            reference = NULL;
        } else if (rows[i].kind == CBK_REGRESSION_REFERENCE) {
            reference = rows[i].label;
        } else if (!(is_alone && rows[i].is_product) && n_added < RATIOS_MAX) {
            cbk_run_text(run, report->arena, n_added++ > 0 ? "; " : "");
            add_ratio(report, run, regression, &rows[i],
                      row_words(report, regression, &rows[i], header, reference),
                      is_alone);
        }
    }
    cbk_run_text(run, report->arena,
                 n_added == RATIOS_MAX ? "; the others stand there." : ".");
}

/* "In Cox regression of overall survival (Table 6; 228 patients, 165 events) the hazard
 * ratio (95% CI) was …" */
static cbk_status add_regression(cbk_report *report, const cbk_regression_spec *spec,
                                 const char *among, const char *id, bool is_table,
                                 cbk_error *err)
{
    const cbk_regression *regression = NULL;
    const cbk_endpoint *endpoint =
        cbk_protocol_endpoint(report->protocol, spec->endpoint);
    const bool is_alone = !is_table && spec->is_univariable;
    cbk_text_run run = {0};
    CBK_TRY(cbk_regression_of_study(report->study, spec, among, &report->conventions,
                                    report->arena, &regression, err));
    const size_t n = regression->data->rows.n;
    const size_t n_columns = regression->design->n_columns;
    const bool is_one_each = is_alone || n_columns == 1;
    cbk_run_textf(&run, report->arena, "In %s Cox regression%s of %s",
                  is_one_each ? "univariable" : "multivariable",
                  spec->is_firth ? " with Firth's penalty" : "",
                  cbk_words_lower_first(report->arena, endpoint->label));
    add_reference(report, &run, is_table, id);
    cbk_run_text(&run, report->arena, " of ");
    cbk_regression_add_count(regression, report, &run);
    const cbk_notes nothing =
        regression->fit->notes & (CBK_NOTE_NO_ROWS | CBK_NOTE_NO_EVENTS);
    if (nothing != 0) {
        cbk_run_textf(&run, report->arena, " %s nothing could be estimated. %s",
                      n == 1 ? "patient" : "patients",
                      cbk_words_notes(report->arena, nothing));
        cbk_document_paragraph(report->document, run);
        return CBK_OK;
    }
    cbk_run_textf(
        &run, report->arena, " %s, the hazard %s (%s%% CI) %s ",
        n == 1 ? "patient" : "patients", n_columns == 1 ? "ratio" : "ratios",
        cbk_print_level(report->arena, report->style, report->conventions.level),
        n_columns == 1 ? "was" : "were");
    add_ratios(report, &run, regression, is_alone);
    const char *notes = cbk_words_notes(
        report->arena,
        regression->fit->notes & (CBK_NOTE_FEW_EVENTS | CBK_NOTE_COVARIATE_DROPPED |
                                  CBK_NOTE_MONOTONE | CBK_NOTE_NOT_CONVERGED));
    cbk_run_textf(&run, report->arena, "%s%s", notes != NULL ? " " : "",
                  notes != NULL ? notes : "");
    cbk_document_paragraph(report->document, run);
    return CBK_OK;
}

/* Whether a table has the same regression: it is told once. */
static bool is_told(const cbk_protocol *protocol, const cbk_figure_spec *figure)
{
    for (size_t i = 0; i < protocol->n_tables; i++) {
        const cbk_table_spec *table = &protocol->tables[i];
        const cbk_regression_spec *a = &table->regression;
        const cbk_regression_spec *b = &figure->regression;
        bool is_same = table->kind == CBK_TABLE_REGRESSION && a->n_on == b->n_on &&
                       a->is_firth == b->is_firth && !b->is_univariable &&
                       cbk_text_is_equal(a->endpoint, b->endpoint) &&
                       cbk_text_is_equal(table->among, figure->among);
        for (size_t k = 0; is_same && k < a->n_on; k++) {
            is_same = strcmp(a->on[k], b->on[k]) == 0;
        }
        if (is_same) {
            return true;
        }
    }
    return false;
}

/* ---- what comes back ----------------------------------------------------------------
 */

/* A number of the mean cumulative function, which no SQL function gives. */
static void add_mean(cbk_report *report, cbk_text_run *run, const cbk_figure_spec *figure,
                     const cbk_recurrence_data *of, const char *what, double value,
                     const char *printed)
{
    cbk_buffer text = {0};
    cbk_buffer_addf(&text, "%s", what);
    for (size_t i = 0; i < figure->n_lanes; i++) {
        cbk_buffer_addf(&text, "%s %s.%s", i > 0 ? "," : "", figure->lanes[i].form,
                        figure->lanes[i].at);
    }
    const char **fields = CBK_NEW(report->arena, const char *, 1);
    const char *form = report->protocol->forms[0].name;
    cbk_quantity quantity = {
        .expression = cbk_words_take(&text, report->arena),
        .from = form,
        .among = figure->among,
        .value = {.kind = CBK_VALUE_NUMBER, .number = value},
        .conventions = report->conventions,
        .n_records = of->data->rows.n,
        .records = of->data->name,
        .n_fields = fields != NULL ? 1 : 0,
        .fields = fields,
    };
    if (fields != NULL) {
        fields[0] = cbk_text_format(report->arena, "%s.%s", form, figure->endpoint);
    }
    cbk_run_number(run, report->arena, printed, cbk_report_provenance(report, &quantity));
}

/* "1.00 (95% CI 0.40 to 2.52) by 36 months". */
static void add_mean_at(cbk_report *report, cbk_text_run *run,
                        const cbk_figure_spec *figure, const cbk_recurrence_data *of,
                        const cbk_mcf *mcf, double time)
{
    cbk_arena *arena = report->arena;
    const cbk_mcf_at at = cbk_mcf_at_time(mcf, time);
    const char *when = cbk_words_duration(arena, report->style, time, of->data->unit);
    if (cbk_notes_forbid_print(at.notes)) {
        cbk_run_textf(run, arena, "not estimable by %s", when);
        return;
    }
    add_mean(report, run, figure, of,
             cbk_text_format(arena, "mean number by %s of", when), at.mean,
             cbk_print_number(arena, report->style, at.mean, 2));
    if (isfinite(at.lower) && isfinite(at.upper)) {
        cbk_run_textf(run, arena, " (%s%% CI%s ",
                      cbk_print_level(arena, report->style, mcf->request.level),
                      cbk_style_of(report->style)->comma);
        add_mean(report, run, figure, of,
                 cbk_text_format(arena, "lower limit of the mean number by %s of", when),
                 at.lower, cbk_print_number(arena, report->style, at.lower, 2));
        cbk_run_text(run, arena,
                     cbk_print_between(report->style, CBK_PRINT_SENTENCE, false));
        add_mean(report, run, figure, of,
                 cbk_text_format(arena, "upper limit of the mean number by %s of", when),
                 at.upper, cbk_print_number(arena, report->style, at.upper, 2));
        cbk_run_text(run, arena, ")");
    }
    cbk_run_textf(run, arena, " by %s", when);
}

/* " Left out: one event without a time." */
static void add_omitted(cbk_report *report, cbk_text_run *run,
                        const cbk_figure_spec *figure, const cbk_recurrence_data *of)
{
    for (size_t i = 0; i < of->n_omitted; i++) {
        cbk_run_text(run, report->arena, i == 0 ? " Left out: " : ", ");
        add_mean(
            report, run, figure, of,
            cbk_text_format(report->arena, "events %s of", of->omitted[i].reason),
            (double)of->omitted[i].n,
            cbk_words_number(report->arena, report->style, (double)of->omitted[i].n));
        cbk_run_textf(run, report->arena, " %s %s",
                      of->omitted[i].n == 1 ? "event" : "events", of->omitted[i].reason);
    }
    cbk_run_text(run, report->arena, of->n_omitted > 0 ? "." : "");
}

/* "The mean number of recurrences a patient (Figure 4) was …" of each group. */
static cbk_status add_recurrences(cbk_report *report, const cbk_figure_spec *figure,
                                  cbk_error *err)
{
    const cbk_recurrence_data *of = NULL;
    const cbk_mcf_analysis *fit = NULL;
    cbk_arena *arena = report->arena;
    CBK_TRY(cbk_figure_mcf_fit(report, figure, &of, &fit, err));
    if (fit->n_groups == 0 || figure->n_marks == 0) {
        return CBK_OK;
    }
    cbk_text_run run = {0};
    cbk_run_textf(&run, arena, "The mean number of events a patient, counting %s",
                  cbk_words_lower_first(arena, of->label));
    add_among(report, &run, figure->among);
    add_reference(report, &run, false, figure->id);
    cbk_run_text(&run, arena, ", was ");
    for (size_t g = 0; g < fit->n_groups; g++) {
        cbk_run_text(&run, arena, g > 0 ? "; " : "");
        for (size_t m = 0; m < figure->n_marks; m++) {
            const char *before = m == 0 ? "" : m + 1 == figure->n_marks ? " and " : ", ";
            cbk_run_text(&run, arena, before);
            add_mean_at(report, &run, figure, of, &fit->curves[g], figure->marks[m]);
        }
        if (fit->n_groups > 1) {
            cbk_run_textf(&run, arena, " for %s",
                          group_words(report, figure->by, of->data->by_label[g]));
        }
    }
    if (fit->n_groups > 1 && !figure->look.is_without_p && isfinite(fit->test.p)) {
        cbk_run_text(&run, arena, "; robust log-rank test, ");
        add_mean(
            report, &run, figure, of, cbk_text_format(arena, "p by %s of", figure->by),
            fit->test.p,
            cbk_run_p_letter(&run, arena, report->style,
                             cbk_print_p_equation(arena, report->style, fit->test.p)));
    }
    cbk_run_text(&run, arena, ".");
    add_omitted(report, &run, figure, of);
    cbk_document_paragraph(report->document, run);
    return CBK_OK;
}

/* ---- all of it ----------------------------------------------------------------------
 */

static cbk_status add_figure(cbk_report *report, const cbk_figure_spec *figure,
                             cbk_error *err)
{
    const bool is_curve =
        figure->kind == CBK_FIGURE_KM || figure->kind == CBK_FIGURE_CUMINC;
    if (is_curve && figure->by != NULL) {
        return add_groups(report, figure, err);
    }
    if (figure->kind == CBK_FIGURE_MCF) {
        return add_recurrences(report, figure, err);
    }
    return figure->kind == CBK_FIGURE_FOREST && !is_told(report->protocol, figure)
               ? add_regression(report, &figure->regression, figure->among, figure->id,
                                false, err)
               : CBK_OK;
}

cbk_status cbk_results_compared(cbk_report *report, cbk_error *err)
{
    const cbk_protocol *protocol = report->protocol;
    for (size_t i = 0; i < protocol->n_tables; i++) {
        const cbk_table_spec *table = &protocol->tables[i];
        if (table->kind == CBK_TABLE_SUMMARY && table->test != CBK_SUMMARY_UNTESTED) {
            CBK_TRY(add_tested(report, table, err));
        }
    }
    for (size_t i = 0; i < protocol->n_figures; i++) {
        CBK_TRY(add_figure(report, &protocol->figures[i], err));
    }
    for (size_t i = 0; i < protocol->n_tables; i++) {
        const cbk_table_spec *table = &protocol->tables[i];
        if (table->kind == CBK_TABLE_REGRESSION) {
            CBK_TRY(add_regression(report, &table->regression, table->among, table->id,
                                   true, err));
        }
    }
    return cbk_report_done(report, err);
}
