"""From rows that count to what is stored of a day: `prepared_day`, and `update` of all sums."""
