/* fuzz_casebook.c - a casebook file with any of its bytes altered: no crash, no leak, and
 * what is called whole has the history it had.
 *
 * The input is a list of alterations, five bytes each: where (four bytes) and what.
 */
#include "file/ways.h"

#include "registry/casebook.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size);

enum { ALTERATION = 5 };

static char folder[64];
static char path[96];
static unsigned char *whole; /* the file as it was made */
static long whole_size;
static char whole_hash[CBK_HASH_HEX_SIZE];

static void require(bool is_true)
{
    if (!is_true) {
        abort();
    }
}

static void acknowledge(way_file which)
{
    (void)which;
}

static void remove_folder(void)
{
    remove_ways(folder);
    (void)rmdir(folder);
    free(whole);
}

/* Makes the file once, and keeps its bytes. */
static void make_whole(void)
{
    cbk_casebook *casebook = NULL;
    cbk_head head;
    (void)snprintf(folder, sizeof folder, "%s/casebook-fuzz-XXXXXX",
                   access("/dev/shm", W_OK) == 0 ? "/dev/shm" : "/tmp");
    require(mkdtemp(folder) != NULL && atexit(remove_folder) == 0);
    way_acks acks;
    way_path(folder, WAY_STUDY, path, sizeof path);
    require(go_all_ways(folder, acknowledge, &acks));
    require(cbk_casebook_open(path, CBK_CASEBOOK_READ, &casebook, NULL) == CBK_OK);
    require(cbk_casebook_head(casebook, &head, NULL) == CBK_OK);
    memcpy(whole_hash, head.hash, sizeof whole_hash);
    cbk_casebook_close(casebook);
    FILE *file = fopen(path, "rb");
    require(file != NULL && fseek(file, 0, SEEK_END) == 0);
    whole_size = ftell(file);
    rewind(file);
    require(whole_size > 0);
    whole = malloc((size_t)whole_size);
    require(whole != NULL &&
            fread(whole, 1, (size_t)whole_size, file) == (size_t)whole_size);
    (void)fclose(file);
}

static void write_altered(const uint8_t *bytes, size_t size)
{
    FILE *file = fopen(path, "wb");
    require(file != NULL);
    require(fwrite(whole, 1, (size_t)whole_size, file) == (size_t)whole_size);
    for (size_t i = 0; i + ALTERATION <= size; i += ALTERATION) {
        const uint32_t where = (uint32_t)bytes[i] << 24 | (uint32_t)bytes[i + 1] << 16 |
                               (uint32_t)bytes[i + 2] << 8 | bytes[i + 3];
        require(fseek(file, (long)(where % (unsigned long)whole_size), SEEK_SET) == 0);
        require(fputc(bytes[i + 4], file) != EOF);
    }
    require(fclose(file) == 0);
}

static void read_all(cbk_casebook *casebook, cbk_arena *arena)
{
    const cbk_layout *layout = cbk_casebook_layout(casebook);
    for (size_t i = 0; i < layout->n_tables; i++) {
        cbk_file_rows rows;
        cbk_error err;
        (void)!cbk_casebook_rows(casebook, &layout->tables[i], arena, &rows, &err);
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size)
{
    if (whole == NULL) {
        make_whole();
    }
    cbk_arena *arena = cbk_arena_create(NULL, (size_t)1 << 28);
    cbk_casebook *casebook = NULL;
    cbk_verification found;
    cbk_error err = {.message = ""};
    require(arena != NULL);
    write_altered(bytes, size);
    if (cbk_casebook_open(path, CBK_CASEBOOK_WRITE, &casebook, &err) == CBK_OK) {
        read_all(casebook, arena);
        if (cbk_casebook_verify(casebook, NULL, arena, &found, &err) == CBK_OK &&
            found.n_broken == 0) {
            require(strcmp(found.head.hash, whole_hash) == 0);
        }
    } else {
        require(err.message[0] != '\0');
    }
    cbk_casebook_close(casebook);
    cbk_arena_destroy(arena);
    return 0;
}
