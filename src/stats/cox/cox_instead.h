/* stats/cox/cox_instead.h - what can be said where the likelihood is monotone. */
#ifndef STATS_COX_INSTEAD_H
#define STATS_COX_INSTEAD_H

#include <casebook/cox.h>

/* Fills fit->instead from the arena.  Errors: those of cbk_cox_fit(). */
cbk_status cbk_cox_answer_instead(const cbk_cox_rows *rows,
                                  const cbk_cox_request *request, cbk_arena *arena,
                                  cbk_cox *fit, cbk_error *err);

#endif
