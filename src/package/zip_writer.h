/* package/zip_writer.h - a zip container made in memory, the same bytes from run to run:
 * its parts carry no time of day.
 */
#ifndef PACKAGE_ZIP_WRITER_H
#define PACKAGE_ZIP_WRITER_H

#include "base/text.h"

typedef struct cbk_zip_part {
    const char *name; /* "word/document.xml" */
    const char *bytes;
    size_t size;
} cbk_zip_part;

/* Appends the container of parts[n], in their order, to out.  Errors: CBK_EIO (the
 * library's reason), CBK_ENOMEM. */
CBK_MUST_USE cbk_status cbk_zip_write(const cbk_zip_part *parts, size_t n,
                                      cbk_buffer *out, cbk_error *err);

#endif
