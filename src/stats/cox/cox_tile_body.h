/* stats/cox/cox_tile_body.h - the sums over a tile, once for each kind of machine.
 * Included by cox_tile.c, which says for which: TARGET, NAMED(), WIDTH (numbers in a
 * register). */

#define INLINED static inline __attribute__((always_inline)) TARGET
#define LANES NAMED(lanes) /* WIDTH numbers */
#define BITS NAMED(bits)   /* the same as whole numbers */

typedef double LANES __attribute__((vector_size(8 * WIDTH)));
typedef uint64_t BITS __attribute__((vector_size(8 * WIDTH)));
/* The same where they lie in memory. */
typedef double NAMED(lanes_at)
    __attribute__((vector_size(8 * WIDTH), aligned(8), may_alias));

INLINED LANES NAMED(load)(const double *from)
{
    return *(const NAMED(lanes_at) *)from;
}

INLINED void NAMED(store)(double *to, LANES value)
{
    *(NAMED(lanes_at) *)to = value;
}

INLINED LANES NAMED(all)(double value)
{
    return value - (LANES){0.0};
}

/* Replaces N_EXP x, which do not wait for each other, by exp(x) = 2^k exp(r), |r| <=
 * log(2) / 2, by the series of exp, even and odd powers apart. */
INLINED void NAMED(raise)(LANES *x)
{
    LANES shifted[N_EXP], r[N_EXP], square[N_EXP], even[N_EXP], odd[N_EXP];
    UNROLLED
    for (int i = 0; i < N_EXP; i++) {
        shifted[i] = x[i] * per_log_2 + rounder;
        const LANES k = shifted[i] - rounder;
        r[i] = (x[i] - k * log_2_first) - k * log_2_rest;
        square[i] = r[i] * r[i];
        even[i] = square[i] * over_factorial[12] + over_factorial[10];
        odd[i] = square[i] * over_factorial[13] + over_factorial[11];
    }
    UNROLLED
    for (int n = 8; n >= 2; n -= 2) {
        UNROLLED
        for (int i = 0; i < N_EXP; i++) {
            even[i] = even[i] * square[i] + over_factorial[n];
            odd[i] = odd[i] * square[i] + over_factorial[n + 1];
        }
    }
    UNROLLED
    for (int i = 0; i < N_EXP; i++) {
        const LANES of_r = (r[i] + square[i] * (even[i] + r[i] * odd[i])) + 1.0;
        const BITS power = ((BITS)shifted[i] << 52) + (UINT64_C(1023) << 52);
        x[i] = of_r * (LANES)power;
    }
}

/* Column by column, as they lie in memory: the processor fetches them ahead. */
static TARGET void NAMED(fill_risk)(const double *x, size_t p, const double *beta,
                                    const double *offset, const double *weight,
                                    double *eta, double *risk, const double *soon)
{
    for (size_t i = 0; i < CBK_COX_TILE; i += WIDTH) {
        NAMED(store)(eta + i, NAMED(load)(offset + i));
    }
    size_t j = 0;
    for (; j + 1 < p; j += 2) {
        const double *column = x + j * CBK_COX_TILE;
        for (size_t first = 0; first < CBK_COX_TILE; first += CBK_COX_LINE) {
            __builtin_prefetch(soon + j * CBK_COX_TILE + first);
            UNROLLED
            for (size_t k = 0; k < CBK_COX_LINE; k += WIDTH) {
                const size_t i = first + k;
                const LANES sum =
                    NAMED(load)(eta + i) + NAMED(load)(column + i) * beta[j];
                const LANES next = NAMED(load)(column + CBK_COX_TILE + i) * beta[j + 1];
                NAMED(store)(eta + i, sum + next);
            }
        }
    }
    for (; j < p; j++) {
        const double *column = x + j * CBK_COX_TILE;
        for (size_t i = 0; i < CBK_COX_TILE; i += WIDTH) {
            NAMED(store)
            (eta + i, NAMED(load)(eta + i) + NAMED(load)(column + i) * beta[j]);
        }
    }
    for (size_t i = 0; i < CBK_COX_TILE; i += N_EXP * WIDTH) {
        LANES value[N_EXP];
        UNROLLED
        for (size_t k = 0; k < N_EXP; k++) {
            value[k] = NAMED(load)(eta + i + k * WIDTH);
        }
        NAMED(raise)(value);
        UNROLLED
        for (size_t k = 0; k < N_EXP; k++) {
            const LANES of = NAMED(load)(weight + i + k * WIDTH);
            NAMED(store)(risk + i + k * WIDTH, of * value[k]);
        }
    }
}

/* Four numbers and what is beyond them: sums from each on, or until each. */
#if WIDTH == 4
INLINED void NAMED(sum_four_back)(const double *a, const double *b, double after,
                                  double base, double *out, double *sum)
{
    const LANES zero = {0.0};
    LANES sums = NAMED(load)(a) * NAMED(load)(b);
    sums += __builtin_shufflevector(sums, zero, 1, 2, 3, 4);
    sums += __builtin_shufflevector(sums, zero, 2, 3, 4, 5);
    NAMED(store)(out, sums + (after + base));
    *sum = sums[0];
}

INLINED void NAMED(sum_four_forth)(const double *a, double before, double base,
                                   double *out, double *sum)
{
    const LANES zero = {0.0};
    LANES sums = NAMED(load)(a);
    sums += __builtin_shufflevector(zero, sums, 3, 4, 5, 6);
    sums += __builtin_shufflevector(zero, sums, 2, 3, 4, 5);
    NAMED(store)(out, sums + (before + base));
    *sum = sums[3];
}
/* Column j of to[4 rows] is value[j]. */
INLINED void NAMED(store_turned)(const LANES *value, double *to, size_t stride)
{
    const LANES low = __builtin_shufflevector(value[0], value[1], 0, 4, 2, 6);
    const LANES high = __builtin_shufflevector(value[0], value[1], 1, 5, 3, 7);
    const LANES more = __builtin_shufflevector(value[2], value[3], 0, 4, 2, 6);
    const LANES most = __builtin_shufflevector(value[2], value[3], 1, 5, 3, 7);
    NAMED(store)(to, __builtin_shufflevector(low, more, 0, 1, 4, 5));
    NAMED(store)(to + stride, __builtin_shufflevector(high, most, 0, 1, 4, 5));
    NAMED(store)(to + 2 * stride, __builtin_shufflevector(low, more, 2, 3, 6, 7));
    NAMED(store)(to + 3 * stride, __builtin_shufflevector(high, most, 2, 3, 6, 7));
}
#else
INLINED void NAMED(store_turned)(const LANES *value, double *to, size_t stride)
{
    for (size_t j = 0; j < CBK_COX_LANES; j++) {
        to[j] = value[j][0];
        to[stride + j] = value[j][1];
    }
}

INLINED void NAMED(sum_four_back)(const double *a, const double *b, double after,
                                  double base, double *out, double *sum)
{
    const double last = a[3] * b[3];
    const double third = a[2] * b[2] + last;
    const double second = (a[1] * b[1] + a[2] * b[2]) + last;
    *sum = (a[0] * b[0] + a[1] * b[1]) + third;
    out[0] = *sum + (after + base);
    out[1] = second + (after + base);
    out[2] = third + (after + base);
    out[3] = last + (after + base);
}

INLINED void NAMED(sum_four_forth)(const double *a, double before, double base,
                                   double *out, double *sum)
{
    const double second = a[1] + a[0];
    const double third = (a[2] + a[1]) + a[0];
    *sum = (a[3] + a[2]) + second;
    out[0] = a[0] + (before + base);
    out[1] = second + (before + base);
    out[2] = third + (before + base);
    out[3] = *sum + (before + base);
}
#endif

static TARGET double NAMED(sum_back)(const double *a, const double *b, double base,
                                     double *out)
{
    double after = 0.0;
    for (size_t i = CBK_COX_TILE; i > 0;) {
        double sum = 0.0;
        i -= CBK_COX_LANES;
        NAMED(sum_four_back)(a + i, b + i, after, base, out + i, &sum);
        after += sum;
    }
    return after;
}

static TARGET double NAMED(sum_forth)(double *a, double base, double *out)
{
    double before = 0.0;
    for (size_t i = 0; i < CBK_COX_TILE; i += CBK_COX_LANES) {
        double sum = 0.0;
        NAMED(sum_four_forth)(a + i, before, base, out + i, &sum);
        before += sum;
        for (size_t k = 0; k < CBK_COX_LANES; k += WIDTH) {
            NAMED(store)(a + i + k, NAMED(all)(0.0));
        }
    }
    return before;
}

/* One sum goes back and one forth, so that neither waits for the other. */
static TARGET double NAMED(sum_both)(const double *x, const double *risk, double behind,
                                     const double *carried, double before,
                                     const double *free, const double *scale,
                                     double *until, double *out)
{
    double product[CBK_COX_TILE];
    double from[CBK_COX_TILE];
    for (size_t i = 0; i < CBK_COX_TILE; i += WIDTH) {
        NAMED(store)(product + i, NAMED(load)(carried + i) * NAMED(load)(x + i));
    }
    double so_far = 0.0;
    double after = 0.0;
    until[0] = before;
    for (size_t i = 0; i < CBK_COX_TILE; i += CBK_COX_LANES) {
        const size_t back = CBK_COX_TILE - CBK_COX_LANES - i;
        double sum = 0.0;
        NAMED(sum_four_forth)(product + i, so_far, before, until + i + 1, &sum);
        so_far += sum;
        NAMED(sum_four_back)(risk + back, x + back, after, behind, from + back, &sum);
        after += sum;
    }
    for (size_t i = 0; i < CBK_COX_TILE; i += WIDTH) {
        const LANES all =
            NAMED(load)(from + i) + NAMED(load)(free + i) * NAMED(load)(until + i);
        NAMED(store)(out + i, all * NAMED(load)(scale + i));
    }
    return after;
}

static TARGET double NAMED(sum_products)(const double *a, const double *b)
{
    enum { N_SUMS = 2 * CBK_COX_LANES / WIDTH };
    LANES sum[N_SUMS];
    double all[2 * CBK_COX_LANES];
    UNROLLED
    for (size_t k = 0; k < N_SUMS; k++) {
        sum[k] = NAMED(load)(a + k * WIDTH) * NAMED(load)(b + k * WIDTH);
    }
    for (size_t i = N_SUMS * WIDTH; i < CBK_COX_TILE; i += N_SUMS * WIDTH) {
        UNROLLED
        for (size_t k = 0; k < N_SUMS; k++) {
            sum[k] += NAMED(load)(a + i + k * WIDTH) * NAMED(load)(b + i + k * WIDTH);
        }
    }
    UNROLLED
    for (size_t k = 0; k < N_SUMS; k++) {
        NAMED(store)(all + k * WIDTH, sum[k]);
    }
    return ((all[0] + all[4]) + (all[1] + all[5])) +
           ((all[2] + all[6]) + (all[3] + all[7]));
}

INLINED void NAMED(take_columns)(const double *x, size_t n_columns, const double *risk,
                                 const double *exposed, double hazard, double *after,
                                 double *gradient, const double *soon)
{
    LANES sum[2], taken[2];
    UNROLLED
    for (size_t j = 0; j < n_columns; j++) {
        sum[j] = NAMED(load)(after + j * CBK_COX_LANES);
        taken[j] = NAMED(load)(gradient + j * CBK_COX_LANES) + sum[j] * hazard;
    }
    for (size_t i = 0; i < CBK_COX_TILE; i += CBK_COX_LANES) {
        const LANES weight = NAMED(load)(risk + i);
        const LANES share = exposed != NULL ? NAMED(load)(exposed + i) : weight;
        if (n_columns == 1) {
            __builtin_prefetch(soon + i);
        } else if (i % (2 * CBK_COX_LANES) == 0) {
            __builtin_prefetch(soon + CBK_COX_TILE + i);
        }
        UNROLLED
        for (size_t j = 0; j < n_columns; j++) {
            const LANES value = NAMED(load)(x + j * CBK_COX_TILE + i);
            sum[j] += value * weight;
            taken[j] = exposed != NULL ? taken[j] + value * share : taken[j];
        }
    }
    UNROLLED
    for (size_t j = 0; j < n_columns; j++) {
        NAMED(store)(after + j * CBK_COX_LANES, sum[j]);
        NAMED(store)(gradient + j * CBK_COX_LANES, taken[j]);
    }
}

INLINED void NAMED(take_all)(const double *x, size_t p, const double *risk,
                             const double *exposed, double hazard, double *after,
                             double *gradient, const double *soon)
{
    for (size_t k = 0; k < CBK_COX_LANES; k += WIDTH) {
        const double *share = exposed != NULL ? exposed + k : NULL;
        size_t j = 0;
        for (; j + 1 < p; j += 2) {
            NAMED(take_columns)
            (x + j * CBK_COX_TILE + k, 2, risk + k, share, hazard,
             after + j * CBK_COX_LANES + k, gradient + j * CBK_COX_LANES + k,
             soon + j * CBK_COX_TILE);
        }
        if (j < p) {
            NAMED(take_columns)
            (x + j * CBK_COX_TILE + k, 1, risk + k, share, hazard,
             after + j * CBK_COX_LANES + k, gradient + j * CBK_COX_LANES + k,
             soon + j * CBK_COX_TILE);
        }
    }
}

static TARGET void NAMED(take)(const double *x, size_t p, const double *risk,
                               const double *exposed, double hazard, double *after,
                               double *gradient, const double *soon)
{
    if (exposed != NULL) {
        NAMED(take_all)(x, p, risk, exposed, hazard, after, gradient, soon);
    } else {
        NAMED(take_all)(x, p, risk, NULL, hazard, after, gradient, soon);
    }
}

/* risk times x and then risk of four rows, four columns from `first` on, row by row. */
INLINED void NAMED(turn_four)(const double *x, size_t p, const double *risk, size_t first,
                              size_t width, double *rows)
{
    for (size_t k = 0; k < CBK_COX_LANES; k += WIDTH) {
        LANES value[CBK_COX_LANES];
        const LANES weight = NAMED(load)(risk + k);
        UNROLLED
        for (size_t j = 0; j < CBK_COX_LANES; j++) {
            const size_t column = first + j;
            value[j] = column < p    ? NAMED(load)(x + column * CBK_COX_TILE + k) * weight
                       : column == p ? weight
                                     : NAMED(all)(0.0);
        }
        NAMED(store_turned)(value, rows + k * width + first, width);
    }
}

static TARGET void NAMED(turn_rows)(const double *x, size_t p, const double *risk,
                                    double *rows)
{
    const size_t width = cbk_cox_row_width(p);
    for (size_t i = 0; i < CBK_COX_TILE; i += CBK_COX_LANES) {
        for (size_t first = 0; first < width; first += CBK_COX_LANES) {
            NAMED(turn_four)(x + i, p, risk + i, first, width, rows + i * width);
        }
    }
}

/* Of add_rows: N_PARTS registers of columns from `first` on.  Each addition leaves its
 * rounding in lost (Knuth's two-sum). */
INLINED void NAMED(add_columns)(const double *const *row, size_t n, size_t first,
                                size_t n_parts, size_t width, double *total, double *lost,
                                double *out)
{
    LANES sum[MOST_PARTS], rest[MOST_PARTS];
    UNROLLED
    for (size_t k = 0; k < n_parts; k++) {
        sum[k] = NAMED(load)(total + first + k * WIDTH);
        rest[k] = NAMED(load)(lost + first + k * WIDTH);
        NAMED(store)(out + first + k * WIDTH, sum[k] + rest[k]);
    }
    for (size_t i = 0; i < n; i++) {
        UNROLLED
        for (size_t k = 0; k < n_parts; k++) {
            const LANES term = NAMED(load)(row[i] + first + k * WIDTH);
            const LANES next = sum[k] + term;
            const LANES added = next - sum[k];
            rest[k] += (sum[k] - (next - added)) + (term - added);
            sum[k] = next;
            NAMED(store)(out + (i + 1) * width + first + k * WIDTH, next + rest[k]);
        }
    }
    UNROLLED
    for (size_t k = 0; k < n_parts; k++) {
        NAMED(store)(total + first + k * WIDTH, sum[k]);
        NAMED(store)(lost + first + k * WIDTH, rest[k]);
    }
}

static TARGET void NAMED(add_rows)(const double *const *row, size_t n, size_t width,
                                   double *total, double *lost, double *out)
{
    enum { FOUR = CBK_COX_LANES / WIDTH };
    size_t first = 0;
    for (; first + 2 * CBK_COX_LANES <= width; first += 2 * CBK_COX_LANES) {
        NAMED(add_columns)(row, n, first, 2 * FOUR, width, total, lost, out);
    }
    if (first < width) {
        NAMED(add_columns)(row, n, first, FOUR, width, total, lost, out);
    }
}

/* info[rows][columns] += weighted' x, in registers: WIDTH of the four numbers. */
INLINED void NAMED(update_block)(const double *weighted, const double *x, size_t stride,
                                 size_t n, double *info, size_t p, size_t n_rows,
                                 size_t n_columns)
{
    LANES sum[BLOCK][BLOCK];
    UNROLLED
    for (size_t j = 0; j < n_rows; j++) {
        UNROLLED
        for (size_t k = 0; k < n_columns; k++) {
            sum[j][k] = NAMED(load)(info + (j * p + k) * CBK_COX_LANES);
        }
    }
    for (size_t i = 0; i < n; i += CBK_COX_LANES) {
        UNROLLED
        for (size_t k = 0; k < n_columns; k++) {
            const LANES value = NAMED(load)(x + k * stride + i);
            UNROLLED
            for (size_t j = 0; j < n_rows; j++) {
                sum[j][k] += NAMED(load)(weighted + j * CBK_COX_VECTORS + i) * value;
            }
        }
    }
    UNROLLED
    for (size_t j = 0; j < n_rows; j++) {
        UNROLLED
        for (size_t k = 0; k < n_columns; k++) {
            NAMED(store)(info + (j * p + k) * CBK_COX_LANES, sum[j][k]);
        }
    }
}

INLINED void NAMED(update_rows)(const double *weighted, const double *x, size_t stride,
                                size_t n, double *info, size_t p, size_t n_rows,
                                size_t n_columns)
{
#define SHAPE(rows, columns)                                                             \
    case (rows)*4 + (columns):                                                           \
        NAMED(update_block)(weighted, x, stride, n, info, p, rows, columns);             \
        break;
    switch (n_rows * 4 + n_columns) {
        SHAPE(1, 1)
        SHAPE(2, 2)
        SHAPE(1, 3)
        SHAPE(2, 3)
        SHAPE(3, 3)
    default:
        break;
    }
#undef SHAPE
}

/* weighted = weight x of one column, added up into sums[4]. */
INLINED void NAMED(weigh)(const double *x, const double *weight, size_t n,
                          double *weighted, double *sums)
{
    for (size_t k = 0; k < CBK_COX_LANES; k += WIDTH) {
        LANES sum = NAMED(all)(0.0);
        for (size_t i = k; i < n; i += CBK_COX_LANES) {
            const LANES value = NAMED(load)(x + i) * NAMED(load)(weight + i);
            NAMED(store)(weighted + i, value);
            sum += value;
        }
        if (sums != NULL) {
            NAMED(store)(sums + k, NAMED(load)(sums + k) + sum);
        }
    }
}

static TARGET void NAMED(update)(const double *x, size_t stride, size_t p,
                                 const double *weight, size_t n, double *info,
                                 double *gradient, const double *soon)
{
    const size_t n_rows_of_blocks = (p + BLOCK - 1) / BLOCK;
    const size_t n_blocks = n_rows_of_blocks * (n_rows_of_blocks + 1) / 2;
    const double *soon_end = soon + p * CBK_COX_TILE;
    const size_t share = /* of it, whole lines */
        n_blocks > 0 ? CBK_COX_LINE * (p * CBK_COX_TILE / n_blocks / CBK_COX_LINE + 1)
                     : 0;
    double weighted[BLOCK * CBK_COX_VECTORS];
    for (size_t row = 0; row < p; row += BLOCK) {
        const size_t n_rows = p - row < BLOCK ? p - row : BLOCK;
        for (size_t j = row; j < row + n_rows; j++) {
            NAMED(weigh)
            (x + j * stride, weight, n, weighted + (j - row) * CBK_COX_VECTORS,
             gradient != NULL ? gradient + j * CBK_COX_LANES : NULL);
        }
        for (size_t column = 0; column <= row; column += BLOCK) {
            const size_t n_columns = p - column < BLOCK ? p - column : BLOCK;
            double *block = info + (row * p + column) * CBK_COX_LANES;
            for (size_t k = 0; soon < soon_end && k < share; k += CBK_COX_LINE) {
                __builtin_prefetch(soon, 0, 2);
                soon += CBK_COX_LINE;
            }
            for (size_t k = 0; k < CBK_COX_LANES; k += WIDTH) {
                NAMED(update_rows)
                (weighted + k, x + column * stride + k, stride, n, block + k, p, n_rows,
                 n_columns);
            }
        }
    }
}

INLINED LANES NAMED(chosen)(BITS which, LANES yes, LANES no)
{
    return (LANES)((which & (BITS)yes) | (~which & (BITS)no));
}

/* The bits k, k + 1 and so on, one in each number. */
INLINED BITS NAMED(first_bits)(size_t k)
{
    BITS bit = {0};
    for (size_t i = 0; i < WIDTH; i++) {
        bit[i] = UINT64_C(1) << (k + i);
    }
    return bit;
}

static TARGET void NAMED(invert)(const double *a, uint64_t which, double *out)
{
    const BITS none = {0};
    for (size_t k = 0; k < CBK_COX_LANES; k += WIDTH) {
        BITS bit = NAMED(first_bits)(k);
        for (size_t i = k; i < CBK_COX_TILE; i += CBK_COX_LANES, bit <<= CBK_COX_LANES) {
            const BITS is_one = (BITS)((which & bit) != none);
            NAMED(store)(out + i, (LANES)(is_one & (BITS)(1.0 / NAMED(load)(a + i))));
        }
    }
}

static TARGET double NAMED(multiply)(const double *a, uint64_t which, int64_t *power)
{
    const BITS none = {0};
    double product[CBK_COX_LANES];
    *power = 0;
    for (size_t k = 0; k < CBK_COX_LANES; k += WIDTH) {
        LANES product_here = NAMED(all)(1.0);
        BITS power_here = none;
        BITS bit = NAMED(first_bits)(k);
        for (size_t i = k; i < CBK_COX_TILE; i += CBK_COX_LANES, bit <<= CBK_COX_LANES) {
            const BITS is_one = (BITS)((which & bit) != none);
            const BITS value = (BITS)NAMED(load)(a + i);
            const BITS of_1 = (value & below_1) | exponent_of_1;
            power_here += is_one & ((value >> 52) - 1023);
            product_here *= NAMED(chosen)(is_one, (LANES)of_1, NAMED(all)(1.0));
        }
        NAMED(store)(product + k, product_here);
        for (size_t i = 0; i < WIDTH; i++) {
            *power += (int64_t)power_here[i];
        }
    }
    return (product[0] * product[1]) * (product[2] * product[3]);
}

static TARGET double NAMED(divide)(double at_risk, double of_events, size_t d,
                                   size_t first, size_t end, double *sums, int64_t *power)
{
    const double unit = 1.0 / (double)d;
    double parts[5][CBK_COX_LANES];
    double product[CBK_COX_LANES];
    *power = 0;
    for (size_t k = 0; k < CBK_COX_LANES; k += WIDTH) {
        LANES sum[5] = {NAMED(all)(0.0), NAMED(all)(0.0), NAMED(all)(0.0),
                        NAMED(all)(0.0), NAMED(all)(0.0)};
        LANES product_here = NAMED(all)(1.0);
        BITS power_here = {0};
        LANES l;
        for (size_t i = 0; i < WIDTH; i++) {
            l[i] = (double)(first + k + i);
        }
        for (size_t at = first; at < end; at += CBK_COX_LANES, l += CBK_COX_LANES) {
            const BITS is_one = (BITS)(l < (double)end);
            const LANES share = l * unit;
            const LANES denominator = at_risk - share * of_events;
            const LANES inverse = (LANES)(is_one & (BITS)(1.0 / denominator));
            const LANES shared = share * inverse;
            const BITS value = (BITS)denominator;
            const BITS of_1 = (value & below_1) | exponent_of_1;
            sum[0] += inverse;
            sum[1] += shared;
            sum[2] += inverse * inverse;
            sum[3] += shared * inverse;
            sum[4] += shared * shared;
            power_here += is_one & ((value >> 52) - 1023);
            product_here *= NAMED(chosen)(is_one, (LANES)of_1, NAMED(all)(1.0));
        }
        NAMED(store)(product + k, product_here);
        for (size_t s = 0; s < 5; s++) {
            NAMED(store)(parts[s] + k, sum[s]);
        }
        for (size_t i = 0; i < WIDTH; i++) {
            *power += (int64_t)power_here[i];
        }
    }
    for (size_t s = 0; s < 5; s++) {
        sums[s] = (parts[s][0] + parts[s][1]) + (parts[s][2] + parts[s][3]);
    }
    return (product[0] * product[1]) * (product[2] * product[3]);
}

static TARGET void NAMED(extend)(const double *value, size_t n, double *least,
                                 double *most, double *strange)
{
    for (size_t k = 0; k < CBK_COX_LANES; k += WIDTH) {
        LANES low = NAMED(load)(least + k);
        LANES high = NAMED(load)(most + k);
        LANES odd = NAMED(load)(strange + k);
        for (size_t i = k; i < n; i += CBK_COX_LANES) {
            const LANES here = NAMED(load)(value + i);
            low = NAMED(chosen)((BITS)(here < low), here, low);
            high = NAMED(chosen)((BITS)(here > high), here, high);
            odd += here - here;
        }
        NAMED(store)(least + k, low);
        NAMED(store)(most + k, high);
        NAMED(store)(strange + k, odd);
    }
}

static TARGET void NAMED(bring)(const double *value, size_t n, double unit, double middle,
                                double *out, double *sums, double *squares)
{
    for (size_t k = 0; k < CBK_COX_LANES; k += WIDTH) {
        LANES sum = NAMED(load)(sums + k);
        LANES square = NAMED(load)(squares + k);
        for (size_t i = k; i < n; i += CBK_COX_LANES) {
            const LANES here = NAMED(load)(value + i) * unit - middle;
            NAMED(store)(out + i, here);
            sum += (here + grid_rounder) - grid_rounder;
            square += (here * here + grid_rounder) - grid_rounder;
        }
        NAMED(store)(sums + k, sum);
        NAMED(store)(squares + k, square);
    }
}

#ifdef HAS_AVX2
static const cbk_cox_kernels NAMED(kernels) = {.fill_risk = NAMED(fill_risk),
                                               .sum_back = NAMED(sum_back),
                                               .sum_forth = NAMED(sum_forth),
                                               .sum_products = NAMED(sum_products),
                                               .sum_both = NAMED(sum_both),
                                               .update = NAMED(update),
                                               .take = NAMED(take),
                                               .turn_rows = NAMED(turn_rows),
                                               .add_rows = NAMED(add_rows),
                                               .invert = NAMED(invert),
                                               .multiply = NAMED(multiply),
                                               .divide = NAMED(divide),
                                               .extend = NAMED(extend),
                                               .bring = NAMED(bring)};
#endif

#undef INLINED
#undef LANES
#undef BITS
