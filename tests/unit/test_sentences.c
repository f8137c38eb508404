/* test_sentences.c - results and methods in words, case histories from sentences of a
 * protocol: grammar of none, one and many, what is missing, mistakes; and for the worked
 * example that every number of every history is the record's.
 */
#include "check.h"
#include "study_folder.h"

#include "report/builder.h"

#include <casebook/casebook.h>

#include <ctype.h>

#define N(array) (sizeof(array) / sizeof((array)[0]))

static const char *worked_example;
static cbk_arena *arena;

/* ---- studies made here --------------------------------------------------------------
 */

#define HEAD                                                                             \
    "casebook: 1\n"                                                                      \
    "study: {id: t, title: Test}\n"                                                      \
    "forms:\n"                                                                           \
    "  patient:\n"                                                                       \
    "    key: case\n"                                                                    \
    "    fields:\n"                                                                      \
    "      age:    {label: Age, type: integer, unit: years}\n"                           \
    "      sex:    {label: Sex, type: choice, choices: {f: Female, m: Male}}\n"          \
    "      signs:  {label: Signs, type: choices, choices: {pain: Pain, rash: Rash, "     \
    "mri: "                                                                              \
    "MRI lesion}}\n"                                                                     \
    "      size:   {label: Size, type: number, unit: cm}\n"                              \
    "      months: {label: Follow-up, type: number, unit: months}\n"                     \
    "      dead:   {label: Died, type: boolean}\n"                                       \
    "      leak:   {label: Leak, type: boolean}\n"                                       \
    "  visit:\n"                                                                         \
    "    repeats: patient\n"                                                             \
    "    fields:\n"                                                                      \
    "      month: {label: Month, type: number, unit: months}\n"                          \
    "      site:  {label: Site, type: choice, choices: {lung: Lung, liver: Liver}}\n"    \
    "  drug:\n"                                                                          \
    "    repeats: patient\n"                                                             \
    "    fields:\n"                                                                      \
    "      month:  {label: Month, type: number, unit: months}\n"                         \
    "      name:   {label: Name, type: text}\n"                                          \
    "      cycles: {label: Cycles, type: integer}\n"                                     \
    "endpoints:\n"                                                                       \
    "  os: {label: Overall survival, unit: months, time: months, event: dead}\n"

static const char patients[] = "case,age,sex,signs,size,months,dead,leak\n"
                               "A,81,f,pain|rash|mri,7.25,36,yes,no\n"
                               "B,18,m,pain,,1,no,no\n"
                               "C,,f,,3,60,no,yes\n";
static const char visits[] = "case,month,site\n"
                             "A,24,liver\nA,12,lung\nA,12,liver\nA,,lung\nB,1,lung\n";
static const char drugs[] = "case,month,name,cycles\n"
                            "A,12,first,1\nA,12,second,6\nA,24,third,\nB,2,fourth,2\n";

typedef struct opened {
    study_folder folder;
    cbk_study *study;
    cbk_problems problems;
} opened;

static opened open_made(const char *protocol, const char *patient_rows)
{
    opened made = {.problems = {.arena = arena}};
    cbk_error err = {.message = ""};
    if (!study_folder_make(&made.folder) ||
        !study_folder_write(&made.folder, "protocol.yaml", protocol) ||
        !study_folder_write(&made.folder, "patient.csv", patient_rows) ||
        !study_folder_write(&made.folder, "visit.csv",
                            patient_rows == patients ? visits : "case,month,site\n") ||
        !study_folder_write(&made.folder, "drug.csv",
                            patient_rows == patients ? drugs
                                                     : "case,month,name,cycles\n")) {
        return made;
    }
    (void)!cbk_study_open(made.folder.path, arena, &made.problems, &made.study, &err);
    return made;
}

static void close_made(opened *made)
{
    cbk_study_close(made->study);
    study_folder_remove(&made->folder);
}

static const char *text_of(const cbk_document *document)
{
    const char *text = NULL;
    size_t size = 0;
    if (cbk_render(document, CBK_FORMAT_TEXT, 4000, arena, &text, &size, NULL) !=
        CBK_OK) {
        return "";
    }
    return text;
}

/* The report of the made study has every text[i]. */
static bool report_says(const char *protocol, const char *patient_rows,
                        const char *const *texts, size_t n)
{
    opened made = open_made(protocol, patient_rows);
    const cbk_document *document = NULL;
    cbk_error err = {.message = ""};
    bool is_good =
        made.study != NULL &&
        cbk_report_build(made.study, NULL, NULL, NULL, arena, &document, &err) == CBK_OK;
    if (!is_good) {
        printf("# %s %s\n", err.message,
               made.problems.n_found > 0 ? made.problems.kept[0].message : "");
    }
    const char *all = is_good ? text_of(document) : "";
    for (size_t i = 0; i < n; i++) {
        const bool is_there = strstr(all, texts[i]) != NULL;
        if (!is_there) {
            printf("# not said: %s\n%.3000s\n", texts[i], all);
        }
        is_good = is_good && is_there;
    }
    close_made(&made);
    return is_good;
}

#define SAYS(protocol, rows, ...)                                                        \
    do {                                                                                 \
        const char *const expected[] = {__VA_ARGS__};                                    \
        CHECK(report_says(protocol, rows, expected, N(expected)));                       \
    } while (0)

/* ---- small words --------------------------------------------------------------------
 */

static void small_words(void)
{
    static const char *const an[] = {"8-year", "80", "11-year", "18",    "eight",  "IVC",
                                     "MRI",    "R0", "unclear", "SVC-1", "abscess"};
    static const char *const a[] = {"7-year", "110",  "181", "unilateral",
                                    "CT",     "PTFE", "one", "use",
                                    "19",     "T1",   "man", "ureteric"};
    static const char *const words[] = {"pain", "rash", "fever"};
    for (size_t i = 0; i < N(an); i++) {
        CHECK(strcmp(cbk_words_article(an[i]), "an") == 0);
    }
    for (size_t i = 0; i < N(a); i++) {
        CHECK(strcmp(cbk_words_article(a[i]), "a") == 0);
    }
    CHECK(strcmp(cbk_words_and(arena, words, 0), "") == 0);
    CHECK(strcmp(cbk_words_and(arena, words, 1), "pain") == 0);
    CHECK(strcmp(cbk_words_and(arena, words, 2), "pain and rash") == 0);
    CHECK(strcmp(cbk_words_and(arena, words, 3), "pain, rash and fever") == 0);
    CHECK(strcmp(cbk_words_number(arena, NULL, 0.0), "zero") == 0);
    CHECK(strcmp(cbk_words_number(arena, NULL, 9.0), "nine") == 0);
    CHECK(strcmp(cbk_words_number(arena, NULL, 10.0), "10") == 0);
    CHECK(strcmp(cbk_words_number(arena, NULL, 2.5), "2.5") == 0);
    CHECK(strcmp(cbk_words_number(arena, NULL, -1.0), "-1") == 0);
}

/* ---- case histories -----------------------------------------------------------------
 */

#define CASES                                                                            \
    "cases:\n"                                                                           \
    "  title: \"Patient {{case}}\"\n"                                                    \
    "  sentences:\n"                                                                     \
    "    - {says: \"A {{age}}-year-old {{sex | lower}} had {{signs | lower}}.\", "       \
    "missing: "                                                                          \
    "\"A {{sex | lower}} patient of unknown age or signs was seen.\"}\n"                 \
    "    - \"It measured {{size}} cm.\"\n"                                               \
    "    - {when: leak, says: \"There was a leak (\\\\{{sic).\"}\n"                      \
    "    - each: visit\n"                                                                \
    "      order: month\n"                                                               \
    "      among: \"n = (SELECT min(v.n) FROM visit v WHERE v.[case] = visit.[case] "    \
    "AND "                                                                               \
    "v.month IS visit.month)\"\n"                                                        \
    "      says: \"At {{month | month, months}} it was in {{site from visit among "      \
    "month "                                                                             \
    "IS "                                                                                \
    "visit.month | lower}}; {{name || ' in ' || cycles from drug among drug.month = "    \
    "visit.month}} helped.\"\n"                                                          \
    "      missing: \"{{site}} is not dated.\"\n"                                        \
    "      none: \"{{sex}}: never back.\"\n"                                             \
    "    - \"{{count(*) from visit | words visit, visits}}, the last at {{max(month) "   \
    "from visit}}; "                                                                     \
    "{{count(*) from visit among site = 'lung' | words time, times}} in the lung.\"\n"

static const char told[] = HEAD CASES "report: {sections: [cases]}\n";

static void histories_from_sentences(void)
{
    SAYS(
        told, patients,
        /* an article before 81; a list in a list; rows by month; missing values */
        "Patient A\n~~~~~~~~~\n\n"
        "An 81-year-old female had pain, rash and MRI lesion. It measured 7.25 cm. At 12 "
        "months it was in lung and liver; first in 1 and second in 6 helped. Liver is "
        "not "
        "dated. Lung is not dated. Four visits, the last at 24; two times in the lung.",
        "An 18-year-old male had pain. Lung is not dated. One visit, the last at 1; one "
        "time in the lung.",
        "A female patient of unknown age or signs was seen. It measured 3 cm. There was "
        "a "
        "leak ({{sic). Female: never back.");
}

/* Without sentences: every field, rows in the order of time, only when asked for. */
static void histories_without_sentences(void)
{
    static const char plain[] = HEAD "report: {sections: [cases]}\n";
    SAYS(plain, patients,
         "Case A\n~~~~~~\n\nAge: 81 years; Sex: Female; Signs: Pain, Rash, MRI lesion; "
         "Size: "
         "7.25 cm; Follow-up: 36 months; Died: Yes; Leak: No.\n\n"
         "- Visit. Month: 12 months; Site: Lung.\n"
         "- Visit. Month: 12 months; Site: Liver.\n"
         "- Visit. Month: 24 months; Site: Liver.\n"
         "- Visit. Site: Lung.\n"
         "- Drug. Month: 12 months; Name: first; Cycles: 1.\n",
         "Follow-up: 1 month;");
    SAYS(plain, "case,age,sex,signs,size,months,dead,leak\nA,,,,,,,\n",
         "Nothing but the key is recorded.");
    SAYS(plain, "case,age,sex,signs,size,months,dead,leak\n",
         "The records hold no patient.");
    opened made = open_made(HEAD, patients); /* rows of patients only when asked for */
    const cbk_document *document = NULL;
    CHECK(made.study != NULL && cbk_report_build(made.study, NULL, NULL, NULL, arena,
                                                 &document, NULL) == CBK_OK);
    CHECK(strstr(text_of(document), "Case histories") == NULL);
    close_made(&made);
}

static void nothing_to_tell(void)
{
    SAYS(HEAD "cases: {sentences: [\"It measured {{size}} cm.\"]}\n", patients,
         "Case B\n~~~~~~\n\nNo sentence of the protocol has all its values for this "
         "patient.");
}

/* ---- mistakes -----------------------------------------------------------------------
 */

/* Line 27 is the first behind HEAD. */
static const struct {
    const char *cases;
    size_t line;
    const char *says;
} wrong[] = {
    {"cases: {sentences: [\"{{agee}}\"]}\n", 27,
     "{{agee}}: no such column: agee; did you "
     "mean \"age\"?"},
    {"cases:\n  sentences:\n    - \"{{age | lowr}}\"\n", 29,
     "{{age | lowr}}: There is no format \"lowr\"; did you mean \"lower\"?"},
    {"cases: {sentences: [\"{{age\"]}\n", 27, "`{{age` has no }} that ends it."},
    {"cases: {sentences: [\"{{table:1}}\"]}\n", 27, "a case history has no tables"},
    {"cases: {sentences: [\"{{age among age > 1}}\"]}\n", 27, "`among` chooses rows"},
    {"cases: {sentences: [\"{{count(*)}}\"]}\n", 27, "one value of all rows together"},
    {"cases: {sentences: [\"{{count(*) from visitt}}\"]}\n", 27,
     "`visitt` is not a form; did you mean `visit`?"},
    {"cases: {sentences: [\"{{sitee from visit}}\"]}\n", 27, "did you mean \"site\"?"},
    {"cases: {sentences: [{each: visit, says: \"{{mont}}\"}]}\n", 27,
     "did you mean \"month\"?"},
    {"cases: {sentences: [{each: patient, says: x}]}\n", 27,
     "`patient` is not a repeating form"},
    {"cases: {sentences: [{order: month, says: x}]}\n", 27,
     "`order` is of a sentence with"},
    {"cases: {sentences: [{when: ded, says: x}]}\n", 27,
     "`when`: no such column: ded; did you mean \"dead\"?"},
    {"cases: {sentences: [{each: visit, among: mont, says: x}]}\n", 27,
     "`among`: no such column: mont"},
    {"cases: {sentences: [{each: visit, order: mont, says: x}]}\n", 27,
     "`order`: no such column: mont"},
    {"cases: {sentences: [{says: x, whn: dead}]}\n", 27,
     "`whn` is not a key of a sentence; did you mean `when`?"},
    {"cases: {title: x}\n", 27, "`cases` needs `sentences`"},
    {"cases: {sentences: []}\n", 27, "`cases` needs `sentences`"},
    {"cases: {title: \"{{caze}}\", sentences: [x]}\n", 27, "did you mean \"case\"?"},
    {"report: {sections: [case]}\n", 27, "did you mean `cases`?"},
};

static void mistakes_of_sentences(void)
{
    for (size_t i = 0; i < N(wrong); i++) {
        opened made =
            open_made(cbk_text_format(arena, HEAD "%s", wrong[i].cases), patients);
        const cbk_problem *found = &made.problems.kept[0];
        const bool is_good = made.study == NULL && made.problems.n_found == 1 &&
                             found->place.line == wrong[i].line &&
                             strstr(found->message, wrong[i].says) != NULL;
        if (!is_good) {
            printf("# %s# %zu problems: %zu %s\n", wrong[i].cases, made.problems.n_found,
                   made.problems.n_found > 0 ? found->place.line : 0,
                   made.problems.n_found > 0 ? found->message : "");
        }
        CHECK(is_good);
        close_made(&made);
    }
}

/* A format that a value does not take is found where the value is. */
static void a_format_that_does_not_fit(void)
{
    opened made = open_made(HEAD "cases: {sentences: [\"{{sex | 1}}\"]}\n", patients);
    const cbk_document *document = NULL;
    cbk_error err = {.message = ""};
    CHECK(made.study != NULL);
    CHECK(cbk_report_build(made.study, NULL, NULL, NULL, arena, &document, &err) ==
          CBK_EDATA);
    CHECK(strstr(err.message,
                 "protocol.yaml:27: {{sex | 1}}: It gives the text \"f\", which "
                 "only the formats text, lower and code print. (patient A)") != NULL);
    close_made(&made);
}

/* ---- results ------------------------------------------------------------------------
 */

#define ROWS "case,age,sex,signs,size,months,dead,leak\n"
#define COMPETING                                                                        \
    "  dod: {label: Relapse, event_label: Relapse of the tumour, unit: months, time: "   \
    "months, event: leak, competing: {death: \"dead AND NOT leak\"}}\n"
#define FIGURES                                                                          \
    "figures:\n"                                                                         \
    "  - {id: \"1\", kind: km, endpoint: os, marks: [12, 60]}\n"                         \
    "  - {id: \"2\", kind: km, endpoint: os, by: sex, marks: [12, 60]}\n"                \
    "  - {id: \"3\", kind: mcf, endpoint: os, events: [visit], marks: [12]}\n"

static void results_of_many(void)
{
    SAYS(
        HEAD COMPETING FIGURES, patients,
        "Three patients were included. Of them, two (67%) were female and one (33%) was "
        "male. The median age was 49.5 years (quartiles 33.8 to 65.3; range 18 to 81) in "
        "the two for whom it is known.",
        "For overall survival, one of the three patients (33%) had the event and two "
        "were "
        "censored. Overall survival was 100% (exact lower 95% limit 16%) at 12 months "
        "and "
        "50% (95% CI 13% to 100%) at 60 months. The median was 48 months (95% CI 36 to "
        "not "
        "reached).",
        "For relapse, one of the three patients (33%) had the event (relapse of the "
        "tumour), one had the competing event death, and one was censored. The "
        "cumulative "
        "incidence of relapse of the tumour was 0% (exact upper 95% limit 84%) at 12 "
        "months, 0% (exact upper 95% limit 98%) at 36 months and 50% (95% CI 9% to 99%) "
        "at "
        "60 months. That of death was 0% at 12 months, 50%",
        "By sex (Figure 2), overall survival at 12 months was",
        "for female (n = 2) and not estimable for male (n = 1); no test is possible.",
        "Left out: one event without a time.");
}

/* What is of a part of the patients says of which. */
static void results_of_some(void)
{
    SAYS(
        HEAD "figures:\n"
             "  - {id: \"1\", kind: km, endpoint: os, by: leak, among: \"sex = 'f'\", "
             "marks: [12]}\n"
             "  - {id: \"2\", kind: mcf, endpoint: os, events: [visit], among: \"age > "
             "20\", marks: [12]}\n",
        patients,
        "By leak among those recorded as “sex: female” (Figure 1), overall survival at "
        "12 "
        "months was 100% (exact lower 95% limit 3%) for no (n = 1) and 100% (exact lower "
        "95% limit 3%) for yes (n = 1); ",
        "counting visit among those recorded as age > 20 (Figure 2), was 2.00 by 12 "
        "months");
}

static void results_of_one_and_of_none(void)
{
    SAYS(HEAD COMPETING FIGURES, ROWS "A,40,f,,,13,no,no\n",
         "One patient was included. The patient was female. The age was 40 years.",
         "For overall survival, the only patient was censored. Overall survival was 100% "
         "(exact lower 95% limit 3%) at 12 months and not estimable at 60 months. The "
         "median was not reached.");
    SAYS(HEAD COMPETING FIGURES, ROWS "A,,,,,13,yes,no\n",
         "For overall survival, the only patient had the event.",
         "For relapse, the only patient had the competing event death.");
    SAYS(HEAD COMPETING FIGURES, ROWS "A,40,f,,,13,no,no\nB,40,f,,,14,no,no\n",
         "Two patients were included. All were female.",
         "neither of the two patients had the event and all were censored");
    SAYS(HEAD COMPETING FIGURES, ROWS "A,40,f,,,13,yes,no\nB,40,m,,,14,yes,no\n",
         "For overall survival, both patients had the event.",
         "neither of the two patients had the event (relapse of the tumour), two had the "
         "competing event death, and none were censored");
    SAYS(HEAD COMPETING FIGURES, ROWS, "The records hold no patient.");
    SAYS(HEAD COMPETING FIGURES, ROWS "A,40,f,,,,no,no\nB,40,f,,,,no,no\n",
         "Overall survival is not known for any patient.");
}

/* ---- claims -------------------------------------------------------------------------
 */

static void sentences_as_claims(void)
{
    opened made =
        open_made(HEAD FIGURES "cases: {sentences: [\"{{age}} years, {{count(*) "
                               "from visit | words visit, visits}}, {{sex}}.\"]}\n"
                               "report: {sections: [results, cases]}\n",
                  patients);
    const cbk_document *document = NULL;
    const char *claims = NULL;
    CHECK(made.study != NULL && cbk_report_build(made.study, NULL, NULL, NULL, arena,
                                                 &document, NULL) == CBK_OK);
    CHECK(cbk_report_claims_write(made.study, document, arena, &claims, NULL) == CBK_OK);
    static const char *const written[] = {
        "says: \"Three patients were included.\"\n    stated: \"3\"\n    of: "
        "\"count(*)\"",
        "stated: \"67\"\n    of: \"percent(sex = 'f')\"", /* 67% of the text */
        "says: \"The median was 48 months (95% CI 36 to not reached).\"\n    stated: "
        "\"not "
        "reached\"\n    of: \"km_median_upper(os)\"",
        "place: \"Case A\"\n    says: \"81 years, four visits, Female.\"\n    stated: "
        "\"81\"\n    of: \"age\"\n    from: \"patient\"\n    among: \"\\\"case\\\" = "
        "'A'\"",
        "stated: \"4\"\n    of: \"count(*)\"\n    from: \"visit\"\n    among: "
        "\"\\\"case\\\" = 'A'\"",
        "# Not among them: 6 that no question"}; /* an exact limit, means of visits */
    for (size_t i = 0; i < N(written); i++) {
        const bool is_there = strstr(claims, written[i]) != NULL;
        if (!is_there) {
            printf("# not written: %s\n%s\n", written[i], claims);
        }
        CHECK(is_there);
    }
    CHECK(strstr(claims, "of: \"sex\"") == NULL); /* a text is no number */
    close_made(&made);
}

/* ---- methods ------------------------------------------------------------------------
 */

/* What the report does not show is not claimed. */
static void methods_of_what_is_shown(void)
{
    opened made = open_made(
        HEAD FIGURES "report: {sections: [methods, {figure: \"1\"}]}\n", patients);
    const cbk_document *document = NULL;
    CHECK(made.study != NULL && cbk_report_build(made.study, NULL, NULL, NULL, arena,
                                                 &document, NULL) == CBK_OK);
    const char *text = text_of(document);
    CHECK(strstr(text,
                 "Overall survival was counted in months as “follow-up”; the event was "
                 "recorded as “died: yes”.") != NULL);
    CHECK(strstr(text, "method of Kaplan and Meier [1]") != NULL);
    CHECK(strstr(text, "log-rank") == NULL && strstr(text, "Nelson") == NULL);
    CHECK(strstr(text, "quartiles") == NULL && strstr(text, "beta product") == NULL);
    CHECK(strstr(text, "Methods") < strstr(text, "Figure 1.")); /* in its place */
    close_made(&made);
    opened bare = open_made(HEAD FIGURES "report: {sections: [methods]}\n", patients);
    CHECK(bare.study != NULL && cbk_report_build(bare.study, NULL, NULL, NULL, arena,
                                                 &document, NULL) == CBK_OK);
    const char *little = text_of(document);
    CHECK(strstr(little, "Kaplan") == NULL && strstr(little, "References") == NULL);
    CHECK(strstr(little, "none was replaced") != NULL);
    close_made(&bare);
    SAYS(HEAD FIGURES "report: {sections: [results, methods]}\n",
         ROWS "A,40,f,,,13,yes,no\nB,40,m,,,14,no,no\n",
         "Groups were compared by the log-rank test", "Nelson's mean cumulative function",
         "Where survival is 1 or 0", "median, quartiles and range", "none was replaced");
}

/* ---- memory that runs out ------------------------------------------------------------
 */

static void a_full_arena(void)
{
    opened made = open_made(HEAD COMPETING FIGURES CASES
                            "report: {sections: [methods, results, cases]}\n",
                            patients);
    CHECK(made.study != NULL);
    size_t n_failures = 0;
    bool is_done = false;
    for (size_t limit = 1 << 14; !is_done; limit += 1 << 14) {
        cbk_arena *small = cbk_arena_create(NULL, limit);
        const cbk_document *document = NULL;
        const char *claims = NULL;
        if (small == NULL) {
            continue;
        }
        cbk_status status =
            cbk_report_build(made.study, NULL, NULL, NULL, small, &document, NULL);
        if (status == CBK_OK) {
            status = cbk_report_claims_write(made.study, document, small, &claims, NULL);
        }
        is_done = status == CBK_OK;
        n_failures += !is_done;
        CHECK(is_done || status == CBK_ENOMEM);
        CHECK(is_done == (claims != NULL));
        cbk_arena_destroy(small);
    }
    CHECK(n_failures >= 3);
    close_made(&made);
}

/* ---- the worked example --------------------------------------------------------------
 */

static bool has_digit(const char *text)
{
    return text[strcspn(text, "0123456789")] != '\0';
}

/* Whether the text of a bound value is what stands in the cell of the record. */
static bool is_as_recorded(cbk_study *study, const cbk_span *span, size_t *n_cells)
{
    const cbk_provenance *of = span->provenance;
    cbk_quantity asked;
    if (cbk_study_evaluate(study, of->expression, of->from, of->among, NULL, arena,
                           &asked, NULL) != CBK_OK) {
        return false;
    }
    const cbk_records *records = cbk_study_records(study, of->from);
    const cbk_recorded *cell =
        asked.n_records == 1
            ? cbk_records_value(records, asked.record_rows[0], of->expression)
            : NULL;
    if (cell == NULL || cell->value.kind != CBK_VALUE_NUMBER) {
        return asked.value.kind != CBK_VALUE_ABSENT;
    }
    char number[CBK_NUMBER_SIZE];
    cbk_number_shortest(cell->value.number, number);
    const size_t n = strlen(number);
    (*n_cells)++;
    return strcmp(span->text, cbk_words_number(arena, NULL, cell->value.number)) == 0 ||
           (strncmp(span->text, number, n) == 0 &&
            !isdigit((unsigned char)span->text[n])) ||
           strncmp(span->text, cbk_words_number(arena, NULL, cell->value.number), 3) == 0;
}

/* Every number of every history is bound, and is the record's. */
static void every_number_of_the_histories(void)
{
    cbk_problems problems = {.arena = arena};
    cbk_study *study = NULL;
    CHECK(cbk_study_open(worked_example, arena, &problems, &study, NULL) == CBK_OK);
    const cbk_document *document = NULL;
    CHECK(cbk_report_build(study, NULL, NULL, NULL, arena, &document, NULL) == CBK_OK);
    bool is_in_cases = false;
    size_t n_cells = 0;
    size_t n_histories = 0;
    for (const cbk_block *block = document->first; block != NULL; block = block->next) {
        if (block->kind == CBK_BLOCK_HEADING && block->level == 2) {
            is_in_cases = cbk_text_is_equal(block->id, "cases");
        }
        if (!is_in_cases || block->kind != CBK_BLOCK_PARAGRAPH) {
            continue;
        }
        n_histories++;
        for (const cbk_span *span = block->run.first; span != NULL; span = span->next) {
            const bool is_good = span->kind == CBK_SPAN_NUMBER
                                     ? is_as_recorded(study, span, &n_cells)
                                     : !has_digit(span->text);
            if (!is_good) {
                printf("# \"%s\" is not bound, or not what the record has\n", span->text);
            }
            CHECK(is_good);
        }
    }
    CHECK(n_histories == 6 + 6); /* and the line above what other sources say */
    CHECK(n_cells >= 6 * 5);
    cbk_study_close(study);
}

/* What another source says of a value that is told stands below. */
static void what_other_sources_say(void)
{
    cbk_problems problems = {.arena = arena};
    cbk_study *study = NULL;
    CHECK(cbk_study_open(worked_example, arena, &problems, &study, NULL) == CBK_OK);
    const cbk_document *document = NULL;
    CHECK(cbk_report_build(study, NULL, NULL, NULL, arena, &document, NULL) == CBK_OK);
    const char *text = text_of(document);
    CHECK(strstr(text,
                 "- Recurrence 1, month: 67 in the record, but 76 (case history).\n") !=
          NULL);
    CHECK(strstr(text,
                 "- Follow-up, months: 132 in the record, but 144 (Results, "
                 "Discussion), 118 (Abstract, Introduction, Results (follow-up)).\n") !=
          NULL);
    CHECK(strstr(text, "- Tumour size, cm: 7.3 in the record") == NULL);   /* resolved */
    CHECK(strstr(text, "- Treatment 4, month: 67 in the record") == NULL); /* not told */
    cbk_study_close(study);
}

int main(int argc, char **argv)
{
    worked_example = argc > 1 ? argv[1] : "studies/ivc-lms";
    arena = cbk_arena_create(NULL, SIZE_MAX);
    if (arena == NULL) {
        return 99; /* TAP: the harness itself broke */
    }
    const check_test tests[] = {
        {"small words", small_words},
        {"histories from sentences", histories_from_sentences},
        {"histories without sentences", histories_without_sentences},
        {"nothing to tell", nothing_to_tell},
        {"mistakes of sentences", mistakes_of_sentences},
        {"a format that does not fit", a_format_that_does_not_fit},
        {"results of many", results_of_many},
        {"results of some", results_of_some},
        {"results of one and of none", results_of_one_and_of_none},
        {"sentences as claims", sentences_as_claims},
        {"methods of what is shown", methods_of_what_is_shown},
        {"a full arena", a_full_arena},
        {"every number of the histories", every_number_of_the_histories},
        {"what other sources say", what_other_sources_say},
    };
    const int exit_code = check_main(tests, N(tests));
    cbk_arena_destroy(arena);
    return exit_code;
}
