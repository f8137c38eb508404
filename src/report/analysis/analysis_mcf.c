/* analysis_mcf.c - `casebook mcf` as a document: what was read, the curves, their
 * comparison, what they rest on. */
#include "report/analysis/analysis_mcf.h"

#include <math.h>

typedef struct mcf_document {
    cbk_document *document;
    const cbk_mcf_result *result;
    const cbk_followup_data *data;
    const cbk_mcf_analysis *fit;
    const cbk_style *style;
    cbk_arena *arena;
} mcf_document;

/* ---- words ------------------------------------------------------------------------ */

cbk_notes cbk_mcf_notes(const cbk_mcf_result *result)
{
    const cbk_mcf_analysis *fit = result->fit;
    return result->of->data->notes | fit->notes |
           (fit->n_groups > 1    ? fit->test.notes
            : fit->n_groups == 1 ? fit->curves[0].notes
                                 : 0u);
}

const char *cbk_mcf_events(const cbk_mcf_result *result, cbk_arena *arena)
{
    cbk_buffer buffer = {0};
    for (size_t i = 0; i < result->of->n_lanes; i++) {
        const cbk_lane_spec *lane = &result->of->lanes[i];
        cbk_buffer_addf(&buffer, "%s%s.%s", i > 0 ? ", " : "", lane->form, lane->at);
    }
    return result->of->n_lanes > 0 ? cbk_words_take(&buffer, arena) : NULL;
}

const char *cbk_mcf_subject_warning(const cbk_mcf_result *result)
{
    return result->of->n_lanes == 0 && result->of->data->cluster == NULL
               ? "Each row was taken for a subject of its own; --cluster COLUMN names "
                 "the "
                 "subject."
               : NULL;
}

cbk_contrast cbk_mcf_contrast(const cbk_mcf_result *result, size_t group, double time)
{
    const cbk_mcf *curves = result->fit->curves;
    const cbk_mcf_at reference = cbk_mcf_at_time(&curves[0], time);
    const cbk_mcf_at other = cbk_mcf_at_time(&curves[group], time);
    return cbk_mcf_difference(&reference, &other, curves[0].request.level);
}

static const char *group_label(const mcf_document *at, size_t group)
{
    return at->data->request->n_by == 0 ? "All" : at->data->by_label[group];
}

static const char *time_header(const mcf_document *at)
{
    return cbk_words_label_unit(at->arena, "Time", at->data->unit);
}

static const char *level_words(const mcf_document *at, const char *side)
{
    const double level =
        at->fit->n_groups > 0 ? at->fit->curves[0].request.level : (double)NAN;
    return cbk_analysis_limit_header(at->arena, at->style, side, level);
}

/* ---- what was read ---------------------------------------------------------------- */

/* "Events: recurrence.month: 14 events in 6 patients; 1 left out (without a time)." */
static void add_coding(const mcf_document *at)
{
    const cbk_recurrence_data *of = at->result->of;
    size_t n_event = 0;
    size_t n_subjects = 0;
    for (size_t g = 0; g < at->fit->n_groups; g++) {
        n_event += at->fit->curves[g].n_event;
        n_subjects += at->fit->curves[g].n_subjects;
    }
    const bool is_study = of->n_lanes > 0;
    cbk_text_run run = {0};
    cbk_run_textf(&run, at->arena, "%s: %s in %s", is_study ? "Events" : "Event",
                  cbk_words_count(at->arena, n_event, "event", "events"),
                  is_study
                      ? cbk_words_count(at->arena, n_subjects, "patient", "patients")
                      : cbk_words_count(at->arena, n_subjects, "subject", "subjects"));
    cbk_run_textf(
        &run, at->arena, " (%s)",
        is_study ? cbk_mcf_events(at->result, at->arena)
                 : cbk_analysis_event_words(
                       &(cbk_event_coding){.event = at->data->event, .is_of_file = true},
                       at->arena));
    for (size_t i = 0; i < of->n_omitted; i++) {
        cbk_run_textf(&run, at->arena, "%s%zu left out (%s)", i == 0 ? "; " : ", ",
                      of->omitted[i].n, of->omitted[i].reason);
    }
    cbk_run_text(&run, at->arena, ".");
    if (is_study) {
        cbk_run_textf(&run, at->arena,
                      " Observation ends with %s, whether by its event or not.",
                      at->data->endpoint);
    }
    cbk_document_paragraph(at->document, run);
}

/* ---- tables ----------------------------------------------------------------------- */

/* NaN prints `absent`. */
static void number_cell(const mcf_document *at, cbk_table_builder *builder, size_t row,
                        size_t column, double value, int digits, const char *absent)
{
    cbk_analysis_number_cell(at->arena, at->style, builder, row, column, value, digits,
                             absent);
}

static void text_cell(const mcf_document *at, cbk_table_builder *builder, size_t row,
                      size_t column, const char *text)
{
    cbk_analysis_text_cell(at->arena, builder, row, column, text);
}

static void add_table(const mcf_document *at, cbk_table_builder *builder)
{
    if (builder != NULL) {
        cbk_document_table(at->document, &builder->block);
    }
}

static void add_summary(const mcf_document *at)
{
    const bool is_compared = at->fit->n_groups > 1;
    const char *const headers[] = {
        cbk_analysis_group_header(at->arena, at->data->protocol, at->data->request->by,
                                  at->data->request->n_by),
        "Subjects",
        "Events",
        cbk_words_label_unit(at->arena, "Followed to", at->data->unit),
        "Mean by then",
        level_words(at, "Lower"),
        level_words(at, "Upper"),
        "Expected events"};
    cbk_table_builder *builder = cbk_analysis_table(
        at->arena, cbk_words_label_unit(at->arena, at->result->of->label, at->data->unit),
        headers, is_compared ? 8 : 7, at->fit->n_groups);
    for (size_t g = 0; builder != NULL && g < at->fit->n_groups; g++) {
        const cbk_mcf *curve = &at->fit->curves[g];
        const cbk_mcf_row none = {.time = (double)NAN,
                                  .mean = (double)NAN,
                                  .lower = (double)NAN,
                                  .upper = (double)NAN};
        const cbk_mcf_row last =
            curve->n_rows > 0 ? curve->rows[curve->n_rows - 1] : none;
        text_cell(at, builder, g, 0, group_label(at, g));
        number_cell(at, builder, g, 1, (double)curve->n_subjects, 0, CBK_DASH);
        number_cell(at, builder, g, 2, (double)curve->n_event, 0, CBK_DASH);
        number_cell(at, builder, g, 3, last.time, -1, CBK_DASH);
        number_cell(at, builder, g, 4, last.mean, 3, CBK_DASH);
        number_cell(at, builder, g, 5, last.lower, 3, CBK_DASH);
        number_cell(at, builder, g, 6, last.upper, 3, CBK_DASH);
        if (is_compared) {
            number_cell(at, builder, g, 7, at->fit->test.groups[g].expected, 3, CBK_DASH);
        }
    }
    add_table(at, builder);
}

static void add_test(const mcf_document *at)
{
    const char *const headers[] = {"Test", "Chi-squared", "df",
                                   cbk_style_of(at->style)->p_heading};
    if (at->fit->n_groups < 2) {
        return;
    }
    const cbk_mcf_test *test = &at->fit->test;
    cbk_table_builder *builder = cbk_analysis_table(at->arena, NULL, headers, 4, 1);
    if (builder != NULL) {
        text_cell(at, builder, 0, 0, "Robust log-rank test of recurrent events");
        number_cell(at, builder, 0, 1, test->chisq, 3, CBK_DASH);
        number_cell(at, builder, 0, 2, (double)test->df, 0, CBK_DASH);
        text_cell(at, builder, 0, 3, cbk_print_p(at->arena, at->style, test->p));
    }
    add_table(at, builder);
}

static void fill_at(const mcf_document *at, cbk_table_builder *builder, size_t row,
                    size_t group, double time)
{
    const cbk_mcf_at found = cbk_mcf_at_time(&at->fit->curves[group], time);
    const bool is_known = !cbk_notes_forbid_print(found.notes);
    const double none = (double)NAN;
    text_cell(at, builder, row, 0, group_label(at, group));
    number_cell(at, builder, row, 1, found.time, -1, CBK_DASH);
    number_cell(at, builder, row, 2, found.n_risk, -1, CBK_DASH);
    number_cell(at, builder, row, 3, is_known ? found.mean : none, 3, "not estimable");
    number_cell(at, builder, row, 4, is_known ? found.std_error : none, 3, CBK_DASH);
    number_cell(at, builder, row, 5, is_known ? found.lower : none, 3, CBK_DASH);
    number_cell(at, builder, row, 6, is_known ? found.upper : none, 3, CBK_DASH);
}

static void add_at(const mcf_document *at)
{
    const size_t n_at = at->result->n_at;
    const char *const headers[] = {
        cbk_analysis_group_header(at->arena, at->data->protocol, at->data->request->by,
                                  at->data->request->n_by),
        time_header(at),
        "At risk",
        "Mean",
        "SE",
        level_words(at, "Lower"),
        level_words(at, "Upper")};
    if (n_at == 0) {
        return;
    }
    cbk_table_builder *builder = cbk_analysis_table(at->arena, "At the times asked for",
                                                    headers, 7, at->fit->n_groups * n_at);
    for (size_t row = 0; builder != NULL && row < at->fit->n_groups * n_at; row++) {
        fill_at(at, builder, row, row / n_at, at->result->at[row % n_at]);
    }
    add_table(at, builder);
}

static const char *contrast_label(const mcf_document *at, size_t group)
{
    return cbk_text_format(at->arena, "%s - %s", group_label(at, group),
                           group_label(at, 0));
}

static void fill_difference(const mcf_document *at, cbk_table_builder *builder,
                            size_t row, size_t group, double time)
{
    const cbk_contrast found = cbk_mcf_contrast(at->result, group, time);
    const bool is_known = !cbk_notes_forbid_print(found.notes);
    const double none = (double)NAN;
    text_cell(at, builder, row, 0, contrast_label(at, group));
    number_cell(at, builder, row, 1, time, -1, CBK_DASH);
    number_cell(at, builder, row, 2, is_known ? found.estimate : none, 3,
                "not estimable");
    number_cell(at, builder, row, 3, is_known ? found.std_error : none, 3, CBK_DASH);
    number_cell(at, builder, row, 4, is_known ? found.lower : none, 3, CBK_DASH);
    number_cell(at, builder, row, 5, is_known ? found.upper : none, 3, CBK_DASH);
    text_cell(at, builder, row, 6,
              cbk_print_p(at->arena, at->style, is_known ? found.p : none));
}

/* Of a number that is not printed, only why it is not. */
static void add_difference_note(const mcf_document *at, size_t group, double time)
{
    const cbk_notes notes = cbk_mcf_contrast(at->result, group, time).notes;
    const cbk_notes unprinted = CBK_NOTE_BEYOND_FOLLOW_UP | CBK_NOTE_NO_ROWS;
    const char *words = cbk_words_notes(
        at->arena, cbk_notes_forbid_print(notes) ? notes & unprinted : notes);
    if (words != NULL) {
        cbk_analysis_item(
            at->document,
            cbk_text_format(at->arena, "%s at %s", contrast_label(at, group),
                            cbk_print_number(at->arena, at->style, time, -1)),
            words);
    }
}

static void add_differences(const mcf_document *at)
{
    const size_t n_at = at->result->n_at;
    const char *const headers[] = {
        cbk_analysis_group_header(at->arena, at->data->protocol, at->data->request->by,
                                  at->data->request->n_by),
        time_header(at),
        "Difference",
        "SE",
        level_words(at, "Lower"),
        level_words(at, "Upper"),
        cbk_style_of(at->style)->p_heading};
    if (at->fit->n_groups < 2 || n_at == 0) {
        return;
    }
    const size_t n_rows = (at->fit->n_groups - 1) * n_at;
    cbk_table_builder *builder =
        cbk_analysis_table(at->arena, "Differences of the means", headers, 7, n_rows);
    for (size_t row = 0; builder != NULL && row < n_rows; row++) {
        fill_difference(at, builder, row, 1 + row / n_at, at->result->at[row % n_at]);
    }
    add_table(at, builder);
    for (size_t row = 0; builder != NULL && row < n_rows; row++) {
        add_difference_note(at, 1 + row / n_at, at->result->at[row % n_at]);
    }
}

static void fill_row(const mcf_document *at, cbk_table_builder *builder, size_t i,
                     const cbk_mcf_row *row)
{
    number_cell(at, builder, i, 0, row->time, -1, CBK_DASH);
    number_cell(at, builder, i, 1, row->n_risk, -1, CBK_DASH);
    number_cell(at, builder, i, 2, row->n_event, -1, CBK_DASH);
    number_cell(at, builder, i, 3, row->n_censor, -1, CBK_DASH);
    number_cell(at, builder, i, 4, row->mean, 3, CBK_DASH);
    number_cell(at, builder, i, 5, row->std_error, 3, CBK_DASH);
    number_cell(at, builder, i, 6, row->lower, 3, CBK_DASH);
    number_cell(at, builder, i, 7, row->upper, 3, CBK_DASH);
}

static void add_curve(const mcf_document *at, size_t group)
{
    const cbk_mcf *curve = &at->fit->curves[group];
    const char *const headers[] = {time_header(at),
                                   "At risk",
                                   "Events",
                                   "Leaving",
                                   "Mean",
                                   "SE",
                                   level_words(at, "Lower"),
                                   level_words(at, "Upper")};
    const char *title =
        at->data->request->n_by == 0
            ? "Curve"
            : cbk_text_format(at->arena, "Curve: %s", group_label(at, group));
    const size_t most = at->result->n_curve_rows_max;
    const size_t n_rows = most > 0 && curve->n_rows > most ? most : curve->n_rows;
    cbk_table_builder *builder = cbk_analysis_table(at->arena, title, headers, 8, n_rows);
    for (size_t i = 0; builder != NULL && i < n_rows; i++) {
        fill_row(at, builder, i, &curve->rows[i]);
    }
    if (builder != NULL) {
        builder->align[0] = CBK_ALIGN_RIGHT;
    }
    add_table(at, builder);
    if (n_rows < curve->n_rows) {
        cbk_analysis_paragraph(
            at->document,
            cbk_text_format(at->arena,
                            "The first %zu of %zu times; --format csv and --format "
                            "json give all.",
                            n_rows, curve->n_rows));
    }
}

/* ---- what it rests on ------------------------------------------------------------- */

static void add_notes(const mcf_document *at)
{
    const cbk_notes all = cbk_mcf_notes(at->result);
    const char *words = cbk_words_notes(at->arena, all);
    if (words != NULL) {
        cbk_analysis_item(at->document, NULL, words);
    }
    for (size_t g = 0; at->fit->n_groups > 1 && g < at->fit->n_groups; g++) {
        const char *own =
            cbk_words_notes(at->arena, at->fit->curves[g].notes & ~(cbk_notes)all);
        if (own != NULL) {
            cbk_analysis_item(at->document, group_label(at, g), own);
        }
    }
    if (cbk_mcf_subject_warning(at->result) != NULL) {
        cbk_analysis_item(at->document, NULL, cbk_mcf_subject_warning(at->result));
    }
}

static void add_methods(const mcf_document *at, const cbk_mcf_request *request)
{
    const cbk_followup_request *read = at->data->request;
    cbk_text_run run = {0};
    cbk_run_textf(
        &run, at->arena,
        "Mean cumulative function by Nelson; robust variance of Lawless and Nadeau; "
        "%s%% interval by %s",
        cbk_print_level(at->arena, at->style, request->level),
        cbk_interval_name(request->interval));
    if (read->weight != NULL) {
        cbk_run_textf(&run, at->arena, "; weighted by %s", read->weight);
    }
    if (at->fit->n_groups > 1) {
        cbk_run_text(&run, at->arena,
                     "; groups by the robust log-rank statistic of Lawless, Nadeau and "
                     "Cook");
    }
    cbk_run_text(&run, at->arena,
                 ". Where death ends observation, the mean is that of those who live "
                 "on.");
    cbk_document_paragraph(at->document, run);
}

const cbk_document *cbk_analysis_mcf_document(const cbk_mcf_result *result,
                                              const cbk_style *style, cbk_arena *arena)
{
    const mcf_document at = {
        .document = cbk_document_create(
            arena,
            cbk_text_format(arena, "Mean cumulative function: %s", result->of->label)),
        .result = result,
        .data = result->of->data,
        .fit = result->fit,
        .style = style,
        .arena = arena};
    if (at.document == NULL) {
        return NULL;
    }
    cbk_analysis_add_source(at.document, &at.data->source, at.data->request->where);
    add_coding(&at);
    if (at.fit->n_groups > 0) {
        add_summary(&at);
        add_test(&at);
        add_at(&at);
        add_differences(&at);
    }
    for (size_t g = 0; g < at.fit->n_groups; g++) {
        add_curve(&at, g);
    }
    add_notes(&at);
    if (at.fit->n_groups > 0) {
        add_methods(&at, &at.fit->curves[0].request);
    }
    return cbk_arena_has_failed(arena) ? NULL : at.document;
}
