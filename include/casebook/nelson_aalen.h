/* casebook/nelson_aalen.h - the cumulative hazard.
 *
 * Pure functions: no globals, no I/O.
 */
#ifndef CASEBOOK_NELSON_AALEN_H
#define CASEBOOK_NELSON_AALEN_H

#include <casebook/conventions.h>
#include <casebook/risk_table.h>

CBK_BEGIN_DECLS

/* The state from one observed time up to the next. */
typedef struct cbk_hazard_row {
    double time;      /* unit of the follow-up */
    double n_risk;    /* just before time */
    double n_event;   /* at time */
    double n_censor;  /* at time */
    double hazard;    /* H(time), >= 0 */
    double std_error; /* of H(time) */
    double lower;     /* >= 0; NaN where the interval is not defined */
    double upper;     /* NaN also where it is infinite */
} cbk_hazard_row;

typedef struct cbk_nelson_aalen {
    size_t n;       /* rows */
    size_t n_event; /* rows with an event */
    size_t n_rows;  /* distinct observed times, >= 0 */
    const cbk_hazard_row *rows;
    cbk_conventions conventions;
    cbk_notes notes;
} cbk_nelson_aalen;

/* Estimates the cumulative hazard from a risk table.
 *
 *   Estimator  H(t)     = sum over t_j <= t of d_j / r_j            [Ne72], [Aa78]
 *              Var H(t) = sum over t_j <= t of d_j / r_j^2
 *   Interval   minus the logarithm of conventions->interval of exp(-H): log gives
 *              H -+ z se, log-log gives H exp(-+ z se / H).  At H = 0: log and plain give
 *              0 and 0, the others NaN.  bpcp is an interval of the Kaplan-Meier
 *              estimate: CBK_EINVAL.
 *   Ties       the events of one time are one term, as in R's ctype = 1.
 *   Weights    whole numbers: counts of subjects; others are CBK_EINVAL, for this
 * variance counts subjects. Degenerate no rows, one row, no events: a result with notes.
 *   Cost       O(n_rows).
 *   Errors     CBK_EINVAL (level, bpcp), CBK_ENOMEM.
 *   Checked    tests/golden: R 4.2.2, survival 3.5-3, stype = 2, ctype = 1, relative
 *              error <= 1e-10.
 *
 * [Ne72] Nelson.  Technometrics 14 (1972) 945-966.  doi:10.1080/00401706.1972.10488991
 * [Aa78] Aalen.  Ann Stat 6 (1978) 701-726.  doi:10.1214/aos/1176344247 */
CBK_API CBK_MUST_USE cbk_status cbk_nelson_aalen_fit(const cbk_risk_table *risk,
                                                     const cbk_conventions *conventions,
                                                     cbk_arena *arena,
                                                     const cbk_nelson_aalen **out,
                                                     cbk_error *err);

/* The cumulative hazard at a time the user asks for. */
typedef struct cbk_hazard_at {
    double time;
    double hazard; /* past the last observation: carried, and flagged */
    double std_error;
    double lower;
    double upper;
    cbk_notes notes; /* CBK_NOTE_BEYOND_FOLLOW_UP: do not print */
} cbk_hazard_at;

/* time finite, >= 0.  Unlike survival, the hazard goes on after everybody has died, so
 * every time after the last is beyond follow-up.  O(log n_rows). */
CBK_API cbk_hazard_at cbk_hazard_at_time(const cbk_nelson_aalen *fit, double time);

CBK_END_DECLS

#endif
