/* source_values.c - questions asked again with what another source says.  Contract:
 * source_values.h. */
#include "claims/source_values.h"

#include "base/text.h"
#include "claims/inverse_load.h"
#include "claims/verdict_parts.h"

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

static const char *say(const source_value *one, bool agrees, int digits, cbk_arena *arena)
{
    char number[CBK_NUMBER_SIZE] = "";
    const cbk_value *value = &one->quantity.value;
    if (value->kind == CBK_VALUE_NUMBER) {
        cbk_claim_print_number(value->number, digits, number);
    }
    return cbk_text_format(arena, "Another source says %s: %.200s it is %.200s.",
                           agrees ? "so" : "otherwise", one->words,
                           value->kind == CBK_VALUE_NUMBER ? number : value->text);
}

cbk_status cbk_sources_say(cbk_study *study, cbk_asked *asked, const cbk_stated *said,
                           const char *text, bool agrees, cbk_arena *arena,
                           const char *sentences[CBK_SOURCE_VALUES_SHOWN], size_t *n,
                           cbk_error *err)
{
    size_t n_sources = 0;
    (void)cbk_study_sources(study, &n_sources);
    *n = 0;
    if (n_sources == 0) {
        return CBK_OK;
    }
    if (asked->sources == NULL) {
        CBK_TRY(load(study, asked, arena, err));
    }
    const int digits = said->n > 0 ? said->numbers[0].digits : 0;
    for (size_t i = 0; i < asked->sources->n && *n < CBK_SOURCE_VALUES_SHOWN; i++) {
        const source_value *one = &asked->sources->items[i];
        if (is_so(study, &one->quantity, said, text, arena, agrees)) {
            sentences[(*n)++] = say(one, agrees, digits, arena);
        }
    }
    return cbk_arena_has_failed(arena) ? cbk_fail_memory(err) : CBK_OK;
}
