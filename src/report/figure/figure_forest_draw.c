/* figure_forest_draw.c - the forest plot: a line a covariate, ratios on a logarithmic
 * axis.  Contract: report/regression.h.
 */
#include "report/regression.h"

#include "report/figure/placement.h"

#include <assert.h>
#include <math.h>
#include <string.h>

/* Millimetres on paper. */
#define WIDTH_MM 170.0
#define EDGE_MM 3.0
#define TEXT_MM 2.7
#define LINE_MM 3.7 /* of a label of several lines */
#define ROW_MM 5.2  /* of a label of one */
#define INDENT_MM 3.0
#define LABEL_MAX_MM 52.0
#define LABEL_MIN_MM 22.0
#define PLOT_MIN_MM 46.0
#define GAP_MM 4.0
#define HEAD_MM 7.0 /* the names of the columns */
#define AXIS_MM 13.0
#define SQUARE_MM 2.2
#define ARROW_MM 1.8

enum { LINES_MAX = 4, TICKS_MAX = 64, TICKS_SHOWN = 9 };

/* Limits beyond these are cut, unless an estimate lies there; estimates beyond the others
 * are, too. */
static const double limit_below = 0.02;
static const double limit_above = 50.0;
static const double ratio_below = 0.01;
static const double ratio_above = 100.0;

typedef struct forest_line {
    size_t n;
    const char *text[LINES_MAX];
    double y_mm; /* middle of the first line */
    double height_mm;
} forest_line;

typedef struct forest_figure {
    const cbk_forest_row *rows;
    size_t n;
    const cbk_style *style;
    cbk_arena *arena;
    cbk_drawing *drawing;
    forest_line *lines; /* [n] */
    double label_mm;    /* left end of the labels; width of them */
    double label_width_mm;
    double counts_mm; /* right end */
    double left_mm;   /* of the axis */
    double right_mm;
    double ratio_mm; /* left end */
    double p_mm;     /* right end */
    double top_mm;
    double bottom_mm;
    double first; /* of the axis */
    double last;
    size_t n_ticks;
    double tick[TICKS_MAX];
} forest_figure;

static double width_of(const char *text, bool is_bold)
{
    return text == NULL ? 0.0 : cbk_text_width_mm(text, TEXT_MM, is_bold);
}

/* ---- the axis --------------------------------------------------------------------- */

static double x_of(const forest_figure *figure, double ratio)
{
    const double share = log(ratio / figure->first) / log(figure->last / figure->first);
    return figure->left_mm +
           fmin(fmax(share, 0.0), 1.0) * (figure->right_mm - figure->left_mm);
}

static void include(double value, double *least, double *most)
{
    if (isfinite(value) && value > 0.0) {
        *least = fmin(*least, value);
        *most = fmax(*most, value);
    }
}

/* What the axis must show: 1, the estimates, and of the limits what is not too far out.
 */
static void find_range(const forest_figure *figure, double *least, double *most)
{
    double lowest = 0.8;
    double highest = 1.25;
    *least = lowest;
    *most = highest;
    for (size_t i = 0; i < figure->n; i++) {
        const cbk_shown_ratio *shown = &figure->rows[i].shown;
        if (shown->is_estimated) {
            include(fmin(fmax(shown->ratio, ratio_below), ratio_above), least, most);
        }
        include(shown->lower, &lowest, &highest);
        include(shown->upper, &lowest, &highest);
    }
    *least = fmin(*least, fmax(lowest, fmin(limit_below, *least / 1.25)));
    *most = fmax(*most, fmin(highest, fmax(limit_above, *most * 1.25)));
}

/* Multiples of a power of ten that are ticks, from sparse to dense. */
typedef struct tick_scheme {
    size_t n;
    double multiple[9];
} tick_scheme;

static const tick_scheme schemes[] = {
    {1, {1.0}},
    {2, {1.0, 3.0}},
    {3, {1.0, 2.0, 5.0}},
    {5, {1.0, 1.5, 2.0, 3.0, 5.0}},
    {9, {1.0, 1.2, 1.5, 2.0, 2.5, 3.0, 4.0, 6.0, 8.0}},
};

/* The ticks of a scheme from the last one at or below least to the first one at or above
 * most; false where they are too many. */
static bool take_ticks(forest_figure *figure, const tick_scheme *scheme, int every,
                       double least, double most)
{
    const double slack = 1e-9;
    figure->n_ticks = 0;
    for (int power = -12; power <= 12; power++) {
        if (power % every != 0) {
            continue;
        }
        for (size_t k = 0; k < scheme->n; k++) {
            const double value = scheme->multiple[k] * pow(10.0, power);
            if (value <= least * (1.0 + slack)) {
                figure->n_ticks = 0; /* a nearer one */
            } else if (figure->n_ticks == TICKS_MAX - 1) {
                return false;
            }
            figure->tick[figure->n_ticks++] = value;
            if (value >= most * (1.0 - slack)) {
                return figure->n_ticks <= TICKS_SHOWN && figure->n_ticks >= 2;
            }
        }
    }
    return false;
}

static const char *tick_text(const forest_figure *figure, double value)
{
    return value >= 1e-4 && value < 1e6
               ? cbk_print_number(figure->arena, figure->style, value, -1)
               : cbk_print_power(figure->arena, figure->style, value, 0);
}

static bool do_ticks_fit(const forest_figure *figure)
{
    double end = -1e9;
    for (size_t i = 0; i < figure->n_ticks; i++) {
        const double half = width_of(tick_text(figure, figure->tick[i]), false) / 2.0;
        const double x = x_of(figure, figure->tick[i]);
        if (x - half < end + 1.5) {
            return false;
        }
        end = x + half;
    }
    return true;
}

static bool take_axis(forest_figure *figure, const tick_scheme *scheme, int every,
                      double least, double most)
{
    if (!take_ticks(figure, scheme, every, least, most)) {
        return false;
    }
    figure->first = figure->tick[0];
    figure->last = figure->tick[figure->n_ticks - 1];
    return do_ticks_fit(figure);
}

/* The densest ticks that have room; of powers of ten at last every second, and so on: all
 * of them are within 10^-6 and 10^6. */
static void make_axis(forest_figure *figure)
{
    double least = 0.0;
    double most = 0.0;
    find_range(figure, &least, &most);
    for (size_t s = sizeof schemes / sizeof schemes[0]; s-- > 0;) {
        if (take_axis(figure, &schemes[s], 1, least, most)) {
            return;
        }
    }
    for (int every = 2; !take_axis(figure, &schemes[0], every, least, most); every++) {
        assert(every < 6);
    }
}

/* ---- layout ----------------------------------------------------------------------- */

/* The longest beginning of words that fits; at least one word. */
static size_t words_that_fit(const forest_figure *figure, const char *text, bool is_bold,
                             double width)
{
    size_t fits = 0;
    for (size_t end = 0;;) {
        end += strspn(text + end, " ");
        end += strcspn(text + end, " ");
        const char *begin = cbk_text_copy_bytes(figure->arena, text, end);
        if (begin == NULL || (fits > 0 && width_of(begin, is_bold) > width)) {
            return fits;
        }
        fits = end;
        if (text[end] == '\0') {
            return fits;
        }
    }
}

static void wrap_label(forest_figure *figure, size_t i)
{
    const cbk_forest_row *row = &figure->rows[i];
    forest_line *line = &figure->lines[i];
    const double width = figure->label_width_mm - (row->is_indented ? INDENT_MM : 0.0);
    const char *rest = row->label != NULL ? row->label : "";
    while (line->n < LINES_MAX) {
        const bool is_last = line->n == LINES_MAX - 1;
        const size_t size = words_that_fit(figure, rest, row->is_header, width);
        const char *text =
            is_last ? rest : cbk_text_copy_bytes(figure->arena, rest, size);
        text = text != NULL ? text : "";
        line->text[line->n++] =
            cbk_text_fitted(text, TEXT_MM, row->is_header, width, figure->arena);
        rest += size;
        rest += strspn(rest, " ");
        if (*rest == '\0') {
            break;
        }
    }
}

static void make_columns(forest_figure *figure, const char *ratio_header)
{
    double label = LABEL_MIN_MM;
    double counts = width_of("Events/n", true);
    double ratio = width_of(ratio_header, true);
    double p = width_of(cbk_style_of(figure->style)->p_heading, true);
    for (size_t i = 0; i < figure->n; i++) {
        const cbk_forest_row *row = &figure->rows[i];
        label = fmax(label, width_of(row->label, row->is_header) +
                                (row->is_indented ? INDENT_MM : 0.0));
        counts = fmax(counts, width_of(row->counts, false));
        ratio = fmax(ratio, width_of(row->ratio, false));
        p = fmax(p, width_of(row->p, false));
    }
    figure->p_mm = WIDTH_MM - EDGE_MM;
    figure->ratio_mm = figure->p_mm - p - GAP_MM - ratio;
    figure->right_mm = figure->ratio_mm - GAP_MM;
    const double room = figure->right_mm - EDGE_MM - 2.0 * GAP_MM - counts - PLOT_MIN_MM;
    figure->label_mm = EDGE_MM;
    figure->label_width_mm = fmin(label, fmax(LABEL_MIN_MM, fmin(LABEL_MAX_MM, room)));
    figure->counts_mm = EDGE_MM + figure->label_width_mm + GAP_MM + counts;
    figure->left_mm = figure->counts_mm + GAP_MM;
}

static void lay_out(forest_figure *figure, const char *ratio_header)
{
    make_columns(figure, ratio_header);
    figure->top_mm = EDGE_MM + HEAD_MM;
    double y = figure->top_mm;
    for (size_t i = 0; i < figure->n; i++) {
        forest_line *line = &figure->lines[i];
        wrap_label(figure, i);
        line->height_mm = ROW_MM + (double)(line->n - 1) * LINE_MM;
        line->y_mm = y + ROW_MM / 2.0;
        y += line->height_mm;
    }
    figure->bottom_mm = y + 1.0;
    make_axis(figure);
}

/* ---- drawing ---------------------------------------------------------------------- */

static void write_text(const forest_figure *figure, double x, double y, cbk_anchor anchor,
                       cbk_ink ink, bool is_bold, const char *text)
{
    const cbk_point at = {x, y + 0.36 * TEXT_MM};
    if (text == NULL || *text == '\0') {
        return;
    }
    cbk_drawing_add(figure->drawing, figure->arena,
                    (cbk_shape){.kind = CBK_SHAPE_TEXT,
                                .n_points = 1,
                                .points = &at,
                                .stroke = CBK_INK_NONE,
                                .fill = ink,
                                .size_mm = TEXT_MM,
                                .anchor = anchor,
                                .is_bold = is_bold,
                                .text = text});
}

static void draw_grid(const forest_figure *figure)
{
    for (size_t i = 0; i < figure->n_ticks; i++) {
        const double x = x_of(figure, figure->tick[i]);
        cbk_drawing_line(figure->drawing, figure->arena, (cbk_point){x, figure->top_mm},
                         (cbk_point){x, figure->bottom_mm}, CBK_INK_GRID, 0.15);
    }
    const double one = x_of(figure, 1.0);
    cbk_drawing_line(figure->drawing, figure->arena, (cbk_point){one, figure->top_mm},
                     (cbk_point){one, figure->bottom_mm}, CBK_INK_FOREGROUND, 0.25);
}

/* Beside 1, where there is room on the page. */
static void draw_sides(const forest_figure *figure, double y)
{
    const double one = x_of(figure, 1.0);
    const char *const lower = "← lower hazard";
    const char *const higher = "higher hazard →";
    if (one - 2.0 - width_of(lower, false) > EDGE_MM) {
        write_text(figure, one - 2.0, y, CBK_ANCHOR_END, CBK_INK_MUTED, false, lower);
    }
    if (one + 2.0 + width_of(higher, false) < WIDTH_MM - EDGE_MM) {
        write_text(figure, one + 2.0, y, CBK_ANCHOR_START, CBK_INK_MUTED, false, higher);
    }
}

static void draw_axis(const forest_figure *figure)
{
    const double y = figure->bottom_mm;
    cbk_drawing_line(figure->drawing, figure->arena, (cbk_point){figure->left_mm, y},
                     (cbk_point){figure->right_mm, y}, CBK_INK_FOREGROUND, 0.25);
    for (size_t i = 0; i < figure->n_ticks; i++) {
        const double x = x_of(figure, figure->tick[i]);
        cbk_drawing_line(figure->drawing, figure->arena, (cbk_point){x, y},
                         (cbk_point){x, y + 1.0}, CBK_INK_FOREGROUND, 0.25);
        write_text(figure, x, y + 2.8, CBK_ANCHOR_MIDDLE, CBK_INK_FOREGROUND, false,
                   tick_text(figure, figure->tick[i]));
    }
    draw_sides(figure, y + 6.4);
    write_text(figure, (figure->left_mm + figure->right_mm) / 2.0, y + 10.0,
               CBK_ANCHOR_MIDDLE, CBK_INK_FOREGROUND, false, "Hazard ratio (log scale)");
}

/* An arrow head whose tip is at x, to the right where direction is 1. */
static void draw_head(const forest_figure *figure, double x, double y, double direction,
                      bool is_open, const char *tip)
{
    const double back = x - direction * ARROW_MM;
    const cbk_point points[] = {
        {back, y - ARROW_MM / 2.0}, {x, y}, {back, y + ARROW_MM / 2.0}};
    cbk_drawing_add(figure->drawing, figure->arena,
                    (cbk_shape){.kind = is_open ? CBK_SHAPE_POLYLINE : CBK_SHAPE_POLYGON,
                                .n_points = 3,
                                .points = points,
                                .stroke = is_open ? CBK_INK_FOREGROUND : CBK_INK_NONE,
                                .fill = is_open ? CBK_INK_NONE : CBK_INK_FOREGROUND,
                                .width_mm = 0.35,
                                .tip = tip});
}

static void draw_interval(const forest_figure *figure, const cbk_shown_ratio *shown,
                          double y, const char *tip)
{
    const double slack = 1e-9;
    const bool is_open_below = !(shown->lower >= figure->first * (1.0 - slack));
    const bool is_open_above = !(shown->upper <= figure->last * (1.0 + slack));
    if (isnan(shown->lower) || isnan(shown->upper)) {
        return;
    }
    const double left = is_open_below ? figure->left_mm : x_of(figure, shown->lower);
    const double right = is_open_above ? figure->right_mm : x_of(figure, shown->upper);
    cbk_drawing_line(figure->drawing, figure->arena, (cbk_point){left, y},
                     (cbk_point){right, y}, CBK_INK_FOREGROUND, 0.35);
    if (is_open_below) {
        draw_head(figure, left, y, -1.0, false, tip);
    }
    if (is_open_above) {
        draw_head(figure, right, y, 1.0, false, tip);
    }
}

/* From the bound, or from 1 where there is none, to the end of the axis: no square. */
static void draw_infinite(const forest_figure *figure, const cbk_shown_ratio *shown,
                          double y, const char *tip)
{
    const bool is_rising = isinf(shown->ratio);
    const double bound = is_rising ? shown->lower : shown->upper;
    const bool has_bound = isfinite(bound) && bound > 0.0;
    const double from = x_of(figure, has_bound ? bound : 1.0);
    const double to = is_rising ? figure->right_mm : figure->left_mm;
    const cbk_point points[] = {{from, y}, {to, y}};
    cbk_drawing_add(figure->drawing, figure->arena,
                    (cbk_shape){.kind = CBK_SHAPE_POLYLINE,
                                .n_points = 2,
                                .points = points,
                                .stroke = CBK_INK_FOREGROUND,
                                .fill = CBK_INK_NONE,
                                .width_mm = 0.35,
                                .dash_mm = {1.2, 0.8},
                                .tip = tip});
    draw_head(figure, to, y, is_rising ? 1.0 : -1.0, true, tip);
    if (has_bound) {
        cbk_drawing_line(figure->drawing, figure->arena, (cbk_point){from, y - 0.9},
                         (cbk_point){from, y + 0.9}, CBK_INK_FOREGROUND, 0.35);
    }
}

static const char *tip_of(const forest_figure *figure, const cbk_forest_row *row)
{
    const char *p = row->p == NULL || strcmp(row->p, CBK_DASH) == 0
                        ? ""
                        : cbk_text_format(figure->arena, ", %s %s",
                                          cbk_style_of(figure->style)->p, row->p);
    return cbk_text_format(figure->arena, "%s: %s%s",
                           row->label != NULL ? row->label : "",
                           row->ratio != NULL ? row->ratio : "", p != NULL ? p : "");
}

static void draw_estimate(const forest_figure *figure, const cbk_forest_row *row,
                          double y)
{
    const char *tip = tip_of(figure, row);
    if (row->is_reference) {
        cbk_drawing_marker(figure->drawing, figure->arena,
                           (cbk_point){x_of(figure, 1.0), y}, CBK_MARKER_DIAMOND,
                           0.8 * SQUARE_MM, CBK_INK_MUTED, tip);
    } else if (row->shown.is_infinite) {
        draw_infinite(figure, &row->shown, y, tip);
    } else if (row->shown.is_estimated) {
        const double slack = 1e-9;
        draw_interval(figure, &row->shown, y, tip);
        if (row->shown.ratio >= figure->first * (1.0 - slack) &&
            row->shown.ratio <= figure->last * (1.0 + slack)) {
            cbk_drawing_marker(figure->drawing, figure->arena,
                               (cbk_point){x_of(figure, row->shown.ratio), y},
                               CBK_MARKER_SQUARE, SQUARE_MM, CBK_INK_FOREGROUND, tip);
        }
    }
}

static void draw_row(const forest_figure *figure, size_t i)
{
    const cbk_forest_row *row = &figure->rows[i];
    const forest_line *line = &figure->lines[i];
    const double x = figure->label_mm + (row->is_indented ? INDENT_MM : 0.0);
    for (size_t k = 0; k < line->n; k++) {
        write_text(figure, x, line->y_mm + (double)k * LINE_MM, CBK_ANCHOR_START,
                   CBK_INK_FOREGROUND, row->is_header, line->text[k]);
    }
    /* beside a label of several lines the numbers stand in its middle */
    const double y = line->y_mm + (double)(line->n - 1) * LINE_MM / 2.0;
    write_text(figure, figure->counts_mm, y, CBK_ANCHOR_END, CBK_INK_FOREGROUND, false,
               row->counts);
    write_text(figure, figure->ratio_mm, y, CBK_ANCHOR_START,
               row->is_reference ? CBK_INK_MUTED : CBK_INK_FOREGROUND, false, row->ratio);
    write_text(figure, figure->p_mm, y, CBK_ANCHOR_END, CBK_INK_FOREGROUND, false,
               row->p);
    draw_estimate(figure, row, y);
}

static void draw_headers(const forest_figure *figure, const char *ratio_header)
{
    const double y = EDGE_MM + HEAD_MM / 2.0 - 0.5;
    write_text(figure, figure->label_mm, y, CBK_ANCHOR_START, CBK_INK_FOREGROUND, true,
               "Covariate");
    write_text(figure, figure->counts_mm, y, CBK_ANCHOR_END, CBK_INK_FOREGROUND, true,
               "Events/n");
    write_text(figure, figure->ratio_mm, y, CBK_ANCHOR_START, CBK_INK_FOREGROUND, true,
               ratio_header);
    write_text(figure, figure->p_mm, y, CBK_ANCHOR_END, CBK_INK_FOREGROUND, true,
               cbk_style_of(figure->style)->p_heading);
    cbk_drawing_line(
        figure->drawing, figure->arena, (cbk_point){EDGE_MM, figure->top_mm - 0.5},
        (cbk_point){WIDTH_MM - EDGE_MM, figure->top_mm - 0.5}, CBK_INK_FOREGROUND, 0.2);
}

/* ---- in words --------------------------------------------------------------------- */

static const char *description_of(const forest_figure *figure)
{
    cbk_buffer text = {0};
    const char *header = NULL;
    cbk_buffer_add(&text, "Forest plot of hazard ratios on a logarithmic scale.");
    for (size_t i = 0; i < figure->n; i++) {
        const cbk_forest_row *row = &figure->rows[i];
        header = row->is_header ? row->label : row->is_indented ? header : NULL;
        if (!row->is_header) {
            cbk_buffer_addf(&text, " %s%s%s.", header != NULL ? header : "",
                            header != NULL ? ", " : "", tip_of(figure, row));
        }
    }
    return cbk_words_take(&text, figure->arena);
}

/* A row for each line; what is not estimated, and the reference's interval, is empty. */
static const cbk_figure_data *data_of(const cbk_forest_row *rows, size_t n,
                                      cbk_arena *arena)
{
    enum { LABEL, COUNTS, RATIO, LOWER, UPPER, P, N_COLUMNS };
    static const char *const names[N_COLUMNS] = {"label", "events_n", "hazard_ratio",
                                                 "lower", "upper",    "p"};
    cbk_figure_data *data = CBK_NEW(arena, cbk_figure_data, 1);
    cbk_data_column *columns = CBK_NEW(arena, cbk_data_column, N_COLUMNS);
    const char **text[2] = {CBK_NEW(arena, const char *, n),
                            CBK_NEW(arena, const char *, n)};
    double *number[N_COLUMNS] = {NULL};
    for (size_t k = RATIO; k < N_COLUMNS; k++) {
        number[k] = CBK_NEW(arena, double, n);
    }
    if (cbk_arena_has_failed(arena)) {
        return NULL;
    }
    for (size_t i = 0; i < n; i++) {
        const cbk_shown_ratio *shown = &rows[i].shown;
        const bool is_shown = !rows[i].is_header && !rows[i].is_reference;
        const double none = (double)NAN;
        text[LABEL][i] = rows[i].label;
        text[COUNTS][i] = rows[i].counts;
        number[RATIO][i] = rows[i].is_reference              ? 1.0
                           : is_shown && shown->is_estimated ? shown->ratio
                                                             : none;
        number[LOWER][i] = is_shown ? shown->lower : none;
        number[UPPER][i] = is_shown ? shown->upper : none;
        number[P][i] = is_shown ? shown->p : none;
        for (size_t k = RATIO; k < N_COLUMNS; k++) {
            number[k][i] = isfinite(number[k][i]) ? number[k][i] : none;
        }
    }
    for (size_t k = 0; k < N_COLUMNS; k++) {
        columns[k] = (cbk_data_column){
            .name = names[k], .text = k < RATIO ? text[k] : NULL, .number = number[k]};
    }
    *data = (cbk_figure_data){.n_columns = N_COLUMNS, .columns = columns, .n_rows = n};
    return data;
}

const cbk_drawing *cbk_figure_forest_draw(const cbk_forest_row *rows, size_t n,
                                          const char *ratio_header, const char *title,
                                          const cbk_style *style, cbk_arena *arena)
{
    assert(arena != NULL);
    forest_figure figure = {.rows = rows,
                            .n = n,
                            .style = style,
                            .arena = arena,
                            .lines = CBK_NEW(arena, forest_line, n + 1)};
    if (figure.lines == NULL) {
        return NULL;
    }
    lay_out(&figure, ratio_header);
    figure.drawing = cbk_drawing_create(arena, WIDTH_MM, figure.bottom_mm + AXIS_MM,
                                        title, description_of(&figure));
    if (figure.drawing == NULL) {
        return NULL;
    }
    figure.drawing->data = data_of(rows, n, arena);
    draw_grid(&figure);
    draw_headers(&figure, ratio_header);
    for (size_t i = 0; i < n; i++) {
        draw_row(&figure, i);
    }
    draw_axis(&figure);
    return cbk_arena_has_failed(arena) ? NULL : figure.drawing;
}
