/* whole_times.c - reads times that are few whole numbers.  Contract:
 * stats/risk/whole_times.h.
 */
#include "stats/risk/whole_times.h"

#include "numeric/fetch.h"

#include <string.h>

enum { LANES = 8 /* that are taken at once */ };

/* A whole number that is added to it is in the low bits. */
static const double shift = 0x1p52;
static const uint64_t shift_bits = UINT64_C(0x4330000000000000);
static const uint64_t low_bits = CBK_WHOLE_MAX - 1;

typedef double pair __attribute__((vector_size(16)));
typedef uint64_t bit_pair __attribute__((vector_size(16)));

/* Sets bits of *wrong where a time is none of ours: the sum has others than low bits more
 * than the shift, or taking the shift away does not give the time back. */
static inline void read_lanes(const double *restrict time, uint16_t *restrict whole,
                              bit_pair *restrict wrong)
{
    uint64_t bits[LANES];
    for (size_t k = 0; k < LANES; k += 2) {
        pair plain;
        memcpy(&plain, time + k, sizeof plain);
        plain += 0.0; /* turns -0.0 into 0.0 */
        const pair shifted = plain + shift;
        const bit_pair lost = (bit_pair)(shifted - shift) ^ (bit_pair)plain;
        *wrong |= (((bit_pair)shifted ^ shift_bits) & ~low_bits) | lost;
        memcpy(bits + k, &shifted, sizeof shifted);
    }
    for (size_t k = 0; k < LANES; k++) {
        whole[k] = (uint16_t)(bits[k] % CBK_WHOLE_MAX);
    }
}

static uint16_t largest(const uint16_t *whole, size_t n, uint16_t most)
{
    int16_t highest = (int16_t)most;
    for (size_t i = 0; i < n; i++) {
        const int16_t here = (int16_t)whole[i];
        highest = here > highest ? here : highest;
    }
    return (uint16_t)highest;
}

bool cbk_whole_times_read(const double *time, size_t n, uint16_t *whole, uint16_t *most)
{
    bit_pair wrong = {0};
    size_t i = 0;
    for (; i + LANES <= n; i += LANES) {
        cbk_fetch_ahead(time + i, CBK_WHOLE_BLOCK * sizeof *time); /* the next block */
        read_lanes(time + i, whole + i, &wrong);
    }
    if (i < n) {
        double last[LANES] = {0.0};
        uint16_t of_last[LANES];
        memcpy(last, time + i, (n - i) * sizeof *last);
        read_lanes(last, of_last, &wrong);
        memcpy(whole + i, of_last, (n - i) * sizeof *of_last);
    }
    if ((wrong[0] | wrong[1]) != 0) {
        return false;
    }
    *most = n == CBK_WHOLE_BLOCK ? largest(whole, CBK_WHOLE_BLOCK, *most)
                                 : largest(whole, n, *most);
    return true;
}

bool cbk_whole_times_begin(const double *time, size_t n)
{
    enum { FIRST = 16 };
    uint16_t whole[FIRST];
    uint16_t most = 0;
    return cbk_whole_times_read(time, n < FIRST ? n : FIRST, whole, &most);
}
