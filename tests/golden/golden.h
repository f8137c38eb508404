/* golden.h - the files that the scripts in R wrote, and the test of each case. */
#ifndef GOLDEN_H
#define GOLDEN_H

#include "check.h"

#include <casebook/base.h>

#include <stdio.h>
#include <stdlib.h>

/* Opens DIRECTORY/NAME and skips the line of versions and the header. */
static inline FILE *golden_open(const char *directory, const char *name,
                                const char *suffix)
{
    char path[1024];
    char line[512];
    (void)snprintf(path, sizeof path, "%s/%s%s", directory, name, suffix);
    FILE *file = fopen(path, "r");
    if (file == NULL || fgets(line, sizeof line, file) == NULL ||
        fgets(line, sizeof line, file) == NULL) {
        printf("Bail out! cannot read %s\n", path);
        exit(99);
    }
    return file;
}

/* Whether a case's numbers are R's; a failed CHECK() says no as well. */
typedef bool (*golden_case)(const char *directory, const char *name, cbk_arena *arena);

/* `PROGRAM DIRECTORY NAME...`: a test for each case.  Returns the exit code. */
static inline int golden_main(int argc, char **argv, golden_case is_good)
{
    cbk_arena *arena = cbk_arena_create(NULL, SIZE_MAX);
    if (argc < 3 || arena == NULL) {
        return 99;
    }
    bool is_any_failed = false;
    printf("1..%d\n", argc - 2);
    for (int i = 2; i < argc; i++) {
        const cbk_mark before = cbk_arena_mark(arena);
        check_has_failed = false;
        const bool is_ok = is_good(argv[1], argv[i], arena) && !check_has_failed;
        printf("%s %d - %s\n", is_ok ? "ok" : "not ok", i - 1, argv[i]);
        is_any_failed = is_any_failed || !is_ok;
        cbk_arena_release(arena, before);
    }
    cbk_arena_destroy(arena);
    return is_any_failed ? 1 : 0;
}

#endif
