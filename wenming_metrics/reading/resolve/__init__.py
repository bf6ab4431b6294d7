"""Written names, places, days and periods to the city's own numbers; unknown ones are told."""
