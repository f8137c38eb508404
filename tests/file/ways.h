/* ways.h - every way in which a casebook file is written, and whether it is sound after
 * one of them came to an untimely end.
 */
#ifndef WAYS_H
#define WAYS_H

#include <stdbool.h>
#include <stddef.h>

enum { WAYS = 8 };

/* Makes a file and writes to it in every way, opening it anew before some; calls
 * acknowledge when a commit has returned.  Returns how many have. */
size_t go_all_ways(const char *path, void (*acknowledge)(void));

/* Whether the file holds at least n transactions and is whole: chain, replay and tables
 * agree.  Where n is 0, whether a new one can be made in its place. */
bool is_sound(const char *path, size_t n, char *why, size_t size);

#endif
