/* figure_swimmer.c - the swimmer plot: a line a patient, with what happened on it.
 * Contract: report/report.h. */
#include "report/builder.h"
#include "report/figure/axis.h"
#include "report/figure/placement.h"

#include <assert.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

/* Millimetres on paper. */
#define WIDTH_MM 150.0 /* unless another is asked for */
#define EDGE_MM 3.0
#define END_MM 7.0    /* right of the axis: the arrow of the longest line */
#define ROWS_MM 190.0 /* for all lines together, where there are not too many */
#define ROW_MIN_MM 3.2
#define ROW_MAX_MM 15.0
#define PATIENT_MAX (40.0 / WIDTH_MM) /* of the width */
#define NAME_MM 2.9                   /* text size of patients and legend */
#define EVENT_MM 2.3                  /* text size of events */
#define EVENT_MAX (48.0 / WIDTH_MM)
#define LEGEND_ROW_MM 5.0
#define LEGEND_SIGN_MM 4.5 /* a marker and its distance to the text */
#define LEGEND_GAP_MM 4.0
#define MARKER_MM 2.5

typedef struct swimmer_figure {
    const cbk_swimmer *swimmers;
    size_t n;
    const size_t *order; /* [n] longest first */
    const char *const *lane_labels;
    size_t n_lanes;
    const char *end_label;
    const char *unit;
    const cbk_style *style;
    cbk_arena *arena;
    cbk_drawing *drawing;
    cbk_axis axis;
    double width_mm;
    double top_mm;
    double row_mm;
    double bar_mm;
    double lane_mm; /* from one lane's markers to the next one's */
    double marker_mm;
    cbk_boxes taken;
} swimmer_figure;

/* Events of one lane at one time: drawn as one. */
typedef struct happening {
    double time;
    size_t lane;
    size_t n_labels;
    const char *first_label;
    const char *last_label;
    const char *labels; /* joined by ", ", each once */
} happening;

static const char *or_empty(const char *text)
{
    return text != NULL ? text : "";
}

/* ---- what is drawn, and in which order ------------------------------------------ */

static double length_of(const cbk_swimmer *swimmer)
{
    return isfinite(swimmer->time) ? swimmer->time : 0.0;
}

static const cbk_marker end_markers[CBK_SWIM_ENDS] = {
    [CBK_SWIM_EVENT] = CBK_MARKER_CROSS,
    [CBK_SWIM_COMPETING] = CBK_MARKER_SQUARE,
    [CBK_SWIM_CENSORED] = CBK_MARKER_ARROW};

/* What ended a line. */
static const char *ending_of(const swimmer_figure *figure, const cbk_swimmer *swimmer)
{
    return swimmer->end == CBK_SWIM_EVENT       ? or_empty(figure->end_label)
           : swimmer->end == CBK_SWIM_COMPETING ? or_empty(swimmer->competing)
                                                : "Censored";
}

static size_t n_ended(const swimmer_figure *figure, cbk_swim_end end)
{
    size_t n = 0;
    for (size_t i = 0; i < figure->n; i++) {
        n += figure->swimmers[i].end == end;
    }
    return n;
}

/* The one competing event that ended lines, or what several are called together. */
static const char *competing_label(const swimmer_figure *figure)
{
    const char *label = NULL;
    for (size_t i = 0; i < figure->n; i++) {
        const cbk_swimmer *swimmer = &figure->swimmers[i];
        if (swimmer->end == CBK_SWIM_COMPETING) {
            if (label != NULL && strcmp(label, or_empty(swimmer->competing)) != 0) {
                return "Competing event";
            }
            label = or_empty(swimmer->competing);
        }
    }
    return or_empty(label);
}

/* "127.4 months": of times between dates no more decimals than can be told apart. */
static const char *time_words(const swimmer_figure *figure, double time)
{
    const double steps = fabs(time) >= 100.0 ? 10.0 : 100.0;
    const double rounded = fabs(time) < 1e6 ? round(time * steps) / steps : time;
    return cbk_axis_value(rounded, figure->unit, figure->style, figure->arena);
}

typedef struct swimmer_length {
    double length;
    size_t at;
} swimmer_length;

static int longest_first(const void *lhs, const void *rhs)
{
    const swimmer_length *a = lhs;
    const swimmer_length *b = rhs;
    if (a->length != b->length) {
        return a->length > b->length ? -1 : 1;
    }
    return (a->at > b->at) - (a->at < b->at);
}

static const size_t *order_of(const cbk_swimmer *swimmers, size_t n, cbk_arena *arena)
{
    size_t *order = CBK_NEW(arena, size_t, n);
    swimmer_length *lengths = CBK_NEW(arena, swimmer_length, n);
    if (lengths == NULL) {
        return NULL;
    }
    for (size_t i = 0; i < n; i++) {
        lengths[i] = (swimmer_length){length_of(&swimmers[i]), i};
    }
    qsort(lengths, n, sizeof *lengths, longest_first);
    for (size_t i = 0; i < n; i++) {
        order[i] = lengths[i].at;
    }
    return order;
}

static bool is_drawn(const swimmer_figure *figure, const cbk_swim_event *event)
{
    return isfinite(event->time) && event->lane < figure->n_lanes;
}

static int by_time_and_lane(const void *lhs, const void *rhs)
{
    const happening *a = lhs;
    const happening *b = rhs;
    if (a->time != b->time) {
        return a->time < b->time ? -1 : 1;
    }
    if (a->lane != b->lane) {
        return a->lane < b->lane ? -1 : 1;
    }
    return strcmp(a->first_label, b->first_label);
}

/* Joins the next one to the last, unless it says the same again: labels ascend. */
static void join(happening *into, const happening *next, cbk_arena *arena)
{
    if (strcmp(into->last_label, next->labels) == 0) {
        return;
    }
    into->last_label = next->labels;
    if (*into->labels == '\0') {
        into->first_label = next->labels;
        into->labels = next->labels;
        return;
    }
    into->n_labels++;
    into->labels = or_empty(cbk_text_format(arena, "%s, %s", into->labels, next->labels));
}

/* Events by time, those of one lane at one time as one.  NULL: none. */
static happening *happenings_of(const swimmer_figure *figure, const cbk_swimmer *swimmer,
                                size_t *n)
{
    *n = 0;
    happening *all = CBK_NEW(figure->arena, happening, swimmer->n_events);
    if (all == NULL) {
        return NULL;
    }
    size_t n_drawn = 0;
    for (size_t i = 0; i < swimmer->n_events; i++) {
        const cbk_swim_event *event = &swimmer->events[i];
        if (is_drawn(figure, event)) {
            const char *label = or_empty(event->label);
            all[n_drawn++] = (happening){.time = event->time,
                                         .lane = event->lane,
                                         .n_labels = 1,
                                         .first_label = label,
                                         .last_label = label,
                                         .labels = label};
        }
    }
    if (n_drawn > 0) {
        qsort(all, n_drawn, sizeof *all, by_time_and_lane);
    }
    for (size_t i = 0; i < n_drawn; i++) {
        happening *last = *n > 0 ? &all[*n - 1] : NULL;
        if (last != NULL && last->time == all[i].time && last->lane == all[i].lane) {
            join(last, &all[i], figure->arena);
        } else {
            all[(*n)++] = all[i];
        }
    }
    return all;
}

/* ---- layout --------------------------------------------------------------------- */

static cbk_marker lane_marker(size_t lane)
{
    static const cbk_marker markers[] = {CBK_MARKER_DIAMOND, CBK_MARKER_TRIANGLE,
                                         CBK_MARKER_CIRCLE, CBK_MARKER_SQUARE};
    return markers[lane % (sizeof markers / sizeof *markers)];
}

static cbk_ink lane_ink(size_t lane)
{
    /* Orange, then blue: what came back stands out from what was done about it. */
    static const cbk_ink inks[] = {CBK_INK_SERIES_2, CBK_INK_SERIES_1, CBK_INK_SERIES_4,
                                   CBK_INK_SERIES_6, CBK_INK_SERIES_3, CBK_INK_SERIES_5};
    return inks[lane % (sizeof inks / sizeof *inks)];
}

/* The legend has the lanes, then the ends, of which a competing event may be none. */
static size_t legend_items(const swimmer_figure *figure)
{
    return figure->n_lanes + (n_ended(figure, CBK_SWIM_COMPETING) > 0 ? 3 : 2);
}

/* Of an item behind the lanes. */
static cbk_swim_end legend_end(const swimmer_figure *figure, size_t item)
{
    return item == figure->n_lanes           ? CBK_SWIM_EVENT
           : item + 1 < legend_items(figure) ? CBK_SWIM_COMPETING
                                             : CBK_SWIM_CENSORED;
}

static void draw_legend_item(const swimmer_figure *figure, size_t item, cbk_point at,
                             const char *label)
{
    const bool is_lane = item < figure->n_lanes;
    const cbk_marker marker =
        is_lane ? lane_marker(item) : end_markers[legend_end(figure, item)];
    cbk_drawing_marker(figure->drawing, figure->arena, at, marker, MARKER_MM,
                       is_lane ? lane_ink(item) : CBK_INK_FOREGROUND, NULL);
    cbk_drawing_text(figure->drawing, figure->arena,
                     (cbk_point){at.x + 3.0, at.y + 0.36 * NAME_MM}, CBK_ANCHOR_START,
                     NAME_MM, CBK_INK_FOREGROUND, label);
}

static const char *legend_label(const swimmer_figure *figure, size_t item)
{
    const cbk_swim_end end = legend_end(figure, item);
    const char *label = item < figure->n_lanes      ? figure->lane_labels[item]
                        : end == CBK_SWIM_EVENT     ? figure->end_label
                        : end == CBK_SWIM_COMPETING ? competing_label(figure)
                                                    : "Censored";
    return cbk_text_fitted(or_empty(label), NAME_MM, false,
                           figure->width_mm - 2.0 * EDGE_MM - LEGEND_SIGN_MM,
                           figure->arena);
}

static double legend_width(const char *label)
{
    return LEGEND_SIGN_MM + cbk_text_width_mm(label, NAME_MM, false);
}

/* Above the axis; where it is longer than that, from the edge. */
static double legend_left(const swimmer_figure *figure)
{
    double width = 0.0;
    for (size_t i = 0; i < legend_items(figure); i++) {
        width += legend_width(legend_label(figure, i)) + (i > 0 ? LEGEND_GAP_MM : 0.0);
    }
    return figure->axis.left_mm + width <= figure->width_mm - EDGE_MM
               ? figure->axis.left_mm
               : EDGE_MM;
}

/* From left to right and down; draws where there is a drawing.  Returns its height. */
static double legend_walk(const swimmer_figure *figure)
{
    const double left = legend_left(figure);
    double x = left;
    double y = EDGE_MM + 1.5;
    for (size_t i = 0; i < legend_items(figure); i++) {
        const char *label = legend_label(figure, i);
        const double width = legend_width(label);
        if (x > left && x + width > figure->width_mm - EDGE_MM) {
            x = left;
            y += LEGEND_ROW_MM;
        }
        if (figure->drawing != NULL) {
            draw_legend_item(figure, i, (cbk_point){x + MARKER_MM / 2.0, y}, label);
        }
        x += width + LEGEND_GAP_MM;
    }
    return y + 3.0;
}

static void lay_out(swimmer_figure *figure)
{
    double shortest = 0.0;
    double longest = 0.0;
    double widest = 0.0;
    for (size_t i = 0; i < figure->n; i++) {
        const cbk_swimmer *swimmer = &figure->swimmers[i];
        longest = fmax(longest, length_of(swimmer));
        widest =
            fmax(widest, cbk_text_width_mm(or_empty(swimmer->patient), NAME_MM, false));
        for (size_t j = 0; j < swimmer->n_events; j++) {
            if (is_drawn(figure, &swimmer->events[j])) {
                shortest = fmin(shortest, swimmer->events[j].time);
                longest = fmax(longest, swimmer->events[j].time);
            }
        }
    }
    const double left =
        EDGE_MM + fmin(fmax(widest, 8.0), PATIENT_MAX * figure->width_mm) + 3.0;
    figure->axis = cbk_axis_of_time(shortest, longest, figure->unit, left,
                                    figure->width_mm - END_MM, 0.0);
    figure->row_mm = figure->n > 0
                         ? fmin(fmax(ROWS_MM / (double)figure->n, ROW_MIN_MM), ROW_MAX_MM)
                         : ROW_MAX_MM;
    figure->bar_mm = fmin(fmax(0.2 * figure->row_mm, 1.2), 2.0);
    const double lanes = fmax((double)figure->n_lanes, 1.0);
    figure->lane_mm = fmin(MARKER_MM, 0.45 * figure->row_mm / lanes);
    figure->marker_mm = fmin(MARKER_MM, 0.42 * figure->row_mm);
    figure->top_mm = legend_walk(figure);
}

/* ---- drawing -------------------------------------------------------------------- */

static double bottom_of(const swimmer_figure *figure)
{
    const double rows = figure->n > 0 ? (double)figure->n : 1.0;
    return figure->top_mm + rows * figure->row_mm;
}

static void draw_grid(const swimmer_figure *figure)
{
    for (size_t i = 0; i <= figure->axis.n_intervals; i++) {
        const double x = cbk_axis_mm(&figure->axis, cbk_axis_tick(&figure->axis, i));
        const bool is_zero = i == figure->axis.n_before;
        cbk_drawing_line(figure->drawing, figure->arena, (cbk_point){x, figure->top_mm},
                         (cbk_point){x, bottom_of(figure)},
                         is_zero ? CBK_INK_MUTED : CBK_INK_GRID, is_zero ? 0.25 : 0.15);
    }
}

static double lane_y(const swimmer_figure *figure, double y, size_t lane)
{
    const double middle = ((double)figure->n_lanes - 1.0) / 2.0;
    return y + ((double)lane - middle) * figure->lane_mm;
}

/* The label as a whole, or its beginning and how many more; NULL: nothing else to try. */
static const char *wording(const swimmer_figure *figure, const happening *event,
                           int choice)
{
    if (choice == 0) {
        return cbk_text_width_mm(event->labels, EVENT_MM, false) <=
                       EVENT_MAX * figure->width_mm
                   ? event->labels
                   : wording(figure, event, 1);
    }
    const char *first =
        cbk_text_fitted(event->first_label, EVENT_MM, false,
                        EVENT_MAX * figure->width_mm / 2.0, figure->arena);
    return event->n_labels > 1 ? or_empty(cbk_text_format(figure->arena, "%s +%zu", first,
                                                          event->n_labels - 1))
                               : first;
}

/* Where a label may stand; the anchors in the order in which they are tried. */
typedef struct label_spot {
    cbk_point marker;
    double row_y;
    bool is_above;
    cbk_anchor anchors[3];
} label_spot;

/* Labels of neighbours on one lane open away from each other. */
static label_spot spot_of(const swimmer_figure *figure, const happening *events, size_t n,
                          size_t at, double y)
{
    const size_t lane = events[at].lane;
    label_spot spot = {
        .marker = {cbk_axis_mm(&figure->axis, events[at].time), lane_y(figure, y, lane)},
        .row_y = y,
        .is_above = 2 * lane < figure->n_lanes,
        .anchors = {CBK_ANCHOR_MIDDLE, CBK_ANCHOR_START, CBK_ANCHOR_END}};
    double before = 20.0; /* mm: farther ones do not matter */
    double after = 20.0;
    for (size_t i = 0; i < n; i++) {
        const double x = cbk_axis_mm(&figure->axis, events[i].time);
        if (events[i].lane == lane && i < at) {
            before = fmin(before, spot.marker.x - x);
        } else if (events[i].lane == lane && i > at) {
            after = fmin(after, x - spot.marker.x);
        }
    }
    if (before != after) {
        spot.anchors[0] = before < after ? CBK_ANCHOR_START : CBK_ANCHOR_END;
        spot.anchors[1] = CBK_ANCHOR_MIDDLE;
        spot.anchors[2] = before < after ? CBK_ANCHOR_END : CBK_ANCHOR_START;
    }
    return spot;
}

/* A label begins or ends a little beyond its marker's middle, but not on the line at 0.
 */
static double label_x(const swimmer_figure *figure, const label_spot *spot,
                      cbk_anchor anchor)
{
    const double overhang = 0.6;
    const double zero = cbk_axis_mm(&figure->axis, 0.0);
    if (anchor == CBK_ANCHOR_MIDDLE) {
        return spot->marker.x;
    }
    if (anchor == CBK_ANCHOR_END) {
        return spot->marker.x + overhang;
    }
    return fabs(spot->marker.x - zero) < 2.0 ? zero + 0.7 : spot->marker.x - overhang;
}

/* On the lane's side of the row, near the markers or one line farther; never in the next
 * row. */
static bool place_label(swimmer_figure *figure, const char *text, const label_spot *spot,
                        cbk_ink ink)
{
    const double size = EVENT_MM;
    const double extent = fmax(((double)figure->n_lanes - 1.0) / 2.0 * figure->lane_mm +
                                   figure->marker_mm / 2.0,
                               figure->bar_mm / 2.0);
    const cbk_box row = {.left = figure->axis.left_mm - 1.5,
                         .top = spot->row_y - figure->row_mm / 2.0,
                         .right = figure->width_mm - 1.0,
                         .bottom = spot->row_y + figure->row_mm / 2.0};
    for (size_t i = 0; i < 6; i++) {
        const cbk_anchor anchor = spot->anchors[i % 3];
        const double away = extent + 0.3 + (i < 3 ? 0.0 : size);
        const cbk_point at = {label_x(figure, spot, anchor),
                              spot->is_above ? spot->row_y - away - 0.22 * size
                                             : spot->row_y + away + 0.78 * size};
        cbk_box box = cbk_box_of_text(text, at, anchor, size, false);
        if (cbk_box_is_inside(box, row) && cbk_boxes_is_free(&figure->taken, box)) {
            box.left -= 0.8; /* words of two labels must not read as one */
            box.right += 0.8;
            cbk_boxes_add(&figure->taken, box);
            cbk_drawing_text(figure->drawing, figure->arena, at, anchor, size, ink, text);
            return true;
        }
    }
    return false;
}

static void draw_bar(swimmer_figure *figure, const cbk_swimmer *swimmer, double y)
{
    cbk_arena *arena = figure->arena;
    const cbk_point corners[] = {
        {cbk_axis_mm(&figure->axis, 0.0), y - figure->bar_mm / 2.0},
        {cbk_axis_mm(&figure->axis, length_of(swimmer)), y + figure->bar_mm / 2.0}};
    const char *tip = cbk_text_format(arena, "%s: %s at %s", or_empty(swimmer->patient),
                                      ending_of(figure, swimmer),
                                      time_words(figure, length_of(swimmer)));
    cbk_drawing_add(figure->drawing, arena,
                    (cbk_shape){.kind = CBK_SHAPE_RECTANGLE,
                                .n_points = 2,
                                .points = corners,
                                .stroke = CBK_INK_NONE,
                                .fill = CBK_INK_MUTED,
                                .opacity = 0.35,
                                .tip = tip});
    const cbk_point end = {corners[1].x, y};
    cbk_drawing_marker(figure->drawing, arena, end, end_markers[swimmer->end],
                       fmin(MARKER_MM, 0.6 * figure->row_mm), CBK_INK_FOREGROUND, tip);
    const double size = fmin(NAME_MM, 0.8 * figure->row_mm);
    const char *name = cbk_text_fitted_end(or_empty(swimmer->patient), size, false,
                                           PATIENT_MAX * figure->width_mm, arena);
    cbk_drawing_text(figure->drawing, arena,
                     (cbk_point){figure->axis.left_mm - 3.0, y + 0.36 * size},
                     CBK_ANCHOR_END, size, CBK_INK_FOREGROUND, name);
}

static void draw_event(swimmer_figure *figure, const happening *event, cbk_point at)
{
    const char *lane = or_empty(figure->lane_labels[event->lane]);
    const char *time =
        cbk_axis_value(event->time, figure->unit, figure->style, figure->arena);
    const char *tip =
        *event->labels == '\0'
            ? cbk_text_format(figure->arena, "%s at %s", lane, time)
            : cbk_text_format(figure->arena, "%s at %s: %s", lane, time, event->labels);
    cbk_drawing_marker(figure->drawing, figure->arena, at, lane_marker(event->lane),
                       figure->marker_mm, lane_ink(event->lane), tip);
    cbk_boxes_add(&figure->taken, cbk_box_around(at, at, figure->marker_mm / 2.0));
}

/* Labels keep to their row, so rows do not know of each other. */
static void draw_row(swimmer_figure *figure, const cbk_swimmer *swimmer, double y)
{
    size_t n = 0;
    const happening *events = happenings_of(figure, swimmer, &n);
    figure->taken = (cbk_boxes){.arena = figure->arena};
    draw_bar(figure, swimmer, y);
    const cbk_point start = {cbk_axis_mm(&figure->axis, 0.0), y};
    const cbk_point end = {cbk_axis_mm(&figure->axis, length_of(swimmer)), y};
    cbk_boxes_add(&figure->taken, cbk_box_around(start, end, figure->bar_mm / 2.0));
    cbk_boxes_add(&figure->taken, cbk_box_around(end, (cbk_point){end.x + 1.0, y}, 1.3));
    cbk_boxes_add(&figure->taken,
                  cbk_box_around((cbk_point){start.x, y - figure->row_mm},
                                 (cbk_point){start.x, y + figure->row_mm}, 0.4));
    for (size_t i = 0; i < n; i++) {
        draw_event(figure, &events[i],
                   (cbk_point){cbk_axis_mm(&figure->axis, events[i].time),
                               lane_y(figure, y, events[i].lane)});
    }
    for (size_t lane = 0; lane < figure->n_lanes; lane++) {
        for (size_t i = 0; i < n; i++) {
            if (events[i].lane == lane && *events[i].labels != '\0') {
                const label_spot spot = spot_of(figure, events, n, i, y);
                if (!place_label(figure, wording(figure, &events[i], 0), &spot,
                                 lane_ink(lane))) {
                    (void)place_label(figure, wording(figure, &events[i], 1), &spot,
                                      lane_ink(lane));
                }
            }
        }
    }
}

/* ---- in words ------------------------------------------------------------------- */

static size_t events_of_lane(const swimmer_figure *figure, size_t lane)
{
    size_t n = 0;
    for (size_t i = 0; i < figure->n; i++) {
        for (size_t j = 0; j < figure->swimmers[i].n_events; j++) {
            const cbk_swim_event *event = &figure->swimmers[i].events[j];
            n += is_drawn(figure, event) && event->lane == lane;
        }
    }
    return n;
}

static const char *description_of(const swimmer_figure *figure)
{
    double longest = 0.0;
    for (size_t i = 0; i < figure->n; i++) {
        longest = fmax(longest, length_of(&figure->swimmers[i]));
    }
    cbk_buffer text = {0};
    cbk_buffer_addf(&text, "Swimmer plot, one line a patient, the longest first: %zu %s.",
                    figure->n, figure->n == 1 ? "patient" : "patients");
    if (figure->n > 0) {
        const size_t n_competing = n_ended(figure, CBK_SWIM_COMPETING);
        cbk_buffer_addf(&text, " %s: %zu; ", or_empty(figure->end_label),
                        n_ended(figure, CBK_SWIM_EVENT));
        if (n_competing > 0) {
            cbk_buffer_addf(
                &text, "%s: %zu; ",
                or_empty(cbk_words_lower_first(figure->arena, competing_label(figure))),
                n_competing);
        }
        cbk_buffer_addf(&text, "censored: %zu. The longest line is %s.",
                        n_ended(figure, CBK_SWIM_CENSORED), time_words(figure, longest));
    }
    for (size_t lane = 0; lane < figure->n_lanes; lane++) {
        cbk_buffer_addf(&text, " %s: %zu marked.", or_empty(figure->lane_labels[lane]),
                        events_of_lane(figure, lane));
    }
    return cbk_words_take(&text, figure->arena);
}

/* ---- the data behind it -------------------------------------------------------------
 */

typedef struct swimmer_columns {
    const char **patient;
    const char **row;
    const char **what;
    const char **label;
    double *time;
    size_t n;
} swimmer_columns;

static void add_row(swimmer_columns *to, const char *patient, const char *row,
                    const char *what, const char *label, double time)
{
    to->patient[to->n] = patient;
    to->row[to->n] = row;
    to->what[to->n] = what;
    to->label[to->n] = label;
    to->time[to->n++] = time;
}

static void add_swimmer(const swimmer_figure *figure, const cbk_swimmer *swimmer,
                        swimmer_columns *to)
{
    add_row(to, swimmer->patient, "line", ending_of(figure, swimmer), NULL,
            length_of(swimmer));
    for (size_t i = 0; i < swimmer->n_events; i++) {
        const cbk_swim_event *event = &swimmer->events[i];
        if (is_drawn(figure, event)) {
            add_row(to, swimmer->patient, "event", figure->lane_labels[event->lane],
                    event->label, event->time);
        }
    }
}

/* A row for each line, the longest first, then one for each event on it. */
static const cbk_figure_data *data_of(const swimmer_figure *figure)
{
    cbk_arena *arena = figure->arena;
    size_t n = figure->n;
    for (size_t i = 0; i < figure->n; i++) {
        n += figure->swimmers[i].n_events;
    }
    swimmer_columns to = {.patient = CBK_NEW(arena, const char *, n),
                          .row = CBK_NEW(arena, const char *, n),
                          .what = CBK_NEW(arena, const char *, n),
                          .label = CBK_NEW(arena, const char *, n),
                          .time = CBK_NEW(arena, double, n)};
    cbk_figure_data *data = CBK_NEW(arena, cbk_figure_data, 1);
    cbk_data_column *columns = CBK_NEW(arena, cbk_data_column, 5);
    if (cbk_arena_has_failed(arena)) {
        return NULL;
    }
    for (size_t i = 0; i < figure->n; i++) {
        add_swimmer(figure, &figure->swimmers[figure->order[i]], &to);
    }
    columns[0] = (cbk_data_column){.name = "patient", .text = to.patient};
    columns[1] = (cbk_data_column){.name = "row", .text = to.row};
    columns[2] = (cbk_data_column){.name = "time", .number = to.time};
    columns[3] = (cbk_data_column){.name = "what", .text = to.what};
    columns[4] = (cbk_data_column){.name = "label", .text = to.label};
    *data = (cbk_figure_data){.n_columns = 5, .columns = columns, .n_rows = to.n};
    return data;
}

const cbk_drawing *cbk_figure_swimmer_draw(const cbk_swimmer *swimmers, size_t n,
                                           const char *const *lane_labels, size_t n_lanes,
                                           const char *end_label, const char *unit,
                                           const char *title, const cbk_figure_look *look,
                                           cbk_arena *arena)
{
    assert(arena != NULL);
    swimmer_figure figure = {.width_mm = look->width_mm > 0.0 ? look->width_mm : WIDTH_MM,
                             .swimmers = swimmers,
                             .n = n,
                             .order = order_of(swimmers, n, arena),
                             .lane_labels = lane_labels,
                             .n_lanes = n_lanes,
                             .end_label = end_label,
                             .unit = unit,
                             .style = look->style,
                             .arena = arena};
    lay_out(&figure);
    const double axis_mm = bottom_of(&figure);
    figure.drawing =
        cbk_drawing_create(arena, figure.width_mm, axis_mm + 11.0 + EDGE_MM / 2.0, title,
                           description_of(&figure));
    if (cbk_arena_has_failed(arena)) {
        return NULL;
    }
    figure.drawing->data = data_of(&figure);
    (void)legend_walk(&figure);
    draw_grid(&figure);
    for (size_t i = 0; i < n; i++) {
        const double y = figure.top_mm + ((double)i + 0.5) * figure.row_mm;
        draw_row(&figure, &swimmers[figure.order[i]], y);
    }
    cbk_axis_draw(&figure.axis, figure.drawing, look->style, arena, axis_mm, unit);
    return cbk_arena_has_failed(arena) ? NULL : figure.drawing;
}
