/* report/figure_km.h - the parts of the Kaplan-Meier figure: figure_km.c lays it out and
 * draws curves, figure_km_labels.c what is written beside them, figure_km_table.c the
 * table under them, figure_km_text.c what is told to those who do not see it; all of them
 * ask figure_km_points.c where things lie.
 */
#ifndef REPORT_FIGURE_KM_H
#define REPORT_FIGURE_KM_H

#include "report/axis.h"
#include "report/placement.h"
#include "study/curves.h"

#define CBK_KM_SMALL_MM 2.7 /* text of the table and beside the curves */

/* More curves than these have their values at the marks in the table alone, and no bands,
 * which would hide each other. */
enum { CBK_KM_LABELLED_MAX = 2, CBK_KM_BANDS_MAX = 3 };

/* A curve as it is drawn: one step for what a reader can tell apart. */
typedef struct cbk_km_step {
    double x_mm;
    double survival; /* from here on */
    double lower;
    double upper;
} cbk_km_step;

typedef struct cbk_km_trace {
    size_t n_steps; /* >= 1, the first at time 0; 0: nobody, nothing to draw */
    const cbk_km_step *steps;
    cbk_point end;
} cbk_km_trace;

/* Where a name stands beside its curve. */
typedef struct cbk_km_name {
    cbk_point at;
    cbk_anchor anchor;
} cbk_km_name;

typedef struct cbk_km_figure {
    const cbk_curves *curves;
    const double *marks; /* [n_marks] */
    size_t n_marks;
    cbk_arena *arena;
    cbk_drawing *drawing;
    cbk_axis axis;
    cbk_box plot; /* left: time 0; top: S = 1; bottom: S = 0 */
    double width_mm;
    const cbk_km_trace *traces; /* [n_curves] */
    cbk_boxes taken;
    const cbk_km_name *names; /* [n_curves], or NULL: there is a legend, or no name */
    double legend_mm;         /* its height; 0: none */
} cbk_km_figure;

/* figure_km_points.c */
cbk_point cbk_km_point(const cbk_km_figure *figure, double time, double survival);
/* The curves' own looks: 36 pairs of ink and dashes before two are the same. */
cbk_ink cbk_km_ink(size_t curve);
void cbk_km_line(const cbk_km_figure *figure, size_t curve, const cbk_point *points,
                 size_t n_points, const char *tip);
/* Only marks that the axis shows, each once. */
bool cbk_km_mark_is_drawn(const cbk_km_figure *figure, size_t mark);
/* From the axis to the highest curve at a mark; false where no curve has a point. */
bool cbk_km_mark_line(const cbk_km_figure *figure, size_t mark, cbk_point line[2]);
/* Whether the curve has a value to print at the time. */
bool cbk_km_has_value(const cbk_curve *curve, double time, cbk_km_at *out);
/* The same, at a point of the curve as it is drawn: a curve ends with its last patient,
 * even at 0. */
bool cbk_km_has_point(const cbk_curve *curve, double time, cbk_km_at *out);

/* figure_km_labels.c */
bool cbk_km_place_names(cbk_km_figure *figure); /* false: there is no room for them */
double cbk_km_legend_height(const cbk_km_figure *figure);
void cbk_km_draw_legend(const cbk_km_figure *figure);
void cbk_km_draw_names(const cbk_km_figure *figure);
void cbk_km_draw_marks(cbk_km_figure *figure);
void cbk_km_draw_mark_labels(cbk_km_figure *figure);

/* figure_km_table.c */
double cbk_km_table_gutter(const cbk_curves *curves); /* mm left of time 0 */
double cbk_km_count_width(const cbk_curves *curves);  /* mm of the widest count */
double cbk_km_table_height(const cbk_km_figure *figure);
void cbk_km_draw_table(const cbk_km_figure *figure, double top_mm);

/* figure_km_text.c; texts are never NULL */
const char *cbk_km_percent(const cbk_curve *curve, double share, cbk_arena *arena);
/* "Group name" for print, "" where there is only one curve without a name. */
const char *cbk_km_name_of(const cbk_curves *curves, size_t curve);
/* "80% (95% CI 52–99)", or "80% (52–99)"; without an interval where there is none or it
 * is a point. */
const char *cbk_km_value_text(const cbk_curves *curves, const cbk_curve *curve,
                              const cbk_km_at *at, bool has_level, cbk_arena *arena);
/* "36 months: 80% (95% CI 52% to 100%), 5 at risk" */
const char *cbk_km_mark_text(const cbk_curves *curves, const cbk_curve *curve,
                             double time, cbk_arena *arena);
const char *cbk_km_description(const cbk_curves *curves, const double *marks,
                               size_t n_marks, cbk_arena *arena);

#endif
