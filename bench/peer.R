# peer.R - what R's survival takes for a workload of kaplan_meier.c.
# Usage: Rscript --vanilla peer.R WORKLOAD N FOLDER
# Prints milliseconds of processor time (the quietest of three runs) and the check value.
suppressPackageStartupMessages(library(survival))
arguments <- commandArgs(TRUE)
workload <- arguments[1]
n <- as.integer(arguments[2])
is_months <- grepl("months", workload)
at <- if (is_months) 60 else 5
name <- function(suffix) {
    file.path(arguments[3], sprintf("%s.%s-%d", if (is_months) "months" else "years", suffix, n))
}
survival_at <- function(fit) c(1, fit$surv)[findInterval(at, fit$time) + 1]
if (startsWith(workload, "csv-")) {
    has_fread <- requireNamespace("data.table", quietly = TRUE)
    if (has_fread) data.table::setDTthreads(1)
    read <- function() {
        if (has_fread) as.data.frame(data.table::fread(name("csv"))) else read.csv(name("csv"))
    }
    run <- if (startsWith(workload, "csv-read")) function() nrow(read()) else function() {
        rows <- read()
        survival_at(survfit(Surv(time, event) ~ 1, data = rows))
    }
} else {
    file <- file(name("bin"), "rb")
    time <- readBin(file, "double", n)
    event <- readBin(file, "double", n)
    close(file)
    if (workload == "km-batch") {
        time <- time[1:1000]
        event <- event[1:1000]
    }
    run <- function() survival_at(survfit(Surv(time, event) ~ 1))
}
per <- if (workload == "km-batch") 200 else 1
seconds <- replicate(3, {
    gc(FALSE)
    start <- sum(proc.time()[1:2])
    for (i in seq_len(per)) check <<- run()
    (sum(proc.time()[1:2]) - start) / per
})
cat(sprintf("%.6f\t%.12g\n", 1000 * min(seconds), check))
