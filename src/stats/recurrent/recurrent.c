/* recurrent.c - rows of recurrent events, checked, as lists by time.  Contract:
 * stats/recurrent/recurrent.h. */
#include "stats/recurrent/recurrent.h"

#include "stats/cox/cox_order.h"
#include "stats/risk/followup_check.h"

#include <casebook/table.h>

#include <math.h>

typedef struct making {
    const cbk_mcf_rows *rows;
    size_t n;
    cbk_arena *arena;
    uint32_t *order;      /* [n] rows by time, weight, entry, subject */
    uint32_t *of_subject; /* [n] places in order, by subject; within one by time */
    size_t *first;        /* [n_subjects + 1] of of_subject */
    double *weight;       /* [n_subjects] */
    uint32_t *group;      /* [n_subjects] */
    bool *is_last;        /* [n] by place: the subject leaves after it */
} making;

static uint32_t subject_of(const cbk_mcf_rows *rows, size_t row)
{
    return rows->subject != NULL ? rows->subject[row] : (uint32_t)row;
}

static uint32_t group_of(const cbk_mcf_rows *rows, size_t row)
{
    return rows->group != NULL ? rows->group[row] : 0;
}

static double weight_of(const cbk_mcf_rows *rows, size_t row)
{
    return rows->followup->weight != NULL ? rows->followup->weight[row] : 1.0;
}

/* ---- checks ----------------------------------------------------------------------- */

/* What holds for a subject must be the same in all its rows. */
static cbk_status check_subject(making *at, size_t i, cbk_error *err)
{
    const uint32_t subject = subject_of(at->rows, i);
    if (at->group[subject] == CBK_GROUP_NONE) {
        at->group[subject] = group_of(at->rows, i);
        at->weight[subject] = weight_of(at->rows, i);
        return CBK_OK;
    }
    if (at->group[subject] != group_of(at->rows, i)) {
        return cbk_fail(err, CBK_EDATA, i,
                        "The subject has rows in two groups; a group is one of subjects, "
                        "not of rows.");
    }
    if (at->weight[subject] < weight_of(at->rows, i) ||
        at->weight[subject] > weight_of(at->rows, i)) {
        return cbk_fail(err, CBK_EDATA, i,
                        "The subject has rows with the weights %.15g and %.15g; a weight "
                        "is one of subjects, not of rows.",
                        at->weight[subject], weight_of(at->rows, i));
    }
    return CBK_OK;
}

static cbk_status check_rows(making *at, cbk_error *err)
{
    for (size_t i = 0; i < at->rows->n_subjects; i++) {
        at->group[i] = CBK_GROUP_NONE;
    }
    for (size_t i = 0; i < at->n; i++) {
        CBK_TRY(cbk_followup_check_row(at->rows->followup, i, err));
        CBK_TRY(check_subject(at, i, err));
    }
    return CBK_OK;
}

/* ---- order ------------------------------------------------------------------------ */

static bool order_rows(making *at)
{
    const cbk_followup *followup = at->rows->followup;
    const cbk_mark before = cbk_arena_mark(at->arena);
    double *subject = CBK_NEW(at->arena, double, at->n + 1);
    for (size_t i = 0; subject != NULL && i < at->n; i++) {
        subject[i] = (double)subject_of(at->rows, i);
    }
    const double *column[4] = {followup->time};
    size_t n_columns = 1;
    if (followup->weight != NULL) {
        column[n_columns++] = followup->weight;
    }
    if (followup->entry != NULL) {
        column[n_columns++] = followup->entry;
    }
    column[n_columns++] = subject;
    if (subject == NULL ||
        !cbk_order_rows(column, n_columns, at->n, at->arena, at->order)) {
        return false;
    }
    cbk_arena_release(at->arena, before);
    return true;
}

/* The places of each subject, ascending. */
static void sort_by_subject(making *at)
{
    for (size_t k = 0; k < at->n; k++) {
        at->first[subject_of(at->rows, at->order[k]) + 1]++;
    }
    for (size_t i = 0; i < at->rows->n_subjects; i++) {
        at->first[i + 1] += at->first[i];
    }
    for (size_t k = at->n; k-- > 0;) { /* from behind: first[i + 1] counts down */
        const uint32_t subject = subject_of(at->rows, at->order[k]);
        at->of_subject[--at->first[subject + 1]] = (uint32_t)k;
    }
    for (size_t i = 0; i < at->rows->n_subjects; i++) { /* now first[i + 1] is i's */
        at->first[i] = at->first[i + 1];
    }
    at->first[at->rows->n_subjects] = at->n;
}

/* ---- stretches of observation ----------------------------------------------------- */

typedef struct stretches {
    size_t n;
    double *entry; /* [rows] */
    double *weight;
    double *subject;
} stretches;

static void add_stretch(const making *at, stretches *out, double entry, size_t subject)
{
    out->entry[out->n] = entry;
    out->weight[out->n] = at->weight[subject];
    out->subject[out->n++] = (double)subject;
}

/* Rows that begin together, or follow each other without a gap, are one stretch. */
static cbk_status cut_subject(making *at, size_t subject, stretches *out, cbk_error *err)
{
    const double *time = at->rows->followup->time;
    const double *entry = at->rows->followup->entry;
    for (size_t k = at->first[subject]; k < at->first[subject + 1]; k++) {
        const uint32_t row = at->order[at->of_subject[k]];
        if (k == at->first[subject]) {
            add_stretch(at, out, entry[row], subject);
            continue;
        }
        const uint32_t last = at->order[at->of_subject[k - 1]];
        const bool is_together = entry[row] <= entry[last] && entry[row] >= entry[last];
        if (entry[row] < time[last] && !is_together) {
            return cbk_fail(err, CBK_EDATA, row,
                            "The row (%.15g, %.15g] overlaps another of its subject, "
                            "(%.15g, %.15g].",
                            entry[row], time[row], entry[last], time[last]);
        }
        if (entry[row] > time[last]) {
            at->is_last[at->of_subject[k - 1]] = true;
            add_stretch(at, out, entry[row], subject);
        }
    }
    return CBK_OK;
}

static cbk_status list_enters(making *at, cbk_recurrent_list *out, cbk_error *err)
{
    stretches all = {.entry = CBK_NEW(at->arena, double, at->n + 1),
                     .weight = CBK_NEW(at->arena, double, at->n + 1),
                     .subject = CBK_NEW(at->arena, double, at->n + 1)};
    uint32_t *order = CBK_NEW(at->arena, uint32_t, at->n + 1);
    if (order == NULL) {
        return cbk_fail_memory(err);
    }
    for (size_t i = 0; i < at->rows->n_subjects; i++) {
        CBK_TRY(cut_subject(at, i, &all, err));
    }
    const double *const column[] = {all.entry, all.weight, all.subject};
    *out = (cbk_recurrent_list){.n = all.n,
                                .time = CBK_NEW(at->arena, double, all.n + 1),
                                .subject = CBK_NEW(at->arena, uint32_t, all.n + 1)};
    if (out->subject == NULL || !cbk_order_rows(column, 3, all.n, at->arena, order)) {
        return cbk_fail_memory(err);
    }
    for (size_t k = 0; k < all.n; k++) {
        out->time[k] = all.entry[order[k]];
        out->subject[k] = (uint32_t)all.subject[order[k]];
    }
    return CBK_OK;
}

/* The rows with an event, or the last ones of their stretches. */
static bool list_rows(const making *at, bool is_of_events, cbk_recurrent_list *out)
{
    const cbk_followup *followup = at->rows->followup;
    *out = (cbk_recurrent_list){.time = CBK_NEW(at->arena, double, at->n + 1),
                                .subject = CBK_NEW(at->arena, uint32_t, at->n + 1)};
    if (out->subject == NULL) {
        return false;
    }
    for (size_t k = 0; k < at->n; k++) {
        const uint32_t row = at->order[k];
        const bool is_it = is_of_events ? followup->is_event[row] : at->is_last[k];
        out->time[out->n] = followup->time[row]; /* there is one to spare */
        out->subject[out->n] = subject_of(at->rows, row);
        out->n += is_it ? 1 : 0;
    }
    return true;
}

static bool make_room(making *at)
{
    const size_t n_subjects = at->rows->n_subjects;
    at->order = CBK_NEW(at->arena, uint32_t, at->n + 1);
    at->of_subject = CBK_NEW(at->arena, uint32_t, at->n + 1);
    at->first = CBK_NEW(at->arena, size_t, n_subjects + 2);
    at->weight = CBK_NEW(at->arena, double, n_subjects + 1);
    at->group = CBK_NEW(at->arena, uint32_t, n_subjects + 1);
    at->is_last = CBK_NEW(at->arena, bool, at->n + 1);
    return at->is_last != NULL;
}

cbk_status cbk_recurrent_make(const cbk_mcf_rows *rows, cbk_arena *arena,
                              cbk_recurrent *out, cbk_error *err)
{
    making at = {.rows = rows, .n = rows->followup->n, .arena = arena};
    if (!make_room(&at)) {
        return cbk_fail_memory(err);
    }
    CBK_TRY(check_rows(&at, err));
    if (!order_rows(&at)) {
        return cbk_fail_memory(err);
    }
    sort_by_subject(&at);
    for (size_t i = 0; i < rows->n_subjects; i++) {
        if (at.first[i + 1] > at.first[i]) {
            at.is_last[at.of_subject[at.first[i + 1] - 1]] = true;
        }
    }
    *out = (cbk_recurrent){.n_subjects = rows->n_subjects,
                           .weight = at.weight,
                           .group = at.group,
                           .is_from_origin = rows->followup->entry == NULL};
    if (!out->is_from_origin) {
        CBK_TRY(list_enters(&at, &out->enters, err));
    }
    return list_rows(&at, true, &out->events) && list_rows(&at, false, &out->leaves)
               ? CBK_OK
               : cbk_fail_memory(err);
}

/* ---- walking ---------------------------------------------------------------------- */

static size_t end_of(const cbk_recurrent_list *list, size_t from, double time)
{
    while (from < list->n && list->time[from] <= time) {
        from++;
    }
    return from;
}

bool cbk_recurrent_next(const cbk_recurrent_list *enters,
                        const cbk_recurrent_list *events,
                        const cbk_recurrent_list *leaves, cbk_recurrent_step *step)
{
    step->enter_first = step->enter_end;
    step->event_first = step->event_end;
    step->leave_first = step->leave_end;
    if (step->leave_first == leaves->n) { /* nobody has an event after leaving */
        return false;
    }
    step->time = leaves->time[step->leave_first];
    if (step->event_first < events->n && events->time[step->event_first] < step->time) {
        step->time = events->time[step->event_first];
    }
    while (step->enter_end < enters->n && enters->time[step->enter_end] < step->time) {
        step->enter_end++;
    }
    step->event_end = end_of(events, step->event_first, step->time);
    step->leave_end = end_of(leaves, step->leave_first, step->time);
    return true;
}
