/* context.c - sentences and cells with what explains them.  Contract: context.h. */
#include "claims/manuscript/context.h"

#include "base/text.h"
#include "claims/manuscript/manuscript_builder.h"

#include <string.h>

/* The first cells of a table: its header row. */
typedef struct table_start {
    size_t table;
    size_t first;
} table_start;

/* The header above the cell, "" where there is none. */
static const char *column_header(const cbk_manuscript *m, const table_start *start,
                                 const cbk_passage *cell)
{
    const size_t at = start->first + cell->column;
    const bool is_header =
        cell->row > 0 && at < m->n_passages && m->passages[at].kind == CBK_PASSAGE_CELL &&
        m->passages[at].table == cell->table && m->passages[at].row == 0;
    return is_header ? m->passages[at].text : "";
}

/* The first cell of the row, "" for that cell itself. */
static const char *row_header(const cbk_manuscript *m, size_t i)
{
    const size_t column = m->passages[i].column;
    return column > 0 && column <= i ? m->passages[i - column].text : "";
}

static void fill_cell(const cbk_manuscript *m, const table_start *start, size_t i,
                      const cbk_sentence *sentence, cbk_arena *arena, cbk_context *out)
{
    const cbk_passage *cell = &m->passages[i];
    const int size = (int)(sentence->end - sentence->start);
    const char *header = row_header(m, i);
    const char *above = column_header(m, start, cell);
    const char *row = cbk_text_format(
        arena, "%.*s | ", (int)cbk_cut_length(header, CBK_HEADER_BYTES_MAX), header);
    if (row == NULL) {
        return;
    }
    out->start = strlen(row);
    out->end = out->start + (size_t)size;
    out->text =
        cbk_text_format(arena, "%s%.*s | %.*s", row, size, cell->text + sentence->start,
                        (int)cbk_cut_length(above, CBK_HEADER_BYTES_MAX), above);
}

const cbk_context *cbk_contexts_of(const cbk_manuscript *m, cbk_arena *arena)
{
    cbk_context *all = CBK_NEW(arena, cbk_context, m->n_sentences + 1);
    table_start start = {.table = SIZE_MAX};
    cbk_words heading = {0};
    const char *heading_of = NULL;
    for (size_t i = 0; all != NULL && i < m->n_sentences; i++) {
        const cbk_sentence *sentence = &m->sentences[i];
        const cbk_passage *passage = &m->passages[sentence->passage];
        cbk_context *context = &all[i];
        if (passage->kind == CBK_PASSAGE_CELL && passage->table != start.table) {
            start = (table_start){.table = passage->table, .first = sentence->passage};
            while (start.first > 0 &&
                   m->passages[start.first - 1].kind == CBK_PASSAGE_CELL &&
                   m->passages[start.first - 1].table == passage->table) {
                start.first--; /* empty cells have no sentence */
            }
        }
        if (sentence->n_numbers == 0) {
            continue;
        }
        if (passage->kind == CBK_PASSAGE_CELL) {
            fill_cell(m, &start, sentence->passage, sentence, arena, context);
        } else {
            context->text = passage->text;
            context->start = sentence->start;
            context->end = sentence->end;
        }
        if (context->text == NULL) {
            return NULL;
        }
        context->shift = sentence->start;
        const bool is_cell = passage->kind == CBK_PASSAGE_CELL;
        context->words =
            cbk_words_of(context->text, is_cell ? 0 : context->start,
                         is_cell ? strlen(context->text) : context->end, arena);
        if (heading_of != passage->within) {
            heading_of = passage->within;
            heading = cbk_words_of(heading_of, 0, strlen(heading_of), arena);
        }
        context->heading = heading;
    }
    return cbk_arena_has_failed(arena) ? NULL : all;
}
