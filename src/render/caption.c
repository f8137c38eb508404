/* caption.c - the line above a table or a figure, the same in every format. */
#include "render/outputs.h"

void cbk_output_caption(cbk_buffer *out, const char *word, const char *number,
                        const char *title, void (*escape)(cbk_buffer *, const char *))
{
    const bool is_titled = title != NULL && title[0] != '\0';
    if (number != NULL) {
        cbk_buffer_addf(out, "%s ", word);
        escape(out, number);
        cbk_buffer_add(out, is_titled ? ". " : ".");
    }
    if (is_titled) {
        escape(out, title);
    }
}
