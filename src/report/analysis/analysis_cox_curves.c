/* analysis_cox_curves.c - the curves that `casebook cox` predicts, as tables and as JSON.
 */
#include "report/analysis/analysis_cox.h"
#include "report/analysis/analysis_json.h"

#include "study/analysis/prediction.h"

#include <math.h>

enum { COLUMNS = 7, WHOSE = 2 /* more, where a table has several curves */ };

/* 0 where none was asked for or there is no fit to predict from. */
static size_t n_curves(const cbk_regression *analysis)
{
    const cbk_predictions *asked = analysis->predictions;
    return asked == NULL || asked->curves == NULL || asked->curves->curves == NULL
               ? 0
               : asked->curves->n_subjects * asked->curves->n_strata;
}

static const char *stratum_words(const cbk_regression *analysis, size_t stratum)
{
    return analysis->data->request->n_strata > 0 ? analysis->data->strata_label[stratum]
                                                 : NULL;
}

static const char *title_of(const cbk_regression *analysis, const cbk_cox_curve *curve,
                            cbk_arena *arena)
{
    const char *who = analysis->predictions->persons[curve->subject].label;
    const char *stratum = stratum_words(analysis, curve->stratum);
    return cbk_text_format(arena, "Predicted: %s%s%s", who,
                           stratum != NULL ? "; stratum " : "",
                           stratum != NULL ? stratum : "");
}

static const char *share(cbk_arena *arena, const cbk_style *style, double value)
{
    return isfinite(value) ? cbk_print_number(arena, style, value, 3) : CBK_DASH;
}

/* From column `first` on. */
static void fill_row(cbk_arena *arena, const cbk_style *style, cbk_table_builder *builder,
                     size_t row, size_t first, const cbk_cox_curve_row *of,
                     cbk_notes notes)
{
    const bool is_beyond = (notes & (cbk_notes)CBK_NOTE_BEYOND_FOLLOW_UP) != 0;
    const double number[] = {of->hazard,    of->hazard_se, of->survival,
                             of->std_error, of->lower,     of->upper};
    cbk_analysis_text_cell(arena, builder, row, first,
                           cbk_print_number(arena, style, of->time, -1));
    for (size_t i = 0; i < 6; i++) {
        cbk_analysis_text_cell(arena, builder, row, first + i + 1,
                               !is_beyond ? share(arena, style, number[i])
                               : i == 2   ? "not estimable"
                                          : CBK_DASH);
    }
}

/* The table of one curve, or of all of them: then the first columns say whose. */
static cbk_table_builder *table_of(const cbk_regression *analysis,
                                   const cbk_cox_curve *curve, size_t n_rows,
                                   const cbk_style *style, cbk_arena *arena)
{
    const char *level = cbk_print_level(arena, style, analysis->fit->request.level);
    const char *const headers[] = {
        "For", "Stratum",  "Time", "Hazard, cumulative",
        "SE",  "Survival", "SE",   cbk_text_format(arena, "%s%% from", level),
        "to"};
    const bool is_all = curve == NULL;
    return cbk_analysis_table(
        arena, is_all ? "Predicted" : title_of(analysis, curve, arena),
        headers + (is_all ? 0 : WHOSE), COLUMNS + (is_all ? WHOSE : 0), n_rows);
}

/* How many rows of a curve are printed: the times asked for, else those of events, since
 * between them nothing changes. */
static size_t rows_of(const cbk_regression *analysis, const cbk_cox_curve *curve)
{
    size_t n = analysis->predictions->n_at;
    for (size_t j = 0; analysis->predictions->n_at == 0 && j < curve->n_rows; j++) {
        n += curve->n_event[j] > 0.0;
    }
    return n;
}

/* Fills n rows from `row` on, at column `first`. */
static void fill_curve(const cbk_regression *analysis, const cbk_cox_curve *curve,
                       cbk_table_builder *builder, size_t row, size_t n, size_t first,
                       const cbk_style *style, cbk_arena *arena)
{
    const cbk_predictions *asked = analysis->predictions;
    for (size_t i = 0; i < asked->n_at && n > 0; i++, n--) {
        cbk_notes notes = 0;
        const cbk_cox_curve_row of = cbk_cox_curve_at_time(curve, asked->at[i], &notes);
        fill_row(arena, style, builder, row++, first, &of, notes);
    }
    for (size_t j = 0; j < curve->n_rows && n > 0; j++) {
        if (curve->n_event[j] > 0.0) {
            const cbk_cox_curve_row of = cbk_cox_curve_row_at(curve, j);
            fill_row(arena, style, builder, row++, first, &of, 0);
            n--;
        }
    }
}

static void add_curve(cbk_document *document, const cbk_style *style,
                      const cbk_regression *analysis, const cbk_cox_curve *curve)
{
    const size_t n = rows_of(analysis, curve);
    const size_t n_most = analysis->predictions->n_rows_max;
    const size_t n_shown = n > n_most ? n_most : n;
    cbk_table_builder *builder =
        table_of(analysis, curve, n_shown, style, document->arena);
    if (builder == NULL) {
        return;
    }
    fill_curve(analysis, curve, builder, 0, n_shown, 0, style, document->arena);
    if (n > n_shown) {
        cbk_text_run note = {0};
        cbk_run_textf(&note, document->arena,
                      "The first %zu of %zu times; --at chooses, --format csv and json "
                      "have all.",
                      n_shown, n);
        cbk_table_builder_note(builder, note);
    }
    cbk_document_table(document, &builder->block);
}

static void add_all(cbk_document *document, const cbk_style *style,
                    const cbk_regression *analysis)
{
    const cbk_predictions *asked = analysis->predictions;
    size_t n = 0;
    for (size_t i = 0; i < n_curves(analysis); i++) {
        n += rows_of(analysis, &asked->curves->curves[i]);
    }
    cbk_table_builder *builder = table_of(analysis, NULL, n, style, document->arena);
    size_t row = 0;
    for (size_t i = 0; builder != NULL && i < n_curves(analysis); i++) {
        const cbk_cox_curve *curve = &asked->curves->curves[i];
        const char *stratum = stratum_words(analysis, curve->stratum);
        const size_t n_rows = rows_of(analysis, curve);
        fill_curve(analysis, curve, builder, row, n_rows, WHOSE, style, document->arena);
        for (size_t k = 0; k < n_rows; k++, row++) {
            cbk_analysis_text_cell(document->arena, builder, row, 0,
                                   asked->persons[curve->subject].label);
            cbk_analysis_text_cell(document->arena, builder, row, 1,
                                   stratum != NULL ? stratum : "");
        }
    }
    if (builder != NULL) {
        cbk_document_table(document, &builder->block);
    }
}

void cbk_cox_add_curves(cbk_document *document, const cbk_style *style,
                        const cbk_regression *analysis)
{
    const size_t n = n_curves(analysis);
    if (n > 0 && analysis->predictions->n_rows_max == 0) {
        add_all(document, style, analysis);
        return;
    }
    for (size_t i = 0; i < n; i++) {
        add_curve(document, style, analysis, &analysis->predictions->curves->curves[i]);
    }
}

const char *cbk_cox_no_curve_sentence(const cbk_regression *analysis)
{
    const cbk_predictions *asked = analysis->predictions;
    if (asked == NULL || asked->n_persons == 0 || n_curves(analysis) > 0) {
        return NULL;
    }
    return (analysis->fit->notes & (cbk_notes)CBK_NOTE_MONOTONE) != 0
               ? "No curve is predicted, since a coefficient has no finite estimate; "
                 "--firth has one."
           : analysis->fit->is_far ? "No curve is predicted, since the hazards of the "
                                     "subjects differ by more "
                                     "than 10^260 times."
                                   : "No curve is predicted, since there is no fit.";
}

/* ---- JSON ------------------------------------------------------------------------- */

static void write_row(cbk_json *json, const cbk_cox_curve_row *row, cbk_notes notes)
{
    cbk_json_open_object(json);
    cbk_json_key_number(json, "time", row->time);
    cbk_json_key_number(json, "n_risk", row->n_risk);
    cbk_json_key_number(json, "n_event", row->n_event);
    cbk_json_key_number(json, "n_censor", row->n_censor);
    cbk_json_key_number(json, "hazard", row->hazard);
    cbk_json_key_number(json, "hazard_se", row->hazard_se);
    cbk_json_key_number(json, "survival", row->survival);
    cbk_json_key_number(json, "std_error", row->std_error);
    cbk_json_key_number(json, "lower", row->lower);
    cbk_json_key_number(json, "upper", row->upper);
    cbk_analysis_json_beyond(json, notes);
    cbk_json_close_object(json);
}

static void write_person(cbk_json *json, const cbk_regression *analysis,
                         const cbk_cox_curve *curve)
{
    const cbk_person *person = &analysis->predictions->persons[curve->subject];
    const cbk_design *design = analysis->design;
    cbk_json_key(json, "subject");
    if (person->values == NULL) {
        cbk_json_null(json);
        return;
    }
    cbk_json_open_object(json);
    for (size_t k = 0; k < design->n_variables; k++) {
        cbk_json_key_text(json, design->variables[k].name, person->values[k]);
    }
    cbk_json_close_object(json);
}

static void write_curve(cbk_json *json, const cbk_regression *analysis,
                        const cbk_cox_curve *curve)
{
    const cbk_predictions *asked = analysis->predictions;
    cbk_json_open_object(json);
    write_person(json, analysis, curve);
    cbk_analysis_json_group(json, "stratum", analysis->data->strata, curve->stratum);
    cbk_json_key(json, "curve");
    cbk_json_open_array(json);
    for (size_t j = 0; j < curve->n_rows; j++) {
        const cbk_cox_curve_row row = cbk_cox_curve_row_at(curve, j);
        write_row(json, &row, 0);
    }
    cbk_json_close_array(json);
    cbk_json_key(json, "at");
    cbk_json_open_array(json);
    for (size_t i = 0; i < asked->n_at; i++) {
        cbk_notes notes = 0;
        const cbk_cox_curve_row row = cbk_cox_curve_at_time(curve, asked->at[i], &notes);
        write_row(json, &row, notes);
    }
    cbk_json_close_array(json);
    cbk_json_close_object(json);
}

void cbk_cox_write_curves(cbk_json *json, const cbk_regression *analysis)
{
    const cbk_predictions *asked = analysis->predictions;
    cbk_json_key(json, "predictions");
    if (asked == NULL) {
        cbk_json_null(json);
        return;
    }
    cbk_json_open_array(json);
    for (size_t i = 0; i < n_curves(analysis); i++) {
        write_curve(json, analysis, &asked->curves->curves[i]);
    }
    cbk_json_close_array(json);
}
