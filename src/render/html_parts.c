/* html_parts.c - running text, tables, figures and sources in HTML.  Contract:
 * render/html.h. */
#include "render/html.h"

#include "document/characters.h"
#include "render/escape.h"
#include "render/outputs.h"
#include "render/print_table.h"
#include "render/svg.h"

#include <ctype.h>
#include <math.h>
#include <string.h>

/* ---- running text --------------------------------------------------------------------
 */

enum { TOOLTIP_CHARACTERS = 160 };

static void tagged(cbk_buffer *out, const char *open, const char *text, const char *close)
{
    cbk_buffer_add(out, open);
    cbk_escape_xml(out, text);
    cbk_buffer_add(out, close);
}

static void escape_part(cbk_buffer *out, const char *text, size_t size)
{
    cbk_buffer part = {0};
    cbk_buffer_add_bytes(&part, text, size);
    out->is_failed = out->is_failed || part.is_failed;
    cbk_escape_xml(out, part.bytes != NULL ? part.bytes : "");
    cbk_buffer_free(&part);
}

/* At most so many characters, with an ellipsis for the rest. */
static void escape_short(cbk_buffer *out, const char *text, size_t n_characters)
{
    const char *end = text;
    for (size_t i = 0; i < n_characters && *end != '\0'; i++) {
        (void)cbk_character_next(&end);
    }
    escape_part(out, text, (size_t)(end - text));
    cbk_buffer_add(out, *end != '\0' ? "…" : "");
}

/* "median(age_years), among sex = 2; patients 1, 2, 3 (3 records)" */
static void tooltip(cbk_buffer *out, const cbk_provenance *from)
{
    escape_short(out, from->expression != NULL ? from->expression : "",
                 TOOLTIP_CHARACTERS);
    if (from->among != NULL) {
        cbk_buffer_add(out, ", among ");
        escape_short(out, from->among, TOOLTIP_CHARACTERS);
    }
    if (from->records != NULL) {
        cbk_buffer_add(out, "; ");
        escape_short(out, from->records, TOOLTIP_CHARACTERS);
    }
}

/* Bytes of a day at text, "2012-05-03"; 0: none. */
static size_t day_length(const char *text)
{
    static const char form[] = "0000-00-00";
    for (size_t i = 0; form[i] != '\0'; i++) {
        const bool is_digit = text[i] >= '0' && text[i] <= '9';
        if (form[i] == '0' ? !is_digit : text[i] != form[i]) {
            return 0;
        }
    }
    return sizeof form - 1;
}

/* Whether text[i] is a space of "n = 3": beside "=", behind a letter that stands alone.
 * What may be SQL, "status = 'dead'", is copied with the spaces it has. */
static bool is_glued(const char *text, size_t i)
{
    const size_t back = i >= 2 && text[i - 1] == '=' && text[i - 2] == ' ' ? 3 : 1;
    return text[i] == ' ' && i >= back && isalpha((unsigned char)text[i - back]) &&
           (i == back || !isalnum((unsigned char)text[i - back - 1])) &&
           (back == 3 || text[i + 1] == '=');
}

/* Text in which lines break neither in "n = 3" nor in a day: in a narrow column some
 * browsers would. */
static void text_write(cbk_buffer *out, const char *text)
{
    size_t done = 0;
    for (size_t i = 0; text[i] != '\0'; i++) {
        const size_t day = day_length(text + i);
        if (day > 0) {
            escape_part(out, text + done, i - done);
            cbk_buffer_addf(out, "<span class=\"whole\">%.*s</span>", (int)day, text + i);
            done = i + day;
            i = done - 1;
        } else if (is_glued(text, i)) {
            escape_part(out, text + done, i - done);
            cbk_buffer_add(out, "&#160;");
            done = i + 1;
        }
    }
    cbk_escape_xml(out, text + done);
}

static void number(cbk_buffer *out, const cbk_span *span)
{
    if (span->provenance == NULL) {
        text_write(out, span->text);
        return;
    }
    cbk_buffer_add(out, "<a class=\"number\" href=\"#");
    cbk_escape_id(out, span->provenance->id);
    cbk_buffer_add(out, "\" title=\"");
    tooltip(out, span->provenance);
    cbk_buffer_add(out, "\">");
    text_write(out, span->text);
    cbk_buffer_add(out, "</a>");
}

static void link_write(cbk_buffer *out, const cbk_span *span)
{
    if (!cbk_link_is_safe(span->target)) {
        cbk_escape_xml(out, span->text);
        return;
    }
    cbk_buffer_add(out, "<a href=\"");
    if (span->target[0] == '#') {
        cbk_buffer_add(out, "#");
        cbk_escape_id(out, span->target + 1);
    } else {
        cbk_escape_xml(out, span->target);
    }
    cbk_buffer_add(out, "\">");
    cbk_escape_xml(out, span->text);
    cbk_buffer_add(out, "</a>");
}

static void mark(cbk_buffer *out, const cbk_span *span)
{
    static const char *const tones[] = {
        [CBK_TONE_PLAIN] = "<span class=\"mark\">",
        [CBK_TONE_GOOD] = "<span class=\"mark good\">",
        [CBK_TONE_WARN] = "<span class=\"mark warn\">",
        [CBK_TONE_BAD] = "<span class=\"mark bad\">",
        [CBK_TONE_ASK] = "<span class=\"mark ask\">",
    };
    tagged(out, tones[span->tone], span->text, "</span>");
}

static const char *const tone_names[] = {
    [CBK_TONE_PLAIN] = "plain", [CBK_TONE_GOOD] = "good", [CBK_TONE_WARN] = "warn",
    [CBK_TONE_BAD] = "bad",     [CBK_TONE_ASK] = "ask",
};

/* A link to its note or to where it comes from, else plain; the meaning is for those who
 * do not see the sign. */
static void flag(cbk_buffer *out, const cbk_span *span)
{
    const bool has_note = span->target != NULL && span->target[0] == '#';
    const bool is_link = has_note || span->provenance != NULL;
    cbk_buffer_addf(out, "<%s class=\"flag %s\"", is_link ? "a" : "span",
                    tone_names[span->tone]);
    if (is_link) {
        cbk_buffer_add(out, " href=\"#");
        cbk_escape_id(out, has_note ? span->target + 1 : span->provenance->id);
        cbk_buffer_add(out, "\"");
    }
    if (!has_note && span->provenance != NULL) {
        cbk_buffer_add(out, " title=\"");
        tooltip(out, span->provenance);
        cbk_buffer_add(out, "\"");
    }
    cbk_buffer_add(out, ">");
    cbk_escape_xml(out, span->text);
    if (span->sign != NULL) {
        tagged(out, "<i aria-hidden=\"true\">", span->sign, "</i>");
    }
    if (span->meaning != NULL) {
        tagged(out, "<span class=\"unseen\"> (", span->meaning, ")</span>");
    }
    cbk_buffer_add(out, is_link ? "</a>" : "</span>");
}

void cbk_html_run(cbk_buffer *out, const cbk_text_run *run)
{
    for (const cbk_span *span = run->first; span != NULL; span = span->next) {
        switch (span->kind) {
        case CBK_SPAN_TEXT:
            text_write(out, span->text);
            break;
        case CBK_SPAN_STRONG:
            tagged(out, "<strong>", span->text, "</strong>");
            break;
        case CBK_SPAN_EMPHASIS:
            tagged(out, "<em>", span->text, "</em>");
            break;
        case CBK_SPAN_CODE:
            tagged(out, "<code>", span->text, "</code>");
            break;
        case CBK_SPAN_NUMBER:
            number(out, span);
            break;
        case CBK_SPAN_LINK:
            link_write(out, span);
            break;
        case CBK_SPAN_MARK:
            mark(out, span);
            break;
        case CBK_SPAN_FLAG:
            flag(out, span);
            break;
        case CBK_SPAN_BREAK:
            cbk_buffer_add(out, "<br>");
            break;
        }
    }
}

/* ---- tables --------------------------------------------------------------------------
 */

enum { SHORT_TABLE_ROWS = 12 }; /* on paper not broken over two pages */

static void open_scroll(cbk_buffer *out, const char *word, const char *number,
                        const char *title)
{
    cbk_buffer_add(out, "<div class=\"scroll\" role=\"region\" tabindex=\"0\" "
                        "aria-label=\"");
    if (number == NULL && (title == NULL || title[0] == '\0')) {
        cbk_buffer_add(out, word);
    }
    cbk_output_caption(out, word, number, title, cbk_escape_xml);
    cbk_buffer_add(out, "\">\n");
}

static void caption(cbk_buffer *out, const char *word, const char *number,
                    const char *title)
{
    if (number != NULL || title == NULL || title[0] == '\0') {
        cbk_buffer_addf(out, "<b>%s", word);
        if (number != NULL) {
            cbk_buffer_add(out, " ");
            cbk_escape_xml(out, number);
        }
        cbk_buffer_add(out, ".</b> ");
    }
    cbk_escape_xml(out, title != NULL ? title : "");
}

static void figure_id(cbk_buffer *out, const char *id)
{
    if (id != NULL) {
        cbk_buffer_add(out, " id=\"");
        cbk_escape_id(out, id);
        cbk_buffer_add(out, "\"");
    }
}

static void classes(cbk_buffer *out, cbk_align align, bool is_indented)
{
    static const char *const names[] = {
        [CBK_ALIGN_LEFT] = "",
        [CBK_ALIGN_RIGHT] = "right",
        [CBK_ALIGN_CENTRE] = "centre",
    };
    if (align != CBK_ALIGN_LEFT || is_indented) {
        cbk_buffer_addf(out, " class=\"%s%s%s\"", names[align],
                        align != CBK_ALIGN_LEFT && is_indented ? " " : "",
                        is_indented ? "indent" : "");
    }
}

/* Sentences want a column that is wider than a browser would make it. */
static bool is_prose(const cbk_table_block *table, size_t column)
{
    enum { PROSE_BYTES = 140 };
    for (size_t row = 0; row < table->n_rows; row++) {
        size_t n_bytes = 0;
        const cbk_cell *cell = &table->cells[row * table->n_columns + column];
        for (const cbk_span *span = cell->run.first; span != NULL; span = span->next) {
            n_bytes += span->text != NULL ? strlen(span->text) : 0;
        }
        if (n_bytes > PROSE_BYTES) {
            return true;
        }
    }
    return false;
}

/* A header cell without text is no header: the corner above the row headers. */
static void header_row(cbk_buffer *out, const cbk_table_block *table)
{
    cbk_buffer_add(out, "<thead>\n<tr>");
    for (size_t i = 0; i < table->n_columns; i++) {
        const bool is_header = table->header[i].run.first != NULL;
        cbk_buffer_add(out, is_header ? "<th scope=\"col\"" : "<td");
        if (is_prose(table, i)) {
            cbk_buffer_add(out, " class=\"prose\"");
        } else {
            classes(out, table->align[i], false);
        }
        cbk_buffer_add(out, ">");
        cbk_html_run(out, &table->header[i].run);
        cbk_buffer_add(out, is_header ? "</th>" : "</td>");
    }
    cbk_buffer_add(out, "</tr>\n</thead>\n");
}

static void body_row(cbk_buffer *out, const cbk_table_block *table, size_t row)
{
    cbk_buffer_add(out, "<tr>");
    for (size_t i = 0; i < table->n_columns; i++) {
        const cbk_cell *cell = &table->cells[row * table->n_columns + i];
        cbk_buffer_add(out, cell->is_row_header ? "<th scope=\"row\"" : "<td");
        classes(out, table->align[i], cell->indent > 0);
        cbk_buffer_add(out, ">");
        cbk_html_run(out, &cell->run);
        cbk_buffer_add(out, cell->is_row_header ? "</th>" : "</td>");
    }
    cbk_buffer_add(out, "</tr>\n");
}

static void notes(cbk_buffer *out, const cbk_text_run *note, size_t n,
                  const char *abbreviations)
{
    if (n == 0 && abbreviations == NULL) {
        return;
    }
    cbk_buffer_add(out, "<div class=\"notes\">\n");
    for (size_t i = 0; i < n; i++) {
        cbk_buffer_add(out, "<p>");
        cbk_html_run(out, &note[i]);
        cbk_buffer_add(out, "</p>\n");
    }
    if (abbreviations != NULL) {
        tagged(out, "<p>", abbreviations, "</p>\n");
    }
    cbk_buffer_add(out, "</div>\n");
}

void cbk_html_table(cbk_buffer *out, const cbk_table_block *table)
{
    cbk_buffer_addf(out, "<figure class=\"table%s%s\"",
                    cbk_print_is_across(table) ? " across" : "",
                    table->n_rows <= SHORT_TABLE_ROWS ? " short" : "");
    figure_id(out, table->id);
    cbk_buffer_add(out, ">\n");
    open_scroll(out, "Table", table->number, table->title);
    cbk_buffer_add(out, "<table>\n<caption><div>");
    caption(out, "Table", table->number, table->title);
    cbk_buffer_add(out, "</div></caption>\n");
    header_row(out, table);
    cbk_buffer_add(out, "<tbody>\n");
    for (size_t row = 0; row < table->n_rows; row++) {
        body_row(out, table, row);
    }
    cbk_buffer_add(out, "</tbody>\n</table>\n</div>\n");
    notes(out, table->notes, table->n_notes, table->abbreviations);
    cbk_buffer_add(out, "</figure>\n");
}

/* ---- text with notes -----------------------------------------------------------------
 */

static void noted_text(cbk_buffer *out, const cbk_noted_block *noted, int level)
{
    if (level > 0) {
        cbk_buffer_addf(out, "<h%d>", level);
        cbk_html_run(out, &noted->run);
        cbk_buffer_addf(out, "</h%d>\n", level);
        return;
    }
    cbk_buffer_add(out, noted->is_item ? "<p class=\"item\">" : "<p>");
    cbk_html_run(out, &noted->run);
    cbk_buffer_add(out, "</p>\n");
}

void cbk_html_noted(cbk_buffer *out, const cbk_noted_block *noted, int level)
{
    cbk_buffer_addf(out, "<div class=\"noted%s\">\n",
                    noted->table != NULL ? " wide" : "");
    if (noted->table != NULL) {
        cbk_html_table(out, noted->table);
    } else {
        noted_text(out, noted, level);
    }
    if (noted->n_notes > 0) {
        cbk_buffer_add(out, "<ul class=\"margin\">\n");
        for (size_t i = 0; i < noted->n_notes; i++) {
            const cbk_margin_note *note = &noted->notes[i];
            cbk_buffer_addf(out, "<li class=\"%s\" id=\"", tone_names[note->tone]);
            cbk_escape_id(out, note->id);
            cbk_buffer_add(out, "\">");
            cbk_html_run(out, &note->run);
            cbk_buffer_add(out, "</li>\n");
        }
        cbk_buffer_add(out, "</ul>\n");
    }
    cbk_buffer_add(out, "</div>\n");
}

/* ---- figures -------------------------------------------------------------------------
 */

void cbk_html_figure(cbk_buffer *out, const cbk_figure_block *figure,
                     const char *drawing_id)
{
    const char *title = figure->title != NULL ? figure->title : figure->drawing->title;
    cbk_buffer_add(out, "<figure class=\"picture\"");
    figure_id(out, figure->id);
    cbk_buffer_add(out, ">\n");
    open_scroll(out, "Figure", figure->number, title);
    cbk_svg_inline(figure->drawing, drawing_id, out);
    cbk_buffer_add(out, "</div>\n<figcaption>");
    caption(out, "Figure", figure->number, title);
    notes(out, figure->notes, figure->n_notes, NULL);
    cbk_buffer_add(out, "</figcaption>\n</figure>\n");
}

/* ---- sources -------------------------------------------------------------------------
 */

static void term(cbk_buffer *out, const char *name, const char *text, bool is_code)
{
    if (text != NULL && text[0] != '\0') {
        cbk_buffer_addf(out, "<div><dt>%s</dt><dd>%s", name, is_code ? "<code>" : "");
        cbk_escape_xml(out, text);
        cbk_buffer_add(out, is_code ? "</code></dd></div>\n" : "</dd></div>\n");
    }
}

static void source(cbk_buffer *out, const cbk_provenance *from)
{
    cbk_buffer_add(out, "<li id=\"");
    cbk_escape_id(out, from->id);
    cbk_buffer_add(out, "\"><p><code>");
    cbk_escape_xml(out, from->expression != NULL ? from->expression : "");
    cbk_buffer_add(out, "</code> = <b>");
    cbk_escape_xml(out, from->value != NULL ? from->value : "");
    cbk_buffer_add(out, "</b></p>\n<dl>\n");
    term(out, "number", from->id, true);
    term(out, "from", from->from, true);
    term(out, "among", from->among, true);
    term(out, "records", from->records, false);
    term(out, "read from", from->sources, false);
    term(out, "conventions", from->conventions, false);
    term(out, "notes", from->notes, false);
    cbk_buffer_add(out, "</dl></li>\n");
}

void cbk_html_sources(cbk_buffer *out, const cbk_document *document)
{
    if (document->n_provenance == 0) {
        return;
    }
    cbk_buffer_add(out, "<section class=\"sources\">\n<h2 id=\"" CBK_HTML_SOURCES_ID
                        "\">" CBK_HTML_SOURCES_TITLE "</h2>\n"
                        "<p>The expression, the records behind it and the "
                        "conventions, for each number of the text.</p>\n<ol>\n");
    const cbk_provenance_entry *entry = document->first_provenance;
    for (; entry != NULL; entry = entry->next) {
        source(out, entry->provenance);
    }
    cbk_buffer_add(out, "</ol>\n</section>\n");
}
