/* text_table.c - tables with aligned columns for a terminal.  Contract: render/outputs.h.
 *
 * A table too wide for the terminal first wraps its widest columns, but never inside a
 * word; if that does not do, it is printed in panels that repeat the first column. */
#include "render/outputs.h"

#include "render/escape.h"
#include "render/wrap.h"

enum { GAP = 2, INDENT = 2, COLUMN_MIN = 2 };

typedef struct column {
    size_t natural; /* columns of the terminal if nothing is wrapped */
    size_t least;   /* the longest word */
    size_t width;
} column;

/* A table as clean text: row 0 is the header. */
typedef struct grid {
    const cbk_table_block *table;
    const char **text; /* [(n_rows + 1) * n_columns] */
    const char **rest; /* [n_columns] of the row being printed */
    column *columns;   /* [n_columns] */
    size_t *shown;     /* [n_columns] which columns the panel has, in order */
    size_t n_shown;
} grid;

static const cbk_cell *grid_cell(const grid *g, size_t row, size_t i)
{
    return row == 0 ? &g->table->header[i]
                    : &g->table->cells[(row - 1) * g->table->n_columns + i];
}

static const char *clean_copy(const cbk_text_run *run, cbk_arena *arena)
{
    const char *plain = cbk_run_plain(run, arena);
    cbk_buffer clean = {0};
    cbk_escape_plain(&clean, plain != NULL ? plain : "");
    const char *copy = cbk_text_copy_bytes(arena, clean.bytes, clean.size);
    const bool is_failed = clean.is_failed;
    cbk_buffer_free(&clean);
    return is_failed ? NULL : copy;
}

static bool grid_read(grid *g, const cbk_table_block *table, cbk_arena *arena)
{
    const size_t n = table->n_columns;
    *g = (grid){.table = table};
    g->text = CBK_NEW(arena, const char *, n *(table->n_rows + 1));
    g->rest = CBK_NEW(arena, const char *, n);
    g->columns = CBK_NEW(arena, column, n);
    g->shown = CBK_NEW(arena, size_t, n);
    if (g->shown == NULL) { /* failure is sticky: this stands for all four */
        return false;
    }
    for (size_t row = 0; row <= table->n_rows; row++) {
        for (size_t i = 0; i < n; i++) {
            const cbk_cell *cell = grid_cell(g, row, i);
            const char *text = clean_copy(&cell->run, arena);
            if (text == NULL) {
                return false;
            }
            g->text[row * n + i] = text;
            column *of = &g->columns[i];
            const size_t indent = (size_t)INDENT * cell->indent;
            size_t line = 0;
            size_t word = 0;
            cbk_wrap_measure(text, &line, &word);
            of->natural = line + indent > of->natural ? line + indent : of->natural;
            of->least = word + indent > of->least ? word + indent : of->least;
        }
    }
    return true;
}

/* A very long word may be cut: no column asks for more than half of the terminal. */
static void columns_limit(grid *g, size_t available)
{
    for (size_t i = 0; i < g->table->n_columns; i++) {
        column *of = &g->columns[i];
        const size_t half = available / 2;
        of->least = of->least > half ? half : of->least;
        of->least = of->least < COLUMN_MIN ? COLUMN_MIN : of->least;
        of->natural = of->natural < of->least ? of->least : of->natural;
    }
}

/* Fills the panel: the first column, and from `next` on as many as fit at their least
 * width.  Returns the column after the last. */
static size_t panel_choose(grid *g, size_t next, size_t available)
{
    const bool is_first = next == 0;
    g->n_shown = 0;
    g->shown[g->n_shown++] = 0;
    size_t total = g->columns[0].least;
    for (next = is_first ? 1 : next; next < g->table->n_columns; next++) {
        total += GAP + g->columns[next].least;
        if (total > available && g->n_shown > 1) {
            break;
        }
        g->shown[g->n_shown++] = next;
    }
    return next;
}

/* Narrows the widest columns until the panel fits; returns its width. */
static size_t panel_fit(grid *g, size_t available)
{
    size_t total = (g->n_shown - 1) * GAP;
    for (size_t k = 0; k < g->n_shown; k++) {
        column *of = &g->columns[g->shown[k]];
        of->width = of->natural;
        total += of->width;
    }
    while (total > available) {
        column *widest = NULL;
        for (size_t k = 0; k < g->n_shown; k++) {
            column *of = &g->columns[g->shown[k]];
            if (of->width > of->least && (widest == NULL || of->width > widest->width)) {
                widest = of;
            }
        }
        if (widest == NULL) {
            break; /* as narrow as it gets */
        }
        widest->width--;
        total--;
    }
    return total;
}

static void spaces(cbk_buffer *out, size_t n)
{
    for (size_t i = 0; i < n; i++) {
        cbk_buffer_add(out, " ");
    }
}

/* Prints one line of cell i; *pending spaces are owed before the next ink, so that no
 * line ends in spaces. */
static void cell_line(const grid *g, cbk_buffer *out, size_t row, size_t i,
                      size_t *pending)
{
    const size_t indent = (size_t)INDENT * grid_cell(g, row, i)->indent;
    const size_t width = g->columns[i].width;
    const size_t room = width > indent + COLUMN_MIN ? width - indent : COLUMN_MIN;
    cbk_line line = {0};
    if (!cbk_wrap_next(&g->rest[i], room, &line) || line.size == 0) {
        *pending += width;
        return;
    }
    const size_t slack = room > line.columns ? room - line.columns : 0;
    const cbk_align align = g->table->align[i];
    const size_t before = align == CBK_ALIGN_RIGHT    ? slack
                          : align == CBK_ALIGN_CENTRE ? slack / 2
                                                      : 0;
    spaces(out, *pending + indent + before);
    cbk_buffer_add_bytes(out, line.start, line.size);
    *pending = slack - before;
}

static void row_write(const grid *g, cbk_buffer *out, size_t row)
{
    bool is_more = false;
    for (size_t i = 0; i < g->table->n_columns; i++) {
        g->rest[i] = g->text[row * g->table->n_columns + i];
    }
    do {
        size_t pending = 0;
        is_more = false;
        for (size_t k = 0; k < g->n_shown; k++) {
            pending += k > 0 ? GAP : 0;
            cell_line(g, out, row, g->shown[k], &pending);
            is_more = is_more || g->rest[g->shown[k]] != NULL;
        }
        cbk_buffer_add(out, "\n");
    } while (is_more);
}

static void rule(cbk_buffer *out, size_t width)
{
    for (size_t i = 0; i < width; i++) {
        cbk_buffer_add(out, "-");
    }
    cbk_buffer_add(out, "\n");
}

static void panel_write(const grid *g, cbk_buffer *out, size_t width)
{
    rule(out, width);
    row_write(g, out, 0);
    rule(out, width);
    for (size_t row = 1; row <= g->table->n_rows; row++) {
        row_write(g, out, row);
    }
    rule(out, width);
}

void cbk_output_text_table(const cbk_table_block *table, size_t columns,
                           cbk_arena *scratch, cbk_buffer *out)
{
    grid g;
    if (!grid_read(&g, table, scratch)) {
        out->is_failed = true;
        return;
    }
    columns_limit(&g, columns - GAP);
    for (size_t next = 0; next < table->n_columns || next == 0;) {
        cbk_buffer_add(out, next > 0 ? "\n" : "");
        next = panel_choose(&g, next, columns);
        const size_t width = panel_fit(&g, columns);
        panel_write(&g, out, width < columns ? width : columns);
    }
}
