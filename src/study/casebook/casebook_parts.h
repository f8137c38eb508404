/* study/casebook/casebook_parts.h - what the files casebook_*.c share: changes being
 * gathered, and the protocol as a file.
 */
#ifndef STUDY_CASEBOOK_PARTS_H
#define STUDY_CASEBOOK_PARTS_H

#include "study/casebook/casebook.h"

/* A recorded value for the file: a missing one by the code of its kind. */
cbk_file_cell cbk_cell_of(const cbk_field *field, const cbk_recorded *value);

/* Changes being gathered; failures are the arena's to remember. */
typedef struct cbk_changes {
    cbk_arena *arena;
    size_t n;
    size_t capacity;
    cbk_change *all;
} cbk_changes;

cbk_change *cbk_changes_add(cbk_changes *changes);
/* Copies the cells; fields stay the caller's. */
void cbk_changes_create(cbk_changes *changes, const char *table, const char *record,
                        const char *const *fields, const cbk_file_cell *cells, size_t n);

/* Rows of the file's own tables. */
void cbk_changes_add_form(cbk_changes *changes, size_t id, const cbk_protocol *protocol,
                          const cbk_form *form);
void cbk_changes_add_field(cbk_changes *changes, size_t id, const char *form,
                           const cbk_field *field);
void cbk_changes_add_protocol(cbk_changes *changes, size_t version, const char *text);

typedef struct cbk_protocol_file {
    const char *text;
    const char *detail; /* "protocol.yaml sha256 …" */
    const cbk_protocol *protocol;
} cbk_protocol_file;

/* Reads a protocol and compiles all its SQL. */
cbk_status cbk_protocol_read(const char *path, cbk_arena *arena, cbk_problems *problems,
                             cbk_protocol_file *out, cbk_error *err);

#endif
