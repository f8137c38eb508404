/* page_table.c - tables and figures on pages.  Contract: press/page.h. */
#include "press/page.h"
#include "render/print_table.h"

#include <math.h>

#define CELL_GAP_MM 1.1 /* left and right of a cell's text */
#define ROW_GAP_MM 0.7
#define INDENT_MM 3.0
#define RULE_MM 0.3
#define CAPTION_GAP_MM 1.5
#define CAPTION_ROOM_MM 14.0 /* under a figure */

enum {
    SHORT_TABLE_ROWS = 12, /* not broken over two pages */
    START_ROWS = 3         /* of a longer one, with its caption */
};

cbk_text_run cbk_page_caption(cbk_pages *pages, const char *word, const char *number,
                              const char *title)
{
    cbk_text_run run = {0};
    if (number != NULL) {
        const char *text = cbk_text_format(pages->scratch, "%s %s. ", word, number);
        cbk_run_span(
            &run, pages->scratch,
            (cbk_span){.kind = CBK_SPAN_STRONG, .text = text != NULL ? text : ""});
    }
    cbk_run_text(&run, pages->scratch, title != NULL ? title : "");
    return run;
}

static const cbk_cell *cells_of(const cbk_table_block *table, size_t row)
{
    return row == 0 ? table->header : &table->cells[(row - 1) * table->n_columns];
}

static double set_cell(cbk_pages *pages, const cbk_table_block *table, size_t row,
                       size_t column, const double *width)
{
    const cbk_cell *cell = &cells_of(table, row)[column];
    const cbk_text_style style = {CBK_PRINT_TABLE_MM, row == 0, CBK_INK_FOREGROUND,
                                  table->align[column]};
    return cbk_page_set(pages, &cell->run, style,
                        width[column] - 2.0 * CELL_GAP_MM -
                            (cell->indent > 0 ? INDENT_MM : 0.0));
}

static double row_height(cbk_pages *pages, const cbk_table_block *table, size_t row,
                         const double *width)
{
    double highest = 0.0;
    for (size_t i = 0; i < table->n_columns; i++) {
        highest = fmax(highest, set_cell(pages, table, row, i, width));
    }
    return highest + 2.0 * ROW_GAP_MM;
}

/* A row whose cells are set, each in a layout of its own, and not yet shown. */
typedef struct set_row {
    const cbk_table_block *table;
    const double *width;  /* [table->n_columns] */
    PangoLayout **layout; /* [table->n_columns] */
    double *of_text;      /* [table->n_columns] heights */
    size_t row;
    double height;
} set_row;

static void row_set(cbk_pages *pages, set_row *into, size_t row)
{
    PangoLayout *const kept = pages->layout;
    into->row = row;
    into->height = 0.0;
    for (size_t i = 0; i < into->table->n_columns; i++) {
        pages->layout = into->layout[i];
        into->of_text[i] = set_cell(pages, into->table, row, i, into->width);
        into->height = fmax(into->height, into->of_text[i] + 2.0 * ROW_GAP_MM);
    }
    pages->layout = kept;
}

static void rule(cbk_pages *pages, double width)
{
    cbk_set_ink(pages->cairo, CBK_INK_FOREGROUND, 1.0);
    cairo_set_line_width(pages->cairo, RULE_MM);
    cairo_move_to(pages->cairo, pages->left, pages->y);
    cairo_line_to(pages->cairo, pages->left + width, pages->y);
    cairo_stroke(pages->cairo);
}

/* The header's text stands at the bottom of its row, that of the others at the top. */
static void row_show(cbk_pages *pages, const set_row *set)
{
    PangoLayout *const kept = pages->layout;
    double x = pages->left;
    cbk_page_tag(pages, "TR");
    for (size_t i = 0; i < set->table->n_columns; i++) {
        const cbk_cell *cell = &cells_of(set->table, set->row)[i];
        const bool is_header = set->row == 0 || cell->is_row_header;
        const double indent = cell->indent > 0 ? INDENT_MM : 0.0;
        const double y =
            pages->y +
            (set->row == 0 ? set->height - ROW_GAP_MM - set->of_text[i] : ROW_GAP_MM);
        pages->layout = set->layout[i];
        cbk_page_tag(pages, is_header ? "TH" : "TD");
        cbk_page_show(pages, x + CELL_GAP_MM + indent, y, CBK_INK_FOREGROUND);
        cbk_page_untag(pages, is_header ? "TH" : "TD");
        x += set->width[i];
    }
    cbk_page_untag(pages, "TR");
    pages->layout = kept;
    pages->y += set->height;
}

static void show_header(cbk_pages *pages, set_row *set, double total_width)
{
    rule(pages, total_width);
    row_set(pages, set, 0);
    row_show(pages, set);
    rule(pages, total_width);
}

static bool is_indented(const cbk_table_block *table, size_t row)
{
    return row <= table->n_rows && cells_of(table, row)[0].indent > 0;
}

/* What must stand on one page with the row that is set: the first of those below it,
 * where it is their heading. */
static double height_with_next(cbk_pages *pages, const set_row *set)
{
    const bool is_heading =
        !is_indented(set->table, set->row) && is_indented(set->table, set->row + 1);
    return set->height +
           (is_heading ? row_height(pages, set->table, set->row + 1, set->width) : 0.0);
}

/* A row higher than a page has no better place: it is drawn over the edge. */
static void show_rows(cbk_pages *pages, set_row *set, double total_width)
{
    show_header(pages, set, total_width);
    for (size_t row = 1; row <= set->table->n_rows; row++) {
        row_set(pages, set, row);
        if (row > 1 && cbk_page_left(pages) < height_with_next(pages, set)) {
            rule(pages, total_width);
            cbk_page_break(pages);
            show_header(pages, set, total_width); /* again */
            row_set(pages, set, row);
        }
        row_show(pages, set);
    }
    rule(pages, total_width);
    pages->y += 1.2;
}

/* Sets and shows the rows; does nothing where the arena failed, which is sticky. */
static void show_table(cbk_pages *pages, const cbk_table_block *table,
                       const double *width, double total_width)
{
    const size_t n = table->n_columns;
    set_row set = {.table = table,
                   .width = width,
                   .layout = CBK_NEW(pages->scratch, PangoLayout *, n),
                   .of_text = CBK_NEW(pages->scratch, double, n)};
    if (cbk_arena_has_failed(pages->scratch)) {
        return;
    }
    for (size_t i = 0; i < n; i++) {
        set.layout[i] = cbk_layout_create(pages->cairo);
    }
    show_rows(pages, &set, total_width);
    for (size_t i = 0; i < n; i++) {
        g_object_unref(set.layout[i]);
    }
}

static void show_notes(cbk_pages *pages, const cbk_text_run *notes, size_t n,
                       const char *abbreviations)
{
    const cbk_text_style style = {CBK_NOTE_MM, false, CBK_INK_MUTED, CBK_ALIGN_LEFT};
    for (size_t i = 0; i < n; i++) {
        cbk_page_paragraph(pages, &notes[i], style, 0.0, 0.6);
    }
    if (abbreviations != NULL) {
        cbk_text_run run = {0};
        cbk_run_text(&run, pages->scratch, abbreviations);
        cbk_page_paragraph(pages, &run, style, 0.0, 0.6);
    }
    pages->y += 5.0;
}

static const cbk_text_style caption_style = {CBK_CAPTION_MM, false, CBK_INK_FOREGROUND,
                                             CBK_ALIGN_LEFT};

static bool set_columns(cbk_pages *pages, const cbk_table_block *table, double **width,
                        double *total)
{
    cbk_column_need *needs = CBK_NEW(pages->scratch, cbk_column_need, table->n_columns);
    *width = CBK_NEW(pages->scratch, double, table->n_columns);
    *total = 0.0;
    if (needs == NULL || *width == NULL) {
        return false; /* sticky in the arena */
    }
    cbk_print_columns(table, cbk_page_text_width(pages), needs, *width);
    for (size_t i = 0; i < table->n_columns; i++) {
        *total += (*width)[i];
    }
    return true;
}

double cbk_page_table_need(cbk_pages *pages, const cbk_table_block *table)
{
    double *width = NULL;
    double total = 0.0;
    if (!set_columns(pages, table, &width, &total)) {
        return 0.0;
    }
    const cbk_text_run caption =
        cbk_page_caption(pages, "Table", table->number, table->title);
    const size_t n_together =
        table->n_rows <= SHORT_TABLE_ROWS ? table->n_rows : START_ROWS;
    double height =
        cbk_page_set(pages, &caption, caption_style, cbk_page_text_width(pages)) +
        CAPTION_GAP_MM;
    for (size_t row = 0; row <= n_together; row++) {
        height += row_height(pages, table, row, width);
    }
    return fmin(height, cbk_page_room(pages));
}

void cbk_page_table(cbk_pages *pages, const cbk_table_block *table)
{
    cbk_page_turn(pages, cbk_print_is_across(table));
    double *width = NULL;
    double total = 0.0;
    if (!set_columns(pages, table, &width, &total)) {
        return;
    }
    const cbk_text_run caption =
        cbk_page_caption(pages, "Table", table->number, table->title);
    cbk_page_need(pages, cbk_page_table_need(pages, table));
    cbk_page_tag(pages, "Table");
    cbk_page_tag(pages, "Caption");
    cbk_page_paragraph(pages, &caption, caption_style, 0.0, CAPTION_GAP_MM);
    cbk_page_untag(pages, "Caption");
    show_table(pages, table, width, total);
    cbk_page_untag(pages, "Table");
    show_notes(pages, table->notes, table->n_notes, table->abbreviations);
    cbk_page_turn(pages, false);
}

static double figure_scale(const cbk_pages *pages, const cbk_drawing *drawing)
{
    return fmin(fmin(1.0, cbk_page_text_width(pages) / drawing->width_mm),
                (cbk_page_room(pages) - CAPTION_ROOM_MM) / drawing->height_mm);
}

double cbk_page_figure_need(const cbk_pages *pages, const cbk_figure_block *figure)
{
    return figure->drawing->height_mm * figure_scale(pages, figure->drawing) +
           CAPTION_ROOM_MM;
}

void cbk_page_figure(cbk_pages *pages, const cbk_figure_block *figure)
{
    const cbk_drawing *drawing = figure->drawing;
    const double scale = figure_scale(pages, drawing);
    cbk_page_need(pages, cbk_page_figure_need(pages, figure));
    cbk_page_tag(pages, "Figure");
    if (!cbk_page_is_counted(pages)) {
        cairo_save(pages->cairo);
        cairo_translate(pages->cairo, pages->left, pages->y);
        cairo_scale(pages->cairo, scale, scale);
        cbk_paint(drawing, pages->cairo);
        cairo_restore(pages->cairo);
    }
    cbk_page_untag(pages, "Figure");
    pages->y += drawing->height_mm * scale + 2.0;
    const cbk_text_run caption =
        cbk_page_caption(pages, "Figure", figure->number,
                         figure->title != NULL ? figure->title : drawing->title);
    cbk_page_tag(pages, "Caption");
    cbk_page_paragraph(pages, &caption, caption_style, 0.0, 1.0);
    cbk_page_untag(pages, "Caption");
    show_notes(pages, figure->notes, figure->n_notes, NULL);
}
