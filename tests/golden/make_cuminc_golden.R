# make_cuminc_golden.R - what R says: cumulative incidences and Gray's tests.
# Usage: Rscript make_cuminc_golden.R OUTPUT_DIR
#
# cuminc_NAME.in.csv   the data, one row a subject: entry (nan where nobody enters late),
#                      time, cause (0: censored), group, stratum (from 0), weight (nan: 1)
# cuminc_NAME.out.csv  what,group,cause,time,a,b,c:
#                      estimate: incidence, standard error by survfit() (infinitesimal
#                      jackknife), by cuminc() (Aalen; nan where it has none);
#                      test: chi-squared, df, p by cuminc().
#
# 17 significant digits, so a double survives the round trip.
suppressPackageStartupMessages({
    library(survival)
    library(cmprsk)
})
dir <- commandArgs(TRUE)[1]
made_by <- sprintf("# made by make_cuminc_golden.R, %s, survival %s, cmprsk %s",
                   R.version.string, packageVersion("survival"), packageVersion("cmprsk"))
digits17 <- function(x) ifelse(is.na(x), "nan", sprintf("%.17g", x))
write_golden <- function(name, header, lines)
    writeLines(c(made_by, header, lines), file.path(dir, name))

estimates <- function(d, g, n_causes) {
    e <- d[d$group == g, ]
    state <- factor(e$cause, 0:n_causes)
    is_late <- !all(is.nan(e$entry))
    weight <- ifelse(is.nan(e$weight), 1, e$weight)
    id <- seq_len(nrow(e))
    fit <- if (is_late) survfit(Surv(e$entry, e$time, state) ~ 1, id = id, weights = weight)
           else survfit(Surv(e$time, state) ~ 1, weights = weight)
    at <- unique(fit$time[round(seq(1, length(fit$time), length.out = 15))])
    aalen <- if (is_late || !all(is.nan(e$weight))) NULL else cuminc(e$time, e$cause)
    unlist(lapply(seq_len(n_causes), function(k) {
        i <- match(at, fit$time)
        name <- paste(1, k)
        var <- if (is.null(aalen) || is.null(aalen[[name]])) rep(NA, length(at))
               else timepoints(aalen[name], at)$var[1, ]
        sprintf("estimate,%d,%d,%s,%s,%s,%s", g, k, digits17(at),
                digits17(fit$pstate[i, k + 1]), digits17(fit$std.err[i, k + 1]),
                digits17(sqrt(var)))
    }))
}

tests <- function(d) {
    if (!all(is.nan(d$entry)) || !all(is.nan(d$weight)) || length(unique(d$group)) < 2)
        return(NULL)
    found <- cuminc(d$time, d$cause, d$group, d$stratum)$Tests
    sprintf("test,0,%s,0,%s,%d,%s", rownames(found), digits17(found[, "stat"]),
            as.integer(found[, "df"]), digits17(found[, "pv"]))
}

incidence <- function(name, time, cause, group = 0, stratum = 0, entry = NaN,
                      weight = NaN) {
    d <- data.frame(entry, time, cause, group, stratum, weight)
    write_golden(paste0("cuminc_", name, ".in.csv"),
                 "entry,time,cause,group,stratum,weight",
                 paste(digits17(d$entry), digits17(d$time), d$cause, d$group, d$stratum,
                       digits17(d$weight), sep = ","))
    n_causes <- max(d$cause)
    write_golden(paste0("cuminc_", name, ".out.csv"), "what,group,cause,time,a,b,c",
                 c(unlist(lapply(sort(unique(d$group)), estimates, d = d,
                                 n_causes = n_causes)), tests(d)))
}

m <- mgus2
incidence("mgus2", ifelse(m$pstat == 0, m$futime, m$ptime),
          ifelse(m$pstat == 1, 1, 2 * m$death), as.integer(m$sex) - 1L)

set.seed(20261123)
draw <- function(n, n_causes, n_groups) list(
    time = rexp(n), cause = sample(0:n_causes, n, TRUE),
    group = c(seq_len(n_groups), sample(n_groups, n - n_groups, TRUE)) - 1L)
a <- draw(150, 2, 2)
incidence("continuous", a$time, a$cause, a$group)
a <- draw(200, 3, 3)
incidence("tied_strata", ceiling(a$time * 6), a$cause, a$group, sample(0:2, 200, TRUE))
a <- draw(60, 2, 4)
incidence("four_groups", ceiling(a$time * 4), a$cause, a$group)
a <- draw(40, 2, 2)
incidence("nobody_left", ceiling(a$time * 8), 1 + (a$cause > 0), a$group)
a <- draw(120, 2, 2)
incidence("late", a$time, a$cause, a$group, entry = a$time * runif(120, -0.5, 0.9))
time <- ceiling(a$time * 12)
incidence("late_tied", time, a$cause, a$group, entry = pmin(sample(-2:6, 120, TRUE), time - 1))
incidence("weighted", ceiling(a$time * 12), a$cause, a$group, weight = runif(120, 0.2, 3))
incidence("weighted_whole", a$time, a$cause, 0, weight = sample(1:4, 120, TRUE))
