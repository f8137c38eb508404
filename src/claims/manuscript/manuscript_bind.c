/* manuscript_bind.c - a manuscript's numbers, the claims that cover them, suggestions for
 * the rest.  Contract: casebook/manuscript.h.
 */
#include "claims/binding.h"
#include "claims/manuscript/lexicon.h"
#include "study/records.h"

#include <assert.h>
#include <stdio.h>
#include <string.h>

cbk_verdict cbk_cover_verdict(const cbk_audit *audit, const cbk_cover *cover)
{
    const cbk_claim_result *result = &audit->results[cover->claim];
    if (cover->part == CBK_COVER_QUESTION && result->n_computed > 0) {
        return CBK_VERDICT_REPRODUCES; /* there is nothing to reproduce */
    }
    if (result->n_computed < 2 || cover->part >= result->n_computed ||
        result->verdict == CBK_VERDICT_REPRODUCES ||
        result->verdict == CBK_VERDICT_CONTRADICTED) {
        return result->verdict;
    }
    /* Of several numbers the claim has the worst verdict; its explanations say whose. */
    char prefix[32];
    (void)snprintf(prefix, sizeof prefix, "Number %zu, ", cover->part + 1);
    for (size_t i = 0; i < result->n_explanations; i++) {
        if (strncmp(result->explanations[i], prefix, strlen(prefix)) == 0) {
            return result->verdict;
        }
    }
    return CBK_VERDICT_REPRODUCES;
}

/* Whether a claim states anything that a text could be searched for. */
static bool has_numbers(const cbk_claim *claim, cbk_arena *arena)
{
    const cbk_found_number *numbers = NULL;
    size_t n = 0;
    return cbk_numbers_of(claim->stated, arena, &numbers, &n, NULL) == CBK_OK && n > 0;
}

static cbk_status list_not_found(const cbk_binding *b, cbk_manuscript_audit *out,
                                 cbk_error *err)
{
    const size_t n = b->audit != NULL ? b->audit->n : 0;
    size_t *list = CBK_NEW(b->arena, size_t, n + 1);
    if (list == NULL) {
        return cbk_fail_memory(err);
    }
    for (size_t i = 0; i < n; i++) {
        if (b->n_places[i] == 0 && has_numbers(b->audit->results[i].claim, b->arena)) {
            list[out->n_not_found++] = i;
        }
    }
    out->not_found = list;
    return CBK_OK;
}

static cbk_status stand(cbk_binding *b, const cbk_lexicon *lexicon,
                        cbk_standing *standing, cbk_manuscript_audit *out, cbk_error *err)
{
    for (size_t i = 0; i < b->manuscript->n_numbers; i++) {
        standing[i] =
            (cbk_standing){.n_covers = b->covers[i].n, .covers = b->covers[i].items};
        if (standing[i].n_covers > 0) {
            out->n_covered++;
            continue;
        }
        if (lexicon != NULL) {
            CBK_TRY(cbk_binding_suggest(b, lexicon, i, &standing[i], err));
        }
        out->n_suggested += standing[i].n_suggestions > 0;
        out->n_unbound += standing[i].n_suggestions == 0;
    }
    return CBK_OK;
}

cbk_status cbk_manuscript_bind(cbk_study *study, const cbk_audit *audit,
                               const cbk_manuscript *manuscript, cbk_arena *arena,
                               const cbk_manuscript_audit **out, cbk_error *err)
{
    assert(manuscript != NULL && arena != NULL && out != NULL);
    *out = NULL;
    cbk_binding b = {.study = study,
                     .protocol = study != NULL ? cbk_study_protocol(study) : NULL,
                     .audit = audit,
                     .manuscript = manuscript,
                     .contexts = cbk_contexts_of(manuscript, arena),
                     .arena = arena};
    const cbk_lexicon *lexicon = study != NULL ? cbk_lexicon_of(b.protocol, arena) : NULL;
    cbk_manuscript_audit *bound = CBK_NEW(arena, cbk_manuscript_audit, 1);
    cbk_standing *standing = CBK_NEW(arena, cbk_standing, manuscript->n_numbers + 1);
    if (b.contexts == NULL || (study != NULL && lexicon == NULL) || standing == NULL) {
        return cbk_fail_memory(err);
    }
    *bound = (cbk_manuscript_audit){
        .manuscript = manuscript, .audit = audit, .standing = standing};
    CBK_TRY(cbk_binding_cover(&b, err));
    CBK_TRY(stand(&b, lexicon, standing, bound, err));
    CBK_TRY(list_not_found(&b, bound, err));
    *out = bound;
    return CBK_OK;
}
