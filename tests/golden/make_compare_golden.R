# make_compare_golden.R - what R says: tests of groups, intervals of proportions and rates.
# Usage: Rscript make_compare_golden.R OUTPUT_DIR
#
# compare_counts.in.csv   tables, one row a cell; compare_counts.out.csv what fisher.test and
#                         chisq.test(correct = FALSE) say
# compare_values.in.csv   values and their groups; compare_values.out.csv what wilcox.test,
#                         kruskal.test and t.test say; nan where a test needs two groups
# proportion.out.csv      prop.test(correct = FALSE), binom.test, poisson.test (k events in
#                         n units of time)
#
# 17 significant digits, so a double survives the round trip.
dir <- commandArgs(TRUE)[1]
made_by <- sprintf("# made by make_compare_golden.R, %s", R.version.string)
digits17 <- function(x) ifelse(is.na(x), "nan", sprintf("%.17g", x))
write_golden <- function(name, header, lines)
    writeLines(c(made_by, header, lines), file.path(dir, name))
numbers <- function(...) paste(digits17(c(...)), collapse = ",")

set.seed(20240229)
tables <- list(
    tea = matrix(c(3, 1, 1, 3), 2), margin_died = matrix(c(0, 4, 2, 0), 2),
    lopsided = matrix(c(1, 9, 11, 3), 2), long_tail = matrix(c(2, 120, 9, 95), 2),
    three_by_two = matrix(c(3, 8, 1, 9, 2, 7), 3),
    jobs = matrix(c(1, 2, 1, 0, 3, 3, 6, 1, 10, 10, 14, 9, 6, 7, 12, 11), 4),
    two_by_seven = matrix(c(5, 0, 1, 7, 3, 2, 6, 1, 2, 9, 0, 4, 3, 3), 2, byrow = TRUE),
    sparse = matrix(rbinom(20, 2, 0.4), 4),
    large = matrix(c(400, 380, 5, 12), 2), balanced = matrix(c(30, 20, 10, 15, 25, 35), 2))
cells <- mapply(function(name, x)
    paste(name, row(x) - 1, col(x) - 1, x, sep = ","), names(tables), tables)
write_golden("compare_counts.in.csv", "table,row,column,count", unlist(cells))
write_golden("compare_counts.out.csv", "table,fisher_p,chisq,df,chisq_p",
             mapply(function(name, x) {
    x <- x[rowSums(x) > 0, colSums(x) > 0]
    chisq <- suppressWarnings(chisq.test(x, correct = FALSE))
    paste(name, numbers(fisher.test(x, workspace = 2e7)$p.value, chisq$statistic,
                        chisq$parameter, chisq$p.value), sep = ",")
}, names(tables), tables))

values <- list(
    six = list(c(25, 64, 57, 55, 36, 30), c(0, 1, 0, 0, 1, 0)),
    untied = list(c(rnorm(20, 10), rnorm(31, 11, 3)), rep(0:1, c(20, 31))),
    tied = list(round(c(rnorm(20, 10, 2), rnorm(31, 11, 3))), rep(0:1, c(20, 31))),
    untied_large = list(c(rnorm(50), rnorm(40, 0.5)), rep(0:1, c(50, 40))),
    far_apart = list(c(rnorm(49), rnorm(49, 20)), rep(0:1, each = 49)),
    shifted = list(1e6 + round(rnorm(30), 2), rep(0:1, 15)),
    airquality = list(airquality$Ozone[!is.na(airquality$Ozone)],
                      airquality$Month[!is.na(airquality$Ozone)] - 5),
    plants = list(PlantGrowth$weight, as.integer(PlantGrowth$group) - 1),
    sleep = list(sleep$extra, as.integer(sleep$group) - 1))
write_golden("compare_values.in.csv", "sample,value,group",
             unlist(mapply(function(name, x)
                 paste(name, digits17(x[[1]]), x[[2]], sep = ","), names(values), values)))
of_two <- function(x, g) {
    if (length(unique(g)) != 2) return(rep(NA, 8))
    wilcox <- suppressWarnings(wilcox.test(x[g == 0], x[g == 1]))
    welch <- t.test(x[g == 0], x[g == 1])
    student <- t.test(x[g == 0], x[g == 1], var.equal = TRUE)
    c(wilcox$statistic, wilcox$p.value, welch$statistic, welch$parameter, welch$p.value,
      student$statistic, student$parameter, student$p.value)
}
write_golden("compare_values.out.csv",
             paste0("sample,groups,w,w_p,welch_t,welch_df,welch_p,student_t,student_df,",
                    "student_p,kruskal,kruskal_df,kruskal_p"),
             mapply(function(name, x) {
    kruskal <- kruskal.test(x[[1]], x[[2]])
    paste(name, numbers(length(unique(x[[2]])), of_two(x[[1]], x[[2]]),
                        kruskal$statistic, kruskal$parameter, kruskal$p.value), sep = ",")
}, names(values), values))

pairs <- list(c(0, 6), c(5, 6), c(6, 6), c(1, 1), c(3, 40), c(37, 250), c(2, 100000))
write_golden("proportion.out.csv",
             paste0("k,n,level,wilson_lower,wilson_upper,exact_lower,exact_upper,",
                    "rate,rate_lower,rate_upper"),
             unlist(lapply(pairs, function(x) sapply(c(0.95, 0.9), function(level) {
    wilson <- suppressWarnings(prop.test(x[1], x[2], correct = FALSE,
                                         conf.level = level))$conf.int
    exact <- binom.test(x[1], x[2], conf.level = level)$conf.int
    rate <- poisson.test(x[1], x[2], conf.level = level)
    numbers(x, level, wilson, exact, rate$estimate, rate$conf.int)
}))))
