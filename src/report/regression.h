/* report/regression.h - a regression as papers print it: which rows a table or a forest
 * plot has, and what they say where there is no number.
 */
#ifndef REPORT_REGRESSION_H
#define REPORT_REGRESSION_H

#include "report/builder.h"
#include "study/analysis/regression.h"

typedef enum cbk_regression_row_kind {
    CBK_REGRESSION_HEADER,    /* the covariate above its values */
    CBK_REGRESSION_REFERENCE, /* the value that the others are compared with */
    CBK_REGRESSION_ESTIMATE
} cbk_regression_row_kind;

typedef struct cbk_regression_row {
    cbk_regression_row_kind kind;
    const char *label;
    bool is_indented;             /* a value under its covariate */
    const cbk_level_count *count; /* NULL: none, of a header and a product; else */
    size_t variable;              /* of the design, */
    size_t level;                 /* of it, where it has levels */
    size_t column;                /* ESTIMATE: of the design */
    size_t term;                  /* HEADER: whose values or products follow */
    bool is_several;              /* HEADER: of more than one coefficient */
    bool is_product;              /* not in a model of one covariate */
} cbk_regression_row;

/* In the order of the terms; *n of them.  NULL when the arena failed. */
const cbk_regression_row *cbk_regression_rows(const cbk_regression *regression,
                                              cbk_arena *arena, size_t *n);

/* What a reader is shown of a coefficient.  NaN: there is no such number. */
typedef struct cbk_shown_ratio {
    double ratio; /* 0 and infinity where the likelihood has no maximum */
    double lower; /* by Wald; by the profile where that was asked for, with Firth, and
                     where the ratio is 0 or infinite */
    double upper;
    double p; /* of the same */
    bool is_estimated;
    bool is_infinite;
} cbk_shown_ratio;

/* NULL coefficient: nothing to show. */
cbk_shown_ratio cbk_regression_shown(const cbk_cox *fit,
                                     const cbk_cox_coefficient *coefficient);

/* p that none of a term's coefficients matters, by the likelihood ratio: alone, or beside
 * the other terms.  NaN where there is no such test. */
double cbk_regression_term_p(const cbk_regression *regression, size_t term,
                             bool is_alone);

/* "1.05 (1.00–1.10)", "not estimable (below 4.11)", the dash. */
const char *cbk_print_shown_ratio(cbk_arena *arena, const cbk_style *style,
                                  const cbk_shown_ratio *shown);

/* What every table and forest plot of a regression must say under it, as sentences:
 * model, rows, events, who was left out, limits; why something is missing. */
size_t cbk_regression_notes(const cbk_regression *regression, bool is_alone_shown,
                            bool is_all_shown, const cbk_style *style, cbk_arena *arena,
                            const char *notes[], size_t n_most);
enum { CBK_REGRESSION_NOTES_MAX = 24 };

/* The table: n, events, and by columns each alone and all together.  report NULL: numbers
 * without provenance; else style is the report's.  NULL when the arena failed. */
cbk_table_builder *cbk_regression_table(const cbk_regression *regression,
                                        cbk_report *report, const cbk_style *style,
                                        cbk_arena *arena);

/* "1.05 (1.00–1.10)", or why there is none, and p, of a column of the design: alone or
 * beside all others, as in the table. */
void cbk_regression_add_ratio(const cbk_regression *regression, cbk_report *report,
                              size_t column, bool is_alone, cbk_text_run *ratio,
                              cbk_text_run *p);

/* How many patients it rests on. */
void cbk_regression_add_count(const cbk_regression *regression, cbk_report *report,
                              cbk_text_run *run);

/* The forest plot: of each covariate alone where is_alone, else of all together. */
const cbk_drawing *cbk_regression_forest(const cbk_regression *regression, bool is_alone,
                                         const char *title, const cbk_style *style,
                                         cbk_arena *arena);

/* ---- words (regression_words.c) ------------------------------------------------------
 */

/* With three decimals, four below 0.1; very large and very small ones keep digits, too.
 * NaN: the dash; infinity: "open". */
const char *cbk_cox_print_ratio(cbk_arena *arena, const cbk_style *style, double value);

/* "Efron", "Breslow", ... */
const char *cbk_cox_ties_words(cbk_cox_ties ties);

/* Why the coefficient of the design's column, which is not estimated, is not. */
const char *cbk_cox_fate_sentence(const cbk_design *design, size_t column,
                                  const cbk_cox_coefficient *of, const cbk_style *style,
                                  cbk_arena *arena);

/* Which of a study's choices no row has; NULL: every one is held. */
const char *cbk_cox_empty_sentence(const cbk_design *design, size_t variable,
                                   cbk_arena *arena);

/* ---- the drawing (figure_forest_draw.c) ---------------------------------------------
 */

/* A line of a forest plot. */
typedef struct cbk_forest_row {
    const char *label;
    bool is_header; /* a name above its values, without numbers */
    bool is_indented;
    bool is_reference;
    const char *counts; /* "32/56", or NULL */
    cbk_shown_ratio shown;
    const char *ratio; /* as text */
    const char *p;
} cbk_forest_row;

/* Squares with their intervals on a logarithmic axis, what they say beside them.  An
 * arrow ends an interval that goes on beyond the axis; an open one stands for a ratio
 * that has no estimate, from its bound on. */
const cbk_drawing *cbk_figure_forest_draw(const cbk_forest_row *rows, size_t n,
                                          const char *ratio_header, const char *title,
                                          const cbk_style *style, cbk_arena *arena);

#endif
