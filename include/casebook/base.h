/* casebook/base.h - status codes, error detail, problems in files, notes on results,
 * arena memory.
 *
 * Rules that hold in every casebook header:
 *   - a function that can fail returns cbk_status and takes a trailing cbk_error *err,
 *     which may be NULL;
 *   - outputs come last before err, and are NULL or untouched on failure;
 *   - memory comes from an arena the caller passes; it is never freed one piece at a
 *     time;
 *   - strings are UTF-8, NUL-terminated, and belong to the arena of the thing that
 *     points to them.
 */
#ifndef CASEBOOK_BASE_H
#define CASEBOOK_BASE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
#define CBK_BEGIN_DECLS extern "C" {
#define CBK_END_DECLS }
#else
#define CBK_BEGIN_DECLS
#define CBK_END_DECLS
#endif

#if defined(__GNUC__)
#define CBK_API __attribute__((visibility("default")))
#define CBK_MUST_USE __attribute__((warn_unused_result))
#define CBK_PRINTF(text, first) __attribute__((format(printf, text, first)))
#else
#define CBK_API
#define CBK_MUST_USE
#define CBK_PRINTF(text, first)
#endif

CBK_BEGIN_DECLS

/* ---- failures --------------------------------------------------------------------- */

/* Codes are for programs to branch on; cbk_error.message is for people. */
typedef enum cbk_status {
    CBK_OK = 0,
    CBK_ENOMEM, /* allocator or arena limit exhausted */
    CBK_EINVAL, /* the call is wrong: an option, a name, an argument */
    CBK_EDATA,  /* the data are wrong: see cbk_error and the cbk_problems, if any */
    CBK_EIO     /* the machine: a file that cannot be opened, a full disk */
} cbk_status;

#define CBK_ROW_NONE SIZE_MAX

/* Caller-owned, on the stack; valid only after a status other than CBK_OK. */
typedef struct cbk_error {
    cbk_status status;
    size_t row;        /* 0-based input row at fault, or CBK_ROW_NONE */
    char message[480]; /* one sentence, UTF-8, no trailing newline */
} cbk_error;

/* Fills *err (if not NULL) and returns status, so `return cbk_fail(...)` reads
 * as one step.  Truncates the message rather than failing. */
CBK_API cbk_status cbk_fail(cbk_error *err, cbk_status status, size_t row,
                            const char *format, ...) CBK_PRINTF(4, 5);

/* cbk_fail() with CBK_ENOMEM and its one sentence. */
CBK_API cbk_status cbk_fail_memory(cbk_error *err);

/* Leaves the calling function with the same status.  Use it only before the
 * function holds anything that must be given back. */
#define CBK_TRY(call)                                                                    \
    do {                                                                                 \
        const cbk_status cbk_try_status = (call);                                        \
        if (cbk_try_status != CBK_OK) {                                                  \
            return cbk_try_status;                                                       \
        }                                                                                \
    } while (0)

/* ---- arenas ----------------------------------------------------------------------- */

/* Where an arena gets its blocks.  Tests swap it to make allocation k fail. */
typedef struct cbk_allocator {
    void *(*allocate)(size_t size_bytes, void *context); /* NULL on failure */
    void (*deallocate)(void *block, void *context);
    void *context;
} cbk_allocator;

typedef struct cbk_arena cbk_arena;

/* A point to roll back to. */
typedef struct cbk_mark {
    void *block;
    size_t used_bytes;
    bool is_failed;
} cbk_mark;

/* Returns NULL when out of memory.  allocator NULL means malloc/free; the arena
 * never holds more than limit_bytes.  Destroy with cbk_arena_destroy(). */
CBK_API CBK_MUST_USE cbk_arena *cbk_arena_create(const cbk_allocator *allocator,
                                                 size_t limit_bytes);
CBK_API void cbk_arena_destroy(cbk_arena *arena); /* NULL is allowed */

/* Returns zeroed memory for count elements, or NULL.  Failure is sticky: after one
 * NULL every later call on this arena returns NULL, until a release to a mark taken
 * before the failure.  So a function need test only its last allocation.  Overflow of
 * count * size is a failure too. */
CBK_API void *cbk_arena_alloc(cbk_arena *arena, size_t count, size_t size, size_t align);
#define CBK_NEW(arena, type, count)                                                      \
    ((type *)cbk_arena_alloc((arena), (count), sizeof(type), _Alignof(type)))

CBK_API cbk_mark cbk_arena_mark(const cbk_arena *arena);
CBK_API void cbk_arena_release(cbk_arena *arena, cbk_mark mark);

/* Whether an allocation has failed since the last release: one test at the end of a
 * function that builds many small things. */
CBK_API bool cbk_arena_has_failed(const cbk_arena *arena);

/* ---- problems: mistakes in files, all of them at once ------------------------------ */

/* Where in a file; line and column count from 1, 0 means "not known". */
typedef struct cbk_place {
    const char *file; /* as the user named it; NULL: no file */
    size_t line;
    size_t column; /* of characters; 0 in CSV, where the message names the column */
} cbk_place;

typedef struct cbk_problem {
    cbk_place place;
    const char *message; /* what was found, what was expected, how to mend it */
} cbk_problem;

enum { CBK_PROBLEMS_MAX = 50 }; /* kept for printing; all are counted */

/* Collects the mistakes of a set of files.  Start with {.arena = arena}. */
typedef struct cbk_problems {
    cbk_arena *arena; /* owns the strings */
    size_t n_found;
    cbk_problem kept[CBK_PROBLEMS_MAX]; /* the first min(n_found, CBK_PROBLEMS_MAX) */
} cbk_problems;

CBK_API void cbk_problems_add(cbk_problems *problems, cbk_place place, const char *format,
                              ...) CBK_PRINTF(3, 4);

/* ---- notes: results with a caveat ---------------------------------------------------
 */

/* A set of caveats that travels with a result into cells, figures, sentences and claims.
 * Codes are stable: cbk_note_name() is what JSON prints. */
typedef enum cbk_note {
    CBK_NOTE_NO_ROWS = 1 << 0,              /* nothing to estimate from */
    CBK_NOTE_NO_EVENTS = 1 << 1,            /* every row is censored */
    CBK_NOTE_ONE_SUBJECT = 1 << 2,          /* a series of one */
    CBK_NOTE_NOT_REACHED = 1 << 3,          /* the curve never falls to the quantile */
    CBK_NOTE_LIMIT_NOT_REACHED = 1 << 4,    /* an interval is open on one side */
    CBK_NOTE_BEYOND_FOLLOW_UP = 1 << 5,     /* a time after the last observation */
    CBK_NOTE_INTERVAL_UNDEFINED = 1 << 6,   /* no such interval where S is 0 or 1 */
    CBK_NOTE_ROWS_LEFT_OUT = 1 << 7,        /* rows with missing values were left out */
    CBK_NOTE_EVENT_AT_ZERO = 1 << 8,        /* somebody had the event at time 0 */
    CBK_NOTE_ZERO_BEFORE_ENTRIES = 1 << 9,  /* S fell to 0 before everybody had entered */
    CBK_NOTE_SD_UNDEFINED = 1 << 10,        /* a standard deviation of fewer than two */
    CBK_NOTE_NO_GROUPS = 1 << 11,           /* a comparison of fewer than two groups */
    CBK_NOTE_NO_SPREAD = 1 << 12,           /* all values are equal: nothing to test */
    CBK_NOTE_TOO_LARGE_FOR_EXACT = 1 << 13, /* chi-squared where Fisher was wanted */
    CBK_NOTE_ERROR_ZERO = 1 << 14,    /* survival is 0 or 1: no usable standard error */
    CBK_NOTE_ZERO_VARIANCE = 1 << 15, /* chance leaves the statistic no room: no p */
    CBK_NOTE_DF_REDUCED = 1 << 16,    /* a group that the test cannot compare */
    CBK_NOTE_MONOTONE = 1 << 17,      /* a coefficient without a finite estimate */
    CBK_NOTE_COVARIATE_DROPPED = 1 << 18, /* one that the others determine */
    CBK_NOTE_FEW_EVENTS = 1 << 19,        /* fewer events than coefficients */
    CBK_NOTE_NOT_CONVERGED = 1 << 20,     /* an iteration that did not reach its end */
    CBK_NOTE_NEGATIVE_VARIANCE = 1 << 21  /* a formula beyond where it holds: no p */
} cbk_note;

typedef uint32_t cbk_notes; /* a set: cbk_note values or'ed */

enum { CBK_NOTE_COUNT = 22 };

/* "not-reached": the stable code. */
CBK_API const char *cbk_note_name(cbk_note note);
/* One sentence for people, with its full stop. */
CBK_API const char *cbk_note_sentence(cbk_note note);
/* True for notes under which the number may not be printed or pass a claim:
 * CBK_NOTE_BEYOND_FOLLOW_UP and CBK_NOTE_NO_ROWS. */
CBK_API bool cbk_notes_forbid_print(cbk_notes notes);

/* ---- values ------------------------------------------------------------------------ */

typedef enum cbk_value_kind {
    CBK_VALUE_ABSENT = 0, /* there is no number: the notes of the result say why */
    CBK_VALUE_NUMBER,
    CBK_VALUE_TEXT
} cbk_value_kind;

typedef struct cbk_value {
    cbk_value_kind kind;
    double number;    /* finite; NUMBER only */
    const char *text; /* TEXT only */
} cbk_value;

CBK_END_DECLS

#endif
