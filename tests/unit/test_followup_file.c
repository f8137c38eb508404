/* test_followup_file.c - what a regression reads of a data file: the way that reads
 * wanted columns and the way that reads cells give the same rows, or the same mistakes.
 */
#include "check.h"
#include "random_below.h"
#include "study_folder.h"

#include "base/text.h"
#include "study/followup/followup.h"
#include "study/followup/followup_reading.h"

#define N(array) (sizeof(array) / sizeof((array)[0]))

static study_folder folder;
static cbk_arena *arena;
static cbk_error err;

static const char *const on[] = {"age", "grade", "dose"};
static const char *const categorical[] = {"grade"};
static const char *const by[] = {"sex"};
static const char *const strata[] = {"site"};

static const cbk_followup_request everything = {.time = "time",
                                                .event = "dead",
                                                .entry = "entry",
                                                .weight = "weight",
                                                .n_by = 1,
                                                .by = by,
                                                .n_strata = 1,
                                                .strata = strata,
                                                .n_on = N(on),
                                                .on = on,
                                                .n_categorical = 1,
                                                .categorical = categorical,
                                                .offset = "shift",
                                                .cluster = "id"};

static const char header[] =
    "id,entry,time,dead,weight,sex,site,age,grade,dose,shift,unused\n";

static const char *pick(const char *const *texts, size_t n)
{
    return texts[random_below((uint32_t)n)];
}

/* is_odd: now and then a cell that is a mistake. */
static void add_row(cbk_buffer *text, bool is_odd)
{
    static const char *const ids[] = {"a", "b", "b", "c", "0", "00", "", "NA"};
    static const char *const grades[] = {"low", "high", "2", "", "NA"};
    static const char *const numbers[] = {"1", "-2.5", "0", "1e3", "", "NA", "41.25"};
    static const char *const odd[] = {"x", "1e999", "-1", "inf", "NaN"};
    cbk_buffer_addf(text, "%s,", pick(ids, N(ids)));
    cbk_buffer_addf(text, "%u,%u.%u,", random_below(3), 3 + random_below(9),
                    random_below(10));
    cbk_buffer_addf(text, "%s,", random_below(9) == 0 ? "" : random_below(2) ? "1" : "0");
    cbk_buffer_addf(text, "%u,%s,", 1 + random_below(3), random_below(2) ? "f" : "m");
    cbk_buffer_addf(text, "%s,", random_below(2) ? "North" : "South");
    for (size_t i = 0; i < 4; i++) {
        const bool is_wrong = is_odd && random_below(12) == 0;
        cbk_buffer_addf(text, "%s,",
                        is_wrong ? pick(odd, N(odd))
                        : i == 1 ? pick(grades, N(grades))
                                 : pick(numbers, N(numbers)));
    }
    cbk_buffer_add(text, "anything\n");
}

/* A file, and the same with a quote in it, at which the columns are declined. */
static void make_files(uint32_t n_rows, bool is_odd, cbk_buffer *plain,
                       cbk_buffer *quoted)
{
    cbk_buffer_add(plain, header);
    cbk_buffer_add(quoted, header);
    for (uint32_t i = 0; i < n_rows; i++) {
        cbk_buffer row = {0};
        add_row(&row, is_odd);
        const char *comma = strchr(row.bytes, ',');
        cbk_buffer_add(plain, row.bytes);
        cbk_buffer_addf(quoted, i == 0 ? "\"%.*s\"%s" : "%.*s%s",
                        (int)(comma - row.bytes), row.bytes, comma);
        cbk_buffer_free(&row);
    }
}

static cbk_status read_text(const char *text, cbk_problems *problems,
                            const cbk_followup_data **out)
{
    static char path[128];
    (void)snprintf(path, sizeof path, "%s/data.csv", folder.path);
    *problems = (cbk_problems){.arena = arena};
    err = (cbk_error){0};
    return study_folder_write(&folder, "data.csv", text)
               ? cbk_followup_of_file(path, &everything, arena, problems, out, &err)
               : CBK_EIO;
}

static bool are_equal_groups(const cbk_groups *a, const cbk_groups *b, size_t n_rows)
{
    return a->n_groups == b->n_groups &&
           memcmp(a->of_row, b->of_row, n_rows * sizeof *a->of_row) == 0;
}

static bool are_equal_covariates(const cbk_followup_data *a, const cbk_followup_data *b)
{
    for (size_t i = 0; i < N(on); i++) {
        const cbk_column *x = &a->covariates[i];
        const cbk_column *y = &b->covariates[i];
        if (x->type != y->type || strcmp(x->name, y->name) != 0) {
            return false;
        }
        for (size_t row = 0; row < a->rows.n; row++) {
            if (x->type == CBK_COLUMN_NUMBER ? x->number[row] != y->number[row]
                                             : strcmp(x->text[row], y->text[row]) != 0) {
                return false;
            }
        }
    }
    return true;
}

static bool are_equal(const cbk_followup_data *a, const cbk_followup_data *b)
{
    const size_t n = a->rows.n;
    const size_t bytes = n * sizeof(double);
    return n == b->rows.n && a->source.n_omitted == b->source.n_omitted &&
           memcmp(a->rows.time, b->rows.time, bytes) == 0 &&
           memcmp(a->rows.entry, b->rows.entry, bytes) == 0 &&
           memcmp(a->rows.weight, b->rows.weight, bytes) == 0 &&
           memcmp(a->rows.is_event, b->rows.is_event, n * sizeof *a->rows.is_event) ==
               0 &&
           memcmp(a->row, b->row, n * sizeof *a->row) == 0 &&
           memcmp(a->offset, b->offset, bytes) == 0 &&
           are_equal_groups(a->by, b->by, n) &&
           are_equal_groups(a->strata, b->strata, n) &&
           are_equal_groups(a->cluster, b->cluster, n) && are_equal_covariates(a, b);
}

static bool are_equal_problems(const cbk_problems *a, const cbk_problems *b)
{
    bool is_same = a->n_found == b->n_found;
    for (size_t i = 0; is_same && i < a->n_found && i < CBK_PROBLEMS_MAX; i++) {
        is_same = a->kept[i].place.line == b->kept[i].place.line &&
                  strcmp(a->kept[i].message, b->kept[i].message) == 0;
    }
    return is_same;
}

/* Whether both ways agree; *n_kept rows were used, SIZE_MAX: the file has mistakes. */
static bool both_ways(bool is_odd, size_t *n_kept)
{
    cbk_buffer text[2] = {{0}, {0}};
    const cbk_followup_data *data[2] = {NULL, NULL};
    cbk_problems problems[2];
    cbk_status status[2];
    make_files(1 + random_below(40), is_odd, &text[0], &text[1]);
    for (size_t i = 0; i < 2; i++) {
        status[i] = read_text(text[i].bytes, &problems[i], &data[i]);
        cbk_buffer_free(&text[i]);
    }
    *n_kept = status[0] == CBK_OK ? data[0]->rows.n : SIZE_MAX;
    return status[0] == status[1] && (status[0] == CBK_OK || status[0] == CBK_EDATA) &&
           (status[0] == CBK_OK ? are_equal(data[0], data[1])
                                : are_equal_problems(&problems[0], &problems[1]));
}

static void files_are_read_alike(void)
{
    size_t n_rows = 0;
    for (int round = 0; round < 200; round++) {
        const cbk_mark mark = cbk_arena_mark(arena);
        size_t n_kept = 0;
        CHECK(both_ways(false, &n_kept));
        CHECK(n_kept != SIZE_MAX);
        n_rows += n_kept;
        cbk_arena_release(arena, mark);
    }
    CHECK(n_rows > 500);
}

static void mistakes_are_told_alike(void)
{
    int n_wrong = 0;
    for (int round = 0; round < 200; round++) {
        const cbk_mark mark = cbk_arena_mark(arena);
        size_t n_kept = 0;
        CHECK(both_ways(true, &n_kept));
        n_wrong += n_kept == SIZE_MAX;
        cbk_arena_release(arena, mark);
    }
    CHECK(n_wrong > 100 && n_wrong < 200);
}

/* A plain file is read by its columns, one with a quote is not; so the tests above
 * compare two ways. */
static void columns_are_taken_and_declined(void)
{
    static const char *const rows[] = {"a,0,5,1,1,f,North,40,low,1,0,x\n",
                                       "\"a\",0,5,1,1,f,North,40,low,1,0,x\n",
                                       "a,0,5,1,1,f,North,inf,low,1,0,x\n"};
    char path[128];
    (void)snprintf(path, sizeof path, "%s/data.csv", folder.path);
    for (size_t i = 0; i < N(rows); i++) {
        char text[256];
        (void)snprintf(text, sizeof text, "%s%s", header, rows[i]);
        CHECK(study_folder_write(&folder, "data.csv", text));
        cbk_followup_data data = {.request = &everything};
        CHECK(cbk_followup_of_columns(path, arena, &data) == (i == 0));
    }
    /* A column that is wanted twice. */
    cbk_followup_request twice = everything;
    twice.cluster = "sex";
    cbk_followup_data data = {.request = &twice};
    CHECK(!cbk_followup_of_columns(path, arena, &data));
}

int main(void)
{
    static const check_test tests[] = {
        {"both ways read the same rows", files_are_read_alike},
        {"both ways tell the same mistakes", mistakes_are_told_alike},
        {"a plain file is read by columns", columns_are_taken_and_declined},
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
