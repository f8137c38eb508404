/* stats/risk/near_ties.h - times so close that they count as one.  The rule is told in
 * casebook/risk_table.h. */
#ifndef STATS_NEAR_TIES_H
#define STATS_NEAR_TIES_H

#include "stats/risk/exit_times.h"

/* Times that became one: all from first to last. */
typedef struct cbk_chain {
    double first;
    double last;
} cbk_chain;

typedef struct cbk_chains {
    size_t n;
    const cbk_chain *chain; /* [n] ascending, of two different times or more */
} cbk_chains;

/* Finds the chains among exit times and sorted entries (n_entries 0: entries is not
 * read).  False when out of memory. */
bool cbk_chains_find(const cbk_exit_times *exits, const double *entries, size_t n_entries,
                     cbk_arena *arena, cbk_chains *out);

/* Makes near-ties one where nobody enters late: what cbk_chains_find() and
 * cbk_chains_tie_exits() do, without a list. */
void cbk_exit_times_fix_ties(cbk_exit_times *exits);

/* The time that stands for time: the first of its chain, or itself. */
double cbk_chains_first(const cbk_chains *chains, double time);

/* Whether one chain holds both. */
bool cbk_chains_hold(const cbk_chains *chains, double earlier, double later);

/* Makes each chain's exit times one; entries[n_entries] likewise. */
void cbk_chains_tie_exits(const cbk_chains *chains, cbk_exit_times *exits);
void cbk_chains_tie_entries(const cbk_chains *chains, double *entries, size_t n_entries);

#endif
