/* zip_writer.c - a zip container made in memory.  Contract: package/zip_writer.h. */
#include "package/zip_writer.h"

#include "package/zip_memory.h"

#include <minizip/zip.h>

/* 1980-01-01, the first day that an entry can name: month and day in the bits of DOS. */
#define FIRST_DAY ((uLong)((1 << 5) | 1) << 16)

enum {
    UTF8_FLAG = 1 << 11,
    PIECE_BYTES = 1 << 30, /* minizip counts in unsigned */
    VERSION_MADE_BY = 20,
    BITS_OF_WINDOW = 15,
    MEMORY_LEVEL = 8
};

static int add(zipFile zip, const cbk_zip_part *part)
{
    const zip_fileinfo about = {.dosDate = FIRST_DAY};
    int code = zipOpenNewFileInZip4_64(zip, part->name, &about, NULL, 0, NULL, 0, NULL,
                                       Z_DEFLATED, Z_DEFAULT_COMPRESSION, 0,
                                       -BITS_OF_WINDOW, MEMORY_LEVEL, Z_DEFAULT_STRATEGY,
                                       NULL, 0, VERSION_MADE_BY, UTF8_FLAG, 0);
    for (size_t at = 0; code == ZIP_OK && at < part->size; at += PIECE_BYTES) {
        const size_t left = part->size - at;
        code = zipWriteInFileInZip(zip, part->bytes + at,
                                   (unsigned)(left < PIECE_BYTES ? left : PIECE_BYTES));
    }
    return code == ZIP_OK ? zipCloseFileInZip(zip) : code;
}

cbk_status cbk_zip_write(const cbk_zip_part *parts, size_t n, cbk_buffer *out,
                         cbk_error *err)
{
    cbk_buffer written = {0};
    cbk_zip_memory memory = {.out = &written};
    zlib_filefunc64_def functions;
    cbk_zip_memory_functions(&memory, &functions);
    zipFile zip = zipOpen2_64("", APPEND_STATUS_CREATE, NULL, &functions);
    if (zip == NULL) {
        return cbk_fail_memory(err);
    }
    int code = ZIP_OK;
    for (size_t i = 0; i < n && code == ZIP_OK; i++) {
        code = add(zip, &parts[i]);
    }
    const int closed = zipClose(zip, NULL);
    code = code == ZIP_OK ? closed : code;
    if (code == ZIP_OK) {
        cbk_buffer_add_bytes(out, written.bytes, written.size);
    }
    const bool is_memory = written.is_failed || code == Z_MEM_ERROR;
    cbk_buffer_free(&written);
    if (code == ZIP_OK) {
        return out->is_failed ? cbk_fail_memory(err) : CBK_OK;
    }
    return is_memory
               ? cbk_fail_memory(err)
               : cbk_fail(err, CBK_EIO, CBK_ROW_NONE,
                          "The document's container was not written (code %d)", code);
}
