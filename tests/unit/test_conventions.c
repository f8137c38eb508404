/* test_conventions.c - profiles, and names that read back. */
#include "check.h"

#include <casebook/conventions.h>

#include <string.h>

#define N(array) (sizeof(array) / sizeof((array)[0]))

static void profiles_set_what_they_should(void)
{
    const cbk_conventions r = cbk_conventions_of(CBK_PROFILE_R);
    CHECK(r.profile == CBK_PROFILE_R && r.interval == CBK_INTERVAL_LOG);
    CHECK(r.survival_quantile == CBK_SURVIVAL_QUANTILE_MIDPOINT);
    CHECK(r.sample_quantile == CBK_SAMPLE_QUANTILE_7 && r.level == 0.95);
    CHECK(r.estimate == CBK_SURVIVAL_KAPLAN_MEIER && !r.is_mid_p);
    CHECK(strcmp(cbk_survival_estimate_name(r.estimate), "kaplan-meier") == 0);
    CHECK(strcmp(cbk_survival_estimate_name(CBK_SURVIVAL_FLEMING_HARRINGTON),
                 "fleming-harrington") == 0);
    const cbk_conventions sas = cbk_conventions_of(CBK_PROFILE_SAS);
    CHECK(sas.profile == CBK_PROFILE_SAS && sas.interval == CBK_INTERVAL_LOG_LOG);
    CHECK(sas.survival_quantile == CBK_SURVIVAL_QUANTILE_MIDPOINT_EVENT);
    CHECK(sas.sample_quantile == CBK_SAMPLE_QUANTILE_2 && sas.level == 0.95);
    const cbk_conventions spss = cbk_conventions_of(CBK_PROFILE_SPSS);
    CHECK(spss.profile == CBK_PROFILE_SPSS && spss.interval == CBK_INTERVAL_PLAIN);
    CHECK(spss.survival_quantile == CBK_SURVIVAL_QUANTILE_FIRST);
    CHECK(spss.sample_quantile == CBK_SAMPLE_QUANTILE_7 && spss.level == 0.95);
}

static void intervals_read_back(void)
{
    static const char *const names[] = {"log",   "log-log", "plain",
                                        "logit", "arcsin",  "bpcp"};
    for (size_t i = 0; i < N(names); i++) {
        cbk_interval interval = (cbk_interval)(N(names) - 1 - i);
        CHECK(cbk_interval_parse(names[i], &interval) && (size_t)interval == i);
        CHECK(strcmp(cbk_interval_name(interval), names[i]) == 0);
    }
    cbk_interval untouched = CBK_INTERVAL_PLAIN;
    CHECK(!cbk_interval_parse("loglog", &untouched));
    CHECK(!cbk_interval_parse("", &untouched));
    CHECK(!cbk_interval_parse("LOG", &untouched));
    CHECK(untouched == CBK_INTERVAL_PLAIN);
}

static void profiles_read_back(void)
{
    static const char *const names[] = {"r", "sas", "spss"};
    for (size_t i = 0; i < N(names); i++) {
        cbk_profile profile = (cbk_profile)(N(names) - 1 - i);
        CHECK(cbk_profile_parse(names[i], &profile) && (size_t)profile == i);
        CHECK(strcmp(cbk_profile_name(profile), names[i]) == 0);
    }
    cbk_profile untouched = CBK_PROFILE_SAS;
    CHECK(!cbk_profile_parse("stata", &untouched) && untouched == CBK_PROFILE_SAS);
}

static void quantile_rules_have_names(void)
{
    CHECK(strcmp(cbk_survival_quantile_name(CBK_SURVIVAL_QUANTILE_MIDPOINT),
                 "midpoint") == 0);
    CHECK(strcmp(cbk_survival_quantile_name(CBK_SURVIVAL_QUANTILE_MIDPOINT_EVENT),
                 "midpoint-event") == 0);
    CHECK(strcmp(cbk_survival_quantile_name(CBK_SURVIVAL_QUANTILE_FIRST), "first") == 0);
}

int main(void)
{
    static const check_test tests[] = {
        {"profiles set what they should", profiles_set_what_they_should},
        {"intervals read back", intervals_read_back},
        {"profiles read back", profiles_read_back},
        {"quantile rules have names", quantile_rules_have_names},
    };
    return check_main(tests, N(tests));
}
