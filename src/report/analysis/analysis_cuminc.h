/* report/analysis/analysis_cuminc.h - what the files of `casebook cuminc` share. */
#ifndef REPORT_ANALYSIS_CUMINC_H
#define REPORT_ANALYSIS_CUMINC_H

#include "report/builder.h"

/* Whether a cause is printed: all are, unless one was asked for.  cause from 0. */
bool cbk_cuminc_is_asked(const cbk_followup_data *data, size_t cause);

#endif
