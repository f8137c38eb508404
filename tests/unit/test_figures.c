/* test_figures.c - drawings of curves and of patients' lines: nothing leaves the page, no
 * label covers another or a curve, every column stands at its tick; axes by hand; random
 * and degenerate data; every allocation made to fail. */
#include "check.h"
#include "drawn.h"
#include "faulty_heap.h"
#include "random_below.h"

#include <casebook/render.h>

#include "report/figure/axis.h"
#include "report/figure/placement.h"
#include "report/report.h"

#define N(array) (sizeof(array) / sizeof((array)[0]))

static cbk_arena *arena;

/* The worked example: 132+ 36 97 97+ 91+ 25+ months; recurrence at 67 18 47 91 5 3. */
static const double os_months[] = {132, 36, 97, 97, 91, 25};
static const bool os_died[] = {false, true, true, false, false, false};
static const double dfs_months[] = {67, 18, 47, 91, 5, 3};
static const bool all_six[] = {true, true, true, true, true, true};
static const double marks[] = {36, 60};

static const cbk_km *fit_in(cbk_arena *in, size_t n, const double *time,
                            const bool *is_event, cbk_interval interval)
{
    const cbk_followup followup = {.n = n, .time = time, .is_event = is_event};
    cbk_conventions conventions = cbk_conventions_of(CBK_PROFILE_R);
    conventions.interval = interval;
    const cbk_risk_table *risk = NULL;
    const cbk_km *km = NULL;
    if (cbk_risk_table_build(&followup, true, in, &risk, NULL) != CBK_OK ||
        cbk_km_fit(risk, &conventions, in, &km, NULL) != CBK_OK) {
        return NULL;
    }
    return km;
}

static cbk_curves curves_of(const cbk_curve *curves, size_t n, const char *unit)
{
    return (cbk_curves){.label = "Overall survival",
                        .unit = unit,
                        .n_curves = n,
                        .curves = curves,
                        .conventions = cbk_conventions_of(CBK_PROFILE_R)};
}

static const cbk_drawing *draw(const cbk_curves *curves, const char *title,
                               const double *at, size_t n_at, cbk_arena *in)
{
    const cbk_figure_spec spec = {.title = title, .marks = at, .n_marks = n_at};
    return cbk_figure_km_draw(curves, &spec, NULL, in);
}

static const cbk_drawing *draw_one(size_t n, const double *time, const bool *is_event)
{
    cbk_curve *curve = CBK_NEW(arena, cbk_curve, 1);
    *curve = (cbk_curve){.label = "",
                         .km = fit_in(arena, n, time, is_event, CBK_INTERVAL_LOG)};
    const cbk_curves curves = curves_of(curve, 1, "months");
    return draw(&curves, "Overall survival", marks, N(marks), arena);
}

/* ---- what any figure of curves must be ----------------------------------------------
 */

static bool is_curve(const cbk_shape *shape)
{
    return shape->kind == CBK_SHAPE_POLYLINE && shape->tip != NULL;
}

/* Steps only: to the right or down. */
static const char *curve_fault(const cbk_drawing *drawing)
{
    for (const cbk_shape *shape = drawing->first; shape != NULL; shape = shape->next) {
        for (size_t i = 1; is_curve(shape) && i < shape->n_points; i++) {
            const cbk_point a = shape->points[i - 1];
            const cbk_point b = shape->points[i];
            if (b.x < a.x || b.y < a.y || (b.x > a.x && b.y > a.y)) {
                return "a curve that is not steps";
            }
        }
    }
    return NULL;
}

/* No text over a step of a curve. */
static const char *label_fault(const cbk_drawing *drawing)
{
    for (const cbk_shape *curve = drawing->first; curve != NULL; curve = curve->next) {
        for (size_t i = 1; is_curve(curve) && i < curve->n_points; i++) {
            const cbk_shape step = {.kind = CBK_SHAPE_POLYLINE,
                                    .n_points = 2,
                                    .points = &curve->points[i - 1],
                                    .width_mm = curve->width_mm};
            for (const cbk_shape *text = drawing->first; text != NULL;
                 text = text->next) {
                if (text->kind == CBK_SHAPE_TEXT &&
                    drawn_overlap(drawn_text_box(text), drawn_shape_box(&step))) {
                    return text->text;
                }
            }
        }
    }
    return NULL;
}

/* Numbers of the table's row at that height, from left to right; their places. */
static size_t numbers_at(const cbk_drawing *drawing, double y, double x[16],
                         double value[16])
{
    size_t n = 0;
    for (const cbk_shape *text = drawing->first; text != NULL; text = text->next) {
        if (text->kind == CBK_SHAPE_TEXT && !text->is_vertical && n < 16 &&
            text->anchor == CBK_ANCHOR_MIDDLE && fabs(text->points[0].y - y) < 1e-9) {
            char *end = NULL;
            x[n] = text->points[0].x;
            value[n++] = strtod(text->text, &end);
        }
    }
    return n;
}

/* The nth text that is exactly so. */
static const cbk_shape *nth_text(const cbk_drawing *drawing, const char *name, size_t nth)
{
    for (const cbk_shape *text = drawing->first; text != NULL; text = text->next) {
        if (text->kind == CBK_SHAPE_TEXT && strcmp(text->text, name) == 0 && nth-- == 0) {
            return text;
        }
    }
    return NULL;
}

/* Columns stand at the ticks, and at risk, events and censored add up to n. */
static const char *table_fault(const cbk_drawing *drawing, size_t group, const cbk_km *km)
{
    static const char *const names[] = {"At risk", "Events", "Censored"};
    double tick_x[16];
    double tick[16];
    double sum[16] = {0};
    const cbk_shape *title = nth_text(drawing, "Months", 0);
    title = title != NULL ? title : nth_text(drawing, "Time", 0);
    if (title == NULL) {
        return "no title of the axis";
    }
    const size_t n_ticks = numbers_at(drawing, title->points[0].y - 4.7, tick_x, tick);
    for (size_t row = 0; row < N(names); row++) {
        const cbk_shape *name = nth_text(drawing, names[row], group);
        double x[16];
        double value[16];
        if (name == NULL || numbers_at(drawing, name->points[0].y, x, value) != n_ticks) {
            return "a row of the table without a number for each tick";
        }
        for (size_t i = 0; i < n_ticks; i++) {
            sum[i] += value[i];
            if (x[i] != tick_x[i]) {
                return "a column that is not at its tick";
            }
            const double slack = 1e-12 * tick[i]; /* of reading the tick's label */
            if (row == 0 &&
                (value[i] > cbk_risk_table_n_risk_at(km->risk, tick[i] - slack) ||
                 value[i] < cbk_risk_table_n_risk_at(km->risk, tick[i] + slack))) {
                return "not the number at risk";
            }
        }
    }
    for (size_t i = 0; i < n_ticks; i++) {
        if (sum[i] != (double)km->n) {
            return "counts that do not add up";
        }
    }
    return n_ticks >= 2 ? NULL : "an axis without ticks";
}

static const char *figure_fault(const cbk_drawing *drawing, const cbk_curves *curves)
{
    if (drawing == NULL) {
        return "no drawing";
    }
    const char *fault = drawn_fault(drawing);
    fault = fault != NULL ? fault : curve_fault(drawing);
    fault = fault != NULL ? fault : label_fault(drawing);
    for (size_t i = 0; fault == NULL && i < curves->n_curves; i++) {
        fault = table_fault(drawing, i, curves->curves[i].km);
    }
    return fault;
}

static bool is_sound(const cbk_drawing *drawing, const cbk_curves *curves)
{
    const char *fault = figure_fault(drawing, curves);
    if (fault != NULL) {
        printf("# %s\n", fault);
    }
    return fault == NULL;
}

/* ---- the worked example --------------------------------------------------------------
 */

static void worked_example(void)
{
    const cbk_curve curve = {
        .label = "", .km = fit_in(arena, 6, os_months, os_died, CBK_INTERVAL_LOG)};
    const cbk_curves curves = curves_of(&curve, 1, "months");
    const cbk_drawing *drawing =
        draw(&curves, "Overall survival", marks, N(marks), arena);
    CHECK(is_sound(drawing, &curves));
    CHECK(drawn_markers(drawing, CBK_MARKER_CIRCLE) == 2);
    CHECK(drawn_markers(drawing, CBK_MARKER_TICK) == 4); /* at 25, 91, 97, 132 */
    CHECK(nth_text(drawing, "80%", 1) != NULL);
    CHECK(nth_text(drawing, "95% CI 52–100", 1) != NULL);
    CHECK(nth_text(drawing, "36 months", 0) != NULL);
    CHECK(nth_text(drawing, "144", 0) != NULL && nth_text(drawing, "24", 0) != NULL);
    CHECK(strstr(drawing->description, "6 patients, 2 events.") != NULL);
    CHECK(strstr(drawing->description,
                 "At 60 months: 80% (95% CI 52% to 100%), 4 at risk.") != NULL);
    CHECK(strstr(drawing->description, "Median not reached.") != NULL);
    const cbk_drawing *dfs = draw_one(6, dfs_months, all_six);
    CHECK(strstr(dfs->description, "Median 32.5 months.") != NULL);
}

/* Corner by corner: S falls to 4/5 at 36 and to 8/15 at 97; the last patient leaves at
 * 132. */
static void steps_of_the_worked_example(void)
{
    const cbk_point wanted[] = {{0, 1},    {36, 1},          {36, 0.8},
                                {97, 0.8}, {97, 8.0 / 15.0}, {132, 8.0 / 15.0}};
    const cbk_drawing *drawing = draw_one(6, os_months, os_died);
    const cbk_shape *one = nth_text(drawing, "1.0", 0);
    const cbk_shape *zero = nth_text(drawing, "0", 0);
    const cbk_shape *last_tick = nth_text(drawing, "144", 0);
    const cbk_shape *curve = drawing->first;
    while (curve != NULL && !is_curve(curve)) {
        curve = curve->next;
    }
    CHECK(curve != NULL && one != NULL && zero != NULL && last_tick != NULL);
    CHECK(curve->n_points == N(wanted));
    const cbk_point origin = curve->points[0];
    const double height = zero->points[0].y - one->points[0].y;
    const double width = last_tick->points[0].x - origin.x;
    for (size_t i = 0; i < N(wanted); i++) {
        CHECK_NEAR(1.0 + (curve->points[i].x - origin.x) / width,
                   1.0 + wanted[i].x / 144.0, 1e-12);
        CHECK_NEAR(1.0 - (curve->points[i].y - origin.y) / height, wanted[i].y, 1e-12);
    }
}

static void mark_after_the_last_is_not_drawn(void)
{
    const double time[] = {10, 31}; /* the axis goes to 36 */
    const bool died[] = {true, false};
    const bool both[] = {true, true};
    const cbk_drawing *drawing = draw_one(2, time, died);
    CHECK(drawn_markers(drawing, CBK_MARKER_CIRCLE) == 0);
    CHECK(strstr(drawing->description, "At 36 months: not estimable.") != NULL);
    drawing = draw_one(2, time, both); /* S is 0, but nobody is there any more */
    CHECK(drawn_markers(drawing, CBK_MARKER_CIRCLE) == 0);
    CHECK(strstr(drawing->description, "At 36 months: 0%") != NULL);
}

/* The band goes from the first death, up to 1 and down to the lowest limit, 0.214. */
static void band_of_the_worked_example(void)
{
    const cbk_drawing *drawing = draw_one(6, os_months, os_died);
    const cbk_shape *band = NULL;
    size_t n_bands = 0;
    for (const cbk_shape *shape = drawing->first; shape != NULL; shape = shape->next) {
        if (shape->kind == CBK_SHAPE_POLYGON) {
            band = shape;
            n_bands++;
        }
    }
    CHECK(n_bands == 1);
    const double x_0 = nth_text(drawing, "0", 1)->points[0].x;
    const double x_144 = nth_text(drawing, "144", 0)->points[0].x;
    const double y_1 = nth_text(drawing, "1.0", 0)->points[0].y;
    const double y_0 = nth_text(drawing, "0", 0)->points[0].y;
    const cbk_km *km = fit_in(arena, 6, os_months, os_died, CBK_INTERVAL_LOG);
    const double lowest = cbk_km_row_at(km, km->n_rows - 1).lower;
    const drawn_box box = drawn_shape_box(band);
    CHECK_NEAR((box.left - x_0) / (x_144 - x_0), 36.0 / 144.0, 1e-12);
    CHECK_NEAR((box.right - x_0) / (x_144 - x_0), 132.0 / 144.0, 1e-12);
    CHECK_NEAR((box.bottom - box.top) / (y_0 - y_1), 1.0 - lowest, 1e-12);
}

/* ---- random and degenerate ------------------------------------------------------------
 */

static const cbk_km *random_km(uint32_t n_max, double scale, cbk_interval interval)
{
    const size_t n = random_below(n_max + 1);
    double *time = CBK_NEW(arena, double, n);
    bool *is_event = CBK_NEW(arena, bool, n);
    const uint32_t events = random_below(4);
    for (size_t i = 0; i < n; i++) {
        time[i] = scale * random_below(200);
        is_event[i] = random_below(3) < events;
    }
    return fit_in(arena, n, time, is_event, interval);
}

static void sound_for_any_data(void)
{
    static const char *const names[] = {
        "Negative", "Positive, with a name that is long", "A",
        "II–III",   "Upper segment or not stated",        ""};
    static const double scales[] = {1.0, 0.01, 0.3, 7.0, 1e6, 1e-9, 1e200};
    for (int round = 0; round < 300; round++) {
        const cbk_mark before = cbk_arena_mark(arena);
        cbk_curve group[6];
        const size_t n = 1 + random_below(6);
        const double scale = scales[random_below(N(scales))];
        for (size_t i = 0; i < n; i++) {
            const cbk_km *km = random_km(round % 3 == 0 ? 300 : 20, scale,
                                         (cbk_interval)random_below(6));
            group[i] = (cbk_curve){.label = names[i], .km = km};
        }
        const double at[] = {scale * 50, scale * 100, 0.0, scale * random_below(300)};
        const cbk_curves curves = curves_of(group, n, random_below(2) ? "months" : NULL);
        const cbk_drawing *drawing = draw(&curves, "Any", at, random_below(5), arena);
        CHECK(is_sound(drawing, &curves));
        cbk_arena_release(arena, before);
    }
}

/* ---- the look ----------------------------------------------------------------------
 */

static cbk_figure_look random_look(void)
{
    static const double widths[] = {0, 60, 85, 120, 175, 400};
    static const double heights[] = {0, 0, 60, 100, 250};
    cbk_figure_look look = {.width_mm = widths[random_below(N(widths))],
                            .height_mm = heights[random_below(N(heights))],
                            .has_counts = random_below(3) > 0,
                            .min_at_risk = random_below(3) == 0 ? random_below(12) : 0,
                            .band = (cbk_wish)random_below(3),
                            .has_median = random_below(2) == 0};
    const size_t first = random_below(3);
    look.n_counts = look.has_counts ? random_below(4) : 0;
    for (size_t i = 0; i < look.n_counts; i++) {
        look.counts[i] = (cbk_count_kind)((first + i) % 3);
    }
    return look;
}

static void sound_for_any_look(void)
{
    static const char *const names[] = {
        "Complete resection with negative margins of the specimen in all its parts",
        "Resection, microscopically positive",
        "A",
        "A, too",
        "II–III",
        "Palliative"};
    for (int round = 0; round < 600; round++) {
        const cbk_mark before = cbk_arena_mark(arena);
        cbk_curve group[6];
        const size_t n = 1 + random_below(6);
        const cbk_km *twice = random_km(60, 1.0, CBK_INTERVAL_LOG);
        for (size_t i = 0; i < n; i++) { /* some curves lie on each other */
            const bool is_twice = random_below(3) == 0;
            group[i] = (cbk_curve){
                .label = n > 1 ? names[i] : "",
                .km = is_twice ? twice : random_km(60, 1.0, CBK_INTERVAL_LOG_LOG)};
        }
        const double at[] = {12, 36, 60};
        const cbk_figure_spec spec = {.title = "Any",
                                      .marks = at,
                                      .n_marks = random_below(4),
                                      .look = random_look()};
        const cbk_curves curves = curves_of(group, n, "months since operation");
        const cbk_drawing *drawing = cbk_figure_km_draw(
            &curves, &spec, n > 1 ? "Log-rank test: p = 0.04" : NULL, arena);
        const char *fault = drawing == NULL ? "no drawing" : drawn_fault(drawing);
        fault = fault != NULL ? fault : curve_fault(drawing);
        fault = fault != NULL ? fault : label_fault(drawing);
        if (fault != NULL) {
            printf("# round %d: %s\n", round, fault);
        }
        CHECK(fault == NULL);
        const double width = spec.look.width_mm;
        CHECK(drawing->width_mm == (width > 0.0 ? width : 150.0));
        CHECK(drawing->height_mm >= spec.look.height_mm);
        cbk_arena_release(arena, before);
    }
}

static const cbk_drawing *draw_look(cbk_figure_look look, const char *test)
{
    cbk_curve *curve = CBK_NEW(arena, cbk_curve, 1);
    *curve = (cbk_curve){.label = "",
                         .km = fit_in(arena, 6, dfs_months, all_six, CBK_INTERVAL_LOG)};
    const cbk_curves curves = curves_of(curve, 1, "months");
    const cbk_figure_spec spec = {.title = "Look", .look = look};
    return cbk_figure_km_draw(&curves, &spec, test, arena);
}

static size_t count_polygons(const cbk_drawing *drawing)
{
    size_t n = 0;
    for (const cbk_shape *shape = drawing->first; shape != NULL; shape = shape->next) {
        n += shape->kind == CBK_SHAPE_POLYGON ? 1 : 0;
    }
    return n;
}

/* Deaths at 3 5 18 47 67 91: the median is 32.5; at 18 four are at risk, at 47 three. */
static void looks_as_asked(void)
{
    const cbk_drawing *plain = draw_look((cbk_figure_look){0}, NULL);
    CHECK(plain->width_mm == 150.0 && count_polygons(plain) > 0);
    CHECK(drawn_text(plain, "Median") == NULL && drawn_text(plain, "Log") == NULL);
    const cbk_drawing *asked = draw_look(
        (cbk_figure_look){
            .width_mm = 85.0, .height_mm = 90.0, .band = CBK_WISH_NO, .has_median = true},
        "Log-rank test: p = 0.04");
    CHECK(asked->width_mm == 85.0 && fabs(asked->height_mm - 90.0) < 1e-9);
    CHECK(count_polygons(asked) == 0);
    CHECK(drawn_text(asked, "Median 32.5 months") != NULL);
    CHECK(drawn_text(asked, "Log-rank test: p = 0.04") != NULL);
    const cbk_figure_look rows = {.has_counts = true,
                                  .n_counts = 2,
                                  .counts = {CBK_COUNT_CENSORED, CBK_COUNT_AT_RISK}};
    const cbk_drawing *two = draw_look(rows, NULL);
    CHECK(drawn_text(two, "Events") == NULL);
    CHECK(drawn_text(two, "Censored")->points[0].y <
          drawn_text(two, "At risk")->points[0].y);
}

/* The last row of a curve's data is where its line ends. */
static void ends_where_few_are_at_risk(void)
{
    const struct {
        double least;
        double end; /* -1: there is no curve */
        size_t n_rows;
    } wanted[] = {{0, 91, 7}, {1, 91, 7}, {3, 47, 5}, {4, 18, 4}, {6, 3, 2}, {7, -1, 0}};
    for (size_t i = 0; i < N(wanted); i++) {
        const cbk_drawing *drawing =
            draw_look((cbk_figure_look){.min_at_risk = wanted[i].least}, NULL);
        const cbk_figure_data *data = drawing->data;
        CHECK(data->n_rows == wanted[i].n_rows);
        CHECK(strcmp(data->columns[1].name, "time") == 0);
        if (data->n_rows > 0) {
            CHECK(data->columns[1].number[data->n_rows - 1] == wanted[i].end);
        }
        CHECK((drawn_text(drawing, "Never 7 at risk") != NULL) == (wanted[i].end < 0));
        CHECK((strstr(drawing->description, "The curves end where fewer than") != NULL) ==
              (wanted[i].least > 0));
    }
}

static void sound_for_degenerate_data(void)
{
    const double zero[] = {0, 0, 0, 0, 0, 0};
    const double huge[] = {1e308, 1.7e308, 1, 2, 3, 4};
    const double tiny[] = {5e-324, 0, 1e-310, 0, 0, 0};
    const bool none[] = {false, false, false, false, false, false};
    const struct {
        size_t n;
        const double *time;
        const bool *is_event;
    } data[] = {{0, zero, none},      {1, os_months, none}, {1, os_months, all_six},
                {6, os_months, none}, {6, zero, all_six},   {6, zero, none},
                {6, huge, all_six},   {6, tiny, all_six},   {6, os_months, all_six}};
    for (size_t i = 0; i < N(data); i++) {
        const cbk_curve curve = {.label = "",
                                 .km = fit_in(arena, data[i].n, data[i].time,
                                              data[i].is_event, CBK_INTERVAL_LOG_LOG)};
        cbk_curves curves = curves_of(&curve, 1, "months");
        const double at[] = {36, -1, (double)NAN, 1e308, 36};
        const cbk_drawing *drawing = draw(&curves, "One", at, N(at), arena);
        CHECK(drawing != NULL && drawn_fault(drawing) == NULL);
        CHECK(label_fault(drawing) == NULL && curve_fault(drawing) == NULL);
        CHECK((nth_text(drawing, "No patient with follow-up", 0) != NULL) ==
              (data[i].n == 0));
    }
    const cbk_curves nobody = curves_of(NULL, 0, "months");
    CHECK(is_sound(draw(&nobody, "None", marks, 2, arena), &nobody));
}

static void the_same_twice(void)
{
    const char *svg[2] = {NULL, NULL};
    size_t size[2] = {0, 0};
    for (int i = 0; i < 2; i++) {
        CHECK(cbk_render_svg(draw_one(6, os_months, os_died), arena, &svg[i], &size[i],
                             NULL) == CBK_OK);
    }
    CHECK(size[0] == size[1] && memcmp(svg[0], svg[1], size[0]) == 0);
}

/* ---- axis
 * ------------------------------------------------------------------------------ */

static void ticks_by_hand(void)
{
    const struct {
        double longest;
        const char *unit;
        double step;
        size_t n_intervals;
    } wanted[] = {{132, "months", 24, 6}, {91, "months", 12, 8},
                  {60, "months", 12, 5},  {25, "months since operation", 6, 5},
                  {3, "months", 0.5, 6},  {161, "weeks", 26, 7},
                  {4000, "days", 500, 8}, {0.7, "years", 0.1, 7},
                  {0, "months", 2, 6},    {1, NULL, 0.2, 5}};
    for (size_t i = 0; i < N(wanted); i++) {
        const cbk_axis axis =
            cbk_axis_of_time(0.0, wanted[i].longest, wanted[i].unit, 20.0, 140.0, 9.0);
        CHECK_NEAR(axis.step, wanted[i].step, 1e-15);
        CHECK(axis.n_intervals == wanted[i].n_intervals);
    }
    const cbk_axis tenths = cbk_axis_of_time(0.0, 0.7, "years", 20.0, 140.0, 9.0);
    CHECK(cbk_axis_tick(&tenths, 3) == 0.3 && tenths.last == 0.7);
    const cbk_axis negative = cbk_axis_of_time(-13.0, 60.0, "months", 20.0, 140.0, 9.0);
    CHECK(negative.first == -24.0 && negative.last == 60.0 && negative.n_before == 2);
    CHECK_NEAR(cbk_axis_mm(&negative, 0.0), 20.0 + 120.0 * 24.0 / 84.0, 1e-15);
}

static void ticks_for_any_time(void)
{
    for (int round = 0; round < 2000; round++) {
        static const char *const units[] = {"months", "weeks", "years", NULL};
        const double longest =
            (1.0 + random_below(1000000)) * pow(10.0, (double)random_below(40) - 25.0);
        const cbk_axis axis =
            cbk_axis_of_time(0.0, longest, units[random_below(4)], 20.0, 140.0, 9.0);
        const bool is_short = longest > 0.1 && longest < 1e6; /* its labels are */
        CHECK(axis.n_intervals >= (is_short ? 4 : 2) && axis.n_intervals <= 8);
        CHECK(axis.last >= longest * (1.0 - 1e-8) && axis.last - axis.step < longest);
        CHECK_NEAR(cbk_axis_mm(&axis, axis.last), 140.0, 1e-12);
    }
    const cbk_axis narrow = cbk_axis_of_time(0.0, 132.0, "months", 20.0, 60.0, 18.0);
    CHECK(narrow.n_intervals <= 2 && narrow.last >= 132.0);
}

static void times_in_words(void)
{
    CHECK(strcmp(cbk_axis_value(1.0, "months since operation", NULL, arena), "1 month") ==
          0);
    CHECK(strcmp(cbk_axis_value(36.0, "months", NULL, arena), "36 months") == 0);
    CHECK(strcmp(cbk_axis_value(0.1 + 0.2, NULL, NULL, arena), "0.3") == 0);
    CHECK(strcmp(cbk_axis_value(2e7, "days", NULL, arena), "2e+07 days") == 0);
    CHECK(strcmp(cbk_axis_title("months since operation", arena),
                 "Months since operation") == 0);
    CHECK(strcmp(cbk_axis_title(NULL, arena), "Time") == 0);
}

static void texts_are_cut_between_characters(void)
{
    const char *text = "größte Länge über alles";
    CHECK(cbk_text_fitted(text, 3.0, false, 500.0, arena) == text);
    for (double width = 3.5; width < 45.0; width += 0.5) {
        const char *fitted = cbk_text_fitted(text, 3.0, false, width, arena);
        const size_t length = strlen(fitted);
        CHECK(cbk_text_width_mm(fitted, 3.0, false) <= width);
        CHECK(fitted == text || strcmp(fitted + length - 3, "…") == 0);
        CHECK(fitted == text || memcmp(fitted, text, length - 3) == 0);
        CHECK(fitted == text || ((unsigned char)text[length - 3] & 0xC0U) != 0x80U);
        const char *end = cbk_text_fitted_end(text, 3.0, false, width, arena);
        const size_t kept = strlen(end) - 3;
        CHECK(cbk_text_width_mm(end, 3.0, false) <= width);
        CHECK(end == text || (strncmp(end, "…", 3) == 0 && kept < strlen(text) &&
                              strcmp(end + 3, text + strlen(text) - kept) == 0 &&
                              ((unsigned char)end[3] & 0xC0U) != 0x80U));
    }
    CHECK(cbk_text_fitted_end(text, 3.0, false, 500.0, arena) == text);
}

/* ---- memory
 * ------------------------------------------------------------------------------ */

static void survives_every_failed_allocation(void)
{
    bool is_drawn = false;
    for (int k = 1; k < 200 && !is_drawn; k++) {
        faulty_heap heap;
        cbk_arena *faulty = faulty_arena(&heap, k);
        if (faulty != NULL) {
            const cbk_curve group[] = {
                {.label = "Negative",
                 .km = fit_in(arena, 6, os_months, os_died, CBK_INTERVAL_LOG)},
                {.label = "Positive",
                 .km = fit_in(arena, 6, dfs_months, all_six, CBK_INTERVAL_LOG)}};
            const cbk_curves curves = curves_of(group, 2, "months");
            const cbk_drawing *drawing = draw(&curves, "Two", marks, 2, faulty);
            is_drawn = drawing != NULL;
            CHECK(is_drawn != cbk_arena_has_failed(faulty));
            CHECK(!is_drawn || is_sound(drawing, &curves));
        }
        cbk_arena_destroy(faulty);
        CHECK(heap.n_live == 0);
    }
    CHECK(is_drawn);
}

int main(void)
{
    arena = cbk_arena_create(NULL, (size_t)1 << 28);
    const check_test tests[] = {
        {"the worked example", worked_example},
        {"steps of the worked example", steps_of_the_worked_example},
        {"band of the worked example", band_of_the_worked_example},
        {"a mark after the last patient is not drawn", mark_after_the_last_is_not_drawn},
        {"sound for any data", sound_for_any_data},
        {"sound for any look", sound_for_any_look},
        {"looks as asked", looks_as_asked},
        {"ends where few are at risk", ends_where_few_are_at_risk},
        {"sound for degenerate data", sound_for_degenerate_data},
        {"the same twice", the_same_twice},
        {"ticks by hand", ticks_by_hand},
        {"ticks for any time", ticks_for_any_time},
        {"times in words", times_in_words},
        {"texts are cut between characters", texts_are_cut_between_characters},
        {"survives every failed allocation", survives_every_failed_allocation},
    };
    const int failed = check_main(tests, N(tests));
    cbk_arena_destroy(arena);
    return failed;
}
