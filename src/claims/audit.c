/* audit.c - every claim computed, compared, and held against the others.  Contract:
 * casebook/claims.h; the rules: docs/formats/claims.md.
 *
 * A claim is taken apart into statements: one for each expression of its `of`, and one
 * for its `quantity`.  Statements of the same thing are brought together by sorting; each
 * question is asked once, and each distinct statement is held once against the others.
 */
#include <casebook/claims.h>

#include "base/text.h"
#include "claims/inverse/inverse.h"
#include "claims/inverse/source_values.h"
#include "claims/manuscript/statements.h"
#include "claims/paper/paper_check.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

/* A manuscript does not state one thing in more ways; hostile files might. */
enum { CONTRADICTING_MAX = 50, CONTRADICTING_SHOWN = 5 };

typedef cbk_statement statement;
typedef cbk_audit_work audit;

static cbk_status no_memory(cbk_error *err)
{
    return cbk_fail(err, CBK_ENOMEM, CBK_ROW_NONE, "Out of memory for the audit.");
}

/* ---- questions ----------------------------------------------------------------- */

/* Asks what the statements sorted[from..to) are about; a wrong question is a mistake of
 * each of their claims. */
static cbk_status ask(audit *a, size_t from, size_t to, cbk_error *err)
{
    const statement *one = a->sorted[from];
    const cbk_claim *claim = &a->claims[one->claim];
    cbk_asked *asked = CBK_NEW(a->arena, cbk_asked, 1);
    if (asked == NULL) {
        return no_memory(err);
    }
    *asked = (cbk_asked){.of = one->of, .from = claim->from, .among = claim->among};
    cbk_error why = {0};
    const cbk_status status =
        cbk_study_evaluate(a->study, asked->of, asked->from, asked->among, NULL, a->arena,
                           &asked->quantity, &why);
    if (status == CBK_ENOMEM) {
        return cbk_fail(err, status, CBK_ROW_NONE, "%s", why.message);
    }
    for (size_t i = from; i < to; i++) {
        a->sorted[i]->asked = asked;
        if (status != CBK_OK) {
            const cbk_claim *wrong = &a->claims[a->sorted[i]->claim];
            cbk_problems_add(a->problems, wrong->file_place, "Claim `%.100s`: %s",
                             wrong->id, why.message);
        }
    }
    return CBK_OK;
}

/* ---- contradictions ------------------------------------------------------------ */

/* Two statements of one thing that cannot both be true. */
static bool do_differ(const statement *a, const statement *b)
{
    const size_t n = a->said.n < b->said.n ? a->said.n : b->said.n;
    for (size_t i = 0; i < n; i++) {
        if (cbk_stated_numbers_differ(&a->said.numbers[i], &b->said.numbers[i])) {
            return true;
        }
    }
    return a->said.n == 0 && b->said.n == 0 && strcmp(a->text, b->text) != 0;
}

/* The end of the statements from `at` that have its key and, if is_same, its id. */
static size_t end_of_run(const audit *a, size_t at, bool is_same)
{
    size_t end = at + 1;
    while (end < a->n && strcmp(a->sorted[end]->key, a->sorted[at]->key) == 0 &&
           (!is_same || strcmp(a->sorted[end]->id, a->sorted[at]->id) == 0)) {
        end++;
    }
    return end;
}

/* Gives the statements sorted[first..last), which say the same, the claims that say
 * otherwise of the same thing, sorted[from..to). */
static cbk_status contradict(audit *a, size_t from, size_t to, size_t first, size_t last,
                             cbk_error *err)
{
    size_t *claims = CBK_NEW(a->arena, size_t, CONTRADICTING_MAX);
    size_t n = 0;
    if (claims == NULL) {
        return no_memory(err);
    }
    for (size_t i = from; i < to && n < CONTRADICTING_MAX;) {
        const size_t end = end_of_run(a, i, true);
        if (i != first && do_differ(a->sorted[first], a->sorted[i])) {
            for (; i < end && n < CONTRADICTING_MAX; i++) {
                claims[n++] = a->sorted[i]->claim;
            }
        }
        i = end;
    }
    for (size_t i = first; i < last; i++) {
        a->sorted[i]->contradicting = claims;
        a->sorted[i]->n_contradicting = n;
    }
    return CBK_OK;
}

/* Every group of statements of one thing: asked, and held against each other. */
static cbk_status compare_statements(audit *a, cbk_error *err)
{
    for (size_t from = 0; from < a->n;) {
        const size_t to = end_of_run(a, from, false);
        if (a->sorted[from]->of != NULL && a->study != NULL) {
            CBK_TRY(ask(a, from, to, err));
        }
        size_t first = from;
        size_t last = end_of_run(a, from, true);
        while (last < to || first > from) { /* one distinct statement: nothing differs */
            CBK_TRY(contradict(a, from, to, first, last, err));
            if (last == to) {
                break;
            }
            first = last;
            last = end_of_run(a, first, true);
        }
        from = to;
    }
    return CBK_OK;
}

/* ---- results ------------------------------------------------------------------- */

static int by_index(const void *lhs, const void *rhs)
{
    const size_t a = *(const size_t *)lhs;
    const size_t b = *(const size_t *)rhs;
    return (a > b) - (a < b);
}

/* The other claims that any statement of claim i is contradicted by, in file order.  Two
 * claims that both follow from the records do not contradict each other, however they are
 * written: a code and its label, 44.45 as 44.5 and as 44. */
static bool collect_contradicting(audit *a, size_t i, const cbk_verdict *own,
                                  cbk_claim_result *result)
{
    size_t n_all = 0;
    for (size_t k = a->first[i]; k < a->first[i + 1]; k++) {
        n_all += a->statements[k].n_contradicting;
    }
    if (n_all == 0) {
        return true;
    }
    size_t *all = CBK_NEW(a->arena, size_t, n_all);
    const cbk_claim **claims = CBK_NEW(a->arena, const cbk_claim *, n_all);
    if (claims == NULL) {
        return false;
    }
    size_t n = 0;
    for (size_t k = a->first[i]; k < a->first[i + 1]; k++) {
        for (size_t j = 0; j < a->statements[k].n_contradicting; j++) {
            all[n++] = a->statements[k].contradicting[j];
        }
    }
    qsort(all, n, sizeof *all, by_index);
    for (size_t k = 0; k < n; k++) {
        const bool is_again = k > 0 && all[k] == all[k - 1];
        const bool do_both_follow =
            own[i] == CBK_VERDICT_REPRODUCES && own[all[k]] == CBK_VERDICT_REPRODUCES;
        if (all[k] != i && !is_again && !do_both_follow) {
            claims[result->n_contradicting++] = &a->claims[all[k]];
        }
    }
    result->contradicting = claims;
    return true;
}

static void explain(const char **explanations, cbk_claim_result *result, const char *text)
{
    if (text != NULL) {
        explanations[result->n_explanations++] = text;
    }
}

/* "Stated otherwise: 86 in `margin` (Discussion), ..." */
static const char *say_contradicting(audit *a, const cbk_claim_result *result)
{
    cbk_buffer text = {0};
    for (size_t i = 0; i < result->n_contradicting && i < CONTRADICTING_SHOWN; i++) {
        const cbk_claim *other = result->contradicting[i];
        cbk_buffer_addf(&text, "%s\"%.80s\" in `%.80s`",
                        i == 0 ? "Stated otherwise: " : ", ", other->stated, other->id);
        if (other->place != NULL) {
            cbk_buffer_addf(&text, " (%.80s)", other->place);
        }
    }
    if (result->n_contradicting > CONTRADICTING_SHOWN) {
        cbk_buffer_addf(&text, " and %zu more",
                        result->n_contradicting - CONTRADICTING_SHOWN);
    }
    cbk_buffer_add(&text, ".");
    const char *copy = text.is_failed ? NULL : cbk_text_copy(a->arena, text.bytes);
    cbk_buffer_free(&text);
    return copy;
}

/* How bad a verdict is, for a claim of several numbers. */
static int badness(cbk_verdict verdict)
{
    static const int of[CBK_VERDICT_COUNT] = {
        [CBK_VERDICT_REPRODUCES] = 0,         [CBK_VERDICT_OTHER_CONVENTION] = 1,
        [CBK_VERDICT_CONTRADICTED] = 0,       [CBK_VERDICT_NOT_COMPUTABLE] = 2,
        [CBK_VERDICT_DOES_NOT_REPRODUCE] = 3,
    };
    return of[verdict];
}

/* "Number 2, max(age): ..." where the claim states several. */
static const char *of_number(audit *a, const cbk_claim *claim, size_t k, const char *text)
{
    return text == NULL || claim->n_of == 1
               ? text
               : cbk_text_format(a->arena, "Number %zu, %.80s: %s", k + 1, claim->of[k],
                                 text);
}

/* Where a number that the records do not give may come from. */
static cbk_status search(audit *a, const cbk_claim *claim, size_t k, const statement *one,
                         const char **explanations, cbk_claim_result *result,
                         cbk_error *err)
{
    cbk_inverse_answer found;
    cbk_stated_number stated = one->said.numbers[0];
    stated.tolerance = 0.0; /* the search is for what prints the number */
    CBK_TRY(cbk_inverse_explain(a->study, one->asked, &stated, a->arena, &found, err));
    for (size_t i = 0; i < found.n_sentences; i++) {
        explain(explanations, result, of_number(a, claim, k, found.sentences[i]));
    }
    return CBK_OK;
}

/* Computes what can be computed; the worst of its numbers is the claim's verdict. */
static cbk_status judge(audit *a, size_t i, const char **explanations,
                        cbk_claim_result *result, cbk_error *err)
{
    const cbk_claim *claim = &a->claims[i];
    cbk_quantity *computed = CBK_NEW(a->arena, cbk_quantity, claim->n_of);
    int *digits = CBK_NEW(a->arena, int, claim->n_of);
    cbk_sources_said said = {0};
    if (computed == NULL || digits == NULL) {
        return no_memory(err);
    }
    for (size_t k = 0; k < claim->n_of; k++) {
        statement *one = &a->statements[a->first[i] + k];
        cbk_judgement judgement;
        computed[k] = one->asked->quantity;
        digits[k] = (one->said.n > 0 && one->said.numbers[0].kind == CBK_STATED_NUMBER
                         ? one->said.numbers[0].digits
                         : 0) +
                    2;
        CBK_TRY(cbk_claim_judge(a->study, one->asked, &one->said, one->text, a->arena,
                                &judgement, err));
        if (badness(judgement.verdict) > badness(result->verdict)) {
            result->verdict = judgement.verdict;
        }
        explain(explanations, result, of_number(a, claim, k, judgement.explanation));
        if (judgement.is_searchable) {
            CBK_TRY(search(a, claim, k, one, explanations, result, err));
        }
        CBK_TRY(cbk_sources_ask(a, one, k, &judgement, &said, err));
    }
    result->n_explanations +=
        cbk_sources_explain(a, claim, &said, explanations + result->n_explanations);
    result->computed = computed;
    result->digits = digits;
    result->n_computed = claim->n_of;
    return CBK_OK;
}

/* Numbers that no expression is bound to; *text NULL: there are none.  False: out of
 * memory. */
static bool find_unbound(audit *a, const cbk_claim *claim, cbk_claim_result *result,
                         const char **text)
{
    cbk_stated stated;
    *text = NULL;
    if (!cbk_stated_read(claim->stated, a->arena, &stated)) {
        return false;
    }
    if (claim->n_of >= stated.n) {
        return true;
    }
    result->n_unchecked = stated.n - claim->n_of;
    *text = cbk_text_format(a->arena,
                            "%zu numbers are stated and `of` has %zu expression%s; the "
                            "other numbers are not checked.",
                            stated.n, claim->n_of, claim->n_of == 1 ? "" : "s");
    return true;
}

/* A claim by itself. */
static cbk_status judge_claim(audit *a, size_t i, const char **explanations,
                              cbk_claim_result *result, cbk_error *err)
{
    const cbk_claim *claim = &a->claims[i];
    const char *unbound = NULL;
    *result = (cbk_claim_result){.claim = claim, .explanations = explanations};
    if (!find_unbound(a, claim, result, &unbound)) {
        return no_memory(err);
    }
    if (claim->n_of == 0 || a->study == NULL) {
        result->verdict = CBK_VERDICT_NOT_COMPUTABLE;
        explain(explanations, result,
                claim->n_of == 0
                    ? "The claim has no `of`: it is only compared with the other claims."
                    : "Without the records it is only compared with the other claims.");
    } else {
        CBK_TRY(judge(a, i, explanations, result, err));
        explain(explanations, result, unbound);
    }
    return CBK_OK;
}

/* The same beside the others; own[] are all claims' verdicts by themselves. */
static cbk_status hold_against_others(audit *a, size_t i, const cbk_verdict *own,
                                      const char **explanations, cbk_claim_result *result,
                                      cbk_error *err)
{
    if (!collect_contradicting(a, i, own, result)) {
        return no_memory(err);
    }
    if (result->n_contradicting > 0) {
        const bool is_open = result->verdict == CBK_VERDICT_REPRODUCES ||
                             result->verdict == CBK_VERDICT_NOT_COMPUTABLE;
        result->verdict = is_open ? CBK_VERDICT_CONTRADICTED : result->verdict;
        explain(explanations, result, say_contradicting(a, result));
    }
    return CBK_OK;
}

/* ---- without records ----------------------------------------------------------- */

/* What is declared, then what the claims' words allow. */
static cbk_status run_checks(audit *a, const cbk_claims *claims, cbk_audit *made,
                             cbk_error *err)
{
    const cbk_paper_check *found = NULL;
    size_t n_found = 0;
    if (!cbk_paper_checks_find(claims->claims, claims->n, a->arena, &found, &n_found)) {
        return no_memory(err);
    }
    const size_t n_most = (claims->n_checks + n_found) * CBK_PAPER_KINDS;
    cbk_check_result *results = CBK_NEW(a->arena, cbk_check_result, n_most);
    if (results == NULL) {
        return no_memory(err);
    }
    for (size_t i = 0; i < claims->n_checks + n_found; i++) {
        const cbk_paper_check *check =
            i < claims->n_checks ? &claims->checks[i] : &found[i - claims->n_checks];
        made->n_checks += cbk_paper_check_run(check, a->arena, results + made->n_checks);
    }
    for (size_t i = 0; i < made->n_checks; i++) {
        made->check_counts[results[i].verdict]++;
    }
    made->checks = results;
    return CBK_OK;
}

static cbk_status make_results(audit *a, const cbk_claims *claims, const cbk_audit **out,
                               cbk_error *err)
{
    cbk_audit *made = CBK_NEW(a->arena, cbk_audit, 1);
    cbk_claim_result *results = CBK_NEW(a->arena, cbk_claim_result, a->n_claims);
    cbk_verdict *own = CBK_NEW(a->arena, cbk_verdict, a->n_claims);
    const char ***explanations = CBK_NEW(a->arena, const char **, a->n_claims);
    if (explanations == NULL) {
        return no_memory(err);
    }
    for (size_t i = 0; i < a->n_claims; i++) {
        const size_t n_most = a->claims[i].n_of * (CBK_INVERSE_SHOWN_MAX + 2) + 2;
        explanations[i] = CBK_NEW(a->arena, const char *, n_most);
        if (explanations[i] == NULL) {
            return no_memory(err);
        }
        CBK_TRY(judge_claim(a, i, explanations[i], &results[i], err));
        own[i] = results[i].verdict;
    }
    for (size_t i = 0; i < a->n_claims; i++) {
        CBK_TRY(hold_against_others(a, i, own, explanations[i], &results[i], err));
        made->counts[results[i].verdict]++;
    }
    made->n = a->n_claims;
    made->results = results;
    CBK_TRY(run_checks(a, claims, made, err));
    if (cbk_arena_has_failed(a->arena)) {
        return no_memory(err);
    }
    *out = made;
    return CBK_OK;
}

cbk_status cbk_audit_run(cbk_study *study, const cbk_claims *claims, cbk_arena *arena,
                         cbk_problems *problems, const cbk_audit **out, cbk_error *err)
{
    assert(claims != NULL && arena != NULL && problems != NULL && out != NULL);
    *out = NULL;
    const size_t n_before = problems->n_found;
    audit a = {.study = study,
               .arena = arena,
               .problems = problems,
               .claims = claims->claims,
               .n_claims = claims->n};
    CBK_TRY(cbk_audit_make_statements(&a, err));
    CBK_TRY(compare_statements(&a, err));
    const size_t n_found = problems->n_found - n_before;
    if (n_found > 0) {
        return cbk_fail(err, CBK_EDATA, CBK_ROW_NONE,
                        "%zu claim%s cannot be computed as written.", n_found,
                        n_found == 1 ? "" : "s");
    }
    return make_results(&a, claims, out, err);
}
