/* claims/inverse/inverse_form.h - the numbers that look like one that is stated. */
#ifndef CLAIMS_INVERSE_FORM_H
#define CLAIMS_INVERSE_FORM_H

#include "claims/inverse/inverse_question.h"

/* The numbers that look like the one stated: as many digits before and after the point,
 * and possible for the statistic.  In units of the last digit. */
typedef struct cbk_form_of_number {
    int digits;
    double sign;
    double low, high; /* keys */
    double n;         /* how many there are */
    double stated;
} cbk_form_of_number;

cbk_form_of_number cbk_form_of(const cbk_inverse_question *question,
                               const cbk_stated_number *stated);

/* A value as it would be printed in this form, in units of the last digit. */
double cbk_form_key(const cbk_form_of_number *like, double value, cbk_rounding rounding);

bool cbk_form_has(const cbk_form_of_number *like, double key);

#endif
