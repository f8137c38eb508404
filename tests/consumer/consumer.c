/* consumer.c - a program of somebody else's, compiled against what we install. */
#include <casebook/casebook.h>
#include <stdio.h>

/* Four patients, the second censored: S(3) = 3/4 * 1/2. */
static const double time_months[] = {1, 2, 3, 4};
static const bool is_event[] = {true, false, true, true};

int main(void)
{
    cbk_arena *arena = cbk_arena_create(NULL, SIZE_MAX);
    if (arena == NULL) {
        return 1;
    }
    const cbk_followup followup = {.n = 4, .time = time_months, .is_event = is_event};
    const cbk_conventions conventions = cbk_conventions_of(CBK_PROFILE_R);
    const cbk_risk_table *risk = NULL;
    const cbk_km *km = NULL;
    cbk_error err;
    cbk_status status = cbk_risk_table_build(&followup, true, arena, &risk, &err);
    if (status == CBK_OK) {
        status = cbk_km_fit(risk, &conventions, arena, &km, &err);
    }
    if (status == CBK_OK) {
        printf("%.3f\n", cbk_km_at_time(km, 3).survival);
    } else {
        (void)fprintf(stderr, "%s\n", err.message);
    }
    cbk_arena_destroy(arena);
    return status == CBK_OK ? 0 : 1;
}
