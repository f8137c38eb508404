/* study/followup/data_file.h - a data file as a study of one form, for SQL over its
 * columns. */
#ifndef STUDY_DATA_FILE_H
#define STUDY_DATA_FILE_H

#include "exchange/csv.h"
#include "study/records.h"

/* A cell of a data file that holds no value: empty, or R's NA. */
bool cbk_data_cell_is_missing(const char *cell);

/* The rows of a CSV file as the form "data", key "row" (1, 2, ...).  A column whose cells
 * are all numbers is a number (only 0 and 1: a boolean), any other a choice of the values
 * it holds (text where there are more than 20).  Where mentions[n_mentions] is not NULL,
 * names or SQL, a column that occurs in none of them is a text without a value, which
 * spares a large file most of the work.  Close with cbk_study_close().
 * Errors: CBK_ENOMEM, CBK_EINVAL (a column called "row"). */
cbk_status cbk_study_of_data_file(const cbk_csv *csv, const char *const *mentions,
                                  size_t n_mentions, cbk_arena *arena, cbk_study **out,
                                  cbk_error *err);

#endif
