/* log_rank_exact.c - the permutation distribution of the log-rank score: every labeling,
 * or labelings drawn at random.  Contract: casebook/log_rank.h.
 *
 * A row's part in the score of its group does not depend on the labels
 * (log_rank_score.c). So a stratum is an urn of whole numbers from which as many are
 * drawn as the smaller of its two groups has rows; drawing the larger group gives the
 * same sum with the other sign.
 *
 * Every labeling: all sums of the first half of the numbers are listed in order, by how
 * many were drawn, with the count of each; likewise of the second half; then one pass
 * over each pair of lists counts the sums that are far enough out.  The lists grow by one
 * number at a time, by merging, which is dynamic programming over the score.  Where few
 * of many are drawn the lists are longer than the labelings, which are then walked
 * through.
 */
#include "numeric/random.h"
#include "stats/log_rank/log_rank_score.h"

#include <string.h>

/* A stratum. */
typedef struct urn {
    size_t n;     /* numbers in it */
    size_t drawn; /* of them; at least 1 */
} urn;

typedef struct urns {
    size_t n_urns;
    urn *urn;         /* [n_urns] */
    size_t n;         /* numbers in all */
    cbk_whole *value; /* [n] urn after urn */
    int64_t *narrow;  /* [n] the same in fewer bits, for drawing */
    cbk_whole bound;  /* a sum at least this far from 0 is extreme */
    int64_t narrow_bound;
    bool is_narrow_exact; /* narrow is value */
} urns;

/* ---- every labeling, half by half ------------------------------------------------- */

/* A sum and in how many ways it comes about. */
typedef struct tally {
    int64_t sum;
    uint64_t n_ways;
} tally;

/* The sums of the numbers met so far: a list for each count drawn from the urn at hand,
 * from fewest on. */
typedef struct half {
    cbk_arena *arena;
    tally *cells; /* list l is cells[start[l]..start[l + 1]) ascending */
    size_t capacity;
    size_t *start;
    size_t *next_start; /* of the next generation */
    size_t n_lists;
    size_t fewest;
    size_t work; /* cells written so far */
} half;

static bool half_open(half *at, const urns *from, cbk_arena *arena)
{
    size_t most = 0;
    for (size_t s = 0; s < from->n_urns; s++) {
        most = from->urn[s].drawn > most ? from->urn[s].drawn : most;
    }
    *at = (half){.arena = arena,
                 .cells = CBK_NEW(arena, tally, 1),
                 .capacity = 1,
                 .start = CBK_NEW(arena, size_t, most + 2),
                 .next_start = CBK_NEW(arena, size_t, most + 2),
                 .n_lists = 1};
    if (at->next_start == NULL) {
        return false;
    }
    at->cells[0] = (tally){.sum = 0, .n_ways = 1};
    at->start[1] = 1;
    return true;
}

/* Two ascending lists into one that ends at `out`, the second moved by `shift`; from
 * their ends, so that the first may lie just before `out`.  Returns where it begins. */
static tally *merge(const tally *a, const tally *a_end, const tally *b,
                    const tally *b_end, int64_t shift, tally *out)
{
    while (a < a_end && b < b_end) {
        const tally last = a_end[-1];
        const int64_t moved = b_end[-1].sum + shift;
        const bool takes_a = last.sum >= moved;
        const bool takes_b = moved >= last.sum;
        *--out = (tally){.sum = takes_a ? last.sum : moved,
                         .n_ways = (takes_a ? last.n_ways : 0) +
                                   (takes_b ? b_end[-1].n_ways : 0)};
        a_end -= takes_a ? 1 : 0;
        b_end -= takes_b ? 1 : 0;
    }
    while (b < b_end) {
        b_end--;
        *--out = (tally){.sum = b_end->sum + shift, .n_ways = b_end->n_ways};
    }
    while (a < a_end) {
        *--out = *--a_end;
    }
    return out;
}

/* Moves the lists to the front of as much room as they and n_more cells need. */
static bool half_reserve(half *at, size_t n_more)
{
    const size_t first = at->start[0];
    const size_t n = at->start[at->n_lists] - first;
    tally *to = at->cells;
    if (n + n_more > at->capacity) {
        at->capacity = 2 * (n + n_more);
        to = CBK_NEW(at->arena, tally, at->capacity);
        if (to == NULL) {
            return false;
        }
    }
    memmove(to, at->cells + first, n * sizeof *to);
    at->cells = to;
    for (size_t l = 0; l <= at->n_lists; l++) {
        at->start[l] -= first;
    }
    return true;
}

/* Which list holds what k numbers drawn add up to; n_lists: none. */
static size_t list_of(const half *at, size_t k)
{
    return k >= at->fewest && k - at->fewest < at->n_lists ? k - at->fewest : at->n_lists;
}

static size_t length_of(const half *at, size_t list)
{
    return list < at->n_lists ? at->start[list + 1] - at->start[list] : 0;
}

/* Meets one more number of the urn: it is drawn or not.  Then from `fewest` to `most`
 * have been drawn.  The lists are written from the last to the first, behind those that
 * are still to be read. */
static bool half_meet(half *at, int64_t value, size_t fewest, size_t most)
{
    size_t n_more = 0;
    for (size_t k = fewest > 0 ? fewest : 1; k <= most; k++) {
        n_more += length_of(at, list_of(at, k - 1));
    }
    if (at->start[at->n_lists] + n_more > at->capacity && !half_reserve(at, n_more)) {
        return false;
    }
    tally *out = at->cells + at->start[at->n_lists] + n_more;
    at->next_start[most - fewest + 1] = (size_t)(out - at->cells);
    for (size_t k = most + 1; k-- > fewest;) {
        const size_t same = list_of(at, k);
        const size_t less = k > 0 ? list_of(at, k - 1) : at->n_lists;
        const tally *a = at->cells + at->start[same];
        const tally *b = at->cells + at->start[less];
        out = merge(a, a + length_of(at, same), b, b + length_of(at, less), value, out);
        at->next_start[k - fewest] = (size_t)(out - at->cells);
    }
    size_t *const start = at->start;
    at->start = at->next_start;
    at->next_start = start;
    at->fewest = fewest;
    at->n_lists = most - fewest + 1;
    at->work += at->start[at->n_lists] - at->start[0];
    return true;
}

/* Meets the first n_take numbers, or the last ones from the end; an urn that is done
 * leaves one list.  False when out of memory or of work. */
static bool half_run(half *at, const urns *from, bool from_end, size_t n_take,
                     size_t work_max)
{
    size_t n_met = 0;
    for (size_t s = 0; s < from->n_urns && n_met < n_take; s++) {
        const urn here = from->urn[from_end ? from->n_urns - 1 - s : s];
        for (size_t i = 1; i <= here.n && n_met < n_take; i++, n_met++) {
            const size_t left = here.n - i;
            const size_t fewest = here.drawn > left ? here.drawn - left : 0;
            const size_t most = i < here.drawn ? i : here.drawn;
            const int64_t value = from->narrow[from_end ? from->n - 1 - n_met : n_met];
            if (at->work > work_max || !half_meet(at, value, fewest, most)) {
                return false;
            }
            at->fewest = left == 0 ? 0 : fewest;
        }
    }
    return true;
}

/* Pairs of an element of each list whose sum is at least bound in size. */
static uint64_t count_pairs(const tally *a, size_t n_a, const tally *b, size_t n_b,
                            int64_t bound)
{
    uint64_t n_extreme = 0;
    uint64_t n_high = 0; /* ways of b[high..n_b), where a[i] + b >= bound */
    size_t high = n_b;
    for (size_t i = 0; i < n_a; i++) {
        for (; high > 0 && a[i].sum + b[high - 1].sum >= bound; high--) {
            n_high += b[high - 1].n_ways;
        }
        n_extreme += a[i].n_ways * n_high;
    }
    uint64_t n_low = 0; /* ways of b[0..low), where a[i] + b <= -bound */
    size_t low = 0;
    for (size_t i = n_a; i-- > 0;) {
        for (; low < n_b && a[i].sum + b[low].sum <= -bound; low++) {
            n_low += b[low].n_ways;
        }
        n_extreme += a[i].n_ways * n_low;
    }
    return n_extreme;
}

/* How many the urn that the halves share draws; 0 where they share none. */
static size_t shared_draw(const urns *from, size_t n_first)
{
    size_t before = 0;
    for (size_t s = 0; s < from->n_urns; s++) {
        if (n_first > before && n_first < before + from->urn[s].n) {
            return from->urn[s].drawn;
        }
        before += from->urn[s].n;
    }
    return 0;
}

static uint64_t join_halves(const half *a, const half *b, size_t drawn, int64_t bound)
{
    uint64_t n_extreme = 0;
    for (size_t l = 0; l < a->n_lists; l++) {
        const size_t of_a = a->fewest + l;
        if (of_a > drawn || drawn - of_a < b->fewest ||
            drawn - of_a - b->fewest >= b->n_lists) {
            continue;
        }
        const size_t k = drawn - of_a - b->fewest;
        n_extreme +=
            count_pairs(a->cells + a->start[l], a->start[l + 1] - a->start[l],
                        b->cells + b->start[k], b->start[k + 1] - b->start[k], bound);
    }
    return n_extreme;
}

/* False when out of memory, or when the lists grow past work_max. */
static bool count_by_halves(const urns *from, size_t work_max, cbk_arena *arena,
                            uint64_t *n_extreme)
{
    const size_t n_first = from->n / 2;
    half first;
    half second;
    if (!half_open(&first, from, arena) || !half_open(&second, from, arena) ||
        !half_run(&first, from, false, n_first, work_max) ||
        !half_run(&second, from, true, from->n - n_first, work_max)) {
        return false;
    }
    *n_extreme =
        join_halves(&first, &second, shared_draw(from, n_first), from->narrow_bound);
    return true;
}

/* ---- every labeling, one by one --------------------------------------------------- */

/* Draws `left` more of urn s from its number `next` on.  Depth: the numbers drawn, of
 * which there are at most log2 of the labelings. */
static uint64_t count_one_by_one(const urns *from, size_t s, const cbk_whole *value,
                                 size_t next, size_t left, cbk_whole sum)
{
    const urn here = from->urn[s];
    const bool is_last = left == 1 && s + 1 == from->n_urns;
    uint64_t n_extreme = 0;
    for (size_t i = next; i + left <= here.n; i++) {
        const cbk_whole total = sum + value[i];
        if (is_last) {
            n_extreme += total >= from->bound || total <= -from->bound ? 1 : 0;
        } else if (left > 1) {
            n_extreme += count_one_by_one(from, s, value, i + 1, left - 1, total);
        } else {
            n_extreme += count_one_by_one(from, s + 1, value + here.n, 0,
                                          from->urn[s + 1].drawn, total);
        }
    }
    return n_extreme;
}

static cbk_status count_all(const urns *from, double n_labelings, cbk_arena *arena,
                            cbk_log_rank_exact *out, cbk_error *err)
{
    out->is_complete = true;
    out->n_permutations = (uint64_t)n_labelings;
    out->n_extreme = out->n_permutations;
    if (from->bound > 0) { /* else all are at least as far out */
        const size_t work_max = 1024 + (size_t)n_labelings / 4;
        const cbk_mark mark = cbk_arena_mark(arena);
        if (!from->is_narrow_exact ||
            !count_by_halves(from, work_max, arena, &out->n_extreme)) {
            if (cbk_arena_has_failed(arena)) {
                return cbk_fail_memory(err);
            }
            out->n_extreme =
                count_one_by_one(from, 0, from->value, 0, from->urn[0].drawn, 0);
        }
        cbk_arena_release(arena, mark);
    }
    out->p = (double)out->n_extreme / n_labelings;
    out->std_error = (double)NAN;
    return CBK_OK;
}

/* ---- labelings drawn at random ---------------------------------------------------- */

/* The score of replicate `stream`. */
static int64_t draw_score(const urns *from, int64_t *work, uint64_t seed, uint64_t stream)
{
    cbk_random random = cbk_random_open(seed, stream);
    memcpy(work, from->narrow, from->n * sizeof *work);
    int64_t sum = 0;
    for (size_t s = 0; s < from->n_urns; s++) {
        const urn here = from->urn[s];
        sum += cbk_random_choose_sum(&random, work, here.n, here.drawn);
        work += here.n;
    }
    return sum;
}

static cbk_status draw_two(const urns *from, const cbk_log_rank_request *request,
                           cbk_arena *arena, cbk_log_rank_exact *out, cbk_error *err)
{
    int64_t *work = CBK_NEW(arena, int64_t, from->n);
    uint64_t *scratch = CBK_NEW(arena, uint64_t, from->n);
    if (scratch == NULL) {
        return cbk_fail_memory(err);
    }
    for (size_t s = 0, at = 0; s < from->n_urns; at += from->urn[s++].n) {
        cbk_narrow_sort(from->narrow + at, scratch, from->urn[s].n);
    }
    uint64_t n_extreme = 0;
    for (uint64_t i = 0; i < request->n_permutations; i++) {
        const int64_t score = draw_score(from, work, request->seed, i);
        n_extreme += score >= from->narrow_bound || -score >= from->narrow_bound ? 1 : 0;
    }
    cbk_log_rank_finish_drawn(out, request->n_permutations, n_extreme);
    return CBK_OK;
}

/* ---- two groups ------------------------------------------------------------------- */

/* Moves a stratum into an urn; returns what its observed labels draw. */
static cbk_whole fill_urn(const cbk_row_scores *scores, size_t s, urns *out,
                          int64_t *narrow_observed)
{
    const size_t *size = scores->size + 2 * s;
    const uint32_t drawn = size[0] <= size[1] ? 0 : 1;
    const int sign = drawn == 0 ? 1 : -1;
    cbk_whole observed = 0;
    if (size[drawn] == 0) {
        return 0; /* all in one group: nothing to draw, and a score of 0 */
    }
    for (size_t i = scores->first[s]; i < scores->first[s + 1]; i++, out->n++) {
        out->value[out->n] = sign * scores->value[i];
        out->narrow[out->n] = sign * scores->narrow[i];
        if (scores->group[i] == drawn) {
            observed += out->value[out->n];
            *narrow_observed += out->narrow[out->n];
        }
    }
    out->urn[out->n_urns++] = (urn){.n = size[0] + size[1], .drawn = size[drawn]};
    return observed;
}

static bool fill_urns(const cbk_row_scores *scores, cbk_arena *arena, urns *out)
{
    const size_t n = scores->first[scores->n_strata];
    *out = (urns){.urn = CBK_NEW(arena, urn, scores->n_strata),
                  .value = CBK_NEW(arena, cbk_whole, n),
                  .narrow = CBK_NEW(arena, int64_t, n)};
    if (out->narrow == NULL) {
        return false;
    }
    cbk_whole observed = 0;
    int64_t narrow = 0;
    for (size_t s = 0; s < scores->n_strata; s++) {
        observed += fill_urn(scores, s, out, &narrow);
    }
    out->bound = (observed < 0 ? -observed : observed) - scores->slack;
    out->is_narrow_exact = scores->is_narrow_exact;
    out->narrow_bound = (narrow < 0 ? -narrow : narrow) - scores->narrow_slack;
    return true;
}

/* Rows of n from which m are taken: in how many ways.  Exact up to 2^53. */
static double choices(size_t n, size_t m)
{
    double ways = 1.0;
    const size_t fewer = m < n - m ? m : n - m;
    for (size_t i = 1; i <= fewer && isfinite(ways); i++) {
        ways = ways * (double)(n - fewer + i) / (double)i;
    }
    return ways;
}

/* Labelings that keep the sizes of the groups in each stratum. */
static double count_labelings(const cbk_row_scores *scores)
{
    double ways = 1.0;
    for (size_t s = 0; s < scores->n_strata; s++) {
        size_t left = scores->first[s + 1] - scores->first[s];
        for (size_t g = 0; g < scores->n_groups; g++) {
            const size_t size = scores->size[s * scores->n_groups + g];
            ways *= choices(left, size);
            left -= size;
        }
    }
    return ways;
}

cbk_status cbk_log_rank_permute(const cbk_log_rank_rows *rows,
                                const cbk_group_risk *table,
                                const cbk_log_rank_request *request, cbk_arena *arena,
                                cbk_log_rank_exact *out, cbk_error *err)
{
    cbk_row_scores scores;
    urns from;
    CBK_TRY(cbk_row_scores_make(rows, table, request, arena, &scores, err));
    out->n_labelings = count_labelings(&scores);
    if (scores.n_groups > 2) {
        return cbk_log_rank_draw_many(&scores, request, arena, out, err);
    }
    if (!fill_urns(&scores, arena, &from)) {
        return cbk_fail_memory(err);
    }
    return out->n_labelings <= CBK_LOG_RANK_LABELINGS_MAX
               ? count_all(&from, out->n_labelings, arena, out, err)
               : draw_two(&from, request, arena, out, err);
}
