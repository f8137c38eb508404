/* near_ties.c - chains of near-ties.  Contract: stats/risk/near_ties.h. */
#include "stats/risk/near_ties.h"

#include "numeric/sum.h"

#include <math.h>
#include <string.h>

/* The square root of 2^-52, as R's timefix has it. */
static const double tie_tolerance = 0x1p-26;

/* ---- what is near -------------------------------------------------------------------
 */

static bool is_near(double gap, double mean)
{
    return gap <= tie_tolerance || gap / mean <= tie_tolerance;
}

/* The largest gap that is near; mean is that of the distinct times, exits and entries
 * together. */
static double largest_near_gap(double mean)
{
    double gap = fmax(tie_tolerance, tie_tolerance * mean);
    while (!is_near(gap, mean)) { /* the product was rounded up */
        gap = nextafter(gap, 0.0);
    }
    for (double next = nextafter(gap, (double)INFINITY); is_near(next, mean);
         next = nextafter(next, (double)INFINITY)) {
        gap = next;
    }
    return gap;
}

/* Sums of so many are plain, of four times by turns; these are summed with care.  The
 * order depends on the sorted times alone. */
enum { SUM_BLOCK = 1024 };

static double sum_of(const double *x, size_t n)
{
    cbk_sum sum = {0};
    for (size_t start = 0; start < n; start += SUM_BLOCK) {
        const size_t left = n - start;
        const size_t size = left < SUM_BLOCK ? left : SUM_BLOCK;
        double part[4] = {0};
        size_t i = 0;
        for (; i + 4 <= size; i += 4) {
            for (size_t k = 0; k < 4; k++) {
                part[k] += x[start + i + k];
            }
        }
        for (; i < size; i++) {
            part[0] += x[start + i];
        }
        cbk_sum_add(&sum, (part[0] + part[1]) + (part[2] + part[3]));
    }
    return cbk_sum_value(&sum);
}

/* Adds the entries that are times of their own to the exits' sum. */
static double sum_new_entries(const cbk_exit_times *exits, const double *entries,
                              size_t n_entries, size_t *n_new)
{
    cbk_sum sum = {0};
    size_t row = 0;
    *n_new = 0;
    for (size_t i = 0; i < n_entries; i++) {
        for (; row < exits->n_rows && exits->time[row] < entries[i]; row++) {
        }
        const bool is_exit = row < exits->n_rows && exits->time[row] == entries[i];
        if (!is_exit && (i == 0 || entries[i] > entries[i - 1])) {
            cbk_sum_add(&sum, entries[i]);
            (*n_new)++;
        }
    }
    return cbk_sum_value(&sum);
}

static double find_near_gap(const cbk_exit_times *exits, const double *entries,
                            size_t n_entries)
{
    size_t n_new = 0;
    const double total = sum_of(exits->time, exits->n_rows) +
                         sum_new_entries(exits, entries, n_entries, &n_new);
    const double n_distinct = (double)(exits->n_rows + n_new);
    return largest_near_gap(n_distinct > 0.0 ? total / n_distinct : 0.0);
}

/* ---- finding chains -----------------------------------------------------------------
 */

/* Walks exits and entries in order of time.  Writes the chains to found, if not NULL, and
 * returns how many there are. */
static size_t walk(const cbk_exit_times *exits, const double *entries, size_t n_entries,
                   double near_gap, cbk_chain *found)
{
    size_t n = 0;
    double first = -(double)INFINITY;
    double last = first;
    for (size_t i = 0, j = 0; i < exits->n_rows || j < n_entries;) {
        const bool is_exit =
            j == n_entries || (i < exits->n_rows && exits->time[i] <= entries[j]);
        const double time = is_exit ? exits->time[i++] : entries[j++];
        const double gap = time - last;
        if (gap > near_gap) {
            first = time;
        } else if (gap > 0.0) {
            n += last == first ? 1 : 0;
            if (found != NULL) {
                found[n - 1] = (cbk_chain){.first = first, .last = time};
            }
        }
        last = time;
    }
    return n;
}

bool cbk_chains_find(const cbk_exit_times *exits, const double *entries, size_t n_entries,
                     cbk_arena *arena, cbk_chains *out)
{
    *out = (cbk_chains){0};
    const double near_gap = find_near_gap(exits, entries, n_entries);
    const size_t n = walk(exits, entries, n_entries, near_gap, NULL);
    cbk_chain *found = CBK_NEW(arena, cbk_chain, n);
    if (found == NULL) {
        return false;
    }
    (void)walk(exits, entries, n_entries, near_gap, found);
    *out = (cbk_chains){.n = n, .chain = found};
    return true;
}

/* ---- exits alone --------------------------------------------------------------------
 */

/* The first row from `row` on that is near the one before it, or n_rows. */
static size_t next_near(const cbk_exit_times *exits, size_t row, double near_gap)
{
    enum { STEP = 16 };
    const double *time = exits->time;
    for (; row + STEP <= exits->n_rows; row += STEP) {
        unsigned n_near = 0;
        for (size_t k = 0; k < STEP; k++) {
            n_near += time[row + k] - time[row + k - 1] <= near_gap;
        }
        if (n_near > 0) {
            break;
        }
    }
    while (row < exits->n_rows && time[row] - time[row - 1] > near_gap) {
        row++;
    }
    return row;
}

/* Moves rows to the left; the gap between them is not read again. */
static void move_rows(cbk_exit_times *exits, size_t to, size_t from, size_t n)
{
    memmove(exits->time + to, exits->time + from, n * sizeof *exits->time);
    memmove(exits->n_event + to, exits->n_event + from, n * sizeof *exits->n_event);
    memmove(exits->n_exit_before + to, exits->n_exit_before + from,
            n * sizeof *exits->n_exit_before);
}

void cbk_exit_times_fix_ties(cbk_exit_times *exits)
{
    const double near_gap = find_near_gap(exits, NULL, 0);
    const uint32_t n_exits = exits->n_exit_before[exits->n_rows];
    size_t n_kept = 0;
    for (size_t row = 0; row < exits->n_rows;) {
        const size_t end = next_near(exits, row + 1, near_gap);
        if (n_kept < row) {
            move_rows(exits, n_kept, row, end - row);
        }
        n_kept += end - row;
        /* Row end - 1 is still where it was: rows moved by one at least, or not at all.
         */
        for (row = end;
             row < exits->n_rows && exits->time[row] - exits->time[row - 1] <= near_gap;
             row++) {
            exits->n_event[n_kept - 1] += exits->n_event[row];
        }
    }
    exits->n_rows = n_kept;
    exits->n_exit_before[n_kept] = n_exits;
}

/* ---- asking them --------------------------------------------------------------------
 */

/* The first chain that ends at or after time, or n. */
static size_t chain_until(const cbk_chains *chains, double time)
{
    size_t low = 0;
    size_t high = chains->n;
    while (low < high) {
        const size_t middle = low + (high - low) / 2;
        if (chains->chain[middle].last < time) {
            low = middle + 1;
        } else {
            high = middle;
        }
    }
    return low;
}

double cbk_chains_first(const cbk_chains *chains, double time)
{
    const size_t at = chain_until(chains, time);
    const bool is_in = at < chains->n && chains->chain[at].first <= time;
    return is_in ? chains->chain[at].first : time;
}

bool cbk_chains_hold(const cbk_chains *chains, double earlier, double later)
{
    const size_t at = chain_until(chains, later);
    return at < chains->n && chains->chain[at].first <= earlier;
}

void cbk_chains_tie_exits(const cbk_chains *chains, cbk_exit_times *exits)
{
    if (chains->n == 0) {
        return;
    }
    const uint32_t n_exits = exits->n_exit_before[exits->n_rows];
    size_t n_rows = 0;
    size_t at = 0;
    for (size_t i = 0; i < exits->n_rows; i++) {
        const double time = exits->time[i];
        for (; at < chains->n && chains->chain[at].last < time; at++) {
        }
        const bool is_in = at < chains->n && chains->chain[at].first <= time;
        const double first = is_in ? chains->chain[at].first : time;
        if (n_rows > 0 && exits->time[n_rows - 1] == first) {
            exits->n_event[n_rows - 1] += exits->n_event[i];
            continue;
        }
        exits->time[n_rows] = first;
        exits->n_event[n_rows] = exits->n_event[i];
        exits->n_exit_before[n_rows] = exits->n_exit_before[i];
        n_rows++;
    }
    exits->n_rows = n_rows;
    exits->n_exit_before[n_rows] = n_exits;
}

void cbk_chains_tie_entries(const cbk_chains *chains, double *entries, size_t n_entries)
{
    for (size_t j = 0; j < n_entries; j++) {
        entries[j] = cbk_chains_first(chains, entries[j]);
    }
}
