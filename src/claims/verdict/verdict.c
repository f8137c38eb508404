/* verdict.c - one computed value against what is stated of it.  Contract: verdict.h. */
#include "claims/verdict/verdict_parts.h"

#include "claims/inverse/inverse.h"
#include "study/records.h"

#include <math.h>
#include <string.h>

#define N(array) (sizeof(array) / sizeof((array)[0]))

/* ---- other conventions --------------------------------------------------------- */

/* A change to the study's conventions; 0 leaves a rule as it is. */
typedef struct variant {
    const char *words; /* after "Equal under " */
    bool is_profile;   /* the whole profile; else only what follows */
    cbk_profile profile;
    bool has_interval;
    cbk_interval interval;
    bool has_survival_quantile;
    cbk_survival_quantile survival_quantile;
    cbk_sample_quantile sample_quantile;
} variant;

/* The narrowest change first: it says most. */
static const variant variants[] = {
    {.words = "profile sas (median at the midpoint to the next event)",
     .has_survival_quantile = true,
     .survival_quantile = CBK_SURVIVAL_QUANTILE_MIDPOINT_EVENT},
    {.words = "profile spss (first time with S(t) at or below the level)",
     .has_survival_quantile = true,
     .survival_quantile = CBK_SURVIVAL_QUANTILE_FIRST},
    {.words = "profile sas (sample quantile of type 2)",
     .sample_quantile = CBK_SAMPLE_QUANTILE_2},
    {.words = "profile sas (interval log-log)",
     .has_interval = true,
     .interval = CBK_INTERVAL_LOG_LOG},
    {.words = "profile spss (interval plain)",
     .has_interval = true,
     .interval = CBK_INTERVAL_PLAIN},
    {.words = "interval logit", .has_interval = true, .interval = CBK_INTERVAL_LOGIT},
    {.words = "interval arcsin", .has_interval = true, .interval = CBK_INTERVAL_ARCSIN},
    {.words = "interval bpcp", .has_interval = true, .interval = CBK_INTERVAL_BPCP},
    {.words = "profile sas", .is_profile = true, .profile = CBK_PROFILE_SAS},
    {.words = "profile spss", .is_profile = true, .profile = CBK_PROFILE_SPSS},
};

static cbk_conventions changed(cbk_conventions conventions, const variant *by)
{
    if (by->is_profile) {
        return cbk_conventions_of(by->profile);
    }
    if (by->has_interval) {
        conventions.interval = by->interval;
    }
    if (by->has_survival_quantile) {
        conventions.survival_quantile = by->survival_quantile;
    }
    if (by->sample_quantile != 0) {
        conventions.sample_quantile = by->sample_quantile;
    }
    return conventions;
}

/* Only quantiles and curves depend on conventions; the rest need not be asked again. */
static bool depends_on_conventions(const char *expression)
{
    static const char *const marks[] = {"km_",      "KM_",      "median", "MEDIAN",
                                        "quantile", "QUANTILE", "hr(",    "hr_",
                                        "HR(",      "HR_",      "cox_p"};
    for (size_t i = 0; i < N(marks); i++) {
        if (strstr(expression, marks[i]) != NULL) {
            return true;
        }
    }
    return false;
}

/* Fills asked->others. */
static cbk_status ask_others(cbk_study *study, cbk_asked *asked, cbk_arena *arena,
                             cbk_error *err)
{
    cbk_value *others = CBK_NEW(arena, cbk_value, N(variants));
    if (others == NULL) {
        return cbk_fail(err, CBK_ENOMEM, CBK_ROW_NONE, "Out of memory for the audit.");
    }
    for (size_t i = 0; depends_on_conventions(asked->of) && i < N(variants); i++) {
        const cbk_conventions conventions =
            changed(asked->quantity.conventions, &variants[i]);
        cbk_quantity other;
        const cbk_status status =
            cbk_study_evaluate(study, asked->of, asked->from, asked->among, &conventions,
                               arena, &other, err);
        if (status == CBK_ENOMEM) {
            return status;
        }
        if (status == CBK_OK && !cbk_notes_forbid_print(other.notes)) {
            others[i] = other.value;
        }
    }
    asked->others = others;
    asked->n_others = N(variants);
    return CBK_OK;
}

/* ---- numbers ------------------------------------------------------------------- */

static const char *equal_when_rounded(const cbk_stated_number *stated, double value,
                                      cbk_arena *arena)
{
    char number[CBK_NUMBER_SIZE];
    cbk_claim_print_number(value, stated->digits, number);
    if (stated->comparator != CBK_COMPARATOR_NONE) {
        return NULL;
    }
    if (cbk_stated_is_met(stated, value, CBK_ROUND_DOWN)) {
        return cbk_text_format(arena, "Equal when truncated: the records give %s.",
                               number);
    }
    if (cbk_stated_is_met(stated, value, CBK_ROUND_UP)) {
        return cbk_text_format(arena, "Equal when rounded up: the records give %s.",
                               number);
    }
    return NULL;
}

/* A sentence where the number is as stated only because the claim allows it to be off;
 * else NULL. */
static const char *only_within_tolerance(const cbk_stated_number *stated, double value,
                                         cbk_arena *arena)
{
    cbk_stated_number exact = *stated;
    exact.tolerance = 0.0;
    if (cbk_stated_is_met(&exact, value, CBK_ROUND_HALF_AWAY)) {
        return NULL;
    }
    char number[CBK_NUMBER_SIZE];
    char tolerance[CBK_NUMBER_SIZE];
    cbk_claim_print_number(value, stated->digits, number);
    cbk_number_shortest(stated->tolerance, tolerance);
    return cbk_text_format(arena, "Within the tolerance of %s: the records give %s.",
                           tolerance, number);
}

/* "Equal when censoring is ignored": the commonest way to a median that is not reached.
 */
static cbk_status find_uncensored(cbk_study *study, cbk_asked *asked,
                                  const cbk_stated_number *stated, cbk_arena *arena,
                                  const char **words, cbk_error *err)
{
    double value = (double)NAN;
    CBK_TRY(cbk_inverse_uncensored(study, asked, arena, &value, err));
    if (!isnan(value) && cbk_stated_is_met(stated, value, CBK_ROUND_HALF_AWAY)) {
        char number[CBK_NUMBER_SIZE];
        cbk_claim_print_number(value, stated->digits, number);
        *words = cbk_text_format(arena, "Equal when censoring is ignored: %s.", number);
    }
    return CBK_OK;
}

/* The first other convention under which the number is as stated; *words NULL: none. */
static cbk_status find_convention(cbk_study *study, cbk_asked *asked,
                                  const cbk_stated_number *stated, cbk_arena *arena,
                                  const char **words, cbk_error *err)
{
    if (asked->others == NULL) {
        CBK_TRY(ask_others(study, asked, arena, err));
    }
    for (size_t i = 0; i < N(variants); i++) {
        const cbk_value *other = &asked->others[i];
        if (other->kind == CBK_VALUE_NUMBER &&
            cbk_stated_is_met(stated, other->number, CBK_ROUND_HALF_AWAY)) {
            char number[CBK_NUMBER_SIZE];
            cbk_claim_print_number(other->number, stated->digits, number);
            *words =
                cbk_text_format(arena, "Equal under %s: %s.", variants[i].words, number);
            return CBK_OK;
        }
    }
    return find_uncensored(study, asked, stated, arena, words, err);
}

/* The value is a number, or it is absent and another convention might give one. */
static cbk_status judge_number(cbk_study *study, cbk_asked *asked,
                               const cbk_stated_number *stated, cbk_arena *arena,
                               cbk_judgement *out, cbk_error *err)
{
    const cbk_value *value = &asked->quantity.value;
    const bool is_number = value->kind == CBK_VALUE_NUMBER;
    if (is_number && cbk_stated_is_met(stated, value->number, CBK_ROUND_HALF_AWAY)) {
        *out = (cbk_judgement){.verdict = CBK_VERDICT_REPRODUCES,
                               .explanation =
                                   only_within_tolerance(stated, value->number, arena)};
        return CBK_OK;
    }
    const char *words =
        is_number ? equal_when_rounded(stated, value->number, arena) : NULL;
    if (words == NULL) {
        CBK_TRY(find_convention(study, asked, stated, arena, &words, err));
    }
    if (words != NULL) {
        *out = (cbk_judgement){.verdict = CBK_VERDICT_OTHER_CONVENTION,
                               .explanation = words};
    } else if (is_number) {
        char number[CBK_NUMBER_SIZE];
        cbk_claim_print_number(value->number, stated->digits, number);
        const char *said = cbk_claim_stated_text(stated, arena);
        *out = (cbk_judgement){.verdict = CBK_VERDICT_DOES_NOT_REPRODUCE,
                               .explanation =
                                   cbk_text_format(arena, "The records give %s, not %s.",
                                                   number, said == NULL ? "" : said),
                               .is_searchable = true};
    } else {
        const bool is_searchable = (asked->quantity.notes & CBK_NOTE_NOT_REACHED) != 0;
        *out = (cbk_judgement){.verdict = CBK_VERDICT_NOT_COMPUTABLE,
                               .explanation = cbk_claim_absence(&asked->quantity, arena),
                               .is_searchable = is_searchable};
    }
    return CBK_OK;
}

/* ---- all kinds --------------------------------------------------------------------- */

/* A number, a date or no value, and what is stated of it. */
static cbk_status judge_item(cbk_study *study, cbk_asked *asked,
                             const cbk_stated_number *stated, cbk_arena *arena,
                             cbk_judgement *out, cbk_error *err)
{
    const cbk_quantity *quantity = &asked->quantity;
    if (stated->kind == CBK_STATED_NOT_REACHED) {
        cbk_claim_judge_not_reached(quantity, arena, out);
        return CBK_OK;
    }
    if (cbk_notes_forbid_print(quantity->notes)) {
        out->explanation = cbk_claim_absence(quantity, arena);
        return CBK_OK;
    }
    if (stated->kind == CBK_STATED_NUMBER) {
        return judge_number(study, asked, stated, arena, out, err);
    }
    if (stated->kind == CBK_STATED_ALL) {
        return cbk_claim_judge_all(study, asked, arena, out, err);
    }
    if (quantity->value.kind == CBK_VALUE_ABSENT) {
        out->explanation = cbk_claim_absence(quantity, arena);
        return CBK_OK;
    }
    char number[CBK_NUMBER_SIZE];
    cbk_claim_print_number(quantity->value.number, 2, number);
    out->explanation = cbk_text_format(
        arena, "The claim states a date, and the records give %s, which is none.",
        number);
    return CBK_OK;
}

static void judge_unstated(const cbk_quantity *quantity, cbk_arena *arena,
                           cbk_judgement *out)
{
    if (cbk_notes_forbid_print(quantity->notes) ||
        quantity->value.kind == CBK_VALUE_ABSENT) {
        out->explanation = cbk_claim_absence(quantity, arena);
        return;
    }
    char number[CBK_NUMBER_SIZE];
    cbk_claim_print_number(quantity->value.number, 2, number);
    out->explanation =
        cbk_text_format(arena, "The claim states no number to compare with %s.", number);
}

/* Which kind of missing value the one cell has that is asked for; fallback: it is no
 * cell.
 */
static const char *say_missing(cbk_study *study, const cbk_quantity *quantity,
                               const char *fallback, cbk_arena *arena)
{
    const cbk_records *records = cbk_study_records(study, quantity->from);
    if (quantity->n_records != 1 || records == NULL) {
        return fallback;
    }
    const cbk_recorded *cell =
        cbk_records_value(records, quantity->record_rows[0], quantity->expression);
    return cell == NULL || cell->missing == NULL
               ? fallback
               : cbk_text_format(arena, "The records give no value: `%s` of %s %s is %s.",
                                 quantity->expression, quantity->from,
                                 quantity->records[0], cell->missing);
}

cbk_status cbk_claim_judge(cbk_study *study, cbk_asked *asked, const cbk_stated *said,
                           const char *text, cbk_arena *arena, cbk_judgement *out,
                           cbk_error *err)
{
    const cbk_quantity *quantity = &asked->quantity;
    int32_t day = 0;
    *out = (cbk_judgement){.verdict = CBK_VERDICT_NOT_COMPUTABLE};
    if (quantity->value.kind == CBK_VALUE_TEXT &&
        !cbk_notes_forbid_print(quantity->notes)) {
        const bool is_about_date = said->n > 0 &&
                                   cbk_claim_is_date(&quantity->value, &day) &&
                                   cbk_stated_has_days(&said->numbers[0]);
        if (is_about_date) {
            cbk_claim_judge_date(quantity, day, &said->numbers[0], arena, out);
        } else {
            cbk_claim_judge_text(study, quantity, text, arena, out);
        }
    } else if (said->n > 0) {
        CBK_TRY(judge_item(study, asked, &said->numbers[0], arena, out, err));
    } else {
        judge_unstated(quantity, arena, out);
    }
    if (out->verdict == CBK_VERDICT_NOT_COMPUTABLE &&
        quantity->value.kind == CBK_VALUE_ABSENT) {
        out->explanation = say_missing(study, quantity, out->explanation, arena);
    }
    return cbk_arena_has_failed(arena)
               ? cbk_fail(err, CBK_ENOMEM, CBK_ROW_NONE, "Out of memory for the audit.")
               : CBK_OK;
}
