/* axis.c - round ticks and where they stand.  Contract: report/figure/axis.h. */
#include "report/figure/axis.h"

#include "report/builder.h"

#include <assert.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

static const double label_size_mm = 2.9;
static const double title_size_mm = 3.2;

/* Steps that people expect of a unit; of equally good ones the first is taken. */
static const double month_steps[] = {12, 24, 36, 60, 120, 6, 3, 2, 1};
static const double week_steps[] = {13, 26, 52, 104, 260, 8, 4, 2, 1};

enum { INTERVALS_MIN = 4, INTERVALS_MAX = 8, INTERVALS_BEST = 6 };

/* What is being compared while a step is looked for. */
typedef struct step_search {
    double shortest;
    double longest;
    double intervals_max;
    double step;
    double cost; /* of the best so far */
} step_search;

/* How many steps reach `extent`; the slack keeps 0.3 / 0.1 at 3. */
static double steps_to(double extent, double step)
{
    return extent > 0.0 ? ceil(extent / step - 1e-9) : 0.0;
}

static double intervals_of(const step_search *search, double step)
{
    return fmax(1.0, steps_to(search->longest, step) + steps_to(-search->shortest, step));
}

static void try_step(step_search *search, double step)
{
    if (!(step > 0.0) || !isfinite(step)) {
        return;
    }
    const double intervals = intervals_of(search, step);
    double cost = fabs(intervals - INTERVALS_BEST);
    if (intervals > search->intervals_max) {
        cost += 1e6 * intervals;
    } else if (intervals < fmin(INTERVALS_MIN, search->intervals_max)) {
        cost += 1e3;
    }
    if (cost < search->cost) {
        search->cost = cost;
        search->step = step;
    }
}

static bool unit_is(const char *unit, const char *name)
{
    return unit != NULL && strncmp(unit, name, strlen(name)) == 0;
}

static double step_of(step_search *search, const char *unit)
{
    const double *steps = NULL;
    size_t n_steps = 0;
    if (unit_is(unit, "month")) {
        steps = month_steps;
        n_steps = sizeof month_steps / sizeof *month_steps;
    } else if (unit_is(unit, "week")) {
        steps = week_steps;
        n_steps = sizeof week_steps / sizeof *week_steps;
    }
    for (size_t i = 0; i < n_steps; i++) {
        try_step(search, steps[i]);
    }
    if (search->cost < 1e3) {
        return search->step;
    }
    const double extent = fmax(search->longest, -search->shortest);
    const double decade = floor(log10(extent));
    for (double power = decade - 2.0; power <= decade + 1.0; power += 1.0) {
        /* Below 1 a step is 1 over a whole number, which is the nearest double to it. */
        const double ten = power < 0.0 ? 1.0 / pow(10.0, -power) : pow(10.0, power);
        try_step(search, ten);
        try_step(search, power < 0.0 ? 1.0 / (pow(10.0, -power) / 2.0) : 2.0 * ten);
        try_step(search, power < 0.0 ? 1.0 / (pow(10.0, -power) / 5.0) : 5.0 * ten);
    }
    return search->step;
}

static double nothing_to_show(const char *unit)
{
    return unit_is(unit, "month") ? 12.0 : 1.0;
}

/* The widest label that an axis to `extent` can have. */
static double label_width(double extent)
{
    char text[CBK_NUMBER_SIZE] = "-1.25e+300";
    if (extent >= 1.0 && extent < 1e7) {
        (void)snprintf(text, sizeof text, "%.0f0", extent);
    } else if (extent >= 1e-3 && extent < 1.0) {
        (void)snprintf(text, sizeof text, "0.0005");
    }
    return cbk_text_width_mm(text, label_size_mm, false);
}

cbk_axis cbk_axis_of_time(double shortest, double longest, const char *unit,
                          double left_mm, double right_mm, double column_mm)
{
    assert(isfinite(shortest) && isfinite(longest));
    /* Sums of times must stay finite, and quotients must stay normal numbers. */
    const double largest = 1e300;
    const double smallest = 1e-290;
    shortest = fmin(fmax(shortest, -largest), 0.0);
    longest = fmax(fmin(longest, largest), 0.0);
    if (longest < smallest && shortest > -smallest) {
        longest = nothing_to_show(unit);
    }
    const double widest = fmax(column_mm, label_width(fmax(longest, -shortest)));
    const double room = floor((right_mm - left_mm) / (widest + 2.0));
    step_search search = {.shortest = shortest,
                          .longest = longest,
                          .intervals_max = fmax(1.0, fmin(room, INTERVALS_MAX)),
                          .cost = HUGE_VAL};
    const double step = step_of(&search, unit);
    cbk_axis axis = {.step = step,
                     .n_before = (size_t)steps_to(-shortest, step),
                     .n_intervals = (size_t)intervals_of(&search, step),
                     .left_mm = left_mm,
                     .right_mm = right_mm};
    axis.first = cbk_axis_tick(&axis, 0);
    axis.last = cbk_axis_tick(&axis, axis.n_intervals);
    return axis;
}

double cbk_axis_tick(const cbk_axis *axis, size_t tick)
{
    const double number = (double)tick - (double)axis->n_before;
    /* 3 / 10 is 0.3, 3 * 0.1 is not; the risk table asks for exactly these times. */
    return axis->step < 1.0 ? number / round(1.0 / axis->step) : number * axis->step;
}

double cbk_axis_mm(const cbk_axis *axis, double value)
{
    const double inside = fmin(fmax(value, axis->first), axis->last);
    const double share =
        inside / (axis->last - axis->first) - axis->first / (axis->last - axis->first);
    return axis->left_mm + share * (axis->right_mm - axis->left_mm);
}

/* Texts are never NULL: a failed arena shows at the end of what it builds. */
static const char *or_empty(const char *text)
{
    return text != NULL ? text : "";
}

void cbk_axis_draw(const cbk_axis *axis, cbk_drawing *drawing, const cbk_style *style,
                   cbk_arena *arena, double y_mm, const char *unit)
{
    const double tick_mm = 1.5;
    const double line_mm = 0.25;
    cbk_drawing_line(drawing, arena, (cbk_point){axis->left_mm, y_mm},
                     (cbk_point){axis->right_mm, y_mm}, CBK_INK_FOREGROUND, line_mm);
    for (size_t i = 0; i <= axis->n_intervals; i++) {
        const double value = cbk_axis_tick(axis, i);
        const double x = cbk_axis_mm(axis, value);
        cbk_drawing_line(drawing, arena, (cbk_point){x, y_mm},
                         (cbk_point){x, y_mm + tick_mm}, CBK_INK_FOREGROUND, line_mm);
        cbk_drawing_text(drawing, arena, (cbk_point){x, y_mm + 4.6}, CBK_ANCHOR_MIDDLE,
                         label_size_mm, CBK_INK_FOREGROUND,
                         or_empty(cbk_print_short(arena, style, value)));
    }
    cbk_drawing_text(drawing, arena,
                     (cbk_point){(axis->left_mm + axis->right_mm) / 2.0, y_mm + 9.3},
                     CBK_ANCHOR_MIDDLE, title_size_mm, CBK_INK_FOREGROUND,
                     cbk_axis_title(unit, arena));
}

const char *cbk_axis_title(const char *unit, cbk_arena *arena)
{
    const bool has_unit = unit != NULL && *unit != '\0';
    return or_empty(cbk_words_upper_first(arena, has_unit ? unit : "Time"));
}

const char *cbk_axis_value(double value, const char *unit, const cbk_style *style,
                           cbk_arena *arena)
{
    const char *number = or_empty(cbk_print_short(arena, style, value));
    const size_t length = unit != NULL ? strcspn(unit, " ") : 0;
    if (length == 0) {
        return number;
    }
    const bool is_one = value == 1.0 && length > 1 && unit[length - 1] == 's';
    return or_empty(cbk_text_format(arena, "%s %.*s", number,
                                    (int)(is_one ? length - 1 : length), unit));
}
