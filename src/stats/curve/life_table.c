/* life_table.c - the actuarial life table.  Contract and sources: casebook/life_table.h.
 * Reads risk tables only, never rows. */
#include <casebook/life_table.h>

#include <assert.h>
#include <math.h>

static const double tie = 1.49011611938476562e-8; /* 2^-26, as in risk_table.c */

static cbk_status check(const cbk_risk_table *risk, const double *breaks, size_t n_breaks,
                        cbk_error *err)
{
    if (n_breaks == 0) {
        return cbk_fail(err, CBK_EINVAL, CBK_ROW_NONE,
                        "A life table needs the breaks between its intervals, as in 0, "
                        "12, 24.");
    }
    for (size_t i = 0; i < n_breaks; i++) {
        if (!isfinite(breaks[i]) || breaks[i] < 0.0 ||
            (i > 0 && breaks[i] <= breaks[i - 1])) {
            return cbk_fail(err, CBK_EINVAL, CBK_ROW_NONE,
                            "The breaks of a life table ascend from 0 or more; %.15g is "
                            "not after the one before.",
                            breaks[i]);
        }
    }
    if (risk->n_entries > 0) {
        return cbk_fail(err, CBK_EINVAL, CBK_ROW_NONE,
                        "A life table has no place for late entry; the Kaplan-Meier "
                        "method has.");
    }
    return CBK_OK;
}

static bool is_before(double time, double end, bool time_fix)
{
    if (!time_fix) {
        return time < end;
    }
    return end - time > tie && end - time > tie * fabs(end);
}

/* Counts who leaves in each interval.  Returns the number of rows in use: the open one
 * only where somebody is left for it. */
static size_t count(const cbk_risk_table *risk, bool time_fix, cbk_life_table_row *rows,
                    size_t n_closed)
{
    size_t at = 0;
    for (size_t j = 0; j < risk->n_rows; j++) {
        const cbk_risk_row leaving = cbk_risk_row_at(risk, j);
        while (at < n_closed && !is_before(leaving.time, rows[at].end, time_fix)) {
            at++;
        }
        rows[at].n_event += leaving.n_event;
        rows[at].n_withdrawn += leaving.n_censor;
    }
    const cbk_life_table_row *open = &rows[n_closed];
    return open->n_event + open->n_withdrawn > 0.0 ? n_closed + 1 : n_closed;
}

/* What is carried from one interval to the next. */
typedef struct progress {
    double survival;
    double greenwood; /* sum of q / (n' p) */
} progress;

static void estimate_rates(cbk_life_table_row *row, const progress *before)
{
    const double width = row->end - row->start;
    if (!isfinite(width)) {
        return;
    }
    row->density = row->density_std_error = 0.0;
    row->hazard = row->hazard_std_error = 0.0;
    if (row->q > 0.0) {
        const double own = row->p / (row->n_exposed * row->q);
        const double half = row->q / (1.0 + row->p); /* of hazard times width */
        row->density = before->survival * row->q / width;
        row->density_std_error = row->density * sqrt(before->greenwood + own);
        row->hazard = 2.0 * half / width;
        row->hazard_std_error =
            row->hazard * sqrt((1.0 - half * half) / (row->n_exposed * row->q));
    }
}

static void estimate(cbk_life_table_row *row, progress *state)
{
    const double none = (double)NAN;
    const progress before = *state;
    row->q = row->p = row->std_error = none;
    row->density = row->density_std_error = none;
    row->hazard = row->hazard_std_error = none;
    row->n_exposed = row->n_entering - row->n_withdrawn / 2.0;
    if (!(row->n_entering > 0.0)) {
        row->survival = before.survival > 0.0 ? none : 0.0;
        return;
    }
    row->q = row->n_event / row->n_exposed;
    row->p = (row->n_exposed - row->n_event) / row->n_exposed;
    state->survival *= row->p;
    row->survival = state->survival;
    if (state->survival > 0.0) {
        state->greenwood += row->q / (row->n_exposed * row->p);
        row->std_error = state->survival * sqrt(state->greenwood);
    }
    estimate_rates(row, &before);
}

/* Survival as straight lines between the ends of the intervals, crossed at one half. */
static double median_of(const cbk_life_table_row *rows, size_t n_rows)
{
    double above = 1.0;
    for (size_t i = 0; i < n_rows; i++) {
        const double below = rows[i].survival;
        if (below <= 0.5 + tie) {
            const double share = (above - 0.5) / (above - below);
            return rows[i].start + (rows[i].end - rows[i].start) * fmin(share, 1.0);
        }
        above = below;
    }
    return (double)NAN;
}

static cbk_notes notes_of(const cbk_life_table *table)
{
    if (table->n == 0) {
        return CBK_NOTE_NO_ROWS;
    }
    cbk_notes notes = table->n_event == 0 ? CBK_NOTE_NO_EVENTS : 0u;
    notes |= table->n == 1 ? CBK_NOTE_ONE_SUBJECT : 0u;
    notes |= isnan(table->median) ? CBK_NOTE_NOT_REACHED : 0u;
    return notes;
}

/* The intervals between the breaks, from 0, and an open one after the last. */
static size_t make_intervals(const double *breaks, size_t n_breaks,
                             cbk_life_table_row *rows)
{
    size_t n_closed = 0;
    double start = 0.0;
    for (size_t i = breaks[0] > 0.0 ? 0 : 1; i < n_breaks; i++) {
        rows[n_closed++] = (cbk_life_table_row){.start = start, .end = breaks[i]};
        start = breaks[i];
    }
    rows[n_closed] = (cbk_life_table_row){.start = start, .end = (double)NAN};
    return n_closed;
}

cbk_status cbk_life_table_fit(const cbk_risk_table *risk, const double *breaks,
                              size_t n_breaks, bool time_fix, cbk_arena *arena,
                              const cbk_life_table **out, cbk_error *err)
{
    assert(risk != NULL && arena != NULL && out != NULL);
    *out = NULL;
    CBK_TRY(check(risk, breaks, n_breaks, err));
    const cbk_mark before = cbk_arena_mark(arena);
    cbk_life_table *table = CBK_NEW(arena, cbk_life_table, 1);
    cbk_life_table_row *rows = CBK_NEW(arena, cbk_life_table_row, n_breaks + 1);
    if (rows == NULL) { /* failure is sticky: this stands for both */
        cbk_arena_release(arena, before);
        return cbk_fail_memory(err);
    }
    const size_t n_closed = make_intervals(breaks, n_breaks, rows);
    *table = (cbk_life_table){.n = risk->n, .n_event = risk->n_event, .rows = rows};
    table->n_rows = count(risk, time_fix, rows, n_closed);
    progress state = {.survival = 1.0};
    for (size_t i = table->n_rows; i > 0; i--) {
        cbk_life_table_row *row = &rows[i - 1];
        const double n_later = i < table->n_rows ? row[1].n_entering : 0.0;
        row->n_entering = n_later + row->n_event + row->n_withdrawn;
    }
    for (size_t i = 0; i < table->n_rows; i++) {
        estimate(&rows[i], &state);
    }
    table->median = median_of(rows, table->n_rows);
    table->notes = notes_of(table);
    *out = table;
    return CBK_OK;
}
