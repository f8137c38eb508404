/* markdown.c - documents as GitHub's Markdown.  Contract: render/outputs.h. */
#include "render/outputs.h"

#include "render/escape.h"

#include <string.h>

static void escape_inner(cbk_buffer *out, const char *text)
{
    cbk_escape_markdown(out, text, false);
}

/* Emphasis around nothing would be read as asterisks. */
static void wrapped_in(cbk_buffer *out, const char *fence, const char *text)
{
    if (*text != '\0') {
        cbk_buffer_add(out, fence);
        escape_inner(out, text);
        cbk_buffer_add(out, fence);
    }
}

/* The address goes between angle brackets, where only these few would end it. */
static void link_write(cbk_buffer *out, const cbk_span *span)
{
    cbk_buffer_add(out, "[");
    escape_inner(out, span->text);
    cbk_buffer_add(out, "](<");
    cbk_buffer target = {0};
    cbk_escape_plain(&target, span->target);
    for (size_t i = 0; i < target.size; i++) {
        const char c = target.bytes[i];
        if (strchr(" <>\\|\n", c) != NULL) {
            cbk_buffer_addf(out, "%%%02X", (unsigned)c);
        } else {
            cbk_buffer_add_bytes(out, &c, 1);
        }
    }
    out->is_failed = out->is_failed || target.is_failed;
    cbk_buffer_free(&target);
    cbk_buffer_add(out, ">)");
}

static void span_write(cbk_buffer *out, const cbk_span *span, bool in_cell, bool at_start)
{
    switch (span->kind) {
    case CBK_SPAN_TEXT:
    case CBK_SPAN_NUMBER:
        cbk_escape_markdown(out, span->text, at_start);
        break;
    case CBK_SPAN_STRONG:
    case CBK_SPAN_MARK:
        wrapped_in(out, "**", span->text);
        break;
    case CBK_SPAN_EMPHASIS:
        wrapped_in(out, "*", span->text);
        break;
    case CBK_SPAN_CODE:
        cbk_escape_markdown_code(out, span->text, in_cell);
        break;
    case CBK_SPAN_LINK:
        if (cbk_link_is_safe(span->target)) {
            link_write(out, span);
        } else {
            cbk_escape_markdown(out, span->text, at_start);
        }
        break;
    case CBK_SPAN_FLAG:
        cbk_escape_markdown(out, span->text, at_start);
        wrapped_in(out, "**", span->sign != NULL ? span->sign : "");
        break;
    case CBK_SPAN_BREAK:
        cbk_buffer_add(out, "<br>");
        break;
    }
}

static void run_write(cbk_buffer *out, const cbk_text_run *run, bool in_cell)
{
    for (const cbk_span *span = run->first; span != NULL; span = span->next) {
        span_write(out, span, in_cell, !in_cell && span == run->first);
    }
}

static void row_write(cbk_buffer *out, const cbk_cell *cells, size_t n)
{
    for (size_t i = 0; i < n; i++) {
        cbk_buffer_add(out, i > 0 ? " | " : "| ");
        cbk_buffer_add(out, cells[i].indent > 0 ? "&nbsp;&nbsp;" : "");
        run_write(out, &cells[i].run, true);
    }
    cbk_buffer_add(out, " |\n");
}

static void caption(cbk_buffer *out, const char *word, const char *number,
                    const char *title)
{
    if (number != NULL || (title != NULL && title[0] != '\0')) {
        cbk_buffer_add(out, "**");
        cbk_output_caption(out, word, number, title, escape_inner);
        cbk_buffer_add(out, "**\n\n");
    }
}

static void notes(cbk_buffer *out, const cbk_text_run *note, size_t n)
{
    for (size_t i = 0; i < n; i++) {
        cbk_buffer_add(out, "\n");
        run_write(out, &note[i], false);
        cbk_buffer_add(out, "\n");
    }
}

static void table(cbk_buffer *out, const cbk_table_block *block)
{
    static const char *const rules[] = {
        [CBK_ALIGN_LEFT] = ":---",
        [CBK_ALIGN_RIGHT] = "---:",
        [CBK_ALIGN_CENTRE] = ":---:",
    };
    caption(out, "Table", block->number, block->title);
    row_write(out, block->header, block->n_columns);
    for (size_t i = 0; i < block->n_columns; i++) {
        cbk_buffer_addf(out, "%s%s", i > 0 ? " | " : "| ", rules[block->align[i]]);
    }
    cbk_buffer_add(out, " |\n");
    for (size_t row = 0; row < block->n_rows; row++) {
        row_write(out, block->cells + row * block->n_columns, block->n_columns);
    }
    notes(out, block->notes, block->n_notes);
    if (block->abbreviations != NULL) {
        cbk_buffer_add(out, "\n");
        cbk_escape_markdown(out, block->abbreviations, true);
        cbk_buffer_add(out, "\n");
    }
}

static void figure(cbk_buffer *out, const cbk_figure_block *block)
{
    caption(out, "Figure", block->number,
            block->title != NULL ? block->title : block->drawing->title);
    cbk_escape_markdown(out, block->drawing->description, true);
    cbk_buffer_add(out, "\n");
    notes(out, block->notes, block->n_notes);
}

static void noted(cbk_buffer *out, const cbk_noted_block *block)
{
    if (block->table != NULL) {
        table(out, block->table);
    } else {
        const char *lead = block->is_item ? "- " : "";
        cbk_buffer_addf(out, "%.*s%s", block->level, "####",
                        block->level > 0 ? " " : lead);
        run_write(out, &block->run, false);
        cbk_buffer_add(out, "\n");
    }
    for (size_t i = 0; i < block->n_notes; i++) {
        cbk_buffer_add(out, "\n> ");
        run_write(out, &block->notes[i].run, false);
        cbk_buffer_add(out, "\n");
    }
}

static void block_write(cbk_buffer *out, const cbk_block *block)
{
    switch (block->kind) {
    case CBK_BLOCK_HEADING:
        cbk_buffer_addf(out, "%.*s ", block->level, "####");
        run_write(out, &block->run, false);
        cbk_buffer_add(out, "\n");
        break;
    case CBK_BLOCK_ITEM:
        cbk_buffer_add(out, "- ");
        run_write(out, &block->run, false);
        cbk_buffer_add(out, "\n");
        break;
    case CBK_BLOCK_PARAGRAPH:
        run_write(out, &block->run, false);
        cbk_buffer_add(out, "\n");
        break;
    case CBK_BLOCK_TABLE:
        table(out, block->table);
        break;
    case CBK_BLOCK_FIGURE:
        figure(out, block->figure);
        break;
    case CBK_BLOCK_NOTED:
        noted(out, block->noted);
        break;
    }
}

void cbk_output_markdown_blocks(const cbk_document *document, cbk_buffer *out)
{
    const cbk_block *before = NULL;
    for (const cbk_block *block = document->first; block != NULL; block = block->next) {
        const bool continues_list = before != NULL && before->kind == CBK_BLOCK_ITEM &&
                                    block->kind == CBK_BLOCK_ITEM;
        cbk_buffer_add(out, continues_list ? "" : "\n");
        block_write(out, block);
        before = block;
    }
}

void cbk_output_markdown(const cbk_document *document, cbk_buffer *out)
{
    cbk_buffer_add(out, "# ");
    escape_inner(out, document->title);
    cbk_buffer_add(out, "\n");
    if (document->subtitle != NULL) {
        cbk_buffer_add(out, "\n");
        wrapped_in(out, "*", document->subtitle);
        cbk_buffer_add(out, "\n");
    }
    cbk_output_markdown_blocks(document, out);
    if (document->footer != NULL) {
        cbk_buffer_add(out, "\n---\n\n");
        cbk_escape_markdown(out, document->footer, true);
        cbk_buffer_add(out, "\n");
    }
}
