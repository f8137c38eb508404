/* claims/source_values.h - a number that follows from the adopted values while another
 * source says otherwise.
 */
#ifndef CLAIMS_SOURCE_VALUES_H
#define CLAIMS_SOURCE_VALUES_H

#include "claims/verdict.h"

enum { CBK_SOURCE_VALUES_SHOWN = 3 };

/* Of a claim that reproduces: what the question would give with each value of another
 * source that nobody has decided about, as sentences, where that is not what is stated.
 * No sentence where SQL asks another form within itself.  Errors: CBK_ENOMEM. */
cbk_status cbk_sources_against(cbk_study *study, cbk_asked *asked, const cbk_stated *said,
                               const char *text, cbk_arena *arena,
                               const char *sentences[CBK_SOURCE_VALUES_SHOWN], size_t *n,
                               cbk_error *err);

#endif
