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
#define BLOCK_HUGE_BYTES ((size_t)4 * 1024 * 1024)
#define PAGE_BYTES ((uintptr_t)4096)

typedef struct block {
    struct block *older;
    size_t capacity_bytes;
    size_t used_bytes;
    size_t clean_from; /* memory from here on is zero: nobody has had it yet */
    alignas(max_align_t) unsigned char bytes[];
} block;

struct cbk_arena {
    cbk_allocator allocator;
    block *newest;
    size_t limit_bytes;
    size_t held_bytes; /* sum of capacities */
    bool is_heap;      /* heap_allocate(), whose large blocks are zeroed */
    bool is_failed;
};

/* Large blocks come from the kernel zeroed, and sooner in large pages. */
static void *heap_allocate(size_t size_bytes, void *context)
{
    (void)context;
    if (size_bytes < BLOCK_HUGE_BYTES) {
        return malloc(size_bytes);
    }
    void *memory = calloc(1, size_bytes);
#ifdef MADV_HUGEPAGE
    if (memory != NULL) {
        const uintptr_t into_page = (uintptr_t)memory % PAGE_BYTES;
        const size_t skipped = into_page == 0 ? 0 : PAGE_BYTES - into_page;
        (void)madvise((char *)memory + skipped, size_bytes - skipped, MADV_HUGEPAGE);
    }
#endif
    return memory;
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

/* Pushes a block with room for need_bytes at any supported alignment. */
static bool arena_grow(cbk_arena *arena, size_t need_bytes)
{
    const size_t capacity = need_bytes > BLOCK_MIN_BYTES ? need_bytes : BLOCK_MIN_BYTES;
    if (capacity > arena->limit_bytes - arena->held_bytes) {
        return false;
    }
    if (capacity > SIZE_MAX - sizeof(block)) {
        return false;
    }
    const cbk_allocator *from = &arena->allocator;
    block *fresh = from->allocate(sizeof *fresh + capacity, from->context);
    if (fresh == NULL) {
        return false;
    }
    fresh->older = arena->newest;
    fresh->capacity_bytes = capacity;
    fresh->used_bytes = 0;
    const bool is_clean = arena->is_heap && sizeof *fresh + capacity >= BLOCK_HUGE_BYTES;
    fresh->clean_from = is_clean ? 0 : capacity;
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
