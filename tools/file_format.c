/* file_format.c - the tables of a casebook file, as docs/file-format.md lists them.
 *
 *   file_format PAGE            is the list in the page the one of the program? (TAP)
 *   file_format --write PAGE    puts it there
 */
#include "registry/schema.h"

#include "base/file.h"
#include "base/text.h"

#include <stdio.h>
#include <string.h>

static const char *const begin = "<!-- tables: made by tools/file_format.c -->\n";
static const char *const end = "<!-- end of tables -->\n";

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

/* The page with the list as it ought to be; false when it has no place for it. */
static bool renew(const char *page, cbk_buffer *out)
{
    const char *from = strstr(page, begin);
    const char *to = from != NULL ? strstr(from, end) : NULL;
    if (to == NULL) {
        return false;
    }
    from += strlen(begin);
    cbk_buffer_add_bytes(out, page, (size_t)(from - page));
    add_tables(out);
    cbk_buffer_add(out, to);
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
        printf("1..1\n%sok 1 - %s lists the tables that the program makes\n",
               is_fine ? "" : "not ", path);
    }
    cbk_buffer_free(&fresh);
    cbk_arena_destroy(arena);
    return is_fine ? 0 : 1;
}
