/* study/followup/followup_reading.h - what the two ways of reading a data file have in
 * common. */
#ifndef STUDY_FOLLOWUP_READING_H
#define STUDY_FOLLOWUP_READING_H

#include "exchange/csv.h"
#include "study/followup/followup.h"

/* A file being read for one analysis. */
typedef struct cbk_reading {
    const cbk_csv *csv;
    const cbk_followup_request *request;
    size_t time_column, event_column, entry_column, weight_column; /* SIZE_MAX: none */
    const char *event_name;
    const char *event_value; /* of "status=2"; NULL: a column of 0 and 1 */
    bool is_value_censored;  /* event_value is the one that says censored */
    cbk_arena *arena;
    cbk_problems *problems;
} cbk_reading;

/* ---- followup_coding.c --------------------------------------------------------- */

/* The column of that name, given by that option.  CBK_EINVAL: there is none. */
cbk_status cbk_reading_need_column(const cbk_reading *at, const char *option,
                                   const char *name, size_t *out, cbk_error *err);

cbk_place cbk_reading_line(const cbk_reading *at, size_t row);

/* Fills the columns and the event's name and value; reads the header alone.  CBK_EINVAL:
 * there is no such column. */
cbk_status cbk_reading_find_columns(cbk_reading *at, cbk_error *err);

/* Whether the covariate's values are categories. */
bool cbk_reading_is_categorical(const cbk_followup_request *request, const char *name);

bool cbk_reading_is_zero_or_one(const cbk_reading *at, const char *cell, bool *is_event);

/* Whether every cell of the event can be told; else a problem.  Without a value the
 * column must be 0 and 1: the coding is never guessed. */
bool cbk_reading_is_coding_clear(const cbk_reading *at);

/* Whether a cell that is not missing says that there was an event. */
bool cbk_reading_is_event_cell(const cbk_reading *at, const char *cell);

/* ---- followup_columns.c -------------------------------------------------------- */

/* Follow-up from the wanted columns alone (exchange/csv_columns.h); data holds what the
 * request tells.  False: declined, for any reason; the cells have to be read. */
bool cbk_followup_of_columns(const char *path, cbk_arena *arena, cbk_followup_data *data);

#endif
