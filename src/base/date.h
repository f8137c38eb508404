/* base/date.h - ISO 8601 days as integers.  Proleptic Gregorian calendar. */
#ifndef BASE_DATE_H
#define BASE_DATE_H

#include <casebook/base.h>

/* Days since 1970-01-01 of "YYYY-MM-DD"; false when it is not a day of the calendar
 * (years 0001 to 9999). */
bool cbk_date_parse(const char *text, int32_t *days);
void cbk_date_format(int32_t days, char out[11]); /* "YYYY-MM-DD" */

/* First and last day of "YYYY", "YYYY-MM" or "YYYY-MM-DD". */
bool cbk_period_parse(const char *text, int32_t *first_day, int32_t *last_day);

/* Days in a month and a year of survival time, for display and for months <-> days. */
#define CBK_DAYS_PER_MONTH 30.4375 /* 365.25 / 12 */
#define CBK_DAYS_PER_YEAR 365.25   /* the Julian year */

#endif
