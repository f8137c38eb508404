/* test_design.c - covariates as columns of numbers: categories, references,
 * interactions, and what is refused. */
#include "check.h"

#include "study/analysis/design.h"

#include <string.h>

#define N(array) (sizeof(array) / sizeof((array)[0]))

static cbk_arena *arena;
static cbk_error error;

static const double age[] = {50, 60, 70, 80};
static const char *const sex[] = {"M", "F", "F", "M"};
static const char *const stage[] = {"I", "II", "III", "II"};
static double months[] = {1, 2, 3, 4};
static bool died[] = {true, false, true, false};

/* The design of terms written like --on, over age, sex and stage. */
static cbk_status design(const char *const *written, size_t n,
                         const char *const *references, size_t n_references,
                         const cbk_design **out)
{
    static cbk_followup_request request;
    static cbk_column columns[4];
    request = (cbk_followup_request){0};
    CBK_TRY(cbk_design_read_terms(written, n, arena, &request, &error));
    for (size_t k = 0; k < request.n_on; k++) {
        const char *name = request.on[k];
        columns[k] =
            strcmp(name, "age") == 0
                ? (cbk_column){.name = name, .type = CBK_COLUMN_NUMBER, .number = age}
                : (cbk_column){.name = name,
                               .type = CBK_COLUMN_TEXT,
                               .text = strcmp(name, "sex") == 0 ? sex : stage};
    }
    const cbk_followup_data data = {
        .request = &request,
        .rows = {.n = 4, .time = months, .is_event = died},
        .covariates = columns,
    };
    return cbk_design_make(&data, references, n_references, arena, out, &error);
}

static bool is_column(const cbk_design *of, size_t j, const char *name, const char *label,
                      const double *value)
{
    return strcmp(of->columns[j].name, name) == 0 &&
           strcmp(of->columns[j].label, label) == 0 &&
           memcmp(of->covariate[j], value, 4 * sizeof *value) == 0;
}

static void test_category_against_reference(void)
{
    const char *const on[] = {"age", "stage"};
    const char *const reference[] = {"stage=II"};
    const cbk_design *of = NULL;
    CHECK(design(on, 2, reference, 1, &of) == CBK_OK);
    CHECK(of->n_columns == 3 && of->n_terms == 2 && of->n_variables == 2);
    CHECK(is_column(of, 0, "age", "age", age));
    CHECK(is_column(of, 1, "stage=I", "stage: I vs II", (double[]){1, 0, 0, 0}));
    CHECK(is_column(of, 2, "stage=III", "stage: III vs II", (double[]){0, 0, 1, 0}));
    CHECK(of->term[0] == 0 && of->term[1] == 1 && of->term[2] == 1);
    CHECK(of->variables[1].n_levels == 3 && of->variables[1].reference == 1);
    CHECK(of->variables[1].level_of_row[2] == 2);
}

static void test_products(void)
{
    const char *const on[] = {"age",       "sex",         "stage",        "age:sex",
                              "sex:stage", "age : stage", "stage:age:sex"};
    const cbk_design *of = NULL;
    CHECK(design(on, N(on), NULL, 0, &of) == CBK_OK);
    CHECK(of->n_terms == 7 && of->n_columns == 1 + 1 + 2 + 1 + 2 + 2 + 2);
    CHECK(is_column(of, 4, "age:sex=M", "age × sex: M vs F", (double[]){50, 0, 0, 80}));
    CHECK(is_column(of, 5, "sex=M:stage=II", "sex: M vs F × stage: II vs I",
                    (double[]){0, 0, 0, 1}));
    CHECK(is_column(of, 6, "sex=M:stage=III", "sex: M vs F × stage: III vs I",
                    (double[]){0, 0, 0, 0}));
    CHECK(is_column(of, 7, "age:stage=II", "age × stage: II vs I",
                    (double[]){0, 60, 0, 80}));
    CHECK(is_column(of, 9, "stage=II:age:sex=M", "stage: II vs I × age × sex: M vs F",
                    (double[]){0, 0, 0, 80}));
    CHECK(strcmp(of->columns[9].level, "II:M") == 0);
    CHECK(strcmp(of->columns[9].reference, "I:F") == 0);
    CHECK(strcmp(of->terms[6].name, "stage:age:sex") == 0);
    CHECK(strcmp(of->terms[6].label, "stage × age × sex") == 0);
    CHECK(of->terms[6].first == 9 && of->terms[6].n_columns == 2);
}

/* Somebody who is among the rows gets that row's columns. */
static void test_encoded(void)
{
    const char *const on[] = {"age",       "sex",       "stage",        "age:sex",
                              "sex:stage", "age:stage", "stage:age:sex"};
    const char *const reference[] = {"stage=II", "sex=M"};
    const char *const ages[] = {"50", "6e1", "+70", "80.0"};
    const cbk_design *of = NULL;
    CHECK(design(on, N(on), reference, 2, &of) == CBK_OK);
    for (size_t i = 0; i < 4; i++) {
        const char *const values[] = {ages[i], sex[i], stage[i]};
        double columns[20];
        CHECK(cbk_design_encode(of, values, columns, &error) == CBK_OK);
        for (size_t j = 0; j < of->n_columns; j++) {
            CHECK_NEAR(columns[j], of->covariate[j][i], 0.0);
        }
    }
    double columns[20];
    const char *const unknown[] = {"50", "W", "I"};
    CHECK(cbk_design_encode(of, unknown, columns, &error) == CBK_EINVAL);
    CHECK(strstr(error.message, "sex = \"W\"") != NULL);
    const char *const no_number[] = {"inf", "M", "I"};
    CHECK(cbk_design_encode(of, no_number, columns, &error) == CBK_EINVAL);
}

static void test_refused(void)
{
    static const struct {
        const char *on[4];
        size_t n;
        const char *says;
    } cases[] = {
        {{"age", "age:sex"}, 2, "needs \"sex\" among the covariates"},
        {{"age", "sex", "stage", "age:sex:stage"}, 4, "needs \"sex:stage\""},
        {{"age", "sex", "age:sex", "sex:age"}, 4, "\"sex:age\" is named twice"},
        {{"age", "age"}, 2, "\"age\" is named twice"},
        {{"age", "age:age"}, 2, "has \"age\" twice"},
        {{"age", "age:"}, 2, "a name is missing"},
        {{""}, 1, "a name is missing"},
        {{"a:b:c:d:e"}, 1, "at most 4"},
    };
    for (size_t i = 0; i < N(cases); i++) {
        const cbk_design *of = NULL;
        CHECK(design(cases[i].on, cases[i].n, NULL, 0, &of) == CBK_EINVAL);
        CHECK(strstr(error.message, cases[i].says) != NULL);
    }
}

static void test_references_refused(void)
{
    static const struct {
        const char *reference;
        const char *says;
    } cases[] = {
        {"sex=W", "no row that can be used has sex = \"W\"."},
        {"stage=IIII", "did you mean \"III\"?"},
        {"stages=I", "did you mean \"stage\"?"},
        {"age=50", "age is a number"},
        {"sex", "VARIABLE=VALUE"},
    };
    const char *const on[] = {"age", "sex", "stage"};
    for (size_t i = 0; i < N(cases); i++) {
        const cbk_design *of = NULL;
        CHECK(design(on, 3, &cases[i].reference, 1, &of) == CBK_EINVAL);
        CHECK(strstr(error.message, cases[i].says) != NULL);
    }
}

static void test_no_memory(void)
{
    const char *const on[] = {"age", "sex", "age:sex"};
    cbk_arena *const before = arena;
    bool is_done = false;
    size_t n_refused = 0;
    enum { BLOCK = 1 << 16 };
    for (size_t left = 0; left < 8192 && !is_done; left += 64) {
        arena = cbk_arena_create(NULL, BLOCK); /* one block, nearly full */
        (void)CBK_NEW(arena, char, BLOCK - left);
        const cbk_design *of = NULL;
        const cbk_status status = design(on, 3, NULL, 0, &of);
        is_done = status == CBK_OK;
        n_refused += status == CBK_ENOMEM;
        cbk_arena_destroy(arena);
        arena = before;
        CHECK(is_done || status == CBK_ENOMEM);
    }
    CHECK(is_done && n_refused > 10);
}

int main(void)
{
    static const check_test tests[] = {
        {"a category has a column for each value but the reference",
         test_category_against_reference},
        {"an interaction has the products of the columns of its parts", test_products},
        {"somebody who is among the rows gets that row's columns", test_encoded},
        {"terms that cannot be are refused", test_refused},
        {"references that name nothing are refused with the nearest spelling",
         test_references_refused},
        {"out of memory is said, not met", test_no_memory},
    };
    arena = cbk_arena_create(NULL, (size_t)1 << 24);
    const int code = check_main(tests, N(tests));
    cbk_arena_destroy(arena);
    return code;
}
