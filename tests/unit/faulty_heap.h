/* faulty_heap.h - a heap whose k-th allocation fails, and that counts what is alive. */
#ifndef FAULTY_HEAP_H
#define FAULTY_HEAP_H

#include <casebook/base.h>

#include <stdlib.h>

typedef struct faulty_heap {
    int n_until_failure; /* < 0: never */
    int n_live;
} faulty_heap;

static inline void *faulty_allocate(size_t size_bytes, void *context)
{
    faulty_heap *heap = context;
    if (heap->n_until_failure == 0) {
        return NULL;
    }
    heap->n_until_failure--;
    void *memory = malloc(size_bytes);
    heap->n_live += memory != NULL ? 1 : 0;
    return memory;
}

static inline void faulty_deallocate(void *memory, void *context)
{
    faulty_heap *heap = context;
    heap->n_live--;
    free(memory);
}

/* An arena on a heap that gives `n_until_failure` blocks; NULL when that is none. */
static inline cbk_arena *faulty_arena(faulty_heap *heap, int n_until_failure)
{
    *heap = (faulty_heap){.n_until_failure = n_until_failure};
    const cbk_allocator allocator = {faulty_allocate, faulty_deallocate, heap};
    return cbk_arena_create(&allocator, SIZE_MAX);
}

static inline bool is_same_mark(cbk_mark a, cbk_mark b)
{
    return a.block == b.block && a.used_bytes == b.used_bytes &&
           a.is_failed == b.is_failed;
}

#endif
