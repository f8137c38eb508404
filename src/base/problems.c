/* problems.c - collecting the mistakes of files.  Contract: casebook/base.h. */
#include "base/text.h"

#include <assert.h>

void cbk_problems_add(cbk_problems *problems, cbk_place place, const char *format, ...)
{
    assert(problems->arena != NULL);
    const size_t i = problems->n_found++;
    if (i >= CBK_PROBLEMS_MAX) {
        return;
    }
    va_list args;
    va_start(args, format);
    const char *message = cbk_text_vformat(problems->arena, format, args);
    va_end(args);
    if (message == NULL) {
        message = "There is no memory left to describe this mistake.";
    }
    if (place.file != NULL) {
        place.file = cbk_text_copy(problems->arena, place.file);
    }
    problems->kept[i] = (cbk_problem){.place = place, .message = message};
}
