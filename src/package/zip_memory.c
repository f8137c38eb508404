/* zip_memory.c - memory as the file that minizip reads or writes.  Contract:
 * package/zip_memory.h. */
#include "package/zip_memory.h"

#include <string.h>

static size_t size_of(const cbk_zip_memory *memory)
{
    return memory->out != NULL ? memory->out->size : memory->size;
}

static voidpf open_memory(voidpf opaque, const void *name, int mode)
{
    cbk_zip_memory *memory = opaque;
    (void)name;
    (void)mode;
    memory->at = 0;
    return memory;
}

static uLong read_memory(voidpf opaque, voidpf stream, void *to, uLong wanted)
{
    (void)opaque;
    cbk_zip_memory *memory = stream;
    const size_t size = size_of(memory);
    const char *bytes = memory->out != NULL ? memory->out->bytes : memory->bytes;
    const size_t left = memory->at < size ? size - memory->at : 0;
    const size_t n = wanted < left ? wanted : left;
    if (n > 0) {
        memcpy(to, bytes + memory->at, n);
    }
    memory->at += n;
    return n;
}

/* At the end, or over what is there: a part's header is completed when its size is
 * known. */
static uLong write_memory(voidpf opaque, voidpf stream, const void *from, uLong size)
{
    (void)opaque;
    cbk_zip_memory *memory = stream;
    if (memory->out == NULL || memory->at > memory->out->size) {
        return 0;
    }
    const size_t room = memory->out->size - memory->at;
    const size_t n_over = size < room ? size : room;
    if (n_over > 0) {
        memcpy(memory->out->bytes + memory->at, from, n_over);
    }
    cbk_buffer_add_bytes(memory->out, (const char *)from + n_over, size - n_over);
    memory->at += size;
    return memory->out->is_failed ? 0 : size;
}

static ZPOS64_T tell_memory(voidpf opaque, voidpf stream)
{
    (void)opaque;
    return ((const cbk_zip_memory *)stream)->at;
}

static long seek_memory(voidpf opaque, voidpf stream, ZPOS64_T offset, int origin)
{
    (void)opaque;
    cbk_zip_memory *memory = stream;
    const size_t size = size_of(memory);
    const size_t from = origin == ZLIB_FILEFUNC_SEEK_SET   ? 0
                        : origin == ZLIB_FILEFUNC_SEEK_CUR ? memory->at
                                                           : size;
    if (offset > size - (from < size ? from : size)) {
        return -1;
    }
    memory->at = from + (size_t)offset;
    return 0;
}

static int close_memory(voidpf opaque, voidpf stream)
{
    (void)opaque;
    (void)stream;
    return 0;
}

static int error_of_memory(voidpf opaque, voidpf stream)
{
    (void)opaque;
    const cbk_zip_memory *memory = stream;
    return memory->out != NULL && memory->out->is_failed ? -1 : 0;
}

void cbk_zip_memory_functions(cbk_zip_memory *memory, zlib_filefunc64_def *out)
{
    *out = (zlib_filefunc64_def){.zopen64_file = open_memory,
                                 .zread_file = read_memory,
                                 .zwrite_file = write_memory,
                                 .ztell64_file = tell_memory,
                                 .zseek64_file = seek_memory,
                                 .zclose_file = close_memory,
                                 .zerror_file = error_of_memory,
                                 .opaque = memory};
}
