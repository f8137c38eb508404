/* recording_vfs.h - a file system for SQLite that writes down what is done to it, so that
 * a test can say what would be on the disk had the power gone at any point; and that can
 * fail.
 *
 * It stands before SQLite's own and passes everything on.
 */
#ifndef RECORDING_VFS_H
#define RECORDING_VFS_H

#include <sqlite3.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

typedef enum recorded_kind {
    RECORDED_CREATE,
    RECORDED_WRITE,
    RECORDED_TRUNCATE,
    RECORDED_SYNC, /* of a file, and of its name where it is new */
    RECORDED_DELETE,
    RECORDED_ACKNOWLEDGED /* the test's own: a commit has returned */
} recorded_kind;

enum { RECORDED_FILES = 8, RECORDED_NAME = 200 };

typedef struct recorded {
    recorded_kind kind;
    int file;       /* index of names; ACKNOWLEDGED: the test's own number */
    int64_t offset; /* WRITE; TRUNCATE: the size */
    size_t size;
    unsigned char *bytes; /* WRITE */
    bool is_durable;      /* DELETE: the folder was synced */
} recorded;

typedef struct disk_tape {
    bool is_on;
    bool is_sync_ignored; /* a disk that lies: what must fail, so that the test has teeth
                           */
    size_t n_before; /* records that say what was on the disk before anything was done */
    size_t n;
    size_t capacity;
    recorded *all;
    int n_files;
    char names[RECORDED_FILES][RECORDED_NAME];
    /* The operation that fails: 0 none; then all after it, if is_for_ever. */
    size_t n_operations;
    size_t fail_at;
    bool is_for_ever;
    int fail_code;
    size_t n_syncs;
    size_t fail_sync_at; /* the sync that fails; 0: none */
} disk_tape;

/* Registers the file system as SQLite's default; one at a time. */
bool recording_start(disk_tape *tape);
void recording_stop(void);
void recording_clear(disk_tape *tape); /* forgets what was written down */
void recording_acknowledge(disk_tape *tape, int which);
/* Takes the files of a folder onto the tape, as what is on the disk already. */
bool recording_take(disk_tape *tape, const char *folder);

/* How the power goes: what becomes of what was not synced. */
typedef enum damage_kind {
    DAMAGE_NOTHING_ARRIVES,
    DAMAGE_ALL_ARRIVES,
    DAMAGE_LAST_IS_TORN, /* half of the last write */
    DAMAGE_SOME_SECTORS, /* each sector of 512 bytes by chance */
    DAMAGE_GARBAGE,      /* as before, and what does not arrive is noise */
    DAMAGE_ONLY_SIZES,   /* truncations and extensions arrive, bytes do not */
    DAMAGE_COUNT
} damage_kind;

/* What would be found after the first n records. */
typedef struct disk_state disk_state;
disk_state *recording_state(const disk_tape *tape, size_t n, damage_kind damage,
                            uint64_t seed);
void recording_state_free(disk_state *state);
/* Equal for equal states. */
uint64_t recording_state_hash(const disk_state *state);
/* Writes its files into a folder; false: cannot be written. */
bool recording_state_write(const disk_state *state, const char *folder);

#endif
