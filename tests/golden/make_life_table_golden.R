# make_life_table_golden.R - actuarial life tables, the formulas written out in R.
# Usage: Rscript make_life_table_golden.R OUTPUT_DIR
#
# life_table.in.csv   the data, one row a subject; life_table.out.csv one row an interval,
#                     end nan for the open one.  17 significant digits.
suppressPackageStartupMessages(library(survival))
dir <- commandArgs(TRUE)[1]
made_by <- sprintf("# made by make_life_table_golden.R, %s, survival %s (its data)",
                   R.version.string, packageVersion("survival"))
digits17 <- function(x) ifelse(is.na(x), "nan", sprintf("%.17g", x))
write_golden <- function(name, header, lines)
    writeLines(c(made_by, header, lines), file.path(dir, name))

life_table <- function(time, died, breaks) {
    end <- c(breaks[-1], Inf)
    d <- w <- numeric(length(breaks))
    for (j in seq_along(breaks)) {
        inside <- time >= breaks[j] & time < end[j]
        d[j] <- sum(inside & died == 1)
        w[j] <- sum(inside & died == 0)
    }
    entering <- rev(cumsum(rev(d + w)))
    if (d[length(d)] + w[length(w)] == 0) {
        keep <- -length(breaks)
        d <- d[keep]; w <- w[keep]; entering <- entering[keep]; end <- end[keep]
        start <- breaks[keep]
    } else start <- breaks
    exposed <- entering - w / 2
    q <- d / exposed
    p <- 1 - q
    after <- cumprod(p)
    before <- c(1, after[-length(after)])
    terms <- q / (exposed * p)
    sums <- cumsum(terms)
    error <- after * sqrt(sums)
    error[after <= 0] <- NA
    width <- end - start
    density <- before * q / width
    density_error <- ifelse(d == 0, 0, density * sqrt(c(0, sums[-length(sums)]) +
                                                      p / (exposed * q)))
    hazard <- d / (width * (exposed - d / 2))
    hazard_error <- ifelse(d == 0, 0, hazard * sqrt((1 - (hazard * width / 2)^2) /
                                                    (exposed * q)))
    open <- is.infinite(width)
    end[open] <- density[open] <- density_error[open] <- NA
    hazard[open] <- hazard_error[open] <- NA
    data.frame(start, end, entering, w, exposed, d, q, p, after, error, density,
               density_error, hazard, hazard_error)
}

cases <- list(
    worked = list(c(132, 36, 97, 97, 91, 25), c(0, 1, 1, 0, 0, 0),
                  c(0, 24, 48, 72, 96, 120, 144)),
    aml = list(aml$time, aml$status, c(0, 12, 24, 36, 60)),
    lung = list(lung$time, lung$status - 1, c(0, 100, 200, 365, 500, 730, 1095)),
    veteran = list(veteran$time, veteran$status, seq(0, 1000, 50)),
    to_zero = list(c(3, 5, 18, 47, 67, 91), rep(1, 6), c(0, 12, 48, 72, 96)))
write_golden("life_table.in.csv", "case,time,is_event",
             unlist(mapply(function(name, x)
                 paste(name, digits17(x[[1]]), x[[2]], sep = ","), names(cases), cases)))
write_golden("life_table.out.csv",
             paste0("case,start,end,n_entering,n_withdrawn,n_exposed,n_event,q,p,survival,",
                    "std_error,density,density_std_error,hazard,hazard_std_error"),
             unlist(mapply(function(name, x) {
    table <- life_table(x[[1]], x[[2]], x[[3]])
    apply(table, 1, function(row) paste(c(name, digits17(row)), collapse = ","))
}, names(cases), cases)))
