/* report/figure/figure_steps.h - a figure of curves that go in steps (survival,
 * incidence, mean number of events), with a table of counts under it.  Who draws one
 * fills a cbk_step_chart; figure_steps.c lays it out and draws the curves,
 * figure_steps_labels.c what is written beside them, figure_steps_table.c the table,
 * figure_steps_words.c what is said of it; all of them ask figure_steps_points.c where
 * things lie.
 */
#ifndef REPORT_FIGURE_STEPS_H
#define REPORT_FIGURE_STEPS_H

#include "base/text.h"
#include "report/figure/axis.h"
#include "report/figure/placement.h"
#include "study/protocol/protocol.h"

#include <casebook/risk_table.h>

/* ---- what is drawn ----------------------------------------------------------------- */

/* From a time on.  No band where the limits are NaN or equal. */
typedef struct cbk_step {
    double time;
    double value; /* >= 0 */
    double lower;
    double upper;
} cbk_step;

/* A mark across the curve where somebody was censored. */
typedef struct cbk_step_tick {
    double time;
    double value;
    double n;
} cbk_step_tick;

/* A row of the data behind a curve: its value from a time on, and who was there. */
typedef struct cbk_step_row {
    double time;
    double value;
    double lower; /* NaN: no interval */
    double upper;
    double n_risk; /* just before */
    double n_event;
    double n_censor;
} cbk_step_row;

typedef struct cbk_step_curve {
    const char *name;      /* beside it; "" for an only curve */
    const char *tip;       /* "n = 6, events = 2" */
    size_t n_steps;        /* 0: nobody, nothing to draw */
    const cbk_step *steps; /* [n_steps] ascending in time, the first at 0 */
    double end;            /* where the line ends: the last follow-up */
    bool is_over;          /* the last value holds after the end, too */
    size_t n_ticks;
    const cbk_step_tick *ticks; /* [n_ticks] ascending */
    bool is_crowded;            /* very many ticks: they are drawn a little apart */
    int digits;                 /* after the point of its values in print */
    const char *group;          /* of the data file */
    const char *event;          /* of the data file: the kind of event; or NULL */
    size_t n_rows;
    const cbk_step_row
        *rows;     /* [n_rows] ascending in time; those after end are left out */
    double median; /* where the look asks for it; NaN: not reached */
} cbk_step_curve;

/* Rows of counts under the axis, for a group. */
typedef struct cbk_step_block {
    const char *name; /* a heading; "": none */
    size_t curve;     /* whose line stands before the name, whose values behind it;
                         SIZE_MAX: none */
    size_t n_counts;
    const char *const *labels; /* [n_counts] "At risk", then kinds of event, "Censored" */
    double most;               /* the largest count there can be: makes the columns */
} cbk_step_block;

typedef struct cbk_step_chart {
    const char *title;
    const char *description; /* for those who do not see it */
    const char *value_label; /* along the vertical axis */
    const char *value_name;  /* of the data file: "survival" */
    const char *unit;        /* of time; NULL: none known */
    double value_most;       /* what values cannot exceed; 0: they can be any */
    bool is_percent;         /* 0.8 is printed as 80% */
    bool is_rising;          /* curves rise: labels keep above or below accordingly */
    double level;            /* of the bands, 0.95 */
    const cbk_figure_look *look;
    const char *comment; /* "Log-rank test: p = 0.04", beside the curves; or NULL */
    size_t n_curves;
    const cbk_step_curve *curves;
    size_t n_blocks;
    const cbk_step_block *blocks;
    size_t n_marks;
    const double *marks; /* times to point out; any number, in any order */
    /* The counts of a block at n times: counts[i * n_counts + k] of the i-th. */
    void (*count)(const void *context, size_t block, const double *times, size_t n,
                  double *counts);
    /* "36 months: 80% (95% CI 52% to 100%), 5 at risk", for the tip of a mark. */
    const char *(*mark_text)(const void *context, size_t curve, double time,
                             const cbk_style *style, cbk_arena *arena);
    const void *context; /* of the two */
} cbk_step_chart;

/* More curves than these have their values at the marks in the table alone, and no bands,
 * which would hide each other. */
enum { CBK_STEPS_LABELLED_MAX = 2, CBK_STEPS_BANDS_MAX = 3 };

/* Whether curves, so many, have bands. */
bool cbk_step_has_bands(const cbk_figure_look *look, size_t n_curves);

/* The last time with so many at risk; -1: never. */
double cbk_step_last_time(const cbk_risk_table *risk, double n_risk);
/* The curve only until then; end < 0: none of it. */
void cbk_step_cut(cbk_step_curve *curve, double end);
/* "The curves end where fewer than 10 are at risk."; "" where they do not. */
const char *cbk_step_cut_text(const cbk_figure_look *look, cbk_arena *arena);
/* " Under the axis: at risk, the number under observation just before that time; events
 * and censored, those before it."; censored: what the last row is called. */
const char *cbk_step_counts_note(const cbk_figure_look *look, const char *censored,
                                 cbk_arena *arena);

/* Ends the description of a figure, which frees the buffer: the test ("Log-rank test:
 * p = 0.04"; NULL: none), where the curves are cut, and "Under the axis stand, at each
 * tick, the number at risk just before that time and the events and censorings before
 * it."; censorings: what the last row counts, as a noun. */
const char *cbk_step_description(cbk_buffer *text, const cbk_figure_look *look,
                                 const char *test, const char *censorings,
                                 cbk_arena *arena);

/* chart is borrowed.  NULL when the arena failed. */
const cbk_drawing *cbk_figure_steps_draw(const cbk_step_chart *chart, cbk_arena *arena);

/* ---- among its files --------------------------------------------------------------- */

#define CBK_STEPS_SMALL_MM 2.7 /* text of the table and beside the curves */

/* A curve as it is drawn: one step for what a reader can tell apart. */
typedef struct cbk_step_drawn {
    double x_mm;
    double value; /* from here on */
    double lower;
    double upper;
} cbk_step_drawn;

typedef struct cbk_step_trace {
    size_t n_steps; /* 0: nothing to draw */
    const cbk_step_drawn *steps;
    cbk_point end;
} cbk_step_trace;

/* Where a name stands beside its curve. */
typedef struct cbk_step_name {
    cbk_point at;
    cbk_anchor anchor;
} cbk_step_name;

typedef struct cbk_step_figure {
    const cbk_step_chart *chart;
    cbk_arena *arena;
    cbk_drawing *drawing;
    cbk_axis axis;
    double value_top;  /* of the vertical axis, which starts at 0 */
    double value_step; /* between its ticks */
    cbk_box plot;      /* left: time 0; top: value_top; bottom: 0 */
    double width_mm;
    double table_mm;              /* height of the table */
    const cbk_step_trace *traces; /* [n_curves] */
    cbk_boxes taken;
    const cbk_step_name *names; /* [n_curves], or NULL: there is a legend, or no name */
    double legend_mm;           /* its height; 0: none */
} cbk_step_figure;

/* figure_steps_points.c */
cbk_point cbk_step_point(const cbk_step_figure *figure, double time, double value);
/* The curves' own looks: 36 pairs of ink and dashes before two are the same. */
cbk_ink cbk_step_ink(size_t curve);
void cbk_step_line(const cbk_step_figure *figure, size_t curve, const cbk_point *points,
                   size_t n_points, const char *tip);
/* Only marks that the axis shows, each once. */
bool cbk_step_mark_is_drawn(const cbk_step_figure *figure, size_t mark);
/* From the axis to the highest curve at a mark; false where no curve has a point. */
bool cbk_step_mark_line(const cbk_step_figure *figure, size_t mark, cbk_point line[2]);
/* Whether the curve has a value to print at the time. */
bool cbk_step_has_value(const cbk_step_curve *curve, double time, cbk_step *out);
/* The same, at a point of the curve as it is drawn: a curve ends with its last patient,
 * even at 0.  out->time is the time asked for. */
bool cbk_step_has_point(const cbk_step_curve *curve, double time, cbk_step *out);
/* "80", "1.25". */
const char *cbk_step_number(const cbk_step_figure *figure, size_t curve, double value);
/* "80% (95% CI 52–99)", or "80% (52–99)"; without an interval where there is none or it
 * is a point. */
const char *cbk_step_value_text(const cbk_step_figure *figure, size_t curve,
                                const cbk_step *at, bool has_level);

/* figure_steps_labels.c */
bool cbk_step_place_names(cbk_step_figure *figure); /* false: there is no room for them */
double cbk_step_legend_height(const cbk_step_figure *figure);
void cbk_step_draw_legend(const cbk_step_figure *figure);
void cbk_step_draw_names(const cbk_step_figure *figure);
void cbk_step_draw_marks(cbk_step_figure *figure);
void cbk_step_draw_mark_labels(cbk_step_figure *figure);
bool cbk_step_has_median(const cbk_step_figure *figure, size_t curve);
/* From the axis to the curve at one half and down to the axis. */
void cbk_step_median_lines(const cbk_step_figure *figure, size_t curve,
                           cbk_point corners[3]);
void cbk_step_draw_comment(cbk_step_figure *figure); /* where there is room for it */

/* figure_steps_data.c; NULL when the arena failed */
const cbk_figure_data *cbk_step_data(const cbk_step_chart *chart, cbk_arena *arena);

/* figure_steps_table.c */
double cbk_step_table_gutter(const cbk_step_chart *chart, double width_mm,
                             cbk_arena *arena); /* mm left of time 0 */
double cbk_step_count_width(const cbk_step_chart *chart,
                            cbk_arena *arena);               /* mm of the widest count */
double cbk_step_table_height(const cbk_step_figure *figure); /* which has its axis */
void cbk_step_draw_table(const cbk_step_figure *figure, double top_mm);

#endif
