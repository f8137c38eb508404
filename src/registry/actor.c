/* actor.c - who does something, on which machine and when, as the system says. */
#define _DEFAULT_SOURCE /* fgetpwent_r() */

#include "registry/file.h"

#include <errno.h>
#include <pwd.h>
#include <stdio.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

enum { ROOM_SIZE = 4096 };

static void take_account(const struct passwd *found, cbk_actor *out)
{
    (void)snprintf(out->account, sizeof out->account, "%s", found->pw_name);
    /* "Printed name,room,telephone" */
    const char *printed = found->pw_gecos != NULL ? found->pw_gecos : "";
    (void)snprintf(out->name, sizeof out->name, "%.*s", (int)strcspn(printed, ","),
                   printed);
}

/* Whether the account is one of this machine's own.  The system is asked only for others:
 * the first search of glibc 2.36 dies where memory runs out in it. */
static bool is_local(uid_t id, cbk_actor *out)
{
    char room[ROOM_SIZE];
    struct passwd entry;
    struct passwd *found = NULL;
    FILE *accounts = fopen("/etc/passwd", "re");
    if (accounts == NULL) {
        return false;
    }
    while (fgetpwent_r(accounts, &entry, room, sizeof room, &found) == 0 &&
           found->pw_uid != id) {
        found = NULL;
    }
    if (found != NULL) {
        take_account(found, out);
    }
    (void)fclose(accounts);
    return found != NULL;
}

static void read_account(cbk_actor *out)
{
    char room[ROOM_SIZE];
    struct passwd entry;
    struct passwd *found = NULL;
    const uid_t id = getuid();
    errno = 0;
    if (is_local(id, out) || errno == ENOMEM) {
        return;
    }
    const int code = getpwuid_r(id, &entry, room, sizeof room, &found);
    if (code == 0 && found != NULL) {
        take_account(found, out);
    } else if (code != ENOMEM) {
        (void)snprintf(out->account, sizeof out->account, "%lu", (unsigned long)id);
    }
}

static void read_boot_id(cbk_actor *out)
{
    FILE *file = fopen("/proc/sys/kernel/random/boot_id", "re");
    if (file == NULL) {
        return;
    }
    if (fgets(out->boot_id, sizeof out->boot_id, file) != NULL) {
        out->boot_id[strcspn(out->boot_id, "\n")] = '\0';
    }
    (void)fclose(file);
}

bool cbk_actor_now(cbk_actor *out)
{
    *out = (cbk_actor){.at_us = 0};
    read_account(out);
    read_boot_id(out);
    if (gethostname(out->host, sizeof out->host - 1) != 0) {
        out->host[0] = '\0';
    }
    struct timespec now;
    if (clock_gettime(CLOCK_REALTIME, &now) == 0) {
        out->at_us = (int64_t)now.tv_sec * 1000000 + now.tv_nsec / 1000;
    }
    if (clock_gettime(CLOCK_MONOTONIC, &now) == 0) {
        out->monotonic_ns = (int64_t)now.tv_sec * 1000000000 + now.tv_nsec;
    }
    return out->account[0] != '\0';
}
