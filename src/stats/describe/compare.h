/* stats/describe/compare.h - what the files compare_*.c share. */
#ifndef STATS_COMPARE_H
#define STATS_COMPARE_H

#include <casebook/compare.h>

/* A table without empty rows and columns. */
typedef struct cbk_counts {
    size_t n_rows;
    size_t n_columns;
    const uint32_t *count;  /* [n_rows * n_columns] */
    const uint32_t *row;    /* [n_rows] totals */
    const uint32_t *column; /* [n_columns] totals */
    uint32_t n;
} cbk_counts;

/* The chi-squared test of a table of at least 2 x 2. */
cbk_comparison cbk_chi_squared_of(const cbk_counts *table);

/* Fisher's p.  *is_done false: the bound was reached, p is not set. */
cbk_status cbk_fisher_p(const cbk_counts *table, cbk_arena *arena, double *p,
                        bool *is_done, cbk_error *err);

/* Values that are there, with groups renumbered without gaps. */
typedef struct cbk_samples {
    size_t n;
    double *value;
    uint32_t *group;
    size_t n_groups; /* with a value */
    size_t *size;    /* [n_groups] */
    cbk_notes notes;
} cbk_samples;

cbk_status cbk_samples_of(const cbk_grouped_values *values, cbk_arena *arena,
                          cbk_samples *out, cbk_error *err);

/* No test, for the reason in notes. */
cbk_comparison cbk_comparison_none(cbk_notes notes);

/* Two-sided p of an exact Mann-Whitney statistic w, 0 to n1 n2; n1, n2 >= 1. */
cbk_status cbk_mann_whitney_p(size_t n1, size_t n2, size_t w, cbk_arena *arena, double *p,
                              cbk_error *err);

#endif
