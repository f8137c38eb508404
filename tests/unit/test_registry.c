/* test_registry.c - the study's database: typed tables, functions, and a guard that lets
 * a question read and nothing else. */
#include "check.h"

#include "registry/registry.h"

#include <stdio.h>
#include <string.h>
#include <unistd.h>

#define N(array) (sizeof(array) / sizeof((array)[0]))

static cbk_arena *arena;
static cbk_registry *registry;
static cbk_error err;

static cbk_value number(double value)
{
    return (cbk_value){.kind = CBK_VALUE_NUMBER, .number = value};
}

static cbk_value text(const char *value)
{
    return (cbk_value){.kind = CBK_VALUE_TEXT, .text = value};
}

static cbk_status count_values(const cbk_value *const *arguments, size_t n_arguments,
                               size_t n_rows, void *context, cbk_arena *scratch,
                               cbk_value *out, cbk_error *failure)
{
    (void)scratch;
    if (n_arguments != 1) {
        return cbk_fail(failure, CBK_EINVAL, CBK_ROW_NONE, "one argument");
    }
    double sum = 0.0;
    for (size_t i = 0; i < n_rows; i++) {
        if (arguments[0][i].kind == CBK_VALUE_TEXT) {
            return cbk_fail(failure, CBK_EINVAL, CBK_ROW_NONE, "total() met the text %s",
                            arguments[0][i].text);
        }
        sum += arguments[0][i].kind == CBK_VALUE_NUMBER ? arguments[0][i].number : 0.0;
    }
    *(size_t *)context = n_rows;
    *out = number(sum);
    return CBK_OK;
}

static cbk_status shout(const cbk_value *arguments, size_t n_arguments, void *context,
                        cbk_arena *scratch, cbk_value *out, cbk_error *failure)
{
    (void)n_arguments;
    (void)context;
    (void)scratch;
    (void)failure;
    *out = arguments[0].kind == CBK_VALUE_TEXT ? text("HEARD") : arguments[0];
    return CBK_OK;
}

static size_t n_seen;

static bool fill(void)
{
    static const cbk_storage_column columns[] = {
        {.name = "patient", .storage = CBK_STORAGE_TEXT, .is_key = true},
        {.name = "age \"years\"", .storage = CBK_STORAGE_INTEGER},
        {.name = "size", .storage = CBK_STORAGE_REAL},
        {.name = "os", .storage = CBK_STORAGE_ANY},
    };
    const cbk_value none = {.kind = CBK_VALUE_ABSENT};
    const cbk_value values[] = {text("1"), number(55), number(7.3), none,
                                text("2"), number(25), none,        none,
                                text("3"), number(64), number(8),   none};
    return cbk_registry_create_table(registry, "patient", columns, 4, &err) == CBK_OK &&
           cbk_registry_insert(registry, "patient", 4, 3, values, &err) == CBK_OK &&
           cbk_registry_add_aggregate(registry, "tally", 1, count_values, &n_seen,
                                      &err) == CBK_OK &&
           cbk_registry_add_scalar(registry, "shout", 1, shout, NULL, &err) == CBK_OK;
}

static void answers_with_values_and_reads(void)
{
    const cbk_answer *answer = NULL;
    CHECK(cbk_registry_query(
              registry, "SELECT \"age \"\"years\"\"\", size FROM patient WHERE size > 7",
              arena, &answer, &err) == CBK_OK);
    CHECK(answer->n_columns == 2 && answer->n_rows == 2);
    CHECK(answer->values[0].number == 55.0 && answer->values[1].number == 7.3);
    CHECK(answer->values[2].number == 64.0 && answer->values[3].number == 8.0);
    CHECK(answer->n_reads == 2);
    CHECK(strcmp(answer->reads[0].table, "patient") == 0);
    CHECK(strcmp(answer->reads[0].column, "age \"years\"") == 0);
}

static void functions_see_columns(void)
{
    const cbk_answer *answer = NULL;
    CHECK(cbk_registry_query(registry, "SELECT tally(size) FROM patient", arena, &answer,
                             &err) == CBK_OK);
    CHECK(n_seen == 3);
    CHECK_NEAR(answer->values[0].number, 15.3, 1e-15);
    CHECK(cbk_registry_query(registry, "SELECT tally(size) FROM patient WHERE 0", arena,
                             &answer, &err) == CBK_OK);
    CHECK(n_seen == 0 && answer->n_rows == 1 && answer->values[0].number == 0.0);
    CHECK(cbk_registry_query(registry, "SELECT tally(patient) FROM patient", arena,
                             &answer, &err) == CBK_EINVAL);
    CHECK(answer == NULL && strstr(err.message, "met the text 1") != NULL);
    CHECK(cbk_registry_query(registry, "SELECT shout(patient) FROM patient LIMIT 1",
                             arena, &answer, &err) == CBK_OK);
    CHECK(strcmp(answer->values[0].text, "HEARD") == 0);
}

static void a_question_reads_and_nothing_else(void)
{
    static const char *const hostile[] = {
        "DROP TABLE patient",
        "DELETE FROM patient",
        "INSERT INTO patient VALUES ('9', 1, 1)",
        "UPDATE patient SET size = 0 RETURNING size",
        "ATTACH '/tmp/casebook-must-not-exist.db' AS x",
        "PRAGMA writable_schema = 1",
        "PRAGMA database_list",
        "CREATE TABLE t(x)",
        "SELECT 1; SELECT 2",
        "SELECT load_extension('libm.so')",
        "SELECT random()",
        "SELECT hex(randomblob(8))",
        "SELECT writefile('/tmp/casebook-must-not-exist.db', 'x')",
        "VACUUM INTO '/tmp/casebook-must-not-exist.db'",
        "BEGIN",
        "SELECT sql FROM sqlite_master",
        "SELECT count(*) FROM sqlite_schema",
        "SELECT \"no such column\" FROM patient",
        "",
        "-- nothing",
    };
    for (size_t i = 0; i < N(hostile); i++) {
        const cbk_answer *answer = NULL;
        err.message[0] = '\0';
        CHECK(cbk_registry_query(registry, hostile[i], arena, &answer, &err) ==
              CBK_EINVAL);
        CHECK(answer == NULL && err.message[0] != '\0');
    }
    CHECK(access("/tmp/casebook-must-not-exist.db", F_OK) != 0);
    const cbk_answer *answer = NULL;
    CHECK(cbk_registry_query(registry, "SELECT count(*), sum(size) FROM patient", arena,
                             &answer, &err) == CBK_OK);
    CHECK(answer->values[0].number == 3.0);
}

static void an_endless_question_is_stopped(void)
{
    const cbk_answer *answer = NULL;
    CHECK(cbk_registry_query(
              registry,
              "WITH RECURSIVE c(x) AS (SELECT 1 UNION ALL SELECT x + 1 FROM c)"
              " SELECT count(*) FROM c",
              arena, &answer, &err) == CBK_EDATA);
    CHECK(strstr(err.message, "too many steps") != NULL);
    CHECK(cbk_registry_query(registry, "SELECT length(zeroblob(1000000000))", arena,
                             &answer, &err) != CBK_OK);
    CHECK(cbk_registry_query(registry, "SELECT 1", arena, &answer, &err) == CBK_OK);
}

static void strict_tables_refuse_other_types(void)
{
    const cbk_value fraction[] = {text("4"), number(1.5), number(1), text("x")};
    CHECK(cbk_registry_insert(registry, "patient", 4, 1, fraction, &err) != CBK_OK);
    const cbk_value twice[] = {text("5"), number(1), number(1), number(1),
                               text("5"), number(1), number(1), number(1)};
    CHECK(cbk_registry_insert(registry, "patient", 4, 2, twice, &err) != CBK_OK);
    const cbk_answer *answer = NULL;
    CHECK(cbk_registry_query(registry, "SELECT count(*) FROM patient", arena, &answer,
                             &err) == CBK_OK);
    CHECK(answer->values[0].number == 3.0); /* nothing of the failed inserts stayed */
}

static void a_column_is_set_row_by_row(void)
{
    const cbk_value values[] = {text("36"), {.kind = CBK_VALUE_ABSENT}, text("97+")};
    CHECK(cbk_registry_set_column(registry, "patient", "os", 3, values, &err) == CBK_OK);
    const cbk_answer *answer = NULL;
    CHECK(cbk_registry_query(registry, "SELECT os FROM patient", arena, &answer, &err) ==
          CBK_OK);
    CHECK(strcmp(answer->values[0].text, "36") == 0);
    CHECK(answer->values[1].kind == CBK_VALUE_ABSENT);
    CHECK(strcmp(answer->values[2].text, "97+") == 0);
    CHECK(cbk_registry_is_keyword("group") && !cbk_registry_is_keyword("margin"));
}

int main(void)
{
    static const check_test tests[] = {
        {"answers with values, and says what it read", answers_with_values_and_reads},
        {"functions see their columns", functions_see_columns},
        {"a question reads and nothing else", a_question_reads_and_nothing_else},
        {"an endless question is stopped", an_endless_question_is_stopped},
        {"strict tables refuse other types", strict_tables_refuse_other_types},
        {"a column is set row by row", a_column_is_set_row_by_row},
    };
    arena = cbk_arena_create(NULL, SIZE_MAX);
    if (arena == NULL || cbk_registry_open(&registry, &err) != CBK_OK || !fill()) {
        printf("Bail out! %s\n", err.message);
        return 99;
    }
    const int exit_code = check_main(tests, N(tests));
    cbk_registry_close(registry);
    cbk_arena_destroy(arena);
    return exit_code;
}
