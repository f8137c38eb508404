/* test_file.c - whole files in and out: what is refused, and that no failure leaves half
 * a file or a stray one. */
#define _XOPEN_SOURCE 700 /* mkdtemp(), symlink() */

#include "check.h"

#include "base/file.h"
#include "base/text.h"

#include <dirent.h>
#include <fcntl.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#define N(array) (sizeof(array) / sizeof((array)[0]))

static cbk_arena *arena;
static char folder[] = "/tmp/casebook-test-XXXXXX";

static const char *in_folder(const char *name)
{
    return cbk_text_format(arena, "%s/%s", folder, name);
}

static size_t count_files(void)
{
    size_t n = 0;
    DIR *open_folder = opendir(folder);
    while (open_folder != NULL && readdir(open_folder) != NULL) {
        n++;
    }
    if (open_folder != NULL) {
        (void)closedir(open_folder);
    }
    return n; /* with . and .. */
}

static bool holds(const char *path, const char *expected)
{
    const char *bytes = NULL;
    size_t size = 0;
    return cbk_file_read(path, 1000, arena, &bytes, &size, NULL) == CBK_OK &&
           size == strlen(expected) && strcmp(bytes, expected) == 0;
}

static void written_and_read_back(void)
{
    const char *path = in_folder("a.txt");
    const char *bytes = NULL;
    size_t size = 0;
    CHECK(!cbk_file_exists(path));
    CHECK(cbk_file_write(path, "one\0two", 7, NULL) == CBK_OK);
    CHECK(cbk_file_exists(path) && !cbk_file_is_directory(path));
    CHECK(cbk_file_read(path, 7, arena, &bytes, &size, NULL) == CBK_OK);
    CHECK(size == 7 && memcmp(bytes, "one\0two", 8) == 0); /* with the NUL past the end */
    CHECK(cbk_file_write(path, "", 0, NULL) == CBK_OK);
    CHECK(cbk_file_read(path, 0, arena, &bytes, &size, NULL) == CBK_OK);
    CHECK(size == 0 && bytes[0] == '\0');
    CHECK(unlink(path) == 0 && count_files() == 2);
}

static void what_is_refused(void)
{
    cbk_error err;
    const char *bytes = "untouched";
    size_t size = 1;
    const char *path = in_folder("b.txt");
    CHECK(cbk_file_read(path, 100, arena, &bytes, &size, &err) == CBK_EIO);
    CHECK(bytes == NULL && strstr(err.message, "b.txt") != NULL);
    CHECK(cbk_file_read(folder, 100, arena, &bytes, &size, &err) == CBK_EIO);
    CHECK(strstr(err.message, "folder") != NULL && cbk_file_is_directory(folder));
    CHECK(cbk_file_write(folder, "x", 1, &err) == CBK_EIO);
    CHECK(strstr(err.message, "folder") != NULL);
    CHECK(cbk_file_write(in_folder("none/c.txt"), "x", 1, &err) == CBK_EIO);

    CHECK(mkfifo(path, 0600) == 0);
    CHECK(cbk_file_read(path, 100, arena, &bytes, &size, &err) == CBK_EIO);
    CHECK(strstr(err.message, "pipe") != NULL);
    CHECK(unlink(path) == 0);

    CHECK(cbk_file_write(path, "12345", 5, NULL) == CBK_OK);
    CHECK(cbk_file_read(path, 4, arena, &bytes, &size, &err) == CBK_EDATA);
    CHECK(strstr(err.message, "5") != NULL && bytes == NULL);
    cbk_arena *tiny = cbk_arena_create(NULL, 4);
    CHECK(tiny != NULL);
    CHECK(cbk_file_read(path, 5, tiny, &bytes, &size, &err) == CBK_ENOMEM);
    CHECK(!cbk_arena_has_failed(tiny)); /* as it was before the call */
    cbk_arena_destroy(tiny);
    CHECK(unlink(path) == 0 && count_files() == 2);
}

/* A limit on the size of files stands for a full disk. */
static void a_failed_write_leaves_the_old_file(void)
{
    static const char big[10000] = {0};
    cbk_error err;
    const char *path = in_folder("old.txt");
    CHECK(cbk_file_write(path, "old", 3, NULL) == CBK_OK);
    struct rlimit before;
    CHECK(getrlimit(RLIMIT_FSIZE, &before) == 0);
    const struct rlimit small = {.rlim_cur = 5000, .rlim_max = before.rlim_max};
    void (*const handler)(int) = signal(SIGXFSZ, SIG_IGN);
    CHECK(setrlimit(RLIMIT_FSIZE, &small) == 0);
    const cbk_status status = cbk_file_write(path, big, sizeof big, &err);
    CHECK(setrlimit(RLIMIT_FSIZE, &before) == 0);
    (void)signal(SIGXFSZ, handler);
    CHECK(status == CBK_EIO && strstr(err.message, "old.txt") != NULL);
    CHECK(holds(path, "old"));
    CHECK(unlink(path) == 0 && count_files() == 2);
}

static void links_and_permissions_stay(void)
{
    const char *path = in_folder("target.txt");
    const char *link = in_folder("link.txt");
    CHECK(cbk_file_write(path, "old", 3, NULL) == CBK_OK);
    CHECK(chmod(path, 0640) == 0 && symlink("target.txt", link) == 0);
    CHECK(cbk_file_write(link, "new", 3, NULL) == CBK_OK);
    struct stat status;
    CHECK(lstat(link, &status) == 0 && S_ISLNK(status.st_mode));
    CHECK(stat(path, &status) == 0 && (status.st_mode & 0777) == 0640);
    CHECK(holds(path, "new"));
    CHECK(unlink(path) == 0 && unlink(link) == 0 && count_files() == 2);
}

/* A pipe of our own stands for /dev/stdout: no device of the machine is at risk. */
static void pipes_are_written_to(void)
{
    const char *path = in_folder("pipe");
    CHECK(mkfifo(path, 0600) == 0);
    const int reader = open(path, O_RDONLY | O_NONBLOCK);
    CHECK(reader >= 0);
    CHECK(cbk_file_write(path, "through", 7, NULL) == CBK_OK);
    char bytes[8] = {0};
    CHECK(read(reader, bytes, sizeof bytes) == 7 && strcmp(bytes, "through") == 0);
    struct stat status;
    CHECK(stat(path, &status) == 0 && S_ISFIFO(status.st_mode)); /* not replaced */
    CHECK(close(reader) == 0 && unlink(path) == 0 && count_files() == 2);
}

/* The two messages of FIPS 180-4's examples and a million letters. */
static void fingerprints(void)
{
    char hex[65];
    cbk_sha256_hex("abc", 3, hex);
    CHECK(
        strcmp(hex, "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad") ==
        0);
    cbk_sha256_hex("", 0, hex);
    CHECK(
        strcmp(hex, "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855") ==
        0);
    char *letters = malloc(1000000);
    CHECK(letters != NULL);
    memset(letters, 'a', 1000000);
    cbk_sha256_hex(letters, 1000000, hex);
    free(letters);
    CHECK(
        strcmp(hex, "cdc76e5c9914fb9281a1c7e284d73e67f1809a48a497200e046d39ccc7112cd0") ==
        0);
}

int main(void)
{
    static const check_test tests[] = {
        {"written and read back", written_and_read_back},
        {"what is refused", what_is_refused},
        {"a failed write leaves the old file", a_failed_write_leaves_the_old_file},
        {"links and permissions stay", links_and_permissions_stay},
        {"pipes are written to, not replaced", pipes_are_written_to},
        {"fingerprints", fingerprints},
    };
    arena = cbk_arena_create(NULL, SIZE_MAX);
    if (arena == NULL || mkdtemp(folder) == NULL) {
        return 99; /* TAP: the harness itself broke */
    }
    const int exit_code = check_main(tests, N(tests));
    (void)rmdir(folder);
    cbk_arena_destroy(arena);
    return exit_code;
}
