# make_golden.R - what R says: Kaplan-Meier curves and descriptions of samples.
# Usage: Rscript make_golden.R OUTPUT_DIR
#
# km_NAME.in.csv     the data, one row a subject; entry is nan where nobody enters late;
#                    there is a weight only in weighted series
# km_NAME.out.csv    for each interval type: kind "curve" (one row a time), "at" (times past
#                    the end carried), "quantile" (time is p, survival the estimate); then
#                    one row of kind "reverse": the median follow-up in the column survival
# describe.in.csv    samples; describe.out.csv their numbers
#
# 17 significant digits, so a double survives the round trip.
suppressPackageStartupMessages(library(survival))
dir <- commandArgs(TRUE)[1]
made_by <- sprintf("# made by make_golden.R, %s, survival %s", R.version.string,
                   packageVersion("survival"))
digits17 <- function(x) ifelse(is.na(x), "nan", sprintf("%.17g", x))
write_golden <- function(name, header, lines)
    writeLines(c(made_by, header, lines), file.path(dir, name))

intervals <- c("log", "log-log", "plain", "logit", "arcsin")
tolerance <- sqrt(.Machine$double.eps)

row_of <- function(interval, kind, ...)
    paste(interval, kind, ..., sep = ",")
numbers <- function(...) do.call(paste, c(lapply(list(...), digits17), sep = ","))

km_lines <- function(y, interval, at, weight) {
    fit <- survfit(y ~ 1, conf.type = interval, weights = weight)
    # Of S, where weights are not whole numbers and R turns to its robust variance.
    std_error <- if (isFALSE(fit$logse)) fit$std.err else fit$surv * fit$std.err
    there <- summary(fit, times = at, extend = TRUE)
    p <- c(0.25, 0.5, 0.75)
    q <- quantile(fit, p)
    c(row_of(interval, "curve",
             numbers(fit$time, fit$n.risk, fit$n.event, fit$n.censor, fit$surv,
                     std_error, fit$lower, fit$upper)),
      row_of(interval, "at",
             numbers(at, there$n.risk, NaN, NaN, there$surv, there$std.err, there$lower,
                     there$upper)),
      row_of(interval, "quantile",
             numbers(p, NaN, NaN, NaN, q$quantile, NaN, q$lower, q$upper)))
}

# A death at the time of a censoring leaves the risk set first: move deaths back by less
# than any gap between times, then flip the event.  A flat at one half without a later drop
# counts from its start.
reverse_median <- function(y, weight) {
    y <- aeqSurv(y)
    time <- y[, ncol(y) - 1]
    died <- y[, ncol(y)] == 1
    all_times <- sort(unique(c(0, y[, -ncol(y)])))
    back <- if (length(all_times) > 1) min(diff(all_times)) / 2 else 0.5
    time_back <- time - back * died
    flipped <- if (ncol(y) == 3) Surv(y[, 1], time_back, !died) else Surv(time_back, !died)
    fit <- survfit(flipped ~ 1, timefix = FALSE, weights = weight)
    at <- which(fit$surv <= 0.5 + tolerance)[1]
    below <- which(fit$surv < 0.5 - tolerance)[1]
    if (is.na(below)) below <- at
    (fit$time[at] + fit$time[below]) / 2
}

km <- function(name, time, is_event, entry = NULL, weight = NULL) {
    y <- if (is.null(entry)) Surv(time, is_event) else Surv(entry, time, is_event)
    shown <- if (is.null(entry)) rep(NaN, length(time)) else entry
    rows <- numbers(shown, time, is_event)
    header <- "entry,time,is_event"
    if (is.null(weight)) {
        weight <- rep(1, length(time))
    } else {
        rows <- paste(rows, digits17(weight), sep = ",")
        header <- paste0(header, ",weight")
    }
    write_golden(paste0("km_", name, ".in.csv"), header, rows)
    times <- survfit(y ~ 1)$time
    middle <- times[(length(times) + 1) %/% 2]
    at <- c(times[1], middle, max(times), max(times) + 1)
    # Between times R counts who is at risk at the next one; that is the same only where
    # nobody enters late.
    if (is.null(entry)) at <- sort(c(at, middle + 0.0625))
    lines <- unlist(lapply(intervals, function(interval) km_lines(y, interval, at, weight)))
    last <- row_of("-", "reverse",
                   numbers(0.5, NaN, NaN, NaN, reverse_median(y, weight), NaN, NaN, NaN))
    write_golden(paste0("km_", name, ".out.csv"),
                 paste0("interval,kind,time,n_risk,n_event,n_censor,survival,std_error,",
                        "lower,upper"),
                 c(lines, last))
}

set.seed(20240229)
km("aml", aml$time, aml$status)
km("lung", lung$time, lung$status - 1)
km("veteran", veteran$time, veteran$status)
km("heart", heart$stop, heart$event, heart$start)
km("worked_os", c(132, 36, 97, 97, 91, 25), c(0, 1, 1, 0, 0, 0))
km("worked_dfs", c(67, 18, 47, 91, 5, 3), rep(1, 6))
km("tied", c(2, 2, 2, 5, 5, 5, 5, 9, 9), c(1, 0, 1, 0, 1, 1, 0, 1, 0))
km("half_closed", c(1, 2, 3, 4, 5, 6), c(1, 1, 1, 0, 1, 1))
km("half_open", c(1, 2, 3, 4, 5, 6), c(1, 1, 1, 0, 0, 0))
km("half_by_products", c(1:7, 7, 8, 9, 10, 11), c(1, 1, 1, 0, 1, 1, 0, 1, 0, 1, 1, 1))
km("all_censored", c(1, 2, 2, 8), c(0, 0, 0, 0))
km("all_tied", c(4, 4, 4), c(1, 1, 1))
km("one_event", 3.5, 1)
km("one_censored", 3.5, 0)
km("event_at_zero", c(0, 0, 2, 3, 7), c(1, 0, 1, 0, 1))
km("near_ties", c(0.1 + 0.2, 0.3, 0.3, 0.7, 0.1 + 0.6, 0.8 - 0.1, 5 + (0:4) * 1e-8, 9, 9),
   c(1, 0, 1, 1, 1, 0, 1, 0, 1, 0, 1, 1, 0))
km("near_ties_large", 3e6 + c(0, 0.02, 0.04, 0.06, 1, 1.03, 2, 400000), c(1, 0, 1, 1, 1, 1, 0, 1))
km("empties", c(5, 2, 3, 12, 15, 14), c(1, 1, 0, 1, 0, 1), c(0, 0, 0, 10, 4.5, 11))
km("empties_to_zero", c(5, 2, 3, 12, 15), c(1, 1, 0, 1, 0), c(0, 0, 0, 10, 11))
# Here the upper limit of the first quartile is 57: the band falls below 0.75 at 52, but
# quantile() takes the value that comes closest to it, after the band has risen again.
km("rising_band", c(1, 2, 3, 6, 9, 11:15, 17:19, 22, 24, 28, 30, 31, 34, 35, 38, 40:44, 46, 47,
                    49, 50, 52:55, 57, 58),
   c(1, 0, 0, 0, 0, 1, 1, 1, 1, 0, 0, 0, 0, 0, 1, 0, 0, 1, 1, 0, 0, 0, 0, 1, 1, 0, 0, 1, 1, 0,
     1, 0, 0, 1, 1, 0))
km("random_2000", round(rexp(2000, 0.01)) / 3, rbinom(2000, 1, 0.45))
entered <- round(rexp(400, 0.05), 1)
km("random_entry", entered + round(rexp(400, 0.02), 1) + 0.1, rbinom(400, 1, 0.5), entered)

samples <- list(aml = aml$time, lung_weight_loss = lung$wt.loss[!is.na(lung$wt.loss)],
                ages = c(25, 64, 50, 41, 45, 42, 44.5), two = c(-1.5, 4), three = c(3, 1, 2),
                far_from_zero = 1e9 + c(0.5, 0.25, 1, 2, 3.125), tied = c(7, 7, 7, 7, 1),
                random = round(rnorm(101, 10, 4), 3))
inputs <- mapply(function(name, x) paste(name, digits17(x), sep = ","), names(samples), samples)
write_golden("describe.in.csv", "sample,value", unlist(inputs))
p <- c(0.1, 0.25, 0.5, 0.75, 0.9)
outputs <- mapply(function(name, x) {
    q <- c(quantile(x, p, type = 2), quantile(x, p, type = 7))
    paste(c(name, digits17(c(length(x), sum(x), mean(x), sd(x), min(x), max(x), q))),
          collapse = ",")
}, names(samples), samples)
write_golden("describe.out.csv",
             paste0("sample,n,sum,mean,sd,minimum,maximum,",
                    paste0("type2_", p, collapse = ","), ",",
                    paste0("type7_", p, collapse = ",")), outputs)

# Last, so that the random numbers above stay what they were.
km("weighted_whole", aml$time, aml$status, weight = rep(c(1, 3, 2), length.out = 23))
km("weighted", lung$time, lung$status - 1, weight = round(0.2 + rexp(228), 3))
fractions <- round(0.1 + runif(103), 2)
km("weighted_entry", heart$stop[1:103], heart$event[1:103], heart$start[1:103], fractions)
