/* test_regression.c - regressions as papers print them: the table's numbers against the
 * evaluator and against R, the rows, what stands where there is no number, the forest
 * plot. */
#include "check.h"
#include "drawn.h"
#include "random_below.h"

#include "report/regression.h"
#include "report/report.h"

#include <stdlib.h>
#include <string.h>

#define N(array) (sizeof(array) / sizeof((array)[0]))

static cbk_arena *arena;
static cbk_study *study;

static cbk_report new_report(cbk_profile profile)
{
    return (cbk_report){.study = study,
                        .protocol = cbk_study_protocol(study),
                        .document = cbk_document_create(arena, "Test"),
                        .arena = arena,
                        .conventions = cbk_conventions_of(profile)};
}

static const cbk_table_block *table(const cbk_table_spec *spec, cbk_profile profile)
{
    cbk_report report = new_report(profile);
    cbk_error error = {.message = ""};
    if (cbk_report_table(&report, spec, &error) != CBK_OK) {
        printf("# %s\n", error.message);
        return NULL;
    }
    return report.document->last->table;
}

static const char *cell(const cbk_table_block *of, size_t row, size_t column)
{
    return cbk_run_plain(&of->cells[row * of->n_columns + column].run, arena);
}

static double evaluated(const char *expression, const char *among, cbk_profile profile)
{
    const cbk_conventions conventions = cbk_conventions_of(profile);
    cbk_quantity quantity;
    cbk_error error = {.message = ""};
    if (cbk_study_evaluate(study, expression, NULL, among, &conventions, arena, &quantity,
                           &error) != CBK_OK) {
        printf("# %s: %s\n", expression, error.message);
        return -1.0;
    }
    return quantity.value.kind == CBK_VALUE_NUMBER ? quantity.value.number : (double)NAN;
}

/* Every number of the table is what the evaluator answers to its own expression. */
static bool does_reproduce(const cbk_table_block *of, cbk_profile profile, size_t *n)
{
    *n = 0;
    for (size_t i = 0; i < of->n_rows * of->n_columns; i++) {
        for (const cbk_span *span = of->cells[i].run.first; span != NULL;
             span = span->next) {
            if (span->kind != CBK_SPAN_NUMBER) {
                continue;
            }
            const cbk_provenance *from = span->provenance;
            const double value = strtod(from->value, NULL);
            if (!check_is_near(evaluated(from->expression, from->among, profile), value,
                               1e-9)) {
                printf("# %s among %s is not %s\n", from->expression, from->among,
                       from->value);
                return false;
            }
            ++*n;
        }
    }
    return true;
}

static void numbers_reproduce(void)
{
    const cbk_protocol *protocol = cbk_study_protocol(study);
    static const struct {
        const char *id;
        size_t n;
    } cases[] = {{"1", 78}, {"firth", 14}};
    for (size_t i = 0; i < N(cases); i++) {
        for (int profile = 0; profile < 2; profile++) {
            const cbk_table_block *of =
                table(cbk_protocol_table(protocol, cases[i].id), (cbk_profile)profile);
            size_t n = 0;
            CHECK(of != NULL);
            CHECK(does_reproduce(of, (cbk_profile)profile, &n));
            printf("# table %s: %zu numbers\n", cases[i].id, n);
            CHECK(n == cases[i].n);
        }
    }
}

/* R 4.2.2, survival 3.5-3, on the 58 patients with a margin:
 * coxph(Surv(months, dead) ~ age + sex + stage + margin), stage II the reference. */
static void numbers_are_those_of_r(void)
{
    static const char among[] = "margin IS NOT NULL";
    static const struct {
        const char *expression;
        cbk_profile profile;
        double value;
    } cases[] = {
        {"hr(os, stage = 'III', age, sex, stage = 'I', margin)", CBK_PROFILE_R,
         2.065501440787613},
        {"hr_lower(os, margin, age, sex, stage)", CBK_PROFILE_R, 1.098223170845529},
        {"hr_upper(os, margin, age, sex, stage)", CBK_PROFILE_R, 5.24564784162013},
        {"hr_p(os, sex, age, stage, margin)", CBK_PROFILE_R, 0.0645963616546746},
        {"hr(os, age, sex, stage, margin)", CBK_PROFILE_R, 1.035947625604055},
        {"hr(os, stage = 'I', stage = 'III')", CBK_PROFILE_R, 0.811027903964894},
        {"hr_lower(os, stage = 'III', stage = 'I')", CBK_PROFILE_R, 1.148452122818839},
        {"hr_lower(os, stage = 'III', stage = 'I')", CBK_PROFILE_SAS, 1.140509458403254},
        /* twice -107.5316653825 less -111.9211029930 of coxph(), on 2 */
        {"cox_p(os, stage, age, sex, margin)", CBK_PROFILE_R, 0.012407705221780},
        {"cox_p(os, stage)", CBK_PROFILE_R, 0.0136407751466422},
    };
    for (size_t i = 0; i < N(cases); i++) {
        CHECK_NEAR(evaluated(cases[i].expression, among, cases[i].profile),
                   cases[i].value, 1e-8);
    }
}

static void functions_refuse(void)
{
    static const struct {
        const char *expression;
        const char *says;
    } cases[] = {
        {"hr(os, stage)", "its first covariate has 3 (I, II, III, ...)"},
        {"hr(age, stage)", "hr() needs an endpoint"},
        {"firth_hr_p(sex, age)", "firth_hr_p() needs an endpoint"},
        {"hr(os)", "wrong number of arguments"},
    };
    for (size_t i = 0; i < N(cases); i++) {
        cbk_quantity quantity;
        cbk_error error = {.message = ""};
        CHECK(cbk_study_evaluate(study, cases[i].expression, NULL, NULL, NULL, arena,
                                 &quantity, &error) == CBK_EINVAL);
        printf("# %s\n", error.message);
        CHECK(strstr(error.message, cases[i].says) != NULL);
    }
    /* no number, and the reason with it */
    cbk_quantity quantity;
    cbk_error error = {.message = ""};
    CHECK(cbk_study_evaluate(study, "hr(os, perforated)", NULL, NULL, NULL, arena,
                             &quantity, &error) == CBK_OK);
    CHECK(quantity.value.kind == CBK_VALUE_ABSENT);
    CHECK((quantity.notes & (cbk_notes)CBK_NOTE_MONOTONE) != 0);
    CHECK(cbk_study_evaluate(study, "hr(os, sex)", NULL, "age > 200", NULL, arena,
                             &quantity, &error) == CBK_OK);
    CHECK(quantity.value.kind == CBK_VALUE_ABSENT);
    CHECK((quantity.notes & (cbk_notes)CBK_NOTE_NO_ROWS) != 0);
}

static void rows_of_the_table(void)
{
    const cbk_table_block *of =
        table(cbk_protocol_table(cbk_study_protocol(study), "1"), CBK_PROFILE_R);
    CHECK(of != NULL && of->n_columns == 7 && of->n_rows == 18);
    static const char *const labels[] = {
        "Age (years)",
        "Sex",
        "Female",
        "Male",
        "Stage",
        "I",
        "II",
        "III",
        "Resection margin",
        "Negative",
        "Positive",
        "Adjuvant chemotherapy",
        "no",
        "yes",
        "Perforated",
        "No",
        "Yes",
        "Sex: Male vs Female × Resection margin: Positive vs Negative"};
    for (size_t i = 0; i < N(labels); i++) {
        CHECK(strcmp(cell(of, i, 0), labels[i]) == 0);
    }
    CHECK(strcmp(cell(of, 6, 3), "1 (reference)") == 0);
    CHECK(strcmp(cell(of, 6, 5), "1 (reference)") == 0);
    CHECK(strcmp(cell(of, 6, 1), "17") == 0 && strcmp(cell(of, 6, 2), "9") == 0);
    CHECK(strcmp(cell(of, 5, 3), "0.81 (0.35–1.90)") == 0);
    CHECK(strcmp(cell(of, 5, 4), "0.63") == 0);
    CHECK(strcmp(cell(of, 17, 3), CBK_DASH) == 0); /* a product is in no model alone */
    CHECK(strcmp(cell(of, 17, 1), "") == 0);
    CHECK(strncmp(cell(of, 16, 3), "not estimable (below ", 21) == 0);
    CHECK(strcmp(cell(of, 16, 4), CBK_DASH) != 0); /* p of the likelihood ratio */
}

/* ---- tables of other models ------------------------------------------------------- */

static cbk_table_spec model_of(const char *const *on, size_t n_on, const char *among)
{
    return (cbk_table_spec){
        .id = "t",
        .title = "Test",
        .kind = CBK_TABLE_REGRESSION,
        .among = among,
        .regression = {.endpoint = "os", .n_on = n_on, .on = on, .is_univariable = true}};
}

/* Nobody, one, no event, one value: dashes and a reason, and a picture. */
static void degenerate(void)
{
    static const char *const among[] = {"age > 200", "patient = 1", "status = 'alive'",
                                        "sex = 'F' AND stage = 'I'", "months < 0"};
    static const char *const on[] = {"age", "sex", "stage", "adjuvant", "age:sex"};
    for (size_t i = 0; i < N(among); i++) {
        const cbk_table_spec spec = model_of(on, N(on), among[i]);
        const cbk_table_block *of = table(&spec, CBK_PROFILE_R);
        size_t n = 0;
        CHECK(of != NULL && of->n_notes >= 2);
        CHECK(does_reproduce(of, CBK_PROFILE_R, &n));
        for (size_t k = 0; k < of->n_rows * of->n_columns; k++) {
            const char *text = cbk_run_plain(&of->cells[k].run, arena);
            CHECK(strstr(text, "nan") == NULL && strstr(text, "inf") == NULL);
        }
        cbk_report report = new_report(CBK_PROFILE_R);
        cbk_figure_spec figure = {.id = "f",
                                  .title = "Test",
                                  .kind = CBK_FIGURE_FOREST,
                                  .endpoint = "os",
                                  .among = among[i],
                                  .regression = spec.regression};
        cbk_error error = {.message = ""};
        CHECK(cbk_report_figure(&report, &figure, &error) == CBK_OK);
        const char *fault = drawn_fault(report.document->last->figure->drawing);
        printf("# %s: %s\n", among[i], fault != NULL ? fault : "drawn");
        CHECK(fault == NULL);
    }
}

/* ---- the drawing ------------------------------------------------------------------ */

static cbk_forest_row estimate(double ratio, double lower, double upper)
{
    cbk_forest_row row = {.label = "Covariate",
                          .counts = "12/34",
                          .shown = {.ratio = ratio,
                                    .lower = lower,
                                    .upper = upper,
                                    .p = 0.5,
                                    .is_estimated = true},
                          .p = "0.50"};
    row.ratio = cbk_print_shown_ratio(arena, NULL, &row.shown);
    return row;
}

static cbk_forest_row infinite(bool is_rising, double bound)
{
    cbk_forest_row row = estimate(1.0, 1.0, 1.0);
    row.shown = (cbk_shown_ratio){.ratio = is_rising ? HUGE_VAL : 0.0,
                                  .lower = is_rising ? bound : 0.0,
                                  .upper = is_rising ? HUGE_VAL : bound,
                                  .p = 0.1,
                                  .is_infinite = true};
    row.ratio = cbk_print_shown_ratio(arena, NULL, &row.shown);
    return row;
}

static size_t shapes(const cbk_drawing *drawing, cbk_shape_kind kind, size_t n_points)
{
    size_t n = 0;
    for (const cbk_shape *shape = drawing->first; shape != NULL; shape = shape->next) {
        n += shape->kind == kind && shape->n_points == n_points;
    }
    return n;
}

static bool has_label(const cbk_drawing *drawing, const char *text)
{
    for (const cbk_shape *shape = drawing->first; shape != NULL; shape = shape->next) {
        if (shape->text != NULL && strcmp(shape->text, text) == 0) {
            return true;
        }
    }
    return false;
}

static void squares_and_arrows(void)
{
    const cbk_forest_row rows[] = {
        estimate(2.0, 1.5, 3.0),      estimate(0.5, 1e-6, 1.2), estimate(3.0, 0.9, 1e9),
        estimate(1.1, 0.0, HUGE_VAL), infinite(false, 2.78),    infinite(true, 0.4),
        infinite(true, (double)NAN),
    };
    const cbk_drawing *drawing =
        cbk_figure_forest_draw(rows, N(rows), "HR (95% CI)", "Test", NULL, arena);
    CHECK(drawing != NULL && drawn_fault(drawing) == NULL);
    CHECK(drawn_markers(drawing, CBK_MARKER_SQUARE) == 4);
    CHECK(shapes(drawing, CBK_SHAPE_POLYGON, 3) == 4);  /* closed: cut intervals */
    CHECK(shapes(drawing, CBK_SHAPE_POLYLINE, 3) == 3); /* open: no estimate */
    CHECK(drawn_text(drawing, "not estimable (below 2.78)") != NULL);
    CHECK(drawn_text(drawing, "not estimable (above 0.40)") != NULL);
    CHECK(drawn_text(drawing, "not estimable") != NULL);
    CHECK(drawn_text(drawing, "1") != NULL); /* a tick */
    CHECK(strstr(drawing->description, "Covariate: 2.00 (1.50–3.00), p 0.50.") != NULL);
}

/* Rows without a number do not widen the scale. */
static void narrow_scale(void)
{
    const cbk_forest_row narrow[] = {
        {.label = "Sex", .is_header = true},
        {.label = "F", .is_reference = true, .shown = {.ratio = (double)NAN}},
        estimate(1.1, 0.95, 1.2)};
    const cbk_drawing *drawing =
        cbk_figure_forest_draw(narrow, N(narrow), "HR (95% CI)", "Test", NULL, arena);
    CHECK(drawing != NULL && has_label(drawing, "0.8")); /* no wider than that */
    CHECK(!has_label(drawing, "0.5") && !has_label(drawing, "2"));
}

/* Whatever the numbers and the labels: nothing outside, no text over another, and the
 * axis has ticks, 1 among them. */
static void any_rows(void)
{
    static const char *const labels[] = {
        "Age", "",
        "Concomitant resection of a neighbouring organ other than the kidney and the "
        "adrenal gland: done vs not done in the same session",
        "Donaudampfschifffahrtselektrizitätenhauptbetriebswerkbauunterbeamtengesellschaf"
        "t",
        "× × × × × × × × × × × × × × × × × × × × × × × × × × × × × × × × × × × × × × ×"};
    for (int turn = 0; turn < 400; turn++) {
        cbk_forest_row rows[40];
        const size_t n = random_below((uint32_t)N(rows));
        const double spread = pow(10.0, (double)random_below(9) - 3.0);
        for (size_t i = 0; i < n; i++) {
            const double at = ((double)random_below(2000) - 1000.0) / 500.0;
            const double half = (double)random_below(1000) / 300.0;
            rows[i] = random_below(9) == 0
                          ? infinite(random_below(2) == 0, exp(at * spread))
                          : estimate(exp(at * spread), exp((at - half) * spread),
                                     exp((at + half) * spread));
            rows[i].label = labels[random_below((uint32_t)N(labels))];
            rows[i].is_header = random_below(6) == 0;
            rows[i].is_indented = random_below(2) == 0;
        }
        const cbk_drawing *drawing =
            cbk_figure_forest_draw(rows, n, "HR (95% CI)", "Test", NULL, arena);
        CHECK(drawing != NULL);
        const char *fault = drawn_fault(drawing);
        if (fault != NULL) {
            printf("# turn %d, spread %g: %s\n", turn, spread, fault);
        }
        CHECK(fault == NULL);
        CHECK(drawn_text(drawing, "1") != NULL);
    }
}

/* A nearly full block, ever less of it: a picture and a table, or a refusal. */
static void no_memory(void)
{
    enum { BLOCK = 1 << 16 };
    cbk_arena *const whole = arena;
    const cbk_forest_row rows[] = {estimate(2.0, 1.5, 3.0), estimate(0.5, 0.1, 1e9),
                                   infinite(false, 2.78)};
    const cbk_regression_spec *spec =
        &cbk_protocol_table(cbk_study_protocol(study), "1")->regression;
    const cbk_conventions conventions = cbk_conventions_of(CBK_PROFILE_R);
    const cbk_regression *regression = NULL;
    cbk_error error = {.message = ""};
    CHECK(cbk_regression_of_study(study, spec, NULL, &conventions, whole, &regression,
                                  &error) == CBK_OK);
    size_t n_drawn = 0;
    size_t n_tables = 0;
    for (size_t left = 0; left < BLOCK; left += 512) {
        arena = cbk_arena_create(NULL, BLOCK);
        (void)CBK_NEW(arena, char, BLOCK - left);
        const cbk_drawing *drawing =
            cbk_figure_forest_draw(rows, N(rows), "HR (95% CI)", "Test", NULL, arena);
        n_drawn += drawing != NULL;
        cbk_arena_destroy(arena);
        arena = cbk_arena_create(NULL, BLOCK);
        (void)CBK_NEW(arena, char, BLOCK - left);
        n_tables += cbk_regression_table(regression, NULL, NULL, arena) != NULL;
        cbk_arena_destroy(arena);
    }
    for (size_t limit = BLOCK; limit < 40 * BLOCK; limit += BLOCK / 4) {
        arena = cbk_arena_create(NULL, limit);
        const cbk_regression *again = NULL;
        const cbk_status status = cbk_regression_of_study(study, spec, NULL, &conventions,
                                                          arena, &again, &error);
        const bool is_right = status == CBK_OK || status == CBK_ENOMEM;
        const cbk_drawing *drawing =
            status == CBK_OK ? cbk_regression_forest(again, true, "Test", NULL, arena)
                             : NULL;
        n_drawn += drawing != NULL;
        cbk_arena_destroy(arena);
        arena = whole;
        CHECK(is_right);
    }
    arena = whole;
    printf("# %zu drawings, %zu tables\n", n_drawn, n_tables);
    CHECK(n_drawn > 0 && n_tables > 0 && n_tables < BLOCK / 512);
}

int main(void)
{
    static const check_test tests[] = {
        {"each number of a table is what the evaluator gives for it", numbers_reproduce},
        {"hazard ratios of SQL are those of R", numbers_are_those_of_r},
        {"what a hazard ratio cannot be of is refused, or absent with a note",
         functions_refuse},
        {"a covariate's rows, its reference, a product, an infinite estimate",
         rows_of_the_table},
        {"nobody, one patient, no event, one value", degenerate},
        {"squares, cut intervals, estimates that do not exist", squares_and_arrows},
        {"out of memory is said, not met", no_memory},
        {"the scale is that of the estimates", narrow_scale},
        {"any rows make a picture in which nothing collides", any_rows},
    };
    arena = cbk_arena_create(NULL, (size_t)1 << 30);
    cbk_problems problems = {.arena = arena};
    cbk_error error = {.message = ""};
    if (cbk_study_open(SERIES, arena, &problems, &study, &error) != CBK_OK) {
        printf("Bail out! %s\n", error.message);
        return 1;
    }
    const int code = check_main(tests, N(tests));
    cbk_study_close(study);
    cbk_arena_destroy(arena);
    return code;
}
