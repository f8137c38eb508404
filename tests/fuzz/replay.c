/* replay.c - feeds every file of a folder to a fuzz target, as TAP: the corpus is part of
 * the test suite wherever no fuzzer is at hand.  A target that finds a fault aborts.
 */
#include <dirent.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size);

static int is_no_dot_file(const struct dirent *entry)
{
    return entry->d_name[0] != '.';
}

/* A buffer of exactly the file's size, so that a sanitizer sees a byte read past it. */
static uint8_t *read_file(const char *path, size_t *size)
{
    FILE *file = fopen(path, "rb");
    if (file == NULL) {
        return NULL;
    }
    uint8_t *bytes = NULL;
    const long end = fseek(file, 0, SEEK_END) == 0 ? ftell(file) : -1;
    if (end >= 0 && fseek(file, 0, SEEK_SET) == 0) {
        *size = (size_t)end;
        bytes = malloc(*size > 0 ? *size : 1);
    }
    if (bytes != NULL && fread(bytes, 1, *size, file) != *size) {
        free(bytes);
        bytes = NULL;
    }
    (void)fclose(file);
    return bytes;
}

static int replay(const char *folder, const char *name, int number)
{
    char path[4096];
    (void)snprintf(path, sizeof path, "%s/%s", folder, name);
    printf("# %s\n", name);
    (void)fflush(stdout); /* names the file should the target abort */
    size_t size = 0;
    uint8_t *bytes = read_file(path, &size);
    const int is_read = bytes != NULL;
    if (is_read) {
        (void)LLVMFuzzerTestOneInput(bytes, size);
    }
    free(bytes);
    printf("%s %d - %s\n", is_read ? "ok" : "not ok", number, name);
    return is_read;
}

int main(int argc, char **argv)
{
    struct dirent **entries = NULL;
    const int n = argc == 2 ? scandir(argv[1], &entries, is_no_dot_file, alphasort) : -1;
    if (n <= 0) {
        printf("Bail out! No corpus to replay.\n");
        return 1;
    }
    printf("1..%d\n", n);
    int n_read = 0;
    for (int i = 0; i < n; i++) {
        n_read += replay(argv[1], entries[i]->d_name, i + 1);
        free(entries[i]);
    }
    free(entries);
    return n_read == n ? 0 : 1;
}
