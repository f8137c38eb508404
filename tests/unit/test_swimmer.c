/* test_swimmer.c - the swimmer plot: order, ends, events that share a time, labels that
 * stay apart; random and degenerate data; every allocation made to fail. */
#include "check.h"
#include "drawn.h"
#include "faulty_heap.h"
#include "random_below.h"

#include "report/report.h"

#define N(array) (sizeof(array) / sizeof((array)[0]))

static cbk_arena *arena;

static const char *const lanes[] = {"Recurrence", "Treatment", "Visit", "Scan", "Other"};

static const cbk_swim_event first_events[] = {
    {67, 0, "Lung"},        {79, 0, "Thigh muscle"}, {0, 1, "Surgery"},
    {79, 1, "Surgery"},     {79, 1, "Chemotherapy"}, {79, 1, "Surgery"},
    {(double)NAN, 1, "NaN"}};
static const cbk_swimmer three[] = {
    {"Patient 1", 25, CBK_SWIM_CENSORED, NULL, 0, NULL},
    {"Patient 2", 132, CBK_SWIM_CENSORED, NULL, 7, first_events},
    {"Patient 3", 36, CBK_SWIM_EVENT, NULL, 0, NULL}};

static const cbk_drawing *draw(const cbk_swimmer *swimmers, size_t n, size_t n_lanes,
                               cbk_arena *in)
{
    return cbk_figure_swimmer_draw(swimmers, n, lanes, n_lanes, "Dead", "months",
                                   "Every patient", &(cbk_figure_look){0}, in);
}

static bool is_sound(const cbk_drawing *drawing)
{
    const char *fault = drawing != NULL ? drawn_fault(drawing) : "no drawing";
    if (fault != NULL) {
        printf("# %s\n", fault);
    }
    return fault == NULL;
}

/* Bars in the order in which they are drawn. */
static size_t bars_of(const cbk_drawing *drawing, const cbk_shape *bars[], size_t room)
{
    size_t n = 0;
    for (const cbk_shape *shape = drawing->first; shape != NULL; shape = shape->next) {
        if (shape->kind == CBK_SHAPE_RECTANGLE && n < room) {
            bars[n++] = shape;
        }
    }
    return n;
}

static double bar_length(const cbk_shape *bar)
{
    return bar->points[1].x - bar->points[0].x;
}

static void longest_first(void)
{
    const cbk_drawing *drawing = draw(three, 3, 2, arena);
    const cbk_shape *bars[4];
    CHECK(is_sound(drawing));
    CHECK(bars_of(drawing, bars, N(bars)) == 3);
    CHECK_NEAR(bar_length(bars[1]) / bar_length(bars[0]), 36.0 / 132.0, 1e-12);
    CHECK_NEAR(bar_length(bars[2]) / bar_length(bars[0]), 25.0 / 132.0, 1e-12);
    CHECK(bars[0]->points[0].y < bars[1]->points[0].y);
    CHECK(drawn_text(drawing, "Patient 2")->points[0].y <
          drawn_text(drawing, "Patient 1")->points[0].y);
    /* one in the legend and one a line */
    CHECK(drawn_markers(drawing, CBK_MARKER_CROSS) == 2);
    CHECK(drawn_markers(drawing, CBK_MARKER_ARROW) == 3);
}

/* A competing event is no censoring: no arrow says that the patient goes on. */
static void competing_ends(void)
{
    cbk_swimmer ends[] = {{"Patient 1", 20, CBK_SWIM_COMPETING, "Heart attack", 0, NULL},
                          {"Patient 2", 12, CBK_SWIM_COMPETING, "Heart attack", 0, NULL},
                          {"Patient 3", 127.4410, CBK_SWIM_CENSORED, NULL, 0, NULL}};
    const cbk_drawing *drawing = draw(ends, N(ends), 1, arena);
    CHECK(is_sound(drawing));
    CHECK(drawn_markers(drawing, CBK_MARKER_ARROW) == 1 + 1);
    CHECK(drawn_markers(drawing, CBK_MARKER_SQUARE) == 1 + 2);
    CHECK(drawn_text(drawing, "Heart attack") != NULL);
    CHECK(strstr(drawing->description, "Dead: 0; heart attack: 2; censored: 1. The "
                                       "longest line is 127.4 months.") != NULL);
    ends[1].competing = "Accident";
    drawing = draw(ends, N(ends), 1, arena);
    CHECK(drawn_text(drawing, "Competing event") != NULL);
    CHECK(strstr(drawing->description, "competing event: 2;") != NULL);
}

/* Equal times of one lane are one marker, and what happened twice is said once. */
static void events_at_one_time(void)
{
    const cbk_drawing *drawing = draw(three, 3, 2, arena);
    CHECK(drawn_markers(drawing, CBK_MARKER_DIAMOND) == 1 + 2);
    CHECK(drawn_markers(drawing, CBK_MARKER_TRIANGLE) == 1 + 2);
    CHECK(drawn_text(drawing, "Chemotherapy, Surgery") != NULL);
    CHECK(drawn_text(drawing, "Thigh muscle") != NULL);
    CHECK(drawn_text(drawing, "NaN") == NULL);
    CHECK(strstr(drawing->description, "Treatment: 4 marked.") != NULL);
    CHECK(strstr(drawing->description, "Dead: 1; censored: 2.") != NULL);
}

static void events_outside_the_line(void)
{
    const cbk_swim_event events[] = {{-7, 0, "Before"}, {50, 0, "After"}};
    const cbk_swimmer one = {"Patient 1", 20, CBK_SWIM_EVENT, NULL, 2, events};
    const cbk_drawing *drawing = draw(&one, 1, 1, arena);
    const cbk_shape *bar = NULL;
    CHECK(is_sound(drawing));
    CHECK(bars_of(drawing, &bar, 1) == 1);
    double left = HUGE_VAL;
    double right = 0.0;
    for (const cbk_shape *shape = drawing->first; shape != NULL; shape = shape->next) {
        if (shape->marker == CBK_MARKER_DIAMOND && shape->tip != NULL) {
            left = fmin(left, shape->points[0].x);
            right = fmax(right, shape->points[0].x);
        }
    }
    CHECK(left < bar->points[0].x && right > bar->points[1].x);
    CHECK(drawn_text(drawing, "-") != NULL); /* the axis begins below 0 */
}

static void degenerate(void)
{
    const cbk_swimmer odd[] = {
        {NULL, (double)NAN, CBK_SWIM_EVENT, NULL, 0, NULL},
        {"", 0, CBK_SWIM_CENSORED, NULL, 0, NULL},
        {"A patient whose name is much longer than the page is wide", 0, CBK_SWIM_EVENT,
         NULL, 0, NULL}};
    CHECK(is_sound(draw(NULL, 0, 0, arena)));
    CHECK(is_sound(draw(NULL, 0, 5, arena)));
    CHECK(is_sound(draw(odd, N(odd), 1, arena)));
    CHECK(is_sound(cbk_figure_swimmer_draw(odd, 1, NULL, 0, NULL, NULL, NULL,
                                           &(cbk_figure_look){0}, arena)));
    const cbk_swimmer huge = {"Patient 1", 1.7e308, CBK_SWIM_EVENT,
                              NULL,        7,       first_events};
    CHECK(is_sound(draw(&huge, 1, 2, arena)));
}

static void sound_for_any_data(void)
{
    static const char *const labels[] = {
        "Lung",         "Liver", NULL,
        "Lumbar spine", "",      "A label that is very much longer than any other"};
    for (int round = 0; round < 120; round++) {
        const cbk_mark before = cbk_arena_mark(arena);
        const size_t n = 1 + random_below(round % 2 == 0 ? 8 : 80);
        const size_t n_lanes = random_below(6);
        cbk_swimmer *swimmers = CBK_NEW(arena, cbk_swimmer, n);
        for (size_t i = 0; i < n; i++) {
            const size_t n_events = random_below(9);
            cbk_swim_event *events = CBK_NEW(arena, cbk_swim_event, n_events);
            for (size_t k = 0; k < n_events; k++) {
                events[k] = (cbk_swim_event){random_below(150), random_below(6),
                                             labels[random_below(N(labels))]};
            }
            swimmers[i] = (cbk_swimmer){
                "Patient 17", random_below(140), (cbk_swim_end)random_below(3),
                NULL,         n_events,          events};
        }
        const cbk_drawing *drawing = draw(swimmers, n, n_lanes, arena);
        CHECK(is_sound(drawing));
        const cbk_shape *bars[100];
        CHECK(bars_of(drawing, bars, N(bars)) == n);
        for (size_t i = 1; i < n; i++) {
            CHECK(bar_length(bars[i]) <= bar_length(bars[i - 1]));
        }
        cbk_arena_release(arena, before);
    }
}

static void survives_every_failed_allocation(void)
{
    bool is_drawn = false;
    for (int k = 1; k < 200 && !is_drawn; k++) {
        faulty_heap heap;
        cbk_arena *faulty = faulty_arena(&heap, k);
        if (faulty != NULL) {
            const cbk_drawing *drawing = draw(three, 3, 2, faulty);
            is_drawn = drawing != NULL;
            CHECK(is_drawn != cbk_arena_has_failed(faulty));
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
        {"longest first", longest_first},
        {"a competing event ends a line as what it is", competing_ends},
        {"events at one time", events_at_one_time},
        {"events outside the line", events_outside_the_line},
        {"degenerate", degenerate},
        {"sound for any data", sound_for_any_data},
        {"survives every failed allocation", survives_every_failed_allocation},
    };
    const int failed = check_main(tests, N(tests));
    cbk_arena_destroy(arena);
    return failed;
}
