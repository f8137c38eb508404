/* claims/source_values.h - a claim beside what another source says of its values. */
#ifndef CLAIMS_SOURCE_VALUES_H
#define CLAIMS_SOURCE_VALUES_H

#include "claims/verdict.h"

enum { CBK_SOURCE_VALUES_SHOWN = 3 };

/* What the question would give with each value of another source that nobody has decided
 * about, as sentences: where it is what is stated (agrees: of a claim that does not
 * reproduce), or where it is not (of one that does).  No sentence where SQL asks another
 * form within itself.  Errors: CBK_ENOMEM. */
cbk_status cbk_sources_say(cbk_study *study, cbk_asked *asked, const cbk_stated *said,
                           const char *text, bool agrees, cbk_arena *arena,
                           const char *sentences[CBK_SOURCE_VALUES_SHOWN], size_t *n,
                           cbk_error *err);

#endif
