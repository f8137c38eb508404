/* anchors.c - the anchors of a file, for casebook-verify. */
#define _XOPEN_SOURCE 700 /* realpath() */

#include "trail_state.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* False: out of memory.  A line that is no whole anchor was cut short and says nothing.
 */
static bool add(anchor_log *to, const char *line, const char *uuid, const char *real)
{
    anchor one = {.number = 0};
    char of[40];
    long long number = 0;
    int path_at = 0;
    if (sscanf(line, "casebook/anchor/1 %39s %lld %64[0-9a-f] %*d %n", of, &number,
               one.hash, &path_at) != 3 ||
        path_at == 0 || strcmp(of, uuid) != 0 || strlen(one.hash) != 64) {
        return true;
    }
    anchor *larger = realloc(to->all, (to->n + 1) * sizeof *larger);
    if (larger == NULL) {
        return false;
    }
    one.number = number;
    one.is_here = strcmp(line + path_at, real) == 0;
    if (one.is_here && number > to->last_here) {
        to->last_here = number;
    }
    to->all = larger;
    to->all[to->n++] = one;
    return true;
}

static int by_number(const void *lhs, const void *rhs)
{
    const anchor *a = lhs;
    const anchor *b = rhs;
    return (a->number > b->number) - (a->number < b->number);
}

bool anchors_read(anchor_log *out, const char *folder, const char *uuid, const char *path)
{
    char name[4200];
    char line[8192];
    *out = (anchor_log){.n = 0};
    (void)snprintf(name, sizeof name, "%s/%s", folder, uuid);
    FILE *file = fopen(name, "r");
    if (file == NULL) {
        return errno == ENOENT;
    }
    char *real = realpath(path, NULL);
    bool is_fine = real != NULL;
    while (is_fine && fgets(line, sizeof line, file) != NULL) {
        char *end = strchr(line, '\n');
        if (end == NULL) {
            break; /* cut short, as well */
        }
        *end = '\0';
        is_fine = add(out, line, uuid, real);
    }
    is_fine = is_fine && ferror(file) == 0;
    (void)fclose(file);
    free(real);
    if (out->n > 0) {
        qsort(out->all, out->n, sizeof *out->all, by_number);
    }
    return is_fine;
}

void anchors_free(anchor_log *anchors)
{
    free(anchors->all);
}

bool anchors_compare(anchor_log *anchors, sqlite3_int64 number, const char *hash)
{
    while (anchors->next < anchors->n && anchors->all[anchors->next].number <= number) {
        const anchor *one = &anchors->all[anchors->next++];
        if (one->number == number && strcmp(one->hash, hash) == 0) {
            anchors->confirmed = number;
        } else if (one->is_here) {
            return false;
        }
    }
    return true;
}
