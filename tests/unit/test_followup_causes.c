/* test_followup_causes.c - events of several kinds, read from a data file by both ways
 * of reading one, and from a study. */
#include "check.h"
#include "study_folder.h"

#include "study/followup/followup.h"
#include "study/records.h"

#define N(array) (sizeof(array) / sizeof((array)[0]))

static study_folder folder;
static cbk_arena *arena;
static cbk_problems problems;
static cbk_error err;

/* The follow-up of a CSV text; quoted makes the way that reads columns decline. */
static cbk_status read_text(const char *text, cbk_followup_request *request,
                            const cbk_followup_data **out)
{
    static char path[128];
    (void)snprintf(path, sizeof path, "%s/data.csv", folder.path);
    problems = (cbk_problems){.arena = arena};
    err = (cbk_error){0};
    request->time = "time";
    request->event = request->event != NULL ? request->event : "what";
    request->wants_causes = true;
    return study_folder_write(&folder, "data.csv", text)
               ? cbk_followup_of_file(path, request, arena, &problems, out, &err)
               : CBK_EIO;
}

static const char *const plain = "time,what,sex\n5,relapse,f\n3,none,m\n4,death,f\n"
                                 ",death,m\n7,,f\n2,relapse,m\n9,none,f\n";
static const char *const quoted = "time,what,sex\n5,relapse,f\n3,none,m\n4,\"death\",f\n"
                                  ",death,m\n7,,f\n2,relapse,m\n9,none,f\n";

static void numbers_causes_of_a_file(void)
{
    const char *const texts[] = {plain, quoted};
    for (size_t i = 0; i < N(texts); i++) {
        cbk_followup_request request = {.censor = "none", .cause = "relapse"};
        const cbk_followup_data *data = NULL;
        CHECK(read_text(texts[i], &request, &data) == CBK_OK);
        CHECK(data->rows.n == 5 && data->source.n_omitted == 2);
        CHECK(data->n_causes == 2);
        CHECK(strcmp(data->cause_name[0], "death") == 0);
        CHECK(strcmp(data->cause_name[1], "relapse") == 0);
        static const uint8_t expected[] = {2, 0, 1, 2, 0};
        for (size_t row = 0; row < 5; row++) {
            CHECK(data->cause[row] == expected[row]);
            CHECK(data->rows.is_event[row] == (expected[row] != 0));
        }
        CHECK(data->n_of_cause[0] == 2 && data->n_of_cause[1] == 1 &&
              data->n_of_cause[2] == 2);
        CHECK(data->asked_cause == 2 && data->own_cause == 0);
    }
}

static void orders_numbers_as_numbers(void)
{
    cbk_followup_request request = {.censor = "0"};
    const cbk_followup_data *data = NULL;
    CHECK(read_text("time,what\n1,10\n2,2\n3,0\n4,2.0\n5,0.0\n", &request, &data) ==
          CBK_OK);
    CHECK(data->n_causes == 2 && strcmp(data->cause_name[0], "2") == 0 &&
          strcmp(data->cause_name[1], "10") == 0);
    CHECK(data->n_of_cause[0] == 2 && data->n_of_cause[1] == 2);
}

static void takes_zero_and_one_as_they_are(void)
{
    cbk_followup_request request = {0};
    const cbk_followup_data *data = NULL;
    CHECK(read_text("time,what\n1,1\n2,0\n", &request, &data) == CBK_OK);
    CHECK(data->n_causes == 1 && data->n_of_cause[1] == 1);
}

static void keeps_a_cause_without_events(void)
{
    cbk_followup_request request = {.censor = "0", .cause = "2"};
    const cbk_followup_data *data = NULL;
    CHECK(read_text("time,what\n1,1\n2,0\n", &request, &data) == CBK_OK);
    CHECK(data->n_causes == 2 && data->asked_cause == 2 && data->n_of_cause[2] == 0);
    request = (cbk_followup_request){.censor = "none", .cause = "relapse"};
    CHECK(read_text("time,what\n1,none\n2,none\n", &request, &data) == CBK_OK);
    CHECK(data->n_causes == 1 && data->n_of_cause[1] == 0);
}

static void near_ties_are_made_one(void)
{
    cbk_followup_request request = {.censor = "0"};
    const cbk_followup_data *data = NULL;
    CHECK(read_text("time,what\n1,1\n1.000000001,2\n2,0\n", &request, &data) == CBK_OK);
    CHECK(data->rows.time[0] == data->rows.time[1]);
    CHECK(!cbk_followup_has_near_ties(data));
}

/* The coding is never guessed. */
static void says_what_is_wrong(void)
{
    const struct {
        const char *censor, *cause, *event, *says;
    } wrong[] = {
        {NULL, NULL, NULL, "--censor VALUE"},
        {"nobody", NULL, NULL, "no cell is \"nobody\""},
        {"none", "relaps", NULL, "did you mean"},
        {"none", NULL, "what=death", "--event what"},
    };
    for (size_t i = 0; i < N(wrong); i++) {
        cbk_followup_request request = {
            .censor = wrong[i].censor, .cause = wrong[i].cause, .event = wrong[i].event};
        const cbk_followup_data *data = NULL;
        CHECK(read_text(plain, &request, &data) != CBK_OK);
        const char *said = problems.n_found > 0 ? problems.kept[0].message : err.message;
        if (strstr(said, wrong[i].says) == NULL) {
            printf("# %s\n", said);
        }
        CHECK(strstr(said, wrong[i].says) != NULL);
    }
}

/* ---- a study ------------------------------------------------------------------------
 */

static const char protocol[] =
    "casebook: 1\n"
    "study: {id: t, title: Test}\n"
    "forms:\n"
    "  patient:\n"
    "    key: patient\n"
    "    fields:\n"
    "      status: {type: choice, choices: {alive: A, dead: D}}\n"
    "      cause:  {type: text}\n"
    "      since:  {type: number, unit: months}\n"
    "      months: {type: number, unit: months}\n"
    "endpoints:\n"
    "  dss: {label: Tumour death, unit: months, time: months, entry: since,\n"
    "    event: \"status = 'dead'\",\n"
    "    competing: {other_cause: \"status = 'dead' AND cause <> 'tumour'\",\n"
    "                lost: \"cause = 'lost'\"}}\n";

static const char patients[] = "patient,status,cause,since,months\n"
                               "1,dead,tumour,0,12\n2,alive,,0,36.5\n"
                               "3,dead,heart,0,20\n4,dead,heart,3,8\n5,alive,,0,\n";

static void reads_competing_events_of_a_study(void)
{
    problems = (cbk_problems){.arena = arena};
    CHECK(study_folder_write(&folder, "protocol.yaml", protocol));
    CHECK(study_folder_write(&folder, "patient.csv", patients));
    cbk_study *study = NULL;
    CHECK(cbk_study_open(folder.path, arena, &problems, &study, &err) == CBK_OK);
    const cbk_followup_request request = {.endpoint = "dss", .wants_causes = true};
    const cbk_followup_data *data = NULL;
    CHECK(cbk_followup_of_study(study, &request, arena, &data, &err) == CBK_OK);
    CHECK(data->rows.n == 4 && data->n_causes == 3 && data->own_cause == 1);
    static const char *const names[] = {"dss", "lost", "other_cause"};
    static const char *const labels[] = {"Tumour death", "Lost", "Other cause"};
    static const size_t counts[] = {1, 1, 0, 2};
    for (size_t k = 0; k < 3; k++) {
        CHECK(strcmp(data->cause_name[k], names[k]) == 0);
        CHECK(strcmp(data->cause_label[k], labels[k]) == 0);
        CHECK(data->n_of_cause[k] == counts[k]);
    }
    static const uint8_t expected[] = {1, 0, 3, 3};
    for (size_t row = 0; row < 4; row++) {
        CHECK(data->cause[row] == expected[row]);
        CHECK(data->rows.is_event[row] == (expected[row] != 0));
    }
    /* For a survival curve they are censored, as ever. */
    const cbk_followup_request survival = {.endpoint = "dss"};
    CHECK(cbk_followup_of_study(study, &survival, arena, &data, &err) == CBK_OK);
    CHECK(data->n_causes == 0 && !data->rows.is_event[2] && data->rows.time[2] == 20.0);
    const char *const expressions[] = {"dss"};
    const cbk_table *table = NULL;
    CHECK(cbk_study_select(study, expressions, 1, NULL, NULL, arena, &table, &err) ==
          CBK_OK);
    CHECK(strcmp(table->columns[0].text[2], "20+other_cause") == 0);
    CHECK(strcmp(table->columns[0].text[3], "(3,8+other_cause]") == 0);
    cbk_study_close(study);
}

int main(void)
{
    static const check_test tests[] = {
        {"the causes of a file are numbered in order, whichever way it is read",
         numbers_causes_of_a_file},
        {"causes that are numbers are ordered as numbers", orders_numbers_as_numbers},
        {"a column of 0 and 1 has one cause", takes_zero_and_one_as_they_are},
        {"a cause that is asked for may have no events", keeps_a_cause_without_events},
        {"near-ties are one time", near_ties_are_made_one},
        {"a coding that is not said, or not there, is an error", says_what_is_wrong},
        {"a study's competing events are causes", reads_competing_events_of_a_study},
    };
    arena = cbk_arena_create(NULL, 1 << 26);
    if (arena == NULL || !study_folder_make(&folder)) {
        return 1;
    }
    const int failed = check_main(tests, N(tests));
    study_folder_remove(&folder);
    cbk_arena_destroy(arena);
    return failed;
}
