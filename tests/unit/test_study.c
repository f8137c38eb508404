/* test_study.c - a study folder: records against their fields, every mistake named;
 * derived variables, endpoints, the evaluator, findings, sources, curves. */
#include "check.h"
#include "study_folder.h"

#include "study/analysis/curves.h"
#include "study/records.h"

#define N(array) (sizeof(array) / sizeof((array)[0]))

static const char protocol[] =
    "casebook: 1\n"
    "study: {id: t, title: Test, period: {from: 2000-01, to: 2009-12}}\n"
    "missing: {NA: not applicable}\n"
    "forms:\n"
    "  patient:\n"
    "    key: patient\n"
    "    fields:\n"
    "      age:    {label: Age, type: integer, unit: years, range: [0, 120]}\n"
    "      size:   {type: number, unit: cm}\n"
    "      margin: {type: choice, choices: {neg: Negative, pos: Positive}}\n"
    "      signs:  {type: choices, choices: {pain: Pain, mass: Mass}}\n"
    "      dead:   {type: boolean}\n"
    "      months: {type: number, unit: months}\n"
    "      seen:   {type: date}\n"
    "      died:   {type: date}\n"
    "      last:   {type: date}\n"
    "  relapse:\n"
    "    repeats: patient\n"
    "    fields: {month: {type: number, unit: months}, site: {type: text}}\n"
    "derive:\n"
    "  old: {type: boolean, sql: \"age >= 50\"}\n"
    "  relapses: {type: integer, sql: \"(SELECT count(*) FROM relapse r WHERE r.patient "
    "= "
    "patient.patient)\"}\n"
    "  old_relapses: {type: integer, sql: \"old * relapses\"}\n"
    "endpoints:\n"
    "  os: {label: Survival, unit: months, time: months, event: \"dead = 1\"}\n"
    "  tumour: {unit: months, time: months, event: \"dead = 1\", competing: {other: "
    "\"size = 8\"}}\n"
    "  dated: {label: Dated, unit: months, from: seen, event_on: died, censor_on: last}\n"
    "  first: {unit: months, from: seen, event_on: seen, censor_on: last, competing: "
    "{death: \"died IS NOT NULL\"}}\n"
    "  cause: {unit: months, from: seen, event_on: died, censor_on: last, competing: "
    "{other: \"size IS NULL\"}}\n"
    "checks:\n"
    "  - {id: small, rule: \"size < 9\", says: Too large}\n"
    "figures:\n"
    "  - {id: lines, title: Lines, kind: swimmer, endpoint: os, events: [relapse]}\n";

static const char patients[] =
    "patient,age,size,margin,signs,dead,months,seen,died,last\n"
    "1,55,7.3,neg,pain|mass,no,132,2000-01-01,,2004-01-01\n"
    "2,25,NA,pos,pain,yes,36,2000-01-01,2001-01-01,2001-01-01\n"
    "3,64,8,neg,,1,97,2000-01-01,,\n"
    "4,,20,,mass,false,,2000-02-01,2001-02-01,2001-01-01\n";

static const char relapses[] = "patient,month,site\n1,67,lung\n1,140,liver\n2,18,\n";

static const char sources[] = "form,record,field,value,source,resolution,reason\n"
                              "patient,1,age,54,history,,\n"
                              "patient,1,age,55,letter,,\n"
                              "patient,2,margin,Positive,letter,,\n"
                              "patient,3,size,9,history,8,measured again\n"
                              "relapse,1/2,site,lung,history,,\n"
                              "patient,2,size,3,history,,\n";

static study_folder folder;
static cbk_arena *arena;
static cbk_problems *problems;
static cbk_study *study;
static cbk_error err;

static bool make_good(void)
{
    return study_folder_write(&folder, "protocol.yaml", protocol) &&
           study_folder_write(&folder, "patient.csv", patients) &&
           study_folder_write(&folder, "relapse.csv", relapses) &&
           study_folder_write(&folder, "sources.csv", sources);
}

static cbk_status open_again(void)
{
    cbk_study_close(study);
    study = NULL;
    problems = CBK_NEW(arena, cbk_problems, 1);
    problems->arena = arena;
    return cbk_study_open(folder.path, arena, problems, &study, &err);
}

/* ---- the evaluator
 * ---------------------------------------------------------------------- */

typedef struct question {
    const char *expression;
    const char *from;
    const char *among;
    double answer; /* NaN: absent */
    cbk_notes notes;
    size_t n_records;
} question;

static void answers_questions(void)
{
    static const question questions[] = {
        {"count(*)", NULL, NULL, 4, 0, 4},
        {"mean(age)", NULL, NULL, 48, CBK_NOTE_ROWS_LEFT_OUT, 4},
        {"median(size)", NULL, NULL, 8, CBK_NOTE_ROWS_LEFT_OUT, 4},
        {"quantile(size, 0.25)", NULL, NULL, 7.65, CBK_NOTE_ROWS_LEFT_OUT, 4},
        {"median(size)", NULL, "margin = 'neg'", 7.65, 0, 2},
        {"median(size)", NULL, "margin = 'pos'", (double)NAN,
         CBK_NOTE_ROWS_LEFT_OUT | CBK_NOTE_NO_ROWS, 1},
        {"percent(margin = 'neg')", NULL, NULL, 200.0 / 3.0, CBK_NOTE_ROWS_LEFT_OUT, 4},
        {"sum(has(signs, 'pain'))", NULL, NULL, 2, 0, 4},
        {"sum(old)", NULL, NULL, 2, 0, 4},
        {"max(old_relapses)", NULL, NULL, 2, 0, 4},
        {"count(*)", "relapse", "site = 'lung'", 1, 0, 1},
        {"count(*)", "relapse", "site = 'bone'", 0, 0, 0},
        {"max(month)", "relapse", "site = 'bone'", (double)NAN, CBK_NOTE_NO_ROWS, 0},
        {"events(os)", NULL, NULL, 2, CBK_NOTE_ROWS_LEFT_OUT, 4},
        {"person_time(os)", NULL, NULL, 265, CBK_NOTE_ROWS_LEFT_OUT, 4},
        {"km_survival(os, 60)", NULL, NULL, 2.0 / 3.0, CBK_NOTE_ROWS_LEFT_OUT, 4},
        {"km_median(os)", NULL, "months > 0", 97, 0, 3},
        {"km_survival(os, 133)", NULL, "months > 0", 1.0 / 3.0, CBK_NOTE_BEYOND_FOLLOW_UP,
         3},
        {"rmst(os, 60)", NULL, "months > 0", 52, 0, 3},
        {"rmst(os, 20)", NULL, "months > 0", 20, 0, 3},
        {"rmst(os, 200)", NULL, "months > 0", 111, CBK_NOTE_BEYOND_FOLLOW_UP, 3},
        {"rmst(os, 60)", NULL, "months > 1000", (double)NAN,
         CBK_NOTE_NO_ROWS | CBK_NOTE_NO_EVENTS, 0},
        {"km_lower(os, 20)", NULL, "months > 0", 1, CBK_NOTE_ERROR_ZERO, 3},
        {"sd(age)", NULL, "patient = '1'", (double)NAN, CBK_NOTE_SD_UNDEFINED, 1},
        {"age -- the first patient's", NULL, "patient = '1' -- only", 55, 0, 1},
        {"km_median(surv(months, dead))", NULL, "months > 0", 97, 0, 3},
        {"wilson_lower(margin = 'neg')", NULL, NULL, 20.765960080204781,
         CBK_NOTE_ROWS_LEFT_OUT, 4},
        {"wilson_upper(margin = 'neg')", NULL, "margin <> ''", 93.850805527960375, 0, 3},
        {"exact_lower(margin = 'neg')", NULL, "margin <> ''", 9.4299324050246138, 0, 3},
        {"exact_upper(margin = 'neg')", NULL, "margin <> ''", 99.159624134038737, 0, 3},
        {"exact_upper(old)", NULL, "age > 100", (double)NAN, CBK_NOTE_NO_ROWS, 0},
        {"rate(os, 100)", NULL, "months > 0", 200.0 / 265.0, 0, 3},
        {"rate_lower(os, 100)", NULL, "months > 0", 0.091399727752439625, 0, 3},
        {"rate_upper(os, 100)", NULL, NULL, 2.7262972331033803, CBK_NOTE_ROWS_LEFT_OUT,
         4},
        {"rate(os, 100)", NULL, "patient = '4'", (double)NAN,
         CBK_NOTE_ROWS_LEFT_OUT | CBK_NOTE_NO_ROWS, 1},
        {"test_p(age, margin, 'ranks')", NULL, NULL, 2.0 / 3.0, CBK_NOTE_ROWS_LEFT_OUT,
         4},
        {"test_statistic(age, margin, 'ranks')", NULL, "age > 0", 2, 0, 3},
        {"test_df(age, margin, 'ranks')", NULL, "age > 0", (double)NAN, 0, 3},
        {"test_p(dead, margin, 'counts')", NULL, "age > 0", 1, 0, 3},
        {"test_p(age, margin, 'means')", NULL, "age > 0", (double)NAN,
         CBK_NOTE_SD_UNDEFINED, 3},
        {"test_p(age, margin, 'ranks')", NULL, "margin = 'neg'", (double)NAN,
         CBK_NOTE_NO_GROUPS, 2},
        {"test_p(age, margin, 'ranks')", NULL, "age > 100", (double)NAN,
         CBK_NOTE_NO_GROUPS | CBK_NOTE_NO_ROWS, 0},
        {"test_statistic(age, patient, 'means')", NULL, "age > 0", 2, 0, 3},
        {"test_df(age, patient, 'means')", NULL, "age > 0", 2, 0, 3}, /* of 3 by ranks */
        {"logrank_p(os, margin)", NULL, NULL, 0.15729920705028513, CBK_NOTE_ROWS_LEFT_OUT,
         4},
        {"logrank_p(os, margin = 'neg')", NULL, NULL, 0.15729920705028513,
         CBK_NOTE_ROWS_LEFT_OUT, 4},
        {"logrank_p(os, margin)", NULL, "margin = 'neg'", (double)NAN, CBK_NOTE_NO_GROUPS,
         2},
        {"logrank_p(os, old)", NULL, "margin = 'none'", (double)NAN, CBK_NOTE_NO_ROWS, 0},
    };
    for (size_t i = 0; i < N(questions); i++) {
        const question *asked = &questions[i];
        cbk_quantity found;
        const cbk_status status =
            cbk_study_evaluate(study, asked->expression, asked->from, asked->among, NULL,
                               arena, &found, &err);
        if (status != CBK_OK) {
            printf("# %s: %s\n", asked->expression, err.message);
        }
        CHECK(status == CBK_OK);
        const double value =
            found.value.kind == CBK_VALUE_NUMBER ? found.value.number : (double)NAN;
        CHECK_NEAR(value, asked->answer, 1e-12);
        if (found.notes != asked->notes) {
            printf("# %s: notes %x\n", asked->expression, (unsigned)found.notes);
        }
        CHECK(found.notes == asked->notes);
        CHECK(found.n_records == asked->n_records);
    }
}

static void says_what_is_behind(void)
{
    cbk_quantity found;
    CHECK(cbk_study_evaluate(study, "median(size)", NULL, "margin = 'neg'", NULL, arena,
                             &found, &err) == CBK_OK);
    CHECK(found.n_fields == 2 && strcmp(found.fields[0], "patient.size") == 0);
    CHECK(strcmp(found.fields[1], "patient.margin") == 0);
    CHECK(strcmp(found.records[0], "1") == 0 && strcmp(found.records[1], "3") == 0);
    CHECK(found.record_rows[1] == 2);
    CHECK(cbk_study_evaluate(study, "max(month)", "relapse", NULL, NULL, arena, &found,
                             &err) == CBK_OK);
    CHECK(strcmp(found.records[1], "1/2") == 0 && strcmp(found.from, "relapse") == 0);
}

static void follows_conventions(void)
{
    const cbk_conventions sas = cbk_conventions_of(CBK_PROFILE_SAS);
    cbk_conventions exact = cbk_conventions_of(CBK_PROFILE_R);
    exact.interval = CBK_INTERVAL_BPCP;
    cbk_quantity found;
    CHECK(cbk_study_evaluate(study, "km_lower(os, 20)", NULL, "months > 0", &exact, arena,
                             &found, &err) == CBK_OK);
    CHECK_NEAR(found.value.number, cbrt(0.025), 1e-12); /* three of three alive */
    CHECK(found.notes == 0);
    CHECK(cbk_study_evaluate(study, "quantile(size, 0.25)", NULL, NULL, &sas, arena,
                             &found, &err) == CBK_OK);
    CHECK_NEAR(found.value.number, 7.3, 0.0);
    CHECK(cbk_study_evaluate(study, "km_lower(os, 40)", NULL, NULL, &sas, arena, &found,
                             &err) == CBK_OK);
    const double z = 1.959963984540054;
    const double exponent = exp(z * sqrt(1.0 / 6.0) / -log(2.0 / 3.0));
    CHECK_NEAR(found.value.number, pow(2.0 / 3.0, exponent), 1e-12);
    CHECK(found.conventions.interval == CBK_INTERVAL_LOG_LOG);
}

static void refuses_wrong_questions(void)
{
    static const struct {
        const char *expression, *from, *among, *says;
    } wrong[] = {
        {"median(agee)", NULL, NULL, "no such column: agee"},
        {"age", NULL, NULL, "gives 4 values"},
        {"mean(age), 1", NULL, NULL, "a comma makes it several"},
        {"1), (2", NULL, NULL, "a comma makes it several"},
        {"count(*)", "relaps", NULL, "did you mean \"relapse\""},
        {"count(*)", NULL, "agee > 1", "agee"},
        {"median(os)", NULL, NULL, "km_median"},
        {"km_median(age)", NULL, NULL, "needs an endpoint"},
        {"km_survival(os, age)", NULL, NULL, "one number"},
        {"percent(age)", NULL, NULL, "condition"},
        {"rmst(os, 0)", NULL, NULL, "a time above 0"},
        {"km_survival(os, -1)", NULL, NULL, "a time from 0"},
        {"km_quantile(os, 2)", NULL, NULL, "a share between 0 and 1"},
        {"wilson_lower(age)", NULL, NULL, "needs a condition"},
        {"rate(age, 100)", NULL, NULL, "needs an endpoint"},
        {"rate(os, 0)", NULL, NULL, "one number above 0"},
        {"rate(os, age)", NULL, NULL, "one number above 0"},
        {"test_p(age, margin, 'rank')", NULL, NULL, "'ranks', 'means' or 'counts'"},
        {"test_p(margin, dead, 'ranks')", NULL, NULL, "for categories write 'counts'"},
        {"test_p(age, margin)", NULL, NULL, "wrong number of arguments"},
        {"(DELETE FROM patient)", NULL, NULL, "syntax"},
        {"1) FROM patient; DROP TABLE patient; --", NULL, NULL, "one value"},
        {"(SELECT count(*) FROM sqlite_master)", NULL, NULL, "may read the records"},
        {"mean(size) FROM patient", NULL, NULL, "syntax"},
    };
    for (size_t i = 0; i < N(wrong); i++) {
        cbk_quantity found;
        const cbk_status status =
            cbk_study_evaluate(study, wrong[i].expression, wrong[i].from, wrong[i].among,
                               NULL, arena, &found, &err);
        if (status != CBK_EINVAL || strstr(err.message, wrong[i].says) == NULL) {
            printf("# %s: %s\n", wrong[i].expression, err.message);
        }
        CHECK(status == CBK_EINVAL);
        CHECK(strstr(err.message, wrong[i].says) != NULL);
    }
}

/* ---- endpoints, findings, sources
 * --------------------------------------------------------- */

static void writes_endpoints(void)
{
    static const char *const expressions[] = {"os", "dated", "tumour"};
    static const char *const expected[][3] = {{"132+", "48", "132+"},
                                              {"36", "12.02464", "36"},
                                              {"97", NULL, "97+"},
                                              {NULL, "12.02464", NULL}};
    const cbk_table *table = NULL;
    CHECK(cbk_study_select(study, expressions, 3, NULL, NULL, arena, &table, &err) ==
          CBK_OK);
    for (size_t row = 0; row < 4; row++) {
        for (size_t i = 0; i < 3; i++) {
            const char *text = table->columns[i].text[row];
            CHECK((text == NULL) == (expected[row][i] == NULL));
            CHECK(text == NULL ||
                  strncmp(text, expected[row][i], strlen(expected[row][i])) == 0);
        }
    }
    /* 1461 days are 48 months, censored. */
    CHECK(strcmp(table->columns[1].text[0], "48+") == 0);
}

static const cbk_finding *find(const cbk_finding *findings, size_t n, const char *id,
                               const char *record)
{
    for (size_t i = 0; i < n; i++) {
        if (strcmp(findings[i].id, id) == 0 && strcmp(findings[i].record, record) == 0) {
            return &findings[i];
        }
    }
    return NULL;
}

static void finds_what_cannot_be(void)
{
    const cbk_finding *findings = NULL;
    size_t n = 0;
    CHECK(cbk_study_check(study, arena, &findings, &n, &err) == CBK_OK);
    const cbk_finding *rule = find(findings, n, "small", "4");
    CHECK(rule != NULL && rule->place.line == 5);
    CHECK(strstr(rule->says, "Too large") != NULL &&
          strstr(rule->says, "size 20") != NULL);
    CHECK(find(findings, n, "small", "2") == NULL); /* a missing size is no finding */
    CHECK(find(findings, n, "follow-up-within-period", "1") !=
          NULL); /* 132 > 120 months */
    const cbk_finding *event = find(findings, n, "event-within-follow-up", "1/2");
    CHECK(event != NULL && strstr(event->says, "140") != NULL && event->place.line == 3);
    CHECK(find(findings, n, "event-within-follow-up", "4") != NULL); /* died after last */
    const cbk_finding *both = find(findings, n, "event-before-competing", "2");
    CHECK(both != NULL && both->place.line == 3);
    CHECK(both != NULL && strstr(both->says, "seen on 2000-01-01 is before") != NULL);
    CHECK(find(findings, n, "event-before-competing", "1") == NULL); /* lives */
    CHECK(find(findings, n, "conflict", "1") != NULL);
    CHECK(find(findings, n, "conflict", "1/2") != NULL);
    CHECK(find(findings, n, "conflict", "3") == NULL); /* resolved, with its reason */
    /* The period is exceeded by both endpoints from months; patient 4 died after the last
     * contact in two endpoints, and had the first of both in one; `cause` of patient 2
     * ends on the last day. */
    CHECK(n == 11);
}

static void keeps_what_sources_say(void)
{
    size_t n = 0;
    const cbk_source_statement *said = cbk_study_sources(study, &n);
    CHECK(n == 6);
    CHECK(said[0].is_conflict && !said[0].is_resolved);
    CHECK(strcmp(said[0].adopted, "55") == 0 && strcmp(said[0].value, "54") == 0);
    CHECK(!said[1].is_conflict && !said[2].is_conflict);
    CHECK(said[3].is_conflict && said[3].is_resolved);
    CHECK(strcmp(said[5].adopted, "not applicable") == 0 && said[5].is_conflict);
}

static void keeps_kinds_of_missing(void)
{
    const cbk_records *records = cbk_study_records(study, "patient");
    CHECK(records->n_rows == 4 && records->line[3] == 5);
    CHECK(strcmp(records->values[1 * records->form->n_fields + 1].missing,
                 "not applicable") == 0);
    CHECK(strcmp(records->values[3 * records->form->n_fields + 0].missing,
                 "not recorded") == 0);
    cbk_quantity found;
    CHECK(cbk_study_evaluate(study,
                             "(SELECT count(*) FROM missing_values WHERE kind = 'not "
                             "applicable' AND record = '2' AND field = 'size')",
                             NULL, "patient = '1'", NULL, arena, &found, &err) == CBK_OK);
    CHECK(found.value.number == 1.0);
}

static void draws_curves_by_group(void)
{
    static const char *const by[] = {"margin"};
    const cbk_conventions r = cbk_conventions_of(CBK_PROFILE_R);
    const cbk_curves *curves = NULL;
    CHECK(cbk_curves_of_study(study, "os", by, 1, NULL, &r, arena, &curves, &err) ==
          CBK_OK);
    CHECK(curves->n_curves == 2 && curves->source.rows == 4 && curves->source.used == 3);
    CHECK(strcmp(curves->curves[0].label, "Negative") == 0);
    CHECK(curves->curves[0].km->n == 2 && curves->curves[1].km->n == 1);
    CHECK(strcmp(curves->curves[1].records[0], "2") == 0);
    CHECK(curves->source.n_omitted == 1 && curves->source.omitted[0].n == 1);
    CHECK(cbk_curves_of_study(study, "oss", by, 1, NULL, &r, arena, &curves, &err) ==
          CBK_EINVAL);
    CHECK(strstr(err.message, "did you mean \"os\"") != NULL);
    static const char *const wrong[] = {"margn"};
    CHECK(cbk_curves_of_study(study, "os", wrong, 1, NULL, &r, arena, &curves, &err) ==
          CBK_EINVAL);
    CHECK(strstr(err.message, "margin") != NULL);
}

/* ---- mistakes
 * ------------------------------------------------------------------------------ */

static bool has_problem(size_t line, const char *part)
{
    for (size_t i = 0; i < problems->n_found && i < CBK_PROBLEMS_MAX; i++) {
        const cbk_problem *problem = &problems->kept[i];
        if (problem->place.line == line && strstr(problem->message, part) != NULL) {
            return true;
        }
    }
    for (size_t i = 0; i < problems->n_found && i < CBK_PROBLEMS_MAX; i++) {
        printf("# %s:%zu: %s\n", problems->kept[i].place.file,
               problems->kept[i].place.line, problems->kept[i].message);
    }
    printf("# wanted %zu: %s\n", line, part);
    return false;
}

static void names_every_wrong_cell(void)
{
    CHECK(study_folder_write(&folder, "patient.csv",
                             "patient,age,size,margin,signs,dead,months,seen,died,last\n"
                             "1,130,7.3,neg,pain|ache,no,132,2000-01-01,,2004-01-01\n"
                             "2,25.5,x,positive,pain|pain,maybe,36,2001-02-30,,\n"
                             "2,1,1,neg,,no,-1,,,\n"
                             ",1,1,pos,,no,1,,,\n"));
    CHECK(open_again() == CBK_EDATA);
    CHECK(has_problem(2, "`age`: found \"130\", expected a whole number from 0 to 120"));
    CHECK(has_problem(2, "`signs`: found \"pain|ache\", expected one of pain, mass"));
    CHECK(has_problem(3, "`age`: found \"25.5\", expected a whole number"));
    CHECK(has_problem(3, "`size`: found \"x\", expected a number (cm)"));
    CHECK(has_problem(3, "`margin`: found \"positive\", expected one of neg, pos"));
    CHECK(has_problem(3, "each choice once"));
    CHECK(has_problem(3, "`dead`: found \"maybe\", expected yes or no"));
    CHECK(has_problem(3, "`seen`: found \"2001-02-30\", expected a day"));
    CHECK(has_problem(4, "stands already on line 3"));
    CHECK(has_problem(5, "`patient`: empty"));
    CHECK(problems->n_found == 10); /* and the relapses of patient 1 and 2 are fine */
}

/* A broken row does not hide what is wrong in the whole ones, nor invents orphans. */
static void names_cells_beside_broken_rows(void)
{
    CHECK(make_good());
    CHECK(study_folder_write(&folder, "patient.csv",
                             "patient,age,size,margin,signs,dead,months,seen,died,last\n"
                             "1,old,1,neg,,no,1,,,\n2,1\n3,1,1,pos,,perhaps,1,,,\n"));
    CHECK(open_again() == CBK_EDATA);
    CHECK(has_problem(2, "`age`: found \"old\""));
    CHECK(has_problem(3, "has 2 cells"));
    CHECK(has_problem(4, "`dead`: found \"perhaps\""));
    CHECK(problems->n_found == 3);
}

static void names_wrong_headers_and_orphans(void)
{
    CHECK(study_folder_write(&folder, "patient.csv",
                             "patient,agee,size,margin,signs,dead,months,seen,died,last\n"
                             "1,1,1,neg,,no,1,,,\n"));
    CHECK(open_again() == CBK_EDATA);
    CHECK(has_problem(1, "column `agee` is not declared"));
    CHECK(has_problem(1, "did you mean `age`?"));
    CHECK(has_problem(1, "no column `age`"));
    CHECK(make_good());
    CHECK(
        study_folder_write(&folder, "relapse.csv",
                           "patient,n,month,site\n9,1,1,x\n1,1,1,x\n1,1,2,y\n1,0,3,z\n"));
    CHECK(open_again() == CBK_EDATA);
    CHECK(has_problem(2, "\"9\" is not in"));
    CHECK(has_problem(4, "stands already on line 3"));
    CHECK(has_problem(5, "`n`: found \"0\""));
    CHECK(problems->n_found == 3);
}

static void names_wrong_sources(void)
{
    CHECK(make_good());
    CHECK(study_folder_write(&folder, "sources.csv",
                             "form,record,field,value,source\n"
                             "patients,1,age,1,x\npatient,7,age,1,x\npatient,1,agee,1,x\n"
                             "patient,1,age,1,\nrelapse,1,site,x,y\n"));
    CHECK(open_again() == CBK_EDATA);
    CHECK(has_problem(2, "\"patients\" is no form"));
    CHECK(has_problem(3, "no record \"7\""));
    CHECK(has_problem(4, "did you mean `age`?"));
    CHECK(has_problem(5, "who says so?"));
    CHECK(has_problem(6, "patient/n"));
}

/* One protocol after another with a mistake in its SQL. */
static void names_wrong_sql(void)
{
    static const struct {
        const char *was, *is, *says;
    } wrong[] = {
        {"age >= 50", "agee >= 50", "derived variable `old`: no such column: agee"},
        {"age >= 50", "sum(age)", "one a patient"},
        {"age >= 50", "relapses > 0", "`old`: uses `relapses`, which is made after it"},
        {"age >= 50", "old = 1", "`old`: uses `old`, which is made after it"},
        {"age >= 50", "events(os)", "endpoints cannot be used"},
        {"dead = 1\"}", "dead + 1\"}", "must be true or false"},
        {"time: months", "time: monthss", "endpoint `os`: no such column"},
        {"time: months", "time: \"months - 100\"", "it must be a number from 0"},
        {"size < 9", "size <", "check `small`"},
        {"size < 9", "sizee < 9", "check `small`: no such column: sizee"},
        {"age >= 50", "age",
         "`old`: gives \"55\" for patient 1, which is not true or false"},
        {"age >= 50", "(SELECT random())", "may read the records and nothing else"},
    };
    for (size_t i = 0; i < N(wrong); i++) {
        char text[4096];
        const char *at = strstr(protocol, wrong[i].was);
        CHECK(at != NULL);
        (void)snprintf(text, sizeof text, "%.*s%s%s", (int)(at - protocol), protocol,
                       wrong[i].is, at + strlen(wrong[i].was));
        CHECK(make_good() && study_folder_write(&folder, "protocol.yaml", text));
        CHECK(open_again() == CBK_EDATA);
        bool is_told = false;
        for (size_t k = 0; k < problems->n_found && k < CBK_PROBLEMS_MAX; k++) {
            is_told = is_told || strstr(problems->kept[k].message, wrong[i].says) != NULL;
        }
        if (!is_told) {
            printf("# %s: %s\n", wrong[i].is, problems->kept[0].message);
        }
        CHECK(is_told);
    }
}

/* Keys that are not in the order of their bytes: every answer keeps the order of the
 * file. */
static void keeps_the_order_of_the_file(void)
{
    CHECK(make_good());
    CHECK(study_folder_write(&folder, "patient.csv",
                             "patient,age,size,margin,signs,dead,months,seen,died,last\n"
                             "9,10,1,,,no,1,,,\n10,20,2,,,yes,2,,,\n2,60,3,,,no,3,,,\n"));
    CHECK(study_folder_write(&folder, "relapse.csv",
                             "patient,month,site\n10,1,b\n9,1,a\n2,1,c\n"));
    CHECK(study_folder_write(&folder, "sources.csv", "form,record,field,value,source\n"));
    CHECK(open_again() == CBK_OK);
    static const char *const keys[] = {"patient"};
    static const char *const both[] = {"patient", "old", "os"};
    const cbk_table *table = NULL;
    CHECK(cbk_study_select(study, keys, 1, NULL, NULL, arena, &table, &err) == CBK_OK);
    CHECK(strcmp(table->columns[0].text[0], "9") == 0);
    CHECK(strcmp(table->columns[0].text[2], "2") == 0);
    CHECK(cbk_study_select(study, keys, 1, "relapse", "month = 1", arena, &table, &err) ==
          CBK_OK);
    CHECK(strcmp(table->columns[0].text[0], "10") == 0);
    CHECK(cbk_study_select(study, both, 3, NULL, "patient > ''", arena, &table, &err) ==
          CBK_OK);
    CHECK(table->columns[1].number[2] == 1.0 && table->columns[1].number[0] == 0.0);
    CHECK(strcmp(table->columns[2].text[1], "2") == 0);
    cbk_quantity found;
    CHECK(cbk_study_evaluate(study, "max((SELECT old FROM patient WHERE patient = '2'))",
                             NULL, "patient = '9'", NULL, arena, &found, &err) == CBK_OK);
    CHECK(found.value.number == 1.0); /* a sub-select sees derived variables, too */
    CHECK(cbk_study_evaluate(study, "(SELECT os FROM patient WHERE patient = '10')", NULL,
                             NULL, NULL, arena, &found, &err) == CBK_OK);
    CHECK(strcmp(found.value.text, "2") == 0);
}

static void opens_a_study_of_nobody(void)
{
    CHECK(make_good());
    CHECK(
        study_folder_write(&folder, "patient.csv",
                           "patient,age,size,margin,signs,dead,months,seen,died,last\n"));
    CHECK(study_folder_write(&folder, "relapse.csv", "patient,month,site\n"));
    CHECK(study_folder_write(&folder, "sources.csv", "form,record,field,value,source\n"));
    CHECK(open_again() == CBK_OK);
    cbk_quantity found;
    CHECK(cbk_study_evaluate(study, "km_survival(os, 60)", NULL, NULL, NULL, arena,
                             &found, &err) == CBK_OK);
    CHECK((found.notes & CBK_NOTE_NO_ROWS) != 0 && cbk_notes_forbid_print(found.notes));
    const cbk_finding *findings = NULL;
    size_t n = 1;
    CHECK(cbk_study_check(study, arena, &findings, &n, &err) == CBK_OK && n == 0);
}

static void says_when_there_is_no_study(void)
{
    cbk_problems none = {.arena = arena};
    cbk_study *missing = NULL;
    CHECK(cbk_study_open("/nowhere/at/all", arena, &none, &missing, &err) == CBK_EIO);
    CHECK(missing == NULL && strstr(err.message, "/nowhere/at/all") != NULL);
    CHECK(cbk_study_open("/tmp", arena, &none, &missing, &err) == CBK_EIO);
    CHECK(strstr(err.message, "protocol.yaml") != NULL);
}

int main(void)
{
    static const check_test tests[] = {
        {"answers questions, with notes", answers_questions},
        {"says what is behind a number", says_what_is_behind},
        {"follows the conventions it is given", follows_conventions},
        {"refuses wrong questions", refuses_wrong_questions},
        {"writes endpoints from durations and dates", writes_endpoints},
        {"finds what cannot be", finds_what_cannot_be},
        {"keeps what other sources say", keeps_what_sources_say},
        {"keeps the kinds of missing", keeps_kinds_of_missing},
        {"draws curves by group", draws_curves_by_group},
        {"names every wrong cell", names_every_wrong_cell},
        {"names cells beside broken rows", names_cells_beside_broken_rows},
        {"names wrong headers and orphans", names_wrong_headers_and_orphans},
        {"names wrong sources", names_wrong_sources},
        {"names wrong SQL", names_wrong_sql},
        {"keeps the order of the file", keeps_the_order_of_the_file},
        {"opens a study of nobody", opens_a_study_of_nobody},
        {"says when there is no study", says_when_there_is_no_study},
    };
    arena = cbk_arena_create(NULL, SIZE_MAX);
    if (arena == NULL || !study_folder_make(&folder) || !make_good() ||
        open_again() != CBK_OK) {
        printf("Bail out! %s %s\n", err.message,
               problems != NULL && problems->n_found > 0 ? problems->kept[0].message
                                                         : "");
        study_folder_remove(&folder);
        return 99;
    }
    const int exit_code = check_main(tests, N(tests));
    cbk_study_close(study);
    study_folder_remove(&folder);
    cbk_arena_destroy(arena);
    return exit_code;
}
