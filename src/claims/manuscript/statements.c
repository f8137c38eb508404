/* statements.c - claims taken apart into statements, and those of one thing brought
 * together.  Contract: statements.h.
 */
#include "claims/manuscript/statements.h"

#include "base/text.h"
#include "study/records.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

typedef cbk_statement statement;
typedef cbk_audit_work audit;

/* ---- keys ---------------------------------------------------------------------- */

static bool is_space(char c)
{
    return c == ' ' || c == '\t' || c == '\n' || c == '\r';
}

static bool is_word_byte(char c)
{
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
           c == '_' || c == '\'' || c == '"' || (unsigned char)c >= 0x80;
}

static bool is_operator(char c)
{
    return c != '\0' && strchr("-+*/<>=|!&%", c) != NULL;
}

/* Whether a blank between two bytes of SQL keeps two words or two signs apart. */
static bool is_needed_between(char before, char after)
{
    return (is_word_byte(before) && is_word_byte(after)) ||
           (is_operator(before) && is_operator(after));
}

/* Appends SQL without the white space that means nothing; what is quoted stays. */
static void add_normal(cbk_buffer *out, const char *sql)
{
    char quote = '\0';
    const size_t start = out->size;
    for (const char *at = sql; *at != '\0'; at++) {
        if (quote == '\0' && is_space(*at)) {
            const char *next = at;
            while (is_space(*next)) {
                next++;
            }
            const bool is_first = out->bytes == NULL || out->size == start;
            if (!is_first && is_needed_between(out->bytes[out->size - 1], *next)) {
                cbk_buffer_add(out, " ");
            }
            at = next - 1;
            continue;
        }
        if (quote == '\0' && (*at == '\'' || *at == '"')) {
            quote = *at;
        } else if (*at == quote) {
            quote = '\0';
        }
        cbk_buffer_add_bytes(out, at, 1);
    }
}

/* NULL: out of memory. */
static const char *key_of(audit *a, const char *const *texts, size_t n)
{
    cbk_buffer key = {0};
    for (size_t i = 0; i < n; i++) {
        add_normal(&key, texts[i] == NULL ? "" : texts[i]);
        cbk_buffer_add(&key, "\n");
    }
    const char *copy = key.is_failed ? NULL : cbk_text_copy(a->arena, key.bytes);
    cbk_buffer_free(&key);
    return copy;
}

/* ---- statements ---------------------------------------------------------------- */

/* What a claim states, taken apart. */
typedef struct parts {
    cbk_stated whole;
    const char *const *part;
    size_t n_parts;
    bool is_by_parts; /* each expression has its part, not its number */
} parts;

static bool take_apart(audit *a, const cbk_claim *claim, parts *out)
{
    if (!cbk_stated_read(claim->stated, a->arena, &out->whole)) {
        return false;
    }
    out->part = cbk_stated_parts(claim->stated, a->arena, &out->n_parts);
    out->is_by_parts = claim->n_of > out->whole.n && claim->n_of == out->n_parts;
    return out->part != NULL;
}

/* The numbers as the claim allows them to be off. */
static const cbk_stated_number *with_tolerance(audit *a, const cbk_claim *claim,
                                               const cbk_stated_number *numbers, size_t n)
{
    if (claim->tolerance == NULL) {
        return numbers;
    }
    cbk_stated_number *out = CBK_NEW(a->arena, cbk_stated_number, n);
    for (size_t i = 0; out != NULL && i < n; i++) {
        out[i] = numbers[i];
        out[i].tolerance = claim->is_tolerance_percent
                               ? fabs(numbers[i].value) * claim->tolerance_value / 100.0
                               : claim->tolerance_value;
    }
    return out;
}

/* Equal for items that say the same. */
static const char *id_of(audit *a, const cbk_stated_number *item)
{
    return cbk_text_format(a->arena, "%d %d %d %.17g %.17g %d %d", (int)item->kind,
                           (int)item->comparator, item->digits, item->value,
                           item->tolerance, (int)item->first_day, (int)item->last_day);
}

/* What is stated of expression i. */
static bool bind(audit *a, const cbk_claim *claim, const parts *from, size_t i,
                 statement *out)
{
    out->text = from->whole.text;
    if (claim->n_of > 1 && claim->n_of == from->n_parts) {
        out->text = cbk_stated_normalise(from->part[i], a->arena);
    }
    if (from->is_by_parts) {
        if (!cbk_stated_read(from->part[i], a->arena, &out->said)) {
            return false;
        }
    } else if (i < from->whole.n) {
        out->said = (cbk_stated){.n = 1, .numbers = &from->whole.numbers[i]};
    }
    out->id = out->text;
    if (out->said.n > 0) {
        out->said.n = 1;
        out->said.numbers = with_tolerance(a, claim, out->said.numbers, 1);
        out->id = out->said.numbers != NULL ? id_of(a, out->said.numbers) : NULL;
    }
    return out->id != NULL && out->text != NULL;
}

static bool add_statements(audit *a, size_t i)
{
    const cbk_claim *claim = &a->claims[i];
    const char *patients =
        a->study == NULL ? "patient" : cbk_study_protocol(a->study)->forms[0].name;
    parts from = {0};
    if (!take_apart(a, claim, &from)) {
        return false;
    }
    for (size_t k = 0; k < claim->n_of; k++) {
        statement *one = &a->statements[a->n++];
        const char *const texts[] = {"of", claim->of[k],
                                     claim->from == NULL ? patients : claim->from,
                                     claim->among};
        *one = (statement){.key = key_of(a, texts, 4), .of = claim->of[k], .claim = i};
        if (one->key == NULL || !bind(a, claim, &from, k, one)) {
            return false;
        }
    }
    if (claim->quantity != NULL) {
        const char *const texts[] = {"quantity",
                                     cbk_stated_normalise(claim->quantity, a->arena)};
        statement *one = &a->statements[a->n++];
        *one = (statement){.key = key_of(a, texts, 2),
                           .claim = i,
                           .said = from.whole,
                           .text = from.whole.text,
                           .id = from.whole.text};
        one->said.numbers = with_tolerance(a, claim, from.whole.numbers, from.whole.n);
        return one->key != NULL && one->said.numbers != NULL;
    }
    return true;
}

static int by_key_id_and_claim(const void *lhs, const void *rhs)
{
    const statement *a = *(const statement *const *)lhs;
    const statement *b = *(const statement *const *)rhs;
    int order = strcmp(a->key, b->key);
    order = order != 0 ? order : strcmp(a->id, b->id);
    return order != 0 ? order : (a->claim > b->claim) - (a->claim < b->claim);
}

cbk_status cbk_audit_make_statements(audit *a, cbk_error *err)
{
    size_t n_max = 0;
    for (size_t i = 0; i < a->n_claims; i++) {
        n_max += a->claims[i].n_of + 1;
    }
    a->statements = CBK_NEW(a->arena, statement, n_max);
    a->sorted = CBK_NEW(a->arena, statement *, n_max);
    a->first = CBK_NEW(a->arena, size_t, a->n_claims + 1);
    if (a->first == NULL) {
        return cbk_fail(err, CBK_ENOMEM, CBK_ROW_NONE, "Out of memory for the audit.");
    }
    for (size_t i = 0; i < a->n_claims; i++) {
        a->first[i] = a->n;
        if (!add_statements(a, i)) {
            return cbk_fail(err, CBK_ENOMEM, CBK_ROW_NONE,
                            "Out of memory for the audit.");
        }
    }
    a->first[a->n_claims] = a->n;
    for (size_t i = 0; i < a->n; i++) {
        a->sorted[i] = &a->statements[i];
    }
    qsort(a->sorted, a->n, sizeof *a->sorted, by_key_id_and_claim);
    return CBK_OK;
}
