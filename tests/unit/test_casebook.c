/* test_casebook.c - the casebook file: what a commit does and refuses, what an opening
 * refuses, and that a replay gives the tables.
 */
#include "check.h"
#include "study_folder.h"

#include "base/text.h"
#include "registry/schema.h"

#include <sqlite3.h>

/* A file of one test, with the forms patient(age INTEGER, size REAL, sex TEXT) and
 * visit(note TEXT), repeating. */
typedef struct bench {
    study_folder folder;
    char path[128];
    cbk_casebook *casebook;
    cbk_arena *arena;
    cbk_error err;
} bench;

static cbk_file_cell text(const char *value)
{
    return (cbk_file_cell){.value = {.kind = CBK_VALUE_TEXT, .text = value}};
}

static cbk_file_cell number(double value)
{
    return (cbk_file_cell){.value = {.kind = CBK_VALUE_NUMBER, .number = value}};
}

static cbk_file_cell missing(const char *code)
{
    return (cbk_file_cell){.missing = code};
}

static const char *const form_fields[] = {"form", "key_column", "repeats", "retired"};
static const char *const field_fields[] = {"form", "field", "storage", "retired"};

#define CHANGE(how, of, name, names, ...)                                                \
    (cbk_change)                                                                         \
    {                                                                                    \
        .kind = (how), .table = (of), .record = (name), .fields = (names),               \
        .cells = (const cbk_file_cell[]){__VA_ARGS__},                                   \
        .n_fields = sizeof((const cbk_file_cell[]){__VA_ARGS__}) / sizeof(cbk_file_cell) \
    }

static cbk_status commit(bench *at, const cbk_change *changes, size_t n)
{
    const cbk_deed deed = {.action = "edit", .reason = "a test"};
    return cbk_casebook_commit(at->casebook, &deed, changes, n, &at->err);
}

static bool start(bench *at)
{
    *at = (bench){.arena = cbk_arena_create(NULL, SIZE_MAX)};
    if (!study_folder_make(&at->folder)) {
        return false;
    }
    (void)snprintf(at->path, sizeof at->path, "%s/a.casebook", at->folder.path);
    const cbk_change changes[] = {
        CHANGE(CBK_CHANGE_CREATE, CBK_TABLE_FORM, "1", form_fields, text("patient"),
               text("id"), number(0), number(0)),
        CHANGE(CBK_CHANGE_CREATE, CBK_TABLE_FIELD, "1", field_fields, text("patient"),
               text("age"), text("INTEGER"), number(0)),
        CHANGE(CBK_CHANGE_CREATE, CBK_TABLE_FIELD, "2", field_fields, text("patient"),
               text("size"), text("REAL"), number(0)),
        CHANGE(CBK_CHANGE_CREATE, CBK_TABLE_FIELD, "3", field_fields, text("patient"),
               text("sex"), text("TEXT"), number(0)),
        CHANGE(CBK_CHANGE_CREATE, CBK_TABLE_FORM, "2", form_fields, text("visit"),
               text("id"), number(1), number(0)),
        CHANGE(CBK_CHANGE_CREATE, CBK_TABLE_FIELD, "4", field_fields, text("visit"),
               text("note"), text("TEXT"), number(0)),
    };
    return cbk_casebook_open(at->path, CBK_CASEBOOK_CREATE, &at->casebook, &at->err) ==
               CBK_OK &&
           commit(at, changes, 6) == CBK_OK;
}

static bool reopen(bench *at)
{
    cbk_casebook_close(at->casebook);
    at->casebook = NULL;
    return cbk_casebook_open(at->path, CBK_CASEBOOK_WRITE, &at->casebook, &at->err) ==
           CBK_OK;
}

static void end(bench *at)
{
    cbk_casebook_close(at->casebook);
    cbk_arena_destroy(at->arena);
    (void)unlink(at->path);
    study_folder_remove(&at->folder);
}

static bool is_whole(bench *at)
{
    cbk_verification found;
    return cbk_casebook_verify(at->casebook, NULL, at->arena, &found, &at->err) ==
               CBK_OK &&
           found.n_broken == 0;
}

/* How many rows a table has; -1: it cannot be asked. */
static int count(bench *at, const char *table)
{
    const cbk_answer *answer = NULL;
    const char *sql = cbk_text_format(at->arena, "SELECT count(*) FROM \"%s\"", table);
    return cbk_casebook_query(at->casebook, sql, at->arena, &answer, &at->err) == CBK_OK
               ? (int)answer->values[0].number
               : -1;
}

/* Runs SQL on the file beside casebook, as another program would. */
static int run_beside(const bench *at, const char *sql)
{
    sqlite3 *database = NULL;
    int code = sqlite3_open(at->path, &database);
    if (code == SQLITE_OK) {
        code = sqlite3_exec(database, sql, NULL, NULL, NULL);
    }
    (void)sqlite3_close(database);
    return code;
}

static const char *const all[] = {"age", "size", "sex"};

static const char *const age[] = {"age"};

/* ---- commits ------------------------------------------------------------------------
 */

static void values_come_back(void)
{
    bench at;
    CHECK(start(&at));
    const cbk_change changes[] = {
        CHANGE(CBK_CHANGE_CREATE, "patient", "1", all, number(55), number(7.3),
               missing("NA")),
        CHANGE(CBK_CHANGE_CREATE, "patient", "2", all, missing(NULL), number(-0.0),
               text("F'\"; --")),
        CHANGE(CBK_CHANGE_CREATE, "visit", "1/2", ((const char *const[]){"note"}),
               text("a/b")),
    };
    CHECK(commit(&at, changes, 3) == CBK_OK && reopen(&at) && is_whole(&at));
    cbk_file_rows rows;
    const cbk_file_table *table =
        cbk_layout_table(cbk_casebook_layout(at.casebook), "patient");
    CHECK(cbk_casebook_rows(at.casebook, table, at.arena, &rows, &at.err) == CBK_OK);
    CHECK(rows.n_rows == 2 && rows.cells[0].value.number == 55.0);
    CHECK(rows.cells[2].value.kind == CBK_VALUE_ABSENT);
    CHECK(cbk_text_is_equal(rows.cells[2].missing, "NA"));
    CHECK(rows.cells[3].value.kind == CBK_VALUE_ABSENT && rows.cells[3].missing == NULL);
    CHECK(cbk_text_is_equal(rows.cells[5].value.text, "F'\"; --"));
    table = cbk_layout_table(cbk_casebook_layout(at.casebook), "visit");
    CHECK(cbk_casebook_rows(at.casebook, table, at.arena, &rows, &at.err) == CBK_OK);
    CHECK(rows.n_rows == 1 && cbk_text_is_equal(rows.record[0], "1/2"));
    end(&at);
}

/* A value becomes missing, gets another kind, is recorded again, and goes. */
static void kinds_of_missing_are_audited(void)
{
    bench at;
    CHECK(start(&at));
    const cbk_change first =
        CHANGE(CBK_CHANGE_CREATE, "patient", "1", all, number(55), number(1), text("F"));
    CHECK(commit(&at, &first, 1) == CBK_OK);
    const cbk_file_cell steps[] = {missing("NA"), missing("UNK"), missing(NULL),
                                   missing("NA"), number(3),      missing(NULL)};
    for (size_t i = 0; i < sizeof steps / sizeof steps[0]; i++) {
        const cbk_change change =
            CHANGE(CBK_CHANGE_UPDATE, "patient", "1", age, steps[i]);
        CHECK(commit(&at, &change, 1) == CBK_OK && is_whole(&at));
    }
    CHECK(count(&at, "casebook_transaction") == 8 && count(&at, "casebook_missing") == 0);
    const cbk_change last = {
        .kind = CBK_CHANGE_DELETE, .table = "patient", .record = "1"};
    CHECK(commit(&at, &last, 1) == CBK_OK && is_whole(&at) && count(&at, "patient") == 0);
    end(&at);
}

static void a_commit_is_all_or_nothing(void)
{
    bench at;
    CHECK(start(&at));
    const cbk_change changes[] = {
        CHANGE(CBK_CHANGE_CREATE, "patient", "1", age, number(55)),
        CHANGE(CBK_CHANGE_CREATE, "patient", "2", age, number(5.5)),
    };
    const int before = count(&at, "casebook_audit");
    CHECK(commit(&at, changes, 2) == CBK_EDATA && strstr(at.err.message, "age") != NULL);
    CHECK(count(&at, "patient") == 0 && count(&at, "casebook_audit") == before);
    CHECK(is_whole(&at) && commit(&at, changes, 1) == CBK_OK);
    CHECK(commit(&at, changes, 1) == CBK_EDATA && strstr(at.err.message, "already"));
    const cbk_change orphan = CHANGE(CBK_CHANGE_CREATE, "visit", "9/1",
                                     ((const char *const[]){"note"}), text("x"));
    CHECK(commit(&at, &orphan, 1) == CBK_EDATA && strstr(at.err.message, "not there"));
    const cbk_change nobody = CHANGE(CBK_CHANGE_UPDATE, "patient", "9", age, number(1));
    CHECK(commit(&at, &nobody, 1) == CBK_EDATA);
    const cbk_change no_key = CHANGE(CBK_CHANGE_CREATE, "visit", "1", age, number(1));
    CHECK(commit(&at, &no_key, 1) == CBK_EDATA);
    CHECK(is_whole(&at));
    end(&at);
}

static void what_changes_nothing_is_no_transaction(void)
{
    bench at;
    CHECK(start(&at));
    const cbk_change change = CHANGE(CBK_CHANGE_CREATE, "patient", "1", age, number(55));
    const cbk_change same = CHANGE(CBK_CHANGE_UPDATE, "patient", "1", age, number(55));
    CHECK(commit(&at, &change, 1) == CBK_OK && commit(&at, &same, 1) == CBK_OK);
    CHECK(count(&at, "casebook_transaction") == 2);
    end(&at);
}

static void an_old_state_is_not_written_to(void)
{
    bench at;
    CHECK(start(&at));
    const cbk_deed deed = {.action = "import", .after = 7};
    const cbk_change change = CHANGE(CBK_CHANGE_CREATE, "patient", "1", age, number(55));
    CHECK(cbk_casebook_commit(at.casebook, &deed, &change, 1, &at.err) == CBK_EIO);
    CHECK(count(&at, "patient") == 0);
    end(&at);
}

static void what_is_frozen_stays(void)
{
    static const char *const fields[] = {"form", "record"};
    bench at;
    CHECK(start(&at));
    const cbk_change records[] = {
        CHANGE(CBK_CHANGE_CREATE, "patient", "1", age, number(55)),
        CHANGE(CBK_CHANGE_CREATE, "patient", "2", age, number(56)),
        CHANGE(CBK_CHANGE_CREATE, CBK_TABLE_FREEZE, "record patient 1", fields,
               text("patient"), text("1")),
    };
    CHECK(commit(&at, records, 3) == CBK_OK);
    const cbk_change one = CHANGE(CBK_CHANGE_UPDATE, "patient", "1", age, number(1));
    const cbk_change kind = CHANGE(CBK_CHANGE_UPDATE, "patient", "1",
                                   ((const char *const[]){"sex"}), missing("NA"));
    const cbk_change two = CHANGE(CBK_CHANGE_UPDATE, "patient", "2", age, number(1));
    CHECK(commit(&at, &one, 1) == CBK_EDATA && strstr(at.err.message, "frozen"));
    CHECK(commit(&at, &kind, 1) == CBK_EDATA && strstr(at.err.message, "frozen"));
    CHECK(commit(&at, &two, 1) == CBK_OK);
    const cbk_change thaw = {.kind = CBK_CHANGE_DELETE,
                             .table = CBK_TABLE_FREEZE,
                             .record = "record patient 1"};
    CHECK(commit(&at, &thaw, 1) == CBK_OK && commit(&at, &one, 1) == CBK_OK);
    CHECK(is_whole(&at));
    end(&at);
}

/* ---- the layout ---------------------------------------------------------------------
 */

static void fields_are_added_and_renamed(void)
{
    bench at;
    CHECK(start(&at));
    const cbk_change record = CHANGE(CBK_CHANGE_CREATE, "patient", "1", all, number(55),
                                     missing("NA"), text("F"));
    CHECK(commit(&at, &record, 1) == CBK_OK);
    const cbk_change changes[] = {
        CHANGE(CBK_CHANGE_UPDATE, CBK_TABLE_FIELD, "2", ((const char *const[]){"field"}),
               text("diameter_cm")),
        CHANGE(CBK_CHANGE_CREATE, CBK_TABLE_FIELD, "5", field_fields, text("patient"),
               text("grade"), text("TEXT"), number(0)),
        CHANGE(CBK_CHANGE_CREATE, CBK_TABLE_FIELD, "6", field_fields, text("visit"),
               text("on"), text("TEXT"), number(0)),
    };
    CHECK(commit(&at, changes, 3) == CBK_OK);
    /* The opening compares the whole schema, text by text, with that of a new file. */
    CHECK(reopen(&at) && is_whole(&at));
    const cbk_change fresh =
        CHANGE(CBK_CHANGE_UPDATE, "patient", "1",
               ((const char *const[]){"diameter_cm", "grade"}), number(2), text("high"));
    CHECK(commit(&at, &fresh, 1) == CBK_OK && reopen(&at) && is_whole(&at));
    cbk_casebook *early = NULL;
    CHECK(cbk_casebook_replay(at.casebook, 2, NULL, &early, &at.err) == CBK_OK);
    const cbk_file_table *table = cbk_layout_table(cbk_casebook_layout(early), "patient");
    CHECK(cbk_file_column_of(table, "size") != NULL);
    CHECK(cbk_file_column_of(table, "grade") == NULL);
    cbk_casebook_close(early);
    end(&at);
}

static void a_form_may_be_wide(void)
{
    enum { N = 1900 };
    bench at;
    CHECK(start(&at));
    cbk_change *changes = CBK_NEW(at.arena, cbk_change, N + 1);
    cbk_file_cell *cells = CBK_NEW(at.arena, cbk_file_cell, 4 * N);
    const char **names = CBK_NEW(at.arena, const char *, N);
    cbk_file_cell *values = CBK_NEW(at.arena, cbk_file_cell, N);
    CHECK(values != NULL);
    for (size_t i = 0; i < N; i++) {
        names[i] = cbk_text_format(at.arena, "f%zu", i);
        values[i] = number((double)i);
        const cbk_file_cell four[] = {text("wide"), text(names[i]), text("REAL"),
                                      number(0)};
        memcpy(&cells[4 * i], four, sizeof four);
        changes[i + 1] = (cbk_change){.kind = CBK_CHANGE_CREATE,
                                      .table = CBK_TABLE_FIELD,
                                      .record = cbk_text_format(at.arena, "%zu", i + 10),
                                      .n_fields = 4,
                                      .fields = field_fields,
                                      .cells = &cells[4 * i]};
    }
    changes[0] = CHANGE(CBK_CHANGE_CREATE, CBK_TABLE_FORM, "3", form_fields, text("wide"),
                        text("id"), number(1), number(0));
    CHECK(commit(&at, changes, N + 1) == CBK_OK);
    const cbk_change patient = CHANGE(CBK_CHANGE_CREATE, "patient", "1", age, number(1));
    const cbk_change visit = {.kind = CBK_CHANGE_CREATE,
                              .table = "wide",
                              .record = "1/1",
                              .n_fields = N,
                              .fields = names,
                              .cells = values};
    CHECK(commit(&at, &patient, 1) == CBK_OK && commit(&at, &visit, 1) == CBK_OK);
    CHECK(reopen(&at) && is_whole(&at));
    end(&at);
}

/* ---- strangers -----------------------------------------------------------------------
 */

static void a_change_without_its_audit_row_is_refused(void)
{
    bench at;
    CHECK(start(&at));
    CHECK(run_beside(&at, "PRAGMA foreign_keys = ON; BEGIN; INSERT INTO patient(id) "
                          "VALUES('9'); COMMIT") == SQLITE_CONSTRAINT);
    CHECK(run_beside(&at, "DELETE FROM casebook_audit") == SQLITE_CONSTRAINT);
    CHECK(run_beside(&at, "UPDATE casebook_transaction SET actor = 'x'") ==
          SQLITE_CONSTRAINT);
    CHECK(run_beside(&at, "UPDATE casebook_audit SET new = 1") == SQLITE_CONSTRAINT);
    CHECK(is_whole(&at));
    end(&at);
}

static void a_stranger_s_file_is_refused(void)
{
    static const char *const deeds[] = {
        "CREATE TRIGGER t AFTER INSERT ON patient BEGIN SELECT 1; END",
        "CREATE VIEW v AS SELECT 1",
        "CREATE TABLE t(a)",
        "CREATE INDEX i ON casebook_field(form)",
        "CREATE INDEX i ON patient(age)",
        "CREATE VIRTUAL TABLE t USING fts5(a)",
        "DROP TRIGGER casebook_audit_insert",
        "DROP VIEW casebook_log",
        "ALTER TABLE patient ADD COLUMN more TEXT",
        "ALTER TABLE casebook_audit RENAME COLUMN old TO older",
        "DROP TABLE casebook_freeze",
        "PRAGMA user_version = 2",
        "PRAGMA application_id = 1",
        "PRAGMA journal_mode = WAL",
        "PRAGMA foreign_keys = OFF; UPDATE casebook_field SET storage = 'TEXT'",
        "PRAGMA foreign_keys = OFF; UPDATE casebook_field SET storage = 'x'",
        "UPDATE casebook_file SET uuid = '../../../../tmp/x'",
        "UPDATE casebook_file SET uuid = ''",
    };
    for (size_t i = 0; i < sizeof deeds / sizeof deeds[0]; i++) {
        bench at;
        CHECK(start(&at));
        CHECK(run_beside(&at, deeds[i]) == SQLITE_OK);
        if (reopen(&at)) {
            printf("# opened in spite of: %s\n", deeds[i]);
        }
        CHECK(at.casebook == NULL && at.err.status == CBK_EDATA);
        end(&at);
    }
}

/* The journal of a transaction over several files names a file that SQLite deletes when
 * it has played the journal back. */
static void a_stranger_s_journal_deletes_nothing(void)
{
    static const unsigned char mark[] = {0xd9, 0xd5, 0x05, 0xf9, 0x20, 0xa1, 0x63, 0xd7};
    static const unsigned char head[20] = {
        [11] = 25, [14] = 2 /* sectors of 512 */, [18] = 16 /* pages of 4096 */};
    bench at;
    char victim[160];
    char name[160];
    CHECK(start(&at));
    CHECK(study_folder_write(&at.folder, "victim", "precious"));
    (void)snprintf(victim, sizeof victim, "%s/victim", at.folder.path);
    (void)snprintf(name, sizeof name, "%s-journal", at.path);
    cbk_casebook_close(at.casebook);
    at.casebook = NULL;
    FILE *journal = fopen(name, "wb");
    CHECK(journal != NULL);
    unsigned sum = 0;
    for (const char *c = victim; *c != '\0'; c++) {
        sum += (unsigned char)*c;
    }
    const unsigned size = (unsigned)strlen(victim);
    const unsigned char tail[8] = {0,
                                   0,
                                   0,
                                   (unsigned char)size,
                                   0,
                                   0,
                                   (unsigned char)(sum >> 8),
                                   (unsigned char)sum};
    const unsigned char page[4] = {0, 4, 0, 1}; /* the one that is never used */
    CHECK(fwrite(mark, 1, 8, journal) == 8 && fwrite(head, 1, 20, journal) == 20 &&
          fseek(journal, 512, SEEK_SET) == 0 && fwrite(page, 1, 4, journal) == 4 &&
          fwrite(victim, 1, size, journal) == size && fwrite(tail, 1, 8, journal) == 8 &&
          fwrite(mark, 1, 8, journal) == 8 && fclose(journal) == 0);
    CHECK(!reopen(&at) && at.err.status == CBK_EDATA);
    CHECK(strstr(at.err.message, "journal") != NULL);
    CHECK(access(victim, F_OK) == 0);
    /* The test would see it: SQLite alone does delete the file. */
    CHECK(run_beside(&at, "SELECT count(*) FROM patient") == SQLITE_OK);
    CHECK(access(victim, F_OK) != 0);
    end(&at);
}

/* A handle whose forms another program has changed meanwhile writes nothing. */
static void an_old_protocol_is_not_written_to(void)
{
    bench at;
    cbk_casebook *other = NULL;
    CHECK(start(&at));
    CHECK(cbk_casebook_open(at.path, CBK_CASEBOOK_WRITE, &other, &at.err) == CBK_OK);
    const cbk_change field[] = {CHANGE(CBK_CHANGE_CREATE, CBK_TABLE_FIELD, "9",
                                       field_fields, text("patient"), text("grade"),
                                       text("TEXT"), number(0))};
    CHECK(commit(&at, field, 1) == CBK_OK);
    const cbk_deed deed = {.action = "edit"};
    const cbk_change row[] = {CHANGE(CBK_CHANGE_CREATE, "patient", "8", age, number(4))};
    CHECK(cbk_casebook_commit(other, &deed, row, 1, &at.err) == CBK_EIO);
    CHECK(strstr(at.err.message, "changed meanwhile") != NULL);
    CHECK(commit(&at, row, 1) == CBK_OK);
    cbk_casebook_close(other);
    CHECK(is_whole(&at));
    end(&at);
}

static void what_is_no_casebook_file_is_refused(void)
{
    study_folder folder;
    char path[128];
    cbk_casebook *casebook = NULL;
    cbk_error err;
    static const char *const contents[] = {"", "x", "patient,age\n1,2\n",
                                           "SQLite format 3"};
    CHECK(study_folder_make(&folder));
    (void)snprintf(path, sizeof path, "%s/f", folder.path);
    for (size_t i = 0; i < 4; i++) {
        CHECK(study_folder_write(&folder, "f", contents[i]));
        CHECK(!cbk_casebook_is_one(path));
        CHECK(cbk_casebook_open(path, CBK_CASEBOOK_READ, &casebook, &err) == CBK_EDATA);
        CHECK(i == 0 || cbk_casebook_open(path, CBK_CASEBOOK_CREATE, &casebook, &err) ==
                            CBK_EINVAL);
    }
    CHECK(cbk_casebook_open(folder.path, CBK_CASEBOOK_READ, &casebook, &err) != CBK_OK);
    CHECK(cbk_casebook_open("/nowhere/f", CBK_CASEBOOK_READ, &casebook, &err) == CBK_EIO);
    CHECK(cbk_casebook_open("/nowhere/f", CBK_CASEBOOK_CREATE, &casebook, &err) ==
          CBK_EIO);
    study_folder_remove(&folder);
}

/* What a file of ours leaves behind when it comes to nothing. */
static void at_rest_there_is_one_file(void)
{
    bench at;
    CHECK(start(&at));
    char journal[160];
    (void)snprintf(journal, sizeof journal, "%s-journal", at.path);
    cbk_casebook_close(at.casebook);
    at.casebook = NULL;
    CHECK(access(at.path, F_OK) == 0 && access(journal, F_OK) != 0);
    (void)unlink(at.path);
    CHECK(cbk_casebook_open(at.path, CBK_CASEBOOK_CREATE, &at.casebook, &at.err) ==
          CBK_OK);
    cbk_casebook_close(at.casebook);
    at.casebook = NULL;
    CHECK(access(at.path, F_OK) != 0 && access(journal, F_OK) != 0);
    end(&at);
}

int main(void)
{
    static const check_test tests[] = {
        {"values come back", values_come_back},
        {"kinds of missing values are audited", kinds_of_missing_are_audited},
        {"a commit is all or nothing", a_commit_is_all_or_nothing},
        {"what changes nothing is no transaction",
         what_changes_nothing_is_no_transaction},
        {"an old state is not written to", an_old_state_is_not_written_to},
        {"what is frozen stays", what_is_frozen_stays},
        {"fields are added and renamed", fields_are_added_and_renamed},
        {"a form may be wide", a_form_may_be_wide},
        {"a change without its audit row is refused",
         a_change_without_its_audit_row_is_refused},
        {"a stranger's file is refused", a_stranger_s_file_is_refused},
        {"a stranger's journal deletes nothing", a_stranger_s_journal_deletes_nothing},
        {"an old protocol is not written to", an_old_protocol_is_not_written_to},
        {"what is no casebook file is refused", what_is_no_casebook_file_is_refused},
        {"at rest there is one file", at_rest_there_is_one_file},
    };
    return check_main(tests, sizeof tests / sizeof tests[0]);
}
