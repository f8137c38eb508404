/* casebook/claims.h - what a manuscript says, compared with the records. */
#ifndef CASEBOOK_CLAIMS_H
#define CASEBOOK_CLAIMS_H

#include <casebook/paper.h>
#include <casebook/study.h>

CBK_BEGIN_DECLS

typedef struct cbk_claim {
    const char *id;
    cbk_place file_place; /* in claims.yaml */
    const char *place;    /* where in the manuscript, or NULL */
    const char *says;     /* what the number is said to be, or NULL */
    const char *stated;   /* as printed */
    size_t n_of;
    const char *const *of; /* SQL, one for each number stated; none: cannot be computed */
    const char *from;      /* form, or NULL: the patients */
    const char *among;     /* condition, or NULL */
    const char *quantity;  /* name of a quantity without `of`, or NULL */
    const char *tolerance; /* as written: "0.5" in the printed unit, "2%" of what is
                              stated; or NULL */
    double tolerance_value; /* >= 0; 0: equal at the stated precision */
    bool is_tolerance_percent;
} cbk_claim;

/* Numbers that a paper prints of one thing, declared to be held against each other. */
typedef struct cbk_paper_check cbk_paper_check;

/* A claims file. */
typedef struct cbk_claims {
    size_t n;
    const cbk_claim *claims; /* [n] */
    size_t n_checks;
    const cbk_paper_check *checks; /* [n_checks] */
} cbk_claims;

typedef enum cbk_verdict {
    CBK_VERDICT_REPRODUCES,         /* equal at the stated precision */
    CBK_VERDICT_OTHER_CONVENTION,   /* equal under a convention that is named */
    CBK_VERDICT_CONTRADICTED,       /* the manuscript states it differently elsewhere */
    CBK_VERDICT_DOES_NOT_REPRODUCE, /* none of these */
    CBK_VERDICT_NOT_COMPUTABLE      /* no `of`, or the records do not know */
} cbk_verdict;

enum { CBK_VERDICT_COUNT = 5 };
CBK_API const char *cbk_verdict_name(cbk_verdict verdict); /* "does_not_reproduce" */

typedef struct cbk_claim_result {
    const cbk_claim *claim;
    cbk_verdict verdict;
    size_t n_computed;            /* claim->n_of */
    const cbk_quantity *computed; /* [n_computed] */
    const int *digits;  /* [n_computed] decimals that show how it compares: two beyond
                           what is stated */
    size_t n_unchecked; /* numbers stated that no `of` asks for */
    size_t n_explanations;
    const char *const *explanations; /* sentences: the convention, who contradicts, why
                                        not, where the number may come from */
    size_t n_contradicting;
    const cbk_claim *const
        *contradicting; /* claims of the same quantity stated otherwise */
} cbk_claim_result;

/* Printed numbers against each other: no record is needed. */
typedef struct cbk_check_result {
    const char *id;     /* of the check, or of the claim whose words are checked */
    const char *kind;   /* "percentage", "grim", "grimmer", "median", "order", "mean",
                           "sd", "p", "interval", "interval-p", "at-risk", "total" */
    const char *place;  /* or NULL */
    const char *says;   /* or NULL */
    const char *stated; /* "mean 3.46, n 20" */
    cbk_consistency verdict;
    const char *explanation; /* a sentence */
    size_t n_nearest;
    double nearest[2]; /* the nearest numbers that could be, where that is asked */
} cbk_check_result;

typedef struct cbk_audit {
    size_t n;
    const cbk_claim_result *results; /* [n] in the order of the file */
    size_t counts[CBK_VERDICT_COUNT];
    size_t n_checks;
    const cbk_check_result *checks; /* [n_checks] what is declared, then what was found */
    size_t check_counts[CBK_CONSISTENCY_COUNT];
} cbk_audit;

/* Reads a claims file (docs/formats/claims.md); all mistakes go to problems, then
 * CBK_EDATA.  Errors also: CBK_EIO, CBK_ENOMEM. */
CBK_API CBK_MUST_USE cbk_status cbk_claims_read(const char *path, cbk_arena *arena,
                                                cbk_problems *problems,
                                                const cbk_claims **out, cbk_error *err);

/* Computes every claim under the study's conventions and gives each its verdict, and runs
 * the checks that need no records.  Without records (study NULL) no claim is computed,
 * but the claims are held against each other.  A claim whose SQL is wrong is a mistake of
 * its file: problems, then CBK_EDATA. */
CBK_API CBK_MUST_USE cbk_status cbk_audit_run(cbk_study *study, const cbk_claims *claims,
                                              cbk_arena *arena, cbk_problems *problems,
                                              const cbk_audit **out, cbk_error *err);

CBK_END_DECLS

#endif
