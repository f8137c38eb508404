/* test_cuminc_study.c - competing events of a study: incidences and Gray's test in SQL,
 * the figure by what it shows, the rows of the report. */
#include "check.h"
#include "drawn.h"
#include "faulty_heap.h"
#include "random_below.h"
#include "study_folder.h"

#include "report/report.h"

#define N(array) (sizeof(array) / sizeof((array)[0]))

static const char protocol[] =
    "casebook: 1\n"
    "study: {id: t, title: Test}\n"
    "forms:\n"
    "  patient:\n"
    "    key: patient\n"
    "    fields:\n"
    "      arm:    {label: Arm, type: choice, choices: {a: First, b: Second}}\n"
    "      months: {type: number, unit: months}\n"
    "      ended:  {type: text}\n"
    "endpoints:\n"
    "  relapse: {label: Relapse, time: months, event: \"ended = 'relapse'\",\n"
    "    competing: {death: \"ended = 'death'\"}}\n"
    "  os: {label: Overall survival, time: months, event: \"ended = 'death'\"}\n"
    "figures:\n"
    "  - {id: all, kind: cuminc, endpoint: relapse, marks: [4, 9]}\n"
    "  - {id: arms, title: By arm, kind: cuminc, endpoint: relapse, by: arm, marks: "
    "[4]}\n"
    "  - {id: four, kind: cuminc, endpoint: relapse, by: arm, causes: [death, relapse]}\n"
    "  - {id: none, kind: cuminc, endpoint: relapse, among: \"months > 100\"}\n";

/* Six subjects, one a month, as in test_cuminc.c; and one of whom nothing is known. */
static const char patients[] = "patient,arm,months,ended\n"
                               "1,a,1,relapse\n2,b,2,death\n3,b,3,none\n4,a,4,relapse\n"
                               "5,b,5,death\n6,a,6,none\n7,a,,none\n";

static study_folder folder;
static cbk_arena *arena;
static cbk_study *study;

typedef struct question {
    const char *expression;
    double answer; /* NaN: absent */
    cbk_notes notes;
} question;

static void answers_questions(void)
{
    static const question questions[] = {
        {"cuminc(relapse, 4)", 7.0 / 18, CBK_NOTE_ROWS_LEFT_OUT},
        {"cuminc(relapse, 4, 'death')", 1.0 / 6, CBK_NOTE_ROWS_LEFT_OUT},
        {"cuminc(relapse, 5, 'death')", 7.0 / 18, CBK_NOTE_ROWS_LEFT_OUT},
        {"1 - km_survival(relapse, 4)", 4.0 / 9, CBK_NOTE_ROWS_LEFT_OUT},
        {"cuminc_lower(relapse, 0)", (double)NAN,
         CBK_NOTE_ROWS_LEFT_OUT | CBK_NOTE_INTERVAL_UNDEFINED},
        {"cuminc(relapse, 7)", 7.0 / 18,
         CBK_NOTE_ROWS_LEFT_OUT | CBK_NOTE_BEYOND_FOLLOW_UP},
        {"cuminc(os, 2)", 1.0 / 5, CBK_NOTE_ROWS_LEFT_OUT},
        {"gray_p(relapse, arm)", 0.18070867887637690, CBK_NOTE_ROWS_LEFT_OUT},
        {"gray_p(relapse, 1)", (double)NAN, CBK_NOTE_ROWS_LEFT_OUT | CBK_NOTE_NO_GROUPS},
    };
    const cbk_conventions conventions = cbk_conventions_of(CBK_PROFILE_R);
    for (size_t i = 0; i < N(questions); i++) {
        cbk_quantity quantity;
        cbk_error err = {0};
        const cbk_status status =
            cbk_study_evaluate(study, questions[i].expression, NULL, NULL, &conventions,
                               arena, &quantity, &err);
        if (status != CBK_OK || quantity.notes != questions[i].notes) {
            printf("# %s: %s, notes %x\n", questions[i].expression, err.message,
                   (unsigned)quantity.notes);
        }
        CHECK(status == CBK_OK);
        CHECK((quantity.value.kind == CBK_VALUE_ABSENT) == isnan(questions[i].answer));
        CHECK(isnan(questions[i].answer) ||
              check_is_near(quantity.value.number, questions[i].answer, 1e-12));
        CHECK(quantity.notes == questions[i].notes);
    }
}

/* The limits are log-log whatever the conventions of survival are. */
static void limits_are_their_own(void)
{
    const cbk_profile profiles[] = {CBK_PROFILE_R, CBK_PROFILE_SPSS};
    for (size_t i = 0; i < N(profiles); i++) {
        const cbk_conventions conventions = cbk_conventions_of(profiles[i]);
        cbk_quantity lower;
        cbk_quantity upper;
        cbk_error err;
        CHECK(cbk_study_evaluate(study, "cuminc_lower(relapse, 4)", NULL, NULL,
                                 &conventions, arena, &lower, &err) == CBK_OK);
        CHECK(cbk_study_evaluate(study, "cuminc_upper(relapse, 4)", NULL, NULL,
                                 &conventions, arena, &upper, &err) == CBK_OK);
        CHECK(fabs(lower.value.number - 0.112) < 0.0005);
        CHECK(fabs(upper.value.number - 0.871) < 0.0005);
    }
}

static void refuses_wrong_questions(void)
{
    static const struct {
        const char *expression, *says;
    } wrong[] = {
        {"cuminc(relapse, 4, 'deth')", "did you mean \"death\"?"},
        {"cuminc(relapse, -1)", "one time from 0"},
        {"cuminc(relapse, months)", "one time from 0"},
        {"cuminc(ended, 4)", "needs an endpoint"},
        {"gray_p(months, arm)", "needs an endpoint"},
        {"gray_p(relapse, arm, ended)", "one competing event"},
    };
    const cbk_conventions conventions = cbk_conventions_of(CBK_PROFILE_R);
    for (size_t i = 0; i < N(wrong); i++) {
        cbk_quantity quantity;
        cbk_error err = {0};
        CHECK(cbk_study_evaluate(study, wrong[i].expression, NULL, "months > 0",
                                 &conventions, arena, &quantity, &err) == CBK_EINVAL);
        if (strstr(err.message, wrong[i].says) == NULL) {
            printf("# %s: %s\n", wrong[i].expression, err.message);
        }
        CHECK(strstr(err.message, wrong[i].says) != NULL);
    }
}

/* ---- the figure -------------------------------------------------------------------- */

static const cbk_drawing *drawing_of(const char *id)
{
    const cbk_conventions conventions = cbk_conventions_of(CBK_PROFILE_R);
    const cbk_document *alone = NULL;
    cbk_error err = {0};
    if (cbk_report_one_figure(study, id, &conventions, arena, &alone, &err) != CBK_OK) {
        printf("# %s: %s\n", id, err.message);
        return NULL;
    }
    const cbk_drawing *drawing = alone->last->figure->drawing;
    if (drawn_fault(drawing) != NULL) {
        printf("# %s: %s\n", id, drawn_fault(drawing));
        return NULL;
    }
    return drawing;
}

static size_t n_of_kind(const cbk_drawing *drawing, cbk_shape_kind kind, double width_mm)
{
    size_t n = 0;
    for (const cbk_shape *shape = drawing->first; shape != NULL; shape = shape->next) {
        n += shape->kind == kind && fabs(shape->width_mm - width_mm) < 1e-9;
    }
    return n;
}

/* Where the first curve, a line half a millimetre wide, starts and ends. */
static void curves_rise_from_zero(void)
{
    const cbk_drawing *drawing = drawing_of("all");
    CHECK(drawing != NULL);
    CHECK(n_of_kind(drawing, CBK_SHAPE_POLYLINE, 0.5) == 2);
    for (const cbk_shape *shape = drawing->first; shape != NULL; shape = shape->next) {
        if (shape->kind == CBK_SHAPE_POLYLINE && shape->width_mm == 0.5) {
            for (size_t i = 1; i < shape->n_points; i++) {
                CHECK(shape->points[i].y <= shape->points[i - 1].y);
                CHECK(shape->points[i].x >= shape->points[i - 1].x);
            }
            CHECK(shape->points[shape->n_points - 1].y < shape->points[0].y);
        }
    }
    CHECK(drawn_text(drawing, "Relapse") != NULL && drawn_text(drawing, "Death") != NULL);
    CHECK(drawn_text(drawing, "39%") != NULL && drawn_text(drawing, "17%") != NULL);
    CHECK(strstr(drawing->description, "At 4 months: 39% (95% CI 11% to 87%)") != NULL);
    CHECK(strstr(drawing->description, "At 9 months: not estimable") != NULL);
}

static void figures_of_groups(void)
{
    const cbk_drawing *arms = drawing_of("arms");
    const cbk_drawing *four = drawing_of("four");
    const cbk_drawing *none = drawing_of("none");
    CHECK(arms != NULL && four != NULL && none != NULL);
    CHECK(drawn_text(arms, "Cumulative incidence: relapse") != NULL);
    CHECK(drawn_text(arms, "Competing") != NULL && drawn_text(arms, "67%") != NULL);
    /* A curve each, and in the table under them a sample of each line. */
    CHECK(n_of_kind(arms, CBK_SHAPE_POLYLINE, 0.5) == 4);
    CHECK(n_of_kind(four, CBK_SHAPE_POLYLINE, 0.5) >= 4);
    CHECK(drawn_text(four, "Death, First") != NULL);
    CHECK(drawn_text(none, "No patient with follow-up") != NULL);
}

/* Any curves at all: nothing outside, no text over another. */
static void any_figure_is_sound(void)
{
    for (int round = 0; round < 150; round++) {
        double time[40];
        bool is_event[40];
        uint8_t cause[40];
        uint32_t group[40];
        const size_t n = 1 + random_below(40);
        for (size_t i = 0; i < n; i++) {
            time[i] = random_below(60);
            cause[i] = (uint8_t)random_below(3);
            is_event[i] = cause[i] > 0;
            group[i] = i == 0 ? 0 : random_below(2);
        }
        static const char *const names[] = {"x", "y"};
        static const char *const labels[] = {"Relapse at any site", "Death"};
        static const size_t causes[] = {1, 0};
        static const char *const groups_of[] = {"First", "Second"};
        size_t n_of_cause[3] = {0};
        const cbk_groups by = {
            .n_by = 1, .n_groups = 2, .level = groups_of, .of_row = group};
        const cbk_groups all = {.n_groups = 1, .of_row = group};
        const cbk_followup_request request = {.wants_causes = true};
        const cbk_followup_data data = {
            .request = &request,
            .label = "Relapse",
            .unit = "months",
            .rows = {.n = n, .time = time, .is_event = is_event},
            .by = &by,
            .by_label = groups_of,
            .strata = &all,
            .n_causes = 2,
            .cause_name = names,
            .cause_label = labels,
            .cause = cause,
            .n_of_cause = n_of_cause};
        const cbk_cuminc_request asked = {.interval = CBK_INTERVAL_LOG_LOG,
                                          .level = 0.95};
        const double marks[] = {12, 24, 90, (double)NAN};
        const cbk_mark before = cbk_arena_mark(arena);
        const cbk_incidences *fit = NULL;
        CHECK(cbk_incidences_fit(&data, &asked, arena, &fit, NULL) == CBK_OK);
        const cbk_figure_spec spec = {
            .title = "Any", .marks = marks, .n_marks = random_below(5)};
        const cbk_drawing *drawing = cbk_figure_cuminc_draw(
            fit, causes, 1 + random_below(2), &spec, "Gray's test: p = 0.04", arena);
        CHECK(drawing != NULL);
        const char *fault = drawn_fault(drawing);
        if (fault != NULL) {
            printf("# round %d: %s\n", round, fault);
        }
        CHECK(fault == NULL);
        cbk_arena_release(arena, before);
    }
}

static void figure_without_memory(void)
{
    const cbk_cuminc_request asked = {.interval = CBK_INTERVAL_LOG_LOG, .level = 0.95};
    const cbk_incidences *fit = NULL;
    CHECK(cbk_incidences_of_study(study, "relapse", "arm", NULL, &asked, arena, &fit,
                                  NULL) == CBK_OK);
    static const size_t causes[] = {0, 1};
    static const double marks[] = {4};
    bool is_done = false;
    for (int n = 1; !is_done; n++) {
        faulty_heap heap;
        cbk_arena *faulty = faulty_arena(&heap, n);
        CHECK(faulty != NULL && n < 200);
        const cbk_figure_spec spec = {.title = "Two", .marks = marks, .n_marks = 1};
        is_done = cbk_figure_cuminc_draw(fit, causes, 2, &spec, NULL, faulty) != NULL;
        cbk_arena_destroy(faulty);
        CHECK(heap.n_live == 0);
    }
}

int main(void)
{
    static const check_test tests[] = {
        {"incidences and Gray's test in SQL", answers_questions},
        {"limits do not follow the conventions of survival", limits_are_their_own},
        {"wrong questions", refuses_wrong_questions},
        {"curves rise from 0, one for each kind of event", curves_rise_from_zero},
        {"figures of groups, and of nobody", figures_of_groups},
        {"any figure is sound", any_figure_is_sound},
        {"a figure without memory", figure_without_memory},
    };
    arena = cbk_arena_create(NULL, SIZE_MAX);
    cbk_problems problems = {.arena = arena};
    cbk_error err = {0};
    if (arena == NULL || !study_folder_make(&folder) ||
        !study_folder_write(&folder, "protocol.yaml", protocol) ||
        !study_folder_write(&folder, "patient.csv", patients) ||
        cbk_study_open(folder.path, arena, &problems, &study, &err) != CBK_OK) {
        printf("Bail out! %s\n",
               problems.n_found > 0 ? problems.kept[0].message : err.message);
        return 1;
    }
    const int failed = check_main(tests, N(tests));
    cbk_study_close(study);
    study_folder_remove(&folder);
    cbk_arena_destroy(arena);
    return failed;
}
