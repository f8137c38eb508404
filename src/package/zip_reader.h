/* package/zip_reader.h - the parts of a zip container, read within limits: what a part
 * holds is counted while it is inflated, whatever its directory entry says.
 */
#ifndef PACKAGE_ZIP_READER_H
#define PACKAGE_ZIP_READER_H

#include <casebook/base.h>

typedef struct cbk_zip cbk_zip;

enum { CBK_ZIP_ENTRIES_MAX = 10000 };

/* Opens bytes, which must stay until the close; `name` is for messages.
 * Errors: CBK_EDATA (no zip, a damaged one, too many parts), CBK_ENOMEM. */
CBK_MUST_USE cbk_status cbk_zip_open(const char *name, const char *bytes, size_t size,
                                     cbk_zip **out, cbk_error *err);
void cbk_zip_close(cbk_zip *zip); /* NULL is allowed */

/* The names of its parts, names[n], in their order.  Errors: CBK_EDATA (damaged, a name
 * longer than CBK_ZIP_NAME_MAX), CBK_ENOMEM. */
enum { CBK_ZIP_NAME_MAX = 500 };
CBK_MUST_USE cbk_status cbk_zip_list(cbk_zip *zip, cbk_arena *arena,
                                     const char *const **names, size_t *n,
                                     cbk_error *err);

bool cbk_zip_has(const cbk_zip *zip, const char *part);

/* The part's bytes, NUL-terminated past size.
 * Errors: CBK_EDATA (no such part, encrypted, damaged, more than limit_bytes),
 * CBK_ENOMEM. */
CBK_MUST_USE cbk_status cbk_zip_read(cbk_zip *zip, const char *part, size_t limit_bytes,
                                     cbk_arena *arena, const char **bytes, size_t *size,
                                     cbk_error *err);

#endif
