/* study/analysis/recurrence.h - the rows that an analysis of recurrent events works on:
 * of a data file as they are, of a study the rows of its repeating forms on the follow-up
 * of an endpoint.
 */
#ifndef STUDY_RECURRENCE_H
#define STUDY_RECURRENCE_H

#include <casebook/mean_cumulative.h>

#include "study/followup/followup.h"
#include "study/protocol/protocol.h"
#include "study/records.h"

typedef struct cbk_recurrence_data {
    const cbk_followup_data *data; /* the rows of the file, or the patients */
    const char *label;             /* "Recurrence"; of a file its event */
    size_t n_lanes;                /* forms the events come from; 0: a file */
    const cbk_lane_spec *lanes;
    cbk_followup followup; /* what rows points to */
    cbk_mcf_rows rows;     /* groups are data->by */
    size_t n_omitted;      /* events that cannot be used, by reason */
    const cbk_omitted *omitted;
} cbk_recurrence_data;

/* Rows as they are; subjects are data->cluster, or each row one where there is none.
 * Errors: CBK_EDATA (near-ties that make a row empty), CBK_ENOMEM. */
cbk_status cbk_recurrence_of_rows(const cbk_followup_data *data, cbk_arena *arena,
                                  const cbk_recurrence_data **out, cbk_error *err);

/* The rows of lanes[n] of the patients of data; the endpoint's time ends observation,
 * whether by its event or not.  What has no time, or one that is not within the patient's
 * observation, is left out and counted.  lanes is borrowed.  Errors: CBK_ENOMEM. */
cbk_status cbk_recurrence_of_study(cbk_study *study, const cbk_followup_data *data,
                                   const cbk_lane_spec *lanes, size_t n, cbk_arena *arena,
                                   const cbk_recurrence_data **out, cbk_error *err);

/* Estimates; a mistake in the rows names the subject. */
cbk_status cbk_recurrence_fit(const cbk_recurrence_data *of,
                              const cbk_mcf_request *request, cbk_arena *arena,
                              const cbk_mcf_analysis **out, cbk_error *err);

/* Reads "recurrence.month", or "recurrence", whose first number or date is the time.
 * Errors: CBK_EINVAL (no such repeating form or field, a field that is no time or in
 * another unit than the endpoint), CBK_ENOMEM. */
cbk_status cbk_lane_parse(const cbk_protocol *protocol, const cbk_endpoint *endpoint,
                          const char *text, cbk_arena *arena, cbk_lane_spec *out,
                          cbk_error *err);

/* The time of row `row` of events, in the endpoint's unit from its start; patient is the
 * row of its patient, at a field of a number or a date.  NaN: not known. */
double cbk_lane_time(const cbk_study *study, const cbk_endpoint *endpoint,
                     const cbk_records *events, size_t row, const cbk_field *at,
                     size_t patient);

#endif
