/* faults.h - operations of the system that fail when they are told to, for whatever code
 * is linked into the test program or lies in a shared library beside it.
 */
#ifndef FAULTS_H
#define FAULTS_H

#include <stdbool.h>
#include <stddef.h>

typedef enum fault_kind {
    FAULT_NONE,
    FAULT_MEMORY, /* an allocation gives nothing */
    FAULT_EIO,    /* reading, writing, syncing, opening, removing says EIO */
    FAULT_ENOSPC, /* writing, syncing, making says ENOSPC */
    FAULT_SHORT   /* a write writes half of its bytes: no error, but it must go on */
} fault_kind;

/* The at-th operation that the kind concerns fails, and all after it if is_for_ever.  at
 * 0: none does, they are counted only. */
void faults_begin(fault_kind kind, size_t at, bool is_for_ever);
/* Ends it; how many there were. */
size_t faults_end(void);

/* Marks (1) of the operations that follow, numbered from 1, those that are reached by a
 * path of calls that was taken less than PATH_TIMES times before; marks [n], number 0
 * unused. Until faults_end(). */
enum { FAULTS_PATH_TIMES = 3 };
void faults_mark_paths(unsigned char *marks, size_t n);

/* Walks through what follows: at each operation that the kind concerns and that is
 * marked, the process forks.  In the fork the operation fails, once or with all after it,
 * and what faults_here() says is true from then on; the process itself waits for it and
 * goes on as if nothing had been.  A fork sees the files that the process sees, so
 * at_change() is called, in either, before the first operation that would change one; it
 * must not return. when_died() is called after a fork that did not exit with 0. */
typedef struct faults_walker {
    fault_kind kind;
    const unsigned char *marks; /* [n_marks] */
    size_t n_marks;
    void (*at_change)(void);
    void (*when_died)(int status);
} faults_walker;
void faults_walk(const faults_walker *walker);

/* Where a fork was made, or was last made by this process. */
typedef struct faults_point {
    bool is_fork;
    size_t at;
    bool is_for_ever;
} faults_point;
const faults_point *faults_here(void);

/* How many blocks of memory are allocated and not freed; 0 where it is not known (under
 * AddressSanitizer, which looks for leaks itself). */
long faults_live_blocks(void);

#endif
