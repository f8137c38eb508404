/* test_life_table.c - the actuarial life table: by hand, against counting rows one by
 * one, and where there is little to count. */
#include "check.h"
#include "faulty_heap.h"
#include "random_below.h"

#include <casebook/life_table.h>

#include <string.h>

#define N(array) (sizeof(array) / sizeof((array)[0]))

static cbk_arena *arena;

static const cbk_life_table *fit(const double *time, const bool *is_event, size_t n,
                                 const double *breaks, size_t n_breaks)
{
    const cbk_followup followup = {.n = n, .time = time, .is_event = is_event};
    const cbk_risk_table *risk = NULL;
    const cbk_life_table *table = NULL;
    const bool is_done =
        cbk_risk_table_build(&followup, true, arena, &risk, NULL) == CBK_OK &&
        cbk_life_table_fit(risk, breaks, n_breaks, true, arena, &table, NULL) == CBK_OK;
    static const cbk_life_table none = {.n_rows = SIZE_MAX};
    return is_done ? table : &none;
}

/* The six patients: 25+ 36 91+ 97 97+ 132+. */
static void worked_by_hand(void)
{
    const double time[] = {132, 36, 97, 97, 91, 25};
    const bool died[] = {false, true, true, false, false, false};
    const double breaks[] = {0, 24, 48, 72, 96, 120, 144};
    const cbk_life_table *table = fit(time, died, 6, breaks, N(breaks));
    CHECK(table->n_rows == 6 && table->n == 6 && table->n_event == 2);
    const cbk_life_table_row *second = &table->rows[1];
    CHECK(second->n_entering == 6.0 && second->n_withdrawn == 1.0);
    CHECK(second->n_exposed == 5.5 && second->n_event == 1.0);
    CHECK_NEAR(second->q, 2.0 / 11.0, 1e-15);
    CHECK_NEAR(second->survival, 9.0 / 11.0, 1e-15);
    /* q / (n' p) = (2/11) / (11/2 * 9/11) = 4/99 */
    CHECK_NEAR(second->std_error, 9.0 / 11.0 * sqrt(4.0 / 99.0), 1e-15);
    CHECK_NEAR(second->density, 2.0 / 11.0 / 24.0, 1e-15);
    CHECK_NEAR(second->hazard, 2.0 * 2.0 / (24.0 * 20.0), 1e-15); /* p + 1 is 20/11 */
    const cbk_life_table_row *fifth = &table->rows[4];
    CHECK_NEAR(fifth->q, 0.4, 1e-15);
    CHECK_NEAR(fifth->survival, 27.0 / 55.0, 1e-15);
    CHECK_NEAR(fifth->std_error, 27.0 / 55.0 * sqrt(4.0 / 99.0 + 4.0 / 15.0), 1e-15);
    CHECK(table->rows[0].std_error == 0.0 && table->rows[0].hazard == 0.0);
    /* from 9/11 to 27/55 between 96 and 120: one half at 35/36 of the way */
    CHECK_NEAR(table->median, 96.0 + 24.0 * 35.0 / 36.0, 1e-14);
    CHECK(table->notes == 0);
}

static void open_row(void)
{
    const double time[] = {1, 2, 5, 9};
    const bool died[] = {true, false, true, false};
    const double breaks[] = {2, 5}; /* 0 is put in front; 5 starts the open row */
    const cbk_life_table *table = fit(time, died, 4, breaks, 2);
    CHECK(table->n_rows == 3);
    CHECK(table->rows[0].start == 0.0 && table->rows[0].end == 2.0);
    CHECK(table->rows[0].n_event == 1.0 && table->rows[1].n_withdrawn == 1.0);
    const cbk_life_table_row *open = &table->rows[2];
    CHECK(open->start == 5.0 && isnan(open->end) && open->n_entering == 2.0);
    CHECK(open->n_exposed == 1.5 && isnan(open->density) && isnan(open->hazard));
    CHECK(isnan(open->density_std_error) && isnan(open->hazard_std_error));
    CHECK_NEAR(open->survival, 0.75 / 3.0, 1e-15);
    CHECK(isnan(table->median)); /* somewhere in the open row */
    CHECK(table->notes == CBK_NOTE_NOT_REACHED);
    const double only_zero[] = {0};
    const cbk_life_table *all = fit(time, died, 4, only_zero, 1);
    CHECK(all->n_rows == 1 && all->rows[0].n_entering == 4.0);
}

static void nearly_on_a_break(void)
{
    const double time[] = {0.1 + 0.2, 0.9};
    const bool died[] = {true, true};
    const double breaks[] = {0, 0.3, 1};
    CHECK(fit(time, died, 2, breaks, 3)->rows[1].n_event == 2.0);
    const double below[] = {1.0 - 0.9, 0.9}; /* 0.1 less a rounding */
    const double tenth[] = {0, 0.1, 1};
    CHECK(1.0 - 0.9 < 0.1);
    CHECK(fit(below, died, 2, tenth, 3)->rows[1].n_event == 2.0);
    const cbk_followup followup = {.n = 2, .time = below, .is_event = died};
    const cbk_risk_table *risk = NULL;
    const cbk_life_table *table = NULL;
    CHECK(cbk_risk_table_build(&followup, false, arena, &risk, NULL) == CBK_OK);
    CHECK(cbk_life_table_fit(risk, tenth, 3, false, arena, &table, NULL) == CBK_OK);
    CHECK(table->rows[0].n_event == 1.0);
}

static void nobody_left(void)
{
    const double time[] = {1, 2};
    const bool died[] = {true, true};
    const bool censored[] = {true, false};
    const double breaks[] = {0, 3, 6, 9};
    const cbk_life_table *dead = fit(time, died, 2, breaks, 4);
    CHECK(dead->n_rows == 3 && dead->rows[0].survival == 0.0);
    CHECK(isnan(dead->rows[0].std_error) && dead->rows[0].q == 1.0);
    CHECK(isnan(dead->rows[1].q) && dead->rows[1].survival == 0.0);
    CHECK(dead->rows[2].n_exposed == 0.0 && isnan(dead->rows[2].hazard));
    CHECK(dead->median == 1.5);
    const cbk_life_table *left = fit(time, censored, 2, breaks, 4);
    CHECK_NEAR(left->rows[0].survival, 1.0 / 3.0, 1e-15);
    CHECK(isnan(left->rows[1].survival) && isnan(left->rows[1].std_error));
}

static void degenerate(void)
{
    const double breaks[] = {0, 3};
    const double time[] = {2, 2, 2};
    const bool censored[] = {false, false, false};
    const bool died[] = {true, true, true};
    const cbk_life_table *empty = fit(NULL, NULL, 0, breaks, 2);
    CHECK(empty->n == 0 && empty->notes == CBK_NOTE_NO_ROWS && empty->n_rows == 1);
    CHECK(isnan(empty->rows[0].q) && isnan(empty->rows[0].survival));
    const cbk_life_table *none = fit(time, censored, 3, breaks, 2);
    CHECK(none->rows[0].survival == 1.0 && none->rows[0].std_error == 0.0);
    CHECK(none->notes == (CBK_NOTE_NO_EVENTS | CBK_NOTE_NOT_REACHED));
    const cbk_life_table *tied = fit(time, died, 3, breaks, 2);
    CHECK(tied->rows[0].survival == 0.0 && tied->notes == 0);
    CHECK(fit(time, died, 1, breaks, 2)->notes == CBK_NOTE_ONE_SUBJECT);
}

static void refused(void)
{
    const double time[] = {5, 7};
    const bool died[] = {true, false};
    const double entry[] = {1, 0};
    const cbk_followup late = {.n = 2, .time = time, .is_event = died, .entry = entry};
    const cbk_followup plain = {.n = 2, .time = time, .is_event = died};
    const cbk_risk_table *risk = NULL;
    const cbk_life_table *table = NULL;
    const double wrong[][2] = {
        {0, 0}, {3, 2}, {-1, 2}, {0, (double)NAN}, {0, (double)INFINITY}};
    cbk_error err;
    CHECK(cbk_risk_table_build(&plain, true, arena, &risk, NULL) == CBK_OK);
    for (size_t i = 0; i < N(wrong); i++) {
        CHECK(cbk_life_table_fit(risk, wrong[i], 2, true, arena, &table, &err) ==
              CBK_EINVAL);
        CHECK(table == NULL && strstr(err.message, "ascend") != NULL);
    }
    CHECK(cbk_life_table_fit(risk, NULL, 0, true, arena, &table, &err) == CBK_EINVAL);
    CHECK(cbk_risk_table_build(&late, true, arena, &risk, NULL) == CBK_OK);
    const double breaks[] = {0, 10};
    CHECK(cbk_life_table_fit(risk, breaks, 2, true, arena, &table, &err) == CBK_EINVAL);
    CHECK(strstr(err.message, "late entry") != NULL);
}

/* Counts by looking at each row for each interval. */
static void counts_row_by_row(void)
{
    enum { MAX_N = 60 };
    const double breaks[] = {0, 2, 3, 7, 20, 21};
    double time[MAX_N];
    bool died[MAX_N];
    for (int round = 0; round < 500; round++) {
        const size_t n = 1 + random_below(MAX_N);
        for (size_t i = 0; i < n; i++) {
            time[i] = (double)random_below(60) / 2.0;
            died[i] = random_below(2) == 0;
        }
        const cbk_life_table *table = fit(time, died, n, breaks, N(breaks));
        CHECK(table->n_rows == 5 || table->n_rows == 6);
        double survival = 1.0;
        for (size_t j = 0; j < table->n_rows; j++) {
            const cbk_life_table_row *row = &table->rows[j];
            const double end = j + 1 < N(breaks) ? breaks[j + 1] : HUGE_VAL;
            double n_entering = 0.0;
            double n_died = 0.0;
            double n_left = 0.0;
            for (size_t i = 0; i < n; i++) {
                const bool is_inside = time[i] >= breaks[j] && time[i] < end;
                n_entering += time[i] >= breaks[j];
                n_died += is_inside && died[i];
                n_left += is_inside && !died[i];
            }
            CHECK(row->n_entering == n_entering && row->n_event == n_died);
            CHECK(row->n_withdrawn == n_left);
            survival *= 1.0 - n_died / (n_entering - n_left / 2.0);
            if (n_entering > 0.0) {
                CHECK(fabs(row->survival - survival) < 1e-14);
            }
        }
    }
}

static cbk_status fit_on(const void *risk, cbk_arena *small, const void **out)
{
    enum { BIG = 20000 };
    static double breaks[BIG];
    for (size_t i = 0; i < BIG; i++) {
        breaks[i] = (double)i;
    }
    const cbk_life_table *table = NULL;
    const cbk_status status =
        cbk_life_table_fit(risk, breaks, BIG, true, small, &table, NULL);
    *out = table;
    return status;
}

static void survives_every_failed_allocation(void)
{
    const double time[] = {5, 7};
    const bool died[] = {true, false};
    const cbk_followup followup = {.n = 2, .time = time, .is_event = died};
    const cbk_risk_table *risk = NULL;
    CHECK(cbk_risk_table_build(&followup, true, arena, &risk, NULL) == CBK_OK);
    CHECK(faulty_heaps(fit_on, risk) >= 3);
}

int main(void)
{
    static const check_test tests[] = {
        {"six patients by hand", worked_by_hand},
        {"an open row", open_row},
        {"nearly on a break", nearly_on_a_break},
        {"nobody left", nobody_left},
        {"degenerate", degenerate},
        {"refused", refused},
        {"counts row by row", counts_row_by_row},
        {"every failed allocation", survives_every_failed_allocation},
    };
    arena = cbk_arena_create(NULL, SIZE_MAX);
    if (arena == NULL) {
        return 99;
    }
    const int exit_code = check_main(tests, N(tests));
    cbk_arena_destroy(arena);
    return exit_code;
}
