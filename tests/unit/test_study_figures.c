/* test_study_figures.c - the figures of a protocol: curves by group, lines from dates,
 * what is left out and said so. */
#include "check.h"
#include "drawn.h"
#include "study_figure.h"
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
    "      margin:  {label: Margin, type: choice, choices: {neg: Negative, pos: "
    "Positive}}\n"
    "      status:  {label: Status, type: choice, choices: {alive: Alive, dead: Died}}\n"
    "      months:  {label: Months, type: number, unit: months}\n"
    "      operated: {label: Operation, type: date}\n"
    "      relapsed: {label: First relapse, type: date}\n"
    "      last:     {label: Last contact, type: date}\n"
    "  visit:\n"
    "    label: Visit\n"
    "    repeats: patient\n"
    "    fields: {month: {type: number, unit: months}, what: {type: text}}\n"
    "  scan:\n"
    "    label: Scan\n"
    "    repeats: patient\n"
    "    fields: {day: {type: date}, organ: {type: text}}\n"
    "endpoints:\n"
    "  os: {label: Overall survival, unit: months, time: months, event: \"status = "
    "'dead'\"}\n"
    "  efs: {label: Event-free survival, unit: days, from: operated, event_on: relapsed, "
    "censor_on: last}\n"
    "figures:\n"
    "  - {id: \"3\", title: By margin, kind: km, endpoint: os, by: margin, marks: [24], "
    "notes: [Own note.]}\n"
    "  - {id: lines, title: Lines, kind: swimmer, endpoint: os, events: [visit]}\n"
    "  - {id: some, title: Some, kind: swimmer, endpoint: os, events: [visit], among: "
    "\"margin = 'neg'\"}\n"
    "  - {id: dated, title: Dated, kind: swimmer, endpoint: efs, events: [scan]}\n";

static const char patients[] = "patient,margin,status,months,operated,relapsed,last\n"
                               "1,neg,alive,132,2000-01-01,,2000-12-31\n"
                               "2,pos,dead,36,2001-01-01,2001-04-11,2001-12-31\n"
                               "3,neg,dead,20,,,\n"
                               "4,,alive,,2000-01-01,,2000-03-01\n";
static const char visits[] =
    "patient,month,what\n1,12,clinic\n1,,letter\n2,24,\n3,,clinic\n";
static const char scans[] = "patient,day,organ\n1,2000-04-10,lung\n3,2000-04-10,liver\n"
                            "4,,lung\n4,1999-12-22,liver\n";

static study_folder folder;
static cbk_arena *arena;
static cbk_study *study;

static void curves_by_group(void)
{
    const cbk_figure_block *block = figure_of(study, arena, "3");
    CHECK(block != NULL && drawn_fault(block->drawing) == NULL);
    CHECK(strcmp(block->id, "figure-3") == 0 && strcmp(block->number, "3") == 0);
    CHECK(strcmp(block->title, "By margin") == 0);
    CHECK(figure_has_note(block, arena, "Own note."));
    CHECK(figure_has_note(block, arena, "Negative: 24 months 50%."));
    CHECK(figure_has_note(block, arena, "Positive: 24 months 100%."));
    CHECK(drawn_text(block->drawing, "Negative") != NULL);
    CHECK(drawn_text(block->drawing, "Months") != NULL);
    const cbk_span *number = block->notes[1].first;
    while (number != NULL && number->kind != CBK_SPAN_NUMBER) {
        number = number->next;
    }
    CHECK(number != NULL && number->provenance != NULL);
    CHECK(strcmp(number->provenance->expression, "100 * km_survival(os, 24)") == 0);
}

/* A time that is missing is counted; a patient without the endpoint has no line. */
static void lines_of_patients(void)
{
    const cbk_figure_block *block = figure_of(study, arena, "lines");
    CHECK(block != NULL && drawn_fault(block->drawing) == NULL);
    CHECK(block->number == NULL);
    CHECK(drawn_text(block->drawing, "Patient 2") != NULL);
    CHECK(drawn_text(block->drawing, "Patient 4") == NULL);
    CHECK(drawn_text(block->drawing, "Died") != NULL);
    CHECK(drawn_text(block->drawing, "clinic") != NULL);
    CHECK(drawn_markers(block->drawing, CBK_MARKER_DIAMOND) == 1 + 2);
    CHECK(figure_has_note(block, arena, "Without a time, and so not drawn: Visit (2)."));
    CHECK(
        figure_has_note(block, arena, "1 patient without overall survival: not drawn."));
}

static void lines_of_some(void)
{
    const cbk_figure_block *block = figure_of(study, arena, "some");
    CHECK(block != NULL && drawn_fault(block->drawing) == NULL);
    CHECK(drawn_text(block->drawing, "Patient 1") != NULL);
    CHECK(drawn_text(block->drawing, "Patient 2") == NULL);
    CHECK(drawn_text(block->drawing, "Patient 3") != NULL);
}

/* 2000-04-10 is day 100 after 2000-01-01; a scan before the operation is below 0. */
static void lines_from_dates(void)
{
    const cbk_figure_block *block = figure_of(study, arena, "dated");
    CHECK(block != NULL && drawn_fault(block->drawing) == NULL);
    CHECK(drawn_text(block->drawing, "Days since operation") != NULL);
    CHECK(drawn_text(block->drawing, "First relapse") != NULL);
    const cbk_shape *zero = NULL;
    const cbk_shape *hundred = NULL;
    const cbk_shape *lung = NULL;
    for (const cbk_shape *shape = block->drawing->first; shape != NULL;
         shape = shape->next) {
        if (shape->kind == CBK_SHAPE_TEXT && strcmp(shape->text, "0") == 0) {
            zero = shape;
        } else if (shape->kind == CBK_SHAPE_TEXT && strcmp(shape->text, "100") == 0) {
            hundred = shape;
        } else if (shape->tip != NULL &&
                   strcmp(shape->tip, "Scan at 100 days: lung") == 0) {
            lung = shape;
        }
    }
    CHECK(zero != NULL && hundred != NULL && lung != NULL);
    CHECK_NEAR(lung->points[0].x, hundred->points[0].x, 1e-12);
    CHECK(drawn_text(block->drawing, "-100") != NULL);
    CHECK(figure_has_note(block, arena, "Without a time, and so not drawn: Scan (1)."));
}

int main(void)
{
    cbk_error err = {0};
    arena = cbk_arena_create(NULL, (size_t)1 << 28);
    cbk_problems problems = {.arena = arena};
    if (!study_folder_make(&folder) ||
        !study_folder_write(&folder, "protocol.yaml", protocol) ||
        !study_folder_write(&folder, "patient.csv", patients) ||
        !study_folder_write(&folder, "visit.csv", visits) ||
        !study_folder_write(&folder, "scan.csv", scans) ||
        cbk_study_open(folder.path, arena, &problems, &study, &err) != CBK_OK) {
        printf("Bail out! %s %s\n", err.message,
               problems.n_found > 0 ? problems.kept[0].message : "");
        study_folder_remove(&folder);
        cbk_arena_destroy(arena);
        return 99;
    }
    const check_test tests[] = {
        {"curves by group", curves_by_group},
        {"lines of patients", lines_of_patients},
        {"lines of some patients", lines_of_some},
        {"lines from dates", lines_from_dates},
    };
    const int failed = check_main(tests, N(tests));
    cbk_study_close(study);
    study_folder_remove(&folder);
    cbk_arena_destroy(arena);
    return failed;
}
