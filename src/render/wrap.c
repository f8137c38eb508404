/* wrap.c - breaking text into lines.  Contract: render/wrap.h. */
#include "render/wrap.h"

#include "document/characters.h"

#include <assert.h>
#include <string.h>

static void finish(cbk_line *line, const char *start, const char *end)
{
    while (end > start && end[-1] == ' ') {
        end--;
    }
    const size_t size = (size_t)(end - start);
    *line = (cbk_line){
        .start = start, .size = size, .columns = cbk_text_columns(start, size)};
}

/* Whether the space stands beside "=": "n = 5" is broken only where nothing else is. */
static bool is_beside_equals(const char *start, const char *space)
{
    return space[1] == '=' || (space > start && space[-1] == '=');
}

bool cbk_wrap_next(const char **rest, size_t width, cbk_line *line)
{
    assert(width >= 2); /* room for the widest character */
    const char *start = *rest;
    if (start == NULL) {
        return false;
    }
    const char *space = NULL; /* the last place to break at */
    bool is_good = false;
    size_t columns = 0;
    for (const char *at = start;;) {
        if (*at == '\0' || *at == '\n') {
            *rest = *at == '\n' ? at + 1 : NULL;
            finish(line, start, at);
            return true;
        }
        if (*at == ' ' && (!is_good || !is_beside_equals(start, at))) {
            space = at;
            is_good = at > start && !is_beside_equals(start, at);
        }
        const char *next = at;
        columns += cbk_character_columns(cbk_character_next(&next));
        if (columns > width && *at != ' ') {
            const char *end = space != NULL && space > start ? space : at;
            *rest = end + strspn(end, " ");
            finish(line, start, end);
            return true;
        }
        at = next;
    }
}

void cbk_wrap_measure(const char *text, size_t *longest_line, size_t *longest_word)
{
    *longest_line = 0;
    *longest_word = 0;
    while (*text != '\0') {
        const size_t line = cbk_text_columns(text, strcspn(text, "\n"));
        *longest_line = line > *longest_line ? line : *longest_line;
        const char *end = text + strcspn(text, "\n");
        while (text < end) {
            const size_t length = strcspn(text, " \n");
            const size_t word = cbk_text_columns(text, length);
            *longest_word = word > *longest_word ? word : *longest_word;
            text += length + (text + length < end ? 1 : 0);
        }
        text += *text == '\n' ? 1 : 0;
    }
}
