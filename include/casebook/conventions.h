/* casebook/conventions.h - the choices that make two correct programs print different
 * numbers.  A result always carries the ones that made it.
 */
#ifndef CASEBOOK_CONVENTIONS_H
#define CASEBOOK_CONVENTIONS_H

#include <casebook/base.h>

CBK_BEGIN_DECLS

/* Pointwise confidence interval of S(t).  The names in JSON and on the command line are
 * log, log-log, plain, logit, arcsin, bpcp. */
typedef enum cbk_interval {
    CBK_INTERVAL_LOG,
    CBK_INTERVAL_LOG_LOG,
    CBK_INTERVAL_PLAIN,
    CBK_INTERVAL_LOGIT,
    CBK_INTERVAL_ARCSIN,
    CBK_INTERVAL_BPCP /* the beta product confidence procedure: casebook/beta_product.h */
} cbk_interval;

/* What S(t) is estimated by.  The names are kaplan-meier, fleming-harrington. */
typedef enum cbk_survival_estimate {
    CBK_SURVIVAL_KAPLAN_MEIER,      /* the product limit */
    CBK_SURVIVAL_FLEMING_HARRINGTON /* exp(-H), H the Nelson-Aalen cumulative hazard */
} cbk_survival_estimate;

/* Quantile of a survival curve on a flat at the level. */
typedef enum cbk_survival_quantile {
    CBK_SURVIVAL_QUANTILE_MIDPOINT,       /* R's quantile(): the flat's midpoint; a flat
                                             that no drop ends reaches the last time */
    CBK_SURVIVAL_QUANTILE_MIDPOINT_EVENT, /* SAS: midpoint to the next event time; none
                                             where no event follows */
    CBK_SURVIVAL_QUANTILE_FIRST           /* first time with S(t) at or below the level */
} cbk_survival_quantile;

/* Quantile of a sample, numbered as in Hyndman and Fan, Am Stat 50 (1996) 361-365,
 * doi:10.1080/00031305.1996.10473566. */
typedef enum cbk_sample_quantile {
    CBK_SAMPLE_QUANTILE_2 = 2,
    CBK_SAMPLE_QUANTILE_7 = 7
} cbk_sample_quantile;

typedef enum cbk_profile { CBK_PROFILE_R, CBK_PROFILE_SAS, CBK_PROFILE_SPSS } cbk_profile;

typedef struct cbk_conventions {
    cbk_profile profile; /* which row the fields below were first taken from */
    cbk_interval interval;
    cbk_survival_quantile survival_quantile;
    cbk_sample_quantile sample_quantile;
    double level;  /* of confidence, in (0, 1) */
    bool is_mid_p; /* of CBK_INTERVAL_BPCP: its mid-p variant */
    cbk_survival_estimate estimate;
} cbk_conventions;

/* r: log, midpoint, type 7.  sas: log-log, midpoint to the next event, type 2.
 * spss: plain, first, type 7.  Level 0.95, Kaplan-Meier. */
CBK_API cbk_conventions cbk_conventions_of(cbk_profile profile);

/* Names as written on the command line, in JSON and in protocols; parse returns false
 * for an unknown name. */
CBK_API const char *cbk_interval_name(cbk_interval interval);
CBK_API bool cbk_interval_parse(const char *name, cbk_interval *out);
CBK_API const char *cbk_profile_name(cbk_profile profile);
CBK_API bool cbk_profile_parse(const char *name, cbk_profile *out);
CBK_API const char *cbk_survival_quantile_name(cbk_survival_quantile rule);
CBK_API const char *cbk_survival_estimate_name(cbk_survival_estimate estimate);

CBK_END_DECLS

#endif
