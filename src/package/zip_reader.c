/* zip_reader.c - parts of a zip container.  Contract: zip_reader.h. */
#include "package/zip_reader.h"

#include "base/text.h"

#include <stdlib.h>
#include <zip.h>

enum { CHUNK_BYTES = 1 << 16 };

struct cbk_zip {
    zip_t *archive;
    const char *name;
};

/* A sentence about the library's own words. */
static cbk_status fail_zip(cbk_error *err, const char *name, int code, const char *why)
{
    return code == ZIP_ER_MEMORY
               ? cbk_fail_memory(err)
               : cbk_fail(err, CBK_EDATA, CBK_ROW_NONE,
                          "%s is no zip file that can be read: %s.", name, why);
}

static zip_t *open_archive(const char *bytes, size_t size, zip_error_t *why)
{
    zip_source_t *source = zip_source_buffer_create(bytes, size, 0, why);
    if (source == NULL) {
        return NULL;
    }
    zip_t *archive = zip_open_from_source(source, ZIP_RDONLY, why);
    if (archive == NULL) {
        zip_source_free(source);
    }
    return archive;
}

cbk_status cbk_zip_open(const char *name, const char *bytes, size_t size, cbk_zip **out,
                        cbk_error *err)
{
    *out = NULL;
    if (size == 0) { /* to the library the beginning of a new archive */
        return fail_zip(err, name, ZIP_ER_NOZIP, "it is empty");
    }
    zip_error_t why;
    zip_error_init(&why);
    zip_t *archive = open_archive(bytes, size, &why);
    if (archive == NULL) {
        const cbk_status status =
            fail_zip(err, name, zip_error_code_zip(&why), zip_error_strerror(&why));
        zip_error_fini(&why);
        return status;
    }
    zip_error_fini(&why);
    if (zip_get_num_entries(archive, 0) > CBK_ZIP_ENTRIES_MAX) {
        zip_discard(archive);
        return cbk_fail(err, CBK_EDATA, CBK_ROW_NONE,
                        "%s holds more than %d parts; no document does.", name,
                        (int)CBK_ZIP_ENTRIES_MAX);
    }
    cbk_zip *zip = malloc(sizeof *zip);
    if (zip == NULL) {
        zip_discard(archive);
        return cbk_fail_memory(err);
    }
    *zip = (cbk_zip){.archive = archive, .name = name};
    *out = zip;
    return CBK_OK;
}

void cbk_zip_close(cbk_zip *zip)
{
    if (zip != NULL) {
        zip_discard(zip->archive);
        free(zip);
    }
}

size_t cbk_zip_count(const cbk_zip *zip)
{
    return (size_t)zip_get_num_entries(zip->archive, 0);
}

const char *cbk_zip_name(const cbk_zip *zip, size_t index)
{
    return zip_get_name(zip->archive, index, 0);
}

bool cbk_zip_has(const cbk_zip *zip, const char *part)
{
    return zip_name_locate(zip->archive, part, 0) >= 0;
}

/* Inflates chunk by chunk: an entry that says 1 kB and gives 10 GB stops at the limit. */
static cbk_status inflate_part(cbk_zip *zip, zip_file_t *file, const char *part,
                               size_t limit_bytes, cbk_buffer *out, cbk_error *err)
{
    char *chunk = malloc(CHUNK_BYTES);
    if (chunk == NULL) {
        return cbk_fail_memory(err);
    }
    zip_int64_t n = 0;
    while ((n = zip_fread(file, chunk, CHUNK_BYTES)) > 0 && !out->is_failed &&
           out->size <= limit_bytes) {
        cbk_buffer_add_bytes(out, chunk, (size_t)n);
    }
    free(chunk);
    if (out->is_failed) {
        return cbk_fail_memory(err);
    }
    if (out->size > limit_bytes) {
        return cbk_fail(err, CBK_EDATA, CBK_ROW_NONE,
                        "%s: its part %.80s inflates to more than %zu MB, the most that "
                        "is read.",
                        zip->name, part, limit_bytes >> 20);
    }
    if (n < 0) {
        return cbk_fail(err, CBK_EDATA, CBK_ROW_NONE,
                        "%s: its part %.80s is damaged: %s.", zip->name, part,
                        zip_file_strerror(file));
    }
    return CBK_OK;
}

cbk_status cbk_zip_read(cbk_zip *zip, const char *part, size_t limit_bytes,
                        cbk_arena *arena, const char **bytes, size_t *size,
                        cbk_error *err)
{
    *bytes = NULL;
    *size = 0;
    zip_stat_t about;
    if (zip_stat(zip->archive, part, 0, &about) != 0) {
        return cbk_fail(err, CBK_EDATA, CBK_ROW_NONE, "%s has no part %.80s.", zip->name,
                        part);
    }
    if ((about.valid & ZIP_STAT_ENCRYPTION_METHOD) != 0 &&
        about.encryption_method != ZIP_EM_NONE) {
        return cbk_fail(err, CBK_EDATA, CBK_ROW_NONE,
                        "%s is encrypted; save it without a password.", zip->name);
    }
    zip_file_t *file = zip_fopen(zip->archive, part, 0);
    if (file == NULL) {
        return cbk_fail(err, CBK_EDATA, CBK_ROW_NONE,
                        "%s: its part %.80s cannot be read: %s.", zip->name, part,
                        zip_strerror(zip->archive));
    }
    cbk_buffer inflated = {0};
    cbk_status status = inflate_part(zip, file, part, limit_bytes, &inflated, err);
    (void)zip_fclose(file);
    if (status == CBK_OK) {
        const char *start = inflated.bytes != NULL ? inflated.bytes : "";
        *bytes = cbk_text_copy_bytes(arena, start, inflated.size);
        *size = inflated.size;
        status = *bytes != NULL ? CBK_OK : cbk_fail_memory(err);
    }
    cbk_buffer_free(&inflated);
    return status;
}
