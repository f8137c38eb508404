/* test_manuscript_bind.c - which numbers claims cover, what is suggested for the rest,
 * and that a proposed file can be given back: on a study of its own, with dates, two arms
 * and a repeating form.
 */
#include "check.h"
#include "faulty_heap.h"
#include "study_folder.h"

#include "claims/claims_file.h"
#include "claims/manuscript/manuscript_builder.h"

#include <string.h>

#define N(array) (sizeof(array) / sizeof((array)[0]))

static const char protocol[] =
    "casebook: 1\n"
    "study: {id: breast, title: Breast cancer after surgery}\n"
    "forms:\n"
    "  patient:\n"
    "    key: patient\n"
    "    fields:\n"
    "      age: {label: Age at diagnosis, type: integer, unit: years}\n"
    "      bmi: {label: Body mass index, type: number, unit: kg/m2}\n"
    "      nodes: {label: Positive lymph nodes, type: integer}\n"
    "      sex: {label: Sex, type: choice, choices: {f: Female, m: Male}}\n"
    "      er: {label: Oestrogen receptor, type: choice, choices: {p: Positive, n: "
    "Negative}}\n"
    "      arm: {label: Treatment, type: choice, choices: {s: Surgery alone, c: "
    "Chemotherapy}}\n"
    "      smoker: {label: Smoker, type: boolean}\n"
    "      diagnosed_on: {label: Diagnosis, type: date}\n"
    "      died_on: {label: Death, type: date}\n"
    "      seen_on: {label: Last contact, type: date}\n"
    "  relapse:\n"
    "    repeats: patient\n"
    "    fields:\n"
    "      site: {type: choice, choices: {bone: Bone, liver: Liver}}\n"
    "endpoints:\n"
    "  os: {label: Overall survival, from: diagnosed_on, event_on: died_on, censor_on: "
    "seen_on, "
    "unit: months}\n"
    "  worse: {label: Progression, from: diagnosed_on, event_on: died_on, censor_on: "
    "seen_on, unit: months, competing: {other: \"age = 70\"}}\n";

static const char patients[] =
    "patient,age,bmi,nodes,sex,er,arm,smoker,diagnosed_on,died_on,seen_on\n"
    "1,40,22.5,0,f,p,s,1,2010-01-01,2012-01-01,2012-01-01\n"
    "2,50,24.5,1,f,p,c,0,2010-01-01,,2016-01-01\n"
    "3,60,26.5,2,f,n,c,0,2010-01-01,,2016-01-01\n"
    "4,70,28.5,5,m,p,s,1,2010-01-01,2014-01-01,2014-01-01\n";

static const char relapses[] = "patient,n,site\n1,1,bone\n1,2,liver\n4,1,bone\n";

typedef struct fixture {
    study_folder folder;
    cbk_arena *arena;
    cbk_problems problems;
    cbk_study *study;
    const cbk_audit *audit;
    const cbk_manuscript *manuscript;
    const cbk_manuscript_audit *bound;
    cbk_error err;
} fixture;

static bool open_fixture(fixture *f)
{
    *f = (fixture){.arena = cbk_arena_create(NULL, (size_t)1 << 28)};
    f->problems.arena = f->arena;
    return study_folder_make(&f->folder) &&
           study_folder_write(&f->folder, "protocol.yaml", protocol) &&
           study_folder_write(&f->folder, "patient.csv", patients) &&
           study_folder_write(&f->folder, "relapse.csv", relapses) &&
           cbk_study_open(f->folder.path, f->arena, &f->problems, &f->study, &f->err) ==
               CBK_OK;
}

static void close_fixture(fixture *f)
{
    if (f->err.message[0] != '\0') {
        printf("# %s\n", f->err.message);
    }
    for (size_t i = 0; i < f->problems.n_found && i < CBK_PROBLEMS_MAX; i++) {
        printf("# %s\n", f->problems.kept[i].message);
    }
    cbk_study_close(f->study);
    cbk_arena_destroy(f->arena);
    study_folder_remove(&f->folder);
}

static bool read_claims(fixture *f, const char *text)
{
    const cbk_claims *claims = NULL;
    return cbk_claims_parse("c.yaml", text, strlen(text), f->arena, &f->problems, &claims,
                            &f->err) == CBK_OK &&
           cbk_audit_run(f->study, claims, f->arena, &f->problems, &f->audit, &f->err) ==
               CBK_OK;
}

static bool bind(fixture *f, const char *text)
{
    return cbk_manuscript_parse("m.md", CBK_MANUSCRIPT_MARKDOWN, text, strlen(text),
                                f->arena, &f->manuscript, &f->err) == CBK_OK &&
           cbk_manuscript_bind(f->study, f->audit, f->manuscript, f->arena, &f->bound,
                               &f->err) == CBK_OK &&
           f->bound->n_covered + f->bound->n_suggested + f->bound->n_unbound ==
               f->manuscript->n_numbers;
}

/* ---- suggestions ------------------------------------------------------------------- */

/* The first suggestion for a number of the sentence; NULL: none. */
typedef struct suggested {
    const char *sentence;
    const char *number;
    const char *of;
    const char *among;
    bool is_met;
} suggested;

static const suggested suggestions[] = {
    {"The median age at diagnosis was 55 years (range 40–70).", "55", "median(age)", NULL,
     true},
    {"The median age at diagnosis was 55 years (range 40–70).", "40", "min(age)", NULL,
     true},
    {"The median age at diagnosis was 55 years (range 40–70).", "70", "max(age)", NULL,
     true},
    /* A wrong number gets the question that it answers wrongly. */
    {"The median age at diagnosis was 54 years.", "54", "median(age)", NULL, false},
    {"Body mass index averaged 25.5 ± 2.6.", "25.5", "mean(bmi)", NULL, true},
    {"The mean body mass index was 25.5 ± 2.6.", "2.6", "sd(bmi)", NULL, true},
    {"The median age at diagnosis of smokers was 55 years.", "55", "median(age)",
     "smoker", true},
    {"Three of four patients were women (75%).", "Three", "sum(sex = 'f')", NULL, true},
    {"Three of four patients were women (75%).", "four", "count(*)", NULL, true},
    {"Three of four patients were women (75%).", "75%", "percent(sex = 'f')", NULL, true},
    {"Two patients were smokers and 1 was oestrogen receptor negative.", "Two",
     "sum(smoker)", NULL, true},
    {"Two patients were smokers and 1 was oestrogen receptor negative.", "1",
     "sum(er = 'n')", NULL, true},
    {"The 3-year overall survival was 75%.", "75%", "100 * km_survival(os, 36)", NULL,
     true},
    {"Overall survival was 75% at 3 years and 50% at 5 years.", "50%",
     "100 * km_survival(os, 60)", NULL, true},
    {"The 5-year overall survival was 100% after chemotherapy.", "100%",
     "100 * km_survival(os, 60)", "arm = 'c'", true},
    /* Of events that compete an incidence is asked for where the sentence says so. */
    {"The cumulative incidence of progression at 3 years was 25% (95% CI 1–66%).", "25%",
     "100 * cuminc(worse, 36)", NULL, true},
    {"The cumulative incidence of progression at 3 years was 25% (95% CI 1–66%).", "1",
     "100 * cuminc_lower(worse, 36)", NULL, false},
    {"There were 3 relapses.", "3", "count(*)", NULL, true},
    /* The order gives each percentage its time. */
    {"The 1- and 3-year OS was 100% and 75%.", "75%", "100 * km_survival(os, 36)", NULL,
     true},
    {"The 1- and 3-year OS was 100% and 75%.", "100%", "100 * km_survival(os, 12)", NULL,
     true},
    {"Survival at 3 years was 75% (95% CI 43–100%).", "43", "100 * km_lower(os, 36)",
     NULL, true},
    {"The 3-year hazard ratio of survival was 2 (95% CI 1.1–4.2).", "1.1", NULL, NULL,
     false},
    /* What stands in other brackets says nothing. */
    {"Four patients (3 women, 1 man; median age at diagnosis 55 years) came.", "55",
     "median(age)", NULL, true},
    {"Four patients (3 women, 1 man; median age at diagnosis 55 years) came.", "3",
     "sum(sex = 'f')", NULL, true},
    {"There were relapses in the bone in 2 patients.", "2", "count(DISTINCT patient)",
     "site = 'bone'", true},
    /* What is said of them is counted, not all of them; what is not understood is not. */
    {"Two patients died.", "Two", "events(os)", NULL, true},
    {"There were 2 deaths.", "2", "events(os)", NULL, true},
    {"Two patients (50%) died.", "50%", "100.0 * events(os) / count(*)", NULL, true},
    {"Two died of sepsis.", "Two", NULL, NULL, false},
    {"One woman died.", "One", "events(os)", "sex = 'f'", true},
    {"Two of 3 smokers were women.", "Two", "sum(sex = 'f')", "smoker", false},
    {"One of the two patients with chemotherapy died.", "two", "sum(arm = 'c')", NULL,
     true},
    {"Two of the three patients who had a drain died.", "Two", NULL, NULL, false},
    {"Two of the three patients who had a drain died.", "three", NULL, NULL, false},
    {"Three women had a drain.", "Three", NULL, NULL, false},
    {"Three patients had a drain.", "Three", NULL, NULL, false},
    {"Two patients did not receive chemotherapy.", "Two", NULL, NULL, false},
    {"Of 4 patients, none smoked.", "4", "count(*)", NULL, true},
    {"All 4 patients were seen.", "4", "count(*)", NULL, true},
    {"No patient was lost from the study.", "No", NULL, NULL, false},
    {"Two patients reported pain.", "Two", NULL, NULL, false},
    {"We report four patients.", "four", "count(*)", NULL, true},
    {"Five papers have been written about it.", "Five", NULL, NULL, false},
    {"None of it was negative in 7 of them.", "7", NULL, NULL, false},
    {"It lasted from January 2010 to 2016.", "2016", NULL, NULL, false},
};

static const cbk_standing *standing_of(const fixture *f, const char *number)
{
    for (size_t i = 0; i < f->manuscript->n_numbers; i++) {
        if (strcmp(f->manuscript->numbers[i].text, number) == 0) {
            return &f->bound->standing[i];
        }
    }
    return NULL;
}

static bool is_suggested(fixture *f, const suggested *one)
{
    const cbk_standing *standing =
        bind(f, one->sentence) ? standing_of(f, one->number) : NULL;
    if (standing == NULL) {
        printf("# no %s in \"%s\"\n", one->number, one->sentence);
        return false;
    }
    const cbk_suggestion *first =
        standing->n_suggestions > 0 ? &standing->suggestions[0] : NULL;
    const bool is_right = first == NULL
                              ? one->of == NULL
                              : one->of != NULL && strcmp(first->of, one->of) == 0 &&
                                    cbk_text_is_equal(first->among, one->among) &&
                                    first->is_met == one->is_met;
    if (!is_right) {
        printf("# %s in \"%s\": %s among %s, %s\n", one->number, one->sentence,
               first != NULL ? first->of : "nothing",
               first != NULL && first->among != NULL ? first->among : "all",
               first != NULL && first->is_met ? "as printed" : "not as printed");
    }
    return is_right;
}

static void test_suggestions_follow_the_words(void)
{
    fixture f;
    bool is_open = open_fixture(&f);
    size_t n_wrong = 0;
    for (size_t i = 0; is_open && i < N(suggestions); i++) {
        n_wrong += !is_suggested(&f, &suggestions[i]);
    }
    close_fixture(&f);
    CHECK(is_open);
    CHECK(n_wrong == 0);
}

/* ---- claims -------------------------------------------------------------------------
 */

static const char claims[] =
    "claims:\n"
    "  - {id: n, place: Abstract, says: patients in the series, stated: \"4\", of: "
    "count(*)}\n"
    "  - {id: age, says: median age (range), stated: \"55 (40–70)\", of: [median(age), "
    "min(age), max(age)]}\n"
    "  - {id: os-5, place: Results, says: 5-year survival, stated: \"60%\", of: \"100 * "
    "km_survival(os, 60)\"}\n"
    "  - {id: start, says: accrual, stated: \"Jan 2010\", quantity: accrual}\n"
    "  - {id: gone, says: lymph nodes, stated: \"9\", of: sum(nodes)}\n";

static const char text[] = "# Title\n\n## Abstract\n\nFour patients were followed; 4 "
                           "scans were made. Accrual began in "
                           "January 2010.\n\n## Results\n\nTheir median age was 55 years "
                           "(range, 40 to 70). After 5 years "
                           "survival was 60%. One patient smoked 20 a day. "
                           "Two were smokers.\n";

/* "60%" is covered by os-5, ...; NULL: by none. */
static bool is_covered(const fixture *f, const char *number, const char *id)
{
    const cbk_standing *standing = standing_of(f, number);
    if (standing == NULL) {
        return false;
    }
    if (standing->n_covers == 0) {
        return id == NULL;
    }
    return id != NULL &&
           strcmp(f->audit->results[standing->covers[0].claim].claim->id, id) == 0;
}

static void test_claims_cover_what_they_state(void)
{
    fixture f;
    const bool is_bound = open_fixture(&f) && read_claims(&f, claims) && bind(&f, text);
    const bool is_right = is_bound && is_covered(&f, "Four", "n") &&
                          is_covered(&f, "4", NULL) &&
                          is_covered(&f, "January 2010", "start") &&
                          is_covered(&f, "55", "age") && is_covered(&f, "40", "age") &&
                          is_covered(&f, "70", "age") && is_covered(&f, "60%", "os-5") &&
                          is_covered(&f, "5", "os-5") && is_covered(&f, "20", NULL);
    const bool is_gone =
        is_bound && f.bound->n_not_found == 1 &&
        strcmp(f.audit->results[f.bound->not_found[0]].claim->id, "gone") == 0;
    const cbk_standing *time = is_bound ? standing_of(&f, "5") : NULL;
    const bool is_question = time != NULL && time->covers[0].part == CBK_COVER_QUESTION;
    close_fixture(&f);
    CHECK(is_bound);
    CHECK(is_right);
    CHECK(is_gone);
    CHECK(is_question);
}

/* A claim that quotes its sentence covers its own number, not the others of it. */
static void test_a_quotation_covers_one_number(void)
{
    static const char quoting[] =
        "claims:\n  - {id: q, says: \"One patient smoked 20 a day.\", stated: \"20\"}\n";
    fixture f;
    const bool is_bound = open_fixture(&f) && read_claims(&f, quoting) && bind(&f, text);
    const bool is_right =
        is_bound && is_covered(&f, "20", "q") && is_covered(&f, "One", NULL);
    close_fixture(&f);
    CHECK(is_bound);
    CHECK(is_right);
}

/* ---- proposals ----------------------------------------------------------------------
 */

/* Without the # of each suggestion's first line. */
static char *confirmed(const char *proposed)
{
    char *copy = malloc(strlen(proposed) + 1);
    size_t n = 0;
    bool is_first = true; /* of the claim */
    for (const char *at = proposed; copy != NULL && *at != '\0';) {
        is_first = is_first || strncmp(at, "- id:", 5) == 0;
        const bool is_of = strncmp(at, "# of:", 5) == 0 && is_first;
        at += is_of ? 2 : 0;
        is_first = is_first && !is_of;
        copy[n++] = *at++;
        copy[n] = '\0';
    }
    return copy;
}

static void test_a_proposal_can_be_given_back(void)
{
    fixture f;
    const char *proposed = NULL;
    bool is_alone = true;
    bool is_open =
        open_fixture(&f) && study_folder_write(&f.folder, "claims.yaml", claims);
    char path[128];
    (void)snprintf(path, sizeof path, "%s/claims.yaml", f.folder.path);
    is_open = is_open && read_claims(&f, claims) && bind(&f, text) &&
              f.bound->n_covered < f.manuscript->n_numbers &&
              cbk_manuscript_propose(f.bound, path, f.arena, &proposed, &is_alone,
                                     &f.err) == CBK_OK;
    const size_t n_before = is_open ? f.audit->n : 0;
    const size_t n_open = is_open ? f.manuscript->n_numbers - f.bound->n_covered : 0;
    /* As it is: nothing new is bound, but every number is covered. */
    const bool is_read = is_open && read_claims(&f, proposed) && bind(&f, text);
    const bool is_all = is_read && f.bound->n_covered == f.manuscript->n_numbers &&
                        f.audit->n == n_before + n_open &&
                        f.audit->results[n_before].claim->n_of == 0;
    char *all = is_open ? confirmed(proposed) : NULL;
    const bool is_confirmed = all != NULL && read_claims(&f, all);
    size_t n_bound = 0;
    for (size_t i = n_before; is_confirmed && i < f.audit->n; i++) {
        n_bound += f.audit->results[i].claim->n_of > 0;
    }
    free(all);
    close_fixture(&f);
    CHECK(is_open);
    CHECK(!is_alone);
    CHECK(is_read);
    CHECK(is_all);
    CHECK(is_confirmed);
    CHECK(n_bound > 0);
}

/* New claims go behind the old ones, not behind what follows them. */
static void test_a_proposal_keeps_the_checks(void)
{
    static const char with_checks[] =
        "claims:\n- {id: a, stated: \"4\", of: count(*)}\n"
        "checks:\n- {id: c, says: women, percent: \"50%\", count: 2, n: 4}\n";
    fixture f;
    const char *proposed = NULL;
    bool is_alone = true;
    char path[128];
    const bool is_open = open_fixture(&f) &&
                         study_folder_write(&f.folder, "claims.yaml", with_checks) &&
                         read_claims(&f, with_checks) && bind(&f, text);
    (void)snprintf(path, sizeof path, "%s/claims.yaml", f.folder.path);
    const bool is_read = is_open &&
                         cbk_manuscript_propose(f.bound, path, f.arena, &proposed,
                                                &is_alone, &f.err) == CBK_OK &&
                         read_claims(&f, proposed);
    const bool is_kept = is_read && f.audit->n > 1 && f.audit->n_checks > 0;
    close_fixture(&f);
    CHECK(is_read);
    CHECK(!is_alone);
    CHECK(is_kept);
}

/* A file in braces cannot be added to: the new claims stand alone. */
static void test_a_proposal_may_stand_alone(void)
{
    static const char flow[] = "claims: [{id: a, stated: \"4\", of: count(*)}]\n";
    fixture f;
    const char *proposed = NULL;
    bool is_alone = false;
    char path[128];
    const bool is_open = open_fixture(&f) &&
                         study_folder_write(&f.folder, "claims.yaml", flow) &&
                         read_claims(&f, flow) && bind(&f, text);
    (void)snprintf(path, sizeof path, "%s/claims.yaml", f.folder.path);
    const bool is_proposed =
        is_open && cbk_manuscript_propose(f.bound, path, f.arena, &proposed, &is_alone,
                                          &f.err) == CBK_OK;
    const bool is_read = is_proposed && read_claims(&f, proposed);
    close_fixture(&f);
    CHECK(is_proposed);
    CHECK(is_alone);
    CHECK(is_read);
}

static void test_no_text_and_no_claims(void)
{
    fixture f;
    const bool is_bound = open_fixture(&f) && bind(&f, "");
    const bool is_empty =
        is_bound && f.bound->n_covered == 0 && f.bound->n_not_found == 0;
    const char *proposed = NULL;
    bool is_alone = false;
    const bool is_proposed =
        is_bound && cbk_manuscript_propose(f.bound, NULL, f.arena, &proposed, &is_alone,
                                           &f.err) == CBK_OK;
    const bool is_read = is_proposed && read_claims(&f, proposed) && f.audit->n == 0;
    close_fixture(&f);
    CHECK(is_empty);
    CHECK(is_read);
}

/* Reads, binds and proposes in an arena whose heap gives n blocks. */
static cbk_status all_in(const fixture *f, cbk_arena *arena)
{
    const cbk_manuscript *m = NULL;
    const cbk_manuscript_audit *bound = NULL;
    const char *proposed = NULL;
    bool is_alone = false;
    cbk_error err = {0};
    CBK_TRY(cbk_manuscript_parse("m.md", CBK_MANUSCRIPT_MARKDOWN, text, strlen(text),
                                 arena, &m, &err));
    CBK_TRY(cbk_manuscript_bind(f->study, f->audit, m, arena, &bound, &err));
    return cbk_manuscript_propose(bound, NULL, arena, &proposed, &is_alone, &err);
}

static void test_out_of_memory(void)
{
    fixture f;
    const bool is_open = open_fixture(&f) && read_claims(&f, claims);
    cbk_status status = CBK_ENOMEM;
    bool is_clean = is_open;
    for (int k = 1; is_clean && k < 2000 && status == CBK_ENOMEM; k++) {
        faulty_heap heap;
        cbk_arena *arena = faulty_arena(&heap, k);
        if (arena == NULL) {
            continue;
        }
        status = all_in(&f, arena);
        cbk_arena_destroy(arena);
        is_clean = heap.n_live == 0;
    }
    close_fixture(&f);
    CHECK(is_open);
    CHECK(is_clean);
    CHECK(status == CBK_OK);
}

int main(void)
{
    static const check_test tests[] = {
        {"suggestions follow the words", test_suggestions_follow_the_words},
        {"claims cover what they state", test_claims_cover_what_they_state},
        {"a quotation covers one number", test_a_quotation_covers_one_number},
        {"a proposal can be given back", test_a_proposal_can_be_given_back},
        {"a proposal keeps the checks", test_a_proposal_keeps_the_checks},
        {"a proposal may stand alone", test_a_proposal_may_stand_alone},
        {"no text and no claims", test_no_text_and_no_claims},
        {"out of memory", test_out_of_memory},
    };
    return check_main(tests, N(tests));
}
