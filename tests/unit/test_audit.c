/* test_audit.c - verdicts on the claims of tests/studies/audit-small, worked out by hand.
 *
 *   age       31 42 44 45 50 52 60 66: mean 48.75, median 47.5; first quartile 43.5 by
 *             type 7 (42 + 0.75 * 2), 43 by type 2 ((42 + 44) / 2)
 *   survival  10 20+ 30 40+ 50 60 70+ 80+: S(50) = 7/8 * 5/6 * 3/4 = 0.546875,
 *             S(60) = 0.3645833; var log S(60) = 1/56 + 1/30 + 1/12 + 1/6 = 0.30119;
 * lower limit 0.124 by log, 0.053 by log-log, 0 by plain positive  30, 50: S = 1/2 from
 * 30 to 50: median 40, or 30 by the first time negative  10 20+ 40+ 60 70+ 80+: S = 0.556
 * at the end, median not reached
 */
#include "check.h"
#include "faulty_heap.h"

#include "claims/claims_file.h"

#include <string.h>

#define N(array) (sizeof(array) / sizeof((array)[0]))

typedef struct opened {
    cbk_arena *arena;
    cbk_problems problems;
    cbk_study *study;
    const cbk_claims *claims;
    const cbk_audit *audit;
    cbk_error err;
} opened;

static void print_problems(const opened *o)
{
    for (size_t i = 0; i < o->problems.n_found && i < CBK_PROBLEMS_MAX; i++) {
        const cbk_problem *found = &o->problems.kept[i];
        printf("# %s:%zu:%zu %s\n", found->place.file, found->place.line,
               found->place.column, found->message);
    }
}

static bool open_study(opened *o)
{
    *o = (opened){.arena = cbk_arena_create(NULL, (size_t)1 << 28)};
    o->problems.arena = o->arena;
    const bool is_open =
        cbk_study_open(STUDY, o->arena, &o->problems, &o->study, &o->err) == CBK_OK;
    print_problems(o);
    return is_open;
}

static bool run_audit(opened *o)
{
    const bool is_done = open_study(o) &&
                         cbk_claims_read(STUDY "/claims.yaml", o->arena, &o->problems,
                                         &o->claims, &o->err) == CBK_OK &&
                         cbk_audit_run(o->study, o->claims, o->arena, &o->problems,
                                       &o->audit, &o->err) == CBK_OK;
    if (!is_done) {
        printf("# %s\n", o->err.message);
        print_problems(o);
    }
    return is_done;
}

static void forget(opened *o)
{
    cbk_study_close(o->study);
    cbk_arena_destroy(o->arena);
}

static const cbk_claim_result *result_of(const opened *o, const char *id)
{
    for (size_t i = 0; i < o->audit->n; i++) {
        if (strcmp(o->audit->results[i].claim->id, id) == 0) {
            return &o->audit->results[i];
        }
    }
    return NULL;
}

typedef struct expected {
    const char *id;
    cbk_verdict verdict;
    const char *explanation; /* a fragment of the first; NULL: there is none */
} expected;

static const expected verdicts[] = {
    {"mean-age", CBK_VERDICT_REPRODUCES, NULL},
    {"mean-age-whole", CBK_VERDICT_REPRODUCES, NULL},
    {"truncated", CBK_VERDICT_OTHER_CONVENTION,
     "Equal when truncated: the records give 48.75."},
    {"rounded-up", CBK_VERDICT_OTHER_CONVENTION,
     "Equal when rounded up: the records give 33.33."},
    {"noise", CBK_VERDICT_REPRODUCES, NULL},
    {"survival", CBK_VERDICT_REPRODUCES, NULL},
    {"wrong-survival", CBK_VERDICT_DOES_NOT_REPRODUCE, "The records give 54.69, not 60."},
    {"first-time", CBK_VERDICT_OTHER_CONVENTION,
     "Equal under profile spss (first time with S(t) at or below the level): 30."},
    {"type-2", CBK_VERDICT_OTHER_CONVENTION,
     "Equal under profile sas (sample quantile of type 2): 43."},
    {"log-log", CBK_VERDICT_OTHER_CONVENTION,
     "Equal under profile sas (interval log-log): 0.0534."},
    {"not-reached", CBK_VERDICT_NOT_COMPUTABLE, "the median is not reached"},
    {"beyond", CBK_VERDICT_NOT_COMPUTABLE, "after the last observation"},
    {"nobody", CBK_VERDICT_NOT_COMPUTABLE, "no rows"},
    {"unbound", CBK_VERDICT_NOT_COMPUTABLE, "no `of`"},
    {"range", CBK_VERDICT_CONTRADICTED, "\"47.5 (31–65)\" in `wrong-range`"},
    {"wrong-range", CBK_VERDICT_DOES_NOT_REPRODUCE,
     "Number 3, max(age): The records give 66, not 65."},
    {"only-first", CBK_VERDICT_REPRODUCES, "2 numbers are stated"},
    {"none", CBK_VERDICT_REPRODUCES, NULL},
    {"fewer", CBK_VERDICT_REPRODUCES, NULL},
    {"not-fewer", CBK_VERDICT_DOES_NOT_REPRODUCE, "The records give 8, not <8."},
    {"label", CBK_VERDICT_REPRODUCES, NULL},
    {"code", CBK_VERDICT_REPRODUCES, NULL},
    /* Both follow from the records, so they do not contradict each other. */
    {"as-code", CBK_VERDICT_REPRODUCES, NULL},
    {"as-label", CBK_VERDICT_REPRODUCES, NULL},
    {"wrong-label", CBK_VERDICT_DOES_NOT_REPRODUCE,
     "The records give \"Clear\", not \"involved\"."},
    {"who", CBK_VERDICT_REPRODUCES, NULL},
    {"no-number", CBK_VERDICT_NOT_COMPUTABLE, "no number to compare with 390"},
    {"dead-1", CBK_VERDICT_CONTRADICTED,
     "Stated otherwise: \"3\" in `dead-2` (Discussion)."},
    {"dead-2", CBK_VERDICT_DOES_NOT_REPRODUCE, "The records give 4, not 3."},
    {"start-1", CBK_VERDICT_CONTRADICTED, "no `of`"},
    {"start-2", CBK_VERDICT_CONTRADICTED, "no `of`"},
    {"start-3", CBK_VERDICT_CONTRADICTED, "no `of`"},
};

static void each_claim_has_its_verdict(void)
{
    opened o;
    CHECK(run_audit(&o));
    CHECK(o.audit->n == N(verdicts) && o.claims->n == N(verdicts));
    bool is_all_good = true;
    size_t counts[CBK_VERDICT_COUNT] = {0};
    for (size_t i = 0; i < N(verdicts); i++) {
        const cbk_claim_result *result = &o.audit->results[i];
        const char *first = result->n_explanations == 0 ? "" : result->explanations[0];
        const bool is_good = strcmp(result->claim->id, verdicts[i].id) == 0 &&
                             result->verdict == verdicts[i].verdict &&
                             (verdicts[i].explanation == NULL
                                  ? *first == '\0'
                                  : strstr(first, verdicts[i].explanation) != NULL) &&
                             result->n_computed == result->claim->n_of;
        if (!is_good) {
            printf("# %s: %s: %s\n", result->claim->id, cbk_verdict_name(result->verdict),
                   first);
        }
        is_all_good = is_all_good && is_good;
        counts[verdicts[i].verdict]++;
    }
    CHECK(is_all_good);
    CHECK(memcmp(counts, o.audit->counts, sizeof counts) == 0);
    forget(&o);
}

static void contradictions_name_the_others(void)
{
    opened o;
    CHECK(run_audit(&o));
    const cbk_claim_result *start = result_of(&o, "start-3");
    CHECK(start->n_contradicting == 2); /* in the order of the file */
    CHECK(strcmp(start->contradicting[0]->id, "start-1") == 0);
    CHECK(strcmp(start->contradicting[1]->id, "start-2") == 0);
    CHECK(result_of(&o, "start-1")->n_contradicting == 1);
    CHECK(strcmp(start->explanations[1],
                 "Stated otherwise: \"August 1998\" in `start-1`, \"august  1998\" in "
                 "`start-2`.") == 0);
    const cbk_claim_result *wrong = result_of(&o, "dead-2");
    CHECK(wrong->n_contradicting == 1 && wrong->n_explanations == 3);
    CHECK(strcmp(wrong->explanations[1],
                 "What would have to be true: one fewer death.") == 0);
    CHECK(strcmp(wrong->contradicting[0]->id, "dead-1") == 0);
    /* 48.8 and 49 are one number at the coarser precision */
    CHECK(result_of(&o, "mean-age")->n_contradicting == 0);
    /* 50 and 50.0 are two questions as they are written */
    CHECK(result_of(&o, "survival")->n_contradicting == 0);
    forget(&o);
}

static void equal_questions_are_asked_once(void)
{
    opened o;
    CHECK(run_audit(&o));
    const cbk_claim_result *a = result_of(&o, "dead-1");
    const cbk_claim_result *b = result_of(&o, "dead-2");
    CHECK(a->computed[0].n_records == 8);
    CHECK(a->computed[0].records == b->computed[0].records);
    CHECK(result_of(&o, "fewer")->computed[0].records !=
          result_of(&o, "not-fewer")->computed[0].records);
    const cbk_claim_result *range = result_of(&o, "range");
    CHECK(range->n_computed == 3);
    CHECK_NEAR(range->computed[0].value.number, 47.5, 1e-12);
    CHECK_NEAR(range->computed[2].value.number, 66, 1e-12);
    forget(&o);
}

static void wrong_sql_is_a_mistake_of_the_file(void)
{
    static const char text[] = "claims:\n"
                               "  - {id: a, stated: \"5\", of: median(agee)}\n"
                               "  - {id: b, stated: \"5\", of: median(age)}\n"
                               "  - {id: c, stated: \"5\", of: median( agee )}\n"
                               "  - {id: d, stated: \"5\", of: age}\n"
                               "  - {id: e, stated: \"5\", of: count(*), from: visits}\n";
    opened o;
    CHECK(open_study(&o));
    CHECK(cbk_claims_parse("c.yaml", text, strlen(text), o.arena, &o.problems, &o.claims,
                           &o.err) == CBK_OK);
    CHECK(cbk_audit_run(o.study, o.claims, o.arena, &o.problems, &o.audit, &o.err) ==
          CBK_EDATA);
    CHECK(o.audit == NULL && o.err.message[0] != '\0' && o.problems.n_found == 4);
    bool is_seen[7] = {false};
    for (size_t i = 0; i < 4; i++) {
        const cbk_problem *found = &o.problems.kept[i];
        CHECK(found->place.line < N(is_seen) && found->place.column == 5);
        CHECK(strncmp(found->message, "Claim `", 7) == 0);
        is_seen[found->place.line] = true;
    }
    CHECK(is_seen[2] && is_seen[4] && is_seen[5] && is_seen[6]);
    forget(&o);
}

/* Thousands of claims of one quantity: neither pairs nor questions are counted out. */
static void many_claims_are_cheap(void)
{
    enum { MANY = 20000 };
    opened o;
    CHECK(open_study(&o));
    static const char *const of[] = {"mean(age)"};
    cbk_claim *claims = CBK_NEW(o.arena, cbk_claim, MANY);
    CHECK(claims != NULL);
    for (size_t i = 0; i < MANY; i++) {
        claims[i] =
            (cbk_claim){.id = "x", .n_of = 1, .of = of, .stated = i % 2 ? "48.8" : "1"};
    }
    const cbk_claims all = {.n = MANY, .claims = claims};
    CHECK(cbk_audit_run(o.study, &all, o.arena, &o.problems, &o.audit, &o.err) == CBK_OK);
    CHECK(o.audit->counts[CBK_VERDICT_CONTRADICTED] == MANY / 2);
    CHECK(o.audit->counts[CBK_VERDICT_DOES_NOT_REPRODUCE] == MANY / 2);
    CHECK(o.audit->results[0].n_contradicting == 50);
    forget(&o);
}

enum { BLOCK_BYTES = 64 * 1024 }; /* of an arena */

/* Every allocation of the comparison fails once (questions have their own tests in the
 * study's room): the arena has one block, of which the last `room` bytes are free. */
static void every_failed_allocation(void)
{
    static const cbk_claim claims[] = {
        {.id = "a", .stated = "1, 2", .quantity = "q"},
        {.id = "b", .stated = "1, 3", .quantity = "q"},
        {.id = "c", .stated = "none", .quantity = "r"},
        {.id = "d", .stated = "5/6 (80%)", .quantity = "s"},
    };
    const cbk_claims all = {.n = N(claims), .claims = claims};
    opened o;
    CHECK(open_study(&o));
    size_t room = 0;
    for (cbk_status status = CBK_ENOMEM; status != CBK_OK; room += 16) {
        CHECK(room < BLOCK_BYTES);
        faulty_heap heap;
        cbk_arena *arena = faulty_arena(&heap, 2);
        CHECK(arena != NULL && CBK_NEW(arena, char, BLOCK_BYTES - room) != NULL);
        cbk_error err = {0};
        o.audit = NULL;
        status = cbk_audit_run(o.study, &all, arena, &o.problems, &o.audit, &err);
        CHECK(status == CBK_OK || (status == CBK_ENOMEM && err.message[0] != '\0'));
        CHECK((o.audit != NULL) == (status == CBK_OK));
        cbk_arena_destroy(arena);
        CHECK(heap.n_live == 0);
    }
    CHECK(room > 1024 && o.problems.n_found == 0);
    forget(&o);
}

int main(void)
{
    static const check_test tests[] = {
        {"each claim has its verdict and reason", each_claim_has_its_verdict},
        {"contradictions name the others", contradictions_name_the_others},
        {"equal questions are asked once", equal_questions_are_asked_once},
        {"wrong SQL is a mistake of the file", wrong_sql_is_a_mistake_of_the_file},
        {"many claims are cheap", many_claims_are_cheap},
        {"every failed allocation", every_failed_allocation},
    };
    return check_main(tests, N(tests));
}
