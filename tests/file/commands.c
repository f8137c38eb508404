/* commands.c - what whole commands do when the memory, the disk or a write gives out, at
 * any moment, once or from then on: they end with a sentence and the right exit code,
 * free what they took, and leave files that are whole and anchors that can be read.
 *
 *   commands FOLDER [STEP]     each STEP-th operation (997 when not given; 1: each)
 *   commands FOLDER 1 COMMAND AT   one operation of one command, to look into
 *   commands --list            the commands that are tried
 *
 * FOLDER: the sample of this test, tests/file/sample.
 */
#include "check.h"
#include "faults.h"
#include "file/ways.h"

#include "cli/arguments.h"

#include "base/file.h"
#include "base/hash.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <pwd.h>
#include <sqlite3.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

enum { PATH_SIZE = 200, WORDS_MAX = 12, SECONDS_MAX = 60 };

typedef struct trial {
    const char *words[WORDS_MAX]; /* the command line; @ stands for the folder */
    bool is_preparing;            /* makes what those after it work on */
    bool is_writing;              /* a.casebook gets one transaction more */
    const char *makes;            /* a file that is whole or not there afterwards */
} trial;

static const trial trials[] = {
    {.words = {"new", "@/a.casebook", "--protocol", "@/protocol.yaml"},
     .is_preparing = true,
     .is_writing = true},
    {.words = {"import", "@/a.casebook", "@/patient.csv", "--form", "patient", "--yes"},
     .is_preparing = true,
     .is_writing = true},
    {.words = {"import", "@/a.casebook", "@/visit.csv", "--form", "visit", "--yes"},
     .is_preparing = true,
     .is_writing = true},
    {.words = {"import", "@/a.casebook", "@/sources.csv", "--form", "sources", "--yes"},
     .is_preparing = true,
     .is_writing = true},
    {.words = {"freeze", "@/a.casebook", "--form", "patient", "--record", "2", "--reason",
               "seen"},
     .is_preparing = true,
     .is_writing = true},
    {.words = {"lock", "@/a.casebook", "first"},
     .is_preparing = true,
     .is_writing = true},
    {.words = {"edit", "@/a.casebook", "patient", "1", "age=63", "sex=NA", "--reason",
               "reread"},
     .is_preparing = true,
     .is_writing = true},
    {.words = {"edit", "@/a.casebook", "visit", "1/1", "--delete", "--reason", "twice"},
     .is_writing = true},
    {.words = {"import", "@/a.casebook", "@/more.csv", "--form", "patient", "--yes",
               "--reason", "second delivery"},
     .is_writing = true},
    {.words = {"protocol", "@/a.casebook", "@/protocol-2.yaml", "--rename",
               "visit.note=remark", "--yes"},
     .is_writing = true},
    {.words = {"unfreeze", "@/a.casebook", "--form", "patient", "--record", "2",
               "--reason", "late"},
     .is_writing = true},
    {.words = {"export", "@/a.casebook", "-o", "@/out.csv", "--index", "operated"},
     .is_writing = true,
     .makes = "out.csv"},
    {.words = {"backup", "@/a.casebook", "@/b.casebook"}, .makes = "b.casebook"},
    {.words = {"replay", "@/a.casebook", "-o", "@/c.casebook"}, .makes = "c.casebook"},
    {.words = {"replay", "@/a.casebook"}},
    {.words = {"verify", "@/a.casebook"}},
    {.words = {"show", "@/a.casebook", "patient"}},
    {.words = {"log", "@/a.casebook"}},
    {.words = {"diff", "@/a.casebook", "first"}},
};
enum { TRIALS = sizeof trials / sizeof trials[0] };

static char folder[PATH_SIZE / 2]; /* of the files before and after */
static char sample[PATH_SIZE];
static size_t step = 997;
static const char *only; /* NULL: all */
static size_t only_at;

/* ---- folders -------------------------------------------------------------------------
 */

static void each_file(const char *where, void (*what)(const char *path, const char *name))
{
    char path[2 * PATH_SIZE];
    DIR *files = opendir(where);
    for (struct dirent *at = NULL; files != NULL && (at = readdir(files)) != NULL;) {
        struct stat status;
        (void)snprintf(path, sizeof path, "%s/%s", where, at->d_name);
        if (at->d_name[0] != '.' && stat(path, &status) == 0) {
            if (S_ISDIR(status.st_mode)) {
                each_file(path, what);
            }
            what(path, at->d_name);
        }
    }
    if (files != NULL) {
        (void)closedir(files);
    }
}

static void remove_one(const char *path, const char *name)
{
    (void)name;
    (void)remove(path);
}

static void copy_one(const char *path, const char *name)
{
    char to[2 * PATH_SIZE];
    const char *bytes = NULL;
    size_t size = 0;
    cbk_error err;
    cbk_arena *arena = cbk_arena_create(NULL, SIZE_MAX);
    struct stat status;
    /* The log of anchors is the only file in a folder of a folder. */
    const bool is_log = strlen(name) == 36;
    (void)snprintf(to, sizeof to, "%s/work%s/%s", folder, is_log ? "/home/anchors" : "",
                   name);
    if (stat(path, &status) == 0 && S_ISREG(status.st_mode) &&
        cbk_file_read(path, SIZE_MAX / 2, arena, &bytes, &size, &err) == CBK_OK) {
        FILE *out = fopen(to, "wb");
        if (out == NULL || fwrite(bytes, 1, size, out) != size || fclose(out) != 0) {
            abort();
        }
    }
    cbk_arena_destroy(arena);
}

/* The folder in which a command works, as it was prepared. */
static void renew_work(const char *from)
{
    static const char *const made[] = {"work", "work/home", "work/home/anchors"};
    char path[2 * PATH_SIZE];
    (void)snprintf(path, sizeof path, "%s/work", folder);
    each_file(path, remove_one);
    for (size_t i = 0; i < sizeof made / sizeof made[0]; i++) {
        (void)snprintf(path, sizeof path, "%s/%s", folder, made[i]);
        (void)mkdir(path, 0700);
    }
    each_file(from, copy_one);
}

/* ---- a command in a process of its own
 * --------------------------------------------------- */

typedef struct outcome {
    int code; /* its exit code; minus the signal that it died of */
    size_t n_operations;
    long n_live; /* blocks that it did not free */
    bool has_message;
} outcome;

static int run_words(char **words, int n)
{
    cbk_arguments arguments;
    size_t n_commands = 0;
    bool is_help = false;
    int code = CBK_EXIT_BUG;
    const cbk_command *const *commands = cbk_commands(&n_commands);
    cbk_arena *arena = cbk_arena_create(NULL, SIZE_MAX);
    if (arena == NULL) {
        (void)fprintf(stderr, "out of memory\n");
        return CBK_EXIT_ENVIRONMENT;
    }
    for (size_t i = 0; i < n_commands; i++) {
        if (strcmp(commands[i]->name, words[0]) == 0) {
            code = cbk_arguments_read(commands[i], n - 1, words + 1, arena, &arguments,
                                      &is_help);
            code = code == CBK_EXIT_DONE ? commands[i]->run(&arguments) : code;
        }
    }
    cbk_arena_destroy(arena);
    return code;
}

static void redirect(int fd, const char *name)
{
    char path[2 * PATH_SIZE];
    (void)snprintf(path, sizeof path, "%s/%s", folder, name);
    const int file = open(path, O_WRONLY | O_CREAT | O_TRUNC, 0600);
    if (file < 0 || dup2(file, fd) != fd || close(file) != 0) {
        _exit(99);
    }
}

static void run_child(const trial *of, fault_kind kind, size_t at, bool is_for_ever,
                      int answer)
{
    static char texts[WORDS_MAX][2 * PATH_SIZE];
    char *words[WORDS_MAX];
    int n = 0;
    for (; n < WORDS_MAX && of->words[n] != NULL; n++) {
        const bool is_path = of->words[n][0] == '@';
        (void)snprintf(texts[n], sizeof texts[n], "%s%s%s", is_path ? folder : "",
                       is_path ? "/work" : "", of->words[n] + is_path);
        words[n] = texts[n];
    }
    redirect(STDOUT_FILENO, "stdout");
    redirect(STDERR_FILENO, "stderr");
    (void)alarm(SECONDS_MAX);
    /* glibc 2.36 dies in its first search for an account when it gets no memory. */
    (void)getpwuid(getuid());
    const long before = faults_live_blocks();
    faults_begin(kind, at, is_for_ever);
    outcome out = {.code = run_words(words, n)};
    out.n_operations = faults_end();
    (void)fflush(stdout);
    (void)sqlite3_shutdown();
    out.n_live = faults_live_blocks() - before;
    if (write(answer, &out, sizeof out) != sizeof out) {
        _exit(99);
    }
    /* Under a sanitizer the way out looks for leaks. */
    exit(0);
}

static outcome run(const trial *of, fault_kind kind, size_t at, bool is_for_ever)
{
    outcome out = {.code = -1};
    int pipes[2];
    int status = 0;
    char path[2 * PATH_SIZE];
    struct stat said;
    (void)fflush(stdout);
    if (pipe(pipes) != 0) {
        return out;
    }
    const pid_t child = fork();
    if (child == 0) {
        run_child(of, kind, at, is_for_ever, pipes[1]);
    }
    (void)close(pipes[1]);
    if (read(pipes[0], &out, sizeof out) != sizeof out) {
        out.code = -1;
    }
    (void)close(pipes[0]);
    while (waitpid(child, &status, 0) < 0 && errno == EINTR) {
    }
    if (!WIFEXITED(status) || WEXITSTATUS(status) != 0) {
        out.code = WIFSIGNALED(status) ? -WTERMSIG(status) : -1;
    }
    (void)snprintf(path, sizeof path, "%s/stderr", folder);
    out.has_message = stat(path, &said) == 0 && said.st_size > 0;
    return out;
}

/* ---- what it left
 * ------------------------------------------------------------------------ */

static const char *broken_anchor;

/* Each whole line of a log of anchors says something, or was cut short by a fault. */
static void check_log(const char *path, const char *name)
{
    char line[600];
    if (strlen(name) != 36) {
        return;
    }
    FILE *log = fopen(path, "r");
    while (log != NULL && fgets(line, sizeof line, log) != NULL) {
        const char *second = strstr(line + 1, "casebook/anchor/1");
        if (second != NULL) {
            broken_anchor = "two anchors are on one line of the log";
        }
    }
    if (log != NULL) {
        (void)fclose(log);
    }
}

static void hash_file(const char *path, char hash[CBK_HASH_HEX_SIZE])
{
    const char *bytes = NULL;
    size_t size = 0;
    cbk_error err;
    cbk_arena *arena = cbk_arena_create(NULL, SIZE_MAX);
    if (cbk_file_read(path, SIZE_MAX / 2, arena, &bytes, &size, &err) == CBK_OK) {
        cbk_sha256_hex(bytes, size, hash);
    }
    cbk_arena_destroy(arena);
}

/* Whether a file that a command makes is whole; a table is if it is the same as always.
 */
static bool is_made(const trial *of, int64_t n, bool is_done, const char *expected)
{
    char path[2 * PATH_SIZE];
    char hash[CBK_HASH_HEX_SIZE] = "";
    char why[300];
    struct stat status;
    (void)snprintf(path, sizeof path, "%s/work/%s", folder, of->makes);
    if (stat(path, &status) != 0) {
        return !is_done;
    }
    if (strstr(of->makes, ".csv") != NULL) {
        hash_file(path, hash);
        return strcmp(hash, expected) == 0;
    }
    const int64_t found = way_transactions(path, why, sizeof why);
    return found == n || (found == WAY_NONE && !is_done);
}

/* What must hold afterwards; what does not, or NULL. */
static const char *wrong(const trial *of, fault_kind kind, const outcome *found,
                         const outcome *usual, bool is_for_ever, int64_t n_before,
                         const char *expected)
{
    static char why[400];
    char path[2 * PATH_SIZE];
    const bool is_done = found->code == CBK_EXIT_DONE;
    /* What the disk does not give once only is taken for damage. */
    const bool is_read = kind == FAULT_EIO;
    if (found->code != CBK_EXIT_DONE && found->code != CBK_EXIT_ENVIRONMENT &&
        !(is_read && found->code == CBK_EXIT_DATA) &&
        !(is_read && !is_for_ever && found->code == CBK_EXIT_FINDING)) {
        (void)snprintf(why, sizeof why, "ends with %d", found->code);
        return why;
    }
    if (kind == FAULT_SHORT && !is_done) {
        return "does not go on after a short write";
    }
    if (!is_done && found->code != CBK_EXIT_FINDING && !found->has_message) {
        return "says nothing";
    }
    if (found->n_live > usual->n_live) {
        (void)snprintf(why, sizeof why, "does not free %ld blocks",
                       found->n_live - usual->n_live);
        return why;
    }
    (void)snprintf(path, sizeof path, "%s/work/a.casebook", folder);
    const int64_t n = way_transactions(path, why, sizeof why);
    const int64_t after = n_before + of->is_writing;
    if (n != after && (is_done || (n != n_before && !(n_before == 0 && n == WAY_NONE)))) {
        return why[0] != '\0' ? why : "leaves another number of transactions";
    }
    if (of->makes != NULL && !is_made(of, n, is_done, expected)) {
        return "leaves half of what it makes";
    }
    broken_anchor = NULL;
    (void)snprintf(path, sizeof path, "%s/work/home", folder);
    each_file(path, check_log);
    return broken_anchor;
}

/* ---- all of it
 * --------------------------------------------------------------------------- */

typedef struct counts {
    size_t n_points;
    size_t n_wrong;
} counts;

static void print_wrong(const trial *of, const char *how, size_t at, bool is_for_ever,
                        const char *why)
{
    char path[2 * PATH_SIZE];
    char said[200] = "";
    (void)snprintf(path, sizeof path, "%s/stderr", folder);
    FILE *file = fopen(path, "r");
    if (file != NULL) {
        (void)!fgets(said, sizeof said, file);
        (void)fclose(file);
    }
    said[strcspn(said, "\n")] = '\0';
    printf("# %s %s %s: %s at %zu%s: %s (\"%s\")\n", of->words[0], of->words[2],
           of->words[3] != NULL ? of->words[3] : "", how, at,
           is_for_ever ? " and all after it" : "", why, said);
}

static void try_all(const trial *of, const char *before, fault_kind kind, const char *how,
                    int64_t n_before, counts *out)
{
    char path[2 * PATH_SIZE];
    char expected[CBK_HASH_HEX_SIZE] = "";
    renew_work(before);
    const outcome usual = run(of, kind, 0, false);
    if (of->makes != NULL) {
        (void)snprintf(path, sizeof path, "%s/work/%s", folder, of->makes);
        hash_file(path, expected);
    }
    if (usual.code != CBK_EXIT_DONE) {
        print_wrong(of, how, 0, false, "does not work at all");
        out->n_wrong++;
        return;
    }
    if (only != NULL && strcmp(only, of->words[0]) != 0) {
        return;
    }
    for (int is_for_ever = 0; is_for_ever < 2; is_for_ever++) {
        /* What is rare is tried more often. */
        const size_t each = kind == FAULT_MEMORY ? step : 1 + step / 100;
        for (size_t at = only_at > 0 ? only_at : 1 + step / 3 % each;
             at <= (only_at > 0 ? only_at : usual.n_operations); at += each) {
            renew_work(before);
            const outcome found = run(of, kind, at, is_for_ever != 0);
            const char *why =
                wrong(of, kind, &found, &usual, is_for_ever != 0, n_before, expected);
            out->n_points++;
            if (why != NULL && out->n_wrong++ < 10) {
                print_wrong(of, how, at, is_for_ever != 0, why);
            }
        }
    }
}

/* Tries every command on what those before it have prepared. */
static void try_kind(fault_kind kind, const char *how)
{
    char prepared[2 * PATH_SIZE];
    counts all = {.n_points = 0};
    int64_t n_before = 0;
    bool is_prepared = true;
    (void)snprintf(prepared, sizeof prepared, "%s", sample);
    for (size_t i = 0; i < TRIALS; i++) {
        try_all(&trials[i], prepared, kind, how, n_before, &all);
        if (trials[i].is_preparing) {
            /* work becomes what the next one starts from */
            renew_work(prepared);
            is_prepared = run(&trials[i], FAULT_NONE, 0, false).code == CBK_EXIT_DONE &&
                          is_prepared;
            char work[2 * PATH_SIZE];
            char old[2 * PATH_SIZE];
            (void)snprintf(work, sizeof work, "%s/work", folder);
            (void)snprintf(old, sizeof old, "%s/prepared-%d-%zu", folder, (int)kind, i);
            is_prepared = rename(work, old) == 0 && is_prepared;
            if (strcmp(prepared, sample) != 0) {
                each_file(prepared, remove_one);
                (void)rmdir(prepared);
            }
            (void)snprintf(prepared, sizeof prepared, "%s", old);
            n_before++;
        }
    }
    each_file(prepared, remove_one);
    (void)rmdir(prepared);
    printf("# %zu times: %s\n", all.n_points, how);
    CHECK(is_prepared);
    CHECK(all.n_points > TRIALS || only != NULL);
    CHECK(all.n_wrong == 0);
}

static void memory(void)
{
    try_kind(FAULT_MEMORY, "memory runs out");
}

static void disk_errors(void)
{
    try_kind(FAULT_EIO, "the disk fails");
}

static void disk_full(void)
{
    try_kind(FAULT_ENOSPC, "the disk is full");
}

static void short_writes(void)
{
    try_kind(FAULT_SHORT, "a write is short");
}

int main(int argc, char **argv)
{
    static const check_test tests[] = {{"memory runs out", memory},
                                       {"the disk fails", disk_errors},
                                       {"the disk is full", disk_full},
                                       {"writes are short", short_writes}};
    if (argc == 2 && strcmp(argv[1], "--list") == 0) {
        for (size_t i = 0; i < TRIALS; i++) {
            printf("%s\n", trials[i].words[0]);
        }
        return 0;
    }
    (void)snprintf(sample, sizeof sample, "%s", argc > 1 ? argv[1] : ".");
    step = argc > 2 ? (size_t)strtoull(argv[2], NULL, 10) : step;
    only = argc > 4 ? argv[3] : NULL;
    only_at = argc > 4 ? (size_t)strtoull(argv[4], NULL, 10) : 0;
    (void)snprintf(folder, sizeof folder, "%s/casebook-fault-XXXXXX",
                   access("/dev/shm", W_OK) == 0 ? "/dev/shm" : "/tmp");
    if (step == 0 || mkdtemp(folder) == NULL) {
        return 1;
    }
    char home[PATH_SIZE];
    (void)snprintf(home, sizeof home, "%s/work/home", folder);
    (void)setenv("CASEBOOK_HOME", home, 1);
    const int code = check_main(tests, sizeof tests / sizeof tests[0]);
    each_file(folder, remove_one);
    (void)rmdir(folder);
    return code;
}
