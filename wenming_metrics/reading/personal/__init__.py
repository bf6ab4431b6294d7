"""Personal data of callers and respondents: which columns hold it, and the copy without it."""
