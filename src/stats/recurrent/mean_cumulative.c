/* mean_cumulative.c - the mean cumulative function and its variance.  Contract and
 * sources: casebook/mean_cumulative.h.
 *
 * The influence of a subject, q_i(t) = sum over u <= t of (dN_i - Y_i dN / Y) / Y,
 * changes at each time by the same amount for all under observation.  So with A the sum
 * of these amounts only c_i = q_i + A has to be kept for them, and two sums over them,
 * of w^2 and of w^2 q, move the sum of the squares from one time to the next.
 */
#include <casebook/mean_cumulative.h>

#include "numeric/distribution.h"
#include "numeric/search.h"
#include "numeric/sum.h"
#include "stats/recurrent/recurrent.h"

#include <casebook/table.h>

#include <assert.h>
#include <math.h>

static const double none = (double)NAN;
static const double rounding = 1e-14; /* of the changes that a variance is the sum of */

/* ---- one curve -------------------------------------------------------------------- */

typedef struct walking {
    const cbk_recurrent *model;
    double *influence; /* [n_subjects] c_i while under observation, else q_i */
    cbk_sum n_risk;
    cbk_sum mean;
    cbk_sum shift;    /* A */
    cbk_sum squares;  /* of w over those under observation */
    cbk_sum moment;   /* of w^2 q over them */
    cbk_sum variance; /* of w^2 q^2 over all */
    double changes;   /* sizes of what was added to the variance */
} walking;

static void add_variance(walking *at, double change)
{
    cbk_sum_add(&at->variance, change);
    at->changes += fabs(change);
}

static void enter(walking *at, uint32_t subject, double sign)
{
    const double weight = at->model->weight[subject];
    const double shift = cbk_sum_value(&at->shift);
    const double influence = at->influence[subject] - (sign > 0.0 ? 0.0 : shift);
    cbk_sum_add(&at->n_risk, sign * weight);
    cbk_sum_add(&at->squares, sign * weight * weight);
    cbk_sum_add(&at->moment, sign * weight * weight * influence);
    at->influence[subject] = influence + (sign > 0.0 ? shift : 0.0);
}

/* Returns the weighted number of events. */
static double see_events(walking *at, const uint32_t *subject, size_t n)
{
    double n_event = 0.0;
    for (size_t k = 0; k < n; k++) {
        n_event += at->model->weight[subject[k]];
    }
    const double n_risk = cbk_sum_value(&at->n_risk);
    const double squares = cbk_sum_value(&at->squares);
    const double amount = n_event / n_risk / n_risk;
    add_variance(at, amount * (amount * squares - 2.0 * cbk_sum_value(&at->moment)));
    cbk_sum_add(&at->moment, -amount * squares);
    cbk_sum_add(&at->shift, amount);
    cbk_sum_add(&at->mean, n_event / n_risk);
    const double shift = cbk_sum_value(&at->shift);
    for (size_t k = 0; k < n; k++) {
        const double weight = at->model->weight[subject[k]];
        const double before = at->influence[subject[k]] - shift;
        add_variance(at, weight * weight * (2.0 * before + 1.0 / n_risk) / n_risk);
        cbk_sum_add(&at->moment, weight * weight / n_risk);
        at->influence[subject[k]] += 1.0 / n_risk;
    }
    return n_event;
}

static double std_error_of(const walking *at)
{
    const double variance = cbk_sum_value(&at->variance);
    return variance > rounding * at->changes ? sqrt(variance) : 0.0;
}

/* z: how many errors a limit is away. */
static void fill_limits(cbk_interval interval, double z, cbk_mcf_row *row)
{
    const double margin = z * row->std_error;
    row->lower = row->upper = none;
    if (!(row->mean > 0.0 && row->std_error > 0.0)) {
        return;
    }
    if (interval == CBK_INTERVAL_LOG) {
        const double factor = exp(margin / row->mean);
        row->lower = row->mean / factor;
        row->upper = row->mean * factor;
    } else {
        row->lower = fmax(row->mean - margin, 0.0);
        row->upper = row->mean + margin;
    }
}

/* The lists of one group. */
typedef struct group_lists {
    cbk_recurrent_list enters, events, leaves;
    size_t n_subjects;
} group_lists;

static cbk_mcf_row see_step(walking *at, const group_lists *lists,
                            const cbk_recurrent_step *step)
{
    for (size_t k = step->enter_first; k < step->enter_end; k++) {
        enter(at, lists->enters.subject[k], 1.0);
    }
    cbk_mcf_row row = {.time = step->time, .n_risk = cbk_sum_value(&at->n_risk)};
    if (step->event_end > step->event_first) {
        row.n_event = see_events(at, lists->events.subject + step->event_first,
                                 step->event_end - step->event_first);
    }
    for (size_t k = step->leave_first; k < step->leave_end; k++) {
        row.n_censor += at->model->weight[lists->leaves.subject[k]];
        enter(at, lists->leaves.subject[k], -1.0);
    }
    row.mean = cbk_sum_value(&at->mean);
    row.std_error = lists->n_subjects > 1 ? std_error_of(at) : none;
    return row;
}

static cbk_mcf_flow flow_of(const cbk_recurrent *model, const cbk_recurrent_list *list,
                            cbk_arena *arena)
{
    double *before = CBK_NEW(arena, double, list->n + 1);
    cbk_sum sum = {0};
    for (size_t k = 0; before != NULL && k < list->n; k++) {
        cbk_sum_add(&sum, model->weight[list->subject[k]]);
        before[k + 1] = cbk_sum_value(&sum);
    }
    return (cbk_mcf_flow){.n = list->n, .time = list->time, .before = before};
}

static bool fit_curve(const cbk_recurrent *model, const group_lists *lists,
                      const cbk_mcf_request *request, cbk_arena *arena, cbk_mcf *out)
{
    *out = (cbk_mcf){.request = *request,
                     .n_subjects = lists->n_subjects,
                     .n_event = lists->events.n,
                     .entries = flow_of(model, &lists->enters, arena),
                     .exits = flow_of(model, &lists->leaves, arena)};
    size_t n_rows = 0;
    cbk_recurrent_step step = {0};
    while (cbk_recurrent_next(&lists->enters, &lists->events, &lists->leaves, &step)) {
        n_rows++;
    }
    cbk_mcf_row *rows = CBK_NEW(arena, cbk_mcf_row, n_rows + 1);
    const cbk_mark before = cbk_arena_mark(arena);
    walking at = {.model = model,
                  .influence = CBK_NEW(arena, double, model->n_subjects + 1)};
    if (at.influence == NULL) {
        return false;
    }
    for (size_t k = 0; model->is_from_origin && k < lists->leaves.n; k++) {
        enter(&at, lists->leaves.subject[k], 1.0);
    }
    const double z = cbk_normal_quantile_upper((1.0 - request->level) / 2.0);
    step = (cbk_recurrent_step){0};
    while (cbk_recurrent_next(&lists->enters, &lists->events, &lists->leaves, &step)) {
        cbk_mcf_row *row = &rows[out->n_rows++];
        *row = see_step(&at, lists, &step);
        fill_limits(request->interval, z, row);
    }
    cbk_arena_release(arena, before);
    out->rows = rows;
    out->notes |= lists->n_subjects == 0   ? CBK_NOTE_NO_ROWS
                  : lists->n_subjects == 1 ? CBK_NOTE_ONE_SUBJECT
                                           : 0u;
    out->notes |= lists->n_subjects > 0 && out->n_event == 0 ? CBK_NOTE_NO_EVENTS : 0u;
    out->notes |=
        out->n_event > 0 && !(lists->events.time[0] > 0.0) ? CBK_NOTE_EVENT_AT_ZERO : 0u;
    return true;
}

/* ---- groups ----------------------------------------------------------------------- */

/* Splits a list into those of the groups, out[g] of each at offset_of + g's place. */
static bool split_list(const cbk_recurrent *model, const cbk_recurrent_list *list,
                       size_t n_groups, cbk_arena *arena, cbk_recurrent_list *out)
{
    if (n_groups == 1) {
        out[0] = *list;
        return true;
    }
    double *time = CBK_NEW(arena, double, list->n + 1);
    uint32_t *subject = CBK_NEW(arena, uint32_t, list->n + 1);
    if (subject == NULL) {
        return false;
    }
    for (size_t g = 0; g < n_groups; g++) {
        out[g] = (cbk_recurrent_list){0};
    }
    for (size_t k = 0; k < list->n; k++) {
        out[model->group[list->subject[k]]].n++;
    }
    for (size_t g = 0, start = 0; g < n_groups; g++) {
        out[g].time = time + start;
        out[g].subject = subject + start;
        start += out[g].n;
        out[g].n = 0;
    }
    for (size_t k = 0; k < list->n; k++) {
        cbk_recurrent_list *to = &out[model->group[list->subject[k]]];
        to->time[to->n] = list->time[k];
        to->subject[to->n++] = list->subject[k];
    }
    return true;
}

static group_lists *split(const cbk_recurrent *model, size_t n_groups, cbk_arena *arena)
{
    group_lists *lists = CBK_NEW(arena, group_lists, n_groups + 1);
    cbk_recurrent_list *part = CBK_NEW(arena, cbk_recurrent_list, 3 * n_groups + 1);
    if (part == NULL || !split_list(model, &model->enters, n_groups, arena, part) ||
        !split_list(model, &model->events, n_groups, arena, part + n_groups) ||
        !split_list(model, &model->leaves, n_groups, arena, part + 2 * n_groups)) {
        return NULL;
    }
    for (size_t g = 0; g < n_groups; g++) {
        lists[g] = (group_lists){.enters = part[g],
                                 .events = part[n_groups + g],
                                 .leaves = part[2 * n_groups + g]};
    }
    for (size_t i = 0; i < model->n_subjects; i++) {
        if (model->group[i] != CBK_GROUP_NONE) {
            lists[model->group[i]].n_subjects++;
        }
    }
    return lists;
}

static cbk_status check_request(const cbk_mcf_rows *rows, const cbk_mcf_request *request,
                                cbk_error *err)
{
    if (!(request->level > 0.0 && request->level < 1.0)) {
        return cbk_fail(err, CBK_EINVAL, CBK_ROW_NONE,
                        "The level %.15g is not between 0 and 1.", request->level);
    }
    if (request->interval != CBK_INTERVAL_LOG &&
        request->interval != CBK_INTERVAL_PLAIN) {
        return cbk_fail(err, CBK_EINVAL, CBK_ROW_NONE,
                        "A mean has intervals of the types log and plain, not %s.",
                        cbk_interval_name(request->interval));
    }
    if (rows->group != NULL && rows->n_groups > CBK_MCF_GROUPS_MAX) {
        return cbk_fail(err, CBK_EINVAL, CBK_ROW_NONE,
                        "There are %zu groups; at most %d can be compared.",
                        rows->n_groups, (int)CBK_MCF_GROUPS_MAX);
    }
    return rows->followup->n < UINT32_MAX
               ? CBK_OK
               : cbk_fail(err, CBK_EINVAL, CBK_ROW_NONE, "There are too many rows.");
}

static cbk_status fit_groups(const cbk_recurrent *model, const cbk_mcf_request *request,
                             cbk_arena *arena, cbk_mcf_analysis *out, cbk_error *err)
{
    const size_t n_groups = out->n_groups;
    group_lists *lists = split(model, n_groups, arena);
    cbk_mcf *curves = CBK_NEW(arena, cbk_mcf, n_groups + 1);
    cbk_mcf_group *groups = CBK_NEW(arena, cbk_mcf_group, n_groups + 1);
    if (lists == NULL || groups == NULL) {
        return cbk_fail_memory(err);
    }
    for (size_t g = 0; g < n_groups; g++) {
        if (!fit_curve(model, &lists[g], request, arena, &curves[g])) {
            return cbk_fail_memory(err);
        }
        out->notes |= curves[g].notes & CBK_NOTE_EVENT_AT_ZERO;
    }
    out->curves = curves;
    out->notes |= model->leaves.n == 0   ? CBK_NOTE_NO_ROWS
                  : model->events.n == 0 ? CBK_NOTE_NO_EVENTS
                                         : 0u;
    return n_groups < 2 || cbk_recurrent_test(model, n_groups, arena, groups, &out->test)
               ? CBK_OK
               : cbk_fail_memory(err);
}

cbk_status cbk_mcf_fit(const cbk_mcf_rows *rows, const cbk_mcf_request *request,
                       cbk_arena *arena, const cbk_mcf_analysis **out, cbk_error *err)
{
    *out = NULL;
    CBK_TRY(check_request(rows, request, err));
    const cbk_mark before = cbk_arena_mark(arena);
    cbk_mcf_analysis *analysis = CBK_NEW(arena, cbk_mcf_analysis, 1);
    cbk_mcf_rows all = *rows;
    all.n_subjects = rows->subject != NULL ? rows->n_subjects : rows->followup->n;
    cbk_recurrent model;
    cbk_status status = analysis != NULL ? cbk_recurrent_make(&all, arena, &model, err)
                                         : cbk_fail_memory(err);
    if (status == CBK_OK) {
        *analysis =
            (cbk_mcf_analysis){.n_groups = rows->group != NULL ? rows->n_groups : 1};
        status = fit_groups(&model, request, arena, analysis, err);
    }
    if (status != CBK_OK) {
        cbk_arena_release(arena, before);
        return status;
    }
    *out = analysis;
    return CBK_OK;
}

/* ---- at one time ------------------------------------------------------------------ */

static double weight_before(const cbk_mcf_flow *flow, double t)
{
    return flow->before[cbk_count_below(flow->time, flow->n, t)];
}

/* The last row at or before t; n_rows where there is none. */
static size_t row_at(const cbk_mcf *mcf, double t)
{
    size_t low = 0;
    size_t high = mcf->n_rows;
    while (low < high) {
        const size_t middle = low + (high - low) / 2;
        if (mcf->rows[middle].time <= t) {
            low = middle + 1;
        } else {
            high = middle;
        }
    }
    return low > 0 ? low - 1 : mcf->n_rows;
}

cbk_mcf_at cbk_mcf_at_time(const cbk_mcf *mcf, double time)
{
    assert(isfinite(time) && time >= 0.0);
    cbk_mcf_at at = {.time = time, .lower = none, .upper = none};
    if (mcf->n_rows == 0) {
        at.mean = at.std_error = none;
        at.notes = CBK_NOTE_NO_ROWS;
        return at;
    }
    const double entered = mcf->entries.n > 0 ? weight_before(&mcf->entries, time)
                                              : mcf->exits.before[mcf->exits.n];
    at.n_risk = fmax(entered - weight_before(&mcf->exits, time), 0.0);
    const size_t row = row_at(mcf, time);
    if (row < mcf->n_rows) {
        at.mean = mcf->rows[row].mean;
        at.std_error = mcf->rows[row].std_error;
        at.lower = mcf->rows[row].lower;
        at.upper = mcf->rows[row].upper;
    } else {
        at.std_error = mcf->n_subjects > 1 ? 0.0 : none;
    }
    if (time > mcf->rows[mcf->n_rows - 1].time) {
        at.notes |= CBK_NOTE_BEYOND_FOLLOW_UP;
    }
    return at;
}

cbk_contrast cbk_mcf_difference(const cbk_mcf_at *reference, const cbk_mcf_at *group,
                                double level)
{
    assert(level > 0.0 && level < 1.0);
    const cbk_notes forbidding = CBK_NOTE_BEYOND_FOLLOW_UP | CBK_NOTE_NO_ROWS;
    cbk_contrast out = {.estimate = none,
                        .std_error = none,
                        .lower = none,
                        .upper = none,
                        .z = none,
                        .p = none,
                        .notes = (reference->notes | group->notes) & forbidding};
    if ((out.notes & CBK_NOTE_NO_ROWS) != 0) {
        return out;
    }
    const bool is_beyond = (out.notes & CBK_NOTE_BEYOND_FOLLOW_UP) != 0;
    const double error = hypot(reference->std_error, group->std_error);
    out.estimate = group->mean - reference->mean;
    if (!(reference->std_error > 0.0 && group->std_error > 0.0)) {
        out.notes |= CBK_NOTE_ERROR_ZERO;
    }
    if (error > 0.0) {
        const double z = cbk_normal_quantile_upper((1.0 - level) / 2.0);
        out.std_error = error;
        out.lower = out.estimate - z * error;
        out.upper = out.estimate + z * error;
        out.z = is_beyond ? none : out.estimate / error;
        out.p = is_beyond ? none : 2.0 * cbk_normal_upper(fabs(out.z));
    }
    return out;
}
