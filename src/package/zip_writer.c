/* zip_writer.c - a zip container made in memory.  Contract: package/zip_writer.h. */
#include "package/zip_writer.h"

#include <zip.h>

/* 1980-01-01, the first day that a zip entry can name (years since 1980, month, day). */
enum { DOS_TIME = 0, DOS_DATE = (0 << 9) | (1 << 5) | 1 };

static cbk_status fail(zip_error_t *error, cbk_error *err)
{
    const bool is_memory = zip_error_code_zip(error) == ZIP_ER_MEMORY;
    const cbk_status status =
        is_memory ? cbk_fail_memory(err)
                  : cbk_fail(err, CBK_EIO, CBK_ROW_NONE,
                             "The document's container was not written: %s",
                             zip_error_strerror(error));
    zip_error_fini(error);
    return status;
}

static bool add(zip_t *zip, const cbk_zip_part *part)
{
    zip_source_t *source = zip_source_buffer(zip, part->bytes, part->size, 0);
    if (source == NULL) {
        return false;
    }
    const zip_int64_t at = zip_file_add(zip, part->name, source, ZIP_FL_ENC_UTF_8);
    if (at < 0) {
        zip_source_free(source);
        return false;
    }
    return zip_file_set_dostime(zip, (zip_uint64_t)at, DOS_TIME, DOS_DATE, 0) == 0;
}

/* What the closed container's source holds. */
static bool copy_out(zip_source_t *source, cbk_buffer *out)
{
    char bytes[1 << 14];
    if (zip_source_open(source) != 0) {
        return false;
    }
    zip_int64_t n = 0;
    while ((n = zip_source_read(source, bytes, sizeof bytes)) > 0) {
        cbk_buffer_add_bytes(out, bytes, (size_t)n);
    }
    (void)zip_source_close(source);
    return n == 0;
}

cbk_status cbk_zip_write(const cbk_zip_part *parts, size_t n, cbk_buffer *out,
                         cbk_error *err)
{
    zip_error_t error;
    zip_error_init(&error);
    zip_source_t *source = zip_source_buffer_create(NULL, 0, 0, &error);
    if (source == NULL) {
        return fail(&error, err);
    }
    zip_source_keep(source); /* closing the container gives its own away */
    zip_t *zip = zip_open_from_source(source, ZIP_TRUNCATE, &error);
    if (zip == NULL) {
        zip_source_free(source);
        zip_source_free(source);
        return fail(&error, err);
    }
    bool is_written = true;
    for (size_t i = 0; i < n && is_written; i++) {
        is_written = add(zip, &parts[i]);
    }
    if (!is_written || zip_close(zip) != 0) {
        zip_error_set(&error, zip_error_code_zip(zip_get_error(zip)), 0);
        zip_discard(zip);
        zip_source_free(source);
        return fail(&error, err);
    }
    is_written = copy_out(source, out);
    zip_source_free(source);
    if (!is_written) {
        zip_error_set(&error, ZIP_ER_READ, 0);
        return fail(&error, err);
    }
    zip_error_fini(&error);
    return CBK_OK;
}
