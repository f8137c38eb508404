/* faulty_heap.h - a heap whose k-th allocation fails, and that counts what is alive; and
 * what must hold of a function on each such heap. */
#ifndef FAULTY_HEAP_H
#define FAULTY_HEAP_H

#include <casebook/base.h>

#include <stdio.h>
#include <stdlib.h>

typedef struct faulty_heap {
    int n_until_failure; /* < 0: never */
    int n_live;
    int n_refused;
} faulty_heap;

static inline void *faulty_allocate(size_t size_bytes, void *context)
{
    faulty_heap *heap = context;
    if (heap->n_until_failure == 0) {
        heap->n_refused++;
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

/* Calls a function that makes something of `of`, in *out, on an arena. */
typedef cbk_status (*faulty_call)(const void *of, cbk_arena *small, const void **out);

/* Whether what failed says so, gave nothing and kept nothing. */
static inline bool is_clean_failure(cbk_status status, const void *out, cbk_mark before,
                                    cbk_mark after)
{
    return status == CBK_ENOMEM && out == NULL && is_same_mark(before, after);
}

/* Calls on `small`, which is destroyed.  False, and the status, where a failure was not
 * clean, or something leaked. */
static inline bool is_clean_call(faulty_call call, const void *of, faulty_heap *heap,
                                 cbk_arena *small, cbk_status *status)
{
    bool is_good = true;
    *status = CBK_ENOMEM;
    if (small != NULL) {
        const void *out = NULL;
        const cbk_mark before = cbk_arena_mark(small);
        *status = call(of, small, &out);
        is_good = *status == CBK_OK
                      ? out != NULL && heap->n_refused == 0
                      : is_clean_failure(*status, out, before, cbk_arena_mark(small));
        cbk_arena_destroy(small);
    }
    if (!is_good || heap->n_live != 0) {
        printf("# status %d, %d alive\n", (int)*status, heap->n_live);
        return false;
    }
    return true;
}

/* Calls on heaps that give no block, one, two, ... until one is enough.  Returns how many
 * heaps there were; 0 where a failure was not clean, or something leaked. */
static inline int faulty_heaps(faulty_call call, const void *of)
{
    for (int n_blocks = 0; n_blocks < 1000; n_blocks++) {
        faulty_heap heap;
        cbk_arena *small = faulty_arena(&heap, n_blocks);
        cbk_status status = CBK_OK;
        if (!is_clean_call(call, of, &heap, small, &status)) {
            printf("# with %d blocks\n", n_blocks);
            return 0;
        }
        if (status == CBK_OK) {
            return n_blocks + 1;
        }
    }
    return 0;
}

enum { FAULTY_BLOCK_BYTES = 64 * 1024 }; /* what an arena's smallest block holds */

/* Calls on arenas that have nothing left, 16 bytes, 32, ... until one has enough: so each
 * allocation of something small fails once.  Returns as faulty_heaps(); 0, too, where a
 * block is not enough. */
static inline int faulty_rooms(faulty_call call, const void *of)
{
    for (size_t room = 0; room < FAULTY_BLOCK_BYTES; room += 16) {
        faulty_heap heap;
        cbk_arena *small = faulty_arena(&heap, 2);
        cbk_status status = CBK_OK;
        if (small == NULL || CBK_NEW(small, char, FAULTY_BLOCK_BYTES - room) == NULL ||
            !is_clean_call(call, of, &heap, small, &status)) {
            printf("# with %zu bytes\n", room);
            return 0;
        }
        if (status == CBK_OK) {
            return (int)(room / 16) + 1;
        }
    }
    return 0;
}

#endif
