/* cox_entries.c - who enters late: rows in the order of their entry, and what goes on
 * between the times.  Contract: stats/cox_likelihood/cox_model.h. */
#include "numeric/order.h"
#include "stats/cox_likelihood/cox_columns.h"

enum { AHEAD = 24 /* rows, in which a number comes from memory */ };

/* Of the times of one stratum and who enters before each; *k: the next time. */
static void match_stratum(const cbk_cox_model *model, size_t first, size_t end, size_t *k,
                          uint32_t *entry_time, uint32_t *late_from)
{
    size_t last = 0; /* 1 + the last time so far of the stratum */
    size_t place = first;
    for (; *k < model->n_times && model->times[*k].first < end; ++*k) {
        const double time = model->runs[model->times[*k].run].time;
        for (; place < end && model->entry[model->enters[place]] < time; place++) {
            const uint32_t soon =
                model->enters[place + AHEAD < end ? place + AHEAD : place];
            __builtin_prefetch(&model->entry[soon]);
            __builtin_prefetch(&entry_time[soon], 1);
            entry_time[model->enters[place]] = (uint32_t)last;
        }
        late_from[*k] = (uint32_t)place;
        last = *k + 1;
    }
    for (; place < end; place++) {
        entry_time[model->enters[place]] = (uint32_t)last;
    }
}

/* Rows by stratum and entry, those of one entry in their order. */
static bool order_entries(const cbk_cox_model *model, cbk_arena *arena, uint32_t *enters)
{
    const size_t n = model->n;
    const cbk_mark before = cbk_arena_mark(arena);
    const size_t n_columns = model->n_strata > 1 ? 2 : 1;
    double *stratum = CBK_NEW(arena, double, n_columns > 1 ? n : 1);
    if (stratum == NULL) {
        return false;
    }
    for (size_t s = 0; n_columns > 1 && s < model->n_strata; s++) {
        for (size_t i = model->strata[s]; i < model->strata[s + 1]; i++) {
            stratum[i] = (double)s;
        }
    }
    const double *const column[] = {model->entry, stratum};
    const double *const in_strata[] = {stratum, model->entry};
    cbk_order_by by = {.column = n_columns > 1 ? in_strata : column,
                       .n_leading = n_columns,
                       .n_columns = n_columns,
                       .room = {(uint64_t *)(void *)model->late_tiles, /* filled later */
                                (uint64_t *)(void *)model->tiles}};
    if (!cbk_order_rows_by(&by, n, arena, enters)) {
        return false;
    }
    cbk_arena_release(arena, before);
    return true;
}

/* Weights and offsets by entry. */
static bool fill_late_columns(cbk_cox_model *model, cbk_arena *arena)
{
    if (model->weights != NULL) {
        model->late_weights =
            cbk_cox_gather(model->weights, model->enters, model->n, arena);
    }
    if (model->offsets != NULL) {
        model->late_offsets =
            cbk_cox_gather(model->offsets, model->enters, model->n, arena);
    }
    return !cbk_arena_has_failed(arena);
}

/* Who comes in and who goes out as one goes back, one bit each: rows before a time come
 * in until the time, then those go out who enter from then on. */
static void list_moves(const cbk_cox_model *model, uint64_t *moves)
{
    size_t n = 0;
    size_t k = model->n_times;
    for (size_t s = model->n_strata; s-- > 0;) {
        const size_t first = model->strata[s];
        size_t end = model->strata[s + 1];
        size_t late_end = end;
        for (; k > 0 && model->times[k - 1].first >= first; k--) {
            n += end - model->times[k - 1].first;
            end = model->times[k - 1].first;
            for (; late_end > model->late_from[k - 1]; late_end--, n++) {
                moves[n / 64] |= UINT64_C(1) << n % 64;
            }
        }
        n += end - first;
    }
}

bool cbk_cox_match_entries(cbk_cox_model *model, cbk_arena *arena)
{
    uint32_t *entry_time = CBK_NEW(arena, uint32_t, model->n + 1);
    uint32_t *late_from = CBK_NEW(arena, uint32_t, model->n_times + 1);
    uint64_t *moves = CBK_NEW(arena, uint64_t, 2 * model->n / 64 + 1);
    model->cumulative = CBK_NEW(arena, double, model->n_times + 1);
    if (model->cumulative == NULL || !fill_late_columns(model, arena)) {
        return false;
    }
    size_t k = 0;
    for (size_t s = 0; s < model->n_strata; s++) {
        match_stratum(model, model->strata[s], model->strata[s + 1], &k, entry_time,
                      late_from);
    }
    model->entry_time = entry_time;
    model->late_from = late_from;
    list_moves(model, moves);
    model->moves = moves;
    return true;
}

bool cbk_cox_enter(cbk_cox_model *model, const double *entry, cbk_arena *arena)
{
    if (entry == NULL) {
        return true;
    }
    uint32_t *enters = CBK_NEW(arena, uint32_t, model->n + 1);
    model->late_tiles = CBK_NEW(arena, double, cbk_cox_tiles_size(model->n, model->p));
    model->entry = cbk_cox_gather(entry, model->order, model->n, arena);
    if (model->entry == NULL || !order_entries(model, arena, enters)) {
        return false;
    }
    model->enters = enters;
    return cbk_cox_match_entries(model, arena);
}
