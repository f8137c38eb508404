/* sql_text.c - names and text made safe in SQL. */
#include "study/sql/sql_text.h"

#include "base/text.h"
#include "registry/registry.h"

#include <string.h>

static const char *quoted(cbk_arena *arena, const char *text, char quote)
{
    const size_t size = strlen(text);
    char *out = CBK_NEW(arena, char, 2 * size + 3);
    if (out == NULL) {
        return NULL;
    }
    size_t at = 0;
    out[at++] = quote;
    for (size_t i = 0; i < size; i++) {
        if (text[i] == quote) {
            out[at++] = quote;
        }
        out[at++] = text[i];
    }
    out[at] = quote;
    return out;
}

const char *cbk_sql_name(cbk_arena *arena, const char *name)
{
    const bool is_word =
        name[0] >= 'a' && name[0] <= 'z' &&
        name[strspn(name, "abcdefghijklmnopqrstuvwxyz0123456789_")] == '\0';
    if (is_word && !cbk_registry_is_keyword(name)) {
        return cbk_text_copy(arena, name);
    }
    return quoted(arena, name, '"');
}

const char *cbk_sql_text(cbk_arena *arena, const char *text)
{
    return quoted(arena, text, '\'');
}
