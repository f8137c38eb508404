/* cox_residuals.c - the residuals of a Cox regression as a data file. */
#include "cli/cox_residuals.h"

#include <casebook/cox_residuals.h>

#include "base/text.h"
#include "render/escape.h"

#include <math.h>

static void add_number(cbk_buffer *out, double value)
{
    char text[CBK_NUMBER_SIZE];
    if (isfinite(value)) {
        cbk_number_shortest(value, text);
        cbk_buffer_add(out, text);
    }
}

/* The record's key in a study, the row in a data file; then what was observed. */
static void add_header(cbk_buffer *out, const cbk_regression *analysis,
                       cbk_cox_residual kind)
{
    const cbk_followup_data *data = analysis->data;
    cbk_escape_csv(out, data->protocol != NULL ? data->protocol->forms[0].key : "row");
    cbk_buffer_add(out, ",time,event");
    if (!cbk_cox_residual_is_by_covariate(kind)) {
        cbk_buffer_addf(out, ",%s", cbk_cox_residual_name(kind));
    }
    for (size_t j = 0;
         cbk_cox_residual_is_by_covariate(kind) && j < analysis->design->n_columns; j++) {
        cbk_buffer_add(out, ",");
        cbk_escape_csv(out, analysis->design->columns[j].name);
    }
    cbk_buffer_add(out, "\n");
}

static void add_row(cbk_buffer *out, const cbk_followup_data *data,
                    const cbk_cox_residuals *residuals, size_t i)
{
    const size_t row = residuals->row[i];
    if (data->name != NULL) {
        cbk_escape_csv(out, data->name[row]);
    } else {
        cbk_buffer_addf(out, "%zu", data->row[row]);
    }
    cbk_buffer_add(out, ",");
    add_number(out, data->rows.time[row]);
    cbk_buffer_addf(out, ",%d", data->rows.is_event[row] ? 1 : 0);
    for (size_t j = 0; j < residuals->n_columns; j++) {
        cbk_buffer_add(out, ",");
        add_number(out, residuals->value[i * residuals->n_columns + j]);
    }
    cbk_buffer_add(out, "\n");
}

int cbk_cox_write_residuals(cbk_session *session, const cbk_regression *analysis,
                            const char *name, const char *path)
{
    /* as R: what a row moves is times its weight, the others are not */
    cbk_cox_residuals_request request = {.kind = CBK_COX_MARTINGALE};
    (void)cbk_cox_residual_parse(name, &request.kind); /* one of the option's words */
    request.is_weighted =
        request.kind == CBK_COX_DFBETA || request.kind == CBK_COX_DFBETAS;
    const cbk_cox_residuals *residuals = NULL;
    cbk_buffer out = {0};
    add_header(&out, analysis, request.kind);
    if (analysis->fit->kept != NULL) {
        const cbk_status status = cbk_cox_residuals_make(
            analysis->fit, &request, session->arena, &residuals, &session->error);
        if (status != CBK_OK) {
            cbk_buffer_free(&out);
            return cbk_session_fail(session, status);
        }
    }
    for (size_t i = 0; residuals != NULL && i < residuals->n_rows; i++) {
        add_row(&out, analysis->data, residuals, i);
    }
    const int code = out.is_failed
                         ? cbk_session_fail(session, CBK_ENOMEM)
                         : cbk_session_write(session, path, out.bytes, out.size);
    cbk_buffer_free(&out);
    return code;
}
