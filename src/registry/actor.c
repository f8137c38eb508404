/* actor.c - who does something, on which machine and when, as the system says. */
#include "registry/file.h"

#include <pwd.h>
#include <stdio.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

static void read_account(cbk_actor *out)
{
    char room[4096];
    struct passwd entry;
    struct passwd *found = NULL;
    if (getpwuid_r(getuid(), &entry, room, sizeof room, &found) == 0 && found != NULL) {
        (void)snprintf(out->account, sizeof out->account, "%s", found->pw_name);
        /* "Printed name,room,telephone" */
        const char *printed = found->pw_gecos != NULL ? found->pw_gecos : "";
        (void)snprintf(out->name, sizeof out->name, "%.*s", (int)strcspn(printed, ","),
                       printed);
    } else {
        (void)snprintf(out->account, sizeof out->account, "%lu", (unsigned long)getuid());
    }
}

static void read_boot_id(cbk_actor *out)
{
    FILE *file = fopen("/proc/sys/kernel/random/boot_id", "r");
    if (file == NULL) {
        return;
    }
    if (fgets(out->boot_id, sizeof out->boot_id, file) != NULL) {
        out->boot_id[strcspn(out->boot_id, "\n")] = '\0';
    }
    (void)fclose(file);
}

void cbk_actor_now(cbk_actor *out)
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
}
