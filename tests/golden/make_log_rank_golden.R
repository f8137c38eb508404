# make_log_rank_golden.R - what R says: comparisons of groups.
# Usage: Rscript make_log_rank_golden.R OUTPUT_DIR
#
# log_rank_NAME.in.csv   the data, one row a subject: entry (nan where nobody enters late),
#                        time, event, group and stratum (counted from 0)
# log_rank_NAME.out.csv  one row a weight and group: method, rho, gamma, group, observed,
#                        expected, chisq, df, p.  survdiff() where it has the weight and
#                        nobody enters late, else written out here.
#
# 17 significant digits, so a double survives the round trip.
suppressPackageStartupMessages(library(survival))
dir <- commandArgs(TRUE)[1]
made_by <- sprintf("# made by make_log_rank_golden.R, %s, survival %s", R.version.string,
                   packageVersion("survival"))
digits17 <- function(x) ifelse(is.na(x), "nan", sprintf("%.17g", x))
write_golden <- function(name, header, lines)
    writeLines(c(made_by, header, lines), file.path(dir, name))

# Sums over the times of all strata; weight is a function of (n, S just before).
written_out <- function(d, weight, is_survival_weight) {
    groups <- sort(unique(d$group))
    k <- length(groups)
    observed <- expected <- score <- numeric(k)
    variance <- matrix(0, k, k)
    for (s in unique(d$stratum)) {
        e <- d[d$stratum == s, ]
        before <- 1
        for (t in sort(unique(e$time[e$event == 1]))) {
            at_risk <- e$time >= t & e$entry < t
            is_event <- at_risk & e$time == t & e$event == 1
            y <- sapply(groups, function(g) sum(at_risk & e$group == g))
            o <- sapply(groups, function(g) sum(is_event & e$group == g))
            n <- sum(y)
            m <- sum(o)
            w <- weight(n, before)
            shown <- if (is_survival_weight) w else 1
            observed <- observed + shown * o
            expected <- expected + shown * m * y / n
            score <- score + w * (o - m * y / n)
            if (n > 1)
                variance <- variance + w^2 * m * (n - m) / (n - 1) *
                    (diag(y / n, k) - outer(y, y) / n^2)
            before <- before * (1 - m / n)
        }
    }
    keep <- which(expected > 0)[-1]
    chisq <- sum(solve(variance[keep, keep, drop = FALSE], score[keep]) * score[keep])
    list(observed = observed, expected = expected, chisq = chisq, df = length(keep))
}

from_survdiff <- function(d, rho) {
    fit <- if (length(unique(d$stratum)) > 1)
        survdiff(Surv(time, event) ~ group + strata(stratum), d, rho = rho)
    else survdiff(Surv(time, event) ~ group, d, rho = rho)
    row_sums <- function(x) if (is.matrix(x)) rowSums(x) else as.vector(x)
    expected <- row_sums(fit$exp)
    list(observed = row_sums(fit$obs), expected = expected, chisq = fit$chisq,
         df = sum(expected > 0) - 1)
}

weights <- list(
    list("logrank", 0, 0, function(n, s) 1),
    list("gehan", 0, 0, function(n, s) n),
    list("tarone-ware", 0, 0, function(n, s) sqrt(n)),
    list("peto", 1, 0, function(n, s) s),
    list("fleming-harrington", 0.5, 0, function(n, s) sqrt(s)),
    list("fleming-harrington", 0, 1, function(n, s) 1 - s),
    list("fleming-harrington", 1, 2, function(n, s) s * (1 - s)^2))

log_rank <- function(name, time, event, group, stratum = 0, entry = NaN) {
    number <- function(x) as.integer(factor(x)) - 1L
    d <- data.frame(entry, time, event = as.integer(event), group = number(group),
                    stratum = number(rep_len(stratum, length(time))))
    write_golden(paste0("log_rank_", name, ".in.csv"), "entry,time,event,group,stratum",
                 paste(digits17(d$entry), digits17(d$time), d$event, d$group, d$stratum,
                       sep = ","))
    is_late <- !all(is.nan(d$entry))
    d$entry[is.nan(d$entry)] <- -Inf
    lines <- unlist(lapply(weights, function(w) {
        has_survdiff <- !is_late && w[[1]] %in% c("logrank", "peto", "fleming-harrington") &&
            w[[3]] == 0
        r <- if (has_survdiff) from_survdiff(d, w[[2]])
             else written_out(d, w[[4]], w[[1]] %in% c("peto", "fleming-harrington"))
        p <- pchisq(r$chisq, r$df, lower.tail = FALSE)
        paste(w[[1]], w[[2]], w[[3]], seq_along(r$observed) - 1, digits17(r$observed),
              digits17(r$expected), digits17(r$chisq), r$df, digits17(p), sep = ",")
    }))
    write_golden(paste0("log_rank_", name, ".out.csv"),
                 "method,rho,gamma,group,observed,expected,chisq,df,p", lines)
}

log_rank("aml", aml$time, aml$status, aml$x)
log_rank("veteran", veteran$time, veteran$status, veteran$celltype)
log_rank("ovarian", ovarian$futime, ovarian$fustat, ovarian$rx, ovarian$resid.ds)
lung <- lung[!is.na(lung$ph.ecog), ]
log_rank("lung_strata", lung$time, lung$status == 2, lung$sex, lung$ph.ecog)
log_rank("heart_late", heart$stop, heart$event, heart$transplant, entry = heart$start)
# A group that only one stratum has; the other stratum lacks it.
log_rank("uneven_strata", c(1, 2, 3, 4, 5, 6, 7, 2, 3, 5, 8, 9), c(1, 1, 0, 1, 1, 1, 0, 1, 1, 0, 1, 1),
         c(1, 2, 3, 1, 2, 3, 1, 1, 2, 2, 1, 2), c(rep(1, 7), rep(2, 5)))
# A group that is gone before the first event.
log_rank("gone_early", c(1, 2, 5, 6, 7, 8, 9), c(0, 0, 1, 1, 0, 1, 1), c(1, 1, 2, 3, 2, 3, 2))
set.seed(20260101)
n <- 1500
group <- sample(4, n, TRUE, c(4, 3, 2, 1))
stratum <- sample(5, n, TRUE)
time <- ceiling(rexp(n, 0.02 * (1 + 0.2 * group) * stratum))
log_rank("random_tied", time, runif(n) < 0.7, group, stratum)
log_rank("random_late", time + 0.25, runif(n) < 0.7, group, stratum,
         entry = floor(time * runif(n)^2))
