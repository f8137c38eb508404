/* stats/cox_tile_body.h - the sums over a tile, once for each kind of machine.  Included
 * by cox_tile.c, which says for which: TARGET, NAMED(), BLOCK. */

#define INLINED static inline __attribute__((always_inline)) TARGET

INLINED lanes NAMED(load)(const double *from)
{
    return *(const lanes_at *)from;
}

INLINED void NAMED(store)(double *to, lanes value)
{
    *(lanes_at *)to = value;
}

INLINED lanes NAMED(all)(double value)
{
    return (lanes){value, value, value, value};
}

INLINED double NAMED(sum_of)(lanes value)
{
    return (value[0] + value[1]) + (value[2] + value[3]);
}

static TARGET void NAMED(add_along)(const double *x, size_t p, const double *beta,
                                    double *eta)
{
    for (size_t i = 0; i < CBK_COX_TILE; i += CBK_COX_LANES) {
        lanes sum = NAMED(load)(eta + i);
        for (size_t j = 0; j < p; j++) {
            sum += NAMED(load)(x + j * CBK_COX_TILE + i) * NAMED(all)(beta[j]);
        }
        NAMED(store)(eta + i, sum);
    }
}

/* exp(x) = 2^k exp(r), |r| <= log(2) / 2, by the series of exp. */
INLINED lanes NAMED(exp)(lanes x)
{
    const lanes shifted = x * NAMED(all)(per_log_2) + NAMED(all)(rounder);
    const lanes k = shifted - NAMED(all)(rounder);
    const lanes r = (x - k * NAMED(all)(log_2_first)) - k * NAMED(all)(log_2_rest);
    lanes series = NAMED(all)(over_factorial[13]);
    UNROLLED
    for (int n = 12; n >= 2; n--) {
        series = series * r + NAMED(all)(over_factorial[n]);
    }
    const lanes of_r = NAMED(all)(1.0) + (r + r * r * series);
    const whole_lanes power = ((whole_lanes)shifted << 52) + (INT64_C(1023) << 52);
    return of_r * (lanes)power;
}

static TARGET void NAMED(fill_risk)(const double *eta, const double *weight, double *risk)
{
    for (size_t i = 0; i < CBK_COX_TILE; i += CBK_COX_LANES) {
        const lanes value = NAMED(exp)(NAMED(load)(eta + i));
        NAMED(store)(risk + i, NAMED(load)(weight + i) * value);
    }
}

static TARGET double NAMED(sum_back)(const double *a, const double *b, double base,
                                     double *out)
{
    const lanes zero = NAMED(all)(0.0);
    double after = 0.0;
    for (size_t i = CBK_COX_TILE; i > 0; i -= CBK_COX_LANES) {
        lanes sum =
            NAMED(load)(a + i - CBK_COX_LANES) * NAMED(load)(b + i - CBK_COX_LANES);
        sum += __builtin_shufflevector(sum, zero, 1, 2, 3, 4);
        sum += __builtin_shufflevector(sum, zero, 2, 3, 4, 5);
        NAMED(store)(out + i - CBK_COX_LANES, sum + NAMED(all)(after + base));
        after += sum[0];
    }
    return after;
}

static TARGET double NAMED(sum_forth)(const double *a, double base, double *out)
{
    const lanes zero = NAMED(all)(0.0);
    double before = 0.0;
    for (size_t i = 0; i < CBK_COX_TILE; i += CBK_COX_LANES) {
        lanes sum = NAMED(load)(a + i);
        sum += __builtin_shufflevector(zero, sum, 3, 4, 5, 6);
        sum += __builtin_shufflevector(zero, sum, 2, 3, 4, 5);
        NAMED(store)(out + i, sum + NAMED(all)(before + base));
        before += sum[3];
    }
    return before;
}

static TARGET double NAMED(sum_products)(const double *a, const double *b)
{
    lanes even = NAMED(all)(0.0);
    lanes odd = NAMED(all)(0.0);
    for (size_t i = 0; i < CBK_COX_TILE; i += (size_t)2 * CBK_COX_LANES) {
        even += NAMED(load)(a + i) * NAMED(load)(b + i);
        odd += NAMED(load)(a + i + CBK_COX_LANES) * NAMED(load)(b + i + CBK_COX_LANES);
    }
    return NAMED(sum_of)(even + odd);
}

/* info[rows][columns] += weighted' x, in registers. */
INLINED void NAMED(update_block)(const double *weighted, const double *x, size_t n,
                                 double *info, size_t p, size_t n_rows, size_t n_columns)
{
    lanes sum[BLOCK][BLOCK];
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
            const lanes value = NAMED(load)(x + k * CBK_COX_TILE + i);
            UNROLLED
            for (size_t j = 0; j < n_rows; j++) {
                sum[j][k] += NAMED(load)(weighted + j * CBK_COX_TILE + i) * value;
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

static TARGET void NAMED(update_rows)(const double *weighted, const double *x, size_t n,
                                      double *info, size_t p, size_t n_rows,
                                      size_t n_columns)
{
#define SHAPE(rows, columns)                                                             \
    case (rows)*4 + (columns):                                                           \
        NAMED(update_block)(weighted, x, n, info, p, rows, columns);                     \
        break;
    switch (n_rows * 4 + n_columns) {
        SHAPE(1, 1)
        SHAPE(1, 2)
        SHAPE(2, 2)
#if BLOCK == 3
        SHAPE(1, 3)
        SHAPE(2, 3)
        SHAPE(3, 3)
#endif
    default:
        break;
    }
#undef SHAPE
}

static TARGET void NAMED(update)(const double *x, size_t p, const double *weight,
                                 size_t n, double *info, double *gradient)
{
    double weighted[BLOCK * CBK_COX_TILE];
    for (size_t row = 0; row < p; row += BLOCK) {
        const size_t n_rows = p - row < BLOCK ? p - row : BLOCK;
        for (size_t j = 0; j < n_rows; j++) {
            lanes sum = NAMED(all)(0.0);
            for (size_t i = 0; i < n; i += CBK_COX_LANES) {
                const lanes value = NAMED(load)(x + (row + j) * CBK_COX_TILE + i) *
                                    NAMED(load)(weight + i);
                NAMED(store)(weighted + j * CBK_COX_TILE + i, value);
                sum += value;
            }
            if (gradient != NULL) {
                double *of_row = gradient + (row + j) * CBK_COX_LANES;
                NAMED(store)(of_row, NAMED(load)(of_row) + sum);
            }
        }
        for (size_t column = 0; column <= row; column += BLOCK) {
            const size_t n_columns = p - column < BLOCK ? p - column : BLOCK;
            NAMED(update_rows)
            (weighted, x + column * CBK_COX_TILE, n,
             info + (row * p + column) * CBK_COX_LANES, p, n_rows, n_columns);
        }
    }
}

#ifdef HAS_AVX2
static const cbk_cox_kernels NAMED(kernels) = {.add_along = NAMED(add_along),
                                               .fill_risk = NAMED(fill_risk),
                                               .sum_back = NAMED(sum_back),
                                               .sum_forth = NAMED(sum_forth),
                                               .sum_products = NAMED(sum_products),
                                               .update = NAMED(update)};
#endif

#undef INLINED
