/* html.c - a document as one HTML page.  Contract: render/outputs.h, render/html.h. */
#include "render/html.h"

#include "render/escape.h"
#include "render/outputs.h"
#include "render/svg.h"

#include <stdio.h>

/* What the page has so far. */
typedef struct page {
    cbk_buffer *out;
    size_t n_headings;
    size_t n_figures;
    int level; /* of the last heading: none is skipped */
} page;

static void head(cbk_buffer *out, const cbk_document *document)
{
    cbk_buffer_add(out, "<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n"
                        "<meta charset=\"utf-8\">\n"
                        "<meta name=\"viewport\" content=\"width=device-width, "
                        "initial-scale=1\">\n"
                        "<meta name=\"color-scheme\" content=\"light dark\">\n"
                        "<meta http-equiv=\"Content-Security-Policy\" "
                        "content=\"default-src 'none'; style-src 'unsafe-inline'\">\n"
                        "<title>");
    cbk_escape_xml(out, document->title);
    cbk_buffer_add(out, "</title>\n<style>\n");
    cbk_svg_style(out);
    cbk_html_style(out, document->paper);
    cbk_buffer_add(out, "</style>\n</head>\n");
}

static void header(cbk_buffer *out, const cbk_document *document)
{
    cbk_buffer_add(out, "<header class=\"title\">\n<h1>");
    cbk_escape_xml(out, document->title);
    cbk_buffer_add(out, "</h1>\n");
    if (document->subtitle != NULL) {
        cbk_buffer_add(out, "<p class=\"subtitle\">");
        cbk_escape_xml(out, document->subtitle);
        cbk_buffer_add(out, "</p>\n");
    }
    if (document->n_provenance > 0) {
        cbk_buffer_add(out, "<p class=\"hint\">Every number is a link: point at it, or "
                            "follow it, to see where it comes from.</p>\n");
    }
    cbk_buffer_add(out, "</header>\n");
}

/* A heading's own id, or one made from its place. */
static void heading_id(cbk_buffer *out, const cbk_block *block, size_t n_before)
{
    if (block->id != NULL) {
        cbk_escape_id(out, block->id);
    } else {
        cbk_buffer_addf(out, "heading-%zu", n_before + 1);
    }
}

static size_t count_sections(const cbk_document *document)
{
    size_t n = document->n_provenance > 0 ? 1 : 0;
    for (const cbk_block *block = document->first; block != NULL; block = block->next) {
        n += block->kind == CBK_BLOCK_HEADING && block->level == 2;
    }
    return n;
}

static void contents(cbk_buffer *out, const cbk_document *document)
{
    cbk_buffer_add(out, "<nav aria-label=\"Contents\">\n<ol>\n");
    size_t n_headings = 0;
    for (const cbk_block *block = document->first; block != NULL; block = block->next) {
        if (block->kind != CBK_BLOCK_HEADING) {
            continue;
        }
        if (block->level == 2) {
            cbk_buffer_add(out, "<li><a href=\"#");
            heading_id(out, block, n_headings);
            cbk_buffer_add(out, "\">");
            cbk_html_run(out, &block->run);
            cbk_buffer_add(out, "</a></li>\n");
        }
        n_headings++;
    }
    if (document->n_provenance > 0) {
        cbk_buffer_add(out, "<li><a href=\"#" CBK_HTML_SOURCES_ID
                            "\">" CBK_HTML_SOURCES_TITLE "</a></li>\n");
    }
    cbk_buffer_add(out, "</ol>\n</nav>\n");
}

static void noted(page *to, const cbk_noted_block *block)
{
    const int level = block->level > to->level + 1 ? to->level + 1 : block->level;
    cbk_html_noted(to->out, block, level);
    to->level = level > 0 ? level : to->level;
}

static void heading(page *to, const cbk_block *block)
{
    const int level = block->level > to->level + 1 ? to->level + 1 : block->level;
    cbk_buffer_addf(to->out, "<h%d id=\"", level);
    heading_id(to->out, block, to->n_headings++);
    cbk_buffer_add(to->out, "\">");
    cbk_html_run(to->out, &block->run);
    cbk_buffer_addf(to->out, "</h%d>\n", level);
    to->level = level;
}

static void figure(page *to, const cbk_figure_block *block)
{
    char id[40];
    (void)snprintf(id, sizeof id, "drawing-%zu", ++to->n_figures);
    cbk_html_figure(to->out, block, id);
}

static void block_write(page *to, const cbk_block *block)
{
    switch (block->kind) {
    case CBK_BLOCK_HEADING:
        heading(to, block);
        break;
    case CBK_BLOCK_PARAGRAPH:
        cbk_buffer_add(to->out, "<p>");
        cbk_html_run(to->out, &block->run);
        cbk_buffer_add(to->out, "</p>\n");
        break;
    case CBK_BLOCK_ITEM:
        cbk_buffer_add(to->out, "<li>");
        cbk_html_run(to->out, &block->run);
        cbk_buffer_add(to->out, "</li>\n");
        break;
    case CBK_BLOCK_TABLE:
        cbk_html_table(to->out, block->table);
        break;
    case CBK_BLOCK_FIGURE:
        figure(to, block->figure);
        break;
    case CBK_BLOCK_NOTED:
        noted(to, block->noted);
        break;
    }
}

/* Neighbouring items make one list. */
static void blocks(cbk_buffer *out, const cbk_document *document)
{
    page to = {.out = out, .level = 1};
    bool is_list = false;
    for (const cbk_block *block = document->first; block != NULL; block = block->next) {
        const bool is_item = block->kind == CBK_BLOCK_ITEM;
        if (is_item != is_list) {
            cbk_buffer_add(out, is_item ? "<ul>\n" : "</ul>\n");
            is_list = is_item;
        }
        block_write(&to, block);
    }
    cbk_buffer_add(out, is_list ? "</ul>\n" : "");
}

void cbk_output_html(const cbk_document *document, cbk_buffer *out)
{
    const bool has_contents = count_sections(document) > 1;
    head(out, document);
    cbk_buffer_add(out, has_contents ? "<body class=\"has-contents\">\n" : "<body>\n");
    cbk_buffer_add(out, "<a class=\"skip\" href=\"#document\">Skip to the text</a>\n");
    header(out, document);
    if (has_contents) {
        contents(out, document);
    }
    cbk_buffer_add(out, "<main id=\"document\" tabindex=\"-1\">\n");
    blocks(out, document);
    cbk_html_sources(out, document);
    cbk_buffer_add(out, "</main>\n");
    if (document->footer != NULL) {
        cbk_buffer_add(out, "<footer><p>");
        cbk_escape_xml(out, document->footer);
        cbk_buffer_add(out, "</p></footer>\n");
    }
    cbk_buffer_add(out, "</body>\n</html>\n");
}
