/* casebook/claims.h - what a manuscript says, compared with the records. */
#ifndef CASEBOOK_CLAIMS_H
#define CASEBOOK_CLAIMS_H

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
    size_t n_explanations;
    const char *const *explanations; /* sentences: the convention, who contradicts, why
                                        not, where the number may come from */
    size_t n_contradicting;
    const cbk_claim *const
        *contradicting; /* claims of the same quantity stated otherwise */
} cbk_claim_result;

typedef struct cbk_audit {
    size_t n;
    const cbk_claim_result *results; /* [n] in the order of the file */
    size_t counts[CBK_VERDICT_COUNT];
} cbk_audit;

/* Reads a claims file (docs/formats/claims.md); all mistakes go to problems, then
 * CBK_EDATA.  Errors also: CBK_EIO, CBK_ENOMEM. */
CBK_API CBK_MUST_USE cbk_status cbk_claims_read(const char *path, cbk_arena *arena,
                                                cbk_problems *problems,
                                                const cbk_claim **claims, size_t *n,
                                                cbk_error *err);

/* Computes every claim under the study's conventions and gives each its verdict.  A claim
 * whose SQL is wrong is a mistake of its file: problems, then CBK_EDATA. */
CBK_API CBK_MUST_USE cbk_status cbk_audit_run(cbk_study *study, const cbk_claim *claims,
                                              size_t n, cbk_arena *arena,
                                              cbk_problems *problems,
                                              const cbk_audit **out, cbk_error *err);

CBK_END_DECLS

#endif
