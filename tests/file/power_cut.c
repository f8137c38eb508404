/* power_cut.c - what becomes of a casebook file when the power goes, the disk fails or is
 * full, at any moment of any way in which a file is written.
 *
 *   power_cut [STATES]     so many different states of the disk (600 when not given)
 *
 * A state is sound when the file opens, verifies (chain, replay, tables), and holds
 * every commit that had returned.  The same is asked when the power goes a second time,
 * while a file is being recovered.  The test has teeth: on a disk that ignores syncs, and
 * with settings of SQLite that are known to be bad, it must find states that are not
 * sound.
 */
#include "check.h"
#include "file/ways.h"
#include "recording_vfs.h"

#include "registry/casebook.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

enum { PATH_SIZE = 128, WHY_SIZE = 400, PROCESSES = 2 };

static disk_tape tape;
static char folder[PATH_SIZE];
static size_t states_wanted = 600;

/* ---- many states ---------------------------------------------------------------------
 */

/* Whether the files of a folder are as they must be after n records of a tape. */
typedef bool (*judge_fn)(const disk_tape *of, size_t n, const char *where, char *why);

/* What a process finds in its share of the states. */
typedef struct share {
    size_t n_tried;
    size_t n_different;
    size_t n_unsound;
    char why[WHY_SIZE];
} share;

/* Which states were seen. */
typedef struct seen_states {
    size_t capacity;
    size_t n;
    uint64_t *hashes;
} seen_states;

static bool is_new(seen_states *seen, uint64_t hash)
{
    if (2 * seen->n >= seen->capacity) {
        const seen_states old = *seen;
        seen->capacity = old.capacity == 0 ? 4096 : 2 * old.capacity;
        seen->n = 0;
        seen->hashes = calloc(seen->capacity, sizeof *seen->hashes);
        if (seen->hashes == NULL) {
            abort();
        }
        for (size_t i = 0; i < old.capacity; i++) {
            if (old.hashes[i] != 0) {
                (void)is_new(seen, old.hashes[i]);
            }
        }
        free(old.hashes);
    }
    hash += hash == 0;
    size_t at = (size_t)hash & (seen->capacity - 1);
    while (seen->hashes[at] != 0 && seen->hashes[at] != hash) {
        at = (at + 1) & (seen->capacity - 1);
    }
    const bool is_fresh = seen->hashes[at] == 0;
    seen->hashes[at] = hash;
    seen->n += is_fresh;
    return is_fresh;
}

/* The first process speaks for all. */
static void tell_progress(size_t n, size_t wanted, size_t process)
{
    enum { EACH = 10000 };
    if (process == 0 && n % EACH == 0) {
        printf("# %zu of %zu\n", n * PROCESSES, wanted * PROCESSES);
        (void)fflush(stdout);
    }
}

/* Looks at each PROCESSES-th state, evenly over all moments and kinds of damage, until
 * enough different ones were seen. */
static void look(const disk_tape *of, judge_fn judge, size_t process, size_t wanted,
                 const char *where, share *out)
{
    enum { TRIES = 20 };
    seen_states seen = {.capacity = 0};
    const size_t n_moments = of->n + 1 - of->n_before;
    const size_t n_all = n_moments * DAMAGE_COUNT;
    for (size_t i = process; out->n_different < wanted && i < TRIES * PROCESSES * wanted;
         i += PROCESSES) {
        /* A step that has nothing in common with the number of states. */
        const size_t which =
            n_all > wanted ? (size_t)((uint64_t)i * 2654435761U % n_all) : i % n_all;
        const size_t n = of->n_before + which / DAMAGE_COUNT;
        /* When all were seen, those again that chance decides. */
        const damage_kind how = i < 2 * n_all  ? (damage_kind)(which % DAMAGE_COUNT)
                                : (i & 2) != 0 ? DAMAGE_GARBAGE
                                               : DAMAGE_SOME_SECTORS;
        disk_state *state = recording_state(of, n, how, i + 1);
        out->n_tried++;
        if (is_new(&seen, recording_state_hash(state) ^ n * 0x9e3779b97f4a7c15U)) {
            char why[WHY_SIZE] = "";
            out->n_different++;
            tell_progress(out->n_different, wanted, process);
            const bool is_fine =
                recording_state_write(state, where) && judge(of, n, where, why);
            if (!is_fine && out->n_unsound++ == 0) {
                (void)snprintf(out->why, sizeof out->why, "record %zu, damage %d: %.300s",
                               n, (int)how, why);
            }
        }
        recording_state_free(state);
    }
    free(seen.hashes);
}

/* A folder with nothing in it. */
static bool make_folder(char *where, size_t size, const char *name)
{
    (void)snprintf(where, size, "%s/%s", folder, name);
    return mkdir(where, 0700) == 0;
}

static void remove_folder(const char *where)
{
    remove_ways(where);
    (void)rmdir(where);
}

static share look_apart(const disk_tape *of, judge_fn judge, size_t process,
                        size_t wanted)
{
    share found = {.n_tried = 0};
    char name[8];
    char where[2 * PATH_SIZE];
    (void)snprintf(name, sizeof name, "%zu", process);
    if (make_folder(where, sizeof where, name)) {
        look(of, judge, process, wanted, where, &found);
        remove_folder(where);
    }
    return found;
}

/* The states are shared by some processes. */
static share look_at_states(const disk_tape *of, judge_fn judge, size_t wanted)
{
    share all = {.n_tried = 0};
    int pipes[2];
    (void)fflush(stdout);
    if (pipe(pipes) != 0) {
        return all;
    }
    for (size_t i = 0; i < PROCESSES; i++) {
        const pid_t child = fork();
        if (child == 0) {
            const share found = look_apart(of, judge, i, wanted / PROCESSES + 1);
            _exit(write(pipes[1], &found, sizeof found) == sizeof found ? 0 : 1);
        }
    }
    (void)close(pipes[1]);
    share one;
    size_t n = 0;
    for (; read(pipes[0], &one, sizeof one) == sizeof one; n++) {
        all.n_tried += one.n_tried;
        all.n_different += one.n_different;
        all.n_unsound += one.n_unsound;
        if (all.why[0] == '\0') {
            memcpy(all.why, one.why, sizeof all.why);
        }
    }
    (void)close(pipes[0]);
    while (wait(NULL) > 0 || errno == EINTR) {
    }
    return n == PROCESSES ? all : (share){.n_tried = 0}; /* one died */
}

static void print(const char *what, const share *found, const disk_tape *of)
{
    printf("# %s: %zu states, %zu of them different, at %zu moments: %zu unsound%s%s\n",
           what, found->n_tried, found->n_different, of->n - of->n_before,
           found->n_unsound, found->why[0] != '\0' ? ", the first after " : "",
           found->why);
}

/* ---- casebook's ways of writing
 * --------------------------------------------------------- */

static void acknowledge(way_file which)
{
    recording_acknowledge(&tape, (int)which);
}

static bool record_all_ways(bool is_sync_ignored)
{
    way_acks acks;
    tape = (disk_tape){.is_on = true, .is_sync_ignored = is_sync_ignored};
    if (!recording_start(&tape)) {
        return false;
    }
    const bool is_done = go_all_ways(folder, acknowledge, &acks);
    recording_stop();
    remove_ways(folder);
    return is_done;
}

static way_acks acknowledged(const disk_tape *of, size_t n)
{
    way_acks acks = {.n = {0}};
    for (size_t i = 0; i < n; i++) {
        if (of->all[i].kind == RECORDED_ACKNOWLEDGED) {
            acks.n[of->all[i].file]++;
        }
    }
    return acks;
}

static bool judge_ways(const disk_tape *of, size_t n, const char *where, char *why)
{
    enum { SLOWLY = 40 }; /* each of so many is recovered by casebook itself */
    static size_t number;
    const way_acks acks = acknowledged(of, n);
    return are_sound(where, &acks, ++number % SLOWLY != 0, why, WHY_SIZE);
}

static void the_power_goes(void)
{
    CHECK(record_all_ways(false));
    const share found = look_at_states(&tape, judge_ways, states_wanted);
    print("all ways of writing", &found, &tape);
    CHECK(found.n_different >= states_wanted);
    CHECK(found.n_unsound == 0);
}

/* ---- while it is being recovered
 * -------------------------------------------------------- */

static way_acks before_recovery;

static bool judge_recovered(const disk_tape *of, size_t n, const char *where, char *why)
{
    (void)of;
    (void)n;
    return are_sound(where, &before_recovery, true, why, WHY_SIZE);
}

/* Opens what a power cut left, and writes down what that does to the disk; false: there
 * was nothing to recover. */
static bool record_recovery(const disk_state *state, disk_tape *out)
{
    char path[2 * PATH_SIZE];
    char where[2 * PATH_SIZE];
    cbk_casebook *casebook = NULL;
    cbk_error err;
    *out = (disk_tape){.is_on = true};
    if (!make_folder(where, sizeof where, "recovery") || !recording_start(out)) {
        return false;
    }
    way_path(where, WAY_STUDY, path, sizeof path);
    const bool is_open =
        recording_state_write(state, where) && recording_take(out, where) &&
        cbk_casebook_open(path, CBK_CASEBOOK_WRITE, &casebook, &err) == CBK_OK;
    cbk_casebook_close(casebook);
    recording_stop();
    remove_folder(where);
    /* Without anything to recover a file is opened and closed: its journal is cut. */
    enum { QUIET = 8 };
    return is_open && out->n > out->n_before + QUIET;
}

static void the_power_goes_during_recovery(void)
{
    enum { STATES_OF_ONE = 60 };
    const size_t wanted = states_wanted < 60000 ? 2 * STATES_OF_ONE : states_wanted;
    share all = {.n_tried = 0};
    seen_states seen = {.capacity = 0};
    size_t n_recoveries = 0;
    size_t n_records = 0;
    const size_t n_all = tape.n * DAMAGE_COUNT;
    for (size_t i = 1; all.n_different < wanted && i < 50 * n_all; i++) {
        const size_t which = (size_t)((uint64_t)i * 2654435761U % n_all);
        const size_t n = which / DAMAGE_COUNT;
        disk_tape second;
        disk_state *state =
            recording_state(&tape, n, (damage_kind)(which % DAMAGE_COUNT), i);
        before_recovery = acknowledged(&tape, n);
        second = (disk_tape){.is_on = false};
        if (is_new(&seen, recording_state_hash(state)) &&
            record_recovery(state, &second)) {
            const share one = look_at_states(&second, judge_recovered, STATES_OF_ONE);
            n_recoveries++;
            n_records += second.n - second.n_before;
            all.n_different += one.n_different;
            all.n_unsound += one.n_unsound;
            if (n_recoveries % 500 == 0) {
                printf("# %zu of %zu\n", all.n_different, wanted);
                (void)fflush(stdout);
            }
            if (one.why[0] != '\0') {
                printf("# the power went after record %zu; in the recovery after %s\n", n,
                       one.why);
            }
        }
        recording_clear(&second);
        recording_state_free(state);
    }
    free(seen.hashes);
    recording_clear(&tape);
    printf("# %zu different states in %zu recoveries of %zu records: %zu unsound\n",
           all.n_different, n_recoveries, n_records, all.n_unsound);
    CHECK(all.n_different >= wanted);
    CHECK(all.n_unsound == 0);
}

static void a_disk_that_ignores_syncs_is_found_out(void)
{
    CHECK(record_all_ways(true));
    const share found =
        look_at_states(&tape, judge_ways, states_wanted < 2000 ? states_wanted : 2000);
    print("no syncs", &found, &tape);
    recording_clear(&tape);
    CHECK(found.n_unsound > 0);
}

/* ---- settings of SQLite
 * ----------------------------------------------------------------- */

enum { PLAIN_ROWS = 12 };

/* Commits rows to a table of SQLite's, each acknowledged. */
static bool record_plain(const char *settings)
{
    char path[2 * PATH_SIZE];
    sqlite3 *database = NULL;
    tape = (disk_tape){.is_on = true};
    way_path(folder, WAY_STUDY, path, sizeof path);
    bool is_fine = recording_start(&tape) && sqlite3_open(path, &database) == SQLITE_OK &&
                   sqlite3_exec(database, settings, NULL, NULL, NULL) == SQLITE_OK &&
                   sqlite3_exec(database, "CREATE TABLE rows(n, text)", NULL, NULL,
                                NULL) == SQLITE_OK;
    for (int i = 0; is_fine && i < PLAIN_ROWS; i++) {
        is_fine = sqlite3_exec(database,
                               "INSERT INTO rows SELECT count(*), "
                               "hex(randomblob(1500)) FROM rows",
                               NULL, NULL, NULL) == SQLITE_OK;
        recording_acknowledge(&tape, WAY_STUDY);
    }
    recording_stop(); /* what comes after this is no longer written down */
    (void)sqlite3_close(database);
    remove_ways(folder);
    return is_fine;
}

static bool judge_plain(const disk_tape *of, size_t n, const char *where, char *why)
{
    char path[2 * PATH_SIZE];
    sqlite3 *database = NULL;
    sqlite3_stmt *count = NULL;
    const size_t wanted = acknowledged(of, n).n[WAY_STUDY];
    way_path(where, WAY_STUDY, path, sizeof path);
    const bool is_fine =
        wanted == 0 ||
        (sqlite3_open(path, &database) == SQLITE_OK &&
         sqlite3_prepare_v2(database,
                            "SELECT count(*) FROM rows, pragma_integrity_check WHERE "
                            "integrity_check = 'ok'",
                            -1, &count, NULL) == SQLITE_OK &&
         sqlite3_step(count) == SQLITE_ROW &&
         (size_t)sqlite3_column_int64(count, 0) >= wanted);
    (void)snprintf(why, WHY_SIZE, "%zu rows were acknowledged", wanted);
    (void)sqlite3_finalize(count);
    (void)sqlite3_close(database);
    return is_fine;
}

/* How many states are not sound with settings of SQLite; SIZE_MAX: it cannot be told. */
static size_t count_unsound_with(const char *settings)
{
    size_t n = SIZE_MAX;
    if (record_plain(settings)) {
        const share found = look_at_states(&tape, judge_plain, 400);
        print(settings, &found, &tape);
        n = found.n_different > 0 ? found.n_unsound : SIZE_MAX;
    }
    recording_clear(&tape);
    return n;
}

static void bad_settings_are_found_out(void)
{
    CHECK(count_unsound_with("PRAGMA journal_mode=TRUNCATE; PRAGMA synchronous=EXTRA") ==
          0);
    static const char *const bad[] = {
        "PRAGMA journal_mode=DELETE; PRAGMA synchronous=FULL",
        "PRAGMA journal_mode=TRUNCATE; PRAGMA synchronous=OFF",
        /* By one connection alone, so that it needs no shared memory. */
        ("PRAGMA locking_mode=EXCLUSIVE; PRAGMA journal_mode=WAL; PRAGMA "
         "synchronous=NORMAL"),
    };
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
        const size_t n = count_unsound_with(bad[i]);
        CHECK(n > 0 && n != SIZE_MAX);
    }
}

/* ---- failing operations
 * ----------------------------------------------------------------- */

/* An operation fails, once or from then on; what was acknowledged is there, the rest is
 * whole, and the next program goes on. */
static void check_failure(size_t at, bool is_for_ever, int code, bool *was_reached)
{
    char why[WHY_SIZE] = "";
    way_acks acks;
    tape = (disk_tape){.fail_at = at, .is_for_ever = is_for_ever, .fail_code = code};
    CHECK(recording_start(&tape));
    (void)go_all_ways(folder, acknowledge, &acks);
    recording_stop();
    *was_reached = tape.n_operations >= at;
    const bool is_fine = are_sound(folder, &acks, false, why, sizeof why);
    if (!is_fine) {
        printf("# operation %zu%s: %s\n", at, is_for_ever ? " and all after it" : "",
               why);
    }
    remove_ways(folder);
    CHECK(is_fine);
}

static void fail_everywhere(int code)
{
    const size_t step = states_wanted >= 100000 ? 1 : 47;
    for (int is_for_ever = 0; is_for_ever < 2; is_for_ever++) {
        bool was_reached = true;
        for (size_t at = 1; was_reached && !check_has_failed; at += step) {
            check_failure(at, is_for_ever, code, &was_reached);
        }
    }
}

static void the_disk_fails(void)
{
    fail_everywhere(SQLITE_IOERR_WRITE);
}

static void the_disk_is_full(void)
{
    fail_everywhere(SQLITE_FULL);
}

/* After a sync has failed nobody knows what is on the disk: the handle writes no more. */
static void check_failed_sync(size_t after)
{
    char path[2 * PATH_SIZE];
    char why[WHY_SIZE] = "";
    cbk_casebook *casebook = NULL;
    cbk_error err = {.message = ""};
    tape = (disk_tape){.is_on = false};
    way_path(folder, WAY_STUDY, path, sizeof path);
    CHECK(recording_start(&tape));
    bool is_fine =
        cbk_casebook_open(path, CBK_CASEBOOK_CREATE, &casebook, &err) == CBK_OK &&
        way_go("new", casebook, folder) == CBK_OK &&
        way_go("import", casebook, folder) == CBK_OK;
    tape.fail_sync_at = tape.n_syncs + after;
    is_fine = is_fine && way_go("edit", casebook, folder) == CBK_EIO &&
              way_go("edit --delete", casebook, folder) == CBK_EIO;
    cbk_casebook_close(casebook);
    casebook = NULL;
    const way_acks acks = {.n = {2}};
    is_fine = is_fine &&
              cbk_casebook_open(path, CBK_CASEBOOK_WRITE, &casebook, &err) == CBK_OK &&
              way_go("freeze", casebook, folder) == CBK_OK;
    cbk_casebook_close(casebook);
    recording_stop();
    is_fine = is_fine && are_sound(folder, &acks, false, why, sizeof why);
    remove_ways(folder);
    CHECK(is_fine);
}

static void a_failed_sync_closes_the_way(void)
{
    enum { SYNCS_OF_A_COMMIT = 3 }; /* at least: of the journal, its header, the file */
    for (size_t after = 1; after <= SYNCS_OF_A_COMMIT && !check_has_failed; after++) {
        check_failed_sync(after);
    }
}

int main(int argc, char **argv)
{
    static const check_test tests[] = {
        {"the power goes: nothing acknowledged is lost, nothing is half there",
         the_power_goes},
        {"the power goes again while a file is recovered",
         the_power_goes_during_recovery},
        {"a disk that ignores syncs is found out",
         a_disk_that_ignores_syncs_is_found_out},
        {"settings that are known to be bad are found out", bad_settings_are_found_out},
        {"a sync that fails closes the way for writing", a_failed_sync_closes_the_way},
        {"the disk fails at any operation", the_disk_fails},
        {"the disk is full at any operation", the_disk_is_full},
    };
    if (argc > 1) {
        states_wanted = (size_t)strtoull(argv[1], NULL, 10);
    }
    (void)snprintf(folder, sizeof folder, "%s/casebook-power-XXXXXX",
                   access("/dev/shm", W_OK) == 0 ? "/dev/shm" : "/tmp");
    if (mkdtemp(folder) == NULL) {
        return 1;
    }
    const int code = check_main(tests, sizeof tests / sizeof tests[0]);
    (void)rmdir(folder);
    return code;
}
