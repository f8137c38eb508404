/* ways.h - every way in which a casebook file is written, and whether it is sound after
 * one of them came to an untimely end.
 */
#ifndef WAYS_H
#define WAYS_H

#include "registry/casebook.h"

/* The files that are written: the study's, a copy of it, and one made by a replay. */
typedef enum way_file { WAY_STUDY, WAY_COPY, WAY_REPLAY, WAY_FILES } way_file;

/* The path of such a file in a folder. */
void way_path(const char *folder, way_file which, char *out, size_t size);

/* How much is known to be done: the commits that returned, the copies that were made. */
typedef struct way_acks {
    size_t n[WAY_FILES];
} way_acks;

/* Makes a file in the folder and writes to it in every way, opening it anew before some;
 * calls acknowledge when something has returned as done.  True: all of it has. */
bool go_all_ways(const char *folder, void (*acknowledge)(way_file), way_acks *out);

/* Writes in the way of one command, as in "edit". */
cbk_status way_go(const char *command, cbk_casebook *casebook, const char *folder);

/* Whether the study's file holds what was acknowledged and is whole: chain, replay and
 * tables agree; where nothing was, whether a new one can be made in its place.  A copy
 * that was acknowledged is whole; one that was not is whole or no casebook file.
 * is_quick: SQLite alone recovers the files, and those whose bytes were seen before are
 * not verified again. */
bool are_sound(const char *folder, const way_acks *acks, bool is_quick, char *why,
               size_t size);

/* How many transactions a file has if it is whole, recovered by SQLite and looked at only
 * if its bytes were not seen before; WAY_BROKEN, or WAY_NONE where it is no casebook
 * file: why. */
enum { WAY_BROKEN = -1, WAY_NONE = -2 };
int64_t way_transactions(const char *path, char *why, size_t size);

/* Removes the files and their journals. */
void remove_ways(const char *folder);

#endif
