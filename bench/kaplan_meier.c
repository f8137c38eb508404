/* kaplan_meier.c - times the estimators alone, on a million rows made up here.
 *
 * Prints a line each: name, seconds of processor time (the quietest of a few runs), goal.
 * Exit 1 where a goal is missed.
 */
#include <casebook/describe.h>
#include <casebook/kaplan_meier.h>

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

enum { N_ROWS = 1000000, N_RUNS = 5 };

typedef struct workload {
    double *months;     /* whole: about 120 distinct times */
    double *continuous; /* no ties to speak of */
    double *entry;      /* before continuous */
    bool *is_event;
} workload;

/* Uniform in (0, 1): a linear congruential generator, Knuth's MMIX constants. */
static double uniform(uint64_t *state)
{
    *state = *state * 6364136223846793005u + 1442695040888963407u;
    return ((double)(*state >> 11) + 0.5) / 9007199254740992.0; /* 2^53 */
}

static bool workload_make(workload *work)
{
    work->months = malloc(N_ROWS * sizeof *work->months);
    work->continuous = malloc(N_ROWS * sizeof *work->continuous);
    work->entry = malloc(N_ROWS * sizeof *work->entry);
    work->is_event = malloc(N_ROWS * sizeof *work->is_event);
    if (work->months == NULL || work->continuous == NULL || work->entry == NULL ||
        work->is_event == NULL) {
        return false;
    }
    uint64_t state = 1;
    for (size_t i = 0; i < N_ROWS; i++) {
        const double time = fmin(-40.0 * log(uniform(&state)), 120.0 * uniform(&state));
        work->continuous[i] = time;
        work->months[i] = ceil(time);
        work->entry[i] = time * uniform(&state);
        work->is_event[i] = uniform(&state) < 0.6;
    }
    return true;
}

static void workload_free(workload *work)
{
    free(work->months);
    free(work->continuous);
    free(work->entry);
    free(work->is_event);
}

static cbk_status run_km(cbk_arena *arena, const double *entry, const double *time,
                         const bool *is_event)
{
    const cbk_followup followup = {
        .n = N_ROWS, .time = time, .is_event = is_event, .entry = entry};
    const cbk_conventions conventions = cbk_conventions_of(CBK_PROFILE_R);
    const cbk_risk_table *risk = NULL;
    const cbk_km *km = NULL;
    CBK_TRY(cbk_risk_table_build(&followup, true, arena, &risk, NULL));
    return cbk_km_fit(risk, &conventions, arena, &km, NULL);
}

static cbk_status km_months(const workload *work, cbk_arena *arena)
{
    return run_km(arena, NULL, work->months, work->is_event);
}

static cbk_status km_continuous(const workload *work, cbk_arena *arena)
{
    return run_km(arena, NULL, work->continuous, work->is_event);
}

static cbk_status km_late_entry(const workload *work, cbk_arena *arena)
{
    return run_km(arena, work->entry, work->continuous, work->is_event);
}

static cbk_status describe(const workload *work, cbk_arena *arena)
{
    cbk_description out;
    return cbk_describe(work->continuous, N_ROWS, CBK_SAMPLE_QUANTILE_7, arena, &out,
                        NULL);
}

/* The goals are what a careful implementation in numpy takes for the same work on two
 * cores at 2 GHz; late entry has none to compare with. */
static const struct {
    const char *name;
    cbk_status (*run)(const workload *work, cbk_arena *arena);
    double goal_s; /* 0: none */
} measures[] = {
    {"km, a million rows of months", km_months, 0.064},
    {"km, a million continuous times", km_continuous, 0.124},
    {"km, a million with late entry", km_late_entry, 0.0},
    {"describe, a million values", describe, 0.100},
};

/* Seconds of the quietest run, or a negative number when it failed. */
static double seconds_of(size_t which, const workload *work)
{
    double least = -1.0;
    for (int run = 0; run < N_RUNS; run++) {
        cbk_arena *arena = cbk_arena_create(NULL, SIZE_MAX);
        if (arena == NULL) {
            return -1.0;
        }
        const clock_t start = clock();
        const cbk_status status = measures[which].run(work, arena);
        const double seconds = (double)(clock() - start) / (double)CLOCKS_PER_SEC;
        cbk_arena_destroy(arena);
        if (status != CBK_OK) {
            return -1.0;
        }
        least = run == 0 ? seconds : fmin(least, seconds);
    }
    return least;
}

int main(void)
{
    workload work = {0};
    const bool is_made = workload_make(&work);
    bool is_good = is_made;
    printf("%-32s %10s   %s\n", "", "CPU, s", "goal");
    for (size_t i = 0; is_made && i < sizeof measures / sizeof measures[0]; i++) {
        const double goal = measures[i].goal_s;
        const double seconds = seconds_of(i, &work);
        const bool is_missed = seconds < 0.0 || (goal > 0.0 && seconds > goal);
        char text[32] = "";
        if (goal > 0.0) {
            (void)snprintf(text, sizeof text, "%g", goal);
        }
        printf("%-32s %10.4f   %s%s\n", measures[i].name, seconds, text,
               is_missed ? ": missed" : "");
        is_good = is_good && !is_missed;
    }
    workload_free(&work);
    return is_good ? 0 : 1;
}
