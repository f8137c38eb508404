/* power_cut.c - what becomes of a casebook file when the power goes, the disk fails or is
 * full, at any moment of any way in which a file is written.
 *
 *   power_cut [STATES]     about so many states of the disk (2000 when not given)
 *
 * A state is sound when the file opens, verifies (chain, replay, tables), and holds
 * every commit that had returned.  The test has teeth: the same on a disk that ignores
 * syncs must find states that are not sound.
 */
#include "check.h"
#include "file/ways.h"
#include "recording_vfs.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { PATH_SIZE = 128 };

static disk_tape tape;
static char folder[PATH_SIZE];
static char path[PATH_SIZE + 16];
static size_t states_wanted = 2000;

static void remove_files(void)
{
    char journal[sizeof path + 16];
    (void)snprintf(journal, sizeof journal, "%s-journal", path);
    (void)unlink(path);
    (void)unlink(journal);
}

/* How many commits had returned after n records. */
static size_t acknowledged(size_t n)
{
    size_t found = 0;
    for (size_t i = 0; i < n; i++) {
        found += tape.all[i].kind == RECORDED_ACKNOWLEDGED;
    }
    return found;
}

/* Looks at states of the disk, evenly over all moments and kinds of damage; returns how
 * many are not sound. */
static size_t count_unsound(size_t n_states, size_t enough)
{
    char why[600] = "";
    size_t n_unsound = 0;
    const size_t n_all = (tape.n + 1) * DAMAGE_COUNT;
    for (size_t i = 0; i < n_states && n_unsound < enough; i++) {
        const size_t which = n_states >= n_all ? i % n_all : i * n_all / n_states;
        const size_t n = which / DAMAGE_COUNT;
        const damage_kind how = (damage_kind)(which % DAMAGE_COUNT);
        remove_files();
        if (!recording_replay(&tape, n, how, i + 1, folder)) {
            printf("# a state cannot be written\n");
            return SIZE_MAX;
        }
        if (!is_sound(path, acknowledged(n), why, sizeof why)) {
            n_unsound++;
            if (enough > 1 && n_unsound < 6) {
                printf("# after record %zu, damage %d: %s\n", n, (int)how, why);
            }
        }
    }
    remove_files();
    return n_unsound;
}

static void acknowledge(void)
{
    recording_acknowledge(&tape);
}

static void record_all_ways(bool is_sync_ignored)
{
    tape = (disk_tape){.is_on = true, .is_sync_ignored = is_sync_ignored};
    CHECK(recording_start(&tape));
    const size_t n = go_all_ways(path, acknowledge);
    recording_stop();
    CHECK(n == WAYS);
    remove_files();
}

/* ---- tests
 * ------------------------------------------------------------------------------ */

static void the_power_goes(void)
{
    record_all_ways(false);
    const size_t n_unsound = count_unsound(states_wanted, 100);
    printf("# %zu states of %zu moments\n", states_wanted, tape.n);
    recording_clear(&tape);
    CHECK(n_unsound == 0);
}

static void a_disk_that_ignores_syncs_is_found_out(void)
{
    record_all_ways(true);
    const size_t n_unsound = count_unsound(states_wanted, 1);
    recording_clear(&tape);
    CHECK(n_unsound > 0);
}

/* An operation fails, once or from then on; what was acknowledged is there, the rest is
 * whole, and the next program goes on. */
static void check_failure(size_t at, bool is_for_ever, int code, bool *was_reached)
{
    char why[600] = "";
    tape = (disk_tape){.fail_at = at, .is_for_ever = is_for_ever, .fail_code = code};
    CHECK(recording_start(&tape));
    const size_t n = go_all_ways(path, acknowledge);
    recording_stop();
    *was_reached = tape.n_operations >= at;
    const bool is_fine = is_sound(path, n, why, sizeof why);
    if (!is_fine) {
        printf("# operation %zu%s: %s\n", at, is_for_ever ? " and all after it" : "",
               why);
    }
    remove_files();
    CHECK(is_fine);
}

static void fail_everywhere(int code)
{
    const size_t step = states_wanted >= 100000 ? 1 : 23;
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

int main(int argc, char **argv)
{
    static const check_test tests[] = {
        {"the power goes: nothing acknowledged is lost, nothing is half there",
         the_power_goes},
        {"a disk that ignores syncs is found out",
         a_disk_that_ignores_syncs_is_found_out},
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
    (void)snprintf(path, sizeof path, "%s/a.casebook", folder);
    const int code = check_main(tests, sizeof tests / sizeof tests[0]);
    (void)rmdir(folder);
    return code;
}
