/* section_methods.c - the methods as a paper has them: what was studied, the endpoints in
 * words, and every convention of the numbers in this report by name, with its reference.
 * A method stands here because some number of the report was asked by it.
 */
#include "report/section/section_methods.h"

#include "base/date.h"
#include "study/sql/sql_text.h"

#include <string.h>

enum { REFERENCES_MAX = 24 };

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
static const reference mantel = {"Mantel N. Evaluation of survival data and two new rank "
                                 "order statistics arising in its "
                                 "consideration. Cancer Chemother Rep 1966;50:163-170.",
                                 NULL};
static const reference wilson = {
    "Wilson EB. Probable inference, the law of succession, and "
    "statistical inference. J Am Stat Assoc 1927;22:209-212.",
    "10.1080/01621459.1927.10502953"};
static const reference clopper_pearson = {
    "Clopper CJ, Pearson ES. The use of confidence or fiducial limits illustrated in the "
    "case of the binomial. Biometrika 1934;26:404-413.",
    "10.1093/biomet/26.4.404"};

typedef struct methods {
    cbk_report *report;
    cbk_text_run run; /* the paragraph being written */
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

static void end_paragraph(methods *text)
{
    if (text->run.first != NULL) {
        cbk_document_paragraph(text->report->document, text->run);
    }
    text->run = (cbk_text_run){0};
}

static const char *level_words(const methods *text)
{
    return cbk_print_level(text->report->arena, text->report->style,
                           text->report->conventions.level);
}

/* ---- what the report shows ----------------------------------------------------------
 */

static bool asks(const methods *text, const char *function)
{
    return cbk_report_asks(text->report, function);
}

/* The results tell what the protocol declares, also what is not printed beside them. */
static bool is_shown(const methods *text, cbk_section_kind kind, const char *id)
{
    return cbk_report_prints(text->report, CBK_SECTION_RESULTS, NULL) ||
           cbk_report_prints(text->report, kind, id);
}

/* Whether its groups can be compared. */
static bool has_test(const methods *text, const cbk_figure_spec *figure)
{
    cbk_report *report = text->report;
    if (figure->by == NULL || figure->look.is_without_p) {
        return false;
    }
    const char *name = cbk_sql_name(report->arena, figure->endpoint);
    const char *by = cbk_sql_name(report->arena, figure->by);
    const char *question =
        figure->kind == CBK_FIGURE_MCF
            ? cbk_text_format(report->arena, "count(DISTINCT %s) > 1", by)
            : cbk_text_format(report->arena, "%s(%s, %s) IS NOT NULL",
                              figure->kind == CBK_FIGURE_KM ? "logrank_p" : "gray_p",
                              name, by);
    cbk_quantity is_so = {.value = {.kind = CBK_VALUE_ABSENT}};
    return cbk_report_evaluate(report, question, NULL, figure->among, &is_so, NULL) ==
               CBK_OK &&
           is_so.value.kind == CBK_VALUE_NUMBER && is_so.value.number != 0.0;
}

/* Whether a figure of that kind is shown, or one that compares groups. */
static bool has_figure(const methods *text, cbk_figure_kind kind, bool is_compared)
{
    const cbk_protocol *protocol = text->report->protocol;
    for (size_t i = 0; i < protocol->n_figures; i++) {
        const cbk_figure_spec *figure = &protocol->figures[i];
        if (figure->kind == kind && is_shown(text, CBK_SECTION_FIGURE, figure->id) &&
            (!is_compared || has_test(text, figure))) {
            return true;
        }
    }
    return false;
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

/* Where survival is 1 or 0 the results say an exact limit. */
static bool has_exact_limits(const methods *text)
{
    const cbk_provenance_entry *entry = text->report->document->first_provenance;
    for (; entry != NULL; entry = entry->next) {
        const char *conventions = entry->provenance->conventions;
        if (conventions != NULL && strncmp(conventions, "interval bpcp", 13) == 0) {
            return text->report->conventions.interval != CBK_INTERVAL_BPCP;
        }
    }
    return false;
}

static void add_median(methods *text)
{
    const cbk_conventions *used = &text->report->conventions;
    if (asks(text, "km_median")) {
        cbk_run_textf(&text->run, text->report->arena,
                      " The median is %s; its limits are given by the same rule on the "
                      "limits of the curve",
                      medians[used->survival_quantile]);
        cite(text, &brookmeyer_crowley);
        say(text, ".");
    }
    if (asks(text, "followup_median")) {
        say(text, " The median follow-up is that of the reverse Kaplan-Meier estimate");
        cite(text, &schemper_smith);
        say(text, ", in which a patient with an event leaves the risk set before a "
                  "censoring at the same time.");
    }
}

static void add_survival(methods *text)
{
    const cbk_conventions *used = &text->report->conventions;
    if (!asks(text, "km_survival") && !asks(text, "km_median") &&
        !has_figure(text, CBK_FIGURE_KM, false)) {
        return;
    }
    say(text, "Survival was estimated by the method of Kaplan and Meier");
    cite(text, &kaplan_meier);
    say(text, " with Greenwood's standard error");
    cite(text, &greenwood);
    cbk_run_textf(&text->run, text->report->arena,
                  " and pointwise %s%% confidence intervals %s", level_words(text),
                  intervals[used->interval].words);
    cite(text, intervals[used->interval].source);
    say(text, ".");
    if (has_exact_limits(text)) {
        say(text,
            " Where survival is 1 or 0, the limit given is the exact one of the beta "
            "product confidence procedure");
        cite(text, &fay_brittain_proschan);
        say(text, ".");
    }
    add_median(text);
    say(text,
        " At one time, events come before censorings. Nothing is estimated beyond the "
        "last observation.");
    if (asks(text, "logrank_p") || has_figure(text, CBK_FIGURE_KM, true)) {
        say(text, " Groups were compared by the log-rank test");
        cite(text, &mantel);
        say(text, ".");
    }
}

/* ---- competing events ---------------------------------------------------------------
 */

static void add_incidence(methods *text)
{
    if (!asks(text, "cuminc") && !has_figure(text, CBK_FIGURE_CUMINC, false)) {
        return;
    }
    say(text, text->run.first != NULL ? " " : "");
    say(text, "Where events compete, the cumulative incidence is the Aalen-Johansen "
              "estimate");
    cite(text, &aalen_johansen);
    cbk_run_textf(&text->run, text->report->arena,
                  " with the variance of the infinitesimal jackknife and pointwise %s%% "
                  "intervals on the scale of log(-log(1 - F(t))).",
                  level_words(text));
    if (asks(text, "gray_p") || has_figure(text, CBK_FIGURE_CUMINC, true)) {
        say(text, " Cumulative incidences of groups were compared by Gray's test with "
                  "rho = 0");
        cite(text, &gray);
        say(text, ".");
    }
}

/* ---- recurrent events -------------------------------------------------------------- */

static void add_recurrences(methods *text)
{
    if (!has_figure(text, CBK_FIGURE_MCF, false)) {
        return;
    }
    say(text, text->run.first != NULL ? " " : "");
    say(text, "The mean number of recurrent events is Nelson's mean cumulative function");
    cite(text, &nelson);
    say(text, " with the robust variance of Lawless and Nadeau");
    cite(text, &lawless_nadeau);
    cbk_run_textf(&text->run, text->report->arena,
                  " and pointwise %s%% intervals on the scale of its logarithm",
                  level_words(text));
    if (has_figure(text, CBK_FIGURE_MCF, true)) {
        say(text, "; groups were compared by their robust log-rank statistic");
        cite(text, &cook_lawless_nadeau);
    }
    say(text, ".");
}

/* ---- regression -------------------------------------------------------------------- */

/* How many of the report's tables and figures are regressions. */
static size_t regressions_of(const methods *text, size_t *n_firth)
{
    const cbk_protocol *protocol = text->report->protocol;
    size_t n = 0;
    *n_firth = 0;
    for (size_t i = 0; i < protocol->n_tables; i++) {
        const cbk_table_spec *table = &protocol->tables[i];
        if (table->kind == CBK_TABLE_REGRESSION &&
            is_shown(text, CBK_SECTION_TABLE, table->id)) {
            n++;
            *n_firth += table->regression.is_firth;
        }
    }
    for (size_t i = 0; i < protocol->n_figures; i++) {
        const cbk_figure_spec *figure = &protocol->figures[i];
        if (figure->kind == CBK_FIGURE_FOREST &&
            is_shown(text, CBK_SECTION_FIGURE, figure->id)) {
            n++;
            *n_firth += figure->regression.is_firth;
        }
    }
    return n;
}

static void add_regression(methods *text)
{
    size_t n_firth = 0;
    const size_t n = regressions_of(text, &n_firth);
    if (n == 0) {
        return;
    }
    say(text, text->run.first != NULL ? " " : "");
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
    say(text, ". A regression rests on the patients whose covariates are all known.");
}

/* ---- description ------------------------------------------------------------------ */

/* "median, quartiles and range": what numbers are summarised by. */
static void add_summaries(methods *text)
{
    static const struct {
        const char *function;
        const char *words;
    } known[] = {{"median", "median"},
                 {"quantile", "quartiles"},
                 {"mean", "mean"},
                 {"sd", "standard deviation of a sample (n - 1)"},
                 {"min", "range"}};
    enum { N_KNOWN = sizeof known / sizeof known[0] };
    const char *words[N_KNOWN];
    size_t n = 0;
    for (size_t i = 0; i < N_KNOWN; i++) {
        if (asks(text, known[i].function)) {
            words[n++] = known[i].words;
        }
    }
    if (n == 0) {
        return;
    }
    cbk_run_textf(&text->run, text->report->arena, "Numbers are summarised by %s",
                  cbk_words_and(text->report->arena, words, n));
    if (asks(text, "quantile")) {
        cbk_run_textf(&text->run, text->report->arena, "; quartiles are of type %d",
                      (int)text->report->conventions.sample_quantile);
        cite(text, &hyndman_fan);
    }
    say(text, ". ");
}

static void add_proportions(methods *text)
{
    if (!asks(text, "percent")) {
        return;
    }
    say(text, "Percentages are of those whose value is known");
    if (asks(text, "wilson_lower")) {
        cbk_run_textf(&text->run, text->report->arena, ", with %s%% intervals by Wilson",
                      level_words(text));
        cite(text, &wilson);
    }
    if (asks(text, "exact_lower")) {
        cbk_run_textf(&text->run, text->report->arena,
                      ", with %s%% intervals by Clopper and Pearson", level_words(text));
        cite(text, &clopper_pearson);
    }
    say(text, ". ");
    if (asks(text, "rate_lower")) {
        cbk_run_textf(&text->run, text->report->arena,
                      "Rates per person-time have exact %s%% Poisson limits. ",
                      level_words(text));
    }
}

/* The tests that gave a p in some table. */
static cbk_status add_tests(methods *text, cbk_error *err)
{
    enum { TESTS_MAX = 10 };
    static const char call[] = "test_p(";
    const char *names[TESTS_MAX];
    size_t n = 0;
    cbk_report *report = text->report;
    for (const cbk_provenance_entry *entry = report->document->first_provenance;
         entry != NULL && n < TESTS_MAX; entry = entry->next) {
        const cbk_provenance *of = entry->provenance;
        if (strncmp(of->expression, call, sizeof call - 1) != 0) {
            continue;
        }
        cbk_quantity name;
        CBK_TRY(cbk_report_evaluate(report,
                                    cbk_text_format(report->arena, "test_name(%s",
                                                    of->expression + sizeof call - 1),
                                    of->from, of->among, &name, err));
        const char *word =
            name.value.kind == CBK_VALUE_TEXT ? name.value.text : "no test";
        if (strcmp(word, "no test") != 0 && !cbk_is_listed(names, n, word)) {
            names[n++] = word;
        }
    }
    for (size_t i = 0; i < n; i++) { /* the others begin with somebody's name */
        const bool is_name = strncmp(names[i], "Chi", 3) != 0;
        names[i] = is_name ? names[i] : cbk_words_lower_first(report->arena, names[i]);
    }
    if (n > 0) {
        cbk_run_textf(
            &text->run, report->arena,
            "Characteristics of groups were compared by %s; every p is two-sided "
            "and none is adjusted for the number of comparisons. ",
            cbk_words_and(report->arena, names, n));
    }
    return CBK_OK;
}

static void add_numbers(methods *text)
{
    const cbk_conventions *used = &text->report->conventions;
    size_t n_statements = 0;
    (void)cbk_study_sources(text->report->study, &n_statements);
    say(text, "Missing values were left out of each calculation and counted; none was "
              "replaced. ");
    say(text, n_statements > 0
                  ? "Where sources disagreed on a value, that of the record was used. "
                  : "");
    cbk_run_textf(
        &text->run, text->report->arena,
        "Calculations use unrounded numbers; printed ones are rounded half away "
        "from zero on the decimal value, and percentages of fewer than 100 to "
        "integers. The work was done by casebook %s under its profile %s.",
        CASEBOOK_VERSION, cbk_profile_name(used->profile));
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
    methods text = {.report = report};
    cbk_document_heading(report->document, 2, "methods", "Methods");
    cbk_methods_design(report, &text.run);
    end_paragraph(&text);
    cbk_methods_endpoints(report, &text.run);
    end_paragraph(&text);
    add_survival(&text);
    add_incidence(&text);
    add_recurrences(&text);
    add_regression(&text);
    end_paragraph(&text);
    add_summaries(&text);
    add_proportions(&text);
    CBK_TRY(add_tests(&text, err));
    add_numbers(&text);
    end_paragraph(&text);
    if (text.n_cited > 0) {
        add_references(&text);
    }
    return cbk_report_done(report, err);
}
