/* paper_file.c - `checks:` of a claims file.  Contract: paper_check.h. */
#include "claims/paper/paper_check.h"

#include "base/text.h"

#include <math.h>
#include <string.h>

typedef struct reader {
    cbk_arena *arena;
    cbk_problems *problems;
} reader;

/* ---- numbers ------------------------------------------------------------------- */

static bool is_count(cbk_fact fact)
{
    return fact == CBK_FACT_COUNT || fact == CBK_FACT_N;
}

/* One number as printed; counts are whole, only p is a bound. */
static cbk_fact_value read_value(reader *r, const cbk_yaml *node, const char *name,
                                 bool must_be_count, bool may_be_bound)
{
    cbk_stated stated = {0};
    const bool is_text = node->kind == CBK_YAML_SCALAR;
    if (is_text && !cbk_stated_read(node->scalar, r->arena, &stated)) {
        return (cbk_fact_value){0};
    }
    const cbk_stated_number *number = stated.n == 1 ? &stated.numbers[0] : NULL;
    const bool is_number = number != NULL && number->kind == CBK_STATED_NUMBER &&
                           (may_be_bound || number->comparator == CBK_COMPARATOR_NONE) &&
                           fabs(number->value) <= 1e12;
    const bool is_good =
        is_number && (!must_be_count || (number->digits == 0 && number->value >= 0.0));
    if (!is_good) {
        cbk_problems_add(r->problems, node->place, "`%s` is %s, but here is `%s`.", name,
                         must_be_count ? "a count, a whole number from 0 on"
                                       : "one number as it is printed, as in 44.5",
                         is_text ? cbk_yaml_shown(r->problems, node->scalar)
                                 : cbk_yaml_kind_name(node->kind));
        return (cbk_fact_value){0};
    }
    return (cbk_fact_value){.text = node->scalar, .number = *number};
}

/* df of F is a list of two. */
static void read_degrees(reader *r, const cbk_yaml *node, cbk_paper_check *check)
{
    if (node->kind != CBK_YAML_LIST) {
        check->fact[CBK_FACT_DF] = read_value(r, node, "df", false, false);
        return;
    }
    if (node->n != 2) {
        cbk_problems_add(r->problems, node->place,
                         "`df` is a number, or of F a list of two, as in [2, 57].");
        return;
    }
    for (size_t i = 0; i < 2; i++) {
        check->fact[i == 0 ? CBK_FACT_DF : CBK_FACT_DF2] =
            read_value(r, node->item[i], "df", false, false);
    }
}

/* "95%" and "0.95" are one level. */
static void read_level(reader *r, const cbk_yaml *node, cbk_fact_value *level)
{
    *level = read_value(r, node, "level", false, false);
    if (level->text == NULL) {
        return;
    }
    double *value = &level->number.value;
    *value = *value > 1.0 ? *value / 100.0 : *value;
    if (!(*value > 0.0 && *value < 1.0)) {
        cbk_problems_add(r->problems, node->place,
                         "`level` is that of the interval, as in 95%%, but here is `%s`.",
                         cbk_yaml_shown(r->problems, level->text));
    }
}

static const cbk_fact_value *read_values(reader *r, const cbk_yaml *map, const char *key,
                                         bool must_be_count, size_t *n)
{
    const cbk_yaml *list = cbk_yaml_get_list(map, key, r->problems);
    if (list == NULL) {
        return NULL;
    }
    cbk_fact_value *values = CBK_NEW(r->arena, cbk_fact_value, list->n);
    for (size_t i = 0; values != NULL && i < list->n; i++) {
        values[i] = read_value(r, list->item[i], key, must_be_count, false);
    }
    *n = values != NULL ? list->n : 0;
    return values;
}

/* ---- one check ----------------------------------------------------------------- */

static void read_fact(reader *r, const cbk_yaml *map, cbk_fact fact,
                      cbk_paper_check *check)
{
    const cbk_yaml *node = cbk_yaml_get(map, cbk_fact_names[fact]);
    if (node == NULL) {
        return;
    }
    if (fact == CBK_FACT_DF) {
        read_degrees(r, node, check);
    } else if (fact == CBK_FACT_LEVEL) {
        read_level(r, node, &check->fact[fact]);
    } else {
        check->fact[fact] =
            read_value(r, node, cbk_fact_names[fact], is_count(fact), fact == CBK_FACT_P);
    }
    const cbk_fact_value *sides = &check->fact[CBK_FACT_SIDES];
    if (fact == CBK_FACT_SIDES && sides->text != NULL && sides->number.value != 1.0 &&
        sides->number.value != 2.0) {
        cbk_problems_add(r->problems, node->place, "`sides` of a test is 1 or 2.");
    }
}

static void check_enough(reader *r, const cbk_yaml *map, const cbk_paper_check *check,
                         size_t n_problems)
{
    if (r->problems->n_found == n_problems && !cbk_arena_has_failed(r->arena) &&
        !cbk_paper_check_is_possible(check)) {
        cbk_problems_add(
            r->problems, map->place,
            "Check `%s` has nothing to hold against each other. Give count, n and "
            "percent; "
            "mean and n with whole: true; two of min, q1, median, q3, max; p with its "
            "statistic; an estimate with lower and upper; at_risk; or parts and total.",
            cbk_yaml_shown(r->problems, check->id != NULL ? check->id : ""));
    }
}

static cbk_paper_check read_check(reader *r, const cbk_yaml *map)
{
    const char *keys[CBK_FACTS + 8] = {"id",   "place",   "says", "whole",
                                       "wald", "at_risk", "parts"};
    size_t n_keys = 7;
    for (size_t i = 0; i < CBK_FACTS; i++) {
        if (i != CBK_FACT_DF2) {
            keys[n_keys++] = cbk_fact_names[i];
        }
    }
    cbk_paper_check check = {.id = ""};
    const size_t n_problems = r->problems->n_found;
    if (!cbk_yaml_check_keys(map, "a check", keys, n_keys, r->problems)) {
        return check;
    }
    check.id = cbk_yaml_need_text(map, "id", "A check", r->problems);
    check.place = cbk_yaml_get_text(map, "place", r->problems);
    check.says = cbk_yaml_get_text(map, "says", r->problems);
    check.is_whole = cbk_yaml_get_boolean(map, "whole", false, r->problems);
    check.is_not_wald = !cbk_yaml_get_boolean(map, "wald", true, r->problems);
    for (size_t i = 0; i < CBK_FACTS; i++) {
        if (i != CBK_FACT_DF2) {
            read_fact(r, map, (cbk_fact)i, &check);
        }
    }
    check.at_risk = read_values(r, map, "at_risk", true, &check.n_at_risk);
    check.parts = read_values(r, map, "parts", false, &check.n_parts);
    check_enough(r, map, &check, n_problems);
    return check;
}

const cbk_paper_check *cbk_paper_checks_read(const cbk_yaml *list, cbk_arena *arena,
                                             cbk_problems *problems)
{
    reader r = {.arena = arena, .problems = problems};
    cbk_paper_check *checks = CBK_NEW(arena, cbk_paper_check, list->n);
    for (size_t i = 0; checks != NULL && i < list->n; i++) {
        checks[i] = read_check(&r, list->item[i]);
    }
    return checks;
}
