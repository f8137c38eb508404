/* analysis_km_cells.c - the headers and cells that the tables of `casebook km` share.
 * Contract: analysis_km.h.
 */
#include "report/analysis/analysis_km.h"

/* NaN prints `absent`. */
void cbk_km_number_cell(const km_analysis *analysis, cbk_table_builder *builder,
                        size_t row, size_t column, double value, int digits,
                        const char *absent)
{
    cbk_analysis_number_cell(analysis->arena, analysis->style, builder, row, column,
                             value, digits, absent);
}

const char *cbk_km_time_header(const km_analysis *analysis)
{
    const bool is_later = analysis->curves->landmark > 0.0;
    return cbk_words_label_unit(analysis->arena, is_later ? "From the landmark" : "Time",
                                analysis->curves->unit);
}

const char *cbk_km_group_label(const km_analysis *analysis, const cbk_curve *curve)
{
    return analysis->curves->n_by == 0 ? "All" : curve->label;
}

const char *cbk_km_group_header(const km_analysis *analysis)
{
    return cbk_analysis_group_header(analysis->arena, analysis->curves->protocol,
                                     analysis->curves->by, analysis->curves->n_by);
}
