/* whole_times.c - reads times that are few whole numbers.  Contract:
 * stats/risk/whole_times.h.
 */
#include "stats/risk/whole_times.h"

#include <math.h>
#include <string.h>

enum { LANES = 8 }; /* that are taken at once, as vector instructions */

/* A number from 0 on that is added to it is in the low bits, if it is whole. */
static const double shift = 0x1p52;

typedef struct seen {
    double off[LANES]; /* how far times are from whole ones; NaN once one is not finite */
    double least[LANES];
    double most[LANES];
} seen;

static inline void read_lanes(const double *restrict time, uint16_t *restrict whole,
                              seen *restrict all)
{
    uint64_t bits[LANES];
    double shifted[LANES];
    for (size_t k = 0; k < LANES; k++) {
        shifted[k] = time[k] + shift;
        all->off[k] += fabs(shifted[k] - shift - time[k]);
        all->least[k] = time[k] < all->least[k] ? time[k] : all->least[k];
        all->most[k] = time[k] > all->most[k] ? time[k] : all->most[k];
    }
    memcpy(bits, shifted, sizeof bits);
    for (size_t k = 0; k < LANES; k++) {
        whole[k] = (uint16_t)(bits[k] % CBK_WHOLE_MAX);
    }
}

bool cbk_whole_times_read(const double *time, size_t n, uint16_t *whole, uint16_t *most)
{
    seen all = {{0.0}, {0.0}, {0.0}};
    size_t i = 0;
    for (; i + LANES <= n; i += LANES) {
        read_lanes(time + i, whole + i, &all);
    }
    if (i < n) {
        double last[LANES] = {0.0};
        uint16_t of_last[LANES];
        memcpy(last, time + i, (n - i) * sizeof *last);
        read_lanes(last, of_last, &all);
        memcpy(whole + i, of_last, (n - i) * sizeof *of_last);
    }
    double largest = *most;
    bool is_good = true;
    for (size_t k = 0; k < LANES; k++) {
        is_good = is_good && all.off[k] == 0.0 && all.least[k] >= 0.0;
        largest = fmax(largest, all.most[k]);
    }
    is_good = is_good && largest < (double)CBK_WHOLE_MAX;
    *most = is_good ? (uint16_t)largest : *most;
    return is_good;
}

bool cbk_whole_times_begin(const double *time, size_t n)
{
    enum { FIRST = 16 };
    uint16_t whole[FIRST];
    uint16_t most = 0;
    return cbk_whole_times_read(time, n < FIRST ? n : FIRST, whole, &most);
}
