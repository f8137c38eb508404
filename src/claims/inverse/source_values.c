/* source_values.c - questions asked again with what another source says.  Contract:
 * source_values.h. */
#include "claims/inverse/source_values.h"

#include "base/text.h"
#include "claims/inverse/inverse_load.h"
#include "claims/verdict/verdict_parts.h"

#include <string.h>
#include <strings.h>

/* The answer to one question with one source's value. */
typedef struct source_value {
    const char *words; /* "with 63 for `age_years` of patient 3 (case history)" */
    cbk_quantity quantity;
} source_value;

struct cbk_source_values {
    size_t n;
    const source_value *items;
};

static bool has_select(const char *sql)
{
    for (; sql != NULL && *sql != '\0'; sql++) {
        if (strncasecmp(sql, "select", 6) == 0) {
            return true;
        }
    }
    return false;
}

/* What the question reads when its derived variables and endpoints are written out. */
static cbk_recipe written_out(const cbk_loading *at)
{
    const char *of = cbk_sql_without_endpoints(at, at->asked->of);
    const char *among = cbk_sql_without_endpoints(at, at->asked->among);
    return (cbk_recipe){.value = cbk_sql_without_derived(at, of),
                        .among = cbk_sql_without_derived(at, among)};
}

/* One value of a source that is still open; not a source as a whole. */
static bool is_open(const cbk_scenario *one)
{
    return one->n == 1 && !one->statements[0]->is_resolved;
}

/* False: SQL does not answer.  Errors: CBK_ENOMEM. */
static cbk_status ask_with(const cbk_loading *at, const cbk_recipe *made,
                           const cbk_scenario *given, source_value *out, bool *is_asked,
                           cbk_error *err)
{
    const char *of = cbk_sql_with_sources(at, made->value, given);
    const char *among = cbk_sql_with_sources(at, made->among, given);
    *is_asked = false;
    if (cbk_arena_has_failed(at->arena)) {
        return cbk_fail_memory(err);
    }
    cbk_error ignored = {.message = ""};
    const cbk_status status = cbk_study_evaluate(
        at->study, of, at->asked->from, among, NULL, at->arena, &out->quantity, &ignored);
    if (status == CBK_ENOMEM) {
        return cbk_fail_memory(err);
    }
    out->words = given->words;
    *is_asked = status == CBK_OK && !cbk_notes_forbid_print(out->quantity.notes) &&
                out->quantity.value.kind != CBK_VALUE_ABSENT;
    return CBK_OK;
}

static bool is_same_value(const cbk_value *a, const cbk_value *b)
{
    return a->kind == b->kind &&
           (a->kind == CBK_VALUE_NUMBER ? a->number == b->number
                                        : cbk_text_is_equal(a->text, b->text));
}

/* Asks with each open value; keeps the answers that differ. */
static cbk_status ask_all(const cbk_loading *at, struct cbk_source_values *out,
                          cbk_error *err)
{
    size_t n = 0;
    const cbk_recipe made = written_out(at);
    if (cbk_arena_has_failed(at->arena)) {
        return cbk_fail_memory(err);
    }
    if (has_select(made.value) || has_select(made.among)) {
        return CBK_OK;
    }
    const cbk_scenario *scenarios = cbk_scenarios_of(at, &made, &n);
    source_value *items = CBK_NEW(at->arena, source_value, n);
    if (scenarios == NULL || items == NULL) {
        return cbk_fail_memory(err);
    }
    for (size_t i = 0; i < n; i++) {
        bool is_asked = false;
        if (is_open(&scenarios[i])) {
            CBK_TRY(ask_with(at, &made, &scenarios[i], &items[out->n], &is_asked, err));
        }
        out->n += is_asked && !is_same_value(&items[out->n].quantity.value,
                                             &at->asked->quantity.value);
    }
    out->items = items;
    return CBK_OK;
}

static cbk_status load(cbk_study *study, cbk_asked *asked, cbk_arena *arena,
                       cbk_error *err)
{
    const cbk_protocol *protocol = cbk_study_protocol(study);
    struct cbk_source_values *values = CBK_NEW(arena, struct cbk_source_values, 1);
    if (values == NULL) {
        return cbk_fail_memory(err);
    }
    cbk_inverse_question question = {
        .form = asked->from == NULL ? &protocol->forms[0]
                                    : cbk_protocol_form(protocol, asked->from)};
    question.records = cbk_study_records(study, question.form->name);
    const cbk_loading at = {study, arena, asked, &question};
    CBK_TRY(ask_all(&at, values, err));
    asked->sources = values;
    return CBK_OK;
}

/* Whether a value is what is stated, under the study's own conventions; false where the
 * two cannot be compared. */
static bool is_so(cbk_study *study, const cbk_quantity *quantity, const cbk_stated *said,
                  const char *text, cbk_arena *arena, bool wanted)
{
    int32_t day = 0;
    const cbk_stated_number *item = said->n > 0 ? &said->numbers[0] : NULL;
    if (quantity->value.kind == CBK_VALUE_NUMBER) {
        const bool is_comparable = item != NULL && (item->kind == CBK_STATED_NUMBER ||
                                                    item->kind == CBK_STATED_NOT_REACHED);
        return is_comparable && cbk_stated_is_met(item, quantity->value.number,
                                                  CBK_ROUND_HALF_AWAY) == wanted;
    }
    if (item != NULL && cbk_claim_is_date(&quantity->value, &day) &&
        cbk_stated_has_days(item)) {
        return cbk_stated_is_day(item, day) == wanted;
    }
    return cbk_claim_is_text(study, quantity, text, arena) == wanted;
}

static const char *print_value(const cbk_value *value, int digits, cbk_arena *arena)
{
    char number[CBK_NUMBER_SIZE];
    if (value->kind != CBK_VALUE_NUMBER) {
        return value->text;
    }
    cbk_claim_print_number(value->number, digits, number);
    return cbk_text_copy(arena, number);
}

/* What number k of a claim is with a source's value. */
struct cbk_source_said {
    const char *words; /* equal for the same value of every question */
    const char *value; /* for print */
    size_t k;
    bool agrees; /* it is what is stated */
};

/* Room for what one more number may add. */
static bool make_room(cbk_audit_work *a, cbk_sources_said *out)
{
    const size_t n = out->n + CBK_SOURCE_VALUES_SHOWN;
    struct cbk_source_said *items = CBK_NEW(a->arena, struct cbk_source_said, n);
    for (size_t i = 0; items != NULL && i < out->n; i++) {
        items[i] = out->items[i];
    }
    out->items = items;
    return items != NULL;
}

cbk_status cbk_sources_ask(cbk_audit_work *a, const cbk_statement *one, size_t k,
                           const cbk_judgement *judgement, cbk_sources_said *out,
                           cbk_error *err)
{
    size_t n_sources = 0;
    const bool is_wrong = judgement->verdict == CBK_VERDICT_DOES_NOT_REPRODUCE;
    (void)cbk_study_sources(a->study, &n_sources);
    if (n_sources == 0 || judgement->is_searchable ||
        (judgement->verdict != CBK_VERDICT_REPRODUCES && !is_wrong)) {
        return CBK_OK;
    }
    if (one->asked->sources == NULL) {
        CBK_TRY(load(a->study, one->asked, a->arena, err));
    }
    const struct cbk_source_values *all = one->asked->sources;
    if (all->n > 0 && !make_room(a, out)) {
        return cbk_fail_memory(err);
    }
    const size_t n_most = out->n + CBK_SOURCE_VALUES_SHOWN;
    const int digits = one->said.n > 0 ? one->said.numbers[0].digits : 0;
    for (size_t i = 0; i < all->n && out->n < n_most; i++) {
        const cbk_quantity *quantity = &all->items[i].quantity;
        if (is_so(a->study, quantity, &one->said, one->text, a->arena, is_wrong)) {
            out->items[out->n++] = (struct cbk_source_said){
                all->items[i].words, print_value(&quantity->value, digits, a->arena), k,
                is_wrong};
        }
    }
    return cbk_arena_has_failed(a->arena) ? cbk_fail_memory(err) : CBK_OK;
}

static bool is_of_one_value(const struct cbk_source_said *a,
                            const struct cbk_source_said *b)
{
    return a->agrees == b->agrees && strcmp(a->words, b->words) == 0;
}

/* From item i on: "... with 63 for ... it is 44.33.", "... number 2 is 40, number 3 is
 * 73." */
static const char *say(cbk_audit_work *a, const cbk_claim *claim,
                       const cbk_sources_said *all, size_t i)
{
    const struct cbk_source_said *first = &all->items[i];
    cbk_buffer text = {0};
    cbk_buffer_addf(&text, "Another source says %s: %.200s",
                    first->agrees ? "so" : "otherwise", first->words);
    for (size_t m = i; m < all->n; m++) {
        const struct cbk_source_said *one = &all->items[m];
        if (!is_of_one_value(one, first)) {
            continue;
        }
        cbk_buffer_add(&text, m == i ? " " : ", ");
        if (claim->n_of == 1) {
            cbk_buffer_addf(&text, "it is %.200s", one->value);
        } else {
            cbk_buffer_addf(&text, "number %zu is %.200s", one->k + 1, one->value);
        }
    }
    cbk_buffer_add(&text, ".");
    const char *copy = text.is_failed ? NULL : cbk_text_copy(a->arena, text.bytes);
    cbk_buffer_free(&text);
    return copy;
}

size_t cbk_sources_explain(cbk_audit_work *a, const cbk_claim *claim,
                           const cbk_sources_said *said, const char **sentences)
{
    size_t n = 0;
    for (size_t i = 0; i < said->n; i++) {
        bool is_said = false;
        for (size_t m = 0; m < i; m++) {
            is_said = is_said || is_of_one_value(&said->items[m], &said->items[i]);
        }
        const char *sentence = is_said ? NULL : say(a, claim, said, i);
        if (sentence != NULL) {
            sentences[n++] = sentence;
        }
    }
    return n;
}
