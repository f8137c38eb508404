/* manuscript_page.c - the manuscript's own sentences with every number marked by what the
 * records say of it, and the explanation beside it.
 */
#include "report/manuscript/manuscript_parts.h"

#include <stdlib.h>
#include <string.h>

/* The notes of one passage while they are made. */
typedef struct notes {
    cbk_margin_note *note;
    size_t n;
    size_t *claim; /* [n] what note i is about; SIZE_MAX: a suggestion */
} notes;

typedef struct page {
    cbk_report report;
    const cbk_manuscript_audit *bound;
    size_t n_notes; /* in the document */
    size_t next_sentence;
    size_t n_headings;
} page;

/* ---- notes ------------------------------------------------------------------------ */

static void add_mark(page *p, cbk_text_run *run, cbk_stance stance, const char *sign)
{
    const cbk_stance_words *words = cbk_stance_of(stance);
    cbk_run_span(
        run, p->report.arena,
        (cbk_span){.kind = CBK_SPAN_MARK,
                   .text = cbk_text_format(p->report.arena, "%s %s", sign, words->name),
                   .tone = words->tone});
}

/* "Median age in years, stated as 44. The records: 45.5 (median(age_years)). ..." */
static void claim_note(page *p, cbk_text_run *run, const cbk_claim_result *result)
{
    cbk_arena *arena = p->report.arena;
    const cbk_claim *claim = result->claim;
    const char *says = claim->says != NULL ? claim->says : claim->id;
    cbk_run_textf(run, arena, "%s, stated as ", cbk_words_upper_first(arena, says));
    cbk_run_span(run, arena, (cbk_span){.kind = CBK_SPAN_STRONG, .text = claim->stated});
    cbk_run_text(run, arena, ". ");
    for (size_t i = 0; i < result->n_computed; i++) {
        cbk_run_text(run, arena, i > 0 ? "; " : "The records: ");
        cbk_report_computed(&p->report, run, &result->computed[i], result->digits[i]);
        cbk_run_text(run, arena, " (");
        cbk_run_span(run, arena, (cbk_span){.kind = CBK_SPAN_CODE, .text = claim->of[i]});
        cbk_run_text(run, arena, ")");
    }
    cbk_run_text(run, arena, result->n_computed > 0 ? ". " : "");
    for (size_t i = 0; i < result->n_explanations; i++) {
        const char *telling = cbk_telling_part(result->explanations[i]);
        if (telling != NULL) {
            cbk_report_prose(&p->report, run, telling);
            cbk_run_text(run, arena, " ");
        }
    }
}

static void suggestion_note(page *p, cbk_text_run *run, const cbk_found_number *number,
                            const cbk_standing *standing)
{
    cbk_arena *arena = p->report.arena;
    cbk_run_span(run, arena, (cbk_span){.kind = CBK_SPAN_STRONG, .text = number->text});
    cbk_run_text(run, arena, " may be ");
    for (size_t i = 0; i < standing->n_suggestions; i++) {
        cbk_run_text(run, arena, i > 0 ? "; or " : "");
        cbk_add_suggestion(&p->report, run, &standing->suggestions[i]);
    }
    cbk_run_textf(run, arena, ". By the words: %s.", standing->suggestions[0].words);
}

/* A new note of the passage; its id is "note-" and its number. */
static cbk_margin_note *new_note(page *p, notes *all, cbk_stance stance, size_t claim,
                                 const char **sign)
{
    cbk_arena *arena = p->report.arena;
    cbk_margin_note *note = &all->note[all->n];
    all->claim[all->n++] = claim;
    p->n_notes++;
    *sign = cbk_text_format(arena, "%s%zu", cbk_stance_of(stance)->sign, p->n_notes);
    *note = (cbk_margin_note){.id = cbk_text_format(arena, "note-%zu", p->n_notes),
                              .tone = cbk_stance_of(stance)->tone};
    if (*sign != NULL && note->id != NULL) {
        add_mark(p, &note->run, stance, *sign);
        cbk_run_span(&note->run, arena, (cbk_span){.kind = CBK_SPAN_BREAK});
    }
    return note;
}

/* The note of a claim that this passage has a note about already; NULL: none. */
static const cbk_margin_note *known_note(const notes *all, size_t claim)
{
    for (size_t i = 0; i < all->n; i++) {
        if (all->claim[i] == claim) {
            return &all->note[i];
        }
    }
    return NULL;
}

/* ---- numbers ---------------------------------------------------------------------- */

/* What stands behind a number that reproduces; NULL: nothing that was asked. */
static const cbk_provenance *provenance(page *p, const cbk_cover *cover)
{
    const cbk_claim_result *result = &p->bound->audit->results[cover->claim];
    return cover->part < result->n_computed
               ? cbk_report_provenance(&p->report, &result->computed[cover->part])
               : NULL;
}

/* A claim without a question needs no explanation but its sign. */
static bool needs_note(const page *p, cbk_stance stance, const cbk_cover *cover)
{
    if (stance == CBK_STANCE_NOT_COMPUTABLE) {
        return p->bound->audit->results[cover->claim].n_computed > 0;
    }
    return stance != CBK_STANCE_REPRODUCES && stance != CBK_STANCE_UNBOUND;
}

static void add_number(page *p, cbk_text_run *run, notes *all, size_t i)
{
    const cbk_cover *cover = NULL;
    const cbk_found_number *number = &p->bound->manuscript->numbers[i];
    const cbk_stance stance = cbk_number_stance(p->bound, i, &cover);
    const cbk_stance_words *words = cbk_stance_of(stance);
    cbk_span flag = {.kind = CBK_SPAN_FLAG,
                     .text = number->text,
                     .tone = words->tone,
                     .sign = words->sign,
                     .meaning = words->name};
    if (!needs_note(p, stance, cover)) {
        flag.provenance = cover != NULL ? provenance(p, cover) : NULL;
        cbk_run_span(run, p->report.arena, flag);
        return;
    }
    const size_t claim = cover != NULL ? cover->claim : SIZE_MAX;
    const cbk_margin_note *note = claim != SIZE_MAX ? known_note(all, claim) : NULL;
    if (note == NULL) {
        cbk_margin_note *made = new_note(p, all, stance, claim, &flag.sign);
        if (cover != NULL) {
            claim_note(p, &made->run, &p->bound->audit->results[claim]);
        } else {
            suggestion_note(p, &made->run, number, &p->bound->standing[i]);
        }
        note = made;
    } else {
        flag.sign = cbk_text_format(p->report.arena, "%s%s", words->sign,
                                    note->id + strlen("note-"));
    }
    flag.target = cbk_text_format(p->report.arena, "#%s", note->id);
    cbk_run_span(run, p->report.arena, flag);
}

/* ---- passages ---------------------------------------------------------------------- */

static void add_text(page *p, cbk_text_run *run, const char *text, size_t from, size_t to)
{
    if (to > from) {
        cbk_run_textf(run, p->report.arena, "%.*s", (int)(to - from), text + from);
    }
}

/* The text of a passage with its numbers flagged; the notes go to all. */
static void add_passage(page *p, cbk_text_run *run, notes *all, size_t i)
{
    const cbk_manuscript *m = p->bound->manuscript;
    const char *text = m->passages[i].text;
    size_t at = 0;
    while (p->next_sentence < m->n_sentences &&
           m->sentences[p->next_sentence].passage <= i) {
        const cbk_sentence *sentence = &m->sentences[p->next_sentence++];
        for (size_t k = 0; k < sentence->n_numbers; k++) {
            const cbk_found_number *number = &m->numbers[sentence->first_number + k];
            add_text(p, run, text, at, number->start);
            add_number(p, run, all, sentence->first_number + k);
            at = number->end;
        }
    }
    add_text(p, run, text, at, strlen(text));
}

/* Room for a note for each number of n passages. */
static bool notes_start(page *p, notes *all, size_t first, size_t n)
{
    const cbk_manuscript *m = p->bound->manuscript;
    size_t n_numbers = 0;
    for (size_t k = p->next_sentence;
         k < m->n_sentences && m->sentences[k].passage < first + n; k++) {
        n_numbers += m->sentences[k].n_numbers;
    }
    *all = (notes){.note = CBK_NEW(p->report.arena, cbk_margin_note, n_numbers + 1),
                   .claim = CBK_NEW(p->report.arena, size_t, n_numbers + 1)};
    return all->claim != NULL;
}

static int heading_level(const cbk_passage *passage)
{
    return passage->level <= 2 ? 2 : passage->level > 4 ? 4 : passage->level;
}

static void add_block(page *p, size_t i)
{
    const cbk_passage *passage = &p->bound->manuscript->passages[i];
    const bool is_heading = passage->kind == CBK_PASSAGE_HEADING;
    cbk_noted_block *block = CBK_NEW(p->report.arena, cbk_noted_block, 1);
    notes all;
    if (block == NULL || !notes_start(p, &all, i, 1)) {
        return;
    }
    add_passage(p, &block->run, &all, i);
    const char *id = cbk_text_format(p->report.arena, "manuscript-%zu", ++p->n_headings);
    const cbk_span *first = block->run.first;
    if (is_heading && first != NULL && first->next == NULL &&
        first->kind == CBK_SPAN_TEXT) {
        cbk_document_heading(p->report.document, heading_level(passage), id,
                             passage->text);
        return;
    }
    block->level = is_heading ? heading_level(passage) : 0;
    block->is_item = passage->kind == CBK_PASSAGE_ITEM;
    block->n_notes = all.n;
    block->notes = all.note;
    cbk_document_noted(p->report.document, block);
}

/* ---- tables -------------------------------------------------------------------------
 */

/* The passages from i on that are cells of one table, and its size. */
static size_t table_size(const cbk_manuscript *m, size_t i, size_t *n_rows,
                         size_t *n_columns)
{
    size_t n = 0;
    *n_rows = 0;
    *n_columns = 0;
    while (i + n < m->n_passages && m->passages[i + n].kind == CBK_PASSAGE_CELL &&
           m->passages[i + n].table == m->passages[i].table) {
        const cbk_passage *cell = &m->passages[i + n];
        *n_rows = cell->row + 1 > *n_rows ? cell->row + 1 : *n_rows;
        *n_columns = cell->column + 1 > *n_columns ? cell->column + 1 : *n_columns;
        n++;
    }
    return n;
}

static const char *table_title(page *p, const cbk_passage *cell)
{
    const bool has_legend =
        strncmp(cell->place, "Table", 5) == 0 || strncmp(cell->place, "TABLE", 5) == 0;
    return has_legend
               ? cbk_text_format(p->report.arena, "%s of the manuscript", cell->place)
               : "A table of the manuscript";
}

static size_t add_table(page *p, size_t i)
{
    enum { CELLS_MAX = 1 << 20 };
    const cbk_manuscript *m = p->bound->manuscript;
    size_t n_rows = 0;
    size_t n_columns = 0;
    const size_t n = table_size(m, i, &n_rows, &n_columns);
    notes all;
    cbk_noted_block *block = CBK_NEW(p->report.arena, cbk_noted_block, 1);
    cbk_table_builder *builder =
        n_rows < CELLS_MAX / n_columns
            ? cbk_table_builder_create(p->report.arena, n_columns, n_rows - 1)
            : NULL;
    if (block == NULL || builder == NULL || !notes_start(p, &all, i, n)) {
        return n;
    }
    for (size_t k = i; k < i + n; k++) {
        const cbk_passage *cell = &m->passages[k];
        cbk_cell *to = cell->row == 0
                           ? &builder->header[cell->column]
                           : cbk_table_builder_cell(builder, cell->row - 1, cell->column);
        if (*cell->text != '\0') {
            add_passage(p, &to->run, &all, k);
            to->is_row_header = cell->row > 0 && cell->column == 0;
        }
    }
    builder->block.title = table_title(p, &m->passages[i]);
    block->table = &builder->block;
    block->n_notes = all.n;
    block->notes = all.note;
    cbk_document_noted(p->report.document, block);
    return n;
}

/* ---- around the text ----------------------------------------------------------------
 */

static void add_legend(page *p)
{
    cbk_arena *arena = p->report.arena;
    size_t n[CBK_STANCE_COUNT] = {0};
    for (size_t i = 0; i < p->bound->manuscript->n_numbers; i++) {
        const cbk_cover *cover = NULL;
        n[cbk_number_stance(p->bound, i, &cover)]++;
    }
    for (size_t i = 0; i < CBK_STANCE_COUNT; i++) {
        const cbk_stance_words *words = cbk_stance_of((cbk_stance)i);
        cbk_text_run run = {0};
        if (n[i] == 0) {
            continue;
        }
        cbk_run_span(&run, arena,
                     (cbk_span){.kind = CBK_SPAN_FLAG,
                                .text = cbk_text_format(arena, "%zu", n[i]),
                                .tone = words->tone,
                                .sign = words->sign});
        cbk_run_textf(&run, arena, " %s: %s", words->name, words->legend);
        cbk_document_item(p->report.document, run);
    }
}

static void add_not_found(page *p)
{
    static const char *const headers[] = {"What is said", "Where", "Stated"};
    const cbk_manuscript_audit *bound = p->bound;
    if (bound->n_not_found == 0) {
        return;
    }
    cbk_document_heading(p->report.document, 2, "not-found",
                         "Claims that the text does not state");
    cbk_table_builder *builder =
        cbk_table_builder_create(p->report.arena, 3, bound->n_not_found);
    if (builder == NULL) {
        return;
    }
    cbk_table_headers(&p->report, builder, headers);
    for (size_t i = 0; i < bound->n_not_found; i++) {
        const cbk_claim *claim = bound->audit->results[bound->not_found[i]].claim;
        cbk_table_text(&p->report, builder, i, 0,
                       claim->says != NULL ? claim->says : claim->id);
        cbk_table_text(&p->report, builder, i, 1,
                       claim->place != NULL ? claim->place : CBK_DASH);
        cbk_table_text(&p->report, builder, i, 2, claim->stated);
    }
    builder->block.title =
        "Claims whose numbers no sentence of the text states as they do";
    cbk_document_table(p->report.document, &builder->block);
}

/* One line for each reason, with what was left out for it. */
static void add_left_out(page *p)
{
    enum { SHOWN_MAX = 40 };
    const cbk_manuscript *m = p->bound->manuscript;
    if (m->n_left_out == 0) {
        return;
    }
    cbk_document_heading(p->report.document, 2, "left-out", "Digits that are no numbers");
    for (int reason = 0; reason < CBK_LEFT_OUT_COUNT; reason++) {
        size_t n = 0;
        cbk_buffer list = {0};
        for (size_t i = 0; i < m->n_left_out; i++) {
            if ((int)m->left_out[i].reason == reason && n++ < SHOWN_MAX) {
                cbk_buffer_addf(&list, "%s%.60s", n > 1 ? "; " : "", m->left_out[i].text);
            }
        }
        cbk_text_run run = {0};
        cbk_run_textf(
            &run, p->report.arena, "%s (%zu): %s%s",
            cbk_words_upper_first(p->report.arena,
                                  cbk_left_out_name((cbk_left_out_reason)reason)),
            n, list.bytes != NULL ? list.bytes : "", n > SHOWN_MAX ? "; …" : "");
        cbk_buffer_free(&list);
        if (n > 0) {
            cbk_document_item(p->report.document, run);
        }
    }
}

cbk_status cbk_manuscript_page(cbk_study *study, const cbk_manuscript_audit *bound,
                               cbk_arena *arena, const cbk_document **out, cbk_error *err)
{
    page p = {.bound = bound};
    CBK_TRY(cbk_manuscript_start(study, "The manuscript and the records", arena,
                                 &p.report, err));
    cbk_document *document = p.report.document;
    document->subtitle = cbk_text_format(
        arena, "%s, checked against %s", cbk_words_file_name(bound->manuscript->file),
        study != NULL ? p.report.protocol->title : "itself: there are no records");
    document->footer = cbk_text_format(arena, "casebook %s", CASEBOOK_VERSION);
    cbk_text_run sentence = {0};
    cbk_run_text(&sentence, arena, cbk_manuscript_sentence(bound, arena));
    cbk_document_paragraph(document, sentence);
    add_legend(&p);
    if (bound->audit != NULL) {
        cbk_audit_add_inconsistent(&p.report, bound->audit);
    }
    for (size_t i = 0; i < bound->manuscript->n_passages;) {
        if (bound->manuscript->passages[i].kind == CBK_PASSAGE_CELL) {
            i += add_table(&p, i);
        } else {
            add_block(&p, i++);
        }
        CBK_TRY(cbk_report_done(&p.report, err));
    }
    add_not_found(&p);
    add_left_out(&p);
    CBK_TRY(cbk_report_done(&p.report, err));
    *out = document;
    return CBK_OK;
}
