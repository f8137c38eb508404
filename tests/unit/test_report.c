/* test_report.c - words for none, one and many; numbers as they are printed; the tables
 * and sections of a small study; the JSON of an analysis; memory that runs out. */
#include "check.h"
#include "well_formed_json.h"

#include <casebook/casebook.h>

#include "base/file.h"
#include "report/builder.h"

#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define N(array) (sizeof(array) / sizeof((array)[0]))
#define MIB ((size_t)1024 * 1024)

static const char *studies; /* tests/studies */
static cbk_arena *arena;

/* ---- helpers --------------------------------------------------------------------------
 */

static cbk_study *open_study(const char *folder)
{
    cbk_problems problems = {.arena = arena};
    cbk_study *study = NULL;
    cbk_error err = {0};
    if (cbk_study_open(folder, arena, &problems, &study, &err) != CBK_OK) {
        printf("# %s: %s\n", folder,
               problems.n_found > 0 ? problems.kept[0].message : err.message);
    }
    return study;
}

static cbk_study *open_small(void)
{
    return open_study(cbk_text_format(arena, "%s/small", studies));
}

static cbk_report report_of(cbk_study *study)
{
    return (cbk_report){.study = study,
                        .protocol = cbk_study_protocol(study),
                        .document = cbk_document_create(arena, "Test"),
                        .arena = arena,
                        .conventions = cbk_conventions_of(CBK_PROFILE_R)};
}

/* The document as one long text; lines are not wrapped. */
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

static bool says(const cbk_document *document, const char *sentence)
{
    const bool is_there = strstr(text_of(document), sentence) != NULL;
    if (!is_there) {
        printf("# not said: %s\n%s\n", sentence, text_of(document));
    }
    return is_there;
}

static bool is_text(const char *actual, const char *expected)
{
    if (actual != NULL && strcmp(actual, expected) == 0) {
        return true;
    }
    printf("# \"%s\", expected \"%s\"\n", actual != NULL ? actual : "(null)", expected);
    return false;
}

/* The table that was added last. */
static const cbk_table_block *last_table(const cbk_document *document)
{
    return document->last != NULL ? document->last->table : NULL;
}

static const char *cell(const cbk_table_block *table, size_t row, size_t column)
{
    return cbk_run_plain(&table->cells[row * table->n_columns + column].run, arena);
}

/* The row whose first cell is label, from `from` on. */
static size_t row_of(const cbk_table_block *table, const char *label, size_t from)
{
    for (size_t row = from; row < table->n_rows; row++) {
        if (strcmp(cell(table, row, 0), label) == 0) {
            return row;
        }
    }
    return SIZE_MAX;
}

/* ---- words ----------------------------------------------------------------------------
 */

static void counts_and_runs(void)
{
    CHECK(is_text(cbk_words_count(arena, 0, "record", "records"), "no records"));
    CHECK(is_text(cbk_words_count(arena, 1, "record", "records"), "1 record"));
    CHECK(is_text(cbk_words_count(arena, 2, "record", "records"), "2 records"));
    const char *const keys[] = {"1",   "2",   "3", "5",   "P08",
                                "P09", "P10", "x", "3/1", "3/2"};
    CHECK(is_text(cbk_words_keys(arena, keys, N(keys)),
                  "1 to 3, 5, P08 to P10, x, 3/1, 3/2"));
    CHECK(is_text(cbk_words_keys(arena, keys, 0), ""));
    const char *many[60];
    for (size_t i = 0; i < N(many); i++) {
        many[i] = cbk_text_format(arena, "%zu", 2 * i);
    }
    CHECK(strstr(cbk_words_keys(arena, many, N(many)), "38 and 40 more") != NULL);
    size_t lines[] = {7, 2, 4, 3, 3, 9};
    CHECK(is_text(cbk_words_lines(arena, lines, N(lines)), "lines 2 to 4, 7, 9"));
    size_t line[] = {4, 4};
    CHECK(is_text(cbk_words_lines(arena, line, 2), "line 4"));
}

static void labels_and_periods(void)
{
    CHECK(is_text(cbk_words_lower_first(arena, "Overall survival"), "overall survival"));
    CHECK(is_text(cbk_words_lower_first(arena, "DFS"), "DFS"));
    CHECK(is_text(cbk_words_label_unit(arena, "Size", "cm"), "Size, cm"));
    CHECK(is_text(cbk_words_label_unit(arena, "Stay (days)", "days"), "Stay (days)"));
    CHECK(is_text(cbk_words_label_unit(arena, "Month", "months"), "Month"));
    CHECK(is_text(cbk_words_duration(arena, NULL, 1, "months"), "1 month"));
    CHECK(is_text(cbk_words_duration(arena, NULL, 36, "months"), "36 months"));
    /* 1999-08-01 is day 10804, 2010-06-30 is day 14790. */
    CHECK(is_text(cbk_words_period(arena, 10804, 14790), "August 1999 to June 2010"));
    CHECK(is_text(cbk_words_period(arena, 10804, 10834), "August 1999"));
    CHECK(is_text(cbk_words_period(arena, 10805, 14790), "1999-08-02 to 2010-06-30"));
}

/* ---- numbers --------------------------------------------------------------------------
 */

static void numbers_as_printed(void)
{
    const struct {
        double value;
        int digits;
        const char *text;
    } cases[] = {
        {44.5, 0, "45"},
        {-0.2, 0, "0"},
        {0.285, 2, "0.29"},
        {45.5, -1, "45.5"},
        {132.5, -1, "132.5"},
        {9.533333333, -1, "9.53"},
        {6, -1, "6"},
        {80.00000000000001, -1, "80"},
        {12.02464, -1, "12.0"},
        {0.012345, -1, "0.0123"},
        {0, -1, "0"},
        {1e20, 2, "1e+20"},
        {1234.567, -1, "1234.6"},
        {0.8, 3, "0.800"},
    };
    for (size_t i = 0; i < N(cases); i++) {
        CHECK(is_text(cbk_print_number(arena, NULL, cases[i].value, cases[i].digits),
                      cases[i].text));
    }
}

static void absences_say_why(void)
{
    const struct {
        cbk_notes notes;
        const char *text;
    } cases[] = {
        {CBK_NOTE_NOT_REACHED, "not reached"},
        {CBK_NOTE_LIMIT_NOT_REACHED | CBK_NOTE_ROWS_LEFT_OUT, "not reached"},
        {CBK_NOTE_BEYOND_FOLLOW_UP, "not estimable"},
        {CBK_NOTE_INTERVAL_UNDEFINED, "not estimable"},
        {CBK_NOTE_SD_UNDEFINED, "–"},
        {CBK_NOTE_NO_ROWS, "–"},
        {0, "–"},
    };
    for (size_t i = 0; i < N(cases); i++) {
        const cbk_quantity absent = {.notes = cases[i].notes};
        CHECK(is_text(cbk_print_quantity(arena, NULL, &absent, 3), cases[i].text));
    }
    const cbk_quantity carried = {.value = {.kind = CBK_VALUE_NUMBER, .number = 0.5},
                                  .notes = CBK_NOTE_BEYOND_FOLLOW_UP};
    CHECK(is_text(cbk_print_quantity(arena, NULL, &carried, 3), "not estimable"));
}

/* ---- provenance -----------------------------------------------------------------------
 */

static void numbers_know_their_records(void)
{
    cbk_study *study = open_small();
    CHECK(study != NULL);
    cbk_report report = report_of(study);
    cbk_text_run run = {0};
    CHECK(cbk_report_number(&report, &run, "median(size_cm)", NULL, "arm = 'old'", -1,
                            NULL, NULL) == CBK_OK);
    const cbk_provenance *from = run.first->provenance;
    CHECK(is_text(run.first->text, "3.88"));
    CHECK(is_text(from->value, "3.875"));
    CHECK(is_text(from->expression, "median(size_cm)"));
    CHECK(is_text(from->among, "arm = 'old'"));
    CHECK(is_text(from->records, "patients 1, 2 (2 records)"));
    CHECK(is_text(from->sources, "size_cm, arm: patient.csv, lines 2, 3"));
    CHECK(from->conventions == NULL);

    cbk_text_run limit = {0};
    CHECK(cbk_report_number(&report, &limit, "km_lower(pfs, 12)", NULL, NULL, 3, NULL,
                            NULL) == CBK_OK);
    from = limit.first->provenance;
    CHECK(is_text(from->conventions, "interval log, level 0.95"));
    CHECK(strstr(from->sources, "pfs = time pfs_months, event progressed = 1") != NULL);
    CHECK(strstr(from->sources, "patient.csv, lines 2 to 6") != NULL);

    cbk_text_run rows = {0};
    CHECK(cbk_report_number(&report, &rows, "count(*)", "visit", "month > 0", 0, NULL,
                            NULL) == CBK_OK);
    CHECK(is_text(rows.first->provenance->records,
                  "visit, patient and number: 1/2 to 1/4, 3/1, 4/1 (5 records)"));
    CHECK(is_text(rows.first->provenance->sources, "month: visit.csv, lines 3 to 7"));
    cbk_study_close(study);
}

static void wrong_expressions_are_errors(void)
{
    cbk_study *study = open_small();
    CHECK(study != NULL);
    cbk_report report = report_of(study);
    cbk_text_run run = {0};
    cbk_error err = {0};
    CHECK(cbk_report_number(&report, &run, "median(no_such)", NULL, NULL, 0, NULL,
                            &err) == CBK_EINVAL);
    CHECK(run.first == NULL && strstr(err.message, "no_such") != NULL);
    cbk_study_close(study);
}

/* ---- tables ---------------------------------------------------------------------------
 */

static void a_listing(void)
{
    cbk_study *study = open_small();
    CHECK(study != NULL);
    cbk_report report = report_of(study);
    cbk_table_spec spec = *cbk_protocol_table(report.protocol, "1");
    CHECK(cbk_report_table(&report, &spec, NULL) == CBK_OK);
    const cbk_table_block *table = last_table(report.document);
    CHECK(table != NULL && table->n_rows == 5 && table->n_columns == 6);
    CHECK(is_text(table->number, "1") && is_text(table->id, "table-1"));
    CHECK(is_text(cbk_run_plain(&table->header[1].run, arena), "Age (years)/Sex"));
    CHECK(is_text(cbk_run_plain(&table->header[3].run, arena), "Size, cm"));
    CHECK(table->cells[0].is_row_header && table->align[3] == CBK_ALIGN_RIGHT);
    CHECK(is_text(cell(table, 0, 1), "40/F") && is_text(cell(table, 0, 2), "Old"));
    CHECK(is_text(cell(table, 4, 3), "9.125")); /* as recorded */
    CHECK(is_text(cell(table, 0, 5), "Lung, Bone") && is_text(cell(table, 4, 5), "No"));
    CHECK(is_text(cell(table, 3, 4), "–") && is_text(cell(table, 1, 4), "–ᵃ"));
    CHECK(table->n_notes == 2);
    CHECK(is_text(cbk_run_plain(&table->notes[0], arena),
                  "– not recorded; ᵃ not applicable."));
    CHECK(is_text(table->abbreviations, "PFS, progression-free survival"));
    const cbk_span *size = table->cells[3].run.first;
    CHECK(size->kind == CBK_SPAN_NUMBER);
    CHECK(is_text(size->provenance->sources, "patient.csv, line 2"));
    CHECK(is_text(size->provenance->among, "patient = '1'"));

    CHECK(cbk_report_table(&report, cbk_protocol_table(report.protocol, "visits"),
                           NULL) == CBK_OK);
    table = last_table(report.document);
    CHECK(table->n_rows == 5 && table->number == NULL);
    CHECK(is_text(cell(table, 0, 1), "2") && is_text(cell(table, 3, 0), "3"));
    CHECK(is_text(cell(table, 4, 3), "–") && table->n_notes == 0);
    cbk_study_close(study);
}

/* An endpoint prints as survival times are printed, a derived variable by its label. */
static void a_listing_of_computed_columns(void)
{
    static const char *const endpoint[] = {"pfs"};
    static const char *const derived[] = {"size_class"};
    const cbk_table_column_spec columns[] = {
        {.kind = CBK_TABLE_COLUMN_FIELD, .n_fields = 1, .fields = endpoint, .digits = -1},
        {.kind = CBK_TABLE_COLUMN_FIELD, .n_fields = 1, .fields = derived, .digits = -1},
    };
    const cbk_table_spec spec = {.id = "x",
                                 .title = "X",
                                 .kind = CBK_TABLE_LISTING,
                                 .among = "sex = 'F'",
                                 .n_columns = 2,
                                 .columns = columns};
    cbk_study *study = open_small();
    CHECK(study != NULL);
    cbk_report report = report_of(study);
    CHECK(cbk_report_table(&report, &spec, NULL) == CBK_OK);
    const cbk_table_block *table = last_table(report.document);
    CHECK(table->n_rows == 3);
    CHECK(is_text(cbk_run_plain(&table->header[0].run, arena),
                  "Progression-free survival, months"));
    CHECK(is_text(cell(table, 0, 0), "8") && is_text(cell(table, 1, 0), "60+"));
    CHECK(is_text(cell(table, 0, 1), "Below 5 cm") && is_text(cell(table, 2, 1), "–"));
    cbk_study_close(study);
}

static void a_summary(void)
{
    cbk_study *study = open_small();
    CHECK(study != NULL);
    cbk_report report = report_of(study);
    CHECK(cbk_report_table(&report, cbk_protocol_table(report.protocol, "summary"),
                           NULL) == CBK_OK);
    const cbk_table_block *table = last_table(report.document);
    CHECK(table != NULL && table->n_columns == 4); /* nobody is in the arm "none" */
    CHECK(is_text(cbk_run_plain(&table->header[1].run, arena), "All (n = 5)"));
    CHECK(is_text(cbk_run_plain(&table->header[2].run, arena), "Arm: Old (n = 2)"));
    CHECK(is_text(cbk_run_plain(&table->header[3].run, arena), "Arm: New (n = 2)"));
    const size_t age = row_of(table, "Age, years", 0);
    CHECK(age == 0 && is_text(cell(table, age, 1), ""));
    CHECK(is_text(cell(table, age + 1, 1), "50.0 (40.0 to 61.0)"));
    CHECK(is_text(cell(table, age + 2, 1), "48.0 (21.1)"));
    CHECK(is_text(cell(table, age + 3, 3), "17 to 61"));
    const size_t size = row_of(table, "Size, cm", 0);
    CHECK(is_text(cell(table, size + 2, 3), "7.000 (–)")); /* no SD of one value */
    CHECK(is_text(cell(table, size + 3, 1), "3.500 to 9.125"));
    CHECK(is_text(cell(table, size + 4, 0), "Missing") &&
          is_text(cell(table, size + 4, 1), "1"));
    CHECK(table->cells[(size + 4) * 4].indent == 1);
    const size_t symptoms = row_of(table, "Symptoms", 0);
    CHECK(is_text(cell(table, symptoms + 1, 1), "2/4 (50%)"));
    CHECK(is_text(cell(table, symptoms + 3, 2), "0/2 (0%)"));
    const size_t when = row_of(table, "Operation", 0);
    CHECK(is_text(cell(table, when + 1, 1), "2015-03-01 to 2017-02-28"));
    CHECK(says(report.document, "percentages may add up to more than 100"));
    CHECK(says(report.document, "1 without a value of Arm is in the first column only."));
    cbk_study_close(study);
}

/* A row may have a label of its own, and its choices as codes. */
static void a_summary_with_labels(void)
{
    static const char *const arm[] = {"arm"};
    const cbk_table_column_spec rows[] = {{.kind = CBK_TABLE_COLUMN_FIELD,
                                           .n_fields = 1,
                                           .fields = arm,
                                           .label = "Group",
                                           .is_code = true,
                                           .digits = -1}};
    const cbk_table_spec spec = {.id = "x",
                                 .title = "X",
                                 .kind = CBK_TABLE_SUMMARY,
                                 .n_columns = 1,
                                 .columns = rows};
    cbk_study *study = open_small();
    CHECK(study != NULL);
    cbk_report report = report_of(study);
    CHECK(cbk_report_table(&report, &spec, NULL) == CBK_OK);
    const cbk_table_block *table = last_table(report.document);
    const cbk_field *field = cbk_protocol_variable(report.protocol, "arm");
    CHECK(is_text(cell(table, 0, 0), "Group"));
    CHECK(is_text(cell(table, 1, 0), field->choices[0].code));
    CHECK(strcmp(field->choices[0].code, field->choices[0].label) != 0);
    cbk_study_close(study);
}

static void a_summary_of_an_endpoint(void)
{
    static const char *const endpoint[] = {"pfs"};
    const cbk_table_column_spec rows[] = {{.kind = CBK_TABLE_COLUMN_FIELD,
                                           .n_fields = 1,
                                           .fields = endpoint,
                                           .digits = -1}};
    const cbk_table_spec spec = {.id = "x",
                                 .title = "X",
                                 .kind = CBK_TABLE_SUMMARY,
                                 .n_columns = 1,
                                 .columns = rows};
    cbk_study *study = open_small();
    CHECK(study != NULL);
    cbk_report report = report_of(study);
    CHECK(cbk_report_table(&report, &spec, NULL) == CBK_OK);
    const cbk_table_block *table = last_table(report.document);
    CHECK(is_text(cell(table, 1, 1), "2/4"));
    CHECK(is_text(cell(table, 2, 0), "Person-time, months"));
    CHECK(is_text(cell(table, 2, 1), "92"));
    CHECK(is_text(cell(table, 3, 0), "Rate per 100 person-years (interval)"));
    CHECK(is_text(cell(table, 3, 1),
                  "26.1 (3.16 to 94.2)")); /* 1200 * 2/92; 0.2422, 7.2247 */
    CHECK(is_text(cell(table, 4, 1), "36 (8 to not reached)"));
    CHECK(is_text(cell(table, 5, 0), "Missing") && is_text(cell(table, 5, 1), "1"));
    CHECK(says(report.document, "exact 95% Poisson interval"));
    cbk_study_close(study);
}

/* The summary of the small study with a test of each row that has one. */
static cbk_table_spec tested_summary(const cbk_protocol *protocol)
{
    cbk_table_spec spec = *cbk_protocol_table(protocol, "summary");
    spec.test = CBK_SUMMARY_BY_RANKS;
    spec.interval = "wilson";
    return spec;
}

static void a_summary_with_tests(void)
{
    cbk_study *study = open_small();
    CHECK(study != NULL);
    cbk_report report = report_of(study);
    cbk_table_spec spec = tested_summary(report.protocol);
    CHECK(cbk_report_table(&report, &spec, NULL) == CBK_OK);
    const cbk_table_block *table = last_table(report.document);
    CHECK(table->n_columns == 5);
    CHECK(is_text(cbk_run_plain(&table->header[4].run, arena), "p"));
    /* ages 40, 50 of the old arm, 61, 17 of the new: W = 2, its mean */
    const size_t age = row_of(table, "Age, years", 0);
    CHECK(is_text(cell(table, age, 4), "1.00ᵃ") && is_text(cell(table, age + 1, 4), ""));
    /* F, F against M, F: either of two tables */
    const size_t sex = row_of(table, "Sex", 0);
    CHECK(is_text(cell(table, sex, 4), "1.00ᵇ"));
    CHECK(is_text(cell(table, sex + 1, 2), "2/2 (100%; 34 to 100)"));
    /* each symptom by itself; both with a symptom recorded in the old arm, one in the new
     */
    const size_t symptoms = row_of(table, "Symptoms", 0);
    CHECK(is_text(cell(table, symptoms, 4), ""));
    CHECK(is_text(cell(table, symptoms + 1, 4), "0.33ᵇ")); /* 2 of 2 against 0 of 1 */
    const size_t when = row_of(table, "Operation", 0);
    CHECK(is_text(cell(table, when, 4), "") && is_text(cell(table, when + 1, 4), ""));
    CHECK(says(report.document, "ᵃ Mann-Whitney test (exact)."));
    CHECK(says(report.document, "ᵇ Fisher's exact test."));
    CHECK(says(report.document, "missing values are not tested"));
    cbk_study_close(study);
}

static void no_test_of_one_group(void)
{
    cbk_study *study = open_small();
    CHECK(study != NULL);
    cbk_report report = report_of(study);
    cbk_table_spec spec = tested_summary(report.protocol);
    spec.among = "arm = 'old'";
    CHECK(cbk_report_table(&report, &spec, NULL) == CBK_OK);
    CHECK(last_table(report.document)->n_columns == 3);
    CHECK(says(report.document,
               "No test: a comparison needs at least two groups, and arm has 1."));
    spec.among = "age_years > 100";
    CHECK(cbk_report_table(&report, &spec, NULL) == CBK_OK);
    CHECK(says(report.document, "and arm has 0."));
    cbk_study_close(study);
}

/* ---- sections -------------------------------------------------------------------------
 */

static void the_sections_of_many(void)
{
    cbk_study *study = open_small();
    CHECK(study != NULL);
    cbk_report report = report_of(study);
    CHECK(cbk_section_cohort(&report, NULL) == CBK_OK);
    CHECK(
        says(report.document,
             "Five patients were included from January 2015 to December 2020 at two "
             "centres. Of them, three (60%) were female and two (40%) were male. The "
             "median age was 50 years (quartiles 40 to 61; range 17 to 72). The median "
             "follow-up was 54.0 months (reverse Kaplan-Meier of overall survival). The "
             "records also hold six visit records."));
    CHECK(cbk_section_results(&report, NULL) == CBK_OK);
    CHECK(says(
        report.document,
        "For progression-free survival, two of the four patients (50%) had the event "
        "and two were censored; for one patient time or event is not known."));
    CHECK(cbk_section_survival(&report, NULL) == CBK_OK);
    const cbk_table_block *table = last_table(report.document);
    CHECK(
        is_text(cell(table, row_of(table, "Survival at 12 months (95% interval)", 0), 2),
                "0.500 (0.188 to 1.000)"));
    CHECK(is_text(cell(table, row_of(table, "Median", 0), 2), "36"));
    CHECK(cbk_section_conventions(&report, NULL) == CBK_OK);
    table = last_table(report.document);
    const size_t median = row_of(table, "Progression-free survival, months: median", 0);
    CHECK(median != SIZE_MAX);
    CHECK(is_text(cell(table, median, 2),
                  "not reached – midpoint to the next event (SAS)\n"
                  "12 – first time at or below one half (SPSS, Stata)"));
    CHECK(cbk_section_findings(&report, NULL) == CBK_OK);
    CHECK(says(report.document,
               "The checks found 1 broken rule. 2 conflicts between sources are open."));
    CHECK(cbk_section_conflicts(&report, NULL) == CBK_OK);
    CHECK(says(report.document,
               "Another source disagrees with the records in 3 places: 2 "
               "open, 1 resolved."));
    CHECK(says(report.document, "1 other statement confirms a record."));
    table = last_table(report.document);
    CHECK(is_text(cell(table, 0, 2), "61\npatient.csv, line 4"));
    CHECK(is_text(cell(table, 1, 0), "1/2 (visit)"));
    CHECK(is_text(cell(table, 1, 3), "Bone")); /* recorded as the code bone */
    CHECK(is_text(cell(table, 2, 5), "resolved as 3.5 (remeasured)"));
    CHECK(cbk_section_methods(&report, NULL) == CBK_OK);
    CHECK(says(report.document, "doi:10.1080/01621459.1958.10501452"));
    CHECK(says(report.document, "a month is 30.4375 days and a year 365.25"));
    CHECK(says(report.document, "This is an observational cohort. Patients were included "
                                "from January 2015 to December 2020 at two centres."));
    cbk_study_close(study);
}

/* Writes the first n_rows patients of the small study, and no visits, into folder. */
static bool write_first(const char *folder, size_t n_rows)
{
    static const char *const copied[] = {"protocol.yaml", "patient.csv"};
    for (size_t i = 0; i < N(copied); i++) {
        const char *bytes = NULL;
        size_t size = 0;
        const char *path = cbk_text_format(arena, "%s/small/%s", studies, copied[i]);
        if (cbk_file_read(path, MIB, arena, &bytes, &size, NULL) != CBK_OK) {
            return false;
        }
        if (i == 1) {
            const char *end = bytes;
            for (size_t line = 0; line <= n_rows; line++) {
                end = strchr(end, '\n') + 1;
            }
            size = (size_t)(end - bytes);
        }
        path = cbk_text_format(arena, "%s/%s", folder, copied[i]);
        if (cbk_file_write(path, bytes, size, NULL) != CBK_OK) {
            return false;
        }
    }
    const char visits[] = "patient,month,finding\n";
    return cbk_file_write(cbk_text_format(arena, "%s/visit.csv", folder), visits,
                          sizeof visits - 1, NULL) == CBK_OK;
}

static cbk_study *open_first(size_t n_rows)
{
    static const char *const files[] = {"protocol.yaml", "patient.csv", "visit.csv"};
    char folder[] = "/tmp/casebook-test-XXXXXX";
    if (mkdtemp(folder) == NULL) {
        return NULL;
    }
    cbk_study *study =
        write_first(folder, n_rows) ? open_study(cbk_text_copy(arena, folder)) : NULL;
    for (size_t i = 0; i < N(files); i++) {
        (void)unlink(cbk_text_format(arena, "%s/%s", folder, files[i]));
    }
    (void)rmdir(folder);
    return study;
}

static void the_report_of_nobody(void)
{
    cbk_study *study = open_first(0);
    CHECK(study != NULL);
    const cbk_document *document = NULL;
    CHECK(cbk_report_build(study, NULL, NULL, NULL, arena, &document, NULL) == CBK_OK);
    CHECK(says(document, "The records hold no patient."));
    CHECK(says(document, "Every record satisfies the rules of the protocol"));
    CHECK(says(document, "No other source disagrees with the records."));
    CHECK(says(document, "The study has no claims.yaml"));
    CHECK(strstr(text_of(document), "nan") == NULL);
    cbk_study_close(study);
}

static void the_report_of_one(void)
{
    cbk_study *study = open_first(1);
    CHECK(study != NULL);
    const cbk_document *document = NULL;
    CHECK(cbk_report_build(study, NULL, NULL, NULL, arena, &document, NULL) == CBK_OK);
    CHECK(says(document, "One patient was included from January 2015 to December 2020 at "
                         "two centres. The patient was female. The age was 40 years."));
    CHECK(says(document, "The records also hold no visit records."));
    cbk_study_close(study);
}

/* ---- audit ----------------------------------------------------------------------------
 */

static void the_audit(void)
{
    cbk_study *study = open_small();
    CHECK(study != NULL);
    cbk_problems problems = {.arena = arena};
    const cbk_claims *claims = NULL;
    const cbk_audit *audit = NULL;
    CHECK(cbk_claims_read(cbk_text_format(arena, "%s/small/claims.yaml", studies), arena,
                          &problems, &claims, NULL) == CBK_OK);
    CHECK(cbk_audit_run(study, claims, arena, &problems, &audit, NULL) == CBK_OK);
    cbk_report report = report_of(study);
    CHECK(cbk_section_audit(&report, audit, NULL) == CBK_OK);
    CHECK(says(report.document,
               "The manuscript was read as 4 claims: 1 does not reproduce, 1 cannot be "
               "computed and 2 reproduce."));
    const cbk_table_block *table = NULL;
    for (const cbk_block *block = report.document->first; block != NULL;
         block = block->next) {
        if (block->table != NULL && strcmp(block->table->id, "audit-attention") == 0) {
            table = block->table;
        }
    }
    CHECK(table != NULL && table->n_rows == 1);
    CHECK(is_text(cell(table, 0, 2), "51") && is_text(cell(table, 0, 3), "50"));
    CHECK(table->cells[4].run.first->kind == CBK_SPAN_MARK &&
          table->cells[4].run.first->tone == CBK_TONE_BAD);
    CHECK(table->cells[3].run.first->provenance != NULL);
    cbk_study_close(study);
}

/* ---- the whole, twice and without memory
 * ------------------------------------------------ */

static void the_same_bytes_twice(void)
{
    const char *html[2] = {NULL, NULL};
    for (size_t i = 0; i < 2; i++) {
        cbk_study *study = open_small();
        CHECK(study != NULL);
        const cbk_document *document = NULL;
        size_t size = 0;
        CHECK(cbk_report_build(study, NULL, NULL, NULL, arena, &document, NULL) ==
              CBK_OK);
        CHECK(is_text(document->footer, "casebook " CASEBOOK_VERSION ", study small"));
        CHECK(cbk_render(document, CBK_FORMAT_HTML, 80, arena, &html[i], &size, NULL) ==
              CBK_OK);
        cbk_study_close(study);
    }
    CHECK(strcmp(html[0], html[1]) == 0);
}

static void survives_a_full_arena(void)
{
    cbk_study *study = open_small();
    CHECK(study != NULL);
    size_t n_failures = 0;
    bool is_done = false;
    for (size_t limit = MIB / 16; !is_done; limit += MIB / 16) {
        cbk_arena *small = cbk_arena_create(NULL, limit);
        if (small == NULL) {
            continue;
        }
        const cbk_document *document = NULL;
        const cbk_status status =
            cbk_report_build(study, NULL, NULL, NULL, small, &document, NULL);
        is_done = status == CBK_OK;
        n_failures += !is_done;
        CHECK(is_done == (document != NULL));
        CHECK(is_done || status == CBK_ENOMEM);
        cbk_arena_destroy(small);
    }
    CHECK(n_failures >= 3);
    cbk_study_close(study);
}

/* ---- JSON -----------------------------------------------------------------------------
 */

static const char *json_of(const cbk_curves *curves, const double *at, size_t n_at)
{
    cbk_buffer buffer = {0};
    cbk_json json = {.out = &buffer};
    const cbk_km_request request = {.n_at = n_at, .at = at};
    cbk_analysis_km_json(curves, &request, &json);
    return cbk_words_take(&buffer, arena);
}

static bool has(const char *text, const char *part)
{
    const bool is_there = strstr(text, part) != NULL;
    if (!is_there) {
        printf("# not there: %s\n%s\n", part, text);
    }
    return is_there;
}

static void an_analysis_in_json(void)
{
    static const char *const by[] = {"arm"};
    const double at[] = {12, 600};
    cbk_study *study = open_small();
    CHECK(study != NULL);
    const cbk_conventions used = cbk_conventions_of(CBK_PROFILE_R);
    const cbk_curves *curves = NULL;
    CHECK(cbk_curves_of_study(study, "pfs", by, 1, NULL, &used, arena, &curves, NULL) ==
          CBK_OK);
    const char *json = json_of(curves, at, N(at));
    const char *end = skip_value(json, 0);
    CHECK(end != NULL && *skip_space(end) == '\0');
    CHECK(has(json, "\"analysis\": \"km\""));
    CHECK(has(json, "\"conf_type\": \"log\""));
    CHECK(has(json, "\"arm\": \"new\""));
    CHECK(has(json, "\"beyond_follow_up\": true"));
    CHECK(strstr(json, "\"beyond_follow_up\": false") == NULL);
    CHECK(has(json, "\"rows\": 5"));
    CHECK(strstr(json, "nan") == NULL);
    cbk_study_close(study);
}

static void an_analysis_in_words(void)
{
    const double at[] = {12, 600};
    cbk_study *study = open_small();
    CHECK(study != NULL);
    const cbk_conventions used = cbk_conventions_of(CBK_PROFILE_R);
    const cbk_curves *curves = NULL;
    CHECK(cbk_curves_of_study(study, "pfs", NULL, 0, NULL, &used, arena, &curves, NULL) ==
          CBK_OK);
    const cbk_km_request request = {.n_at = N(at), .at = at};
    const cbk_document *document =
        cbk_analysis_km_document(curves, &request, NULL, arena);
    CHECK(document != NULL);
    CHECK(says(document, "5 rows, 4 used; 1 left out ("));
    CHECK(says(document, "Event: progressed = 1: 2 events, 2 censored."));
    CHECK(says(document, "not estimable"));
    CHECK(says(document, "95% interval by log"));
    cbk_study_close(study);
}

int main(int argc, char **argv)
{
    static const check_test tests[] = {
        {"counts and runs", counts_and_runs},
        {"labels and periods", labels_and_periods},
        {"numbers as they are printed", numbers_as_printed},
        {"absences say why", absences_say_why},
        {"numbers know their records", numbers_know_their_records},
        {"wrong expressions are errors", wrong_expressions_are_errors},
        {"a listing", a_listing},
        {"a listing of computed columns", a_listing_of_computed_columns},
        {"a summary", a_summary},
        {"a summary with labels of its own", a_summary_with_labels},
        {"a summary of an endpoint", a_summary_of_an_endpoint},
        {"a summary with tests", a_summary_with_tests},
        {"no test of one group", no_test_of_one_group},
        {"the sections of many", the_sections_of_many},
        {"the report of nobody", the_report_of_nobody},
        {"the report of one", the_report_of_one},
        {"the audit", the_audit},
        {"the same bytes twice", the_same_bytes_twice},
        {"a full arena", survives_a_full_arena},
        {"an analysis in JSON", an_analysis_in_json},
        {"an analysis in words", an_analysis_in_words},
    };
    studies = argc > 1 ? argv[1] : "tests/studies";
    arena = cbk_arena_create(NULL, SIZE_MAX);
    if (arena == NULL) {
        return 99; /* TAP: the harness itself broke */
    }
    const int exit_code = check_main(tests, N(tests));
    cbk_arena_destroy(arena);
    return exit_code;
}
