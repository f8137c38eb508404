/* followup.c - the rows of an analysis of time to event, from a study or a data file. */
#include "cli/followup.h"

#include "base/file.h"
#include "cli/options.h"
#include "study/analysis/design.h"
#include "study/records.h"

#include <string.h>

/* The endpoint asked for, or the only one there is. */
static const char *choose_endpoint(cbk_session *session, const char *asked)
{
    const cbk_protocol *protocol = cbk_study_protocol(session->study);
    if (asked != NULL) {
        return asked;
    }
    if (protocol->n_endpoints == 1) {
        return protocol->endpoints[0].name;
    }
    cbk_buffer list = {0};
    for (size_t i = 0; i < protocol->n_endpoints; i++) {
        cbk_buffer_addf(&list, "%s%s", i > 0 ? ", " : "", protocol->endpoints[i].name);
    }
    (void)cbk_session_refuse(session,
                             "say which endpoint: --endpoint NAME; the study has %s",
                             list.bytes != NULL ? list.bytes : "none");
    cbk_buffer_free(&list);
    return NULL;
}

static bool has_option(const cbk_arguments *arguments, const char *name)
{
    bool is_found = false;
    for (size_t i = 0; i < arguments->command->n_options; i++) {
        is_found = is_found || strcmp(arguments->command->options[i].name, name) == 0;
    }
    return is_found;
}

/* The value of an option that only some commands have. */
static const char *optional(const cbk_arguments *arguments, const char *name)
{
    return has_option(arguments, name) ? cbk_argument(arguments, name) : NULL;
}

static int read_study(cbk_session *session, const cbk_arguments *arguments,
                      cbk_followup_request *request, const cbk_followup_data **out)
{
    static const char *const of_files[] = {"time", "event", "entry", "fingerprint",
                                           "censor"};
    for (size_t i = 0; i < CBK_COUNT_OF(of_files); i++) {
        if (optional(arguments, of_files[i]) != NULL) {
            return cbk_session_refuse(
                session, "--%s is for data files; a study has --endpoint", of_files[i]);
        }
    }
    cbk_status status = cbk_session_open_study(session, arguments->operands[0]);
    if (status != CBK_OK) {
        return cbk_session_fail(session, status);
    }
    request->endpoint = choose_endpoint(session, request->endpoint);
    if (request->endpoint == NULL) {
        return CBK_EXIT_USAGE;
    }
    status = cbk_followup_of_study(session->study, request, session->arena, out,
                                   &session->error);
    return status == CBK_OK ? CBK_EXIT_DONE : cbk_session_fail(session, status);
}

static int read_file(cbk_session *session, const cbk_arguments *arguments,
                     const cbk_followup_request *request, const cbk_followup_data **out)
{
    if (request->endpoint != NULL) {
        return cbk_session_refuse(session,
                                  "--endpoint is for studies; a data file has --time "
                                  "and --event");
    }
    if (request->time == NULL || request->event == NULL) {
        return cbk_session_refuse(session, "a data file needs --time COLUMN and --event "
                                           "COLUMN");
    }
    const cbk_status status =
        cbk_followup_of_file(arguments->operands[0], request, session->arena,
                             &session->problems, out, &session->error);
    return status == CBK_OK ? CBK_EXIT_DONE : cbk_session_fail(session, status);
}

int cbk_session_followup(cbk_session *session, const cbk_arguments *arguments,
                         const cbk_followup_data **out)
{
    cbk_followup_request *request = CBK_NEW(session->arena, cbk_followup_request, 1);
    if (request == NULL) {
        return cbk_session_fail(session, CBK_ENOMEM);
    }
    *request = (cbk_followup_request){
        .endpoint = cbk_argument(arguments, "endpoint"),
        .time = cbk_argument(arguments, "time"),
        .event = cbk_argument(arguments, "event"),
        .entry = optional(arguments, "entry"),
        .weight = optional(arguments, "weight"),
        .offset = optional(arguments, "offset"),
        .cluster = optional(arguments, "cluster"),
        .wants_causes = has_option(arguments, "censor"),
        .censor = optional(arguments, "censor"),
        .cause = optional(arguments, "cause"),
        .where = cbk_argument(arguments, "where"),
        .is_time_exact = cbk_argument(arguments, "no-timefix") != NULL,
        .wants_fingerprint = cbk_argument(arguments, "fingerprint") != NULL};
    request->by =
        cbk_split_list(optional(arguments, "by"), session->arena, &request->n_by);
    size_t n_terms = 0;
    const char *const *terms =
        cbk_split_list(optional(arguments, "on"), session->arena, &n_terms);
    const cbk_status status =
        cbk_design_read_terms(terms, n_terms, session->arena, request, &session->error);
    if (status != CBK_OK) {
        return cbk_session_fail(session, status);
    }
    request->categorical = cbk_split_list(optional(arguments, "categorical"),
                                          session->arena, &request->n_categorical);
    request->strata =
        cbk_split_list(optional(arguments, "strata"), session->arena, &request->n_strata);
    return cbk_session_is_study(arguments->operands[0])
               ? read_study(session, arguments, request, out)
               : read_file(session, arguments, request, out);
}

bool cbk_session_has_covariates(cbk_session *session, const cbk_arguments *arguments)
{
    if (cbk_argument(arguments, "on") == NULL) {
        (void)cbk_session_refuse(session, "say which covariates: --on A,B");
        return false;
    }
    return true;
}

size_t cbk_session_rows_max(const cbk_arguments *arguments, size_t readable)
{
    return cbk_session_format(arguments) == CBK_FORMAT_CSV ? 0 : readable;
}
