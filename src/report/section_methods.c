/* section_methods.c - the methods paragraph: every convention by name, with its
 * reference.
 */
#include "report/parts.h"

#include "base/date.h"

enum { REFERENCES_MAX = 20 };

typedef struct reference {
    const char *text;
    const char *doi; /* or NULL */
} reference;

static const reference kaplan_meier = {"Kaplan EL, Meier P. Nonparametric estimation "
                                       "from incomplete observations. J Am Stat "
                                       "Assoc 1958;53:457-481.",
                                       "10.1080/01621459.1958.10501452"};
static const reference greenwood = {
    "Greenwood M. The natural duration of cancer. Reports on Public Health and Medical "
    "Subjects 33. London: HMSO; 1926.",
    NULL};
static const reference kalbfleisch_prentice = {
    "Kalbfleisch JD, Prentice RL. The Statistical Analysis of Failure Time Data. 2nd ed. "
    "Wiley; 2002.",
    "10.1002/9781118032985"};
static const reference meeker_escobar = {
    "Meeker WQ, Escobar LA. Statistical Methods for Reliability Data. Wiley; 1998.",
    NULL};
static const reference borgan_liestol = {
    "Borgan Ø, Liestøl K. A note on confidence intervals and bands for the survival "
    "function based on transformations. Scand J Stat 1990;17:35-41.",
    NULL};
static const reference fay_brittain_proschan = {
    "Fay MP, Brittain EH, Proschan MA. Pointwise confidence intervals for a survival "
    "distribution with small samples or heavy censoring. Biostatistics 2013;14:723-736.",
    "10.1093/biostatistics/kxt016"};
static const reference brookmeyer_crowley = {
    "Brookmeyer R, Crowley J. A confidence interval for the median survival time. "
    "Biometrics 1982;38:29-41.",
    "10.2307/2530286"};
static const reference schemper_smith = {
    "Schemper M, Smith TL. A note on quantifying follow-up in studies of failure time. "
    "Control Clin Trials 1996;17:343-346.",
    "10.1016/0197-2456(96)00075-X"};
static const reference aalen_johansen = {
    "Aalen OO, Johansen S. An empirical transition matrix for non-homogeneous Markov "
    "chains based on censored observations. Scand J Stat 1978;5:141-150.",
    NULL};
static const reference gray = {
    "Gray RJ. A class of K-sample tests for comparing the cumulative incidence of a "
    "competing risk. Ann Stat 1988;16:1141-1154.",
    "10.1214/aos/1176350951"};
static const reference nelson = {
    "Nelson W. Graphical analysis of system repair data. J Qual Technol 1988;20:24-35.",
    "10.1080/00224065.1988.11979080"};
static const reference lawless_nadeau = {
    "Lawless JF, Nadeau C. Some simple robust methods for the analysis of recurrent "
    "events. Technometrics 1995;37:158-168.",
    "10.1080/00401706.1995.10484300"};
static const reference cook_lawless_nadeau = {
    "Cook RJ, Lawless JF, Nadeau C. Robust tests for treatment comparisons based on "
    "recurrent event responses. Biometrics 1996;52:557-571.",
    "10.2307/2532895"};
static const reference hyndman_fan = {
    "Hyndman RJ, Fan Y. Sample quantiles in statistical packages. Am Stat "
    "1996;50:361-365.",
    "10.1080/00031305.1996.10473566"};

static const reference cox = {
    "Cox DR. Regression models and life-tables. J R Stat Soc B 1972;34:187-220.", NULL};
static const reference efron = {
    "Efron B. The efficiency of Cox's likelihood function for censored data. J Am Stat "
    "Assoc 1977;72:557-565.",
    "10.1080/01621459.1977.10480613"};
static const reference breslow = {
    "Breslow N. Covariance analysis of censored survival data. Biometrics "
    "1974;30:89-99.",
    "10.2307/2529620"};
static const reference firth = {
    "Firth D. Bias reduction of maximum likelihood estimates. Biometrika 1993;80:27-38.",
    "10.1093/biomet/80.1.27"};
static const reference heinze_schemper = {
    "Heinze G, Schemper M. A solution to the problem of monotone likelihood in Cox "
    "regression. Biometrics 2001;57:114-119.",
    "10.1111/j.0006-341X.2001.00114.x"};

typedef struct methods {
    cbk_report *report;
    cbk_text_run run;
    size_t n_cited;
    const reference *cited[REFERENCES_MAX];
} methods;

static void say(methods *text, const char *words)
{
    cbk_run_text(&text->run, text->report->arena, words);
}

/* " [1]": numbered in the order of citation. */
static void cite(methods *text, const reference *source)
{
    size_t i = 0;
    while (i < text->n_cited && text->cited[i] != source) {
        i++;
    }
    if (i == text->n_cited && i < REFERENCES_MAX) {
        text->cited[text->n_cited++] = source;
    }
    cbk_run_textf(&text->run, text->report->arena, " [%zu]", i + 1);
}

/* ---- survival --------------------------------------------------------------------- */

typedef struct interval_method {
    const char *words;
    const reference *source;
} interval_method;

static const interval_method intervals[] = {
    [CBK_INTERVAL_LOG] = {"on the scale of log S(t) (log)", &kalbfleisch_prentice},
    [CBK_INTERVAL_LOG_LOG] = {"on the scale of log(-log S(t)) (log-log)",
                              &kalbfleisch_prentice},
    [CBK_INTERVAL_PLAIN] = {"on the scale of S(t) itself (plain)", &kalbfleisch_prentice},
    [CBK_INTERVAL_LOGIT] = {"on the logit scale (logit)", &meeker_escobar},
    [CBK_INTERVAL_ARCSIN] = {"on the scale of the arcsine of the square root (arcsin)",
                             &borgan_liestol},
    [CBK_INTERVAL_BPCP] = {"by the beta product confidence procedure (bpcp)",
                           &fay_brittain_proschan},
};

static const char *const medians[] = {
    [CBK_SURVIVAL_QUANTILE_MIDPOINT] =
        "the midpoint of the flat where the curve equals one half (to the last observed "
        "time "
        "if no drop ends it), else the first time the curve is below one half",
    [CBK_SURVIVAL_QUANTILE_MIDPOINT_EVENT] =
        "the midpoint between the time the curve reaches one half exactly and the next "
        "event "
        "time, else the first time the curve is below one half",
    [CBK_SURVIVAL_QUANTILE_FIRST] = "the first time the curve is at or below one half",
};

static bool has_dates(const cbk_protocol *protocol)
{
    for (size_t i = 0; i < protocol->n_endpoints; i++) {
        if (protocol->endpoints[i].from != NULL) {
            return true;
        }
    }
    return false;
}

static void add_survival(methods *text)
{
    const cbk_conventions *used = &text->report->conventions;
    cbk_arena *arena = text->report->arena;
    say(text, "Survival was estimated by the method of Kaplan and Meier");
    cite(text, &kaplan_meier);
    say(text, " with Greenwood's standard error");
    cite(text, &greenwood);
    cbk_run_textf(&text->run, arena, " and pointwise %s%% confidence intervals %s",
                  cbk_print_number(arena, text->report->style, 100.0 * used->level, -1),
                  intervals[used->interval].words);
    cite(text, intervals[used->interval].source);
    cbk_run_textf(&text->run, arena,
                  ". The median is %s; its limits are given by the same "
                  "rule on the limits of the curve",
                  medians[used->survival_quantile]);
    cite(text, &brookmeyer_crowley);
    say(text, ". The median follow-up is that of the reverse Kaplan-Meier estimate");
    cite(text, &schemper_smith);
    say(text,
        ", in which a patient with an event leaves the risk set before a censoring at "
        "the same time. At one time, events come before censorings. Nothing is "
        "estimated beyond the last observation. ");
    if (has_dates(text->report->protocol)) {
        cbk_run_textf(
            &text->run, arena,
            "Times between dates are whole days; a month is %g days and a year %g. ",
            CBK_DAYS_PER_MONTH, CBK_DAYS_PER_YEAR);
    }
}

/* ---- competing events ---------------------------------------------------------------
 */

static bool has_competing(const cbk_protocol *protocol)
{
    for (size_t i = 0; i < protocol->n_endpoints; i++) {
        if (protocol->endpoints[i].n_competing > 0) {
            return true;
        }
    }
    return false;
}

/* Whether a figure of incidences compares groups. */
static bool has_gray(const cbk_protocol *protocol)
{
    for (size_t i = 0; i < protocol->n_figures; i++) {
        if (protocol->figures[i].kind == CBK_FIGURE_CUMINC &&
            protocol->figures[i].by != NULL) {
            return true;
        }
    }
    return false;
}

static void add_incidence(methods *text)
{
    if (!has_competing(text->report->protocol)) {
        return;
    }
    say(text, "Where events compete, the cumulative incidence is the Aalen-Johansen "
              "estimate");
    cite(text, &aalen_johansen);
    cbk_run_textf(&text->run, text->report->arena,
                  " with the variance of the infinitesimal jackknife and pointwise %s%% "
                  "intervals on the scale of log(-log(1 - F(t))). ",
                  cbk_print_number(text->report->arena, text->report->style,
                                   100.0 * text->report->conventions.level, -1));
    if (has_gray(text->report->protocol)) {
        say(text, "Cumulative incidences of groups were compared by Gray's test with "
                  "rho = 0");
        cite(text, &gray);
        say(text, ". ");
    }
}

/* ---- recurrent events -------------------------------------------------------------- */

static void add_recurrences(methods *text)
{
    const cbk_protocol *protocol = text->report->protocol;
    bool is_any = false;
    bool is_compared = false;
    for (size_t i = 0; i < protocol->n_figures; i++) {
        const bool is_mean = protocol->figures[i].kind == CBK_FIGURE_MCF;
        is_any = is_any || is_mean;
        is_compared = is_compared || (is_mean && protocol->figures[i].by != NULL);
    }
    if (!is_any) {
        return;
    }
    say(text, "The mean number of recurrent events is Nelson's mean cumulative function");
    cite(text, &nelson);
    say(text, " with the robust variance of Lawless and Nadeau");
    cite(text, &lawless_nadeau);
    cbk_run_textf(&text->run, text->report->arena,
                  " and pointwise %s%% intervals on the scale of its logarithm",
                  cbk_print_number(text->report->arena, text->report->style,
                                   100.0 * text->report->conventions.level, -1));
    if (is_compared) {
        say(text, "; groups were compared by their robust log-rank statistic");
        cite(text, &cook_lawless_nadeau);
    }
    say(text, ". ");
}

/* ---- regression -------------------------------------------------------------------- */

/* Which of the protocol's tables and figures are regressions. */
static size_t regressions_of(const cbk_protocol *protocol, size_t *n_firth)
{
    size_t n = 0;
    *n_firth = 0;
    for (size_t i = 0; i < protocol->n_tables; i++) {
        if (protocol->tables[i].kind == CBK_TABLE_REGRESSION) {
            n++;
            *n_firth += protocol->tables[i].regression.is_firth;
        }
    }
    for (size_t i = 0; i < protocol->n_figures; i++) {
        if (protocol->figures[i].kind == CBK_FIGURE_FOREST) {
            n++;
            *n_firth += protocol->figures[i].regression.is_firth;
        }
    }
    return n;
}

static void add_regression(methods *text)
{
    size_t n_firth = 0;
    const size_t n = regressions_of(text->report->protocol, &n_firth);
    if (n == 0) {
        return;
    }
    const bool is_efron =
        cbk_cox_ties_of(text->report->conventions.profile) == CBK_COX_EFRON;
    say(text, "Hazard ratios are those of Cox's proportional hazards regression");
    cite(text, &cox);
    say(text,
        is_efron ? " with Efron's method for ties" : " with Breslow's method for ties");
    cite(text, is_efron ? &efron : &breslow);
    if (n_firth < n) {
        say(text,
            "; limits and p are Wald's. Where the likelihood has no maximum there "
            "is no estimate: the bound is that of the profile likelihood and p that "
            "of the likelihood-ratio test");
    }
    if (n_firth > 0) {
        say(text, n_firth < n ? "; where it is said, the likelihood was penalised"
                              : "; the likelihood was penalised");
        say(text, " by Firth's method");
        cite(text, &firth);
        say(text, ", with limits and p by its profile");
        cite(text, &heinze_schemper);
    }
    say(text, ". A regression rests on the patients whose covariates are all known. ");
}

/* ---- description ------------------------------------------------------------------ */

static void add_description(methods *text)
{
    const cbk_conventions *used = &text->report->conventions;
    cbk_run_textf(&text->run, text->report->arena,
                  "Quartiles are sample quantiles of type %d",
                  (int)used->sample_quantile);
    cite(text, &hyndman_fan);
    cbk_run_textf(
        &text->run, text->report->arena,
        ", and the standard deviation is that of a sample (n - 1). Missing values are "
        "left "
        "out and counted. Calculations use unrounded numbers; printed ones are rounded "
        "half "
        "away from zero on the decimal value, and percentages of fewer than 100 to "
        "integers. The work was done by casebook %s under its profile %s.",
        CASEBOOK_VERSION, cbk_profile_name(used->profile));
}

/* ---- endpoints -------------------------------------------------------------------- */

static void add_code(cbk_report *report, cbk_text_run *run, const char *code)
{
    cbk_run_span(run, report->arena, (cbk_span){.kind = CBK_SPAN_CODE, .text = code});
}

static void add_dates(cbk_report *report, cbk_text_run *run, const cbk_endpoint *endpoint)
{
    cbk_arena *arena = report->arena;
    cbk_run_text(run, arena, ", from ");
    add_code(report, run, endpoint->from);
    cbk_run_text(run, arena, endpoint->n_event_on > 1 ? " to the earliest of " : " to ");
    for (size_t i = 0; i < endpoint->n_event_on; i++) {
        cbk_run_text(run, arena, i > 0 ? ", " : "");
        add_code(report, run, endpoint->event_on[i]);
    }
    cbk_run_text(run, arena, ", else censored on ");
    add_code(report, run, endpoint->censor_on);
}

/* "Overall survival, in months: time os_months, event status = 'dead'." */
static void add_endpoint(cbk_report *report, const cbk_endpoint *endpoint)
{
    cbk_arena *arena = report->arena;
    cbk_text_run run = {0};
    cbk_run_span(&run, arena,
                 (cbk_span){.kind = CBK_SPAN_STRONG, .text = endpoint->label});
    if (endpoint->unit != NULL) {
        cbk_run_textf(&run, arena, ", in %s", endpoint->unit);
    }
    if (endpoint->time != NULL) {
        cbk_run_text(&run, arena, ": time ");
        add_code(report, &run, endpoint->time);
        cbk_run_text(&run, arena, ", event where ");
        add_code(report, &run, endpoint->event);
    } else {
        add_dates(report, &run, endpoint);
    }
    if (endpoint->entry != NULL) {
        cbk_run_text(&run, arena, ", under observation from ");
        add_code(report, &run, endpoint->entry);
    }
    for (size_t i = 0; i < endpoint->n_competing; i++) {
        cbk_run_textf(&run, arena, "; censored at the competing event %s, ",
                      endpoint->competing[i].code);
        add_code(report, &run, endpoint->competing[i].label);
    }
    cbk_run_text(&run, arena, ".");
    cbk_document_item(report->document, run);
}

/* ---- references ------------------------------------------------------------------- */

static void add_references(methods *text)
{
    cbk_report *report = text->report;
    cbk_arena *arena = report->arena;
    cbk_document_heading(report->document, 3, "references", "References");
    for (size_t i = 0; i < text->n_cited; i++) {
        const reference *source = text->cited[i];
        cbk_text_run run = {0};
        cbk_run_textf(&run, arena, "[%zu] %s", i + 1, source->text);
        if (source->doi != NULL) {
            cbk_run_text(&run, arena, " ");
            cbk_run_span(&run, arena,
                         (cbk_span){.kind = CBK_SPAN_LINK,
                                    .text = cbk_text_format(arena, "doi:%s", source->doi),
                                    .target = cbk_text_format(arena, "https://doi.org/%s",
                                                              source->doi)});
        }
        cbk_document_item(report->document, run);
    }
}

cbk_status cbk_section_methods(cbk_report *report, cbk_error *err)
{
    const cbk_protocol *protocol = report->protocol;
    methods text = {.report = report};
    cbk_document_heading(report->document, 2, "methods", "Methods");
    if (protocol->n_endpoints > 0) {
        add_survival(&text);
        add_incidence(&text);
    }
    add_recurrences(&text);
    add_regression(&text);
    add_description(&text);
    cbk_document_paragraph(report->document, text.run);
    if (protocol->n_endpoints > 0) {
        cbk_document_heading(report->document, 3, "endpoints", "Endpoints");
        for (size_t i = 0; i < protocol->n_endpoints; i++) {
            add_endpoint(report, &protocol->endpoints[i]);
        }
    }
    add_references(&text);
    return cbk_report_done(report, err);
}
