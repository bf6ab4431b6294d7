"""The same figures whatever order a processor adds in; `answers.txt` holds those of the made-up city."""
