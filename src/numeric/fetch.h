/* numeric/fetch.h - memory that is read soon is fetched ahead: by itself a processor does
 * so only to the end of a page. */
#ifndef NUMERIC_FETCH_H
#define NUMERIC_FETCH_H

#include <stddef.h>
#include <stdint.h>

/* Asks for the line of memory that lies so many bytes after `from`, which may be past the
 * end of it: nothing is read, and nothing waits. */
static inline void cbk_fetch_ahead(const void *from, size_t bytes)
{
    __builtin_prefetch((const void *)((uintptr_t)from + bytes));
}

#endif
