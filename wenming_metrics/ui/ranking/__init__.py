"""排名: the list, those without a place, a day's own findings."""
