/* analysis_lifetable.c - `casebook lifetable` as a document and as JSON; the fields are
 * those of docs/formats/json.md.
 */
#include "report/analysis/analysis_json.h"
#include "report/analysis/analysis_km.h"

#include <math.h>

cbk_status cbk_life_tables_fit(const cbk_curves *curves, const double *breaks,
                               size_t n_breaks, bool time_fix, cbk_arena *arena,
                               cbk_life_tables *out, cbk_error *err)
{
    const cbk_life_table **tables =
        CBK_NEW(arena, const cbk_life_table *, curves->n_curves + 1);
    if (tables == NULL) {
        return cbk_fail_memory(err);
    }
    for (size_t i = 0; i < curves->n_curves; i++) {
        CBK_TRY(cbk_life_table_fit(curves->curves[i].km->risk, breaks, n_breaks, time_fix,
                                   arena, &tables[i], err));
    }
    *out = (cbk_life_tables){
        .curves = curves, .n_breaks = n_breaks, .breaks = breaks, .tables = tables};
    return CBK_OK;
}

/* ---- the document ----------------------------------------------------------------- */

/* "24 to 48", "144 and later". */
static const char *interval_words(cbk_arena *arena, const cbk_style *style,
                                  const cbk_life_table_row *row)
{
    const char *start = cbk_print_number(arena, style, row->start, -1);
    if (isnan(row->end)) {
        return cbk_text_format(arena, "%s and later", start);
    }
    return cbk_text_format(arena, "%s%s%s", start,
                           cbk_print_between(style, CBK_PRINT_CELL, false),
                           cbk_print_number(arena, style, row->end, -1));
}

static void add_table(const km_analysis *analysis, const cbk_curve *curve,
                      const cbk_life_table *table)
{
    const char *const headers[] = {cbk_km_time_header(analysis),
                                   "Entering",
                                   "Withdrawn",
                                   "Exposed",
                                   "Events",
                                   "q",
                                   "Survival",
                                   "SE",
                                   "Hazard"};
    const char *title = analysis->curves->n_by == 0
                            ? "Life table"
                            : cbk_text_format(analysis->arena, "Life table: %s",
                                              cbk_km_group_label(analysis, curve));
    cbk_table_builder *builder =
        cbk_analysis_table(analysis->arena, title, headers, 9, table->n_rows);
    if (builder == NULL) {
        return;
    }
    for (size_t i = 0; i < table->n_rows; i++) {
        const cbk_life_table_row *row = &table->rows[i];
        const double counts[] = {row->n_entering, row->n_withdrawn, row->n_exposed,
                                 row->n_event};
        const double rates[] = {row->q, row->survival, row->std_error};
        cbk_analysis_text_cell(analysis->arena, builder, i, 0,
                               interval_words(analysis->arena, analysis->style, row));
        for (size_t k = 0; k < 4; k++) {
            cbk_km_number_cell(analysis, builder, i, 1 + k, counts[k], -1, CBK_DASH);
        }
        for (size_t k = 0; k < 3; k++) {
            cbk_km_number_cell(analysis, builder, i, 5 + k, rates[k], 3, CBK_DASH);
        }
        cbk_km_number_cell(analysis, builder, i, 8, row->hazard, 4, CBK_DASH);
    }
    cbk_document_table(analysis->document, &builder->block);
}

static void add_median(const km_analysis *analysis, const cbk_curve *curve,
                       const cbk_life_table *table)
{
    const char *label = analysis->curves->n_by == 0 ? NULL : curve->label;
    if (!isnan(table->median)) {
        cbk_analysis_item(
            analysis->document, label,
            cbk_text_format(
                analysis->arena,
                "Median %s, between the ends of "
                "the interval by proportion.",
                cbk_print_number(analysis->arena, analysis->style, table->median, -1)));
    }
    const cbk_notes own = table->notes & ~analysis->curves->notes;
    if (own != 0) {
        cbk_analysis_item(analysis->document, label,
                          cbk_words_notes(analysis->arena, own));
    }
}

const cbk_document *cbk_analysis_lifetable_document(const cbk_life_tables *all,
                                                    const cbk_style *style,
                                                    cbk_arena *arena)
{
    const cbk_curves *curves = all->curves;
    const km_analysis analysis = {
        .document = cbk_document_create(
            arena, cbk_text_format(arena, "Life table: %s", curves->label)),
        .curves = curves,
        .style = style,
        .arena = arena};
    if (analysis.document == NULL) {
        return NULL;
    }
    cbk_analysis_add_source(analysis.document, &analysis.curves->source,
                            analysis.curves->where);
    cbk_km_add_coding(&analysis);
    for (size_t i = 0; i < curves->n_curves; i++) {
        add_table(&analysis, &curves->curves[i], all->tables[i]);
    }
    if (curves->notes != 0) {
        cbk_analysis_item(analysis.document, NULL, cbk_words_notes(arena, curves->notes));
    }
    for (size_t i = 0; i < curves->n_curves; i++) {
        add_median(&analysis, &curves->curves[i], all->tables[i]);
    }
    cbk_text_run methods = {0};
    cbk_run_text(&methods, arena,
                 "Actuarial method: an interval holds its start and not its end, who is "
                 "withdrawn counts half; survival at the end of the interval with "
                 "Greenwood's standard error; hazard per unit of time.");
    cbk_document_paragraph(analysis.document, methods);
    return cbk_arena_has_failed(arena) ? NULL : analysis.document;
}

/* ---- JSON ------------------------------------------------------------------------- */

static void write_settings(cbk_json *json, const cbk_life_tables *all)
{
    const cbk_curves *curves = all->curves;
    cbk_json_key(json, "settings");
    cbk_json_open_object(json);
    cbk_json_key(json, "breaks");
    cbk_json_open_array(json);
    for (size_t i = 0; i < all->n_breaks; i++) {
        cbk_json_number(json, all->breaks[i]);
    }
    cbk_json_close_array(json);
    cbk_json_key_text(json, "time", curves->endpoint);
    cbk_json_key_text(json, "event", curves->event);
    cbk_json_key_text(json, "unit", curves->unit);
    cbk_json_key_texts(json, "by", curves->by, curves->n_by);
    cbk_json_key_text(json, "where", curves->where);
    cbk_json_close_object(json);
}

/* Each note that any table carries, once, as a sentence. */
static void write_warnings(cbk_json *json, const cbk_life_tables *all)
{
    cbk_notes notes = all->curves->notes;
    for (size_t i = 0; i < all->curves->n_curves; i++) {
        notes |= all->tables[i]->notes;
    }
    cbk_analysis_json_open_warnings(json, notes);
    cbk_json_close_array(json);
}

static void write_interval(cbk_json *json, const cbk_life_table_row *row)
{
    cbk_json_open_object(json);
    cbk_json_key_number(json, "start", row->start);
    cbk_json_key_number(json, "end", row->end);
    cbk_json_key_number(json, "n_entering", row->n_entering);
    cbk_json_key_number(json, "n_withdrawn", row->n_withdrawn);
    cbk_json_key_number(json, "n_exposed", row->n_exposed);
    cbk_json_key_number(json, "n_event", row->n_event);
    cbk_json_key_number(json, "q", row->q);
    cbk_json_key_number(json, "p", row->p);
    cbk_json_key_number(json, "survival", row->survival);
    cbk_json_key_number(json, "std_error", row->std_error);
    cbk_json_key_number(json, "density", row->density);
    cbk_json_key_number(json, "density_std_error", row->density_std_error);
    cbk_json_key_number(json, "hazard", row->hazard);
    cbk_json_key_number(json, "hazard_std_error", row->hazard_std_error);
    cbk_json_close_object(json);
}

static void write_stratum(cbk_json *json, const cbk_curves *curves,
                          const cbk_curve *curve, const cbk_life_table *table)
{
    cbk_json_open_object(json);
    cbk_analysis_json_levels(json, "stratum", curves->by, curve->level, curves->n_by);
    cbk_json_key_integer(json, "n", (int64_t)table->n);
    cbk_json_key_integer(json, "events", (int64_t)table->n_event);
    cbk_json_key(json, "intervals");
    cbk_json_open_array(json);
    for (size_t i = 0; i < table->n_rows; i++) {
        write_interval(json, &table->rows[i]);
    }
    cbk_json_close_array(json);
    cbk_json_key(json, "median");
    cbk_json_open_object(json);
    cbk_json_key_number(json, "estimate", table->median);
    cbk_json_close_object(json);
    cbk_json_key_notes(json, "notes", table->notes);
    cbk_json_close_object(json);
}

void cbk_analysis_lifetable_json(const cbk_life_tables *all, cbk_json *json)
{
    const cbk_curves *curves = all->curves;
    cbk_analysis_json_open(json, "lifetable", &curves->source);
    write_settings(json, all);
    write_warnings(json, all);
    cbk_json_key(json, "results");
    cbk_json_open_object(json);
    cbk_json_key(json, "strata");
    cbk_json_open_array(json);
    for (size_t i = 0; i < curves->n_curves; i++) {
        write_stratum(json, curves, &curves->curves[i], all->tables[i]);
    }
    cbk_json_close_array(json);
    cbk_json_close_object(json);
    cbk_json_close_object(json);
}
