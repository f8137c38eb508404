/* sql_cuminc.c - cumulative incidences and Gray's test as SQL functions; in words:
 * docs/formats/functions.md.
 *
 * The kind of event is the endpoint's own, or the competing event that the last argument
 * names.  Intervals are log-log of 1 - F whatever the conventions of survival are, and
 * the variance is the jackknife.
 */
#include "study/internal.h"

#include "base/text.h"

#include <casebook/cumulative_incidence.h>

#include <math.h>
#include <string.h>

/* Causes as numbers: the endpoint's own event, the one that is asked for, the others. */
enum { OWN = 1, ASKED = 2, OTHER = 3, N_CAUSES = 3 };

/* Rows with an endpoint and, for the test, a group. */
typedef struct incidence_rows {
    double *time;
    double *entry;
    bool *is_event;
    uint8_t *cause;
    const char **group; /* or NULL */
    bool is_late;
    cbk_followup followup;
} incidence_rows;

/* Names of competing events are those that the protocol declares: others are a slip of
 * the pen.  *out NULL: the endpoint's own event. */
static cbk_status competing_of(const char *function, const cbk_value *column,
                               size_t n_rows, const cbk_study *study, cbk_arena *arena,
                               const char **out, cbk_error *err)
{
    const cbk_protocol *protocol = study->protocol;
    size_t n = 0;
    *out = NULL;
    for (size_t i = 0; i < protocol->n_endpoints; i++) {
        n += protocol->endpoints[i].n_competing;
    }
    const char **names = CBK_NEW(arena, const char *, n);
    if (names == NULL) {
        return cbk_fail_memory(err);
    }
    if (column == NULL || n_rows == 0) {
        return CBK_OK;
    }
    n = 0;
    for (size_t i = 0; i < protocol->n_endpoints; i++) {
        for (size_t k = 0; k < protocol->endpoints[i].n_competing; k++) {
            names[n++] = protocol->endpoints[i].competing[k].code;
        }
    }
    const char *asked = column[0].kind == CBK_VALUE_TEXT ? column[0].text : "";
    for (size_t i = 0; i < n && *out == NULL; i++) {
        *out = strcmp(names[i], asked) == 0 ? names[i] : NULL;
    }
    for (size_t i = 0; i < n_rows && *out != NULL; i++) {
        if (column[i].kind != CBK_VALUE_TEXT || strcmp(column[i].text, *out) != 0) {
            *out = NULL;
        }
    }
    char hint[CBK_HINT_SIZE];
    return *out != NULL
               ? CBK_OK
               : cbk_fail(err, CBK_EINVAL, CBK_ROW_NONE,
                          "The last argument of %s() names one competing event of the "
                          "endpoint, in single quotes; found \"%.60s\"%s",
                          function, asked, cbk_spelling_hint(asked, names, n, hint));
}

static uint8_t cause_of(const cbk_survival_time *at, const char *asked)
{
    if (at->is_event) {
        return OWN;
    }
    if (at->n_competing == 0) {
        return 0;
    }
    const bool is_asked = asked != NULL && strlen(asked) == at->n_competing &&
                          memcmp(asked, at->competing, at->n_competing) == 0;
    return is_asked ? ASKED : OTHER;
}

static bool open_rows(incidence_rows *rows, size_t n, bool has_group, cbk_arena *arena)
{
    *rows = (incidence_rows){.time = CBK_NEW(arena, double, n),
                             .entry = CBK_NEW(arena, double, n),
                             .is_event = CBK_NEW(arena, bool, n),
                             .cause = CBK_NEW(arena, uint8_t, n),
                             .group = has_group ? CBK_NEW(arena, const char *, n) : NULL};
    return !cbk_arena_has_failed(arena);
}

static cbk_status read_rows(const char *function, const cbk_value *endpoint,
                            const cbk_value *group, size_t n_rows, const char *asked,
                            cbk_study *study, cbk_arena *arena, incidence_rows *out,
                            cbk_error *err)
{
    size_t n = 0;
    if (!open_rows(out, n_rows, group != NULL, arena)) {
        return cbk_fail_memory(err);
    }
    for (size_t i = 0; i < n_rows; i++) {
        cbk_survival_time at;
        if (endpoint[i].kind == CBK_VALUE_ABSENT ||
            (group != NULL && group[i].kind == CBK_VALUE_ABSENT)) {
            continue;
        }
        if (endpoint[i].kind != CBK_VALUE_TEXT ||
            !cbk_survival_parse(endpoint[i].text, &at)) {
            return cbk_fail(err, CBK_EINVAL, CBK_ROW_NONE,
                            "%s() needs an endpoint, written like 36, 132+ or "
                            "76+other_cause.",
                            function);
        }
        out->time[n] = at.time;
        out->entry[n] = at.entry;
        out->cause[n] = cause_of(&at, asked);
        out->is_event[n] = out->cause[n] > 0;
        out->is_late = out->is_late || at.entry > 0.0;
        if (group != NULL) {
            out->group[n] = cbk_sql_group_text(&group[i], arena);
        }
        n++;
    }
    out->followup = (cbk_followup){.n = n,
                                   .time = out->time,
                                   .is_event = out->is_event,
                                   .entry = out->is_late ? out->entry : NULL};
    study->notes |= n < n_rows ? CBK_NOTE_ROWS_LEFT_OUT : 0;
    return cbk_arena_has_failed(arena) ? cbk_fail_memory(err) : CBK_OK;
}

/* ---- the incidence at a time ------------------------------------------------------- */

typedef enum quantity { INCIDENCE, LOWER, UPPER } quantity;

typedef struct incidence_function {
    const char *name;
    quantity what;
} incidence_function;

static const incidence_function functions[] = {
    {"cuminc", INCIDENCE}, {"cuminc_lower", LOWER}, {"cuminc_upper", UPPER}};

enum { N_FUNCTIONS = sizeof functions / sizeof functions[0] };

typedef struct binding {
    const incidence_function *what;
    cbk_study *study;
} binding;

static cbk_status time_of(const char *function, const cbk_value *column, size_t n_rows,
                          double *out, cbk_error *err)
{
    *out = 0.0;
    for (size_t i = 0; i < n_rows; i++) {
        if (column[i].kind != CBK_VALUE_NUMBER || column[i].number != column[0].number ||
            !(column[i].number >= 0.0)) {
            return cbk_fail(err, CBK_EINVAL, CBK_ROW_NONE,
                            "The second argument of %s() must be one time from 0.",
                            function);
        }
        *out = column[i].number;
    }
    return CBK_OK;
}

static cbk_status fit_at(const incidence_rows *rows, size_t cause, double time,
                         cbk_study *study, cbk_arena *arena, cbk_cuminc_row *out,
                         cbk_error *err)
{
    const cbk_cause_rows all = {
        .followup = &rows->followup, .cause = rows->cause, .n_causes = N_CAUSES};
    const cbk_cuminc_request request = {.interval = CBK_INTERVAL_LOG_LOG,
                                        .level = study->conventions.level};
    const cbk_cause_table *table = NULL;
    const cbk_cuminc *fit = NULL;
    CBK_TRY(cbk_cause_table_build(&all, true, arena, &table, err));
    CBK_TRY(cbk_cuminc_fit(table, &request, arena, &fit, err));
    *out = cbk_cuminc_at_time(fit, cause - 1, time);
    study->notes |= fit->notes | out->notes;
    return CBK_OK;
}

/* cuminc(s, t), cuminc(s, t, 'other_cause') and their limits */
static cbk_status run_incidence(const cbk_value *const *arguments, size_t n_arguments,
                                size_t n_rows, void *context, cbk_arena *arena,
                                cbk_value *out, cbk_error *err)
{
    const binding *bound = context;
    const char *name = bound->what->name;
    const char *asked = NULL;
    double time = 0.0;
    incidence_rows rows;
    cbk_cuminc_row row;
    *out = (cbk_value){.kind = CBK_VALUE_ABSENT};
    CBK_TRY(time_of(name, arguments[1], n_rows, &time, err));
    CBK_TRY(competing_of(name, n_arguments == 3 ? arguments[2] : NULL, n_rows,
                         bound->study, arena, &asked, err));
    CBK_TRY(read_rows(name, arguments[0], NULL, n_rows, asked, bound->study, arena, &rows,
                      err));
    CBK_TRY(
        fit_at(&rows, asked != NULL ? ASKED : OWN, time, bound->study, arena, &row, err));
    const double value = bound->what->what == LOWER   ? row.lower
                         : bound->what->what == UPPER ? row.upper
                                                      : row.incidence;
    if (rows.followup.n > 0 && isfinite(value)) {
        *out = (cbk_value){.kind = CBK_VALUE_NUMBER, .number = value};
    }
    return CBK_OK;
}

/* ---- Gray's test ------------------------------------------------------------------- */

static cbk_status test_rows(const incidence_rows *rows, size_t cause, cbk_study *study,
                            cbk_arena *arena, cbk_value *out, cbk_error *err)
{
    const cbk_column column = {
        .name = "group", .type = CBK_COLUMN_TEXT, .text = rows->group};
    const cbk_column *by[] = {&column};
    const cbk_groups *groups = NULL;
    const size_t n = rows->followup.n;
    CBK_TRY(cbk_table_group(by, 1, n, arena, &groups, err));
    if (groups->n_groups < 2) {
        study->notes |= n == 0 ? CBK_NOTE_NO_ROWS : CBK_NOTE_NO_GROUPS;
        return CBK_OK;
    }
    cbk_followup followup;
    cbk_gray_test test[N_CAUSES];
    CBK_TRY(cbk_followup_fix_ties(&rows->followup, arena, &followup, err));
    const cbk_gray_rows compared = {.followup = &followup,
                                    .cause = rows->cause,
                                    .n_causes = N_CAUSES,
                                    .group = groups->of_row,
                                    .n_groups = groups->n_groups};
    CBK_TRY(cbk_gray_fit(&compared, arena, test, err));
    study->notes |= test[cause - 1].notes;
    if (!isnan(test[cause - 1].p)) {
        *out = (cbk_value){.kind = CBK_VALUE_NUMBER, .number = test[cause - 1].p};
    }
    return CBK_OK;
}

/* gray_p(s, group), gray_p(s, group, 'other_cause') */
static cbk_status gray_p(const cbk_value *const *arguments, size_t n_arguments,
                         size_t n_rows, void *context, cbk_arena *arena, cbk_value *out,
                         cbk_error *err)
{
    cbk_study *study = context;
    const char *asked = NULL;
    incidence_rows rows;
    *out = (cbk_value){.kind = CBK_VALUE_ABSENT};
    CBK_TRY(competing_of("gray_p", n_arguments == 3 ? arguments[2] : NULL, n_rows, study,
                         arena, &asked, err));
    CBK_TRY(read_rows("gray_p", arguments[0], arguments[1], n_rows, asked, study, arena,
                      &rows, err));
    return test_rows(&rows, asked != NULL ? ASKED : OWN, study, arena, out, err);
}

cbk_status cbk_study_add_incidences(cbk_study *study, cbk_error *err)
{
    binding *bound = CBK_NEW(study->arena, binding, N_FUNCTIONS);
    if (bound == NULL) {
        return cbk_fail_memory(err);
    }
    for (size_t i = 0; i < N_FUNCTIONS; i++) {
        bound[i] = (binding){.what = &functions[i], .study = study};
        for (int n = 2; n <= 3; n++) {
            CBK_TRY(cbk_registry_add_aggregate(study->registry, functions[i].name, n,
                                               run_incidence, &bound[i], err));
        }
    }
    CBK_TRY(cbk_registry_add_aggregate(study->registry, "gray_p", 2, gray_p, study, err));
    return cbk_registry_add_aggregate(study->registry, "gray_p", 3, gray_p, study, err);
}
