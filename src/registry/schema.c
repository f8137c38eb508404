/* schema.c - the list of a casebook file's own tables.  Contract: schema.h. */
#include "registry/schema.h"

#define N(array) (sizeof(array) / sizeof((array)[0]))

static const cbk_schema_column file_columns[] = {
    {"id", "INTEGER PRIMARY KEY CHECK(id = 1)", "always 1"},
    {"uuid", "TEXT NOT NULL", "names the file for ever; a copy has the same"},
    {"changes", "INTEGER NOT NULL UNIQUE",
     "cells changed since the file was made, counted by triggers on the tables of cells"},
    {"audited",
     "INTEGER NOT NULL REFERENCES casebook_file(changes) DEFERRABLE INITIALLY DEFERRED",
     "the same, counted by a trigger on `casebook_audit`; a commit that leaves the two "
     "different is refused"},
};

static const cbk_schema_column transaction_columns[] = {
    {"number", "INTEGER PRIMARY KEY", "from 1, without gaps"},
    {"first_change", "INTEGER NOT NULL", "`seq` of its first row of `casebook_audit`"},
    {"n_changes", "INTEGER NOT NULL", "how many rows it has there; 0 is possible"},
    {"at_us", "INTEGER NOT NULL", "UTC, microseconds since 1970-01-01"},
    {"boot_id", "TEXT", "which start of the machine `monotonic_ns` counts from"},
    {"monotonic_ns", "INTEGER", "a clock that nobody can set, nanoseconds"},
    {"actor", "TEXT NOT NULL", "the account that did it"},
    {"actor_name", "TEXT", "the account's name as printed"},
    {"host", "TEXT", "on which machine"},
    {"origin", "TEXT NOT NULL", "through which door: `cli`"},
    {"program", "TEXT NOT NULL", "program and version"},
    {"action", "TEXT NOT NULL",
     "`new`, `import`, `edit`, `protocol`, `freeze`, `unfreeze`, `lock`, `export`"},
    {"reason", "TEXT", "why"},
    {"detail", "TEXT", "with what: a file and its SHA-256, a scope, a name"},
    {"hash", "BLOB NOT NULL", "seals the transaction; see the chain"},
};

static const cbk_schema_column audit_columns[] = {
    {"seq", "INTEGER PRIMARY KEY", "from 1, without gaps"},
    {"txn", "INTEGER NOT NULL", "`number` of its transaction"},
    {"action", "TEXT NOT NULL",
     "`create` and `delete` of a record (`field` is NULL), `set` of a cell"},
    {"form", "TEXT NOT NULL", "the table"},
    {"record", "TEXT NOT NULL", "the key, or key/n"},
    {"field", "TEXT", "the column, by the name it had then"},
    {"old", "ANY", "the value before; NULL: none, or missing"},
    {"old_missing", "TEXT", "the code of its kind where it was missing"},
    {"old_salt", "BLOB", "16 random bytes; NULL where there was no value"},
    {"old_commit", "BLOB", "SHA-256 of salt and value"},
    {"new", "ANY", "the value after"},
    {"new_missing", "TEXT", "as before"},
    {"new_salt", "BLOB", "as before"},
    {"new_commit", "BLOB", "as before"},
    {"hash", "BLOB NOT NULL", "see the chain"},
};

static const cbk_schema_column protocol_columns[] = {
    {"version", "INTEGER PRIMARY KEY", "from 1; the highest is in force"},
    {"text", "TEXT NOT NULL", "the protocol.yaml of that version, whole"},
};

static const cbk_schema_column form_columns[] = {
    {"id", "INTEGER PRIMARY KEY", "from 1; the first is the form of the patients"},
    {"form", "TEXT NOT NULL", "its name and that of its table"},
    {"key_column", "TEXT NOT NULL", "the column that identifies the patient"},
    {"repeats", "INTEGER NOT NULL", "1: many rows a patient, counted by the column `n`"},
    {"retired", "INTEGER NOT NULL", "1: no longer in the protocol; its rows stay"},
};

static const cbk_schema_column field_columns[] = {
    {"id", "INTEGER PRIMARY KEY", "from 1; the order of the columns in their tables"},
    {"form", "TEXT NOT NULL", "the table it is a column of"},
    {"field", "TEXT NOT NULL", "its name and that of its column"},
    {"storage", "TEXT NOT NULL", "`TEXT`, `INTEGER` or `REAL`, the column's type"},
    {"retired", "INTEGER NOT NULL", "1: no longer in the protocol; its values stay"},
};

static const cbk_schema_column missing_columns[] = {
    {"form", "TEXT NOT NULL", "the table"},
    {"record", "TEXT NOT NULL", "the record"},
    {"field", "TEXT NOT NULL", "the column, where the value is NULL"},
    {"code", "TEXT NOT NULL",
     "the protocol's code; a NULL that is not listed here was not recorded"},
};

static const cbk_schema_column source_columns[] = {
    {"id", "INTEGER PRIMARY KEY", "from 1"},
    {"form", "TEXT NOT NULL", "what it speaks of: the table,"},
    {"record", "TEXT NOT NULL", "the record"},
    {"field", "TEXT NOT NULL", "and the column"},
    {"value", "TEXT", "what the source says, as it says it; NULL: that nothing is there"},
    {"source", "TEXT NOT NULL", "who says so"},
    {"resolution", "TEXT", "what was decided; NULL: nothing yet"},
    {"reason", "TEXT", "why"},
};

static const cbk_schema_column freeze_columns[] = {
    {"scope", "TEXT PRIMARY KEY NOT NULL",
     "`database`, `form patient` or `record patient 3`: what cannot be changed"},
    {"form", "TEXT", "the form of the scope"},
    {"record", "TEXT", "the record of the scope"},
};

static const cbk_schema_column lock_columns[] = {
    {"name", "TEXT PRIMARY KEY NOT NULL", "\"submission 1\""},
    {"txn", "INTEGER NOT NULL", "the last transaction that belongs to it"},
    {"hash", "TEXT NOT NULL", "that transaction's hash, hexadecimal"},
};

#define COLUMNS(array) .n_columns = N(array), .columns = (array)

static const cbk_schema_table tables[] = {
    {.name = "casebook_file",
     .says = "one row: the file itself",
     .tail = ") STRICT",
     COLUMNS(file_columns)},
    {.name = "casebook_transaction",
     .says = "one row for each thing that was done: who, when, why; in the order of time",
     .tail = ") STRICT",
     COLUMNS(transaction_columns)},
    {.name = "casebook_audit",
     .says = "one row for each cell that changed: old and new",
     .tail = ") STRICT",
     COLUMNS(audit_columns)},
    {.name = CBK_TABLE_FORM,
     .says = "the forms",
     .is_data = true,
     .is_sealed = true,
     .tail = ") STRICT",
     COLUMNS(form_columns)},
    {.name = CBK_TABLE_FIELD,
     .says = "the fields of the forms",
     .is_data = true,
     .is_sealed = true,
     .tail = ") STRICT",
     COLUMNS(field_columns)},
    {.name = CBK_TABLE_PROTOCOL,
     .says = "every protocol the study has had",
     .is_data = true,
     .is_sealed = true,
     .tail = ") STRICT",
     COLUMNS(protocol_columns)},
    {.name = "casebook_missing",
     .says = "why a value is missing, where the record says so",
     .tail = ", PRIMARY KEY(form, record, field)) STRICT, WITHOUT ROWID",
     COLUMNS(missing_columns)},
    {.name = CBK_TABLE_SOURCE,
     .says = "what another source says of a cell, and how a conflict was resolved",
     .is_data = true,
     .is_sealed = true,
     .tail = ") STRICT",
     COLUMNS(source_columns)},
    {.name = CBK_TABLE_FREEZE,
     .says = "what is frozen",
     .is_data = true,
     .tail = ") STRICT",
     COLUMNS(freeze_columns)},
    {.name = CBK_TABLE_LOCK,
     .says = "states of the data that have a name",
     .is_data = true,
     .tail = ") STRICT",
     COLUMNS(lock_columns)},
};

const cbk_schema_table *cbk_schema_tables(size_t *n)
{
    *n = N(tables);
    return tables;
}
