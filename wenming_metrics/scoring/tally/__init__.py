"""Rows to sums: integers per day and key, the same whatever came first."""
