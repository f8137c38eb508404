/* claims/paper/paper_check.h - what a paper prints of one thing, to be held against
 * itself without any record.  The format: docs/formats/claims.md, section checks.
 */
#ifndef CLAIMS_PAPER_CHECK_H
#define CLAIMS_PAPER_CHECK_H

#include <casebook/claims.h>
#include <casebook/paper.h>

#include "claims/stated/stated.h"
#include "study/yaml/yaml_tree.h"

/* A number that is printed of it, by what it is. */
typedef enum cbk_fact {
    CBK_FACT_COUNT,
    CBK_FACT_N,
    CBK_FACT_PERCENT,
    CBK_FACT_MEAN,
    CBK_FACT_SD,
    CBK_FACT_MEDIAN,
    CBK_FACT_Q1,
    CBK_FACT_Q3,
    CBK_FACT_MIN,
    CBK_FACT_MAX,
    CBK_FACT_CHISQ,
    CBK_FACT_T,
    CBK_FACT_Z,
    CBK_FACT_F,
    CBK_FACT_R,
    CBK_FACT_DF,
    CBK_FACT_DF2, /* the second of a list */
    CBK_FACT_SIDES,
    CBK_FACT_P,
    CBK_FACT_HAZARD_RATIO,
    CBK_FACT_ODDS_RATIO,
    CBK_FACT_RISK_RATIO,
    CBK_FACT_DIFFERENCE,
    CBK_FACT_ESTIMATE,
    CBK_FACT_LOWER,
    CBK_FACT_UPPER,
    CBK_FACT_LEVEL, /* as a fraction */
    CBK_FACT_TOTAL,
    CBK_FACTS
} cbk_fact;

/* "hazard_ratio": the keys, and one of them (paper_facts.c). */
extern const char *const cbk_fact_names[CBK_FACTS];
const char *cbk_fact_name(cbk_fact fact);

typedef struct cbk_fact_value {
    const char *text; /* as printed; NULL: not stated */
    cbk_stated_number number;
} cbk_fact_value;

struct cbk_paper_check {
    const char *id;
    const char *place; /* or NULL */
    const char *says;  /* or NULL */
    cbk_fact_value fact[CBK_FACTS];
    bool is_whole;    /* every value of the variable is a whole number */
    bool is_not_wald; /* the interval or p is not from a standard error */
    size_t n_at_risk;
    const cbk_fact_value *at_risk; /* [n_at_risk] */
    size_t n_parts;
    const cbk_fact_value *parts; /* [n_parts] of the total */
};

/* paper_file.c: the checks of a list in YAML; mistakes go to problems.  NULL: the arena
 * failed. */
const cbk_paper_check *cbk_paper_checks_read(const cbk_yaml *list, cbk_arena *arena,
                                             cbk_problems *problems);

/* paper_found.c: the checks that the claims' own words allow: "5/6 (83%)",
 * "t(28) = 2.2, p = 0.04", "HR 0.62 (95% CI 0.41–0.94)", "44 (25–64)".  False: out of
 * memory. */
bool cbk_paper_checks_find(const cbk_claim *claims, size_t n, cbk_arena *arena,
                           const cbk_paper_check **out, size_t *n_out);

/* The same of a sentence, which may be about more than its numbers: what needs the whole
 * text to be a number and its range is not looked for.  out NULL: only counts them; else
 * room for them from *n on, which is moved past them.  False: out of memory. */
bool cbk_paper_checks_find_in_sentence(const cbk_claim *sentence, cbk_arena *arena,
                                       cbk_paper_check *out, size_t *n);

/* paper_run.c: whether the facts are enough for some check. */
bool cbk_paper_check_is_possible(const cbk_paper_check *check);

/* Appends the results of every check that the facts allow to out, which has
 * room for CBK_PAPER_KINDS more.  Returns how many.  A NULL explanation: the arena
 * failed.
 */
enum { CBK_PAPER_KINDS = 12 };
size_t cbk_paper_check_run(const cbk_paper_check *check, cbk_arena *arena,
                           cbk_check_result *out);

#endif
