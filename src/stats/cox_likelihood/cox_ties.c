/* cox_ties.c - how ties are told apart by name.  Contract: casebook/cox.h. */
#include <casebook/cox.h>

#include <string.h>

bool cbk_cox_ties_are_exact(cbk_cox_ties ties)
{
    return ties == CBK_COX_EXACT || ties == CBK_COX_EXACT_MARGINAL;
}

static const char *const ties_names[] = {[CBK_COX_EFRON] = "efron",
                                         [CBK_COX_BRESLOW] = "breslow",
                                         [CBK_COX_EXACT] = "exact",
                                         [CBK_COX_EXACT_MARGINAL] = "exact-marginal"};

const char *cbk_cox_ties_name(cbk_cox_ties ties)
{
    return ties_names[ties];
}

bool cbk_cox_ties_parse(const char *name, cbk_cox_ties *out)
{
    for (size_t i = 0; i < sizeof ties_names / sizeof ties_names[0]; i++) {
        if (strcmp(name, ties_names[i]) == 0) {
            *out = (cbk_cox_ties)i;
            return true;
        }
    }
    return false;
}
