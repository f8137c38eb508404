/* text.c - documents for a terminal.  Contract: render/outputs.h. */
#include "render/outputs.h"

#include "render/escape.h"
#include "render/wrap.h"

static void repeat(cbk_buffer *out, char mark, size_t n)
{
    for (size_t i = 0; i < n; i++) {
        cbk_buffer_add_bytes(out, &mark, 1);
    }
}

/* Lines of text, the first after `lead`, the others indented as far; returns the columns
 * of the longest. */
static size_t wrapped(cbk_buffer *out, const char *text, size_t columns, const char *lead)
{
    cbk_buffer clean = {0};
    cbk_escape_plain(&clean, text);
    out->is_failed = out->is_failed || clean.is_failed;
    const char *rest = clean.bytes != NULL ? clean.bytes : "";
    size_t indent = 0;
    size_t longest = 0;
    for (; lead[indent] != '\0'; indent++) {
    }
    cbk_line line;
    for (bool is_first = true; cbk_wrap_next(&rest, columns - indent, &line);
         is_first = false) {
        if (is_first) {
            cbk_buffer_add(out, lead);
        } else if (line.size > 0) {
            repeat(out, ' ', indent);
        }
        cbk_buffer_add_bytes(out, line.start, line.size);
        cbk_buffer_add(out, "\n");
        longest = line.columns > longest ? line.columns : longest;
    }
    cbk_buffer_free(&clean);
    return longest;
}

static void wrapped_run(cbk_buffer *out, const cbk_text_run *run, size_t columns,
                        const char *lead, cbk_arena *scratch)
{
    const cbk_mark before = cbk_arena_mark(scratch);
    const char *plain = cbk_run_plain(run, scratch);
    if (plain != NULL) {
        (void)wrapped(out, plain, columns, lead);
        cbk_arena_release(scratch, before);
    }
}

static void underlined(cbk_buffer *out, const char *text, size_t columns, char mark)
{
    const size_t longest = wrapped(out, text, columns, "");
    repeat(out, mark, longest);
    cbk_buffer_add(out, longest > 0 ? "\n" : "");
}

static void heading(cbk_buffer *out, const cbk_block *block, size_t columns,
                    cbk_arena *scratch)
{
    const char *plain = cbk_run_plain(&block->run, scratch);
    if (plain != NULL) {
        underlined(out, plain, columns, block->level <= 2 ? '-' : '~');
    }
}

static void caption(cbk_buffer *out, const char *word, const char *number,
                    const char *title, size_t columns)
{
    cbk_buffer line = {0};
    cbk_output_caption(&line, word, number, title, cbk_escape_plain);
    out->is_failed = out->is_failed || line.is_failed;
    if (line.size > 0) {
        (void)wrapped(out, line.bytes, columns, "");
    }
    cbk_buffer_free(&line);
}

static void notes(cbk_buffer *out, const cbk_text_run *note, size_t n, size_t columns,
                  cbk_arena *scratch)
{
    for (size_t i = 0; i < n; i++) {
        wrapped_run(out, &note[i], columns, "", scratch);
    }
}

static void table(cbk_buffer *out, const cbk_table_block *block, size_t columns,
                  cbk_arena *scratch)
{
    caption(out, "Table", block->number, block->title, columns);
    const cbk_mark before = cbk_arena_mark(scratch);
    cbk_output_text_table(block, columns, scratch, out);
    if (cbk_arena_has_failed(scratch)) {
        return;
    }
    cbk_arena_release(scratch, before);
    notes(out, block->notes, block->n_notes, columns, scratch);
    if (block->abbreviations != NULL) {
        (void)wrapped(out, block->abbreviations, columns, "");
    }
}

static void figure(cbk_buffer *out, const cbk_figure_block *block, size_t columns,
                   cbk_arena *scratch)
{
    caption(out, "Figure", block->number,
            block->title != NULL ? block->title : block->drawing->title, columns);
    if (block->drawing->description[0] != '\0') {
        (void)wrapped(out, block->drawing->description, columns, "");
    }
    notes(out, block->notes, block->n_notes, columns, scratch);
}

static void noted(cbk_buffer *out, const cbk_noted_block *block, size_t columns,
                  cbk_arena *scratch)
{
    if (block->table != NULL) {
        table(out, block->table, columns, scratch);
    } else if (block->level > 0) {
        const char *plain = cbk_run_plain(&block->run, scratch);
        if (plain != NULL) {
            underlined(out, plain, columns, block->level == 2 ? '-' : '~');
        }
    } else {
        wrapped_run(out, &block->run, columns, block->is_item ? "- " : "", scratch);
    }
    for (size_t i = 0; i < block->n_notes; i++) {
        wrapped_run(out, &block->notes[i].run, columns, "    ", scratch);
    }
}

static void block_write(cbk_buffer *out, const cbk_block *block, size_t columns,
                        cbk_arena *scratch)
{
    switch (block->kind) {
    case CBK_BLOCK_HEADING:
        heading(out, block, columns, scratch);
        break;
    case CBK_BLOCK_PARAGRAPH:
        wrapped_run(out, &block->run, columns, "", scratch);
        break;
    case CBK_BLOCK_ITEM:
        wrapped_run(out, &block->run, columns, "- ", scratch);
        break;
    case CBK_BLOCK_TABLE:
        table(out, block->table, columns, scratch);
        break;
    case CBK_BLOCK_FIGURE:
        figure(out, block->figure, columns, scratch);
        break;
    case CBK_BLOCK_NOTED:
        noted(out, block->noted, columns, scratch);
        break;
    }
}

void cbk_output_text(const cbk_document *document, size_t columns, cbk_arena *scratch,
                     cbk_buffer *out)
{
    if (document->title[0] != '\0') {
        underlined(out, document->title, columns, '=');
    }
    if (document->subtitle != NULL) {
        (void)wrapped(out, document->subtitle, columns, "");
    }
    const cbk_block *before = NULL;
    for (const cbk_block *block = document->first; block != NULL; block = block->next) {
        const bool continues_list = before != NULL && before->kind == CBK_BLOCK_ITEM &&
                                    block->kind == CBK_BLOCK_ITEM;
        cbk_buffer_add(out, out->size > 0 && !continues_list ? "\n" : "");
        block_write(out, block, columns, scratch);
        before = block;
    }
    if (document->footer != NULL) {
        cbk_buffer_add(out, out->size > 0 ? "\n" : "");
        (void)wrapped(out, document->footer, columns, "");
    }
}
