/* stats/cox_likelihood/cox_evaluation.h - one evaluation of Cox's likelihood on its way:
 * what its files share.  cox_likelihood.c calls cox_late.c and cox_gradient.c, and all of
 * them cox_times.c. */
#ifndef STATS_COX_EVALUATION_H
#define STATS_COX_EVALUATION_H

#include "numeric/sum.h"
#include "stats/cox_likelihood/cox_likelihood.h"
#include "stats/cox_likelihood/cox_model.h"

#include <string.h>

enum { CBK_COX_BLOCK = 16 /* tiles, whose sums are plain */ };

/* Asks for a column of a tile ahead of its time. */
static inline void cbk_cox_expect_column(const double *x)
{
    enum { LINE = 8 /* numbers of it in one go */ };
    for (size_t i = 0; i < CBK_COX_TILE; i += LINE) {
        __builtin_prefetch(x + i, 0, 2);
    }
}

/* The tile that comes a block before that of row first, as blocks are gone back over; or
 * this one. */
static inline const double *cbk_cox_tile_before(const cbk_cox_model *model, size_t first)
{
    const size_t back = CBK_COX_BLOCK * CBK_COX_TILE;
    return model->tiles + (first < back ? first : first - back) * model->p;
}

/* Rows of one stratum in one tile. */
typedef struct cbk_cox_segment {
    size_t tile; /* its first row */
    size_t first;
    size_t end; /* first and end count from there */
} cbk_cox_segment;

/* A time with tied events in a segment. */
typedef struct cbk_cox_tied {
    bool is_here; /* it begins here; else only its rows first..end do */
    size_t first;
    size_t end;
    size_t time;
    size_t place; /* of its vector */
    double part;
} cbk_cox_tied;

/* The times with events of a segment, latest first. */
typedef struct cbk_cox_segment_times {
    size_t n_here;
    uint8_t row[CBK_COX_TILE]; /* where each begins */
    size_t n_tied;
    cbk_cox_tied tied[CBK_COX_TILE / 2 + 1];
} cbk_cox_segment_times;

/* Vectors whose weighted squares the information is less: what times with events take
 * from it.  Column by column. */
typedef struct cbk_cox_vectors {
    double *x; /* [p * CBK_COX_VECTORS] */
    double weight[CBK_COX_VECTORS];
    size_t n;
} cbk_cox_vectors;

/* Whether it is all of its tile. */
static inline bool cbk_cox_is_whole(const cbk_cox_segment *of)
{
    return of->first == 0 && of->end == CBK_COX_TILE;
}

/* Of n numbers: the product of what they are without their powers of 2, and the sum of
 * the powers. */
typedef struct cbk_cox_product {
    double product;
    int64_t power;
    size_t n;
} cbk_cox_product;

typedef struct cbk_cox_evaluation {
    const cbk_cox_model *model;
    const cbk_cox_kernels *kernels;
    const double *beta;
    const double *multiplier;
    bool is_at_0;               /* x'b + offset of all rows: risk is weight */
    bool is_brief;              /* the information is not wanted */
    const cbk_cox_trace *trace; /* instead of the information; or NULL */
    size_t time;                /* backward: after the next time; forward: the next */
    size_t late_end;            /* of enters: those after have been taken out */
    size_t late_tile;           /* its first row, which is turned; or beyond all */
    size_t move;                /* the next of the model's moves */
    double *late;               /* [cbk_cox_late_room(p)] where some enter late */
    cbk_sum *at_risk;           /* [1 + p] S0 and S1 */
    double *tied;               /* [1 + p] the same of those with the event at a time */
    cbk_cox_vectors whole;
    cbk_cox_vectors of_tied; /* the second one that Efron's ties have */
    double *info;            /* [p * p * 4] lower triangle, of the tiles of this block */
    double *gradient;        /* [p * 4] what hazard takes from it */
    cbk_sum *info_sum;       /* [p * p] of the blocks before */
    cbk_sum *gradient_sum;   /* [p] */
    size_t n_tiles;          /* of this block */
    double block_hazard;     /* its sum, where is_brief */
    bool is_tied_open;       /* a tied time goes on in the tile before, where is_brief */
    cbk_sum loglik;          /* without denominators */
    cbk_cox_product denominators;
    cbk_sum hazard;             /* so far */
    double steps[CBK_COX_TILE]; /* 0 between tiles */
    double *cumulative; /* [1 + n_times] hazard until a time, where some enter late */
} cbk_cox_evaluation;

/* Whether the events of a time share it, as Efron has it. */
static inline bool cbk_cox_is_tied(const cbk_cox_model *model, const cbk_cox_time *time)
{
    return time->n_event > 1 && model->ties == CBK_COX_EFRON;
}

/* For value > 2^-1022; so often that the product stays below 2^1000 at most. */
static inline void cbk_cox_multiply(cbk_cox_product *by, double value)
{
    uint64_t bits = 0;
    memcpy(&bits, &value, sizeof bits);
    by->power += (int64_t)(bits >> 52) - 1023;
    bits = (bits & UINT64_C(0xfffffffffffff)) | UINT64_C(0x3ff0000000000000);
    memcpy(&value, &bits, sizeof bits);
    by->product *= value;
    by->n++;
}

enum { CBK_COX_FACTORS = 448 }; /* after which the product is taken, or 64 later */
/* Takes the logarithm of the product from the likelihood. */
void cbk_cox_take_product(cbk_cox_evaluation *at);

/* What time k gives with S0 and, where its events are tied, their share D0 of it.  Leaves
 * the hazard. */
cbk_cox_seen cbk_cox_see_time(cbk_cox_evaluation *at, size_t k, double at_risk,
                              double of_events);

/* As the kernel, of a part of a tile; out may be NULL. */
double cbk_cox_sum_back(const cbk_cox_evaluation *at, const cbk_cox_segment *of,
                        const double *a, const double *b, double base, double *out);
/* The sum of products of the rows first..end of a tile. */
double cbk_cox_sum_some(const cbk_cox_evaluation *at, const double *a, const double *b,
                        size_t first, size_t end);

/* One more tile is in the sums of the block, which is closed where it is the last. */
void cbk_cox_count_tile(cbk_cox_evaluation *at);
/* The sums of the block become part of those of all. */
void cbk_cox_close_block(cbk_cox_evaluation *at);

/* Takes the vectors collected so far. */
void cbk_cox_take_vectors(cbk_cox_evaluation *at, cbk_cox_vectors *of);

/* S0 of a segment, at_risk[64], where it has times; its rows are part of it from then on.
 */
void cbk_cox_sum_at_risk(cbk_cox_evaluation *at, const cbk_cox_segment *of,
                         double *at_risk);

/* Leaves room for the vectors of a tile. */
void cbk_cox_make_room(cbk_cox_evaluation *at);

/* Goes over the times of a segment, of which at_risk[64] is S0 in the row where each
 * begins: the steps of hazard, the likelihood. */
void cbk_cox_see_times(cbk_cox_evaluation *at, const cbk_cox_segment *of,
                       const double *at_risk, cbk_cox_segment_times *seen);

/* Column j (from 1) of those times: s1[n_here], the latest that of last_time, becomes the
 * vectors of the information, and first_tied the first of the second ones. */
void cbk_cox_take_column(cbk_cox_evaluation *at, const cbk_cox_segment *of, size_t j,
                         const cbk_cox_segment_times *seen, size_t last_time, double *s1,
                         size_t first_tied);

/* Takes n denominators of a tile, those whose bits are set, into the product. */
void cbk_cox_multiply_all(cbk_cox_evaluation *at, const double *at_risk, uint64_t rows,
                          size_t n);

/* Takes from the gradient what the times of a segment do. */
void cbk_cox_take_gradient(cbk_cox_evaluation *at, const cbk_cox_segment *of);
/* At the end of a block or stratum. */
void cbk_cox_close_gradient(cbk_cox_evaluation *at);

/* Numbers in cbk_cox_evaluation.late, which are 0 at first. */
size_t cbk_cox_late_room(size_t p);
/* Goes back over a segment of a stratum where some enter late. */
void cbk_cox_go_back_late(cbk_cox_evaluation *at, const cbk_cox_segment *of,
                          size_t stratum_end);

#endif
