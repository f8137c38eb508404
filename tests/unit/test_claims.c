/* test_claims.c - claims.yaml read into structs, and each mistake with its place. */
#include "check.h"
#include "faulty_heap.h"

#include "claims/claims_file.h"
#include "claims/paper/paper_check.h"

#include <string.h>

#define N(array) (sizeof(array) / sizeof((array)[0]))

typedef struct parsed {
    cbk_arena *arena;
    cbk_problems problems;
    const cbk_claims *all;
    const cbk_claim *claims;
    size_t n;
    cbk_status status;
    cbk_error err;
} parsed;

static void parse(parsed *p, const char *text)
{
    *p = (parsed){.arena = cbk_arena_create(NULL, (size_t)1 << 26)};
    p->problems.arena = p->arena;
    p->status = cbk_claims_parse("c.yaml", text, strlen(text), p->arena, &p->problems,
                                 &p->all, &p->err);
    if (p->all != NULL) {
        p->claims = p->all->claims;
        p->n = p->all->n;
    }
}

static const char good[] =
    "claims:\n"
    "  - id: age\n"
    "    place: Abstract\n"
    "    says: median age\n"
    "    stated: \"44\"\n"
    "    of: median(age_years)\n"
    "  - {id: os, stated: \"60%\", of: \"100 * km_survival(os, 60)\", among: sex = 'F'}\n"
    "  - {id: lung, stated: \"5\", from: recurrence, of: count(*)}\n"
    "  - {id: range, stated: 44 (25–64), of: [median(a), min(a), max(a)]}\n"
    "  - {id: who, stated: \"36, male\", of: [age, sex]}\n"
    "  - {id: start, stated: August 1998, quantity: accrual start}\n"
    "  - {id: near, stated: \"44\", of: mean(a), tolerance: 0.5}\n"
    "  - {id: share, stated: \"44\", of: mean(a), tolerance: 2%}\n"
    "checks:\n"
    "  - {id: age, place: Table 1, whole: true, n: 20, mean: 3.46, sd: 1.2}\n"
    "  - {id: f, F: 3.2, df: [2, 57], p: <0.05}\n"
    "  - {id: hr, hazard_ratio: 0.62, lower: 0.41, upper: 0.94, level: 95%, wald: no}\n"
    "  - {id: row, at_risk: [12, 8, 3]}\n"
    "  - {id: sum, parts: [12, 8], total: 20}\n";

static void good_claims(void)
{
    parsed p;
    parse(&p, good);
    CHECK(p.status == CBK_OK && p.problems.n_found == 0 && p.n == 8);
    CHECK(strcmp(p.claims[0].id, "age") == 0 && p.claims[0].n_of == 1);
    CHECK(strcmp(p.claims[0].place, "Abstract") == 0);
    CHECK(strcmp(p.claims[0].says, "median age") == 0);
    CHECK(p.claims[0].file_place.line == 2 && p.claims[0].file_place.column == 5);
    CHECK(p.claims[0].from == NULL && p.claims[0].quantity == NULL);
    CHECK(strcmp(p.claims[1].of[0], "100 * km_survival(os, 60)") == 0);
    CHECK(strcmp(p.claims[1].among, "sex = 'F'") == 0);
    CHECK(strcmp(p.claims[2].from, "recurrence") == 0);
    CHECK(strcmp(p.claims[2].of[0], "count(*)") == 0);
    CHECK(p.claims[3].n_of == 3 && strcmp(p.claims[3].of[2], "max(a)") == 0);
    CHECK(p.claims[5].n_of == 0 && strcmp(p.claims[5].quantity, "accrual start") == 0);
    CHECK(p.claims[0].tolerance == NULL && p.claims[6].tolerance_value == 0.5);
    CHECK(p.claims[7].tolerance_value == 2.0 && p.claims[7].is_tolerance_percent);
    const cbk_paper_check *checks = p.all->checks;
    CHECK(p.all->n_checks == 5 && strcmp(checks[0].place, "Table 1") == 0);
    CHECK(checks[0].is_whole && checks[0].fact[CBK_FACT_MEAN].number.value == 3.46);
    CHECK(checks[0].fact[CBK_FACT_MEAN].number.digits == 2 && !checks[1].is_whole);
    CHECK(checks[1].fact[CBK_FACT_DF].number.value == 2.0);
    CHECK(checks[1].fact[CBK_FACT_DF2].number.value == 57.0);
    CHECK(checks[1].fact[CBK_FACT_P].number.comparator == CBK_COMPARATOR_LESS);
    CHECK_NEAR(checks[2].fact[CBK_FACT_LEVEL].number.value, 0.95, 1e-15);
    CHECK(checks[2].is_not_wald && !checks[1].is_not_wald);
    CHECK(checks[3].n_at_risk == 3 && checks[3].at_risk[2].number.value == 3.0);
    CHECK(checks[4].n_parts == 2 && checks[4].fact[CBK_FACT_TOTAL].number.value == 20.0);
    cbk_arena_destroy(p.arena);
}

static void checks_alone(void)
{
    parsed p;
    parse(&p, "checks:\n  - {id: a, count: 5, n: 6, percent: 83%}\n");
    CHECK(p.status == CBK_OK && p.n == 0 && p.all->n_checks == 1);
    cbk_arena_destroy(p.arena);
}

typedef struct broken {
    const char *text;
    size_t line, column;
    const char *fragment;
} broken;

static const broken mistakes[] = {
    {"claim: []\n", 1, 1, "did you mean `claims`?"},
    {"x: 1\nclaims: []\n", 1, 1, "`x` is not a key of the claims file"},
    {"claims: {id: x}\n", 1, 9, "a list of claims"},
    {"claims: []\nchecks: 5\n", 2, 9, "`checks` is a list of checks"},
    {"checks:\n  - {id: a, men: 5, n: 6}\n", 2, 13, "did you mean `mean`?"},
    {"checks:\n  - {mean: 5, n: 6, whole: true}\n", 2, 5, "A check needs `id`"},
    {"checks:\n  - {id: a, mean: 5, n: 6}\n", 2, 5, "nothing to hold against each other"},
    {"checks:\n  - {id: a, mean: high, n: 6, whole: true}\n", 2, 19,
     "`mean` is one number"},
    {"checks:\n  - {id: a, mean: 1-2, n: 6, whole: true}\n", 2, 19,
     "`mean` is one number"},
    {"checks:\n  - {id: a, mean: <5, n: 6, whole: true}\n", 2, 19,
     "`mean` is one number"},
    {"checks:\n  - {id: a, mean: 5, n: 6.5, whole: true}\n", 2, 25, "`n` is a count"},
    {"checks:\n  - {id: a, mean: [5], n: 6, whole: true}\n", 2, 19, "here is `a list`"},
    {"checks:\n  - {id: a, F: 5, df: [1], p: 0.1}\n", 2, 23, "as in [2, 57]"},
    {"checks:\n  - {id: a, z: 2, sides: 3, p: 0.1}\n", 2, 26, "1 or 2"},
    {"checks:\n  - {id: a, estimate: 2, lower: 1, upper: 3, level: 950}\n", 2, 53,
     "as in 95%"},
    {"checks:\n  - {id: a, parts: [1], total: 1}\n  - {id: a, parts: [1], total: 1}\n", 3,
     10, "that of another check"},
    {"claims:\n  - {id: a, stated: \"5\", tolerance: wide}\n", 2, 37, "a number above 0"},
    {"claims:\n  - {id: a, stated: \"5\", tolerance: 0}\n", 2, 37, "a number above 0"},
    {"claims:\n  - text\n", 2, 5, "a claim is a map"},
    {"claims:\n  - {stated: \"5\"}\n", 2, 5, "A claim needs `id`"},
    {"claims:\n  - {id: a}\n", 2, 5, "A claim needs `stated`"},
    {"claims:\n  - {id: a, stated: ''}\n", 2, 21, "empty"},
    {"claims:\n  - {id: a, stated: x}\n  - {id: b, stated: x}\n  - {id: a, stated: y}\n",
     4, 10, "`a` is that of another claim, in line 2"},
    {"claims:\n  - {id: a, state: x, stated: y}\n", 2, 13, "did you mean `stated`?"},
    {"claims:\n  - {id: a, stated: x, among: y}\n", 2, 31, "no `of`"},
    {"claims:\n  - {id: a, stated: x, from: y}\n", 2, 30, "no `of`"},
    {"claims:\n  - {id: a, stated: x, of: }\n", 2, 28, "`of` is SQL"},
    {"claims:\n  - {id: a, stated: x, of: []}\n", 2, 28, "empty list"},
    {"claims:\n  - {id: a, stated: \"44\", of: [x, y, z]}\n", 2, 31,
     "3 expressions, but `44` states 1 number"},
    {"claims:\n  - {id: a, stated: \"60\", of: 100 * km_survival(os, 60)}\n", 2, 53,
     "as in of: \"100 * km_survival(os, 60)\""},
    {"claims:\n  - {id: a, stated: 44, male, of: x}\n", 2, 25,
     "as in stated: \"44, male\""},
};

static void each_mistake_alone(void)
{
    bool is_all_good = true;
    for (size_t i = 0; i < N(mistakes); i++) {
        const broken *row = &mistakes[i];
        parsed p;
        parse(&p, row->text);
        const cbk_problem *found = &p.problems.kept[0];
        const bool is_good = p.status == CBK_EDATA && p.claims == NULL && p.n == 0 &&
                             p.problems.n_found >= 1 && p.err.message[0] != '\0' &&
                             found->place.line == row->line &&
                             found->place.column == row->column &&
                             strstr(found->message, row->fragment) != NULL;
        if (!is_good) {
            printf("# %zu: %zu:%zu %s\n", p.problems.n_found, found->place.line,
                   found->place.column, p.problems.n_found == 0 ? "" : found->message);
        }
        is_all_good = is_all_good && is_good;
        cbk_arena_destroy(p.arena);
    }
    CHECK(is_all_good);
}

static void all_mistakes_at_once(void)
{
    parsed p;
    parse(&p, "claims:\n  - {id: a, stated: x, y}\n  - {id: a, among: x}\n  - z\n");
    CHECK(p.status == CBK_EDATA && p.problems.n_found == 5);
    CHECK(strstr(p.err.message, "5 mistakes") != NULL);
    cbk_arena_destroy(p.arena);
}

static void absent_file(void)
{
    parsed p = {.arena = cbk_arena_create(NULL, (size_t)1 << 26)};
    p.problems.arena = p.arena;
    CHECK(cbk_claims_read("/nonexistent/claims.yaml", p.arena, &p.problems, &p.all,
                          &p.err) == CBK_EIO);
    CHECK(strstr(p.err.message, "/nonexistent/claims.yaml") != NULL);
    cbk_arena_destroy(p.arena);
}

static void verdicts_have_names(void)
{
    CHECK(strcmp(cbk_verdict_name(CBK_VERDICT_REPRODUCES), "reproduces") == 0);
    CHECK(strcmp(cbk_verdict_name(CBK_VERDICT_OTHER_CONVENTION), "other_convention") ==
          0);
    CHECK(strcmp(cbk_verdict_name(CBK_VERDICT_CONTRADICTED), "contradicted") == 0);
    CHECK(strcmp(cbk_verdict_name(CBK_VERDICT_DOES_NOT_REPRODUCE),
                 "does_not_reproduce") == 0);
    CHECK(strcmp(cbk_verdict_name(CBK_VERDICT_NOT_COMPUTABLE), "not_computable") == 0);
}

enum { BLOCK_BYTES = 64 * 1024 }; /* of an arena */

/* Every allocation fails once: of the arena's only block the last `room` bytes are free.
 */
static void every_failed_allocation(void)
{
    size_t room = 0;
    for (cbk_status status = CBK_ENOMEM; status != CBK_OK; room += 16) {
        CHECK(room < BLOCK_BYTES);
        faulty_heap heap;
        cbk_arena *arena = faulty_arena(&heap, 2);
        cbk_arena *messages = cbk_arena_create(NULL, (size_t)1 << 20);
        CHECK(arena != NULL && messages != NULL);
        CHECK(CBK_NEW(arena, char, BLOCK_BYTES - room) != NULL);
        cbk_problems problems = {.arena = messages};
        const cbk_claims *claims = NULL;
        cbk_error err = {0};
        status = cbk_claims_parse("c.yaml", good, strlen(good), arena, &problems, &claims,
                                  &err);
        CHECK(status == CBK_OK || (status == CBK_ENOMEM && err.message[0] != '\0'));
        CHECK((claims != NULL) == (status == CBK_OK));
        cbk_arena_destroy(messages);
        cbk_arena_destroy(arena);
        CHECK(heap.n_live == 0);
    }
    CHECK(room > 256);
}

int main(void)
{
    static const check_test tests[] = {
        {"a good file", good_claims},
        {"a file of checks", checks_alone},
        {"each mistake alone, with its place", each_mistake_alone},
        {"all mistakes at once", all_mistakes_at_once},
        {"a file that is not there", absent_file},
        {"verdicts have names", verdicts_have_names},
        {"every failed allocation", every_failed_allocation},
    };
    return check_main(tests, N(tests));
}
