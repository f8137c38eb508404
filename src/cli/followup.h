/* cli/followup.h - the rows of an analysis of time to event, from the options that every
 * such command has (CBK_OPTIONS_FOLLOWUP in cli/options.h).
 */
#ifndef CLI_FOLLOWUP_H
#define CLI_FOLLOWUP_H

#include "cli/session.h"
#include "study/followup/followup.h"

/* Reads the rows of the command's first operand, a study folder or a data file.  --by,
 * --weight, --strata, --on, --categorical, --offset and --cluster are read where the
 * command's row has them.  Returns an exit code; what is
 * wrong has been said. */
int cbk_session_followup(cbk_session *session, const cbk_arguments *arguments,
                         const cbk_followup_data **out);

/* Whether a regression was given --on; false after a message. */
bool cbk_session_has_covariates(cbk_session *session, const cbk_arguments *arguments);

/* The most rows of a curve that a document shows: `readable`, more than anybody reads; 0,
 * all of them, with --format csv. */
enum { CBK_READABLE_ROWS = 1000 };
size_t cbk_session_rows_max(const cbk_arguments *arguments, size_t readable);

#endif
