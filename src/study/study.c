/* study.c - opening a study: a folder, or a casebook file.  Contract: casebook/study.h.
 */
#include "study/internal.h"

#include "base/file.h"
#include "base/text.h"
#include "study/casebook/casebook.h"
#include "study/sql/sql_text.h"

#include <stdlib.h>
#include <string.h>

static cbk_status read_protocol(cbk_study *study, cbk_problems *problems, cbk_error *err)
{
    enum { PROTOCOL_BYTES_MAX = 1024 * 1024 };
    const char *path = cbk_text_format(study->arena, "%s/protocol.yaml", study->folder);
    if (path == NULL) {
        return cbk_fail_memory(err);
    }
    if (cbk_file_is_absent(path)) {
        return cbk_fail(err, CBK_EIO, CBK_ROW_NONE,
                        "%s is no study folder: it has no protocol.yaml.", study->folder);
    }
    const char *bytes = NULL;
    size_t size = 0;
    CBK_TRY(cbk_file_read(path, PROTOCOL_BYTES_MAX, study->arena, &bytes, &size, err));
    return cbk_protocol_parse(path, bytes, size, study->arena, problems, &study->protocol,
                              err);
}

/* Names and contents of the files that make the study, so that a number printed from it
 * can be matched with the state of the data. */
static cbk_status take_fingerprint(cbk_study *study, cbk_error *err)
{
    cbk_buffer all = {0};
    const cbk_protocol *protocol = study->protocol;
    cbk_status status = CBK_OK;
    for (size_t i = 0; i < protocol->n_forms + 2 && status == CBK_OK; i++) {
        const char *path =
            i == 0 ? protocol->file
            : i <= protocol->n_forms
                ? study->records[i - 1].file
                : cbk_text_format(study->arena, "%s/sources.csv", study->folder);
        if (path == NULL || !cbk_file_exists(path)) {
            continue;
        }
        cbk_arena *scratch = cbk_arena_create(NULL, SIZE_MAX);
        const char *bytes = NULL;
        size_t size = 0;
        status = scratch == NULL
                     ? cbk_fail_memory(err)
                     : cbk_file_read(path, SIZE_MAX / 2, scratch, &bytes, &size, err);
        if (status == CBK_OK) {
            char hash[65];
            const char *slash = strrchr(path, '/');
            cbk_sha256_hex(bytes, size, hash);
            cbk_buffer_addf(&all, "%s %s\n", hash, slash != NULL ? slash + 1 : path);
        }
        cbk_arena_destroy(scratch);
    }
    if (status == CBK_OK && all.is_failed) {
        status = cbk_fail_memory(err);
    }
    if (status == CBK_OK) {
        cbk_sha256_hex(all.bytes, all.size, study->fingerprint);
    }
    cbk_buffer_free(&all);
    return status;
}

static cbk_status read_all(cbk_study *study, cbk_problems *problems, cbk_error *err)
{
    CBK_TRY(read_protocol(study, problems, err));
    study->records = CBK_NEW(study->arena, cbk_records, study->protocol->n_forms);
    const char *sources = cbk_text_format(study->arena, "%s/sources.csv", study->folder);
    if (sources == NULL) {
        return cbk_fail_memory(err);
    }
    CBK_TRY(cbk_records_read(study->folder, study->protocol, study->arena, problems,
                             study->records, err));
    if (cbk_file_exists(sources)) {
        CBK_TRY(cbk_sources_read(sources, study, problems, err));
    }
    CBK_TRY(take_fingerprint(study, err));
    CBK_TRY(cbk_registry_open(&study->registry, err));
    return cbk_study_load(study, problems, err);
}

static cbk_status open_casebook(const char *name, cbk_arena *arena,
                                cbk_problems *problems, cbk_study **out, cbk_error *err)
{
    cbk_casebook *casebook = NULL;
    CBK_TRY(cbk_casebook_open(name, CBK_CASEBOOK_READ, &casebook, err));
    const cbk_status status =
        cbk_study_of_casebook(casebook, name, arena, problems, out, err);
    cbk_casebook_close(casebook);
    return status;
}

cbk_status cbk_study_open(const char *folder, cbk_arena *arena, cbk_problems *problems,
                          cbk_study **out, cbk_error *err)
{
    *out = NULL;
    cbk_study *study = CBK_NEW(arena, cbk_study, 1);
    char *name = cbk_text_copy(arena, folder);
    if (name == NULL) {
        return cbk_fail_memory(err);
    }
    for (size_t size = strlen(name); size > 1 && name[size - 1] == '/'; size--) {
        name[size - 1] = '\0';
    }
    if (cbk_casebook_is_one(name)) {
        return open_casebook(name, arena, problems, out, err);
    }
    if (cbk_file_is_absent(name)) {
        return cbk_fail(err, CBK_EIO, CBK_ROW_NONE,
                        "%s: no such study folder or casebook file.", name);
    }
    if (!cbk_file_is_directory(name)) {
        CBK_TRY(cbk_file_try(name, err));
        return cbk_fail(err, CBK_EDATA, CBK_ROW_NONE,
                        "%s is no casebook file; a study is one, or a folder with a "
                        "protocol.yaml.",
                        name);
    }
    study->arena = arena;
    study->folder = name;
    study->conventions = cbk_conventions_of(CBK_PROFILE_R);
    const cbk_status status = read_all(study, problems, err);
    if (status != CBK_OK) {
        cbk_study_close(study);
        return status;
    }
    *out = study;
    return CBK_OK;
}
