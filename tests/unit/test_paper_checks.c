/* test_paper_checks.c - the checks of a claims file that need no records: what is
 * declared, and what is found in the claims' own words.  The arithmetic has its own test,
 * test_paper.c.
 *
 *   20 whole numbers: 69 / 20 = 3.45, 70 / 20 = 3.5; a median of two in the middle ends
 * in .0 or .5.  Of values from 24.5 to 64.5, which print as 25 and 64, the SD is at most
 *   sqrt(20/19 * 20 * 20) = 20.52.
 */
#include "check.h"
#include "faulty_heap.h"
#include "study_folder.h"

#include <casebook/manuscript.h>

#include "base/text.h"
#include "claims/claims_file.h"
#include "claims/paper/paper_check.h"

#include <string.h>

#define N(array) (sizeof(array) / sizeof((array)[0]))

typedef struct audited {
    cbk_arena *arena;
    const cbk_audit *audit;
} audited;

static audited audit_text(const char *text)
{
    audited out = {.arena = cbk_arena_create(NULL, (size_t)1 << 24)};
    cbk_problems problems = {.arena = out.arena};
    const cbk_claims *claims = NULL;
    cbk_error err = {0};
    if (cbk_claims_parse("c.yaml", text, strlen(text), out.arena, &problems, &claims,
                         &err) != CBK_OK ||
        cbk_audit_run(NULL, claims, out.arena, &problems, &out.audit, &err) != CBK_OK) {
        printf("# %s: %s\n", err.message,
               problems.n_found > 0 ? problems.kept[0].message : "");
    }
    return out;
}

/* ---- declared ------------------------------------------------------------------ */

static const struct {
    const char *facts;
    const char *kind; /* one of the results */
    cbk_consistency verdict;
    const char *fragment;
} declared[] = {
    {"count: 5, n: 6, percent: 83%", "percentage", CBK_CONSISTENT, "5 of 6 is 83.33%."},
    {"count: 5, n: 6, percent: 85", "percentage", CBK_INCONSISTENT, "83.33%"},
    {"count: 1, n: 6, percent: 16%", "percentage", CBK_CONSISTENT,
     "16% is 16.67% cut off"},
    {"count: 5, n: 6, percent: 84%", "percentage", CBK_CONSISTENT, "rounded up"},
    {"count: 1, n: 8, percent: 12%", "percentage", CBK_CONSISTENT, "12.5%"}, /* to even */
    {"count: 1, n: 8, percent: 13%", "percentage", CBK_CONSISTENT, "12.5%"},
    {"count: 7, n: 6", "percentage", CBK_INCONSISTENT, "larger than"},
    {"count: 0, n: 0, percent: 0", "percentage", CBK_CANNOT_TELL, "of none"},
    {"n: 7, percent: 66%", "grim", CBK_INCONSISTENT, "57.14 and 71.43"},
    {"n: 7, percent: 71%", "grim", CBK_CONSISTENT, "A count of 7"},
    {"n: 6, percent: 66%", "grim", CBK_CONSISTENT, "66% is 66.67% cut off"},
    {"n: 200, percent: 66%", "grim", CBK_CANNOT_TELL, "Of 200"},
    {"n: 20, whole: true, mean: 3.46", "grim", CBK_INCONSISTENT, "3.45 and 3.5."},
    {"n: 20, whole: true, mean: 3.45", "grim", CBK_CONSISTENT, "20 whole numbers can"},
    {"n: 120, whole: true, mean: 3.45", "grim", CBK_CANNOT_TELL, "every mean"},
    {"n: 6, whole: true, mean: 44.5, sd: 16.190", "grimmer", CBK_INCONSISTENT,
     "16.18332 and 16.19568"},
    {"n: 6, whole: true, mean: 44.5, sd: 16.18", "grimmer", CBK_CONSISTENT, "can have"},
    {"n: 6, whole: true, mean: 44.5, sd: 14.773", "grimmer", CBK_CONSISTENT,
     "with n in the denominator"},
    {"n: 6, whole: true, mean: 44.4, sd: 16.18", "grimmer", CBK_CANNOT_TELL,
     "mean itself"},
    {"n: 20, whole: true, median: 3.3", "median", CBK_INCONSISTENT, "3 and 3.5"},
    {"n: 20, whole: true, median: 3.5", "median", CBK_CONSISTENT, "median"},
    {"n: 21, whole: true, median: 3.5", "median", CBK_INCONSISTENT, "3 and 4"},
    {"min: 25, median: 44, max: 64", "order", CBK_CONSISTENT, "order"},
    {"q1: 45, median: 44, q3: 64", "order", CBK_INCONSISTENT, "q1 45 is larger"},
    {"q1: 44.4, median: 44, q3: 64", "order", CBK_CONSISTENT, "order"}, /* rounding */
    {"min: 25, mean: 65, max: 64", "mean", CBK_INCONSISTENT, "at most 64.5"},
    {"n: 5, min: 0, median: 0, mean: 5.0, max: 10", "mean", CBK_INCONSISTENT,
     "at most 4.5"}, /* (2 * 10.5 + 2 * 0.5 + 0.5) / 5 */
    {"n: 20, mean: 44.5, sd: 30, min: 25, max: 64", "sd", CBK_INCONSISTENT,
     "at most 20.5"},
    {"n: 20, mean: 44.5, sd: 2, min: 25, max: 64", "sd", CBK_INCONSISTENT,
     "no less than 6.16"}, /* 38 / sqrt(38) */
    {"mean: 60, sd: 5, median: 44", "sd", CBK_INCONSISTENT, "no less than 15"},
    {"chisq: 4.1, df: 1, p: 0.043", "p", CBK_CONSISTENT, "0.042 to 0.044"},
    {"chisq: 4.1, df: 1, p: 0.10", "p", CBK_INCONSISTENT, "other side of 0.05"},
    {"chisq: 4.1, df: 1, p: <0.05", "p", CBK_CONSISTENT, "0.042"},
    {"chisq: 4.1, df: 1, p: <0.01", "p", CBK_INCONSISTENT, "0.042"},
    {"chisq: 4.1, df: 1, p: '>0.05'", "p", CBK_INCONSISTENT, "other side"},
    {"chisq: 4.1, p: 0.043", "p", CBK_CANNOT_TELL, "degrees of freedom"},
    {"t: -2.20, df: 28, p: 0.036", "p", CBK_CONSISTENT, "0.036"},
    {"t: 2.20, df: 28, p: 0.018", "p", CBK_INCONSISTENT, "one-sided"},
    {"t: 2.20, df: 28, p: 0.018, sides: 1", "p", CBK_CONSISTENT, "0.018"},
    {"z: 1.96, p: 0.05", "p", CBK_CONSISTENT, "0.049"},
    {"F: 3.2, df: [2, 57], p: 0.048", "p", CBK_CONSISTENT, "0.046"},
    {"r: 0.45, n: 30, p: 0.013", "p", CBK_CONSISTENT, "0.012"},
    {"hazard_ratio: 0.62, lower: 0.41, upper: 0.94", "interval", CBK_CONSISTENT,
     "0.6154 and 0.6262"},
    {"hazard_ratio: 0.72, lower: 0.41, upper: 0.94", "interval", CBK_INCONSISTENT,
     "wald: false"},
    {"hazard_ratio: 0.72, lower: 0.41, upper: 0.94, wald: no", "interval", CBK_CONSISTENT,
     "within"},
    {"odds_ratio: 1.2, lower: 0.41, upper: 0.94, wald: no", "interval", CBK_INCONSISTENT,
     "outside"},
    {"difference: 5, lower: 1, upper: 9, p: 0.014", "interval-p", CBK_CONSISTENT, "Wald"},
    {"risk_ratio: 0.62, lower: 0.41, upper: 0.94, p: 0.2", "interval-p", CBK_INCONSISTENT,
     "other side of 0.05"},
    {"estimate: 80%, lower: 52%, upper: 99%", "interval", CBK_CONSISTENT, "within"},
    {"at_risk: [120, 98, 98, 0]", "at-risk", CBK_CONSISTENT, "never rise"},
    {"at_risk: [120, 98, 99]", "at-risk", CBK_INCONSISTENT, "99 at risk after 98"},
    {"at_risk: [120, 98], n: 118", "at-risk", CBK_INCONSISTENT, "more than the 118"},
    {"parts: [12, 30, 8], total: 50", "total", CBK_CONSISTENT, "50"},
    {"parts: [12, 30, 8], total: 51", "total", CBK_INCONSISTENT, "add up to 50"},
    {"parts: [33%, 33%, 33%], total: 100%", "total", CBK_CONSISTENT, "rounding allows"},
    {"parts: [33%, 33%, 30%], total: 100%", "total", CBK_INCONSISTENT, "96"},
};

static void declared_checks(void)
{
    for (size_t i = 0; i < N(declared); i++) {
        char text[300];
        (void)snprintf(text, sizeof text, "checks:\n  - {id: x, place: Table 1, %s}\n",
                       declared[i].facts);
        const audited one = audit_text(text);
        const cbk_check_result *found = NULL;
        for (size_t k = 0; one.audit != NULL && k < one.audit->n_checks; k++) {
            const cbk_check_result *check = &one.audit->checks[k];
            found = strcmp(check->kind, declared[i].kind) == 0 ? check : found;
        }
        const bool is_good = found != NULL && found->verdict == declared[i].verdict &&
                             strstr(found->explanation, declared[i].fragment) != NULL;
        if (!is_good) {
            printf("# %s: %s: %s\n", declared[i].facts,
                   found == NULL ? "none" : cbk_consistency_name(found->verdict),
                   found == NULL ? "" : found->explanation);
        }
        CHECK(is_good);
        CHECK(strcmp(found->id, "x") == 0 && strcmp(found->place, "Table 1") == 0);
        CHECK(found->stated != NULL && found->n_nearest <= 2);
        cbk_arena_destroy(one.arena);
    }
}

/* ---- found ---------------------------------------------------------------------- */

/* What is stated, and the results as "kind verdict". */
static const struct {
    const char *stated;
    const char *results;
} found[] = {
    {"5/6 (83%)", "percentage consistent"},
    {"5 of 6 (85%)", "percentage inconsistent"},
    {"5 out of 6 patients (83.3 %)", "percentage consistent"},
    {"five of six (83%; 95% CI 36–100)", "percentage consistent"},
    {"83% (5/6)", "percentage consistent"},
    {"90% [5 of 6]", "percentage inconsistent"},
    {"5/6 (83%) and 2/6 (50%)", "percentage consistent, percentage inconsistent"},
    {"5/6 (IQR 80%)", ""},
    {"3 of 5 recurrences", ""},
    {"5 (83%)", ""},
    {"HR 0.62 (95% CI 0.41–0.94; p = 0.02)",
     "interval consistent, interval-p consistent"},
    {"hazard ratio, 0.62 (95% CI, 0.41 to 0.80); P=.02",
     "interval inconsistent, interval-p inconsistent"},
    {"adjusted OR 2.1 (95% CI 1.2–3.7)", "interval consistent"},
    {"an odds ratio of 2.1 (1.2 to 3.7)", "interval consistent"},
    {"HR 1.5 (0.9–2.5) and HR 0.7 (0.5–0.98; p = 0.04)",
     "interval consistent, interval consistent, interval-p consistent"},
    {"four or 3 (1–4)", ""},
    {"2 or 3 (1-4)", ""},
    {"t(28) = 2.20, p = .036", "p consistent"},
    {"t(28) = 2.20, p = .36", "p inconsistent"},
    {"F(2, 57) = 3.2; P = 0.048", "p consistent"},
    {"χ²(1) = 4.1, p = 0.10", "p inconsistent"},
    {"χ2 = 4.1, df = 1, p < 0.05", "p consistent"},
    {"z = 2.3, p ≤ 0.03", "p consistent"},
    {"χ2 = 4.1, p < 0.05", ""},
    {"44 (25–64)", "interval consistent"},
    {"44% (25 to 64%)", "interval consistent"},
    {"74 (range, 25–64)", "interval inconsistent"},
    {"74 (IQR 25–64)", ""},
    {"median 74 (IQR 25–64)", "interval inconsistent"},
    {"44.5 ± 15.7", ""},
    {"lesions 4 (2–3 cm)", ""},
    {"none", ""},
};

static void found_checks(void)
{
    for (size_t i = 0; i < N(found); i++) {
        cbk_arena *arena = cbk_arena_create(NULL, (size_t)1 << 24);
        const cbk_claim claim = {.id = "c", .stated = found[i].stated};
        const cbk_claims claims = {.n = 1, .claims = &claim};
        cbk_problems problems = {.arena = arena};
        const cbk_audit *audit = NULL;
        CHECK(cbk_audit_run(NULL, &claims, arena, &problems, &audit, NULL) == CBK_OK);
        cbk_buffer results = {0};
        cbk_buffer_add(&results, "");
        for (size_t k = 0; k < audit->n_checks; k++) {
            const cbk_check_result *check = &audit->checks[k];
            cbk_buffer_addf(&results, "%s%s %s", k > 0 ? ", " : "", check->kind,
                            cbk_consistency_name(check->verdict));
            CHECK(strcmp(check->id, "c") == 0);
        }
        const bool is_good = strcmp(results.bytes, found[i].results) == 0;
        if (!is_good) {
            printf("# %s: %s\n", found[i].stated, results.bytes);
        }
        CHECK(is_good);
        cbk_buffer_free(&results);
        cbk_arena_destroy(arena);
    }
}

/* Whole sentences: "sentence kind verdict". */
static void sentences_of_a_manuscript(void)
{
    static const char text[] =
        "# Results\n\n"
        "Of the patients 5 of 6 (85%) responded, and in 12 of 20 cases, 40%, nothing was "
        "seen. In 3 patients (4–5 cm) it was small. The hazard ratio was 0.62 (95% CI "
        "0.41–0.94; p = 0.02); ages differed (t(28) = 2.20, p = .36).\n";
    static const char *const expected[] = {"percentage", "interval", "interval-p", "p"};
    static const cbk_consistency verdicts[] = {CBK_INCONSISTENT, CBK_CONSISTENT,
                                               CBK_CONSISTENT, CBK_INCONSISTENT};
    study_folder folder;
    cbk_arena *arena = cbk_arena_create(NULL, (size_t)1 << 24);
    CHECK(study_folder_make(&folder) && study_folder_write(&folder, "paper.md", text));
    const cbk_manuscript *manuscript = NULL;
    const char *path = cbk_text_format(arena, "%s/paper.md", folder.path);
    CHECK(cbk_manuscript_read(path, arena, &manuscript, NULL) == CBK_OK);
    /* what a claim has checked is not checked again */
    const cbk_claim claim = {.id = "c", .stated = "5 of 6 (85%)"};
    const cbk_claims claims[] = {{.n = 0}, {.n = 1, .claims = &claim}};
    for (size_t k = 0; k < 2; k++) {
        cbk_problems problems = {.arena = arena};
        const cbk_audit *before = NULL;
        const cbk_audit *after = NULL;
        CHECK(cbk_audit_run(NULL, &claims[k], arena, &problems, &before, NULL) == CBK_OK);
        CHECK(cbk_manuscript_check(manuscript, before, arena, &after, NULL) == CBK_OK);
        CHECK(before->n_checks == k && after->n_checks == N(expected));
        for (size_t i = 0; i < N(expected); i++) {
            CHECK(strcmp(after->checks[i].kind, expected[i]) == 0);
            CHECK(after->checks[i].verdict == verdicts[i]);
        }
        CHECK(after->check_counts[CBK_INCONSISTENT] == 2);
        CHECK(strcmp(after->checks[0].id, k == 0 ? "sentence-2" : "c") == 0);
        CHECK(strcmp(after->checks[3].place, "Results") == 0);
    }
    study_folder_remove(&folder);
    cbk_arena_destroy(arena);
}

/* ---- a paper without records ----------------------------------------------------- */

static void claims_without_records(void)
{
    const audited one = audit_text("claims:\n"
                                   "  - {id: a, stated: \"44\", of: median(age)}\n"
                                   "  - {id: b, stated: \"45\", of: median( age )}\n"
                                   "  - {id: c, stated: \"5\", of: count(*)}\n"
                                   "checks:\n"
                                   "  - {id: x, count: 5, n: 6, percent: 83%}\n");
    CHECK(one.audit != NULL && one.audit->n == 3 && one.audit->n_checks == 1);
    CHECK(one.audit->results[0].verdict == CBK_VERDICT_CONTRADICTED);
    CHECK(one.audit->results[1].verdict == CBK_VERDICT_CONTRADICTED);
    CHECK(one.audit->results[2].verdict == CBK_VERDICT_NOT_COMPUTABLE);
    CHECK(one.audit->results[2].n_computed == 0);
    CHECK(one.audit->check_counts[CBK_CONSISTENT] == 1);
    cbk_arena_destroy(one.arena);
}

enum { BLOCK_BYTES = 64 * 1024 }; /* of an arena */

/* Every allocation fails once: of the arena's only block the last `room` bytes are free.
 */
static void every_failed_allocation(void)
{
    static const cbk_claim claim = {.id = "c",
                                    .stated = "HR 0.62 (95% CI 0.41–0.94; p = 0.02)"};
    const cbk_claims claims = {.n = 1, .claims = &claim};
    size_t room = 0;
    for (cbk_status status = CBK_ENOMEM; status != CBK_OK; room += 16) {
        CHECK(room < BLOCK_BYTES);
        faulty_heap heap;
        cbk_arena *arena = faulty_arena(&heap, 2);
        CHECK(arena != NULL && CBK_NEW(arena, char, BLOCK_BYTES - room) != NULL);
        cbk_problems problems = {.arena = arena};
        const cbk_audit *audit = NULL;
        cbk_error err = {0};
        status = cbk_audit_run(NULL, &claims, arena, &problems, &audit, &err);
        CHECK(status == CBK_OK || (status == CBK_ENOMEM && err.message[0] != '\0'));
        CHECK((audit != NULL) == (status == CBK_OK));
        cbk_arena_destroy(arena);
        CHECK(heap.n_live == 0);
    }
    CHECK(room > 1024);
}

int main(void)
{
    static const check_test tests[] = {
        {"declared checks", declared_checks},
        {"checks found in the claims' words", found_checks},
        {"sentences of a manuscript", sentences_of_a_manuscript},
        {"claims without records", claims_without_records},
        {"every failed allocation", every_failed_allocation},
    };
    return check_main(tests, N(tests));
}
