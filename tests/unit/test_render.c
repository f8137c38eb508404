/* test_render.c - documents as HTML, text, Markdown and CSV, and drawings as SVG: exact
 * output of small documents, hostile text in every place, the same bytes every time. */
#include "check.h"
#include "faulty_heap.h"
#include "markup.h"

#include <casebook/render.h>

#include "render/print_table.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#define N(array) (sizeof(array) / sizeof((array)[0]))

static const char hostile[] = "</script></style></title>\"'><img src=x onerror=alert(1)> "
                              "&lt; |`*_ \x01\x1B[31m \xC3 \xE2\x80\xAE";

static cbk_arena *arena;

static const char *rendered(const cbk_document *document, cbk_format format,
                            size_t columns)
{
    const char *out = NULL;
    size_t size = 0;
    const cbk_status status =
        cbk_render(document, format, columns, arena, &out, &size, NULL);
    return status == CBK_OK && strlen(out) == size ? out : "";
}

static bool is_text(const char *actual, const char *expected)
{
    const bool is_same = strcmp(actual, expected) == 0;
    if (!is_same) {
        printf("# got:\n%s\n# expected:\n%s\n", actual, expected);
    }
    return is_same;
}

static bool contains(const char *text_of, const char *part)
{
    const bool is_there = strstr(text_of, part) != NULL;
    if (!is_there) {
        printf("# not there: %s\n", part);
    }
    return is_there;
}

static cbk_text_run run_of(const char *text)
{
    cbk_text_run run = {0};
    cbk_run_text(&run, arena, text);
    return run;
}

/* cells: the header and then row after row; the first column is a row header. */
static cbk_table_builder *table_of(const char *const *cells, size_t n_columns,
                                   size_t n_rows)
{
    cbk_table_builder *table = cbk_table_builder_create(arena, n_columns, n_rows);
    if (table == NULL) {
        abort();
    }
    for (size_t i = 0; i < n_columns; i++) {
        cbk_run_text(&table->header[i].run, arena, cells[i]);
        table->align[i] = i == 0 ? CBK_ALIGN_LEFT : CBK_ALIGN_RIGHT;
        for (size_t row = 0; row < n_rows; row++) {
            cbk_cell *cell = cbk_table_builder_cell(table, row, i);
            cell->is_row_header = i == 0;
            cbk_run_text(&cell->run, arena, cells[(row + 1) * n_columns + i]);
        }
    }
    return table;
}

static cbk_document *small_document(void)
{
    static const char *const cells[] = {"Variable", "n",  "%",      "Größe, cm", "6",
                                        "9.53",     "ja", "-1 (x)", "=1"};
    cbk_document *document = cbk_document_create(arena, "A report");
    document->subtitle = "of 6 patients";
    document->footer = "casebook";
    cbk_document_heading(document, 2, "cohort", "Cohort");
    cbk_text_run run = run_of("The median age of the six patients was ");
    cbk_run_number(&run, arena, "45.5",
                   cbk_document_provenance(
                       document, (cbk_provenance){.expression = "median(age)",
                                                  .from = "patient",
                                                  .value = "45.5",
                                                  .records = "patients 1 to 6"}));
    cbk_run_text(&run, arena, " years.");
    cbk_document_paragraph(document, run);
    cbk_document_item(document, run_of("one"));
    cbk_document_item(document, run_of("two"));
    cbk_table_builder *table = table_of(cells, 3, 2);
    cbk_table_builder_cell(table, 1, 0)->indent = 1;
    table->block.id = "table-1";
    table->block.number = "1";
    table->block.title = "Sizes";
    table->block.abbreviations = "n, number.";
    cbk_table_builder_note(table, run_of("A note."));
    cbk_document_table(document, &table->block);
    return document;
}

/* ---- text ---- */

static void text(void)
{
    CHECK(is_text(rendered(small_document(), CBK_FORMAT_TEXT, 40),
                  "A report\n"
                  "========\n"
                  "of 6 patients\n"
                  "\n"
                  "Cohort\n"
                  "------\n"
                  "\n"
                  "The median age of the six patients was\n"
                  "45.5 years.\n"
                  "\n"
                  "- one\n"
                  "- two\n"
                  "\n"
                  "Table 1. Sizes\n"
                  "-----------------------\n"
                  "Variable        n     %\n"
                  "-----------------------\n"
                  "Größe, cm       6  9.53\n"
                  "  ja       -1 (x)    =1\n"
                  "-----------------------\n"
                  "A note.\n"
                  "n, number.\n"
                  "\n"
                  "casebook\n"));
}

static void text_wraps_wide_tables(void)
{
    static const char *const cells[] = {"Patient",
                                        "What happened",
                                        "Months",
                                        "1",
                                        "a long story of many words that needs room",
                                        "132+"};
    cbk_table_builder *table = table_of(cells, 3, 1);
    table->align[1] = CBK_ALIGN_LEFT;
    cbk_cell *cell = cbk_table_builder_cell(table, 0, 1);
    cbk_run_span(&cell->run, arena, (cbk_span){.kind = CBK_SPAN_BREAK});
    cbk_run_text(&cell->run, arena, "and an end");
    cbk_document *document = cbk_document_create(arena, "");
    cbk_document_table(document, &table->block);
    CHECK(is_text(rendered(document, CBK_FORMAT_TEXT, 40),
                  "----------------------------------------\n"
                  "Patient  What happened            Months\n"
                  "----------------------------------------\n"
                  "1        a long story of many       132+\n"
                  "         words that needs room\n"
                  "         and an end\n"
                  "----------------------------------------\n"));
}

static void text_prints_panels(void)
{
    static const char *const cells[] = {
        "No", "Presentation", "Reconstruction", "Chemotherapy",
        "1",  "thrombosis",   "none",           "yes"};
    cbk_table_builder *table = table_of(cells, 4, 1);
    cbk_document *document = cbk_document_create(arena, "");
    cbk_document_table(document, &table->block);
    CHECK(is_text(rendered(document, CBK_FORMAT_TEXT, 40),
                  "--------------------------------\n"
                  "No  Presentation  Reconstruction\n"
                  "--------------------------------\n"
                  "1     thrombosis            none\n"
                  "--------------------------------\n"
                  "\n"
                  "----------------\n"
                  "No  Chemotherapy\n"
                  "----------------\n"
                  "1            yes\n"
                  "----------------\n"));
}

static size_t longest_line(const char *text_of)
{
    size_t longest = 0;
    for (const char *at = text_of; *at != '\0';) {
        const size_t n = strcspn(at, "\n");
        longest = n > longest ? n : longest;
        at += n + (at[n] == '\n' ? 1 : 0);
    }
    return longest;
}

/* Words of any length in tables of any width: never a line beyond the terminal, never a
 * space at its end. */
static void text_fits_the_terminal(void)
{
    static const char longest_word[] =
        "Donaudampfschifffahrtselektrizitaetenhauptbetriebswerkbauunterbeamte";
    for (size_t n_columns = 1; n_columns <= 9; n_columns++) {
        const char *cells[18];
        for (size_t i = 0; i < 2 * n_columns; i++) {
            cells[i] = i % 3 == 0   ? longest_word
                       : i % 3 == 1 ? "some words of text"
                                    : "7";
        }
        cbk_document *document = cbk_document_create(arena, longest_word);
        cbk_document_paragraph(document, run_of(longest_word));
        cbk_document_table(document, &table_of(cells, n_columns, 1)->block);
        for (size_t columns = 40; columns <= 100; columns += 15) {
            const char *out = rendered(document, CBK_FORMAT_TEXT, columns);
            CHECK(out[0] != '\0' && longest_line(out) <= columns);
            CHECK(strstr(out, " \n") == NULL);
        }
    }
}

static void text_carries_no_escape_sequence(void)
{
    cbk_document *document = cbk_document_create(arena, hostile);
    document->footer = hostile;
    const char *const cells[] = {hostile, hostile};
    cbk_document_item(document, run_of(hostile));
    cbk_document_table(document, &table_of(cells, 1, 1)->block);
    const char *out = rendered(document, CBK_FORMAT_TEXT, 80);
    CHECK(strstr(out, "onerror") != NULL);
    CHECK(strchr(out, 0x1B) == NULL && strchr(out, 0x01) == NULL);
    CHECK(strstr(out, "\xE2\x80\xAE") == NULL && strstr(out, "\xC3 ") == NULL);
}

/* ---- Markdown and CSV ---- */

static void markdown(void)
{
    CHECK(is_text(rendered(small_document(), CBK_FORMAT_MARKDOWN, 0),
                  "# A report\n"
                  "\n"
                  "*of 6 patients*\n"
                  "\n"
                  "## Cohort\n"
                  "\n"
                  "The median age of the six patients was 45.5 years.\n"
                  "\n"
                  "- one\n"
                  "- two\n"
                  "\n"
                  "**Table 1. Sizes**\n"
                  "\n"
                  "| Variable | n | % |\n"
                  "| :--- | ---: | ---: |\n"
                  "| Größe, cm | 6 | 9.53 |\n"
                  "| &nbsp;&nbsp;ja | -1 (x) | =1 |\n"
                  "\n"
                  "A note.\n"
                  "\n"
                  "n, number.\n"
                  "\n"
                  "---\n"
                  "\n"
                  "casebook\n"));
}

static void markdown_spans(void)
{
    cbk_document *document = cbk_document_create(arena, "T");
    cbk_text_run run = {0};
    const cbk_span spans[] = {
        {.kind = CBK_SPAN_STRONG, .text = "a|b"},
        {.kind = CBK_SPAN_EMPHASIS, .text = "c"},
        {.kind = CBK_SPAN_CODE, .text = "x|y"},
        {.kind = CBK_SPAN_BREAK},
        {.kind = CBK_SPAN_MARK, .text = "bad", .tone = CBK_TONE_BAD},
        {.kind = CBK_SPAN_LINK, .text = "l]", .target = "https://a/b c>|d"},
        {.kind = CBK_SPAN_LINK, .text = "no", .target = "javascript:alert(1)"},
    };
    for (size_t i = 0; i < N(spans); i++) {
        cbk_run_span(&run, arena, spans[i]);
    }
    cbk_document_paragraph(document, run);
    CHECK(is_text(
        rendered(document, CBK_FORMAT_MARKDOWN, 0),
        "# T\n\n**a\\|b***c*`x|y`<br>**bad**[l\\]](<https://a/b%20c%3E%7Cd>)no\n"));
}

static void csv(void)
{
    cbk_document *document = small_document();
    static const char *const cells[] = {"a", "b\"c"};
    cbk_document_table(document, &table_of(cells, 1, 1)->block);
    CHECK(is_text(rendered(document, CBK_FORMAT_CSV, 0), "Variable,n,%\r\n"
                                                         "\"Größe, cm\",6,9.53\r\n"
                                                         "ja,'-1 (x),'=1\r\n"
                                                         "\r\n"
                                                         "a\r\n"
                                                         "\"b\"\"c\"\r\n"));
}

/* ---- HTML ---- */

static void html(void)
{
    static const char *const parts[] = {
        "<html lang=\"en\">",
        "<meta name=\"viewport\" ",
        "<title>A report</title>",
        "<h1>A report</h1>",
        "<p class=\"subtitle\">of 6 patients</p>",
        "<li><a href=\"#cohort\">Cohort</a></li>",
        "<main id=\"document\"",
        "<h2 id=\"cohort\">Cohort</h2>",
        "<a class=\"number\" href=\"#nd68aeec50d\" title=",
        "title=\"median(age); patients 1 to 6\">45.5</a>",
        "<ul>\n<li>one</li>\n<li>two</li>\n</ul>",
        "<figure class=\"table short\" id=\"table-1\">",
        "role=\"region\" tabindex=\"0\" aria-label=\"Table 1. Sizes\"",
        "<caption><div><b>Table 1.</b> Sizes</div></caption>",
        "<th scope=\"col\">Variable</th><th scope=\"col\" class=\"right\">n</th>",
        "<th scope=\"row\" class=\"indent\">ja</th>",
        "<p>A note.</p>\n<p>n, number.</p>",
        "<li id=\"nd68aeec50d\"><p><code>median(age)</code> = <b>45.5</b></p>",
        "<dt>records</dt><dd>patients 1 to 6</dd>",
        "<footer><p>casebook</p></footer>",
    };
    const char *page = rendered(small_document(), CBK_FORMAT_HTML, 0);
    for (size_t i = 0; i < N(parts); i++) {
        CHECK(contains(page, parts[i]));
    }
    CHECK(markup_is_well_formed(page, true));
    CHECK(strstr(page, "<script") == NULL);
}

/* Only a table that does not fit an upright page is printed across, and only a short one
 * is kept on one page. */
static void html_tables_on_paper(void)
{
    const char *cells[9 * 21];
    for (size_t i = 0; i < N(cells); i++) {
        cells[i] = "replaced by a prosthesis of the same width";
    }
    cbk_document *wide = cbk_document_create(arena, "T");
    cbk_document_table(wide, &table_of(cells, 9, 20)->block);
    CHECK(
        contains(rendered(wide, CBK_FORMAT_HTML, 0), "<figure class=\"table across\">"));
    for (size_t i = 0; i < N(cells); i++) {
        cells[i] = "negative";
    }
    cbk_document *narrow = cbk_document_create(arena, "T");
    cbk_document_table(narrow, &table_of(cells, 9, 12)->block);
    CHECK(
        contains(rendered(narrow, CBK_FORMAT_HTML, 0), "<figure class=\"table short\">"));
}

static void html_of_little(void)
{
    cbk_document *document = cbk_document_create(arena, "");
    const char *page = rendered(document, CBK_FORMAT_HTML, 0);
    CHECK(markup_is_well_formed(page, true));
    CHECK(strstr(page, "<nav") == NULL && strstr(page, "class=\"sources\"") == NULL);
    cbk_document_heading(document, 4, NULL, "Deep");
    cbk_document_heading(document, 2, NULL, "First");
    cbk_document_heading(document, 4, NULL, "Skipped");
    page = rendered(document, CBK_FORMAT_HTML, 0);
    CHECK(strstr(page, "<h2 id=\"heading-1\">Deep</h2>") != NULL);
    CHECK(strstr(page, "<h2 id=\"heading-2\">First</h2>") != NULL);
    CHECK(strstr(page, "<h3 id=\"heading-3\">Skipped</h3>") != NULL);
}

static cbk_drawing *hostile_drawing(void)
{
    cbk_drawing *drawing = cbk_drawing_create(arena, 120, 60, hostile, hostile);
    cbk_drawing_text(drawing, arena, (cbk_point){1, 2}, CBK_ANCHOR_MIDDLE, 3,
                     CBK_INK_MUTED, hostile);
    for (int i = 0; i <= (int)CBK_MARKER_ARROW; i++) {
        cbk_drawing_marker(drawing, arena, (cbk_point){(double)NAN, (double)INFINITY},
                           (cbk_marker)i, 2, CBK_INK_SERIES_6,
                           i % 2 == 0 ? hostile : NULL);
    }
    return drawing;
}

/* Every string of a document is hostile. */
static cbk_document *hostile_document(void)
{
    cbk_document *document = cbk_document_create(arena, hostile);
    document->subtitle = hostile;
    document->footer = hostile;
    cbk_document_heading(document, 2, hostile, hostile);
    const cbk_provenance *from = cbk_document_provenance(
        document, (cbk_provenance){hostile, hostile, hostile, hostile, hostile, hostile,
                                   hostile, hostile, hostile});
    cbk_text_run run = {0};
    for (int kind = 0; kind <= (int)CBK_SPAN_BREAK; kind++) {
        cbk_run_span(&run, arena,
                     (cbk_span){.kind = (cbk_span_kind)kind,
                                .text = hostile,
                                .provenance = from,
                                .target = kind % 2 == 0 ? hostile : "#\"><script>",
                                .tone = CBK_TONE_WARN});
    }
    cbk_document_paragraph(document, run);
    const char *const cells[] = {hostile, hostile, hostile, hostile};
    cbk_table_builder *table = table_of(cells, 2, 1);
    table->block.id = hostile;
    table->block.number = hostile;
    table->block.title = hostile;
    table->block.abbreviations = hostile;
    cbk_table_builder_note(table, run_of(hostile));
    cbk_document_table(document, &table->block);
    cbk_figure_block *figure = CBK_NEW(arena, cbk_figure_block, 1);
    cbk_text_run *note = CBK_NEW(arena, cbk_text_run, 1);
    *note = run_of(hostile);
    *figure = (cbk_figure_block){.id = hostile,
                                 .number = hostile,
                                 .title = hostile,
                                 .drawing = hostile_drawing(),
                                 .n_notes = 1,
                                 .notes = note};
    cbk_document_figure(document, figure);
    return document;
}

static void html_of_hostile_text(void)
{
    const char *page = rendered(hostile_document(), CBK_FORMAT_HTML, 0);
    CHECK(markup_is_well_formed(page, true));
    CHECK(strstr(page, "<img") == NULL && strstr(page, "<script") == NULL);
    CHECK(strstr(page, "onerror") != NULL); /* as text it is there */
    CHECK(strchr(page, 0x1B) == NULL);
    const char *end_of_style = strstr(page, "</style>");
    CHECK(end_of_style != NULL && strstr(end_of_style + 1, "</style>") == NULL);
}

/* ---- SVG ---- */

static const char *svg_of(const cbk_drawing *drawing)
{
    const char *out = NULL;
    size_t size = 0;
    const cbk_status status = cbk_render_svg(drawing, arena, &out, &size, NULL);
    return status == CBK_OK && strlen(out) == size ? out : "";
}

static void svg_shapes(cbk_drawing *drawing)
{
    static const cbk_point line[] = {{0, 1.0 / 3.0}, {10.5, -0.0004}, {-2.25, 1e9}};
    static const cbk_point corners[] = {{30, 20}, {10, 5}};
    cbk_drawing_add(drawing, arena,
                    (cbk_shape){.kind = CBK_SHAPE_POLYLINE,
                                .n_points = N(line),
                                .points = line,
                                .stroke = CBK_INK_SERIES_1,
                                .width_mm = 0.5,
                                .dash_mm = {2, 1},
                                .tip = "<tip>"});
    cbk_drawing_add(drawing, arena,
                    (cbk_shape){.kind = CBK_SHAPE_RECTANGLE,
                                .n_points = 2,
                                .points = corners,
                                .fill = CBK_INK_GRID,
                                .opacity = 0.25});
    cbk_drawing_add(drawing, arena,
                    (cbk_shape){.kind = CBK_SHAPE_TEXT,
                                .n_points = 1,
                                .points = corners,
                                .fill = CBK_INK_FOREGROUND,
                                .text = "a & b",
                                .size_mm = 3,
                                .anchor = CBK_ANCHOR_END,
                                .is_bold = true,
                                .is_vertical = true});
    cbk_drawing_add(drawing, arena, (cbk_shape){.kind = CBK_SHAPE_POLYLINE});
}

static void svg(void)
{
    static const char *const parts[] = {
        "viewBox=\"0 0 120 60\" width=\"120mm\" height=\"60mm\"",
        "role=\"img\" aria-labelledby=\"drawing-title drawing-desc\"",
        "<title id=\"drawing-title\">Survival</title>",
        "<desc id=\"drawing-desc\">It falls.</desc>",
        "@media screen and (prefers-color-scheme:dark)",
        "points=\"0,0.333 10.5,0 -2.25,1000000\" class=\"stroke-series-1\"",
        "stroke-width=\"0.5\" stroke-dasharray=\"2 1\"><title>&lt;tip&gt;</title>",
        "<rect x=\"10\" y=\"5\" width=\"20\" height=\"15\" class=\"fill-grid\"",
        "fill-opacity=\"0.25\"",
        "<text x=\"30\" y=\"20\" font-size=\"3\" text-anchor=\"end\"",
        "font-weight=\"600\" transform=\"rotate(-90 30 20)\"",
        ">a &amp; b</text>",
    };
    cbk_drawing *drawing = cbk_drawing_create(arena, 120, 60, "Survival", "It falls.");
    svg_shapes(drawing);
    const char *out = svg_of(drawing);
    for (size_t i = 0; i < N(parts); i++) {
        CHECK(contains(out, parts[i]));
    }
    CHECK(markup_is_well_formed(out, false));
}

static void svg_of_hostile_text(void)
{
    const char *out = svg_of(hostile_drawing());
    CHECK(markup_is_well_formed(out, false));
    CHECK(strstr(out, "<img") == NULL);
    CHECK(strstr(out, "nan") == NULL && strstr(out, "inf") == NULL);
}

/* ---- all of them ---- */

static void the_same_every_time(void)
{
    for (int format = 0; format < (int)CBK_FORMAT_JSON; format++) {
        const char *first = rendered(hostile_document(), (cbk_format)format, 80);
        const char *second = rendered(hostile_document(), (cbk_format)format, 80);
        CHECK(first[0] != '\0' && strcmp(first, second) == 0);
    }
    CHECK(strcmp(svg_of(hostile_drawing()), svg_of(hostile_drawing())) == 0);
}

static void errors(void)
{
    cbk_document *document = small_document();
    const char *out = "";
    size_t size = 0;
    cbk_error err;
    CHECK(cbk_render(document, CBK_FORMAT_JSON, 80, arena, &out, &size, &err) ==
          CBK_EINVAL);
    CHECK(out == NULL && strstr(err.message, "JSON") != NULL);
    for (int format = 0; format < (int)CBK_FORMAT_JSON; format++) {
        faulty_heap heap;
        cbk_arena *faulty = faulty_arena(&heap, 1); /* the arena itself, then nothing */
        CHECK(faulty != NULL);
        CHECK(cbk_render(document, (cbk_format)format, 80, faulty, &out, &size, &err) ==
              CBK_ENOMEM);
        CHECK(out == NULL && !cbk_arena_has_failed(faulty)); /* rolled back */
        cbk_arena_destroy(faulty);
    }
}

static void the_checker_finds_faults(void)
{
    static const char *const bad[] = {
        "<a>",
        "<a></b>",
        "</a>",
        "<a b></a>",
        "<a b=\"1\" b=\"2\"></a>",
        "a & b",
        "<a>\x01</a>",
        "<a b=\"<\"></a>",
        "<a b=\"1></a>",
        "<",
    };
    for (size_t i = 0; i < N(bad); i++) {
        char text_of[100];
        (void)snprintf(text_of, sizeof text_of, "<!DOCTYPE html>%s", bad[i]);
        CHECK(!markup_is_well_formed(text_of, true));
    }
    CHECK(markup_is_well_formed("<!DOCTYPE html><a b=\"&lt;\">x<br></a>", true));
}

/* In narrow columns lines do not break in a day, nor around "=". */
static void html_keeps_days_together(void)
{
    cbk_document *document = cbk_document_create(arena, "T");
    cbk_document_paragraph(
        document, run_of("n = 3 on 2012-05-03 (n = 3), a=b, ab = c, 2012-5-03."));
    cbk_text_run run = run_of("Of ");
    cbk_run_number(&run, arena, "p = 0.26",
                   cbk_document_provenance(
                       document, (cbk_provenance){.expression = "p", .value = "0.26"}));
    cbk_document_paragraph(document, run);
    const char *html = rendered(document, CBK_FORMAT_HTML, 0);
    CHECK(contains(html, ">p&#160;=&#160;0.26</a>"));
    CHECK(contains(html, "n&#160;=&#160;3 on <span class=\"whole\">2012-05-03</span> "
                         "(n&#160;=&#160;3), a=b, ab = c, 2012-5-03."));
    CHECK(contains(html, ".whole{white-space:nowrap}"));
}

/* ---- columns on paper ------------------------------------------------------------- */

enum { PAPER_COLUMNS = 3 };

/* A name, one long line and many lines: of two columns that must wrap the one with more
 * text is wider, whichever has the longest line; a short one is as wide as its text. */
static void paper_columns_share_by_text(void)
{
    static const char line[] = "One line that is much longer than all of the others and "
                               "goes on and on until nobody can read it any more";
    static const char text_of[] = "A sentence that comes again in each of the rows";
    static const char *const cells[] = {
        "Name", "Once", "Often", "a", line, text_of, "b", "", text_of, "c", "", text_of,
        "d",    "",     text_of, "e", "",   text_of, "f", "", text_of, "g", "", text_of};
    const cbk_table_block *table = &table_of(cells, PAPER_COLUMNS, 7)->block;
    cbk_column_need needs[PAPER_COLUMNS];
    double width[PAPER_COLUMNS];
    cbk_print_columns(table, 100.0, needs, width);
    CHECK(fabs(width[0] + width[1] + width[2] - 100.0) < 1e-9);
    CHECK(needs[1].natural > needs[2].natural && width[1] < width[2]);
    CHECK(width[1] >= needs[1].least && width[2] <= needs[2].natural);
    CHECK(width[0] <= needs[0].natural);
    cbk_print_columns(table, 20.0, needs, width); /* not even the words have room */
    CHECK(fabs(width[0] + width[1] + width[2] - 20.0) < 1e-9);
    cbk_print_columns(table, 1000.0, needs, width);
    CHECK(width[1] == needs[1].natural && width[2] == needs[2].natural);
}

int main(void)
{
    static const check_test tests[] = {
        {"text", text},
        {"html: days are kept together", html_keeps_days_together},
        {"paper: columns share by text", paper_columns_share_by_text},
        {"text: a wide table wraps", text_wraps_wide_tables},
        {"text: a very wide table is printed in panels", text_prints_panels},
        {"text: no line is wider than the terminal", text_fits_the_terminal},
        {"text: no escape sequence passes", text_carries_no_escape_sequence},
        {"Markdown", markdown},
        {"Markdown: every kind of span", markdown_spans},
        {"CSV", csv},
        {"HTML", html},
        {"HTML: how tables lie on paper", html_tables_on_paper},
        {"HTML of a document with little in it", html_of_little},
        {"HTML of hostile text", html_of_hostile_text},
        {"SVG", svg},
        {"SVG of hostile text and coordinates that are no numbers", svg_of_hostile_text},
        {"the same bytes every time", the_same_every_time},
        {"errors", errors},
        {"the well-formedness check finds faults", the_checker_finds_faults},
    };
    arena = cbk_arena_create(NULL, SIZE_MAX);
    if (arena == NULL) {
        return 1;
    }
    const int status = check_main(tests, N(tests));
    cbk_arena_destroy(arena);
    return status;
}
