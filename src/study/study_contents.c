/* study_contents.c - what an open study consists of, and closing it.  Contract:
 * casebook/study.h, study/records.h.
 */
#include "study/internal.h"

#include <string.h>

void cbk_study_close(cbk_study *study)
{
    if (study != NULL) {
        cbk_registry_close(study->registry);
        study->registry = NULL;
    }
}

const cbk_protocol *cbk_study_protocol(const cbk_study *study)
{
    return study->protocol;
}

const char *cbk_study_folder(const cbk_study *study)
{
    return study->folder;
}

const char *cbk_study_fingerprint(const cbk_study *study)
{
    return study->fingerprint;
}

size_t cbk_study_protocol_version(const cbk_study *study)
{
    return study->protocol_version;
}

const cbk_style *cbk_study_style(const cbk_study *study)
{
    return study->style != NULL ? study->style : study->protocol->style;
}

void cbk_study_set_style(cbk_study *study, const cbk_style *style)
{
    study->style = style;
}

const cbk_records *cbk_study_records(const cbk_study *study, const char *form)
{
    for (size_t i = 0; i < study->protocol->n_forms; i++) {
        if (strcmp(study->protocol->forms[i].name, form) == 0) {
            return &study->records[i];
        }
    }
    return NULL;
}

const cbk_source_statement *cbk_study_sources(const cbk_study *study, size_t *n)
{
    *n = study->n_sources;
    return study->sources;
}
