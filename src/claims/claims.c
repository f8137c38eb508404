/* claims.c - claims.yaml from bytes to structs.  Contract: casebook/claims.h; the format:
 * docs/formats/claims.md.
 */
#include <casebook/claims.h>

#include "base/file.h"
#include "base/text.h"
#include "claims/claims_file.h"
#include "claims/paper/paper_check.h"
#include "claims/stated/stated.h"
#include "study/yaml/yaml_tree.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

#define N(array) (sizeof(array) / sizeof((array)[0]))

typedef struct reader {
    cbk_arena *arena;
    cbk_problems *problems;
} reader;

const char *cbk_verdict_name(cbk_verdict verdict)
{
    static const char *const names[CBK_VERDICT_COUNT] = {
        "reproduces", "other_convention", "contradicted", "does_not_reproduce",
        "not_computable"};
    return names[verdict];
}

/* The text of a key, NULL where absent or empty. */
static const char *text_of(reader *r, const cbk_yaml *map, const char *key)
{
    const char *text = cbk_yaml_get_text(map, key, r->problems);
    return text != NULL && *text != '\0' ? text : NULL;
}

/* `of`: SQL, or a list of SQL. */
static void read_of(reader *r, const cbk_yaml *map, cbk_claim *claim)
{
    const cbk_yaml *node = cbk_yaml_get(map, "of");
    if (node == NULL) {
        return;
    }
    const bool is_list = node->kind == CBK_YAML_LIST;
    const size_t n = is_list ? node->n : 1;
    const char **of = CBK_NEW(r->arena, const char *, n);
    for (size_t i = 0; of != NULL && i < n; i++) {
        const cbk_yaml *item = is_list ? node->item[i] : node;
        if (item->kind != CBK_YAML_SCALAR || *item->scalar == '\0') {
            cbk_problems_add(
                r->problems, item->place,
                "`of` is SQL, or a list of SQL, one for each number stated.");
        } else {
            of[claim->n_of++] = item->scalar;
        }
    }
    claim->of = of;
    if (is_list && n == 0) {
        cbk_problems_add(
            r->problems, node->place,
            "`of` is an empty list; a claim that cannot be computed has none.");
    }
}

/* "0.5", or "2%" of what is stated. */
static void read_tolerance(reader *r, const cbk_yaml *map, cbk_claim *claim)
{
    const char *text = text_of(r, map, "tolerance");
    if (text == NULL) {
        return;
    }
    const size_t size = strlen(text);
    claim->tolerance = text;
    claim->is_tolerance_percent = text[size - 1] == '%';
    const char *number =
        cbk_text_copy_bytes(r->arena, text, size - claim->is_tolerance_percent);
    if (number != NULL && (!cbk_number_parse(number, false, &claim->tolerance_value) ||
                           !(claim->tolerance_value > 0.0))) {
        cbk_problems_add(
            r->problems, cbk_yaml_get(map, "tolerance")->place,
            "`tolerance` is how far off counts as equal: a number above 0 in "
            "the printed unit, as in 0.5, or a share of what is stated, as "
            "in 2%%; not `%s`.",
            cbk_yaml_shown(r->problems, text));
    }
}

/* What only makes sense together. */
static void check_keys_together(reader *r, const cbk_yaml *map, const cbk_claim *claim)
{
    static const char *const keys[] = {"from", "among"};
    for (size_t i = 0; i < N(keys); i++) {
        const cbk_yaml *value = cbk_yaml_get(map, keys[i]);
        if (value != NULL && cbk_yaml_get(map, "of") == NULL) {
            cbk_problems_add(r->problems, value->place,
                             "`%s` says over which rows `of` runs, but the claim has no "
                             "`of`.",
                             keys[i]);
        }
    }
    if (claim->n_of < 2 || claim->stated == NULL) {
        return;
    }
    cbk_stated stated;
    size_t n_parts = 0;
    if (!cbk_stated_read(claim->stated, r->arena, &stated) ||
        cbk_stated_parts(claim->stated, r->arena, &n_parts) == NULL) {
        return;
    }
    if (claim->n_of > stated.n && claim->n_of != n_parts) {
        cbk_problems_add(r->problems, cbk_yaml_get(map, "of")->place,
                         "`of` has %zu expressions, but `%s` states %zu number%s.",
                         claim->n_of, cbk_yaml_shown(r->problems, claim->stated),
                         stated.n, stated.n == 1 ? "" : "s");
    }
}

static cbk_claim read_claim(reader *r, const cbk_yaml *map)
{
    static const char *const keys[] = {"id",   "place", "says",     "stated",   "of",
                                       "from", "among", "quantity", "tolerance"};
    cbk_claim claim = {.file_place = map->place, .id = "", .stated = ""};
    if (!cbk_yaml_check_keys(map, "a claim", keys, N(keys), r->problems)) {
        return claim;
    }
    claim.id = cbk_yaml_need_text(map, "id", "A claim", r->problems);
    claim.stated = cbk_yaml_need_text(map, "stated", "A claim", r->problems);
    claim.place = text_of(r, map, "place");
    claim.says = text_of(r, map, "says");
    claim.from = text_of(r, map, "from");
    claim.among = text_of(r, map, "among");
    claim.quantity = text_of(r, map, "quantity");
    read_of(r, map, &claim);
    read_tolerance(r, map, &claim);
    check_keys_together(r, map, &claim);
    return claim;
}

/* ---- ids ----------------------------------------------------------------------- */

typedef struct named {
    const char *id;
    size_t index;
    cbk_place place;
} named;

static int by_id_and_index(const void *lhs, const void *rhs)
{
    const named *a = lhs;
    const named *b = rhs;
    const int order = strcmp(a->id, b->id);
    return order != 0 ? order : (a->index > b->index) - (a->index < b->index);
}

/* Claims and checks have their ids among themselves. */
static void check_ids_distinct(reader *r, const cbk_yaml *list, const char *what)
{
    named *names = CBK_NEW(r->arena, named, list->n);
    size_t n = 0;
    for (size_t i = 0; names != NULL && i < list->n; i++) {
        const cbk_yaml *id = cbk_yaml_get(list->item[i], "id");
        if (id != NULL && id->kind == CBK_YAML_SCALAR) {
            names[n++] = (named){id->scalar, i, id->place};
        }
    }
    if (names == NULL) {
        return;
    }
    qsort(names, n, sizeof *names, by_id_and_index);
    for (size_t i = 1, first = 0; i < n; i++) {
        if (strcmp(names[i].id, names[first].id) != 0) {
            first = i;
            continue;
        }
        cbk_problems_add(r->problems, names[i].place,
                         "The id `%s` is that of another %s, in line %zu.",
                         cbk_yaml_shown(r->problems, names[i].id), what,
                         names[first].place.line);
    }
}

/* ---- the file ------------------------------------------------------------------ */

static void read_claims(reader *r, const cbk_yaml *list, cbk_claims *out)
{
    cbk_claim *claims = CBK_NEW(r->arena, cbk_claim, list->n);
    for (size_t i = 0; claims != NULL && i < list->n; i++) {
        claims[i] = read_claim(r, list->item[i]);
    }
    check_ids_distinct(r, list, "claim");
    out->claims = claims;
    out->n = list->n;
}

static void read_file(reader *r, const cbk_yaml *root, cbk_claims *out)
{
    static const char *const keys[] = {"claims", "checks"};
    (void)cbk_yaml_check_keys(root, "the claims file", keys, N(keys), r->problems);
    const cbk_yaml *claims = cbk_yaml_get(root, "claims");
    const cbk_yaml *checks = cbk_yaml_get(root, "checks");
    if (claims != NULL && claims->kind == CBK_YAML_LIST) {
        read_claims(r, claims, out);
    } else if (claims != NULL || checks == NULL) {
        cbk_problems_add(
            r->problems, claims == NULL ? root->place : claims->place,
            "The file needs `claims`, a list of claims, each starting with -.");
    }
    if (checks != NULL && checks->kind == CBK_YAML_LIST) {
        out->checks = cbk_paper_checks_read(checks, r->arena, r->problems);
        out->n_checks = checks->n;
        check_ids_distinct(r, checks, "check");
    } else if (checks != NULL) {
        cbk_problems_add(r->problems, checks->place,
                         "`checks` is a list of checks, each starting with -.");
    }
}

cbk_status cbk_claims_parse(const char *file, const char *bytes, size_t size,
                            cbk_arena *arena, cbk_problems *problems,
                            const cbk_claims **out, cbk_error *err)
{
    assert(arena != NULL && problems != NULL && out != NULL);
    *out = NULL;
    const size_t n_before = problems->n_found;
    cbk_yaml *root = NULL;
    CBK_TRY(cbk_yaml_parse(file, bytes, size, arena, problems, &root, err));
    reader r = {.arena = arena, .problems = problems};
    cbk_claims *read = CBK_NEW(arena, cbk_claims, 1);
    if (read != NULL) {
        read_file(&r, root, read);
    }
    if (cbk_arena_has_failed(arena)) {
        return cbk_fail(err, CBK_ENOMEM, CBK_ROW_NONE, "Out of memory reading %s.", file);
    }
    const size_t n_found = problems->n_found - n_before;
    if (n_found > 0) {
        return cbk_fail(err, CBK_EDATA, CBK_ROW_NONE, "%s has %zu mistake%s.", file,
                        n_found, n_found == 1 ? "" : "s");
    }
    *out = read;
    return CBK_OK;
}

cbk_status cbk_claims_read(const char *path, cbk_arena *arena, cbk_problems *problems,
                           const cbk_claims **out, cbk_error *err)
{
    const char *bytes = NULL;
    size_t size = 0;
    CBK_TRY(cbk_file_read(path, CBK_YAML_BYTES_MAX, arena, &bytes, &size, err));
    const char *file = cbk_text_copy(arena, path);
    if (file == NULL) {
        return cbk_fail(err, CBK_ENOMEM, CBK_ROW_NONE, "Out of memory reading %s.", path);
    }
    return cbk_claims_parse(file, bytes, size, arena, problems, out, err);
}
