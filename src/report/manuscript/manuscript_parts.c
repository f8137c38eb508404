/* manuscript_parts.c - stances, sentences and suggestions of a manuscript's numbers.
 * Contract: manuscript_parts.h.
 */
#include "report/manuscript/manuscript_parts.h"

#include "claims/manuscript/manuscript_builder.h"

#include <string.h>

cbk_status cbk_manuscript_start(cbk_study *study, const char *title, cbk_arena *arena,
                                cbk_report *out, cbk_error *err)
{
    *out = (cbk_report){.study = study,
                        .protocol = study != NULL ? cbk_study_protocol(study) : NULL,
                        .document = cbk_document_create(arena, title),
                        .arena = arena,
                        .conventions = cbk_conventions_of(CBK_PROFILE_R)};
    return cbk_report_done(out, err);
}

/* ---- stances ---------------------------------------------------------------------- */

static const cbk_stance_words stances[CBK_STANCE_COUNT] = {
    [CBK_STANCE_REPRODUCES] = {"=", "reproduces", "follows from the records",
                               CBK_TONE_GOOD},
    [CBK_STANCE_OTHER_CONVENTION] = {"≈", "other convention",
                                     "follows under another rule, which its note names",
                                     CBK_TONE_WARN},
    [CBK_STANCE_CONTRADICTED] = {"↔", "contradicted",
                                 "the manuscript states it differently elsewhere",
                                 CBK_TONE_WARN},
    [CBK_STANCE_DOES_NOT_REPRODUCE] = {"≠", "does not reproduce",
                                       "does not follow from the records", CBK_TONE_BAD},
    [CBK_STANCE_NOT_COMPUTABLE] = {"–", "not computable",
                                   "stated by a claim that the records cannot answer",
                                   CBK_TONE_PLAIN},
    [CBK_STANCE_SUGGESTED] = {"?", "suggested",
                              "of no claim yet; its note suggests a question to confirm",
                              CBK_TONE_ASK},
    [CBK_STANCE_UNBOUND] = {"○", "unbound", "of no claim, and not checked",
                            CBK_TONE_PLAIN},
};

const cbk_stance_words *cbk_stance_of(cbk_stance stance)
{
    return &stances[stance];
}

static cbk_stance stance_of_verdict(cbk_verdict verdict)
{
    switch (verdict) {
    case CBK_VERDICT_REPRODUCES:
        return CBK_STANCE_REPRODUCES;
    case CBK_VERDICT_OTHER_CONVENTION:
        return CBK_STANCE_OTHER_CONVENTION;
    case CBK_VERDICT_CONTRADICTED:
        return CBK_STANCE_CONTRADICTED;
    case CBK_VERDICT_DOES_NOT_REPRODUCE:
        return CBK_STANCE_DOES_NOT_REPRODUCE;
    case CBK_VERDICT_NOT_COMPUTABLE:
        break;
    }
    return CBK_STANCE_NOT_COMPUTABLE;
}

cbk_stance cbk_number_stance(const cbk_manuscript_audit *bound, size_t i,
                             const cbk_cover **cover)
{
    static const int gravity[CBK_STANCE_COUNT] = {[CBK_STANCE_REPRODUCES] = 1,
                                                  [CBK_STANCE_NOT_COMPUTABLE] = 0,
                                                  [CBK_STANCE_OTHER_CONVENTION] = 2,
                                                  [CBK_STANCE_CONTRADICTED] = 3,
                                                  [CBK_STANCE_DOES_NOT_REPRODUCE] = 4};
    const cbk_standing *standing = &bound->standing[i];
    cbk_stance gravest = CBK_STANCE_NOT_COMPUTABLE;
    *cover = NULL;
    for (size_t k = 0; k < standing->n_covers; k++) {
        const cbk_stance stance =
            stance_of_verdict(cbk_cover_verdict(bound->audit, &standing->covers[k]));
        if (*cover == NULL || gravity[stance] > gravity[gravest]) {
            gravest = stance;
            *cover = &standing->covers[k];
        }
    }
    if (*cover != NULL) {
        return gravest;
    }
    return standing->n_suggestions > 0 ? CBK_STANCE_SUGGESTED : CBK_STANCE_UNBOUND;
}

/* ---- sentences --------------------------------------------------------------------- */

const char *cbk_manuscript_sentence(const cbk_manuscript_audit *bound, cbk_arena *arena)
{
    const size_t n = bound->manuscript->n_numbers;
    if (n == 0) {
        return "The manuscript prints no numbers.";
    }
    if (bound->n_covered == n) {
        return cbk_text_format(
            arena, "%s: all are covered by claims.",
            cbk_text_format(arena, "The manuscript prints %s",
                            cbk_words_count(arena, n, "number", "numbers")));
    }
    return cbk_text_format(
        arena,
        "The manuscript prints %s: %zu %s covered by claims, %zu %s a suggestion that "
        "nobody has confirmed, and %zu %s bound to nothing.",
        cbk_words_count(arena, n, "number", "numbers"), bound->n_covered,
        bound->n_covered == 1 ? "is" : "are", bound->n_suggested,
        bound->n_suggested == 1 ? "has" : "have", bound->n_unbound,
        bound->n_unbound == 1 ? "is" : "are");
}

const char *cbk_number_sentence(const cbk_manuscript_audit *bound, size_t i,
                                cbk_arena *arena)
{
    const cbk_manuscript *m = bound->manuscript;
    const cbk_sentence *sentence = &m->sentences[m->numbers[i].sentence];
    const cbk_passage *passage = &m->passages[sentence->passage];
    const int size = (int)(sentence->end - sentence->start);
    if (passage->kind != CBK_PASSAGE_CELL) {
        return cbk_text_format(arena, "%.*s", size, passage->text + sentence->start);
    }
    const char *row =
        passage->column > 0 ? m->passages[sentence->passage - passage->column].text : "";
    return cbk_text_format(arena, "%s, row %zu%s%.*s: %.*s", passage->place,
                           passage->row + 1, *row != '\0' ? ", " : "",
                           (int)cbk_cut_length(row, CBK_HEADER_BYTES_MAX), row, size,
                           passage->text + sentence->start);
}

const char *cbk_telling_part(const char *explanation)
{
    static const char *const said_already[] = {"The records give ",
                                               "Weak, no explanation", "The claim has no",
                                               "Without the records"};
    if (strncmp(explanation, "Number ", 7) == 0) {
        const char *colon = strstr(explanation, ": ");
        explanation = colon != NULL ? colon + 2 : explanation;
    }
    for (size_t i = 0; i < sizeof said_already / sizeof said_already[0]; i++) {
        if (strncmp(explanation, said_already[i], strlen(said_already[i])) == 0) {
            return NULL;
        }
    }
    return explanation;
}

void cbk_add_suggestion(cbk_report *report, cbk_text_run *run, const cbk_suggestion *one)
{
    cbk_arena *arena = report->arena;
    cbk_run_span(run, arena, (cbk_span){.kind = CBK_SPAN_CODE, .text = one->of});
    if (one->from != NULL) {
        cbk_run_text(run, arena, " from ");
        cbk_run_span(run, arena, (cbk_span){.kind = CBK_SPAN_CODE, .text = one->from});
    }
    if (one->among != NULL) {
        cbk_run_text(run, arena, " among ");
        cbk_run_span(run, arena, (cbk_span){.kind = CBK_SPAN_CODE, .text = one->among});
    }
    cbk_run_text(run, arena, ": ");
    cbk_report_quantity(report, run, &one->quantity, -1);
    cbk_run_text(run, arena, one->is_met ? ", as printed" : "");
}
