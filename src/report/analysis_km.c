/* analysis_km.c - `casebook km` as a document: what was read, each curve in numbers, the
 * times asked for, the conventions. */
#include "report/parts.h"

#include <math.h>
#include <string.h>

typedef struct km_analysis {
    cbk_document *document;
    const cbk_curves *curves;
    cbk_arena *arena;
} km_analysis;

/* ---- what was read ---------------------------------------------------------------- */

/* A data file's curves have no records; only there `dead` means `dead = 1`. */
static bool is_of_file(const cbk_curves *curves)
{
    for (size_t i = 0; i < curves->n_curves; i++) {
        if (curves->curves[i].records != NULL) {
            return false;
        }
    }
    return true;
}

/* "dead = 1", "status = 2"; a study's condition as it is. */
static const char *event_words(const km_analysis *analysis)
{
    const char *event = analysis->curves->event;
    if (event == NULL) { /* from dates: the endpoint says which */
        return analysis->curves->endpoint;
    }
    if (!is_of_file(analysis->curves)) {
        return event;
    }
    const char *equals = strchr(event, '=');
    if (equals == NULL) {
        return cbk_text_format(analysis->arena, "%s = 1", event);
    }
    return cbk_text_format(analysis->arena, "%.*s = %s", (int)(equals - event), event,
                           equals + 1);
}

static void add_source(const km_analysis *analysis)
{
    const cbk_source *source = &analysis->curves->source;
    cbk_arena *arena = analysis->arena;
    cbk_text_run run = {0};
    cbk_run_textf(&run, arena, "%s: %s, %zu used", source->name,
                  cbk_words_count(arena, source->rows, "row", "rows"), source->used);
    for (size_t i = 0; i < source->n_omitted; i++) {
        cbk_run_textf(&run, arena, "%s%zu left out (%s)", i == 0 ? "; " : ", ",
                      source->omitted[i].n, source->omitted[i].reason);
    }
    cbk_run_text(&run, arena, ".");
    if (analysis->curves->where != NULL) {
        cbk_run_textf(&run, arena, " Only rows where %s.", analysis->curves->where);
    }
    cbk_document_paragraph(analysis->document, run);
}

/* The coding is printed with what it gave, so that a wrong one is seen at once. */
static void add_coding(const km_analysis *analysis)
{
    const cbk_curves *curves = analysis->curves;
    cbk_arena *arena = analysis->arena;
    size_t n = 0;
    size_t n_event = 0;
    for (size_t i = 0; i < curves->n_curves; i++) {
        n += curves->curves[i].km->n;
        n_event += curves->curves[i].km->n_event;
    }
    cbk_text_run run = {0};
    cbk_run_textf(&run, arena, "Event: %s: %s, %zu censored.", event_words(analysis),
                  cbk_words_count(arena, n_event, "event", "events"), n - n_event);
    cbk_document_paragraph(analysis->document, run);
}

/* ---- cells ------------------------------------------------------------------------ */

static void text_cell(const km_analysis *analysis, cbk_table_builder *builder, size_t row,
                      size_t column, const char *text)
{
    cbk_run_text(&cbk_table_builder_cell(builder, row, column)->run, analysis->arena,
                 text);
}

/* NaN prints `absent`. */
static void number_cell(const km_analysis *analysis, cbk_table_builder *builder,
                        size_t row, size_t column, double value, int digits,
                        const char *absent)
{
    text_cell(analysis, builder, row, column,
              isfinite(value) ? cbk_print_number(analysis->arena, value, digits)
                              : absent);
}

static cbk_table_builder *table_start(const km_analysis *analysis, const char *title,
                                      const char *const *headers, size_t n_columns,
                                      size_t n_rows)
{
    cbk_table_builder *builder =
        cbk_table_builder_create(analysis->arena, n_columns, n_rows);
    if (builder == NULL) {
        return NULL;
    }
    builder->block.title = title;
    for (size_t i = 0; i < n_columns; i++) {
        cbk_run_text(&builder->header[i].run, analysis->arena, headers[i]);
        builder->align[i] = CBK_ALIGN_RIGHT;
    }
    for (size_t i = 0; i < n_rows; i++) {
        cbk_table_builder_cell(builder, i, 0)->is_row_header = true;
    }
    return builder;
}

static const char *time_header(const km_analysis *analysis)
{
    return cbk_words_label_unit(analysis->arena, "Time", analysis->curves->unit);
}

static const char *group_label(const km_analysis *analysis, const cbk_curve *curve)
{
    return analysis->curves->n_by == 0 ? "All" : curve->label;
}

/* "Group", "margin", "margin, sex". */
static const char *group_header(const km_analysis *analysis)
{
    const cbk_curves *curves = analysis->curves;
    if (curves->n_by == 0) {
        return "Group";
    }
    cbk_buffer buffer = {0};
    for (size_t i = 0; i < curves->n_by; i++) {
        cbk_buffer_addf(&buffer, "%s%s", i > 0 ? ", " : "", curves->by[i]);
    }
    return cbk_words_take(&buffer, analysis->arena);
}

/* ---- tables ----------------------------------------------------------------------- */

static void add_summary(const km_analysis *analysis)
{
    const cbk_curves *curves = analysis->curves;
    const char *level =
        cbk_print_number(analysis->arena, 100.0 * curves->conventions.level, -1);
    const char *const headers[] = {group_header(analysis),
                                   "n",
                                   "Events",
                                   "Median",
                                   cbk_text_format(analysis->arena, "Lower %s%%", level),
                                   cbk_text_format(analysis->arena, "Upper %s%%", level),
                                   "Median follow-up"};
    cbk_table_builder *builder = table_start(
        analysis, cbk_words_label_unit(analysis->arena, curves->label, curves->unit),
        headers, 7, curves->n_curves);
    if (builder == NULL) {
        return;
    }
    builder->align[0] = CBK_ALIGN_LEFT;
    for (size_t i = 0; i < curves->n_curves; i++) {
        const cbk_km *km = curves->curves[i].km;
        const char *absent = km->n > 0 ? "not reached" : CBK_DASH;
        text_cell(analysis, builder, i, 0, group_label(analysis, &curves->curves[i]));
        number_cell(analysis, builder, i, 1, (double)km->n, 0, CBK_DASH);
        number_cell(analysis, builder, i, 2, (double)km->n_event, 0, CBK_DASH);
        number_cell(analysis, builder, i, 3, km->median.estimate, -1, absent);
        number_cell(analysis, builder, i, 4, km->median.lower, -1, absent);
        number_cell(analysis, builder, i, 5, km->median.upper, -1, absent);
        number_cell(analysis, builder, i, 6, km->follow_up_median, -1, absent);
    }
    cbk_document_table(analysis->document, &builder->block);
}

static void fill_at(const km_analysis *analysis, cbk_table_builder *builder, size_t row,
                    const cbk_curve *curve, double time)
{
    const cbk_km_at at = cbk_km_at_time(curve->km, time);
    const bool is_known = !cbk_notes_forbid_print(at.notes);
    const double none = (double)NAN;
    text_cell(analysis, builder, row, 0, group_label(analysis, curve));
    number_cell(analysis, builder, row, 1, at.time, -1, CBK_DASH);
    number_cell(analysis, builder, row, 2, at.n_risk, -1, CBK_DASH);
    number_cell(analysis, builder, row, 3, is_known ? at.survival : none, 3,
                "not estimable");
    number_cell(analysis, builder, row, 4, is_known ? at.std_error : none, 3, CBK_DASH);
    number_cell(analysis, builder, row, 5, is_known ? at.lower : none, 3, CBK_DASH);
    number_cell(analysis, builder, row, 6, is_known ? at.upper : none, 3, CBK_DASH);
}

static void add_at(const km_analysis *analysis, const double *at, size_t n_at)
{
    const cbk_curves *curves = analysis->curves;
    const char *const headers[] = {group_header(analysis),
                                   time_header(analysis),
                                   "At risk",
                                   "Survival",
                                   "SE",
                                   "Lower",
                                   "Upper"};
    if (n_at == 0) {
        return;
    }
    cbk_table_builder *builder = table_start(analysis, "At the times asked for", headers,
                                             7, curves->n_curves * n_at);
    if (builder == NULL) {
        return;
    }
    builder->align[0] = CBK_ALIGN_LEFT;
    for (size_t i = 0; i < curves->n_curves; i++) {
        for (size_t k = 0; k < n_at; k++) {
            fill_at(analysis, builder, i * n_at + k, &curves->curves[i], at[k]);
        }
    }
    cbk_document_table(analysis->document, &builder->block);
}

static void add_curve(const km_analysis *analysis, const cbk_curve *curve)
{
    const char *const headers[] = {time_header(analysis),
                                   "At risk",
                                   "Events",
                                   "Censored",
                                   "Survival",
                                   "SE",
                                   "Lower",
                                   "Upper"};
    const char *title = analysis->curves->n_by == 0
                            ? "Curve"
                            : cbk_text_format(analysis->arena, "Curve: %s", curve->label);
    const cbk_km *km = curve->km;
    cbk_table_builder *builder = table_start(analysis, title, headers, 8, km->n_rows);
    if (builder == NULL) {
        return;
    }
    for (size_t i = 0; i < km->n_rows; i++) {
        const cbk_km_row *row = &km->rows[i];
        number_cell(analysis, builder, i, 0, row->time, -1, CBK_DASH);
        number_cell(analysis, builder, i, 1, row->n_risk, -1, CBK_DASH);
        number_cell(analysis, builder, i, 2, row->n_event, -1, CBK_DASH);
        number_cell(analysis, builder, i, 3, row->n_censor, -1, CBK_DASH);
        number_cell(analysis, builder, i, 4, row->survival, 3, CBK_DASH);
        number_cell(analysis, builder, i, 5, row->std_error, 3, CBK_DASH);
        number_cell(analysis, builder, i, 6, row->lower, 3, CBK_DASH);
        number_cell(analysis, builder, i, 7, row->upper, 3, CBK_DASH);
    }
    cbk_document_table(analysis->document, &builder->block);
}

/* ---- notes ------------------------------------------------------------------------ */

static void add_note(const km_analysis *analysis, const char *label, cbk_notes notes)
{
    const char *words = cbk_words_notes(analysis->arena, notes);
    if (words == NULL) {
        return;
    }
    cbk_text_run run = {0};
    if (label != NULL) {
        cbk_run_textf(&run, analysis->arena, "%s: ", label);
    }
    cbk_run_text(&run, analysis->arena, words);
    cbk_document_item(analysis->document, run);
}

static void add_notes(const km_analysis *analysis)
{
    const cbk_curves *curves = analysis->curves;
    add_note(analysis, NULL, curves->notes);
    for (size_t i = 0; i < curves->n_curves; i++) {
        const cbk_notes own = curves->curves[i].km->notes & ~curves->notes;
        add_note(analysis, curves->n_by > 0 ? curves->curves[i].label : NULL, own);
    }
}

const cbk_document *cbk_analysis_km_document(const cbk_curves *curves, const double *at,
                                             size_t n_at, cbk_arena *arena)
{
    const char *title = cbk_text_format(arena, "Kaplan-Meier: %s", curves->label);
    const km_analysis analysis = {
        .document = cbk_document_create(arena, title), .curves = curves, .arena = arena};
    if (analysis.document == NULL) {
        return NULL;
    }
    add_source(&analysis);
    add_coding(&analysis);
    add_summary(&analysis);
    add_at(&analysis, at, n_at);
    for (size_t i = 0; i < curves->n_curves; i++) {
        add_curve(&analysis, &curves->curves[i]);
    }
    add_notes(&analysis);
    cbk_text_run methods = {0};
    cbk_run_text(&methods, arena, cbk_conventions_line(&curves->conventions, arena));
    cbk_document_paragraph(analysis.document, methods);
    return cbk_arena_has_failed(arena) ? NULL : analysis.document;
}
