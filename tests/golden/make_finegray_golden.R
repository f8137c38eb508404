# make_finegray_golden.R - what R says: Fine-Gray regression.
# Usage: Rscript make_finegray_golden.R OUTPUT_DIR
#
# finegray_NAME.in.csv   the data, one row a subject: time, cause (0: censored, 1: the one
#                        that is modelled, 2: another), then three covariates
# finegray_NAME.out.csv  one row a number: quantity, which (counted from 0), value, as
#                        crr() of cmprsk gives them where it iterates to the end.
#
# 17 significant digits, so a double survives the round trip.
suppressPackageStartupMessages({library(cmprsk); library(survival)})
dir <- commandArgs(TRUE)[1]
made_by <- sprintf("# made by make_finegray_golden.R, %s, cmprsk %s, survival %s",
                   R.version.string, packageVersion("cmprsk"), packageVersion("survival"))
digits17 <- function(x) ifelse(is.na(x), "nan", sprintf("%.17g", x))
write_golden <- function(name, header, lines)
    writeLines(c(made_by, header, lines), file.path(dir, name))

finegray_golden <- function(name, time, cause, x) {
    x <- as.matrix(x)
    write_golden(paste0("finegray_", name, ".in.csv"), "time,cause,a,b,c",
                 paste(digits17(time), cause, digits17(x[, 1]), digits17(x[, 2]),
                       digits17(x[, 3]), sep = ","))
    fit <- crr(time, cause, x, gtol = 1e-12, maxiter = 100)
    stopifnot(fit$converged)
    line <- function(quantity, value)
        paste(quantity, seq_along(value) - 1, digits17(value), sep = ",")
    write_golden(paste0("finegray_", name, ".out.csv"), "quantity,which,value",
                 c(line("estimate", unname(fit$coef)), line("variance", as.vector(fit$var)),
                   line("loglik", c(fit$loglik.null, fit$loglik))))
}

m <- mgus2
etime <- ifelse(m$pstat == 0, m$futime, m$ptime)
cause <- ifelse(m$pstat == 0, 2 * m$death, 1)
keep <- !is.na(m$mspike)
x <- cbind(m$age, m$sex == "F", m$mspike)[keep, ]
finegray_golden("mgus2", etime[keep], cause[keep], x)
finegray_golden("mgus2_years", ceiling(etime / 12)[keep], cause[keep], x)
set.seed(20260119)
random <- function(n, months) {
    x <- cbind(rnorm(n), rbinom(n, 1, 0.4), round(runif(n), 1))
    event <- rexp(n, 0.05 * exp(0.6 * x[, 1] - 0.5 * x[, 2]))
    other <- rexp(n, 0.04 * exp(0.4 * x[, 2] + x[, 3]))
    end <- runif(n, 0, 60)
    time <- pmin(event, other, end)
    list(time = if (months > 0) ceiling(time / months) else time,
         cause = ifelse(end <= pmin(event, other), 0, ifelse(event < other, 1, 2)), x = x)
}
for (case in list(list("continuous", 500, 0), list("tied", 600, 1), list("tied_heavily", 600, 10),
                  list("small", 30, 2))) {
    r <- random(case[[2]], case[[3]])
    finegray_golden(case[[1]], r$time, r$cause, r$x)
}
r <- random(400, 3)
finegray_golden("uncensored", r$time, ifelse(r$cause == 0, 2, r$cause), r$x)
