/* study/analysis/incidences.h - cumulative incidences by group with Gray's tests, the
 * same for a study and for a data file.
 */
#ifndef STUDY_INCIDENCES_H
#define STUDY_INCIDENCES_H

#include <casebook/cumulative_incidence.h>

#include "study/followup/followup.h"

/* The curves of all causes in one group. */
typedef struct cbk_incidence {
    const char *const *level; /* [n_by] the group's values; NULL where there is no by */
    const char *label;        /* "" for the only group of no by */
    const cbk_cuminc *fit;
    size_t n_records;
    const char *const *records; /* [n_records] of a study; else NULL and 0 */
} cbk_incidence;

typedef struct cbk_incidences {
    const cbk_followup_data *data; /* its causes are those of the fits and tests */
    cbk_cuminc_request request;
    size_t n_groups;
    const cbk_incidence *groups; /* [n_groups] ascending */
    const cbk_gray_test *tests;  /* [data->n_causes], or NULL: there is no comparison */
    const char *why_no_tests;    /* a sentence where there are groups but no tests */
    cbk_notes notes;             /* of the rows and all fits */
} cbk_incidences;

/* data has causes.  Errors: those of the fits. */
cbk_status cbk_incidences_fit(const cbk_followup_data *data,
                              const cbk_cuminc_request *request, cbk_arena *arena,
                              const cbk_incidences **out, cbk_error *err);

/* Of an endpoint of a study with its competing events; by NULL: one group; among NULL:
 * all. */
cbk_status cbk_incidences_of_study(cbk_study *study, const char *endpoint, const char *by,
                                   const char *among, const cbk_cuminc_request *request,
                                   cbk_arena *arena, const cbk_incidences **out,
                                   cbk_error *err);

#endif
