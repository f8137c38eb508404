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
/* How many blocks of memory are allocated and not freed; 0 where it is not known (under
 * AddressSanitizer, which looks for leaks itself). */
long faults_live_blocks(void);

#endif
