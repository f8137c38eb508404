/* design_terms.c - the terms of a regression as they are written: "age", "age:sex".
 * Contract: study/analysis/design.h.
 */
#include "study/analysis/design.h"

#include "base/text.h"

#include <string.h>

enum { PARTS_MAX = 4 }; /* nobody can read a product of more */

typedef struct term_reading {
    cbk_arena *arena;
    const char **on;
    size_t n_on;
    cbk_model_term *terms;
    size_t n_terms;
} term_reading;

/* The place of a variable, which is added where it is new. */
static size_t place_of(term_reading *at, const char *name)
{
    for (size_t i = 0; i < at->n_on; i++) {
        if (strcmp(at->on[i], name) == 0) {
            return i;
        }
    }
    at->on[at->n_on] = name;
    return at->n_on++;
}

static bool has_part(const cbk_model_term *term, size_t part)
{
    for (size_t i = 0; i < term->n_parts; i++) {
        if (term->part[i] == part) {
            return true;
        }
    }
    return false;
}

/* Whether the terms have the same parts, `without` left out of the first (SIZE_MAX:
 * none). */
static bool is_same(const cbk_model_term *term, size_t without,
                    const cbk_model_term *other)
{
    const size_t n = term->n_parts - (without != SIZE_MAX ? 1 : 0);
    for (size_t i = 0; i < term->n_parts; i++) {
        if (i != without && !has_part(other, term->part[i])) {
            return false;
        }
    }
    return n == other->n_parts;
}

static cbk_status add_term(term_reading *at, const char *written, cbk_error *err)
{
    cbk_model_term *term = &at->terms[at->n_terms];
    size_t *parts = CBK_NEW(at->arena, size_t, PARTS_MAX);
    if (parts == NULL) {
        return cbk_fail_memory(err);
    }
    *term = (cbk_model_term){.part = parts};
    for (const char *from = written; from != NULL;) {
        from += strspn(from, " ");
        const size_t to_colon = strcspn(from, ":");
        size_t size = to_colon;
        while (size > 0 && from[size - 1] == ' ') {
            size--;
        }
        if (size == 0) {
            return cbk_fail(err, CBK_EINVAL, CBK_ROW_NONE,
                            "\"%s\" is no covariate: a name is missing.", written);
        }
        if (term->n_parts == PARTS_MAX) {
            return cbk_fail(err, CBK_EINVAL, CBK_ROW_NONE,
                            "\"%s\": an interaction has at most %d variables.", written,
                            PARTS_MAX);
        }
        const char *name = cbk_text_copy_bytes(at->arena, from, size);
        if (name == NULL) {
            return cbk_fail_memory(err);
        }
        const size_t place = place_of(at, name);
        if (has_part(term, place)) {
            return cbk_fail(err, CBK_EINVAL, CBK_ROW_NONE, "\"%s\" has \"%s\" twice.",
                            written, name);
        }
        term->name = term->n_parts == 0
                         ? name
                         : cbk_text_format(at->arena, "%s:%s", term->name, name);
        parts[term->n_parts++] = place;
        from = from[to_colon] == ':' ? from + to_colon + 1 : NULL;
    }
    for (size_t i = 0; i < at->n_terms; i++) {
        if (is_same(term, SIZE_MAX, &at->terms[i])) {
            return cbk_fail(err, CBK_EINVAL, CBK_ROW_NONE,
                            "The covariate \"%s\" is named twice.", term->name);
        }
    }
    at->n_terms++;
    return CBK_OK;
}

/* The parts of a product without one of them, as they would be written. */
static const char *name_without(const term_reading *at, const cbk_model_term *term,
                                size_t without)
{
    const char *name = "";
    for (size_t i = 0; i < term->n_parts; i++) {
        if (i != without) {
            name = cbk_text_format(at->arena, "%s%s%s", name, *name != '\0' ? ":" : "",
                                   at->on[term->part[i]]);
            name = name != NULL ? name : "";
        }
    }
    return name;
}

static cbk_status check_parts(const term_reading *at, const cbk_model_term *term,
                              cbk_error *err)
{
    for (size_t without = 0; term->n_parts > 1 && without < term->n_parts; without++) {
        bool is_found = false;
        for (size_t i = 0; i < at->n_terms && !is_found; i++) {
            is_found = is_same(term, without, &at->terms[i]);
        }
        if (!is_found) {
            const char *missing = name_without(at, term, without);
            return cbk_fail(err, CBK_EINVAL, CBK_ROW_NONE,
                            "The interaction \"%s\" needs \"%s\" among the covariates, "
                            "too: without it the coefficient would not be that of an "
                            "interaction.",
                            term->name, missing);
        }
    }
    return CBK_OK;
}

cbk_status cbk_design_read_terms(const char *const *written, size_t n, cbk_arena *arena,
                                 cbk_followup_request *request, cbk_error *err)
{
    term_reading at = {.arena = arena,
                       .on = CBK_NEW(arena, const char *, n *PARTS_MAX + 1),
                       .terms = CBK_NEW(arena, cbk_model_term, n + 1)};
    if (at.terms == NULL) {
        return cbk_fail_memory(err);
    }
    for (size_t i = 0; i < n; i++) {
        CBK_TRY(add_term(&at, written[i], err));
    }
    for (size_t i = 0; i < at.n_terms; i++) {
        CBK_TRY(check_parts(&at, &at.terms[i], err));
    }
    request->on = at.on;
    request->n_on = at.n_on;
    request->terms = at.terms;
    request->n_terms = at.n_terms;
    return cbk_arena_has_failed(arena) ? cbk_fail_memory(err) : CBK_OK;
}
