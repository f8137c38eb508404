# make_mcf_golden.R - what R says: the mean cumulative function, its comparison.
# Usage: Rscript make_mcf_golden.R OUTPUT_DIR
#
# mcf_NAME.in.csv   the data, one row a stretch: entry, time, event, weight, subject, group
#                   (both counted from 0)
# mcf_NAME.out.csv  one row a number: group (-1: of all), quantity, time, value.  survfit()
#                   with id gives the curves, coxph() with Breslow's ties and cluster the
#                   robust score test.
#
# 17 significant digits, so a double survives the round trip.
suppressPackageStartupMessages(library(survival))
dir <- commandArgs(TRUE)[1]
made_by <- sprintf("# made by make_mcf_golden.R, %s, survival %s", R.version.string,
                   packageVersion("survival"))
digits17 <- function(x) ifelse(is.na(x), "nan", sprintf("%.17g", x))
write_golden <- function(name, header, lines)
    writeLines(c(made_by, header, lines), file.path(dir, name))

mcf <- function(name, entry, time, event, subject, group, weight = 1) {
    n <- length(time)
    number <- function(x) as.integer(factor(x)) - 1L
    d <- data.frame(entry, time, event = as.integer(event), weight = rep_len(weight, n),
                    subject = number(subject), group = number(group))
    write_golden(paste0("mcf_", name, ".in.csv"), "entry,time,event,weight,subject,group",
                 paste(digits17(d$entry), digits17(d$time), d$event, digits17(d$weight),
                       d$subject, d$group, sep = ","))
    lines <- NULL
    for (g in sort(unique(d$group))) {
        part <- d[d$group == g, ]
        fit <- survfit(Surv(entry, time, event) ~ 1, part, id = subject, weights = weight,
                       robust = TRUE)
        at <- fit$n.event > 0
        line <- function(quantity, value)
            paste(g, quantity, digits17(fit$time[at]), digits17(value[at]), sep = ",")
        lines <- c(lines, line("n_risk", fit$n.risk), line("mean", fit$cumhaz),
                   line("std_error", fit$std.chaz))
    }
    test <- coxph(Surv(entry, time, event) ~ factor(group), d, ties = "breslow",
                  cluster = subject, weights = weight, iter.max = 0)
    lines <- c(lines, paste(-1, "chisq", 0, digits17(test$rscore), sep = ","))
    write_golden(paste0("mcf_", name, ".out.csv"), "group,quantity,time,value", lines)
}

b <- bladder2
mcf("bladder", b$start, b$stop, b$event, b$id, b$rx)
k <- cgd
mcf("cgd", k$tstart, k$tstop, k$status, k$id, k$treat)
set.seed(20260111)
stretches <- function(n, by) {
    d <- NULL
    for (i in seq_len(n)) {
        m <- 1 + rpois(1, 2)
        gap <- rbinom(m, 1, 0.3) * by
        length <- by * ceiling(rexp(m, 0.2) / by)
        stop <- round(cumsum(gap + length), 6)
        d <- rbind(d, data.frame(start = round(stop - length, 6), stop,
                                 event = c(rep(1, m - 1), rbinom(1, 1, 0.3)), id = i,
                                 group = i %% 3, weight = round(runif(1, 0.5, 3), 2)))
    }
    d
}
r <- stretches(60, 1)
mcf("tied", r$start, r$stop, r$event, r$id, r$group)
mcf("weighted", r$start, r$stop, r$event, r$id, r$group, r$weight)
r <- stretches(80, 1e-4)
mcf("continuous", r$start, r$stop, r$event, r$id, r$group, r$weight)
