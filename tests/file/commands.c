/* commands.c - what whole commands do when the memory, the disk or a write gives out, at
 * any moment, once or from then on: they end with a sentence and the right exit code,
 * free what they took, and leave files that are whole and anchors that can be read.
 *
 *   commands FOLDER [STEP]     each STEP-th operation (997 when not given; 1: each)
 *   commands FOLDER paths      each operation on the disk; of allocations those to which
 *                              no path of calls has led three times before
 *   commands FOLDER STEP COMMAND   the same of one command only
 *   commands FOLDER 1 COMMAND AT   one operation of it, to look into
 *   commands --list            the commands that are tried
 *
 * FOLDER: the sample of this test, tests/file/sample.
 *
 * Most of what a command asks memory for it asks before it changes anything.  That part
 * is walked through once, and each failure happens in a fork of the process (faults.h);
 * only where the fork comes to change a file all the same, and for all that comes after
 * the first change, the command is run from its start.
 */
#define _DEFAULT_SOURCE /* MAP_ANONYMOUS */

#include "check.h"
#include "faults.h"
#include "file/ways.h"

#include "cli/arguments.h"

#include "base/file.h"
#include "base/hash.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <sqlite3.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

enum { PATH_SIZE = 200, WORDS_MAX = 12, SECONDS_MAX = 60, PROCESSES = 2 };

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

static char folder[PATH_SIZE / 2]; /* of the files before and after, the process's own */
static size_t process;             /* which it is */
static size_t n_processes = PROCESSES;
static char sample[PATH_SIZE];
static size_t step = 997;    /* 0: by paths */
static unsigned char *marks; /* [MARKS] of operations that fail; shared with children */
enum { MARKS = 1 << 18 };
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

typedef enum outcome_kind {
    OUTCOME_ENDED,
    OUTCOME_CHANGES, /* a fork that came to change a file: not tried to its end */
    OUTCOME_WALKED   /* the walker itself: n_operations were tried */
} outcome_kind;

typedef struct outcome {
    outcome_kind kind;
    int code; /* its exit code; minus the signal that it died of */
    size_t n_operations;
    long n_live; /* blocks that it did not free */
    bool has_message;
    size_t at; /* which operation failed, in a fork */
    bool is_for_ever;
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

static int answer; /* where a process says how it ended */

static void tell(outcome out)
{
    const faults_point *here = faults_here();
    struct stat said;
    out.at = here->at;
    out.is_for_ever = here->is_for_ever;
    out.has_message = fstat(STDERR_FILENO, &said) == 0 && said.st_size > 0;
    if (write(answer, &out, sizeof out) != sizeof out) {
        _exit(99);
    }
}

static void tell_change(void)
{
    const size_t n = faults_end();
    if (faults_here()->is_fork) {
        tell((outcome){.kind = OUTCOME_CHANGES});
    } else {
        tell((outcome){.kind = OUTCOME_WALKED, .n_operations = n});
    }
    _exit(0);
}

static void tell_death(int status)
{
    tell((outcome){.code = WIFSIGNALED(status) ? -WTERMSIG(status) : -1});
}

/* How a command is run: an operation of it fails; those that are marked do, in forks;
 * none does, but marks are made. */
typedef enum run_kind { RUN_FAILING, RUN_WALKING, RUN_MARKING } run_kind;

static void run_child(const trial *of, fault_kind kind, size_t at, bool is_for_ever,
                      run_kind how)
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
    if (how == RUN_FAILING) {
        (void)alarm(SECONDS_MAX);
    }
    const long before = faults_live_blocks();
    if (how == RUN_WALKING) {
        const faults_walker walker = {.kind = kind,
                                      .marks = marks,
                                      .n_marks = MARKS,
                                      .at_change = tell_change,
                                      .when_died = tell_death};
        faults_walk(&walker);
    } else {
        faults_begin(kind, at, is_for_ever);
    }
    if (how == RUN_MARKING) {
        faults_mark_paths(marks, MARKS);
    }
    outcome out = {.code = run_words(words, n)};
    out.n_operations = faults_end();
    (void)fflush(stdout);
    (void)sqlite3_shutdown();
    out.n_live = faults_live_blocks() - before;
    out.kind =
        how == RUN_WALKING && !faults_here()->is_fork ? OUTCOME_WALKED : OUTCOME_ENDED;
    tell(out);
    /* Under a sanitizer the way out looks for leaks. */
    exit(0);
}

/* Starts a command; what it and its forks say is read from the file that is returned. */
static int start(const trial *of, fault_kind kind, size_t at, bool is_for_ever,
                 run_kind how, pid_t *child)
{
    int pipes[2];
    (void)fflush(stdout);
    if (pipe(pipes) != 0) {
        abort();
    }
    *child = fork();
    if (*child == 0) {
        answer = pipes[1];
        run_child(of, kind, at, is_for_ever, how);
    }
    (void)close(pipes[1]);
    return pipes[0];
}

/* 0, or minus the signal that it died of, or -1. */
static int end(pid_t child)
{
    int status = 0;
    while (waitpid(child, &status, 0) < 0 && errno == EINTR) {
    }
    return WIFSIGNALED(status) ? -WTERMSIG(status) : status == 0 ? 0 : -1;
}

static outcome run_as(const trial *of, fault_kind kind, size_t at, bool is_for_ever,
                      run_kind how)
{
    outcome out = {.code = -1};
    pid_t child = 0;
    const int answers = start(of, kind, at, is_for_ever, how, &child);
    if (read(answers, &out, sizeof out) != sizeof out) {
        out.code = -1;
    }
    (void)close(answers);
    const int died = end(child);
    out.code = died != 0 ? died : out.code;
    return out;
}

static outcome run(const trial *of, fault_kind kind, size_t at, bool is_for_ever)
{
    return run_as(of, kind, at, is_for_ever, RUN_FAILING);
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

/* What must hold of the end of a command; what does not, or NULL. */
static const char *wrong_end(fault_kind kind, const outcome *found, const outcome *usual,
                             bool is_for_ever)
{
    static char why[100];
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
    return NULL;
}

/* What must hold of its files. */
static const char *wrong_files(const trial *of, bool is_done, int64_t n_before,
                               const char *expected)
{
    static char why[400];
    char path[2 * PATH_SIZE];
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
    size_t n_forks; /* of these */
    size_t n_wrong;
} counts;

/* A command, on what, and how it goes when nothing fails. */
typedef struct attempt {
    const trial *of;
    const char *before; /* the folder of what was prepared */
    fault_kind kind;
    const char *how;
    int64_t n_before;
    outcome usual;
    char expected[CBK_HASH_HEX_SIZE]; /* of what it makes */
    counts *counts;
} attempt;

static void print_wrong(const attempt *one, size_t at, bool is_for_ever, const char *why)
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
    const char *const *words = one->of->words;
    printf("# %s %s %s: %s at %zu%s: %s (\"%s\")\n", words[0], words[2],
           words[3] != NULL ? words[3] : "", one->how, at,
           is_for_ever ? " and all after it" : "", why, said);
}

static void count(const attempt *one, size_t at, bool is_for_ever, const char *why)
{
    one->counts->n_points++;
    if (why != NULL && one->counts->n_wrong++ < 10) {
        print_wrong(one, at, is_for_ever, why);
    }
}

/* From the start. */
static void try_one(const attempt *one, size_t at, bool is_for_ever)
{
    renew_work(one->before);
    const outcome found = run(one->of, one->kind, at, is_for_ever);
    const char *why = wrong_end(one->kind, &found, &one->usual, is_for_ever);
    if (why == NULL) {
        why = wrong_files(one->of, found.code == CBK_EXIT_DONE, one->n_before,
                          one->expected);
    }
    count(one, at, is_for_ever, why);
}

/* Walks up to where files are changed; how many operations there are until then. */
static size_t walk(const attempt *one)
{
    outcome found;
    outcome *changing = NULL;
    size_t n_changing = 0;
    size_t n_walked = 0;
    pid_t child = 0;
    renew_work(one->before);
    const int answers = start(one->of, one->kind, 0, false, RUN_WALKING, &child);
    while (read(answers, &found, sizeof found) == sizeof found) {
        if (found.kind == OUTCOME_WALKED) {
            n_walked = found.n_operations;
        } else if (found.kind == OUTCOME_CHANGES) {
            changing = realloc(changing, (n_changing + 1) * sizeof *changing);
            if (changing == NULL) {
                abort();
            }
            changing[n_changing++] = found;
        } else {
            one->counts->n_forks++;
            count(one, found.at, found.is_for_ever,
                  wrong_end(one->kind, &found, &one->usual, found.is_for_ever));
        }
    }
    (void)close(answers);
    const int died = end(child);
    /* Nothing was changed by any of them. */
    const char *why =
        died != 0 || n_walked == 0
            ? "cannot be walked through"
            : wrong_files(one->of, !one->of->is_writing && one->of->makes == NULL,
                          one->n_before, one->expected);
    if (why != NULL) {
        one->counts->n_wrong++;
        print_wrong(one, n_walked, false, why);
    }
    for (size_t i = 0; i < n_changing; i++) {
        try_one(one, changing[i].at, changing[i].is_for_ever);
    }
    free(changing);
    return n_walked;
}

/* Marks this process's share of the operations. */
static void mark_share(const attempt *one)
{
    const size_t n =
        one->usual.n_operations < MARKS ? one->usual.n_operations : MARKS - 1;
    const bool is_by_path = step == 0 && one->kind == FAULT_MEMORY;
    /* What is rare is tried more often. */
    const size_t each = one->kind == FAULT_MEMORY ? step : 1 + step / 100;
    size_t n_marked = 0;
    memset(marks, 0, MARKS);
    if (is_by_path) {
        renew_work(one->before);
        (void)run_as(one->of, one->kind, 0, false, RUN_MARKING);
    }
    for (size_t at = 1; at <= n; at++) {
        const bool is_marked =
            is_by_path ? marks[at] != 0 : (at - 1) % each == step / 3 % each;
        marks[at] = is_marked && n_marked++ % n_processes == process;
    }
}

static void try_share(const attempt *one)
{
    mark_share(one);
    const size_t n_walked = one->kind == FAULT_MEMORY ? walk(one) : 0;
    for (size_t at = n_walked + 1; at <= one->usual.n_operations && at < MARKS; at++) {
        if (marks[at] != 0) {
            try_one(one, at, false);
            try_one(one, at, true);
        }
    }
}

static void try_all(const trial *of, const char *before, fault_kind kind, const char *how,
                    int64_t n_before, counts *out)
{
    char path[2 * PATH_SIZE];
    attempt one = {.of = of,
                   .before = before,
                   .kind = kind,
                   .how = how,
                   .n_before = n_before,
                   .counts = out};
    renew_work(before);
    one.usual = run(of, kind, 0, false);
    if (of->makes != NULL) {
        (void)snprintf(path, sizeof path, "%s/work/%s", folder, of->makes);
        hash_file(path, one.expected);
    }
    if (one.usual.code != CBK_EXIT_DONE) {
        print_wrong(&one, 0, false, "does not work at all");
        out->n_wrong++;
    } else if (only != NULL && strcmp(only, of->words[0]) != 0) {
        return;
    } else if (only_at == 0) {
        const counts so_far = *out;
        try_share(&one);
        if (process == 0 && step < 10 && kind == FAULT_MEMORY) {
            printf("# %s: %zu allocations, %zu tried by this process, %zu in a fork\n",
                   of->words[0], one.usual.n_operations, out->n_points - so_far.n_points,
                   out->n_forks - so_far.n_forks);
            (void)fflush(stdout);
        }
    } else {
        try_one(&one, only_at, false);
        try_one(&one, only_at, true);
    }
}

/* Makes what the next command starts from; false: it does not work. */
static bool prepare(const trial *of, fault_kind kind, char *prepared, size_t size)
{
    char work[2 * PATH_SIZE];
    char made[2 * PATH_SIZE];
    renew_work(prepared);
    bool is_fine = run(of, FAULT_NONE, 0, false).code == CBK_EXIT_DONE;
    (void)snprintf(work, sizeof work, "%s/work", folder);
    (void)snprintf(made, sizeof made, "%s/prepared-%d-%td", folder, (int)kind,
                   of - trials);
    is_fine = rename(work, made) == 0 && is_fine;
    if (strcmp(prepared, sample) != 0) {
        each_file(prepared, remove_one);
        (void)rmdir(prepared);
    }
    (void)snprintf(prepared, size, "%s", made);
    return is_fine;
}

/* Tries every command on what those before it have prepared. */
static counts try_kind_apart(fault_kind kind, const char *how)
{
    char prepared[2 * PATH_SIZE];
    counts all = {.n_points = 0};
    int64_t n_before = 0;
    (void)snprintf(prepared, sizeof prepared, "%s", sample);
    for (size_t i = 0; i < TRIALS; i++) {
        try_all(&trials[i], prepared, kind, how, n_before, &all);
        if (trials[i].is_preparing) {
            all.n_wrong += !prepare(&trials[i], kind, prepared, sizeof prepared);
            n_before++;
        }
    }
    each_file(prepared, remove_one);
    (void)rmdir(prepared);
    return all;
}

/* A folder of the process's own, where its commands find their anchors, too. */
static void move_in(void)
{
    char home[PATH_SIZE];
    const size_t size = strlen(folder);
    (void)snprintf(folder + size, sizeof folder - size, "/%zu", process);
    (void)snprintf(home, sizeof home, "%s/work/home", folder);
    marks = mmap(NULL, MARKS, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    if (marks == MAP_FAILED || mkdir(folder, 0700) != 0 ||
        setenv("CASEBOOK_HOME", home, 1) != 0) {
        abort();
    }
}

/* The operations are shared by some processes. */
static void try_kind(fault_kind kind, const char *how)
{
    counts all = {.n_points = 0};
    counts one;
    int pipes[2];
    size_t n = 0;
    (void)fflush(stdout);
    CHECK(pipe(pipes) == 0);
    for (process = 0; process < n_processes; process++) {
        if (fork() == 0) {
            move_in();
            one = try_kind_apart(kind, how);
            (void)fflush(stdout);
            each_file(folder, remove_one);
            (void)rmdir(folder);
            _exit(write(pipes[1], &one, sizeof one) == sizeof one ? 0 : 1);
        }
    }
    (void)close(pipes[1]);
    for (; read(pipes[0], &one, sizeof one) == sizeof one; n++) {
        all.n_points += one.n_points;
        all.n_forks += one.n_forks;
        all.n_wrong += one.n_wrong;
    }
    (void)close(pipes[0]);
    while (wait(NULL) > 0 || errno == EINTR) {
    }
    printf("# %zu times: %s\n", all.n_points, how);
    CHECK(n == n_processes); /* none died */
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
    const bool is_by_path = argc > 2 && strcmp(argv[2], "paths") == 0;
    step = argc > 2 ? (size_t)strtoull(argv[2], NULL, 10) : step;
    only = argc > 3 ? argv[3] : NULL;
    only_at = argc > 4 ? (size_t)strtoull(argv[4], NULL, 10) : 0;
    n_processes = only_at == 0 ? PROCESSES : 1;
    (void)snprintf(folder, sizeof folder, "%s/casebook-fault-XXXXXX",
                   access("/dev/shm", W_OK) == 0 ? "/dev/shm" : "/tmp");
    if ((step == 0) != is_by_path || mkdtemp(folder) == NULL) {
        return 1;
    }
    const int code = check_main(tests, sizeof tests / sizeof tests[0]);
    each_file(folder, remove_one);
    (void)rmdir(folder);
    return code;
}
