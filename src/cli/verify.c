/* verify.c - casebook verify: whether a casebook file's history is whole. */
#include "cli/options.h"
#include "cli/session.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

static const cbk_option options[] = {
    {.name = "anchors",
     .argument = "FOLDER",
     .help = "anchors to compare with; $CASEBOOK_HOME/anchors when not given"},
    {.name = "format",
     .argument = "FORMAT",
     .help = "how to print the result; text when not given",
     .values = "text json"},
};

static void print_anchors(const cbk_verification *found)
{
    const int64_t last = found->head.n_transactions;
    if (found->anchored == last) {
        printf("Anchored: all of it.\n");
    } else if (found->anchored > 0) {
        printf("Anchored: transactions 1 to %" PRId64 "; not anchored: %" PRId64
               " to %" PRId64 ".\n",
               found->anchored, found->anchored + 1, last);
    } else {
        printf("Anchored: nothing%s.\n",
               found->has_anchors ? "" : "; there are no anchors of this file here");
    }
    if (found->copy_until > 0) {
        printf("Note: a copy of this file elsewhere went on to transaction %" PRId64
               ".\n",
               found->copy_until);
    }
    if (found->is_other_copy) {
        printf("Note: a copy of this file elsewhere has another history.\n");
    }
    if (found->n_anchors_cut > 0) {
        printf("Note: %zu line%s of the log of anchors %s cut short and say%s nothing.\n",
               found->n_anchors_cut, found->n_anchors_cut == 1 ? "" : "s",
               found->n_anchors_cut == 1 ? "was" : "were",
               found->n_anchors_cut == 1 ? "s" : "");
    }
    if (found->n_clock_steps > 0) {
        printf("Note: the clock had gone back %zu time%s between transactions.\n",
               found->n_clock_steps, found->n_clock_steps == 1 ? "" : "s");
    }
}

static void print_text(const char *path, const cbk_verification *found)
{
    printf("%s: %" PRId64 " transactions, %" PRId64 " changes\n", path,
           found->head.n_transactions, found->head.n_changes);
    for (size_t i = 0; i < found->n_broken && i < CBK_BROKEN_MAX; i++) {
        printf("Broken: %s.\n", found->broken[i]);
    }
    if (found->n_broken > CBK_BROKEN_MAX) {
        printf("and %zu more\n", found->n_broken - CBK_BROKEN_MAX);
    }
    if (found->n_broken == 0) {
        printf("Chain, replay and %zu tables agree. The last transaction's hash is\n%s\n",
               found->n_tables, found->head.hash);
        print_anchors(found);
    }
}

static int print_json(cbk_session *session, const cbk_verification *found)
{
    cbk_buffer buffer = {0};
    cbk_json json = {.out = &buffer};
    cbk_json_open_object(&json);
    cbk_json_key_text(&json, "casebook", CASEBOOK_VERSION);
    cbk_json_key_text(&json, "analysis", "verify");
    cbk_json_key_text(&json, "uuid", cbk_casebook_uuid(session->casebook));
    cbk_json_key_integer(&json, "transactions", found->head.n_transactions);
    cbk_json_key_integer(&json, "changes", found->head.n_changes);
    cbk_json_key_text(&json, "hash", found->head.hash);
    cbk_json_key_integer(&json, "anchored", found->anchored);
    cbk_json_key_integer(&json, "copy_until", found->copy_until);
    cbk_json_key_boolean(&json, "other_copy", found->is_other_copy);
    cbk_json_key_integer(&json, "anchors_cut", (int64_t)found->n_anchors_cut);
    cbk_json_key_integer(&json, "clock_steps", (int64_t)found->n_clock_steps);
    cbk_json_key_integer(&json, "n_broken", (int64_t)found->n_broken);
    cbk_json_key(&json, "broken");
    cbk_json_open_array(&json);
    for (size_t i = 0; i < found->n_broken && i < CBK_BROKEN_MAX; i++) {
        cbk_json_text(&json, found->broken[i]);
    }
    cbk_json_close_array(&json);
    cbk_json_close_object(&json);
    return cbk_session_write_json(session, NULL, &buffer);
}

static const char *default_folder(cbk_session *session)
{
    const char *home = cbk_session_home(session);
    return home != NULL ? cbk_text_format(session->arena, "%s/anchors", home) : NULL;
}

static int verify(cbk_session *session, const cbk_arguments *arguments)
{
    const char *path = arguments->operands[0];
    const char *folder = cbk_argument(arguments, "anchors");
    cbk_verification found;
    cbk_status status = cbk_session_open_casebook(session, path, CBK_CASEBOOK_READ);
    if (status == CBK_OK) {
        status = cbk_casebook_verify(session->casebook,
                                     folder != NULL ? folder : default_folder(session),
                                     session->arena, &found, &session->error);
    }
    if (status != CBK_OK) {
        /* A casebook file that is not sound is a finding; one that cannot be read is not.
         */
        const bool is_finding =
            status == CBK_EDATA && session->casebook == NULL && cbk_casebook_is_one(path);
        (void)cbk_session_fail(session, status);
        return is_finding             ? CBK_EXIT_FINDING
               : status == CBK_ENOMEM ? CBK_EXIT_ENVIRONMENT
                                      : CBK_EXIT_DATA;
    }
    int code = CBK_EXIT_DONE;
    if (cbk_session_format(arguments) == CBK_FORMAT_JSON) {
        code = print_json(session, &found);
    } else {
        print_text(path, &found);
    }
    return code == CBK_EXIT_DONE && found.n_broken > 0 ? CBK_EXIT_FINDING : code;
}

static int run(const cbk_arguments *arguments)
{
    cbk_session session;
    if (!cbk_session_open(&session, arguments)) {
        return CBK_EXIT_ENVIRONMENT;
    }
    return cbk_session_close(&session, verify(&session, arguments));
}

const cbk_command cbk_command_verify = {
    .name = "verify",
    .operands = "FILE",
    .n_operands_min = 1,
    .n_operands_max = 1,
    .summary = "whether a casebook file's history is whole",
    .details =
        "Reads the whole audit trail: every row must have the hash that follows from the "
        "row before it, and every value must be the one that was committed to. Then "
        "rebuilds all tables from the trail alone and compares them with those in the "
        "file. Last, compares the trail with its anchors, the states that were written "
        "down elsewhere at the time: what lies before an anchor cannot have been made "
        "anew, and what was cut off after one is noticed. Rows after the last anchor are "
        "printed as not anchored. Anchors hold for the file at its place; a copy "
        "elsewhere may be older or go its own way, which is printed as a note.\n\n"
        "Exit code 0 when chain, replay and tables agree, 1 when anything is broken, 3 "
        "when the file cannot be read. The separate program casebook-verify does the "
        "same "
        "without any code of this one.",
    .examples = "casebook verify ivc.casebook",
    .n_options = CBK_COUNT_OF(options),
    .options = options,
    .run = run,
};
