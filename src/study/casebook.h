/* study/casebook.h - a study in a casebook file: how the protocol makes its tables, how
 * data files come in, how records are changed, and the study that commands read from it.
 */
#ifndef STUDY_CASEBOOK_H
#define STUDY_CASEBOOK_H

#include "registry/casebook.h"
#include "study/records.h"

/* The study as the file holds it, read into memory; the file may be closed afterwards.
 * name, as the user wrote it, stands in messages and reports and is the arena's.
 * Errors: as of cbk_study_open(). */
cbk_status cbk_study_of_casebook(cbk_casebook *casebook, const char *name,
                                 cbk_arena *arena, cbk_problems *problems,
                                 cbk_study **out, cbk_error *err);

/* Makes the tables of the protocol in a file opened with CBK_CASEBOOK_CREATE.
 * Errors: CBK_EDATA (mistakes in the protocol: problems), and those of reading and of
 * cbk_casebook_commit(). */
cbk_status cbk_casebook_start(cbk_casebook *casebook, const char *protocol_path,
                              cbk_arena *arena, cbk_problems *problems, cbk_error *err);

#endif
