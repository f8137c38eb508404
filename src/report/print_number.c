/* print_number.c - a number as people read it: as short as it is, or with fixed decimals.
 */
#include "report/parts.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

/* Decimals of a plain decimal number; -1 for one with an exponent. */
static int decimals_of(const char *shortest)
{
    if (strpbrk(shortest, "eE") != NULL) {
        return -1;
    }
    const char *point = strchr(shortest, '.');
    return point != NULL ? (int)strlen(point + 1) : 0;
}

static void strip_zeros(char *text)
{
    if (strchr(text, '.') == NULL) {
        return;
    }
    size_t length = strlen(text);
    while (text[length - 1] == '0') {
        text[--length] = '\0';
    }
    if (text[length - 1] == '.') {
        text[length - 1] = '\0';
    }
}

/* As it is, where that is short; else three significant digits, but never fewer than one
 * decimal, so that a median of 132.5 is not printed as 133. */
static void print_as_is(double value, char out[CBK_NUMBER_SIZE])
{
    cbk_number_shortest(value, out);
    const int decimals = decimals_of(out);
    if (decimals < 0 || fabs(value) >= 1e15) {
        (void)snprintf(out, CBK_NUMBER_SIZE, "%.3g", value);
        return;
    }
    if (decimals <= 1) {
        return;
    }
    const int magnitude = (int)floor(log10(fabs(value)));
    const int wanted = magnitude >= 1 ? 1 : magnitude < -13 ? 15 : 2 - magnitude;
    if (decimals <= wanted) {
        return;
    }
    cbk_number_fixed(value, wanted, out);
    const double rounded = cbk_number_round(value, wanted, CBK_ROUND_HALF_AWAY);
    if (fabs(rounded - value) <= 1e-9 * fabs(value)) {
        strip_zeros(out); /* only noise was dropped: 80, but 12.0 for 12.02 */
    }
}

const char *cbk_print_number(cbk_arena *arena, double value, int digits)
{
    char text[CBK_NUMBER_SIZE];
    if (digits < 0 || fabs(value) >= 1e15) {
        print_as_is(value, text);
    } else {
        cbk_number_fixed(value, digits > 15 ? 15 : digits, text);
    }
    return cbk_text_copy(arena, text);
}
