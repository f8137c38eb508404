/* claims/paper/paper_run.h - what the checks of a paper's numbers share.  For paper_*.c.
 */
#ifndef CLAIMS_PAPER_RUN_H
#define CLAIMS_PAPER_RUN_H

#include "claims/paper/paper_check.h"

#include "base/text.h"

/* The check that runs, and where its next result goes. */
typedef struct cbk_paper_run {
    const cbk_paper_check *check;
    cbk_arena *arena;
    cbk_check_result *out;
} cbk_paper_run;

/* ---- facts (paper_facts.c) ----------------------------------------------------- */

bool cbk_paper_has(const cbk_paper_check *check, cbk_fact fact);
double cbk_paper_value(const cbk_paper_check *check, cbk_fact fact); /* NaN: not stated */
cbk_printed cbk_paper_printed_of(const cbk_fact_value *value);
cbk_printed cbk_paper_printed(const cbk_paper_check *check, cbk_fact fact);
int64_t cbk_paper_n(const cbk_paper_check *check); /* 0: not stated */

/* ---- sentences (paper_facts.c) ------------------------------------------------- */

typedef struct cbk_paper_text {
    char text[CBK_NUMBER_SIZE];
} cbk_paper_text;

/* A computed number, two places beyond what is printed; a p with two digits that count.
 */
cbk_paper_text cbk_paper_show(double value, int digits);
cbk_paper_text cbk_paper_show_p(double p);

/* "mean 3.46, n 20": the facts of the list that are stated. */
const char *cbk_paper_say(cbk_paper_run *r, const cbk_fact *facts, size_t n);

/* One result; add_nearest() adds to the last one, NaN nothing. */
void cbk_paper_conclude(cbk_paper_run *r, const char *kind, const char *stated,
                        cbk_consistency verdict, const char *explanation);
void cbk_paper_add_nearest(cbk_paper_run *r, double value);

/* ---- checks: each concludes where it has its facts ----------------------------- */

void cbk_paper_check_shares(cbk_paper_run *r);        /* paper_sample.c */
void cbk_paper_check_whole_numbers(cbk_paper_run *r); /* paper_sample.c */
void cbk_paper_check_order(cbk_paper_run *r);         /* paper_sample.c */
void cbk_paper_check_p(cbk_paper_run *r);             /* paper_inference.c */
void cbk_paper_check_interval(cbk_paper_run *r);      /* paper_inference.c */
void cbk_paper_check_rows(cbk_paper_run *r);          /* paper_inference.c */

#endif
