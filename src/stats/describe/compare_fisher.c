/* compare_fisher.c - Fisher's exact test of r x c tables, by a network.  Contract and
 * sources: casebook/compare.h.
 *
 * Columns are filled one after another.  A node is what is still to be placed in each
 * row; a path to it is the part of the table that is filled.  The probability of a table
 * is a constant less the log factorials of its cells, so a path has a length, the sum of
 * minus these, and everything that can follow depends on the node alone: the longest and
 * the shortest way to the end, and the sum over all ways.  A path whose longest end is no
 * more probable than the table observed counts whole; one whose shortest end is more
 * probable is dropped; only the others go on.
 */
#include "stats/describe/compare.h"

#include "numeric/sum.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

enum {
    ROWS_MAX = 24,        /* each has at least two states: 2^19 is passed before */
    STATES_MAX = 1 << 19, /* of one column */
    BOUNDS_MAX = 1 << 22, /* states of all columns */
    PATHS_MAX = 1 << 19,  /* kept at one column */
    SUBJECTS_MAX = 1 << 20,
    STEPS_MAX = 30000000, /* about a second: fillings of a column that are looked at */
    STEPS_OF_PATH = 10    /* a path that goes on is also sorted and joined */
};

static const double same_probability = 1e-7; /* relative; as in R's fisher.test() */
static const double same_length = 1e-12;     /* paths that are joined */

typedef struct path {
    uint32_t node;
    double length;
    double weight; /* how many ways of that length */
} path;

typedef struct network {
    size_t n_rows; /* ascending totals; the last is what the others leave */
    size_t n_columns;
    uint32_t row[ROWS_MAX];
    const uint32_t *column;    /* [n_columns] */
    uint32_t stride[ROWS_MAX]; /* of a row's count in the number of a node */
    size_t n_states;           /* nodes of a column */
    const double *log_factorial;
    uint32_t *left_total;  /* [n_columns + 1] still to be placed before a column */
    double *left_constant; /* [n_columns + 1] log factorials of the columns left */
    double *longest;       /* [(n_columns + 1) * n_states] */
    double *shortest;
    double observed; /* length of the whole table */
    double constant;
    size_t n_steps;
    cbk_sum p;
} network;

/* ---- nodes ------------------------------------------------------------------------ */

/* What is left in each row; false for a number that is no node of this column. */
static bool decode(const network *net, size_t column, uint32_t node,
                   uint32_t left[ROWS_MAX])
{
    uint32_t rest = net->left_total[column];
    for (size_t i = 0; i + 1 < net->n_rows; i++) {
        left[i] = node / net->stride[i] % (net->row[i] + 1);
        if (left[i] > rest) {
            return false;
        }
        rest -= left[i];
    }
    left[net->n_rows - 1] = rest;
    return rest <= net->row[net->n_rows - 1];
}

/* The log of the sum over all ways from the node to the end. */
static double log_sum_of_ways(const network *net, size_t column, uint32_t node)
{
    uint32_t left[ROWS_MAX];
    (void)decode(net, column, node, left);
    double value =
        net->log_factorial[net->left_total[column]] - net->left_constant[column];
    for (size_t i = 0; i < net->n_rows; i++) {
        value -= net->log_factorial[left[i]];
    }
    return value;
}

/* ---- fillings of one column ---------------------------------------------------------
 */

typedef struct filling {
    network *net;
    size_t column;
    uint32_t left[ROWS_MAX];
    void (*visit)(void *context, uint32_t next, double length);
    void *context;
} filling;

/* Visits every way to share `rest` subjects of the column among the rows from `row` on.
 */
static void fill(filling *at, size_t row, uint32_t rest, uint32_t next, double length)
{
    const network *net = at->net;
    if (row + 1 == net->n_rows) {
        if (rest <= at->left[row]) {
            at->net->n_steps++;
            at->visit(at->context, next, length - net->log_factorial[rest]);
        }
        return;
    }
    uint32_t room = 0; /* in the rows that follow */
    for (size_t i = row + 1; i < net->n_rows; i++) {
        room += at->left[i];
    }
    const uint32_t least = rest > room ? rest - room : 0;
    const uint32_t most = rest < at->left[row] ? rest : at->left[row];
    for (uint32_t count = least; count <= most; count++) {
        fill(at, row + 1, rest - count, next - count * net->stride[row],
             length - net->log_factorial[count]);
    }
}

/* ---- bounds ----------------------------------------------------------------------- */

typedef struct extremes {
    const double *longest; /* of the next column */
    const double *shortest;
    double most;
    double least;
} extremes;

static void widen(void *context, uint32_t next, double length)
{
    extremes *found = context;
    found->most = fmax(found->most, length + found->longest[next]);
    found->least = fmin(found->least, length + found->shortest[next]);
}

/* From the last column to the first; false when it takes too long. */
static bool find_bounds(network *net)
{
    for (size_t column = net->n_columns; column-- > 0;) {
        const size_t here = column * net->n_states;
        const size_t after = here + net->n_states;
        for (size_t node = 0; node < net->n_states; node++) {
            extremes found = {.longest = net->longest + after,
                              .shortest = net->shortest + after,
                              .most = -HUGE_VAL,
                              .least = HUGE_VAL};
            filling at = {
                .net = net, .column = column, .visit = widen, .context = &found};
            if (!decode(net, column, (uint32_t)node, at.left)) {
                continue;
            }
            fill(&at, 0, net->column[column], (uint32_t)node, 0.0);
            net->longest[here + node] = found.most;
            net->shortest[here + node] = found.least;
            if (net->n_steps > STEPS_MAX) {
                return false;
            }
        }
    }
    return true;
}

/* ---- paths ------------------------------------------------------------------------ */

static int by_node_then_length(const void *lhs, const void *rhs)
{
    const path *a = lhs;
    const path *b = rhs;
    if (a->node != b->node) {
        return a->node < b->node ? -1 : 1;
    }
    if (a->length < b->length || a->length > b->length) {
        return a->length < b->length ? -1 : 1;
    }
    return (a->weight > b->weight) - (a->weight < b->weight);
}

/* Joins paths of one length that lead to one node; returns how many are left. */
static size_t join(path *paths, size_t n)
{
    qsort(paths, n, sizeof *paths, by_node_then_length);
    size_t kept = 0;
    for (size_t i = 0; i < n; i++) {
        if (kept > 0 && paths[kept - 1].node == paths[i].node &&
            paths[i].length - paths[kept - 1].length <= same_length) {
            paths[kept - 1].weight += paths[i].weight;
        } else {
            paths[kept++] = paths[i];
        }
    }
    return kept;
}

typedef struct path_list {
    path *paths;
    size_t n;
    size_t room;
} path_list;

/* Makes room for one more path, by joining or by doubling; false at the bound. */
static bool make_room(path_list *list, cbk_arena *arena)
{
    if (list->n < list->room) {
        return true;
    }
    list->n = list->n > 0 ? join(list->paths, list->n) : 0;
    if (list->n < list->room / 2) {
        return true;
    }
    if (list->n > PATHS_MAX) {
        return false;
    }
    const size_t room = list->room > 0 ? 2 * list->room : 1024;
    path *paths = CBK_NEW(arena, path, room);
    if (paths == NULL) {
        return false;
    }
    if (list->n > 0) {
        memcpy(paths, list->paths, list->n * sizeof *paths);
    }
    list->paths = paths;
    list->room = room;
    return true;
}

typedef struct frontier {
    network *net;
    cbk_arena *arena;
    size_t column; /* that the paths have reached */
    double before; /* length of the path being continued */
    double weight;
    path_list *to;
    bool is_full;
} frontier;

static void go_on(void *context, uint32_t next, double length)
{
    frontier *at = context;
    network *net = at->net;
    const double so_far = at->before + length;
    const size_t node = at->column * net->n_states + next;
    const double limit = net->observed + same_probability;
    if (so_far + net->longest[node] <= limit) {
        const double ways = log_sum_of_ways(net, at->column, next);
        cbk_sum_add(&net->p, at->weight * exp(net->constant + so_far + ways));
    } else if (so_far + net->shortest[node] <= limit) {
        at->is_full = at->is_full || !make_room(at->to, at->arena);
        net->n_steps += STEPS_OF_PATH;
        if (!at->is_full) {
            at->to->paths[at->to->n++] = (path){next, so_far, at->weight};
        }
    }
}

/* One column further; false at a bound or out of memory. */
static bool advance(network *net, size_t column, const path_list *from, path_list *to,
                    cbk_arena *arena)
{
    frontier next = {.net = net, .arena = arena, .column = column + 1, .to = to};
    to->n = 0;
    for (size_t i = 0; i < from->n; i++) {
        const path *before = &from->paths[i];
        filling at = {.net = net, .column = column, .visit = go_on, .context = &next};
        (void)decode(net, column, before->node, at.left);
        next.before = before->length;
        next.weight = before->weight;
        fill(&at, 0, net->column[column], before->node, 0.0);
        if (next.is_full || net->n_steps > STEPS_MAX) {
            return false;
        }
    }
    to->n = to->n > 0 ? join(to->paths, to->n) : 0;
    return true;
}

/* Adds up the tables that are no more probable; false at a bound or out of memory. */
static bool follow_paths(network *net, cbk_arena *arena)
{
    path_list list[2] = {{0}};
    if (!make_room(&list[0], arena)) {
        return false;
    }
    list[0].n = 1;
    list[0].paths[0] = (path){.node = (uint32_t)(net->n_states - 1), .weight = 1.0};
    for (size_t column = 0; column < net->n_columns; column++) {
        const size_t from = column % 2;
        if (!advance(net, column, &list[from], &list[1 - from], arena)) {
            return false;
        }
    }
    return true;
}

/* ---- setting up ------------------------------------------------------------------- */

static int ascending(const void *lhs, const void *rhs)
{
    const uint32_t a = *(const uint32_t *)lhs;
    const uint32_t b = *(const uint32_t *)rhs;
    return (a > b) - (a < b);
}

/* Nodes of a column when these are the rows; more than STATES_MAX for too many. */
static size_t count_states(const uint32_t *row, size_t n_rows)
{
    uint32_t largest = 0;
    for (size_t i = 0; i < n_rows; i++) {
        largest = row[i] > largest ? row[i] : largest;
    }
    bool is_last_out = false;
    size_t n = 1;
    for (size_t i = 0; i < n_rows && n <= STATES_MAX; i++) {
        if (row[i] == largest && !is_last_out) {
            is_last_out = true;
        } else {
            n *= (size_t)row[i] + 1;
        }
    }
    return n;
}

/* log k! for k to n, in one compensated sum. */
static double *log_factorials(size_t n, cbk_arena *arena)
{
    double *value = CBK_NEW(arena, double, n + 1);
    cbk_sum sum = {0};
    for (size_t k = 1; value != NULL && k <= n; k++) {
        cbk_sum_add(&sum, log((double)k));
        value[k] = cbk_sum_value(&sum);
    }
    return value;
}

/* Rows in ascending order, and what of them makes the number of a node. */
static void number_nodes(network *net, const uint32_t *row)
{
    memcpy(net->row, row, net->n_rows * sizeof *row);
    qsort(net->row, net->n_rows, sizeof *row, ascending);
    uint32_t stride = 1;
    for (size_t i = 0; i + 1 < net->n_rows; i++) {
        net->stride[i] = stride;
        stride *= net->row[i] + 1;
    }
    net->n_states = stride;
}

static void measure(network *net, const cbk_counts *table)
{
    const double *log_factorial = net->log_factorial;
    for (size_t j = net->n_columns; j-- > 0;) {
        net->left_total[j] = net->left_total[j + 1] + net->column[j];
        net->left_constant[j] = net->left_constant[j + 1] + log_factorial[net->column[j]];
    }
    net->constant = net->left_constant[0] - log_factorial[table->n];
    for (size_t i = 0; i < net->n_rows; i++) {
        net->constant += log_factorial[net->row[i]];
    }
    for (size_t k = 0; k < table->n_rows * table->n_columns; k++) {
        net->observed -= log_factorial[table->count[k]];
    }
}

cbk_status cbk_fisher_p(const cbk_counts *table, cbk_arena *arena, double *p,
                        bool *is_done, cbk_error *err)
{
    *is_done = false;
    const bool is_turned = count_states(table->column, table->n_columns) <
                           count_states(table->row, table->n_rows);
    network net = {
        .n_rows = is_turned ? table->n_columns : table->n_rows,
        .n_columns = is_turned ? table->n_rows : table->n_columns,
        .column = is_turned ? table->row : table->column,
    };
    const uint32_t *row = is_turned ? table->column : table->row;
    const size_t n_states = count_states(row, net.n_rows);
    if (n_states > STATES_MAX || net.n_columns >= BOUNDS_MAX / n_states ||
        table->n > SUBJECTS_MAX) {
        return CBK_OK;
    }
    number_nodes(&net, row);
    net.log_factorial = log_factorials(table->n, arena);
    net.left_total = CBK_NEW(arena, uint32_t, net.n_columns + 1);
    net.left_constant = CBK_NEW(arena, double, net.n_columns + 1);
    net.longest = CBK_NEW(arena, double, (net.n_columns + 1) * n_states);
    net.shortest = CBK_NEW(arena, double, (net.n_columns + 1) * n_states);
    if (net.shortest == NULL) { /* failure is sticky: this stands for all of them */
        return cbk_fail_memory(err);
    }
    measure(&net, table);
    *is_done = find_bounds(&net) && follow_paths(&net, arena);
    if (cbk_arena_has_failed(arena)) {
        return cbk_fail_memory(err);
    }
    *p = *is_done ? fmin(cbk_sum_value(&net.p), 1.0) : (double)NAN;
    return CBK_OK;
}
