/* arena.c - a bump allocator with marks.  Contract: casebook/base.h.
 *
 * Blocks form a stack, newest first.  Memory given back by a release is poisoned when
 * AddressSanitizer is on, so a pointer kept past its mark is reported like a use after
 * free.
 */
#define _DEFAULT_SOURCE /* madvise() */

#include <casebook/base.h>

#include <assert.h>
#include <stdalign.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>

#if defined(__SANITIZE_ADDRESS__)
#define ARENA_HAS_ASAN 1
#elif defined(__has_feature)
#if __has_feature(address_sanitizer)
#define ARENA_HAS_ASAN 1
#endif
#endif
#ifdef ARENA_HAS_ASAN
#include <sanitizer/asan_interface.h>
#define ARENA_POISON(start, size) ASAN_POISON_MEMORY_REGION((start), (size))
#define ARENA_UNPOISON(start, size) ASAN_UNPOISON_MEMORY_REGION((start), (size))
#else
#define ARENA_POISON(start, size) ((void)(start), (void)(size))
#define ARENA_UNPOISON(start, size) ((void)(start), (void)(size))
#endif

#define BLOCK_MIN_BYTES ((size_t)64 * 1024)
#define LARGE_PAGE_BYTES ((size_t)2 * 1024 * 1024)
/* What is asked for from that size on gets a mapped block. */
#define BLOCK_MAPPED_BYTES ((size_t)512 * 1024)

typedef struct block {
    struct block *older;
    size_t capacity_bytes;
    size_t used_bytes;
    size_t clean_from; /* memory from here on is zero: nobody has had it yet */
    bool is_mapped;
    alignas(max_align_t) unsigned char bytes[];
} block;

struct cbk_arena {
    cbk_allocator allocator;
    block *newest;
    size_t limit_bytes;
    size_t held_bytes; /* sum of capacities */
    bool is_heap;      /* heap_allocate(), and large blocks mapped */
    bool is_failed;
};

/* Bytes of the large pages that size_bytes take. */
static size_t large_pages(size_t size_bytes)
{
    return (size_bytes + LARGE_PAGE_BYTES - 1) / LARGE_PAGE_BYTES * LARGE_PAGE_BYTES;
}

/* A large block comes straight from the kernel: zeroed, and from where a large page
 * begins, so that it is made of such and not of thousands of small ones.  size_bytes are
 * whole large pages.  NULL when out of memory. */
static void *map_large(size_t size_bytes)
{
    char *start = mmap(NULL, size_bytes + LARGE_PAGE_BYTES, PROT_READ | PROT_WRITE,
                       MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    if (start == MAP_FAILED) {
        return NULL;
    }
    const size_t before = LARGE_PAGE_BYTES - (uintptr_t)start % LARGE_PAGE_BYTES;
    (void)munmap(start, before);
    if (before < LARGE_PAGE_BYTES) {
        (void)munmap(start + before + size_bytes, LARGE_PAGE_BYTES - before);
    }
#ifdef MADV_HUGEPAGE
    (void)madvise(start + before, size_bytes, MADV_HUGEPAGE);
#endif
    return start + before;
}

static void *heap_allocate(size_t size_bytes, void *context)
{
    (void)context;
    return malloc(size_bytes);
}

static void heap_deallocate(void *memory, void *context)
{
    (void)context;
    free(memory);
}

cbk_arena *cbk_arena_create(const cbk_allocator *allocator, size_t limit_bytes)
{
    const cbk_allocator heap = {.allocate = heap_allocate, .deallocate = heap_deallocate};
    const cbk_allocator chosen = allocator != NULL ? *allocator : heap;
    cbk_arena *arena = chosen.allocate(sizeof *arena, chosen.context);
    if (arena != NULL) {
        *arena = (cbk_arena){.allocator = chosen,
                             .limit_bytes = limit_bytes,
                             .is_heap = allocator == NULL};
    }
    return arena;
}

static void arena_drop_newest(cbk_arena *arena)
{
    block *dropped = arena->newest;
    arena->newest = dropped->older;
    arena->held_bytes -= dropped->capacity_bytes;
    ARENA_UNPOISON(dropped->bytes, dropped->capacity_bytes);
    if (dropped->is_mapped) {
        (void)munmap(dropped, large_pages(sizeof *dropped + dropped->capacity_bytes));
        return;
    }
    arena->allocator.deallocate(dropped, arena->allocator.context);
}

void cbk_arena_destroy(cbk_arena *arena)
{
    if (arena == NULL) {
        return;
    }
    while (arena->newest != NULL) {
        arena_drop_newest(arena);
    }
    arena->allocator.deallocate(arena, arena->allocator.context);
}

/* How much a block for need_bytes holds: of large pages all that fits. */
static size_t capacity_for(const cbk_arena *arena, size_t need_bytes, bool is_mapped)
{
    const size_t capacity = need_bytes > BLOCK_MIN_BYTES ? need_bytes : BLOCK_MIN_BYTES;
    const size_t whole =
        is_mapped ? large_pages(sizeof(block) + capacity) - sizeof(block) : capacity;
    return whole <= arena->limit_bytes - arena->held_bytes ? whole : capacity;
}

/* Pushes a block with room for need_bytes at any supported alignment. */
static bool arena_grow(cbk_arena *arena, size_t need_bytes)
{
    if (need_bytes > SIZE_MAX - sizeof(block) - 2 * LARGE_PAGE_BYTES) {
        return false;
    }
    const bool is_mapped = arena->is_heap && need_bytes >= BLOCK_MAPPED_BYTES;
    const size_t capacity = capacity_for(arena, need_bytes, is_mapped);
    if (capacity > arena->limit_bytes - arena->held_bytes) {
        return false;
    }
    const cbk_allocator *from = &arena->allocator;
    block *fresh = is_mapped ? map_large(large_pages(sizeof *fresh + capacity))
                             : from->allocate(sizeof *fresh + capacity, from->context);
    if (fresh == NULL) {
        return false;
    }
    *fresh = (block){.older = arena->newest,
                     .capacity_bytes = capacity,
                     .clean_from = is_mapped ? 0 : capacity,
                     .is_mapped = is_mapped};
    ARENA_POISON(fresh->bytes, capacity);
    arena->newest = fresh;
    arena->held_bytes += capacity;
    return true;
}

void *cbk_arena_alloc(cbk_arena *arena, size_t count, size_t size, size_t align)
{
    assert(arena != NULL);
    assert(size > 0);
    assert(align > 0 && (align & (align - 1)) == 0 && align <= alignof(max_align_t));
    if (arena->is_failed || count > SIZE_MAX / size) {
        arena->is_failed = true;
        return NULL;
    }
    const size_t need = count * size;
    block *top = arena->newest;
    const size_t room = top == NULL ? 0 : top->capacity_bytes;
    size_t start = top == NULL ? 0 : (top->used_bytes + align - 1) & ~(align - 1);
    if (top == NULL || start > room || need > room - start) {
        if (!arena_grow(arena, need)) {
            arena->is_failed = true;
            return NULL;
        }
        top = arena->newest;
        start = 0;
    }
    top->used_bytes = start + need;
    ARENA_UNPOISON(top->bytes + start, need);
    const size_t dirty = start < top->clean_from ? top->clean_from - start : 0;
    memset(top->bytes + start, 0, dirty < need ? dirty : need);
    if (top->clean_from < top->used_bytes) {
        top->clean_from = top->used_bytes;
    }
    return top->bytes + start;
}

cbk_mark cbk_arena_mark(const cbk_arena *arena)
{
    assert(arena != NULL);
    const block *top = arena->newest;
    return (cbk_mark){
        .block = arena->newest,
        .used_bytes = top == NULL ? 0 : top->used_bytes,
        .is_failed = arena->is_failed,
    };
}

void cbk_arena_release(cbk_arena *arena, cbk_mark mark)
{
    assert(arena != NULL);
    while (arena->newest != mark.block) {
        assert(arena->newest != NULL); /* the mark belongs to another arena */
        arena_drop_newest(arena);
    }
    if (arena->newest != NULL) {
        block *top = arena->newest;
        assert(mark.used_bytes <= top->used_bytes);
        ARENA_POISON(top->bytes + mark.used_bytes, top->used_bytes - mark.used_bytes);
        top->used_bytes = mark.used_bytes;
    }
    arena->is_failed = mark.is_failed;
}

bool cbk_arena_has_failed(const cbk_arena *arena)
{
    assert(arena != NULL);
    return arena->is_failed;
}
