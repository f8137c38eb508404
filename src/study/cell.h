/* study/cell.h - one cell of a file against the field it belongs to. */
#ifndef STUDY_CELL_H
#define STUDY_CELL_H

#include "exchange/csv.h"
#include "registry/registry.h"
#include "study/records.h"

enum { CBK_CELL_BYTES_MAX = 1 << 20 }; /* of text, and of a key */

/* Reads a cell.  An empty cell or a declared code is missing, and its kind is kept.  A
 * cell that the field cannot hold is a problem at `place`: what was found, what is
 * allowed. */
void cbk_cell_read(const cbk_csv *csv, const cbk_field *field, const char *cell,
                   cbk_place place, cbk_arena *arena, cbk_problems *problems,
                   cbk_recorded *out);

/* How the database holds a field of that type. */
cbk_storage cbk_field_storage(cbk_field_type type);

#endif
