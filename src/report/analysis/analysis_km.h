/* report/analysis/analysis_km.h - what the files of `casebook km` share. */
#ifndef REPORT_ANALYSIS_KM_H
#define REPORT_ANALYSIS_KM_H

#include "report/builder.h"

#include <casebook/restricted_mean.h>

typedef struct km_analysis {
    cbk_document *document;
    const cbk_curves *curves;
    const cbk_km_request *request;
    const cbk_style *style;
    cbk_arena *arena;
} km_analysis;

/* ---- what was read, also for `casebook lifetable` (analysis_km.c) ------------------ */

void cbk_km_add_coding(const km_analysis *analysis);

/* ---- cells (analysis_km.c) -------------------------------------------------------- */

/* NaN prints `absent`. */
void cbk_km_number_cell(const km_analysis *analysis, cbk_table_builder *builder,
                        size_t row, size_t column, double value, int digits,
                        const char *absent);
/* "Time, months"; "From the landmark, months". */
const char *cbk_km_time_header(const km_analysis *analysis);
/* "Group", "margin", "margin, sex". */
const char *cbk_km_group_header(const km_analysis *analysis);
const char *cbk_km_group_label(const km_analysis *analysis, const cbk_curve *curve);

/* ---- what is asked for beside the curves (analysis_km_asked.c) ----------------------
 */

void cbk_km_add_quantiles(const km_analysis *analysis);
void cbk_km_add_differences(const km_analysis *analysis);
void cbk_km_add_restricted_means(const km_analysis *analysis);
void cbk_km_add_hazards(const km_analysis *analysis);
/* Exact bounds where survival is 0 or 1; caveats of comparisons. */
void cbk_km_add_bounds(const km_analysis *analysis);

/* ---- JSON (analysis_km_json_asked.c): each writes its key and value ---------------- */

void cbk_km_json_stratum(cbk_json *json, const char *key, const cbk_curves *curves,
                         const cbk_curve *curve);
void cbk_km_json_quantiles(cbk_json *json, const cbk_km *km, const cbk_km_request *asked);
/* hazard NULL: not asked for. */
void cbk_km_json_at(cbk_json *json, const cbk_km *km, const cbk_nelson_aalen *hazard,
                    const cbk_km_request *asked);
void cbk_km_json_restricted_mean(cbk_json *json, const cbk_km *km,
                                 const cbk_km_request *asked);
void cbk_km_json_hazard(cbk_json *json, const cbk_nelson_aalen *fit);
void cbk_km_json_bounds(cbk_json *json, const cbk_km *km);
void cbk_km_json_contrasts(cbk_json *json, const cbk_curves *curves,
                           const cbk_km_request *asked);

#endif
