/* survival_text.c - a survival time as it is printed: "36" is an event at 36, "132+" is
 * censored at 132, "76+other_cause" there by a competing event, "(12,36]" and "(12,36+]"
 * enter at 12.
 */
#include "study/internal.h"

#include "base/text.h"

#include <string.h>

/* Reads the number in text[0..size). */
static bool parse_part(const char *text, size_t size, double *out)
{
    char part[CBK_NUMBER_SIZE];
    if (size == 0 || size >= sizeof part) {
        return false;
    }
    memcpy(part, text, size);
    part[size] = '\0';
    return cbk_number_parse(part, false, out);
}

bool cbk_survival_parse(const char *text, cbk_survival_time *out)
{
    *out = (cbk_survival_time){0};
    size_t size = strlen(text);
    if (size > 0 && text[0] == '(') {
        const char *comma = strchr(text, ',');
        if (comma == NULL || text[size - 1] != ']' ||
            !parse_part(text + 1, (size_t)(comma - text) - 1, &out->entry)) {
            return false;
        }
        size -= (size_t)(comma - text) + 2;
        text = comma + 1;
    }
    const char *plus = memchr(text, '+', size);
    out->is_event = plus == NULL;
    if (plus != NULL) {
        out->competing = plus + 1;
        out->n_competing = size - (size_t)(plus - text) - 1;
        size = (size_t)(plus - text);
    }
    return parse_part(text, size, &out->time) && out->time >= 0.0;
}

const char *cbk_survival_print(const cbk_survival_time *value, cbk_arena *arena)
{
    char time[CBK_NUMBER_SIZE];
    char entry[CBK_NUMBER_SIZE];
    cbk_number_shortest(value->time, time);
    const char *plus = value->is_event ? "" : "+";
    const char *competing = value->n_competing > 0 ? value->competing : "";
    const int size = (int)value->n_competing;
    if (value->entry > 0.0) {
        cbk_number_shortest(value->entry, entry);
        return cbk_text_format(arena, "(%s,%s%s%.*s]", entry, time, plus, size,
                               competing);
    }
    return cbk_text_format(arena, "%s%s%.*s", time, plus, size, competing);
}
