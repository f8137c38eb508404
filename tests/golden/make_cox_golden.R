# make_cox_golden.R - what R says: Cox's regression.
# Usage: Rscript make_cox_golden.R OUTPUT_DIR
#
# cox_NAME.in.csv   the data, one row a subject: entry (nan where nobody enters late), time,
#                   event, weight, offset, stratum and cluster (counted from 0), then the
#                   covariates (at most 3; nan where there are fewer)
# cox_NAME.out.csv  one row a fit: ties, robust (0 or 1), quantity, which (counted from 0),
#                   value.  coxph(), cox.zph(transform = "km"), residuals() and survfit()
#                   of a fit, and profile limits by uniroot() over fits with an offset.
#                   Of residuals and curves every 23rd number; their `which` counts row
#                   by row, and subject by subject.  Subjects are the first and the middle
#                   row of the data, with offsets 0 and 0.5 where there are offsets.
#
# 17 significant digits, so a double survives the round trip.
suppressPackageStartupMessages(library(survival))
dir <- commandArgs(TRUE)[1]
made_by <- sprintf("# made by make_cox_golden.R, %s, survival %s", R.version.string,
                   packageVersion("survival"))
digits17 <- function(x) ifelse(is.na(x), "nan", sprintf("%.17g", x))
write_golden <- function(name, header, lines)
    writeLines(c(made_by, header, lines), file.path(dir, name))

lines_of <- function(fit, ties, robust, has_offset) {
    line <- function(quantity, values)
        paste(ties, as.integer(robust), quantity, seq_along(values) - 1, digits17(values),
              sep = ",")
    naive <- if (robust) fit$naive.var else fit$var
    test <- summary(fit)
    out <- c(line("estimate", unname(fit$coefficients)),
             line("std_error", sqrt(diag(naive))),
             line("loglik", fit$loglik),
             line("score", fit$score),
             line("wald", fit$wald.test),
             line("lower", test$conf.int[, "lower .95"]),
             line("upper", test$conf.int[, "upper .95"]))
    # with an offset R takes the residuals of the robust score test without it
    if (robust) out <- c(out, line("robust_se", sqrt(diag(fit$var))),
                         if (!has_offset) line("robust_score", fit$rscore))
    else out <- c(out, line("concordance", unname(fit$concordance[c("concordance", "std")])))
    out
}

model_of <- function(d, terms) {
    response <- if (is.nan(d$entry[1])) "Surv(time, event)" else "Surv(entry, time, event)"
    if (length(unique(d$stratum)) > 1) terms <- c(terms, "strata(stratum)")
    as.formula(paste(response, "~", paste(terms, collapse = " + ")), parent.frame())
}
every_23rd <- function(ties, robust, quantity, values) {
    which <- seq(1, length(values), by = 23)
    paste(ties, as.integer(robust), quantity, which - 1, digits17(values[which]), sep = ",")
}
flat <- function(x) as.vector(t(as.matrix(x)))

# R's deviance of weighted rows and of sums is of another kind: see docs/methods/cox.md.
residual_lines <- function(fit, ties, robust, d) {
    weighted <- any(d$weight != 1)
    line <- function(...) every_23rd(ties, robust, ...)
    out <- NULL
    for (kind in c("martingale", "deviance", "score", "dfbeta", "dfbetas")) {
        out <- c(out, line(paste0("plain-", kind),
                      flat(residuals(fit, kind, weighted = FALSE))))
        if (weighted && kind != "deviance")
            out <- c(out, line(paste0("weighted-", kind),
                               flat(residuals(fit, kind, weighted = TRUE))))
        if (kind != "deviance")
            out <- c(out, line(paste0("collapsed-", kind),
                               flat(residuals(fit, kind, collapse = d$cluster,
                                              weighted = TRUE))))
    }
    c(out, line("plain-schoenfeld", flat(residuals(fit, "schoenfeld"))),
      line("plain-scaled-schoenfeld", flat(residuals(fit, "scaledsch"))))
}

curve_lines <- function(fit, ties, robust, d, columns, has_offset) {
    n <- nrow(d)
    who <- columns[c(1, n %/% 2 + 1), , drop = FALSE]
    who$offset <- if (has_offset) c(0, 0.5) else 0
    line <- function(quantity, values) every_23rd(ties, robust, quantity, values)
    out <- NULL
    for (type in c("log", "log-log", "plain", "logit", "arcsin")) {
        curve <- survfit(fit, newdata = who, conf.type = type, se.fit = TRUE)
        if (type == "log")
            out <- c(out, line("curve_hazard", as.vector(curve$cumhaz)),
                     line("curve_se", as.vector(curve$std.chaz)),
                     line("curve_survival", as.vector(curve$surv)))
        out <- c(out, line(paste0("curve_lower_", type), as.vector(curve$lower)),
                 line(paste0("curve_upper_", type), as.vector(curve$upper)))
    }
    # with late entry R's means are not weighted
    if (!has_offset && (is.nan(d$entry[1]) || all(d$weight == 1))) {
        curve <- survfit(fit)
        out <- c(out, line("reference_hazard", curve$cumhaz),
                 line("reference_se", curve$std.chaz))
    }
    out
}

# Where the log-likelihood of the others falls by half of chi-squared's quantile.
profile_lines <- function(fit, ties, d, columns, control) {
    drop <- qchisq(0.95, 1) / 2
    limits <- sapply(seq_along(columns), function(j) {
        f <- model_of(d, c(names(columns)[-j], "offset(moved)"))
        held <- function(value) {
            d$moved <- d$offset + value * columns[[j]]
            (if (ties == "exact") coxph(f, d, ties = ties, control = control) else
                coxph(f, d, weights = weight, ties = ties, control = control,
                      robust = FALSE))$loglik[2]
        }
        b <- coef(fit)[[j]]
        se <- sqrt(diag(fit$var))[j]
        root <- function(side) uniroot(function(value) held(value) - fit$loglik[2] + drop,
                                       b + side * se * c(0.5, 4), tol = 1e-14 * abs(b))$root
        c(exp(root(-1)), exp(root(1)), 2 * (fit$loglik[2] - held(0)))
    })
    line <- function(quantity, values)
        paste(ties, 0, quantity, seq_along(values) - 1, digits17(values), sep = ",")
    c(line("profile_lower", limits[1, ]), line("profile_upper", limits[2, ]),
      line("profile_chisq", limits[3, ]))
}

cox <- function(name, time, event, x, entry = NaN, weight = 1, offset = 0, stratum = 0,
                cluster = seq_along(time) - 1, exact_ties = FALSE) {
    n <- length(time)
    number <- function(x) as.integer(factor(rep_len(x, n))) - 1L
    x <- as.matrix(x)
    padded <- cbind(x, matrix(NaN, n, 3 - ncol(x)))
    d <- data.frame(entry = rep_len(entry, n), time, event = as.integer(event),
                    weight = as.numeric(rep_len(weight, n)), offset = rep_len(offset, n),
                    stratum = number(stratum), cluster = number(cluster))
    write_golden(paste0("cox_", name, ".in.csv"),
                 "entry,time,event,weight,offset,stratum,cluster,a,b,c",
                 paste(digits17(d$entry), digits17(d$time), d$event, digits17(d$weight),
                       digits17(d$offset), d$stratum, d$cluster, digits17(padded[, 1]),
                       digits17(padded[, 2]), digits17(padded[, 3]), sep = ","))
    response <- if (is.nan(d$entry[1])) Surv(d$time, d$event) else
        Surv(d$entry, d$time, d$event)
    tight <- coxph.control(eps = 1e-13, toler.chol = 1e-14, iter.max = 50)
    lines <- NULL
    for (ties in c("efron", "breslow")) {
        f <- response ~ x + offset(offset) + strata(stratum)
        plain <- coxph(f, d, weights = weight, ties = ties, control = tight, robust = FALSE)
        # zph takes a matrix for one term: one term a column
        columns <- as.data.frame(x)
        names(columns) <- paste0("x", seq_along(columns))
        terms <- as.formula(paste("response ~", paste(names(columns), collapse = " + "),
                                  "+ offset(offset) + strata(stratum)"))
        by_column <- coxph(terms, cbind(d, columns), weights = weight, ties = ties,
                           control = tight, robust = FALSE)
        robust <- coxph(f, d, weights = weight, ties = ties, control = tight,
                        cluster = cluster)
        all_columns <- cbind(d, columns)
        model <- model_of(d, c(names(columns), if (any(d$offset != 0)) "offset(offset)"))
        model_based <- coxph(model, all_columns, weights = weight, ties = ties,
                             control = tight, robust = FALSE)
        clustered <- coxph(model, all_columns, weights = weight, ties = ties,
                           control = tight, cluster = cluster)
        lines <- c(lines, residual_lines(model_based, ties, FALSE, d),
                   curve_lines(model_based, ties, FALSE, d, columns, any(d$offset != 0)),
                   curve_lines(clustered, ties, TRUE, d, columns, any(d$offset != 0)),
                   profile_lines(model_based, ties, all_columns, columns, tight))
        z <- cox.zph(by_column, transform = "km")$table[, "chisq"]
        lines <- c(lines, lines_of(plain, ties, FALSE, FALSE),
                   lines_of(robust, ties, TRUE, any(d$offset != 0)),
                   paste(ties, 0, "zph", seq_along(z) - 1, digits17(z), sep = ","))
    }
    if (exact_ties) { # R counts sets one by one: not where many are tied
        exact <- coxph(model, all_columns, ties = "exact", control = tight)
        class(exact) <- "coxph" # with late entry R forgets to say so
        of <- lines_of(exact, "exact", FALSE, FALSE)
        lines <- c(lines, of, every_23rd("exact", 0, "plain-martingale", residuals(exact)),
                   profile_lines(exact, "exact", all_columns, columns, tight))
    }
    write_golden(paste0("cox_", name, ".out.csv"), "ties,robust,quantity,which,value", lines)
}

cox("ovarian", ovarian$futime, ovarian$fustat, ovarian[, c("age", "rx")], exact_ties = TRUE)
l <- na.omit(lung[, c("time", "status", "age", "sex", "ph.karno", "inst")])
cox("lung", l$time, l$status == 2, l[, c("age", "sex", "ph.karno")], cluster = l$inst,
    exact_ties = TRUE)
cox("veteran_strata", veteran$time, veteran$status, veteran[, c("trt", "karno", "age")],
    stratum = veteran$celltype, exact_ties = TRUE)
h <- heart
cox("heart_late", h$stop, h$event, cbind(h$age, h$year, as.integer(h$transplant) - 1),
    entry = h$start, cluster = h$id, exact_ties = TRUE)
b <- bladder2
cox("bladder", b$stop, b$event, b[, c("rx", "number", "size")], entry = b$start,
    stratum = b$enum, cluster = b$id)
set.seed(20260102)
n <- 400
x <- cbind(rnorm(n), rbinom(n, 1, 0.3), round(runif(n), 1))
time <- ceiling(rexp(n, 0.05 * exp(0.5 * x[, 1] - 0.4 * x[, 2])))
cox("weighted", time, runif(n) < 0.7, x, weight = round(runif(n, 0.5, 3), 2),
    cluster = sample(80, n, TRUE))
cox("offset", time, runif(n) < 0.7, x[, 1:2], offset = round(rnorm(n), 2))
cox("weighted_late", time + 0.5, runif(n) < 0.6, x, entry = floor(time * runif(n)^2),
    weight = sample(3, n, TRUE), stratum = sample(4, n, TRUE), cluster = sample(60, n, TRUE))
