/* study/sql/sql_text.h - names and text made safe to put into an expression, for rooms
 * that may not see the registry.
 */
#ifndef STUDY_SQL_TEXT_H
#define STUDY_SQL_TEXT_H

#include <casebook/base.h>

/* The name in double quotes, inner ones doubled; a plain lower-case word stays as it is,
 * so that expressions read as people write them. */
const char *cbk_sql_name(cbk_arena *arena, const char *name);

/* The text in single quotes, inner ones doubled. */
const char *cbk_sql_text(cbk_arena *arena, const char *text);

#endif
