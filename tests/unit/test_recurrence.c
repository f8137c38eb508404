/* test_recurrence.c - recurrent events of a study: which count, when they were, what is
 * left out, and their figure. */
#include "check.h"
#include "drawn.h"
#include "study_figure.h"
#include "study_folder.h"

#include "report/report.h"

static const char protocol[] =
    "casebook: 1\n"
    "study: {id: t, title: Test}\n"
    "forms:\n"
    "  patient:\n"
    "    key: patient\n"
    "    fields:\n"
    "      arm:      {label: Arm, type: choice, choices: {a: A, b: B}}\n"
    "      status:   {label: Status, type: choice, choices: {alive: Alive, dead: Died}}\n"
    "      since:    {label: Since, type: number, unit: months}\n"
    "      months:   {label: Months, type: number, unit: months}\n"
    "      operated: {label: Operation, type: date}\n"
    "      died:     {label: Death, type: date}\n"
    "      last:     {label: Last contact, type: date}\n"
    "  relapse:\n"
    "    label: Relapse\n"
    "    repeats: patient\n"
    "    fields: {month: {type: number, unit: months}, day: {type: date}}\n"
    "  note:\n"
    "    repeats: patient\n"
    "    fields: {text: {type: text}, years: {type: number, unit: years}}\n"
    "endpoints:\n"
    "  os: {label: Overall survival, unit: months, time: months, event: \"status = "
    "'dead'\"}\n"
    "  late: {label: From referral, unit: months, time: months, event: \"status = "
    "'dead'\", entry: since}\n"
    "  dated: {label: By dates, unit: days, from: operated, event_on: died, censor_on: "
    "last}\n"
    "figures:\n"
    "  - {id: all, kind: mcf, endpoint: os, events: [relapse], marks: [6, 99], notes: "
    "[Own note.]}\n"
    "  - {id: arms, title: By arm, kind: mcf, endpoint: os, by: arm, events: [{form: "
    "relapse, at: month}], marks: [6]}\n"
    "  - {id: few, kind: mcf, endpoint: os, by: arm, among: \"months < 0\", events: "
    "[relapse]}\n";

/* Not in the order of their keys; one without a follow-up. */
static const char patients[] = "patient,arm,status,since,months,operated,died,last\n"
                               "p10,a,dead,2,10,2000-01-01,2000-01-11,2000-01-11\n"
                               "p2,b,alive,0,8,2000-02-01,,2000-02-09\n"
                               "p3,b,alive,0,,2000-03-01,,\n"
                               "p1,a,alive,5,12,2000-04-01,,2000-04-13\n";
/* Beyond the end, without a time, at the end, before the entry, of who has no follow-up.
 */
static const char relapses[] = "patient,month,day\n"
                               "p1,4,2000-04-05\n"
                               "p1,6,2000-04-07\n"
                               "p1,6,2000-04-07\n"
                               "p10,3,2000-01-04\n"
                               "p10,10,2000-01-11\n"
                               "p10,11,2000-01-12\n"
                               "p2,,\n"
                               "p2,8,2000-02-09\n"
                               "p3,1,2000-03-02\n";
static const char notes[] = "patient,text,years\np1,seen,1\n";

static study_folder folder;
static cbk_arena *arena;
static cbk_study *study;

static const cbk_recurrence_data *read_events(const char *endpoint, const char *at)
{
    cbk_followup_request *request = CBK_NEW(arena, cbk_followup_request, 1);
    cbk_lane_spec *lane = CBK_NEW(arena, cbk_lane_spec, 1);
    const cbk_protocol *declared = cbk_study_protocol(study);
    const cbk_followup_data *data = NULL;
    const cbk_recurrence_data *out = NULL;
    cbk_error err = {0};
    *request = (cbk_followup_request){.endpoint = endpoint};
    if (cbk_followup_of_study(study, request, arena, &data, &err) != CBK_OK ||
        cbk_lane_parse(declared, cbk_protocol_endpoint(declared, endpoint), at, arena,
                       lane, &err) != CBK_OK ||
        cbk_recurrence_of_study(study, data, lane, 1, arena, &out, &err) != CBK_OK) {
        printf("# %s\n", err.message);
        return NULL;
    }
    return out;
}

static const cbk_mcf *fit(const cbk_recurrence_data *of)
{
    const cbk_mcf_request request = {.interval = CBK_INTERVAL_LOG, .level = 0.95};
    const cbk_mcf_analysis *all = NULL;
    return of != NULL && cbk_recurrence_fit(of, &request, arena, &all, NULL) == CBK_OK
               ? &all->curves[0]
               : NULL;
}

static size_t omitted(const cbk_recurrence_data *of, const char *reason)
{
    for (size_t i = 0; i < of->n_omitted; i++) {
        if (strcmp(of->omitted[i].reason, reason) == 0) {
            return of->omitted[i].n;
        }
    }
    return 0;
}

/* p10 at 3 and 10, p1 at 4, 6, 6, p2 at 8: five with three at risk, one with two. */
static void months_are_placed(void)
{
    const cbk_recurrence_data *of = read_events("os", "relapse");
    const cbk_mcf *mcf = fit(of);
    CHECK(mcf != NULL && strcmp(of->label, "Relapse") == 0);
    CHECK(mcf->n_subjects == 3 && mcf->n_event == 6);
    CHECK(omitted(of, "without a time") == 1);
    CHECK(omitted(of, "after observation ends") == 1);
    CHECK(of->n_omitted == 2);
    CHECK_NEAR(cbk_mcf_at_time(mcf, 8).mean, 5.0 / 3.0, 1e-15);
    CHECK_NEAR(cbk_mcf_at_time(mcf, 12).mean, 5.0 / 3.0 + 1.0 / 2.0, 1e-15);
}

/* Days: 3 and 10 of p10, 4, 6, 6 of p1, 8 of p2; the same means. */
static void dates_count_from_the_start(void)
{
    const cbk_recurrence_data *of = read_events("dated", "relapse.day");
    const cbk_mcf *mcf = fit(of);
    CHECK(mcf != NULL && mcf->n_subjects == 3 && mcf->n_event == 6);
    CHECK_NEAR(cbk_mcf_at_time(mcf, 3).mean, 1.0 / 3.0, 1e-15);
    CHECK_NEAR(cbk_mcf_at_time(mcf, 10).mean, 5.0 / 3.0 + 1.0 / 2.0, 1e-15);
}

/* p1 enters at 5: its relapse at 4 is none, and it is not at risk at 3. */
static void late_entry_is_kept(void)
{
    const cbk_recurrence_data *of = read_events("late", "relapse.month");
    const cbk_mcf *mcf = fit(of);
    CHECK(mcf != NULL && mcf->n_event == 5);
    CHECK(omitted(of, "before observation begins") == 1);
    CHECK_NEAR(cbk_mcf_at_time(mcf, 3).n_risk, 2, 0);
    CHECK_NEAR(cbk_mcf_at_time(mcf, 3).mean, 1.0 / 2.0, 1e-15);
    CHECK_NEAR(cbk_mcf_at_time(mcf, 6).mean, 1.0 / 2.0 + 2.0 / 3.0, 1e-15);
}

static bool is_refused(const char *endpoint, const char *at, const char *words)
{
    const cbk_protocol *declared = cbk_study_protocol(study);
    cbk_lane_spec lane;
    cbk_error err = {0};
    const bool is_right =
        cbk_lane_parse(declared, cbk_protocol_endpoint(declared, endpoint), at, arena,
                       &lane, &err) == CBK_EINVAL &&
        strstr(err.message, words) != NULL;
    if (!is_right) {
        printf("# %s: %s\n", at, err.message);
    }
    return is_right;
}

static void wrong_places_are_told(void)
{
    CHECK(is_refused("os", "relaps", "did you mean \"relapse\""));
    CHECK(is_refused("os", "patient.months", "no repeating form \"patient\""));
    CHECK(is_refused("os", "relapse.moth", "did you mean \"month\""));
    CHECK(is_refused("os", "note.text", "no number or date \"text\""));
    CHECK(is_refused("os", "relapse.day", "no date `from`"));
    CHECK(is_refused("os", "note", "in years"));
}

/* ---- figures ----------------------------------------------------------------------- */

static void one_curve_is_drawn(void)
{
    const cbk_figure_block *block = figure_of(study, arena, "all");
    CHECK(block != NULL && drawn_fault(block->drawing) == NULL);
    CHECK(strcmp(block->title, "Relapse") == 0);
    CHECK(figure_has_note(block, arena, "Own note."));
    CHECK(figure_has_note(block, arena, "6 months 1.33, 99 months not estimable."));
    CHECK(figure_has_note(block, arena,
                          "Events left out: without a time (1), after observation ends "
                          "(1)."));
    CHECK(figure_has_note(block, arena, "Left out: time missing (1)."));
    CHECK(drawn_text(block->drawing, "Mean number of events: relapse") != NULL);
    CHECK(drawn_text(block->drawing, "Leaving") != NULL);
    CHECK(drawn_text(block->drawing, "1.33") != NULL);
    CHECK(strstr(block->drawing->description,
                 "3 patients, 6 events. At 6 months: 1.33") != NULL);
}

static void groups_are_drawn(void)
{
    const cbk_figure_block *block = figure_of(study, arena, "arms");
    CHECK(block != NULL && drawn_fault(block->drawing) == NULL);
    CHECK(figure_has_note(block, arena, "A: 6 months 2.00."));
    CHECK(figure_has_note(block, arena, "B: 6 months 0.00."));
    CHECK(drawn_text(block->drawing, "B") != NULL);
    block = figure_of(study, arena, "few"); /* nobody */
    CHECK(block != NULL && drawn_fault(block->drawing) == NULL);
}

static void a_figure_needs_events(void)
{
    static const char wrong[] =
        "casebook: 1\n"
        "study: {id: t, title: Test}\n"
        "forms: {patient: {key: patient, fields: {m: {type: number}}}}\n"
        "endpoints: {os: {unit: months, time: m, event: \"m > 1\"}}\n"
        "figures: [{id: a, kind: mcf, endpoint: os}]\n";
    cbk_problems problems = {.arena = arena};
    const cbk_protocol *out = NULL;
    CHECK(cbk_protocol_parse("protocol.yaml", wrong, sizeof wrong - 1, arena, &problems,
                             &out, NULL) == CBK_EDATA);
    CHECK(problems.n_found == 1 && problems.kept[0].place.line == 5);
    CHECK(strstr(problems.kept[0].message, "needs `events`") != NULL);
}

int main(void)
{
    static const check_test tests[] = {
        {"months are placed", months_are_placed},
        {"dates count from the start", dates_count_from_the_start},
        {"late entry is kept", late_entry_is_kept},
        {"wrong places are told", wrong_places_are_told},
        {"one curve is drawn", one_curve_is_drawn},
        {"groups are drawn", groups_are_drawn},
        {"a figure needs events", a_figure_needs_events},
    };
    cbk_error err = {0};
    arena = cbk_arena_create(NULL, (size_t)1 << 28);
    cbk_problems problems = {.arena = arena};
    const bool is_open =
        arena != NULL && study_folder_make(&folder) &&
        study_folder_write(&folder, "protocol.yaml", protocol) &&
        study_folder_write(&folder, "patient.csv", patients) &&
        study_folder_write(&folder, "relapse.csv", relapses) &&
        study_folder_write(&folder, "note.csv", notes) &&
        cbk_study_open(folder.path, arena, &problems, &study, &err) == CBK_OK;
    if (!is_open) {
        printf("Bail out! %s %s\n", err.message,
               problems.n_found > 0 ? problems.kept[0].message : "");
    }
    const int code = is_open ? check_main(tests, sizeof tests / sizeof *tests) : 99;
    cbk_study_close(study);
    study_folder_remove(&folder);
    cbk_arena_destroy(arena);
    return code;
}
