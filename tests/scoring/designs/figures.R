# Makes figures.csv of samples.csv with R's package survey: the second implementation that
# wenming_metrics/scoring/designs.py is held against. Run: Rscript figures.R (in this folder).
library(survey)
every <- read.csv("samples.csv")
lines <- list()
for (name in unique(every$design)) {
  s <- every[every$design == name, ]
  s$psu <- ifelse(s$cluster == 0, -seq_len(nrow(s)), s$cluster)
  for (how in c("pooled", "units", "population")) {
    # `joined` is the unit, or what a unit of one questionnaire is put together with
    people <- tapply(s$population, list(s$joined, s$unit), max)
    people <- rowSums(people, na.rm = TRUE)
    asked <- tapply(s$weight, s$joined, sum)
    at <- as.character(s$joined)
    s$w <- if (how == "population") s$weight * people[at] / asked[at] else s$weight
    whole <- svydesign(ids = ~psu, strata = ~joined, weights = ~w, data = s, nest = TRUE)
    part <- subset(whole, base == 1)
    low <- NA
    high <- NA
    if (how == "units") {
      if (any(s$joined != s$unit)) next
      each <- svyby(~x, ~unit, part, svymean, covmat = TRUE)
      made <- svycontrast(each, rep(1 / nrow(each), nrow(each)))
    } else {
      made <- svymean(~x, part)
      if (all(s$x %in% c(0, 1))) {
        limits <- confint(svyciprop(~x, part, method = "beta", df = degf(whole)))
        low <- limits[1]
        high <- limits[2]
      }
    }
    n <- sum(s$base)
    lines[[length(lines) + 1]] <- data.frame(
      design = name, how = how, n = n, value = coef(made)[[1]], se = as.numeric(SE(made)),
      df = degf(whole), low = low, high = high
    )
  }
}
write.csv(format(do.call(rbind, lines), digits = 15), "figures.csv", row.names = FALSE, quote = FALSE)
