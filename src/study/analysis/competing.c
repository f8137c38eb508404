/* competing.c - a regression where events of several kinds compete.  Contract:
 * study/analysis/competing.h.
 */
#include "study/analysis/competing.h"

#include "base/text.h"

static cbk_status choose_cause(const cbk_followup_data *data, size_t *out, cbk_error *err)
{
    *out = data->asked_cause > 0 ? data->asked_cause
           : data->own_cause > 0 ? data->own_cause
           : data->n_causes == 1 ? 1
                                 : 0;
    if (*out > 0 || data->n_causes == 0) {
        return CBK_OK;
    }
    cbk_buffer list = {0};
    for (size_t k = 0; k < data->n_causes; k++) {
        cbk_buffer_addf(&list, "%s%s", k > 0 ? ", " : "", data->cause_name[k]);
    }
    const cbk_status status =
        list.bytes == NULL
            ? cbk_fail_memory(err)
            : cbk_fail(err, CBK_EINVAL, CBK_ROW_NONE,
                       "Say which kind of event: --cause VALUE; there are %.300s.",
                       list.bytes);
    cbk_buffer_free(&list);
    return status;
}

/* The other kinds are censorings. */
static cbk_status fit_specific(const cbk_followup_data *data, size_t cause,
                               const char *const *references, size_t n_references,
                               double level, cbk_arena *arena, const cbk_regression **out,
                               cbk_error *err)
{
    bool *is_event = CBK_NEW(arena, bool, data->rows.n + 1);
    cbk_followup_data *alone = CBK_NEW(arena, cbk_followup_data, 1);
    if (alone == NULL) {
        return cbk_fail_memory(err);
    }
    for (size_t i = 0; i < data->rows.n; i++) {
        is_event[i] = cause > 0 && data->cause[i] == cause;
    }
    *alone = *data;
    alone->rows.is_event = is_event;
    const cbk_cox_request request = {.ties = CBK_COX_EFRON, .level = level};
    return cbk_regression_fit(alone, references, n_references, &request, false, arena,
                              out, err);
}

cbk_status cbk_competing_fit(const cbk_followup_data *data, const char *const *references,
                             size_t n_references, double level, cbk_arena *arena,
                             const cbk_competing **out, cbk_error *err)
{
    *out = NULL;
    cbk_competing *both = CBK_NEW(arena, cbk_competing, 1);
    if (both == NULL) {
        return cbk_fail_memory(err);
    }
    if (data->rows.entry != NULL) {
        return cbk_fail(err, CBK_EINVAL, CBK_ROW_NONE,
                        "Fine-Gray regression has no late entry; `casebook cox` has, for "
                        "the cause-specific hazards.");
    }
    *both = (cbk_competing){.data = data};
    CBK_TRY(choose_cause(data, &both->cause, err));
    CBK_TRY(fit_specific(data, both->cause, references, n_references, level, arena,
                         &both->specific, err));
    const cbk_design *design = both->specific->design;
    const cbk_fine_gray_rows rows = {.followup = &data->rows,
                                     .cause = data->cause,
                                     .wanted = both->cause > 0 ? (uint8_t)both->cause : 1,
                                     .n_covariates = design->n_columns,
                                     .covariate = design->covariate};
    CBK_TRY(cbk_fine_gray_fit(&rows, level, arena, &both->fit, err));
    *out = both;
    return CBK_OK;
}
