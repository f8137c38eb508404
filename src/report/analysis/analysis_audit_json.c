/* analysis_audit_json.c - `casebook audit` as JSON; the fields are those of
 * docs/formats/json.md.
 */
#include "report/builder.h"

/* A number, a category as text, or null. */
static void write_computed(cbk_json *json, const cbk_quantity *quantity)
{
    if (cbk_quantity_has_number(quantity)) {
        cbk_json_number(json, quantity->value.number);
    } else if (quantity->value.kind == CBK_VALUE_TEXT) {
        cbk_json_text(json, quantity->value.text);
    } else {
        cbk_json_null(json);
    }
}

static void write_claim(cbk_json *json, const cbk_claim_result *result, cbk_arena *arena)
{
    const cbk_claim *claim = result->claim;
    cbk_json_open_object(json);
    cbk_json_key_text(json, "id", claim->id);
    cbk_json_key_text(json, "place", claim->place);
    cbk_json_key_text(json, "says", claim->says);
    cbk_json_key_text(json, "stated", claim->stated);
    if (claim->tolerance != NULL) {
        cbk_json_key_text(json, "tolerance", claim->tolerance);
    }
    cbk_json_key(json, "computed");
    if (result->n_computed == 1) {
        write_computed(json, &result->computed[0]);
    } else if (result->n_computed == 0) {
        cbk_json_null(json);
    } else {
        cbk_json_open_array(json);
        for (size_t i = 0; i < result->n_computed; i++) {
            write_computed(json, &result->computed[i]);
        }
        cbk_json_close_array(json);
    }
    cbk_json_key(json, "numbers");
    cbk_json_open_array(json);
    for (size_t i = 0; i < result->n_computed; i++) {
        cbk_json_text(json, cbk_report_number_id(&result->computed[i], arena));
    }
    cbk_json_close_array(json);
    cbk_json_key_text(json, "verdict", cbk_verdict_name(result->verdict));
    cbk_json_key(json, "explanations");
    cbk_json_open_array(json);
    for (size_t i = 0; i < result->n_explanations; i++) {
        cbk_json_text(json, result->explanations[i]);
    }
    cbk_json_close_array(json);
    cbk_json_key_integer(json, "unchecked", (int64_t)result->n_unchecked);
    cbk_json_key(json, "contradicts");
    cbk_json_open_array(json);
    for (size_t i = 0; i < result->n_contradicting; i++) {
        cbk_json_text(json, result->contradicting[i]->id);
    }
    cbk_json_close_array(json);
    cbk_json_close_object(json);
}

static void write_check(cbk_json *json, const cbk_check_result *result)
{
    cbk_json_open_object(json);
    cbk_json_key_text(json, "id", result->id);
    cbk_json_key_text(json, "kind", result->kind);
    cbk_json_key_text(json, "place", result->place);
    cbk_json_key_text(json, "says", result->says);
    cbk_json_key_text(json, "stated", result->stated);
    cbk_json_key_text(json, "verdict", cbk_consistency_name(result->verdict));
    cbk_json_key_text(json, "explanation", result->explanation);
    cbk_json_key(json, "nearest");
    cbk_json_open_array(json);
    for (size_t i = 0; i < result->n_nearest; i++) {
        cbk_json_number(json, result->nearest[i]);
    }
    cbk_json_close_array(json);
    cbk_json_close_object(json);
}

/* Without a study the claims file is what was read. */
static void write_source(cbk_json *json, const char *claims_file)
{
    cbk_json_key_text(json, "casebook", CASEBOOK_VERSION);
    cbk_json_key_text(json, "analysis", "audit");
    cbk_json_key(json, "source");
    cbk_json_open_object(json);
    cbk_json_key_text(json, "name", claims_file);
    cbk_json_key_text(json, "sha256", NULL);
    cbk_json_key(json, "rows");
    cbk_json_null(json);
    cbk_json_close_object(json);
}

void cbk_analysis_audit_json(const cbk_study *study, const char *claims_file,
                             const cbk_audit *audit, const cbk_manuscript_audit *bound,
                             cbk_arena *arena, cbk_json *json)
{
    cbk_json_open_object(json);
    if (study != NULL) {
        cbk_analysis_json_head(study, "audit", json);
    } else {
        write_source(json, claims_file);
    }
    cbk_json_key(json, "results");
    cbk_json_open_object(json);
    cbk_json_key(json, "claims");
    cbk_json_open_array(json);
    for (size_t i = 0; i < audit->n; i++) {
        write_claim(json, &audit->results[i], arena);
    }
    cbk_json_close_array(json);
    cbk_json_key(json, "checks");
    cbk_json_open_array(json);
    for (size_t i = 0; i < audit->n_checks; i++) {
        write_check(json, &audit->checks[i]);
    }
    cbk_json_close_array(json);
    cbk_json_key(json, "summary");
    cbk_json_open_object(json);
    cbk_json_key_integer(json, "claims", (int64_t)audit->n);
    for (size_t i = 0; i < CBK_VERDICT_COUNT; i++) {
        cbk_json_key_integer(json, cbk_verdict_name((cbk_verdict)i),
                             (int64_t)audit->counts[i]);
    }
    cbk_json_key_integer(json, "checks", (int64_t)audit->n_checks);
    for (size_t i = 0; i < CBK_CONSISTENCY_COUNT; i++) {
        cbk_json_key_integer(json, cbk_consistency_name((cbk_consistency)i),
                             (int64_t)audit->check_counts[i]);
    }
    cbk_json_close_object(json);
    if (bound != NULL) {
        cbk_json_key(json, "manuscript");
        cbk_manuscript_json(bound, arena, json);
    }
    cbk_json_close_object(json);
    cbk_json_close_object(json);
}
