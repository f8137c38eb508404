/* file_format.c - the tables of a casebook file and the text of its own schema, as
 * docs/file-format.md has them.
 *
 *   file_format PAGE            are those of the page the program's? (TAP)
 *   file_format --write PAGE    puts them there
 */
#include "registry/schema.h"

#include "base/file.h"
#include "base/hash.h"
#include "base/text.h"

#include <stdio.h>
#include <string.h>

/* A part of the page that this program makes, between two lines of it. */
typedef struct part {
    const char *begin;
    const char *end;
    void (*add)(cbk_buffer *out);
} part;

static void add_tables(cbk_buffer *out)
{
    size_t n = 0;
    const cbk_schema_table *tables = cbk_schema_tables(&n);
    for (size_t i = 0; i < n; i++) {
        const cbk_schema_table *table = &tables[i];
        cbk_buffer_addf(out, "\n### %s\n\n%s%s.\n\n| column | type | |\n|---|---|---|\n",
                        table->name, table->says,
                        table->is_data ? " (a table of cells)" : "");
        for (size_t k = 0; k < table->n_columns; k++) {
            cbk_buffer_addf(out, "| `%s` | `%s` | %s |\n", table->columns[k].name,
                            table->columns[k].definition, table->columns[k].says);
        }
        if (strncmp(table->tail, ", ", 2) == 0) {
            cbk_buffer_addf(out, "\n`%.*s`\n", (int)strcspn(table->tail + 2, ")") + 1,
                            table->tail + 2);
        }
    }
    cbk_buffer_add(out, "\n");
}

/* A text or NULL as the chain writes a field. */
static void add_field(cbk_buffer *out, const char *text)
{
    const size_t size = text != NULL ? strlen(text) : 0;
    const char head[5] = {1, (char)(size >> 24), (char)(size >> 16), (char)(size >> 8),
                          (char)size};
    cbk_buffer_add_bytes(out, text != NULL ? head : "\0", text != NULL ? sizeof head : 1);
    cbk_buffer_add_bytes(out, text, size);
}

static void add_schema_of(sqlite3 *database, cbk_buffer *out)
{
    cbk_buffer hashed = {0};
    char hex[CBK_HASH_HEX_SIZE] = "";
    sqlite3_stmt *row = NULL;
    bool is_fine = cbk_schema_create(database) == SQLITE_OK &&
                   sqlite3_prepare_v2(database,
                                      "SELECT type, name, tbl_name, sql FROM "
                                      "sqlite_schema ORDER BY type, name",
                                      -1, &row, NULL) == SQLITE_OK;
    cbk_buffer_add(out, "\n```sql\n");
    while (is_fine && sqlite3_step(row) == SQLITE_ROW) {
        const char *sql = (const char *)sqlite3_column_text(row, 3);
        if (sql != NULL) {
            cbk_buffer_addf(out, "%s;\n", sql);
        }
        for (int i = 0; i < 4; i++) {
            add_field(&hashed, (const char *)sqlite3_column_text(row, i));
        }
    }
    cbk_sha256_hex(hashed.bytes, hashed.size, hex);
    cbk_buffer_addf(out, "```\n\nThe hash is\n`%s`.\n\n", hex);
    out->is_failed = out->is_failed || hashed.is_failed;
    cbk_buffer_free(&hashed);
    (void)sqlite3_finalize(row);
}

static void add_schema(cbk_buffer *out)
{
    sqlite3 *database = NULL;
    if (sqlite3_open(":memory:", &database) == SQLITE_OK) {
        add_schema_of(database, out);
    }
    (void)sqlite3_close(database);
}

static const part parts[] = {
    {"<!-- tables: made by tools/file_format.c -->\n", "<!-- end of tables -->\n",
     add_tables},
    {"<!-- schema: made by tools/file_format.c -->\n", "<!-- end of schema -->\n",
     add_schema},
};

/* The page with its parts as they ought to be; false when it has no place for one. */
static bool renew(const char *page, cbk_buffer *out)
{
    for (size_t i = 0; i < sizeof parts / sizeof parts[0]; i++) {
        const char *from = strstr(page, parts[i].begin);
        const char *to = from != NULL ? strstr(from, parts[i].end) : NULL;
        if (to == NULL) {
            return false;
        }
        from += strlen(parts[i].begin);
        cbk_buffer_add_bytes(out, page, (size_t)(from - page));
        parts[i].add(out);
        page = to;
    }
    cbk_buffer_add(out, page);
    return !out->is_failed;
}

int main(int argc, char **argv)
{
    const bool is_written = argc == 3 && strcmp(argv[1], "--write") == 0;
    const char *path = argc > 1 ? argv[argc - 1] : "docs/file-format.md";
    cbk_arena *arena = cbk_arena_create(NULL, SIZE_MAX);
    cbk_buffer fresh = {0};
    const char *page = NULL;
    size_t size = 0;
    cbk_error err = {.message = ""};
    bool is_fine =
        arena != NULL &&
        cbk_file_read(path, SIZE_MAX / 2, arena, &page, &size, &err) == CBK_OK &&
        renew(page, &fresh);
    if (is_fine && is_written) {
        is_fine = cbk_file_write(path, fresh.bytes, fresh.size, &err) == CBK_OK;
    } else {
        is_fine = is_fine && strcmp(page, fresh.bytes) == 0;
        printf("1..1\n%sok 1 - %s has the tables and the schema that the program makes\n",
               is_fine ? "" : "not ", path);
    }
    cbk_buffer_free(&fresh);
    cbk_arena_destroy(arena);
    return is_fine ? 0 : 1;
}
