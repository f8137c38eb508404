/* line.h - a line of the bench's table: a name, what it took, the goal. */
#ifndef BENCH_LINE_H
#define BENCH_LINE_H

#include <stdbool.h>
#include <stdio.h>

static inline void bench_print_header(void)
{
    printf("%-42s %10s   %s\n", "", "CPU, ms", "goal");
}

/* taken_ms < 0: it failed; then false. */
static inline bool bench_print_line(const char *name, double taken_ms, double goal_ms)
{
    const bool is_missed = taken_ms < 0.0 || taken_ms > goal_ms;
    printf("%-42s %10.3f   %g%s\n", name, taken_ms, goal_ms, is_missed ? ": missed" : "");
    return taken_ms >= 0.0;
}

#endif
