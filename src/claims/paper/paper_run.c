/* paper_run.c - what a paper prints of one thing, held against itself.  Contract:
 * paper_check.h.
 */
#include "claims/paper/paper_run.h"

size_t cbk_paper_check_run(const cbk_paper_check *check, cbk_arena *arena,
                           cbk_check_result *out)
{
    cbk_paper_run r = {.check = check, .arena = arena, .out = out};
    cbk_paper_check_shares(&r);
    cbk_paper_check_whole_numbers(&r);
    cbk_paper_check_order(&r);
    cbk_paper_check_p(&r);
    cbk_paper_check_interval(&r);
    cbk_paper_check_rows(&r);
    return (size_t)(r.out - out);
}

bool cbk_paper_check_is_possible(const cbk_paper_check *check)
{
    cbk_check_result results[CBK_PAPER_KINDS];
    cbk_arena *scratch = cbk_arena_create(NULL, (size_t)1 << 20);
    const size_t n = scratch == NULL ? 1 : cbk_paper_check_run(check, scratch, results);
    cbk_arena_destroy(scratch);
    return n > 0;
}
