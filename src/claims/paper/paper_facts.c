/* paper_facts.c - the facts that a check has, and its results in words.  Contract:
 * paper_check.h, paper_run.h; the arithmetic: casebook/paper.h.
 */
#include "claims/paper/paper_run.h"

#include <math.h>

/* ---- facts --------------------------------------------------------------------- */

const char *const cbk_fact_names[CBK_FACTS] = {
    [CBK_FACT_COUNT] = "count",
    [CBK_FACT_N] = "n",
    [CBK_FACT_PERCENT] = "percent",
    [CBK_FACT_MEAN] = "mean",
    [CBK_FACT_SD] = "sd",
    [CBK_FACT_MEDIAN] = "median",
    [CBK_FACT_Q1] = "q1",
    [CBK_FACT_Q3] = "q3",
    [CBK_FACT_MIN] = "min",
    [CBK_FACT_MAX] = "max",
    [CBK_FACT_CHISQ] = "chisq",
    [CBK_FACT_T] = "t",
    [CBK_FACT_Z] = "z",
    [CBK_FACT_F] = "F",
    [CBK_FACT_R] = "r",
    [CBK_FACT_DF] = "df",
    [CBK_FACT_DF2] = "df2",
    [CBK_FACT_SIDES] = "sides",
    [CBK_FACT_P] = "p",
    [CBK_FACT_HAZARD_RATIO] = "hazard_ratio",
    [CBK_FACT_ODDS_RATIO] = "odds_ratio",
    [CBK_FACT_RISK_RATIO] = "risk_ratio",
    [CBK_FACT_DIFFERENCE] = "difference",
    [CBK_FACT_ESTIMATE] = "estimate",
    [CBK_FACT_LOWER] = "lower",
    [CBK_FACT_UPPER] = "upper",
    [CBK_FACT_LEVEL] = "level",
    [CBK_FACT_TOTAL] = "total",
};

const char *cbk_fact_name(cbk_fact fact)
{
    return cbk_fact_names[fact];
}

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
