/* verdict_words.c - what is stated in words: categories, dates, "all", "not reached".
 * Contract: verdict_parts.h. */
#include "claims/verdict/verdict_parts.h"

#include "base/date.h"
#include "claims/inverse/inverse_question.h"
#include "study/records.h"

#include <math.h>
#include <string.h>

/* ---- categories ---------------------------------------------------------------- */

/* The label that one of the fields the question read gives to a code; or NULL. */
static const char *label_of(cbk_study *study, const cbk_quantity *quantity,
                            const char *code)
{
    const cbk_protocol *protocol = cbk_study_protocol(study);
    for (size_t i = 0; i < quantity->n_fields; i++) {
        const char *point = strchr(quantity->fields[i], '.');
        const char *name = point == NULL ? quantity->fields[i] : point + 1;
        const cbk_form *form = cbk_protocol_form(protocol, quantity->from);
        const cbk_field *field = form == NULL ? NULL : cbk_form_field(form, name);
        field = field != NULL ? field : cbk_protocol_variable(protocol, name);
        const char *label =
            field == NULL ? NULL : cbk_code_label(field->choices, field->n_choices, code);
        if (label != NULL) {
            return label;
        }
    }
    return NULL;
}

static bool is_same_text(const char *computed, const char *text, cbk_arena *arena)
{
    const char *normal = cbk_stated_normalise(computed, arena);
    return normal != NULL && strcmp(normal, text) == 0;
}

bool cbk_claim_is_text(cbk_study *study, const cbk_quantity *quantity, const char *text,
                       cbk_arena *arena)
{
    const char *label = label_of(study, quantity, quantity->value.text);
    return is_same_text(quantity->value.text, text, arena) ||
           (label != NULL && is_same_text(label, text, arena));
}

void cbk_claim_judge_text(cbk_study *study, const cbk_quantity *quantity,
                          const char *text, cbk_arena *arena, cbk_judgement *out)
{
    const char *computed = quantity->value.text;
    const char *label = label_of(study, quantity, computed);
    if (cbk_claim_is_text(study, quantity, text, arena)) {
        *out = (cbk_judgement){.verdict = CBK_VERDICT_REPRODUCES};
        return;
    }
    *out = (cbk_judgement){.verdict = CBK_VERDICT_DOES_NOT_REPRODUCE,
                           .explanation = cbk_text_format(
                               arena, "The records give \"%.200s\", not \"%.200s\".",
                               label != NULL ? label : computed, text)};
}

/* ---- dates --------------------------------------------------------------------- */

bool cbk_claim_is_date(const cbk_value *value, int32_t *day)
{
    char text[11] = "";
    if (value->kind != CBK_VALUE_TEXT || strlen(value->text) < 10) {
        return false;
    }
    memcpy(text, value->text, 10);
    const char after = value->text[10];
    return (after == '\0' || after == ' ' || after == 'T') && cbk_date_parse(text, day);
}

/* "1998", "1998-08", "1998-08-31". */
static const char *stated_date_text(const cbk_stated_number *stated, cbk_arena *arena)
{
    if (stated->kind != CBK_STATED_DATE) {
        return cbk_claim_stated_text(stated, arena);
    }
    char text[11];
    cbk_date_format(stated->first_day, text);
    text[stated->digits == 0 ? 4 : stated->digits == 1 ? 7 : 10] = '\0';
    return cbk_text_copy(arena, text);
}

void cbk_claim_judge_date(const cbk_quantity *quantity, int32_t day,
                          const cbk_stated_number *stated, cbk_arena *arena,
                          cbk_judgement *out)
{
    cbk_stated_number exact = *stated;
    exact.tolerance = 0.0;
    const char *said = stated_date_text(stated, arena);
    const char *computed = quantity->value.text;
    if (!cbk_stated_is_day(stated, day)) {
        *out = (cbk_judgement){
            .verdict = CBK_VERDICT_DOES_NOT_REPRODUCE,
            .explanation = cbk_text_format(arena, "The records give %.200s, not %s.",
                                           computed, said != NULL ? said : "")};
        return;
    }
    const char *words = NULL;
    if (!cbk_stated_is_day(&exact, day)) {
        char days[CBK_NUMBER_SIZE];
        cbk_number_shortest(stated->tolerance, days);
        words = cbk_text_format(
            arena, "Within the tolerance of %s days: the records give %.200s.", days,
            computed);
    }
    *out = (cbk_judgement){.verdict = CBK_VERDICT_REPRODUCES, .explanation = words};
}

/* ---- words for numbers --------------------------------------------------------- */

/* How many "all" are: of a count those of the form, of a share 100%; absent where the
 * question counts nothing. */
static cbk_status ask_how_many_all(cbk_study *study, const cbk_asked *asked,
                                   cbk_arena *arena, double *out, cbk_error *err)
{
    cbk_expression one;
    *out = (double)NAN;
    if (!cbk_expression_parse(asked->of, arena, &one)) {
        return CBK_OK;
    }
    const char *count = asked->of;
    const char *among = NULL;
    switch (one.statistic) {
    case CBK_STATISTIC_PERCENT:
    case CBK_STATISTIC_KM_SURVIVAL:
        *out = one.factor * (one.statistic == CBK_STATISTIC_PERCENT ? 100.0 : 1.0);
        return CBK_OK;
    case CBK_STATISTIC_SUM:
    case CBK_STATISTIC_EVENTS:
        count = cbk_text_format(arena, "count(%s)", one.argument);
        among = asked->among;
        break;
    case CBK_STATISTIC_COUNT:
    case CBK_STATISTIC_COUNT_DISTINCT:
        break;
    default:
        return CBK_OK;
    }
    cbk_quantity all;
    if (count == NULL) {
        return cbk_fail_memory(err);
    }
    CBK_TRY(cbk_study_evaluate(study, count, asked->from, among, NULL, arena, &all, err));
    *out = all.value.kind == CBK_VALUE_NUMBER ? all.value.number : (double)NAN;
    return CBK_OK;
}

cbk_status cbk_claim_judge_all(cbk_study *study, const cbk_asked *asked, cbk_arena *arena,
                               cbk_judgement *out, cbk_error *err)
{
    const cbk_value *value = &asked->quantity.value;
    double all = 0.0;
    char found[CBK_NUMBER_SIZE];
    char wanted[CBK_NUMBER_SIZE];
    CBK_TRY(ask_how_many_all(study, asked, arena, &all, err));
    if (value->kind != CBK_VALUE_NUMBER || isnan(all)) {
        out->explanation =
            value->kind != CBK_VALUE_NUMBER
                ? cbk_claim_absence(&asked->quantity, arena)
                : "The claim says all, but `of` counts nothing that could be all.";
        return CBK_OK;
    }
    const cbk_stated_number stated = {.value = all, .digits = 9};
    if (cbk_stated_is_met(&stated, value->number, CBK_ROUND_HALF_AWAY)) {
        *out = (cbk_judgement){.verdict = CBK_VERDICT_REPRODUCES};
        return CBK_OK;
    }
    cbk_claim_print_number(value->number, 0, found);
    cbk_claim_print_number(all, 0, wanted);
    *out = (cbk_judgement){
        .verdict = CBK_VERDICT_DOES_NOT_REPRODUCE,
        .explanation = cbk_text_format(arena, "The records give %s; all would be %s.",
                                       found, wanted)};
    return CBK_OK;
}

void cbk_claim_judge_not_reached(const cbk_quantity *quantity, cbk_arena *arena,
                                 cbk_judgement *out)
{
    const cbk_notes reasons = CBK_NOTE_NOT_REACHED | CBK_NOTE_LIMIT_NOT_REACHED |
                              CBK_NOTE_BEYOND_FOLLOW_UP | CBK_NOTE_INTERVAL_UNDEFINED;
    const bool has_number = quantity->value.kind == CBK_VALUE_NUMBER &&
                            !cbk_notes_forbid_print(quantity->notes);
    if (has_number) {
        char number[CBK_NUMBER_SIZE];
        cbk_claim_print_number(quantity->value.number, 0, number);
        *out = (cbk_judgement){
            .verdict = CBK_VERDICT_DOES_NOT_REPRODUCE,
            .explanation = cbk_text_format(
                arena, "The records give %s, where the claim has no number.", number)};
    } else if ((quantity->notes & reasons) != 0) {
        *out = (cbk_judgement){.verdict = CBK_VERDICT_REPRODUCES};
    } else {
        out->explanation = cbk_claim_absence(quantity, arena);
    }
}
