/* manuscript_summary.c - the numbers of a manuscript for a terminal and for programs:
 * counts, and what needs an answer.
 */
#include "report/manuscript/manuscript_parts.h"

/* ---- tables -------------------------------------------------------------------------
 */

typedef struct summary {
    cbk_report report;
    const cbk_manuscript_audit *bound;
} summary;

static bool is_listed(cbk_stance stance, const cbk_stance *wanted, size_t n)
{
    for (size_t i = 0; i < n; i++) {
        if (stance == wanted[i]) {
            return true;
        }
    }
    return false;
}

static const char *place_of(const summary *s, size_t i)
{
    const cbk_manuscript *m = s->bound->manuscript;
    const cbk_passage *passage =
        &m->passages[m->sentences[m->numbers[i].sentence].passage];
    return *passage->place != '\0' ? passage->place : CBK_DASH;
}

/* Why, or what is suggested. */
static void add_why(summary *s, cbk_text_run *run, size_t i, const cbk_cover *cover)
{
    const cbk_standing *standing = &s->bound->standing[i];
    if (cover != NULL) {
        const cbk_claim_result *result = &s->bound->audit->results[cover->claim];
        cbk_run_textf(run, s->report.arena, "[%s] ", result->claim->id);
        if (result->n_explanations > 0) {
            cbk_report_prose(&s->report, run, result->explanations[0]);
        }
    } else if (standing->n_suggestions > 0) {
        cbk_add_suggestion(&s->report, run, &standing->suggestions[0]);
    }
}

static void fill_row(summary *s, cbk_table_builder *builder, size_t row, size_t i,
                     cbk_stance stance, const cbk_cover *cover)
{
    cbk_arena *arena = s->report.arena;
    cbk_table_text(&s->report, builder, row, 0, s->bound->manuscript->numbers[i].text);
    cbk_table_text(&s->report, builder, row, 1, place_of(s, i));
    cbk_table_text(&s->report, builder, row, 2, cbk_number_sentence(s->bound, i, arena));
    if (builder->block.n_columns == 3) {
        return;
    }
    cbk_text_run *why = &cbk_table_builder_cell(builder, row, 3)->run;
    if (stance != CBK_STANCE_SUGGESTED) {
        const cbk_stance_words *words = cbk_stance_of(stance);
        cbk_run_span(
            why, arena,
            (cbk_span){.kind = CBK_SPAN_MARK, .text = words->name, .tone = words->tone});
        cbk_run_text(why, arena, " ");
    }
    add_why(s, why, i, cover);
}

static void add_table(summary *s, const char *id, const char *title, const char *last,
                      const cbk_stance *wanted, size_t n_wanted)
{
    const char *const headers[] = {"Printed", "Where", "Sentence", last};
    const size_t n_numbers = s->bound->manuscript->n_numbers;
    const cbk_cover *cover = NULL;
    size_t n_rows = 0;
    for (size_t i = 0; i < n_numbers; i++) {
        n_rows += is_listed(cbk_number_stance(s->bound, i, &cover), wanted, n_wanted);
    }
    cbk_table_builder *builder =
        n_rows > 0
            ? cbk_table_builder_create(s->report.arena, last != NULL ? 4 : 3, n_rows)
            : NULL;
    if (builder == NULL) {
        return;
    }
    cbk_table_headers(&s->report, builder, headers);
    size_t row = 0;
    for (size_t i = 0; i < n_numbers; i++) {
        const cbk_stance stance = cbk_number_stance(s->bound, i, &cover);
        if (is_listed(stance, wanted, n_wanted)) {
            fill_row(s, builder, row++, i, stance, cover);
        }
    }
    builder->block.id = id;
    builder->block.title = title;
    cbk_document_table(s->report.document, &builder->block);
}

/* "Of the numbers checked 50 reproduce ..." */
static void add_sentences(summary *s)
{
    cbk_arena *arena = s->report.arena;
    const cbk_manuscript_audit *bound = s->bound;
    cbk_text_run run = {0};
    size_t n[CBK_STANCE_COUNT] = {0};
    const cbk_cover *cover = NULL;
    for (size_t i = 0; i < bound->manuscript->n_numbers; i++) {
        n[cbk_number_stance(bound, i, &cover)]++;
    }
    cbk_run_text(&run, arena, cbk_manuscript_sentence(bound, arena));
    if (bound->n_covered > 0) {
        const char *before = " Of those covered: ";
        for (int i = 0; i < CBK_STANCE_SUGGESTED; i++) {
            if (n[i] > 0) {
                cbk_run_textf(&run, arena, "%s%s %zu", before,
                              cbk_stance_of((cbk_stance)i)->name, n[i]);
                before = ", ";
            }
        }
        cbk_run_text(&run, arena, ".");
    }
    cbk_run_textf(&run, arena, " Left out as no numbers of the study: %zu.",
                  bound->manuscript->n_left_out);
    if (bound->n_not_found > 0) {
        cbk_run_textf(
            &run, arena, " %s with numbers %s stated nowhere in the text.",
            cbk_words_upper_first(
                arena, cbk_words_count(arena, bound->n_not_found, "claim", "claims")),
            bound->n_not_found == 1 ? "is" : "are");
    }
    cbk_document_paragraph(s->report.document, run);
}

cbk_status cbk_manuscript_summary(cbk_study *study, const cbk_manuscript_audit *bound,
                                  cbk_arena *arena, const cbk_document **out,
                                  cbk_error *err)
{
    static const cbk_stance attention[] = {CBK_STANCE_DOES_NOT_REPRODUCE,
                                           CBK_STANCE_CONTRADICTED,
                                           CBK_STANCE_OTHER_CONVENTION};
    static const cbk_stance suggested[] = {CBK_STANCE_SUGGESTED};
    static const cbk_stance unbound[] = {CBK_STANCE_UNBOUND};
    summary s = {.bound = bound};
    CBK_TRY(
        cbk_manuscript_start(study, "Audit of the manuscript", arena, &s.report, err));
    s.report.document->subtitle = bound->manuscript->file;
    add_sentences(&s);
    add_table(&s, "answer", "Numbers that need an answer", "Why", attention, 3);
    if (bound->audit != NULL) {
        cbk_audit_add_inconsistent(&s.report, bound->audit);
    }
    add_table(&s, "suggested", "Numbers of no claim, with a question to confirm",
              "Suggested", suggested, 1);
    add_table(&s, "unbound", "Numbers of no claim, without a suggestion", NULL, unbound,
              1);
    CBK_TRY(cbk_report_done(&s.report, err));
    *out = s.report.document;
    return CBK_OK;
}

/* ---- JSON ----------------------------------------------------------------------------
 */

static void write_covers(const cbk_manuscript_audit *bound, const cbk_standing *standing,
                         cbk_json *json)
{
    cbk_json_key(json, "claims");
    cbk_json_open_array(json);
    for (size_t i = 0; i < standing->n_covers; i++) {
        cbk_json_text(json, bound->audit->results[standing->covers[i].claim].claim->id);
    }
    cbk_json_close_array(json);
}

static void write_suggestions(const cbk_standing *standing, cbk_json *json)
{
    cbk_json_key(json, "suggestions");
    cbk_json_open_array(json);
    for (size_t i = 0; i < standing->n_suggestions; i++) {
        const cbk_suggestion *one = &standing->suggestions[i];
        cbk_json_open_object(json);
        cbk_json_key_text(json, "of", one->of);
        cbk_json_key_text(json, "from", one->from);
        cbk_json_key_text(json, "among", one->among);
        cbk_json_key_text(json, "words", one->words);
        cbk_json_key(json, "computed");
        if (cbk_quantity_has_number(&one->quantity)) {
            cbk_json_number(json, one->quantity.value.number);
        } else {
            cbk_json_null(json);
        }
        cbk_json_key_boolean(json, "as_printed", one->is_met);
        cbk_json_close_object(json);
    }
    cbk_json_close_array(json);
}

static void write_number(const cbk_manuscript_audit *bound, size_t i, cbk_json *json)
{
    const cbk_found_number *number = &bound->manuscript->numbers[i];
    const cbk_cover *cover = NULL;
    const cbk_stance stance = cbk_number_stance(bound, i, &cover);
    cbk_json_open_object(json);
    cbk_json_key_text(json, "text", number->text);
    cbk_json_key(json, "value");
    if (number->kind == CBK_FOUND_NUMBER) {
        cbk_json_number(json, number->value);
    } else {
        cbk_json_null(json);
    }
    cbk_json_key_text(json, "standing",
                      cover != NULL                    ? "covered"
                      : stance == CBK_STANCE_SUGGESTED ? "suggested"
                                                       : "unbound");
    cbk_json_key_text(
        json, "verdict",
        cover != NULL ? cbk_verdict_name(cbk_cover_verdict(bound->audit, cover)) : NULL);
    write_covers(bound, &bound->standing[i], json);
    write_suggestions(&bound->standing[i], json);
    cbk_json_close_object(json);
}

static void write_sentence(const cbk_manuscript_audit *bound,
                           const cbk_sentence *sentence, cbk_arena *arena, cbk_json *json)
{
    const cbk_passage *passage = &bound->manuscript->passages[sentence->passage];
    const char *text = cbk_text_copy_bytes(arena, passage->text + sentence->start,
                                           sentence->end - sentence->start);
    cbk_json_open_object(json);
    cbk_json_key_text(json, "place", passage->place);
    cbk_json_key_text(json, "text", text);
    cbk_json_key(json, "numbers");
    cbk_json_open_array(json);
    for (size_t k = 0; k < sentence->n_numbers; k++) {
        write_number(bound, sentence->first_number + k, json);
    }
    cbk_json_close_array(json);
    cbk_json_close_object(json);
}

static void write_left_out(const cbk_manuscript *m, cbk_json *json)
{
    cbk_json_key(json, "left_out");
    cbk_json_open_array(json);
    for (size_t i = 0; i < m->n_left_out; i++) {
        cbk_json_open_object(json);
        cbk_json_key_text(json, "text", m->left_out[i].text);
        cbk_json_key_text(json, "reason", cbk_left_out_name(m->left_out[i].reason));
        cbk_json_close_object(json);
    }
    cbk_json_close_array(json);
}

void cbk_manuscript_json(const cbk_manuscript_audit *bound, cbk_arena *arena,
                         cbk_json *json)
{
    const cbk_manuscript *m = bound->manuscript;
    cbk_json_open_object(json);
    cbk_json_key_text(json, "file", m->file);
    cbk_json_key_text(json, "kind", cbk_manuscript_kind_name(m->kind));
    cbk_json_key_integer(json, "numbers", (int64_t)m->n_numbers);
    cbk_json_key_integer(json, "covered", (int64_t)bound->n_covered);
    cbk_json_key_integer(json, "suggested", (int64_t)bound->n_suggested);
    cbk_json_key_integer(json, "unbound", (int64_t)bound->n_unbound);
    cbk_json_key(json, "sentences");
    cbk_json_open_array(json);
    for (size_t i = 0; i < m->n_sentences; i++) {
        if (m->sentences[i].n_numbers > 0) {
            write_sentence(bound, &m->sentences[i], arena, json);
        }
    }
    cbk_json_close_array(json);
    cbk_json_key(json, "not_found");
    cbk_json_open_array(json);
    for (size_t i = 0; i < bound->n_not_found; i++) {
        cbk_json_text(json, bound->audit->results[bound->not_found[i]].claim->id);
    }
    cbk_json_close_array(json);
    write_left_out(m, json);
    cbk_json_close_object(json);
}
