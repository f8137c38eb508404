/* golden.h - opening the files that make_golden.R wrote. */
#ifndef GOLDEN_H
#define GOLDEN_H

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

#endif
