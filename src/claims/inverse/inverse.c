/* inverse.c - the search itself: every small change of a question, in a fixed order, and
 * how many numbers it would hit.  Contract: inverse.h; docs/methods/inverse-search.md.
 */
#include "claims/inverse/inverse.h"

#include "base/text.h"
#include "claims/inverse/inverse_form.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#define N(array) (sizeof(array) / sizeof((array)[0]))

enum { COST_MAX = 3, COST_OF_VARIABLE = 2 };

/* Weak: one of 20 numbers is hit by accident; not even printed: one of 4. */
enum { WEAK_IN = 20, UNSAID_IN = 4 };

/* What a candidate changes; at equal cost the smaller sum of these comes first. */
enum {
    CHANGED_STATISTIC = 1,
    CHANGED_SUBSET = 2,
    CHANGED_SOURCE = 4,
    CHANGED_ROUNDING = 8,
    CHANGED_VARIABLE = 16,
    RANK_OF_COST = 32, /* above all of them together */
    RANKS = (COST_MAX + 1) * RANK_OF_COST
};

/* An expression with its value, before rounding. */
typedef struct candidate {
    const cbk_inverse_variable *variable;
    const cbk_inverse_values *values;
    const cbk_inverse_subset *subset;
    cbk_statistic statistic;
    int changed;
    int cost;
    double value;
} candidate;

/* A candidate under a rounding. */
typedef struct printed {
    const candidate *of;
    cbk_rounding rounding;
    int changed;
    int rank;
    double key; /* what is printed, in units of the last digit */
} printed;

enum { ROUNDINGS = 3 };

/* ---- candidates ---------------------------------------------------------------- */

/* The statistics that may stand in the place of the claim's; returns how many. */
static size_t other_statistics(const cbk_inverse_question *question,
                               cbk_statistic out[CBK_STATISTIC_VALUE])
{
    const cbk_statistic own = question->expression.statistic;
    size_t n = 0;
    if (own == CBK_STATISTIC_KM_SURVIVAL) {
        out[n++] = CBK_STATISTIC_BEYOND;
    } else if (own == CBK_STATISTIC_COUNT) {
        out[n++] = CBK_STATISTIC_ROWS;
    } else if (own == CBK_STATISTIC_PERCENT) {
        out[n++] = CBK_STATISTIC_PERCENT_OF_ALL;
    }
    if (own > CBK_STATISTIC_KM_MEDIAN || !question->variables[0].is_number) {
        return n;
    }
    for (int i = CBK_STATISTIC_MEAN; i <= CBK_STATISTIC_KM_MEDIAN; i++) {
        if (i != (int)own) {
            out[n++] = (cbk_statistic)i;
        }
    }
    return n;
}

typedef struct candidates {
    const cbk_inverse_question *question;
    cbk_arena *arena;
    candidate *items; /* NULL: only count */
    size_t n;
} candidates;

static void add_candidate(candidates *all, candidate one)
{
    if (all->items != NULL) {
        one.value = cbk_inverse_value(all->question, one.statistic, one.values,
                                      one.subset, all->arena);
        if (isnan(one.value)) {
            return;
        }
        all->items[all->n] = one;
    }
    all->n++;
}

/* One variable under one source, by every statistic, among every subset. */
static void add_values(candidates *all, const candidate *start)
{
    cbk_statistic statistics[CBK_STATISTIC_VALUE + 1] = {
        all->question->expression.statistic};
    const size_t n = 1 + other_statistics(all->question, statistics + 1);
    for (size_t i = 0; i < n; i++) {
        for (size_t k = 0; k < all->question->n_subsets; k++) {
            candidate one = *start;
            one.statistic = statistics[i];
            one.subset = &all->question->subsets[k];
            one.cost += (i > 0) + one.subset->cost;
            one.changed |= (i > 0 ? CHANGED_STATISTIC : 0) | (k > 0 ? CHANGED_SUBSET : 0);
            if (one.cost <= COST_MAX) {
                add_candidate(all, one);
            }
        }
    }
}

static void add_all(candidates *all)
{
    for (size_t i = 0; i < all->question->n_variables; i++) {
        const cbk_inverse_variable *variable = &all->question->variables[i];
        for (size_t k = 0; k < variable->n_values; k++) {
            const candidate start = {.variable = variable,
                                     .values = &variable->values[k],
                                     .cost = (i > 0 ? COST_OF_VARIABLE : 0) + (k > 0),
                                     .changed = (i > 0 ? CHANGED_VARIABLE : 0) |
                                                (k > 0 ? CHANGED_SOURCE : 0)};
            add_values(all, &start);
        }
    }
}

static cbk_status list_candidates(candidates *all, cbk_error *err)
{
    add_all(all);
    all->items = CBK_NEW(all->arena, candidate, all->n + 1);
    all->n = 0;
    if (all->items == NULL) {
        return cbk_fail_memory(err);
    }
    add_all(all);
    return cbk_arena_has_failed(all->arena) ? cbk_fail_memory(err) : CBK_OK;
}

/* ---- what is hit --------------------------------------------------------------- */

enum { RESERVED_MAX = 24 };

/* Keys that reproduce or follow from another convention: they need no explanation. */
typedef struct reserved {
    size_t n;
    double keys[RESERVED_MAX];
} reserved;

static bool is_reserved(const reserved *taken, double key)
{
    for (size_t i = 0; i < taken->n; i++) {
        if (taken->keys[i] == key) {
            return true;
        }
    }
    return false;
}

static void reserve(reserved *taken, const cbk_form_of_number *like, double value,
                    bool is_rounded)
{
    static const cbk_rounding roundings[] = {CBK_ROUND_HALF_AWAY, CBK_ROUND_DOWN,
                                             CBK_ROUND_UP};
    for (size_t i = 0; i < (is_rounded ? N(roundings) : 1); i++) {
        const double key = cbk_form_key(like, value, roundings[i]);
        if (taken->n < RESERVED_MAX && cbk_form_has(like, key) &&
            !is_reserved(taken, key)) {
            taken->keys[taken->n++] = key;
        }
    }
}

static reserved reserve_all(const cbk_asked *asked, const cbk_form_of_number *like)
{
    reserved taken = {0};
    if (asked->quantity.value.kind == CBK_VALUE_NUMBER) {
        reserve(&taken, like, asked->quantity.value.number, true);
    }
    if (asked->has_uncensored && !isnan(asked->uncensored)) {
        reserve(&taken, like, asked->uncensored, false);
    }
    for (size_t i = 0; asked->others != NULL && i < asked->n_others; i++) {
        if (asked->others[i].kind == CBK_VALUE_NUMBER) {
            reserve(&taken, like, asked->others[i].number, false);
        }
    }
    return taken;
}

/* Every candidate as it would be printed; a rounding that changes nothing is none. */
static size_t print_all(const candidates *all, const cbk_form_of_number *like,
                        printed *out)
{
    static const cbk_rounding roundings[] = {CBK_ROUND_HALF_AWAY, CBK_ROUND_DOWN,
                                             CBK_ROUND_UP};
    size_t n = 0;
    for (size_t i = 0; i < all->n; i++) {
        const candidate *one = &all->items[i];
        const double nearest = cbk_form_key(like, one->value, CBK_ROUND_HALF_AWAY);
        for (size_t k = 0; k < N(roundings); k++) {
            const int cost = one->cost + (k > 0);
            const int changed = one->changed | (k > 0 ? CHANGED_ROUNDING : 0);
            const double key = cbk_form_key(like, one->value, roundings[k]);
            if (changed != 0 && cost <= COST_MAX && (k == 0 || key != nearest)) {
                out[n++] = (printed){.of = one,
                                     .rounding = roundings[k],
                                     .changed = changed,
                                     .rank = cost * RANK_OF_COST + changed,
                                     .key = key};
            }
        }
    }
    return n;
}

static int by_key_and_rank(const void *lhs, const void *rhs)
{
    const printed *a = *(const printed *const *)lhs;
    const printed *b = *(const printed *const *)rhs;
    const int order = (a->key > b->key) - (a->key < b->key);
    return order != 0 ? order : (a->rank > b->rank) - (a->rank < b->rank);
}

/* Of each rank and all before it: expressions tried, and numbers of the form hit. */
typedef struct reach {
    size_t n_tried[RANKS];
    size_t n_hit[RANKS];
    double n_form;
} reach;

static void add_up(const printed *const *sorted, size_t n, const cbk_form_of_number *like,
                   const reserved *taken, reach *out)
{
    for (size_t i = 0; i < n; i++) {
        const printed *one = sorted[i];
        const bool is_first = i == 0 || sorted[i - 1]->key < one->key;
        out->n_tried[one->rank]++;
        out->n_hit[one->rank] +=
            is_first && cbk_form_has(like, one->key) && !is_reserved(taken, one->key);
    }
    for (size_t rank = 1; rank < RANKS; rank++) {
        out->n_tried[rank] += out->n_tried[rank - 1];
        out->n_hit[rank] += out->n_hit[rank - 1];
    }
    out->n_form = like->n - (double)taken->n;
}

static bool is_weak(const reach *reached, int rank)
{
    return WEAK_IN * (double)reached->n_hit[rank] > reached->n_form;
}

/* ---- sentences ----------------------------------------------------------------- */

/* "the mean of `age_years`" */
static const char *statistic_words(const candidate *of, cbk_arena *arena)
{
    static const char *const words[] = {
        [CBK_STATISTIC_MEAN] = "the mean of ",
        [CBK_STATISTIC_MEDIAN] = "the median of ",
        [CBK_STATISTIC_SMALLEST] = "the smallest ",
        [CBK_STATISTIC_LARGEST] = "the largest ",
        [CBK_STATISTIC_SUM] = "the sum of ",
        [CBK_STATISTIC_KM_MEDIAN] = "the Kaplan-Meier median of ",
        [CBK_STATISTIC_KM_SURVIVAL] = "the Kaplan-Meier survival of ",
        [CBK_STATISTIC_BEYOND] = "the share, censoring ignored, beyond that time of ",
        [CBK_STATISTIC_COUNT] = "the count of ",
        [CBK_STATISTIC_COUNT_DISTINCT] = "the count of distinct ",
        [CBK_STATISTIC_EVENTS] = "the events of ",
        [CBK_STATISTIC_PERCENT] = "the percentage with ",
        [CBK_STATISTIC_ROWS] = "the count, missing ones included, of ",
        [CBK_STATISTIC_PERCENT_OF_ALL] =
            "the percentage of all, missing counted as no, with ",
        [CBK_STATISTIC_VALUE] = "",
    };
    const char *name = of->variable->name;
    if (strcmp(name, "*") == 0) {
        return "the number of rows";
    }
    const bool is_condition =
        of->statistic == CBK_STATISTIC_SUM && !of->variable->is_number;
    return cbk_text_format(
        arena, "%s`%s`", is_condition ? "the number with " : words[of->statistic], name);
}

/* "the mean of `age_years`, truncated: 44.5" */
static const char *expression_words(const printed *one, int digits, cbk_arena *arena)
{
    static const char *const rounded[] = {[CBK_ROUND_HALF_AWAY] = "",
                                          [CBK_ROUND_DOWN] = ", truncated",
                                          [CBK_ROUND_UP] = ", rounded up"};
    const candidate *of = one->of;
    const char *subset = of->subset->words;
    const char *source = of->values->source;
    char number[CBK_NUMBER_SIZE];
    cbk_number_shortest(cbk_number_round(of->value, digits + 2, CBK_ROUND_HALF_AWAY),
                        number);
    const char *statistic = statistic_words(of, arena);
    return cbk_text_format(arena, "%s%s%s%s%s%s: %s", statistic != NULL ? statistic : "",
                           subset != NULL ? " " : "", subset != NULL ? subset : "",
                           source != NULL ? " " : "", source != NULL ? source : "",
                           rounded[one->rounding], number);
}

static const char *sentence_of(const printed *one, const reach *reached, int digits,
                               cbk_arena *arena)
{
    const char *words = expression_words(one, digits, arena);
    const size_t n_hit = reached->n_hit[one->rank];
    const size_t n_tried = reached->n_tried[one->rank];
    const bool is_hit_often = is_weak(reached, one->rank);
    const double one_in = floor(reached->n_form / (double)n_hit);
    return words == NULL
               ? NULL
               : cbk_text_format(
                     arena,
                     "%s with %s. %zu expression%s so little; by accident one in %.0f "
                     "numbers of this form is hit.",
                     is_hit_often ? "Weak, no explanation: consistent" : "Consistent",
                     words, n_tried, n_tried == 1 ? " changes" : "s change", one_in);
}

/* Whether one that is printed already changes a part of this one, or differs from it in
 * the source alone. */
static bool is_more_of(const printed *one, const printed *const *shown, size_t n)
{
    for (size_t i = 0; i < n; i++) {
        const candidate *a = shown[i]->of;
        const candidate *b = one->of;
        const bool is_part = (shown[i]->changed & one->changed) == shown[i]->changed;
        const bool is_same = a->variable == b->variable && a->subset == b->subset &&
                             a->statistic == b->statistic &&
                             shown[i]->rounding == one->rounding;
        if (is_part && (shown[i]->changed != one->changed || is_same)) {
            return true;
        }
    }
    return false;
}

/* The hits in order of rank: those that are not weak, or else the first. */
static void explain(const printed *const *hits, size_t n, const reach *reached,
                    int digits, cbk_arena *arena, cbk_inverse_answer *out)
{
    const printed *shown[CBK_INVERSE_SHOWN_MAX];
    for (size_t i = 0; i < n && out->n_sentences < CBK_INVERSE_SHOWN_MAX; i++) {
        if (is_weak(reached, hits[i]->rank)) {
            break;
        }
        if (!is_more_of(hits[i], shown, out->n_sentences)) {
            shown[out->n_sentences] = hits[i];
            out->sentences[out->n_sentences++] =
                sentence_of(hits[i], reached, digits, arena);
        }
    }
    out->is_explained = out->n_sentences > 0;
    /* Of what is hit as easily as that nothing need be said. */
    if (!out->is_explained && n > 0 &&
        UNSAID_IN * (double)reached->n_hit[hits[0]->rank] <= reached->n_form) {
        out->sentences[out->n_sentences++] = sentence_of(hits[0], reached, digits, arena);
    }
}

/* ---- the search ---------------------------------------------------------------- */

static int by_rank_and_place(const void *lhs, const void *rhs)
{
    const printed *a = *(const printed *const *)lhs;
    const printed *b = *(const printed *const *)rhs;
    return a->rank != b->rank ? (a->rank > b->rank) - (a->rank < b->rank)
                              : (a > b) - (a < b);
}

/* The largest share of the form that is explained and not weak. */
static double hit_at_most(const reach *reached)
{
    size_t n = 0;
    for (int rank = 0; rank < RANKS && !is_weak(reached, rank); rank++) {
        n = reached->n_hit[rank];
    }
    return (double)n;
}

static cbk_status search(const candidates *all, const cbk_asked *asked,
                         const cbk_stated_number *stated, cbk_arena *arena,
                         cbk_inverse_answer *out, cbk_error *err)
{
    const cbk_form_of_number like = cbk_form_of(all->question, stated);
    const reserved taken = reserve_all(asked, &like);
    printed *found = CBK_NEW(all->arena, printed, ROUNDINGS * all->n + 1);
    const printed **sorted = CBK_NEW(all->arena, const printed *, ROUNDINGS * all->n + 1);
    reach reached = {0};
    if (sorted == NULL) {
        return cbk_fail_memory(err);
    }
    const size_t n = print_all(all, &like, found);
    for (size_t i = 0; i < n; i++) {
        sorted[i] = &found[i];
    }
    qsort(sorted, n, sizeof *sorted, by_key_and_rank);
    add_up(sorted, n, &like, &taken, &reached);
    size_t n_hits = 0;
    for (size_t i = 0; i < n; i++) {
        if (sorted[i]->key == like.stated) {
            sorted[n_hits++] = sorted[i];
        }
    }
    qsort(sorted, n_hits, sizeof *sorted, by_rank_and_place);
    out->n_tried = reached.n_tried[RANKS - 1];
    out->n_form = reached.n_form;
    out->n_form_hit = hit_at_most(&reached);
    if (cbk_form_has(&like, like.stated) && !is_reserved(&taken, like.stated)) {
        explain(sorted, n_hits, &reached, like.digits, arena, out);
    }
    return cbk_arena_has_failed(arena) ? cbk_fail_memory(err) : CBK_OK;
}

/* Everything but the sentences goes into `scratch`. */
static cbk_status search_and_change(cbk_study *study, const cbk_asked *asked,
                                    const cbk_stated_number *stated, cbk_arena *scratch,
                                    cbk_arena *arena, cbk_inverse_answer *out,
                                    cbk_error *err)
{
    candidates all = {.arena = scratch};
    CBK_TRY(cbk_inverse_load(study, asked, scratch, &all.question, err));
    if (!all.question->is_searchable) {
        return CBK_OK;
    }
    CBK_TRY(list_candidates(&all, err));
    CBK_TRY(search(&all, asked, stated, arena, out, err));
    if (!out->is_explained) {
        const char *change = cbk_inverse_change(all.question, stated, arena);
        if (change != NULL) {
            out->sentences[out->n_sentences++] = change;
        }
    }
    return cbk_arena_has_failed(arena) || cbk_arena_has_failed(scratch)
               ? cbk_fail_memory(err)
               : CBK_OK;
}

/* An answer that was given: claims state the same number of the same thing again. */
struct cbk_inverse_answered {
    cbk_stated_number stated;
    cbk_inverse_answer answer;
    struct cbk_inverse_answered *next;
};

static const cbk_inverse_answer *answered(const cbk_asked *asked,
                                          const cbk_stated_number *stated)
{
    const struct cbk_inverse_answered *at = asked->answered;
    while (at != NULL &&
           (at->stated.value != stated->value || at->stated.digits != stated->digits)) {
        at = at->next;
    }
    return at != NULL ? &at->answer : NULL;
}

cbk_status cbk_inverse_explain(cbk_study *study, cbk_asked *asked,
                               const cbk_stated_number *stated, cbk_arena *arena,
                               cbk_inverse_answer *out, cbk_error *err)
{
    *out = (cbk_inverse_answer){0};
    if (stated->kind != CBK_STATED_NUMBER || stated->comparator != CBK_COMPARATOR_NONE ||
        fabs(stated->value) >= 1e12) {
        return CBK_OK;
    }
    const cbk_inverse_answer *before = answered(asked, stated);
    if (before != NULL) {
        *out = *before;
        return CBK_OK;
    }
    struct cbk_inverse_answered *kept = CBK_NEW(arena, struct cbk_inverse_answered, 1);
    cbk_arena *scratch = cbk_arena_create(NULL, SIZE_MAX);
    const cbk_status status =
        kept == NULL || scratch == NULL
            ? cbk_fail_memory(err)
            : search_and_change(study, asked, stated, scratch, arena, out, err);
    cbk_arena_destroy(scratch);
    if (status == CBK_OK) {
        *kept = (struct cbk_inverse_answered){*stated, *out, asked->answered};
        asked->answered = kept;
    }
    return status;
}

/* NaN where the question has no value. */
static double without_censoring(const cbk_inverse_question *question, cbk_arena *scratch)
{
    if (!question->is_searchable) {
        return (double)NAN;
    }
    const cbk_statistic plain = question->expression.statistic == CBK_STATISTIC_KM_MEDIAN
                                    ? CBK_STATISTIC_MEDIAN
                                    : CBK_STATISTIC_BEYOND;
    return cbk_inverse_value(question, plain, &question->variables[0].values[0],
                             &question->subsets[0], scratch);
}

static bool is_of_a_curve(const char *of, cbk_arena *arena)
{
    cbk_expression expression;
    return cbk_expression_parse(of, arena, &expression) &&
           (expression.statistic == CBK_STATISTIC_KM_MEDIAN ||
            expression.statistic == CBK_STATISTIC_KM_SURVIVAL);
}

cbk_status cbk_inverse_uncensored(cbk_study *study, cbk_asked *asked, cbk_arena *arena,
                                  double *out, cbk_error *err)
{
    if (asked->has_uncensored) {
        *out = asked->uncensored;
        return CBK_OK;
    }
    asked->has_uncensored = true;
    asked->uncensored = (double)NAN;
    *out = (double)NAN;
    if (!is_of_a_curve(asked->of, arena)) {
        return cbk_arena_has_failed(arena) ? cbk_fail_memory(err) : CBK_OK;
    }
    const cbk_inverse_question *question = NULL;
    cbk_arena *scratch = cbk_arena_create(NULL, SIZE_MAX);
    const cbk_status status =
        scratch == NULL ? cbk_fail_memory(err)
                        : cbk_inverse_load(study, asked, scratch, &question, err);
    if (status == CBK_OK) {
        asked->uncensored = without_censoring(question, scratch);
        *out = asked->uncensored;
    }
    cbk_arena_destroy(scratch);
    return status;
}
