/* manuscript_check.c - the checks that a manuscript's own sentences allow.  Contract:
 * casebook/manuscript.h. */
#include <casebook/manuscript.h>

#include "base/text.h"
#include "claims/paper/paper_check.h"

#include <string.h>

/* Every sentence as if somebody had claimed it: its place, its words. */
static cbk_claim *sentences_of(const cbk_manuscript *m, cbk_arena *arena)
{
    cbk_claim *out = CBK_NEW(arena, cbk_claim, m->n_sentences);
    for (size_t i = 0; out != NULL && i < m->n_sentences; i++) {
        const cbk_sentence *sentence = &m->sentences[i];
        const cbk_passage *passage = &m->passages[sentence->passage];
        const char *text = cbk_text_copy_bytes(arena, passage->text + sentence->start,
                                               sentence->end - sentence->start);
        out[i] = (cbk_claim){.id = cbk_text_format(arena, "sentence-%zu", i + 1),
                             .place = passage->place[0] != '\0' ? passage->place : NULL,
                             .says = text,
                             .stated = text != NULL ? text : ""};
    }
    return out;
}

/* Whether the audit has the same check of the same numbers already. */
static bool is_known(const cbk_audit *audit, const cbk_check_result *one)
{
    for (size_t i = 0; i < audit->n_checks; i++) {
        if (strcmp(audit->checks[i].kind, one->kind) == 0 &&
            cbk_text_is_equal(audit->checks[i].stated, one->stated)) {
            return true;
        }
    }
    return false;
}

static bool find_all(const cbk_manuscript *m, cbk_arena *arena, cbk_paper_check **out,
                     size_t *n)
{
    cbk_claim *sentences = sentences_of(m, arena);
    size_t n_found = 0;
    for (size_t i = 0; sentences != NULL && i < m->n_sentences; i++) {
        if (!cbk_paper_checks_find_in_sentence(&sentences[i], arena, NULL, &n_found)) {
            return false;
        }
    }
    *out = CBK_NEW(arena, cbk_paper_check, n_found);
    for (size_t i = 0; *out != NULL && i < m->n_sentences; i++) {
        if (!cbk_paper_checks_find_in_sentence(&sentences[i], arena, *out, n)) {
            return false;
        }
    }
    return *out != NULL && !cbk_arena_has_failed(arena);
}

cbk_status cbk_manuscript_check(const cbk_manuscript *manuscript, const cbk_audit *audit,
                                cbk_arena *arena, const cbk_audit **out, cbk_error *err)
{
    cbk_paper_check *found = NULL;
    size_t n = 0;
    *out = NULL;
    if (!find_all(manuscript, arena, &found, &n)) {
        return cbk_fail_memory(err);
    }
    cbk_audit *made = CBK_NEW(arena, cbk_audit, 1);
    cbk_check_result *results =
        CBK_NEW(arena, cbk_check_result, audit->n_checks + n * CBK_PAPER_KINDS);
    if (made == NULL || results == NULL) {
        return cbk_fail_memory(err);
    }
    *made = *audit;
    made->checks = results;
    for (size_t i = 0; i < audit->n_checks; i++) {
        results[i] = audit->checks[i];
    }
    for (size_t i = 0; i < n; i++) {
        cbk_check_result one[CBK_PAPER_KINDS];
        const size_t n_of_one = cbk_paper_check_run(&found[i], arena, one);
        for (size_t k = 0; k < n_of_one; k++) {
            if (!is_known(audit, &one[k])) {
                made->check_counts[one[k].verdict]++;
                results[made->n_checks++] = one[k];
            }
        }
    }
    *out = made;
    return cbk_arena_has_failed(arena) ? cbk_fail_memory(err) : CBK_OK;
}
