#' # How soft are the commitments, and who acted on treaties?
#'
#' Uses the tables of the dataset: `.venv/bin/aseancan-kg export tables --out tables`, then open this file in RStudio (Compile
#' Report makes a notebook of it) or run `Rscript commitments.R tables`. It needs the package haven; the rest is base R.

arguments <- commandArgs(trailingOnly = TRUE)
tables <- if (length(arguments)) arguments[1] else "tables"
options(width = 100)

#' ## From the Stata files: codes are numbers with labels
#'
#' A clause is soft when its wording leaves vague if and how much will be done (`firmness` is `flexible`).

clauses <- haven::read_dta(file.path(tables, "stata", "clauses.dta"))
firmness <- haven::as_factor(clauses$firmness)
counted <- table(chapter = clauses$chapter, firmness = firmness)
cat("Clauses by chapter and firmness\n")
print(counted)

large <- counted[rowSums(counted) >= 10, ]
shares <- round(100 * large[, "flexible"] / rowSums(large), 1)
softest <- names(which.max(shares))
cat("Softest chapter of ten clauses or more:", softest, "with", shares[[softest]], "percent\n")

#' Does chance alone explain the differences between these chapters? (Fisher's exact test)

test <- fisher.test(large)
cat("Fisher's exact test: p =", paste0(format(round(test$p.value, 3), nsmall = 3), "\n\n"))

#' ## From the CSV files: how long until ratification?
#'
#' Dates are as precise as known. The first and the last day that a date can mean are always days, so that they compare.

csv <- function(name) {
  file <- file.path(tables, "csv", paste0(name, ".csv"))
  read.csv(file, colClasses = "character", na.strings = "", encoding = "UTF-8")
}
acts <- csv("party_actions")
instruments <- csv("instruments")
wanted <- c("instrument", "acronym", "adopted_earliest")
ratified <- merge(acts[acts$act == "ratified", ], instruments[, wanted], by = "instrument")
ratified$years <- as.numeric(as.Date(ratified$acted_latest) - as.Date(ratified$adopted_earliest)) / 365.25
dated <- ratified[!is.na(ratified$years), ]
dated$treaty <- ifelse(is.na(dated$acronym), substr(dated$instrument_label, 1, 50), dated$acronym)
years <- sort(tapply(dated$years, dated$treaty, median))
number <- table(dated$treaty)[names(years)]
cat("Years from adoption to ratification, at most: median of the parties whose date is known\n")
print(data.frame(parties = as.vector(number), years = round(as.vector(years), 1), row.names = names(years)))
