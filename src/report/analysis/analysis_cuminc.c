/* analysis_cuminc.c - `casebook cuminc` as a document: what was read, what is estimated,
 * the times asked for, Gray's tests, each curve in numbers, the conventions. */
#include "report/analysis/analysis_cuminc.h"

#include <math.h>

typedef struct cuminc_analysis {
    cbk_document *document;
    const cbk_incidences *all;
    const cbk_followup_data *data;
    const cbk_cuminc_asked *asked;
    const cbk_style *style;
    cbk_arena *arena;
} cuminc_analysis;

/* ---- words ------------------------------------------------------------------------ */

bool cbk_cuminc_is_asked(const cbk_followup_data *data, size_t cause)
{
    return data->asked_cause == 0 || data->asked_cause == cause + 1;
}

static size_t n_causes_asked(const cbk_followup_data *data)
{
    return data->asked_cause == 0 ? data->n_causes : 1;
}

static const char *group_label(const cuminc_analysis *at, const cbk_incidence *group)
{
    return at->data->request->n_by == 0 ? "All" : group->label;
}

static const char *time_header(const cuminc_analysis *at)
{
    return cbk_words_label_unit(at->arena, "Time", at->data->unit);
}

/* NaN prints a dash. */
static void number_cell(const cuminc_analysis *at, cbk_table_builder *builder, size_t row,
                        size_t column, double value, int digits)
{
    cbk_analysis_number_cell(at->arena, at->style, builder, row, column, value, digits,
                             CBK_DASH);
}

/* ---- what it is ------------------------------------------------------------------- */

static void add_meaning(const cuminc_analysis *at)
{
    if (at->data->n_causes > 1) {
        cbk_analysis_paragraph(
            at->document,
            "Incidence is the share of all who have had the event by then, "
            "where an event of another kind may come first. One minus a "
            "Kaplan-Meier curve with the other kinds censored would overstate "
            "it.");
    } else if (at->data->n_causes == 1) {
        cbk_analysis_paragraph(
            at->document, "There are events of one kind only: the incidence is one minus "
                          "the Kaplan-Meier curve.");
    }
}

/* ---- tables ----------------------------------------------------------------------- */

static void add_groups(const cuminc_analysis *at)
{
    const cbk_followup_data *data = at->data;
    const char **headers = CBK_NEW(at->arena, const char *, data->n_causes + 3);
    if (headers == NULL) {
        return;
    }
    headers[0] = cbk_analysis_group_header(
        at->arena, at->data->protocol, at->data->request->by, at->data->request->n_by);
    headers[1] = "n";
    for (size_t k = 0; k < data->n_causes; k++) {
        headers[k + 2] = data->cause_label[k];
    }
    headers[data->n_causes + 2] = "Censored";
    cbk_table_builder *builder = cbk_analysis_table(
        at->arena, "Who had what first", headers, data->n_causes + 3, at->all->n_groups);
    for (size_t g = 0; builder != NULL && g < at->all->n_groups; g++) {
        const cbk_incidence *group = &at->all->groups[g];
        const cbk_cause_table *table = group->fit->table;
        cbk_analysis_text_cell(at->arena, builder, g, 0, group_label(at, group));
        number_cell(at, builder, g, 1, (double)table->risk->n, 0);
        for (size_t k = 0; k < data->n_causes; k++) {
            number_cell(at, builder, g, k + 2, (double)table->n_event[k], 0);
        }
        number_cell(at, builder, g, data->n_causes + 2,
                    (double)(table->risk->n - table->risk->n_event), 0);
    }
    if (builder != NULL) {
        cbk_document_table(at->document, &builder->block);
    }
}

static void fill_at(const cuminc_analysis *at, cbk_table_builder *builder, size_t row,
                    const cbk_incidence *group, size_t cause, double time)
{
    const cbk_cuminc_row value = cbk_cuminc_at_time(group->fit, cause, time);
    const bool is_known = !cbk_notes_forbid_print(value.notes);
    const double none = (double)NAN;
    cbk_analysis_text_cell(at->arena, builder, row, 0, group_label(at, group));
    cbk_analysis_text_cell(at->arena, builder, row, 1, at->data->cause_label[cause]);
    number_cell(at, builder, row, 2, time, -1);
    number_cell(at, builder, row, 3, value.n_risk, -1);
    if (is_known) {
        number_cell(at, builder, row, 4, value.incidence, 3);
    } else {
        cbk_analysis_text_cell(at->arena, builder, row, 4, "not estimable");
    }
    number_cell(at, builder, row, 5, is_known ? value.std_error : none, 3);
    number_cell(at, builder, row, 6, is_known ? value.lower : none, 3);
    number_cell(at, builder, row, 7, is_known ? value.upper : none, 3);
}

static void add_at(const cuminc_analysis *at)
{
    const cbk_cuminc_asked *asked = at->asked;
    const char *const headers[] = {
        cbk_analysis_group_header(at->arena, at->data->protocol, at->data->request->by,
                                  at->data->request->n_by),
        "Event",
        time_header(at),
        "At risk",
        "Incidence",
        "SE",
        cbk_analysis_limit_header(at->arena, at->style, "Lower", at->all->request.level),
        cbk_analysis_limit_header(at->arena, at->style, "Upper", at->all->request.level)};
    const size_t n_rows = at->all->n_groups * n_causes_asked(at->data) * asked->n_at;
    if (n_rows == 0) {
        return;
    }
    cbk_table_builder *builder =
        cbk_analysis_table(at->arena, "At the times asked for", headers, 8, n_rows);
    size_t row = 0;
    for (size_t g = 0; builder != NULL && g < at->all->n_groups; g++) {
        for (size_t k = 0; k < at->data->n_causes; k++) {
            for (size_t i = 0; cbk_cuminc_is_asked(at->data, k) && i < asked->n_at; i++) {
                fill_at(at, builder, row++, &at->all->groups[g], k, asked->at[i]);
            }
        }
    }
    if (builder != NULL) {
        builder->align[1] = CBK_ALIGN_LEFT;
        cbk_document_table(at->document, &builder->block);
    }
}

static void add_tests(const cuminc_analysis *at)
{
    const char *const headers[] = {"Gray's test", "Chi-squared", "df",
                                   cbk_style_of(at->style)->p_heading};
    const cbk_gray_test *tests = at->all->tests;
    if (tests == NULL || n_causes_asked(at->data) == 0) {
        return;
    }
    cbk_table_builder *builder = cbk_analysis_table(at->arena, "Do the groups differ",
                                                    headers, 4, n_causes_asked(at->data));
    size_t row = 0;
    for (size_t k = 0; builder != NULL && k < at->data->n_causes; k++) {
        if (cbk_cuminc_is_asked(at->data, k)) {
            cbk_analysis_text_cell(at->arena, builder, row, 0, at->data->cause_label[k]);
            number_cell(at, builder, row, 1,
                        tests[k].df > 0 ? tests[k].chisq : (double)NAN, 3);
            number_cell(at, builder, row, 2, (double)tests[k].df, 0);
            cbk_analysis_text_cell(at->arena, builder, row, 3,
                                   cbk_print_p(at->arena, at->style, tests[k].p));
            row++;
        }
    }
    if (builder != NULL) {
        cbk_document_table(at->document, &builder->block);
    }
}

static const char *curve_title(const cuminc_analysis *at, const cbk_incidence *group,
                               size_t cause)
{
    const char *label = at->data->cause_label[cause];
    return at->data->request->n_by == 0
               ? cbk_text_format(at->arena, "Curve: %s", label)
               : cbk_text_format(at->arena, "Curve: %s, %s", label, group->label);
}

static void fill_row(const cuminc_analysis *at, cbk_table_builder *builder, size_t row,
                     const cbk_cuminc_row *value)
{
    number_cell(at, builder, row, 0, value->time, -1);
    number_cell(at, builder, row, 1, value->n_risk, -1);
    number_cell(at, builder, row, 2, value->n_event, -1);
    number_cell(at, builder, row, 3, value->n_other, -1);
    number_cell(at, builder, row, 4, value->n_censor, -1);
    number_cell(at, builder, row, 5, value->incidence, 3);
    number_cell(at, builder, row, 6, value->std_error, 3);
    number_cell(at, builder, row, 7, value->lower, 3);
    number_cell(at, builder, row, 8, value->upper, 3);
}

static void add_curve(const cuminc_analysis *at, const cbk_incidence *group, size_t cause)
{
    const char *const headers[] = {time_header(at), "At risk",   "Events", "Other events",
                                   "Censored",      "Incidence", "SE",     "Lower",
                                   "Upper"};
    const size_t n_all = group->fit->table->risk->n_rows;
    const size_t most = at->asked->n_curve_rows_max;
    const size_t n_rows = most > 0 && n_all > most ? most : n_all;
    cbk_table_builder *builder =
        cbk_analysis_table(at->arena, curve_title(at, group, cause), headers, 9, n_rows);
    if (builder == NULL) {
        return;
    }
    builder->align[0] = CBK_ALIGN_RIGHT;
    for (size_t i = 0; i < n_rows; i++) {
        const cbk_cuminc_row row = cbk_cuminc_row_at(group->fit, cause, i);
        fill_row(at, builder, i, &row);
    }
    cbk_document_table(at->document, &builder->block);
    if (n_rows < n_all) {
        cbk_analysis_paragraph(
            at->document, cbk_text_format(at->arena,
                                          "The first %zu of %zu times; --format csv and "
                                          "--format json give all.",
                                          n_rows, n_all));
    }
}

static void add_curves(const cuminc_analysis *at)
{
    for (size_t g = 0; g < at->all->n_groups; g++) {
        for (size_t k = 0; k < at->data->n_causes; k++) {
            if (cbk_cuminc_is_asked(at->data, k)) {
                add_curve(at, &at->all->groups[g], k);
            }
        }
    }
}

/* ---- notes ------------------------------------------------------------------------ */

static void add_notes(const cuminc_analysis *at)
{
    const cbk_incidences *all = at->all;
    const cbk_notes empty = at->data->rows.n == 0 ? CBK_NOTE_NO_ROWS : 0u;
    cbk_analysis_item(at->document, NULL,
                      cbk_words_notes(at->arena, at->data->notes | empty));
    for (size_t g = 0; g < all->n_groups; g++) {
        const cbk_notes own = all->groups[g].fit->notes & ~at->data->notes;
        cbk_analysis_item(at->document,
                          at->data->request->n_by > 0 ? all->groups[g].label : NULL,
                          cbk_words_notes(at->arena, own));
    }
    for (size_t k = 0; all->tests != NULL && k < at->data->n_causes; k++) {
        if (cbk_cuminc_is_asked(at->data, k)) {
            cbk_analysis_item(
                at->document,
                cbk_text_format(at->arena, "Gray's test, %s", at->data->cause_label[k]),
                cbk_words_notes(at->arena, all->tests[k].notes));
        }
    }
    cbk_analysis_item(at->document, NULL, all->why_no_tests);
}

const char *cbk_cuminc_line(const cbk_incidences *all, const cbk_style *style,
                            cbk_arena *arena)
{
    const char *variance =
        all->request.variance == CBK_INCIDENCE_AALEN ? "Aalen's variance (as R's cmprsk)"
        : all->data->cluster != NULL
            ? "variance by the infinitesimal jackknife over clusters"
            : "variance by the infinitesimal jackknife (as R's survfit)";
    const char *interval = all->request.interval == CBK_INTERVAL_LOG_LOG
                               ? "log-log of one minus the incidence"
                           : all->request.interval == CBK_INTERVAL_LOG
                               ? "log of the incidence"
                               : cbk_interval_name(all->request.interval);
    return cbk_text_format(arena, "Aalen-Johansen estimate; %s; %s%% interval by %s%s.",
                           variance, cbk_print_level(arena, style, all->request.level),
                           interval,
                           all->tests != NULL ? "; Gray's test with rho = 0" : "");
}

static void add_methods(const cuminc_analysis *at)
{
    const cbk_followup_request *request = at->data->request;
    cbk_text_run run = {0};
    cbk_run_text(&run, at->arena, cbk_cuminc_line(at->all, at->style, at->arena));
    if (at->all->tests != NULL && request->n_strata > 0) {
        cbk_run_textf(&run, at->arena, " The test is stratified by %s.",
                      cbk_words_list(at->arena, request->strata, request->n_strata));
    }
    cbk_document_paragraph(at->document, run);
}

const cbk_document *cbk_analysis_cuminc_document(const cbk_incidences *all,
                                                 const cbk_cuminc_asked *asked,
                                                 const cbk_style *style, cbk_arena *arena)
{
    const char *title =
        cbk_text_format(arena, "Cumulative incidence: %s", all->data->label);
    const cuminc_analysis at = {.document = cbk_document_create(arena, title),
                                .all = all,
                                .data = all->data,
                                .asked = asked,
                                .style = style,
                                .arena = arena};
    if (at.document == NULL) {
        return NULL;
    }
    cbk_analysis_add_source(at.document, &at.data->source, at.data->request->where);
    cbk_analysis_add_causes(at.document, at.data);
    add_meaning(&at);
    add_groups(&at);
    add_at(&at);
    add_tests(&at);
    add_curves(&at);
    add_notes(&at);
    add_methods(&at);
    return cbk_arena_has_failed(arena) ? NULL : at.document;
}
