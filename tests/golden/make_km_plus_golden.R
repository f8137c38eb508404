# make_km_plus_golden.R - what R says beside Kaplan-Meier curves: the cumulative hazard, the
# curve exp(-H), restricted means, and comparisons of each case with the case aml.
# Usage: Rscript make_km_plus_golden.R OUTPUT_DIR
#
# Reads km_NAME.in.csv (make_golden.R) and writes km_plus.out.csv, lines of
#   hazard           x time; a H, b standard error
#   exponential      of each interval (log alone in long cases): x time; a S, b standard error, c lower, d upper
#   rmst             x tau; a estimate, b standard error
#   difference, rmst_difference, rmst_ratio
#                    x time or tau; a estimate, b standard error, c z, d p
suppressPackageStartupMessages(library(survival))
dir <- commandArgs(TRUE)[1]
digits17 <- function(x) ifelse(is.na(x), "nan", sprintf("%.17g", x))
line <- function(name, kind, interval, ...)
    do.call(paste, c(list(name, kind, interval), lapply(list(...), digits17), sep = ","))

read_case <- function(name) {
    d <- read.csv(file.path(dir, paste0("km_", name, ".in.csv")), skip = 1)
    if (is.nan(d$entry[1])) Surv(d$time, d$is_event)
    else Surv(d$entry, d$time, d$is_event)
}
rmst <- function(fit, tau) {
    t <- survival:::survmean(fit, rmean = tau)$matrix # what print() shows
    unname(c(t[5], t[6]))
}
contrast <- function(estimate, se, centre = estimate)
    list(estimate, se, centre / se, 2 * pnorm(-abs(centre / se)))

intervals <- c("log", "log-log", "plain", "logit", "arcsin")
reference <- survfit(read_case("aml") ~ 1)
case_lines <- function(name) {
    y <- read_case(name)
    fit <- survfit(y ~ 1)
    end <- max(fit$time)
    taus <- end * c(0.25, 0.5, 1)
    hazard <- survfit(y ~ 1, stype = 2, ctype = 1)
    out <- line(name, "hazard", "-", hazard$time, hazard$cumhaz, hazard$std.chaz, NaN, NaN)
    some <- if (length(fit$time) > 200) "log" else intervals
    for (interval in some) {
        f <- survfit(y ~ 1, stype = 2, ctype = 1, conf.type = interval)
        out <- c(out, line(name, "exponential", interval, f$time, f$surv,
                           f$surv * f$std.err, f$lower, f$upper))
    }
    common <- min(end, max(reference$time))
    for (tau in taus[taus > 0]) {
        a <- rmst(fit, tau)
        out <- c(out, line(name, "rmst", "-", tau, a[1], a[2], NaN, NaN))
    }
    for (x in common * c(0.3, 0.6)) {
        s <- function(fit) {
            u <- summary(fit, times = x, extend = TRUE)
            c(u$surv, u$std.err)
        }
        a <- s(reference)
        b <- s(fit)
        if (is.finite(b[2]) && b[2] > 0 && a[2] > 0)
            out <- c(out, do.call(line, c(list(name, "difference", "-", x),
                                          contrast(b[1] - a[1], sqrt(a[2]^2 + b[2]^2)))))
        a <- rmst(reference, x)
        b <- rmst(fit, x)
        if (a[2] > 0 && b[2] > 0)
            out <- c(out,
                     do.call(line, c(list(name, "rmst_difference", "-", x),
                                     contrast(b[1] - a[1], sqrt(a[2]^2 + b[2]^2)))),
                     do.call(line, c(list(name, "rmst_ratio", "-", x),
                                     contrast(b[1] / a[1],
                                              sqrt((a[2] / a[1])^2 + (b[2] / b[1])^2),
                                              log(b[1] / a[1])))))
    }
    out
}

names <- c("lung", "veteran", "heart", "worked_os", "worked_dfs", "tied", "event_at_zero",
           "near_ties", "all_censored", "one_event", "random_entry")
writeLines(c(sprintf("# made by make_km_plus_golden.R, %s, survival %s", R.version.string,
                     packageVersion("survival")),
             "name,kind,interval,x,a,b,c,d", unlist(lapply(names, case_lines))),
           file.path(dir, "km_plus.out.csv"))
