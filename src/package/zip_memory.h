/* package/zip_memory.h - memory as the file that minizip reads or writes. */
#ifndef PACKAGE_ZIP_MEMORY_H
#define PACKAGE_ZIP_MEMORY_H

#include "base/text.h"

#include <minizip/ioapi.h>

/* Read from bytes[size], or, where `out` is not NULL, written there. */
typedef struct cbk_zip_memory {
    const char *bytes;
    size_t size;
    cbk_buffer *out;
    size_t at; /* the next byte that is read or written */
} cbk_zip_memory;

/* Fills the functions by which minizip works on memory, which must stay. */
void cbk_zip_memory_functions(cbk_zip_memory *memory, zlib_filefunc64_def *out);

#endif
