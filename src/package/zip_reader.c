/* zip_reader.c - parts of a zip container.  Contract: zip_reader.h. */
#include "package/zip_reader.h"

#include "base/text.h"
#include "package/zip_memory.h"

#include <minizip/unzip.h>
#include <stdlib.h>

enum { CHUNK_BYTES = 1 << 16, ENCRYPTED_FLAG = 1, CASE_COUNTS = 1 };

struct cbk_zip {
    unzFile archive;
    const char *name;
    cbk_zip_memory memory;
};

cbk_status cbk_zip_open(const char *name, const char *bytes, size_t size, cbk_zip **out,
                        cbk_error *err)
{
    *out = NULL;
    cbk_zip *zip = malloc(sizeof *zip);
    if (zip == NULL) {
        return cbk_fail_memory(err);
    }
    *zip = (cbk_zip){.name = name, .memory = {.bytes = bytes, .size = size}};
    zlib_filefunc64_def functions;
    cbk_zip_memory_functions(&zip->memory, &functions);
    zip->archive = unzOpen2_64("", &functions);
    unz_global_info64 about;
    if (zip->archive == NULL || unzGetGlobalInfo64(zip->archive, &about) != UNZ_OK) {
        cbk_zip_close(zip);
        return cbk_fail(err, CBK_EDATA, CBK_ROW_NONE,
                        "%s is no zip file that can be read: %s.", name,
                        size == 0 ? "it is empty" : "it has no list of its parts");
    }
    if (about.number_entry > CBK_ZIP_ENTRIES_MAX) {
        cbk_zip_close(zip);
        return cbk_fail(err, CBK_EDATA, CBK_ROW_NONE,
                        "%s holds more than %d parts; no document does.", name,
                        (int)CBK_ZIP_ENTRIES_MAX);
    }
    *out = zip;
    return CBK_OK;
}

void cbk_zip_close(cbk_zip *zip)
{
    if (zip != NULL) {
        if (zip->archive != NULL) {
            (void)unzClose(zip->archive);
        }
        free(zip);
    }
}

/* The part at which the list stands. */
static cbk_status name_part(cbk_zip *zip, cbk_arena *arena, const char **name,
                            cbk_error *err)
{
    unz_file_info64 about;
    char text[CBK_ZIP_NAME_MAX + 1] = "";
    if (unzGetCurrentFileInfo64(zip->archive, &about, text, sizeof text - 1, NULL, 0,
                                NULL, 0) != UNZ_OK ||
        about.size_filename > CBK_ZIP_NAME_MAX) {
        return cbk_fail(err, CBK_EDATA, CBK_ROW_NONE,
                        "%s is damaged: its list of parts cannot be read.", zip->name);
    }
    *name = cbk_text_copy(arena, text);
    return *name != NULL ? CBK_OK : cbk_fail_memory(err);
}

cbk_status cbk_zip_list(cbk_zip *zip, cbk_arena *arena, const char *const **names,
                        size_t *n, cbk_error *err)
{
    const char **list = CBK_NEW(arena, const char *, CBK_ZIP_ENTRIES_MAX);
    *n = 0;
    if (list == NULL) {
        return cbk_fail_memory(err);
    }
    for (int code = unzGoToFirstFile(zip->archive);
         code == UNZ_OK && *n < CBK_ZIP_ENTRIES_MAX;
         code = unzGoToNextFile(zip->archive)) {
        CBK_TRY(name_part(zip, arena, &list[*n], err));
        (*n)++;
    }
    *names = list;
    return CBK_OK;
}

bool cbk_zip_has(const cbk_zip *zip, const char *part)
{
    return unzLocateFile(zip->archive, part, CASE_COUNTS) == UNZ_OK;
}

static cbk_status fail_damaged(const cbk_zip *zip, const char *part, cbk_error *err)
{
    return cbk_fail(err, CBK_EDATA, CBK_ROW_NONE,
                    "%s: its part %.80s is damaged, or packed in a way that documents "
                    "are not.",
                    zip->name, part);
}

/* Inflates chunk by chunk: an entry that says 1 kB and gives 10 GB stops at the limit. */
static cbk_status inflate_part(cbk_zip *zip, const char *part, size_t limit_bytes,
                               cbk_buffer *out, cbk_error *err)
{
    char *chunk = malloc(CHUNK_BYTES);
    if (chunk == NULL) {
        return cbk_fail_memory(err);
    }
    int n = 0;
    while ((n = unzReadCurrentFile(zip->archive, chunk, CHUNK_BYTES)) > 0 &&
           !out->is_failed && out->size <= limit_bytes) {
        cbk_buffer_add_bytes(out, chunk, (size_t)n);
    }
    free(chunk);
    if (out->is_failed || n == Z_MEM_ERROR) {
        return cbk_fail_memory(err);
    }
    if (out->size > limit_bytes) {
        return cbk_fail(err, CBK_EDATA, CBK_ROW_NONE,
                        "%s: its part %.80s inflates to more than %zu MB, the most that "
                        "is read.",
                        zip->name, part, limit_bytes >> 20);
    }
    return n < 0 ? fail_damaged(zip, part, err) : CBK_OK;
}

/* Opens the part for reading. */
static cbk_status open_part(cbk_zip *zip, const char *part, cbk_error *err)
{
    unz_file_info64 about;
    if (!cbk_zip_has(zip, part)) {
        return cbk_fail(err, CBK_EDATA, CBK_ROW_NONE, "%s has no part %.80s.", zip->name,
                        part);
    }
    if (unzGetCurrentFileInfo64(zip->archive, &about, NULL, 0, NULL, 0, NULL, 0) !=
        UNZ_OK) {
        return fail_damaged(zip, part, err);
    }
    if ((about.flag & ENCRYPTED_FLAG) != 0) {
        return cbk_fail(err, CBK_EDATA, CBK_ROW_NONE,
                        "%s is encrypted; save it without a password.", zip->name);
    }
    return unzOpenCurrentFile(zip->archive) == UNZ_OK ? CBK_OK
                                                      : fail_damaged(zip, part, err);
}

cbk_status cbk_zip_read(cbk_zip *zip, const char *part, size_t limit_bytes,
                        cbk_arena *arena, const char **bytes, size_t *size,
                        cbk_error *err)
{
    *bytes = NULL;
    *size = 0;
    CBK_TRY(open_part(zip, part, err));
    cbk_buffer inflated = {0};
    cbk_status status = inflate_part(zip, part, limit_bytes, &inflated, err);
    /* Closing compares the check sum of what was read to the end. */
    if (unzCloseCurrentFile(zip->archive) != UNZ_OK && status == CBK_OK) {
        status = fail_damaged(zip, part, err);
    }
    if (status == CBK_OK) {
        const char *start = inflated.bytes != NULL ? inflated.bytes : "";
        *bytes = cbk_text_copy_bytes(arena, start, inflated.size);
        *size = inflated.size;
        status = *bytes != NULL ? CBK_OK : cbk_fail_memory(err);
    }
    cbk_buffer_free(&inflated);
    return status;
}
