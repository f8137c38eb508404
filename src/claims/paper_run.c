/* paper_run.c - what a paper prints of one thing, held against itself.  Contract:
 * paper_check.h; the arithmetic: casebook/paper.h.
 */
#include "claims/paper_run.h"

#include <math.h>

/* ---- facts --------------------------------------------------------------------- */

bool cbk_paper_has(const cbk_paper_check *check, cbk_fact fact)
{
    return check->fact[fact].text != NULL;
}

double cbk_paper_value(const cbk_paper_check *check, cbk_fact fact)
{
    return cbk_paper_has(check, fact) ? check->fact[fact].number.value : (double)NAN;
}

cbk_printed cbk_paper_printed_of(const cbk_fact_value *value)
{
    return value->text == NULL ? (cbk_printed){.value = (double)NAN}
                               : (cbk_printed){value->number.value, value->number.digits};
}

cbk_printed cbk_paper_printed(const cbk_paper_check *check, cbk_fact fact)
{
    return cbk_paper_printed_of(&check->fact[fact]);
}

int64_t cbk_paper_n(const cbk_paper_check *check)
{
    const double n = cbk_paper_value(check, CBK_FACT_N);
    return n >= 1.0 && n <= 1e9 ? (int64_t)n : 0;
}

/* ---- sentences ----------------------------------------------------------------- */

cbk_paper_text cbk_paper_show(double value, int digits)
{
    cbk_paper_text out;
    const int places = digits + 2 > 15 ? 15 : digits + 2;
    cbk_number_shortest(cbk_number_round(value, places, CBK_ROUND_HALF_AWAY), out.text);
    return out;
}

cbk_paper_text cbk_paper_show_p(double p)
{
    cbk_paper_text out;
    const int places = p <= 0.0 ? 0 : p < 1e-12 ? 15 : (int)ceil(-log10(p)) + 1;
    cbk_number_shortest(cbk_number_round(p, places, CBK_ROUND_HALF_AWAY), out.text);
    return out;
}

const char *cbk_paper_say(cbk_paper_run *r, const cbk_fact *facts, size_t n)
{
    cbk_buffer text = {0};
    for (size_t i = 0; i < n; i++) {
        if (cbk_paper_has(r->check, facts[i])) {
            cbk_buffer_addf(&text, "%s%s %.60s", text.size > 0 ? ", " : "",
                            cbk_fact_name(facts[i]), r->check->fact[facts[i]].text);
        }
    }
    const char *copy =
        text.is_failed || text.bytes == NULL ? NULL : cbk_text_copy(r->arena, text.bytes);
    cbk_buffer_free(&text);
    return copy;
}

void cbk_paper_conclude(cbk_paper_run *r, const char *kind, const char *stated,
                        cbk_consistency verdict, const char *explanation)
{
    *r->out++ = (cbk_check_result){.id = r->check->id,
                                   .kind = kind,
                                   .place = r->check->place,
                                   .says = r->check->says,
                                   .stated = stated,
                                   .verdict = verdict,
                                   .explanation = explanation};
}

void cbk_paper_add_nearest(cbk_paper_run *r, double value)
{
    cbk_check_result *made = r->out - 1;
    if (!isnan(value)) {
        made->nearest[made->n_nearest++] = value;
    }
}

/* ---- all checks ---------------------------------------------------------------- */

size_t cbk_paper_check_run(const cbk_paper_check *check, cbk_arena *arena,
                           cbk_check_result *out)
{
    cbk_paper_run r = {.check = check, .arena = arena, .out = out};
    cbk_paper_check_shares(&r);
    cbk_paper_check_whole_numbers(&r);
    cbk_paper_check_order(&r);
    cbk_paper_check_p(&r);
    cbk_paper_check_interval(&r);
    cbk_paper_check_rows(&r);
    return (size_t)(r.out - out);
}

bool cbk_paper_check_is_possible(const cbk_paper_check *check)
{
    cbk_check_result results[CBK_PAPER_KINDS];
    cbk_arena *scratch = cbk_arena_create(NULL, (size_t)1 << 20);
    const size_t n = scratch == NULL ? 1 : cbk_paper_check_run(check, scratch, results);
    cbk_arena_destroy(scratch);
    return n > 0;
}
