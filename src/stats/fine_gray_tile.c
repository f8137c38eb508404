/* fine_gray_tile.c - sums over the rows of a tile.  Contract: stats/fine_gray_tile.h. */
#include "stats/fine_gray_tile.h"

#include "stats/cox_model.h"

#include <math.h>

static void add_along(const double *x, size_t p, const double *beta, double *eta)
{
    for (size_t j = 0; j < p; j++) {
        for (size_t i = 0; i < CBK_COX_TILE; i++) {
            eta[i] += x[j * CBK_COX_TILE + i] * beta[j];
        }
    }
}

static void fill_risk(const double *eta, const double *weight, double *risk)
{
    for (size_t i = 0; i < CBK_COX_TILE; i++) {
        risk[i] = weight[i] * exp(eta[i]);
    }
}

static double sum_back(const double *a, const double *b, double base, double *out)
{
    double sum = 0.0;
    for (size_t i = CBK_COX_TILE; i-- > 0;) {
        sum += a[i] * b[i];
        out[i] = base + sum;
    }
    return sum;
}

static double sum_forth(const double *a, double base, double *out)
{
    double sum = 0.0;
    for (size_t i = 0; i < CBK_COX_TILE; i++) {
        sum += a[i];
        out[i] = base + sum;
    }
    return sum;
}

static double sum_products(const double *a, const double *b)
{
    double sum[CBK_FG_LANES] = {0.0};
    for (size_t i = 0; i < CBK_COX_TILE; i += CBK_FG_LANES) {
        for (size_t k = 0; k < CBK_FG_LANES; k++) {
            sum[k] += a[i + k] * b[i + k];
        }
    }
    return (sum[0] + sum[1]) + (sum[2] + sum[3]);
}

static void update(const double *x, size_t p, const double *weight, size_t n,
                   double *info, double *gradient)
{
    double weighted[CBK_COX_TILE];
    for (size_t j = 0; j < p; j++) {
        double *sum = gradient + j * CBK_FG_LANES;
        for (size_t i = 0; i < n; i++) {
            weighted[i] = weight[i] * x[j * CBK_COX_TILE + i];
            sum[i % CBK_FG_LANES] += weighted[i];
        }
        for (size_t k = 0; k <= j; k++) {
            const double *other = x + k * CBK_COX_TILE;
            double *product = info + (j * p + k) * CBK_FG_LANES;
            for (size_t i = 0; i < n; i += CBK_FG_LANES) {
                for (size_t l = 0; l < CBK_FG_LANES; l++) {
                    product[l] += weighted[i + l] * other[i + l];
                }
            }
        }
    }
}

const cbk_fg_kernels cbk_fg_kernels_here = {.add_along = add_along,
                                            .fill_risk = fill_risk,
                                            .sum_back = sum_back,
                                            .sum_forth = sum_forth,
                                            .sum_products = sum_products,
                                            .update = update};
