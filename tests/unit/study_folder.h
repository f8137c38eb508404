/* study_folder.h - a study folder made for one test and removed after it. */
#ifndef STUDY_FOLDER_H
#define STUDY_FOLDER_H

#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

typedef struct study_folder {
    char path[64];
    char files[8][128];
    size_t n_files;
} study_folder;

static inline bool study_folder_make(study_folder *folder)
{
    *folder = (study_folder){.path = "/tmp/casebook-test-XXXXXX"};
    return mkdtemp(folder->path) != NULL;
}

static inline bool study_folder_write(study_folder *folder, const char *name,
                                      const char *text)
{
    char path[128];
    (void)snprintf(path, sizeof path, "%s/%s", folder->path, name);
    bool is_known = false;
    for (size_t i = 0; i < folder->n_files; i++) {
        is_known = is_known || strcmp(folder->files[i], path) == 0;
    }
    if (!is_known) {
        memcpy(folder->files[folder->n_files++], path, sizeof path);
    }
    FILE *file = fopen(path, "wb");
    if (file == NULL) {
        return false;
    }
    const bool is_written = fwrite(text, 1, strlen(text), file) == strlen(text);
    return fclose(file) == 0 && is_written;
}

static inline void study_folder_remove(study_folder *folder)
{
    for (size_t i = 0; i < folder->n_files; i++) {
        (void)unlink(folder->files[i]);
    }
    (void)rmdir(folder->path);
}

#endif
