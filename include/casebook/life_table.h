/* casebook/life_table.h - the actuarial life table: survival on given intervals. */
#ifndef CASEBOOK_LIFE_TABLE_H
#define CASEBOOK_LIFE_TABLE_H

#include <casebook/risk_table.h>

CBK_BEGIN_DECLS

/* One interval [start, end).  NaN where a number does not exist. */
typedef struct cbk_life_table_row {
    double start;             /* unit of the follow-up */
    double end;               /* NaN: the last row is open */
    double n_entering;        /* under observation at start */
    double n_withdrawn;       /* censored in the interval */
    double n_exposed;         /* n_entering less half of n_withdrawn */
    double n_event;           /* in the interval */
    double q;                 /* share of the exposed with the event; NaN: none exposed */
    double p;                 /* 1 - q */
    double survival;          /* to the end of the interval, in [0, 1] */
    double std_error;         /* Greenwood, of survival; NaN where it is 0 */
    double density;           /* events per unit of time; NaN in an open row */
    double density_std_error; /* NaN where density is */
    double hazard;            /* per unit of time; NaN in an open row */
    double hazard_std_error;  /* NaN where hazard is */
} cbk_life_table_row;

typedef struct cbk_life_table {
    size_t n;       /* rows of the follow-up */
    size_t n_event; /* rows with an event */
    size_t n_rows;
    const cbk_life_table_row *rows;
    double median; /* by linear interpolation; NaN: not reached in a closed interval */
    cbk_notes notes;
} cbk_life_table;

/* Estimates survival by the actuarial method from a risk table.
 *
 *   Intervals   [breaks[j], breaks[j + 1]); 0 is put before a first break above it.  Who
 *               is observed at or after the last break makes a last, open row.  With
 *               time_fix a time that misses a break by no more than rounding (1.49e-8,
 *               absolutely or relatively) counts as the break.
 *   Estimator   exposed n' = n - w/2; q = d/n'; S = product of p = 1 - q         [CE58]
 *               se(S) = S sqrt(sum of q/(n' p))                                  [Gr26]
 *               density f = S(start) q / b,                                      [Ge69]
 *               se(f) = f sqrt(sum before of q/(n' p) + p/(n' q))
 *               hazard  h = 2 q / (b (1 + p)),                                   [Ge69]
 *               se(h) = h sqrt((1 - (h b / 2)^2) / (n' q)); b is the width.
 *               Without an event f, h and their errors are 0, the limit of the formulas.
 *               In a row that nobody enters nothing is estimated (NaN), but once S is 0
 *               it stays 0.
 *   Median      where S, drawn as straight lines between the ends, is one half; the start
 *               of a flat at one half.
 *   Late entry  has no place in this method: CBK_EINVAL.
 *   Weights     those of the risk table's counts.
 *   Degenerate  no rows, one row, no events: a table with notes.
 *   Cost        O(risk->n_rows + n_breaks).
 *   Errors      CBK_EINVAL (no break, a break that is negative, not finite or not after
 *               the one before, late entry), CBK_ENOMEM.
 *   Checked     tests/golden: the formulas written out in R 4.2.2, relative <= 1e-12.
 *   Differs     KMsurv's lifetab() and SAS give S and its error at an interval's start.
 *
 * [CE58] Cutler, Ederer.  J Chronic Dis 8 (1958) 699-712.
 *        doi:10.1016/0021-9681(58)90126-7
 * [Gr26] Greenwood.  Reports on Public Health and Medical Subjects 33, HMSO 1926.
 * [Ge69] Gehan.  J Chronic Dis 21 (1969) 629-644.  doi:10.1016/0021-9681(69)90035-6 */
CBK_API CBK_MUST_USE cbk_status cbk_life_table_fit(const cbk_risk_table *risk,
                                                   const double *breaks, size_t n_breaks,
                                                   bool time_fix, cbk_arena *arena,
                                                   const cbk_life_table **out,
                                                   cbk_error *err);

CBK_END_DECLS

#endif
